"""Sentences that know which values they name, and the facts made of them.

A tool words a fact with a :class:`Saying`: each value passes through it on its way into the sentence, and is remembered
with its kind. So a fact's ``related`` holds what its ``text`` names, by construction and not by care.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import re2

from vedette.schema import AccountRole, Case, Evidence, Fact, HostRole, ValueKind

MAX_QUOTE = 160
"""Characters of a log's text in a sentence."""
MAX_EVIDENCE = 8
"""Pieces of evidence of one fact."""
_TIME = re2.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")
_TECHNIQUE = re2.compile(r"\bT\d{4}(?:\.\d{3})?\b")
_SHARE = re2.compile(r"\b(\d{1,3})%")
_NUMBER = re2.compile(r"(?:^|[\s(])(\d{1,9})(?:[\s,.;)]|$)")

ROLE_WORDS: dict[str, str] = {
    AccountRole.COMPROMISED: "a legitimate account under the attacker's control",
    AccountRole.ATTACKER: "used by the attacker, with no owner seen beside the attack",
    AccountRole.CREATED: "made by the attacker",
    AccountRole.TARGETED: "aimed at; that it was taken over is not established",
    AccountRole.BYSTANDER: "seen near the attack, for reasons that are explained",
    HostRole.ENTRY: "the attacker's activity is seen there first",
    HostRole.SOURCE: "other hosts were acted upon from it",
    HostRole.TARGET: "it was acted upon from another host",
    HostRole.AFFECTED: "activity was seen on it, no movement",
}
"""What a role means, in the words of the schema."""


def shown(text: str, limit: int = 120) -> str:
    """Return the text fit for a sentence: one line, no control or direction characters, bounded length."""
    safe = "".join(
        c
        if c.isprintable() and not ("\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069")
        else "\N{REPLACEMENT CHARACTER}"
        for c in " ".join(text.split())
    )
    return safe if len(safe) <= limit else safe[: limit - 1] + "…"


def stamp(at: datetime) -> str:
    """Return a time as ``2020-08-05 02:10:02 UTC``."""
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")


def iso(at: datetime | None) -> str | None:
    """Return a time as ISO 8601 in UTC."""
    if at is None:
        return None
    return (at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)).isoformat()


def joined(words: Sequence[str], most: int = 8) -> str:
    """Return words as a list in prose, and how many were left out."""
    kept = list(words[:most])
    if len(words) > most:
        return ", ".join(kept) + f" and {len(words) - most} more"
    return kept[0] if len(kept) == 1 else ", ".join(kept[:-1]) + " and " + kept[-1] if kept else ""


def plural(n: int, one: str, many: str | None = None) -> str:
    """Return the noun in the number that ``n`` wants."""
    return one if n == 1 else many or one + "s"


class Saying:
    """Words values and remembers them with their kinds. One per sentence."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._named: dict[tuple[ValueKind, Any], None] = {}

    @property
    def related(self) -> tuple[tuple[ValueKind, Any], ...]:
        """Every value worded so far, in order, each once."""
        return tuple(self._named)

    def add(self, kind: ValueKind, value: Any) -> None:
        """Remember a value that the sentence names in words of its own."""
        self._named.setdefault((kind, value))

    def value(self, kind: ValueKind, value: str, limit: int = 120) -> str:
        """Return a value as it is shown in a sentence."""
        text = shown(value, limit)
        self.add(kind, text)
        return text

    def account(self, name: str) -> str:
        """Return an account's name."""
        return self.value(ValueKind.ACCOUNT, name)

    def host(self, name: str) -> str:
        """Return a host's name."""
        return self.value(ValueKind.HOST, name)

    def address(self, text: str) -> str:
        """Return an address."""
        return self.value(ValueKind.ADDRESS, text)

    def case(self, case: Case | str) -> str:
        """Return a case's id."""
        return self.value(ValueKind.CASE, case if isinstance(case, str) else case.case_id)

    def technique(self, technique_id: str, name: str = "") -> str:
        """Return a technique's id with its name."""
        text = self.value(ValueKind.TECHNIQUE, technique_id, 20)
        return f"{text} ({self.value(ValueKind.TEXT, name)})" if name and name != technique_id else text

    def tactic(self, short_name: str) -> str:
        """Return a tactic as words."""
        self.add(ValueKind.TACTIC, shown(short_name, 60))
        return shown(short_name, 60).replace("-", " ")

    def at(self, at: datetime) -> str:
        """Return a time to the second."""
        self.add(ValueKind.TIME, iso(at))
        return stamp(at if at.tzinfo is None else at.astimezone(UTC))

    def span(self, first: datetime, last: datetime) -> str:
        """Return ``at …`` or ``between … and …``."""
        if stamp(first) == stamp(last):
            return f"at {self.at(first)}"
        return f"between {self.at(first)} and {self.at(last)}"

    def n(self, n: int, one: str = "", many: str | None = None) -> str:
        """Return a number of things with its noun."""
        self.add(ValueKind.COUNT, n)
        return f"{n:,} {plural(n, one, many)}" if one else f"{n:,}"

    def share(self, share: float) -> str:
        """Return a share of one as a percentage, never 100% or 0% for what is not certain."""
        self.add(ValueKind.SHARE, share)
        if 0.995 <= share < 1:
            self.add(ValueKind.SHARE, 0.99)
            return "over 99%"
        if 0 < share < 0.005:
            self.add(ValueKind.SHARE, 0.01)
            return "under 1%"
        return f"{share:.0%}"

    def duration(self, seconds: float) -> str:
        """Return a stretch of time in whole seconds, with every unit that counts."""
        left = round(seconds)
        self.add(ValueKind.DURATION, left)
        parts = []
        for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")):
            count, left = divmod(left, size)
            if count:
                parts.append(f"{count} {plural(count, unit)}")
        return joined(parts) or "less than a second"

    def lasting(self, first: datetime, last: datetime) -> str:
        """Return how long it is from one time to another, both taken to the second as they are shown."""
        return self.duration((last.replace(microsecond=0) - first.replace(microsecond=0)).total_seconds())

    def quote(self, text: str, kind: ValueKind = ValueKind.TEXT, limit: int = MAX_QUOTE) -> str:
        """Return text out of a log, in quotation marks."""
        return f"“{self.value(kind, text, limit)}”"

    def quoted_title(self, title: str, kind: ValueKind = ValueKind.FINDING) -> str:
        """Return a finding's or rule's title in quotation marks."""
        return f"“{self.value(kind, title, 100)}”"

    def told(self, text: str, case: Case | None = None) -> str:
        """Return a sentence that was computed elsewhere, remembering the values that it names."""
        for kind, value in mentions(text, case):
            self.add(kind, value)
        return text


def mentions(text: str, case: Case | None = None) -> list[tuple[ValueKind, Any]]:
    """Return the times, techniques, shares, counts and (of a case) the accounts and hosts that a text names."""
    found: list[tuple[ValueKind, Any]] = []
    for match in _TIME.finditer(text):
        at = datetime.strptime(match.group(), "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)
        found.append((ValueKind.TIME, iso(at)))
    found += [(ValueKind.TECHNIQUE, m.group()) for m in _TECHNIQUE.finditer(text)]
    found += [(ValueKind.SHARE, int(m.group(1)) / 100) for m in _SHARE.finditer(text)]
    found += [(ValueKind.COUNT, int(m.group(1))) for m in _NUMBER.finditer(text)]
    if case is not None:
        found += [(ValueKind.ACCOUNT, a.name) for a in case.accounts if a.name in text]
        found += [(ValueKind.HOST, h.name) for h in case.hosts if h.name in text]
        found += [(ValueKind.FINDING, f.title) for f in case.findings if f.title in text]
        found += [(ValueKind.ADDRESS, a) for h in case.hosts for a in h.addresses if a in text]
        found += [(ValueKind.ADDRESS, v) for k, v in case.observables if k == "ip" and v in text]
    return list(dict.fromkeys(found))


class FactList:
    """Facts of one answer, numbered in the order in which they are added."""

    def __init__(self) -> None:
        """Start with none."""
        self._facts: list[Fact] = []
        self._aside: Fact | None = None

    def aside(self) -> None:
        """Put the last fact after the first when all are there: it says how the question was read."""
        if len(self._facts) > 1:
            self._aside = self._facts.pop()

    def add(
        self,
        name: str,
        value: Any,
        text: str,
        saying: Saying,
        *,
        kind: ValueKind,
        evidence: Iterable[Evidence],
        subject: str = "",
        subject_kind: ValueKind | None = None,
        aliases: Iterable[str] = (),
    ) -> Fact:
        """Add a fact whose sentence was worded with ``saying``, and return it."""
        unique: dict[tuple[str, int | None], Evidence] = {}
        for item in evidence:
            place = (item.ref, item.start)
            if place not in unique or (item.quote and not unique[place].quote):
                unique[place] = item
        fact = Fact(
            fact_id=f"f{len(self._facts) + 1}",
            name=name,
            value=value,
            evidence=tuple(unique.values())[:MAX_EVIDENCE],
            kind=kind,
            subject=shown(subject, 300),
            subject_kind=subject_kind,
            aliases=tuple(dict.fromkeys(shown(a, 300) for a in aliases if a)),
            text=text,
            related=saying.related,
        )
        self._facts.append(fact)
        return fact

    def __len__(self) -> int:
        return len(self._facts)

    def done(self) -> tuple[Fact, ...]:
        """Return the facts, numbered in order."""
        facts = [*self._facts[:1], *([self._aside] if self._aside else []), *self._facts[1:]]
        return tuple(replace(f, fact_id=f"f{i}") for i, f in enumerate(facts, 1))
