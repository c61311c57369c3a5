"""What the rows of tables tie together, and how the exports tell it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
import yaml

from vedette.documents.reading import read_bytes
from vedette.intel.observables import finding, standing
from vedette.intel.output import OUTPUTS, Told, readings_of
from vedette.intel.output.base import lowered
from vedette.intel.output.rows import rows_of
from vedette.schema import Document, EntityMention, MentionKind, Reading, ReportTechnique, TechniqueMention

SHA, MD5 = "8f14e45fceea167a5a36dedd4bea2543d2f4a1b5f1d3d2a6c0f0e6b9a1c7d8e5", "9e107d9d372bb6826bd81d3542a419d6"
REPORT = f"""# Loaders of spring

TLP:GREEN

DarkGate was injected after hxxps://cdn.bad-sync[.]com/a.bin was fetched.

See CVE-2021-44228, called Log4Shell; Log4Shell is old.

## Indicators of compromise

| Type | Indicator | Description | First seen |
|---|---|---|---|
| IP | 185.225.73[.]244 | DarkGate panel | 2024-02-20 |
| SHA256 | {SHA} | beacon.bin | 2024-02-22 |
| MD5 | {MD5} | | n/a |
| Mutex | Global\\{{BEF590BE-11A6-442A-A85B-656C1081E04C}} | DarkGate mutex | |
| BTC | bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq | ransom wallet | |
| Domain | bad-sync[.]com | | |
"""
TOLD = Told(at=datetime(2026, 1, 2, tzinfo=UTC))


@cache
def _reading() -> Reading:
    (document,) = read_bytes(REPORT.encode(), "a.md")
    assert isinstance(document, Document)
    text = document.text

    def mentions(name: str, kind: MentionKind, ref: str | None) -> list[EntityMention]:
        places = [at for at in range(len(text)) if text.startswith(name, at)]
        return [
            EntityMention(kind=kind, text=name, start=at, end=at + len(name), confidence=0.9, ref=ref, name=name)
            for at in places
        ]

    low = text.index("DarkGate was")
    high = text.index("fetched.") + 8
    return Reading(
        document=replace(document, published_at=datetime(2024, 3, 4, tzinfo=UTC)),
        observables=tuple(standing.judge(document, finding.find(text))),
        entities=(
            *mentions("DarkGate", MentionKind.MALWARE, "S1111"),
            *mentions("Log4Shell", MentionKind.VULNERABILITY, "CVE-2021-44228"),
        ),
        techniques=(
            TechniqueMention(
                technique="T1055", name="Process Injection", start=low, end=high, confidence=0.9, explicit=False
            ),
        ),
        report_techniques=(
            ReportTechnique(technique="T1055", name="Process Injection", confidence=0.9, sentences=((low, high),)),
        ),
    )


def _objects() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(OUTPUTS["stix"]([_reading()], TOLD))["objects"]
    return found


def _only(kind: str, **wanted: object) -> dict[str, Any]:
    (one,) = [o for o in _objects() if o["type"] == kind and all(o.get(k) == v for k, v in wanted.items())]
    return one


def test_a_hash_and_the_name_in_its_row_are_one_file() -> None:
    assert _only("file", name="beacon.bin")["hashes"] == {"SHA-256": SHA}
    pattern = _only("indicator", name="file beacon.bin")["pattern"]
    assert pattern == f"[file:hashes.'SHA-256' = '{SHA}' AND file:name = 'beacon.bin']"
    assert not [o for o in _objects() if o["type"] == "indicator" and o["pattern"] == "[file:name = 'beacon.bin']"]


def test_the_column_of_days_dates_an_indicator_and_the_report_the_others() -> None:
    assert _only("indicator", name="ip 185.225.73.244")["valid_from"] == "2024-02-20T00:00:00Z"
    assert _only("indicator", name=f"hash {MD5}")["valid_from"] == "2024-03-04T00:00:00Z"
    assert _only("report")["published"] == "2024-03-04T00:00:00Z"


def test_what_a_row_names_is_indicated_and_its_words_are_kept() -> None:
    made, malware = _only("indicator", name="ip 185.225.73.244"), _only("malware")
    assert made["description"].startswith("DarkGate panel; ")
    assert _only("relationship", source_ref=made["id"])["target_ref"] == malware["id"]


def test_mutexes_and_wallets_are_told_in_words_that_a_validator_takes() -> None:
    assert _only("mutex")["name"] == "Global\\{BEF590BE-11A6-442A-A85B-656C1081E04C}"
    assert "account_type" not in _only("user-account")
    stix2validator = pytest.importorskip("stix2validator")
    body = OUTPUTS["stix"]([_reading()], TOLD).decode()
    found = stix2validator.validate_string(body, stix2validator.ValidationOptions(version="2.1"))
    assert [str(one) for one in found.errors] == []
    warnings = [str(one) for one in found.warnings]
    assert not [one for one in warnings if "account_type" in one or "wallet" in one]


def test_a_vulnerability_is_one_object_under_any_name_and_in_any_bundle() -> None:
    one = _only("vulnerability")
    assert one["name"] == "CVE-2021-44228"
    bare = replace(_reading(), entities=())
    again = [o["id"] for o in json.loads(OUTPUTS["stix"]([bare], TOLD))["objects"] if o["type"] == "vulnerability"]
    assert again == [one["id"]]


def test_the_reading_comes_back_whole() -> None:
    assert readings_of(OUTPUTS["stix"]([_reading()], TOLD)) == [_reading()]


def test_misp_ties_and_dates_the_same() -> None:
    event = json.loads(OUTPUTS["misp"]([_reading()], TOLD))["Event"]
    held = {(one["type"], one["value"]): one for one in event["Attribute"]}
    assert ("filename|sha256", f"beacon.bin|{SHA}") in held
    assert ("filename", "beacon.bin") not in held
    assert ("btc", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq") in held
    assert ("mutex", "Global\\{BEF590BE-11A6-442A-A85B-656C1081E04C}") in held
    assert held["ip-dst", "185.225.73.244"]["first_seen"] == "2024-02-20T00:00:00+00:00"
    assert event["date"] == "2024-03-04"
    assert {"name": "tlp:green"} in event["Tag"]


def _rules() -> list[Mapping[str, Any]]:
    return list(yaml.safe_load_all(OUTPUTS["sigma"]([_reading()], TOLD)))


def test_sigma_finds_hosts_and_names_below_them_also_of_urls() -> None:
    exact: set[str] = set()
    below: set[str] = set()
    for rule in _rules():
        if rule["logsource"] == {"category": "dns_query"}:
            exact |= set(rule["detection"]["selection_exact"]["QueryName"])
            below |= set(rule["detection"]["selection_below"]["QueryName|endswith"])
    assert exact == {"bad-sync.com", "cdn.bad-sync.com"}
    assert below == {".bad-sync.com", ".cdn.bad-sync.com"}


def test_sigma_tags_only_what_stands_with_the_value() -> None:
    tagged = [rule for rule in _rules() if "attack.t1055" in rule.get("tags", [])]
    assert {rule["logsource"]["category"] for rule in tagged} == {"dns_query", "proxy"}
    assert all("185.225.73.244" not in str(rule) and SHA.upper() not in str(rule) for rule in tagged)
    assert {rule["level"] for rule in _rules()} <= {"high", "medium"}


def test_sigma_is_as_grave_as_the_value_is_sure() -> None:
    one = _reading()
    unsure = replace(one, observables=tuple(replace(o, confidence=0.6) for o in one.observables))
    rules = yaml.safe_load_all(OUTPUTS["sigma"]([unsure], TOLD))
    assert {rule["level"] for rule in rules} == {"low"}


def test_two_files_in_one_row_are_not_made_one() -> None:
    text = f"| Hash | Other | Name |\n|---|---|---|\n| {SHA} | {SHA[::-1]} | beacon.bin |\n"
    (document,) = read_bytes(text.encode(), "a.md")
    assert isinstance(document, Document)
    found = rows_of(Reading(document=document, observables=tuple(finding.find(document.text))))
    assert found.files == {}


@pytest.mark.parametrize(("asked", "warned"), [("clear", True), ("green", False), ("red", False), (None, False)])
def test_a_marking_that_is_lowered_is_told(asked: str | None, warned: bool) -> None:
    assert [own for _, own in lowered([_reading()], asked)] == (["green"] if warned else [])
