"""The claims room: a worded answer and facts enter; checked claims leave.

The one checker that the copilot, reports, commands and intel use.
"""

from vedette.claims.base import Checked

__all__ = ["Checked"]
