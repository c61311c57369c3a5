"""CVSS 3.x base vectors: strict parsing and the score exactly as FIRST's specification computes it.

Scores are counted in whole hundred-thousandths when they are rounded up, as the specification's ``Roundup`` does since
3.1: floating point must not turn 4.0 into 4.1. A 3.0 vector gets the score of 3.1; its own formula differs by 0.1 in a
few cases with changed scope, for the same reason.

Source: FIRST, Common Vulnerability Scoring System v3.1: Specification Document, sections 7.1, 7.4 and appendix A.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product

from vedette.errors import UserError

METRICS: dict[str, str] = {
    "AV": "NALP",
    "AC": "LH",
    "PR": "NLH",
    "UI": "NR",
    "S": "UC",
    "C": "HLN",
    "I": "HLN",
    "A": "HLN",
}
"""The base metrics in the order of a vector, with their values."""
OPTIONAL: dict[str, str] = {
    "E": "XUPFH", "RL": "XOTWU", "RC": "XURC", "CR": "XLMH", "IR": "XLMH", "AR": "XLMH", "MAV": "XNALP", "MAC": "XLH",
    "MPR": "XNLH", "MUI": "XNR", "MS": "XUC", "MC": "XHLN", "MI": "XHLN", "MA": "XHLN",
}  # fmt: skip
"""Temporal and environmental metrics: read, checked, and left out of the base score."""
_VERSIONS = ("CVSS:3.1", "CVSS:3.0")
_MAX_CHARS = 200

_AV = {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2}
_AC = {"L": 0.77, "H": 0.44}
_PR = {"U": {"N": 0.85, "L": 0.62, "H": 0.27}, "C": {"N": 0.85, "L": 0.68, "H": 0.5}}
_UI = {"N": 0.85, "R": 0.62}
_IMPACT = {"H": 0.56, "L": 0.22, "N": 0.0}


@dataclass(frozen=True, slots=True)
class BaseVector:
    """The eight base metrics of a vulnerability."""

    values: tuple[str, ...]
    """One value for each of ``METRICS``, in that order."""

    def __str__(self) -> str:
        return "CVSS:3.1/" + "/".join(f"{name}:{value}" for name, value in zip(METRICS, self.values, strict=True))

    def __getitem__(self, metric: str) -> str:
        return self.values[tuple(METRICS).index(metric)]

    @property
    def score(self) -> float:
        """Base score, 0.0 to 10.0 in steps of 0.1; higher is worse."""
        return _score(self.values)


def parse(text: str) -> BaseVector:
    """Return the base metrics of a CVSS 3.0 or 3.1 vector.

    The metrics may stand in any order, each once, in capitals; all eight base metrics must be there. Temporal and
    environmental metrics are checked and left out.

    Raises:
        UserError: it is no such vector; the first thing that is wrong is named.
    """
    if len(text) > _MAX_CHARS:
        raise UserError(f"no CVSS vector has {len(text):,} characters")
    version, _, rest = text.partition("/")
    if version not in _VERSIONS:
        raise UserError(f"{text!r} is no CVSS 3.x vector", next_step=f"start it with {_VERSIONS[0]}/")
    found: dict[str, str] = {}
    for part in rest.split("/"):
        name, colon, value = part.partition(":")
        known = METRICS.get(name) or OPTIONAL.get(name)
        if known is None or not colon:
            raise UserError(f"{text!r}: {part!r} is no metric of CVSS 3.x")
        if len(value) != 1 or value not in known:
            raise UserError(f"{text!r}: {name} cannot be {value!r}", next_step=f"use one of {', '.join(known)}")
        if name in found:
            raise UserError(f"{text!r} says {name} twice")
        found[name] = value
    missing = [name for name in METRICS if name not in found]
    if missing:
        raise UserError(f"{text!r} lacks {', '.join(missing)}")
    return BaseVector(tuple(found[name] for name in METRICS))


def severity(score: float) -> str:
    """Return the qualitative rating of a score: none, low, medium, high or critical.

    Raises:
        ValueError: the score is not in 0.0 to 10.0.
    """
    if not 0.0 <= score <= 10.0:
        raise ValueError(f"{score} is no CVSS score")
    for name, least in (("critical", 9.0), ("high", 7.0), ("medium", 4.0), ("low", 0.1)):
        if score >= least:
            return name
    return "none"


def every_vector() -> list[BaseVector]:
    """Return all 2,592 base vectors."""
    return [BaseVector(values) for values in product(*METRICS.values())]


def roundup(value: float) -> float:
    """Return the smallest number with one decimal place that is not less than the value.

    Source: CVSS v3.1 specification, appendix A ("Floating Point Rounding").
    """
    whole = round(value * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (whole // 10_000 + 1) / 10


@cache
def _score(values: tuple[str, ...]) -> float:
    av, ac, pr, ui, scope, c, i, a = values
    iss = 1 - (1 - _IMPACT[c]) * (1 - _IMPACT[i]) * (1 - _IMPACT[a])
    impact = 6.42 * iss if scope == "U" else 7.52 * (iss - 0.029) - 3.25 * (iss - 0.02) ** 15
    if impact <= 0:
        return 0.0
    exploitability = 8.22 * _AV[av] * _AC[ac] * _PR[scope][pr] * _UI[ui]
    total = impact + exploitability
    return roundup(min(total if scope == "U" else 1.08 * total, 10.0))
