"""``test``, ``[`` and ``[[`` on known values; three-valued, as most of what they ask is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from vedette.commands.sh import patterns

_FILES = frozenset("-a -b -c -d -e -f -g -h -k -p -r -s -t -u -w -x -G -L -N -O -S".split())
_UNARY = _FILES | {"-z", "-n", "-v", "-o", "-R"}
_NUMBERS = frozenset({"-eq", "-ne", "-lt", "-le", "-gt", "-ge"})
_BINARY = _NUMBERS | {"=", "==", "!=", "<", ">", "-nt", "-ot", "-ef", "=~"}

Item = str | None | tuple[str | None]
"""A word, None for an unknown one, an operator in a tuple (``[[`` only)."""


class Knows(Protocol):
    """What a condition asks of the shell."""

    def file(self, name: str) -> bytes | None:
        """Return what a file holds that was written before."""

    def computed(self, text: str) -> int | None:
        """Return the value of an arithmetic expression."""

    def lookup(self, name: str, index: str | None = None) -> tuple[str, bool] | None:
        """Return a variable's value."""


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


class _Run:
    def __init__(self, items: Sequence[Item], shell: Knows, extended: bool):
        self.items = items
        self.at = 0
        self.shell = shell
        self.extended = extended
        self.depth = 0

    def peek(self) -> Item:
        return self.items[self.at] if self.at < len(self.items) else ("",)

    def is_operator(self, *texts: str) -> bool:
        item = self.peek()
        if self.extended:
            return isinstance(item, tuple) and item[0] in texts and bool(item[0])
        return isinstance(item, str) and item in texts

    def either(self) -> bool | None:
        value = self.both()
        while self.is_operator("||", "-o") and self.at < len(self.items):
            self.at += 1
            other = self.both()
            value = True if value or other else None if value is None or other is None else False
        return value

    def both(self) -> bool | None:
        value = self.one()
        while self.is_operator("&&", "-a") and self.at < len(self.items):
            self.at += 1
            other = self.one()
            value = False if value is False or other is False else None if value is None or other is None else True
        return value

    def one(self) -> bool | None:
        self.depth += 1
        try:
            if self.depth > 40:
                self.at = len(self.items)
                return None
            return self._one()
        finally:
            self.depth -= 1

    def _one(self) -> bool | None:
        items, at = self.items, self.at
        left = len(items) - at
        if left <= 0:
            return False
        item = items[at]
        text = item[0] if isinstance(item, tuple) else item
        # a binary operator in second place wins over everything
        if left >= 3:
            second = items[at + 1]
            second_text = second[0] if isinstance(second, tuple) else second
            if (second_text in _BINARY and text not in ("(", "!")) or (second_text in _BINARY and left == 3):
                self.at = at + 3
                third = items[at + 2]
                return self._binary(item, second_text or "", third)
        if text == "!" and left > 1:
            self.at = at + 1
            return _not(self.one())
        if text == "(" and left > 1:
            self.at = at + 1
            value = self.either()
            if self.is_operator(")") or self.peek() == ")":
                self.at += 1
            return value
        if text in _UNARY and left >= 2 and isinstance(text, str):
            self.at = at + 2
            return self._unary(text, items[at + 1])
        self.at = at + 1
        if item is None:
            return None
        return bool(text)

    def _unary(self, operator: str, item: Item) -> bool | None:
        if not isinstance(item, str):
            return None
        if operator == "-z":
            return not item
        if operator == "-n":
            return bool(item)
        if operator == "-v":
            return True if self.shell.lookup(item) is not None else None
        if operator in ("-e", "-f", "-s", "-r", "-a") and self.shell.file(item) is not None:
            return True
        return None

    def _binary(self, left: Item, operator: str, right: Item) -> bool | None:
        if not isinstance(left, str) or not isinstance(right, str):
            return None
        if operator in ("=", "=="):
            return patterns.matches(right, left) if self.extended else left == right
        if operator == "!=":
            return _not(patterns.matches(right, left)) if self.extended else left != right
        if operator == "=~":
            program = patterns.compiled(patterns.safe(right))
            return None if program is None else program.search(patterns.safe(left)) is not None
        if operator == "<":
            return left < right
        if operator == ">":
            return left > right
        if operator in _NUMBERS:
            a, b = self._number(left), self._number(right)
            if a is None or b is None:
                return None
            return {
                "-eq": a == b, "-ne": a != b, "-lt": a < b, "-le": a <= b, "-gt": a > b, "-ge": a >= b
            }[operator]  # fmt: skip
        return None

    def _number(self, text: str) -> int | None:
        if self.extended:
            return self.shell.computed(text)
        stripped = text.strip()
        return int(stripped) if stripped.lstrip("+-").isdigit() and len(stripped) < 20 else None


def decide(items: Sequence[Item], shell: Knows, *, extended: bool) -> bool | None:
    """Return whether a condition holds; None where that is not known.

    Args:
        items: its words.
        shell: what is known.
        extended: whether it is ``[[ … ]]``, where operators are no words and ``==`` matches patterns.
    """
    if not items:
        return False
    run = _Run(items, shell, extended)
    value = run.either()
    return value if run.at >= len(items) else None
