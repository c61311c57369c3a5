"""Features know the past only, and are the same in training and in serving."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.models.activity import FindingError, Judged, Outcome, State, read_fired, read_outcome, replay
from vedette.models.activity.features import BASE, CROSSED, Layout, words_of
from vedette.models.activity.words import family_of
from vedette.schema import Verdict

LAYOUT = Layout(words=("memory", "shell"))
DAY = 86_400.0

_rules = st.sampled_from(["r1", "r2", "r3"])
_hosts = st.sampled_from(["A", "B", ""])
_verdicts = st.sampled_from([*Verdict, None])


@st.composite
def _outcome(draw: st.DrawFn) -> Outcome:
    at = draw(st.floats(0, 20 * DAY)) + 1e9
    fired = read_fired(
        {
            "finding_id": draw(st.uuids()).hex,
            "rule_id": draw(_rules),
            "title": draw(st.sampled_from(["Command line dumps memory", "Program starts a shell"])),
            "severity": draw(st.sampled_from(["low", "high", None])),
            "first_at": at,
            "device_name": draw(_hosts) or None,
            "accounts": draw(st.lists(st.sampled_from(["x", "y"]), max_size=2)),
            "tactics": ["execution"],
        },
        b"",
    )
    judged = []
    for _ in range(draw(st.integers(0, 2))):
        judged.append(Judged(verdict=draw(st.sampled_from(Verdict)), at=at + draw(st.floats(0, 5 * DAY))))
    return Outcome(fired=fired, judged=tuple(sorted(judged, key=lambda j: j.at)))


def _played(outcomes: list[Outcome]) -> dict[str, bytes]:
    return {o.fired.finding_id: row.tobytes() for o, row in replay(outcomes, State(), LAYOUT)}


@given(st.lists(_outcome(), min_size=2, max_size=14), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_the_future_changes_no_feature(outcomes: list[Outcome], rng: random.Random) -> None:
    """Whatever happens after a moment, findings before it have the same features."""
    cut = sorted(o.fired.at for o in outcomes)[len(outcomes) // 2]
    whole = _played(outcomes)
    changed = []
    for o in outcomes:
        judged = tuple(j for j in o.judged if j.at < cut)
        later = tuple(replace(j, verdict=rng.choice(list(Verdict))) for j in o.judged if j.at >= cut)
        if o.fired.at < cut:
            changed.append(replace(o, judged=judged + later))
        elif rng.random() < 0.6:
            changed.append(Outcome(fired=replace(o.fired, rule=rng.choice(["r1", "r9"]), at=o.fired.at + rng.random())))
    rng.shuffle(changed)
    again = _played(changed)
    for o in outcomes:
        if o.fired.at < cut:
            assert whole[o.fired.finding_id] == again[o.fired.finding_id]


@given(st.lists(_outcome(), min_size=1, max_size=14), st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_order_of_the_input_does_not_matter(outcomes: list[Outcome], rng: random.Random) -> None:
    shuffled = list(outcomes)
    rng.shuffle(shuffled)
    assert _played(outcomes) == _played(shuffled)


@given(st.lists(_outcome(), min_size=2, max_size=14), st.integers(1, 12))
@settings(max_examples=40)
def test_a_snapshot_goes_on_as_if_it_had_never_stopped(outcomes: list[Outcome], at: int) -> None:
    """Features from a stored and restored state equal those of one long replay: training and serving agree."""
    outcomes = sorted(outcomes, key=lambda o: (o.fired.at, o.fired.finding_id))
    if len({o.fired.at for o in outcomes}) < len(outcomes):
        return
    at = min(at, len(outcomes) - 1)
    whole = _played(outcomes)
    state = State()
    list(replay(outcomes[:at], state, LAYOUT))
    restored = State.restored(state.snapshot())
    assert restored.snapshot() == state.snapshot()
    fork = restored.fork()
    for o, row in replay(outcomes[at:], fork, LAYOUT):
        assert row.tobytes() == whole[o.fired.finding_id]
    assert restored.snapshot() == state.snapshot(), "a fork leaves its parent alone"


def test_a_later_verdict_replaces_the_earlier_one() -> None:
    fired = read_fired({"rule_id": "r", "first_at": 1e9}, b"")
    first, second = Judged(verdict=Verdict.TRUE_POSITIVE, at=1e9 + 10), Judged(verdict=Verdict.BENIGN, at=1e9 + 20)
    state = State()
    state.add(Outcome(fired=fired, judged=(first, second)))
    state.advance(1e9 + 15)
    assert (state.tally("r|r").true, state.tally("r|r").n) == (1, 1)
    state.advance(1e9 + 30)
    assert (state.tally("r|r").true, state.tally("r|r").benign, state.tally("r|r").n) == (0, 1, 1)
    state.judge(Outcome(fired=fired, judged=(first, second)))
    state.advance(1e9 + 60)
    assert state.tally("r|r").n == 1, "what is known is not counted again"


def test_undecided_takes_a_verdict_back() -> None:
    fired = read_fired({"rule_id": "r", "first_at": 1e9}, b"")
    outcome = Outcome(
        fired=fired,
        judged=(Judged(verdict=Verdict.BENIGN, at=1e9 + 1), Judged(verdict=Verdict.UNDECIDED, at=1e9 + 2)),
    )
    assert outcome.verdict is None
    assert outcome.matters is None
    state = State()
    state.add(outcome)
    state.advance(1e9 + 9)
    assert state.tally("g").n == 0


def test_every_feature_has_a_reason_and_crossed_ones_exist() -> None:
    for name in LAYOUT.names:
        assert family_of(name)
    known = {name for name, _ in BASE}
    assert all(a in known and b in known for a, b in CROSSED)
    assert len(LAYOUT.names) == len(LAYOUT.groups) == len(set(LAYOUT.names))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "neither rule_id nor title"),
        ({"rule_id": "r"}, "no time"),
        ({"rule_id": "r", "first_at": "yesterday"}, "no ISO 8601"),
        ({"rule_id": "r", "first_at": "2026-01-01T00:00:00"}, "no zone"),
        ({"rule_id": "r", "first_at": True}, "no time"),
        ({"rule_id": "r", "first_at": float("nan")}, "no time"),
        ({"rule_id": "r", "first_at": 1e9, "verdict": "meh"}, "no verdict"),
    ],
)
def test_what_is_no_finding_is_told(body: dict[str, Any], told: str) -> None:
    with pytest.raises(FindingError, match=told):
        read_outcome(body, b"")


def test_names_are_digests_and_case_does_not_matter() -> None:
    fired = read_fired({"rule_id": "r", "first_at": 1e9, "device_name": "WS-1", "accounts": ["Bob"]}, b"k")
    again = read_fired({"rule_id": "r", "first_at": 1e9, "device_name": "ws-1", "accounts": ["BOB"]}, b"k")
    other = read_fired({"rule_id": "r", "first_at": 1e9, "device_name": "ws-1", "accounts": ["BOB"]}, b"other")
    assert fired.host == again.host != other.host
    assert "ws" not in fired.host
    assert fired.accounts == again.accounts


_values = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.lists(st.text(max_size=5), max_size=3),
    st.lists(st.dictionaries(st.text(max_size=4), st.text(max_size=4)), max_size=2),
)
_names = "rule_id title first_at severity accounts techniques judged device_name confidence verdict judged_at".split()


@given(st.dictionaries(st.sampled_from(_names), _values))
def test_hostile_objects_never_break(body: dict[str, Any]) -> None:
    """Any JSON object is read, or told why not."""
    try:
        outcome = read_outcome(body, b"")
    except FindingError:
        return
    rows = [row for _, row in replay([outcome], State(), LAYOUT)]
    assert rows[0].shape == (len(LAYOUT.names),)
    assert not np.isinf(rows[0]).any()


def test_words() -> None:
    assert words_of("The Shell, started by 2 programs") == {"shell", "started", "programs"}
