"""The shop's container image: Trivy's JSON of it, its makers' OpenVEX statement, and its SBOM as CycloneDX."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from vedette.demo.clock import SECOND, iso_second
from vedette.demo.scans.catalogue import IMAGE_FLAWS, IMAGE_PACKAGES, NOT_HIT, WEB_IMAGE, Flaw

_REPOSITORY, _, _TAG = WEB_IMAGE.rpartition(":")
_LAYERS = ("debian bookworm base", "nginx and runtime", "the shop")


def _digest(text: str) -> str:
    return f"sha256:{sha256(f'vedette demo {text}'.encode()).hexdigest()}"


IMAGE_DIGEST = _digest("image")
IMAGE_PURL = f"pkg:oci/web@{IMAGE_DIGEST.replace(':', '%3A')}?repository_url={_REPOSITORY}&tag={_TAG}"


def _debian(name: str, version: str) -> str:
    return f"pkg:deb/debian/{name}@{version.replace('+', '%2B').replace(':', '%3A')}?arch=amd64&distro=debian-12.2"


def _maven(name: str, version: str) -> str:
    group, _, artefact = name.partition(":")
    return f"pkg:maven/{group}/{artefact}@{version}"


def _purl(name: str, version: str, jar: str) -> str:
    return _maven(name, version) if jar else _debian(name, version)


def trivy_report(at: int, *, late: bool) -> dict[str, Any]:
    """Return what ``trivy image --format json`` writes.

    Args:
        at: when, in microseconds since 1970.
        late: with what only a later database knows.
    """
    flaws = [f for f in IMAGE_FLAWS if late or not f.late]
    system, java = [f for f in flaws if not f.jar], [f for f in flaws if f.jar]
    return {
        "SchemaVersion": 2,
        "CreatedAt": f"{iso_second(at // SECOND)}.118203447Z",
        "ArtifactName": WEB_IMAGE,
        "ArtifactType": "container_image",
        "Metadata": {
            "OS": {"Family": "debian", "Name": "12.2"},
            "ImageID": _digest("configuration"),
            "DiffIDs": [_digest(layer) for layer in _LAYERS],
            "RepoTags": [WEB_IMAGE],
            "RepoDigests": [f"{_REPOSITORY}@{IMAGE_DIGEST}"],
            "ImageConfig": {
                "architecture": "amd64",
                "created": "2023-10-20T08:14:02Z",
                "os": "linux",
                "rootfs": {"type": "layers", "diff_ids": [_digest(layer) for layer in _LAYERS]},
            },
        },
        "Results": [
            {
                "Target": f"{WEB_IMAGE} (debian 12.2)",
                "Class": "os-pkgs",
                "Type": "debian",
                "Vulnerabilities": [_vulnerability(f) for f in system],
            },
            {
                "Target": "Java",
                "Class": "lang-pkgs",
                "Type": "jar",
                "Vulnerabilities": [_vulnerability(f) for f in java],
            },
        ],
    }


def _vulnerability(flaw: Flaw) -> dict[str, Any]:
    layer = _LAYERS[2 if flaw.jar else 1 if flaw.package in ("curl", "libnghttp2-14") else 0]
    place = {"PkgPath": flaw.jar} if flaw.jar else {"PkgID": f"{flaw.package}@{flaw.installed}"}
    source = (
        {"ID": "ghsa", "Name": "GitHub Security Advisory Maven", "URL": "https://github.com/advisories"}
        if flaw.jar
        else {"ID": "debian", "Name": "Debian Security Tracker", "URL": "https://security-tracker.debian.org/tracker"}
    )
    return {
        "VulnerabilityID": flaw.cve,
        **({"VendorIDs": [flaw.ghsa]} if flaw.ghsa else {}),
        **place,
        "PkgName": flaw.package,
        "PkgIdentifier": {"PURL": _purl(flaw.package, flaw.installed, flaw.jar)},
        "InstalledVersion": flaw.installed,
        "FixedVersion": flaw.fixed,
        "Status": "fixed",
        "Layer": {"DiffID": _digest(layer)},
        "SeveritySource": "ghsa" if flaw.jar else "nvd",
        "PrimaryURL": f"https://avd.aquasec.com/nvd/{flaw.cve.lower()}",
        "DataSource": source,
        "Title": flaw.title,
        "Severity": flaw.severity,
        "CweIDs": list(flaw.cwes),
        "CVSS": {
            name: {"V3Vector": f"CVSS:3.1/{flaw.vector}", "V3Score": flaw.score}
            for name in (("ghsa", "nvd") if flaw.jar else ("nvd",))
        },
    }


def openvex_statement(at: int) -> dict[str, Any]:
    """Return the makers' word on the one flaw that their image does not have."""
    flaw = next(f for f in IMAGE_FLAWS if f.cve == NOT_HIT)
    said_at = f"{iso_second(at // SECOND)}Z"
    return {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "https://alderfinch.example/vex/shop-web-2026-01",
        "author": "Alderfinch Shop team <shop@alderfinch.example>",
        "role": "Document Creator",
        "timestamp": said_at,
        "version": 1,
        "statements": [
            {
                "vulnerability": {"name": NOT_HIT, "aliases": [flaw.ghsa]},
                "products": [
                    {
                        "@id": IMAGE_PURL,
                        "subcomponents": [{"@id": _maven(flaw.package, flaw.installed)}],
                    }
                ],
                "status": "not_affected",
                "justification": "vulnerable_code_not_present",
                "impact_statement": "JndiLookup.class is removed from the archive when the image is built.",
            }
        ],
    }


def cyclonedx_sbom(at: int) -> dict[str, Any]:
    """Return the SBOM that the build writes."""
    parts = sorted({(f.package, f.installed, f.jar) for f in IMAGE_FLAWS} | set(IMAGE_PACKAGES))
    components = [_component(*part) for part in parts]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{_uuid('sbom')}",
        "version": 1,
        "metadata": {
            "timestamp": f"{iso_second(at // SECOND)}Z",
            "tools": {"components": [{"type": "application", "name": "alder-build", "version": "3.1.0"}]},
            "component": {
                "type": "container",
                "bom-ref": IMAGE_PURL,
                "name": _REPOSITORY,
                "version": _TAG,
                "purl": IMAGE_PURL,
            },
        },
        "components": components,
        "dependencies": [{"ref": IMAGE_PURL, "dependsOn": [c["bom-ref"] for c in components]}],
    }


def _component(name: str, version: str, jar: str) -> dict[str, Any]:
    purl = _purl(name, version, jar)
    group, colon, artefact = name.partition(":")
    return {
        "type": "library",
        "bom-ref": purl,
        **({"group": group, "name": artefact} if colon else {"name": name}),
        "version": version,
        "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": sha256(f"vedette demo {purl}".encode()).hexdigest()}],
    }


def _uuid(text: str) -> str:
    h = sha256(f"vedette demo {text}".encode()).hexdigest()
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:32]}"
