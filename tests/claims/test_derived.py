"""What follows from several facts together is kept; what a list that may be cut off would prove is not."""

from __future__ import annotations

import pytest

from vedette.claims import check
from vedette.schema import Fact, ValueKind


def _technique(number: int, technique: str, name: str, count: int) -> Fact:
    findings = "1 finding" if count == 1 else f"{count} findings"
    return Fact(
        fact_id=f"t{number}", name="technique", value=technique, kind=ValueKind.TECHNIQUE, subject="case-0000abcd",
        subject_kind=ValueKind.CASE, aliases=(name,), related=((ValueKind.COUNT, count),),
        text=f"{technique} ({name}) is shown by {findings}.",
    )  # fmt: skip


def _step(number: int, minute: int, deed: str) -> Fact:
    return Fact(
        fact_id=f"s{number}", name="step", value=f"2026-03-09T09:{minute:02}:00+00:00", kind=ValueKind.TIME,
        subject="CORP\\alice", subject_kind=ValueKind.ACCOUNT,
        related=((ValueKind.TIME, f"2026-03-09T09:{minute:02}:00+00:00"), (ValueKind.TEXT, deed)),
        text=f"At 2026-03-09 09:{minute:02}:00 UTC: CORP\\alice {deed}.",
    )  # fmt: skip


def _count(name: str, value: int, text: str) -> Fact:
    return Fact(
        fact_id=name, name=name, value=value, kind=ValueKind.COUNT, subject="case-0000abcd",
        subject_kind=ValueKind.CASE, text=text,
    )  # fmt: skip


TECHNIQUES = (
    _technique(1, "T1059.001", "PowerShell", 4),
    _technique(2, "T1018", "Remote System Discovery", 1),
    _technique(3, "T1105", "Ingress Tool Transfer", 2),
)
STEPS = (_step(1, 10, "ran nltest /dclist"), _step(2, 14, "ran nltest /domain_trusts"), _step(3, 20, "ran whoami"))
WHOLE = (
    *TECHNIQUES,
    _count("n_techniques", 3, "case-0000abcd shows 3 techniques."),
    *STEPS,
    _count("n_steps", 3, "The timeline of case-0000abcd has 3 steps."),
)


@pytest.mark.parametrize(
    "sentence",
    [
        "The most frequent technique is T1059.001.",
        "T1059.001 is shown by the most findings.",
        "alice ran nltest twice.",
        "The first step was taken by alice.",
    ],
)
def test_what_a_whole_list_proves_is_kept_with_the_facts_it_rests_on(sentence: str) -> None:
    """A superlative or a count of deeds rests on the facts themselves, never on an id that nobody gave."""
    (claim,) = check(sentence, WHOLE).claims
    assert set(claim.facts) <= {f.fact_id for f in WHOLE}
    assert claim.facts


@pytest.mark.parametrize(
    "sentence",
    ["The most frequent technique is T1105.", "T1018 is shown by the most findings.", "alice ran nltest three times."],
)
def test_the_wrong_one_is_dropped(sentence: str) -> None:
    """Another member of the list, or another count, does not follow."""
    assert not check(sentence, WHOLE).claims


def test_a_list_that_may_be_cut_off_proves_nothing() -> None:
    """Where the count says that there are more than are given, there is no most frequent one."""
    cut = (*TECHNIQUES, _count("n_techniques", 9, "case-0000abcd shows 9 techniques."))
    assert not check("The most frequent technique is T1059.001.", cut).claims


def test_two_things_are_not_the_same() -> None:
    """*Same* is a claim of its own."""
    hosts = tuple(
        Fact(fact_id=h, name="host_address", value=a, kind=ValueKind.ADDRESS, subject=h, subject_kind=ValueKind.HOST,
             text=f"{h} has the address {a}.")
        for h, a in (("DC01.corp.example", "10.0.0.1"), ("FS01.corp.example", "10.0.0.2"))
    )  # fmt: skip
    assert not check("DC01 has the same address as FS01.", hosts).claims
    assert check("DC01 has the address 10.0.0.1.", hosts).claims


@pytest.mark.parametrize("opening", ["Bottom line: ", "FYI, ", "Hi team, ", ""])
def test_an_opening_that_says_nothing_does_not_matter(opening: str) -> None:
    """The sentence behind it is judged."""
    assert check(f"{opening}alice ran whoami at 09:20 UTC.", WHOLE).claims
    assert not check(f"{opening}alice ran whoami at 09:21 UTC.", WHOLE).claims


@pytest.mark.parametrize("value", [None, [], {}, ["x"], 3, "", "not a time", [["nested"]]])
def test_odd_values_never_raise(value: object) -> None:
    """Whatever a fact holds, checking answers."""
    odd = tuple(
        Fact(fact_id=f"o{n}", name=name, value=value, kind=kind, subject=subject, subject_kind=subject_kind,
             related=((kind, value), (kind, value), (ValueKind.TEXT, "ran  ")), text="The first and the last.")
        for n, (name, kind, subject, subject_kind) in enumerate(
            (name, kind, subject, subject_kind)
            for name in ("step", "finding", "technique", "n_steps", "n_hosts", "n_implicated_accounts")
            for kind in (ValueKind.TIME, ValueKind.COUNT, ValueKind.HOST, ValueKind.SHARE, ValueKind.ROLE)
            for subject, subject_kind in (("CORP\\alice", ValueKind.ACCOUNT), ("h1", ValueKind.HOST))
        )
    )  # fmt: skip
    assert not check("The first step was taken by bob.", odd).claims
