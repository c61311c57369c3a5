"""Documents with labelled ranges of text: each sentence becomes a record, with the labels of the ranges that it holds.

Options: ``parts`` (of ``sentences``, ``spans``, ``rest``; all by default) says what is wanted: sentences that hold a
range, the ranges themselves, and the sentences that hold none, which get the label ``none`` (option ``none``).
``roll_up`` names labels that stand for those under them: with ``[T1027]``, ``T1027.002`` is read as ``T1027``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vedette.errors import UserError
from vedette.forge.corpus.base import Bad, Row, Sample, SourceFile
from vedette.forge.corpus.readers.rows import json_rows
from vedette.forge.recipe import SourceSpec
from vedette.models.text import sentences

PARTS = ("sentences", "spans", "rest")


class AnnotatedReader:
    """Reads JSON lines of documents: ``text`` and ``annotations`` (``start``, ``end``, ``technique`` or ``label``)."""

    name = "annotated"
    whole = False

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is."""
        return 0.85 if sample.head[:1] == b"{" and b'"annotations"' in sample.head else 0.0

    def read(self, file: SourceFile, spec: SourceSpec) -> Iterator[Row | Bad]:
        """Yield the rows of each document: ``text``, ``labels``, ``part`` and the document's other fields."""
        wanted = spec.options.get("parts") or list(PARTS)
        unknown = [str(part) for part in wanted if part not in PARTS] if isinstance(wanted, list) else [str(wanted)]
        if unknown:
            raise UserError(
                f"options.parts: documents have no {', '.join(unknown)}", next_step=f"choose of {', '.join(PARTS)}"
            )
        none = str(spec.options.get("none", "none"))
        roots = tuple(str(root) for root in spec.options.get("roll_up") or ())
        for row in json_rows(file, spec):
            if isinstance(row, Bad):
                yield row
                continue
            text, ranges = row.fields.get("text"), row.fields.get("annotations")
            if not isinstance(text, str) or not isinstance(ranges, list):
                yield Bad(place=row.place, reason="no text with annotations", file=file.name)
                continue
            about = {k: v for k, v in row.fields.items() if k not in ("text", "annotations")}
            found = [_rolled(r, roots) for r in ranges if _whole(r, len(text))]
            if len(found) < len(ranges):
                yield Bad(place=row.place, reason=f"{len(ranges) - len(found)} annotations lie outside of the text")
            yield from _rows(text, found, about, row.place, wanted, none)


def _whole(value: Any, n: int) -> bool:
    if not isinstance(value, Mapping):
        return False
    start, end = value.get("start"), value.get("end")
    if not isinstance(start, int) or not isinstance(end, int) or not _label(value):
        return False
    return 0 <= start < end <= n


def _label(value: Mapping[str, Any]) -> str:
    return str(value.get("label") or value.get("technique") or "")


def _rolled(value: Mapping[str, Any], roots: tuple[str, ...]) -> Mapping[str, Any]:
    label = _label(value)
    label = next((root for root in roots if label.startswith(root + ".")), label)
    return {"start": value["start"], "end": value["end"], "label": label}


def _rows(
    text: str, ranges: list[Mapping[str, Any]], about: Mapping[str, Any], place: str, wanted: list[str], none: str
) -> Iterator[Row]:
    if "spans" in wanted:
        for at, span in enumerate(ranges, start=1):
            part = {"text": text[span["start"] : span["end"]], "labels": [_label(span)], "part": "spans"}
            yield Row(place=f"{place}, annotation {at}", fields={**about, **part})
    ordered = sorted(ranges, key=lambda span: (span["start"], span["end"]))
    first = 0
    longest = max((span["end"] - span["start"] for span in ranges), default=0)
    for at, (start, end) in enumerate(sentences(text), start=1):
        while first < len(ordered) and ordered[first]["start"] + longest <= start:
            first += 1
        overlap: dict[str, int] = {}
        for span in ordered[first:]:
            if span["start"] >= end:
                break
            shared = min(end, span["end"]) - max(start, span["start"])
            # a label belongs to a sentence that holds half of its range, or that is half covered by it
            if shared > 0 and 2 * shared >= min(span["end"] - span["start"], end - start):
                overlap[_label(span)] = max(overlap.get(_label(span), 0), shared)
        labels = sorted(overlap, key=lambda label: (-overlap[label], label))
        kind = "sentences" if labels else "rest"
        if kind in wanted:
            part = {"text": text[start:end], "labels": labels or [none], "part": kind}
            yield Row(place=f"{place}, sentence {at}", fields={**about, **part})


READER = AnnotatedReader()
