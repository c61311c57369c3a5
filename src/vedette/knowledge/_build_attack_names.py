"""Make ``data/attack-names.json``: ``python -m vedette.knowledge._build_attack_names FOLDER``.

FOLDER holds ``attack-kb/`` (groups and software as JSON lines: id, name, aliases, type) and
``attack-procedures/procedures.jsonl.gz``, extracted from the repository mitre/cti. No list has the campaigns:
they are the actors of procedures and the targets of links whose id begins with ``C``. Same input, same bytes.
"""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from vedette.knowledge._pinning import pin, run

_LINK = re.compile(r"\[([^\]]+)\]\(https://attack\.mitre\.org/(?:groups|software|campaigns)/([GSC]\d{4})\)")


def _rows(path: Path) -> list[dict[str, Any]]:
    data = path.read_bytes()
    data = gzip.decompress(data) if path.suffix == ".gz" else data
    return [orjson.loads(line) for line in data.splitlines() if line.strip()]


def compact(
    groups: Iterable[dict[str, Any]], software: Iterable[dict[str, Any]], procedures: Iterable[dict[str, Any]]
) -> list[list[Any]]:
    """Return rows of id, kind, names (the first is the title), and the ids that its description links to."""
    found: dict[str, tuple[str, list[str]]] = {}
    linked: defaultdict[str, set[str]] = defaultdict(set)
    for kind, rows in (("group", groups), ("software", software)):
        for row in rows:
            names = [row["name"], *(alias for alias in row["aliases"] if alias != row["name"])]
            found[row["id"]] = (kind if kind == "group" else row["type"], names)
            for name, ref in _LINK.findall(row["description"]):
                if ref != row["id"]:
                    linked[row["id"]].add(ref)
                    linked[ref].add(row["id"])
                if ref.startswith("C"):
                    found.setdefault(ref, ("campaign", [name]))
    for row in procedures:
        if row["actor_id"].startswith("C"):
            found.setdefault(row["actor_id"], ("campaign", [row["actor"]]))
    return [[ref, found[ref][0], found[ref][1], sorted(linked[ref] & set(found))] for ref in sorted(found)]


def build(folder: Path, out: Path, version: str, revision: str, source_date: str) -> None:
    """Write ``attack-names.json`` and its entry in ``manifest.json``."""
    rows = compact(
        _rows(folder / "attack-kb" / "groups.jsonl"),
        _rows(folder / "attack-kb" / "software.jsonl"),
        _rows(folder / "attack-procedures" / "procedures.jsonl.gz"),
    )
    pin(
        out,
        orjson.dumps({"version": version, "names": rows}),
        name="attack-names",
        title="MITRE ATT&CK groups, software and campaigns",
        version=version,
        source="mitre/cti",
        revision=revision,
        source_date=source_date,
        n_records=len(rows),
        file="attack-names.json",
        notice="ATTACK-NOTICE.txt",
    )


if __name__ == "__main__":
    run(build, __doc__)
