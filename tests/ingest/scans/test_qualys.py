"""Qualys: asset data reports, scan results and detections, XML and CSV."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from scans_support import findings, read, sample

from vedette.ingest.scans.base import ScanContext, ScanRefusal
from vedette.ingest.scans.qualys import READER as XML
from vedette.ingest.scans.qualys import rating
from vedette.ingest.scans.qualys_csv import READER as CSV
from vedette.schema import ScanKind, Severity, VexStatus

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "scans"


def test_asset_data_report_joins_the_glossary(tmp_path: Path) -> None:
    update, ssh, information = findings(XML, (GOLDEN / "qualys.xml").read_bytes(), tmp_path)
    assert (update.ids, update.related) == (("qualys:91762",), ("CVE-2021-31166", "CVE-2021-31167", "KB5003171"))
    assert update.title == "Windows update for May"
    assert update.description == "Bad.\n\nWorse."
    assert (update.severity, update.score) == (Severity.CRITICAL, 8.1)
    assert update.cvss == ("CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H",)
    assert update.place.name == "app01.example.com"
    assert update.place.aliases == ("APP01", "10.0.0.20")
    assert update.place.operating_system == "Windows Server 2022"
    assert update.location == "445/tcp"
    assert update.first_seen_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert update.status is None
    assert ssh.ids == ("CVE-2008-5161", "qualys:38739")
    assert (ssh.status, ssh.status_by, ssh.severity) == (VexStatus.FIXED, "Qualys: Fixed", Severity.MEDIUM)
    assert (information.kind, information.severity) == (ScanKind.INFORMATION, Severity.INFORMATIONAL)


def test_hosts_without_findings_are_places_under_one_name(tmp_path: Path) -> None:
    _, head = read(XML, (GOLDEN / "qualys.xml").read_bytes(), tmp_path)
    assert head.places == ["app01.example.com", "10.0.0.21"]
    assert head.made_at == datetime(2026, 3, 9, 10, tzinfo=UTC)


SCAN = b"""<?xml version="1.0"?><!DOCTYPE SCAN SYSTEM "https://qualysapi.qualys.example/scan-1.dtd">
<SCAN value="scan/1.2"><HEADER><KEY value="DATE">2026-03-09T10:00:00Z</KEY></HEADER>
<IP value="10.0.0.20" name="app01.example.com"><OS>Windows</OS><NETBIOS_HOSTNAME>APP01</NETBIOS_HOSTNAME>
<INFOS><CAT value="Information gathering"><INFO number="45038" severity="1"><TITLE>Time</TITLE></INFO></CAT></INFOS>
<VULNS><CAT value="Web server" port="443" protocol="tcp"><VULN number="86000" cveid="CVE-2020-0001" severity="4">
<TITLE>Server</TITLE><DIAGNOSIS>D</DIAGNOSIS><CONSEQUENCE>C</CONSEQUENCE>
<CVSS_BASE>5.0 (AV:N/AC:L/Au:N/C:P/I:N/A:N)</CVSS_BASE></VULN>
<VULN number="x"/></CAT></VULNS>
<PRACTICES><CAT value="TCP/IP"><PRACTICE number="82054" severity="2"><TITLE>T</TITLE></PRACTICE></CAT>
</PRACTICES></IP><IP value="10.0.0.22"/></SCAN>"""


def test_scan_results(tmp_path: Path) -> None:
    assert XML.sniff(sample(SCAN)) > 0.9
    assert XML.sniff(sample(b"<SCAN><a/></SCAN>")) == 0
    records, head = read(XML, SCAN, tmp_path)
    found = [r for r in records if not isinstance(r, ScanRefusal)]
    assert len(records) - len(found) == 1
    assert [f.kind for f in found] == [ScanKind.INFORMATION, ScanKind.VULNERABILITY, ScanKind.VULNERABILITY]
    assert found[1].ids == ("CVE-2020-0001", "qualys:86000")
    assert (found[1].location, found[2].location) == ("443/tcp", "")
    assert (found[1].score, found[1].cvss) == (5.0, ("AV:N/AC:L/Au:N/C:P/I:N/A:N",))
    assert found[1].place.aliases == ("APP01", "10.0.0.20")
    assert head.places == ["app01.example.com", "10.0.0.22"]


def test_detections_of_the_api(tmp_path: Path) -> None:
    data = b"""<HOST_LIST_VM_DETECTION_OUTPUT><RESPONSE><DATETIME>2026-03-09T10:00:00Z</DATETIME><HOST_LIST>
    <HOST><ID>1</ID>    <IP>10.0.0.20</IP><OS><![CDATA[Linux]]></OS>
    <DNS_DATA><HOSTNAME>app01</HOSTNAME><FQDN>app01.example.com</FQDN></DNS_DATA>
    <DETECTION_LIST><DETECTION><QID>86000</QID><TYPE>Confirmed</TYPE><SEVERITY>5</SEVERITY><STATUS>Active</STATUS>
    <IS_IGNORED>1</IS_IGNORED><LAST_FOUND_DATETIME>2026-03-08T00:00:00Z</LAST_FOUND_DATETIME></DETECTION>
    <DETECTION><QID>45038</QID><TYPE>Info</TYPE></DETECTION></DETECTION_LIST></HOST></HOST_LIST></RESPONSE>
    </HOST_LIST_VM_DETECTION_OUTPUT>"""
    first, second = findings(XML, data, tmp_path)
    assert (first.ids, first.severity) == (("qualys:86000",), Severity.CRITICAL)
    assert (first.status, first.status_by) == (VexStatus.AFFECTED, "Qualys: ignored")
    assert first.place.name == "app01.example.com"
    assert {"10.0.0.20", "app01"} <= set(first.place.aliases)
    assert first.seen_at == datetime(2026, 3, 8, tzinfo=UTC)
    assert second.kind is ScanKind.INFORMATION


def test_ratings() -> None:
    assert rating("8.1 (AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H)", "3.0")[0].startswith("CVSS:3.0/")
    assert rating("7.4 (nonsense)") == ("", 7.4)
    assert rating("") == ("", None)


def test_csv(tmp_path: Path) -> None:
    data = (GOLDEN / "qualys_csv.csv").read_bytes()
    records, head = read(CSV, data, tmp_path)
    assert len(records) == 1
    found = findings(CSV, data, tmp_path)[0]
    assert (found.ids, found.related) == (("qualys:91762",), ("CVE-2021-31166", "CVE-2021-31167", "KB5003171"))
    assert (found.place.name, found.place.aliases) == ("app01.example.com", ("APP01", "10.0.0.20"))
    assert (found.location, found.score, found.severity) == ("445/tcp", 8.1, Severity.CRITICAL)
    assert head.places == ["10.0.0.21"]
    assert head.made_at == datetime(2026, 3, 9, 10, tzinfo=UTC)
    assert found.seen_at is None
    assert findings(CSV, data, tmp_path, ScanContext(timezone=UTC))[0].seen_at == datetime(2026, 3, 8, tzinfo=UTC)


def test_csv_of_vmdr(tmp_path: Path) -> None:
    data = (
        b'"CVE","CVE-Description","CVSSv2 Base (nvd)","CVSSv3.1 Base (nvd)","QID","Title","Severity","Type Detected",'
        b'"Last Detected","Protocol","Port","Status","Asset Id","Asset Name","Asset IPV4"\n'
        b'"CVE-2022-0778","Loop","5.0","7.5","38000","OpenSSL","4","Confirmed","2026-03-08T00:00:00Z","TCP","443","FIXED",'
        b'"77","app01","10.0.0.20"\n'
    )
    found = findings(CSV, data, tmp_path)[0]
    assert found.ids == ("CVE-2022-0778", "qualys:38000")
    assert (found.score, found.status, found.severity) == (7.5, VexStatus.FIXED, Severity.HIGH)
    assert found.place.name == "app01"
    assert set(found.place.aliases) == {"10.0.0.20", "77"}
