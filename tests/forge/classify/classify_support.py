"""A small corpus of made-up sentences with three techniques and some of none."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vedette.forge.base import Record
from vedette.forge.recipe import ClassifierRecipe, ClassifierTraining, CorpusSpec, EvaluationSpec, LoadedRecipe

PARTS = {
    "T1053.005": (["creates", "registers", "adds"], ["a scheduled task", "a task that runs daily", "a schtasks entry"]),
    "T1003.001": (["dumps", "reads", "copies"], ["the memory of lsass", "credentials from lsass.exe", "lsass memory"]),
    "T1566.001": (["sends", "mails", "delivers"], ["a phishing mail", "an attachment by e-mail", "a lure document"]),
    "none": (["publishes", "thanks", "describes"], ["our customers", "this report", "the quarter's results"]),
}
ENDS = ["on the host", "every morning", "with a script", "in this campaign", "for persistence", "as before", "again"]


def made(n: int, seed: int, groups: int = 20) -> list[Record]:
    """Records of ``groups`` reports."""
    draw = random.Random(seed)
    out = []
    for i in range(n):
        label = draw.choice(sorted(PARTS))
        verbs, things = PARTS[label]
        text = f"The actor {draw.choice(verbs)} {draw.choice(things)} {draw.choice(ENDS)} {draw.randrange(1000)}"
        out.append(
            Record(
                record_id=f"{seed}-{i}",
                text=text,
                labels=(label,),
                group=f"{seed}-{draw.randrange(groups)}",
                source="reports" if i % 2 else "notes",
                fields={"size": len(text), "verb": text.split()[2]},
            )
        )
    return out


class Parts:
    """A corpus of records in memory."""

    path = Path()
    digest = "made"
    card: dict[str, Any] = {}  # noqa: RUF012

    def __init__(self, **parts: list[Record]) -> None:
        self.parts = parts

    def count(self, split: str) -> int:
        return len(self.parts.get(split, []))

    def records(self, split: str) -> Iterator[Record]:
        return iter(self.parts.get(split, []))


def recipe(
    *, features: tuple[str, ...] = ("words", "chars"), head: str = "linear", base: str | None = None, seed: int = 0,
    abstain_precision: float | None = 0.9, evaluate: EvaluationSpec | None = None, **options: Any,
) -> LoadedRecipe:  # fmt: skip
    body = ClassifierRecipe(
        name="made",
        kind="classifier",
        base=base,
        seed=seed,
        corpus=CorpusSpec(sources=()),
        train=ClassifierTraining(features=features, head=head, options=options, abstain_precision=abstain_precision),
        evaluate=evaluate or EvaluationSpec(),
    )
    return LoadedRecipe(body, Path(), "")
