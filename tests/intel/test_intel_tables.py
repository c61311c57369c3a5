"""Readings as tables: the way there and back keeps all, and what is equal gives equal bytes."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st
from intel_support import READINGS

from vedette.intel.tables import readings_of, tables_of
from vedette.schema import (
    Document,
    EntityMention,
    ObservableKind,
    Reading,
    Relation,
    ReportEvent,
    ReportTechnique,
    SeenObservable,
    TechniqueMention,
    VulnerabilityMention,
)
from vedette.schema.intel_tables import INTEL_TABLES, INTEL_VERSION, intel_arrow_schema, intel_columns

AT = datetime(2026, 3, 9, 12, tzinfo=UTC)


def document(text: str = "Text.", **said: object) -> Document:
    return Document(document_id="doc-0", title="T", source="s.txt", text=text, parts=(), **said)  # type: ignore[arg-type]


@settings(max_examples=25, deadline=None)
@given(st.lists(READINGS, max_size=3, unique_by=lambda r: r.document.document_id))
def test_the_way_there_and_back_keeps_all(readings: list[Reading]) -> None:
    tables = tables_of(readings, read_at=AT)
    assert {name: table.schema for name, table in tables.items()} == {n: intel_arrow_schema(n) for n in INTEL_TABLES}
    assert readings_of(tables) == readings


def test_rows_may_lie_in_any_order(tmp_path: Path) -> None:
    seen = [
        SeenObservable(kind=ObservableKind.DOMAIN, value=f"{n}.example", text=f"{n}.example", start=n, end=n + 9)
        for n in range(3)
    ]
    said = TechniqueMention(technique="T1059", name="x", start=0, end=5, confidence=0.5, explicit=False)
    whole = ReportTechnique(technique="T1059", name="x", confidence=0.5, sentences=((0, 5),))
    reading = Reading(document=document(), observables=tuple(seen), techniques=(said,), report_techniques=(whole,))
    back = {}
    for name, table in tables_of([reading]).items():
        shuffled = table.take(pa.array(reversed(range(table.num_rows)), pa.int64()))
        pq.write_table(shuffled, tmp_path / f"{name}.parquet", store_schema=False)
        back[name] = pq.read_table(tmp_path / f"{name}.parquet")
    assert readings_of(back) == [reading]


def test_halves_of_characters_are_replaced_one_for_one() -> None:
    reading = Reading(document=document("a\ud800b", fields={"x": "\udfff"}), unjudged=("\ud912",))
    back = readings_of(tables_of([reading]))[0]
    assert back.document.text == "a\ufffdb"
    assert back.document.fields == {"x": "\ufffd"}
    assert back.unjudged == ("\ufffd",)


def test_no_reading_gives_tables_without_rows() -> None:
    tables = tables_of([])
    assert set(tables) == set(INTEL_TABLES)
    assert not any(table.num_rows for table in tables.values())
    assert readings_of(tables) == []


def test_equal_readings_give_equal_rows_whenever_they_are_read() -> None:
    reading = Reading(document=document())
    assert tables_of([reading])["intel_documents"].equals(tables_of([replace(reading)])["intel_documents"])
    assert tables_of([reading], read_at=AT)["intel_documents"]["read_at"].to_pylist() == [AT]


def test_every_field_of_a_noun_has_a_column() -> None:
    nouns = {
        "intel_observables": [SeenObservable],
        "intel_entities": [EntityMention],
        "intel_techniques": [TechniqueMention, ReportTechnique],
        "intel_relations": [Relation],
        "intel_events": [ReportEvent],
        "intel_vulnerabilities": [VulnerabilityMention],
    }
    for table, kinds in nouns.items():
        held = {column.field.partition(".")[0] for column in INTEL_TABLES[table]}
        for noun in kinds:
            assert {spec.name for spec in fields(noun)} <= held, table
    held = {column.field for column in INTEL_TABLES["intel_documents"]}
    assert {f"document.{spec.name}" for spec in fields(Document)} <= held
    things = {
        "document",
        "observables",
        "entities",
        "techniques",
        "report_techniques",
        "relations",
        "events",
        "vulnerabilities",
    }
    assert {spec.name for spec in fields(Reading)} - things <= held


def test_changed_columns_have_a_new_version() -> None:
    """Where this fails, the columns changed: raise INTEL_VERSION, then this digest."""
    columns = repr([(table, [(c.name, c.kind) for c in intel_columns(table)]) for table in INTEL_TABLES])
    assert (INTEL_VERSION, blake2b(columns.encode(), digest_size=6).hexdigest()) == (1, "a0e4622fd783")
