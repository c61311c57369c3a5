"""The grammar of JavaScript and JScript: text enters, the shared tree leaves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from vedette.commands.embedded import tree as t
from vedette.commands.embedded.lexing import MOST_TOKENS, SyntaxStop, Token, Tokens, unescape
from vedette.commands.embedded.values import UNDEFINED, Pattern

_LEX = re.compile(
    r"""
    (?P<space>(?:[ \t\f\v\ufeff\xa0]|//[^\n]*|<!--[^\n]*|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/|/\*[\s\S]*\Z|\r?\n|\r|\u2028)+)
  | (?P<num>0[xX][0-9A-Fa-f_]+n?|0[oO][0-7_]+n?|0[bB][01_]+n?|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?n?)
  | (?P<str>"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')
  | (?P<tmpl>`(?:[^`\\]|\\[\s\S])*`)
  | (?P<name>(?:[A-Za-z_$\u0080-\U0010ffff]|\\u[0-9A-Fa-f]{4})(?:[\w$\u0080-\U0010ffff]|\\u[0-9A-Fa-f]{4})*|\#\w+)
  | (?P<op>>>>=|\.\.\.|===|!==|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.(?!\d)|\+\+|--|\+=|-=
      |\*=|/=|%=|&=|\|=|\^=|<<|>>|\*\*|[-+*/%&|^!~<>=?:;,.(){}\[\]@])
  | (?P<bad>[\s\S])
    """,
    re.VERBOSE,
)
_REGEX = re.compile(r"/((?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)/([a-z]*)")
_VALUES_END = frozenset({")", "]", "}"})
_BEFORE_REGEX = frozenset("return typeof instanceof in of new delete void throw case do else".split())


def tokenize(source: str, start: int = 0, end: int | None = None) -> list[Token]:
    """Return the tokens of a script, or of a part of it."""
    out: list[Token] = []
    at, last = start, len(source) if end is None else end
    line = space = False
    while at < last and len(out) < MOST_TOKENS:
        found = _LEX.match(source, at, last)
        if found is None:
            break
        kind, text = found.lastgroup or "bad", found.group()
        if kind == "space":
            line, space = line or "\n" in text or "\r" in text, True
            at = found.end()
            continue
        if kind == "op" and text in ("/", "/=") and _wants_value(out):
            regex = _REGEX.match(source, at, last)
            if regex is not None:
                pattern = Pattern(regex.group(1), regex.group(2))
                out.append(Token("regex", regex.group(), at, regex.end(), line, pattern))
                at, line, space = regex.end(), False, False
                continue
        stop = found.end()
        if kind == "str":
            value, coded = unescape(text[1:-1])
            out.append(Token(kind, text, at, stop, line, value, "hex-escape" if coded else None, space))
        elif kind == "num":
            out.append(Token(kind, text, at, stop, line, _number(text), None, space))
        elif kind == "name" and "\\" in text:
            out.append(Token(kind, unescape(text)[0], at, stop, line, None, None, space))
        elif kind == "bad":
            if text in "\"'`":  # an open string takes its line
                close = source.find("\n", at, last)
                stop = last if close < 0 else close
                out.append(
                    Token("str", source[at:stop], at, stop, line, unescape(source[at + 1 : stop])[0], None, space)
                )
        else:
            out.append(Token(kind, text, at, stop, line, None, None, space))
        at, line, space = stop, False, False
    out.append(Token("end", "", last, last, True))
    return out


def _wants_value(out: list[Token]) -> bool:
    if not out:
        return True
    token = out[-1]
    if token.kind == "name":
        return token.text in _BEFORE_REGEX
    return token.kind == "op" and token.text not in _VALUES_END and token.text not in ("++", "--")


def _number(text: str) -> int | float:
    text = text.replace("_", "").rstrip("n")
    if len(text) > 400:
        return 0
    head = text[:2].lower()
    if head in ("0x", "0o", "0b"):
        return int(text, 0)
    if text.isdigit():
        if text[0] == "0" and len(text) > 1 and not set(text) & {"8", "9"}:
            return int(text, 8)
        return int(text)
    value = float(text)
    return int(value) if abs(value) < 2**53 and value == int(value) else value


class Script(Tokens):
    """Parses JavaScript and JScript."""

    binary: ClassVar[Mapping[str, tuple[int, bool]]] = {
        "??": (4, False), "||": (4, False), "&&": (5, False), "|": (6, False), "^": (7, False), "&": (8, False),
        "==": (9, False), "!=": (9, False), "===": (9, False), "!==": (9, False),
        "<": (10, False), ">": (10, False), "<=": (10, False), ">=": (10, False),
        "instanceof": (10, False), "in": (10, False),
        "<<": (11, False), ">>": (11, False), ">>>": (11, False), "+": (12, False), "-": (12, False),
        "*": (13, False), "/": (13, False), "%": (13, False), "**": (14, True),
    }  # fmt: skip
    logic = frozenset({"||", "&&", "??"})
    assigns = frozenset("= += -= *= /= %= &= |= ^= <<= >>= >>>= **= &&= ||= ??=".split())

    def __init__(self, source: str, tokens: list[Token] | None = None):
        super().__init__(source, tokenize(source) if tokens is None else tokens)
        self.no_in = False

    def is_operator(self, token: Token) -> bool:
        """Return whether an operator is one here: ``in`` is none in the head of a loop."""
        return not (token.text == "in" and self.no_in)

    def infix(self, left: t.Node, least: int) -> t.Node | None:
        """Return a choice."""
        if self.token.text != "?" or self.token.kind != "op" or least > 3:
            return None
        self.next()
        outer, self.no_in = self.no_in, False
        then = self.expression(2)
        self.no_in = outer
        self.need(":")
        other = self.expression(2)
        return t.Choice(left.start, other.end, left, then, other)

    def comma(self) -> t.Node:
        """Return expressions in a row."""
        first = self.expression(2)
        if not self.here(","):
            return first
        items = [first]
        while self.take(","):
            items.append(self.expression(2))
        return t.Sequence(first.start, items[-1].end, items)

    def prefix(self) -> t.Node:
        """Return an operand with its signs, calls and members."""
        token = self.token
        signs: list[Token] = []
        while True:
            token = self.token
            if token.kind == "op" and token.text in ("!", "~", "+", "-", "++", "--"):
                signs.append(self.next())
            elif token.kind == "name" and token.text in ("typeof", "void", "delete", "await", "yield"):
                signs.append(self.next())
                if token.text == "yield" and (self.token.line or self.token.text in (";", ")", "}", "]", ",")):
                    return t.Const(token.start, token.end, None)
            else:
                break
        value = self.postfix(self.primary())
        if self.token.kind == "op" and self.token.text in ("++", "--") and not self.token.line:
            op = self.next()
            value = t.Update(value.start, op.end, value, op.text, False)
        for sign in reversed(signs[:200]):
            if sign.text in ("++", "--"):
                value = t.Update(sign.start, value.end, value, sign.text, True)
            elif sign.text not in ("await", "yield"):
                value = t.Unary(sign.start, value.end, sign.text, value)
        if len(signs) > 40:
            raise SyntaxStop("too many signs")
        return value

    def postfix(self, value: t.Node, *, calls: bool = True) -> t.Node:
        """Return an operand with the members, items and calls after it."""
        while True:
            token = self.token
            if token.kind == "tmpl" and calls:
                self.next()
                value = t.Call(value.start, token.end, value, [self.template(token)])
                continue
            if token.kind != "op":
                return value
            if token.text in (".", "?."):
                self.next()
                if self.token.text in ("(", "[") and token.text == "?.":
                    continue
                name = self.next()
                if name.kind != "name":
                    raise SyntaxStop("a name expected")
                value = t.Member(value.start, name.end, value, name.text)
            elif token.text == "[":
                self.next()
                outer, self.no_in = self.no_in, False
                key = self.comma()
                self.no_in = outer
                value = t.Index(value.start, self.need("]").end, value, key)
            elif token.text == "(" and calls:
                args = self.arguments()
                value = t.Call(value.start, self.last_end(), value, args)
            else:
                return value

    def arguments(self) -> list[t.Node]:
        """Return what stands in the parentheses of a call."""
        self.need("(")
        outer, self.no_in = self.no_in, False
        args: list[t.Node] = []
        while not self.here(")"):
            if self.ended():
                raise SyntaxStop(") expected")
            args.append(self.item())
            if not self.take(","):
                break
        self.need(")")
        self.no_in = outer
        return args

    def item(self) -> t.Node:
        """Return an expression of a list, spread or not."""
        if self.here("..."):
            start = self.next().start
            value = self.expression(2)
            return t.Spread(start, value.end, value)
        return self.expression(2)

    def primary(self) -> t.Node:
        """Return a literal, a name, a function, or what stands in brackets."""
        token = self.token
        kind, text = token.kind, token.text
        if kind in ("str", "num", "regex"):
            self.next()
            return t.Const(token.start, token.end, token.value, token.method)
        if kind == "tmpl":
            self.next()
            return self.template(token)
        if kind == "name":
            return self._word(token)
        if kind != "op":
            raise SyntaxStop("a value expected")
        if text == "(":
            close = self.match.get(self.at)
            if close is not None and self.tokens[min(close + 1, len(self.tokens) - 1)].text == "=>":
                return self.arrow(token.start)
            self.next()
            outer, self.no_in = self.no_in, False
            value = self.comma()
            self.no_in = outer
            end = self.need(")").end
            return _spanned(value, token.start, end)
        if text == "[":
            self.next()
            items: list[t.Node] = []
            while not self.here("]"):
                if self.ended():
                    raise SyntaxStop("] expected")
                if self.here(","):
                    items.append(t.Const(token.start, token.end, UNDEFINED))
                else:
                    items.append(self.item())
                if not self.take(","):
                    break
            return t.Array(token.start, self.need("]").end, items)
        if text == "{":
            return self.object()
        raise SyntaxStop(f"a value expected at {token.start}")

    def _word(self, token: Token) -> t.Node:
        text = token.text
        constant = {"true": True, "false": False, "null": None}
        if text in constant:
            self.next()
            return t.Const(token.start, token.end, constant[text])
        if text == "function" or (text == "async" and self.peek().text == "function"):
            return self.function()
        if text == "async" and self.peek().text == "(":
            self.next()
            return self.primary()
        if text == "new":
            self.next()
            if self.here("."):
                self.next()
                self.next()
                return t.Const(token.start, self.last_end(), None)
            func = self.postfix(self.primary(), calls=False)
            args = self.arguments() if self.here("(") else []
            return t.Call(token.start, self.last_end(), func, args, True)
        if text == "class":
            return self.class_()
        if self.peek().text == "=>" and self.peek().kind == "op":
            return self.arrow(token.start)
        if text in ("if", "else", "for", "while", "return", "var", "case", "catch", "in", "instanceof"):
            raise SyntaxStop("a value expected")
        self.next()
        return t.Name(token.start, token.end, text)

    def template(self, token: Token) -> t.Node:
        """Return the parts of a template."""
        parts: list[t.Node] = []
        at, end = token.start + 1, token.end - 1
        source = self.source
        while at < end:
            opened = source.find("${", at, end)
            stop = end if opened < 0 else opened
            if stop > at:
                parts.append(t.Const(at, stop, unescape(source[at:stop])[0]))
            if opened < 0:
                break
            depth, close = 1, opened + 2
            while close < end and depth:
                depth += {"{": 1, "}": -1}.get(source[close], 0)
                close += 1
            self.deeper()
            inner = type(self)(source, tokenize(source, opened + 2, close - 1))
            inner.nested = self.nested
            parts.append(inner.comma())
            self.nested -= 1
            at = close
        return t.Template(token.start, token.end, parts)

    def object(self) -> t.Node:
        """Return an object literal."""
        start = self.need("{").start
        items: list[tuple[t.Node | None, t.Node]] = []
        while not self.here("}"):
            if self.ended():
                raise SyntaxStop("} expected")
            if self.here("..."):
                self.next()
                items.append((None, self.expression(2)))
            else:
                items.append(self.property())
            if not self.take(","):
                break
        return t.Pairs(start, self.need("}").end, items)

    def property(self) -> tuple[t.Node, t.Node]:
        """Return a key and its value."""
        while self.token.text in ("get", "set", "async", "static", "*") and self.peek().text not in (
            ",",
            ":",
            "(",
            "}",
            "=",
        ):
            self.next()
        token = self.next()
        key: t.Node
        if token.text == "[" and token.kind == "op":
            key = self.expression(2)
            self.need("]")
        elif token.kind in ("name", "str", "num"):
            key = t.Const(token.start, token.end, token.text if token.kind == "name" else token.value)
        else:
            raise SyntaxStop("a key expected")
        if self.take(":"):
            return key, self.expression(2)
        if self.here("("):
            return key, self.rest_of_function(token.start, None)
        if self.take("="):
            return key, self.expression(2)
        return key, t.Name(token.start, token.end, token.text)

    def arrow(self, start: int) -> t.Node:
        """Return an arrow function."""
        defaults: dict[str, t.Node]
        if self.token.kind == "name":
            params, defaults, rest = [self.next().text], {}, None
        else:
            params, defaults, rest = self.parameters()
        self.need("=>")
        if self.here("{"):
            body = self.block()
            return t.Function(start, body.end, None, params, body, defaults, rest)
        value = self.expression(2)
        return t.Function(start, value.end, None, params, value, defaults, rest, True)

    def parameters(self) -> tuple[list[str], dict[str, t.Node], str | None]:
        """Return names, defaults, and the name of the rest."""
        self.need("(")
        params: list[str] = []
        defaults: dict[str, t.Node] = {}
        rest: str | None = None
        while not self.here(")"):
            if self.take("..."):
                rest = self.next().text
            elif self.token.kind == "name":
                name = self.next().text
                params.append(name)
                if self.take("="):
                    defaults[name] = self.expression(2)
            else:
                params.append(f" {len(params)}")
                self.back(self.match.get(self.at, self.at))
                if self.ended():
                    raise SyntaxStop(") expected")
                self.next()
                if self.take("="):
                    self.expression(2)
            if not self.take(","):
                break
        self.need(")")
        return params, defaults, rest

    def function(self) -> t.Function:
        """Return a function."""
        start = self.token.start
        self.take("async")
        self.need("function")
        self.take("*")
        name = self.next().text if self.token.kind == "name" else None
        return self.rest_of_function(start, name)

    def rest_of_function(self, start: int, name: str | None) -> t.Function:
        """Return a function from its parameters on."""
        outer, self.no_in = self.no_in, False
        params, defaults, rest = self.parameters()
        body = self.block()
        self.no_in = outer
        return t.Function(start, body.end, name, params, body, defaults, rest)

    def class_(self) -> t.Node:
        """Return a class: its methods are read as functions that may be called."""
        start = self.need("class").start
        name = self.next().text if self.token.kind == "name" and self.token.text != "extends" else ""
        if self.take("extends"):
            self.expression(3)
        self.need("{")
        items: list[tuple[t.Node | None, t.Node]] = []
        while not self.here("}"):
            if self.ended():
                raise SyntaxStop("} expected")
            if self.take(";"):
                continue
            items.append(self.property())
        end = self.need("}").end
        pairs = t.Pairs(start, end, items)
        return t.Assign(start, end, t.Name(start, start, name), "", pairs) if name else pairs

    # Statements.

    def block(self) -> t.Block:
        """Return statements in braces."""
        start = self.need("{").start
        self.deeper()
        body: list[t.Node] = []
        while not self.here("}"):
            if self.ended():
                raise SyntaxStop("} expected")
            body.append(self.statement())
        self.nested -= 1
        return t.Block(start, self.need("}").end, body)

    def finish(self) -> None:
        """Go past the end of a statement."""
        if self.take(";") or self.here("}") or self.ended() or self.token.line:
            return
        raise SyntaxStop("; expected")

    def statement(self) -> t.Node:
        """Return a statement."""
        token = self.token
        self.deeper()
        try:
            if token.kind == "op":
                if token.text == "{":
                    return self.block()
                if token.text == ";":
                    self.next()
                    return t.Block(token.start, token.end, [])
            elif token.kind == "name":
                special = getattr(self, f"_{token.text}_statement", None) if token.text in _STATEMENTS else None
                if special is not None:
                    return special(token)  # type: ignore[no-any-return]
                if self.peek().text == ":" and self.peek().kind == "op" and token.text not in ("case", "default"):
                    self.next()
                    self.next()
                    return self.statement()
            value = self.comma()
            self.finish()
            return value
        finally:
            self.nested -= 1

    def _declare(self) -> t.Node:
        start = self.next().start
        items: list[t.Node] = []
        while True:
            at = self.token.start
            target = self.postfix(self.primary())
            if self.take("="):
                value = self.expression(2)
                items.append(t.Assign(at, value.end, target, "", value, True))
            else:
                items.append(target)
                if not self.here("in", "of") and type(target) is t.Name:
                    items[-1] = t.Assign(at, target.end, target, "", t.Const(at, at, UNDEFINED), True)
            if not self.take(","):
                break
        end = items[-1].end
        if len(items) == 1:
            items[0].start = start
            return items[0]
        return t.Sequence(start, end, items)

    def _var_statement(self, token: Token) -> t.Node:
        node = self._declare()
        self.finish()
        return node

    def _let_statement(self, token: Token) -> t.Node:
        if self.peek().kind != "name" and self.peek().text not in ("[", "{"):
            value = self.comma()
            self.finish()
            return value
        return self._var_statement(token)

    _const_statement = _var_statement

    def _function_statement(self, token: Token) -> t.Node:
        function = self.function()
        if function.name:
            name, function.name = function.name, None
            return t.Define(function.start, function.end, name, function)
        value = self.postfix(function)
        self.finish()
        return value

    def _async_statement(self, token: Token) -> t.Node:
        if self.peek().text == "function":
            return self._function_statement(token)
        value = self.comma()
        self.finish()
        return value

    def _if_statement(self, token: Token) -> t.Node:
        self.next()
        self.need("(")
        test = self.comma()
        self.need(")")
        then = self.statement()
        other = None
        if self.take("else"):
            other = self.statement()
        return t.If(token.start, self.last_end(), test, then, other)

    def _while_statement(self, token: Token) -> t.Node:
        self.next()
        self.need("(")
        test = self.comma()
        self.need(")")
        body = self.statement()
        return t.Loop(token.start, self.last_end(), test, body)

    def _do_statement(self, token: Token) -> t.Node:
        self.next()
        body = self.statement()
        self.need("while")
        self.need("(")
        test = self.comma()
        self.need(")")
        self.take(";")
        return t.Loop(token.start, self.last_end(), test, body, late=True)

    def _for_statement(self, token: Token) -> t.Node:
        self.next()
        self.take("await")
        self.need("(")
        init: t.Node | None = None
        self.no_in = True
        if self.here("var", "let", "const"):
            init = self._declare()
        elif not self.here(";"):
            init = self.comma()
        self.no_in = False
        if self.here("in", "of"):
            keys = self.next().text == "in"
            source = self.comma()
            self.need(")")
            body = self.statement()
            target = init.target if isinstance(init, t.Assign) else init
            return t.Each(token.start, self.last_end(), target, source, body, keys)
        self.need(";")
        test = None if self.here(";") else self.comma()
        self.need(";")
        step = None if self.here(")") else self.comma()
        self.need(")")
        body = self.statement()
        return t.Loop(token.start, self.last_end(), test, body, init, step)

    def _return_statement(self, token: Token) -> t.Node:
        self.next()
        value = None
        if not (self.here(";", "}") or self.ended() or self.token.line):
            value = self.comma()
        self.finish()
        return t.Return(token.start, self.last_end(), value)

    def _throw_statement(self, token: Token) -> t.Node:
        self.next()
        value = self.comma()
        self.finish()
        return t.Throw(token.start, value.end, value)

    def _break_statement(self, token: Token) -> t.Node:
        self.next()
        if self.token.kind == "name" and not self.token.line:
            self.next()
        self.finish()
        return t.Jump(token.start, token.end, token.text)

    _continue_statement = _break_statement

    def _try_statement(self, token: Token) -> t.Node:
        self.next()
        body = self.block()
        handlers: list[tuple[str | None, t.Node]] = []
        final = None
        if self.take("catch"):
            name = None
            if self.take("("):
                name = self.next().text
                self.need(")")
            handlers.append((name, self.block()))
        if self.take("finally"):
            final = self.block()
        return t.Try(token.start, self.last_end(), body, handlers, final)

    def _switch_statement(self, token: Token) -> t.Node:
        self.next()
        self.need("(")
        value = self.comma()
        self.need(")")
        self.need("{")
        cases: list[tuple[list[t.Node] | None, t.Node]] = []
        while not self.here("}"):
            test: list[t.Node] | None = None
            if self.take("case"):
                test = [self.comma()]
            else:
                self.need("default")
            start = self.need(":").end
            body: list[t.Node] = []
            while not self.here("case", "default", "}"):
                if self.ended():
                    raise SyntaxStop("} expected")
                body.append(self.statement())
            cases.append((test, t.Block(start, self.last_end(), body)))
        self.need("}")
        return t.Switch(token.start, self.last_end(), value, cases)

    def _with_statement(self, token: Token) -> t.Node:
        self.next()
        self.need("(")
        value = self.comma()
        self.need(")")
        return t.Scoped(token.start, self.last_end(), value, t.Name(0, 0, " with"), self.statement())

    def _import_statement(self, token: Token) -> t.Node:
        if self.peek().text in ("(", "."):
            value = self.comma()
            self.finish()
            return value
        self.next()
        names: list[str] = []
        fields: list[tuple[str, str]] = []
        while self.token.kind != "str" and not self.ended() and not self.here(";"):
            if self.take("{"):
                while not self.here("}") and not self.ended():
                    name = self.next().text
                    fields.append((name, self.next().text if self.take("as") else name))
                    self.take(",")
                self.next()
            elif self.take("*", "as", ",", "from"):
                continue
            else:
                names.append(self.next().text)
        module = str(self.next().value or "").removeprefix("node:")
        self.finish()
        every = [(name, module) for name in names] + [(name, f"{module}.{field}") for field, name in fields]
        return t.Import(token.start, self.last_end(), every)

    def _export_statement(self, token: Token) -> t.Node:
        self.next()
        self.take("default")
        return self.statement()


_STATEMENTS = frozenset(
    "var let const function async if while do for return throw break continue try switch with import export".split()
)


def _spanned(node: t.Node, start: int, end: int) -> t.Node:
    """Return a node with the span of the parentheses around it."""
    node.start, node.end = start, end
    return node
