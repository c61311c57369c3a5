"""Readings as tables and back: one row a thing, so that SQL joins reports with each other and with events.

The way there and back keeps everything but halves of characters (lone surrogates), which no file can hold: they become
U+FFFD, one for one, so that offsets stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

import orjson

from vedette.schema import (
    EntityMention,
    Reading,
    Relation,
    ReportEvent,
    ReportTechnique,
    SeenObservable,
    VulnerabilityMention,
    key_of,
)
from vedette.schema.flat_tables import FlatColumn
from vedette.schema.intel_tables import (
    INTEL_TABLES,
    REPORT_SCOPE,
    SENTENCE_SCOPE,
    intel_arrow_schema,
    intel_columns,
)

if TYPE_CHECKING:
    import pyarrow as pa

_LONE = re.compile("[\ud800-\udfff]")
_MADE: dict[str, Callable[[Any], Any]] = {
    "key": key_of,
    "scope": lambda thing: REPORT_SCOPE if isinstance(thing, ReportTechnique) else SENTENCE_SCOPE,
}
"""Columns that no field holds, and what makes them."""


def tables_of(readings: Iterable[Reading], *, read_at: datetime | None = None) -> dict[str, pa.Table]:
    """Return every table of :data:`vedette.schema.intel_tables.INTEL_TABLES` for some readings, rows in their order.

    Args:
        readings: what was read; a document at most once.
        read_at: when, UTC; left empty, equal readings give equal bytes whenever they are read.
    """
    import pyarrow as pa

    columns: dict[str, list[list[Any]]] = {table: [[] for _ in intel_columns(table)] for table in INTEL_TABLES}
    for reading in readings:
        try:
            rows = _rows(reading, read_at)
        except (UnicodeEncodeError, orjson.JSONEncodeError):
            rows = _rows(whole(reading), read_at)
        for table, found in rows.items():
            for column, values in zip(columns[table], zip(*found, strict=True), strict=False):
                column.extend(values)
    out = {}
    for table, lists in columns.items():
        schema = intel_arrow_schema(table)
        arrays = [pa.array(values, kind) for values, kind in zip(lists, schema.types, strict=True)]
        out[table] = pa.Table.from_arrays(arrays, schema=schema)
    return out


def readings_of(tables: Mapping[str, pa.Table]) -> list[Reading]:
    """Return the readings that tables hold, in the order of their documents.

    Args:
        tables: what :func:`tables_of` gave, or the lake; only ``intel_documents`` must be there.
    """
    from pydantic import TypeAdapter

    held: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for table in INTEL_TABLES:
        if table == "intel_documents" or table not in tables:
            continue
        for row in sorted(tables[table].to_pylist(), key=lambda row: (row["document_id"], row["number"])):
            held.setdefault(row["document_id"], {}).setdefault(table, []).append(_nested(table, row))
    adapter = TypeAdapter(Reading)
    out = []
    for row in tables["intel_documents"].to_pylist():
        things = held.get(row["document_id"], {})
        said = _nested("intel_documents", row)
        for table, (field, _) in _PLACES.items():
            said[field] = things.get(table, [])
        both = things.get("intel_techniques", [])
        said["techniques"] = [thing for thing in both if thing["scope"] == SENTENCE_SCOPE]
        said["report_techniques"] = [thing for thing in both if thing["scope"] == REPORT_SCOPE]
        for thing in both:
            del thing["scope"]
        out.append(adapter.validate_python(said))
    return out


_PLACES: dict[str, tuple[str, type]] = {
    "intel_observables": ("observables", SeenObservable),
    "intel_entities": ("entities", EntityMention),
    "intel_relations": ("relations", Relation),
    "intel_events": ("events", ReportEvent),
    "intel_vulnerabilities": ("vulnerabilities", VulnerabilityMention),
}
"""Table to the reading's field and its noun; techniques have two."""


def _rows(reading: Reading, read_at: datetime | None) -> dict[str, list[list[Any]]]:
    document_id = reading.document.document_id
    row = [
        read_at if get is None else get(reading)
        for get in _getters("intel_documents", frozenset(Reading.__dataclass_fields__))
    ]
    out = {"intel_documents": [row]}
    things: dict[str, Sequence[Any]] = {
        "intel_techniques": (*reading.techniques, *reading.report_techniques),
        **{table: getattr(reading, field) for table, (field, _) in _PLACES.items()},
    }
    for table, held in things.items():
        rows = []
        for number, thing in enumerate(held):
            getters = _getters(table, frozenset(type(thing).__dataclass_fields__))
            rows.append([document_id, number, *(get(thing) for get in getters if get is not None)])
        out[table] = rows
    return out


@cache
def _getters(table: str, names: frozenset[str]) -> tuple[Callable[[Any], Any] | None, ...]:
    """Return a function for each column of the table of a noun with some fields; None for ``read_at``."""
    out: list[Callable[[Any], Any] | None] = []
    for column in INTEL_TABLES[table]:
        if not column.field:
            out.append(_MADE.get(column.name))
        elif column.field.partition(".")[0] not in names:
            out.append(_nothing)
        else:
            out.append(_getter(column))
    return tuple(out)


def _nothing(_thing: object) -> None:
    return None


def _getter(column: FlatColumn) -> Callable[[Any], Any]:
    first, _, second = column.field.partition(".")
    is_json = column.kind == "json"

    def get(thing: Any) -> Any:
        value = getattr(thing, first)
        if second and value is not None:
            value = getattr(value, second)
        if is_json:
            return (
                None if value is None else orjson.dumps(dict(value) if isinstance(value, Mapping) else value).decode()
            )
        if isinstance(value, str):
            value.encode()
        return value

    return get


def _nested(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as its noun is built: dotted fields in objects of their own, made columns left out."""
    out: dict[str, Any] = {}
    for column in INTEL_TABLES[table]:
        value: Any = row.get(column.name)
        if not column.field:
            if column.name == "scope":
                out["scope"] = value
            continue
        if value is None:  # the noun's own default: nothing else is null
            continue
        if column.kind == "time" and value.tzinfo is None:  # as DuckDB gives it
            value = value.replace(tzinfo=UTC)
        first, _, second = column.field.partition(".")
        place = out.setdefault(first, {}) if second else out
        place[second or first] = orjson.loads(value) if column.kind == "json" else value
    return out


def whole(value: Any) -> Any:
    """Return a noun with halves of characters replaced, however deep they lie."""
    if isinstance(value, str):
        return value if isinstance(value, StrEnum) else _LONE.sub("\ufffd", value)
    if isinstance(value, tuple):
        return tuple(whole(one) for one in value)
    if isinstance(value, Mapping):
        return {whole(key): whole(one) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{spec.name: whole(getattr(value, spec.name)) for spec in fields(value)})
    return value
