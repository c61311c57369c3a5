"""SARIF 2.1.0: results of any scanner, with rules of the driver and its extensions, taxonomies and suppressions.

Most producers write faults in code; some write vulnerabilities of packages (Trivy, Grype, OSV-Scanner, Snyk, Docker
Scout), told by the rule's id, tags or purls. SARIF names no severity but a level; ``security-severity``, which GitHub
defined, is a score. A run that its tool calls failed says nothing of what it did not find.
"""

from __future__ import annotations

from collections.abc import Iterator

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
    objects,
    outline,
    records,
    refusal,
    text,
    texts,
    unique,
)
from vedette.ingest.scans.sarif_parts import Run, without_credentials
from vedette.ingest.scans.sarif_subjects import flaw_ids, kind_of, package_of
from vedette.ingest.scans.subjects import image_names, named_place
from vedette.ingest.scans.vocabulary import cvss_of, score_of, severity_of
from vedette.schema import AssetKind, Place, ScanFinding, ScanRecord, Severity, VexStatus

_VECTOR_KEYS = ("cvssV4", "cvssV3_vector", "cvssV3", "cvss")
_NOT_FOUND = frozenset({"pass", "notapplicable"})
# GitHub's own bounds for security-severity
_BOUNDS = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (0.1, Severity.LOW))

Records = Iterator[ScanRecord | ScanRefusal]


class SarifReader:
    """SARIF."""

    name = "sarif"
    title = "SARIF (JSON)"
    examples = (
        "version 2.1.0 of any tool: rules in driver and extensions, taxonomies, suppressions, baselines",
        "packages in the SARIF of Trivy, Grype, OSV-Scanner, Snyk and Docker Scout",
    )

    def sniff(self, sample: Sample) -> float:
        """Return how sure it is: by runs of a tool."""
        keys = outline(sample.head)
        if "runs[].tool" in keys:
            return 0.97
        if "runs[].results[].ruleId" in keys:
            return 0.9  # many results fill the head
        if "runs" in keys and keys & {"$schema", "version"}:
            return 0.95
        return 0.9 if b"sarif" in sample.head[:300].lower() and {"$schema", "version"} <= keys else 0.0

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Records:
        """Yield a finding for each result that is not a pass, suppressed ones with who suppressed them."""
        for document in documents(content):
            if isinstance(document, ScanRefusal):
                yield document
                continue
            at, log = document
            if not isinstance(log, dict) or "runs" not in log:
                raise ScanError("not SARIF: no runs in it")
            version = text(log.get("version"))
            if not version.startswith("2"):
                raise ScanError(
                    f"SARIF {version[:20] or 'without a version'}: only 2.1.0 is read; export it anew as that"
                )
            for record in records(log.get("runs"), f"{at}/runs"):
                if isinstance(record, ScanRefusal):
                    yield record
                else:
                    yield from _run(record[1], record[0], content, head, context)


READER = SarifReader()


def _run(value: JsonObject, pointer: str, content: ScanContent, head: ScanHead, context: ScanContext) -> Records:
    run = Run(value)
    head.scanner = ", ".join(dict.fromkeys(part for part in (*head.scanner.split(", "), run.tool) if part))
    place = _place(run, content, context)
    failed = False
    for invocation in records(value.get("invocations"), f"{pointer}/invocations"):
        if isinstance(invocation, ScanRefusal):
            yield invocation
            continue
        at, said = invocation
        ended = moment(said.get("endTimeUtc")) or moment(said.get("startTimeUtc"))
        if ended:
            head.made_at = max(head.made_at or ended, ended)
        if flag(said.get("executionSuccessful")) is False:
            failed = True
            yield refusal(
                at, f"{run.tool or 'the tool'} says that its run failed: it may have found less than is there"
            )
    if "results" in obj(value.get("externalPropertyFileReferences")):
        failed = True
        yield refusal(f"{pointer}/externalPropertyFileReferences/results", "results stand in other files: add those")
    if isinstance(value.get("results"), list) and not failed and place.name not in head.places:
        head.places.append(place.name)
    for record in records(value.get("results"), f"{pointer}/results"):
        if isinstance(record, ScanRefusal):
            yield record
        elif text(record[1].get("kind")).lower() not in _NOT_FOUND:
            yield _finding(record[1], record[0], run, place)


def _place(run: Run, content: ScanContent, context: ScanContext) -> Place:
    properties = obj(run.value, "properties")
    image = text(properties.get("imageName"))
    if image:
        others = (*texts(properties.get("repoTags")), *texts(properties.get("repoDigests")))
        aliases = (*image_names(image, *others), text(properties.get("imageID")))
        return named_place(content, context, image, AssetKind.IMAGE, aliases=aliases)
    source = next(objects(run.value.get("versionControlProvenance")), {})
    repository = without_credentials(text(source.get("repositoryUri")))
    return named_place(
        content,
        context,
        repository,
        AssetKind.REPOSITORY,
        is_path=True,
        aliases=(repository,),
    )


def _finding(result: JsonObject, pointer: str, run: Run, place: Place) -> ScanFinding | ScanRefusal:
    rule = run.rule(result)
    rule_id = run.rule_id(result, rule)
    message = run.message(result, rule)
    if not rule_id and not message:
        return refusal(pointer, "a result without a rule and a message", result)
    kind = kind_of(run, rule, rule_id, result)
    ids, related = flaw_ids(run, rule, rule_id, kind)
    properties, own = obj(rule, "properties"), obj(result, "properties")
    stated = score_of(number(first_text(own.get("security-severity"), properties.get("security-severity"))))
    vectors, _ = cvss_of((holder.get(key), None) for holder in (own, properties) for key in _VECTOR_KEYS)
    location = run.location(result)
    package, fixed_in = package_of(rule, result, message)
    status, status_by = _judged(result)
    provenance = obj(result, "provenance")
    title = first_text(
        obj(rule, "shortDescription").get("text"), rule.get("name"), next(iter(message.splitlines()), ""), rule_id
    )
    return ScanFinding(
        kind=kind,
        ids=ids,
        related=related,
        title=title,
        description=long_text("\n\n".join(unique((message, long_text(obj(rule, "fullDescription").get("text")))))),
        severity=_severity(run, result, rule, stated),
        cvss=vectors,
        score=stated,
        cwes=run.cwes(result, rule),
        place=place,
        package=package,
        fixed_in=fixed_in,
        location=location,
        status=status,
        status_by=status_by,
        seen_at=moment(provenance.get("lastDetectionTimeUtc")),
        first_seen_at=moment(provenance.get("firstDetectionTimeUtc")),
        references=unique(texts([rule.get("helpUri")]), texts([result.get("hostedViewerUri")])),
        pointer=pointer,
    )


def _severity(run: Run, result: JsonObject, rule: JsonObject, score: float | None) -> Severity | None:
    if score is not None:
        return next((severity for lowest, severity in _BOUNDS if score >= lowest), Severity.INFORMATIONAL)
    if text(result.get("kind")).lower() in ("informational", "open", "review"):
        return Severity.INFORMATIONAL
    return severity_of(run.level(result, rule))


def _judged(result: JsonObject) -> tuple[VexStatus | None, str]:
    """Return what suppressions and baseline say: suppressed only if none of them is refused or still under review."""
    suppressions = list(objects(result.get("suppressions")))
    if suppressions:
        states = {first_text(one.get("status"), one.get("state")).lower() or "accepted" for one in suppressions}
        if states == {"accepted"}:
            first = suppressions[0]
            where = "in its source" if text(first.get("kind")) == "inSource" else "outside of its source"
            why = text(first.get("justification"))
            return VexStatus.AFFECTED, f"suppressed {where}{': ' + why if why else ''}"
    if text(result.get("baselineState")).lower() == "absent":
        return VexStatus.FIXED, "absent from this run, unlike the baseline"
    return None, ""
