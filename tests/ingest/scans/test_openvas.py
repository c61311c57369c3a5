"""OpenVAS and Greenbone: XML and CSV."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from scans_support import findings, read, sample

from vedette.ingest.scans.base import ScanRefusal
from vedette.ingest.scans.openvas import READER as XML
from vedette.ingest.scans.openvas import installed, test_ids
from vedette.ingest.scans.openvas_csv import READER as CSV
from vedette.schema import ScanKind, Severity, VexStatus

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "scans"
test_ids.__test__ = False  # type: ignore[attr-defined]  # a name of the field, no test


def test_results_with_what_stands_behind_them(tmp_path: Path) -> None:
    flaw, log, wrong = findings(XML, (GOLDEN / "openvas.xml").read_bytes(), tmp_path)
    assert flaw.ids == ("CVE-2022-0778", "openvas:1.3.6.1.4.1.25623.1.0.1")
    assert flaw.place.name == "10.0.0.7"
    assert set(flaw.place.aliases) == {"db01", "db01.example.com"}
    assert flaw.place.operating_system == "Debian 12"
    assert flaw.location == "443/tcp"
    assert flaw.cvss == ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",)
    assert (flaw.score, flaw.severity, flaw.epss) == (7.5, Severity.HIGH, 0.5)
    assert (flaw.package.name, flaw.package.version, flaw.fixed_in) == ("openssl", "1.0.2k-16", ("1.0.2k-25",))
    assert flaw.references == ("https://example.com/a",)
    assert (log.kind, log.location) == (ScanKind.INFORMATION, "")
    assert (wrong.status, wrong.status_by) == (VexStatus.NOT_AFFECTED, "OpenVAS override by ann: patched by hand")
    assert wrong.related == ("CVE-2020-0001", "CVE-2020-0002")


def test_hosts_without_results_are_places_too(tmp_path: Path) -> None:
    _, head = read(XML, (GOLDEN / "openvas.xml").read_bytes(), tmp_path)
    assert head.places == ["10.0.0.7", "10.0.0.9"]
    assert head.made_at == datetime(2026, 3, 9, 12, tzinfo=UTC)


def test_old_forms(tmp_path: Path) -> None:
    data = b"""<get_reports_response status="200"><report><report><results>
    <result><host>10.0.0.1</host><port>https (443/tcp)</port><nvt oid="1.2.3"><name>N</name><cvss_base>5.0</cvss_base>
    <cve>CVE-2010-0001, CVE-2010-0002</cve><xref>URL:http://a.example/</xref>
    <tags>cvss_base_vector=AV:N/AC:L/Au:N/C:P/I:N/A:N|summary=S|x=NOTAG</tags></nvt><threat>Medium</threat></result>
    <result><host>10.0.0.1</host><port>general/tcp</port><nvt oid="1.2.4"><name>M</name><cve>NOCVE</cve></nvt>
    <threat>Log</threat></result></results></report></report></get_reports_response>"""
    assert XML.sniff(sample(data)) > 0.9
    first, second = findings(XML, data, tmp_path)
    assert first.location == "443/tcp"
    assert first.related == ("CVE-2010-0001", "CVE-2010-0002")
    assert first.cvss == ("AV:N/AC:L/Au:N/C:P/I:N/A:N",)
    assert (first.score, first.severity, first.description) == (5.0, Severity.MEDIUM, "S")
    assert first.references == ("http://a.example/",)
    assert second.ids == ("openvas:1.2.4",)


def test_results_that_name_no_test_or_host_are_refused(tmp_path: Path) -> None:
    results = b"<result><host>1.1.1.1</host></result><result><nvt oid='1'/></result>"
    data = b"<report><report><results>" + results + b"</results></report></report>"
    records, _ = read(XML, data, tmp_path)
    assert [type(r) for r in records] == [ScanRefusal, ScanRefusal]


@pytest.mark.parametrize(
    ("oid", "cves", "ids", "related"),
    [
        ("1.2", [], ("openvas:1.2",), ()),
        ("1.2", ["CVE-2020-0001"], ("CVE-2020-0001", "openvas:1.2"), ()),
        ("1.2", ["CVE-2020-0001", "CVE-2020-0002"], ("openvas:1.2",), ("CVE-2020-0001", "CVE-2020-0002")),
        ("CVE-2020-0001", ["CVE-2020-0001"], ("CVE-2020-0001",), ()),
    ],
)
def test_which_ids(oid: str, cves: list[str], ids: tuple[str, ...], related: tuple[str, ...]) -> None:
    assert test_ids(oid, cves) == (ids, related)


def test_versions_in_a_result() -> None:
    package, fixed = installed(
        "Installed version: 2.4.7\nFixed version:     2.4.50\nInstallation\npath / port:       /usr/sbin/apache2"
    )
    assert (package.version, package.path, fixed) == ("2.4.7", "/usr/sbin/apache2", ("2.4.50",))
    package, fixed = installed(
        "Installed version: 2.4.7\nFixed version:     None\nInstallation\npath / port:       80/tcp"
    )
    assert (package.path, fixed) == ("", ())


def test_csv(tmp_path: Path) -> None:
    data = (GOLDEN / "openvas_csv.csv").read_bytes()
    flaw, log = findings(CSV, data, tmp_path)
    assert flaw.ids == ("CVE-2022-0778", "openvas:1.3.6.1.4.1.25623.1.0.1")
    assert (flaw.place.aliases, flaw.location, flaw.score) == (("db01.example.com",), "443/tcp", 7.5)
    assert (flaw.package.version, flaw.fixed_in) == ("1.0.2", ("1.0.3",))
    assert flaw.seen_at == datetime(2026, 3, 9, 11, tzinfo=UTC)
    assert (log.kind, log.score, log.severity) == (ScanKind.INFORMATION, None, Severity.INFORMATIONAL)
    assert read(CSV, data.splitlines()[0] + b"\n", tmp_path)[0] == []
