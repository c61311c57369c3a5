"""The public door: repeatable, at least as many events as asked for, truth that points at what is there."""

from __future__ import annotations

import hashlib
import json
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from vedette.demo import World, benign_stream, remove_world, write_world
from vedette.errors import UserError
from vedette.schema.case import AccountRole, HostRole

from . import records as rec


def _digest(folder: Path) -> dict[str, str]:
    files = (p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def _truth(world: World) -> dict[str, Any]:
    assert world.truth is not None
    document: dict[str, Any] = json.loads(world.truth.read_text(encoding="utf-8"))
    return document


def test_same_seed_same_bytes_other_seed_other_world(tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        write_world(tmp_path / name, seed=seed, n_events=1000)
    a, b, c = (_digest(tmp_path / name) for name in "abc")
    assert a == b
    assert not {v for k, v in a.items() if "/windows/" in k or "/zeek/" in k} & set(c.values())


def test_counts(world: World) -> None:
    assert world.n_events - world.n_attack_events >= 30_000
    assert world.n_events == sum(f.n_events for f in world.files) == sum(world.format_counts().values())
    assert world.n_events - world.n_attack_events < 30_100
    for file in world.files:
        assert (world.folder / file.path).is_file()
        assert file.path.startswith("logs/")
    on_disk = {p.relative_to(world.folder).as_posix() for p in world.logs.rglob("*") if p.is_file()}
    assert on_disk == {f.path for f in world.files}


def test_progress_rises_to_the_number_asked_for(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    made = write_world(tmp_path / "w", n_events=1000, progress=lambda done, wanted: seen.append((done, wanted)))
    assert [d for d, _ in seen] == sorted(d for d, _ in seen)
    assert seen[-1] == (made.n_events - made.n_attack_events, 1000)


def test_truth_points_at_records_that_hold_its_markers(world: World) -> None:
    steps = _truth(world)["timeline"]
    assert len(steps) >= 25
    for step in steps:
        assert step["n_records"] >= 1, step["what"]
        first = step["records"][0]
        path = world.folder / first["file"]
        if path.name.endswith(".gz"):
            text = json.dumps(rec.records(path)[first["line"] - 1])
        else:
            # An audit event has up to five lines; the reference is to its first.
            text = "\n".join(path.read_text(encoding="utf-8").split("\n")[first["line"] - 1 :][:5])
        assert step["marker"] in text or json.dumps(step["marker"])[1:-1] in text, (step["what"], step["marker"])


def test_attack_lines_agree_with_the_timeline(world: World) -> None:
    document = _truth(world)
    rows = [json.loads(x) for x in (world.folder / "truth" / "attack-lines.jsonl").read_text().splitlines()]
    assert len(rows) == document["n_attack_records"] == world.n_attack_events
    assert len({(r["file"], r["line"]) for r in rows}) == len(rows)


def test_truth_uses_the_words_of_the_case(world: World) -> None:
    document = _truth(world)
    roles = [AccountRole(a["role"]) for a in document["accounts"]]
    assert set(roles) == set(AccountRole)
    assert {HostRole(h["role"]) for h in document["hosts"]} == {HostRole.ENTRY, HostRole.TARGET}
    assert len(document["implicated_accounts"]) == 8
    hosts = {e[0].partition(".")[0] for e in rec.windows(world)}
    assert {h["name"] for h in document["hosts"]} <= hosts | {"deploy01"}


def test_truth_holds_the_records_that_matter(world: World) -> None:
    """Each stage of the story left the records that an analyst would look for."""
    attack = {
        (r["file"], r["line"])
        for r in map(json.loads, (world.folder / "truth" / "attack-lines.jsonl").read_text().splitlines())
    }
    ids: set[int] = set()
    for kind in ("nxlog", "winlogbeat", "evtx_dump"):
        for file in rec.of(world, kind):
            for i, line in enumerate(rec.lines(world, file), 1):
                if (file.path, i) in attack:
                    r = rec.parse(line)
                    ids.add(
                        int(r.get("EventID") or r.get("winlog", {}).get("event_id") or r["Event"]["System"]["EventID"])
                    )
    assert ids >= {1, 3, 10, 11, 13, 22, 4104, 4624, 4648, 4656, 4662, 4663, 4672, 4688, 4698, 4720, 4728, 1102}
    calls = set()
    for file in rec.of(world, "cloudtrail"):
        for i, r in enumerate(rec.records(world.folder / file.path), 1):
            if (file.path, i) in attack:
                calls.add(r["eventName"])
    assert calls >= {"GetCallerIdentity", "ListBuckets", "AssumeRole", "CreateAccessKey", "GetObject"}


def test_the_incident_lies_within_the_ordinary(world: World) -> None:
    document = _truth(world)
    starts, ends = (datetime.fromisoformat(document[k]) for k in ("starts_at", "ends_at"))
    assert (starts - world.started_at).days >= 3
    assert world.started_at < starts < ends < world.ended_at
    assert starts.weekday() < 5
    assert world.n_attack_events / world.n_events < 0.05


def test_a_benign_stream_has_no_incident(tmp_path: Path) -> None:
    made = benign_stream(tmp_path / "calm", n_events=1000)
    assert made.truth is None
    assert made.mailbox is None
    assert made.n_attack_events == 0
    assert not (made.folder / "truth").exists()
    for file in made.files:
        data = (made.folder / file.path).read_bytes()
        assert b"203.0.113.66" not in data
        assert b"svc-printq" not in data
    for file in rec.of(made, "cloudtrail"):
        assert all(r["sourceIPAddress"] != "203.0.113.77" for r in rec.records(made.folder / file.path))


@pytest.mark.parametrize("day", range(5, 12))
def test_any_weekday_may_be_the_first(tmp_path: Path, day: int) -> None:
    made = write_world(tmp_path / "w", n_events=0, start=datetime(2025, 12, 20 + day - 5, 15, tzinfo=UTC))
    starts = datetime.fromisoformat(_truth(made)["starts_at"])
    assert starts.weekday() < 5
    assert made.files


@pytest.mark.parametrize("seed", range(100, 106))
def test_every_seed_has_its_story(tmp_path: Path, seed: int) -> None:
    made = write_world(tmp_path / "w", seed=seed, n_events=0)
    assert all(s["n_records"] for s in _truth(made)["timeline"])


def test_refusals(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("mine")
    with pytest.raises(UserError, match="not empty"):
        write_world(tmp_path / "full")
    with pytest.raises(UserError, match="negative"):
        write_world(tmp_path / "w", n_events=-1)
    with pytest.raises(UserError, match="time zone"):
        write_world(tmp_path / "w", start=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(UserError, match="not a generated world"):
        remove_world(tmp_path / "full")
    assert (tmp_path / "full" / "x").read_text() == "mine"


def test_a_world_can_be_removed_and_written_again(tmp_path: Path) -> None:
    write_world(tmp_path / "w", n_events=0)
    remove_world(tmp_path / "w")
    assert not (tmp_path / "w").exists()


@pytest.mark.slow
def test_memory_does_not_grow_with_the_world(tmp_path: Path) -> None:
    peaks = []
    for name, n in (("small", 50_000), ("large", 400_000)):
        tracemalloc.start()
        write_world(tmp_path / name, n_events=n)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # Eight times the records at eight times the density: a slice grows, the whole would grow eightfold.
    assert peaks[1] < 60 << 20
    assert peaks[1] < 4 * peaks[0]
