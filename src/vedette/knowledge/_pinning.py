"""What every builder of a pinned set does: write the file, and its entry in the manifest."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable
from pathlib import Path

import orjson


def pin(
    out: Path, data: bytes, *, name: str, title: str, file: str, n_records: int, notice: str, **origin: str
) -> None:
    """Write a set's file into ``out`` and put its entry into ``manifest.json`` in the place of the one before.

    Args:
        out: the folder of packaged data.
        data: the file's bytes.
        name: of the set.
        title: for people.
        file: the file's name.
        n_records: how many there are.
        notice: file with the terms.
        origin: ``version``, ``source``, ``revision`` and ``source_date``.
    """
    (out / file).write_bytes(data)
    path = out / "manifest.json"
    sets = orjson.loads(path.read_bytes())["sets"] if path.exists() else []
    entry = {
        "name": name,
        "title": title,
        **{key: origin[key] for key in ("version", "source", "revision", "source_date")},
        "n_records": n_records,
        "file": file,
        "sha256": hashlib.sha256(data).hexdigest(),
        "notice": notice,
    }
    sets = [item for item in sets if item["name"] != name] + [entry]
    path.write_bytes(orjson.dumps({"sets": sets}, option=orjson.OPT_INDENT_2) + b"\n")


def run(build: Callable[[Path, Path, str, str, str], None], about: str | None) -> None:
    """Build from the command line."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--version", required=True)
    parser.add_argument("--revision", required=True)
    parser.add_argument("--date", required=True)
    given = parser.parse_args()
    build(given.folder, Path(__file__).parent / "data", given.version, given.revision, given.date)
