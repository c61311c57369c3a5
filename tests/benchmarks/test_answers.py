"""The questions with their answers: well formed, true to the events, and judged so that wrong answers are wrong."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.answers import questions, run, worlds
from benchmarks.answers.expect import Names, problems
from benchmarks.answers.support import survey, unsupported

from vedette.schema import Answer, AnswerStatus, Choice, Citation, Claim

NAMES = Names(frozenset({"ALDERFINCH\\spohl", "hd-ymoser", "svc_backup"}), frozenset({"FS01.corp.example"}))


@pytest.fixture(scope="module")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the smallest recorded incident."""
    if not worlds.INCIDENTS.is_dir():
        pytest.skip("the labelled data is not on this machine")
    return worlds.home_of("linux-log4shell-auditd", tmp_path_factory.mktemp("worlds"))


def _answer(text: str = "", status: AnswerStatus = AnswerStatus.ANSWERED, **more: object) -> Answer:
    claims = tuple(Claim(text=s, evidence=(), checked=True) for s in text.split(" | ") if s)
    shown = " ".join(c.text for c in claims)
    return Answer(answer_id="a", question="q", status=status, text=shown, claims=claims, **more)  # type: ignore[arg-type]


def test_the_parts_are_apart_and_well_formed() -> None:
    development, held_out = (questions.load([part]) for part in questions.FILES)
    ids = Counter(c.id for c in (*development, *held_out))
    assert max(ids.values()) == 1
    asks = Counter(" ".join(t.ask.casefold().split()) for c in (*development, *held_out) for t in c.turns)
    both = {t.ask for c in development for t in c.turns} & {t.ask for c in held_out for t in c.turns}
    assert not both
    assert sum(asks.values()) >= 180
    for conversation in (*development, *held_out):
        assert conversation.world in worlds.WORLDS
        assert conversation.because
        for turn in conversation.turns:
            for expect in turn.expect.get("any", [turn.expect]):
                assert expect.get("status") or expect.get("error"), conversation.id
                assert set(expect.get("status", ())) <= {s.value for s in AnswerStatus}


@pytest.mark.parametrize(
    ("expect", "right", "wrong"),
    [
        ({"count": 3}, _answer("There are 3.", values={"count": 3}), _answer("There are 3.", values={"count": 4})),
        ({"count": 3}, _answer("There are three."), _answer("There are four.")),
        (
            {"accounts": {"is": ["spohl"]}},
            _answer("ALDERFINCH\\spohl is.", values={"accounts": ["ALDERFINCH\\spohl"]}),
            _answer("ALDERFINCH\\spohl and hd-ymoser are.", values={"accounts": ["spohl", "hd-ymoser"]}),
        ),
        (
            {"time": ["2026-03-09T09:52:21Z"]},
            _answer("At 2026-03-09 09:52:21 UTC."),
            _answer("At 2026-03-09 10:52:21 UTC."),
        ),
        ({"said": ["FS01|DC01"]}, _answer("It was FS01."), _answer("It was WS06.")),
        ({"not_said": ["compromised"]}, _answer("It is clean."), _answer("It is compromised.")),
        ({"none": True}, _answer("There are no logons.", values={"count": 0}), _answer("No. 5.", values={"count": 5})),
        (
            {"choice": ["case-1"], "status": ["clarify"]},
            _answer("Which?", AnswerStatus.CLARIFY, choice=Choice(parameter="c", question="?", options=("case-1",))),
            _answer("Which?", AnswerStatus.CLARIFY),
        ),
        ({"any": [{"status": ["unknown"]}, {"status": ["answered"], "count": 1}]}, _answer("1"), _answer("2")),
    ],
)  # fmt: skip
def test_right_answers_are_right_and_wrong_ones_wrong(expect: dict[str, object], right: Answer, wrong: Answer) -> None:
    whole = expect if "any" in expect else {"status": ["answered"], **expect}
    assert problems(right, whole, NAMES) == []
    assert problems(wrong, whole, NAMES)


def test_expectations_say_what_the_events_say(small_world: Path) -> None:
    with worlds.opened(small_world) as lake:
        for conversation in questions.load():
            if conversation.world == "linux-log4shell-auditd":
                assert questions.untrue(conversation, lake) == []


def test_the_recount_finds_what_nothing_holds(small_world: Path) -> None:
    with worlds.opened(small_world) as lake:
        world = survey(lake)
        sql = "SELECT event_id FROM events WHERE process_cmd = 'whoami'"
        event_id = str(world.events.execute(sql).fetchall()[0][0])
        true = "tomcat ran whoami on UBUNTU5 at 2022-05-11 18:10:33 UTC [1]."
        answer = replace(_answer(true), text=true, citations=(Citation(number=1, ref=event_id),))
        assert unsupported(answer, lake, world) == ([], [])
        for said in (
            true.replace("18:10:33", "18:11:33"),
            true.replace("UBUNTU5 at", "UBUNTU5 from 10.9.8.7 at"),
            true.replace("ran whoami", "read /etc/shadow.bak"),
            true.replace(" at", " (T1486) at"),
            true.replace("[1]", "[2]"),
            true.replace("tomcat ran whoami", "tomcat ran whoami 4,711 times"),
            "case-deadbeef says so.",
            "It is 13% sure.",
        ):
            assert unsupported(replace(answer, text=said), lake, world)[0], said


@pytest.mark.parametrize("part", list(questions.FILES))
def test_a_small_world_is_asked_without_a_model(part: str, small_world: Path) -> None:
    asked = [c for c in questions.load([part]) if c.world == "linux-log4shell-auditd"]
    with worlds.opened(small_world) as lake:
        rows = list(run.ask_all(asked, lake, survey(lake), None, "none"))
    assert len(rows) == sum(len(c.turns) for c in asked)
    assert not [u for r in rows for u in r.unsupported]
    assert sum(r.right for r in rows) >= 0.6 * len(rows), run.misses(rows)
    assert "| none |" in run.table(rows)
