"""Dependency-Check's XML, every schema, under the names that its JSON has."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from vedette.ingest.scans.base import ScanContent, ScanError
from vedette.ingest.scans.json_values import JsonObject
from vedette.ingest.scans.xml import child, children, elements, local, root_of, text_of

_NAMESPACE = "dependency-check"


def is_report(head: bytes) -> bool:
    """Return whether a file's head begins a report of Dependency-Check."""
    root = root_of(head)
    return root is not None and root[1] == "analysis" and _NAMESPACE in root[0].lower()


def parts_of(content: ScanContent) -> Iterator[tuple[str, str, JsonObject]]:
    """Yield kind, pointer and members of the scan's and project's facts and of each dependency.

    Raises:
        ScanError: no such report, or damaged.
    """
    with content.open() as handle:
        if not is_report(handle.read(1 << 16)):
            raise ScanError("not a report of Dependency-Check: neither its JSON nor its XML")
    for found in elements(content, ("scanInfo", "projectInfo", "dependency")):
        if found.name == "dependency":
            yield "dependency", found.pointer, dependency_of(found.element)
        else:
            yield found.name, found.pointer, _plain(found.element)


def dependency_of(element: Element) -> JsonObject:
    """Return a dependency as the JSON report has it."""
    identifiers = child(element, "identifiers")
    packages: list[object] = [{"id": text_of(one, "id")} for one in children(identifiers, "package")]
    cpes: list[object] = [{"id": text_of(one, "id")} for one in children(identifiers, "vulnerabilityIds")]
    for one in children(identifiers, "identifier"):  # before schema 2
        name = text_of(one, "name").strip("()")
        if one.get("type") == "maven" and name.count(":") == 2:
            group, artifact, version = name.split(":")
            packages.append({"id": f"pkg:maven/{group}/{artifact}@{version}"})
        elif one.get("type") == "cpe":
            cpes.append({"id": name})
    flaws = child(element, "vulnerabilities")
    return {
        **_plain(element),
        "packages": packages,
        "vulnerabilityIds": cpes,
        "relatedDependencies": [
            _plain(one) for one in children(child(element, "relatedDependencies"), "relatedDependency")
        ],
        "vulnerabilities": [_flaw(one) for one in children(flaws, "vulnerability")],
        "suppressedVulnerabilities": [_flaw(one) for one in children(flaws, "suppressedVulnerability")],
    }


def _flaw(element: Element) -> JsonObject:
    found: JsonObject = _plain(element)
    found["source"] = element.get("source", "")
    for name in ("cvssV2", "cvssV3", "cvssV4"):
        if (rating := child(element, name)) is not None:
            found[name.lower()] = _plain(rating)
    if child(element, "cvssScore") is not None:  # before schema 2
        found["cvssv2"] = {
            "score": text_of(element, "cvssScore"),
            "accessVector": text_of(element, "cvssAccessVector"),
            "accessComplexity": text_of(element, "cvssAccessComplexity"),
            "authentication": text_of(element, "cvssAuthenticationr"),
            "confidentialityImpact": text_of(element, "cvssConfidentialImpact"),
            "integrityImpact": text_of(element, "cvssIntegrityImpact"),
            "availabilityImpact": text_of(element, "cvssAvailabilityImpact"),
        }
    found["cwes"] = [(one.text or "").strip() for one in children(child(element, "cwes"), "cwe")]
    found["references"] = [_plain(one) for one in children(child(element, "references"), "reference")]
    found["vulnerableSoftware"] = [
        dict(one.attrib) for one in children(child(element, "vulnerableSoftware"), "software")
    ]
    exploited = child(element, "knownExploitedVulnerability")
    if exploited is not None:
        found["knownExploitedVulnerability"] = _plain(exploited) or {"listed": True}
    return found


def _plain(element: Element) -> JsonObject:
    """Return the members of an element that hold only text."""
    return {local(one.tag): (one.text or "").strip() for one in element if not len(one)}
