"""What every verb shares: where the home is, how output looks, how errors end."""

from __future__ import annotations

import logging
import os
import shlex
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from datetime import tzinfo

    from vedette.settings import Settings
    from vedette.store import Lake

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
WorkersOption = Annotated[int | None, typer.Option("--workers", "-j", min=1, max=64, help="Processes (default 1).")]


class _Console(Console):
    """Lets a pipe that was closed be told of by the program, which knows what to exit with."""

    def on_broken_pipe(self) -> None:
        """Raise what happened."""
        raise BrokenPipeError


@dataclass
class Frame:
    """One call of the program."""

    home: Path | None = None
    quiet: bool = False
    out: Console = field(default_factory=lambda: _Console(highlight=False, emoji=False, markup=False))
    err: Console = field(default_factory=lambda: _Console(stderr=True, highlight=False, emoji=False, markup=False))
    json: bool = False
    _settings: Settings | None = None

    @property
    def settings(self) -> Settings:
        """Return the settings, read when first asked for."""
        if self._settings is None:
            from pydantic import ValidationError

            from vedette.errors import UserError
            from vedette.settings import Settings

            try:
                self._settings = Settings()
            except ValidationError as error:
                first = error.errors()[0]
                name = "VEDETTE_" + "_".join(str(p) for p in first["loc"]).upper()
                raise UserError(f"the setting {name} is wrong: {first['msg']}") from None
        return self._settings

    def home_path(self) -> Path:
        """Return the home folder of this call."""
        return self.home or self.settings.home

    def require_home(self) -> None:
        """Refuse a home that is not there, before a verb that only reads leaves anything in it.

        Raises:
            UserError: there is no such home.
        """
        if not self.settings.state_url and not self.home_path().exists():
            from vedette.errors import UserError

            raise UserError(
                f"there is no home at {self.home_path()}",
                next_step="check how --home or VEDETTE_HOME is spelt, or fill a new one: "
                f"vedette --home {shlex.quote(str(self.home_path()))} ingest LOGS",
            )

    @contextmanager
    def lake(self, *, make: bool = False) -> Iterator[Lake]:
        """Yield the home's lake.

        Args:
            make: whether this verb may make a home that is not there; one that reads may not, for a mistyped name
                would read as an empty home.

        Raises:
            UserError: there is no such home and this verb makes none.
        """
        from vedette.store import Lake

        if not make:
            self.require_home()
        lake = Lake.open(self.home_path(), self.settings.state_url)
        try:
            yield lake
        finally:
            lake.close()

    def workers(self, given: int | None) -> int:
        """Return how many processes to use."""
        return given or self.settings.workers

    def zone(self, given: str | None) -> tzinfo | None:
        """Return the time zone of that name, or the one set; None where neither is said."""
        name = given or self.settings.timezone
        if not name:
            return None
        from datetime import UTC, datetime
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        from vedette.errors import UserError

        if name.upper() in ("UTC", "Z", "GMT"):
            return UTC
        if name[0] in "+-":
            try:
                return datetime.strptime(name, "%z").tzinfo
            except ValueError:
                raise UserError(f"{name!r} is no offset", next_step="write it as +02:00") from None
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise UserError(
                f"there is no time zone {name!r}", next_step="write it as Europe/Berlin or +02:00"
            ) from None

    def print(self, *parts: Any) -> None:
        """Print for people on standard output."""
        self.out.print(*parts)

    def say(self, text: str, style: str | None = None) -> None:
        """Print text for people; what comes from logs in it is made inert.

        On a terminal long lines hang under their beginning; into a file or pipe they stay whole.
        """
        body = text.strip("\n")
        before, after = (len(text) - len(text.lstrip("\n")), len(text) - len(text.rstrip("\n")))
        shown = _hang(clean(body), self.out.width) if self.out.is_terminal else clean(body)
        self.out.print(Text("\n" * before + shown + "\n" * (after if body else 0), style=style or ""), soft_wrap=True)

    def note(self, text: str) -> None:
        """Print a line on standard error, unless quiet."""
        if not self.quiet:
            self.err.print(Text(clean(text), style="dim"))

    def next_step(self, command: str, why: str, *, here: bool = True) -> None:
        """Name the command worth trying next.

        Args:
            command: as it is to be typed.
            why: what for.
            here: whether it is about this home, so that ``--home`` must be said again where it was said.
        """
        if self.quiet:
            return
        if here and self.home is not None and os.environ.get("VEDETTE_HOME") != str(self.home):
            command = command.replace("vedette ", f"vedette --home {shlex.quote(str(self.home))} ", 1)
        self.err.print(
            Text("\nNext: ", style="dim"),
            Text(command, style="bold"),
            Text(f"  {why}", style="dim"),
            sep="",
            soft_wrap=True,
        )

    def print_json(self, value: Any) -> None:
        """Print JSON on standard output: ASCII, so that no terminal acts on what logs hold."""
        import json

        sys.stdout.write(json.dumps(value, ensure_ascii=True, indent=2, default=_plain) + "\n")


def _plain(value: Any) -> Any:
    from datetime import date, datetime

    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return str(value)


def clean(text: str) -> str:
    """Return text with control and direction characters made visible, so that a terminal takes no order from it.

    Line ends too: a name from a log must not be able to write a line of its own.
    """
    if text.isascii() and text.isprintable():
        return text
    out = []
    for char in text:
        if char.isprintable():
            out.append(char)
        elif char == "\t":
            out.append("  ")
        elif char in "\r\n":
            out.append("\\n" if char == "\n" else "\\r")
        else:
            out.append(f"\\u{ord(char):04x}" if ord(char) > 0xFF else f"\\x{ord(char):02x}")
    return "".join(out)


def _hang(line: str, width: int) -> str:
    body = line.lstrip(" ·•→?")
    indent = " " * min(len(line) - len(body), 12)
    wrapped = textwrap.wrap(
        line, max(width, 40), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(wrapped) or line


def setup_logging(level: str, *, as_json: bool) -> None:
    """Send log records of the library to standard error."""
    logging.basicConfig(level=getattr(logging, level.upper(), logging.WARNING), stream=sys.stderr, format="%(message)s")
    if logging.getLogger().isEnabledFor(logging.INFO):
        import structlog

        renderer: Any = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
        formatter = structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
        )
        for handler in logging.getLogger().handlers:
            handler.setFormatter(formatter)


def frame_of(context: typer.Context) -> Frame:
    """Return the frame of this call."""
    frame = context.obj
    assert isinstance(frame, Frame)  # noqa: S101 (main made it)
    return frame
