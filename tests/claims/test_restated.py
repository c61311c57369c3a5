"""Advice and open questions in other words, and deeds told one after another."""

from __future__ import annotations

import pytest

from vedette.claims import check
from vedette.schema import Fact, ValueKind

ALICE, BOB, HOST = "CORP\\alice", "CORP\\bob", "WS01"


def _text(number: int, name: str, label: str, value: str) -> Fact:
    return Fact(fact_id=f"t{number}", name=name, value=value, kind=ValueKind.TEXT, text=f"{label}: {value}")


def _step(second: int, deed: str) -> Fact:
    at = f"2026-03-09T10:00:{second:02}+00:00"
    return Fact(fact_id=f"s{second}", name="step", value=at, kind=ValueKind.TIME, subject=ALICE,
                subject_kind=ValueKind.ACCOUNT, text=f"At 2026-03-09 10:00:{second:02} UTC: {ALICE} {deed} on {HOST}.",
                related=((ValueKind.TIME, at), (ValueKind.HOST, HOST)))  # fmt: skip


FACTS = (
    _text(1, "next_step", "Next step", f"Isolate {HOST} and take its memory and disk before anything is cleaned."),
    _text(2, "next_step", "Next step", f"Disable or reset {ALICE} and end its sessions on every host."),
    _text(3, "next_step", "Next step", f"Disable {ALICE}, then find what it was given and remove it."),
    _text(4, "unknown", "Open question", f"How did the attacker come to control {ALICE}? No event here shows it."),
    _text(5, "unknown", "Open question", "Who uses 203.0.113.9? It is an address on the Internet."),
    _step(5, "ran whoami.exe"),
    _step(45, "ran curl.exe"),
    Fact(fact_id="r", name="account_role", value="bystander", kind=ValueKind.ROLE, subject=BOB,
         subject_kind=ValueKind.ACCOUNT, text=f"{BOB} is bystander (98%)."),
)  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        "WS01 should be isolated.",
        "The memory and disk of WS01 should be taken before anything is cleaned.",
        "alice's sessions need to be ended on every host.",
        "Please disable alice.",
        "It is open how the attacker came to control alice.",
        "How the attacker came to control alice is not known.",
        "Nobody knows who uses 203.0.113.9.",
        "alice ran whoami.exe on WS01; forty seconds later, alice ran curl.exe.",
        "alice ran whoami.exe on WS01. 40 seconds after that, alice ran curl.exe.",
    ],
)
def test_other_words_for_what_facts_say_are_kept(said: str) -> None:
    checked = check(said, FACTS)
    assert not checked.dropped, [c.reason for c in checked.dropped]


@pytest.mark.parametrize(
    "said",
    [
        "bob should be isolated.",
        "WS01 should be reset.",
        "WS01 should be isolated after everything is cleaned.",
        "WS01 should not be isolated.",
        "alice should be removed.",
        "alice's memory should be taken.",
        "It is open how alice came to control the attacker.",
        "It is not known how the attacker came to control bob.",
        "It is unclear whether bob is bystander.",
        "It is not known which address WS01 has.",
        "Nobody knows what alice ran.",
        "The attacker came to control alice.",
        "alice ran whoami.exe on WS01; fifty minutes later, alice ran curl.exe.",
        "alice ran curl.exe on WS01; forty seconds later, alice ran whoami.exe.",
        "Forty seconds later, alice ran curl.exe.",
    ],
)
def test_other_words_that_say_something_else_are_dropped(said: str) -> None:
    assert check(said, FACTS).dropped
