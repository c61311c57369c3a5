"""Detect: events and Sigma rules enter, hits and folded findings leave.

- :func:`load_rules` reads Sigma rules (files, folders, zips, JSON Lines, and the built-in ones) and
  compiles them once; what cannot be compiled is listed in ``RuleSet.problems``.
- :class:`Matcher` matches batches of events in memory: ``Matcher(ruleset).match(natives, logsources, core)``.
- :func:`detect` judges every events segment of a lake that this rule set has not judged yet.
- :func:`correlate` evaluates Sigma correlations over the hits of their base rules.
- :func:`fold` turns hits into :class:`~vedette.schema.Finding` objects; :func:`findings` does both for
  the hits of a lake and adds the alerts of other security products.

Matching follows the Sigma specification 2.1; :mod:`vedette.detect.values` is the exact meaning of one
comparison. Regular expressions are RE2's dialect.
"""

from vedette.detect.base import (
    Correlation,
    DetectSummary,
    Hit,
    Rule,
    RuleInfo,
    RuleProblem,
    RuleSet,
)
from vedette.detect.correlate import CorrelationHit, correlate
from vedette.detect.fold import confidence, fold
from vedette.detect.loading import load_rules
from vedette.detect.matcher import Matcher
from vedette.detect.run import detect, findings

__all__ = [
    "Correlation",
    "CorrelationHit",
    "DetectSummary",
    "Hit",
    "Matcher",
    "Rule",
    "RuleInfo",
    "RuleProblem",
    "RuleSet",
    "confidence",
    "correlate",
    "detect",
    "findings",
    "fold",
    "load_rules",
]
