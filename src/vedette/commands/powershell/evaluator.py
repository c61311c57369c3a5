"""Evaluates expressions without running anything: known values are computed, the rest stays unknown.

Every node that folds to a value is noted with the ways of hiding that it undoes; a node that gives different values
at different times is never folded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vedette.commands.base import Reading, Scope
from vedette.commands.budget import Budget
from vedette.commands.powershell import nodes as n
from vedette.commands.powershell import operators
from vedette.commands.powershell.casts import cast
from vedette.commands.powershell.state import State, same
from vedette.commands.powershell.values import (
    UNKNOWN,
    Char,
    Code,
    Items,
    Partial,
    Piece,
    Table,
    TypeRef,
    Unclear,
    Unknown,
    Value,
    collapse,
    plain,
    to_int,
    to_text,
    truth,
    type_name,
)

MAX_CALLS = 24
"""How deep functions, script blocks and code made of text may call each other."""

VARIES = object()
DOWNLOADED = "downloaded"


class Fold:
    """What a node folds to, and how it was hidden."""

    __slots__ = ("how", "value")

    def __init__(self, value: Any, how: tuple[str, ...]) -> None:
        self.value = value
        self.how = how


def unknown_from(*values: Value) -> Unknown:
    """Return an unknown made of values: it stays marked as downloaded if one of them is."""
    for v in values:
        if isinstance(v, Unknown) and v.type == DOWNLOADED:
            return v
        if isinstance(v, Items) and any(isinstance(w, Unknown) and w.type == DOWNLOADED for w in v[:50]):
            return Unknown("", DOWNLOADED)
    return UNKNOWN


class ExpressionEvaluator:
    """Evaluates expressions; statements and commands come with its subclass."""

    def __init__(
        self, text: str, scope: Scope, state: State, reading: Reading, *, silent: bool = False, level: int = 0
    ):
        self.text = text
        self.scope = scope
        self.budget: Budget = scope.budget
        self.state = state
        self.reading = reading
        self.silent = silent
        self.level = level
        self.log: list[str] = []
        self.folds: dict[int, Fold] = {}
        self.nodes: dict[int, n.Node] = {}
        self.unsure = 0
        self.need = False
        """Whether what the statement at hand gives or sets is used afterwards."""
        self.repeat = 0
        """How many loops are past their first round: what changes in them is not folded."""
        self.ran: set[int] = set()
        self.sets: set[str] = set()
        """Variables that the text sets anywhere."""
        self.given: set[str] = set()
        """Parameters that the layer above gives."""
        self.reads: set[str] = set()
        """Variables whose computed value was used."""
        self.blocks: list[n.Block] = []
        self.handed: dict[int, list[list[tuple[int, int]] | None]] = {}
        """Where the arguments of every call of a block stand; None for a call that is not just one in this text."""
        self.spent: list[tuple[int, int]] = []
        """Where arguments stand that are written out in what takes them."""

    # what the subclass brings -----------------------------------------------------------------------------------

    def outputs(self, node: n.Node) -> list[Value]:
        """Return what a statement writes to the pipeline."""
        raise NotImplementedError

    def run(self, body: list[n.Node]) -> list[Value]:
        """Return what statements write to the pipeline."""
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
        raise NotImplementedError

    def each(self, code: Code, items: list[Value]) -> list[Value]:
        """Return what a script block writes when it is run for every item."""
        raise NotImplementedError

    def make_code(self, text: str, how: tuple[str, ...], node: n.Node | None) -> Code:
        """Return a script block made of text."""
        raise NotImplementedError

    def invoke_text(
        self,
        value: Value,
        how: tuple[str, ...],
        node: n.Node,
        at: n.Node | None,
        args: list[Value] | None = None,
    ) -> list[Value]:
        """Hand text to the interpreter; return what it writes, as far as that is computed."""
        raise NotImplementedError

    def run_text(self, text: str, args: list[Value] | None = None) -> list[Value]:
        """Return what code made of text writes; its calls are noted by the layer that it becomes."""
        raise NotImplementedError

    def record_method(self, name: str, node: n.Invoke, args: list[Value], how: list[tuple[str, ...]]) -> None:
        """Note that a method is called."""
        raise NotImplementedError

    def replace_code(self, text: str, pattern: str, code: Code, options: str = "") -> Value:
        """Return a text with every match replaced by what a script block gives for it."""
        raise NotImplementedError

    def assign(self, target: n.Node, value: Value, how: tuple[str, ...]) -> None:
        """Assign a value to a variable, an element or a property."""
        raise NotImplementedError

    def made_of(self, node: n.Node, how: tuple[str, ...]) -> None:
        """Add to how the value of a variable is hidden."""
        raise NotImplementedError

    def hand(self, code: Code, nodes: list[n.Node]) -> None:
        """Note where the arguments stand that code is called with."""
        spans = [(nodes[0].start, nodes[-1].end)] if nodes else []
        alone = not (self.silent or self.repeat or self.unsure)
        if code.made:
            if alone:
                self.spent += spans
        else:
            self.handed.setdefault(id(code.block), []).append(spans if alone and code.text is self.text else None)

    # the log of methods -----------------------------------------------------------------------------------------

    def how(self, mark: int) -> tuple[str, ...]:
        """Return the ways of hiding undone since the mark, outermost first."""
        log = self.log
        if len(log) == mark:
            return ()
        return tuple(dict.fromkeys(reversed(log[mark:])))

    def fold(self, node: n.Node, value: Value, mark: int) -> None:
        """Note what a node gives."""
        if self.repeat or self.silent:
            return
        key = id(node)
        old = self.folds.get(key)
        if old is None:
            if len(self.folds) < 20_000:
                self.folds[key] = Fold(value, self.how(mark))
                self.nodes[key] = node
        elif old.value is not VARIES and not same(old.value, value):
            old.value = VARIES

    def vary(self, start: int, end: int) -> None:
        """Forget what depends on variables within a loop that ran more than once."""
        for key, fold in self.folds.items():
            node = self.nodes.get(key)
            if node is not None and start <= node.start < end and "variable" in fold.how:
                fold.value = VARIES
            elif node is None and start <= -1 - key < end:
                fold.value = VARIES

    def source(self, node: n.Node) -> str:
        """Return a node as it is written."""
        return self.text[node.start : node.end]

    # expressions ------------------------------------------------------------------------------------------------

    def eval(self, node: n.Node) -> Value:
        """Return the value of an expression."""
        work = EVALUATE.get(type(node))
        if work is not None:
            return work(self, node)
        need, self.need = self.need, True
        try:
            return collapse(self.outputs(node))
        finally:
            self.need = need

    def again(self, node: n.Node) -> Value:
        """Return the value of an expression in a later round of a loop, where nothing is noted."""
        kind = type(node)
        if kind is n.Num:
            return node.value  # type: ignore[attr-defined]
        if kind is n.Var:
            name = node.name  # type: ignore[attr-defined]
            for frame in reversed(self.state.frames):
                slot = frame.get(name)
                if slot is not None:
                    return slot[0]
        work = EVALUATE.get(kind)
        return work(self, node) if work is not None else self.eval(node)

    def _str(self, node: n.Str) -> Value:
        return node.value

    def _num(self, node: n.Num) -> Value:
        return node.value

    def _var(self, node: n.Var) -> Value:
        slot = self.state.find(node.name) if not node.name.startswith("env:") else None
        if slot is not None:
            value, how = slot
            if self.repeat:
                return value
            self.reads.add(node.name)
            self.log.append("variable")
            self.log.extend(reversed(how))
            self.fold(node, value, len(self.log) - 1 - len(how))
            return value
        if node.name.startswith("env:"):
            return self.state.env(node.name[4:], self.source(node))
        drive, colon, rest = node.name.partition(":")
        if colon and drive in ("function", "alias"):
            return self.drive(drive, rest)
        value = self.state.special(node.name, self.source(node))
        if isinstance(value, Unknown) and not self.unsure and node.name in self.sets and node.name not in _GIVEN:
            return None  # set further on in this very text, and so empty until then
        return value

    def drive(self, drive: str, name: str) -> Value:
        """Return an item of ``alias:`` or ``function:``."""
        if drive == "alias":
            target = self.state.alias(name)
            return target if target is not None else UNKNOWN
        found = self.state.functions.get(name)
        return UNKNOWN if found is None else Code(found[0].block, found[1])

    def _expand(self, node: n.Expand) -> Value:
        mark = len(self.log)
        parts: list[str | Piece] = []
        partial = False
        for p in node.parts:
            if isinstance(p, str):
                parts.append(p)
                continue
            value = self.eval(p)
            try:
                text = to_text(value, self._separator() if isinstance(value, (Items, bytearray)) else " ")
            except Unclear:
                text = Partial([Piece(self.source(p))])
            if isinstance(text, Partial):
                partial = True
                parts += text.parts
            elif text:
                self.budget.make(len(text))
                parts.append(text)
        if partial and len(parts) < 2000:
            made: Value = Partial(parts)
        elif partial:
            return UNKNOWN
        else:
            made = "".join(p for p in parts if isinstance(p, str))
        self.fold(node, made, mark)
        return made

    def _separator(self) -> str:
        slot = self.state.find("ofs")
        if slot is None:
            return " "
        return plain(slot[0])

    def _array(self, node: n.ArrayLit) -> Value:
        return Items([self.eval(i) for i in node.items])

    def _paren(self, node: n.Paren) -> Value:
        mark = len(self.log)
        body = node.body
        if isinstance(body, n.Assign):
            self.outputs(body)
            value = self.eval(body.target)
        else:
            value = self.eval(body)
        self.fold(node, value, mark)
        return value

    def _sub(self, node: n.Sub) -> Value:
        mark = len(self.log)
        need, self.need = self.need, True
        try:
            value = collapse(self.run(node.body))
        finally:
            self.need = need
        self.fold(node, value, mark)
        return value

    def _array_of(self, node: n.ArrayOf) -> Value:
        if len(node.body) == 1 and isinstance(node.body[0], (n.ArrayLit, n.Str, n.Num)):
            value = self.eval(node.body[0])
            return value if isinstance(value, Items) else Items([value])
        need, self.need = self.need, True
        try:
            return Items(self.run(node.body))
        finally:
            self.need = need

    def _hash(self, node: n.HashLit) -> Value:
        table = Table()
        for k, v in node.pairs:
            key = self.eval(k)
            table.put(key if isinstance(key, (str, int, float)) else self.source(k), self.eval(v))
        return table

    def _block(self, node: n.Block) -> Value:
        if not self.silent and len(self.blocks) < 2000:
            self.blocks.append(node)
        return Code(node, self.text)

    def _type(self, node: n.Type) -> Value:
        return TypeRef(type_name(node.name))

    def _cast(self, node: n.Cast) -> Value:
        mark = len(self.log)
        name = type_name(node.type)
        if not self.repeat:
            value = self.eval(node.operand)
        else:
            value = self.again(node.operand)
            if name == "char" and type(value) is int and 0 <= value <= 0xFFFF:
                return Char(chr(value))
            if name == "int32" and (type(value) is int or type(value) is Char):
                return value if type(value) is int and -(1 << 31) <= value < 1 << 31 else to_int(value)
        try:
            if name == "management.automation.scriptblock" and isinstance(value, str):
                made: Value = self.make_code(str(value), self.how(mark), node.operand)
            else:
                made = cast(value, node.type, self.budget)
                if name == "string" and isinstance(value, (Items, bytearray)) and (gap := self._separator()) != " ":
                    made = to_text(value, gap)
        except Unclear:
            return unknown_from(value)
        if name in ("char", "char[]") and not isinstance(value, str):
            self.log.append("char-codes")
        elif name in ("char[]",) and not isinstance(node.operand, n.Str):
            self.log.append("char-array")
        elif name in ("int32", "byte") and isinstance(value, str) and str(value)[:2].lower() == "0x":
            self.log.append("hex")
        self.fold(node, made, mark)
        return made

    def _unary(self, node: n.Unary) -> Value:
        mark = len(self.log)
        value = self.eval(node.operand)
        op = node.op
        try:
            if op == ",":
                return Items([value])
            if op == "not":
                t = truth(value)
                return UNKNOWN if t is None else not t
            if isinstance(value, Unknown):
                return unknown_from(value)
            if op == "-":
                made: Value = operators.minus(0, value, self.budget)
            elif op == "+":
                made = operators.add(0, value, self.budget)
            elif op == "bnot":
                self.log.append("bit-arithmetic")
                made = ~to_int(value)
            elif op == "join":
                made = operators.join_op(value, "", self.budget)
                self.log.append("join")
            else:
                made = operators.unary_split(value)
                self.log.append("split")
        except Unclear:
            return unknown_from(value)
        self.fold(node, made, mark)
        return made

    def _step(self, node: n.Step) -> Value:
        old = self.eval(node.target)
        if isinstance(old, Unknown) and isinstance(node.target, n.Var) and self.state.find(node.target.name) is None:
            old = 0
        try:
            new: Value = operators.add(old if old is not None else 0, node.by, self.budget)
        except Unclear:
            new = UNKNOWN
        self.assign(node.target, new, ())
        return new if node.prefix else old

    def _binary(self, node: n.Binary) -> Value:
        if self.repeat and (quick := _QUICK.get(node.op)) is not None and type(node.left) is not n.Binary:
            left = self.again(node.left)
            right = self.again(node.right)
            if type(left) is int and type(right) is int and -_LIMIT < left < _LIMIT and -_LIMIT < right < _LIMIT:
                return quick(left, right)
            made = self._operate(node.op, left, right, node)
            return made
        # Chains lean to the left and may be thousands long: they are walked, not recursed into.
        chain: list[n.Binary] = [node]
        left_node = node.left
        while isinstance(left_node, n.Binary):
            chain.append(left_node)
            left_node = left_node.left
        mark = len(self.log)
        left = self.eval(left_node)
        pieces: list[str] = []
        last: n.Binary | None = None
        for link in reversed(chain):
            op = link.op
            if op in ("and", "or", "xor"):
                left = self._logic(op, left, link.right)
                continue
            if op in _CODE_OPERATORS and isinstance(link.right, n.Block):
                left = self._with_code(op, left, link.right)
                continue
            right = self.eval(link.right)
            if op == "+" and type(left) is str and isinstance(right, str):
                if not pieces:
                    pieces.append(left)
                    self.log.append("concatenation")
                self.budget.make(len(right))
                pieces.append(str(right))
                last = link
                continue
            if pieces:
                left = "".join(pieces)
                pieces = []
            before = left
            left = self._operate(op, left, right, link)
            if isinstance(left, Unknown):
                if last is not None and isinstance(before, (str, Partial)):
                    self.fold(last, before, mark)
                last = None
                continue
            if op == "as" and isinstance(right, TypeRef) and right.name in ("char", "char[]"):
                self.log.append("char-codes")
            method = operators.METHOD_OF.get(op)
            if (
                method is not None
                and (op != "+" or isinstance(left, (str, Partial)))
                and (op != "*" or isinstance(left, str))
            ):
                self.log.append(method)
                if op == "f" and isinstance(right, (int, Items)) and isinstance(before, str) and "X" in before.upper():
                    pass
            last = link
        if pieces:
            left = "".join(pieces)
            if len(left) > self.budget.value_chars:
                self.budget.make(len(left))
        if not isinstance(left, Unknown):
            self.fold(node, left, mark)
        return left

    def _operate(self, op: str, left: Value, right: Value, link: n.Binary) -> Value:
        work = operators.OPERATORS.get(op)
        if work is None:
            return UNKNOWN
        if isinstance(left, Unknown) or isinstance(right, Unknown):
            if op == "+" and isinstance(left, (str, Partial)) and not isinstance(left, Char):
                written = self.source(link.right)
                if len(written) <= 80 and not (isinstance(right, Unknown) and right.type == DOWNLOADED):
                    shown = written if isinstance(link.right, n.Var) else f"$({written})"
                    return operators.glue(left, Partial([Piece(shown)]))
            if op in ("join",) and isinstance(left, Items):
                return unknown_from(*left)
            if op == "isnot" or op == "is":
                return UNKNOWN
            return unknown_from(left, right)
        try:
            if op[-7:] == "replace" and isinstance(right, Items) and len(right) == 2 and isinstance(right[1], Code):
                made = self.replace_code(plain(left), plain(right[0]), right[1], "" if op[0] == "c" else "IgnoreCase")
            else:
                made = work(left, right, self.budget)
        except Unclear as stop:
            self._note(stop)
            return unknown_from(left, right)
        except (RecursionError, IndexError, TypeError, ValueError, OverflowError):
            return UNKNOWN
        if op.endswith("match") and made is True and isinstance(left, str):
            self._matches(left, right, op)
        return made

    def _matches(self, left: str, right: Value, op: str) -> None:
        from vedette.commands.powershell.regexes import Regex

        try:
            m = Regex(plain(right), ignore_case=not op.startswith("c")).search(left)
        except Unclear:
            return
        if m is not None:
            table = Table()
            for i, g in enumerate([m.group(0), *m.groups()]):
                table.put(i, g)
            for k, g in m.groupdict().items():
                table.put(k, g)
            self.state.set("matches", table)

    def _note(self, stop: Unclear) -> None:
        if stop.args and not self.silent and stop.args[0] not in self.reading.stops:
            self.reading.stops.append(str(stop.args[0]))

    def _logic(self, op: str, left: Value, right: n.Node) -> Value:
        a = truth(left)
        if op == "and" and a is False:
            return False
        if op == "or" and a is True:
            return True
        if a is None:
            self.unsure += 1
        try:
            b = truth(self.eval(right))
        finally:
            if a is None:
                self.unsure -= 1
        if a is None or b is None:
            if (op == "and" and b is False) or (op == "or" and b is True):
                return b
            return UNKNOWN
        return (a and b) if op == "and" else (a or b) if op == "or" else a != b

    def _with_code(self, op: str, left: Value, block: n.Block) -> Value:
        """Return ``-split { … }``: the block says of every character whether it separates."""
        code = self._block(block)
        try:
            text = plain(left)
        except Unclear:
            return unknown_from(left)
        out: list[str] = []
        word: list[str] = []
        for c in text:
            self.budget.step(2)
            verdict = truth(collapse(self.each(code, [Char(c)])))
            if verdict is None:
                return UNKNOWN
            if verdict:
                out.append("".join(word))
                word = []
            else:
                word.append(c)
        out.append("".join(word))
        self.log.append("split")
        return Items(out, "string")

    def stop(self, reason: str) -> None:
        """Note where and why reading stops."""
        if not self.silent and reason not in self.reading.stops:
            self.reading.stops.append(reason)


_GIVEN = {"_", "psitem", "args", "input", "matches", "error", "lastexitcode", "this", "myinvocation", "psversiontable"}
_LIMIT = 1 << 62
_QUICK: dict[str, Callable[[int, int], Value]] = {
    "+": int.__add__,
    "-": int.__sub__,
    "*": int.__mul__,
    "bxor": int.__xor__,
    "band": int.__and__,
    "bor": int.__or__,
    "eq": int.__eq__,
    "ne": int.__ne__,
    "lt": int.__lt__,
    "le": int.__le__,
    "gt": int.__gt__,
    "ge": int.__ge__,
}
"""Operators on whole numbers, for loops."""

_CODE_OPERATORS = {"split", "csplit", "isplit", "replace", "creplace", "ireplace"}
EVALUATE: dict[type, Callable[[Any, Any], Value]] = {
    n.Str: ExpressionEvaluator._str,
    n.Num: ExpressionEvaluator._num,
    n.Var: ExpressionEvaluator._var,
    n.Expand: ExpressionEvaluator._expand,
    n.ArrayLit: ExpressionEvaluator._array,
    n.Paren: ExpressionEvaluator._paren,
    n.Sub: ExpressionEvaluator._sub,
    n.ArrayOf: ExpressionEvaluator._array_of,
    n.HashLit: ExpressionEvaluator._hash,
    n.Block: ExpressionEvaluator._block,
    n.Type: ExpressionEvaluator._type,
    n.Cast: ExpressionEvaluator._cast,
    n.Unary: ExpressionEvaluator._unary,
    n.Step: ExpressionEvaluator._step,
    n.Binary: ExpressionEvaluator._binary,
}
