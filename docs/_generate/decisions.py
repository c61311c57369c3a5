"""The list of decision records, from their titles."""

from __future__ import annotations

from pathlib import Path

from _generate.words import NOTICE

HEAD = """# Decisions

Each page records one decision: the problem, what was decided, and what follows from it. A record is not rewritten
when a decision changes; a new one takes its place and says so.

"""


def index(folder: Path) -> str:
    """Return the page."""
    lines = []
    for path in sorted(folder.glob("[0-9]*.md")):
        title = path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ").strip()
        lines.append(f"- [{title}]({path.name})\n")
    return NOTICE + HEAD + "".join(lines)
