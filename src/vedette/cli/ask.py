"""``vedette ask``: a question in plain words, answered from the data with citations."""

from __future__ import annotations

import codecs
import json as json_module
import sys
import unicodedata
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
from vedette.cli.attaching import AttachOption, attached, attached_out
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
    attach: AttachOption = None,
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

    A threat report can come with the question: vedette ask "what does this report mean for us?" --attach report.pdf

    Slides and reports that were asked for are written to --out. Nothing leaves this machine unless a model elsewhere
    was configured.
    """
    frame = frame_of(context)
    if jsonl:
        if attach:
            raise UserError("--attach goes with one question", next_step="leave --jsonl out")
        with frame.lake() as lake, open_copilot(frame, lake, model) as copilot:
            raise typer.Exit(_lines(copilot, case, out))
    from vedette.schema import Focus

    asked = _question(question)
    readings = attached(frame, attach or ())
    with frame.lake() as lake, open_copilot(frame, lake, model) as copilot:
        held = _session(lake, session)
        pinned = case or (held.case_id if held else None)
        answer = copilot.ask(asked, case_id=pinned, focus=held.focus if held else Focus(), readings=readings)
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
        out_dict = answer_dict(answer, files, session_id)
        if readings:
            out_dict["attached"] = attached_out(readings)
        frame.print_json(out_dict)
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
    return _as_text(text)


def _as_text(content: bytes) -> str:
    """Return standard input as text: UTF-8, or UTF-16 that says so, as some shells pipe it.

    Raises:
        UserError: it is neither, or holds what no question holds.
    """
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(
            f"standard input is not text: byte {error.start + 1} is no UTF-8",
            next_step="write the question as UTF-8 text; logs are read by vedette ingest",
        ) from None
    odd = next((c for c in text if unicodedata.category(c) == "Cc" and c not in "\t\r\n\f"), None)
    if odd is not None:
        raise UserError(
            f"standard input is not a question: it holds the control character U+{ord(odd):04X}",
            next_step="write the question as plain text; logs are read by vedette ingest",
        )
    return text


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


def _lines(copilot: Copilot, case: str | None, out: Path) -> int:
    """Answer every line of standard input on standard output, in order; return the exit code."""
    from vedette.cli.jsonl import exit_code
    from vedette.schema import Focus

    focuses: dict[str, Focus] = {}
    done = failed = 0
    for raw in sys.stdin.buffer:
        if raw.strip():
            line = _line(copilot, raw, case, out, focuses)
            failed += "error" in line
            done += "error" not in line
            sys.stdout.write(json_module.dumps(line, ensure_ascii=True, default=str))
            sys.stdout.write("\n")
            sys.stdout.flush()
    return exit_code(done, failed)


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
