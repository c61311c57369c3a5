"""What a gateway is told: read strictly, errors with their line; and the threads that judge."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import pytest

from vedette.errors import OutsideError, UserError
from vedette.guard.wire import Dialect
from vedette.server.gateway import Hold, read_config
from vedette.server.gateway.pool import Pool
from vedette.server.work import TooSlowError

WHOLE = """
upstreams:
  - name: openai
    base_url: https://api.openai.com/v1/
    dialect: openai
    key_env: OPENAI_API_KEY
    models: ["gpt-*"]
    route: outside
    prices: {"gpt-5*": {prompt_usd: 1, completion_usd: 8}}
    headers: {OpenAI-Project: p}
    betas: [a]
    fields: [top_k]
    timeout_s: 30
    stream_usage: false
  - {name: own, base_url: "http://[::1]:8000/v1", dialect: openai}
  - {name: anthropic, base_url: "https://api.anthropic.com/v1", dialect: anthropic, key_file: /run/key}
hold: sentence
audio: true
scan_timeout_s: 3
n_judging: 3
canaries: [zebra]
scanners: [secrets]
spend:
  each: {tokens_per_day: 10, usd_per_month: 2.5}
  clients: {ana: {tokens_per_month: 7}}
"""


def test_everything_is_read() -> None:
    said = read_config(WHOLE)
    first = said.upstreams[0]
    assert first.base_url == "https://api.openai.com/v1"
    assert first.price("gpt-5-mini") is not None
    assert first.price("gpt-4") is None
    assert said.upstream(Dialect.OPENAI, "gpt-5") is first
    assert said.upstream(Dialect.OPENAI, "llama") is said.upstreams[1]
    assert said.upstream(Dialect.ANTHROPIC, "claude") is said.upstreams[2]
    assert said.hold is Hold.SENTENCE
    assert said.limit("ana").tokens_per_month == 7
    assert said.limit("ben").usd_per_month == 2.5
    assert "SecretStr" not in repr(said)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("", None, "mapping"),
        ("hold: word\n", None, "no upstream"),
        ("upstreams:\n- name: a\n  dialect: openai\n", 2, "base_url"),
        ("upstreams:\n- {name: A B, base_url: 'https://a/v1', dialect: openai}\n", 2, "name"),
        ("upstreams:\n- name: a\n  base_url: ftp://a/v1\n  dialect: openai\n", 3, "https://"),
        ("upstreams:\n- name: a\n  base_url: https://u:p@a/v1\n  dialect: openai\n", 3, "password"),
        ("upstreams:\n- name: a\n  base_url: https://a/v1\n  dialect: klingon\n", 4, "one of"),
        ("upstreams:\n- name: a\n  base_url: https://a/v1\n  dialect: openai\n  api_key: x\n", 5, "api_key"),
        ("upstreams:\n- name: a\n  base_url: https://a/v1\n  dialect: openai\n  headers: {Cookie: x}\n", 5, "header"),
        ("upstreams:\n- &a {name: a, base_url: 'https://a/v1', dialect: openai}\n- *a\n", 3, "aliases"),
        ("hold: word\nhold: reply\n", 2, "twice"),
        ("hold: maybe\n", 1, "one of"),
        ("n_judging: 0\n", 1, "whole number"),
        ("spend: {each: {euros: 3}}\n", 1, "limit"),
        ("surprise: 1\n", 1, "surprise"),
        ("upstreams: [", 1, "YAML"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, line: int | None, what: str) -> None:
    with pytest.raises(UserError, match=what) as caught:
        read_config(text, name="g.yaml")
    assert caught.value.location is not None
    if line is not None:
        assert caught.value.location == f"g.yaml:{line}"


def test_two_upstreams_of_one_name_are_refused() -> None:
    one = "- {name: a, base_url: 'https://a/v1', dialect: openai}\n"
    with pytest.raises(UserError, match="two upstreams"):
        read_config(f"upstreams:\n{one}{one}")


def test_a_pool_gives_back_what_calls_return_and_raise() -> None:
    async def main() -> None:
        pool = Pool(2, name="t", at_once=3)
        found = await asyncio.gather(*(pool.run("a", lambda n=n: n * n, timeout_s=60) for n in range(50)))
        assert found == [n * n for n in range(50)]
        with pytest.raises(KeyError):
            await pool.run("a", lambda: {}["x"], timeout_s=60)
        pool.close()
        with pytest.raises(OutsideError):
            await pool.run("a", lambda: 1, timeout_s=60)

    asyncio.run(main())


def test_a_call_that_hangs_is_given_up_and_others_go_on() -> None:
    async def main() -> None:
        pool = Pool(1, name="t")
        release = threading.Event()
        with pytest.raises(TooSlowError):
            await pool.run("a", lambda: release.wait(60), timeout_s=0.05)
        assert await pool.run("b", lambda: "on", timeout_s=60) == "on"
        release.set()
        pool.close()

    asyncio.run(main())


def test_owners_are_served_by_turns() -> None:
    async def main() -> None:
        pool = Pool(1, name="t")
        order: list[str] = []
        begin = threading.Event()
        calls = [asyncio.ensure_future(pool.run("first", lambda: begin.wait(60), timeout_s=60))]
        await asyncio.sleep(0.05)
        for owner in ["greedy"] * 5 + ["modest"]:
            calls.append(asyncio.ensure_future(pool.run(owner, lambda owner=owner: order.append(owner), timeout_s=60)))
        await asyncio.sleep(0.05)
        begin.set()
        await asyncio.gather(*calls)
        assert order.index("modest") <= 1
        pool.close()

    asyncio.run(main())


def test_whoever_stops_waiting_leaves_the_pool_whole() -> None:
    async def main() -> None:
        pool = Pool(1, name="t")
        waiting = asyncio.ensure_future(pool.run("a", lambda: time.sleep(0.1), timeout_s=60))
        await asyncio.sleep(0.02)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert await pool.run("a", lambda: 1, timeout_s=60) == 1
        pool.close()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "no upstream is named"),
        (["--upstream", "OpenAI"], "NAME="),
        (["--upstream", "a=ftp://x"], "https://"),
        (["--upstream", "a=http://127.0.0.1:1/v1", "--key-env", "b=X"], "no upstream"),
        (["--upstream", "a=http://127.0.0.1:1/v1", "--key-env", "a=VEDETTE_TEST_NO_KEY"], "VEDETTE_TEST_NO_KEY"),
        (["--config", "/nonexistent/g.yaml"], "cannot be read"),
        (["--upstream", "a=http://127.0.0.1:1/v1", "--tls-cert", "x.pem"], "certificate and its key"),
    ],
)
def test_the_command_says_what_it_needs(tmp_path: Path, arguments: list[str], said: str) -> None:
    from typer.testing import CliRunner

    from vedette.cli.main import app

    result = CliRunner().invoke(app, ["--home", str(tmp_path / "home"), "guard", "serve", *arguments])
    assert isinstance(result.exception, UserError)
    assert said in result.exception.message
