"""Tables of results in the README, between two marks of their own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from vedette.schema.scan_tables import scan_arrow_schema

README = Path(__file__).with_name("README.md")


def put_table(name: str, shown: str) -> None:
    """Put a table into the README between the marks of its name."""
    begin, end = f"<!-- results:{name} -->", f"<!-- /results:{name} -->"
    text = README.read_text(encoding="utf-8")
    before, found, rest = text.partition(begin)
    if not found:
        raise SystemExit(f"{README} has no mark {begin}")
    README.write_text(f"{before}{begin}\n{shown}\n{end}{rest.partition(end)[2]}", encoding="utf-8")


def arrow(table: str, rows: Sequence[dict[str, Any]]) -> pa.Table:
    """Return rows as a table of the lake, what is left out empty as readers leave it."""
    schema = scan_arrow_schema(table)
    columns: dict[str, list[Any]] = {}
    for field in schema:
        empty: Any = [] if pa.types.is_list(field.type) else None
        if pa.types.is_string(field.type) and field.name not in ("severity", "status", "owner"):
            empty = ""
        columns[field.name] = [row.get(field.name, empty) for row in rows]
    return pa.table(columns, schema=schema)
