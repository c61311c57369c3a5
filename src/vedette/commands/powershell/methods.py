"""The ways of hiding that the reader of PowerShell undoes, each with an inert example."""

from __future__ import annotations

from vedette.commands.base import Method
from vedette.schema.command import Language

METHODS: tuple[Method, ...] = (
    Method("concatenation", "Text in pieces", Language.POWERSHELL, "iwr ('ht'+'tp://exam'+'ple.com/a')",
           "iwr 'http://example.com/a'"),
)  # fmt: skip
