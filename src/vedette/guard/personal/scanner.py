"""The scanner of personal data and of the house's own names, by patterns, check sums and fields."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from vedette.guard.base import Cost
from vedette.guard.personal import (
    accounts,
    defanged,
    echoes,
    from_fields,
    mail,
    national,
    network,
    payment,
    phones,
    records,
    tables,
    wording,
)
from vedette.guard.personal.cues import Cues
from vedette.guard.personal.sheet import Hit, Sheet
from vedette.guard.structured import fields
from vedette.schema.guarding import Around, Direction, GuardFinding, Passage, Scanned

_FINDERS = (
    mail.find,
    network.urls,
    network.addresses,
    network.domains,
    network.hosts,
    defanged.find,
    wording.hosts,
    wording.accounts,
    accounts.clouds,
    accounts.paths,
    accounts.users,
    accounts.sids,
    payment.cards,
    payment.ibans,
    payment.accounts,
    payment.wallets,
    national.find,
    records.find,
    records.numbers,
    phones.find,
)
_NUMBERS = frozenset(
    "CREDIT_CARD IBAN_CODE BANK_ACCOUNT NATIONAL_ID DRIVER_LICENSE PASSPORT MEDICAL_RECORD DATE_OF_BIRTH PHONE_NUMBER "
    "IP_ADDRESS MAC_ADDRESS SID CLOUD_ACCOUNT CRYPTO_WALLET".split()
)
"""A number is one thing: of two that overlap the surer stays, then the longer."""
_WITHIN = frozenset("URL EMAIL_ADDRESS ARN FILE_PATH DOMAIN_NAME HOSTNAME".split())
_LOOSE = frozenset("PHONE_NUMBER NATIONAL_ID BANK_ACCOUNT DRIVER_LICENSE PASSPORT MEDICAL_RECORD CREDIT_CARD".split())
"""Numbers that are not looked for within addresses and paths."""


class PersonalScanner:
    r"""Finds what its form, its check sum, its field's name or the word before it gives away.

    Rules, not a model: a score of 1.0 is a check sum, 0.95 and more a sure form, less a context. Public addresses that
    an analyst wrote as indicators (``203.0.113[.]7``, ``hxxp://``) are not reported, private ones are; accounts and
    identifiers that every system shares (``NT AUTHORITY\\SYSTEM``, ``root``, ``S-1-5-18``) are nobody's.
    """

    name = "personal"
    directions = frozenset(Direction)
    cost = Cost.PATTERN
    entities = frozenset(
        "PERSON EMAIL_ADDRESS PHONE_NUMBER STREET_ADDRESS DATE_OF_BIRTH CREDIT_CARD IBAN_CODE BANK_ACCOUNT NATIONAL_ID "
        "DRIVER_LICENSE PASSPORT MEDICAL_RECORD CRYPTO_WALLET IP_ADDRESS MAC_ADDRESS HOSTNAME DOMAIN_NAME URL USERNAME "
        "SID ARN CLOUD_ACCOUNT FILE_PATH".split()
    )

    def warm(self) -> None:
        """Compile the patterns and load what numbers are checked with."""
        national.warm()
        self.scan(Passage(text="call +44 20 7946 0958, SSN 219-09-9999, a@example.com. Owner: Anna Roe"), Around())

    def scan(self, passage: Passage, around: Around) -> Scanned:
        """Return what is found, in order; time grows in line with the text."""
        if not passage.text:
            return Scanned()
        sheet = Sheet(passage.text, fields(passage.text, passage.form) or ())
        cues = Cues(sheet)
        for find in _FINDERS:
            find(sheet, cues)
        from_fields.find(sheet)
        tables.find(sheet)
        echoes.find(sheet)
        return Scanned(
            findings=tuple(
                GuardFinding(
                    entity=hit.entity, start=hit.start, end=hit.end, score=hit.score, scanner=self.name, rule=hit.rule
                )
                for hit in settled(sheet.hits)
            )
        )


def settled(hits: list[Hit]) -> list[Hit]:
    """Return hits in order, each once; of numbers that overlap one, none within an address that says it better."""
    if not hits:
        return []
    best: dict[tuple[str, int, int], Hit] = {}
    for hit in hits:
        key = (hit.entity, hit.start, hit.end)
        if key not in best or best[key].score < hit.score:
            best[key] = hit
    kept = [hit for hit in best.values() if hit.entity not in _NUMBERS]
    covering = sorted((hit.start, hit.end) for hit in kept if hit.entity in _WITHIN)
    numbers = sorted(
        (hit for hit in best.values() if hit.entity in _NUMBERS),
        key=lambda hit: (-hit.score, hit.start - hit.end, hit.start),
    )
    taken = _Ranges(covering)
    occupied = _Ranges([])
    for hit in numbers:
        if hit.entity in _LOOSE and taken.cover(hit.start, hit.end):
            continue
        if occupied.overlap(hit.start, hit.end):
            continue
        occupied.add(hit.start, hit.end)
        kept.append(hit)
    return sorted(_longest(kept), key=lambda hit: (hit.start, hit.end, hit.entity))


def _longest(hits: list[Hit]) -> list[Hit]:
    """Return hits without those that lie within another of the same entity."""
    kept: list[Hit] = []
    furthest: dict[str, int] = {}
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if furthest.get(hit.entity, -1) >= hit.end:
            continue
        furthest[hit.entity] = hit.end
        kept.append(hit)
    return kept


class _Ranges:
    """Ranges, asked whether they cover or overlap another."""

    def __init__(self, ranges: list[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in ranges:  # in order; what lies within another adds nothing
            if self._ends and end <= self._ends[-1]:
                continue
            self._starts.append(start)
            self._ends.append(end)

    def cover(self, start: int, end: int) -> bool:
        at = bisect_right(self._starts, start) - 1
        return at >= 0 and self._ends[at] >= end

    def overlap(self, start: int, end: int) -> bool:
        at = bisect_left(self._ends, start + 1)
        return at < len(self._starts) and self._starts[at] < end

    def add(self, start: int, end: int) -> None:
        at = bisect_right(self._starts, start)
        self._starts.insert(at, start)
        self._ends.insert(at, end)
