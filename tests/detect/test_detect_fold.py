from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from detect_support import rule_text

from vedette.detect import Hit, Matcher, RuleInfo, RuleSet, confidence, correlate, fold
from vedette.schema import Severity

START = datetime(2026, 3, 1, tzinfo=UTC)
Load = Callable[..., RuleSet]


def lookup(event_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    native = {"A": "x" * 500, "B": "shown", "C": "not named by the rule"}
    return {i: {"native": native, "logsource": ("linux", None, None)} for i in event_ids}


@pytest.fixture
def matcher(rules: Load) -> Matcher:
    return Matcher(rules(rule_text("A|contains: xx\nB: shown", level="high", tags="[attack.t1003, attack.impact]")))


def hit(matcher: Matcher, number: int, minutes: float, **fields: Any) -> Hit:
    rule_id = matcher.ruleset.rules[0].info.rule_id
    return Hit(rule_id=rule_id, event_id=f"e{number:05d}", time=START + timedelta(minutes=minutes), **fields)


def test_ten_thousand_hits_are_one_finding(matcher: Matcher) -> None:
    hits = [
        hit(matcher, i, i / 60, device_name="WS1", actor="CORP\\ann" if i % 3 else "CORP\\bob") for i in range(10_000)
    ]
    (finding,) = fold(hits, lookup, matcher)
    assert finding.count == 10_000
    assert [e.ref for e in finding.evidence] == [f"e{i:05d}" for i in (0, 1, 2, 3, 4, 9995, 9996, 9997, 9998, 9999)]
    assert (finding.first_at, finding.last_at) == (hits[0].time, hits[-1].time)
    assert finding.accounts == ("CORP\\ann", "CORP\\bob")
    assert (finding.severity, finding.kind) == (Severity.HIGH, "sigma")
    assert (finding.techniques, finding.tactics) == (("T1003",), ("impact",))
    quote = finding.evidence[0].quote
    assert "B=shown" in quote
    assert "not named" not in quote
    assert len(quote) < 500


def test_hosts_and_gaps_part_findings(matcher: Matcher) -> None:
    hits = [
        hit(matcher, 1, 0, device_name="WS1"),
        hit(matcher, 2, 5, device_name="ws1"),
        hit(matcher, 3, 6, device_name="WS2"),
        hit(matcher, 4, 5 + 24 * 60, device_name="WS1"),
        hit(matcher, 5, 6 + 48 * 60, device_name="WS1"),
        hit(matcher, 6, 7, cloud_account="123"),
    ]
    found = fold(hits, lookup, matcher)
    assert sorted((f.device_name or f.cloud_account, f.count) for f in found) == [
        ("123", 1),
        ("WS1", 1),
        ("WS1", 3),
        ("WS2", 1),
    ]
    assert len({f.finding_id for f in found}) == 4
    assert len(fold(hits, lookup, matcher, gap=timedelta(days=9))) == 3


def test_ids_are_stable_when_more_comes_after(matcher: Matcher) -> None:
    first = [hit(matcher, 1, 0, device_name="WS1")]
    more = [*first, hit(matcher, 2, 5, device_name="WS1")]
    assert fold(first, lookup, matcher)[0].finding_id == fold(more[::-1], lookup, matcher)[0].finding_id


def test_events_that_are_gone_still_count(matcher: Matcher) -> None:
    (finding,) = fold([hit(matcher, 1, 0)], lambda ids: {}, matcher)
    assert finding.evidence[0].quote == ""


def test_correlations_become_findings_with_their_base_events(rules: Load) -> None:
    body = "{type: event_count, rules: base, group-by: [User], timespan: 1h, condition: {gte: 3}}"
    ruleset = rules(rule_text("A|contains: x", name="base"), f"title: Many\nlevel: critical\ncorrelation: {body}")
    matcher = Matcher(ruleset)
    hits = [hit(matcher, i, i, device_name="DC", values='{"User": "ann"}', actor="ann") for i in range(4)]
    (finding,) = fold(hits, lookup, matcher, firings=correlate(ruleset, hits))
    assert (finding.title, finding.kind, finding.device_name) == ("Many", "sigma_correlation", "DC")
    assert [e.ref for e in finding.evidence] == ["e00000", "e00001", "e00002"]
    assert finding.evidence[0].quote == "User=ann"


def test_confidence_falls_with_noise_and_rises_with_level() -> None:
    def info(level: str, status: str = "test") -> RuleInfo:
        return RuleInfo(rule_id="r", title="t", level=level, status=status)

    levels = [confidence(info(x), 1, 1000) for x in ("informational", "low", "medium", "high", "critical")]
    assert levels == sorted(levels)
    assert confidence(info("high", "stable"), 1, 1000) > confidence(info("high", "experimental"), 1, 1000)
    noise = [confidence(info("high"), n, 100_000) for n in (1, 49, 1_000, 50_000, 100_000)]
    assert noise == sorted(noise, reverse=True)
    assert noise[0] == noise[1]
    assert noise[-1] < 0.05
    assert all(0 < c < 1 for c in (*levels, *noise))


def test_every_account_of_a_long_finding_is_shown_by_one_event(matcher: Matcher) -> None:
    hits = [hit(matcher, n, n / 60, device_name="dc", actor=f"user{n % 20}") for n in range(400)]
    (found,) = fold(hits, lookup, matcher)
    actors = {h.event_id: h.actor for h in hits}
    assert {actors[e.ref] for e in found.evidence} == {f"user{n}" for n in range(20)}
    assert found.evidence[0].ref == hits[0].event_id
    assert found.evidence[-1].ref == hits[-1].event_id
    assert len(found.evidence) < 50
