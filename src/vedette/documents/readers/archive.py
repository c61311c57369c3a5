"""Archives and packed files: zip, tar, gz, bz2, xz, zst; in each other to a bounded depth.

Nothing is written to the disk. An entry whose name leads out of the archive is refused, though no name is ever used as
a path: who writes one means harm. Office documents are packages too, and left to their readers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO, cast

from vedette.documents.base import BombError, Quarantined, RefusedError, Sample, Source
from vedette.documents.package import read_bounded
from vedette.documents.registry import inside, read_source, recognise
from vedette.schema.document import Document
from vedette.streams import SWOLLEN, Bounds, Refused, Stream, StreamError, open_packed, packing

_SKIPPED = ("__MACOSX/", ".DS_Store")


class ArchiveReader:
    """Reads the documents in archives and packed files."""

    name = "archive"
    title = "archives and packed files"
    examples = ("zip", "tar", "gz", "bz2", "xz", "zst")

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is: by the mark of what packed it."""
        return 0.8 if packing(sample.head) else 0.0

    def read(self, source: Source) -> Iterator[Document | Quarantined]:
        """Yield the documents of each entry, in the order of their names."""
        work, limits = source.work, source.limits
        if work.nesting >= limits.max_nesting:
            raise RefusedError(f"packed more than {limits.max_nesting} times over")
        bounds = Bounds(
            max_nesting=limits.max_nesting - work.nesting,
            max_entries=limits.max_entries,
            max_ratio=limits.max_ratio,
            free_bytes=limits.free_bytes,
            is_whole=_is_whole,
        )
        work.nesting += 1
        try:
            with source.open() as handle:
                for found in open_packed(source.name, source.base, handle, work.size_bytes, bounds):
                    work.entry()
                    if isinstance(found, Refused):
                        if found.reason == SWOLLEN:
                            raise BombError(SWOLLEN)
                        yield Quarantined(found.name, found.reason)
                        continue
                    yield from self._entry(source, found)
        finally:
            work.nesting -= 1

    def _entry(self, source: Source, found: Stream) -> Iterator[Document | Quarantined]:
        entry = found.name[len(source.name) + 1 :]
        if any(part in entry for part in _SKIPPED):
            return
        if any(_leads_out(part) for part in entry.split("!")):
            yield Quarantined(found.name, "refused: its name leads out of the archive")
            return
        try:
            data = read_bounded(cast(IO[bytes], found), source)
        except BombError:
            raise
        except StreamError as error:
            if error.reason == SWOLLEN:
                raise BombError(SWOLLEN) from None
            yield Quarantined(found.name, error.reason)
            return
        except RefusedError as error:
            yield Quarantined(found.name, str(error))
            return
        packed = inside(source, entry or found.base, data)
        packed.name = found.name if entry else f"{source.name}!{found.base}"
        yield from read_source(packed)


def _is_whole(base: str, head: bytes) -> bool:
    """Return whether something packed is a document of its own: an office document."""
    reader = recognise(Sample(base, head))
    return reader is not None and reader.name != ArchiveReader.name


def _leads_out(entry: str) -> bool:
    name = entry.replace("\\", "/")
    return name.startswith("/") or name[1:2] == ":" or ".." in PurePosixPath(name).parts or "\0" in name


READER = ArchiveReader()
