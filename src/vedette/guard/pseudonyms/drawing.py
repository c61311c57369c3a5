"""Pseudonyms drawn for one text: those that the session has, and fresh ones, which are kept all or none."""

from __future__ import annotations

from collections.abc import Callable

from vedette.guard.base import Pair, PairBook
from vedette.guard.pseudonyms.index import Known, SessionIndex, plain_entity
from vedette.guard.pseudonyms.tokens import TAG_LENGTH, draw, letter_of, unmarked
from vedette.guard.pseudonyms.words import identity


class Draft:
    """What one text needs.

    Args:
        book: the session's.
        index: the book's.
        text: what no fresh pseudonym may stand in already.
        style_of: how an entity's pseudonyms are made.
    """

    def __init__(self, book: PairBook, index: SessionIndex, text: str, style_of: Callable[[str], str]) -> None:
        self._book = book
        self._index = index
        self._text = text
        self._upper: str | None = None
        self._style_of = style_of
        self.fresh: list[Pair] = []
        self._by_spelling: dict[tuple[str, str], Pair] = {}
        self._spellings: dict[str, list[Known]] = {}
        self._names: set[str] = set()
        self._values: set[tuple[str, str]] = set()

    def pair(self, entity: str, spelled: str, letter: str, value: str) -> Pair:
        """Return the pair of a spelling.

        Args:
            entity: what it is, where the session does not know it as something else.
            spelled: as it stands in the text.
            letter: of the mark that says where it was read; empty where it is written there as ever.
            value: as it reads in prose.
        """
        key = (letter, spelled)
        known = self._index.by_spelling.get(key) or self._by_spelling.get(key)
        if known is not None:
            return known
        same = identity(value)
        if letter and (("", value) not in self._index.by_spelling) and (("", value) not in self._by_spelling):
            self.pair(entity, value, "", value)  # a model that drops the mark still names the value
        others = (*self._index.spellings.get(same, ()), *self._spellings.get(same, ()))
        first = next((one for one in others if letter_of(one.pair.pseudonym) is not None), None)
        if others:
            entity = plain_entity(others[0].pair.entity)
        if first is None:
            name = self._drawn(entity, same)
        else:
            base = unmarked(first.pair.pseudonym)
            number = len(others) + 1
            while self._taken(name := f"{base}_{letter}{number}"):
                number += 1
        made = Pair(entity=self._entity(entity, spelled, letter), value=spelled, pseudonym=name)
        self.fresh.append(made)
        self._names.add(name)
        self._values.add((made.entity, spelled))
        self._by_spelling[key] = made
        self._spellings.setdefault(same, []).append(Known(made, letter, value))
        return made

    def _entity(self, entity: str, spelled: str, letter: str) -> str:
        """Return an entity under which the book holds no other pair of the same text, read elsewhere."""
        name, number = entity, 0
        while (name, spelled) in self._values or self._book.pseudonym_of(name, spelled) is not None:
            name = f"{entity}:{letter}{number or ''}"
            number += 1
        return name

    def _taken(self, name: str) -> bool:
        return name in self._names or self._book.value_of(name) is not None

    def _drawn(self, entity: str, same: str) -> str:
        if self._upper is None:
            self._upper = self._text.upper()
        turn = 0
        while True:
            name = draw(self._book.secret, entity, same, turn)
            if not self._taken(name) and name[-TAG_LENGTH:] not in self._upper:
                return name
            turn += 1
