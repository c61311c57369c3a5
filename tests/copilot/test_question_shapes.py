"""Questions that set things side by side, leave things out, correct the last one or name what is nowhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from copilot_support import case

from vedette.copilot.choosing import choice_said
from vedette.copilot.engine import Copilot
from vedette.copilot.followups import follow_up
from vedette.copilot.mentions import Mentions
from vedette.copilot.names import NameIndex
from vedette.copilot.pairs import acts, tells_cases
from vedette.copilot.times import Calendar, windows
from vedette.copilot.tools.where import of_case
from vedette.schema import AnswerStatus, Focus, Parameter, Plan, ToolCall, ValueKind, Window
from vedette.toolbox import tools

OUTCOME = Parameter(
    name="outcome", kind=ValueKind.CHOICE, description="What came of it.", choices=("success", "failure")
)
DAY = datetime(2026, 3, 9, tzinfo=UTC)
CALENDAR = Calendar(now=DAY + timedelta(days=3), first_at=DAY - timedelta(days=4), last_at=DAY + timedelta(days=3))


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("did they clear the log before or after sending it?", ("when did they clear the log", "when was sending it")),
        ("what came first: the dump or the logon of bob?", ("when was the dump", "when was the logon of bob")),
        ("how long between the logon and the dump", ("when was the logon", "when was the dump")),
        ("how many minutes between 9 and 10", None),
        ("what happened before the dump?", None),
    ],
)
def test_two_acts_are_two_questions(question: str, parts: tuple[str, str] | None) -> None:
    assert acts(question) == parts


@pytest.mark.parametrize(
    ("question", "n_cases", "all_of_them"),
    [
        ("compare the two cases", 2, True),
        ("summarise both incidents", 2, True),
        ("compare the two cases", 1, False),
        ("compare bob with alice", 2, False),
    ],
)
def test_all_cases_are_told(question: str, n_cases: int, all_of_them: bool) -> None:
    assert tells_cases(question, n_cases) is all_of_them


@pytest.mark.parametrize(
    ("question", "outcome"),
    [
        ("logons of entity without the failed ones", "success"),
        ("logons except the successful ones", "failure"),
        ("failed logons", "failure"),
        ("successful logons", "success"),
        ("how many logons", None),
    ],
)
def test_what_leaves_out_one_outcome_means_the_other(question: str, outcome: str | None) -> None:
    assert choice_said(OUTCOME, question) == outcome


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("after 18:00 on 9 March", DAY.replace(hour=18), DAY + timedelta(days=1)),
        ("since 18:00 on 9 March", DAY.replace(hour=18), None),
        ("after 18:00", (DAY + timedelta(days=3)).replace(hour=18), None),
    ],
)
def test_after_a_time_of_a_day_is_of_that_day(text: str, start: datetime, end: datetime | None) -> None:
    ((found),) = windows(text, CALENDAR)
    assert (found.window.start_at, found.window.end_at) == (start, end)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("and the day before?", -1, 0),
        ("the next day?", 1, 2),
        ("the previous day", -1, 0),
        ("and before that?", None, 0),
    ],
)
def test_stretches_beside_the_last_one(text: str, start: int | None, end: int) -> None:
    calendar = Calendar(now=CALENDAR.now, window=Window(start_at=DAY, end_at=DAY + timedelta(days=1)))
    ((found),) = windows(text, calendar)
    begins = None if start is None else DAY + timedelta(days=start)
    assert (found.window.start_at, found.window.end_at) == (begins, DAY + timedelta(days=end))


def test_the_window_of_a_case_is_whole_seconds_and_half_open() -> None:
    window = of_case(case())
    assert window.end_at == case().last_at + timedelta(seconds=1)
    assert window.start_at == case().first_at


@pytest.mark.parametrize(
    "question", ["who is zzqx?", "failed logons of zzqx", "is zzqx involved?", "how many logons of zzqx"]
)
def test_a_name_that_is_nowhere_is_said_to_be_nowhere(copilot: Copilot, question: str) -> None:
    answer = copilot.ask(question)
    assert answer.status is AnswerStatus.UNKNOWN
    assert "no account or host zzqx" in answer.text


def test_a_correction_takes_another_outcome() -> None:
    registered, _ = tools(third_party=False)
    declared = {"events": registered["events"].tool}
    before = ToolCall(tool="events", arguments={"activity": "failed_logon", "outcome": "failure", "host": "WS1"})
    focus = Focus(plan=Plan(question="failed logons on WS1?", steps=(before,)))
    calls = follow_up("no, I meant successful ones", Mentions(), focus, declared, NameIndex(), asks=False)
    assert calls is not None
    assert calls[0].arguments == {"activity": "logon", "outcome": "success", "host": "WS1"}


def test_two_accounts_side_by_side(copilot: Copilot) -> None:
    answer = copilot.ask("who logged on more often, alice or bob?")
    assert answer.plan is not None
    assert [s.arguments["account"] for s in answer.plan.steps] == ["CORP\\alice", "CORP\\bob"]
