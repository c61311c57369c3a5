"""Names that no list has: what the tagger finds, of the kind that the words beside it say, linked where it can be."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from vedette.intel.entities.base import Sureness
from vedette.intel.entities.context import cued
from vedette.intel.entities.known import Known
from vedette.intel.entities.linking import link
from vedette.intel.entities.matching import squeezed
from vedette.intel.entities.model import NameTagger
from vedette.schema.intel import EntityMention, MentionKind

KINDS = {
    "Malware": MentionKind.MALWARE,
    "System": MentionKind.PRODUCT,
    "Organization": MentionKind.ORGANIZATION,
    "Vulnerability": MentionKind.VULNERABILITY,
}
"""The tagger's types; what it calls an indicator is the observables' matter."""
_LEAST = 0.35
_MOST_CHARS = 120
_TRIMMED = "\"'\u2018\u2019\u201c\u201d.,;:()[] \n\t"


def found_by(
    tagger: NameTagger, text: str, spans: Sequence[tuple[int, int]], known: Known, company: Collection[str]
) -> list[EntityMention]:
    """Return the names that the tagger finds in a document.

    Args:
        tagger: the model.
        text: the document.
        spans: its sentences and lines.
        known: the names that are known.
        company: refs of the things that the document surely names.
    """
    sentences = tagger.read(text, spans)
    mentions = []
    for (own, _), chances in zip(sentences, tagger.chances([read for _, read in sentences]), strict=True):
        low, high = own[0].start, own[-1].end
        for span in tagger.spans(chances):
            kind = KINDS.get(span.kind)
            if kind is None or span.score < _LEAST:
                continue
            start, end = _trimmed(text, own[span.first].start, own[span.last].end)
            written = text[start:end]
            if end - start > _MOST_CHARS or not any(c.isupper() or c.isdigit() for c in written):
                continue  # "the adware", "an unpatched vulnerability": no names
            same = known.by_key.get(squeezed(written)[0], ())
            if same and all(name.sureness is Sureness.CONTEXT for name in same):
                continue  # a common word on a list: what stands beside it has told, or has not
            mentions.append(
                _mention(text, start, end, _kind(text, start, end, low, high, kind), span.score, known, company)
            )
    return mentions


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _TRIMMED:
        start += 1
    while end > start and text[end - 1] in _TRIMMED:
        end -= 1
    for tail in ("'s", "\u2019s"):
        if text[start:end].endswith(tail):
            end -= len(tail)
    return start, end


def _kind(text: str, start: int, end: int, low: int, high: int, kind: MentionKind) -> MentionKind:
    """Return the kind that the words beside a name give it: a group is neither malware nor an organisation."""
    if kind not in (MentionKind.MALWARE, MentionKind.ORGANIZATION):
        return kind
    last = text[start:end].split()[-1].casefold() if text[start:end].split() else ""
    if last in ("group", "gang", "team") and kind is MentionKind.MALWARE:
        return MentionKind.GROUP
    after = text[end : min(high, end + 24)].split()[:2]
    words = [word.strip(".,;:()").casefold() for word in after]
    if words[:1] in (["gang"], ["hackers"], ["apt"]) or (kind is MentionKind.MALWARE and words[:1] == ["group"]):
        return MentionKind.GROUP
    if words[:2] in (["threat", "group"], ["threat", "actor"], ["threat", "actors"], ["hacking", "group"]):
        return MentionKind.GROUP
    before = text[max(low, start - 24) : start].split()[-2:]
    if [word.strip(",;:(").casefold() for word in before] in (
        ["threat", "actor"],
        ["threat", "group"],
        ["apt", "group"],
    ):
        return MentionKind.GROUP
    tools = MentionKind.TOOL in (said := cued(text, start, end, low, high)) and MentionKind.MALWARE not in said
    return MentionKind.TOOL if kind is MentionKind.MALWARE and tools else kind


def _mention(
    text: str, start: int, end: int, kind: MentionKind, score: float, known: Known, company: Collection[str]
) -> EntityMention:
    written = text[start:end]
    linked = link(written, known, kind, company)
    return EntityMention(
        kind=linked.thing.kind if linked else kind,
        text=written,
        start=start,
        end=end,
        confidence=round(score, 4),
        ref=linked.thing.ref if linked else None,
        name=linked.thing.name if linked else " ".join(written.split()),
        link_confidence=linked.confidence if linked and linked.thing.ref else None,
        how="model",
        others=linked.others if linked else (),
    )
