"""The scanner of names: tags what people wrote of a text, in windows, and reports what reaches its threshold."""

from __future__ import annotations

import re
from bisect import bisect_left

from vedette.guard.base import Cost
from vedette.guard.names.called import called
from vedette.guard.names.composed import composed
from vedette.guard.names.gazetteer import BIT, folded
from vedette.guard.names.model import Span, Tagger, tagger
from vedette.guard.names.parts import Part, parts
from vedette.guard.names.trimmed import kept
from vedette.schema.guarding import Around, Direction, GuardFinding, Passage, Scanned, Unjudged

MOST_CHARS = 4_000_000
"""Of a text that are tagged; what follows is reported as not judged."""

_BIRTH = re.compile(
    r"(?i)\b(?:birth(?:day|date)?|born|d\.?o\.?b\b|geb(?:oren|\.)|geburts\w*|n[ée]e? le|nacimiento|nascita|narozen\w*)"
)
_BEFORE_BIRTH = 48
"""Characters before a date in which a word of birth makes it a date of birth."""
_CODE = re.compile(r"(?i)\b(?:zip|post(?:al)?|plz|p\.?o\.?|cp|code)\b")
_UNIT = re.compile(r"(?i)(?:unit|suite|ste\.?|apt\.?|flat|box|floor|room|level|block|top)\s*#?\s*\w{1,5}")
_OF_ADDRESSES = frozenset(("STREET_ADDRESS", "LOCATION", "PERSON"))
_BESIDE = 12
"""Tokens between the parts of an address, at most."""
_NEAR = 25
"""Tokens between a place, a firm or a date and the person whom it is of, at most."""
_ONESELF = frozenset(
    "i i'm i've i'd i'll i\u2019m i\u2019ve my me mine he she his her him you your he's she's mr mrs ms dear hi "
    "hello".split()
)
_NAMES = BIT["first"] | BIT["last"]
_WORDY = frozenset(("PERSON", "ORGANIZATION"))
_JOINED = re.compile(r"(?:-[^\W\d_]+)+")
_WORD = re.compile(r"[^\W\d_]{2}|[^\W\d_a-zA-Z]")
_TRIM = " \t\r\n,;:()[]<>\"'*|#_`"


class NamesScanner:
    """Finds names and what stands beside them. Safe from several threads."""

    name = "names"
    directions = frozenset(Direction)
    cost = Cost.MODEL
    entities = frozenset(
        ("PERSON", "LOCATION", "ORGANIZATION", "DATE_TIME", "DATE_OF_BIRTH", "STREET_ADDRESS", "TITLE", "NRP", "AGE")
    )

    def __init__(self, model: Tagger | None = None) -> None:
        self._model = model

    def warm(self) -> None:
        """Load the model, and tag a word with it."""
        if self._model is None:
            self._model = tagger()
        self._model.predict(["ready"])

    def scan(self, passage: Passage, around: Around) -> Scanned:
        """Return the names of a passage, in order."""
        model = self._model or tagger()
        text = passage.text[:MOST_CHARS]
        findings: list[GuardFinding] = []
        for part in map(composed, parts(text, passage.form)):
            spans, rows = model.features.of_text(part.text)
            tagged = _trimmed(part.text, spans, model.spans(model.probabilities(rows), rows), model)
            persons = _persons(part.text, spans, tagged) if tagged else []
            told: list[GuardFinding] = []
            for at, span in enumerate(tagged):
                if span.score < model.alone(span.kind) and not _beside(span, persons):
                    continue
                if span.kind == "STREET_ADDRESS" and not _is_address(part.text, spans, tagged, at):
                    continue
                found = self._finding(part, span, spans)
                if found is not None:
                    told.append(found)
            findings += _joined(told, self._called(part, model))
        findings.sort(key=lambda one: (one.start, one.end))
        unjudged: tuple[Unjudged, ...] = ()
        if len(passage.text) > MOST_CHARS:
            unjudged = (
                Unjudged(scanner=self.name, reason=f"longer than {MOST_CHARS} characters", start=MOST_CHARS, end=None),
            )
        return Scanned(findings=tuple(findings), unjudged=unjudged)

    def _called(self, part: Part, model: Tagger) -> list[GuardFinding]:
        found = []
        for one in called(part.text, model.features):
            place = part.span(one.start, one.end)
            if place is not None and place[0] < place[1]:
                found.append(
                    GuardFinding(
                        entity="PERSON",
                        start=place[0],
                        end=place[1],
                        score=one.score,
                        scanner=self.name,
                        rule=one.rule,
                    )
                )
        return found

    def _finding(self, part: Part, span: Span, spans: list[tuple[int, int]]) -> GuardFinding | None:
        text = part.text
        start, end = spans[span.first][0], spans[span.last][1]
        while start < end and text[start] in _TRIM:
            start += 1
        while end > start and text[end - 1] in _TRIM:
            end -= 1
        if span.kind in _WORDY:
            joined = _JOINED.match(text, end)
            end = joined.end() if joined else end
            while start > 1 and text[start - 1] == "-" and text[start - 2].isalpha():
                start -= 1
                while start > 0 and text[start - 1].isalpha():
                    start -= 1
        value = text[start:end]
        if not any(c.isalnum() for c in value) or (span.kind in _WORDY and not _WORD.search(value)):
            return None
        place = part.span(start, end)
        if place is None or place[0] >= place[1]:
            return None
        kind = span.kind
        if kind == "DATE_TIME" and _BIRTH.search(text, max(0, start - _BEFORE_BIRTH), start):
            kind = "DATE_OF_BIRTH"
        return GuardFinding(
            entity=kind, start=place[0], end=place[1], score=round(span.score, 4), scanner=self.name, rule="tagger"
        )


def _trimmed(text: str, spans: list[tuple[int, int]], tagged: list[Span], model: Tagger) -> list[Span]:
    """Return the ranges without what is no name in them, in order."""
    found = []
    for span in tagged:
        words = spans[span.first : span.last + 1]
        known = [bool(model.features.gazetteer.look_up(folded(text[start:end])) & _NAMES) for start, end in words]
        for first, last in kept(text, span.kind, words, known):
            found.append(Span(span.kind, span.first + first, span.first + last - 1, span.score))
    return found


def _joined(told: list[GuardFinding], others: list[GuardFinding]) -> list[GuardFinding]:
    """Return what the tagger told and the names beside it; where they overlap, the tagger's person, else the name."""
    if not others:
        return told
    others.sort(key=lambda one: (one.start, -one.end))
    sure = sorted(one.start for one in others if one.rule == "name-honoured")
    persons = sorted(
        (one.start, one.end)
        for one in told
        if one.entity == "PERSON" and bisect_left(sure, one.start) == bisect_left(sure, one.end)
    )
    added: list[GuardFinding] = []
    for one in others:
        at = bisect_left(persons, (one.start + 1,))
        if (at and persons[at - 1][1] > one.start) or (at < len(persons) and persons[at][0] < one.end):
            continue
        if not added or added[-1].end <= one.start:
            added.append(one)
    starts = [one.start for one in added]
    free = []
    for one in told:
        at = bisect_left(starts, one.end) - 1
        if at < 0 or added[at].end <= one.start:
            free.append(one)
    return free + added


def _persons(text: str, spans: list[tuple[int, int]], tagged: list[Span]) -> list[int]:
    """Return the places of tokens that a person stands at: names, ages, streets, and words such as *my* and *she*."""
    found = {span.first for span in tagged if span.kind in ("PERSON", "AGE", "STREET_ADDRESS")}
    found.update(at for at, (start, end) in enumerate(spans) if end - start < 9 and text[start:end].lower() in _ONESELF)
    return sorted(found)


def _beside(span: Span, persons: list[int]) -> bool:
    """Return whether a person stands within some tokens of a range."""
    at = bisect_left(persons, span.first - _NEAR)
    return at < len(persons) and persons[at] <= span.last + _NEAR


def _is_address(text: str, spans: list[tuple[int, int]], tagged: list[Span], at: int) -> bool:
    """Return whether a part of an address is one: a number or a flat alone is none, without a part beside it."""
    own = tagged[at]
    value = text[spans[own.first][0] : spans[own.last][1]]
    if value.startswith("##"):
        return False
    if sum(c.isalpha() for c in value) > 1 and not _UNIT.fullmatch(value):
        return True
    for place in range(max(0, at - 2), min(len(tagged), at + 3)):
        other = tagged[place]
        if place == at or other.kind not in _OF_ADDRESSES or abs(other.first - own.first) > _BESIDE:
            continue
        if sum(c.isalpha() for c in text[spans[other.first][0] : spans[other.last][1]]) > 1:
            return True
    return bool(_CODE.search(text, max(0, spans[tagged[at].first][0] - 16), spans[tagged[at].first][0]))
