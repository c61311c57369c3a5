"""What was held back: asked once, answered by somebody, for a time, and without the value being kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from vault_support import Clock, keyring

from vedette.errors import UserError
from vedette.guard.policy import read_policy
from vedette.guard.vault import Approvals, ApprovalState, approvals
from vedette.schema.guarding import Action, Direction, GuardFinding, GuardVerdict, Passage, Scanned
from vedette.store import Lake

VALUE = "AKIA-of-the-approvals"


def book_of(lake: Lake, clock: Clock) -> Approvals:
    return Approvals(lake.state, keyring(lake.home), clock=clock)


def test_a_question_is_asked_once_and_answered_for_a_time(lake: Lake) -> None:
    clock = Clock()
    book = book_of(lake, clock)
    one = book.ask("ana", "API_KEY", VALUE, route="chat")
    assert (one.state, one.asked_by, one.route) == (ApprovalState.OPEN, "ana", "chat")
    assert book.ask("ana", "API_KEY", VALUE) == one
    assert book.ask("ben", "API_KEY", VALUE).approval_id != one.approval_id
    assert book.ask("ana", "SECRET", VALUE).approval_id != one.approval_id
    assert len(book.all()) == 3

    done = book.decide(one.approval_id[:12], True, decided_by="eva", for_s=60)
    assert (done.state, done.decided_by, done.decided_at) == (ApprovalState.ALLOWED, "eva", clock())
    assert book_of(lake, clock).find("ana", "API_KEY", VALUE) == done
    assert book.ask("ana", "API_KEY", VALUE).state is ApprovalState.ALLOWED
    assert book.find("ben", "API_KEY", VALUE).state is ApprovalState.OPEN  # type: ignore[union-attr]
    assert book.find("ana", "API_KEY", VALUE + "x") is None

    clock.on(seconds=61)
    assert book.find("ana", "API_KEY", VALUE) is None
    again = book.ask("ana", "API_KEY", VALUE)
    assert (again.state, again.approval_id != one.approval_id) == (ApprovalState.OPEN, True)
    assert book.decide(again.approval_id, False, decided_by="eva", for_s=60).state is ApprovalState.DENIED
    assert book.decide(again.approval_id, True, decided_by="eva", for_s=60).state is ApprovalState.ALLOWED


def test_an_answer_needs_one_question(lake: Lake) -> None:
    book = book_of(lake, Clock())
    book.ask("ana", "API_KEY", "one")
    book.ask("ana", "API_KEY", "two")
    for wrong in ("ask-", "ask-none", "%"):
        with pytest.raises(UserError):
            book.decide(wrong, True, decided_by="eva", for_s=60)
    with pytest.raises(UserError):
        book.decide("ask-", True, decided_by="eva", for_s=0)
    assert {one.state for one in book.all()} == {ApprovalState.OPEN}


def test_a_client_does_not_fill_the_table(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(approvals, "MOST_OPEN", 2)
    clock = Clock()
    book = book_of(lake, clock)
    first = book.ask("ana", "API_KEY", "one")
    book.ask("ana", "API_KEY", "two")
    with pytest.raises(UserError, match="wait"):
        book.ask("ana", "API_KEY", "three")
    assert book.ask("ana", "API_KEY", "one") == first
    clock.on(days=8)
    book.ask("ana", "API_KEY", "three")
    assert len(book.all()) == 1


def test_no_value_lies_in_the_database(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "home")
    book_of(lake, Clock()).ask("ana", "API_KEY", VALUE)
    assert not any(VALUE.encode() in p.read_bytes() for p in lake.home.rglob("*") if p.is_file())
    lake.close()


def test_a_verdict_is_answered_by_what_was_decided(lake: Lake) -> None:
    policy = read_policy("version: 1\nname: t\nrules: [{name: a, when: {groups: [secret]}, do: ask}]\n")
    text = "key one and key two"
    findings = tuple(GuardFinding(entity="API_KEY", start=at, end=at + 7, score=1.0, scanner="t") for at in (0, 12))
    held = policy.decide(Passage(text=text, direction=Direction.PROMPT), Scanned(findings=findings))
    book = book_of(lake, Clock())

    def answered() -> GuardVerdict:
        return book.answered(held, text, asked_by="ana", route="chat")

    first = answered()
    ids = [one.approval_id for one in book.all()]
    assert (first.action, len(ids)) == (Action.ASK, 2)
    assert all(one in first.reason for one in ids)
    assert answered().action is Action.ASK
    assert len(book.all()) == 2, "asking again asks nothing new"
    book.decide(ids[0], True, decided_by="eva", for_s=60)
    one_left = answered()
    assert (one_left.action, ids[0] in one_left.reason, ids[1] in one_left.reason) == (Action.ASK, False, True)
    book.decide(ids[1], True, decided_by="eva", for_s=60)
    assert (answered().action, answered().reason) == (Action.ALLOW, "")
    book.decide(ids[1], False, decided_by="eva", for_s=60)
    assert answered().action is Action.BLOCK
    assert text[:7] not in answered().reason
