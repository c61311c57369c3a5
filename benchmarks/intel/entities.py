"""Names in reports: ``python -m benchmarks.intel.entities [--write] [--crf PYTHON]``.

The tagger on CyNER's valid split, beside a plain CRF trained and run on the same (an environment of its own with
sklearn-crfsuite); the whole search on AnnoCTR's dev split and DNRTI's valid split, of which nothing was trained on; and
what names are linked to, given the labelled mention. Strict: a name counts when both its ends and its type are right.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.intel.entities_data import Text, annoctr, dnrti, rows
from benchmarks.tables import write_section
from recipes.threat_names.labelled import Sentence, cyner, read, spans

from vedette.intel.entities.finding import find
from vedette.intel.entities.known import Known
from vedette.intel.entities.linking import link
from vedette.intel.entities.model import TYPES, tagger
from vedette.schema.document import Document
from vedette.schema.intel import MentionKind

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "data"
CRF = Path("/tmp/v/peers/crf/bin/python")
_SOFTWARE = ("malware", "tool")
Counts = dict[str, list[int]]
Place = tuple[str, int, int]


def f1(right: int, wrong: int, missed: int) -> float:
    """Return the harmonic mean of precision and recall."""
    return 2 * right / max(1, 2 * right + wrong + missed)


def _counts(found: Iterable[set[Place]], gold: Iterable[set[Place]], types: Sequence[str]) -> Counts:
    counts = {kind: [0, 0, 0] for kind in types}
    for own, labelled in zip(found, gold, strict=True):
        for column, these in enumerate((own & labelled, own - labelled, labelled - own)):
            for kind, _, _ in these:
                counts[kind][column] += 1
    return counts


def _micro(counts: Counts) -> list[int]:
    return [sum(own[column] for own in counts.values()) for column in range(3)]


def _by_tags(sentences: Sequence[Sentence], tags: Sequence[Sequence[str]]) -> list[set[Place]]:
    return [set(spans(own)) for own in tags]


def _seen(train: Sequence[Sentence], sentences: Sequence[Sentence]) -> list[bool | None]:
    """Return for each sentence whether all its names stand in the train split; None where it has none."""
    known = {(kind, " ".join(s.words[low:high]).casefold()) for s in train for kind, low, high in spans(s.tags)}
    told: list[bool | None] = []
    for s in sentences:
        names = [(kind, " ".join(s.words[low:high]).casefold()) for kind, low, high in spans(s.tags)]
        told.append(all(name in known for name in names) if names else None)
    return told


def on_cyner(shared: Path, crf: Path) -> tuple[str, dict[str, Any]]:
    """Return the table of CyNER's valid split, and its figures."""
    train, valid = cyner(shared, "train"), cyner(shared, "valid")
    gold = [set(spans(s.tags)) for s in valid]
    model = tagger()
    started = time.process_time()
    chances = model.chances([read(model.features, s.words) for s in valid])
    ours = [{(s.kind, s.first, s.last + 1) for s in model.spans(own)} for own in chances]
    took_ms = 1000 * (time.process_time() - started) / len(valid)
    systems = {"threat-names (ours)": ours}
    if crf.exists():
        said = {"train": [[s.words, s.tags] for s in train], "valid": [s.words for s in valid]}
        command = [str(crf), str(HERE / "entities_crf.py")]
        out = subprocess.run(command, input=json.dumps(said), capture_output=True, text=True, check=True)
        systems["CRF (sklearn-crfsuite)"] = [set(spans(tags)) for tags in json.loads(out.stdout)]
    seen = _seen(train, valid)
    lines = [
        "CyNER, valid split (813 sentences, 5 types; trained on the train split, settings chosen on blocks of it):",
        "",
        "| | precision | recall | **micro F1** | " + " | ".join(TYPES) + " | seen names | unseen names |",
        "|---|---:|---:|---:|" + "---:|" * (len(TYPES) + 2),
    ]
    figures: dict[str, Any] = {"ms_per_sentence_cyner": round(took_ms, 2)}
    for name, found in systems.items():
        counts = _counts(found, gold, TYPES)
        right, wrong, missed = _micro(counts)
        parts = []
        for which in (True, False):
            at = [i for i, told in enumerate(seen) if told is which]
            parts.append(f1(*_micro(_counts([found[i] for i in at], [gold[i] for i in at], TYPES))))
        by_type = " | ".join(f"{f1(*counts[kind]):.3f}" for kind in TYPES)
        lines.append(
            f"| {name} | {right / max(1, right + wrong):.3f} | {right / max(1, right + missed):.3f} "
            f"| **{f1(right, wrong, missed):.3f}** | {by_type} | {parts[0]:.3f} | {parts[1]:.3f} |"
        )
        figures[f"cyner {name}"] = {
            "micro": round(f1(right, wrong, missed), 4),
            "seen": round(parts[0], 4),
            "unseen": round(parts[1], 4),
            **{kind: round(f1(*counts[kind]), 4) for kind in TYPES},
        }
    n = Counter(seen)
    own = {(kind, " ".join(s.words[low:high]).casefold()) for s in train for kind, low, high in spans(s.tags)}
    recalled: Counter[tuple[bool, bool]] = Counter()
    for s, labelled, found in zip(valid, gold, ours, strict=True):
        for place in labelled:
            name_seen = (place[0], " ".join(s.words[place[1] : place[2]]).casefold()) in own
            recalled[name_seen, place in found] += 1
    shares = {
        which: recalled[which, True] / max(1, recalled[which, True] + recalled[which, False]) for which in (True, False)
    }
    lines += [
        "",
        f"*Seen*: sentences all of whose names stand in the train split ({n[True]}); *unseen*: at least one does not "
        f"({n[False]}). Of single names, {shares[True]:.3f} of those seen in training and {shares[False]:.3f} of the "
        f"others are found. A CRF of the planning of this work reached 0.63 in all. Published figures: none read. "
        f"The set has no ends of documents: {100} sentences after each other are read as one.",
    ]
    return "\n".join(lines), figures | {"recall_seen": round(shares[True], 4), "recall_unseen": round(shares[False], 4)}


def _searched(one: Text, known: Known, *, software: bool) -> set[Place]:
    document = Document(document_id="doc-benchmark", title="", source="", text=one.text, parts=())
    return {
        ("malware or tool" if software and m.kind.value in _SOFTWARE else m.kind.value, m.start, m.end)
        for m in find(document, known, one.sentences)
    }


def searched(stretches: Sequence[Text], known: Known, *, software: bool = False) -> tuple[Counts, Counts, float]:
    """Return strict and overlapping counts by type, and milliseconds a sentence."""
    types = sorted({kind for one in stretches for kind, _, _ in one.labels})
    started = time.process_time()
    found = [_searched(one, known, software=software) for one in stretches]
    took_ms = 1000 * (time.process_time() - started) / sum(len(one.sentences) for one in stretches)
    kept = [{place for place in own if place[0] in types} for own in found]
    gold = [set(one.labels) for one in stretches]
    loose: Counts = {kind: [0, 0, 0] for kind in types}
    for own, labelled in zip(kept, gold, strict=True):
        for kind, low, high in own:
            met = any(k == kind and a < high and low < b for k, a, b in labelled)
            loose[kind][0 if met else 1] += 1
        for kind, low, high in labelled:
            loose[kind][2] += not any(k == kind and a < high and low < b for k, a, b in own)
    return _counts(kept, gold, types), loose, took_ms


def _table(title: str, counts: Counts, loose: Counts) -> str:
    lines = [
        title,
        "",
        "| type | labelled | precision | recall | strict F1 | overlapping F1 |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for kind in [*counts, "micro"]:
        own = _micro(counts) if kind == "micro" else counts[kind]
        near = _micro(loose) if kind == "micro" else loose[kind]
        right, wrong, missed = own
        lines.append(
            f"| {kind} | {right + missed} | {right / max(1, right + wrong):.3f} | {right / max(1, right + missed):.3f} "
            f"| {f1(*own):.3f} | {f1(*near):.3f} |"
        )
    return "\n".join(lines)


_ATTACK = re.compile(r"/(?:groups?|software)/([GS]\d{4})")


def linked(shared: Path, known: Known) -> tuple[str, dict[str, Any]]:
    """Return the table of links given the labelled mention, and its figures."""
    lines = [
        "What a labelled mention of AnnoCTR is linked to, given its type (measured on only; its labels are of an older "
        "ATT&CK, which lacks some of the names that 18.1 has and gave some to others):",
        "",
        "| split | type | in ATT&CK | right | wrong | abstained | accuracy | not in ATT&CK | abstained |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    figures: dict[str, Any] = {}
    for split in ("dev", "train"):
        told: dict[str, Counter[str]] = {}
        for row in rows(shared / "annoctr" / f"linking_mitre_{split}.jsonl.gz"):
            if row["entity_type"] not in ("GROUP", "MALWARE", "TOOL"):
                continue
            own = told.setdefault(row["entity_type"].lower(), Counter())
            gold = _ATTACK.search(row["label_link"])
            got = link(row["mention"], known, MentionKind(row["entity_type"].lower()))
            ref = got.thing.ref if got else None
            if gold is None:
                own["nil"] += 1
                own["nil kept"] += ref is None
            else:
                own["in"] += 1
                own["right" if ref == gold[1] else "abstained" if ref is None else "wrong"] += 1
        for kind, n in sorted(told.items()):
            accuracy = n["right"] / max(1, n["in"])
            lines.append(
                f"| {split} | {kind} | {n['in']} | {n['right']} | {n['wrong']} | {n['abstained']} | {accuracy:.3f} "
                f"| {n['nil']} | {n['nil kept']} |"
            )
            figures[f"linking {split} {kind}"] = round(accuracy, 4)
    return "\n".join(lines), figures


def _figures(name: str, counts: Counts) -> Mapping[str, Any]:
    told = {kind: round(f1(*own), 4) for kind, own in counts.items()}
    return {name: {"micro": round(f1(*_micro(counts)), 4), **told}}


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--crf", type=Path, default=CRF, help="Python of an environment with sklearn-crfsuite")
    parser.add_argument("--write", action="store_true", help="put the tables into README.md")
    given = parser.parse_args()
    known = Known.load()
    cyner_table, figures = on_cyner(given.shared, given.crf)
    print(cyner_table, flush=True)
    counts, loose, ms = searched(annoctr(given.shared, "dev"), known)
    annoctr_table = _table(
        "AnnoCTR, dev split, the whole search (lists, forms, dates, tagger; measured on only). Its types as ours: "
        "MALWARE, TOOL, GROUP, ORG organization, LOC place, SECTOR, DATE; left out are general words (CON), tactics, "
        "techniques and command lines:",
        counts,
        loose,
    )
    print(annoctr_table, flush=True)
    other, other_loose, _ = searched(dnrti(given.shared), known, software=True)
    dnrti_table = _table(
        "DNRTI, valid split (measured on only; its labels are noisy). Its types as ours: HackOrg group, Tool malware "
        "or tool, SecTeam and Org organization, Area place, Idus sector, Time date, Exp vulnerability; left out are "
        "files, ways, features, purposes and offensive actions:",
        other,
        other_loose,
    )
    print(dnrti_table, flush=True)
    linking_table, links = linked(given.shared, known)
    print(linking_table, flush=True)
    speed = (
        f"The whole search takes {ms:.2f} ms a sentence, the tagger alone "
        f"{figures['ms_per_sentence_cyner']:.2f} ms of processor time (one process, one thread)."
    )
    print(speed)
    if given.write:
        figures |= {"ms_per_sentence": round(ms, 2), **_figures("annoctr", counts), **_figures("dnrti", other), **links}
        body = "\n\n".join((cyner_table, annoctr_table, dnrti_table, linking_table, speed))
        write_section(HERE, "entities", body, figures)


if __name__ == "__main__":
    main()
