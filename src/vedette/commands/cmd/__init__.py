"""cmd.exe and batch files read: a line or script enters, its calls leave, with every phase of cmd's parser undone."""

from __future__ import annotations

import re

from vedette.commands.base import Reading, Scope
from vedette.commands.cmd.environment import windows_environment
from vedette.commands.cmd.methods import METHODS
from vedette.commands.cmd.shell import Shell
from vedette.commands.programs import line
from vedette.commands.programs.base import BATCH, DELAYED
from vedette.schema.command import Language

__all__ = ["METHODS", "read", "windows_environment"]

_STARTS_CMD = re.compile(
    r'(?i)\s*(?:"[^"%^&|<>]*\\cmd(?:\.exe)?"|"cmd(?:\.exe)?"|(?:[a-z]:\\[^\s"%^&|<>]*\\)?cmd(?:\.exe)?)(?:\s*/[^\s/^%]+)*?\s*/[ckr]'
)
_QUOTED = re.compile(r'"[^"]*"?')
_OPERATOR = re.compile(r"(?<!\^)[&|]")
_TYPED = re.compile(r"\^&\^&|\^\||[ \t]\^&")
"""Operators that a caret saves from the shell that reads the line first: they are meant for the cmd that it starts."""
_ONE_LINE = re.compile(r"(?i)%%~?[a-z][,;=\s]+in\b|%~[fdpnxsatz]*[0-9]")
_MARKED = re.compile(r"!([A-Za-z_#$@][^\s!:=%]{0,40})(?=!|:[~*])")
_BATCH = re.compile(r"(?im)%%~?[a-z*?#]|%%%|^[ \t@\ufeff]*(?:echo off|setlocal|goto )|%~[fdpnxsatz]*[0-9]|^:[a-z_]")


def read(text: str, scope: Scope) -> Reading:
    """Read a command line of cmd, or a batch file."""
    marker = scope.environment.get(BATCH)
    if marker is not None:
        batch = marker == "1"
    else:
        batch = _is_batch(text)
    if scope.depth == 0 and marker is None and not batch and (whole := _process(text)):
        reading = line.read(whole, scope)
        for call in reading.calls:
            call.language = Language.CMD
        return reading
    shell = Shell(text, scope, batch, scope.environment.get(DELAYED) == "1")
    if marker is None and scope.depth == 0 and "!" in text and "/v" not in text.replace("^", "").casefold():
        # A line without what it was started with: exclamation marks around what it sets say ``/v:on``.
        used = {name.upper() for name in _MARKED.findall(text[:200_000])}
        shell.delayed = bool(used & shell.names())
    shell.run()
    return shell.finish()


def _process(text: str) -> str | None:
    """Return a line that starts cmd itself, as a process event holds it; None for any other.

    Its operators belong to the cmd that is started: a shell that reads the line first would have taken them away.
    """
    if "\n" in text.strip():
        return None
    match = _STARTS_CMD.match(text)
    if match is None:
        return None
    rest = text[match.end() :]
    if "^" in rest and (
        '^"' in rest or (_TYPED.search(_QUOTED.sub("", rest)) and not _OPERATOR.search(_QUOTED.sub("", rest)))
    ):
        return None
    return text


def _is_batch(text: str) -> bool:
    if "%%" not in text and "\n" not in text and "%~" not in text:
        return False
    pattern = _BATCH if "\n" in text.strip() else _ONE_LINE
    return pattern.search(text) is not None
