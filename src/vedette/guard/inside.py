r"""Values that a text holds in disguise only: encoded, escaped, broken up by what nobody sees, in wide characters.

What base64, hex and percent signs decode to is given to the scanners, and the text as a reader sees it: the word that
says what a number is may be escaped (``num\u00e9ro``). The finding's range is that of the disguise, which is replaced
whole. Addresses, hosts and links in encodings are left out: encoded commands are the daily bread of security work, and
replacing each that names a host would leave nothing to analyse. Names are, too: of what decodes, little is prose.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from vedette.guard.base import Cost, Scanner
from vedette.guard.entities import Group, group_of
from vedette.guard.secrets import encoded
from vedette.guard.secrets.base import Hit
from vedette.guard.sound import sound
from vedette.schema.guarding import Around, Direction, GuardFinding, Passage

_ENTITIES = frozenset({"EMAIL_ADDRESS", "PHONE_NUMBER", "DATE_OF_BIRTH"})
LEAST_SCORE = 0.8
SCANNER = "inside"
_NOTHING = Around()
_UNSEEN_CLASS = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
)
_UNSEEN = re.compile(f"[{_UNSEEN_CLASS}]")
_ESCAPED = re.compile(r"(?<!\\)\\u([0-9a-fA-F]{4})")
_DISGUISED = re.compile(f"[{_UNSEEN_CLASS}\uff01-\uff5e\u2460-\u24ff\U0001d7ce-\U0001d7ff]")


def inside(text: str, scanners: Sequence[Scanner]) -> Iterator[GuardFinding]:
    """Yield what scanners of patterns find in a text's decoded layers; those that look into them themselves do not."""
    asked = [
        one
        for one in scanners
        if one.cost is Cost.PATTERN
        and one.directions != frozenset({Direction.REPLY})
        and any(_counts(entity) for entity in one.entities)
    ]
    if not asked:
        return

    def look(plain: str) -> list[Hit]:
        return [
            Hit(one.start, one.end, one.entity, one.rule, one.score, one.within)
            for scanner in asked
            for one in scanner.scan(Passage(text=plain), _NOTHING).findings
            if _counts(one.entity) and one.score >= LEAST_SCORE
        ]

    hits = list(encoded.find(sound(text), look))
    if not text.isascii() and _DISGUISED.search(text):
        plain, at = _undisguised(text)
        hits += [
            Hit(at[one.start], at[one.end - 1] + 1, one.entity, one.rule, one.score, ("disguised", *one.within))
            for one in look(plain)
            if plain[one.start : one.end] != text[at[one.start] : at[one.end - 1] + 1]
        ]
    if "\\u" in text and _ESCAPED.search(text):
        plain, at = _unescaped(text)
        hits += [Hit(at[one.start], at[one.end], one.entity, one.rule, one.score, one.within) for one in look(plain)]
    for hit in hits:
        yield GuardFinding(
            entity=hit.entity,
            start=hit.start,
            end=hit.end,
            score=hit.score,
            scanner=SCANNER,
            rule=hit.rule,
            within=hit.within,
        )


def _undisguised(text: str) -> tuple[str, list[int]]:
    """Return a text as a reader sees it, and where each of its characters stood."""
    chars: list[str] = []
    at: list[int] = []
    for place, char in enumerate(text):
        if _UNSEEN.match(char):
            continue
        plain = char if char.isascii() else unicodedata.normalize("NFKC", char)
        chars.append(plain if len(plain) == 1 else char)
        at.append(place)
    return "".join(chars), at


def _unescaped(text: str) -> tuple[str, list[int]]:
    """Return a text with its numbered escapes read, and where each of its characters and its end stood."""
    parts: list[str] = []
    at: list[int] = []
    done = 0
    for found in _ESCAPED.finditer(text):
        parts.append(text[done : found.start()])
        at.extend(range(done, found.start()))
        parts.append(chr(int(found[1], 16)))
        at.append(found.start())
        done = found.end()
    parts.append(text[done:])
    at.extend(range(done, len(text) + 1))
    return sound("".join(parts)), at


def _counts(entity: str) -> bool:
    return group_of(entity) is Group.IDENTIFIER or entity in _ENTITIES
