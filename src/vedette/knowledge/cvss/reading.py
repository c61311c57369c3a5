"""The one door to a CVSS vector of any version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vedette.errors import UserError
from vedette.knowledge.cvss import v2, v3, v3full, v4
from vedette.knowledge.cvss.metrics import MAX_CHARS, split


@dataclass(frozen=True, slots=True)
class Vector:
    """A vector that was read, with its scores."""

    version: str
    """``2.0``, ``3.0``, ``3.1`` or ``4.0``."""
    metrics: Mapping[str, str] = field(hash=False)
    """Metric to value, as given."""
    base_score: float
    """Of the base metrics alone, 0.0 to 10.0; higher is worse."""
    score: float
    """With the temporal, threat and environmental metrics that are there."""

    @property
    def severity(self) -> str:
        """Rating of the base score: none, low, medium, high or critical; 2.0 has no critical."""
        return _severity2(self.base_score) if self.version == "2.0" else v3.severity(self.base_score)

    def __str__(self) -> str:
        body = "/".join(f"{name}:{value}" for name, value in self.metrics.items())
        return body if self.version == "2.0" else f"CVSS:{self.version}/{body}"


def read(text: str) -> Vector:
    """Return a CVSS vector of any version.

    Metrics may stand in any order, each once, all base metrics must be there. 2.0 is taken with the marks that scanners
    put around it: ``(AV:N/…)``, ``CVSS2#AV:N/…``, ``CVSS:2.0/AV:N/…``.

    Raises:
        UserError: it is no such vector; the first thing that is wrong is named.
    """
    if len(text) > MAX_CHARS:
        raise UserError(f"no CVSS vector has {len(text):,} characters")
    plain = text.strip()
    prefix, _, rest = plain.partition("/")
    if prefix == "CVSS:4.0":
        metrics = split(text, rest, "CVSS 4.0", v4.ALLOWED, v4.BASE)
        return Vector("4.0", metrics, *v4.scores(metrics))
    if prefix in ("CVSS:3.0", "CVSS:3.1"):
        version = prefix[-3:]
        metrics = split(text, rest, f"CVSS {version}", v3full.ALLOWED, v3.METRICS)
        return Vector(version, metrics, *v3full.scores(metrics, version))
    if prefix == "CVSS:2.0":
        plain = rest
    elif plain.startswith("CVSS2#"):
        plain = plain.removeprefix("CVSS2#")
    elif plain.startswith("CVSS"):
        raise UserError(f"{text[:120]!r} is of no CVSS version that is known: 2.0, 3.0, 3.1, 4.0")
    if plain.startswith("(") and plain.endswith(")"):
        plain = plain[1:-1]
    metrics = split(text, plain, "CVSS 2.0", v2.WEIGHTS, v2.BASE)
    return Vector("2.0", metrics, *v2.scores(metrics))


def _severity2(score: float) -> str:
    return "high" if score >= 7.0 else "medium" if score >= 4.0 else "low"
