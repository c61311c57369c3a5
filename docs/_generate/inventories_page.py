"""The page of asset inventories: headings and words that are understood, from the reader's own tables."""

from __future__ import annotations

from _generate.words import NOTICE
from vedette.ingest.scans import assets

_TITLES = {
    "name": "name",
    "owner": "who must act",
    "business_weight": "how much the business rests on it",
    "internet_facing": "whether it faces the internet",
    "data_class": "the class of its data",
    "environment": "production, test, …",
    "kind": "what sort of place it is",
    "mission_impact": "SSVC's mission impact",
    "safety_impact": "SSVC's safety impact",
    "mitigations": "controls that stand before it",
}

_HEAD = """# Asset inventories

`vedette ingest inventory.csv` reads what a CMDB or a spreadsheet exports, as CSV (any delimiter, any order of
columns), JSON or JSON lines. A table is taken for an inventory when it has a name, host name or address, and at least
one of owner, business weight, internet-facing or data class; a table with a CVE, a plug-in or a time of an event is a
scan or a log. `--reader assets` says so where that is not enough.

What an inventory does not say stays unknown: an empty cell is no "no". A value that is not understood is refused on
its own, into quarantine with the words that are understood, and the asset stays without it.

## Headings

Case, punctuation and `_` make no difference, nor does `u_`, with which ServiceNow marks custom columns
(`u_internet_facing`). Where several columns hold the same, the first in this list that says something counts. JSON
keys may be written in camel case (`internetFacing`), and ServiceNow's references give what they display.

| field | what it is | headings |
|---|---|---|
"""

_ALIASES = """
All that are found become the asset's other names, by which scans and logs are put to it: {}.
Several values in a cell stand apart by comma, semicolon, `|` or a new line.
"""


_WORDS = """
## Words

**Business weight** is a number from 0 to 1 written with its point (`0.8`), a percentage, or one of these words; a
number before the word (`1 - most critical`) makes no difference. A whole number alone, such as a tier, says nothing
without its scale and is refused.

| weight | words |
|---|---|
{weights}
**Internet-facing** is yes for {yes}; no for {no}; anything else (`DMZ`) is asked, not assumed.

**Kind** is unknown where it is none of these:

| kind | words |
|---|---|
{kinds}
## By hand

One asset is written in the same fields: `name=web-1, ip=203.0.113.7, owner=Shop team, internet facing=yes,
weight=high, type=server`.
"""


def page() -> str:
    """Return the page."""
    rows = "".join(
        f"| `{field}` | {title} | {_words(assets.headings_of(field))} |\n" for field, title in _TITLES.items()
    )
    others = "; ".join(_words(assets.headings_of(field)) for field in assets.ALIAS_FIELDS)
    kinds = "".join(
        f"| `{kind.value}` | {_words(tuple(word for word, of in assets.KIND_WORDS.items() if of is kind))} |\n"
        for kind in dict.fromkeys(assets.KIND_WORDS.values())
    )
    by_weight: dict[float, list[str]] = {}
    for word, weight in assets.WEIGHTS.items():
        by_weight.setdefault(weight, []).append(word)
    weights = "".join(f"| {weight:g} | {_words(tuple(words))} |\n" for weight, words in by_weight.items())
    words = _WORDS.format(
        weights=weights, yes=_words(tuple(sorted(assets.YES))), no=_words(tuple(sorted(assets.NO))), kinds=kinds
    )
    return NOTICE + _HEAD + rows + _ALIASES.format(others) + words


def _words(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words)
