"""What scanners, inventories and their authors say, and the exposures that follow: vulnerabilities on assets.

A scan says what was found where; an SBOM says what is installed; a VEX statement says who judged a vulnerability not to
matter, and why; an asset is what the organisation knows of the place. Each is kept as its source gave it. An
:class:`Exposure` is what joining them came to: one vulnerability in one component on one asset, with the decision.

A fact that nobody gave is ``None``, never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b

from vedette.schema.finding import Evidence, Severity


class AssetKind(StrEnum):
    """What sort of place a vulnerability can be in."""

    HOST = "host"
    IMAGE = "image"
    """A container image."""
    REPOSITORY = "repository"
    """Source code or a lock file."""
    APPLICATION = "application"
    """A product as its SBOM describes it."""
    CLOUD_RESOURCE = "cloud_resource"
    WEBSITE = "website"
    UNKNOWN = "unknown"


class ScanKind(StrEnum):
    """What sort of thing a scanner found; only a vulnerability becomes an exposure."""

    VULNERABILITY = "vulnerability"
    MISCONFIGURATION = "misconfiguration"
    SECRET = "secret"  # noqa: S105 (a kind, not one)
    LICENCE = "licence"
    WEAKNESS = "weakness"
    """A fault in the organisation's own code."""
    INFORMATION = "information"
    """Seen and not judged: an open port, a banner, a service."""


class VexStatus(StrEnum):
    """What somebody judged of a vulnerability in a product (the statuses of VEX)."""

    NOT_AFFECTED = "not_affected"
    AFFECTED = "affected"
    FIXED = "fixed"
    UNDER_INVESTIGATION = "under_investigation"


class ExposureStatus(StrEnum):
    """Where an exposure stands."""

    OPEN = "open"
    NOT_AFFECTED = "not_affected"
    """Somebody judged so; their statement is cited."""
    FIXED = "fixed"
    """A VEX statement says so, or the latest scan of the place no longer finds it."""
    ACCEPTED = "accepted"
    """Suppressed in the scanner, or affected with no action planned, by somebody's word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A piece of software as a scanner or SBOM names it."""

    name: str = ""
    """As written; with its namespace where the ecosystem has one (``org.apache.logging.log4j:log4j-core``)."""
    version: str = ""
    purl: str = ""
    """Package URL as written, or made from what the scanner says where that is certain; empty where it is not."""
    cpe: str = ""
    """CPE 2.3 formatted string, or 2.2 URI as written."""
    path: str = ""
    """Where it lies: file in an image, lock file, installation path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a scanner calls the thing that it looked at."""

    name: str
    """Host name, image with tag, repository, resource id; ``unknown`` is never a name: readers ask the user instead."""
    kind: AssetKind = AssetKind.UNKNOWN
    aliases: tuple[str, ...] = ()
    """Every other name it gave: addresses, FQDN, NetBIOS name, MAC, instance id, image id and digests."""
    base_layers: tuple[str, ...] = ()
    """Digests of an image's layers, lowest first."""
    operating_system: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanFinding:
    """One thing that a scanner found on one place; a row of ``scan_findings``."""

    kind: ScanKind
    ids: tuple[str, ...]
    """Every id that the scanner gives for the same flaw, the scanner's main one first: ``CVE-2021-44228``,
    ``GHSA-jfh8-c2jp-5v3q``, ``RHSA-2021:5128``. Plug-in and check ids carry their scanner: ``nessus:155999``."""
    related: tuple[str, ...] = ()
    """Ids that it names without saying that they are the same flaw (an advisory that covers several CVEs)."""
    title: str = ""
    description: str = ""
    severity: Severity | None = None
    """The scanner's own; ``None`` where it gives none or ``unknown``."""
    cvss: tuple[str, ...] = ()
    """CVSS vectors as written, 2.0, 3.x and 4.0, best source first."""
    score: float | None = None
    """The base score that the scanner states, 0 to 10."""
    cwes: tuple[str, ...] = ()
    """``CWE-79``."""
    place: Place
    package: Package = Package()
    fixed_in: tuple[str, ...] = ()
    """Versions that mend it."""
    location: str = ""
    """Port and protocol (``443/tcp``), URL, or file and line."""
    layer: str = ""
    """Digest of the image layer that it comes from."""
    status: VexStatus | None = None
    """What the scanner says of it, where it says more than that it is there. ``AFFECTED`` is said only of what somebody
    suppressed or accepted there without judging it harmless; that a distribution has a fix, or will make none, is no
    status."""
    status_by: str = ""
    """Who said so: a suppression rule, a VEX author, the distribution."""
    reachable: bool | None = None
    epss: float | None = None
    """Probability in [0, 1] that the scanner gives."""
    known_exploited: bool | None = None
    """Only where the scanner says so."""
    seen_at: datetime | None = None
    """When the scanner last saw it, UTC; ``None``: when the report was made."""
    first_seen_at: datetime | None = None
    references: tuple[str, ...] = ()
    pointer: str = ""
    """Where it stands in its file: JSON pointer, ``line 12``, or XPath-like steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One entry of an SBOM; a row of ``components``."""

    place: Place
    """What the SBOM describes."""
    package: Package
    ref: str = ""
    """Its id inside the SBOM."""
    type: str = ""
    """``library``, ``operating-system``, ``application``, … as the format names it."""
    supplier: str = ""
    licences: tuple[str, ...] = ()
    hashes: tuple[str, ...] = ()
    """``sha256:…``."""
    depends_on: tuple[str, ...] = ()
    """Refs."""
    pointer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VexStatement:
    """What somebody judged of a vulnerability in products; a row of ``vex``."""

    ids: tuple[str, ...]
    products: tuple[str, ...]
    """purls, CPEs, image references or names, each with its version or range (``vers:…``) where it has one; empty: all
    that the document speaks of."""
    subcomponents: tuple[str, ...] = ()
    """Only inside these, where given."""
    status: VexStatus
    justification: str = ""
    """One of the standard's words: ``vulnerable_code_not_present``, …"""
    statement: str = ""
    """Impact or action in the author's words."""
    author: str = ""
    """Never empty in what a reader returns: the document's author, publisher or supplier, else ``author not named``."""
    at: datetime | None = None
    pointer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """What the organisation knows of a place; a row of ``assets``."""

    name: str
    kind: AssetKind = AssetKind.UNKNOWN
    aliases: tuple[str, ...] = ()
    owner: str | None = None
    """Who must act: a person, team or mail address."""
    business_weight: float | None = None
    """In [0, 1]: how much the business rests on it; words are read as low 0.25, medium 0.5, high 0.75, critical 1."""
    internet_facing: bool | None = None
    data_class: str | None = None
    """``public``, ``internal``, ``confidential``, ``personal``, …: as the organisation says it."""
    environment: str | None = None
    """``production``, ``test``, …"""
    mission_impact: str | None = None
    """SSVC's word, where the inventory gives it."""
    safety_impact: str | None = None
    mitigations: tuple[str, ...] = ()
    pointer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanReport:
    """The head of what one file says; a row of ``scan_reports``, also where it found nothing."""

    report_id: str
    """Digest of the file's bytes, 32 hex digits."""
    reader: str
    """``trivy``."""
    scanner: str = ""
    """Name and version as the file says: ``Trivy 0.57.0``."""
    made_at: datetime | None = None
    """When the scan or document was made, as the file says, UTC."""
    received_at: datetime
    source: str = ""
    """File name."""
    places: tuple[str, ...] = ()
    """What was looked at, found or not: a place that is here with no finding is clean by this scanner."""
    n_findings: int = 0
    n_components: int = 0
    n_statements: int = 0
    n_assets: int = 0
    n_refused: int = 0
    """Records that could not be read; they are in quarantine with their reasons."""
    problem: str = ""
    """Why the file was not read to its end; what such a report leaves out is unknown, not gone. Empty: it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a policy says must be done, by when, and what it was decided from: replays from ``inputs``."""

    policy: str
    """``bod-26-04``, ``ssvc-deployer``, …"""
    policy_version: str
    outcome: str | None
    """The policy's own word: ``3 days & forensic investigation``; ``None`` where the unknowns leave several."""
    possible: tuple[str, ...]
    """Every outcome that the known inputs allow, gravest first; one where ``outcome`` is set."""
    inputs: Mapping[str, str | None]
    """Decision point to value; ``None``: not known."""
    unknown: tuple[str, ...] = ()
    """Decision points that nobody gave and that would change the outcome, the most narrowing first."""
    question: str = ""
    """The question whose answer would narrow it most."""
    days: int | None = None
    """Days allowed by the outcome; by the gravest possible one where several are; ``None``: no date."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Decision point to where its value came from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """A vulnerability in a component on an asset, with the decision, the date due and what is unknown."""

    exposure_id: str
    """16 hex digits, stable for the same vulnerability, component and asset."""
    vulnerability: str
    """Canonical id: the CVE where there is one."""
    aliases: tuple[str, ...] = ()
    title: str = ""
    asset: str
    asset_kind: AssetKind = AssetKind.UNKNOWN
    owner: str | None = None
    package: Package = Package()
    fixed_in: tuple[str, ...] = ()
    severity: Severity | None = None
    score: float | None = None
    """CVSS base score, 0 to 10."""
    vector: str | None = None
    epss: float | None = None
    kev_at: datetime | None = None
    """When it was listed in KEV."""
    internet_facing: bool | None = None
    business_weight: float | None = None
    status: ExposureStatus = ExposureStatus.OPEN
    status_by: str = ""
    """Whose word the status rests on, and why."""
    decision: Decision
    due_at: datetime | None = None
    """First seen, or listed in KEV if later, plus the days allowed; ``None`` where there is no date."""
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None
    scanners: tuple[str, ...] = ()
    """Who reported it."""
    attempts: tuple[Evidence, ...] = ()
    """Signs in the organisation's own logs that it was tried here."""
    exploited: tuple[Evidence, ...] = ()
    """Signs that it worked here."""
    evidence: tuple[Evidence, ...] = ()
    """The scan records that it rests on; never empty."""
    locations: tuple[str, ...] = ()
    layer: str = ""
    unknown: tuple[str, ...] = ()
    """Questions that are open, as sentences."""


ScanRecord = ScanFinding | Component | VexStatement | Asset
"""What a reader of scans, SBOMs, VEX documents and inventories yields."""


def record_id(report_id: str, pointer: str) -> str:
    """Return the id by which one record of a report is cited: 24 hex digits."""
    return blake2b(f"{report_id}\0{pointer}".encode("utf-8", "backslashreplace"), digest_size=12).hexdigest()
