"""Readings for the tests of intel: any, made by Hypothesis, and some of a written report."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

from hypothesis import strategies as st

from vedette.schema import (
    AffectedProduct,
    Document,
    DocumentPart,
    EntityMention,
    ExploitStatus,
    Link,
    MentionKind,
    ObservableKind,
    PartKind,
    Reading,
    Reasoned,
    Relation,
    RelationKind,
    ReportEvent,
    ReportTechnique,
    SeenObservable,
    Standing,
    TechniqueMention,
    Unread,
    VulnerabilityMention,
)

_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
_TEXTS = st.lists(_TEXT, max_size=3).map(tuple)
_SHARE = st.floats(0, 1)
_PLACE = st.integers(0, 10**6)
_SPANS = st.lists(st.tuples(_PLACE, _PLACE), max_size=3).map(tuple)
_REASONED = st.builds(
    Reasoned, value=_TEXT, confidence=_SHARE, reasons=_TEXTS, abstained=st.booleans(), said=st.booleans()
)


def _many(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(strategy, max_size=3).map(tuple)


DOCUMENTS = st.builds(
    Document,
    document_id=st.uuids().map(lambda one: f"doc-{one.hex[:16]}"),
    title=_TEXT,
    source=_TEXT,
    text=_TEXT,
    parts=_many(
        st.builds(
            DocumentPart,
            kind=st.sampled_from(PartKind),
            start=_PLACE,
            end=_PLACE,
            origin=_TEXT,
            section=_TEXTS,
            name=_TEXT,
        )
    ),
    media_type=_TEXT,
    language=st.none() | st.sampled_from(("en", "de")),
    published_at=st.none()
    | st.integers(0, 2**52).map(lambda us: datetime.fromtimestamp(0, UTC) + timedelta(microseconds=us)),
    authors=_TEXTS,
    links=_many(st.builds(Link, start=_PLACE, end=_PLACE, target=_TEXT)),
    unread=_many(st.builds(Unread, place=_TEXT, reason=_TEXT)),
    fields=st.dictionaries(_TEXT, _TEXT, max_size=3),
)
READINGS = st.builds(
    Reading,
    document=DOCUMENTS,
    observables=_many(
        st.builds(
            SeenObservable, kind=st.sampled_from(ObservableKind), value=_TEXT, text=_TEXT, start=_PLACE, end=_PLACE,
            sort=_TEXT, defanged=st.booleans(), standing=st.sampled_from(Standing), reason=_TEXT, confidence=_SHARE,
        )
    ),
    entities=_many(
        st.builds(
            EntityMention, kind=st.sampled_from(MentionKind), text=_TEXT, start=_PLACE, end=_PLACE, confidence=_SHARE,
            ref=st.none() | _TEXT, name=_TEXT, link_confidence=st.none() | _SHARE, how=_TEXT, others=_TEXTS,
        )
    ),
    sentences=_SPANS,
    techniques=_many(
        st.builds(
            TechniqueMention, technique=_TEXT, name=_TEXT, start=_PLACE, end=_PLACE, confidence=_SHARE,
            explicit=st.booleans(),
        )
    ),
    report_techniques=_many(
        st.builds(ReportTechnique, technique=_TEXT, name=_TEXT, confidence=_SHARE, sentences=_SPANS)
    ),
    n_abstained=_PLACE,
    relations=_many(
        st.builds(
            Relation, kind=st.sampled_from(RelationKind), source=_TEXT, target=_TEXT, start=_PLACE, end=_PLACE,
            confidence=_SHARE,
        )
    ),
    events=_many(st.builds(ReportEvent, at=_TEXT, until=_TEXT, text=_TEXT, start=_PLACE, end=_PLACE, keys=_TEXTS)),
    vulnerabilities=_many(
        st.builds(
            VulnerabilityMention, cve=_TEXT, start=_PLACE, end=_PLACE,
            affected=_many(
                st.builds(
                    AffectedProduct, product=_TEXT, vendor=_TEXT, versions=_TEXTS, fixed_in=_TEXTS, start=_PLACE,
                    end=_PLACE,
                )
            ),
            weakness=st.none() | _REASONED, cvss=st.none() | _REASONED, score=st.none() | st.floats(0, 10),
            exploit=st.sampled_from(ExploitStatus), exploit_text=_TEXT,
        )
    ),
    suspicious=_many(st.tuples(_PLACE, _PLACE, _TEXT)),
    unjudged=_TEXTS,
)  # fmt: skip


def told(text: str, **more: Any) -> Reading:
    """Return a reading of a text with marked things: ``[[domain:evil.example]]``, ``[[group:APT28|G0007]]``.

    Indicators are marked with ``!``: ``[[!ip:203.0.113.7]]``; other standings by their name before a slash:
    ``[[victim/domain:a.example]]``.
    """
    document_id = more.pop("document_id", f"doc-{blake2b(text.encode(), digest_size=8).hexdigest()}")
    title = more.pop("title", text[:40])
    published_at = more.pop("published_at", None)
    plain, observables, entities, at = "", [], [], 0
    for match in _MARK.finditer(text):
        plain += text[at : match.start()]
        at = match.end()
        kind, value, ref = match["kind"], match["value"], match["ref"]
        start, end = len(plain), len(plain) + len(value)
        plain += value
        if kind in set(MentionKind):
            entities.append(
                EntityMention(
                    kind=MentionKind(kind), text=value, start=start, end=end, confidence=0.9, ref=ref,
                    name=value if ref is None else more.get("names", {}).get(ref, value),
                )
            )  # fmt: skip
        else:
            standing = Standing.INDICATOR if match["bad"] else Standing(match["standing"] or "observable")
            observables.append(
                SeenObservable(
                    kind=ObservableKind(kind), value=value.lower() if kind != "cve" else value, text=value,
                    start=start, end=end, standing=standing,
                )
            )  # fmt: skip
    plain += text[at:]
    more.pop("names", None)
    document = Document(
        document_id=document_id, title=title, source=f"{title}.txt", text=plain, parts=(), published_at=published_at
    )
    sentences, begin = [], 0
    for part in plain.split(". "):
        sentences.append((begin, begin + len(part)))
        begin += len(part) + 2
    made = {"observables": tuple(observables), "entities": tuple(entities), "sentences": tuple(sentences), **more}
    return Reading(document=document, **made)


_MARK = re.compile(r"\[\[(?P<bad>!)?(?:(?P<standing>\w+)/)?(?P<kind>\w+):(?P<value>[^\]|]+)(?:\|(?P<ref>[^\]]+))?\]\]")


def spans_of(reading: Reading, words: str) -> tuple[int, int]:
    """Return where words stand in a reading's text."""
    start = reading.document.text.index(words)
    return start, start + len(words)
