"""The double, and with it what every backend shares: slots, deadlines, cancellation, schemas, accounting."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from llm_support import TURNS, FakeServer

from vedette.errors import InternalError, OutsideError, UserError
from vedette.llm import Ask, LanguageModel, structured
from vedette.llm.scripted import Asked, Say, ScriptedModel
from vedette.schema import Message, Role, Usage

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


def test_it_is_a_language_model_and_keeps_what_it_was_asked() -> None:
    model = ScriptedModel(["alice was first.", "bob", Say("cut", finish="length")])
    assert isinstance(model, LanguageModel)
    asked = Ask(max_tokens=5, adapter="routing")
    reply = model.complete(TURNS, asked)
    assert (reply.text, reply.model, reply.finish) == ("alice was first.", "scripted", "stop")
    assert reply.usage.n_calls == 1
    assert reply.usage.cost_usd == 0.0
    stream = model.stream(iter(TURNS))
    assert list(stream) == ["bob"]
    assert stream.reply.text == "bob"
    assert model.complete(TURNS).finish == "length"
    assert [r.streamed for r in model.requests] == [False, True, False]
    assert model.requests[0] == Asked(messages=TURNS, ask=asked, streamed=False)
    assert model.n_left == 0
    with pytest.raises(InternalError, match="3 replies"):
        model.complete(TURNS)


def test_it_fails_as_it_is_told_to() -> None:
    model = ScriptedModel([OutsideError("down"), Say("one two three", error=OutsideError("cut"), fails_after=2)])
    with pytest.raises(OutsideError, match="down"):
        model.complete(TURNS)
    stream = model.stream(TURNS)
    assert [next(stream), next(stream)] == ["one", " two"]
    with pytest.raises(OutsideError, match="cut"):
        next(stream)
    assert stream.reply is None
    assert model.slots.free == 8


def test_it_may_be_a_function_of_the_request() -> None:
    model = ScriptedModel(lambda asked: asked.messages[-1].content.upper())
    with ThreadPoolExecutor(8) as pool:
        told = pool.map(lambda n: model.complete([Message(role=Role.USER, content=f"q{n}")]).text, range(40))
    assert list(told) == [f"Q{n}" for n in range(40)]
    assert len(model.requests) == 40


def test_slow_replies_are_late_cancelled_or_closed() -> None:
    model = ScriptedModel(lambda _: Say("one two three", delay_s=0.05, between_s=5), pool_size=1)
    with pytest.raises(OutsideError, match=r"0\.2 s"):
        list(model.stream(TURNS, Ask(timeout_s=0.2)))
    cancel = threading.Event()
    stream = model.stream(TURNS, Ask(cancel=cancel))
    assert next(stream) == "one"
    assert model.slots.free == 0
    cancel.set()
    assert list(stream) == []
    assert (stream.reply.finish, stream.reply.text) == ("cancelled", "one")
    with model.stream(TURNS) as stream:
        assert next(stream) == "one"
    assert model.slots.free == 1
    assert model.complete(TURNS, Ask(cancel=cancel)).finish == "cancelled"
    late = ScriptedModel([Say("x", delay_s=5)])
    with pytest.raises(OutsideError, match="longer than"):
        late.complete(TURNS, Ask(timeout_s=0.05))


def waits(model: ScriptedModel, n: int) -> None:
    """Return once so many wait for a slot."""
    until = time.monotonic() + 60
    while len(model.slots._queue) < n:
        assert time.monotonic() < until, "they never came"
        time.sleep(0.002)


def test_who_waits_comes_in_order_and_may_give_up() -> None:
    model = ScriptedModel(lambda _: Say("x", delay_s=0.05), pool_size=1)
    held = model.stream(TURNS)
    next(held)
    order: list[int] = []

    def ask(number: int) -> None:
        model.complete([Message(role=Role.USER, content=str(number))])
        order.append(number)

    with ThreadPoolExecutor(6) as pool:
        jobs = []
        for number in range(4):
            jobs.append(pool.submit(ask, number))
            waits(model, number + 1)
        with pytest.raises(OutsideError, match="waiting for the model"):
            model.complete(TURNS, Ask(timeout_s=0.05))
        cancel = threading.Event()
        cancelled = pool.submit(model.complete, TURNS, Ask(cancel=cancel))
        waits(model, 5)
        cancel.set()
        assert cancelled.result(60).finish == "cancelled"
        held.close()
        for job in jobs:
            job.result(60)
    assert order == [0, 1, 2, 3]
    # who gave up while waiting was never asked
    assert len(model.requests) == 5


def test_close_tells_who_waits() -> None:
    model = ScriptedModel(lambda _: "x", pool_size=1)
    held = model.stream(TURNS)
    next(held)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(model.complete, TURNS)
        waits(model, 1)
        model.close()
        with pytest.raises(UserError, match="closed"):
            waiting.result(60)
    model.close()
    assert model.n_closed == 2


def test_stream_that_is_never_read_asks_nothing() -> None:
    model = ScriptedModel(["x"])
    model.stream(TURNS).close()
    assert model.requests == []
    assert model.slots.free == 8


@pytest.mark.parametrize(
    "ask",
    [
        Ask(max_tokens=0),
        Ask(timeout_s=0),
        Ask(timeout_s=-1),
        Ask(timeout_s=float("nan")),
        Ask(grammar='root ::= "x"'),
        Ask(grammar='root ::= "x"', schema=SCHEMA),
        Ask(schema={"type": {1, 2}}),
        Ask(schema={"type": "nonsense"}),
        Ask(schema={"$ref": "https://example.com/schema.json"}),
        Ask(schema={"$ref": "#/nowhere"}),
        Ask(schema={"type": "string", "pattern": "(?<=a)b"}),
        Ask(schema={"type": "string", "description": "x" * 70_000}),
    ],
)
def test_requests_that_make_no_sense_are_the_users_mistake(ask: Ask) -> None:
    model = ScriptedModel(['"b"'] * 2)
    with pytest.raises(UserError) as raised:
        model.complete(TURNS, ask)
    assert raised.value.message
    assert model.slots.free == 8


@pytest.mark.parametrize(
    "turns", [[], [Message(role=Role.USER, content="x" * 4_000_001)], ["text"], [{"role": "user"}]]
)
def test_turns_that_are_none_are_refused(turns: list[Message]) -> None:
    for call in (lambda m: m.complete(turns), lambda m: list(m.stream(turns))):
        model = ScriptedModel(["x"])
        with pytest.raises(UserError):
            call(model)
        assert model.requests == []


@pytest.mark.parametrize(
    "text",
    ['{"n": 3}', ' {"n": 3}\n', '```json\n{"n": 3}\n```', '```\n{"n": 3}\n```', '\ufeff{"n": 3}', '```{"n": 3}```'],
)
def test_object_is_read_with_what_models_put_around_it(text: str) -> None:
    found = structured(ScriptedModel([text]), TURNS, SCHEMA)
    assert found.value == {"n": 3}
    assert found.reply.text == '{"n":3}'
    assert found.reply.usage.n_calls == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "n is 3",
        '{"n": 3',
        '{"n": "3"}',
        '{"m": 3}',
        "[3]",
        "3",
        "null",
        '{"n": NaN}',
        '{"n": 3} {"n": 4}',
        '{"n": 1e999}',
        "[" * 5000,
        '{"n": 3.5}',
        '{"n": true}',
        "\x00",
        "```",
        "``````",
        "{'n': 3}",
    ],
)
def test_what_does_not_follow_is_asked_for_once_and_refused(text: str) -> None:
    model = ScriptedModel([text, '{"n": 4}'])
    found = structured(model, TURNS, SCHEMA)
    assert found.value == {"n": 4}
    assert found.reply.usage.n_calls == 2
    assert "does not follow" in model.requests[1].messages[-1].content
    model = ScriptedModel([text, text, '{"n": 4}'])
    with pytest.raises(OutsideError, match="twice") as raised:
        structured(model, TURNS, SCHEMA)
    assert raised.value.next_step
    assert len(model.requests) == 2


def test_schema_is_put_into_words_unless_the_backend_binds() -> None:
    for turns in (TURNS, TURNS[1:]):
        model = ScriptedModel(['{"n": 3}'])
        structured(model, turns, SCHEMA)
        first = model.requests[0].messages[0]
        assert first.role is Role.SYSTEM
        assert '"required": ["n"]' in first.content
        assert model.requests[0].messages[-1] == turns[-1]
    model = ScriptedModel(['{"n": 3}'], constrains=True)
    structured(model, TURNS, SCHEMA)
    assert model.requests[0].messages == TURNS


def test_object_cut_off_is_said_to_be() -> None:
    model = ScriptedModel([Say('{"n": 3', finish="length"), '{"n": 4}'])
    assert structured(model, TURNS, SCHEMA).value == {"n": 4}
    assert "cut off" in model.requests[1].messages[-1].content


def test_cancelled_object_is_no_object() -> None:
    cancel = threading.Event()
    cancel.set()
    model = ScriptedModel(['{"n": 3}'])
    assert model.complete(TURNS, Ask(schema=SCHEMA, cancel=cancel)).finish == "cancelled"
    with pytest.raises(OutsideError, match="cancelled"):
        structured(model, TURNS, SCHEMA, Ask(cancel=cancel))


def test_schema_that_leads_elsewhere_is_not_fetched(serve: Callable[..., FakeServer]) -> None:
    server = serve()
    for reference in (server.url, f"http://{server.host}/schema.json#/a"):
        with pytest.raises(UserError, match="not in it"):
            structured(ScriptedModel(['"x"'] * 2), TURNS, {"$ref": reference})
    assert server.gets == []


def test_pattern_of_a_schema_takes_linear_time() -> None:
    schema = {"type": "string", "pattern": "^(a+)+$"}
    model = ScriptedModel(['"' + "a" * 50_000 + '!"', '"aaa"'])
    assert structured(model, TURNS, schema).value == "aaa"


def test_usage_adds_up_and_an_unknown_cost_stays_unknown() -> None:
    known, unknown = Usage(n_calls=1, cost_usd=0.5), Usage(n_calls=1, cost_usd=None)
    assert known.plus(known).cost_usd == 1.0
    assert known.plus(unknown).cost_usd is None
    assert Usage().plus(known).cost_usd == 0.5
    remote = ScriptedModel(["x"], local=False)
    assert remote.complete(TURNS).usage.cost_usd is None
