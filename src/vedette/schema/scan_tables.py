"""The lake's tables of what scans, SBOMs, VEX documents and inventories say, declared once.

Flat columns, so that SQL joins them: each names the field of its noun that it holds. A row of ``scan_findings``,
``components``, ``vex`` and ``assets`` also carries the report and the record that it came from.
"""

from __future__ import annotations

from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from vedette.schema.exposure import Asset, Component, ScanFinding, ScanRecord, ScanReport, VexStatement
from vedette.schema.flat_tables import FlatColumn, flat_arrow_schema, flat_columns

if TYPE_CHECKING:
    import pyarrow as pa

SCAN_VERSION = 1
"""Version of these columns: one more whenever they change; the lake fills what older files lack."""

_PLACE = (
    "place:string=place.name",
    "place_kind:string=place.kind",
    "place_aliases:strings=place.aliases",
    "base_layers:strings=place.base_layers",
    "operating_system:string=place.operating_system",
)
_PACKAGE = (
    "package_name:string=package.name",
    "package_version:string=package.version",
    "purl:string=package.purl",
    "cpe:string=package.cpe",
    "path:string=package.path",
)

SCAN_TABLES: dict[str, tuple[FlatColumn, ...]] = {
    "scan_reports": flat_columns(
        "report_id", "reader", "scanner", "made_at:time", "received_at:time", "source", "places:strings",
        "n_findings:int", "n_components:int", "n_statements:int", "n_assets:int", "n_refused:int", "problem",
    ),
    "scan_findings": flat_columns(
        "kind", "ids:strings", "related:strings", "title", "description", "severity", "cvss:strings", "score:float",
        "cwes:strings", *_PLACE, *_PACKAGE, "fixed_in:strings", "location", "layer", "status", "status_by",
        "reachable:bool", "epss:float", "known_exploited:bool", "seen_at:time", "first_seen_at:time",
        "refs:strings=references",
    ),
    "components": flat_columns(
        *_PLACE, *_PACKAGE, "ref", "type", "supplier", "licences:strings", "hashes:strings", "depends_on:strings",
    ),
    "vex": flat_columns(
        "ids:strings", "products:strings", "subcomponents:strings", "status", "justification", "statement", "author",
        "at:time",
    ),
    "assets": flat_columns(
        "name", "kind", "aliases:strings", "owner", "business_weight:float", "internet_facing:bool", "data_class",
        "environment", "mission_impact", "safety_impact", "mitigations:strings",
    ),
}  # fmt: skip
"""Table to its columns, in order; ``report_id``, ``record_id`` and ``pointer`` come before a record's."""

RECORD_TABLES: dict[type[ScanRecord], str] = {
    ScanFinding: "scan_findings",
    Component: "components",
    VexStatement: "vex",
    Asset: "assets",
}
"""Noun to the table of its rows."""

_HEAD = flat_columns("report_id", "record_id", "pointer")


@cache
def scan_columns(table: str) -> tuple[FlatColumn, ...]:
    """Return every column of a table in its order, those of the record's identity first."""
    own = SCAN_TABLES[table]
    return own if table == "scan_reports" else (*_HEAD, *own)


@cache
def scan_arrow_schema(table: str) -> pa.Schema:
    """Return a table's Arrow schema."""
    return flat_arrow_schema(scan_columns(table))


@cache
def _getter(table: str) -> attrgetter[Any]:
    return attrgetter(*(column.field for column in SCAN_TABLES[table]))


def scan_row(table: str, noun: ScanRecord | ScanReport) -> tuple[Any, ...]:
    """Return a noun's values in the order of ``SCAN_TABLES[table]``."""
    row: tuple[Any, ...] = _getter(table)(noun)
    return row
