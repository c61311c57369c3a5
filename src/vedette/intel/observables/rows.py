"""What the row of a table says of the values in it: the words of its other cells, and the heads of its columns."""

from __future__ import annotations

from vedette.guard.personal.sheet import Pattern
from vedette.schema.intel import Standing

_VICTIM = Pattern(rb"(?i)\b(?:victims?|victim's|compromised (?:victim|organi[sz]ation)|attacked organi[sz]ation)\b")
_BENIGN = Pattern(
    rb"(?i)\b(?:legitimate|legit|benign|clean|not malicious|non-malicious|false positives?|allow-?list(?:ed)?|"
    rb"white-?list(?:ed)?|harmless|reference)\b"
)
_PRETENDS = Pattern(
    rb"(?i)\b(?:impersonat|fake|mimic|spoof|look-?alike|typo|pos(?:es|ing) as|pretend|disguis|abus|not (?:legitimate|benign|clean))"
)
_MARK = Pattern(rb"(?i)^\W*(ja3s?|ja4[a-z]?|jarm|imphash|tlsh|ssdeep|vhash|authentihash)\W*(?:hash|fingerprint)?\W*$")
_MOST_CELL_CHARS = 60
"""A longer cell is prose: its words speak of many things."""
_MOST_ROW_CHARS = 4_000


class Row:
    """The row that a value stands in, its cells parted by tabs or upright strokes."""

    __slots__ = ("_at", "_cells", "_heads")

    def __init__(self, text: str, start: int, end: int, first: int = -1) -> None:
        """Read the row around a range; ``first`` is where the table begins, if the text is one."""
        low = max(text.rfind("\n", max(0, start - _MOST_ROW_CHARS), start) + 1, start - _MOST_ROW_CHARS)
        high = text.find("\n", end, end + _MOST_ROW_CHARS)
        line = text[low : high if high >= 0 else min(len(text), end + _MOST_ROW_CHARS)]
        sign = "\t" if first >= 0 or "\t" in line else "|"
        self._cells = line.split(sign)
        self._at = line.count(sign, 0, start - low)
        self._heads: list[str] = []
        if 0 <= first < low:
            stop = text.find("\n", first, first + _MOST_ROW_CHARS)
            self._heads = text[first : max(stop, first)].split(sign)

    def says(self) -> tuple[Standing, str] | None:
        """Return what other cells, or the head of the column, say of the value, and the words that do."""
        others = [cell for at, cell in enumerate(self._cells) if at != self._at]
        if 0 <= self._at < len(self._heads):
            others.append(self._heads[self._at])
        for cell in others:
            raw = cell.encode("ascii", "replace")
            if len(raw) > _MOST_CELL_CHARS or _PRETENDS.search(raw) is not None:
                continue
            for pattern, standing in ((_VICTIM, Standing.VICTIM), (_BENIGN, Standing.REFERENCE)):
                if pattern.search(raw) is not None:
                    return standing, cell.strip()
        return None

    def mark(self) -> str:
        """Return what sort of mark the row or the column says its value is, where that is no hash of a file."""
        said = [cell for at, cell in enumerate(self._cells) if at != self._at]
        if 0 <= self._at < len(self._heads):
            said.insert(0, self._heads[self._at])
        for cell in said:
            if len(cell) < _MOST_CELL_CHARS and (found := _MARK.search(cell.encode("ascii", "replace"))) is not None:
                return str(found.group(1).decode("ascii").lower())
        return ""
