"""The National Vulnerability Database: answers of its API 2.0 and its feeds, which have the same form."""

from __future__ import annotations

from collections.abc import Iterable
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

_METRICS = ("cvssMetricV40", "cvssMetricV31", "cvssMetricV30", "cvssMetricV2")
_MAX_REFS = 50


def rows(members: Iterable[Member], head: Head) -> Rows:
    """Yield the vulnerabilities of answers or feeds.

    Raises:
        WrongFormatError: it is none, is torn, or says more vulnerabilities than it holds.
    """
    said, n_read, found = 0, 0, False
    for where, answer in documents(members):
        if at(answer, "format") != "NVD_CVE" or not isinstance(at(answer, "vulnerabilities"), list):
            raise WrongFormatError(f"{where} is no answer or feed of the NVD's 2.0")
        found = True
        head.latest(day_of(at(answer, "timestamp")))
        total, start = at(answer, "totalResults"), at(answer, "startIndex")
        # pages of one answer all say the same total; yearly feeds each say their own
        if isinstance(total, int) and (start == 0 or start is None):
            said += total
        for entry in answer["vulnerabilities"]:
            cve = cve_of(at(entry, "cve", "id"))
            if cve is None:
                head.skip(f"{where} has an entry without a CVE id")
                continue
            n_read += 1
            yield _row(cve, entry["cve"])
    if not found:
        raise WrongFormatError("it holds no answer or feed of the NVD's 2.0")
    if n_read + head.n_skipped < said:
        raise WrongFormatError(f"it says {said:,} vulnerabilities and holds {n_read:,}: pages are missing")


def _row(cve: str, record: Any) -> Row:
    metrics = [m for name in _METRICS for m in listed(at(record, "metrics", name))]
    own_first = sorted(metrics, key=lambda m: at(m, "type") != "Primary")
    weaknesses = sorted(listed(at(record, "weaknesses")), key=lambda w: at(w, "type") != "Primary")
    cwes = texts_of([at(d, "value") for w in weaknesses for d in listed(at(w, "description"))])
    return {
        "cve": cve,
        "status": text_of(at(record, "vulnStatus")),
        "description": text_of(english(at(record, "descriptions"))),
        "published_at": time_of(at(record, "published")),
        "updated_at": time_of(at(record, "lastModified")),
        "cvss": texts_of([at(m, "cvssData", "vectorString") for m in own_first]),
        "cwes": [c for c in cwes if c.startswith("CWE-")],
        "configurations": as_json(at(record, "configurations")),
        "refs": texts_of([at(r, "url") for r in listed(at(record, "references"))])[:_MAX_REFS],
        "kev_on": day_of(at(record, "cisaExploitAdd")),
        "kev_due_on": day_of(at(record, "cisaActionDue")),
    }
