"""Python's grammar: the standard ``ast`` parses (it runs nothing), and its tree becomes the shared one.

Statements of Python 2 are put into Python 3's spelling of the same length first, so that places stay right.
"""

from __future__ import annotations

import ast
import re
import warnings

from vedette.commands.embedded import tree as t
from vedette.commands.embedded.values import UNKNOWN

_MOST_DEPTH = 60
_PRINT = re.compile(
    r"(?m)(^[ \t]*|[;:][ \t]*)(print|exec)([ \t]+)(?=[^\s=(.,;)\]}&|^%*/+<>-]|\(.*\)[ \t]*(?:%|in\b|,))"
)
_EXCEPT = re.compile(r"(?m)(\bexcept[ \t]+[\w.]+|\bexcept[ \t]*\([^()\n]*\))([ \t]*,[ \t]*\w+)(?=[ \t]*:)")
_RAISE = re.compile(r"(?m)(\braise[ \t]+[\w.]+[ \t]*),")
_LONG = re.compile(r"(?<![\w.])(\d+|0[xX][0-9A-Fa-f]+)[lL]\b")
_OCTAL = re.compile(r"(?<![\w.])0([0-7]{2,6})\b")
_OPS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%", ast.Pow: "**", ast.FloorDiv: "//",
    ast.BitXor: "^", ast.BitAnd: "&", ast.BitOr: "|", ast.LShift: "<<", ast.RShift: ">>", ast.MatMult: "@",
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.Gt: ">", ast.LtE: "<=", ast.GtE: ">=", ast.In: "in",
    ast.NotIn: "notin", ast.Is: "is", ast.IsNot: "isnot", ast.Not: "not", ast.USub: "-", ast.UAdd: "+", ast.Invert: "~",
}  # fmt: skip


def parse(text: str) -> t.Block:
    """Return the tree of a script; what does not parse is left out."""
    return parse_reporting(text)[0]


def parse_reporting(text: str) -> tuple[t.Block, bool]:
    """Return the tree of a script, and whether a part of it does not parse."""
    broken = False
    bodies: list[t.Node] = []
    at = 0
    for _ in range(6):
        piece = text[at:]
        module, failed = _module(piece)
        if module is not None:
            bodies += _Builder(text, at, piece, module[1]).block(module[0].body)
            return t.Block(0, len(text), bodies), broken
        broken = True
        line = max(failed - 1, 0)
        lines = piece.splitlines(keepends=True)
        head = "".join(lines[:line])
        if head.strip():
            good, _ = _module(head)
            if good is not None:
                bodies += _Builder(text, at, head, good[1]).block(good[0].body)
        if not lines:
            break
        bad = lines[min(line, len(lines) - 1)]
        start = at + len("".join(lines[: min(line, len(lines) - 1)]))
        bodies += _parts(text, start, bad)
        at = start + len(bad)
        if at >= len(text):
            break
    return t.Block(0, len(text), bodies), broken


def _parts(text: str, start: int, line: str) -> list[t.Node]:
    """Return the statements of a line that parse by themselves."""
    if ";" not in line:
        return []
    out: list[t.Node] = []
    at = start
    for part in line.split(";")[:60]:
        stripped = part.lstrip()
        begin = at + len(part) - len(stripped)
        module, _ = _module(stripped.rstrip()) if stripped.strip() else (None, 0)
        if module is not None:
            out += _Builder(text, begin, stripped.rstrip(), module[1]).block(module[0].body)
        at += len(part) + 1
    return out


def _module(text: str) -> tuple[tuple[ast.Module, int] | None, int]:
    """Return a parsed module with the number of lines put before it, or None; and the line that fails."""
    failed = 1
    forms = [(text, 0)]
    if text[:1] in " \t" or re.match(r"\s*\n[ \t]", text):
        forms.append(("if 1:\n" + text, 1))
    old = _modern(text)
    if old != text:
        forms += [(old, 0), ("if 1:\n" + old, 1)]
    for form, before in forms:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return (ast.parse(form, filename=""), before), 0
        except SyntaxError as error:
            failed = max((error.lineno or 1) - before, 1)
        except (ValueError, RecursionError, MemoryError, OverflowError):
            failed = 1
    return None, failed


def _modern(text: str) -> str:
    """Return Python 2 in Python 3's spelling, as long as it was."""
    out = _PRINT.sub(lambda m: m.group(1) + m.group(2) + "," + " " * (len(m.group(3)) - 1), text)
    out = _EXCEPT.sub(lambda m: m.group(1) + " " * len(m.group(2)), out)
    out = _RAISE.sub(lambda m: m.group(1) + ";", out)
    out = _LONG.sub(lambda m: m.group(1) + " ", out)
    out = _OCTAL.sub(lambda m: str(int(m.group(1), 8)).ljust(len(m.group())), out)
    return out.replace("<>", "!=").replace("ur'", " r'").replace('ur"', ' r"')


class _Builder:
    """Makes the shared tree of Python's."""

    def __init__(self, whole: str, offset: int, piece: str, before: int):
        self.offset = offset
        self.before = before
        self.starts: list[int] = [0]
        self.lines = piece.split("\n")
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.ascii = piece.isascii()
        self.length = len(whole)
        self.depth = 0

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return where a node stands in the whole text."""
        return (
            self.place(node.lineno, node.col_offset),  # type: ignore[attr-defined]
            self.place(node.end_lineno, node.end_col_offset),  # type: ignore[attr-defined]
        )

    def place(self, line: int, column: int) -> int:
        """Return a line and a column in UTF-8 as a place in characters."""
        number = line - 1 - self.before
        if number < 0 or number >= len(self.lines):
            return min(max(self.offset, 0), self.length)
        if not self.ascii:
            text = self.lines[number]
            if not text.isascii():
                column = len(text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))
        return min(self.offset + self.starts[number] + column, self.length)

    def block(self, body: list[ast.stmt]) -> list[t.Node]:
        """Return statements."""
        return [self.node(item) for item in body]

    def body(self, node: ast.AST, body: list[ast.stmt]) -> t.Block:
        """Return statements as a block."""
        start, end = self.span(node)
        return t.Block(start, end, self.block(body))

    def node(self, node: ast.AST) -> t.Node:
        """Return a node of the shared tree."""
        make = getattr(self, f"_{type(node).__name__}", None)
        start, end = self.span(node) if hasattr(node, "lineno") else (self.offset, self.offset)
        if make is None or self.depth > _MOST_DEPTH:
            return t.Const(start, end, UNKNOWN)
        self.depth += 1
        try:
            return make(node, start, end)  # type: ignore[no-any-return]
        finally:
            self.depth -= 1

    # Expressions.

    def _Constant(self, node: ast.Constant, start: int, end: int) -> t.Node:  # noqa: N802
        value = node.value
        method = None
        if isinstance(value, (str, bytes)) and end - start > 3 * len(value) + 3 and len(value) > 3:
            method = "hex-escape"
        return t.Const(start, end, UNKNOWN if value is Ellipsis or isinstance(value, complex) else value, method)

    def _Name(self, node: ast.Name, start: int, end: int) -> t.Node:  # noqa: N802
        return t.Name(start, end, node.id)

    def _BinOp(self, node: ast.BinOp, start: int, end: int) -> t.Node:  # noqa: N802
        items: list[ast.expr] = [node.right]
        ops: list[str] = [_OPS[type(node.op)]]
        left: ast.expr = node.left
        level = _strength(node.op)
        while isinstance(left, ast.BinOp) and _strength(left.op) == level and level:
            items.append(left.right)
            ops.append(_OPS[type(left.op)])
            left = left.left
        items.append(left)
        return t.Binary(start, end, [self.node(i) for i in reversed(items)], ops[::-1])

    def _UnaryOp(self, node: ast.UnaryOp, start: int, end: int) -> t.Node:  # noqa: N802
        return t.Unary(start, end, _OPS[type(node.op)], self.node(node.operand))

    def _BoolOp(self, node: ast.BoolOp, start: int, end: int) -> t.Node:  # noqa: N802
        op = "and" if isinstance(node.op, ast.And) else "or"
        value = self.node(node.values[0])
        for other in node.values[1:40]:
            value = t.Logic(start, end, op, value, self.node(other))
        return value

    def _Compare(self, node: ast.Compare, start: int, end: int) -> t.Node:  # noqa: N802
        items = [self.node(node.left), *[self.node(c) for c in node.comparators[:20]]]
        ops = [_OPS[type(op)] for op in node.ops[:20]]
        value: t.Node = t.Binary(start, end, items[:2], ops[:1])
        for number in range(1, len(ops)):
            value = t.Logic(start, end, "and", value, t.Binary(start, end, items[number : number + 2], [ops[number]]))
        return value

    def _Call(self, node: ast.Call, start: int, end: int) -> t.Node:  # noqa: N802
        chain: list[ast.expr] = []
        at: ast.expr = node
        while isinstance(at, (ast.Call, ast.Attribute, ast.Subscript)):
            chain.append(at)
            at = at.func if isinstance(at, ast.Call) else at.value
        value = self.node(at)
        for link in reversed(chain):
            low, high = self.span(link)
            if isinstance(link, ast.Call):
                args = [self.node(a) for a in link.args] + [self._keyword(k) for k in link.keywords]
                value = t.Call(low, high, value, args)
            elif isinstance(link, ast.Attribute):
                value = t.Member(low, high, value, link.attr)
            else:
                key = link.slice if isinstance(link, ast.Subscript) else link
                value = t.Index(low, high, value, self.node(key))
        return value

    def _keyword(self, node: ast.keyword) -> t.Node:
        start, end = self.span(node)
        return t.Keyword(start, end, node.arg or "", self.node(node.value))

    _Attribute = _Call
    _Subscript = _Call

    def _Slice(self, node: ast.Slice, start: int, end: int) -> t.Node:  # noqa: N802
        low, high, step = (None if p is None else self.node(p) for p in (node.lower, node.upper, node.step))
        return t.Slice(start, end, low, high, step)

    def _List(self, node: ast.List | ast.Tuple | ast.Set, start: int, end: int) -> t.Node:  # noqa: N802
        items = [self.node(e) for e in node.elts]
        if isinstance(node, ast.Tuple) and len(items) > 1 and isinstance(items[0], t.Name):
            if items[0].id in ("print", "exec"):
                return self._old_statement(items, start, end)
        return t.Array(start, end, items, isinstance(node, ast.Tuple))

    _Tuple = _List
    _Set = _List

    def _old_statement(self, items: list[t.Node], start: int, end: int) -> t.Node:
        args = items[1:]
        if isinstance(items[0], t.Name) and items[0].id == "exec" and isinstance(args[0], t.Binary):
            args = args[0].items[:1] if args[0].ops == ["in"] else args[:1]
        return t.Call(start, end, items[0], args)

    def _Dict(self, node: ast.Dict, start: int, end: int) -> t.Node:  # noqa: N802
        pairs = [
            (None if k is None else self.node(k), self.node(v)) for k, v in zip(node.keys, node.values, strict=True)
        ]
        return t.Pairs(start, end, pairs)

    def _Lambda(self, node: ast.Lambda, start: int, end: int) -> t.Node:  # noqa: N802
        params, defaults, rest = self._params(node.args)
        return t.Function(start, end, None, params, self.node(node.body), defaults, rest, True)

    def _params(self, args: ast.arguments) -> tuple[list[str], dict[str, t.Node], str | None]:
        plain = [*args.posonlyargs, *args.args]
        params = [a.arg for a in plain]
        defaults = {
            a.arg: self.node(d) for a, d in zip(plain[len(plain) - len(args.defaults) :], args.defaults, strict=True)
        }
        for each, value in zip(args.kwonlyargs, args.kw_defaults, strict=True):
            params.append(each.arg)
            if value is not None:
                defaults[each.arg] = self.node(value)
        return params, defaults, args.vararg.arg if args.vararg else None

    def _IfExp(self, node: ast.IfExp, start: int, end: int) -> t.Node:  # noqa: N802
        return t.Choice(start, end, self.node(node.test), self.node(node.body), self.node(node.orelse))

    def _ListComp(self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, start: int, end: int) -> t.Node:  # noqa: N802
        return t.Comprehension(start, end, "list", self.node(node.elt), self._generators(node.generators))

    _GeneratorExp = _ListComp
    _SetComp = _ListComp

    def _DictComp(self, node: ast.DictComp, start: int, end: int) -> t.Node:  # noqa: N802
        pair = t.Array(start, end, [self.node(node.key), self.node(node.value)])
        return t.Comprehension(start, end, "pairs", pair, self._generators(node.generators))

    def _generators(self, loops: list[ast.comprehension]) -> list[tuple[t.Node, t.Node, list[t.Node]]]:
        return [(self.node(g.target), self.node(g.iter), [self.node(i) for i in g.ifs]) for g in loops]

    def _NamedExpr(self, node: ast.NamedExpr, start: int, end: int) -> t.Node:  # noqa: N802
        return t.Assign(start, end, self.node(node.target), "", self.node(node.value))

    def _Starred(self, node: ast.Starred, start: int, end: int) -> t.Node:  # noqa: N802
        return t.Spread(start, end, self.node(node.value))

    def _JoinedStr(self, node: ast.JoinedStr, start: int, end: int) -> t.Node:  # noqa: N802
        parts: list[t.Node] = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                spec = part.format_spec
                form = self.node(spec) if spec is not None else None
                if form is not None:
                    form.start, form.end = start, end
                inner = self.node(part.value)
                parts.append(t.Special(start, end, "format", [inner, form, part.conversion]))
            else:
                parts.append(self.node(part))
        return t.Template(start, end, parts)

    def _Await(self, node: ast.Await, start: int, end: int) -> t.Node:  # noqa: N802
        return self.node(node.value)

    def _Yield(self, node: ast.Yield | ast.YieldFrom, start: int, end: int) -> t.Node:  # noqa: N802
        parts = [self.node(node.value)] if node.value is not None else []
        return t.Special(start, end, "yield", list(parts))

    _YieldFrom = _Yield

    # Statements.

    def _Expr(self, node: ast.Expr, start: int, end: int) -> t.Node:  # noqa: N802
        return self.node(node.value)

    def _Assign(self, node: ast.Assign, start: int, end: int) -> t.Node:  # noqa: N802
        value = self.node(node.value)
        made: list[t.Node] = [t.Assign(start, end, self.node(target), "", value) for target in node.targets[:1]]
        for target in node.targets[1:]:
            made.append(t.Assign(start, end, self.node(target), "", self.node(node.targets[0])))
        return made[0] if len(made) == 1 else t.Sequence(start, end, made)

    def _AnnAssign(self, node: ast.AnnAssign, start: int, end: int) -> t.Node:  # noqa: N802
        if node.value is None:
            return t.Block(start, end, [])
        return t.Assign(start, end, self.node(node.target), "", self.node(node.value))

    def _AugAssign(self, node: ast.AugAssign, start: int, end: int) -> t.Node:  # noqa: N802
        op = _OPS[type(node.op)]
        return t.Assign(start, end, self.node(node.target), op if op != "//" else "floordiv", self.node(node.value))

    def _If(self, node: ast.If, start: int, end: int) -> t.Node:  # noqa: N802
        links: list[ast.If] = [node]
        while len(links[-1].orelse) == 1 and isinstance(links[-1].orelse[0], ast.If) and len(links) < 60:
            links.append(links[-1].orelse[0])
        last = links[-1]
        other: t.Node | None = self.body(last, last.orelse) if last.orelse else None
        for link in reversed(links):
            low, high = self.span(link)
            other = t.If(low, high, self.node(link.test), self.body(link, link.body), other)
        return other if other is not None else t.Block(start, end, [])

    def _While(self, node: ast.While, start: int, end: int) -> t.Node:  # noqa: N802
        return t.Loop(start, end, self.node(node.test), self.body(node, node.body))

    def _For(self, node: ast.For | ast.AsyncFor, start: int, end: int) -> t.Node:  # noqa: N802
        return t.Each(start, end, self.node(node.target), self.node(node.iter), self.body(node, node.body))

    _AsyncFor = _For

    def _With(self, node: ast.With | ast.AsyncWith, start: int, end: int) -> t.Node:  # noqa: N802
        inner: t.Node = self.body(node, node.body)
        for item in reversed(node.items[:10]):
            target = None if item.optional_vars is None else self.node(item.optional_vars)
            inner = t.Scoped(start, end, self.node(item.context_expr), target, inner)
        return inner

    _AsyncWith = _With

    def _Try(self, node: ast.Try, start: int, end: int) -> t.Node:  # noqa: N802
        handlers: list[tuple[str | None, t.Node]] = [(h.name, self.body(h, h.body)) for h in node.handlers]
        final = self.body(node, node.finalbody) if node.finalbody else None
        orelse = self.body(node, node.orelse) if node.orelse else None
        return t.Try(start, end, self.body(node, node.body), handlers, final, orelse)

    _TryStar = _Try

    def _FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, start: int, end: int) -> t.Node:  # noqa: N802
        params, defaults, rest = self._params(node.args)
        function = t.Function(start, end, None, params, self.body(node, node.body), defaults, rest)
        return t.Define(start, end, node.name, function)

    _AsyncFunctionDef = _FunctionDef

    def _ClassDef(self, node: ast.ClassDef, start: int, end: int) -> t.Node:  # noqa: N802
        return t.ClassDef(start, end, node.name, self.body(node, node.body))

    def _Return(self, node: ast.Return, start: int, end: int) -> t.Node:  # noqa: N802
        return t.Return(start, end, None if node.value is None else self.node(node.value))

    def _Raise(self, node: ast.Raise, start: int, end: int) -> t.Node:  # noqa: N802
        return t.Throw(start, end, None if node.exc is None else self.node(node.exc))

    def _Break(self, node: ast.Break, start: int, end: int) -> t.Node:  # noqa: N802
        return t.Jump(start, end, "break")

    def _Continue(self, node: ast.Continue, start: int, end: int) -> t.Node:  # noqa: N802
        return t.Jump(start, end, "continue")

    def _Pass(self, node: ast.Pass, start: int, end: int) -> t.Node:  # noqa: N802
        return t.Block(start, end, [])

    _Delete = _Pass
    _Nonlocal = _Pass

    def _Global(self, node: ast.Global, start: int, end: int) -> t.Node:  # noqa: N802
        return t.Special(start, end, "global", list(node.names))

    def _Assert(self, node: ast.Assert, start: int, end: int) -> t.Node:  # noqa: N802
        return self.node(node.test)

    def _Import(self, node: ast.Import, start: int, end: int) -> t.Node:  # noqa: N802
        names = [
            (a.asname or a.name.partition(".")[0], a.name if a.asname else a.name.partition(".")[0]) for a in node.names
        ]
        return t.Import(start, end, names)

    def _ImportFrom(self, node: ast.ImportFrom, start: int, end: int) -> t.Node:  # noqa: N802
        module = node.module or ""
        if any(a.name == "*" for a in node.names):
            return t.Special(start, end, "star", [module])
        return t.Import(start, end, [(a.asname or a.name, f"{module}.{a.name}") for a in node.names])

    def _Match(self, node: ast.Match, start: int, end: int) -> t.Node:  # noqa: N802
        cases: list[tuple[list[t.Node] | None, t.Node]] = []
        for case in node.cases:
            value = case.pattern.value if isinstance(case.pattern, ast.MatchValue) else None
            test: list[t.Node] = [self.node(value)] if value is not None else [t.Const(start, end, UNKNOWN)]
            cases.append((test, self.body(case.body[0], case.body)))
        return t.Switch(start, end, self.node(node.subject), cases, False)


def _strength(op: ast.operator) -> int:
    """Return a number that operators share which are read from the left together; 0 for the power."""
    if isinstance(op, (ast.Add, ast.Sub)):
        return 1
    if isinstance(op, ast.Pow):
        return 0
    if isinstance(op, (ast.LShift, ast.RShift)):
        return 3
    return {ast.BitXor: 4, ast.BitAnd: 5, ast.BitOr: 6}.get(type(op), 2)
