"""What is known of vulnerabilities, by id: one row of facts from all sets that are held.

Each fact is as its publisher gave it. Where several publish the same fact, the one who owns it counts: KEV for being
listed, FIRST for EPSS, CISA's Vulnrichment (or CISA's own part of a CVE record) for SSVC, and of CVSS vectors the NVD's
first, then CISA's, then the CVE record's own, then OSV's. What no set says is ``None``; that a vulnerability is not in
a list is another thing, for which :attr:`VulnerabilityFacts.dates` says which lists were there, and of which day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vedette.knowledge import holding
from vedette.knowledge.columns import COLUMNS

if TYPE_CHECKING:
    import duckdb

_SETS = ("kev", "epss", "vulnrichment", "cvelist", "nvd", "osv")


@dataclass(frozen=True, slots=True, kw_only=True)
class VulnerabilityFacts:
    """What the held sets say of one vulnerability."""

    id: str
    """As it was asked for."""
    aliases: tuple[str, ...] = ()
    """Other ids of the same flaw (OSV's word), CVE ids first."""
    title: str | None = None
    description: str | None = None
    kev_at: datetime | None = None
    """When it was listed as known to be exploited."""
    kev_due_at: datetime | None = None
    ransomware: bool | None = None
    """Known to be used by ransomware; never False, for nobody says so."""
    epss: float | None = None
    """Probability of exploitation in the next 30 days, in [0, 1]."""
    epss_percentile: float | None = None
    epss_at: date | None = None
    """The day of the score."""
    cvss: tuple[str, ...] = ()
    """Vectors, the source that counts first."""
    exploitation: str | None = None
    """SSVC, as CISA's analysts published: ``none``, ``public poc``, ``active``."""
    automatable: str | None = None
    technical_impact: str | None = None
    ssvc_at: datetime | None = None
    """When they did."""
    cwes: tuple[str, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    withdrawn: bool = False
    """Rejected or withdrawn by who assigned it."""
    affected: Mapping[str, str] = field(default_factory=dict)
    """Set to what it says is affected, as JSON of that set: ``cvelist``, ``nvd``, ``osv``."""
    dates: Mapping[str, date] = field(default_factory=dict)
    """Every set that was looked in, and the day that its content is of."""


def parquet(home: Path) -> dict[str, Path]:
    """Return where the Parquet of each set lies that can be joined by vulnerability; absent: not held.

    Raises:
        OutsideError: one of them is torn or was changed.
    """
    return {name: item.path for name, item in holding.holds(home).items() if name in _SETS}


def lookup(home: Path, ids: Iterable[str]) -> dict[str, VulnerabilityFacts]:
    """Return what is known of vulnerabilities, by the ids as they were given.

    An id that no set knows still gets its facts, all unknown: that no list has it is one of them. An id that is no CVE
    is followed to its one CVE, where OSV names exactly one.

    Raises:
        OutsideError: a held set is torn or was changed.
    """
    import duckdb

    asked = list(dict.fromkeys(ids))
    found: dict[str, VulnerabilityFacts] = {}
    with duckdb.connect() as connection:
        connection.execute("CREATE TEMP TABLE asked (given VARCHAR, id VARCHAR)")
        if asked:
            import pyarrow as pa

            given = pa.table({"given": asked, "id": [_plain(text) for text in asked]})
            connection.execute("INSERT INTO asked SELECT given, id FROM given")
            del given
        dates = _attach(connection, home, asked=True)
        cursor = connection.execute(
            "SELECT a.given, v.* FROM asked a LEFT JOIN vulnerability_ids i ON i.id = a.id"
            " LEFT JOIN vulnerabilities v ON v.vulnerability = coalesce(i.vulnerability, a.id)"
        )
        names = [column[0] for column in cursor.description or ()]
        while batch := cursor.fetchmany(10_000):
            for values in batch:
                row = dict(zip(names, values, strict=True))
                found[row["given"]] = _facts(row, dates)
    return {text: found[text] for text in asked}


def attach(connection: duckdb.DuckDBPyConnection, home: Path) -> dict[str, date]:
    """Make the held sets two views of a connection, to join findings in SQL; return the day of each set.

    ``vulnerabilities``: one row for each that a set knows, with the columns of :class:`VulnerabilityFacts`, keyed by
    ``vulnerability`` (the CVE where there is one). ``vulnerability_ids``: every ``id`` to its ``vulnerability``.

    Raises:
        OutsideError: a held set is torn or was changed.
    """
    return _attach(connection, home, asked=False)


def _attach(connection: duckdb.DuckDBPyConnection, home: Path, *, asked: bool) -> dict[str, date]:
    """Make the views, of everything or of what a table ``asked`` touches (a thousandth of the work for a few ids)."""
    held = {name: item for name, item in holding.holds(home).items() if name in _SETS}
    if asked:
        connection.execute("CREATE TEMP TABLE wanted AS SELECT id FROM asked")
        # what an advisory calls itself besides, and what others say of that
        named = f"SELECT unnest(list_append(aliases, id)) FROM ({_touched(held)})"  # noqa: S608 (ours)
        connection.execute(f"INSERT INTO wanted {named}")
    for name in _SETS:
        relation = _relation(name, held.get(name))
        if asked and name == "osv":
            relation = _touched(held)
        elif asked:
            relation = f"SELECT * FROM ({relation}) WHERE cve IN (SELECT id FROM wanted)"  # noqa: S608 (ours)
        connection.execute(f"CREATE OR REPLACE TEMP VIEW known_{name} AS {relation}")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW named_osv AS {_NAMED}")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW vulnerability_ids AS {_IDS}")
    days = {name: item.on for name, item in held.items()}
    epss = f"DATE '{days['epss'].isoformat()}'" if "epss" in days else "CAST(NULL AS DATE)"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW vulnerabilities AS {_FACTS.replace('$EPSS_AT', epss)}")
    return days


def _touched(held: Mapping[str, holding.HeldSet]) -> str:
    """Return the SELECT of the advisories that name one of the wanted ids."""
    relation = _relation("osv", held.get("osv"))
    ids = "(SELECT list(id) FROM wanted)"
    return f"SELECT * FROM ({relation}) WHERE list_has_any(list_append(aliases, id), {ids})"  # noqa: S608 (ours)


def _relation(name: str, item: holding.HeldSet | None) -> str:
    """Return the SELECT of a set, empty with the right columns where it is not held."""
    if item is not None:
        # a view takes no parameters; the path is the home's own, and quotes are doubled
        return f"SELECT * FROM read_parquet('{str(item.path).replace(chr(39), chr(39) * 2)}')"  # noqa: S608
    kinds = {
        "text": "VARCHAR",
        "date": "DATE",
        "time": "TIMESTAMP",
        "number": "DOUBLE",
        "flag": "BOOLEAN",
        "list": "VARCHAR[]",
    }
    columns = ", ".join(f"CAST(NULL AS {kinds[kind]}) AS {column}" for column, kind in COLUMNS[name].items())
    return f"SELECT {columns} WHERE false"


# an OSV record is the same flaw as its one CVE; with none it stands for itself, with several it is an advisory
# that bundles flaws, and stands for itself too
_NAMED = """
SELECT *, CASE WHEN len(cves) = 1 THEN cves[1] ELSE id END AS vulnerability
FROM (SELECT *, list_filter(aliases, lambda a: starts_with(a, 'CVE-')) AS cves FROM known_osv)
"""
_IDS = """
SELECT id, min(vulnerability) AS vulnerability FROM (
  SELECT id, vulnerability FROM named_osv
  UNION ALL
  SELECT unnest(aliases), vulnerability FROM named_osv
) WHERE NOT starts_with(id, 'CVE-') GROUP BY id HAVING count(DISTINCT vulnerability) = 1
"""

_FACTS = """
WITH osv AS (
  SELECT o.vulnerability,
    list_distinct(flatten(list(list_append(o.aliases, o.id)))) AS ids,
    any_value(o.title) AS title, any_value(o.description) AS description,
    list_distinct(flatten(list(o.cvss))) AS cvss, list_distinct(flatten(list(o.cwes))) AS cwes,
    min(o.published_at) AS published_at, max(o.updated_at) AS updated_at,
    count(*) = count(o.withdrawn_at) AS withdrawn,
    '[' || string_agg(o.affected, ',' ORDER BY o.id) || ']' AS affected
  FROM named_osv o GROUP BY o.vulnerability
), every AS (
  SELECT cve AS vulnerability FROM known_kev UNION SELECT cve FROM known_epss UNION SELECT cve FROM known_vulnrichment
  UNION SELECT cve FROM known_cvelist UNION SELECT cve FROM known_nvd UNION SELECT vulnerability FROM osv
)
SELECT e.vulnerability,
  list_sort(list_filter(coalesce(o.ids, []), lambda a: a <> e.vulnerability)) AS aliases,
  coalesce(c.title, k.name, o.title) AS title,
  coalesce(n.description, c.description, o.description, k.description) AS description,
  coalesce(k.added_on, r.kev_on, c.kev_on, n.kev_on) AS kev_on,
  coalesce(k.due_on, n.kev_due_on) AS kev_due_on,
  k.ransomware,
  p.epss, p.percentile AS epss_percentile,
  CASE WHEN p.cve IS NOT NULL THEN $EPSS_AT END AS epss_on,
  flatten([coalesce(n.cvss, []), coalesce(r.cvss, []), coalesce(c.cvss, []), coalesce(o.cvss, [])]) AS cvss,
  CASE WHEN r.cve IS NOT NULL AND r.exploitation IS NOT NULL THEN r.exploitation ELSE c.exploitation END
    AS exploitation,
  CASE WHEN r.cve IS NOT NULL AND r.exploitation IS NOT NULL THEN r.automatable ELSE c.automatable END AS automatable,
  CASE WHEN r.cve IS NOT NULL AND r.exploitation IS NOT NULL THEN r.technical_impact ELSE c.technical_impact END
    AS technical_impact,
  CASE WHEN r.cve IS NOT NULL AND r.exploitation IS NOT NULL THEN r.decided_at ELSE c.decided_at END AS ssvc_at,
  flatten([coalesce(n.cwes, []), coalesce(r.cwes, []), coalesce(c.cwes, []), coalesce(o.cwes, []),
    coalesce(k.cwes, [])]) AS cwes,
  coalesce(c.published_at, n.published_at, o.published_at) AS published_at,
  greatest(c.updated_at, n.updated_at, o.updated_at) AS updated_at,
  coalesce(upper(c.state) = 'REJECTED', upper(n.status) = 'REJECTED', o.withdrawn, false) AS withdrawn,
  c.affected AS affected_cvelist, n.configurations AS affected_nvd, o.affected AS affected_osv
FROM every e
LEFT JOIN known_kev k ON k.cve = e.vulnerability
LEFT JOIN known_epss p ON p.cve = e.vulnerability
LEFT JOIN known_vulnrichment r ON r.cve = e.vulnerability
LEFT JOIN known_cvelist c ON c.cve = e.vulnerability
LEFT JOIN known_nvd n ON n.cve = e.vulnerability
LEFT JOIN osv o ON o.vulnerability = e.vulnerability
"""


def _plain(text: str) -> str:
    plain = text.strip()
    return plain.upper() if plain[:4].upper() == "CVE-" else plain


def _facts(row: Mapping[str, Any], dates: Mapping[str, date]) -> VulnerabilityFacts:
    known = row["vulnerability"]
    given = _plain(row["given"])
    aliases = dict.fromkeys([*([known] if known and known != given else []), *(row["aliases"] or ())])
    cves_first = sorted(aliases, key=lambda text: (not text.startswith("CVE-"), text))
    affected = {name: row[f"affected_{name}"] for name in ("cvelist", "nvd", "osv") if row[f"affected_{name}"]}
    return VulnerabilityFacts(
        id=row["given"],
        aliases=tuple(text for text in cves_first if text != given),
        title=row["title"],
        description=row["description"],
        kev_at=_midnight(row["kev_on"]),
        kev_due_at=_midnight(row["kev_due_on"]),
        ransomware=row["ransomware"],
        epss=row["epss"],
        epss_percentile=row["epss_percentile"],
        epss_at=row["epss_on"],
        cvss=_once(row["cvss"]),
        exploitation=row["exploitation"],
        automatable=row["automatable"],
        technical_impact=row["technical_impact"],
        ssvc_at=_utc(row["ssvc_at"]),
        cwes=_once(row["cwes"]),
        published_at=_utc(row["published_at"]),
        updated_at=_utc(row["updated_at"]),
        withdrawn=bool(row["withdrawn"]),
        affected=affected,
        dates=dates,
    )


def _once(items: list[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items or ()))


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)
