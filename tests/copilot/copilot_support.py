"""A small world: two hosts, a domain controller, a few people, one case; and two tools of our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from vedette.schema import (
    COLUMNS,
    AccountKind,
    AccountRole,
    Artefact,
    Case,
    CaseAccount,
    CaseHost,
    Claim,
    DataTable,
    Event,
    Evidence,
    Fact,
    Finding,
    HostRole,
    Parameter,
    Severity,
    TechniqueUse,
    TimelineEntry,
    Tool,
    ToolResult,
    ValueKind,
    event_arrow_schema,
)
from vedette.store import Lake
from vedette.toolbox import ToolContext

START = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
PEOPLE = ("alice", "bob", "msmith", "jsmith", "svc-backup")
HOSTS = ("WS1.corp.example", "WS2.corp.example", "DC01.corp.example")


def events() -> list[Event]:
    events = []
    for i in range(40):
        who, host = PEOPLE[i % len(PEOPLE)], HOSTS[i % len(HOSTS)]
        events.append(
            Event(
                event_id=f"{i:032x}",
                time=START + timedelta(minutes=3 * i),
                class_name="authentication",
                source="windows_json",
                reader="windows_json",
                raw=f"logon {i}",
                activity="logon",
                outcome="failure" if i % 7 == 0 else "success",
                log_product="windows",
                device_name=host,
                user_name=who,
                user_domain="CORP",
                src_ip=f"10.0.0.{i % 4 + 1}",
            )
        )
    # the same name on two hosts, in two domains: only the user can say which is meant
    for i, realm in enumerate(("EAST", "WEST")):
        events.append(
            replace(events[0], event_id=f"{100 + i:032x}", user_name="dana", user_domain=realm, raw=f"dana {realm}")
        )
    return events


def case() -> Case:
    evidence = Evidence(ref=f"{0:032x}", at=START, quote="whoami")
    reason = Claim(text=r"CORP\alice ran whoami.", evidence=(evidence,), checked=True)
    finding = Finding(
        finding_id="f" * 16, rule_id="r1", title="Discovery with whoami", kind="sigma", severity=Severity.HIGH,
        confidence=0.9, first_at=START, last_at=START, count=1, evidence=(evidence,), device_name=HOSTS[0],
        accounts=(r"CORP\alice",), techniques=("T1033",), tactics=("discovery",),
    )  # fmt: skip
    return Case(
        case_id="case-0a1b2c3d", title=r"Discovery by CORP\alice", severity=Severity.HIGH, confidence=0.9,
        first_at=START, last_at=START + timedelta(hours=1), summary=(reason,), findings=(finding,),
        accounts=(
            CaseAccount(name=r"CORP\alice", entity_id=r"account:corp\alice", account_kind=AccountKind.USER,
                        role=AccountRole.COMPROMISED, confidence=0.9, reasons=(reason,)),
            CaseAccount(name=r"CORP\bob", entity_id=r"account:corp\bob", account_kind=AccountKind.USER,
                        role=AccountRole.BYSTANDER, confidence=0.8, reasons=(reason,)),
        ),
        hosts=(CaseHost(name=HOSTS[0], entity_id="host:ws1", role=HostRole.ENTRY, reasons=(reason,)),),
        timeline=(
            TimelineEntry(at=START, text=r"CORP\alice ran whoami on WS1.corp.example.", tactic="discovery",
                          techniques=("T1033",), severity=Severity.HIGH, host=HOSTS[0], account=r"CORP\alice",
                          evidence=(evidence,)),
        ),
        path=(), techniques=(TechniqueUse(technique_id="T1033", name="System Owner/User Discovery",
                                          tactics=("discovery",), count=1, evidence=(evidence,)),),
        n_events=42, sources=("windows_json",),
    )  # fmt: skip


class Profile:
    """Says what part an account or host has in the case."""

    tool = Tool(
        name="entity_profile",
        description="Who or what an account, host or address is.",
        parameters=(
            Parameter(name="entity", kind=ValueKind.ENTITY, description="Which.", required=True, example="alice"),
            Parameter(name="window", kind=ValueKind.TIME, description="When."),
        ),
        examples=(
            "who is alice?", "tell me about WS1", "what do we know about 10.0.0.1", "was bob compromised?",
            "profile of svc-backup", "why is alice implicated",
        ),
        words=("profile", "who is", "about", "implicated", "compromised"),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return one fact, its role, and what came as arguments."""
        wanted = arguments["entity"]
        found = [a for c in context.cases for a in c.accounts if a.name == wanted]
        role = found[0].role.value if found else None
        text = f"{wanted} counts as {role} in case-0a1b2c3d." if role else f"{wanted} is part of no case."
        evidence = found[0].reasons[0].evidence if found else ()
        fact = Fact(
            fact_id="x", name="role", value=role, kind=ValueKind.ROLE, subject=wanted,
            subject_kind=ValueKind.ACCOUNT, text=text, evidence=evidence,
            related=((ValueKind.CASE, "case-0a1b2c3d"), (ValueKind.ROLE, role or "")),
        )  # fmt: skip
        why = [
            Fact(fact_id="y", name="reason", value=r.text, text=r.text, evidence=r.evidence, subject=wanted)
            for a in found
            for r in a.reasons
        ]
        return ToolResult(
            facts=(fact, *why), values={"entity": wanted, "role": role, "window": str(arguments.get("window"))},
            entities=(wanted,), case_id="case-0a1b2c3d" if role else None, next_questions=("What did it do?",),
        )  # fmt: skip


class Events:
    """Counts logons."""

    tool = Tool(
        name="events",
        description="Events by account, host, address, time and text.",
        parameters=(
            Parameter(name="what", kind=ValueKind.CHOICE, choices=("count", "list"), description="What."),
            Parameter(
                name="activity", kind=ValueKind.CHOICE, choices=("logon", "failed_logon"), description="Kind."
            ),
            Parameter(name="account", kind=ValueKind.ACCOUNT, description="Whose.", example="alice"),
            Parameter(name="host", kind=ValueKind.HOST, description="Where.", example="WS1"),
            Parameter(name="window", kind=ValueKind.TIME, description="When.", example="since Monday"),
            Parameter(name="text", kind=ValueKind.TEXT, description="Text."),
            Parameter(name="count", kind=ValueKind.COUNT, description="How many."),
        ),
        examples=(
            "how many failed logons did alice have?", "list the logons on WS1", "search for mimikatz",
            "events of bob yesterday", "did alice log on to DC01?", "how often did bob log on",
        ),
        words=("events", "logons", "logon", "failed", "how many", "search", "list"),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return how many logons fit."""
        where, values = ["1 = 1"], []
        if "account" in arguments:
            where.append("user_name = ?")
            values.append(arguments["account"].rsplit("\\", 1)[-1])
        if "host" in arguments:
            where.append("device_name = ?")
            values.append(arguments["host"])
        if arguments.get("activity") == "failed_logon":
            where.append("outcome = 'failure'")
        window = arguments.get("window")
        if window and window.start_at:
            where.append("time >= ?")
            values.append(window.start_at.replace(tzinfo=None))
        if window and window.end_at:
            where.append("time < ?")
            values.append(window.end_at.replace(tzinfo=None))
        if "text" in arguments:
            where.append("contains(raw, ?)")
            values.append(arguments["text"])
        sql = f"SELECT event_id, time FROM events WHERE {' AND '.join(where)} ORDER BY time, event_id"
        with context.lake.connection() as connection:
            rows = connection.execute(sql, values).fetchall()
        evidence = tuple(Evidence(ref=r[0], at=r[1].replace(tzinfo=UTC)) for r in rows[:3])
        n = len(rows)
        whose = f" of {arguments['account']}" if "account" in arguments else ""
        text = f"There {'is' if n == 1 else 'are'} {n} {'logon' if n == 1 else 'logons'}{whose}."
        fact = Fact(
            fact_id="f1", name="n_logons", value=n, kind=ValueKind.COUNT, text=text, evidence=evidence,
            subject=arguments.get("account", ""), subject_kind=ValueKind.ACCOUNT,
        )  # fmt: skip
        return ToolResult(
            facts=(fact,), values={"count": n}, query=sql, window=window,
            entities=tuple(filter(None, (arguments.get("account"), arguments.get("host")))),
            tables=(DataTable(columns=("id", "time"), rows=tuple((r[0], r[1]) for r in rows)),),
        )  # fmt: skip


class Slides:
    """Makes a file."""

    tool = Tool(
        name="slides",
        description="Slides of a case.",
        parameters=(Parameter(name="case", kind=ValueKind.CASE, description="Which."),),
        examples=(
            "make slides", "a deck for my boss", "slides of the last incident", "presentation please", "pptx of case 1",
        ),
        words=("slides", "deck", "presentation"),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return one file."""
        name = f"vedette-{arguments.get('case', 'case-0a1b2c3d')}.pptx"
        fact = Fact(fact_id="f", name="file", value=name, text=f"The deck is {name}.")
        artefact = Artefact(name=f"../{name}", media_type="application/x", content=b"PK")
        return ToolResult(facts=(fact,), values={"files": [name]}, artefacts=(artefact,), case_id="case-0a1b2c3d")


class Broken:
    """Fails."""

    tool = Tool(
        name="weather",
        description="Fails, whatever is asked.",
        examples=("frobnicate the lake", "frobnicate it", "please frobnicate", "frobnicate now", "frobnicate all"),
        words=("frobnicate",),
    )

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Raise."""
        raise RuntimeError("secret detail")


TOOLS = {t.tool.name: t for t in (Profile(), Events(), Slides(), Broken())}


def fill(lake: Lake, rows_of: list[Event], shard: str) -> None:
    """Write events into a lake."""
    rows: dict[str, list[Any]] = {c: [] for c in COLUMNS}
    for event in rows_of:
        for column in COLUMNS:
            rows[column].append("{}" if column == "native" else getattr(event, column))
    table = pa.table(rows, schema=event_arrow_schema())
    lake.commit(lake.write("events", table, job="test", shard=shard, source="windows_json"), job="test", shard=shard)
