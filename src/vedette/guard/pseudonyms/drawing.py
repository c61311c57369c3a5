"""Pseudonyms drawn for one text: those that the session has, and fresh ones, which are kept all or none."""

from __future__ import annotations

from collections.abc import Callable

from vedette.guard.base import Pair, PairBook
from vedette.guard.pseudonyms.index import Known, SessionIndex, plain_entity
from vedette.guard.pseudonyms.tokens import TAG_LENGTH, draw, letter_of, unmarked
from vedette.guard.pseudonyms.words import fold, identity

STRUCTURE = "structure"
"""The style whose pseudonyms are built like what they stand for."""


class Draft:
    """What one text needs.

    Args:
        book: the session's.
        index: the book's.
        text: what no fresh pseudonym may stand in already.
        style_of: how an entity's pseudonyms are made.
        tokens: whether nothing but tokens will do.
    """

    def __init__(
        self, book: PairBook, index: SessionIndex, text: str, style_of: Callable[[str], str], *, tokens: bool = False
    ) -> None:
        self._book = book
        self._index = index
        self._text = text
        self._upper: str | None = None
        self._folded: str | None = None
        self._style_of = style_of
        self._tokens = tokens
        self.fresh: list[Pair] = []
        self.values: list[tuple[str, str]] = []
        """Entity and value of what is fresh, as it reads in prose."""
        self._by_spelling: dict[tuple[str, str], Pair] = {}
        self._spellings: dict[str, list[Known]] = {}
        self._names: set[str] = set()
        self._folded_names: dict[str, str] = {}
        self._keys: set[tuple[str, str]] = set()

    def pair(self, entity: str, spelled: str, letter: str, value: str, *, tokens: bool = False) -> Pair:
        """Return the pair of a spelling.

        Args:
            entity: what it is, where the session does not know it as something else.
            spelled: as it stands in the text.
            letter: of the mark that says where it was read; empty where it is written there as ever.
            value: as it reads in prose.
            tokens: whether nothing but a token will do.
        """
        tokens = tokens or self._tokens
        key = (letter, spelled)
        known: Pair | None = self._index.by_spelling.get(key) or self._by_spelling.get(key)
        same = identity(value)
        if known is not None and not (tokens and letter_of(known.pseudonym) is None):
            return known
        if letter and (("", value) not in self._index.by_spelling) and (("", value) not in self._by_spelling):
            self.pair(entity, value, "", value)  # a model that drops the mark still names the value
        others: tuple[Known, ...] = (*self._index.spellings.get(same, ()), *self._spellings.get(same, ()))
        if tokens:
            for one in others:
                known = one.pair
                if one.letter == letter and known.value == spelled and letter_of(known.pseudonym) is not None:
                    return known
        first = next((one for one in others if letter_of(one.pair.pseudonym) is not None), None)
        if others:
            entity = plain_entity(others[0].pair.entity)
        name = self._surrogate(entity, value, same) if not letter and not tokens else None
        if name is None:
            base = self._drawn(entity, same) if first is None else unmarked(first.pair.pseudonym)
            name = base if first is None and not letter else self._marked(base, letter, len(others) + 1)
        made = Pair(entity=self._entity(entity, spelled, letter), value=spelled, pseudonym=name)
        self.fresh.append(made)
        self._names.add(name)
        self._folded_names.setdefault(fold(name), same)
        self._keys.add((made.entity, spelled))
        self.values.append((entity, value))
        self._by_spelling[key] = made
        self._spellings.setdefault(same, []).append(Known(made, letter, value))
        return made

    def _entity(self, entity: str, spelled: str, letter: str) -> str:
        """Return an entity under which the book holds no other pair of the same text, read elsewhere."""
        name, number = entity, 0
        while (name, spelled) in self._keys or self._book.pseudonym_of(name, spelled) is not None:
            name = f"{entity}:{letter}{number or ''}"
            number += 1
        return name

    def _taken(self, name: str) -> bool:
        return name in self._names or self._book.value_of(name) is not None

    def _marked(self, base: str, letter: str, number: int) -> str:
        while self._taken(f"{base}_{letter}{number}"):
            number += 1
        return f"{base}_{letter}{number}"

    def _surrogate(self, entity: str, value: str, same: str) -> str | None:
        if self._style_of(entity) != STRUCTURE:
            return None
        from vedette.guard.pseudonyms.structure import TURNS, surrogate

        for turn in range(TURNS):
            name = surrogate(entity, value, self._book.secret, turn)
            if name is None or letter_of(name) is not None:
                return None
            if self._free(name, same):
                return name
        return None

    def _free(self, name: str, same: str) -> bool:
        """Return whether a surrogate stands for nothing else, and is nothing that the session saw."""
        if self._taken(name) or ("", name) in self._index.by_spelling or self._index.values.get(name) is not None:
            return False
        key = fold(name)
        if self._folded is None:
            self._folded = fold(self._text)
        if key in self._folded:
            return False
        other = self._index.surrogates.get(name)
        if other is not None and identity(self._index.by_surrogate[other].value) != same:
            return False
        return self._folded_names.get(key, same) == same

    def _drawn(self, entity: str, same: str) -> str:
        if self._upper is None:
            self._upper = self._text.upper()
        turn = 0
        while True:
            name = draw(self._book.secret, entity, same, turn)
            if not self._taken(name) and name[-TAG_LENGTH:] not in self._upper:
                return name
            turn += 1
