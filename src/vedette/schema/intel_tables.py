"""The tables of what is read out of reports, declared once: in the lake and in Parquet files the same.

One row a thing, with the ``document_id`` that it stands in and its ``number`` among its kind there. Offsets are in
characters of ``intel_documents.text``, half open; in SQL a sentence is ``substring(text, start + 1, "end" - start)``.
``key`` is what tells a thing from others across documents (:func:`vedette.schema.key_of`): ``intel_relations.source``
and ``target`` name things by it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from vedette.schema.flat_tables import FlatColumn, flat_arrow_schema, flat_columns

if TYPE_CHECKING:
    import pyarrow as pa

INTEL_VERSION = 1
"""Version of these columns: one more whenever they change; the lake fills what older files lack."""

INTEL_TABLES: dict[str, tuple[FlatColumn, ...]] = {
    "intel_documents": flat_columns(
        "document_id:string=document.document_id", "title:string=document.title",
        "source:string=document.source", "media_type:string=document.media_type",
        "language:string=document.language", "published_at:time=document.published_at",
        "authors:strings=document.authors", "text:string=document.text", "parts:json=document.parts",
        "links:json=document.links", "unread:json=document.unread", "fields:json=document.fields", "sentences:json",
        "n_abstained:int", "suspicious:json", "unjudged:strings", "read_at:time=",
    ),
    "intel_observables": flat_columns(
        "key:string=", "kind", "value", "text", "start:int", "end:int", "sort", "defanged:bool", "standing", "reason",
        "confidence:float",
    ),
    "intel_entities": flat_columns(
        "key:string=", "kind", "text", "start:int", "end:int", "confidence:float", "ref", "name",
        "link_confidence:float", "how", "others:strings", "denied:bool",
    ),
    "intel_techniques": flat_columns(
        "scope:string=", "technique", "name", "start:int", "end:int", "confidence:float", "explicit:bool",
        "sentences:json",
    ),
    "intel_relations": flat_columns(
        "kind", "source", "target", "start:int", "end:int", "confidence:float",
    ),
    "intel_events": flat_columns("at", "until", "text", "start:int", "end:int", "keys:strings"),
    "intel_vulnerabilities": flat_columns(
        "cve", "start:int", "end:int", "affected:json", "cwe:string=weakness.value",
        "cwe_confidence:float=weakness.confidence", "cwe_reasons:strings=weakness.reasons",
        "cwe_abstained:bool=weakness.abstained", "cwe_said:bool=weakness.said", "cvss:string=cvss.value",
        "cvss_confidence:float=cvss.confidence", "cvss_reasons:strings=cvss.reasons",
        "cvss_abstained:bool=cvss.abstained", "cvss_said:bool=cvss.said", "score:float", "exploit", "exploit_text",
    ),
}  # fmt: skip
"""Table to its columns, in order; ``document_id`` and ``number`` come before a thing's."""

SENTENCE_SCOPE = "sentence"
"""``intel_techniques.scope`` of a technique that a sentence describes: ``start`` and ``end`` are the sentence's."""
REPORT_SCOPE = "report"
"""Of one that the report as a whole describes: ``sentences`` are where, best first."""

_HEAD = flat_columns("document_id", "number:int")


@cache
def intel_columns(table: str) -> tuple[FlatColumn, ...]:
    """Return every column of a table in its order, those of the thing's identity first."""
    own = INTEL_TABLES[table]
    return own if table == "intel_documents" else (*_HEAD, *own)


@cache
def intel_arrow_schema(table: str) -> pa.Schema:
    """Return a table's Arrow schema."""
    return flat_arrow_schema(intel_columns(table))
