"""A report in one sentence: who did what to whom by what means, as far as it says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vedette.intel.digest.sources import by_name, named, sentence_at, span, unique
from vedette.schema import EntityMention, Evidence, MentionKind, Reading, RelationKind, ValueKind, key_of
from vedette.toolbox.saying import Saying, joined

MOST = 3
"""Things of one kind that the sentence names."""


@dataclass(frozen=True, slots=True)
class Actors:
    """The groups of a report."""

    named: tuple[tuple[EntityMention, ...], ...]
    """Those that it names, the likeliest doer first; mentions of one thing together."""
    denied: tuple[tuple[EntityMention, ...], ...]
    """Those of which it says that they had no part, or that it only compares with."""


def actors_of(reading: Reading) -> Actors:
    """Return the groups that a report names; those that it only denies, doubts or compares are apart."""
    doing = {r.source for r in reading.relations if r.kind is not RelationKind.ATTRIBUTED_TO}
    doing |= {r.target for r in reading.relations if r.kind is RelationKind.ATTRIBUTED_TO}
    groups = by_name(reading, MentionKind.GROUP)
    held = [tuple(mentions) for mentions in groups.values()]
    held.sort(key=lambda mentions: key_of(mentions[0]) not in doing)  # those that do something first; else as it was
    others = by_name(reading, MentionKind.GROUP, denied=True)
    return Actors(tuple(held), tuple(tuple(mentions) for key, mentions in others.items() if key not in groups))


def in_short(say: Saying, reading: Reading) -> tuple[str, list[Evidence]]:
    """Return who, whom and how in words that go on after a report's name, and where it says so; empty where nowhere.

    ``tells of FIN7 against retailers with Carbanak, through CVE-2024-1709, by Phishing (T1566)``
    """
    evidence: list[Evidence] = []
    actors = list(actors_of(reading).named)
    bad = [tuple(m) for m in by_name(reading, MentionKind.MALWARE, MentionKind.TOOL).values()]
    if not actors:  # a ransomware that the title names is what the report tells of
        title = reading.document.title.casefold()
        actors = [m for m in bad if m[0].kind is MentionKind.MALWARE and _name(m).casefold() in title][:1]
    said = {_name(m) for m in actors}
    bad = [m for m in bad if _name(m) not in said]
    aimed = {r.target for r in reading.relations if r.kind is RelationKind.TARGETS}
    aims = [tuple(m) for m in by_name(reading, *_AIMS).values()]
    aims = [m for m in aims if key_of(m[0]) in aimed or m[0].kind is MentionKind.SECTOR]

    def names(found: Sequence[tuple[EntityMention, ...]]) -> str:
        evidence.extend(sentence_at(reading, m[0].start, m[0].end) for m in found[:MOST])
        return named(say, [(_name(m), ValueKind.TEXT) for m in found], MOST)

    who, whom, means = names(actors), names(aims), names(bad)
    holes = list(dict.fromkeys(v.cve for v in reading.vulnerabilities if v.cve))
    evidence += [span(reading, v.start, v.end) for v in reading.vulnerabilities[:MOST] if v.cve]
    through = named(say, [(h, ValueKind.VULNERABILITY) for h in holes], MOST)
    told = sorted(reading.report_techniques, key=lambda t: (-t.confidence, t.technique))
    evidence += [span(reading, *t.sentences[0]) for t in told[:MOST] if t.sentences]
    parts = [f"against {whom}"] if whom else []
    parts += [f"with {means}"] if means else []
    parts += [f"through {through}"] if through and (who or parts or told) else []
    if told:
        by = joined([say.technique(t.technique, t.name) for t in told[:MOST]])
        more = f" and {say.n(len(told) - MOST, 'more technique')}" if len(told) > MOST else ""
        parts.append(f"by {by}{more}")
    if not who and not parts:
        return (f"tells of {through}", unique(evidence)) if through else ("", [])
    doer = who or "an attacker whom it does not name"
    return f"tells of {doer}{' ' if parts else ''}{', '.join(parts)}", unique(evidence)


_AIMS = (MentionKind.SECTOR, MentionKind.ORGANIZATION, MentionKind.PLACE)


def _name(mentions: Sequence[EntityMention]) -> str:
    return mentions[0].name or mentions[0].text
