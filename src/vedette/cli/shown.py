"""Answers on a terminal: sentences that hang under their marks, tables whose important columns stay whole."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from vedette.cli.frame import clean

PIPE_WIDTH = 120
"""Columns of a table that goes into a file or pipe."""
_GAP = "  "
_WHOLE = 40
"""Cells up to this width are shown whole or not at all; longer ones (command lines) are cut to what is left."""
_LEAST = 24
"""Columns that a cut cell needs to say something."""
_ID = re.compile(r"[0-9a-f]{32,64}")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(?:\+00:00|Z)")


def point(piece: str) -> str:
    """Return a piece of an answer's text as a terminal shows it: a line of the list begins with a dot."""
    text = piece.strip()
    return f"• {text[2:]}" if text.startswith("- ") else text


def cell(value: object) -> str:
    """Return a value of a table as people read it: times to the second, ids by their beginning."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        value = value.isoformat()
    text = clean(str(value))
    if time := _TIME.fullmatch(text):
        return f"{time[1]} {time[2]}"
    return text[:12] if _ID.fullmatch(text) else text


def table_lines(columns: Sequence[str], rows: Sequence[Sequence[object]], width: int) -> tuple[list[str], list[str]]:
    """Return a table as lines, its head first, and the names of the columns left out for want of room.

    Columns with nothing in them are left out without a word. The first come first: a later one that does not fit beside
    them is left out, while a narrower one after it may still stand.
    """
    heads = [clean(str(c)) for c in columns]
    body = [[cell(v) for v in row] for row in rows]
    filled = [i for i in range(len(heads)) if any(row[i] for row in body)]
    natural = {i: max(cell_len(heads[i]), *(cell_len(row[i]) for row in body)) for i in filled}
    room = width - 1
    kept: dict[int, int] = {}
    left_out = []
    for i in filled:
        needs = natural[i] if natural[i] <= _WHOLE else _LEAST
        if kept and needs + len(_GAP) > room:
            left_out.append(heads[i])
            continue
        kept[i] = min(needs, max(room, 1))
        room -= kept[i] + len(_GAP)
    for i in kept:  # what is left widens the cut ones
        if natural[i] > kept[i] and room > 0:
            more = min(natural[i] - kept[i], room)
            kept[i] += more
            room -= more
    lines = [_line([heads[i] for i in kept], list(kept.values()))]
    lines += [_line([row[i] for i in kept], list(kept.values())) for row in body]
    return lines, left_out


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    fitted = []
    for text, width in zip(cells, widths, strict=True):
        if cell_len(text) > width:
            text = set_cell_size(text, width - 1).rstrip() + "…"
        fitted.append(set_cell_size(text, width))
    return f" {_GAP.join(fitted)}".rstrip()
