"""PowerShell read statically: text of a script enters; its calls, its hidden code and its clear form leave."""

from __future__ import annotations

from vedette.commands.powershell.reader import read

__all__ = ["read"]
