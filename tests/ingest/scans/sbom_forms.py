"""One inventory written in every form and version of CycloneDX and SPDX, as their specifications lay them out."""

# ruff: noqa: E501 (documents read best whole)

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from vedette.ingest.base import Sample
from vedette.ingest.scans.base import ScanContext, ScanError, ScanHead, ScanReader, ScanRefusal
from vedette.ingest.scans.content import HeldContent
from vedette.schema import ScanRecord


@dataclass
class Read:
    """What a reader made of a file."""

    head: ScanHead
    records: list[ScanRecord]
    refused: list[ScanRefusal]
    problem: str | None

    def of(self, kind: type) -> list:
        return [record for record in self.records if isinstance(record, kind)]


def read(reader: ScanReader, data: bytes | str, name: str = "inventory", **said: object) -> Read:
    raw = data.encode() if isinstance(data, str) else data
    head, records, refused, problem = ScanHead(), [], [], None
    try:
        for record in reader.read(HeldContent(name, "0" * 32, len(raw), raw), head, ScanContext(**said)):
            (refused if isinstance(record, ScanRefusal) else records).append(record)
    except ScanError as error:
        problem = error.reason
    return Read(head, records, refused, problem)


def sample(data: bytes | str, name: str = "inventory") -> Sample:
    raw = data.encode() if isinstance(data, str) else data
    return Sample(name, raw[: 64 << 10], tuple(raw[: 64 << 10].split(b"\n")[:50]), None)


@dataclass(frozen=True)
class Part:
    ref: str
    name: str
    version: str
    purl: str
    licence: str = ""
    sha1: str = ""
    needs: tuple[str, ...] = ()


SUBJECT = Part("root", "shop", "2.1", "pkg:npm/shop@2.1", needs=("a",))
PARTS = (
    Part("a", "left-pad", "1.10", "pkg:npm/left-pad@1.10", "MIT", "da39a3ee5e6b4b0d3255bfef95601890afd80709", ("b",)),
    Part("b", "Pillow & Söhne <1>", "9.0", "pkg:pypi/pillow@9.0", "HPND", "", ("a",)),  # they need each other
    Part("c", "no-version", "", ""),
)
MADE_AT = "2026-03-04T05:06:07Z"


def cyclonedx_json(version: str) -> str:
    def component(part: Part) -> dict:
        out: dict = {"type": "library", "bom-ref": part.ref, "name": part.name, "version": part.version}
        if part.purl:
            out["purl"] = part.purl
        if part.licence:
            out["licenses"] = [{"license": {"id": part.licence}}]
        if part.sha1:
            out["hashes"] = [{"alg": "SHA-1", "content": part.sha1}]
        return out

    tool: object = [{"vendor": "Acme", "name": "maker", "version": "3"}]
    if version >= "1.5":
        tool = {"components": [{"type": "application", "name": "maker", "version": "3"}]}
    return json.dumps(
        {
            "bomFormat": "CycloneDX",
            "specVersion": version,
            "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
            "version": 1,
            "metadata": {
                "timestamp": MADE_AT,
                "tools": tool,
                "component": {**component(SUBJECT), "type": "application"},
            },
            "components": [component(part) for part in PARTS],
            "dependencies": [{"ref": p.ref, "dependsOn": list(p.needs)} for p in (SUBJECT, *PARTS)],
        }
    )


def cyclonedx_xml(version: str) -> str:
    def component(part: Part, kind: str = "library") -> str:
        ref = f" bom-ref={quoteattr(part.ref)}" if version >= "1.1" else ""
        hashes = f'<hashes><hash alg="SHA-1">{part.sha1}</hash></hashes>' if part.sha1 else ""
        licences = f"<licenses><license><id>{part.licence}</id></license></licenses>" if part.licence else ""
        purl = f"<purl>{escape(part.purl)}</purl>" if part.purl else ""
        return (
            f"<component type={quoteattr(kind)}{ref}><name>{escape(part.name)}</name>"
            f"<version>{part.version}</version>{hashes}{licences}{purl}<modified>false</modified></component>"
        )

    tools = "<tools><tool><vendor>Acme</vendor><name>maker</name><version>3</version></tool></tools>"
    if version >= "1.5":
        tools = (
            '<tools><components><component type="application"><name>maker</name><version>3</version>'
            "</component></components></tools>"
        )
    metadata = ""
    if version >= "1.2":
        metadata = f"<metadata><timestamp>{MADE_AT}</timestamp>{tools}{component(SUBJECT, 'application')}</metadata>"
    depends = ""
    if version >= "1.2":
        depends = "<dependencies>" + "".join(
            f"<dependency ref={quoteattr(p.ref)}>"
            + "".join(f"<dependency ref={quoteattr(ref)}/>" for ref in p.needs)
            + "</dependency>"
            for p in (SUBJECT, *PARTS)
        )
        depends += "</dependencies>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<bom xmlns="http://cyclonedx.org/schema/bom/{version}" version="1" '
        f'serialNumber="urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79">{metadata}<components>'
        + "".join(map(component, PARTS))
        + f"</components>{depends}</bom>"
    )


def spdx_document(version: str) -> dict:
    def package(part: Part) -> dict:
        out: dict = {
            "SPDXID": f"SPDXRef-{part.ref}",
            "name": part.name,
            "downloadLocation": "NOASSERTION",
            "licenseConcluded": "NOASSERTION",
            "licenseDeclared": part.licence or "NOASSERTION",
        }
        if part.version:
            out["versionInfo"] = part.version
        if part.purl:
            out["externalRefs"] = [
                {
                    "referenceCategory": "PACKAGE-MANAGER" if version >= "2.3" else "PACKAGE_MANAGER",
                    "referenceType": "purl",
                    "referenceLocator": part.purl,
                }
            ]
        if part.sha1:
            out["checksums"] = [{"algorithm": "SHA1", "checksumValue": part.sha1}]
        return out

    out = {
        "spdxVersion": f"SPDX-{version}",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": "shop-sbom",
        "dataLicense": "CC0-1.0",
        "documentNamespace": "https://example.org/spdx/shop-1",
        "creationInfo": {"created": MADE_AT, "creators": ["Tool: maker-3", "Organization: Acme (sec@example.org)"]},
        "packages": [package(SUBJECT), *map(package, PARTS)],
        "relationships": [
            {
                "spdxElementId": "SPDXRef-DOCUMENT",
                "relationshipType": "DESCRIBES",
                "relatedSpdxElement": "SPDXRef-root",
            },
            *(
                {
                    "spdxElementId": f"SPDXRef-{part.ref}",
                    "relationshipType": "DEPENDS_ON",
                    "relatedSpdxElement": f"SPDXRef-{ref}",
                }
                for part in (SUBJECT, *PARTS)
                for ref in part.needs
            ),
        ],
    }
    if version <= "2.1":  # no DEPENDS_ON before 2.2
        for one in out["relationships"][1:]:
            one["spdxElementId"], one["relatedSpdxElement"] = one["relatedSpdxElement"], one["spdxElementId"]
            one["relationshipType"] = "BUILD_DEPENDENCY_OF" if version == "2.1" else "PREREQUISITE_FOR"
    return out


def spdx_json(version: str) -> str:
    return json.dumps(spdx_document(version), indent=1)


def spdx_yaml(version: str) -> str:
    def lines(value: object, depth: int) -> str:
        pad = "  " * depth
        if isinstance(value, dict):
            return "".join(
                f"{pad}{key}:{lines(item, depth + 1) if isinstance(item, str) else chr(10) + lines(item, depth + 1)}"
                for key, item in value.items()
            )
        if isinstance(value, list):
            return "".join(
                f"{pad}-{lines(item, depth + 1) if isinstance(item, str) else chr(10) + lines(item, depth + 1)}"
                for item in value
            )
        text = str(value)
        return f" {text}\n" if text.replace(".", "").isalnum() else f" {json.dumps(text, ensure_ascii=False)}\n"

    return "---\n" + lines(spdx_document(version), 0)


def spdx_xml(version: str) -> str:
    def element(name: str, value: object) -> str:
        if isinstance(value, list):
            return "".join(element(name, item) for item in value)
        inner = "".join(element(*pair) for pair in value.items()) if isinstance(value, dict) else escape(str(value))
        return f"<{name}>{inner}</{name}>"

    return '<?xml version="1.0" encoding="UTF-8"?>\n' + element("Document", spdx_document(version))


def spdx_tag_value(version: str) -> str:
    document = spdx_document(version)
    out = [
        f"SPDXVersion: {document['spdxVersion']}", "DataLicense: CC0-1.0", "SPDXID: SPDXRef-DOCUMENT",
        f"DocumentName: {document['name']}", f"DocumentNamespace: {document['documentNamespace']}",
        *(f"Creator: {one}" for one in document["creationInfo"]["creators"]), f"Created: {MADE_AT}",
        "DocumentComment: <text>Many\nlines with PackageName: nobody\n</text>", "", "## Packages",
    ]  # fmt: skip
    for package in document["packages"]:
        out += ["", f"PackageName: {package['name']}", f"SPDXID: {package['SPDXID']}"]
        if "versionInfo" in package:
            out.append(f"PackageVersion: {package['versionInfo']}")
        out += ["PackageDownloadLocation: NOASSERTION", f"PackageLicenseDeclared: {package['licenseDeclared']}"]
        for one in package.get("checksums", ()):
            out.append(f"PackageChecksum: {one['algorithm']}: {one['checksumValue']}")
        for one in package.get("externalRefs", ()):
            out.append(f"ExternalRef: {one['referenceCategory']} {one['referenceType']} {one['referenceLocator']}")
        out.append("PackageCopyrightText: <text>someone</text>")
    out += ["", "FileName: ./a.js", "SPDXID: SPDXRef-File-a", "FileChecksum: SHA1: 00"]
    for one in document["relationships"]:
        out.append(f"Relationship: {one['spdxElementId']} {one['relationshipType']} {one['relatedSpdxElement']}")
    return "\n".join(out) + "\n"


def spdx_rdf(version: str) -> str:
    """Packages stand where they are first named, as the SPDX tools write them, and only once."""
    document = spdx_document(version)
    packages = {package["SPDXID"]: package for package in document["packages"]}
    space = document["documentNamespace"]
    written: set[str] = set()

    def words(kind: str) -> str:
        first, *rest = kind.lower().split("_")
        return first + "".join(word.capitalize() for word in rest)

    def relationships(owner: str) -> str:
        return "".join(
            "<spdx:relationship><spdx:Relationship><spdx:relationshipType "
            f'rdf:resource="http://spdx.org/rdf/terms#relationshipType_{words(one["relationshipType"])}"/>'
            f"{related(one['relatedSpdxElement'])}</spdx:Relationship></spdx:relationship>"
            for one in document["relationships"]
            if one["spdxElementId"] == owner
        )

    def related(ref: str) -> str:
        if ref in written:
            return f'<spdx:relatedSpdxElement rdf:resource="{space}#{ref}"/>'
        return f"<spdx:relatedSpdxElement>{node(ref)}</spdx:relatedSpdxElement>"

    def node(ref: str) -> str:
        written.add(ref)
        package = packages[ref]
        inner = f"<spdx:name>{escape(package['name'])}</spdx:name>"
        if "versionInfo" in package:
            inner += f"<spdx:versionInfo>{package['versionInfo']}</spdx:versionInfo>"
        declared = package["licenseDeclared"]
        terms = (
            "http://spdx.org/rdf/terms#noassertion"
            if declared == "NOASSERTION"
            else f"http://spdx.org/licenses/{declared}"
        )
        inner += f'<spdx:licenseDeclared rdf:resource="{terms}"/>'
        for one in package.get("checksums", ()):
            inner += (
                '<spdx:checksum><spdx:Checksum><spdx:algorithm rdf:resource="http://spdx.org/rdf/terms#checksumAlgorithm_sha1"/>'
                f"<spdx:checksumValue>{one['checksumValue']}</spdx:checksumValue></spdx:Checksum></spdx:checksum>"
            )
        for one in package.get("externalRefs", ()):
            inner += (
                "<spdx:externalRef><spdx:ExternalRef><spdx:referenceType "
                'rdf:resource="http://spdx.org/rdf/references/purl"/>'
                f"<spdx:referenceLocator>{escape(one['referenceLocator'])}</spdx:referenceLocator>"
                "</spdx:ExternalRef></spdx:externalRef>"
            )
        return f'<spdx:Package rdf:about="{space}#{ref}">{inner}{relationships(ref)}</spdx:Package>'

    body = relationships("SPDXRef-DOCUMENT")
    rest = "".join(node(ref) for ref in packages if ref not in written)
    creators = "".join(f"<spdx:creator>{escape(c)}</spdx:creator>" for c in document["creationInfo"]["creators"])
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:spdx="http://spdx.org/rdf/terms#">'
        f'<spdx:SpdxDocument rdf:about="{space}#SPDXRef-DOCUMENT"><spdx:specVersion>{document["spdxVersion"]}</spdx:specVersion>'
        f"<spdx:name>{document['name']}</spdx:name><spdx:creationInfo><spdx:CreationInfo>{creators}"
        f"<spdx:created>{MADE_AT}</spdx:created></spdx:CreationInfo></spdx:creationInfo>{body}</spdx:SpdxDocument>{rest}</rdf:RDF>"
    )


def spdx3_graph(version: str, *more: dict) -> dict:
    base = "https://example.org/spdx3/"

    def element(kind: str, ref: str, **members: object) -> dict:
        return {"type": kind, "spdxId": base + ref, "creationInfo": "_:c", **members}

    graph: list[dict] = [
        {
            "type": "CreationInfo", "@id": "_:c", "specVersion": version, "created": MADE_AT,
            "createdBy": [base + "acme"], "createdUsing": [base + "tool"],
        },
        element("Organization", "acme", name="Acme"),
        element("Tool", "tool", name="maker-3"),
        element("SpdxDocument", "doc", name="shop-sbom", rootElement=[base + "sbom"]),
        element("software_Sbom", "sbom", rootElement=[base + "root"], software_sbomType=["build"]),
    ]  # fmt: skip
    for part in (SUBJECT, *PARTS):
        members: dict = {"name": part.name, "suppliedBy": base + "acme"}
        if part.version:
            members["software_packageVersion"] = part.version
        if part.purl:
            members["software_packageUrl"] = part.purl
        if part.sha1:
            members["verifiedUsing"] = [{"type": "Hash", "algorithm": "sha1", "hashValue": part.sha1}]
        graph.append(element("software_Package", part.ref, **members))
        if part.needs:
            graph.append(
                element(
                    "LifecycleScopedRelationship", f"rel-{part.ref}", relationshipType="dependsOn",
                    to=[base + ref for ref in part.needs], **{"from": base + part.ref},
                )
            )  # fmt: skip
        if part.licence:
            graph += [
                element(
                    "simplelicensing_LicenseExpression", f"lic-{part.ref}",
                    simplelicensing_licenseExpression=part.licence,
                ),
                element(
                    "Relationship", f"rel-lic-{part.ref}", relationshipType="hasDeclaredLicense",
                    to=[base + f"lic-{part.ref}"], **{"from": base + part.ref},
                ),
            ]  # fmt: skip
    return {"@context": f"https://spdx.org/rdf/{version}/spdx-context.jsonld", "@graph": [*graph, *more]}


def spdx3_json(version: str) -> str:
    return json.dumps(spdx3_graph(version))


CYCLONEDX: dict[str, Callable[[str], str]] = {"json": cyclonedx_json, "xml": cyclonedx_xml}
CYCLONEDX_VERSIONS = [
    *(("json", version) for version in ("1.2", "1.3", "1.4", "1.5", "1.6", "1.7")),
    *(("xml", version) for version in ("1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7")),
]
SPDX: dict[str, Callable[[str], str]] = {
    "json": spdx_json, "yaml": spdx_yaml, "xml": spdx_xml, "tag": spdx_tag_value, "rdf": spdx_rdf, "json-ld": spdx3_json,
}  # fmt: skip
SPDX_VERSIONS = [
    *((form, version) for form in ("json", "yaml", "xml", "tag", "rdf") for version in ("2.0", "2.1", "2.2", "2.3")),
    ("json-ld", "3.0.0"),
    ("json-ld", "3.0.1"),
]
