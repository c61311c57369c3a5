"""What an answer says that nothing it rests on holds: a count that uses no part of the product's own checker.

Every sentence of ``Answer.text`` is taken apart into the things that can be wrong in it: times, addresses, hashes,
case ids, techniques, vulnerabilities, percentages, whole numbers, account and host names, paths, domains and quoted
text. Each must be found in one of

- the events that the sentence cites, as they stand in the lake (every column, the native fields and the raw record),
- what the shown queries give when they are run again, and how many rows that is,
- the stored cases, for what was worked out of many events (roles, chances, counts, steps),
- figures of the lake counted here (events, sources, classes, hosts, the first and the last moment), and of each
  account, host and address that the answer names (its events by day, class, source, host, account and address),
- ATT&CK, for names of techniques and tactics,
- the question itself, for the name of something that the answer says is not there.

A number counts as held where something there is as many: rows, events, list entries, differences of two times. That is
generous to small numbers, so the names and times carry the weight: a swapped account, a shifted time or an invented id
is in none of these places. ``strict`` asks more of names in sentences with citations: the cited events themselves, or
the case's own sentence, must hold each.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Any

from benchmarks.answers.expect import NUMBER, TIME, Names, bare, told_times

from vedette.schema import Answer

if TYPE_CHECKING:
    import duckdb

    from vedette.schema import Case
    from vedette.store import Lake

CASE_ID = re.compile(r"\bcase-[0-9a-f]{8}\b")
TECHNIQUE = re.compile(r"\bT\d{4}(?:\.\d{3})?\b")
CVE = re.compile(r"\bCVE-\d{4}-\d{4,}\b")
HASH = re.compile(r"\b(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32})\b")
ADDRESS = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)")
PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s?%")
QUOTED = re.compile(r"“([^”]{2,400})”")
PATH = re.compile(r"(?:[A-Za-z]:\\|\\\\|s3://|https?://|/(?:usr|etc|var|opt|tmp|home|bin)/)[^\s“”\"',;]{2,300}")
MARK = re.compile(r"\s*\[(\d+(?:[,\s]+\d+)*)\]")
SENTENCE = re.compile(r"(?<=[.!?])(?:\s*\[[\d,\s]+\])*\s+(?=[A-Z“(\w])|\n+")
DURATION = re.compile(
    r"\b\d+(?:\.\d+)?\s?(?:milliseconds?|ms|seconds?|s|minutes?|min|hours?|h|days?|d|weeks?)\b|\b\d+h\d+\b"
)
_KEPT = 200_000
_CODES = re.compile(r"\b\d{3,4}\b")
"""Codes of the kinds of event that would tell, where the answer says which logs are missing."""


@dataclass
class Ground:
    """What sentences may rest on."""

    text: str
    """Lower case."""
    numbers: set[int] = field(default_factory=set)
    seconds: set[str] = field(default_factory=set)
    """``2026-03-09 09:52:21``."""
    spans_s: set[int] = field(default_factory=set)
    """Differences of two moments."""
    shares: set[float] = field(default_factory=set)
    """Percentages, rounded to one place and to none."""
    totals: set[int] = field(default_factory=set)
    """Sums of columns of counts."""

    def holds(self, value: str) -> bool:
        """Return whether a text is in it; what was cut with an ellipsis by its beginning."""
        wanted = value.casefold().strip()
        if wanted.endswith("…"):
            wanted = wanted[:-1].rstrip()
        forms = (wanted, wanted.replace("\\", "\\\\"), _squeeze(wanted))
        return any(form in self.text for form in forms)


@dataclass(frozen=True, slots=True)
class World:
    """What of a lake is looked up once."""

    names: Names
    cases: tuple[Case, ...]
    case_ground: Ground
    figures: frozenset[int]
    edges: frozenset[str]
    knowledge: str
    events: duckdb.DuckDBPyConnection
    """A copy of the events in memory, to count in."""
    counted: dict[tuple[str, str], Ground] = field(default_factory=dict)
    """Of each account, host and address looked at so far."""


def survey(lake: Lake) -> World:
    """Return what checking answers about a lake needs of it."""
    from vedette.store.book import load_cases

    copied = _copy(lake)

    def column(sql: str) -> list[Any]:
        return [row[0] for row in copied.execute(sql).fetchall()]

    accounts = column(
        "SELECT DISTINCT n FROM (SELECT actor_name AS n FROM events UNION SELECT user_name FROM events)"
        " WHERE n IS NOT NULL AND length(n) > 1"
    )
    hosts = column("SELECT DISTINCT device_name FROM events WHERE device_name IS NOT NULL")
    cases = tuple(load_cases(lake))
    named = [a.name for c in cases for a in c.accounts]
    figures = {len(cases)}
    for sql in (
        "SELECT count(*) FROM events",
        "SELECT count(DISTINCT device_name) FROM events",
        "SELECT count(DISTINCT reader) FROM events",
        "SELECT count(DISTINCT source) FROM events",
        "SELECT count(*) FROM events GROUP BY reader",
        "SELECT count(*) FROM events GROUP BY source",
        "SELECT count(*) FROM events GROUP BY class_name",
        "SELECT count(DISTINCT class_name) FROM events",
        "SELECT count(*) FROM events GROUP BY class_name, activity",
        "SELECT count(*) FROM events GROUP BY activity",
        "SELECT count(*) FROM events GROUP BY class_name, outcome",
        "SELECT count(*) FROM events GROUP BY class_name, activity, outcome",
        "SELECT count(*) FROM events GROUP BY activity, outcome",
        "SELECT count(*) FROM events WHERE class_name = 'file_activity' OR api_operation IN ('GetObject', 'PutObject')",
    ):
        figures |= {int(n) for n in column(sql)}
    edges = {_second(t) for t in column("SELECT min(time) FROM events UNION SELECT max(time) FROM events")}
    edges |= {_second(t) for t in column("SELECT min(time) FROM events GROUP BY reader")}
    edges |= {_second(t) for t in column("SELECT max(time) FROM events GROUP BY reader")}
    names = Names(frozenset(map(str, [*accounts, *named])), frozenset(map(str, hosts)))
    return World(names, cases, _of_cases(cases), frozenset(figures), frozenset(edges), _attack_text(), copied)


def _copy(lake: Lake) -> duckdb.DuckDBPyConnection:
    import duckdb
    import pyarrow as pa

    copied = duckdb.connect(config={"threads": 1})
    with lake.connection(memory_limit="1GB") as connection:
        rows = connection.sql("SELECT * FROM events").to_arrow_table()
    at = rows.schema.get_field_index("time")
    rows = rows.set_column(at, "time", rows.column("time").cast(pa.timestamp("us")))
    copied.register("rows", rows)
    copied.execute("CREATE TABLE events AS SELECT * FROM rows")
    copied.unregister("rows")
    return copied


def unsupported(answer: Answer, lake: Lake, world: World) -> tuple[list[str], list[str]]:
    """Return what an answer's text says and nothing holds (``time 09:52:22 in “…”``), and what is held loosely.

    Loosely held is an account that neither an event which its sentence cites nor a sentence of a case names.
    """
    cited = {c.number: c.ref for c in answer.citations}
    events = _events(world, sorted(set(cited.values())))
    queried = _of_queries(answer.queries, lake, world)
    counted = _about(answer.text, world)
    # what a list leaves out: all minus those that it counts
    queried.numbers |= {a - b for a in counted.numbers | world.figures for b in queried.totals if a > b}
    _add_stretches(queried, answer, world)
    made = _of_artefacts(answer)
    wrong: list[str] = []
    loose: list[str] = []
    for sentence in SENTENCE.split(answer.text):
        if not sentence or not sentence.strip():
            continue
        plain = MARK.sub("", sentence).replace("\u00a0", " ").replace("\u202f", " ").strip()
        numbers = [int(n) for group in MARK.findall(sentence) for n in re.findall(r"\d+", group)]
        wrong += [f"citation [{n}] that is not there in “{plain[:120]}”" for n in numbers if n not in cited]
        own = _of_events([events[cited[n]] for n in numbers if n in cited and cited[n] in events])
        grounds = [own, queried, counted, made, world.case_ground]
        if not own.text:
            grounds.append(_of_events(list(events.values())))
        for kind, value, held in _things(plain, grounds, answer, world):
            if not held:
                wrong.append(f"{kind} {value!r} in “{plain[:160]}”")
        if numbers:
            loose += _loose_names(plain, own, world)
    return wrong, loose


# ---- what a sentence says ---------------------------------------------------------------------------
def _things(text: str, grounds: Sequence[Ground], answer: Answer, world: World) -> Iterable[tuple[str, str, bool]]:
    question = answer.question.casefold()

    def held(value: str) -> bool:
        return any(g.holds(value) for g in grounds) or value.casefold() in question

    rest = text
    for pattern, kind in ((QUOTED, "quote"), (PATH, "path")):
        for found in pattern.finditer(rest):
            value = (found.group(1) if kind == "quote" else found.group()).rstrip(".")
            yield kind, value, held(value) or value.casefold() in world.knowledge
        rest = pattern.sub(" ", rest)
    for pattern, kind in ((CASE_ID, "case"), (CVE, "vulnerability"), (HASH, "hash"), (ADDRESS, "address")):
        for value in pattern.findall(rest):
            known = kind == "case" and any(c.case_id == value for c in world.cases)
            yield kind, value, known or held(value)
        rest = pattern.sub(" ", rest)
    for value in TECHNIQUE.findall(rest):
        asked = answer.plan is not None and any(s.tool == "technique_info" for s in answer.plan.steps)
        yield "technique", value, held(value) or (asked and value.casefold() in world.knowledge)
    rest = TECHNIQUE.sub(" ", rest)
    yield from _moments(rest, grounds, answer, world)
    rest = TIME.sub(" ", rest)
    for value in PERCENT.findall(rest):
        yield "share", f"{value}%", any(float(value) in g.shares for g in grounds)
    rest = PERCENT.sub(" ", rest)
    words = {bare(w.strip(".,;:()[]“”\"'’")): w for w in re.split(r"[\s,;]+", rest) if len(w) > 2}
    for kind, known in (("account", world.names.accounts), ("host", world.names.hosts)):
        for name in sorted({bare(k) for k in known} & set(words)):
            if _is_word(words[name]):
                continue
            yield kind, words[name], held(name)
    yield from _counts(rest, grounds, answer, world)


def _is_word(written: str) -> bool:
    """Return whether a name of the lake is also an everyday word here: root, system, guest, nobody."""
    return bool(re.fullmatch(r"[a-z]+[.,;:]?", written)) and bare(written.strip(".,;:")) in {
        "system", "guest", "nobody", "local", "service", "network", "daemon", "backup", "news", "mail", "user", "host",
        "www", "web", "proxy", "console", "test", "administrator",
    }  # fmt: skip


def _moments(text: str, grounds: Sequence[Ground], answer: Answer, world: World) -> Iterable[tuple[str, str, bool]]:
    known = set().union(*(g.seconds for g in grounds)) | world.edges
    window = answer.focus.window
    for end in (window.start_at, window.end_at) if window else ():
        if end:
            known |= {_second(end)}
    days = {moment[:10] for moment in known}
    clocks = {moment[11:] for moment in known}
    for date, clock, exact in told_times(text):
        if clock is None:
            yield "date", str(date), date in days or str(date) in answer.question
        elif exact:
            there = f"{date} {clock}" in known if date else clock in clocks
            yield "time", f"{date or ''} {clock}".strip(), there
        else:
            wanted = clock[:5]
            there = any(m[11:16] == wanted and (not date or m.startswith(date)) for m in known)
            yield "time", f"{date or ''} {wanted}".strip(), there or wanted in answer.question


def _counts(text: str, grounds: Sequence[Ground], answer: Answer, world: World) -> Iterable[tuple[str, str, bool]]:
    known = set().union(*(g.numbers for g in grounds)) | world.figures
    known |= {len(t.rows) + t.cut for t in answer.tables} | {len(t.rows) for t in answer.tables}
    known |= {t.cut for t in answer.tables} | {len(answer.citations), len(answer.artefacts)}
    if "more fact" in text:
        known |= set(range(len(answer.facts) + 1))
    asked = set(re.findall(r"\d+", answer.question))
    spans = set().union(*(g.spans_s for g in grounds))
    parts = {p for s in spans for p in (s, s // 60, s // 60 % 60, s % 60, s // 3600, s // 3600 % 24, s // 86400)}
    parts |= {round(s / unit) for s in spans for unit in (60, 3600, 86400)}
    durations = {int(float(n)) for d in DURATION.findall(text) for n in re.findall(r"\d+(?:\.\d+)?", d)}
    for written in NUMBER.findall(_CODES.sub(" ", text) if "Missing:" in text else text):
        number = int(written.replace(",", ""))
        held = number in known or str(number) in asked or (number in durations and number in parts) or number == 0
        yield "number", written, held or any(g.holds(written) for g in grounds if number > 31)


def _loose_names(text: str, own: Ground, world: World) -> list[str]:
    """Return the accounts of a sentence that neither its cited events nor one sentence of a case hold together."""
    words = {bare(w.strip(".,;:()[]“”\"'’")) for w in re.split(r"[\s,;]+", text)}
    names = {bare(a) for a in world.names.accounts} & words
    lines = [line for case in world.cases for line in _lines(case)]
    return [
        f"account {n!r} in no cited event of “{text[:120]}”"
        for n in sorted(names)
        if not own.holds(n) and not any(n in line for line in lines)
    ]


# ---- what it may rest on ----------------------------------------------------------------------------
def _rows(world: World, sql: str, values: Sequence[Any] = ()) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return columns and rows of a question to the copied events; moments without a zone, which are UTC."""
    cursor = world.events.execute(sql, list(values))
    columns = [d[0] for d in cursor.description or ()]
    return columns, cursor.fetchall()


def _events(world: World, refs: Sequence[str]) -> dict[str, dict[str, Any]]:
    ids = [r for r in refs if re.fullmatch(r"[0-9a-f]{32}", r)]
    if not ids:
        return {}
    columns, rows = _rows(world, f"SELECT * FROM events WHERE event_id IN ({', '.join('?' * len(ids))})", ids)
    return {str(d["event_id"]): d for row in rows for d in [dict(zip(columns, row, strict=True))]}


def _of_events(events: Sequence[dict[str, Any]]) -> Ground:
    """Return what some events hold. A chain of escapes in a raw record is undone, so that quotes are found."""
    texts = [str(v) for event in events for v in event.values() if v is not None]
    ground = Ground(_searchable(texts))
    moments = [m for e in events for m in e.values() if isinstance(m, datetime)]
    _add_moments(ground, moments)
    ground.numbers |= {len(events)} | {int(n) for t in texts for n in re.findall(r"(?<!\d)\d{1,9}(?!\d)", t[:_KEPT])}
    return ground


def _of_queries(queries: Sequence[str], lake: Lake, world: World) -> Ground:
    """Return what the shown queries give when run again, on the copy where they ask for events alone."""
    import duckdb

    from vedette.errors import VedetteError
    from vedette.store.query import run_query

    texts: list[str] = []
    moments: list[datetime] = []
    numbers: set[int] = set()
    sums: set[int] = set()
    for sql in queries:
        try:
            rows = _rows(world, sql)[1]
        except duckdb.Error:
            try:
                rows = run_query(lake, sql, max_rows=100_000).rows
            except VedetteError:
                continue
        # a list shows its first ten, eight or five, and says how many more there are
        numbers |= {len(rows)} | {len(rows) - shown for shown in (5, 8, 10) if len(rows) > shown}
        for column in zip(*rows, strict=True):
            sums.add(sum(v for v in column if isinstance(v, int)))
            numbers.add(len({str(v) for v in column if v is not None}))
            for value in column:
                if isinstance(value, datetime):
                    moments.append(value)
                elif isinstance(value, int) and not isinstance(value, bool):
                    numbers.add(value)
                elif value is not None:
                    texts.append(str(value))
                    for inner in (
                        value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ()
                    ):
                        moments += [inner] if isinstance(inner, datetime) else []
    numbers |= sums
    ground = Ground(_searchable(texts), numbers, totals=sums)
    _add_moments(ground, moments)
    return ground


def _add_stretches(ground: Ground, answer: Answer, world: World) -> None:
    """Add the ends of the stretches that the queries and the question are about, and how much happened in them."""
    ends = {f"{d} {c or '00:00:00'}" for sql in answer.queries for d, c, _ in told_times(sql) if d}
    window = answer.focus.window
    ends |= {_second(end) for end in ((window.start_at, window.end_at) if window else ()) if end}
    asked = {d for d, _, _ in told_times(answer.question) if d}
    days = {m[:10] for m in ends} | asked
    ends |= {_second(datetime.fromisoformat(d) + timedelta(days=n)) for d in days for n in (0, 1)}
    ground.seconds |= ends
    ordered = sorted(ends)[:8]
    for i, start in enumerate(ordered):
        for end in (None, *ordered[i + 1 :]):
            sql = "SELECT count(*), count(DISTINCT class_name) FROM events WHERE time >= CAST(? AS TIMESTAMP)"
            values = [start]
            if end:
                sql, values = f"{sql} AND time < CAST(? AS TIMESTAMP)", [start, end]
            ground.numbers |= {int(n) for n in _rows(world, sql, values)[1][0]}


def _of_artefacts(answer: Answer) -> Ground:
    """Return how large the files are that were made, and how many slides they have."""
    from io import BytesIO

    from pptx import Presentation

    ground = Ground("\n".join(a.name.casefold() for a in answer.artefacts))
    for artefact in answer.artefacts:
        ground.numbers |= {len(artefact.content) // 1024, round(len(artefact.content) / 1024)}
        if artefact.name.endswith(".pptx"):
            ground.numbers.add(len(Presentation(BytesIO(artefact.content)).slides))
    return ground


_SUBJECTS = {
    "account": "? IN (lower(split_part(actor_name, '@', 1)), lower(split_part(user_name, '@', 1)))",
    "host": "lower(split_part(device_name, '.', 1)) = ?",
    "address": "list_contains([replace(ip, '::ffff:', '') FOR ip IN [src_ip, dst_ip, device_ip] IF ip IS NOT NULL], ?)",
}
_BY = (
    "1", "CAST(time AS DATE)", "class_name", "reader", "outcome", "activity",
    "lower(split_part(device_name, '.', 1))", "lower(actor_name)", "lower(user_name)",
    "lower(coalesce(actor_name, user_name))", "src_ip", "dst_ip",
)  # fmt: skip


def _about(text: str, world: World) -> Ground:
    """Return what the lake holds of the first few accounts, hosts and addresses that a text names."""
    words = list(dict.fromkeys(bare(w.strip(".,;:()[]“”\"'’")) for w in re.split(r"[\s,;]+", text)))
    accounts, hosts = ({bare(n) for n in names} for names in (world.names.accounts, world.names.hosts))
    subjects = [("address", a) for a in dict.fromkeys(ADDRESS.findall(text))][:4]
    subjects += [("account", w) for w in words if w in accounts][:6] + [("host", w) for w in words if w in hosts][:6]
    ground = Ground("")
    for kind, name in subjects:
        if (kind, name) not in world.counted:
            world.counted[kind, name] = _counted_of(kind, name, world)
        known = world.counted[kind, name]
        ground.text += "\n" + known.text
        ground.numbers |= known.numbers
        ground.seconds |= known.seconds
        ground.spans_s |= known.spans_s
    return ground


def _counted_of(kind: str, name: str, world: World) -> Ground:
    ground = Ground("")
    world.events.execute(f"CREATE OR REPLACE TEMP TABLE about AS SELECT * FROM events WHERE {_SUBJECTS[kind]}", [name])
    for by in _BY:
        rows = _rows(world, f"SELECT {by}, count(*), min(time), max(time) FROM about GROUP BY 1")[1]
        ground.numbers |= {int(row[1]) for row in rows} | {len(rows), len([r for r in rows if r[0] is not None])}
        ground.text += "\n" + "\n".join(str(row[0]).casefold() for row in rows)
        _add_moments(ground, [m for row in rows for m in row[2:] if isinstance(m, datetime)])
    return ground


def _of_cases(cases: Sequence[Case]) -> Ground:
    """Return what the stored cases hold."""
    from vedette.store.book import to_json

    bodies = [json.loads(to_json(c)) for c in cases]
    texts: list[str] = []
    numbers: set[int] = {len(cases)}
    shares: set[float] = set()
    moments: list[datetime] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            numbers.add(len(value))
            for inner in value:
                walk(inner)
        elif isinstance(value, bool) or value is None:
            return
        elif isinstance(value, int):
            numbers.add(value)
        elif isinstance(value, float):
            shares.update({round(value * 100, 1), float(round(value * 100))})
        else:
            texts.append(str(value))
            if re.match(r"\d{4}-\d\d-\d\dT", str(value)):
                moments.append(datetime.fromisoformat(str(value)))

    for case, body in zip(cases, bodies, strict=True):
        walk(body)
        texts += _lines(case)
        numbers |= {sum(1 for a in case.accounts if a.implicated), sum(1 for a in case.accounts if not a.implicated)}
        roles = [a.role.value for a in case.accounts] + [h.role.value for h in case.hosts]
        severities = [f.severity.value for f in case.findings]
        numbers |= {group.count(one) for group in (roles, severities) for one in group}
        numbers |= {len({e.ref for f in case.findings for e in f.evidence}), sum(t.count for t in case.timeline)}
        for text in texts[-len(_lines(case)) :]:
            for _date, clock, exact in told_times(text):
                if clock and exact and _date:
                    moments.append(datetime.fromisoformat(f"{_date}T{clock}").replace(tzinfo=UTC))
    ground = Ground(_searchable(texts), numbers, shares=shares)
    edges = [m for c in cases for m in (c.first_at, c.last_at)]
    _add_moments(ground, moments)
    ground.spans_s = _spans(edges + [t.at for c in cases for t in c.timeline][:200])
    return ground


def _lines(case: Case) -> list[str]:
    """Return the case's own sentences, lower case."""
    claims = [
        *case.summary,
        *(r for a in case.accounts for r in a.reasons),
        *(r for h in case.hosts for r in h.reasons),
    ]
    return [c.text.casefold() for c in claims] + [t.text.casefold() for t in case.timeline]


def _add_moments(ground: Ground, moments: Sequence[datetime]) -> None:
    ground.seconds |= {_second(m) for m in moments}
    unique = sorted({_utc(m) for m in moments})
    ground.spans_s |= _spans(unique if len(unique) <= 60 else [unique[0], unique[-1]])


def _spans(moments: Sequence[datetime]) -> set[int]:
    unique = sorted({_utc(m) for m in moments})[:120]
    return {int((b - a).total_seconds()) for a, b in combinations(unique, 2)} | {
        round((b - a).total_seconds()) for a, b in combinations(unique, 2)
    }


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _second(moment: datetime) -> str:
    return _utc(moment).strftime("%Y-%m-%d %H:%M:%S")


def _searchable(texts: Iterable[str]) -> str:
    """Return texts to search in: as they stand, with one layer of escapes undone, and with white space squeezed."""
    joined = "\n".join(t[:_KEPT] for t in texts).casefold()
    undone = joined.replace("\\\\", "\\").replace('\\"', '"')
    return "\n".join((joined, undone, _squeeze(undone)))


def _squeeze(text: str) -> str:
    """Return a text with one space for each stretch of white space and of what cannot be shown."""
    return re.sub(r"[\s\x00-\x1f\x7f\ufffd]+", " ", text)


def _attack_text() -> str:
    from vedette.knowledge import attack

    return "\n".join(str(row) for row in (*attack.techniques(), *attack.tactics())).casefold()
