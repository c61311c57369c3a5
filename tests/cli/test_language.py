"""From settings to a language model, as a user sets them."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_support import call

sys.path.append(str(Path(__file__).parents[1] / "llm"))

from llm_support import TURNS, FakeServer, says

from vedette.cli.doctor import _language
from vedette.cli.frame import Frame
from vedette.cli.language import auditing, language_model, model_options
from vedette.errors import UserError
from vedette.settings import Settings
from vedette.store import Lake, audit


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of who runs the tests."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"VEDETTE_{name.upper()}", raising=False)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with contextlib.closing(FakeServer(says("alice"))) as started:
        started.close = started.stop  # type: ignore[attr-defined]
        yield started


def test_endpoint_that_settings_name_is_asked_and_audited(
    lake: Lake, tmp_path: Path, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VEDETTE_MODEL", "vllm:m")
    monkeypatch.setenv("VEDETTE_LLM_BASE_URL", server.url)
    monkeypatch.setenv("VEDETTE_LLM_API_KEY", "sk-secret")
    monkeypatch.setenv("VEDETTE_LLM_PRICE_PROMPT", "1000000")
    monkeypatch.setenv("VEDETTE_LLM_PRICE_COMPLETION", "0")
    frame = Frame(home=tmp_path / "home")
    assert "sk-secret" not in repr(frame.settings)
    with language_model(frame, lake, actor="jo") as model:
        assert model is not None
        reply = model.complete(TURNS)
    assert (reply.text, reply.model, reply.usage.cost_usd) == ("alice", "vllm:m", 7.0)
    assert server.seen[0].headers["authorization"] == "Bearer sk-secret"
    rows = audit.entries(lake)
    assert [(r.actor, r.action, r.target) for r in rows] == [("jo", "egress.allowed", server.host)]
    assert rows[0].detail["path"] == "/v1/chat/completions"
    assert "sk-secret" not in repr(rows)
    assert "logged on" not in repr(rows)


def test_host_elsewhere_must_be_listed_and_can_be_audited(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEDETTE_MODEL", "openai:gpt")
    monkeypatch.setenv("VEDETTE_LLM_API_KEY", "sk-secret")
    frame = Frame(home=lake.home)
    with pytest.raises(UserError, match=r"api\.openai\.com") as raised, language_model(frame, lake):
        pass
    assert "VEDETTE_LLM_ALLOWED_HOSTS=api.openai.com" in (raised.value.next_step or "")
    monkeypatch.setenv("VEDETTE_LLM_ALLOWED_HOSTS", " api.openai.com, gpu-box:8000 ,")
    with language_model(Frame(home=lake.home), lake) as model:
        assert model is not None
        assert not model.local
        assert "sk-secret" not in repr(model)
    # without an audit, only this machine may be asked
    assert not hasattr(model_options(Settings()).egress, "hosts")
    assert model_options(Settings(), audit=auditing(lake, "jo")).egress.hosts == (
        ("api.openai.com", None),
        ("gpu-box", 8000),
    )
    assert audit.entries(lake) == ()


def test_option_wins_over_the_setting(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEDETTE_MODEL", "openai:gpt")
    with language_model(Frame(home=lake.home), lake, "none") as model:
        assert model is None
    with language_model(Frame(home=lake.home), lake, "ollama:q") as model:
        assert model is not None
        assert model.name == "ollama:q"
    with pytest.raises(UserError), language_model(Frame(home=lake.home), lake, "nonsense"):
        pass


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LLM_TIMEOUT_S", "0"),
        ("LLM_POOL_SIZE", "0"),
        ("LLM_RETRIES", "-1"),
        ("LLM_PRICE_PROMPT", "-1"),
        ("LLM_CONTEXT", "3"),
        ("LLM_THREADS", "many"),
    ],
)
def test_settings_that_make_no_sense_are_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"VEDETTE_{name}", value)
    with pytest.raises(UserError, match=f"VEDETTE_{name}"):
        _ = Frame().settings


def test_one_price_alone_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEDETTE_LLM_PRICE_PROMPT", "2")
    with pytest.raises(UserError) as raised:
        model_options(Settings())
    assert "both" in (raised.value.next_step or "")


def test_doctor_says_what_would_answer_and_asks_nobody(
    tmp_path: Path, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> str:
        return _language(Frame(home=tmp_path))

    assert "without a model" in told()
    assert "vedette models pull smollm2-135m-instruct" in told()
    monkeypatch.setenv("VEDETTE_MODEL", "openai:m")
    monkeypatch.setenv("VEDETTE_LLM_BASE_URL", server.url)
    monkeypatch.setenv("VEDETTE_LLM_API_KEY", "sk-secret")
    assert told().startswith("openai:m words answers, on this machine, with a key")
    monkeypatch.setenv("VEDETTE_LLM_BASE_URL", "https://models.example/v1")
    done = call("--home", tmp_path, "doctor", "--json")
    assert done.code == 3
    bad = [c for c in done.json["checks"] if not c["ok"]]
    assert [c["name"] for c in bad] == ["language"]
    assert "VEDETTE_LLM_ALLOWED_HOSTS=models.example" in bad[0]["detail"]
    monkeypatch.setenv("VEDETTE_LLM_ALLOWED_HOSTS", "models.example")
    assert "elsewhere" in told()
    assert "sk-secret" not in told() + done.out
    assert server.seen == []
