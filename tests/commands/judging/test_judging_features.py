"""Features of traced commands: stable hashes, each block by itself, words told again from the hash."""

from __future__ import annotations

from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.commands.engine import trace
from vedette.commands.judging.features import BLOCKS, MOST_CHARS, Vocabulary, facts_of, joined, noisy_or, tool_key


def test_features_tell_the_words_that_they_stand_for() -> None:
    facts = facts_of(trace("certutil -urlcache C:\\Kit\\payload.exe"))
    assert facts.spelled(crc32(b"certutil")) == "certutil"
    assert facts.spelled(crc32(b"^cert")) == "certutil"
    assert facts.spelled(crc32(b"$util")) == "certutil"
    assert facts.spelled(crc32(b"payload.exe", 61)) == "payload.exe"
    told = {facts.spelled(key) for key in facts.keys[0].tolist()}
    assert {"- urlcache", "payload .", ". exe"} <= told
    assert facts.spelled(crc32(b"absent")) == ""


def test_used_tool_is_a_mark_and_not_a_word() -> None:
    facts = facts_of(trace("certutil.exe -dump a.cer"))
    assert tool_key("CertUtil") in facts.tools
    assert tool_key("certutil") in facts.keys[1].tolist()
    assert tool_key("certutil") not in facts.keys[0].tolist()


@pytest.mark.parametrize("command", ["", " ", "a", "x" * 70_000, "\u202e\u0130\x00\x01", "é" * 50, "; ; ;"])
def test_odd_texts_have_features_without_fault(command: str) -> None:
    facts = facts_of(trace(command))
    assert len(facts.keys) == len(BLOCKS)
    assert len(facts.text) <= MOST_CHARS
    assert 0 <= noisy_or(trace(command)) <= 1


@given(st.lists(st.integers(0, 2**32 - 1)), st.lists(st.integers(0, 2**32 - 1)))
def test_joined_features_are_in_order_and_each_once(one: list[int], other: list[int]) -> None:
    keys = (np.array(one, dtype=np.uint32), np.array(other, dtype=np.uint32))
    assert joined(keys).tolist() == sorted({*one, *other})


@given(st.text(max_size=200))
@settings(max_examples=40, deadline=None)
def test_each_feature_of_the_words_is_told(text: str) -> None:
    facts = facts_of(trace(text))
    assert all(facts.spelled(key) for key in facts.keys[0].tolist())


def test_row_holds_known_features_at_the_length_of_their_block() -> None:
    rows = [facts_of(trace(text)).keys for text in ("git status", "git log", "net user x /add")]
    vocabulary = Vocabulary.build(rows, min_count=1, weights=(0.8, 0.6))
    at, values = vocabulary.row(joined(rows[2]))
    lengths = np.sqrt(np.bincount(vocabulary.block[at], values.astype(float) ** 2))
    assert lengths == pytest.approx([0.8, 0.6], rel=1e-4)
    assert vocabulary.knows(tool_key("git"))
    assert not vocabulary.knows(tool_key("certutil"))
    assert len(vocabulary.row(np.empty(0, dtype=np.uint32))[0]) == 0
