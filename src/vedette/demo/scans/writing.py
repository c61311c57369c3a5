"""The door: writes the files of both scans, a week apart, and what lies still beside them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from random import Random
from typing import Any

from vedette.demo.clock import DAY, HOUR, MINUTE, day_key, weekday
from vedette.demo.company import Company, Host
from vedette.demo.scans.container import cyclonedx_sbom, openvex_statement, trivy_report
from vedette.demo.scans.estate import inventory, scanned_hosts
from vedette.demo.scans.nessus import nessus_file

_HEADINGS = (
    "Name", "FQDN", "IP address", "Type", "Owner", "Business criticality", "Internet facing", "Data classification",
    "Environment",
)  # fmt: skip


def write_scans(folder: Path, company: Company, *, seed: int, begin: int, entry: Host | None) -> tuple[Path, ...]:
    """Write the scans and return their files; the same arguments give the same bytes.

    Args:
        folder: where to.
        company: whose hosts were scanned.
        seed: chooses gaps, with a stream of its own: what logs hold does not depend on it.
        begin: the world's first midnight, in microseconds since 1970.
        entry: workstation that the incident begins on.
    """
    rng = Random(f"vedette-demo/scans/{seed}")  # noqa: S311 - a reproducible story, not a secret
    servers, workstations = scanned_hosts(company, rng, entry)
    rows = inventory(company, rng, entry)
    # The scanner runs on Wednesdays and Saturdays: its last run of the world's first three days, and a week before.
    second = next(day for day in range(begin + 2 * DAY, begin - 7 * DAY, -DAY) if weekday(day) in (2, 5))
    texts: dict[str, str] = {}
    for start, late in ((second - 7 * DAY, False), (second, True)):
        day = day_key(start)
        for name, hosts, at in (
            ("servers", servers, start + 2 * HOUR + 30 * MINUTE),
            ("workstations", workstations, start + 4 * HOUR),
        ):
            found = [(s.host, s.system, s.now if late else s.before) for s in hosts]
            texts[f"nessus/{name}-{day}.nessus"] = nessus_file(f"{name} {day}", found, at)
        texts[f"shop/trivy-{day}.json"] = _json(trivy_report(start + 5 * HOUR, late=late))
    texts["shop/shop-web.openvex.json"] = _json(openvex_statement(second - 30 * DAY))
    texts["shop/shop-web.cdx.json"] = _json(cyclonedx_sbom(second - 40 * DAY))
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(_HEADINGS)
    for r in rows:
        writer.writerow(
            (r.name, r.fqdn, r.address, r.kind, r.owner, r.criticality, r.facing, r.data, r.environment)
        )  # fmt: skip
    texts["inventory.csv"] = table.getvalue()
    written = []
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        written.append(path)
    return tuple(written)


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
