"""What programs run: a call enters, the code that it hands to another interpreter leaves.

Each module exports ``UNWRAPPERS``, from a tool's name (see :func:`tool_name`) to the function that knows its
conventions: ``powershell -enc …``, ``cmd /c …``, ``bash -c …``, ``schtasks /tr …``, ``docker exec … sh -c …``.
"""

from __future__ import annotations

import importlib
from functools import cache

from vedette.commands.base import Call, Nested, Reading, Scope
from vedette.commands.programs.base import (
    LineCall,
    Unwrapper,
    joined,
    line_of,
    methods_of,
    rest_as_command,
    script,
    span_of,
    tail,
    tool_name,
    unversioned,
    written,
)
from vedette.schema.command import Language

__all__ = [
    "LineCall",
    "Unwrapper",
    "joined",
    "line_of",
    "methods_of",
    "nested",
    "read",
    "rest_as_command",
    "script",
    "span_of",
    "tail",
    "tool_name",
    "unversioned",
    "written",
]

_MODULES = ("windows", "unix", "cloud")
_ENDINGS = ("", ".bat", ".cmd", ".vbs", ".js")
_WINDOWS = frozenset({Language.CMD, Language.PROGRAM, Language.POWERSHELL})
_UNIX_FIRST = frozenset({Language.SH, Language.AWK, Language.PERL, Language.RUBY, Language.PHP, Language.PYTHON})


@cache
def _unwrappers() -> dict[str, tuple[Unwrapper, ...]]:
    found: dict[str, tuple[Unwrapper, ...]] = {}
    for name in _MODULES:
        module = importlib.import_module(f"{__name__}.{name}")
        for tool, unwrap in module.UNWRAPPERS.items():
            found[tool] = (*found.get(tool, ()), unwrap)
    return found


def nested(call: Call, scope: Scope) -> list[Nested]:
    """Return the code that a called program runs, in the order in which it runs it.

    Programs that decode or write files are followed too: what they write goes to ``scope.files``. Where a name is at
    home on Windows and on Unix, the conventions of the system that the call is made on come first.
    """
    name = tool_name(call.name.text)
    table = _unwrappers()
    known = table.get(name) or table.get(unversioned(name)) or ()
    found: list[Nested] = []
    for unwrap in reversed(known) if call.language in _UNIX_FIRST else known:
        found = unwrap(call, scope)
        if found:
            break
    if not found and not call.method and (scope.files or (isinstance(call, LineCall) and call.files)):
        for ending in _ENDINGS if call.language in _WINDOWS else ("",):
            found = script(call.name.text + ending, call, scope)
            if found:
                break
    if isinstance(call, LineCall) and call.environment:
        for layer in found:
            layer.environment = {**call.environment, **(layer.environment or {})}
    return found


def read(text: str, scope: Scope) -> Reading:
    """Read a program's command line as a process event holds it: one call, quoted the Windows way, no shell."""
    from vedette.commands.programs.line import read as read_line

    return read_line(text, scope)
