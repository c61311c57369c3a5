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
from vedette.intel.output.patterns import cyber_observables, file_observables, file_pattern, pattern_of
from vedette.intel.output.rows import File, rows_of
from vedette.knowledge import attack
from vedette.schema import (
    MentionKind,
    ObservableKind,
    Reading,
    Relation,
    ReportTechnique,
    Standing,
    VulnerabilityMention,
    key_of,
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
IN_ROW = 0.85
"""Confidence that a value indicates what its row of a table names, where the name is sure."""
_LONG_STRETCH = 1_000
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
        self._rows = rows_of(reading)
        self._told_once: set[str] = set()

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
            if one.best.kind is MentionKind.VULNERABILITY and _is_cve(one.best.ref):
                continue  # told once, with what else the report says of it
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
        told: dict[str, VulnerabilityMention] = {
            one.cve.upper(): one for one in self._reading.vulnerabilities if one.cve
        }
        seen = [one.value.upper() for one in self._reading.observables if one.kind is ObservableKind.CVE]
        named = {
            (one.best.ref or "").upper(): one
            for one in names_of(self._reading.entities, MentionKind.VULNERABILITY)
            if _is_cve(one.best.ref)
        }
        for cve in dict.fromkeys([*told, *seen, *named]):
            one = told.get(cve)
            refs = [{"source_name": "cve", "external_id": cve}]
            if one is not None and one.weakness is not None and not one.weakness.abstained:
                refs.append({"source_name": "cwe", "external_id": one.weakness.value})
            description = self._said_of(cve, one) if one is not None else None
            own = named.get(cve)
            called = [alias for alias in map(_clean, own.names if own else ()) if alias and not _is_cve(alias)]
            if called:  # a vulnerability has no aliases in STIX
                description = f"{', '.join(dict.fromkeys(called))}: {description}" if description else called[0]
            made = self._made("vulnerability", cve, name=cve, description=description, external_references=refs)
            for key in (f"vulnerability:{cve}", f"cve:{cve}", *([own.key] if own else ())):
                self._ids[key] = made["id"]
            yield made

    def _said_of(self, cve: str, one: VulnerabilityMention) -> str:
        """Return the sentence that names a vulnerability, where what tells of it is a long stretch of text."""
        if one.end - one.start > _LONG_STRETCH:
            for low, high in self._reading.sentences:
                if one.start <= low and high <= one.end and cve in self._text[low:high].upper():
                    return self._quote(low, high)
            return self._quote(one.start, one.start + _LONG_STRETCH)
        return self._quote(one.start, one.end)

    def _values(self) -> Iterator[dict[str, Any]]:
        values = [value for value in values_of(self._reading.observables) if value.standing in _SHOWN]
        standings = {value.key: value for value in values}
        for value in values:
            if value.key in self._rows.names:
                continue  # told with its hashes
            file = self._rows.files.get(value.key)
            properties = cyber_observables(value.first) if file is None else file_observables(file.hashes, file.name)
            own: dict[str, Any] | None = None
            folder: dict[str, Any] | None = None
            for each in properties:
                more = {"parent_directory_ref": folder["id"]} if folder is not None else {}
                own = _observed({**each, **more}, self._marks)
                folder = own if own["type"] == "directory" else None
                yield own
            if own is not None:
                self._ids.setdefault(value.key, own["id"])
                if file is not None and file.name is not None:
                    self._ids.setdefault(key_of(file.name), own["id"])
            if value.standing is not Standing.INDICATOR:
                continue
            held = [standings[key_of(one)] for one in file.hashes if key_of(one) in standings] if file else []
            if (made := self._indicator(value, file, held)) is not None:
                yield made

    def _indicator(self, value: Value, file: File | None, held: Sequence[Value]) -> dict[str, Any] | None:
        """Return the indicator of a value, or of the file whose hashes stand in one row with it."""
        if file is None:
            found = pattern_of(value.first)
            key, name = value.key, f"{_kind_of(value)} {_clean(value.first.value)}"
        else:
            pattern = file_pattern([one.first for one in held], file.name)
            found = (pattern, "stix") if pattern is not None else None
            key = "\n".join(sorted([one.key for one in held] + ([key_of(file.name)] if file.name else [])))
            name = f"file {_clean(file.name.value)}" if file.name else f"hash {_clean(value.first.value)}"
        if found is None:
            return None
        said = _clean(self._rows.said.get(value.key, ""))
        made = self._made(
            "indicator",
            key,
            name=name[:200],
            description="; ".join(part for part in (said, value.reason) if part),
            indicator_types=["malicious-activity"],
            pattern=found[0],
            pattern_type=found[1],
            valid_from=self._rows.first_seen.get(value.key, self._at),
            confidence=_percent(value.confidence),
        )
        self._ids[f"indicator:{value.key}"] = made["id"]
        if file is not None and file.name is not None:
            self._ids.setdefault(f"indicator:{key_of(file.name)}", made["id"])
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
            yield from self._indicated(one.target, one.source, (one.start, one.end), one.confidence)
        for value, name, place in self._rows.mentions:
            yield from self._indicated(key_of(value), key_of(name), place, IN_ROW * name.confidence)

    def _indicated(self, value: str, thing: str, place: tuple[int, int], confidence: float) -> Iterator[dict[str, Any]]:
        indicator, source = self._ids.get(f"indicator:{value}"), self._ids.get(thing)
        if indicator is None or source is None or source.partition("--")[0] not in _INDICATED:
            return
        told = f"{self._reading.document.document_id}:indicates:{indicator}:{source}"
        if told in self._told_once:
            return
        self._told_once.add(told)
        yield self._made(
            "relationship",
            told,
            relationship_type="indicates",
            source_ref=indicator,
            target_ref=source,
            description=self._quote(*place),
            confidence=_percent(confidence),
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


def _is_cve(ref: str | None) -> bool:
    return (ref or "").upper().startswith("CVE-")


def _kind_of(value: Value) -> str:
    if value.first.kind is ObservableKind.CRYPTO_ADDRESS:
        return f"{value.first.sort or 'cryptocurrency'} wallet"
    return value.first.kind.value


def _percent(confidence: float) -> int:
    return max(0, min(100, round(100 * confidence)))


def _clean(text: str) -> str:
    """Return text as one line without control characters and halves of characters."""
    said = "".join(char if char.isprintable() else " " for char in text[:_LONGEST])
    return " ".join(said.encode("utf-8", "replace").decode().split())
