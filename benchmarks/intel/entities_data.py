"""The labelled sets that names are measured on: sentences as text with placed labels, whatever form they came in."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recipes.threat_names.labelled import spans

from vedette.documents.sentences import sentences as sentences_of
from vedette.schema.document import Document, DocumentPart, PartKind

ANNOCTR = {
    "MALWARE": "malware", "TOOL": "tool", "GROUP": "group", "ORG": "organization", "LOC": "place", "SECTOR": "sector",
    "DATE": "date",
}  # fmt: skip
"""AnnoCTR's types, as ours. Left out: CON (general words), TACTIC and TECHNIQUE (no names), command lines."""
DNRTI = {
    "HackOrg": "group", "Tool": "malware or tool", "SecTeam": "organization", "Org": "organization", "Area": "place",
    "Idus": "sector", "Time": "date", "Exp": "vulnerability",
}  # fmt: skip
"""DNRTI's types, as ours. Left out: files, ways, features, purposes, offensive actions."""

_REACH = 200
"""Characters within which the next word of a report is looked for."""
_NO_SPACE_BEFORE = frozenset(". , ; : ! ? ) ] } % ' \u2019 's \u2019s n't".split())
_NO_SPACE_AFTER = frozenset("( [ { # @ $".split())


@dataclass(frozen=True, slots=True)
class Text:
    """A stretch of sentences as one text."""

    text: str
    sentences: tuple[tuple[int, int], ...]
    labels: frozenset[tuple[str, int, int]]
    """(type of ours, start, end)"""


def rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a set, packed or not."""
    data = path.read_bytes()
    data = gzip.decompress(data) if path.suffix == ".gz" else data
    return [json.loads(line) for line in data.splitlines() if line.strip()]


def _written(words: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """Return words written as people write them, and where each stands."""
    text, places = "", []
    for number, word in enumerate(words):
        before = words[number - 1] if number else ""
        joined = not text or word in _NO_SPACE_BEFORE or before in _NO_SPACE_AFTER or not word
        text += "" if joined else " "
        places.append((len(text), len(text) + len(word)))
        text += word
    return text, places


def texts(sentences: Iterable[tuple[Sequence[str], Sequence[str]]], types: dict[str, str], size: int) -> list[Text]:
    """Return words with their tags as texts of so many sentences, a line each."""
    found: list[Text] = []
    lines: list[str] = []
    ranges: list[tuple[int, int]] = []
    labels: set[tuple[str, int, int]] = set()
    at = 0

    def close() -> None:
        nonlocal lines, ranges, labels, at
        if lines:
            found.append(Text("\n".join(lines), tuple(ranges), frozenset(labels)))
        lines, ranges, labels, at = [], [], set(), 0

    for words, tags in sentences:
        if len(lines) == size:
            close()
        line, places = _written(words)
        for kind, first, stop in spans(tags):
            if kind in types:
                labels.add((types[kind], at + places[first][0], at + places[stop - 1][1]))
        lines.append(line)
        ranges.append((at, at + len(line)))
        at += len(line) + 1
    close()
    return found


def annoctr(shared: Path, split: str) -> list[Text]:
    """Return AnnoCTR's reports as they were published, with its labels placed in them.

    Its tokens carry five columns of tags; one without a word is a line's end. A report's tokens are found again in its
    text one after the other.
    """
    folder = shared / "annoctr"
    packed = folder / f"reports_{split}.jsonl.gz"
    reports = {_key(row["text"]): row["text"] for row in rows(packed if packed.exists() else packed.with_suffix(""))}
    words: list[tuple[str, str]] = []
    told: list[list[tuple[str, str]]] = []
    for row in rows(folder / f"ner_{split}.jsonl.gz"):
        cells = [(token.split("\t"), tag) for token, tag in zip(row["tokens"], row["tags"], strict=True)]
        if any(cell[0].startswith("<DOC") for cell, _ in cells):
            words = []
            told.append(words)
        words += [(cell[0], tag) for cell, tag in cells if len(cell) > 5 and not cell[0].startswith("<DOC")]
    return [_aligned(reports[_key("".join(word for word, _ in own))], own) for own in told]


def _key(text: str) -> str:
    return "".join(text.split())[:40]


def _aligned(text: str, words: Sequence[tuple[str, str]]) -> Text:
    at = 0
    kept: list[tuple[int, int]] = []
    tags: list[str] = []
    for word, tag in words:
        found = text.find(word, at, at + len(word) + _REACH)
        if found < 0:
            continue
        at = found + len(word)
        kept.append((found, at))
        tags.append(tag)
    labels = {
        (ANNOCTR[kind], kept[first][0], kept[stop - 1][1]) for kind, first, stop in spans(tags) if kind in ANNOCTR
    }
    document = Document(document_id="doc-benchmark", title="", source="", text=text, parts=tuple(_lines(text)))
    return Text(text, tuple(sentences_of(document)), frozenset(labels))


def _lines(text: str) -> Iterator[DocumentPart]:
    at = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            yield DocumentPart(kind=PartKind.PARAGRAPH, start=at, end=at + len(line.rstrip()))
        at += len(line)


def dnrti(shared: Path, size: int = 60) -> list[Text]:
    """Return DNRTI's valid split."""
    path = shared / "ner-dnrti" / "valid.jsonl"
    return texts([(row["tokens"], row["tags"]) for row in rows(path)], DNRTI, size)
