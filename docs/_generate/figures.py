"""Measured figures, copied from the benchmarks' own pages: no figure is written by hand.

A page says ``<!-- figures accounts/incidents -->`` … ``<!-- /figures -->``; between them goes what stands in
``benchmarks/accounts/README.md`` between ``<!-- results:incidents -->`` and its end. ``accounts/generated#1`` takes
the first table only, ``accounts/incidents#1: incident, exact`` these columns of it.
"""

from __future__ import annotations

import re
from pathlib import Path

PAGES = ("README.md",)
NOT_MEASURED = "not measured yet"
_BLOCK = re.compile(
    r"(?P<head><!-- figures (?P<bench>[\w-]+)/(?P<name>[\w-]+)(?:#(?P<table>\d+))?(?:: (?P<columns>[^\n]*?))? -->\n)"
    r".*?(?P<tail><!-- /figures -->)",
    re.DOTALL,
)


def filled(root: Path, text: str) -> str:
    """Return a page with its figures as the benchmarks have them now.

    Raises:
        ValueError: the page does not begin with its heading; figures put before it would open the page.
    """
    if not text.startswith("# "):
        raise ValueError(f"a page begins with its heading, not with {text[:60]!r}: move what stands before it")

    def put(match: re.Match[str]) -> str:
        page = f"benchmarks/{match['bench']}/README.md"
        if not (root / page).is_file():
            return f"{match['head']}Not measured in this tree.\n{match['tail']}"
        found = (
            results(root, match["bench"], match["name"]) or "Not measured in this tree yet: `make bench` measures it."
        )
        tables = _tables(found)
        if match["table"] and len(tables) >= int(match["table"]):
            found = tables[int(match["table"]) - 1]
        if match["columns"]:
            found = _columns(found, [name.strip() for name in match["columns"].split(",")])
        return f"{match['head']}{found}\n\nHow it is measured: [{page}]({page}).\n{match['tail']}"

    return _BLOCK.sub(put, text)


def results(root: Path, benchmark: str, name: str) -> str | None:
    """Return the results that stand under a name in a benchmark's page, or None where there are none."""
    text = (root / "benchmarks" / benchmark / "README.md").read_text(encoding="utf-8")
    match = re.search(rf"<!-- results:{name} -->\n(.*?)\n<!-- /results:{name} -->", text, re.DOTALL)
    if match:
        found = match[1].strip()
        return found if found != NOT_MEASURED else None
    # a page without marks: the first table under its result
    return next(iter(_tables(text.partition("**Result**")[2])), None)


def _tables(text: str) -> list[str]:
    return [part for part in re.split(r"\n\n+", text) if part.lstrip().startswith("|")]


def _columns(table: str, names: list[str]) -> str:
    """Return a table with some of its columns; all of them if one is not there."""
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in table.splitlines()]
    if not rows or not set(names) <= set(rows[0]):
        return table
    kept = [rows[0].index(name) for name in names]
    return "\n".join("| " + " | ".join(row[i] for i in kept if i < len(row)) + " |" for row in rows)
