"""One finding as the activity model sees it: what was known of it when it fired.

How often a finding fired in all (``count``), when it last fired and what a description says are left out: they are
known only later, or not at all at the moment in which somebody must choose what to look at first. Names of hosts and
accounts are turned into keyed digests at once, so that a model folder holds none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from vedette.schema import Severity, Verdict

_MAX_NAME = 512
_MAX_ITEMS = 32
_SEVERITY = {severity.value: severity.rank for severity in Severity} | {"info": 0, "moderate": 2, "severe": 4}


class FindingError(ValueError):
    """An object that is no finding; the message says what is missing or wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """A finding when it fired."""

    finding_id: str
    rule: str
    title: str
    kind: str
    """``sigma``, ``sigma_correlation``, ``alert``, …"""
    source: str
    """Product or log source, where it is said; else the kind."""
    severity: float
    """0 to 4, NaN where it is not said."""
    confidence: float
    """In [0, 1], NaN where it is not said."""
    at: float
    """When it first fired, seconds since 1970 UTC."""
    host: str
    """Digest of the host or cloud account; empty where there is none."""
    cloud: bool
    accounts: tuple[str, ...]
    """Digests, most frequent first."""
    techniques: tuple[str, ...]
    tactics: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A verdict on a finding."""

    verdict: Verdict
    at: float
    """When it was given, seconds since 1970 UTC."""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A finding and what became of it. Without verdicts it is unlabelled, which is not benign."""

    fired: Fired
    judged: tuple[Judged, ...] = ()
    """In order of time; more than one differing verdict is a conflict."""

    @property
    def verdict(self) -> Verdict | None:
        """Return the latest verdict; None where nobody judged or the latest word is undecided."""
        last = self.judged[-1].verdict if self.judged else Verdict.UNDECIDED
        return None if last is Verdict.UNDECIDED else last

    @property
    def matters(self) -> bool | None:
        """Return whether the latest verdict says that it mattered; None where nobody judged."""
        return None if self.verdict is None else self.verdict is Verdict.TRUE_POSITIVE

    @property
    def conflicting(self) -> bool:
        """Return whether verdicts that differ were given."""
        return len({j.verdict for j in self.judged if j.verdict is not Verdict.UNDECIDED}) > 1


@lru_cache(maxsize=65536)
def digest_of(name: str, salt: bytes) -> str:
    """Return a host's or account's keyed digest, the same for names that differ in case only."""
    return blake2b(name.strip().lower()[:_MAX_NAME].encode("utf-8", "replace"), digest_size=8, key=salt).hexdigest()


def seconds(value: object) -> float:
    """Return a time as seconds since 1970 UTC.

    Raises:
        FindingError: it is no time, or one without a zone, which is not guessed.
    """
    if isinstance(value, bool):
        raise FindingError(f"{value!r} is no time")
    if isinstance(value, (int, float)):
        if not math.isfinite(value) or not 0 <= value < 4e12:
            raise FindingError(f"{value!r} is no time")
        return float(value) / 1000 if value >= 1e11 else float(value)
    if isinstance(value, str):
        written = value.strip()[:64]
        try:
            value = datetime.fromisoformat(written)
        except ValueError:
            raise FindingError(f"{written[:40]!r} is no ISO 8601 time") from None
    if not isinstance(value, datetime):
        raise FindingError("there is no time")
    if value.tzinfo is None:
        raise FindingError(f"the time {value.isoformat()} has no zone")
    return value.astimezone(UTC).timestamp()


def _text(value: object, most: int = _MAX_NAME) -> str:
    return value[:most] if isinstance(value, str) else "" if value is None else str(value)[:most]


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [part for part in value.replace(";", ",").split(",") if part.strip()]
    if not isinstance(value, (list, tuple)):
        return ()
    seen = dict.fromkeys(_text(item).strip() for item in value[:_MAX_ITEMS] if isinstance(item, str))
    return tuple(item for item in seen if item)


def _number(value: object, low: float, high: float) -> float:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return math.nan
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return math.nan
    return min(max(float(value), low), high)


def _severity(value: object) -> float:
    if isinstance(value, str) and value.strip().lower() in _SEVERITY:
        return float(_SEVERITY[value.strip().lower()])
    return _number(value, 0, 4)


def read_fired(value: Mapping[str, Any], salt: bytes) -> Fired:
    """Return the finding in an object with the names of :class:`vedette.schema.Finding`.

    Args:
        value: at least ``first_at`` and one of ``rule_id`` and ``title``; the rest may be missing.
        salt: key of the names' digests.

    Raises:
        FindingError: it has no time, or neither rule nor title.
    """
    title = _text(value.get("title"))
    rule = _text(value.get("rule_id")) or title.strip().lower()
    if not rule:
        raise FindingError("there is neither rule_id nor title")
    at = seconds(value.get("first_at"))
    host, cloud = _text(value.get("device_name")), _text(value.get("cloud_account"))
    place = host or cloud
    kind = _text(value.get("kind"), 64) or "alert"
    finding_id = _text(value.get("finding_id"))
    if not finding_id:
        told = f"{rule}\0{place}\0{at}\0{value.get('accounts')}"
        finding_id = blake2b(told.encode("utf-8", "replace"), digest_size=8).hexdigest()
    return Fired(
        finding_id=finding_id,
        rule=rule,
        title=title,
        kind=kind,
        source=_text(value.get("source"), 64) or kind,
        severity=_severity(value.get("severity")),
        confidence=_number(value.get("confidence"), 0, 1),
        at=at,
        host=digest_of(place, salt) if place else "",
        cloud=not host and bool(cloud),
        accounts=tuple(digest_of(name, salt) for name in _texts(value.get("accounts"))),
        techniques=tuple(t.upper() for t in _texts(value.get("techniques"))),
        tactics=tuple(t.lower() for t in _texts(value.get("tactics"))),
    )


UNKNOWN_DELAY_S = 86_400.0
"""How long after it fired a verdict counts as known where nobody wrote down when it was given."""


_UNDECIDED = frozenset({"undecided", "open", "unknown", "in_progress", "new"})


def read_verdict(value: object) -> Verdict | None:
    """Return the verdict that a word means, None where there is no word.

    Raises:
        FindingError: the word is unknown.
    """
    word = _text(value, 64).strip().lower().replace("-", "_").replace(" ", "_")
    if word in ("", "none", "null"):
        return None
    if word in _UNDECIDED:
        return Verdict.UNDECIDED
    try:
        return Verdict(word)
    except ValueError:
        raise FindingError(f"{word!r} is no verdict (true_positive, benign, false_positive or undecided)") from None


def read_outcome(value: Mapping[str, Any], salt: bytes) -> Outcome:
    """Return a finding with its verdicts.

    Besides the finding's own names: ``verdict``, ``judged_at`` and ``judged_by``, or ``judged``, a list of objects
    with ``verdict``, ``at`` and ``by``.

    Raises:
        FindingError: it is no finding, or a verdict is none.
    """
    fired = read_fired(value, salt)
    told = value.get("judged")
    entries: list[Mapping[str, Any]] = [e for e in told if isinstance(e, Mapping)] if isinstance(told, list) else []
    if not entries:
        entries = [{"verdict": value.get("verdict"), "at": value.get("judged_at"), "by": value.get("judged_by")}]
    judged = []
    for entry in entries:
        verdict = read_verdict(entry.get("verdict"))
        if verdict is None:
            continue
        at = entry.get("at")
        when = fired.at + UNKNOWN_DELAY_S if at is None or at == "" else seconds(at)
        judged.append(Judged(verdict=verdict, at=max(when, fired.at), by=_text(entry.get("by"), 64)))
    judged.sort(key=lambda j: j.at)
    return Outcome(fired=fired, judged=tuple(judged))
