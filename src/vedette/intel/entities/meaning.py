"""Which matches of known names mean what bears the name; and which thing, where several bear it.

A sure name means it. One that is a common word needs a word beside it that says so, a sure mention of the same or a
related thing in the document, or another mention in the document that had one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from vedette.intel.entities.base import KnownName, Sureness
from vedette.intel.entities.context import (
    SORTS,
    another_sort,
    is_called,
    is_command,
    is_scheme,
    is_used,
    kinds_of,
    made_another,
    row,
    told_around,
)
from vedette.intel.entities.known import COMMANDS, Known
from vedette.intel.entities.matching import Match
from vedette.schema.intel import EntityMention, MentionKind

_KINSHIP = {MentionKind.TOOL: {MentionKind.MALWARE}, MentionKind.MALWARE: {MentionKind.TOOL}}
_SOFTWARE = frozenset({MentionKind.MALWARE, MentionKind.TOOL})
_CONFIDENCE = {Sureness.SURE: 0.97, Sureness.CASED: 0.92, Sureness.CONTEXT: 0.8}
_POINTING = frozenset({MentionKind.GROUP, MentionKind.MALWARE, MentionKind.TOOL, MentionKind.CAMPAIGN})


@dataclass(frozen=True, slots=True)
class _Seen:
    match: Match
    cues: frozenset[MentionKind]
    called: bool
    commanded: bool
    """Whether it is spoken of as a command."""
    used: bool = False
    """Whether the word before says that somebody uses it."""
    sorts: frozenset[str] = frozenset()
    """What malware the words beside it say that it is."""
    in_company: bool = False
    """Whether it stands in a row with a surely known group or piece of software."""
    another: str | None = None
    """What the word behind it, which makes it another name, says that it is."""


def meant(text: str, known: Known, spans: Sequence[tuple[int, int]]) -> list[EntityMention]:
    """Return the mentions of known things in a text, also within longer ones.

    Args:
        text: what is read.
        known: the names.
        spans: its sentences and lines, in order.
    """
    starts = [start for start, _ in spans]
    seen = []
    matches = known.matcher.find(text)
    sure_at = [match.start for match in matches if any(_surely(name) for name in match.names)]
    for match in matches:
        at = bisect_right(starts, match.start) - 1
        low, high = spans[at] if at >= 0 else (0, len(text))
        seen.append(_seen(text, match, low, max(high, match.end), sure_at))
    sure = {
        name.thing.ref
        for item in seen
        for name in item.match.names
        if name.thing.ref and name.sureness is not Sureness.CONTEXT
    }
    established = {name.text for item in seen for name in item.match.names if _stands(name, item, sure)}
    found = []
    for item in seen:
        cased = any(c.isupper() for c in text[item.match.start : item.match.end])
        names = [n for n in item.match.names if _stands(n, item, sure) or (cased and n.text in established)]
        if names:
            found.append(_mention(text, item, names, sure))
    return found


def _surely(name: KnownName) -> bool:
    return name.sureness is not Sureness.CONTEXT and name.thing.kind in _POINTING


def _seen(text: str, match: Match, low: int, high: int, sure_at: Sequence[int]) -> _Seen:
    if all(name.sureness is not Sureness.CONTEXT for name in match.names) and len(match.names) == 1:
        return _Seen(match, frozenset(), called=False, commanded=False)
    first, last = row(text, match.start, match.end, low, high)
    words = told_around(text, match.start, match.end, low, high)
    if (first, last) != (match.start, match.end):
        words |= told_around(text, first, last, low, high)
    at = bisect_left(sure_at, first)
    return _Seen(
        match,
        frozenset(kinds_of(words)),
        called=is_called(text, match.start, low),
        commanded=is_command(text, match.start, match.end),
        used=is_used(text, match.start, low),
        sorts=frozenset(SORTS[word] for word in words & SORTS.keys()),
        in_company=any(place < last and place != match.start for place in sure_at[at : at + 2]),
        another=made_another(text, match.end),
    )


def _stands(name: KnownName, item: _Seen, sure: set[str]) -> bool:
    """Return whether a name means its thing by what stands beside it, or by what else the document names."""
    if name.sureness is not Sureness.CONTEXT:
        return True
    kind = name.thing.kind
    if name.text.casefold() in COMMANDS:
        return item.commanded
    if item.another is not None and another_sort(item.another, name.thing.sort):
        return False
    if item.in_company and kind in _POINTING and not name.text.islower():
        return True
    kinds = {kind} | _KINSHIP.get(kind, set())
    if item.cues & kinds or (item.called and kind in _POINTING):
        return True
    if name.text.islower() or name.text.casefold().endswith(".exe"):
        return name.text.casefold().endswith(".exe")
    return name.thing.ref in sure or any(ref in sure for ref in name.thing.related)


def _mention(text: str, item: _Seen, names: list[KnownName], sure: set[str]) -> EntityMention:
    """Return the mention of the thing that speaks for itself most; the others stay beside it."""

    def strength(name: KnownName) -> tuple[float, ...]:
        thing = name.thing
        return (
            thing.own,
            thing.sort in item.sorts,
            thing.kind in item.cues,
            item.used and thing.kind in _SOFTWARE,
            thing.kind is MentionKind.GROUP and is_scheme(name.text),
            sum(ref in sure for ref in thing.related) + (not name.alias) * 0.5,
            name.sureness is Sureness.SURE,
        )

    ordered = sorted(names, key=strength, reverse=True)
    best = ordered[0]
    others = tuple(dict.fromkeys(n.thing.ref for n in ordered[1:] if n.thing.ref and n.thing.ref != best.thing.ref))
    told = not others or strength(best)[:6] > strength(ordered[1])[:6]
    start, end = item.match.start, item.match.end
    return EntityMention(
        kind=best.thing.kind,
        text=text[start:end],
        start=start,
        end=end,
        confidence=_CONFIDENCE[best.sureness],
        ref=best.thing.ref,
        name=best.thing.name,
        link_confidence=None if best.thing.ref is None else (0.97 if not others else 0.85 if told else 0.5),
        how="own list" if best.thing.own else "alias" if best.alias else "name",
        others=others,
    )
