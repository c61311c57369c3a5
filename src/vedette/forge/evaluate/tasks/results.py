"""What a model made of a task: figures with intervals, and paired differences between models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vedette.forge.base import Comparison, Measure
from vedette.forge.evaluate.stats import brier, expected_calibration_error, interval, paired
from vedette.forge.evaluate.tasks.base import Kind, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question's outcome."""

    question_id: str
    rows: Mapping[str, float]
    answer: str
    scoring: str
    confidence: float | None = None
    group: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskResult:
    """All outcomes of one model on one task."""

    task: str
    items: tuple[Item, ...]
    failed: Mapping[str, str] = field(default_factory=dict)
    """Question id to why it could not be asked or scored."""
    majority: str | None = None
    """The commonest right answer, of choices."""
    majority_rows: Mapping[str, float] = field(default_factory=dict)
    """Question id to whether always giving that answer would be right."""
    n_there: int = 0
    """Questions that the set has."""

    @property
    def scoring(self) -> str:
        """Return how answers came about: ``odds of letters``, ``generated``, or both with their counts."""
        counts = Counter(item.scoring for item in self.items)
        if len(counts) < 2:
            return next(iter(counts), "nothing")
        return ", ".join(f"{how} ({n})" for how, n in counts.most_common())

    def measures(self, *, n: int = 1000, seed: int = 0) -> dict[str, Measure]:
        """Return ``TASK.METRIC`` for every metric, part and the calibration."""
        found: dict[str, Measure] = {}
        names = list(dict.fromkeys(name for item in self.items for name in item.rows))
        for name in names:
            kept = [item for item in self.items if name in item.rows]
            found[f"{self.task}.{name}"] = _interval([i.rows[name] for i in kept], kept, n, seed)
        parts = list(dict.fromkeys(item.part for item in self.items if item.part))
        if "accuracy" in names and len(parts) > 1:
            for part in parts:
                kept = [item for item in self.items if item.part == part and "accuracy" in item.rows]
                found[f"{self.task}.accuracy.{part}"] = _interval([i.rows["accuracy"] for i in kept], kept, n, seed)
        sure = [item for item in self.items if item.confidence is not None and "accuracy" in item.rows]
        if sure:
            said, right = [float(i.confidence or 0.0) for i in sure], [i.rows["accuracy"] for i in sure]
            groups = [i.group or i.question_id for i in sure]
            found[f"{self.task}.ece"] = interval(
                said,
                groups=groups,
                statistic=lambda k: expected_calibration_error([said[j] for j in k], [right[j] for j in k]),
                n=min(n, 300),
                seed=seed,
            )
            found[f"{self.task}.brier"] = interval(
                [(a - b) ** 2 for a, b in zip(said, right, strict=True)], groups=groups, n=n, seed=seed
            )
            assert abs(found[f"{self.task}.brier"].value - brier(said, right)) < 1e-9  # noqa: S101
        if self.majority_rows and self.items:
            rows = [self.majority_rows[item.question_id] for item in self.items]
            found[f"{self.task}.majority"] = Measure(value=sum(rows) / len(rows), n=len(rows))
        return found

    def against(self, other: TaskResult, who: str, *, n: int = 1000, seed: int = 0) -> list[Comparison]:
        """Return the paired differences on the questions that both models were asked."""
        theirs = {item.question_id: item for item in other.items}
        both = [(item, theirs[item.question_id]) for item in self.items if item.question_id in theirs]
        names = list(dict.fromkeys(name for item, _ in both for name in item.rows))
        found = []
        for name in names:
            pairs = [(a, b) for a, b in both if name in a.rows and name in b.rows]
            if not pairs:
                continue
            found.append(
                paired(
                    f"{self.task}.{name}",
                    who,
                    [a.rows[name] for a, _ in pairs],
                    [b.rows[name] for _, b in pairs],
                    groups=[a.group or a.question_id for a, _ in pairs],
                    n=n,
                    seed=seed,
                )
            )
        return found

    def against_majority(self, *, n: int = 1000, seed: int = 0) -> Comparison | None:
        """Return the paired difference from always giving the commonest right answer, for choices."""
        kept = [item for item in self.items if "accuracy" in item.rows and item.question_id in self.majority_rows]
        if not kept:
            return None
        return paired(
            f"{self.task}.accuracy",
            "majority",
            [item.rows["accuracy"] for item in kept],
            [self.majority_rows[item.question_id] for item in kept],
            groups=[item.group or item.question_id for item in kept],
            n=n,
            seed=seed,
        )


def majority_of(questions: Sequence[Question]) -> tuple[str | None, dict[str, float]]:
    """Return the commonest right answer, and for each question whether giving it would be right.

    Only sets of choices have one; what is always right (a set of unanswerable questions) has one too.
    """
    if not questions or any(question.kind is not Kind.CHOICE for question in questions):
        return None, {}
    answer, _ = Counter(question.target for question in questions).most_common(1)[0]
    return "".join(answer), {q.question_id: float(q.target == answer) for q in questions}


def _interval(rows: Sequence[float], items: Sequence[Item], n: int, seed: int) -> Measure:
    return interval(rows, groups=[item.group or item.question_id for item in items], n=n, seed=seed)
