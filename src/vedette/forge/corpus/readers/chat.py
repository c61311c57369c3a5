"""Conversations in JSON lines: messages, preference pairs, and sessions with the analysts' feedback."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from vedette.forge.corpus.base import Bad, Row, Sample, SourceFile
from vedette.forge.corpus.chat import Conversation, conversation, turns_of
from vedette.forge.corpus.readers.rows import json_rows
from vedette.forge.recipe import SourceSpec

_UP = frozenset({"up", "good", "helpful", "thumbs_up", "positive", "1", "true", "like", "+1", "yes"})
_DOWN = frozenset({"down", "bad", "unhelpful", "thumbs_down", "negative", "0", "-1", "false", "dislike", "no"})
_CORRECTED = ("corrected", "correction", "edited", "preferred")


class MessagesReader:
    """Reads conversations (OpenAI, ShareGPT, Alpaca, prompt and completion), or preference pairs."""

    whole = False

    def __init__(self, name: str, *, pairs: bool) -> None:
        self.name = name
        self._pairs = pairs

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is."""
        first = _first(sample)
        talk = conversation(first) if first is not None and "feedback" not in first else None
        return 0.9 if isinstance(talk, Conversation) and (talk.chosen is not None) == self._pairs else 0.0

    def read(self, file: SourceFile, spec: SourceSpec) -> Iterator[Row | Bad]:
        """Yield the rows; one that is no conversation is bad."""
        for row in json_rows(file, spec):
            if isinstance(row, Row):
                talk = conversation(row.fields)
                if not isinstance(talk, Conversation):
                    yield Bad(place=row.place, reason=talk or "no conversation: there are no messages")
                    continue
                if self._pairs and talk.chosen is None:
                    yield Bad(place=row.place, reason="no preference: chosen and rejected are missing")
                    continue
            yield row


class SessionsReader:
    """Reads sessions with feedback.

    ``messages``, and ``feedback`` (``up`` or ``down``) or ``corrected`` (the reply as it should have been), for the
    session or on an assistant's message. A corrected reply becomes a preference of it over the given one; a reply
    marked up becomes an example to follow; one marked down a preference of the one marked up to the same question, and
    where there is none it is set aside.
    """

    name = "sessions"
    whole = False

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is."""
        first = _first(sample)
        return 0.95 if first is not None and isinstance(first.get("messages"), list) and "feedback" in first else 0.0

    def read(self, file: SourceFile, spec: SourceSpec) -> Iterator[Row | Bad]:
        """Yield the rows; replies marked down come last."""
        liked: dict[bytes, str] = {}
        disliked: list[tuple[str, dict[str, Any], tuple[Mapping[str, str], ...], str]] = []
        for row in json_rows(file, spec):
            if isinstance(row, Bad):
                yield row
                continue
            value = row.fields.get("messages")
            turns = turns_of(value) if isinstance(value, list) else "there are no messages"
            if isinstance(turns, str):
                yield Bad(place=row.place, reason=turns)
                continue
            rest = {k: v for k, v in row.fields.items() if k not in ("messages", "feedback", *_CORRECTED)}
            told = list(_told(row.fields, value or [], turns))
            if not told:
                yield Bad(place=row.place, reason="a session without feedback on a reply")
            for at, verdict, better in told:
                before, reply = turns[:at], turns[at]["content"]
                if better is not None and better.strip() and better != reply:
                    fields = {**rest, "messages": before, "chosen": better, "rejected": reply}
                    yield Row(place=row.place, fields=fields, labels=("corrected",), group=_group(row))
                elif verdict == "up":
                    liked.setdefault(orjson.dumps(before), reply)
                    yield Row(
                        place=row.place, fields={**rest, "messages": turns[: at + 1]}, labels=("up",), group=_group(row)
                    )
                elif verdict == "down":
                    disliked.append((row.place, rest, before, reply))
        for place, rest, before, reply in disliked:
            preferred = liked.get(orjson.dumps(before))
            if preferred is None or preferred == reply:
                yield Bad(place=place, reason="marked down, and no better reply to the same question is known")
                continue
            fields = {**rest, "messages": before, "chosen": preferred, "rejected": reply}
            yield Row(place=place, fields=fields, labels=("down",))


def _told(
    session: Mapping[str, Any], raw: list[Any], turns: tuple[Mapping[str, str], ...]
) -> Iterator[tuple[int, str | None, str | None]]:
    """Yield what was said of replies: place of the turn, ``up`` or ``down``, and the corrected reply."""
    replies = [at for at, turn in enumerate(turns) if turn["role"] == "assistant" and at > 0]
    for at in replies:
        source = session if at == replies[-1] and not _speaks(raw[at]) else raw[at]
        if _speaks(source):
            yield at, _verdict(source), _correction(source)


def _speaks(source: Any) -> bool:
    return isinstance(source, Mapping) and any(source.get(k) is not None for k in ("feedback", *_CORRECTED))


def _verdict(source: Mapping[str, Any]) -> str | None:
    value = source.get("feedback")
    if isinstance(value, Mapping):
        value = value.get("rating", value.get("verdict", value.get("value")))
    word = str(value).strip().casefold()
    return "up" if word in _UP else "down" if word in _DOWN else None


def _correction(source: Mapping[str, Any]) -> str | None:
    told = source.get("feedback")
    for place in (source, told if isinstance(told, Mapping) else {}):
        for name in _CORRECTED:
            if isinstance(place.get(name), str):
                return str(place[name])
    return None


def _group(row: Row) -> str:
    value = row.fields.get("session_id", row.fields.get("session"))
    return str(value) if isinstance(value, (str, int)) else ""


def _first(sample: Sample) -> dict[str, Any] | None:
    line = sample.head.lstrip().split(b"\n", 1)[0]
    if line[:1] != b"{":
        return None
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


MESSAGES = MessagesReader("messages", pairs=False)
PREFERENCE = MessagesReader("preference", pairs=True)
SESSIONS = SessionsReader()
