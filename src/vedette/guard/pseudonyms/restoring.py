"""Values put back in the place of their pseudonyms: whole texts, and streams cut anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vedette.guard.base import Pair, PairBook
from vedette.guard.entities import ENTITIES
from vedette.guard.pseudonyms.tokens import Found, Words, begun_at, shapes, word_of
from vedette.guard.pseudonyms.words import LOOK_BACK
from vedette.schema.guarding import Form


@dataclass(frozen=True, slots=True)
class Invented:
    """A range that has a pseudonym's shape and was never given out in its session."""

    start: int
    end: int
    name: str


class Restorer:
    """Puts the values of one session back; its pairs are read as they are added. Safe from several threads."""

    def __init__(self, book: PairBook) -> None:
        self.book = book
        self.words = Words()
        self._n_known = 0

    def restore(self, text: str, *, form: Form = Form.PLAIN) -> str:
        """Return a text with every pseudonym of the session replaced by its value; the rest as it was."""
        stream = self.stream(form=form)
        return stream.feed(text) + stream.close()

    def stream(self, *, form: Form = Form.PLAIN) -> StreamRestorer:
        """Return what restores one stream of text."""
        self.catch_up()
        return StreamRestorer(self, form)

    def catch_up(self) -> None:
        """Take in what was added to the book."""
        pairs = self.book.pairs()
        if len(pairs) != self._n_known:
            for pair in pairs[self._n_known :]:
                if pair.entity not in ENTITIES:
                    self.words.learn(word_of(pair.entity))
            self._n_known = len(pairs)

    def found(self, text: str, start: int = 0) -> Iterator[tuple[Found, Pair | None]]:
        """Yield what looks like a pseudonym, in order, with its pair where it was given out."""
        for shape in shapes(text, self.words, start):
            yield shape, self.book.value_of(shape.name)


class StreamRestorer:
    """Restores a text that comes in pieces: what it returns, joined, is what the whole text would give.

    It holds back only the end of a text that may still become a pseudonym. Made by :meth:`Restorer.stream`, used by
    one thread.
    """

    __slots__ = ("_restorer", "_seen", "_text")

    def __init__(self, restorer: Restorer, form: Form) -> None:
        self._restorer = restorer
        self._text = ""
        self._seen = 0  # characters of _text that were returned already, kept to tell where words begin

    def feed(self, chunk: str) -> str:
        """Return what can be told of the text so far, and was not returned before."""
        self._text += chunk
        return self._told(begun_at(self._text, self._restorer.words, self._seen))

    def close(self) -> str:
        """Return the rest."""
        return self._told(len(self._text))

    def _told(self, until: int) -> str:
        text, done = self._text, self._seen
        told: list[str] = []
        for shape, pair in self._restorer.found(text, done):
            if shape.end > until:
                until = min(until, shape.start)
                break
            if pair is not None:
                told += (text[done : shape.start], pair.value)
                done = shape.end
        told.append(text[done:until])
        kept = max(0, until - LOOK_BACK)
        self._text, self._seen = text[kept:], until - kept
        return "".join(told)


def invented(text: str, book: PairBook) -> tuple[Invented, ...]:
    """Return what looks like a pseudonym of ours and was never given out in the session."""
    restorer = Restorer(book)
    restorer.catch_up()
    return tuple(Invented(shape.start, shape.end, shape.name) for shape, pair in restorer.found(text) if pair is None)
