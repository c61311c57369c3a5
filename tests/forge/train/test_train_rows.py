"""Rows of tokens: nothing lost, nothing doubled, loss only where it belongs."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.training.tiny import record
from hypothesis import given
from hypothesis import strategies as st

from vedette.errors import UserError
from vedette.forge.base import Record
from vedette.forge.train.rows import (
    IGNORED,
    Piece,
    assistant_spans,
    conversation_pieces,
    end_of_text,
    rows_at,
    text_pieces,
    write_rows,
)

PAD = 0


@pytest.fixture(scope="module")
def tokenizer(base: Path) -> Any:
    from vedette.forge.train.base_weights import load_tokenizer

    return load_tokenizer(base)


pieces = st.lists(st.lists(st.integers(1, 500), min_size=1, max_size=40), min_size=1, max_size=30)


@given(pieces)
def test_a_stream_keeps_every_token_in_order(tmp_path_factory: pytest.TempPathFactory, ids: list[list[int]]) -> None:
    path = tmp_path_factory.mktemp("rows") / "train.bin"
    rows = write_rows((Piece(p) for p in ids), path, length=16, padding=PAD, packing=True, separate=False)
    flat = [n for p in ids for n in p]
    if len(flat) % 16 == 1:
        flat = flat[:-1]  # one last token alone teaches nothing
    found = [n for row in range(len(rows)) for n in rows[row]["input_ids"]]
    assert found[: len(flat)] == flat
    assert all(n == PAD for n in found[len(flat) :])
    assert rows.n_tokens == len(flat)
    labels = np.concatenate([rows[n]["labels"] for n in range(len(rows))]) if len(rows) else np.array([])
    assert all(label in (IGNORED, token) for label, token in zip(labels, found, strict=True))
    assert (labels[: len(flat)] == flat).all()
    assert (labels[len(flat) :] == IGNORED).all()


@given(pieces)
def test_first_fit_lays_every_piece_whole_once(tmp_path_factory: pytest.TempPathFactory, ids: list[list[int]]) -> None:
    path = tmp_path_factory.mktemp("rows") / "train.bin"
    rows = write_rows((Piece(p) for p in ids), path, length=40, padding=PAD, packing=True, separate=True)
    found = []
    for n in range(len(rows)):
        row = rows[n]
        starts = [*np.flatnonzero(row["position_ids"] == 0), 40]
        for start, end in itertools.pairwise(starts):
            part = row["input_ids"][start:end].tolist()
            if any(part):
                found.append(part)
                assert row["labels"][start] == IGNORED
                assert row["labels"][start + 1 : end].tolist() == part[1:]
                assert row["position_ids"][start:end].tolist() == list(range(end - start))
    assert sorted(found) == sorted(ids)


def test_blank_rows_fill_up_and_teach_nothing(tmp_path: Path) -> None:
    rows = write_rows(
        [Piece([1, 2, 3]), Piece([4, 5, 6])], tmp_path / "t.bin", length=2, padding=PAD, packing=True, separate=False
    )
    assert len(rows) == 3
    rows.fill_up(4)
    assert len(rows) == 4
    assert (rows[3]["labels"] == IGNORED).all()
    assert (rows[2]["labels"] != IGNORED).any()
    rows.fill_up(3)
    assert len(rows) == 3


def test_texts_end_with_the_document_token(tokenizer: Any) -> None:
    made = list(text_pieces([record("alert host"), record("")], tokenizer))
    assert len(made) == 1
    assert made[0].ids[-1] == end_of_text(tokenizer) == tokenizer.convert_tokens_to_ids("<|endoftext|>")
    assert tokenizer.decode(made[0].ids[:-1]) == "alert host"


def test_weight_repeats(tokenizer: Any) -> None:
    said = [Record(record_id=str(n), text="alert", weight=2.5) for n in range(200)]
    n = len(list(text_pieces(said, tokenizer, seed=3)))
    assert 450 < n < 550
    assert n == len(list(text_pieces(said, tokenizer, seed=3)))


def test_only_the_assistant_is_learned(tokenizer: Any) -> None:
    messages = (
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "alert?"},
        {"role": "assistant", "content": "denied"},
        {"role": "user", "content": "host?"},
        {"role": "assistant", "content": "allowed"},
    )
    text, spans = assistant_spans(messages, tokenizer)
    assert [text[a:b] for a, b in spans] == ["denied<|im_end|>", "allowed<|im_end|>"]
    (piece,) = conversation_pieces([record("x", messages=messages)], tokenizer, max_length=200)
    assert piece is not None
    assert piece.learned is not None
    learned = [n for n, yes in zip(piece.ids, piece.learned, strict=True) if yes]
    assert tokenizer.decode(learned) == "denied<|im_end|>allowed<|im_end|>"


def test_conversations_that_teach_nothing_are_counted(tokenizer: Any, tmp_path: Path) -> None:
    long = "logon " * 300
    said = [
        record("a", messages=({"role": "user", "content": "alert?"},)),
        record("b", messages=({"role": "user", "content": long}, {"role": "assistant", "content": "yes"})),
        record("c", messages=({"role": "user", "content": "alert?"}, {"role": "assistant", "content": "yes"})),
    ]
    made = conversation_pieces(said, tokenizer, max_length=64)
    rows = write_rows(made, tmp_path / "t.bin", length=64, padding=PAD, packing=True, separate=True)
    assert (rows.n_dropped, len(rows)) == (2, 1)


def test_a_template_that_rewrites_is_refused(tokenizer: Any) -> None:
    import copy

    other = copy.deepcopy(tokenizer)
    other.chat_template = "{{ messages | length }}{% for m in messages %}{{ m['content'] }}{% endfor %}"
    with pytest.raises(UserError, match="template"):
        assistant_spans([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}], other)


def test_rows_are_made_once_for_a_key(tmp_path: Path) -> None:
    made = []

    def make(path: Path) -> Any:
        made.append(path)
        return write_rows([Piece([1, 2, 3])], path, length=8, padding=PAD, packing=True, separate=False)

    rows_at(tmp_path / "train.bin", {"corpus": "a"}, make)
    rows_at(tmp_path / "train.bin", {"corpus": "a"}, make)
    rows_at(tmp_path / "train.bin", {"corpus": "b"}, make)
    assert len(made) == 2
