"""Nuclei's results: JSON lines, the array of ``-json-export``, old keys (``templateID``) and new (``template-id``)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from vedette.ingest.base import Sample
from vedette.ingest.scans.base import ScanContent, ScanContext, ScanError, ScanHead, ScanRefusal
from vedette.ingest.scans.json_values import (
    JsonObject,
    documents,
    first_text,
    flag,
    long_text,
    moment,
    number,
    obj,
    outline,
    records,
    refusal,
    share,
    text,
    texts,
)
from vedette.ingest.scans.subjects import named_place
from vedette.ingest.scans.vocabulary import (
    cvss_of,
    cwes_of,
    is_public_id,
    same_and_related,
    severity_of,
)
from vedette.schema import AssetKind, Package, Place, ScanFinding, ScanKind, ScanRecord, Severity

_MISCONFIGURATION = frozenset(
    {"misconfig", "misconfiguration", "exposure", "config", "default-login", "panel", "takeover", "ssl", "unauth"}
)

Records = Iterator[ScanRecord | ScanRefusal]


class NucleiReader:
    """Nuclei."""

    name = "nuclei"
    title = "Nuclei (JSON lines, JSON)"
    examples = ("-jsonl and -json-export of version 2 and 3, -json of earlier versions",)

    def sniff(self, sample: Sample) -> float:
        """Return how sure it is: by a template's id beside its info."""
        keys = outline(sample.head)
        for at in ("", "[]."):
            if f"{at}info" in keys and keys & {f"{at}template-id", f"{at}templateID", f"{at}template"}:
                return 0.97
        return 0.0

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Records:
        """Yield a finding for each match; a template that was tried and did not match says only what was looked at."""
        head.scanner = "Nuclei"
        if not content.size:
            return  # what Nuclei writes when nothing matched
        looked_at: set[str] = set()
        for document in documents(content):
            if isinstance(document, ScanRefusal):
                yield document
                continue
            at, value = document
            if not isinstance(value, dict | list):
                raise ScanError("not a result of Nuclei: neither an object nor a list")
            for record in records(value, at) if isinstance(value, list) else [(at or "/", value)]:
                if isinstance(record, ScanRefusal):
                    yield record
                    continue
                pointer, result = record
                place = _place(result, content, context)
                if place.name not in looked_at:
                    looked_at.add(place.name)
                    head.places.append(place.name)
                if flag(first_text(result.get("matcher-status")) or result.get("matcher-status")) is False:
                    continue
                finding = _finding(result, pointer, place)
                if isinstance(finding, ScanFinding) and finding.seen_at:
                    head.made_at = max(head.made_at or finding.seen_at, finding.seen_at)
                yield finding


READER = NucleiReader()


def _place(result: JsonObject, content: ScanContent, context: ScanContext) -> Place:
    host = first_text(result.get("host"), result.get("url"), result.get("matched-at"), result.get("matched"))
    address = text(result.get("ip"))
    name = _host_name(host)
    is_site = "://" in host or text(result.get("type")) in ("http", "headless")
    return named_place(
        content,
        context,
        name or address,
        AssetKind.WEBSITE if is_site else AssetKind.HOST,
        aliases=(address,),
    )


def _host_name(host: str) -> str:
    """Return the name or address in a URL, ``host:port`` or bare host."""
    try:
        found = urlsplit(host if "://" in host else f"//{host}").hostname
    except ValueError:
        return ""
    return found or ""


def _finding(result: JsonObject, pointer: str, place: Place) -> ScanFinding | ScanRefusal:
    template = first_text(result.get("template-id"), result.get("templateID"), result.get("template"))
    info = obj(result, "info")
    if not template:
        return refusal(pointer, "no template id", result)
    classification = obj(info, "classification")
    cves = [one for one in texts(classification.get("cve-id"), split=",") if is_public_id(one)]
    own = template if is_public_id(template) else f"nuclei:{template}"
    ids, related = same_and_related(own, cves)
    severity = severity_of(info.get("severity"))
    matcher = first_text(result.get("matcher-name"), result.get("matcher_name"))
    vectors, score = cvss_of([(classification.get("cvss-metrics"), number(classification.get("cvss-score")))])
    title = first_text(info.get("name"), template)
    metadata = obj(info, "metadata")
    return ScanFinding(
        kind=_kind(ids, related, severity, info, result),
        ids=ids,
        related=related,
        title=f"{title} ({matcher})" if matcher else title,
        description=long_text(info.get("description")),
        severity=severity,
        cvss=vectors,
        score=score,
        cwes=cwes_of(texts(classification.get("cwe-id"), split=",")),
        place=place,
        package=Package(name=text(metadata.get("product")), cpe=text(classification.get("cpe"))),
        location=first_text(result.get("matched-at"), result.get("matched"), result.get("url"), result.get("host")),
        epss=share(classification.get("epss-score")),
        seen_at=moment(result.get("timestamp")),
        references=texts(_references(info.get("reference"))),
        pointer=pointer,
    )


def _kind(
    ids: tuple[str, ...], related: tuple[str, ...], severity: Severity | None, info: JsonObject, result: JsonObject
) -> ScanKind:
    if any(is_public_id(one) for one in (*ids, *related)):
        return ScanKind.VULNERABILITY
    if severity is Severity.INFORMATIONAL:
        return ScanKind.INFORMATION
    tags = {tag.lower() for tag in texts(info.get("tags"), split=",")}
    if tags & _MISCONFIGURATION or text(result.get("type")) == "ssl":
        return ScanKind.MISCONFIGURATION
    return ScanKind.VULNERABILITY


def _references(value: object) -> object:
    """Return a list of references, also where old templates wrote them as lines that begin with a dash."""
    if isinstance(value, str):
        return [line.strip().removeprefix("-").strip() for line in value.splitlines()]
    return value
