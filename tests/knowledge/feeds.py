"""Feeds as their publishers write them, small: made here, by the published schemas."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from typing import Any

VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
VECTOR4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"


def kev(*cves: str, released: str = "2026-11-20") -> bytes:
    entries = [
        {
            "cveID": cve,
            "vendorProject": "Acme",
            "product": "Gate",
            "vulnerabilityName": "Acme Gate injection",
            "dateAdded": "2026-11-18",
            "shortDescription": "It lets them in.",
            "requiredAction": "Mend it.",
            "dueDate": "2026-12-09",
            "knownRansomwareCampaignUse": "Known" if number == 0 else "Unknown",
            "notes": "",
            "cwes": ["CWE-78"],
        }
        for number, cve in enumerate(cves)
    ]
    about = {
        "title": "CISA Catalog",
        "catalogVersion": released.replace("-", "."),
        "dateReleased": f"{released}T15:00:00.0Z",
    }
    return json.dumps({**about, "count": len(entries), "vulnerabilities": entries}).encode()


def epss(scores: dict[str, tuple[str, str]], on: str = "2026-11-20") -> bytes:
    lines = [f"#model_version:v2025.03.14,score_date:{on}T12:55:00Z", "cve,epss,percentile"]
    return ("\n".join([*lines, *(f"{cve},{a},{b}" for cve, (a, b) in scores.items())]) + "\n").encode()


def cve_record(cve: str, *, state: str = "PUBLISHED", cisa: bool = True, updated: str = "2026-11-19") -> dict[str, Any]:
    ssvc = {
        "timestamp": "2026-11-19T10:00:00.000Z",
        "id": cve,
        "options": [{"Exploitation": "poc"}, {"Automatable": "yes"}, {"Technical Impact": "total"}],
        "role": "CISA Coordinator",
        "version": "2.0.3",
    }
    adp = {
        "title": "CISA ADP Vulnrichment",
        "providerMetadata": {"orgId": "134c704f-9b21-4f2e-91b3-4a467353bcc0", "shortName": "CISA-ADP"},
        "metrics": [
            {"other": {"type": "ssvc", "content": ssvc}},
            {"other": {"type": "kev", "content": {"dateAdded": "2026-11-18", "reference": "https://example.org"}}},
            {"cvssV3_1": {"version": "3.1", "vectorString": VECTOR, "baseScore": 9.8}},
        ],
        "problemTypes": [{"descriptions": [{"type": "CWE", "cweId": "CWE-77", "lang": "en"}]}],
    }
    cna = {
        "providerMetadata": {"orgId": "x", "shortName": "acme"},
        "title": "Injection in Gate",
        "descriptions": [{"lang": "de", "value": "Ein Fehler."}, {"lang": "en-US", "value": "A fault."}],
        "affected": [
            {"vendor": "Acme", "product": "Gate", "versions": [{"version": "1", "lessThan": "2", "status": "affected"}]}
        ],
        "metrics": [{"cvssV4_0": {"version": "4.0", "vectorString": VECTOR4}}],
        "problemTypes": [{"descriptions": [{"type": "CWE", "cweId": "CWE-78", "lang": "en"}]}],
        "references": [{"url": "https://example.org/gate"}],
    }
    return {
        "dataType": "CVE_RECORD",
        "dataVersion": "5.1",
        "cveMetadata": {
            "cveId": cve,
            "state": state,
            "assignerShortName": "acme",
            "datePublished": "2026-11-17T08:00:00.000Z",
            "dateUpdated": f"{updated}T10:05:00.000Z",
        },
        "containers": {"cna": cna, "adp": [{"title": "CVE Program Container"}, *([adp] if cisa else [])]},
    }


def nvd(*cves: str, total: int | None = None, start: int = 0) -> bytes:
    entries = [
        {
            "cve": {
                "id": cve,
                "vulnStatus": "Analyzed",
                "published": "2026-11-17T08:15:00.000",
                "lastModified": "2026-11-20T09:00:00.000",
                "descriptions": [{"lang": "en", "value": "A fault, says the NVD."}],
                "metrics": {
                    "cvssMetricV31": [
                        {
                            "type": "Secondary",
                            "source": "acme",
                            "cvssData": {"vectorString": VECTOR.replace("AC:L", "AC:H")},
                        },
                        {"type": "Primary", "source": "nvd@nist.gov", "cvssData": {"vectorString": VECTOR}},
                    ],
                    "cvssMetricV2": [{"type": "Primary", "cvssData": {"vectorString": "AV:N/AC:L/Au:N/C:P/I:P/A:P"}}],
                },
                "weaknesses": [{"type": "Primary", "description": [{"lang": "en", "value": "CWE-94"}]}],
                "configurations": [{"nodes": [{"operator": "OR", "cpeMatch": []}]}],
                "references": [{"url": "https://example.org/nvd"}],
                "cisaExploitAdd": "2026-11-18",
                "cisaActionDue": "2026-12-09",
            }
        }
        for cve in cves
    ]
    about = {
        "resultsPerPage": len(entries),
        "startIndex": start,
        "totalResults": len(entries) if total is None else total,
    }
    head = {"format": "NVD_CVE", "version": "2.0", "timestamp": "2026-11-20T12:00:00.000"}
    return json.dumps({**about, **head, "vulnerabilities": entries}).encode()


def osv(name: str, *aliases: str, withdrawn: str | None = None) -> dict[str, Any]:
    return {
        "schema_version": "1.6.0",
        "id": name,
        "modified": "2026-11-19T11:00:00Z",
        "published": "2026-11-18T11:00:00Z",
        **({"withdrawn": withdrawn} if withdrawn else {}),
        "aliases": list(aliases),
        "summary": "Injection in gate",
        "details": "Long words.",
        "severity": [{"type": "CVSS_V3", "score": VECTOR}],
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": "gate"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}],
            }
        ],
        "database_specific": {"cwe_ids": ["CWE-78"]},
    }


def zipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def packed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def stix() -> bytes:
    technique = {
        "type": "attack-pattern",
        "id": "attack-pattern--1",
        "name": "Gate crashing",
        "modified": "2026-10-01T00:00:00.000Z",
        "external_references": [{"source_name": "mitre-attack", "external_id": "T9001"}],
        "kill_chain_phases": [{"kill_chain_name": "mitre-attack", "phase_name": "impact"}],
        "x_mitre_platforms": ["Linux"],
    }
    revoked = {**technique, "id": "attack-pattern--2", "revoked": True}
    collection = {"type": "x-mitre-collection", "x_mitre_version": "19.0", "modified": "2026-10-02T00:00:00.000Z"}
    return json.dumps({"type": "bundle", "id": "bundle--1", "objects": [collection, technique, revoked]}).encode()


CWE_CSV = (
    b"CWE-ID,Name,Weakness Abstraction,Status,Description,Related Weaknesses\n"
    b'9001,Gate left open,Base,Stable,"Open, wide",::NATURE:ChildOf:CWE ID:284:VIEW ID:1000:ORDINAL:Primary::\n'
)
