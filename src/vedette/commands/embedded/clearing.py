"""A script written out: what is computed stands as a plain literal, and what only built it is left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vedette.commands.embedded.evaluator import _VARIES, readable

if TYPE_CHECKING:
    from vedette.commands.embedded.statements import Evaluator


def clear_text(ev: Evaluator) -> tuple[str | None, bool]:
    """Return a layer's text with its constants folded (None where nothing changes), and whether it changes."""
    edits: list[tuple[int, int, str]] = []
    last = 0
    source = ev.source
    parts = {
        (item.start, item.end) for key, items in ev.joins.items() if ev.folds.get(key) is _VARIES for item in items
    }
    for (start, end), value in sorted(ev.folds.items(), key=lambda item: (item[0][0], -item[0][1])):
        if start < last or value is _VARIES or end > len(source) or (start, end) in parts:
            continue
        if isinstance(value, str):
            value = readable(value)
        elif type(value) in (int, float) and source[start:end].replace("_", "").replace("$", "").isalnum():
            continue
        text = ev.dialect.quote(value)
        if text is None:
            continue
        if (start, end) in ev.callees and isinstance(value, str) and value.isidentifier():
            text = value
        if text != source[start:end]:
            edits.append((start, end, text))
        last = end
    if not edits:
        return None, False
    edits = _without_tables(ev, _without_builders(ev, edits))
    out: list[str] = []
    at = 0
    for start, end, text in edits:
        out.append(source[at:start])
        out.append(text)
        at = end
    out.append(source[at:])
    cleared = "".join(out)
    ev.budget.make(len(cleared))
    return (cleared, True) if cleared != source and cleared.strip() else (None, False)


def _without_builders(ev: Evaluator, edits: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Return the edits, and the removal of statements whose names are read in nothing but what is written out."""
    covered = [(start, end) for start, end, _ in edits]
    removed: list[tuple[int, int]] = []
    names = {
        name: places
        for name, places in ev.assigned.items()
        if name in ev.reads and all(alone for _, _, alone in places) and len(places) <= 64
    }
    for _ in range(3):
        before = len(removed)
        for name, places in list(names.items()):
            inside = covered + removed + [(start, end) for start, end, _ in places]
            if all(any(start <= at and stop <= end for start, end in inside) for at, stop in ev.reads[name][:256]):
                if len(ev.reads[name]) > 256:
                    continue
                removed += [(start, end) for start, end, _ in places]
                del names[name]
        if len(removed) == before:
            break
    if not removed:
        return edits
    gap = re.compile(rf"[ \t]*(?:[{re.escape(ev.dialect.separators)}][ \t]*(?:\r?\n)?|$)")
    gone: list[tuple[int, int, str]] = []
    for start, end in sorted(set(removed)):
        found = gap.match(ev.source, end)
        if (gone and start < gone[-1][1]) or any(low <= start and end <= high for low, high in covered):
            continue
        if found is not None and _begins(ev.source, start, ev.dialect.separators):
            gone.append((start, found.end(), ""))
    kept = [edit for edit in edits if not any(start <= edit[0] and edit[1] <= end for start, end, _ in gone)]
    return sorted(kept + gone)


def _without_tables(ev: Evaluator, edits: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Return the edits, with tables left out whose parts a function picks: a part alone says what is not so."""
    for name in ev.picked & ev.tables.keys():
        start, end = ev.tables[name]
        if any(low <= start and end <= high for low, high, _ in edits):
            continue
        edits = [edit for edit in edits if not (start <= edit[0] and edit[1] <= end)]
        edits.append((start, end, "[\u2026]"))
    return sorted(edits)


def _begins(source: str, start: int, separators: str) -> bool:
    """Return whether a statement begins a line, or follows a separator."""
    at = start - 1
    while at >= 0 and source[at] in " \t":
        at -= 1
    return at < 0 or source[at] in separators + "{}\r\n"
