"""The digest of many reports: counts over reports, a sentence for each, near-copies folded."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intel_support import READINGS, told

from vedette.claims import check
from vedette.intel.digest.collection import alike, collection_of, values_of
from vedette.schema import Reading, ReportTechnique

LONG = " ".join(f"The group moved from host number {n} to the next one by night" for n in range(30))


def technique(number: str) -> ReportTechnique:
    return ReportTechnique(technique=number, name="Task", confidence=0.9, sentences=((0, 5),))


@pytest.fixture
def readings() -> list[Reading]:
    return [
        told("[[group:APT28|G0007]] ran [[malware:Foo]] at [[!ip:203.0.113.7]]", title="A",
             report_techniques=(technique("T1053.005"),)),
        told("[[group:Fancy Bear|G0007]] is back with [[cve:CVE-2024-1]]", title="B",
             report_techniques=(technique("T1053.005"), technique("T1190"))),
        told("[[group:FIN7|G0046]] and [[!ip:203.0.113.7]]", title="C"),
        told(f"{LONG}. [[malware:Bar]] came", title="D"),
        told(f"{LONG}. [[malware:Bar]] came too", title="D again"),
    ]  # fmt: skip


def test_counts_are_over_reports_and_near_copies_count_once(readings: list[Reading]) -> None:
    found = collection_of(readings)
    text = " ".join(f.text for f in found.facts)
    assert text.startswith("4 reports name 2 groups, 1 vulnerability and 2 techniques; 1 near-copy was folded away")
    assert "Described most often: T1053.005 (Task) in 2 of 4 and T1190 (Task) in 1 of 4." in text
    assert "APT28 in 2 of 4 and FIN7 in 1 of 4" in text
    assert "203.0.113.7 in 2 of 4" in text
    assert "“D” tells of" in text
    assert "“D again”" not in text
    values = values_of(found)
    assert values["counts"]["techniques"][0]["n_reports"] == 2
    assert [one["title"] for one in values["in_short"]] == ["A", "B", "C", "D"]
    assert len(values["in_short"][3]["near_copies"]) == 1


def test_every_sentence_passes_the_checker_and_a_wrong_count_does_not(readings: list[Reading]) -> None:
    facts = collection_of(readings).facts
    for fact in facts:
        assert fact.evidence
        assert not check(fact.text, [fact]).dropped, fact.text
    assert check("APT28 in 3 of 4.", facts).dropped


def test_one_side_may_be_asked_for(readings: list[Reading]) -> None:
    assert [f.name for f in collection_of(readings, "who").facts] == ["n_reports", "actors"]
    assert [f.name for f in collection_of(readings, "indicators").facts] == ["n_reports", "indicators"]


@settings(max_examples=15, deadline=None)
@given(st.lists(READINGS, max_size=4, unique_by=lambda r: r.document.document_id))
def test_every_report_is_told_of_or_folded(readings: list[Reading]) -> None:
    folded = alike(readings)
    told_of = {*folded, *(c.document.document_id for copies in folded.values() for c in copies)}
    assert told_of == {r.document.document_id for r in readings}
    found = collection_of(readings)
    assert len(found.lines) == len(folded)
