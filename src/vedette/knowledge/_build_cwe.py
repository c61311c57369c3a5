"""Make ``data/cwe.json`` from CWE's own CSV views: ``python -m vedette.knowledge._build_cwe FOLDER``.

FOLDER holds ``1000.csv`` (research concepts: every weakness) and ``1003.csv`` (the simplified view that the NVD maps
to). Same input, same bytes. Only ids, names, abstraction and parents are kept: nothing computed needs the prose.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import re
from pathlib import Path
from typing import Any

import orjson

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
    (out / "cwe.json").write_bytes(data)
    path = out / "manifest.json"
    sets = orjson.loads(path.read_bytes())["sets"] if path.exists() else []
    entry = {
        "name": "cwe",
        "title": "Common Weakness Enumeration",
        "version": version,
        "source": "cwe.mitre.org",
        "revision": revision,
        "source_date": source_date,
        "n_records": len(orjson.loads(data)["weaknesses"]),
        "file": "cwe.json",
        "sha256": hashlib.sha256(data).hexdigest(),
        "notice": "CWE-NOTICE.txt",
    }
    sets = [item for item in sets if item["name"] != entry["name"]] + [entry]
    path.write_bytes(orjson.dumps({"sets": sets}, option=orjson.OPT_INDENT_2) + b"\n")


def main() -> None:
    """Build from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--version", required=True)
    parser.add_argument("--revision", required=True)
    parser.add_argument("--date", required=True)
    given = parser.parse_args()
    build(given.folder, Path(__file__).parent / "data", given.version, given.revision, given.date)


if __name__ == "__main__":
    main()
