"""The wire room: bodies of OpenAI's and Anthropic's APIs enter; passages, and bodies filled with other texts, leave.

Pure: nothing is read or sent here. Requests are read by an allow-list, every field of which says what text it carries;
replies and streams are read so that every text in them is judged.
"""

from vedette.guard.wire.base import Body, Dialect, Endpoint, Media, Reading, Slot, WireError, dumped, parsed
from vedette.guard.wire.errors import error_body, error_events
from vedette.guard.wire.replies import read_reply, usage_of
from vedette.guard.wire.requests import read_request
from vedette.guard.wire.streams import Event, Part, Step, StreamReader, stream_reader

__all__ = [
    "Body",
    "Dialect",
    "Endpoint",
    "Event",
    "Media",
    "Part",
    "Reading",
    "Slot",
    "Step",
    "StreamReader",
    "WireError",
    "dumped",
    "error_body",
    "error_events",
    "parsed",
    "read_reply",
    "read_request",
    "stream_reader",
    "usage_of",
]
