"""From the lake's tables of scans to sightings: which vulnerability, in which component, on which asset, seen when.

Only distinct values come to Python (lists of ids, words for components, names of places, sets of words that meet on one
flaw); everything else is joined in DuckDB, in tables of the schema ``work`` that may lie on disk. What a table holds
stands beside its statement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vedette.exposure.assets import Assets, PlaceName
from vedette.exposure.components import Signature, signature
from vedette.exposure.identity import Vulnerabilities, names_one_flaw, normal_id
from vedette.exposure.matching import LABEL, match_components
from vedette.exposure.merging import merge
from vedette.exposure.tables import BATCH, has_view, put, rows
from vedette.schema import Asset, AssetKind

if TYPE_CHECKING:
    import duckdb

_MAX_ALIASES = 40

_REPORTS = r"""
CREATE OR REPLACE TABLE work.report AS
SELECT report_id, reader, whole, received_at, least(coalesce(made_at, received_at), received_at) AS taken_at,
  CASE WHEN reader IN ('sarif', 'cyclonedx', 'spdx', 'csaf') AND tool <> '' THEN reader || ' (' || tool || ')'
    ELSE reader END AS label,
  -- a report that does not say when it was made takes the place of an earlier one of the same file, and of no other
  reader || '/' || lower(tool) || '/' ||
    CASE WHEN made_at IS NULL THEN regexp_replace(lower(source), '[0-9]+', '0', 'g') ELSE '' END AS scope,
  places
FROM (
  SELECT *, trim(regexp_replace(coalesce(scanner, ''), '[ /]+v?[0-9].*$', '')) AS tool,
    coalesce(problem, '') = '' AND coalesce(n_refused, 0) = 0 AS whole
  FROM scan_reports
)
"""
"""report: one row a report, when it was made, and the scope in which a later one takes its place."""

_FOUND = f"""
CREATE OR REPLACE VIEW work.found AS
SELECT report_id, record_id, coalesce(ids, []) AS ids, coalesce(related, []) AS related, title, severity, cvss, score,
  place, coalesce(place_kind, 'unknown') AS place_kind, coalesce(place_aliases, []) AS place_aliases,
  coalesce(package_name, '') AS package_name, coalesce(package_version, '') AS package_version,
  coalesce(purl, '') AS purl, coalesce(cpe, '') AS cpe, coalesce(path, '') AS path,
  coalesce(fixed_in, []) AS fixed_in, location, layer, status, status_by, reachable, epss, known_exploited,
  CAST(seen_at AS TIMESTAMP) AS seen_at, CAST(first_seen_at AS TIMESTAMP) AS first_seen_at, '' AS label
FROM scan_findings WHERE kind = 'vulnerability'
UNION ALL BY NAME
SELECT c.report_id, c.record_id, a.ids, CAST([] AS VARCHAR[]) AS related, a.title, NULL AS severity,
  CAST([] AS VARCHAR[]) AS cvss, NULL AS score, c.place, coalesce(c.place_kind, 'unknown') AS place_kind,
  coalesce(c.place_aliases, []) AS place_aliases, a.package_name, a.package_version, a.purl, a.cpe,
  coalesce(c.path, '') AS path, a.fixed_in, '' AS location, '' AS layer, NULL AS status, '' AS status_by,
  NULL AS reachable, NULL AS epss, NULL AS known_exploited, NULL AS seen_at, NULL AS first_seen_at, '{LABEL}' AS label
FROM components c JOIN work.affected a ON a.package_name = coalesce(c.package_name, '')
  AND a.package_version = coalesce(c.package_version, '') AND a.purl = coalesce(c.purl, '')
  AND a.cpe = coalesce(c.cpe, '')
"""  # noqa: S608 (our words)
"""found: the vulnerabilities among what scanners found, and components in the range of a held advisory."""

_SCANS = """
CREATE OR REPLACE TABLE work.scan AS
SELECT r.scope, p.asset, r.taken_at,
  -- of templates that are chosen for each run, what a later run does not give is not known to be gone; and
  -- a run that gives only other things of a place (secrets, settings) says nothing of its vulnerabilities
  r.whole AND NOT (bool_or(s.others) AND NOT bool_or(s.flaws)) AND any_value(r.reader) <> 'nuclei' AS whole
FROM (
  SELECT report_id, place, place_kind, place_aliases, bool_or(kind = 'vulnerability') AS flaws,
    bool_or(kind IN ('misconfiguration', 'secret', 'licence', 'weakness')) AS others
  FROM (SELECT report_id, kind, place, coalesce(place_kind, 'unknown') AS place_kind,
      coalesce(place_aliases, []) AS place_aliases FROM scan_findings)
  GROUP BY ALL
  UNION ALL
  SELECT report_id, unnest(places), 'unknown', [], false, false FROM work.report
  WHERE report_id NOT IN (SELECT report_id FROM vex UNION SELECT report_id FROM assets)
  UNION ALL
  SELECT DISTINCT report_id, place, coalesce(place_kind, 'unknown'), coalesce(place_aliases, []), false, false
  FROM components
) s JOIN work.report r USING (report_id)
JOIN work.place p ON p.place = s.place AND p.place_kind = s.place_kind AND p.place_aliases = s.place_aliases
GROUP BY r.report_id, r.scope, p.asset, r.taken_at, r.whole
"""
"""scan: which asset was looked at within which scope, when, and whether that was to the end."""

_SIGHTINGS = """
CREATE OR REPLACE TABLE work.sighting AS
SELECT v.vul, p.asset, w.words, r.report_id, f.record_id, r.scope, if(f.label = '', r.label, f.label) AS label,
  r.taken_at AS report_at,
  r.taken_at >= coalesce(l.taken_at, r.taken_at) AND coalesce(f.status, '') <> 'fixed' AS now_there,
  coalesce(least(f.seen_at, r.taken_at), r.taken_at) AS seen_at,
  least(coalesce(f.first_seen_at, r.taken_at), coalesce(f.seen_at, r.taken_at), r.taken_at) AS first_at,
  f.title, f.severity, f.cvss, f.score, f.fixed_in, f.location, f.layer, f.status, f.status_by, f.reachable, f.epss,
  f.known_exploited, if(f.path = '', NULL, f.path) AS path
FROM work.found f
JOIN work.report r USING (report_id)
JOIN work.flaw_of v ON v.ids = f.ids AND v.related = f.related
JOIN work.words w ON w.package_name = f.package_name AND w.package_version = f.package_version AND w.purl = f.purl
  AND w.cpe = f.cpe AND w.path = f.path
JOIN work.place p ON p.place = f.place AND p.place_kind = f.place_kind AND p.place_aliases = f.place_aliases
LEFT JOIN (SELECT scope, asset, max(taken_at) AS taken_at FROM work.scan WHERE whole GROUP BY ALL) l
  ON l.scope = r.scope AND l.asset = p.asset
"""
"""sighting: one row a finding and vulnerability, resolved, and whether the latest scan still has it."""

_MEETINGS = """
CREATE OR REPLACE TABLE work.meeting AS
SELECT vul, asset, list(words * 2 + now_there ORDER BY words) AS all_words
FROM (SELECT vul, asset, words, max(CAST(now_there AS INTEGER)) AS now_there FROM work.sighting GROUP BY ALL)
GROUP BY vul, asset
"""
"""meeting: which words for components meet in one vulnerability on one asset; odd numbers are there now."""

_MEMBERS = """
CREATE OR REPLACE TABLE work.member AS
SELECT m.vul, m.asset, m.all_words[1] // 2 AS words, m.all_words[1] // 2 AS head, '' AS slot
FROM work.meeting m WHERE len(m.all_words) = 1
UNION ALL
SELECT m.vul, m.asset, g.words, g.head, g.slot FROM work.meeting m JOIN work.grouped g USING (all_words)
"""
"""member: which words are of which component of one vulnerability on one asset."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """What stands behind the numbers of the tables of ``work``."""

    vulnerabilities: Vulnerabilities
    names: tuple[str, ...]
    """Vulnerability number to name."""
    assets: Assets
    signatures: tuple[Signature, ...]
    """Number of words to what they come to."""
    questions: tuple[str, ...] = ()
    """What SBOMs leave open of their components."""


def resolve(connection: duckdb.DuckDBPyConnection, known: Mapping[str, Sequence[str]] | None = None) -> Resolved:
    """Fill the tables of the schema ``work`` from the views of the lake's tables.

    Args:
        connection: with the lake's views, and a database ``work`` attached.
        known: id to its aliases where nothing is held (tests); else ``vulnerability_ids`` is asked.
    """
    connection.execute(_REPORTS)
    questions = match_components(connection)
    connection.execute(_FOUND)
    vulnerabilities, names = _flaws(connection, known)
    signatures = _words(connection)
    assets = _places(connection)
    connection.execute(_SCANS)
    connection.execute(_SIGHTINGS)
    connection.execute(_MEETINGS)
    _group(connection, signatures)
    connection.execute(_MEMBERS)
    return Resolved(vulnerabilities, names, assets, signatures, tuple(questions))


def _flaws(
    connection: duckdb.DuckDBPyConnection, known: Mapping[str, Sequence[str]] | None
) -> tuple[Vulnerabilities, tuple[str, ...]]:
    """Make ``flaw_of`` (lists of ids to vulnerabilities) and ``flaw`` (a vulnerability and its aliases)."""
    listed = list(
        rows(
            connection,
            "SELECT DISTINCT ids, related FROM work.found "
            "UNION SELECT DISTINCT coalesce(ids, []), [] FROM vex ORDER BY ALL",
        )
    )
    if known is None and has_view(connection, "vulnerability_ids"):
        ids = sorted({n for pair in listed for i in pair[0] if names_one_flaw(n := normal_id(i))})
        put(connection, "asked_id", {"id": ids}, "id VARCHAR")
        known = {
            i: (v,)
            for i, v in rows(
                connection,
                "SELECT v.id, v.vulnerability FROM vulnerability_ids v JOIN work.asked_id a ON a.id = v.id",
            )
        }
    vulnerabilities = Vulnerabilities((ids for ids, _ in listed), known)
    numbers: dict[str, int] = {}
    aliases: dict[str, dict[str, None]] = defaultdict(dict)
    out: dict[str, list[Any]] = {"ids": [], "related": [], "vul": []}
    for ids, related in listed:
        found = vulnerabilities.of(ids, related)
        for name in found:
            out["ids"].append(ids)
            out["related"].append(related)
            out["vul"].append(numbers.setdefault(name, len(numbers)))
            if len(found) == 1:
                aliases[name] |= dict.fromkeys(n for i in ids if (n := normal_id(i)) != name)
    connection.execute("DROP TABLE IF EXISTS work.flaw_of")
    connection.execute("DROP TABLE IF EXISTS work.flaw")
    put(connection, "flaw_of", out, "ids VARCHAR[], related VARCHAR[], vul INTEGER")
    listed_aliases = [sorted(aliases[name])[:_MAX_ALIASES] for name in numbers]
    put(
        connection,
        "flaw",
        {"vul": list(numbers.values()), "vulnerability": list(numbers), "aliases": listed_aliases},
        "vul INTEGER, vulnerability VARCHAR, aliases VARCHAR[]",
    )
    return vulnerabilities, tuple(numbers)


def _words(connection: duckdb.DuckDBPyConnection) -> tuple[Signature, ...]:
    """Make ``words`` (a scanner's words to a number) and ``component`` (what the number stands for)."""
    numbers: dict[Signature, int] = {}
    shown: list[tuple[str, ...]] = []
    out: dict[str, list[Any]] = defaultdict(list)
    connection.execute("DROP TABLE IF EXISTS work.words")
    connection.execute("DROP TABLE IF EXISTS work.component")
    columns = ("package_name", "package_version", "purl", "cpe", "path")
    kinds = ", ".join(f"{c} VARCHAR" for c in columns)
    sql = f"SELECT DISTINCT {', '.join(columns)} FROM work.found"  # noqa: S608 (our names)
    put(connection, "words", {"words": []}, f"{kinds}, words INTEGER")
    for said in rows(connection, sql):
        words = signature(*said)
        number = numbers.setdefault(words, len(numbers))
        if number == len(shown):
            shown.append(said)
        elif _telling(said) > _telling(shown[number]):
            shown[number] = said
        for name, value in zip(columns, said, strict=True):
            out[name].append(value)
        out["words"].append(number)
        if len(out["words"]) >= BATCH:
            put(connection, "words", out, "")
            out.clear()
    if out:
        put(connection, "words", out, "")
    signatures = tuple(numbers)
    put(
        connection,
        "component",
        {
            "words": list(range(len(shown))),
            "key": [s.key for s in signatures],
            **{name: [said[i] for said in shown] for i, name in enumerate(columns)},
        },
        f"words INTEGER, key VARCHAR, {kinds}",
    )
    return signatures


def _telling(said: Sequence[str]) -> tuple[int, int, tuple[str, ...]]:
    return (bool(said[2]) + bool(said[0]), -len(said[0]), tuple(said))


def _places(connection: duckdb.DuckDBPyConnection) -> Assets:
    """Make ``place`` (a scanner's names to an asset's number) and ``asset`` (what is known of it)."""
    sql = """
        SELECT DISTINCT place, place_kind, place_aliases FROM work.found
        UNION SELECT DISTINCT place, coalesce(place_kind, 'unknown'), coalesce(place_aliases, []) FROM scan_findings
        UNION SELECT DISTINCT place, coalesce(place_kind, 'unknown'), coalesce(place_aliases, []) FROM components
        UNION SELECT DISTINCT unnest(places), 'unknown', [] FROM work.report
    """
    listed = [PlaceName(n, AssetKind(k), tuple(a)) for n, k, a in rows(connection, sql) if n is not None]
    assets = Assets(listed, inventory(connection))
    connection.execute("DROP TABLE IF EXISTS work.place")
    connection.execute("DROP TABLE IF EXISTS work.asset")
    put(
        connection,
        "place",
        {
            "place": [p.name for p in listed],
            "place_kind": [p.kind.value for p in listed],
            "place_aliases": [list(p.aliases) for p in listed],
            "asset": [assets.of(p) for p in listed],
        },
        "place VARCHAR, place_kind VARCHAR, place_aliases VARCHAR[], asset INTEGER",
    )
    facts = [a.facts for a in assets.assets]
    put(
        connection,
        "asset",
        {
            "asset": list(range(len(assets.assets))),
            "key": [a.key for a in assets.assets],
            "name": [a.name for a in assets.assets],
            "kind": [a.kind.value for a in assets.assets],
            "aliases": [list(a.aliases) for a in assets.assets],
            "question": [a.question for a in assets.assets],
            "owner": [f.owner if f else None for f in facts],
            "business_weight": [f.business_weight if f else None for f in facts],
            "internet_facing": [f.internet_facing if f else None for f in facts],
            "data_class": [f.data_class if f else None for f in facts],
            "environment": [f.environment if f else None for f in facts],
        },
        "asset INTEGER, key VARCHAR, name VARCHAR, kind VARCHAR, aliases VARCHAR[], question VARCHAR, owner VARCHAR, "
        "business_weight DOUBLE, internet_facing BOOLEAN, data_class VARCHAR, environment VARCHAR, bucket INTEGER",
    )
    return assets


def inventory(connection: duckdb.DuckDBPyConnection) -> list[Asset]:
    """Return what inventories say of assets, the oldest first."""
    sql = """
        SELECT a.name, a.kind, a.aliases, a.owner, a.business_weight, a.internet_facing, a.data_class, a.environment,
          a.mission_impact, a.safety_impact, a.mitigations, a.pointer
        FROM assets a JOIN work.report r USING (report_id)
        ORDER BY r.taken_at, r.received_at, r.report_id, a.record_id
    """
    return [
        Asset(
            name=name,
            kind=AssetKind(kind or "unknown"),
            aliases=tuple(aliases or ()),
            owner=owner,
            business_weight=weight,
            internet_facing=facing,
            data_class=data_class,
            environment=environment,
            mission_impact=mission,
            safety_impact=safety,
            mitigations=tuple(mitigations or ()),
            pointer=pointer or "",
        )
        for name, kind, aliases, owner, weight, facing, data_class, environment, mission, safety, mitigations, pointer
        in connection.execute(sql).fetchall()
    ]  # fmt: skip


def _group(connection: duckdb.DuckDBPyConnection, signatures: Sequence[Signature]) -> None:
    """Make ``grouped``: of each set of words that meet, the component that each is of."""
    kinds = "all_words BIGINT[], words INTEGER, head INTEGER, slot VARCHAR"
    connection.execute("DROP TABLE IF EXISTS work.grouped")
    put(connection, "grouped", {"words": []}, kinds)
    out: dict[str, list[Any]] = defaultdict(list)
    sql = "SELECT DISTINCT all_words FROM work.meeting WHERE len(all_words) > 1"
    for (listed,) in rows(connection, sql):
        current = [n // 2 for n in listed if n % 2]
        past = [n // 2 for n in listed if not n % 2]
        for words, groups in merge(current, past, signatures.__getitem__).items():
            for group in groups:
                out["all_words"].append(listed)
                out["words"].append(words)
                out["head"].append(group.head)
                out["slot"].append(group.slot)
        if len(out["words"]) >= BATCH:
            put(connection, "grouped", out, kinds)
            out.clear()
    if out:
        put(connection, "grouped", out, kinds)
