"""The policy ``cvss``: days by the rating of the CVSS score alone.

What many contracts still ask for, and the only thing that can be decided of a vulnerability of which nothing else is
known. 15 days for critical and 30 for high are those of CISA's BOD 19-02 (revoked in 2026), 90 for medium and 180 for
low those of FedRAMP's continuous monitoring. A policy file gives others.
"""

from __future__ import annotations

from collections.abc import Mapping

from vedette.exposure.policies.asking import QUESTIONS
from vedette.exposure.policies.base import Deciding, DecisionPoint

SEVERITIES = ("none", "low", "medium", "high", "critical")
_DAYS: dict[str, int | None] = {
    "fix critical": 15,
    "fix high": 30,
    "fix medium": 90,
    "fix low": 180,
    "no action": None,
}


def _judge(values: Mapping[str, str]) -> str:
    return "no action" if values["severity"] == "none" else f"fix {values['severity']}"


CVSS = Deciding(
    "cvss",
    "CVSS rating",
    "1",
    (DecisionPoint("severity", SEVERITIES, QUESTIONS["severity"]),),
    _DAYS,
    _judge,
)
