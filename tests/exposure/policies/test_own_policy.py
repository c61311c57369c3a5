"""A team's own policy: loaded strictly, decided like any other."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.errors import UserError
from vedette.exposure.policies import load_policy, policy
from vedette.exposure.policies.own import read_policy

SHOP = """
policy: shop-floor
version: "3"
title: What the shop floor mends first
rules:
  - when: {kev: yes, internet_facing: yes}
    outcome: fix now
    days: 2
  - when:
      any:
        - epss: ">= 0.5"
        - {severity: [high, critical], environment: production}
        - not: {data_class: [public, internal]}
    outcome: fix this month
    days: 30
otherwise:
  outcome: next upgrade
"""


def decided(**inputs: str | None) -> tuple[str | None, int | None]:
    found = read_policy(SHOP).decide(inputs)
    return found.outcome, found.days


KNOWN = {
    "kev": "no",
    "internet_facing": "no",
    "epss": "0.1",
    "severity": "low",
    "environment": "test",
    "data_class": "public",
}


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({}, ("next upgrade", None)),
        ({"kev": "yes"}, ("next upgrade", None)),
        ({"kev": "yes", "internet_facing": "yes"}, ("fix now", 2)),
        ({"epss": "0.5"}, ("fix this month", 30)),
        ({"epss": "0.49999"}, ("next upgrade", None)),
        ({"epss": "1"}, ("fix this month", 30)),
        ({"severity": "critical"}, ("next upgrade", None)),
        ({"severity": "critical", "environment": "production"}, ("fix this month", 30)),
        ({"data_class": "personal"}, ("fix this month", 30)),
        ({"data_class": "internal"}, ("next upgrade", None)),
        ({"kev": "yes", "internet_facing": "yes", "epss": "0.9"}, ("fix now", 2)),
    ],
)
def test_the_first_rule_that_holds_decides(change: dict[str, str], outcome: tuple[str, int | None]) -> None:
    assert decided(**{**KNOWN, **change}) == outcome


def test_unknown_facts_leave_a_range_and_a_question() -> None:
    found = read_policy(SHOP)
    decision = found.decide({**KNOWN, "kev": "yes", "internet_facing": None})
    assert decision.outcome is None
    assert decision.possible == ("fix now", "next upgrade")
    assert decision.days == 2
    assert decision.question == "Can the asset be reached from the internet?"
    # a fact that no longer matters is not asked
    assert (
        found.decide({**KNOWN, "epss": "0.9", "data_class": None, "kev": "no", "internet_facing": None}).unknown == ()
    )


CUTS = (0.1, 0.5, 0.97)


@given(st.floats(0, 1), st.sampled_from(["<", "<=", ">", ">=", "="]), st.sampled_from(CUTS))
def test_numbers_compare_as_numbers(epss: float, sign: str, limit: float) -> None:
    made = read_policy(
        f"policy: n\nversion: 1\nrules:\n  - when: {{epss: '{sign} {limit}'}}\n    outcome: a\n    days: 1\n"
        "  - when: {epss: '> 0.3'}\n    outcome: b\n    days: 2\notherwise: {outcome: c}\n"
    )
    holds = {"<": epss < limit, "<=": epss <= limit, ">": epss > limit, ">=": epss >= limit, "=": epss == limit}[sign]
    assert made.decide({"epss": repr(epss)}).outcome == ("a" if holds else "b" if epss > 0.3 else "c")


@given(st.sampled_from(["0", "1", "0.0", "1.0", "0.5", "0.50"]))
def test_bounds_and_thresholds_are_told_apart(epss: str) -> None:
    made = read_policy(
        "policy: n\nversion: 1\nrules:\n  - when: {epss: '= 0'}\n    outcome: zero\n    days: 1\n"
        "  - when: {epss: '>= 1'}\n    outcome: one\n    days: 2\n"
        "  - when: {epss: 0.5}\n    outcome: half\n    days: 3\n"
        "otherwise: {outcome: between}\n"
    )
    assert made.decide({"epss": epss}).outcome == {0.0: "zero", 1.0: "one", 0.5: "half"}[float(epss)]
    assert made.decide({"epss": "0.25"}).outcome == "between"
    assert set(made.decide({}).possible) == {"zero", "one", "half", "between"}


OPTIONS = {
    "kev": ["yes", "no", None],
    "internet_facing": ["yes", "no", None],
    "epss": ["0", "0.5", "0.77", None],
    "severity": ["low", "high", "high|critical", None],
    "environment": ["production", "lab", None],
    "data_class": ["public", "personal", None],
}


def test_every_decision_replays_and_is_every_completion() -> None:
    found = read_policy(SHOP)
    for cells in list(product(*OPTIONS.values()))[::7]:
        inputs = dict(zip(OPTIONS, cells, strict=True))
        decision = found.decide(inputs, {"kev": "KEV"})
        assert found.decide(decision.inputs, decision.sources) == decision
        for name in decision.unknown:
            point = next(p for p in found.points if p.name == name)
            assert len(point.cells(decision.inputs[name])) > 1


def test_a_published_table_with_days_of_its_own() -> None:
    made = read_policy(
        "policy: ours\nversion: 1\ntable: ssvc-deployer\ndays: {immediate: 1, out-of-cycle: 7, scheduled: 30}\n"
    )
    known = {"exploitation": "active", "system_exposure": "open", "automatable": "yes"}
    assert made.decide({**known, "human_impact": "very high"}).days == 1
    assert made.decide(known).days == 1
    for inputs in (known, {"exploitation": "none"}, {}):
        theirs, ours = policy("ssvc-deployer").decide(inputs), made.decide(inputs)
        assert (ours.outcome, ours.possible, ours.unknown) == (theirs.outcome, theirs.possible, theirs.unknown)
    defer = {"exploitation": "none", "system_exposure": "small", "automatable": "no", "human_impact": "low"}
    assert (made.decide(defer).outcome, made.decide(defer).days) == ("defer", None)
    bod = read_policy("policy: ours\nversion: 1\ntable: bod-26-04\ndays: {fix on system upgrade: 365}\n")
    assert bod.decide({"in_kev": "no", "publicly_exposed": "no", "automatable": "no"}).days == 365
    assert bod.outcomes["14 days"] == 14


def test_a_changed_file_is_another_version() -> None:
    one, other = read_policy(SHOP), read_policy(SHOP.replace("days: 30", "days: 31"))
    assert one.version.startswith("3+")
    assert one.version != other.version
    assert one.version == read_policy(SHOP + "\n# a remark\n").version


def test_it_is_loaded_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(SHOP)
    assert policy(str(path)).name == load_policy(path).name == "shop-floor"
    with pytest.raises(UserError, match="cannot read"):
        policy(str(tmp_path / "gone.yaml"))
    path.write_bytes(b"\xff\xfe" * 40)
    with pytest.raises(UserError, match="UTF-8"):
        policy(str(path))


WRONG = {
    "empty": ("", "its top"),
    "list": ("[1]", "its top"),
    "no rules": ("policy: p\nversion: 1\notherwise: {outcome: b}", "rules"),
    "no otherwise": ("policy: p\nversion: 1\nrules: [{when: {kev: yes}, outcome: a}]", "otherwise"),
    "unknown key": (SHOP + "comment: x\n", "'comment' is not known"),
    "said twice": (SHOP + "version: 4\n", "said twice"),
    "unknown fact": (SHOP.replace("kev: yes", "kevv: yes"), "no fact 'kevv'"),
    "unknown value": (SHOP.replace("kev: yes", "kev: maybe"), "kev cannot be 'maybe'"),
    "word for number": (SHOP.replace('">= 0.5"', "high"), "compared as"),
    "flag for number": (SHOP.replace('">= 0.5"', "yes"), "compared as"),
    "beyond bounds": (SHOP.replace('">= 0.5"', '">= 50"'), "from 0 to 1"),
    "two numbers of days": (SHOP.replace("outcome: next upgrade", "outcome: fix now"), "elsewhere"),
    "days no number": (SHOP.replace("days: 2", "days: soon"), "whole number"),
    "days true": (SHOP.replace("days: 2", "days: yes"), "whole number"),
    "negative days": (SHOP.replace("days: 2", "days: -2"), "whole number"),
    "name of ours": (SHOP.replace("shop-floor", "bod-26-04"), "comes with the program"),
    "name with slash": (SHOP.replace("shop-floor", "../x"), "is no name"),
    "no version": (SHOP.replace('version: "3"', ""), "version"),
    "outcome of two lines": (SHOP.replace("fix now", '"fix\\nnow"'), "one line"),
    "outcome with escape": (SHOP.replace("fix now", '"fix\\enow"'), "one line"),
    "empty when": (SHOP.replace("{kev: yes, internet_facing: yes}", "{}"), "rule 1"),
    "any of nothing": (SHOP.replace("{kev: yes, internet_facing: yes}", "{any: []}"), "'any' must be"),
    "alias": ("policy: &a p\nversion: 1\ntitle: *a\nrules: []", "aliases"),
    "object": ("policy: !!python/object/apply:os.system [true]", "YAML"),
    "deep": (SHOP.replace("{kev: yes, internet_facing: yes}", "{not: " * 12 + "{kev: yes}" + "}" * 12), "too deeply"),
    "no table": ("policy: p\nversion: 1\ntable: dice\n", "'dice' is none"),
    "table and rules": (SHOP + "table: bod-26-04\n", "not both"),
    "days without table": (SHOP + "days: {a: 1}\n", "belong to a table"),
    "outcome of another table": ("policy: p\nversion: 1\ntable: bod-26-04\ndays: {act: 1}\n", "'act' is no outcome"),
    "too many combinations": (
        SHOP.replace(
            "{kev: yes, internet_facing: yes}",
            "{all: ["
            + ", ".join(
                f"{{epss: '> 0.{n}'}}, {{score: '> {n}.5'}}, {{business_weight: '> 0.{n}'}}" for n in range(1, 9)
            )
            + "]}",
        ),
        "combinations",
    ),
    "huge": ("#" * 2_000_000, "at most"),
}


@pytest.mark.parametrize("what", sorted(WRONG))
def test_a_wrong_policy_is_refused_with_its_place(what: str) -> None:
    text, said = WRONG[what]
    with pytest.raises(UserError) as caught:
        read_policy(text, "shop.yaml")
    assert said in caught.value.message, caught.value.message
    assert len(caught.value.message) < 800


@given(st.text(max_size=200))
def test_hostile_yaml_is_refused_or_read(text: str) -> None:
    try:
        read_policy(text)
    except UserError:
        return
    raise AssertionError("no random text is a policy")
