"""The labelled sets that names are measured on: sentences as text with placed labels, whatever form they came in."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recipes.threat_names.labelled import spans

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
        joined = (
            not text
            or word in _NO_SPACE_BEFORE
            or before in _NO_SPACE_AFTER
            or (
                ("-" in (word, before))
                and before[-1:].isalnum() | (before == "-")
                and word[:1].isalnum() | (word == "-")
            )
            or not word
        )
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


def annoctr(shared: Path, split: str, size: int = 60) -> list[Text]:
    """Return AnnoCTR's sentences; its tokens carry five columns of tags, and one without a word is a line's end."""
    sentences = []
    for row in rows(shared / "annoctr" / f"ner_{split}.jsonl.gz"):
        cells = [token.split("\t") for token in row["tokens"]]
        kept = [(cell[0], tag) for cell, tag in zip(cells, row["tags"], strict=True) if len(cell) > 5]
        sentences.append(([word for word, _ in kept], [tag for _, tag in kept]))
    return texts(sentences, ANNOCTR, size)


def dnrti(shared: Path, size: int = 60) -> list[Text]:
    """Return DNRTI's valid split."""
    path = shared / "ner-dnrti" / "valid.jsonl"
    return texts([(row["tokens"], row["tags"]) for row in rows(path)], DNRTI, size)
