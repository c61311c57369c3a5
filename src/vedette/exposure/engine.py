"""Exposures of a home: brought up to date, counted, listed and compared, every number from one view.

The derived rows lie as Parquet under ``cache/exposure`` and are named by digests of what they were made from (the
lake's segments, the held knowledge, the policy, the day), so that opening twice derives once.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import orjson

from vedette.errors import UserError
from vedette.exposure import evidence, vex
from vedette.exposure.deciding import Decider, load_facts
from vedette.exposure.derive import COLUMNS, FORMAT, derive
from vedette.exposure.filters import EVERYTHING, ExposureFilter, moment, text
from vedette.exposure.policies import Policy
from vedette.exposure.policies import policy as find_policy
from vedette.exposure.resolve import resolve
from vedette.files import locked, write_whole
from vedette.knowledge import holding, vulnerabilities
from vedette.schema import (
    AssetKind,
    Decision,
    EventClass,
    Evidence,
    EvidenceKind,
    Exposure,
    ExposureStatus,
    Package,
    Severity,
)
from vedette.schema.scan_tables import SCAN_TABLES

if TYPE_CHECKING:
    import duckdb

    from vedette.store import Lake

_ANY_AGE = 1_000_000
"""Days that no list is as old as."""
MEMORY = "1GB"
"""Of DuckDB while it derives; what does not fit goes to disk."""
_KEPT = 8
"""Derivations whose files are kept (policies, days)."""

ORDERS: dict[str, str] = {
    "due": "due_at ASC NULLS LAST, n_exploited DESC, kev_at IS NULL, score DESC NULLS LAST, exposure_id",
    "severity": "CASE severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 "
    "WHEN 'informational' THEN 4 ELSE 5 END, score DESC NULLS LAST, exposure_id",
    "epss": "epss DESC NULLS LAST, exposure_id",
    "first_seen": "first_seen_at, exposure_id",
    "newest": "first_seen_at DESC, exposure_id",
    "asset": "asset, vulnerability, package_name, exposure_id",
}
"""How a list can be ordered; ``due``: what must be done first stands first."""
_LISTS = frozenset({"scanners", "possible", "unknown_points", "aliases", "report_ids", "locations", "fixed_in"})
_NAMES = frozenset(name for name, _, _ in COLUMNS)


class Exposures:
    """The exposures of a home at one moment; made by :meth:`open`, for one thread."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, lake: Lake, policy: Policy, questions: tuple[str, ...] = ()
    ) -> None:
        self.connection = connection
        """DuckDB, with the view ``exposures`` beside the lake's tables."""
        self.policy = policy
        self.questions = questions
        """What SBOMs leave open: components that are no exposure and not known to be none."""
        self._lake = lake

    @classmethod
    def open(
        cls,
        lake: Lake,
        *,
        policy: str = "bod-26-04",
        now: datetime | None = None,
        take_stale: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Self:
        """Return the exposures of a lake, derived anew where something changed since.

        Args:
            lake: scans, inventories, VEX, events and findings.
            policy: name of a policy, or the path of the user's own.
            now: what is stale depends on the day.
            take_stale: whether held lists are taken at their word however old they are: what KEV does not list is then
                not in KEV. Their age is to be said beside the answer.
            progress: told of parts done and how many there are.

        Raises:
            UserError: there is no such policy.
            OutsideError: knowledge is torn, or the cache cannot be written.
        """
        rules = find_policy(policy)
        moment_now = now or datetime.now(UTC)
        folder = lake.home / "cache" / "exposure"
        limits = dict.fromkeys(holding.KINDS, _ANY_AGE) if take_stale else None
        basis = _basis(lake, rules, policy, moment_now) + (" take stale" if take_stale else "")
        key = _key(lake, rules, basis)
        known = _known(folder, key)
        if known is None:
            with locked(folder / ".lock"):
                known = _known(folder, key) or _derive(
                    lake, Decider(rules, moment_now, limits), folder, key, basis, progress
                )
        connection = lake.connection(memory_limit=MEMORY)
        connection.execute(f"CREATE VIEW exposures AS {view_sql(known.parts)}")
        return cls(connection, lake, rules, known.questions)

    def close(self) -> None:
        """Release the connection."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- questions -----------------------------------------------------------------------------

    def count(self, f: ExposureFilter = EVERYTHING) -> int:
        """Return how many exposures fit."""
        return int(self._one(f"SELECT count(*) FROM exposures {f.where()}")[0])  # noqa: S608 (values are quoted)

    def select(self, f: ExposureFilter = EVERYTHING, order: str = "due", limit: int | None = 100) -> list[Exposure]:
        """Return the exposures that fit, in an order of ``ORDERS``.

        Raises:
            UserError: there is no such order.
        """
        rows = self._rows(self.sql(f, order, limit))
        return [_exposure(row) for row in rows]

    def by(self, column: str, f: ExposureFilter = EVERYTHING) -> list[tuple[Any, int]]:
        """Return each value of a column and how many exposures have it, the most first; None: nobody says.

        An exposure counts for each value of a column of lists (``scanners``), so those sums may be more than there are.

        Raises:
            UserError: there is no such column.
        """
        if column not in _NAMES:
            raise UserError(
                f"exposures have no column {column!r}", next_step=f"choose one of: {', '.join(sorted(_NAMES))}"
            )
        value = f"unnest({column})" if column in _LISTS else column
        sql = f"SELECT value, count(*) AS n FROM (SELECT {value} AS value FROM exposures {f.where()}) GROUP BY value"  # noqa: S608
        return [(v, int(n)) for v, n in self.connection.execute(f"{sql} ORDER BY n DESC, value").fetchall()]

    def changes(
        self, since: datetime, f: ExposureFilter = EVERYTHING, *, limit: int | None = 100
    ) -> tuple[list[Exposure], list[Exposure], list[Exposure]]:
        """Return what is new, gone and otherwise changed since a moment, each in order of what is due first.

        New: first seen since. Gone: no longer found since, and known before. Changed: known before and still there,
        with something that became known since (KEV, a judgement, an attempt).
        """
        return (
            self._listed(_NEW, since, f, limit),
            self._listed(_GONE, since, f, limit),
            self._listed(_CHANGED, since, f, limit),
        )

    def count_changes(self, since: datetime, f: ExposureFilter = EVERYTHING) -> tuple[int, int, int]:
        """Return how many are new, gone and otherwise changed since a moment."""
        at = moment(since)
        found = self._one(
            f"SELECT count(*) FILTER ({_NEW.format(at=at)}), count(*) FILTER ({_GONE.format(at=at)}),"  # noqa: S608
            f" count(*) FILTER ({_CHANGED.format(at=at)}) FROM exposures {f.where()}"
        )
        return int(found[0]), int(found[1]), int(found[2])

    def folds(self, f: ExposureFilter = EVERYTHING, *, limit: int = 20) -> list[tuple[str, int, int, list[str]]]:
        """Return layers that bring exposures to several images: layer, images, flaws in components, names of images.

        Mending the layer's image once mends them all.
        """
        sql = f"""
            SELECT layer, count(DISTINCT asset) AS images, count(DISTINCT (vulnerability, package_name)) AS flaws,
              list_sort(list(DISTINCT asset))[1:20] AS names
            FROM exposures {f.where("layer <> ''")} GROUP BY layer HAVING count(DISTINCT asset) > 1
            ORDER BY images * flaws DESC, layer LIMIT {int(limit)}
        """  # noqa: S608 (values are quoted)
        return [(layer, int(i), int(n), names) for layer, i, n, names in self.connection.execute(sql).fetchall()]

    def sql(self, f: ExposureFilter = EVERYTHING, order: str = "due", limit: int | None = None) -> str:
        """Return the SELECT behind a list, as an analyst is shown it and can run it.

        Raises:
            UserError: there is no such order.
        """
        if order not in ORDERS:
            raise UserError(f"there is no order {order!r}", next_step=f"choose one of: {', '.join(ORDERS)}")
        end = f" LIMIT {int(limit)}" if limit is not None else ""
        return f"SELECT * FROM exposures {f.where()} ORDER BY {ORDERS[order]}{end}".replace("  ", " ")  # noqa: S608

    def hosts_of(self, accounts: tuple[str, ...]) -> tuple[str, ...]:
        """Return the hosts that accounts acted on or logged on to, by own logs."""
        return evidence.hosts_of(self.connection, accounts)

    def last_scans(self) -> list[tuple[str, str, datetime]]:
        """Return each scanner, what it looked at and when it did last."""
        sql = """
            SELECT reader, unnest(places) AS place, max(coalesce(made_at, received_at)) FROM scan_reports
            WHERE n_findings > 0 OR n_components > 0 GROUP BY ALL ORDER BY ALL
        """
        return [(r, p, at.replace(tzinfo=UTC)) for r, p, at in self.connection.execute(sql).fetchall()]

    def scanned(self) -> bool:
        """Return whether anything was judged: a scanner's report, clean or not, or a component that advisories match.

        Inventories, VEX and SBOMs that nothing was matched against say nothing of exposure: none is then not known.
        """
        found = self._one(
            "SELECT count(*) FROM scan_reports WHERE n_findings > 0 OR (len(places) > 0 "
            "AND coalesce(n_components, 0) = 0 AND coalesce(n_assets, 0) = 0 AND coalesce(n_statements, 0) = 0)"
        )
        return bool(found[0]) or self.count() > 0

    # -- inside --------------------------------------------------------------------------------

    def _listed(self, condition: str, since: datetime, f: ExposureFilter, limit: int | None) -> list[Exposure]:
        end = f" LIMIT {int(limit)}" if limit is not None else ""
        where = f.where(condition.format(at=moment(since)))
        sql = f"SELECT * FROM exposures {where} ORDER BY {ORDERS['due']}{end}"  # noqa: S608 (values are quoted)
        return [_exposure(row) for row in self._rows(sql)]

    def _rows(self, sql: str) -> Iterator[dict[str, Any]]:
        cursor = self.connection.execute(sql)
        names = [d[0] for d in cursor.description or ()]
        for row in cursor.fetchall():
            yield dict(zip(names, row, strict=True))

    def _one(self, sql: str) -> tuple[Any, ...]:
        found: tuple[Any, ...] = self.connection.execute(sql).fetchone() or ()
        return found


_NEW = "first_seen_at >= {at}"
_GONE = "first_seen_at < {at} AND gone_at >= {at}"
_CHANGED = "first_seen_at < {at} AND gone_at IS NULL AND changed_at >= {at}"


def view_sql(parts: list[Path]) -> str:
    """Return the SELECT that reads derived files; none: the same columns, empty."""
    if not parts:
        empty = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind, _ in COLUMNS)
        return f"SELECT {empty} WHERE false"
    return f"SELECT * FROM read_parquet([{', '.join(text(str(p)) for p in parts)}])"  # noqa: S608 (quoted)


def _basis(lake: Lake, policy: Policy, named: str, now: datetime) -> str:
    """Return what decides every row: rules, knowledge and day."""
    own = blake2b(Path(named).read_bytes()).hexdigest() if named.endswith((".yaml", ".yml")) else ""
    sets = sorted((name, item.version, item.sha256) for name, item in holding.holds(lake.home).items())
    day = now.astimezone(UTC).date().isoformat()
    return orjson.dumps([FORMAT, policy.name, policy.version, own, sets, day]).decode()


def _key(lake: Lake, policy: Policy, basis: str) -> str:
    """Return a digest of all that the exposures of a home are made from."""
    segments = [s.segment_id for table in SCAN_TABLES for s in lake.segments(table)]
    # of events only alerts bear on exposures, and the hits of rules that name a CVE; which assets have logs at all
    # matters to a policy that asks whether something was tried
    asks = any(point.name == "attempted" for point in policy.points)
    segments += [
        s.segment_id for s in lake.segments("events") if asks or s.class_name in (None, EventClass.FINDING.value)
    ]
    return blake2b(orjson.dumps([basis, segments, evidence.digest(lake)]), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class _Derived:
    """What a derivation left."""

    parts: list[Path]
    questions: tuple[str, ...]


def _known(folder: Path, key: str) -> _Derived | None:
    """Return what a derivation left, where all of it is there."""
    try:
        said = orjson.loads((folder / f"{key}.json").read_bytes())
        parts = [folder / name for name in said["parts"]]
        questions = tuple(said["questions"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return _Derived(parts, questions) if all(path.exists() for path in parts) else None


def _derive(
    lake: Lake,
    decider: Decider,
    folder: Path,
    key: str,
    basis: str,
    progress: Callable[[int, int], None] | None,
) -> _Derived:
    with _working(lake) as connection:
        dates = vulnerabilities.attach(connection, lake.home)
        resolved = resolve(connection)
        load_facts(connection, decider, dates)
        evidence.gather(connection, lake, resolved)
        vex.judge(connection, resolved)
        parts = [part.path for part in derive(connection, resolved, decider, folder, salt=basis, progress=progress)]
    said = {"parts": [path.name for path in parts], "questions": list(resolved.questions)}
    write_whole(folder / f"{key}.json", orjson.dumps(said))
    _forget(folder)
    return _Derived(parts, resolved.questions)


@contextmanager
def _working(lake: Lake) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection to the lake with a database ``work`` of its own on disk."""
    spill = lake.home / "tmp"
    spill.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=spill, prefix="exposure-", ignore_cleanup_errors=True) as scratch,
        closing(lake.connection(memory_limit=MEMORY)) as connection,
    ):
        connection.execute(f"ATTACH {text(str(Path(scratch) / 'work.duckdb'))} AS work")
        yield connection


def _forget(folder: Path) -> None:
    """Delete the oldest derivations, and files that none of the others names."""
    lists = sorted(folder.glob("*.json"), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in lists[_KEPT:]:
        old.unlink(missing_ok=True)
    kept = [_known(folder, path.stem) for path in lists[:_KEPT]]
    named = {part.name for derived in kept if derived is not None for part in derived.parts}
    for path in folder.iterdir():
        if path.suffix in (".parquet", ".part") and path.name not in named:
            path.unlink(missing_ok=True)


def forget_all(home: Path) -> None:
    """Delete every derived exposure; the next question derives them anew."""
    shutil.rmtree(home / "cache" / "exposure", ignore_errors=True)


def _at(value: datetime | None) -> datetime | None:
    return None if value is None else value.replace(tzinfo=UTC)


def _signs(refs: Sequence[str], times: Sequence[datetime]) -> tuple[Evidence, ...]:
    return tuple(Evidence(ref=ref, at=_at(at)) for ref, at in zip(refs, times, strict=True))


def _exposure(row: dict[str, Any]) -> Exposure:
    """Return a row of the view as the noun."""
    decision = Decision(
        policy=row["policy"],
        policy_version=row["policy_version"],
        outcome=row["outcome"],
        possible=tuple(row["possible"]),
        inputs=orjson.loads(row["inputs"]),
        unknown=tuple(row["unknown_points"]),
        question=row["question"] or "",
        days=row["days"],
        sources=orjson.loads(row["sources"]),
    )
    return Exposure(
        exposure_id=row["exposure_id"],
        vulnerability=row["vulnerability"],
        aliases=tuple(row["aliases"]),
        title=row["title"],
        asset=row["asset"],
        asset_kind=AssetKind(row["asset_kind"]),
        owner=row["owner"],
        package=Package(
            name=row["package_name"],
            version=row["package_version"],
            purl=row["purl"],
            cpe=row["cpe"],
            path=row["path"],
        ),
        fixed_in=tuple(row["fixed_in"]),
        severity=Severity(row["severity"]) if row["severity"] else None,
        score=row["score"],
        vector=row["vector"],
        epss=row["epss"],
        kev_at=_at(row["kev_at"]),
        internet_facing=row["internet_facing"],
        business_weight=row["business_weight"],
        status=ExposureStatus(row["status"]),
        status_by=row["status_by"] or "",
        decision=decision,
        due_at=_at(row["due_at"]),
        first_seen_at=_at(row["first_seen_at"]),
        last_seen_at=_at(row["last_seen_at"]),
        scanners=tuple(row["scanners"]),
        attempts=_signs(row["attempt_refs"], row["attempt_times"]),
        exploited=_signs(row["exploited_refs"], row["exploited_times"]),
        evidence=tuple(Evidence(kind=EvidenceKind.RECORD, ref=ref) for ref in row["record_ids"]),
        locations=tuple(row["locations"]),
        layer=row["layer"],
        unknown=tuple(row["questions"]),
    )
