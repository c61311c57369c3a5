"""From reports in a lake to exposures: what is there, what is gone, who said what, what is due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from exposure_support import DAY, NOW, World, find

from vedette.errors import UserError
from vedette.exposure import derive
from vedette.exposure.filters import EVERYTHING, OPEN, ExposureFilter
from vedette.schema import COLUMNS, ExposureStatus, event_arrow_schema

LATER = DAY + timedelta(days=7)
LODASH = {"purl": "pkg:npm/lodash@4.17.20"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.lake.close()


def only(world: World, f: ExposureFilter = EVERYTHING, **given: Any) -> Any:
    with world.open(**given) as exposures:
        (found,) = exposures.select(f)
    return found


def test_an_empty_lake_has_no_exposures(world: World) -> None:
    with world.open() as exposures:
        assert exposures.count() == 0
        assert exposures.select() == []
        assert exposures.by("severity") == []
        assert exposures.changes(DAY) == ([], [], [])


def test_two_scanners_make_one_exposure_that_cites_both_records(world: World) -> None:
    world.report("trivy", findings=(find("CVE-2021-23337", "lodash", "4.17.20", **LODASH),))
    world.report("grype", findings=(find("GHSA-35jh-r3h4-6jhm CVE-2021-23337", "lodash", "4.17.20"),))
    found = only(world)
    assert found.vulnerability == "CVE-2021-23337"
    assert found.aliases == ("GHSA-35jh-r3h4-6jhm",)
    assert found.scanners == ("grype", "trivy")
    assert len(found.evidence) == 2


def test_an_exposure_that_the_latest_scan_no_longer_finds_is_fixed_and_keeps_its_id(world: World) -> None:
    world.report(
        at=DAY, findings=(find("CVE-2021-23337", "lodash", "4.17.20"), find("CVE-2020-11022", "jquery", "3.4.1"))
    )
    before = {e.vulnerability: e.exposure_id for e in world.open().select()}
    world.report(at=LATER, findings=(find("CVE-2020-11022", "jquery", "3.4.1"),))
    with world.open() as exposures:
        gone = exposures.select(ExposureFilter(status=(ExposureStatus.FIXED,)))
        assert [(e.vulnerability, e.exposure_id) for e in gone] == [("CVE-2021-23337", before["CVE-2021-23337"])]
        assert gone[0].status_by == "no longer found by trivy on 2026-11-08"
        assert gone[0].due_at is None
        assert [e.vulnerability for e in exposures.select(OPEN)] == ["CVE-2020-11022"]
        new, left, changed = exposures.changes(LATER)
        assert ([len(new), len(left), len(changed)]) == [0, 1, 0]
        assert exposures.count_changes(LATER) == (0, 1, 0)


def test_a_clean_scan_of_a_place_mends_it_and_a_scan_of_another_place_does_not(world: World) -> None:
    world.report(findings=(find("CVE-2021-23337", "lodash", "4.17.20"),))
    world.report(at=LATER, places=("web-02.corp.example",))
    assert only(world).status is ExposureStatus.OPEN
    world.report(at=LATER, places=("web-01.corp.example",))
    assert only(world).status is ExposureStatus.FIXED


def test_another_scanner_that_does_not_find_it_mends_nothing(world: World) -> None:
    world.report("trivy", findings=(find("CVE-2021-23337", "lodash", "4.17.20"),))
    world.report("nessus", at=LATER, places=("web-01.corp.example",))
    assert only(world).status is ExposureStatus.OPEN


def test_a_report_that_was_cut_off_mends_nothing(world: World) -> None:
    world.report(findings=(find("CVE-2021-23337", "lodash", "4.17.20"),))
    world.report(at=LATER, places=("web-01.corp.example",), problem="the file ends in the middle")
    assert only(world).status is ExposureStatus.OPEN


def test_a_scan_for_secrets_mends_no_vulnerability(world: World) -> None:
    world.report(findings=(find("CVE-2021-23337", "lodash", "4.17.20"),))
    world.report(at=LATER, findings=({**find("secret"), "kind": "secret"},))
    assert only(world, OPEN).status is ExposureStatus.OPEN


def test_reports_without_a_date_of_two_files_stand_beside_each_other(world: World) -> None:
    one, two = find("CVE-2021-23337", "lodash", "4.17.20"), find("CVE-2020-11022", "jquery", "3.4.1")
    world.report("npm_audit", at=None, received_at=DAY, source="web.json", findings=(one,))
    world.report("npm_audit", at=None, received_at=LATER, source="admin.json", findings=(two,))
    with world.open() as exposures:
        assert exposures.count(OPEN) == 2
    world.report("npm_audit", at=None, received_at=LATER, source="web.json", places=("web-01.corp.example",))
    with world.open() as exposures:
        assert [e.vulnerability for e in exposures.select(OPEN)] == ["CVE-2020-11022"]


def test_an_upgrade_that_does_not_mend_keeps_the_exposure_and_its_first_day(world: World) -> None:
    world.report(at=DAY, findings=(find("CVE-2021-23337", "lodash", "4.17.15"),))
    before = only(world)
    world.report(at=LATER, findings=(find("CVE-2021-23337", "lodash", "4.17.20"),))
    after = only(world)
    assert (after.exposure_id, after.first_seen_at) == (before.exposure_id, DAY)
    assert (after.package.version, after.status) == ("4.17.20", ExposureStatus.OPEN)


def test_what_is_found_again_keeps_its_first_day_and_is_a_change(world: World) -> None:
    again = LATER + timedelta(days=7)
    world.report(at=DAY, findings=(find("CVE-2021-23337", "lodash", "4.17.15"),))
    world.report(at=LATER, places=("web-01.corp.example",))
    world.report(at=again, findings=(find("CVE-2021-23337", "lodash", "4.17.15"),))
    with world.open() as exposures:
        new, gone, changed = exposures.changes(again)
        assert (new, gone, [e.first_seen_at for e in changed]) == ([], [], [DAY])
        assert exposures.by("changed_why") == [("found again", 1)]
        assert exposures.changes(again + timedelta(days=1)) == ([], [], [])


def test_events_that_bear_on_nothing_derive_nothing_anew(world: World) -> None:
    world.report(findings=(find("CVE-2021-23337", "lodash", "4.17.15"),))
    world.open().close()
    row = {
        "event_id": "1" * 32,
        "time": DAY,
        "class_name": "process_activity",
        "source": "s",
        "reader": "r",
        "raw": "{}",
    }
    table = pa.table({c: [row.get(c)] for c in COLUMNS}, schema=event_arrow_schema())
    world.lake.commit(world.lake.write("events", table, job="t", shard="e", source="s"), job="t", shard="e")
    world.open(progress=lambda done, n: pytest.fail("nothing changed")).close()


def test_two_versions_side_by_side_are_two(world: World) -> None:
    world.report(findings=(find("CVE-2021-23337", "lodash", "4.17.15"), find("CVE-2021-23337", "lodash", "4.17.20")))
    with world.open() as exposures:
        assert {e.package.version for e in exposures.select()} == {"4.17.15", "4.17.20"}


def test_a_finding_that_its_scanner_calls_fixed_is_no_sighting(world: World) -> None:
    world.report("nessus", findings=(find("CVE-2021-4034", status="fixed", status_by="Tenable: Fixed"),))
    found = only(world)
    assert (found.status, found.status_by) == (ExposureStatus.FIXED, "Tenable: Fixed")


def test_what_somebody_accepted_says_who_and_who_still_reports_it(world: World) -> None:
    said = {"status": "affected", "status_by": "Grype's ignore rule: no fix"}
    world.report("grype", findings=(find("CVE-2021-23337", "lodash", "4.17.20", **said),))
    world.report("trivy", findings=(find("CVE-2021-23337", "lodash", "4.17.20"),))
    found = only(world)
    assert found.status is ExposureStatus.ACCEPTED
    assert found.status_by == "Grype's ignore rule: no fix; still reported by trivy"


def test_one_check_that_covers_two_cves_makes_two(world: World) -> None:
    world.report("nessus", findings=(find("nessus:155999", related=["CVE-2021-44228", "CVE-2021-45046"]),))
    with world.open() as exposures:
        assert {e.vulnerability for e in exposures.select()} == {"CVE-2021-44228", "CVE-2021-45046"}


def test_due_dates_run_from_the_first_day_and_are_decided_by_what_is_known(world: World) -> None:
    world.report(findings=(find("CVE-2026-7000001", "lodash", "4.17.20"),))
    world.report(
        "assets", assets=({"name": "web-01.corp.example", "kind": "host", "owner": "web", "internet_facing": False},)
    )
    found = only(world)
    assert found.owner == "web"
    assert found.internet_facing is False
    assert found.decision.inputs["publicly_exposed"] == "no"
    assert found.decision.outcome is None
    assert found.decision.question in found.unknown
    assert found.due_at == DAY + timedelta(days=found.decision.days)


def test_a_listed_vulnerability_is_decided_by_kev_with_its_source(world: World) -> None:
    world.report(findings=(find("CVE-2021-44228", "log4j-core", "2.14.1"),))
    world.report("assets", assets=({"name": "web-01.corp.example", "kind": "host", "internet_facing": True},))
    found = only(world)
    assert found.decision.inputs["in_kev"] == "yes"
    assert found.decision.sources["in_kev"].startswith("KEV, listed 2021-12-10")
    assert found.decision.sources["publicly_exposed"] == "the inventory's entry for web-01.corp.example"
    assert found.kev_at == datetime(2021, 12, 10, tzinfo=UTC)
    with world.open() as exposures:
        assert exposures.policy.decide(found.decision.inputs, found.decision.sources) == found.decision


def test_filters_narrow_and_combine(world: World) -> None:
    world.report(
        findings=(
            find("CVE-2021-23337", "lodash", "4.17.20", **LODASH),
            find(
                "CVE-2021-44228", "org.apache.logging.log4j:log4j-core", "2.14.1", place="10.0.0.7", severity="critical"
            ),
        )
    )
    world.report("nessus", findings=(find("CVE-2021-4034", "polkit", place="APP-07", place_aliases=["10.0.0.7"]),))
    with world.open() as exposures:
        for f, n in (
            (ExposureFilter(vulnerability="cve-2021-23337"), 1),
            (ExposureFilter(asset="WEB-01.corp.example"), 1),
            (ExposureFilter(asset="app-07"), 2),
            (ExposureFilter(hosts=("10.0.0.7",)), 2),
            (ExposureFilter(hosts=("10.0.0.8",)), 0),
            (ExposureFilter(package="log4j-core"), 1),
            (ExposureFilter(package="pkg:npm/lodash"), 1),
            (ExposureFilter(scanner="nessus"), 1),
            (ExposureFilter(asset="app-07", scanner="trivy"), 1),
            (ExposureFilter(due_before=NOW + timedelta(days=400)), 3),
            (ExposureFilter(due_before=DAY), 0),
            (ExposureFilter(exploited_only=True), 0),
            (ExposureFilter(no_hosts=True), 0),
            (ExposureFilter(owner="x' OR '1'='1"), 0),
        ):
            assert exposures.count(f) == n, f
            assert len(exposures.select(f)) == n
            assert len(exposures.connection.execute(exposures.sql(f)).fetchall()) == n


def test_wrong_columns_orders_and_policies_are_refused_with_the_choice(world: World) -> None:
    with world.open() as exposures:
        with pytest.raises(UserError, match="no column"):
            exposures.by("asset; DROP TABLE x")
        with pytest.raises(UserError, match="no order"):
            exposures.select(order="random()")
    with pytest.raises(UserError):
        world.open(policy="no-such-policy")


def test_opening_again_makes_only_what_changed_and_comes_to_the_same_as_from_nothing(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(derive, "ROWS_A_BUCKET", 20)
    world.report(
        findings=tuple(find("CVE-2021-23337", "lodash", "4.17.20", f"host-{i}.corp.example") for i in range(40))
    )
    made: list[tuple[int, int]] = []
    world.open(progress=lambda done, n: made.append((done, n))).close()
    folder = tmp_path / "cache" / "exposure"
    first = {p.name for p in folder.glob("*.parquet")}
    assert made[-1][0] == made[-1][1] == len(first) == 4
    world.open(progress=lambda done, n: pytest.fail("nothing changed")).close()
    world.report("nessus", at=LATER, findings=(find("CVE-2021-4034", place="host-3.corp.example"),))
    with world.open() as exposures:
        rows = exposures.connection.execute("SELECT * FROM exposures ORDER BY exposure_id").fetchall()
    assert len({p.name for p in folder.glob("*.parquet")} - first) == 1
    for path in folder.iterdir():
        path.unlink()
    with world.open() as exposures:
        assert exposures.connection.execute("SELECT * FROM exposures ORDER BY exposure_id").fetchall() == rows
        assert len(rows) == 41


def test_layers_that_images_share_are_folded(world: World) -> None:
    layer = "sha256:" + "ab" * 32
    for number in range(3):
        image = {"place": f"registry.example.com/app-{number}:1", "place_kind": "image"}
        world.report(
            findings=({**find("CVE-2022-37434", "zlib", "1.2.11"), **image, "layer": layer if number < 2 else ""},)
        )
    with world.open() as exposures:
        names = ["registry.example.com/app-0:1", "registry.example.com/app-1:1"]
        assert exposures.folds() == [(layer, 2, 1, names)]
        assert sorted(n for (n,) in exposures.connection.execute("SELECT n_sharing FROM exposures").fetchall()) == [
            0,
            2,
            2,
        ]


def test_an_address_that_two_hosts_have_is_asked_about(world: World) -> None:
    world.report(
        "trivy", findings=(find("CVE-2021-4034", "polkit", "1", "a.corp.example", place_aliases=["10.0.0.9"]),)
    )
    world.report(
        "trivy", findings=(find("CVE-2021-4034", "polkit", "1", "b.corp.example", place_aliases=["10.0.0.9"]),)
    )
    world.report("nessus", findings=(find("CVE-2021-3156", "sudo", "1", "10.0.0.9"),))
    with world.open() as exposures:
        assert exposures.count() == 3
        (found,) = exposures.select(ExposureFilter(vulnerability="CVE-2021-3156"))
        assert "Which asset is 10.0.0.9: a.corp.example, b.corp.example?" in found.unknown
        assert exposures.count(ExposureFilter(hosts=("10.0.0.9",))) == 1


def test_an_entry_of_no_kind_is_the_place_that_alone_has_its_name(tmp_path: Path) -> None:
    world = World(tmp_path)
    kinds = {"shop": "application", "repo-a": "repository", "WEB1": "host"}
    world.report(
        findings=tuple(
            {"kind": "vulnerability", "ids": ["CVE-2023-0001"], "place": name, "place_kind": kind, "package_name": "x",
             "package_version": "1", "pointer": f"/{name}"}
            for name, kind in kinds.items()
        )
    )  # fmt: skip
    world.report("assets", assets=tuple({"name": n, "owner": "Ops", "kind": "unknown"} for n in kinds))
    with world.open() as exposures:
        found = exposures.connection.execute("SELECT asset, asset_kind, owner FROM exposures ORDER BY asset").fetchall()
    assert sorted(found) == sorted((name, kind, "Ops") for name, kind in kinds.items())
