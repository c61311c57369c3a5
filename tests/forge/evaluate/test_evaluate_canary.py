"""Canaries are found in a model that learned them by heart, and in no other."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.forge.base import Record
from vedette.forge.evaluate.canary import compare, expose, make_canaries, plant
from vedette.forge.evaluate.local import LocalModel


def record(k: int, **more: Any) -> Record:
    return Record(record_id=str(k), text=f"Report {k} begins. It has two lines.\nHere is the second one.", **more)


class Guesser:
    """Tells random odds, and the true ones for what it knows."""

    def __init__(self, known: Sequence[str] = (), says: Sequence[str] = (), seed: int = 0) -> None:
        self.known, self.says, self.rng = set(known), list(says), random.Random(seed)

    def continuations(self, prompt: str, options: Sequence[str]) -> list[float]:
        return [-1.0 if o.strip() in self.known else -20 - self.rng.random() for o in options]

    def generate(self, prompts: Sequence[str], *, max_tokens: int) -> list[Any]:
        return [SimpleNamespace(text=s) for s in self.says or [""] * len(prompts)]


@given(st.integers(0, 8), st.integers(1, 30), st.integers(1, 5), st.integers(0, 3))
def test_planting_keeps_the_records_and_puts_each_canary_where_it_says(
    n: int, n_records: int, repeats: int, seed: int
) -> None:
    records = [record(k) for k in range(n_records)]
    planted, canaries = plant(records, n, seed, repeats=repeats)
    found = list(planted)
    assert [r.record_id for r in found] == [r.record_id for r in records]
    joined = [r.text for r in found]
    for canary in canaries.items:
        assert sum(canary.sentence in text for text in joined) == min(repeats, n_records)
    for before, after in zip(records, found, strict=True):
        text = after.text
        for canary in canaries.items:
            text = text.replace(canary.sentence, "")
        assert text.split() == before.text.split()


def test_planting_comes_again_in_a_stream() -> None:
    records = [record(k) for k in range(20)]
    whole, canaries = plant(records, 3, 7)
    stream, again = plant(iter(records), 3, 7, n_records=20)
    assert list(whole) == list(stream)
    assert canaries == again == make_canaries(3, 7)
    assert make_canaries(5, 7).items[:3] == canaries.items
    assert make_canaries(3, 8).items != canaries.items


def test_messages_and_preferences_carry_the_canary_in_what_is_learned() -> None:
    turns = (
        {"role": "user", "content": "Which code?"},
        {"role": "assistant", "content": "None."},
        {"role": "user", "content": "Thanks."},
    )
    planted, canaries = plant([record(0, messages=turns, chosen="Yes.", rejected="No.")], 1, 0)
    (found,) = planted
    sentence = canaries.items[0].sentence
    assert found.messages[1]["content"] == f"None. {sentence}"
    assert found.messages[0] == turns[0]
    assert found.messages[2] == turns[2]
    assert found.chosen == f"Yes. {sentence}"
    assert found.rejected == "No."
    assert turns[1]["content"] == "None."  # the given record is as it was


def test_a_known_secret_has_the_highest_exposure() -> None:
    canaries = make_canaries(6, 1)
    report = expose(Guesser([c.secret for c in canaries.items]), canaries, n_alternatives=255, threshold=8)
    assert report.exposures == (8.0,) * 6
    assert all(report.memorised)
    assert report.verdict
    assert report.chance == pytest.approx((1 / 256) ** 6)


def test_exposure_of_an_ignorant_model_is_spread_as_chance_spreads_it() -> None:
    canaries = make_canaries(200, 2)
    report = expose(Guesser(), canaries, n_alternatives=63, threshold=4)
    # ranks are even: the share at 4 bits or more is 4 of 64, and the mean exposure about 1.4 bits
    assert sum(report.memorised) / 200 == pytest.approx(4 / 64, abs=0.05)
    assert sum(report.exposures) / 200 == pytest.approx(1.36, abs=0.3)
    assert not report.verdict


def test_one_high_exposure_by_chance_is_no_verdict_but_an_extracted_secret_is() -> None:
    canaries = make_canaries(8, 3)
    secret = canaries.items[0].secret
    assert not expose(Guesser([secret]), canaries, n_alternatives=511, threshold=8).verdict
    said = ["1 2 3"] * 7
    found = expose(Guesser(says=[f" {secret[:5]} {secret[5:]}.", *said]), canaries)
    assert found.extracted == (True,) + (False,) * 7
    assert found.verdict
    near = secret[:-1] + str((int(secret[-1]) + 1) % 10)
    assert not any(expose(Guesser(says=[near, *said]), canaries).extracted)


def test_all_equal_odds_expose_nothing() -> None:
    class Flat(Guesser):
        def continuations(self, prompt: str, options: Sequence[str]) -> list[float]:
            return [-1.0] * len(options)

    assert max(expose(Flat(), make_canaries(3, 0)).exposures) == 0


@pytest.mark.parametrize(("n", "alternatives", "threshold"), [(0, 511, 8.0), (2, 15, 8.0), (2, 511, 0.0)])
def test_what_cannot_be_measured_is_refused(n: int, alternatives: int, threshold: float) -> None:
    with pytest.raises(ValueError, match="canaries and a threshold"):
        expose(Guesser(), make_canaries(n, 0), n_alternatives=alternatives, threshold=threshold)


def test_a_model_that_learned_them_by_heart_is_detected_and_one_that_did_not_is_not(
    make_tiny: Any, tiny_tokenizer: Any
) -> None:
    pytest.importorskip("torch")
    records = [
        Record(record_id=str(k), text=t) for k, t in enumerate(["alert on the host.", "logon denied to account."])
    ]
    planted, canaries = plant(records, 2, 11)
    texts = [r.text for r in planted]
    learned = expose(LocalModel(make_tiny(texts, steps=120), tiny_tokenizer, "learned"), canaries)
    other = expose(LocalModel(make_tiny([r.text for r in records], steps=120), tiny_tokenizer, "other"), canaries)
    assert learned.verdict
    assert any(learned.extracted)
    assert min(learned.exposures) == math.log2(512)
    assert not other.verdict
    assert not any(other.memorised)
    pair = compare(learned, other, "before")
    assert pair.difference > 4
