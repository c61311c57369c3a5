"""Replies without what a model thinks aloud before them.

Servers without a parser for it send a reasoning model's ``<think>…</think>`` as the beginning of the reply.
"""

from __future__ import annotations

_OPEN, _CLOSE = "<think>", "</think>"


class Thoughts:
    """Takes a reply in pieces and gives what comes after one block of thoughts at its very beginning, if it has one."""

    def __init__(self) -> None:
        self._held: str | None = ""
        """What is not decided on yet; None once the reply itself is there."""
        self._inside = False
        self._after = False

    def take(self, piece: str) -> str:
        """Return what of the reply a piece ends."""
        if self._held is None:
            return piece
        self._held += piece
        if self._inside:
            _, found, rest = self._held.partition(_CLOSE)
            if not found:
                # only as much is kept as the end of the block may have begun with
                self._held = self._held[-len(_CLOSE) :]
                return ""
            self._held, self._inside, self._after = rest, False, True
        text = self._held.lstrip()
        if not self._after:
            if text.startswith(_OPEN):
                self._held, self._inside = text[len(_OPEN) :], True
                return self.take("")
            if _OPEN.startswith(text):
                return ""
            text = self._held
        elif not text:
            return ""
        self._held = None
        return text

    def end(self) -> str:
        """Return what was held back for what might have been thoughts, and was not."""
        held, self._held = self._held, None
        return "" if held is None or self._inside or self._after else held


def without_thoughts(text: str) -> str:
    """Return a whole reply without thoughts."""
    thoughts = Thoughts()
    return thoughts.take(text) + thoughts.end()
