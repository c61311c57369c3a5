"""Investigate: findings and events enter, cases leave.

A case says what happened, in which order, along which path, and which accounts are implicated and
why. No language model takes part; every sentence is computed and cites the events it rests on.
"""

from vedette.investigate.engine import investigate
from vedette.investigate.options import InvestigateOptions

__all__ = ["InvestigateOptions", "investigate"]
