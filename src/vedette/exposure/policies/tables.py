"""Policies that are a published SSVC table, looked up and not interpreted.

``bod-26-04`` is CISA's Binding Operational Directive 26-04 (June 2026): days by whether the vulnerability is in KEV,
the asset is publicly exposed, exploitation can be automated, and what it gives the attacker. ``ssvc-deployer`` is
CERT/CC's priority for who applies patches, and ``ssvc-coordinator`` CISA's track, attend, act: neither names days, so
their decisions carry no date unless a policy file gives one.

Source: CERTCC/SSVC, tables in :mod:`vedette.knowledge.ssvc`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from vedette.exposure.policies.asking import QUESTIONS
from vedette.exposure.policies.base import Deciding, DecisionPoint
from vedette.knowledge import ssvc

_DAYS = re.compile(r"(\d+) days\b.*")


def table_policy(
    name: str, title: str, table: ssvc.Table, days: Mapping[str, int | None] | None = None, version: str = ""
) -> Deciding:
    """Return a policy that looks up a table.

    Args:
        name: by which it is chosen.
        title: for people.
        table: the table.
        days: outcome to days; absent: what the outcome itself says (``14 days``), else none.
        version: empty: the table's.
    """
    given = days or {}
    outcomes = {o: given[o] if o in given else _said(o) for o in reversed(table.outcome.values)}
    points = tuple(DecisionPoint(p.name, p.values, QUESTIONS[p.name]) for p in table.points)
    return Deciding(name, title, version or table.version, points, outcomes, table.decide)


def _said(outcome: str) -> int | None:
    match = _DAYS.fullmatch(outcome)
    return int(match.group(1)) if match else None


BOD_26_04 = table_policy("bod-26-04", "CISA BOD 26-04", ssvc.table("bod-26-04"))
SSVC_DEPLOYER = table_policy("ssvc-deployer", "SSVC deployer (CERT/CC)", ssvc.table("deployer-patch-priority"))
SSVC_COORDINATOR = table_policy("ssvc-coordinator", "SSVC coordinator (CISA)", ssvc.table("cisa-coordinator"))
