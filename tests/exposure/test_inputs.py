"""From facts to inputs: each with its source, and nothing that nobody said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.exposure.inputs import Seen, inputs_of
from vedette.exposure.policies import policies, policy
from vedette.exposure.policies.own import read_policy
from vedette.knowledge.vulnerabilities import VulnerabilityFacts
from vedette.schema import Asset, AssetKind

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BARE = VulnerabilityFacts(id="CVE-2026-1001")
FRESH = replace(BARE, dates={"kev": date(2026, 11, 20)})
LISTED = replace(FRESH, kev_at=datetime(2026, 11, 18, tzinfo=UTC))
JUDGED = replace(BARE, exploitation="public poc", automatable="yes", technical_impact="total", ssvc_at=NOW)
FLAGS = read_policy("""
policy: flags
version: "1"
rules:
  - when: {kev: yes, ransomware: yes, internet_facing: yes, reachable: yes, fix_available: yes}
    outcome: a
    days: 1
  - when: {attempted: yes, exploited: yes, asset_kind: host}
    outcome: b
    days: 2
otherwise: {outcome: c}
""")
NUMBERS = read_policy("""
policy: numbers
version: "1"
rules:
  - when: {score: ">= 7", epss: "> 0.5", business_weight: ">= 0.5"}
    outcome: b
    days: 2
otherwise: {outcome: c}
""")
TEXTS = read_policy("""
policy: texts
version: "1"
rules:
  - when: {data_class: personal, environment: production, safety_impact: critical, mission_impact: degraded}
    outcome: a
    days: 1
otherwise: {outcome: c}
""")


OWN = (FLAGS, NUMBERS, TEXTS)


def said(name: str, facts: VulnerabilityFacts = BARE, asset: Asset | None = None, seen: Seen | None = None, **options):  # type: ignore[no-untyped-def]
    for chosen in (*policies().values(), *OWN):
        if name in {p.name for p in chosen.points}:
            values, sources = inputs_of(facts, asset, chosen, now=NOW, seen=seen, **options)
            return values[name], sources.get(name, "")
    raise AssertionError(name)


@pytest.mark.parametrize("chosen", [*policies().values(), *OWN], ids=lambda p: p.name)
def test_with_no_facts_nothing_is_said(chosen) -> None:  # type: ignore[no-untyped-def]
    for asset in (None, Asset(name="web01")):
        values, _ = inputs_of(BARE, asset, chosen, now=NOW, seen=Seen())
        assert set(values) == {p.name for p in chosen.points}
        assert set(values.values()) == {None}


@pytest.mark.parametrize("point", ["in_kev", "kev"])
def test_kev(point: str) -> None:
    assert said(point, LISTED) == ("yes", "KEV, listed 2026-11-18")
    assert said(point, FRESH) == ("no", "not in KEV of 2026-11-20")
    assert said(point) == (None, "no KEV list is held here")
    assert said(point, FRESH, seen=Seen(scanner="Grype", known_exploited=True))[0] == "yes"
    # what a scanner does not know to be exploited is not what KEV does not list
    assert said(point, seen=Seen(known_exploited=False))[0] is None


def test_a_stale_list_says_no_only_for_those_it_lists() -> None:
    old = replace(BARE, dates={"kev": date(2025, 8, 25)})
    assert said("in_kev", old) == (None, "not in KEV of 2025-08-25, which is 455 days old")
    assert said("in_kev", old, limits={"kev": 500})[0] == "no"
    assert said("in_kev", replace(old, kev_at=datetime(2021, 12, 10, tzinfo=UTC)))[0] == "yes"
    week = replace(BARE, dates={"kev": NOW.date() - timedelta(days=7)})
    assert said("in_kev", week)[0] == "no"
    assert said("in_kev", replace(week, dates={"kev": NOW.date() - timedelta(days=8)}))[0] is None


def test_what_was_published_after_the_list_cannot_be_absent_from_it() -> None:
    later = replace(FRESH, published_at=datetime(2026, 11, 21, tzinfo=UTC))
    assert said("in_kev", later) == (None, "published after KEV of 2026-11-20")


def test_kev_says_nothing_of_what_has_no_cve() -> None:
    assert said("in_kev", replace(FRESH, id="GHSA-aaaa-bbbb-cccc"))[0] is None
    assert said("in_kev", replace(FRESH, id="GHSA-aaaa-bbbb-cccc", aliases=("CVE-2026-1",)))[0] == "no"


def test_exploitation() -> None:
    assert said("exploitation", LISTED)[0] == "active"
    assert said("exploitation", JUDGED) == ("public poc", "CISA's analysts (Vulnrichment of 2026-11-23)")
    assert said("exploitation", replace(JUDGED, kev_at=LISTED.kev_at))[0] == "active"
    assert said("exploitation", FRESH)[0] is None
    assert said("exploitation", JUDGED, seen=Seen(exploited=True))[0] == "active"
    assert said("exploitation", JUDGED, seen=Seen(attempted=True))[0] == "public poc"
    assert said("exploitation", replace(BARE, exploitation="poc"))[0] == "public poc"


@given(st.floats(0, 1), st.floats(0, 1) | st.none())
def test_no_epss_makes_anything_active(epss: float, other: float | None) -> None:
    facts = replace(FRESH, epss=epss, epss_percentile=1.0, epss_at=NOW.date())
    for point in ("exploitation", "automatable", "technical_impact"):
        assert said(point, facts, seen=Seen(epss=other))[0] is None


@given(st.sampled_from(["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", "AV:N/AC:L/Au:N/C:C/I:C/A:C", "nonsense", ""]))
def test_no_vector_makes_anything_automatable_or_total(vector: str) -> None:
    for point in ("exploitation", "automatable", "technical_impact"):
        assert said(point, replace(FRESH, cvss=(vector,)), seen=Seen(cvss=(vector,)))[0] is None


@pytest.mark.parametrize("facing", [True, False, None])
def test_exposure_is_the_inventorys_word(facing: bool | None) -> None:
    asset = Asset(name="web01", internet_facing=facing)
    flag = {True: "yes", False: "no", None: None}[facing]
    assert said("publicly_exposed", asset=asset)[0] == said("internet_facing", asset=asset)[0] == flag
    system = {True: "controlled|open", False: "small|controlled", None: None}[facing]
    assert said("system_exposure", asset=asset)[0] == system
    if facing is not None:
        assert "web01" in said("publicly_exposed", asset=asset)[1]


@pytest.mark.parametrize(
    ("safety", "mission", "human"),
    [
        ("critical", "degraded", "medium"),
        ("Catastrophic", None, "very high"),
        (None, "Mission Failure", "very high"),
        ("negligible", None, "low|medium|very high"),
        (None, None, None),
        ("terrible", None, None),
        ("terrible", "MEF_failure", "medium|high|very high"),
    ],
)
def test_human_impact_by_ssvcs_own_table(safety: str | None, mission: str | None, human: str | None) -> None:
    asset = Asset(name="plc", safety_impact=safety, mission_impact=mission)
    assert said("human_impact", asset=asset)[0] == human


def test_scores() -> None:
    vectors = (
        "garbage",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
        "AV:N/AC:L/Au:N/C:P/I:P/A:P",
    )
    facts = replace(BARE, cvss=vectors)
    assert said("score", facts)[0] == "9.3"
    assert said("severity", facts)[0] == "critical"
    assert said("severity", seen=Seen(scanner="Trivy", cvss=vectors[2:]))[0] == "high"
    assert said("score", seen=Seen(scanner="Nessus", score=5.0)) == ("5.0", "Nessus gives the score")
    assert said("score", seen=Seen(score=11.0))[0] is None
    # temporal metrics do not lower the base score
    assert (
        said("score", replace(BARE, cvss=("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:C",)))[0] == "9.8"
    )


def test_epss_says_how_old_it_is() -> None:
    fresh = replace(BARE, epss=0.25, epss_at=date(2026, 11, 21))
    assert said("epss", fresh) == ("0.25", "EPSS of 2026-11-21")
    old = replace(BARE, epss=0.25, epss_at=date(2026, 10, 1))
    assert said("epss", old) == ("0.25", "EPSS of 2026-10-01, which is 53 days old")
    assert said("epss", seen=Seen(scanner="Grype", epss=0.5)) == ("0.5", "Grype")


def test_the_rest_is_as_it_was_said() -> None:
    asset = Asset(
        name="web01", kind=AssetKind.HOST, business_weight=0.75, data_class="personal", environment="production"
    )
    assert said("business_weight", asset=asset)[0] == "0.75"
    assert said("data_class", asset=asset)[0] == "personal"
    assert said("environment", asset=asset)[0] == "production"
    assert said("asset_kind", asset=asset)[0] == "host"
    assert said("asset_kind", asset=Asset(name="x"))[0] is None
    assert said("ransomware", replace(BARE, ransomware=True))[0] == "yes"
    assert said("reachable", seen=Seen(reachable=False))[0] == "no"
    assert said("fix_available", seen=Seen(fixed_in=()))[0] == "no"
    assert said("fix_available", seen=Seen(fixed_in=("2.0",)))[0] == "yes"
    assert said("attempted", seen=Seen(attempted=False))[0] == "no"


def test_values_outside_a_points_own_are_unknown_and_said_so() -> None:
    value, source = said("automatable", replace(BARE, automatable="sometimes"))
    assert value is None
    assert "sometimes" in source
    value, source = said("business_weight", asset=Asset(name="x", business_weight=7.0))
    assert value is None
    assert "7.0" in source


@given(st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_a_fact_withheld_only_widens(kev: bool, exposed: bool, automatable: bool, impact: bool) -> None:
    """Whatever is withheld, the true outcome stays among the possible ones, and no input is stated in its place."""
    whole = replace(LISTED, automatable="no", technical_impact="total")
    asset = Asset(name="web01", internet_facing=True)
    chosen = policy("bod-26-04")
    truth = chosen.decide(inputs_of(whole, asset, chosen, now=NOW)[0]).outcome
    part = replace(
        whole,
        kev_at=whole.kev_at if kev else None,
        dates=whole.dates if kev else {},
        automatable=whole.automatable if automatable else None,
        technical_impact=whole.technical_impact if impact else None,
    )
    values, sources = inputs_of(part, asset if exposed else Asset(name="web01"), chosen, now=NOW)
    decision = chosen.decide(values, sources)
    assert truth in decision.possible
    withheld = {"in_kev": kev, "publicly_exposed": exposed, "automatable": automatable, "technical_impact": impact}
    assert {name for name, value in decision.inputs.items() if value is None} == {
        n for n, kept in withheld.items() if not kept
    }
    assert set(decision.unknown) <= {n for n, kept in withheld.items() if not kept}
