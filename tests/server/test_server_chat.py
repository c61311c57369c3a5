"""The chat door, as OpenAI's own client uses it."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from server_support import EVENT_ID, HOSTILE, Running, TellingAnswerer, parts_of, running, web

from vedette.errors import OutsideError
from vedette.schema import Focus
from vedette.server import Limits
from vedette.store import Lake
from vedette.store.sessions import SessionBook


@pytest.fixture
def client(server: Running) -> Any:
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0) as made:
        yield made


def said(role: str, content: Any) -> dict[str, Any]:
    return {"role": role, "content": content}


def test_a_question_is_answered_with_citations_values_and_usage(client: Any) -> None:
    done = client.chat.completions.create(model="vedette", messages=[said("user", "who was first?")])
    message = done.choices[0].message
    assert message.content == "You asked who was first? [1].\nBefore that it was about nothing [1]."
    assert message.role == "assistant"
    assert done.choices[0].finish_reason == "stop"
    assert (done.usage.prompt_tokens, done.usage.completion_tokens, done.usage.total_tokens) == (11, 7, 18)
    extra = message.model_extra["vedette"]
    assert extra["citations"] == [
        {"number": 1, "ref": EVENT_ID, "at": "2026-03-09T00:00:00Z", "quote": HOSTILE, "start": None, "end": None}
    ]
    assert extra["values"] == {"accounts": [HOSTILE], "count": 1}
    assert [claim["reason"] for claim in extra["dropped"]] == ["no evidence"]
    assert extra["status"] == "answered"
    assert extra["session_id"].startswith("session-")


def test_a_stream_gives_sentence_by_sentence_what_the_answer_is(client: Any) -> None:
    stream = client.chat.completions.create(
        model="vedette",
        messages=[said("user", "who was first?")],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(stream)
    pieces = [c.choices[0].delta.content for c in chunks if c.choices and c.choices[0].delta.content]
    assert pieces == ["You asked who was first? [1].", " Before that it was about nothing [1]."]
    assert len({chunk.id for chunk in chunks}) == 1
    last = next(chunk for chunk in chunks if chunk.choices and chunk.choices[0].finish_reason)
    assert last.choices[0].delta.model_extra["vedette"]["citations"][0]["ref"] == EVENT_ID
    assert chunks[-1].choices == []
    assert chunks[-1].usage.total_tokens == 18
    assert all(chunk.usage is None for chunk in chunks[:-1])


def test_the_clients_own_accumulator_ends_with_the_whole_message(client: Any) -> None:
    with client.chat.completions.stream(model="vedette", messages=[said("user", "who?")]) as stream:
        for _ in stream:
            pass
        message = stream.get_final_completion().choices[0].message
    assert message.content == "You asked who? [1]. Before that it was about nothing [1]."
    assert message.model_extra["vedette"]["values"]["count"] == 1


def test_the_conversation_so_far_is_the_context(client: Any, answerer: TellingAnswerer, lake: Lake) -> None:
    messages = [said("system", "be terse"), said("user", "alice")]
    first = client.chat.completions.create(model="vedette", messages=messages).choices[0].message
    messages += [said("assistant", first.content), said("user", "and bob?")]
    second = client.chat.completions.create(model="vedette", messages=messages).choices[0].message
    assert "about alice" in second.content
    assert [question for question, _, _ in answerer.asked] == ["alice", "and bob?"], "nothing is asked twice"
    ids = {m.model_extra["vedette"]["session_id"] for m in (first, second)}
    assert len(ids) == 1, "one conversation is one session"
    assert [t.answer.question for t in SessionBook(lake).turns(ids.pop())] == ["alice", "and bob?"]


def test_two_conversations_that_begin_alike_are_two_sessions(client: Any, lake: Lake) -> None:
    opening = [said("user", "alice")]
    text = client.chat.completions.create(model="vedette", messages=opening).choices[0].message.content
    client.chat.completions.create(model="vedette", messages=opening)
    ids = []
    for more in ("and bob?", "and carol?"):
        messages = [*opening, said("assistant", text), said("user", more)]
        message = client.chat.completions.create(model="vedette", messages=messages).choices[0].message
        assert "about alice" in message.content
        ids.append(message.model_extra["vedette"]["session_id"])
    assert len(set(ids)) == 2


def test_a_conversation_that_is_not_known_is_replayed_without_the_model(lake: Lake) -> None:
    worded, plain = TellingAnswerer(), TellingAnswerer()
    with running(parts_of(lake, worded, plain)) as server:
        messages = [said("user", f"q{i}") if i % 2 == 0 else said("assistant", f"a{i}") for i in range(12)]
        answer = web.post(
            f"{server.url}/v1/chat/completions", json={"messages": [*messages, said("user", "and now?")]}
        ).json()
    assert [question for question, _, _ in plain.asked] == ["q4", "q6", "q8", "q10"], "the last four"
    assert [question for question, _, _ in worded.asked] == ["and now?"]
    assert "about q10, q8, q6, q4" in answer["choices"][0]["message"]["content"]


def test_a_named_session_is_the_context_whatever_the_messages_say(server: Running, lake: Lake) -> None:
    def ask(question: str, **more: Any) -> Any:
        return web.post(
            f"{server.url}/v1/chat/completions",
            json={"model": "vedette", "messages": [said("user", question)], **more.pop("body", {})},
            **more,
        )

    first = ask("alice")
    session_id = first.headers["x-vedette-session"]
    by_field = ask("and bob?", body={"vedette_session": session_id}).json()
    by_header = ask("and carol?", headers={"X-Vedette-Session": session_id}).json()
    assert "about alice" in by_field["choices"][0]["message"]["content"]
    assert "about and bob?, alice" in by_header["choices"][0]["message"]["content"]
    assert by_header["choices"][0]["message"]["vedette"]["turn"] == 3
    missing = ask("x", body={"vedette_session": "session-00000000"})
    assert missing.status_code == 404
    assert SessionBook(lake).get(session_id).n_turns == 3


def test_store_false_keeps_nothing_but_still_goes_on(server: Running, lake: Lake, answerer: TellingAnswerer) -> None:
    url = f"{server.url}/v1/chat/completions"
    first = web.post(url, json={"messages": [said("user", "alice")], "store": False}).json()
    content = first["choices"][0]["message"]["content"]
    messages = [said("user", "alice"), said("assistant", f"  {content}\n"), said("user", "and bob?")]
    second = web.post(url, json={"messages": messages, "store": False}).json()
    assert "about alice" in second["choices"][0]["message"]["content"]
    assert SessionBook(lake).list() == ()
    assert len(answerer.asked) == 2


def test_a_case_can_be_named(server: Running, answerer: TellingAnswerer) -> None:
    web.post(
        f"{server.url}/v1/chat/completions", json={"messages": [said("user", "who?")], "vedette_case": "case-0badcafe"}
    )
    assert answerer.asked == [("who?", Focus(), "case-0badcafe")]


def test_parameters_that_change_nothing_are_tolerated(client: Any) -> None:
    done = client.chat.completions.create(
        model="vedette",
        messages=[said("user", [{"type": "text", "text": "who"}, {"type": "text", "text": "was it?"}])],
        temperature=0.2, top_p=1, max_completion_tokens=5, seed=3, stop=["x"], presence_penalty=0.1, user="u",
        tool_choice="none", response_format={"type": "text"}, metadata={"a": "b"}, logit_bias={"1": 1},
        extra_body={"some_new_parameter": {"deep": [1]}},
    )  # fmt: skip
    assert done.choices[0].message.content.startswith("You asked who\nwas it? [1].")


TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"tools": [TOOL]}, "tools"),
        ({"functions": [{"name": "f"}]}, "functions"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {}}}}, "response_format"),
        ({"n": 2}, "n"),
        ({"logprobs": True}, "logprobs"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"model": "gpt-9"}, "model"),
        ({"messages": []}, "messages"),
        ({"messages": [said("assistant", "hello")]}, "messages[0].role"),
        ({"messages": [said("user", " \n")]}, "messages[0].content"),
        ({"messages": [said("user", None)]}, "messages[0].content"),
        ({"messages": [said("user", [{"type": "image_url", "image_url": {"url": "x"}}])]}, "messages[0].content"),
        ({"messages": [said("user", "x" * 4001)]}, "messages[0].content"),
        ({"messages": [said("user", "x" * 150_000), said("user", "y" * 60_000)]}, "messages"),
        ({"messages": [said("martian", "x")]}, "messages.0.role"),
        ({"messages": "x"}, "messages"),
        ({"stream": "maybe"}, "stream"),
        ({"vedette_session": "../../etc"}, "vedette_session"),
    ],
    ids=lambda v: v if isinstance(v, str) else None,
)  # fmt: skip
def test_what_cannot_be_done_is_refused_in_openais_shape(standing: Running, change: Any, param: str) -> None:
    body = {"model": "vedette", "messages": [said("user", "who?")]} | change
    answer = web.post(f"{standing.url}/v1/chat/completions", json=body)
    assert answer.status_code == (404 if param == "model" else 400)
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code", "next_step", "location"}
    assert error["param"] == param
    assert error["type"] == "invalid_request_error"
    assert error["message"]


def test_the_client_raises_its_own_errors(client: Any) -> None:
    with pytest.raises(openai.NotFoundError) as missing:
        client.chat.completions.create(model="gpt-9", messages=[said("user", "who?")])
    assert missing.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(model="vedette", messages=[said("user", "who?")], tools=[TOOL])
    assert refused.value.param == "tools"
    assert [model.id for model in client.models.list()] == ["vedette"]
    assert client.models.retrieve("vedette").owned_by == "vedette"


def test_an_upstream_that_fails_is_an_error_and_no_answer(lake: Lake) -> None:
    telling = TellingAnswerer(fail=lambda q: OutsideError("the endpoint is down", next_step="start it"))
    with running(parts_of(lake, telling)) as server:
        with openai.OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0) as client:
            for stream in (False, True):
                with pytest.raises(openai.InternalServerError) as failed:
                    client.chat.completions.create(model="vedette", messages=[said("user", "who?")], stream=stream)
                assert failed.value.status_code == 502
                assert "the endpoint is down" in failed.value.message


def test_our_own_bug_says_nothing_of_its_inside(lake: Lake) -> None:
    telling = TellingAnswerer(fail=lambda q: KeyError("/home/secret/path"))
    with running(parts_of(lake, telling)) as server:
        answer = web.post(f"{server.url}/v1/chat/completions", json={"messages": [said("user", "who?")]})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["error"]["code"] == "internal"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_an_error_after_the_stream_began_is_its_last_event(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vedette.server.streaming.FIRST_TICK_S", 0.05)
    limits = Limits(ask_timeout_s=0.4, shutdown_grace_s=0.5)
    with running(parts_of(lake, TellingAnswerer(slow_s=30)), limits=limits) as server:
        with openai.OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0) as client:
            stream = client.chat.completions.create(model="vedette", messages=[said("user", "who?")], stream=True)
            with pytest.raises(openai.APIError, match=r"longer than 0\.4 s"):
                list(stream)


def test_a_question_that_takes_too_long_is_stopped(lake: Lake) -> None:
    telling = TellingAnswerer(slow_s=30)
    with running(parts_of(lake, telling), limits=Limits(ask_timeout_s=0.3, shutdown_grace_s=0.5)) as server:
        answer = web.post(f"{server.url}/v1/chat/completions", json={"messages": [said("user", "who?")]})
        assert answer.status_code == 504
        assert answer.json()["error"]["type"] == "timeout_error"
    assert telling.n_cancelled == 1
    assert SessionBook(lake).list() == (), "what nobody waited for is not kept"
