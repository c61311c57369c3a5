"""What one report says: who, what, whom, how, which values and flaws, when, and what could not be judged.

Every sentence is worded from what was read, cites the sentences of the report that hold it, and passes the checker of
claims; a fact whose evidence is not word for word in the document is not said. Nothing of it is a model's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import re2

from vedette.claims import check
from vedette.intel.digest.short import actors_of, in_short
from vedette.intel.digest.sources import NOUNS, QUOTE, VALUE_KINDS, by_name, named, sentence_at, span, unique
from vedette.intel.modality import is_advice
from vedette.intel.vulnerabilities.finding import score_in
from vedette.schema import (
    Claim,
    EntityMention,
    Evidence,
    EvidenceKind,
    ExploitStatus,
    Fact,
    MentionKind,
    Reading,
    RelationKind,
    SeenObservable,
    Standing,
    ValueKind,
    VulnerabilityMention,
)
from vedette.toolbox.saying import FactList, Saying, iso, joined

MOST_RELATIONS = 4
MOST_VULNERABILITIES = 4
MOST_EVENTS = 4
MOST_ADVICE = 4
_HEADS_ADVICE = re2.compile(
    r"(?i)\b(?:recommend\w*|mitigat\w*|remediat\w*|what (?:to|you can) do|how to (?:protect|defend|respond)|"
    r"defen[cs]\w+|protect\w*|respon[ds]\w+|next steps|actions? (?:to take|required)|hardening|workarounds?)\b"
)
ABOUT: dict[str, tuple[str, ...]] = {
    "who": ("actors", "denied", "campaigns", "attribution"),
    "how": ("techniques", "tools", "vulnerability", "relation"),
    "whom": ("places", "targets"),
    "when": ("dated",),
    "indicators": ("indicators",),
    "flaws": ("vulnerability",),
    "do": ("advice", "vulnerability", "indicators"),
}
"""What may be asked of a report, and the facts that tell it."""
_GIVEN = (Standing.INDICATOR, Standing.OBSERVABLE)
_NO_VALUES = frozenset({"technique", "cwe", "cve"})
"""Kinds that catalogues number: they are told of with techniques and vulnerabilities."""
_NUMBERED = frozenset({MentionKind.GROUP, MentionKind.CAMPAIGN, MentionKind.MALWARE, MentionKind.TOOL})
"""Kinds whose ids are told beside their names."""
_VERBS = {
    RelationKind.USES: "uses", RelationKind.TARGETS: "targets", RelationKind.EXPLOITS: "exploits",
    RelationKind.COMMUNICATES_WITH: "communicates with", RelationKind.DROPS: "drops",
    RelationKind.ATTRIBUTED_TO: "is attributed to",
}  # fmt: skip
_RELATION_FACTS = {RelationKind.TARGETS: "targets", RelationKind.ATTRIBUTED_TO: "attribution"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A checked summary of one report."""

    document_id: str
    title: str
    facts: tuple[Fact, ...]
    """What is said, most important first."""
    claims: tuple[Claim, ...]
    """The sentences of the facts that checked."""
    dropped: tuple[Claim, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    """The same for programs."""
    unknown: tuple[str, ...] = ()
    """What could not be judged or read."""

    @property
    def text(self) -> str:
        """The summary as a paragraph."""
        return " ".join(claim.text for claim in self.claims)


def digest_of(reading: Reading) -> Digest:
    """Return the checked summary of a report."""
    facts = FactList()
    _about(facts, reading)
    _counted(facts, reading)
    _who(facts, reading)
    _how(facts, reading)
    _values(facts, reading)
    _what(facts, reading)
    _flaws(facts, reading)
    _whom(facts, reading)
    _relations(facts, reading)
    _when(facts, reading)
    _advice(facts, reading)
    _orders(facts, reading)
    sound = tuple(fact for fact in facts.done() if all(_stands(reading, e) for e in fact.evidence))
    checked = [check(fact.text, [fact]) for fact in sound]
    return Digest(
        document_id=reading.document.document_id,
        title=reading.document.title,
        facts=tuple(f for f, c in zip(sound, checked, strict=True) if c.claims and not c.dropped),
        claims=tuple(claim for c in checked for claim in c.claims),
        dropped=tuple(claim for c in checked for claim in c.dropped),
        values=_as_values(reading),
        unknown=_unknown(reading),
    )


def name_of(reading: Reading) -> str:
    """Return what a report is called."""
    return reading.document.title or reading.document.source


def _stands(reading: Reading, evidence: Evidence) -> bool:
    """Return whether a place's words are the document's."""
    if evidence.kind is not EvidenceKind.SPAN or evidence.start is None or evidence.end is None:
        return evidence.kind is not EvidenceKind.SPAN
    here = reading.document.text[evidence.start : evidence.end]
    return evidence.ref == reading.document.document_id and here.startswith(evidence.quote)


# ---------------------------------------------------------------------- sentences


def _about(facts: FactList, reading: Reading) -> None:
    """Add who did what to whom by what means, then what the report is and how much is in it."""
    document, say = reading.document, Saying()
    title = name_of(reading)
    end = min(len(document.text), QUOTE)
    first = span(reading, *(reading.sentences[0] if reading.sentences else (0, end)))
    text = f"The report {say.quote(title, ValueKind.TEXT, 120)}"
    if document.published_at is not None:
        say.add(ValueKind.TIME, iso(document.published_at))
        text += f", published on {say.value(ValueKind.TEXT, document.published_at.date().isoformat())},"
    if document.authors:
        text += f" by {joined([say.quote(a, ValueKind.TEXT, 60) for a in document.authors[:3]])}"
    short, evidence = in_short(say, reading)
    text += f" {short}." if short else " names no actor, target, tool, flaw or technique."
    facts.add(
        "report", document.document_id, text, say, kind=ValueKind.TEXT, subject=title, evidence=evidence or [first],
    )  # fmt: skip


def _counted(facts: FactList, reading: Reading) -> None:
    say = Saying()
    n_values = len({(o.kind, o.value) for o in reading.observables if o.standing in _GIVEN})
    n_named = len({e.ref or e.name for e in reading.entities if e.kind is not MentionKind.DATE})
    text = (
        f"It has {say.n(len(reading.sentences), 'sentence')}, names {say.n(n_named, 'thing')}, gives "
        f"{say.n(n_values, 'value')} and describes {say.n(len(reading.report_techniques), 'technique')}."
    )
    end = min(len(reading.document.text), QUOTE)
    first = reading.sentences[0] if reading.sentences else (0, end)
    facts.add("extent", reading.document.document_id, text, say, kind=ValueKind.TEXT, evidence=[span(reading, *first)])


def _who(facts: FactList, reading: Reading) -> None:
    actors = actors_of(reading)
    _listed(facts, reading, "actors", "It names {}", list(actors.named))
    for mentions in actors.denied[:2]:
        say = Saying()
        place = next(m for m in mentions if m.denied)
        told = sentence_at(reading, place.start, place.end)
        name = say.value(ValueKind.TEXT, place.name or place.text, 80)
        words = say.quote(told.quote, ValueKind.TEXT, 240)
        text = f"{name} is named only to deny, doubt or compare, in its words {words}."
        facts.add("denied", name, text, say, kind=ValueKind.TEXT, subject=name, evidence=[told])
    _named(facts, reading, "campaigns", "It tells of {}", (MentionKind.CAMPAIGN,))


def _what(facts: FactList, reading: Reading) -> None:
    _named(facts, reading, "tools", "It speaks of {}", (MentionKind.MALWARE, MentionKind.TOOL))


def _whom(facts: FactList, reading: Reading) -> None:
    kinds = (MentionKind.SECTOR, MentionKind.PLACE, MentionKind.ORGANIZATION)
    found = [tuple(mentions) for mentions in by_name(reading, *kinds).values()]
    found.sort(
        key=lambda mentions: kinds.index(mentions[0].kind)
    )  # sectors first: an organisation may only be a source
    _listed(facts, reading, "places", "Sectors, places and organisations that it names: {}", found)


def _named(facts: FactList, reading: Reading, name: str, words: str, kinds: tuple[MentionKind, ...]) -> None:
    """Add a fact that lists the things of some kinds, each with its id and how often it is named."""
    found = by_name(reading, *kinds)
    _listed(facts, reading, name, words, [tuple(m) for m in found.values()])


def _listed(
    facts: FactList, reading: Reading, name: str, words: str, found: Sequence[tuple[EntityMention, ...]]
) -> None:
    if not found:
        return
    say = Saying()
    said = []
    for mentions in found[:6]:
        first = mentions[0]
        text = say.value(ValueKind.TEXT, first.name or first.text, 80)
        if first.ref and first.kind in _NUMBERED and first.ref != text:
            text += f" ({say.value(ValueKind.TEXT, first.ref, 40)})"
        if len(mentions) > 1:
            text += f", {say.n(len(mentions), 'time')}"
        said.append(text)
    nouns = dict.fromkeys(NOUNS[m[0].kind.value][len(found) != 1] for m in found)
    head = f"the {' and '.join(nouns)} " if "{}" in words and name in ("actors", "campaigns", "tools") else ""
    more = f" and {say.n(len(found) - 6)} more" if len(found) > 6 else ""
    text = words.format(head + ("; ".join(said) if any(", " in s for s in said) else joined(said))) + more + "."
    evidence = [sentence_at(reading, m[0].start, m[0].end) for m in found[:6]]
    names = [m[0].name or m[0].text for m in found]
    facts.add(name, names, text, say, kind=ValueKind.TEXT, evidence=unique(evidence))


def _how(facts: FactList, reading: Reading) -> None:
    told = sorted(reading.report_techniques, key=lambda t: (-t.confidence, t.technique))
    if not told:
        return
    say = Saying()
    said = [f"{say.technique(t.technique, t.name)} at {say.share(t.confidence)}" for t in told[:6]]
    more = f" and {say.n(len(told) - 6)} more" if len(told) > 6 else ""
    text = f"It describes {say.n(len(told), 'technique')}: {joined(said)}{more}."
    evidence = [span(reading, *t.sentences[0]) for t in told if t.sentences]
    facts.add(
        "techniques", [t.technique for t in told], text, say, kind=ValueKind.TECHNIQUE, evidence=unique(evidence),
    )  # fmt: skip


def _relations(facts: FactList, reading: Reading) -> None:
    names = names_of(reading)
    done: set[tuple[str, str, str]] = set()
    for relation in sorted(reading.relations, key=lambda r: -r.confidence):
        what = (relation.kind.value, relation.source, relation.target)
        if what in done or relation.source not in names or relation.target not in names:
            continue
        done.add(what)
        say = Saying()
        (source, source_kind), (target, target_kind) = names[relation.source], names[relation.target]
        text = (
            f"It says that {say.value(source_kind, source, 100)} {_VERBS[relation.kind]} "
            f"{say.value(target_kind, target, 100)}, at {say.share(relation.confidence)}."
        )
        place = span(reading, relation.start, relation.end)
        name = _RELATION_FACTS.get(relation.kind, "relation")
        facts.add(name, list(what), text, say, kind=ValueKind.TEXT, subject=source, evidence=[place])
        if len(done) >= MOST_RELATIONS:
            return


def _values(facts: FactList, reading: Reading) -> None:
    found: dict[str, dict[str, SeenObservable]] = {}
    for seen in reading.observables:
        if seen.standing is Standing.INDICATOR and seen.kind.value not in _NO_VALUES:
            found.setdefault(seen.kind.value, {}).setdefault(seen.value, seen)
    n = sum(len(values) for values in found.values())
    others = Counter(o.standing.value for o in reading.observables if o.standing is not Standing.INDICATOR)
    if not n:
        if others:
            say = Saying()
            text = f"None of the {say.n(sum(others.values()), 'value')} in it is told to be an indicator."
            seen = reading.observables[0]
            facts.add(
                "indicators", [], text, say, kind=ValueKind.COUNT, evidence=[sentence_at(reading, seen.start, seen.end)]
            )
        return
    say = Saying()
    counts = joined([f"{say.n(len(v))} {NOUNS[k][len(v) != 1]}" for k, v in found.items()], 10)
    firsts = [one for values in found.values() for one in list(values.values())[:2]]
    shown = named(say, [(o.value, VALUE_KINDS.get(o.kind, ValueKind.TEXT)) for o in firsts[:6]])
    text = f"It gives {say.n(n, 'indicator')}: {counts}; among them {shown}."
    evidence = [span(reading, o.start, o.end) for o in firsts[:6]]
    facts.add("indicators", n, text, say, kind=ValueKind.COUNT, evidence=evidence)


def _flaws(facts: FactList, reading: Reading) -> None:
    for hole in reading.vulnerabilities[:MOST_VULNERABILITIES]:
        say = Saying()
        text = _flaw(say, reading, hole)
        if text:
            facts.add(
                "vulnerability", hole.cve, text, say, kind=ValueKind.VULNERABILITY, subject=hole.cve,
                evidence=[span(reading, hole.start, hole.end)],
            )  # fmt: skip


def _flaw(say: Saying, reading: Reading, hole: VulnerabilityMention) -> str:
    if not hole.cve:
        return ""
    say.add(ValueKind.VULNERABILITY, hole.cve)
    parts = []
    if hole.exploit is ExploitStatus.EXPLOITED:
        parts.append(f"is exploited, in its words {say.quote(hole.exploit_text, ValueKind.TEXT, 120)}")
    elif hole.exploit is ExploitStatus.POC:
        parts.append(f"has exploit code, in its words {say.quote(hole.exploit_text, ValueKind.TEXT, 120)}")
    elif hole.exploit is ExploitStatus.NOT_KNOWN:
        parts.append(f"is not known to be exploited, in its words {say.quote(hole.exploit_text, ValueKind.TEXT, 120)}")
    for product in hole.affected[:2]:
        name = " ".join(filter(None, (product.vendor, product.product)))
        versions = joined([say.value(ValueKind.TEXT, v, 60) for v in product.versions[:3]])
        fixed = joined([say.value(ValueKind.TEXT, v, 60) for v in product.fixed_in[:3]])
        parts.append(
            f"concerns {say.value(ValueKind.TEXT, name, 80)}"
            + (f" {versions}" if versions else "")
            + (f", fixed in {fixed}" if fixed else "")
        )
    if hole.score is not None:
        say.add(ValueKind.TEXT, f"{hole.score:g}")
        stated = score_in(reading.document.text[hole.start : hole.end]) == hole.score
        parts.append(f"is scored {hole.score:g}" if stated else f"would score {hole.score:g}, as a model proposes")
    if not parts:
        return f"It names {hole.cve} and says no more of it."
    return f"It says that {hole.cve} {joined(parts)}."


def _when(facts: FactList, reading: Reading) -> None:
    for event in reading.events[:MOST_EVENTS]:
        say = Saying()
        text = f"On its timeline, {say.value(ValueKind.TEXT, event.at, 40)}"
        text += f" to {say.value(ValueKind.TEXT, event.until, 40)}" if event.until else ""
        text += f": {say.quote(event.text, ValueKind.TEXT, 200)}."
        facts.add("dated", event.at, text, say, kind=ValueKind.TEXT, evidence=[span(reading, event.start, event.end)])


def _advice(facts: FactList, reading: Reading) -> None:
    """Add what the report itself tells defenders to do: sentences below such a heading, and those that advise."""
    below = [(p.start, p.end) for p in reading.document.parts if any(_HEADS_ADVICE.search(head) for head in p.section)]
    text = reading.document.text
    told = [
        (a, b)
        for a, b in reading.sentences
        if b - a > 12 and (is_advice(text[a:b]) or any(low <= a and b <= high for low, high in below))
    ]
    if not told:
        return
    for a, b in told[:MOST_ADVICE]:
        say = Saying()
        quote = say.quote(text[a:b].strip().rstrip("."), ValueKind.TEXT, 200)
        facts.add(
            "advice", text[a:b], f"It advises: {quote}.", say, kind=ValueKind.TEXT, evidence=[span(reading, a, b)]
        )


def _orders(facts: FactList, reading: Reading) -> None:
    if not reading.suspicious:
        return
    say = Saying()
    n = len(reading.suspicious)
    verb = "speaks" if n == 1 else "speak"
    text = (
        f"{say.n(n, 'passage')} of it {verb} to a model and not to a reader; it is quoted as data and nothing obeys it."
    )
    evidence = [span(reading, start, end) for start, end, _ in reading.suspicious[:4]]
    facts.add("suspicious", n, text, say, kind=ValueKind.COUNT, evidence=evidence)


# ---------------------------------------------------------------------- for programs


def names_of(reading: Reading) -> dict[str, tuple[str, ValueKind]]:
    """Return what the keys of a reading's things are called, and what kind of value each is."""
    from vedette.schema import key_of

    out: dict[str, tuple[str, ValueKind]] = {}
    for mention in reading.entities:
        out.setdefault(key_of(mention), (mention.name or mention.text, ValueKind.TEXT))
    for seen in reading.observables:
        out.setdefault(key_of(seen), (seen.value, VALUE_KINDS.get(seen.kind, ValueKind.TEXT)))
    for told in reading.techniques:
        out.setdefault(key_of(told), (told.technique, ValueKind.TECHNIQUE))
    for whole in reading.report_techniques:
        out.setdefault(f"technique:{whole.technique}", (whole.technique, ValueKind.TECHNIQUE))
    return out


def _as_values(reading: Reading) -> dict[str, Any]:
    document = reading.document
    indicators: dict[str, list[str]] = {}
    for seen in reading.observables:
        if seen.standing is Standing.INDICATOR:
            held = indicators.setdefault(seen.kind.value, [])
            if seen.value not in held:
                held.append(seen.value)

    def listed(*kinds: MentionKind) -> list[dict[str, Any]]:
        return [_named_value(m) for m in by_name(reading, *kinds).values()]

    return {
        "document_id": document.document_id,
        "title": name_of(reading),
        "published_at": iso(document.published_at),
        "language": document.language,
        "actors": [_named_value(m) for m in actors_of(reading).named],
        "denied": [_named_value(m) for m in actors_of(reading).denied],
        "campaigns": listed(MentionKind.CAMPAIGN),
        "tools": listed(MentionKind.MALWARE, MentionKind.TOOL),
        "targets": listed(MentionKind.SECTOR, MentionKind.PLACE, MentionKind.ORGANIZATION),
        "techniques": [
            {"id": t.technique, "name": t.name, "confidence": round(t.confidence, 3)}
            for t in sorted(reading.report_techniques, key=lambda t: (-t.confidence, t.technique))
        ],
        "indicators": indicators,
        "vulnerabilities": [
            {"id": v.cve, "exploit": v.exploit.value, "score": v.score} for v in reading.vulnerabilities if v.cve
        ],
        "timeline": [{"at": e.at, "until": e.until, "text": e.text} for e in reading.events],
        "n_suspicious": len(reading.suspicious),
    }


def _named_value(mentions: Sequence[EntityMention]) -> dict[str, Any]:
    first = mentions[0]
    return {"name": first.name or first.text, "ref": first.ref, "kind": first.kind.value, "count": len(mentions)}


def _unknown(reading: Reading) -> tuple[str, ...]:
    out: list[str] = []
    title = name_of(reading)
    for reason in reading.unjudged:
        out.append(f"Of “{title[:80]}”, this could not be judged: {reason}.")
    if reading.n_abstained:
        out.append(
            f"Of {reading.n_abstained:,} of the {len(reading.sentences):,} sentences of “{title[:80]}” the model of "
            "techniques is not sure and says nothing; vedette extract --unjudged lists those without a technique."
        )
    for unread in reading.document.unread[:3]:
        if unread.place:
            out.append(f"Not read: {unread.place} of “{title[:80]}” ({unread.reason}).")
        else:  # how it was read, or up to where
            out.append(f"Of “{title[:80]}”: {unread.reason}.")
    return tuple(out)


def digests_of(readings: Sequence[Reading]) -> list[Digest]:
    """Return the digest of each report."""
    return [digest_of(reading) for reading in readings]
