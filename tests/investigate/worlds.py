"""Small built worlds: a few events and the findings on them, in one DuckDB connection."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa

from vedette.schema import Evidence, Finding, Severity, event_arrow_schema

T0 = datetime(2024, 3, 5, 9, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


class Built:
    """Events and findings under construction."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.findings: list[Finding] = []

    def event(self, minutes: float, class_name: str, **columns: Any) -> str:
        event_id = hashlib.sha256(f"{len(self.rows)}{minutes}{class_name}".encode()).hexdigest()[:32]
        native = columns.pop("native", {})
        self.rows.append(
            {
                "event_id": event_id,
                "time": at(minutes),
                "class_name": class_name,
                "source": "t",
                "reader": "t",
                "raw": "",
                **columns,
                "native": json.dumps(native),
            }
        )
        return event_id

    def finding(
        self,
        events: str | Iterable[str],
        title: str,
        severity: str = "high",
        techniques: Iterable[str] = ("T1059",),
        tactics: Iterable[str] = ("execution",),
        rule: str | None = None,
    ) -> Finding:
        ids = [events] if isinstance(events, str) else list(events)
        rows = [next(r for r in self.rows if r["event_id"] == i) for i in ids]
        first, last = min(r["time"] for r in rows), max(r["time"] for r in rows)
        who = tuple(dict.fromkeys(r["actor_name"] for r in rows if r.get("actor_name")))
        made = Finding(
            finding_id=hashlib.sha256(f"{title}{ids[0]}".encode()).hexdigest()[:16],
            rule_id=rule or title,
            title=title,
            kind="sigma",
            severity=Severity(severity),
            confidence=0.7,
            first_at=first,
            last_at=last,
            count=len(rows),
            evidence=tuple(Evidence(ref=r["event_id"], at=r["time"]) for r in rows),
            device_name=rows[0].get("device_name"),
            cloud_account=rows[0].get("cloud_account"),
            accounts=who,
            techniques=tuple(techniques),
            tactics=tuple(tactics),
        )
        self.findings.append(made)
        return made

    # ------------------------------------------------------------------ shorthands

    def logon(
        self,
        minutes: float,
        user: str,
        host: str,
        src: str | None = None,
        kind: str = "3",
        ok: bool = True,
        session: str | None = None,
        domain: str = "CORP",
        **columns: Any,
    ) -> str:
        return self.event(
            minutes,
            "authentication",
            activity="logon",
            outcome="success" if ok else "failure",
            log_product="windows",
            event_code="4624" if ok else "4625",
            device_name=host,
            user_name=user,
            user_domain=domain,
            user_session=session,
            logon_type=kind,
            src_ip=src,
            **columns,
        )

    def process(
        self,
        minutes: float,
        user: str,
        host: str,
        cmd: str,
        domain: str = "CORP",
        session: str = "0x5001",
        parent: str = "C:\\Windows\\explorer.exe",
        **columns: Any,
    ) -> str:
        return self.event(
            minutes,
            "process_activity",
            activity="launch",
            log_product="windows",
            device_name=host,
            actor_name=user,
            actor_domain=domain,
            actor_session=session,
            process_path="C:\\Windows\\System32\\" + cmd.split()[0],
            process_cmd=cmd,
            parent_path=parent,
            **columns,
        )

    def api(self, minutes: float, actor: str, operation: str, ip: str, key: str = "AKIAEXAMPLE", **columns: Any) -> str:
        kind = "sts" if actor.startswith("assumed-role/") else "iam"
        resource = actor if kind == "sts" else f"user/{actor}"
        columns.setdefault("class_name", "api_activity")
        return self.event(
            minutes,
            columns.pop("class_name"),
            outcome="success",
            log_product="aws",
            event_code=operation,
            api_operation=operation,
            actor_name=actor,
            actor_domain="111122223333",
            actor_uid=f"arn:aws:{kind}::111122223333:{resource}",
            actor_session=key,
            cloud_account="111122223333",
            src_ip=ip,
            **columns,
        )

    def connect(self) -> duckdb.DuckDBPyConnection:
        schema = event_arrow_schema()
        con = duckdb.connect()
        con.execute("SET threads = 1")
        rows = [{c: r.get(c) for c in schema.names} for r in self.rows]
        con.register("events", pa.Table.from_pylist(rows, schema=schema))
        con.execute(
            "CREATE TABLE hits (ruleset VARCHAR, rule_id VARCHAR, event_id VARCHAR, time TIMESTAMPTZ,"
            ' device_name VARCHAR, cloud_account VARCHAR, actor VARCHAR, "values" VARCHAR)'
        )
        for f in self.findings:
            for e in f.evidence:
                con.execute(
                    "INSERT INTO hits VALUES ('r', ?, ?, make_timestamptz(?::BIGINT), ?, ?, ?, NULL)",
                    [
                        f.rule_id,
                        e.ref,
                        int(e.at.timestamp() * 1_000_000),
                        f.device_name,
                        f.cloud_account,
                        f.accounts[0] if f.accounts else None,
                    ],
                )
        return con
