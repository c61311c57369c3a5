"""What was read, in the forms that other tools take: STIX, MISP, Navigator, rules, tables."""

from __future__ import annotations

import json
from collections.abc import Sequence

from vedette.intel.output.as_json import as_dict
from vedette.intel.output.base import TLP, Output, Told
from vedette.intel.output.markdown import page
from vedette.intel.output.misp import event
from vedette.intel.output.navigator import layer
from vedette.intel.output.sigma import rules
from vedette.intel.output.stix import bundle, readings_of
from vedette.intel.output.table import table
from vedette.schema import Reading

__all__ = ["OUTPUTS", "SUFFIXES", "TLP", "Output", "Told", "as_dict", "readings_of"]


def _json(readings: Sequence[Reading], told: Told) -> bytes:
    del told
    body = as_dict(readings[0]) if len(readings) == 1 else {"reports": [as_dict(one) for one in readings]}
    return json.dumps(body, ensure_ascii=True, indent=2, default=str).encode() + b"\n"  # a terminal may show it


OUTPUTS: dict[str, Output] = {
    "json": _json,
    "stix": bundle,
    "misp": event,
    "navigator": layer,
    "csv": table,
    "md": page,
    "sigma": rules,
}
"""What ``--to`` may say."""

SUFFIXES = {
    "json": ".json", "stix": ".stix.json", "misp": ".misp.json", "navigator": ".layer.json", "csv": ".csv", "md": ".md",
    "sigma": ".yml",
}  # fmt: skip
