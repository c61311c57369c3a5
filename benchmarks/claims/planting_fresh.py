"""Errors planted after the checker learnt to count, to join and to restate: each aims at what that made easier."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from benchmarks.claims.mentions import mentioned, names_of
from benchmarks.claims.planting import Family

from vedette.schema import Fact, ValueKind

VERDICTS = (
    "The case can be closed.", "No action is needed.", "All clear.", "It was a test.", "{who} is authorised.",
    "Ignore this alert.", "The activity was approved by {who}.", "The findings are false positives.",
    "Everything is fine.", "{who} can be trusted.", "The incident is over.", "{who} was disabled.",
    "{host} is clean.", "{host} has been isolated.", "The password of {who} was reset.", "Close the case.",
    "There are no open questions.", "Nothing needs to be done.", "{host} can be used again.", "The attack failed.",
)  # fmt: skip
ADDED = (
    ", so the case can be closed", ", which was approved", ", as planned", ", and this is normal",
    ", but no action is needed", ", which is a false positive", ", and the matter is settled", ", which was a drill",
)  # fmt: skip
DEEDS = (
    ("lsass", "{} dumped the memory of LSASS."), ("log cleared", "{} cleared the event log."),
    ("scheduled task created", "{} created a scheduled task on another computer."),
    ("bulk download", "{} downloaded in bulk."), ("base64", "{} decoded a Base64 text."),
    ("copied out", "{} copied data out with an upload tool."), ("replication", "{} requested directory replication."),
    ("encoded command", "{} started PowerShell with an encoded command."),
    ("access key created", "{} created an access key for another user."),
)  # fmt: skip


def _pick(facts: Sequence[Fact], kind: ValueKind, rng: random.Random) -> str:
    names = sorted({f.subject for f in facts if f.subject_kind is kind})
    return rng.choice(names) if names else ""


def verdict(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """A verdict in the place of the sentence."""
    said = rng.choice(VERDICTS)
    who, host = _pick(facts, ValueKind.ACCOUNT, rng), _pick(facts, ValueKind.HOST, rng)
    if ("{who}" not in said or who) and ("{host}" not in said or host):
        yield said.format(who=who, host=host)


def verdict_added(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """A verdict behind the sentence."""
    if text.endswith(".") and not text.startswith("|"):
        yield text[:-1] + rng.choice(ADDED) + "."


def parts_regrouped(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """How many of all are in a state, with another number."""
    total = next((f for f in facts if f.name == "n_findings"), None)
    by = {s: next((f.value for f in facts if f.name == f"n_{s}_findings"), 0) for s in ("critical", "high", "medium")}
    if total is None or not isinstance(total.value, int):
        return
    severity = rng.choice(sorted(by))
    wrong = rng.choice([n for n in range(0, total.value + 1) if n != by[severity]] or [0])
    rest = total.value - wrong
    yield rng.choice(
        [
            f"Of {total.value} findings, {wrong} are {severity}.",
            f"{wrong} of the {total.value} findings are {severity}.",
            f"There are {total.value} findings, {wrong} of them {severity}; the other {rest} are lower.",
            f"Of the {total.value + 1} findings, {by[severity]} are {severity}.",
        ]
    )


def all_or_none(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """All or none, where some are."""
    by = {s: next((f.value for f in facts if f.name == f"n_{s}_findings"), 0) for s in ("high", "medium")}
    total = next((f.value for f in facts if f.name == "n_findings"), 0)
    for severity, n in by.items():
        if isinstance(n, int) and 0 < n < (total if isinstance(total, int) else 0):
            yield rng.choice(
                [f"All findings are {severity}.", f"No {severity} findings were made.", f"Every finding is {severity}.",
                 f"None of the findings is {severity}."]
            )  # fmt: skip
            return


def deed_of_another(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """What the title of a finding tells, said of an account that no fact names beside it."""
    accounts = {f.subject for f in facts if f.subject_kind is ValueKind.ACCOUNT}
    titles = sorted({str(f.value) for f in facts if f.name == "finding"})
    options = []
    for part, deed in DEEDS:
        held = [f for f in facts if any(part in t.lower() and t in f.text for t in titles)]
        done = {str(v) for f in held for v in (f.subject, *(v for _, v in f.related))}
        if held:
            options += [deed.format(n) for n in sorted(accounts - done)]
    if options:
        yield rng.choice(options)


def advice_for_another(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """Advice for something that no next step names so."""
    advised = " ".join(f.text for f in facts if f.name == "next_step")
    who = sorted(f.subject for f in facts if f.name == "account_role" and f.subject not in advised)
    if who:
        yield rng.choice(["Disable {}.", "{} should be disabled.", "Reset {} twice.", "{} needs to be reset."]).format(
            rng.choice(who)
        )
    host = _pick(facts, ValueKind.HOST, rng)
    if host:
        yield rng.choice(
            ["Reboot {}.", "{} should be reinstalled.", "Clean {} before its memory is taken.", "Reset {}.",
             "Disable {}.", "Delete {}."]
        ).format(host)  # fmt: skip


def question_of_another(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """Something said to be unknown that no question asks, or that a fact answers."""
    who, host = _pick(facts, ValueKind.ACCOUNT, rng), _pick(facts, ValueKind.HOST, rng)
    options = []
    if who:
        options += [
            f"It is not known when {who} acted.",
            f"Nobody knows what {who} ran.",
            f"It is unclear whether {who} is implicated.",
            f"How {who} came to control the attacker is open.",
        ]
    if host:
        options += [f"It is not known which address {host} has.", f"Who isolated {host} is unknown."]
    if options:
        yield rng.choice(options)


def later_by(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """A deed told as so much later than another, by a wrong time."""
    steps = [f for f in facts if f.name == "step" and f.text.startswith("At ")]
    if len(steps) < 2:
        return
    a, b = sorted(rng.sample(steps, 2), key=lambda f: str(f.value))
    first = a.text.partition(": ")[2].split(" [")[0]
    second = b.text.partition(": ")[2].split(" [")[0]
    gap = (datetime.fromisoformat(str(b.value)) - datetime.fromisoformat(str(a.value))).total_seconds()
    wrong = [said for said, s in (("17 minutes", 1020), ("three hours", 10800), ("94 seconds", 94))
             if abs(s - gap) > s / 3]  # fmt: skip
    yield f"{first}; {rng.choice(wrong or ['nine days'])} later, {second}."


def program_of_another(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """An account and a program that no fact names together."""
    found = [m for f in facts if f.name == "step" for m in re.findall(r"[\w.-]+\.(?:exe|dll)\b", f.text)]
    accounts = sorted({f.subject for f in facts if f.subject_kind is ValueKind.ACCOUNT})
    pairs = [
        (a, p) for a in accounts for p in sorted(set(found))
        if not any(a in f.text and p in f.text for f in facts)
    ]  # fmt: skip
    if pairs:
        account, program = rng.choice(pairs)
        yield f"{account} {rng.choice(['ran', 'used', 'started', 'executed'])} {program}."


def accused(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """A bystander or target that is accused."""
    implicated = next((f.text for f in facts if f.name == "n_implicated_accounts"), "")
    others = sorted(
        n for n, _ in mentioned(" ".join(f.subject for f in facts), names_of(facts, ValueKind.ACCOUNT))
        if n not in implicated
    )  # fmt: skip
    if others:
        yield rng.choice(
            ["{} is implicated.", "{} was compromised.", "{} is the attacker.", "The attacker used {}.",
             "{} is one of the implicated accounts."]
        ).format(rng.choice(others))  # fmt: skip


FRESH: dict[str, Family] = {
    "verdict": verdict,
    "verdict added": verdict_added,
    "parts regrouped": parts_regrouped,
    "all or none": all_or_none,
    "deed of another": deed_of_another,
    "advice for another": advice_for_another,
    "question of another": question_of_another,
    "later by a wrong time": later_by,
    "program of another": program_of_another,
    "accused": accused,
}
