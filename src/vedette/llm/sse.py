"""Server-sent events out of bytes as they come.

Source: WHATWG HTML, section 9.2 (event streams).
"""

from __future__ import annotations

from collections.abc import Iterator

MAX_EVENT_BYTES = 1 << 20


class StreamError(Exception):
    """The bytes are no event stream; the message says why."""


class EventReader:
    """Takes bytes and gives the data of each whole event. Names, ids and comments are passed over."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._data: list[str] = []
        self._size = 0
        self._first = True
        self._after_return = False

    def feed(self, block: bytes) -> Iterator[str]:
        """Yield the data of the events that a block ends.

        Raises:
            StreamError: an event is too long.
        """
        if self._after_return and block:
            # a line that ended with the block before it may have a line feed left
            block = block[1:] if block[:1] == b"\n" else block
            self._after_return = False
        # only what is new is searched: bytes that come one by one cost no more than others
        start, scan = 0, len(self._rest)
        self._rest += block
        while (cut := _line_end(self._rest, scan)) is not None:
            line, ended = bytes(self._rest[start : cut[0]]), cut[1]
            self._after_return = ended == len(self._rest) and self._rest[-1:] == b"\r"
            start = scan = ended
            yield from self._line(line)
        del self._rest[:start]
        if len(self._rest) > MAX_EVENT_BYTES:
            raise StreamError(f"an event is longer than {MAX_EVENT_BYTES:,} bytes")

    def end(self) -> Iterator[str]:
        """Yield the data of a last event that no empty line ended: servers that hang up early are read that far."""
        if self._rest:
            line = bytes(self._rest)
            self._rest.clear()
            yield from self._line(line)
        yield from self._line(b"")

    def _line(self, line: bytes) -> Iterator[str]:
        if self._first:
            line = line.removeprefix(b"\xef\xbb\xbf")
            self._first = False
        if not line:
            if self._data:
                data, self._data, self._size = "\n".join(self._data), [], 0
                yield data
            return
        name, _, value = line.partition(b":")
        if name == b"data":
            value = value.removeprefix(b" ")
            self._size += len(value)
            if self._size > MAX_EVENT_BYTES:
                raise StreamError(f"an event is longer than {MAX_EVENT_BYTES:,} bytes")
            self._data.append(value.decode("utf-8", "replace"))


def _line_end(data: bytearray, scan: int) -> tuple[int, int] | None:
    """Return where the line ends that ends next after ``scan``, and where the one behind it begins."""
    feed, back = data.find(b"\n", scan), data.find(b"\r", scan)
    if feed < 0 and back < 0:
        return None
    if back < 0 or 0 <= feed < back:
        return feed, feed + 1
    return back, back + (2 if data[back + 1 : back + 2] == b"\n" else 1)
