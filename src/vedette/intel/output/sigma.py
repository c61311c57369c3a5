"""Sigma rules for the indicators of reports, one for each place in the logs where such a value would stand."""

from __future__ import annotations

import ipaddress
import uuid
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

import yaml

from vedette.documents.marking import strictest
from vedette.intel.observables import benign
from vedette.intel.output.base import Told, marking_of, values_of
from vedette.intel.output.patterns import file_parts
from vedette.schema import ObservableKind, Reading, SeenObservable, Standing

NAMESPACE = uuid.UUID("8d0fd0b1-6f3c-5d58-9b57-0e3f35a1c7d4")
MOST_VALUES = 500
"""Values of one rule; more go into a further one."""
_WINDOWS = "windows"
_PLACES: tuple[tuple[str, tuple[ObservableKind, ...], dict[str, str], str, str], ...] = (
    ("a connection to an address", (ObservableKind.IP, ObservableKind.URL), {"category": "network_connection"},
     "DestinationIp", "address"),
    ("a connection into a network", (ObservableKind.IP_RANGE,), {"category": "network_connection"},
     "DestinationIp|cidr", "cidr"),
    ("a name asked for", (ObservableKind.DOMAIN, ObservableKind.URL), {"category": "dns_query"}, "QueryName", "host"),
    ("a host asked for through a proxy", (ObservableKind.DOMAIN,), {"category": "proxy"}, "cs-host", "host"),
    ("a URL asked for through a proxy", (ObservableKind.URL,), {"category": "proxy"}, "c-uri", "text"),
    ("a user agent at a proxy", (ObservableKind.USER_AGENT,), {"category": "proxy"}, "c-useragent", "text"),
    ("a program with a hash", (ObservableKind.HASH,), {"category": "process_creation", "product": _WINDOWS},
     "Hashes|contains", "hash"),
    ("a library with a hash", (ObservableKind.HASH,), {"category": "image_load", "product": _WINDOWS},
     "Hashes|contains", "hash"),
    ("a file of a name", (ObservableKind.FILE,), {"category": "file_event"}, "TargetFilename|endswith", "file"),
    ("a registry key", (ObservableKind.REGISTRY,), {"category": "registry_event", "product": _WINDOWS},
     "TargetObject|contains", "registry"),
)  # fmt: skip
_LEVELS = ("low", "medium", "high")
_SURE, _LIKELY = 0.9, 0.75
"""Confidence of a value's standing from which a rule is of level high, and medium."""
_WEAK = frozenset({ObservableKind.USER_AGENT, ObservableKind.IP_RANGE})
"""Kinds that others share: never above medium, nor is the bare name of a file."""
_MOST_TAGS = 10


def rules(readings: Sequence[Reading], told: Told) -> bytes:
    """Return rules, one document of YAML each; none where the reports hold no indicator.

    A rule holds the values of one place in the logs that are equally sure and stand with the same techniques. A host is
    looked for by itself and with names before it; the hosts of URLs are looked for too, where they are no one's whom
    many use.
    """
    at = max((reading.document.published_at or told.at for reading in readings), default=told.at)
    sources = [reading.document.title or reading.document.source for reading in readings]
    found: dict[tuple[ObservableKind, str], _Told] = {}
    for reading in readings:
        near = _Techniques(reading)
        for value in values_of(reading.observables):
            if value.standing is not Standing.INDICATOR:
                continue
            one = found.setdefault((value.first.kind, value.first.value), _Told(value.first))
            one.level = max(one.level, _level(value.first, value.confidence))
            one.techniques |= near.of(value.places)
    markings = {said for reading in readings if (said := marking_of(reading, told)) is not None}
    out: list[str] = []
    for what, kinds, logsource, field, form in _PLACES:
        groups: dict[tuple[int, tuple[str, ...]], list[str]] = {}
        for one in found.values():
            if one.seen.kind in kinds:
                group = (one.level, tuple(sorted(one.techniques)[:_MOST_TAGS]))
                groups.setdefault(group, []).extend(_forms(one.seen, form))
        for (level, techniques), told_values in sorted(groups.items(), key=lambda item: (-item[0][0], item[0][1])):
            said_once = list(dict.fromkeys(told_values))
            for start in range(0, len(said_once), MOST_VALUES):
                some = sorted(said_once[start : start + MOST_VALUES])
                name = "\n".join((field, str(sorted(logsource.items())), *some))
                with_them = f" with {', '.join(techniques[:3])}" if techniques else ""
                rule: dict[str, Any] = {
                    "title": f"{what.capitalize()} that threat reports name{with_them}",
                    "id": str(uuid.uuid5(NAMESPACE, name)),
                    "status": "experimental",
                    "description": f"Indicators of {len(readings)} report(s): {'; '.join(sources[:3])}"[:500],
                    "author": "vedette extract",
                    "date": f"{at:%Y-%m-%d}",
                    "logsource": logsource,
                    "detection": _detection(field, form, some),
                    "falsepositives": ["a shared host, or a value that has changed hands since the report"],
                    "level": _LEVELS[level],
                }
                tags = [f"attack.{number.lower()}" for number in techniques]
                if marking := strictest(*markings):
                    tags.append(f"tlp.{_TLP_TAGS.get(marking, marking)}")
                if tags:
                    rule["tags"] = tags
                out.append(yaml.safe_dump(rule, sort_keys=False, allow_unicode=True, width=120))
    return "---\n".join(out).encode()


_TLP_TAGS = {"white": "clear", "amber+strict": "amber-strict"}


@dataclass(slots=True)
class _Told:
    """An indicator of any of the reports."""

    seen: SeenObservable
    level: int = 0
    techniques: set[str] = dataclass_field(default_factory=set)


class _Techniques:
    """Which techniques stand with a value: in its sentence, or in its row or line."""

    def __init__(self, reading: Reading) -> None:
        self._text = reading.document.text
        listed = {one.technique for one in reading.report_techniques}
        told = sorted((one.start, one.end, one.technique) for one in reading.techniques if one.technique in listed)
        self._told = told
        self._starts = [start for start, _, _ in told]
        named = [one for one in reading.observables if one.kind is ObservableKind.TECHNIQUE]
        self._named = sorted((one.start, one.value.upper()) for one in named if one.value.upper() in listed)

    def of(self, places: Sequence[tuple[int, int]]) -> set[str]:
        """Return the techniques that stand with a value at some places."""
        out: set[str] = set()
        for start, end in places[:_MOST_PLACES]:
            at = bisect_right(self._starts, start)
            out |= {number for _, high, number in self._told[max(0, at - _BACK) : at] if high >= end}
            low = self._text.rfind("\n", max(0, start - _LINE), start) + 1
            high = self._text.find("\n", end, end + _LINE)
            if low and high > 0:
                begin = bisect_left(self._named, (low, ""))
                for place, number in self._named[begin : begin + _BACK]:
                    if place >= high:
                        break
                    out.add(number)
        return out


_MOST_PLACES = 50
_BACK = 12
_LINE = 600


def _level(one: SeenObservable, confidence: float) -> int:
    weak = one.kind in _WEAK or (one.kind is ObservableKind.FILE and not file_parts(one.value)[0])
    level = 2 if confidence >= _SURE else 1 if confidence >= _LIKELY else 0
    return min(level, 1) if weak else level


def _detection(field: str, form: str, some: Sequence[str]) -> dict[str, Any]:
    if form != "host":
        return {"selection": {field: list(some)}, "condition": "selection"}
    return {
        "selection_exact": {field: list(some)},
        "selection_below": {f"{field}|endswith": [f".{host}" for host in some]},
        "condition": "1 of selection_*",
    }


def _forms(one: SeenObservable, form: str) -> Iterator[str]:
    """Yield a value as the field writes it, what Sigma takes for wildcards escaped."""
    value = one.value
    match form:
        case "host" | "address":
            host = benign.host_of(value)
            if one.kind is ObservableKind.URL and (
                benign.group_of(host) is not None or benign.everyday(host) is not None
            ):
                return  # a file at a house that many use
            if host and _is_address(host) == (form == "address"):
                yield _plain(host.removeprefix("www.") if form == "host" else host)
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


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _plain(value: str) -> str:
    escaped = value.replace("*", "\\*").replace("?", "\\?")
    return escaped
