"""Ridge regression over a command's features, one column for each technique; solved over the rows, so exactly."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.linalg
import scipy.sparse
from benchmarks.commands import techniques_data as data
from benchmarks.commands.techniques_data import Command

from vedette.commands.engine import trace
from vedette.commands.judging.features import Vocabulary, facts_of, joined, noisy_or
from vedette.commands.judging.ranking import act_scores, strong_acts
from vedette.commands.judging.rating import is_plain, standing
from vedette.models.shipped import write_manifest

LENGTHS = (1.0, 0.5)
"""Of the blocks of words and of marks."""
OWN_WEIGHT = 0.7
PENALTY = 0.3


@dataclass(frozen=True, slots=True)
class Read:
    """A command as it is judged."""

    command: Command
    keys: tuple[Any, ...]
    acts: dict[str, float]
    alone: float
    """How grave its acts are by themselves."""
    tools: tuple[int, ...] = ()
    """The hashes of the tools that it uses."""
    strong: tuple[tuple[int, str, float], ...] = ()
    """What the tables are sure of: tool, technique, weight."""
    stands: bool = False
    plain: bool = False
    """A plain start of a program that no table speaks against: the model alone does not call it risky."""
    """Whether an act of it is risky by itself."""


def read(commands: Sequence[Command]) -> list[Read]:
    """Return commands explained as the product does it, reduced to what they are judged by."""
    found = []
    for command in commands:
        traces = trace(command.text)
        facts = facts_of(traces)
        acts, strong = act_scores(traces), tuple(strong_acts(traces))
        stands = standing(traces, facts.text) > 0
        found.append(Read(command, facts.keys, acts, noisy_or(traces), facts.tools, strong, stands, is_plain(traces)))
    return found


def matrix(vocabulary: Vocabulary, rows: Sequence[Read]) -> Any:
    """Return the sparse rows of commands."""
    indptr, indices, values = [0], [], []
    for row in rows:
        at, value = vocabulary.row(joined(row.keys))
        indices.append(at)
        values.append(value)
        indptr.append(indptr[-1] + len(at))
    shape = (len(rows), len(vocabulary.keys))
    return scipy.sparse.csr_matrix((np.concatenate(values), np.concatenate(indices), indptr), shape=shape)


def solve(kernel: Any, targets: Any, weights: Any, penalty: float = PENALTY) -> Any:
    """Return the dual coefficients, (n_rows, n_labels).

    Args:
        kernel: (n_rows, n_rows) products of the rows.
        targets: (n_rows, n_labels), 1 where a row has a label.
        weights: how much each row counts.
        penalty: on the length of the weights.
    """
    lifted = kernel.copy()
    lifted[np.diag_indices_from(lifted)] += penalty / weights
    return scipy.linalg.solve(lifted, targets, assume_a="pos", overwrite_a=True, check_finite=False)


def curve(chances: Any, right: Any) -> tuple[list[float], list[float]]:
    """Return a rising curve from chance to how often it is right."""
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(y_min=0.001, y_max=0.99, out_of_bounds="clip").fit(chances, right)
    places = np.unique(np.quantile(chances, np.linspace(0, 1, 24)))
    return [0.0, *map(float, places), 1.0], [0.0, *(round(float(v), 4) for v in fitted.predict(places)), float(
        round(float(fitted.predict([places[-1]])[0]), 4))]  # fmt: skip


def softmax(logits: Any) -> Any:
    """Return the chances of rows."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def with_acts(scores: Any, labels: Sequence[str], rows: Sequence[Read], share: float) -> Any:
    """Return scores with what the acts say added."""
    place = {label: i for i, label in enumerate(labels)}
    out = scores.copy()
    for i, row in enumerate(rows):
        for technique, value in row.acts.items():
            if technique in place:
                out[i, place[technique]] += share * value
    return out


def sealed(folder: Path, rows: Sequence[Read], *, card: str, notice: str, metrics: Any) -> Path:
    """Write what goes with a model's weights: card, notice, and the manifest with what it was made from."""
    (folder / "README.md").write_text(card, encoding="utf-8")
    (folder / "NOTICE.txt").write_text(notice, encoding="utf-8")
    recipe = (data.ROOT / "recipes" / f"{folder.name}.yaml").read_bytes()
    digest = hashlib.sha256("\n".join(row.command.text for row in rows).encode()).hexdigest()
    write_manifest(
        folder,
        {
            "created_at": "2026-11-23T00:00:00Z", "licence": "Apache-2.0", "metrics": metrics,
            "recipe_sha256": hashlib.sha256(recipe).hexdigest(), "corpus_sha256": digest,
        },
    )  # fmt: skip
    return folder
