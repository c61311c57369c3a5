"""Reads a layer of shell: parses it, goes through it, and writes down what was found."""

from __future__ import annotations

import re

from vedette.commands.base import Call, Nested, Part, Reading, Scope
from vedette.commands.budget import Exhausted
from vedette.commands.sh.core import NAMELESS, SELVES
from vedette.commands.sh.escapes import to_bytes
from vedette.commands.sh.evaluate import Evaluator, JumpError
from vedette.commands.sh.parser import MEANINGS, Parser
from vedette.commands.sh.state import Defined, State, Var
from vedette.commands.sh.syntax import Listing, Simple
from vedette.schema.command import Language, TokenKind

_LONGEST = 150_000
_SELF = re.compile(r"\$\{?(?:0|BASH_SOURCE)\b")
_FUNCTION = re.compile(r"BASH_FUNC_(.+)%%\Z")
_ARRAY = re.compile(r"BASH_ARRAY_(.+)%%\Z")


def read(text: str, scope: Scope) -> Reading:
    """Return what a shell command line or script says; nothing is run.

    Args:
        text: the script.
        scope: what else is known; files that the script writes are added to it.
    """
    reading = Reading()
    if len(text) > _LONGEST:
        reading.stops.append("only its first 150,000 characters are read")
        text = text[:_LONGEST]
    parser = Parser(text)
    try:
        listing = parser.script()
    except RecursionError:
        reading.broken = True
        reading.stops.append("it is nested deeper than is read")
        return reading
    ev = Evaluator(text, scope)
    if "\n" in text and NAMELESS not in scope.environment and _SELF.search(text) is not None:
        # a script of several lines that reads itself
        for name in SELVES:
            ev.own_files[name] = to_bytes(text)
    if parser.stop:
        ev.stop(parser.stop)
    finished = False
    try:
        scope.budget.step(1 + len(text) // 400)
        _inherit(ev, scope)
        try:
            ev.script(listing)
        except JumpError:
            pass
        _rest(ev, listing)
        finished = True
    except Exhausted as exhausted:
        ev.stop(str(exhausted))
        ev.top.known = False
    except RecursionError:
        ev.stop("it is nested deeper than is read")
        ev.top.known = False
    _finish(ev, parser, reading, scope, finished)
    return reading


def _inherit(ev: Evaluator, scope: Scope) -> None:
    """Take over the environment, exported functions and arrays among it."""
    for name, value in scope.environment.items():
        if name == NAMELESS:
            ev.state.name = value
            continue
        m = _FUNCTION.match(name)
        if m is not None and value.startswith("() "):
            inner = Parser(value[3:], True, 1)
            body = inner.script()
            if body.items:
                ev.state.functions[m.group(1)] = Defined(body.items[0][0], value[3:], inner.text, False, True)
            continue
        m = _ARRAY.match(name)
        if m is not None:
            inner = Parser(f"{m.group(1)}={value[1:]}", True, 1)
            body = inner.script()
            source, ev.source = ev.source, inner.text
            ev.quiet += 1
            if value.startswith("A"):
                ev.state.variables[m.group(1)] = Var("", True, {}, True)
            for item, _ in body.items:
                if isinstance(item, Simple):
                    for assign in item.assigns:
                        ev.assign(assign)
            ev.quiet -= 1
            ev.source = source
            continue
        ev.state.variables[name] = Var(value, True, attributes="x")
    if scope.arguments:
        ev.state.arguments = tuple([(a, True) for a in scope.arguments])


def _rest(ev: Evaluator, listing: Listing) -> None:
    """Read functions that nothing calls, and what is trapped."""
    for function in list(ev.state.functions.values()):
        if function.called or not function.own:
            continue
        state: State = ev.state
        ev.state = state.copy()
        ev.state.arguments = None
        ev.sure = False
        ev.uncertain += 1
        function.called = True
        try:
            ev.run(function.body)
        except JumpError:
            pass
        finally:
            ev.uncertain -= 1
            ev.sure = True
            ev.state = state
    for code, methods, start, end in ev.trapped.values():
        span = (start, end) if start < end else (None, None)
        ev.nested.append(Nested(Language.SH, code, ("trap", *methods), span[0], span[1], ev.environment()))


def _each_once(calls: list[Call]) -> list[Call]:
    """Return calls without those that a loop repeats word for word."""
    seen: set[tuple[object, ...]] = set()
    kept = []
    for call in calls:
        key = (call.start, call.end, call.name.text, call.stdin, *[w.text for w in call.args])
        if key not in seen:
            seen.add(key)
            kept.append(call)
    return kept


def _finish(ev: Evaluator, parser: Parser, reading: Reading, scope: Scope, finished: bool) -> None:
    reading.calls = _each_once(ev.calls)
    reading.nested = ev.nested
    reading.stops.extend(ev.stops)
    reading.broken = parser.broken
    reading.parts = [
        Part(kind, start, end, "a comment" if kind is TokenKind.COMMENT else MEANINGS.get(meaning, meaning))
        for kind, start, end, meaning in parser.marks
    ]
    reading.parts.extend(ev.parts)
    reading.strings = [word for i, word in enumerate(ev.assigned_strings) if i not in ev.consumed]
    if finished and ev.top.known and ev.top.exact:
        reading.output = ev.top.value()
    pure = [(a, b, names) for a, b, names in ev.pure_spans if names and names <= ev.used][:200]
    reading.clear, reading.methods = ev.edits.apply(ev.text, scope.budget.value_chars, pure)
    for name, var in ev.state.variables.items():
        if "x" in var.attributes and var.known and var.items is None:
            scope.environment[name] = var.text
