"""Keyword atoms over whole records: every value of an event is searched for all keywords at once.

Few sources have keyword rules but some rules see a whole product, so that every event must be looked
through. A batch is written out as JSON text, a C-speed step, and searched in one go; only rows where a
keyword's literal shows are then judged exactly, value by value. JSON escapes are applied to the literals
too, so that nothing is missed; what shows only in a key or across values is sorted out by the exact test.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any

import orjson
from ahocorasick_rs import BytesAhoCorasick, MatchKind

from vedette.detect.base import Atom
from vedette.detect.scanning import Classes
from vedette.detect.values import holds, plain, text_of

_CHUNK_ROWS = 256
_ESCAPES = (rb"\u00", rb"\u212a", rb"\u0130")
"""JSON escapes behind which a literal could hide that orjson would have written plainly: ASCII characters, and
the two others whose lower case is ASCII. A row that shows one is looked at closely. (``\\/`` too, if it matters.)"""


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
        # The first search asks only whether there is anything: leftmost matching has a vectorised
        # prefilter, some ten times the speed of the second, which names every literal.
        escapes = [*_ESCAPES, rb"\/"] if any(b"/" in literal for literal in by_literal) else _ESCAPES
        self._any = BytesAhoCorasick([*by_literal, *escapes], matchkind=MatchKind.LeftmostFirst)
        self._all = BytesAhoCorasick(list(by_literal))

    def classify(self, natives: Sequence[Mapping[str, Any]], texts: Sequence[bytes] | None = None) -> list[int]:
        """Return the class of each record.

        Args:
            natives: The records.
            texts: Their JSON text, by whomever it was written, where it is at hand.
        """
        result = [0] * len(natives)
        if not self._payload:
            return [self._verdict(self._slow, n) for n in natives] if self._slow else result
        for start in range(0, len(natives), _CHUNK_ROWS):
            chunk = natives[start : start + _CHUNK_ROWS]
            parts = texts[start : start + _CHUNK_ROWS] if texts is not None else list(map(_text, chunk))
            joined = b"\n".join(parts)
            if joined.isascii():
                lower = joined.lower()
            else:  # lower-casing may change lengths
                parts = [_lower(p) for p in parts]
                lower = b"\n".join(parts)
            shown = self._any.find_matches_as_indexes(lower)
            if shown:
                ends = list(accumulate(len(p) + 1 for p in parts))
                for row in {bisect_right(ends, at) for _, at, _ in shown}:
                    result[start + row] = self._class(chunk[row])
            if self._slow:
                for row, native in enumerate(chunk):
                    if not result[start + row]:
                        result[start + row] = self._verdict(self._slow, native)
        return result

    def _class(self, native: Mapping[str, Any]) -> int:
        candidates = set(self._slow)
        for which, _, _ in self._all.find_matches_as_indexes(_lower(_text(native)), overlapping=True):
            candidates.update(self._payload[which])
        return self._verdict(candidates, native) if candidates else 0

    def _verdict(self, candidates: Iterable[int], native: Mapping[str, Any]) -> int:
        return self.classes.number(frozenset(n for n in candidates if record_holds(self._atoms[n], native)))


def _lower(text: bytes) -> bytes:
    if text.isascii():
        return text.lower()
    return text.decode("utf-8", "replace").lower().encode("utf-8", "replace")


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
    # Other characters may be escaped or not; the longest stretch of ASCII is the same either way.
    ascii_part = max(re.split(r"[^\x00-\x7f]", text.lower()), key=len)
    return orjson.dumps(ascii_part)[1:-1].lower() if len(ascii_part) > 1 else b""
