"""Which techniques each sentence describes, and which the report: what is named exactly first, then what models say.

The report model judges a report's sentences together, for the techniques that it was taught; for all others of ATT&CK
the tagger answers where it is sure by itself. What a text names by id or by name stands whatever the models say, and so
does what it says in plain words. Rows of tables and lines of code are no sentences: ids and commands in them are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import prod

from vedette.intel.modality import asserted
from vedette.intel.techniques.context import CLAUSES_ABOVE, rolled
from vedette.intel.techniques.evidence import tells
from vedette.intel.techniques.explicit import Named, named
from vedette.intel.techniques.older import older, shown
from vedette.intel.techniques.report_model import Judged, ReportModel
from vedette.intel.techniques.unspoken import unspoken
from vedette.intel.techniques.worded import worded
from vedette.knowledge import attack
from vedette.knowledge.tools.base import encodable
from vedette.models import load, shipped
from vedette.models.base import Predictor
from vedette.schema import Document
from vedette.schema.intel import ReportTechnique, TechniqueMention

MODEL = "report-techniques"
BY_ID, BY_NAME = 0.99, 0.6
"""Confidence in a technique that a sentence names itself."""
SHORT = 80
"""Sentences of a text that is shorter than the reports that the report model was taught with. In longer ones what it
was taught it also weighs: a wording of that counts only where the model finds it half as likely as what it says."""
LANGUAGES = (None, "en")
"""Languages that the models were taught; where none could be told, they try."""


@cache
def _shipped() -> Predictor:
    return load(f"{MODEL}@shipped") if MODEL in shipped.names() else load("technique-tagger")


def find(
    document: Document,
    sentences: Sequence[tuple[int, int]],
    *,
    model: Predictor | None = None,
    known_only: bool = False,
) -> tuple[list[TechniqueMention], list[ReportTechnique], int, list[str]]:
    """Return the techniques of each sentence, those of the report, how many sentences none was said of, and why.

    Args:
        document: the report.
        sentences: offsets of its sentences, in order.
        model: what judges; default: the report model that ships. Any other predictor is asked sentence by sentence.
        known_only: whether techniques that the report model was not taught are left out.

    Returns:
        Mentions by place; the report's techniques, surest first; the number of sentences of which the models would
        rather not say anything; and why a whole report was not judged by them, where it was not.
    """
    text = encodable(document.text)
    whole = [text[start:end] for start, end in sentences]
    texts = [asserted(one) for one in whole]  # what is denied or advised nobody did
    judge = document.language in LANGUAGES
    unjudged = (
        [] if judge else [f"techniques: the text is not English ({document.language}); only what it names was read"]
    )
    asked = (model or _shipped()) if judge and texts else None
    lines = unspoken(document, sentences)
    found = _Found([*sentences, *(line.place for line in lines)], text)
    if isinstance(asked, ReportModel):
        judged = asked.judge(texts)
        names: Sequence[Sequence[Named]] = judged.pairs.named
        found.take(asked, judged)
        if not known_only:
            found.take_others(asked, judged, texts)
    else:
        names = [named(text) for text in texts]
        for at, said in enumerate(asked.predict(texts) if asked is not None else []):
            if said.labels and not said.abstained:
                found.say(at, said.labels[0].label, said.labels[0].confidence)
    for at, own in enumerate(names):
        if texts[at].isspace() and not whole[at].isspace():
            own = [item for item in named(whole[at]) if item.by_id]  # tables of techniques advise beside the id
        found.name(at, own, texts[at])
        for technique, sure in worded(texts[at]) if judge else ():
            found.word(at, technique, sure)
    for at, line in enumerate(lines, len(texts)):
        plain = encodable(line.text)
        found.name(at, [item for item in named(plain) if item.by_id], plain)
        for technique, sure in worded(plain, code=True) if line.code else ():
            found.word(at, technique, sure)
    mentions = sorted(found.said.values(), key=lambda m: (m.start, -m.confidence, m.technique))
    silent = len(texts) - len({at for at, _ in found.said if at < len(texts)}) if judge else 0
    return mentions, found.report(mentions), silent, unjudged


@dataclass(slots=True)
class _Found:
    """What is said of a report so far."""

    sentences: Sequence[tuple[int, int]]
    text: str
    said: dict[tuple[int, str], TechniqueMention] = field(default_factory=dict)
    """By number of the sentence and technique."""
    chances: dict[str, tuple[float, int]] = field(default_factory=dict)
    """Of the report, for each technique that the report model was taught, with the number of its best sentence."""
    least: float = 0.0
    """From which chance on a report is said to describe such a technique."""
    likely: set[tuple[int, str]] | None = None
    """Taught techniques that the report model finds likely enough for a wording to count; None: all are."""
    n_judged: int = 0
    """Sentences that the report model judged; what follows them are lines."""
    wordings: dict[str, tuple[float, set[int]]] = field(default_factory=dict)
    """Techniques that are said in plain words: how sure, and in which sentences."""

    def say(self, at: int, technique: str, confidence: float, *, explicit: bool = False) -> None:
        """Keep a mention, unless a surer one of the same is there."""
        technique = shown(technique)
        old = self.said.get((at, technique))
        if old is None or old.confidence < confidence:
            explicit = explicit or (old is not None and old.explicit)
            self.said[(at, technique)] = _mention(technique, self.sentences[at], confidence, explicit=explicit)

    def name(self, at: int, own: Sequence[Named], text: str) -> None:
        """Keep what a text names itself, in place of what the models say of the same."""
        pairs = [(item.technique, BY_ID if item.by_id else BY_NAME) for item in own]
        for technique, sure in (*pairs, *((technique, BY_ID) for technique in older(text))):
            self.said.pop((at, shown(rolled(technique))), None)
            self.say(at, technique, sure, explicit=True)

    def word(self, at: int, technique: str, sure: float) -> None:
        """Keep what a text says in plain words, unless something more specific is there; take its family's head out."""
        taught = shown(rolled(technique))
        if self.likely is not None and at < self.n_judged and taught in self.chances:
            if (at, taught) not in self.likely:
                return
        if any(place == at and other.startswith(f"{technique}.") for place, other in self.said):
            return
        head = (at, technique.partition(".")[0])
        if head[1] != technique and head in self.said and not self.said[head].explicit:
            del self.said[head]
        self.say(at, technique, sure)
        best, places = self.wordings.setdefault(technique, (sure, set()))
        self.wordings[technique] = (max(best, sure), places | {at})

    def take(self, model: ReportModel, judged: Judged) -> None:
        """Keep what the report model says."""
        self.least = model.report_threshold
        for at, i in zip(*(judged.sentences >= model.sentence_threshold).nonzero(), strict=True):
            self.say(int(at), model.labels[i], float(judged.sentences[at, i]))
        best = judged.sentences.argmax(axis=0)
        self.n_judged = len(judged.sentences)
        if self.n_judged > SHORT:
            pairs = zip(*(judged.sentences >= model.sentence_threshold / 2).nonzero(), strict=True)
            self.likely = {(int(at), shown(model.labels[i])) for at, i in pairs}
        self.chances = {shown(label): (float(judged.report[i]), int(best[i])) for i, label in enumerate(model.labels)}

    def take_others(self, model: ReportModel, judged: Judged, texts: Sequence[str]) -> None:
        """Keep what the tagger says of techniques that the report model was not taught, where that is silent."""
        spoken = {at for at, _ in self.said}
        quiet = [at for at in range(len(texts)) if at not in spoken and judged.looks[at] > CLAUSES_ABOVE]
        for at, told in zip(quiet, model.tagger.predict([texts[at] for at in quiet]), strict=True):
            if told.labels and not told.abstained and shown(rolled(told.labels[0].label)) not in self.chances:
                self.say(at, told.labels[0].label, told.labels[0].confidence)

    def report(self, mentions: Sequence[TechniqueMention]) -> list[ReportTechnique]:
        """Return the techniques that a report's sentences add up to, surest first."""
        by_technique: dict[str, list[TechniqueMention]] = {}
        for mention in mentions:
            by_technique.setdefault(mention.technique, []).append(mention)
        for technique, (chance, _) in self.chances.items():
            if chance >= self.least:
                by_technique.setdefault(technique, [])
        out = []
        for technique, own in by_technique.items():
            if technique in self.chances:
                chance, at = self.chances[technique]
            else:
                chance, at = 1 - prod(1 - c for c in sorted((m.confidence for m in own), reverse=True)[:5]), -1
            explicit = max((m.confidence for m in own if m.explicit), default=0.0)
            if technique in self.chances and explicit < BY_ID and chance < self.least / 2:
                explicit = 0.0  # a name in passing: the report is not about it
            explicit = max(explicit, self.wordings.get(technique, (0.0,))[0])
            if technique in self.chances and chance < self.least and not explicit:
                continue
            if not own and any(at in places for _, places in self._below(technique)):
                continue  # the same sentence says more exactly what was done
            places = [
                (m.start, m.end)
                for m in sorted(
                    own, key=lambda m: (not tells(self.text[m.start : m.end], m.technique), -m.confidence, m.start)
                )
            ]
            out.append(
                ReportTechnique(
                    technique=technique,
                    name=attack.name_of(technique) or technique,
                    confidence=round(max(chance, explicit), 4),
                    sentences=tuple(places) or (self.sentences[at],),
                )
            )
        return sorted(out, key=lambda t: (-t.confidence, t.technique))

    def _below(self, technique: str) -> Iterator[tuple[float, set[int]]]:
        return (said for other, said in self.wordings.items() if other.startswith(f"{technique}."))


def _mention(technique: str, where: tuple[int, int], confidence: float, *, explicit: bool) -> TechniqueMention:
    return TechniqueMention(
        technique=technique,
        name=attack.name_of(technique) or technique,
        start=where[0],
        end=where[1],
        confidence=round(float(confidence), 4),
        explicit=explicit,
    )
