"""Numbers, letters and words drawn with a session's secret: the same of the same, and nobody else's."""

from __future__ import annotations

import hashlib
import hmac
import re

from vedette.guard.pseudonyms.everyday import EVERYDAY

_CONSONANTS = "bcdfghjklmnpqrstvwxz"
_RARE = "zvkxqj"
_SOFT = "bdfgklmnprtvz"
_VOWELS = "aeiou"
_RUN = re.compile(r"[0-9]+|[A-Za-z]+")
_HEX = re.compile(r"(?=.*[0-9])(?=.*[a-fA-F])[0-9a-fA-F-]{8,}")


class Keyed:
    """Draws for one session.

    Args:
        secret: the session's.
        turn: another one gives other draws where nothing says that they must be the same.
    """

    def __init__(self, secret: bytes, turn: int = 0) -> None:
        self._secret = secret
        self.turn = turn

    @property
    def first(self) -> Keyed:
        """Return the same draws at the first turn: for what other pseudonyms share."""
        return self if not self.turn else Keyed(self._secret)

    def number(self, *told: str) -> int:
        """Return 256 bits."""
        data = "\x00".join(told).encode("utf-8", "surrogatepass")
        return int.from_bytes(hmac.new(self._secret, data, hashlib.sha256).digest(), "big")

    def below(self, most: int, *told: str) -> int:
        """Return a number in [0, most)."""
        return self.number(*told) % most

    def digits(self, n: int, *told: str) -> str:
        """Return so many digits."""
        out = ""
        while len(out) < n:
            out += str(self.number("digits", str(len(out)), *told))[1:61]
        return out[:n]

    def letters(self, n: int, *told: str) -> str:
        """Return so many lower-case consonants: no word of any language that an analyst writes."""
        out = ""
        while len(out) < n:
            number = self.number("letters", str(len(out)), *told)
            for _ in range(40):
                number, place = divmod(number, len(_CONSONANTS))
                out += _CONSONANTS[place]
        return out[:n]

    def word(self, n: int, *told: str) -> str:
        """Return a lower-case word of so many letters that can be said, and that is none."""
        if n < 5:
            return self.letters(n, "word", *told)
        for again in range(16):
            number = self.number("word", str(again), *told)
            out = ""
            for place in range(min(n, 24)):
                kinds = _VOWELS if place % 2 else _RARE if place < 3 else _SOFT
                number, which = divmod(number, len(kinds))
                out += kinds[which]
            if out not in EVERYDAY:
                break
        return out + self.letters(n - len(out), "more", *told)

    def shaped(self, text: str, *told: str) -> str:
        """Return a text of the same shape: digits for digits, letters for letters, everything else as it is.

        Equal runs become equal runs; only the last one hangs on the turn.
        """
        if _HEX.fullmatch(text):
            return self._hexadecimal(text, *told)
        runs = list(_RUN.finditer(text))
        out: list[str] = []
        done = 0
        for run in runs:
            turn = str(self.turn) if run is runs[-1] else "0"
            drawn = (
                self.digits(len(run[0]), "run", run[0], turn, *told)
                if run[0].isdigit()
                else cased(self.letters(len(run[0]), "run", run[0].lower(), turn, *told), run[0])
            )
            out += (text[done : run.start()], drawn)
            done = run.end()
        return "".join((*out, text[done:]))

    def _hexadecimal(self, text: str, *told: str) -> str:
        drawn = f"{self.number('hex', text.lower(), str(self.turn), *told):064x}" * (len(text) // 64 + 1)
        upper = text.upper() == text
        out = "".join(char if char == "-" else drawn[place] for place, char in enumerate(text))
        return out.upper() if upper else out

    def spoken(self, text: str, *told: str) -> str:
        """Return a text of the same shape, its runs of letters being words that can be said."""
        runs = list(_RUN.finditer(text))
        out: list[str] = []
        done = 0
        for run in runs:
            turn = str(self.turn) if run is runs[-1] else "0"
            drawn = (
                self.digits(len(run[0]), "run", run[0], turn, *told)
                if run[0].isdigit()
                else cased(self.word(len(run[0]), run[0].lower(), turn, *told), run[0])
            )
            out += (text[done : run.start()], drawn)
            done = run.end()
        return "".join((*out, text[done:]))


def cased(word: str, like: str) -> str:
    """Return a lower-case word written as another one is: in capitals, capitalised, mixed."""
    if like.islower():
        return word
    if like.isupper() and len(like) > 1:
        return word.upper()
    if like[:1].isupper() and (like[1:].islower() or len(like) == 1):
        return word.capitalize() if len(like) > 1 else word.upper()
    return "".join(
        char.upper() if like[min(place, len(like) - 1)].isupper() else char for place, char in enumerate(word)
    )
