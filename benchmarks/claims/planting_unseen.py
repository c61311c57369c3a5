"""Errors that no development family plants, counted once at the end.

Half of the families change a true sentence; the other half build a false one out of facts that do not belong together.
What they give is false, or held by nothing, by the way it is made.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence

from benchmarks.claims.mentions import mentioned, names_of, put
from benchmarks.claims.planting import ADDRESS, HASH, Family

from vedette.schema import Fact, ValueKind

ENDS = (".", "!")
BOUNDS = ("more than {}", "fewer than {}", "over {}", "under {}", "nearly twice {}", "only half of the {}")
PURPOSES = (
    "to steal credentials", "in order to cover its tracks", "to prepare the exfiltration", "so as to stay unnoticed",
    "to escalate privileges", "for lateral movement", "to gain persistence", "as preparation for what followed",
)  # fmt: skip
GOING_ON = (
    ("ran", "is still running"), ("logged on", "is still logged on"), ("called", "keeps calling"),
    ("changed", "keeps changing"), ("is implicated", "is no longer implicated"), ("was active", "is still active"),
    ("created", "is about to create"), ("asked for", "will ask for"), ("fired", "is still firing"),
    ("touched", "will touch"), ("lasted", "has lasted so far"),
    ("is a bystander", "was a bystander until then"), ("reached", "used to reach"),
)  # fmt: skip
WAYS = (
    "by phishing", "through a stolen password", "with a reused session cookie", "by brute force", "from the inside",
    "by exploiting a server", "after a help desk call", "with an infected USB stick",
)  # fmt: skip
COUNTED = re.compile(
    r"(?<![\w.:\\/\-#])(\d+|two|three|four|five|six|seven|eight|nine|ten|forty)"
    r"(?= (?:\w+ )?(?:findings?|steps?|techniques?|hosts?|accounts?|events?|failed logons|seconds|minutes|times)\b)"
)
STEM = re.compile(r"^(?P<who>\S+) (?P<did>ran|called|touched|reached|changed|asked|created|logged on)\b(?P<rest>.*)\.$")


def bounded(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """More or fewer than the number that it is."""
    match = COUNTED.search(text)
    if match and not re.search(
        r"\b(than|least|most|over|under|exactly|all|the|nearly|half|just|mere|every|and|or)\W+$",
        text[: match.start()].lower(),
    ):
        shown = rng.choice(BOUNDS).format(match.group(1))
        start = text[: match.start()]
        yield start + (shown if start else shown[0].upper() + shown[1:]) + text[match.end() :]


def mistyped(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """An identifier with two characters in each other's place, or in another domain or folder."""
    known = " ".join([f.text for f in facts] + [x for f in facts for x in f.aliases])
    for match in [*ADDRESS.finditer(text), *HASH.finditer(text), *re.finditer(r"\b[A-Z]{4}[A-Z0-9]{12,}\b", text)]:
        old = match.group(0)
        places = [i for i in range(len(old) - 1) if old[i] != old[i + 1] and "." not in old[i : i + 2]]
        if places:
            at = rng.choice(places)
            new = old[:at] + old[at + 1] + old[at] + old[at + 2 :]
            if new not in known:
                yield text.replace(old, new, 1)
    for kind in (ValueKind.ACCOUNT, ValueKind.HOST):
        for _, form in mentioned(text, names_of(facts, kind)):
            at = rng.randrange(1, len(form))
            new = form[:at] + form[at - 1] + form[at:]
            if "\\" not in form and new != form and new.lower() not in known.lower():
                yield put(text, form, new)
                break


def other_zone(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """The same clock in another zone."""
    if len(re.findall(r"\d\d:\d\d(?::\d\d)? UTC\b", text)) == 1:
        yield re.sub(r"UTC\b", rng.choice(["CET", "EST", "PDT", "local time", "UTC+3"]), text, count=1)


def padded(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """A list with one more member that is in the case but not in that list."""
    for kind in (ValueKind.ACCOUNT, ValueKind.HOST, ValueKind.TECHNIQUE):
        names = names_of(facts, kind)
        there = mentioned(text, names)
        if len(there) < 2:
            continue
        roles = {f.subject: f.value for f in facts if f.name in ("account_role", "host_role")}
        last = max((form for _, form in there), key=text.rfind)
        before = text[: text.rfind(last)]
        others = [
            n for n in names
            if n not in {t for t, _ in there} and not any(part in text for part in re.split(r"[\\./]", n) if part)
        ]  # fmt: skip
        said = {roles.get(t) for t, _ in there}
        others = [n for n in others if kind is ValueKind.TECHNIQUE or roles.get(n) not in said]
        if others and re.search(r"( and|,) $", before) and kind is not ValueKind.TECHNIQUE:
            new = min(names[rng.choice(others)], key=len)
            yield before[: re.search(r"( and|,) $", before).start()] + f", {new} and " + text[len(before) :]  # type: ignore[union-attr]


def purposed(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """A purpose that nothing holds."""
    if STEM.match(text):
        yield f"{text[:-1]} {rng.choice(PURPOSES)}."


def going_on(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """What is over told as going on, or as to come."""
    for old, new in GOING_ON:
        found = re.search(rf"(?<!was )(?<!were )(?<!No account )(?<!Nobody )\b{old}\b", text)
        if found and not text.startswith("Neither") and "`" not in text[: found.start()]:
            yield text[: found.start()] + new + text[found.end() :]
            return


def ends_swapped(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """From the later to the earlier time; the smaller share for the larger."""
    times = re.findall(r"\d\d:\d\d(?::\d\d)?", text)
    listed = re.search(r"\d( UTC)? and (again )?(at )?\d\d:", text) and "between" not in text
    if len(times) == 2 and times[0] != times[1] and len(times[0]) == len(times[1]) and not listed:
        one, two = times
        yield text.replace(one, "\0", 1).replace(two, one, 1).replace("\0", two, 1)


def _built(make: Callable[[Sequence[Fact], random.Random], str | None]) -> Family:
    def family(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
        made = make(facts, rng)
        if made:
            yield made

    family.__doc__ = make.__doc__
    return family


def _named(name: str) -> str:
    return name.rsplit("\\", 1)[-1].split(".", 1)[0] if not name.startswith("assumed") else name


def answered(facts: Sequence[Fact], rng: random.Random) -> str | None:
    """An open question, answered."""
    controlled = [
        m.group(1) for f in facts if f.name == "unknown" for m in [re.search(r"control (\S+)\?", str(f.value))] if m
    ]
    used = [
        m.group(1) for f in facts if f.name == "unknown" for m in [re.search(r"^Who uses (\S+)\?", str(f.value))] if m
    ]
    ways = [f"The attacker came to control {_named(n)} {rng.choice(WAYS)}." for n in controlled]
    ways += [f"{_named(n)} was taken over {rng.choice(WAYS)}." for n in controlled]
    ways += [f"It is known how the attacker came to control {_named(n)}." for n in controlled]
    ways += [f"The owner of {_named(n)} did this." for n in controlled]
    normally = " ".join(str(f.value) for f in facts if "normally used" in str(f.value))
    ways += [f"The logs show how {_named(n)} is normally used." for n in controlled if n in normally]
    ways += [
        f"{n} belongs to {rng.choice(['the attacker', 'a cloud provider', 'a partner', 'the company'])}." for n in used
    ]
    ways += [f"{n} is an internal address.", f"The host of {n} is known."] if (n := next(iter(used), "")) else []
    return rng.choice(ways) if ways else None


def done_already(facts: Sequence[Fact], rng: random.Random) -> str | None:
    """Advice told as done."""
    ways = []
    for fact in facts:
        if fact.name != "next_step":
            continue
        text = str(fact.value)
        for start, verb in (("Isolate ", "isolated"), ("Disable or reset ", "disabled"), ("Reset ", "reset twice")):
            if text.startswith(start):
                name = _named(text[len(start) :].split()[0].strip(":,"))
                ways += [
                    f"{name} has been {verb}.",
                    f"{name} was {verb}.",
                    f"We have already {verb.split()[0]} {name}.",
                ]
        if text.startswith("Ask the owner of "):
            name = _named(text.split()[4])
            ways += [f"The owner of {name} was asked.", f"The owner of {name} confirmed it."]
        if text.startswith("Search all logs for "):
            ways += [f"{text.split()[4]} has been blocked.", f"All logs were searched for {text.split()[4]}."]
    return rng.choice(ways) if ways else None


def not_most(facts: Sequence[Fact], rng: random.Random) -> str | None:
    """The most or the fewest where another is."""
    counts = {f.value: dict(f.related).get(ValueKind.COUNT) for f in facts if f.name == "technique"}
    fired: dict[str, int] = {}
    for f in facts:
        if f.name == "finding":
            fired[str(f.value)] = fired.get(str(f.value), 0) + int(dict(f.related).get(ValueKind.COUNT) or 0)
    ways = []
    top = max(counts.values(), default=0)
    lower = [str(t) for t, n in counts.items() if n < top]
    if lower:
        ways += [
            f"The most frequent technique is {rng.choice(lower)}.",
            f"{rng.choice(lower)} is shown by the most findings.",
        ]
        ways += [f"{rng.choice(lower)} is shown by more findings than any other technique."]
    below = [t for t, n in fired.items() if n < max(fired.values())]
    if below:
        ways += [f"“{rng.choice(below)}” fired most often.", f"The finding that fired most is “{rng.choice(below)}”."]
    shares = {f.subject: dict(f.related).get(ValueKind.SHARE) for f in facts if f.name == "account_role"}
    less = [a for a, s in shares.items() if s < max(shares.values())]
    if less:
        ways += [
            f"Confidence is highest for {_named(rng.choice(less))}.",
            f"{_named(rng.choice(less))} has the highest confidence.",
        ]
    steps = sorted(
        ((str(f.value), f) for f in facts if f.name == "step" and f.subject_kind is ValueKind.ACCOUNT),
        key=lambda s: s[0],
    )
    people = {s.subject for _, s in steps}
    if len(people) > 1:
        not_first = [p for p in people if p != steps[0][1].subject]
        not_last = [p for p in people if p != steps[-1][1].subject]
        ways += [f"The first step was taken by {_named(rng.choice(sorted(not_first)))}."]
        ways += [f"The last step was taken by {_named(rng.choice(sorted(not_last)))}."]
        ways += [f"{_named(rng.choice(sorted(not_first)))} acted first."]
    return rng.choice(ways) if ways else None


def cross_paired(facts: Sequence[Fact], rng: random.Random) -> str | None:
    """One account's deed with another's name, one finding's technique with another finding."""
    steps = [f for f in facts if f.name == "step" and f.subject_kind is ValueKind.ACCOUNT]
    people = sorted({f.subject for f in facts if f.subject_kind is ValueKind.ACCOUNT})
    findings = [f for f in facts if f.name == "finding"]
    ways = []
    if steps:
        step = rng.choice(steps)
        deed = str(dict(step.related).get(ValueKind.TEXT, ""))
        others = [
            p for p in people if p != step.subject and not any(deed[:25] in f.text and p in f.text for f in facts)
        ]
        if others and deed and len(deed) < 90:
            ways += [f"{_named(rng.choice(others))} {deed}."] * 2
    if len(findings) > 1:
        one, two = rng.sample(findings, 2)
        held = {t for f in findings if f.value == one.value for k, t in f.related if k is ValueKind.TECHNIQUE}
        other = [t for k, t in two.related if k is ValueKind.TECHNIQUE and t not in held]
        if other:
            ways += [
                f"“{one.value}” shows {rng.choice(other)}.",
                f"The finding “{one.value}” is mapped to {rng.choice(other)}.",
            ]
    return rng.choice(ways) if ways else None


def same_thing(facts: Sequence[Fact], rng: random.Random) -> str | None:
    """Two things told as one, or one as a thing of another kind."""
    accounts = sorted({f.subject for f in facts if f.subject_kind is ValueKind.ACCOUNT})
    hosts = sorted({f.subject for f in facts if f.subject_kind is ValueKind.HOST})
    ways = []
    if len(accounts) > 1:
        one, two = (_named(a) for a in rng.sample(accounts, 2))
        ways += [
            f"{one} and {two} are the same account.",
            f"{one} is another name of {two}.",
            f"{one} is an alias for {two}.",
        ]
        ways += [f"{one} and {two} belong to the same person.", f"{one} is a member of {two}."]
    if len(hosts) > 1:
        one, two = (_named(h) for h in rng.sample(hosts, 2))
        ways += [
            f"{one} is the same machine as {two}.",
            f"{one} has the same address as {two}.",
            f"{one} was renamed to {two}.",
        ]
    if accounts and hosts:
        ways += [
            f"The host {_named(rng.choice(accounts))} took part.",
            f"{_named(rng.choice(hosts))} is an implicated account.",
        ]
        ways += [f"{_named(rng.choice(hosts))} is owned by {_named(rng.choice(accounts))}."]
    return rng.choice(ways) if ways else None


UNSEEN: dict[str, Family] = {
    "bound instead of number": bounded,
    "mistyped name": mistyped,
    "another zone": other_zone,
    "padded list": padded,
    "purpose invented": purposed,
    "over told as going on": going_on,
    "ends swapped": ends_swapped,
    "open question answered": _built(answered),
    "advice told as done": _built(done_already),
    "wrong superlative": _built(not_most),
    "paired across facts": _built(cross_paired),
    "two things as one": _built(same_thing),
}
