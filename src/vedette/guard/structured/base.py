"""What a field is, and the bounds of reading."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

MAX_FIELDS = 100_000
"""Fields of one text; what comes after them is text without form."""
MAX_DEPTH = 48
"""Nesting of objects and elements; what lies deeper is text without form."""
MAX_NESTED = 3
"""Texts within texts: a JSON string that holds a log line that holds JSON."""

Path = tuple[str | int, ...]


class Field(NamedTuple):
    """A value that has a name; a named tuple, since a log has thousands and a dataclass takes three times as long."""

    path: Path
    """Keys and places from the outermost: ``("Event", "EventData", "TargetUserName")``."""
    name: str
    """What it is called: the last key, or the name that stands beside it (``<Data Name="TargetUserName">``)."""
    value: str
    """Decoded."""
    start: int
    end: int
    """Half-open offsets of the value as it stands in the text, without its quotes."""
    escaped: bool
    """Whether it stands there otherwise than decoded."""


class Places:
    """Where the characters of a decoded text stand in the text that it was decoded from."""

    __slots__ = ("_decoded", "_raw", "_raw_end")

    def __init__(self, start: int, end: int) -> None:
        """Start with a decoded text that stands as it is from ``start`` to ``end``."""
        self._decoded = [0]
        self._raw = [start]
        self._raw_end = end

    def jump(self, decoded: int, raw: int) -> None:
        """Say that the character at ``decoded`` stands at ``raw``, those after it right behind."""
        if self._decoded[-1] == decoded:
            self._raw[-1] = raw
        else:
            self._decoded.append(decoded)
            self._raw.append(raw)

    def start(self, decoded: int) -> int:
        """Return where a character begins."""
        at = bisect_right(self._decoded, decoded) - 1
        return min(self._raw[at] + decoded - self._decoded[at], self._raw_end)

    def end(self, decoded: int) -> int:
        """Return where what ends before a character ends."""
        if decoded <= 0:
            return self._raw[0]
        at = bisect_right(self._decoded, decoded - 1) - 1
        within = self._raw[at] + decoded - self._decoded[at]
        following = self._raw[at + 1] if at + 1 < len(self._raw) else self._raw_end
        if at + 1 < len(self._decoded) and self._decoded[at + 1] == decoded:
            return following
        return min(within, self._raw_end)


class Reader:
    """Collects fields, and stops at the bound."""

    __slots__ = ("fields",)

    def __init__(self) -> None:
        """Start without fields."""
        self.fields: list[Field] = []

    @property
    def full(self) -> bool:
        """Return whether no more are taken."""
        return len(self.fields) >= MAX_FIELDS

    def add(self, path: Path, name: str, value: str, start: int, end: int, escaped: bool = False) -> None:
        """Take a field that is not empty."""
        if end > start and len(self.fields) < MAX_FIELDS:
            self.fields.append(Field(path, name, value, start, end, escaped))
