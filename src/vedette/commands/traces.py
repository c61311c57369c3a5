"""What a decoded command is seen to do: the acts, places and patterns of the tables that fire, with their tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import re2

from vedette.commands.base import Call, Reading, Word
from vedette.commands.observables import DEV_TCP
from vedette.commands.usage import URL, Label, Usage, assign, is_dry_run, is_help, misplaced, usage_of
from vedette.knowledge.tools import Act, Role, Term, ToolTables
from vedette.knowledge.tools.base import encodable
from vedette.schema.command import CommandObservable, Language, Layer, Stop, Touch, TouchAction, TouchKind

_HOLE = re.compile(r"\{([^{}|]+)(?:\|([^{}]*))?\}")
_HOST = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]*://(?:[^/@\s]*@)?(\[[0-9a-fA-F:]+\]|[^/:?#\s]+)")
_MOST_ARGS = 400
_LONGEST = 240
_NO_FILE = re.compile(r"^(?:-|_|\{\}|\$0|/dev/(?:std(?:in|out|err)|fd/\d+|null|tty)|\u2039.*|php://.*)$", re.DOTALL)
"""What stands for a file and is none: standard streams, descriptors, the mark of a pipe."""
_OUTPUT = re.compile(r"^(?:\d*|&|\*)>{1,2}\|?$")

_TOUCHED: dict[Role, tuple[TouchKind, TouchAction]] = {
    Role.FILE: (TouchKind.FILE, TouchAction.READ),
    Role.OUT: (TouchKind.FILE, TouchAction.WRITE),
    Role.DEL: (TouchKind.FILE, TouchAction.DELETE),
    Role.DIR: (TouchKind.FILE, TouchAction.READ),
    Role.URL: (TouchKind.NETWORK, TouchAction.CONNECT),
    Role.HOST: (TouchKind.NETWORK, TouchAction.CONNECT),
    Role.USER: (TouchKind.ACCOUNT, TouchAction.READ),
    Role.GROUP: (TouchKind.ACCOUNT, TouchAction.READ),
    Role.KEY: (TouchKind.REGISTRY, TouchAction.READ),
    Role.SERVICE: (TouchKind.SERVICE, TouchAction.READ),
    Role.TASK: (TouchKind.PERSISTENCE, TouchAction.READ),
    Role.COMMAND: (TouchKind.PROCESS, TouchAction.RUN),
}
"""What an argument of a role touches, where no act says more."""


@dataclass(slots=True)
class Fired:
    """An act, place or pattern that holds of a command."""

    id: str
    says: str | None
    """What it does, filled in: ``downloads http://… and saves it as …``."""
    techniques: tuple[tuple[str, float], ...]
    risk: float
    note: str | None
    """Why that is suspicious, where the tables say."""
    layer: int
    start: int
    end: int
    text: str
    """The token that shows it."""
    tool: str | None = None
    persistence: bool = False
    benign: str | None = None
    language: Language | None = None


@dataclass(slots=True)
class Used:
    """A call in a layer, how it uses its tool, and what it does."""

    layer: int
    usage: Usage
    fired: list[Fired] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)

    @property
    def call(self) -> Call:
        """Return the call."""
        return self.usage.call


@dataclass(slots=True)
class Traces:
    """Everything that explaining, ranking and rating a command rest on."""

    command: str
    language: Language
    layers: list[Layer] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    """One for each layer; of a simplified one, that of the layer that it simplifies."""
    uses: list[Used] = field(default_factory=list)
    fired: list[Fired] = field(default_factory=list)
    """All of them, those of uses included, in order of layer and place."""
    touches: list[Touch] = field(default_factory=list)
    observables: list[CommandObservable] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    later: set[int] = field(default_factory=set)
    """Layers that are left to run later: a task's, a service's, a run key's command."""
    unsure: set[int] = field(default_factory=set)
    """Layers that are reached only if their call is."""
    failed: bool = False
    """Whether a reader failed, so that what it would have found is missing."""


def trace_call(call: Call, layer: int, tables: ToolTables) -> Used:
    """Return how a call uses its tool and what fires."""
    if len(call.args) > _MOST_ARGS:
        call.args = call.args[:_MOST_ARGS]
    usage = usage_of(call, tables)
    used = Used(layer, usage)
    if usage.tool is not None and (odd := misplaced(call, usage.tool)) is not False:
        _misplaced(used, odd)
        return used
    acts = usage.page.acts if usage.page else ()
    if usage.tool is not None and usage.page is not usage.tool:
        acts = (*acts, *(act for act in usage.tool.acts if act.when))
    main = None
    joined: list[str] = []
    flags = usage.flags
    whole = usage.page is usage.tool
    for act in acts:
        if (main is not None and not act.also) or (whole and act.need is not None and act.need not in flags):
            continue
        if not _holds(act, usage, joined):
            continue
        if not act.also:
            main = act
            if act.operands is not None:
                assign(usage, act.operands)
        used.fired.append(_fired(act, used))
        for line in act.touch:
            _add_touch(used, line)
    if is_dry_run(usage):
        _dry(used)
        return used
    _role_touches(used)
    _redirect_touches(used)
    return used


def _misplaced(used: Used, odd: bool | None) -> None:
    """Tell a program that bears a tool's name in a folder where that tool never lies."""
    usage, call = used.usage, used.call
    name, usage.tool, usage.page = usage.name, None, None
    usage.labels = [Label("operand", None) if label else None for label in usage.labels]
    path = short(call.name.text, 120)
    if not odd:
        _redirect_touches(used)
        return
    used.fired.append(
        Fired(
            id="misplaced",
            says=f"runs {path}, a program with the name of {name} in a folder where anybody may write",
            techniques=(("T1036.005", 0.9),),
            risk=0.6,
            note=f"{path} bears the name of a system tool and lies where that tool never does",
            layer=used.layer,
            start=call.name.start,
            end=call.name.end,
            text=call.name.text,
            tool=name,
        )
    )
    _add(used, TouchKind.PROCESS, TouchAction.RUN, call.name.text)
    _redirect_touches(used)


def _dry(used: Used) -> None:
    """Tell a call that changes nothing: what it would do is no act of its own."""
    helps = is_help(used.usage)
    used.touches = []
    for fired in used.fired:
        fired.risk *= 0.1
        fired.techniques = ()
        fired.note = None
        if fired.says:
            fired.says = (
                f"shows the help of {used.usage.name}" if helps else f"only says what it would do: {fired.says}"
            )
    if helps:
        del used.fired[1:]


def trace_places(used: Used, tables: ToolTables) -> None:
    """Add what is special about the things that a call touches."""
    if not used.touches:
        return
    kept = []
    for touch in used.touches:
        meaning = None
        by_kind = tables.places_by_kind.get(touch.kind.value)
        if by_kind is not None:
            places, matcher = by_kind
            for number in matcher.matches(touch.value[:4096]):
                place = places[number]
                if place.actions and touch.action.value not in place.actions:
                    continue
                meaning = meaning or place.means
                if all(f.id != place.id for f in used.fired):
                    start, end, text = _token_of(used, touch.value)
                    used.fired.append(
                        Fired(
                            id=place.id,
                            says=None,
                            techniques=place.techniques,
                            risk=place.risk,
                            note=f"{_ACTS[touch.action]} {short(touch.value)}: {place.means}",
                            layer=used.layer,
                            start=start,
                            end=end,
                            text=text,
                            tool=used.usage.name,
                            persistence=place.persistence,
                        )
                    )
        kept.append(
            Touch(kind=touch.kind, action=touch.action, value=touch.value, layer=touch.layer, meaning=meaning)
            if meaning
            else touch
        )
    used.touches = kept


_ACTS = {
    TouchAction.READ: "reads",
    TouchAction.WRITE: "writes",
    TouchAction.DELETE: "deletes",
    TouchAction.RUN: "runs",
    TouchAction.CONNECT: "reaches",
    TouchAction.CREATE: "creates",
    TouchAction.CHANGE: "changes",
    TouchAction.STOP: "stops",
}


def trace_patterns(layer: Layer, tables: ToolTables) -> list[Fired]:
    """Return the patterns of text that hold of a layer."""
    found = []
    text = layer.text[:65_536]
    for number in tables.pattern_set.matches(text):
        pattern = tables.patterns[number]
        if pattern.languages and layer.language.value not in pattern.languages:
            continue
        start, end = _where(pattern.match, text)
        found.append(
            Fired(
                id=pattern.id,
                says=None,
                techniques=pattern.techniques,
                risk=pattern.risk,
                note=pattern.means,
                layer=layer.number,
                start=start,
                end=end,
                text=text[start:end],
                language=layer.language,
            )
        )
    return found


def short(text: str, most: int = _LONGEST) -> str:
    """Return text for a sentence: on one line, cut where it is long."""
    text = " ".join(text[: most * 2].split())
    return text if len(text) <= most else text[: most - 1] + "…"


_FOLDERS = {".": "the current folder", "./": "the current folder", "..": "the folder above", "{}": "each of them"}


def fill(template: str, usage: Usage) -> str:
    """Return a sentence of the tables with its holes filled from a call.

    A hole without a value takes its own words after ``|``, else ``something``.
    """

    def value(hole: re.Match[str]) -> str:
        found = hole_value(hole[1].strip(), usage)
        if found:
            return _FOLDERS.get(found) or short(found, 120)
        return hole[2] if hole[2] is not None else "something"

    return _HOLE.sub(value, template) if "{" in template else template


def hole_value(name: str, usage: Usage) -> str | None:
    """Return what a hole of a sentence stands for in a call, or None where the call has none."""
    if name == "URL":
        return url_of(usage)
    if name == "HOST":
        url = url_of(usage)
        found = _HOST.match(url) if url else None
        return found[1] if found else None
    if name == "ARGS":
        return " ".join(a.text for a in usage.call.args) or None
    operands = usage.operands
    if name.endswith("...") and name[:-3].isdigit():
        return " ".join(w.text for w in operands[int(name[:-3]) - 1 :]) or None
    if name.lstrip("-").isdigit():
        number = int(name)
        if number > 0:
            return operands[number - 1].text if number <= len(operands) else None
        return operands[number].text if operands else None
    given = usage.flags.get(_flag_key(name, usage))
    return given.value if given else None


def url_of(usage: Usage) -> str | None:
    """Return the first URL among a call's arguments, or the operand that stands where one belongs."""
    for word in usage.call.args:
        if "://" in word.text or word.text.startswith("\\\\"):
            found = URL.search(word.text)
            if found:
                return found[0] if "(" in found[0] else found[0].rstrip(").,;")
    for word, label in zip(usage.call.args, usage.labels, strict=True):
        if label and label.role is Role.URL and label.kind != "flag" and "." in word.text and word.known:
            return word.text
    return None


def _flag_key(name: str, usage: Usage) -> str:
    bare = name if name == "--" else name.lstrip("-/+").rstrip(":=")
    page = usage.page
    if page is None:
        return bare
    flag = page.flags.get(bare) or page.flags.get(bare.lower())
    if flag is not None:
        return flag.name
    return bare.lower() if usage.tool and usage.tool.style.value in ("windows", "powershell") else bare


def _holds(act: Act, usage: Usage, joined: list[str]) -> bool:
    if not act.when:
        return True
    return any(all(_true(term, usage, joined) is not term.negated for term in terms) for terms in act.when)


def _true(term: Term, usage: Usage, joined: list[str]) -> bool:
    kind = term.kind
    if kind == "flag":
        given = usage.flags.get(term.name)
        if given is None and usage.page is not usage.tool:
            given = usage.flags.get(_flag_key(term.name, usage))
        if given is None:
            return False
        return term.pattern is None or (given.value is not None and term.matches(given.value))
    if kind == "operand":
        return 0 < term.number <= len(usage.operands) and term.matches(usage.operands[term.number - 1].text)
    if kind == "url":
        return url_of(usage) is not None
    if kind == "any":
        return any(term.matches(word.text) for word in usage.call.args)
    if kind == "all":
        if not joined:
            joined.append(" ".join(a.text for a in usage.call.args)[:65_536])
        return term.matches(joined[0])
    if kind == "count":
        return len(usage.operands) >= term.number
    if kind == "piped":
        return usage.call.piped or usage.call.stdin is not None
    if kind == "pipes":
        return usage.call.pipes
    if kind == "redirect":
        return any(
            r.target is not None and _OUTPUT.match(r.operator) and term.matches(r.target.text)
            for r in usage.call.redirects
        )
    return False


def _fired(act: Act, used: Used) -> Fired:
    usage = used.usage
    start, end, text = _telling(act, usage)
    return Fired(
        id=act.id,
        says=fill(act.does, usage) if act.does else None,
        techniques=act.techniques,
        risk=act.risk,
        note=fill(act.note, usage) if act.note else None,
        layer=used.layer,
        start=start,
        end=end,
        text=text,
        tool=usage.name,
        benign=act.benign or (usage.tool.benign if usage.tool else None),
    )


def _telling(act: Act, usage: Usage) -> tuple[int, int, str]:
    """Return the token that shows an act: the first argument that one of its conditions speaks of, else the name."""
    call = usage.call
    for terms in act.when:
        for term in terms:
            word = _word_of(term, usage)
            if word is not None and word.end > word.start:
                return word.start, word.end, word.text
    return call.name.start, call.name.end, call.name.text


def _word_of(term: Term, usage: Usage) -> Word | None:
    if term.negated:
        return None
    if term.kind == "operand" and 0 < term.number <= len(usage.operands):
        return usage.operands[term.number - 1]
    if term.kind in ("any", "all"):
        return next((w for w in usage.call.args if term.matches(w.text)), None)
    if term.kind == "flag":
        given = usage.flags.get(_flag_key(term.name, usage))
        if given is None:
            return None
        spelled = given.name
        return next((w for w in usage.call.args if w.text.lstrip("-/").lower().startswith(spelled.lower())), None)
    return None


def _add(used: Used, kind: TouchKind, action: TouchAction, value: str) -> None:
    value = value.strip()
    if not value or len(used.touches) > 200 or (kind is TouchKind.FILE and _NO_FILE.match(value)):
        return
    for touch in used.touches:
        if touch.kind is kind and touch.value == value and (touch.action is action or action is TouchAction.READ):
            return
    used.touches.append(Touch(kind=kind, action=action, value=value, layer=used.layer))


def _add_touch(used: Used, line: str) -> None:
    action, kind, value = line.split(maxsplit=2)
    missing = False

    def put(hole: re.Match[str]) -> str:
        nonlocal missing
        found = hole_value(hole[1].strip(), used.usage)
        if found is None and hole[2] is None:
            missing = True
        return found or hole[2] or ""

    text = _HOLE.sub(put, value)
    if not missing:
        _add(used, TouchKind(kind), TouchAction(action), text)


def _role_touches(used: Used) -> None:
    usage = used.usage
    roles = [label.role for label in usage.labels if label and label.role]
    if roles:
        for word, label in zip(usage.call.args, usage.labels, strict=True):
            if label is None or label.role is None or label.kind == "flag":
                continue
            known = _TOUCHED.get(label.role)
            if known:
                _add(used, *known, word.text)
        for given in usage.flags.values():
            if given.value and given.flag and given.flag.role and (known := _TOUCHED.get(given.flag.role)):
                _add(used, *known, given.value)
    if url := url_of(usage):
        _add(used, TouchKind.NETWORK, TouchAction.CONNECT, url)


def _redirect_touches(used: Used) -> None:
    for redirect in used.call.redirects:
        target = redirect.target
        if target is None or not target.text or target.text.startswith("&"):
            continue
        if found := DEV_TCP.match(target.text):
            _add(used, TouchKind.NETWORK, TouchAction.CONNECT, f"{found[1]}:{found[2]}")
            continue
        if target.text.lower() in ("nul", "/dev/null", "$null", "/dev/stdout", "/dev/stderr"):
            continue
        if _OUTPUT.match(redirect.operator):
            _add(used, TouchKind.FILE, TouchAction.WRITE, target.text)
        elif redirect.operator == "<":
            _add(used, TouchKind.FILE, TouchAction.READ, target.text)


def _token_of(used: Used, value: str) -> tuple[int, int, str]:
    call = used.call
    for word in call.args:
        if word.end > word.start and (word.text == value or (value.startswith(word.text) and len(word.text) > 3)):
            return word.start, word.end, word.text
    for redirect in call.redirects:
        if redirect.target and redirect.target.text == value:
            return redirect.start, redirect.end, value
    return call.name.start, call.name.end, call.name.text


def _where(pattern: str, text: str) -> tuple[int, int]:
    found = _compiled(pattern).search(encodable(text))
    return (found.start(), found.end()) if found else (0, min(len(text), 40))


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Any:
    return re2.compile(pattern)
