"""The program: its options, its verbs, and what an error looks like."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text
from typer.core import TyperGroup

from vedette import __version__
from vedette.cli.frame import Frame, clean, setup_logging
from vedette.errors import InternalError, OutsideError, VedetteError

VERBS: dict[str, str] = {
    "demo": "Write a realistic incident in native log formats and investigate it.",
    "ingest": "Read logs (files, folders, archives, stdin) into the lake.",
    "detect": "Judge the lake's events by Sigma rules.",
    "investigate": "From raw logs, or the lake, to cases: what happened, which accounts, and slides.",
    "cases": "List, show, triage, annotate and close cases.",
    "ask": "Ask about the data in plain words; every sentence of the answer is checked and cited.",
    "chat": "Talk with the data: follow-ups, citations that open the evidence, sessions.",
    "sessions": "Conversations that were kept: list, show, export, share, judge, delete.",
    "promptbook": "Named sequences of questions: list, show, run, import, export.",
    "explain": "Read any command line aloud: decoded, explained, judged; nothing is executed.",
    "extract": "Read threat reports: indicators, names, ATT&CK techniques, relations, vulnerabilities.",
    "guard": "Protect what prompts carry: scan, mask, restore; a gateway to models.",
    "exposure": "What is exposed, by when it must be mended by whom, and why.",
    "report": "Write a case as slides, page, Markdown or JSON.",
    "query": "Run one SELECT over the lake, read-only.",
    "lake": "Look after the lake: status, retention, cleaning up.",
    "forge": "Build the team's own models from its own data, and prove that they are better.",
    "models": "Base weights: list, pull, add, remove; nothing is fetched unless asked.",
    "serve": "Serve chat, an API and MCP over HTTP.",
    "mcp": "Serve the tools to an assistant on this machine (MCP over stdio).",
    "tokens": "Tokens for the server: create, list, revoke.",
    "knowledge": "Show, import and fetch the reference knowledge that is held here.",
    "doctor": "Check the installation.",
}
"""Verb to its one-line help; modules are imported only when a verb is called."""


_ClickException: Any = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")
"""Of the click that this typer uses: older ones import it, newer ones bring their own."""


_BEFORE_VERBS = ("--home", "--quiet", "-q", "--verbose", "-v", "--version")
"""Options of the program itself, which no verb takes."""


class _LazyGroup(TyperGroup):
    """Lists verbs without importing them."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the verbs in the order in which they are met."""
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a verb's command, imported now."""
        if cmd_name not in VERBS:
            return None
        module: Any = importlib.import_module(f"vedette.cli.{cmd_name}")
        command: Any = typer.main.get_command(module.app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of verbs."""
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


app = typer.Typer(
    cls=_LazyGroup,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with: vedette demo. Every verb has --help.",
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"vedette {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    home: Annotated[
        Path | None, typer.Option("--home", envvar="VEDETTE_HOME", help="Folder of the lake, the state and caches.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no hints.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what is done.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Vedette: a self-hosted security copilot. From raw logs to a case with slides, every line resting on evidence."""
    context.obj = Frame(home=home, quiet=quiet)
    setup_logging("info" if verbose else os.environ.get("VEDETTE_LOG_LEVEL", "warning"), as_json=False)


def main() -> None:
    """Run the program; exit 0 on success, 1 over --fail-on, 2 on a user's error, 3 on an outside failure."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    frame = Frame()
    try:
        result = app(standalone_mode=False)
        sys.stdout.flush()
        sys.exit(result if isinstance(result, int) else 0)
    except VedetteError as error:
        _show(frame, error)
        sys.exit(error.exit_code)
    except typer.Exit as error:
        sys.exit(error.exit_code)
    except _ClickException as error:
        error.message = error.message.replace("Value error, ", "")
        error.show()
        option = getattr(error, "option_name", "")
        if option in _BEFORE_VERBS:
            frame.err.print(
                Text("  try: ", style="bold"), Text(f"vedette {option} … VERB: it stands before the verb"), sep=""
            )
        sys.exit(2)
    except (KeyboardInterrupt, typer.Abort):
        frame.err.print(Text("stopped", style="bold"))
        sys.exit(130)
    except BrokenPipeError:
        # who read the output has enough, as in "| head"; the signal itself stays ignored, for sockets break too
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        _show(frame, OutsideError(f"{error.strerror or error}{where}", next_step="check the disk and permissions"))
        sys.exit(3)
    except MemoryError:
        frame.err.print(Text("out of memory: use fewer --workers", style="bold red"))
        sys.exit(3)
    except Exception as error:
        # exit 1 means findings over --fail-on, and a traceback may hold what logs hold
        outside = type(error).__module__.startswith("sqlalchemy.")
        kind = OutsideError if outside else InternalError
        message = f"{type(error).__name__}: {error}"[:500]
        _show(frame, kind(message, next_step="vedette doctor, and run it again with --verbose to see where"))
        logging.getLogger(__name__).info("where it happened", exc_info=True)
        sys.exit(kind.exit_code)


def _show(frame: Frame, error: VedetteError) -> None:
    if "--json" in sys.argv:
        frame.print_json({"error": error.message, "location": error.location, "next_step": error.next_step})
    where = f" ({error.location})" if error.location else ""
    frame.err.print(Text("error: ", style="bold red"), Text(clean(error.message + where)), sep="")
    if error.next_step:
        frame.err.print(Text("  try: ", style="bold"), Text(clean(error.next_step)), sep="")


if __name__ == "__main__":
    main()
