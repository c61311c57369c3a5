"""Decisions for many exposures: inputs are read once for each vulnerability and asset, decided once for each pair.

A point rests on what is known of the vulnerability and seen of it, or on what the inventory says of the asset, never on
both (``ASSET_POINTS``; a test holds :mod:`.inputs` to it). So a million exposures take some ten thousand readings of
facts and a few dozen decisions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

import orjson

from vedette.errors import UserError
from vedette.exposure.inputs import Seen, inputs_of
from vedette.exposure.policies import Policy
from vedette.exposure.tables import put, rows
from vedette.knowledge import cvss
from vedette.knowledge.vulnerabilities import VulnerabilityFacts
from vedette.schema import Asset, Decision

if TYPE_CHECKING:
    import duckdb

ASSET_POINTS = frozenset({
    "publicly_exposed", "internet_facing", "system_exposure", "safety_impact", "mission_impact", "human_impact",
    "business_weight", "data_class", "environment", "asset_kind", "mission_and_well_being_impact",
})  # fmt: skip
"""Points that rest on the asset alone."""

_NEEDS: dict[str, tuple[str, ...]] = {
    "in_kev": ("known_exploited",),
    "kev": ("known_exploited",),
    "exploitation": ("known_exploited", "exploited"),
    "score": ("cvss", "score"),
    "severity": ("cvss", "score"),
    "epss": ("epss",),
    "reachable": ("reachable",),
    "fix_available": ("fixed",),
    "attempted": ("attempted",),
    "exploited": ("exploited",),
}
_SEEN_SQL = {
    "known_exploited": "if(e.known_exploited, true, NULL)",
    "exploited": "e.exploited",
    "cvss": "if(f.vector IS NULL, e.cvss, NULL)",
    "score": "if(f.vector IS NULL, e.stated_score, NULL)",
    "epss": "if(f.epss IS NULL, e.epss, NULL)",
    "reachable": "e.reachable",
    "fixed": "len(e.fixed_in) > 0",
    "attempted": "e.attempted",
}
NOBODY = VulnerabilityFacts(id="")


class Decider:
    """Decides by one policy at one moment; remembers what it decided.

    Args:
        policy: the rules.
        now: what is stale depends on it.
        limits: set of knowledge to the days after which it is stale, where others than the usual are wanted.
    """

    def __init__(self, policy: Policy, now: datetime, limits: Mapping[str, int] | None = None) -> None:
        self.policy = policy
        self.now = now
        self.limits = limits
        self.facts: dict[int, VulnerabilityFacts] = {}
        """Vulnerability number to what is known of it."""
        self._values: dict[tuple[tuple[str, str | None], ...], int] = {}
        self._listed: list[dict[str, str | None]] = []

    @property
    def seen_sql(self) -> str:
        """Return the SQL of what of a sighting the policy asks for, as JSON text."""
        wanted = sorted({need for point in self.policy.points for need in _NEEDS.get(point.name, ())})
        fields = [f"{name} := {_SEEN_SQL[name]}" for name in wanted]
        if not fields:
            return "''"
        return f"CAST(to_json(struct_pack({', '.join(fields)}, by := e.scanners[1])) AS VARCHAR)"

    def of_vulnerability(self, number: int, seen: str) -> tuple[int, str]:
        """Return the number of the values that a vulnerability and what was seen of it give, and their sources."""
        said: dict[str, Any] = orjson.loads(seen) if seen else {}
        fixed = said.get("fixed")
        words = Seen(
            scanner=said.get("by") or "",
            cvss=tuple(said.get("cvss") or ()),
            score=said.get("score"),
            epss=said.get("epss"),
            known_exploited=said.get("known_exploited"),
            reachable=said.get("reachable"),
            fixed_in=None if fixed is None else ("known",) if fixed else (),
            attempted=said.get("attempted"),
            exploited=said.get("exploited"),
        )
        values, sources = inputs_of(self.facts[number], None, self.policy, now=self.now, seen=words, limits=self.limits)
        return self._keep(values, sources, of_asset=False)

    def of_asset(self, asset: Asset | None) -> tuple[int, str]:
        """Return the number of the values that the inventory's words for an asset give, and their sources."""
        values, sources = inputs_of(NOBODY, asset, self.policy, now=self.now, limits=self.limits)
        return self._keep(values, sources, of_asset=True)

    def decide(self, of_vulnerability: int, of_asset: int) -> Decision:
        """Return the decision for a pair of numbered values."""
        return self.policy.decide({**self._listed[of_vulnerability], **self._listed[of_asset]})

    def _keep(self, values: Mapping[str, str | None], sources: Mapping[str, str], *, of_asset: bool) -> tuple[int, str]:
        own = {name: value for name, value in values.items() if (name in ASSET_POINTS) == of_asset}
        number = self._values.setdefault(tuple(own.items()), len(self._values))
        if number == len(self._listed):
            self._listed.append(own)
        text = {name: source for name, source in sources.items() if name in own}
        return number, orjson.dumps(text).decode()[1:-1]


def load_facts(connection: duckdb.DuckDBPyConnection, decider: Decider, dates: Mapping[str, date]) -> None:
    """Give a decider what the held sets say of each vulnerability of ``work.flaw``, and make ``work.fact`` of it."""
    sql = """
        SELECT n.vul, n.vulnerability, v.aliases, v.title, v.kev_on, v.kev_due_on, v.ransomware, v.epss,
          v.epss_percentile, v.epss_on, v.cvss, v.exploitation, v.automatable, v.technical_impact, v.ssvc_at, v.cwes,
          v.published_at, v.withdrawn
        FROM work.flaw n LEFT JOIN vulnerabilities v ON v.vulnerability = n.vulnerability
    """
    out: dict[str, list[Any]] = {
        name: [] for name in ("vul", "title", "kev_at", "epss", "vector", "score", "withdrawn", "known_aliases")
    }
    for (
        vul, name, aliases, title, kev_on, kev_due_on, ransomware, epss, percentile, epss_on, vectors, exploitation,
        automatable, impact, ssvc_at, cwes, published_at, withdrawn,
    ) in rows(connection, sql):  # fmt: skip
        facts = VulnerabilityFacts(
            id=name,
            aliases=tuple(aliases or ()),
            title=title,
            kev_at=_day(kev_on),
            kev_due_at=_day(kev_due_on),
            ransomware=ransomware,
            epss=epss,
            epss_percentile=percentile,
            epss_at=epss_on,
            cvss=tuple(dict.fromkeys(vectors or ())),
            exploitation=exploitation,
            automatable=automatable,
            technical_impact=impact,
            ssvc_at=_utc(ssvc_at),
            cwes=tuple(dict.fromkeys(cwes or ())),
            published_at=_utc(published_at),
            withdrawn=bool(withdrawn),
            dates=dates,
        )
        decider.facts[vul] = facts
        vector, score = best_vector(facts.cvss)
        out["vul"].append(vul)
        out["title"].append(title)
        out["kev_at"].append(None if kev_on is None else datetime.combine(kev_on, time()))
        out["epss"].append(epss)
        out["vector"].append(vector)
        out["score"].append(score)
        out["withdrawn"].append(bool(withdrawn))
        out["known_aliases"].append(list(facts.aliases)[:40])
    connection.execute("DROP TABLE IF EXISTS work.fact")
    put(
        connection,
        "fact",
        out,
        "vul INTEGER, title VARCHAR, kev_at TIMESTAMP, epss DOUBLE, vector VARCHAR, score DOUBLE, withdrawn BOOLEAN, "
        "known_aliases VARCHAR[]",
    )


def best_vector(vectors: tuple[str, ...]) -> tuple[str | None, float | None]:
    """Return the first CVSS vector that is one, and its base score."""
    for text in vectors:
        try:
            return text, cvss.read(text).base_score
        except UserError:
            continue
    return None, None


def _day(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)
