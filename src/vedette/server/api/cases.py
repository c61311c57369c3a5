"""Cases, their reports and the events under them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field
from starlette.responses import Response

from vedette.schema import AccessRole, Case, CaseStatus, Note, Severity, Verdict
from vedette.server.access import Principal
from vedette.server.desk import Desk
from vedette.server.refusals import RefusalError, found
from vedette.server.turnstile import asked_desk, at_least, caller
from vedette.server.wire import View, file_reply, reply
from vedette.store.book import add_note, event_lookup, find_case, load_cases, record_lookup

router = APIRouter(tags=["cases"])

Caller = Annotated[Principal, Depends(caller)]
Analyst = Annotated[Principal, Depends(at_least(AccessRole.ANALYST))]
Inside = Annotated[Desk, Depends(asked_desk)]
CaseId = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,64}$", description="Its id, or the beginning of one.")]

_MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "markdown": "text/markdown; charset=utf-8",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_PAGE_POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    "font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""For the page, which is one file and brings a stricter policy itself; both hold. It cannot reach this server."""


class CaseRow(View):
    """A case in a list."""

    case_id: str
    title: str
    severity: Severity
    confidence: float
    """That this is an attack, in [0, 1]."""
    status: CaseStatus
    verdict: Verdict
    first_at: datetime
    last_at: datetime
    n_findings: int
    implicated_accounts: list[str]
    hosts: list[str]


class CaseList(View):
    """Cases, gravest first."""

    cases: list[CaseRow]


class NewNote(View):
    """What an analyst writes or decides."""

    text: str = Field(min_length=1, max_length=20_000)
    verdict: Verdict | None = None
    """Of the case, or of the finding where one is named."""
    status: CaseStatus | None = None
    """Closes or opens the case."""
    finding_id: str | None = Field(default=None, pattern=r"^[0-9a-f]{1,64}$")


@router.get("/cases", response_model=CaseList, operation_id="list_cases")
async def list_cases(
    principal: Caller,
    desk: Inside,
    status: Annotated[CaseStatus | None, Query(description="Only those that stand so.")] = None,
    past: Annotated[bool, Query(description="Also those that the last investigation no longer made.")] = False,
) -> Response:
    """List the cases, gravest first."""
    cases = await desk.read(principal, lambda: load_cases(desk.parts.lake, status=status, past=past))
    return reply({"cases": [_row(case) for case in cases]})


def _row(case: Case) -> CaseRow:
    return CaseRow(
        case_id=case.case_id,
        title=case.title,
        severity=case.severity,
        confidence=case.confidence,
        status=case.status,
        verdict=case.verdict,
        first_at=case.first_at,
        last_at=case.last_at,
        n_findings=len(case.findings),
        implicated_accounts=[account.name for account in case.accounts if account.implicated],
        hosts=[host.name for host in case.hosts],
    )


@router.get("/cases/{case_id}", response_model=Case, operation_id="get_case")
async def get_case(case_id: CaseId, principal: Caller, desk: Inside) -> Response:
    """Return a case: accounts with reasons, hosts, timeline, techniques, what is unknown, what to do."""
    return reply(await desk.read(principal, lambda: found(lambda: find_case(desk.parts.lake, case_id))))


@router.get(
    "/cases/{case_id}/report",
    operation_id="get_report",
    response_class=Response,
    responses={200: {"description": "The report.", "content": {media: {} for media in _MEDIA_TYPES.values()}}},
)
async def get_report(
    case_id: CaseId,
    principal: Caller,
    desk: Inside,
    format: Annotated[
        str, Query(pattern=r"^[a-z0-9_-]{1,32}$", description="html, pptx, markdown (or md), json, or a plug-in's.")
    ] = "html",
) -> Response:
    """Return a case as page, slides, Markdown or JSON."""
    from vedette.report import load_renderer, render
    from vedette.report.filled import filled

    def made() -> Response:
        case = filled(desk.parts.lake, found(lambda: find_case(desk.parts.lake, case_id)))
        name = "markdown" if format == "md" else format
        content = render(case, format=name, evidence=event_lookup(desk.parts.lake))
        desk.record(principal, "case.report", case.case_id, format=name)
        return file_reply(
            f"vedette-{case.case_id}{load_renderer(name).suffixes[0]}",
            _MEDIA_TYPES.get(name, "application/octet-stream"),
            content,
            inline_policy=_PAGE_POLICY if name == "html" else None,
        )

    return await desk.read(principal, made)


@router.post("/cases/{case_id}/notes", response_model=Note, status_code=201, operation_id="add_note")
async def write_note(case_id: CaseId, given: NewNote, principal: Analyst, desk: Inside) -> Response:
    """Write a note on a case, with a verdict or a new status where there is one."""

    def write() -> Note:
        case = found(lambda: find_case(desk.parts.lake, case_id))
        note = add_note(
            desk.parts.lake,
            case,
            given.text,
            author=principal.name,
            verdict=given.verdict,
            finding_id=given.finding_id,
            status=given.status,
        )
        desk.record(
            principal,
            "case.note",
            case.case_id,
            verdict=given.verdict.value if given.verdict else None,
            status=given.status.value if given.status else None,
        )
        return note

    return reply(await desk.read(principal, write), status=201)


@router.get("/evidence/{event_id}", response_model=dict[str, Any], tags=["evidence"], operation_id="get_evidence")
async def get_evidence(
    event_id: Annotated[str, Path(pattern=r"^[A-Za-z0-9:._-]{1,128}$")], principal: Caller, desk: Inside
) -> Response:
    """Return the event or scan record that a citation's ``ref`` names: text that an attacker may have written."""
    event = (await desk.read(principal, lambda: event_lookup(desk.parts.lake)([event_id]))).get(event_id)
    if event is None:  # or a record of a scan, SBOM, VEX document or inventory
        event = (await desk.read(principal, lambda: record_lookup(desk.parts.lake)([event_id]))).get(event_id)
    if event is None:
        raise RefusalError(404, f"no event {event_id!r}", next_step="it may have expired from the lake")
    return reply(event)
