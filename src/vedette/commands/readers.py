"""Which reader reads which language; a reader is imported when its language is first met."""

from __future__ import annotations

import importlib
from functools import cache

from vedette.commands.base import Method, Reader
from vedette.schema.command import Language

READERS: dict[Language, str] = {
    Language.POWERSHELL: "vedette.commands.powershell",
    Language.CMD: "vedette.commands.cmd",
    Language.SH: "vedette.commands.sh",
    Language.PROGRAM: "vedette.commands.programs",
    Language.JSCRIPT: "vedette.commands.embedded.jscript",
    Language.JAVASCRIPT: "vedette.commands.embedded.javascript",
    Language.VBSCRIPT: "vedette.commands.embedded.vbscript",
    Language.PYTHON: "vedette.commands.embedded.python",
    Language.PERL: "vedette.commands.embedded.perl",
    Language.RUBY: "vedette.commands.embedded.ruby",
    Language.PHP: "vedette.commands.embedded.php",
    Language.SQL: "vedette.commands.embedded.sql",
    Language.AWK: "vedette.commands.embedded.awk",
}
"""Language to the module whose ``read`` reads it."""

METHOD_TABLES = (
    "vedette.commands.powershell.methods",
    "vedette.commands.cmd.methods",
    "vedette.commands.sh.methods",
    "vedette.commands.embedded.methods",
)
"""Modules whose ``METHODS`` list the ways of hiding that are undone."""


@cache
def reader(language: Language) -> Reader | None:
    """Return the reader of a language, or None for text and bytes, which no interpreter reads."""
    module = READERS.get(language)
    if module is None:
        return None
    read: Reader = importlib.import_module(module).read
    return read


def methods() -> tuple[Method, ...]:
    """Return every way of hiding that is undone, by language."""
    return tuple(m for name in METHOD_TABLES for m in importlib.import_module(name).METHODS)
