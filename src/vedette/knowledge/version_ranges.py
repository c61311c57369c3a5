"""Whether a version is in a range, as VERS, OSV, the CVE List, NVD's CPE matches and package managers write ranges.

Every answer is True, False, or None: cannot be told, because a version is missing, belongs to no order that is known,
or the range says nothing. Nothing here raises, whatever the range holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cmp_to_key
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

from vedette.knowledge.packages import parse_cpe
from vedette.knowledge.versions import compare, is_version, scheme_of

LONGEST_RANGE = 65536
"""Characters."""
MOST_CONSTRAINTS = 2000

_VERSION_TYPES = {"python": "pypi", "go": "golang", "dpkg": "deb", "ruby": "gem"}
"""Words of the CVE List's ``versionType`` that are no scheme's own name."""

_NO_START = frozenset({"", "0", "*", "-", "unspecified", "n/a", "none", "all", "0.0", "0.0.0"})
_CONSTRAINT = re.compile(r"\s*(<=|>=|==|!=|<|>|=)\s*([^\s,|<>=!]+)\s*,?")
_INTERVAL = re.compile(r"\s*([\[(])([^\[\](),]*)(?:(,)([^\[\](),]*))?([\])])\s*,?")


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """Return True if one is, False if all are False, else None."""
    unknown = False
    for answer in answers:
        if answer:
            return True
        unknown = unknown or answer is None
    return None if unknown else False


def all_of(answers: Iterable[bool | None]) -> bool | None:
    """Return False if one is, True if all are True, else None."""
    unknown = False
    for answer in answers:
        if answer is False:
            return False
        unknown = unknown or answer is None
    return None if unknown else True


def satisfies(version: str, operator: str, bound: str, scheme: str) -> bool | None:
    """Return whether a version stands so to a bound; ``operator`` is ``<``, ``<=``, ``>``, ``>=``, ``=`` or ``!=``."""
    if operator in ("=", "==", "!=") and not is_version(bound, scheme):
        order: int | None = 0 if version.strip() == bound.strip() else (1 if is_version(version, scheme) else None)
    else:
        order = compare(version, bound, scheme)
    if order is None:
        return None
    return {
        "<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0,
        "=": order == 0, "==": order == 0, "!=": order != 0,
    }.get(operator)  # fmt: skip


def in_vers(version: str, vers: str) -> bool | None:
    """Return whether a version is in a VERS range: ``vers:npm/>=1.0.0|<1.2.3``.

    Source: the VERS specification, "Check if a version is contained within a range" (ECMA TC54).
    """
    text = "".join(vers.split())
    if not version or len(text) > LONGEST_RANGE or text[:5].lower() != "vers:":
        return None
    kind, found, rest = text[5:].partition("/")
    if not found or not rest.strip("|"):
        return None
    if kind.lower() == "none":
        return False
    if rest == "*" or kind.lower() == "all":
        return True
    scheme = scheme_of(kind)
    parts = [part for part in re.split(r"[|,]", rest) if part][: MOST_CONSTRAINTS + 1]
    if len(parts) > MOST_CONSTRAINTS:
        return None
    constraints = [_vers_constraint(part) for part in parts]
    operators = {operator for operator, _ in constraints}
    equal = any_of(satisfies(version, "=", bound, scheme) for operator, bound in constraints if operator == "=")
    if equal:
        return True
    excluded = any_of(satisfies(version, "=", bound, scheme) for operator, bound in constraints if operator == "!=")
    if excluded:
        return False
    if operators <= {"=", "!="}:
        return equal if "=" in operators else (None if excluded is None else True)
    bounds = [(operator, bound) for operator, bound in constraints if operator not in ("=", "!=")]
    inside = _in_bounds(version, bounds, scheme)
    if inside:
        return None if excluded is None else True
    return None if equal is None else inside


def in_native(version: str, text: str, scheme: str) -> bool | None:
    """Return whether a version is in a range as package managers and advisories write it.

    ``>= 2.0, < 2.15``, ``<1.2.3 || >=2.0.0 <2.1.0`` and intervals ``[2.0,2.15.0),(3,)``; other notations (``^1.2``,
    ``~> 1.2``, words) give None.
    """
    if not version or len(text) > LONGEST_RANGE:
        return None
    alternatives = text.split("||")
    if len(alternatives) > MOST_CONSTRAINTS:
        return None
    return any_of(_in_alternative(version, alternative, scheme) for alternative in alternatives)


def in_osv(version: str, affected: Mapping[str, Any]) -> bool | None:
    """Return whether a version is affected by one entry of an OSV record's ``affected``.

    Source: OSV schema, "Evaluation".
    """
    package = affected.get("package")
    ecosystem = str(package.get("ecosystem", "")) if isinstance(package, Mapping) else ""
    scheme = scheme_of(ecosystem)
    listed = [text for text in _list(affected.get("versions")) if isinstance(text, str)]
    if not version:
        return None
    if version in listed or any(compare(version, one, scheme) == 0 for one in listed):
        return True
    ranges = [one for one in _list(affected.get("ranges")) if isinstance(one, Mapping) and one.get("type") != "GIT"]
    if not ranges:
        return False if listed else None
    return any_of(
        _in_osv_events(version, _list(one.get("events")), "semver" if one.get("type") == "SEMVER" else scheme)
        for one in ranges
    )


def in_cve_list(version: str, affected: Mapping[str, Any], scheme: str = "generic") -> bool | None:
    """Return whether a version is affected by one entry of a CVE record's ``affected``.

    Args:
        version: installed.
        affected: with ``versions`` and ``defaultStatus``.
        scheme: of the package, for ranges whose ``versionType`` names none that is known.

    Source: CVE Record Format 5, "versions: version status".
    """
    if not version:
        return None
    unsure: set[bool | None] = set()
    status: bool | None = None
    for entry in _list(affected.get("versions"))[:MOST_CONSTRAINTS]:
        if not isinstance(entry, Mapping):
            continue
        inside, status = _cve_entry(version, entry, scheme)
        if inside:
            break
        if inside is None:
            unsure.add(status)
    else:
        status = _affected(affected.get("defaultStatus", "unknown"))
    return None if unsure - {status} else status


def in_cpe_match(version: str, match: Mapping[str, Any], scheme: str = "generic", update: str = "") -> bool | None:
    """Return whether a version is meant by one CPE match of NVD: its criteria and version bounds.

    Args:
        version: installed.
        match: ``criteria`` (or ``cpe23Uri``), ``versionStartIncluding``, ``versionEndExcluding``, ….
        scheme: of the package, where it is known.
        update: installed update or patch level, where it stands apart.
    """
    named = parse_cpe(str(match.get("criteria") or match.get("cpe23Uri") or ""))
    if named is None or not version:
        return None
    bounds = [
        (operator, str(match[key]))
        for key, operator in (
            ("versionStartIncluding", ">="),
            ("versionStartExcluding", ">"),
            ("versionEndIncluding", "<="),
            ("versionEndExcluding", "<"),
        )
        if match.get(key)
    ]
    if bounds:
        return all_of(satisfies(version, operator, bound, scheme) for operator, bound in bounds)
    if named.version == "*":
        return True
    if named.version == "-":
        return None
    if named.update in ("*", "-", ""):
        return satisfies(version, "=", named.version, scheme)
    joined = [f"{named.version}{sign}{named.update}" for sign in ("", "-", ".", "_", " ")]
    if version.lower() in joined or (update and f"{version} {update}".lower() in joined):
        return True
    same = satisfies(version, "=", named.version, scheme)
    return False if same is False else None


def _vers_constraint(part: str) -> tuple[str, str]:
    for operator in (">=", "<=", "!=", "<", ">", "="):
        if part.startswith(operator):
            return operator, unquote(part[len(operator) :])
    return "=", unquote(part)


def _in_bounds(version: str, bounds: Sequence[tuple[str, str]], scheme: str) -> bool | None:
    ordered = _sorted([bound for _, bound in bounds], scheme)
    if ordered is None:
        # Nothing says how the bounds follow each other; one alone still decides, when every one of them agrees.
        answers = {satisfies(version, operator, bound, scheme) for operator, bound in bounds}
        return answers.pop() if len(answers) == 1 else None
    line = [bounds[index] for index in ordered]
    verdicts: list[bool | None] = []
    if line[0][0] in ("<", "<="):
        verdicts.append(satisfies(version, *line[0], scheme))
    if line[-1][0] in (">", ">="):
        verdicts.append(satisfies(version, *line[-1], scheme))
    for (low, below), (high, above) in pairwise(line):
        if low in (">", ">=") and high in ("<", "<="):
            verdicts.append(all_of((satisfies(version, low, below, scheme), satisfies(version, high, above, scheme))))
    return any_of(verdicts)


def _sorted(versions: Sequence[str], scheme: str) -> list[int] | None:
    """Return the indexes of the versions, oldest first, or None where one cannot be ordered."""
    unknown = False

    def order(a: int, b: int) -> int:
        nonlocal unknown
        result = compare(versions[a], versions[b], scheme)
        unknown = unknown or result is None
        return result or 0

    indexes = sorted(range(len(versions)), key=cmp_to_key(order))
    return None if unknown else indexes


def _in_alternative(version: str, text: str, scheme: str) -> bool | None:
    text = text.strip()
    if text == "*":
        return True
    if text[:1] in ("[", "("):
        return _in_intervals(version, text, scheme)
    at, answers = 0, []
    while at < len(text):
        found = _CONSTRAINT.match(text, at)
        if found is None:
            return None
        answers.append(satisfies(version, found[1], found[2], scheme))
        at = found.end()
    return all_of(answers) if answers else None


def _in_intervals(version: str, text: str, scheme: str) -> bool | None:
    at, answers = 0, []
    while at < len(text):
        found = _INTERVAL.match(text, at)
        if found is None:
            return None
        opening, low, comma, high, closing = found.groups()
        low, high = low.strip(), (high or "").strip()
        if not comma:
            answers.append(satisfies(version, "=", low, scheme) if low else None)
        else:
            parts = []
            if low:
                parts.append(satisfies(version, ">=" if opening == "[" else ">", low, scheme))
            if high:
                parts.append(satisfies(version, "<=" if closing == "]" else "<", high, scheme))
            answers.append(all_of(parts))
        at = found.end()
    return any_of(answers) if answers else None


def _in_osv_events(version: str, events: Sequence[Any], scheme: str) -> bool | None:
    named = [
        (kind, str(event[kind]))
        for event in events[:MOST_CONSTRAINTS]
        if isinstance(event, Mapping)
        for kind in ("introduced", "fixed", "last_affected", "limit")
        if event.get(kind) is not None
    ]
    if not any(kind == "introduced" for kind, _ in named):
        return None
    limits = [bound for kind, bound in named if kind == "limit" and bound != "*"]
    before = any_of(satisfies(version, "<", bound, scheme) for bound in limits) if limits else True
    passed: list[tuple[str, str]] = []
    for kind, bound in named:
        if kind == "limit":
            continue
        if kind == "introduced" and bound == "0":
            passed.insert(0, (kind, bound))
            continue
        reached = satisfies(version, ">" if kind == "last_affected" else ">=", bound, scheme)
        if reached is None:
            return None
        if reached:
            passed.append((kind, bound))
    return all_of((before, _latest_opens(passed, scheme)))


def _latest_opens(passed: Sequence[tuple[str, str]], scheme: str) -> bool | None:
    """Return whether the newest of the events that a version has passed introduces the flaw."""
    beginnings = [item for item in passed if item[1] == "0" and item[0] == "introduced"]
    later = [item for item in passed if item not in beginnings]
    order = _sorted([bound for _, bound in later], scheme)
    if order is None:
        return None
    if not order:
        return bool(beginnings)
    newest = later[order[-1]][1]
    kinds = {kind for kind, bound in later if compare(bound, newest, scheme) == 0}
    return "introduced" in kinds if len(kinds) == 1 or "introduced" not in kinds else None


def _cve_entry(version: str, entry: Mapping[str, Any], scheme: str) -> tuple[bool | None, bool | None]:
    """Return whether a version is meant by an entry, and whether it is affected then."""
    word = str(entry.get("versionType", "")).lower()
    kind = scheme_of(_VERSION_TYPES.get(word, word))
    kind = scheme if kind == "generic" else kind
    status = _affected(entry.get("status"))
    start = str(entry.get("version", "")).strip()
    below, through = entry.get("lessThan"), entry.get("lessThanOrEqual")
    if below is None and through is None:
        if start.lower() in ("*", "all", "all versions"):
            return True, status
        if start[:1] in ("<", ">", "="):
            return in_native(version, start, kind), status
        if start.lower() in ("unspecified", "n/a", "", "unknown") or word == "git":
            return None, status
        return satisfies(version, "=", start, kind), status
    bound = str(below if below is not None else through).strip()
    if word == "git":
        return None, status
    answers: list[bool | None] = []
    if start.lower() not in _NO_START:
        answers.append(satisfies(version, ">=", start, kind))
    if bound != "*":
        head = bound.removesuffix(".*")
        if head != bound:  # lessThanOrEqual 5.10.*: any of that line
            answers.append(any_of((version.startswith(f"{head}."), satisfies(version, "<=", head, kind))))
        else:
            answers.append(satisfies(version, "<" if below is not None else "<=", bound, kind))
    inside = all_of(answers)
    for change in _list(entry.get("changes")):
        if not isinstance(change, Mapping):
            continue
        reached = satisfies(version, ">=", str(change.get("at", "")), kind)
        if reached is None:
            return (inside, None) if inside is not False else (False, status)
        if reached:
            status = _affected(change.get("status"))
    return inside, status


def _affected(status: object) -> bool | None:
    return {"affected": True, "unaffected": False}.get(str(status).lower())


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
