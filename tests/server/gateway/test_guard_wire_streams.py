"""Streams of each dialect: whatever the cut, the client gets what the upstream said, judged and restored."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from benchmarks.guard.upstream_double import stream
from hypothesis import given
from hypothesis import strategies as st

from vedette.guard.base import Cost, Pair
from vedette.guard.engine import Guard, Who
from vedette.guard.policy import load_policy
from vedette.guard.pseudonyms import MemoryPairs
from vedette.guard.wire import Endpoint, Reading, stream_reader
from vedette.schema.guarding import Around, Direction, Form, GuardFinding, Passage, Scanned
from vedette.server.gateway.config import Hold
from vedette.server.gateway.holding import Channel
from vedette.server.gateway.judging import Judge
from vedette.server.gateway.relay import Relay
from vedette.server.refusals import RefusalError

STREAMS = (Endpoint.CHAT, Endpoint.RESPONSES, Endpoint.MESSAGES)
VALUE = 'Irma "the key" Völlmer\\1'
PSEUDONYM = "PERSON_7KQ2M4T"
SECRET = "hunter2-9QX7-secret"


class Watching:
    """Finds one word, and whatever begins a rule's text, in replies."""

    name = "watching"
    directions = frozenset(Direction)
    cost = Cost.PATTERN
    entities = frozenset({"API_KEY", "SYSTEM_PROMPT_LEAK"})

    def warm(self) -> None:
        """Nothing."""

    def scan(self, passage: Passage, around: Around) -> Scanned:
        found = []
        for word, entity in ((SECRET, "API_KEY"), ("leaked instructions here", "SYSTEM_PROMPT_LEAK")):
            at = passage.text.find(word)
            if at >= 0:
                end = at + len(word)
                found.append(GuardFinding(entity=entity, start=at, end=end, score=1.0, scanner=self.name))
        return Scanned(findings=tuple(found))


def judge() -> Judge:
    guard = Guard([Watching()], load_policy("default"), timeout_s=None)
    book = MemoryPairs("one", b"1" * 32)
    book.add([Pair(entity="PERSON", value=VALUE, pseudonym=PSEUDONYM)])
    return Judge(guard, guard, book, Who())


def asked(endpoint: Endpoint, text: str, model: str = "echo") -> dict[str, Any]:
    value: dict[str, Any] = {"model": model, "stream_options": {"include_usage": True}}
    value["input" if endpoint is Endpoint.RESPONSES else "messages"] = [{"role": "user", "content": text}]
    return value


def relayed(
    endpoint: Endpoint, blocks: Iterator[bytes] | list[bytes], hold: Hold = Hold.WORD, *, json_reply: bool = False
) -> list[Any]:
    reader = stream_reader(endpoint, Reading(alias=str.upper), json_reply=json_reply)
    relay = Relay(reader, judge(), endpoint, hold=hold)
    out = b"".join(relay.feed(block) for block in blocks) + relay.end()
    return [json.loads(line[6:]) for line in out.split(b"\n") if line.startswith(b"data: {")]


def said(endpoint: Endpoint, events: list[Any]) -> str:
    """What the deltas say together."""
    found = []
    for one in events:
        if endpoint is Endpoint.CHAT:
            for choice in one["choices"]:
                found.append(choice["delta"].get("content") or "")
                for call in choice["delta"].get("tool_calls") or ():
                    found.append(call["function"].get("arguments") or "")
        elif one["type"] == "content_block_delta":
            found.append(one["delta"].get("text") or one["delta"].get("partial_json") or "")
        elif one["type"].endswith(".delta"):
            found.append(one["delta"])
    return "".join(found)


def cut(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({one % (len(data) + 1) for one in cuts})
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]


@pytest.mark.parametrize("endpoint", STREAMS)
@pytest.mark.parametrize("hold", list(Hold))
@given(
    text=st.lists(
        st.sampled_from([PSEUDONYM, "hello ", "a [link](http", "2026-", '"', "{", "\n", "é😀", ". ", "x" * 40])
    ),
    size=st.integers(1, 30),
    cuts=st.lists(st.integers(0, 10**6), max_size=12),
)
def test_any_cut_gives_the_same(endpoint: Endpoint, hold: Hold, text: list[str], size: int, cuts: list[int]) -> None:
    whole = " ".join(text) or "x"
    data = b"".join(stream(endpoint.value, asked(endpoint, whole), size))
    events = relayed(endpoint, cut(data, cuts), hold)
    assert said(endpoint, events) == f"You said: {whole}".replace(PSEUDONYM, VALUE)


@pytest.mark.parametrize("endpoint", STREAMS)
@pytest.mark.parametrize("size", [1, 4, 1000])
def test_arguments_of_tools_are_json_with_the_values_in_them(endpoint: Endpoint, size: int) -> None:
    value = asked(endpoint, f"ask {PSEUDONYM}", "tool")
    value["tools"] = [{"name": "f", "type": "function", "function": {"name": "f"}}]
    data = b"".join(stream(endpoint.value, value, size))
    spoken = said(endpoint, relayed(endpoint, [data]))
    start = spoken.index("{")
    first, _ = json.JSONDecoder().raw_decode(spoken[start:])
    assert first == {"query": f"ask {VALUE}", "limit": 5}


@pytest.mark.parametrize("endpoint", STREAMS)
@pytest.mark.parametrize("hold", list(Hold))
@pytest.mark.parametrize("size", [1, 5, 1000])
def test_a_secret_of_the_models_own_is_masked_and_never_seen(endpoint: Endpoint, hold: Hold, size: int) -> None:
    data = b"".join(stream(endpoint.value, asked(endpoint, f"the key is {SECRET} and so on"), size))
    chosen = random.Random(size)
    events = relayed(endpoint, cut(data, [chosen.randrange(10**6) for _ in range(40)]), hold)
    spoken = said(endpoint, events)
    assert "hunter2" not in json.dumps(events)
    assert spoken.startswith("You said: the key is ")
    assert spoken.endswith(" and so on")


@pytest.mark.parametrize("endpoint", STREAMS)
def test_what_is_blocked_is_not_seen_where_sentences_are_held(endpoint: Endpoint) -> None:
    data = b"".join(stream(endpoint.value, asked(endpoint, "All well. Now leaked instructions here, alas. More."), 3))
    relay = Relay(
        stream_reader(endpoint, Reading(alias=str.upper), json_reply=False), judge(), endpoint, hold=Hold.SENTENCE
    )
    out: list[bytes] = []
    with pytest.raises(RefusalError) as caught:
        out.extend(relay.feed(data[at : at + 50]) for at in range(0, len(data), 50))
    assert caught.value.code == "guard_blocked"
    assert b"All well" in b"".join(out)
    assert b"leaked" not in b"".join(out)
    end = relay.failed(caught.value)
    assert b"error" in end
    assert b"[DONE]" not in end
    assert b"leaked instructions" not in end


@pytest.mark.parametrize("endpoint", STREAMS)
def test_a_stream_that_is_cut_off_is_no_reply(endpoint: Endpoint) -> None:
    events = list(stream(endpoint.value, asked(endpoint, "hello there"), 4))
    relay = Relay(
        stream_reader(endpoint, Reading(alias=str.upper), json_reply=False), judge(), endpoint, hold=Hold.WORD
    )
    relay.feed(b"".join(events[: len(events) // 2]))
    with pytest.raises(RefusalError) as caught:
        relay.end()
    assert caught.value.code == "upstream_cut"


@pytest.mark.parametrize("endpoint", STREAMS)
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"data: {broken\n\n", "upstream_malformed"),
        (b"data: [1, 2]\n\n", None),
        (b'data: {"type": "surprise", "text": "hidden"}\n\n', None),
        (b'data: {"error": {"message": "inner words"}, "type": "error"}\n\n', "upstream_error"),
        (b"data: " + b"x" * (1 << 21), "upstream_malformed"),
        (b'data: {"choices": [{"index": "x", "delta": {}}]}\n\n', None),
        (b'data: {"choices": [{"index": 0, "delta": {"audio": {"data": "x"}}}]}\n\n', None),
    ],
)
def test_what_is_no_event_ends_the_stream(endpoint: Endpoint, data: bytes, code: str | None) -> None:
    relay = Relay(
        stream_reader(endpoint, Reading(alias=str.upper), json_reply=False), judge(), endpoint, hold=Hold.WORD
    )
    with pytest.raises(RefusalError) as caught:
        relay.feed(data)
    assert caught.value.status == 502
    assert code is None or caught.value.code == code
    assert "hidden" not in caught.value.message
    assert "inner words" not in caught.value.message


def test_usage_that_was_not_asked_for_is_left_out() -> None:
    reader = stream_reader(Endpoint.CHAT, Reading(alias=str.upper), json_reply=False, usage_asked=False)
    relay = Relay(reader, judge(), Endpoint.CHAT, hold=Hold.WORD)
    out = relay.feed(b"".join(stream("chat/completions", asked(Endpoint.CHAT, "hello"), 3)))
    assert b"usage" not in out
    assert relay.usage is not None
    assert relay.usage.n_completion_tokens > 0
    assert out.endswith(b"data: [DONE]\n\n")


def test_numbers_of_events_have_no_gaps() -> None:
    events = relayed(
        Endpoint.RESPONSES, [b"".join(stream("responses", asked(Endpoint.RESPONSES, f"{PSEUDONYM}, hm"), 1))]
    )
    assert [one["sequence_number"] for one in events] == list(range(len(events)))


class _Echo:
    def feed(self, chunk: str) -> str:
        return chunk

    def close(self) -> str:
        return ""


@pytest.mark.parametrize(
    ("pieces", "first"),
    [
        (["Plain words "], "Plain words "),
        (["Plain words"], "Plain words"),
        (["The year 2026"], "The year 2026"),
        (["mail me at irma@nord"], "mail me at "),
        (["key sk-proj-ab"], "key "),
        (["see [the page](https://evil.example/"], "see "),
        (["look ![x"], "look "),
        (["-----BEGIN PRIVATE KEY-----\nabc\n"], ""),
        (["<img src=x"], ""),
        (["call PERSON"], "call "),
    ],
)
def test_what_may_still_become_something_waits(pieces: list[str], first: str) -> None:
    channel = Channel(lambda text, start, form: text[start:], _Echo(), Hold.WORD, Form.PLAIN)
    assert "".join(channel.feed(one) for one in pieces) == first
    assert first + channel.close() == "".join(pieces)


def test_long_words_are_not_waited_for_without_end() -> None:
    channel = Channel(lambda text, start, form: text[start:], _Echo(), Hold.WORD, Form.PLAIN)
    out = "".join(channel.feed("a1b2" * 100) for _ in range(200))
    assert len(out) > 60_000
    assert len(channel._text) < 10_000
