"""Sectors in running text: a list of words, with the noun behind them; common ones only with such a noun."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from vedette.schema.intel import EntityMention, MentionKind

_HEADS = (
    r"(?:sectors?|industr(?:y|ies)|verticals?|organi[sz]ations?|companies|firms|institutions?|entities|agencies"
    r"|businesses|enterprises|providers|contractors|departments?|facilities|operators|corporations|services companies)"
)


@cache
def _pattern() -> tuple[re.Pattern[str], dict[str, str]]:
    by_word: dict[str, str] = {}
    with_head: list[str] = []
    alone: list[str] = []
    text = files("vedette.intel.entities").joinpath("data", "sectors.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        ref, *names = line.split("\t")
        for name in names:
            plain = name.rstrip("-")
            by_word.setdefault(plain.casefold(), ref)
            (with_head if name.endswith("-") else alone).append(plain)

    def either(words: list[str]) -> str:
        return "|".join(re.escape(w).replace(r"\ ", r"\s") for w in sorted(words, key=lambda w: (-len(w), w)))

    pattern = re.compile(
        rf"(?<![\w/.@-])(?:(?P<alone>{either(alone)})(?:\s{_HEADS})?|(?P<headed>{either(with_head)})\s{_HEADS})(?![\w@-]|\.\w)",
        re.IGNORECASE,
    )
    return pattern, by_word


def find(text: str) -> Iterator[EntityMention]:
    """Yield the sectors that a text names, with their STIX term."""
    pattern, by_word = _pattern()
    for found in pattern.finditer(text):
        word = found["alone"] or found["headed"]
        ref = by_word[" ".join(word.split()).casefold()]
        yield EntityMention(
            kind=MentionKind.SECTOR, text=found.group(), start=found.start(), end=found.end(), confidence=0.7,
            ref=ref, name=ref, link_confidence=0.95, how="name",
        )  # fmt: skip
