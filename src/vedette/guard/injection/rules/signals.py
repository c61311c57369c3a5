"""Everything that rules say of one text: its plain spelling, its layers, what it hides, the hits, and a few numbers."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from vedette.guard.injection.decode import Layer, layers
from vedette.guard.injection.hidden import Hidden, hidden
from vedette.guard.injection.normalise import Normalised, normalise
from vedette.guard.injection.normalise_tables import INVISIBLE
from vedette.guard.injection.rules.base import ALARM, RuleHit
from vedette.guard.injection.rules.engine import meet
from vedette.guard.injection.rules.noise import noise

ENCODED_BONUS = 0.06
"""What a hit inside an encoding is surer by: nobody encodes an order by accident."""
WEIGHT = 0.85
"""What a hint counts beside others."""
TAIL = 160
"""Characters at the end that noise is looked for in."""

_UNSEEN = re.compile(f"[{INVISIBLE}]")
_WORD = re.compile(r"[^\W_]+")
_LATIN_AND_OTHER = re.compile(r"[A-Za-z][\u0370-\u052f]|[\u0370-\u052f][A-Za-z]")
_ODD_PAIR = re.compile(r"[^\w\s][^\w\s]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What is known of one text without a model."""

    text: str
    normalised: Normalised
    layers: tuple[Layer, ...] = ()
    hits: tuple[RuleHit, ...] = ()
    """In order of place; those inside encodings carry the range of the encoded text."""
    hidden: tuple[Hidden, ...] = ()
    numbers: Mapping[str, float]
    """Cheap measures in [0, 1], the same names for every text."""

    @property
    def score(self) -> float:
        """Return how sure the surest hit is; 0 without any."""
        return max((hit.score for hit in self.hits), default=0.0)

    @property
    def together(self) -> float:
        """Return how sure all hits are together: hints of different rules in different places make an alarm."""
        taken: list[RuleHit] = []
        for hit in sorted(self.hits, key=lambda hit: -hit.score):
            if not hit.told and all(
                hit.rule != one.rule and (hit.end <= one.start or one.end <= hit.start) for one in taken
            ):
                taken.append(hit)
        return max(self.score, 1.0 - math.prod(1.0 - WEIGHT * hit.score for hit in taken))

    @property
    def alarms(self) -> tuple[RuleHit, ...]:
        """Return the hits that are believed alone."""
        return tuple(hit for hit in self.hits if hit.score >= ALARM)


def signals(text: str) -> Signals:
    """Return what rules, decoders and the search for hidden text say of a text. It takes any string and never fails."""
    plain = normalise(text)
    hits = [
        RuleHit(
            rule=match.rule.name,
            entity=match.rule.entity,
            start=start,
            end=end,
            score=match.score,
            told=match.told,
            sure=match.rule.sure and not match.told,
        )
        for match in meet(plain.text)
        for start, end in (plain.span(match.start, match.end),)
    ]
    if (tail := noise(text)) is not None:
        hits.append(tail)
    inner = layers(text)
    unseen = hidden(text)
    for layer in inner:
        hits += _within(layer.text, layer.within, layer.start, layer.end)
    for one in unseen:
        if one.score and one.text:
            hits += _within(one.text, (one.kind.value,), one.start, one.end)
    unseen = tuple(_judged(one, hits) for one in unseen)
    hits.sort(key=lambda hit: (hit.start, hit.end, hit.rule))
    return Signals(
        text=text,
        normalised=plain,
        layers=inner,
        hits=tuple(hits),
        hidden=unseen,
        numbers=_numbers(text, plain, inner, hits, unseen),
    )


def _within(text: str, within: tuple[str, ...], start: int, end: int) -> list[RuleHit]:
    return [
        RuleHit(
            rule=match.rule.name,
            entity=match.rule.entity,
            start=start,
            end=end,
            score=min(0.99, match.score + (0.0 if match.told else ENCODED_BONUS)),
            within=within,
            told=match.told,
            sure=match.rule.sure and not match.told,
        )
        for match in meet(normalise(text).text)
    ]


def _judged(one: Hidden, hits: list[RuleHit]) -> Hidden:
    """Return a hidden range with the score of the orders that stand in it."""
    inside = [hit.score for hit in hits if one.start <= hit.start and hit.end <= one.end]
    if not inside or one.score >= max(inside):
        return one
    score = min(0.99, max(inside) + ENCODED_BONUS)
    return Hidden(kind=one.kind, start=one.start, end=one.end, score=max(one.score, score), text=one.text)


def _numbers(
    text: str, plain: Normalised, inner: tuple[Layer, ...], hits: list[RuleHit], unseen: tuple[Hidden, ...]
) -> dict[str, float]:
    size = max(len(text), 1)
    ascii_only = text.isascii()
    tail = plain.text[-TAIL:]
    marks = len(tail) - sum(map(str.isalnum, tail)) - sum(map(str.isspace, tail))
    scores = sorted((hit.score for hit in hits), reverse=True)
    return {
        "unseen_share": 0.0 if ascii_only else min(1.0, len(_UNSEEN.findall(text)) / size),
        "mixed_words": 0.0 if ascii_only else min(1.0, len(_LATIN_AND_OTHER.findall(text)) / 20),
        "undone": min(1.0, plain.undone / 10),
        "decoded_share": min(1.0, sum(len(layer.text) for layer in inner) / size),
        "decoded_depth": max((len(layer.within) for layer in inner), default=0) / 3,
        "hidden": max((one.score for one in unseen), default=0.0),
        "concealed_share": min(1.0, sum(len(one.text) for one in unseen if not one.score) / size),
        "tail_entropy": _entropy(tail) / 6,
        "tail_marks": marks / max(len(tail), 1),
        "tail_odd_pairs": min(1.0, len(_ODD_PAIR.findall(tail)) / 12),
        "tail_long_words": min(1.0, sum(1 for word in _WORD.findall(tail) if len(word) > 14) / 4),
        "best": scores[0] if scores else 0.0,
        "second": scores[1] if len(scores) > 1 else 0.0,
        "rules": min(1.0, len({hit.rule for hit in hits}) / 5),
        "told": 1.0 if any(hit.told for hit in hits) else 0.0,
        "encoded_hit": max((hit.score for hit in hits if hit.within), default=0.0),
    }


def _entropy(text: str) -> float:
    size = len(text)
    return -sum(count / size * math.log2(count / size) for count in Counter(text).values()) if size else 0.0
