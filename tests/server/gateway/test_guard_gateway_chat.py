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
