"""What follows from several facts together: the most and the fewest, the first and the last, all of a list.

No single fact says that a technique is the most frequent one; a whole list of techniques with their counts does. A
list counts as whole only where a fact counts its members and the facts that are there are as many: a list that was
cut off proves nothing about the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from vedette.schema import Fact, ValueKind

Derived = tuple[Fact, tuple[int, ...]]
"""A fact, and the numbers of those that it follows from."""


def derived(facts: Sequence[Fact]) -> list[Derived]:
    """Return facts that follow from several of those given, each sentence once."""
    found: dict[str, Derived] = {}
    for text, sources in _said(facts):
        if text not in found:
            related = tuple(r for n in sources[:3] for r in (*facts[n].related, *_own(facts[n])))
            fact = Fact(
                fact_id="", name="together", value=text, text=text, related=tuple(dict.fromkeys(_hashable(related))),
            )  # fmt: skip
            found[text] = (fact, tuple(sources))
    return list(found.values())


def _hashable(related: Iterable[tuple[ValueKind, Any]]) -> Iterator[tuple[ValueKind, Any]]:
    for kind, value in related:
        if kind is not ValueKind.TIME and isinstance(value, str | int | float):
            yield kind, value


def _own(fact: Fact) -> Iterator[tuple[ValueKind, Any]]:
    if fact.kind in (ValueKind.TECHNIQUE, ValueKind.FINDING) and isinstance(fact.value, str):
        yield fact.kind, fact.value
    if fact.subject and fact.subject_kind is not None:
        yield fact.subject_kind, fact.subject


def _said(facts: Sequence[Fact]) -> Iterator[tuple[str, Sequence[int]]]:
    yield from _techniques(facts)
    yield from _findings(facts)
    yield from _steps(facts)
    yield from _accounts(facts)
    yield from _spans(facts)
    yield from _hosts(facts)


def _whole(facts: Sequence[Fact], name: str) -> list[int]:
    """Return the numbers of the facts of a name, first the one that counts them; empty where some may be missing."""
    members = [n for n, f in enumerate(facts) if f.name == name]
    count = next((n for n, f in enumerate(facts) if f.name == f"n_{name}s" and f.value == len(members)), None)
    return [count, *members] if count is not None and members else []


def _count(fact: Fact) -> int:
    found = [v for k, v in fact.related if k is ValueKind.COUNT and isinstance(v, int)]
    return found[0] if len(found) == 1 else 0


def _n(n: int, noun: str) -> str:
    return f"{n} {noun}" + ("" if n == 1 else "s")


def _techniques(facts: Sequence[Fact]) -> Iterator[tuple[str, Sequence[int]]]:
    whole = _whole(facts, "technique")
    members = [n for n in whole[1:] if _count(facts[n])]
    if len(members) < 2 or len(members) != len(whole) - 1:
        return
    counts = {n: _count(facts[n]) for n in members}
    top = [n for n in members if counts[n] == max(counts.values())]
    if len(top) == 1:
        name, shown = facts[top[0]].value, _n(counts[top[0]], "finding")
        yield f"{name} is the most frequent technique, shown by {shown}.", [top[0], whole[0]]
        yield f"{name} is shown by {shown}, the most findings, more than any other technique.", [top[0], whole[0]]
    if len(set(counts.values())) == 1:
        yield f"Each technique is shown by {_n(counts[members[0]], 'finding')}.", whole
        yield f"Every technique, all techniques, are shown by {_n(counts[members[0]], 'finding')}.", whole
    for value in set(counts.values()):
        alike = [n for n in members if counts[n] == value]
        if len(alike) == 1:
            yield (
                f"{facts[alike[0]].value} is the only technique shown by {_n(value, 'finding')}.",
                [alike[0], whole[0]],
            )
    total = next((n for n, f in enumerate(facts) if f.name == "n_findings"), None)
    for number in members:
        if total is not None and counts[number] == facts[total].value and counts[number] > 1:
            said = f"{facts[number].value} is shown by all {_n(counts[number], 'finding')}, by every finding."
            yield said, [number, total]


def _findings(facts: Sequence[Fact]) -> Iterator[tuple[str, Sequence[int]]]:
    for number, fact in enumerate(facts):
        if fact.name == "finding" and isinstance(fact.value, str) and not _denies(fact.value):
            at = next((str(v) for k, v in fact.related if k is ValueKind.TIME), "")
            place = next((f" on {v}" for k, v in fact.related if k is ValueKind.HOST), "")
            yield f"{_loosened(fact.value)}{place} at {at[:19].replace('T', ' ')} UTC.", [number]
    whole = _whole(facts, "finding")
    members = [n for n in whole[1:] if _count(facts[n])]
    if not members or len(members) != len(whole) - 1:
        return
    counts = {n: _count(facts[n]) for n in members}
    by_title: dict[str, int] = {}
    for n in members:
        by_title[str(facts[n].value)] = by_title.get(str(facts[n].value), 0) + counts[n]
    total = sum(counts.values())
    if len(members) > 1:
        yield f"{len(members)} findings together fired {total} times.", whole
        top = [t for t, c in by_title.items() if c == max(by_title.values())]
        if len(top) == 1:
            best = next(n for n in members if facts[n].value == top[0])
            often = f"{by_title[top[0]]} times"
            yield f"The finding “{top[0]}” fired most often, {often}, more than any other finding.", [best, whole[0]]
            yield f"The most frequent finding, “{top[0]}”, fired {often}.", [best, whole[0]]
            yield f"The most frequent finding fired {often}.", [best, whole[0]]
    for severity in ("critical", "high", "medium", "low"):
        alike = [n for n in members if facts[n].text.startswith(f"The {severity} finding")]
        count = next((n for n, f in enumerate(facts) if f.name == f"n_{severity}_findings"), None)
        if len(alike) == 1 and count is not None and facts[count].value == 1:
            _, _, rest = facts[alike[0]].text.partition("”")
            yield f"The {severity} finding {rest.strip()}", [alike[0], count]
            yield f"The only {severity} finding {rest.strip()}", [alike[0], count]
    places = {str(v) for n in members for k, v in facts[n].related if k is ValueKind.HOST}
    placed = [n for n in members if any(k is ValueKind.HOST for k, _ in facts[n].related)]
    if len(placed) == len(members):
        for place in places:
            there = [n for n in members if (ValueKind.HOST, place) in facts[n].related]
            yield f"{place} holds {_n(len(there), 'finding')} that fired on it.", [*there, whole[0]]
            each = {counts[n] for n in there}
            if len(each) == 1 and len(there) > 1:
                times = "once" if each == {1} else f"{each.pop()} times"
                yield f"{place} holds {len(there)} findings, which each fired {times} on it.", [*there, whole[0]]
                yield f"The findings on {place} fired {times} each.", [*there, whole[0]]
        if len(places) == 1:
            place = next(iter(places))
            yield f"All {len(members)} findings fired on {place}, every finding, everything there.", whole
            yield f"Every finding fired on {place} only.", whole
    times_of = {str(v) for n in members for k, v in facts[n].related if k is ValueKind.TIME}
    if len(times_of) == 1:
        at = next(iter(times_of))[:19].replace("T", " ")
        yield f"Every finding, all {len(members)} findings, both findings, were first seen at {at} UTC.", whole


def _loosened(title: str) -> str:
    """Return a title with its last word set off, so that it is read as a sentence and not as a name."""
    start, _, last = title.rpartition(" ")
    return f"{start} also {last}" if start else title


def _denies(title: str) -> bool:
    return bool({"no", "not", "without", "never", "none"} & set(title.lower().split()))


def _steps(facts: Sequence[Fact]) -> Iterator[tuple[str, Sequence[int]]]:
    whole = _whole(facts, "step")
    steps = sorted(whole[1:], key=lambda n: str(facts[n].value))
    if len(steps) < 2:
        return
    for ends, word, begins in ((steps, "first", "begins"), (steps[::-1], "last", "ends")):
        at = str(facts[ends[0]].value)
        alike = [n for n in ends if facts[n].value == facts[ends[0]].value]
        shown = f"{at[:10]} {at[11:19]} UTC"
        yield f"The {word} step of the timeline is at {shown}.", [*alike, whole[0]]
        who = {facts[n].subject for n in alike}
        if len(who) == 1 and facts[ends[0]].subject_kind is ValueKind.ACCOUNT:
            holder = facts[ends[0]].subject
            yield f"The {word} step was taken by {holder} at {shown}.", [*alike, whole[0]]
            yield f"{holder} acted {word}; the timeline {begins} with {holder}.", [*alike, whole[0]]
        for n in alike[:1] if len(alike) == 1 else []:
            deed = facts[n].text.partition(": ")[2] or facts[n].text
            yield f"The {word} step at {shown} is that {deed}", [n, whole[0]]
            yield f"The {word} call is that {deed}", [n, whole[0]]
    deeds: dict[tuple[str, str, str], dict[tuple[str, str], int]] = {}
    for n in steps:
        fact = facts[n]
        deed = next((str(v) for k, v in fact.related if k is ValueKind.TEXT), "")
        verb, _, rest = deed.partition(" ")
        if verb in ("ran", "called", "touched", "changed") and rest.strip() and fact.subject_kind is ValueKind.ACCOUNT:
            program = rest.split()[0].strip('"').rsplit("\\", 1)[-1].rsplit("/", 1)[-1]
            for what in {program, {"called": "calls", "ran": "commands"}.get(verb, program)}:
                deeds.setdefault((fact.subject, verb, what), {})[str(fact.value), deed] = n
    for (name, verb, what), found in deeds.items():
        sources = [*found.values(), whole[0]]
        moments = sorted(str(v) for v, _ in found)
        if what == "calls":
            yield f"{name} made {_n(len(found), 'call')}.", sources
        elif what != "commands" and len(found) > 1:
            stamps = [f"{m[:10]} {m[11:19]} UTC" for m in moments]
            places = {v for n in found.values() for k, v in facts[n].related if k is ValueKind.HOST}
            place = f" on {next(iter(places))}" if len(places) == 1 else ""
            yield f"{name} {verb} {what} {len(found)} times{place}.", sources
            yield f"{name} {verb} {what} {len(found)} times, at {' and at '.join(stamps)}.", sources


def _accounts(facts: Sequence[Fact]) -> Iterator[tuple[str, Sequence[int]]]:
    count = next((n for n, f in enumerate(facts) if f.name == "n_implicated_accounts"), None)
    if count is None or facts[count].kind is not ValueKind.COUNT:
        return
    named = {str(v) for k, v in facts[count].related if k is ValueKind.ACCOUNT}
    roles = [n for n, f in enumerate(facts) if f.kind is ValueKind.ROLE and f.subject_kind is ValueKind.ACCOUNT]
    if len(named) != facts[count].value:
        return
    for n in roles:
        if facts[n].subject not in named:
            yield f"{facts[n].subject} is not implicated.", [n, count]
    shares = {
        n: v
        for n in roles
        if facts[n].subject in named
        for k, v in facts[n].related
        if k is ValueKind.SHARE and isinstance(v, int | float)
    }
    if len(shares) == len(named) > 1:
        top = [n for n, v in shares.items() if v == max(shares.values())]
        if len(top) == 1 and all(
            v <= shares[top[0]]
            for n in roles
            for k, v in facts[n].related
            if k is ValueKind.SHARE and isinstance(v, int | float)
        ):
            name = facts[top[0]].subject
            yield f"Confidence is highest for {name}, with {shares[top[0]]:.0%}; it is the highest.", [*top, count]


def _spans(facts: Sequence[Fact]) -> Iterator[tuple[str, Sequence[int]]]:
    """Yield from when to when, of facts that say the first and the last time of something."""
    for number, fact in enumerate(facts):
        moments = [str(v) for k, v in fact.related if k is ValueKind.TIME and isinstance(v, str)]
        if fact.kind is not ValueKind.TIME or len(moments) != 2 or not fact.subject:
            continue
        start, end = (f"{m[:10]} {m[11:19]} UTC" for m in sorted(moments))
        if fact.subject_kind is ValueKind.CASE:
            yield f"The first activity of {fact.subject} was at {start}, when it began.", [number]
            yield f"The last activity of {fact.subject} was at {end}, when it ended.", [number]
        elif "first" in fact.text and "last" in fact.text:
            seconds = _seconds(moments)
            if seconds is not None:
                said = f"{fact.subject} was seen in the case from {start} to {end}, over {seconds} seconds."
                yield said, [number]


def _seconds(moments: Sequence[str]) -> int | None:
    try:
        first, last = sorted(datetime.fromisoformat(m).replace(microsecond=0) for m in moments)
        return int((last - first).total_seconds())
    except (ValueError, TypeError):
        return None  # not times, or with and without offset


def _hosts(facts: Sequence[Fact]) -> Iterator[tuple[str, Sequence[int]]]:
    count = next((n for n, f in enumerate(facts) if f.name == "n_hosts" and isinstance(f.value, int)), None)
    roles = [n for n, f in enumerate(facts) if f.kind is ValueKind.ROLE and f.subject_kind is ValueKind.HOST]
    hosts = {facts[n].subject for n in roles}
    if count is None or len(hosts) != facts[count].value:
        return
    if len(hosts) == 1:
        yield f"{facts[roles[0]].subject} is the only host; everything happened on it.", [roles[0], count]
        yield f"Everything, all activity, happened on {facts[roles[0]].subject}.", [roles[0], count]
    elif len(hosts) > 1:
        for number, fact in enumerate(facts):
            value = fact.value
            if fact.kind is ValueKind.HOST and isinstance(value, list | tuple) and {str(v) for v in value} == hosts:
                every = "both hosts" if len(hosts) == 2 else f"all {len(hosts)} hosts"
                yield f"{fact.subject} was active on {every}.", [number, count]
