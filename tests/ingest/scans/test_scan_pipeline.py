"""From files to the lake's tables: whole reports, once, whatever happens."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest

from vedette.errors import UserError
from vedette.ingest import IngestOptions, ingest, quarantined, replay
from vedette.ingest.base import Sample
from vedette.ingest.scans import pipeline, rows
from vedette.ingest.scans.base import ScanContent, ScanContext, ScanError, ScanHead, ScanRefusal
from vedette.ingest.scans.pipeline import NOTHING_SAID, ScanIntake, read_scans
from vedette.schema import (
    Asset,
    AssetKind,
    Component,
    Package,
    Place,
    ScanFinding,
    ScanKind,
    ScanRecord,
    Severity,
    VexStatement,
    VexStatus,
    record_id,
)
from vedette.schema import scan_tables as scan_table_module
from vedette.schema.flat_tables import FlatColumn
from vedette.schema.scan_tables import SCAN_TABLES, SCAN_VERSION, scan_columns
from vedette.store import Lake
from vedette.store.kept import SCANS
from vedette.store.query import run_query
from vedette.streams import Stream

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "scans"


class Scripted:
    """A reader that yields what it is told."""

    name = "scripted"
    title = "Scripted"
    examples = ("tests",)

    def __init__(self, *records: Any, places: tuple[str, ...] = ()) -> None:
        self.records = records
        self.places = places

    def sniff(self, sample: Sample) -> float:
        return 0.0

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Iterator[ScanRecord | ScanRefusal]:
        head.places += self.places
        for record in self.records:
            if isinstance(record, BaseException):
                raise record
            yield record


def finding(pointer: str = "/1", **more: Any) -> ScanFinding:
    return ScanFinding(
        **{
            "kind": ScanKind.VULNERABILITY,
            "ids": ("CVE-2021-44228",),
            "place": Place(name="web01"),
            "pointer": pointer,
            **more,
        }
    )


def add(lake: Lake, reader: Scripted, data: bytes = b"data", context: ScanContext = NOTHING_SAID) -> Any:
    with ScanIntake(lake, context) as intake:
        return intake.add(Stream("folder/report.json", "report.json", io.BytesIO(data)), reader)


def count(lake: Lake, table: str = "scan_findings") -> int:
    with lake.connection() as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def select(lake: Lake, sql: str) -> list[tuple[Any, ...]]:
    with lake.connection() as connection:
        return connection.execute(sql).fetchall()


def test_every_noun_becomes_a_row_with_all_its_fields(lake: Lake) -> None:
    at = datetime(2026, 3, 9, 10, tzinfo=UTC)
    package = Package(name="log4j-core", version="2.14.1", purl="pkg:maven/x@1", cpe="cpe:2.3:a", path="/a.jar")
    place = Place(
        name="shop", kind=AssetKind.IMAGE, aliases=("a",), base_layers=("sha256:b",), operating_system="debian"
    )
    records = (
        finding(
            severity=Severity.HIGH, score=7.5, place=place, package=package, seen_at=at, known_exploited=True, epss=0.5
        ),
        Component(place=place, package=package, ref="c", depends_on=("d",), pointer="/c"),
        VexStatement(ids=("CVE-1",), products=("p",), status=VexStatus.FIXED, author="ann", at=at, pointer="/v"),
        Asset(name="web01", aliases=("10.0.0.5",), business_weight=0.75, internet_facing=True, pointer="/a"),
    )
    file = add(lake, Scripted(*records, places=("clean01",)))
    assert (file.n_findings, file.n_components, file.n_statements, file.n_assets, file.problem) == (1, 1, 1, 1, None)
    row = select(
        lake,
        "SELECT kind, ids, severity, score, place, place_kind, place_aliases, base_layers, operating_system, "
        "package_name, package_version, purl, cpe, path, seen_at, known_exploited, reachable, epss, record_id "
        "FROM scan_findings",
    )[0]
    assert row == (
        "vulnerability", ["CVE-2021-44228"], "high", 7.5, "shop", "image", ["a"], ["sha256:b"], "debian", "log4j-core",
        "2.14.1", "pkg:maven/x@1", "cpe:2.3:a", "/a.jar", at.replace(tzinfo=None), True, None, 0.5,
        record_id(file.report_id, "/1"),
    )  # fmt: skip
    assert select(lake, "SELECT ref, depends_on, place, licences FROM components") == [("c", ["d"], "shop", [])]
    assert select(lake, 'SELECT ids, status, author, "at" FROM vex') == [
        (["CVE-1"], "fixed", "ann", at.replace(tzinfo=None))
    ]
    assert select(lake, "SELECT name, business_weight, internet_facing, owner FROM assets") == [
        ("web01", 0.75, True, None)
    ]
    report = select(
        lake, "SELECT report_id, source, places, n_findings, n_components, n_refused, problem FROM scan_reports"
    )
    assert report == [(file.report_id, "report.json", ["shop", "clean01"], 1, 1, 0, "")]


def test_views_are_there_before_anything_is(lake: Lake) -> None:
    for table in SCAN_TABLES:
        assert count(lake, table) == 0
        assert run_query(lake, f"SELECT count(*) FROM {table}").rows == [(0,)]


def test_the_same_bytes_add_nothing(lake: Lake, tmp_path: Path) -> None:
    data = (GOLDEN / "nessus.nessus").read_bytes()
    (tmp_path / "a.nessus").write_bytes(data)
    (tmp_path / "b.nessus.gz").write_bytes(gzip.compress(data))
    first = read_scans(lake, [tmp_path / "a.nessus"])
    assert first.total("n_findings") == 2
    again = read_scans(lake, [tmp_path / "a.nessus", tmp_path / "b.nessus.gz"])
    assert [f.known for f in again.files] == [True, True]
    assert (again.total("n_findings"), count(lake), count(lake, "scan_reports")) == (0, 2, 1)


def test_the_same_file_twice_in_one_go(lake: Lake, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes((GOLDEN / "grype.json").read_bytes())
    assert read_scans(lake, [tmp_path / "a", tmp_path / "b"]).total("n_findings") == 1
    assert count(lake) == 1


def test_saying_something_else_of_the_same_bytes_replaces_them(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "npm.json"
    path.write_bytes((GOLDEN / "npm_audit.json").read_bytes())
    (tmp_path / "other.json").write_bytes((GOLDEN / "grype.json").read_bytes())
    read_scans(lake, [path, tmp_path / "other.json"])
    read_scans(lake, [path], context=ScanContext(asset="shop-web"))
    assert sorted(select(lake, "SELECT place FROM scan_findings")) == [("shop-web",), ("shop:1.2",)]
    assert count(lake, "scan_reports") == 2
    assert read_scans(lake, [path], context=ScanContext(asset="shop-web")).total("known") == 1
    assert lake.clean() == 0


def test_a_forgotten_report_is_gone_and_can_come_again(lake: Lake, tmp_path: Path) -> None:
    for name in ("grype.json", "trivy.json"):
        (tmp_path / name).write_bytes((GOLDEN / name).read_bytes())
    report = read_scans(lake, [tmp_path]).files[0].report_id
    assert report is not None
    assert SCANS.forget(lake, [report, "0" * 32]) == 1
    assert (count(lake), count(lake, "scan_reports")) == (1, 1)
    assert SCANS.forget(lake, [report]) == 0
    assert read_scans(lake, [tmp_path]).total("n_findings") == 1
    assert count(lake) == 2


def test_small_reports_share_files(lake: Lake, tmp_path: Path) -> None:
    for i in range(30):
        text = (GOLDEN / "trivy.json").read_text().replace("shop:1.2", f"shop:{i}")
        (tmp_path / f"{i}.json").write_text(text)
    assert read_scans(lake, [tmp_path]).total("n_findings") == 30
    assert len(lake.segments("scan_findings")) == 1
    assert select(lake, "SELECT count(DISTINCT place) FROM scan_findings") == [(30,)]


def test_large_reports_are_written_in_parts(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "FULL_ROWS", 100)
    file = add(lake, Scripted(*(finding(f"/{i}") for i in range(1_050))))
    assert file.n_findings == count(lake) == 1_050
    assert len(lake.segments("scan_findings")) == 11
    assert select(lake, "SELECT count(DISTINCT record_id) FROM scan_findings") == [(1_050,)]


def test_a_kill_leaves_nothing(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "FULL_ROWS", 10)
    reader = Scripted(*(finding(f"/{i}") for i in range(25)), KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        add(lake, reader)
    assert (count(lake), count(lake, "scan_reports")) == (0, 0)
    assert add(lake, Scripted(finding())).n_findings == 1
    assert count(lake) == 1


def test_two_at_once_do_not_double(lake: Lake) -> None:
    reader, other = Scripted(finding()), Scripted(finding(place=Place(name="b")))
    with ScanIntake(lake) as first, ScanIntake(lake) as second:
        for intake in (first, second):
            intake.add(Stream("a", "a", io.BytesIO(b"a")), reader)
        second.add(Stream("b", "b", io.BytesIO(b"b")), other)
    assert sorted(select(lake, "SELECT place FROM scan_findings")) == [("b",), ("web01",)]
    assert count(lake, "scan_reports") == 2
    assert len(SCANS.shards(lake)) == 2


def test_a_damaged_report_keeps_what_stood_before_and_says_so(lake: Lake) -> None:
    file = add(lake, Scripted(finding(), ScanError("damaged at line 7")))
    assert (file.n_findings, file.problem) == (1, "damaged at line 7")
    assert select(lake, "SELECT problem FROM scan_reports") == [("damaged at line 7",)]


@pytest.mark.parametrize("error", [ScanError("no such format"), RuntimeError("a fault of ours")])
def test_what_cannot_be_read_at_all_is_told_and_not_kept(lake: Lake, error: Exception) -> None:
    file = add(lake, Scripted(error, places=("web01",)))
    assert str(error) in (file.problem or "")
    assert count(lake, "scan_reports") == 0
    assert add(lake, Scripted(finding())).n_findings == 1


def test_a_clean_report_is_a_report(lake: Lake) -> None:
    assert add(lake, Scripted(places=("web01",))).problem is None
    assert select(lake, "SELECT places, n_findings FROM scan_reports") == [(["web01"], 0)]


def test_refused_records_go_to_quarantine(lake: Lake) -> None:
    file = add(lake, Scripted(ScanRefusal("/Results/3", "no id", b"{}"), finding(), ScanRefusal("/Results/4", "no id")))
    assert (file.n_refused, file.n_findings) == (2, 1)
    held = quarantined(lake)
    assert {row["name"] for row in held} == {"folder/report.json#/Results/3", "folder/report.json#/Results/4"}
    assert {(row["reader"], row["reason"]) for row in held} == {("scripted", "no id")}
    assert replay(lake).files == [], "they are read again with their file"
    assert select(lake, "SELECT n_refused FROM scan_reports") == [(2,)]
    assert SCANS.forget(lake, [file.report_id]) == 1
    assert quarantined(lake) == []


def test_many_refusals_are_counted_and_some_kept(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "MAX_REFUSED", 5)
    file = add(lake, Scripted(finding(), *(ScanRefusal(f"/{i}", "bad") for i in range(20))))
    assert file.n_refused == 20
    assert len(quarantined(lake)) == 5


@pytest.mark.parametrize(
    "wrong",
    [
        {"ids": "CVE-1"},
        {"ids": (None,)},
        {"ids": tuple("x" * 100 for _ in range(5_000))},
        {"score": float("nan")},
        {"score": "7"},
        {"seen_at": datetime(2026, 1, 1)},  # noqa: DTZ001 (without zone on purpose)
        {"reachable": 1},
        {"location": "x" * 300_000},
        {"title": None, "location": 5},
        {"pointer": 5},
    ],
)
def test_a_record_that_no_table_takes_is_refused_and_the_rest_goes_on(wrong: dict[str, Any], lake: Lake) -> None:
    file = add(lake, Scripted(finding(**{"pointer": "/bad", **wrong}), finding("/good")))
    assert (file.n_refused, file.n_findings, count(lake)) == (1, 1, 1)


def test_what_is_no_record_is_refused(lake: Lake) -> None:
    file = add(lake, Scripted({"ids": ["CVE-1"]}, None, finding()))
    assert (file.n_refused, file.n_findings, file.problem) == (2, 1, None)


def test_text_is_cut_cleaned_and_kept(lake: Lake) -> None:
    add(lake, Scripted(finding(description="d" * 100_000, title="half \ud800 pair\0", ids=("\udfff",))))
    text, title, ids = select(lake, "SELECT description, title, ids FROM scan_findings")[0]
    assert len(text) == rows.MAX_TEXT_CHARS
    assert text.endswith("…")
    assert "half" in title
    assert len(ids) == 1


def test_ingest_takes_logs_and_scans_together(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "scan.json").write_bytes((GOLDEN / "trivy.json").read_bytes())
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
        archive.writestr("a.nessus", (GOLDEN / "nessus.nessus").read_bytes())
        archive.writestr("notes.txt", "nothing of ours")
    syslog = GOLDEN.parent / "syslog" / "lines.log"
    summary = ingest(lake, [tmp_path, syslog], IngestOptions(asset="x"))
    assert sorted(f.reader or "" for f in summary.scans.files) == ["nessus", "trivy"]
    assert summary.scans.total("n_findings") == 3
    assert summary.total("n_new") > 0
    notes = next(f for f in summary.files if f.name.endswith("notes.txt"))
    assert (notes.problem or "").startswith("format not recognised")
    assert count(lake) == 3


def test_a_reader_can_be_named(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"no such thing")
    for summary in (
        ingest(lake, [path], IngestOptions(reader="trivy")).scans,
        read_scans(lake, [path], reader="trivy"),
    ):
        assert summary.files[0].reader == "trivy"
        assert summary.files[0].problem
    with pytest.raises(UserError, match="no reader is called 'nope'") as error:
        ingest(lake, [path], IngestOptions(reader="nope"))
    assert "nessus" in (error.value.next_step or "")
    assert "syslog" in (error.value.next_step or "")
    with pytest.raises(UserError):
        read_scans(lake, [path], reader="nope")
    with pytest.raises(UserError, match="no such file"):
        read_scans(lake, [tmp_path / "absent"])


def test_damage_in_an_archive_is_told(lake: Lake, tmp_path: Path) -> None:
    data = gzip.compress((GOLDEN / "nessus.nessus").read_bytes())
    (tmp_path / "cut.nessus.gz").write_bytes(data[:-40])
    (tmp_path / "empty.json").write_bytes(b"")
    summary = read_scans(lake, [tmp_path])
    assert all(f.problem for f in summary.files)
    assert {f.name.rsplit("/", 1)[-1]: f.problem for f in summary.files}["empty.json"] == "empty"


def test_every_field_of_a_noun_has_a_column() -> None:
    from dataclasses import fields

    from vedette.schema import ScanReport

    nouns = {
        "scan_reports": ScanReport,
        "scan_findings": ScanFinding,
        "components": Component,
        "vex": VexStatement,
        "assets": Asset,
    }
    for table, noun in nouns.items():
        held = {column.field.split(".")[0] for column in SCAN_TABLES[table]} | {"pointer"}
        assert {spec.name for spec in fields(noun)} <= held


def test_changed_columns_have_a_new_version() -> None:
    """Where this fails, the columns changed: raise SCAN_VERSION, then this digest."""
    columns = repr([(table, [(c.name, c.kind) for c in scan_columns(table)]) for table in SCAN_TABLES])
    assert (SCAN_VERSION, blake2b(columns.encode(), digest_size=6).hexdigest()) == (1, "91c9798d507c")


def test_files_of_an_older_version_lack_columns_and_are_read(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    add(lake, Scripted(finding("/old")))
    grown = (*SCAN_TABLES["scan_findings"], FlatColumn("later", "string", "title"))
    for cached in (scan_table_module.scan_columns, scan_table_module.scan_arrow_schema, scan_table_module._getter):
        cached.cache_clear()
    monkeypatch.setitem(scan_table_module.SCAN_TABLES, "scan_findings", grown)
    monkeypatch.setattr("vedette.store.lake.SCAN_VERSION", 2)
    try:
        file = add(lake, Scripted(finding("/new", title="said")), b"other")
        assert sorted(select(lake, "SELECT pointer, later FROM scan_findings")) == [("/new", "said"), ("/old", None)]
        other = next(report for report in SCANS.shards(lake) if report != file.report_id)
        assert SCANS.forget(lake, [file.report_id]) == 1
        assert select(lake, "SELECT report_id, later FROM scan_findings") == [(other, None)]
    finally:
        monkeypatch.undo()
        for cached in (scan_table_module.scan_columns, scan_table_module.scan_arrow_schema, scan_table_module._getter):
            cached.cache_clear()


def test_progress_is_told(lake: Lake) -> None:
    told: list[tuple[int, int | None, int]] = []

    def progress(*, done_bytes: int, total_bytes: int | None, n_events: int, name: str) -> None:
        told.append((done_bytes, total_bytes, n_events))

    read_scans(lake, [GOLDEN / "trivy.json", GOLDEN / "grype.json"], progress=progress)
    ingest(lake, [GOLDEN / "snyk.json"], progress=progress)
    assert [n for _, _, n in told] == [1, 2, 1]


def test_opens_with_any_database(open_lake: Callable[[Path], Lake], tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "other")
    add(lake, Scripted(finding()))
    assert count(lake) == 1
