"""Which readers of documents there are, which one a file is for, and reading with it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from vedette.documents.base import GROUP, DocumentReader, Quarantined, RefusedError, Sample, Source
from vedette.plugins import BrokenPlugin, load_plugins, surest
from vedette.schema.document import Document

log = logging.getLogger(__name__)


@cache
def load_readers() -> tuple[dict[str, DocumentReader], tuple[BrokenPlugin, ...]]:
    """Return the readers of documents by name, and those that are broken."""
    return load_plugins(GROUP, DocumentReader)


def recognise(sample: Sample) -> DocumentReader | None:
    """Return the reader that is surest of a file, or None if none is sure enough."""
    found: DocumentReader | None = surest(load_readers()[0].values(), sample)[0]
    return found


def read_source(source: Source, *, reader: DocumentReader | None = None) -> Iterator[Document | Quarantined]:
    """Yield the documents of a file or of an entry in one; what cannot be read is quarantined, never raised."""
    work = source.work
    given = False
    try:
        if reader is None:
            sample = source.sample()
            if not sample.head:
                raise RefusedError("empty")
            reader = recognise(sample)
            if reader is None:
                raise RefusedError("binary: no text in a form that is known")
        for item in reader.read(source):
            if isinstance(item, Document):
                given = True
                work.n_documents += 1
                if work.n_documents > source.limits.max_documents:
                    raise RefusedError(f"cut: more than {source.limits.max_documents:,} documents")
            yield item
            work.check()
    except RefusedError as error:
        yield Quarantined(source.name, ("what follows is not read: " if given else "") + str(error))
    except Exception as error:  # a hostile file fails in any way it likes
        log.debug("reading %s failed", source.name, exc_info=True)
        reason = f"{type(error).__name__}: {str(error)[:200]}".strip(": ")
        yield Quarantined(source.name, f"cannot be read{' on' if given else ''}: {reason}")


def inside(source: Source, name: str, data: bytes, *, media_type: str = "", charset: str = "") -> Source:
    """Return an entry or attachment of a file as a source of its own."""
    return replace(
        source, name=f"{source.name}!{name}", path=None, data=data, media_type=media_type, charset=charset, _head=None
    )
