"""Names that no list has: what the tagger finds, of the kind that the words beside it say, linked where it can be.

A name is of one kind in a document, the one that its mentions together speak for; what is sure of its mentions together
holds for each, those too that the tagger passed over.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from vedette.intel.entities.base import KnownName, KnownThing, Sureness
from vedette.intel.entities.context import cued
from vedette.intel.entities.known import Known
from vedette.intel.entities.linking import Linked, link
from vedette.intel.entities.matching import Matcher, squeezed
from vedette.intel.entities.model import NameTagger
from vedette.schema.intel import EntityMention, MentionKind

KINDS = {
    "Malware": MentionKind.MALWARE,
    "System": MentionKind.PRODUCT,
    "Organization": MentionKind.ORGANIZATION,
    "Vulnerability": MentionKind.VULNERABILITY,
}
"""The tagger's types; what it calls an indicator is the observables' matter."""
LEAST = 0.5
"""Mean chance of a name's mentions, at least, for it to be one."""
_LEAST_MALWARE = 0.6
"""The same for malware: trained on reports about it, the tagger is too ready to take what it does not know for it."""
_LEAST_ONCE = 0.72
"""The same for malware named once, with no word beside it that says so."""
_MANY = 4
_SPREAD = 0.7
"""Mean chance from which the mentions that the tagger passed over are taken too."""
_MOST_CHARS = 120
_TRIMMED = "\"'\u2018\u2019\u201c\u201d.,;:()[] \n\t"
_BOUND = re.compile(r"-(?:affiliated|aligned|backed|based|linked|like|made|related|sponsored|style)$")
_POINTED = ("threat group", "threat actor", "threat actors", "hacking group", "apt group", "espionage group")


@dataclass(frozen=True, slots=True)
class _Seen:
    start: int
    end: int
    kind: MentionKind
    score: float
    cued: bool
    """Whether words beside it speak for malware."""


@cache
def _no_names() -> frozenset[str]:
    text = files("vedette.intel.entities").joinpath("data", "no-names.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


def found_by(
    tagger: NameTagger, text: str, spans: Sequence[tuple[int, int]], known: Known, company: Collection[str]
) -> list[EntityMention]:
    """Return the names that the tagger finds in a document, those passed over with them, by place.

    Args:
        tagger: the model.
        text: the document.
        spans: its sentences and lines.
        known: the names that are known.
        company: refs of the things that the document surely names.
    """
    by_name: defaultdict[str, list[_Seen]] = defaultdict(list)
    for seen in _tagged(tagger, text, spans):
        if _may_name(text[seen.start : seen.end], known):
            by_name[squeezed(text[seen.start : seen.end])[0]].append(seen)
    mentions: list[EntityMention] = []
    spread: dict[str, EntityMention] = {}
    for own in by_name.values():
        total: defaultdict[MentionKind, float] = defaultdict(float)
        for seen in own:
            total[seen.kind] += seen.score
        kind = max(total, key=lambda k: (total[k], k.value))
        chance = sum(seen.score for seen in own) / len(own)
        cue = any(seen.cued for seen in own)
        if chance < _least(kind, len(own), cue=cue):
            continue
        linked = _linked(text[own[0].start : own[0].end], known, kind, company)
        found = [_mention(text, seen.start, seen.end, kind, (seen.score + chance) / 2, linked) for seen in own]
        mentions += found
        if len(own) > 1 and chance >= _SPREAD:
            spread |= {m.text: m for m in found}
    mentions += _passed_over(text, spans, spread, {m.start for m in mentions})
    return sorted(mentions, key=lambda m: m.start)


def _linked(written: str, known: Known, kind: MentionKind, company: Collection[str]) -> Linked | None:
    """Return what a name means: of the kind that it is taken for, else the group that bears it."""
    linked = link(written, known, kind, company)
    if linked is None and kind in (MentionKind.MALWARE, MentionKind.ORGANIZATION):
        linked = link(written, known, MentionKind.GROUP, company, close=False)
    return linked


def _tagged(tagger: NameTagger, text: str, spans: Sequence[tuple[int, int]]) -> Iterator[_Seen]:
    sentences = tagger.read(text, spans)
    for (own, _), chances in zip(sentences, tagger.chances([read for _, read in sentences]), strict=True):
        low, high = own[0].start, own[-1].end
        for span in tagger.spans(chances):
            kind = KINDS.get(span.kind)
            start, end = _trimmed(text, own[span.first].start, own[span.last].end)
            if kind is not None and 0 < end - start <= _MOST_CHARS:
                cue = MentionKind.MALWARE in cued(text, start, end, low, high)
                yield _Seen(start, end, _kind(text, start, end, low, high, kind), span.score, cue)


def _least(kind: MentionKind, n: int, *, cue: bool) -> float:
    """Return the mean chance that a name of so many mentions needs."""
    if kind not in (MentionKind.MALWARE, MentionKind.TOOL):
        return LEAST
    return LEAST if n >= _MANY else _LEAST_MALWARE if n > 1 or cue else _LEAST_ONCE


def _may_name(written: str, known: Known) -> bool:
    """Return whether words can be a name: ``the adware`` and ``RDP`` are none."""
    if not any(c.isupper() or c.isdigit() for c in written) or not any(c.isalpha() for c in written):
        return False
    if all(word in _no_names() for word in written.split()) or _BOUND.search(written):
        return False
    same = known.by_key.get(squeezed(written)[0], ())
    # a common word on a list: what stands beside it has told, or has not
    return not same or any(name.sureness is not Sureness.CONTEXT for name in same)


def _passed_over(
    text: str, spans: Sequence[tuple[int, int]], spread: dict[str, EntityMention], taken: Collection[int]
) -> Iterator[EntityMention]:
    """Yield further mentions of sure names, written as those are."""
    names = [
        KnownName(written, KnownThing(m.kind, m.name, m.ref), Sureness.CASED, alias=False)
        for written, m in spread.items()
    ]
    at = 0
    for match in Matcher(names).find(text):
        while at < len(spans) and spans[at][1] < match.end:
            at += 1
        if at == len(spans) or match.start < spans[at][0] or match.start in taken:
            continue
        like = spread[match.names[0].text]
        yield EntityMention(
            kind=like.kind,
            text=text[match.start : match.end],
            start=match.start,
            end=match.end,
            confidence=round(like.confidence * 0.9, 4),
            ref=like.ref,
            name=like.name,
            link_confidence=like.link_confidence,
            how="model",
            others=like.others,
        )


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
    after = " ".join(word.strip(".,;:()").casefold() for word in text[end : min(high, end + 30)].split()[:2])
    before = " ".join(word.strip(",;:(").casefold() for word in text[max(low, start - 30) : start].split()[-2:])
    if after.startswith(("gang", "hackers", *_POINTED)) or before in _POINTED:
        return MentionKind.GROUP
    if kind is MentionKind.ORGANIZATION:
        return kind
    if after.split(" ")[0] == "group" or text[start:end].casefold().endswith((" group", " gang", " team")):
        return MentionKind.GROUP
    said = cued(text, start, end, low, high)
    return MentionKind.TOOL if MentionKind.TOOL in said and MentionKind.MALWARE not in said else kind


def _mention(text: str, start: int, end: int, kind: MentionKind, chance: float, linked: Linked | None) -> EntityMention:
    written = text[start:end]
    return EntityMention(
        kind=linked.thing.kind if linked else kind,
        text=written,
        start=start,
        end=end,
        confidence=round(chance, 4),
        ref=linked.thing.ref if linked else None,
        name=linked.thing.name if linked else " ".join(written.split()),
        link_confidence=linked.confidence if linked and linked.thing.ref else None,
        how="model",
        others=linked.others if linked else (),
    )
