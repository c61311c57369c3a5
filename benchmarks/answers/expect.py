"""Whether an answer is what its question's author expects: a function of the answer, the expectation and the names.

An expectation is a JSON object; all that it says must hold.

| key | holds where |
|---|---|
| ``any`` | one of these expectations holds |
| ``status`` | the answer's status is one of these |
| ``accounts``, ``hosts``, ``techniques``, ``cases`` | the answer lists exactly ``is`` (``may`` besides), or at least ``has`` and nothing beyond ``may`` where that is given; none of ``not`` |
| ``count`` | the values count this many, or one of these; without a count in the values the text says it |
| ``none`` | there is none: the values count nothing, and one of the first two sentences says so |
| ``time`` | each of these moments is told, within ``within_s`` seconds (2) |
| ``numbers`` | each is told in the text; alternatives with a bar |
| ``numbers_any`` | all of one of these groups are told |
| ``said``, ``said_re`` | each text, alternatives with a bar, or pattern, is in the answer |
| ``not_said`` | no such pattern is in the answer |
| ``lead`` | what has to be told comes in the first so many sentences (4), or anywhere (0) |
| ``file`` | a file with this ending was made |
| ``choice`` | the user is offered these |
| ``error`` | the door refuses the question with a clear error |

What the user sees is judged: the text, and what the tables show. Names are compared as people do: without case, domain
or DNS suffix.
"""  # noqa: E501

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vedette.schema import Answer

DEFAULT_LEAD = 4
DEFAULT_WITHIN_S = 2
_LEAD_ROWS = 5
_COUNTS = frozenset(
    {"count", "distinct", "n_events", "n", "steps", "events", "total", "number", "n_hosts", "n_accounts"}
)
_WORDS = {
    "no": 0, "none": 0, "zero": 0, "one": 1, "once": 1, "two": 2, "twice": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
TIME = re.compile(
    r"(?<!\d)(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.\d+)?)?|(?<![\d:])(\d\d:\d\d)(:\d\d)?(?![\d:])"
)
NUMBER = re.compile(r"(?<![\w.,:/\\-])\d{1,3}(?:,\d{3})+(?![\w])|(?<![\w.:/\\-])\d+(?![\w:/\\-])(?!\.\d)")


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a world, to find those that an answer mentions."""

    accounts: frozenset[str]
    hosts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a user sees of an answer: its first part, and all of it."""

    lead: str
    whole: str


def bare(name: str) -> str:
    """Return a name as people compare it: lower case, without domain, realm or DNS suffix."""
    name = name.strip().casefold()
    if name.startswith("assumed-role/") or ("/" in name and "\\" not in name):
        return name
    name = name.rsplit("\\", 1)[-1].split("@", 1)[0]
    return name if re.fullmatch(r"[\d.:a-f]+", name) else name.split(".", 1)[0]


def problems(answer: Answer | Exception, expect: Mapping[str, Any], names: Names) -> list[str]:
    """Return what is wrong with an answer; empty where it is right."""
    if "any" in expect:
        tried = [problems(answer, one, names) for one in expect["any"]]
        return [] if any(not p for p in tried) else min(tried, key=len)
    if isinstance(answer, Exception):
        return [] if expect.get("error") else [f"error: {answer}"]
    if expect.get("error"):
        return ["no error"]
    wrong = []
    if answer.status.value not in expect["status"]:
        wrong.append(f"status {answer.status.value}, not {' or '.join(expect['status'])}")
    seen = _seen(answer, int(expect.get("lead", DEFAULT_LEAD)))
    for kind in ("accounts", "hosts", "techniques", "cases"):
        if kind in expect:
            wrong += _listed(answer, seen, kind, expect[kind], names)
    if "count" in expect:
        wrong += _counted(answer, seen, expect["count"])
    if expect.get("none"):
        wrong += _none(answer)
    wrong += _timed(seen, expect)
    wrong += _said(seen, expect)
    if "file" in expect and not any(a.name.endswith(expect["file"]) for a in answer.artefacts):
        wrong.append(f"no {expect['file']} was made")
    if "choice" in expect:
        offered = [o.casefold() for o in answer.choice.options] if answer.choice else []
        wrong += [f"{o} is not offered" for o in expect["choice"] if not any(o.casefold() in said for said in offered)]
    return wrong


# ---- what the user sees ---------------------------------------------------------------------------
def _plain(text: str) -> str:
    return re.sub(r"\s*\[\d+(?:[,\s]+\d+)*\]", "", text).replace("\u00a0", " ").replace("\u202f", " ")


def _seen(answer: Answer, lead: int) -> Seen:
    rows = [[" ".join(str(v) for v in row) for row in table.rows] for table in answer.tables]
    choice = [answer.choice.question, *answer.choice.options] if answer.choice else []
    whole = "\n".join([answer.text, *answer.unknown, *choice, *(line for table in rows for line in table)])
    if not lead:
        return Seen(_plain(whole), _plain(whole))
    sentences = [c.text for c in answer.claims[:lead]] or [answer.text]
    first = "\n".join([*sentences, *answer.unknown, *choice, *(line for t in rows for line in t[:_LEAD_ROWS])])
    return Seen(_plain(first), _plain(whole))


def _deep(values: Any, key: str) -> Iterator[Any]:
    """Yield what stands under a key at any depth."""
    if isinstance(values, Mapping):
        for name, value in values.items():
            if name == key:
                yield value
            yield from _deep(value, key)
    elif isinstance(values, Sequence) and not isinstance(values, str):
        for value in values:
            yield from _deep(value, key)


# ---- the checks -------------------------------------------------------------------------------------
def _mentioned(text: str, kind: str, names: Names) -> set[str]:
    if kind == "techniques":
        return {t.casefold() for t in re.findall(r"\bT\d{4}(?:\.\d{3})?\b", text)}
    if kind == "cases":
        return set(re.findall(r"\bcase-[0-9a-f]{8}\b", text))
    known = names.accounts if kind == "accounts" else names.hosts
    words = {bare(w.strip(".,;:()[]{}“”\"'’")) for w in re.split(r"[\s,;]+", text)}
    return {bare(k) for k in known} & words


def _listed(answer: Answer, seen: Seen, kind: str, wanted: Mapping[str, Any], names: Names) -> list[str]:
    stated: set[str] = set()
    there = False
    for value in _deep(answer.values, kind):
        if isinstance(value, Sequence) and not isinstance(value, str):
            there = True
            stated |= {bare(str(v.get("name", v) if isinstance(v, Mapping) else v)) for v in value}
    mentioned = _mentioned(seen.whole, kind, names)
    must = {bare(n) for n in (*wanted.get("is", ()), *wanted.get("has", ()))}
    may = {bare(n) for n in wanted.get("may", ())}
    listed = stated if there else mentioned
    # a parent stands for its sub-technique neither way: both must be what was asked for
    wrong = [f"{kind}: {n} is missing" for n in sorted(must - listed)]
    wrong += [f"{kind}: {n} is not told" for n in sorted((must & listed) - mentioned) if kind != "techniques"]
    if "is" in wanted or "may" in wanted:
        wrong += [f"{kind}: {n} is too much" for n in sorted(listed - must - may)]
    wrong += [f"{kind}: {n} is wrong" for n in sorted(listed & {bare(n) for n in wanted.get("not", ())})]
    return wrong


def told_numbers(text: str) -> set[int]:
    """Return the whole numbers that a text tells, times, ids and addresses apart."""
    without = TIME.sub(" ", text)
    found = {int(n.replace(",", "")) for n in NUMBER.findall(without)}
    return found | {_WORDS[w] for w in re.findall(r"[a-z]+", without.casefold()) if w in _WORDS}


_NO = re.compile(r"\b(?:no|not|none|nothing|never|nobody|unknown|cannot|neither|zero|0)\b|n't", re.I)


def _none(answer: Answer) -> list[str]:
    counts = _levels(answer.values)
    if counts and 0 not in counts:
        return [f"counts {sorted(counts)[:6]}, not none"]
    first = " ".join(c.text for c in answer.claims[:2]) or answer.text
    return [] if _NO.search(first) else ["none is not said"]


def _levels(values: Mapping[str, Any]) -> set[int]:
    """Return what is counted at the top, or at the top of a step's values; in lists, other things are."""
    levels = [values, *(v for v in values.values() if isinstance(v, Mapping))]
    found = (v for level in levels for k, v in level.items() if k in _COUNTS)
    return {v for v in found if isinstance(v, int) and not isinstance(v, bool)}


def _counted(answer: Answer, seen: Seen, wanted: int | Sequence[int]) -> list[str]:
    right = {wanted} if isinstance(wanted, int) else set(wanted)
    counts = _levels(answer.values)
    if counts:
        return [] if counts & right else [f"counts {sorted(counts)[:6]}, not {sorted(right)}"]
    told = told_numbers(seen.lead)
    return [] if told & right else [f"tells {sorted(told)[:6]}, not {sorted(right)}"]


def told_times(text: str) -> Iterator[tuple[str | None, str | None, bool]]:
    """Yield (date, time, whether to the second) of every time that a text tells."""
    for found in TIME.finditer(text):
        date, clock, second, alone, alone_second = found.groups()
        if date:
            yield date, f"{clock}{second or ':00'}" if clock else None, bool(second)
        else:
            yield None, f"{alone}{alone_second or ':00'}", bool(alone_second)


def _timed(seen: Seen, expect: Mapping[str, Any]) -> list[str]:
    wrong = []
    within_s = expect.get("within_s", DEFAULT_WITHIN_S)
    for wanted in expect.get("time", ()):
        moment = datetime.fromisoformat(wanted)
        for date, clock, exact in told_times(seen.lead):
            if clock is None:
                continue
            said = datetime.fromisoformat(f"{date or moment.date().isoformat()}T{clock}").replace(tzinfo=UTC)
            apart = (said - moment).total_seconds()
            if abs(apart) <= within_s or (not exact and -60 < apart <= 0):
                break
        else:
            wrong.append(f"{wanted} is not told")
    return wrong


def _has(text: str, alternatives: str) -> bool:
    return any(a.casefold() in text.casefold() for a in alternatives.split("|"))


def _numbered(told: Collection[int], alternatives: str) -> bool:
    return any(int(a.replace(",", "")) in told for a in alternatives.split("|"))


def _said(seen: Seen, expect: Mapping[str, Any]) -> list[str]:
    wrong = [f"{t!r} is not said" for t in expect.get("said", ()) if not _has(seen.lead, t)]
    wrong += [f"/{p}/ is not said" for p in expect.get("said_re", ()) if not re.search(p, seen.lead, re.I)]
    wrong += [f"/{p}/ is said" for p in expect.get("not_said", ()) if re.search(p, seen.whole, re.I)]
    told = told_numbers(seen.lead)
    wrong += [f"{n} is not told" for n in expect.get("numbers", ()) if not _numbered(told, n)]
    groups = expect.get("numbers_any", ())
    if groups and not any(all(_numbered(told, n) for n in group) for group in groups):
        wrong.append(f"none of {groups} is told")
    return wrong
