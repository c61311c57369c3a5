"""Plain text and Markdown: one file, one record (or one a paragraph group, ``options: {chunk_words: 400}``)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from vedette.documents.encodings import looks_binary
from vedette.errors import UserError
from vedette.forge.corpus.base import Bad, Row, Sample, SourceFile
from vedette.forge.corpus.files import DamagedError, decode, excerpt_of, read_document
from vedette.forge.recipe import SourceSpec

_SUFFIXES = frozenset({".txt", ".md", ".markdown", ".rst", ".text", ".log", ".adoc"})
_GAP = re.compile(r"\n[ \t]*\n")


class TextReader:
    """Reads text files."""

    name = "text"
    whole = False

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is."""
        if sample.suffix in _SUFFIXES:
            return 0.8
        return 0.0 if not sample.head or looks_binary(sample.head) else 0.52

    def read(self, file: SourceFile, spec: SourceSpec) -> Iterator[Row | Bad]:
        """Yield the file's text."""
        try:
            data = read_document(file.path)
        except DamagedError as error:
            yield Bad(place="", reason=str(error))
            return
        try:
            text = decode(data, spec.options.get("encoding"))
        except DamagedError as error:
            yield Bad(place="", reason=str(error), excerpt=excerpt_of(data))
            return
        yield from document_rows(text, file, spec)


def document_rows(text: str, file: SourceFile, spec: SourceSpec, **more: Any) -> Iterator[Row | Bad]:
    """Yield a document as rows with ``text``, ``title``, ``path``, ``name`` and ``folder``; its parts are one group."""
    if not text.strip():
        yield Bad(place="", reason="no text in it")
        return
    path = PurePosixPath(file.name)
    title = next((line.strip(" #\t=*") for line in text.splitlines() if line.strip(" #\t=*-")), "")[:200]
    about = {"title": title, "path": file.name, "name": path.stem, "folder": path.parent.name, **more}
    words = spec.options.get("chunk_words")
    if words is None:
        yield Row(place="", fields={"text": text, **about}, group=file.name)
        return
    if not isinstance(words, int) or isinstance(words, bool) or words < 10:
        raise UserError(f"chunk_words is {words!r}", next_step="give a whole number of 10 or more")
    for number, part in enumerate(_parts(text, words), start=1):
        yield Row(place=f"part {number}", fields={"text": part, **about}, group=file.name)


def _parts(text: str, words: int) -> Iterator[str]:
    held: list[str] = []
    n_held = 0
    for paragraph in _GAP.split(text):
        n = len(paragraph.split())
        if held and n_held + n > words:
            yield "\n\n".join(held)
            held, n_held = [], 0
        if paragraph.strip():
            held.append(paragraph.strip("\n"))
            n_held += n
    if held:
        yield "\n\n".join(held)


READER = TextReader()
