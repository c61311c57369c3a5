"""The model of injections: readers of a text whose log odds are added up, served with NumPy alone.

Networks over meanings and concepts score each piece in the light of the rest and each window as a whole, either being
enough; runs of letters and words (``model_words``) and convolutions (``model_near``) read what those cannot. Each errs
on other benign texts, so together they are believed at a lower score. What the rules say is added, and is among
the features: a known form that a story merely quotes is not believed by itself. A text that all of them together find
doubtful is read once more in context (``model_context``), which costs ten times as much and tells more than they do.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.guard.injection import features_tokens, model_context, model_near
from vedette.guard.injection.features import read
from vedette.guard.injection.model_words import SIZE, runs, said
from vedette.guard.injection.rules import INJECTION, JAILBREAK, Signals
from vedette.guard.injection.rules.signals import signals
from vedette.models import shipped
from vedette.models.encoder import Encoder, shipped_encoder
from vedette.models.linear import read_folder
from vedette.models.pieces import Vectors
from vedette.schema import Prediction, RankedLabel, Span

NAME = "injection"
NOTHING = -20.0
"""Log odds of a text that says nothing."""
ROWS = 12
"""Pieces multiplied at once: more, and the algebra library starts threads, which cost far more than they bring."""
OF_WORDS, OF_NEAR, OF_RULES = 0.4, 0.5, 2.0
"""What the runs of letters and words count, the convolutions, and the surest known form of attack."""
MOST_HEARD = 3.0
"""Log odds that runs may say at most: a single odd text must not be believed for its spelling alone."""
DOUBTFUL = -1.5
"""Score from which on a text is read in context; a lower one is far from any alarm."""
OF_CONTEXT = 0.7
"""What the reading in context counts."""
SHORT, LONG = 600, 8_000
"""Characters from which on, and up to which, a longer text must say more: the worst of many windows is worse."""
OF_LENGTH = 2.5
"""How much more, for each time that it is e times as long."""
MOST_READ = 4
"""Windows of a long text that are read in context, the worst ones: what a doubtful text costs has a bound."""
MOST_SPANS = 4
BELOW = 3.0
"""How far under the strongest piece another may be and still be told."""


def chance(logit: float) -> float:
    """Return the chance of log odds."""
    return 1 / (1 + math.exp(-max(min(logit, 30.0), -30.0)))


def judge(
    weights: Mapping[str, NDArray[np.float32]],
    dense: NDArray[np.float32],
    pairs: NDArray[np.int32],
    pair_ends: NDArray[Any],
    whole: NDArray[np.float32],
) -> tuple[float, NDArray[np.float32]]:
    """Return the score of a window, in log odds, and of each of its pieces."""
    first = weights["first"]
    hidden = np.concatenate([dense[at : at + ROWS] @ first for at in range(0, len(dense), ROWS)])
    hidden += weights["first_bias"]
    if len(pairs):
        sums = np.zeros((len(pairs) + 1, hidden.shape[1]), dtype=np.float32)
        np.cumsum(weights["pairs"][pairs], axis=0, out=sums[1:])
        starts = np.concatenate([[0], pair_ends[:-1]])
        hidden += sums[pair_ends] - sums[starts]
    np.maximum(hidden, 0.0, out=hidden)
    inner = np.maximum(hidden @ weights["second"] + weights["second_bias"], 0.0)
    pieces = inner @ weights["piece"] + weights["piece_bias"]
    view = np.concatenate([hidden.max(axis=0), hidden.mean(axis=0), whole])
    over = np.maximum(view @ weights["whole"] + weights["whole_bias"], 0.0) @ weights["out"] + weights["out_bias"]
    return float(np.logaddexp(pieces.max(), over[0])), pieces


def told_by_rules(known: Signals) -> NDArray[np.float32]:
    """Return what the rules say of a text, in numbers."""
    best = [
        max((hit.score for hit in known.hits if hit.entity == entity and not hit.told), default=0.0)
        for entity in (INJECTION, JAILBREAK)
    ]
    return np.array([*known.numbers.values(), *best], dtype=np.float32)


def together(worst: float, near: float, rules: NDArray[np.float32]) -> float:
    """Return the score of a text: of its worst window, of the convolutions, of the surest known form."""
    return worst + OF_NEAR * near + OF_RULES * float(rules[-2:].max())


def in_context(score: float, heard: float, length: int) -> float:
    """Return the score of a doubtful text of so many characters: of the other readers, and of what context says."""
    return score + OF_CONTEXT * (heard - OF_LENGTH * math.log(min(max(length, SHORT), LONG) / SHORT))


def of_window(meant: float, heard: float) -> float:
    """Return the score of a window: of the networks, and of its runs of letters and words."""
    return meant + OF_WORDS * min(heard, MOST_HEARD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the model says of a text."""

    logit: float
    """Log odds in its worst window."""
    spans: tuple[tuple[int, int, float], ...] = ()
    """Ranges that carry it, and their own scores."""
    entity: str = INJECTION
    within: tuple[str, ...] = ()
    """Encodings that it stood in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A loaded model. Immutable; several threads may use one."""

    name: str
    version: str
    nets: tuple[Mapping[str, NDArray[np.float32]], ...]
    """Networks from different starts, whose scores are averaged: what one of them alone believes is mostly an error."""
    vectors: Vectors
    words: NDArray[np.float32]
    """(n_buckets,) what a run of letters or words says."""
    words_bias: float
    near: Mapping[str, NDArray[np.float32]]
    """Layers of the convolutions."""
    encoder: Encoder
    """What reads doubtful texts in context."""
    context: tuple[Mapping[str, NDArray[np.float32]], ...]
    """What was learnt on top of it, from different starts."""
    threshold: float
    """Log odds from which on a text is called an attack."""
    slope: float
    """What log odds are multiplied with to be a chance that holds."""
    middle: float
    """How much more than any piece the whole must say for a jailbreak."""

    def judge(self, text: str, known: Signals) -> Judged:
        """Return what the model says of a text, given what the rules say."""
        rules = told_by_rules(known)
        worst = Judged(logit=NOTHING)
        heard_of: list[tuple[float, int, int]] = []
        for window in read(text, self.vectors):
            whole = np.concatenate([rules, window.whole])
            each = [judge(net, window.dense, window.pairs, window.pair_ends, whole) for net in self.nets]
            meant = sum(one for one, _ in each) / len(each)
            heard = said(self.words, self.words_bias, runs(text[window.pieces[0].start : window.pieces[-1].end]))
            logit = of_window(meant, heard)
            heard_of.append((logit, window.pieces[0].start, window.pieces[-1].end))
            pieces = np.mean([told for _, told in each], axis=0)
            if logit > worst.logit:
                top = float(pieces.max())
                order = [int(i) for i in np.argsort(-pieces, kind="stable")[:MOST_SPANS] if pieces[i] > top - BELOW]
                spans = tuple((window.pieces[i].start, window.pieces[i].end, float(pieces[i])) for i in sorted(order))
                entity = JAILBREAK if meant - top > self.middle else INJECTION
                worst = Judged(logit=logit, spans=_joined(spans, text), entity=entity)
        near = model_near.worst(self.near, features_tokens.windows(text, self.vectors), rules)
        logit = together(worst.logit, near, rules)
        if logit >= DOUBTFUL:
            doubtful = [text]
            if len(heard_of) > MOST_READ:
                doubtful = [text[start:end] for _, start, end in sorted(heard_of, reverse=True)[:MOST_READ]]
            heard = max(model_context.worst(self.encoder, self.context, one) for one in doubtful)
            logit = in_context(logit, heard, len(text))
        return replace(worst, logit=logit)

    def chance(self, logit: float) -> float:
        """Return the calibrated chance that a text of this score is an attack."""
        return chance(self.slope * (logit - self.threshold))

    def predict(self, texts: Sequence[str], *, fields: Sequence[Mapping[str, Any]] | None = None) -> list[Prediction]:
        """Return one prediction for each text, in order; ``fields`` are not read."""
        found = []
        for text in texts:
            judged = self.judge(text, signals(text))
            span = Span(start=judged.spans[0][0], end=judged.spans[0][1], label=judged.entity) if judged.spans else None
            ranked = RankedLabel(label=judged.entity, confidence=self.chance(judged.logit), span=span)
            found.append(Prediction(labels=(ranked,), abstained=judged.logit < self.threshold))
        return found

    def save(self, folder: Path) -> None:
        """Write the model into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        body = {
            "form": "injection",
            "nets": len(self.nets),
            "context": len(self.context),
            "threshold": self.threshold,
            "slope": self.slope,
            "middle": self.middle,
            "words_bias": self.words_bias,
        }
        (folder / "model.json").write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
        arrays: dict[str, Any] = {
            f"{number}-{name}": array.astype(np.float16)
            for number, net in enumerate(self.nets)
            for name, array in net.items()
        }
        arrays |= self.vectors.to_arrays()
        arrays["runs"] = self.words.astype(np.float16)
        arrays |= {f"near-{name}": array for name, array in model_near.stored(self.near).items()}
        arrays |= {
            f"context-{number}-{name}": array.astype(np.float16)
            for number, layers in enumerate(self.context)
            for name, array in layers.items()
        }
        with (folder / "weights.npz").open("wb") as file:
            np.savez_compressed(file, **arrays)


def _joined(spans: Sequence[tuple[int, int, float]], text: str) -> tuple[tuple[int, int, float], ...]:
    """Return ranges in order, those that only white space parts as one."""
    kept: list[tuple[int, int, float]] = []
    for low, high, score in spans:
        if kept and not text[kept[-1][1] : low].strip():
            kept[-1] = (kept[-1][0], high, max(kept[-1][2], score))
        else:
            kept.append((low, high, score))
    return tuple(kept)


def load(folder: Path, name: str, version: str) -> Model:
    """Return the model in a folder.

    Raises:
        OutsideError: the folder holds no whole model.
    """

    def build(body: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Model:
        nets = tuple(
            {one: np.ascontiguousarray(arrays[f"{number}-{one}"], dtype=np.float32) for one in WEIGHTS}
            for number in range(int(body["nets"]))
        )
        if not nets:
            raise ValueError("there is no network")
        facts = {key: float(body[key]) for key in ("threshold", "slope", "middle", "words_bias")}
        words = np.ascontiguousarray(arrays["runs"], dtype=np.float32)
        if len(words) != 2 * SIZE:
            raise ValueError(f"{len(words)} weights of runs where {2 * SIZE} are known")
        near = model_near.restored({one[5:]: array for one, array in arrays.items() if one.startswith("near-")})
        context = tuple(
            {
                one: np.ascontiguousarray(arrays[f"context-{number}-{one}"], dtype=np.float32)
                for one in model_context.READ_OFF
            }
            for number in range(int(body["context"]))
        )
        if not context:
            raise ValueError("nothing was learnt of texts in context")
        vectors = Vectors.of(arrays)
        if len(near["table"]) != features_tokens.n_rows(len(vectors.table)):
            raise ValueError("the convolutions know other words than the networks")
        return Model(name=name, version=version, nets=nets, vectors=vectors, words=words, near=near,
                     encoder=shipped_encoder(), context=context, **facts)  # fmt: skip

    model: Model = read_folder(folder, build)
    return model


WEIGHTS = (
    "first", "first_bias", "pairs", "second", "second_bias", "piece", "piece_bias",
    "whole", "whole_bias", "out", "out_bias",
)  # fmt: skip


@cache
def shipped_model() -> Model:
    """Return the model that comes with the package, loaded once.

    Raises:
        InternalError: its files are not what was packaged.
    """
    entry = shipped.entry(NAME)
    return load(entry.path, NAME, entry.version)
