"""Snyk's JSON: open source, container and infrastructure as code, one project or several.

Snyk reports a vulnerability once for each path of dependencies that leads to it, and so does this reader; the path is
the finding's location. Snyk Code writes SARIF.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vedette.ingest.base import Sample
from vedette.ingest.scans.base import ScanContent, ScanContext, ScanError, ScanHead, ScanRefusal
from vedette.ingest.scans.json_values import (
    JsonObject,
    arr,
    documents,
    first_text,
    flag,
    long_text,
    number,
    obj,
    objects,
    outline,
    records,
    refusal,
    share,
    text,
    texts,
    unique,
)
from vedette.ingest.scans.subjects import image_names, named_place
from vedette.ingest.scans.vocabulary import cvss_of, cwes_of, newest_first, same_and_related, severity_of
from vedette.knowledge.packages import make_purl
from vedette.schema import AssetKind, Package, Place, ScanFinding, ScanKind, ScanRecord, VexStatus

_IMAGE = "docker-image|"
_REACHABLE = {"reachable": True, "function": True, "not-reachable": False, "unreachable": False}
_TAGGED = re.compile(r"(?P<image>[^\s@]{1,500}?:[\w][\w.-]{0,127})(?:/.{0,500})?", re.ASCII)

Records = Iterator[ScanRecord | ScanRefusal]


class SnykReader:
    """Snyk."""

    name = "snyk"
    title = "Snyk (JSON)"
    examples = (
        "snyk test, --all-projects: open source vulnerabilities and licence issues",
        "snyk container test: operating system packages and the applications in an image",
        "snyk iac test; issues ignored or patched by policy (Snyk Code writes SARIF)",
    )

    def sniff(self, sample: Sample) -> float:
        """Return how sure it is: by a project with its vulnerabilities, or a file with its issues."""
        keys = outline(sample.head)
        for at in ("", "[]."):
            if f"{at}infrastructureAsCodeIssues" in keys:
                return 0.97
            project = {f"{at}packageManager", f"{at}projectName", f"{at}displayTargetFile", f"{at}dependencyCount"}
            if f"{at}vulnerabilities" in keys and keys & project:
                return 0.95
            if {f"{at}vulnerabilities[].from", f"{at}vulnerabilities[].packageName"} <= keys:
                return 0.95
        # a long first vulnerability fills the head: nothing else stands at the top then
        top = {key for key in keys if not set(key) & set(".[")}
        return 0.8 if top == {"vulnerabilities"} and b'"SNYK-' in sample.head else 0.0

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Records:
        """Yield the findings of each project, ignored and patched ones with who said so."""
        head.scanner = "Snyk"
        for document in documents(content):
            if isinstance(document, ScanRefusal):
                yield document
                continue
            at, value = document
            projects = list(records(value, at)) if isinstance(value, list) else [(at, obj(value))]
            for record in projects:
                if isinstance(record, ScanRefusal):
                    yield record
                    continue
                pointer, project = record
                if not {"vulnerabilities", "infrastructureAsCodeIssues", "ok", "error"} & set(project):
                    raise ScanError("not a report of Snyk: no vulnerabilities or issues in it")
                yield from _Project(content, head, context, project, pointer, len(projects) == 1).read()


READER = SnykReader()


class _Project:
    """One project, image or file."""

    def __init__(
        self,
        content: ScanContent,
        head: ScanHead,
        context: ScanContext,
        project: JsonObject,
        pointer: str,
        alone: bool,
    ) -> None:
        self.content = content
        self.head = head
        self.context = context
        self.project = project
        self.pointer = pointer
        self.alone = alone
        self.target = first_text(project.get("displayTargetFile"), project.get("targetFile"))
        self.manager = text(project.get("packageManager"))

    def read(self, place: Place | None = None) -> Records:
        where = place or self.place()
        if where.name not in self.head.places:
            self.head.places.append(where.name)
        if error := first_text(self.project.get("error"), obj(self.project.get("error")).get("message")):
            yield refusal(f"{self.pointer}/error", f"Snyk could not test {where.name}: {error[:500]}")
        for record in records(self.project.get("vulnerabilities"), f"{self.pointer}/vulnerabilities"):
            yield record if isinstance(record, ScanRefusal) else self.vulnerability(record[1], record[0], where)
        issues = "infrastructureAsCodeIssues"
        for record in records(self.project.get(issues), f"{self.pointer}/{issues}"):
            yield record if isinstance(record, ScanRefusal) else self.issue(record[1], record[0], where)
        filtered = obj(self.project, "filtered")
        for key, status in (("ignore", VexStatus.AFFECTED), ("patch", VexStatus.FIXED)):
            for record in records(filtered.get(key), f"{self.pointer}/filtered/{key}"):
                if isinstance(record, ScanRefusal):
                    yield record
                else:
                    by = _filtered_by(record[1], key)
                    yield self.vulnerability(record[1], record[0], where, status, by)
        for record in records(self.project.get("applications"), f"{self.pointer}/applications"):
            if isinstance(record, ScanRefusal):
                yield record
            else:
                pointer, application = record
                inner = _Project(self.content, self.head, self.context, application, pointer, self.alone)
                yield from inner.read(where)

    def place(self) -> Place:
        name, path = text(self.project.get("projectName")), text(self.project.get("path"))
        system = obj(self.project, "docker")
        if name.startswith(_IMAGE) or system or "docker" in self.project:
            base = name.removeprefix(_IMAGE)
            tagged = _TAGGED.fullmatch(path)
            image = tagged["image"] if tagged and tagged["image"].startswith(f"{base}:") else first_text(path, base)
            digest = first_text(system.get("imageId"), system.get("image_id"))
            return named_place(
                self.content,
                self.context,
                image,
                AssetKind.IMAGE,
                aliases=(*image_names(image), *((digest,) if digest else ())),
                operating_system="",
            )
        return named_place(
            self.content,
            self.context,
            first_text(name, path),
            AssetKind.REPOSITORY,
            is_path=True,
            aliases=(name,) if self.alone else (),
        )

    def vulnerability(
        self, found: JsonObject, pointer: str, place: Place, status: VexStatus | None = None, status_by: str = ""
    ) -> ScanFinding | ScanRefusal:
        main = text(found.get("id"))
        if not main:
            return refusal(pointer, "an issue without an id", found)
        identifiers = obj(found, "identifiers")
        old = (*texts(found.get("alternativeIds")), *texts(identifiers.get("ALTERNATIVE")))
        vendor = [one for key, value in identifiers.items() if key.endswith(("SA", "LSA")) for one in texts(value)]
        ids, related = same_and_related(
            main, (*texts(identifiers.get("CVE")), *texts(identifiers.get("GHSA")), *(one for one in vendor))
        )
        is_licence = text(found.get("type")).lower() == "license" or main.startswith("snyk:lic:")
        vectors, score = cvss_of(_ratings(found))
        chain = [one for one in arr(found.get("from")) if isinstance(one, str)]
        exploit = first_text(found.get("exploit"), obj(found, "exploitDetails").get("maturity")).lower()
        return ScanFinding(
            kind=ScanKind.LICENCE if is_licence else ScanKind.VULNERABILITY,
            ids=unique(ids, old),
            related=tuple(one for one in related if one not in old),
            title=text(found.get("title")),
            description=long_text(found.get("description")),
            severity=severity_of(found.get("severityWithCritical")) or severity_of(found.get("severity")),
            cvss=vectors,
            score=score,
            cwes=cwes_of(arr(identifiers.get("CWE"))),
            place=place,
            package=self.package(found),
            fixed_in=texts(found.get("fixedIn")) or texts([found.get("nearestFixedInVersion")]),
            location=" > ".join(chain)[:2000],
            status=status,
            status_by=status_by,
            reachable=_REACHABLE.get(text(found.get("reachability")).lower()),
            epss=share(obj(found, "epssDetails").get("probability")),
            known_exploited=True if exploit == "attacked" else None,
            references=unique(
                texts([reference.get("url") for reference in objects(found.get("references"))]),
                texts([obj(found, "license").get("url")]),
            ),
            pointer=pointer,
        )

    def package(self, found: JsonObject) -> Package:
        name = first_text(found.get("name"), found.get("packageName"), found.get("moduleName"))
        version = text(found.get("version"))
        manager = first_text(found.get("packageManager"), self.manager)
        # an operating system's package is written source/binary
        binary = name.rpartition("/")[2] if ":" in manager else name
        return Package(
            name=name,
            version=version,
            purl=make_purl(manager, binary, version) if name else "",
            path=self.target,
        )

    def issue(self, found: JsonObject, pointer: str, place: Place) -> ScanFinding | ScanRefusal:
        main = first_text(found.get("publicId"), found.get("id"))
        if not main:
            return refusal(pointer, "an issue without an id", found)
        said = obj(found, "iacDescription")
        line = number(found.get("lineNumber"))
        steps = "/".join(one for one in arr(found.get("path")) if isinstance(one, str))
        ignored = flag(found.get("isIgnored")) is True
        return ScanFinding(
            kind=ScanKind.MISCONFIGURATION,
            ids=(main,),
            title=text(found.get("title")),
            description=long_text(
                "\n".join(
                    texts(
                        [
                            said.get("issue") or found.get("issue"),
                            said.get("impact") or found.get("impact"),
                            said.get("resolve") or found.get("resolve"),
                        ]
                    )
                )
            ),
            severity=severity_of(found.get("severity")),
            place=place,
            package=Package(path=self.target),
            location=f"{self.target}:{line:.0f}" if line and line > 0 else f"{self.target} {steps}".strip(),
            status=VexStatus.AFFECTED if ignored else None,
            status_by="ignored by Snyk's policy" if ignored else "",
            references=unique(texts([found.get("documentation")]), texts(found.get("references"))),
            pointer=pointer,
        )


def _filtered_by(found: JsonObject, key: str) -> str:
    """Return who took an issue out of the report, and why."""
    entries = objects(obj(found, "filtered").get("ignored" if key == "ignore" else "patches"))
    reasons = texts([first_text(entry.get("reason"), entry.get("source")) for entry in entries])
    what = "Snyk's ignore policy" if key == "ignore" else "Snyk's patch"
    return ": ".join((what, *reasons[:3]))


def _ratings(found: JsonObject) -> list[tuple[object, float | None]]:
    """Return Snyk's own rating first, then those of the others that it lists, the newest version first."""
    own = [
        (found.get(key), number(found.get("cvssScore")) if key != "CVSSv4" else None) for key in ("CVSSv3", "CVSSv2")
    ]
    listed = [
        *((one.get("vector"), number(one.get("baseScore"))) for one in objects(found.get("cvssSources"))),
        *((one.get("cvssV4Vector"), number(one.get("cvssV4BaseScore"))) for one in objects(found.get("cvssDetails"))),
        *((one.get("cvssV3Vector"), number(one.get("cvssV3BaseScore"))) for one in objects(found.get("cvssDetails"))),
    ]
    return [*(one for one in own if text(one[0])), *sorted(listed, key=lambda one: newest_first(one[0]))] or [
        ("", number(found.get("cvssScore")))
    ]
