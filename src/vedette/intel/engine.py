"""One report read whole: each part in its turn, every result with its place, nothing followed and nothing obeyed."""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from vedette.documents.language import language_of
from vedette.documents.sentences import sentences as sentences_of
from vedette.errors import VedetteError
from vedette.intel import events, relations, techniques, vulnerabilities
from vedette.intel.entities import finding as entities
from vedette.intel.entities.disclaimed import disclaimed
from vedette.intel.entities.known import Known
from vedette.intel.observables import finding as observables
from vedette.intel.observables import standing
from vedette.intel.observables.typed import typed
from vedette.intel.published import dated
from vedette.intel.techniques.evidence import worded
from vedette.intel.techniques.explicit import named
from vedette.knowledge.tools.base import encodable
from vedette.schema import Document, EntityMention, MentionKind, Reading, SeenObservable, Standing, key_of

if TYPE_CHECKING:
    from vedette.guard.injection import InjectionScanner
    from vedette.models import Predictor

T = TypeVar("T")

MOST_OBSERVABLES = 200_000
"""Values of one document that are kept: a dump of more is a list, no report."""
FOREIGN_CHANCE = 0.57
"""Least chance that a passage in another language than English speaks to a model, where no known form says so: of what
the guard's model was taught few is in those. Plain sentences of German reports reach 0.55 ("Zuvor löschten sie die
Ereignisprotokolle"), orders to an assistant 0.6 and more."""


class Extractor:
    """Reads documents. Models and lists are loaded with the first one; several threads may use one extractor.

    Args:
        home: whose knowledge and models are asked before those that ship; None: those that ship alone.
        lists: the user's own lists of names (YAML or CSV files), beside those under ``home/names``.
    """

    def __init__(self, home: Path | None = None, lists: Sequence[Path] = ()) -> None:
        self._home = home
        self._lists = tuple(lists)

    @cached_property
    def known(self) -> Known:
        """Return the names that are known: ATT&CK's, products, sectors, places, the user's own."""
        return Known.load(self._home, self._lists)

    @cached_property
    def _tagger(self) -> Predictor:
        from vedette.models import load

        return load("report-techniques", self._home)

    @cached_property
    def _orders(self) -> InjectionScanner:
        from vedette.guard.injection import InjectionScanner

        scanner = InjectionScanner()
        scanner.warm()
        return scanner

    def read(self, document: Document) -> Reading:
        """Return everything that is read out of a document.

        Raises:
            OutsideError: a model's files are damaged.
        """
        document = dated(document)
        sentences = tuple(sentences_of(document))
        failed: list[str] = []

        def judged(part: str, judge: Callable[[], T]) -> T | None:
            """Return what a part says; where it errs that is told, and the document keeps the rest."""
            try:
                return judge()
            except VedetteError:
                raise
            except Exception as error:
                logging.getLogger(__name__).info("%s of %s", part, document.source, exc_info=True)
                failed.append(
                    f"{part}: an error of ours ({type(error).__name__}); report it with the document if you may"
                )
                return None

        text = document.text
        orders = judged("passages that speak to a model", lambda: tuple(self._suspicious(document))) or ()
        seen = _weighed(judged("observables", lambda: _values(document)) or [], orders, sentences)
        names = judged("entities", lambda: entities.find(document, self.known, sentences)) or []
        mentions = _stood(document, names, sentences)
        held = [one for one in mentions if not one.denied]
        telling = judged("sentences", lambda: _telling(text, sentences, seen)) or ()
        technical = judged("techniques", lambda: techniques.find(document, telling, model=self._tagger))
        told, whole, n_abstained, unjudged = technical or ([], [], 0, [])
        listed = {one.technique for one in whole}
        doing = [one for one in told if one.technique in listed]  # a relation names no technique that the list has not
        unheld = _unheld(mentions)
        related = judged("relations", lambda: relations.find(document, sentences, held, seen, doing, unheld)) or []
        happened = judged("events", lambda: events.find(document, sentences, (*held, *seen, *told))) or []
        holes = judged("vulnerabilities", lambda: vulnerabilities.find(document, sentences, seen, mentions)) or []
        return Reading(
            document=document,
            observables=tuple(seen),
            entities=tuple(mentions),
            sentences=telling,
            techniques=tuple(told),
            report_techniques=tuple(whole),
            n_abstained=n_abstained,
            relations=tuple(related),
            events=tuple(happened),
            vulnerabilities=tuple(holes),
            suspicious=orders,
            unjudged=(*unjudged, *failed),
        )

    def _suspicious(self, document: Document) -> Iterator[tuple[int, int, str]]:
        from vedette.schema.guarding import Around, Direction, Passage

        found = self._orders.scan(Passage(text=document.text, direction=Direction.CONTEXT), Around())
        alone = all(one.rule == "model" for one in found.findings)
        for one in found.findings:
            language = language_of(document.text[one.start : one.end]) or document.language
            if alone and language not in (None, "en") and one.score < FOREIGN_CHANCE:
                continue
            yield one.start, one.end, one.note or one.entity


def _values(document: Document) -> list[SeenObservable]:
    return standing.judge(document, typed(document, observables.find(document.text)[:MOST_OBSERVABLES]))


def _weighed(
    found: Sequence[SeenObservable], orders: Sequence[tuple[int, int, str]], sentences: Sequence[tuple[int, int]]
) -> list[SeenObservable]:
    """Return values, those in a passage that speaks to a model as seen only: it decides nothing of what they are."""
    if not orders:
        return list(found)
    spoken = [(s, e) for s, e in sentences if any(s < high and low < e for low, high, _ in orders)]
    spoken += [(low, high) for low, high, _ in orders]
    return [
        replace(one, standing=Standing.OBSERVABLE, reason="in a passage that speaks to a model", confidence=0.5)
        if one.standing is Standing.INDICATOR and any(s <= one.start < e for s, e in spoken)
        else one
        for one in found
    ]


def _stood(
    document: Document, named: Sequence[EntityMention], sentences: Sequence[tuple[int, int]]
) -> list[EntityMention]:
    """Return names, those marked that their sentence only denies, doubts or compares."""
    starts = [start for start, _ in sentences]
    held: dict[int, list[int]] = {}
    for place, one in enumerate(named):
        at = bisect_right(starts, one.start) - 1
        if at >= 0 and one.end <= sentences[at][1] and one.kind is not MentionKind.DATE:
            held.setdefault(at, []).append(place)
    out = list(named)
    for at, places in held.items():
        start, end = sentences[at]
        own = [(named[place].start - start, named[place].end - start) for place in places]
        for place, denied in zip(places, disclaimed(encodable(document.text[start:end]), own), strict=True):
            if denied:
                out[place] = replace(named[place], denied=True)
    return out


def _unheld(named: Sequence[EntityMention]) -> set[str]:
    """Return the keys of what a third of its mentions or more only deny, doubt or compare."""
    n = Counter(key_of(one) for one in named)
    n_denied = Counter(key_of(one) for one in named if one.denied)
    return {key for key, times in n_denied.items() if 3 * times >= n[key]}


def _telling(
    text: str, sentences: Sequence[tuple[int, int]], seen: Sequence[SeenObservable]
) -> tuple[tuple[int, int], ...]:
    """Return the sentences that can tell of a technique: with words in them beside values, or with its number."""
    values, plain = [(one.start, one.end) for one in seen], encodable(text)
    return tuple((a, b) for a, b in sentences if worded(text, a, b, values) or named(plain[a:b]))
