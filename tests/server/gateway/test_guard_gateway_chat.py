"""Chat completions through the gateway: what clients see, and what the upstream does not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gateway_support import Gate, gateway

openai = pytest.importorskip("openai")

KEY = "AKIA" + "QX7RT2LM6PWZ4KDB"
MAIL = "irma.vollmer@nordwind-logistik.de"
SAID = f"Write to {MAIL} that the key {KEY} has leaked from 10.20.30.41."


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    with gateway(tmp_path_factory.mktemp("gate") / "home") as opened:
        yield opened


def clients(gate: Gate) -> tuple[openai.OpenAI, openai.OpenAI]:
    """A client through the gateway, and one without it."""
    return tuple(openai.OpenAI(base_url=one, api_key="any", max_retries=0) for one in (gate.url, gate.direct))


def test_a_reply_is_what_it_would_have_been_and_nothing_reaches_the_upstream(gate: Gate) -> None:
    through, direct = clients(gate)
    asked = {"model": "echo", "messages": [{"role": "user", "content": SAID}]}
    expected = direct.chat.completions.create(**asked)
    gate.double.requests.clear()
    got = through.chat.completions.create(**asked)
    assert got.choices == expected.choices
    sent = gate.double.requests[0].everything.decode()
    assert KEY not in sent
    assert MAIL not in sent
    assert "10.20.30.41" not in sent


def test_a_stream_is_what_it_would_have_been(gate: Gate) -> None:
    through, direct = clients(gate)
    asked = {"model": "echo", "messages": [{"role": "user", "content": SAID}], "stream": True}

    def text(client: openai.OpenAI) -> str:
        return "".join(chunk.choices[0].delta.content or "" for chunk in client.chat.completions.create(**asked))

    assert text(through) == text(direct)
    assert KEY not in gate.double.requests[-2].everything.decode()


def test_a_client_that_leaves_before_its_stream_begins_leaves_nothing_open(gate: Gate) -> None:
    """The application is called as a server calls it, and cannot send its first line."""
    import asyncio
    import json

    body = json.dumps({"model": "echo", "stream": True, "messages": [{"role": "user", "content": SAID}]}).encode()
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/chat/completions",
        "raw_path": b"",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")],
        "client": ("127.0.0.1", 5),
        "server": ("127.0.0.1", 5),
        "scheme": "http",
    }

    async def main() -> None:
        from vedette.server.access import Access
        from vedette.server.limits import Limits

        app = gate.opened.app(access=Access(), limits=Limits())

        given = False

        async def receive() -> dict[str, object]:
            nonlocal given
            if given:
                await asyncio.Event().wait()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, object]) -> None:
            raise OSError("gone")

        async with app.router.lifespan_context(app):
            with pytest.raises(OSError, match="gone"):
                await app({**scope, "app": app}, receive, send)
            assert app.state.desk.parts.spending._open == {}

    close = gate.opened.parts.close
    object.__setattr__(gate.opened.parts, "close", lambda: None)
    try:
        asyncio.run(main())
    finally:
        object.__setattr__(gate.opened.parts, "close", close)
    assert gate.opened.parts.trail.entries(limit=1, newest_first=True)[0].reason == "client_left"
