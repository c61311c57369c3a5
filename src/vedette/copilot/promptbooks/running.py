"""Running a promptbook: each prompt is asked in one session, and each answer starts from the one before."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from vedette.copilot.base import Answerer, Listener
from vedette.copilot.promptbooks.base import Promptbook, Step, filled
from vedette.errors import UserError
from vedette.schema import AnswerStatus, Focus, Session, Turn
from vedette.store.sessions import SessionBook

_DIRECT = re.compile(r"/AskGPT\s+", re.IGNORECASE)
"""Security Copilot's order to ask the model itself and no skill: here there is one way to ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of one prompt."""

    number: int
    step: Step
    prompt: str
    """As it was asked."""
    turn: Turn | None = None
    """None where it was not asked or could not be answered."""
    reason: str = ""
    """Why there is no answer."""


def run_promptbook(
    book: Promptbook,
    given: Mapping[str, str],
    answerer: Answerer,
    sessions: SessionBook,
    owner: str,
    *,
    case_id: str | None = None,
    listener: Listener | None = None,
    cancel: threading.Event | None = None,
) -> tuple[Session, Iterator[Asked]]:
    """Return a new session, and an iterator that asks one prompt each time it is moved on.

    A prompt that cannot be answered does not stop those after it. A question back from the copilot is kept as the
    answer, and the next prompt does not count as the choice.

    Args:
        book: what to ask.
        given: values of its inputs.
        answerer: who answers.
        sessions: where it is kept.
        owner: who asks.
        case_id: only this case is meant.
        listener: told of each stage of each answer.
        cancel: set from another thread, it ends the answer that is being made, and the book.

    Raises:
        UserError: an input is missing, unknown or not of its kind; nothing was asked then.
    """
    prompts = filled(book, given)
    session = sessions.start(book.title, owner, case_id)
    return session, _ask(book, prompts, answerer, sessions, session, listener, cancel)


def _ask(
    book: Promptbook,
    prompts: tuple[str, ...],
    answerer: Answerer,
    sessions: SessionBook,
    session: Session,
    listener: Listener | None,
    cancel: threading.Event | None,
) -> Iterator[Asked]:
    focus = Focus()
    for number, (step, written) in enumerate(zip(book.steps, prompts, strict=True), start=1):
        prompt = _DIRECT.sub("", written, count=1) if _DIRECT.match(written) else written
        if not prompt:
            skill = str(step.extra.get("skillName"))[:80]
            yield Asked(number=number, step=step, prompt="", reason=f"it calls {skill!r}, a skill of another product")
            continue
        try:
            answer = answerer.ask(prompt, focus=focus, case_id=session.case_id, listener=listener, cancel=cancel)
        except UserError as error:
            yield Asked(number=number, step=step, prompt=prompt, reason=error.message)
            continue
        turn = sessions.add(session.session_id, answer)
        yield Asked(number=number, step=step, prompt=prompt, turn=turn)
        if answer.status is AnswerStatus.CANCELLED or (cancel is not None and cancel.is_set()):
            return
        focus = replace(answer.focus, pending=None)
