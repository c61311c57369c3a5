"""``vedette sessions``: conversations that were kept: read, exported, shared, judged, deleted."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from vedette.cli.frame import Frame, JsonOption, frame_of
from vedette.errors import OutsideError, UserError
from vedette.schema import FeedbackKind, Verdict

if TYPE_CHECKING:
    from vedette.schema import Session
    from vedette.store import Lake
    from vedette.store.sessions import SessionBook

app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Conversations that were kept: list, show, export, share, judge, delete.",
    epilog='Go on with one: vedette ask --session SESSION "…"',
)

SessionArgument = Annotated[str, typer.Argument(metavar="SESSION", help="Session id or its beginning, or last.")]
TextOption = Annotated[str, typer.Option("--text", "-m", help="The corrected answer, or why; - reads it from stdin.")]
AuthorOption = Annotated[str | None, typer.Option("--author", help="Who says so (default: you).")]


@app.command("list")
def list_sessions(
    context: typer.Context,
    owner: Annotated[str | None, typer.Option("--owner", help="Only this one's.")] = None,
    most: Annotated[int, typer.Option("--most", min=1, max=100_000, help="At most so many.")] = 50,
    json: JsonOption = False,
) -> None:
    """List the sessions, last used first."""
    frame = frame_of(context)
    with _book(frame) as (_, book):
        sessions = book.list(owner, limit=most)
    if json:
        frame.print_json({"sessions": [_dict(s) for s in sessions]})
        return
    for s in sessions:
        n = f"{s.n_turns} question{'' if s.n_turns == 1 else 's'}"
        frame.say(f"{s.session_id}  {s.last_at:%Y-%m-%d %H:%M}  {n:<13} {s.owner[:20]:<12} {s.title[:80]}")
    if sessions:
        frame.next_step(f"vedette sessions show {sessions[0].session_id}", "what was asked and answered")
    else:
        frame.say("There are no sessions.")
        frame.next_step('vedette ask "what happened?"', "starts one")


@app.command()
def show(context: typer.Context, session: SessionArgument, json: JsonOption = False) -> None:
    """Show what was asked and answered, with citations, and who may read it."""
    frame = frame_of(context)
    from vedette.cli.answering import answer_dict, show_answer
    from vedette.store.feedback import FeedbackBook

    with _book(frame) as (lake, book):
        held = _find(book, session)
        turns, shares = book.turns(held.session_id), book.shares(held.session_id)
        said = FeedbackBook(lake).list(held.session_id)
    if json:
        frame.print_json(
            {
                "session": _dict(held),
                "turns": [{"number": t.number, "at": t.at, **answer_dict(t.answer)} for t in turns],
                "feedback": [_plain(f) for f in said],
                "shares": [_plain(s) for s in shares],
            }
        )
        return
    frame.say(held.title, "bold")
    about = f", about {held.case_id}" if held.case_id else ""
    frame.say(f"{held.session_id} of {held.owner}{about}, started {held.started_at:%Y-%m-%d %H:%M} UTC", "dim")
    for turn in turns:
        frame.say(f"\n{turn.number}. {turn.answer.question}", "bold")
        show_answer(frame, turn.answer)
        for one in (f for f in said if f.turn == turn.number):
            what = one.verdict.value if one.verdict else one.kind.value
            frame.say(f"  {one.author}: {what}{': ' + one.text if one.text else ''}", "yellow")
    for share in shares:
        until = f"until {share.expires_at:%Y-%m-%d %H:%M} UTC" if share.expires_at else "until it is taken back"
        frame.say(f"\nshared by {share.created_by} {until}: {share.share_id}", "yellow")
    frame.next_step(f'vedette ask --session {held.session_id} "…"', "go on asking")


@app.command()
def export(
    context: typer.Context,
    session: SessionArgument,
    form: Annotated[str, typer.Option("--format", "-f", help="json (everything) or markdown (to read).")] = "json",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to write; default: standard output.")] = None,
    json: JsonOption = False,
) -> None:
    """Write a session as JSON with everything that was kept, or as Markdown.

    Example: vedette sessions export last --format markdown --out session.md
    """
    frame = frame_of(context)
    from vedette.report.transcript import session_markdown
    from vedette.store import audit
    from vedette.store.book import whoami
    from vedette.store.feedback import FeedbackBook

    if form not in ("json", "markdown"):
        raise UserError(f"no format is called {form!r}", next_step="choose json or markdown")
    with _book(frame) as (lake, book):
        held = _find(book, session)
        if form == "json":
            made = orjson.dumps(book.export(held.session_id), option=orjson.OPT_INDENT_2) + b"\n"
        else:
            said = FeedbackBook(lake).list(held.session_id)
            made = session_markdown(held, book.turns(held.session_id), said).encode()
        audit.record(lake, whoami(), "session.export", held.session_id, {"format": form, "n_bytes": len(made)})
    if out is None:
        sys.stdout.write(_ascii(made) if form == "json" else made.decode())
        return
    _write(out, made)
    if json:
        frame.print_json({"session_id": held.session_id, "format": form, "path": str(out), "bytes": len(made)})
    else:
        frame.say(f"written: {out}")


@app.command()
def share(
    context: typer.Context,
    session: SessionArgument,
    days: Annotated[
        int | None, typer.Option("--days", min=1, max=3650, help="It opens for so many; default: for good.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Make a token that opens a session read-only, and show it this once."""
    frame = frame_of(context)
    expires_at = datetime.now(UTC) + timedelta(days=days) if days else None
    with _book(frame) as (_, book):
        held = _find(book, session)
        token = book.share(held.session_id, expires_at=expires_at)
        made = book.shares(held.session_id)[-1]
    if json:
        frame.print_json(
            {
                "session_id": held.session_id,
                "share_id": made.share_id,
                "token": token,
                "path": f"/api/shared/{token}",
                "expires_at": expires_at,
            }
        )
        return
    frame.say(token)
    until = f", until {expires_at:%Y-%m-%d}" if expires_at else ""
    frame.note(f"{made.share_id}{until}. On the server it opens /api/shared/TOKEN. It is kept nowhere: pass it on now.")


@app.command()
def unshare(
    context: typer.Context,
    session: SessionArgument,
    share_id: Annotated[str | None, typer.Argument(metavar="SHARE", help="One share; default: all of them.")] = None,
    json: JsonOption = False,
) -> None:
    """Take back one share of a session, or all."""
    frame = frame_of(context)
    with _book(frame) as (_, book):
        held = _find(book, session)
        n_taken = book.unshare(held.session_id, share_id)
    if json:
        frame.print_json({"session_id": held.session_id, "taken_back": n_taken})
    else:
        frame.say(f"{n_taken} share{'' if n_taken == 1 else 's'} of {held.session_id} taken back")


@app.command()
def delete(
    context: typer.Context,
    session: SessionArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: JsonOption = False,
) -> None:
    """Delete a session for good: questions, answers, files, feedback and shares. The audit keeps that it was."""
    frame = frame_of(context)
    with _book(frame) as (_, book):
        held = _find(book, session)
        try:
            agreed = yes or typer.confirm(f"Delete {held.session_id} ({held.n_turns} questions)?", err=True)
        except typer.Abort:  # nobody there to ask
            agreed = False
        if not agreed:
            raise UserError("nothing was deleted: not confirmed", next_step="say --yes")
        book.delete(held.session_id)
    if json:
        frame.print_json({"session_id": held.session_id, "deleted": True})
    else:
        frame.say(f"deleted: {held.session_id}")


@app.command()
def feedback(
    context: typer.Context,
    session: Annotated[
        str | None, typer.Argument(metavar="SESSION", help="Session id or its beginning, or last; none: all.")
    ] = None,
    turn: Annotated[
        int | None, typer.Argument(metavar="TURN", help="Number of the question; default: the last.")
    ] = None,
    accept: Annotated[bool, typer.Option("--accept", help="The answer was good.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="The answer was bad.")] = False,
    correct: Annotated[bool, typer.Option("--correct", help="--text is the answer as it should have been.")] = False,
    verdict: Annotated[
        Verdict | None, typer.Option("--verdict", help="Of the case that the answer spoke of; --text says why.")
    ] = None,
    text: TextOption = "",
    author: AuthorOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write what was said of all answers as JSON lines for the forge.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Say what an answer was worth, list what was said, or write it all as training data.

    Examples: vedette sessions feedback last --accept; vedette sessions feedback --out feedback.jsonl, and then
    vedette forge corpus feedback.jsonl --out corpus
    """
    frame = frame_of(context)
    from vedette.store.feedback import FeedbackBook

    said = [
        kind for kind, given in zip(FeedbackKind, (accept, reject, correct, verdict is not None), strict=True) if given
    ]
    if len(said) > 1 or (said and (session is None or out is not None)):
        raise UserError(
            "say one thing of one answer: --accept, --reject, --correct or --verdict",
            next_step="vedette sessions feedback SESSION TURN --accept",
        )
    with _book(frame) as (lake, book):
        kept = FeedbackBook(lake)
        if out is not None:
            n_sessions = kept.write_corpus(out)
            value: dict[str, Any] = {"path": str(out), "sessions": n_sessions}
        elif said and session is not None:
            held = _find(book, session)
            if text == "-":
                text = sys.stdin.read(100_000)
            one = kept.add(held.session_id, turn or held.n_turns, said[0], text=text, verdict=verdict, author=author)
            value = {"feedback": [_plain(one)]}
        else:
            value = {"feedback": [_plain(f) for f in kept.list(_find(book, session).session_id if session else None)]}
    if json:
        frame.print_json(value)
    elif out is not None:
        frame.say(f"{value['sessions']} sessions with feedback written: {out}")
        frame.next_step(f"vedette forge corpus {out} --out corpus", "makes a training corpus of it", here=False)
    else:
        for f in value["feedback"]:
            what = f["verdict"] or f["kind"]
            frame.say(f"{f['session_id']} {f['turn']}: {what} by {f['author']}{': ' + f['text'] if f['text'] else ''}")
        if not value["feedback"]:
            frame.say("Nothing was said of any answer.")
            frame.next_step("vedette sessions feedback last --accept", "says that the last one was good")


@contextmanager
def _book(frame: Frame) -> Iterator[tuple[Lake, SessionBook]]:
    from vedette.store.sessions import SessionBook

    with frame.lake() as lake:
        yield lake, SessionBook(lake)


def _find(book: SessionBook, wanted: str) -> Session:
    if wanted != "last":
        return book.find(wanted)
    newest = book.list(limit=1)
    if not newest:
        raise UserError("there is no session yet", next_step='vedette ask "what happened?"')
    return newest[0]


def _dict(session: Session) -> dict[str, Any]:
    value = _plain(session)
    del value["focus"]
    return value


def _plain(noun: object) -> dict[str, Any]:
    from vedette.store.book import to_json

    value: dict[str, Any] = orjson.loads(to_json(noun))
    return value


def _ascii(made: bytes) -> str:
    """Return JSON as ASCII, so that no terminal acts on what it holds."""
    import json

    return json.dumps(orjson.loads(made), ensure_ascii=True, indent=2) + "\n"


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise OutsideError(f"cannot write: {error.strerror or error}", location=str(path)) from None
