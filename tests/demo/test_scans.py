"""The demo's scans: read whole by Vedette's own readers, beside logs that they do not change, and part of the story."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

import vedette.demo.world
from vedette.demo import World, benign_stream, write_world
from vedette.demo.scans import catalogue
from vedette.detect import detect, findings, load_rules
from vedette.exposure.engine import Exposures
from vedette.exposure.filters import ExposureFilter
from vedette.exposure.of_case import for_case
from vedette.ingest import IngestOptions, ReadContext, ingest
from vedette.investigate import investigate
from vedette.knowledge.vulnerabilities import lookup
from vedette.report.case_exposures import Use
from vedette.report.from_case import view_of
from vedette.schema import ExposureStatus
from vedette.store import Lake
from vedette.store.book import save_cases, save_findings


def logs_of(world: World) -> dict[str, str]:
    return {
        p.relative_to(world.folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in world.folder.rglob("*")
        if p.is_file()
    }


def victim(world: World) -> str:
    assert world.truth is not None
    hosts = json.loads(world.truth.read_text(encoding="utf-8"))["hosts"]
    return next(h["name"] for h in hosts if h["role"] == "entry")


def test_the_attempt_in_vain_changes_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_it = write_world(tmp_path / "a", n_events=30_000)
    monkeypatch.setattr(vedette.demo.world, "try_in_vain", lambda scene, t: None)
    without = write_world(tmp_path / "b", n_events=30_000)
    assert with_it.n_events == without.n_events + 1
    a, b = logs_of(with_it), logs_of(without)
    assert {k for k in a if a[k] != b[k]} <= {
        "README.txt", "logs/sensor/eve.json", "truth/attack-lines.jsonl", "truth/incident.json",
    }  # fmt: skip
    lines = (with_it.folder / "logs/sensor/eve.json").read_text().splitlines()
    more = set(lines) - set((without.folder / "logs/sensor/eve.json").read_text().splitlines())
    assert [json.loads(x)["alert"]["signature"][-15:-1] for x in more] == [catalogue.NOT_HIT]


def test_the_sensor_names_the_hole_in_a_step_of_the_truth(world: World) -> None:
    assert world.truth is not None
    eve = (world.folder / "logs/sensor/eve.json").read_text(encoding="utf-8").splitlines()
    (line,) = [n for n, text in enumerate(eve, 1) if catalogue.MOTW in text]
    rows = [json.loads(x) for x in (world.truth.parent / "attack-lines.jsonl").read_text().splitlines()]
    (step,) = [r["step"] for r in rows if (r["file"], r["line"]) == ("logs/sensor/eve.json", line)]
    told = json.loads(world.truth.read_text(encoding="utf-8"))
    assert next(s["host"] for s in told["timeline"] if s["step"] == step) == victim(world)
    assert json.loads(eve[line - 1])["dest_ip"] == next(h["ip"] for h in told["hosts"] if h["role"] == "entry")


def test_the_catalogue_agrees_with_the_snapshot_of_known_exploited_ones(tmp_path: Path) -> None:
    checks = [c for c in vars(catalogue).values() if isinstance(c, catalogue.Check)] + [*catalogue.NOVEMBER_2022]
    held = lookup(tmp_path, [*(cve for c in checks for cve in c.cves), *(f.cve for f in catalogue.IMAGE_FLAWS)])
    for check in checks:
        due = {f"{held[cve].kev_due_at:%Y/%m/%d}" for cve in check.cves if cve in held and held[cve].kev_due_at}
        assert due == ({check.kev_due} if check.kev_due else set()), check.name
    listed = {cve for cve, facts in held.items() if facts.kev_at is not None}
    assert catalogue.MOTW in listed
    assert {f.cve for f in catalogue.IMAGE_FLAWS} - listed
    assert {cve for c in checks for cve in c.cves} - listed


def read(world: World, home: Path, *paths: Path) -> Lake:
    lake = Lake.open(home)
    context = ReadContext(timezone=timezone(timedelta(hours=1)), year=world.year)
    summary = ingest(lake, list(paths), IngestOptions(context=context))
    assert [f for f in (*summary.files, *summary.scans.files) if f.problem] == []
    assert summary.scans.total("n_refused") == 0, summary.scans.reasons
    return lake


def test_every_scan_is_read_and_two_scans_show_what_changed(world: World, tmp_path: Path) -> None:
    with closing(read(world, tmp_path, world.folder / "scans")) as lake:
        with lake.connection() as connection:
            heads: dict[str, Any] = dict(
                connection.execute("SELECT reader, count(*) FROM scan_reports GROUP BY 1").fetchall()
            )
        assert heads == {"nessus": 4, "trivy": 2, "openvex": 1, "cyclonedx": 1, "assets": 1}
        with Exposures.open(lake, now=world.ended_at) as exposures:
            second = world.started_at + timedelta(days=2)
            new, gone, _ = exposures.count_changes(second)
            assert new > 0
            assert gone > 0
            (judged,) = exposures.select(ExposureFilter(status=(ExposureStatus.NOT_AFFECTED,)))
            assert (judged.vulnerability, judged.asset) == (catalogue.NOT_HIT, catalogue.WEB_IMAGE)
            assert "vulnerable code not present" in judged.status_by
            assert exposures.count(ExposureFilter(asset=victim(world), vulnerability=catalogue.MOTW)) == 1
            mail = exposures.select(ExposureFilter(asset="MAIL01"))
            assert {e.internet_facing for e in mail} == {None}
            assert {e.owner for e in exposures.select(ExposureFilter(asset="BACKUP01"))} == {None}
            assert {e.owner for e in exposures.select(ExposureFilter(asset=catalogue.WEB_IMAGE))} == {"Shop team"}


def test_a_benign_world_is_scanned_too(tmp_path: Path) -> None:
    world = benign_stream(tmp_path / "w", n_events=1_000)
    assert len(world.scans) == 9
    assert not any(catalogue.MOTW in p.read_text() for p in world.logs.rglob("eve.json"))


@pytest.mark.slow
def test_the_report_shows_the_exposure_that_the_attacker_used(world: World, tmp_path: Path) -> None:
    with closing(read(world, tmp_path, world.logs, world.folder / "scans")) as lake:
        rules = load_rules([], builtin=True, cache_dir=tmp_path / "rules")
        detect(lake, rules)
        found = findings(lake, rules)
        save_findings(lake, rules.digest, found)
        with lake.connection() as connection:
            cases = investigate(connection, found)
        save_cases(lake, cases)
        assert not any("Log4j" in c.title for c in cases)
        case = next(c for c in cases if any(h.name.split(".")[0] == victim(world) for h in c.hosts))
        given = for_case(lake, case, world.ended_at)
        view = view_of(replace(case, exposures=given)).exposures
        assert [(v.vulnerability, v.host) for v in view if v.use is not Use.NO_SIGN] == [
            (catalogue.MOTW, victim(world))
        ]
        assert view[0].use is Use.LIKELY
        with Exposures.open(lake, now=world.ended_at) as exposures:
            assert exposures.count(ExposureFilter(attempted_only=True)) == 1
