"""Tenable: .nessus files and the CSV exports of its products."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from scans_support import findings, read, sample

from vedette.ingest.scans.base import ScanContext, ScanRefusal
from vedette.ingest.scans.nessus import READER as XML
from vedette.ingest.scans.nessus import installed, package_of
from vedette.ingest.scans.nessus_csv import READER as CSV
from vedette.schema import AssetKind, ScanFinding, ScanKind, Severity, VexStatus

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "scans"


def document(items: str, properties: str = "", name: str = "10.0.0.5") -> bytes:
    return (
        f'<?xml version="1.0" ?><NessusClientData_v2><Report name="r"><ReportHost name="{name}"><HostProperties>'
        f"{properties}</HostProperties>{items}</ReportHost></Report></NessusClientData_v2>"
    ).encode()


def item(inner: str = "", severity: str = "3", plugin: str = "100000") -> str:
    return (
        f'<ReportItem port="443" svc_name="www" protocol="tcp" severity="{severity}" pluginID="{plugin}" '
        f'pluginName="Flaw" pluginFamily="Misc.">{inner}</ReportItem>'
    )


def test_a_finding_with_all_that_the_file_says(tmp_path: Path) -> None:
    log4j, information = findings(XML, (GOLDEN / "nessus.nessus").read_bytes(), tmp_path)
    assert log4j.ids == ("CVE-2021-44228", "nessus:155999")
    assert (log4j.kind, log4j.severity, log4j.score) == (ScanKind.VULNERABILITY, Severity.CRITICAL, 10.0)
    assert log4j.cvss == ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H",)
    assert log4j.cwes == ("CWE-20",)
    assert log4j.known_exploited is True
    assert log4j.location == "443/tcp"
    assert log4j.place.name == "10.0.0.5"
    assert log4j.place.kind is AssetKind.HOST
    assert log4j.place.aliases == ("web01.example.com", "00:0D:3A:45:64:7F", "00:0D:3A:45:64:80")
    assert log4j.package.version == "2.14.1"
    assert log4j.package.path == "/opt/a/log4j-core-2.14.1.jar"
    assert log4j.fixed_in == ("2.15.0",)
    assert log4j.seen_at == datetime(2025, 11, 25, 10, tzinfo=UTC)
    assert (information.kind, information.location, information.known_exploited) == (ScanKind.INFORMATION, "", None)


def test_hosts_without_findings_are_places_too(tmp_path: Path) -> None:
    _, head = read(XML, (GOLDEN / "nessus.nessus").read_bytes(), tmp_path)
    assert head.places == ["10.0.0.5", "10.0.0.6"]
    assert head.scanner == "Nessus 10.6.1"
    assert head.made_at == datetime(2025, 11, 25, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cves", "ids", "related"),
    [
        ((), ("nessus:100000",), ()),
        (("CVE-2020-0001",), ("CVE-2020-0001", "nessus:100000"), ()),
        (("CVE-2020-0001", "CVE-2020-0001"), ("CVE-2020-0001", "nessus:100000"), ()),
        (("CVE-2020-0001", "CVE-2020-0002"), ("nessus:100000",), ("CVE-2020-0001", "CVE-2020-0002")),
    ],
)
def test_one_cve_is_the_flaw_and_several_are_covered(
    cves: tuple[str, ...], ids: tuple[str, ...], related: tuple[str, ...], tmp_path: Path
) -> None:
    found = findings(XML, document(item("".join(f"<cve>{cve}</cve>" for cve in cves))), tmp_path)[0]
    assert set(ids) <= set(found.ids)
    assert not {"CVE-2020-0002"} & set(found.ids)
    assert found.related == related


@pytest.mark.parametrize(
    ("severity", "inner", "kind"),
    [
        ("0", "", ScanKind.INFORMATION),
        ("0", "<cve>CVE-1999-0524</cve>", ScanKind.VULNERABILITY),
        ("1", "", ScanKind.VULNERABILITY),
        (
            "3",
            "<compliance>true</compliance><cm:compliance-result>FAILED</cm:compliance-result>",
            ScanKind.MISCONFIGURATION,
        ),
        ("1", "<compliance>true</compliance><cm:compliance-result>PASSED</cm:compliance-result>", ScanKind.INFORMATION),
    ],
)
def test_kinds(severity: str, inner: str, kind: ScanKind, tmp_path: Path) -> None:
    data = document(item(inner, severity)).replace(b"<Report ", b'<Report xmlns:cm="http://www.nessus.org/cm" ')
    assert findings(XML, data, tmp_path)[0].kind is kind


def test_versions_of_cvss_and_advisories(tmp_path: Path) -> None:
    inner = (
        "<cvss_vector>CVSS2#AV:N/AC:L/Au:N/C:P/I:P/A:P</cvss_vector><cvss_base_score>7.5</cvss_base_score>"
        "<cvss4_vector>CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N</cvss4_vector>"
        "<cvss4_base_score>9.3</cvss4_base_score><xref>RHSA:2021:5128</xref><xref>IAVA:2021-A-1</xref>"
        "<xref>USN:5192-1</xref><see_also>https://a.example/1\nhttps://a.example/2</see_also><epss_score>0.5</epss_score>"
    )
    found = findings(XML, document(item(inner)), tmp_path)[0]
    assert found.cvss[0].startswith("CVSS:4.0/")
    assert found.cvss[-1] == "AV:N/AC:L/Au:N/C:P/I:P/A:P"
    assert found.score == 9.3
    assert found.related == ("RHSA-2021:5128", "USN-5192-1")
    assert found.references == ("https://a.example/1", "https://a.example/2")
    assert found.epss == 0.5


def test_a_time_without_zone_needs_the_users_word(tmp_path: Path) -> None:
    data = document(item(), '<tag name="HOST_END">Tue Nov 25 12:00:00 2025</tag>')
    assert findings(XML, data, tmp_path)[0].seen_at is None
    zone = ScanContext(timezone=timezone(timedelta(hours=2)))
    assert findings(XML, data, tmp_path, zone)[0].seen_at == datetime(2025, 11, 25, 10, tzinfo=UTC)


def test_what_names_no_plugin_or_host_is_refused(tmp_path: Path) -> None:
    records, _ = read(XML, document(item(plugin="") + item()), tmp_path)
    assert [type(r) for r in records] == [ScanRefusal, ScanFinding]
    records, _ = read(XML, document(item(), name=""), tmp_path)
    assert isinstance(records[0], ScanRefusal)
    assert records[0].pointer.endswith("ReportItem[1]")


def test_a_host_without_name_goes_by_its_address(tmp_path: Path) -> None:
    data = document(item(), '<tag name="host-ip">10.1.1.1</tag>', name="")
    assert findings(XML, data, tmp_path)[0].place.name == "10.1.1.1"


def test_packages_in_a_plugins_output() -> None:
    rpm, fixed = installed(
        "\nRemote package installed : openssl-libs-1.0.2k-16.el7\nShould be : openssl-libs-1.0.2k-25.el7\n",
        "",
    )
    assert (rpm.name, rpm.version, fixed) == ("openssl-libs", "1.0.2k-16.el7", ("1.0.2k-25.el7",))
    two, fixed = installed(
        "Installed version : 1.0\nFixed version : 1.1\n\nInstalled version : 2.0\nFixed version : 2.1", ""
    )
    assert two.version == ""
    assert fixed == ("1.1", "2.1")


@pytest.mark.parametrize(
    ("text", "name", "version"),
    [
        ("openssl-libs-1.0.2k-16.el7", "openssl-libs", "1.0.2k-16.el7"),
        ("mod_ssl-2.4.6-97.el7_9.5", "mod_ssl", "2.4.6-97.el7_9.5"),
        ("libxml2-python-2.9.1-6.el7_2.3", "libxml2-python", "2.9.1-6.el7_2.3"),
        ("libssl1.1_1.1.1d-0+deb10u7", "libssl1.1", "1.1.1d-0+deb10u7"),
        ("linux-image-4.19.0-16-amd64_4.19.181-1", "linux-image-4.19.0-16-amd64", "4.19.181-1"),
        ("libopenssl1_1-1.1.1d-11.20.1", "libopenssl1_1", "1.1.1d-11.20.1"),
        ("odd", "odd", ""),
    ],
)
def test_name_and_version_of_a_package(text: str, name: str, version: str) -> None:
    assert package_of(text) == (name, version)


def test_of_several_packages_none_is_named() -> None:
    output = "\n  - Installed package : ab_1.0-1\n  - Fixed package     : ab_1.0-2\n\n"
    assert installed(output, "")[0].name == "ab"
    assert installed(output, "")[1] == ("1.0-2",)
    package, fixed = installed(output + "  - Installed package : cd_2.0-1\n  - Fixed package     : cd_2.0-2\n", "")
    assert (package.name, package.version, fixed) == ("", "", ())


def test_rows_of_one_plugin_for_two_cves_are_one_finding(tmp_path: Path) -> None:
    found = findings(CSV, (GOLDEN / "nessus_csv.csv").read_bytes(), tmp_path)
    assert [f.ids for f in found] == [("CVE-2021-44228", "nessus:155999"), ("nessus:100001",), ("nessus:19506",)]
    assert found[1].related == ("CVE-2022-0001", "CVE-2022-0002")
    assert found[0].description == "A package is vulnerable.\n\nMany\nlines, one cell."
    assert (found[0].score, found[0].epss, found[0].known_exploited) == (10.0, 0.94, True)
    assert found[0].fixed_in == ("2.15.0",)
    assert [f.kind for f in found[1:]] == [ScanKind.VULNERABILITY, ScanKind.INFORMATION]
    assert found[0].pointer == "line 2"


def test_equal_rows_are_kept_apart(tmp_path: Path) -> None:
    data = b"Plugin ID,CVE,Risk,Host,Protocol,Port,Name\n1,,High,h,tcp,1,A\n1,,High,h,tcp,1,A\n"
    assert len(findings(CSV, data, tmp_path)) == 2


def test_tenable_vulnerability_management(tmp_path: Path) -> None:
    data = (
        b"asset.name;asset.display_ipv4_address;asset.id;definition.id;definition.name;definition.cve;severity;state;"
        b"last_seen;first_observed;port;protocol;definition.cvss3.base_score;definition.cvss3.base_vector;risk_modified\n"
        b"web01;10.0.0.5;a-1;155999;Log4j;CVE-2021-44228;Critical;FIXED;2026-03-09T10:00:00Z;2026-01-01T00:00:00Z;443;TCP;"
        b"10.0;CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H;\n"
        b"web02;10.0.0.6;a-2;155999;Log4j;CVE-2021-44228;4;ACTIVE;;;0;TCP;10.0;;\n"
    )
    fixed, active = findings(CSV, data, tmp_path)
    assert (fixed.status, fixed.status_by) == (VexStatus.FIXED, "Tenable: FIXED")
    assert fixed.place.aliases == ("a-1", "10.0.0.5")
    assert fixed.seen_at == datetime(2026, 3, 9, 10, tzinfo=UTC)
    assert fixed.first_seen_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert (active.status, active.severity, active.location) == (None, Severity.CRITICAL, "")


def test_security_center_and_web_scans(tmp_path: Path) -> None:
    center = (
        b'"Plugin","Plugin Name","Severity","IP Address","DNS Name","NetBIOS Name","MAC Address","Protocol","Port",'
        b'"CVE","Last Observed","First Discovered"\n"155999","Log4j","Critical","10.0.0.5",'
        b'"web01.example.com","WG\\WEB01",'
        b'"00:0d:3a:45:64:7f","TCP","443","CVE-2021-44228","Mar 9, 2026 10:00:00 UTC","Jan 1, 2026 00:00:00 UTC"\n'
    )
    found = findings(CSV, center, tmp_path)[0]
    assert found.place.name == "10.0.0.5"
    assert "web01.example.com" in found.place.aliases
    assert found.seen_at == datetime(2026, 3, 9, 10, tzinfo=UTC)
    web = b"Plugin ID,CVE,CVSS,CVSSv3,Risk,Host,Protocol,Port,Name\n98104,,7.5,7.1,high,www.example.com,https,,XSS\n"
    page = findings(CSV, web, tmp_path)[0]
    assert (page.place.kind, page.location, page.score) == (AssetKind.WEBSITE, "", 7.1)


def test_an_export_of_few_columns(tmp_path: Path) -> None:
    data = b"Plugin ID,CVE,Risk,Name\n155999,CVE-2021-44228,Critical,Log4j\n"
    assert CSV.sniff(sample(data)) > 0.9
    assert findings(CSV, data, tmp_path)[0].place.name == "report", "the file's name, where nothing else names the host"
    assert findings(CSV, data, tmp_path, ScanContext(asset="web01"))[0].place.name == "web01"


def test_rows_without_plugin_or_host_are_refused(tmp_path: Path) -> None:
    data = b"Plugin ID,CVE,Risk,Host,Name\nx,,High,h,A\n1,,High,,A\n1,,High,h,A\n"
    records, _ = read(CSV, data, tmp_path)
    assert [type(r) for r in records] == [ScanRefusal, ScanRefusal, ScanFinding]
    records, _ = read(CSV, data, tmp_path, ScanContext(asset="web01"))
    assert [type(r) for r in records] == [ScanRefusal, ScanFinding, ScanFinding]
