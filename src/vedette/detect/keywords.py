"""Keyword atoms over whole records: every value of an event is searched for all keywords at once.

Few sources have keyword rules but some rules see a whole product, so that every event must be looked
through. A batch is written out as JSON text, a C-speed step, and searched in one go; only rows where a
keyword's literal shows are then judged exactly, value by value. JSON escapes are applied to the literals
too, so that nothing is missed; what shows only in a key or across values is sorted out by the exact test.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import orjson
from ahocorasick_rs import BytesAhoCorasick

from vedette.detect.base import Atom
from vedette.detect.scanning import Classes
from vedette.detect.values import holds, plain, text_of


def record_holds(atom: Atom, native: Mapping[str, Any]) -> bool:
    """Return whether some value of the record makes the keyword atom true."""
    return any(holds(atom, plain(value)) for value in native.values())


class KeywordScanner:
    """Gives the class of each record by the keywords in it."""

    def __init__(self, atoms: Mapping[int, Atom]) -> None:
        """Take the eager keyword atoms by number."""
        self.classes = Classes()
        self._atoms = dict(atoms)
        self._slow: list[int] = []
        by_literal: dict[bytes, list[int]] = {}
        for number, atom in atoms.items():
            literal = _literal(atom)
            if literal:
                by_literal.setdefault(literal, []).append(number)
            else:
                self._slow.append(number)
        self._payload = list(by_literal.values())
        self._search = BytesAhoCorasick(list(by_literal)) if by_literal else None

    def classify(self, natives: Sequence[Mapping[str, Any]]) -> list[int]:
        """Return the class of each record."""
        result = [0] * len(natives)
        candidates: dict[int, set[int]] = {row: set(self._slow) for row in range(len(natives))} if self._slow else {}
        if self._search is not None:
            texts = [_text(n) for n in natives]
            blob = b"\n".join(texts)
            if blob.isascii():
                lower = blob.lower()
            else:  # lower-casing may change lengths, so it is done row by row
                texts = [t.decode("utf-8", "replace").lower().encode("utf-8", "replace") for t in texts]
                lower = b"\n".join(texts)
            ends = list(accumulate(len(t) + 1 for t in texts))
            for which, start, _ in self._search.find_matches_as_indexes(lower, overlapping=True):
                row = bisect_right(ends, start)
                candidates.setdefault(row, set()).update(self._payload[which])
        for row, numbers in candidates.items():
            native = natives[row]
            true = frozenset(n for n in numbers if record_holds(self._atoms[n], native))
            result[row] = self.classes.number(true)
        return result


def _text(native: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(native, default=str, option=orjson.OPT_NON_STR_KEYS)
    except (TypeError, ValueError):  # lone surrogates, numbers over 64 bits
        values = [text_of(v) for v in native.values()]
        return orjson.dumps([v.encode("utf-8", "replace").decode() for v in values])


def _literal(atom: Atom) -> bytes:
    """Return a byte string that the lower-cased JSON text of every matching record holds; empty if none is known."""
    if atom[0] == "s" and atom[2] != "eq":
        text = atom[3]
    elif atom[0] == "g":
        text = max((p for p in atom[2] if isinstance(p, str)), key=len, default="")
    else:
        return b""
    return orjson.dumps(text.lower())[1:-1].lower()
