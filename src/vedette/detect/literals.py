"""The text that a regular expression cannot match without: a cheap test before the pattern itself.

Patterns are parsed with Python's own parser, whose syntax differs from RE2's in corners. Wherever the
two could read a pattern differently, no literal is given and the pattern is simply tried.
"""

from __future__ import annotations

import re
import warnings
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_RARE = frozenset("`{}^+$%#@!~;&|<>[]")
"""Single characters that most values do not hold."""
_FOLDS_OUTSIDE_ASCII = frozenset("kKsS")  # RE2 folds them with U+212A and U+017F, str.lower does not


def required_literal(pattern: str, flags: str = "") -> str | None:
    """Return the longest text, lower case, that every value with a match holds; None if none is certain."""
    if "[:" in pattern or "\\Q" in pattern:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            tree = parser.parse(pattern, re.IGNORECASE if "i" in flags else 0)
    except (re.error, Warning, RecursionError, OverflowError):
        return None
    runs: list[str] = []
    last = _walk(tree, bool(tree.state.flags & re.IGNORECASE), "", runs)
    runs.append(last)
    best = max(runs, key=lambda run: (len(run), run in _RARE))
    return best.lower() if len(best) > 1 or best in _RARE else None


def _walk(tree: Any, ignore_case: bool, run: str, runs: list[str]) -> str:
    """Collect runs of characters that must stand next to each other; return the run still open."""
    for kind, value in tree:
        if kind is op.LITERAL:
            char = chr(value)
            if not char.isascii() or (ignore_case and char in _FOLDS_OUTSIDE_ASCII):
                runs.append(run)
                run = ""
            else:
                run += char
        elif kind is op.SUBPATTERN:
            _, add_flags, del_flags, inner = value
            inside = (ignore_case or bool(add_flags & re.IGNORECASE)) and not del_flags & re.IGNORECASE
            run = _walk(inner, inside, run, runs)
        elif kind in (op.MAX_REPEAT, op.MIN_REPEAT):
            low, _, inner = value
            runs.append(run)
            run = ""
            if low > 0:
                runs.append(_walk(inner, ignore_case, "", runs))
        elif kind is op.AT:
            continue  # a position has no width
        else:
            runs.append(run)
            run = ""
    return run
