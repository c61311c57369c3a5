"""What is new in the kept reports since a time: what no report that came in before names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from vedette.schema import Evidence, EvidenceKind

if TYPE_CHECKING:
    from vedette.store import Lake

_NO_NEWS = ("date", "place", "sector")
"""Kinds of entities that are no news when they are named for the first time."""
MOST = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A thing that reports name for the first time."""

    key: str
    kind: str
    name: str
    first_at: datetime
    """When the first report that names it came in, UTC."""
    n_reports: int
    document_id: str
    """The first report."""
    title: str
    evidence: Evidence
    """Where it names it."""
    published_at: datetime | None = None
    """When the first report was published, as it says itself, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSince:
    """What came since a time."""

    at: datetime
    n_reports: int
    """Reports that came in since."""
    n_before: int
    """Reports that had come in before; without any, everything is new."""
    titles: tuple[str, ...]
    documents: tuple[str, ...]
    news: tuple[News, ...]
    """Groups, malware and campaigns first, then flaws, techniques, other names and values."""
    n_published: int = 0
    """Of the reports that came in since, those that say that they were published since."""
    n_older: int = 0
    """Those that say that they were published before: old reports that were read only now."""
    n_left: int = 0
    """News beyond those that are listed."""


_SQL = """
WITH came AS (
  SELECT document_id, title, source, text, read_at, published_at FROM intel_documents WHERE read_at IS NOT NULL
),
things AS (
  SELECT document_id, key, kind, coalesce(nullif(name, ''), text) AS name, start, "end" FROM intel_entities
    WHERE kind NOT IN (SELECT unnest(?)) AND NOT coalesce(denied, false)
  UNION ALL
  SELECT document_id, key, kind, value, start, "end" FROM intel_observables
    WHERE standing = 'indicator' AND kind NOT IN ('cve', 'cwe', 'technique')
  UNION ALL
  SELECT document_id, 'technique:' || technique, 'technique', technique || ' ' || name,
    TRY_CAST(sentences->'$[0][0]' AS BIGINT), TRY_CAST(sentences->'$[0][1]' AS BIGINT)
    FROM intel_techniques WHERE scope = 'report'
  UNION ALL
  SELECT document_id, 'vulnerability:' || cve, 'vulnerability', cve, start, "end" FROM intel_vulnerabilities
    WHERE cve <> ''
),
firsts AS (
  SELECT t.key, min((c.read_at, c.document_id, coalesce(t.start, 0), coalesce(t."end", 0), t.kind, t.name)) AS f,
    count(DISTINCT c.document_id) AS n
  FROM things t JOIN came c USING (document_id) GROUP BY t.key HAVING min(c.read_at) >= ?
)
SELECT firsts.key, f[5] AS kind, f[6] AS name, f[1] AS first_at, n, c.document_id,
  coalesce(nullif(c.title, ''), c.source) AS title, f[3] AS start, f[4] AS "end",
  substring(c.text, f[3] + 1, least(f[4] - f[3], 400)) AS quote, c.published_at
FROM firsts JOIN came c ON c.document_id = f[2]
ORDER BY CASE WHEN kind IN ('group', 'campaign') THEN 0 WHEN kind = 'malware' THEN 1 WHEN kind = 'vulnerability' THEN 2
  WHEN kind = 'technique' THEN 3 WHEN kind = 'tool' THEN 4 WHEN kind IN ('product', 'organization') THEN 6 ELSE 5 END,
  n DESC, first_at, firsts.key
"""


def new_since(lake: Lake, at: datetime, until: datetime | None = None) -> NewSince:
    """Return the things that kept reports name first since a time.

    Args:
        lake: where the readings are.
        at: since when; the moment that counts is when a report first came in.
        until: before when; None: now.
    """
    since = at.astimezone(UTC)
    plain = since.replace(tzinfo=None)
    with lake.connection() as connection:
        n_before = connection.execute("SELECT count(*) FROM intel_documents WHERE read_at < ?", [plain]).fetchone()
        rows = connection.execute(
            "SELECT document_id, coalesce(nullif(title, ''), source), published_at FROM intel_documents "
            "WHERE read_at >= ? ORDER BY read_at DESC, document_id",
            [plain],
        ).fetchall()
        found = connection.execute(_SQL, [list(_NO_NEWS), plain]).fetchmany(MOST + 1)
    if until is not None:
        found = [row for row in found if row[3].replace(tzinfo=UTC) < until]
    news = tuple(
        News(
            key=key,
            kind=kind,
            name=name,
            first_at=first_at.replace(tzinfo=UTC),
            n_reports=n,
            document_id=document_id,
            title=title,
            evidence=Evidence(kind=EvidenceKind.SPAN, ref=document_id, start=start, end=end, quote=quote or ""),
            published_at=published.replace(tzinfo=UTC) if published is not None else None,
        )
        for key, kind, name, first_at, n, document_id, title, start, end, quote, published in found[:MOST]
    )
    return NewSince(
        at=since,
        n_reports=len(rows),
        n_before=int((n_before or (0,))[0]),
        titles=tuple(title for _, title, _ in rows),
        documents=tuple(document_id for document_id, _, _ in rows),
        news=news,
        n_published=sum(published is not None and published >= plain for _, _, published in rows),
        n_older=sum(published is not None and published < plain for _, _, published in rows),
        n_left=max(0, len(found) - MOST),
    )
