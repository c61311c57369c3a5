"""A small lake of scans, written with the lake's own columns."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from vedette.exposure.engine import Exposures
from vedette.schema.scan_tables import SCAN_TABLES, scan_arrow_schema
from vedette.store import Lake

DAY = datetime(2026, 11, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NULLABLE = ("severity", "status", "owner", "data_class", "environment", "mission_impact", "safety_impact")


def arrow(table: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as the lake's table; what is left out is empty as readers leave it."""
    schema = scan_arrow_schema(table)
    columns: dict[str, list[Any]] = {}
    for field in schema:
        empty: Any = [] if pa.types.is_list(field.type) else None
        if pa.types.is_string(field.type) and field.name not in NULLABLE:
            empty = ""
        columns[field.name] = [row.get(field.name, empty) for row in rows]
    return pa.table(columns, schema=schema)


class World:
    """A lake that reports are put in, one by one."""

    def __init__(self, home: Path) -> None:
        self.lake = Lake.open(home)
        self._number = 0

    def report(
        self,
        reader: str = "trivy",
        *,
        at: datetime | None = DAY,
        places: tuple[str, ...] = (),
        findings: tuple[dict[str, Any], ...] = (),
        components: tuple[dict[str, Any], ...] = (),
        vex: tuple[dict[str, Any], ...] = (),
        assets: tuple[dict[str, Any], ...] = (),
        **head: Any,
    ) -> str:
        """Put one report in; findings are named by what ``find`` gives. Returns its id."""
        self._number += 1
        report_id = f"{self._number:032x}"
        row = {
            "report_id": report_id,
            "reader": reader,
            "made_at": at,
            "received_at": at or NOW,
            "source": "report.json",
        }
        row["places"] = list(dict.fromkeys((*places, *(f["place"] for f in findings))))
        row |= {"n_findings": len(findings), "n_components": len(components), "problem": None} | head
        written = []
        tables = {"scan_findings": findings, "components": components, "vex": vex, "assets": assets}
        for table, rows in ({"scan_reports": ({},)} | tables).items():
            if not rows:
                continue
            full = [
                row
                if table == "scan_reports"
                else {"report_id": report_id, "record_id": f"{report_id[-4:]}-{table}-{i}", **r}
                for i, r in enumerate(rows)
            ]
            written += self.lake.write(table, arrow(table, full), job="scans", shard=f"{report_id}-{table}")
        self.lake.commit(written, job="scans", shard=report_id)
        return report_id

    def open(self, **given: Any) -> Exposures:
        """The exposures of this moment."""
        return Exposures.open(self.lake, **{"now": NOW, **given})


def find(
    cve: str, name: str = "", version: str = "", place: str = "web-01.corp.example", **more: Any
) -> dict[str, Any]:
    """A finding of a vulnerability."""
    return {
        "kind": "vulnerability", "ids": cve.split(), "package_name": name, "package_version": version, "place": place,
        "place_kind": "host", "severity": "high", **more,
    }  # fmt: skip


assert set(SCAN_TABLES) == {"scan_reports", "scan_findings", "components", "vex", "assets"}
