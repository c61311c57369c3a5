"""Counts reconcile with each other and with SQL over the lake; what is withheld is never stated."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from exposure_support import DAY, NOW, World, find
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from vedette.exposure.filters import OPEN, ExposureFilter
from vedette.schema import ExposureStatus, Severity

FLAWS = {
    "CVE-2021-44228": ("org.apache.logging.log4j:log4j-core", "pkg:maven/org.apache.logging.log4j/log4j-core"),
    "CVE-2021-23337": ("lodash", "pkg:npm/lodash"),
    "CVE-2022-0778": ("openssl-libs", "pkg:rpm/redhat/openssl-libs"),
    "CVE-2026-7000001": ("libc6", "pkg:deb/debian/libc6"),
    "CVE-2024-3094": ("xz-utils", "pkg:deb/debian/xz-utils"),
}
HOSTS = tuple(f"host-{i}.corp.example" for i in range(5))
COLUMNS = (
    "status",
    "severity",
    "asset",
    "owner",
    "vulnerability",
    "package_name",
    "outcome",
    "internet_facing",
    "question",
)


def filled(rng: random.Random, home: Path, *, withhold: frozenset[str] = frozenset()) -> World:
    """A lake of random scans, the same for the same seed whatever is withheld from it."""
    world = World(home)
    for number in range(rng.randrange(2, 7)):
        reader = rng.choice(("trivy", "grype", "nessus"))
        at = DAY + timedelta(days=number)
        places = rng.sample(HOSTS, rng.randrange(1, 4))
        found = []
        for place in places:
            for cve in rng.sample(sorted(FLAWS), rng.randrange(0, 4)):
                name, purl = FLAWS[cve]
                version = rng.choice(("1.0", "1.1"))
                epss = rng.random()
                severity = rng.choice(("critical", "high", "low", None))
                if "version" in withhold:
                    version = ""
                named = reader != "nessus"
                found.append(
                    find(
                        cve,
                        name if named else "",
                        version if named else "",
                        place,
                        purl=(f"{purl}@{version}" if version else purl) if named else "",
                        epss=None if "epss" in withhold else epss,
                        severity=severity,
                    )
                )
        world.report(reader, at=at, places=tuple(places), findings=tuple(found))
    assets = []
    for host in HOSTS:
        facing, owner = rng.choice((True, False)), rng.choice(("web", "data", None))
        kept = None if "internet_facing" in withhold else facing
        assets.append({"name": host, "kind": "host", "owner": owner, "internet_facing": kept})
    world.report("assets", assets=tuple(assets))
    return world


def a_filter(rng: random.Random) -> ExposureFilter:
    choices: dict[str, Any] = {
        "status": tuple(rng.sample(list(ExposureStatus), rng.randrange(1, 3))),
        "severity": (rng.choice(list(Severity)),),
        "asset": rng.choice(HOSTS),
        "vulnerability": rng.choice(sorted(FLAWS)),
        "owner": rng.choice(("web", "data")),
        "scanner": rng.choice(("trivy", "grype", "nessus")),
        "internet_facing": rng.choice((True, False)),
        "since": DAY + timedelta(days=rng.randrange(6)),
        "due_before": NOW + timedelta(days=rng.randrange(-20, 60)),
        "decided": rng.choice((True, False)),
        "hosts": tuple(rng.sample(HOSTS, 2)),
    }
    return ExposureFilter(**{name: choices[name] for name in rng.sample(sorted(choices), rng.randrange(0, 3))})


@settings(max_examples=3, phases=(Phase.explicit, Phase.generate))
@given(seed=st.integers(0, 2**32))
def test_counts_reconcile_with_each_other_and_with_the_lake(seed: int) -> None:
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as home:
        world = filled(rng, Path(home))
        with world.open() as exposures:
            sql = exposures.connection
            for _ in range(6):
                f = a_filter(rng)
                n = exposures.count(f)
                listed = exposures.select(f, limit=None)
                assert len(listed) == n == len({e.exposure_id for e in listed})
                assert len(sql.execute(exposures.sql(f)).fetchall()) == n
                for column in rng.sample(COLUMNS, 3):
                    assert sum(m for _, m in exposures.by(column, f)) == n
                assert Counter(e.status.value for e in listed) == dict(exposures.by("status", f))
                assert Counter(s for e in listed for s in e.scanners) == dict(exposures.by("scanners", f))
                since = DAY + timedelta(days=rng.randrange(7))
                parts = exposures.changes(since, f, limit=None)
                assert tuple(map(len, parts)) == exposures.count_changes(since, f)
                ids = [e.exposure_id for part in parts for e in part]
                assert len(ids) == len(set(ids))
                assert set(ids) <= {e.exposure_id for e in listed}
            _reconcile_with_the_lake(exposures)
        world.lake.close()


def _reconcile_with_the_lake(exposures: Any) -> None:
    sql = exposures.connection
    # every finding is a record of exactly the exposures of its vulnerability and asset, and of no other
    missing = sql.execute(
        "SELECT count(*) FROM scan_findings f WHERE NOT EXISTS ("
        " SELECT 1 FROM exposures e WHERE list_contains(e.record_ids, f.record_id)"
        " AND e.vulnerability = f.ids[1] AND e.asset = f.place)"
    ).fetchone()[0]
    wrong = sql.execute(
        "SELECT count(*) FROM (SELECT unnest(record_ids) AS record_id, vulnerability, asset FROM exposures) e"
        " LEFT JOIN scan_findings f USING (record_id) WHERE f.ids[1] IS DISTINCT FROM e.vulnerability"
        " OR f.place IS DISTINCT FROM e.asset"
    ).fetchone()[0]
    assert (missing, wrong) == (0, 0)
    # what is open is what the latest scan of some scanner and place has, counted over the lake alone
    latest = """
        WITH looks AS (SELECT reader, unnest(places) AS place, made_at FROM scan_reports),
        scans AS (SELECT reader, place, max(made_at) AS made_at FROM looks GROUP BY reader, place)
        SELECT DISTINCT f.ids[1], f.place FROM scan_findings f JOIN scan_reports r USING (report_id)
        JOIN scans s ON s.reader = r.reader AND s.place = f.place AND s.made_at = r.made_at
    """
    now_there = set(sql.execute(latest).fetchall())
    assert {(e.vulnerability, e.asset) for e in exposures.select(OPEN, limit=None)} == now_there


@settings(max_examples=2, phases=(Phase.explicit, Phase.generate))
@given(
    seed=st.integers(0, 2**32), withhold=st.sets(st.sampled_from(["internet_facing", "epss", "version"]), min_size=1)
)
def test_what_is_withheld_is_never_stated_and_only_widens(seed: int, withhold: set[str]) -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        full, less = (
            filled(random.Random(seed), Path(one)),
            filled(random.Random(seed), Path(two), withhold=frozenset(withhold)),
        )
        known: dict[tuple[str, str], list[set[str]]] = {}
        with full.open() as exposures:
            for e in exposures.select(limit=None):
                known.setdefault((e.vulnerability, e.asset), []).append(set(e.decision.possible))
        with less.open() as exposures:
            found = exposures.select(limit=None)
        for e in found:
            if "internet_facing" in withhold:
                assert e.internet_facing is None
                assert e.decision.inputs["publicly_exposed"] is None
            if "epss" in withhold:
                assert e.epss is None
            if "version" in withhold:
                assert e.package.version == ""
                assert any(q.startswith(("Which version", "Which component")) for q in e.unknown)
            assert all(possible <= set(e.decision.possible) for possible in known[e.vulnerability, e.asset])
            assert e.decision.outcome is None or e.decision.possible == (e.decision.outcome,)
        assert {(e.vulnerability, e.asset) for e in found} == set(known)
        full.lake.close()
        less.lake.close()
