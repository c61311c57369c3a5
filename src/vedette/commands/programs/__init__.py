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
    tool_name,
    unversioned,
    written,
)

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
    "tool_name",
    "unversioned",
    "written",
]

_MODULES = ("unix", "cloud", "windows")


@cache
def _unwrappers() -> dict[str, Unwrapper]:
    found: dict[str, Unwrapper] = {}
    for name in _MODULES:
        full = f"{__name__}.{name}"
        try:
            module = importlib.import_module(full)
        except ModuleNotFoundError as error:
            if error.name != full:
                raise
            continue
        found.update(module.UNWRAPPERS)
    return found


def nested(call: Call, scope: Scope) -> list[Nested]:
    """Return the code that a called program runs, in the order in which it runs it.

    Programs that decode or write files are followed too: what they write goes to ``scope.files``.
    """
    if call.method:
        return []
    name = tool_name(call.name.text)
    table = _unwrappers()
    unwrap = table.get(name) or table.get(unversioned(name))
    found = unwrap(call, scope) if unwrap is not None else []
    if not found and (scope.files or (isinstance(call, LineCall) and call.files)):
        found = script(call.name.text, call, scope)
    if isinstance(call, LineCall) and call.environment:
        for layer in found:
            layer.environment = {**call.environment, **(layer.environment or {})}
    return found


def read(text: str, scope: Scope) -> Reading:
    """Read a program's command line as a process event holds it: one call, quoted the Windows way, no shell."""
    from vedette.commands.programs.line import read as read_line

    return read_line(text, scope)
