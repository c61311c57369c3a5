"""The state database: what is small and changes (catalogue, findings, cases, notes, quarantine).

SQLite by default, in write-ahead mode so that readers and writers do not wait for each other;
any SQLAlchemy URL works. The schema is versioned by Alembic (``store/migrations``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError, OperationalError

from vedette.errors import OutsideError, UserError

HEAD = "0001"
"""Alembic revision that this code speaks."""

_BUSY_MS = 60_000


def open_state(home: Path, url: str | None = None) -> Engine:
    """Return an engine on the state database of ``home``, created or migrated to :data:`HEAD`.

    Raises:
        UserError: the database was written by a newer Vedette.
        OutsideError: it cannot be opened or is damaged.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutsideError(
            f"cannot make the home folder: {error.strerror}", location=str(home), next_step="choose another --home"
        ) from error
    engine = create_engine(url or f"sqlite:///{home / 'state.sqlite'}")
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_pragmas)
        event.listen(engine, "begin", _begin_immediate)
    try:
        _migrate(engine, home)
    except (DatabaseError, OSError, TimeoutError) as error:
        raise OutsideError(
            f"cannot open the state database: {getattr(error, 'orig', error)}",
            location=str(home),
            next_step="check that the folder is writable and the file is not damaged",
        ) from error
    return engine


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    # the driver's own transactions are turned off so that BEGIN IMMEDIATE below is the only one
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={_BUSY_MS}", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in one write transaction, which nobody else's write can interleave."""
    try:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection
    except OperationalError as error:
        raise OutsideError(
            f"cannot write to the state database: {error.orig}",
            location=str(engine.url.database),
            next_step="check the disk's space, and whether another program holds the database",
        ) from error


def _migrate(engine: Engine, home: Path) -> None:
    if _revision(engine) == HEAD:
        return
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError
    from filelock import FileLock

    with FileLock(home / "state.lock", timeout=60):
        if _revision(engine) == HEAD:
            return
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        try:
            with writing(engine) as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except CommandError as error:
            raise UserError(
                f"the state in {home} was written by a newer Vedette ({error})",
                next_step="upgrade Vedette, or use another --home",
            ) from error


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
        return str(row[0]) if row else None


def to_db(moment: datetime) -> datetime:
    """Return a UTC-aware time as the naive UTC that the database holds."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def from_db(moment: datetime) -> datetime:
    """Return a database time as UTC-aware."""
    return moment.replace(tzinfo=UTC)


def now() -> datetime:
    """Return the time now, UTC, naive as the database holds it."""
    return datetime.now(UTC).replace(tzinfo=None)
