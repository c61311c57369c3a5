"""SSVC selections: one list for each exposure that an SSVC policy decided (CERT/CC's ``SelectionList``).

A policy that is no SSVC tree has no selections: then the file holds none, and says how many exposures it left out.
"""

from __future__ import annotations

import json
from typing import Any

from vedette.errors import UserError
from vedette.exposure.policies.selection import selection_list
from vedette.report.exposures.base import Extent
from vedette.schema import ExposureStatus


def render(extent: Extent) -> bytes:
    """Return JSON with the lists of every open exposure; equal decisions about one vulnerability share a list."""
    shared: dict[str, tuple[list[str], Any]] = {}
    left_out = 0
    for exposure in extent.exposures:
        if exposure.status is not ExposureStatus.OPEN:
            continue
        key = f"{exposure.vulnerability}\0{json.dumps(dict(exposure.decision.inputs), sort_keys=True)}"
        shared.setdefault(key, ([exposure.vulnerability], exposure.decision))[0].append(exposure.asset)
    lists = []
    for targets, decision in shared.values():
        unique = list(dict.fromkeys(targets))
        try:
            lists.append(selection_list(decision, targets=unique, at=extent.made_at))
        except UserError:
            left_out += len(targets) - 1
    document = {"policy": extent.policy, "policyVersion": extent.policy_version, "selectionLists": lists,
                "leftOut": left_out}  # fmt: skip
    return json.dumps(document, indent=1).encode() + b"\n"
