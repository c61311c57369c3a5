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
    documents,
    first_text,
    moment,
    number,
    obj,
    objects,
    outline,
    records,
    refusal,
    text,
    texts,
)
from vedette.ingest.scans.subjects import image_names, image_reference, named_place, says_something
from vedette.ingest.scans.trivy_results import TargetResult, failed_control
from vedette.schema import AssetKind, Place, ScanRecord

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
# "debian:12 (debian 12.4)": the name and the system found in it
_WITH_SYSTEM = re.compile(r"(?P<name>[^()]{1,1000}) \((?P<system>[^()]{1,200})\)")

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
            if next(iter(objects(report.get("Results"))), None) is not None:
                self.looked_at(place)  # without any result nothing was looked into, which mends nothing
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
            yield from TargetResult(result, pointer, where, workload if where is not place else "").read()

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
