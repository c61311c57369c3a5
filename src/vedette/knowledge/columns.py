"""The columns of each set, as its Parquet holds them.

A time is UTC without saying so (``TIMESTAMP``), a date a calendar day as the source says it. A list is never null; a
fact that the source does not give is. ``affected`` and ``configurations`` stay the JSON of their source: what a range
means is for who compares versions.
"""

from __future__ import annotations

from functools import cache
from typing import Any

COLUMNS: dict[str, dict[str, str]] = {
    "kev": {
        "cve": "text",
        "vendor": "text",
        "product": "text",
        "name": "text",
        "description": "text",
        "action": "text",
        "added_on": "date",
        "due_on": "date",
        "ransomware": "flag",
        "cwes": "list",
    },
    "epss": {"cve": "text", "epss": "number", "percentile": "number"},
    "vulnrichment": {
        "cve": "text",
        "exploitation": "text",
        "automatable": "text",
        "technical_impact": "text",
        "decided_at": "time",
        "cvss": "list",
        "cwes": "list",
        "kev_on": "date",
    },
    "cvelist": {
        "cve": "text",
        "state": "text",
        "title": "text",
        "description": "text",
        "assigner": "text",
        "published_at": "time",
        "updated_at": "time",
        "cvss": "list",
        "cwes": "list",
        "affected": "text",
        "refs": "list",
        "exploitation": "text",
        "automatable": "text",
        "technical_impact": "text",
        "decided_at": "time",
        "kev_on": "date",
    },
    "nvd": {
        "cve": "text",
        "status": "text",
        "description": "text",
        "published_at": "time",
        "updated_at": "time",
        "cvss": "list",
        "cwes": "list",
        "configurations": "text",
        "refs": "list",
        "kev_on": "date",
        "kev_due_on": "date",
    },
    "osv": {
        "id": "text",
        "aliases": "list",
        "related": "list",
        "title": "text",
        "description": "text",
        "published_at": "time",
        "updated_at": "time",
        "withdrawn_at": "time",
        "cvss": "list",
        "cwes": "list",
        "affected": "text",
    },
    "cwe": {"cwe": "text", "name": "text", "abstraction": "text", "parents": "list", "simplified": "flag"},
    "attack": {"technique": "text", "name": "text", "tactics": "list", "platforms": "list"},
}
"""Set to its columns and their kinds; the first column is the key that lookups go by."""


@cache
def arrow_schema(name: str) -> Any:
    """Return a set's Arrow schema."""
    import pyarrow as pa

    kinds = {
        "text": pa.string(),
        "date": pa.date32(),
        "time": pa.timestamp("us"),
        "number": pa.float64(),
        "flag": pa.bool_(),
        "list": pa.list_(pa.string()),
    }
    return pa.schema([(column, kinds[kind]) for column, kind in COLUMNS[name].items()])
