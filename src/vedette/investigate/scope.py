"""What is read from the lake: the events that rules hit, and what happened around them.

Everything heavy stays in DuckDB. The events near the findings (their hosts, accounts, addresses
and keys, some hours before and after) go into one temporary table of the few classes that tell who
was who and who did what; the rest of the module asks that table small questions. Python sees
aggregated rows: on a domain controller with 100,000 logons an hour that is a few hundred.
"""

# ruff: noqa: S608 (the SQL is put together from constants of this module; values are parameters)
from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from vedette.investigate.names import address_key, clean, host_key, is_external
from vedette.investigate.options import InvestigateOptions
from vedette.schema import COLUMNS, Event, Finding

# The same folding as names.host_key, for joins.
_HOST_SQL = (
    "CASE WHEN {c} IS NULL THEN NULL WHEN regexp_full_match({c}, '[0-9.]+|[0-9a-fA-F]*:[0-9a-fA-F:.]*') "
    "THEN lower({c}) ELSE lower(split_part({c}, '.', 1)) END"
)
_CONTEXT_CLASSES = (
    "authentication",
    "account_change",
    "group_management",
    "process_activity",
    "windows_service_activity",
    "scheduled_job_activity",
    "directory_service_activity",
    "entity_management",
    "api_activity",
)
_CONTEXT_COLUMNS = (
    "event_id", "time", "class_name", "activity", "outcome", "log_product", "log_service", "event_code",
    "device_name", "actor_name", "actor_domain", "actor_uid", "actor_session",
    "user_name", "user_domain", "user_uid", "user_session", "group_name", "logon_type", "auth_protocol",
    "process_path", "process_cmd", "process_pid", "process_uid", "parent_path", "parent_pid", "parent_uid",
    "src_ip", "src_name", "dst_name", "service_name", "api_operation", "resource", "cloud_account", "user_agent",
)  # fmt: skip
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
IDENTITY_OPERATIONS = (
    "assumerole", "assumerolewithsaml", "assumerolewithwebidentity", "getsessiontoken", "getfederationtoken",
    "createaccesskey", "createuser", "createloginprofile", "updateloginprofile", "attachuserpolicy", "putuserpolicy",
    "addusertogroup", "createrole", "updateassumerolepolicy", "attachrolepolicy", "putrolepolicy", "consolelogin",
)  # fmt: skip
_LOGOFF_CODES = ("4634", "4647", "4672", "4627", "4964")
# What follows or ends a logon, or is done by the system for its own jobs (a cron run opens a session).
_NO_LOGON = "('logoff', 'logout', 'session_open', 'session_close', 'disconnect', 'note', 'reconnect')"


@dataclass(frozen=True, slots=True)
class Row:
    """An event of the context, without native fields."""

    event_id: str
    time: datetime
    class_name: str
    activity: str | None
    outcome: str | None
    log_product: str | None
    log_service: str | None
    event_code: str | None
    device_name: str | None
    actor_name: str | None
    actor_domain: str | None
    actor_uid: str | None
    actor_session: str | None
    user_name: str | None
    user_domain: str | None
    user_uid: str | None
    user_session: str | None
    group_name: str | None
    logon_type: str | None
    auth_protocol: str | None
    process_path: str | None
    process_cmd: str | None
    process_pid: int | None
    process_uid: str | None
    parent_path: str | None
    parent_pid: int | None
    parent_uid: str | None
    src_ip: str | None
    src_name: str | None
    dst_name: str | None
    service_name: str | None
    api_operation: str | None
    resource: str | None
    cloud_account: str | None
    user_agent: str | None
    native: str | None = None


@dataclass(frozen=True, slots=True)
class Logons:
    """Equal logons folded into one row."""

    device_name: str | None
    event_code: str | None
    log_product: str | None
    outcome: str | None
    logon_type: str | None
    auth_protocol: str | None
    user_name: str | None
    user_domain: str | None
    user_uid: str | None
    actor_name: str | None
    actor_domain: str | None
    actor_uid: str | None
    src_ip: str | None
    src_name: str | None
    cloud_account: str | None
    count: int
    first_at: datetime
    last_at: datetime
    first_id: str
    last_id: str


@dataclass(frozen=True, slots=True)
class Activity:
    """What an account did in one hour or day at one place, for telling its owner's use apart."""

    name: str
    domain: str | None
    uid: str | None
    product: str | None
    device_name: str | None
    src_ip: str | None
    user_agent: str | None
    cloud_account: str | None
    in_hit_session: bool
    count: int
    first_at: datetime
    last_at: datetime
    first_id: str


class Scope:
    """The part of the lake around some findings."""

    def __init__(self, con: duckdb.DuckDBPyConnection, options: InvestigateOptions) -> None:
        """Read through ``con``; nothing is written but temporary tables."""
        self._con = con
        self._options = options
        self.n_events = 0
        described = con.execute("SELECT typeof(time) FROM events LIMIT 1").fetchone()
        # The lake gives plain UTC times, other tables give times with a zone: compare like with like.
        self._time_type = "TIMESTAMP" if described and described[0] == "TIMESTAMP" else "TIMESTAMPTZ"

    # ------------------------------------------------------------------ hit events

    def hit_events(self, findings: Sequence[Finding]) -> dict[str, list[Event]]:
        """Return finding id to its events, in order of time; cited evidence first of all, then other hits.

        Hits are sampled per actor, so that a rule that fired 10,000 times for one account and
        once for another shows both.
        """
        limit = self._options.max_events_per_finding
        wanted: dict[str, list[str]] = {
            f.finding_id: list(dict.fromkeys(e.ref for e in f.evidence if e.kind == "event"))[:limit] for f in findings
        }
        with self._table(
            "vd_find",
            "fid VARCHAR, rule_id VARCHAR, device VARCHAR, cloud VARCHAR, t0 BIGINT, t1 BIGINT",
            [
                (f.finding_id, f.rule_id, f.device_name, f.cloud_account, _micro(f.first_at), _micro(f.last_at))
                for f in findings
            ],
        ):
            found = self._con.execute(
                """SELECT f.fid, h.event_id FROM hits h JOIN vd_find f
                ON h.rule_id = f.rule_id AND epoch_us(h.time) BETWEEN f.t0 AND f.t1
                AND (f.device IS NULL OR lower(h.device_name) = lower(f.device))
                AND (f.cloud IS NULL OR h.cloud_account = f.cloud)
                QUALIFY row_number() OVER (PARTITION BY f.fid, h.actor ORDER BY h.time, h.event_id) <= ?
                ORDER BY f.fid, h.time, h.event_id""",
                [max(4, limit // 3)],
            ).fetchall()
        for fid, event_id in found:
            ids = wanted[fid]
            if len(ids) < limit and event_id not in ids:
                ids.append(event_id)
        every = sorted({i for ids in wanted.values() for i in ids})
        events = {e.event_id: e for e in self._events(every, findings)}
        return {
            fid: sorted((events[i] for i in ids if i in events), key=lambda e: (e.time, e.event_id))
            for fid, ids in wanted.items()
        }

    def _events(self, ids: Sequence[str], findings: Sequence[Finding]) -> Iterator[Event]:
        if not ids:
            return
        columns = [c for c in COLUMNS if c != "raw"]
        picked = ", ".join("epoch_us(time)" if c == "time" else c for c in columns)
        t0 = self._moment(min(f.first_at for f in findings) - timedelta(days=1))
        t1 = self._moment(max(f.last_at for f in findings) + timedelta(days=1))
        with self._table("vd_ids", "event_id VARCHAR", [(i,) for i in ids]):
            rows = self._con.execute(
                f"SELECT {picked} FROM events WHERE time BETWEEN ? AND ? "
                "AND event_id IN (SELECT event_id FROM vd_ids) ORDER BY time, event_id",
                [t0, t1],
            ).fetchall()
        seen: set[str] = set()
        for row in rows:
            values = dict(zip(columns, row, strict=True))
            if values["event_id"] in seen:
                continue
            seen.add(values["event_id"])
            values["time"] = _utc(values["time"])
            values["native"] = _native(values["native"])
            # The raw record stays in the lake: an investigation reads fields only.
            yield Event(raw="", **values)

    # ------------------------------------------------------------------ context

    @contextmanager
    def context(
        self,
        findings: Sequence[Finding],
        hosts: Iterable[str],
        names: Iterable[str],
        addresses: Iterable[str],
        clouds: Iterable[str],
        uids: Iterable[str] = (),
    ) -> Iterator[None]:
        """Hold the temporary table of events around the findings while the body runs."""
        pad = self._options.context
        kind = self._time_type
        spans = _merge([(f.first_at - pad, f.last_at + pad) for f in findings])
        # A scheduled task's program stands in its definition.
        task = (
            "coalesce(e.process_cmd, CASE WHEN e.class_name = 'scheduled_job_activity' THEN left(e.message, 4000) END)"
        )
        picked = ", ".join(f"{task} AS {c}" if c == "process_cmd" else f"e.{c}" for c in _CONTEXT_COLUMNS)
        operations = ", ".join(f"'{o}'" for o in IDENTITY_OPERATIONS)
        classes = ", ".join(f"'{c}'" for c in _CONTEXT_CLASSES)
        with (
            self._table("vd_span", f"t0 {kind}, t1 {kind}", [(self._moment(a), self._moment(b)) for a, b in spans]),
            self._table("vd_host", "host VARCHAR", [(h,) for h in sorted(set(hosts))]),
            self._table("vd_name", "name VARCHAR", [(n,) for n in sorted(set(names))]),
            self._table("vd_addr", "addr VARCHAR", [(a,) for a in sorted(set(addresses))]),
            self._table("vd_cloud", "cloud VARCHAR", [(c,) for c in sorted(set(clouds))]),
            self._table("vd_uid", "uid VARCHAR", [(u,) for u in sorted(set(uids))]),
        ):
            self._con.execute(
                f"""CREATE OR REPLACE TEMP TABLE vd_ctx AS
                SELECT {_HOST_SQL.format(c="e.device_name")} AS host, {picked},
                    CASE WHEN lower(e.api_operation) IN ({operations}) OR e.logon_type = '9'
                        THEN e.native END AS native
                FROM events e
                WHERE e.class_name IN ({classes})
                AND EXISTS (SELECT 1 FROM vd_span s WHERE e.time BETWEEN s.t0 AND s.t1)
                AND ({_HOST_SQL.format(c="e.device_name")} IN (SELECT host FROM vd_host)
                    OR lower(e.actor_name) IN (SELECT name FROM vd_name)
                    OR lower(e.user_name) IN (SELECT name FROM vd_name)
                    OR lower(split_part(e.user_name, '@', 1)) IN (SELECT name FROM vd_name)
                    OR e.src_ip IN (SELECT addr FROM vd_addr)
                    OR e.user_uid IN (SELECT uid FROM vd_uid)
                    OR (e.class_name IN ('account_change', 'group_management', 'entity_management')
                        AND (e.cloud_account IS NULL OR e.cloud_account IN (SELECT cloud FROM vd_cloud)))
                    OR (lower(e.api_operation) IN ({operations})
                        AND e.cloud_account IN (SELECT cloud FROM vd_cloud)))"""
            )
            count = self._con.execute("SELECT count(*) FROM vd_ctx").fetchone()
            self.n_events = int(count[0]) if count else 0
            try:
                yield
            finally:
                self._con.execute("DROP TABLE IF EXISTS vd_ctx")

    def account_forms(self) -> list[tuple[Any, ...]]:
        """Return distinct (name, domain, uid, host, product, cloud account, count) of actors and users."""
        return self._con.execute(
            """SELECT name, domain, uid, host, product, cloud, sum(n)::BIGINT FROM (
                SELECT actor_name AS name, actor_domain AS domain, actor_uid AS uid, host,
                    log_product AS product, cloud_account AS cloud, count(*) AS n
                FROM vd_ctx WHERE actor_name IS NOT NULL GROUP BY ALL
                UNION ALL
                SELECT user_name, user_domain, user_uid, host, log_product, cloud_account, count(*)
                FROM vd_ctx WHERE user_name IS NOT NULL GROUP BY ALL)
            GROUP BY ALL ORDER BY ALL LIMIT 200000"""
        ).fetchall()

    def device_names(self) -> list[tuple[str, int]]:
        """Return the distinct names of devices that logs come from, in the whole lake, with counts."""
        rows = self._con.execute(
            "SELECT device_name, count(*) FROM events WHERE device_name IS NOT NULL GROUP BY 1 ORDER BY 1"
        ).fetchall()
        return [(str(n), int(c)) for n, c in rows]

    def address_votes(self, findings: Sequence[Finding]) -> list[tuple[str, str, float]]:
        """Return (host, address, weight): who owns which address, as far as events tell.

        Strongest is a machine account's own logon (``PC7$`` from 10.0.0.7), then a record's own
        device address and a logon that gives both workstation and address. A host's connections
        name it on either end: the address that is part of nearly all of them is its own.
        """
        votes: list[tuple[str, str, float]] = []
        pad = self._options.context
        began, ended = min(f.first_at for f in findings), max(f.last_at for f in findings)
        t0, t1 = self._moment(began - pad), self._moment(ended + pad)
        # Any host's logs may tell, the domain controller's above all, and addresses last for hours.
        rows = self._con.execute(
            """SELECT lower(rtrim(user_name, '$')), src_ip, 5.0 * least(count(*), 20) FROM events
            WHERE class_name = 'authentication' AND time BETWEEN ? AND ? AND user_name LIKE '%$'
            AND src_ip IS NOT NULL AND outcome IS DISTINCT FROM 'failure' GROUP BY ALL
            UNION ALL
            SELECT src_name, src_ip, 2.0 * least(count(*), 20) FROM events
            WHERE class_name = 'authentication' AND time BETWEEN ? AND ?
            AND src_name IS NOT NULL AND src_ip IS NOT NULL AND src_name <> src_ip GROUP BY ALL
            ORDER BY ALL""",
            [self._moment(began - timedelta(hours=14)), t1] * 2,
        ).fetchall()
        # Behind one address on the Internet stands a whole office.
        votes += [(str(h), str(a), float(w)) for h, a, w in rows if not is_external(str(a))]
        host = _HOST_SQL.format(c="device_name")
        rows = self._con.execute(
            f"""SELECT device_name, device_ip, 10.0 * least(count(*), 20) FROM events
            WHERE time BETWEEN ? AND ? AND device_ip IS NOT NULL AND device_name IS NOT NULL
            AND {host} IN (SELECT host FROM vd_host) GROUP BY ALL ORDER BY ALL LIMIT 20000""",
            [t0, t1],
        ).fetchall()
        votes += [(str(h), str(a), float(w)) for h, a, w in rows]
        rows = self._con.execute(
            f"""WITH net AS (
                SELECT {host} AS h, src_ip, dst_ip, lower(json_extract_string(native, '$.Initiated')) AS began
                FROM events WHERE class_name = 'network_activity' AND time BETWEEN ? AND ?
                AND {host} IN (SELECT host FROM vd_host) AND src_ip IS NOT NULL AND dst_ip IS NOT NULL),
            ends AS (
                SELECT h, src_ip AS a, CASE began WHEN 'true' THEN 1.0 WHEN 'false' THEN 0.0 ELSE 0.5 END AS w FROM net
                UNION ALL
                SELECT h, dst_ip, CASE began WHEN 'true' THEN 0.0 WHEN 'false' THEN 1.0 ELSE 0.5 END FROM net),
            sums AS (SELECT h, a, sum(w) AS w, count(*) AS n FROM ends GROUP BY ALL),
            totals AS (SELECT h, count(*) AS n FROM net GROUP BY ALL)
            SELECT s.h, s.a, 3.0 * least(s.w, 20.0) * (s.n / t.n) FROM sums s JOIN totals t USING (h)
            WHERE s.n >= 0.5 * t.n AND s.w > 0 ORDER BY ALL""",
            [t0, t1],
        ).fetchall()
        # An address on the Internet that a host talks to most is a server's, not its own.
        return votes + [(str(h), str(a), float(w)) for h, a, w in rows if not is_external(str(a))]

    def logons(self) -> list[Logons]:
        """Return the logons and logon attempts around the findings, equal ones folded."""
        columns = [f.name for f in fields(Logons)][:15]
        codes = ", ".join(f"'{c}'" for c in _LOGOFF_CODES)
        rows = self._con.execute(
            f"""SELECT {", ".join(columns)}, count(*), epoch_us(min(time)), epoch_us(max(time)),
                arg_min(event_id, (time, event_id)), arg_max(event_id, (time, event_id))
            FROM vd_ctx WHERE class_name = 'authentication' AND coalesce(event_code, '') NOT IN ({codes})
            AND coalesce(lower(api_operation), '') NOT LIKE 'assumerole%'
            AND coalesce(lower(activity), '') NOT IN {_NO_LOGON}
            GROUP BY ALL ORDER BY min(time), arg_min(event_id, (time, event_id)) LIMIT 100000"""
        ).fetchall()
        return [
            Logons(
                **dict(zip(columns, r[:15], strict=True)), count=int(r[15]), first_at=_utc(r[16]), last_at=_utc(r[17]),
                first_id=r[18], last_id=r[19],
            )
            for r in rows
        ]  # fmt: skip

    def sessions(self, pairs: Iterable[tuple[str, str]]) -> list[Row]:
        """Return the logons that opened these (host, logon id) sessions, in order of time."""
        wanted = sorted({(h, s) for h, s in pairs if h and s})
        if not wanted:
            return []
        with self._table("vd_sess", "host VARCHAR, session VARCHAR", wanted):
            return self._rows(
                """class_name = 'authentication' AND coalesce(event_code, '') NOT IN ('4634', '4647')
                AND coalesce(lower(activity), '') NOT IN ('logoff', 'logout') AND outcome IS DISTINCT FROM 'failure'
                AND (host, lower(user_session)) IN (SELECT host, session FROM vd_sess)"""
            )

    def logons_near(self, hosts: Iterable[str]) -> list[Row]:
        """Return single successful network and remote logons on these hosts, for timing against processes."""
        wanted = sorted({h for h in hosts if h})
        if not wanted:
            return []
        with self._table("vd_near", "host VARCHAR", [(h,) for h in wanted]):
            return self._rows(
                """class_name = 'authentication' AND outcome IS DISTINCT FROM 'failure'
                AND coalesce(logon_type, '') IN ('3', '9', '10', 'network', 'remote')
                AND coalesce(event_code, '4624') NOT IN ('4634', '4647', '4672', '4648', '4768', '4769')
                AND coalesce(user_name, '') NOT LIKE '%$' AND host IN (SELECT host FROM vd_near)
                AND coalesce(lower(user_name), '') <> 'anonymous logon'"""
            )

    def explicit_credentials(self) -> list[Row]:
        """Return uses of another account's credentials (4648, logon type 9) around the findings."""
        return self._rows("event_code = '4648' OR (class_name = 'authentication' AND logon_type = '9')")

    def changes(self) -> list[Row]:
        """Return account, group, service, task and cloud identity changes around the findings."""
        operations = ", ".join(f"'{o}'" for o in IDENTITY_OPERATIONS)
        return self._rows(
            f"""class_name IN ('account_change', 'group_management', 'entity_management',
                'windows_service_activity', 'scheduled_job_activity')
            OR lower(api_operation) IN ({operations})"""
        )

    def processes(self, uids: Iterable[str]) -> list[Row]:
        """Return starts of the processes with these unique ids."""
        wanted = sorted({u for u in uids if u})
        if not wanted:
            return []
        with self._table("vd_proc", "uid VARCHAR", [(u,) for u in wanted]):
            return self._rows("class_name = 'process_activity' AND process_uid IN (SELECT uid FROM vd_proc)")

    def processes_by_pid(self, pairs: Iterable[tuple[str, int]]) -> list[Row]:
        """Return starts of processes by (host, pid), in order of time."""
        wanted = sorted({(h, p) for h, p in pairs if h and p is not None})
        if not wanted:
            return []
        with self._table("vd_pid", "host VARCHAR, pid BIGINT", wanted):
            return self._rows(
                """class_name = 'process_activity' AND coalesce(activity, 'launch') = 'launch'
                AND (host, process_pid) IN (SELECT host, pid FROM vd_pid)"""
            )

    def activity(self, names: Iterable[str], hit_sessions: Iterable[tuple[str, str]]) -> list[Activity]:
        """Return what accounts of these names did in the whole lake, by place.

        By the hour around the findings and by the day elsewhere, the first 1,500 rows of each name.
        """
        wanted = sorted({n for n in names if n})
        if not wanted:
            return []
        host = _HOST_SQL.format(c="device_name")
        acts = """SELECT lower({p}_name) AS name, lower({p}_domain) AS domain, {p}_uid AS uid, log_product AS product,
            device_name, src_ip, CASE WHEN cloud_account IS NULL THEN NULL ELSE user_agent END AS user_agent,
            cloud_account,
            (coalesce({host}, cloud_account, ''), coalesce(lower({p}_session), '')) IN
                (SELECT host, session FROM vd_hitsess) AS hit,
            epoch_us(time) // CASE WHEN EXISTS (SELECT 1 FROM vd_span s WHERE time BETWEEN s.t0 AND s.t1)
                THEN 3600000000 ELSE 86400000000 END AS slot, time, event_id
            FROM events WHERE {where}"""
        # A daemon's work (auid unset) says nothing of an owner, nor does what follows or ends a logon.
        as_actor = f"""lower(actor_name) IN (SELECT name FROM vd_who)
            AND NOT (log_product = 'linux' AND class_name <> 'authentication'
                AND coalesce(json_extract_string(native, '$.auid'), '') IN ('4294967295', '-1', 'unset'))
            AND NOT (class_name = 'authentication'
                AND (outcome = 'failure' OR coalesce(lower(activity), '') IN {_NO_LOGON}))"""
        as_user = f"""class_name = 'authentication' AND lower(user_name) IN (SELECT name FROM vd_who)
            AND outcome IS DISTINCT FROM 'failure' AND coalesce(event_code, '') NOT IN ('4648', '4634', '4647', '4776')
            AND NOT (coalesce(event_code, '') IN ('4768', '4769', '4770') AND src_ip IS NULL)
            AND coalesce(lower(activity), '') NOT IN {_NO_LOGON}
            AND coalesce(lower(api_operation), '') NOT LIKE 'assumerole%'"""
        with (
            self._table("vd_who", "name VARCHAR", [(n,) for n in wanted]),
            self._table("vd_hitsess", "host VARCHAR, session VARCHAR", sorted({(h, s) for h, s in hit_sessions})),
        ):
            rows = self._con.execute(
                f"""WITH a AS (
                {acts.format(p="actor", host=host, where=as_actor)} UNION ALL
                {acts.format(p="user", host=host, where=as_user)})
                SELECT name, domain, uid, product, device_name, src_ip, user_agent, cloud_account, hit,
                    count(*), epoch_us(min(time)), epoch_us(max(time)), arg_min(event_id, (time, event_id))
                FROM a GROUP BY name, domain, uid, product, device_name, src_ip, user_agent, cloud_account, hit, slot
                QUALIFY row_number() OVER (
                    PARTITION BY name ORDER BY min(time), arg_min(event_id, (time, event_id))) <= 1500
                ORDER BY min(time), arg_min(event_id, (time, event_id)) LIMIT 100000"""
            ).fetchall()
        columns = [f.name for f in fields(Activity)][:9]
        return [
            Activity(
                **dict(zip(columns, r[:9], strict=True)), count=int(r[9]), first_at=_utc(r[10]), last_at=_utc(r[11]),
                first_id=r[12],
            )
            for r in rows
        ]  # fmt: skip

    def source_accounts(self, addresses: Iterable[str]) -> dict[str, int]:
        """Return address to how many accounts succeeded from it in the whole lake: many means a shared gateway."""
        wanted = sorted({a for a in addresses if a})
        if not wanted:
            return {}
        with self._table("vd_src", "addr VARCHAR", [(a,) for a in wanted]):
            rows = self._con.execute(
                """SELECT src_ip, count(DISTINCT lower(coalesce(user_name, actor_name))) FROM events
                WHERE src_ip IN (SELECT addr FROM vd_src) AND class_name IN ('authentication', 'api_activity')
                AND outcome IS DISTINCT FROM 'failure' AND coalesce(user_name, actor_name, '') NOT LIKE '%$'
                GROUP BY 1"""
            ).fetchall()
        return {str(a): int(n) for a, n in rows}

    def log_starts(self) -> dict[str, datetime]:
        """Return host key or cloud account to the time of its first event in the whole lake."""
        rows = self._con.execute(
            """SELECT device_name, NULL, epoch_us(min(time)) FROM events WHERE device_name IS NOT NULL GROUP BY 1
            UNION ALL
            SELECT NULL, cloud_account, epoch_us(min(time)) FROM events WHERE cloud_account IS NOT NULL GROUP BY 2"""
        ).fetchall()
        starts: dict[str, datetime] = {}
        for device, cloud, first in rows:
            key = host_key(str(device)) if device else str(cloud)
            if key:
                at = _utc(first)
                starts[key] = min(starts.get(key, at), at)
        return starts

    # ------------------------------------------------------------------ plumbing

    def _moment(self, at: datetime) -> datetime:
        return at.astimezone(UTC).replace(tzinfo=None) if self._time_type == "TIMESTAMP" else at

    def _rows(self, where: str, limit: int = 20_000) -> list[Row]:
        columns = ", ".join("epoch_us(time)" if c == "time" else c for c in (*_CONTEXT_COLUMNS, "native"))
        found = self._con.execute(
            f"SELECT {columns} FROM vd_ctx WHERE {where} ORDER BY time, event_id LIMIT {limit}"
        ).fetchall()
        return [Row(r[0], _utc(r[1]), *r[2:]) for r in found]

    @contextmanager
    def _table(self, name: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> Iterator[None]:
        self._con.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({columns})")
        try:
            width = columns.count(",") + 1
            for start in range(0, len(rows), 500):
                part = rows[start : start + 500]
                marks = ", ".join("(" + ", ".join("?" * width) + ")" for _ in part)
                self._con.execute(f"INSERT INTO {name} VALUES {marks}", [v for row in part for v in row])
            yield
        finally:
            self._con.execute(f"DROP TABLE IF EXISTS {name}")


def _utc(microseconds: int) -> datetime:
    # Times cross as integers: DuckDB makes time-zone-aware datetimes only with a package we do not need.
    return _EPOCH + timedelta(microseconds=int(microseconds))


def _micro(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _native(text: Any) -> dict[str, Any]:
    if isinstance(text, dict):
        return text
    if not text:
        return {}
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def native_of(row: Row) -> dict[str, Any]:
    """Return the native fields of a context row, empty where the context did not keep them."""
    return _native(row.native)


def _merge(spans: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    merged: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def session_key(text: str | None) -> str | None:
    """Return a logon id or access key in lower case, None for the null and well-known Windows ids."""
    value = clean(text)
    if not value:
        return None
    low = value.casefold()
    return None if low in {"0x0", "0x3e7", "0x3e5", "0x3e4", "0", "999"} else low


__all__ = ["Activity", "Logons", "Row", "Scope", "address_key", "native_of", "session_key"]
