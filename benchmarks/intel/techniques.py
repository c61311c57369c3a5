"""How well are techniques found in whole reports, by sentence and by report, end to end as ``vedette extract`` does it?

The tagger and the report model of each fold are fitted first, unless ``--work`` and ``--taggers`` hold them (five
minutes for the taggers, ten for the models). ``--write`` fills the section of README.md, ``--ship`` puts the model
of all reports into the package.
"""

from __future__ import annotations

import argparse
import json
import pickle
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from benchmarks.intel.tables import write_section
from benchmarks.intel.techniques_data import Report, annoctr, tram
from benchmarks.intel.techniques_fit import Settings, cross
from benchmarks.techniques.run import fit as fit_tagger
from benchmarks.techniques.run import task
from numpy.typing import NDArray

from vedette.forge.evaluate.stats import expected_calibration_error
from vedette.intel.techniques.context import rolled
from vedette.intel.techniques.finding import find
from vedette.intel.techniques.report_model import Judged, ReportModel
from vedette.models import load as load_model
from vedette.models.linear import load as load_linear
from vedette.models.shipped import FOLDER, write_manifest

ROOT = Path(__file__).resolve().parents[2]
RECIPE = ROOT / "recipes" / "report-techniques.yaml"
SHIPPED = FOLDER / "report-techniques"
N_FOLDS = 5
BARS = {"sentences": 0.60, "reports": 0.76}


@dataclass(frozen=True)
class Said:
    """What was said of one report."""

    sentences: list[frozenset[str]]
    report: frozenset[str]


@dataclass(frozen=True)
class F1:
    value: float
    low: float
    high: float
    precision: float
    recall: float
    n: int

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f}) | {self.precision:.3f} | {self.recall:.3f}"


def micro(counts: Sequence[tuple[int, int, int]], n: int, draws: int = 1000) -> F1:
    """Micro-F1 of (right, said, true) of each report; 95% bootstrap over reports."""
    table = np.array(counts, dtype=float)
    right, said, true = table.sum(axis=0)
    random = np.random.default_rng(0)
    drawn = table[random.integers(0, len(table), (draws, len(table)))].sum(axis=1)
    low, high = np.percentile(2 * drawn[:, 0] / np.maximum(drawn[:, 1] + drawn[:, 2], 1), [2.5, 97.5])
    return F1(2 * right / max(said + true, 1), low, high, right / max(said, 1), right / max(true, 1), n)


def by_sentence(
    reports: Sequence[Report], said: Sequence[Said], keep: Callable[[Report, int], bool] = lambda r, i: True
) -> F1:
    counts, n = [], 0
    for report, own in zip(reports, said, strict=True):
        row = [0, 0, 0]
        for i, truth in enumerate(report.truth):
            if keep(report, i):
                n += 1
                row[0] += len(own.sentences[i] & truth)
                row[1] += len(own.sentences[i])
                row[2] += len(truth)
        counts.append((row[0], row[1], row[2]))
    return micro(counts, n)


def by_report(reports: Sequence[Report], said: Sequence[Said]) -> F1:
    rows = [
        (len(own.report & r.all_truth), len(own.report), len(r.all_truth)) for r, own in zip(reports, said, strict=True)
    ]
    return micro(rows, len(reports))


def alone(model: ReportModel, report: Report) -> tuple[Said, Any]:
    """What the model says where nothing that is named counts."""
    judged = model.judge(report.texts)
    sentences = [
        frozenset(model.labels[i] for i in np.flatnonzero(row >= model.sentence_threshold)) for row in judged.sentences
    ]
    whole = frozenset(model.labels[i] for i in np.flatnonzero(judged.report >= model.report_threshold))
    return Said(sentences, whole), judged


def shipped_way(
    model: ReportModel | None, report: Report, label: Callable[[str], str], known: frozenset[str] | None
) -> Said:
    """What ``find`` says, in the labels that are judged."""
    mentions, techniques, _, _ = find(report.document, report.sentences, model=model, known_only=known is not None)
    place = {span: i for i, span in enumerate(report.sentences)}
    sentences: list[set[str]] = [set() for _ in report.sentences]
    for m in mentions:
        at = place.get((m.start, m.end))  # rows of tables and lines of code are no sentences
        if at is not None and (known is None or label(m.technique) in known):
            sentences[at].add(label(m.technique))
    whole = {label(t.technique) for t in techniques}
    return Said([frozenset(s) for s in sentences], frozenset(whole if known is None else whole & known))


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembering(ReportModel):
    """A model that keeps its last answer: what is asked twice is counted once."""

    kept: dict[tuple[str, ...], Judged] = field(default_factory=dict, repr=False)

    def judge(self, texts: Sequence[str]) -> Judged:
        key = tuple(texts)
        if key not in self.kept:
            self.kept.clear()
            self.kept[key] = ReportModel.judge(self, texts)
        return self.kept[key]


def names_an_id(report: Report, i: int) -> bool:
    start, end = report.sentences[i]
    return any(o.startswith("T1") and o[1:5].isdigit() for o in report.document.text[start:end].replace("[", " ")
               .replace("(", " ").replace("/", " ").split())  # fmt: skip


def tram_table(
    reports: Sequence[Report], folds: NDArray[np.int64], models: Sequence[ReportModel]
) -> tuple[str, dict[str, Any]]:
    known = frozenset(models[0].labels)
    bare, ship = [], []
    chances, right, report_chances, report_right = [], [], [], []
    seconds, n = 0.0, 0
    for report, fold in zip(reports, folds, strict=True):
        model = Remembering(**{f.name: getattr(models[fold], f.name) for f in fields(ReportModel)})
        started = time.process_time()
        ship.append(shipped_way(model, report, rolled, known))
        seconds += time.process_time() - started
        n += len(report.sentences)
        own, judged = alone(model, report)
        bare.append(own)
        for i, truth in enumerate(report.truth):
            for k in np.flatnonzero(judged.sentences[i] >= 0.05):
                chances.append(float(judged.sentences[i, k]))
                right.append(float(model.labels[k] in truth))
        report_chances += list(judged.report)
        report_right += [float(label in report.all_truth) for label in model.labels]
    ms = 1000 * seconds / n
    rows: dict[str, F1] = {
        "sentences, all": by_sentence(reports, bare),
        "sentences, all; what a text names or says in plain words counts as said": by_sentence(reports, ship),
        "… without the sentences that hold an ATT&CK id": by_sentence(
            reports, ship, lambda r, i: not names_an_id(r, i)
        ),
        "sentences in which something is marked": by_sentence(reports, bare, lambda r, i: bool(r.truth[i])),
        "reports": by_report(reports, bare),
        "reports; what a text names or says in plain words counts as said": by_report(reports, ship),
    }
    silent = sum(not s for own in bare for s in own.sentences)
    empty = sum(not t for r in reports for t in r.truth)
    both = sum(
        not s and not t
        for r, own in zip(reports, bare, strict=True)
        for s, t in zip(own.sentences, r.truth, strict=True)
    )
    figures: dict[str, Any] = {key: vars(value) for key, value in rows.items()}
    figures |= {
        "ms_per_sentence": ms,
        "ece_sentences": expected_calibration_error(chances, right),
        "ece_reports": expected_calibration_error(report_chances, report_right),
        "silent": silent / n,
        "silent_right": both / max(silent, 1),
        "unmarked": empty / n,
    }
    lines = [
        "| TRAM, cross-validated by report | micro-F1 (95% interval) | precision | recall | n |",
        "|---|---|---|---|---|",
    ]
    lines += [f"| {name} | {value} | {value.n:,} |" for name, value in rows.items()]
    met = {
        "sentences": rows["sentences, all"].value >= BARS["sentences"],
        "reports": rows["reports"].value >= BARS["reports"],
    }
    named_too = rows["reports; what a text names or says in plain words counts as said"].value
    lines += [
        "",
        "; ".join(
            f"the bar of {BARS[k]:.2f} for {k} is {'reached' if ok else 'missed'}" for k, ok in met.items()
        ).capitalize()
        + f" by what the models say; with what reports name themselves, marked or not, reports reach {named_too:.3f}.",
        "",
        f"{ms:.1f} ms of CPU per sentence, reading left out. The model says nothing of {silent / n:.0%} of the "
        f"sentences (nothing is marked in {empty / n:.0%}), and in {both / max(silent, 1):.1%} of those nothing is "
        f"marked. Calibration error of what is said with a chance of 5% or more: {figures['ece_sentences']:.3f} by "
        f"sentence; by report, of all techniques: {figures['ece_reports']:.3f}.",
        "",
        misses(reports, bare),
    ]
    return "\n".join(lines), figures


def misses(reports: Sequence[Report], said: Sequence[Said]) -> str:
    """Kinds of error by sentence, as counts: no text of the data is kept."""
    kinds: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    for report, own in zip(reports, said, strict=True):
        for truth, told in zip(report.truth, own.sentences, strict=True):
            if told and not truth:
                kinds["said where nothing is marked"] += len(told)
            elif truth and not told:
                kinds["silent where something is marked"] += len(truth)
            else:
                kinds["another technique than the marked one"] += len(told - truth)
                kinds["one of several missed"] += max(0, len(truth - told) - len(told - truth))
                if len(truth - told) == len(told - truth) == 1:
                    pairs[f"{min(truth - told)} as {min(told - truth)}"] += 1
    told_kinds = "; ".join(f"{name} {n}" for name, n in kinds.most_common())
    return (
        f"Errors by sentence: {told_kinds}. Most confused: {', '.join(f'{p} ({n})' for p, n in pairs.most_common(6))}."
    )


def annoctr_table(reports: Sequence[Report], taught: frozenset[str]) -> tuple[str, dict[str, Any]]:
    def head(technique: str) -> str:
        return rolled(technique).split(".")[0]

    started = time.process_time()
    said = [shipped_way(None, report, head, None) for report in reports]
    n = sum(len(r.sentences) for r in reports)
    ms = 1000 * (time.process_time() - started) / n
    heads = frozenset(label.split(".")[0] for label in taught)
    only = [
        Report(r.title, r.document, r.sentences, [s for s in r.spans if s[2] in heads], [t & heads for t in r.truth])
        for r in reports
    ]
    cut = [Said([s & heads for s in own.sentences], own.report & heads) for own in said]
    rows = {
        "sentences": by_sentence(reports, said),
        "reports": by_report(reports, said),
        "sentences, techniques that TRAM has": by_sentence(only, cut),
        "reports, techniques that TRAM has": by_report(only, cut),
        "sentences in which something is marked": by_sentence(reports, said, lambda r, i: bool(r.truth[i])),
    }
    head_line = (
        "| AnnoCTR, the shipped model, without sub-techniques | micro-F1 (95% interval) | precision | recall | n |"
    )
    lines = [head_line, "|---|---|---|---|---|"]
    lines += [f"| {name} | {value} | {value.n:,} |" for name, value in rows.items()]
    lines += ["", f"{ms:.1f} ms of CPU per sentence."]
    return "\n".join(lines), {f"annoctr {key}": vars(value) for key, value in rows.items()} | {"annoctr_ms": ms}


RULE = """**Rule.** A report is read as `vedette extract` reads a text file; every sentence of it counts. A sentence's
truth is the set of techniques of the marked ranges that it holds half of, or that cover half of it; a sentence in which
nothing is marked has none, and whatever is said of it is wrong. TRAM marks 50 techniques, families at their head where
TRAM does so (T1027, T1055, T1078, T1090, T1110, T1016, T1219); what is said of others is not counted there. A report's
truth is the set of all its marks. Models, curves and thresholds of a fold come from other reports. TRAM leaves most
tables of ATT&CK ids unmarked, so that finding an id exactly counts as wrong: both ways of counting are shown.

**Published figures**, on other splits or other tasks, so only the order of size compares: per document 0.739 (an
ensemble of CTI-BERT) and 0.725 (Llama 3.1 8B, fine-tuned) on 31 of TRAM's reports (Büchel et al. 2025, as a stored
model card says it); 0.22 for the best of seven open models by prompting. The tagger by itself, sentence by sentence:
see `benchmarks/techniques`.
"""


def settings() -> Settings:
    return Settings(**yaml.safe_load(RECIPE.read_text(encoding="utf-8"))["train"])


def fold_models(
    shared: Path, work: Path, taggers: Path
) -> tuple[list[Report], NDArray[np.int64], list[ReportModel], ReportModel]:
    """The folds' models and the one of all reports: fitted, or as fitted before from the same recipe."""
    reports = tram(shared)
    what = task(shared, taggers)
    of = {g: int(f) for g, f, judged in zip(what.data.groups, what.folds, what.judged, strict=True) if judged}
    folds = np.array([of[r.title] for r in reports])
    kept = work / f"models-{sha256(RECIPE.read_bytes()).hexdigest()[:12]}.pickle"
    if kept.exists():
        done, whole = pickle.loads(kept.read_bytes())  # written by this very command
    else:
        for k in range(N_FOLDS):
            if not (taggers / f"fold{k}").is_dir():  # a minute and a half each
                fit_tagger(what, taggers, k)
        models = [load_linear(taggers / f"fold{k}", "technique-tagger", f"fold{k}") for k in range(N_FOLDS)]
        work.mkdir(parents=True, exist_ok=True)
        say = lambda text: print(text, file=sys.stderr, flush=True)  # noqa: E731
        done, whole = cross(reports, folds, models, settings(), shared, work, say)
        kept.write_bytes(pickle.dumps((done, whole)))
    return reports, folds, done, whole


CARD = """---
license: apache-2.0
language: en
library_name: vedette
pipeline_tag: text-classification
tags: [security, mitre-attack, threat-intelligence, numpy]
---
# report-techniques

Judges which of {labels} ATT&CK techniques the sentences of a threat report describe, together: boosted trees over the
scores of `technique-tagger`, of a detector of sentences that name a technique, of a reader in context over the shipped
`encoder`, and of what stands around. NumPy alone.

**Made for** whole reports about intrusions, in English. **Not made for** logs, code or chat, and never to act on alone.

**Trained on** TRAM's reports (MITRE Engenuity, Apache-2.0), beside what the tagger is trained on. AnnoCTR is only
measured on.

**Measured** by cross-validation over TRAM's reports, end to end: micro-F1 {sentences:.3f} by sentence, {reports:.3f} by
report; `benchmarks/intel` says how.

**Rebuild** with `python recipes/rebuild.py report-techniques --data DIR`.

**Limits.** Reports leave many techniques unmarked, which holds confidence on sentences down. Techniques outside of
TRAM's 50 are the tagger's.
"""


def ship(reports: Sequence[Report], model: ReportModel, figures: dict[str, Any]) -> None:
    SHIPPED.mkdir(exist_ok=True)
    facts = {"recipe": "report-techniques", "licence": "Apache-2.0"}
    (SHIPPED / "model.json").write_text(json.dumps(facts | model.body(), indent=1) + "\n", encoding="utf-8")
    with (SHIPPED / "weights.npz").open("wb") as file:
        arrays: dict[str, Any] = model.arrays()
        np.savez_compressed(file, **arrays)
    f1 = {"sentences": figures["sentences, all"]["value"], "reports": figures["reports"]["value"]}
    (SHIPPED / "README.md").write_text(CARD.format(labels=len(model.labels), **f1), encoding="utf-8")
    notice = FOLDER / "technique-tagger" / "NOTICE.txt"
    (SHIPPED / "NOTICE.txt").write_text(notice.read_text(encoding="utf-8"), encoding="utf-8")
    write_manifest(
        SHIPPED,
        {
            "licence": "Apache-2.0",
            "recipe_sha256": sha256(RECIPE.read_bytes()).hexdigest(),
            "corpus_sha256": sha256("\0".join(r.document.text for r in reports).encode()).hexdigest(),
            "metrics": {
                "sentences.micro_f1": round(f1["sentences"], 4),
                "reports.micro_f1": round(f1["reports"], 4),
                "sentences.ece": round(figures["ece_sentences"], 4),
            },
            "created_at": "2026-11-24T00:00:00+00:00",
        },
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", "--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--work", type=Path, default=Path("build/report-techniques"))
    parser.add_argument("--taggers", type=Path, default=Path("build/techniques"), help="where the folds' taggers are")
    parser.add_argument("--write", action="store_true", help="fill the section of README.md")
    parser.add_argument("--ship", action="store_true", help="put the model of all reports into the package")
    parser.add_argument("--quick", action="store_true", help="measure on TRAM alone")
    given = parser.parse_args()
    shared = given.shared.resolve()
    reports, folds, models, whole = fold_models(shared, given.work, given.taggers)
    body, figures = tram_table(reports, folds, models)
    print(body, flush=True)
    if given.ship:
        ship(reports, whole, figures)
    if not given.quick and (SHIPPED / "manifest.json").exists():
        load_model("report-techniques@shipped")
        other, more = annoctr_table(annoctr(shared), frozenset(whole.labels))
        print(other)
        body, figures = f"{body}\n\n{other}", figures | more
    if given.write:
        write_section("techniques", f"{RULE}\n{body}", figures)


if __name__ == "__main__":
    main()
