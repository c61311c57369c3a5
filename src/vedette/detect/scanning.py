"""Field values to classes: which atoms a value makes true, found once per distinct value.

A class is the set of atoms true of a value; most values share class 0. All literals of a field are
searched together by Aho-Corasick over the lower-cased value, equality is one dictionary look-up, and
the few atoms that no literal can announce are tried one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ahocorasick_rs import AhoCorasick

from vedette.detect.base import Atom
from vedette.detect.values import ABSENT, elements, holds, number_of, text_of

_SHORT = 2
"""Literals of up to two ASCII characters stand in most values: a plain search beats many reported matches."""
_LONG_VALUE = 2048
"""Longer values (scripts) hardly repeat and are not kept."""


class CacheBudget:
    """Bounds what all scanners together remember: when it is spent, all of them forget."""

    def __init__(self, max_values: int = 150_000, max_chars: int = 16_000_000) -> None:
        self._max_values, self._max_chars = max_values, max_chars
        self._values = self._chars = 0
        self._caches: list[dict[Any, int]] = []

    def new(self) -> dict[Any, int]:
        """Return a cache under this budget."""
        cache: dict[Any, int] = {}
        self._caches.append(cache)
        return cache

    def drop(self) -> None:
        """Forget the caches themselves, for when their scanners go."""
        self._caches.clear()
        self._values = self._chars = 0

    def spend(self, n_values: int, n_chars: int) -> None:
        """Take note of new entries; empties every cache once the budget is spent."""
        self._values += n_values
        self._chars += n_chars
        if self._values > self._max_values or self._chars > self._max_chars:
            for cache in self._caches:
                cache.clear()
            self._values = self._chars = 0


class Classes:
    """Numbers for sets of true atoms."""

    def __init__(self) -> None:
        self.sets: list[frozenset[int]] = [frozenset()]
        self._numbers: dict[frozenset[int], int] = {frozenset(): 0}

    def number(self, atoms: frozenset[int]) -> int:
        """Return the class of a set of true atoms."""
        known = self._numbers.get(atoms)
        if known is None:
            known = self._numbers[atoms] = len(self.sets)
            self.sets.append(atoms)
        return known


class Literals:
    """Literal searches over one text, all at once."""

    def __init__(self, atoms: Iterable[tuple[int, Atom]]) -> None:
        """Take (number, atom) pairs whose atoms are uncased ``s`` (not ``eq``) or ``g``."""
        found: dict[str, list[tuple[str, int, Atom]]] = {}
        self.short: list[tuple[str, str, int, Atom]] = []
        self.slow: list[tuple[int, Atom]] = []
        self.always: list[int] = []
        for number, atom in atoms:
            op, text = ("g", max((p for p in atom[2] if isinstance(p, str)), key=len, default=""))
            if atom[0] == "s":
                op, text = atom[2], atom[3]
            if not text:
                if op == "g":
                    self.slow.append((number, atom))
                else:
                    self.always.append(number)
            elif len(text) <= _SHORT and text.isascii():
                self.short.append((op, text, number, atom))
            else:
                found.setdefault(text, []).append((op, number, atom))
        self._payload = list(found.values())
        self._lengths = [len(t) for t in found]
        self._search = AhoCorasick(list(found)).find_matches_as_indexes if found else None

    def true_of(self, text: str, lower: str, true: set[int]) -> None:
        """Add the atoms that hold for the text to ``true``."""
        true.update(self.always)
        if self._search is not None:
            size = len(lower)
            for which, start, end in self._search(lower, overlapping=True):
                for op, number, atom in self._payload[which]:
                    if number in true:
                        continue
                    if (
                        op == "has"
                        or (op == "suf" and end == size)
                        or (op == "pre" and start == 0)
                        or (op == "g" and holds(atom, text))
                    ):
                        true.add(number)
        for op, literal, number, atom in self.short:
            if literal in lower and (
                op == "has"
                or (op == "suf" and lower.endswith(literal))
                or (op == "pre" and lower.startswith(literal))
                or (op == "g" and holds(atom, text))
            ):
                true.add(number)
        for number, atom in self.slow:
            if holds(atom, text):
                true.add(number)


class FieldScanner:
    """Gives the class of each value of one field."""

    def __init__(self, atoms: Mapping[int, Atom], budget: CacheBudget) -> None:
        """Take the eager atoms of one field by number."""
        self.classes = Classes()
        self._equal: dict[str, list[int]] = {}
        self._numbers: dict[int | float, list[int]] = {}
        self._hex: dict[int, list[int]] = {}
        self._null: set[int] = set()
        self._exists: dict[bool, set[int]] = {True: set(), False: set()}
        self._other: list[tuple[int, Atom]] = []
        literal: list[tuple[int, Atom]] = []
        for number, atom in atoms.items():
            kind = atom[0]
            if kind == "null":
                self._null.add(number)
            elif kind == "exists":
                self._exists[atom[2]].add(number)
            elif kind == "n":
                self._numbers.setdefault(atom[2], []).append(number)
            elif kind == "s" and atom[2] == "eq" and not atom[4]:
                self._equal.setdefault(atom[3], []).append(number)
                if atom[3].startswith("0x") and (value := number_of(atom[3])) is not None:
                    self._hex.setdefault(int(value), []).append(number)
            elif (kind == "s" and not atom[4]) or (kind == "g" and not atom[3]):
                literal.append((number, atom))
            else:
                self._other.append((number, atom))
        self._literals = Literals(literal) if literal else None
        self._budget = budget
        self._cache = budget.new()
        self.tells_absent = bool(self._exists[True] or self._exists[False])
        """Whether an absent field differs from a null one."""

    def classify(self, column: list[Any]) -> list[int]:
        """Return the class of each plain value."""
        cache = self._cache
        result = list(map(cache.get, column))
        if None in result:
            passing: list[Any] = []
            fresh = set(column).difference(cache)
            n_chars = 0
            for value in fresh:
                cache[value] = self._class(value)
                size = len(value) if type(value) is str else 16 * len(value) if type(value) is tuple else 0
                if size > _LONG_VALUE:
                    passing.append(value)
                else:
                    n_chars += size
            result = list(map(cache.get, column))
            for value in passing:
                del cache[value]
            self._budget.spend(len(fresh), n_chars)
        return result  # type: ignore[return-value]

    def _class(self, value: Any) -> int:
        true: set[int] = set(self._exists[value is not ABSENT])
        if type(value) is str or type(value) is int:
            self._scan(value, true)
        else:
            values = elements(value)
            if not values:
                true |= self._null
            for one in values:
                self._scan(one, true)
        return self.classes.number(frozenset(true))

    def _scan(self, value: str | int, true: set[int]) -> None:
        text = text_of(value)
        lower = text.lower()
        if lower in self._equal:
            true.update(self._equal[lower])
        if self._hex and type(value) is int and value in self._hex:
            true.update(self._hex[value])
        if self._numbers:
            number = number_of(value)
            if number is not None and number in self._numbers:
                true.update(self._numbers[number])
        if self._literals is not None:
            try:
                self._literals.true_of(text, lower, true)
            except UnicodeEncodeError:  # lone surrogates
                text = text.encode("utf-8", "replace").decode()
                self._literals.true_of(text, text.lower(), true)
        for number_, atom in self._other:
            if holds(atom, value):
                true.add(number_)
