"""Scans on the command line: in by ``ingest``, listed and taken out by ``lake``."""

from __future__ import annotations

from pathlib import Path

from cli_support import call

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
SCANS = GOLDEN / "scans"


def test_scans_and_logs_in_one_call(tmp_path: Path) -> None:
    done = call(
        "--home", tmp_path, "ingest", SCANS / "nessus.nessus", SCANS / "trivy.json", GOLDEN / "syslog" / "lines.log"
    )
    assert done.code == 0
    assert "3 findings from 2 report(s) (nessus, trivy)" in done.out
    assert "new events from 1 file(s) (syslog)" in done.out
    again = call("--home", tmp_path, "ingest", SCANS / "nessus.nessus")
    assert again.code == 0
    assert "1 report(s) known already" in again.out
    assert "new events" not in again.out


def test_as_json(tmp_path: Path) -> None:
    done = call("--home", tmp_path, "ingest", SCANS / "cyclonedx.json", "--json")
    scans = done.json["scans"]
    assert (scans["components"], scans["statements"], scans["known"], scans["refused"]) == (1, 1, 0, 0)
    assert [f["reader"] for f in scans["files"]] == ["cyclonedx"]
    assert done.json["files"] == []


def test_the_subject_can_be_named(tmp_path: Path) -> None:
    call("--home", tmp_path, "ingest", SCANS / "npm_audit.json", "--asset", "shop-web")
    done = call("--home", tmp_path, "query", "SELECT DISTINCT place FROM scan_findings", "--json")
    assert done.json["rows"] == [["shop-web"]]


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "cut.json").write_bytes((SCANS / "trivy.json").read_bytes()[:300])
    (tmp_path / "bomb.nessus").write_bytes(
        b'<!DOCTYPE N [<!ENTITY a "b">]><NessusClientData_v2>&a;</NessusClientData_v2>'
    )
    home = tmp_path / "home"
    done = call("--home", home, "ingest", tmp_path / "cut.json")
    assert done.code == 2
    assert "cut.json" in done.out
    bomb = call("--home", home, "ingest", tmp_path / "bomb.nessus")
    assert bomb.code == 2
    assert "declares an entity" in bomb.out
    assert call("--home", home, "ingest", SCANS / "trivy.json", "--reader", "nessus").code == 2


def test_quarantine_names_the_place_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.nessus").write_bytes(
        (SCANS / "nessus.nessus").read_bytes().replace(b'pluginID="19506"', b'pluginID=""')
    )
    done = call("--home", tmp_path / "home", "ingest", tmp_path / "a.nessus")
    assert "1 record(s) of reports in quarantine" in done.out
    shown = call("--home", tmp_path / "home", "ingest", "--quarantine", "--json").json["quarantine"]
    assert [row["name"].rpartition("/a.nessus")[2] for row in shown] == [
        "#/NessusClientData_v2/Report[1]/ReportHost[1]/ReportItem[2]"
    ]
    assert "a.nessus#" in call("--home", tmp_path / "home", "ingest", "--quarantine").out.replace("\n", "")


def test_reports_are_listed_and_forgotten(tmp_path: Path) -> None:
    call("--home", tmp_path, "ingest", SCANS / "grype.json", SCANS / "nessus.nessus")
    listed = call("--home", tmp_path, "lake", "reports", "--json").json["reports"]
    assert sorted(row["reader"] for row in listed) == ["grype", "nessus"]
    status = call("--home", tmp_path, "lake", "status", "--json").json
    assert (status["reports"], status["records"], status["events"]) == (2, 3, 0)
    report = next(row["report_id"] for row in listed if row["reader"] == "grype")
    assert report[:12] in call("--home", tmp_path, "lake", "reports").out
    assert call("--home", tmp_path, "lake", "forget", report[:3]).code == 2
    assert call("--home", tmp_path, "lake", "forget", "0" * 32).code == 2
    assert call("--home", tmp_path, "lake", "forget", report[:10], "--json").json == {"forgotten": 1}
    assert call("--home", tmp_path, "lake", "status", "--json").json["records"] == 2
    assert call("--home", tmp_path, "lake", "clean", "--json").json == {"deleted": 0}


def test_formats_and_columns() -> None:
    formats = call("ingest", "--formats", "--json").json
    assert "nessus" in [reader["name"] for reader in formats["scan_readers"]]
    assert "syslog" in [reader["name"] for reader in formats["readers"]]
    assert formats["broken"] == []
    assert "OpenVAS" in call("ingest", "--formats").out
    columns = call("query", "--columns", "--json").json
    assert {"name": "ids", "type": "strings"} in columns["scan_findings"]
    assert "scan_findings: report_id, record_id, pointer" in call("query", "--columns").out.replace("\n", " ")
