"""Shell arithmetic: every operator of bash, 64 bits, bases, assignments; unknown values end it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

_TOKEN = re.compile(
    r"\s*(?:(\d+#[0-9A-Za-z@_]+|0[xX][0-9a-fA-F]+|\d+)|([A-Za-z_][A-Za-z0-9_]*)"
    r"|(\*\*|<<=|>>=|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%<>=!~&|^?:,()\[\]]))"
)
_BINARY = {
    "||": 3, "&&": 4, "|": 5, "^": 6, "&": 7, "==": 8, "!=": 8, "<": 9, ">": 9, "<=": 9, ">=": 9,
    "<<": 10, ">>": 10, "+": 11, "-": 11, "*": 12, "/": 12, "%": 12, "**": 13,
}  # fmt: skip
_ASSIGNS = frozenset({"=", "+=", "-=", "*=", "/=", "%=", "<<=", ">>=", "&=", "|=", "^="})
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@_"
_DEEPEST = 40
_MASK = (1 << 64) - 1

Get = Callable[[str, str | None], str]
"""Returns a variable's (or element's) text; raises UnknownError."""
Put = Callable[[str, str | None, str], None]


class UnknownError(Exception):
    """The value depends on what only running would tell, or the expression is none."""


def wrapped(value: int) -> int:
    """Return a value in signed 64 bits."""
    value &= _MASK
    return value - (1 << 64) if value >> 63 else value


def number(text: str) -> int:
    """Return the value of a literal such as ``10``, ``0x1f``, ``017`` or ``16#ff``."""
    if "#" in text:
        head, digits = text.split("#", 1)
        base = int(head)
        if not 2 <= base <= 64 or len(digits) > 64:
            raise UnknownError
        value = 0
        for c in digits:
            digit = _DIGITS.find(c.lower() if base <= 36 and c.isalpha() else c)
            if digit < 0 or digit >= base:
                raise UnknownError
            value = value * base + digit
        return wrapped(value)
    if len(text) > 40:
        raise UnknownError
    try:
        if text[:2] in ("0x", "0X"):
            return wrapped(int(text, 16))
        if len(text) > 1 and text[0] == "0":
            return wrapped(int(text, 8))
        return wrapped(int(text))
    except ValueError:
        raise UnknownError from None


@lru_cache(maxsize=1024)
def _tokens(text: str) -> tuple[tuple[str, str], ...]:
    """Return an expression's tokens, an end among them."""
    tokens: list[tuple[str, str]] = []
    at, text = 0, text.rstrip()
    while at < len(text):
        m = _TOKEN.match(text, at)
        if m is None or len(tokens) > 4000:
            raise UnknownError
        digits, name, operator = m.groups()
        tokens.append(("n", digits) if digits else ("v", name) if name else ("o", operator))
        at = m.end()
    tokens.append(("e", ""))
    return tuple(tokens)


class _Run:
    __slots__ = ("at", "depth", "get", "live", "put", "tokens")

    def __init__(self, text: str, get: Get, put: Put, depth: int):
        self.tokens = _tokens(text)
        self.at = 0
        self.get, self.put = get, put
        self.depth = depth
        self.live = True

    def next(self) -> tuple[str, str]:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def peek(self) -> str:
        kind, text = self.tokens[self.at]
        return text if kind == "o" else ""

    def expect(self, text: str) -> None:
        if self.next() != ("o", text):
            raise UnknownError

    def comma(self) -> int:
        value = self.assignment()
        while self.peek() == ",":
            self.at += 1
            value = self.assignment()
        return value

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise UnknownError

    def assignment(self) -> int:
        self._deeper()
        try:
            kind, name = self.tokens[self.at]
            if kind == "v":
                save = self.at
                self.at += 1
                index = self.subscript()
                operator = self.peek()
                if operator in _ASSIGNS:
                    self.at += 1
                    value = self.assignment()
                    if operator != "=":
                        value = self.apply(operator[:-1], self.variable(name, index), value)
                    if self.live:
                        self.put(name, index, str(value))
                    return value
                self.at = save
            return self.conditional()
        finally:
            self.depth -= 1

    def conditional(self) -> int:
        value = self.binary(3)
        if self.peek() == "?":
            self.at += 1
            live = self.live
            self.live = live and bool(value)
            a = self.comma()
            self.expect(":")
            self.live = live and not value
            b = self.assignment()
            self.live = live
            return a if value else b
        return value

    def binary(self, lowest: int) -> int:
        left = self.unary()
        while True:
            operator = self.peek()
            level = _BINARY.get(operator, 0)
            if level < lowest or not level:
                return left
            self.at += 1
            live = self.live
            if operator == "&&" and not left:
                self.live = False
            elif operator == "||" and left:
                self.live = False
            right = self.binary(level if operator == "**" else level + 1)
            self.live = live
            if operator == "&&":
                left = int(bool(left) and bool(right))
            elif operator == "||":
                left = int(bool(left) or bool(right))
            else:
                left = self.apply(operator, left, right)

    def apply(self, operator: str, a: int, b: int) -> int:
        if not self.live and operator in ("/", "%", "**"):
            return 0
        if operator == "+":
            value = a + b
        elif operator == "-":
            value = a - b
        elif operator == "*":
            value = a * b
        elif operator in ("/", "%"):
            if b == 0:
                raise UnknownError
            quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
            value = quotient if operator == "/" else a - b * quotient
        elif operator == "**":
            if b < 0:
                raise UnknownError
            value = pow(a & _MASK, b, 1 << 64)
        elif operator == "<<":
            value = a << (b & 63)
        elif operator == ">>":
            value = a >> (b & 63)
        elif operator == "&":
            value = a & b
        elif operator == "|":
            value = a | b
        elif operator == "^":
            value = a ^ b
        else:
            value = int(
                a == b if operator == "==" else a != b if operator == "!=" else a < b if operator == "<"
                else a > b if operator == ">" else a <= b if operator == "<=" else a >= b
            )  # fmt: skip
        return wrapped(value)

    def unary(self) -> int:
        self._deeper()
        try:
            kind, text = self.next()
            if kind == "n":
                return number(text)
            if kind == "v":
                index = self.subscript()
                follows = self.peek()
                if follows in ("++", "--"):
                    self.at += 1
                    value = self.variable(text, index)
                    if self.live:
                        self.put(text, index, str(wrapped(value + (1 if follows == "++" else -1))))
                    return value
                return self.variable(text, index)
            if kind == "o":
                if text == "(":
                    value = self.comma()
                    self.expect(")")
                    return value
                if text in ("++", "--"):
                    kind, name = self.tokens[self.at]
                    if kind == "v":
                        self.at += 1
                        index = self.subscript()
                        value = wrapped(self.variable(name, index) + (1 if text == "++" else -1))
                        if self.live:
                            self.put(name, index, str(value))
                        return value
                    return self.unary()
                if text == "-":
                    return wrapped(-self.unary())
                if text == "+":
                    return self.unary()
                if text == "!":
                    return int(not self.unary())
                if text == "~":
                    return wrapped(~self.unary())
            raise UnknownError
        finally:
            self.depth -= 1

    def subscript(self) -> str | None:
        if self.peek() != "[":
            return None
        self.at += 1
        value = self.comma()
        self.expect("]")
        return str(value)

    def variable(self, name: str, index: str | None) -> int:
        if not self.live:
            return 0
        text = self.get(name, index).strip()
        if not text:
            return 0
        try:
            return number(text) if text.isdigit() else evaluate(text, self.get, self.put, self.depth + 4)
        except RecursionError:
            raise UnknownError from None


def evaluate(text: str, get: Get, put: Put, depth: int = 0) -> int:
    """Return the value of an expression.

    Raises:
        UnknownError: it is no expression, or a value in it is not known.
    """
    if depth > _DEEPEST:
        raise UnknownError
    if text.isdigit():
        return number(text)
    if not text.strip():
        return 0
    run = _Run(text, get, put, depth)
    value = run.comma()
    if run.tokens[run.at][0] != "e":
        raise UnknownError
    return value
