"""Which corpus readers there are, and which one a file is for."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from vedette.errors import UserError
from vedette.forge.corpus.base import ClaimingReader, CorpusReader, Sample

GROUP = "vedette.corpus_readers"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BrokenPlugin:
    """A plug-in that could not be loaded."""

    name: str
    reason: str


def load_group(group: str, kind: Any) -> tuple[dict[str, Any], tuple[BrokenPlugin, ...]]:
    """Return a group's plug-ins by name (classes are made objects), and those that are broken.

    Args:
        group: the entry-point group.
        kind: runtime-checkable protocol that each must follow.
    """
    found: dict[str, Any] = {}
    broken: list[BrokenPlugin] = []
    for entry in sorted(entry_points(group=group), key=lambda e: (e.name, not e.value.startswith("vedette."))):
        if entry.name in found:
            continue
        try:
            plugin = entry.load()
            plugin = plugin() if isinstance(plugin, type) else plugin
            if not isinstance(plugin, kind):
                raise TypeError(f"it is no {kind.__name__}")
        except Exception as error:
            log.warning("%s %s is broken: %s", group, entry.name, error)
            broken.append(BrokenPlugin(entry.name, f"{type(error).__name__}: {error}"))
            continue
        found[entry.name] = plugin
    return found, tuple(broken)


@cache
def load_readers() -> tuple[dict[str, CorpusReader], tuple[BrokenPlugin, ...]]:
    """Return the corpus readers by name, and those that are broken."""
    return load_group(GROUP, CorpusReader)


def reader_named(name: str) -> CorpusReader:
    """Return a reader by name.

    Raises:
        UserError: there is none of that name, or it is broken.
    """
    readers, broken = load_readers()
    if name in readers:
        return readers[name]
    for plugin in broken:
        if plugin.name == name:
            raise UserError(f"the corpus reader {name!r} is broken: {plugin.reason}")
    raise UserError(f"no corpus reader is called {name!r}", next_step=f"choose one of: {', '.join(sorted(readers))}")


def recognise(sample: Sample) -> CorpusReader | None:
    """Return the reader that is surest of a file, or None if none is sure enough."""
    best: CorpusReader | None = None
    best_score = 0.5
    for reader in load_readers()[0].values():
        try:
            score = reader.sniff(sample)
        except Exception:
            log.debug("reader %s failed to sniff %s", reader.name, sample.name, exc_info=True)
            continue
        if score > best_score:
            best, best_score = reader, score
    return best


def claimed(path: Path) -> CorpusReader | None:
    """Return the reader that takes a source as one, or None where its files are read one by one."""
    for reader in load_readers()[0].values():
        if isinstance(reader, ClaimingReader) and reader.claims(path):
            return reader
    return None
