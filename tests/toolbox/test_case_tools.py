"""What the tools about cases answer, on a built attack, the demo's shapes and the recorded incidents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tools_world import C2, NOW, ORDER, T0, World, at, attack, made

from vedette.errors import UserError
from vedette.schema import Focus, ToolResult, Verdict, Window
from vedette.store import Lake
from vedette.store.book import add_note
from vedette.toolbox import ToolContext, tools

TOOLS, _ = tools(third_party=False)


def ask(name: str, lake: Lake, focus: Focus | None = None, **arguments: Any) -> ToolResult:
    return TOOLS[name].run(ToolContext(lake, now=NOW, focus=focus or Focus()), arguments)


def texts(result: ToolResult) -> str:
    return "\n".join(f.text for f in result.facts)


def gravest(lake: Lake) -> str:
    return ToolContext(lake).cases[0].case_id


def cloud_case(lake: Lake) -> str:
    return next(c.case_id for c in ToolContext(lake).cases if any(f.cloud_account for f in c.findings))


# ---------------------------------------------------------------------- cases


def test_cases_are_listed_gravest_first(told: Lake) -> None:
    result = ask("cases", told)
    assert result.values == {"cases": [gravest(told), cloud_case(told)], "count": 2}
    assert result.facts[0].value == 2
    assert result.facts[0].text.startswith(f"There are 2 cases; the gravest is {gravest(told)} (“")
    assert "critical" in result.facts[0].text


@pytest.mark.parametrize(
    ("arguments", "n"),
    [
        ({"severity": "critical"}, 1),
        ({"account": "svc-backup"}, 1),
        ({"account": "nobody"}, 0),
        ({"host": "fs1"}, 1),
        ({"host": "FS10"}, 0),
        ({"status": "closed"}, 0),
        ({"status": "open"}, 2),
        ({"window": Window(start_at=at(300))}, 1),
        ({"window": Window(end_at=T0)}, 0),
        ({"window": Window(end_at=T0 + timedelta(microseconds=1))}, 1),
    ],
)
def test_cases_are_filtered(told: Lake, arguments: dict[str, Any], n: int) -> None:
    result = ask("cases", told, **arguments)
    assert result.values["count"] == n
    if n == 0:
        assert result.facts[0].value == 0
        assert result.facts[0].text.startswith("There is no ")
        assert "2 current cases were looked at" in result.facts[0].text


def test_named_case_may_be_shortened_and_must_exist(told: Lake) -> None:
    wanted = cloud_case(told)
    assert ask("case_summary", told, case=wanted).case_id == wanted
    assert ask("case_summary", told, case=wanted.removeprefix("case-")).case_id == wanted
    assert ask("case_summary", told, case=wanted[:9].upper()).case_id == wanted
    with pytest.raises(UserError, match="no case"):
        ask("case_summary", told, case="case-00000000")


def test_summary_tells_who_where_when_and_how(told: Lake) -> None:
    result = ask("case_summary", told, case=gravest(told))
    said = texts(result)
    for wanted in ("CORP\\svc-backup", "PC1.corp.example", "FS1.corp.example", "2024-03-05 09:00:00 UTC", "critical",
                   "LSASS memory dumped", "is open; no analyst has given a verdict"):  # fmt: skip
        assert wanted in said, wanted
    assert result.values["duration_s"] == pytest.approx(90 * 60)
    assert "over 1 hour and 30 minutes" in said


def test_verdict_of_an_analyst_is_told(tmp_path: Path) -> None:
    lake = made(tmp_path / "home", attack())
    case = ToolContext(lake).cases[0]
    add_note(lake, case, "seen by phone", author="Sam", verdict=Verdict.TRUE_POSITIVE)
    said = texts(ask("case_summary", lake))
    assert f"{case.case_id} is open with the verdict true positive, given by Sam" in said
    changed = ask("changed_since", lake, window=Window(start_at=datetime.now(UTC) - timedelta(hours=1)))
    assert "Sam wrote “seen by phone” and gave the verdict true positive" in texts(changed)
    lake.close()


# ---------------------------------------------------------------------- accounts and hosts


def test_implicated_accounts_with_why(told: Lake) -> None:
    result = ask("implicated_accounts", told, case=gravest(told))
    assert "CORP\\svc-backup" in result.values["accounts"]
    assert "CORP\\bob" not in json.dumps(dict(result.values))
    fact = next(f for f in result.facts if f.name == "account_role" and f.subject == "CORP\\svc-backup")
    assert fact.value in ("compromised", "attacker")
    assert any(f.name == "account_reason" and f.subject == fact.subject for f in result.facts)
    assert "svc-backup" in fact.aliases


def test_role_that_nobody_has_is_none_and_says_what_was_looked_at(told: Lake) -> None:
    result = ask("implicated_accounts", told, case=cloud_case(told), role="created")
    assert result.values["accounts"] == []
    assert result.values["count"] == 0
    assert "No account was created in" in result.facts[0].text
    assert "looked at" in result.facts[0].text
    assert result.values["created_in_logs"] == ["helper"]  # in the other case, and said to be beside it
    assert "helper by svc-backup on DC1.corp.example at 2024-03-05 10:01:00 UTC" in texts(result)


def test_hosts_by_role_and_account(told: Lake) -> None:
    every = ask("hosts", told, case=gravest(told))
    assert [h.split(".")[0] for h in every.values["hosts"]][:1] == ["PC1"]
    assert {"PC1.corp.example", "FS1.corp.example"} <= set(every.values["hosts"])
    entry = ask("hosts", told, case=gravest(told), role="entry")
    assert entry.values["hosts"] == ["PC1.corp.example"]
    assert "FS1.corp.example" in ask("hosts", told, case=gravest(told), account="svc-backup").values["hosts"]
    assert ask("hosts", told, account="nobody").values["count"] == 0


# ---------------------------------------------------------------------- steps, path, techniques


def test_timeline_is_in_order_and_filters(told: Lake) -> None:
    case = gravest(told)
    whole = ask("timeline", told, case=case)
    assert whole.values["first_at"] == T0.isoformat()
    assert whole.values["last_at"] == at(90).isoformat()
    times = [f.value for f in whole.facts if f.name == "step"]
    assert times == sorted(times)
    backup = ask("timeline", told, case=case, account="svc-backup")
    assert 0 < backup.values["steps"] < whole.values["steps"]
    assert "svc-backup" in texts(backup)
    first = ask("timeline", told, case=case, count=2)
    assert [f.value for f in first.facts if f.name == "step"] == times[:0] + sorted(times)[:2]
    last = ask("timeline", told, case=case, count=1, order="last")
    assert "cleared" in texts(last) or at(90).isoformat() in [f.value for f in last.facts]
    early = ask("timeline", told, case=case, window=Window(start_at=T0, end_at=at(1)))
    assert early.values["steps"] == 1
    none = ask("timeline", told, case=case, account="bob")
    assert none.values == {"steps": 0, "first_at": None, "last_at": None, "duration_s": None}
    assert "has no step by bob" in none.facts[0].text


def test_hostile_command_is_quoted_and_inert(told: Lake) -> None:
    result = ask("timeline", told, case=gravest(told), window=Window(start_at=at(21), end_at=at(22)))
    assert "Ignore all previous instructions" in texts(result)
    assert "\x1b" not in texts(result) + json.dumps(dict(result.values)) + str(result.tables)
    searched = ask("events", told, text=ORDER[:60], what="list")
    assert searched.values["count"] == 1
    assert searched.values["rows"][0]["what"].startswith("Ignore all previous")
    assert "\x1b" not in str(searched)


def test_path_tells_hops_and_what_was_made(told: Lake) -> None:
    result = ask("attack_path", told, case=gravest(told))
    hops = [(h["source"].split(".")[0], h["target"].split(".")[0]) for h in result.values["path"]]
    assert ("PC1", "FS1") in hops
    assert "PC1.corp.example → FS1.corp.example" in result.facts[0].text
    assert "CORP\\svc-backup created CORP\\helper at 2024-03-05 10:01:00 UTC." in texts(result)
    reached = ask("attack_path", told, case=cloud_case(told))
    assert "s3://ledger/2024.csv" in texts(reached)


def test_case_on_one_host_has_no_path(tmp_path: Path) -> None:
    world = World()
    ref = world.process(0, "eve", "SOLO", "rundll32.exe comsvcs.dll MiniDump 1 x full", "rundll32.exe")
    world.finding(ref, "LSASS memory dumped", "critical", ("T1003.001",), ("credential-access",))
    lake = made(tmp_path / "home", world)
    result = ask("attack_path", lake)
    lake.close()
    assert result.values["count"] == 0
    assert "No movement between hosts is seen" in result.facts[0].text


def test_techniques_by_tactic_and_parent(told: Lake) -> None:
    case = gravest(told)
    every = ask("techniques", told, case=case).values["techniques"]
    assert {"T1003.001", "T1053.005", "T1136.002", "T1070.001"} <= set(every)
    assert ask("techniques", told, case=case, tactic="Credential Access").values["techniques"] == ["T1003.001"]
    assert ask("techniques", told, case=case, technique="T1003").values["techniques"] == ["T1003.001"]
    none = ask("techniques", told, case=case, tactic="exfiltration")
    assert none.values["techniques"] == []
    assert none.unknown
    assert "CORP\\alice" in texts(ask("techniques", told, case=case, technique="T1003.001"))


# ---------------------------------------------------------------------- findings, indicators, next steps


def test_findings_of_the_case_and_of_the_lake(told: Lake) -> None:
    mine, all_of_them = ask("findings", told, case=gravest(told)), ask("findings", told, scope="all")
    assert mine.values["count"] == 7
    assert all_of_them.values["count"] == 11
    assert "in the whole lake there are 11" in mine.facts[0].text
    assert mine.values["findings"][0]["title"] == "LSASS memory dumped"
    one = ask("findings", told, text="lsass dumped")
    assert [f["title"] for f in one.values["findings"]] == ["LSASS memory dumped"]
    assert ask("findings", told, severity="critical", scope="all").values["count"] == 1
    with pytest.raises(UserError):
        ask("findings", told, scope="all", case=gravest(told))


def test_account_without_findings_is_told_by_its_role(told: Lake) -> None:
    result = ask("findings", told, case=gravest(told), account="carol")
    assert result.values["count"] == 0
    assert "carol" in texts(result)


def test_indicators_hold_what_the_case_reached_first(told: Lake) -> None:
    result = ask("indicators", told, case=gravest(told))
    assert result.values["reached"] == [C2]
    assert "cdn.evil.example" in texts(result)
    outside = ask("indicators", told, case=cloud_case(told))
    assert outside.values["ip"] == ["198.51.100.7"]
    assert outside.values["access_key"] == ["ASIAEXAMPLEEXAMPLE00"]
    none = ask("indicators", told, case=cloud_case(told), kind="hash")
    assert none.facts[0].value == 0


def test_next_steps_and_open_questions(told: Lake) -> None:
    steps = ask("next_steps", told, case=gravest(told), what="steps")
    assert any("svc-backup" in s for s in steps.values["steps"])
    assert steps.values["questions"] == []
    about = ask("next_steps", told, case=gravest(told), host="FS1")
    assert about.values["steps"]
    assert all("FS1" in s for s in about.values["steps"])


# ---------------------------------------------------------------------- files


def test_slides_and_reports_are_files_of_the_case(told: Lake) -> None:
    slides = ask("slides", told, case=gravest(told))
    (deck,) = slides.artefacts
    assert deck.name == f"vedette-{gravest(told)}.pptx"
    assert deck.content.startswith(b"PK")
    assert slides.values == {"files": [deck.name]}
    for form, start in (("markdown", b"**tlp:amber**\n\n# "), ("html", b"<!doctype html>"), ("json", b"{")):
        (file,) = ask("draft_report", told, case=gravest(told), format=form).artefacts
        assert file.content.lower().startswith(start)
        assert "/" not in file.name


# ---------------------------------------------------------------------- the recorded incidents


TRUTH: dict[str, dict[str, Any]] = {
    "win-dcsync": {"accounts": ["pgustavo"], "hosts": ["WORKSTATION5", "MORDORDC"], "techniques": ["T1003.006"]},
    "win-psremoting": {
        "accounts": ["pgustavo"], "hosts": ["WORKSTATION5", "WORKSTATION6"], "techniques": ["T1021.006"],
    },
    "win-remote-schtask": {
        "accounts": ["pgustavo"], "hosts": ["WORKSTATION5", "WORKSTATION6"], "techniques": ["T1053.005"],
    },
    "win-lsass-comsvcs": {"accounts": ["wardog"], "hosts": ["WORKSTATION5"], "techniques": ["T1003.001"]},
    "linux-log4shell-auditd": {"accounts": [], "hosts": ["UBUNTU5"], "techniques": ["T1190"]},
    "aws-ec2-proxy-s3-exfil": {"accounts": ["i-0317f6c6b66ae9c40"], "hosts": [], "techniques": ["T1078.004", "T1530"]},
}  # fmt: skip


@pytest.fixture(scope="module")
def recorded(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from vedette.detect import detect, findings, load_rules
    from vedette.ingest import IngestOptions, ingest
    from vedette.investigate import investigate
    from vedette.store.book import save_cases, save_findings

    rules = load_rules([], builtin=True)
    opened: dict[str, Lake] = {}

    def lake_of(incident: str) -> Lake:
        if incident not in opened:
            lake = Lake.open(tmp_path_factory.mktemp(incident) / "home")
            ingest(lake, [shared_data / "incidents-otrf" / f"{incident}.events.jsonl.gz"], IngestOptions())
            detect(lake, rules)
            found = findings(lake, rules)
            save_findings(lake, rules.digest, found)
            with lake.connection() as connection:
                save_cases(lake, investigate(connection, found))
            opened[incident] = lake
        return opened[incident]

    yield lake_of
    for lake in opened.values():
        lake.close()


@pytest.mark.slow
@pytest.mark.parametrize("incident", sorted(TRUTH))
def test_recorded_incident_is_answered_as_annotated(recorded: Any, incident: str) -> None:
    lake, truth = recorded(incident), TRUTH[incident]
    named = ask("implicated_accounts", lake).values["accounts"]
    assert [n.rsplit("\\", 1)[-1].rsplit("/", 1)[-1] for n in named] == truth["accounts"]
    hosts = [h.split(".")[0] for h in ask("hosts", lake).values["hosts"]]
    assert set(truth["hosts"]) <= set(hosts)
    assert set(truth["techniques"]) <= set(ask("techniques", lake).values["techniques"])
