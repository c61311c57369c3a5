from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from json_scan_support import read

from vedette.ingest.scans.dependency_check import READER
from vedette.schema import Severity, VexStatus

V2 = "AV:N/AC:L/Au:N/C:P/I:P/A:P"
FLAW: dict[str, Any] = {
    "source": "NVD",
    "name": "CVE-2024-10001",
    "severity": "HIGH",
    "cvssv2": {
        "score": 7.5,
        "accessVector": "NETWORK",
        "accessComplexity": "LOW",
        "authenticationr": "NONE",
        "confidentialityImpact": "PARTIAL",
        "integrityImpact": "PARTIAL",
        "availabilityImpact": "PARTIAL",
    },
    "cvssv3": {
        "baseScore": 9.8,
        "attackVector": "NETWORK",
        "attackComplexity": "LOW",
        "privilegesRequired": "NONE",
        "userInteraction": "NONE",
        "scope": "UNCHANGED",
        "confidentialityImpact": "HIGH",
        "integrityImpact": "HIGH",
        "availabilityImpact": "HIGH",
        "version": "3.1",
    },
    "cwes": ["CWE-502"],
    "description": "Deserialises.",
    "references": [{"source": "x", "url": "https://example.org/a"}],
    "vulnerableSoftware": [
        {"software": {"id": "cpe:2.3:a:example:lib:*", "versionEndExcluding": "9"}},
        {"software": {"id": "x", "vulnerabilityIdMatched": "true", "versionEndExcluding": "2.15.0"}},
    ],
}
V31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"


def report_of(*flaws: Any, **more: Any) -> dict[str, Any]:
    dependency = {
        "fileName": "lib-2.14.1.jar",
        "filePath": "/app/lib-2.14.1.jar",
        "sha256": "ab" * 32,
        "packages": [{"id": "pkg:maven/org.example/lib@2.14.1", "confidence": "HIGH"}],
        "vulnerabilityIds": [{"id": "cpe:2.3:a:example:lib:2.14.1:*:*:*:*:*:*:*"}],
        "vulnerabilities": list(flaws),
        **more,
    }
    return {
        "reportSchema": "1.1",
        "scanInfo": {"engineVersion": "9.0.9"},
        "projectInfo": {"name": "shop", "reportDate": "2026-01-05T14:52:15.748Z"},
        "dependencies": [dependency],
    }


def test_a_library_with_a_vulnerability() -> None:
    report = read(READER, report_of(FLAW))
    one = report.finding
    assert report.head.scanner == "OWASP Dependency-Check 9.0.9"
    assert report.head.made_at == datetime(2026, 1, 5, 14, 52, 15, 748000, UTC)
    assert one.ids == ("CVE-2024-10001",)
    assert (one.severity, one.score, one.cvss) == (Severity.HIGH, 9.8, (V31, V2))
    assert (one.package.name, one.package.version) == ("org.example:lib", "2.14.1")
    assert one.package.cpe == "cpe:2.3:a:example:lib:2.14.1:*:*:*:*:*:*:*"
    assert one.fixed_in == ("2.15.0",)
    assert one.cwes == ("CWE-502",)
    assert one.place.name == "shop"
    assert report.components[0].hashes == (f"sha256:{'ab' * 32}",)
    assert read(READER, report_of(FLAW), asset="shop-backend").finding.place.aliases == ("shop",)


def test_the_same_library_packed_elsewhere_is_a_location() -> None:
    related = [{"fileName": "b.jar", "filePath": "/app/b.jar"}, {"fileName": "c.jar"}, 7]
    assert read(READER, report_of(FLAW, relatedDependencies=related)).finding.location == "/app/b.jar, c.jar"


def test_a_vector_is_not_made_where_its_version_is_not_known() -> None:
    rating = {key: value for key, value in FLAW["cvssv3"].items() if key != "version"}
    one = read(READER, report_of({**FLAW, "cvssv3": rating, "cvssv2": None})).finding
    assert (one.cvss, one.score) == ((), 9.8)


def test_suppressed_vulnerabilities_keep_their_note() -> None:
    one = read(READER, report_of(suppressedVulnerabilities=[{**FLAW, "notes": "not reachable"}])).finding
    assert one.status is VexStatus.AFFECTED
    assert one.status_by == "Dependency-Check's suppression file: not reachable"


def test_names_that_are_no_public_id_carry_their_source() -> None:
    advisory = {"source": "NPM", "name": "1500", "severity": "low"}
    assert read(READER, report_of(advisory)).finding.ids == ("npm:1500",)
    exploited = {**FLAW, "knownExploitedVulnerability": {"dateAdded": "2025-01-01"}}
    assert read(READER, report_of(exploited)).finding.known_exploited is True


def xml(body: str, schema: str = "2.5") -> str:
    space = f"https://jeremylong.github.io/DependencyCheck/dependency-check.{schema}.xsd"
    return f"""<?xml version="1.0" encoding="UTF-8"?><analysis xmlns="{space}">
    <scanInfo><engineVersion>9.0.9</engineVersion></scanInfo>
    <projectInfo><name>shop</name><reportDate>2026-01-05T14:52:15.748Z</reportDate></projectInfo>
    <dependencies><dependency><fileName>lib.jar</fileName><filePath>/app/lib.jar</filePath>{body}</dependency>
    </dependencies></analysis>"""


def test_xml_says_the_same_as_json() -> None:
    body = """<identifiers><package confidence="HIGH"><id>pkg:maven/org.example/lib@2.14.1</id></package>
    <vulnerabilityIds><id>cpe:2.3:a:example:lib:2.14.1:*:*:*:*:*:*:*</id></vulnerabilityIds></identifiers>
    <vulnerabilities><vulnerability source="NVD"><name>CVE-2024-10001</name><severity>HIGH</severity>
    <cvssV2><score>7.5</score><accessVector>NETWORK</accessVector><accessComplexity>LOW</accessComplexity>
    <authenticationr>NONE</authenticationr><confidentialityImpact>PARTIAL</confidentialityImpact>
    <integrityImpact>PARTIAL</integrityImpact><availabilityImpact>PARTIAL</availabilityImpact></cvssV2>
    <cvssV3><baseScore>9.8</baseScore><attackVector>NETWORK</attackVector><attackComplexity>LOW</attackComplexity>
    <privilegesRequired>NONE</privilegesRequired><userInteraction>NONE</userInteraction><scope>UNCHANGED</scope>
    <confidentialityImpact>HIGH</confidentialityImpact><integrityImpact>HIGH</integrityImpact>
    <availabilityImpact>HIGH</availabilityImpact><version>3.1</version></cvssV3>
    <cwes><cwe>CWE-502</cwe></cwes><description>Deserialises.</description>
    <references><reference><source>x</source><url>https://example.org/a</url></reference></references>
    <vulnerableSoftware><software vulnerabilityIdMatched="true" versionEndExcluding="2.15.0">x</software>
    </vulnerableSoftware></vulnerability>
    <suppressedVulnerability source="NVD"><name>CVE-2024-10002</name><notes>why</notes></suppressedVulnerability>
    </vulnerabilities>"""
    first, second = read(READER, xml(body), name="report.xml").findings
    plain = read(READER, report_of(FLAW)).finding
    for attribute in ("ids", "severity", "cvss", "score", "cwes", "fixed_in", "description", "references", "place"):
        assert getattr(first, attribute) == getattr(plain, attribute)
    assert first.package.purl == plain.package.purl
    assert second.status_by == "Dependency-Check's suppression file: why"


def test_xml_of_version_1() -> None:
    body = """<identifiers><identifier type="maven" confidence="HIGH"><name>org.example:lib:2.14.1</name></identifier>
    </identifiers><vulnerabilities><vulnerability><name>CVE-2024-10001</name><cvssScore>7.5</cvssScore>
    <cvssAccessVector>NETWORK</cvssAccessVector><cvssAccessComplexity>LOW</cvssAccessComplexity>
    <cvssAuthenticationr>NONE</cvssAuthenticationr><cvssConfidentialImpact>PARTIAL</cvssConfidentialImpact>
    <cvssIntegrityImpact>PARTIAL</cvssIntegrityImpact><cvssAvailabilityImpact>PARTIAL</cvssAvailabilityImpact>
    <severity>High</severity><cwe>CWE-502 Deserialization</cwe></vulnerability></vulnerabilities>"""
    one = read(READER, xml(body, "1.3")).finding
    assert (one.cvss, one.score, one.cwes) == ((V2,), 7.5, ("CWE-502",))
    assert one.package.purl == "pkg:maven/org.example/lib@2.14.1"


@pytest.mark.parametrize("flaw", [7, {}, {"name": ""}])
def test_records_that_are_none_are_refused(flaw: Any) -> None:
    report = read(READER, report_of(flaw, FLAW))
    assert len(report.findings) == 1
    assert [refusal.pointer for refusal in report.refusals] == ["/dependencies/0/vulnerabilities/0"]
