"""Deciding with inputs missing: every completion counts, none is invented, and every decision replays."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.exposure.policies import policies, policy
from vedette.exposure.policies.base import Deciding, DecisionPoint, Policy

NAMES = sorted(policies())


@st.composite
def asked(draw: st.DrawFn) -> tuple[Policy, dict[str, str | None]]:
    found = policies()[draw(st.sampled_from(NAMES))]
    inputs: dict[str, str | None] = {}
    for point in found.points:
        some = draw(st.none() | st.sets(st.sampled_from(point.values), min_size=1))
        if some is not None:
            inputs[point.name] = "|".join(draw(st.permutations(sorted(some))))
        elif draw(st.booleans()):
            inputs[point.name] = None
    return found, inputs


def completions(found: Policy, inputs: dict[str, str | None]) -> list[dict[str, str]]:
    domains = [(inputs.get(p.name) or "|".join(p.values)).split("|") for p in found.points]
    return [dict(zip([p.name for p in found.points], cells, strict=True)) for cells in product(*domains)]


@given(asked())
def test_possible_is_every_completion_and_nothing_else(case: tuple[Policy, dict[str, str | None]]) -> None:
    found, inputs = case
    decision = found.decide(inputs)
    outcomes = {found.decide(full).outcome for full in completions(found, inputs)}
    assert set(decision.possible) == outcomes
    assert list(decision.possible) == [o for o in found.outcomes if o in outcomes]
    assert decision.outcome == (decision.possible[0] if len(outcomes) == 1 else None)
    days = [found.outcomes[o] for o in decision.possible if found.outcomes[o] is not None]
    assert decision.days == (min(days) if days else None)


@given(asked(), st.dictionaries(st.sampled_from(["in_kev", "severity", "automatable"]), st.text(max_size=5)))
def test_every_decision_replays(case: tuple[Policy, dict[str, str | None]], sources: dict[str, str]) -> None:
    found, inputs = case
    decision = found.decide(inputs, sources)
    assert found.decide(decision.inputs, decision.sources) == decision


@given(asked())
def test_unknown_points_are_those_that_matter(case: tuple[Policy, dict[str, str | None]]) -> None:
    found, inputs = case
    decision = found.decide(inputs)
    every = completions(found, inputs)
    for point in found.points:
        cells = {full[point.name] for full in every}
        matters = any(len({found.decide({**full, point.name: cell}).outcome for cell in cells}) > 1 for full in every)
        assert (point.name in decision.unknown) == matters
    assert bool(decision.question) == (decision.outcome is None)


@settings(max_examples=50)
@given(asked())
def test_the_question_narrows_most(case: tuple[Policy, dict[str, str | None]]) -> None:
    found, inputs = case
    decision = found.decide(inputs)
    expected = {}
    for name in decision.unknown:
        point = next(p for p in found.points if p.name == name)
        cells = (decision.inputs[name] or "|".join(point.values)).split("|")
        left = [len(found.decide({**decision.inputs, name: cell}).possible) for cell in cells]
        expected[name] = sum(left) / len(left)
    assert [expected[n] for n in decision.unknown] == sorted(expected.values())
    if decision.unknown:
        asked_for = next(p for p in found.points if p.name == decision.unknown[0])
        assert decision.question == asked_for.question


@given(asked())
def test_an_answer_never_widens(case: tuple[Policy, dict[str, str | None]]) -> None:
    found, inputs = case
    decision = found.decide(inputs)
    for full in completions(found, inputs)[:20]:
        for name in decision.unknown:
            assert set(found.decide({**inputs, name: full[name]}).possible) <= set(decision.possible)


def test_what_does_not_matter_is_not_asked() -> None:
    decision = policy("bod-26-04").decide({"in_kev": "yes", "publicly_exposed": "yes", "technical_impact": "total"})
    assert decision.outcome == "3 days & forensic investigation"
    assert decision.inputs["automatable"] is None
    assert (decision.unknown, decision.question) == ((), "")


def test_a_range_is_never_stated_as_the_decision() -> None:
    decision = policy("bod-26-04").decide({"in_kev": "no", "automatable": "yes", "technical_impact": "total"})
    assert decision.outcome is None
    assert decision.possible == ("3 days", "60 days")
    assert decision.days == 3
    assert decision.unknown == ("publicly_exposed",)
    assert "public network" in decision.question


def test_the_answer_that_settles_most_is_asked_for() -> None:
    """Technical impact leaves 2 or 1 outcomes, exposure 2 or 2."""
    decision = policy("bod-26-04").decide({"in_kev": "yes", "automatable": "yes"})
    assert decision.possible == ("3 days & forensic investigation", "3 days", "14 days")
    assert decision.unknown == ("technical_impact", "publicly_exposed")


def test_ties_go_to_what_rules_the_gravest_out() -> None:
    """Of two flags that leave as many outcomes each, the one that can end the worst is asked first."""

    def judge(values: Mapping[str, str]) -> str:
        return {"nn": "mild", "ny": "bad", "yn": "mild", "yy": "mild"}[values["first"] + values["second"]]

    points = tuple(DecisionPoint(name, ("n", "y"), f"{name}?") for name in ("first", "second"))
    tied = Deciding("t", "t", "1", points, {"bad": 1, "mild": None}, judge)
    assert tied.decide({}).unknown == ("first", "second")
    graver = Deciding("t", "t", "1", points, {"mild": 1, "bad": None}, judge)
    assert graver.decide({}).unknown == ("first", "second")
    lopsided = Deciding(
        "t", "t", "1", points, {"worst": 1, "bad": 2, "mild": 3},
        lambda v: {"nn": "bad", "ny": "worst", "yn": "mild", "yy": "worst"}[v["first"] + v["second"]],
    )  # fmt: skip
    assert lopsided.decide({}).unknown == ("second", "first")


def test_partly_known_narrows() -> None:
    deployer = policy("ssvc-deployer")
    known = {"exploitation": "active", "automatable": "no", "human_impact": "very high"}
    assert deployer.decide({**known, "system_exposure": "small|controlled"}).outcome == "out-of-cycle"
    assert deployer.decide(known).possible == ("immediate", "out-of-cycle")
    every = deployer.decide({**known, "system_exposure": "open|small|controlled"})
    assert every.inputs["system_exposure"] is None


@pytest.mark.parametrize("name", NAMES)
def test_with_nothing_known_everything_is_possible(name: str) -> None:
    found = policies()[name]
    decision = found.decide({})
    assert set(decision.possible) == set(found.outcomes)
    assert decision.outcome is None
    assert set(decision.unknown) == {p.name for p in found.points}
