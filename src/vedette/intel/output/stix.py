"""STIX 2.1: one report object for each document, with everything it tells; ids follow from what a thing is.

The same thing in two reports has the same id, so that platforms merge them. Beside the standard's objects each report
carries the whole reading in an extension (:data:`EXTENSION`), from which :func:`readings_of` gives back all of it,
places in the text included.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import orjson

from vedette.errors import UserError
from vedette.intel.output.base import Name, Told, Value, marking_of, names_of, values_of
from vedette.intel.output.patterns import cyber_observables, pattern_of
from vedette.knowledge import attack
from vedette.schema import (
    MentionKind,
    ObservableKind,
    Reading,
    Relation,
    ReportTechnique,
    Standing,
    VulnerabilityMention,
)
from vedette.store.book import from_json, to_json

NAMESPACE = uuid.UUID("5f0d9a7c-2f7e-5b62-9d0c-7a1b8f3f4c11")
"""Of every id that we give out (RFC 9562, version 5)."""
EXTENSION = f"extension-definition--{uuid.uuid5(NAMESPACE, 'reading')}"
TOOL = f"identity--{uuid.uuid5(NAMESPACE, 'vedette')}"
_SINCE = "2026-01-01T00:00:00.000Z"
"""When our own identity and extension were made."""
_SOURCES = {"G": "groups", "S": "software", "C": "campaigns", "T": "techniques"}
_SHOWN = frozenset({Standing.OBSERVABLE, Standing.INDICATOR, Standing.VICTIM})
_LONGEST = 4_000
"""Characters of a name or sentence that are told."""


def bundle(readings: Sequence[Reading], told: Told) -> bytes:
    """Return a bundle of all readings, objects in the order of their ids."""
    objects: dict[str, Any] = {}
    for reading in readings:
        for one in _Written(reading, told).objects():
            objects.setdefault(one["id"], one)
    found = [objects[name] for name in sorted(objects)]
    digest = uuid.uuid5(NAMESPACE, "\n".join(sorted(objects)))
    return orjson.dumps({"type": "bundle", "id": f"bundle--{digest}", "objects": found}, option=_INDENTED) + b"\n"


_INDENTED = orjson.OPT_INDENT_2


def readings_of(data: bytes) -> list[Reading]:
    """Return the readings that a bundle of ours carries, in the order of their reports' ids.

    Raises:
        UserError: it is no bundle, or none of ours.
    """
    try:
        objects = orjson.loads(data)["objects"]
        bodies = [one["extensions"][EXTENSION]["reading"] for one in objects if one["type"] == "report"]
    except (ValueError, KeyError, TypeError):
        raise UserError(
            "this is no STIX bundle that vedette extract wrote", next_step="make one: vedette extract REPORT --to stix"
        ) from None
    return [from_json(Reading, body) for body in bodies]


class _Written:
    """One reading, as objects."""

    def __init__(self, reading: Reading, told: Told) -> None:
        self._reading = reading
        self._text = reading.document.text
        self._told = told
        self._at = reading.document.published_at or told.at
        self._ids: dict[str, str] = {}
        self._marks: list[str] = []

    def objects(self) -> Iterator[dict[str, Any]]:
        """Yield every object, those referred to first."""
        yield from _own()
        yield from self._markings()
        content = [
            *self._names(), *self._techniques(), *self._vulnerabilities(), *self._values(),
        ]  # fmt: skip
        seen = {one["id"]: one for one in content}
        content = [*seen.values(), *self._relations(), *self._indicates()]
        report = self._report([one["id"] for one in content])
        yield from content
        yield report
        yield from self._events(report["id"])

    def _made(self, kind: str, key: str, /, **properties: Any) -> dict[str, Any]:
        """Return a domain or relationship object."""
        import stix2.v21 as v21

        when = {} if kind == "relationship" and "created" in properties else {"created": self._at, "modified": self._at}
        made = v21.OBJ_MAP[kind](
            id=f"{kind}--{uuid.uuid5(NAMESPACE, f'{kind}:{key}')}",
            created_by_ref=TOOL,
            **when,
            **({"object_marking_refs": self._marks} if self._marks else {}),
            **{name: value for name, value in properties.items() if value not in (None, "", [], ())},
        )
        found: dict[str, Any] = orjson.loads(made.serialize())
        return found

    def _quote(self, start: int, end: int) -> str:
        return _clean(self._text[start:end])

    def _markings(self) -> Iterator[dict[str, Any]]:
        import stix2.v21 as v21

        said = marking_of(self._reading, self._told)
        if said is None:
            return
        known = {"green": v21.TLP_GREEN, "amber": v21.TLP_AMBER, "amber+strict": v21.TLP_AMBER, "red": v21.TLP_RED}
        marks = [known.get(said, v21.TLP_WHITE)]
        if said == "amber+strict":
            name = f"marking-definition--{uuid.uuid5(NAMESPACE, said)}"
            statement = v21.StatementMarking(statement="TLP:AMBER+STRICT: for the recipient's organisation only")
            marks.append(
                v21.MarkingDefinition(id=name, created=_SINCE, definition_type="statement", definition=statement)
            )
        for one in marks:
            self._marks.append(one.id)
            yield orjson.loads(one.serialize())

    def _names(self) -> Iterator[dict[str, Any]]:
        for one in names_of(self._reading.entities):
            made = self._name(one)
            if made is not None:
                self._ids[one.key] = made["id"]
                yield made

    def _name(self, one: Name) -> dict[str, Any] | None:
        name = _clean(one.names[0])
        if not name:
            return None
        aliases = [_clean(alias) for alias in one.names[1:] if _clean(alias)]
        refs = _references(one.best.ref)
        common = {"name": name, "confidence": _percent(one.best.confidence), "external_references": refs}
        match one.best.kind:
            case MentionKind.GROUP:
                return self._made("intrusion-set", one.key, aliases=aliases, **common)
            case MentionKind.MALWARE:
                return self._made("malware", one.key, is_family=True, aliases=aliases, **common)
            case MentionKind.TOOL:
                return self._made("tool", one.key, aliases=aliases, **common)
            case MentionKind.CAMPAIGN:
                return self._made("campaign", one.key, aliases=aliases, **common)
            case MentionKind.VULNERABILITY:
                return self._made("vulnerability", one.key, **common)
            case MentionKind.ORGANIZATION:
                return self._made("identity", one.key, identity_class="organization", **common)
            case MentionKind.SECTOR:
                return self._made("identity", one.key, identity_class="class", **common)
            case MentionKind.PLACE:
                code = one.best.ref or ""
                where = {"country": code.upper()} if len(code) == 2 else {"region": name.lower()}
                return self._made("location", one.key, **where, **common)
            case MentionKind.PRODUCT:
                return _observed({"type": "software", "name": name}, self._marks)
            case _:
                return None

    def _techniques(self) -> Iterator[dict[str, Any]]:
        for one in self._reading.report_techniques:
            made = self._technique(one)
            self._ids[f"technique:{one.technique}"] = made["id"]
            yield made

    def _technique(self, one: ReportTechnique) -> dict[str, Any]:
        tactics = [
            {"kill_chain_name": "mitre-attack", "phase_name": tactic.lower().replace(" ", "-")}
            for tactic in attack.tactics_of([one.technique])
        ]
        return self._made(
            "attack-pattern",
            one.technique,
            name=one.name or one.technique,
            description=self._quote(*one.sentences[0]),
            confidence=_percent(one.confidence),
            kill_chain_phases=tactics,
            external_references=_references(one.technique),
        )

    def _vulnerabilities(self) -> Iterator[dict[str, Any]]:
        told: dict[str, VulnerabilityMention] = {one.cve: one for one in self._reading.vulnerabilities if one.cve}
        seen = [one.value for one in self._reading.observables if one.kind is ObservableKind.CVE]
        for cve in dict.fromkeys([*told, *seen]):
            one = told.get(cve)
            refs = [{"source_name": "cve", "external_id": cve}]
            if one is not None and one.weakness is not None and not one.weakness.abstained:
                refs.append({"source_name": "cwe", "external_id": one.weakness.value})
            description = self._quote(one.start, one.end) if one is not None else None
            made = self._made("vulnerability", cve, name=cve, description=description, external_references=refs)
            for key in (f"vulnerability:{cve}", f"cve:{cve}"):
                self._ids[key] = made["id"]
            yield made

    def _values(self) -> Iterator[dict[str, Any]]:
        for value in values_of(self._reading.observables):
            if value.standing not in _SHOWN:
                continue
            own: dict[str, Any] | None = None
            folder: dict[str, Any] | None = None
            for properties in cyber_observables(value.first):
                more = {"parent_directory_ref": folder["id"]} if folder is not None else {}
                own = _observed({**properties, **more}, self._marks)
                folder = own if own["type"] == "directory" else None
                yield own
            if own is not None:
                self._ids.setdefault(value.key, own["id"])
            if value.standing is Standing.INDICATOR and (made := self._indicator(value)) is not None:
                yield made

    def _indicator(self, value: Value) -> dict[str, Any] | None:
        found = pattern_of(value.first)
        if found is None:
            return None
        pattern, language = found
        name = f"{value.first.kind.value} {_clean(value.first.value)}"[:200]
        made = self._made(
            "indicator",
            value.key,
            name=name,
            description=value.reason,
            indicator_types=["malicious-activity"],
            pattern=pattern,
            pattern_type=language,
            valid_from=self._at,
            confidence=_percent(value.confidence),
        )
        self._ids[f"indicator:{value.key}"] = made["id"]
        return made

    def _relations(self) -> Iterator[dict[str, Any]]:
        best: dict[tuple[str, str, str], Relation] = {}
        for one in self._reading.relations:
            source, target = self._ids.get(one.source), self._ids.get(one.target)
            if source is None or target is None or source == target:
                continue
            key = (one.kind.value, source, target)
            if key not in best or best[key].confidence < one.confidence:
                best[key] = one
        for (kind, source, target), one in best.items():
            yield self._made(
                "relationship",
                f"{self._reading.document.document_id}:{kind}:{source}:{target}",
                relationship_type=kind,
                source_ref=source,
                target_ref=target,
                description=self._quote(one.start, one.end),
                confidence=_percent(one.confidence),
            )

    def _indicates(self) -> Iterator[dict[str, Any]]:
        """Yield what the indicators of related values indicate."""
        for one in self._reading.relations:
            indicator, source = self._ids.get(f"indicator:{one.target}"), self._ids.get(one.source)
            if indicator is None or source is None or source.partition("--")[0] not in _INDICATED:
                continue
            yield self._made(
                "relationship",
                f"{self._reading.document.document_id}:indicates:{indicator}:{source}",
                relationship_type="indicates",
                source_ref=indicator,
                target_ref=source,
                description=self._quote(one.start, one.end),
                confidence=_percent(one.confidence),
            )

    def _events(self, report: str) -> Iterator[dict[str, Any]]:
        for one in self._reading.events:
            about = sorted({self._ids[key] for key in one.keys if key in self._ids})
            yield self._made(
                "note",
                f"{self._reading.document.document_id}:{one.at}:{one.start}",
                abstract=f"{one.at} – {one.until}" if one.until else one.at,
                content=_clean(one.text) or one.at,
                object_refs=[report, *about],
            )

    def _report(self, refs: Sequence[str]) -> dict[str, Any]:
        document = self._reading.document
        kept = self._reading if self._told.text else replace(self._reading, document=replace(document, text=""))
        made = self._made(
            "report",
            document.document_id,
            name=_clean(document.title) or _clean(document.source) or document.document_id,
            report_types=["threat-report"],
            published=self._at,
            object_refs=list(dict.fromkeys([TOOL, *refs])),
            lang=document.language,
            external_references=[
                {"source_name": _clean(document.source) or "report", "external_id": document.document_id}
            ],
        )
        made["extensions"] = {EXTENSION: {"extension_type": "property-extension", "reading": to_json(kept).decode()}}
        return made


_INDICATED = frozenset({"malware", "tool", "intrusion-set", "campaign", "attack-pattern"})


def _own() -> Iterator[dict[str, Any]]:
    import stix2.v21 as v21

    tool = v21.Identity(id=TOOL, name="Vedette", identity_class="system", created=_SINCE, modified=_SINCE)
    yield orjson.loads(tool.serialize())
    extension = v21.ExtensionDefinition(
        id=EXTENSION,
        created_by_ref=TOOL,
        created=_SINCE,
        modified=_SINCE,
        name="Vedette reading",
        description="The whole reading of a report as JSON: every value, name and sentence with its place in the text.",
        schema="docs/reference/extract.schema.json",
        version="1.0.0",
        extension_types=["property-extension"],
    )
    yield orjson.loads(extension.serialize())


def _observed(properties: dict[str, Any], marks: Sequence[str]) -> dict[str, Any]:
    """Return a cyber-observable; its id follows from its properties, as the standard has it."""
    import stix2.v21 as v21

    kept = dict(properties)
    made = v21.OBJ_MAP_OBSERVABLE[kept.pop("type")](**kept, **({"object_marking_refs": list(marks)} if marks else {}))
    found: dict[str, Any] = orjson.loads(made.serialize())
    return found


def _references(ref: str | None) -> list[dict[str, str]]:
    if not ref:
        return []
    if ref.upper().startswith("CVE-"):
        return [{"source_name": "cve", "external_id": ref.upper()}]
    if ref[:1] in _SOURCES and ref[1:2].isdigit():
        path = f"{_SOURCES[ref[0]]}/{ref.replace('.', '/')}/"
        return [{"source_name": "mitre-attack", "external_id": ref, "url": f"https://attack.mitre.org/{path}"}]
    return []


def _percent(confidence: float) -> int:
    return max(0, min(100, round(100 * confidence)))


def _clean(text: str) -> str:
    """Return text as one line without control characters and halves of characters."""
    said = "".join(char if char.isprintable() else " " for char in text[:_LONGEST])
    return " ".join(said.encode("utf-8", "replace").decode().split())
