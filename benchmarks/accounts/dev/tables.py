"""A generated world as the tables that an investigation reads, and its findings folded from hits."""

from __future__ import annotations

import hashlib

import duckdb
import pyarrow as pa
from world import World

from vedette.schema import Evidence, Finding, Severity, event_arrow_schema


def build(w: World) -> tuple[duckdb.DuckDBPyConnection, list[Finding]]:
    """Return a connection with ``events`` and ``hits``, and the folded findings."""
    schema = event_arrow_schema()
    table = pa.Table.from_pylist([{c: r.get(c) for c in schema.names} for r in w.rows], schema=schema)
    con = duckdb.connect()
    con.execute("SET threads = 1")
    con.register("events_arrow", table)
    con.execute("CREATE TABLE events AS SELECT * FROM events_arrow ORDER BY time")
    folded: dict[tuple, list] = {}
    hit_rows = []
    for h in w.hits:
        row = h["row"]
        actor = row.get("actor_name") or row.get("user_name")
        dom = row.get("actor_domain") or row.get("user_domain")
        who = f"{dom}\\{actor}" if dom and row.get("log_product") == "windows" else actor
        place = (h["rule"], row.get("device_name"), row.get("cloud_account"))
        folded.setdefault(place, []).append((h, who))
        hit_rows.append(
            {
                "ruleset": "x",
                "rule_id": h["rule"],
                "event_id": row["event_id"],
                "time": row["time"],
                "device_name": row.get("device_name"),
                "cloud_account": row.get("cloud_account"),
                "actor": who,
                "values": None,
            }
        )
    hits_schema = pa.schema(
        [
            ("ruleset", pa.string()),
            ("rule_id", pa.string()),
            ("event_id", pa.string()),
            ("time", pa.timestamp("us", tz="UTC")),
            ("device_name", pa.string()),
            ("cloud_account", pa.string()),
            ("actor", pa.string()),
            ("values", pa.string()),
        ]
    )
    con.register("hits_arrow", pa.Table.from_pylist(hit_rows, schema=hits_schema))
    con.execute("CREATE TABLE hits AS SELECT * FROM hits_arrow")
    findings = []
    for (rule, device, cloud), items in sorted(folded.items(), key=lambda i: repr(i[0])):
        items.sort(key=lambda i: i[0]["row"]["time"])
        rows = [i[0]["row"] for i in items]
        pick = rows[:3] + rows[-2:] if len(rows) > 5 else rows
        names = list(dict.fromkeys(w for _, w in items if w))
        findings.append(
            Finding(
                finding_id=hashlib.sha256(f"{rule}|{device}|{cloud}|{rows[0]['event_id']}".encode()).hexdigest()[:16],
                rule_id=rule,
                title=rule,
                kind="sigma",
                severity=Severity(items[0][0]["severity"]),
                confidence=0.7,
                first_at=rows[0]["time"],
                last_at=rows[-1]["time"],
                count=len(rows),
                evidence=tuple(
                    Evidence(ref=r["event_id"], at=r["time"]) for r in {r["event_id"]: r for r in pick}.values()
                ),
                device_name=device,
                cloud_account=cloud,
                accounts=tuple(names),
                techniques=items[0][0]["techniques"],
                tactics=items[0][0]["tactics"],
            )
        )
    return con, findings
