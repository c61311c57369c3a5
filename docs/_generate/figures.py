"""Measured figures, copied from the benchmarks' own pages: no figure is written by hand.

A page says ``<!-- figures accounts/incidents -->`` … ``<!-- /figures -->``; between them goes what stands in
``benchmarks/accounts/README.md`` between ``<!-- results:incidents -->`` and its end. ``accounts/generated#1`` takes
the first table only.
"""

from __future__ import annotations

import re
from pathlib import Path

PAGES = ("README.md",)
NOT_MEASURED = "not measured yet"
_BLOCK = re.compile(r"(<!-- figures ([\w-]+)/([\w-]+)(?:#(\d+))? -->\n).*?(<!-- /figures -->)", re.DOTALL)


def filled(root: Path, text: str) -> str:
    """Return a page with its figures as the benchmarks have them now."""

    def put(match: re.Match[str]) -> str:
        page = f"benchmarks/{match[2]}/README.md"
        if not (root / page).is_file():
            return f"{match[1]}Not measured in this tree.\n{match[5]}"
        found = results(root, match[2], match[3]) or "Not measured in this tree yet: `make bench` measures it."
        if match[4]:
            found = [*_tables(found), found][int(match[4]) - 1]
        return f"{match[1]}{found}\n\nHow it is measured: [{page}]({page}).\n{match[5]}"

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
