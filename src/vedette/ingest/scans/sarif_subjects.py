"""What a SARIF result is about: its kind, its ids, and the package that scanners of packages put into words.

SARIF has no field for a package. Trivy, Grype, OSV-Scanner and Docker Scout each write it in their own fixed way; the
patterns here are those, and nothing is taken from free text.
"""

from __future__ import annotations

import re

from vedette.ingest.scans.json_values import JsonObject, first_text, obj, text, texts
from vedette.ingest.scans.sarif_parts import Run
from vedette.ingest.scans.vocabulary import is_public_id, same_and_related, vulnerability_id
from vedette.knowledge.packages import parse_purl
from vedette.schema import Package, ScanKind

# Grype puts the package behind the id: CVE-2024-1234-libfoo
_PUBLIC = re.compile(r"(CVE-\d{4}-\d{4,19}|GHSA(?:-[0-9a-z]{4}){3})(?:-.*)?", re.ASCII | re.IGNORECASE | re.DOTALL)
_ADVISORY = re.compile(
    r"RH[SBE]A-\d{4}:\d{1,6}|ELSA-\d{4}-\d{1,8}|ALAS[A-Z\d.-]{0,30}-\d{4}-\d{1,6}|D[SL]A-\d{1,6}(?:-\d{1,3})?"
    r"|USN-\d{1,6}-\d{1,3}|(?:open)?SUSE-[SR]U-\d{4}:\d{1,6}-\d|(?:GO|PYSEC|RUSTSEC|MAL|OSV|GSD)-\d{4}-\d{1,9}"
    r"|TEMP-\d{1,9}-[0-9A-F]{6}|KB\d{5,9}|(?:DEBIAN|UBUNTU|ALPINE)-CVE-\d{4}-\d{4,19}|SNYK-[A-Z0-9]{1,40}-[\w.-]{1,80}",
    re.ASCII,
)
_SECRET_TOOLS = frozenset({"gitleaks", "trufflehog", "detect-secrets", "ggshield", "noseyparker", "rusty-hog"})
_CONFIGURATION_TOOLS = frozenset(
    {
        "checkov",
        "tfsec",
        "kics",
        "terrascan",
        "kubescape",
        "kube-linter",
        "kubelinter",
        "hadolint",
        "cfn-lint",
        "dockle",
    }
    | {"kubesec", "polaris", "prowler", "snyk_iac", "template-analyzer", "psrule", "trivy_config", "zizmor"}
)

# Trivy: lines of a fixed form
_TRIVY = re.compile(
    r"Package: (?P<name>[^\n]{1,500})\nInstalled Version: (?P<version>[^\n]{0,200})\n(?:[^\n]{0,500}\n){0,3}?"
    r"Fixed Version: ?(?P<fixed>[^\n]{0,500})"
)
# Grype: "… reports openssl at version 1.1.1k  which would result in a vulnerable (rpm) package installed"
_GRYPE = re.compile(
    r" reports (?P<name>\S{1,500}) at version (?P<version>\S{1,200}) {1,3}which (?:would result in|is) a vulnerable"
)
# OSV-Scanner: "Package 'lodash@4.17.19' is vulnerable to 'CVE-…'"
_OSV = re.compile(r"Package '(?P<name>@?[^'@\n]{1,500})@(?P<version>[^'\n]{1,200})' is vulnerable to ")


def kind_of(run: Run, rule: JsonObject, rule_id: str, result: JsonObject) -> ScanKind:
    """Return what sort of thing a result is: by its rule's id and tags, then by its tool."""
    tags = {tag.lower() for tag in run.tags(result, rule)}
    if text(result.get("kind")).lower() == "informational":
        return ScanKind.INFORMATION
    if "license" in tags or rule_id.startswith("snyk:lic:"):
        return ScanKind.LICENCE
    if _PUBLIC.fullmatch(rule_id) or _ADVISORY.fullmatch(rule_id) or obj(rule, "properties").get("purls"):
        return ScanKind.MISCONFIGURATION if rule_id.startswith("SNYK-CC-") else ScanKind.VULNERABILITY
    tool = run.short_tool
    if "secret" in tags or tool in _SECRET_TOOLS:
        return ScanKind.SECRET
    if "misconfiguration" in tags or tool in _CONFIGURATION_TOOLS:
        return ScanKind.MISCONFIGURATION
    return ScanKind.WEAKNESS


def flaw_ids(run: Run, rule: JsonObject, rule_id: str, kind: ScanKind) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ids of the flaw, and those that are only related."""
    public = _PUBLIC.fullmatch(rule_id)
    properties = obj(rule, "properties")
    named = [*texts(properties.get("cve"), split=","), *texts(properties.get("cves"), split=",")]
    if kind is ScanKind.VULNERABILITY:
        # OSV-Scanner lists an id's aliases as the ids that its rule used to have
        named += texts(rule.get("deprecatedIds"))
        others = [one for one in named if is_public_id(one)]
        if public:
            return same_and_related(vulnerability_id(public[1]), others)
        if _ADVISORY.fullmatch(rule_id):
            return same_and_related(rule_id, others)
        return same_and_related(f"{run.short_tool}:{rule_id or 'result'}", others)
    return (f"{run.short_tool}:{rule_id or 'result'}",), tuple(one for one in named if is_public_id(one))


def package_of(rule: JsonObject, result: JsonObject, message: str) -> tuple[Package, tuple[str, ...]]:
    """Return the package that a result concerns and the versions that mend it; empty where it names none."""
    properties, own = obj(rule, "properties"), obj(result, "properties")
    purls = texts(own.get("purls")) or texts(properties.get("purls")) or texts(own.get("purl"))
    fixed = tuple(
        one for one in texts(first_text(properties.get("fixed_version")), split=",") if one.lower() != "not fixed"
    )
    if len(purls) == 1 and purls[0].startswith("pkg:"):
        return _of_purl(purls[0]), fixed
    for pattern in (_TRIVY, _GRYPE, _OSV):
        if match := pattern.search(message):
            found = match.groupdict()
            mended = texts(found.get("fixed") or "", split=",") or fixed
            return Package(name=found["name"].strip(), version=found["version"].strip()), mended
    return Package(), fixed


def _of_purl(purl: str) -> Package:
    parts = parse_purl(purl)
    if parts is None:
        return Package(purl=purl)
    separator = ":" if parts.type == "maven" else "/"
    in_name = parts.namespace and parts.type not in ("deb", "rpm", "apk")
    return Package(
        name=f"{parts.namespace}{separator}{parts.name}" if in_name else parts.name,
        version=parts.version or "",
        purl=purl,
    )
