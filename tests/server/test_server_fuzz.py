"""The HTTP door under nonsense: whatever comes, it is answered, in one shape, and never by a bug."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from server_support import Running, running

from report.sample import sample_case
from vedette.copilot.engine import Copilot
from vedette.server import Limits, Parts
from vedette.server.grounded import ToolRunner
from vedette.store import Lake
from vedette.store.book import save_cases, whoami
from vedette.store.sessions import SessionBook
from vedette.toolbox import tools

SETTINGS = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
WORDS = st.sampled_from(
    ["", "\x00", "\ud800", "\u202e", "x" * 5000, "vedette", "who was first?", "../../etc/passwd", "' OR 1=1 --", "null",
     "-1", "9" * 400, "1e999", "case-0badcafe", "session-00", "2026-13-45", "\U000e0041", "{{7*7}}", "\r\nX: y", "%00"]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | WORDS, inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with the real copilot and every tool, a case and a session."""
    lake = Lake.open(tmp_path_factory.mktemp("fuzz") / "home")
    save_cases(lake, [sample_case()])
    found, broken = tools()
    assert broken == ()
    parts = Parts(lake=lake, answerer=Copilot(lake), tools=found, run_tool=ToolRunner(lake, found))
    limits = Limits(requests_per_minute=10**6, questions_per_minute=10**6, shutdown_grace_s=1.0)
    with running(parts, limits=limits) as started:
        yield started
    lake.close()


@pytest.fixture(scope="module")
def http(server: Running) -> Iterator[httpx.Client]:
    with httpx.Client(verify=False, base_url=server.url, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def routes(http: httpx.Client) -> list[tuple[str, str, dict[str, Any]]]:
    """(method, path, fields of the body) of every route, as the description says."""
    described = http.get("/openapi.json").json()
    found = []
    for path, methods in described["paths"].items():
        for method, route in methods.items():
            content = route.get("requestBody", {}).get("content", {}).get("application/json", {})
            name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
            fields = described["components"]["schemas"].get(name, {}).get("properties", {})
            found.append((method.upper(), path, fields))
    return found


def told(answer: httpx.Response, *more: Any) -> None:
    """Check that an answer is one, and an error in the one shape."""
    assert answer.status_code < 500, (answer.request.url, answer.text[:500], more)
    if answer.status_code >= 400:
        error = answer.json()["error"]
        assert set(error) == {"message", "type", "param", "code", "next_step", "location"}
        assert error["next_step"] or answer.status_code in (401, 501)
        assert error["message"]
        assert error["type"]


@SETTINGS
@given(st.data())
def test_described_routes_with_any_values(
    http: httpx.Client, routes: list[tuple[str, str, dict[str, Any]]], server: Running, data: st.DataObject
) -> None:
    method, path, fields = data.draw(st.sampled_from(routes))
    session = SessionBook(server.desk.parts.lake).start("x", whoami()).session_id
    names = {
        "session_id": session, "case_id": sample_case().case_id, "turn": "1", "name": "timeline", "model": "vedette",
        "event_id": "ev", "share_id": "share-00", "token": "vds_" + "x" * 43, "token_id": "token-00",
    }  # fmt: skip
    for name, good in names.items():
        value = data.draw(st.just(good) | WORDS | st.text(max_size=20), label=name) if f"{{{name}}}" in path else ""
        path = path.replace(f"{{{name}}}", quote(value, safe="", errors="replace") or "x")
    body: Any = {name: data.draw(VALUES, label=name) for name in fields if data.draw(st.booleans())}
    body.pop("stream", None)
    if data.draw(st.integers(0, 9)) == 0:
        body = data.draw(VALUES)
    query = data.draw(
        st.dictionaries(st.sampled_from(["limit", "format", "status", "after", "past"]), WORDS, max_size=2)
    )
    told(
        http.request(
            method,
            path,
            content=json.dumps(body).encode() if fields else None,
            headers={"Content-Type": "application/json"},
            params={name: _sendable(value) for name, value in query.items()},
        ),
        body,
    )


def _sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


@SETTINGS
@given(
    st.lists(
        st.fixed_dictionaries(
            {"role": st.sampled_from(["system", "user", "assistant", "tool", "x"])},
            optional={"content": VALUES | st.text(max_size=60), "name": VALUES, "tool_calls": VALUES},
        ),
        max_size=5,
    ),
    st.dictionaries(
        st.sampled_from(["model", "n", "tools", "temperature", "stop", "response_format", "store", "logprobs", "user",
                         "vedette_session", "vedette_case", "stream_options", "max_tokens"]),
        VALUES, max_size=3,
    ),
    st.booleans(),
)  # fmt: skip
@example([{"role": "user", "content": "\ud800 who?"}], {}, False)
@example([{"role": "user", "content": "which accounts are implicated?"}], {"vedette_case": "case-ffffffff"}, True)
@example([{"role": "user", "content": [{"type": "text", "text": None}]}], {}, True)
def test_chat_with_any_messages(http: httpx.Client, messages: Any, more: dict[str, Any], stream: bool) -> None:
    content = json.dumps({"messages": messages, "stream": stream} | more).encode()
    answer = http.post("/v1/chat/completions", content=content, headers={"Content-Type": "application/json"})
    told(answer, messages, more)
    if stream and answer.status_code == 200:
        assert answer.text.endswith("data: [DONE]\n\n")


@SETTINGS
@given(st.binary(max_size=200), st.sampled_from(["/api/ask", "/v1/chat/completions", "/mcp", "/api/sessions"]))
@example(b'{"question": NaN}', "/api/ask")
@example(b"\xff\xfe{\x00", "/api/ask")
@example(b"[" * 200_000, "/v1/chat/completions")
@example(b'{"a":' * 50_000, "/mcp")
def test_any_bytes_as_a_body(http: httpx.Client, content: bytes, path: str) -> None:
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    answer = http.post(path, content=content, headers=headers)
    assert answer.status_code < 500


@SETTINGS
@given(
    st.text(st.characters(codec="latin-1"), max_size=80),
    st.sampled_from(
        [
            "authorization",
            "host",
            "origin",
            "x-vedette-session",
            "mcp-protocol-version",
            "content-type",
            "x-forwarded-for",
        ]
    ),
)
def test_any_header(server: Running, value: str, name: str) -> None:
    """Over a bare socket: a client library would not send such things."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        lines = [b"POST /api/ask HTTP/1.1", name.encode() + b": " + value.encode("latin-1")]
        lines += [b"Host: localhost"] if name != "host" else []
        lines += [b"Connection: close", b"Content-Length: 2", b"", b"{}"]
        connection.sendall(b"\r\n".join(lines))
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    assert answer == b"" or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 2")), answer[:200]
