"""Shell command lines and scripts, read: text enters; calls, words written out, nested code and a clear text leave."""

from __future__ import annotations

from vedette.commands.sh.environment import unix_environment
from vedette.commands.sh.methods import METHODS
from vedette.commands.sh.reader import read
from vedette.commands.sh.shells import written
from vedette.commands.sh.tools import pure

__all__ = ["METHODS", "pure", "read", "unix_environment", "written"]
