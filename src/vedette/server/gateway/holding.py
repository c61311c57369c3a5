"""How much of a running text may go on, and how much waits until more is known.

A stream is judged in windows: what is new, with what went before as far as :data:`OVERLAP`. What goes out was judged;
what is judged worse with what follows it is too late to take back. So what may still become something waits: with
``word``, an unfinished word that is more than a plain word or a short number, a link or picture whose brackets are
open, a key between its BEGIN and END. Plain prose goes out as it comes: a value that begins with a plain word shows
that word and no more, the rest of it is masked. What takes a whole sentence to tell (a leaked instruction, forbidden
content) is stopped with ``sentence`` before its sentence is seen, and with ``reply`` before anything is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from vedette.schema.guarding import Form
from vedette.server.gateway.config import Hold

OVERLAP = 256
"""Characters that are judged again with what follows them."""
LONGEST_WORD = 4096
"""Characters that an unfinished word is held for; longer ones are judged in parts."""
LONGEST_LINK = 2048
LONGEST_KEY = 16_384
LONGEST_SENTENCE = 800
_PLAIN = re.compile(r"(?:[a-z]{1,20}|[A-Z][a-z]{1,19}|[A-Z]{1,2}|[0-9]{1,4}|[^\W\d_]{1,20})?[.,;!?)\]}'’…]{0,3}\Z")
_ENTITY_WORD = re.compile(r"[A-Z_]{3,}\Z")
_SENTENCE_END = re.compile(r"(?:[.!?…]['\")\]]*\s|\n)")
_BOUNDARY = {Form.JSON: re.compile(r"[\s\"]"), Form.PLAIN: re.compile(r"\s")}

Judged = Callable[[str, int, Form], str]
"""Given a window, where what is new begins in it, and the form: what goes on."""


class Restored(Protocol):
    """What gives values back: :class:`vedette.guard.pseudonyms.StreamRestorer`."""

    def feed(self, chunk: str) -> str:
        """Return what can be told."""
        ...

    def close(self) -> str:
        """Return the rest."""
        ...


class Channel:
    """One running text.

    Args:
        judged: judges windows; raises where the text may not go on.
        restored: takes judged pieces and gives them with their values.
        hold: how much waits.
        form: what the text is.
    """

    def __init__(self, judged: Judged, restored: Restored, hold: Hold, form: Form) -> None:
        self._judged = judged
        self._restored = restored
        self._hold = hold
        self._form = form
        self._text = ""
        self._sent = 0
        self._out: list[str] = []
        self._raw: list[str] = []

    @property
    def raw(self) -> str:
        """All of it, as it came in."""
        return "".join((*self._raw, self._text))

    @property
    def out(self) -> str:
        """All of it, as it went out."""
        return "".join(self._out)

    def feed(self, piece: str) -> str:
        """Return what may go on now."""
        self._text += piece
        return self._passed(self._cut())

    def close(self) -> str:
        """Return the rest."""
        said = self._passed(len(self._text))
        rest = self._restored.close()
        self._out.append(rest)
        return said + rest

    def _passed(self, cut: int) -> str:
        if cut <= self._sent:
            return ""
        piece = self._judged(self._text[:cut], self._sent, self._form)
        said = self._restored.feed(piece)
        self._out.append(said)
        self._sent = cut
        spare = self._sent - OVERLAP
        if spare > OVERLAP:
            self._raw.append(self._text[:spare])
            self._text = self._text[spare:]
            self._sent -= spare
        return said

    def _cut(self) -> int:
        text, sent = self._text, self._sent
        if self._hold is Hold.REPLY:
            return sent
        if self._hold is Hold.SENTENCE and len(text) - sent <= LONGEST_SENTENCE:
            ends = [found.end() for found in _SENTENCE_END.finditer(text, sent)]
            return min(ends[-1], _open(text, sent)) if ends else sent
        return min(self._word(text, sent), _open(text, sent))

    def _word(self, text: str, sent: int) -> int:
        """Return where the last word begins, or the end where that is plain or too long to wait for."""
        at = len(text)
        boundary = _BOUNDARY[Form.JSON if self._form is Form.JSON else Form.PLAIN]
        least = max(sent, len(text) - LONGEST_WORD)
        while at > least and not boundary.match(text[at - 1]):
            at -= 1
        if at == least and at > sent:
            return len(text)  # too long for any word
        word = text[max(at, 0) :]
        whole = at == 0 or at > sent or boundary.match(text[at - 1]) is not None
        if whole and _PLAIN.match(word) and not _ENTITY_WORD.search(word):
            return len(text)
        return at


def _open(text: str, sent: int) -> int:
    """Return where a link, picture or key begins that has not ended; the text's end where none has."""
    cut = len(text)
    at = text.rfind("[", sent)
    if at >= 0 and len(text) - at <= LONGEST_LINK:
        closed = text.find("]", at)
        if closed < 0 or closed == len(text) - 1 or (text[closed + 1] == "(" and text.find(")", closed) < 0):
            cut = at - 1 if at > sent and text[at - 1] == "!" else at
    if text.endswith("!"):
        cut = min(cut, len(text) - 1)
    at = text.rfind("<", sent)
    if at >= 0 and len(text) - at <= LONGEST_LINK and text.find(">", at) < 0:
        cut = min(cut, at)
    at = text.rfind("-----BEGIN", sent)
    if at >= 0 and len(text) - at <= LONGEST_KEY and text.find("-----END", at) < 0:
        cut = min(cut, at)
    return max(cut, sent)
