"""Many reports: a job's rows in, the tables of what was read out of them, on any engine of ``vedette.bulk``.

A process prepares one extractor and keeps it. On a cluster the answers must not depend on who gave them: a worker
whose lists and models are others than those of the program that asks refuses to work.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from vedette.documents.base import Quarantined
from vedette.documents.reading import read_bytes
from vedette.documents.verbatim import as_given
from vedette.errors import InternalError, UserError
from vedette.files import seen_sha256
from vedette.intel.engine import Extractor
from vedette.intel.tables import tables_of
from vedette.schema import Document, Reading

if TYPE_CHECKING:
    import pyarrow as pa

_HOME_FOLDERS = ("names", "models", "knowledge")
"""Those of a home that an extractor looks into."""
_extractor: Extractor | None = None
_prepared: tuple[Path | None, tuple[Path, ...]] | None = None


def fingerprint(home: Path | None, lists: Sequence[Path] = ()) -> str:
    """Return a digest of everything that an extractor reads beside the report: version, lists, models, knowledge.

    It is the version of a job: with another one the answers may be others.
    """
    from vedette import __version__

    digest = hashlib.sha256(__version__.encode())
    roots = [home / name for name in _HOME_FOLDERS] if home is not None else []
    for place, root in [*((p.name, p) for p in roots), *((str(n), p) for n, p in enumerate(lists))]:
        files = [root] if root.is_file() else sorted(p for p in root.rglob("*") if p.is_file())
        for file in files:
            if not any(part.startswith(".") for part in file.relative_to(root).parts):
                name = file.relative_to(root).as_posix()
                digest.update(orjson.dumps([place, name, seen_sha256(file)]))
    return digest.hexdigest()[:32]


def prepare(home: Path | None, lists: Sequence[Path], wanted: str) -> None:
    """Make this process's extractor.

    Args:
        home: as of :class:`vedette.intel.engine.Extractor`.
        lists: likewise.
        wanted: the fingerprint of the program that asks.

    Raises:
        UserError: this machine has other lists or models.
    """
    global _extractor, _prepared
    own = fingerprint(home, lists)
    if own != wanted:
        raise UserError(
            "a worker's lists, models or version are others than here",
            location=str(home),
            next_step="give every node the same home under the same path, or use what ships: --home on a new folder",
        )
    if home is not None and not home.exists():  # on another machine: nothing was in it here, as the digest says
        home = None
    if _extractor is None or _prepared != (home, tuple(lists)):
        _extractor, _prepared = Extractor(home, lists), (home, tuple(lists))
        # what is missing or damaged (a list, a model) is told now and ends the job, and is not the fault of each row
        _extractor.read(as_given("Nothing happened."))


def read_rows(rows: pa.Table) -> dict[str, pa.Table]:
    """Return the tables of the reports in rows of ``id`` and ``text`` or ``content``; a job's function.

    A file that holds several reports makes several; what of it cannot be read is in ``errors``.
    """
    from vedette.bulk.job import told_errors

    if _extractor is None:
        raise InternalError("read_rows runs after prepare")
    told: list[tuple[int, str]] = []
    readings: list[Reading] = []
    for at, row in enumerate(rows.to_pylist()):
        for found in _documents(row):
            if isinstance(found, Quarantined):
                told.append((at, f"{found.source}: {found.reason}"[:500]))
            else:
                readings.append(_extractor.read(found))
    return {**tables_of(readings), "errors": told_errors(told)}


def _documents(row: dict[str, Any]) -> Iterator[Document | Quarantined]:
    if row["text"] is not None:
        document = as_given(row["text"], row["id"])
        # rows that say the same are two documents: their ids tell them apart, so that tables can be joined
        digest = hashlib.sha256(orjson.dumps(row["id"]) + document.document_id.encode()).hexdigest()[:16]
        yield replace(document, document_id=f"doc-{digest}")
    elif row["content"] is not None:
        yield from read_bytes(row["content"], row["id"])
    else:
        yield Quarantined(source=row["id"], reason="there is no text")
