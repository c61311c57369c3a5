"""The state database: what is small and changes (catalogue, findings, cases, sessions, audit, quarantine).

SQLite by default, in write-ahead mode so that readers and writers do not wait for each other; PostgreSQL for a team.
On both there is one writer at a time (``BEGIN IMMEDIATE``; an advisory lock), so that what a transaction read stays
true until it commits and numbers are given in the order of commits. The schema is versioned by Alembic
(``store/migrations``) and only goes forward.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, InterfaceError, NoSuchModuleError, OperationalError

from vedette.errors import MissingExtraError, OutsideError, UserError

HEAD = "0004"
"""Alembic revision that this code speaks."""

STATE_FILE = "state.json"
"""File in a home whose state is kept elsewhere: where that is, without the password, and the home's id there."""

_BUSY_MS = 60_000
_WRITER = 0x76656465747465
"""Key of the advisory lock that a writer holds on PostgreSQL."""


def open_state(home: Path, url: str | None = None) -> Engine:
    """Return an engine on the state database of ``home``, created or migrated to :data:`HEAD`.

    Args:
        home: the folder; a database elsewhere belongs to the first home that opened it.
        url: SQLAlchemy URL of SQLite or PostgreSQL; None: where the home's state was last, at first SQLite in the home.

    Raises:
        UserError: the database was written by a newer Vedette, belongs to another home, or the URL is wrong.
        OutsideError: it cannot be opened or is damaged.
    """
    url = url or _elsewhere(home)
    engine = migrated(home, url)
    if url is not None:
        try:
            _claim(engine, home)
        except BaseException:
            engine.dispose()
            raise
    return engine


def migrated(home: Path, url: str | None) -> Engine:
    """Return an engine on a database at :data:`HEAD`, whoever's it is. See :func:`open_state`."""
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutsideError(
            f"cannot make the home folder: {error.strerror}", location=str(home), next_step="choose another --home"
        ) from error
    engine = connect(_url(url) if url else URL.create("sqlite", database=str(home / "state.sqlite")))
    place = str(home) if url is None else shown(engine)
    try:
        _migrate(engine, home, place)
    except (DatabaseError, InterfaceError, OSError, TimeoutError) as error:
        engine.dispose()
        raise OutsideError(
            f"cannot open the state database: {str(getattr(error, 'orig', error)).strip()}",
            location=place,
            next_step="check that the folder is writable and the file is not damaged"
            if engine.dialect.name == "sqlite"
            else "check VEDETTE_STATE_URL, and that the database server runs and lets you in",
        ) from error
    except BaseException:
        engine.dispose()
        raise
    return engine


def _url(given: str) -> URL:
    """Return a URL with the driver that comes with Vedette."""
    wrong = "write it as postgresql+psycopg://user:password@host/database"
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        raise UserError("the setting VEDETTE_STATE_URL is no database URL", next_step=wrong) from None
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername.split("+")[0] not in ("sqlite", "postgresql"):
        raise UserError(f"the state is kept on SQLite or PostgreSQL, not on {url.drivername!r}", next_step=wrong)
    return url


def connect(url: URL) -> Engine:
    """Return an engine whose transactions behave as :func:`writing` promises."""
    try:
        if url.get_backend_name() == "sqlite":
            engine = create_engine(url)
            event.listen(engine, "connect", _sqlite_pragmas)
            event.listen(engine, "begin", _begin_immediate)
        else:
            # a server closes connections that idle: look before using one
            engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10})
            event.listen(engine, "begin", _one_writer)
    except NoSuchModuleError:
        raise UserError(f"there is no database driver {url.drivername!r}") from None
    except ModuleNotFoundError as error:
        if url.drivername != "postgresql+psycopg":
            raise UserError(f"the database driver {error.name!r} is not installed") from None
        raise MissingExtraError("server", "a state on PostgreSQL") from error
    return engine


def shown(engine: Engine) -> str:
    """Return where the database is, without its password."""
    return engine.url.render_as_string(hide_password=True)


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


def _one_writer(connection: Connection) -> None:
    # Every statement of a transaction at READ COMMITTED sees what is committed by then, so what is read after the
    # lock is what the writer before left; a transaction-level lock goes with commit, rollback and a dead connection.
    if connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_BUSY_MS}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER})")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in one write transaction, which nobody else's write can interleave."""
    try:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection
    except OperationalError as error:
        raise OutsideError(
            f"cannot write to the state database: {error.orig}",
            location=shown(engine),
            next_step="check the disk's space, and whether another program holds the database",
        ) from error


def empty_log(engine: Engine) -> None:
    """Empty SQLite's write-ahead log, which holds deleted rows as they were; where readers hold it, it goes later."""
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")  # a checkpoint is no part of a transaction
        connection.exec_driver_sql("PRAGMA busy_timeout=1000")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql(f"PRAGMA busy_timeout={_BUSY_MS}")
        connection.exec_driver_sql("BEGIN")


def _migrate(engine: Engine, home: Path, place: str) -> None:
    if _revision(engine) == HEAD:
        return
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    with FileLock(home / "state.lock", timeout=60), writing(engine) as connection:
        # another machine may have migrated while this one waited for the database's own lock
        if _revision(connection) == HEAD:
            return
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise UserError(
                f"the state in {place} was written by a newer Vedette ({error})",
                next_step="upgrade Vedette, or use another --home",
            ) from error


def _revision(bound: Engine | Connection) -> str | None:
    if isinstance(bound, Engine):
        with bound.connect() as connection:
            return _revision(connection)
    if not inspect(bound).has_table("alembic_version"):
        return None
    row = bound.execute(text("SELECT version_num FROM alembic_version")).first()
    return str(row[0]) if row else None


def _claim(engine: Engine, home: Path) -> None:
    """Make the database this home's, once; refuse another home's, whose lake it speaks of."""
    mine = home_id(home)  # before the database's lock: a migration takes the file's lock first
    with engine.connect() as connection:
        owner = connection.execute(text("SELECT home_id FROM home")).scalar()
    if owner is None:
        _refuse_orphans(home)
        with writing(engine) as connection:
            owner = connection.execute(text("SELECT home_id FROM home")).scalar()
            if owner is None:
                owner = mine
                connection.execute(text("INSERT INTO home (home_id) VALUES (:owner)"), {"owner": owner})
    if owner != mine:
        raise UserError(
            f"the state database {shown(engine)} belongs to another home than {home}",
            next_step="use that home, or give this one a database of its own (VEDETTE_STATE_URL)",
        )
    keep_url(home, engine)


def _elsewhere(home: Path) -> str | None:
    """Return the URL of the database that a home's state was last kept in, where that is not its own SQLite."""
    return _state_file(home).get("url") if (home / STATE_FILE).exists() else None


def _state_file(home: Path) -> dict[str, str]:
    try:
        found = json.loads((home / STATE_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        found = error
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        raise OutsideError(
            f"cannot read {STATE_FILE}",
            location=str(home / STATE_FILE),
            next_step="restore it from a backup: without it the lake is nobody's",
        )
    return found


def home_id(home: Path) -> str:
    """Return what names a home folder wherever it is moved or mounted, made when first asked for."""
    with FileLock(home / "state.lock", timeout=60):
        held = _state_file(home)
        if "home_id" not in held:
            held["home_id"] = secrets.token_hex(16)
            _write_state_file(home, held)
        return held["home_id"]


def keep_url(home: Path, engine: Engine) -> None:
    """Note in the home where its state is; not the password, which PostgreSQL's own password file is for."""
    url = engine.url
    query = {k: v for k, v in url.query.items() if "password" not in k}
    text = URL.create(url.drivername, url.username, None, url.host, url.port, url.database, query).render_as_string()
    with FileLock(home / "state.lock", timeout=60):
        held = _state_file(home)
        if held.get("url") != text:
            _write_state_file(home, {**held, "url": text})


def _write_state_file(home: Path, held: dict[str, str]) -> None:
    part = home / (STATE_FILE + ".part")
    part.write_text(json.dumps(held, indent=2) + "\n", encoding="utf-8")
    part.replace(home / STATE_FILE)


def _refuse_orphans(home: Path) -> None:
    """Refuse an empty database for a home whose lake the SQLite beside it knows: its files would be nobody's."""
    path = home / "state.sqlite"
    if not path.is_file():
        return
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        held = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'segments'").fetchone()[0]
        n_files = connection.execute("SELECT count(*) FROM segments").fetchone()[0] if held else 0
    connection.close()
    if n_files:
        raise UserError(
            f"the lake in {home} is known to the SQLite database there, not to the one in VEDETTE_STATE_URL",
            next_step="take the state along with vedette lake copy-state, or use another --home",
        )


def to_db(moment: datetime) -> datetime:
    """Return a UTC-aware time as the naive UTC that the database holds."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def from_db(moment: datetime) -> datetime:
    """Return a database time as UTC-aware."""
    return moment.replace(tzinfo=UTC)


def now() -> datetime:
    """Return the time now, UTC, naive as the database holds it."""
    return datetime.now(UTC).replace(tzinfo=None)
