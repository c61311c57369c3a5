"""Counts that no fact says, worked out from what the facts list; and happenings that several facts tell together."""

from __future__ import annotations

import pytest

from vedette.claims import check
from vedette.schema import Fact, ValueKind

CASE, WHO, OTHER = "case-7f", "CORP\\alice", "CORP\\bob"
AT = "2026-03-09T10:00:05+00:00"


def _count(name: str, n: int, text: str, related: tuple[tuple[ValueKind, object], ...] = ()) -> Fact:
    return Fact(fact_id=name, name=name, value=n, kind=ValueKind.COUNT, subject=CASE, subject_kind=ValueKind.CASE,
                text=text, related=related)  # fmt: skip


def _finding(severity: str, title: str, host: str, at: str = AT) -> Fact:
    return Fact(
        fact_id=title, name="finding", value=title, kind=ValueKind.FINDING, subject=CASE, subject_kind=ValueKind.CASE,
        text=f"The {severity} finding “{title}” (T1003.001) fired once on {host}, first at 2026-03-09 10:00:05 UTC.",
        related=((ValueKind.TIME, at), (ValueKind.COUNT, 1), (ValueKind.TECHNIQUE, "T1003.001"),
                 (ValueKind.HOST, host)),
    )  # fmt: skip


def _role(name: str, role: str, kind: ValueKind = ValueKind.ACCOUNT) -> Fact:
    said = f"{name} is implicated as {role} (90%)." if kind is ValueKind.ACCOUNT else f"{name} is the {role} host."
    return Fact(fact_id=name, name="role", value=role, kind=ValueKind.ROLE, subject=name, subject_kind=kind, text=said)


FINDINGS = (
    _finding("high", "Command line dumps the memory of LSASS", "WS01"),
    _finding("medium", "Event log cleared", "WS01"),
    _finding("medium", "Task created on another computer", "DC01"),
)
FACTS = (
    _count("n_findings", 3, f"{CASE} holds 3 findings."),
    *FINDINGS,
    _count("n_hosts", 2, f"2 hosts took part in {CASE}."),
    _role("WS01", "entry", ValueKind.HOST),
    _role("DC01", "target", ValueKind.HOST),
    _count("n_implicated_accounts", 2, f"2 accounts are implicated: {WHO} and {OTHER}.",
           ((ValueKind.ACCOUNT, WHO), (ValueKind.ACCOUNT, OTHER))),
    _role(WHO, "compromised"),
    _role(OTHER, "created"),
    Fact(fact_id="s1", name="step", value=AT, kind=ValueKind.TIME, subject=WHO, subject_kind=ValueKind.ACCOUNT,
         text=f"At 2026-03-09 10:00:05 UTC: {WHO} ran rundll32.exe on WS01.", related=((ValueKind.TIME, AT),)),
    Fact(fact_id="r1", name="account_reason", value=WHO, kind=ValueKind.ACCOUNT, subject=WHO,
         subject_kind=ValueKind.ACCOUNT, related=((ValueKind.FINDING, "Command line dumps the memory of LSASS"),),
         text=f"{WHO} caused an event that the high finding “Command line dumps the memory of LSASS” rests on, at "
         "2026-03-09 10:00:05 UTC on WS01."),
)  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        "Of three findings, one is high; the other two are medium.",
        "Three findings: one high, two medium.",
        "Two of the findings are on WS01.",
        "Two accounts are implicated, one compromised and one created.",
        "None of the findings is critical or low.",
        "alice dumped the memory of LSASS with rundll32.exe.",
    ],
)
def test_what_follows_from_what_is_listed_is_kept(said: str) -> None:
    assert check(said, FACTS).claims, check(said, FACTS).dropped[0].reason


@pytest.mark.parametrize(
    "said",
    [
        "Of three findings, two are high; the other one is medium.",
        "Of three findings, one is high; the other three are medium.",
        "Three of the findings are on WS01.",
        "None of the findings is critical or medium.",
        "All findings are medium.",
        "Two accounts are implicated, both compromised.",
        "No account was compromised.",
        "No account was cleaned.",
        "bob dumped the memory of LSASS with rundll32.exe.",
        "alice dumped bob with rundll32.exe.",
        "alice cleared the memory of LSASS with rundll32.exe.",
        "alice created rundll32.exe on WS01.",
        "alice is the command line.",
    ],
)
def test_what_does_not_is_dropped(said: str) -> None:
    assert not check(said, FACTS).claims


def test_a_list_that_may_be_cut_off_proves_no_count() -> None:
    cut = [f for f in FACTS if f is not FINDINGS[1]]
    assert not check("Of three findings, one is high; the other two are medium.", cut).claims
    assert not check("One finding is medium.", cut).claims
