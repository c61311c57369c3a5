"""Trivy's JSON: images, file systems, repositories, configuration, virtual machines, clusters, cloud accounts, SBOMs.

Three shapes of report: one artifact (``Results``, schema 2, and the bare array before it), a cluster (``Resources``, or
``Vulnerabilities`` and ``Misconfigurations`` before 0.35), and a compliance report (results below its controls). A
cluster's vulnerabilities are the image's, its misconfigurations the workload's.
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
    long_text,
    moment,
    number,
    obj,
    objects,
    outline,
    records,
    refusal,
    text,
    texts,
    unique,
)
from vedette.ingest.scans.subjects import image_names, image_reference, named_place, says_something
from vedette.ingest.scans.vocabulary import cvss_of, cwes_of, newest_first, severity_of, vulnerability_ids
from vedette.knowledge.packages import make_purl
from vedette.schema import AssetKind, Component, Package, Place, ScanFinding, ScanKind, ScanRecord, VexStatus

_KINDS = {
    "container_image": AssetKind.IMAGE,
    "image": AssetKind.IMAGE,
    "filesystem": AssetKind.REPOSITORY,
    "repository": AssetKind.REPOSITORY,
    "vm": AssetKind.HOST,
    "aws_account": AssetKind.CLOUD_RESOURCE,
    "cyclonedx": AssetKind.APPLICATION,
    "spdx": AssetKind.APPLICATION,
}
_WITHOUT_A_FILE = frozenset({"Java", "Node.js", "Python", "Ruby", "PHP", "Conda", "Julia", "OS Packages"})
# "debian:12 (debian 12.4)": the name and the system found in it
_WITH_SYSTEM = re.compile(r"(?P<name>[^()]{1,1000}) \((?P<system>[^()]{1,200})\)")
_STATUSES = {
    "not_affected": VexStatus.NOT_AFFECTED,
    "under_investigation": VexStatus.UNDER_INVESTIGATION,
}
_MODIFIED = {
    **_STATUSES,
    "fixed": VexStatus.FIXED,
    "ignored": VexStatus.AFFECTED,
    "affected": VexStatus.AFFECTED,
}
_LISTS = ("Vulnerabilities", "Misconfigurations", "Secrets", "Licenses", "ExperimentalModifiedFindings")
_SOURCES = ("nvd", "ghsa", "redhat")

Records = Iterator[ScanRecord | ScanRefusal]


class TrivyReader:
    """Trivy."""

    name = "trivy"
    title = "Trivy (JSON)"
    examples = (
        "image, fs, rootfs, repo, config, vm, sbom, aws: JSON schema 2, and the array of versions before 0.20",
        "k8s: full and summary report, compliance report",
        "vulnerabilities, misconfigurations, secrets, licences, packages, suppressed findings",
    )

    def sniff(self, sample: Sample) -> float:
        """Return how sure it is: by the keys that only Trivy writes."""
        keys = outline(sample.head)
        if "ArtifactName" in keys and keys & {"SchemaVersion", "ArtifactType", "Results[].Target"}:
            return 0.97
        if "ClusterName" in keys and keys & {"Resources", "Findings", "Vulnerabilities", "Misconfigurations"}:
            return 0.95
        if "[].Target" in keys and keys & {"[].Vulnerabilities", "[].Misconfigurations", "[].Type", "[].Class"}:
            return 0.9
        if {"ID", "Title"} <= keys and keys & {"Results[].Results", "SummaryControls"}:
            return 0.8
        return 0.0

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Records:
        """Yield the findings of each result, and its packages where the report lists them."""
        head.scanner = "Trivy"
        for document in documents(content):
            if isinstance(document, ScanRefusal):
                yield document
                continue
            pointer, value = document
            if isinstance(value, list):
                yield from _Report(content, head, context).legacy(value, pointer)
            elif isinstance(value, dict):
                yield from _Report(content, head, context).any_report(value, pointer)
            else:
                raise ScanError("not a report of Trivy: neither an object nor a list")


READER = TrivyReader()


class _Report:
    def __init__(self, content: ScanContent, head: ScanHead, context: ScanContext) -> None:
        self.content = content
        self.head = head
        self.context = context

    def any_report(self, report: JsonObject, at: str) -> Records:
        version = first_text(obj(report, "Trivy").get("Version"), report.get("TrivyVersion"))
        if version:
            self.head.scanner = f"Trivy {version}"
        self.head.made_at = moment(report.get("CreatedAt")) or self.head.made_at
        if "ClusterName" in report:
            yield from self.cluster(report, at)
        elif "SummaryControls" in report or ("ArtifactName" not in report and "ID" in report):
            yield from self.compliance(report, at)
        elif "ArtifactName" in report or "Results" in report or "SchemaVersion" in report:
            place = self.artifact(report)
            self.looked_at(place)
            yield from self.results(report.get("Results"), f"{at}/Results", place)
        else:
            raise ScanError("not a report of Trivy: no artifact, cluster or results in it")

    def looked_at(self, place: Place) -> None:
        if place.name not in self.head.places:
            self.head.places.append(place.name)

    def artifact(self, report: JsonObject) -> Place:
        """Return the place that a report of one artifact is about."""
        kind = _KINDS.get(text(report.get("ArtifactType")).lower(), AssetKind.UNKNOWN)
        named = text(report.get("ArtifactName"))
        metadata = obj(report, "Metadata")
        targets = [_WITH_SYSTEM.fullmatch(text(result.get("Target"))) for result in objects(report.get("Results"))]
        found = next((match for match in targets if match), None)
        if kind is AssetKind.UNKNOWN and (metadata.get("ImageID") or metadata.get("RepoTags")):
            kind = AssetKind.IMAGE
        if kind is AssetKind.REPOSITORY and obj(metadata, "OS"):
            kind = AssetKind.UNKNOWN  # a file system with an operating system on it: a host, or an unpacked image
        tags = texts(metadata.get("RepoTags"))
        if kind is AssetKind.IMAGE:
            named = image_reference(named, *tags)
        if not says_something(named):
            named = first_text(*tags, found["name"] if found else "")
        return self.place(metadata, named, kind, found["system"] if found else "")

    def place(self, metadata: JsonObject, name: str, kind: AssetKind, system: str = "") -> Place:
        image = kind is AssetKind.IMAGE
        diff_ids = texts(metadata.get("DiffIDs")) or texts(
            obj(metadata, "ImageConfig", "rootfs").get("diff_ids")
        )  # only images have layers
        names = (*texts(metadata.get("RepoTags")), *texts(metadata.get("RepoDigests")))
        return named_place(
            self.content,
            self.context,
            name,
            kind,
            is_path=not image and kind is not AssetKind.CLOUD_RESOURCE,
            aliases=(*image_names(*((name, *names) if image else ())), text(metadata.get("ImageID"))),
            base_layers=diff_ids if image else (),
            operating_system=" ".join(texts([obj(metadata, "OS").get("Family"), obj(metadata, "OS").get("Name")]))
            or system,
        )

    def legacy(self, results: list[object], at: str) -> Records:
        """Yield the findings of a bare array of results: an image's where one of them names a system, else of files."""
        found = None
        for result in objects(results):
            found = found or _WITH_SYSTEM.fullmatch(text(result.get("Target")))
        if found:
            place = self.place({}, found["name"], AssetKind.IMAGE, found["system"])
        else:
            first = next((text(result.get("Target")) for result in objects(results)), "")
            place = self.place({}, first if len(results) == 1 else "", AssetKind.REPOSITORY)
        self.looked_at(place)
        yield from self.results(results, at, place)

    def cluster(self, report: JsonObject, at: str) -> Records:
        cluster = text(report.get("ClusterName"))
        for key in ("Resources", "Findings", "Vulnerabilities", "Misconfigurations"):
            for record in records(report.get(key), f"{at}/{key}"):
                if isinstance(record, ScanRefusal):
                    yield record
                    continue
                pointer, resource = record
                parts = (cluster, *(text(resource.get(part)) for part in ("Namespace", "Kind", "Name")))
                workload = "/".join(part for part in parts if part)
                place = named_place(self.content, self.context, workload, AssetKind.CLOUD_RESOURCE)
                self.looked_at(place)
                if error := text(resource.get("Error")):
                    yield refusal(f"{pointer}/Error", f"Trivy could not scan {place.name}: {error[:500]}")
                metadata = resource.get("Metadata")
                images = list(objects(metadata)) if isinstance(metadata, list) else [obj(metadata)]
                yield from self.results(resource.get("Results"), f"{pointer}/Results", place, images, workload)

    def compliance(self, report: JsonObject, at: str) -> Records:
        name = first_text(report.get("Title"), report.get("ID"))
        place = named_place(self.content, self.context, "", AssetKind.UNKNOWN)
        self.looked_at(place)
        for record in records(report.get("SummaryControls"), f"{at}/SummaryControls"):
            if isinstance(record, ScanRefusal):
                yield record
            elif number(record[1].get("TotalFail")):
                yield failed_control(record[1], record[0], place, name)
        for record in records(report.get("Results"), f"{at}/Results"):
            if isinstance(record, ScanRefusal):
                yield record
            else:
                yield from self.results(record[1].get("Results"), f"{record[0]}/Results", place)

    def results(
        self,
        results: object,
        at: str,
        place: Place,
        images: list[JsonObject] | None = None,
        workload: str = "",
    ) -> Records:
        for record in records(results, at):
            if isinstance(record, ScanRefusal):
                yield record
                continue
            pointer, result = record
            where = place
            target = text(result.get("Target"))
            if images is not None and text(result.get("Class")) in ("os-pkgs", "lang-pkgs", "secret"):
                where = self.image_of(target, images) or place
                self.looked_at(where)
            elif place.kind is AssetKind.CLOUD_RESOURCE and target.startswith("arn:"):
                where = named_place(self.content, self.context, target, AssetKind.CLOUD_RESOURCE)
                self.looked_at(where)
            yield from _Result(result, pointer, where, workload if where is not place else "").read()

    def image_of(self, target: str, images: list[JsonObject]) -> Place | None:
        """Return the image that a result of a workload is about: the one in its target, or the only one there is."""
        match = _WITH_SYSTEM.fullmatch(target)
        named = match["name"] if match else ""
        system = match["system"] if match else ""
        for metadata in images:
            tags = texts(metadata.get("RepoTags"))
            if named in tags or (len(images) == 1 and (named or tags)):
                return self.place(metadata, named or tags[0], AssetKind.IMAGE, system)
        return self.place({}, named, AssetKind.IMAGE, system) if named else None


class _Result:
    """One result: what was found in one target."""

    def __init__(self, result: JsonObject, pointer: str, place: Place, workload: str = "") -> None:
        self.result = result
        self.pointer = pointer
        self.place = place
        self.workload = workload
        self.target = text(result.get("Target"))
        self.type = text(result.get("Type"))
        self.class_name = text(result.get("Class"))

    def read(self) -> Records:
        makers = {
            "Vulnerabilities": self.vulnerability,
            "Misconfigurations": self.misconfiguration,
            "Secrets": self.secret,
            "Licenses": self.licence,
        }
        for key, make in makers.items():
            for record in records(self.result.get(key), f"{self.pointer}/{key}"):
                yield from [record] if isinstance(record, ScanRefusal) else make(record[1], record[0])
        key = "ExperimentalModifiedFindings"
        for record in records(self.result.get(key), f"{self.pointer}/{key}"):
            yield from [record] if isinstance(record, ScanRefusal) else self.modified(record[1], record[0])
        for record in records(self.result.get("Packages"), f"{self.pointer}/Packages"):
            yield from [record] if isinstance(record, ScanRefusal) else self.package(record[1], record[0])

    def vulnerability(
        self, found: JsonObject, pointer: str, status: VexStatus | None = None, status_by: str = ""
    ) -> Records:
        ids = vulnerability_ids(text(found.get("VulnerabilityID")))
        if not ids:
            yield refusal(pointer, "no VulnerabilityID", found)
            return
        source = first_text(obj(found, "DataSource").get("Name"), found.get("SeveritySource"))
        if status is None and (status := _STATUSES.get(text(found.get("Status")).lower())):
            status_by = source or "Trivy"
        vectors, score = ratings(found.get("CVSS"), text(found.get("SeveritySource")))
        yield ScanFinding(
            kind=ScanKind.VULNERABILITY,
            ids=ids,
            related=vulnerability_ids(*texts(found.get("VendorIDs"))),
            title=text(found.get("Title")),
            description=long_text(found.get("Description")),
            severity=severity_of(found.get("Severity")),
            cvss=vectors,
            score=score,
            cwes=cwes_of(arr(found.get("CweIDs"))),
            place=self.place,
            package=self.package_of(found),
            fixed_in=fixed_versions(found.get("FixedVersion")),
            location=self.workload,
            layer=first_text(
                obj(found, "Layer").get("DiffID"), obj(found, "Layer").get("Digest"), found.get("LayerID")
            ),
            status=status,
            status_by=status_by,
            references=unique((text(found.get("PrimaryURL")),), texts(found.get("References"))),
            pointer=pointer,
        )

    def package_of(self, found: JsonObject) -> Package:
        name, version = text(found.get("PkgName")), text(found.get("InstalledVersion"))
        path = text(found.get("PkgPath"))
        if not path and self.class_name == "lang-pkgs" and self.target not in _WITHOUT_A_FILE:
            path = self.target
        purl = first_text(obj(found, "PkgIdentifier").get("PURL"), found.get("PkgRef"))
        return Package(
            name=name,
            version=version,
            purl=purl if purl.startswith("pkg:") else make_purl(self.type, name, version) if name else "",
            path=path,
        )

    def misconfiguration(
        self, found: JsonObject, pointer: str, status: VexStatus | None = None, status_by: str = ""
    ) -> Records:
        outcome = text(found.get("Status")).upper()
        if outcome == "PASS":
            return
        if outcome == "EXCEPTION" and status is None:
            status, status_by = VexStatus.AFFECTED, "exception in Trivy's policy"
        own = tuple(dict.fromkeys(f"trivy:{check}" for check in texts([found.get("ID"), found.get("AVDID")])))
        if not own:
            yield refusal(pointer, "no ID", found)
            return
        cause = obj(found, "CauseMetadata")
        yield ScanFinding(
            kind=ScanKind.MISCONFIGURATION,
            ids=own,
            title=text(found.get("Title")),
            description=long_text("\n".join(texts([found.get("Message"), found.get("Description")]))),
            severity=severity_of(found.get("Severity")),
            place=self.place,
            location=self.line(cause.get("StartLine")) if text(cause.get("StartLine")) else self.where(cause),
            layer=first_text(obj(found, "Layer").get("DiffID"), obj(found, "Layer").get("Digest")),
            status=status,
            status_by=status_by,
            references=unique((text(found.get("PrimaryURL")),), texts(found.get("References"))),
            pointer=pointer,
        )

    def where(self, cause: JsonObject) -> str:
        return "/".join(texts([self.target if self.target != self.place.name else "", cause.get("Resource")]))

    def line(self, line: object) -> str:
        return f"{self.target}:{text(line)}" if text(line) not in ("", "0") else self.target

    def secret(self, found: JsonObject, pointer: str, status: VexStatus | None = None, status_by: str = "") -> Records:
        rule = text(found.get("RuleID"))
        if not rule:
            yield refusal(pointer, "no RuleID")  # what follows may be the secret
            return
        yield ScanFinding(
            kind=ScanKind.SECRET,
            ids=(f"trivy:{rule}",),
            title=text(found.get("Title")),
            severity=severity_of(found.get("Severity")),
            place=self.place,
            package=Package(path=self.target),
            location=self.line(found.get("StartLine")),
            layer=first_text(obj(found, "Layer").get("DiffID"), obj(found, "Layer").get("Digest")),
            status=status,
            status_by=status_by,
            pointer=pointer,
        )

    def licence(self, found: JsonObject, pointer: str, status: VexStatus | None = None, status_by: str = "") -> Records:
        name = first_text(found.get("Name"), found.get("Text"))
        if not name:
            yield refusal(pointer, "no Name", found)
            return
        package = text(found.get("PkgName"))
        yield ScanFinding(
            kind=ScanKind.LICENCE,
            ids=(f"trivy:{name}",),
            title=" ".join(texts([name, text(found.get("Category"))])),
            severity=severity_of(found.get("Severity")),
            place=self.place,
            package=Package(name=package, path=text(found.get("FilePath"))),
            status=status,
            status_by=status_by,
            references=texts([found.get("Link")]),
            pointer=pointer,
        )

    def modified(self, found: JsonObject, pointer: str) -> Records:
        """Yield a finding that an ignore file or a VEX document changed, with who said so."""
        status = _MODIFIED.get(text(found.get("Status")).lower())
        said = ": ".join(texts([found.get("Source"), found.get("Statement")])) or "suppressed in Trivy"
        finding, at = obj(found, "Finding"), f"{pointer}/Finding"
        kind = text(found.get("Type")).lower()
        by = said if status else ""
        if kind == "vulnerability":
            yield from self.vulnerability(finding, at, status, by)
        elif kind == "misconfiguration":
            yield from self.misconfiguration(finding, at, status, by)
        elif kind == "secret":
            yield from self.secret(finding, at, status, by)
        elif kind == "license":
            yield from self.licence(finding, at, status, by)
        else:
            yield refusal(pointer, f"a suppressed finding of unknown type {kind[:40]!r}")

    def package(self, found: JsonObject, pointer: str) -> Records:
        name = text(found.get("Name"))
        if not name:
            yield refusal(pointer, "a package without a name", found)
            return
        version = "-".join(texts([found.get("Version"), found.get("Release")]))
        if text(found.get("Epoch")) not in ("", "0"):
            version = f"{text(found.get('Epoch'))}:{version}"
        purl = text(obj(found, "Identifier").get("PURL"))
        digest = text(found.get("Digest"))
        yield Component(
            place=self.place,
            package=Package(
                name=name,
                version=version,
                purl=purl or make_purl(self.type, name, version),
                path=text(found.get("FilePath")),
            ),
            ref=first_text(obj(found, "Identifier").get("UID"), found.get("ID")),
            type="library",
            supplier=text(found.get("Maintainer")),
            licences=texts(found.get("Licenses") if "Licenses" in found else found.get("License")),
            hashes=(digest,) if digest else (),
            depends_on=texts(found.get("DependsOn")),
            pointer=pointer,
        )


def fixed_versions(value: object) -> tuple[str, ...]:
    """Return the versions in Trivy's list of them, ``1.2.4, 2.0.1``."""
    return texts(value, split=",") if isinstance(value, str) else ()


def ratings(cvss: object, preferred: str = "") -> tuple[tuple[str, ...], float | None]:
    """Return vectors and score of ratings by source: the preferred source first, then NVD, GHSA, Red Hat, others."""
    by_source = obj(cvss)
    order = sorted(by_source, key=lambda name: (name != preferred, _rank(name), name))
    found = []
    for source in order[:50]:
        rating = obj(by_source[source])
        each = [(rating.get(f"V{major}Vector"), number(rating.get(f"V{major}Score"))) for major in ("40", "3", "2")]
        found += sorted((one for one in each if text(one[0])), key=lambda one: newest_first(one[0]))
    return cvss_of(found)


def _rank(source: str) -> int:
    return _SOURCES.index(source) if source in _SOURCES else len(_SOURCES)


def failed_control(control: JsonObject, pointer: str, place: Place, standard: str) -> ScanFinding:
    """Return the finding of a control of a compliance report's summary that some checks failed."""
    identity = first_text(control.get("ID"), control.get("id"), control.get("Name"), control.get("name"))
    failures = first_text(control.get("TotalFail"), control.get("totalFail"))
    return ScanFinding(
        kind=ScanKind.MISCONFIGURATION,
        ids=(f"trivy:{identity or 'control'}",),
        title=first_text(control.get("Name"), control.get("name")),
        description=f"{standard}: {failures} checks failed" if standard else f"{failures} checks failed",
        severity=severity_of(first_text(control.get("Severity"), control.get("severity"))),
        place=place,
        pointer=pointer,
    )
