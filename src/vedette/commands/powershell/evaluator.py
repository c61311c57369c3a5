"""Evaluates expressions without running anything: known values are computed, the rest stays unknown.

Every node that folds to a value is noted with the ways of hiding that it undoes; a node that gives different values
at different times is never folded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vedette.commands.base import Nested, Reading, Scope
from vedette.commands.budget import Budget
from vedette.commands.powershell import members, objects, operators, statics
from vedette.commands.powershell import nodes as n
from vedette.commands.powershell.casts import cast
from vedette.commands.powershell.state import State, same
from vedette.commands.powershell.tables import ALIASES, CMDLETS, MEMBERS, NICE_MEMBERS, ONLY_OF, RETURNS
from vedette.commands.powershell.values import (
    UNKNOWN,
    Char,
    Code,
    Items,
    MethodRef,
    Partial,
    Piece,
    Table,
    Thing,
    TypeRef,
    Unclear,
    Unknown,
    Value,
    as_list,
    collapse,
    nice_type,
    plain,
    to_int,
    to_text,
    truth,
    type_name,
)
from vedette.schema.command import Language

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
        self.reads: set[str] = set()
        """Variables whose computed value was used."""
        self.blocks: list[n.Block] = []

    # what the subclass brings -----------------------------------------------------------------------------------

    def outputs(self, node: n.Node) -> list[Value]:
        """Return what a statement writes to the pipeline."""
        raise NotImplementedError

    def run(self, body: list[n.Node]) -> list[Value]:
        """Return what statements write to the pipeline."""
        raise NotImplementedError

    def call_code(
        self, code: Code, args: list[Value], items: list[Value] | None = None, *, new: bool = True
    ) -> list[Value]:
        """Return what a script block writes when it is called."""
        raise NotImplementedError

    def each(self, code: Code, items: list[Value]) -> list[Value]:
        """Return what a script block writes when it is run for every item."""
        raise NotImplementedError

    def make_code(self, text: str, how: tuple[str, ...], node: n.Node | None) -> Code:
        """Return a script block made of text."""
        raise NotImplementedError

    def invoke_text(self, value: Value, how: tuple[str, ...], node: n.Node, at: n.Node | None) -> list[Value]:
        """Hand text to the interpreter; return what it writes, as far as that is computed."""
        raise NotImplementedError

    def record_method(self, name: str, node: n.Invoke, args: list[Value], how: list[tuple[str, ...]]) -> None:
        """Note that a method is called."""
        raise NotImplementedError

    def assign(self, target: n.Node, value: Value, how: tuple[str, ...]) -> None:
        """Assign a value to a variable, an element or a property."""
        raise NotImplementedError

    def made_of(self, node: n.Node, how: tuple[str, ...]) -> None:
        """Add to how the value of a variable is hidden."""
        raise NotImplementedError

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
        work = _EVALUATE.get(type(node))
        if work is not None:
            return work(self, node)
        need, self.need = self.need, True
        try:
            return collapse(self.outputs(node))
        finally:
            self.need = need

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
        value = self.eval(node.operand)
        name = type_name(node.type)
        if self.repeat:
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
            left = self.eval(node.left)
            right = self.eval(node.right)
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

    def _spine(self, node: n.Index | n.Member | n.Invoke) -> Value:
        """Return the value of a chain of members, calls and indexes: walked, not recursed into."""
        target = node.target
        if self.repeat and type(node) is n.Index and type(target) is n.Var:
            return self._index(node, self.eval(target), len(self.log))
        chain = [node]
        while isinstance(target, (n.Invoke, n.Member, n.Index)):
            chain.append(target)
            target = target.target
        mark = len(self.log)
        value = self.eval(target)
        for link in reversed(chain):
            if isinstance(link, n.Invoke):
                value = self._invoke(link, value, mark)
            elif isinstance(link, n.Member):
                value = self._member(link, value, mark)
            else:
                value = self._index(link, value, mark)
        return value

    def _index(self, node: n.Index, target: Value, mark: int) -> Value:
        key = self.eval(node.index)
        if self.repeat and type(key) is int and type(target) in _INDEXED and 0 <= key < len(target):
            return Char(target[key]) if type(target) is str else target[key]
        try:
            if isinstance(target, Thing) and "items" in target.data:
                target = Items(target.data["items"])
            made = operators.index(target, key, self.budget)
        except Unclear:
            if isinstance(target, Thing):
                return Unknown("", target.type if target.type == DOWNLOADED else "")
            return unknown_from(target)
        except (IndexError, TypeError, ValueError):
            return UNKNOWN
        if isinstance(target, Partial):
            self.log.append("environment-substring")
        elif isinstance(target, str):
            self.log.append("index-pick")
        elif isinstance(target, Items) and isinstance(key, Items):
            if len(key) > 1 and len(key) == len(target) and key[0] == -1:
                self.log.append("reverse")
            else:
                self.log.append("index-pick")
        if (
            isinstance(target, str)
            and isinstance(key, Items)
            and len(key) == len(target) > 1
            and key[0]
            in (
                -1,
                len(target) - 1,
            )
        ):
            self.log[-1] = "reverse"
        self.fold(node, made, mark)
        return made

    # members ----------------------------------------------------------------------------------------------------

    def member_name(self, node: n.Node) -> str | None:
        """Return the name of a member, or None where it is not known."""
        if isinstance(node, n.Str):
            return node.value
        value = self.eval(node)
        if isinstance(value, MethodRef):
            return value.name
        try:
            return plain(value)
        except Unclear:
            return None

    def _member(self, node: n.Member, target: Value, mark: int) -> Value:
        name = self.member_name(node.name)
        if name is None:
            if node.static and isinstance(target, TypeRef):
                return MethodRef(target, "?", True)
            return unknown_from(target)
        value = self.property(target, name.lower(), name, node.static)
        if node.static and isinstance(target, TypeRef) and statics.is_enum(target.name):
            return value
        if not isinstance(value, (Unknown, Thing, MethodRef, Code)):
            self.fold(node, value, mark)
        return value

    def property(self, target: Value, low: str, name: str, static: bool) -> Value:
        """Return a property of a value."""
        if isinstance(target, Unknown):
            return target if target.type == DOWNLOADED else Unknown("", "")
        try:
            if static:
                if isinstance(target, TypeRef) or isinstance(target, str):
                    type_ = target.name if isinstance(target, TypeRef) else type_name(target)
                    try:
                        return statics.get(type_, low)
                    except Unclear:
                        return MethodRef(TypeRef(type_), name, True)
                return UNKNOWN
            if isinstance(target, Thing):
                return self._thing_property(target, low, name)
            if isinstance(target, TypeRef) and low == "assembly":
                return Thing("reflection.assembly")
            if isinstance(target, Code) and low == "tostring":
                return MethodRef(target, name, False)
            if low == "psobject":
                return Thing("psobject", {"of": target})
            if (
                isinstance(target, (str, Items, bytearray, int, float, Partial))
                and (low in members.STRING or low in members.ARRAY or low in members.NUMBER)
                and low not in ("length", "count")
            ):
                return MethodRef(target, name, False)
            if (
                isinstance(target, Items)
                and target
                and all(isinstance(v, Thing) for v in target)
                and low not in ("count", "length")
            ):
                return Items([self._thing_property(v, low, name) for v in target])
            return members.get(target, low)
        except Unclear:
            return UNKNOWN

    def _thing_property(self, target: Thing, low: str, name: str) -> Value:
        if target.type == "executioncontext":
            return Thing("invokecommand" if low == "invokecommand" else "sessionstate" if low == "sessionstate" else "")
        if target.type == "sessionstate":
            return Thing("sessionstate." + low)
        if target.type == "psobject" and low in ("methods", "members", "properties"):
            return Thing("psmembers", {"of": target.data["of"], "items": member_things(target.data["of"])})
        if low == "psobject":
            return Thing("psobject", {"of": target})
        if target.type == "psmembers" and low == "name":
            return Items([t.data["name"] for t in target.data["items"]])
        try:
            return objects.get(target, low)
        except Unclear:
            pass
        if target.type in ("", DOWNLOADED):
            return Unknown("", target.type)
        if low in ("responsetext", "responsebody", "responsestream") or (low == "content" and "http" in target.type):
            return Unknown("", DOWNLOADED)
        return MethodRef(target, name, False)

    def _invoke(self, node: n.Invoke, target: Value, mark: int) -> Value:
        name = self.member_name(node.name)
        args: list[Value] = []
        hows: list[tuple[str, ...]] = []
        for a in node.args:
            at = len(self.log)
            args.append(self.eval(a))
            hows.append(self.how(at))
        if name is None:
            if isinstance(target, TypeRef):
                name = "?"
            else:
                return unknown_from(target)
        self.budget.step(1)
        value = self.invoke(target, name, args, node, hows, mark)
        if not isinstance(value, (Unknown, Thing, MethodRef, Code)):
            self.fold(node, value, mark)
        return value

    def invoke(
        self, target: Value, name: str, args: list[Value], node: n.Invoke, hows: list[tuple[str, ...]], mark: int
    ) -> Value:
        """Return what a method gives."""
        low = name.lower()
        if low in ("invoke", "invokereturnasis", "dynamicinvoke") and isinstance(target, (MethodRef, Code)):
            if isinstance(target, Code):
                return self._invoke_code(target, args, node)
            if target.static and isinstance(target.target, TypeRef):
                return self._static(target.target, target.name.lower(), target.name, args, node, hows)
            return self.invoke(target.target, target.name, args, node, hows, mark)
        if isinstance(target, MethodRef):
            target = UNKNOWN if not isinstance(target.target, TypeRef) else self._as_type(target)
        if isinstance(target, str) and node.static:
            target = TypeRef(type_name(target))
        if isinstance(target, TypeRef) and node.static:
            return self._static(target, low, name, args, node, hows)
        if isinstance(target, Code):
            if low == "tostring":
                return target.source()
            if low in ("getnewclosure", "clone"):
                return target
            if low == "invokewithcontext":
                return self._invoke_code(target, args, node)
            return UNKNOWN
        if isinstance(target, Thing):
            return self._thing_call(target, low, name, args, node, hows, mark)
        if isinstance(target, Unknown):
            return self._unknown_call(target, low, name, args, node, hows)
        if isinstance(target, TypeRef):
            if low in (
                "getfield",
                "getmethod",
                "getmethods",
                "getfields",
                "getproperty",
                "invokemember",
                "getconstructor",
            ):
                self.record_method("Type." + NICE_MEMBERS.get(low, name), node, args, hows)
                return Thing(RETURNS.get(("type", low), ""))
            if low == "getmembers":
                return Unknown()
            if low == "tostring":
                return to_text(target)
            return UNKNOWN
        if low in ("foreach", "where") and args and isinstance(args[0], Code):
            return self._array_code(low, target, args[0])
        try:
            made = members.call(target, low, args, self.budget)
        except Unclear as stop:
            self._note(stop)
            return unknown_from(target, *args)
        if low in _FILLS and isinstance(target, Items):
            self.made_of(node.target, tuple(dict.fromkeys(m for h in hows for m in h)))
        method = members.METHOD_OF.get(low)
        if method is not None and isinstance(target, (str, Partial)):
            self.log.append(method)
        elif low == "reverse":
            self.log.append("reverse")
        return made

    def _as_type(self, ref: MethodRef) -> Value:
        return UNKNOWN

    def _array_code(self, low: str, target: Value, code: Code) -> Value:
        try:
            items = as_list(target)
        except Unclear:
            return UNKNOWN
        if low == "foreach":
            return Items(self.each(code, items))
        out = Items()
        for v in items:
            t = truth(collapse(self.each(code, [v])))
            if t is None:
                return UNKNOWN
            if t:
                out.append(v)
        return out

    def _invoke_code(self, code: Code, args: list[Value], node: n.Invoke) -> Value:
        flat = list(args[0]) if len(args) == 1 and isinstance(args[0], Items) else args
        if code.made:
            return collapse(self.invoke_text(code.text, code.how, node, node.target))
        return collapse(self.call_code(code, flat))

    def _static(
        self, type_: TypeRef, low: str, name: str, args: list[Value], node: n.Invoke, hows: list[tuple[str, ...]]
    ) -> Value:
        t = type_.name
        if t == "management.automation.scriptblock" and low == "create" and args:
            if isinstance(args[0], str):
                return self.make_code(str(args[0]), hows[0], node.args[0])
            self.invoke_text(args[0], hows[0], node, node.args[0])
            return UNKNOWN
        if low == "new":
            if t in ("string", "char"):
                self.log.append("char-array")
                try:
                    return statics.call("string", "new", args, self.budget)
                except Unclear:
                    return UNKNOWN
            return self.new_object(t, args)
        if t == "type" and low == "gettype" and args and isinstance(args[0], str):
            return TypeRef(type_name(str(args[0])))
        if t == "activator" and low == "createinstance" and args and isinstance(args[0], TypeRef):
            rest = list(args[1]) if len(args) == 2 and isinstance(args[1], Items) else args[1:]
            return self.new_object(args[0].name, rest)
        if t == _REGEX and low == "replace" and len(args) > 2 and isinstance(args[2], Code):
            return self._replace_code(args, hows)
        if t in ("environment",) and low == "getenvironmentvariable" and args and isinstance(args[0], str):
            return self.state.env(args[0].lower(), "$env:" + args[0])
        if t == "environment" and low == "setenvironmentvariable" and len(args) > 1 and isinstance(args[0], str):
            self.state.set("env:" + args[0].lower(), args[1])
        if t.startswith("io.file"):
            found = self._file(low, args)
            if found is not None:
                return found
        try:
            made = statics.call(t, low, args, self.budget)
            method = statics.METHOD_OF.get((t, low))
            if method is not None:
                self.log.append(method)
            elif t == "convert" and len(args) > 1 and args[1] in (2, 8, 16):
                self.log.append({2: "binary-digits", 8: "octal", 16: "hex"}[args[1]])
            return made
        except Unclear as stop:
            self._note(stop)
        except (RecursionError, MemoryError):
            return UNKNOWN
        nice = f"{nice_type(t, node_type(node))}.{NICE_MEMBERS.get(low, name)}"
        if nice.endswith(".?"):
            return unknown_from(*args)
        self.record_method(nice, node, args, hows)
        if t == "reflection.assembly" and low == "load" and args:
            self._binary_layer(args[0], hows[0] if hows else (), node)
        returns = RETURNS.get((t, low))
        if returns is not None:
            return Thing(returns) if returns else UNKNOWN
        if (t, low) in _CREATES:
            return self.new_object(t, args)
        return unknown_from(*args)

    def _replace_code(self, args: list[Value], hows: list[tuple[str, ...]]) -> Value:
        from vedette.commands.powershell.regexes import Regex

        try:
            text, regex = plain(args[0]), Regex(plain(args[1]), ignore_case=False)
            out: list[str] = []
            last = 0
            for m in regex.finditer(text):
                self.budget.step(2)
                out.append(text[last : m.start()])
                given = self.call_code(args[2], [objects.match_thing(m, text)])
                out.append(plain(collapse(given)))
                last = m.end()
            out.append(text[last:])
        except Unclear:
            return unknown_from(*args)
        self.log.append("replace")
        return "".join(out)

    def _binary_layer(self, value: Value, how: tuple[str, ...], node: n.Invoke) -> None:
        try:
            data = objects.data_of(value)
        except Unclear:
            if isinstance(value, Unknown) and value.type == DOWNLOADED:
                self.stop("what it downloads is not known")
            return
        if not self.silent and data:
            self.reading.nested.append(
                Nested(Language.BINARY, data.decode("latin-1"), how, node.args[0].start, node.args[0].end)
            )

    def stop(self, reason: str) -> None:
        """Note where and why reading stops."""
        if not self.silent and reason not in self.reading.stops:
            self.reading.stops.append(reason)

    def new_object(self, type_: str, args: list[Value]) -> Value:
        """Return a new object of a type."""
        if type_ in ("string",):
            try:
                return statics.call("string", "new", args, self.budget)
            except Unclear:
                return UNKNOWN
        if type_ in ("byte[]", "char[]", "object[]", "int32[]", "string[]") and args:
            try:
                size = to_int(args[0])
            except Unclear:
                return UNKNOWN
            self.budget.make(max(size, 0))
            if type_ == "byte[]":
                return bytearray(max(size, 0))
            return Items([0 if type_ == "int32[]" else None] * max(size, 0), type_[:-2])
        if type_.startswith(("collections.arraylist", "collections.queue", "collections.stack")):
            try:
                return Items(as_list(args[0]) if args and not isinstance(args[0], int) else [])
            except Unclear:
                return UNKNOWN
        if type_ in ("collections.hashtable", "management.automation.psobject", "object"):
            return args[0] if args and isinstance(args[0], Table) else Table()
        if type_ == "guid" and args and isinstance(args[0], str):
            try:
                return cast(args[0], type_, self.budget)
            except Unclear:
                return UNKNOWN
        if type_ == "uri" and args:
            return args[-1] if isinstance(args[-1], (str, Partial)) else UNKNOWN
        try:
            made = objects.new(type_, args, self.budget)
        except Unclear:
            return unknown_from(*args) if unknown_from(*args).type else Thing(type_)
        if made is None:
            if args and unknown_from(*args).type == DOWNLOADED:
                return unknown_from(*args)
            return Thing(type_, {"argument": args[0]} if args else {})
        if (how := made.data.pop("how", None)) is not None:
            self.log.append(how)
        return made

    def _thing_call(
        self,
        target: Thing,
        low: str,
        name: str,
        args: list[Value],
        node: n.Invoke,
        hows: list[tuple[str, ...]],
        mark: int,
    ) -> Value:
        type_ = target.type
        if type_ == "invokecommand":
            return self._engine_call(low, args, node, hows)
        if type_ == "psmembers" and low in ("item",):
            return MethodRef(target.data["of"], plain(args[0]), False) if args else UNKNOWN
        if type_.startswith("sessionstate.") and low in ("getvalue", "get"):
            slot = self.state.find(str(args[0]).lower()) if args and isinstance(args[0], str) else None
            return UNKNOWN if slot is None else slot[0]
        if low == "gettype" and type_ and not args:
            return TypeRef(type_)
        if low == "invoke" and "code" in target.data:
            return collapse(self.invoke_text(target.data["code"], target.data.get("how", ()), node, None))
        try:
            made = objects.call(target, low, args, self.budget)
            if low in _FILLS:
                self.made_of(node.target, tuple(dict.fromkeys(m for h in hows for m in h)))
            elif low == "copyto" and node.args:
                self.made_of(node.args[0], self.how(mark))
            elif low == "getstring" and not any(m != "variable" for h in hows for m in h):
                self.log.append("char-codes")
            if type_ == _REGEX and low == "replace":
                self.log.append("replace")
            elif low == "transformfinalblock":
                self.log.append("aes")
            elif low == "getnetworkcredential":
                self.log.append("securestring")
            elif type_ == _REGEX:
                self.log.append("split" if low == "split" else "regex-match")
            return made
        except Unclear as stop:
            self._note(stop)
        if type_ in ("", DOWNLOADED):
            return self._unknown_call(Unknown("", type_), low, name, args, node, hows)
        if low in ("createpipeline", "addscript") and "powershell" not in type_ and args and isinstance(args[0], str):
            self.invoke_text(args[0], hows[0], node, node.args[0])
            return UNKNOWN
        if type_ == "management.automation.powershell" and low == "addscript" and args:
            target.data.update(code=args[0], how=hows[0])
            return target
        self.record_method(f"{nice_type(type_)}.{NICE_MEMBERS.get(low, name)}", node, args, hows)
        if low in ("downloadstring", "downloaddata", "openread", "getresponse", "getresponsestream", "getstringasync",
                   "getbytearrayasync", "downloadstringtaskasync", "getstringtaskasync"):  # fmt: skip
            return Unknown("", DOWNLOADED)
        if type_ in ("net.webclient", "net.http.httpclient") and low.startswith(("get", "download")):
            return Unknown("", DOWNLOADED)
        returns = RETURNS.get((type_, low))
        if returns:
            return Thing(returns)
        return unknown_from(*args)

    def _unknown_call(
        self, target: Unknown, low: str, name: str, args: list[Value], node: n.Invoke, hows: list[tuple[str, ...]]
    ) -> Value:
        owner = ONLY_OF.get(low)
        if owner is None and target.type not in ("", DOWNLOADED):
            owner = nice_type(target.type)
        if low in ("addscript", "createpipeline") and args and isinstance(args[0], (str, Partial)):
            self.invoke_text(args[0], hows[0], node, node.args[0])
            return UNKNOWN
        if owner is not None:
            self.record_method(f"{owner}.{NICE_MEMBERS.get(low, name)}", node, args, hows)
            if low.startswith("download") or low == "openread":
                return Unknown("", DOWNLOADED)
        elif any(isinstance(a, (str, Partial)) and len(str(to_text(a))) > 3 for a in args) and low not in _QUIET:
            self.record_method(NICE_MEMBERS.get(low, name), node, args, hows)
        for a in args:
            if isinstance(a, Code):
                self.call_code(a, [])
        return unknown_from(target, *args)

    def _engine_call(self, low: str, args: list[Value], node: n.Invoke, hows: list[tuple[str, ...]]) -> Value:
        """Return what ``$ExecutionContext.InvokeCommand.Name(…)`` gives."""
        first = args[0] if args else UNKNOWN
        if low == "invokescript":
            at = 0
            for i, a in enumerate(args):
                if isinstance(a, (str, Code, Partial)) or i == len(args) - 1:
                    first, at = a, i
                    break
            if isinstance(first, Code) and not first.made:
                return collapse(self.call_code(first, []))
            text = first.text if isinstance(first, Code) else first
            return collapse(
                self.invoke_text(text, hows[at] if hows else (), node, node.args[at] if node.args else None)
            )
        if low == "newscriptblock":
            if isinstance(first, str):
                return self.make_code(str(first), hows[0], node.args[0])
            self.invoke_text(first, hows[0] if hows else (), node, None)
            return UNKNOWN
        if low == "expandstring":
            if isinstance(first, str):
                return self.expand_text(str(first))
            return first
        if low in ("getcommand", "getcommands", "getcmdlet", "getcmdlets", "getcommandname", "getaliases"):
            try:
                found = self.commands_like(plain(first), "alias" if low == "getaliases" else "")
            except Unclear:
                return UNKNOWN
            self.log.append("command-lookup")
            made: list[Value] = list(found) if low == "getcommandname" else [command_thing(c) for c in found]
            return collapse(made)
        return UNKNOWN

    def expand_text(self, text: str) -> Value:
        """Return a text with its variables written out, as ``ExpandString`` does."""
        from vedette.commands.powershell.parser import Parser

        parser = Parser(text)
        parts, _, _ = parser.expandable(len(text), quoted=False)
        keep, self.text = self.text, text
        silent, self.silent = self.silent, True
        try:
            return self._expand(n.Expand(0, len(text), parts))
        finally:
            self.text, self.silent = keep, silent

    def commands_like(self, pattern: str, kind: str = "") -> list[str]:
        """Return the aliases, functions and cmdlets that a name or wildcard matches, in the order they are listed."""
        from vedette.commands.powershell.regexes import wildcard

        low = pattern.lower()
        if not any(c in low for c in "*?["):
            target = self.state.alias(low)
            if target is not None:
                return [target] if kind != "alias" else [low]
            return [] if kind == "alias" else [pattern]
        regex = wildcard(low)
        found: list[str] = []
        if kind in ("", "alias"):
            found += [a for a in sorted({**ALIASES, **self.state.aliases}) if regex.fullmatch(a)]
        if kind in ("", "cmdlet", "function"):
            found += [c for c in CMDLETS if regex.fullmatch(c)]
            found += [f for f in self.state.functions if regex.fullmatch(f)]
        return sorted(found, key=str.lower)

    def _file(self, low: str, args: list[Value]) -> Value:
        """Return what a call of ``[IO.File]`` reads of a file that the command itself wrote; note what it writes."""
        if not args:
            return None
        try:
            shown = to_text(args[0])
        except Unclear:
            return None
        path = (shown if isinstance(shown, str) else shown.text()).casefold()
        files = self.scope.files
        if low in ("readalltext", "readallbytes", "readalllines"):
            data = files.get(path)
            if data is None:
                return None
            if low == "readallbytes":
                return bytearray(data)
            from vedette.commands.decoding import decode_text

            text = decode_text(data)
            if text is None:
                return UNKNOWN
            return text if low == "readalltext" else Items(text.splitlines(), "string")
        if low in ("writeallbytes", "writealltext", "appendalltext") and len(args) > 1 and not self.unsure:
            try:
                data = objects.data_of(args[1]) if low == "writeallbytes" else plain(args[1]).encode()
            except Unclear:
                files.pop(path, None)
                return None
            files[path] = files.get(path, b"") + data if low.startswith("append") else data
        return None


_GIVEN = {"_", "psitem", "args", "input", "matches", "error", "lastexitcode", "this", "myinvocation", "psversiontable"}
_INDEXED = {str, Items, bytearray}
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


def command_thing(name: str) -> Thing:
    """Return the description of a command, as ``Get-Command`` gives it."""
    return Thing("commandinfo", {"name": name, "text": name, "definition": ALIASES.get(name.lower(), name)})


def member_things(value: Value) -> list[Thing]:
    """Return the methods of an object, as ``Get-Member`` lists them."""
    if isinstance(value, Thing):
        names = MEMBERS.get(value.type, ())
    elif isinstance(value, (str, Partial)):
        names = MEMBERS["string"]
    else:
        names = ()
    return [Thing("psmember", {"name": name, "text": name, "membertype": "Method"}) for name in names]


def node_type(node: n.Invoke) -> str:
    """Return the type that a static call names, as written."""
    return node.target.name if isinstance(node.target, n.Type) else ""


_REGEX = "text.regularexpressions.regex"
_CODE_OPERATORS = {"split", "csplit", "isplit", "replace", "creplace", "ireplace"}
_QUIET = {"replace", "split", "substring", "startswith", "endswith", "contains", "trim", "equals", "indexof",
          "tostring",
          "add", "append", "join", "padleft", "padright", "insert", "remove", "trimend", "trimstart"}  # fmt: skip
_FILLS = {"write", "append", "appendline", "add", "addrange", "insert", "push", "enqueue", "writebyte"}
_CREATES = {("net.webrequest", "createhttp"), ("net.webrequest", "createdefault")}

_EVALUATE: dict[type, Callable[[Any, Any], Value]] = {
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
    n.Index: ExpressionEvaluator._spine,
    n.Member: ExpressionEvaluator._spine,
    n.Invoke: ExpressionEvaluator._spine,
}
