"""A layer for the ATT&CK Navigator: what the reports describe, coloured by how sure and in how many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from vedette.intel.output.base import Told
from vedette.knowledge import attack
from vedette.schema import Reading

LAYER_VERSION = "4.5"


def layer(readings: Sequence[Reading], told: Told) -> bytes:
    """Return a layer; a technique's score is its best confidence in percent, its comment where it is described."""
    del told
    found: dict[str, list[tuple[float, Reading, tuple[int, int]]]] = {}
    for reading in readings:
        for one in reading.report_techniques:
            found.setdefault(one.technique, []).append((one.confidence, reading, one.sentences[0]))
    techniques: list[dict[str, Any]] = []
    for number in sorted(found):
        uses = sorted(found[number], key=lambda use: (-use[0], use[1].document.document_id))
        said = [f"{use[1].document.title}: {use[1].document.text[slice(*use[2])]}" for use in uses[:5]]
        techniques.append(
            {
                "techniqueID": number,
                "score": round(100 * uses[0][0]),
                "comment": "\n".join(said),
                "enabled": True,
                "metadata": [{"name": "reports", "value": str(len(uses))}],
                "links": [],
                "showSubtechniques": "." in number,
            }
        )
    title = readings[0].document.title if len(readings) == 1 else f"{len(readings)} reports"
    body = {
        "name": title or "report",
        "versions": {"attack": attack.version.split(".")[0], "navigator": "5.0.0", "layer": LAYER_VERSION},
        "domain": "enterprise-attack",
        "description": "Techniques that these reports describe, with the sentences that say so.",
        "sorting": 3,
        "techniques": techniques,
        "gradient": {"colors": ["#ffffff", "#ffe766", "#ff6666"], "minValue": 0, "maxValue": 100},
        "legendItems": [],
        "metadata": [],
        "hideDisabled": False,
    }
    return orjson.dumps(body, option=orjson.OPT_INDENT_2) + b"\n"
