"""The scanner of names: tags what people wrote of a text, in windows, and reports what reaches its threshold."""

from __future__ import annotations

import re

from vedette.guard.base import Cost
from vedette.guard.names.model import Span, Tagger, tagger
from vedette.guard.names.prose import lines
from vedette.schema.guarding import Around, Direction, GuardFinding, Passage, Scanned, Unjudged

MOST_CHARS = 4_000_000
"""Of a text that are tagged; what follows is reported as not judged."""

_BIRTH = re.compile(
    r"(?i)\b(?:birth(?:day|date)?|born|d\.?o\.?b\b|geb(?:oren|\.)|geburts\w*|n[ée]e? le|nacimiento|nascita|narozen\w*)"
)
_BEFORE_BIRTH = 48
"""Characters before a date in which a word of birth makes it a date of birth."""
_TRIM = " \t\r\n,;:()[]<>\"'*"


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
        for low, high in lines(text):
            part = text[low:high]
            spans, rows = model.features.of_text(part)
            for span in model.spans(model.probabilities(rows)):
                found = self._finding(part, span, spans, low)
                if found is not None:
                    findings.append(found)
        unjudged: tuple[Unjudged, ...] = ()
        if len(passage.text) > MOST_CHARS:
            unjudged = (
                Unjudged(scanner=self.name, reason=f"longer than {MOST_CHARS} characters", start=MOST_CHARS, end=None),
            )
        return Scanned(findings=tuple(findings), unjudged=unjudged)

    def _finding(self, part: str, span: Span, spans: list[tuple[int, int]], offset: int) -> GuardFinding | None:
        start, end = spans[span.first][0], spans[span.last][1]
        while start < end and part[start] in _TRIM:
            start += 1
        while end > start and part[end - 1] in _TRIM:
            end -= 1
        if not any(c.isalnum() for c in part[start:end]):
            return None
        kind = span.kind
        if kind == "DATE_TIME" and _BIRTH.search(part, max(0, start - _BEFORE_BIRTH), start):
            kind = "DATE_OF_BIRTH"
        return GuardFinding(
            entity=kind,
            start=start + offset,
            end=end + offset,
            score=round(span.score, 4),
            scanner=self.name,
            rule="tagger",
        )
