"""From a command line to its layers and what they do: reads a layer, then what it hands to interpreters, in turn.

Source: a layer is what ``vedette.commands.readers`` make of a text; depth, steps and sizes are bounded by
:class:`vedette.commands.budget.Budget`, which all layers of a command share.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field, replace

from vedette.commands import programs
from vedette.commands.base import Call, Nested, Reading, Scope, program_name
from vedette.commands.budget import Budget, Exhausted
from vedette.commands.environment import default_environment
from vedette.commands.observables import MOST_LISTED, observables_of
from vedette.commands.readers import reader
from vedette.commands.shells import candidates, like_script
from vedette.commands.traces import Traces, trace_call, trace_patterns, trace_places
from vedette.knowledge.tools import ToolTables, packed_tables
from vedette.schema.command import Language, Layer, Stop

logger = logging.getLogger(__name__)

MOST_CHARS = 1_000_000
"""Longest command that is read; the rest is left out, and said to be."""
MOST_LAYERS = 64
PLAIN_SENSE = 2.5
"""From which a language makes so much sense of a text that no other is tried."""
TRIED_STEPS = 20_000
"""Steps that a language may take when it is tried only; the one chosen then has them all."""
READS_CODE = frozenset({"sh", "bash", "zsh", "dash", "ksh", "python", "python3", "perl", "ruby", "php", "node", "iex"})
"""Interpreters that run what a pipe brings them."""
RUNS_LATER = frozenset(
    {
        "schtasks", "at", "sc", "reg", "crontab", "new-service", "register-scheduledtask", "new-itemproperty",
        "set-itemproperty", "new-scheduledtaskaction", "launchctl", "tee", "echo", "printf", "cat",
    }
)  # fmt: skip
"""Tools that leave a command for later and do not run it."""
MOST_TRIED = 9
"""Languages that a text is read as, where the first does not make sense of it."""
MOST_CALLS = 2_000


def trace(
    text: str, language: Language | None = None, *, tables: ToolTables | None = None, budget: Budget | None = None
) -> Traces:
    """Return the layers of a command and what each is seen to do.

    Args:
        text: a command line or script.
        language: what it is written in; None tells it from the text.
        tables: what is known of tools; the packed ones by default.
        budget: what it may cost.
    """
    tables = tables or packed_tables()
    text = _SURROGATE.sub("\ufffd", text)
    if language is not None:
        return _traced(text, language, tables, budget or Budget())
    likely = candidates(text, tables)
    best = _traced(text, likely[0], tables, copy(budget) if budget else Budget())
    if len(likely) == 1 or not (best.readings[0].broken or like_script(text)):
        return best
    most = MOST_TRIED if len(text) < 20_000 else 3
    senses, spent = [_sense(best)], False
    for place, other in enumerate(likely[1:most], 1):
        if senses[-1] >= PLAIN_SENSE:
            break
        tried = copy(budget) if budget else Budget(steps=TRIED_STEPS)
        made = _traced(text, other, tables, tried)
        senses.append(_sense(made) - 0.3 * place)
        if senses[-1] > max(senses[:-1]):
            best, spent = made, tried.steps < 0
    return _traced(text, best.language, tables, Budget()) if spent and budget is None else best


def _traced(text: str, language: Language, tables: ToolTables, budget: Budget) -> Traces:
    given = text[:MOST_CHARS]
    walk = _Walk(Traces(command=text, language=language), tables, budget)
    if len(text) > MOST_CHARS:
        walk.traces.stops.append(Stop(layer=0, reason=f"only its first {MOST_CHARS:,} characters were read"))
    scope = Scope(budget=budget, environment=default_environment(language))
    scope.capture = walk.captured(scope)
    walk.layer(Nested(language, given), None, scope, read_as=_without_brackets(given))
    walk.finish()
    return walk.traces


def _sense(traces: Traces) -> float:
    """Return how much sense a text makes as a language: what is read whole and known speaks for it."""
    first = traces.readings[0]
    sense = -6.0 if first.broken else 0.0
    sense -= 2.0 * sum(reading.broken for reading in traces.readings[1:])
    known = sum(used.usage.tool is not None for used in traces.uses)
    sense += min(known, 4) - 0.7 * min(len(traces.uses) - known, 4)
    sense += min(len(traces.layers) - 1, 4) * 0.5 + min(len(traces.observables), 4) * 0.4
    return sense


_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character: no text, and RE2 takes none."""
_PLACEHOLDER = re.compile(r"<(?=[A-Za-z])([\w./|:+-]{1,60})>(?=$|[\s\"'`@:/.,)\]}])")


def _without_brackets(text: str) -> str:
    """Return text in which ``<name>``, as manuals write what the user fills in, is a word and no redirection."""
    return _PLACEHOLDER.sub("\u2039\\1\u203a", text) if "<" in text else text


@dataclass(slots=True)
class _Walk:
    traces: Traces
    tables: ToolTables
    budget: Budget
    seen: set[tuple[Language, str]] = field(default_factory=set)
    n_calls: int = 0
    full: bool = False

    def layer(self, nested: Nested, parent: int | None, scope: Scope, *, read_as: str | None = None) -> None:
        """Read one layer, then what it hands on.

        Args:
            nested: the layer.
            parent: the layer that hands it on.
            scope: what is known in it.
            read_as: the same text, character by character, with what stands for the user's own words marked.
        """
        if _SURROGATE.search(nested.text):
            nested = replace(nested, text=_SURROGATE.sub("\ufffd", nested.text))
        key = (nested.language, nested.text)
        if key in self.seen or not nested.text.strip("\x00 \t\r\n"):
            if parent is None:
                self._add(nested, None, Reading())
            return
        self.seen.add(key)
        if len(self.traces.layers) >= MOST_LAYERS:
            if not self.full:
                self.full = True
                self._stop(parent or 0, f"it holds more than {MOST_LAYERS} layers")
            return
        if scope.depth > self.budget.depth:
            self._stop(parent or 0, f"it is nested more than {self.budget.depth} deep")
            return
        reading = self._read(nested if read_as is None else replace(nested, text=read_as), scope)
        number = self._add(nested, parent, reading)
        for reason in dict.fromkeys(reading.stops):
            self._stop(number, reason)
        if reading.clear is not None and reading.clear != nested.text:
            self._simplified(nested, number, reading, reading.clear)
        self._below(number, reading, scope)

    def _read(self, nested: Nested, scope: Scope) -> Reading:
        try:
            read = reader(nested.language)
            return read(nested.text, scope) if read is not None else Reading()
        except Exhausted as stop:
            return Reading(stops=[str(stop)], broken=True)
        except (RecursionError, MemoryError):
            return Reading(stops=["it is nested too deeply to be read"], broken=True)
        except Exception as error:
            # a fault of ours must not hide the layers that were read; it is told of and never passed over in silence
            logger.warning("reading %s failed: %s", nested.language, type(error).__name__)
            logger.debug("its traceback", exc_info=True)
            self.traces.failed = True
            return Reading(stops=[f"the reader of {nested.language} failed ({type(error).__name__})"], broken=True)

    def _add(self, nested: Nested, parent: int | None, reading: Reading) -> int:
        number = len(self.traces.layers)
        start, end = nested.start, nested.end
        if parent is not None and (start is None or end is None or end > len(self.traces.layers[parent].text)):
            start = end = None
        self.traces.layers.append(
            Layer(
                number=number,
                parent=parent,
                language=nested.language,
                text=nested.text,
                methods=nested.methods,
                start=start,
                end=end,
            )
        )
        self.traces.readings.append(reading)
        return number

    def _simplified(self, nested: Nested, number: int, reading: Reading, clear: str) -> None:
        self.seen.add((nested.language, clear))
        self.traces.layers.append(
            Layer(
                number=len(self.traces.layers),
                parent=number,
                language=nested.language,
                text=clear,
                methods=tuple(reading.methods),
                start=0,
                end=len(nested.text),
                simplified=True,
            )
        )
        self.traces.readings.append(reading)

    def _below(self, number: int, reading: Reading, scope: Scope) -> None:
        """Follow what the calls of a layer run, and what the language itself runs, in the order of the text."""
        waiting = sorted(reading.nested, key=lambda n: math.inf if n.start is None else n.start)
        for call in reading.calls:
            while waiting and waiting[0].start is not None and waiting[0].start < call.start:
                self._follow(waiting.pop(0), number, scope)
            if self.n_calls >= MOST_CALLS:
                self._stop(number, f"only its first {MOST_CALLS:,} calls were read")
                break
            self.n_calls += 1
            used = trace_call(call, number, self.tables)
            trace_places(used, self.tables)
            self.traces.uses.append(used)
            handed = self._run_by(call, scope)
            if not handed and call.piped and call.stdin is None and program_name(call.name.text).lower() in READS_CODE:
                self._stop(number, "what it reads and runs is not known")
            later = program_name(call.name.text).lower() in RUNS_LATER
            for nested in handed:
                first = len(self.traces.layers)
                self._follow(nested, number, scope)
                made = range(first, len(self.traces.layers))
                if later:
                    self.traces.later.update(made)
                if not call.sure:
                    self.traces.unsure.update(made)
        for nested in waiting:
            self._follow(nested, number, scope)

    def _follow(self, nested: Nested, number: int, scope: Scope) -> None:
        self.layer(nested, number, self._scope_below(nested, scope))

    def _run_by(self, call: Call, scope: Scope) -> list[Nested]:
        try:
            return programs.nested(call, scope)
        except Exhausted as stop:
            self._stop(len(self.traces.layers) - 1, str(stop))
        except Exception as error:
            logger.warning("what a call runs could not be told: %s", type(error).__name__)
            logger.debug("its traceback", exc_info=True)
            self._stop(len(self.traces.layers) - 1, f"what it runs could not be told ({type(error).__name__})")
        return []

    def _scope_below(self, nested: Nested, scope: Scope) -> Scope:
        below = Scope(
            budget=self.budget,
            environment={**default_environment(nested.language), **scope.environment, **(nested.environment or {})},
            files=scope.files,
            arguments=nested.arguments,
            stdin=nested.stdin,
            depth=scope.depth + 1,
        )
        below.capture = self.captured(below)
        return below

    def captured(self, scope: Scope) -> Callable[[Nested], bytes | None]:
        """Return what gives the output of another interpreter's code, where it is known."""

        def capture(nested: Nested) -> bytes | None:
            if scope.depth >= self.budget.depth:
                return None
            return self._read(nested, self._scope_below(nested, scope)).output

        return capture

    def _stop(self, layer: int, reason: str) -> None:
        stop = Stop(layer=layer, reason=reason)
        if stop not in self.traces.stops and len(self.traces.stops) < 50:
            self.traces.stops.append(stop)

    def finish(self) -> None:
        """Add what rests on all layers: patterns of text and observables."""
        traces = self.traces
        replaced = {layer.parent for layer in traces.layers if layer.simplified}
        touched: set[tuple[object, ...]] = set()
        for used in traces.uses:
            traces.fired.extend(used.fired)
            for touch in used.touches:
                key = (touch.kind, touch.action, touch.value)
                if key not in touched:
                    touched.add(key)
                    traces.touches.append(touch)
        known = set()
        for layer in traces.layers:
            if layer.number in replaced:
                continue
            for fired in trace_patterns(layer, self.tables):
                if fired.id not in known:
                    known.add(fired.id)
                    traces.fired.append(fired)
        traces.observables = observables_of(traces)
        if len(traces.observables) >= MOST_LISTED:
            self._stop(0, f"only the first {MOST_LISTED} of its addresses, files and other values are listed")
