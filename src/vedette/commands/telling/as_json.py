"""An explanation as JSON, in the nouns' own field names."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from vedette.schema.command import Explanation


def as_json(explanation: Explanation) -> dict[str, Any]:
    """Return an explanation as plain values.

    ``techniques`` carry their token as ``span``, ``methods`` are listed once for all layers, and ``final`` is the
    number of the deepest layer.
    """
    told = asdict(explanation)
    for technique in told["techniques"]:
        technique["span"] = {key: technique.pop(key) for key in ("layer", "start", "end", "text")}
    told["methods"] = list(explanation.methods)
    told["final"] = explanation.final.number
    return told
