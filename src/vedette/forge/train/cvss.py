"""The ``cvss`` head: CVE texts to CVSS vectors, in the NVD's manner, from authorities that have manners of their own.

CISA's analysts write vectors as the NVD does; the CNAs, who wrote four in five of the vectors there are, do not: on
the same CVE they differ by more than 1.5 points of score on average. So a CNA's vector is taken for what the NVD's
would have been, seen through that habit: a model of CISA's records says what is likely, one table for each metric
says how CNAs write each value (both are estimated together, by expectation-maximisation), and what comes out is a
softened vector that the served model then learns from beside CISA's own.

Three steps: weaknesses from all records that name one (scored out of fold for what follows); metrics from n-grams and
weaknesses on CISA's records; metrics again on all records. One L-BFGS fit of all metrics' softmaxes takes about half a
minute on one core.

Source: Dempster, Laird and Rubin (1977) for the algorithm; Dawid and Skene (1979) for its use on raters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.errors import InternalError, UserError
from vedette.forge.base import Corpus, Evaluation, Progress, Record
from vedette.forge.recipe import ClassifierRecipe, LoadedRecipe, Split
from vedette.forge.train.features import block_specs, known_options, matrix
from vedette.forge.train.linear import fit_weights, group_folds
from vedette.knowledge.cvss import METRICS, BaseVector, parse
from vedette.models.base import Predictor
from vedette.models.cvss import HEAT, SPANS, VALUES, CvssModel, Floats, VectorTable, metric_chances, softmax
from vedette.models.text import BlockSpec, TextFeatures
from vedette.models.weights import LinearWeights

OPTIONS = (
    "words", "chars", "weakness_rows", "weakness_C", "C", "keep", "cna_weight", "vector_rows", "folds", "rounds",
    "max_error", "max_iter", "refit", "no_vector",
)  # fmt: skip
"""What ``train.options`` may say to this head."""

_PARTS: tuple[Split, ...] = ("train", "validation")
_SCALE = 2.0
"""What weakness chances are multiplied with as features, beside rows of norm 1."""
_LIKE = 2.0
"""Prior records for each value that a CNA writes a metric as the NVD would."""
_HEATS = (0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.4)
_PULLS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Data:
    """Records as this head reads them; every tuple has one item for each."""

    texts: tuple[str, ...]
    vectors: tuple[BaseVector | None, ...]
    own: NDArray[np.bool_]
    """Whether the vector is in the manner that is wanted (not a CNA's)."""
    weaknesses: tuple[str, ...]
    """Empty where none is named."""
    groups: tuple[str, ...]

    @classmethod
    def of(cls, records: Sequence[Record], *, no_vector: Sequence[str] = ()) -> Data:
        """Return the records that say anything to learn from.

        Args:
            records: of a corpus.
            no_vector: a record whose text or vector contains one of these teaches weaknesses alone.

        Raises:
            UserError: a label is no vector.
        """
        kept = [r for r in records if r.labels or r.fields.get("cwe")]
        return cls(
            tuple(r.text for r in kept),
            tuple(
                parse(r.labels[0])
                if r.labels and not any(mark in r.text or mark in r.labels[0] for mark in no_vector)
                else None
                for r in kept
            ),
            np.array([r.fields.get("cvss_by") != "cna" for r in kept], dtype=bool),
            tuple(str(r.fields.get("cwe") or "") for r in kept),
            tuple(" ".join(r.text.casefold().split()[:6]) for r in kept),
        )

    def __add__(self, other: Data) -> Data:
        return Data(
            self.texts + other.texts,
            self.vectors + other.vectors,
            np.concatenate([self.own, other.own]),
            self.weaknesses + other.weaknesses,
            self.groups + other.groups,
        )

    def with_vector(self, *, own: bool) -> NDArray[np.int64]:
        """Return the places of the records with a vector of that manner."""
        has = np.array([vector is not None for vector in self.vectors], dtype=bool)
        return np.flatnonzero(has & (self.own == own))


_PLACE = {pair: i for i, pair in enumerate(VALUES)}


def metric_targets(vectors: Sequence[BaseVector]) -> Floats:
    """Return (n, 22) ones where a vector has the value."""
    out = np.zeros((len(vectors), len(VALUES)))
    for i, vector in enumerate(vectors):
        for pair in zip(METRICS, vector.values, strict=True):
            out[i, _PLACE[pair]] = 1
    return out


def fit_metrics(
    rows: Any, dense: Floats, targets: Floats, weights: Floats, *, strength: float, max_iter: int
) -> tuple[NDArray[np.float32], Floats, NDArray[np.float32]]:
    """Return weights of one softmax for each metric, all fitted at once by L-BFGS with an L2 penalty.

    Args:
        rows: (n, n_features) CSR matrix.
        dense: (n, n_dense) further features.
        targets: (n, 22) chances of each metric's values.
        weights: (n,) how much a row counts.
        strength: of the data against the penalty (the usual C).
        max_iter: most steps.

    Returns:
        (n_features, 22), (n_dense, 22) and (22,).
    """
    from scipy.optimize import minimize
    from scipy.sparse import csr_matrix, hstack

    n, n_out = len(targets), len(VALUES)
    both = hstack([rows, csr_matrix(dense), csr_matrix(np.ones((n, 1)))]).tocsr().astype(np.float64)
    turned = both.T.tocsr()
    width = both.shape[1]
    each = weights[:, None]

    def loss(x: Floats) -> tuple[float, Floats]:
        current = x.reshape(width, n_out)
        logs = metric_chances(both @ current)
        penalised = current[:-1]
        value = -float((each * targets * logs).sum()) + float((penalised**2).sum()) / (2 * strength)
        slope = np.asarray(turned @ (each * (np.exp(logs) - targets)))
        slope[:-1] += penalised / strength
        return value, slope.ravel()

    found = minimize(
        loss, np.zeros(width * n_out), jac=True, method="L-BFGS-B", options={"maxiter": max_iter, "maxcor": 8}
    ).x.reshape(width, n_out)
    n_features = rows.shape[1]
    return (
        np.ascontiguousarray(found[:n_features], dtype=np.float32),
        np.asarray(found[n_features:-1]),
        found[-1].astype(np.float32),
    )


def vector_table(vectors: Sequence[BaseVector], counts: Floats) -> VectorTable:
    """Return the table of vectors that occur so often, with the lift of each over its metrics' own chances."""
    share = counts / counts.sum()
    held = metric_targets(vectors)
    alone = np.log(np.maximum(share @ held, 1e-9))
    return VectorTable(tuple(vectors), np.log(np.maximum(share, 1e-9)) - held @ alone)


def through_habit(likely: Floats, written: NDArray[np.int64], table: VectorTable, *, rounds: int = 8) -> Floats:
    """Return (n, n_vectors) chances of the vectors that CNAs' own vectors stand for.

    Args:
        likely: (n, n_vectors) chances before a CNA's vector was looked at.
        written: (n, 8) columns (of the 22) that the CNAs wrote.
        table: the vectors.
        rounds: of estimating habits and vectors by turns.
    """
    meant = table.columns()
    before = np.log(likely + 1e-12)
    chances = likely
    for _ in range(rounds):
        logs = before.copy()
        for metric, span in enumerate(SPANS):
            size = span.stop - span.start
            true, said = meant[:, metric] - span.start, written[:, metric] - span.start
            each = np.zeros((len(chances), size))
            for value in range(size):
                each[:, value] = chances[:, true == value].sum(axis=1)
            habit = np.stack([each[said == value].sum(axis=0) for value in range(size)], axis=1)
            habit += _LIKE * np.eye(size) + 0.5
            habit /= habit.sum(axis=1, keepdims=True)
            logs += np.log(habit)[:, said].T[:, true]
        chances = softmax(logs)
    return chances


class CvssHead:
    """Trains the ``cvss`` form."""

    def fit(
        self, loaded: LoadedRecipe, corpus: Corpus, out: Path, home: Path, progress: Progress
    ) -> Mapping[str, float]:
        """Write the model into ``out`` and return figures of the training."""
        recipe = loaded.recipe
        assert isinstance(recipe, ClassifierRecipe)  # noqa: S101  (the trainer sends no other)
        options = recipe.train.options
        known_options(options, OPTIONS, "cvss")
        specs = block_specs(recipe.train, served=("words", "chars"))
        marks = tuple(str(mark) for mark in options.get("no_vector", ()))
        train, held = (Data.of(list(corpus.records(part)), no_vector=marks) for part in _PARTS)
        fitting = _Fit(specs, options, recipe.seed, recipe.name, progress)
        model = fitting.model(train)
        heat, pull, figures = tuned(model, held)
        if options.get("refit"):
            model = fitting.model(train + held)
        model = replace(model, heat=heat, pull=pull, max_error=float(options.get("max_error", 2.0)))
        model.save(out, facts={"recipe": recipe.name, "seed": recipe.seed, "licence": recipe.licence})
        return {
            "rows": float(len(train.texts)),
            "vectors": float(len(model.table.vectors)),
            "weaknesses": float(len(model.weaknesses)),
            "features": float(len(model.features)),
            **figures,
        }

    def evaluate(
        self,
        loaded: LoadedRecipe,
        corpus: Corpus,
        predictor: Predictor,
        others: Mapping[str, Predictor],
        progress: Progress,
    ) -> Evaluation:
        """Return what the model measures on the test part, beside the baseline and the other models."""
        from vedette.forge.evaluate.cvss import evaluate_cvss

        if not isinstance(predictor, CvssModel):
            raise InternalError(f"{type(predictor).__name__} came to the cvss head")
        return evaluate_cvss(loaded, corpus, predictor, others, progress)


@dataclass(frozen=True, slots=True)
class _Fit:
    """The three steps, for one set of records."""

    specs: list[BlockSpec]
    options: Mapping[str, Any]
    seed: int
    name: str
    progress: Progress

    def model(self, data: Data) -> CvssModel:
        own, others = data.with_vector(own=True), data.with_vector(own=False)
        counts = Counter(v for i in own if (v := data.vectors[i]) is not None)
        vectors = sorted((v for v, n in counts.items() if n >= int(self.options.get("vector_rows", 2))), key=str)
        if len(vectors) < 2:
            raise UserError(
                "the corpus has too few CVSS vectors in the manner that is wanted",
                next_step="name the field of the vectors in corpus.sources: label, and see the corpus' card",
            )
        features = TextFeatures.fit(data.texts, self.specs)
        rows = matrix(features.transform(data.texts))
        weakness, names, chances = self._weaknesses(rows, data)
        targets = metric_targets([v or vectors[0] for v in data.vectors])
        weights = np.ones(len(data.texts))
        table = vector_table(vectors, np.array([float(counts[v]) for v in vectors]))
        text, dense, bias = self._metrics(rows, chances, targets, weights, own, "metrics")
        used = own
        if len(others):
            weights[others] = float(self.options.get("cna_weight", 0.5))
            used = np.concatenate([own, others])
            written = targets[others].nonzero()[1].reshape(len(others), len(METRICS))
            for number in range(int(self.options.get("rounds", 1))):
                scores = rows[others] @ text + chances[others] @ dense + bias
                likely = table.chances(metric_chances(np.asarray(scores, dtype=np.float64)), 1.0, 1.0)
                meant = through_habit(likely, written, table)
                targets[others] = meant @ metric_targets(vectors)
                seen = np.array([float(counts[v]) for v in vectors]) + weights[others] @ meant
                table = vector_table(vectors, seen)
                text, dense, bias = self._metrics(rows, chances, targets, weights, used, f"metrics, round {number + 1}")
        return CvssModel(
            name=self.name,
            version="candidate",
            features=features,
            weakness=weakness,
            weaknesses=names,
            metrics=LinearWeights.compress(text, bias, keep=int(self.options.get("keep", 700_000))),
            dense=dense.astype(np.float16).astype(np.float64),
            table=table,
        )

    def _metrics(
        self, rows: Any, chances: Floats, targets: Floats, weights: Floats, used: NDArray[np.int64], stage: str
    ) -> tuple[NDArray[np.float32], Floats, NDArray[np.float32]]:
        self.progress.update(stage, 0, 1, rows=float(len(used)))
        text, dense, bias = fit_metrics(
            rows[used],
            _SCALE * chances[used],
            targets[used],
            weights[used],
            strength=float(self.options.get("C", 5.0)),
            max_iter=int(self.options.get("max_iter", 80)),
        )
        self.progress.update(stage, 1, 1, rows=float(len(used)))
        return text, _SCALE * dense, bias

    def _weaknesses(self, rows: Any, data: Data) -> tuple[LinearWeights, tuple[str, ...], Floats]:
        """Return the weakness model, its labels, and (n, n_weaknesses) chances from models that had not seen a row."""
        least = int(self.options.get("weakness_rows", 20))
        counts = Counter(w for w in data.weaknesses if w)
        names = tuple(sorted(w for w, n in counts.items() if n >= least))
        if len(names) < 2:
            raise UserError(
                f"the corpus has fewer than two weaknesses with {least} records or more",
                next_step="read it with format: cve, or set train.options.weakness_rows",
            )
        number = {w: i for i, w in enumerate(names)}
        labels = np.array([number.get(w, -1) for w in data.weaknesses])
        k = int(self.options.get("folds", 3))
        folds = group_folds(data.groups, k, self.seed)
        scores = np.full((len(labels), len(names)), -1.5, dtype=np.float32)
        for fold in range(k):
            self.progress.update("weaknesses", fold, k + 1)
            seen = np.flatnonzero((labels >= 0) & (folds != fold))
            have, at = np.unique(labels[seen], return_inverse=True)
            text, bias = self._weakness(rows[seen], at, len(have))
            mine = np.flatnonzero(folds == fold)
            scores[np.ix_(mine, have)] = rows[mine] @ text + bias
        self.progress.update("weaknesses", k, k + 1)
        known = np.flatnonzero(labels >= 0)
        text, bias = self._weakness(rows[known], labels[known], len(names))
        self.progress.update("weaknesses", k + 1, k + 1)
        weights = LinearWeights.compress(text, bias, keep=int(self.options.get("keep", 700_000)))
        return weights, names, softmax(HEAT * scores.astype(np.float64))

    def _weakness(
        self, rows: Any, labels: NDArray[np.int64], n_labels: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return fit_weights(
            rows,
            labels,
            np.ones(len(labels)),
            n_labels,
            solver="svm",
            strength=float(self.options.get("weakness_C", 0.3)),
            seed=self.seed,
        )


def tuned(model: CvssModel, held: Data) -> tuple[float, float, dict[str, float]]:
    """Return heat and pull with the least log loss on held-out records in the wanted manner, and what they come to."""
    place = {vector: i for i, vector in enumerate(model.table.vectors)}
    rows = [i for i in held.with_vector(own=True) if held.vectors[i] in place]
    if len(rows) < 20:
        return 1.0, 0.5, {"tuned_on": float(len(rows))}
    truth = np.array([place[v] for i in rows if (v := held.vectors[i]) is not None])
    logs = model.metric_logs(model.features.transform([held.texts[i] for i in rows]))

    def loss(heat: float, pull: float) -> float:
        chances = model.table.chances(logs, heat, pull)
        return -float(np.log(chances[np.arange(len(truth)), truth] + 1e-9).mean())

    best, heat, pull = min((loss(h, p), h, p) for h in _HEATS for p in _PULLS)
    return heat, pull, {"tuned_on": float(len(rows)), "validation_log_loss": best, "heat": heat, "pull": pull}


HEAD = CvssHead()
