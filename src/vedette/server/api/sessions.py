"""Sessions: started, asked, read, judged, shared, exported, deleted."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime, Field
from starlette.responses import Response

from vedette.copilot.base import Stage
from vedette.schema import AccessRole, Feedback, FeedbackKind, Session, Share, Turn, Verdict
from vedette.server.access import Principal
from vedette.server.desk import Answered, Desk, Request
from vedette.server.refusals import RefusalError, as_refusal, body, found
from vedette.server.streaming import KEEP_ALIVE, EventStream, Stages, event, stages
from vedette.server.turnstile import asked_desk, at_least, caller
from vedette.server.wire import AnswerView, View, answer_view, file_reply, reply
from vedette.store.feedback import FeedbackBook

router = APIRouter(tags=["sessions"])

T = TypeVar("T")

SESSION_PATTERN = r"^session-[0-9a-f]{1,32}$"
SessionId = Annotated[str, Path(pattern=SESSION_PATTERN, description="Its whole id.")]
TurnNumber = Annotated[int, Path(ge=1, le=1_000_000)]
FileName = Annotated[str, Path(max_length=300)]
Caller = Annotated[Principal, Depends(caller)]
Analyst = Annotated[Principal, Depends(at_least(AccessRole.ANALYST))]
Inside = Annotated[Desk, Depends(asked_desk)]


class NewSession(View):
    """What a session begins with."""

    title: str = Field(default="", max_length=200)
    case_id: str | None = Field(default=None, max_length=64)
    """Only this case is meant, for as long as the session lasts."""


class Question(View):
    """A question to a session."""

    question: str = Field(min_length=1, max_length=100_000)
    stream: bool = False
    """Server-sent events: ``planned``, ``ran``, ``claim``, at last ``done`` with the answer, or ``error``."""


class FreeQuestion(Question):
    """A question that starts a session, or goes on with one."""

    session_id: str | None = Field(default=None, pattern=SESSION_PATTERN)
    case_id: str | None = Field(default=None, max_length=64)
    """Only this case is meant."""
    keep: bool = True
    """Whether a session is started where none is named."""


class SessionList(View):
    """Sessions, last used first."""

    sessions: list[Session]


class TurnView(View):
    """A question of a session with its answer."""

    number: int
    at: datetime
    answer: AnswerView


class SessionView(View):
    """A session with its turns."""

    session: Session
    turns: list[TurnView]


class NewShare(View):
    """How long a share holds."""

    expires_at: AwareDatetime | None = None
    """Null: until it is taken back."""


class Shared(View):
    """A share; its token is told this once."""

    token: str
    path: str
    """Where whoever has an account here can read the session."""


class ShareList(View):
    """The shares of a session, without their tokens."""

    shares: list[Share]


class NewFeedback(View):
    """What an analyst says of an answer."""

    turn: int = Field(ge=1, le=1_000_000)
    kind: FeedbackKind
    text: str = Field(default="", max_length=20_000)
    """The answer as it should have been, for a correction; else why."""
    verdict: Verdict | None = None
    """Of the case that the answer spoke of; for ``verdict`` only."""


class FeedbackList(View):
    """What was said of a session's answers."""

    feedback: list[Feedback]


@router.post("/ask", response_model=AnswerView, operation_id="ask")
async def ask(given: FreeQuestion, principal: Caller, desk: Inside) -> Response:
    """Answer a question, in a new session unless one is named."""
    request = Request(
        question=given.question, session_id=given.session_id, case_id=given.case_id, keep=given.keep, door="api"
    )
    return await _answer(desk, principal, request, stream=given.stream)


@router.get("/sessions", response_model=SessionList, operation_id="list_sessions")
async def list_sessions(
    principal: Caller,
    desk: Inside,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    everybody: Annotated[bool, Query(description="Others' too; for administrators.")] = False,
) -> Response:
    """List your sessions, last used first."""
    if everybody:
        principal.needs(AccessRole.ADMIN)
    owner = None if everybody else principal.name
    return reply({"sessions": await desk.read(principal, lambda: desk.sessions.list(owner, limit=limit))})


@router.post("/sessions", response_model=Session, status_code=201, operation_id="create_session")
async def create_session(given: NewSession, principal: Caller, desk: Inside) -> Response:
    """Start a session."""
    from vedette.store.book import find_case

    def start() -> Session:
        case_id = given.case_id
        if case_id is not None:
            wanted = case_id
            case_id = found(lambda: find_case(desk.parts.lake, wanted)).case_id
        return desk.sessions.start(given.title or "New session", principal.name, case_id)

    return reply(await desk.read(principal, start), status=201)


@router.get("/sessions/{session_id}", response_model=SessionView, operation_id="get_session")
async def get_session(session_id: SessionId, principal: Caller, desk: Inside) -> Response:
    """Return a session with every turn."""
    return reply(await desk.read(principal, lambda: whole(desk, desk.session(principal, session_id))))


@router.delete("/sessions/{session_id}", status_code=204, operation_id="delete_session")
async def delete_session(session_id: SessionId, principal: Analyst, desk: Inside) -> Response:
    """Delete a session with its turns, files, feedback and shares."""
    await _own(desk, principal, session_id, lambda: desk.sessions.delete(session_id, actor=principal.name))
    return Response(status_code=204)


@router.post("/sessions/{session_id}/ask", response_model=AnswerView, operation_id="ask_session")
async def ask_session(session_id: SessionId, given: Question, principal: Caller, desk: Inside) -> Response:
    """Answer a question that goes on with a session."""
    request = Request(question=given.question, session_id=session_id, door="api")
    return await _answer(desk, principal, request, stream=given.stream)


@router.get("/sessions/{session_id}/turns/{turn}/files/{name}", operation_id="get_file", response_class=Response)
async def get_file(
    session_id: SessionId, turn: TurnNumber, name: FileName, principal: Caller, desk: Inside
) -> Response:
    """Return a file that an answer brought: slides, a report."""
    return await _own(desk, principal, session_id, lambda: file_of(desk, session_id, turn, name))


@router.get("/sessions/{session_id}/export", operation_id="export_session", response_model=dict[str, Any])
async def export_session(session_id: SessionId, principal: Analyst, desk: Inside) -> Response:
    """Return everything that is kept of a session; its schema is ``docs/reference/session.schema.json``."""

    def export() -> dict[str, Any]:
        out = desk.sessions.export(session_id)
        desk.record(principal, "session.export", session_id)
        return out

    return reply(await _own(desk, principal, session_id, export))


@router.post("/sessions/{session_id}/share", response_model=Shared, status_code=201, operation_id="share_session")
async def share_session(session_id: SessionId, given: NewShare, principal: Analyst, desk: Inside) -> Response:
    """Let everybody who has the token, and an account here, read a session."""
    token = await _own(
        desk,
        principal,
        session_id,
        lambda: desk.sessions.share(session_id, expires_at=given.expires_at, actor=principal.name),
    )
    return reply(Shared(token=token, path=f"/api/shared/{token}"), status=201)


@router.get("/sessions/{session_id}/shares", response_model=ShareList, operation_id="list_shares")
async def list_shares(session_id: SessionId, principal: Analyst, desk: Inside) -> Response:
    """List the shares of a session."""
    return reply({"shares": await _own(desk, principal, session_id, lambda: desk.sessions.shares(session_id))})


@router.delete("/sessions/{session_id}/shares/{share_id}", status_code=204, operation_id="unshare_session")
async def unshare_session(
    session_id: SessionId,
    share_id: Annotated[str, Path(pattern=r"^share-[0-9a-f]{1,32}$")],
    principal: Analyst,
    desk: Inside,
) -> Response:
    """Take a share back."""

    def unshare() -> int:
        return found(lambda: desk.sessions.unshare(session_id, share_id, actor=principal.name))

    await _own(desk, principal, session_id, unshare)
    return Response(status_code=204)


@router.post("/sessions/{session_id}/feedback", response_model=Feedback, status_code=201, operation_id="give_feedback")
async def give_feedback(session_id: SessionId, given: NewFeedback, principal: Analyst, desk: Inside) -> Response:
    """Say of an answer that it is right, or what it should have been, or what the case is."""

    def add() -> Feedback:
        found(lambda: desk.sessions.turn(session_id, given.turn))
        return FeedbackBook(desk.parts.lake).add(
            session_id, given.turn, given.kind, text=given.text, verdict=given.verdict, author=principal.name
        )

    return reply(await _own(desk, principal, session_id, add), status=201)


@router.get("/sessions/{session_id}/feedback", response_model=FeedbackList, operation_id="list_feedback")
async def list_feedback(session_id: SessionId, principal: Caller, desk: Inside) -> Response:
    """List what was said of a session's answers."""
    said = await _own(desk, principal, session_id, lambda: FeedbackBook(desk.parts.lake).list(session_id))
    return reply({"feedback": said})


async def _own(desk: Desk, principal: Principal, session_id: str, call: Callable[[], T]) -> T:
    """Return what a blocking call returns, once the session is known to be open to the caller."""

    def checked() -> T:
        desk.session(principal, session_id)
        return call()

    return await desk.read(principal, checked)


def whole(desk: Desk, session: Session, *, place: str | None = None) -> SessionView:
    """Return a session with its turns; for a call that is in a thread already.

    Args:
        desk: the server's inside.
        session: the session.
        place: path that its files are read at, where it is not the session's own.
    """
    return SessionView.model_construct(
        session=session,
        turns=[_turn_view(turn, place) for turn in found(lambda: desk.sessions.turns(session.session_id))],
    )


def _turn_view(turn: Turn, place: str | None) -> TurnView:
    answer = answer_view(turn.answer, session_id=turn.session_id, turn=turn.number, place=place)
    return TurnView.model_construct(number=turn.number, at=turn.at, answer=answer)


def file_of(desk: Desk, session_id: str, turn: int, name: str) -> Response:
    """Return a file of a turn; for a call that is in a thread already."""
    for file in found(lambda: desk.sessions.turn(session_id, turn)).answer.artefacts:
        if file.name == name:
            return file_reply(file.name, file.media_type, file.content)
    raise RefusalError(404, f"turn {turn} of {session_id} brought no file of that name")


async def _answer(desk: Desk, principal: Principal, request: Request, *, stream: bool) -> Response:
    if len(request.question) > desk.limits.question_chars:
        raise RefusalError(
            400,
            f"the question is longer than {desk.limits.question_chars} characters",
            param="question",
            next_step="ask about the data by name; do not paste it",
        )
    if not request.question.strip():
        raise RefusalError(400, "the question is empty", param="question")
    if not stream:
        return reply(_view(await desk.ask(principal, request)))
    running = stages(desk, principal, request)
    first = await anext(running)
    return EventStream(_events(running, first))


def _view(answered: Answered) -> AnswerView:
    return answer_view(answered.answer, session_id=answered.session_id, turn=answered.turn)


async def _events(running: Stages, first: Any) -> AsyncGenerator[bytes]:
    """Yield the stages of an answer as named events."""
    async with aclosing(running):
        stage = first
        try:
            while not isinstance(stage, Answered):
                if stage is None:
                    yield KEEP_ALIVE
                elif stage.stage is Stage.PLANNED:
                    yield event({"plan": stage.plan}, "planned")
                elif stage.stage is Stage.RAN:
                    yield event({"tool": stage.tool}, "ran")
                elif stage.stage is Stage.CLAIM:
                    yield event({"text": stage.text, "claim": stage.claim}, "claim")
                stage = await anext(running)
        except Exception as error:
            yield event(body(as_refusal(error)), "error")
            return
    yield event(_view(stage), "done")
