"""Reports with marked techniques, read as the product reads them: documents, their sentences, what each names.

A sentence's truth is the set of techniques of the marked ranges that it holds half of, or that cover half of it; ranges
are carried over to the document's text by counting what is no white space, for reading lays text out anew.
"""

from __future__ import annotations

import gzip
import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vedette.documents.reading import read_bytes
from vedette.documents.sentences import sentences
from vedette.intel.techniques.context import rolled
from vedette.schema import Document


@dataclass(frozen=True)
class Report:
    title: str
    document: Document
    sentences: list[tuple[int, int]]
    spans: list[tuple[int, int, str]]
    truth: list[frozenset[str]]
    """Of each sentence."""

    @property
    def texts(self) -> list[str]:
        return [self.document.text[start:end] for start, end in self.sentences]

    @property
    def all_truth(self) -> frozenset[str]:
        return frozenset(label for _, _, label in self.spans)


def lines(path: Path) -> Iterator[dict[str, Any]]:
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
    with opened as file:
        for line in file:
            yield json.loads(line)


def report_of(title: str, text: str, ranges: Iterable[tuple[int, int, str]]) -> Report | None:
    read = [d for d in read_bytes(text.encode(), "report.txt") if isinstance(d, Document)]
    if len(read) != 1:
        return None
    document = read[0]
    old = [i for i, c in enumerate(text) if not c.isspace()]
    new = [i for i, c in enumerate(document.text) if not c.isspace()]
    flat = "".join(document.text[i] for i in new)
    same = flat == "".join(text[i] for i in old)
    spans = []
    for start, end, label in ranges:
        first, last = bisect_left(old, start), bisect_left(old, end) - 1
        if not same:  # a line was left out or laid out anew: the nearest place of the same words
            words = "".join(text[start:end].split())
            places = [i for i in range(len(flat)) if flat.startswith(words, i)] if words else []
            if not places:
                continue
            first = min(places, key=lambda i: abs(i - first))
            last = first + len(words) - 1
        if last >= first:
            spans.append((new[first], new[last] + 1, label))
    found = sentences(document)
    truth = [frozenset(label for a, b, label in spans if _within(a, b, *place)) for place in found]
    return Report(title, document, found, spans, truth)


def _within(a: int, b: int, start: int, end: int) -> bool:
    shared = min(b, end) - max(a, start)
    return shared > 0 and 2 * shared >= min(b - a, end - start)


def tram(shared: Path) -> list[Report]:
    """TRAM's reports (Apache-2.0), families rolled up as in ``benchmarks/techniques``."""
    out = []
    for row in lines(shared / "tram" / "documents.jsonl.gz"):
        ranges = [(a["start"], a["end"], rolled(a["technique"])) for a in row["annotations"]]
        report = report_of(row["doc_title"].strip(), row["text"], ranges)
        if report is not None:
            out.append(report)
    return out


def annoctr(shared: Path) -> list[Report]:
    """AnnoCTR's reports (CC BY-SA 4.0): measured on, never trained on. Techniques without their sub-techniques."""
    texts = {}
    for name in ("reports_train.jsonl.gz", "reports_dev.jsonl"):
        texts |= {row["document"]: row["text"] for row in lines(shared / "annoctr" / name)}
    ranges: dict[str, list[tuple[int, int, str]]] = {name: [] for name in texts}
    at: dict[str, int] = {}
    for part in ("train", "dev"):
        for row in lines(shared / "annoctr" / f"linking_mitre_{part}.jsonl.gz"):
            name = row["document"]
            if row["entity_type"] != "TECHNIQUE" or "/techniques/T" not in row["label_link"] or name not in texts:
                continue
            place = _place(texts[name], row, at.get(name, 0))
            if place is not None:
                at[name] = max(0, place[0] - 2000)
                label = row["label_link"].split("/techniques/")[1].strip("/").split("/")[0]
                ranges[name].append((*place, label))
    found = [report_of(name, text, ranges[name]) for name, text in texts.items()]
    return [report for report in found if report is not None]


def _place(text: str, row: dict[str, Any], start: int) -> tuple[int, int] | None:
    """Where a mention stands, by its sentence's words."""
    whole = row["_context_left"] + row["mention"] + row["_context_right"]
    for low in (start, 0):
        at = text.find(whole, low)
        if at >= 0:
            begin = at + len(row["_context_left"])
            return begin, begin + len(row["mention"])
    for low in (start, 0):
        at = text.find(row["_context_left"][-40:] + row["mention"], low)
        if at >= 0:
            begin = at + len(row["_context_left"][-40:])
            return begin, begin + len(row["mention"])
    return None
