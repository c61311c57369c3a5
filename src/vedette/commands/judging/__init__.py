"""From what a command is seen to do to its techniques and its risk.

A traced command enters; techniques with calibrated confidence, and a risk with its reasons, leave. Both rest on acts,
places and patterns of the tables and on two small models that ship with the package.
"""

from __future__ import annotations

from vedette.commands.judging.ranking import rank
from vedette.commands.judging.rating import RISKY, risk

__all__ = ["RISKY", "rank", "risk"]
