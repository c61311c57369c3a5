"""Exposures as files for other programs and people: whole, inert, and with the counts that SQL gives."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from exposure_support import DAY, NOW, World

from vedette.errors import UserError
from vedette.exposure.filters import EVERYTHING, ExposureFilter
from vedette.ingest.scans.base import ScanContext
from vedette.ingest.scans.pipeline import read_scans
from vedette.report.exposures import FORMATS, export
from vedette.report.exposures.base import Extent, format_of
from vedette.report.exposures.gather import gather
from vedette.store import Lake

HOSTILE = "=cmd|'/c calc'!A1<script>alert(1)</script>\u202e\x1b[31m`|"


def found(place: str, vulnerability: str, package: str = "openssl", **more: Any) -> dict[str, Any]:
    return {
        "kind": "vulnerability", "ids": [vulnerability], "place": place, "place_kind": "host", "package_name": package,
        "package_version": "1.0", "severity": "high", "score": 8.1, "pointer": f"/{vulnerability}",
    } | more  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> World:
    held = World(tmp_path)
    held.report(
        findings=(
            found("WEB01", "CVE-2021-44228", "log4j-core", fixed_in=["2.17.1"]),
            found("WEB01", "CVE-2023-0001"),
            found("DB01", "CVE-2023-0001"),
            found("DB01", "CVE-2023-0002", title=HOSTILE, package=HOSTILE, purl="pkg:generic/thing@1.0"),
        )
    )
    held.report(
        "assets",
        assets=(
            {"name": "WEB01", "owner": "web team", "internet_facing": True, "kind": "host"},
            {"name": "DB01", "owner": HOSTILE, "kind": "host"},
        ),
    )
    held.report(
        "openvex",
        vex=(
            {
                "ids": ["CVE-2023-0002"], "products": ["pkg:generic/thing@1.0"], "status": "not_affected",
                "author": "Dana", "justification": "vulnerable_code_not_present", "at": DAY,
            },
        ),
    )  # fmt: skip
    return held


def extent_of(world: World, wanted: ExposureFilter = EVERYTHING) -> Extent:
    with world.open() as exposures:
        return gather(exposures, wanted, now=NOW, knowledge=("KEV of 2025-08-25 is 455 days old",))


def test_counts_are_those_of_the_list(world: World) -> None:
    extent = extent_of(world)
    is_open = [e for e in extent.exposures if e.status.value == "open"]
    assert extent.counts["exposures"] == len(extent.exposures)
    assert extent.counts["open"] == len(is_open)
    assert extent.counts["vulnerabilities"] == len({e.vulnerability for e in is_open})
    assert extent.counts["assets"] == len({e.asset for e in is_open})
    for name in ("asset", "owner", "decision", "severity", "due"):
        assert sum(n for _, n in extent.by[name]) == len(is_open), name
    assert sum(sum(m.values()) for _, m in extent.owners_due) == len(is_open)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_form_is_made_twice_the_same(world: World, name: str) -> None:
    extent = extent_of(world)
    made = export(extent, name)
    assert made == export(extent, name)
    assert made
    if name != "pptx":  # packed
        assert b"\x1b" not in made
        assert "\u202e".encode() not in made


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(UserError, match="does not say which form"):
        format_of(Path("extent.doc"))
    assert format_of(Path("a.cdx.json")).name == "vex"
    assert format_of(Path("a.ssvc.json")).name == "ssvc"


def test_csv_calculates_nothing(world: World) -> None:
    rows = list(csv.reader(io.StringIO(export(extent_of(world), "csv").decode("utf-8-sig"))))
    assert len(rows) == 1 + extent_of(world).counts["exposures"]
    assert not [c for row in rows for c in row if c[:1] in ("=", "+", "@")]


def test_sarif_says_who_suppressed(world: World) -> None:
    run = json.loads(export(extent_of(world), "sarif"))["runs"][0]
    assert {r["id"] for r in run["tool"]["driver"]["rules"]} == {r["ruleId"] for r in run["results"]}
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    suppressed = [r for r in run["results"] if r.get("suppressions")]
    assert [r["ruleId"] for r in suppressed] == ["CVE-2023-0002"]
    assert "Dana" in suppressed[0]["suppressions"][0]["justification"]


def test_sarif_and_vex_are_read_back(world: World, tmp_path: Path) -> None:
    extent = extent_of(world)
    for name, file in (("sarif", "back.sarif"), ("vex", "back.cdx.json")):
        (tmp_path / file).write_bytes(export(extent, name))
    again = Lake.open(tmp_path / "again")
    summary = read_scans(again, [tmp_path / "back.sarif", tmp_path / "back.cdx.json"], context=ScanContext(asset="x"))
    assert [f.problem for f in summary.files] == [None, None]
    assert {f.reader for f in summary.files} == {"sarif", "cyclonedx"}
    with again.connection() as connection:
        ids = {i for (i,) in connection.execute("SELECT DISTINCT unnest(ids) FROM scan_findings").fetchall()}
        judged = connection.execute("SELECT ids[1], status FROM vex").fetchall()
    again.close()
    assert {"CVE-2021-44228", "CVE-2023-0001"} <= ids
    assert ("CVE-2023-0002", "not_affected") in judged


def test_tickets_ask_before_they_order(world: World) -> None:
    text = export(extent_of(world), "tickets").decode()
    assert "## CVE-2021-44228" in text
    assert "**Owner:** web team" in text
    assert "Answer first" in text
    assert "CVE-2023-0002" not in text  # judged not to matter
    assert "<script>" not in text


def test_page_and_slides_show_the_counts(world: World) -> None:
    extent = extent_of(world)
    page = export(extent, "html").decode()
    assert f"{extent.counts['open']} open exposures to" in page
    assert "<script" not in page
    assert "web team" in page
    from pptx import Presentation

    deck = Presentation(io.BytesIO(export(extent, "pptx")))
    words = " ".join(s.text_frame.text for slide in deck.slides for s in slide.shapes if s.has_text_frame)
    assert f"{extent.counts['open']} open exposures" in words
    charts = [s.chart for slide in deck.slides for s in slide.shapes if s.has_chart]
    by_asset = next(c for c in charts if "WEB01" in list(c.plots[0].categories))
    drawn = dict(zip(by_asset.plots[0].categories, by_asset.plots[0].series[0].values, strict=True))
    assert drawn["WEB01"] == dict(extent.by["asset"])["WEB01"]
    assert sum(drawn.values()) == extent.counts["open"]
    assert zipfile.ZipFile(io.BytesIO(export(extent, "pptx"))).testzip() is None


def test_nothing_open_is_said(tmp_path: Path) -> None:
    held = World(tmp_path)
    held.report(places=("WEB01",))
    extent = extent_of(held)
    assert extent.counts["open"] == 0
    for name in FORMATS:
        assert export(extent, name)
    assert "No scan names a vulnerability" in export(extent, "html").decode()
