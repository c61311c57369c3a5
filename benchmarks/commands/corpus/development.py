"""The development half: what those who write the readers may look at.

Rows are made at run time from fixed seeds. Another half, by another author, stands in ``held_out``.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from benchmarks.commands.corpus import dev_cmd, dev_powershell, dev_scripts, dev_sh
from benchmarks.commands.corpus.truth import TRUTHS, Code, Hide, Rng, Row, Truth

from vedette.schema.command import Language

WAYS: dict[str, Hide] = {**dev_powershell.WAYS, **dev_cmd.WAYS, **dev_sh.WAYS, **dev_scripts.WAYS}
"""Every way of hiding of this half, by name."""

LONGEST = 30_000
"""Characters of the longest row."""
CHAINS = {2: 60, 3: 60, 4: 50, 5: 40, 6: 40}
"""How many rows lie how deep; each way stands alone twice besides."""


COMMON = (Language.POWERSHELL, Language.CMD, Language.SH)


def _language(rng: Rng) -> Language:
    return rng.choice(COMMON if rng.random() < 0.6 else tuple(TRUTHS))


def plain(truth: Truth) -> Code:
    """Return a truth before it is hidden."""
    return Code(language=truth.language, text=truth.text)


def alone(name: str, seed: int) -> Row | None:
    """Return a row that one way hides, or None where no truth fits it."""
    rng = random.Random(f"{name}/{seed}")
    for _ in range(200):
        truth = TRUTHS[_language(rng)](rng)
        code = WAYS[name](plain(truth), rng)
        if code is not None and len(code.text) <= LONGEST:
            return Row(id=f"{name}/{seed}", truth=truth, code=code)
    return None


def chain(depth: int, seed: int, languages: tuple[Language, ...] = ()) -> Row:
    """Return a row that so many ways hide, one over the other, no way twice."""
    rng = random.Random(f"chain/{depth}/{seed}")
    while True:
        truth = TRUTHS[rng.choice(languages) if languages else _language(rng)](rng)
        code = _deeper(plain(truth), depth, rng)
        if code is not None:
            return Row(id=f"chain/{depth}/{seed}", truth=truth, code=code)


def _deeper(code: Code, depth: int, rng: Rng) -> Code | None:
    for _ in range(depth):
        names = [n for n in WAYS if n not in code.methods]
        rng.shuffle(names)
        for name in names:
            made = WAYS[name](code, rng)
            if made is not None and len(made.text) <= min(LONGEST, 900 + 12 * len(code.text)):
                code = made
                break
        else:
            return None
    return code if len(code.text) <= LONGEST else None


def rows() -> Iterator[Row]:
    """Yield every row of this half, always the same ones."""
    for name in WAYS:
        for seed in range(2):
            row = alone(name, seed)
            if row is not None:
                yield row
    for depth, n in CHAINS.items():
        for seed in range(n):
            yield chain(depth, seed)
