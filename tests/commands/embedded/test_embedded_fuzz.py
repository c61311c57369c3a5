"""No text makes a reader raise, run on, or point outside of the text."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.commands.embedded.reading import read
from tests.commands.embedded.test_runs import MISSES, RUNS

from vedette.commands.budget import Exhausted

LANGUAGES = ("jscript", "javascript", "vbscript", "python", "perl", "ruby", "php", "sql", "awk")
SEEDS = [text for _, text, *_ in (*RUNS, *MISSES)]


BOMBS = [
    "(" * 5000,
    "[" * 5000,
    "{" * 3000,
    "a.b(" * 2000,
    "-" * 4000 + "1",
    "'a'+" * 4000 + "'b'",
    "x=x+x;" * 3000,
    "if(a)" * 900,
    '"' * 999,
    "\\" * 999,
    "\0" * 500,
    "\u202e" * 99,
    "while(1){x=x+'a';}",
    "for(;;);",
    "def f(x): f(x)\nf(1)",
]


def check(language: str, text: str) -> None:
    try:
        reading = read(language, text, stdin=b"a b\nc")
    except Exhausted:
        return
    for call in reading.calls:
        for part in (call, call.name, *call.args):
            assert 0 <= part.start <= part.end <= len(text)
    for layer in reading.nested:
        assert layer.start is None or 0 <= layer.start <= (layer.end or 0) <= len(text)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(LANGUAGES), st.text(max_size=200))
def test_any_text(language: str, text: str) -> None:
    check(language, text)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(LANGUAGES), st.sampled_from(SEEDS), st.integers(0, 1 << 30))
def test_mutated_scripts(language: str, seed: str, number: int) -> None:
    rng = random.Random(number)
    chars = list(seed)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(chars) + 1)
        if rng.random() < 0.4 and chars:
            del chars[at : at + rng.randint(1, 4)]
        else:
            chars.insert(at, rng.choice("(){}[]'\"`$@%;:,.+-*/\\\n #&|<>=!~^?xé\u202e\0"))
    check(language, "".join(chars))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", BOMBS)
def test_bombs(language: str, text: str) -> None:
    check(language, text)


def test_an_index_without_a_key_is_stopped_at() -> None:
    check("awk", 'BEGIN { a[] = 1; system("id") }')


def test_a_text_that_doubles_is_stopped() -> None:
    reading = read("javascript", "var s='abcdefgh';for(var i=0;i<60;i++)s+=s;require('child_process').exec(s)")
    assert reading.nested == []
    assert reading.stops


def test_a_compressed_bomb_is_stopped() -> None:
    import base64
    import zlib

    packed = base64.b64encode(zlib.compress(b"a" * 50_000_000, 9)).decode()
    reading = read("python", f"import zlib,base64\nexec(zlib.decompress(base64.b64decode('{packed}')))")
    assert reading.nested == []
    assert reading.stops


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "number", ["1e999", "9" * 400, "0x" + "f" * 400, "1e", "0x", "&HFFFFFFFFFFFFFFFFFFFF", "08", "1_0"]
)
def test_odd_numbers(language: str, number: str) -> None:
    check(language, f"x = {number}\n")
    check(language, f"print({number});")
