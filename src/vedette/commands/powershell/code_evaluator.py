"""Evaluates functions, script blocks, and text that is run as code."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from vedette.commands.base import Nested
from vedette.commands.powershell import nodes as n
from vedette.commands.powershell.evaluator import (
    DOWNLOADED,
    MAX_CALLS,
    unknown_from,
)
from vedette.commands.powershell.object_evaluator import ObjectEvaluator
from vedette.commands.powershell.values import (
    UNKNOWN,
    Code,
    Items,
    Partial,
    Thing,
    Unclear,
    Unknown,
    Value,
    literal,
    plain,
)
from vedette.schema.command import Language

MOST_CALLING_ROUNDS = 64
"""Rounds of one loop that calls commands."""


class Leave(Exception):  # noqa: N818  (a signal)
    """``break``, ``continue``, ``return``, ``throw`` or ``exit`` on its way out."""

    def __init__(self, word: str, values: list[Value]) -> None:
        super().__init__(word)
        self.word = word
        self.values = values


class Named:
    """A named argument of a function."""

    __slots__ = ("how", "name", "tied", "value")

    def __init__(self, name: str, value: Value, how: tuple[str, ...] = (), *, tied: bool = False) -> None:
        self.name = name
        self.value = value
        self.how = how
        self.tied = tied


class CodeEvaluator(ObjectEvaluator):
    """Evaluates code that is called; statements come with its subclass."""

    def named_argument(self, name: Value, value: Value) -> Value:
        """Return an argument that is given by its name."""
        return Named(plain(name).lower(), value, tied=True)

    def calls_made(self) -> int:
        """Return how many calls are noted so far, repeated ones too."""
        raise NotImplementedError

    def call_code(
        self,
        code: Code,
        args: list[Value],
        items: list[Value] | None = None,
        *,
        new: bool = True,
        item: Value | None = None,
    ) -> list[Value]:
        """Return what a script block writes when it is called."""
        if self.level >= MAX_CALLS:
            self.stop("functions call each other deeper than is read")
            return [UNKNOWN]
        if code.made:
            return self.run_text(code.text, args)
        self.budget.step(3)
        block = code.block
        self.ran.add(id(block))
        self.level += 1
        keep_text, keep_silent = self.text, self.silent
        if code.text is not self.text:
            self.text, self.silent = code.text, True
        frame: dict[str, Any] = dict(code.closure or {})
        if new:
            self.state.frames.append(frame)
        try:
            self._bind(block, args)
            if item is not None:
                self.state.set("_", item)
            if items is not None:
                self.state.set("input", Items(items))
            out: list[Value] = []
            try:
                if block.begin:
                    out += self.run(block.begin)
                if block.process is not None:
                    for item in items if items is not None else [UNKNOWN]:
                        self.budget.step(2)
                        self.state.set("_", item)
                        out += self.run(block.process)
                out += self.run(block.body)
            except Leave as leave:
                if leave.word in ("exit", "break", "continue", "throw") and self.unsure == 0:
                    leave.values = out + leave.values
                    raise
                if leave.word == "return":
                    out += leave.values
            return out
        finally:
            self.level -= 1
            self.text, self.silent = keep_text, keep_silent
            if new:
                self.state.frames.pop()

    def _bind(self, block: n.Block, args: list[Value]) -> None:
        """Give parameters their values: named ones (marked by :class:`Named`) first, then by place."""
        named = [a for a in args if isinstance(a, Named)]
        placed = [a for a in args if not isinstance(a, Named)]
        free = list(block.params)
        for a in named:
            hit = next((p for p in free if p.name.startswith(a.name)), None)
            if hit is None:
                if a.value is not None:
                    placed.append(a.value)
                continue
            free.remove(hit)
            if hit.switch:
                self.state.set(hit.name, True)
                if a.value is not None and not a.tied:
                    placed.insert(0, a.value)
            else:
                self.state.set(hit.name, self._typed(a.value, hit.type), a.how)
        rest: list[Value] = []
        for value in placed:
            hit = next((p for p in free if not p.switch), None)
            if hit is None:
                rest.append(value)
                continue
            free.remove(hit)
            self.state.set(hit.name, self._typed(value, hit.type))
        for p in free:
            if p.default is not None:
                self.state.set(p.name, self._typed(self.eval(p.default), p.type))
            else:
                self.state.set(p.name, False if p.switch else None if p.type is None else _default(p.type))
        self.state.set("args", Items(rest))

    def _typed(self, value: Value, type_: str | None) -> Value:
        if type_ is None or isinstance(value, (Unknown, Code)):
            return value
        from vedette.commands.powershell.casts import cast

        try:
            return cast(value, type_, self.budget)
        except Unclear:
            return value

    def each(self, code: Code, items: list[Value]) -> list[Value]:
        """Return what a script block writes when it is run for every item."""
        block = code.block
        self.ran.add(id(block))
        if self.level >= MAX_CALLS:
            return [UNKNOWN]
        self.level += 1
        keep_text, keep_silent = self.text, self.silent
        if code.text is not self.text:
            self.text, self.silent = code.text, True
        keep = self.state.frames[-1].get("_")
        out: list[Value] = []
        if (
            len(items) > 8
            and block.process is None
            and len(block.body) == 1
            and isinstance(block.body[0], (n.Num, n.Str))
        ):
            self.level -= 1
            self.budget.make(len(items))
            return [block.body[0].value] * len(items)
        cost = 1 + (block.end - block.start) // 80
        if len(items) * cost > self.budget.steps * 3 // 4:
            items = [UNKNOWN]
        body = [*block.body] if block.process is None else [*block.process]
        single = body[0] if len(body) == 1 else None
        repeat = self.repeat
        before = self.calls_made()
        simple = single is not None and type(single) in _SIMPLE
        mark = len(self.log)
        try:
            if block.begin:
                out += self.run(block.begin)
            for i, item in enumerate(items):
                if i == 1:
                    self.repeat += 1
                if i % 64 == 63 and self.calls_made() - before > MOST_CALLING_ROUNDS * 4:
                    out.append(UNKNOWN)
                    break
                self.budget.step(cost)
                self.state.set("_", item)
                self.state.frames[-1]["psitem"] = (item, ())
                if simple:
                    value = self.eval(single)  # type: ignore[arg-type]
                    if isinstance(value, (Items, bytearray)):
                        out += list(value)
                    elif value is not None:
                        out.append(value)
                else:
                    try:
                        out += self.run(body)
                    except Leave as leave:
                        if leave.word not in ("return", "continue"):
                            raise
                        out += leave.values
                if len(self.log) - mark > 200:
                    self.log[mark:] = list(dict.fromkeys(self.log[mark:]))
            if block.process is not None:
                out += self.run(block.body)
        finally:
            self.level -= 1
            if len(items) > 1:
                self.repeat = repeat
                if not repeat and not self.silent:
                    self.vary(block.start, block.end)
            self.text, self.silent = keep_text, keep_silent
            if keep is not None:
                self.state.frames[-1]["_"] = keep
            else:
                self.state.frames[-1].pop("_", None)
            self.log[mark:] = [m for m in dict.fromkeys(self.log[mark:]) if m != "variable"]
        return out

    def read_rest(self) -> None:
        """Read the blocks and functions that nothing called, without being sure that they run."""
        self.unsure += 1
        try:
            for session in self.sessions:
                for step in session.data.get("steps", ()):
                    self.run_step(step, None)
        except Leave:
            pass
        finally:
            self.unsure -= 1
        for block in list(self.blocks):
            if id(block) in self.ran:
                continue
            self.ran.add(id(block))
            self.unsure += 1
            start = self.state.snapshot()
            try:
                self.state.frames.append({p.name: (Unknown("$" + p.name), ()) for p in block.params})
                for p in block.params:
                    if p.default is not None:
                        self.eval(p.default)
                self.state.set("_", Unknown("$_"))
                self.state.set("args", Unknown("$args"))
                self.run(block.begin + (block.process or []) + block.body)
            except Leave:
                pass
            finally:
                self.state.frames[:] = start
                self.unsure -= 1

    # text as code -----------------------------------------------------------------------------------------------

    def make_code(self, text: str, how: tuple[str, ...], node: n.Node | None) -> Code:
        """Return a script block made of text."""
        code = Code(n.Block(0, len(text), [], []), text, made=True, how=how)
        if node is not None:
            code.at = (node.start, node.end)
        return code

    def invoke_text(
        self,
        value: Value,
        how: tuple[str, ...],
        node: n.Node,
        at: n.Node | None,
        args: list[Value] | None = None,
    ) -> list[Value]:
        """Hand text to the interpreter; return what it writes, as far as that is computed."""
        if isinstance(value, Items):
            try:
                value = "\n".join(plain(v) for v in value)
            except Unclear:
                value = unknown_from(value)
        if isinstance(value, Code):
            if not value.made:
                return self.call_code(value, args or [])
            how = value.how or how
            value = value.text
        if isinstance(value, Partial):
            if not any(isinstance(p, str) and p.strip() for p in value.parts):
                value = value.usual() or UNKNOWN
            else:
                value = value.text()
        if isinstance(value, Unknown) and value.options:
            self.unsure += 1
            try:
                for option in value.options:
                    self.invoke_text(option, how, node, at)
            finally:
                self.unsure -= 1
            return [UNKNOWN]
        if not isinstance(value, str):
            if isinstance(value, (Unknown, Thing)) or not value:
                self.stop(
                    "what it downloads is not known"
                    if isinstance(value, Unknown) and value.type == DOWNLOADED
                    else "the code that it runs is known only when it runs"
                )
            return [UNKNOWN]
        text = str(value)
        if not self.silent and text.strip():
            start, end = (at.start, at.end) if at is not None else (node.start, node.end)
            how = tuple(m for m in how if m != "variable") or how
            if isinstance(at, n.Str) and self.source(at)[:1] == "@":
                how = ("here-string", *how)
            given = self._given(text, args) if args else {}
            self.reading.nested.append(
                Nested(
                    Language.POWERSHELL,
                    text,
                    how,
                    start,
                    end,
                    environment={**(self.state.inherited(text) or {}), **given} or None,
                )
            )
        if not self.need:
            return [UNKNOWN]
        return self.run_text(text, args)

    def _given(self, text: str, args: list[Value]) -> dict[str, str]:
        """Return the arguments that code made of text is called with, by the names it knows them by."""
        from vedette.commands.powershell.parser import Parser

        frame: dict[str, Any] = {}
        self.state.frames.append(frame)
        silent, self.silent = self.silent, True
        try:
            self._bind(Parser(text).script(), args)
        finally:
            self.silent = silent
            self.state.frames.pop()
        shown = {name: literal(slot[0], 60_000) for name, slot in frame.items()}
        return {"given:" + name: value for name, value in shown.items() if value is not None}

    def run_text(self, text: str, args: list[Value] | None = None) -> list[Value]:
        """Return what code made of text writes; its calls are noted by the layer that it becomes."""
        from vedette.commands.powershell.parser import Parser

        if self.level >= 8 or not text.strip():
            return [UNKNOWN]
        self.budget.step(5 + len(text) // 20)
        parser = Parser(text)
        block = parser.script()
        if "$" in text:
            self.sets |= assigned(block)
        keep_text, keep_silent, keep_need = self.text, self.silent, self.need
        self.text, self.silent, self.need = text, True, True
        self.level += 1
        if args:
            self.state.frames.append({})
        try:
            if args:
                self._bind(block, args)
            return self.run(block.begin + (block.process or []) + block.body)
        except Leave as leave:
            return leave.values
        finally:
            if args:
                self.state.frames.pop()
            self.level -= 1
            self.text, self.silent, self.need = keep_text, keep_silent, keep_need


def _default(type_: str) -> Value:
    low = type_.lower()
    return "" if low in ("string", "system.string") else 0 if low.startswith(("int", "byte")) else None


def assigned(node: Any) -> set[str]:
    """Return the names of the variables that a piece of syntax sets."""
    found: set[str] = set()
    stack: list[Any] = [node]
    while stack:
        x = stack.pop()
        if isinstance(x, (list, tuple)):
            stack.extend(x)
            continue
        if isinstance(x, (n.Assign, n.Step, n.Foreach)):
            target: Any = x.variable if isinstance(x, n.Foreach) else x.target
            targets = target.items if isinstance(target, n.ArrayLit) else [target]
            for t in targets:
                while isinstance(t, (n.Index, n.Member, n.Cast, n.Paren)):
                    t = t.operand if isinstance(t, n.Cast) else t.body if isinstance(t, n.Paren) else t.target
                if isinstance(t, n.Var):
                    found.add(t.name)
        if is_dataclass(x):
            for f in fields(x):
                v = getattr(x, f.name)
                if isinstance(v, (n.Node, list, tuple, n.Parameter)):
                    stack.append(v)
    return found


_SIMPLE = {n.Binary, n.Cast, n.Invoke, n.Index, n.Unary, n.Paren, n.Member, n.Expand}
