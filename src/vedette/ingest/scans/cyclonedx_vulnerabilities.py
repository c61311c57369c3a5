"""CycloneDX's vulnerabilities: findings for what they affect, and statements where somebody analysed them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from vedette.ingest.scans.base import ScanRefusal
from vedette.ingest.scans.json_values import (
    JsonObject,
    first_text,
    long_text,
    moment,
    number,
    obj,
    objects,
    refusal,
    text,
    texts,
    unique,
)
from vedette.ingest.scans.vex_words import NOBODY_NAMED, at_version
from vedette.ingest.scans.vocabulary import cvss_of, cwes_of, newest_first, severity_of, vulnerability_ids
from vedette.schema import Package, Place, ScanFinding, ScanKind, ScanRecord, Severity, VexStatement, VexStatus

_STATES = {
    "resolved": VexStatus.FIXED,
    "resolved_with_pedigree": VexStatus.FIXED,
    "exploitable": VexStatus.AFFECTED,
    "in_triage": VexStatus.UNDER_INVESTIGATION,
    "false_positive": VexStatus.NOT_AFFECTED,
    "not_affected": VexStatus.NOT_AFFECTED,
}
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9]{1,20}")
_METHODS = {"cvssv3": "CVSS:3.0/", "cvssv31": "CVSS:3.1/", "cvssv4": "CVSS:4.0/", "cvssv2": ""}
_NO_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Listed:
    """A component that a vulnerability affects, as its BOM lists it."""

    package: Package
    layer: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What a BOM is about, and who speaks in it."""

    place: Place
    ref: str
    package: Package
    link: str
    """``urn:cdx:SERIAL/VERSION``, empty where the BOM has no serial number."""
    author: str
    made_at: datetime | None


def vulnerability_records(
    value: JsonObject, pointer: str, subject: Subject, listed: Mapping[str, Listed]
) -> Iterator[ScanRecord | ScanRefusal]:
    """Yield the findings and statements of one vulnerability.

    Args:
        value: an entry of ``vulnerabilities``.
        pointer: where it stands.
        subject: of the BOM.
        listed: reference to component, for those that vulnerabilities affect.
    """
    ids = _ids(value)
    if not ids:
        yield refusal(pointer, "a vulnerability without an id", value)
        return
    analysis = obj(value, "analysis")
    targets = list(objects(value.get("affects")))
    state = _STATES.get(text(analysis.get("state")))
    if analysis:
        yield from _statements(value, ids, targets, pointer, subject, listed)
    if not targets and not analysis:
        yield _finding(value, ids, {}, pointer, subject, listed, None)
    for index, target in enumerate(targets):
        if not analysis or local_ref(text(target.get("ref")), subject.link) in listed:
            yield _finding(value, ids, target, f"{pointer}/affects/{index}", subject, listed, state)


def _finding(
    value: JsonObject,
    ids: tuple[str, ...],
    target: JsonObject,
    pointer: str,
    subject: Subject,
    listed: Mapping[str, Listed],
    state: VexStatus | None,
) -> ScanFinding:
    ref = local_ref(text(target.get("ref")), subject.link)
    component = listed.get(ref)
    if component is not None:
        package = component.package
    elif not ref or ref == subject.ref:
        package = subject.package
    else:  # it names what the BOM does not list
        package = Package(purl=ref) if ref.startswith("pkg:") else Package(name=ref)
    if not package.version:
        affected = [
            text(one.get("version"))
            for one in objects(target.get("versions"))
            if text(one.get("status")) in ("affected", "") and text(one.get("version"))
        ]
        if len(affected) == 1:
            package = Package(
                name=package.name, version=affected[0], purl=package.purl, cpe=package.cpe, path=package.path
            )
    vectors, score, severity = _ratings(value)
    analysis = obj(value, "analysis")
    return ScanFinding(
        kind=ScanKind.VULNERABILITY,
        ids=ids,
        title=_title(value),
        description=long_text(value.get("description"), value.get("detail")),
        severity=severity,
        cvss=vectors,
        score=score,
        cwes=cwes_of(_list(value.get("cwes"))),
        place=subject.place,
        package=package,
        layer=component.layer if component is not None else "",
        status=state,
        status_by=(subject.author or NOBODY_NAMED) if state is not None else "",
        reachable=False if text(analysis.get("justification")) == "code_not_reachable" else None,
        references=_references(value),
        pointer=pointer,
    )


def _statements(
    value: JsonObject,
    ids: tuple[str, ...],
    targets: list[JsonObject],
    pointer: str,
    subject: Subject,
    listed: Mapping[str, Listed],
) -> Iterator[VexStatement | ScanRefusal]:
    """Yield a statement for each status that the analysis and the versions' own words give."""
    analysis = obj(value, "analysis")
    state = _STATES.get(text(analysis.get("state")))
    products: dict[VexStatus, dict[str, None]] = {}
    subcomponents: dict[VexStatus, dict[str, None]] = {}
    if state is not None and not targets:
        products[state] = dict.fromkeys(_names_of(subject))
    for target in targets:
        ref = local_ref(text(target.get("ref")), subject.link)
        component = listed.get(ref)
        own = _names_of(subject)
        if component is None and (not ref or ref == subject.ref):
            names = own or (subject.place.name,)
        else:
            names = ((_named(component.package) if component is not None else "") or ref,)
        is_inside = component is not None and ref != subject.ref and bool(own)
        for name in names:
            for status, product in _by_version(target, name, state):
                if is_inside:
                    products.setdefault(status, {}).update(dict.fromkeys(own))
                    subcomponents.setdefault(status, {})[product] = None
                else:
                    products.setdefault(status, {})[product] = None
    if not products:
        yield refusal(pointer, f"an analysis without a known state: {text(analysis.get('state')) or 'none'}", value)
        return
    said = [long_text(analysis.get("detail"))]
    if responses := texts(analysis.get("response")):
        said.append("Response: " + ", ".join(responses))
    said += [long_text(value.get("recommendation")), long_text(value.get("workaround"))]
    for status, said_of in products.items():
        yield VexStatement(
            ids=ids,
            products=tuple(said_of),
            subcomponents=tuple(subcomponents.get(status, {})),
            status=status,
            justification=text(analysis.get("justification")) if status is state else "",
            statement="\n".join(part for part in said if part),
            author=subject.author or NOBODY_NAMED,
            at=moment(analysis.get("lastUpdated"))
            or moment(analysis.get("firstIssued"))
            or moment(value.get("updated"))
            or subject.made_at,
            pointer=f"{pointer}/analysis" + ("" if status is state else f"#{status.value}"),
        )


def _by_version(target: JsonObject, name: str, state: VexStatus | None) -> Iterator[tuple[VexStatus, str]]:
    """Yield status and product for each version that a target names: a version may say otherwise than the analysis."""
    versions = list(objects(target.get("versions")))
    if not versions and state is not None:
        yield state, name
    for one in versions:
        said = text(one.get("status")) or "affected"
        product = at_version(name, first_text(one.get("version"), one.get("range")))
        if said == "unaffected":
            yield (state if state in (VexStatus.FIXED, VexStatus.NOT_AFFECTED) else VexStatus.NOT_AFFECTED), product
        elif said == "unknown":
            yield VexStatus.UNDER_INVESTIGATION, product
        else:
            yield (state or VexStatus.AFFECTED), product


def _names_of(subject: Subject) -> tuple[str, ...]:
    """Return every name of what the BOM is about, each with its version, as its place is called too."""
    package = subject.package
    link = f"{subject.link}#{subject.ref}" if subject.link and subject.ref and package.name else ""
    return unique((package.purl, package.cpe, at_version(package.name, package.version), link))


def _named(package: Package) -> str:
    """Return the surest name of a package, with its version."""
    if package.purl or package.cpe:
        return package.purl or package.cpe
    return at_version(package.name, package.version)


def local_ref(ref: str, link: str) -> str:
    """Return a reference inside this BOM, where it is written as a BOM-Link to this very BOM."""
    serial = link.rpartition("/")[0]
    if not serial or not ref.startswith(serial):
        return ref
    return ref.partition("#")[2] or ref


def _ids(value: JsonObject) -> tuple[str, ...]:
    own = first_text(value.get("id"), obj(value, "source").get("id"))
    if _UUID.fullmatch(own):
        source = _NO_WORD.sub("", text(obj(value, "source").get("name")).lower()) or "cyclonedx"
        own = f"{source}:{own}"
    return vulnerability_ids(own, *(text(one.get("id")) for one in objects(value.get("references"))))


def _title(value: JsonObject) -> str:
    """Return the first sentence of the description, for lists."""
    said = " ".join(long_text(value.get("description")).split())
    sentence = said.split(". ", 1)[0]
    return sentence if len(sentence) <= 200 else sentence[:199].rstrip() + "…"


def _ratings(value: JsonObject) -> tuple[tuple[str, ...], float | None, Severity | None]:
    """Return vectors, score and severity: those of the source that reports the vulnerability before all others'."""
    reporter = text(obj(value, "source").get("name")).lower()
    ratings: list[tuple[bool, str, float | None, Severity | None]] = []
    for one in objects(value.get("ratings")):
        method = _NO_WORD.sub("", text(one.get("method")).lower())
        is_cvss = not method or method.startswith("cvss")
        vector = text(one.get("vector")).strip("()")
        if vector and not vector.startswith("CVSS:"):
            vector = _METHODS.get(method, "") + vector
        own = bool(reporter) and text(obj(one, "source").get("name")).lower() == reporter
        score = number(one.get("score")) if is_cvss else None
        ratings.append((own, vector if is_cvss else "", score, severity_of(one.get("severity"))))
    ratings.sort(key=lambda rating: (not rating[0], newest_first(rating[1])))
    vectors, score = cvss_of((vector, score) for _, vector, score, _ in ratings)
    return vectors, score, next((rating[3] for rating in ratings if rating[3] is not None), None)


def _references(value: JsonObject) -> tuple[str, ...]:
    advisories = tuple(text(one.get("url")) for one in objects(value.get("advisories")))
    return unique(advisories, (text(obj(value, "source").get("url")),))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
