"""What holds for every registered tool: what it declares, what it gives back, what it does with nonsense."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from sqlalchemy import select
from tools_world import C2, NOW, made

from vedette.errors import UserError
from vedette.plugins import plugin_points
from vedette.schema import EvidenceKind, Fact, Focus, ToolResult, ValueKind, Window
from vedette.store import Lake, tables
from vedette.toolbox import ENTRY_POINT_GROUP, ToolContext, tools

TOOLS, BROKEN = tools(third_party=False)
NAMES = sorted(TOOLS)
WANTED = {
    "attack_path", "case_summary", "cases", "changed_since", "command_explanation", "compare_windows", "data_status",
    "draft_report", "entity_profile", "events", "exposed_accounts", "exposure_changes", "exposure_report",
    "exposures", "findings", "first_last", "fix_plan", "hosts", "implicated_accounts", "indicators", "intel_entity",
    "intel_new", "next_steps", "report_hits", "report_summary", "slides", "suspicious_commands", "technique_info",
    "techniques", "timeline",
}  # fmt: skip
DAY = Window(start_at=datetime(2024, 3, 5, tzinfo=UTC), end_at=datetime(2024, 3, 6, tzinfo=UTC))
BEFORE = Window(start_at=datetime(2024, 3, 4, tzinfo=UTC), end_at=datetime(2024, 3, 5, tzinfo=UTC))
GOOD: dict[str, list[Any]] = {
    "account": ["alice", "CORP\\svc-backup", "assumed-role/Web/i-01", "nobody"],
    "host": ["FS1", "PC1.corp.example", "NOWHERE"],
    "address": [C2, "10.0.0.1", "192.0.2.1"],
    "source": ["10.0.0.1", "PC1"],
    "destination": ["FS1", C2],
    "entity": ["alice", "FS1", C2, "carol", "nobody"],
    "technique": ["T1003.001", "T1059", "T1496", "DCSync"],
    "tactic": ["credential-access", "exfiltration"],
    "window": [DAY, BEFORE, Window(start_at=DAY.start_at), Window(end_at=BEFORE.start_at)],
    "before": [BEFORE],
    "after": [DAY],
    "count": [1, 3],
    "port": [443],
    "text": ["comsvcs", "no such text anywhere"],
    "finding": ["Event log cleared", "no such finding"],
    "process": ["rundll32.exe", "WHOAMI"],
    "command": ["comsvcs*MiniDump"],
    "operation": ["GetObject"],
    "code": ["1102"],
    "vulnerability": ["CVE-2021-44228", "CVE-1999-0001"],
    "asset": ["PC1.corp.example", "NOWHERE"],
    "owner": ["files", "nobody"],
    "report": ["Frost", "no such report"],
    "every": [True],
    "thing": ["APT28", "Frostbite", C2, "CVE-2021-44228", "nobody at all"],
}
NEEDED: dict[str, dict[str, Any]] = {"entity_profile": {"entity": "alice"}, "technique_info": {"technique": "T1003"}}
HOSTILE = [
    "' OR 1=1 --", "x'; DROP TABLE events; --", "%", "_" * 50, "a" * 5_000, "\0", "", "   ", "\x1b[31m", "🦊",
    "../../etc", "case-", "T0000.000", "*" * 100, "\\", "(((", "NaN", -1, 0, 10**12, True, None, 3.5, [], ["a"],
    {"a": 1}, b"x", Window(), Window(start_at=datetime.max.replace(tzinfo=UTC)),
    Window(start_at=datetime.min.replace(tzinfo=UTC)), Window(start_at=DAY.end_at, end_at=DAY.start_at),
    Window(start_at=datetime(2024, 3, 5), end_at=None),  # noqa: DTZ001
]  # fmt: skip


def run(name: str, lake: Lake, focus: Focus | None = None, **arguments: Any) -> ToolResult:
    return TOOLS[name].run(ToolContext(lake, now=NOW, focus=focus or Focus()), {**NEEDED.get(name, {}), **arguments})


def variants(name: str) -> list[dict[str, Any]]:
    """Return arguments that make sense: each parameter alone with each of its values."""
    made: list[dict[str, Any]] = []
    for p in TOOLS[name].tool.parameters:
        values = list(p.choices) if p.kind is ValueKind.CHOICE else GOOD.get(p.name, [])
        made += [{p.name: v} for v in values]
    return made


def some(name: str) -> list[dict[str, Any]]:
    """Return a few of them, the same each time."""
    return variants(name)[:: 3 if len(TOOLS[name].tool.parameters) < 4 else 9]


# ---------------------------------------------------------------------- what is declared


def test_every_tool_is_registered_and_none_is_broken() -> None:
    assert not BROKEN
    assert WANTED <= set(NAMES)
    assert all(plugin_points(ENTRY_POINT_GROUP)[n].value.startswith("vedette.") for n in WANTED)


@pytest.mark.parametrize("name", NAMES)
def test_tool_declares_itself(name: str) -> None:
    tool = TOOLS[name].tool
    assert tool.name == name
    assert re.fullmatch(r"[a-z][a-z_]*[a-z]", name)
    assert tool.description.endswith(".")
    assert "\n" not in tool.description
    assert TOOLS[name].run.__doc__, "run says what it returns"
    assert type(TOOLS[name]).__doc__
    schema = tool.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert json.loads(json.dumps(schema)) == schema
    for parameter in tool.parameters:
        assert parameter.description
        assert parameter.example
        assert (parameter.kind is ValueKind.CHOICE) == bool(parameter.choices)


@pytest.mark.parametrize("name", NAMES)
def test_examples_are_many_and_varied(name: str) -> None:
    tool = TOOLS[name].tool
    plain = [re.sub(r"\W+", " ", e).strip().casefold() for e in tool.examples]
    assert len(set(plain)) == len(plain) >= 8
    lengths = [len(p.split()) for p in plain]
    assert min(lengths) <= 3
    assert max(lengths) >= 8
    assert len(tool.words) >= 5
    assert all(w == w.casefold().strip() for w in tool.words)


def test_no_two_tools_share_an_example() -> None:
    seen: dict[str, str] = {}
    for name in NAMES:
        for example in TOOLS[name].tool.examples:
            key = re.sub(r"\W+", " ", example).strip().casefold()
            assert seen.setdefault(key, name) == name, example


# ---------------------------------------------------------------------- what comes back


@pytest.mark.parametrize("name", NAMES)
def test_results_are_facts_with_evidence_and_say_the_same_each_time(name: str, told: Lake) -> None:
    result = run(name, told)
    assert result == run(name, told)
    assert result.facts, "with no arguments there is something to say"
    check(result, told)
    for arguments in some(name):
        answers(name, told, arguments)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_results_are_facts_with_evidence_whatever_is_asked(name: str, told: Lake) -> None:
    for arguments in variants(name):
        assert answers(name, told, arguments) == run(name, told, **arguments), arguments


def answers(name: str, lake: Lake, arguments: dict[str, Any]) -> ToolResult:
    result = run(name, lake, **arguments)
    check(result, lake)
    if result.choice is not None:
        assert not result.facts, arguments
        assert result.choice.options
    else:
        assert result.facts or result.unknown, arguments
    return result


@pytest.mark.parametrize("name", NAMES)
def test_empty_lake_is_unknown_and_not_none(name: str, tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "home")
    result = run(name, lake)
    lake.close()
    check(result, None)
    if name in ("technique_info", "command_explanation"):  # they need no log
        assert result.facts
    else:
        assert result.unknown
        assert not [f for f in result.facts if f.value == 0 and f.name != "role"]


@pytest.mark.parametrize("name", NAMES)
def test_lake_without_cases_answers_what_it_can(name: str, tmp_path: Path) -> None:
    lake = made(tmp_path / "home", cases=False)
    try:
        if name == "compare_windows":
            with pytest.raises(UserError):
                run(name, lake)
            result = run(name, lake, before=BEFORE, after=DAY)
        else:
            result = run(name, lake)
        check(result, lake)
        assert result.facts or result.unknown
    finally:
        lake.close()


def check(result: ToolResult, lake: Lake | None) -> None:
    json.dumps(dict(result.values), allow_nan=False)
    assert [f.fact_id for f in result.facts] == [f"f{i}" for i in range(1, len(result.facts) + 1)]
    for table in result.tables:
        assert all(len(row) == len(table.columns) for row in table.rows)
        json.dumps(table.rows)
        assert table.cut >= 0
    events = known(lake) if lake is not None else set()
    for fact in result.facts:
        json.dumps(fact.value)
        assert re.fullmatch(r"[a-z][a-z_0-9]*", fact.name), fact.name
        assert fact.text.rstrip("”").endswith((".", "?")), fact.text
        assert fact.text[0] not in " ,", fact.text
        assert "  " not in fact.text.replace("schtasks  ", ""), fact.text
        assert fact.text.isprintable(), fact.text
        assert len(fact.text) < 4_000
        assert fact.evidence, fact.text
        for item in fact.evidence:
            if item.kind is EvidenceKind.EVENT:
                assert item.ref in events, fact.text
        uncovered(fact)


_KNOWN: dict[int, set[str]] = {}


def known(lake: Lake) -> set[str]:
    if id(lake) not in _KNOWN:
        with lake.connection() as connection:
            _KNOWN[id(lake)] = {r[0] for r in connection.execute("SELECT event_id FROM events").fetchall()}
    return _KNOWN[id(lake)]


WORD = re.compile(r"[\w.:\\/@$*-]*[\w$*]")
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")


def uncovered(fact: Fact) -> None:
    """Fail where the sentence names a time, number, id, account, host or address that the fact does not hold."""
    held = json.dumps([fact.value, fact.subject, fact.aliases, fact.related, [e.quote for e in fact.evidence]],
                      ensure_ascii=False).replace("\\\\", "\\").replace('\\"', '"')  # fmt: skip
    for moment in TIME.findall(fact.text):
        assert moment[:10] + "T" + moment[11:19] in held, (moment, fact.text)
    text = TIME.sub(" ", fact.text)
    seconds = [v for k, v in fact.related if k is ValueKind.DURATION]
    for value in seconds:
        text = text.replace(worded(value), " ")
    for share in re.findall(r"(\d{1,3})%", text):
        assert any(k is ValueKind.SHARE and round(float(v) * 100) == int(share) for k, v in fact.related), fact.text
    text = re.sub(r"\d{1,3}%", " ", text)
    for word in WORD.findall(text):
        if not re.search(r"[\d\\@$]", word) and word not in {"alice", "bob", "carol", "helper", "PC1", "FS1", "DC1"}:
            continue
        plain = word.replace(",", "")
        assert word in held or plain in held or word.rstrip(".:") in held, (word, fact.text, held)


def worded(seconds: float) -> str:
    from vedette.toolbox.saying import Saying

    return Saying().duration(seconds)


# ---------------------------------------------------------------------- nonsense and hostility


@pytest.mark.parametrize("name", NAMES)
def test_hostile_arguments_are_refused_or_answered(name: str, told: Lake) -> None:
    before = state(told)
    parameters = TOOLS[name].tool.parameters
    for place, p in enumerate(parameters):
        refused_or_answered(name, told, p.name, HOSTILE[place :: 3 + 2 * len(parameters)])
    assert state(told) == before


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_hostile_argument_is_refused_or_answered(name: str, told: Lake) -> None:
    before = state(told)
    for p in TOOLS[name].tool.parameters:
        refused_or_answered(name, told, p.name, HOSTILE)
    assert state(told) == before


def refused_or_answered(name: str, lake: Lake, parameter: str, values: list[Any]) -> None:
    for value in values:
        try:
            result = run(name, lake, **{parameter: value})
        except UserError:
            continue
        check(result, lake)


def state(lake: Lake) -> tuple[Any, ...]:
    with lake.state.connect() as connection:
        cases = connection.execute(select(tables.cases.c.case_id, tables.cases.c.body)).all()
        findings = connection.execute(select(tables.findings.c.finding_id)).all()
    return (sorted(map(tuple, cases)), sorted(map(tuple, findings)), [s.segment_id for s in lake.segments()])


def test_window_at_the_ends_of_time(told: Lake) -> None:
    wide = Window(start_at=datetime(1, 1, 1, tzinfo=UTC), end_at=datetime(9999, 12, 31, tzinfo=UTC))
    narrow = Window(start_at=DAY.start_at, end_at=DAY.start_at + timedelta(microseconds=1))
    for name in NAMES:
        for p in TOOLS[name].tool.parameters:
            if p.kind is ValueKind.TIME:
                check(run(name, told, **{p.name: wide}), told)
    check(run("events", told, window=narrow), told)
    check(run("compare_windows", told, before=narrow), told)


@pytest.mark.parametrize("name", NAMES)
def test_focus_gives_the_case(name: str, told: Lake) -> None:
    if not any(p.name == "case" for p in TOOLS[name].tool.parameters) or name in ("events", "compare_windows"):
        pytest.skip("it speaks of no case, or of one only where it is named")
    context = ToolContext(told, now=NOW)
    assert len(context.cases) > 1
    last = context.cases[-1].case_id
    focused, named = run(name, told, Focus(case_id=last)), run(name, told, case=last)
    assert focused.case_id == named.case_id == last
    assert not any(f.name == "case_chosen" for f in (*focused.facts, *named.facts))
    if name != "slides":
        assert run(name, told).facts[1].name == "case_chosen", "said at once"
