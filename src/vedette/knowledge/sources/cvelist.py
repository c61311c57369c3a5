"""CVE records, format 5.x: the CVE List as archive, folder or lines; and CISA's Vulnrichment, which is made of them.

Of a record the assigner's own part is read (title, description, affected, vectors, weaknesses) and CISA's: its SSVC
decisions, its vectors and weaknesses, and the day of KEV. Vectors stand CISA's after the assigner's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from vedette.knowledge.sources.base import (
    Head,
    Row,
    Rows,
    WrongFormatError,
    cve_of,
    day_of,
    text_of,
    texts_of,
    time_of,
)
from vedette.knowledge.sources.members import Member
from vedette.knowledge.sources.records import as_json, at, documents, english, listed
from vedette.knowledge.sources.ssvc_options import NAMES, chosen

_MAX_REFS = 50
_VERSIONS = ("cvssV4_0", "cvssV3_1", "cvssV3_0", "cvssV2_0")


def rows(members: Iterable[Member], head: Head) -> Rows:
    """Yield the records of a CVE List.

    Raises:
        WrongFormatError: it holds no CVE record, or a file is torn.
    """
    for cve, record in _records(members, head):
        cna = at(record, "containers", "cna")
        cisa = _cisa(record)
        decided, decided_at = _ssvc(cisa)
        updated = time_of(at(record, "cveMetadata", "dateUpdated"))
        published = time_of(at(record, "cveMetadata", "datePublished"))
        head.latest((updated or published).date() if updated or published else None)  # type: ignore[union-attr]
        yield {
            "cve": cve,
            "state": text_of(at(record, "cveMetadata", "state")),
            "title": text_of(at(cna, "title")),
            "description": text_of(english(at(cna, "descriptions")) or english(at(cna, "rejectedReasons"))),
            "assigner": text_of(at(record, "cveMetadata", "assignerShortName")),
            "published_at": published,
            "updated_at": updated,
            "cvss": list(dict.fromkeys([*_vectors(cna), *_vectors(cisa)])),
            "cwes": list(dict.fromkeys([*_cwes(cna), *_cwes(cisa)])),
            "affected": as_json(at(cna, "affected")),
            "refs": texts_of([at(r, "url") for r in listed(at(cna, "references"))])[:_MAX_REFS],
            **{name: decided.get(name) for name in NAMES},
            "decided_at": decided_at,
            "kev_on": _kev(cisa),
        }


def vulnrichment_rows(members: Iterable[Member], head: Head) -> Rows:
    """Yield what CISA added to CVE records: from the records, or from lines of ``cve``, ``ssvc``, ``cisa_cvss``, ….

    Raises:
        WrongFormatError: it holds nothing of CISA's, or a file is torn.
    """
    found = False
    for where, record in documents(members):
        row = _flat(record) if at(record, "cve") and at(record, "ssvc") else _added(record, where, head)
        if row is None:
            continue
        found = True
        decided_at = row["decided_at"]
        head.latest(decided_at.date() if decided_at else row["kev_on"])
        yield row
    if not found:
        raise WrongFormatError("no record in it has a part of CISA's")


def _records(members: Iterable[Member], head: Head) -> Iterator[tuple[str, Any]]:
    found = False
    for where, record in documents(members):
        cve = cve_of(at(record, "cveMetadata", "cveId"))
        if cve is None or not isinstance(at(record, "containers"), dict):
            head.skip(f"{where} is no CVE record")
            continue
        found = True
        yield cve, record
    if not found:
        raise WrongFormatError("it holds no CVE record of format 5")


def _added(record: Any, where: str, head: Head) -> Row | None:
    cve = cve_of(at(record, "cveMetadata", "cveId"))
    cisa = _cisa(record)
    if cve is None or cisa is None:
        head.skip(f"{where} has no part of CISA's")
        return None
    decided, decided_at = _ssvc(cisa)
    return {
        "cve": cve,
        **{name: decided.get(name) for name in NAMES},
        "decided_at": decided_at,
        "cvss": _vectors(cisa),
        "cwes": _cwes(cisa),
        "kev_on": _kev(cisa),
    }


def _flat(record: Any) -> Row | None:
    cve = cve_of(record["cve"])
    if cve is None:
        return None
    said = record["ssvc"]
    decided, decided_at = chosen({"options": [said], "timestamp": at(said, "timestamp")})
    cvss = record.get("cisa_cvss")
    vectors = [at(v, "vector") for v in cvss.values()] if isinstance(cvss, dict) else listed(cvss)
    return {
        "cve": cve,
        **{name: decided.get(name) for name in NAMES},
        "decided_at": decided_at,
        "cvss": texts_of(vectors),
        "cwes": texts_of(record.get("cisa_cwe")),
        "kev_on": day_of(record.get("kev_date_added") or record.get("kev")),
    }


def _cisa(record: Any) -> Any:
    for container in listed(at(record, "containers", "adp")):
        name = at(container, "providerMetadata", "shortName")
        if isinstance(name, str) and name.lower() == "cisa-adp":
            return container
    return None


def _ssvc(container: Any) -> tuple[dict[str, str], Any]:
    for metric in listed(at(container, "metrics")):
        if at(metric, "other", "type") == "ssvc":
            return chosen(at(metric, "other", "content"))
        for key in ("ssvcV2_0_0", "ssvcV1_0_1"):
            if isinstance(at(metric, key), dict):
                return chosen(metric[key])
    return {}, None


def _kev(container: Any) -> Any:
    for metric in listed(at(container, "metrics")):
        if at(metric, "other", "type") == "kev":
            return day_of(at(metric, "other", "content", "dateAdded"))
    return None


def _vectors(container: Any) -> list[str]:
    metrics = listed(at(container, "metrics"))
    return texts_of([at(m, version, "vectorString") for version in _VERSIONS for m in metrics])


def _cwes(container: Any) -> list[str]:
    return texts_of(
        [at(d, "cweId") for p in listed(at(container, "problemTypes")) for d in listed(at(p, "descriptions"))]
    )
