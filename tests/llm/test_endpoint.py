"""Every backend behind HTTP, against a real server on loopback that behaves well or badly."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from llm_support import (
    TURNS,
    FakeServer,
    Handler,
    chunk,
    completion,
    cuts,
    data,
    drips,
    drops,
    fails,
    hangs,
    hangs_after,
    raw,
    raw_stream,
    says,
    streams,
)
from pydantic import SecretStr

from vedette.errors import OutsideError, UserError, VedetteError
from vedette.llm import AllowHosts, Ask, LanguageModel, ModelOptions, Price, Retry, open_model, structured
from vedette.schema import Message, Role

Serve = Callable[..., FakeServer]
Opened = Callable[..., LanguageModel]

KEY = SecretStr("sk-very-secret-key")
NAMES = ("openai:m", "azure:m", "litellm:m")
"""One through each path: both ways to sign over httpx, and a provider through pydantic-ai."""
ALL = (*NAMES, "ollama:m", "vllm:m", "llama-server:m")

SCHEMA = {
    "type": "object",
    "properties": {"tool": {"type": "string", "enum": ["cases", "hosts"]}, "n": {"type": "integer", "maximum": 9}},
    "required": ["tool", "n"],
    "additionalProperties": False,
}


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("name", ALL)
def test_reply_comes_whole_with_its_usage(serve: Serve, opened: Opened, name: str) -> None:
    server = serve(says("alice was first."))
    model = opened(server, name, api_key=KEY, price=Price(prompt_usd=1.0, completion_usd=10.0))
    reply = model.complete(TURNS, Ask(max_tokens=40, temperature=0.3, seed=7, stop=("\n",)))
    assert (reply.text, reply.finish, reply.model) == ("alice was first.", "stop", name)
    assert (reply.usage.n_prompt_tokens, reply.usage.n_completion_tokens, reply.usage.n_calls) == (7, 3, 1)
    assert reply.usage.cost_usd == pytest.approx((7 * 1 + 3 * 10) / 1e6)
    assert reply.usage.duration_s > 0
    seen = server.seen[0]
    assert seen.path.split("?")[0].endswith("/chat/completions")
    assert [(m["role"], m["content"]) for m in seen.body["messages"]] == [
        ("system", "You are terse."),
        ("user", "Who logged on first?"),
    ]
    assert seen.body["temperature"] == 0.3
    assert seen.body.get("max_tokens", seen.body.get("max_completion_tokens")) == 40
    assert (seen.body["seed"], seen.body["stop"], seen.body["model"]) == (7, ["\n"], "m")
    sent = seen.headers["api-key"] if name.startswith("azure") else seen.headers["authorization"]
    assert sent.removeprefix("Bearer ") == KEY.get_secret_value()
    assert model.local
    assert not model.follows_grammar


@pytest.mark.parametrize("name", ALL)
def test_reply_comes_in_pieces_as_they_are_sent(serve: Serve, opened: Opened, name: str) -> None:
    going = threading.Event()

    def behave(handler: Handler) -> None:
        handler.begin_stream()
        handler.wfile.write(data(chunk("alice")))
        handler.wfile.flush()
        # the second piece is sent only when the first was seen: nothing may be held back
        assert going.wait(60)
        handler.wfile.write(data(chunk(" was first.")) + data(chunk(finish="stop")) + data(chunk(usage=(7, 3))))
        handler.wfile.write(b"data: [DONE]\n\n")

    stream = opened(serve(behave), name, api_key=KEY).stream(TURNS)
    assert next(stream) == "alice"
    going.set()
    assert list(stream) == [" was first."]
    assert stream.reply.text == "alice was first."
    assert stream.reply.finish == "stop"
    assert stream.reply.usage.n_prompt_tokens == 7
    assert stream.reply.usage.n_completion_tokens == 3


@pytest.mark.parametrize(("said", "kept"), [("length", "length"), ("content_filter", "filtered"), ("stop", "stop")])
def test_finish_says_why_it_ended(serve: Serve, opened: Opened, name: str, said: str, kept: str) -> None:
    model = opened(serve(says("alice", finish=said)), name, api_key=KEY)
    assert model.complete(TURNS).finish == kept
    stream = model.stream(TURNS)
    assert list(stream) == ["alice"]
    assert stream.reply.finish == kept


def test_object_is_validated_and_asked_for_once_more(serve: Serve, opened: Opened, name: str) -> None:
    server = serve(says('{"tool": "files", "n": 3}'), says('```json\n{"tool": "cases", "n": 3}\n```'))
    found = structured(opened(server, name, api_key=KEY), TURNS, SCHEMA)
    assert found.value == {"tool": "cases", "n": 3}
    assert json.loads(found.reply.text) == found.value
    assert found.reply.usage.n_calls == 2
    assert found.reply.usage.n_prompt_tokens == 14
    first, second = (seen.body for seen in server.seen)
    assert '"enum"' in first["messages"][0]["content"]
    assert "response_format" in first or name.startswith("litellm")
    assert second["messages"][-2]["content"] == '{"tool": "files", "n": 3}'
    assert "'files' is not one of" in second["messages"][-1]["content"]


def test_object_that_never_follows_is_refused(serve: Serve, opened: Opened, name: str) -> None:
    server = serve(says("I would use the tool cases."))
    with pytest.raises(OutsideError, match="twice"):
        structured(opened(server, name, api_key=KEY), TURNS, SCHEMA)
    assert len(server.seen) == 2


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504])
def test_passing_failures_are_tried_again(serve: Serve, opened: Opened, status: int, streamed: bool) -> None:
    for name in ("openai:m", "litellm:m"):
        server = serve(fails(status), fails(status), says("alice"))
        model = opened(server, name, api_key=KEY)
        assert _asked(model, streamed) == "alice"
        assert len(server.seen) == 3
        server = serve(fails(status, "still down"))
        with pytest.raises(OutsideError, match="still down") as raised:
            _asked(opened(server, name, api_key=KEY), streamed)
        assert raised.value.next_step
        assert len(server.seen) == 3


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422, 418])
def test_refusals_are_not_tried_again(serve: Serve, opened: Opened, status: int, streamed: bool) -> None:
    for name in ("openai:m", "litellm:m"):
        server = serve(fails(status, "that is wrong", retry_after="1"))
        with pytest.raises(UserError, match="that is wrong") as raised:
            _asked(opened(server, name, api_key=KEY), streamed)
        assert raised.value.next_step
        assert len(server.seen) == 1


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("broken", [drops, cuts])
def test_broken_connections_are_tried_again(
    serve: Serve, opened: Opened, name: str, broken: Any, streamed: bool
) -> None:
    server = serve(broken, says("alice"))
    assert _asked(opened(server, name, api_key=KEY), streamed) == "alice"
    assert len(server.seen) == 2
    server = serve(broken)
    with pytest.raises(OutsideError, match="does not answer"):
        _asked(opened(server, name, api_key=KEY), streamed)
    assert len(server.seen) == 3


def test_nothing_listens(serve: Serve, opened: Opened, name: str) -> None:
    server = serve(says("alice"))
    model = opened(server, name, api_key=KEY)
    server.stop()
    with pytest.raises(OutsideError, match="does not answer") as raised:
        model.complete(TURNS)
    assert server.host in (raised.value.next_step or "")


def test_waits_are_drawn_in_full_and_never_shorter_than_asked(serve: Serve, opened: Opened) -> None:
    waits: list[float] = []
    retry = Retry(times=4, base_s=1.0, cap_s=3.0, sleep=waits.append, draw=lambda: 0.25)
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    for name in ("openai:m", "litellm:m"):
        waits.clear()
        server = serve(fails(503), fails(429, retry_after="7"), fails(503), fails(429, retry_after=at), says("alice"))
        assert opened(server, name, api_key=KEY, retry=retry, timeout_s=100).complete(TURNS).text == "alice"
        assert waits[:3] == [0.25, 7.5, 0.75]
        assert 28 < waits[3] <= 30.75


def test_a_wait_that_is_too_long_is_not_waited(serve: Serve, opened: Opened, name: str) -> None:
    waits: list[float] = []
    server = serve(fails(429, retry_after="3600"))
    with pytest.raises(OutsideError, match="3,600 s"):
        opened(server, name, api_key=KEY, retry=Retry(sleep=waits.append)).complete(TURNS)
    # and neither is one that ends after the request's own time
    server = serve(fails(429, retry_after="30"))
    with pytest.raises(OutsideError, match="too often"):
        opened(server, name, api_key=KEY, retry=Retry(sleep=waits.append), timeout_s=5).complete(TURNS)
    assert waits == []
    assert len(server.seen) == 1


def test_nothing_is_tried_again_after_the_first_piece(serve: Serve, opened: Opened, name: str) -> None:
    for broken in (streams(chunk("alice"), done=False), raw_stream([data(chunk("alice")), b"data: {broken\n\n"])):
        server = serve(broken, says("bob was first"))
        stream = opened(server, name, api_key=KEY).stream(TURNS)
        assert next(stream) == "alice"
        with pytest.raises(OutsideError):
            next(stream)
        assert stream.reply is None
        assert len(server.seen) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b'"alice"',
        b"{}",
        b'{"choices": []}',
        b'{"choices": "alice"}',
        b'{"choices": [7]}',
        b'{"choices": [{"message": 7}]}',
        b'{"choices": [{"message": {"content": 7}}]}',
        b'{"error": {"message": "out of memory"}}',
        b"\x00\xff\xfe" * 100,
        b"[" * 100_000,
        b"<html>gateway</html>",
    ],
)
@pytest.mark.parametrize("streamed", [False, True])
def test_nonsense_is_an_error_with_a_next_step(serve: Serve, opened: Opened, content: bytes, streamed: bool) -> None:
    for name in ("openai:m", "litellm:m"):
        server = serve(raw(content))
        with pytest.raises(OutsideError) as raised:
            _asked(opened(server, name, api_key=KEY), streamed)
        assert raised.value.next_step or name == "litellm:m"
        assert len(raised.value.message) < 600


@pytest.mark.parametrize(
    "content",
    [
        b"data: not json\n\n",
        b"data: []\n\n",
        b'data: {"choices": [7]}\n\n',
        b'data: {"error": {"message": "out of memory"}}\n\n',
        b"data: \xff\xfe\n\n",
        b"nonsense without a colon" * 50,
        b"",
        b": only a comment\n\n",
        data(chunk("alice"))[:-30],
    ],
)
def test_broken_streams_are_errors(serve: Serve, opened: Opened, content: bytes) -> None:
    for name in ("openai:m", "litellm:m"):
        with pytest.raises(OutsideError):
            list(opened(serve(raw_stream([content])), name, api_key=KEY).stream(TURNS))


def test_stream_is_read_however_it_is_cut(serve: Serve, opened: Opened, name: str) -> None:
    body = b"\xef\xbb\xbf: hello\r\n\r\n" if not name.startswith("litellm") else b": hello\r\n\r\n"
    body += b"event: x\r\nid: 1\r\n" + data(chunk("Größe ")).replace(b"\n\n", b"\r\n\r\n")
    body += json.dumps(chunk("日本"), ensure_ascii=False).encode().join([b"data:", b"\n\n"])
    body += data(chunk(finish="stop")) + b"data: [DONE]\n\n"
    blocks = [body[i : i + 1] for i in range(len(body))]
    stream = opened(serve(raw_stream(blocks)), name, api_key=KEY).stream(TURNS)
    assert "".join(stream) == "Größe 日本"


def test_stream_that_is_answered_whole_is_one_piece(serve: Serve, opened: Opened) -> None:
    server = serve(raw(json.dumps(completion("alice was first.")).encode()))
    assert list(opened(server).stream(TURNS)) == ["alice was first."]


@pytest.mark.parametrize("streamed", [False, True])
def test_huge_replies_are_ended(serve: Serve, opened: Opened, name: str, streamed: bool) -> None:
    sent = [0]

    def floods(handler: Handler) -> None:
        handler.begin_stream() if streamed else handler.send_response(200)
        if not streamed:
            handler.send_header("connection", "close")
            handler.end_headers()
        block = data(chunk("x" * 5000)) if streamed else b" " * 5000
        while sent[0] < 200 << 20:
            handler.wfile.write(block)
            sent[0] += len(block)

    server = serve(floods)
    with pytest.raises(OutsideError, match="longer than 100,000 bytes"):
        _asked(opened(server, name, api_key=KEY, max_reply_bytes=100_000), streamed)
    assert server.lost_its_client()
    assert len(server.seen) == 1
    assert sent[0] < 100 << 20


def test_one_endless_event_is_ended(serve: Serve, opened: Opened) -> None:
    server = serve(raw_stream([b"data: "] + [b"x" * 65536] * 64))
    with pytest.raises(OutsideError, match="an event is longer"):
        list(opened(server).stream(TURNS))


def test_packed_replies_are_refused(serve: Serve, opened: Opened, name: str) -> None:
    server = serve(raw(b"\x1f\x8b" + b"0" * 50, content_encoding="gzip"))
    with pytest.raises(OutsideError, match="packed"):
        opened(server, name, api_key=KEY).complete(TURNS)


@pytest.mark.parametrize("streamed", [False, True])
def test_time_is_up_and_the_request_is_closed(serve: Serve, opened: Opened, name: str, streamed: bool) -> None:
    server = serve(hangs)
    model = opened(server, name, api_key=KEY, pool_size=1)
    with pytest.raises(OutsideError, match=r"longer than 0\.3 s") as raised:
        _asked(model, streamed, Ask(timeout_s=0.3))
    assert "VEDETTE_LLM_TIMEOUT_S" in (raised.value.next_step or "")
    assert server.lost_its_client()
    assert model.slots.free == 1
    assert len(server.seen) == 1


def test_slow_drip_does_not_stretch_the_time(serve: Serve, opened: Opened, name: str) -> None:
    server = serve(drips((data(chunk("x")) for _ in range(400)), 0.05))
    stream = opened(server, name, api_key=KEY).stream(TURNS, Ask(timeout_s=0.5))
    with pytest.raises(OutsideError, match="longer than"):
        list(stream)
    assert server.lost_its_client()


@pytest.mark.parametrize("streamed", [False, True])
def test_cancel_closes_the_request_and_frees_the_slot(serve: Serve, opened: Opened, name: str, streamed: bool) -> None:
    server = serve(hangs_after(chunk("alice")) if streamed else hangs, says("bob"))
    model = opened(server, name, api_key=KEY, pool_size=1)
    cancel = threading.Event()
    threading.Timer(0.2, cancel.set).start()
    if streamed:
        stream = model.stream(TURNS, Ask(cancel=cancel))
        assert list(stream) == ["alice"]
        reply = stream.reply
        assert reply.text == "alice"
    else:
        reply = model.complete(TURNS, Ask(cancel=cancel))
    assert reply.finish == "cancelled"
    assert server.lost_its_client()
    assert model.slots.free == 1
    assert model.complete(TURNS).text == "bob"


def test_closing_a_stream_closes_the_request(serve: Serve, opened: Opened, name: str) -> None:
    server = serve(hangs_after(chunk("alice")), says("bob"))
    model = opened(server, name, api_key=KEY, pool_size=1)
    stream = model.stream(TURNS)
    assert next(stream) == "alice"
    assert model.slots.free == 0
    stream.close()
    assert model.slots.free == 1
    assert server.lost_its_client()
    assert model.complete(TURNS).text == "bob"
    # one that is only dropped is closed too
    server.behaviours[:] = [hangs_after(chunk("alice"))]
    assert next(model.stream(TURNS)) == "alice"
    assert model.slots.free == 1


def test_cancel_ends_a_wait_between_tries(serve: Serve, opened: Opened) -> None:
    cancel = threading.Event()
    model = opened(serve(fails(429, retry_after="300")), retry=Retry(longest_s=1000), timeout_s=1000)
    threading.Timer(0.2, cancel.set).start()
    started = time.monotonic()
    assert model.complete(TURNS, Ask(cancel=cancel)).finish == "cancelled"
    assert time.monotonic() - started < 120


def test_pool_bounds_what_runs_and_nobody_is_lost(serve: Serve, opened: Opened, name: str) -> None:
    def slow(handler: Handler) -> None:
        time.sleep(0.02)
        asked = handler.seen.body["messages"][-1]["content"]
        says(f"reply to {asked}")(handler)

    server = serve(slow)
    model = opened(server, name, api_key=KEY, pool_size=3)

    def ask(number: int) -> str:
        turns = [Message(role=Role.USER, content=f"question {number}")]
        return "".join(model.stream(turns)) if number % 2 else model.complete(turns).text

    with ThreadPoolExecutor(20) as pool:
        got = list(pool.map(ask, range(40)))
    assert got == [f"reply to question {n}" for n in range(40)]
    assert server.most_running == 3
    assert model.slots.free == 3


def test_close_ends_what_runs_and_what_waits(serve: Serve, opened: Opened, name: str) -> None:
    server = serve(hangs)
    model = opened(server, name, api_key=KEY, pool_size=1)
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(model.complete, TURNS) for _ in range(2)]
        while not server.seen:
            time.sleep(0.01)
        model.close()
        for one in asked:
            with pytest.raises(UserError, match="closed"):
                one.result(60)
    assert server.lost_its_client()
    with pytest.raises(UserError, match="closed"):
        model.complete(TURNS)
    model.close()


def test_redirection_is_held_to_the_configured_hosts(serve: Serve, opened: Opened, name: str) -> None:
    elsewhere = serve(says("alice"))
    server = serve(raw(b"", status=307, location=elsewhere.url + "/chat/completions"))
    with pytest.raises(VedetteError):
        opened(server, name, api_key=KEY).complete(TURNS)
    assert elsewhere.seen == []


def test_redirection_to_a_configured_host_goes_without_the_key(serve: Serve, opened: Opened) -> None:
    elsewhere = serve(says("alice"))
    told: list[Any] = []
    server = serve(raw(b"", status=308, location=elsewhere.url + "/chat/completions"))
    egress = AllowHosts([server.host, elsewhere.host], audit=told.append)
    assert opened(server, api_key=KEY, egress=egress).complete(TURNS).text == "alice"
    assert "authorization" not in elsewhere.seen[0].headers
    assert elsewhere.seen[0].body == server.seen[0].body
    assert [record.outbound.port for record in told] == [server.server_port, elsewhere.server_port]
    # within the same server it keeps it
    server = serve(raw(b"", status=307, location="/v2/chat"), says("bob"))
    assert opened(server, api_key=KEY).complete(TURNS).text == "bob"
    assert server.seen[1].path == "/v2/chat"
    assert server.seen[1].headers["authorization"] == server.seen[0].headers["authorization"]


@pytest.mark.parametrize(
    ("status", "where"),
    [
        (302, "/v1/other"),
        (307, ""),
        (307, "http://["),
        (307, "file:///etc/passwd"),
        (307, "http://user:word@127.0.0.1/"),
        (307, "/v1/chat/completions"),
    ],
)
def test_redirections_that_lose_or_loop_are_refused(serve: Serve, opened: Opened, status: int, where: str) -> None:
    server = serve(raw(b"", status=status, location=where))
    with pytest.raises(VedetteError) as raised:
        opened(server).complete(TURNS)
    assert raised.value.next_step
    assert len(server.seen) <= 4


def test_every_request_is_audited_and_none_is_made_without(serve: Serve, opened: Opened, name: str) -> None:
    told: list[Any] = []
    server = serve(fails(503), says("alice"))
    model = opened(server, name, api_key=KEY, egress=AllowHosts([server.host], audit=told.append))
    assert told == []
    model.complete(TURNS)
    assert [(r.allowed, r.outbound.target, r.outbound.purpose) for r in told] == [
        (True, server.host, f"model {name}")
    ] * 2
    assert all(r.outbound.n_bytes > 50 for r in told)
    assert not any(text in repr(told) for text in ("logged on", KEY.get_secret_value()))

    def broken(_: Any) -> None:
        raise RuntimeError("disk full")

    server = serve(says("alice"))
    model = opened(server, name, api_key=KEY, egress=AllowHosts([server.host], audit=broken))
    with pytest.raises(OutsideError, match="cannot be audited"):
        model.complete(TURNS)
    assert server.seen == []


@pytest.mark.parametrize("hosts", [[], ["api.openai.com"], ["127.0.0.1:1"], ["localhost"]])
def test_what_is_not_configured_is_not_asked(serve: Serve, opened: Opened, name: str, hosts: list[str]) -> None:
    server = serve(says("alice"))
    with pytest.raises(UserError, match="nothing may leave") as raised:
        opened(server, name, api_key=KEY, egress=AllowHosts(hosts))
    assert f"VEDETTE_LLM_ALLOWED_HOSTS={server.host}" in (raised.value.next_step or "")
    assert server.seen == []


def test_environment_sends_nothing_elsewhere(
    serve: Serve, opened: Opened, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, server = serve(says("from the proxy")), serve(says("alice"))
    for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(variable, f"http://{proxy.host}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("OPENAI_BASE_URL", proxy.url)
    assert opened(server, name, api_key=KEY).complete(TURNS).text == "alice"
    assert proxy.seen == []


@pytest.mark.parametrize("streamed", [False, True])
def test_key_is_in_no_log_repr_or_error(
    serve: Serve, opened: Opened, name: str, caplog: pytest.LogCaptureFixture, streamed: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    key = KEY.get_secret_value()
    good = says("alice")
    for behave in (good, fails(401, f"Incorrect API key provided: {key}"), fails(500, f"{key} is bad"), drops):
        server = serve(behave)
        model = opened(server, name, api_key=KEY)
        if behave is good:
            _asked(model, streamed)
        else:
            with pytest.raises(VedetteError) as raised:
                _asked(model, streamed)
            shown: BaseException | None = raised.value
            assert key not in f"{raised.value!r} {raised.value.next_step}"
            while shown is not None:
                assert key not in str(shown)
                shown = None if shown.__suppress_context__ else shown.__cause__ or shown.__context__
        assert key in server.seen[0].headers.get("authorization", server.seen[0].headers.get("api-key", ""))
        assert key not in repr(model)
    assert key not in repr(ModelOptions(api_key=KEY))
    assert key not in caplog.text
    assert "logged on first" not in "".join(r.getMessage() for r in caplog.records if r.name.startswith("vedette"))


def test_errors_of_an_endpoint_are_one_inert_line(serve: Serve, opened: Opened) -> None:
    server = serve(fails(400, "\x1b[31mred\nnew line\x00" + "x" * 5000))
    with pytest.raises(UserError) as raised:
        opened(server).complete(TURNS)
    assert raised.value.message.isprintable()
    assert len(raised.value.message) < 500


def test_fields_that_are_not_taken_are_left_out_from_then_on(serve: Serve, opened: Opened) -> None:
    server = serve(
        fails(400, "Unsupported parameter: 'max_tokens' is not supported with this model.", param="max_tokens"),
        fails(400, "Unsupported value: 'temperature' does not support 0.0", param="temperature"),
        says("alice"),
    )
    model = opened(server)
    assert model.complete(TURNS, Ask(max_tokens=11)).text == "alice"
    assert model.complete(TURNS, Ask(max_tokens=12)).text == "alice"
    assert len(server.seen) == 4
    for seen, n in ((server.seen[2], 11), (server.seen[3], 12)):
        assert seen.body["max_completion_tokens"] == n
        assert "temperature" not in seen.body
        assert "max_tokens" not in seen.body
    # one that goes on refusing is asked no more often than there are fields
    server = serve(fails(400, "max_tokens and max_completion_tokens are unknown"))
    with pytest.raises(UserError):
        opened(server).complete(TURNS)
    assert len(server.seen) <= 3


def test_endpoint_without_schemas_is_asked_in_words(serve: Serve, opened: Opened) -> None:
    server = serve(fails(400, "This response_format type is unavailable now"), says('{"tool": "hosts", "n": 1}'))
    assert structured(opened(server), TURNS, SCHEMA).value == {"tool": "hosts", "n": 1}
    assert "response_format" in server.seen[0].body
    assert "response_format" not in server.seen[1].body
    assert "JSON Schema" in server.seen[1].body["messages"][0]["content"]


def test_schema_in_strict_form_is_asked_for_strictly(serve: Serve, opened: Opened) -> None:
    server = serve(says('{"tool": "hosts", "n": 1}'))
    model = opened(server)
    structured(model, TURNS, SCHEMA)
    structured(model, TURNS, {**SCHEMA, "required": ["tool"]})
    first, second = (seen.body["response_format"]["json_schema"] for seen in server.seen)
    assert first["strict"] is True
    assert first["schema"] == SCHEMA
    assert "strict" not in second


def test_stream_with_a_schema_gives_what_follows_it(serve: Serve, opened: Opened, name: str) -> None:
    server = serve(says("no"), says('{"tool": "hosts", "n": 1}'))
    stream = opened(server, name, api_key=KEY).stream(TURNS, Ask(schema=SCHEMA))
    assert json.loads("".join(stream)) == {"tool": "hosts", "n": 1}
    assert stream.reply.usage.n_calls == 2


def test_azure_is_asked_where_azure_is(serve: Serve, opened: Opened) -> None:
    server = serve(says("alice"))
    opened(server, "azure:gpt 4/x", api_key=KEY).complete(TURNS)
    opened(server, "azure:gpt-4", api_key=KEY, api_version="2024-10-21").complete(TURNS)
    opened(server, "azure:gpt-4", api_key=KEY, base_url=f"{server.url.removesuffix('/v1')}/openai/v1/").complete(TURNS)
    assert [seen.path for seen in server.seen] == [
        "/openai/v1/chat/completions",
        "/openai/deployments/gpt-4/chat/completions?api-version=2024-10-21",
        "/openai/v1/chat/completions",
    ]
    assert all(seen.headers["api-key"] == KEY.get_secret_value() for seen in server.seen)
    assert all("authorization" not in seen.headers for seen in server.seen)


def test_cost_is_unknown_without_price_or_counts(serve: Serve, opened: Opened) -> None:
    server = serve(says("alice", usage=None))
    price = Price(prompt_usd=1, completion_usd=1)
    assert opened(server, price=price).complete(TURNS).usage.cost_usd is None
    # without a price, what runs on this machine costs nothing
    assert opened(server).complete(TURNS).usage.cost_usd == 0.0


def test_odd_counts_are_no_counts(serve: Serve, opened: Opened) -> None:
    for odd in ({"prompt_tokens": -1, "completion_tokens": "many"}, {"prompt_tokens": True}, 7, None):
        body = {**completion("alice", usage=None), "usage": odd}
        model = opened(serve(raw(json.dumps(body).encode())), price=Price(prompt_usd=1, completion_usd=1))
        try:
            usage = model.complete(TURNS).usage
        except OutsideError:
            continue
        assert (usage.n_prompt_tokens, usage.n_completion_tokens, usage.cost_usd) == (0, 0, None)


def test_text_that_utf8_cannot_carry_is_sent_all_the_same(serve: Serve, opened: Opened, name: str) -> None:
    server = serve(says("alice"))
    turns = [Message(role=Role.USER, content="a\ud800b\x00c")]
    assert opened(server, name, api_key=KEY).complete(turns).text == "alice"
    assert server.seen[0].body["messages"][0]["content"].startswith("a?b")


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("openai:gpt", {}, "VEDETTE_LLM_API_KEY"),
        ("openai:gpt", {"api_key": KEY}, "VEDETTE_LLM_ALLOWED_HOSTS=api.openai.com"),
        ("azure:gpt", {"api_key": KEY}, "VEDETTE_LLM_BASE_URL"),
        ("ollama:q", {}, "VEDETTE_LLM_ALLOWED_HOSTS=127.0.0.1:11434"),
        ("groq:x", {"api_key": KEY}, "pip install"),
        ("bedrock:x", {"api_key": KEY}, ""),
        ("deepseek:x", {}, "VEDETTE_LLM_API_KEY"),
        ("deepseek:x", {"api_key": KEY}, "VEDETTE_LLM_ALLOWED_HOSTS=api.deepseek.com"),
        ("deepseek:x", {"api_key": KEY, "base_url": "http://x"}, "unset VEDETTE_LLM_BASE_URL"),
        ("nosuch:x", {}, "VEDETTE_LLM_BASE_URL"),
        ("nonsense", {}, "write it as embedded"),
        ("openai:", {}, "write it as embedded"),
        ("embedded:", {}, "write it as embedded"),
        ("openai:m", {"base_url": "http://u:p@h/v1"}, "VEDETTE_LLM_API_KEY"),
        ("openai:m", {"base_url": "ftp://h/v1"}, ""),
        ("openai:m", {"base_url": "h:80"}, ""),
        ("openai:m", {"base_url": "http://h/v1?x=1"}, "question mark"),
        ("openai:m", {"base_url": "http://h:99999/v1"}, ""),
        ("openai:m", {"api_key": SecretStr("two\nlines"), "base_url": "http://h/v1"}, "VEDETTE_LLM_API_KEY"),
    ],
)
def test_what_cannot_be_opened_says_what_to_do(tmp_path: Any, name: str, options: dict[str, Any], told: str) -> None:
    with pytest.raises(UserError) as raised:
        open_model(name, home=tmp_path, options=ModelOptions(**options))
    assert told in (raised.value.next_step or "")
    assert KEY.get_secret_value() not in str(raised.value)


def _asked(model: LanguageModel, streamed: bool, ask: Ask | None = None) -> str:
    if streamed:
        return "".join(model.stream(TURNS, ask or Ask()))
    return model.complete(TURNS, ask or Ask()).text
