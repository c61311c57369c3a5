"""JavaScript in Node: a script enters, what it does leaves."""

from __future__ import annotations

from vedette.commands.base import Reading, Scope
from vedette.commands.embedded.jscript import WindowsScript, read_with
from vedette.schema.command import Language


class NodeScript(WindowsScript):
    """JavaScript as Node runs it."""

    language = Language.JAVASCRIPT


def read(text: str, scope: Scope) -> Reading:
    """Return what a script for Node says."""
    return read_with(NodeScript(), text, scope)
