"""JSON and lines come out of a stream exactly as they stood, whatever the blocks."""

from __future__ import annotations

import io
import itertools
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.ingest import framing
from vedette.ingest.framing import MAX_RECORD_BYTES, first_json, frame_json, frame_lines, is_plain_json_lines
from vedette.streams import Stream


def framed(data: bytes, how: Any = frame_json, block: int = 1 << 20) -> list[tuple[int, bytes]]:
    held = framing.BLOCK_BYTES
    framing.BLOCK_BYTES = block
    try:
        stream = Stream("x", "x", io.BytesIO(data))
        return [(o, r) for batch in how(stream) for o, r in zip(batch.offsets, batch.records, strict=True)]
    finally:
        framing.BLOCK_BYTES = held


keys = st.text(alphabet='abcRecords[]{}",\\: ', min_size=1, max_size=6).filter(
    lambda k: k not in ("", *(e.decode() for e in framing.ENVELOPE_KEYS))
)
scalars = st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(alphabet='ab"\\[]{},:\n\u20ac', max_size=8)
objects = st.dictionaries(
    keys, scalars | st.lists(scalars, max_size=3) | st.dictionaries(keys, scalars, max_size=3), min_size=1, max_size=4
)
blocks = st.sampled_from([1, 2, 3, 7, 64, 1 << 20])


def put(records: list[dict[str, Any]], way: str, indent: int | None) -> bytes:
    texts = [json.dumps(r, indent=indent) for r in records]
    if way == "lines":
        return ("\n".join(json.dumps(r) for r in records) + "\n").encode()
    if way == "array":
        return json.dumps(records, indent=indent).encode()
    if way == "envelope":
        return json.dumps({"Records": records}, indent=indent).encode()
    if way == "envelope with fields":
        fields = {
            "@odata.context": "http://x/[{",
            "n": 3,
            "value": records,
            "next": "{[x",
            "meta": {"pages": [{"a": 1}]},
        }
        return json.dumps(fields, indent=indent).encode()
    if way == "envelopes":
        return b"\n".join(json.dumps({"Records": [r]}).encode() for r in records)
    if way == "arrays":
        return b"\n".join(json.dumps([r]).encode() for r in records)
    return "".join(t + ("\n" if way == "pretty" else "") for t in texts).encode()


@given(
    st.lists(objects, min_size=1, max_size=6),
    st.sampled_from(
        ["lines", "array", "envelope", "envelope with fields", "envelopes", "arrays", "pretty", "concatenated"]
    ),
    st.sampled_from([None, 1]),
    blocks,
)
def test_objects_come_back_exactly(records: list[dict[str, Any]], way: str, indent: int | None, block: int) -> None:
    data = put(records, way, indent)
    got = framed(data, block=block)
    assert [json.loads(r) for _, r in got] == records
    assert all(data[o : o + len(r)] == r for o, r in got)


@given(st.binary(max_size=400) | st.text(alphabet='{}[]",:\\ \nab1', max_size=400).map(str.encode), blocks)
def test_any_bytes_are_framed_the_same_whatever_the_blocks(data: bytes, block: int) -> None:
    for how in (frame_json, frame_lines):
        whole = framed(data, how)
        assert framed(data, how, block) == whole
        assert all(data[o : o + len(r)] == r for o, r in whole)
        ends = [(o, o + len(r)) for o, r in whole]
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(ends)), "records overlap"


@given(st.lists(st.text(alphabet="ab \t,{", max_size=5), max_size=20), st.sampled_from(["\n", "\r\n"]), blocks)
def test_lines_come_back_without_ends_and_blanks(lines: list[str], end: str, block: int) -> None:
    data = end.join(lines).encode()
    assert [r.decode() for _, r in framed(data, frame_lines, block)] == [line for line in lines if line.strip()]


@pytest.mark.parametrize(
    ("data", "records"),
    [
        (b'garbage {"a":1} tail', [b"garbage", b'{"a":1}', b"tail"]),
        (b'[{"a":1}, oops, {"b":2}]', [b'{"a":1}', b"oops", b'{"b":2}']),
        (b'[1, 2, {"a":1}]', [b"1, 2", b'{"a":1}']),
        (b'["x", "y{"]', [b'"x", "y{"']),
        (b'[{"a":1', [b'{"a":1']),
        (b'{"Records":[{"a":1},{"b', [b'{"a":1}', b'{"b']),
        (b'{"Records":[]}', []),
        (b'{"Records":[{"a":1}],"Page":{"n":1}}', [b'{"a":1}']),
        (b'{"Records":"none"}', [b'{"Records":"none"}']),
        (b'{"a":{"Records":[{"b":1}]}}', [b'{"a":{"Records":[{"b":1}]}}']),
        (b"", []),
        (b"  \n ", []),
        (b"]]}}", []),
        (b'{"a":"\\"}{"}', [b'{"a":"\\"}{"}']),
    ],
)
def test_what_is_between_records(data: bytes, records: list[bytes]) -> None:
    for block in (1, 5, 1 << 20):
        assert [r for _, r in framed(data, block=block)] == records


def test_text_between_json_lines_is_a_record_too() -> None:
    got = [r for _, r in framed(b'{"a":1}\nnot json\n{"b":2}\n')]
    assert got == [b'{"a":1}', b"not json", b'{"b":2}']


@pytest.mark.parametrize("block", [1 << 20, 3 << 20])
@pytest.mark.parametrize("how", [frame_json, frame_lines])
def test_a_record_over_the_limit_is_cut_and_the_next_ones_read(how: Any, block: int) -> None:
    huge = b'{"x":"' + b"a" * (MAX_RECORD_BYTES + 5) + b'"}'
    data = b'{"a":1}\n' + huge + b'\n{"b":2}\n'
    stream = Stream("x", "x", io.BytesIO(data))
    held = framing.BLOCK_BYTES
    framing.BLOCK_BYTES = block
    try:
        batches = list(how(stream))
    finally:
        framing.BLOCK_BYTES = held
    records = [r for b in batches for r in b.records]
    assert [len(r) for r in records] == [7, MAX_RECORD_BYTES, 7]
    assert sum(len(b.bad) for b in batches) == 1


@pytest.mark.parametrize(
    "unit",
    [
        b"{",
        b"[",
        b"}",
        b"]",
        b'"',
        b"\\",
        b'{"a":',
        b"[{",
        b'{"Records":[',
        b"[]",
        b"{}",
        b'""',
        b"a",
        b",",
        b'["',
        b'\n{"a":\n',
    ],
)
def test_time_is_linear(unit: bytes) -> None:
    """Twice as much takes about twice as long: 4 times as much at most 12 times (clocks are rough)."""

    def took_s(size: int) -> float:
        data = unit * (size // len(unit))
        started = time.process_time()
        for how in (frame_json, frame_lines):
            for _ in how(Stream("x", "x", io.BytesIO(data))):
                pass
        first_json(data[: 64 << 10])
        return time.process_time() - started

    small = max(took_s(1 << 16), 0.005)
    assert took_s(1 << 18) < 12 * small + 0.5


@pytest.mark.parametrize(
    ("head", "plain"),
    [
        (b'{"a":1}\n{"b":2}\n', True),
        (b'{"a":1}', True),
        (b'\n\n{"a":1}\r\n{"b":', True),
        (b'{\n"a":1\n}', False),
        (b'[{"a":1}]', False),
        (b'{"Records":[{"a":1}]}\n', False),
        (b'{"value":[]}\n', False),
        (b'{"a":1}\ntext', True),
        (b'{"a":1}\ntext\n{"b":1}', True),
        (b'oken"}\n{"a":1}\n{"b":1}\n', True),
        (b'{"a":"cut\n{"a":1}\n{"b":1}\n', True),
        (b'{"a":1}{"b":1}', False),
        (b'{"a":1}{"b":1}\n{"c":1}{"d":1}\n', False),
        (b'{"a":"' + b"x" * 100, True),
        (b"text", False),
        (b"", False),
    ],
)
def test_plain_json_lines(head: bytes, plain: bool) -> None:
    assert is_plain_json_lines(head) is plain


def test_a_broken_record_does_not_swallow_the_next_ones() -> None:
    for broken in (b'{"a":"cut', b"[[[{", b'"', b"{broken"):
        data = b'{"n":1}\n' + broken + b'\n{"n":2}\n{"n":3}\n'
        assert [r for _, r in framed(data)] == [b'{"n":1}', broken, b'{"n":2}', b'{"n":3}']
        if not broken.startswith(b"["):
            assert len(framed(broken + b"\n" + data)) == 5


def test_first_json() -> None:
    assert first_json(b'[ {"a":1}, {"b":2}]') == b'{"a":1}'
    assert first_json(b'{"Records":[{"a":1}]}') == b'{"a":1}'
    assert first_json(b'{\n "a": 1}\n{"b":2}') == b'{\n "a": 1}'
    assert first_json(b"[1, 2]") is None
    assert first_json(b"text") is None
