"""The casebook: findings, cases, notes and run records in the state database."""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError
from sqlalchemy import Connection, delete, insert, select, update

from vedette.errors import InternalError, UserError
from vedette.schema import Case, CaseStatus, Finding, Note, RunRecord, Verdict
from vedette.store import tables
from vedette.store.lake import Lake
from vedette.store.state import from_db, to_db, writing

T = TypeVar("T")


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def to_json(noun: object) -> bytes:
    """Return a noun as JSON; text that is no Unicode (half a surrogate pair) is kept as its escape."""
    kind: Any = type(noun)
    try:
        return _adapter(kind).dump_json(noun)
    except PydanticSerializationError:
        plain = _unicode(_adapter(kind).dump_python(noun))
        return orjson.dumps(plain, default=lambda value: to_json(value).decode())


def _unicode(value: Any) -> Any:
    if isinstance(value, str):
        return str(value).encode("utf-8", "backslashreplace").decode()
    if isinstance(value, Mapping):
        return {_unicode(k): _unicode(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_unicode(v) for v in value]
    return value


def from_json(kind: type[T], body: str | bytes) -> T:
    """Return a noun that :func:`to_json` wrote.

    Raises:
        InternalError: it is none.
    """
    found: T = _read(kind, body)
    return found


def save_findings(lake: Lake, ruleset: str, findings: Iterable[Finding]) -> None:
    """Put these findings in the place of those that were there."""
    rows = [
        {
            "finding_id": f.finding_id,
            "ruleset": ruleset,
            "severity": f.severity.value,
            "first_at": to_db(f.first_at),
            "body": to_json(f).decode(),
        }
        for f in findings
    ]
    with writing(lake.state) as connection:
        connection.execute(delete(tables.findings))
        if rows:
            connection.execute(insert(tables.findings), rows)


def load_findings(lake: Lake) -> list[Finding]:
    """Return the findings of the last detection, gravest first."""
    with lake.state.connect() as connection:
        rows = connection.execute(select(tables.findings.c.body)).scalars()
        found = [_read(Finding, body) for body in rows]
    return sorted(found, key=lambda f: (-f.severity.rank, f.first_at, f.finding_id))


def _read(kind: type[Any], body: str | bytes) -> Any:
    try:
        adapter: TypeAdapter[Any] = _adapter(kind)  # type: ignore[arg-type, unused-ignore]
        return adapter.validate_json(body)
    except ValidationError as error:
        raise InternalError(f"a stored {kind.__name__} does not read back: {error.errors()[0]['msg']}") from error


def save_cases(lake: Lake, cases: Sequence[Case]) -> None:
    """Store what an investigation made; an analyst's status, verdict and notes stay.

    A case that is no longer made is kept, out of the way, if somebody wrote on it.
    """
    t, n = tables.cases, tables.notes
    with writing(lake.state) as connection:
        held = {row.case_id: row for row in connection.execute(select(t.c.case_id, t.c.status, t.c.verdict))}
        noted = set(connection.execute(select(n.c.case_id).distinct()).scalars())
        made = {case.case_id for case in cases}
        for case_id, row in held.items():
            if case_id in made:
                continue
            if case_id in noted or row.status == CaseStatus.CLOSED or row.verdict != Verdict.UNDECIDED:
                connection.execute(update(t).where(t.c.case_id == case_id).values(current=0))
            else:
                connection.execute(delete(t).where(t.c.case_id == case_id))
        for case in cases:
            values = {
                "severity": case.severity.value,
                "confidence": case.confidence,
                "first_at": to_db(case.first_at),
                "body": to_json(case).decode(),
                "current": 1,
            }
            if case.case_id in held:
                connection.execute(update(t).where(t.c.case_id == case.case_id).values(**values))
            else:
                connection.execute(
                    insert(t).values(
                        case_id=case.case_id, status=case.status.value, verdict=case.verdict.value, **values
                    )
                )


def load_cases(lake: Lake, *, status: CaseStatus | None = None, past: bool = False) -> list[Case]:
    """Return the cases with their notes, gravest and surest first.

    Args:
        lake: whose cases.
        status: only those that stand so.
        past: also those that the last investigation no longer made.
    """
    t = tables.cases
    query = select(t)
    if status is not None:
        query = query.where(t.c.status == status.value)
    if not past:
        query = query.where(t.c.current == 1)
    notes = _notes(lake)
    with lake.state.connect() as connection:
        cases = [
            replace(
                _read(Case, row.body),
                status=CaseStatus(row.status),
                verdict=Verdict(row.verdict),
                notes=tuple(notes.get(row.case_id, ())),
            )
            for row in connection.execute(query)
        ]
    return sorted(cases, key=lambda c: (-c.severity.rank, -c.confidence, c.first_at, c.case_id))


def _notes(lake: Lake) -> dict[str, list[Note]]:
    found: dict[str, list[Note]] = {}
    with lake.state.connect() as connection:
        for row in connection.execute(select(tables.notes).order_by(tables.notes.c.note_id)):
            found.setdefault(row.case_id, []).append(
                Note(
                    at=from_db(row.at),
                    author=row.author,
                    text=row.text,
                    verdict=Verdict(row.verdict) if row.verdict else None,
                    finding_id=row.finding_id,
                )
            )
    return found


def find_case(lake: Lake, wanted: str) -> Case:
    """Return the case whose id is ``wanted`` or begins with it (with or without ``case-``).

    Raises:
        UserError: none, or more than one.
    """
    cases = load_cases(lake, past=True)
    matching = [c for c in cases if c.case_id == wanted] or [
        c for c in cases if c.case_id.startswith(wanted) or c.case_id.removeprefix("case-").startswith(wanted)
    ]
    if not matching:
        raise UserError(f"no case {wanted!r}", next_step="vedette cases list")
    if len(matching) > 1:
        raise UserError(f"{wanted!r} fits {len(matching)} cases", next_step="give more of the id")
    return matching[0]


def gravest_case(lake: Lake) -> Case:
    """Return the gravest case.

    Raises:
        UserError: there are none.
    """
    cases = load_cases(lake)
    if not cases:
        raise UserError("there are no cases", next_step="vedette investigate PATH…")
    return cases[0]


def add_note(
    lake: Lake,
    case: Case,
    text: str,
    *,
    author: str | None = None,
    verdict: Verdict | None = None,
    finding_id: str | None = None,
    status: CaseStatus | None = None,
) -> Note:
    """Store what an analyst wrote or decided, with who and when, and return it.

    A verdict without ``finding_id`` is the case's.

    Raises:
        UserError: the finding is not in the case.
    """
    if finding_id is not None:
        fitting = [f.finding_id for f in case.findings if f.finding_id.startswith(finding_id)]
        if len(fitting) != 1:
            raise UserError(
                f"finding {finding_id!r} is not in {case.case_id}", next_step=f"vedette cases show {case.case_id}"
            )
        finding_id = fitting[0]
    note = Note(at=datetime.now(UTC), author=author or whoami(), text=text, verdict=verdict, finding_id=finding_id)
    with writing(lake.state) as connection:
        write_note(
            connection,
            case.case_id,
            note.at,
            note.author,
            text,
            verdict=verdict,
            finding_id=finding_id,
            status=status,
        )
    return note


def write_note(
    connection: Connection,
    case_id: str,
    at: datetime,
    author: str,
    text: str,
    *,
    verdict: Verdict | None = None,
    finding_id: str | None = None,
    status: CaseStatus | None = None,
) -> bool:
    """Write a note in a transaction that does more; return whether there is such a case. See :func:`add_note`."""
    t = tables.cases
    if connection.execute(select(t.c.case_id).where(t.c.case_id == case_id)).first() is None:
        return False
    connection.execute(
        insert(tables.notes).values(
            case_id=case_id,
            finding_id=finding_id,
            at=to_db(at),
            author=author,
            verdict=verdict.value if verdict else None,
            text=text,
        )
    )
    changes = {}
    if verdict is not None and finding_id is None:
        changes["verdict"] = verdict.value
    if status is not None:
        changes["status"] = status.value
    if changes:
        connection.execute(update(t).where(t.c.case_id == case_id).values(**changes))
    return True


def whoami() -> str:
    """Return the name that the operating system knows the user by."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def save_run(lake: Lake, record: RunRecord) -> None:
    """Store what a run did."""
    with writing(lake.state) as connection:
        connection.execute(delete(tables.runs).where(tables.runs.c.run_id == record.run_id))
        connection.execute(
            insert(tables.runs).values(
                run_id=record.run_id,
                kind=record.kind,
                started_at=to_db(record.started_at),
                body=to_json(record).decode(),
            )
        )


def event_lookup(lake: Lake) -> Any:
    """Return a function from event ids to the events of the lake, by id, as dicts of columns."""

    def look(event_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        with lake.connection() as connection:
            cursor = connection.execute("SELECT * FROM events WHERE event_id IN (SELECT unnest(?))", [list(event_ids)])
            names = [d[0] for d in cursor.description]
            events = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        for event in events:
            event["time"] = event["time"].replace(tzinfo=UTC)
            event["native"] = orjson.loads(event["native"]) if event["native"] else {}
        return {event["event_id"]: event for event in events}

    return look


def record_lookup(lake: Lake) -> Any:
    """Return a function from record ids to the rows of scans, SBOMs, VEX and inventories, by id, as dicts of columns.

    Each also tells its ``table``, and ``source`` and ``scanner`` of the report that it stands in.
    """
    from vedette.schema.scan_tables import SCAN_TABLES

    def look(record_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        with lake.connection() as connection:
            for table in SCAN_TABLES:
                if table == "scan_reports":
                    continue
                cursor = connection.execute(
                    f"SELECT t.*, r.source, r.scanner FROM {table} t LEFT JOIN scan_reports r USING (report_id) "  # noqa: S608
                    "WHERE t.record_id IN (SELECT unnest(?))",
                    [list(record_ids)],
                )
                names = [d[0] for d in cursor.description]
                for row in cursor.fetchall():
                    record = {"table": table, **dict(zip(names, row, strict=True))}
                    found[record["record_id"]] = record
        return found

    return look
