"""A MISP event for each report: values as attributes, names and techniques as galaxy tags, the marking as a tag."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from vedette.intel.output.base import Told, Value, marking_of, names_of, values_of
from vedette.intel.output.patterns import file_parts, key_path
from vedette.intel.output.rows import rows_of
from vedette.schema import MentionKind, ObservableKind, Reading, Standing

NAMESPACE = uuid.UUID("0c6a1a4e-4f0e-5a35-8a57-3b8d4c8a9e02")
_TYPES = {
    ObservableKind.IP: ("ip-dst", "Network activity"),
    ObservableKind.IP_RANGE: ("ip-dst", "Network activity"),
    ObservableKind.DOMAIN: ("domain", "Network activity"),
    ObservableKind.URL: ("url", "Network activity"),
    ObservableKind.EMAIL: ("email", "Payload delivery"),
    ObservableKind.FILE: ("filename", "Payload delivery"),
    ObservableKind.REGISTRY: ("regkey", "Persistence mechanism"),
    ObservableKind.MUTEX: ("mutex", "Artifacts dropped"),
    ObservableKind.USER_AGENT: ("user-agent", "Network activity"),
    ObservableKind.CVE: ("vulnerability", "External analysis"),
    ObservableKind.CWE: ("weakness", "External analysis"),
    ObservableKind.ASN: ("AS", "Network activity"),
    ObservableKind.YARA: ("yara", "Payload delivery"),
    ObservableKind.SIGMA: ("sigma", "Payload delivery"),
    ObservableKind.ACCESS_KEY: ("text", "Other"),
    ObservableKind.TELEGRAM: ("text", "Social network"),
}
_HASHES = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "ssdeep", "imphash", "tlsh"})
_COINS = {"bitcoin": "btc", "monero": "xmr"}
_TLP = {"white": "tlp:clear"}
_GALAXIES = {
    MentionKind.GROUP: "mitre-intrusion-set",
    MentionKind.MALWARE: "mitre-malware",
    MentionKind.TOOL: "mitre-tool",
    MentionKind.CAMPAIGN: "mitre-campaign",
}


def event(readings: Sequence[Reading], told: Told) -> bytes:
    """Return one event, or as many as there are readings under ``response``, as MISP's own export has it."""
    events = [{"Event": _event(reading, told)} for reading in readings]
    body: Any = events[0] if len(events) == 1 else {"response": events}
    return orjson.dumps(body, option=orjson.OPT_INDENT_2) + b"\n"


def _event(reading: Reading, told: Told) -> dict[str, Any]:
    document = reading.document
    at = document.published_at or told.at
    return {
        "uuid": str(uuid.uuid5(NAMESPACE, document.document_id)),
        "info": document.title or document.source or document.document_id,
        "date": f"{at:%Y-%m-%d}",
        "timestamp": str(int(at.timestamp())),
        "analysis": "2",
        "threat_level_id": "4",
        "distribution": "0",
        "published": False,
        "Attribute": list(_attributes(reading, str(int(at.timestamp())))),
        "Tag": [{"name": name} for name in _tags(reading, told)],
    }


def _attributes(reading: Reading, at: str) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    rows = rows_of(reading)
    for value in values_of(reading.observables):
        if value.standing is Standing.EXAMPLE:
            continue
        known = _kind(value)
        if known is None or value.key in seen or value.key in rows.names:
            continue
        seen.add(value.key)
        kind, category = known
        one = value.first
        said = key_path(one.value) if one.kind is ObservableKind.REGISTRY else one.value
        if one.kind is ObservableKind.ASN:
            said = said.upper().removeprefix("AS")
        file = rows.files.get(value.key)
        if file is not None and file.name is not None and (name := file_parts(file.name.value)[1]):
            kind, said = f"filename|{kind}", f"{name.replace('|', ' ')}|{said}"
        first_seen = rows.first_seen.get(value.key)
        yield {
            "uuid": str(uuid.uuid5(NAMESPACE, f"{reading.document.document_id}:{value.key}")),
            "type": kind,
            "category": category,
            "value": said,
            "to_ids": value.standing is Standing.INDICATOR and kind not in ("text", "vulnerability", "weakness", "AS"),
            "comment": "; ".join(part for part in (rows.said.get(value.key, ""), value.reason) if part),
            **({"first_seen": first_seen.isoformat()} if first_seen else {}),
            "timestamp": at,
            "distribution": "5",
        }


def _kind(value: Value) -> tuple[str, str] | None:
    one = value.first
    if one.kind is ObservableKind.HASH:
        return (one.sort, "Payload delivery") if one.sort in _HASHES else None
    if one.kind is ObservableKind.CRYPTO_ADDRESS:
        return _COINS.get(one.sort, "text"), "Financial fraud" if one.sort in _COINS else "Other"
    return _TYPES.get(one.kind)


def _tags(reading: Reading, told: Told) -> Iterator[str]:
    said = marking_of(reading, told)
    if said is not None:
        yield _TLP.get(said, f"tlp:{said}")
    for one in reading.report_techniques:
        yield f'misp-galaxy:mitre-attack-pattern="{_word(one.name or one.technique)} - {one.technique}"'
    for name in names_of(reading.entities, *_GALAXIES):
        ref = name.best.ref
        if ref and ref[:1] in "GSC" and ref[1:].isdigit():
            yield f'misp-galaxy:{_GALAXIES[name.best.kind]}="{_word(name.names[0])} - {ref}"'


def _word(text: str) -> str:
    return " ".join(text.replace('"', "'").split())
