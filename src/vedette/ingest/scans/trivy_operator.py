"""Reports of the Trivy operator: the custom resources that it keeps in a cluster, one of them or a list.

A vulnerability or secret is the image's, with the workload as its location; a failed check is the workload's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

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
    text,
    texts,
    unique,
)
from vedette.ingest.scans.subjects import image_names, named_place
from vedette.ingest.scans.trivy_results import failed_control, fixed_versions, ratings
from vedette.ingest.scans.vocabulary import score_of, severity_of, vulnerability_ids
from vedette.knowledge.packages import make_purl
from vedette.schema import AssetKind, Package, Place, ScanFinding, ScanKind, ScanRecord

_GROUP = b"aquasecurity.github.io/"
# one resource, a list of them, or lists of them by kind
_API_VERSION = re.compile(r"(?:[^.\[\]]{0,100}\[\]\.)?apiVersion", re.ASCII)
_SBOMS = ("SbomReport", "ClusterSbomReport")

Records = Iterator[ScanRecord | ScanRefusal]


class TrivyOperatorReader:
    """Trivy operator."""

    name = "trivy_operator"
    title = "Trivy operator (JSON of its custom resources)"
    examples = (
        "(Cluster)VulnerabilityReport, NodeVulnerabilityReport, ExposedSecretReport",
        "(Cluster)ConfigAuditReport, (Cluster)RbacAssessmentReport, (Cluster)InfraAssessmentReport",
        "ClusterComplianceReport; one, an array, or a List of them",
    )

    def sniff(self, sample: Sample) -> float:
        """Return how sure it is: a Kubernetes object of Aqua's group."""
        keys = outline(sample.head)
        if _GROUP in sample.head and any(_API_VERSION.fullmatch(key) for key in keys):
            return 0.97
        return 0.0

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Records:
        """Yield the findings of each report."""
        head.scanner = "Trivy"
        for document in documents(content):
            if isinstance(document, ScanRefusal):
                yield document
                continue
            for record in _resources(*document):
                if isinstance(record, ScanRefusal):
                    yield record
                else:
                    yield from _Resource(content, head, context, record[1], record[0]).read()


READER = TrivyOperatorReader()


def _resources(pointer: str, value: object) -> Iterator[tuple[str, JsonObject] | ScanRefusal]:
    """Yield the resources of a document: one, an array, ``kubectl``'s list, or arrays by kind.

    Raises:
        ScanError: none of these.
    """
    if isinstance(value, dict):
        if "kind" in value and "items" not in value:
            yield pointer, value
            return
        lists = {key: inner for key, inner in value.items() if isinstance(inner, list)}
        for key in ("items",) if "items" in lists else lists:
            yield from records(lists[key], f"{pointer}/{key}")
        if lists:
            return
    if not isinstance(value, list):
        raise ScanError("not a report of the Trivy operator: no resource in it")
    yield from records(value, pointer)


class _Resource:
    """One custom resource."""

    def __init__(
        self, content: ScanContent, head: ScanHead, context: ScanContext, resource: JsonObject, pointer: str
    ) -> None:
        self.content = content
        self.head = head
        self.context = context
        self.resource = resource
        self.report = obj(resource, "report")
        self.pointer = pointer
        self.kind = text(resource.get("kind"))
        labels = obj(resource, "metadata", "labels")
        namespace = first_text(
            labels.get("trivy-operator.resource.namespace"), obj(resource, "metadata").get("namespace")
        )
        kind = text(labels.get("trivy-operator.resource.kind"))
        name = first_text(labels.get("trivy-operator.resource.name"), obj(resource, "metadata").get("name"))
        self.container = text(labels.get("trivy-operator.container.name"))
        self.workload = "/".join(part for part in (namespace, kind, name) if part)

    def read(self) -> Records:
        scanner = obj(self.report, "scanner")
        if name := text(scanner.get("name")):
            self.head.scanner = " ".join(texts([name, scanner.get("version")]))
        made_at = moment(self.report.get("updateTimestamp")) or moment(
            obj(self.resource, "status").get("updateTimestamp")
        )
        if made_at and (self.head.made_at is None or made_at > self.head.made_at):
            self.head.made_at = made_at
        makers: dict[str, Callable[[JsonObject, str, Place], Records]] = {
            "vulnerabilities": self.vulnerability,
            "secrets": self.secret,
            "checks": self.check,
        }
        if self.kind == "ClusterComplianceReport":
            yield from self.compliance()
            return
        if self.kind in _SBOMS:
            yield refusal(self.pointer, f"{self.kind}: give its report.components to the CycloneDX reader")
            return
        if not any(key in self.report for key in makers):
            yield refusal(self.pointer, f"{self.kind[:80] or 'a resource'}: no kind of report that is known")
            return
        for key, make in makers.items():
            if key not in self.report:
                continue
            place = self.workload_place() if key == "checks" else self.artifact()
            self.looked_at(place)
            for record in records(self.report[key], f"{self.pointer}/report/{key}"):
                if isinstance(record, ScanRefusal):
                    yield record
                else:
                    yield from make(record[1], record[0], place)

    def looked_at(self, place: Place) -> None:
        if place.name not in self.head.places:
            self.head.places.append(place.name)

    def workload_place(self) -> Place:
        return named_place(self.content, self.context, self.workload, AssetKind.CLOUD_RESOURCE)

    def artifact(self) -> Place:
        artifact = obj(self.report, "artifact")
        system = " ".join(texts([obj(self.report, "os").get("family"), obj(self.report, "os").get("name")]))
        if node := text(artifact.get("nodeName")):
            return named_place(self.content, self.context, node, AssetKind.HOST, operating_system=system)
        repository, tag = text(artifact.get("repository")), text(artifact.get("tag"))
        digest = text(artifact.get("digest"))
        if not repository:
            return self.workload_place()
        server = text(obj(self.report, "registry").get("server"))
        full = f"{server}/{repository}" if server else repository
        reference = f"{full}:{tag}" if tag else f"{full}@{digest}" if digest else full
        names = image_names(reference, f"{full}@{digest}" if digest else "")
        return named_place(
            self.content,
            self.context,
            reference,
            AssetKind.IMAGE,
            aliases=(*names, digest),
            operating_system=system,
        )

    def vulnerability(self, found: JsonObject, pointer: str, place: Place) -> Records:
        ids = vulnerability_ids(text(found.get("vulnerabilityID")))
        if not ids:
            yield refusal(pointer, "no vulnerabilityID", found)
            return
        name, version = text(found.get("resource")), text(found.get("installedVersion"))
        package_type = text(found.get("packageType"))
        purl = text(found.get("packagePURL")) or (make_purl(package_type, name, version) if name else "")
        vectors, score = ratings(found.get("cvss"), text(found.get("cvsssource")))
        stated = score_of(number(found.get("score")))
        yield ScanFinding(
            kind=ScanKind.VULNERABILITY,
            ids=ids,
            title=text(found.get("title")),
            description=long_text(found.get("description")),
            severity=severity_of(found.get("severity")),
            cvss=vectors,
            score=stated if stated is not None else score,
            place=place,
            package=Package(name=name, version=version, purl=purl, path=text(found.get("packagePath"))),
            fixed_in=fixed_versions(found.get("fixedVersion")),
            location="/".join(part for part in (self.workload, self.container) if part),
            references=unique((text(found.get("primaryLink")),), texts(found.get("links"))),
            pointer=pointer,
        )

    def secret(self, found: JsonObject, pointer: str, place: Place) -> Records:
        rule = text(found.get("ruleID"))
        if not rule:
            yield refusal(pointer, "no ruleID")  # what follows may be the secret
            return
        yield ScanFinding(
            kind=ScanKind.SECRET,
            ids=(f"trivy:{rule}",),
            title=text(found.get("title")),
            severity=severity_of(found.get("severity")),
            place=place,
            package=Package(path=text(found.get("target"))),
            location=first_text(found.get("target"), self.workload),
            pointer=pointer,
        )

    def check(self, found: JsonObject, pointer: str, place: Place) -> Records:
        check = text(found.get("checkID"))
        if flag(found.get("success")) is True:
            return
        if not check:
            yield refusal(pointer, "no checkID", found)
            return
        said = texts(found.get("messages"))
        yield ScanFinding(
            kind=ScanKind.MISCONFIGURATION,
            ids=(f"trivy:{check}",),
            title=text(found.get("title")),
            description=long_text("\n".join((*said, text(found.get("description"))))),
            severity=severity_of(found.get("severity")),
            place=place,
            location=text(found.get("target")),
            pointer=pointer,
        )

    def compliance(self) -> Records:
        """Yield what failed: the summary's controls, else the checks below each control."""
        status = obj(self.resource, "status")
        summary, detail = obj(status, "summaryReport"), obj(status, "detailReport")
        name = first_text(
            summary.get("title"), detail.get("title"), obj(self.resource, "spec", "compliance").get("title")
        )
        place = named_place(self.content, self.context, "", AssetKind.CLOUD_RESOURCE)
        self.looked_at(place)
        if "results" not in detail:
            for record in records(summary.get("controlCheck"), f"{self.pointer}/status/summaryReport/controlCheck"):
                if isinstance(record, ScanRefusal):
                    yield record
                elif number(record[1].get("totalFail")):
                    yield failed_control(record[1], record[0], place, name)
            return
        for record in records(detail.get("results"), f"{self.pointer}/status/detailReport/results"):
            if isinstance(record, ScanRefusal):
                yield record
                continue
            for inner in records(record[1].get("checks"), f"{record[0]}/checks"):
                if isinstance(inner, ScanRefusal):
                    yield inner
                else:
                    yield from self.check(inner[1], inner[0], place)
