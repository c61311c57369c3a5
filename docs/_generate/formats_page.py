"""The tables of formats, from the readers themselves."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from _generate.words import NOTICE, first_paragraph, prose, table

HEAD = """# Formats

`vedette ingest` reads logs, which become events, and the results of scanners, SBOMs, VEX documents and inventories,
which become findings, components, statements and assets.

A format is told by content: each reader looks at the first 64 KiB of a file and says how sure it is, from 0 to 1.
The surest reads the file; if none is surer than 0.5 the file is refused, and named, and `--reader` or
[a mapping file](../how-to/own-logs.md) settles it. File names and extensions do not matter, but for Zeek JSON records
that do not name their stream.

Around any of these: gzip, zip, tar, zstd, bzip2 and xz, up to three archives deep; UTF-16 text; JSON lines, arrays,
pretty-printed objects, and envelopes such as `{"Records": [...]}`; standard input as `-`. Archives that swell like a
bomb are refused. `vedette ingest --formats` prints this list.

"""
SCANS = """
# Scans, SBOMs, VEX documents and inventories

A report is in the lake whole, once, by the digest of its content; `vedette lake reports` lists them and
`vedette lake forget` takes one out. What it is about is the name that it gives itself; `--asset` names it where it
gives none, and reading the same file again with another `--asset` replaces it. Times without a zone are left out unless
`--timezone` says it. Records that cannot be read go to quarantine with their place in the file. A file that ends too
early is kept up to there and marked: what it leaves out counts as unknown, not as mended.

XML is read element by element and tables row by row, so their size does not matter; most JSON is read whole, up to
256 MB. XML that declares entities is refused. Text that is not UTF-8 is read as its XML declaration says, else as
Windows-1252.

"""

DOCUMENTS = """
# Documents

What `vedette extract` reads, told by content first and by name where content does not tell. Nothing is followed,
fetched or run; nothing is unpacked to the disk. Text comes out in parts (headings, paragraphs, bullets, tables, code,
quotes, fields) with the page or entry that each stood on. What could not be read, or lies beyond a limit, is named:
pages, attachments, entries. [How much is read](../decisions/0022-documents.md) stands in the decision record.

"""


def page() -> str:
    """Return the page."""
    from vedette.documents.registry import load_readers as load_document_readers
    from vedette.ingest import load_readers
    from vedette.ingest.scans.registry import load_scan_readers

    logs = load_readers(third_party=False)[0]
    scans = load_scan_readers(third_party=False)[0]
    documents = load_document_readers()[0]
    parts = [NOTICE, HEAD, *_described(logs), SCANS, *_described(scans), DOCUMENTS, *_described(documents)]
    parts.append(
        "\n## Your own format\n\nA CSV or JSON log: [a mapping file](../how-to/own-logs.md). Anything else: a reader, "
        "a plug-in of the entry-point group `vedette.readers`, of `vedette.scan_readers` for scans, or of "
        "`vedette.document_readers` for documents; "
        "`CONTRIBUTING.md` says how one is written. Assets of your own can come as a table: see the reader "
        "of inventories.\n"
    )
    return "".join(parts)


def _described(readers: Mapping[str, Any]) -> Iterator[str]:
    """Yield the table of readers and what each says of itself."""
    rows = [(f"[`{r.name}`](#{r.name})", r.title, ", ".join(r.examples)) for r in readers.values()]
    yield table(["reader", "what", "reads"], rows)
    for reader in readers.values():
        module = sys.modules[type(reader).__module__].__doc__
        yield f"\n## {reader.name}\n\n{_about(module)}\n\n"
        yield f"*Recognised by:* {_sniff(reader)}\n"


def _about(module: str | None) -> str:
    paragraphs = inspect.cleandoc(module or "").split("\n\n")
    return "\n\n".join(prose(" ".join(p.split())) for p in paragraphs)


def _sniff(reader: object) -> str:
    text = first_paragraph(inspect.getdoc(type(reader).sniff))  # type: ignore[attr-defined]
    return text.removeprefix("Return ").rstrip(".") + "."
