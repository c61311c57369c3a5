"""A corpus on disk: Parquet files, a card and a manifest with their digests. Written aside, put in place at once."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from vedette.errors import OutsideError, UserError
from vedette.forge.base import Record
from vedette.forge.corpus.files import digest_of
from vedette.forge.recipe import Split

VERSION = 1
SPLITS: tuple[Split, ...] = ("train", "validation", "test")
MANIFEST = "manifest.json"
ROWS_AT_ONCE = 2000

SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        ("text", pa.string()),
        ("labels", pa.list_(pa.string())),
        ("messages", pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))),
        ("chosen", pa.string()),
        ("rejected", pa.string()),
        ("fields", pa.string()),
        ("source", pa.string()),
        ("licence", pa.string()),
        ("group", pa.string()),
        ("at", pa.timestamp("us", tz="UTC")),
        ("language", pa.string()),
        ("weight", pa.float64()),
    ]
)
"""One row a record; ``fields`` is JSON."""

QUARANTINE = pa.schema([(n, pa.string()) for n in ("source", "file", "place", "reason", "excerpt")])
"""One row for each thing that could not become a record; the excerpt has passed the redactor."""


@dataclass(frozen=True, slots=True)
class FolderCorpus:
    """A built corpus."""

    path: Path
    digest: str
    card: Mapping[str, Any]
    counts: Mapping[Split, int]

    def count(self, split: Split) -> int:
        """Return how many records a part has."""
        return self.counts[split]

    def records(self, split: Split) -> Iterator[Record]:
        """Yield a part's records, in their fixed order."""
        with pq.ParquetFile(self.path / f"{split}.parquet") as table:
            for batch in table.iter_batches(batch_size=ROWS_AT_ONCE):
                for row in batch.to_pylist():
                    yield record_of(row)


def record_of(row: dict[str, Any]) -> Record:
    """Return a stored row as a record."""
    row["fields"] = orjson.loads(row["fields"]) if row["fields"] else {}
    row["labels"] = tuple(row["labels"] or ())
    row["messages"] = tuple(row["messages"] or ())
    return Record(**row)


def open_corpus(path: Path) -> FolderCorpus:
    """Return a built corpus, its files checked against their digests.

    Raises:
        UserError: there is none there, or it was changed or torn.
    """
    manifest = read_manifest(path)
    if manifest is None:
        raise UserError(f"{path} holds no corpus", next_step="vedette forge corpus SOURCE… --out DIR builds one")
    if manifest.get("version") != VERSION:
        raise UserError(
            f"{path} was built by another version (layout {manifest.get('version')})", next_step="build it again"
        )
    wrong = [name for name, digest in manifest["files"].items() if not _is(path / name, digest)]
    if wrong:
        raise UserError(
            f"the corpus {path} is torn or was changed: {', '.join(sorted(wrong))} does not match its digest",
            next_step="build it again; a corpus is changed by changing its sources",
        )
    card = orjson.loads((path / "card.json").read_bytes())
    return FolderCorpus(path, manifest["digest"], card, {s: card["splits"][s]["records"] for s in SPLITS})


def read_manifest(path: Path) -> dict[str, Any] | None:
    """Return the manifest of the corpus in a folder, or None where there is none that reads."""
    try:
        value = orjson.loads((path / MANIFEST).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None
    return value if isinstance(value, dict) and isinstance(value.get("files"), dict) else None


def _is(path: Path, digest: str) -> bool:
    try:
        return digest_of(path) == digest
    except OSError:
        return False


def writer(path: Path, schema: pa.Schema = SCHEMA) -> pq.ParquetWriter:
    """Return a writer whose bytes depend on nothing but the rows."""
    return pq.ParquetWriter(path, schema, compression="zstd", compression_level=3, use_dictionary=True)


def seal(work: Path, build: str, about: Mapping[str, Any]) -> None:
    """Write the manifest of a finished folder and bring everything to disk."""
    files = {p.name: digest_of(p) for p in sorted(work.iterdir()) if p.name != MANIFEST}
    total = hashlib.sha256("".join(f"{d}  {n}\n" for n, d in files.items()).encode()).hexdigest()
    manifest = {"version": VERSION, "digest": total, "build": build, "files": files, **about}
    (work / MANIFEST).write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")
    for path in work.iterdir():
        _sync(path)
    _sync(work)


def place(work: Path, out: Path) -> None:
    """Put a finished folder where it belongs; an older corpus there makes room.

    Raises:
        UserError: something else stands there.
    """
    check_free(out)
    aside = out.with_name(f".{out.name}.old-{os.getpid()}")
    try:
        if out.exists():
            out.rename(aside)
        work.rename(out)
        _sync(out.parent)
    except OSError as error:
        raise OutsideError(f"cannot put the corpus at {out}: {error.strerror or error}") from None
    shutil.rmtree(aside, ignore_errors=True)


def check_free(out: Path) -> None:
    """Check that a corpus may be written there.

    Raises:
        UserError: something else stands there.
    """
    if out.exists() and not (out.is_dir() and (read_manifest(out) is not None or not any(out.iterdir()))):
        raise UserError(f"{out} holds something that is no corpus", next_step="choose another folder with --out")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
