"""From the derived exposures to an extent: every number counted by SQL over the one view that lists them too."""

# ruff: noqa: S608 (column names are ours, the filter quotes its values)
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from vedette.report.exposures.base import DUE, Extent
from vedette.schema import Exposure

if TYPE_CHECKING:
    from vedette.exposure.engine import Exposures
    from vedette.exposure.filters import ExposureFilter

TREND_DAYS = 30
_DUE = """CASE
  WHEN status <> 'open' THEN NULL
  WHEN outcome IS NULL THEN 'not decided'
  WHEN due_at IS NULL THEN 'no date'
  WHEN CAST(due_at AS DATE) < $day THEN 'overdue'
  WHEN CAST(due_at AS DATE) <= $day + 3 THEN '3 days'
  WHEN CAST(due_at AS DATE) <= $day + 14 THEN '14 days'
  WHEN CAST(due_at AS DATE) <= $day + 60 THEN '60 days'
  ELSE 'later' END"""


def gather(
    exposures: Exposures,
    wanted: ExposureFilter,
    *,
    now: datetime | None = None,
    limit: int | None = None,
    filtered: str = "",
    knowledge: Sequence[str] = (),
) -> Extent:
    """Return what the filter holds with its counts.

    Args:
        exposures: the derived exposures.
        wanted: which.
        now: what "overdue" is measured against.
        limit: exposures that are listed at most; the counts are of all.
        filtered: the filter in words.
        knowledge: what is to be said of the age of the facts.
    """
    now = now or datetime.now(UTC)
    listed: Sequence[Exposure] = exposures.select(wanted, limit=limit)
    head = exposures.policy
    extent = Extent(
        exposures=listed,
        policy=head.name,
        policy_version=head.version,
        made_at=now,
        filtered=filtered,
        knowledge=tuple(knowledge),
    )
    return replace(extent, **_counted(exposures, wanted, now))  # type: ignore[arg-type]


def _counted(exposures: Exposures, wanted: ExposureFilter, now: datetime) -> Mapping[str, object]:
    source = exposures.sql(wanted)
    day = now.date()

    def rows(query: str, **values: object) -> list[tuple[Any, ...]]:
        return exposures.connection.execute(f"WITH x AS ({source}) {query}", values or None).fetchall()

    (n, n_open, n_vulnerabilities, n_assets, n_undecided, n_maybe) = rows(
        "SELECT count(*), count(*) FILTER (status = 'open'), count(DISTINCT vulnerability) FILTER (status = 'open'), "
        "count(DISTINCT asset) FILTER (status = 'open'), "
        "count(*) FILTER (status = 'open' AND outcome IS NULL), "
        "count(*) FILTER (status = 'open' AND outcome IS NULL AND CAST(due_at AS DATE) < $day) FROM x",
        day=day,
    )[0]
    due: dict[str, int] = dict(rows(f"SELECT {_DUE} AS due, count(*) FROM x WHERE status = 'open' GROUP BY 1", day=day))
    by: dict[str, Sequence[tuple[str, int]]] = {}
    for name, column in (("asset", "asset"), ("owner", "owner"), ("decision", "outcome"), ("severity", "severity")):
        found = rows(
            f"SELECT coalesce({column}, ''), count(*) FROM x WHERE status = 'open' GROUP BY 1 ORDER BY 2 DESC, 1"
        )
        by[name] = tuple((str(v), int(c)) for v, c in found)
    by["due"] = tuple((name, due[name]) for name in DUE if name in due)
    matrix: dict[str, dict[str, int]] = {}
    for owner, when, count in rows(
        f"SELECT coalesce(owner, ''), {_DUE}, count(*) FROM x WHERE status = 'open' GROUP BY 1, 2", day=day
    ):
        matrix.setdefault(str(owner), {})[str(when)] = int(count)
    owners = sorted(matrix, key=lambda o: (*(-matrix[o].get(d, 0) for d in DUE), o))
    questions = rows(
        "SELECT question, count(*) FROM x WHERE status = 'open' AND outcome IS NULL AND question <> '' "
        "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20"
    )
    return {
        "counts": {
            "exposures": n, "open": n_open, "vulnerabilities": n_vulnerabilities, "assets": n_assets,
            "undecided": n_undecided, "overdue": due.get("overdue", 0), "perhaps_overdue": n_maybe,
        },
        "by": by,
        "owners_due": tuple((o, matrix[o]) for o in owners),
        "trend": _trend(rows, now),
        "questions": tuple((str(q), int(c)) for q, c in questions),
    }  # fmt: skip


def _trend(rows: Callable[[str], list[tuple[Any, ...]]], now: datetime) -> tuple[tuple[str, int, int, int], ...]:
    """Return what was new and what went, by day, over the last month; nothing where no day is known."""
    first = now.date() - timedelta(days=TREND_DAYS - 1)
    found = rows(
        "SELECT d, sum(new)::BIGINT, sum(gone)::BIGINT FROM ("
        "SELECT CAST(first_seen_at AS DATE) AS d, 1 AS new, 0 AS gone FROM x WHERE first_seen_at IS NOT NULL "
        "UNION ALL SELECT CAST(gone_at AS DATE), 0, 1 FROM x WHERE gone_at IS NOT NULL) GROUP BY 1 ORDER BY 1"
    )
    if not found:
        return ()
    there = 0
    days: dict[object, tuple[int, int]] = {}
    for day, new, gone in found:
        if day < first:
            there += new - gone
        else:
            days[day] = (new, gone)
    out = []
    for n in range(TREND_DAYS):
        day = first + timedelta(days=n)
        new, gone = days.get(day, (0, 0))
        there += new - gone
        out.append((day.isoformat(), new, gone, there))
    return tuple(out)
