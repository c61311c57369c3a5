"""SPDX 2.x as YAML, XML and tag-value, each in the shape of its JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any
from xml.etree.ElementTree import Element

from vedette.ingest.scans.base import ScanContent, ScanError
from vedette.ingest.scans.json_values import JsonObject, arr
from vedette.ingest.scans.xml import elements, local

MAX_YAML_BYTES = 64 << 20
MAX_YAML_DEPTH = 60
MAX_YAML_REPEATED = 1_000_000
"""Values that aliases stand for, all together."""
MAX_LINE_BYTES = 4 << 20
MAX_TEXT_LINES = 200
"""Lines of one ``<text>`` that are kept: licences and comments, which nothing here needs."""


class YamlParts:
    """A document in YAML, every scalar as it is written: a version 1.10 stays one.

    Args:
        content: a YAML document of at most 64 MB.

    Raises:
        ScanError: too large, malformed, nested too deep, or its aliases are a bomb.
    """

    def __init__(self, content: ScanContent) -> None:
        if content.size > MAX_YAML_BYTES:
            raise ScanError(
                f"{content.size >> 20} MB of YAML: up to {MAX_YAML_BYTES >> 20} MB are read; export it as JSON"
            )
        value = _yaml(content.read())
        if not isinstance(value, dict):
            raise ScanError("not a YAML mapping")
        self._whole = value

    def value(self, key: str) -> object:
        """Return a small member."""
        return self._whole.get(key)

    def entries(self, key: str) -> Iterator[tuple[str, object]]:
        """Yield pointer and value of each entry of a list."""
        for index, value in enumerate(arr(self._whole.get(key))):
            yield f"/{key}/{index}", value


class _YamlBuilder:
    """Builds a document's lists, mappings and texts from the parser's events: no tags, no objects, no bombs.

    An alias stands for the very object that it repeats; what all of them would come to, written out, is counted.
    """

    def __init__(self) -> None:
        self.root: list[object] = []
        self._open: list[_YamlNode] = [_YamlNode(self.root)]
        self._anchors: dict[str, tuple[object, int]] = {}
        self._n_repeated = 0

    def scalar(self, value: str, anchor: str | None) -> None:
        if anchor:
            self._anchors[anchor] = (value, 1)
        self._put(value, 1)

    def alias(self, anchor: str) -> None:
        if anchor not in self._anchors:
            raise ScanError("refused: a YAML alias stands inside of what it repeats")
        value, size = self._anchors[anchor]
        self._n_repeated += size
        if self._n_repeated > MAX_YAML_REPEATED:
            raise ScanError("refused: YAML aliases that repeat each other come to millions of values")
        self._put(value, size)

    def begin(self, made: Any, anchor: str | None) -> None:
        if len(self._open) > MAX_YAML_DEPTH:
            raise ScanError(f"YAML nested deeper than {MAX_YAML_DEPTH}")
        self._put(made, 0)
        self._open.append(_YamlNode(made, anchor))

    def end(self) -> None:
        node = self._open.pop()
        self._open[-1].size += node.size
        if node.anchor:
            self._anchors[node.anchor] = (node.value, node.size)

    def _put(self, value: object, size: int) -> None:
        node = self._open[-1]
        node.size += size
        if isinstance(node.value, list):
            node.value.append(value)
        elif node.key is not None:
            node.value[node.key], node.key = value, None
        elif isinstance(value, str):
            node.key = value
        else:
            raise ScanError("a YAML key is no text")


@dataclass(slots=True)
class _YamlNode:
    value: Any
    anchor: str | None = None
    key: str | None = None
    """Waits for its value."""
    size: int = 1
    """Values in it, written out."""


def _yaml(data: bytes) -> object:
    """Return what a document says, every scalar as text.

    Raises:
        ScanError: malformed, nested too deep, or hostile.
    """
    import yaml

    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    builder = _YamlBuilder()
    try:
        for event in yaml.parse(data.decode("utf-8", "replace"), Loader=loader):
            if isinstance(event, yaml.ScalarEvent):
                builder.scalar(event.value, event.anchor)
            elif isinstance(event, yaml.AliasEvent):
                builder.alias(event.anchor or "")
            elif isinstance(event, yaml.SequenceStartEvent):
                builder.begin([], event.anchor)
            elif isinstance(event, yaml.MappingStartEvent):
                builder.begin({}, event.anchor)
            elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
                builder.end()
            elif isinstance(event, yaml.DocumentEndEvent):
                break
    except yaml.YAMLError as error:
        raise ScanError(f"not YAML, or cut off: {' '.join(str(error).split())[:200]}") from None
    return builder.root[0] if builder.root else None


_LISTS = frozenset({"externalRefs", "checksums", "creators", "documentDescribes", "hasFiles", "annotations"})
_TOPS = (
    "packages", "relationships", "files", "snippets", "annotations", "creationInfo", "externalDocumentRefs",
    "hasExtractedLicensingInfos", "revieweds",
)  # fmt: skip
_SMALL = ("spdxVersion", "specVersion", "name", "documentNamespace", "documentDescribes")


class XmlParts:
    """A document in XML: a list is an element that repeats."""

    def __init__(self, content: ScanContent) -> None:
        self._content = content
        self._small: JsonObject | None = None

    def value(self, key: str) -> object:
        """Return a small member; the first call goes through the file once."""
        if self._small is None:
            self._small = {}
            for found in elements(self._content, (*_TOPS, *_SMALL)):
                if found.name == "documentDescribes":
                    described = self._small.setdefault(found.name, [])
                    if isinstance(described, list):
                        described.append((found.element.text or "").strip())
                elif found.name in _SMALL or found.name == "creationInfo":
                    self._small.setdefault(found.name, _value(found.element))
        return self._small.get(key)

    def entries(self, key: str) -> Iterator[tuple[str, object]]:
        """Yield pointer and value of each element of that name below the document."""
        for found in elements(self._content, _TOPS):
            if found.name == key:
                yield found.pointer, _value(found.element)


def _value(element: Element) -> object:
    if len(element) == 0:
        return (element.text or "").strip()
    members: JsonObject = {}
    for child in element:
        key, value = local(child.tag), _value(child)
        if key in _LISTS:
            held = members.setdefault(key, [])
            if isinstance(held, list):
                held.append(value)
        else:
            members.setdefault(key, value)
    return members


_TAG = re.compile(r"([A-Za-z]{1,60})\s{0,20}:[ \t]{0,20}(.*)", re.DOTALL)
_DOCUMENT = {
    "SPDXVersion": "spdxVersion",
    "DocumentName": "name",
    "DocumentNamespace": "documentNamespace",
    "Created": "created",
}
_PACKAGE = {
    "PackageName": "name",
    "SPDXID": "SPDXID",
    "PackageVersion": "versionInfo",
    "PackageFileName": "packageFileName",
    "PackageSupplier": "supplier",
    "PackageOriginator": "originator",
    "PackageLicenseDeclared": "licenseDeclared",
    "PackageLicenseConcluded": "licenseConcluded",
    "PrimaryPackagePurpose": "primaryPackagePurpose",
}
_OTHER_SECTIONS = frozenset({"FileName", "SnippetSPDXID", "SnippetSPDXIdentifier", "LicenseID"})


class TagValueParts:
    """A document of lines ``Tag: value``; a text of several lines stands between ``<text>`` and ``</text>``."""

    def __init__(self, content: ScanContent) -> None:
        self._content = content
        self._head: JsonObject | None = None

    def value(self, key: str) -> object:
        """Return a small member."""
        if self._head is None:
            self._head = self._read_head()
        return self._head.get(key)

    def entries(self, key: str) -> Iterator[tuple[str, object]]:
        """Yield pointer and value of each package or relationship."""
        if key == "relationships":
            yield from self._relationships()
        elif key == "packages":
            yield from self._packages()

    def _read_head(self) -> JsonObject:
        head: JsonObject = {}
        creators: list[object] = []
        created = ""
        for _, tag, value in self._pairs():
            if tag == "PackageName" or tag in _OTHER_SECTIONS:
                break
            if tag == "Creator":
                creators.append(value)
            elif tag == "Created":
                created = value
            elif tag in _DOCUMENT:
                head.setdefault(_DOCUMENT[tag], value)
        head["creationInfo"] = {"created": created, "creators": creators}
        return head

    def _relationships(self) -> Iterator[tuple[str, object]]:
        for line, tag, value in self._pairs():
            if tag == "Relationship":
                parts = value.split()
                if len(parts) >= 3:
                    yield (
                        f"line {line}",
                        {"spdxElementId": parts[0], "relationshipType": parts[1], "relatedSpdxElement": parts[2]},
                    )
                else:
                    yield f"line {line}", value

    def _packages(self) -> Iterator[tuple[str, object]]:
        package: JsonObject | None = None
        begins = 0
        for line, tag, value in self._pairs():
            if tag == "PackageName" or tag in _OTHER_SECTIONS:
                if package is not None:
                    yield f"line {begins}", package
                package, begins = ({"externalRefs": [], "checksums": []}, line) if tag == "PackageName" else (None, 0)
            if package is None:
                continue
            if tag in _PACKAGE:
                package.setdefault(_PACKAGE[tag], value)
            elif tag == "ExternalRef":
                parts = value.split(None, 2)
                if len(parts) == 3:
                    names = ("referenceCategory", "referenceType", "referenceLocator")
                    arr(package["externalRefs"]).append(dict(zip(names, parts, strict=True)))
            elif tag == "PackageChecksum":
                algorithm, _, found = value.partition(":")
                arr(package["checksums"]).append({"algorithm": algorithm.strip(), "checksumValue": found.strip()})
        if package is not None:
            yield f"line {begins}", package

    def _pairs(self) -> Iterator[tuple[int, str, str]]:
        """Yield line number, tag and value; a text's later lines belong to its tag."""
        with self._content.open() as handle:
            number = 0
            for number, line in _lines(handle):
                found = _TAG.match(line)
                if found is None:
                    continue
                tag, value = found[1], found[2].strip()
                yield number, tag, value.removeprefix("<text>").removesuffix("</text>").strip()


def _lines(handle: IO[bytes]) -> Iterator[tuple[int, str]]:
    """Yield number and text of each line; those inside a ``<text>`` come joined to its first."""
    number, begins, held = 0, 0, [""]
    is_inside = False
    while raw := handle.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(raw) > MAX_LINE_BYTES:
            raise ScanError(f"line {number} is longer than {MAX_LINE_BYTES >> 20} MB")
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        if is_inside:
            if len(held) < MAX_TEXT_LINES or "</text>" in line:
                held.append(line)
            if "</text>" in line:
                is_inside = False
                yield begins, "\n".join(held)
        elif "<text>" in line and "</text>" not in line:
            is_inside, begins, held = True, number, [line]
        elif line and not line.startswith("#"):
            yield number, line
    if is_inside:
        raise ScanError(f"the text that begins in line {begins} never ends")
