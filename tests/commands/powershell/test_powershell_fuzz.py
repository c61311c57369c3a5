"""Hostile text: the reader of PowerShell never raises, its spans lie inside the text, and its clear form parses."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.commands.base import Reading, Scope
from vedette.commands.budget import Budget
from vedette.commands.powershell import read
from vedette.commands.powershell.methods import METHODS
from vedette.commands.powershell.reader import FAULT

PIECES = [
    *[m.example for m in METHODS],
    "$(", "@(", "@{", "${", "{", "}", ")", "]", "[", "'", '"', "`", "@'\n", "\n'@", "|", ";", "&", ".", ",", "..", "-f",
    "-join", "-split", "-bxor", "iex", "%{", "while(1){", "for(;;){", "foreach($i in 1..9){", "function f{", "param(",
    "if(", "switch(", "try{", "$x", "$x=", "$x+=", "[char]", "[int]", "::", "<#", "#>", "#", "--%", "1", "0x", "1e9",
    "\u2018", "\u201c", "\u2013", "\0", "\u202e", "\ud800", "$env:", "@x", "$_", "++", "--", "1..99999", "'a'*9999999",
]  # fmt: skip


def check(text: str) -> Reading:
    found = read(text, Scope(Budget(steps=20_000)))
    assert FAULT not in found.stops
    size = len(text)
    for call in found.calls:
        assert 0 <= call.start <= call.end <= size
        for word in (call.name, *call.args):
            assert 0 <= word.start <= word.end <= size
    for nested in found.nested:
        assert nested.start is None or 0 <= nested.start <= (nested.end or 0) <= size
    for part in found.parts:
        assert 0 <= part.start <= part.end <= size
    return found


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_takes_any_text(text: str) -> None:
    check(text)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_takes_any_mix_of_syntax(pieces: list[str]) -> None:
    check(" ".join(pieces))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([m.example for m in METHODS]), st.integers(0, 2**32))
def test_takes_mutated_commands(text: str, seed: int) -> None:
    rng = random.Random(seed)
    chars = list(text)
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(chars) + 1)
        if rng.random() < 0.5 and chars:
            del chars[at - 1]
        else:
            chars.insert(at, rng.choice("()[]{}'\"`$|;,.-+@#\n &"))
    check("".join(chars))


def test_takes_deep_and_long_text() -> None:
    for text in (
        "(" * 5000, "$(" * 5000, "[" * 5000, "{" * 3000, "@{a=" * 2000, "'a'" + "+'b'" * 20_000, "!" * 5000,
        "[char]" * 3000 + "1", "x" * 200_000, "'" * 9999, '"' * 9999, "`" * 9999, "a|" * 5000, "$x.a" + ".b()" * 3000,
        "$x" + "[0]" * 3000, "if(1){" * 500, "iex " * 500, "-not " * 3000, "& " * 3000, "1," * 20_000, "#" * 50_000,
        "iex '" + "iex ''" * 300, "'a'" + ".Replace('a','a')" * 2000, "function f{f};f", "$f={&$f};&$f",
        "$a='a';while($true){$a+=$a}", "1..60000|%{1..60000|%{$_}}", "$x=@();for(;;){$x+=1}", "'{0,99999999}' -f 1",
        "'a'.PadLeft(999999999)", "[string]::new('a',999999999)", "'(a+)+b'*50 -replace '(a*)*b','x'",
        "1 -shl 999999999",
        "999999999999999999999999*999999999999999999999999999", "[char]99999999", "'x' -like ('*a'*50)",
    ):  # fmt: skip
        check(text)


def test_reads_what_it_wrote_as_it_is() -> None:
    for method in METHODS:
        clear = read(method.example, Scope(Budget())).clear
        if clear is not None:
            again = read(clear, Scope(Budget()))
            assert not again.broken
