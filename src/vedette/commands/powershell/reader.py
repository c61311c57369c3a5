"""Reads PowerShell: parses, evaluates without running anything, and writes out what it computed."""

from __future__ import annotations

import logging

from vedette.commands.base import Reading, Scope, Word
from vedette.commands.budget import Exhausted
from vedette.commands.powershell import nodes as n
from vedette.commands.powershell.calls import CommandEvaluator
from vedette.commands.powershell.clear import Clearer
from vedette.commands.powershell.code_evaluator import Leave, assigned
from vedette.commands.powershell.expressions import TooDeep
from vedette.commands.powershell.parser import MOST_STATEMENTS, Parser
from vedette.commands.powershell.parts import parts_of
from vedette.commands.powershell.state import State
from vedette.commands.powershell.values import Partial, Unclear, Unknown, Value, to_text

logger = logging.getLogger(__name__)

FAULT = "the reader of PowerShell failed here"
DEEP = "it is nested deeper than is read"
MOST_TEXT = 1_000_000


def read(text: str, scope: Scope) -> Reading:
    """Return what a script of PowerShell says: its calls, the code it makes, and the script written clearly."""
    reading = Reading()
    if not text.strip():
        return reading
    if len(text) > MOST_TEXT:
        reading.stops.append("it is longer than is read")
        reading.broken = True
        return reading
    scope.budget.step(1 + len(text) // 100)
    parser = Parser(text)
    try:
        block = parser.script()
    except (TooDeep, RecursionError):
        reading.stops.append(DEEP)
        reading.broken = True
        return reading
    reading.broken = parser.broken
    if parser.cut:
        reading.stops.append(f"only its first {MOST_STATEMENTS:,} statements or arguments were read")
    state = State(scope)
    ev = CommandEvaluator(text, scope, state, reading)
    if "$" in text:
        ev.sets = assigned(block)
    ev._seen = set()
    ev._by_place = {}
    ev.sessions = []
    _inherit(ev, scope)
    written: list[Value] | None = None
    try:
        written = _run(ev, block)
        ev.read_rest()
    except Exhausted as spent:
        ev.stop(str(spent))
        written = None
    except (TooDeep, RecursionError):
        ev.stop(DEEP)
        written = None
    except Exception as error:
        # a fault of ours must not lose what was read before it
        logger.warning("evaluating PowerShell failed: %s", type(error).__name__)
        logger.debug("its traceback", exc_info=True)
        ev.stop(FAULT)
        written = None
    if written is not None:
        reading.output = _output(written)
    try:
        clearer = Clearer(ev, text)
        reading.clear, reading.methods = clearer.clear(block)
        _strings(clearer, reading)
        reading.parts = parts_of(text, block)
    except RecursionError:
        ev.stop(DEEP)
    return reading


def _run(ev: CommandEvaluator, block: n.Block) -> list[Value]:
    if ev.scope.arguments:
        from vedette.commands.powershell.values import Items

        ev.state.set("args", Items(ev.scope.arguments))
    if block.params:
        given = {name: slot for name in ev.given if (slot := ev.state.find(name)) is not None}
        ev._bind(block, list(ev.scope.arguments))
        ev.state.frames[-1].update(given)
        for p in block.params[len(ev.scope.arguments) :]:
            if p.default is None and p.name not in given:  # whoever calls the script may give it
                ev.state.set(p.name, Unknown("$" + p.name))
    out: list[Value] = []
    body = block.begin + (block.process or []) + block.body
    for i, node in enumerate(body):
        ev.need = i < len(body) - 1
        try:
            out += ev.outputs(node)
        except Leave as leave:
            out += leave.values
            if leave.word in ("exit", "return", "throw"):
                ev.unsure += 1  # what stands behind it is read, but does not run
    return out


def _inherit(ev: CommandEvaluator, scope: Scope) -> None:
    """Take over the variables, functions and aliases of the layer above."""
    for key, value in scope.environment.items():
        kind, colon, name = key.partition(":")
        if not colon:
            continue
        if kind == "alias":
            ev.state.aliases[name] = value
        elif kind in ("variable", "function", "given"):
            parser = Parser(value)
            silent, ev.silent = ev.silent, True
            keep, ev.text = ev.text, value
            try:
                body = parser.script().body
                if len(body) == 1:
                    if kind == "function":
                        ev.outputs(body[0])
                    else:
                        ev.state.set(name, ev.eval(body[0]))
                        if kind == "given":
                            ev.given.add(name)
            except (TooDeep, Leave, Unclear, RecursionError):
                continue
            finally:
                ev.silent, ev.text = silent, keep


def _output(values: list[Value]) -> bytes | None:
    texts: list[str] = []
    for v in values:
        try:
            t = to_text(v)
        except Unclear:
            return None
        if isinstance(t, Partial):
            return None
        texts.append(t)
    return "".join(f"{t}\r\n" for t in texts).encode("utf-8", "replace")


def _strings(clearer: Clearer, reading: Reading) -> None:
    """Note computed texts that stand in no call: only whole ones, not what they were made of on the way."""
    taken = {w.text for c in reading.calls for w in c.args} | {x.text for x in reading.nested}
    for node, fold in clearer.shown[:500]:
        value = fold.value
        if type(value) is str and len(value) > 3 and value not in taken:
            taken.add(value)
            reading.strings.append(Word(value, node.start, node.end, True, fold.how))
