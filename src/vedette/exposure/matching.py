"""Components of SBOMs against the ranges of held advisories: what is affected becomes a finding of Vedette's own.

Only what a version proves becomes one. A component whose version nobody gave, or that cannot be ordered, becomes a
question about the component; what a release of a distribution mends is asked of that release's own advisories only.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from vedette.exposure.identity import is_cve, normal_id
from vedette.exposure.tables import has_view, put, rows
from vedette.knowledge.ecosystems import DISTRIBUTION_TYPES
from vedette.knowledge.packages import PackageIdentity, identity_of, make_purl, parse_purl
from vedette.knowledge.version_ranges import in_cve_list, in_osv
from vedette.knowledge.versions import compare, scheme_of

if TYPE_CHECKING:
    import duckdb

LABEL = "vedette"
"""The scanner of these findings."""
MAX_QUESTIONS = 200

_KINDS = (
    "package_name VARCHAR, package_version VARCHAR, purl VARCHAR, cpe VARCHAR, ids VARCHAR[], title VARCHAR, "
    "fixed_in VARCHAR[]"
)
_COMPONENTS = """
SELECT DISTINCT coalesce(package_name, ''), coalesce(package_version, ''), coalesce(purl, ''), coalesce(cpe, '')
FROM components WHERE coalesce(package_name, '') <> '' OR coalesce(purl, '') <> '' OR coalesce(cpe, '') <> ''
"""
# names are compared loosely here and exactly in Python
_OSV = """
SELECT o.id, o.aliases, o.title, CAST(e.entry AS VARCHAR) AS entry FROM (
  SELECT id, aliases, title, unnest(CAST(affected AS JSON[])) AS entry FROM known_osv WHERE withdrawn_at IS NULL
) o, LATERAL (SELECT o.entry AS entry) e
WHERE regexp_replace(lower(o.entry->'package'->>'name'), '[^a-z0-9]+', '-', 'g') IN (SELECT name FROM work.wanted)
"""
_CVES = """
SELECT c.cve, c.title, CAST(c.entry AS VARCHAR) AS entry FROM (
  SELECT cve, title, unnest(CAST(affected AS JSON[])) AS entry FROM known_cvelist WHERE upper(state) <> 'REJECTED'
) c
WHERE regexp_replace(lower(coalesce(c.entry->>'packageName', c.entry->>'product')), '[^a-z0-9]+', '-', 'g')
  IN (SELECT name FROM work.wanted)
"""
_COLLECTIONS = (
    ("maven", "maven"), ("npmjs", "npm"), ("pypi", "pypi"), ("python.org", "pypi"), ("rubygems", "gem"),
    ("crates.io", "cargo"), ("nuget", "nuget"), ("packagist", "composer"), ("pkg.go.dev", "golang"), ("hex.pm", "hex"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Installed:
    """A component of an SBOM in one spelling."""

    said: tuple[str, str, str, str]
    """Name, version, purl and CPE as written."""
    identity: PackageIdentity
    release: str
    """The distribution's release: ``debian-12``; empty where nobody said."""


def match_components(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Make ``affected`` (a component's words to advisories that its version is in); return the questions left open."""
    connection.execute("DROP TABLE IF EXISTS work.affected")
    put(connection, "affected", {"ids": []}, _KINDS)
    if not has_view(connection, "known_osv"):
        return []
    by_name: dict[str, list[Installed]] = defaultdict(list)
    for said in rows(connection, _COMPONENTS):
        component = _installed(said)
        for name in _loose_names(component.identity):
            by_name[name].append(component)
    if not by_name:
        return []
    connection.execute("DROP TABLE IF EXISTS work.wanted")
    put(connection, "wanted", {"name": sorted(by_name)}, "name VARCHAR")
    out: dict[str, list[Any]] = defaultdict(list)
    unsure: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
    for found, aliases, title, text in rows(connection, _OSV):
        entry = orjson.loads(text)
        name = str((entry.get("package") or {}).get("name", ""))
        for component in by_name.get(_loose(name), ()):
            if not _is_meant(entry, component):
                continue
            _note(
                in_osv(component.identity.version, entry),
                (found, *(aliases or ())),
                title,
                component,
                entry,
                out,
                unsure,
            )
    for found, title, text in rows(connection, _CVES):
        entry = orjson.loads(text)
        name = str(entry.get("packageName") or entry.get("product") or "")
        for component in by_name.get(_loose(name), ()):
            if not _is_listed(entry, component):
                continue
            scheme = scheme_of(component.identity.type)
            inside = in_cve_list(component.identity.version, entry, scheme)
            _note(inside, (found,), title, component, {}, out, unsure)
    if out:
        put(connection, "affected", out, "")
    return _questions(unsure)


def _note(
    inside: bool | None,
    ids: tuple[str, ...],
    title: str | None,
    component: Installed,
    entry: Mapping[str, Any],
    out: dict[str, list[Any]],
    unsure: dict[tuple[str, str, str, str], set[str]],
) -> None:
    if inside is None:
        unsure[component.said].add(next((i for i in ids if is_cve(normal_id(i))), ids[0]))
    if not inside:
        return
    values = (*component.said, list(dict.fromkeys(ids)), title or "", _fixes(entry, component))
    names = ("package_name", "package_version", "purl", "cpe", "ids", "title", "fixed_in")
    for name, value in zip(names, values, strict=True):
        out[name].append(value)


def _fixes(entry: Mapping[str, Any], component: Installed) -> list[str]:
    scheme = scheme_of(component.identity.type)
    found = [
        str(event["fixed"])
        for one in entry.get("ranges") or ()
        for event in one.get("events") or ()
        if one.get("type") != "GIT" and "fixed" in event
    ]
    return [v for v in dict.fromkeys(found) if compare(component.identity.version, v, scheme) == -1][:3]


def _questions(unsure: Mapping[tuple[str, str, str, str], set[str]]) -> list[str]:
    found = []
    for (name, version, purl, cpe), ids in sorted(unsure.items(), key=lambda kv: (-len(kv[1]), kv[0])):
        shown = name or purl or cpe
        rest = f"{len(ids)} known vulnerabilities depend" if len(ids) > 1 else f"{min(ids)} depends"
        if version:
            found.append(f"Is {shown} {version} affected? {rest} on how that version is ordered.")
        else:
            found.append(f"Which version of {shown} is installed? {rest} on it.")
    return found[:MAX_QUESTIONS]


def _installed(said: tuple[str, str, str, str]) -> Installed:
    purl = parse_purl(said[2]) if said[2] else None
    qualifiers = purl.qualifiers if purl is not None and isinstance(purl.qualifiers, dict) else {}
    return Installed(said, identity_of(*said), str(qualifiers.get("distro", "")).lower())


def _loose(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower())


def _loose_names(identity: PackageIdentity) -> set[str]:
    """Return every name under which advisories may list a component, spelled loosely."""
    whole = identity.key.partition("/")[2]
    names = {whole, identity.source_name or identity.name}
    if identity.type == "golang" and identity.name == "stdlib":
        names.add("stdlib")
    return {_loose(name) for name in names if name}


def _is_meant(entry: Mapping[str, Any], component: Installed) -> bool:
    """Return whether an OSV entry speaks of a component: same ecosystem, name and distribution's release."""
    package = entry.get("package") or {}
    ecosystem, name = str(package.get("ecosystem", "")), str(package.get("name", ""))
    kind = component.identity.type
    if kind in DISTRIBUTION_TYPES:
        distribution, _, release = component.release.partition("-")
        parts = ecosystem.lower().split(":")
        at = parts[1].removeprefix("v") if len(parts) > 1 else ""
        same = bool(release and at) and parts[0].startswith(distribution) and f"{release}.".startswith(f"{at}.")
        return same and name.lower() == (component.identity.source_name or component.identity.name)
    made = make_purl(ecosystem, name)
    return bool(made) and identity_of("", "", made).key == component.identity.key


def _is_listed(entry: Mapping[str, Any], component: Installed) -> bool:
    """Return whether an entry of a CVE record speaks of a component, by package collection or by CPE."""
    kind, identity = component.identity.type, component.identity
    if kind == "cpe":
        vendor, product = str(entry.get("vendor", "")), str(entry.get("product", ""))
        return identity.key == f"cpe/{_under(vendor)}/{_under(product)}"
    collection = str(entry.get("collectionURL", "")).lower()
    named = next((purl_type for word, purl_type in _COLLECTIONS if word in collection), "")
    made = make_purl(named, str(entry.get("packageName", ""))) if named else ""
    return bool(made) and identity_of("", "", made).key == identity.key


def _under(text: str) -> str:
    return re.sub(r"\s+", "_", text.strip().lower())
