"""``npm audit --json`` of every version, and what pnpm and Yarn write in its place.

npm 6, pnpm and Yarn list advisories with the versions installed; npm 7 and later list packages, each with the
advisories that concern it, and do not say which version is installed. A package that is listed only because it depends
on a vulnerable one has no flaw of its own: that is information. None of them names the project.
"""

from __future__ import annotations

from collections.abc import Iterator

from vedette.ingest.base import Sample
from vedette.ingest.scans.base import ScanContent, ScanContext, ScanError, ScanHead, ScanRefusal
from vedette.ingest.scans.json_values import (
    MAX_NAME,
    JsonObject,
    documents,
    first_text,
    long_text,
    members,
    number,
    obj,
    objects,
    outline,
    refusal,
    text,
    texts,
    unique,
)
from vedette.ingest.scans.subjects import named_place
from vedette.ingest.scans.vocabulary import cvss_of, cwes_of, ids_in, same_and_related, severity_of
from vedette.knowledge.packages import make_purl
from vedette.schema import AssetKind, Package, Place, ScanFinding, ScanKind, ScanRecord

Records = Iterator[ScanRecord | ScanRefusal]


class NpmAuditReader:
    """npm audit."""

    name = "npm_audit"
    title = "npm audit (JSON)"
    examples = (
        "npm 6 and pnpm: advisories",
        "npm 7 and later: auditReportVersion 2",
        "yarn audit --json of Yarn 1, yarn npm audit --json of Yarn 2 and later: JSON, JSON lines",
    )

    def sniff(self, sample: Sample) -> float:
        """Return how sure it is: by the report's version, or advisories with their actions."""
        keys = outline(sample.head)
        if "auditReportVersion" in keys:
            return 0.97
        if "advisories" in keys and keys & {"actions", "muted", "metadata", "runId"}:
            return 0.95
        if {"actions[].action", "actions[].resolves"} <= keys:
            return 0.9  # a long list of actions fills the head
        if {"type", "data.advisory"} <= keys or {"type", "data.resolution"} <= keys:
            return 0.95
        if {"value", "children.Issue", "children.Severity"} <= keys:
            return 0.95
        if "type" in keys and b'"auditSummary"' in sample.head[:2000]:
            return 0.9
        return 0.0

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Records:
        """Yield a finding for each advisory and version or package that it concerns."""
        head.scanner = "npm audit"
        place = named_place(content, context, "", AssetKind.REPOSITORY)
        head.places.append(place.name)
        seen: set[object] = set()
        for document in documents(content):
            if isinstance(document, ScanRefusal):
                yield document
                continue
            at, value = document
            report = obj(value)
            if "auditReportVersion" in report or ("vulnerabilities" in report and "advisories" not in report):
                for member in members(report.get("vulnerabilities"), f"{at}/vulnerabilities"):
                    yield from [member] if isinstance(member, ScanRefusal) else _package(*member, place)
            elif "advisories" in report:
                for member in members(report.get("advisories"), f"{at}/advisories"):
                    if isinstance(member, ScanRefusal):
                        yield member
                    else:
                        yield from _advisory(member[2], member[0], place)
            elif "children" in report and "value" in report:
                yield from _advisory(_of_yarn_4(report), at, place)
            elif report.get("type") == "auditAdvisory":
                advisory = obj(report, "data", "advisory")
                # Yarn repeats the advisory for each path of dependencies
                key = (text(advisory.get("id")), str(advisory.get("findings"))[:2000])
                if key not in seen:
                    seen.add(key)
                    yield from _advisory(advisory, at, place)
            elif report.get("type") != "auditSummary":
                error = obj(report, "error")
                said = first_text(error.get("summary"), error.get("code"), report.get("data"))
                raise ScanError(f"npm audit failed: {said[:300]}" if said else "not a report of npm audit")


READER = NpmAuditReader()


def _advisory(advisory: JsonObject, pointer: str, place: Place) -> Records:
    """Yield a finding for each installed version that an advisory of npm 6 concerns."""
    number_of = text(advisory.get("id"))
    github = text(advisory.get("github_advisory_id")) or next(iter(ids_in(text(advisory.get("url")))), "")
    own = f"npm:{number_of}" if number_of else ""
    main = github or own
    if not main:
        yield refusal(pointer, "an advisory without an id", advisory)
        return
    ids, related = same_and_related(main, texts(advisory.get("cves")))
    vectors, score = cvss_of(
        [(obj(advisory, "cvss").get("vectorString"), number(obj(advisory, "cvss").get("score")) or None)]
    )
    name = text(advisory.get("module_name"))
    versions: dict[str, list[str]] = {}
    for finding in objects(advisory.get("findings")):
        versions.setdefault(text(finding.get("version")), []).extend(texts(finding.get("paths")))
    for index, (version, paths) in enumerate((versions or {"": []}).items()):
        yield ScanFinding(
            kind=ScanKind.VULNERABILITY,
            ids=unique(ids, (own,)),
            related=related,
            title=text(advisory.get("title")),
            description=_description(advisory.get("overview"), advisory.get("vulnerable_versions")),
            severity=severity_of(advisory.get("severity")),
            cvss=vectors,
            score=score,
            cwes=cwes_of(texts(advisory.get("cwe"), split=",")),
            place=place,
            package=Package(name=name, version=version, purl=make_purl("npm", name, version) if name else ""),
            fixed_in=_versions(advisory.get("patched_versions")),
            location=", ".join(dict.fromkeys(paths))[:2000],
            references=texts([advisory.get("url")]),
            pointer=pointer if index == 0 else f"{pointer}/findings/{index}",
        )


def _of_yarn_4(entry: JsonObject) -> JsonObject:
    """Return an advisory of Yarn 4, one a line by package, under the names that npm 6 gives its parts."""
    said = obj(entry, "children")
    dependents = texts(said.get("Dependents"))
    return {
        "id": said.get("ID"),
        "title": said.get("Issue"),
        "url": said.get("URL"),
        "severity": said.get("Severity"),
        "module_name": entry.get("value"),
        "vulnerable_versions": said.get("Vulnerable Versions"),
        "findings": [{"version": version, "paths": list(dependents)} for version in texts(said.get("Tree Versions"))],
    }


def _package(pointer: str, key: str, entry: JsonObject, place: Place) -> Records:
    """Yield a finding for each advisory that concerns a package, as npm 7 and later list them."""
    name = first_text(entry.get("name"), key)
    nodes = texts(entry.get("nodes"))
    fix = obj(entry, "fixAvailable")
    via = entry.get("via")
    through = [one for one in via if isinstance(one, str)] if isinstance(via, list) else []
    if isinstance(via, list) and through and len(through) == len(via):
        yield ScanFinding(
            kind=ScanKind.INFORMATION,
            ids=("npm:depends-on-vulnerable",),
            title=f"depends on vulnerable versions of {', '.join(through)}"[:MAX_NAME],
            severity=severity_of(entry.get("severity")),
            place=place,
            package=Package(name=name, purl=make_purl("npm", name, "") if name else "", path=next(iter(nodes), "")),
            pointer=pointer,
        )
    for index, advisory in enumerate(via if isinstance(via, list) else []):
        at = f"{pointer}/via/{index}"
        if isinstance(advisory, str):
            continue
        found = obj(advisory)
        url, source = text(found.get("url")), text(found.get("source"))
        own = f"npm:{source}" if source else ""
        ids = unique(ids_in(url), (own,))
        if not ids:
            yield refusal(at, "an advisory without an id", advisory)
            continue
        vectors, score = cvss_of(
            [(obj(found, "cvss").get("vectorString"), number(obj(found, "cvss").get("score")) or None)]
        )
        yield ScanFinding(
            kind=ScanKind.VULNERABILITY,
            ids=ids,
            title=text(found.get("title")),
            description=_description("", found.get("range")),
            severity=severity_of(found.get("severity")),
            cvss=vectors,
            score=score,
            cwes=cwes_of(texts(found.get("cwe"))),
            place=place,
            package=Package(name=name, purl=make_purl("npm", name, "") if name else "", path=next(iter(nodes), "")),
            fixed_in=texts([fix.get("version")]) if text(fix.get("name")) == name else (),
            location=", ".join(nodes[1:])[:2000],
            references=texts([url]),
            pointer=at,
        )


def _description(overview: object, affected: object) -> str:
    said = text(affected)
    return long_text("\n".join(part for part in (long_text(overview), f"Affected: {said}" if said else "") if part))


def _versions(patched: object) -> tuple[str, ...]:
    """Return the first version that mends it, from ``>=4.17.21``; a longer expression says more than one version."""
    said = text(patched).replace(" ", "")
    version = said.removeprefix(">=")
    return (version,) if said.startswith(">=") and version and not set(version) & set("<>=|&*") else ()
