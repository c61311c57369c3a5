r"""What a question speaks of: accounts, hosts, addresses, techniques, cases, times, numbers, words to search for.

Every name is looked up in the lake and its cases. A misspelt one is taken for its only near neighbour; where several
are meant, the user is asked; a name that is nowhere is said to be nowhere. Nothing is guessed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

import re2
from rapidfuzz import process
from rapidfuzz.distance import OSA

from vedette.copilot.lexicon import (
    ACCOUNT_CUES,
    COMMON,
    FILE_ENDINGS,
    HOST_CUES,
    PROGRAMS,
    STRONG_CUES,
    TECHNICAL,
)
from vedette.copilot.names import Name, NameIndex
from vedette.copilot.quotes import QUOTED, STAND_IN
from vedette.copilot.times import Calendar, TimeMention, windows
from vedette.knowledge import attack
from vedette.schema import Case, Focus, ValueKind, Window

ENTITY_KINDS = (ValueKind.ACCOUNT, ValueKind.HOST, ValueKind.ADDRESS)


@dataclass(frozen=True)
class World:
    """What a question is read against."""

    index: NameIndex
    cases: tuple[Case, ...]
    calendar: Calendar
    focus: Focus = field(default_factory=Focus)
    pinned: str | None = None
    """The only case that is meant, where a door says so."""

    @property
    def case_id(self) -> str | None:
        """The case that the conversation is about, where there is one."""
        if self.pinned or self.focus.case_id:
            return self.pinned or self.focus.case_id
        return self.cases[0].case_id if len(self.cases) == 1 else None


@dataclass(frozen=True, slots=True)
class Mention:
    """A thing that a question speaks of."""

    kind: ValueKind
    text: str
    """As the question writes it."""
    start: int
    end: int
    value: Any
    """As tools take it: a name, an id, a :class:`Window`, an int."""
    options: tuple[str, ...] = ()
    """Where several things have the name: all of them, and ``value`` is the first."""
    corrected: bool = False
    """Whether the question has it misspelt."""
    by_name: bool = False
    """For a technique: whether it was named and not given by its id."""
    relative: bool = False
    """For a window: whether it counts from the end of old data."""
    excluded: bool = False
    """Whether the question leaves it out: ``besides FS01``."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A name that is nowhere in the data."""

    text: str
    kind: ValueKind | None
    start: int
    near: tuple[str, ...] = ()
    sure: bool = True
    """Whether the question says that it is a name, or it only looks like one."""
    stray: bool = False
    """Whether it does not even look like one, and only stands where a name might."""


@dataclass(frozen=True)
class Mentions:
    """Everything that a question speaks of."""

    found: tuple[Mention, ...] = ()
    missing: tuple[Missing, ...] = ()
    rest: str = ""
    """The question without what was found: what is left to tell which tool is meant."""

    def of(self, *kinds: ValueKind) -> tuple[Mention, ...]:
        """Return those of some kinds, in order."""
        return tuple(m for m in self.found if m.kind in kinds)


_TOKEN = re2.compile(r"[\pL\pN_][\pL\pN_.$@\\/:&+-]*")
_LONGEST_QUOTE = 200
_THE = r"(?:(?:the|our|host|account|user|server|machine|computer|address|ip|workstation)\s+)*"
_EXCEPT = re2.compile(
    r"\b(?:besides|beside|other than|else than|except(?: for)?|excepting|apart from|aside from|excluding|exclude"
    r"|without counting|not counting|not including|ignoring|save for"
    r"|(?:any|every|no) ?(?:one|body|where|thing)(?: else)? but|but not)"
    rf"(?:\s+(?:on|from|by|to|at|of))?\s+[\"'“‘`]?{_THE}[\"'“‘`]?$"
)
_JOINED = re2.compile(rf"^[\"'”’`]?(?:\s*,\s*|\s+(?:and|or|nor)\s+|\s*,\s*(?:and|or)\s+)[\"'“‘`]?{_THE}$")
_TECHNIQUE = re2.compile(r"(?i)\bT\d{4}(?:\.\d{3})?\b")
_HASH = re2.compile(r"(?i)\b(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})\b")
_CVE = re2.compile(r"(?i)\bCVE-\d{4}-\d{4,7}\b")
_V4 = re2.compile(r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b")
_V6 = re2.compile(r"(?i)(?:[0-9a-f]{0,4}:){2,7}[0-9a-f.]{0,15}")
_SID = re2.compile(r"(?i)\bS-1-\d{1,3}(?:-\d{1,10}){1,14}\b")
_CASE_ID = re2.compile(r"(?i)\bcase[- #]{1,3}([0-9a-f]{1,8})\b")
_TOP = re2.compile(
    r"(?i)\b(?:top|first|last|latest|next|just|only|at most|up to|limit(?:ed)? to)\s+"
    r"(\d{1,4}|one|two|three|four|five|six|seven|eight|nine|ten|twenty|fifty)\b|\b(\d{1,4}|two|three|four|five|six|seven|eight|nine|ten|twenty|fifty)\s+"
    r"(?:most|biggest|busiest|gravest|worst|main|examples?|steps|first|last|latest|accounts|hosts|events|findings"
    r"|techniques|rows)\b"
)
_NUMBER_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "twenty": 20, "fifty": 50,
}  # fmt: skip
_URL = re2.compile(r"(?i)\b[a-z][a-z0-9+.-]{1,20}://[^\s\"'<>]+")
_DOMAIN = re2.compile(r"(?i)^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.){1,8}[a-z][a-z0-9-]{1,30}$")
_EDGE = ".,:;?!/-+&"
_THE_LOG = re2.compile(
    r"\b((?:the|teh|a|an|this|that|event|security|system|audit|windows|which|what) logs?) (?:on|in)\b"
)
"""``the log on FS01`` is a file; ``log on`` is a deed."""
_WHAT_TIME = re2.compile(r"\b(?:at )?(?:what|which) (?:exact )?time\b")


MASKS = {
    **dict.fromkeys((*ENTITY_KINDS, ValueKind.ENTITY), "ENTITY"),
    ValueKind.TIME: "TIME", ValueKind.TECHNIQUE: "TECHNIQUE", ValueKind.TACTIC: "TACTIC", ValueKind.CASE: "CASE",
    ValueKind.COUNT: "COUNT", ValueKind.VULNERABILITY: "VULNERABILITY", ValueKind.TEXT: STAND_IN,
}  # fmt: skip


def mask(question: str, mentions: Mentions, *, by_name: bool = True) -> str:
    """Return the question in lower case with names as ENTITY, times as TIME, and so on.

    Args:
        question: as the user wrote it.
        mentions: what it speaks of.
        by_name: whether techniques and tactics that are named, and not given by id, are masked too.
    """
    named = () if by_name else (ValueKind.TACTIC,)
    spans = [
        (m.start, m.end, MASKS[m.kind])
        for m in mentions.found
        if m.kind in MASKS and m.kind not in named and (by_name or not m.by_name)
    ]
    spans += [
        (m.start, m.start + len(m.text), "ENTITY")
        for m in mentions.missing
        if m.kind is not ValueKind.CASE and not m.stray
    ]
    out, at = [], 0
    for start, end, word in sorted(spans):
        if start >= at:
            out += [question[at:start].lower(), word]
            at = end
    out.append(question[at:].lower())
    words = " ".join(_spelt(word) for word in "".join(out).replace("\u2019", "'").split())
    words = str(_THE_LOG.sub(r"\1 of", words))
    return str(_WHAT_TIME.sub("when", words))


@lru_cache(maxsize=4096)
def _spelt(word: str) -> str:
    """Return a word of a question as it is spelt: ``acount`` is account; names are masked already."""
    bare = word.strip(".,;:?!\"'()")
    if len(bare) < _SHORTEST_WORD or not bare.isascii() or not bare.isalpha() or not bare.islower():
        return word
    if bare in COMMON or bare in TECHNICAL or bare in PROGRAMS:
        return word
    near = process.extract(bare, _LONG_WORDS, scorer=OSA.distance, score_cutoff=1, limit=3)
    kept = [known for known, _, _ in near if known[0] == bare[0] and len(known) >= len(bare)]
    return word.replace(bare, kept[0]) if len(kept) == 1 else word


_SHORTEST_WORD = 4
_LONG_WORDS = sorted(w for w in COMMON if len(w) > _SHORTEST_WORD and w.isalpha())


def read_mentions(question: str, world: World) -> Mentions:
    """Return what a question speaks of."""
    return _Reader(question, world).read()


class _Reader:
    """Reads one question; each character belongs to at most one mention."""

    def __init__(self, question: str, world: World) -> None:
        self.text = question
        self.low = question.casefold() if len(question.casefold()) == len(question) else question.lower()
        self.world = world
        self.found: list[Mention] = []
        self.missing: list[Missing] = []
        self.taken = bytearray(len(question))

    def read(self) -> Mentions:
        self._quoted()
        self._patterns()
        self._cases()
        self._phrases()
        self._times()
        self._tokens()
        self._counts()
        self.found.sort(key=lambda m: m.start)
        self._excluded()
        rest = "".join(" " if used else c for c, used in zip(self.text, self.taken, strict=True))
        return Mentions(tuple(self.found), tuple(self.missing), " ".join(rest.split()))

    def _excluded(self) -> None:
        """Mark the names that the question leaves out, and those joined to them: ``other than alice and bob``."""
        after = -1
        for at, mention in enumerate(self.found):
            if mention.kind not in ENTITY_KINDS:
                continue
            joined = after >= 0 and _JOINED.match(self.low[after : mention.start]) is not None
            if joined or _EXCEPT.search(self.low[: mention.start]):
                self.found[at] = replace(mention, excluded=True)
                after = mention.end

    # ------------------------------------------------------------------ marking

    def _free(self, start: int, end: int) -> bool:
        return not any(self.taken[start:end])

    def _add(self, kind: ValueKind, start: int, end: int, value: Any, **more: Any) -> None:
        if start < end and self._free(start, end):
            self.taken[start:end] = b"\x01" * (end - start)
            self.found.append(Mention(kind, self.text[start:end], start, end, value, **more))

    # ------------------------------------------------------------------ what has a form of its own

    def _patterns(self) -> None:
        for m in _URL.finditer(self.text):
            self._add(ValueKind.URL, m.start(), m.start() + len(m[0].rstrip(_EDGE)), m[0].rstrip(_EDGE))
        for m in _CVE.finditer(self.text):
            self._add(ValueKind.VULNERABILITY, m.start(), m.end(), m[0].upper())
        for m in _TECHNIQUE.finditer(self.text):
            known = attack.technique(m[0])
            if known is not None:
                self._add(ValueKind.TECHNIQUE, m.start(), m.end(), known.id)
            else:
                self._miss(m.start(), m.end(), ValueKind.TECHNIQUE, ())
        for m in _SID.finditer(self.text):
            self._name(m.start(), m.end(), (ValueKind.ACCOUNT,), sure=True)
        for m in _HASH.finditer(self.text):
            self._add(ValueKind.HASH, m.start(), m.end(), m[0].lower())
        for pattern in (_V4, _V6):
            for m in pattern.finditer(self.text):
                self._address(m.start(), m.start() + len(m[0].rstrip(".")))

    def _address(self, start: int, end: int) -> None:
        try:
            ipaddress.ip_address(self.text[start:end])
        except ValueError:
            return
        found = self.world.index.find(self.text[start:end], (ValueKind.ADDRESS, ValueKind.HOST))
        if found:
            self._add(found[0].kind, start, end, found[0].value)
        else:
            self._miss(start, end, ValueKind.ADDRESS, ())

    def _miss(
        self,
        start: int,
        end: int,
        kind: ValueKind | None,
        near: Sequence[str],
        *,
        sure: bool = True,
        stray: bool = False,
    ) -> None:
        if self._free(start, end):
            self.taken[start:end] = b"\x01" * (end - start)
            self.missing.append(Missing(self.text[start:end], kind, start, tuple(near), sure, stray))

    # ------------------------------------------------------------------ cases

    def _cases(self) -> None:
        for match, case_id in case_references(self.low, self.world):
            if case_id is None:
                self._miss(match[0], match[1], ValueKind.CASE, [c.case_id for c in self.world.cases[:5]])
            else:
                self._add(ValueKind.CASE, match[0], match[1], case_id)

    # ------------------------------------------------------------------ quotes, phrases, times, numbers

    def _quoted(self) -> None:
        for m in QUOTED.finditer(self.text):
            group = 1 if m[1] is not None else 2
            start, end = m.start(group), m.end(group)
            if not m[group].strip() or end - start > _LONGEST_QUOTE:
                continue
            if any(form.fullmatch(m[group].strip()) for form in (_CASE_ID, _TECHNIQUE, _SID, _HASH, _CVE, _V4, _V6)):
                continue  # it says itself what it is
            if not self._name(start, end, ENTITY_KINDS, sure=True, quiet=True):
                self._add(ValueKind.TEXT, start, end, m[group].strip())

    def _phrases(self) -> None:
        """Find techniques and tactics by name, and names of several words; the longest first."""
        words = [(m.start(), m.end()) for m in _TOKEN.finditer(self.text)]
        known = _attack_names()
        for n in range(min(6, len(words)), 0, -1):
            for i in range(len(words) - n + 1):
                start, end = words[i][0], words[i + n - 1][1]
                end -= len(self.text[start:end]) - len(self.text[start:end].rstrip(_EDGE))
                if not self._free(start, end):
                    continue
                phrase = " ".join(self.low[start:end].replace("-", " ").split())
                if n > 1 and any(self.world.index.find(self.text[start:end], (k,)) for k in ENTITY_KINDS):
                    self._name(start, end, ENTITY_KINDS, sure=True)
                elif phrase in known:
                    kind, value = known[phrase]
                    self._add(kind, start, end, value, by_name=kind is ValueKind.TECHNIQUE)
                elif n >= _FEWEST_STEMS and (technique := _attack_stems().get(_stems(phrase))) is not None:
                    self._add(ValueKind.TECHNIQUE, start, end, technique, by_name=True)

    def _times(self) -> None:
        masked = "".join(" " if used else c for c, used in zip(self.text, self.taken, strict=True))
        for mention in windows(masked, self.world.calendar):
            self._time(mention)
        # "during the incident": the incident is a case, and a stretch of time with the word before it
        for mention in windows(self.text, self.world.calendar):
            cases = [
                m for m in self.found if m.kind is ValueKind.CASE and m.end <= mention.end and m.start > mention.start
            ]
            if len(cases) == 1 and self._free(mention.start, cases[0].start):
                self._add(ValueKind.TIME, mention.start, cases[0].start, mention.window)

    def _time(self, mention: TimeMention) -> None:
        said = self.text[mention.start : mention.end].strip()
        window = Window(start_at=mention.window.start_at, end_at=mention.window.end_at, said=said)
        self._add(ValueKind.TIME, mention.start, mention.end, window, relative=mention.relative)

    def _counts(self) -> None:
        for m in _TOP.finditer(self.low):
            group = 1 if m[1] is not None else 2
            word = m[group]
            if len(word) == 4 and word.isdigit():
                continue  # "4662 events" are of that number
            self._add(ValueKind.COUNT, m.start(group), m.end(group), _NUMBER_WORDS.get(word) or int(word))

    # ------------------------------------------------------------------ names

    def _tokens(self) -> None:
        for m in _TOKEN.finditer(self.text):
            start, end = self._trimmed(m.start(), m.end())
            if (key := _KEY.match(self.low[start:end])) is not None and self.low[start:end] != key[0]:
                start += len(key[0])  # user:alice, as a search is written
            if start >= end or not self._free(start, end):
                continue
            token = self.text[start:end]
            low = token.casefold()
            cue, marked = self._cue(start, end)
            named = (
                (low != "nobody" or cue in ("by", "as"))
                and low in _ACCOUNTS
                and cue in ("did", "does", "has", "as", "by", "is", "was")
            )
            if (low in COMMON or low in TECHNICAL) and not marked and not named:
                continue
            if self._name(start, end, _preferred(cue), sure=marked, quiet=True):
                continue
            if named and cue in ("did", "does", "has"):
                self._miss(start, end, ValueKind.ACCOUNT, ())
            if low in COMMON or low in TECHNICAL or low.isdigit() or low.removesuffix("s").isdigit():
                continue
            if "/" in token and not token.startswith("/") and "\\" not in token:
                # "bob/alice", "WS5/WS6": either side may be a name
                continue
            self._unnamed(start, end, token, cue, marked)

    def _trimmed(self, start: int, end: int) -> tuple[int, int]:
        token = self.text[start:end]
        end -= len(token) - len(token.rstrip(_EDGE))
        after = self.text[end : end + 2].casefold()
        if after in ("'s", "\u2019s"):  # alice's
            self.taken[end : end + 2] = b"\x01" * len(after)
        return start, end

    def _cue(self, start: int, end: int) -> tuple[str, bool]:
        """Return the word that says what the next one is, and whether it says that it is a name."""
        before = self.low[max(0, start - 40) : start].replace('"', " ").replace("'", " ").split()
        after = self.low[end : end + 60].split()
        last = before[-1].strip(_EDGE + "(") if before else ""
        follows = after[0].strip(_EDGE + ")") if after else ""
        if last in STRONG_CUES:
            # "which account put …": what follows does something, and is no name
            asked = len(before) > 1 and before[-2].strip(_EDGE + "(") in _ASKING
            return last, not asked or _namelike(self.text[start:end])
        if follows in STRONG_CUES and follows not in ("accounts", "login") and last in ("the", "this", "that"):
            # "the deployment server deploy01" has its name behind it
            named = len(after) > 1 and self.world.index.find(after[1].strip(_EDGE + ")?\"'"), ENTITY_KINDS)
            return follows, not named
        return last, False

    def _name(self, start: int, end: int, kinds: Sequence[ValueKind], *, sure: bool, quiet: bool = False) -> bool:
        text = self.text[start:end]
        index = self.world.index
        found: tuple[Name, ...] = ()
        for kind in kinds:
            found = index.find(text, (kind,))
            if found:
                break
        if found:
            self._take(start, end, found, False)
            return True
        if not quiet:
            self._miss(start, end, kinds[0] if len(kinds) == 1 else None, _suggested(text, index), sure=sure)
        return False

    def _take(self, start: int, end: int, found: Sequence[Name], corrected: bool) -> None:
        chosen = None if corrected else _of_case(found, self.world)
        if chosen is None and _one_person(found) and found[0].kind is ValueKind.ACCOUNT:
            # DOMAIN\bob and bob: the name alone takes in both
            chosen = min(found, key=lambda n: len(n.value)) if not self._domain(start, end) else found[0]
        options = tuple(n.value for n in found[:8]) if len(found) > 1 and chosen is None else ()
        name = chosen or found[0]
        self._add(name.kind, start, end, name.value, options=options, corrected=corrected)

    def _domain(self, start: int, end: int) -> bool:
        return "\\" in self.text[start:end] or "@" in self.text[start:end]

    def _unnamed(self, start: int, end: int, token: str, cue: str, marked: bool) -> None:
        """Take a word that is no known name for a misspelt one, for something to search for, or for a missing name."""
        low = token.casefold()
        index = self.world.index
        namelike = _namelike(token)
        if low.endswith(FILE_ENDINGS):
            self._add(ValueKind.FILE, start, end, token)
            return
        part = index.within(token) if namelike or marked or token[1:].lower() != token[1:] else ()
        if part:
            self._take(start, end, part, False)
            return
        near = index.near(token, _preferred(cue) if marked else ())
        if near and (namelike or marked or self._slot(start, end) or len(low) >= 5):
            kinds = _preferred(cue)
            best = sorted(near, key=lambda n: (kinds.index(n.kind), not n.in_case))
            same = [n for n in best if n.kind is best[0].kind]
            self._take(start, end, same, True)
            return
        if token.startswith("/") or (":\\" in token) or token.count("\\") > 1:
            self._add(ValueKind.FILE, start, end, token)
        elif "@" in token and "." in token.rsplit("@", 1)[-1]:
            self._add(ValueKind.EMAIL, start, end, token)
        elif _DOMAIN.match(token) and "." in token:
            self._add(ValueKind.DOMAIN, start, end, token.lower())
        elif namelike or (marked and not (_deed(low) and token.islower())):
            kind = ValueKind.ACCOUNT if cue in ACCOUNT_CUES else ValueKind.HOST if cue in HOST_CUES else None
            self._miss(start, end, kind, _suggested(token, index), sure=marked or "\\" in token)
        elif self._slot(start, end) and not _deed(low):
            kind = ValueKind.ACCOUNT if cue in ("did", "has", "does", "by", "as") else None
            stray = cue not in ("did", "does") and not self._named(start, end)
            self._miss(start, end, kind, _suggested(token, index), sure=self._named(start, end), stray=stray)

    def _named(self, start: int, end: int) -> bool:
        """Return whether a word stands where only a name makes sense: ``who is X?``, ``logons of X``."""
        before, after = self.low[:start], self.low[end:]
        if _NAMED_BEFORE.search(before):
            return _OVER.match(after) is not None
        return before.endswith(("is ", "was ")) and _NAMED_AFTER.match(after) is not None

    def _slot(self, start: int, end: int) -> bool:
        """Return whether the word stands where questions put a name: ``did X``, ``is X``, ``about X``, ``X's``."""
        before = self.low[max(0, start - 24) : start].split()
        last = before[-1] if before else ""
        return last in (
            "did", "does", "has", "is", "was", "about", "by", "for", "of", "as", "and", "on", "from", "to", "where's",
            "who's", "against",
        ) or self.low[end : end + 2] in ("'s", "\u2019s")  # fmt: skip


_KEY = re2.compile(r"^(?:user|username|account|actor|host|hostname|device|machine|server|ip|src|src_ip|dst|dst_ip):")
_ASKING = frozenset("which what whose many any no every each another".split())
_NAMED_BEFORE = re2.compile(
    r"\b(?:who|whom) (?:is|was|are) (?:this |that |the )?$"
    r"|\b(?:logons?|logins?|sign-?ins?|events?|activity|activities|commands?|calls?|records?|failures|actions|traces?|sessions?"
    r"|requests?|attempts?|anything|something|everything|nothing|trace|sign) (?:of|by|for|from|about) (?:the |user )?$"
)
_NAMED_AFTER = re2.compile(
    r"^\s+(?:\w+ ){0,2}(?:implicated|involved|compromised|hacked|part of|suspicious|malicious|guilty|targeted"
    r"|a bystander"
    r"|affected|responsible|in (?:the|this|any|our) (?:case|data|logs?|incident))\b"
)
_OVER = re2.compile(r"^\W*(?:$|(?:and|or|on|in|at|from|between|since|before|after|yesterday|today|last|during|to)\b)")
"""Where a question puts a name, whatever the name looks like."""

_ACCOUNTS = frozenset("root admin administrator guest system daemon backup test support operator nobody".split())
"""Everyday words that are accounts where questions put one: ``did root …``, ``as admin``."""


def _deed(low: str) -> bool:
    """Return whether a word is of a form that verbs and adverbs have, and names seldom."""
    return len(low) > 4 and low.endswith(("ed", "ing", "ly"))


def _namelike(token: str) -> bool:
    r"""Return whether a word is written as names are: a digit among letters, DOMAIN\name, name_name, name-name."""
    if token.count("\\") == 1 and not token.startswith("\\"):
        return True
    letters = sum(c.isalpha() for c in token)
    if any(c.isdigit() for c in token):
        return letters > 0
    return token.endswith("$") or (letters > 3 and any(mark in token.strip("-_$") for mark in "_-$"))


def _preferred(cue: str) -> tuple[ValueKind, ...]:
    if cue in (
        "account",
        "accounts",
        "user",
        "username",
        "identity",
        "principal",
        "employee",
        "by",
        "as",
        "role",
        "login",
    ):
        return (ValueKind.ACCOUNT, ValueKind.HOST, ValueKind.ADDRESS)
    if cue in HOST_CUES:
        return (ValueKind.HOST, ValueKind.ACCOUNT, ValueKind.ADDRESS)
    return (ValueKind.ACCOUNT, ValueKind.HOST, ValueKind.ADDRESS)


def _person(name: str) -> str:
    """Return an account's name without its domain."""
    return name if "/" in name else name.rsplit("\\", 1)[-1].split("@", 1)[0].casefold()


def _one_person(found: Sequence[Name]) -> bool:
    r"""Return whether names differ only in that one says its domain: ``CORP\bob`` and ``bob``."""
    values = {n.value for n in found}
    return len({_person(v) for v in values}) == 1 and sum("\\" in v or "@" in v for v in values) <= 1


def _of_case(found: Sequence[Name], world: World) -> Name | None:
    """Return the only one of several that the case in question, or any case, names."""
    case = next((c for c in world.cases if c.case_id == world.case_id), None)
    if case is not None:
        names = {a.name for a in case.accounts} | {h.name for h in case.hosts}
        inside = [n for n in found if n.value in names]
        if len(inside) == 1:
            return inside[0]
    inside = [n for n in found if n.in_case]
    return inside[0] if len(inside) == 1 else None


def _suggested(text: str, index: NameIndex) -> tuple[str, ...]:
    """Return names that are a little like one that is nowhere, at most three."""
    from rapidfuzz import fuzz, process

    low = text.casefold()
    if len(low) < 3:
        return ()
    found: list[str] = []
    for form, _score, _ in process.extract(low, index.strong.keys(), scorer=fuzz.ratio, score_cutoff=70, limit=12):
        for name in index.strong[form]:
            if name.kind is not ValueKind.ADDRESS and name.value not in found and not name.value.endswith("$"):
                found.append(name.value)
    return tuple(found[:3])


# ---------------------------------------------------------------------- cases by reference

_ORDINALS = {
    "first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4, "5th": 4,
}  # fmt: skip
_NOUN = r"(?:case|incident|attack|investigation|breach|intrusion|compromise)"
_LATEST = re2.compile(rf"\b(?:the |our |my )?(?:very )?(?:last|latest|most recent|newest|recent) {_NOUN}\b")
_GRAVEST = re2.compile(
    rf"\b(?:the )?(?:gravest|worst|biggest|most (?:severe|serious|critical|important)|main|top|largest) {_NOUN}\b"
)
_OLDEST = re2.compile(rf"\b(?:the )?(?:oldest|earliest|very first) {_NOUN}\b")
_NTH = re2.compile(
    rf"\b(?:the )?(first|1st|second|2nd|third|3rd|fourth|4th|fifth|5th) {_NOUN}\b"
    rf"|\b{_NOUN} (?:number |no\.? ?|#)?(\d{{1,3}})\b"
)
_OTHER = re2.compile(rf"\b(?:the )?other {_NOUN}\b")
_THIS = re2.compile(rf"\b(?:this|that|the|same|our) {_NOUN}\b")
_WITH = re2.compile(
    rf"\b{_NOUN}s? (?:about|with|involving|concerning|of|on|where|around|in) (?:the |a |an |our )?([^?.!,;]+)"
)
_CLOUDY = re2.compile(r"\b(?:cloud|aws|s3|buckets?|iam|access keys?|api keys?|assumed?[- ]roles?|ec2|azure|gcp)\b")
_CLOUD_LOGS = re2.compile(
    r"^\W*(?:api\b|calls?|operations?|requests?|events?|logs?|activity|accounts?|console|logins?|sign-?ins?|trail)\b"
)
_ABOUT = re2.compile(rf"\b(?:the )?([\pL\pN-]+) {_NOUN}\b")

_Found = tuple[tuple[int, int], str | None]


def case_references(low: str, world: World) -> list[_Found]:
    """Return where a question names a case, with the id of the case; None where there is no such case.

    ``the case`` alone names the conversation's case, and nothing where there is none yet.
    """
    cases = world.cases
    found: list[_Found] = []

    def add(start: int, end: int, case_id: str | None) -> None:
        if all(end <= s or start >= e for (s, e), _ in found):
            found.append(((start, end), case_id))

    for m in _CASE_ID.finditer(low):
        written = m[0].startswith("case-")
        wanted = m[1]
        matching = [c for c in cases if c.case_id.removeprefix("case-").startswith(wanted)]
        if len(matching) == 1 and (written or len(wanted) >= 3 or not wanted.isdigit()):
            add(m.start(), m.end(), matching[0].case_id)
        elif wanted.isdigit() and len(wanted) <= 3 and not written:
            number = int(wanted)
            add(m.start(), m.end(), cases[number - 1].case_id if 1 <= number <= len(cases) else None)
        elif written or (any(c.isdigit() for c in wanted) and len(wanted) >= 4):
            add(m.start(), m.end(), None)
    for pattern, choose in _SUPERLATIVES:
        for m in pattern.finditer(low):
            add(m.start(), m.end(), choose(cases).case_id if cases else None)
    for m in _NTH.finditer(low):
        number = _ORDINALS[m[1]] if m[1] else int(m[2]) - 1
        if 0 <= number < len(cases):
            add(m.start(), m.end(), cases[number].case_id)
        elif len(cases) != 1 or m[2]:
            add(m.start(), m.end(), None)
    for m in _OTHER.finditer(low):
        others = [c for c in cases if c.case_id != world.case_id]
        if len(others) == 1:
            add(m.start(), m.end(), others[0].case_id)
    for m in _ABOUT.finditer(low):
        word = m[1]
        if len(word) < 3 or len(word) > 40:
            continue
        if word in COMMON and word not in ("cloud", "aws", "windows", "linux", "phishing"):
            continue
        matching = [c for c in cases if _speaks_of(c, word)]
        if len(matching) == 1 and len(cases) > 1:
            add(m.start(), m.end(), matching[0].case_id)
    for m in _WITH.finditer(low):
        words = [w.strip("\"'") for w in m[1].split()[:6]]
        words = [w.rstrip("s") if len(w) > 3 else w for w in words if w and (w not in COMMON or w in _TELLING)]
        scored = [(sum(_speaks_of(c, w) for w in words), c) for c in cases]
        best = max((n for n, _ in scored), default=0)
        matching = [c for n, c in scored if n == best]
        if best and len(matching) == 1 and len(cases) > 1:
            add(m.start(), m.start() + len(m[0].split(m[1])[0].rstrip()), matching[0].case_id)
    if not found and world.case_id is None and len(cases) > 1:
        cloudy = [c for c in cases if _speaks_of(c, "cloud")]
        for m in _CLOUDY.finditer(low):
            if len(cloudy) == 1 and not _CLOUD_LOGS.match(low[m.end() :]):
                add(m.start(), m.end(), cloudy[0].case_id)
    if world.case_id:
        for m in _THIS.finditer(low):
            add(m.start(), m.end(), world.case_id)
    return found


_TELLING = frozenset("cloud aws windows linux phishing key keys mail task tasks service services backup proxy".split())
"""Everyday words that tell one case from another."""


def _speaks_of(case: Case, word: str) -> bool:
    told = [
        case.title,
        *case.sources,
        *(t.name for t in case.techniques),
        *(a.name for a in case.accounts if a.implicated),
    ]
    if word in ("cloud", "aws"):
        return any(a.account_kind.value.startswith("cloud") and a.implicated for a in case.accounts)
    return any(word in t.casefold() for t in told)


def _latest(cases: Sequence[Case]) -> Case:
    return max(cases, key=lambda c: (c.last_at, c.first_at))


def _oldest(cases: Sequence[Case]) -> Case:
    return min(cases, key=lambda c: (c.first_at, c.last_at))


_SUPERLATIVES: tuple[tuple[Any, Callable[[Sequence[Case]], Case]], ...] = (
    (_LATEST, _latest),
    (_OLDEST, _oldest),
    (_GRAVEST, lambda cases: cases[0]),
)


# ---------------------------------------------------------------------- ATT&CK by name

_GENERIC = frozenset(
    """domain domains local cloud email default account accounts group groups valid server servers tool tools web
    service services network user users software hardware firmware malware credentials data file files system
    device devices ip addresses address dns botnet exploits vulnerabilities serverless employee names services
    social media code repositories databases spreadsheets windows linux mail messages trust remote at cron
    clear process port monitors proxy input python list additional client configurations keys password
    passwords log logs event events""".split()
)
_ALIASES = {
    "lsass dump": "T1003.001", "lsass dumping": "T1003.001", "dump of lsass": "T1003.001", "dumped lsass": "T1003.001",
    "dump lsass": "T1003.001", "credential dumping": "T1003", "password spray": "T1110.003", "brute forcing": "T1110",
    "pth": "T1550.002", "dc sync": "T1003.006", "ps remoting": "T1021.006", "psremoting": "T1021.006",
    "winrm": "T1021.006", "log clearing": "T1070.001", "schtasks": "T1053.005", "scheduled tasks": "T1053.005",
    "directory replication": "T1003.006", "replication of secrets": "T1003.006",
    "kerberoast": "T1558.003", "golden tickets": "T1558.001",
}  # fmt: skip


_TACTIC_WORDS = {
    **dict.fromkeys(
        ("exfiltrated", "exfiltrate", "exfil", "exfiltrating", "data theft", "stole data", "data stolen", "steal data",
         "data leave", "data left", "leaked data"),
        "exfiltration",
    ),
    **dict.fromkeys(
        ("persist", "persisted", "persistent access", "keep access", "stay in", "come back", "coming back",
         "stick around",
         "survive a reboot", "survive reboots", "foothold for later"),
        "persistence",
    ),
    **dict.fromkeys(("escalate privileges", "escalated privileges", "privileges escalated"), "privilege-escalation"),
    **dict.fromkeys(("move laterally", "moved laterally", "spread laterally"), "lateral-movement"),
    **dict.fromkeys(
        ("steal credentials", "stole credentials", "credentials stolen", "credential theft", "steal passwords",
         "stole passwords", "passwords stolen", "dump credentials", "dumped credentials", "credentials dumped"),
        "credential-access",
    ),
    **dict.fromkeys(("cover their tracks", "covered their tracks", "evade", "evaded", "evasion"), "defense-evasion"),
    **dict.fromkeys(("reconnaissance", "recon", "look around", "looked around"), "discovery"),
    **dict.fromkeys(("phone home", "called home", "beacon", "beaconing", "beacons"), "command-and-control"),
}  # fmt: skip
"""What people say for a tactic."""


_FEWEST_STEMS = 3
_LITTLE = frozenset("of the a an in on for to from or and".split())


def _stems(phrase: str) -> frozenset[str]:
    """Return the words of a phrase without endings and little words: ``clearing of event logs``."""
    out = set()
    for word in phrase.split():
        for ending in ("ing", "ed", "es", "s"):
            if word.endswith(ending) and len(word) - len(ending) >= 3:
                word = word[: -len(ending)]
                break
        out.add(word)
    return frozenset(out - _LITTLE)


@cache
def _attack_stems() -> dict[frozenset[str], str]:
    """Return techniques by the stems of their names, those of three words and more."""
    return {
        stems: value
        for name, (kind, value) in _attack_names().items()
        if kind is ValueKind.TECHNIQUE and len(stems := _stems(name)) >= _FEWEST_STEMS
    }


@cache
def _attack_names() -> dict[str, tuple[ValueKind, str]]:
    """Return names of techniques and tactics in lower case with hyphens as spaces; everyday words are left out."""
    names: dict[str, tuple[ValueKind, str]] = {}
    for technique in attack.techniques():
        name = technique.name.casefold().replace("-", " ")
        words = name.split()
        if all(w in _GENERIC or w in COMMON for w in words) or (len(words) == 1 and len(name) < 5):
            continue
        if set(technique.tactics) <= {"reconnaissance", "resource-development"} and len(words) < 2:
            continue
        if name not in names or "." not in technique.id:
            names[name] = (ValueKind.TECHNIQUE, technique.id)
    names.update({name: (ValueKind.TECHNIQUE, known) for name, known in _ALIASES.items()})
    for tactic in attack.tactics():
        names[tactic.name.casefold().replace("-", " ")] = (ValueKind.TACTIC, tactic.shortname)
        names[tactic.shortname.replace("-", " ")] = (ValueKind.TACTIC, tactic.shortname)
    names["defence evasion"] = (ValueKind.TACTIC, "defense-evasion")
    for phrase, short in _TACTIC_WORDS.items():
        names.setdefault(phrase, (ValueKind.TACTIC, short))
    names["c2"] = (ValueKind.TACTIC, "command-and-control")
    return names


def calendar_of(index: NameIndex, case: Case | None, focus: Focus, now: datetime) -> Calendar:
    """Return what times in a question are read against."""
    window = focus.window
    day = (window.start_at or window.end_at) if window else None
    spans = (("incident", case.first_at, case.last_at),) if case else ()
    return Calendar(now, index.first_at, index.last_at, day or (case.first_at if case else None), spans, window)
