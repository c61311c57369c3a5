"""One result of Trivy: what it found in one target, as findings and components."""

from __future__ import annotations

from collections.abc import Iterator

from vedette.ingest.scans.base import ScanRefusal
from vedette.ingest.scans.json_values import (
    JsonObject,
    arr,
    first_text,
    long_text,
    number,
    obj,
    records,
    refusal,
    text,
    texts,
    unique,
)
from vedette.ingest.scans.vocabulary import cvss_of, cwes_of, newest_first, severity_of, vulnerability_ids
from vedette.knowledge.packages import make_purl
from vedette.schema import Component, Package, Place, ScanFinding, ScanKind, ScanRecord, VexStatus

_WITHOUT_A_FILE = frozenset({"Java", "Node.js", "Python", "Ruby", "PHP", "Conda", "Julia", "OS Packages"})
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
_SOURCES = ("nvd", "ghsa", "redhat")

Records = Iterator[ScanRecord | ScanRefusal]


class TargetResult:
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
        """Yield the findings of every kind, those that were suppressed, and the packages."""
        makers = {
            "Vulnerabilities": self._vulnerability,
            "Misconfigurations": self._misconfiguration,
            "Secrets": self._secret,
            "Licenses": self._licence,
        }
        for key, make in makers.items():
            for record in records(self.result.get(key), f"{self.pointer}/{key}"):
                yield from [record] if isinstance(record, ScanRefusal) else make(record[1], record[0])
        key = "ExperimentalModifiedFindings"
        for record in records(self.result.get(key), f"{self.pointer}/{key}"):
            yield from [record] if isinstance(record, ScanRefusal) else self._modified(record[1], record[0])
        for record in records(self.result.get("Packages"), f"{self.pointer}/Packages"):
            yield from [record] if isinstance(record, ScanRefusal) else self._package(record[1], record[0])

    def _vulnerability(
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
            package=self._package_of(found),
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

    def _package_of(self, found: JsonObject) -> Package:
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

    def _misconfiguration(
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
            location=self._line(cause.get("StartLine")) if text(cause.get("StartLine")) else self._where(cause),
            layer=first_text(obj(found, "Layer").get("DiffID"), obj(found, "Layer").get("Digest")),
            status=status,
            status_by=status_by,
            references=unique((text(found.get("PrimaryURL")),), texts(found.get("References"))),
            pointer=pointer,
        )

    def _where(self, cause: JsonObject) -> str:
        return "/".join(texts([self.target if self.target != self.place.name else "", cause.get("Resource")]))

    def _line(self, line: object) -> str:
        return f"{self.target}:{text(line)}" if text(line) not in ("", "0") else self.target

    def _secret(self, found: JsonObject, pointer: str, status: VexStatus | None = None, status_by: str = "") -> Records:
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
            location=self._line(found.get("StartLine")),
            layer=first_text(obj(found, "Layer").get("DiffID"), obj(found, "Layer").get("Digest")),
            status=status,
            status_by=status_by,
            pointer=pointer,
        )

    def _licence(
        self, found: JsonObject, pointer: str, status: VexStatus | None = None, status_by: str = ""
    ) -> Records:
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

    def _modified(self, found: JsonObject, pointer: str) -> Records:
        """Yield a finding that an ignore file or a VEX document changed, with who said so."""
        status = _MODIFIED.get(text(found.get("Status")).lower())
        said = ": ".join(texts([found.get("Source"), found.get("Statement")])) or "suppressed in Trivy"
        finding, at = obj(found, "Finding"), f"{pointer}/Finding"
        kind = text(found.get("Type")).lower()
        by = said if status else ""
        if kind == "vulnerability":
            yield from self._vulnerability(finding, at, status, by)
        elif kind == "misconfiguration":
            yield from self._misconfiguration(finding, at, status, by)
        elif kind == "secret":
            yield from self._secret(finding, at, status, by)
        elif kind == "license":
            yield from self._licence(finding, at, status, by)
        else:
            yield refusal(pointer, f"a suppressed finding of unknown type {kind[:40]!r}")

    def _package(self, found: JsonObject, pointer: str) -> Records:
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
