"""Components of SBOMs against held advisories: affected, not affected, or a question."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from exposure_support import DAY, arrow

from vedette.exposure.resolve import resolve
from vedette.schema.scan_tables import SCAN_TABLES

LOG4J = "pkg:maven/org.apache.logging.log4j/log4j-core"
OSV: tuple[tuple[str, list[str], str, str, str, str], ...] = (
    ("GHSA-jfh8-c2jp-5v3q", ["CVE-2021-44228"], "Maven", "org.apache.logging.log4j:log4j-core", "2.0", "2.15.0"),
    ("GHSA-35jh-r3h4-6jhm", ["CVE-2021-23337"], "npm", "lodash", "0", "4.17.21"),
    ("PYSEC-2023-62", ["CVE-2023-30861"], "PyPI", "Flask", "0", "2.2.5"),
    ("DSA-5103-1", ["CVE-2022-0778"], "Debian:11", "openssl", "0", "1.1.1k-1+deb11u2"),
)
CVELIST = [
    {
        "vendor": "haxx",
        "product": "curl",
        "versions": [{"version": "7.69.0", "lessThan": "8.4.0", "status": "affected", "versionType": "semver"}],
        "defaultStatus": "unaffected",
    }
]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as made:
        made.execute("ATTACH ':memory:' AS work")
        affected = [
            [
                {
                    "package": {"ecosystem": e, "name": n},
                    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": a}, {"fixed": b}]}],
                }
            ]
            for _, _, e, n, a, b in OSV
        ]
        osv = {
            "id": [row[0] for row in OSV],
            "aliases": [row[1] for row in OSV],
            "title": ["a flaw"] * len(OSV),
            "affected": [json.dumps(entry) for entry in affected],
            "withdrawn_at": pa.array([None] * len(OSV), pa.timestamp("us")),
        }
        made.register("osv_rows", pa.table(osv))
        made.execute("CREATE TEMP VIEW known_osv AS SELECT * FROM osv_rows")
        cves = {"cve": ["CVE-2023-38545"], "title": ["curl"], "state": ["PUBLISHED"], "affected": [json.dumps(CVELIST)]}
        made.register("cve_rows", pa.table(cves))
        made.execute("CREATE TEMP VIEW known_cvelist AS SELECT * FROM cve_rows")
        yield made


def matched(
    connection: duckdb.DuckDBPyConnection, *components: dict[str, Any]
) -> tuple[dict[str, tuple[str, list[str]]], tuple[str, ...]]:
    """Vulnerability to component and fixes, and the questions."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SCAN_TABLES}
    rows["scan_reports"] = [
        {"report_id": "r", "reader": "cyclonedx", "made_at": DAY, "received_at": DAY, "places": ["shop"]}
    ]
    rows["components"] = [
        {"report_id": "r", "record_id": f"c{i}", "place": "shop", "place_kind": "application", **c}
        for i, c in enumerate(components)
    ]
    for name, listed in rows.items():
        connection.register(name, arrow(name, listed))
    found = resolve(connection, {})
    sql = "SELECT vul, record_id, label, fixed_in FROM work.sighting"
    sightings = connection.execute(sql).fetchall()
    assert all(label == "vedette" for _, _, label, _ in sightings)
    return {found.names[vul]: (record, fixes) for vul, record, _, fixes in sightings}, found.questions


def part(name: str, version: str, purl: str = "", cpe: str = "") -> dict[str, Any]:
    return {"package_name": name, "package_version": version, "purl": purl, "cpe": cpe}


def test_versions_in_range_become_findings_with_their_fix(connection: duckdb.DuckDBPyConnection) -> None:
    found, questions = matched(
        connection,
        part("log4j-core", "2.14.1", f"{LOG4J}@2.14.1"),
        part("flask", "2.2.3", "pkg:pypi/flask@2.2.3"),
        part("libssl1.1", "1.1.1k-1", "pkg:deb/debian/libssl1.1@1.1.1k-1?upstream=openssl&distro=debian-11"),
        part("curl", "7.88.1", cpe="cpe:2.3:a:haxx:curl:7.88.1:*:*:*:*:*:*:*"),
    )
    assert found == {
        "CVE-2021-44228": ("c0", ["2.15.0"]),
        "CVE-2023-30861": ("c1", ["2.2.5"]),
        "CVE-2022-0778": ("c2", ["1.1.1k-1+deb11u2"]),
        "CVE-2023-38545": ("c3", []),
    }
    assert questions == ()


@pytest.mark.parametrize(
    "component",
    [
        part("log4j-core", "2.15.0", f"{LOG4J}@2.15.0"),
        part("log4j-core", "1.2.17", f"{LOG4J}@1.2.17"),
        part("log4j-core", "2.14.1", "pkg:maven/com.example/log4j-core@2.14.1"),
        part("log4j-core", "2.14.1", "pkg:npm/log4j-core@2.14.1"),
        part("lodash", "4.17.21", "pkg:npm/lodash@4.17.21"),
        part("lodash", "4.17.20", "pkg:npm/%40types/lodash@4.17.20"),
        part("openssl", "1.1.1k-1", "pkg:deb/debian/openssl@1.1.1k-1?distro=debian-12"),
        part("openssl", "1.1.1k-1", "pkg:deb/debian/openssl@1.1.1k-1"),
        part("openssl", "1.1.1k-1", "pkg:rpm/redhat/openssl@1.1.1k-1?distro=rhel-8"),
        part("curl", "7.88.1", cpe="cpe:2.3:a:example:curl:7.88.1:*:*:*:*:*:*:*"),
        part("curl", "8.4.0", cpe="cpe:2.3:a:haxx:curl:8.4.0:*:*:*:*:*:*:*"),
    ],
)
def test_what_is_not_in_range_or_not_meant_is_nothing(
    connection: duckdb.DuckDBPyConnection, component: dict[str, Any]
) -> None:
    assert matched(connection, component) == ({}, ())


def test_without_a_version_there_is_a_question_and_no_finding(connection: duckdb.DuckDBPyConnection) -> None:
    found, questions = matched(connection, part("log4j-core", "", LOG4J), part("lodash", "latest", "pkg:npm/lodash"))
    assert found == {}
    assert set(questions) == {
        "Which version of log4j-core is installed? CVE-2021-44228 depends on it.",
        "Is lodash latest affected? CVE-2021-23337 depends on how that version is ordered.",
    }
