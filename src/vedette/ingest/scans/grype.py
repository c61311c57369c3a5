"""Grype's JSON: matches of packages to vulnerabilities, and those that a rule or VEX document took out."""

from __future__ import annotations

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
    share,
    text,
    texts,
    unique,
)
from vedette.ingest.scans.subjects import image_names, image_reference, named_place
from vedette.ingest.scans.vocabulary import cvss_of, cwes_of, newest_first, same_and_related, severity_of
from vedette.schema import AssetKind, Package, Place, ScanFinding, ScanKind, ScanRecord, VexStatus

_VEX = {
    "not_affected": VexStatus.NOT_AFFECTED,
    "fixed": VexStatus.FIXED,
    "under_investigation": VexStatus.UNDER_INVESTIGATION,
    "affected": VexStatus.AFFECTED,
}
# parts of a rule that only filter what is shown: somebody asked for fixed ones only, and judged none of the others
_FILTERS = frozenset({"fix-state", "namespace"})

Records = Iterator[ScanRecord | ScanRefusal]


class GrypeReader:
    """Grype."""

    name = "grype"
    title = "Grype (JSON)"
    examples = (
        "image, directory, file, SBOM and purl scans, all versions with -o json",
        "ignored matches with the rule or VEX document that took them out",
    )

    def sniff(self, sample: Sample) -> float:
        """Return how sure it is: by matches of an artifact to a vulnerability."""
        keys = outline(sample.head)
        if {"matches[].vulnerability", "matches[].artifact"} <= keys:
            return 0.97
        if {"matches", "descriptor"} <= keys or {"matches", "source", "distro"} <= keys:
            return 0.95
        if {"[].vulnerability", "[].artifact", "[].matchDetails"} <= keys:
            return 0.9
        # the head may be older than the matches: newer versions write the descriptor first
        return 0.9 if {"descriptor", "distro"} <= keys and b'"grype"' in sample.head else 0.0

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Records:
        """Yield a finding for each match, ignored ones with who ignored them."""
        head.scanner = "Grype"
        for document in documents(content):
            if isinstance(document, ScanRefusal):
                yield document
                continue
            at, value = document
            if isinstance(value, list):
                value = {"matches": value}
                matches_at = at
            else:
                matches_at = f"{at}/matches"
            if not isinstance(value, dict) or "matches" not in value:
                raise ScanError("not a report of Grype: no matches in it")
            descriptor = obj(value, "descriptor")
            head.scanner = " ".join(texts(["Grype", descriptor.get("version")]))
            head.made_at = moment(descriptor.get("timestamp")) or head.made_at
            place = _place(value, content, context)
            if place.name not in head.places:
                head.places.append(place.name)
            for record in records(value.get("matches"), matches_at):
                yield record if isinstance(record, ScanRefusal) else _finding(record[1], record[0], place)
            for record in records(value.get("ignoredMatches"), f"{at}/ignoredMatches"):
                yield record if isinstance(record, ScanRefusal) else _finding(record[1], record[0], place)


READER = GrypeReader()


def _place(report: JsonObject, content: ScanContent, context: ScanContext) -> Place:
    source = obj(report, "source")
    kind = text(source.get("type")).lower()
    distro = obj(report, "distro")
    system = " ".join(texts([distro.get("name"), distro.get("version")]))
    target = source.get("target")
    if not isinstance(target, dict):
        asset_kind = AssetKind.UNKNOWN if system else AssetKind.REPOSITORY
        if "sbom" in kind:
            asset_kind = AssetKind.APPLICATION
        elif kind not in ("directory", "file"):
            asset_kind = AssetKind.UNKNOWN
        return named_place(content, context, text(target), asset_kind, is_path=True, operating_system=system)
    tags, digests = texts(target.get("tags")), texts(target.get("repoDigests"))
    name = image_reference(text(target.get("userInput")), *tags, *digests)
    return named_place(
        content,
        context,
        name,
        AssetKind.IMAGE,
        aliases=(
            *image_names(name, *tags, *digests),
            text(target.get("imageID")),
            text(target.get("manifestDigest")),
        ),
        base_layers=tuple(text(layer.get("digest")) for layer in objects(target.get("layers")) if layer.get("digest")),
        operating_system=system,
    )


def _finding(match: JsonObject, pointer: str, place: Place) -> ScanFinding | ScanRefusal:
    found = obj(match, "vulnerability")
    main = text(found.get("id"))
    if not main:
        return refusal(pointer, "a match without a vulnerability id", match)
    others = list(objects(match.get("relatedVulnerabilities")))
    ids, related = same_and_related(main, [text(other.get("id")) for other in others])
    same = [found, *(other for other in others if text(other.get("id")) in ids)]
    vectors, score = cvss_of(rating for one in same for rating in _ratings(one))
    status, status_by = _judged(match.get("appliedIgnoreRules"))
    location = next(objects(obj(match, "artifact").get("locations")), {})
    chances = [share(obj(entry).get("epss")) for one in same for entry in arr(one.get("epss"))]
    return ScanFinding(
        kind=ScanKind.VULNERABILITY,
        ids=ids,
        related=unique(related, tuple(text(advisory.get("id")) for advisory in objects(found.get("advisories")))),
        description=long_text(*(one.get("description") for one in same)),
        severity=next((known for one in same if (known := severity_of(one.get("severity")))), None),
        cvss=vectors,
        score=score,
        cwes=cwes_of(entry.get("cwe") for one in same for entry in objects(one.get("cwes"))),
        place=place,
        package=_package(match),
        fixed_in=texts(obj(found, "fix").get("versions")) or texts([found.get("fixedInVersion")]),
        layer=text(location.get("layerID")),
        status=status,
        status_by=status_by,
        epss=next((chance for chance in chances if chance is not None), None),
        known_exploited=True if any(arr(one.get("knownExploited")) for one in same) else None,
        references=unique(
            (text(found.get("dataSource")),), *(texts(one.get("urls")) or texts(one.get("links")) for one in same)
        ),
        pointer=pointer,
    )


def _package(match: JsonObject) -> Package:
    artifact = obj(match, "artifact")
    location = next(objects(artifact.get("locations")), {})
    purl = text(artifact.get("purl"))
    searched = [
        obj(detail, "searchedBy") for detail in objects(match.get("matchDetails")) if detail.get("type") == "cpe-match"
    ]
    name = text(artifact.get("name"))
    group, artifact_id = (
        text(obj(artifact, "metadata").get("pomGroupID")),
        text(obj(artifact, "metadata").get("pomArtifactID")),
    )
    return Package(
        name=f"{group}:{artifact_id}" if group and artifact_id else name,
        version=text(artifact.get("version")),
        purl=purl,
        # the other CPEs of an artifact are guesses that were not what matched
        cpe=next((cpe for one in searched for cpe in texts(one.get("cpes"))), ""),
        path=first_text(obj(artifact, "metadata").get("virtualPath"), location.get("path")),
    )


def _ratings(vulnerability: JsonObject) -> list[tuple[object, float | None]]:
    """Return vectors and scores, those of the primary source first, newest version first."""
    ratings = sorted(
        objects(vulnerability.get("cvss")),
        key=lambda rating: (text(rating.get("type")).lower() == "secondary", newest_first(rating.get("vector"))),
    )
    out = [(rating.get("vector"), number(obj(rating, "metrics").get("baseScore"))) for rating in ratings]
    for old in ("cvssV3", "cvssV2"):  # before 0.10
        if rating := obj(vulnerability, old):
            out.append((rating.get("vector"), number(rating.get("baseScore"))))
    return out


def _judged(rules: object) -> tuple[VexStatus | None, str]:
    """Return what the rules that took a match out say of it, and whose word that is."""
    for rule in objects(rules):
        said = {key: value for key, value in rule.items() if value and key != "match-type"}
        if vex := text(rule.get("vex-status")):
            status = _VEX.get(vex.lower())
            why = first_text(rule.get("vex-justification"), rule.get("reason"))
            if status:
                return status, f"VEX document given to Grype{': ' + why if why else ''}"
        elif set(said) - _FILTERS:
            parts = [text(rule.get("vulnerability")), text(obj(rule, "package").get("name")), text(rule.get("reason"))]
            return VexStatus.AFFECTED, f"Grype's ignore rule: {' '.join(part for part in parts if part)}".strip(": ")
    return None, ""
