"""STIX 2.x bundles, and what a TAXII 2.1 server gave (envelopes) once it was saved to a file.

Each report, grouping, note and opinion is a document, with what it refers to: the prose of each object as paragraphs
under a heading of its own, its values (names, aliases, patterns, addresses, hashes, references) as fields, and its
relationships as sentences ("Emotet uses PsExec."). What no report refers to comes after, as further documents; where
there is but one report, all is one document. What was revoked says so in its origin. Markings (TLP) go into
``fields``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vedette.documents import values
from vedette.documents.base import Quarantined, RefusedError, Sample, Source
from vedette.documents.building import Builder, one_line
from vedette.documents.readers.markdown import markdown_blocks
from vedette.documents.times import parse_time
from vedette.schema.document import Document, PartKind

_REPORTS = ("report", "grouping", "note", "opinion")
_SILENT = frozenset({"type", "id", "spec_version", "created", "modified", "object_marking_refs", "granular_markings"})
_PROSE = frozenset({"description", "abstract", "content", "explanation", "summary", "x_mitre_detection", "body"})
_MAX_LOOSE = 200
"""Objects that no report refers to, in one document."""
_MAX_TOGETHER = 5_000
"""Objects that make one document with the only report of a bundle."""
_MAX_DEPTH = 8
_MAX_VALUE_CHARS = 20_000
_TLP = {
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "white",
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "green",
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "amber",
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "red",
    "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": "clear",
    "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "green",
    "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": "amber",
    "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": "amber+strict",
    "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": "red",
}


class StixReader:
    """Reads STIX 2.x bundles and TAXII 2.1 envelopes."""

    name = "stix"
    title = "STIX bundles and TAXII envelopes"
    examples = ("STIX 2.0", "2.1", "TAXII 2.1")

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is: by the type ``bundle``, or by objects that bear STIX ids."""
        head = sample.head.replace(b" ", b"").replace(b"\n", b"").replace(b"\r", b"").replace(b"\t", b"")
        if head.lstrip(b"\xef\xbb\xbf")[:1] not in (b"{", b"["):
            return 0.0
        if b'"type":"bundle"' in head and b'"objects":[' in head:
            return 0.95
        stix = b'"spec_version":"2.' in head or b'"id":"bundle--' in head or b'"created_by_ref":"identity--' in head
        return 0.94 if stix and (b'"objects":[' in head or head[:1] == b"[") else 0.0

    def read(self, source: Source) -> Iterator[Document | Quarantined]:
        """Yield the reports of a bundle, then what none of them refers to."""
        bundle = values.loads(source.whole(), source.limits)
        found = values.objects(bundle.get("objects") if values.is_object(bundle) else bundle)
        if not found:
            raise RefusedError("a bundle without objects")
        by_id = {str(o.get("id")): o for o in found}
        names = {key: one_line(values.text(o.get("name")) or values.text(o.get("value"))) for key, o in by_id.items()}
        told: set[str] = set()
        number = 0
        own = [o for o in found if o.get("type") in _REPORTS]
        rest = [o for o in found if o.get("type") not in (*_REPORTS, "marking-definition", "extension-definition")]
        if len(own) == 1 and len(rest) <= _MAX_TOGETHER:
            first = set(values.texts(own[0].get("object_refs")))
            rest.sort(key=lambda o: str(o.get("id")) not in first)
            yield from self._document(source, 1, own[0], rest, by_id, names)
            return
        for report in found:
            if report.get("type") not in _REPORTS:
                continue
            number += 1
            refs = [r for r in values.texts(report.get("object_refs")) if r in by_id]
            yield from self._document(source, number, report, [by_id[r] for r in refs], by_id, names)
            told.update((str(report.get("id")), *refs))
            source.work.check()
        loose = [
            o
            for o in found
            if str(o.get("id")) not in told and o.get("type") not in ("marking-definition", "extension-definition")
        ]
        for at in range(0, len(loose), _MAX_LOOSE):
            number += 1
            yield from self._document(source, number, None, loose[at : at + _MAX_LOOSE], by_id, names)
            source.work.check()

    def _document(
        self,
        source: Source,
        number: int,
        report: Mapping[str, Any] | None,
        inside: Sequence[Mapping[str, Any]],
        by_id: Mapping[str, Mapping[str, Any]],
        names: Mapping[str, str],
    ) -> Iterator[Document | Quarantined]:
        builder = Builder(source, media_type="application/stix+json", name=f"{source.name}#{number}")
        about = report if report is not None else {}
        title = names.get(str(about.get("id")), "") or one_line(values.text(about.get("abstract")))
        if title:
            builder.put(PartKind.TITLE, title)
        if report is not None:
            _tell(builder, report, names, skip=("name",))
        relations = [o for o in inside if o.get("type") == "relationship"]
        for thing in inside:
            if thing.get("type") == "relationship":
                continue
            if report is not None:
                builder.leave_sections()
            kind = str(thing.get("type"))
            builder.put(PartKind.HEADING, f"{kind}: {names.get(str(thing.get('id')), '') or thing.get('id')}", level=1)
            _tell(builder, thing, names)
            if builder.full:
                break
        said = [(sentence, one) for one in relations if (sentence := _sentence(one, names))]
        if said and not builder.full:
            builder.leave_sections()
            builder.put(PartKind.HEADING, "relationships", level=1)
        for sentence, one in said:
            origin = _origin(one)
            builder.put(PartKind.PARAGRAPH, sentence, origin=origin)
            builder.add_all(markdown_blocks(values.text(one.get("description")), origin=origin))
        author = by_id.get(str(about.get("created_by_ref")), {})
        try:
            yield builder.document(
                title=title or f"{source.base}, {len(inside)} objects",
                own_id=str(about.get("id", "")),
                published_at=parse_time(about.get("published") or about.get("created")),
                authors=[*values.texts(about.get("authors")), values.text(author.get("name"))],
                language=values.text(about.get("lang")),
                fields={
                    "stix_id": str(about.get("id", "")),
                    "tlp": _tlp(about, by_id),
                    "labels": ", ".join(values.texts(about.get("labels"))),
                },
            )
        except RefusedError as error:
            yield Quarantined(builder.name, str(error))


def _origin(thing: Mapping[str, Any]) -> str:
    """Return an object's id, and whether it was taken back."""
    return str(thing.get("id", ""))[:100] + (", revoked" if thing.get("revoked") is True else "")


def _sentence(relation: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return a relationship in words; empty where an end bears no name."""
    source, target = (names.get(values.text(relation.get(key)), "") for key in ("source_ref", "target_ref"))
    verb = one_line(values.text(relation.get("relationship_type"))).replace("-", " ")
    return f"{source} {verb} {target}." if source and target and verb else ""


def _tlp(about: Mapping[str, Any], by_id: Mapping[str, Mapping[str, Any]]) -> str:
    for reference in values.texts(about.get("object_marking_refs")):
        if reference in _TLP:
            return _TLP[reference]
        marking = by_id.get(reference, {})
        definition = marking.get("definition")
        if values.is_object(definition) and values.text(definition.get("tlp")):
            return values.text(definition["tlp"]).lower()
        named = values.text(marking.get("name")).upper()
        if named.startswith("TLP:"):
            return named[4:].lower()
    return ""


def _tell(builder: Builder, thing: Mapping[str, Any], names: Mapping[str, str], skip: Sequence[str] = ()) -> None:
    """Add an object's prose as paragraphs, its values as fields."""
    origin = _origin(thing)
    for key in thing:
        if key in _PROSE and isinstance(thing[key], str):
            builder.add_all(markdown_blocks(thing[key], origin=origin))
    kind = str(thing.get("type"))
    for key, value in thing.items():
        if key in _SILENT or key in skip or (key in _PROSE and isinstance(value, str)):
            continue
        if key == "external_references":
            _tell_references(builder, value, origin)
        elif key.endswith(("_ref", "_refs")):
            for reference in values.texts(value)[:200] if key != "object_refs" else ():
                if names.get(reference):
                    builder.put(PartKind.FIELD, names[reference], name=f"{kind}.{key}", origin=origin)
        else:
            for path, text in flat(value, f"{kind}.{key}"):
                builder.put(PartKind.FIELD, text, name=path, origin=origin)
        if builder.full:
            return


def _tell_references(builder: Builder, value: object, origin: str) -> None:
    for reference in values.objects(value)[:200]:
        url = values.text(reference.get("url"))
        said = [values.text(reference.get(k)) for k in ("source_name", "external_id", "description")]
        text = one_line(" ".join(s for s in said if s)) or url
        if text:
            builder.put(PartKind.FIELD, text, name="external_reference", origin=origin, target=url)


def flat(value: object, path: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield the texts and numbers of a JSON value, each with the path to it."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(inner, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from flat(inner, path, depth + 1)
    elif text := values.text(value).strip():
        yield path[:200], text[:_MAX_VALUE_CHARS]


READER = StixReader()
