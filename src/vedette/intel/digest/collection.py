"""What many reports say together: counts over reports, each report in a sentence, near-identical ones folded.

Counts are over reports, never over mentions: "T1053.005 in 4 of 19". A report that is nearly another's copy (a feed's
and the page it points to) is told under the first and counts once.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vedette.intel.digest.digest import name_of
from vedette.intel.digest.merged import Merged, Together, merged
from vedette.intel.digest.short import actors_of, in_short
from vedette.intel.digest.sources import NOUNS, span, unique
from vedette.schema import Evidence, Fact, Reading, Standing, ValueKind, key_of
from vedette.toolbox.saying import FactList, Saying, iso, joined

ALIKE = 0.7
"""Jaccard similarity of shingles from which two reports are one that was told twice."""
_SHINGLE = 5
MOST = 5
"""Things of a kind that are told of; tables have all."""
_KINDS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("techniques", ("technique",), "Described most often"),
    ("actors", ("group",), "Groups named most often"),
    ("tools", ("malware", "tool"), "Malware and tools named most often"),
    ("flaws", ("vulnerability", "cve"), "Vulnerabilities named most often"),
    ("targets", ("sector", "organization", "place"), "Sectors, organisations and places named most often"),
)
"""Name of the fact, kinds of things, how the sentence begins."""
ABOUT: dict[str, tuple[str, ...]] = {
    "who": ("actors", "denied"), "how": ("techniques", "tools", "flaws"), "whom": ("targets",),
    "flaws": ("flaws",), "indicators": ("indicators",), "do": ("flaws", "indicators"), "when": ("report",),
}  # fmt: skip
"""What may be asked of many reports, and the facts that tell it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """What many reports say together."""

    facts: tuple[Fact, ...]
    """The whole, then counts, then a sentence for each report."""
    readings: tuple[Reading, ...]
    """Each once, near-copies left out."""
    folded: dict[str, tuple[Reading, ...]] = field(default_factory=dict)
    """Document id to its near-copies."""
    together: Together
    lines: tuple[tuple[Reading, str], ...] = ()
    """Each report with its sentence."""
    counts: tuple[tuple[str, Merged], ...] = ()
    """(name of the fact, thing), most reports first in each."""


def collection_of(readings: Sequence[Reading], about: str = "") -> Collection:
    """Return the digest of several reports.

    Args:
        readings: a document at most once.
        about: of what alone to tell, a key of ``ABOUT``; empty: of everything.
    """
    folded = alike(readings)
    own = tuple(r for r in readings if r.document.document_id in folded)
    together = merged(own)
    facts = FactList()
    _whole(facts, own, len(readings), together)
    counts: list[tuple[str, Merged]] = []
    wanted = ABOUT.get(about)
    for name, kinds, begins in _KINDS:
        things = _told_in(own, together.of(*kinds), name)
        counts += [(name, thing) for thing in things]
        if things and (wanted is None or name in wanted):
            _tell(facts, name, begins, things, len(own))
    if wanted is None or "indicators" in wanted:
        _indicators(facts, together, len(own))
    lines = []
    for reading in own:
        say = Saying()
        short, evidence = in_short(say, reading)
        copies = len(folded[reading.document.document_id])
        again = f" {say.n(copies, 'near-copy', 'near-copies')} of it {'was' if copies == 1 else 'were'} folded into it."
        line = f"{short or 'names no actor, target, tool, flaw or technique'}."
        lines.append((reading, line))
        evidence = evidence or [span(reading, 0, min(200, len(reading.document.text)))]
        if wanted is None or "report" in wanted:
            text = f"{say.quote(name_of(reading), ValueKind.TEXT, 120)} {line}{again if copies else ''}"
            facts.add("report", reading.document.document_id, text, say, kind=ValueKind.TEXT, evidence=evidence)
    return Collection(
        facts=facts.done(), readings=own, folded=folded, together=together, lines=tuple(lines), counts=tuple(counts)
    )


def alike(readings: Sequence[Reading]) -> dict[str, tuple[Reading, ...]]:
    """Return each report's id with those that are nearly it; those folded into another are no key."""
    import numpy as np

    from vedette.bulk.near import ShingleFile
    from vedette.bulk.words import WordHasher, words_of

    if len(readings) < 2:
        return {r.document.document_id: () for r in readings}
    hasher = WordHasher()
    with tempfile.TemporaryDirectory(prefix="vedette-near-") as folder:
        shingles = ShingleFile(Path(folder), "reports", _SHINGLE)
        try:
            shingles.add([hasher(words_of(r.document.text) or [""]) for r in readings])
            shingles.close()
            first = shingles.clusters(np.arange(len(readings), dtype=np.int64), ALIKE).tolist()
        finally:
            shingles.abandon()
    out: dict[str, list[Reading]] = {r.document.document_id: [] for r, at in zip(readings, first, strict=True)}
    for number, at in enumerate(first):
        if at != number:
            out[readings[at].document.document_id].append(readings[number])
            out.pop(readings[number].document.document_id, None)
    return {key: tuple(copies) for key, copies in out.items()}


def values_of(found: Collection) -> dict[str, Any]:
    """Return the digest for programs."""
    n = len(found.readings)
    return {
        "n_reports": n,
        "n_folded": sum(len(copies) for copies in found.folded.values()),
        "counts": {
            name: [
                {
                    "key": thing.key, "name": thing.name, "n_reports": len(thing.sources), "of": n,
                    "documents": [s.document_id for s in thing.sources],
                }
                for of, thing in found.counts
                if of == name
            ][:200]
            for name, _, _ in _KINDS
        },
        "in_short": [
            {
                "document_id": r.document.document_id, "title": name_of(r),
                "published_at": iso(r.document.published_at),
                "text": line, "near_copies": [c.document.document_id for c in found.folded[r.document.document_id]],
            }
            for r, line in found.lines
        ],
        "n_contradictions": len(found.together.contradictions),
    }  # fmt: skip


def _told_in(readings: Sequence[Reading], things: Sequence[Merged], name: str) -> list[Merged]:
    """Return things once each: no group that is only denied, no id twice under two kinds."""
    if name == "actors":
        held = {key_of(m[0]) for r in readings for m in actors_of(r).named}
        things = [t for t in things if t.key in held]
    seen: set[str] = set()
    out = []
    for thing in things:
        low = thing.key.partition(":")[2].casefold()
        if low not in seen:
            seen.add(low)
            out.append(thing)
    return out


def _whole(facts: FactList, readings: Sequence[Reading], n_given: int, together: Together) -> None:
    say = Saying()
    text = f"{say.n(len(readings), 'report')}"
    dated = sorted(r.document.published_at for r in readings if r.document.published_at is not None)
    if dated:
        first, last = dated[0].date().isoformat(), dated[-1].date().isoformat()
        text += f", published {'on' if first == last else 'between'} {say.value(ValueKind.TEXT, first)}"
        text += f" and {say.value(ValueKind.TEXT, last)}" if first != last else ""
        if len(dated) < len(readings):
            text += f" as far as {say.n(len(dated))} of them say,"
        else:
            text += ","
    n_groups = len(_told_in(readings, together.of("group"), "actors"))
    n_holes = len(_told_in(readings, together.of("vulnerability", "cve"), "flaws"))
    text += (
        f" {'names' if len(readings) == 1 else 'name'} {say.n(n_groups, 'group')}, "
        f"{say.n(n_holes, 'vulnerability', 'vulnerabilities')} and {say.n(len(together.of('technique')), 'technique')}"
    )
    n_folded = n_given - len(readings)
    if n_folded:
        text += f"; {say.n(n_folded, 'near-copy', 'near-copies')} {'was' if n_folded == 1 else 'were'} folded away"
    n = len(together.contradictions)
    if n:
        text += f"; they contradict each other in {say.n(n, 'point')}"
    proof = [span(r, 0, min(200, len(r.document.text))) for r in readings[:8]]
    facts.add("n_reports", len(readings), text + ".", say, kind=ValueKind.COUNT, evidence=proof)


def _tell(facts: FactList, name: str, begins: str, things: Sequence[Merged], n_reports: int) -> None:
    say = Saying()
    said = []
    proof: list[Evidence] = []
    for thing in things[:MOST]:
        ref = thing.key.partition(":")[2]
        if name == "techniques":
            text = say.technique(ref, thing.name)
        elif name == "flaws":
            text = say.value(ValueKind.VULNERABILITY, ref.upper())
        else:
            text = say.value(ValueKind.TEXT, thing.name, 80)
        said.append(f"{text} in {say.n(len(thing.sources))} of {say.n(n_reports)}")
        proof += [s.evidence[0] for s in thing.sources[:2] if s.evidence]
    more = f" and {say.n(len(things) - MOST)} more" if len(things) > MOST else ""
    kind = ValueKind.TECHNIQUE if name == "techniques" else ValueKind.TEXT
    facts.add(
        name, [t.name for t in things[:50]], f"{begins}: {joined(said)}{more}.", say, kind=kind, evidence=unique(proof)
    )


def _indicators(facts: FactList, together: Together, n_reports: int) -> None:
    bad = [t for t in together.things if any(s.standing is Standing.INDICATOR for s in t.sources)]
    bad = [t for t in bad if t.kind not in ("cve", "cwe", "technique")]
    if not bad:
        return
    say = Saying()
    kinds: dict[str, int] = {}
    for thing in bad:
        kinds[thing.kind] = kinds.get(thing.kind, 0) + 1
    counts = joined([f"{say.n(n)} {NOUNS.get(k, (k, k))[n != 1]}" for k, n in kinds.items()], 10)
    text = f"They give {say.n(len(bad), 'indicator')}: {counts}"
    several = [t for t in bad if len(t.sources) > 1][:MOST]
    if several:
        shared = joined(
            [
                f"{say.value(ValueKind.TEXT, t.name, 100)} in {say.n(len(t.sources))} of {say.n(n_reports)}"
                for t in several
            ]
        )
        text += f"; given by several: {shared}"
    proof = [s.evidence[0] for t in (several or bad[:4]) for s in t.sources[:2] if s.evidence]
    facts.add("indicators", len(bad), text + ".", say, kind=ValueKind.COUNT, evidence=unique(proof))
