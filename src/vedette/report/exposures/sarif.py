"""SARIF 2.1.0: a rule for each vulnerability, a result for each exposure, suppressions with their author."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from vedette.report.exposures.base import Extent
from vedette.report.exposures.words import decision_words, due_words, fix_words, package_words, why_words
from vedette.report.inert import clip, visible
from vedette.schema import Exposure, ExposureStatus, Severity

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFORMATIONAL: "note",
}
_SUPPRESSIONS = {ExposureStatus.NOT_AFFECTED: "accepted", ExposureStatus.ACCEPTED: "accepted"}


def render(extent: Extent) -> bytes:
    """Return one run; fixed exposures are ``absent`` in it."""
    rules: dict[str, int] = {}
    of_rule: list[Exposure] = []
    for exposure in extent.exposures:
        if exposure.vulnerability not in rules:
            rules[exposure.vulnerability] = len(rules)
            of_rule.append(exposure)
    document = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "Vedette",
                        "semanticVersion": extent.version,
                        "rules": [_rule(e) for e in of_rule],
                    }
                },
                "invocations": [
                    {"executionSuccessful": True, "endTimeUtc": extent.made_at.strftime("%Y-%m-%dT%H:%M:%SZ")}
                ],
                "properties": {"policy": extent.policy, "policyVersion": extent.policy_version},
                "results": [_result(e, rules[e.vulnerability], extent) for e in extent.exposures],
            }
        ],
    }
    return json.dumps(document, indent=1).encode() + b"\n"


def _rule(exposure: Exposure) -> dict[str, Any]:
    title = clip(visible(exposure.title), 200) or exposure.vulnerability
    rule: dict[str, Any] = {"id": visible(exposure.vulnerability), "shortDescription": {"text": title}}
    if exposure.vulnerability.startswith("CVE-"):
        rule["helpUri"] = f"https://www.cve.org/CVERecord?id={quote(exposure.vulnerability)}"
    properties: dict[str, Any] = {"tags": ["security", "vulnerability"]}
    if exposure.score is not None:
        properties["security-severity"] = f"{exposure.score:.1f}"
    return {**rule, "properties": properties}


def _result(exposure: Exposure, rule: int, extent: Extent) -> dict[str, Any]:
    text = (
        f"{visible(exposure.vulnerability)} in {package_words(exposure)} on {visible(exposure.asset)}: "
        f"{decision_words(exposure)}; due: {due_words(exposure, extent.made_at)}; fixed in: {fix_words(exposure)}."
    )
    uri = quote(exposure.package.path or exposure.asset, safe="/:@.-_~")
    logical = {"fullyQualifiedName": visible(exposure.asset), "kind": "resource"}
    result: dict[str, Any] = {
        "ruleId": visible(exposure.vulnerability),
        "ruleIndex": rule,
        "level": _LEVELS.get(exposure.severity, "none") if exposure.severity else "none",
        "message": {"text": text},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}}, "logicalLocations": [logical]}],
        "partialFingerprints": {"exposureId/v1": exposure.exposure_id},
        "baselineState": "absent" if exposure.status is ExposureStatus.FIXED else "unchanged",
        "properties": {
            "decision": exposure.decision.outcome,
            "possibleDecisions": list(exposure.decision.possible),
            "due": exposure.due_at.date().isoformat() if exposure.due_at and exposure.decision.outcome else None,
            "dueIfGravest": exposure.due_at.date().isoformat() if exposure.due_at else None,
            "owner": exposure.owner,
            "reasons": why_words(exposure),
            "unknown": list(exposure.unknown),
            "purl": exposure.package.purl or None,
            "evidence": [e.ref for e in exposure.evidence],
        },
    }
    if exposure.status in _SUPPRESSIONS:
        result["suppressions"] = [
            {
                "kind": "external",
                "status": _SUPPRESSIONS[exposure.status],
                "justification": clip(visible(exposure.status_by), 400) or exposure.status.value,
            }
        ]
    return result
