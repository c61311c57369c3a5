"""Whether a model gives the answers of the corpus' test part: instruction and preference records.

``accuracy`` is the share of conversations whose last assistant turn the model writes word for word (case, spaces and
final punctuation aside): the measure for labels and other short answers. ``preference_accuracy`` is the share of pairs
whose better reply the model holds likelier, per token of text, than the worse one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from vedette.forge.base import Measure, Record
from vedette.forge.evaluate.local import LocalModel
from vedette.forge.evaluate.stats import interval

LONGEST_ANSWER = 200
"""Characters of an answer that may be asked for word for word; longer ones are left out."""
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversations:
    """Conversations with the answer that is wanted."""

    turns: tuple[tuple[dict[str, str], ...], ...]
    wanted: tuple[str, ...]
    groups: tuple[str, ...]
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Prompts with a better and a worse reply."""

    turns: tuple[tuple[dict[str, str], ...], ...]
    replies: tuple[tuple[str, str], ...]
    groups: tuple[str, ...]


def take_conversations(records: Iterable[Record], *, limit: int, seed: int) -> Conversations:
    """Return test conversations that end with a short assistant turn, drawn by seed."""
    kept, left_out = [], 0
    for record in records:
        turns = [dict(turn) for turn in record.messages]
        if len(turns) < 2 or turns[-1].get("role") != "assistant":
            continue
        if not 0 < len(turns[-1]["content"].strip()) <= LONGEST_ANSWER:
            left_out += 1
            continue
        kept.append((tuple(turns[:-1]), turns[-1]["content"], record.group or record.record_id))
    drawn = sorted(Random(seed).sample(range(len(kept)), min(limit, len(kept))))  # noqa: S311
    return Conversations(
        turns=tuple(kept[k][0] for k in drawn),
        wanted=tuple(kept[k][1] for k in drawn),
        groups=tuple(kept[k][2] for k in drawn),
        left_out=left_out,
    )


def take_pairs(records: Iterable[Record], *, limit: int, seed: int) -> Pairs:
    """Return test preferences, drawn by seed."""
    kept = [
        (tuple(dict(turn) for turn in r.messages), (r.chosen, r.rejected), r.group or r.record_id)
        for r in records
        if r.messages and r.chosen and r.rejected
    ]
    drawn = sorted(Random(seed).sample(range(len(kept)), min(limit, len(kept))))  # noqa: S311
    return Pairs(
        turns=tuple(kept[k][0] for k in drawn),
        replies=tuple((str(kept[k][1][0]), str(kept[k][1][1])) for k in drawn),
        groups=tuple(kept[k][2] for k in drawn),
    )


def normal(text: str) -> str:
    """Return an answer without what does not matter: case, spaces, quotes and punctuation at its ends."""
    return _SPACES.sub(" ", text).strip().strip("\"'`*.!?,:; ").casefold()


def answer_accuracy(model: LocalModel, given: Conversations, *, n: int, seed: int) -> Measure:
    """Return the share of conversations that the model ends as wanted."""
    prompts = [model.prompt(turns) for turns in given.turns]
    longest = max(len(wanted.encode()) for wanted in given.wanted)
    said = model.generate(prompts, max_tokens=min(96, longest // 2 + 8))
    rows = [float(normal(a.text) == normal(b)) for a, b in zip(said, given.wanted, strict=True)]
    return interval(rows, groups=given.groups, n=n, seed=seed)


def preference_accuracy(model: LocalModel, given: Pairs, *, n: int, seed: int) -> Measure:
    """Return the share of pairs whose better reply is the likelier one, per byte."""
    rows = []
    for turns, replies in zip(given.turns, given.replies, strict=True):
        better, worse = per_byte(model.continuations(model.prompt(turns), replies), replies)
        rows.append(float(better > worse))
    return interval(rows, groups=given.groups, n=n, seed=seed)


def per_byte(odds: Sequence[float], texts: Sequence[str]) -> list[float]:
    """Return log-likelihoods divided by the texts' lengths in bytes, so that short texts are not favoured."""
    return [value / max(1, len(text.encode("utf-8", "replace"))) for value, text in zip(odds, texts, strict=True)]


def confidences(scores: Sequence[float]) -> list[float]:
    """Return the scores' softmax."""
    most = max(scores)
    weights = [math.exp(value - most) for value in scores]
    return [weight / sum(weights) for weight in weights]
