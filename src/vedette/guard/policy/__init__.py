"""The policy room: findings enter, what becomes of them leaves.

A policy is a readable YAML file, versioned and read strictly; it decides by rules in order and by nothing else.
"""

from typing import Any

from vedette.guard.policy.base import Mode, Passing, Policy, Rule, When, Where, where_of
from vedette.guard.policy.content import ForbiddenContent
from vedette.guard.policy.explaining import Explained, explain
from vedette.guard.policy.reading import PRESETS, load_policy, preset, preset_text, read_policy
from vedette.guard.policy.settling import settle
from vedette.guard.policy.values import AllowedValue
from vedette.guard.policy.warning import warnings
from vedette.guard.policy.writing import to_plain, to_yaml

DEFAULT: Policy
"""What holds where nobody says otherwise; read when first asked for."""


def __getattr__(name: str) -> Any:
    if name == "DEFAULT":
        return preset("default")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "DEFAULT",
    "PRESETS",
    "AllowedValue",
    "Explained",
    "ForbiddenContent",
    "Mode",
    "Passing",
    "Policy",
    "Rule",
    "When",
    "Where",
    "explain",
    "load_policy",
    "preset",
    "preset_text",
    "read_policy",
    "settle",
    "to_plain",
    "to_yaml",
    "warnings",
    "where_of",
]
