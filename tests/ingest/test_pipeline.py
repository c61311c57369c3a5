"""From files to the lake: quarantine and replay, workers, writers and readers at once."""

# ruff: noqa: E501 (records read best whole)
from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingest_support import as_lines, count, events, sysmon, take, web_lines

from vedette.ingest import IngestOptions, ReadContext, ingest, pipeline, quarantined, replay
from vedette.ingest.normalise import Normaliser
from vedette.ingest.readers.windows import JSON_READER, parse_windows
from vedette.ingest.registry import load_readers
from vedette.store import Lake

LOCAL = [
    {
        "EventID": 4625,
        "Channel": "Security",
        "Hostname": "DC1",
        "RecordNumber": n,
        "EventTime": f"2026-01-02 03:04:{n:02d}",
    }
    for n in range(9)
]


def test_counts_add_up_to_the_lines(lake: Lake, tmp_path: Path) -> None:
    lines = as_lines([sysmon(1), {"no": "event"}, sysmon(2), {"EventID": 1, "Hostname": "x"}]) + b"not json\n\n[1]\n"
    path = tmp_path / "a.json"
    path.write_bytes(lines)
    (held,) = take(lake, path).files
    assert (held.n_new, held.n_quarantined, held.n_records) == (2, 4, 6)
    rows = quarantined(lake)
    assert len(rows) == 4
    assert {r["raw"] for r in rows} == {'{"no": "event"}', '{"EventID": 1, "Hostname": "x"}', "not json", "[1]"}
    for row in rows:
        assert lines[row["offset"] :].startswith(row["raw"].encode())
        assert row["name"] == str(path)
        assert row["reason"]


def test_quarantine_is_replayed_with_what_the_user_says(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(as_lines([*LOCAL, {"EventID": "?"}]))
    first = take(lake, path)
    assert (first.total("n_new"), first.total("n_quarantined")) == (0, 10)
    assert any("--timezone" in reason for reason in first.reasons)
    nothing = replay(lake)
    assert (nothing.total("n_new"), nothing.total("n_quarantined")) == (0, 10)
    berlin = IngestOptions(context=ReadContext(timezone=ZoneInfo("Europe/Berlin")))
    summary = replay(lake, berlin)
    assert (summary.total("n_new"), summary.total("n_quarantined")) == (9, 1)
    assert [row[0].hour for row in events(lake, "time")] == [2] * 9
    assert len(quarantined(lake)) == 1
    assert replay(lake, berlin).total("n_new") == 0
    # the ids are those that the file gives
    again = take(lake, path, timezone=ZoneInfo("Europe/Berlin"))
    assert (again.total("n_new"), again.total("n_known"), again.total("n_quarantined_known")) == (0, 9, 1)
    assert count(lake) == 9


def test_reading_again_with_the_zone_empties_the_quarantine(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(as_lines(LOCAL))
    take(lake, path)
    assert take(lake, path).total("n_quarantined_known") == 9
    assert take(lake, path, timezone=UTC).total("n_new") == 9
    assert quarantined(lake) == []


def test_syslog_without_year_is_replayed_with_one(
    lake: Lake, tmp_path: Path, open_lake: Callable[[Path], Lake]
) -> None:
    path = tmp_path / "auth.log"
    path.write_text(
        "".join(
            f"Jan  2 03:04:{n:02d} web1 sshd[77]: Failed password for jo from 10.0.0.9 port 4{n:03d} ssh2\n"
            for n in range(5)
        )
    )
    first = take(lake, path)
    assert first.total("n_quarantined") == 5
    summary = replay(lake, IngestOptions(context=ReadContext(timezone=UTC, year=2026)))
    assert summary.total("n_new") == 5
    assert {row[0].year for row in events(lake, "time")} == {2026}
    direct = open_lake(tmp_path / "other")
    take(direct, path, timezone=UTC, year=2026)
    assert events(direct) == events(lake)
    direct.close()


ZEEK_1 = "#separator \\x09\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\n#types\ttime\tstring\taddr\tport\taddr\tport\tenum\n"
ZEEK_2 = "#separator \\x09\n#path\tdns\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tquery\n#types\ttime\tstring\taddr\tport\taddr\tport\tstring\n"


def test_a_bad_record_keeps_the_header_that_it_stood_under(lake: Lake, tmp_path: Path) -> None:
    rows_1 = "bad\tC1\t10.0.0.1\t1\t10.0.0.2\t80\ttcp\n1767322800.5\tC2\t10.0.0.1\t1\t10.0.0.2\t80\ttcp\n"
    rows_2 = (
        "bad\tD1\t10.0.0.1\t1\t10.0.0.2\t53\texample.test\n1767322800.5\tD2\t10.0.0.1\t1\t10.0.0.2\t53\texample.test\n"
    )
    path = tmp_path / "zeek.log"
    path.write_text(ZEEK_1 + rows_1 + ZEEK_2 + rows_2 + ZEEK_1 + rows_1.replace("C", "E"))
    summary = take(lake, path)
    assert (summary.total("n_new"), summary.total("n_quarantined"), summary.total("n_skipped")) == (3, 3, 12)
    from sqlalchemy import select

    from vedette.store import tables

    with lake.state.connect() as connection:
        t = tables.quarantine.c
        held = connection.execute(select(t.raw, t.preamble)).all()
    for raw, preamble in held:
        assert (b"\tdns" in preamble) == (b"example.test" in raw), (raw, preamble)


def test_ingest_with_workers_gives_identical_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_lake: Callable[[Path], Lake]
) -> None:
    monkeypatch.setattr(pipeline, "CHUNK_ROWS", 300)
    monkeypatch.setattr(pipeline, "COMMIT_ROWS", 700)
    path = tmp_path / "a.json"
    path.write_bytes(as_lines(sysmon(n % 1500, day=1 + n % 3, Extra=n % 4) for n in range(2_000)) + b"bad\n")
    digests = []
    for workers in (1, 2):
        lake = open_lake(tmp_path / f"home{workers}")
        summary = take(lake, path, workers=workers)
        assert (summary.total("n_new"), summary.total("n_quarantined")) == (2_000, 1)
        files = {p.relative_to(lake.folder).as_posix(): p.read_bytes() for p in sorted(lake.folder.rglob("*.parquet"))}
        digests.append(files)
        assert len(files) == len(lake.segments("events"))
        lake.close()
    assert list(digests[0]) == list(digests[1])
    assert digests[0] == digests[1]


WRITER = """
import sys
from pathlib import Path
from vedette.ingest import ingest, pipeline
from vedette.store import Lake
pipeline.COMMIT_ROWS = pipeline.CHUNK_ROWS = 100
lake = Lake.open(Path(sys.argv[1]), sys.argv[2] or None)
print("ready", flush=True)
sys.stdin.readline()
summary = ingest(lake, sys.argv[3:])
print(summary.total("n_new"), summary.total("n_known"))
"""


def test_writers_at_once_lose_and_double_nothing_while_others_read(
    tmp_path: Path, open_lake: Callable[[Path], Lake], state_url: Callable[[Path], str | None]
) -> None:
    home = tmp_path / "home"
    shared = tmp_path / "shared.json"
    shared.write_bytes(as_lines(sysmon(n) for n in range(2_000)))
    overlap = tmp_path / "overlap.json"
    overlap.write_bytes(as_lines(sysmon(n) for n in range(1_000, 3_000)))
    pages = tmp_path / "access.log"
    pages.write_bytes(web_lines(range(800)))
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(home), state_url(home) or "", *map(str, paths)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for paths in ([shared, pages], [shared, pages], [overlap])
    ]  # fmt: skip
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    lake = open_lake(home)
    seen = 0
    n_reads = 0
    while any(writer.poll() is None for writer in writers):
        n_now = count(lake)
        assert n_now >= seen, "a reader saw events go"
        seen, n_reads = n_now, n_reads + 1
    n_new = 0
    for writer in writers:
        out, _ = writer.communicate()
        assert writer.returncode == 0
        n_new += int(out.split()[0])
    assert n_reads > 1
    assert count(lake) == 3_000 + 800
    assert n_new == 3_800
    lake.close()


def test_two_replays_at_once_double_nothing(lake: Lake, tmp_path: Path, open_lake: Callable[[Path], Lake]) -> None:
    """The second finds the records gone between looking and committing."""
    path = tmp_path / "a.json"
    path.write_bytes(as_lines(LOCAL))
    take(lake, path)
    other = open_lake(lake.home)
    zone = IngestOptions(context=ReadContext(timezone=UTC))
    from vedette.ingest.pipeline import _leave_quarantine

    raced = False

    def leave_after_the_other(lake: Lake, *rest: Any) -> None:
        nonlocal raced
        if not raced:
            raced = True
            assert take(other, path, timezone=UTC).total("n_new") == 9
        _leave_quarantine(lake, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "_leave_quarantine", leave_after_the_other)
        summary = replay(lake, zone)
    assert (summary.total("n_new"), summary.total("n_known")) == (0, 9)
    assert count(lake) == 9
    assert quarantined(lake) == []
    other.close()


def test_progress_is_told_and_reaches_the_end(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "COMMIT_ROWS", 200)
    monkeypatch.setattr(pipeline, "CHUNK_ROWS", 100)
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(as_lines(sysmon(n, name) for n in range(1_000)))
    told: list[tuple[int, int | None, int]] = []

    def progress(*, done_bytes: int, total_bytes: int | None, n_events: int, name: str) -> None:
        told.append((done_bytes, total_bytes, n_events))

    ingest(lake, [tmp_path / "a", tmp_path / "b"], progress=progress)
    assert len(told) >= 10
    assert told == sorted(told)
    assert told[-1] == (told[-1][1], told[-1][1], 2_000)


def test_no_temporary_files_stay(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(as_lines(sysmon(n) for n in range(100)))
    take(lake, tmp_path / "a")
    replay(lake)
    left = [p for p in (lake.home / "tmp").rglob("*") if p.is_file()]
    assert left == []
    assert not list(lake.folder.rglob("*.part"))


values = (
    st.none()
    | st.sampled_from(["", "-", "x", "EX\\jo", "0x1F", "10.0.0.1", "4"])
    | st.integers(-5, 70000)
    | st.booleans()
    | st.floats(allow_nan=False)
    | st.lists(st.integers(0, 3) | st.text(max_size=2), max_size=2)
)
natives = st.fixed_dictionaries(
    {"EventID": st.sampled_from([1, 3, 10, 13, 4624, 4688, 4720, 7045, 99]), "UtcTime": st.sampled_from(["2026-01-02 03:04:05.678", "2026-01-03 03:04:05", "bad"])},
    optional={
        "Channel": st.sampled_from(["Security", "System", "Microsoft-Windows-Sysmon/Operational", 7]),
        **{k: values for k in ("Image", "CommandLine", "User", "ProcessId", "NewProcessId", "TargetUserName", "IpAddress", "SourcePort", "LogonId", "Hostname", "SubjectUserName")},
    },
)  # fmt: skip


@given(st.lists(natives, min_size=1, max_size=12))
def test_mapping_in_bulk_equals_one_by_one(records: list[dict[str, Any]]) -> None:
    raws = [orjson.dumps(r) for r in records]
    parsed = [parse_windows(raw) for raw in raws]
    ids = [f"{i:032x}" for i in range(len(raws))]
    bulk, errors = Normaliser(JSON_READER, ReadContext()).table(raws, parsed, ids, "s")
    wanted = {}
    wanted_errors = {}
    for i, raw in enumerate(raws):
        single, bad = Normaliser(JSON_READER, ReadContext()).table([raw], [parse_windows(raw)], [ids[i]], "s")
        wanted.update({row["event_id"]: row for row in single.to_pylist()})
        for error in bad.values():
            wanted_errors[i] = error.reason
    assert {row["event_id"]: row for row in bulk.to_pylist()} == wanted
    assert {i: e.reason for i, e in errors.items()} == wanted_errors


def test_memory_of_values_does_not_mix_types(lake: Lake, tmp_path: Path) -> None:
    """True, 1 and 1.0 are equal keys of a dict but not equal values of a log."""
    path = tmp_path / "a"
    path.write_bytes(
        as_lines(sysmon(n, TargetFilename=v, EventID=11) for n, v in enumerate([1, True, 1.0, "1", False, 0, 0.0]))
    )
    take(lake, path)
    got = dict(events(lake, "native->>'RecordNumber', file_path"))
    assert got == {"0": "1", "1": "true", "2": "1.0", "3": "1", "4": "false", "5": "0", "6": "0.0"}


def test_raw_is_kept_as_it_stood_and_native_is_never_null(lake: Lake, tmp_path: Path) -> None:
    strange = (
        b'{ "EventID" : 1,"Channel":"Security","SystemTime":"2026-01-02T03:04:05Z","A":"\\u00e9","b":1e3, "n":null }'
    )
    (tmp_path / "a").write_bytes(
        strange
        + b"\n"
        + as_lines(
            [{"Event": {"System": {"EventID": 1, "Channel": "Security", "TimeCreated": "2026-01-02T03:04:05Z"}}}]
        )
    )
    take(lake, tmp_path / "a", reader="windows_json")
    rows = events(lake, "raw, native")
    assert strange.decode() in {r[0] for r in rows}
    assert all(json.loads(r[1])["EventID"] == 1 for r in rows)


def test_a_broken_plug_in_is_named_and_the_others_work(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.metadata import EntryPoint

    from vedette import plugins

    real = plugins.entry_points

    def with_broken(*, group: str) -> list[EntryPoint]:
        return [
            *real(group=group),
            EntryPoint("zz_gone", "no.such.module:READER", group),
            EntryPoint("zz_not", "json:dumps", group),
        ]

    caches = (load_readers, plugins.load_plugins, plugins.plugin_points)
    monkeypatch.setattr(plugins, "entry_points", with_broken)
    for cached in caches:
        cached.cache_clear()
    try:
        readers, broken = load_readers()
        assert [b.name for b in broken] == ["zz_gone", "zz_not"]
        assert "windows_json" in readers
        assert load_readers(third_party=False)[1] == ()
    finally:
        for cached in caches:
            cached.cache_clear()


def test_a_writer_that_only_quarantines_does_not_forget_what_others_wrote(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_lake: Callable[[Path], Lake]
) -> None:
    """Between its commits, of which the middle one holds bad records alone, another reads the same source."""
    monkeypatch.setattr(pipeline, "COMMIT_ROWS", 10)
    monkeypatch.setattr(pipeline, "CHUNK_ROWS", 10)
    first, bad, last = (
        [sysmon(n) for n in range(10)],
        [{"EventID": 1, "n": n} for n in range(10)],
        [sysmon(n) for n in range(20, 30)],
    )
    path = tmp_path / "a.json"
    path.write_bytes(as_lines([*first, *bad, *last]))
    (tmp_path / "b.json").write_bytes(as_lines(last))
    other = open_lake(lake.home)
    calls = 0

    def progress(**_: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            take(other, tmp_path / "b.json")

    summary = ingest(lake, [path], progress=progress)
    assert calls >= 3
    assert (summary.total("n_new"), summary.total("n_known"), summary.total("n_quarantined")) == (10, 10, 10)
    assert count(lake) == 20
    other.close()


def test_a_damaged_or_stale_cache_of_ids_costs_nothing_but_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_lake: Callable[[Path], Lake]
) -> None:
    from datetime import date

    from vedette.ingest import identity

    monkeypatch.setattr(identity, "WORTH_KEEPING", 10)
    path = tmp_path / "a.json"
    path.write_bytes(as_lines(sysmon(n, day=1 + n % 2) for n in range(40)))
    lake = open_lake(tmp_path / "home")
    take(lake, path)
    cached = next((lake.home / "cache" / "ids").rglob("*.npy"))
    for damage in (b"", b"junk", cached.read_bytes()[:-8]):
        cached.parent.mkdir(parents=True, exist_ok=True)
        cached.write_bytes(damage)
        assert take(lake, path).total("n_known") == 40
    take(lake, path)
    stale = {p: p.read_bytes() for p in (lake.home / "cache" / "ids").rglob("*.npy")}
    assert stale
    lake.expire(date(2026, 1, 2))
    for p, data in stale.items():  # a run that was alive meanwhile puts its own back
        p.parent.mkdir(parents=True, exist_ok=True)
        p.write_bytes(data)
    assert take(lake, path).total("n_new") == 20
    assert count(lake) == 40
    lake.close()
