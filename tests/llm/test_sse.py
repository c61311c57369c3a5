from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.llm.sse import MAX_EVENT_BYTES, EventReader, StreamError


def read(blocks: list[bytes]) -> list[str]:
    reader = EventReader()
    got = [event for block in blocks for event in reader.feed(block)]
    return [*got, *reader.end()]


@pytest.mark.parametrize(
    ("content", "events"),
    [
        (b"data: a\n\ndata: b\n\n", ["a", "b"]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]),
        (b"data: a\r\rdata: b\r\r", ["a", "b"]),
        (b"data:a\ndata: b\n\n", ["a\nb"]),
        (b"data:  a\n\n", [" a"]),
        (b": comment\nevent: x\nid: 1\nretry: 5\ndata: a\n\n", ["a"]),
        (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
        (b"data: a", ["a"]),
        (b"data: a\n", ["a"]),
        (b"data\n\n", [""]),
        (b"data: \n\n", [""]),
        (b"nonsense\n\n\n\n", []),
        (b"", []),
        (b"data: \xff\n\n", ["\ufffd"]),
        (b"dataset: a\n\n", []),
    ],
)
def test_events_are_read_however_the_bytes_are_cut(content: bytes, events: list[str]) -> None:
    assert read([content]) == events
    assert read([content[i : i + 1] for i in range(len(content))]) == events
    for cut in range(len(content)):
        assert read([content[:cut], content[cut:]]) == events


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=30), max_size=6),
    st.sampled_from([b"\n", b"\r\n", b"\r"]),
    st.randoms(use_true_random=False),
)
def test_what_was_written_is_read(texts: list[str], end: bytes, rng: object) -> None:
    content = b"".join(b"data: " + text.encode() + end + end for text in texts)
    blocks, rest = [], content
    while rest:
        size = rng.randint(1, 9)  # type: ignore[attr-defined]
        blocks.append(rest[:size])
        rest = rest[size:]
    assert read(blocks) == texts


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_any_bytes_are_events_or_none(blocks: list[bytes]) -> None:
    assert read(blocks) == read([b"".join(blocks)])


def test_too_long_events_are_refused() -> None:
    block = b"x" * 65536
    with pytest.raises(StreamError):
        read([b"data: ", *[block] * (MAX_EVENT_BYTES // len(block) + 1)])
    with pytest.raises(StreamError):
        read([b"data: " + block + b"\n"] * (MAX_EVENT_BYTES // len(block) + 1))
