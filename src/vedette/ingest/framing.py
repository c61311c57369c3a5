"""From a stream of bytes to raw records with their offsets, in batches.

Lines are split a block at a time; JSON that is not one object a line (an array, an envelope
such as ``{"Records": […]}``, pretty-printed objects one after another) by a scanner that only
counts brackets outside strings, so that the raw record stays exactly as written.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

import orjson

from vedette.streams import Stream

MAX_RECORD_BYTES = 16 << 20
"""A longer record is quarantined (its first part) and skipped to its end."""
BLOCK_BYTES = 1 << 20
TOO_LONG = f"record longer than {MAX_RECORD_BYTES >> 20} MiB"
CUT_SHORT = "cut short where its file is damaged"
_LOOK_AHEAD = 8192
_LINES_TRIED = 20
_QUOTE = 0x22
_BETWEEN = b" \t\r\n,"

ENVELOPE_KEYS = (
    b"Records", b"records", b"value", b"events", b"Events", b"logs", b"items", b"data", b"results", b"entries", b"hits",
    b"logEvents",
)  # fmt: skip
"""Keys whose array of objects holds the records."""

# an object whose first key that is no scalar holds an array of objects; every part is bounded
_ENVELOPE = re.compile(
    rb"\s{0,64}\{\s{0,64}"
    rb'(?:"[@.A-Za-z_]{1,40}"\s{0,64}:\s{0,64}(?:"[^"\\]{0,500}"|[-0-9.]{1,30}|true|false|null)\s{0,64},\s{0,64}){0,12}'
    rb'"(?:' + b"|".join(ENVELOPE_KEYS) + rb')"\s{0,64}:\s{0,64}\[(?=\s{0,64}[\{\]])'
)
_OPENING = re.compile(rb"[{\[]")
_OUTSIDE = re.compile(rb'["{}\[\]]')
_INSIDE = re.compile(rb'["\\]')


@dataclass(slots=True)
class RawBatch:
    """Records that stood next to each other."""

    records: list[bytes]
    offsets: list[int]
    """Byte offset of each record in the unpacked stream."""
    bad: dict[int, str] = field(default_factory=dict)
    """Why the record at a position cannot be read (cut at MAX_RECORD_BYTES, damaged)."""


def is_plain_json_lines(head: bytes) -> bool:
    """Return whether the head looks like one JSON object a line, bad lines among them or not.

    Lines are safer than brackets: one broken record cannot swallow those that follow.
    """
    text = head.lstrip()
    if text.startswith(b"[") or _ENVELOPE.match(text):
        return False
    lines = text.split(b"\n", _LINES_TRIED)
    whole = [line for line in (lines[:-1] if len(lines) > 1 else lines) if line.strip()]
    n_objects = sum(map(_is_object, whole))
    if len(lines) == 1 and not n_objects:
        return text.startswith(b"{") and not _begins_with_object(text)
    return n_objects > 0 and n_objects * 2 >= len(whole)


def _is_object(line: bytes) -> bool:
    if line.lstrip()[:1] != b"{":
        return False
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


def _begins_with_object(text: bytes) -> bool:
    """Return whether a whole object stands first, and then something else."""
    for _, record, _ in _Scanner(Stream("", "", io.BytesIO(text))).records():
        return len(record) < len(text.rstrip()) and _is_object(record)
    return False


def frame_lines(stream: Stream) -> Iterator[RawBatch]:
    """Yield the lines of a stream; empty ones are left out."""
    tail = b""
    offset = 0  # of tail
    skipping = False
    while True:
        block = stream.read(BLOCK_BYTES)
        if not block:
            break
        if skipping:
            cut = block.find(b"\n")
            if cut < 0:
                offset += len(block)
                continue
            offset += cut + 1
            block = block[cut + 1 :]
            skipping = False
        data = tail + block if tail else block
        lines = data.split(b"\n")
        tail = lines.pop()
        if lines:
            yield _line_batch(lines, offset)
            offset += len(data) - len(tail)
        if len(tail) > MAX_RECORD_BYTES:
            yield RawBatch([tail[:MAX_RECORD_BYTES]], [offset], {0: TOO_LONG})
            offset += len(tail)
            tail = b""
            skipping = True
    if tail and not skipping:
        last = _line_batch([tail], offset)
        if stream.problem is not None:
            last.bad.update(dict.fromkeys(range(len(last.records)), CUT_SHORT))
        yield last


def _line_batch(lines: list[bytes], offset: int) -> RawBatch:
    offsets = [offset, *accumulate((len(line) + 1 for line in lines[:-1]), initial=offset)][1:] if lines else []
    stripped = [line[:-1] if line[-1:] == b"\r" else line for line in lines]
    if not all(map(bytes.strip, stripped)):
        kept = [i for i, line in enumerate(stripped) if line.strip()]
        stripped, offsets = [stripped[i] for i in kept], [offsets[i] for i in kept]
    if stripped and max(map(len, stripped)) > MAX_RECORD_BYTES:
        bad = {i: TOO_LONG for i, line in enumerate(stripped) if len(line) > MAX_RECORD_BYTES}
        return RawBatch([line[:MAX_RECORD_BYTES] for line in stripped], offsets, bad)
    return RawBatch(stripped, offsets)


def first_json(head: bytes) -> bytes | None:
    """Return the first complete JSON object that stands in the head as a record, or None."""
    if is_plain_json_lines(head):
        lines = head.lstrip().split(b"\n", _LINES_TRIED)
        return next((line for line in lines if _is_object(line)), lines[0]).strip()
    if head.lstrip()[:1] not in (b"{", b"["):
        return None
    stream = Stream("", "", io.BytesIO(head))
    for _, record, _ in _Scanner(stream).records():
        if record.startswith(b"{"):
            return record
    return None


def frame_json(stream: Stream, *, batch_size: int = 4096) -> Iterator[RawBatch]:
    """Yield the JSON records of a stream, whichever way they stand in it.

    Text between records that is no JSON comes out as a record too, so that it is quarantined
    rather than lost.
    """
    head = stream.head()
    if is_plain_json_lines(head):
        yield from frame_lines(stream)
        return
    records: list[bytes] = []
    offsets: list[int] = []
    bad: dict[int, str] = {}
    for offset, record, cut in _Scanner(stream).records():
        if cut:
            bad[len(records)] = TOO_LONG
        records.append(record)
        offsets.append(offset)
        if len(records) >= batch_size:
            yield RawBatch(records, offsets, bad)
            records, offsets, bad = [], [], {}
    if records:
        yield RawBatch(records, offsets, bad)


class _Scanner:
    """Finds the objects that are records by counting brackets outside strings."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._buffer = b""
        self._base = 0  # offset of buffer[0] in the stream
        self._at = 0  # next byte to look at
        self._start = -1  # where the current record began
        self._inner = 0  # brackets open inside it
        self._depth = 0  # brackets open around records
        self._in_string = False
        self._dropping = False  # the current record was too long and has been handed out
        self._stray = 0  # where text outside everything began
        self._enveloped = False  # the outermost bracket is an envelope's

    def records(self) -> Iterator[tuple[int, bytes, bool]]:
        """Yield (offset, record, was it cut)."""
        while self._fill():
            yield from self._step()
            yield from self._trim()
        if self._start >= 0 and not self._dropping:
            yield self._cut(self._start, len(self._buffer))
        elif self._start < 0:
            yield from self._flush_stray(len(self._buffer))

    def _fill(self) -> bool:
        block = self._stream.read(BLOCK_BYTES)
        self._buffer += block
        return bool(block)

    def _step(self) -> Iterator[tuple[int, bytes, bool]]:
        while True:
            free = self._start < 0 and self._depth == 0
            pattern = _INSIDE if self._in_string else _OPENING if free else _OUTSIDE
            found = pattern.search(self._buffer, self._at)
            if found is None:
                self._at = len(self._buffer)
                return
            here = found.start()
            char = self._buffer[here]
            if self._in_string:
                if char == _QUOTE:
                    self._in_string = False
                    self._at = here + 1
                elif here + 1 < len(self._buffer):
                    self._at = here + 2  # a backslash and what it escapes
                else:
                    self._at = here
                    return
            elif char == _QUOTE:
                self._in_string = True
                self._at = here + 1
            elif self._start >= 0:
                self._at = here + 1
                self._inner += 1 if char in b"{[" else -1
                if self._inner == 0:
                    if not self._dropping:
                        yield self._cut(self._start, self._at)
                    self._start, self._stray, self._dropping = -1, self._at, False
            elif char == 0x7B:
                yield from self._flush_stray(here)
                if self._depth == 0:
                    while len(self._buffer) - here < _LOOK_AHEAD and self._fill():
                        pass
                envelope = _ENVELOPE.match(self._buffer, here) if self._depth == 0 else None
                if envelope:
                    self._depth, self._enveloped = 2, True
                    self._at = self._stray = envelope.end()
                else:
                    self._start, self._inner, self._at = here, 1, here + 1
                    # an object beside the records of an envelope (paging, metadata) is no record
                    self._dropping = self._beside()
            else:
                yield from self._flush_stray(here)
                self._depth += 1 if char == 0x5B else -1
                if self._depth == 0:
                    self._enveloped = False
                self._at = self._stray = here + 1

    def _beside(self) -> bool:
        """Return whether what stands here is an envelope's own field."""
        return self._enveloped and self._depth == 1

    def _flush_stray(self, end: int) -> Iterator[tuple[int, bytes, bool]]:
        text = self._buffer[self._stray : end]
        if not self._beside() and text.strip(_BETWEEN + b"]}"):
            start = end - len(text.lstrip(_BETWEEN))
            yield self._cut(start, self._stray + len(text.rstrip(_BETWEEN)))
        self._stray = end

    def _cut(self, start: int, end: int) -> tuple[int, bytes, bool]:
        """Return (offset, record, was it cut): cut where it is too long, wherever blocks end."""
        return (
            self._base + start,
            self._buffer[start : min(end, start + MAX_RECORD_BYTES)],
            end - start > MAX_RECORD_BYTES,
        )

    def _trim(self) -> Iterator[tuple[int, bytes, bool]]:
        if self._start >= 0 and self._at - self._start > MAX_RECORD_BYTES:
            if not self._dropping:
                yield self._cut(self._start, self._at)
            self._dropping = True
            self._start = self._at
        elif self._start < 0 and (self._beside() or self._at - self._stray > MAX_RECORD_BYTES):
            yield from self._flush_stray(self._at)
        keep = self._start if self._start >= 0 else self._stray
        self._base += keep
        self._buffer = self._buffer[keep:]
        self._at -= keep
        self._start = 0 if self._start >= 0 else -1
        self._stray = 0
