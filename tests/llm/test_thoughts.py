from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llm_support import TURNS, FakeServer, says

from vedette.llm import LanguageModel
from vedette.llm.thoughts import Thoughts, without_thoughts

CASES = [
    ("alice", "alice"),
    ("  alice", "  alice"),
    ("", ""),
    ("<think>who?</think>alice", "alice"),
    ("<think>\nwho?\n</think>\n\nalice", "alice"),
    (" \n<think>x</think> alice </think> <think>y</think>", "alice </think> <think>y</think>"),
    ("<think></think>", ""),
    ("<think>cut off", ""),
    ("<thin", "<thin"),
    ("<thinking>x</thinking>alice", "<thinking>x</thinking>alice"),
    ("alice <think>x</think>", "alice <think>x</think>"),
    ("</think>alice", "</think>alice"),
    ("<think>a</thin</think>b", "b"),
    ("   ", "   "),
]


@pytest.mark.parametrize(("text", "shown"), CASES)
def test_thoughts_go_however_the_reply_is_cut(text: str, shown: str) -> None:
    assert without_thoughts(text) == shown
    for size in (1, 2, 3, 7):
        thoughts = Thoughts()
        pieces = [thoughts.take(text[i : i + size]) for i in range(0, len(text), size)]
        assert "".join(pieces) + thoughts.end() == shown


@given(st.text(st.sampled_from("<think>/ab \n"), max_size=60))
def test_pieces_are_the_whole(text: str) -> None:
    thoughts = Thoughts()
    assert "".join(thoughts.take(c) for c in text) + thoughts.end() == without_thoughts(text)
    assert text.endswith(without_thoughts(text))


def test_endpoint_gives_the_reply_alone(serve: Callable[..., FakeServer], opened: Callable[..., LanguageModel]) -> None:
    model = opened(serve(says("<think>Let me see. It was alice.</think>\n\nalice was first.")))
    assert model.complete(TURNS).text == "alice was first."
    stream = model.stream(TURNS)
    assert "".join(stream) == "alice was first."
    assert stream.reply.text == "alice was first."  # type: ignore[attr-defined]
