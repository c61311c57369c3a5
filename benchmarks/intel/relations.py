"""How often is a relation that is found right, and how often is it found who does what?

    python -m benchmarks.intel.relations [--write]

Precision: relations found in reports of TRAM, 90 of which were read and judged by hand (``relations_labels.jsonl``:
places and names, no text); most of these reports were not looked at while the patterns were written, though an early
sample came from all of them. Who does a technique: ATT&CK's procedure examples say it by construction ("X has used …"),
so that each is a label that costs nothing.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.intel.tables import write_section
from benchmarks.intel.techniques_data import lines, tram

from vedette.documents.sentences import sentences_of
from vedette.forge.evaluate.stats import interval
from vedette.intel.entities.finding import find as find_entities
from vedette.intel.entities.known import Known
from vedette.intel.observables.finding import find as find_observables
from vedette.intel.observables.standing import judge
from vedette.intel.relations import find
from vedette.schema import Document
from vedette.schema.intel import Relation, RelationKind, TechniqueMention

ROOT = Path(__file__).resolve().parents[2]
LABELS = Path(__file__).resolve().parent / "relations_labels.jsonl"
EXAMPLES = 1500
ACTORS = ("group:", "malware:", "tool:", "campaign:")


def key(document: str, r: Relation) -> tuple[str, int, str, str, str]:
    return document, r.start, r.kind.value, r.source, r.target


def judged(shared: Path, known: Known) -> tuple[list[str], dict[str, Any]]:
    """Precision of the relations that were judged by hand and are still found, by kind."""
    labels = {(r["document"], r["start"], r["kind"], r["source"], r["target"]): r["right"] for r in lines(LABELS)}
    wanted = {document for document, *_ in labels}
    found: dict[tuple[str, int, str, str, str], float] = {}
    n_all = 0
    for report in tram(shared):
        if report.document.document_id not in wanted:
            continue
        d = report.document
        entities = find_entities(d, known, report.sentences)
        relations = find(d, report.sentences, entities, judge(d, find_observables(d.text)), [])
        n_all += len(relations)
        found |= {key(d.document_id, r): r.confidence for r in relations}
    still = [k for k in labels if k in found]
    right = [float(labels[k]) for k in still]
    sure = [float(labels[k]) for k in still if found[k] >= 0.6]
    every, high = interval(right), interval(sure)
    rows = ["| relations judged by hand | n | right |", "|---|---|---|"]
    for kind in RelationKind:
        own = [float(labels[k]) for k in still if k[2] == kind.value]
        if own:
            rows.append(f"| {kind.value} | {len(own)} | {np.mean(own):.2f} |")
    rows.append(f"| all | {len(right)} | {every.value:.3f} ({every.low:.3f} to {every.high:.3f}) |")
    rows.append(f"| of confidence 0.6 or more | {len(sure)} | {high.value:.3f} ({high.low:.3f} to {high.high:.3f}) |")
    gone = len(labels) - len(still)
    lost = sum(labels[k] for k in labels if k not in found)
    rows += [
        "",
        f"{gone} of the {len(labels)} judged are no longer found, {lost} of them right; {n_all} relations are found in "
        "these reports.",
    ]
    return rows, {"precision": every.value, "precision_sure": high.value, "n": len(right), "gone": gone}


def procedures(shared: Path, known: Known) -> tuple[list[str], dict[str, Any]]:
    """Who is said to do the technique of an example: precision and recall against the one whose example it is."""
    rows = list(lines(shared / "attack-procedures" / "procedures.jsonl.gz"))
    random.Random(0).shuffle(rows)
    right = said = 0
    misses: Counter[str] = Counter()
    for row in rows[:EXAMPLES]:
        text = row["text"]
        document = Document(document_id="doc-0", title="", source="", text=text, parts=(), language="en")
        spans = sentences_of(text)
        entities = find_entities(document, known, spans)
        start, end = spans[0]
        technique = TechniqueMention(
            technique=row["technique"], name="", start=start, end=end, confidence=1.0, explicit=False
        )
        found = find(document, spans, entities, (), [technique])
        sources = {r.source for r in found if r.target == f"technique:{row['technique']}"}
        said += len(sources)
        hit = any(s.partition(":")[2] == row["actor_id"] for s in sources)
        right += hit
        if not hit:
            misses["nobody is named in the first sentence" if not sources else "another is named first"] += 1
    n = min(EXAMPLES, len(rows))
    told = "; ".join(f"{name} {count}" for name, count in misses.most_common())
    out = [
        "| who does the technique of an ATT&CK example | n | precision | recall |",
        "|---|---|---|---|",
        f"| | {n:,} | {right / max(said, 1):.3f} | {right / n:.3f} |",
        "",
        f"Misses: {told}.",
    ]
    return out, {"who_precision": right / max(said, 1), "who_recall": right / n}


RULE = """Entities and observables are the product's own, so that a name that is taken for something else counts against
the relation too. Recall of relations in reports is not measured: nobody has marked all of them."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", "--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--write", action="store_true", help="fill the section of README.md")
    given = parser.parse_args()
    known = Known.load(None, [])
    first, figures = judged(given.shared, known)
    second, more = procedures(given.shared, known)
    text = "\n".join([*first, "", *second])
    print(text)
    print(json.dumps(figures | more))
    if given.write:
        write_section("relations", f"{RULE}\n\n{text}", figures | more)


if __name__ == "__main__":
    main()
