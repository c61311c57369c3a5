"""How long a question about a million findings takes, and how much memory deriving them takes.

``python -m benchmarks.exposure.scale`` makes a lake of synthetic findings, derives the exposures in a process of its
own (peak memory is that process's), adds one report and derives again, asks each question 15 times, and asks the same
of a peer: plain SQL in SQLite over the flat findings table. ``--write`` puts the tables into the README.
"""

from __future__ import annotations

import argparse
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
from benchmarks.exposure.writing import arrow, put_table

from vedette.knowledge import holding
from vedette.schema.scan_tables import SCAN_TABLES
from vedette.store import Lake

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
N_RUNS = 15
BATCH = 100_000
_SEVERITIES = ("critical", "high", "high", "medium", "medium", "medium", "low", "low")
_PACKAGES = (
    ("deb", "libssl", 40),
    ("deb", "libc", 30),
    ("deb", "zlib", 10),
    ("rpm", "kernel", 20),
    ("rpm", "glibc", 30),
    ("npm", "left", 400),
    ("maven", "spring", 150),
    ("pypi", "flask", 150),
    ("golang", "net", 80),
)


class Writer:
    """Rows by table, written to the lake in batches."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self.rows: dict[str, list[dict[str, Any]]] = {table: [] for table in SCAN_TABLES}
        self.n_shards = 0

    def add(self, table: str, **row: Any) -> None:
        self.rows[table].append(row)
        if len(self.rows[table]) >= BATCH:
            self.flush()

    def flush(self) -> None:
        written = []
        shard = f"synthetic-{self.n_shards}"
        for table, rows in self.rows.items():
            if rows:
                written += self.lake.write(table, arrow(table, rows), job="scans", shard=f"{shard}-{table}")
                self.rows[table] = []
        self.lake.commit(written, job="scans", shard=shard)
        self.n_shards += 1


def cves(home: Path, n: int) -> list[str]:
    """Return ids: those of KEV, then made-up ones of reserved-looking numbers."""
    held = holding.held(home, "kev")
    listed = pq.read_table(held.path, columns=["cve"]).column("cve").to_pylist()[:400] if held is not None else []
    return [*listed, *(f"CVE-2026-{7_000_000 + i}" for i in range(n - len(listed)))]


def flaws(home: Path, n: int, rng: random.Random) -> list[dict[str, Any]]:
    """Return vulnerabilities, each in one package, some with a GHSA id beside the CVE."""
    found = []
    for number, cve in enumerate(cves(home, n)):
        kind, stem, many = rng.choice(_PACKAGES)
        name = f"{stem}-{rng.randrange(many)}"
        ghsa = f"GHSA-{number:04d}-abcd-{number % 7919:04d}" if kind in ("npm", "maven", "pypi", "golang") else ""
        version = f"{rng.randrange(9)}.{rng.randrange(20)}.{rng.randrange(9)}"
        purl = f"pkg:{kind}/{'debian/' if kind == 'deb' else 'redhat/' if kind == 'rpm' else ''}{name}@{version}"
        if kind == "maven":
            purl = f"pkg:maven/org.example/{name}@{version}"
        score = round(rng.uniform(2, 10), 1)
        found.append(
            {
                "cve": cve,
                "ghsa": ghsa,
                "kind": kind,
                "name": name,
                "version": version,
                "purl": purl,
                "score": score,
                "severity": rng.choice(_SEVERITIES),
                "epss": round(rng.random() ** 6, 5),
            }
        )
    return found


def generate(lake: Lake, n_findings: int, n_assets: int, seed: int = 7) -> None:
    """Write findings in the mix of a mid-sized company.

    Of the assets 60 % are hosts (a network scanner that names few packages, and an agent that names all), 30 % images
    (two image scanners that mostly agree), 10 % repositories (a lock-file scanner). Each place was scanned twice; a
    tenth of what the first scan found is gone in the second.
    """
    rng = random.Random(seed)
    known = flaws(lake.home, 9_000, rng)
    by_kind = {
        "host": [f for f in known if f["kind"] in ("deb", "rpm")],
        "image": known,
        "repository": [f for f in known if f["kind"] in ("npm", "maven", "pypi", "golang")],
    }
    writer = Writer(lake)
    per_report = n_findings / n_assets / 3.6
    report = 0
    for number in range(n_assets):
        kind = "host" if number % 10 < 6 else "image" if number % 10 < 9 else "repository"
        place, aliases = _place(kind, number)
        pool = by_kind[kind]
        # common flaws are common: the same base systems lie everywhere
        n = max(1, int(rng.lognormvariate(0, 0.5) * per_report * 0.93))
        found = list({min(int(rng.random() ** 2.2 * len(pool)), len(pool) - 1) for _ in range(n)})
        layer = f"sha256:{number % 40:064x}"
        scanners = {"host": ("nessus", "trivy"), "image": ("trivy", "grype"), "repository": ("osv_scanner", "snyk")}[
            kind
        ]
        for scanner in scanners:
            for days_ago in (35 + number % 20, number % 7):
                report += 1
                report_id = f"{report:032x}"
                at = NOW - timedelta(days=days_ago, minutes=number % 600)
                kept = found if days_ago >= 35 else [f for i, f in enumerate(found) if i % 10]
                writer.add(
                    "scan_reports",
                    report_id=report_id,
                    reader=scanner,
                    scanner=f"{scanner} 1.0",
                    made_at=at,
                    received_at=at,
                    source=f"{report_id}.json",
                    places=[place],
                    n_findings=len(kept),
                    n_components=0,
                    n_statements=0,
                    n_assets=0,
                    n_refused=0,
                )
                for index in kept:
                    if rng.random() < 0.03:
                        continue
                    _finding(
                        writer, rng, scanner, report_id, f"{report:x}-{index}", pool[index], place, kind, aliases, layer
                    )
        if number % 4:
            writer.add(
                "assets",
                report_id="f" * 32,
                record_id=f"asset-{number}",
                pointer=f"line {number}",
                name=place,
                kind=kind,
                aliases=list(aliases),
                owner=f"team-{number % 150:03}",
                business_weight=(0.25, 0.5, 0.75, 1.0)[number % 4],
                internet_facing=(True, False, None)[number % 3],
                data_class="internal",
                environment="production",
            )
    writer.add(
        "scan_reports", report_id="f" * 32, reader="assets", made_at=NOW, received_at=NOW, source="cmdb.csv", n_assets=1
    )
    writer.flush()


def _place(kind: str, number: int) -> tuple[str, tuple[str, ...]]:
    if kind == "host":
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        return f"srv-{number:05}.corp.example", (address, f"SRV-{number:05}")
    if kind == "image":
        return f"registry.example.com/app-{number:05}:1.{number % 9}", ()
    return f"git.example.com/org/repo-{number:05}", ()


def _finding(
    writer: Writer,
    rng: random.Random,
    scanner: str,
    report_id: str,
    record: str,
    flaw: dict[str, Any],
    place: str,
    kind: str,
    aliases: tuple[str, ...],
    layer: str,
) -> None:
    named = scanner != "nessus" or rng.random() < 0.4
    advisory = flaw["ghsa"] and scanner in ("grype", "osv_scanner")
    writer.add(
        "scan_findings",
        report_id=report_id,
        record_id=record,
        pointer=f"/{record}",
        kind="vulnerability",
        ids=[flaw["ghsa"], flaw["cve"]] if advisory else [flaw["cve"]],
        title=f"{flaw['name']}: a flaw",
        severity=flaw["severity"],
        score=flaw["score"],
        epss=flaw["epss"],
        place=place if scanner != "nessus" else aliases[1],
        place_kind=kind,
        place_aliases=list(aliases),
        package_name=flaw["name"] if named else "",
        package_version=flaw["version"] if named else "",
        purl=flaw["purl"] if named and scanner != "nessus" else "",
        fixed_in=["99.0"] if record[-1] in "02468" else [],
        location="443/tcp" if scanner == "nessus" else "",
        layer=layer if kind == "image" and scanner == "trivy" else "",
        path=f"app/node_modules/{flaw['name']}/package.json" if flaw["kind"] == "npm" and kind == "image" else "",
    )


def questions(exposures: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield each question and what answers it."""
    from vedette.exposure.filters import OPEN, ExposureFilter
    from vedette.schema import ExposureStatus, Severity

    is_open = (ExposureStatus.OPEN,)
    week = ExposureFilter(status=is_open, due_before=NOW + timedelta(days=7))
    cve, asset = "CVE-2026-7000042", "srv-00042.corp.example"
    yield "how many exposures are open", lambda: exposures.count(OPEN)
    yield "are we exposed to a CVE, where", lambda: exposures.select(ExposureFilter(vulnerability=cve, status=is_open))
    yield "what must be fixed this week (first 100)", lambda: exposures.select(week)
    yield "… and by whom", lambda: exposures.by("owner", week)
    yield "open by severity", lambda: exposures.by("severity", OPEN)
    yield "open by asset", lambda: exposures.by("asset", OPEN)
    yield "open by outcome", lambda: exposures.by("outcome", OPEN)
    yield "what is on one asset", lambda: exposures.select(ExposureFilter(asset=asset))
    yield "what is on it, by its address", lambda: exposures.select(ExposureFilter(hosts=("10.0.0.42",)))
    yield "what a team must do", lambda: exposures.select(ExposureFilter(owner="team-042", status=is_open))
    yield "what changed since Monday", lambda: exposures.changes(NOW - timedelta(days=7))
    yield "how much changed since Monday", lambda: exposures.count_changes(NOW - timedelta(days=7))
    yield (
        "critical, reached from the internet",
        lambda: exposures.select(ExposureFilter(status=is_open, severity=(Severity.CRITICAL,), internet_facing=True)),
    )
    yield "a package anywhere", lambda: exposures.select(ExposureFilter(package="left-42", status=is_open))
    yield "layers that several images share", lambda: exposures.folds(OPEN)


_PEER = {
    "how many exposures are open": "SELECT count(*) FROM finding WHERE active = 1",
    "are we exposed to a CVE, where": (
        "SELECT * FROM finding WHERE active = 1 AND vulnerability_id = 'CVE-2026-7000042' LIMIT 100"
    ),
    "what must be fixed this week (first 100)": (
        "SELECT * FROM finding WHERE active = 1 AND due < '2026-11-30' ORDER BY due, score DESC LIMIT 100"
    ),
    "… and by whom": (
        "SELECT p.owner, count(*) FROM finding f JOIN product p ON p.name = f.product"
        " WHERE active = 1 AND due < '2026-11-30' GROUP BY p.owner"
    ),
    "open by severity": "SELECT severity, count(*) FROM finding WHERE active = 1 GROUP BY severity",
    "open by asset": "SELECT product, count(*) FROM finding WHERE active = 1 GROUP BY product ORDER BY 2 DESC",
    "what is on one asset": "SELECT * FROM finding WHERE product = 'srv-00042.corp.example'",
    "what a team must do": (
        "SELECT f.* FROM finding f JOIN product p ON p.name = f.product"
        " WHERE active = 1 AND p.owner = 'team-042' ORDER BY due LIMIT 100"
    ),
    "critical, reached from the internet": (
        "SELECT f.* FROM finding f JOIN product p ON p.name = f.product"
        " WHERE active = 1 AND severity = 'critical' AND p.internet_facing = 1 ORDER BY due LIMIT 100"
    ),
    "a package anywhere": "SELECT * FROM finding WHERE active = 1 AND component_name = 'left-42' LIMIT 100",
}


def peer(home: Path, path: Path) -> sqlite3.Connection:
    """Return the flat findings table of the latest scans, as a tracker of findings keeps it: one row a finding."""
    lake = Lake.open(home)
    made = sqlite3.connect(path)
    made.execute(
        "CREATE TABLE finding (id INTEGER PRIMARY KEY, scanner, product, vulnerability_id, severity, score REAL,"
        " component_name, component_version, seen, due, active INTEGER)"
    )
    made.execute("CREATE TABLE product (name PRIMARY KEY, owner, internet_facing INTEGER)")
    with lake.connection(memory_limit="1GB") as connection:
        cursor = connection.execute(
            "SELECT reader, place, ids[-1], severity, score, package_name, package_version,"
            " strftime(made_at, '%Y-%m-%d'),"
            " strftime(made_at + CASE severity WHEN 'critical' THEN INTERVAL 7 DAY WHEN 'high' THEN INTERVAL 30 DAY"
            " ELSE INTERVAL 90 DAY END, '%Y-%m-%d'),"
            " CAST(made_at = max(made_at) OVER (PARTITION BY place, reader) AS INT)"
            " FROM scan_findings JOIN scan_reports USING (report_id)"
        )
        while batch := cursor.fetchmany(50_000):
            made.executemany("INSERT INTO finding VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", batch)
        rows = connection.execute("SELECT name, owner, internet_facing FROM assets").fetchall()
        made.executemany("INSERT OR REPLACE INTO product VALUES (?, ?, ?)", rows)
    for column in ("product", "vulnerability_id", "component_name", "severity", "active, due"):
        made.execute(f"CREATE INDEX ix_{column.replace(', ', '_')} ON finding ({column})")
    made.execute("ANALYZE")
    made.commit()
    lake.close()
    return made


def derive_once(home: Path) -> dict[str, Any]:
    """Derive in this process and return what it took."""
    from vedette.exposure.engine import Exposures

    lake = Lake.open(home)
    start = time.perf_counter()
    with Exposures.open(lake, now=NOW) as exposures:
        took = time.perf_counter() - start
        return {
            "seconds": round(took, 1),
            "exposures": exposures.count(),
            "findings": exposures.connection.execute("SELECT count(*) FROM scan_findings").fetchone()[0],
            "assets": exposures.connection.execute("SELECT count(DISTINCT asset) FROM exposures").fetchone()[0],
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }


def _apart(home: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.exposure.scale", "--derive", str(home)], check=True, capture_output=True
    )
    found: dict[str, Any] = orjson.loads(done.stdout)
    return found


def _times(ask: Callable[[], Any]) -> tuple[float, float]:
    took = []
    for _ in range(N_RUNS):
        start = time.perf_counter()
        ask()
        took.append(time.perf_counter() - start)
    return statistics.median(took), sorted(took)[max(0, int(len(took) * 0.95) - 1)]


def measure(home: Path, n_findings: int, n_assets: int) -> dict[str, Any]:
    """Return everything that the tables show."""
    from vedette.exposure.engine import Exposures

    lake = Lake.open(home)
    if not lake.segments("scan_findings"):
        generate(lake, n_findings, n_assets)
    first = _apart(home)
    writer = Writer(lake)
    writer.n_shards = 1_000_000
    flaw = flaws(lake.home, 9_000, random.Random(7))[4_242]
    place, aliases = _place("host", 42)
    writer.add(
        "scan_reports",
        report_id="e" * 32,
        reader="openvas",
        scanner="OpenVAS 22",
        made_at=NOW,
        received_at=NOW,
        source="one.xml",
        places=[place],
        n_findings=1,
    )
    _finding(writer, random.Random(1), "openvas", "e" * 32, "one", flaw, place, "host", aliases, "")
    writer.flush()
    again = _apart(home)
    unchanged = _apart(home)
    asked = {}
    with Exposures.open(lake, now=NOW) as exposures:
        for name, ask in questions(exposures):
            asked[name] = _times(ask)
    with tempfile.TemporaryDirectory() as folder:
        flat = peer(home, Path(folder) / "peer.sqlite")
        plain = {name: _times(lambda sql=sql: flat.execute(sql).fetchall()) for name, sql in _PEER.items()}
        flat.close()
    lake.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {
        "first": first,
        "again": again,
        "unchanged": unchanged,
        "asked": asked,
        "peer": plain,
        "asking_peak_mb": peak,
    }


def table(result: dict[str, Any]) -> str:
    """Return the result as Markdown."""
    first, again, same = result["first"], result["again"], result["unchanged"]
    lines = [
        f"{first['findings']:,} findings on {first['assets']:,} assets come to {first['exposures']:,} exposures.",
        "",
        "| deriving | seconds | peak memory |",
        "| --- | ---: | ---: |",
        f"| from nothing | {first['seconds']:.1f} | {first['peak_mb']:,} MB |",
        f"| after one more report | {again['seconds']:.1f} | {again['peak_mb']:,} MB |",
        f"| nothing changed | {same['seconds']:.1f} | {same['peak_mb']:,} MB |",
        "",
        "| question | p50 | p95 | SQLite, flat table: p50 |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, (p50, p95) in result["asked"].items():
        flat = f"{result['peer'][name][0]:.3f} s" if name in result["peer"] else "not asked"
        lines.append(f"| {name} | {p50:.3f} s | {p95:.3f} s | {flat} |")
    return "\n".join(lines)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--findings", type=int, default=1_000_000)
    parser.add_argument("--assets", type=int, default=20_000)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--derive", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if options.derive:
        sys.stdout.write(orjson.dumps(derive_once(options.derive)).decode())
        return
    with tempfile.TemporaryDirectory() as scratch:
        result = measure(options.home or Path(scratch), options.findings, options.assets)
    shown = table(result)
    sys.stdout.write(shown + "\n")
    if options.write:
        put_table("scale", shown)


if __name__ == "__main__":
    main()
