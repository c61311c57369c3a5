"""Sightings, judgements, evidence and knowledge to exposures: one row a vulnerability in a component on an asset.

Work goes bucket by bucket of assets, so that memory stays bounded, and each bucket's Parquet is named by a digest of
all that it was made from: what has not changed is not made again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from vedette.exposure.deciding import Decider
from vedette.exposure.resolve import Resolved
from vedette.exposure.tables import put, rows

if TYPE_CHECKING:
    import duckdb

FORMAT = 4
"""Changes when rows would come out otherwise from the same inputs."""
ROWS_A_BUCKET = 30_000
"""Sightings that are worked on at a time, about; more of them make more buckets, up to ``MAX_BUCKETS``."""
MAX_BUCKETS = 32
MAX_REFS = 60
"""Records, attempts and places that a row lists; the counts count all."""

COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("exposure_id", "VARCHAR", "16 hex digits, stable for the same vulnerability, component and asset"),
    ("vulnerability", "VARCHAR", "canonical id: the CVE where there is one"),
    ("aliases", "VARCHAR[]", "its other ids"),
    ("title", "VARCHAR", "what it is called"),
    ("asset", "VARCHAR", "the asset's name, the inventory's where there is one"),
    ("asset_kind", "VARCHAR", "host, image, repository, …"),
    ("asset_aliases", "VARCHAR[]", "every name that is this asset's alone"),
    ("owner", "VARCHAR", "who must act"),
    ("package_name", "VARCHAR", "component"),
    ("package_version", "VARCHAR", "its version; empty: not known"),
    ("purl", "VARCHAR", "its package URL"),
    ("cpe", "VARCHAR", "its CPE"),
    ("path", "VARCHAR", "where it lies"),
    ("fixed_in", "VARCHAR[]", "versions that mend it"),
    ("severity", "VARCHAR", "the gravest that a scanner gives, else that of the score; null: nobody says"),
    ("score", "DOUBLE", "CVSS base score, 0 to 10"),
    ("vector", "VARCHAR", "CVSS vector of the score"),
    ("epss", "DOUBLE", "probability of exploitation, in [0, 1]"),
    ("kev_at", "TIMESTAMP", "listed in KEV, UTC"),
    ("internet_facing", "BOOLEAN", "null: nobody says"),
    ("business_weight", "DOUBLE", "in [0, 1]"),
    ("data_class", "VARCHAR", "as the inventory says it"),
    ("environment", "VARCHAR", "as the inventory says it"),
    ("status", "VARCHAR", "open, not_affected, fixed, accepted"),
    ("status_by", "VARCHAR", "whose word the status rests on, and why"),
    ("first_seen_at", "TIMESTAMP", "UTC"),
    ("last_seen_at", "TIMESTAMP", "UTC"),
    ("gone_at", "TIMESTAMP", "the scan that no longer found it, UTC"),
    ("changed_at", "TIMESTAMP", "last change of what is known of it after it was first seen, UTC"),
    ("changed_why", "VARCHAR", "what changed then"),
    ("scanners", "VARCHAR[]", "who reported it"),
    ("report_ids", "VARCHAR[]", "reports that it rests on"),
    ("record_ids", "VARCHAR[]", "records that it rests on, the latest scans' first"),
    ("n_records", "BIGINT", "how many there are"),
    ("locations", "VARCHAR[]", "ports, URLs, paths"),
    ("layer", "VARCHAR", "image layer that it comes from"),
    ("n_sharing", "BIGINT", "images that have it from the same layer, this one included; 0: no layer is known"),
    ("n_attempts", "BIGINT", "signs in own logs that it was tried here"),
    ("n_exploited", "BIGINT", "signs that it worked here"),
    ("attempt_refs", "VARCHAR[]", "events of attempts"),
    ("exploited_refs", "VARCHAR[]", "events of success"),
    ("attempt_times", "TIMESTAMP[]", "when each attempt happened, UTC"),
    ("exploited_times", "TIMESTAMP[]", "when each success happened, UTC"),
    ("policy", "VARCHAR", "what decided"),
    ("policy_version", "VARCHAR", "its version"),
    ("outcome", "VARCHAR", "the policy's word; null: unknowns leave several"),
    ("possible", "VARCHAR[]", "every outcome that is left, gravest first"),
    ("days", "INTEGER", "days allowed, by the gravest possible outcome; null: no date"),
    ("due_at", "TIMESTAMP", "first seen, or listed in KEV if later, plus the days; only while open"),
    ("unknown_points", "VARCHAR[]", "inputs that would change the outcome, the most narrowing first"),
    ("question", "VARCHAR", "the question that would narrow it most"),
    ("questions", "VARCHAR[]", "everything that is open, as sentences"),
    ("inputs", "VARCHAR", "JSON: what it was decided from"),
    ("sources", "VARCHAR", "JSON: where each input came from"),
)
"""Name, type and meaning of every column of ``exposures``, in order."""

_PART = """
CREATE OR REPLACE TABLE work.part AS
WITH s AS (
  SELECT s.*, m.head, m.slot, coalesce(s.location, '') <> '' AS placed
  FROM work.sighting s JOIN work.member m USING (vul, asset, words) JOIN work.asset a USING (asset)
  WHERE a.bucket = {bucket}
), last AS (
  SELECT vul, asset, head, slot, scope, max(report_at) AS report_at,
    max(report_at) FILTER (status = 'fixed') AS said_fixed_at
  FROM s GROUP BY ALL HAVING NOT bool_or(now_there)
), left_at AS (
  SELECT l.vul, l.asset, l.head, l.slot, l.scope, coalesce(min(c.taken_at), max(l.said_fixed_at)) AS gone_at
  FROM last l LEFT JOIN work.scan c ON c.scope = l.scope AND c.asset = l.asset AND c.whole
    AND c.taken_at > l.report_at
  GROUP BY ALL
), gone AS (
  SELECT vul, asset, head, slot, max(gone_at) AS gone_at FROM left_at GROUP BY ALL
), times AS (
  SELECT vul, asset, head, slot, scope, report_at,
    lag(report_at) OVER (PARTITION BY vul, asset, head, slot ORDER BY report_at, scope) AS before_at
  FROM (SELECT DISTINCT vul, asset, head, slot, scope, report_at FROM s WHERE coalesce(status, '') <> 'fixed')
), again AS (
  -- between two sightings a scan did not find it
  SELECT t.vul, t.asset, t.head, t.slot, max(t.report_at) AS again_at
  FROM times t ASOF JOIN (SELECT scope, asset, taken_at FROM work.scan WHERE whole) c
    ON c.scope = t.scope AND c.asset = t.asset AND t.report_at > c.taken_at
  WHERE t.before_at < c.taken_at GROUP BY ALL
), merged AS (
  SELECT vul, asset, head, slot, bool_or(now_there) AS there,
    min(first_at) AS first_seen_at, max(seen_at) AS last_seen_at,
    list_sort(list(DISTINCT label)) AS scanners,
    list_sort(list(DISTINCT label) FILTER (now_there AND status IS NULL)) AS silent,
    list_sort(list(DISTINCT report_id)) AS report_ids,
    list_sort(list(DISTINCT if(now_there, '0', '1') || record_id)) AS records,
    min(title) FILTER (title <> '') AS title,
    max(CASE severity WHEN 'critical' THEN 4 WHEN 'high' THEN 3 WHEN 'medium' THEN 2 WHEN 'low' THEN 1
      WHEN 'informational' THEN 0 END) AS severity,
    arg_max(cvss, (now_there, report_at, record_id)) FILTER (len(cvss) > 0) AS cvss,
    arg_max(score, (now_there, report_at, record_id)) FILTER (score IS NOT NULL) AS stated_score,
    arg_max(epss, (now_there, report_at, record_id)) FILTER (epss IS NOT NULL) AS epss,
    bool_or(known_exploited) AS known_exploited, bool_or(reachable) FILTER (now_there) AS reachable,
    list_sort(list_distinct(flatten(list(fixed_in)))) AS fixed_in,
    list_sort(list_distinct(list_concat(coalesce(list(location) FILTER (placed), []),
      coalesce(list(path) FILTER (path IS NOT NULL), [])))) AS locations,
    arg_max(status_by, (report_at, record_id)) FILTER (status = 'fixed') AS said_fixed,
    min(layer) FILTER (layer <> '' AND now_there) AS layer,
    arg_max(struct_pack(status := status, status_by := status_by, at_time := report_at),
      (report_at, record_id)) FILTER (now_there AND status IS NOT NULL AND (status <> 'affected'
      OR coalesce(status_by, '') <> '')) AS stated
  FROM s GROUP BY vul, asset, head, slot
), tried AS (
  SELECT t.vul, t.asset, count(*) AS n_attempts, count(*) FILTER (t.worked) AS n_exploited,
    list(t.ref ORDER BY t.happened_at, t.ref) AS attempt_refs,
    list(t.ref ORDER BY t.happened_at, t.ref) FILTER (t.worked) AS exploited_refs,
    list(t.happened_at ORDER BY t.happened_at, t.ref) AS attempt_times,
    list(t.happened_at ORDER BY t.happened_at, t.ref) FILTER (t.worked) AS exploited_times,
    max(t.happened_at) AS tried_at
  FROM work.attempt t JOIN work.asset a USING (asset) WHERE a.bucket = {bucket} GROUP BY t.vul, t.asset
)
SELECT m.*, g.gone_at, r.again_at, coalesce(t.n_attempts, 0) AS n_attempts, coalesce(t.n_exploited, 0) AS n_exploited,
  coalesce(t.attempt_refs, []) AS attempt_refs, coalesce(t.exploited_refs, []) AS exploited_refs,
  coalesce(t.attempt_times, []) AS attempt_times, coalesce(t.exploited_times, []) AS exploited_times, t.tried_at,
  CASE WHEN t.n_attempts > 0 THEN true WHEN k.asset IS NOT NULL THEN false END AS attempted,
  CASE WHEN t.n_exploited > 0 THEN true END AS exploited
FROM merged m
LEFT JOIN gone g USING (vul, asset, head, slot)
LEFT JOIN again r USING (vul, asset, head, slot)
LEFT JOIN tried t USING (vul, asset)
LEFT JOIN work.logged k USING (asset)
"""

_SEEN = """
CREATE OR REPLACE TABLE work.part_seen AS
SELECT e.vul, e.asset, e.head, e.slot, {seen} AS seen FROM work.part e LEFT JOIN work.fact f USING (vul)
"""

_ROWS = """
SELECT
  substr(md5(concat_ws(chr(0), n.vulnerability, a.key, c.key, e.slot)), 1, 16) AS exposure_id,
  n.vulnerability,
  list_distinct(list_concat(n.aliases, coalesce(f.known_aliases, []))) AS aliases,
  coalesce(f.title, e.title, '') AS title,
  a.name AS asset, a.kind AS asset_kind, a.aliases AS asset_aliases, a.owner,
  c.package_name, c.package_version, c.purl, c.cpe, c.path, coalesce(e.fixed_in, []) AS fixed_in,
  coalesce(
    CASE e.severity WHEN 4 THEN 'critical' WHEN 3 THEN 'high' WHEN 2 THEN 'medium' WHEN 1 THEN 'low'
      WHEN 0 THEN 'informational' END,
    CASE WHEN f.score >= 9 THEN 'critical' WHEN f.score >= 7 THEN 'high' WHEN f.score >= 4 THEN 'medium'
      WHEN f.score > 0 THEN 'low' WHEN f.score = 0 THEN 'informational' END) AS severity,
  coalesce(f.score, e.stated_score) AS score,
  coalesce(f.vector, e.cvss[1]) AS vector,
  coalesce(f.epss, e.epss) AS epss, f.kev_at,
  a.internet_facing, a.business_weight, a.data_class, a.environment,
  CASE WHEN NOT e.there THEN 'fixed'
    WHEN j.status IS NOT NULL AND (e.stated IS NULL OR j.specificity >= 4 OR j.judged_at >= e.stated.at_time)
      THEN CASE j.status WHEN 'not_affected' THEN 'not_affected' WHEN 'fixed' THEN 'fixed'
        WHEN 'accepted' THEN 'accepted' ELSE 'open' END
    WHEN e.stated.status = 'not_affected' THEN 'not_affected'
    WHEN e.stated.status = 'affected' THEN 'accepted'
    ELSE 'open' END AS status,
  CASE WHEN NOT e.there AND e.said_fixed <> '' THEN e.said_fixed
    WHEN NOT e.there AND e.gone_at IS NOT NULL
      THEN 'no longer found by ' || array_to_string(e.scanners, ', ') || ' on ' || strftime(e.gone_at, '%Y-%m-%d')
    WHEN j.status IS NOT NULL AND (e.stated IS NULL OR j.specificity >= 4 OR j.judged_at >= e.stated.at_time)
      THEN j.said
    WHEN e.stated IS NOT NULL THEN coalesce(nullif(e.stated.status_by, ''), array_to_string(e.scanners, ', ')) ||
      if(len(e.silent) > 0, '; still reported by ' || array_to_string(e.silent, ', '), '')
    ELSE '' END AS status_by,
  e.first_seen_at, e.last_seen_at, if(e.there, NULL, e.gone_at) AS gone_at,
  h.happened_at AS changed_at, h.why AS changed_why,
  e.scanners, e.report_ids[1:{max_refs}] AS report_ids,
  list_transform(e.records[1:{max_refs}], lambda r: substr(r, 2)) AS record_ids, len(e.records) AS n_records,
  e.locations[1:{max_refs}] AS locations, coalesce(e.layer, '') AS layer, coalesce(y.n_sharing, 0) AS n_sharing,
  e.n_attempts, e.n_exploited, e.attempt_refs[1:{max_refs}] AS attempt_refs,
  e.exploited_refs[1:{max_refs}] AS exploited_refs, e.attempt_times[1:{max_refs}] AS attempt_times,
  e.exploited_times[1:{max_refs}] AS exploited_times,
  $policy AS policy, $policy_version AS policy_version,
  d.outcome, d.possible, d.days,
  CAST(NULL AS TIMESTAMP) AS due_at,
  d.unknown_points, d.question,
  list_filter([
    d.question,
    a.question,
    if(c.package_version = '' AND c.key <> '', 'Which version of ' || c.package_name || ' is on ' || a.name || '?', ''),
    if(c.key = '', 'Which component of ' || a.name || ' has ' || n.vulnerability || '?', ''),
    if(f.withdrawn, n.vulnerability || ' was withdrawn by who assigned it: what is meant by it here?', ''),
    coalesce(j.question, '')
  ], lambda q: q <> '') AS questions,
  d.inputs, '{{' || concat_ws(',', nullif(v.sources, ''), nullif(s.sources, '')) || '}}' AS sources
FROM work.part e
JOIN work.part_seen p USING (vul, asset, head, slot)
JOIN work.flaw n USING (vul)
JOIN work.asset a USING (asset)
JOIN work.component c ON c.words = e.head
LEFT JOIN work.fact f USING (vul)
JOIN work.vul_side v ON v.vul = e.vul AND v.seen = p.seen
JOIN work.asset_side s ON s.asset = e.asset
JOIN work.decided d ON d.of_vul = v.number AND d.of_asset = s.number
LEFT JOIN work.judged j ON j.vul = e.vul AND j.asset = e.asset AND j.head = e.head
LEFT JOIN work.shared y ON y.vul = e.vul AND y.key = c.key AND y.layer = e.layer
LEFT JOIN LATERAL (
  SELECT happened_at, why FROM (VALUES
    (f.kev_at, 'listed in KEV'), (j.judged_at, 'judged: ' || j.status), (e.tried_at, 'tried here'),
    (e.again_at, 'found again')
  ) t(happened_at, why)
  WHERE happened_at > e.first_seen_at ORDER BY happened_at DESC LIMIT 1
) h ON true
"""

_SHARED = """
CREATE OR REPLACE TABLE work.shared AS
SELECT s.vul, c.key, s.layer, count(DISTINCT s.asset) AS n_sharing
FROM work.sighting s JOIN work.member m USING (vul, asset, words) JOIN work.component c ON c.words = m.head
JOIN work.asset a ON a.asset = s.asset
WHERE s.layer <> '' AND s.now_there AND a.kind IN ('image', 'unknown')
GROUP BY ALL
"""
"""shared: on how many images a flaw comes from one layer."""

_MARKS = """
SELECT a.bucket, CAST(bit_xor(mark) AS VARCHAR), count(*) FROM (
  SELECT s.asset, hash(n.vulnerability, n.aliases, w.key, w.package_version, m.slot, a.key, s.record_id, s.report_id,
    s.scope, s.report_at, s.now_there, s.seen_at, s.first_at, s.label) AS mark
  FROM work.sighting s JOIN work.member m USING (vul, asset, words) JOIN work.component w ON w.words = m.head
  JOIN work.flaw n USING (vul) JOIN work.asset a USING (asset)
  UNION ALL
  SELECT a.asset, hash(a.key, a.name, a.kind, a.aliases, a.question, a.owner, s.number, s.sources, a.business_weight,
    a.internet_facing, a.data_class, a.environment)
  FROM work.asset a JOIN work.asset_side s USING (asset)
  UNION ALL SELECT asset, hash(scope, taken_at, whole) FROM work.scan
  UNION ALL SELECT t.asset, hash(n.vulnerability, t.ref, t.happened_at, t.worked) FROM work.attempt t
    JOIN work.flaw n USING (vul)
  UNION ALL SELECT asset, hash('logged') FROM work.logged
  UNION ALL SELECT j.asset, hash(n.vulnerability, c.key, j.status, j.said, j.judged_at, j.specificity, j.question)
    FROM work.judged j JOIN work.flaw n USING (vul) JOIN work.component c ON c.words = j.head
  UNION ALL SELECT s.asset, hash(y.key, y.layer, y.n_sharing, s.record_id) FROM work.shared y
    JOIN work.sighting s ON s.vul = y.vul AND s.layer = y.layer
) x JOIN work.asset a USING (asset) GROUP BY a.bucket
"""
"""A digest of all that a bucket's rows are made from; numbers of this run are replaced by what they stand for."""


@dataclass(frozen=True, slots=True)
class Part:
    """One bucket's file."""

    path: Path
    made: bool
    """Whether it was made now; False: it was there."""


def derive(
    connection: duckdb.DuckDBPyConnection,
    resolved: Resolved,
    decider: Decider,
    folder: Path,
    *,
    salt: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> list[Part]:
    """Write the exposures as Parquet, one file a bucket; what is unchanged since an earlier run stays.

    Args:
        connection: whose ``work`` holds sightings, facts, judgements and evidence.
        resolved: what the numbers stand for.
        decider: with the facts of every vulnerability.
        folder: where the files go, and where those of earlier runs are.
        salt: what else decides the rows (the policy, versions of knowledge).
        progress: told of buckets done.
    """
    n_buckets = _bucket(connection)
    _asset_sides(connection, resolved, decider)
    connection.execute(_SHARED)
    connection.execute(
        "CREATE OR REPLACE TABLE work.vul_side (vul INTEGER, seen VARCHAR, number INTEGER, sources VARCHAR)"
    )
    connection.execute(
        "CREATE OR REPLACE TABLE work.decided (of_vul INTEGER, of_asset INTEGER, outcome VARCHAR, possible VARCHAR[],"
        " days INTEGER, unknown_points VARCHAR[], question VARCHAR, inputs VARCHAR)"
    )
    marks = {bucket: f"{mark}-{n}" for bucket, mark, n in connection.execute(_MARKS).fetchall()}
    holding = {
        row[0]
        for row in connection.execute(
            "SELECT DISTINCT a.bucket FROM work.sighting s JOIN work.asset a USING (asset)"
        ).fetchall()
    }
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for done, bucket in enumerate(sorted(holding)):
        digest = blake2b(f"{FORMAT}\0{n_buckets}\0{salt}\0{marks[bucket]}".encode(), digest_size=12).hexdigest()
        path = folder / f"{bucket:03}-{digest}.parquet"
        if path.exists():
            parts.append(Part(path, made=False))
        else:
            _write_bucket(connection, bucket, decider, path)
            parts.append(Part(path, made=True))
        if progress is not None:
            progress(done + 1, len(holding))
    return parts


def _bucket(connection: duckdb.DuckDBPyConnection) -> int:
    """Put every asset into a bucket by a digest of its key; return how many buckets there are."""
    (n_rows,) = connection.execute("SELECT count(*) FROM work.sighting").fetchone() or (0,)
    n_buckets = int(min(MAX_BUCKETS, 1 << (n_rows // ROWS_A_BUCKET).bit_length()))
    connection.execute(
        "UPDATE work.asset SET bucket = CAST(('0x' || substr(md5(key), 1, 4)) AS INTEGER) % ?", [n_buckets]
    )
    return n_buckets


def _asset_sides(connection: duckdb.DuckDBPyConnection, resolved: Resolved, decider: Decider) -> None:
    sides = [decider.of_asset(asset.facts) for asset in resolved.assets.assets]
    connection.execute("DROP TABLE IF EXISTS work.asset_side")
    put(
        connection,
        "asset_side",
        {
            "asset": list(range(len(sides))),
            "number": [number for number, _ in sides],
            "sources": [sources for _, sources in sides],
        },
        "asset INTEGER, number INTEGER, sources VARCHAR",
    )


def _write_bucket(connection: duckdb.DuckDBPyConnection, bucket: int, decider: Decider, path: Path) -> None:
    connection.execute(_PART.format(bucket=bucket))
    connection.execute(_SEEN.format(seen=decider.seen_sql))
    _decide(connection, decider)
    part = path.with_suffix(".part")
    policy = {"policy": decider.policy.name, "policy_version": decider.policy.version}
    columns = ", ".join(
        "if(status = 'open' AND days IS NOT NULL, greatest(first_seen_at, coalesce(kev_at, first_seen_at))"
        " + to_days(days), NULL) AS due_at"
        if name == "due_at"
        else f"CAST({name} AS {kind}) AS {name}"
        for name, kind, _ in COLUMNS
    )
    select = _ROWS.format(max_refs=MAX_REFS).replace("$policy_version", _text(policy["policy_version"]))
    select = select.replace("$policy", _text(policy["policy"]))
    target = str(part).replace("'", "''")
    connection.execute(
        f"COPY (SELECT {columns} FROM ({select}) ORDER BY exposure_id) TO '{target}' (FORMAT parquet, COMPRESSION zstd)"  # noqa: S608 (our words)
    )
    part.replace(path)


def _decide(connection: duckdb.DuckDBPyConnection, decider: Decider) -> None:
    """Decide what the bucket brings that was not decided before."""
    new = rows(
        connection,
        "SELECT DISTINCT p.vul, p.seen FROM work.part_seen p"
        " ANTI JOIN work.vul_side v ON v.vul = p.vul AND v.seen = p.seen",
    )
    sides: dict[str, list[Any]] = defaultdict(list)
    for vul, seen in new:
        number, sources = decider.of_vulnerability(vul, seen)
        for name, value in zip(("vul", "seen", "number", "sources"), (vul, seen, number, sources), strict=True):
            sides[name].append(value)
    if sides:
        put(connection, "vul_side", sides, "")
    pairs = rows(
        connection,
        "SELECT DISTINCT v.number AS of_vul, s.number AS of_asset FROM work.part_seen p"
        " JOIN work.vul_side v ON v.vul = p.vul AND v.seen = p.seen JOIN work.asset_side s ON s.asset = p.asset"
        " ANTI JOIN work.decided d ON d.of_vul = v.number AND d.of_asset = s.number",
    )
    out: dict[str, list[Any]] = defaultdict(list)
    for of_vul, of_asset in pairs:
        decision = decider.decide(of_vul, of_asset)
        out["of_vul"].append(of_vul)
        out["of_asset"].append(of_asset)
        out["outcome"].append(decision.outcome)
        out["possible"].append(list(decision.possible))
        out["days"].append(decision.days)
        out["unknown_points"].append(list(decision.unknown))
        out["question"].append(decision.question)
        out["inputs"].append(orjson.dumps(dict(decision.inputs)).decode())
    if out:
        put(connection, "decided", out, "")


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
