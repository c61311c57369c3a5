"""A team's own policy, written as YAML and loaded strictly.

The file is a list of rules over facts, of which the first that holds decides::

    policy: shop-floor
    version: "3"
    rules:
      - when: {kev: yes, internet_facing: yes}
        outcome: fix now
        days: 2
      - when:
          any:
            - epss: ">= 0.5"
            - {severity: [high, critical], environment: production}
        outcome: fix this month
        days: 30
    otherwise:
      outcome: next upgrade

or a published table with days of its own::

    policy: our-ssvc
    version: "1"
    table: ssvc-deployer
    days: {immediate: 2, out-of-cycle: 7, scheduled: 30}

An outcome has the same days wherever it is named; outcomes with fewer days are graver, and those with none the least.
The policy's version is the one that the file says and a digest of what it says, so that a changed file is another one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import yaml

from vedette import strict_yaml
from vedette.errors import UserError
from vedette.exposure.policies.asking import QUESTIONS
from vedette.exposure.policies.base import OTHER, Deciding, DecisionPoint, middle, number_point
from vedette.exposure.policies.cvss import SEVERITIES
from vedette.exposure.policies.tables import table_policy
from vedette.knowledge import ssvc
from vedette.schema import AssetKind

YES_NO = ("no", "yes")
NUMBERS: dict[str, tuple[float, float]] = {
    "score": (0.0, 10.0),
    "epss": (0.0, 1.0),
    "business_weight": (0.0, 1.0),
}
"""Facts that are numbers, with the least and the greatest."""
TEXTS = ("data_class", "environment")
"""Facts whose words are the organisation's own."""
CHOICES: dict[str, tuple[str, ...]] = {
    "kev": YES_NO,
    "ransomware": YES_NO,
    "internet_facing": YES_NO,
    "reachable": YES_NO,
    "fix_available": YES_NO,
    "attempted": YES_NO,
    "exploited": YES_NO,
    "severity": SEVERITIES,
    "asset_kind": tuple(kind.value for kind in AssetKind if kind is not AssetKind.UNKNOWN),
}
"""Facts with a few values; SSVC's decision points are taken too, with theirs."""
TABLES = {
    "bod-26-04": "bod-26-04",
    "ssvc-deployer": "deployer-patch-priority",
    "ssvc-coordinator": "cisa-coordinator",
}
"""Policies that are a table, to that table."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_COMPARED = re.compile(r"(<=|>=|<|>|=)? *([0-9]{1,6}(?:\.[0-9]{1,9})?)")
_MAX_RULES = 200
_MAX_TEXT = 200

Test = Callable[[Mapping[str, str]], bool]


@dataclass(frozen=True, slots=True)
class _Rule:
    test: Test
    outcome: str


def load_policy(path: str | Path) -> Deciding:
    """Return the policy that a file says.

    Raises:
        UserError: there is no such file, or it is no policy; the message says where.
    """
    place = Path(path)
    try:
        with place.open("rb") as stream:
            raw = stream.read(strict_yaml.MAX_CHARS + 1)
        return read_policy(raw.decode("utf-8-sig"), str(place))
    except OSError as error:
        raise UserError(f"cannot read the policy: {error.strerror or error}", location=str(place)) from None
    except UnicodeDecodeError:
        raise UserError("a policy is YAML text; this is no UTF-8", location=str(place)) from None


def read_policy(text: str, location: str = "") -> Deciding:
    """Return the policy that a YAML text says.

    Raises:
        UserError: it is none; the message says where.
    """
    try:
        said = strict_yaml.load(text, aliases=False)
    except yaml.YAMLError as error:
        raise UserError(f"the policy is no YAML that is taken here: {error}", location=location or None) from None
    try:
        return _policy(said)
    except _SchemaError as error:
        raise UserError(
            f"the policy is wrong at {error.where}: {error.reason}",
            location=location or None,
            next_step="see docs/reference/policies.md",
        ) from None


class _SchemaError(Exception):
    def __init__(self, where: str, reason: str) -> None:
        super().__init__(reason)
        self.where = where
        self.reason = reason


def _policy(said: Any) -> Deciding:
    if not isinstance(said, dict):
        raise _SchemaError("its top", "it must be a mapping with 'policy', 'version' and 'rules' or 'table'")
    _only(said, "its top", {"policy", "version", "title", "rules", "otherwise", "table", "days"})
    name = _text(said, "policy", "its top")
    if not _NAME.fullmatch(name):
        raise _SchemaError("policy", f"{name!r} is no name: small letters, digits and dashes")
    if name in {*TABLES, "cvss"}:
        raise _SchemaError("policy", f"{name!r} is a policy that comes with the program; choose another name")
    version = said.get("version")
    if isinstance(version, bool) or not isinstance(version, str | int | float) or not str(version).strip():
        raise _SchemaError("version", "it must be a text or number")
    title = _text(said, "title", "its top") if "title" in said else name
    digest = hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]
    version = f"{str(version).strip()[:40]}+{digest}"
    if "table" in said:
        if "rules" in said or "otherwise" in said:
            raise _SchemaError("its top", "it has a table or rules, not both")
        return _of_table(said, name, title, version)
    if "days" in said:
        raise _SchemaError("days", "they belong to a table; with rules each rule says its own")
    return _of_rules(said, name, title, version)


def _of_table(said: dict[str, Any], name: str, title: str, version: str) -> Deciding:
    table = said["table"]
    if table not in TABLES:
        raise _SchemaError("table", f"{table!r} is none; choose one of: {', '.join(TABLES)}")
    found = ssvc.table(TABLES[table])
    given = said.get("days", {})
    if not isinstance(given, dict):
        raise _SchemaError("days", "it must map outcomes to days")
    for outcome in given:
        if outcome not in found.outcome.values:
            raise _SchemaError("days", f"{outcome!r} is no outcome; they are: {', '.join(found.outcome.values)}")
    return table_policy(name, title, found, {o: _days(given, o, "days") for o in given}, version)


def _of_rules(said: dict[str, Any], name: str, title: str, version: str) -> Deciding:
    rules = said.get("rules")
    if not isinstance(rules, list) or not 0 < len(rules) <= _MAX_RULES:
        raise _SchemaError("rules", f"it must be a list of 1 to {_MAX_RULES} rules")
    if not isinstance(said.get("otherwise"), dict):
        raise _SchemaError("otherwise", "it must say the outcome where no rule holds")
    points = _points(rules)
    days: dict[str, int | None] = {}
    made = [_rule(rule, f"rule {number}", points, days) for number, rule in enumerate(rules, 1)]
    _only(said["otherwise"], "otherwise", {"outcome", "days"})
    fallback = _outcome(said["otherwise"], "otherwise", days)
    gravest = sorted(days, key=lambda o: (days[o] is None, days[o] or 0))

    def judge(values: Mapping[str, str]) -> str:
        return next((rule.outcome for rule in made if rule.test(values)), fallback)

    return Deciding(name, title, version, tuple(points.values()), {o: days[o] for o in gravest}, judge)


def _rule(rule: Any, where: str, points: Mapping[str, DecisionPoint], days: dict[str, int | None]) -> _Rule:
    _only(rule, where, {"when", "outcome", "days"})
    return _Rule(_test(rule["when"], f"{where}, when", points), _outcome(rule, where, days))


def _outcome(said: dict[str, Any], where: str, days: dict[str, int | None]) -> str:
    outcome = _text(said, "outcome", where)
    allowed = _days(said, "days", where)
    if outcome in days and days[outcome] != allowed:
        raise _SchemaError(where, f"{outcome!r} has {days[outcome]} days elsewhere and {allowed} here")
    days[outcome] = allowed
    return outcome


def _points(rules: list[Any]) -> dict[str, DecisionPoint]:
    """Return the points that the rules rest on, in the order in which they are named first."""
    named: dict[str, list[Any]] = {}
    for number, rule in enumerate(rules, 1):
        if not isinstance(rule, dict) or "when" not in rule:
            raise _SchemaError(f"rule {number}", "it must have 'when', 'outcome' and perhaps 'days'")
        for fact, wanted in _conditions(rule["when"], f"rule {number}, when", 0):
            named.setdefault(fact, []).append(wanted)
    return {fact: _point(fact, wanted) for fact, wanted in named.items()}


def _conditions(said: Any, where: str, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > 8:
        raise _SchemaError(where, "nested too deeply")
    if not isinstance(said, dict) or not said:
        raise _SchemaError(where, "it must map facts to what they must be, or hold 'any', 'all' or 'not'")
    for key, value in said.items():
        if key in ("any", "all"):
            if not isinstance(value, list) or not value:
                raise _SchemaError(where, f"{key!r} must be a list of conditions")
            for item in value:
                yield from _conditions(item, where, depth + 1)
        elif key == "not":
            yield from _conditions(value, where, depth + 1)
        elif key in NUMBERS or key in TEXTS or key in CHOICES or (key in ssvc.points() and key in QUESTIONS):
            yield key, value
        else:
            known = sorted({*NUMBERS, *TEXTS, *CHOICES, *(set(ssvc.points()) & set(QUESTIONS))})
            raise _SchemaError(where, f"there is no fact {str(key)[:60]!r}; there are: {', '.join(known)}")


def _point(fact: str, wanted: list[Any]) -> DecisionPoint:
    question = QUESTIONS[fact]
    if fact in NUMBERS:
        cuts = [float(m.group(2)) for w in wanted for m in [_COMPARED.fullmatch(str(w).strip())] if m]
        return number_point(fact, cuts, NUMBERS[fact], question)
    if fact in TEXTS:
        texts = dict.fromkeys(word for w in wanted for word in _words(w))
        return DecisionPoint(fact, (*texts, OTHER), question)
    return DecisionPoint(fact, CHOICES[fact] if fact in CHOICES else ssvc.points()[fact].values, question)


def _test(said: dict[str, Any], where: str, points: Mapping[str, DecisionPoint]) -> Test:
    tests = []
    for key, value in said.items():
        if key in ("any", "all"):
            parts = [_test(item, where, points) for item in value]
            tests.append(_either(parts) if key == "any" else _every(parts))
        elif key == "not":
            tests.append(_no(_test(value, where, points)))
        else:
            tests.append(_holds(points[key], value, where))
    return _every(tests)


def _either(tests: list[Test]) -> Test:
    return lambda values: any(test(values) for test in tests)


def _every(tests: list[Test]) -> Test:
    return lambda values: all(test(values) for test in tests)


def _no(test: Test) -> Test:
    return lambda values: not test(values)


def _holds(point: DecisionPoint, wanted: Any, where: str) -> Test:
    if point.bounds is not None:
        match = _COMPARED.fullmatch(str(wanted).strip()) if not isinstance(wanted, bool) else None
        if match is None:
            raise _SchemaError(where, f"{point.name} is compared as '>= 0.5', not {str(wanted)[:60]!r}")
        least, greatest = point.bounds
        sign, limit = match.group(1) or "=", float(match.group(2))
        if not least <= limit <= greatest:
            raise _SchemaError(where, f"{point.name} lies from {least:g} to {greatest:g}, not at {limit:g}")
        cells = frozenset(cell for cell in point.values if _compare(middle(cell), sign, limit))
    else:
        words = _words(wanted)
        wrong = [word for word in words if word not in point.values]
        if wrong or not words:
            raise _SchemaError(
                where, f"{point.name} cannot be {str(wanted)[:60]!r}; choose of: {', '.join(point.values)}"
            )
        cells = frozenset(words)
    return lambda values: values[point.name] in cells


def _compare(number: float, sign: str, limit: float) -> bool:
    return {
        "<": number < limit,
        "<=": number <= limit,
        ">": number > limit,
        ">=": number >= limit,
        "=": number == limit,
    }[sign]


def _words(wanted: Any) -> list[str]:
    """Return the words that a condition names; YAML reads ``yes`` as true."""
    listed = wanted if isinstance(wanted, list) else [wanted]
    words = ["yes" if w is True else "no" if w is False else w for w in listed]
    return [w for w in words if isinstance(w, str) and 0 < len(w) <= _MAX_TEXT] if words else []


def _only(said: Any, where: str, allowed: set[str]) -> None:
    if not isinstance(said, dict):
        raise _SchemaError(where, "it must be a mapping")
    wrong = [str(key) for key in said if key not in allowed]
    if wrong:
        raise _SchemaError(where, f"{wrong[0][:60]!r} is not known here; there are: {', '.join(sorted(allowed))}")


def _text(said: Mapping[str, Any], key: str, where: str) -> str:
    value = said.get(key)
    if not isinstance(value, str) or not value.strip() or len(value) > _MAX_TEXT or not value.isprintable():
        raise _SchemaError(where, f"{key!r} must be a text in one line of at most {_MAX_TEXT} characters")
    return value.strip()


def _days(said: Mapping[str, Any], key: str, where: str) -> int | None:
    days = said.get(key)
    if days is None:
        return None
    if isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= 3650:
        raise _SchemaError(where, f"days must be a whole number from 0 to 3650, not {str(days)[:40]!r}")
    return days
