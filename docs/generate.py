"""Writes every generated page: ``python docs/generate.py``.

With ``--check`` nothing is written and stale pages are named (exit 1). With ``--transcripts`` the
outputs that tutorials, how-tos and the README show are made anew too, by running their commands on
the demo (a minute or two). Same code, same pages.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path[:0] = [str(DOCS), str(ROOT / "src")]

from _generate import (  # noqa: E402 (found by the path above)
    cli_page,
    decisions,
    figures,
    formats_page,
    intel_tables_page,
    inventories_page,
    json_schemas,
    methods_page,
    openapi,
    recipes_page,
    rules_page,
    schema_page,
    settings_page,
    tools_page,
)

PAGES: dict[str, Callable[[], str]] = {
    "docs/reference/cli.md": cli_page.page,
    "docs/reference/schema.md": schema_page.page,
    "docs/reference/formats.md": formats_page.page,
    "docs/reference/inventories.md": inventories_page.page,
    "docs/reference/intel-tables.md": intel_tables_page.page,
    "docs/reference/rules.md": rules_page.page,
    "docs/reference/recipes.md": recipes_page.page,
    "docs/reference/settings.md": settings_page.page,
    "docs/reference/tools.md": tools_page.page,
    "docs/reference/hiding-methods.md": methods_page.page,
    "docs/reference/openapi.json": openapi.text,
    "docs/decisions/index.md": lambda: decisions.index(DOCS / "decisions"),
}
"""Page to the function that writes it."""


def pages() -> dict[str, str]:
    """Return every generated file with its text, by path from the repository's root."""
    out = {path: make() for path, make in PAGES.items()}
    out.update({f"docs/reference/{name}": text for name, text in json_schemas.files().items()})
    for path in figures.PAGES:
        out[path] = figures.filled(ROOT, (ROOT / path).read_text(encoding="utf-8"))
    return out


def stale() -> list[str]:
    """Return the paths of generated files that are not what they would be now."""
    return [
        path
        for path, text in pages().items()
        if not (ROOT / path).is_file() or (ROOT / path).read_text(encoding="utf-8") != text
    ]


def main() -> int:
    """Write, or check; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="name stale pages and write nothing")
    parser.add_argument("--transcripts", action="store_true", help="run the shown commands and keep what they print")
    given = parser.parse_args()
    if given.check:
        found = stale()
        for path in found:
            print(f"stale: {path}")
        return 1 if found else 0
    if given.transcripts:
        from _generate import transcripts

        transcripts.refresh(ROOT)
    for path, text in pages().items():
        target = ROOT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.is_file() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")
            print(f"written: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
