"""A new home's state on SQLite, migrated once in each process and copied from then on: a tenth of the time.

Migrations have tests of their own, and every home of another process migrates as users' homes do.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import Engine

from vedette.store import state

_real = state._migrate


@cache
def _migrated() -> bytes:
    """The file of a database with today's tables."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.sqlite"
        engine = state.connect(state._url(f"sqlite:///{path}"))
        _real(engine, Path(folder), str(path))
        engine.dispose()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path.read_bytes()


def _copied(engine: Engine, home: Path, place: str) -> None:
    path = Path(engine.url.database or ":memory:")
    if engine.dialect.name == "sqlite" and path.is_absolute() and not path.exists():
        part = path.with_name(f"{path.name}.{os.urandom(8).hex()}")
        part.write_bytes(_migrated())
        with contextlib.suppress(FileExistsError):  # another was first
            os.link(part, path)
        part.unlink()
    _real(engine, home, place)


@contextmanager
def copied_states() -> Iterator[None]:
    """Copy the state of homes that are new."""
    state._migrate = _copied
    try:
        yield
    finally:
        state._migrate = _real
