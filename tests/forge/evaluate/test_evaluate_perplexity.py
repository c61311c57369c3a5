"""Perplexity over documents: known values, intervals by document, pairs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from vedette.errors import UserError
from vedette.forge.evaluate.held_out import HeldOut, Text, draw, read_texts
from vedette.forge.evaluate.local import LocalModel, TextLoss
from vedette.forge.evaluate.perplexity import compare, foresee, measures
from vedette.forge.recipe import SourceSpec


class Even:
    """A model that gives every byte-token the same odds: its perplexity is known."""

    def __init__(self, choices: float, token_chars: int = 1) -> None:
        self.choices, self.token_chars = choices, token_chars

    def losses(
        self, texts: Sequence[str], *, length: int = 8, stride: int = 4, max_tokens: int | None = None
    ) -> list[TextLoss]:
        counts = [max(0, len(t) // self.token_chars - 1) for t in texts]
        return [TextLoss(nats=n * math.log(self.choices), n_tokens=n, n_bytes=n * self.token_chars) for n in counts]


def held_out(*texts: str, groups: Sequence[str] = ()) -> HeldOut:
    return HeldOut(
        name="security", texts=texts, groups=tuple(groups or map(str, range(len(texts)))), n_there=len(texts)
    )


def test_an_even_model_has_the_perplexity_of_its_choices() -> None:
    found = foresee(Even(16), held_out("a" * 40, "b" * 7, "c" * 90))
    told = measures(found)
    assert told["perplexity.security"].value == pytest.approx(16)
    assert told["perplexity.security"].low == pytest.approx(16)
    assert told["bits_per_byte.security"].value == pytest.approx(4)
    assert told["perplexity.security"].n == 3
    assert list(told["perplexity.security"].rows) == pytest.approx([16, 16, 16])


def test_long_documents_weigh_more() -> None:
    class Uneven(Even):
        def losses(self, texts: Sequence[str], **more: Any) -> list[TextLoss]:
            return [TextLoss(nats=1.0 * 90, n_tokens=90, n_bytes=90), TextLoss(nats=4.0 * 10, n_tokens=10, n_bytes=10)]

    found = foresee(Uneven(2), held_out("x", "y"))
    assert measures(found)["perplexity.security"].value == pytest.approx(math.exp(1.3))


def test_texts_of_one_token_are_left_out_and_nothing_is_nothing() -> None:
    found = foresee(Even(4), held_out("a", "bb", ""))
    assert found.groups == ("1",)
    assert foresee(Even(4), held_out("a", "")) is None


def test_models_are_compared_in_pairs() -> None:
    texts = held_out("a" * 40, "b" * 7, "c" * 90)
    pairs = {p.metric: p for p in compare(foresee(Even(8), texts), foresee(Even(16), texts), "before")}
    assert pairs["perplexity.security"].difference == pytest.approx(-8)
    assert pairs["perplexity_change.security"].difference == pytest.approx(-0.5)
    assert pairs["bits_per_byte.security"].difference == pytest.approx(-1)
    assert pairs["perplexity_change.security"].high < 0
    assert pairs["perplexity_change.security"].p_value < 0.01
    assert {p.other for p in pairs.values()} == {"before"}


def test_other_tokenizers_compare_by_bytes_alone() -> None:
    texts = held_out("a" * 40, "b" * 80)
    pairs = compare(foresee(Even(8), texts), foresee(Even(16, token_chars=2), texts), "current")
    assert [p.metric for p in pairs] == ["bits_per_byte.security"]


def test_other_documents_do_not_compare() -> None:
    with pytest.raises(ValueError, match="same documents"):
        compare(foresee(Even(8), held_out("aa", "bb")), foresee(Even(8), held_out("aa", "b")), "before")


def test_training_on_like_texts_lowers_perplexity(make_tiny: Any, tiny_tokenizer: Any, sentences: Any) -> None:
    texts = held_out(*sentences(12, 99))
    before = foresee(LocalModel(make_tiny(), tiny_tokenizer, "before"), texts)
    after = foresee(LocalModel(make_tiny(sentences(40, 1), steps=60), tiny_tokenizer, "after"), texts)
    change = next(p for p in compare(after, before, "before") if p.metric == "perplexity_change.security")
    assert change.difference < -0.5
    assert change.high < 0


def test_drawing_keeps_to_its_limits_and_comes_again() -> None:
    texts = [Text(text=f"{k} " * 3000, group=f"g{k // 2}") for k in range(30)] + [Text(text=" "), Text(text="x")]
    drawn = draw(iter(texts), "general", max_chars=24_000, max_documents=50, seed=3)
    assert drawn == draw(iter(texts), "general", max_chars=24_000, max_documents=50, seed=3)
    assert drawn != draw(iter(texts), "general", max_chars=24_000, max_documents=50, seed=4)
    assert 24_000 <= sum(map(len, drawn.texts)) <= 24_200
    assert max(map(len, drawn.texts)) == 3000
    assert drawn.n_there == 30
    assert len(draw(iter(texts), "general", max_chars=10**9, max_documents=4, seed=3).texts) == 4
    with pytest.raises(UserError, match="'general' is empty"):
        draw([Text(text=" ")], "general", max_chars=100, max_documents=4, seed=0)


def test_sources_are_read_as_the_corpus_reads_them(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"body": "alpha beta", "report": "r1", "kind": "x"}\nnot json\n'
        '{"body": "gamma delta", "report": "r2", "kind": "y"}\n',
        encoding="utf-8",
    )
    spec = SourceSpec(path="a.jsonl", text="body", group="report")
    assert list(read_texts(spec, tmp_path)) == [
        Text(text="alpha beta", group="r1"),
        Text(text="gamma delta", group="r2"),
    ]
    only = SourceSpec(path="a.jsonl", text="body", where={"kind": "y"})
    assert [t.text for t in read_texts(only, tmp_path)] == ["gamma delta"]
    with pytest.raises(UserError, match="no text was read from"):
        list(read_texts(SourceSpec(path="a.jsonl", text="nowhere"), tmp_path))
    with pytest.raises(UserError, match="there is no"):
        list(read_texts(SourceSpec(path="missing.jsonl"), tmp_path))
