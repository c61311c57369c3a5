"""Which techniques each sentence describes, and which the report: what is named exactly first, then what models say."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from vedette.intel.techniques.explicit import named
from vedette.knowledge import attack
from vedette.models import load
from vedette.models.base import Predictor
from vedette.schema import Document
from vedette.schema.intel import ReportTechnique, TechniqueMention

MODEL = "technique-tagger"
BY_ID, BY_NAME = 0.99, 0.9
"""Confidence in a technique that a sentence names itself."""


@cache
def _tagger() -> Predictor:
    return load(MODEL)


def find(
    document: Document, sentences: Sequence[tuple[int, int]], *, model: Predictor | None = None
) -> tuple[list[TechniqueMention], list[ReportTechnique], int, list[str]]:
    """Return the techniques of each sentence, those of the report, how many sentences none was said of, and why.

    Args:
        document: the report.
        sentences: offsets of its sentences.
        model: what judges a sentence; default: the shipped tagger.

    Returns:
        Mentions by place; the report's techniques, surest first; the number of sentences of which the model would
        rather not say anything; and why a whole report was not judged by the model, where it was not.
    """
    texts = [document.text[start:end] for start, end in sentences]
    found: dict[tuple[int, str], TechniqueMention] = {}
    for at, text in enumerate(texts):
        for item in named(text):
            own = _mention(item.technique, sentences[at], BY_ID if item.by_id else BY_NAME, explicit=True)
            old = found.get((at, item.technique))
            if old is None or old.confidence < own.confidence:
                found[(at, item.technique)] = own
    unjudged: list[str] = []
    n_abstained = 0
    if document.language not in (None, "en"):
        unjudged.append(f"techniques: the text is not English but {document.language}; only what it names was read")
    else:
        for at, said in enumerate((model or _tagger()).predict(texts) if texts else []):
            if said.abstained or not said.labels:
                n_abstained += not any(key[0] == at for key in found)
                continue
            first = said.labels[0]
            found.setdefault((at, first.label), _mention(first.label, sentences[at], first.confidence, explicit=False))
    mentions = sorted(found.values(), key=lambda m: (m.start, -m.confidence, m.technique))
    return mentions, report_techniques(mentions), n_abstained, unjudged


def _mention(technique: str, where: tuple[int, int], confidence: float, *, explicit: bool) -> TechniqueMention:
    return TechniqueMention(
        technique=technique,
        name=attack.name_of(technique) or technique,
        start=where[0],
        end=where[1],
        confidence=round(float(confidence), 4),
        explicit=explicit,
    )


def report_techniques(mentions: Sequence[TechniqueMention]) -> list[ReportTechnique]:
    """Return the techniques that a report's sentences add up to, surest first."""
    by_technique: dict[str, list[TechniqueMention]] = {}
    for mention in mentions:
        by_technique.setdefault(mention.technique, []).append(mention)
    out = []
    for technique, own in by_technique.items():
        best = sorted(own, key=lambda m: (-m.confidence, m.start))
        missed = 1.0
        for mention in best[:5]:
            missed *= 1 - mention.confidence
        out.append(
            ReportTechnique(
                technique=technique,
                name=best[0].name,
                confidence=round(1 - missed, 4),
                sentences=tuple((m.start, m.end) for m in best),
            )
        )
    return sorted(out, key=lambda t: (-t.confidence, t.technique))
