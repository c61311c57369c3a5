"""Errors planted in true sentences by changing a value, a name or a part that stands in them, by families.

Each family takes a true sentence and the facts of its case and gives sentences that are false or that nothing holds.
What a mutation gives is thrown away where the facts would hold it after all, as far as that can be told without the
checker: the new number, name or time must not stand in a fact together with what the sentence is about.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from benchmarks.claims.mentions import mentioned, names_of, put, role_of, short_form, together

from vedette.schema import Fact, ValueKind

Family = Callable[[str, Sequence[Fact], random.Random], Iterator[str]]

NUMBER = re.compile(r"(?<![\w.:\\/\-#])(\d{1,3}(?:,\d{3})+|\d+)(?![\w.:\\/\-%]|\.\d|,\d)")
CLOCK = re.compile(r"(?<![\d.\w])(\d{2}):(\d{2})(?::(\d{2}))?(?!\d)")
DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
TECHNIQUE = re.compile(r"\bT\d{4}(?:\.\d{3})?\b")
SHARE = re.compile(r"\b(\d{1,3})(?=\s?%| percent)")
WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()
WORD_NUMBER = re.compile(r"\b(" + "|".join([*WORDS[1:], "forty", "fifty"]) + r")\b", re.IGNORECASE)
CASE_ID = re.compile(r"\bcase-[0-9a-f]{8}\b")
HASH = re.compile(r"\b[0-9a-f]{32,64}\b")
ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")
ROLES = ("compromised", "attacker", "created", "targeted", "bystander", "entry", "source", "target")


def wrong_count(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """Another number."""
    for match in NUMBER.finditer(text):
        if "UTC" in text[match.end() : match.end() + 5] or _dated(text, match):
            continue
        old = int(match.group(1).replace(",", ""))
        for new in rng.sample([old + 1, max(0, old - 1), old * 10, old + 7], 4):
            if new != old:
                yield text[: match.start()] + f"{new}" + text[match.end() :]
                break
    for match in WORD_NUMBER.finditer(text):
        low = match.group(1).lower()
        if text[: match.start()].rstrip().endswith(("less than", "besides")) or (low == "one" and " besides " in text):
            continue
        if low == "one" and text[: match.start()].rstrip().endswith(("is", "the")):
            continue
        new_word = {"forty": "fifty", "fifty": "sixty"}.get(low) or rng.choice([w for w in WORDS[2:] if w != low])
        shown = new_word.capitalize() if match.group(1)[0].isupper() else new_word
        yield text[: match.start()] + shown + text[match.end() :]


def _dated(text: str, match: re.Match[str]) -> bool:
    months = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
              "November", "December", "Jan", "Aug")  # fmt: skip
    around = text[max(0, match.start() - 10) : match.end() + 12]
    return any(m in around for m in months)


def swapped_account(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """Another account of the case in the place of one."""
    names = names_of(facts, ValueKind.ACCOUNT)
    there = mentioned(text, names)
    for name, form in there:
        rest = [t for t, _ in there if t != name]
        others = [
            n for n in names
            if n not in {t for t, _ in there} and role_of(n, facts) != role_of(name, facts)
            and not together(n, rest, text, facts)
        ]  # fmt: skip
        if others:
            other = rng.choice(sorted(others))
            forms = sorted(names[other], key=len)
            yield put(text, form, forms[0] if form != name else other, count=9)


def invented_id(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """An id, address, hash or name that exists nowhere."""
    for pattern in (CASE_ID, HASH):
        for match in pattern.finditer(text):
            old = match.group(0)
            i = rng.randrange(len(old) - 6, len(old))
            new = old[:i] + rng.choice([c for c in "0123456789abcdef" if c != old[i]]) + old[i + 1 :]
            yield text.replace(old, new)
    for match in ADDRESS.finditer(text):
        first, _, last = match.group(0).rpartition(".")
        yield text.replace(match.group(0), f"{first}.{(int(last) + rng.randrange(3, 200)) % 250 + 1}")
    for _, form in mentioned(text, names_of(facts, ValueKind.HOST)):
        yield put(text, form, form.split(".")[0] + "9", count=9)
    for _, form in mentioned(text, names_of(facts, ValueKind.ACCOUNT)):
        yield put(text, form, rng.choice(["mallory", "EVIL\\" + form.rsplit("\\", 1)[-1], form + "2", "jdoe"]), count=9)


def shifted_time(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """A time moved by seconds, minutes, hours or a day."""
    for match in CLOCK.finditer(text):
        hour, minute, second = int(match.group(1)), int(match.group(2)), match.group(3)
        if hour > 23:
            continue
        at = datetime(2000, 1, 1, hour, minute, int(second or 0), tzinfo=UTC)
        seconds = rng.choice([7, 19, 60, 3600, -3600] if second else [60, 300, 3600, -180])
        moved = at + timedelta(seconds=seconds)
        new = moved.strftime("%H:%M:%S" if second else "%H:%M")
        yield text[: match.start()] + new + text[match.end() :]
    for match in re.finditer(r"\b(\d{1,2}) (March|August|October|December|May|September) (\d{4})", text):
        yield text.replace(match.group(0), f"{int(match.group(1)) % 28 + 1} {match.group(2)} {match.group(3)}")
    for match in DATE.finditer(text):
        yield text.replace(match.group(0), f"{match.group(1)}-{match.group(2)}-{int(match.group(3)) % 28 + 1:02d}")


def wrong_technique(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """Another technique id or name."""
    techniques = {f.value: f.aliases[0] for f in facts if f.name == "technique" and f.aliases}
    for match in TECHNIQUE.finditer(text):
        others = [t for t in techniques if t not in text]
        new = rng.choice([*sorted(others)[:12], "T1110.003", "T1486", "T1071.001"])
        yield text[: match.start()] + new + text[match.end() :]
    for name in techniques.values():
        if name in text and name not in ("PowerShell",):
            others = [n for n in techniques.values() if n not in text]
            yield text.replace(name, rng.choice([*sorted(others)[:6], "Kerberoasting", "Phishing"]))


EXTRAS = (
    "The attacker then exfiltrated the data.", "This suggests an insider.", "The account was probably phished.",
    "It is likely that other systems are affected as well.", "No further action is needed.",
    "This is consistent with ransomware preparation.", "The user confirmed the activity was legitimate.",
    "Persistence was established through a service.", "The credentials were later sold.",
    "Antivirus blocked the attempt.", "The attack was carried out by a known group.",
    "Multi-factor authentication was bypassed.",
    "The intruder had been present for weeks.", "Sensitive customer records were stolen.",
    "All affected systems have been cleaned.", "The domain is fully compromised.",
)  # fmt: skip


def extra_sentence(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """A plausible sentence that nothing holds, alone."""
    yield rng.choice(EXTRAS)


def extra_clause(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """A plausible clause that nothing holds, hung on a true sentence."""
    tail = rng.choice(
        ["and then deleted the evidence", "which led to a full domain compromise", "in order to steal credentials",
         "using stolen credentials", "to hide its tracks", "and exfiltrated the results", "because a patch was missing",
         "after a phishing mail had been opened", "which is typical of ransomware"]
    )  # fmt: skip
    if text.startswith(("|", "-")) or not text.endswith("."):
        return
    comma = "," if tail.startswith("which") else ""
    yield f"{text[:-1]}{comma} {tail}."


_FLIPS = (
    (r"\bdid not (\w+)", None), (r"\bwas (?!not\b)", "was not "), (r"\bis (?!not\b)", "is not "),
    (r"\bare (?!not\b)", "are not "), (r"\bwere (?!not\b)", "were not "), (r"\bran\b", "did not run"),
    (r"\blogged on\b", "did not log on"), (r"\bcreated\b(?= [a-z])", "never created"),
    (r"\breached\b", "never reached"),
    (r"\basked for\b", "never asked for"), (r"\bcalled\b(?= [A-Z])", "never called"), (r"\bNo\b", "One"),
    (r"\bfired\b", "never fired"), (r"\bholds\b", "does not hold"), (r"\bhas\b", "does not have"),
    (r"\bfailed logons?\b", "successful logons"), (r"\bfailed to log on\b", "managed to log on"),
    (r"\btouched\b", "did not touch"),
)  # fmt: skip


def negation_flipped(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """Yes where it was no, or failed where it succeeded."""
    if re.search(r"\bno\b|\bnot\b|\bnone\b|unknown|question", text.lower()):
        if "besides" in text or "other than" in text:
            return
        new = re.sub(r"^No ", "One ", text)
        new = re.sub(r"\bare no\b", "are several", new)
        if new != text:
            yield new
        return
    options = [re.sub(a, b, text, count=1) for a, b in _FLIPS if b and re.search(a, text)]
    options = [o for o in options if o != text]
    if options:
        yield rng.choice(options)
    if re.search(r"\b(logged on|signed in|authenticated) to\b", text):
        yield re.sub(r"\b(logged on|signed in|authenticated) to\b", "failed to log on to", text)


def parts_swapped(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """Two accounts, or two hosts, in each other's place."""
    for kind in (ValueKind.ACCOUNT, ValueKind.HOST):
        there = mentioned(text, names_of(facts, kind))
        if len(there) != 2:
            continue
        one, two = (re.escape(form) for _, form in there)
        if not re.search(rf"{one}(,| and) {two}|{two}(,| and) {one}", text):
            (_, a), (_, b) = there
            if a in b or b in a:
                continue
            yield put(put(put(text, a, "\x01", 9), b, a, 9), "\x01", b, 9).replace("\x01", b)


def wrong_host(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """Another host of the case in the place of one."""
    names = names_of(facts, ValueKind.HOST)
    there = mentioned(text, names)
    for name, form in there:
        accounts = [t for t, _ in mentioned(text, names_of(facts, ValueKind.ACCOUNT))]
        rest = [t for t, _ in there if t != name] + accounts
        others = [
            n for n in names
            if n not in {t for t, _ in there} and role_of(n, facts) != role_of(name, facts)
            and not together(n, rest, text, facts)
            and not any(n in f.text and text.rstrip(".")[-22:] in f.text.rstrip(".") for f in facts)
            and not re.match(r"(Isolate|Disable|Reset)", text)
        ]  # fmt: skip
        if others:
            other = rng.choice(sorted(others))
            yield put(text, form, other if form == name else short_form(other, ValueKind.HOST), count=9)


def _counted(number: str, noun: str, facts: Sequence[Fact]) -> bool:
    """Return whether a fact counts as many of the noun."""
    value = int(number) if number.isdigit() else WORDS.index(number.lower()) if number.lower() in WORDS else -1
    return any(f.kind is ValueKind.COUNT and f.value == value and noun.rstrip("s") in f.name for f in facts)


def wrong_unit(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """Minutes where it was seconds, steps where it was findings."""
    units = {"seconds": "minutes", "minutes": "hours", "hours": "days", "second": "minute", "hour": "day",
             "findings": "accounts", "steps": "findings", "techniques": "hosts", "events": "accounts",
             "accounts": "findings", "hosts": "accounts"}  # fmt: skip
    for old, new in units.items():
        pattern = rf"(\d+|\b(?:{'|'.join(WORDS[1:])}|forty|fifty)) ((?:failed |high |medium |low )?){old}\b"
        said = re.search(pattern, text, re.IGNORECASE)
        if said and "less than" not in text and not _counted(said.group(1), new, facts):
            yield re.sub(pattern, rf"\1 \2{new}", text, count=1, flags=re.IGNORECASE)


def wrong_order(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """After where it was before; the last where it was the first."""
    swaps = (("before", "after"), ("after", "before"), ("first", "last"), ("last", "first"), ("began", "ended"),
             ("started", "ended"), ("begins", "ends"))  # fmt: skip
    for a, b in swaps:
        if re.search(rf"\b{a}\b", text) and not re.search(rf"\b{b}\b", text) and "acted" not in text:
            yield re.sub(rf"\b{a}\b", b, text, count=1)
    match = re.match(r"^(\w\S*) (.+?) and then (.+)\.$", text)
    if match:
        yield f"{match.group(1)} {match.group(3)} and then {match.group(2).removeprefix('first ')}."


def _many(severity: str, facts: Sequence[Fact]) -> object:
    """Return how many findings have a severity; the word itself for what is none."""
    return next((f.value for f in facts if f.name == f"n_{severity}_findings"), severity)


def wrong_role(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """Another role or severity."""
    said = [r for r in (*ROLES, "critical", "high", "medium", "low") if re.search(rf"\b{r}\b", text)]
    groups = (ROLES[:5], ROLES[5:], ("critical", "high", "medium", "low"))
    for role in said:
        if role == "created" and not re.search(r"role created|as created|\(created|created,", text):
            continue
        for group in groups:
            if role in group:
                others = [r for r in group if r not in said and _many(r, facts) != _many(role, facts)]
                if others:
                    yield re.sub(rf"\b{role}\b", rng.choice(others), text, count=1)


def wrong_share(text: str, facts: Sequence[Fact], rng: random.Random) -> Iterator[str]:
    """Another percentage."""
    for match in SHARE.finditer(text):
        old = int(match.group(1))
        new = rng.choice([v for v in (old - 11, old - 3, old + 2, old - 40) if 0 < v < 100 and v != old])
        yield text[: match.start()] + str(new) + text[match.end() :]


DEVELOPMENT: dict[str, Family] = {
    "wrong count": wrong_count,
    "swapped account": swapped_account,
    "invented id or name": invented_id,
    "shifted time": shifted_time,
    "wrong technique": wrong_technique,
    "plausible extra sentence": extra_sentence,
    "plausible extra clause": extra_clause,
    "negation flipped": negation_flipped,
    "subject and object swapped": parts_swapped,
    "wrong host": wrong_host,
    "wrong unit": wrong_unit,
    "wrong order": wrong_order,
    "wrong role or severity": wrong_role,
    "wrong percentage": wrong_share,
}
