"""Objects of a knowledge base as labelled sentences: techniques with their names, and examples of their use.

A technique (``id``, ``name``, ``description``) gives its id, its name, and the first sentences of its description
(option ``sentences``); an example (``text``, ``technique``) gives its text with the actor's name taken out, so that a
classifier learns what was done rather than who did it. Citations and links are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from vedette.forge.corpus.base import Bad, Row, Sample, SourceFile
from vedette.forge.corpus.readers.rows import json_rows
from vedette.forge.recipe import SourceSpec
from vedette.models.text import sentences

# each part can match one kind of character only: linear
_CITATION = re.compile(r"\(Citation:[^()]{0,300}\)")
_LINK = re.compile(r"\[([^\[\]]{0,300})\]\([^()]{0,500}\)")
_CODE = re.compile(r"</?code>")


def plain(text: str) -> str:
    """Return the text without citations, link targets and tags, in one line."""
    return " ".join(_CODE.sub("", _LINK.sub(r"\1", _CITATION.sub("", text))).split())


class AttackReader:
    """Reads JSON lines of ATT&CK techniques or procedure examples."""

    name = "attack"
    whole = False

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is."""
        line = sample.head.partition(b"\n")[0]
        techniques = b'"is_subtechnique"' in line and b'"description"' in line
        return 0.9 if techniques or (b'"technique"' in line and b'"actor"' in line and b'"text"' in line) else 0.0

    def read(self, file: SourceFile, spec: SourceSpec) -> Iterator[Row | Bad]:
        """Yield rows with ``text``, ``label`` and ``part`` (``name``, ``description`` or ``example``)."""
        names: dict[str, str] = {}
        limit = int(spec.options.get("sentences", 6))
        for row in json_rows(file, spec):
            if isinstance(row, Bad):
                yield row
            elif isinstance(row.fields.get("technique"), str):
                yield _example(row)
            elif all(isinstance(row.fields.get(key), str) for key in ("id", "name", "description")):
                names[row.fields["id"]] = row.fields["name"]
                yield from _technique(row, names, limit)
            else:
                yield Bad(place=row.place, reason="neither a technique nor an example of one", file=file.name)


def _example(row: Row) -> Row:
    text = plain(str(row.fields.get("text") or ""))
    actor = row.fields.get("actor")
    if isinstance(actor, str) and len(actor) > 2:
        text = text.replace(actor, "it")
    return _row(row, text, row.fields["technique"], "example", str(row.fields.get("actor_id") or ""))


def _technique(row: Row, names: Mapping[str, str], limit: int) -> Iterator[Row]:
    label, name = row.fields["id"], row.fields["name"]
    yield _row(row, name, label, "name")
    yield _row(row, f"{label} {name}", label, "name")
    yield _row(row, label, label, "name")
    parent = names.get(label.partition(".")[0])
    if parent and "." in label:
        yield _row(row, f"{parent}: {name}", label, "name")
    description = plain(row.fields["description"])
    for start, end in sentences(description)[:limit]:
        yield _row(row, description[start:end], label, "description")


def _row(row: Row, text: str, label: Any, part: str, actor: str = "") -> Row:
    return Row(place=row.place, fields={"text": text, "label": label, "part": part, "actor": actor})


READER = AttackReader()
