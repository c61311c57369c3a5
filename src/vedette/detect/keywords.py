"""Keyword atoms over whole records: every value of an event is searched for all keywords at once.

Few sources have keyword rules but some rules see a whole product, so that every event must be looked
through. A batch is written out as JSON text, a C-speed step, and searched in one go; only rows where a
keyword's literal shows are then judged exactly, value by value. JSON escapes are applied to the literals
too, so that nothing is missed; what shows only in a key or across values is sorted out by the exact test.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from ahocorasick_rs import BytesAhoCorasick, MatchKind

from vedette.detect.base import Atom
from vedette.detect.scanning import Classes
from vedette.detect.values import holds, plain, text_of

_CHUNK_ROWS = 256


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
        self._any = BytesAhoCorasick(list(by_literal), matchkind=MatchKind.LeftmostFirst)
        self._all = BytesAhoCorasick(list(by_literal))

    def classify(self, natives: Sequence[Mapping[str, Any]]) -> list[int]:
        """Return the class of each record."""
        result = [0] * len(natives)
        for start in range(0, len(natives), _CHUNK_ROWS):
            self._narrow(natives, start, min(start + _CHUNK_ROWS, len(natives)), result)
        return result

    def _narrow(self, natives: Sequence[Mapping[str, Any]], start: int, end: int, result: list[int]) -> None:
        """Judge the rows from start to end, looking closer only where something shows."""
        if self._payload and self._any.find_matches_as_indexes(_lower(_chunk_text(natives[start:end]))):
            if end - start > 1:
                step = max(1, (end - start) // 16)
                for at in range(start, end, step):
                    self._narrow(natives, at, min(at + step, end), result)
            else:
                result[start] = self._class(natives[start])
        elif self._slow:
            for row in range(start, end):
                result[row] = self._verdict(self._slow, natives[row])

    def _class(self, native: Mapping[str, Any]) -> int:
        candidates = set(self._slow)
        for which, _, _ in self._all.find_matches_as_indexes(_lower(_text(native)), overlapping=True):
            candidates.update(self._payload[which])
        return self._verdict(candidates, native) if candidates else 0

    def _verdict(self, candidates: Iterable[int], native: Mapping[str, Any]) -> int:
        return self.classes.number(frozenset(n for n in candidates if record_holds(self._atoms[n], native)))


def _chunk_text(natives: Sequence[Mapping[str, Any]]) -> bytes:
    try:
        return orjson.dumps(natives, default=str, option=orjson.OPT_NON_STR_KEYS)
    except (TypeError, ValueError):
        return b"\n".join(map(_text, natives))


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
    return orjson.dumps(text.lower())[1:-1].lower()
