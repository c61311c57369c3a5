"""Values that a structured source types: what a STIX object or pattern, or a MISP attribute, says a value is, it is."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace

from vedette.intel.observables.refanging import plain
from vedette.schema.document import Document, DocumentPart, PartKind
from vedette.schema.entity import ObservableKind
from vedette.schema.intel import SeenObservable

_STIX = {
    "domain-name.value": ObservableKind.DOMAIN,
    "ipv4-addr.value": ObservableKind.IP,
    "ipv6-addr.value": ObservableKind.IP,
    "url.value": ObservableKind.URL,
    "email-addr.value": ObservableKind.EMAIL,
    "file.name": ObservableKind.FILE,
    "mutex.name": ObservableKind.MUTEX,
    "windows-registry-key.key": ObservableKind.REGISTRY,
}
_MISP = {
    "domain": ObservableKind.DOMAIN,
    "hostname": ObservableKind.DOMAIN,
    "ip-dst": ObservableKind.IP,
    "ip-src": ObservableKind.IP,
    "ip": ObservableKind.IP,
    "url": ObservableKind.URL,
    "uri": ObservableKind.URL,
    "email": ObservableKind.EMAIL,
    "email-src": ObservableKind.EMAIL,
    "email-dst": ObservableKind.EMAIL,
    "email-reply-to": ObservableKind.EMAIL,
    "filename": ObservableKind.FILE,
    "email-attachment": ObservableKind.FILE,
    "mutex": ObservableKind.MUTEX,
    "regkey": ObservableKind.REGISTRY,
    "user-agent": ObservableKind.USER_AGENT,
    "http-user-agent": ObservableKind.USER_AGENT,
}
_HASHES = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "ssdeep", "imphash", "tlsh"})
"""The second half of a pair of MISP that the finder reads by itself."""
_COMPARED = re.compile(r"([a-z0-9-]{2,40}):([a-z_]{2,40}) ?(?:=|==|LIKE|IN ?\() ?'((?:[^'\\\n]|\\.){1,2000})'")
"""A comparison of a STIX pattern: the type, its property, the value."""
_HOST = re.compile(r"(?:[\w-]{1,63}\.){1,20}[\w-]{2,63}\.?")
_SHAPES = {
    ObservableKind.DOMAIN: _HOST,
    ObservableKind.IP: re.compile(r"[0-9.]{7,15}|[0-9A-Fa-f:.]{3,45}"),
    ObservableKind.URL: re.compile(r"[^\s]{4,2000}"),
    ObservableKind.EMAIL: re.compile(r"[^\s@]{1,100}@[^\s@]{3,255}"),
    ObservableKind.FILE: re.compile(r"[^\n|<>\"*?%]{1,300}"),
}
_ALIKE = frozenset({ObservableKind.DOMAIN, ObservableKind.FILE})
"""What the same letters can be."""


def typed(document: Document, found: Sequence[SeenObservable]) -> list[SeenObservable]:
    """Return the values of a document, those that its source types as it types them; the others as they were found."""
    fields = [part for part in document.parts if part.kind is PartKind.FIELD]
    said = [one for part in fields for one in _of(document.text, part)]
    if not said:
        return list(found)
    found = _outside_of_paths(found, [part for part in fields if _is_pattern(part)], said)
    starts = [one.start for one in found]
    kinds = {one.value: one for one in said if one.kind in _ALIKE}
    out = [
        replace(one, kind=kinds[one.value].kind, sort=kinds[one.value].sort)
        if one.kind in _ALIKE and one.value in kinds
        else one
        for one in found
    ]  # a heading that names the value
    taken: set[int] = set()
    more: list[SeenObservable] = []
    for one in said:
        at = bisect_left(starts, one.start)
        if at and found[at - 1].end > one.start:
            at -= 1
        over = []
        while at < len(found) and found[at].start < one.end:
            over.append(at)
            at += 1
        if any(found[i].start < one.start or found[i].end > one.end for i in over) or taken & set(over):
            continue
        if len(over) == 1 and (found[over[0]].start, found[over[0]].end) == (one.start, one.end):
            kept = found[over[0]]
            # an address with a length of prefix is a range, whatever its attribute is called
            if kept.kind is not one.kind and not (
                one.kind is ObservableKind.IP and kept.kind is ObservableKind.IP_RANGE
            ):
                out[over[0]] = replace(one, defanged=kept.defanged)
            taken.update(over)
            continue
        if one.kind is ObservableKind.IP:
            continue  # the finder knows addresses; what it does not take for one is none
        taken.update(over)
        for i in over:
            out[i] = replace(one, start=-1)
        more.append(one)
    if not more:
        return out
    return sorted([*(one for one in out if one.start >= 0), *more], key=lambda one: one.start)


def _is_pattern(part: DocumentPart) -> bool:
    return part.name.endswith("indicator.pattern") or part.name == "stix2-pattern"


def _outside_of_paths(
    found: Sequence[SeenObservable], patterns: Sequence[DocumentPart], said: Sequence[SeenObservable]
) -> list[SeenObservable]:
    """Return values without those that a pattern's own words look like: the ``name`` in ``mutex:name``."""
    told = {(one.start, one.end) for one in said}
    starts = [part.start for part in patterns]
    out = []
    for one in found:
        at = bisect_left(starts, one.start + 1) - 1
        inside = at >= 0 and one.end <= patterns[at].end
        if not inside or one.kind is not ObservableKind.MUTEX or (one.start, one.end) in told:
            out.append(one)
    return out


def _of(text: str, part: DocumentPart) -> Iterator[SeenObservable]:
    """Yield the values of a field whose kind it says."""
    name = part.name
    if _is_pattern(part):
        for found in _COMPARED.finditer(text, part.start, min(part.end, part.start + 200_000)):
            kind = _STIX.get(f"{found[1]}.{found[2]}")
            if kind is not None and "%" not in found[3]:
                yield from _value(text, kind, *found.span(3), escaped=True)
        return
    if name in _STIX:
        yield from _value(text, _STIX[name], part.start, part.end)
        return
    if not part.origin.endswith("to_ids"):
        return
    first, pair, second = name.partition("|")
    body = text[part.start : part.end]
    cut = body.find(" | ") if pair else -1
    if first in _MISP and (not pair or cut > 0):
        yield from _value(text, _MISP[first], part.start, part.start + cut if cut > 0 else part.end)
    if second in _MISP and second not in _HASHES and cut > 0:
        yield from _value(text, _MISP[second], part.start + cut + 3, part.end)


def _value(text: str, kind: ObservableKind, start: int, end: int, *, escaped: bool = False) -> Iterator[SeenObservable]:
    raw = text[start:end]
    if not raw.strip() or "\n" in raw or len(raw) > 2_000:
        return
    value = raw.replace("\\'", "'").replace("\\\\", "\\") if escaped else raw
    sort = ""
    if kind in (ObservableKind.DOMAIN, ObservableKind.URL, ObservableKind.EMAIL, ObservableKind.IP):
        value = plain(value).text
    if kind is ObservableKind.DOMAIN:
        value = value.lower().rstrip(".")
    if kind is ObservableKind.IP:
        sort = "v6" if ":" in value else "v4"
    if kind is ObservableKind.FILE:
        sort = "path" if "\\" in value or "/" in value else "name"
    shape = _SHAPES.get(kind)
    if shape is not None and shape.fullmatch(value) is None:
        return
    yield SeenObservable(kind=kind, value=value, text=raw, start=start, end=end, sort=sort, defanged=False)
