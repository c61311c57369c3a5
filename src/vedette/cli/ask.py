"""``vedette ask``: a question in plain words, answered from the data with citations."""

from __future__ import annotations

import json as json_module
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli.answering import (
    CaseOption,
    ModelOption,
    OutOption,
    answer_dict,
    open_copilot,
    show_answer,
    write_files,
)
from vedette.cli.frame import Frame, JsonOption, frame_of
from vedette.errors import UserError, VedetteError

if TYPE_CHECKING:
    from vedette.copilot.engine import Copilot
    from vedette.schema import Session
    from vedette.store import Lake

app = typer.Typer(rich_markup_mode=None)

_MAX_STDIN = 64_000


@app.command()
def ask(
    context: typer.Context,
    question: Annotated[
        str | None, typer.Argument(help="The question, in quotes; - or nothing reads it from stdin.")
    ] = None,
    case: CaseOption = None,
    session: Annotated[
        str | None,
        typer.Option("--session", "-s", help="Go on with a conversation: its id or beginning, or last."),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep/--no-keep", help="Keep the answer in a session.")] = True,
    model: ModelOption = None,
    out: OutOption = Path(),
    jsonl: Annotated[
        bool,
        typer.Option("--jsonl", help='Answer each line of stdin, {"id": …, "text": …, "case": …, "session": …}.'),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Ask about the data in plain words; every sentence of the answer was checked and cites its evidence.

    Example: vedette ask "which accounts were compromised in the last incident?"

    Slides and reports that were asked for are written to --out. Nothing leaves this machine unless a model elsewhere
    was configured.
    """
    frame = frame_of(context)
    if jsonl:
        with frame.lake() as lake, open_copilot(frame, lake, model) as copilot:
            _lines(copilot, case, out)
        return
    from vedette.schema import Focus

    asked = _question(question)
    with frame.lake() as lake, open_copilot(frame, lake, model) as copilot:
        held = _session(lake, session)
        pinned = case or (held.case_id if held else None)
        answer = copilot.ask(asked, case_id=pinned, focus=held.focus if held else Focus())
        if keep:
            from vedette.store.book import whoami
            from vedette.store.sessions import SessionBook

            book = SessionBook(lake)
            if held is None:
                held = book.start(asked, whoami(), case)
            book.add(held.session_id, answer)
    files = write_files(answer, out)
    session_id = held.session_id if held else None
    if json:
        frame.print_json(answer_dict(answer, files, session_id))
        return
    show_answer(frame, answer, files)
    _next(frame, answer.next_questions, session_id)


def _next(frame: Frame, questions: tuple[str, ...], session_id: str | None) -> None:
    if questions:
        said = questions[0].replace('"', "'")
        where = f"--session {session_id[:16]} " if session_id else ""
        frame.next_step(f'vedette ask {where}"{said}"', "go on asking")


def _question(given: str | None) -> str:
    if given is not None and given != "-":
        return given
    if given is None and sys.stdin.isatty():
        raise UserError("no question", next_step='vedette ask "what happened?", or vedette chat')
    text = sys.stdin.buffer.read(_MAX_STDIN + 1)
    if len(text) > _MAX_STDIN:
        raise UserError(f"standard input holds more than {_MAX_STDIN:,} bytes", next_step="ask one question at a time")
    return text.decode("utf-8", "replace")


def _session(lake: Lake, wanted: str | None) -> Session | None:
    if wanted is None or wanted == "new":
        return None
    from vedette.store.sessions import SessionBook

    book = SessionBook(lake)
    if wanted != "last":
        return book.find(wanted)
    newest = book.list(limit=1)
    if not newest:
        raise UserError("there is no session yet", next_step='vedette ask "what happened?"')
    return newest[0]


def _lines(copilot: Copilot, case: str | None, out: Path) -> None:
    """Answer every line of standard input on standard output, in order."""
    from vedette.schema import Focus

    focuses: dict[str, Focus] = {}
    for raw in sys.stdin.buffer:
        if raw.strip():
            sys.stdout.write(json_module.dumps(_line(copilot, raw, case, out, focuses), ensure_ascii=True, default=str))
            sys.stdout.write("\n")
            sys.stdout.flush()


def _line(copilot: Copilot, raw: bytes, case: str | None, out: Path, focuses: dict[str, Any]) -> dict[str, Any]:
    from vedette.schema import Focus

    try:
        asked = json_module.loads(raw)
    except ValueError as error:
        return {"id": None, "error": f"not JSON: {error}"[:300]}
    if not isinstance(asked, dict) or not isinstance(asked.get("text"), str):
        return {"id": asked.get("id") if isinstance(asked, dict) else None, "error": "give id and text"}
    name = asked.get("session")
    focus = focuses.get(str(name), Focus()) if name is not None else Focus()
    pinned = asked.get("case") or case
    try:
        answer = copilot.ask(asked["text"], focus=focus, case_id=str(pinned) if pinned else None)
        files = write_files(answer, out)
    except VedetteError as error:
        return {"id": asked.get("id"), "error": error.message}
    except Exception as error:
        # one line must not end the others
        return {"id": asked.get("id"), "error": f"{type(error).__name__}: {error}"[:500]}
    if name is not None:
        focuses[str(name)] = answer.focus
    return {"id": asked.get("id"), **answer_dict(answer, files)}
