"""A technique or weakness by id, from the newest version that is held or comes with the program."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from vedette.knowledge import attack, cwe, holding, pinned
from vedette.knowledge.columns import COLUMNS


def technique(home: Path, technique_id: str) -> tuple[dict[str, Any] | None, str]:
    """Return what is known of an ATT&CK technique, and the version that says it."""
    newer = _newer(home, "attack", "attack-enterprise")
    if newer is None:
        found = attack.technique(technique_id)
        return (asdict(found) if found else None), pinned.pinned("attack-enterprise").version
    row = _row(newer, technique_id)
    if row is None:
        return None, newer.version
    parent = technique_id.partition(".")[0] if "." in technique_id else None
    shown = {"id": row["technique"], "name": row["name"], "tactics": row["tactics"], "platforms": row["platforms"]}
    return {**shown, "parent": parent}, newer.version


def weakness(home: Path, cwe_id: str) -> tuple[dict[str, Any] | None, str]:
    """Return what is known of a CWE weakness, and the version that says it."""
    newer = _newer(home, "cwe", "cwe")
    known = cwe.normal_id(cwe_id)
    if newer is None:
        found = cwe.weakness(cwe_id)
        return (asdict(found) if found else None), pinned.pinned("cwe").version
    row = _row(newer, known or "")
    if row is None:
        return None, newer.version
    shown = {name: row[name] for name in ("name", "abstraction", "parents")}
    return {"id": row["cwe"], **shown}, newer.version


def _newer(home: Path, name: str, packaged: str) -> holding.HeldSet | None:
    held = holding.held(home, name)
    return held if held is not None and held.on > pinned.pinned(packaged).source_date else None


def _row(item: holding.HeldSet, key: str) -> dict[str, Any] | None:
    import pyarrow.parquet as pq

    column = next(iter(COLUMNS[item.name]))
    found: list[dict[str, Any]] = pq.read_table(item.path, filters=[(column, "=", key)]).to_pylist()
    return found[0] if found else None
