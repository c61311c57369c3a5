"""``set /a``: cmd's integer arithmetic, 32 bits, by precedence climbing."""

from __future__ import annotations

import re
from collections.abc import Callable

from vedette.commands.budget import Budget

_TOKEN = re.compile(
    r"\s*(?:(0[xX][0-9A-Fa-f]+|[0-9]+)|(<<=|>>=|<<|>>|[-+*/%&|^]=|[-+*/%&|^~!()=,])|([^\s0-9<>=+*/%&|^~!(),\"-][^\s<>=+*/%&|^~!(),\"-]*))"
)
_BINARY = {"|": 1, "^": 2, "&": 3, "<<": 4, ">>": 4, "+": 5, "-": 5, "*": 6, "/": 6, "%": 6}
_MAX_DEPTH = 40


class NotComputable(Exception):  # noqa: N818
    """The expression is malformed, divides by zero, or needs a value that is not known."""


class _Parser:
    def __init__(self, text: str, look_up: Callable[[str], int], store: Callable[[str, int], None], budget: Budget):
        self.tokens: list[tuple[str, str]] = []
        at, text = 0, text.replace('"', "")
        while at < len(text):
            match = _TOKEN.match(text, at)
            if not match:
                if text[at:].strip():
                    raise NotComputable
                break
            budget.step()
            number, operator, name = match.groups()
            self.tokens.append(("number", number) if number else ("operator", operator) if operator else ("name", name))
            at = match.end()
        self.at = 0
        self.look_up, self.store = look_up, store
        self.depth = 0

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def next(self) -> tuple[str, str]:
        token = self.peek()
        self.at += 1
        return token

    def all(self) -> int:
        value = self.assignment()
        while self.peek() == ("operator", ","):
            self.next()
            value = self.assignment()
        if self.peek()[0] != "end":
            raise NotComputable
        return value

    def assignment(self) -> int:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise NotComputable
        try:
            kind, name = self.peek()
            following = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else ("end", "")
            if kind == "name" and following[0] == "operator" and following[1].endswith("="):
                self.at += 2
                value = self.assignment()
                if following[1] != "=":
                    value = _apply(following[1][:-1], self.look_up(name), value)
                self.store(name, value)
                return value
            return self.binary(0)
        finally:
            self.depth -= 1

    def binary(self, least: int) -> int:
        left = self.unary()
        while True:
            kind, operator = self.peek()
            power = _BINARY.get(operator, 0) if kind == "operator" else 0
            if power <= least:
                return left
            self.next()
            left = _apply(operator, left, self.binary(power))

    def unary(self) -> int:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise NotComputable
        try:
            kind, text = self.next()
            if kind == "number":
                if len(text) > 12:
                    raise NotComputable
                try:
                    base = 16 if text[:2] in ("0x", "0X") else 8 if len(text) > 1 and text[0] == "0" else 10
                    return _wrap(int(text, base))
                except ValueError:
                    raise NotComputable from None
            if kind == "name":
                return self.look_up(text)
            if text == "(":
                value = self.assignment()
                if self.next() != ("operator", ")"):
                    raise NotComputable
                return value
            if text == "-":
                return _wrap(-self.unary())
            if text == "+":
                return self.unary()
            if text == "~":
                return ~self.unary()
            if text == "!":
                return int(self.unary() == 0)
            raise NotComputable
        finally:
            self.depth -= 1


def _wrap(value: int) -> int:
    return (value + (1 << 31)) % (1 << 32) - (1 << 31)


def _apply(operator: str, left: int, right: int) -> int:
    if operator in "/%":
        if right == 0:
            raise NotComputable
        quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        return _wrap(quotient if operator == "/" else left - quotient * right)
    if operator in ("<<", ">>"):
        if not 0 <= right < 64:
            return 0 if operator == "<<" or left >= 0 else -1
        return _wrap(left << right) if operator == "<<" else left >> right
    result = {
        "+": left + right,
        "-": left - right,
        "*": left * right,
        "&": left & right,
        "|": left | right,
        "^": left ^ right,
    }
    return _wrap(result[operator])


def evaluate(text: str, look_up: Callable[[str], int], store: Callable[[str, int], None], budget: Budget) -> int:
    """Return the value of the last expression; assignments go to ``store``.

    Raises:
        NotComputable: it is malformed or needs a value that is not known.
    """
    return _Parser(text, look_up, store, budget).all()
