"""The table of log formats, from the readers themselves."""

from __future__ import annotations

import inspect
import sys

from _generate.words import NOTICE, first_paragraph, prose, table

HEAD = """# Log formats

A format is told by content: each reader looks at the first 64 KiB of a file and says how sure it is, from 0 to 1.
The surest reads the file; if none is surer than 0.5 the file is refused, and named, and `--reader` or
[a mapping file](../how-to/own-logs.md) settles it. File names and extensions do not matter, but for Zeek JSON records
that do not name their stream.

Around any of these: gzip, zip, tar, zstd, bzip2 and xz, up to three archives deep; UTF-16 text; JSON lines, arrays,
pretty-printed objects, and envelopes such as `{"Records": [...]}`; standard input as `-`. Archives that swell like a
bomb are refused. `vedette ingest --formats` prints this list.

"""


def page() -> str:
    """Return the page."""
    from vedette.ingest import load_readers

    readers, _ = load_readers(third_party=False)
    rows = [(f"[`{r.name}`](#{r.name})", r.title, ", ".join(r.examples)) for r in readers.values()]
    parts = [NOTICE, HEAD, table(["reader", "what", "reads"], rows)]
    for reader in readers.values():
        module = sys.modules[type(reader).__module__].__doc__
        parts.append(f"\n## {reader.name}\n\n{_about(module)}\n\n")
        parts.append(f"*Recognised by:* {_sniff(reader)}\n")
    parts.append(
        "\n## Your own format\n\nA CSV or JSON log: [a mapping file](../how-to/own-logs.md). Anything else: a reader, "
        "a plug-in of the entry-point group `vedette.readers`; `CONTRIBUTING.md` says how one is written.\n"
    )
    return "".join(parts)


def _about(module: str | None) -> str:
    paragraphs = inspect.cleandoc(module or "").split("\n\n")
    return "\n\n".join(prose(" ".join(p.split())) for p in paragraphs)


def _sniff(reader: object) -> str:
    text = first_paragraph(inspect.getdoc(type(reader).sniff))  # type: ignore[attr-defined]
    return text.removeprefix("Return ").rstrip(".") + "."
