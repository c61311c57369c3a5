"""One report read whole: each part in its turn, every result with its place, nothing followed and nothing obeyed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from vedette.documents.sentences import sentences as sentences_of
from vedette.intel import events, relations, techniques, vulnerabilities
from vedette.intel.entities import finding as entities
from vedette.intel.entities.known import Known
from vedette.intel.observables import finding as observables
from vedette.intel.observables import standing
from vedette.schema import Document, Reading

if TYPE_CHECKING:
    from vedette.guard.injection import InjectionScanner
    from vedette.models import Predictor

MOST_OBSERVABLES = 200_000
"""Values of one document that are kept: a dump of more is a list, no report."""


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
        sentences = tuple(sentences_of(document))
        seen = standing.judge(document, observables.find(document.text)[:MOST_OBSERVABLES])
        named = entities.find(document, self.known, sentences)
        told, whole, n_abstained, unjudged = techniques.find(document, sentences, model=self._tagger)
        related = relations.find(document, sentences, named, seen, told)
        happened = events.find(document, sentences, (*named, *seen, *told))
        holes = vulnerabilities.find(document, sentences, seen, named)
        return Reading(
            document=document,
            observables=tuple(seen),
            entities=tuple(named),
            sentences=sentences,
            techniques=tuple(told),
            report_techniques=tuple(whole),
            n_abstained=n_abstained,
            relations=tuple(related),
            events=tuple(happened),
            vulnerabilities=tuple(holes),
            suspicious=tuple(self._suspicious(document.text)),
            unjudged=tuple(unjudged),
        )

    def read_all(self, documents: Iterable[Document]) -> Iterator[Reading]:
        """Yield the reading of each document, in order."""
        for document in documents:
            yield self.read(document)

    def _suspicious(self, text: str) -> Iterator[tuple[int, int, str]]:
        from vedette.schema.guarding import Around, Direction, Passage

        found = self._orders.scan(Passage(text=text, direction=Direction.CONTEXT), Around())
        for one in found.findings:
            yield one.start, one.end, one.note or one.entity
