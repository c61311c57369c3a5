"""The grammar of awk: text enters, the shared tree leaves, one rule after another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from vedette.commands.embedded import tree as t
from vedette.commands.embedded.lexing import MOST_TOKENS, SyntaxStop, Token, Tokens, unescape
from vedette.commands.embedded.values import Pattern

_LEX = re.compile(
    r"""
    (?P<space>(?:[ \t\r\f]|\\\r?\n|\#[^\n]*)+)
  | (?P<line>\n[\s]*)
  | (?P<num>0[xX][0-9A-Fa-f]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<str>"(?:[^"\\\n]|\\[\s\S])*"?)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<op>\*\*=|\|&|&&|\|\||\+\+|--|\+=|-=|\*=|/=|%=|\^=|==|!=|<=|>=|!~|>>|\*\*|[-+*/%^!<>~?:,;(){}\[\]=$|])
  | (?P<bad>[\s\S])
    """,
    re.VERBOSE,
)
_REGEX = re.compile(r"/((?:[^/\\\n\[]|\\.|\[\^?\]?(?:[^\]\n\\]|\\.)*\])*)/")
_SINGLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "a": "\a", "/": "/", '"': '"'}


def tokenize(source: str) -> list[Token]:
    """Return the tokens of a program."""
    out: list[Token] = []
    at, space = 0, False
    while at < len(source) and len(out) < MOST_TOKENS:
        found = _LEX.match(source, at)
        if found is None:
            break
        kind, text, stop = found.lastgroup or "bad", found.group(), found.end()
        if kind in ("space", "bad"):
            space = True
        elif kind == "line":
            if out and out[-1].text not in ("\n", ";", "{", "}", ",", "&&", "||", "do", "else"):
                out.append(Token("op", "\n", at, at + 1, True))
            elif out and out[-1].text in ("}",):
                out.append(Token("op", "\n", at, at + 1, True))
        elif kind == "op" and text in ("/", "/=") and _operand(out):
            regex = _REGEX.match(source, at)
            if regex is None:
                out.append(Token("op", text, at, stop, False, None, None, space))
            else:
                stop = regex.end()
                out.append(Token("regex", regex.group(), at, stop, False, Pattern(regex.group(1), ""), None, space))
            space = False
        elif kind == "str":
            body = text[1:-1] if text.endswith('"') and len(text) > 1 else text[1:]
            value, coded = unescape(body, _SINGLE)
            out.append(Token("str", text, at, stop, False, value, "hex-escape" if coded else None, space))
            space = False
        elif kind == "num":
            number = float(int(text[:66], 16)) if text[:2].lower() == "0x" else float(text[:300])
            whole = int(number) if number == number and abs(number) < 2**53 and number == int(number) else number
            out.append(Token("num", text, at, stop, False, whole, None, space))
            space = False
        else:
            out.append(Token(kind, text, at, stop, False, None, None, space))
            space = False
        at = stop
    out.append(Token("end", "", len(source), len(source), True))
    return out


def _operand(out: list[Token]) -> bool:
    if not out:
        return True
    token = out[-1]
    if token.kind == "name":
        return token.text in ("print", "printf", "return", "in", "case")
    return token.kind == "op" and token.text not in (")", "]", "$", "++", "--")


@dataclass(slots=True)
class Rule:
    """A pattern and what is done where it holds."""

    kind: str
    """``BEGIN``, ``END`` or ``line``."""
    test: t.Node | None
    last: t.Node | None
    body: t.Node | None


class Awk(Tokens):
    """Parses awk."""

    binary: ClassVar[Mapping[str, tuple[int, bool]]] = {
        "||": (4, False), "&&": (5, False), "in": (6, False), "~": (7, False), "!~": (7, False),
        "<": (8, False), ">": (8, False), "<=": (8, False), ">=": (8, False), "==": (8, False), "!=": (8, False),
        "+": (11, False), "-": (11, False), "*": (12, False), "/": (12, False), "%": (12, False),
        "^": (15, True), "**": (15, True),
    }  # fmt: skip
    logic = frozenset({"||", "&&"})
    assigns = frozenset("= += -= *= /= %= ^= **=".split())

    def __init__(self, source: str):
        super().__init__(source, tokenize(source))
        self.printing = False
        self.in_loop = False

    def rules(self) -> tuple[list[Rule], list[t.Node]]:
        """Return the rules and functions of a program."""
        rules: list[Rule] = []
        functions: list[t.Node] = []
        while not self.ended():
            if self.take("\n", ";"):
                continue
            at = self.at
            self.nested = 0
            self.printing = False
            try:
                if self.here("function", "func"):
                    functions.append(self._function())
                else:
                    rules.append(self._rule())
            except (SyntaxStop, RecursionError):
                self.broken = True
                if self.at == at:
                    self.next()
        return rules, functions

    def _function(self) -> t.Node:
        start = self.next().start
        name = self.next()
        self.need("(")
        params: list[str] = []
        while not self.here(")") and not self.ended():
            params.append(self.next().text)
            self.take(",")
            self.take("\n")
        self.need(")")
        self.take("\n")
        body = self.block()
        function = t.Function(start, body.end, None, params, body)
        return t.Define(start, body.end, name.text, function)

    def _rule(self) -> Rule:
        if self.token.text in ("BEGIN", "END") and self.token.kind == "name":
            kind = self.next().text
            return Rule(kind, None, None, self.block())
        test = None if self.here("{") else self.expression()
        last = self.expression() if self.take(",") else None
        body = self.block() if self.here("{") else None
        return Rule("line", test, last, body)

    def block(self) -> t.Block:
        """Return statements in braces."""
        start = self.need("{").start
        self.deeper()
        body: list[t.Node] = []
        while not self.here("}"):
            if self.ended():
                raise SyntaxStop("} expected")
            if self.take("\n", ";"):
                continue
            body.append(self.statement())
        self.nested -= 1
        return t.Block(start, self.need("}").end, body)

    def _finish(self) -> None:
        if self.take(";", "\n") or self.here("}") or self.ended():
            return
        raise SyntaxStop("; expected")

    def _body(self) -> t.Node:
        while self.take("\n"):
            pass
        if self.take(";"):
            return t.Block(self.last_end(), self.last_end(), [])
        return self.statement()

    def statement(self) -> t.Node:
        """Return a statement."""
        token = self.token
        self.deeper()
        try:
            if token.text == "{" and token.kind == "op":
                return self.block()
            if token.kind == "name":
                special = getattr(self, f"_{token.text}_statement", None) if token.text in _STATEMENTS else None
                if special is not None:
                    return special(token)  # type: ignore[no-any-return]
            value = self.expression()
            self._finish()
            return value
        finally:
            self.nested -= 1

    def _if_statement(self, token: Token) -> t.Node:
        self.next()
        self.need("(")
        test = self.expression()
        self.need(")")
        then = self._body()
        at = self.at
        while self.take("\n", ";"):
            pass
        other = None
        if self.take("else"):
            other = self._body()
        else:
            self.back(at)
        return t.If(token.start, self.last_end(), test, then, other)

    def _while_statement(self, token: Token) -> t.Node:
        self.next()
        self.need("(")
        test = self.expression()
        self.need(")")
        return t.Loop(token.start, self.last_end(), test, self._body())

    def _do_statement(self, token: Token) -> t.Node:
        self.next()
        body = self._body()
        while self.take("\n", ";"):
            pass
        self.need("while")
        self.need("(")
        test = self.expression()
        self.need(")")
        self._finish()
        return t.Loop(token.start, self.last_end(), test, body, late=True)

    def _for_statement(self, token: Token) -> t.Node:
        self.next()
        self.need("(")
        if self.token.kind == "name" and self.peek().text == "in" and self.peek(3).text == ")":
            name = self.next()
            self.next()
            source = self.next()
            self.need(")")
            target = t.Name(name.start, name.end, name.text)
            return t.Each(
                token.start, self.last_end(), target, t.Name(source.start, source.end, source.text), self._body()
            )
        init = None if self.here(";") else self.expression()
        self.need(";")
        test = None if self.here(";") else self.expression()
        self.need(";")
        step = None if self.here(")") else self.expression()
        self.need(")")
        return t.Loop(token.start, self.last_end(), test, self._body(), init, step)

    def _print_statement(self, token: Token) -> t.Node:
        self.next()
        args: list[t.Node] = []
        self.printing = True
        try:
            if not self.here(";", "\n", "}", ">", ">>", "|") and not self.ended():
                close = self.match.get(self.at) if self.here("(") else None
                after = self.tokens[min((close or 0) + 1, len(self.tokens) - 1)].text
                if close is not None and after in (";", "\n", "}", ">", ">>", "|", ""):
                    self.next()
                    self.printing = False
                    args = self._list(")")
                    self.printing = True
                    self.need(")")
                else:
                    args = self._list("")
        finally:
            self.printing = False
        kind, target = "", None
        if self.here(">", ">>", "|", "|&"):
            kind = self.next().text
            target = self.expression(9)
        self._finish()
        return t.Special(token.start, self.last_end(), "print", [token.text, args, kind, target])

    _printf_statement = _print_statement

    def _list(self, end: str) -> list[t.Node]:
        args: list[t.Node] = []
        while not (end and self.here(end)):
            args.append(self.expression())
            if not self.take(","):
                break
            self.take("\n")
        return args

    def _next_statement(self, token: Token) -> t.Node:
        self.next()
        self._finish()
        return t.Jump(token.start, token.end, {"break": "break", "continue": "continue"}.get(token.text, "next"))

    _nextfile_statement = _break_statement = _continue_statement = _next_statement

    def _exit_statement(self, token: Token) -> t.Node:
        self.next()
        args = [] if self.here(";", "\n", "}") or self.ended() else [self.expression()]
        self._finish()
        return t.Special(token.start, self.last_end(), "exit", list(args))

    def _return_statement(self, token: Token) -> t.Node:
        self.next()
        value = None if self.here(";", "\n", "}") or self.ended() else self.expression()
        self._finish()
        return t.Return(token.start, self.last_end(), value)

    def _delete_statement(self, token: Token) -> t.Node:
        self.next()
        self.expression()
        self._finish()
        return t.Block(token.start, self.last_end(), [])

    # Expressions.

    def is_operator(self, token: Token) -> bool:
        """Return whether an operator is one here: ``>`` writes in a print."""
        return True

    def expression(self, least: int = 0) -> t.Node:
        """Return an expression; in a print a ``>`` ends it."""
        if self.printing and least <= 8:
            return self._printed(least)
        return super().expression(least)

    def _printed(self, least: int) -> t.Node:
        outer = self.binary
        self.binary = {k: v for k, v in outer.items() if k != ">"}  # type: ignore[misc]
        self.printing = False
        try:
            return super().expression(least)
        finally:
            self.binary = outer  # type: ignore[misc]
            self.printing = True

    def infix(self, left: t.Node, least: int) -> t.Node | None:
        """Return a choice, a joined text, or what a command writes."""
        token = self.token
        if token.kind == "op" and token.text == "?" and least <= 3:
            self.next()
            then = self.expression(2)
            self.need(":")
            other = self.expression(2)
            return t.Choice(left.start, other.end, left, then, other)
        if token.text in ("|", "|&") and self.peek().text == "getline" and least <= 8:
            self.next()
            self.next()
            target = self._lvalue()
            return t.Special(left.start, self.last_end(), "getline", [left, target])
        return None

    def _lvalue(self) -> t.Node | None:
        if (self.token.kind == "name" and self.token.text not in ("in",)) or self.here("$"):
            return self.postfix(self.primary())
        return None

    def prefix(self) -> t.Node:
        """Return an operand; operands side by side are joined by the caller's strength."""
        value = self._signed()
        items = [value]
        while self._follows():
            items.append(self._arith())
        if len(items) > 1:
            return t.Binary(value.start, items[-1].end, items, ["."] * (len(items) - 1))
        return value

    def _arith(self) -> t.Node:
        """Return an operand of a joined text, with its arithmetic."""
        left = self._signed()
        while self.token.kind == "op" and self.token.text in ("+", "-", "*", "/", "%", "^"):
            op = self.next().text
            right = self._signed()
            left = self.join(left, op, right)
        return left

    def _follows(self) -> bool:
        token = self.token
        if token.kind in ("str", "num"):
            return True
        if token.kind == "name":
            return token.text not in ("in", "getline")
        return token.kind == "op" and token.text in ("$", "(")

    def _signed(self) -> t.Node:
        token = self.token
        if token.kind == "op" and token.text in ("!", "-", "+", "++", "--"):
            self.next()
            value = self.expression(14) if token.text in ("-", "+") else self._signed()
            if token.text in ("++", "--"):
                return t.Update(token.start, value.end, value, token.text, True)
            return t.Unary(token.start, value.end, token.text, value)
        value = self.postfix(self.primary())
        if self.token.kind == "op" and self.token.text in ("++", "--"):
            op = self.next()
            value = t.Update(value.start, op.end, value, op.text, False)
        if self.token.kind == "op" and self.token.text == "^":
            self.next()
            right = self._signed()
            value = t.Binary(value.start, right.end, [value, right], ["^"])
        return value

    def postfix(self, value: t.Node) -> t.Node:
        """Return an operand with its indexes."""
        while self.here("[") and type(value) in (t.Name, t.Index):
            self.next()
            keys = self._list("]")
            if not keys:
                raise SyntaxStop(f"an index expected at {self.token.start}")
            key = keys[0] if len(keys) == 1 else t.Binary(keys[0].start, keys[-1].end, keys, ["."] * (len(keys) - 1))
            value = t.Index(value.start, self.need("]").end, value, key)
        return value

    def primary(self) -> t.Node:
        """Return a literal, a variable, a field, a call, or what stands in parentheses."""
        token = self.token
        if token.kind in ("str", "num"):
            self.next()
            return t.Const(token.start, token.end, token.value, token.method)
        if token.kind == "regex":
            self.next()
            return t.Special(token.start, token.end, "regex", [token.value])
        if token.kind == "op" and token.text == "$":
            self.next()
            value = self._field()
            return t.Special(token.start, value.end, "field", [value])
        if token.kind == "op" and token.text == "(":
            self.next()
            outer, self.printing = self.printing, False
            items = self._list(")")
            self.printing = outer
            end = self.need(")").end
            value = items[0] if len(items) == 1 else t.Array(token.start, end, items)
            value.start, value.end = token.start, end
            return value
        if token.kind != "name":
            raise SyntaxStop(f"a value expected at {token.start}")
        self.next()
        if token.text == "getline":
            target = self._lvalue()
            file = None
            if self.take("<"):
                file = self._signed()
            return t.Special(token.start, self.last_end(), "getline", [None, target, file])
        name = t.Name(token.start, token.end, token.text)
        if self.here("(") and (not self.token.space or token.text in _BUILTIN):
            self.next()
            self.take("\n")
            outer, self.printing = self.printing, False
            args = self._list(")")
            self.printing = outer
            end = self.need(")").end
            if token.text in ("split", "sub", "gsub", "match", "gensub"):
                return t.Special(token.start, end, token.text, list(args))
            return t.Call(token.start, end, name, args)
        if token.text == "length":
            return t.Call(
                token.start, token.end, name, [t.Special(token.start, token.end, "field", [t.Const(0, 0, 0)])]
            )
        return name

    def _field(self) -> t.Node:
        if self.here("++", "--", "-"):
            return self._signed()
        return self.postfix(self.primary())


_BUILTIN = frozenset(
    "length substr index split sub gsub match sprintf tolower toupper int system close fflush rand srand sin cos exp "
    "log sqrt atan2 strtonum gensub and or xor lshift rshift compl".split()
)
_STATEMENTS = frozenset("if while do for print printf next nextfile break continue exit return delete".split())
