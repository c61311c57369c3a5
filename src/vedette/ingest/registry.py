"""Which readers there are, and which one a stream is for."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson

from vedette.errors import UserError
from vedette.ingest.base import Reader, Sample
from vedette.ingest.framing import first_json
from vedette.plugins import BrokenPlugin, load_plugins, plugin_points, surest
from vedette.streams import Stream

GROUP = "vedette.readers"
_LONG_HEAD_BYTES = 2 << 20


@cache
def load_readers(*, third_party: bool = True) -> tuple[dict[str, Reader], tuple[BrokenPlugin, ...]]:
    """Return the readers by name, in order of name, and those that are broken.

    Args:
        third_party: whether readers of other packages are loaded too.
    """
    loaded, broken = load_plugins(GROUP, Reader, third_party=third_party)
    own = plugin_points(GROUP, third_party=False)
    readers: dict[str, Reader] = {}
    for name, reader in loaded.items():
        if reader.name not in readers or name in own:
            readers[reader.name] = reader
    return readers, broken


def reader_named(name: str) -> Reader:
    """Return a reader by name.

    Raises:
        UserError: there is none of that name.
    """
    readers, _ = load_readers()
    if name not in readers:
        raise UserError(f"no reader is called {name!r}", next_step=f"choose one of: {', '.join(sorted(readers))}")
    return readers[name]


def sample_of(stream: Stream) -> Sample:
    """Return the sample that readers recognise a stream by."""
    head = stream.head()
    lines = tuple(line.rstrip(b"\r") for line in head.split(b"\n", 50)[:50])
    first = _first_object(head)
    if first is None and head.lstrip()[:1] in (b"{", b"["):
        # one record may be longer than the head: scripts logged whole are
        first = _first_object(stream.head(_LONG_HEAD_BYTES))
    return Sample(stream.base, head, lines, first)


def _first_object(head: bytes) -> dict[str, Any] | None:
    text = first_json(head)
    if text is None:
        return None
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def recognise(stream: Stream) -> Reader | None:
    """Return the reader that is surest of the stream, or None if none is sure enough."""
    return surest(load_readers()[0].values(), sample_of(stream))[0]
