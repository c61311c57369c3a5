"""Evaluates statements: branches, loops, functions, script blocks; what is not decided is read without being sure."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from vedette.commands.powershell import nodes as n
from vedette.commands.powershell.code_evaluator import MOST_CALLING_ROUNDS, CodeEvaluator, Leave, assigned
from vedette.commands.powershell.evaluator import (
    unknown_from,
)
from vedette.commands.powershell.operators import OPERATORS, compare
from vedette.commands.powershell.values import (
    UNKNOWN,
    Code,
    Items,
    Partial,
    Table,
    Thing,
    Unclear,
    Unknown,
    Value,
    as_list,
    collapse,
    to_int,
    to_text,
    truth,
)

MOST_ROUNDS = 60_000
"""Rounds of one loop."""
IDLE_ROUNDS = 1_500
"""Rounds after which a loop that only counts is left."""


class StatementEvaluator(CodeEvaluator):
    """Evaluates statements; commands come with its subclass."""

    def run_pipeline(self, items: list[n.Node], redirects: list[n.Redirection]) -> list[Value]:
        """Return what a pipeline writes."""
        raise NotImplementedError

    def calls_made(self) -> int:
        """Return how many calls are noted so far, repeated ones too."""
        raise NotImplementedError

    def run(self, body: list[n.Node]) -> list[Value]:
        """Return what statements write to the pipeline."""
        out: list[Value] = []
        outer = self.need
        last = len(body) - 1
        for i, node in enumerate(body):
            self.need = outer or i < last
            try:
                out += self.outputs(node)
            except Leave as leave:
                self.need = outer
                if leave.word in ("break", "continue"):
                    leave.values = out + leave.values
                elif leave.word == "return":
                    leave.values = out + leave.values
                raise
        self.need = outer
        return out

    def outputs(self, node: n.Node) -> list[Value]:
        """Return what a statement writes to the pipeline."""
        work = _STATEMENTS.get(type(node))
        if work is not None:
            return work(self, node)
        if isinstance(node, n.Command):
            return self.run_pipeline([node], [])
        mark = len(self.log)
        value = self.eval(node)
        if len(self.log) > 4000:
            self.log[mark:] = list(dict.fromkeys(self.log[mark:]))
        if isinstance(node, n.Step) or (isinstance(node, n.Cast) and node.type.lower() == "void"):
            return []
        return self.spread(value)

    def spread(self, value: Value) -> list[Value]:
        """Return what an expression writes to the pipeline: an array is taken apart."""
        if isinstance(value, (Items, bytearray)):
            self.budget.step(len(value) // 32)
            return list(value)
        if value is None:
            return []
        if isinstance(value, Thing) and "items" in value.data:
            return list(value.data["items"])
        return [value]

    def _pipeline(self, node: n.Pipeline) -> list[Value]:
        return self.run_pipeline(node.items, node.redirects)

    def _chain(self, node: n.Chain) -> list[Value]:
        out = self.outputs(node.left)
        self.unsure += 1
        try:
            return out + self.outputs(node.right)
        finally:
            self.unsure -= 1

    # assignment -------------------------------------------------------------------------------------------------

    def _assign(self, node: n.Assign) -> list[Value]:
        mark = len(self.log)
        need, self.need = self.need, True
        try:
            value = self._assigned(node.value)
        finally:
            self.need = need
        how = self.how(mark) if not self.repeat else ()
        target = node.target
        op = node.op
        if self.repeat and isinstance(target, n.Var):
            slot = self.state.find(target.name)
            if slot is not None:
                if op == "+=" and type(slot[0]) is str and isinstance(value, str):
                    so_far = slot[0]
                    self.budget.make(len(value))
                    self.budget.step(len(so_far) // 16_000)
                    if len(so_far) + len(value) > self.budget.value_chars:
                        self.budget.make(len(so_far) + len(value))
                    self.state.set(target.name, so_far + value, slot[1] or ("concatenation",))
                    return []
                how = slot[1]
        if op != "=":
            base = target.operand if isinstance(target, n.Cast) else target
            slot = self.state.find(base.name) if isinstance(base, n.Var) else None
            if isinstance(base, n.Var):
                old: Value = (
                    slot[0]
                    if slot is not None
                    else (self.state.env(base.name[4:], self.source(base)) if base.name.startswith("env:") else None)
                )
                how = tuple(dict.fromkeys((*how, *(slot[1] if slot else ()))))
            else:
                old = self.eval(base)
            if op == "??=":
                value = value if old is None else old
            elif isinstance(old, Unknown) or (isinstance(value, Unknown) and not isinstance(old, Items)):
                if op[0] == "+" and isinstance(old, (str, Partial)):
                    value = UNKNOWN
                else:
                    value = unknown_from(old, value)
            else:
                try:
                    if op[0] == "+" and type(old) is str and isinstance(value, str):
                        self.budget.make(len(value))
                        if len(old) + len(value) > self.budget.value_chars:
                            self.budget.make(len(old) + len(value))
                        self.budget.step(len(old) // 16_000)
                        value = old + value
                        how = tuple(dict.fromkeys(("concatenation", *how)))
                    else:
                        value = OPERATORS[op[0]](old, value, self.budget)
                        if isinstance(value, Items):
                            self.budget.step(1 + len(value) // 500)
                except Unclear:
                    value = unknown_from(old, value)
        self.assign(target, value, how)
        return []

    def _assigned(self, node: n.Node) -> Value:
        if isinstance(node, n.Assign):
            self.outputs(node)
            return self.eval(node.target)
        if type(node) in _STATEMENTS or isinstance(node, n.Command):
            return collapse(self.outputs(node))
        return self.eval(node)

    def assign(self, target: n.Node, value: Value, how: tuple[str, ...]) -> None:
        """Assign a value to a variable, an element or a property."""
        if isinstance(target, n.Paren):
            target = target.body
        if isinstance(target, n.Cast):
            from vedette.commands.powershell.casts import cast

            try:
                value = cast(value, target.type, self.budget)
            except Unclear:
                value = unknown_from(value)
            self.assign(target.operand, value, how)
        elif isinstance(target, n.Var):
            if target.name in ("null", "true", "false"):
                return
            written = self.source(target).lower()
            drive, colon, rest = target.name.partition(":")
            if colon and drive in ("function", "alias"):
                self.set_drive(drive, rest, value)
                return
            if target.name.startswith("env:") and isinstance(value, (int, Items)):
                try:
                    value = to_text(value)
                except Unclear:
                    value = UNKNOWN
            everywhere = "global:" in written or "script:" in written
            self.state.set(target.name, value, how, everywhere=everywhere)
        elif isinstance(target, n.Index):
            self._assign_element(target, value, how)
        elif isinstance(target, n.Member):
            self._assign_property(target, value)
        elif isinstance(target, n.ArrayLit):
            try:
                items = as_list(value)
            except Unclear:
                items = [UNKNOWN] * len(target.items)
            for i, t in enumerate(target.items):
                if i == len(target.items) - 1 and len(items) > len(target.items):
                    self.assign(t, Items(items[i:]), how)
                else:
                    self.assign(t, items[i] if i < len(items) else None, how)

    def _assign_element(self, target: n.Index, value: Value, how: tuple[str, ...]) -> None:
        base, key = self.eval(target.target), self.eval(target.index)
        if self.unsure or isinstance(key, (Unknown, Items, Partial)):
            self._forget(target.target)
            return
        if isinstance(base, Table):
            base.put(key, value)
            return
        try:
            i = to_int(key)
            if isinstance(base, bytearray) and not isinstance(value, Unknown) and -len(base) <= i < len(base):
                number = (
                    ord(value) if isinstance(value, str) and len(value) == 1 and not value.isdigit() else to_int(value)
                )
                if 0 <= number <= 255:
                    base[i] = number
                    self.made_of(target.target, how)
                    return
            elif isinstance(base, Items) and -len(base) <= i < len(base):
                base[i] = value
                self.made_of(target.target, how)
                return
        except Unclear:
            pass
        self._forget(target.target)

    def made_of(self, node: n.Node, how: tuple[str, ...]) -> None:
        """Add to how the value of a variable is hidden."""
        if isinstance(node, n.Var) and how:
            slot = self.state.find(node.name)
            if slot is not None and not set(how) <= {*slot[1], "variable"}:
                both = tuple(m for m in dict.fromkeys((*how, *slot[1])) if m != "variable")
                self.state.set(node.name, slot[0], both)

    def _forget(self, node: n.Node) -> None:
        """Make the variable unknown that an element or property belongs to."""
        while isinstance(node, (n.Index, n.Member, n.Paren)):
            node = node.body if isinstance(node, n.Paren) else node.target
        if isinstance(node, n.Var):
            self.state.set(node.name, Unknown(self.source(node)))

    def _assign_property(self, target: n.Member, value: Value) -> None:
        base = self.eval(target.target)
        name = self.member_name(target.name)
        if name is None:
            return
        low = name.lower()
        if isinstance(base, Table):
            base.put(low, value)
        elif isinstance(base, Thing):
            if base.type in ("sessionstate",):
                return
            self.set_property(base, low, name, value, target)

    def set_property(self, thing: Thing, low: str, name: str, value: Value, node: n.Member) -> None:
        """Set a property of an object."""
        if low == "position" and "pos" in thing.data:
            try:
                thing.data["pos"] = to_int(value)
            except Unclear:
                thing.data.clear()
        elif "bytes" not in thing.data:
            thing.data[low] = value

    def set_drive(self, drive: str, name: str, value: Value) -> None:
        """Set an item of ``function:`` or ``alias:``."""
        if drive == "alias" and isinstance(value, str):
            self.state.aliases[name] = str(value)
        elif drive == "function" and isinstance(value, Code):
            at = n.Function(value.block.start, value.block.end, name, value.block)
            self.state.functions[name] = (at, value.text)
            self.ran.add(id(value.block))

    # branches ---------------------------------------------------------------------------------------------------

    def maybe(self, ways: list[Callable[[], list[Value]]], stays: bool) -> list[Value]:
        """Run what may or may not run, each way from the same start; forget what differs afterwards.

        Args:
            ways: the branches.
            stays: whether none of them may run.
        """
        self.budget.step(2 + len(ways) * sum(len(f) for f in self.state.frames) // 4)
        start = self.state.snapshot()
        ends = [start] if stays else []
        self.unsure += 1
        left = 0
        try:
            for way in ways:
                self.state.frames[:] = [dict(f) for f in start]
                try:
                    way()
                except Leave as leave:
                    left += 1
                    if leave.word in ("break", "continue") or (len(ways) == left and not stays):
                        ends.append(self.state.snapshot())
                    continue
                ends.append(self.state.snapshot())
        finally:
            self.unsure -= 1
        if not ends:
            ends = [start]
        self.state.frames[:] = [dict(f) for f in ends[0]]
        if len(ends) > 1:
            self.state.merge(ends[1:])
        return [UNKNOWN]

    def _if(self, node: n.If) -> list[Value]:
        for i, (test, body) in enumerate(node.clauses):
            t = truth(self.eval(test))
            if t is True:
                return self.run(body)
            if t is None:
                ways: list[Callable[[], list[Value]]] = [lambda b=body: self.run(b)]  # type: ignore[misc]
                rest = node.clauses[i + 1 :]
                if rest:
                    later = n.If(node.start, node.end, rest, node.other)
                    ways.append(partial(self._if, later))
                elif node.other is not None:
                    ways.append(lambda: self.run(node.other or []))
                return self.maybe(ways, not rest and node.other is None)
        return self.run(node.other) if node.other is not None else []

    def _switch(self, node: n.Switch) -> list[Value]:
        subject = self.eval(node.subject)
        out: list[Value] = []
        try:
            items = as_list(subject)
        except Unclear:
            items = [subject]
        for item in items[:5000]:
            self.budget.step(1 + len(node.clauses))
            try:
                chosen = self._chosen(node, item)
            except Unclear:
                ways: list[Callable[[], list[Value]]] = [lambda b=b: self.run(b) for _, b in node.clauses]  # type: ignore[misc]
                keep = self.state.find("_")
                self.state.set("_", item)
                out += self.maybe(ways, True)
                self.state.set("_", *(keep or (Unknown("$_"), ())))
                continue
            try:
                self.state.set("_", item)
                for body in chosen:
                    out += self.run(body)
            except Leave as leave:
                if leave.word not in ("break", "continue"):
                    leave.values = out + leave.values
                    raise
                out += leave.values
                if leave.word == "break":
                    break
        return out

    def _chosen(self, node: n.Switch, item: Value) -> list[list[n.Node]]:
        if isinstance(item, Unknown):
            raise Unclear
        chosen: list[list[n.Node]] = []
        other: list[n.Node] | None = None
        cased = "-c" in node.flags
        for test, body in node.clauses:
            if test is None:
                other = body
                continue
            if isinstance(test, n.Block):
                t = truth(collapse(self.each(Code(test, self.text), [item])))
            else:
                value = self.eval(test)
                if isinstance(value, Unknown):
                    raise Unclear
                if "-w" in node.flags:
                    t = bool(OPERATORS["like"](item, value, self.budget))
                elif "-r" in node.flags:
                    t = bool(OPERATORS["cmatch" if cased else "match"](item, value, self.budget))
                else:
                    try:
                        t = compare(item, value, cased) == 0
                    except Unclear:
                        if isinstance(item, Partial):
                            raise
                        t = False
            if t is None:
                raise Unclear
            if t:
                chosen.append(body)
        if not chosen and other is not None:
            chosen.append(other)
        return chosen

    def _try(self, node: n.Try) -> list[Value]:
        out: list[Value] = []
        if node.body:
            try:
                out = self.run(node.body)
            except Leave as leave:
                if leave.word == "throw":
                    for h in node.handlers[:1]:
                        out = self.run(h)
                    self.run(node.last)
                    return out
                self.run(node.last)
                raise
        if node.handlers:
            self.maybe([lambda h=h: self.run(h) for h in node.handlers], True)  # type: ignore[misc]
        if node.last:
            out += self.run(node.last)
        return out

    # loops ------------------------------------------------------------------------------------------------------

    def _round_cost(self, node: n.Node) -> int:
        return 1 + (node.end - node.start) // 120

    def _loop(self, node: n.Loop) -> list[Value]:
        repeat = self.repeat
        try:
            return self._rounds(node)
        finally:
            if self.repeat > repeat:
                self.repeat = repeat
                if not repeat and not self.silent:
                    self.vary(node.start, node.end)

    def _rounds(self, node: n.Loop) -> list[Value]:
        if node.init is not None:
            self.outputs(node.init)
        out: list[Value] = []
        cost = self._round_cost(node)
        before = self.calls_made()
        endless = node.test is None or _constant(node.test)
        least = self.budget.steps // 4
        for rounds in range(MOST_ROUNDS):
            self.budget.step(cost)
            if self.budget.steps < least:
                break
            if rounds == 1:
                self.repeat += 1
            if rounds == IDLE_ROUNDS and not out and self._only_counts(node):
                break
            if rounds and self.calls_made() - before > (0 if endless else MOST_CALLING_ROUNDS):
                return [*out, *self._once(node)]
            if node.test is not None and not (node.test_last and rounds == 0):
                t = truth(self.eval(node.test))
                if t is None:
                    return [*out, *self._once(node)] if not (node.test_last and rounds) else [*out, UNKNOWN]
                if t is node.until:
                    return out
            try:
                out += self.run(node.body)
            except Leave as leave:
                if leave.word not in ("break", "continue"):
                    leave.values = out + leave.values
                    raise
                out += leave.values
                if leave.word == "break":
                    return out
            if node.step is not None:
                self.outputs(node.step)
        return [*out, *self._once(node)]

    def _only_counts(self, node: n.Loop) -> bool:
        """Return whether all that a loop makes is numbers: one that waits or burns time, and builds nothing."""
        slots = [self.state.find(name) for name in assigned(node)]
        return all(s is None or isinstance(s[0], (int, float, Unknown, type(None))) for s in slots)

    def _once(self, node: n.Loop | n.Foreach) -> list[Value]:
        """Read the body of a loop whose rounds are not known: what it sets is unknown, before and after."""
        names = assigned(node)
        for name in names:
            slot = self.state.find(name)
            if slot is None or not isinstance(slot[0], Thing):
                self.state.set(name, Unknown("$" + name))
        self.unsure += 1
        try:
            self.run(node.body)
            if isinstance(node, n.Loop) and node.step is not None:
                self.outputs(node.step)
        except Leave:
            pass
        finally:
            self.unsure -= 1
        for name in names:
            self.state.set(name, Unknown("$" + name))
        return [UNKNOWN]

    def _foreach(self, node: n.Foreach) -> list[Value]:
        repeat = self.repeat
        try:
            return self._elements(node)
        finally:
            if self.repeat > repeat:
                self.repeat = repeat
                if not repeat and not self.silent:
                    self.vary(node.start, node.end)

    def _elements(self, node: n.Foreach) -> list[Value]:
        mark = len(self.log)
        source = self._assigned(node.source)
        how = self.how(mark)
        try:
            items = as_list(source)
        except Unclear:
            self.state.set(node.variable.name, unknown_from(source))
            return self._once(node)
        out: list[Value] = []
        cost = self._round_cost(node)
        before = self.calls_made()
        least = self.budget.steps // 4
        for rounds, item in enumerate(items):
            self.budget.step(cost)
            if (
                self.budget.steps < least
                or rounds >= MOST_ROUNDS
                or self.calls_made() - before > MOST_CALLING_ROUNDS * 4
            ):
                return [*out, *self._once(node)]
            if rounds == 1:
                self.repeat += 1
            self.state.set(node.variable.name, item, how)
            try:
                out += self.run(node.body)
            except Leave as leave:
                if leave.word not in ("break", "continue"):
                    leave.values = out + leave.values
                    raise
                out += leave.values
                if leave.word == "break":
                    if self.calls_made() > before and rounds + 1 < len(items):
                        self._others(node, items[rounds + 1 : rounds + 17])
                    break
        return out

    def _others(self, node: n.Foreach, items: list[Value]) -> None:
        """Read the rounds that run only if what was called before did not work."""
        start = self.state.snapshot()
        self.unsure += 1
        self.repeat += 1
        try:
            for item in items:
                self.budget.step(self._round_cost(node))
                self.state.set(node.variable.name, item)
                try:
                    self.run(node.body)
                except Leave:
                    continue
        finally:
            self.unsure -= 1
            self.state.merge([start])

    def _leave(self, node: n.Leave) -> list[Value]:
        if node.word in ("class", "enum", "using", "configuration"):
            return []
        values: list[Value] = []
        if node.value is not None:
            need, self.need = self.need, True
            try:
                values = self.outputs(node.value)
            finally:
                self.need = need
        raise Leave(node.word, values if node.word == "return" else [])

    def _function(self, node: n.Function) -> list[Value]:
        self.state.functions[node.name.lower()] = (node, self.text)
        if not self.silent:
            self.blocks.append(node.block)
        return []


def _constant(node: n.Node) -> bool:
    while isinstance(node, n.Paren):
        node = node.body
    return isinstance(node, (n.Num, n.Str)) or (isinstance(node, n.Var) and node.name in ("true", "false"))


_STATEMENTS: dict[type, Callable[[Any, Any], list[Value]]] = {
    n.Pipeline: StatementEvaluator._pipeline,
    n.Chain: StatementEvaluator._chain,
    n.Assign: StatementEvaluator._assign,
    n.If: StatementEvaluator._if,
    n.Switch: StatementEvaluator._switch,
    n.Try: StatementEvaluator._try,
    n.Loop: StatementEvaluator._loop,
    n.Foreach: StatementEvaluator._foreach,
    n.Leave: StatementEvaluator._leave,
    n.Function: StatementEvaluator._function,
}
