"""MISP events, as a file or as the answer of an instance: one document each.

The information line is the title, reports and comments are prose, attributes are fields called by their type
(``ip-dst``, ``sha256``); the origin of each says its category and whether it is meant for detection (``to_ids``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from vedette.documents import values
from vedette.documents.base import Quarantined, RefusedError, Sample, Source
from vedette.documents.building import Builder, one_line
from vedette.documents.readers.markdown import markdown_blocks
from vedette.documents.times import parse_time
from vedette.schema.document import Document, PartKind

_GALAXY = re.compile(r"misp-galaxy:([a-z0-9\- ]{1,80})=\"([^\"]{1,200})\"$")
_MIN_PROSE_WORDS = 4
_PROSE_TYPES = frozenset({"comment", "text", "other"})


class MispReader:
    """Reads MISP events in JSON."""

    name = "misp"
    title = "MISP events"
    examples = ("MISP JSON",)

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is: by ``Event`` with ``info``, which no other format has."""
        head = sample.head
        if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"[") or b'"Event"' not in head:
            return 0.0
        return 0.95 if b'"info"' in head or b'"Attribute"' in head or b'"threat_level_id"' in head else 0.0

    def read(self, source: Source) -> Iterator[Document | Quarantined]:
        """Yield the events in order."""
        loaded = values.loads(source.whole(), source.limits)
        events = list(_events(loaded, 0))
        if not events:
            raise RefusedError("no MISP event in it")
        for number, event in enumerate(events, start=1):
            builder = Builder(
                source,
                media_type="application/vnd.misp+json",
                name=f"{source.name}#{number}" if len(events) > 1 else source.name,
            )
            try:
                yield _document(event, builder)
            except RefusedError as error:
                yield Quarantined(builder.name, str(error))
            source.work.check()


def _events(value: object, depth: int) -> Iterator[Mapping[str, Any]]:
    if depth > 3:
        return
    if isinstance(value, list):
        for inner in value:
            yield from _events(inner, depth + 1)
    elif values.is_object(value):
        event = value.get("Event")
        if values.is_object(event):
            yield event
        else:
            yield from _events(value.get("response"), depth + 1)


def _document(event: Mapping[str, Any], builder: Builder) -> Document:
    title = one_line(values.text(event.get("info")))
    if title:
        builder.put(PartKind.TITLE, title)
    for report in values.objects(event.get("EventReport")):
        builder.put(PartKind.HEADING, values.text(report.get("name")) or "Report", level=1)
        builder.add_all(markdown_blocks(values.text(report.get("content")), origin="EventReport"))
    builder.leave_sections()
    for galaxy in values.objects(event.get("Galaxy")):
        for cluster in values.objects(galaxy.get("GalaxyCluster")):
            builder.put(
                PartKind.HEADING, f"{values.text(galaxy.get('name'))}: {values.text(cluster.get('value'))}", level=1
            )
            builder.put(PartKind.PARAGRAPH, values.text(cluster.get("description")), origin="Galaxy")
    builder.leave_sections()
    tags = [values.text(tag.get("name")) for tag in values.objects(event.get("Tag"))]
    for tag in tags:
        if (named := _GALAXY.match(tag)) is not None:  # misp-galaxy:threat-actor="Gamaredon Group"
            builder.put(PartKind.FIELD, named[2], name=named[1], origin="Tag")
    for number, attribute in enumerate(_live(event.get("Attribute"), builder), start=1):
        _attribute(attribute, builder, f"attribute {number}")
        if builder.full:
            break
    for number, thing in enumerate(_live(event.get("Object"), builder), start=1):
        builder.leave_sections()
        builder.put(PartKind.HEADING, f"object: {values.text(thing.get('name'))}", level=1)
        _prose(values.text(thing.get("comment")), builder, f"object {number}")
        for at, attribute in enumerate(_live(thing.get("Attribute"), builder), start=1):
            _attribute(attribute, builder, f"object {number}, attribute {at}")
        if builder.full:
            break
    tlp = next((tag[4:].lower() for tag in tags if tag.lower().startswith("tlp:")), "")
    owner = event.get("Orgc") or event.get("Org")
    return builder.document(
        title=title,
        own_id=values.text(event.get("uuid")),
        published_at=parse_time(event.get("date")) or parse_time(event.get("publish_timestamp")),
        authors=[values.text(owner.get("name"))] if values.is_object(owner) else [],
        fields={
            "misp_uuid": values.text(event.get("uuid")),
            "tlp": tlp,
            "tags": ", ".join(t for t in tags if t),
            "threat_level": values.text(event.get("threat_level_id")),
        },
    )


def _live(given: object, builder: Builder) -> list[Mapping[str, Any]]:
    """Return the attributes or objects that were not deleted; how many were is told."""
    found = values.objects(given)
    live = [one for one in found if one.get("deleted") not in (True, "1", 1)]
    if len(live) < len(found):
        builder.unread("", f"{len(found) - len(live):,} deleted in the event: left out")
    return list(live)


def _attribute(attribute: Mapping[str, Any], builder: Builder, place: str) -> None:
    value = values.text(attribute.get("value"))
    kind = values.text(attribute.get("type")) or "attribute"
    category = values.text(attribute.get("category"))
    detection = "to_ids" if attribute.get("to_ids") in (True, "1", 1) else "not to_ids"
    origin = ", ".join(p for p in (place, category, detection) if p)
    if kind in _PROSE_TYPES and len(value.split()) > _MIN_PROSE_WORDS:
        builder.add_all(markdown_blocks(value, origin=origin))
    elif value and "|" in kind and "|" in value:  # filename|sha256: two values, one beside the other
        builder.put(PartKind.FIELD, " | ".join(value.split("|", 1)), name=kind, origin=origin)
    elif value:
        builder.put(PartKind.FIELD, value, name=kind, origin=origin)
    _prose(values.text(attribute.get("comment")), builder, origin)


def _prose(text: str, builder: Builder, origin: str) -> None:
    if text.strip():
        builder.put(PartKind.PARAGRAPH, text, origin=origin)


READER = MispReader()
