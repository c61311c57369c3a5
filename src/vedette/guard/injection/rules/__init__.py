"""Rules for known forms of attack on language models: normalised text enters, hits with their ranges leave.

``signals`` is the door: it normalises, looks inside encodings and hidden places, and meets the rules with all of it.
"""

from vedette.guard.injection.rules.base import ALARM, INJECTION, JAILBREAK, Rule, RuleHit
from vedette.guard.injection.rules.engine import RULES, meet, warm
from vedette.guard.injection.rules.signals import Signals, signals

__all__ = ["ALARM", "INJECTION", "JAILBREAK", "RULES", "Rule", "RuleHit", "Signals", "meet", "signals", "warm"]
