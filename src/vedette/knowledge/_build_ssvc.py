"""Make ``data/ssvc.json`` from SSVC's decision tables: ``python -m vedette.knowledge._build_ssvc FOLDER``.

FOLDER holds the tables as CERT/CC publishes them (``data/csv``): a row number, a column for each decision point with
its version, and the outcome last. Keys of points and values are those of ``data/json/decision_points``. Same input,
same bytes.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import orjson

from vedette.knowledge._pinning import pin, run

_FILES = {
    "bod-26-04": ("cisa_bod_26_04_1_0_0.csv", "CISA BOD 26-04 remediation timelines"),
    "cisa-coordinator": ("cisa_coordinator_2_0_3.csv", "CISA coordinator"),
    "deployer-patch-priority": ("deployer_patch_application_priority_1_0_0.csv", "Deployer patch application priority"),
    "human-impact": ("human_impact_1_0_0.csv", "Human impact"),
    "public-safety-impact": ("public_safety_impact_1_0_0.csv", "Public safety impact"),
    "utility": ("utility_1_0_0.csv", "Utility"),
}
_YES_NO = {"no": "N", "yes": "Y"}
_KEYS: dict[str, tuple[str, dict[str, str]]] = {
    "In KEV": ("KEV", _YES_NO),
    "Publicly Exposed": ("PE", _YES_NO),
    "Automatable": ("A", _YES_NO),
    "Technical Impact": ("TI", {"partial": "P", "total": "T"}),
    "CISA BOD 26-04 Remediation Timelines": (
        "BOD2604",
        {
            "fix on system upgrade": "FSU",
            "60 days": "60D",
            "14 days": "14D",
            "3 days": "3D",
            "3 days & forensic investigation": "3DF",
        },
    ),
    "Exploitation": ("E", {"none": "N", "public poc": "P", "active": "A"}),
    "Mission and Well-Being Impact": ("MWI", {"low": "L", "medium": "M", "high": "H"}),
    "CISA Levels": ("CISA", {"track": "T", "track*": "T*", "attend": "AT", "act": "AC"}),
    "System Exposure": ("EXP", {"small": "S", "controlled": "C", "open": "O"}),
    "Human Impact": ("HI", {"low": "L", "medium": "M", "high": "H", "very high": "VH"}),
    "Defer, Scheduled, Out-of-Cycle, Immediate": (
        "DSOI",
        {"defer": "D", "scheduled": "S", "out-of-cycle": "O", "immediate": "I"},
    ),
    "Safety Impact": ("SI", {"negligible": "N", "marginal": "M", "critical": "R", "catastrophic": "C"}),
    "Mission Impact": (
        "MI",
        {"degraded": "D", "mef support crippled": "MSC", "mef failure": "MEF", "mission failure": "MF"},
    ),
    "Public Safety Impact": ("PSI", {"minimal": "M", "significant": "S"}),
    "Value Density": ("VD", {"diffuse": "D", "concentrated": "C"}),
    "Utility": ("U", {"laborious": "L", "efficient": "E", "super effective": "S"}),
}
"""Name of a decision point to its key, and its values with theirs, mildest first."""
_HEADING = re.compile(r"(.+) v(\d+\.\d+\.\d+)(?: \((\w+)\))?")


def compact(tables: dict[str, tuple[str, str, list[list[str]]]], version: str) -> bytes:
    """Return the packaged form.

    Args:
        tables: name to title, version and the rows of the CSV, headings first.
        version: of the set.

    Raises:
        ValueError: a table has a point or value that is not known here, or not every combination exactly once.
    """
    points: dict[str, dict[str, Any]] = {}
    listed = []
    for name, (title, table_version, (headings, *rows)) in tables.items():
        columns = [_point(heading, points) for heading in headings[1:]]
        numbers = [[points[c]["names"].index(cell) for c, cell in zip(columns, row[1:], strict=True)] for row in rows]
        size = 1
        for column in columns[:-1]:
            size *= len(points[column]["names"])
        if len({tuple(n[:-1]) for n in numbers}) != size or len(numbers) != size:
            raise ValueError(f"{name}: not every combination is there once")
        listed.append({"name": name, "title": title, "version": table_version, "columns": columns, "rows": numbers})
    return orjson.dumps({"version": version, "points": points, "tables": listed})


def _point(heading: str, points: dict[str, dict[str, Any]]) -> str:
    match = _HEADING.fullmatch(heading)
    if match is None or match.group(1) not in _KEYS:
        raise ValueError(f"unknown decision point: {heading}")
    name, version, namespace = match.groups()
    key, values = _KEYS[name]
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    points[slug] = {
        "title": name,
        "namespace": namespace or "ssvc",
        "key": key,
        "version": version,
        "names": list(values),
        "keys": list(values.values()),
    }
    return slug


def build(folder: Path, out: Path, version: str, revision: str, source_date: str) -> None:
    """Write ``ssvc.json`` and its entry in ``manifest.json``."""
    tables = {}
    for name, (file, title) in _FILES.items():
        table_version = ".".join(file.removesuffix(".csv").rsplit("_", 3)[1:])
        with (folder / file).open(newline="", encoding="utf-8") as stream:
            tables[name] = (title, table_version, list(csv.reader(stream)))
    data = compact(tables, version)
    pin(
        out,
        data,
        name="ssvc",
        title="SSVC decision tables",
        version=version,
        source="CERTCC/SSVC",
        revision=revision,
        source_date=source_date,
        n_records=sum(len(t["rows"]) for t in orjson.loads(data)["tables"]),
        file="ssvc.json",
        notice="SSVC-NOTICE.txt",
    )


if __name__ == "__main__":
    run(build, __doc__)
