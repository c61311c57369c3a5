"""Flat tables: how the columns of a noun are declared once for Arrow, Parquet and DuckDB.

A column names the field of the noun that it holds. What is flat is joined by SQL; what is not has a list's or JSON
text's column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pyarrow as pa

ColumnKind = Literal["string", "strings", "float", "int", "bool", "time", "json"]
"""What a column holds; ``json`` is JSON text of nouns that lie in the noun."""


@dataclass(frozen=True, slots=True)
class FlatColumn:
    """One column of a flat table."""

    name: str
    kind: ColumnKind
    field: str
    """The noun's field, dotted where it lies in a noun of its own: ``place.name``; empty where the column is made."""


def flat_columns(*given: str) -> tuple[FlatColumn, ...]:
    """Return columns from ``name``, ``name:kind`` or ``name:kind=field``; a column is text where nothing is said.

    With ``name:kind=`` no field of the noun holds it: it is made.
    """
    out = []
    for text in given:
        name, _, rest = text.partition(":")
        kind, is_named, field = rest.partition("=")
        out.append(FlatColumn(name, kind or "string", field if is_named else name))  # type: ignore[arg-type]
    return tuple(out)


def flat_arrow_schema(columns: Sequence[FlatColumn]) -> pa.Schema:
    """Return the Arrow schema of columns."""
    import pyarrow as pa

    kinds: dict[str, pa.DataType] = {
        "string": pa.string(),
        "strings": pa.list_(pa.string()),
        "float": pa.float64(),
        "int": pa.int64(),
        "bool": pa.bool_(),
        "time": pa.timestamp("us", tz="UTC"),
        "json": pa.string(),
    }
    return pa.schema([(column.name, kinds[column.kind]) for column in columns])
