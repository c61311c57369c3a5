"""The half kept apart: other hands, other code for the same ideas, other ways over each other.

Rows are made at run time from fixed seeds. Whoever writes the readers looks at neither this half nor what it misses.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace

from benchmarks.commands.corpus import (
    held_cmd,
    held_languages,
    held_powershell,
    held_powershell_data,
    held_scripts,
    held_sh,
    held_sh_tools,
)
from benchmarks.commands.corpus.truth import TRUTHS, Code, Hide, Rng, Row, Truth

from vedette.schema.command import Language

WAYS: dict[str, Hide] = {
    **held_powershell.WAYS,
    **held_powershell_data.WAYS,
    **held_cmd.WAYS,
    **held_sh.WAYS,
    **held_sh_tools.WAYS,
    **held_scripts.WAYS,
    **held_languages.WAYS,
}
"""Every way of hiding of this half, by name."""
ALONE = 3
"""How often each way stands alone, with other truths."""
DEEP = {2: 70, 3: 60, 4: 45, 5: 30, 6: 25}
"""How many rows have so many ways over each other."""
SHARES = {
    Language.POWERSHELL: 30,
    Language.SH: 28,
    Language.CMD: 20,
    Language.PYTHON: 6,
    Language.JSCRIPT: 5,
    Language.VBSCRIPT: 5,
    Language.PERL: 4,
    Language.PHP: 3,
    Language.RUBY: 3,
}
"""How often a language is hidden, of a hundred or so."""
LENGTH = 24_000
"""Characters of the longest row."""
TWICE = frozenset(
    {"ps-base64", "ps-format-shuffle", "ps-stream", "sh-base64", "sh-started-by", "cmd-started-by", "sh-packed"}
)
"""Ways that may lie over themselves."""


def _truth(rng: Rng) -> Truth:
    language = rng.choices(list(SHARES), list(SHARES.values()))[0]
    return TRUTHS[language](rng)


def _bare(truth: Truth) -> Code:
    return Code(language=truth.language, text=truth.text)


def _typed(code: Code) -> Code:
    """Return the call of a program as a line of cmd.exe, where both read it alike."""
    outside = re.sub(r'"[^"]*"', "", code.text)
    if code.language is Language.PROGRAM and not re.search(r'[%!^&|<>"\n]', outside) and "%" not in code.text:
        return replace(code, language=Language.CMD)
    return code


def single(way: str, number: int) -> Row | None:
    """Return a row of one way, or None where no truth fits it."""
    rng = random.Random(f"apart:{way}:{number}")
    for _ in range(400):
        truth = _truth(rng)
        code = WAYS[way](_bare(truth), rng)
        if code is not None and len(code.text) <= LENGTH:
            return Row(id=f"apart/{way}/{number}", truth=truth, code=code)
    return None


def stacked(depth: int, number: int) -> Row:
    """Return a row of so many ways over each other."""
    rng = random.Random(f"apart:{depth}:{number}")
    while True:
        truth = _truth(rng)
        code = _bare(truth)
        for _ in range(400):
            way = rng.choice(list(WAYS))
            if way in code.methods and way not in TWICE:
                continue
            made = WAYS[way](_typed(code), rng)
            if made is not None and len(made.text) <= LENGTH:
                code = made
            if code.depth == depth:
                return Row(id=f"apart/{depth}/{number}", truth=truth, code=code)


def rows() -> Iterator[Row]:
    """Yield every row of this half, always the same ones."""
    for way in WAYS:
        for number in range(ALONE):
            row = single(way, number)
            if row is not None:
                yield row
    for depth, count in DEEP.items():
        for number in range(count):
            yield stacked(depth, number)
