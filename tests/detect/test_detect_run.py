from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest
from detect_support import rule_text

from vedette.detect import RuleSet, detect, findings, load_rules
from vedette.schema import event_arrow_schema
from vedette.store import Lake

START = datetime(2026, 3, 1, tzinfo=UTC)
RULES = (
    rule_text("CommandLine|contains: mimikatz", "{product: windows, category: process_creation}", title="Mimikatz"),
    rule_text("- needle", "{product: linux}", title="Needle"),
    rule_text("EventID: 4625", "{product: windows, service: security}", title="Failed", name="failed"),
    "title: Guessing\nlevel: high\ncorrelation: {type: event_count, rules: failed, group-by: [TargetUserName], "
    "timespan: 10m, condition: {gte: 3}}\n",
)


def table(events: Iterable[dict[str, Any]]) -> pa.Table:
    rows = []
    for number, event in enumerate(events):
        native = event.pop("native")
        row = {name: None for name in event_arrow_schema().names}
        row |= {"event_id": f"{number:032x}", "time": START + timedelta(seconds=number), "class_name": "base_event"}
        row |= {"source": "test", "reader": "test", "raw": orjson.dumps(native).decode(), **event}
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=event_arrow_schema())


def windows(n_events: int) -> Iterable[dict[str, Any]]:
    for i in range(n_events):
        if i % 10 == 0:
            native = {"EventID": 4625, "TargetUserName": f"user{i // 10 % 2}"}
            yield {"native": native, "log_product": "windows", "log_service": "security", "device_name": "DC"}
        elif i % 10 == 1:
            yield {"native": {"m": f"a needle {i}"}, "log_product": "linux", "device_name": "web"}
        else:
            native = {"EventID": 4688, "CommandLine": "MIMIKATZ" if i % 100 == 5 else f"cmd {i}"}
            yield {
                "native": native, "log_product": "windows", "log_category": "process_creation",
                "log_service": "security", "device_name": f"WS{i % 3}", "actor_name": "ann", "actor_domain": "CORP",
            }  # fmt: skip


def fill(lake: Lake, n_events: int, n_shards: int = 4) -> None:
    events = table(windows(n_events))
    for shard in range(n_shards):
        part = events.slice(shard * n_events // n_shards, n_events // n_shards)
        lake.commit(lake.write("events", part, job="i", shard=str(shard)), job="i", shard=str(shard))


def all_hits(lake: Lake) -> list[Any]:
    return lake.connection().execute("SELECT * FROM hits ORDER BY ALL").fetchall()


@pytest.fixture
def ruleset(rules: Callable[..., RuleSet]) -> RuleSet:
    made = rules(*RULES)
    assert made.problems == ()
    return made


def test_hits_and_findings(tmp_path: Path, ruleset: RuleSet, open_lake: Callable[[Path], Lake]) -> None:
    lake = open_lake(tmp_path / "home")
    fill(lake, 1_000)
    told: list[tuple[int, int]] = []
    summary = detect(lake, ruleset, progress=lambda done, total: told.append((done, total)))
    assert (summary.segments, summary.events, summary.hits) == (4, 1_000, 100 + 100 + 10)
    assert told[-1] == (1_000, 1_000)
    listed = findings(lake, ruleset)
    found = {(f.title, f.device_name): f for f in listed}
    assert sorted((f.title, f.device_name, f.count) for f in listed) == [
        ("Guessing", "DC", 1),
        ("Guessing", "DC", 1),
        ("Mimikatz", "WS0", 3),
        ("Mimikatz", "WS1", 3),
        ("Mimikatz", "WS2", 4),
        ("Needle", "web", 100),
    ]
    assert {f.evidence[0].quote for f in listed[:2]} == {"TargetUserName=user0", "TargetUserName=user1"}
    mimikatz = found[("Mimikatz", "WS2")]
    assert mimikatz.accounts == ("CORP\\ann",)
    assert mimikatz.evidence[0].quote == "CommandLine=MIMIKATZ"
    assert mimikatz.evidence[0].at == mimikatz.first_at
    assert found[("Guessing", "DC")].kind == "sigma_correlation"


def test_judged_segments_are_not_judged_again(
    tmp_path: Path, ruleset: RuleSet, open_lake: Callable[[Path], Lake]
) -> None:
    lake = open_lake(tmp_path / "home")
    fill(lake, 400)
    detect(lake, ruleset)
    before = all_hits(lake)
    again = detect(lake, ruleset)
    assert (again.segments, again.events, again.skipped_segments) == (0, 0, 4)
    assert all_hits(lake) == before
    more = table([{"native": {"m": "needle"}, "log_product": "linux"}])
    lake.commit(lake.write("events", more, job="i", shard="more"), job="i", shard="more")
    assert detect(lake, ruleset).events == 1
    assert len(all_hits(lake)) == len(before) + 1


def test_a_changed_rule_set_judges_all_again(
    tmp_path: Path, ruleset: RuleSet, rules: Callable[..., RuleSet], open_lake: Callable[[Path], Lake]
) -> None:
    lake = open_lake(tmp_path / "home")
    fill(lake, 400)
    detect(lake, ruleset)
    other = rules(rule_text("- needle", "{product: linux}", title="Needle 2"))
    assert detect(lake, other).events == 400
    assert {f.title for f in findings(lake, other)} == {"Needle 2", "Needle", "Guessing"}


def test_workers_change_nothing(tmp_path: Path, ruleset: RuleSet, open_lake: Callable[[Path], Lake]) -> None:
    one, two = open_lake(tmp_path / "one"), open_lake(tmp_path / "two")
    for lake, workers in ((one, 1), (two, 2)):
        fill(lake, 600)
        detect(lake, ruleset, workers=workers)
    assert all_hits(one) == all_hits(two)
    assert findings(one, ruleset) == findings(two, ruleset)


def test_a_kill_loses_and_doubles_nothing(
    tmp_path: Path, ruleset: RuleSet, open_lake: Callable[[Path], Lake], state_url: Callable[[Path], str | None]
) -> None:
    quiet, killed = open_lake(tmp_path / "quiet"), open_lake(tmp_path / "killed")
    for lake in (quiet, killed):
        fill(lake, 1_200, n_shards=12)
    detect(quiet, ruleset)
    code = (
        "import sys, time; from pathlib import Path\n"
        "import vedette.detect.run as run\n"
        "from vedette.detect import detect, load_rules; from vedette.store import Lake\n"
        "print('up', flush=True); judge = run.judge_segment\n"
        "def slow(shard): time.sleep(0.03); return judge(shard)\n"
        "run.judge_segment = slow\n"
        "detect(Lake.open(Path(sys.argv[1]), sys.argv[3] or None), load_rules([Path(sys.argv[2])], builtin=False))\n"
    )
    source = str(Path(load_rules.__code__.co_filename).parents[2])
    for delay in (0.02, 0.25, 0.4):
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(killed.home), str(tmp_path), state_url(killed.home) or ""],
            env={**os.environ, "PYTHONPATH": source}, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    detect(killed, ruleset)
    assert all_hits(killed) == all_hits(quiet)


def test_alerts_of_other_products_become_findings(
    tmp_path: Path, ruleset: RuleSet, open_lake: Callable[[Path], Lake]
) -> None:
    lake = open_lake(tmp_path / "home")
    alert = {"native": {"x": 1}, "class_name": "detection_finding", "log_product": "suricata", "device_name": "ids"}
    events = [{**alert, "alert": "ET TROJAN beacon", "severity": s, "message": "seen"} for s in ("low", "high", "low")]
    events.append({**alert, "alert": "Other", "severity": None, "actor_name": "bob", "actor_domain": "CORP"})
    lake.commit(lake.write("events", table(events), job="i", shard="0"), job="i", shard="0")
    detect(lake, ruleset)
    found = findings(lake, ruleset)
    assert [(f.title, f.kind, f.severity.value, f.count) for f in found] == [
        ("ET TROJAN beacon", "alert", "high", 3),
        ("Other", "alert", "medium", 1),
    ]
    assert found[0].evidence[0].quote == "seen"
    assert found[1].accounts == ("CORP\\bob",)


def test_records_that_are_no_json_object_are_passed_over(
    tmp_path: Path, ruleset: RuleSet, open_lake: Callable[[Path], Lake]
) -> None:
    lake = open_lake(tmp_path / "home")
    odd = [{"native": {}, "raw": raw, "log_product": "linux"} for raw in ("needle", "[1]", "", '{"m": "needle"}')]
    lake.commit(lake.write("events", table(odd), job="i", shard="0"), job="i", shard="0")
    assert detect(lake, ruleset).hits == 1


def test_raw_records_are_read_where_native_is_null(
    tmp_path: Path, ruleset: RuleSet, monkeypatch: pytest.MonkeyPatch, open_lake: Callable[[Path], Lake]
) -> None:
    monkeypatch.setattr("vedette.detect.run.BATCH_ROWS", 10)
    lake = open_lake(tmp_path / "home")
    events = []
    for number in range(100):
        # Rows 30 to 39 and 75 have native fields of their own, and a raw record that says something else.
        own = 30 <= number < 40 or number == 75
        text = '{"m": "needle"}' if number % 2 else '{"m": "hay"}'
        events.append({"native": {}, "raw": '{"m": "needle"}' if own else text, "log_product": "linux"})
    rows = table(events)
    natives = ['{"m": "hay"}' if 30 <= n < 40 or n == 75 else None for n in range(100)]
    rows = rows.set_column(rows.schema.get_field_index("native"), rows.schema.field("native"), pa.array(natives))
    lake.commit(lake.write("events", rows, job="i", shard="0"), job="i", shard="0")
    detect(lake, ruleset)
    hit = [int(h[2], 16) for h in all_hits(lake)]
    assert sorted(hit) == [n for n in range(1, 100, 2) if natives[n] is None]
