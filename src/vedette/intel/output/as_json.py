"""A reading as JSON, in the nouns' own field names, with the words that each range holds."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from vedette.schema import EntityMention, Reading, Relation, ReportEvent, VulnerabilityMention


def as_dict(reading: Reading) -> dict[str, Any]:
    """Return a reading as plain values.

    ``techniques`` are those of the report, best first, each with its best sentence as ``span`` and all as ``spans``;
    ``sentences`` are those that describe a technique.
    """
    document, text = reading.document, reading.document.text

    def span(start: int, end: int) -> dict[str, Any]:
        return {"start": start, "end": end, "text": text[start:end]}

    by_sentence: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for one in reading.techniques:
        by_sentence.setdefault((one.start, one.end), []).append(
            {"id": one.technique, "name": one.name, "confidence": one.confidence, "explicit": one.explicit}
        )
    return {
        "document": {
            "document_id": document.document_id,
            "title": document.title,
            "source": document.source,
            "media_type": document.media_type,
            "language": document.language,
            "published_at": document.published_at.isoformat() if document.published_at else None,
            "authors": list(document.authors),
            "fields": dict(document.fields),
            "characters": len(text),
            "unread": [asdict(one) for one in document.unread],
        },
        "observables": [asdict(one) | {"standing": one.standing.value} for one in reading.observables],
        "entities": [_entity(one) for one in reading.entities],
        "techniques": [
            {
                "id": one.technique,
                "name": one.name,
                "confidence": one.confidence,
                "span": span(*one.sentences[0]),
                "spans": [span(*place) for place in one.sentences],
            }
            for one in reading.report_techniques
        ],
        "sentences": [span(*place) | {"techniques": found} for place, found in sorted(by_sentence.items())],
        "n_sentences": len(reading.sentences),
        "n_abstained": reading.n_abstained,
        "relations": [_relation(one, text) for one in reading.relations],
        "events": [_event(one) for one in reading.events],
        "vulnerabilities": [_vulnerability(one, text) for one in reading.vulnerabilities],
        "suspicious": [span(start, end) | {"what": what} for start, end, what in reading.suspicious],
        "unjudged": list(reading.unjudged),
    }


def _entity(one: EntityMention) -> dict[str, Any]:
    return asdict(one) | {"others": list(one.others)}


def _relation(one: Relation, text: str) -> dict[str, Any]:
    return asdict(one) | {"text": text[one.start : one.end]}


def _event(one: ReportEvent) -> dict[str, Any]:
    return asdict(one) | {"keys": list(one.keys)}


def _vulnerability(one: VulnerabilityMention, text: str) -> dict[str, Any]:
    return asdict(one) | {"text": text[one.start : one.end]}
