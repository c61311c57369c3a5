"""CycloneDX 1.6 VEX: what was judged of each vulnerability, by whom, in which component on which asset.

An open exposure is ``in_triage``: that a component is there does not say that it can be exploited. It is
``exploitable`` only where the own logs say that it was. A status rests on the statement that it came from, whose
author is named.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from vedette.report.exposures.base import Extent
from vedette.report.exposures.words import fix_words, package_words, why_words
from vedette.report.inert import clip, visible
from vedette.schema import Exposure, ExposureStatus, Severity

_SEVERITIES = {Severity.INFORMATIONAL: "info"}
_METHODS = {"CVSS:4.0": "CVSSv4", "CVSS:3.1": "CVSSv31", "CVSS:3.0": "CVSSv3"}


def render(extent: Extent) -> bytes:
    """Return the document; its serial number follows from what it says."""
    components: dict[str, dict[str, Any]] = {}
    vulnerabilities: list[dict[str, Any]] = []
    for exposure in extent.exposures:
        asset = _asset_ref(exposure)
        components.setdefault(
            asset, {"type": _asset_type(exposure), "bom-ref": asset, "name": visible(exposure.asset), "components": []}
        )
        inside = {c["bom-ref"] for c in components[asset]["components"]}
        ref = f"{asset}#{_package_ref(exposure)}"
        if ref not in inside:
            components[asset]["components"].append(_component(exposure, ref))
        vulnerabilities.append(_vulnerability(exposure, ref))
    document: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": extent.made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "tools": {"components": [{"type": "application", "name": "Vedette", "version": extent.version}]},
        },
        "components": list(components.values()),
        "vulnerabilities": vulnerabilities,
    }
    said = json.dumps(document, sort_keys=True)
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": f"urn:uuid:{_uuid(said)}", **document}
    return json.dumps(document, indent=1).encode() + b"\n"


def _uuid(text: str) -> str:
    return str(uuid5(NAMESPACE_URL, text))


def _asset_ref(exposure: Exposure) -> str:
    return "asset:" + _uuid(exposure.asset)


def _package_ref(exposure: Exposure) -> str:
    package = exposure.package
    return package.purl or package.cpe or _uuid(f"{package.name}\0{package.version}")


def _asset_type(exposure: Exposure) -> str:
    kinds = {"image": "container", "host": "device", "application": "application", "repository": "application"}
    return kinds.get(exposure.asset_kind.value, "platform")


def _component(exposure: Exposure, ref: str) -> dict[str, Any]:
    package = exposure.package
    found: dict[str, Any] = {"type": "library", "bom-ref": ref, "name": visible(package.name) or "not named"}
    if package.version:
        found["version"] = visible(package.version)
    if package.purl:
        found["purl"] = package.purl
    if package.cpe.startswith(("cpe:2.3:", "cpe:/")):
        found["cpe"] = package.cpe
    return found


def _vulnerability(exposure: Exposure, ref: str) -> dict[str, Any]:
    found: dict[str, Any] = {"bom-ref": exposure.exposure_id, "id": visible(exposure.vulnerability)}
    if exposure.aliases:
        found["references"] = [{"id": visible(a), "source": {"name": _source(a)}} for a in exposure.aliases]
    rating: dict[str, Any] = {}
    if exposure.score is not None:
        rating["score"] = exposure.score
    if exposure.severity is not None:
        rating["severity"] = _SEVERITIES.get(exposure.severity, exposure.severity.value)
    if exposure.vector:
        rating["method"] = _METHODS.get(exposure.vector[:8], "CVSSv2" if "/" in exposure.vector[:5] else "other")
        rating["vector"] = exposure.vector
    if rating:
        found["ratings"] = [rating]
    if exposure.title:
        found["description"] = clip(visible(exposure.title), 500)
    if exposure.fixed_in:
        found["recommendation"] = f"Update {package_words(exposure)} to {fix_words(exposure)}."
    found["analysis"] = _analysis(exposure)
    version = exposure.package.version
    affects: dict[str, Any] = {"ref": ref}
    if version:
        healthy = exposure.status in (ExposureStatus.NOT_AFFECTED, ExposureStatus.FIXED)
        affects["versions"] = [{"version": visible(version), "status": "unaffected" if healthy else "affected"}]
    found["affects"] = [affects]
    decision = exposure.decision
    found["properties"] = [
        {"name": f"vedette:{name}", "value": value}
        for name, value in (
            ("policy", f"{decision.policy} {decision.policy_version}"),
            ("decision", decision.outcome or "not decided"),
            ("possible", " | ".join(decision.possible)),
            ("due", exposure.due_at.date().isoformat() if exposure.due_at and decision.outcome else ""),
            ("owner", visible(exposure.owner or "")),
            ("evidence", " ".join(e.ref for e in exposure.evidence)),
        )
        if value
    ]
    return found


def _source(alias: str) -> str:
    prefix = alias.split("-", 1)[0].split(":", 1)[0]
    return {"CVE": "CVE", "GHSA": "GitHub"}.get(prefix, visible(prefix))


def _analysis(exposure: Exposure) -> dict[str, Any]:
    detail = clip(visible(exposure.status_by), 600)
    if exposure.status is ExposureStatus.NOT_AFFECTED:
        return {"state": "not_affected", "detail": detail or "stated by somebody who is not named"}
    if exposure.status is ExposureStatus.FIXED:
        return {"state": "resolved", "detail": detail or "the latest scan no longer reports it"}
    if exposure.status is ExposureStatus.ACCEPTED:
        return {"state": "exploitable" if exposure.exploited else "in_triage", "response": ["will_not_fix"],
                "detail": detail}  # fmt: skip
    why = "; ".join(why_words(exposure))
    state = "exploitable" if exposure.exploited else "in_triage"
    return {"state": state, **({"response": ["update"]} if exposure.fixed_in else {}), "detail": visible(why)}
