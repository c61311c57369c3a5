"""CycloneDX's XML in the shape of its JSON, so that one reader reads both.

The two forms hold the same: an element is a member, an attribute is one too, and a group of elements
(``components``) is a list. What differs is in the tables below. The vulnerability extension of the versions before 1.4
(``http://cyclonedx.org/schema/ext/vulnerability/1.0``) comes out as the vulnerabilities that 1.4 made of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from vedette.ingest.scans.base import ScanContent, ScanError
from vedette.ingest.scans.json_values import JsonObject
from vedette.ingest.scans.xml import Found, elements, local, namespace, root_of

_GROUPS = {
    "components": "component",
    "services": "service",
    "hashes": "hash",
    "properties": "property",
    "authors": "author",
    "ratings": "rating",
    "cwes": "cwe",
    "advisories": "advisory",
    "references": "reference",
    "affects": "target",
    "versions": "version",
    "responses": "response",
    "occurrences": "occurrence",
    "externalReferences": "reference",
    "vulnerabilities": "vulnerability",
    "recommendations": "recommendation",
    "identities": "identity",
    "dependencies": "dependency",
}
"""Groups that are lists in JSON, and the element that each entry is."""

_RENAMED = {"responses": "response"}
_TEXT_AS = {"hash": "content", "property": "value"}
"""What the text of an element with attributes is called in JSON."""


class XmlParts:
    """The members of a BOM in XML, as :class:`~vedette.ingest.scans.json_parts.JsonParts` has those of one in JSON.

    Args:
        content: an XML document.

    Raises:
        ScanError: its root is no BOM.
    """

    def __init__(self, content: ScanContent) -> None:
        with content.open() as handle:
            root = root_of(handle.read(1 << 16))
        if root is None:
            next(elements(content, ("bom",)), None)  # tells what is wrong with it
        if root is None or root[1] != "bom":
            raise ScanError("not a CycloneDX BOM: the root element is no bom")
        self._content = content
        space, _, attributes = root
        self._values: JsonObject = {
            "specVersion": space.rstrip("/").rsplit("/", 1)[-1],
            "serialNumber": attributes.get("serialNumber"),
            "version": attributes.get("version"),
        }
        self._metadata: JsonObject | None = None
        self._there: frozenset[str] | None = None  # every part that the file has, once it was read to its end

    def value(self, key: str) -> object:
        """Return a member that is small."""
        if key != "metadata":
            return self._values.get(key)
        if self._metadata is None:
            found = next(self._found("metadata", "metadata"), None)
            value = _member(found.element) if found is not None else {}
            self._metadata = value if isinstance(value, dict) else {}
        return self._metadata

    def entries(self, key: str) -> Iterator[tuple[str, object]]:
        """Yield pointer and value of each entry of a group.

        Raises:
            ScanError: damaged from here on.
        """
        name = _GROUPS[key]
        for found in self._found(name, key):
            if key == "dependencies":
                below = [child.get("ref") for child in found.element if local(child.tag) == name]
                yield found.pointer, {"ref": found.element.get("ref"), "dependsOn": below}
            else:
                value = _member(found.element)
                yield found.pointer, value if isinstance(value, dict) else {}

    def _found(self, name: str, part: str) -> Iterator[Found]:
        if self._there is not None and name not in self._there:
            return
        there: set[str] = set()
        # The other parts are asked for whole, too, so that nothing of that name inside them is taken for an entry.
        for found in elements(self._content, (name, *_others(part))):
            there.add(found.name)
            if found.name == name:
                yield found
        self._there = frozenset(there)


def _others(part: str) -> tuple[str, ...]:
    singles = ("metadata", "component", "service", "dependency", "vulnerability", "annotation", "composition")
    nested = ("formula", "declarations")
    own = "metadata" if part == "metadata" else _GROUPS.get(part, "dependency")
    return (*(single for single in singles if single != own), *nested)


def _member(element: Element) -> object:
    """Return an element as the JSON value that means the same."""
    name = local(element.tag)
    members: JsonObject = {key: value for key, value in element.attrib.items() if not key.startswith("{")}
    text = (element.text or "").strip()
    for child in element:
        key = local(child.tag)
        if key in _GROUPS:
            value: object = _group(child, _GROUPS[key])
            key = _RENAMED.get(key, key)
        elif key == "licenses":
            value = [_licence(entry) for entry in child]
        elif key == "tools":
            value = _tools(child)
        else:
            value = _member(child)
        members.setdefault(key, value)
    if not members:
        return text
    if text and len(element) == 0:
        members[_TEXT_AS.get(name, "content")] = text
    if namespace(element.tag).startswith("http://cyclonedx.org/schema/ext/vulnerability/"):
        return _from_extension(name, members)
    return members


def _group(element: Element, single: str) -> list[object]:
    return [_member(child) for child in element if local(child.tag) == single]


def _licence(element: Element) -> JsonObject:
    value = _member(element)
    if local(element.tag) == "expression":
        return {"expression": value.get("content") if isinstance(value, dict) else value}
    return {"license": value}


def _tools(element: Element) -> object:
    """Return the list of tools of the versions before 1.5, or the object of components and services since."""
    tools = [_member(child) for child in element if local(child.tag) == "tool"]
    return tools or _member(element)


def _from_extension(name: str, members: JsonObject) -> JsonObject:
    """Return an element of the old vulnerability extension as 1.4 writes it."""
    if name == "rating" and isinstance(members.get("score"), dict):
        score = members["score"]
        members["score"] = score.get("base") if isinstance(score, dict) else None
    if name == "vulnerability":
        if "ref" in members:
            members.setdefault("affects", [{"ref": members["ref"]}])
        advisories = members.get("advisories")
        if isinstance(advisories, list):
            members["advisories"] = [{"url": entry} if isinstance(entry, str) else entry for entry in advisories]
        recommendations = members.pop("recommendations", None)
        if isinstance(recommendations, list):
            members.setdefault("recommendation", "\n".join(str(entry) for entry in recommendations))
    return members
