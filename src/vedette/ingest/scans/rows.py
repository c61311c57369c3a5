"""Records as rows, held by column until they are many enough to be written."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from vedette.ingest.scans.base import ScanRefusal
from vedette.schema import ScanRecord, ScanReport, record_id
from vedette.schema.scan_tables import RECORD_TABLES, SCAN_TABLES, scan_arrow_schema, scan_row

if TYPE_CHECKING:
    import pyarrow as pa

FULL_ROWS = 16_384
FULL_CHARS = 16 << 20
MAX_TEXT_CHARS = 32 << 10
"""Titles, descriptions and statements are cut here."""
MAX_FIELD_CHARS = 256 << 10
"""A record with a longer field, or list of fields, is refused."""

MAX_POINTER_CHARS = 4_000

_EMPTY: dict[str, type] = {"string": str, "strings": tuple}
_CUT = frozenset({"title", "description", "statement", "status_by"})


class Rows:
    """Rows of each table that wait to be written. For one thread."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in SCAN_TABLES}
        self.n_rows = 0
        self._n_chars = 0

    @property
    def is_full(self) -> bool:
        """Return whether it is time to write."""
        return self.n_rows >= FULL_ROWS or self._n_chars >= FULL_CHARS

    def add(self, record: ScanRecord, report: str) -> ScanRefusal | None:
        """Take one record; return why not where a field of it is not what it must be.

        Args:
            record: what a reader yields.
            report: id of its report.
        """
        table = RECORD_TABLES.get(type(record))
        if table is None:
            return ScanRefusal("", f"the reader gave a {type(record).__name__}")
        try:
            pointer = _text(record.pointer)[:MAX_POINTER_CHARS]
            row, n_chars = _checked(table, scan_row(table, record))
        except ValueError as error:
            return ScanRefusal(str(record.pointer)[:1_000], str(error), repr(record)[:2_000].encode("utf-8", "replace"))
        self._rows[table].append((report, record_id(report, record.pointer), pointer, *row))
        self.n_rows += 1
        self._n_chars += n_chars + len(pointer)
        return None

    def add_report(self, report: ScanReport) -> None:
        """Take a report's own row."""
        row, n_chars = _checked("scan_reports", scan_row("scan_reports", report), limit=1 << 30)
        self._rows["scan_reports"].append(row)
        self.n_rows += 1
        self._n_chars += n_chars

    def take(self) -> dict[str, pa.Table]:
        """Return what is held as Arrow tables, and hold nothing any more."""
        import pyarrow as pa

        out: dict[str, pa.Table] = {}
        for table, rows in self._rows.items():
            if not rows:
                continue
            schema = scan_arrow_schema(table)
            columns = zip(*rows, strict=True)
            arrays = [pa.array(column, type=kind.type) for column, kind in zip(columns, schema, strict=True)]
            out[table] = pa.Table.from_arrays(arrays, schema=schema)
        self.__init__()  # type: ignore[misc]
        return out


def _checked(table: str, values: tuple[Any, ...], limit: int = MAX_FIELD_CHARS) -> tuple[tuple[Any, ...], int]:
    """Return values as their columns hold them, and how many characters they take."""
    out: list[Any] = []
    n_chars = 0
    for column, value in zip(SCAN_TABLES[table], values, strict=True):
        kind = column.kind
        # most fields of most records say nothing
        if value is None or (not value and value.__class__ is _EMPTY.get(kind)):
            out.append(value)
            continue
        kept: Any = value
        if kind == "string":
            kept = _text(value)
            if column.name in _CUT and len(kept) > MAX_TEXT_CHARS:
                kept = kept[: MAX_TEXT_CHARS - 1] + "…"
            size = len(kept)
        elif kind == "strings":
            if isinstance(value, str) or not isinstance(value, (tuple, list)):
                raise ValueError(f"{column.name}: not a list of texts")
            kept = [_text(item) for item in value]
            size = sum(map(len, kept)) + len(kept)
        else:
            size = 8
            kept = _scalar(kind, column.name, value)
        if size > limit:
            raise ValueError(f"{column.name} is longer than {limit:,} characters")
        n_chars += size
        out.append(kept)
    return tuple(out), n_chars


def _text(value: Any) -> str:
    """Return text that any engine takes: half a surrogate pair, which JSON can spell, is held as its escape."""
    if not isinstance(value, str):
        raise ValueError(f"not a text: {type(value).__name__}")
    text = str(value)
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _scalar(kind: str, name: str, value: Any) -> Any:
    if kind == "bool":
        if not isinstance(value, bool):
            raise ValueError(f"{name}: not true or false")
        return value
    if kind == "time":
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise ValueError(f"{name}: not a time with a zone")
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        raise ValueError(f"{name}: not a number")
    if kind == "int":
        return int(value)
    if abs(value) == float("inf"):
        raise ValueError(f"{name}: not a number")
    return float(value)
