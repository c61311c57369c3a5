"""Where the doors meet what is behind them: a question is asked, kept and recorded in one place."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from vedette.copilot.base import Answerer, Listener
from vedette.schema import AccessRole, Answer, AnswerStatus, Focus, Session, ToolResult
from vedette.server.access import Access, Principal
from vedette.server.conversation import Conversations, Known, Said, replayed
from vedette.server.limits import Limits, Rates
from vedette.server.refusals import RefusalError, found
from vedette.server.work import StoppingError, Workers
from vedette.store import Lake, audit
from vedette.store.sessions import SessionBook
from vedette.toolbox import ToolPlugin

T = TypeVar("T")

RunTool = Callable[[str, Mapping[str, Any]], ToolResult]
"""Given a tool's name and arguments as a user wrote them: what it found out, or the choice that it needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the server serves; made once, when it starts."""

    lake: Lake
    answerer: Answerer
    tools: Mapping[str, ToolPlugin]
    replayer: Answerer | None = None
    """Answers without a model: finds out what an unknown conversation is about. None takes ``answerer``."""
    run_tool: RunTool | None = None
    """Grounds a tool's arguments and runs it; None where tools are only asked through questions."""
    model: str = ""
    """What words the answers; empty where they are composed."""
    close: Callable[[], None] = field(default=lambda: None)
    """Called once, when the server stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A question with where it belongs."""

    question: str
    session_id: str | None = None
    """The session to go on with."""
    case_id: str | None = None
    said: Sequence[Said] = ()
    """The conversation so far, where no session is named."""
    keep: bool = True
    """Whether a session is started where none is named."""
    door: str = "api"
    """For the audit: ``chat``, ``api`` or ``mcp``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer and where it is kept."""

    answer: Answer
    session_id: str | None = None
    turn: int | None = None


class Desk:
    """The server's inside. One object a server; nothing of it is global.

    Args:
        parts: what is served.
        access: where the server listens and whom it believes.
        limits: what it allows.
        rates: what counts requests.
    """

    def __init__(self, parts: Parts, *, access: Access, limits: Limits, rates: Rates) -> None:
        self.parts = parts
        self.access = access
        self.limits = limits
        self.rates = rates
        self.sessions = SessionBook(parts.lake)
        self._conversations = Conversations()
        waiting = {"max_waiting": limits.max_waiting, "max_waiting_each": limits.max_waiting_each}
        self.asking = Workers("ask", n_slots=limits.n_asking, **waiting)
        self.reading = Workers("read", n_slots=limits.n_reading, **waiting)
        # whoever waits for an answer must not keep others from being recognised
        self.checking = Workers("check", n_slots=2, max_waiting=limits.max_waiting * 4, max_waiting_each=10**9)

    async def close(self) -> None:
        """Stop what runs; return when it has ended or its grace is over."""
        grace_s = self.limits.shutdown_grace_s
        await asyncio.gather(*(w.close(grace_s) for w in (self.asking, self.reading, self.checking)))

    async def read(self, principal: Principal, call: Callable[[], T]) -> T:
        """Return what a blocking call returns, in its owner's turn."""
        return await self.reading.run(principal.key, lambda _: call(), timeout_s=self.limits.read_timeout_s)

    def count_question(self, principal: Principal) -> None:
        """Raise RefusalError where the principal asks too many questions a minute."""
        wait_s = self.rates.take("question", principal.key, self.limits.questions_per_minute)
        if wait_s:
            raise RefusalError(429, "too many questions", next_step="wait and try again", retry_after_s=wait_s)

    async def ask(self, principal: Principal, request: Request, listener: Listener | None = None) -> Answered:
        """Answer a question, keep it, and record that it was asked.

        Args:
            principal: who asks.
            request: the question with where it belongs.
            listener: told of each stage, in the thread that answers.
        """
        self.count_question(principal)
        return await self.asking.run(
            principal.key,
            lambda cancel: self._answered(principal, request, listener, cancel),
            timeout_s=self.limits.ask_timeout_s,
        )

    async def run_tool(self, principal: Principal, name: str, arguments: Mapping[str, Any], *, door: str) -> ToolResult:
        """Return what one tool finds out.

        Args:
            principal: who asks.
            name: the tool's.
            arguments: as a user would write them.
            door: for the audit.
        """
        run = self.parts.run_tool
        if name not in self.parts.tools or run is None:
            raise RefusalError(404, f"no tool {name!r}", next_step="GET /api/tools lists them")
        fits(self.parts.tools[name].tool.schema(), arguments)
        self.count_question(principal)

        def call(_: threading.Event) -> ToolResult:
            result = run(name, arguments)
            self.record(principal, "tool.run", name, door=door, n_facts=len(result.facts))
            return result

        return await self.asking.run(principal.key, call, timeout_s=self.limits.ask_timeout_s)

    def session(self, principal: Principal, session_id: str) -> Session:
        """Return a session that is the principal's own, or anybody's for an administrator.

        Raises:
            RefusalError: there is none, or it is somebody else's, which looks the same.
        """
        session = found(lambda: self.sessions.get(session_id))
        if session.owner != principal.name and not principal.admin:
            raise RefusalError(404, f"no session {session_id!r}", next_step="GET /api/sessions lists yours")
        return session

    def record(self, principal: Principal, action: str, target: str = "", **detail: object) -> None:
        """Write an audit row; for a call that is in a thread already."""
        if principal.address:
            detail["address"] = principal.address
        audit.record(self.parts.lake, principal.name, action, target, detail)

    def _answered(
        self, principal: Principal, request: Request, listener: Listener | None, cancel: threading.Event
    ) -> Answered:
        principal.needs(AccessRole.VIEWER)
        session_id, case_id = request.session_id, request.case_id
        if session_id is not None:
            session = self.session(principal, session_id)
            focus, case_id = session.focus, session.case_id or case_id
        else:
            focus, session_id = self._resumed(principal, request, cancel)
        answer = self.parts.answerer.ask(
            request.question, focus=focus, case_id=case_id, listener=listener, cancel=cancel
        )
        if cancel.is_set() or answer.status is AnswerStatus.CANCELLED:
            # whoever left or ran out of time waits no more: who still does is told of the shutdown
            raise StoppingError
        turn: int | None = None
        if session_id is None and request.keep:
            session_id = self.sessions.start(request.question, principal.name, case_id).session_id
        if session_id is not None:
            turn = self.sessions.add(session_id, answer).number
        if request.session_id is None:
            said = [*request.said, Said("user", request.question), Said("assistant", answer.text)]
            self._conversations.remember(principal.key, said, Known(answer.focus, session_id))
        self.record(
            principal,
            "question.ask",
            session_id or answer.answer_id,
            door=request.door,
            turn=turn,
            status=answer.status.value,
            tools=[step.tool for step in answer.plan.steps] if answer.plan else [],
            n_dropped=len(answer.dropped),
        )
        return Answered(answer=answer, session_id=session_id, turn=turn)

    def _resumed(self, principal: Principal, request: Request, cancel: threading.Event) -> tuple[Focus, str | None]:
        """Return what the conversation is about, and the session that it is kept in."""
        if not request.said:
            return Focus(), None
        known = self._conversations.take(principal.key, request.said)
        if known is not None:
            return known.focus, known.session_id if request.keep else None
        answerer = self.parts.replayer or self.parts.answerer
        return replayed(answerer, request.said, case_id=request.case_id, cancel=cancel), None


def fits(schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> None:
    """Raise RefusalError where arguments do not fit their schema; what stood there is not said back."""
    from jsonschema import Draft202012Validator

    for error in Draft202012Validator(dict(schema)).iter_errors(dict(arguments)):
        where = ".".join(str(part) for part in error.absolute_path)
        wanted = f"{error.validator} {error.validator_value!r}"[:200]
        raise RefusalError(
            400,
            f"{where or 'the arguments'} do not fit: {wanted}",
            code="invalid",
            param=where or None,
            next_step="the tool's schema says what it takes",
        )
