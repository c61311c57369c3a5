"""SPDX 3.0 and 3.0.1 as JSON-LD: packages, vulnerabilities, VEX statements of the security profile.

A document is a flat graph of elements that name each other by id. Relationships and what they need (names of agents,
licence expressions, vulnerabilities, CVSS assessments) are taken in a first pass; packages are yielded in a second.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from vedette.ingest.scans.base import ScanContent, ScanContext, ScanError, ScanHead, ScanRefusal
from vedette.ingest.scans.dependencies import MAX_EDGES, Dependencies
from vedette.ingest.scans.json_parts import JsonParts
from vedette.ingest.scans.json_values import (
    JsonObject,
    first_text,
    flag,
    long_text,
    moment,
    number,
    objects,
    refusal,
    share,
    text,
    texts,
    unique,
)
from vedette.ingest.scans.subjects import image_names, named_place
from vedette.ingest.scans.vex_words import NOBODY_NAMED, at_version
from vedette.ingest.scans.vocabulary import cvss_of, severity_of, vulnerability_ids
from vedette.schema import (
    AssetKind,
    Component,
    Package,
    Place,
    ScanFinding,
    ScanKind,
    ScanRecord,
    Severity,
    VexStatement,
    VexStatus,
)

Records = Iterator[ScanRecord | ScanRefusal]

SPDX3_CONTEXT = re.compile(rb'spdx\.org/rdf/(?:v)?3[0-9a-z.-]{0,20}/(?:spdx-context|terms)|"spdx-context\.jsonld"')
"""What only a document of SPDX 3 holds in its head."""

_PACKAGES = frozenset({"software_Package", "ai_AIPackage", "dataset_DatasetPackage"})
_AGENTS = frozenset({"Agent", "Organization", "Person", "SoftwareAgent", "Tool"})
_VEX = {
    "security_VexAffectedVulnAssessmentRelationship": VexStatus.AFFECTED,
    "security_VexFixedVulnAssessmentRelationship": VexStatus.FIXED,
    "security_VexNotAffectedVulnAssessmentRelationship": VexStatus.NOT_AFFECTED,
    "security_VexUnderInvestigationVulnAssessmentRelationship": VexStatus.UNDER_INVESTIGATION,
}
_KINDS = {
    "container": AssetKind.IMAGE,
    "application": AssetKind.APPLICATION,
    "framework": AssetKind.APPLICATION,
    "library": AssetKind.APPLICATION,
    "operatingSystem": AssetKind.HOST,
    "device": AssetKind.HOST,
    "source": AssetKind.REPOSITORY,
}
_DEPENDS = frozenset({"dependsOn", "hasDynamicLink", "hasStaticLink", "hasPrerequisite", "hasOptionalDependency",
                      "hasProvidedDependency", "hasDependencyManifest"})  # fmt: skip
MAX_HELD = 2_000_000
"""Elements beside packages and files that are held."""


@dataclass(slots=True)
class _Assessment:
    """What the document says of a vulnerability, in it or in one package."""

    ratings: list[tuple[object, float | None]] = field(default_factory=list)
    severity: Severity | None = None
    epss: float | None = None
    known_exploited: bool | None = None


@dataclass(slots=True)
class _Graph:
    """What the first pass takes."""

    names: dict[str, str] = field(default_factory=dict)
    """Agents and licence expressions by id."""
    vulnerabilities: dict[str, JsonObject] = field(default_factory=dict)
    assessments: dict[str, _Assessment] = field(default_factory=dict)
    """By vulnerability, and by vulnerability and package."""
    statements: list[tuple[str, JsonObject]] = field(default_factory=list)
    associated: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)
    """Pointer, package, vulnerabilities."""
    declared: dict[str, str] = field(default_factory=dict)
    concluded: dict[str, str] = field(default_factory=dict)
    roots: dict[str, None] = field(default_factory=dict)
    boms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    created: dict[str, JsonObject] = field(default_factory=dict)
    """Creation infos by id; the first under the empty id too."""
    document: JsonObject = field(default_factory=dict)
    depends: Dependencies = field(default_factory=Dependencies)
    wanted: set[str] = field(default_factory=set)
    """Packages that statements and findings name."""


def read_graph(content: ScanContent, head: ScanHead, context: ScanContext) -> Records:
    """Yield the records of an SPDX 3 document.

    Raises:
        ScanError: not JSON, or no graph.
    """
    parts = JsonParts(content)
    graph = _Graph()
    n_elements = 0
    for pointer, value in _elements(parts):
        n_elements += 1
        if isinstance(value, dict):
            _take(graph, value, pointer)
        if len(graph.statements) + len(graph.associated) + len(graph.names) > MAX_HELD:
            raise ScanError(f"more than {MAX_HELD:,} statements and names in one document")
    if not n_elements:
        raise ScanError("an SPDX 3 document without elements")
    creation = graph.created.get(text(graph.document.get("creationInfo"))) or graph.created.get("", {})
    head.made_at = moment(creation.get("created"), context.timezone)
    tools = tuple(graph.names.get(one, "") for one in texts(creation.get("createdUsing")))
    head.scanner = ", ".join(unique(tools)) or f"SPDX {text(creation.get('specVersion')) or '3.0'}"
    author = ", ".join(unique(tuple(graph.names.get(one, "") for one in texts(creation.get("createdBy")))))
    yield from _Reading(parts, graph, content, context, head, author).records()


def _elements(parts: JsonParts) -> Iterator[tuple[str, object]]:
    empty = True
    for pointer, value in parts.entries("@graph"):
        empty = False
        yield pointer, value
    if empty and (kind := text(parts.value("type"))):  # a document of one element
        keys = (
            "spdxId",
            "name",
            "software_packageVersion",
            "software_packageUrl",
            "externalIdentifier",
            "creationInfo",
        )
        yield "", {"type": kind, **{key: parts.value(key) for key in keys}}


def _take(graph: _Graph, value: JsonObject, pointer: str) -> None:
    kind, ref = text(value.get("type")), _id(value)
    if kind == "CreationInfo":
        graph.created[ref] = value
        graph.created.setdefault("", value)
    elif kind in _AGENTS:
        graph.names[ref] = first_text(value.get("name"), ref)
    elif kind.endswith("LicenseExpression"):
        graph.names[ref] = text(value.get("simplelicensing_licenseExpression"))
    elif kind.endswith("_ListedLicense") or kind.endswith("_CustomLicense"):
        graph.names[ref] = first_text(value.get("name"), ref.rsplit("/", 1)[-1])
    elif kind == "SpdxDocument":
        graph.document = value
        graph.roots.update(dict.fromkeys(texts(value.get("rootElement"))))
    elif kind in ("software_Sbom", "Bom", "Bundle"):
        graph.boms[ref] = texts(value.get("rootElement"))
    elif kind == "security_Vulnerability":
        graph.vulnerabilities[ref] = value
    elif kind in _VEX:
        graph.statements.append((pointer, value))
        graph.wanted.update(texts(value.get("to")))
        graph.wanted.update(texts(value.get("security_assessedElement")))
    elif kind.endswith("VulnAssessmentRelationship"):
        _assess(graph, kind, value)
    elif kind.endswith("Relationship"):
        _relate(graph, value, pointer)
    inline = value.get("creationInfo")
    if isinstance(inline, dict):
        graph.created.setdefault("", inline)


def _relate(graph: _Graph, value: JsonObject, pointer: str) -> None:
    kind, one, others = text(value.get("relationshipType")), text(value.get("from")), texts(value.get("to"))
    if kind in _DEPENDS:
        if not graph.depends.is_full:
            graph.depends.add(one, others)
    elif kind in ("describes",):
        graph.roots.update(dict.fromkeys(others))
    elif kind == "hasDeclaredLicense" and others:
        graph.declared[one] = others[0]
    elif kind == "hasConcludedLicense" and others:
        graph.concluded[one] = others[0]
    elif kind == "hasAssociatedVulnerability":
        graph.associated.append((pointer, one, others))
        graph.wanted.add(one)
    elif kind in ("affects", "hasAssessmentFor") and one:
        for other in others:
            graph.associated.append((pointer, other, (one,)))
            graph.wanted.add(other)


def _assess(graph: _Graph, kind: str, value: JsonObject) -> None:
    for key in (text(value.get("from")), *(f"{text(value.get('from'))}\0{to}" for to in texts(value.get("to")))):
        found = graph.assessments.setdefault(key, _Assessment())
        if "Cvss" in kind:
            found.ratings.append((_vector(kind, text(value.get("security_vectorString"))),
                                  number(value.get("security_score"))))  # fmt: skip
            found.severity = found.severity or severity_of(value.get("security_severity"))
        elif "Epss" in kind:
            found.epss = share(value.get("security_probability"))
        elif "ExploitCatalog" in kind and text(value.get("security_catalogType")) == "kev":
            found.known_exploited = flag(value.get("security_exploited"))


def _vector(kind: str, vector: str) -> str:
    if not vector or vector.startswith("CVSS:") or "CvssV2" in kind:
        return vector
    return f"CVSS:{'4.0' if 'CvssV4' in kind else '3.1'}/{vector}"


class _Reading:
    """The second pass."""

    def __init__(
        self, parts: JsonParts, graph: _Graph, content: ScanContent, context: ScanContext, head: ScanHead, author: str
    ) -> None:
        self.parts = parts
        self.graph = graph
        self.content = content
        self.context = context
        self.head = head
        self.author = author
        self.packages: dict[str, Package] = {}

    def records(self) -> Records:
        place = self.place()
        if self.graph.depends.is_full:
            yield ScanRefusal("/@graph", f"more than {MAX_EDGES:,} dependencies: the others are left out")
        for pointer, value in _elements(self.parts):
            if not isinstance(value, dict):
                yield refusal(pointer, "no object where an element should be", value)
                continue
            if text(value.get("type")) not in _PACKAGES:
                continue
            package, ref = package_of(value), _id(value)
            if not package.name and not package.purl:
                yield refusal(pointer, "a package without a name", value)
                continue
            if ref in self.graph.wanted:
                self.packages[ref] = package
            licence = self.graph.declared.get(ref) or self.graph.concluded.get(ref, "")
            yield Component(
                place=place,
                package=package,
                ref=ref,
                type=text(value.get("software_primaryPurpose")) or "package",
                supplier=self.name_of(value.get("suppliedBy")) or self.name_of(value.get("originatedBy")),
                licences=unique((self.graph.names.get(licence, licence.rsplit("/", 1)[-1]),)) if licence else (),
                hashes=_hashes(value),
                depends_on=self.graph.depends.of(ref),
                pointer=pointer,
            )
        yield from self.findings(place)
        yield from self.statements()

    def name_of(self, value: object) -> str:
        ref = next(iter(texts(value)), "") if not isinstance(value, dict) else text(value.get("name"))
        return self.graph.names.get(ref, ref if isinstance(value, dict) else "")

    def place(self) -> Place:
        """Return what the document is about: the one package at its root, else the document by its name."""
        roots = set(self.graph.roots)
        for ref, inner in self.graph.boms.items():
            if ref in roots or not roots:
                roots.discard(ref)
                roots.update(inner)
        found = []
        for _, value in _elements(self.parts):
            if isinstance(value, dict) and _id(value) in roots and text(value.get("type")) in _PACKAGES:
                found.append(value)
                if len(found) == len(roots):
                    break
        if len(found) != 1:
            name = text(self.graph.document.get("name"))
            return named_place(self.content, self.context, name, AssetKind.UNKNOWN, is_path=name[:1] in (".", "/"))
        package = package_of(found[0])
        kind = _KINDS.get(text(found[0].get("software_primaryPurpose")), AssetKind.UNKNOWN)
        names = (f"{package.name}:{package.version}", package.name) if kind is AssetKind.IMAGE else ()
        aliases = (*image_names(*names), package.purl, at_version(package.name, package.version), package.cpe)
        return named_place(
            self.content,
            self.context,
            package.name,
            kind,
            is_path=package.name[:1] in (".", "/"),
            aliases=(*aliases, _id(found[0])),
        )

    def findings(self, place: Place) -> Records:
        """Yield what the document says that packages have: a VEX statement alone makes no finding."""
        seen: set[tuple[str, str]] = set()
        for pointer, package_ref, vulnerabilities in self.graph.associated:
            for ref in vulnerabilities:
                if (package_ref, ref) in seen:
                    continue
                seen.add((package_ref, ref))
                value = self.graph.vulnerabilities.get(ref, {})
                ids = _ids(value, ref)
                if not ids:
                    yield ScanRefusal(f"{pointer}#{ref}"[:1_000], "a vulnerability without an id")
                    continue
                said = self.graph.assessments.get(f"{ref}\0{package_ref}") or self.graph.assessments.get(ref)
                said = said or _Assessment()
                vectors, score = cvss_of(said.ratings)
                if place.name not in self.head.places:
                    self.head.places.append(place.name)
                yield ScanFinding(
                    kind=ScanKind.VULNERABILITY,
                    ids=ids,
                    title=first_text(value.get("summary")),
                    description=long_text(value.get("description")),
                    severity=said.severity,
                    cvss=vectors,
                    score=score,
                    epss=said.epss,
                    known_exploited=said.known_exploited,
                    place=place,
                    package=self.packages.get(package_ref, Package()),
                    references=unique(
                        tuple(u for one in objects(value.get("externalRef")) for u in texts(one.get("locator")))
                    ),
                    pointer=f"{pointer}#{ref}"[:1_000],
                )

    def statements(self) -> Records:
        for pointer, value in self.graph.statements:
            ref = text(value.get("from"))
            ids = _ids(self.graph.vulnerabilities.get(ref, {}), ref)
            if not ids:
                yield refusal(pointer, "a statement of a vulnerability without an id", value)
                continue
            inner = texts(value.get("security_assessedElement"))
            said = (
                long_text(value.get("security_impactStatement")),
                long_text(value.get("security_actionStatement")),
                long_text(value.get("security_statusNotes")),
            )
            yield VexStatement(
                ids=ids,
                products=unique(tuple(self.product(one) for one in texts(value.get("to")))),
                subcomponents=unique(tuple(self.product(one) for one in inner)),
                status=_VEX[text(value.get("type"))],
                justification=_snake(text(value.get("security_justificationType"))),
                statement="\n".join(part for part in said if part),
                author=self.name_of(value.get("suppliedBy")) or self.author or NOBODY_NAMED,
                at=moment(value.get("security_modifiedTime"))
                or moment(value.get("security_publishedTime"))
                or self.head.made_at,
                pointer=pointer,
            )

    def product(self, ref: str) -> str:
        package = self.packages.get(ref)
        if package is None:
            return ref
        return package.purl or package.cpe or at_version(package.name, package.version)


def package_of(value: JsonObject) -> Package:
    """Return a package of SPDX 3 as ours."""
    purl, cpes = text(value.get("software_packageUrl")), {"cpe23": "", "cpe22": ""}
    for one in objects(value.get("externalIdentifier")):
        kind, identifier = text(one.get("externalIdentifierType")), text(one.get("identifier"))
        if kind in ("packageUrl", "purl"):
            purl = purl or identifier
        elif kind in cpes:
            cpes[kind] = cpes[kind] or identifier
    return Package(
        name=text(value.get("name")),
        version=text(value.get("software_packageVersion")),
        purl=purl,
        cpe=cpes["cpe23"] or cpes["cpe22"],
    )


def _id(value: JsonObject) -> str:
    return first_text(value.get("spdxId"), value.get("@id"))


def _ids(value: JsonObject, ref: str) -> tuple[str, ...]:
    named = [
        text(one.get("identifier"))
        for one in objects(value.get("externalIdentifier"))
        if text(one.get("externalIdentifierType")) in ("cve", "securityOther")
    ]
    last = ref.rstrip("/").replace("#", "/").rsplit("/", 1)[-1]
    own = first_text(value.get("name"))
    is_id = "-" in own and " " not in own
    return vulnerability_ids(own if is_id else "", *named) or vulnerability_ids(last if "-" in last else "")


def _hashes(value: JsonObject) -> tuple[str, ...]:
    out = []
    for one in objects(value.get("verifiedUsing")):
        algorithm, found = text(one.get("algorithm")).lower(), text(one.get("hashValue")).lower()
        if algorithm and found:
            out.append(f"{algorithm}:{found}")
    return unique(tuple(out))


def _snake(word: str) -> str:
    """Return ``vulnerable_code_not_present`` for ``vulnerableCodeNotPresent``, as the other standards write it."""
    return re.sub(r"([A-Z])", r"_\1", word).lower().removeprefix("_")
