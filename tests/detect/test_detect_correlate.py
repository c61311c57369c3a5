from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from detect_support import rule_text

from vedette.detect import Hit, RuleSet, correlate

START = datetime(2026, 3, 1, tzinfo=UTC)
Load = Callable[..., RuleSet]


def correlation(body: str, title: str = "Whole", name: str = "whole") -> str:
    return f"title: {title}\nname: {name}\nlevel: high\ncorrelation:\n" + "\n".join(f"  {x}" for x in body.splitlines())


def base(name: str) -> str:
    return rule_text("A: x", title=name, name=name)


def hits(ruleset: RuleSet, *rows: tuple[float, str, dict[str, Any]]) -> list[Hit]:
    ids = {r.info.title: r.info.rule_id for r in ruleset.rules}
    return [
        Hit(rule_id=ids[n], event_id=f"e{i}", time=START + timedelta(seconds=t), values=orjson.dumps(v).decode())
        for i, (t, n, v) in enumerate(sorted(rows, key=lambda r: r[0]))
    ]


COUNT = "type: event_count\nrules: failed\ngroup-by: [User]\ntimespan: 1m\ncondition: {%s}"


def fired(
    rules: Load, body: str, rows: list[tuple[float, str, dict[str, Any]]]
) -> list[tuple[float, int, dict[str, str]]]:
    names = sorted({n for _, n, _ in rows} | {"failed"})
    ruleset = rules(*map(base, names), correlation(body))
    assert ruleset.problems == ()
    return [
        ((f.time - START).total_seconds(), f.count, dict(f.group)) for f in correlate(ruleset, hits(ruleset, *rows))
    ]


def each(times: list[float], name: str = "failed", **values: Any) -> list[tuple[float, str, dict[str, Any]]]:
    return [(t, name, values) for t in times]


def test_event_count_in_a_sliding_window(rules: Load) -> None:
    rows = each([0, 30, 70, 80, 200], User="ann") + each([5, 100], User="bob")
    assert fired(rules, COUNT % "gte: 3", rows) == [(80, 3, {"User": "ann"})]


def test_the_edge_of_the_timespan_counts(rules: Load) -> None:
    assert fired(rules, COUNT % "gte: 2", each([0, 60], User="a"))
    assert not fired(rules, COUNT % "gte: 2", each([0, 60.001], User="a"))


def test_it_fires_once_while_true_and_again_after(rules: Load) -> None:
    rows = each([0, 1, 2, 3, 4, 300, 301, 302], User="a")
    assert [t for t, _, _ in fired(rules, COUNT % "gte: 3", rows)] == [2, 302]
    assert [t for t, _, _ in fired(rules, COUNT % "gt: 3", rows)] == [3]


def test_groups_ignore_case_and_need_their_field(rules: Load) -> None:
    rows = [*each([0], User="Ann"), *each([1], User="ANN"), *each([2, 3, 4])]
    assert fired(rules, COUNT % "gte: 2", rows) == [(1, 2, {"User": "ann"})]


@pytest.mark.parametrize(
    ("condition", "times"), [("lt: 3", [200, 300]), ("eq: 3", [2]), ("neq: 3", [200, 300]), ("lte: 1", [200, 300])]
)
def test_conditions_from_above_are_judged_on_whole_windows(rules: Load, condition: str, times: list[float]) -> None:
    assert [t for t, _, _ in fired(rules, COUNT % condition, each([0, 1, 2, 200, 300], User="a"))] == times


def test_value_count_counts_distinct_values(rules: Load) -> None:
    body = "type: value_count\nrules: failed\ngroup-by: [Host]\ntimespan: 1m\ncondition: {gte: 3, field: User}"
    rows = [
        (t, "failed", {"Host": "h", "User": u})
        for t, u in [(0, "a"), (1, "A"), (2, "b"), (3, None), (4, "c"), (90, "d")]
    ]
    assert fired(rules, body, rows) == [(4, 5, {"Host": "h"})]


@pytest.mark.parametrize(
    ("kind", "condition", "expected"),
    [("value_sum", "gte: 10", 2), ("value_avg", "gt: 4", 3), ("value_median", "gte: 3.5", 3),
     ("value_percentile", "gte: 5, percentile: 100", 2), ("value_sum", "gte: 99", None)],
)  # fmt: skip
def test_values_measured(rules: Load, kind: str, condition: str, expected: float | None) -> None:
    body = f"type: {kind}\nrules: failed\ntimespan: 1m\ncondition: {{{condition}, field: Bytes}}"
    values = [2, "3", "0x5", 8, "many"]
    got = fired(rules, body, [(i, "failed", {"Bytes": v}) for i, v in enumerate(values)])
    assert [t for t, _, _ in got][:1] == ([expected] if expected is not None else [])


def test_temporal_wants_every_rule_in_any_order(rules: Load) -> None:
    body = "type: temporal\nrules: [one, two]\ngroup-by: [User]\ntimespan: 1m"
    rows = [
        *each([10], "two", User="a"),
        *each([30], "one", User="a"),
        *each([40], "two", User="b"),
        *each([200], "one", User="b"),
    ]
    assert fired(rules, body, rows) == [(30, 2, {"User": "a"})]


def test_temporal_ordered_wants_the_order(rules: Load) -> None:
    body = "type: temporal_ordered\nrules: [one, two, three]\ntimespan: 1m"
    assert not fired(rules, body, [*each([0], "two"), *each([1], "one"), *each([2], "three")])
    assert fired(rules, body, [*each([0, 50], "one"), *each([55], "two"), *each([100], "three")]) == [(100, 3, {})]
    assert not fired(rules, body, [*each([0], "one"), *each([55], "two"), *each([100], "three")])


def test_temporal_ordered_with_a_rule_twice(rules: Load) -> None:
    body = "type: temporal_ordered\nrules: [one, one, two]\ntimespan: 1m"
    assert not fired(rules, body, [*each([0], "one"), *each([1], "two")])
    assert fired(rules, body, [*each([0, 1], "one"), *each([2], "two")]) == [(2, 3, {})]


def test_extended_conditions(rules: Load) -> None:
    body = "type: temporal\nrules: [one, two, three]\ntimespan: 1m\ncondition: one and not two or three"
    rows = [*each([0], "one"), *each([5], "two"), *each([300], "one"), *each([600], "two"), *each([900], "three")]
    assert [t for t, _, _ in fired(rules, body, rows)] == [300, 900]


def test_aliases_join_fields_of_different_names(rules: Load) -> None:
    body = "type: temporal\nrules: [one, two]\ngroup-by: [ip]\ntimespan: 1m\naliases: {ip: {one: src_ip, two: dst_ip}}"
    rows = [*each([0], "one", src_ip="10.0.0.1", dst_ip="x"), *each([1], "two", src_ip="x", dst_ip="10.0.0.1")]
    assert fired(rules, body, rows) == [(1, 2, {"ip": "10.0.0.1"})]


def test_correlations_of_correlations(rules: Load) -> None:
    many = correlation(COUNT % "gte: 2", title="Many failed", name="many")
    then = correlation("type: temporal_ordered\nrules: [many, good]\ngroup-by: [User]\ntimespan: 5m", title="Then in")
    ruleset = rules(then, many, base("failed"), base("good"))
    assert [c.info.title for c in ruleset.correlations] == ["Many failed", "Then in"]
    assert not ruleset.correlations[0].info.output
    rows = [*each([0, 1], User="a"), *each([60], "good", User="A"), *each([61], "good", User="b")]
    got = [f for f in correlate(ruleset, hits(ruleset, *rows)) if f.rule_id == ruleset.correlations[1].info.rule_id]
    assert [((f.time - START).total_seconds(), f.count) for f in got] == [(60, 3)]
    assert [h.event_id for h in got[0].events] == ["e0", "e1", "e2"]


def test_generate_decides_whether_parts_speak(rules: Load) -> None:
    quiet = rules(base("failed"), correlation(COUNT % "gte: 2"))
    loud = rules(base("failed"), correlation(COUNT % "gte: 2" + "\ngenerate: true"))
    assert [r.info.output for r in quiet.rules] == [False]
    assert [r.info.output for r in loud.rules] == [True]
    assert quiet.rules[0].keep == ("User",)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("type: event_count\nrules: gone\ntimespan: 1m\ncondition: {gte: 2}", "gone"),
        ("type: event_count\nrules: failed\ncondition: {gte: 2}", "timespan"),
        ("type: dance\nrules: failed\ntimespan: 1m\ncondition: {gte: 2}", "dance"),
        ("type: value_count\nrules: failed\ntimespan: 1m\ncondition: {gte: 2}", "field"),
        ("type: event_count\nrules: whole\ntimespan: 1m\ncondition: {gte: 2}", "itself"),
        ("type: event_count\nrules: failed\ntimespan: 1m\ncondition: {about: 2}", "condition"),
    ],
)
def test_a_correlation_that_cannot_be_is_named(rules: Load, body: str, reason: str) -> None:
    ruleset = rules(base("failed"), correlation(body))
    assert ruleset.correlations == ()
    assert len(ruleset.problems) == 1
    assert reason in ruleset.problems[0].reason
    assert [r.info.output for r in ruleset.rules] == [True]


def test_counting_many_is_linear_and_bounded(rules: Load) -> None:
    ruleset = rules(base("failed"), correlation(COUNT % "gte: 100000"))
    rule_id = ruleset.rules[0].info.rule_id
    values = [orjson.dumps({"User": f"u{i}"}).decode() for i in range(50)]
    many = (
        Hit(rule_id=rule_id, event_id="e", time=START + timedelta(seconds=i), values=v)
        for i, v in zip(range(60_000), itertools.cycle(values), strict=False)
    )
    assert correlate(ruleset, many) == []
