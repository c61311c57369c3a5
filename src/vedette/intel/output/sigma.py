"""Sigma rules for the indicators of reports, one for each place in the logs where such a value would stand."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from vedette.intel.output.base import Told, values_of
from vedette.intel.output.patterns import file_parts
from vedette.schema import ObservableKind, Reading, SeenObservable, Standing

NAMESPACE = uuid.UUID("8d0fd0b1-6f3c-5d58-9b57-0e3f35a1c7d4")
MOST_VALUES = 500
"""Values of one rule; more go into a further one."""
_WINDOWS = "windows"
_PLACES: tuple[tuple[str, ObservableKind, dict[str, str], str, str], ...] = (
    ("a connection to an address", ObservableKind.IP, {"category": "network_connection"}, "DestinationIp", "address"),
    ("a connection into a network", ObservableKind.IP_RANGE, {"category": "network_connection"}, "DestinationIp|cidr",
     "cidr"),
    ("a name asked for", ObservableKind.DOMAIN, {"category": "dns_query"}, "QueryName", "domain"),
    ("a host asked for through a proxy", ObservableKind.DOMAIN, {"category": "proxy"}, "cs-host", "domain"),
    ("a URL asked for through a proxy", ObservableKind.URL, {"category": "proxy"}, "c-uri", "url"),
    ("a user agent at a proxy", ObservableKind.USER_AGENT, {"category": "proxy"}, "c-useragent", "text"),
    ("a program with a hash", ObservableKind.HASH, {"category": "process_creation", "product": _WINDOWS},
     "Hashes|contains", "hash"),
    ("a library with a hash", ObservableKind.HASH, {"category": "image_load", "product": _WINDOWS}, "Hashes|contains",
     "hash"),
    ("a file of a name", ObservableKind.FILE, {"category": "file_event"}, "TargetFilename|endswith", "file"),
    ("a registry key", ObservableKind.REGISTRY, {"category": "registry_event", "product": _WINDOWS},
     "TargetObject|contains", "registry"),
)  # fmt: skip


def rules(readings: Sequence[Reading], told: Told) -> bytes:
    """Return rules, one document of YAML each; none where the reports hold no indicator."""
    at = max((reading.document.published_at or told.at for reading in readings), default=told.at)
    sources = [reading.document.title or reading.document.source for reading in readings]
    found: dict[tuple[ObservableKind, str], SeenObservable] = {}
    for reading in readings:
        for value in values_of(reading.observables):
            if value.standing is Standing.INDICATOR:
                found.setdefault((value.first.kind, value.first.value), value.first)
    techniques = sorted({one.technique for reading in readings for one in reading.report_techniques})
    out: list[str] = []
    for what, kind, logsource, field, form in _PLACES:
        told_values = [said for one in found.values() if one.kind is kind for said in _forms(one, form)]
        for start in range(0, len(told_values), MOST_VALUES):
            some = told_values[start : start + MOST_VALUES]
            name = "\n".join((field, str(sorted(logsource.items())), *sorted(some)))
            rule: dict[str, Any] = {
                "title": f"{what.capitalize()} that threat reports name",
                "id": str(uuid.uuid5(NAMESPACE, name)),
                "status": "experimental",
                "description": f"Indicators of {len(readings)} report(s): {'; '.join(sources[:3])}"[:500],
                "author": "vedette extract",
                "date": f"{at:%Y-%m-%d}",
                "logsource": logsource,
                "detection": {"selection": {field: sorted(some)}, "condition": "selection"},
                "falsepositives": ["a shared host, or a value that has changed hands since the report"],
                "level": "high",
            }
            if techniques:
                rule["tags"] = [f"attack.{number.lower()}" for number in techniques[:20]]
            out.append(yaml.safe_dump(rule, sort_keys=False, allow_unicode=True, width=120))
    return "---\n".join(out).encode()


def _forms(one: SeenObservable, form: str) -> Iterator[str]:
    """Yield a value as the field writes it, what Sigma takes for wildcards escaped."""
    value = one.value
    match form:
        case "cidr":
            if "/" in value:
                yield value
        case "hash":
            name = {"md5": "MD5", "sha1": "SHA1", "sha256": "SHA256", "imphash": "IMPHASH"}.get(one.sort)
            if name:
                yield f"{name}={value.upper()}"
        case "file":
            folder, name = file_parts(value)
            if name and "." in name:
                deep = value.partition("\\")[2] if value[1:2] == ":" else ""
                yield _plain("\\" + (deep or name)) if "\\" in value or not folder else _plain("/" + name)
        case "registry":
            yield _plain("\\" + value.partition("\\")[2])
        case _:
            yield _plain(value)


def _plain(value: str) -> str:
    escaped = value.replace("*", "\\*").replace("?", "\\?")
    return escaped
