"""What the tools about events, entities, times and data answer."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tools_world import C2, NOW, T0, World, at, made

from vedette.errors import UserError
from vedette.schema import Focus, ToolResult, Window
from vedette.store import Lake
from vedette.store.query import run_query
from vedette.toolbox import ToolContext, tools

TOOLS, _ = tools(third_party=False)


def ask(name: str, lake: Lake, **arguments: Any) -> ToolResult:
    return TOOLS[name].run(ToolContext(lake, now=NOW, focus=Focus()), arguments)


def texts(result: ToolResult) -> str:
    return "\n".join(f.text for f in result.facts)


# ---------------------------------------------------------------------- events


@pytest.mark.parametrize(
    ("arguments", "n"),
    [
        ({"activity": "failed_logon"}, 4),
        ({"activity": "failed_logon", "account": "carol"}, 4),
        ({"activity": "failed_logon", "account": "CORP\\carol"}, 4),
        ({"activity": "failed_logon", "account": "OTHER\\carol"}, 0),
        ({"activity": "failed_logon", "account": "caro"}, 0),
        ({"activity": "logon", "outcome": "failure"}, 4),
        ({"activity": "logon", "host": "FS1"}, 9),
        ({"activity": "logon", "host": "FS1", "outcome": "success"}, 5),
        ({"activity": "logon", "host": "FS"}, 0),
        ({"activity": "logon", "source": "10.0.0.1", "host": "FS1", "account": "svc-backup"}, 1),
        ({"activity": "process", "process": "rundll32.exe"}, 1),
        ({"activity": "process", "process": "rundll32"}, 1),
        ({"activity": "process", "process": "RUNDLL32.EXE"}, 1),
        ({"activity": "process", "process": "undll32.exe"}, 0),
        ({"command": "comsvcs*MiniDump"}, 1),
        ({"command": "comsvcs_MiniDump"}, 0),
        ({"command": "com%ump"}, 0),
        ({"text": "DROP TABLE"}, 1),
        ({"text": "'; DROP"}, 1),
        ({"operation": "getobject"}, 2),
        ({"operation": "Get"}, 0),
        ({"code": "1102"}, 1),
        ({"port": 443}, 3),
        ({"address": C2}, 3),
        ({"destination": C2}, 3),
        ({"destination": "cdn.evil.example", "activity": "network"}, 3),
        ({"activity": "dns", "host": "cdn.evil.example"}, 1),
        ({"activity": "dns", "host": "cdn.other.example"}, 0),
        ({"technique": "T1003.001"}, 1),
        ({"technique": "T1003"}, 1),
        ({"technique": "T1496"}, 0),
        ({"finding": "event log cleared"}, 1),
        ({"finding": "nothing of the sort"}, 0),
        ({"window": Window(start_at=T0, end_at=at(1))}, 2),
        ({"window": Window(start_at=T0, end_at=T0 + timedelta(microseconds=1))}, 1),
        ({"activity": "account_created", "account": "helper"}, 1),
        ({"activity": "account_created", "account": "svc-backup"}, 1),
        ({"activity": "group_change", "account": "helper"}, 1),
        ({"activity": "logon", "logon_type": "interactive"}, 5),
    ],
)
def test_events_are_counted(told: Lake, arguments: dict[str, Any], n: int) -> None:
    result = ask("events", told, **arguments)
    assert result.values["count"] == n
    if n:
        assert result.facts[0].value == n
        assert len(result.values["rows"]) == n
    assert result.query is not None
    if {"account", "text", "command", "window"} & set(arguments):
        rows = run_query(told, result.query).rows
        assert sum(r[1] for r in rows) == n, "the statement that is shown gives what is said"


def test_several_records_of_one_making_count_once(told: Lake) -> None:
    result = ask("events", told, activity="task_created")
    assert result.values["count"] == 1
    assert result.values["records"] == 2
    assert "told by 2 records" in result.facts[0].text


def test_list_top_and_distinct(told: Lake) -> None:
    listed = ask("events", told, what="list", activity="process", account="alice", count=2)
    assert [f.name for f in listed.facts].count("event") == 2
    assert [r["at"] for r in listed.values["rows"]] == sorted(r["at"] for r in listed.values["rows"])
    top = ask("events", told, activity="logon", by="user")
    assert top.values["top"][0] == {"value": "CORP\\alice", "count": 5}
    distinct = ask("events", told, what="distinct", by="host")
    assert distinct.values["count"] == 4
    assert distinct.values["n_events"] > 20
    assert ask("events", told, what="count", by="host").values["distinct"] == 4
    nothing = ask("events", told, what="top", by="url")
    assert "names a URL" in nothing.facts[0].text


def test_events_of_findings_are_pointed_out(told: Lake) -> None:
    result = ask("events", told, what="list", account="alice")
    fact = next(f for f in result.facts if f.name == "n_judged")
    assert fact.value == 3
    assert "comsvcs.dll" in fact.text


def test_none_differs_from_unknown(told: Lake, tmp_path: Path) -> None:
    none = ask("events", told, activity="dns", host="FS1")
    assert none.values["count"] == 0
    assert none.facts[0].text.startswith("There are no DNS queries")
    assert "1 DNS query from windows_json was searched" in none.facts[0].text
    assert not none.unknown
    unknown = ask("events", told, activity="email")
    assert not unknown.facts
    assert "cannot be told" in unknown.unknown[0]
    assert "mail logs" in unknown.unknown[0]
    outside = ask("events", told, window=Window(start_at=at(60 * 24 * 30)))
    assert not outside.facts
    assert "its events run from 2024-03-03" in outside.unknown[0]
    empty = Lake.open(tmp_path / "empty")
    assert ask("events", empty).unknown == ("The lake holds no events yet: read logs first.",)
    empty.close()


def test_outcome_that_records_do_not_give_is_said(told: Lake) -> None:
    result = ask("events", told, account="alice", outcome="success")
    assert any("do not say whether they succeeded" in u for u in result.unknown)


def test_case_bounds_the_time_only_when_named(told: Lake) -> None:
    case = ToolContext(told).cases[0]
    named = ask("events", told, case=case.case_id, account="alice")
    focused = TOOLS["events"].run(ToolContext(told, focus=Focus(case_id=case.case_id)), {"account": "alice"})
    assert named.values["count"] < focused.values["count"]
    assert f"during {case.case_id}" in named.facts[0].text


def test_hostile_names_stay_values(tmp_path: Path) -> None:
    world = World()
    name = "x' OR '1'='1"
    world.process(0, name, "H'1", "cmd.exe /c \u202eevil\x07", "cmd.exe")
    world.process(1, "other", "H2", "cmd.exe", "cmd.exe")
    lake = made(tmp_path / "home", world, cases=False)
    result = ask("events", lake, account=name)
    assert result.values["count"] == 1
    assert ask("events", lake, host="H'1").values["count"] == 1
    profile = ask("entity_profile", lake, entity=name)
    assert profile.values["n_events"] == 1
    assert all(c.isprintable() for c in texts(result) + texts(profile) if c != "\n")
    lake.close()


def test_many_threads_share_a_lake(told: Lake) -> None:
    answers: list[Any] = []

    def work(account: str) -> None:
        answers.append((account, ask("events", told, account=account).values["count"]))

    names = ["alice", "bob", "carol", "svc-backup"]
    threads = [threading.Thread(target=work, args=(names[i % 4],)) for i in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(answers) == 8
    assert len(set(answers)) == 4


# ---------------------------------------------------------------------- first and last


def test_first_and_last_step_of_the_case(told: Lake) -> None:
    case = ToolContext(told).cases[0].case_id
    result = ask("first_last", told, case=case)
    assert result.values["first"]["at"] == T0.isoformat()
    assert result.values["first"]["host"] == "PC1.corp.example"
    assert result.values["last"]["at"] == at(90).isoformat()
    first = ask("first_last", told, case=case, what="first", account="svc-backup")
    assert first.values["first"]["at"] == at(32).isoformat()
    assert first.facts[0].name == "first_step"


@pytest.mark.parametrize(
    ("of", "first", "last"), [("host", "PC1.corp.example", "DC1.corp.example"), ("technique", "T1059.001", "T1070.001")]
)
def test_which_was_first(told: Lake, of: str, first: str, last: str) -> None:
    result = ask("first_last", told, case=ToolContext(told).cases[0].case_id, of=of)
    assert (result.values["first"][of], result.values["last"][of]) == (first, last) or of == "technique"
    assert result.values["order"][0] in (first, "T1566.001")


@pytest.mark.parametrize(
    ("arguments", "when"),
    [
        ({"activity": "logon", "account": "alice", "host": "FS1"}, at(-2874)),
        ({"address": C2}, at(1)),
        ({"text": "comsvcs"}, at(20)),
        ({"operation": "GetObject"}, at(602)),
        ({"process": "whoami.exe"}, at(33)),
        ({"account": "bob"}, at(-2880)),
        ({"of": "account", "account": "alice", "activity": "logon"}, at(-2880)),
    ],
)
def test_first_event(told: Lake, arguments: dict[str, Any], when: datetime) -> None:
    result = ask("first_last", told, what="first", **arguments)
    assert result.values["first"]["at"] == when.isoformat()
    assert when.strftime("%Y-%m-%d %H:%M:%S UTC") in result.facts[0].text


# ---------------------------------------------------------------------- who and what


def test_profile_of_an_account_in_the_case(told: Lake) -> None:
    result = ask("entity_profile", told, entity="svc-backup")
    values = result.values
    assert values["kind"] == "account"
    assert values["role"] in ("compromised", "attacker")
    assert values["logons"] == 2
    assert set(values["hosts"]) == {"FS1.corp.example", "DC1.corp.example"}
    assert "whoami.exe" in values["programs"]
    assert "cannot be told" in " ".join(result.unknown)  # seen first minutes before its part begins


def test_profile_tells_what_is_new_to_an_account(told: Lake) -> None:
    result = ask("entity_profile", told, entity="CORP\\alice")
    assert result.values["normal_before"]["n_days"] == 3
    assert "in no event" not in texts(result)
    before = next(f for f in result.facts if f.name == "seen_before")
    assert "3 days" in before.text


def test_profile_of_host_address_and_stranger(told: Lake) -> None:
    host = ask("entity_profile", told, entity="fs1")
    assert host.values["kind"] == "host"
    assert host.values["entity"] == "FS1.corp.example"
    assert "CORP\\svc-backup" in host.values["accounts"]
    address = ask("entity_profile", told, entity=C2)
    assert address.values["kind"] == "address"
    assert "is seen with 1 account implicated in" in texts(address)
    nobody = ask("entity_profile", told, entity="mallory")
    assert nobody.values["n_events"] == 0
    assert "mallory is named in no event" in texts(nobody)
    outside = ask("entity_profile", told, entity="198.51.100.7")
    assert outside.values["case"] is not None


def test_account_changes_stand_in_the_profile(told: Lake) -> None:
    said = texts(ask("entity_profile", told, entity="helper"))
    assert "CORP\\svc-backup created CORP\\helper on DC1.corp.example" in said
    assert "to the group “Domain Admins”" in said


# ---------------------------------------------------------------------- times


def test_windows_are_compared(told: Lake) -> None:
    before = Window(start_at=at(-1500), end_at=at(-1000))
    after = Window(start_at=at(-60), end_at=at(120))
    result = ask("compare_windows", told, before=before, after=after, account="alice")
    assert result.values["before"]["count"] == 3
    assert result.values["after"]["count"] == 8
    assert "powershell.exe" in result.values["new_by_kind"]["programs"]
    assert "outlook.exe" in result.values["gone_by_kind"]["programs"]
    assert result.facts[0].text.startswith("3 events with CORP\\alice")


def test_window_left_out_is_as_long_before(told: Lake) -> None:
    result = ask("compare_windows", told, after=Window(start_at=T0, end_at=at(60)))
    assert "from 2024-03-05 08:00:00 UTC until before 2024-03-05 09:00:00 UTC" in result.facts[0].text
    ahead = ask("compare_windows", told, before=Window(start_at=at(-60 * 24 * 40), end_at=at(-60 * 24 * 39)))
    assert any("before the lake's first event" in u for u in ahead.unknown)


def test_what_is_new_since(told: Lake) -> None:
    result = ask("changed_since", told, window=Window(start_at=at(300)))
    assert result.values["cases"] == [c.case_id for c in ToolContext(told).cases if c.first_at >= at(300)]
    assert result.values["events"] == 4
    assert result.values["findings"] == 4
    assert result.values["accounts"] == ["assumed-role/Web/i-01"]
    assert result.values["hosts"] == []
    quiet = ask("changed_since", told, window=Window(start_at=at(3_000)))
    assert "nothing is new" in quiet.facts[0].text
    assert "The lake's last event is of 2024-03-05 19:03:00 UTC." in texts(quiet)


def test_new_since_nothing_said_is_a_day(told: Lake) -> None:
    assert ask("changed_since", told).values["since"] == (NOW - timedelta(days=1)).isoformat()


# ---------------------------------------------------------------------- data and knowledge


def test_data_status_tells_sources_and_gaps(told: Lake) -> None:
    result = ask("data_status", told)
    values = result.values
    assert values["sources"] == ["windows_json", "cloudtrail"]
    assert values["first_at"] == at(-2880).isoformat()
    assert "mail events" in values["missing"]
    assert "DNS queries" not in values["missing"]
    assert [g["source"] for g in values["gaps"]] == []
    assert "13 hours, 57 minutes ago" in texts(result).replace(" and", ",")
    host = ask("data_status", told, host="FS1")
    assert host.values["sources"] == ["windows_json"]
    nowhere = ask("data_status", told, host="FS9")
    assert nowhere.values["n_events"] == 0
    assert nowhere.unknown


def test_silent_source_is_a_gap(tmp_path: Path) -> None:
    world = World()
    for minutes in (0, 10, 60 * 50):
        world.process(minutes, "a", "H", "x", "x.exe")
    lake = made(tmp_path / "home", world, cases=False)
    (gap,) = ask("data_status", lake).values["gaps"]
    lake.close()
    assert gap["start_at"].startswith("2024-03-05T10:00")
    assert gap["end_at"].startswith("2024-03-07T11:00")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("T1003.006", "T1003.006"), ("t1003.006", "T1003.006"), ("DCSync", "T1003.006"), ("dcsync", "T1003.006"),
     ("OS Credential Dumping: DCSync", "T1003.006"), ("T9999", None), ("lateral movement", "TA0008"),
     ("TA0008", "TA0008")],
)  # fmt: skip
def test_technique_is_found(told: Lake, wanted: str, found: str | None) -> None:
    assert ask("technique_info", told, technique=wanted).values["technique"] == found


def test_technique_info_knows_the_cases_and_asks_where_unsure(told: Lake) -> None:
    known = ask("technique_info", told, technique="T1003")
    assert known.values["cases"] == [ToolContext(told).cases[0].case_id]
    assert "LSASS memory dumped" in texts(known)
    unsure = ask("technique_info", told, technique="injection")
    assert unsure.choice is not None
    assert len(unsure.choice.options) > 1
    with pytest.raises(UserError):
        ask("technique_info", told)


def test_values_are_plain_json(told: Lake) -> None:
    for name in ("events", "data_status", "first_last"):
        assert json.loads(json.dumps(dict(ask(name, told).values))) == dict(ask(name, told).values)


def test_word_of_a_step_that_no_event_holds_is_found_in_the_steps(told: Lake) -> None:
    first = ask("first_last", told, what="first", text="odd command")
    assert first.values["first"]["at"] == at(21).isoformat()
    assert first.facts[0].text.startswith("No event holds the text “odd command”; the only step of case-")
    counted = ask("events", told, text="odd command")
    assert counted.values["count"] == 0
    assert any(f.name == "step" for f in counted.facts)
    assert ask("first_last", told, text="no such words at all").values["first"] is None
