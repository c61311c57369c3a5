"""CVE text to CWE and to CVSS, measured beside TF-IDF + linear SVM in the same run.

    python benchmarks/cve/run.py --data ../shared/data --work /tmp/cve --out benchmarks/cve/results.jsonl

Reads CTIBench where it lies, trains the baselines on the corpora that the recipes build (leakage taken out), and asks
the shipped models (or those of ``--home``). Prints Markdown tables; ``--out`` adds one JSON line a figure.
"""

from __future__ import annotations

import argparse
import gzip
import json
import platform
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from vedette.errors import UserError
from vedette.forge.base import Measure, Record, Silent
from vedette.forge.corpus import build_corpus
from vedette.forge.corpus.readers.cves import cve_id, listed
from vedette.forge.evaluate.cvss import compare_vectors, train_vector_svm
from vedette.forge.evaluate.stats import expected_calibration_error, interval, paired
from vedette.forge.recipe import load_recipe
from vedette.knowledge import cwe
from vedette.knowledge.cvss import parse
from vedette.models import load
from vedette.schema import Prediction

RECIPES = Path(__file__).resolve().parents[2] / "recipes"


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a test set."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def pillar(label: str) -> str:
    """Return the pillar that a weakness stands under: its family."""
    at: str | None = label
    while at is not None:
        found = cwe.weakness(at)
        if found is None or not found.parents:
            return f"{found.id} {found.name}" if found else "not in the tree"
        at = found.parents[0]
    return "not in the tree"


def corpus_of(recipe: str, data: Path, work: Path) -> list[Record]:
    """Return what the recipe's model learns from: its train and validation records."""
    loaded = load_recipe(RECIPES / f"{recipe}.yaml", {"data": str(data.resolve())})
    built = build_corpus(loaded.recipe.corpus, loaded.folder, work / recipe, seed=loaded.recipe.seed, progress=Silent())
    leak = built.card["leakage"]
    print(f"corpus of {recipe}: {built.count('train'):,} + {built.count('validation'):,}; removed {leak['removed']}")
    return [*built.records("train"), *built.records("validation")]


def raw_labels(data: Path) -> dict[str, str]:
    """Return the first weakness of each CVE as its authority wrote it, the CNA before CISA."""
    out = {}
    with gzip.open(data / "vulnrichment" / "cves-full.jsonl.gz", "rt", encoding="utf-8") as stream:
        for line in stream:
            row = json.loads(line)
            written = [*listed(row.get("cna_cwe")), *listed(row.get("cisa_cwe"))]
            if written:
                out[row["cve"]] = written[0]
    return out


def svm_answers(records: Sequence[Record], labels: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Return the baseline's answers: TF-IDF over words and word pairs, linear SVM."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    vectoriser = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, dtype=np.float32)
    rows = vectoriser.fit_transform([r.text for r in records])
    model = LinearSVC(random_state=0, tol=0.02).fit(rows, list(labels))
    return [str(label) for label in model.predict(vectoriser.transform(texts))]


def coverage_at(confidence: Any, right: Any, precision: float) -> float:
    """Return the largest share that can be answered with at least this precision, the surest first."""
    share = np.cumsum(right[np.argsort(-confidence, kind="stable")]) / np.arange(1, len(right) + 1)
    good = np.flatnonzero(share >= precision)
    return float((good[-1] + 1) / len(right)) if len(good) else 0.0


class Report:
    """Collects figures."""

    def __init__(self, out: Path | None) -> None:
        self.out = out
        self.at = datetime.now(UTC).isoformat(timespec="seconds")

    def add(self, task: str, model: str, metric: str, measure: Measure | float, **more: Any) -> None:
        """Write one figure."""
        row: dict[str, Any] = {"at": self.at, "task": task, "model": model, "metric": metric, **more}
        if isinstance(measure, Measure):
            row |= {"value": measure.value, "low": measure.low, "high": measure.high, "n": measure.n}
            told = f"{measure.value:.3f} ({measure.low:.3f} to {measure.high:.3f})"
        else:
            row["value"] = measure
            told = f"{measure:.3f}" if isinstance(measure, float) else str(measure)
        print(f"| {task} | {model} | {metric} | {told} |", flush=True)
        if self.out is not None:
            with self.out.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(row) + "\n")


def weaknesses(args: argparse.Namespace, report: Report) -> None:
    """Measure cve-cwe."""
    model = load("cve-cwe", args.home)
    sets = {name: read_rows(args.data / "ctibench" / f"cti-{name}.jsonl") for name in ("rcm", "rcm-2021")}
    texts = [row["text"] for rows in sets.values() for row in rows]
    baselines: dict[str, list[str]] = {}
    if not args.no_baseline:
        records = [r for r in corpus_of("cve-cwe", args.data, args.work) if r.labels]
        written = raw_labels(args.data)
        as_written = [written.get(str(r.fields.get("cve")), r.labels[0]) for r in records]
        baselines["tfidf-svm"] = svm_answers(records, as_written, texts)
        baselines["tfidf-svm, simplified labels"] = svm_answers(records, [r.labels[0] for r in records], texts)
    start = 0
    for name, rows in sets.items():
        part = slice(start, start + len(rows))
        start += len(rows)
        told = model.predict(texts[part])
        answers = [row["answer"] for row in rows]
        right = np.array([float(bool(p.labels) and p.labels[0].label == a) for p, a in zip(told, answers, strict=True)])
        confidence = np.array([p.labels[0].confidence if p.labels else 0.0 for p in told])
        said = np.array([not p.abstained for p in told])
        report.add(name, "cve-cwe", "accuracy", interval(right))
        top3 = [float(a in [x.label for x in p.labels[:3]]) for p, a in zip(told, answers, strict=True)]
        report.add(name, "cve-cwe", "top-3", interval(top3))
        report.add(name, "cve-cwe", "ece", float(expected_calibration_error(confidence, right)))
        report.add(name, "cve-cwe", "coverage", interval(said.astype(float)))
        if said.any():
            report.add(name, "cve-cwe", "precision when it answers", interval(right[said]))
        report.add(name, "cve-cwe", "coverage at precision 0.90", coverage_at(confidence, right, 0.9))
        for other, labels in baselines.items():
            theirs = np.array([float(x == a) for x, a in zip(labels[part], answers, strict=True)])
            report.add(name, other, "accuracy", interval(theirs))
            pair = paired("accuracy", "baseline", right, theirs)
            report.add(
                name,
                "cve-cwe less " + other,
                "accuracy",
                Measure(value=pair.difference, low=pair.low, high=pair.high, n=len(right)),
                p_value=pair.p_value,
            )
        for other in sorted(rows[0]["published_responses"]):
            theirs = [float(row["published_responses"].get(other) == row["answer"]) for row in rows]
            report.add(name, other, "accuracy", interval(theirs))
        groups: dict[str, Mapping[str, list[float]]] = {"family": defaultdict(list), "year": defaultdict(list)}
        for row, hit in zip(rows, right, strict=True):
            groups["family"][pillar(row["answer"])].append(hit)  # type: ignore[index]
            groups["year"][cve_id(row)[4:8]].append(hit)  # type: ignore[index]
        for kind, parts in groups.items():
            for key, hits in sorted(parts.items(), key=lambda item: -len(item[1])):
                report.add(name, "cve-cwe", f"accuracy by {kind}: {key}", float(np.mean(hits)), n=len(hits))
        missed = Counter(
            f"{a}, said {p.labels[0].label if p.labels else 'nothing'}"
            for p, a, hit in zip(told, answers, right, strict=True)
            if not hit
        )
        for key, n in missed.most_common(12):
            report.add(name, "cve-cwe", f"missed: {key}", n)


def vectors(args: argparse.Namespace, report: Report) -> None:
    """Measure cve-cvss."""
    model = load("cve-cvss", args.home)
    rows = read_rows(args.data / "ctibench" / "cti-vsp.jsonl")
    texts = [row["text"] for row in rows]
    truth = [parse(row["answer"]) for row in rows]
    told: dict[str, Sequence[Prediction]] = {"": model.predict(texts)}
    if not args.no_baseline:
        told["tfidf-svm"] = train_vector_svm(corpus_of("cve-cvss", args.data, args.work)).predict(texts)
    found = compare_vectors(truth, told)
    for name, metrics in {"cve-cvss": found.metrics, **found.others}.items():
        for metric, measure in metrics.items():
            report.add("vsp", name, metric, measure)
    for pair in found.comparisons:
        if pair.metric in ("score_difference", "exact"):
            report.add(
                "vsp",
                f"cve-cvss less {pair.other}",
                pair.metric,
                Measure(value=pair.difference, low=pair.low, high=pair.high, n=len(truth)),
                p_value=pair.p_value,
            )
    for other in sorted(rows[0]["published_responses"]):
        gaps = []
        for row, vector in zip(rows, truth, strict=True):
            said = row["published_responses"].get(other) or ""
            try:
                gaps.append(abs(parse(said if said.startswith("CVSS:") else f"CVSS:3.1/{said}").score - vector.score))
            except UserError:
                continue  # an answer that is no vector is not counted, to the published model's advantage
        report.add("vsp", other, "score_difference", interval(gaps))
    by_year: dict[str, list[float]] = defaultdict(list)
    by_range: dict[str, list[float]] = defaultdict(list)
    for row, vector, p in zip(rows, truth, told[""], strict=True):
        gap = abs(float(p.values.get("score", 0)) - vector.score)
        by_year[cve_id(row)[4:8]].append(gap)
        by_range[f"{int(vector.score)} to {int(vector.score) + 1}"].append(gap)
    for kind, parts in (("year", by_year), ("true score", by_range)):
        for key, gaps in sorted(parts.items()):
            report.add("vsp", "cve-cvss", f"score_difference by {kind}: {key}", float(np.mean(gaps)), n=len(gaps))


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, default=Path("/tmp/vedette-cve"))
    parser.add_argument("--home", type=Path, default=None, help="ask the models registered here; else the shipped ones")
    parser.add_argument("--out", type=Path, default=None)
    parser.add_argument("--only", choices=["cwe", "cvss"], default=None)
    parser.add_argument("--no-baseline", action="store_true")
    args = parser.parse_args()
    print(f"{platform.python_version()}, {platform.machine()}\n\n| task | model | metric | value |\n|---|---|---|---|")
    report = Report(args.out)
    if args.only != "cvss":
        weaknesses(args, report)
    if args.only != "cwe":
        vectors(args, report)


if __name__ == "__main__":
    main()
