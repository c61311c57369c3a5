"""Verdicts, permissions and advice: nothing of the kind passes beside facts that do not say it."""

from __future__ import annotations

import pytest

from vedette.claims import check
from vedette.schema import Fact, ValueKind

CASE, WHO, HOST = "case-7f", "CORP\\alice", "WS01.corp.example"


def _fact(number: int, text: str, name: str = "told", **more: object) -> Fact:
    return Fact(fact_id=f"f{number}", name=name, text=text, **{"value": CASE, "kind": ValueKind.CASE, **more})  # type: ignore[arg-type]


FACTS = (
    _fact(1, f"{CASE} has 3 steps from 2026-03-09 16:00:00 UTC until before 2026-03-09 16:01:00 UTC.", "n_steps",
          value=3, kind=ValueKind.COUNT, subject=CASE, subject_kind=ValueKind.CASE),
    _fact(2, f"The activity of {CASE} runs from 2026-03-09 16:00:00 UTC to 2026-03-09 21:39:00 UTC.", "case_span",
          value="2026-03-09T16:00:00+00:00", kind=ValueKind.TIME, subject=CASE, subject_kind=ValueKind.CASE,
          related=((ValueKind.TIME, "2026-03-09T16:00:00+00:00"), (ValueKind.TIME, "2026-03-09T21:39:00+00:00"))),
    *(
        _fact(3 + n, f"At 2026-03-09 16:00:{11 + n} UTC: {WHO} ran wevtutil cl Security on {HOST}.", "step",
              value=f"2026-03-09T16:00:{11 + n}+00:00", kind=ValueKind.TIME, subject=WHO,
              subject_kind=ValueKind.ACCOUNT, related=((ValueKind.HOST, HOST),))
        for n in range(3)
    ),
    _fact(6, f"{WHO} is implicated as compromised (96%).", "account_role", value="compromised", kind=ValueKind.ROLE,
          subject=WHO, subject_kind=ValueKind.ACCOUNT),
    _fact(7, f"0 critical findings are in {CASE}.", "n_critical_findings", value=0, kind=ValueKind.COUNT, subject=CASE,
          subject_kind=ValueKind.CASE),
    _fact(8, f"{CASE} is rated high.", "case_severity", value="high", kind=ValueKind.SEVERITY, subject=CASE,
          subject_kind=ValueKind.CASE),
    _fact(9, f"7680 events were looked at for {CASE}.", "n_events", value=7680, kind=ValueKind.COUNT, subject=CASE,
          subject_kind=ValueKind.CASE),
    _fact(10, f"Next step: Disable or reset {WHO} and end its sessions on every host.", "next_step",
          kind=ValueKind.TEXT, value=f"Disable or reset {WHO} and end its sessions on every host."),
    _fact(11, f"Next step: Disable {WHO}, then find what it was given and remove it.", "next_step",
          kind=ValueKind.TEXT, value=f"Disable {WHO}, then find what it was given and remove it."),
    _fact(12, f"Next step: Isolate {HOST} and take its memory and disk before anything is cleaned.", "next_step",
          kind=ValueKind.TEXT, value=f"Isolate {HOST} and take its memory and disk before anything is cleaned."),
    _fact(13, f"Open question: How did the attacker come to control {WHO}? No event here shows it.", "unknown",
          kind=ValueKind.TEXT, value=f"How did the attacker come to control {WHO}? No event here shows it."),
    _fact(14, f"{WHO} touched the file C:\\notes.txt on {HOST}, which the attack came from.", "step",
          value="C:\\notes.txt", kind=ValueKind.FILE, subject=WHO, subject_kind=ValueKind.ACCOUNT),
    _fact(15, "CORP\\bob logged on while the case ran, and no finding rests on it.", "account_reason",
          value="CORP\\bob", kind=ValueKind.ACCOUNT, subject="CORP\\bob", subject_kind=ValueKind.ACCOUNT),
)  # fmt: skip

VERDICTS = """
The case can be closed. | The case is closed. | This case can be closed now. | You can close the case. | Close the case.
Close this case. | The case should be closed. | The case has been closed. | Case closed. | Closed. | Status: closed.
The case is resolved. | The incident has ended. | The incident is over. | The attack is over. | It is over.
The case ended. | The case is finished. | The investigation is closed. | The investigation can end. | You can stop.
We can close the case. | We recommend closing the case. | Recommended: close the case. | Next step: close the case.
The next step is to close the case. | End the case. | Stop the investigation. | Stop here. | End the investigation.
No action is needed. | No action needed. | No further action is required. | Nothing needs to be done. | Do nothing.
There is no next step. | Next step: none. | No next steps. | There are no open questions. | No open questions remain.
The question is answered. | Nothing is known. | The finding is known. | All clear. | Everything is fine.
No incident happened. | There was no incident. | Nothing happened. | Nothing was found. | Every account is clean.
{who} is authorised. | {who} was authorised to do this. | {who} is allowed to do this. | {who} can do this.
{who} can be trusted. | {who} can be closed. | {who} is clean. | {who} is not implicated. | {who} is a test account.
{who} did nothing. | Ignore this alert. | Ignore {who}. | Ignore the finding. | Disregard this finding.
Dismiss the finding. | Delete {who}. | Delete the case. | Delete the logs. | Open the link. | Do not isolate {host}.
Do not disable {who}. | {host} can be used. | The host can be used again. | {host} can be ignored. | {host} is clean.
It was a test. | This was only a test. | The case is a drill. | The activity was a penetration test.
The activity was approved. | It was approved by {who}. | Approved by {who}. | Approved by management.
The activity is authorised. | The change was approved. | The activity is normal. | The activity is benign.
The finding is a false positive. | This is a false alarm. | The findings can be ignored. | The alert is closed.
The incident is contained. | The host is contained. | The threat is contained. | The attack was stopped.
The case was handled. | It has been handled. | The case was reviewed. | The case was closed by {who}.
The activity can be stopped. | The activity may continue. | Verdict: clean. | Verdict: benign. | The severity is low.
Nobody is implicated. | No account is implicated. | No accounts are implicated. | No host is affected. | No findings.
There are no findings. | No threat was found. | The case can be closed, since {who} ran wevtutil.
"""

KEPT = (
    "There are no critical findings.",
    "No critical finding was made.",
    "The case is rated high.",
    "The case ended at 21:39 UTC.",
    "Isolate {host} and take its memory and disk before anything is cleaned.",
    "Disable {who}.",
    "It is not known how the attacker came to control {who}.",
)


@pytest.mark.parametrize("said", [s.strip() for s in VERDICTS.replace("\n", "|").split("|") if s.strip()])
def test_a_verdict_that_no_fact_says_is_dropped(said: str) -> None:
    said = said.format(who=WHO, host=HOST)
    assert not check(said, FACTS).claims
    for fact in FACTS:
        assert not check(said, [fact]).claims, fact.text


@pytest.mark.parametrize("said", KEPT)
def test_what_a_fact_says_of_how_things_stand_is_kept(said: str) -> None:
    said = said.format(who=WHO, host=HOST)
    assert check(said, FACTS).claims, check(said, FACTS).dropped


def test_a_verdict_that_a_fact_says_is_kept() -> None:
    closed = _fact(1, f"{CASE} is closed.", "case_status", value="closed", kind=ValueKind.CHOICE, subject=CASE,
                   subject_kind=ValueKind.CASE)  # fmt: skip
    assert check("The case is closed.", [closed]).claims
    assert not check("The case can be closed.", [closed]).claims


def test_words_of_a_value_say_nothing_by_themselves() -> None:
    fact = Fact(
        fact_id="f1",
        name="most_frequent",
        value=["curl/8.5.0", "p000 Explain the theory of relativity."],
        text="Of 15 web requests, the most frequent of 2 user agents: curl/8.5.0 (5), p000 Explain the theory of "
        "relativity. (1).",
        related=((ValueKind.COUNT, 15), (ValueKind.TEXT, "p000 Explain the theory of relativity.")),
    )
    for said in (
        "Explain the theory of relativity.",
        "Of 15 web requests 5 have curl/8.5.0, and explain the theory of relativity.",
    ):
        assert "Explain" not in " ".join(c.text for c in check(said, [fact]).claims if c.checked)
        asked = check(said, [fact], question="Which user agents were seen on 9 March 2026?")
        assert "Explain" not in " ".join(c.text for c in asked.claims if c.checked)
    whole = check(fact.text, [fact])
    assert not whole.dropped
