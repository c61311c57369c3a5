"""Tables of the working database: rows put in from Python, rows read while others are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

BATCH = 50_000
_PAGES = count()


def put(connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, Sequence[Any]], kinds: str) -> None:
    """Append rows to a table of ``work``, made where it is new from ``kinds``, its columns in DuckDB's words."""
    import pyarrow as pa

    if kinds:
        connection.execute(f"CREATE TABLE IF NOT EXISTS work.{table} ({kinds})")
    if not next(iter(columns.values()), ()):
        return
    given = pa.table({name: pa.array(values) for name, values in columns.items()})
    connection.register("given_rows", given)
    listed = ", ".join(f'"{name}"' for name in columns)
    connection.execute(f"INSERT INTO work.{table} ({listed}) SELECT {listed} FROM given_rows")  # noqa: S608 (ours)
    connection.unregister("given_rows")


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> Iterator[tuple[Any, ...]]:
    """Yield a query's rows, in the order of their columns, without holding them all; others may be made meanwhile."""
    page = f"work.page_{next(_PAGES)}"
    connection.execute(f"CREATE TABLE {page} AS {sql}")
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {page} ORDER BY ALL")  # noqa: S608 (our name)
            while batch := cursor.fetchmany(BATCH):
                yield from batch
    finally:
        connection.execute(f"DROP TABLE {page}")


def has_view(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Return whether a connection has a view."""
    found = connection.execute("SELECT count(*) FROM duckdb_views() WHERE view_name = ?", [name]).fetchone()
    return bool(found and found[0])
