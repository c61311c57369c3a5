"""When two ways of writing a value are the same value, to a person who wants it gone."""

from __future__ import annotations

import unicodedata

from vedette.errors import UserError


class Likeness:
    """Tells whether a value is another one, however it was written.

    Args:
        value: what is looked for.
        containing: whether a value that holds it as whole words counts too.

    Raises:
        UserError: nothing is left of the value once signs are taken off.
    """

    def __init__(self, value: str, *, containing: bool = False) -> None:
        self._words = _words(value)
        self._joined = "".join(self._words)
        self._containing = containing
        if not self._joined:
            raise UserError("there is no value to look for", next_step="give a name, an address or a number")

    def holds(self, value: str) -> bool:
        """Return whether a value is meant."""
        words = _words(value)
        if "".join(words) == self._joined:
            return True
        n = len(self._words)
        return self._containing and any(words[at : at + n] == self._words for at in range(len(words) - n + 1))


def _words(value: str) -> list[str]:
    """Return a value's words: its letters and digits, without case, width and accents' ways of writing."""
    plain = unicodedata.normalize("NFKC", value).casefold()
    return "".join(char if char.isalnum() else " " for char in plain).split()
