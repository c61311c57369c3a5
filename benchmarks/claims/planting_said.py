"""Errors planted by saying something else, or more, of what a true sentence names: further development families."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from benchmarks.claims.mentions import mentioned, names_of, put, together
from benchmarks.claims.planting import ADDRESS, CLOCK, NUMBER, SHARE, TECHNIQUE, Family

from vedette.schema import Fact, ValueKind

VERBS = (
    ("created", "deleted"), ("ran", "downloaded"), ("run", "blocked"), ("executed", "deleted"),
    ("logged on to", "logged off from"),
    ("changed", "deleted"), ("touched", "encrypted"), ("reached", "scanned"), ("asked for", "changed"),
    ("requested", "reset"), ("called", "denied"), ("signed in to", "was locked out of"), ("modified", "disabled"),
    ("authenticated to", "crashed"), ("added", "removed"), ("fired", "was suppressed"), ("contacted", "attacked"),
    ("active on", "blocked on"), ("first seen", "first blamed"), ("acted upon", "cleaned up"),
)  # fmt: skip


def another_verb(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """Something else was done."""
    options = [put(text, a, b) for a, b in VERBS if re.search(rf"\b{a}\b", text)]
    if options:
        yield rng.choice(options)


def another_finding(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """The title of another finding, of another severity or number, in the place of one."""
    titles = {f.value: f for f in facts if f.name == "finding"}
    for title, fact in titles.items():
        if f"“{title}”" in text:
            said = [n for n, _ in mentioned(text, names_of(facts, ValueKind.ACCOUNT))]
            others = [
                t for t, f in titles.items()
                if t != title and f.text.split(" finding")[0] != fact.text.split(" finding")[0]
                and f.related[1][1] != fact.related[1][1] and not together(t, said, "", facts)
            ]  # fmt: skip
            if others:
                yield text.replace(title, rng.choice(sorted(others)))


def another_tactic(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """A tactic that the case or technique does not serve."""
    tactics = ("initial access", "credential access", "lateral movement", "defense evasion", "privilege escalation",
               "persistence", "discovery", "collection", "exfiltration", "impact", "reconnaissance")  # fmt: skip
    for tactic in tactics:
        if re.search(rf"\b{tactic}\b", text, re.IGNORECASE):
            technique = TECHNIQUE.search(text)
            held = " ".join(f.text for f in facts if technique is None or technique.group(0) in f.text)
            others = [t for t in tactics if t not in held]
            if others:
                yield re.sub(rf"\b{tactic}\b", rng.choice(others), text, count=1, flags=re.IGNORECASE)
                return


def made_certain(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """Always, only or never where a fact says that it happened; likely where it says that it is."""
    match = re.search(r"\b(ran|logged on|created|called|reached|touched|asked for|changed|requested|executed)\b", text)
    if match and not text.startswith("|"):
        word = rng.choice(
            ["repeatedly ", "always ", "probably ", "secretly ", "regularly ", "manually ", "apparently "]
        )
        yield text[: match.start()] + word + text[match.start() :]
        return
    match = re.search(r"\b(is|was|are|were) (compromised|implicated|targeted|a bystander|the entry)", text)
    if match:
        word = rng.choice(["probably ", "no longer ", "still ", "possibly "])
        yield text[: match.end(1) + 1] + word + text[match.end(1) + 1 :]


def cause_invented(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """Two true sentences joined by a cause."""
    others = [f.text for f in facts if f.name in ("step", "account_role", "account_reason") and f.text not in text]
    if not others or not text.endswith(".") or text.startswith("|") or "?" in text:
        return
    other = rng.choice(others[:40]).rstrip(".")
    link = rng.choice([", because ", ", which is why ", " and therefore ", ", so that ", " as a consequence of which "])
    yield f"{text[:-1]}{link}{other}."


def value_of_another(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """The time, share or count that the facts hold for something else."""
    match = CLOCK.search(text)
    if match and match.group(3):
        there = [t for t, _ in mentioned(text, names_of(facts, ValueKind.ACCOUNT))]
        times = sorted({m.group(0) for f in facts if f.name == "step" for m in CLOCK.finditer(f.text)})
        held = " ".join(f.text for f in facts if any(n in f.text for n in there) or not there)
        others = [t for t in times if t not in held and t != match.group(0)]
        if others:
            yield text.replace(match.group(0), rng.choice(others))
    match = SHARE.search(text)
    if match:
        shares = sorted({m.group(1) for f in facts if f.name == "account_role" for m in SHARE.finditer(f.text)})
        others = [s for s in shares if s not in text]
        if others:
            yield text[: match.start()] + rng.choice(others) + text[match.end() :]
    match = NUMBER.search(text)
    if match and re.search(r"\d+ (?:findings|steps|techniques|hosts|events)\b", text):
        counts = sorted({str(f.value) for f in facts if f.kind is ValueKind.COUNT and f.name.startswith("n_")})
        others = [c for c in counts if c != match.group(1) and c not in text]
        if others:
            yield text[: match.start()] + rng.choice(others) + text[match.end() :]


def another_address_or_file(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """An address, program or object of the case in the place of another."""
    pool = sorted({a for f in facts for a in ADDRESS.findall(f.text)})
    for address in ADDRESS.findall(text):
        said = [n for k in (ValueKind.ACCOUNT, ValueKind.HOST) for n, _ in mentioned(text, names_of(facts, k))]
        others = [a for a in pool if a not in text and not together(a, said, "", facts)]
        if others and said:
            yield text.replace(address, rng.choice(others))
    programs = ("whoami", "nltest", "wevtutil.exe", "curl.exe", "rundll32.exe", "schtasks", "bash", "ListBuckets",
                "ListUsers", "ListRoles", "ListObjects", "GetObject", "ListSecrets")  # fmt: skip
    for program in programs:
        if re.search(rf"(?<![\w.]){re.escape(program)}(?![\w.]\w)", text):
            said = [n for n, _ in mentioned(text, names_of(facts, ValueKind.ACCOUNT))]
            others = [p for p in (*programs, "mimikatz.exe", "psexec", "DeleteBucket") if p not in text and not any(
                p in f.text and any(s in f.text for s in said) for f in facts) and not text.count("then")]  # fmt: skip
            if others and said:
                yield put(text, program, rng.choice(others))


DETAILS = (
    "with mimikatz.exe", "from Russia", "over a VPN", "as an administrator", "without a password", "in clear text",
    "at the weekend", "with a stolen token", "for the first time ever", "against policy", "on behalf of a colleague",
    "with elevated rights", "through a proxy", "with a forged ticket", "during a maintenance window",
)  # fmt: skip


def detail_added(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """A circumstance that nothing holds."""
    if text.endswith(".") and not text.startswith("|"):
        yield f"{text[:-1]} {rng.choice(DETAILS)}."


def widened(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """All or only where the facts speak of some."""
    accounts = mentioned(text, names_of(facts, ValueKind.ACCOUNT))
    if len(accounts) == 1 and len(names_of(facts, ValueKind.ACCOUNT)) > 1 and text.startswith(accounts[0][1]):
        rest = text[len(accounts[0][1]) :]
        if not re.match(r" (is|was|has|are) ", rest) and not rest.startswith(("'", " (", ":")):
            yield rng.choice(["Everybody", "All accounts", "Every account", "Nobody"]) + rest
        yield "Only " + text


def compared(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """A comparison that nothing holds."""
    if text.endswith(".") and not text.startswith("|"):
        yield text[:-1] + rng.choice(
            [", more than any other account.", ", earlier than usual.", ", longer than in other cases.",
             ", which is the highest value so far.", ", twice as often as before."]
        )  # fmt: skip


SAID: dict[str, Family] = {
    "another verb": another_verb,
    "another finding": another_finding,
    "another tactic": another_tactic,
    "certainty or manner added": made_certain,
    "cause invented": cause_invented,
    "value of another": value_of_another,
    "another address, program or object": another_address_or_file,
    "circumstance added": detail_added,
    "widened or narrowed": widened,
    "comparison added": compared,
}
