"""Make ``data/cwe.json`` from CWE's own CSV views: ``python -m vedette.knowledge._build_cwe FOLDER``.

FOLDER holds ``1000.csv`` (research concepts: every weakness) and ``1003.csv`` (the simplified view that the NVD maps
to). Same input, same bytes. Only ids, names, abstraction and parents are kept: nothing computed needs the prose.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import orjson

from vedette.knowledge._pinning import pin, run

_PARENT = re.compile(r"NATURE:ChildOf:CWE ID:(\d+):VIEW ID:1000(:ORDINAL:Primary)?")


def compact(weaknesses: Path, simplified: Path, version: str) -> bytes:
    """Return the packaged form: weaknesses by number, their parents (the primary one first), and the view's members."""
    view = sorted(int(row["CWE-ID"]) for row in _rows(simplified))
    listed = []
    for row in sorted(_rows(weaknesses), key=lambda row: int(row["CWE-ID"])):
        found = _PARENT.findall(row["Related Weaknesses"] or "")
        parents = [int(p) for p, primary in sorted(found, key=lambda pair: not pair[1])]
        listed.append([int(row["CWE-ID"]), row["Name"], row["Weakness Abstraction"], list(dict.fromkeys(parents))])
    return orjson.dumps({"version": version, "weaknesses": listed, "view_1003": view})


def _rows(path: Path) -> list[dict[str, Any]]:
    csv.field_size_limit(1 << 24)
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def build(folder: Path, out: Path, version: str, revision: str, source_date: str) -> None:
    """Write ``cwe.json`` and its entry in ``manifest.json``."""
    data = compact(folder / "1000.csv", folder / "1003.csv", version)
    pin(
        out,
        data,
        name="cwe",
        title="Common Weakness Enumeration",
        version=version,
        source="cwe.mitre.org",
        revision=revision,
        source_date=source_date,
        n_records=len(orjson.loads(data)["weaknesses"]),
        file="cwe.json",
        notice="CWE-NOTICE.txt",
    )


if __name__ == "__main__":
    run(build, __doc__)
