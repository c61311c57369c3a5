"""Finds keys by their formats: one automaton over all literals, then the format's pattern where one of them stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ahocorasick_rs import AhoCorasick

from vedette.guard.secrets import checks, values
from vedette.guard.secrets.base import Format, Hit
from vedette.guard.secrets.providers import FORMATS
from vedette.guard.secrets.published import PUBLISHED

JWT = Format(
    "jwt",
    ("eyJ", "ewog"),
    r"(?:eyJ|ewog)[A-Za-z0-9_-]{8,}={0,2}\.(?:eyJ|ewog)?[A-Za-z0-9_-]{8,}={0,2}(?:\.[A-Za-z0-9_-]*){0,3}",
    check=checks.jwt,
    entity="JWT",
    reach=6000,
    fixed=40,
)
CRYPT = Format(
    "password-hash",
    (
        "$1$",
        "$2a$",
        "$2b$",
        "$2y$",
        "$2x$",
        "$5$",
        "$6$",
        "$7$",
        "$y$",
        "$gy$",
        "$apr1$",
        "$argon2",
        "$pbkdf2",
        "$scrypt",
        "$P$B",
        "$H$9",
        "pbkdf2_sha",
        "{SSHA",
        "{SHA",
        "{SMD5",
        "bcrypt_sha",
    ),
    r"\$(?:1|apr1|5|6)\$(?:rounds=[0-9]{1,9}\$)?[A-Za-z0-9./]{1,16}\$[A-Za-z0-9./]{22,86}|\$2[abxy]\$[0-9]{2}\$[A-Za-z0-9./]{53}|"
    r"\$(?:y|gy|7)\$[A-Za-z0-9./]{1,20}\$[A-Za-z0-9./]{1,86}\$[A-Za-z0-9./]{43}|\$argon2(?:id|i|d)\$v=[0-9]{1,3}\$[a-z0-9=,]{6,40}\$[A-Za-z0-9+/]{8,90}\$[A-Za-z0-9+/]{16,90}|"
    r"\$pbkdf2[a-z0-9-]{0,12}\$[0-9]{1,9}\$[A-Za-z0-9./]{4,90}\$[A-Za-z0-9./]{20,120}|\$scrypt\$[A-Za-z0-9=,]{5,40}\$[A-Za-z0-9./+]{4,90}\$[A-Za-z0-9./+=]{20,120}|"
    r"\$[PH]\$[A-Za-z0-9./]{31}|pbkdf2_sha(?:1|256|512)\$[0-9]{1,9}\$[A-Za-z0-9./+]{4,60}\$[A-Za-z0-9+/]{20,90}={0,2}|"
    r"\{(?:SSHA|SHA|SMD5|SSHA256|SSHA512|SHA256|SHA512)\}[A-Za-z0-9+/]{20,200}={0,2}",
    entity="PASSWORD",
    fixed=3,
    score=0.9,
)
TICKET = Format(
    "kerberos-ticket",
    ("$krb5tgs$", "$krb5asrep$", "$krb5pa$", "$krb5db$", "$DCC2$"),
    r"\$(?:krb5(?:tgs|asrep|pa|db)|DCC2)\$[0-9]{1,7}[$#](?:\*[^*\n\"]{1,300}\*\$?)?(?:[^\s\"'$:#*]{1,120}[$:#]){0,4}[0-9a-fA-F]{12,}(?:\$[0-9a-fA-F]{8,})*",
    check=checks.hex_drawn,
    entity="PASSWORD",
    reach=8000,
    score=0.95,
)
"""Tickets and cached log-ons as crackers take them: who has one may try passwords on it for ever."""
_AUDITED = re.compile(r"\"(?:principalId|eventSource|sessionContext)\\?\"")
"""In a record of CloudTrail the key's id says who called, as a user's name does; the key itself is not there."""
ALL = (*FORMATS, JWT, CRYPT, TICKET)


class _Literals:
    """The automaton, and which formats each of its words may begin."""

    def __init__(self) -> None:
        by_word: dict[str, list[Format]] = {}
        for one in ALL:
            for word in one.literals:
                by_word.setdefault(word, []).append(one)
        self.words = list(by_word)
        self.formats = [tuple(by_word[w]) for w in self.words]
        self.automaton = AhoCorasick(self.words)


@lru_cache(maxsize=1)
def _literals() -> _Literals:
    return _Literals()


def load() -> None:
    """Build the automaton and compile the patterns."""
    for one in ALL:
        _ = one.compiled
    _literals()


def find(text: str, *, eager: bool = False) -> Iterator[Hit]:
    """Yield keys of known formats.

    Args:
        text: what is looked through.
        eager: take whatever has the format, though its check sum be wrong or its characters look invented.
    """
    literals = _literals()
    done: dict[str, int] = {}
    for which, start, end in literals.automaton.find_matches_as_indexes(text, overlapping=True):
        for one in literals.formats[which]:
            if start < done.get(one.rule, 0):
                continue
            hit, looked = _at(text, one, start, end, eager)
            if hit is not None:
                done[one.rule] = hit.end
                yield hit
            elif looked:
                done[one.rule] = looked


def _at(text: str, one: Format, start: int, end: int, eager: bool) -> tuple[Hit | None, int]:
    """Return the key around a literal; and, where a pattern ran over much for nothing, how far not to look again."""
    if one.lead:
        base = max(0, start - one.lead - 1)
        match = one.compiled.search(text[base : start + one.reach])
    else:
        if not _open_before(text, start):
            return None, 0
        base = start
        match = one.compiled.match(text[base : start + one.reach])
    if match is None:
        return None, 0
    first, last = (base + at for at in match.span(one.group))
    if one.lead and (
        base + match.start() > start or base + match.end() < end or not _open_before(text, base + match.start())
    ):
        return None, 0
    if not _open_after(text, last, one.tail):
        return None, last if last - first > 100 else 0
    value = text[first:last]
    verdict = one.check(value) if one.check else None
    if eager:
        return Hit(first, last, one.entity, one.rule, 1.0 if verdict else one.score), 0
    if verdict is False or (verdict is None and not _plausible(one, value)):
        return None, last if last - first > 100 else 0
    if one.rule == "aws-access-key-id" and _AUDITED.search(text, max(0, first - 600), last + 600):
        return None, last
    if values.digest(value) in PUBLISHED:
        return None, last
    return Hit(first, last, one.entity, one.rule, 1.0 if verdict else one.score), 0


def _plausible(one: Format, value: str) -> bool:
    body = value[one.fixed :] if len(value) > one.fixed + 5 else value
    return values.is_lively(body)


def _open_before(text: str, at: int) -> bool:
    """Return whether a key can begin here: behind a joint, an escape, or a percent sign's two digits."""
    if at == 0:
        return True
    before = text[at - 1]
    if not (before.isascii() and (before.isalnum() or before == "_")):
        return True
    if before in "nrt" and text[at - 2 : at - 1] == "\\":
        return True
    return text[at - 3 : at - 2] == "%" or text[at - 6 : at - 4] == "\\u"


def _open_after(text: str, at: int, tail: str) -> bool:
    after = text[at : at + 1]
    return not (after.isascii() and (after.isalnum() or after == "_" or after in tail)) if after else True
