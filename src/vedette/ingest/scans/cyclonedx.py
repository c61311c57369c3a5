"""CycloneDX 1.0 to 1.7, JSON and XML: components, vulnerabilities as findings, their analysis as VEX statements.

What a BOM describes is its place; each component is a record, nested ones too. A vulnerability becomes a finding for
each thing that it affects; one that only carries an analysis, and affects nothing that the BOM lists, is a statement
and no finding, because such a document judges products and has looked at no place.

The parts of a file are taken one after the other, each in a pass of its own, so that memory does not grow with the
components: only the dependencies' references, and the components that vulnerabilities affect, are held.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

from vedette.ingest.base import Sample
from vedette.ingest.scans.base import ScanContent, ScanContext, ScanError, ScanHead, ScanRefusal
from vedette.ingest.scans.cyclonedx_vulnerabilities import Listed, Subject, local_ref, vulnerability_records
from vedette.ingest.scans.cyclonedx_xml import XmlParts
from vedette.ingest.scans.dependencies import MAX_EDGES, Dependencies
from vedette.ingest.scans.json_parts import JsonParts
from vedette.ingest.scans.json_values import (
    JsonObject,
    arr,
    first_text,
    moment,
    obj,
    objects,
    outline,
    refusal,
    text,
    texts,
    unique,
)
from vedette.ingest.scans.subjects import image_names, named_place
from vedette.ingest.scans.xml import root_of
from vedette.schema import AssetKind, Component, Package, Place, ScanFinding, ScanRecord

Records = Iterator[ScanRecord | ScanRefusal]

MAX_DEPTH = 100
"""Components inside components."""
_VERSION = re.compile(r"1\.[0-9]{1,2}")
_PROTOBUF = re.compile(rb"\n[\x03\x04]1\.[0-9]{1,2}[\x10\x1a]")
_KINDS = {
    "container": AssetKind.IMAGE,
    "application": AssetKind.APPLICATION,
    "framework": AssetKind.APPLICATION,
    "library": AssetKind.APPLICATION,
    "operating-system": AssetKind.HOST,
    "device": AssetKind.HOST,
}
_TRIVY = "aquasecurity:trivy:"


class Parts(Protocol):
    """The members of a BOM, in whatever form it is written."""

    def value(self, key: str) -> object:
        """Return a small member."""
        ...

    def entries(self, key: str) -> Iterator[tuple[str, object]]:
        """Yield pointer and value of each entry of a list."""
        ...


class CycloneDxReader:
    """CycloneDX."""

    name = "cyclonedx"
    title = "CycloneDX (JSON, XML)"
    examples = (
        "SBOM of versions 1.0 to 1.7, JSON and XML",
        "vulnerabilities, as findings; the vulnerability extension of 1.0 to 1.3 in XML",
        "VEX: the analysis of vulnerabilities, BOM-Links, version ranges",
    )

    def sniff(self, sample: Sample) -> float:
        """Return how sure it is: by ``bomFormat``, the XML namespace, or the first bytes of a Protocol Buffer."""
        head = sample.head
        if _PROTOBUF.match(head):
            return 0.9
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
        if start == b"<":
            root = root_of(head)
            if root is None or root[1] != "bom":
                return 0.0
            return 0.99 if root[0].startswith("http://cyclonedx.org/schema/bom/") else 0.0
        if start != b"{":
            return 0.0
        if re.search(rb'"bomFormat"\s{0,20}:\s{0,20}"CycloneDX"', head):
            return 0.99
        if b"cyclonedx.org/schema/bom" in head[:2000]:
            return 0.8
        keys = outline(head)  # its name may come last
        return 0.7 if "components[].bom-ref" in keys and {"components[].type", "components[].name"} <= keys else 0.0

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Records:
        """Yield the BOM's components, then its vulnerabilities."""
        with content.open() as handle:
            begin = handle.read(1 << 12)
        if _PROTOBUF.match(begin):
            raise ScanError("CycloneDX in Protocol Buffers is not read: export the BOM as JSON or XML")
        parts: Parts = XmlParts(content) if begin.lstrip()[:1] == b"<" else JsonParts(content)
        yield from _Bom(parts, content, head, context).records()


READER = CycloneDxReader()


class _Bom:
    def __init__(self, parts: Parts, content: ScanContent, head: ScanHead, context: ScanContext) -> None:
        self.parts = parts
        version = text(parts.value("specVersion"))
        if version and not _VERSION.fullmatch(version):
            raise ScanError(f"CycloneDX {version[:20]} is not known: versions 1.0 to 1.7 are read")
        serial = text(parts.value("serialNumber")).lower().removeprefix("urn:uuid:")
        self.link = f"urn:cdx:{serial}/{text(parts.value('version')) or 1}" if serial else ""
        metadata = obj(parts.value("metadata"))
        self.metadata = metadata
        head.made_at = moment(metadata.get("timestamp"), context.timezone)
        head.scanner = tools_of(metadata.get("tools")) or f"CycloneDX {version}".strip()
        described = obj(metadata, "component")
        self.place = _place(described, self.link, content, context)
        self.head = head
        self.described = described
        self.depends = Dependencies()

    def records(self) -> Records:
        affected = self.affected_refs()
        yield from self.read_dependencies()
        listed: dict[str, Listed] = {}
        for pointer, component in self.components():
            if isinstance(component, ScanRefusal):
                yield component
                continue
            package = package_of(component)
            if not package.name and not package.purl:
                yield refusal(pointer, "a component without a name", component)
                continue
            ref = text(component.get("bom-ref"))
            found = Listed(package, _layer(component))
            if ref in affected:
                listed[ref] = found
            yield Component(
                place=self.place,
                package=package,
                ref=ref,
                type=text(component.get("type")),
                supplier=_supplier(component),
                licences=licences_of(component),
                hashes=_hashes(component),
                depends_on=self.depends.of(ref),
                pointer=pointer,
            )
            if isinstance(component.get("vulnerabilities"), list):  # the extension of the versions before 1.4
                owner = ref or pointer
                listed.setdefault(owner, found)
                own = ((f"{pointer}/vulnerabilities/{i}", v) for i, v in enumerate(arr(component["vulnerabilities"])))
                yield from self.vulnerabilities(own, listed, owner)
        for _, service in self.walk("services"):
            if not isinstance(service, ScanRefusal) and text(service.get("bom-ref")) in affected:
                listed[text(service.get("bom-ref"))] = Listed(package_of(service), "")
        for record in self.vulnerabilities(self.parts.entries("vulnerabilities"), listed, ""):
            if isinstance(record, ScanFinding) and not self.head.places:
                self.head.places.append(self.place.name)  # a document of statements alone has looked at no place
            yield record

    def read_dependencies(self) -> Iterator[ScanRefusal]:
        for pointer, entry in self.parts.entries("dependencies"):
            if not isinstance(entry, dict):
                yield refusal(pointer, "no object where a dependency should be", entry)
                continue
            if self.depends.is_full:
                yield ScanRefusal(pointer, f"more than {MAX_EDGES:,} dependencies: those from here on are left out")
                return
            self.depends.add(text(entry.get("ref")), texts(entry.get("dependsOn")))

    def affected_refs(self) -> set[str]:
        """Return the references that vulnerabilities name, so that only those components are held."""
        refs: set[str] = set()
        for _, vulnerability in self.parts.entries("vulnerabilities"):
            for target in objects(obj(vulnerability).get("affects")):
                refs.add(local_ref(text(target.get("ref")), self.link))
        return refs - {""}

    def components(self) -> Iterator[tuple[str, JsonObject | ScanRefusal]]:
        """Yield every component: those of the list, and those inside the described one."""
        yield from _nested("/metadata/component", self.described, "components", is_top=True)
        yield from self.walk("components")

    def walk(self, key: str) -> Iterator[tuple[str, JsonObject | ScanRefusal]]:
        for pointer, value in self.parts.entries(key):
            if isinstance(value, dict):
                yield from _nested(pointer, value, key)
            else:
                yield pointer, refusal(pointer, "no object where an entry should be", value)

    def vulnerabilities(self, entries: Iterable[tuple[str, object]], listed: dict[str, Listed], owner: str) -> Records:
        subject = Subject(
            place=self.place,
            ref=text(self.described.get("bom-ref")),
            package=package_of(self.described),
            link=self.link,
            author=author_of(self.metadata),
            made_at=moment(self.metadata.get("timestamp")),
        )
        for pointer, value in entries:
            if not isinstance(value, dict):
                yield refusal(pointer, "no object where a vulnerability should be", value)
                continue
            if owner:  # inside a component it is that component's, whatever its own reference says
                value = {**value, "affects": [{"ref": owner}]}
            yield from vulnerability_records(value, pointer, subject, listed)


def _nested(
    pointer: str, value: JsonObject, key: str, *, is_top: bool = False
) -> Iterator[tuple[str, JsonObject | ScanRefusal]]:
    """Yield an entry and those inside it, outer first, in their order; nothing is recursive, whatever the depth."""
    stack: list[tuple[str, object, int]] = [(pointer, value, 0)]
    while stack:
        at, entry, depth = stack.pop()
        if not isinstance(entry, dict):
            yield at, refusal(at, "no object where an entry should be", entry)
            continue
        if depth > MAX_DEPTH:
            yield at, ScanRefusal(at, f"nested deeper than {MAX_DEPTH} components")
            continue
        if depth or not is_top:
            yield at, entry
        inner = arr(entry.get(key))
        stack += [(f"{at}/{key}/{i}", inner[i], depth + 1) for i in range(len(inner) - 1, -1, -1)]


def package_of(component: JsonObject) -> Package:
    """Return a component's package: the name with its group as the ecosystem writes it."""
    name, group, purl = text(component.get("name")), text(component.get("group")), text(component.get("purl"))
    if group and name and not name.startswith(f"{group}/"):
        name = f"{group}:{name}" if purl.startswith("pkg:maven/") or (not purl and "." in group) else f"{group}/{name}"
    return Package(
        name=name,
        version=text(component.get("version")),
        purl=purl,
        cpe=text(component.get("cpe")),
        path=_path(component),
    )


def properties_of(component: JsonObject, *names: str) -> tuple[str, ...]:
    """Return the different values of the properties of these names, in order."""
    found = (text(one.get("value")) for one in objects(component.get("properties")) if text(one.get("name")) in names)
    return unique(tuple(found))


def licences_of(component: JsonObject) -> tuple[str, ...]:
    """Return a component's licences: ids, names or expressions."""
    out: list[str] = []
    for entry in objects(component.get("licenses")):
        licence = obj(entry, "license")
        out.append(first_text(entry.get("expression"), licence.get("id"), licence.get("name"), entry.get("license")))
    return unique(tuple(out))


def tools_of(tools: object) -> str:
    """Return name and version of the tools that made a BOM, in either form."""
    entries = tools if isinstance(tools, list) else arr(obj(tools).get("components")) or arr(obj(tools).get("services"))
    named = [f"{text(tool.get('name'))} {text(tool.get('version'))}".strip() for tool in objects(entries)]
    return ", ".join(unique(tuple(named))[:5])


def author_of(metadata: JsonObject) -> str:
    """Return who speaks in a BOM: supplier, manufacturer, authors; empty where nobody is named."""
    described = obj(metadata, "component")
    named = first_text(
        obj(metadata, "supplier").get("name"),
        obj(metadata, "manufacturer").get("name"),
        obj(metadata, "manufacture").get("name"),
    )
    authors = ", ".join(
        unique(tuple(first_text(one.get("name"), one.get("email")) for one in objects(metadata.get("authors"))))[:5]
    )
    return named or authors or _supplier(described)


def _place(described: JsonObject, link: str, content: ScanContent, context: ScanContext) -> Place:
    package = package_of(described)
    kind = _KINDS.get(text(described.get("type")), AssetKind.UNKNOWN)
    ref = text(described.get("bom-ref"))
    images = kind is AssetKind.IMAGE
    names = (package.name, *properties_of(described, f"{_TRIVY}RepoTag", f"{_TRIVY}RepoDigest"))
    aliases = (
        *(image_names(*names) if images else ()),
        *properties_of(described, f"{_TRIVY}ImageID"),
        package.version if images and package.version.startswith("sha256:") else "",
        package.purl,
        f"{package.name}@{package.version}" if package.name and package.version else "",
        package.cpe,
        f"{link}#{ref}" if link and ref else link,
    )
    return named_place(
        content,
        context,
        package.name,
        kind,
        is_path=text(described.get("type")) == "file",
        aliases=aliases,
        base_layers=properties_of(described, f"{_TRIVY}DiffID"),
    )


def _supplier(component: JsonObject) -> str:
    authors = next((text(one.get("name")) for one in objects(component.get("authors"))), "")
    return first_text(
        obj(component, "supplier").get("name"),
        obj(component, "manufacturer").get("name"),
        component.get("publisher"),
        component.get("author"),
        authors,
    )


def _hashes(component: JsonObject) -> tuple[str, ...]:
    out = []
    for one in objects(component.get("hashes")):
        algorithm, value = text(one.get("alg")).lower().replace("sha-", "sha", 1), text(one.get("content")).lower()
        if algorithm and value:
            out.append(f"{algorithm}:{value}")
    return unique(tuple(out))


def _path(component: JsonObject) -> str:
    occurrences = objects(obj(component, "evidence").get("occurrences"))
    found = next((text(one.get("location")) for one in occurrences), "")
    known = properties_of(component, f"{_TRIVY}FilePath", "syft:location:0:path", "SrcFile")
    return found or (known[0] if known else "")


def _layer(component: JsonObject) -> str:
    known = properties_of(component, f"{_TRIVY}LayerDiffID", "syft:location:0:layerID", f"{_TRIVY}LayerDigest")
    return known[0] if known else ""
