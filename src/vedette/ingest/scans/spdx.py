"""SPDX 2.0 to 3.0.1: packages as components, and the vulnerabilities and VEX statements of 3.0.

2.x comes as JSON, YAML, XML, tag-value or RDF/XML; all forms hold the same, and each module of a form gives it in the
shape of the JSON (:mod:`.spdx_forms`, :mod:`.spdx_rdf`). 3.0 is a graph in JSON-LD of its own (:mod:`.spdx3`). Every
package is a component, that which the document describes too; files and snippets are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from vedette.ingest.base import Sample
from vedette.ingest.scans.base import ScanContent, ScanContext, ScanError, ScanHead, ScanRefusal
from vedette.ingest.scans.dependencies import MAX_EDGES, Dependencies
from vedette.ingest.scans.json_parts import JsonParts
from vedette.ingest.scans.json_values import JsonObject, moment, obj, objects, refusal, text, texts, unique
from vedette.ingest.scans.spdx3 import SPDX3_CONTEXT, read_graph
from vedette.ingest.scans.spdx_forms import TagValueParts, XmlParts, YamlParts
from vedette.ingest.scans.spdx_rdf import RdfParts
from vedette.ingest.scans.subjects import image_names, named_place
from vedette.ingest.scans.xml import root_of
from vedette.schema import AssetKind, Component, Package, Place, ScanRecord

Records = Iterator[ScanRecord | ScanRefusal]

MAX_DESCRIBED = 1_000
"""Described packages that are looked for, to find the document's subject."""

_VERSION = re.compile(r"SPDX-2\.[0-9]{1,2}")
_JSON_VERSION = re.compile(rb'"spdxVersion"\s{0,20}:\s{0,20}"SPDX-')
_JSON_ID = re.compile(rb'"SPDXID"\s{0,20}:\s{0,20}"SPDXRef-')
"""Some tools write the version last, behind all files and packages."""
_YAML_VERSION = re.compile(rb"""(?:^|\n)\s{0,8}spdxVersion\s{0,8}:\s{0,8}["']?SPDX-""")
_YAML_ID = re.compile(rb"""(?:^|\n)SPDXID\s{0,8}:\s{0,8}["']?SPDXRef-DOCUMENT["']?\s""")
_YAML_PART = re.compile(rb"(?:^|\n)(?:creationInfo|packages|files|relationships)\s{0,8}:\s{0,8}\r?\n")
_TAG_VERSION = re.compile(rb"(?:^|\n)SPDXVersion\s{0,8}:\s{0,8}SPDX-", re.ASCII)
_WRAPPED = re.compile(rb'^\s{0,100}\{\s{0,100}"(sbom|Document|document|SPDX|spdx)"\s{0,20}:\s{0,20}\{')
_TERMS = b"spdx.org/rdf/terms"
_KINDS = {
    "CONTAINER": AssetKind.IMAGE,
    "APPLICATION": AssetKind.APPLICATION,
    "FRAMEWORK": AssetKind.APPLICATION,
    "LIBRARY": AssetKind.APPLICATION,
    "OPERATING-SYSTEM": AssetKind.HOST,
    "DEVICE": AssetKind.HOST,
    "SOURCE": AssetKind.REPOSITORY,
}
_NOTHING = frozenset({"NOASSERTION", "NONE", ""})
_DEPENDS = frozenset({"DEPENDS_ON", "DYNAMIC_LINK", "STATIC_LINK", "HAS_PREREQUISITE"})
_PART_OF = frozenset({"PREREQUISITE_FOR"})
"""Relationships that lead from what is depended on; every ``…DEPENDENCY_OF`` does too."""


class Parts(Protocol):
    """The members of a document in the shape of SPDX's JSON, in whatever form it is written."""

    def value(self, key: str) -> object:
        """Return a small member."""
        ...

    def entries(self, key: str) -> Iterator[tuple[str, object]]:
        """Yield pointer and value of each entry of a list."""
        ...


class SpdxReader:
    """SPDX."""

    name = "spdx"
    title = "SPDX (JSON, YAML, XML, RDF/XML, tag-value, JSON-LD)"
    examples = (
        "SBOM of versions 2.0 to 2.3: JSON, YAML, XML, RDF/XML, tag-value; GitHub's export",
        "SBOM of versions 3.0 and 3.0.1: JSON-LD, with the security profile's vulnerabilities and VEX",
    )

    def sniff(self, sample: Sample) -> float:
        """Return how sure it is: by the version line of each form."""
        return 0.0 if form_of(sample.head) is None else 0.97

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Records:
        """Yield the document's packages; of 3.0 also its vulnerabilities and statements."""
        with content.open() as handle:
            begin = handle.read(1 << 16)
        form = form_of(begin) or ("xml" if begin.lstrip()[:1] == b"<" else "json")
        if form == "json-ld":
            yield from read_graph(content, head, context)
        elif form == "other":
            raise ScanError("SPDX as Turtle, N-Triples or JSON-LD of 2.x is not read: export it as JSON or tag-value")
        else:
            yield from _Document(_parts(form, content, begin), content, head, context).records()


READER = SpdxReader()


def form_of(head: bytes) -> str | None:
    """Return the form of SPDX that a file's head begins, None where it is none.

    ``json``, ``yaml``, ``xml``, ``rdf``, ``tag``, ``json-ld`` (3.0), or ``other`` for a form that is not read.
    """
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] in (b"{", b"["):
        if SPDX3_CONTEXT.search(head) or (b'"spdxId"' in head and b'"creationInfo"' in head):
            return "json-ld"
        if _JSON_VERSION.search(head) or _JSON_ID.search(head):
            return "json"
        return "other" if _TERMS in head else None
    if start[:1] == b"<" and (root := root_of(head)) is not None:
        if root[1] == "RDF":
            return "rdf" if _TERMS in head else None
        return "xml" if root[1] in ("Document", "SpdxDocument") and b"SPDXRef-" in head else None
    if _TAG_VERSION.search(head):
        return "tag"
    if _YAML_VERSION.search(head) or (_YAML_ID.search(head) and _YAML_PART.search(head)):
        return "yaml"
    is_triples = start[:1] in (b"@", b"<", b"_") or start[:7].lower() == b"prefix "
    return "other" if _TERMS in head and is_triples else None


def _parts(form: str, content: ScanContent, begin: bytes) -> Parts:
    if form == "json":
        wrapped = _WRAPPED.match(begin)
        return JsonParts(content, wrapped[1].decode() if wrapped else "")
    if form == "yaml":
        return YamlParts(content)
    if form == "xml":
        return XmlParts(content)
    return RdfParts(content) if form == "rdf" else TagValueParts(content)


class _Document:
    def __init__(self, parts: Parts, content: ScanContent, head: ScanHead, context: ScanContext) -> None:
        self.parts = parts
        self.content = content
        self.context = context
        version = text(parts.value("spdxVersion")) or text(parts.value("specVersion"))
        if version and not _VERSION.fullmatch(version):
            raise ScanError(f"{version[:20]} is not known: SPDX 2.0 to 2.3 and 3.0 are read")
        creation = obj(parts.value("creationInfo"))
        head.made_at = moment(creation.get("created"), context.timezone)
        tools = [one.partition(":")[2].strip() for one in texts(creation.get("creators")) if one.startswith("Tool:")]
        head.scanner = ", ".join(tools[:5]) or version.replace("-", " ")
        self.name = text(parts.value("name"))
        self.namespace = text(parts.value("documentNamespace"))
        self.depends = Dependencies()
        self.described: dict[str, None] = dict.fromkeys(texts(parts.value("documentDescribes")))

    def records(self) -> Records:
        yield from self.relationships()
        place = self.place()
        for pointer, value in self.parts.entries("packages"):
            if not isinstance(value, dict):
                yield refusal(pointer, "no object where a package should be", value)
                continue
            package = package_of(value)
            if not package.name and not package.purl:
                yield refusal(pointer, "a package without a name", value)
                continue
            ref = text(value.get("SPDXID"))
            yield Component(
                place=place,
                package=package,
                ref=ref,
                type=_purpose(value).lower() or "package",
                supplier=said(value.get("supplier")) or said(value.get("originator")),
                licences=_licences(value),
                hashes=_hashes(value),
                depends_on=self.depends.of(ref),
                pointer=pointer,
            )

    def relationships(self) -> Iterator[ScanRefusal]:
        """Take what the document describes and what depends on what."""
        for pointer, value in self.parts.entries("relationships"):
            if not isinstance(value, dict):
                yield refusal(pointer, "no object where a relationship should be", value)
                continue
            if self.depends.is_full:
                yield ScanRefusal(pointer, f"more than {MAX_EDGES:,} dependencies: those from here on are left out")
                return
            kind = text(value.get("relationshipType")).upper()
            one, other = text(value.get("spdxElementId")), text(value.get("relatedSpdxElement"))
            if kind == "DESCRIBES" and one == "SPDXRef-DOCUMENT":
                self.described[other] = None
            elif kind == "DESCRIBED_BY" and other == "SPDXRef-DOCUMENT":
                self.described[one] = None
            elif kind in _DEPENDS:
                self.depends.add(one, (other,))
            elif kind in _PART_OF or kind.endswith("DEPENDENCY_OF"):
                self.depends.add(other, (one,))

    def place(self) -> Place:
        """Return what the document describes: its one described package, else the document by its name."""
        roots, first, n_packages = [], None, 0
        wanted = set(list(self.described)[:MAX_DESCRIBED])
        for _, value in self.parts.entries("packages"):
            if not isinstance(value, dict):
                continue
            n_packages += 1
            first = first or value
            if text(value.get("SPDXID")) in wanted:
                roots.append(value)
                if len(roots) == len(wanted):
                    break
        if not wanted and n_packages == 1 and first is not None:
            roots = [first]
        if len(roots) != 1:
            return named_place(
                self.content, self.context, self.name, AssetKind.UNKNOWN, is_path=_is_path(self.name),
                aliases=(self.namespace,),
            )  # fmt: skip
        root = roots[0]
        package = package_of(root)
        kind = kind_of(root, package)
        names = (f"{package.name}:{package.version}", package.name) if kind is AssetKind.IMAGE else ()
        return named_place(
            self.content,
            self.context,
            package.name,
            kind,
            is_path=_is_path(package.name),
            aliases=(
                *image_names(*names),
                package.purl,
                f"{package.name}@{package.version}" if package.version else "",
                package.version if package.version.startswith("sha256:") else "",
                package.cpe,
                self.name.removeprefix("com.github."),
                f"{self.namespace}#{text(root.get('SPDXID'))}" if self.namespace else "",
            ),
        )


def package_of(value: JsonObject) -> Package:
    """Return an SPDX package as ours, its purl and CPE out of its external references."""
    purl, cpe23, cpe22 = "", "", ""
    for one in objects(value.get("externalRefs")):
        kind = text(one.get("referenceType")).rsplit("/", 1)[-1].lower()
        locator = text(one.get("referenceLocator"))
        if kind == "purl" or (kind in ("package-url", "packageurl") and locator.startswith("pkg:")):
            purl = purl or locator
        elif kind == "cpe23type":
            cpe23 = cpe23 or locator
        elif kind == "cpe22type":
            cpe22 = cpe22 or locator
    return Package(
        name=text(value.get("name")),
        version=said(value.get("versionInfo")),
        purl=purl,
        cpe=cpe23 or cpe22,
        path=said(value.get("packageFileName")),
    )


def kind_of(value: JsonObject, package: Package) -> AssetKind:
    """Return the kind of place that a described package is."""
    purpose = _KINDS.get(_purpose(value))
    if purpose is not None:
        return purpose
    ref = text(value.get("SPDXID"))
    if package.purl.startswith(("pkg:oci/", "pkg:docker/")) or "ContainerImage" in ref or "DocumentRoot-Image" in ref:
        return AssetKind.IMAGE
    return AssetKind.REPOSITORY if package.purl.startswith(("pkg:github/", "pkg:gitlab/")) else AssetKind.UNKNOWN


def said(value: object) -> str:
    """Return what SPDX says, empty for NOASSERTION; ``Organization: Acme (mail)`` is ``Acme``."""
    found = text(value)
    if found in _NOTHING:
        return ""
    head, colon, name = found.partition(":")
    if colon and head in ("Organization", "Person", "Tool"):
        return name.partition("(")[0].strip() or name.strip()
    return found


def _purpose(value: JsonObject) -> str:
    return text(value.get("primaryPackagePurpose")).upper().replace("_", "-")


def _licences(value: JsonObject) -> tuple[str, ...]:
    return unique((said(value.get("licenseDeclared")) or said(value.get("licenseConcluded")),))


def _hashes(value: JsonObject) -> tuple[str, ...]:
    out = []
    for one in objects(value.get("checksums")):
        algorithm = text(one.get("algorithm")).lower().replace("checksumalgorithm_", "").replace("sha-", "sha")
        found = text(one.get("checksumValue")).lower()
        if algorithm and found:
            out.append(f"{algorithm}:{found}")
    return unique(tuple(out))


def _is_path(name: str) -> bool:
    return name.startswith((".", "/", "~")) or name[1:3] in (":\\", ":/")
