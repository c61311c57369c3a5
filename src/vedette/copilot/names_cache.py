"""The name index kept in the home between calls: one JSON file for a state of the lake, safe to delete.

The state is what the index is made of: the lake's segments and the names in its cases. Any other state, a broken file
or a home that cannot be written only cost the time to build the index again.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vedette.copilot.names import Name, NameIndex
from vedette.schema import Case, ValueKind

if TYPE_CHECKING:
    from vedette.store import Lake

log = logging.getLogger(__name__)

VERSION = 2
"""Raised when what is kept, or how names are folded, changes."""
_FILE = "name-index.json"
_MOST_BYTES = 64_000_000


def state_of(lake: Lake, cases: Sequence[Case]) -> str:
    """Return what tells one state of the lake and its cases from any other."""
    from vedette import __version__

    digest = blake2b(digest_size=16)
    parts: list[object] = [VERSION, __version__]
    parts += [(s.seq, s.segment_id, s.n_rows) for s in lake.segments("events")]
    parts += [s.segment_id for s in lake.segments("scan_reports")]
    for case in cases:
        parts += [case.case_id, *((a.name, a.entity_id, a.aliases) for a in case.accounts)]
        parts += [(h.name, h.entity_id, h.addresses) for h in case.hosts]
        parts += [value for kind, value in case.observables if kind == "ip"]
    for part in parts:
        digest.update(repr(part).encode("utf-8", "backslashreplace") + b"\0")
    return digest.hexdigest()


def kept(home: Path, state: str) -> NameIndex | None:
    """Return the index of a state where it was kept, None where it was not or cannot be read."""
    path = home / "cache" / _FILE
    try:
        if path.stat().st_size > _MOST_BYTES:
            return None
        told = json.loads(path.read_bytes())
        return _read(told) if told["state"] == state else None
    except OSError:
        return None
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        log.info("the kept index of names cannot be read and is made again: %s", type(error).__name__)
        return None


def keep(home: Path, state: str, index: NameIndex) -> None:
    """Keep an index; where it cannot be written, it is made again next time."""
    folder = home / "cache"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{_FILE}.", dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(json.dumps(_written(state, index), separators=(",", ":")).encode())
            Path(name).replace(folder / _FILE)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        log.info("the index of names cannot be kept: %s", error.strerror)


def _written(state: str, index: NameIndex) -> dict[str, Any]:
    names: dict[Name, int] = {}

    def numbers(table: dict[str, list[Name]]) -> dict[str, list[int]]:
        return {form: [names.setdefault(n, len(names)) for n in held] for form, held in table.items() if held}

    strong, weak = numbers(index.strong), numbers(index.weak)
    return {
        "state": state,
        "names": [(n.kind.value, n.value, n.in_case, n.count) for n in names],
        "strong": strong,
        "weak": weak,
        "first_at": index.first_at.isoformat() if index.first_at else None,
        "last_at": index.last_at.isoformat() if index.last_at else None,
        "n_events": index.n_events,
    }


def _read(told: dict[str, Any]) -> NameIndex:
    names = [Name(ValueKind(kind), str(value), bool(in_case), int(n)) for kind, value, in_case, n in told["names"]]
    index = NameIndex(first_at=_time(told["first_at"]), last_at=_time(told["last_at"]), n_events=int(told["n_events"]))
    for table, kept_table in ((index.strong, told["strong"]), (index.weak, told["weak"])):
        for form, numbers in kept_table.items():
            table[form] = [names[i] for i in numbers]
    return index


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
