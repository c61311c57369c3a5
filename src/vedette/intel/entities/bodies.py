"""Organisations by the form of their name: governments and their arms, ministries, universities, institutes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from vedette.schema.intel import EntityMention, MentionKind

_ARMS = "government|military|army|navy|air force|armed forces|intelligence services?|intelligence agency|parliament"
_OF = "Ministry|University|Bank|Bureau|Department|Council|Institute|Office|Commission|Embassy|College|Federation"
_HEADS = "University|Institute|Agency|Committee|Corporation|Ministry|Commission|Council|Bureau|Foundation|Association"
_WORD = r"[A-Z][\w&.-]{1,30}"
_NO_HEAD = frozenset("The This That These Our Their A An In On At By For Of And".split())


@cache
def _pattern() -> re.Pattern[str]:
    names: set[str] = set()
    text = files("vedette.intel.entities").joinpath("data", "places.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            names.update(line.split("\t")[1:])
    places = "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))
    return re.compile(
        rf"(?<![\w-])(?:(?P<arm>(?:{places}) (?i:{_ARMS}))"
        rf"|(?P<of>(?:{_WORD} )?(?:{_OF}) (?:of|for)(?: the)? {_WORD}(?:(?: and| of| for|,)? {_WORD}){{0,5}})"
        rf"|(?P<head>{_WORD}(?: {_WORD}){{0,4}} (?:{_HEADS})))(?![\w-])"
    )


def find(text: str) -> Iterator[EntityMention]:
    """Yield the organisations of a text whose name's form says that they are."""
    for found in _pattern().finditer(text):
        start = found.start()
        written = found.group().rstrip(".")
        first = written.split(" ", 1)[0]
        if first in _NO_HEAD:
            start += len(first) + 1
            written = written[len(first) + 1 :]
        if " " in written:
            yield EntityMention(
                kind=MentionKind.ORGANIZATION,
                text=written,
                start=start,
                end=start + len(written),
                confidence=0.8,
                name=" ".join(written.split()),
                how="pattern",
            )
