"""Make ``data/attack.json`` from ATT&CK as JSON lines: ``python -m vedette.knowledge._build_attack FOLDER``.

FOLDER holds ``techniques.jsonl.gz`` and ``tactics.jsonl`` (id, name, tactics, platforms), extracted from the
repository mitre/cti. Same input, same bytes. Long descriptions are left out: they are 95% of the size and nothing
computed needs them.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from vedette.knowledge._pinning import pin, run

ORDER = (
    # the matrix's own order, left to right; the source lists tactics in no order
    "reconnaissance",
    "resource-development",
    "initial-access",
    "execution",
    "persistence",
    "privilege-escalation",
    "defense-evasion",
    "credential-access",
    "discovery",
    "lateral-movement",
    "collection",
    "command-and-control",
    "exfiltration",
    "impact",
)


def compact(techniques: Iterable[dict[str, Any]], tactics: Iterable[dict[str, Any]], version: str) -> bytes:
    """Return the packaged form: tactics and platforms once, techniques as rows that point at them.

    Raises:
        ValueError: a tactic is not in ORDER, or a technique names one that is not listed.
    """
    rows = sorted(techniques, key=lambda row: str(row["id"]))
    listed = {row["shortname"]: row for row in tactics}
    if set(listed) != set(ORDER):
        raise ValueError(f"tactics differ from the known matrix: {sorted(set(listed) ^ set(ORDER))}")
    platforms = sorted({name for row in rows for name in row["platforms"]})
    out = {
        "version": version,
        "tactics": [[listed[name]["id"], name, listed[name]["name"]] for name in ORDER],
        "platforms": platforms,
        "techniques": [
            [
                row["id"],
                row["name"],
                sorted(ORDER.index(name) for name in row["tactics"]),
                [platforms.index(name) for name in sorted(row["platforms"])],
            ]
            for row in rows
        ],
    }
    return orjson.dumps(out)


def build(folder: Path, out: Path, version: str, revision: str, source_date: str) -> None:
    """Write ``attack.json`` and its entry in ``manifest.json``."""
    with gzip.open(folder / "techniques.jsonl.gz", "rb") as stream:
        techniques = [orjson.loads(line) for line in stream if line.strip()]
    tactics = [orjson.loads(line) for line in (folder / "tactics.jsonl").read_bytes().splitlines() if line.strip()]
    data = compact(techniques, tactics, version)
    pin(
        out,
        data,
        name="attack-enterprise",
        title="MITRE ATT&CK Enterprise",
        version=version,
        source="mitre/cti",
        revision=revision,
        source_date=source_date,
        n_records=len(techniques),
        file="attack.json",
        notice="ATTACK-NOTICE.txt",
    )


if __name__ == "__main__":
    run(build, __doc__)
