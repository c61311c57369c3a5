"""What authors of VEX documents judged, put to exposures: the most specific statement counts, of equals the latest.

A statement speaks of products (an image, a host, a package, with or without version) and perhaps only of components
inside them. It is put to an exposure where its product is the asset, or is the component itself. A statement that names
a version or range is applied only where the component's version is known to lie in it; where that cannot be told it is
not applied, and the exposure carries the question. A statement that names no product is applied to nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from vedette.exposure.components import Signature, same_name, signature
from vedette.exposure.resolve import Resolved
from vedette.exposure.tables import put, rows
from vedette.knowledge.packages import parse_cpe, parse_purl
from vedette.knowledge.version_ranges import in_vers

if TYPE_CHECKING:
    import duckdb

_KINDS = (
    "vul INTEGER, asset INTEGER, head INTEGER, status VARCHAR, said VARCHAR, judged_at TIMESTAMP, specificity INTEGER, "
    "question VARCHAR"
)
_IMAGE_TYPES = frozenset({"oci", "docker"})
_APPLIES = {"not_affected": "not_affected", "fixed": "fixed", "affected": "affected", "under_investigation": "open"}


@dataclass(frozen=True, slots=True)
class Match:
    """How a statement's product meets an exposure."""

    specificity: int
    """Higher is more specific: 4 for the asset, 2 for an exact version, 1 for a range or component."""
    sure: bool = True
    """False: whether the version is meant cannot be told."""


@dataclass(frozen=True, slots=True)
class _Statement:
    vuls: tuple[int, ...]
    products: tuple[str, ...]
    subcomponents: tuple[str, ...]
    status: str
    said: str
    judged_at: datetime | None


def judge(connection: duckdb.DuckDBPyConnection, resolved: Resolved) -> None:
    """Make ``judged``: of each vulnerability in a component on an asset, the statement that counts."""
    connection.execute("DROP TABLE IF EXISTS work.judged")
    put(connection, "judged", {"vul": []}, _KINDS)
    statements = _statements(connection, resolved)
    by_vul: dict[int, list[_Statement]] = defaultdict(list)
    for statement in statements:
        for vul in statement.vuls:
            by_vul[vul].append(statement)
    if not by_vul:
        return
    put(connection, "asked_vul", {"vul": sorted(by_vul)}, "vul INTEGER")
    versions = {
        words: (version, purl)
        for words, version, purl in rows(connection, "SELECT words, package_version, purl FROM work.component")
    }
    out: dict[str, list[Any]] = defaultdict(list)
    sql = "SELECT DISTINCT m.vul, m.asset, m.head FROM work.member m JOIN work.asked_vul v USING (vul)"
    for vul, asset, head in rows(connection, sql):
        judged = _counting(by_vul[vul], asset, resolved.signatures[head], versions[head][0], resolved)
        if judged is not None:
            for name, value in zip(
                ("vul", "asset", "head", "status", "said", "judged_at", "specificity", "question"),
                (vul, asset, head, *judged),
                strict=True,
            ):
                out[name].append(value)
    connection.execute("DROP TABLE work.asked_vul")
    if out:
        put(connection, "judged", out, "")


def _statements(connection: duckdb.DuckDBPyConnection, resolved: Resolved) -> list[_Statement]:
    numbers = {name: number for number, name in enumerate(resolved.names)}
    sql = """
        SELECT v.ids, v.products, v.subcomponents, v.status, v.justification, v.statement, v.author,
          coalesce(CAST(v."at" AS TIMESTAMP), r.taken_at) AS judged_at, v.record_id
        FROM vex v JOIN work.report r USING (report_id)
    """
    found = []
    for ids, products, subcomponents, status, justification, statement, author, judged_at, _ in rows(connection, sql):
        vuls = tuple(numbers[n] for n in resolved.vulnerabilities.of(ids or ()) if n in numbers)
        why = " ".join(part for part in ((justification or "").replace("_", " "), (statement or "").strip()) if part)
        said = f"{author or 'author not named'}: {status.replace('_', ' ')}" + (f", {why[:300]}" if why else "")
        if status in _APPLIES and vuls:
            found.append(_Statement(vuls, tuple(products or ()), tuple(subcomponents or ()), status, said, judged_at))
    return found


def _counting(
    statements: Iterable[_Statement], asset: int, component: Signature, version: str, resolved: Resolved
) -> tuple[str | None, str, datetime | None, int, str] | None:
    """Return status, words, moment, specificity and question of what counts for one exposure."""
    best: tuple[tuple[int, datetime, str], _Statement] | None = None
    question = ""
    for statement in statements:
        match = match_of(statement.products, statement.subcomponents, asset, component, version, resolved)
        if match is None:
            continue
        if not match.sure:
            question = f"Is the version meant by {statement.said.split(':')[0]} ({statement.status.replace('_', ' ')})?"
            continue
        rank = (match.specificity, statement.judged_at or datetime.min, statement.said)  # noqa: DTZ901
        if best is None or rank > best[0]:
            best = (rank, statement)
    if best is None:
        return (None, "", None, 0, question) if question else None
    (specificity, _, _), statement = best
    return _APPLIES[statement.status], statement.said, statement.judged_at, specificity, question


def match_of(
    products: Sequence[str],
    subcomponents: Sequence[str],
    asset: int,
    component: Signature,
    version: str,
    resolved: Resolved,
) -> Match | None:
    """Return how a statement meets a component on an asset, None where it does not."""
    best: Match | None = None
    for product in products:
        of_asset = asset in _assets_of(product, resolved)
        if of_asset:
            inside = [part_match(part, component) for part in subcomponents]
            fits = [m for m in inside if m is not None]
            if subcomponents and not fits:
                continue
            match = max(fits, key=lambda m: (m.sure, m.specificity), default=Match(0))
            match = Match(match.specificity + 4, match.sure)
        else:
            found = part_match(product, component)
            inside = [part_match(part, component) for part in subcomponents]
            if found is None or (subcomponents and not any(inside)):
                continue
            match = found
        if best is None or (match.sure, match.specificity) > (best.sure, best.specificity):
            best = match
    return best


def part_match(text: str, component: Signature) -> Match | None:
    """Return how the name of a product meets a component: by name, and by version where it gives one."""
    words, vers = _named(text)
    # likeness of words is too little for taking a finding away
    if not words.name or same_name(words, component) < 2 or (words.type and component.type != words.type):
        return None
    if vers:
        inside = in_vers(component.version, vers) if component.version else None
        return None if inside is False else Match(1, sure=inside is True)
    if words.version:
        if not component.version:
            return Match(2, sure=False)
        same = words.version == component.version and (
            not words.epoch or not component.epoch or int(words.epoch) == int(component.epoch)
        )
        return Match(2) if same else None
    return Match(1)


def _named(text: str) -> tuple[Signature, str]:
    """Return what a product's name comes to, and its range where it has one."""
    text = text.strip()
    head, found, rest = text.partition("vers:")
    vers = ""
    if found:
        vers, text = "vers:" + rest.strip(" )]"), head.strip(" @(?&[").removesuffix("vers=")
    parsed = parse_purl(text)
    if parsed is not None:
        qualifiers = parsed.qualifiers if isinstance(parsed.qualifiers, dict) else {}
        vers = vers or str(qualifiers.get("vers", ""))
        return signature("", "", text, "", ""), vers
    if parse_cpe(text) is not None:
        return signature("", "", "", text, ""), vers
    name, _, version = text.rpartition("@") if "@" in text[1:] else (text, "", "")
    return signature(name, version, "", "", ""), vers


def _assets_of(product: str, resolved: Resolved) -> tuple[int, ...]:
    """Return the assets that a product's name means."""
    product = product.strip()
    parsed = parse_purl(product)
    names = [product]
    if parsed is not None:
        if parsed.type not in _IMAGE_TYPES:
            return ()
        qualifiers = parsed.qualifiers if isinstance(parsed.qualifiers, dict) else {}
        repository = str(
            qualifiers.get("repository_url", "") or "/".join(p for p in (parsed.namespace, parsed.name) if p)
        )
        tag = str(qualifiers.get("tag", ""))
        digest = parsed.version if parsed.version and parsed.version.startswith("sha256:") else ""
        names = [digest] if digest else [f"{repository}:{tag or parsed.version or 'latest'}"]
        if digest and tag:
            names.append(f"{repository}:{tag}")
    found = {n for name in names if name and (n := resolved.assets.find(name)) is not None}
    return tuple(sorted(found))
