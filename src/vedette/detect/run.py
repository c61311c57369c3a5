"""Detection over a lake: segment by segment, exactly once, in this process or in a pool.

A segment is judged once for each rule-set digest; its hits and the marker that it is done are one commit,
so that a kill loses and doubles nothing and a rerun goes on where it stopped. Row batches are small, both
for memory and because the columns of a batch are walked field by field: it should stay in the CPU's cache.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from vedette.bulk.engine import Engine, run_shards
from vedette.detect.base import DetectSummary, Hit, LogSource, Progress, RuleInfo, RuleSet
from vedette.detect.correlate import correlate
from vedette.detect.fold import ALERT, fold
from vedette.detect.matcher import Matcher
from vedette.detect.values import ABSENT
from vedette.schema import EventClass, Finding

if TYPE_CHECKING:
    import pyarrow as pa

    from vedette.store.lake import Lake, Segment

BATCH_ROWS = 4_000
_BASE = ("event_id", "time", "native", "log_product", "log_category", "log_service")
_ACTOR = ("device_name", "cloud_account", "actor_name", "actor_domain", "user_name", "user_domain")
_STAND_INS = (
    "process_path", "process_cmd", "process_pid", "parent_path", "parent_cmd", "actor_session", "dst_ip", "dst_port",
    "dst_name", "src_ip", "src_port", "src_name", "protocol", "dns_query", "file_path", "file_hash", "registry_path",
    "url", "user_agent", "status_code",
)  # fmt: skip
CORE_COLUMNS: tuple[str, ...] = (*_ACTOR, *_STAND_INS)
"""Core columns that matching or hits need."""

_matcher: Matcher | None = None


def job_of(ruleset: RuleSet) -> str:
    """Return the name of the bulk job that judges events by this rule set."""
    return f"detect:{ruleset.digest}"


def detect(
    lake: Lake,
    ruleset: RuleSet,
    *,
    workers: int = 1,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> DetectSummary:
    """Judge every events segment that this rule set has not judged yet, and commit the hits.

    Args:
        lake: Where events are and hits go.
        ruleset: The rules.
        workers: Processes; the hits are the same with any number.
        engine: Where segments are judged; None is this process or a pool of ``workers``.
        progress: Told of events done after each segment.
    """
    job = job_of(ruleset)
    done = lake.finished(job)
    segments = lake.segments("events")
    todo = [s for s in segments if s.segment_id not in done]
    total, judged, n_hits = sum(s.n_rows for s in todo), 0, 0
    # a worker on another machine sees no folder of this one
    carried = engine is not None and engine.remote
    shards = ((s.segment_id, s.path.read_bytes() if carried else s.path, _renames(s)) for s in todo)
    rows = {s.segment_id: s.n_rows for s in todo}
    for (segment_id, _, _), hits in run_shards(
        judge_segment, shards, workers=workers, engine=engine, initializer=_prepare, initargs=(ruleset,)
    ):
        lake.commit(lake.write("hits", hits, job=job, shard=segment_id), job=job, shard=segment_id)
        judged += rows[segment_id]
        n_hits += hits.num_rows
        if progress is not None:
            progress(judged, total)
    return DetectSummary(
        ruleset=ruleset.digest,
        segments=len(todo),
        events=judged,
        hits=n_hits,
        skipped_segments=len(segments) - len(todo),
        problems=ruleset.problems,
    )


def _renames(segment: Segment) -> dict[str, str]:
    from vedette.store.lake import RENAMED

    return dict(RENAMED.get(segment.schema_version, {}))


def _prepare(ruleset: RuleSet) -> None:
    global _matcher
    if _matcher is None or _matcher.ruleset.digest != ruleset.digest:
        _matcher = Matcher(ruleset)


def judge_segment(shard: tuple[str, Path | bytes, Mapping[str, str]]) -> pa.Table:
    """Return the hits of one Parquet file, or of its bytes, as a table with the lake's hit columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from vedette.store.lake import hits_arrow_schema

    if _matcher is None:
        raise RuntimeError("judge_segment runs under detect")
    matcher, (_, given, renames) = _matcher, shard
    path = pa.BufferReader(given) if isinstance(given, bytes) else given
    columns: dict[str, list[Any]] = {name: [] for name in hits_arrow_schema().names}
    older = {new: old for old, new in renames.items()}
    with pq.ParquetFile(path) as file, _no_collector():
        present = set(file.schema_arrow.names)
        wanted = [older.get(c, c) for c in (*_BASE, *CORE_COLUMNS) if older.get(c, c) in present]
        raws = _Raws(file, older.get("raw", "raw"))
        for number, batch in enumerate(file.iter_batches(batch_size=BATCH_ROWS, columns=wanted)):
            named = {renames.get(n, n): batch.column(n) for n in batch.schema.names}
            if "native" not in named or named["native"].null_count:
                named["raw"] = raws.of(number)
            _judge_batch(matcher, named, columns)
    columns["ruleset"] = [matcher.ruleset.digest] * len(columns["rule_id"])
    return pa.table(columns, schema=hits_arrow_schema())


class _Raws:
    """The raw records of a file, read only from where native fields are first missing: they are half of it."""

    def __init__(self, file: Any, name: str) -> None:
        self._file, self._name = file, name
        self._batches: Iterator[Any] | None = None
        self._next = 0

    def of(self, number: int) -> pa.Array:
        """Return the column of a batch; numbers only grow."""
        if self._batches is None:
            self._batches = self._file.iter_batches(batch_size=BATCH_ROWS, columns=[self._name])
        while True:
            batch = next(self._batches)
            self._next += 1
            if self._next > number:
                return batch.column(0)


def _judge_batch(matcher: Matcher, batch: Mapping[str, pa.Array], out: dict[str, list[Any]]) -> None:
    n_rows = len(batch["event_id"])
    core = _Core(batch)
    sources: list[LogSource] = list(
        zip(*(core.get(c) or [None] * n_rows for c in ("log_product", "log_category", "log_service")), strict=True)
    )
    seen = {source: matcher.sees(source) for source in set(sources)}
    rows = [i for i, source in enumerate(sources) if seen[source]]
    if not rows:
        return
    texts = _native_texts(batch)
    if len(rows) < n_rows:
        texts = [texts[i] for i in rows]
    parsed = list(map(parse_native, texts))
    picked = [sources[i] for i in rows]
    hits = matcher.match(parsed, picked, core if len(rows) == n_rows else _Picked(core, rows), texts)
    ids, times = core.get("event_id") or [], batch["time"]
    for rule, at in hits:
        row = rows[at]
        compiled = matcher.ruleset.rules[rule]
        value = core.reader(row)
        out["rule_id"].append(compiled.info.rule_id)
        out["event_id"].append(ids[row])
        out["time"].append(times[row].as_py())
        out["device_name"].append(value("device_name"))
        out["cloud_account"].append(value("cloud_account"))
        out["actor"].append(account_of(value))
        out["values"].append(_kept(matcher, compiled.keep, parsed[at], picked[at], value) if compiled.keep else None)


class _Core(Mapping[str, Sequence[Any]]):
    """A batch's columns as Python lists, each made when it is first asked for."""

    def __init__(self, batch: Mapping[str, pa.Array]) -> None:
        self._batch = batch
        self._lists: dict[str, list[Any]] = {}

    def __getitem__(self, name: str) -> list[Any]:
        known = self._lists.get(name)
        if known is None:
            known = self._lists[name] = self._batch[name].to_pylist()
        return known

    def __iter__(self) -> Iterator[str]:
        return iter(self._batch)

    def __len__(self) -> int:
        return len(self._batch)

    def reader(self, row: int) -> Any:
        """Return a function that gives the row's value in a column, None where there is no such column."""
        return lambda name: self[name][row] if name in self._batch else None


class _Picked(Mapping[str, Sequence[Any]]):
    """The same columns for a choice of rows."""

    def __init__(self, core: _Core, rows: list[int]) -> None:
        self._core, self._rows = core, rows
        self._lists: dict[str, list[Any]] = {}

    def __getitem__(self, name: str) -> list[Any]:
        known = self._lists.get(name)
        if known is None:
            column = self._core[name]
            known = self._lists[name] = [column[r] for r in self._rows]
        return known

    def __iter__(self) -> Iterator[str]:
        return iter(self._core)

    def __len__(self) -> int:
        return len(self._core)


def _native_texts(batch: Mapping[str, pa.Array]) -> list[bytes]:
    """Return each event's native fields as JSON text: its ``native``, or the raw record where that is null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pc.coalesce(*(batch[name] for name in ("native", "raw") if name in batch))
    return pc.fill_null(texts, "").cast(pa.binary()).to_pylist()  # type: ignore[no-any-return]


def parse_native(text: str | bytes) -> dict[str, Any]:
    """Return the fields in a JSON text; none where it is no JSON object."""
    try:
        value = orjson.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def account_of(value: Any) -> str | None:
    r"""Return the acting account, or the one acted upon where none is said: ``DOMAIN\user``, ARN-ish or bare.

    Args:
        value: Gives a core column of the event.
    """
    for kind in ("actor", "user"):
        name, domain = value(f"{kind}_name"), value(f"{kind}_domain")
        if name:
            return f"{domain}\\{name}" if domain and domain != value("cloud_account") else str(name)
    return None


def _kept(matcher: Matcher, names: Sequence[str], native: dict[str, Any], source: LogSource, value: Any) -> str:
    found = {n: v for n in names if (v := matcher.lookup(native, source, n, value)) is not ABSENT}
    return orjson.dumps(found, default=str).decode()


@contextmanager
def _no_collector() -> Iterator[None]:
    """Stop the cycle collector: nothing here makes cycles, and it would walk every parsed event again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def findings(lake: Lake, ruleset: RuleSet, *, gap: timedelta = timedelta(hours=24)) -> list[Finding]:
    """Return the findings of a lake's hits by this rule set, and of the alerts in its events.

    Reads hits in order from DuckDB, so that memory follows the number of findings.
    """
    connection = lake.connection()
    try:
        n_events = sum(s.n_rows for s in lake.segments("events"))
        matcher = Matcher(ruleset)
        place = "coalesce(lower(nullif(device_name, '')), 'cloud:' || nullif(cloud_account, ''), '')"
        ordered = f"SELECT {_HIT_SQL} FROM hits WHERE ruleset = ? ORDER BY rule_id, {place}, time, event_id"  # noqa: S608
        hits = _hits(connection.cursor(), ordered, [ruleset.digest])
        firings = []
        if ruleset.correlations:
            base = sorted({r for c in ruleset.correlations for r in c.rules})
            timely = f"SELECT {_HIT_SQL} FROM hits WHERE ruleset = ? AND rule_id IN ? ORDER BY time, event_id, rule_id"  # noqa: S608
            firings = correlate(ruleset, _hits(connection.cursor(), timely, [ruleset.digest, base]))
        lookup = _Lookup(connection)
        found = fold(hits, lookup, matcher, firings=firings, n_events=n_events, gap=gap, ordered=True)
        infos, alerts = _alerts(connection)
        found += fold(alerts, lookup, matcher, infos=infos, n_events=0, gap=gap, ordered=True)
        return sorted(found, key=lambda f: (-f.severity.rank, f.first_at, f.finding_id))
    finally:
        connection.close()


_HIT_SQL = 'rule_id, event_id, time, device_name, cloud_account, actor, "values"'


def _hits(cursor: Any, sql: str, parameters: list[Any]) -> Iterator[Hit]:
    cursor.execute(sql, parameters)
    while rows := cursor.fetchmany(10_000):
        for rule_id, event_id, time, device, cloud, actor, values in rows:
            yield Hit(
                rule_id=rule_id,
                event_id=event_id,
                time=time if time.tzinfo else time.replace(tzinfo=UTC),  # the lake's views give plain UTC
                device_name=device,
                cloud_account=cloud,
                actor=actor,
                values=values,
            )


class _Lookup:
    """Fetches the events that findings show."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def __call__(self, event_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        names = ("event_id", "native", "alert", "message", "log_product", "log_category", "log_service", *CORE_COLUMNS)
        sql = f"SELECT {', '.join(names)} FROM events WHERE event_id IN (SELECT unnest(?))"  # noqa: S608
        found = {}
        for row in self._connection.execute(sql, [list(event_ids)]).fetchall():
            event = dict(zip(names, row, strict=True))
            event["native"] = parse_native(event["native"] or "")
            event["logsource"] = (event["log_product"], event["log_category"], event["log_service"])
            found[event["event_id"]] = event
        return found


_SEVERITIES = {
    "critical": "critical", "fatal": "critical", "emergency": "critical", "severe": "critical", "high": "high",
    "error": "high", "medium": "medium", "moderate": "medium", "warning": "medium", "low": "low", "notice": "low",
    "informational": "informational", "info": "informational", "information": "informational",
}  # fmt: skip


def _alerts(connection: Any) -> tuple[dict[str, RuleInfo], Iterator[Hit]]:
    """Return what security products said: an info for each title, and the alerts as hits in order."""
    title = "coalesce(nullif(alert, ''), nullif(message, ''), event_code, 'alert')"
    infos: dict[str, RuleInfo] = {}
    rank = ["informational", "low", "medium", "high", "critical"]
    for name, severities in connection.execute(
        f"SELECT {title}, list(DISTINCT lower(severity)) FROM events WHERE class_name = ? GROUP BY 1",  # noqa: S608
        [EventClass.FINDING.value],
    ).fetchall():
        known = [_SEVERITIES[s] for s in severities if s in _SEVERITIES]
        level = max(known, key=rank.index) if known else "medium"
        infos[ALERT + name] = RuleInfo(rule_id=ALERT + name, title=name, level=level, status="stable")
    actor = (
        "CASE WHEN coalesce(actor_name, user_name) IS NULL THEN NULL WHEN actor_name IS NOT NULL THEN "
        "CASE WHEN actor_domain <> '' AND actor_domain IS DISTINCT FROM cloud_account "
        "THEN actor_domain || '\\' || actor_name ELSE actor_name END "
        "ELSE CASE WHEN user_domain <> '' THEN user_domain || '\\' || user_name ELSE user_name END END"
    )
    place = "coalesce(lower(nullif(device_name, '')), 'cloud:' || nullif(cloud_account, ''), '')"
    sql = (
        f"SELECT '{ALERT}' || {title} AS rule_id, event_id, time, device_name, cloud_account, {actor} AS actor, "  # noqa: S608
        f'NULL AS "values" FROM events WHERE class_name = ? ORDER BY rule_id, {place}, time, event_id'
    )
    return infos, _hits(connection.cursor(), sql, [EventClass.FINDING.value])
