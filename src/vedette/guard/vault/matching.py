"""When two ways of writing a value are the same value, to a person who wants it gone."""

from __future__ import annotations

import unicodedata
from enum import Enum, auto

from vedette.errors import UserError
from vedette.guard.vault.disguises import readings

_TELLING_CHARS = 8


class Held(Enum):
    """How a value has to do with one that is looked for."""

    MEANT = auto()
    """It is the one, or holds it so that it is meant."""
    WITHIN = auto()
    """It holds a word of that name, which may be somebody else's."""
    NOT = auto()


class Likeness:
    """Tells whether a value is another one, however it was written.

    Args:
        value: what is looked for.
        containing: whether a value that holds it as whole words counts whatever it is. Of more than one word, or of
            letters and digits at some length, it says enough by itself; a single name does not.

    Raises:
        UserError: nothing is left of the value once signs are taken off.
    """

    def __init__(self, value: str, *, containing: bool = False) -> None:
        self._words = _words(value)
        self._joined = "".join(self._words)
        telling = len(self._joined) >= _TELLING_CHARS and any(char.isdigit() for char in self._joined)
        self._containing = containing or len(self._words) > 1 or telling
        if not self._joined:
            raise UserError("there is no value to look for", next_step="give a name, an address or a number")

    def of(self, value: str) -> Held:
        """Return how a value, as it is or as it decodes, has to do with the one that is looked for."""
        plain = self._of(value)
        if plain is Held.MEANT:
            return plain
        # whoever asks cannot name what is encoded: what holds the value so is meant
        if any(self._of(one) is not Held.NOT for one in readings(value)):
            return Held.MEANT
        return plain

    def _of(self, value: str) -> Held:
        words = _words(value)
        if "".join(words) == self._joined:
            return Held.MEANT
        n = len(self._words)
        if any(words[at : at + n] == self._words for at in range(len(words) - n + 1)):
            return Held.MEANT if self._containing else Held.WITHIN
        return Held.NOT


def _words(value: str) -> list[str]:
    """Return a value's words: its letters and digits, without case, width and accents' ways of writing."""
    plain = unicodedata.normalize("NFKC", value).casefold()
    return "".join(char if char.isalnum() else " " for char in plain).split()
