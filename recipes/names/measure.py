"""The figures that stand in the shipped model's manifest; the tables are those of ``benchmarks/guard``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from recipes.names import reading

from vedette.guard.names.model import Tagger
from vedette.guard.names.scanner import NamesScanner
from vedette.schema.guarding import Around, Passage

FILES = ("generated_large.jsonl", "synth_dataset_v2.jsonl")


def measured(tagger: Tagger, data: Path) -> dict[str, float]:
    """Return F1 of persons on pii-presidio, and alarms in a thousand sentences of reports that training never saw."""
    scanner, around = NamesScanner(tagger), Around()
    count: Counter[str] = Counter()
    for name in FILES:
        for row in reading.rows(data / "pii-presidio" / name):
            gold = [(s["start"], s["end"]) for s in row["spans"] if s["type"] == "PERSON"]
            told = [
                (one.start, one.end)
                for one in scanner.scan(Passage(text=row["text"]), around).findings
                if one.entity == "PERSON"
            ]
            count["hit"] += sum(any(a < end and start < b for a, b in told) for start, end in gold)
            count["labelled"] += len(gold)
            count["false"] += sum(not any(a < end and start < b for start, end in gold) for a, b in told)
    held = reading.reports(data, held=True)
    alarms = sum(len(scanner.scan(Passage(text=text), around).findings) for text in held)
    return {
        "person_f1": round(2 * count["hit"] / max(1, count["hit"] + count["labelled"] + count["false"]), 4),
        "alarms_per_1000_report_sentences": round(1000 * alarms / max(1, len(held)), 3),
    }
