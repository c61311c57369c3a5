"""A document goes in; the names in it come out, placed, of a kind, and linked to what is known."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from vedette.documents.language import language_of
from vedette.intel.entities import bodies, dates, naming, patterns
from vedette.intel.entities.known import Known
from vedette.intel.entities.meaning import meant
from vedette.intel.entities.model import tagger
from vedette.intel.entities.sectors import find as find_sectors
from vedette.intel.entities.unseen import found_by
from vedette.schema.document import Document, PartKind
from vedette.schema.intel import EntityMention, MentionKind

_FIRST = frozenset({MentionKind.GROUP, MentionKind.MALWARE, MentionKind.TOOL, MentionKind.CAMPAIGN, MentionKind.DATE})
_RIVALS = frozenset({MentionKind.PRODUCT, MentionKind.ORGANIZATION})
_ENGLISH = re.compile(r"\b(?:the|of|and|to|is|are|was|were|by|for|with|that|from)\b")
_MARKED = re.compile("[äöüßéèêëàâçñíóúãõìòùîïôûœåøłśżźćęąčšžřěůőű]")
"""Letters of other languages than English, which English lends with a few words."""
_SURE = 0.6
_SURE_NAME = 0.9


def find(document: Document, known: Known, sentences: Sequence[tuple[int, int]]) -> list[EntityMention]:
    """Return the names in a document, by place, none within another.

    Args:
        document: what was read.
        known: the names that are known, from :meth:`vedette.intel.entities.known.Known.load`.
        sentences: its sentences' ranges, in order; what lies in none (code, tables) is read as lines.
    """
    text = document.text
    spans = _covered(text, sentences)
    found: list[EntityMention] = []
    found += meant(text, known, spans)
    company = {m.ref for m in found if m.ref and m.confidence > _SURE_NAME}
    found += found_by(tagger(), text, _english(document, _prose(document, spans)), known, company)
    listed = {m.start for m in found if m.how != "model"}
    # "Ryuk Ransomware" is Ryuk; "Titan Stealer" is nothing listed
    found += [m for m in patterns.find(text) if m.kind is not MentionKind.MALWARE or m.start not in listed]
    found += naming.find(text, known)
    found += bodies.find(text)
    found += find_sectors(text)
    found += _dates(text, document)
    return chosen(found)


def _dates(text: str, document: Document) -> Iterator[EntityMention]:
    for said in dates.find(text, document.published_at):
        yield EntityMention(
            kind=MentionKind.DATE,
            text=text[said.start : said.end],
            start=said.start,
            end=said.end,
            confidence=0.95,
            ref=said.iso,
            name=said.iso or text[said.start : said.end],
            link_confidence=1.0 if said.iso else None,
            how="pattern",
        )


def _covered(text: str, sentences: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the sentences, and the lines between them."""
    spans: list[tuple[int, int]] = []
    at = 0
    for start, end in [*sentences, (len(text), len(text))]:
        low = at
        while low < start:
            high = text.find("\n", low, start)
            high = start if high < 0 else high
            if text[low:high].strip():
                spans.append((low, high))
            low = high + 1
        if end > start:
            spans.append((start, end))
        at = max(at, end)
    return spans


def _prose(document: Document, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans that lie in no code."""
    code = [(part.start, part.end) for part in document.parts if part.kind is PartKind.CODE]
    if not code:
        return list(spans)
    starts = [start for start, _ in code]
    kept = []
    for start, end in spans:
        at = bisect_right(starts, start) - 1
        if at < 0 or code[at][1] <= start:
            kept.append((start, end))
    return kept


def _english(document: Document, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans that are English: to the tagger, which was taught it alone, each German noun is a name."""
    foreign = document.language not in (None, "en")
    kept = []
    for start, end in spans:
        own = document.text[start:end]
        if foreign:
            english = language_of(own) == "en"
        elif _ENGLISH.search(own):
            english = True
        else:
            english = language_of(own) in (None, "en") and (document.language == "en" or not _MARKED.search(own))
        if english:
            kept.append((start, end))
    return kept


def _rank(mention: EntityMention) -> tuple[float, ...]:
    """Return what counts more, least first: the user's own, surely known names, the longer, the kind that is surer."""
    own = mention.how == "own list"
    sure = mention.how != "model" and (mention.kind in _FIRST or (mention.ref is not None and mention.how == "pattern"))
    told = mention.how == "model" and mention.kind in _RIVALS and mention.confidence >= _SURE
    return (not own, not sure, mention.start - mention.end, not told, mention.how == "model", -mention.confidence)


def chosen(mentions: Iterable[EntityMention]) -> list[EntityMention]:
    """Return mentions without those that lie within, or cut, one that counts more."""
    ordered = sorted(mentions, key=lambda m: (*_rank(m), m.start))
    taken: list[EntityMention] = []
    starts: list[int] = []
    for mention in ordered:
        at = bisect_right(starts, mention.start)
        if at and taken[at - 1].end > mention.start:
            continue
        if at < len(taken) and taken[at].start < mention.end:
            continue
        taken.insert(at, mention)
        starts.insert(at, mention.start)
    return taken
