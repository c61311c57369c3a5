"""The grammar of VBScript, and as much of VBA as macros need: text enters, the shared tree leaves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from vedette.commands.embedded import tree as t
from vedette.commands.embedded.lexing import MOST_TOKENS, SyntaxStop, Token, Tokens
from vedette.commands.embedded.values import UNDEFINED, UNKNOWN, Value

RESULT = " result"
"""Name that holds what a function will give."""
WITH = " with"
"""Name that holds the object of a With block."""

_LEX = re.compile(
    r"""
    (?P<space>(?:[ \t\f\v\xa0\ufeff]|[ \t]_[ \t]*\r?\n)+)
  | (?P<line>(?:\r\n|\r|\n|:)[\r\n: \t]*)
  | (?P<comment>'[^\r\n]*|(?i:rem)(?=[ \t\r\n]|$)[^\r\n]*)
  | (?P<str>"(?:[^"\r\n]|"")*"?)
  | (?P<hex>&[hH][0-9A-Fa-f]+&?|&[oO][0-7]+&?)
  | (?P<num>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[%&!\#@]?)
  | (?P<date>\#[^#\r\n]{1,40}\#)
  | (?P<name>[A-Za-z_\u0080-\U0010ffff][\w\u0080-\U0010ffff]*[$%]?|\[[^\]\r\n]*\])
  | (?P<op><>|<=|>=|=<|=>|:=|[-+*/\\^&=<>(),.!{}])
  | (?P<bad>[\s\S])
    """,
    re.VERBOSE,
)


def tokenize(source: str) -> list[Token]:
    """Return the tokens of a script; a line end (or colon) is an operator of its own."""
    out: list[Token] = []
    at, last, space = 0, len(source), False
    while at < last and len(out) < MOST_TOKENS:
        found = _LEX.match(source, at)
        if found is None:
            break
        kind, text, at = found.lastgroup or "bad", found.group(), found.end()
        start = found.start()
        if kind in ("space", "comment", "bad"):
            space = True
            continue
        if kind == "line":
            if text[0] == ":" and (not out or out[-1].text in ("\n",)):
                continue
            if out and out[-1].text == "\n":
                continue
            out.append(Token("op", "\n", start, start + 1, "\n" in text or "\r" in text))
        elif kind == "str":
            body = text[1:-1] if text.endswith('"') and len(text) > 1 else text[1:]
            out.append(Token("str", text, start, at, False, body.replace('""', '"'), None, space))
        elif kind == "hex":
            digits = text[2:].rstrip("&") or "0"
            number = int(digits[:15], 16 if text[1] in "hH" else 8)
            if text[1] in "hH" and len(digits) <= 4 and number > 0x7FFF and not text.endswith("&"):
                number -= 0x10000
            elif number > 0x7FFFFFFF:
                number -= 0x100000000
            out.append(Token("num", text, start, at, False, number, None, space))
        elif kind == "num":
            out.append(Token("num", text, start, at, False, _number(text), None, space))
        elif kind == "date":
            out.append(Token("num", text, start, at, False, UNKNOWN, None, space))
        elif kind == "name":
            out.append(Token("name", text.rstrip("$%").strip("[]"), start, at, False, text.casefold(), None, space))
        else:
            out.append(Token(kind, text, start, at, False, None, None, space))
        space = False
    out.append(Token("op", "\n", last, last, True))
    out.append(Token("end", "", last, last, True))
    return out


def _number(text: str) -> Value:
    text = text.rstrip("%&!#@")
    if text.isdigit():
        return int(text[:30])
    value = float(text)
    return int(value) if abs(value) < 2**53 and value == int(value) else value


class Basic(Tokens):
    """Parses VBScript."""

    binary: ClassVar[Mapping[str, tuple[int, bool]]] = {
        "imp": (3, False), "eqv": (4, False), "xor": (5, False), "or": (6, False), "and": (7, False),
        "=": (9, False), "<>": (9, False), "<": (9, False), ">": (9, False), "<=": (9, False), ">=": (9, False),
        "=<": (9, False), "=>": (9, False), "is": (9, False), "like": (9, False),
        "&": (10, False), "+": (11, False), "-": (11, False), "mod": (12, False), "\\": (13, False),
        "*": (14, False), "/": (14, False), "^": (16, False),
    }  # fmt: skip

    def __init__(self, source: str):
        super().__init__(source, tokenize(source))
        self.function: str | None = None
        words = self.tokens
        self.declared = {
            words[n + 1].text.casefold()
            for n in range(len(words) - 2)
            if words[n].kind == "name" and words[n].text.casefold() in ("function", "sub", "get")
        }

    def word(self, *names: str) -> bool:
        """Return whether one of these words stands here."""
        return self.token.kind == "name" and self.token.text.casefold() in names

    def pass_word(self, *names: str) -> bool:
        """Return whether one of these words stands here, and go past it."""
        if self.word(*names):
            self.next()
            return True
        return False

    # Expressions.

    def expression(self, least: int = 0) -> t.Node:
        """Return an expression."""
        self.deeper()
        try:
            if self.word("not") and least <= 8:
                start = self.next().start
                value = self.expression(8)
                left: t.Node = t.Unary(start, value.end, "not", value)
            else:
                left = self.prefix()
            while self.token.kind in ("op", "name"):
                op = self.token.text.casefold()
                found = self.binary.get(op)
                if found is None or found[0] < least:
                    return left
                self.next()
                right = self.expression(found[0] + 1)
                left = self.join(left, op, right)
            return left
        finally:
            self.nested -= 1

    def prefix(self) -> t.Node:
        """Return an operand with its sign."""
        if self.token.kind == "op" and self.token.text in ("-", "+"):
            sign = self.next()
            value = self.expression(15)
            return t.Unary(sign.start, value.end, sign.text, value)
        if self.word("new"):
            start = self.next().start
            name = self.next()
            dotted = name.text
            while self.here("."):
                self.next()
                dotted += "." + self.next().text
            func = t.Name(name.start, self.last_end(), "createobject")
            return t.Call(start, self.last_end(), func, [t.Const(name.start, self.last_end(), dotted)])
        return self.postfix(self.primary())

    def primary(self) -> t.Node:
        """Return a literal, a name, or what stands in parentheses."""
        token = self.token
        if token.kind in ("str", "num"):
            self.next()
            return t.Const(token.start, token.end, token.value)
        if token.kind == "op" and token.text == "(":
            self.next()
            value = self.expression()
            value.start, value.end = token.start, self.need(")").end
            return value
        if token.kind == "op" and token.text in (".", "!"):
            return t.Name(token.start, token.start, WITH)
        if token.kind != "name":
            raise SyntaxStop(f"a value expected at {token.start}")
        self.next()
        low = token.text.casefold()
        constant: dict[str, Value] = {"true": True, "false": False, "nothing": None, "null": None, "empty": UNDEFINED}
        if low in constant and token.value is not None:
            return t.Const(token.start, token.end, constant[low])
        if low in ("then", "to", "step", "next", "end", "else", "loop", "wend"):
            raise SyntaxStop("a value expected")
        if low == self.function and not self.here("("):
            return t.Name(token.start, token.end, RESULT)
        name = t.Name(token.start, token.end, token.text)
        if low in self.declared and not self.here("(", "="):
            return t.Call(token.start, token.end, name, [])
        return name

    def postfix(self, value: t.Node, *, statement: bool = False) -> t.Node:
        """Return an operand with its members and calls."""
        while self.token.kind == "op":
            text = self.token.text
            if text in (".", "!"):
                if self.token.space and statement:
                    return value
                self.next()
                name = self.next()
                if name.kind != "name":
                    raise SyntaxStop("a name expected")
                value = t.Member(value.start, name.end, value, name.text)
            elif text == "(":
                if statement and self.token.space and not self._closes_statement():
                    return value
                args = self.arguments()
                value = t.Call(value.start, self.last_end(), value, args)
            else:
                return value
        return value

    def _closes_statement(self) -> bool:
        """Return whether the parentheses here hold all arguments of a call: what follows goes on with it, or ends."""
        close = self.match.get(self.at)
        if close is None:
            return True
        after = self.tokens[min(close + 1, len(self.tokens) - 1)]
        return after.text in ("\n", "", ".", "=", "(") or after.text.casefold() in ("else", "end")

    def arguments(self) -> list[t.Node]:
        """Return what stands in parentheses."""
        self.need("(")
        args: list[t.Node] = []
        while not self.here(")"):
            if self.ended() or self.here("\n"):
                raise SyntaxStop(") expected")
            if self.here(","):
                args.append(t.Const(self.token.start, self.token.start, UNDEFINED))
            else:
                args.append(self.argument())
            if not self.take(","):
                break
        self.need(")")
        return args

    def argument(self) -> t.Node:
        """Return an argument, named or not."""
        if self.token.kind == "name" and self.peek().text == ":=":
            name = self.next()
            self.next()
            value = self.expression()
            return t.Keyword(name.start, value.end, name.text, value)
        self.pass_word("byval", "byref")
        return self.expression()

    # Statements.

    def recover(self, at: int) -> None:
        """Go on after the end of the line."""
        if self.at == at:
            self.next()
        while not self.ended() and not (self.token.text == "\n" and self.token.kind == "op"):
            self.next()

    def finish(self) -> None:
        """Go past the end of a statement."""
        if not self.take("\n") and not self.ended() and not self.word("else", "elseif", "end"):
            raise SyntaxStop("the end of the statement expected")

    def block(self, *ends: str) -> t.Block:
        """Return statements up to one of these words, which is left."""
        start = self.token.start
        body: list[t.Node] = []
        while not self.ended() and not self.word(*ends):
            if self.take("\n"):
                continue
            at = self.at
            try:
                body.append(self.statement())
            except SyntaxStop:
                if self.nested > 50:
                    raise
                self.broken = True
                self.recover(at)
        return t.Block(start, self.last_end(), body)

    def program(self) -> t.Block:
        """Return the whole script."""
        body: list[t.Node] = []
        while not self.ended():
            at = self.at
            self.nested = 0
            self.function = None
            try:
                body += self.block().body
            except (SyntaxStop, RecursionError):
                self.broken = True
                self.recover(at)
            if self.at == at:
                self.next()
        return t.Block(0, len(self.source), body)

    def statement(self) -> t.Node:
        """Return a statement."""
        token = self.token
        self.deeper()
        try:
            if token.kind == "name":
                low = token.text.casefold()
                special = getattr(self, f"_{low}_statement", None) if low in _STATEMENTS else None
                if special is not None and not (self.peek().text in ("=", ".") and low not in ("if", "case")):
                    return special(token)  # type: ignore[no-any-return]
            return self.plain()
        finally:
            self.nested -= 1

    def plain(self) -> t.Node:
        """Return an assignment or a call."""
        token = self.token
        self.pass_word("set", "let", "call")
        low = self.token.text.casefold()
        if self.token.kind == "name" and low == self.function and self.peek().text == "=":
            name = self.next()
            target: t.Node = t.Name(name.start, name.end, RESULT)
        elif self.token.kind == "name" and low in self.declared and self.peek().text != "(":
            name = self.next()
            target = t.Name(name.start, name.end, name.text)
            if self.here("."):
                target = self.postfix(target, statement=True)
        else:
            target = self.postfix(self.primary(), statement=True)
        if self.here("="):
            self.next()
            value = self.expression()
            self.finish()
            return t.Assign(token.start, value.end, _target(target), "", value)
        if self.here("\n") or self.ended() or self.word("else", "end", "elseif"):
            if type(target) is not t.Call:
                target = t.Call(token.start, target.end, target, [])
            self.finish()
            return target
        args: list[t.Node] = []
        while True:
            if self.here(","):
                args.append(t.Const(self.token.start, self.token.start, UNDEFINED))
            elif self.here("\n") or self.ended():
                break
            else:
                args.append(self.argument())
            if not self.take(","):
                break
        end = self.last_end()
        self.finish()
        return t.Call(token.start, end, target, args)

    def _skip(self, token: Token) -> t.Node:
        while not self.here("\n") and not self.ended():
            self.next()
        self.take("\n")
        return t.Block(token.start, token.end, [])

    _on_statement = _option_statement = _randomize_statement = _attribute_statement = _declare_statement = _skip
    _erase_statement = _skip

    def _dim_statement(self, token: Token) -> t.Node:
        self.next()
        if self.word("sub", "function", "property"):
            return self.statement()
        self.pass_word("const", "static")
        body: list[t.Node] = []
        while self.token.kind == "name" and not self.ended():
            name = self.next()
            target = t.Name(name.start, name.end, name.text)
            if self.here("("):
                args = self.arguments()
                made = t.Special(name.start, self.last_end(), "array", list(args))
                body.append(t.Assign(name.start, self.last_end(), target, "", made, True))
            if self.pass_word("as"):
                self.pass_word("new")
                self.next()
                while self.take("."):
                    self.next()
                if self.take("*"):
                    self.next()
            if self.take("="):
                value = self.expression()
                body.append(t.Assign(name.start, value.end, target, "", value, True))
            elif not body or body[-1].start != name.start:
                body.append(t.Special(name.start, name.end, "dim", [name.text]))
            if not self.take(","):
                break
        end = self.last_end()
        self.finish()
        if len(body) == 1 and type(body[0]) is t.Assign:
            body[0].start = token.start
            return body[0]
        return t.Block(token.start, end, body)

    _const_statement = _public_statement = _private_statement = _static_statement = _dim_statement

    def _redim_statement(self, token: Token) -> t.Node:
        self.next()
        keep = self.pass_word("preserve")
        body: list[t.Node] = []
        while self.token.kind == "name":
            name = self.next()
            target = t.Name(name.start, name.end, name.text)
            args = self.arguments()
            parts = [*args, target] if keep else list(args)
            made = t.Special(name.start, self.last_end(), "redim" if keep else "array", parts)
            body.append(t.Assign(name.start, self.last_end(), target, "", made))
            if self.pass_word("as"):
                self.next()
            if not self.take(","):
                break
        self.finish()
        return t.Block(token.start, self.last_end(), body)

    def _if_statement(self, token: Token) -> t.Node:
        self.next()
        test = self.expression()
        if not self.pass_word("then"):
            raise SyntaxStop("Then expected")
        if not self.here("\n") or not self._line_ends():
            then = self._line("else")
            other: t.Node | None = None
            if self.pass_word("else"):
                other = self._line()
            if self.word("end") and self.peek().text.casefold() == "if":
                self.next()
                self.next()
            return t.If(token.start, self.last_end(), test, then, other)
        then = self.block("else", "elseif", "end")
        other = None
        if self.word("elseif"):
            other = self._if_statement(self.token)
            return t.If(token.start, self.last_end(), test, then, other)
        if self.pass_word("else"):
            other = self.block("end")
        self._end("if")
        return t.If(token.start, self.last_end(), test, then, other)

    def _line_ends(self) -> bool:
        return self.token.line or self.ended()

    def _line(self, *ends: str) -> t.Block:
        """Return the statements left on this line."""
        start = self.token.start
        body: list[t.Node] = []
        while not self.ended() and not self.word(*ends, "else"):
            if self.here("\n"):
                line = self.token.line
                self.next()
                if line:
                    break
                continue
            if self.word("end") and self.peek().text.casefold() == "if":
                break
            before = self.at
            body.append(self.statement())
            if self.tokens[self.at - 1].text == "\n" and self.tokens[self.at - 1].line:
                break
            if self.at == before:
                break
        return t.Block(start, self.last_end(), body)

    def _end(self, *names: str) -> None:
        if self.pass_word("end"):
            self.pass_word(*names)
        self.take("\n")

    def _for_statement(self, token: Token) -> t.Node:
        self.next()
        if self.pass_word("each"):
            name = self.next()
            target = t.Name(name.start, name.end, name.text)
            if not self.pass_word("in"):
                raise SyntaxStop("In expected")
            source = self.expression()
            body = self.block("next")
            self._next()
            return t.Each(token.start, self.last_end(), target, source, body)
        name = self.next()
        self.need("=")
        first = self.expression()
        if not self.pass_word("to"):
            raise SyntaxStop("To expected")
        last = self.expression()
        step = self.expression() if self.pass_word("step") else None
        body = self.block("next")
        self._next()
        source = t.Special(first.start, self.last_end(), "range", [first, last, step])
        return t.Each(token.start, self.last_end(), t.Name(name.start, name.end, name.text), source, body)

    def _next(self) -> None:
        self.pass_word("next")
        if self.token.kind == "name" and self.peek().text == "\n":
            self.next()
        self.take("\n")

    def _while_statement(self, token: Token) -> t.Node:
        self.next()
        test = self.expression()
        body = self.block("wend")
        self.pass_word("wend")
        self.take("\n")
        return t.Loop(token.start, self.last_end(), test, body)

    def _do_statement(self, token: Token) -> t.Node:
        self.next()
        test: t.Node | None = None
        until = late = False
        if self.word("while", "until"):
            until = self.next().text.casefold() == "until"
            test = self.expression()
        body = self.block("loop")
        self.pass_word("loop")
        if test is None and self.word("while", "until"):
            until = self.next().text.casefold() == "until"
            test, late = self.expression(), True
        self.take("\n")
        return t.Loop(token.start, self.last_end(), test, body, late=late, until=until and test is not None)

    def _select_statement(self, token: Token) -> t.Node:
        self.next()
        self.pass_word("case")
        value = self.expression()
        self.take("\n")
        cases: list[tuple[list[t.Node] | None, t.Node]] = []
        while self.pass_word("case"):
            test: list[t.Node] | None = None
            if not self.pass_word("else"):
                test = [self.expression()]
                while self.take(","):
                    test.append(self.expression())
            cases.append((test, self.block("case", "end")))
        self._end("select")
        return t.Switch(token.start, self.last_end(), value, cases, False)

    def _function_statement(self, token: Token) -> t.Node:
        kind = self.next().text.casefold()
        if kind == "property":
            self.pass_word("get", "let", "set")
        name = self.next()
        params: list[str] = []
        if self.take("("):
            while not self.here(")"):
                if self.ended() or self.here("\n"):
                    raise SyntaxStop(") expected")
                self.pass_word("optional")
                self.pass_word("byval", "byref")
                self.pass_word("paramarray")
                params.append(self.next().text)
                if self.here("("):
                    self.arguments()
                if self.pass_word("as"):
                    self.next()
                    while self.take("."):
                        self.next()
                if self.take("="):
                    self.expression()
                if not self.take(","):
                    break
            self.need(")")
        if self.pass_word("as"):
            self.next()
        outer, self.function = self.function, name.text.casefold()
        body = self.block("end")
        self.function = outer
        self._end(kind)
        function = t.Function(token.start, self.last_end(), None, params, body)
        return t.Define(token.start, self.last_end(), name.text, function)

    _sub_statement = _property_statement = _function_statement

    def _class_statement(self, token: Token) -> t.Node:
        self.next()
        name = self.next()
        body = self.block("end")
        self._end("class")
        return t.ClassDef(token.start, self.last_end(), name.text, body)

    def _with_statement(self, token: Token) -> t.Node:
        self.next()
        value = self.expression()
        body = self.block("end")
        self._end("with")
        return t.Scoped(token.start, self.last_end(), value, t.Name(token.start, token.start, WITH), body)

    def _exit_statement(self, token: Token) -> t.Node:
        self.next()
        what = self.next().text.casefold()
        self.finish()
        if what in ("function", "sub", "property"):
            return t.Return(token.start, self.last_end(), t.Name(token.start, token.start, RESULT))
        return t.Jump(token.start, self.last_end(), "break")

    def _end_statement(self, token: Token) -> t.Node:
        self.next()
        self.pass_word("if", "sub", "function", "with", "select", "class", "property")
        self.take("\n")
        return t.Block(token.start, token.end, [])


_STATEMENTS = frozenset(
    "on option randomize attribute declare erase dim const public private static redim if for while do select function "
    "sub property class with exit end".split()
)


def _target(node: t.Node) -> t.Node:
    """Return a call on the left of an assignment as the item that it means."""
    if type(node) is t.Call and len(node.args) == 1:
        return t.Index(node.start, node.end, _target(node.func), node.args[0])
    if type(node) is t.Call and len(node.args) > 1:
        inner: t.Node = _target(node.func)
        for arg in node.args:
            inner = t.Index(node.start, node.end, inner, arg)
        return inner
    return node
