"""CWE's CSV views and ATT&CK's STIX: reference sets that are held whole."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from vedette.knowledge.sources.base import Head, Rows, WrongFormatError, text_of, time_of
from vedette.knowledge.sources.members import Member
from vedette.knowledge.sources.records import at, documents, listed

_PARENT = re.compile(r"NATURE:ChildOf:CWE ID:(\d+):VIEW ID:1000(:ORDINAL:Primary)?")
_ATTACK_ID = re.compile(r"T\d{4}(?:\.\d{3})?")


def cwe_rows(members: Iterable[Member], head: Head) -> Rows:
    """Yield the weaknesses of ``1000.csv``, and whether ``1003.csv`` (the NVD's view) has them.

    Raises:
        WrongFormatError: there is no ``1000.csv`` in it, or it is none of CWE's.
    """
    views = {m.name.rpartition("/")[2]: m.data for m in members}
    if "1000.csv" not in views:
        raise WrongFormatError("it holds no 1000.csv, CWE's view of every weakness")
    view = {row["CWE-ID"] for row in _csv(views["1003.csv"])} if "1003.csv" in views else None
    for row in _csv(views["1000.csv"]):
        number, name = row.get("CWE-ID"), text_of(row.get("Name"))
        if number is None or not number.isdigit() or name is None:
            raise WrongFormatError("1000.csv has a row without number or name")
        found = _PARENT.findall(row.get("Related Weaknesses") or "")
        parents = dict.fromkeys(f"CWE-{p}" for p, primary in sorted(found, key=lambda pair: not pair[1]))
        yield {
            "cwe": f"CWE-{number}",
            "name": name,
            "abstraction": text_of(row.get("Weakness Abstraction")),
            "parents": list(parents),
            "simplified": None if view is None else number in view,
        }


def attack_rows(members: Iterable[Member], head: Head) -> Rows:
    """Yield the techniques of a STIX bundle that are in use.

    Raises:
        WrongFormatError: it is no bundle of ATT&CK.
    """
    found = False
    for where, bundle in documents(members):
        if at(bundle, "type") != "bundle":
            raise WrongFormatError(f"{where} is no STIX bundle")
        for item in listed(at(bundle, "objects")):
            if at(item, "type") == "x-mitre-collection":
                head.version = text_of(at(item, "x_mitre_version")) or head.version
                changed = time_of(at(item, "modified"))
                head.on = changed.date() if changed else head.on
            if at(item, "type") != "attack-pattern" or at(item, "revoked") or at(item, "x_mitre_deprecated"):
                continue
            ids = [str(at(r, "external_id")) for r in listed(at(item, "external_references"))]
            technique = next((i for i in ids if _ATTACK_ID.fullmatch(i)), None)
            name = text_of(at(item, "name"))
            if technique is None or name is None:
                head.skip(f"{at(item, 'id')} has no technique id")
                continue
            found = True
            changed = time_of(at(item, "modified"))
            if not head.version:
                head.latest(changed.date() if changed else None)
            yield {
                "technique": technique,
                "name": name,
                "tactics": [str(at(p, "phase_name")) for p in listed(at(item, "kill_chain_phases"))],
                "platforms": [p for p in listed(at(item, "x_mitre_platforms")) if isinstance(p, str)],
            }
    if not found:
        raise WrongFormatError("it holds no technique")


def _csv(data: bytes) -> list[dict[str, str]]:
    try:
        return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise WrongFormatError(f"no whole CSV: {error}") from None
