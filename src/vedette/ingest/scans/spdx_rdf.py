"""SPDX 2.x as RDF/XML, as the SPDX tools write it, in the shape of its JSON.

RDF may say one thing in many places: a package stands inside the relationship that first names it, and elsewhere only
as a reference. What is said of one id is put together. The document is read whole, so at most 256 MB.

Source: SPDX 2.3, annex I "RDF object model"; W3C RDF 1.1 XML Syntax, of which typed nodes, ``rdf:about``, ``rdf:ID``,
``rdf:nodeID`` and ``rdf:resource`` are understood.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from vedette.ingest.scans.base import ScanContent, ScanError
from vedette.ingest.scans.json_values import JsonObject, arr
from vedette.ingest.scans.xml import child, children, local, text_of, whole

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_PACKAGE_FIELDS = {
    "name": "name",
    "versionInfo": "versionInfo",
    "packageFileName": "packageFileName",
    "supplier": "supplier",
    "originator": "originator",
    "licenseDeclared": "licenseDeclared",
    "licenseConcluded": "licenseConcluded",
    "primaryPackagePurpose": "primaryPackagePurpose",
}


class RdfParts:
    """A document in RDF/XML.

    Args:
        content: of at most 256 MB.

    Raises:
        ScanError: malformed, too large, nested too deep, or it holds no SPDX document.
    """

    def __init__(self, content: ScanContent) -> None:
        try:
            root = whole(content)
        except ScanError as error:
            raise ScanError(f"{error.reason}; other forms of SPDX have no such limit: export it as JSON") from None
        self._packages: dict[str, JsonObject] = {}
        self._relationships: list[JsonObject] = []
        self._document: JsonObject = {"documentDescribes": []}
        found = False
        for node, owner, relation in _nodes(root):
            kind = local(node.tag)
            if kind == "SpdxDocument":
                found = True
                self._take_document(node)
            elif kind == "Package":
                self._take_package(node)
            elif kind == "Relationship":
                self._take_relationship(node, owner)
            if relation == "describesPackage" and kind == "Package":
                arr(self._document["documentDescribes"]).append(_id(node))
        if not found:
            raise ScanError("no SpdxDocument in this RDF")

    def value(self, key: str) -> object:
        """Return a small member."""
        return self._document.get(key)

    def entries(self, key: str) -> Iterator[tuple[str, object]]:
        """Yield id and value of each package or relationship."""
        if key == "packages":
            yield from ((f"#{ref}", value) for ref, value in self._packages.items() if "name" in value)
        elif key == "relationships":
            yield from ((f"relationship {index}", value) for index, value in enumerate(self._relationships))

    def _take_document(self, node: Element) -> None:
        about = node.get(f"{_RDF}about", "")
        creation = child(child(node, "creationInfo"), "CreationInfo")
        self._document |= {
            "spdxVersion": text_of(node, "specVersion"),
            "name": text_of(node, "name"),
            "documentNamespace": about.partition("#")[0],
            "creationInfo": {
                "created": text_of(creation, "created"),
                "creators": [(one.text or "").strip() for one in children(creation, "creator")],
            },
        }
        for reference in children(node, "describesPackage"):
            if reference.get(f"{_RDF}resource"):
                arr(self._document["documentDescribes"]).append(_fragment(reference.get(f"{_RDF}resource", "")))

    def _take_package(self, node: Element) -> None:
        package = self._packages.setdefault(_id(node), {"SPDXID": _id(node), "externalRefs": [], "checksums": []})
        for field in node:
            key = local(field.tag)
            if key in _PACKAGE_FIELDS:
                said = _licence(field) if key.startswith("license") else _literal(field)
                if said:
                    package.setdefault(_PACKAGE_FIELDS[key], said)
            elif key == "externalRef":
                for one in children(field, "ExternalRef"):
                    kind = child(one, "referenceType")
                    arr(package["externalRefs"]).append(
                        {
                            "referenceType": _literal(kind) if kind is not None else "",
                            "referenceLocator": text_of(one, "referenceLocator"),
                        }
                    )
            elif key in ("checksum", "packageVerificationCode"):
                for one in children(field, "Checksum"):
                    algorithm = child(one, "algorithm")
                    arr(package["checksums"]).append(
                        {
                            "algorithm": _literal(algorithm) if algorithm is not None else "",
                            "checksumValue": text_of(one, "checksumValue"),
                        }
                    )

    def _take_relationship(self, node: Element, owner: str) -> None:
        kind, related = child(node, "relationshipType"), child(node, "relatedSpdxElement")
        if kind is None or related is None:
            return
        inner = next(iter(related), None)
        other = _id(inner) if inner is not None else _fragment(related.get(f"{_RDF}resource", ""))
        word = _literal(kind).removeprefix("relationshipType_")
        # camel case in RDF, capitals in JSON: dependsOn, DEPENDS_ON
        plain = "".join(f"_{c}" if c.isupper() and i else c for i, c in enumerate(word)).upper().replace("__", "_")
        self._relationships.append(
            {"spdxElementId": owner, "relationshipType": plain, "relatedSpdxElement": other or ""}
        )


def _nodes(root: Element) -> Iterator[tuple[Element, str, str]]:
    """Yield each node, the id of the node that it is said of, and by which property; outer before inner."""
    stack: list[tuple[Element, str, str]] = [(node, "", "") for node in reversed(root)]
    while stack:
        node, owner, relation = stack.pop()
        yield node, owner, relation
        own = _id(node) or owner
        inner = [(below, own, local(field.tag)) for field in node for below in field]
        stack += reversed(inner)


def _id(node: Element) -> str:
    about = node.get(f"{_RDF}about") or node.get(f"{_RDF}ID") or node.get(f"{_RDF}nodeID") or ""
    return _fragment(about)


def _fragment(uri: str) -> str:
    return uri.rpartition("#")[2]


def _licence(field: Element) -> str:
    """Return a licence expression: sets of licences are joined by what they are."""
    inner = next(iter(field), None)
    kind = local(inner.tag) if inner is not None else ""
    joint = {"ConjunctiveLicenseSet": " AND ", "DisjunctiveLicenseSet": " OR "}.get(kind)
    if inner is None or joint is None:
        return _literal(field)
    members = [_licence(member) for member in children(inner, "member")]
    return joint.join(sorted(f"({one})" if " " in one else one for one in members if one))


def _literal(field: Element) -> str:
    """Return a property's text, or the last part of what it refers to: ``MIT`` of ``…/licenses/MIT``."""
    uri = field.get(f"{_RDF}resource") or ""
    inner = next(iter(field), None)
    if not uri and inner is not None:
        uri = inner.get(f"{_RDF}about") or text_of(inner, "licenseId") or ""
    if uri:
        word = uri.rstrip("/").replace("#", "/").rsplit("/", 1)[-1]
        return {"noassertion": "", "none": ""}.get(word, word).removeprefix("purpose_")
    return (field.text or "").strip()
