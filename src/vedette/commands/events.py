"""The command lines of the lake's events, each different one explained once, riskiest first.

Many processes give the same answer as one: command lines are explained in shards, in order of their text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vedette.bulk import Engine, LocalEngine, run_shards
from vedette.commands.explaining import explain
from vedette.knowledge.tools import ToolTables, packed_tables
from vedette.schema import Window
from vedette.schema.command import ExplainedCommand, Explanation, Language
from vedette.store import Lake

CLASSES = ("process_activity", "script_activity", "windows_service_activity", "scheduled_job_activity")
"""Classes of event whose command line or script is one that ran or will run."""
MOST_KEPT = 1_000
"""Explanations that are kept whole; of a larger lake the riskiest."""
MOST_IDS = 20
_SHARD = 500
_NOT_CODE = ("4103", "800")
"""PowerShell events that tell of a pipeline's parameters and hold no script."""


@dataclass(frozen=True, slots=True)
class ExplainedEvents:
    """What the lake's command lines do."""

    commands: tuple[ExplainedCommand, ...]
    """Riskiest first, then the earliest."""
    n_events: int
    n_commands: int
    n_risky: int


@dataclass(frozen=True, slots=True)
class _Row:
    text: str
    language: Language | None
    count: int
    first_at: datetime
    last_at: datetime
    hosts: tuple[str, ...]
    accounts: tuple[str, ...]
    event_ids: tuple[str, ...]


def explain_events(
    lake: Lake,
    tables: ToolTables | None = None,
    *,
    event_ids: Sequence[str] | None = None,
    host: str | None = None,
    account: str | None = None,
    window: Window | None = None,
    workers: int = 1,
    engine: Engine | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ExplainedEvents:
    """Return the different command lines of the lake's events, explained.

    Args:
        lake: where the events are.
        tables: what is known of tools; workers other than this process use the packed ones.
        event_ids: only these events; None means all.
        host: only on this host, with or without its domain.
        account: only by this account, with or without its domain.
        window: only in this stretch of time.
        workers: processes.
        engine: where command lines are explained; None is this process or a pool of ``workers``.
        progress: told how many command lines of how many are done.
    """
    rows = list(_rows(lake, event_ids, host, account, window))
    kept: list[ExplainedCommand] = []
    n_risky = done = 0
    for shard, explanations in _explained(rows, tables, workers, engine):
        for row, explanation in zip(shard, explanations, strict=True):
            n_risky += explanation.risky
            kept.append(_command(row, explanation))
        done += len(shard)
        if len(kept) > 2 * MOST_KEPT:
            kept = sorted(kept, key=_order)[:MOST_KEPT]
        if progress:
            progress(done, len(rows))
    return ExplainedEvents(
        commands=tuple(sorted(kept, key=_order)[:MOST_KEPT]),
        n_events=sum(row.count for row in rows),
        n_commands=len(rows),
        n_risky=n_risky,
    )


def language_of_event(class_name: str, product: str | None) -> Language | None:
    """Return what an event's command line is written in: no shell reads what a Windows process was started with."""
    if class_name == "script_activity":
        return Language.POWERSHELL
    if product == "windows":
        return Language.PROGRAM
    return Language.SH if product in ("linux", "macos") else None


def _order(command: ExplainedCommand) -> tuple[float, datetime, str]:
    return (-command.explanation.risk, command.first_at, command.explanation.command)


def _command(row: _Row, explanation: Explanation) -> ExplainedCommand:
    return ExplainedCommand(
        explanation=explanation,
        count=row.count,
        first_at=row.first_at,
        last_at=row.last_at,
        hosts=row.hosts,
        accounts=row.accounts,
        event_ids=row.event_ids,
    )


def _explained(
    rows: list[_Row], tables: ToolTables | None, workers: int, engine: Engine | None
) -> Iterator[tuple[list[_Row], list[Explanation]]]:
    shards = [rows[n : n + _SHARD] for n in range(0, len(rows), _SHARD)]
    alone = isinstance(engine, LocalEngine) if engine is not None else workers <= 1
    if alone or (tables is not None and tables is not packed_tables()):
        for shard in shards:
            yield shard, [explain(row.text, row.language, tables=tables) for row in shard]
        return
    asked = [[(row.text, row.language) for row in shard] for shard in shards]
    for shard, (_, explanations) in zip(
        shards, run_shards(_explain_shard, asked, workers=workers, engine=engine), strict=True
    ):
        yield shard, explanations


def _explain_shard(shard: list[tuple[str, Language | None]]) -> list[Explanation]:
    return [explain(text, language) for text, language in shard]


def _rows(
    lake: Lake, event_ids: Sequence[str] | None, host: str | None, account: str | None, window: Window | None
) -> Iterable[_Row]:
    where = [
        f"class_name IN ({', '.join('?' for _ in CLASSES)})",
        "process_cmd IS NOT NULL",
        "trim(process_cmd) <> ''",
        f"coalesce(event_code, '') NOT IN ({', '.join('?' for _ in _NOT_CODE)})",
    ]
    given: list[Any] = [*CLASSES, *_NOT_CODE]
    if event_ids is not None:
        where.append("event_id IN (SELECT unnest(?))")
        given.append(list(event_ids))
    if host:
        where.append("split_part(lower(device_name), '.', 1) = split_part(lower(?), '.', 1)")
        given.append(host)
    if account:
        where.append("lower(actor_name) = lower(?)")
        given.append(account.rpartition("\\")[2])
    for sign, at in ((">=", window.start_at), ("<", window.end_at)) if window else ():
        if at is not None:
            where.append(f"time {sign} ?")
            given.append(at.astimezone(UTC).replace(tzinfo=None))
    sql = (
        "SELECT process_cmd, class_name, log_product, count(*), min(time), max(time), "  # noqa: S608  (own clauses)
        "list_sort(list(DISTINCT device_name) FILTER (device_name IS NOT NULL))[:8], "
        "list_sort(list(DISTINCT CASE WHEN actor_domain IS NULL THEN actor_name "
        "ELSE actor_domain || '\\' || actor_name END) FILTER (actor_name IS NOT NULL))[:8], "
        f"list(event_id ORDER BY time, event_id)[:{MOST_IDS}] "
        f"FROM events WHERE {' AND '.join(where)} GROUP BY ALL ORDER BY process_cmd, class_name, log_product"
    )
    with lake.connection() as connection:
        for text, kind, product, n, first, last, hosts, accounts, ids in connection.execute(sql, given).fetchall():
            yield _Row(
                text=text,
                language=language_of_event(kind, product),
                count=int(n),
                first_at=first.replace(tzinfo=UTC),
                last_at=last.replace(tzinfo=UTC),
                hosts=tuple(hosts or ()),
                accounts=tuple(accounts or ()),
                event_ids=tuple(ids),
            )
