"""Taking a home's state from one database to another: SQLite to PostgreSQL, and back."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, Table, func, insert, select, text

from vedette.errors import UserError
from vedette.store import tables
from vedette.store.state import STATE_FILE, home_id, keep_url, migrated, shown, writing

SQLITE = "sqlite"
"""Stands for the SQLite in the home where a database is named."""
_BATCH_ROWS = 500


def copy_state(home: Path, source: str, target: str) -> dict[str, int]:
    """Copy every row of a home's state to an empty database, all or none; return how many by table.

    Nobody else writes to either meanwhile. The source stays as it is; from then on the home opens the target only.

    Args:
        home: the folder.
        source: URL of the database to read, or ``sqlite``.
        target: URL of the database to fill, or ``sqlite``.

    Raises:
        UserError: they are the same, the source is missing or another home's, or the target holds something already.
        OutsideError: one of them cannot be opened.
    """
    if source == target:
        raise UserError("the state is in that database already")
    if source == SQLITE and not (home / "state.sqlite").is_file():
        raise UserError(f"there is no state.sqlite in {home}", next_step="say where the state is with --from")
    from_engine = migrated(home, None if source == SQLITE else source)
    try:
        to_engine = migrated(home, None if target == SQLITE else target)
        try:
            copied = _copy(home, from_engine, to_engine, claimed=target != SQLITE)
            if target != SQLITE:
                keep_url(home, to_engine)
        finally:
            to_engine.dispose()
    finally:
        from_engine.dispose()
    if target == SQLITE:
        (home / STATE_FILE).unlink(missing_ok=True)
    return copied


def _copy(home: Path, source: Engine, target: Engine, *, claimed: bool) -> dict[str, int]:
    copied = {}
    mine = home_id(home)
    with writing(source) as reader, writing(target) as writer:
        owner = reader.execute(select(tables.home.c.home_id)).scalar()
        if owner is not None and owner != mine:
            raise UserError(f"the state database {shown(source)} belongs to another home than {home}")
        for table in tables.metadata.sorted_tables:
            held = writer.execute(select(func.count()).select_from(table)).scalar() or 0
            if held and not (table is tables.home and writer.execute(select(table)).scalar() == mine):
                raise UserError(
                    f"the database {shown(target)} is not empty: {held} rows in {table.name}",
                    next_step="give an empty one",
                )
        for table in tables.metadata.sorted_tables:
            if table is tables.home:
                continue
            keys = list(table.primary_key)
            rows = reader.execution_options(yield_per=_BATCH_ROWS).execute(select(table).order_by(*keys))
            copied[table.name] = 0
            for part in rows.mappings().partitions(_BATCH_ROWS):
                writer.execute(insert(table), [dict(row) for row in part])
                copied[table.name] += len(part)
            if target.dialect.name == "postgresql":
                _count_on(writer, table)
        if claimed and not writer.execute(select(func.count()).select_from(tables.home)).scalar():
            writer.execute(insert(tables.home).values(home_id=mine))
    return copied


def _count_on(writer: Connection, table: Table) -> None:
    """Let the numbers that the database gives go on after those that were copied."""
    column = table.autoincrement_column
    if column is None:
        return
    writer.execute(
        text(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'), "  # noqa: S608 (our names)
            f"(SELECT max({column.name}) FROM {table.name})) WHERE EXISTS (SELECT 1 FROM {table.name})"
        )
    )
