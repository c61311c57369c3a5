"""Values put back in the place of their pseudonyms: whole texts, and streams cut anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from vedette.guard.base import Pair, PairBook
from vedette.guard.pseudonyms.index import SessionIndex, index_of
from vedette.guard.pseudonyms.places import BARE, DEEPEST, Place, Tracker, settled, written
from vedette.guard.pseudonyms.tokens import begun_at, letter_of, shapes
from vedette.guard.pseudonyms.words import LOOK_BACK
from vedette.schema.guarding import Form

_MOST_SLASHES = 1 << DEEPEST


class Standing(NamedTuple):
    """A pseudonym of the session where it stands in a text."""

    start: int
    end: int
    pair: Pair
    letter: str
    """Of its mark."""


class Invented(NamedTuple):
    """A range that has a pseudonym's shape and was never given out in its session."""

    start: int
    end: int
    name: str


class Restorer:
    """Puts the values of one session back. Safe from several threads.

    What is added to the book while a stream is open is taken in as well.
    """

    def __init__(self, book: PairBook) -> None:
        self.book = book
        self.index: SessionIndex = index_of(book)

    def restore(self, text: str, *, form: Form = Form.PLAIN) -> str:
        """Return a text with every pseudonym of the session replaced by its value; the rest as it was.

        Args:
            text: a reply, or the arguments of a tool call.
            form: ``json`` for what is JSON: values are escaped as their place needs, also in JSON within JSON strings.
                ``auto`` reads as JSON what begins like it.
        """
        stream = self.stream(form=form)
        return stream.feed(text) + stream.close()

    def stream(self, *, form: Form = Form.PLAIN) -> StreamRestorer:
        """Return what restores one stream of text."""
        self.index.catch_up(self.book)
        return StreamRestorer(self, form)

    def standing(self, text: str, start: int = 0) -> Iterator[Standing]:
        """Yield the session's pseudonyms in a text, in order; none overlap."""
        found: list[Standing] = []
        for shape in shapes(text, self.index.words, start):
            pair = self.book.value_of(shape.name)
            if pair is not None:
                found.append(Standing(shape.start, shape.end, pair, letter_of(shape.name) or ""))
            elif shape.plain_end > 0 and (pair := self.book.value_of(shape.plain)) is not None:
                found.append(Standing(shape.start, shape.plain_end, pair, ""))
        if self.index.surrogates:
            known = self.index.by_surrogate
            found += [
                Standing(low, high, known.get(text[low:high]) or known[name], "")
                for low, high, name in self.index.surrogates.find(text, start)
            ]
            found.sort(key=lambda one: (one.start, -one.end))
        done = start
        for one in found:
            if one.start >= done:
                yield one
                done = one.end

    def begun_at(self, text: str, start: int) -> int:
        """Return where the end of a text begins that may yet become a pseudonym."""
        return min(begun_at(text, self.index.words, start), self.index.surrogates.begun_at(text, start))


class StreamRestorer:
    """Restores a text that comes in pieces: what it returns, joined, is what the whole text would give.

    It holds back only the end of a text that may still become a pseudonym. Made by :meth:`Restorer.stream`, used by
    one thread.
    """

    __slots__ = ("_form", "_json", "_restorer", "_seen", "_text", "_tracker")

    def __init__(self, restorer: Restorer, form: Form) -> None:
        self._restorer = restorer
        self._form = form
        self._json = False
        self._tracker = Tracker(form)
        self._text = ""
        self._seen = 0  # characters of _text that were returned already, kept to tell where words begin

    def feed(self, chunk: str) -> str:
        """Return what can be told of the text so far, and was not returned before."""
        if not chunk:
            return ""
        text = self._text = self._text + chunk
        if not self._settle(whole=False):
            return ""
        until = self._restorer.begun_at(text, self._seen)
        if self._json:
            until = _quote_before(text, until, self._seen)
        return self._told(until)

    def close(self) -> str:
        """Return the rest."""
        self._settle(whole=True)
        return self._told(len(self._text))

    def _settle(self, *, whole: bool) -> bool:
        if self._form is Form.AUTO:
            form = settled(self._form, self._text, whole=whole)
            if form is None:
                return False
            self._form = form
            self._tracker = Tracker(form)
        self._json = self._form is Form.JSON
        return True

    def _told(self, until: int) -> str:
        tracker = self._tracker
        text, done = self._text, self._seen
        told: list[str] = []
        for one in self._restorer.standing(text, done):
            if one.end > until:
                until = min(until, _quote_before(text, one.start, done) if self._json else one.start)
                break
            before = text[done : one.start]
            tracker.follow(before)
            quotes = _quotes(text, one, tracker.place, done) if self._json else 0
            value = one.pair.value if quotes else written(one.pair.value, one.letter, tracker.place)
            told += (before[: len(before) - quotes], value)
            done = one.end + quotes
            tracker.follow(text[one.start : done])
        until = max(until, done)
        rest = text[done:until]
        tracker.follow(rest)
        told.append(rest)
        kept = max(0, until - LOOK_BACK)
        self._text, self._seen = text[kept:], until - kept
        return "".join(told)


def _quote_before(text: str, at: int, start: int) -> int:
    """Return where a quote begins that stands right before a place, or may yet, with its backslashes."""
    if at > start and text[at - 1] == '"':
        at -= 1
    elif at < len(text):
        return at
    start = max(start, at - _MOST_SLASHES)
    while at > start and text[at - 1] == "\\":
        at -= 1
    return at


def _quotes(text: str, one: Standing, place: Place, start: int) -> int:
    """Return the length of the quotes that go with the pseudonym of a value that stood in JSON without quotes."""
    if one.letter != BARE or place.depth == 0:
        return 0
    quote = Place(depth=place.depth - 1).quote
    low, high = one.start - len(quote), one.end + len(quote)
    whole = low >= start and text[low : one.start] == quote == text[one.end : high] and text[low - 1 : low] != "\\"
    return len(quote) if whole else 0


def invented(text: str, book: PairBook) -> tuple[Invented, ...]:
    """Return what looks like a pseudonym of ours, however deformed, and was never given out in the session."""
    index = index_of(book)
    return tuple(
        Invented(shape.start, shape.end, shape.name)
        for shape in shapes(text, index.words)
        if book.value_of(shape.name) is None
    )
