"""A policy's YAML, read strictly: whatever is not understood is an error that says the line."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from ipaddress import ip_network
from pathlib import Path
from typing import Any, TypeVar

import orjson
import yaml

from vedette import strict_yaml
from vedette.errors import UserError
from vedette.guard.entities import ENTITIES, Group
from vedette.guard.policy.base import Mode, Passing, Policy, Rule, When
from vedette.guard.policy.content import ForbiddenContent
from vedette.guard.policy.values import AllowedValue
from vedette.schema.guarding import Action, Direction
from vedette.schema.message import Role

VERSION = 1
"""Of the form that is read here."""
PRESETS = ("default", "strict", "watch")
"""Policies that come with the program, by name; ``default`` is used where none is given."""
STYLES = ("token", "structure")

MOST_RULES = 500
MOST_ITEMS = 2000
_MOST_CHARS = 500
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.,-]{0,59}")
_ENTITY = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_DURATION = re.compile(r"([0-9]{1,6}) ?(s|m|h|d)")
_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")

T = TypeVar("T")
Place = strict_yaml.Place


def load_policy(source: str | Path) -> Policy:
    """Return a policy from a file, a preset's name, or YAML text.

    Args:
        source: path of a file; or ``default``, ``strict`` or ``watch``; or the text itself, which has line ends.

    Raises:
        UserError: there is no such file, or it is no policy; the location says the line.
    """
    if isinstance(source, str) and source in PRESETS:
        return preset(source)
    if isinstance(source, str) and "\n" in source:
        return read_policy(source)
    place = Path(source)
    try:
        with place.open("rb") as stream:
            raw = stream.read(strict_yaml.MAX_CHARS + 1)
    except (OSError, ValueError) as error:
        raise UserError(
            f"cannot read the policy: {getattr(error, 'strerror', None) or error}",
            location=str(place),
            next_step=f"give a file, or one of: {', '.join(PRESETS)}",
        ) from None
    try:
        return read_policy(raw.decode("utf-8-sig"), str(place))
    except UnicodeDecodeError:
        raise UserError("a policy is YAML text; this is no UTF-8", location=str(place)) from None


@cache
def preset(name: str) -> Policy:
    """Return a policy that comes with the program.

    Raises:
        UserError: there is none of that name.
    """
    if name not in PRESETS:
        raise UserError(f"no policy is called {name!r}", next_step=f"choose one of: {', '.join(PRESETS)}")
    return read_policy(preset_text(name), f"{name}.yaml")


def preset_text(name: str) -> str:
    """Return the YAML of a policy that comes with the program."""
    return (files("vedette.guard.policy") / "presets" / f"{name}.yaml").read_text(encoding="utf-8")


def read_policy(text: str, location: str = "") -> Policy:
    """Return the policy that a YAML text says.

    Args:
        text: the document.
        location: where it is from, for errors.

    Raises:
        UserError: it is none; the location says the line.
    """
    try:
        said, lines = strict_yaml.load_located(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = _at_line(location, mark.line + 1) if mark is not None else location or None
        problem = getattr(error, "problem", None) or str(error)
        raise UserError(f"the policy is no YAML that is taken here: {problem}", location=at) from None
    try:
        policy = _policy(_At(said, ()))
    except _WrongError as error:
        places = [error.place[:n] for n in range(len(error.place), -1, -1)]
        line = next((lines[one] for one in places if one in lines), 1)
        shown = "".join(f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in error.place).lstrip(".")
        raise UserError(
            f"the policy is wrong at {shown or 'its top'}: {error.reason}",
            location=_at_line(location, line),
            next_step="see docs/reference/guard-policy.md",
        ) from None
    return replace(policy, digest=digest_of(policy))


def _at_line(location: str, line: int) -> str:
    return f"{location}:{line}" if location else f"line {line}"


def digest_of(policy: Policy) -> str:
    """Return 16 hex digits of what a policy says."""
    from vedette.guard.policy.writing import to_plain

    said = orjson.dumps(to_plain(policy), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(said).hexdigest()[:16]


class _WrongError(Exception):
    def __init__(self, place: Place, reason: str) -> None:
        super().__init__(reason)
        self.place = place
        self.reason = reason


class _At:
    """A value of the document, and its place in it."""

    def __init__(self, value: Any, place: Place) -> None:
        self.value = value
        self.place = place

    def wrong(self, reason: str) -> _WrongError:
        return _WrongError(self.place, reason)

    def mapping(self, *allowed: str) -> dict[str, _At]:
        if not isinstance(self.value, dict):
            raise self.wrong("it must be a mapping")
        for key in self.value:
            if key not in allowed:
                near = _nearest(str(key), allowed)
                hint = f"did you mean {near!r}?" if near else f"there are: {', '.join(allowed)}"
                raise _WrongError((*self.place, key), f"{str(key)[:60]!r} is not known here; {hint}")
        return {str(key): _At(value, (*self.place, key)) for key, value in self.value.items()}

    def items(self) -> list[_At]:
        """Return a list's items; a value alone is a list of one."""
        if not isinstance(self.value, list):
            return [self]
        if not self.value:
            raise self.wrong("the list is empty; leave it out instead")
        if len(self.value) > MOST_ITEMS:
            raise self.wrong(f"at most {MOST_ITEMS} items are taken")
        return [_At(value, (*self.place, number)) for number, value in enumerate(self.value)]

    def text(self, what: str = "it") -> str:
        value = self.value
        if not isinstance(value, str) or not value.strip() or len(value) > _MOST_CHARS or not value.isprintable():
            raise self.wrong(f"{what} must be a text in one line of at most {_MOST_CHARS} characters")
        return value.strip()

    def one_of(self, choices: Mapping[str, T] | type[T]) -> T:
        named: Any = choices if isinstance(choices, Mapping) else {str(one): one for one in choices}  # type: ignore[attr-defined]
        # YAML reads on, off, yes and no as truths; none of them is a word here
        if not isinstance(self.value, str) or self.value not in named:
            near = _nearest(str(self.value), named)
            hint = f"did you mean {near!r}?" if near else f"choose one of: {', '.join(named)}"
            raise self.wrong(f"it cannot be {str(self.value)[:60]!r}; {hint}")
        return named[self.value]  # type: ignore[no-any-return]

    def several(self, choices: type[T]) -> tuple[T, ...]:
        return tuple(dict.fromkeys(one.one_of(choices) for one in self.items()))

    def texts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.text() for one in self.items()))

    def entities(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.entity() for one in self.items()))

    def entity(self) -> str:
        name = self.text()
        if name not in ENTITIES:
            near = _nearest(name, tuple(ENTITIES))
            if near or not _ENTITY.fullmatch(name):
                hint = f"did you mean {near!r}?" if near else "names are written as EMAIL_ADDRESS"
                raise self.wrong(f"{name[:60]!r} is no entity; {hint}")
            # an entity of a pack that is not installed here: names are checked no further
        return name

    def number(self, least: float, greatest: float) -> float:
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= greatest:
            raise self.wrong(f"it must be a number from {least:g} to {greatest:g}")
        return float(value)

    def duration_s(self) -> float:
        match = _DURATION.fullmatch(self.value.strip()) if isinstance(self.value, str) else None
        if match is None or not 1 <= int(match[1]) * _UNIT_S[match[2]] <= 3650 * 86_400:
            raise self.wrong("it must be a time such as 30m, 24h or 7d, of at least a second")
        return float(int(match[1]) * _UNIT_S[match[2]])


def _nearest(word: str, choices: Any) -> str | None:
    from rapidfuzz import process

    found = process.extractOne(word.lower(), {c: str(c).lower() for c in choices}, score_cutoff=75)
    return str(found[2]) if found else None


_TOP = (
    "version", "name", "extends", "mode", "sessions", "pseudonyms", "allow_values", "rules", "otherwise", "unjudged",
    "links", "images", "files", "forbidden_content", "on_error",
)  # fmt: skip


def _policy(top: _At) -> Policy:
    said = top.mapping(*_TOP)
    if "version" not in said:
        raise top.wrong(f"it must begin with 'version: {VERSION}'")
    if type(said["version"].value) is not int or said["version"].value != VERSION:
        raise said["version"].wrong(f"this program reads version {VERSION}, not {str(said['version'].value)[:20]!r}")
    if "name" not in said:
        raise top.wrong("it must have a name")
    name = said["name"].text()
    if not _NAME.fullmatch(name):
        raise said["name"].wrong("a name has letters, digits, spaces, commas, dots and dashes, at most 60")
    if "on_error" in said and said["on_error"].value != "block":
        raise said["on_error"].wrong(
            "it can only be 'block': a guard that errs blocks, and no policy can let it fail open; "
            "to try a policy without blocking anything use 'mode: watch'"
        )
    base = _base(said, top)
    made: dict[str, Any] = {"name": name}
    readers: dict[str, Callable[[_At], Any]] = {
        "mode": lambda at: at.one_of(Mode),
        "unjudged": lambda at: _by_direction(at, base.unjudged, _unjudged),
        "otherwise": lambda at: _by_direction(at, base.otherwise, _otherwise),
        "images": lambda at: at.one_of(Passing),
        "files": lambda at: at.one_of(Passing),
    }
    made |= {key: reader(said[key]) for key, reader in readers.items() if key in said}
    if "sessions" in said:
        made |= _sessions(said["sessions"], base)
    if "pseudonyms" in said:
        made["styles"] = {**base.styles, **_styles(said["pseudonyms"])}
    if "allow_values" in said:
        made["allowed_values"] = (*map(_allowed, said["allow_values"].items()), *base.allowed_values)
    if "links" in said:
        hosts = said["links"].mapping("allowed_hosts")
        if "allowed_hosts" in hosts:
            made["allowed_hosts"] = base.allowed_hosts | {_host(one) for one in hosts["allowed_hosts"].items()}
    if "forbidden_content" in said:
        made["forbidden"] = _forbidden(said["forbidden_content"], base.forbidden)
    if "rules" in said:
        made["rules"] = _merged(_rules(said["rules"]), base.rules)
    elif not base.rules:
        raise top.wrong("it must have 'rules', or 'extends' a policy that has some")
    return replace(base, **made)


def _base(said: Mapping[str, _At], top: _At) -> Policy:
    if "extends" in said:
        return preset(said["extends"].one_of({one: one for one in PRESETS}))
    return Policy(name="")


def _merged(own: tuple[Rule, ...], base: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Return own rules before those of the base; one with a base's name takes its place instead."""
    named = {rule.name: rule for rule in own}
    theirs = {rule.name for rule in base}
    return (*(r for r in own if r.name not in theirs), *(named.get(r.name, r) for r in base))


def _rules(at: _At) -> tuple[Rule, ...]:
    if not isinstance(at.value, list):
        raise at.wrong("it must be a list of rules")
    items = at.items()
    if len(items) > MOST_RULES:
        raise at.wrong(f"at most {MOST_RULES} rules are taken")
    rules: list[Rule] = []
    seen: set[str] = set()
    for item in items:
        rule = _rule(item)
        if rule.name in seen:
            raise _WrongError((*item.place, "name"), f"{rule.name!r} is the name of a rule before")
        seen.add(rule.name)
        rules.append(rule)
    return tuple(rules)


def _rule(at: _At) -> Rule:
    said = at.mapping("name", "when", "do", "because")
    for key in ("name", "do"):
        if key not in said:
            raise at.wrong(f"a rule needs {key!r}")
    name = said["name"].text()
    if not _NAME.fullmatch(name) or name == "otherwise" or name.startswith("allow_values"):
        raise said["name"].wrong(
            "a name has letters, digits, spaces, commas, dots and dashes, at most 60, and no own meaning"
        )
    rule = Rule(
        name=name,
        when=_when(said["when"]) if "when" in said else When(),
        do=said["do"].one_of(Action),
        because=said["because"].text() if "because" in said else "",
    )
    if rule.when.directions == (Direction.REPLY,) and not rule.for_replies:
        raise said["do"].wrong(f"{rule.do} does not apply to replies; use allow, mask or block")
    return rule


def _when(at: _At) -> When:
    said = at.mapping(
        "routes", "models", "roles", "speakers", "directions", "entities", "groups", "rules", "scanners",
        "score_at_least", "beside",
    )  # fmt: skip
    made: dict[str, Any] = {
        key: said[key].texts() for key in ("routes", "models", "roles", "rules", "scanners") if key in said
    }
    made |= {key: said[key].entities() for key in ("entities", "beside") if key in said}
    closed: dict[str, Any] = {"speakers": Role, "directions": Direction, "groups": Group}
    made |= {key: said[key].several(kind) for key, kind in closed.items() if key in said}
    if "score_at_least" in said:
        made["score_at_least"] = said["score_at_least"].number(0, 1)
    return When(**made)


def _by_direction(
    at: _At, base: Mapping[Direction, Action], read: Callable[[_At, Direction], Action]
) -> dict[Direction, Action]:
    if not isinstance(at.value, dict):
        return {one: read(at, one) for one in Direction}
    said = at.mapping(*map(str, Direction))
    return {one: read(said[one], one) if one in said else base[one] for one in Direction}


def _unjudged(at: _At, _: Direction) -> Action:
    return at.one_of({"block": Action.BLOCK, "pass": Action.ALLOW})


def _otherwise(at: _At, direction: Direction) -> Action:
    action = at.one_of(Action)
    if direction is Direction.REPLY and action in (Action.PSEUDONYMISE, Action.ASK):
        if at.place[-1] == direction:
            raise at.wrong(f"{action} does not apply to replies; use allow, mask or block")
        return Action.MASK if action is Action.PSEUDONYMISE else Action.BLOCK
    return action


def _sessions(at: _At, base: Policy) -> dict[str, Any]:
    said = at.mapping("ttl", "longest")
    made: dict[str, Any] = {}
    if "ttl" in said:
        made["session_ttl_s"] = said["ttl"].duration_s()
    if "longest" in said:
        made["session_longest_s"] = said["longest"].duration_s()
        if made["session_longest_s"] < made.get("session_ttl_s", base.session_ttl_s):
            raise said["longest"].wrong("it is shorter than the ttl")
    return made


def _styles(at: _At) -> dict[str, str]:
    if not isinstance(at.value, dict):
        raise at.wrong("it must map 'style' (for all) or entities to 'token' or 'structure'")
    styles: dict[str, str] = {}
    for key, value in at.value.items():
        one = _At(value, (*at.place, key))
        entity = "default" if key == "style" else _At(key, one.place).entity()
        styles[entity] = one.one_of({style: style for style in STYLES})
    return styles


def _allowed(at: _At) -> AllowedValue:
    if isinstance(at.value, str):
        return AllowedValue(value=at.text())
    said = at.mapping("value", "domain", "network", "pattern", "entities")
    forms = [key for key in ("value", "domain", "network", "pattern") if key in said]
    if len(forms) != 1:
        raise at.wrong("it must have exactly one of: value, domain, network, pattern")
    entities = frozenset(said["entities"].entities()) if "entities" in said else frozenset[str]()
    one = said[forms[0]]
    if forms[0] == "value":
        return AllowedValue(value=one.text(), entities=entities)
    if forms[0] == "domain":
        return AllowedValue(domain=_host(one), entities=entities)
    if forms[0] == "network":
        try:
            return AllowedValue(network=ip_network(one.text()), entities=entities)
        except ValueError as error:
            raise one.wrong(f"it is no network: {error}") from None
    return AllowedValue(pattern=_expression(one), entities=entities)


def _host(at: _At) -> str:
    host = at.text().casefold().strip(".")
    if not _DOMAIN.fullmatch(host) or len(host) > 253:
        raise at.wrong("it is no domain or host: letters, digits, dashes and dots")
    return host


def _expression(at: _At) -> str:
    import re2

    expression = at.text()
    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(expression, options=options)
    except re2.error as error:
        reason = error.args[0] if error.args else "it is no RE2 expression"
        said = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise at.wrong(f"RE2 does not take it: {said}") from None
    if compiled.fullmatch("") is not None:
        raise at.wrong("it matches nothing at all as well, and so everything")
    return expression


def _forbidden(at: _At, base: ForbiddenContent | None) -> ForbiddenContent:
    said = at.mapping("words", "patterns")
    if not said:
        raise at.wrong("it must have 'words' or 'patterns'")
    words = said["words"].texts() if "words" in said else ()
    patterns = tuple(dict.fromkeys(map(_expression, said["patterns"].items()))) if "patterns" in said else ()
    before = base or ForbiddenContent()
    return ForbiddenContent(
        words=tuple(dict.fromkeys((*before.words, *words))),
        patterns=tuple(dict.fromkeys((*before.patterns, *patterns))),
    )
