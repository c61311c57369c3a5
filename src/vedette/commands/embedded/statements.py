"""The symbolic evaluator, statements: undecided branches are read on both sides, loops run while they can."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vedette.commands.base import Reading, Scope, Word
from vedette.commands.budget import Exhausted
from vedette.commands.embedded import tree as t
from vedette.commands.embedded.clearing import clear_text
from vedette.commands.embedded.dialect import Dialect
from vedette.commands.embedded.evaluator import (
    _ERRORS,
    _VARIES,
    MOST_CALLS,
    MOST_DEPTH,
    Environment,
    Expressions,
    Halt,
    ScriptError,
    readable,
)
from vedette.commands.embedded.values import MISSING, UNDEFINED, UNKNOWN, Closure, Thing, Unresolved, Value, is_known

_BREAK = ("break",)
_CONTINUE = ("continue",)
_MOST_ROUNDS = 8192
_IDLE_ROUNDS = 512

Signal = tuple[Any, ...] | None
Snapshot = list[tuple[Environment, dict[str, Value], dict[str, tuple[Any, Any]]]]


class Evaluator(Expressions):
    """Evaluates a layer: statements and functions too."""

    def __init__(self, dialect: Dialect, text: str, scope: Scope):
        super().__init__(dialect, text, scope)
        self.returns: list[list[Value]] = []
        self.broke = False
        """Whether a loop may have been left in a branch that is not decided."""
        self.assigned: dict[str, list[tuple[int, int, bool]]] = {}
        """Where names are bound by a statement of their own: start, end, whether that statement does nothing else."""
        self.texts: list[tuple[str, Word]] = []
        self.tables: dict[str, tuple[int, int]] = {}
        """Where lists are written out that are bound to names."""
        self._statements: dict[type, Callable[[Any], Signal]] = {
            t.Block: self._block,
            t.If: self._if,
            t.Loop: self._loop,
            t.Each: self._each,
            t.Return: self._return,
            t.Jump: lambda node: _BREAK if node.kind == "break" else _CONTINUE,
            t.Throw: self._throw,
            t.Try: self._try,
            t.Switch: self._switch,
            t.Scoped: self._scoped,
            t.Import: self._import,
            t.Define: self._define,
            t.ClassDef: self._class,
            t.Assign: self._statement_assign,
            t.Sequence: self._statement_sequence,
        }

    def read(self, tree: t.Node) -> Reading:
        """Return the reading of a whole script."""
        try:
            self.budget.step(len(self.source) // 64)
            self._guarded(tree)
            for closure in self.closures[:300]:
                if not closure.called and not closure.foreign:
                    self.sure = False
                    self.env = self.globals
                    self._guarded(None, closure)
        except Exhausted as error:
            self.stop(str(error))
        reading = self.reading
        names = self.consumed
        if self.output is None:
            reading.strings += self.printed
        elif self.output:
            whole = readable(b"".join(self.output).decode("latin-1"))
            if whole.strip() and len(whole) < 200_000:
                reading.strings.append(Word(whole, 0, 0, True, tuple(self.used)))
        reading.strings += [word for name, word in self.texts if name not in names][:200]
        try:
            reading.clear, changed = clear_text(self)
        except Exhausted:
            changed = False
        if changed:
            reading.methods = tuple(self.used)
        if self.output is not None and not reading.nested and (self.output or not self.effects):
            reading.output = b"".join(self.output)
        return reading

    def _guarded(self, tree: t.Node | None, closure: Closure | None = None) -> None:
        try:
            if closure is not None:
                self.invoke(closure, [UNKNOWN] * len(closure.node.params))
            elif tree is not None:
                self.run(tree)
        except (Halt, ScriptError):
            pass
        except RecursionError:
            self.stop("it is nested deeper than is read")
        finally:
            self.depth = self.calls = self.foreign = self.trying = 0
            self.env = self.globals

    # Statements.

    def run(self, node: t.Node) -> Signal:
        """Run a statement; return how it leaves what is around it."""
        run = self._statements.get(type(node))
        if run is None:
            self.budget.step()
            if self.foreign == 0:
                self.site = node
            value = self.eval(node)
            if self.foreign == 0 and type(value) is not str:
                self.folds[(node.start, node.end)] = _VARIES
            return None
        self.depth += 1
        try:
            if self.depth > MOST_DEPTH:
                self.stop("it is nested deeper than is read")
                return None
            return run(node)
        finally:
            self.depth -= 1

    def _block(self, node: t.Block) -> Signal:
        for item in node.body:
            if type(item) is t.Define:
                self._define(item)
        for item in node.body:
            if type(item) is t.Define:
                continue
            signal = self.run(item)
            if signal is not None:
                return signal
        return None

    def _statement_assign(self, node: t.Assign) -> Signal:
        if self.foreign == 0:
            self.site = node
        effects = self.effects
        value = self.eval(node)
        if type(node.target) is t.Name and self.foreign == 0:
            name = self.dialect.name(node.target.id)
            alone = effects == self.effects and is_known(value) and not isinstance(value, (Thing, Closure))
            self.assigned.setdefault(name, []).append((node.start, node.end, alone))
            if node.op:
                self.texts = [kept for kept in self.texts if kept[0] != name]
            if self.calls == 0:
                self._keep_text(name, value, node.value)
            if isinstance(value, list) and type(node.value) is t.Array and not node.op:
                self.tables[name] = (node.value.start, node.value.end)
        elif self.foreign == 0 and type(value) is str and type(node.target) is t.Member:
            self._keep_text("", value, node.value)
        return None

    def _keep_text(self, name: str, value: Value, node: t.Node) -> None:
        if len(self.texts) >= 400:
            return
        if type(value) is str:
            if value.strip() and len(value) < 65_536:
                self.texts.append((name, Word(readable(value), node.start, node.end, True, tuple(self.used))))
        elif isinstance(value, (list, tuple)):
            for item in value[:40]:
                if type(item) is str and item.strip():
                    self.texts.append((name, Word(readable(item), node.start, node.end, True)))

    def _statement_sequence(self, node: t.Sequence) -> Signal:
        for item in node.items:
            self.run(item)
        return None

    def _if(self, node: t.If) -> Signal:
        self.budget.step()
        truth = self.dialect.truth(self.eval(node.test))
        if truth is None:
            sides: list[t.Node | None] = [node.then, node.other]
            return self.branches(sides)
        side = node.then if truth else node.other
        return self.run(side) if side is not None else None

    def branches(self, sides: list[t.Node | None]) -> Signal:
        """Read alternatives of which one may happen, and keep what they agree on."""
        before = self.sure
        base = self.snapshot()
        after: list[Snapshot] = []
        left = False
        for number, side in enumerate(sides):
            if number:
                self.restore(base)
            self.sure = False
            signal: Signal = None
            try:
                if side is not None:
                    signal = self.run(side)
            except (Halt, ScriptError):
                signal = ("halt",)
            if signal is None:
                after.append(self.snapshot())
                continue
            left = True
            if signal[0] == "return" and self.returns:
                self.returns[-1].append(signal[1])
            elif signal[0] in ("break", "continue"):
                self.broke = self.broke or signal[0] == "break"
                after.append(self.snapshot())
        self.sure = before and not left
        if not after:
            return ("return", UNKNOWN) if self.returns else None
        self._merge(base, after)
        return None

    def snapshot(self) -> Snapshot:
        """Return what is bound now."""
        out: Snapshot = []
        env: Environment | None = self.env
        while env is not None:
            self.budget.step(1 + len(env.values) // 8)
            contents: dict[str, tuple[Any, Any]] = {}
            for name, value in env.values.items():
                if isinstance(value, (list, dict)) and len(value) <= 4096:
                    contents[name] = (value, value.copy())
            out.append((env, dict(env.values), contents))
            env = env.parent
        return out

    def restore(self, snapshot: Snapshot) -> None:
        """Bind again what was bound then."""
        for env, values, contents in snapshot:
            env.values = dict(values)
            for holder, copy in contents.values():
                if isinstance(holder, list):
                    holder[:] = copy
                else:
                    holder.clear()
                    holder.update(copy)

    def _merge(self, base: Snapshot, after: list[Snapshot]) -> None:
        for number, (env, old, contents) in enumerate(base):
            sides = [side[number][1] for side in after if number < len(side)]
            merged: dict[str, Value] = {}
            for name in dict.fromkeys(n for side in sides for n in side):
                values = [side.get(name, MISSING) for side in sides]
                present = [v for v in values if v is not MISSING]
                first = present[0]
                same = all(v is first or (type(v) is type(first) and _same(v, first)) for v in present[1:])
                merged[name] = first if same and (len(present) == len(values) or name not in old) else UNKNOWN
                if same and name in contents and isinstance(first, (list, dict)):
                    copies = [side[number][2].get(name, (None, None))[1] for side in after if number < len(side)]
                    if any(copy is None or not _same(copy, copies[0]) for copy in copies):
                        merged[name] = UNKNOWN
            env.values = merged

    def _loop(self, node: t.Loop) -> Signal:
        if node.init is not None:
            self.run(node.init)
        outer_broke, self.broke = self.broke, False
        start = self.snapshot()
        endless = node.test is None or (type(node.test) is t.Const and not node.until)
        rounds = 0
        try:
            while True:
                if not (node.late and rounds == 0):
                    truth = True if node.test is None else self.dialect.truth(self.eval(node.test))
                    if node.until and truth is not None:
                        truth = not truth
                    if truth is None:
                        if rounds == 0:
                            self._maybe(node.body, node.step)
                        self._forget(start)
                        return None
                    if not truth:
                        return None
                effects = self.effects
                signal = self.run(node.body)
                if signal is not None:
                    if signal[0] == "break":
                        return None
                    if signal[0] != "continue":
                        return signal
                if node.step is not None:
                    self.eval(node.step)
                rounds += 1
                self.budget.step()
                if self.broke or (endless and effects != self.effects):
                    self._forget(start)
                    self.sure = self.sure and self.broke
                    return None
                if rounds >= _MOST_ROUNDS or (rounds == _IDLE_ROUNDS and self._idle(start)):
                    self._forget(start)
                    if rounds >= _MOST_ROUNDS:
                        self.stop("a loop runs longer than is followed")
                    return None
        finally:
            self.broke = outer_broke

    def _maybe(self, body: t.Node, step: t.Node | None) -> None:
        block = t.Block(body.start, body.end, [body] if step is None else [body, step])
        sure = self.sure
        self.branches([block, None])
        self.sure = sure

    def _idle(self, start: Snapshot) -> bool:
        for env, values, contents in start:
            for name, value in env.values.items():
                old = values.get(name, MISSING)
                if isinstance(value, (list, dict)):
                    kept = contents.get(name)
                    if kept is None or kept[0] is not value or not _same(kept[1], value):
                        return False
                elif isinstance(value, (str, bytes, Closure)) and value is not old and value != old:
                    return False
        return True

    def _forget(self, start: Snapshot) -> None:
        """Take what a loop changes as unknown after it, where it was not followed to its end."""
        for env, values, contents in start:
            for name, value in env.values.items():
                old = values.get(name, MISSING)
                if old is MISSING and isinstance(value, (Thing, Closure)):
                    continue
                if value is not old and not (type(value) is type(old) and _same(value, old)):
                    env.values[name] = UNKNOWN
                elif name in contents and not _same(contents[name][1], value):
                    env.values[name] = UNKNOWN

    def _each(self, node: t.Each) -> Signal:
        self._consume(node.source)
        source = self.eval(node.source)
        try:
            if source is UNKNOWN:
                raise Unresolved
            values = self.dialect.iterate(self, source, keys=node.keys)
        except _ERRORS:
            for target in (node.target, node.key_target):
                if target is not None:
                    self.bind(target, UNKNOWN)
            start = self.snapshot()
            self._maybe(node.body, None)
            self._forget(start)
            return None
        outer_broke, self.broke = self.broke, False
        try:
            for number, value in enumerate(values):
                self.budget.step()
                if node.target is not None:
                    self.bind(node.target, value)
                if node.key_target is not None:
                    keys = isinstance(source, dict)
                    self.bind(node.key_target, value if keys else number)
                    if keys and node.target is not None:
                        self.bind(node.target, source.get(value, UNKNOWN))
                signal = self.run(node.body)
                if signal is not None:
                    if signal[0] == "break":
                        return None
                    if signal[0] != "continue":
                        return signal
                if self.broke:
                    self.sure = False
        finally:
            self.broke = outer_broke
        return None

    def _return(self, node: t.Return) -> Signal:
        return ("return", self.eval(node.value) if node.value is not None else UNDEFINED)

    def _throw(self, node: t.Throw) -> Signal:
        if node.value is not None:
            self.eval(node.value)
        raise ScriptError

    def _try(self, node: t.Try) -> Signal:
        sure = self.sure
        signal: Signal = None
        raised = False
        self.trying += 1
        try:
            signal = self.run(node.body)
        except ScriptError:
            raised = True
        finally:
            self.trying -= 1
        if raised:
            for name, handler in node.handlers[:1]:
                if name:
                    self.bind_name(self.dialect.name(name), UNKNOWN)
                signal = self.run(handler)
        else:
            kept = self.snapshot()
            for name, handler in node.handlers:
                if name:
                    self.bind_name(self.dialect.name(name), UNKNOWN)
                self.sure = False
                try:
                    self.run(handler)
                except (Halt, ScriptError):
                    pass
                self._settle(kept)
            self.sure = sure
            if node.orelse is not None and signal is None:
                signal = self.run(node.orelse)
        if node.final is not None:
            last = self.run(node.final)
            signal = last or signal
        return signal

    def _settle(self, kept: Snapshot) -> None:
        """Keep what a body bound, but for what its handler, which may have run, binds otherwise."""
        for env, values, contents in kept:
            for holder, copy in contents.values():
                if isinstance(holder, list):
                    holder[:] = copy
                else:
                    holder.clear()
                    holder.update(copy)
            merged = dict(values)
            for name, value in env.values.items():
                old = values.get(name, MISSING)
                if old is MISSING:
                    merged[name] = value
                elif old is not value and not isinstance(old, (Thing, Closure)) and not isinstance(value, Thing):
                    merged[name] = old if type(old) is type(value) and _same(old, value) else UNKNOWN
            env.values = merged

    def _switch(self, node: t.Switch) -> Signal:
        value = self.eval(node.value)
        tests: list[list[Value] | None] = [
            None if test is None else [self.eval(each) for each in test] for test, _ in node.cases
        ]
        if value is UNKNOWN or any(v is UNKNOWN for test in tests if test for v in test):
            self.branches([*(body for _, body in node.cases), None])
            self.broke = False
            return None
        chosen = next((n for n, test in enumerate(tests) if test and any(_same(value, v) for v in test)), None)
        if chosen is None:
            chosen = next((n for n, test in enumerate(tests) if test is None), None)
        if chosen is None:
            return None
        for _, body in node.cases[chosen:]:
            signal = self.run(body)
            if signal is not None:
                return None if signal[0] == "break" else signal
            if not node.falls:
                return None
        return None

    def _scoped(self, node: t.Scoped) -> Signal:
        value = self.eval(node.value)
        if node.target is not None:
            self.bind(node.target, value)
        return self.run(node.body)

    def _import(self, node: t.Import) -> Signal:
        for name, module in node.names:
            found = self.dialect.builtin(self, module)
            self.env.values[name] = Thing(module) if found is MISSING else found
        return None

    def _define(self, node: t.Define) -> Signal:
        value = self.eval(node.value)
        self.env.values[self.dialect.name(node.name)] = value
        return None

    def _class(self, node: t.ClassDef) -> Signal:
        outer, self.env = self.env, Environment(self.env)
        try:
            self.run(node.body)
        finally:
            inner, self.env = self.env, outer
        self.env.values[self.dialect.name(node.name)] = Thing(node.name, (), dict(inner.values))
        return None

    # Functions.

    def invoke(self, closure: Closure, args: list[Value], keywords: dict[str, Value] | None = None) -> Value:
        """Return what a function of the script gives for arguments."""
        closure.called = True
        node = closure.node
        if self.calls >= MOST_CALLS:
            self.stop("its functions call each other deeper than is followed")
            return UNKNOWN
        self.budget.step(2)
        env = Environment(closure.env)
        for number, name in enumerate(node.params):
            if number < len(args):
                value = args[number]
            elif keywords and name in keywords:
                value = keywords[name]
            elif name in node.defaults:
                value = self.eval(node.defaults[name])
            else:
                value = UNDEFINED
            env.values[self.dialect.name(name)] = value
        if node.rest:
            env.values[self.dialect.name(node.rest)] = list(args[len(node.params) :])
        self.frame(env, args)
        outer, self.env = self.env, env
        outer_sure, outer_site, outer_broke = self.sure, self.site, self.broke
        foreign = closure.foreign and self.foreign == 0
        self.foreign += foreign
        self.calls += 1
        self.returns.append([])
        used_before = self.used
        try:
            if node.expression:
                result = self.eval(node.body)
            else:
                signal = self.run(node.body)
                result = signal[1] if signal is not None and signal[0] == "return" else self.fallen(env, node)
            for other in self.returns[-1]:
                if other is UNKNOWN or type(other) is not type(result) or not _same(other, result):
                    result = UNKNOWN
            return result
        finally:
            self.returns.pop()
            self.calls -= 1
            self.foreign -= foreign
            self.env = outer
            self.sure, self.site, self.broke = outer_sure, outer_site, outer_broke
            self.used = used_before

    def frame(self, env: Environment, args: list[Value]) -> None:
        """Bind what a function finds bound beside its parameters."""
        env.values.setdefault("arguments", list(args))
        if self.holder is not None:
            env.values["this"] = self.holder
            self.holder = None

    def fallen(self, env: Environment, node: t.Function) -> Value:
        """Return what a function gives that ends without saying so."""
        return UNDEFINED

    def run_inline(self, tree: t.Node) -> tuple[Value, int]:
        """Return the value of code made at run time, and how many calls it makes; says none of them."""
        effects = self.effects
        self.muted += 1
        self.foreign += 1
        value: Value = UNKNOWN
        try:
            if isinstance(tree, t.Block):
                for item in tree.body:
                    if type(item) is t.Define:
                        self._define(item)
                for item in tree.body:
                    kind = type(item)
                    if kind is t.Define:
                        continue
                    if kind in self._statements and kind is not t.Assign and kind is not t.Sequence:
                        signal = self.run(item)
                        value = UNDEFINED
                        if signal is not None:
                            if signal[0] == "return":
                                value = signal[1]
                            break
                    else:
                        value = self.eval(item)
            else:
                value = self.eval(tree)
        finally:
            self.muted -= 1
            self.foreign -= 1
        return value, self.effects - effects


def _same(one: Value, other: Value) -> bool:
    try:
        return bool(one is other or one == other)
    except RecursionError:
        return False
