"""The claims room: a worded answer and facts enter; checked claims leave.

The one checker that the copilot, reports, commands and intel use.
"""

from vedette.claims.base import Checked
from vedette.claims.checker import Checker, check
from vedette.claims.sentences import sentences

__all__ = ["Checked", "Checker", "check", "sentences"]
