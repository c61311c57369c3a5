"""The words that scanners use, as ours: severities, vulnerability ids, weaknesses, CVSS vectors, package URLs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from vedette.schema import Severity

_SEVERITIES = {
    "critical": Severity.CRITICAL,
    "defcon1": Severity.CRITICAL,
    "urgent": Severity.CRITICAL,
    "high": Severity.HIGH,
    "important": Severity.HIGH,
    "error": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "moderate": Severity.MEDIUM,
    "warning": Severity.MEDIUM,
    "low": Severity.LOW,
    "minor": Severity.LOW,
    "note": Severity.LOW,
    "negligible": Severity.INFORMATIONAL,
    "unimportant": Severity.INFORMATIONAL,
    "informational": Severity.INFORMATIONAL,
    "information": Severity.INFORMATIONAL,
    "info": Severity.INFORMATIONAL,
    "none": Severity.INFORMATIONAL,
}

_CVE = re.compile(r"CVE-\d{4}-\d{4,19}", re.ASCII | re.IGNORECASE)
_GHSA = re.compile(r"GHSA(?:-[0-9a-z]{4}){3}", re.ASCII | re.IGNORECASE)
_IDS_IN_TEXT = re.compile(rf"(?<![\w-])(?:{_CVE.pattern}|{_GHSA.pattern})(?![\w-])", re.ASCII | re.IGNORECASE)
_CWE = re.compile(r"(?:CWE[-: ]?)?0{0,4}([1-9]\d{0,4})(?!\d)", re.ASCII | re.IGNORECASE)
# one metric and value; a whole vector has at most some forty
_METRIC = r"[A-Za-z]{1,4}:[A-Za-z]{1,5}"
_VECTOR = re.compile(rf"(?:CVSS:(?:2\.0|3\.0|3\.1|4\.0)/)?{_METRIC}(?:/{_METRIC}){{1,59}}", re.ASCII)
_NEWEST_FIRST = ("CVSS:4.0/", "CVSS:3.1/", "CVSS:3.0/")


def severity_of(word: object) -> Severity | None:
    """Return the severity that a word names, None for ``unknown`` and for what names none."""
    return _SEVERITIES.get(word.strip().lower()) if isinstance(word, str) else None


def vulnerability_id(text: str) -> str:
    """Return a CVE or GHSA id as its makers write it, anything else as it stands."""
    if _CVE.fullmatch(text):
        return text.upper()
    return f"GHSA{text[4:].lower()}" if _GHSA.fullmatch(text) else text


def vulnerability_ids(*values: str) -> tuple[str, ...]:
    """Return the different ids among ``values``, in order."""
    return tuple(dict.fromkeys(vulnerability_id(value.strip()) for value in values if value.strip()))


def ids_in(text: str) -> tuple[str, ...]:
    """Return the CVE and GHSA ids that stand in a text, in order."""
    return vulnerability_ids(*_IDS_IN_TEXT.findall(text))


def is_public_id(text: str) -> bool:
    """Return whether a text is a CVE or GHSA id and nothing else."""
    return bool(_CVE.fullmatch(text) or _GHSA.fullmatch(text))


def same_and_related(main: str, others: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ids of the same flaw, ``main`` first, and those that are only related.

    Where a scanner names other ids beside its own without saying that they are aliases, a CVE is the same flaw if it is
    the only one: an advisory that lists five covers five flaws. The GHSA beside one CVE is that CVE.
    """
    found = vulnerability_ids(main, *others)
    cves = [one for one in found if _CVE.fullmatch(one)]
    if len(cves) > 1 and not _CVE.fullmatch(found[0]):
        return found[:1], found[1:]
    same = tuple(one for one in found if one == found[0] or one in cves[:1] or (_GHSA.fullmatch(one) and len(cves) < 2))
    return same, tuple(one for one in found if one not in same)


def cwes_of(values: Iterable[object]) -> tuple[str, ...]:
    """Return ``CWE-79`` for each value that says so: ``cwe-79``, ``79``, ``CWE-79: Cross-site Scripting``."""
    found: dict[str, None] = {}
    for value in values:
        said = value.strip() if isinstance(value, str) else str(value) if type(value) is int else ""
        if match := _CWE.match(said):
            found[f"CWE-{match[1]}"] = None
    return tuple(found)


def is_vector(text: object) -> bool:
    """Return whether a text is written like a CVSS vector of version 2.0, 3.0, 3.1 or 4.0."""
    return isinstance(text, str) and len(text) < 600 and _is_vector(text.strip())


@lru_cache(maxsize=1 << 13)
def _is_vector(text: str) -> bool:
    return bool(_VECTOR.fullmatch(text))


def score_of(value: float | None) -> float | None:
    """Return the score where it lies in 0 to 10."""
    return value if value is not None and 0 <= value <= 10 else None


def cvss_of(ratings: Iterable[tuple[object, float | None]]) -> tuple[tuple[str, ...], float | None]:
    """Return the vectors and the base score of what several sources rated, each a vector and its score, the best first.

    Of one source's vectors the newest version stands first, and all of CVSS 2.0 after all others. The score is that of
    the first vector that comes with one, else the first given without a vector.
    """
    vectors: list[tuple[str, float | None]] = []
    bare: float | None = None
    for vector, score in ratings:
        score = score_of(score)
        if isinstance(vector, str) and is_vector(vector):
            vectors.append((vector.strip(), score))
        elif bare is None:
            bare = score
    vectors.sort(key=lambda rating: not rating[0].startswith("CVSS:"))
    best = next((score for _, score in vectors if score is not None), bare)
    return tuple(dict.fromkeys(vector for vector, _ in vectors)), best


def newest_first(vector: object) -> int:
    """Return the rank of a vector's CVSS version among one source's vectors: 0 for 4.0, 3 for 2.0."""
    said = vector if isinstance(vector, str) else ""
    return next((rank for rank, start in enumerate(_NEWEST_FIRST) if said.startswith(start)), len(_NEWEST_FIRST))
