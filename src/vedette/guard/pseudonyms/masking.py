"""Pseudonyms put in the place of what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from vedette.errors import OutsideError
from vedette.guard.base import Pair, PairBook
from vedette.guard.entities import Group, group_of
from vedette.guard.pseudonyms.restoring import Restorer
from vedette.guard.pseudonyms.tokens import draw, word_of
from vedette.guard.pseudonyms.words import identity, widened
from vedette.schema.guarding import Action, Form, GuardFinding

_TRIES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """A range of a text, and what stands there now."""

    entity: str
    action: Action
    start: int
    end: int
    """Offsets into the text as it was given; whole words, so wider than the finding where that cut one."""
    put: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """A text that holds no more what was found in it."""

    text: str = field(repr=False)
    pairs: tuple[Pair, ...] = field(default=(), repr=False)
    """Those that stand in it, each once, in order of appearance."""
    spans: tuple[Replaced, ...] = ()


@dataclass(slots=True)
class _Range:
    start: int
    end: int
    entity: str
    action: Action
    weight: tuple[bool, int, float]


class Masker:
    """Replaces what was found by pseudonyms of one session. Safe from several threads."""

    def __init__(self, book: PairBook) -> None:
        self.book = book
        self._restorer = Restorer(book)
        self._spellings: dict[str, list[Pair]] = {}
        self._n_known = 0

    def mask(self, text: str, findings: Sequence[tuple[GuardFinding, Action]], *, form: Form = Form.PLAIN) -> Masked:
        """Return a text in which findings are replaced, each by what its action says.

        ``pseudonymise`` puts a pseudonym, ``mask`` the entity's name, for good; so do ``ask`` and ``block``, which
        ought not to come here. ``allow`` leaves a finding as it is.

        Raises:
            OutsideError: the pairs cannot be kept; nothing may then leave.
        """
        ranges = self._ranges(text, findings)
        spans = []
        pairs: dict[str, Pair] = {}
        for one in ranges:
            if one.action is Action.PSEUDONYMISE:
                pair = self._pair(one.entity, text[one.start : one.end], text)
                pairs[pair.pseudonym] = pair
                put = pair.pseudonym
            else:
                put = f"[{word_of(one.entity)}]"
            spans.append(Replaced(entity=one.entity, action=one.action, start=one.start, end=one.end, put=put))
        parts: list[str] = []
        done = 0
        for span in spans:
            parts += (text[done : span.start], span.put)
            done = span.end
        return Masked(text="".join((*parts, text[done:])), pairs=tuple(pairs.values()), spans=tuple(spans))

    def _ranges(self, text: str, findings: Sequence[tuple[GuardFinding, Action]]) -> list[_Range]:
        self._restorer.catch_up()
        known = [(shape.start, shape.end) for shape, pair in self._restorer.found(text) if pair is not None]
        ranges = []
        for finding, action in findings:
            if action is Action.ALLOW or finding.end <= finding.start:
                continue
            if any(start <= finding.start and finding.end <= end for start, end in known):
                continue
            start, end = widened(text, finding.start, finding.end)
            secret = group_of(finding.entity) is Group.SECRET
            ranges.append(_Range(start, end, finding.entity, action, (secret, end - start, finding.score)))
        ranges.sort(key=lambda one: (one.start, -one.end))
        merged: list[_Range] = []
        for one in ranges:
            if merged and one.start < merged[-1].end:
                last = merged[-1]
                best = max(last, one, key=lambda each: each.weight)
                action = max(last.action, one.action, key=lambda each: each.gravity)
                merged[-1] = _Range(last.start, max(last.end, one.end), best.entity, action, best.weight)
            else:
                merged.append(one)
        return merged

    def _pair(self, entity: str, value: str, text: str) -> Pair:
        for _ in range(_TRIES):
            known = self.book.pseudonym_of(entity, value)
            if known is not None:
                return Pair(entity=entity, value=value, pseudonym=known)
            self._catch_up()
            drawn = self._drawn(entity, value, text)
            try:
                return self.book.add((Pair(entity=entity, value=value, pseudonym=drawn),))[0]
            except OutsideError:
                other = self.book.value_of(drawn)
                if other is None or other.value == value:
                    raise
        raise OutsideError(
            f"no free pseudonym for a value of sort {entity} after {_TRIES} tries", next_step="send the text again"
        )

    def _catch_up(self) -> None:
        pairs = self.book.pairs()
        for pair in pairs[self._n_known :]:
            self._spellings.setdefault(f"{pair.entity}\x00{identity(pair.value)}", []).append(pair)
        self._n_known = len(pairs)

    def _drawn(self, entity: str, value: str, text: str) -> str:
        same = self._spellings.get(f"{entity}\x00{identity(value)}")
        upper = text.upper()
        if same:
            first = same[0].pseudonym
            number = len(same) + 1
            while self.book.value_of(f"{first}_{number}") is not None:
                number += 1
            return f"{first}_{number}"
        turn = 0
        while True:
            drawn = draw(self.book.secret, entity, identity(value), turn)
            if drawn.rpartition("_")[2] not in upper and self.book.value_of(drawn) is None:
                return drawn
            turn += 1
