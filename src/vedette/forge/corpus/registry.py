"""Which corpus readers there are, and which one a file is for."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from vedette.forge.corpus.base import ClaimingReader, CorpusReader, Sample
from vedette.plugins import BrokenPlugin, load_plugin, load_plugins, surest

GROUP = "vedette.corpus_readers"


def load_readers() -> tuple[dict[str, CorpusReader], tuple[BrokenPlugin, ...]]:
    """Return the corpus readers by name, and those that are broken."""
    return load_plugins(GROUP, CorpusReader)


def reader_named(name: str) -> CorpusReader:
    """Return a reader by name.

    Raises:
        UserError: there is none of that name, or it is broken.
    """
    return cast(CorpusReader, load_plugin(GROUP, name, "corpus reader", CorpusReader))


def recognise(sample: Sample) -> CorpusReader | None:
    """Return the reader that is surest of a file, or None if none is sure enough."""
    found: CorpusReader | None = surest(load_readers()[0].values(), sample)[0]
    return found


def claimed(path: Path) -> CorpusReader | None:
    """Return the reader that takes a source as one, or None where its files are read one by one."""
    for reader in load_readers()[0].values():
        if isinstance(reader, ClaimingReader) and reader.claims(path):
            return reader
    return None
