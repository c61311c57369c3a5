"""Doors: tokens, limits, spend, sessions, errors in each dialect's shape, health and metrics."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from benchmarks.guard.clients import clients_of, measured
from benchmarks.guard.planted import planted
from benchmarks.guard.upstream_double import Upstream as Double
from benchmarks.guard.upstream_double import serving
from gateway_support import Gate, gateway

from vedette.guard.base import Cost
from vedette.llm.options import Price
from vedette.schema import AccessRole, Usage
from vedette.schema.guarding import Around, Direction, GuardFinding, Passage, Scanned
from vedette.server.gateway.config import GatewayConfig, SpendLimit
from vedette.server.gateway.spending import MemorySpendBook, Spending, Spent
from vedette.server.refusals import RefusalError
from vedette.store.tokens import TokenBook

MAIL = "irma.vollmer@nordwind-logistik.de"
CHAT = {"model": "echo", "messages": [{"role": "user", "content": f"ask {MAIL}"}]}
MESSAGES = {**CHAT, "max_tokens": 50}


class Knowing:
    """Finds given values, wherever they stand."""

    name = "knowing"
    directions = frozenset({Direction.PROMPT, Direction.CONTEXT})
    cost = Cost.PATTERN
    entities = frozenset({"SECRET"})

    def __init__(self, values: list[str]) -> None:
        self._values = sorted({json.dumps(v)[1:-1] for v in values} | set(values), key=len, reverse=True)

    def warm(self) -> None:
        """Nothing."""

    def scan(self, passage: Passage, around: Around) -> Scanned:
        found: list[GuardFinding] = []
        for value in self._values:
            at = passage.text.find(value)
            while at >= 0:
                found.append(GuardFinding(entity="SECRET", start=at, end=at + len(value), score=1.0, scanner=self.name))
                at = passage.text.find(value, at + 1)
        return Scanned(findings=tuple(sorted(found, key=lambda one: (one.start, one.end))))


def post(gate: Gate, endpoint: str, value: Any, **headers: str) -> httpx.Response:
    with httpx.Client(timeout=30, trust_env=False) as client:
        names = {name.replace("_", "-"): one for name, one in headers.items()}
        return client.post(f"{gate.url}/{endpoint}", json=value, headers=names)


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    with gateway(tmp_path_factory.mktemp("gate") / "home") as opened:
        yield opened


def test_real_clients_see_what_they_would_see_and_the_upstream_sees_no_value(tmp_path: Path) -> None:
    """What scanners miss is theirs: here one knows all values, and the way must leak none of them."""
    n, seed = 54, 3
    values = [one.value for one in planted(n, seed)]
    straight = Double(piece_chars=5, recording=False)
    with (
        serving(straight) as beside,
        gateway(tmp_path / "home", scanners=[Knowing(values)], double=Double(piece_chars=5)) as gate,
    ):
        found = measured(gate.url, gate.double, beside, n, seed)
        assert gate.opened.parts.trail.verify().whole
    assert found["failed"] == []
    assert found["differ"] == []
    assert found["leaked"] == []
    assert len(found["kinds"]) == 6


def test_only_whom_the_gateway_knows_may_ask(tmp_path: Path) -> None:
    with gateway(tmp_path / "home") as gate:
        assert post(gate, "chat/completions", CHAT, authorization="Bearer anything").status_code == 200
        _, secret = TokenBook(gate.lake).issue("ana", AccessRole.VIEWER)
        refused = post(gate, "chat/completions", CHAT, authorization="Bearer anything")
        assert refused.status_code == 401
        assert refused.json()["error"]["code"] == "invalid_api_key"
        refused = post(gate, "messages", MESSAGES, x_api_key="anything")
        assert refused.status_code == 401
        assert refused.json()["type"] == "error"
        assert refused.json()["error"]["type"] == "authentication_error"
        gate.double.requests.clear()
        assert post(gate, "chat/completions", CHAT, authorization=f"Bearer {secret}").status_code == 200
        assert post(gate, "messages", MESSAGES, x_api_key=secret).status_code == 200
        assert all(secret not in one.everything.decode() for one in gate.double.requests)
        entry = gate.opened.parts.trail.entries(limit=1, newest_first=True)[0]
        assert (entry.actor, entry.action, entry.role) == ("ana", "reply.pass", "viewer")


def test_no_header_of_the_clients_goes_on(gate: Gate) -> None:
    gate.double.requests.clear()
    post(gate, "chat/completions", CHAT, cookie="a=b", x_note=MAIL, authorization="Bearer x", openai_organization="o")
    names = {name.decode() for name, _ in gate.double.requests[0].headers}
    known = {"host", "content-type", "accept", "user-agent", "accept-encoding", "content-length", "connection"}
    assert names <= known


def test_betas_pass_by_name_only(gate: Gate) -> None:
    refused = post(gate, "messages", MESSAGES, anthropic_beta="files-api-2025-04-14")
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "unknown_header"


@pytest.mark.parametrize(
    ("endpoint", "value", "status", "code"),
    [
        ("chat/completions", {**CHAT, "previous": 1}, 400, "unknown_field"),
        ("chat/completions", {**CHAT, "model": "no such model!"}, 400, "model_not_found"),
        ("messages", {**MESSAGES, "container": "c"}, 400, "upstream_state"),
        ("embeddings", {"model": "e", "input": [1, 2]}, 400, "tokens_refused"),
        ("images/generations", {"model": "e"}, 404, "not_found"),
    ],
)
def test_refusals_name_what_is_wrong(gate: Gate, endpoint: str, value: Any, status: int, code: str) -> None:
    answer = post(gate, endpoint, value)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert error["code"] == code
    assert error["message"]
    assert error["next_step"]


@pytest.mark.parametrize("path", ["chat/completions", "messages", "responses", "embeddings", "nothing"])
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"model": 1}', b'{"model": "echo", "x": 1}'])
def test_refusals_name_what_the_gateway_has(gate: Gate, path: str, body: bytes) -> None:
    with httpx.Client(trust_env=False) as client:
        for method in ("POST", "GET"):
            said = client.request(method, f"{gate.url}/{path}", content=body)
            assert said.status_code in (400, 404, 405)
            assert "openapi" not in said.text
            if "next_step" in said.text:
                assert said.json()["error"]["next_step"]


def test_a_body_that_is_too_large_is_refused(tmp_path: Path) -> None:
    def changed(config: GatewayConfig) -> GatewayConfig:
        return replace(config, max_request_bytes=2000)

    with gateway(tmp_path / "home", changed=changed) as gate:
        assert post(gate, "chat/completions", {**CHAT, "user": "x" * 3000}).status_code == 413
        assert gate.double.requests == []


def test_a_named_session_keeps_its_pseudonyms_and_is_its_clients_own(tmp_path: Path) -> None:
    with gateway(tmp_path / "home") as gate:
        secrets = [TokenBook(gate.lake).issue(name, AccessRole.VIEWER)[1] for name in ("ana", "ben")]

        def sent(secret: str, text: str) -> tuple[str, str]:
            value = {"model": "echo", "messages": [{"role": "user", "content": text}]}
            headers = {"authorization": f"Bearer {secret}", "x_vedette_session": "shared-name-1"}
            answer = post(gate, "chat/completions", value, **headers)
            return gate.double.requests[-1].json["messages"][0]["content"], answer.json()["choices"][0]["message"][
                "content"
            ]

        first, _ = sent(secrets[0], f"ask {MAIL}")
        again, _ = sent(secrets[0], f"and tell {MAIL}")
        pseudonym = first.removeprefix("ask ")
        assert again == f"and tell {pseudonym}"
        other, _ = sent(secrets[1], f"ask {MAIL}")
        assert pseudonym not in other
        # a pseudonym of somebody else's session stays what it is
        _, answer = sent(secrets[1], f"what is {pseudonym}?")
        assert MAIL not in answer
        # and so it does without a session, where it was not given out
        value = {"model": "echo", "messages": [{"role": "user", "content": f"what is {pseudonym}?"}]}
        answer = post(gate, "chat/completions", value, authorization=f"Bearer {secrets[0]}").text
        assert MAIL not in answer


def test_turns_of_a_conversation_look_alike_without_a_session(gate: Gate) -> None:
    gate.double.requests.clear()
    history = [{"role": "user", "content": f"ask {MAIL}"}]
    post(gate, "chat/completions", {"model": "echo", "messages": history})
    history += [{"role": "assistant", "content": f"I asked {MAIL}"}, {"role": "user", "content": "thanks"}]
    post(gate, "chat/completions", {"model": "echo", "messages": history})
    first, second = (one.json["messages"] for one in gate.double.requests)
    assert second[0] == first[0]
    assert second[1]["content"] == first[0]["content"].replace("ask", "I asked")
    # another conversation has others
    post(gate, "chat/completions", {"model": "echo", "messages": [{"role": "user", "content": f"hello {MAIL}"}]})
    assert first[0]["content"].split()[-1] not in gate.double.requests[-1].body.decode()


def test_thoughts_come_back_sealed_and_only_those(gate: Gate) -> None:
    _, anthropic = clients_of(gate.url)
    asked = {"model": "think", "max_tokens": 100, "messages": [{"role": "user", "content": f"ask {MAIL}"}]}
    first = anthropic.messages.create(**asked)
    history = [
        *asked["messages"],
        {"role": "assistant", "content": first.content},
        {"role": "user", "content": "go on"},
    ]
    gate.double.requests.clear()
    anthropic.messages.create(**{**asked, "messages": history})
    sent = gate.double.requests[0].json["messages"][1]["content"][0]
    assert ".vdt." not in sent["signature"]
    assert MAIL not in sent["thinking"]
    first.content[0].signature = "made-up"
    with pytest.raises(Exception, match="not handed out by this gateway"):
        anthropic.messages.create(**{**asked, "messages": history})


def test_models_are_listed_in_each_dialect(tmp_path: Path) -> None:
    with gateway(tmp_path / "home", upstream={"models": ("echo", "gpt-*")}) as gate:
        openai, anthropic = clients_of(gate.url)
        assert [one.id for one in openai.models.list()] == ["echo"]
        assert [one.id for one in anthropic.models.list()] == ["echo"]
        assert openai.models.retrieve("gpt-5").id == "gpt-5"
        assert post(gate, "chat/completions", {**CHAT, "model": "other"}).status_code == 404


def test_health_readiness_and_metrics(gate: Gate) -> None:
    post(gate, "chat/completions", CHAT)
    with httpx.Client(trust_env=False) as client:
        assert client.get(f"{gate.base}/healthz").json()["status"] == "ok"
        assert client.get(f"{gate.base}/readyz").json() == {"status": "ready"}
        text = client.get(f"{gate.base}/metrics").text
    assert 'vedette_guard_requests_total{endpoint="chat/completions",status="200",upstream="openai"}' in text
    assert 'entity="EMAIL_ADDRESS"' in text
    assert MAIL not in text


def test_a_gateway_whose_vault_is_gone_is_not_ready(tmp_path: Path) -> None:
    from sqlalchemy import text

    with gateway(tmp_path / "home") as gate:
        with gate.lake.state.begin() as connection:
            connection.execute(text("DROP TABLE guard_keys"))
        with httpx.Client(trust_env=False) as client:
            answer = client.get(f"{gate.base}/readyz")
        assert answer.status_code == 503


def test_what_a_client_may_use_is_limited(tmp_path: Path) -> None:
    def changed(config: GatewayConfig) -> GatewayConfig:
        return replace(config, spend=SpendLimit(tokens_per_day=60))

    with gateway(tmp_path / "home", changed=changed) as gate:
        codes = [post(gate, "chat/completions", {**CHAT, "max_tokens": 5}).status_code for _ in range(5)]
        assert codes[0] == 200
        assert codes[-1] == 429
        refused = post(gate, "messages", MESSAGES)
        assert refused.status_code == 429
        assert refused.json()["error"]["type"] == "rate_limit_error"
        assert refused.json()["error"]["code"] == "spend_limit"
        assert int(refused.headers["retry-after"]) > 0


def test_a_reply_that_is_asked_for_is_set_aside() -> None:
    now = [datetime(2026, 3, 31, 12, tzinfo=UTC)]
    spending = Spending(MemorySpendBook(), clock=lambda: now[0])
    limit = SpendLimit(tokens_per_day=1000, usd_per_month=0.01)
    price = Price(prompt_usd=1.0, completion_usd=2.0)
    one = spending.reserve("ana", limit, price, n_chars=400, n_most_tokens=500)
    with pytest.raises(RefusalError) as caught:
        spending.reserve("ana", limit, price, n_chars=400, n_most_tokens=500)
    assert caught.value.status == 429
    spending.reserve("ben", limit, price, n_chars=400, n_most_tokens=500)
    spent = spending.settle(one, Usage(n_prompt_tokens=100, n_completion_tokens=300))
    assert spent == Spent(n_tokens=400, usd=pytest.approx(0.0007))
    assert spending.settle(one, None) == Spent()
    spending.reserve("ana", limit, price, n_chars=400, n_most_tokens=490)
    now[0] = datetime(2026, 4, 1, tzinfo=UTC)
    with pytest.raises(RefusalError):
        spending.reserve("ana", limit, None, n_chars=1, n_most_tokens=1)  # nobody knows what it costs
    assert MemorySpendBook().since("ana", date(2026, 4, 1)) == Spent()
