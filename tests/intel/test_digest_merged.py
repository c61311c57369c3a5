"""Many reports together: provenance, contradictions, and what is new since a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intel_support import READINGS, told

from vedette.documents.verbatim import as_given
from vedette.intel.digest.merged import Subject, merged
from vedette.intel.digest.new import new_since
from vedette.intel.engine import Extractor
from vedette.intel.keeping import keep
from vedette.schema import (
    ExploitStatus,
    Reading,
    Relation,
    RelationKind,
    ReportEvent,
    ReportTechnique,
    Standing,
    VulnerabilityMention,
)
from vedette.store import Lake

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


@cache
def _extractor() -> Extractor:
    return Extractor()


def read(*texts: str) -> list[Reading]:
    return [_extractor().read(as_given(text, f"r{n}")) for n, text in enumerate(texts)]


def attributed(text: str, target: str, **more: object) -> Reading:
    relation = Relation(
        kind=RelationKind.ATTRIBUTED_TO, source="malware:foo", target=target, start=0, end=8, confidence=0.9
    )
    return told(text, relations=(relation,), **more)


def test_a_thing_under_two_names_is_one_with_both_reports() -> None:
    one = told("[[group:APT28|G0007]] attacks. [[!domain:evil.example]] again [[!domain:evil.example]]", title="A")
    two = told("[[group:Fancy Bear|G0007]] is back. Call [[domain:evil.example]]", title="B")
    together = merged([one, two])
    group = together.get("group:G0007")
    assert group is not None
    assert [(s.title, s.as_written) for s in group.sources] == [("A", ("APT28",)), ("B", ("Fancy Bear",))]
    assert [e.quote for s in group.sources for e in s.evidence] == ["APT28 attacks", "Fancy Bear is back"]
    domain = together.get("domain:evil.example")
    assert domain is not None
    assert [(s.n_times, s.standing) for s in domain.sources] == [(2, Standing.INDICATOR), (1, Standing.OBSERVABLE)]
    assert together.things[0].key == "domain:evil.example"
    assert together.contradictions == ()


def test_two_attributions_contradict_each_other_with_their_sentences() -> None:
    one = attributed("[[malware:Foo]] is made by [[group:APT28|G0007]]", "group:G0007", title="A")
    two = attributed("[[malware:Foo]] is made by [[group:FIN7|G0046]]", "group:G0046", title="B")
    three = attributed("[[malware:Foo]] is made by [[group:Sofacy|G0007]]", "group:G0007", title="C")
    found = merged([one, two, three]).contradictions
    assert [(c.subject, c.name) for c in found] == [(Subject.ATTRIBUTION, "Foo")]
    assert [(s.said, s.reports) for s in found[0].sides] == [("APT28", ("A", "C")), ("FIN7", ("B",))]
    assert all(e.quote.startswith("Foo is m") for s in found[0].sides for e in s.evidence)
    assert not merged([one, three]).contradictions


def test_a_report_that_names_both_contradicts_nobody() -> None:
    both = attributed("[[malware:Foo]] of [[group:APT28|G0007]] and [[group:FIN7|G0046]]", "group:G0007", title="A")
    second = Relation(
        kind=RelationKind.ATTRIBUTED_TO, source="malware:foo", target="group:G0046", start=0, end=3, confidence=0.9
    )
    both = type(both)(**{f: getattr(both, f) for f in both.__slots__} | {"relations": (*both.relations, second)})
    other = attributed("[[malware:Foo]] of [[group:FIN7|G0046]]", "group:G0046", title="B")
    assert not merged([both, other]).contradictions


def test_a_value_bad_in_one_and_harmless_in_another_is_shown() -> None:
    one = told("Bad: [[!domain:evil.example]], [[!ip:203.0.113.7]]", title="A")
    two = told("Our partner [[victim/domain:evil.example]] and [[ip:203.0.113.7]]", title="B")
    found = merged([one, two]).contradictions
    assert [(c.subject, c.key) for c in found] == [(Subject.STANDING, "domain:evil.example")]
    assert {s.said: s.reports for s in found[0].sides} == {"indicator": ("A",), "victim": ("B",)}


def dated(at: str, title: str, *keys: str) -> Reading:
    text = f"[[malware:Foo]] was found {at}"
    event = ReportEvent(at=at, text="x", start=0, end=9, keys=keys or ("malware:foo",))
    return told(text, title=title, events=(event,))


@pytest.mark.parametrize(
    ("first", "second", "is_apart"),
    [("2026-03-01", "2026-03-02", True), ("2026-03", "2026-03-02", False), ("2026", "2025-12", True)],
)
def test_dates_that_exclude_each_other_are_shown(first: str, second: str, is_apart: bool) -> None:
    found = merged([dated(first, "A"), dated(second, "B")]).contradictions
    assert [c.subject for c in found] == ([Subject.DATE] if is_apart else [])


def test_one_report_tells_of_a_course_which_is_no_contradiction() -> None:
    assert not merged([dated("2026-01", "A")]).contradictions
    assert not merged([dated("2026-01", "A"), dated("2026-02", "B", "malware:bar")]).contradictions


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("The attack on Alder Energy on 12 May 2024 is attributed to APT28.",
         "Sandworm Team is behind the attack on Alder Energy."),
        ("The Alder Energy breach was the work of APT28.", "We hold FIN7 responsible for the Alder Energy breach."),
        ("The intrusion at Alder Energy was carried out by APT28.",
         "The attack against Alder Energy is linked to APT29."),
    ],
)  # fmt: skip
def test_two_authors_of_one_attack_are_shown(first: str, second: str) -> None:
    found = merged(read(first, second)).contradictions
    assert [(c.subject, c.name) for c in found if c.subject is Subject.ATTRIBUTION] == [
        (Subject.ATTRIBUTION, "Alder Energy")
    ]


def test_two_days_of_one_attack_are_shown_and_a_more_exact_one_is_none() -> None:
    one, two, month = (
        f"The attack on Alder Energy happened {at}." for at in ("on 12 May 2024", "on 14 May 2024", "in May 2024")
    )
    assert [c.subject for c in merged(read(one, two)).contradictions] == [Subject.DATE]
    assert not merged(read(one, month)).contradictions
    assert not merged(read(one, "The attack on Birch Power happened on 14 May 2024.")).contradictions
    assert not merged(read(one, "We do not attribute the attack on Alder Energy to FIN7.")).contradictions


def test_a_server_of_the_attack_that_another_report_calls_benign_is_shown() -> None:
    bad = "The domain alder-upd[.]com is a C2 server of the malware."
    for harmless in ("alder-upd[.]com is a benign domain of the vendor.", "alder-upd[.]com was a false positive."):
        found = merged(read(bad, f"Some words before. {harmless}")).contradictions
        assert [(c.subject, c.name) for c in found] == [(Subject.STANDING, "alder-upd.com")], harmless
        assert {s.said for s in found[0].sides} == {"indicator", "harmless"}
    assert not merged(read(bad, "alder-upd[.]com is not benign, it is a C2 server.")).contradictions
    assert not merged(read(bad, "alder-upd[.]com seems to be legitimate but drops malware.")).contradictions


def flaw(title: str, exploit: ExploitStatus, score: float | None) -> Reading:
    hole = VulnerabilityMention(cve="CVE-2024-1", start=0, end=10, exploit=exploit, score=score)
    return told("[[cve:CVE-2024-1]] in X", title=title, vulnerabilities=(hole,))


def test_flaws_called_exploited_and_not_are_shown() -> None:
    readings = [flaw("A", ExploitStatus.EXPLOITED, 9.8), flaw("B", ExploitStatus.NOT_KNOWN, 7.5)]
    assert [c.subject for c in merged(readings).contradictions] == [Subject.EXPLOITED, Subject.SCORE]
    assert not merged([readings[0], flaw("B", ExploitStatus.UNSAID, None)]).contradictions


@settings(max_examples=20, deadline=None)
@given(st.lists(READINGS, max_size=3, unique_by=lambda r: r.document.document_id))
def test_every_thing_has_a_source_and_the_order_of_reports_does_not_matter(readings: list[Reading]) -> None:
    together = merged(readings)
    assert all(thing.sources for thing in together.things)
    assert {t.key for t in merged(readings[::-1]).things} == {t.key for t in together.things}


# ---------------------------------------------------------------------- what is new


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    lake = Lake.open(tmp_path / "home")
    yield lake
    lake.close()


def test_what_is_new_is_what_no_report_before_named(lake: Lake) -> None:
    technique = ReportTechnique(technique="T1190", name="Exploit", confidence=0.7, sentences=((0, 5),))
    keep(lake, [told("[[group:APT28|G0007]] and [[!domain:old.example]]", title="Old")], clock=lambda: MONDAY)
    new = told(
        "[[group:Sofacy|G0007]] with [[malware:Foo]] in [[place:Europe]] at [[!domain:old.example]] and "
        "[[!domain:new.example]] and [[domain:seen.example]]",
        title="New",
        report_techniques=(technique,),
    )
    again = told("[[malware:Foo]] once more", title="Newer")
    keep(lake, [new], clock=lambda: MONDAY + timedelta(days=3))
    keep(lake, [again], clock=lambda: MONDAY + timedelta(days=4))
    found = new_since(lake, MONDAY + timedelta(days=1))
    assert (found.n_reports, found.n_before, found.titles) == (2, 1, ("Newer", "New"))
    assert [(n.key, n.n_reports, n.title) for n in found.news] == [
        ("malware:foo", 2, "New"),
        ("technique:T1190", 1, "New"),
        ("domain:new.example", 1, "New"),
    ]
    assert [n.evidence.quote for n in found.news] == ["Foo", "Sofac", "new.example"]
    assert found.news[0].first_at == MONDAY + timedelta(days=3)
    assert new_since(lake, MONDAY + timedelta(days=5)).news == ()


def test_reports_published_since_are_told_apart_from_old_ones_read_only_now(lake: Lake) -> None:
    for number, published in enumerate((MONDAY + timedelta(days=2), MONDAY - timedelta(days=300), None)):
        reading = told(f"[[malware:Foo{number}]] was here", title=f"R{number}", published_at=published)
        keep(lake, [reading], clock=lambda: MONDAY + timedelta(days=3))
    found = new_since(lake, MONDAY)
    assert (found.n_reports, found.n_published, found.n_older) == (3, 1, 1)
    assert {n.name: n.published_at for n in found.news}["Foo0"] == MONDAY + timedelta(days=2)


def test_a_report_read_again_is_no_news(lake: Lake) -> None:
    first = told("[[malware:Foo]]", title="One")
    keep(lake, [first], clock=lambda: MONDAY)
    keep(lake, [told("[[malware:Foo]]", title="One", n_abstained=3)], clock=lambda: MONDAY + timedelta(days=3))
    assert new_since(lake, MONDAY + timedelta(days=1)).n_reports == 0


def test_an_empty_lake_has_no_news(lake: Lake) -> None:
    found = new_since(lake, MONDAY)
    assert (found.n_reports, found.n_before, found.news) == (0, 0, ())
