"""Pinned sets: what is in the package, from when, and whether it is what was packaged."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson

from vedette.errors import InternalError


@dataclass(frozen=True, slots=True)
class PinnedSet:
    """One reference set that ships with the package."""

    name: str
    title: str
    version: str
    source: str
    """Repository or publisher that it was made from."""
    revision: str
    """Commit or release of the source."""
    source_date: date
    n_records: int
    file: str
    sha256: str
    notice: str
    """File with the terms it is used under."""
    intact: bool = True
    """Whether the packaged file has the digest that the manifest names."""


def read_data(file: str) -> bytes:
    """Return the bytes of a packaged data file."""
    return files("vedette.knowledge").joinpath("data", file).read_bytes()


def path_of(file: str) -> Path:
    """Return where a packaged data file lies."""
    return Path(str(files("vedette.knowledge").joinpath("data", file)))


@cache
def _manifest() -> tuple[PinnedSet, ...]:
    listed: list[dict[str, Any]] = orjson.loads(read_data("manifest.json"))["sets"]
    return tuple(PinnedSet(**{**item, "source_date": date.fromisoformat(item["source_date"])}) for item in listed)


def pinned(name: str) -> PinnedSet:
    """Return the manifest's entry for a set.

    Raises:
        KeyError: no such set.
    """
    for item in _manifest():
        if item.name == name:
            return item
    raise KeyError(name)


def load(name: str) -> bytes:
    """Return a set's bytes, checked against its digest.

    Raises:
        InternalError: the file is not the one that was packaged.
    """
    item = pinned(name)
    data = read_data(item.file)
    if hashlib.sha256(data).hexdigest() != item.sha256:
        raise InternalError(
            f"{item.title} {item.version}: the packaged file does not match its digest",
            next_step="reinstall vedette",
            location=item.file,
        )
    return data


def status() -> tuple[PinnedSet, ...]:
    """Return the pinned sets with version and date, each with whether its file is intact."""
    out = []
    for item in _manifest():
        try:
            intact = hashlib.sha256(read_data(item.file)).hexdigest() == item.sha256
        except OSError:
            intact = False
        fields = {name: getattr(item, name) for name in PinnedSet.__slots__ if name != "intact"}
        out.append(PinnedSet(**fields, intact=intact))
    return tuple(out)
