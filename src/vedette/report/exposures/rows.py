"""CSV: one row an exposure, with nothing in a cell that a spreadsheet would calculate."""

from __future__ import annotations

import csv
import io

from vedette.report.exposures.base import Extent
from vedette.report.inert import cell, visible
from vedette.schema import Exposure

COLUMNS = (
    "exposure_id", "vulnerability", "aliases", "title", "asset", "asset_kind", "owner", "package", "version", "purl",
    "fixed_in", "status", "status_by", "policy", "policy_version", "decision", "possible", "due", "due_if_gravest",
    "severity", "score", "vector", "epss", "kev_since", "internet_facing", "business_weight", "attempts", "exploited",
    "first_seen",
    "last_seen", "scanners", "locations", "unknown", "evidence",
)  # fmt: skip


def render(extent: Extent) -> bytes:
    """Return the rows as UTF-8 with a mark, so that spreadsheets read it as such."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for exposure in extent.exposures:
        writer.writerow([cell(visible(v)) for v in _values(exposure)])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "backslashreplace")


def _values(e: Exposure) -> list[str]:
    def day(at: object) -> str:
        return "" if at is None else str(at)[:10]

    def plain(value: object) -> str:
        return "" if value is None else str(value)

    facing = {None: "unknown", True: "yes", False: "no"}[e.internet_facing]
    d = e.decision
    return [
        e.exposure_id, e.vulnerability, " ".join(e.aliases), e.title, e.asset, e.asset_kind.value, e.owner or "",
        e.package.name, e.package.version, e.package.purl, ", ".join(e.fixed_in), e.status.value, e.status_by,
        d.policy, d.policy_version, d.outcome or "", " | ".join(d.possible),
        day(e.due_at) if d.outcome is not None else "", day(e.due_at),
        e.severity.value if e.severity else "", plain(e.score), e.vector or "", plain(e.epss), day(e.kev_at), facing,
        plain(e.business_weight), str(len(e.attempts)), str(len(e.exploited)), day(e.first_seen_at),
        day(e.last_seen_at), ", ".join(e.scanners), ", ".join(e.locations), " | ".join(e.unknown),
        " ".join(x.ref for x in e.evidence),
    ]  # fmt: skip
