"""Tokens of a script, and what the parsers share: looking ahead, matching brackets, binding strength, recovery."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar, NamedTuple

from vedette.commands.embedded import tree as t
from vedette.commands.embedded.values import Value

MOST_NESTED = 56
MOST_TOKENS = 60_000


class Token(NamedTuple):
    """A token: its kind (``name``, ``num``, ``str``, ``op`` and what a language adds), text and place."""

    kind: str
    text: str
    start: int
    end: int
    line: bool = False
    """Whether a line end stands before it."""
    value: Value = None
    method: str | None = None
    space: bool = False
    """Whether white space stands before it."""


class SyntaxStop(Exception):  # noqa: N818
    """The text is not of this language here."""


class Tokens:
    """A cursor over tokens."""

    binary: ClassVar[Mapping[str, tuple[int, bool]]] = {}
    """Operators: binding strength, and whether they bind from the right."""
    logic: ClassVar[frozenset[str]] = frozenset()
    assigns: ClassVar[frozenset[str]] = frozenset()
    assign_strength: ClassVar[int] = 2

    def __init__(self, source: str, tokens: list[Token]):
        self.source = source
        self.tokens = tokens
        self.at = 0
        self.token = tokens[0]
        self.nested = 0
        self.broken = False
        self.match = _brackets(tokens)

    def next(self) -> Token:
        """Return the token here, and go on."""
        token = self.token
        if self.at < len(self.tokens) - 1:
            self.at += 1
            self.token = self.tokens[self.at]
        return token

    def peek(self, far: int = 1) -> Token:
        """Return a token further on."""
        return self.tokens[min(self.at + far, len(self.tokens) - 1)]

    def back(self, at: int) -> None:
        """Go back to a place."""
        self.at = at
        self.token = self.tokens[at]

    def ended(self) -> bool:
        """Return whether nothing is left."""
        return self.token.kind == "end"

    def here(self, *texts: str) -> bool:
        """Return whether an operator or word of these stands here."""
        return self.token.text in texts and self.token.kind in ("op", "name")

    def take(self, *texts: str) -> bool:
        """Return whether one of these stands here, and go past it."""
        if self.token.text in texts and self.token.kind in ("op", "name"):
            self.next()
            return True
        return False

    def need(self, text: str) -> Token:
        """Go past what must stand here.

        Raises:
            SyntaxStop: something else does.
        """
        if self.token.text != text or self.token.kind not in ("op", "name"):
            raise SyntaxStop(f"{text} expected at {self.token.start}")
        return self.next()

    def last_end(self) -> int:
        """Return where the token before this one ends."""
        return self.tokens[self.at - 1].end if self.at else 0

    def deeper(self) -> None:
        """Count a level of nesting.

        Raises:
            SyntaxStop: there are too many.
        """
        self.nested += 1
        if self.nested > MOST_NESTED:
            raise SyntaxStop("nested too deep")

    # Expressions by binding strength.

    def expression(self, least: int = 0) -> t.Node:
        """Return an expression whose operators bind at least so strongly."""
        self.deeper()
        try:
            left = self.prefix()
            while True:
                token = self.token
                if token.kind not in ("op", "name"):
                    return left
                op = token.text
                if op in self.assigns and least <= self.assign_strength and token.kind == "op":
                    self.next()
                    left = self.assignment(left, op)
                    continue
                found = self.binary.get(op)
                if found is None or found[0] < least:
                    more = self.infix(left, least)
                    if more is None:
                        return left
                    left = more
                    continue
                strength, from_right = found
                if not self.is_operator(token):
                    return left
                self.next()
                right = self.expression(strength if from_right else strength + 1)
                left = self.join(left, op, right)
        finally:
            self.nested -= 1

    def is_operator(self, token: Token) -> bool:
        """Return whether a token that could be an operator is one here."""
        return True

    def join(self, left: t.Node, op: str, right: t.Node) -> t.Node:
        """Return two operands joined."""
        if op in self.logic:
            return t.Logic(left.start, right.end, op, left, right)
        if type(left) is t.Binary and left.end == self._open_end(left):
            last = self.binary.get(left.ops[-1])
            if last is not None and self.binary[op][0] == last[0] and not self.binary[op][1]:
                left.items.append(right)
                left.ops.append(op)
                left.end = right.end
                return left
        return t.Binary(left.start, right.end, [left, right], [op])

    def _open_end(self, node: t.Binary) -> int:
        # A node in parentheses was given their span, so its end is beyond that of its last operand.
        return node.items[-1].end if node.start == node.items[0].start else -1

    def assignment(self, left: t.Node, op: str) -> t.Node:
        """Return an assignment, its operator just passed."""
        right = self.expression(2)
        return t.Assign(left.start, right.end, left, op[:-1], right)

    def infix(self, left: t.Node, least: int) -> t.Node | None:
        """Return what other operators make of an operand; None where there is none."""
        return None

    def prefix(self) -> t.Node:
        """Return an operand with what stands before and after it."""
        raise NotImplementedError

    def statement(self) -> t.Node:
        """Return a statement."""
        raise NotImplementedError

    def program(self) -> t.Block:
        """Return the whole script; what does not parse is passed over."""
        body: list[t.Node] = []
        while not self.ended():
            at = self.at
            self.nested = 0
            try:
                body.append(self.statement())
            except SyntaxStop:
                self.broken = True
                self.recover(at)
            except RecursionError:
                self.broken = True
                self.recover(at)
            if self.at == at:
                self.next()
        return t.Block(0, len(self.source), body)

    def recover(self, at: int) -> None:
        """Go on after the next end of a statement."""
        while not self.ended():
            token = self.token
            if self.at > at and (token.line or token.text in (";", "}")):
                if token.text in (";", "}"):
                    self.next()
                return
            self.next()


def _brackets(tokens: list[Token]) -> dict[int, int]:
    """Return where the bracket is that closes the one at a place."""
    out: dict[int, int] = {}
    stack: list[int] = []
    for number, token in enumerate(tokens):
        if token.kind == "op":
            if token.text in ("(", "[", "{"):
                stack.append(number)
            elif token.text in (")", "]", "}") and stack:
                out[stack.pop()] = number
    return out


_ESCAPE = re.compile(
    r"\\(?:x([0-9A-Fa-f]{2})|u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|([0-3]?[0-7]{1,2})|(\r\n|[\s\S]))"
)
_SINGLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "a": "\a", "e": "\x1b"}


def unescape(body: str, single: Mapping[str, str] = _SINGLE) -> tuple[str, bool]:
    r"""Return text with C-like escapes undone, and whether any spelled a character by its number."""
    if "\\" not in body:
        return body, False
    coded = False

    def one(found: re.Match[str]) -> str:
        nonlocal coded
        two, braces, four, octal, other = found.groups()
        if other is not None:
            return "" if other in ("\n", "\r\n") else single.get(other, other)
        if octal is not None:
            coded = coded or octal != "0"
            return chr(int(octal, 8))
        coded = True
        code = int(two or braces or four, 16)
        return chr(code) if code < 0x110000 else "\ufffd"

    out = _ESCAPE.sub(one, body)
    if coded and any("\ud800" <= c <= "\udfff" for c in out):
        out = out.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return out, coded
