"""From what the tables say to pages, with located errors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from zlib import crc32

import re2

from vedette.knowledge.tools.base import (
    CASELESS,
    STYLES,
    Act,
    Family,
    Flag,
    Pattern,
    Place,
    Role,
    Style,
    Term,
    Tool,
)

TOOL_KEYS = frozenset(
    {"what", "names", "style", "misused", "source", "benign", "flags", "operands", "acts", "subs", "family", "learned"}
)
ACT_KEYS = frozenset({"if", "does", "operands", "technique", "risk", "note", "touch", "also", "benign"})
PLACE_KEYS = frozenset({"kind", "action", "match", "means", "persistence", "technique", "risk"})
PATTERN_KEYS = frozenset({"match", "in", "means", "technique", "risk"})
ACTIONS = frozenset({"read", "write", "delete", "run", "connect", "create", "change", "stop"})
KINDS = frozenset(
    {"file", "registry", "network", "account", "process", "service", "persistence", "protection", "cloud"}
)
_ROLE_END = re.compile(r"^(.*?)(?:\s+|[:=])([A-Z]+)(?:\.\.\.)?$")
_OPERAND = re.compile(r"^(\d+)=(.*)$", re.DOTALL)


class Wrong(ValueError):  # noqa: N818  (read as a sentence: raise Wrong)
    """An entry says something that cannot be; the message says what."""


def tool_of(name: str, family: Family, entry: Mapping[str, Any], *, above: Tool | None = None) -> Tool:
    """Return a tool's page from its entry.

    Raises:
        Wrong: the entry does not keep to the form.
    """
    _keys(entry, TOOL_KEYS)
    style = Style(_one_of(entry.get("style", above.style if above else STYLES.get(family, Style.ARGS)), Style, "style"))
    caseless = family in CASELESS
    tool = Tool(
        name=name,
        family=family,
        what=_text(entry, "what"),
        source=str(entry.get("source") or (above.source if above else "")),
        style=style,
        misused=bool(entry.get("misused", False)),
        benign=_maybe(entry, "benign"),
        operands=_roles(entry.get("operands")) or (),
    )
    for written, meaning in (entry.get("flags") or {}).items():
        if not isinstance(meaning, str):
            raise Wrong(f"flag {written!r}: say what it means in words")
        # curl and ssh tell -o from -O on Windows too
        cased = style in (Style.GNU, Style.SINGLE)
        flag, spellings = flag_of(str(written), meaning, caseless and not cased)
        for spelling in spellings:
            tool.flags.setdefault(spelling, flag)
    if above:
        for spelling, flag in above.flags.items():
            tool.flags.setdefault(spelling, flag)
    label = f"{family.value}:{above.name + ' ' if above else ''}{name}"
    folded = style not in (Style.GNU, Style.SINGLE)
    tool.acts = tuple(act_of(label, act, caseless, fold_flags=folded) for act in entry.get("acts") or ())
    for act in tool.acts:
        for term in (term for terms in act.when for term in terms if term.kind == "flag"):
            if (known := tool.flags.get(term.name)) is not None:
                term.name = known.name
        needs = [{t.name for t in terms if t.kind == "flag" and not t.negated} for terms in act.when]
        both = set.intersection(*needs) if needs else set()
        act.need = min(both) if both else None
    for sub, below in (entry.get("subs") or {}).items():
        if above:
            raise Wrong(f"{sub!r}: subcommands go one level deep; write its words in one key")
        key = str(sub).lower() if caseless else str(sub)
        tool.subs[key] = tool_of(str(sub), family, below, above=tool)
        tool.sub_words = max(tool.sub_words, len(key.split()))
    return tool


def flag_of(written: str, meaning: str, caseless: bool) -> tuple[Flag, list[str]]:
    """Return an option and its spellings without dashes.

    Args:
        written: ``-o, --output OUT``.
        meaning: in words.
        caseless: whether case does not count.

    Raises:
        Wrong: it names no option, or a role that is none.
    """
    role: Role | None = None
    spellings = []
    for part in written.split(","):
        part = part.strip()
        if (found := _ROLE_END.match(part)) and found[1]:
            role = Role(_one_of(found[2], Role, f"flag {written!r}: role"))
            part = found[1] + ("=" if part[len(found[1]) : len(found[1]) + 1] == "=" and part[0] not in "-/" else "")
        bare = part if part in ("-", "--") else part.lstrip("-/+").rstrip(":=")
        if not bare:
            raise Wrong(f"flag {written!r} has no name")
        spellings.append(bare.lower() if caseless else bare)
    return Flag(name=spellings[0], spelling=written, meaning=meaning, role=role), spellings


def act_of(label: str, entry: Mapping[str, Any], caseless: bool, *, fold_flags: bool = True) -> Act:
    """Return an act from its entry.

    Raises:
        Wrong: the entry does not keep to the form.
    """
    if not isinstance(entry, Mapping):
        raise Wrong("an act is a mapping with `if`, `does` and the like")
    _keys(entry, ACT_KEYS)
    when = entry.get("if")
    alternatives = [when] if isinstance(when, str) else list(when or ())
    touch = entry.get("touch") or ()
    touches = (touch,) if isinstance(touch, str) else tuple(touch)
    for line in touches:
        words = str(line).split(maxsplit=2)
        if len(words) < 3 or words[0] not in ACTIONS or words[1] not in KINDS:
            raise Wrong(f"touch {line!r}: write `<action> <kind> <value>`, such as `write file {{2}}`")
    operands = entry.get("operands")
    return Act(
        id=f"{label}#{_mark(when, entry.get('technique'))}",
        when=tuple(tuple(terms_of(str(text), caseless, fold_flags)) for text in alternatives),
        does=_maybe(entry, "does"),
        operands=None if operands is None else _roles(operands),
        techniques=_techniques(entry.get("technique")),
        risk=_risk(entry),
        note=_maybe(entry, "note"),
        touch=touches,
        also=bool(entry.get("also", False)),
        benign=_maybe(entry, "benign"),
    )


def terms_of(text: str, caseless: bool, fold_flags: bool = True) -> Iterator[Term]:
    """Yield the conditions that a line of them says.

    Raises:
        Wrong: one is of no known form, or its expression does not compile.
    """
    for word in text.split():
        negated = word.startswith("!")
        if negated:
            word = word[1:]
        yield _term(word, negated, caseless, fold_flags)


def _term(word: str, negated: bool, caseless: bool, fold_flags: bool) -> Term:
    simple = {"URL": "url", "PIPED": "piped", "PIPES": "pipes"}
    if word in simple:
        return Term(simple[word], negated=negated)
    for head, kind in (("*=", "any"), ("ALL=", "all"), (">=", "redirect")):
        if word.startswith(head):
            return _checked(Term(kind, pattern=word[len(head) :], negated=negated, caseless=caseless))
    if word.startswith("#") and word[1:].isdigit():
        return Term("count", number=int(word[1:]), negated=negated)
    if found := _OPERAND.match(word):
        return _checked(Term("operand", number=int(found[1]), pattern=found[2], negated=negated, caseless=caseless))
    if word[:1] in "-/+" and len(word) > 1:
        name, equals, pattern = word.partition("=")
        bare = name if name == "--" else name.lstrip("-/+").rstrip(":")
        bare = bare.lower() if caseless and fold_flags else bare
        return _checked(Term("flag", bare, pattern=pattern if equals else None, negated=negated, caseless=caseless))
    if re.fullmatch(r"\w+=", word):  # a key of words style
        return Term("flag", word.rstrip("=").lower() if caseless else word.rstrip("="), negated=negated)
    if found := re.match(r"^([A-Za-z_]\w*)=(.+)$", word):
        bare = found[1].lower() if caseless else found[1]
        return _checked(Term("flag", bare, pattern=found[2], negated=negated, caseless=caseless))
    raise Wrong(f"condition {word!r} is of no known form")


def _checked(term: Term) -> Term:
    if term.pattern is not None:
        expression(term.pattern)
    return term


def expression(pattern: str) -> str:
    """Return the expression, checked.

    Raises:
        Wrong: RE2 does not compile it.
    """
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options=options)
    except re2.error as error:
        said = error.args[0] if error.args else error
        raise Wrong(f"expression {pattern!r}: {said.decode() if isinstance(said, bytes) else said}") from None
    return pattern


def place_of(entry: Mapping[str, Any]) -> Place:
    """Return a special place from its entry.

    Raises:
        Wrong: the entry does not keep to the form.
    """
    _keys(entry, PLACE_KEYS)
    action = entry.get("action") or ()
    actions = frozenset([action] if isinstance(action, str) else action)
    if actions - ACTIONS:
        raise Wrong(f"action {', '.join(sorted(actions - ACTIONS))} is none")
    if entry.get("kind") not in KINDS:
        raise Wrong(f"kind {entry.get('kind')!r} is none")
    return Place(
        id=f"place#{_mark(entry.get('kind'), entry.get('match'))}",
        kind=str(entry["kind"]),
        actions=actions,
        match=_text(entry, "match"),
        means=_text(entry, "means"),
        persistence=bool(entry.get("persistence", False)),
        techniques=_techniques(entry.get("technique")),
        risk=_risk(entry),
    )


def pattern_of(entry: Mapping[str, Any]) -> Pattern:
    """Return a pattern of text from its entry.

    Raises:
        Wrong: the entry does not keep to the form.
    """
    _keys(entry, PATTERN_KEYS)
    languages = entry.get("in") or ()
    return Pattern(
        id=f"pattern#{_mark(entry.get('match'))}",
        match=_text(entry, "match"),
        languages=frozenset([languages] if isinstance(languages, str) else languages),
        means=_text(entry, "means"),
        techniques=_techniques(entry.get("technique")),
        risk=_risk(entry),
    )


def _mark(*said: Any) -> str:
    """Return a mark that stays when other entries come and go, so that a model knows the entry again."""
    return f"{crc32(repr(said).encode()) & 0xFFFFFF:06x}"


def _keys(entry: Mapping[str, Any], known: frozenset[str]) -> None:
    if not isinstance(entry, Mapping):
        raise Wrong(f"expected a mapping, found {type(entry).__name__}")
    if odd := [key for key in entry if key not in known]:
        raise Wrong(f"unknown key {', '.join(map(str, odd))}; known: {', '.join(sorted(known))}")


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise Wrong(f"`{key}` is missing or no text")
    return value


def _maybe(entry: Mapping[str, Any], key: str) -> str | None:
    return _text(entry, key) if entry.get(key) is not None else None


def _risk(entry: Mapping[str, Any]) -> float:
    risk = entry.get("risk", 0)
    if not isinstance(risk, int | float) or not 0 <= risk <= 1:
        raise Wrong(f"risk {risk!r} is no number from 0 to 1")
    return float(risk)


def _roles(written: Any) -> tuple[str, ...]:
    if written is None:
        return ()
    roles = tuple([written] if isinstance(written, str) else written)
    for number, role in enumerate(roles):
        bare = str(role)
        if bare.endswith("..."):
            bare = bare[:-3]
            if number != len(roles) - 1:
                raise Wrong("only the last operand repeats")
        _one_of(bare, Role, "operand")
    return tuple(map(str, roles))


def _techniques(written: Any) -> tuple[tuple[str, float], ...]:
    if written is None:
        return ()
    if isinstance(written, Mapping):
        pairs = tuple((str(key), float(value)) for key, value in written.items())
    else:
        pairs = tuple((str(key), 1.0) for key in ([written] if isinstance(written, str) else written))
    for key, _ in pairs:
        if not re.fullmatch(r"T\d{4}(\.\d{3})?", key):
            raise Wrong(f"{key!r} is no technique id")
    return pairs


def _one_of(value: Any, kinds: Any, what: str) -> str:
    if str(value) not in set(map(str, kinds)):
        raise Wrong(f"{what} {value!r} is none of {', '.join(map(str, kinds))}")
    return str(value)
