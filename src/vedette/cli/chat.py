"""``vedette chat``: a conversation about the data in the terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vedette.cli.answering import CaseOption, ModelOption, OutOption
from vedette.cli.frame import Frame, frame_of

if TYPE_CHECKING:
    from vedette.cli.conversing import Conversation

app = typer.Typer(rich_markup_mode=None)

_MAX_LINE = 16_000


@app.command()
def chat(
    context: typer.Context,
    case: CaseOption = None,
    session: Annotated[
        str | None, typer.Option("--session", "-s", help="Go on with a conversation: its id or beginning, or last.")
    ] = None,
    model: ModelOption = None,
    out: OutOption = Path(),
) -> None:
    """Talk with the data: ask, follow up, open citations. /help lists the commands; Ctrl-D or /quit ends.

    Lines of a pipe are asked one after another: vedette chat < questions.txt
    """
    frame = frame_of(context)
    from vedette.cli.conversing import Conversation

    with frame.lake() as lake, Conversation(frame, lake, model=model, case=case, session=session, out=out) as talk:
        if sys.stdin.isatty() and frame.out.is_terminal:
            _terminal(frame, talk)
        else:
            _piped(talk)


def _piped(talk: Conversation) -> None:
    for raw in sys.stdin.buffer:
        line = raw[:_MAX_LINE].decode("utf-8", "replace").strip()
        if line:
            talk.echo(line)
            if not talk.take(line):
                return


def _terminal(frame: Frame, talk: Conversation) -> None:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import WordCompleter
    from prompt_toolkit.history import FileHistory

    from vedette.cli.conversing import COMMANDS

    home = frame.home_path()
    home.mkdir(parents=True, exist_ok=True)
    history = home / "chat-history"
    history.touch(mode=0o600, exist_ok=True)
    prompt: PromptSession[str] = PromptSession(
        history=FileHistory(str(history)),
        completer=WordCompleter([f"/{name}" for name in COMMANDS], sentence=True),
        complete_while_typing=False,
    )
    talk.greet()
    for line in _prompted(prompt):
        if line and not _interruptible(talk, line):
            return


def _prompted(prompt: object) -> Iterator[str]:
    while True:
        try:
            yield str(prompt.prompt("\nask> ")).strip()  # type: ignore[attr-defined]
        except KeyboardInterrupt:
            continue
        except EOFError:
            return


def _interruptible(talk: Conversation, line: str) -> bool:
    """Take a line in a thread of its own, so that Ctrl-C ends the answer and not the program."""
    cancel = threading.Event()
    went_on: list[bool] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            went_on.append(talk.take(line, cancel))
        except BaseException as error:  # handed to the thread that waits
            failed.append(error)

    thread = threading.Thread(target=work, name="chat-answer", daemon=True)
    thread.start()
    while thread.is_alive():
        try:
            thread.join(0.1)
        except KeyboardInterrupt:
            cancel.set()
    if failed:
        raise failed[0]
    return went_on[0] if went_on else True
