"""Many reports together: each actor, technique, value or flaw once, with who says what of it, and where they differ.

Nothing is voted on: where two reports contradict each other, both are shown with their words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vedette.intel.digest.digest import name_of, names_of
from vedette.intel.digest.incidents import is_called_harmless, told_of
from vedette.intel.digest.sources import sentence_at, span
from vedette.schema import (
    Evidence,
    ExploitStatus,
    Reading,
    RelationKind,
    Standing,
    key_of,
)

_HARMLESS = frozenset({Standing.REFERENCE, Standing.VICTIM, Standing.EXAMPLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A report that speaks of a thing, and where."""

    document_id: str
    title: str
    published_at: datetime | None
    n_times: int
    evidence: tuple[Evidence, ...]
    """The sentences, first ones first."""
    as_written: tuple[str, ...] = ()
    """The forms in which it writes it."""
    standing: Standing | None = None
    """Of a value: what the report takes it for, at worst."""
    confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """One thing, as some reports speak of it."""

    key: str
    kind: str
    """Of the entity or observable, or ``technique``."""
    name: str
    sources: tuple[Source, ...]
    """In the order of the reports."""
    related: tuple[tuple[str, str, str, tuple[Evidence, ...]], ...] = ()
    """(relation, "of" or "to", the other's key, sentences): what reports say that it does or that is done to it."""


class Subject(StrEnum):
    """What reports contradict each other about."""

    ATTRIBUTION = "attribution"
    STANDING = "standing"
    DATE = "date"
    EXPLOITED = "exploited"
    SCORE = "score"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What some reports say."""

    said: str
    reports: tuple[str, ...]
    """Their titles."""
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Reports that do not agree about a thing."""

    subject: Subject
    key: str
    name: str
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """What many reports say."""

    n_reports: int
    things: tuple[Merged, ...]
    """Those that most reports speak of first, then by key."""
    contradictions: tuple[Contradiction, ...]

    def of(self, *kinds: str) -> tuple[Merged, ...]:
        """Return the things of some kinds."""
        return tuple(thing for thing in self.things if thing.kind in kinds)

    def get(self, key: str) -> Merged | None:
        """Return the thing of a key."""
        return next((thing for thing in self.things if thing.key == key), None)


def merged(readings: Sequence[Reading]) -> Together:
    """Return the things of reports, each once with its sources, and the contradictions.

    Args:
        readings: what was read; a document at most once.
    """
    names: dict[str, tuple[str, str]] = {}
    sources: dict[str, list[Source]] = {}
    related: dict[str, dict[tuple[str, str, str], list[Evidence]]] = {}
    for reading in readings:
        for key, kind, name, source in _things(reading):
            names.setdefault(key, (kind, name))
            sources.setdefault(key, []).append(source)
        for relation in reading.relations:
            place = span(reading, relation.start, relation.end)
            what = relation.kind.value
            related.setdefault(relation.source, {}).setdefault((what, "to", relation.target), []).append(place)
            related.setdefault(relation.target, {}).setdefault((what, "of", relation.source), []).append(place)
    things = [
        Merged(
            key=key,
            kind=names[key][0],
            name=names[key][1],
            sources=tuple(held),
            related=tuple((*what, tuple(places)) for what, places in related.get(key, {}).items()),
        )
        for key, held in sources.items()
    ]
    things.sort(key=lambda t: (-len(t.sources), -sum(s.n_times for s in t.sources), t.key))
    return Together(n_reports=len(readings), things=tuple(things), contradictions=contradictions(readings))


def _things(reading: Reading) -> Iterable[tuple[str, str, str, Source]]:
    """Yield key, kind, name and source of each thing of a report."""
    document = reading.document
    title = name_of(reading)

    def source(places: list[Evidence], forms: Iterable[str], **more: object) -> Source:
        return Source(
            document_id=document.document_id, title=title, published_at=document.published_at, n_times=len(places),
            evidence=tuple({(e.start, e.end): e for e in places}.values())[:8],
            as_written=tuple(dict.fromkeys(forms))[:8], **more,  # type: ignore[arg-type]
        )  # fmt: skip

    entities: dict[str, list[int]] = {}
    for number, mention in enumerate(reading.entities):
        if mention.denied:
            continue
        entities.setdefault(key_of(mention), []).append(number)
    for key, numbers in entities.items():
        mentions = [reading.entities[n] for n in numbers]
        places = [sentence_at(reading, m.start, m.end) for m in mentions]
        first = mentions[0]
        yield (
            key, first.kind.value, first.name or first.text,
            source(places, (m.text for m in mentions), confidence=max(m.confidence for m in mentions)),
        )  # fmt: skip
    values: dict[str, list[int]] = {}
    for number, seen in enumerate(reading.observables):
        values.setdefault(key_of(seen), []).append(number)
    for key, numbers in values.items():
        held = [reading.observables[n] for n in numbers]
        places = [sentence_at(reading, o.start, o.end) for o in held]
        standing = next((o.standing for o in held if o.standing is Standing.INDICATOR), held[0].standing)
        yield key, held[0].kind.value, held[0].value, source(places, (o.text for o in held), standing=standing)
    for told in reading.report_techniques:
        places = [span(reading, start, end) for start, end in told.sentences]
        key = f"technique:{told.technique}"
        if key not in values:
            yield key, "technique", told.name or told.technique, source(places, (), confidence=told.confidence)


# ---------------------------------------------------------------------- contradictions


def contradictions(readings: Sequence[Reading]) -> tuple[Contradiction, ...]:
    """Return where reports do not agree: attributions, standings of values, dates, exploiting and scores of flaws."""
    names: dict[str, str] = {}
    for reading in readings:
        for key, (name, _) in names_of(reading).items():
            names.setdefault(key, name)
    found = [
        *_attributions(readings, names),
        *_standings(readings),
        *_dates(readings, names),
        *_incidents(readings),
        *_flaws(readings),
    ]
    return tuple(found)


Said = dict[str, list[tuple[str, Evidence]]]
"""What is said to (title of the report, its words)."""


def _contradiction(subject: Subject, key: str, name: str, said: Said, word: Callable[[str], str]) -> Contradiction:
    sides = [
        Side(
            said=word(what),
            reports=tuple(dict.fromkeys(title for title, _ in held)),
            evidence=tuple(evidence for _, evidence in held)[:4],
        )
        for what, held in said.items()
    ]
    return Contradiction(subject=subject, key=key, name=name, sides=tuple(sides))


def _attributions(readings: Sequence[Reading], names: dict[str, str]) -> Iterable[Contradiction]:
    """Yield what one report attributes to somebody and another to somebody else."""
    said: dict[str, Said] = {}
    by_report: dict[str, dict[str, set[str]]] = {}
    for reading in readings:
        for relation in reading.relations:
            if relation.kind is RelationKind.ATTRIBUTED_TO:
                place = span(reading, relation.start, relation.end)
                said.setdefault(relation.source, {}).setdefault(relation.target, []).append((name_of(reading), place))
                held = by_report.setdefault(relation.source, {})
                held.setdefault(reading.document.document_id, set()).add(relation.target)
    for key, sides in said.items():
        targets = list(by_report[key].values())
        if any(a.isdisjoint(b) for i, a in enumerate(targets) for b in targets[i + 1 :]):
            yield _contradiction(Subject.ATTRIBUTION, key, names.get(key, key), sides, lambda t: names.get(t, t))


def _standings(readings: Sequence[Reading]) -> Iterable[Contradiction]:
    """Yield values that one report takes for indicators and another for harmless."""
    said: dict[str, Said] = {}
    names: dict[str, str] = {}
    for reading in readings:
        own: dict[str, tuple[bool, str, Evidence]] = {}
        for seen in reading.observables:
            harmless = is_called_harmless(reading, seen)
            is_bad = seen.standing is Standing.INDICATOR and not harmless
            if not is_bad and not harmless and seen.standing not in _HARMLESS:
                continue
            key = key_of(seen)
            names.setdefault(key, seen.value)
            if key not in own or (is_bad and not own[key][0]):
                own[key] = (
                    is_bad,
                    "harmless" if harmless else seen.standing.value,
                    sentence_at(reading, seen.start, seen.end),
                )
        for key, (_, standing, place) in own.items():
            said.setdefault(key, {}).setdefault(standing, []).append((name_of(reading), place))
    for key, sides in said.items():
        if Standing.INDICATOR.value in sides and len(sides) > 1:
            yield _contradiction(Subject.STANDING, key, names[key], sides, str)


def _dates(readings: Sequence[Reading], names: dict[str, str]) -> Iterable[Contradiction]:
    """Yield things of which each of several reports tells one dated event, at dates that exclude each other."""
    said: dict[tuple[str, ...], Said] = {}
    n_told: dict[tuple[str, ...], int] = {}
    n_reports: dict[tuple[str, ...], set[str]] = {}
    for reading in readings:
        for event in reading.events:
            keys = tuple(sorted(k for k in set(event.keys) if not k.startswith("date:")))
            if not keys:
                continue
            place = span(reading, event.start, event.end)
            said.setdefault(keys, {}).setdefault(event.at, []).append((name_of(reading), place))
            n_told[keys] = n_told.get(keys, 0) + 1
            n_reports.setdefault(keys, set()).add(reading.document.document_id)
    for keys, sides in said.items():
        dates = list(sides)
        apart = any(not a.startswith(b) and not b.startswith(a) for i, a in enumerate(dates) for b in dates[i + 1 :])
        # a report that tells of several events of the same things tells of a course, which contradicts nobody
        if apart and len(n_reports[keys]) > 1 and n_told[keys] == len(n_reports[keys]):
            name = ", ".join(names.get(key, key) for key in keys)
            yield _contradiction(Subject.DATE, keys[0], name, sides, str)


def _incidents(readings: Sequence[Reading]) -> Iterable[Contradiction]:
    """Yield attacks that reports call by the same victim, and of which they name other authors or other days."""
    authors: dict[str, Said] = {}
    dates: dict[str, Said] = {}
    behind: dict[str, dict[str, set[str]]] = {}
    days: dict[str, dict[str, set[str]]] = {}
    called: dict[str, str] = {}
    for reading in readings:
        document_id, title = reading.document.document_id, name_of(reading)
        for told in told_of(reading):
            called.setdefault(told.name, told.called)
            place = span(reading, told.start, told.end)
            for key, name in told.authors:
                authors.setdefault(told.name, {}).setdefault(name, []).append((title, place))
                behind.setdefault(told.name, {}).setdefault(document_id, set()).add(key)
            for day in told.dates:
                dates.setdefault(told.name, {}).setdefault(day, []).append((title, place))
                days.setdefault(told.name, {}).setdefault(document_id, set()).add(day)
    for name, sides in authors.items():
        groups = list(behind[name].values())
        if any(a.isdisjoint(b) for i, a in enumerate(groups) for b in groups[i + 1 :]):
            yield _contradiction(Subject.ATTRIBUTION, f"incident:{name}", called[name], sides, str)
    for name, sides in dates.items():
        told_days = list(days[name].values())
        # a report that gives several days tells of a course, which contradicts nobody
        single = [next(iter(d)) for d in told_days if len(d) == 1]
        if len(single) == len(told_days) and any(
            not a.startswith(b) and not b.startswith(a) for i, a in enumerate(single) for b in single[i + 1 :]
        ):
            yield _contradiction(Subject.DATE, f"incident:{name}", called[name], sides, str)


def _flaws(readings: Sequence[Reading]) -> Iterable[Contradiction]:
    """Yield flaws that one report calls exploited and another not, and those with different scores."""
    exploited: dict[str, Said] = {}
    scores: dict[str, Said] = {}
    for reading in readings:
        for hole in reading.vulnerabilities:
            if not hole.cve:
                continue
            place = span(reading, hole.start, hole.end)
            if hole.exploit in (ExploitStatus.EXPLOITED, ExploitStatus.NOT_KNOWN):
                word = "exploited" if hole.exploit is ExploitStatus.EXPLOITED else "not known to be exploited"
                exploited.setdefault(hole.cve, {}).setdefault(word, []).append((name_of(reading), place))
            if hole.score is not None:
                scores.setdefault(hole.cve, {}).setdefault(f"{hole.score:g}", []).append((name_of(reading), place))
    for subject, held in ((Subject.EXPLOITED, exploited), (Subject.SCORE, scores)):
        for cve, sides in held.items():
            if len(sides) > 1:
                yield _contradiction(subject, f"cve:{cve}", cve, sides, str)
