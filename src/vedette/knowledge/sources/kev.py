"""CISA's catalogue of known exploited vulnerabilities: its JSON, its CSV, or one entry a line."""

from __future__ import annotations

import csv
import io
from typing import Any

import orjson

from vedette.knowledge.sources.base import Head, Row, Rows, WrongFormatError, cve_of, day_of, text_of

MAX_BYTES = 64 << 20
"""The whole catalogue has about 1.5 MB."""


def rows(data: bytes, head: Head) -> Rows:
    """Yield the entries of a catalogue.

    Raises:
        WrongFormatError: it is no such catalogue, is torn, or says another number of entries than it has.
    """
    if len(data) > MAX_BYTES:
        raise WrongFormatError(f"{len(data):,} bytes; the catalogue has never had a thirtieth of that")
    entries = _entries(data, head)
    if not entries:
        raise WrongFormatError("it lists no vulnerability")
    seen = set()
    dated = head.on is not None
    for number, entry in enumerate(entries, 1):
        row = _row(entry, number)
        if row["cve"] in seen:
            head.skip(f"{row['cve']} is listed twice")
            continue
        seen.add(row["cve"])
        if not dated:
            head.latest(row["added_on"])
        yield row


def _entries(data: bytes, head: Head) -> list[Any]:
    start = data.lstrip()[:1]
    if start == b"{" and b'"vulnerabilities"' in data:
        try:
            catalogue = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise WrongFormatError(f"no whole JSON: {error}") from None
        entries = catalogue.get("vulnerabilities")
        if not isinstance(entries, list):
            raise WrongFormatError("'vulnerabilities' is no list")
        count = catalogue.get("count")
        if isinstance(count, int) and count != len(entries):
            raise WrongFormatError(f"it says {count:,} entries and holds {len(entries):,}")
        head.version = text_of(catalogue.get("catalogVersion")) or ""
        head.on = day_of(catalogue.get("dateReleased")) or day_of(head.version.replace(".", "-"))
        return entries
    if start == b"{":
        try:
            return [orjson.loads(line) for line in data.splitlines() if line.strip()]
        except orjson.JSONDecodeError as error:
            raise WrongFormatError(f"no JSON lines: {error}") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WrongFormatError("neither JSON nor text") from None
    if not text.lstrip('"').startswith("cveID"):
        raise WrongFormatError("neither the catalogue's JSON nor its CSV")
    try:
        listed = list(csv.DictReader(io.StringIO(text), strict=True))
    except csv.Error as error:
        raise WrongFormatError(f"a torn CSV: {error}") from None
    return [{**item, "cwes": (item.get("cwes") or "").replace(" ", "").split(",")} for item in listed]


def _row(entry: Any, number: int) -> Row:
    cve = cve_of(entry.get("cveID")) if isinstance(entry, dict) else None
    if cve is None:
        raise WrongFormatError(f"entry {number} has no CVE id")
    added = day_of(entry.get("dateAdded"))
    if added is None:
        raise WrongFormatError(f"{cve} has no day on which it was added")
    cwes = entry.get("cwes")
    return {
        "cve": cve,
        "vendor": text_of(entry.get("vendorProject")),
        "product": text_of(entry.get("product")),
        "name": text_of(entry.get("vulnerabilityName")),
        "description": text_of(entry.get("shortDescription")),
        "action": text_of(entry.get("requiredAction")),
        "added_on": added,
        "due_on": day_of(entry.get("dueDate")),
        # "Unknown" is what the catalogue says where nobody has seen it used so: not False
        "ransomware": True if str(entry.get("knownRansomwareCampaignUse")).strip().lower() == "known" else None,
        "cwes": [c for c in cwes if isinstance(c, str) and c] if isinstance(cwes, list) else [],
    }
