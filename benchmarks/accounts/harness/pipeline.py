"""Run the product on a folder of logs and read what it says, through either of its two doors.

``library`` calls ingest, detect and investigate in this process, with the rules compiled once: 264
incidents would otherwise pay for 264 starts of an interpreter. ``cli`` runs ``vedette investigate
PATH --json`` as a user would. Either way each incident has a home of its own, so that nothing leaks
between two.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]


@dataclass(slots=True)
class Said:
    """What the product said of one set of logs."""

    cases: list[dict[str, Any]] = field(default_factory=list)
    n_events: int = 0
    n_quarantined: int = 0
    n_findings: int = 0
    naive: list[str] = field(default_factory=list)
    """Actors of events that a rule of medium level or above hit."""
    rules: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    error: str = ""


def product_digest() -> str:
    """Return a digest of the product's sources, so that old verdicts are not taken for new ones."""
    import vedette

    package = Path(vedette.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        if path.is_file() and path.suffix in {".py", ".yml", ".yaml", ".json"}:
            digest.update(str(path.relative_to(package)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def commit() -> str:
    """Return the commit the product stands at, marked where sources differ from it."""
    git = shutil.which("git") or "git"
    head = subprocess.run([git, "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    dirty = subprocess.run(
        [git, "status", "--porcelain", "--", "src"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return head.stdout.strip() + ("+" if dirty.stdout.strip() else "")


def _vedette(home: Path, *args: str, timeout_s: int = 3600) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "vedette.cli.main", "--home", str(home), *args]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "NO_COLOR": "1", "COLUMNS": "200"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, env=env, check=False)
    return done.returncode, done.stdout, done.stderr


def _json(text: str) -> Any:
    with contextlib.suppress(ValueError):
        return json.loads(text)
    for line in reversed(text.splitlines()):
        with contextlib.suppress(ValueError):
            return json.loads(line)
    return None


def _rows(answer: Any) -> list[dict[str, Any]]:
    if isinstance(answer, dict):
        rows = answer.get("rows", [])
        columns = answer.get("columns")
        if rows and isinstance(rows[0], list) and columns:
            names = [c["name"] if isinstance(c, dict) else c for c in columns]
            return [dict(zip(names, row, strict=False)) for row in rows]
        return list(rows)
    return list(answer or [])


def query(home: Path, sql: str) -> list[dict[str, Any]]:
    """Return the rows of a question to the lake."""
    _, out, _ = _vedette(home, "query", sql, "--json")
    return _rows(_json(out))


NAIVE_SEVERITIES = "('medium', 'high', 'critical')"
"""The naive rule is given the rules that speak up, not the building blocks of other rules."""


def run(paths: Sequence[Path], *, options: Sequence[str] = (), home: Path | None = None, door: str = "library") -> Said:
    """Ingest, detect and investigate some logs in a home of their own."""
    own = home is None
    home = home or Path(tempfile.mkdtemp(prefix="vedette-home-"))
    said = Said()
    start = time.monotonic()
    try:
        (_through_cli if door == "cli" else _through_library)(said, paths, home, options)
    except subprocess.TimeoutExpired:
        said.error = "timeout"
    except Exception as error:  # the benchmark reports what broke and goes on with the next incident
        where = traceback.extract_tb(error.__traceback__)[-1]
        said.error = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno} {where.name})"[:800]
    finally:
        said.seconds = round(time.monotonic() - start, 2)
        if own:
            shutil.rmtree(home, ignore_errors=True)
    return said


@cache
def _ruleset() -> Any:
    from vedette.detect import load_rules

    return load_rules([])


def _through_library(said: Said, paths: Sequence[Path], home: Path, options: Sequence[str]) -> None:
    from datetime import UTC

    from vedette.detect import detect, findings
    from vedette.ingest import IngestOptions, ReadContext, ingest
    from vedette.investigate import investigate
    from vedette.store import Lake

    timezone = UTC if "--timezone" in options else None
    lake = Lake.open(home)
    try:
        summary = ingest(lake, list(paths), IngestOptions(context=ReadContext(timezone=timezone)))
        said.n_quarantined = summary.total("n_quarantined")
        rules = _ruleset()
        detect(lake, rules)
        found = findings(lake, rules)
        said.n_findings = len(found)
        loud = {f.rule_id for f in found if f.severity.rank >= 2}
        connection = lake.connection(memory_limit="512MB")
        try:
            said.cases = [slim(_plain(case)) for case in investigate(connection, found)]
            said.n_events = int(connection.execute("SELECT count(*) FROM events").fetchall()[0][0])
            hits = connection.execute("SELECT rule_id, actor, count(*) FROM hits GROUP BY ALL").fetchall()
        finally:
            connection.close()
        said.naive = sorted({actor for rule, actor, _ in hits if actor and rule in loud})
        for rule, _, n in hits:
            said.rules[rule] = said.rules.get(rule, 0) + n
    finally:
        lake.close()


def _plain(case: Any) -> dict[str, Any]:
    """Return a case as the JSON value that the command line prints."""
    return {
        "case_id": case.case_id,
        "title": case.title,
        "severity": case.severity.value,
        "confidence": case.confidence,
        "accounts": [
            {
                "name": a.name,
                "role": a.role.value,
                "confidence": a.confidence,
                "kind": a.account_kind.value,
                "reasons": [{"text": c.text} for c in a.reasons],
            }
            for a in case.accounts
        ],
        "hosts": [{"name": h.name, "role": h.role.value} for h in case.hosts],
        "findings": [{"rule_id": f.rule_id, "title": f.title} for f in case.findings],
    }


def _through_cli(said: Said, paths: Sequence[Path], home: Path, options: Sequence[str]) -> None:
    code, out, err = _vedette(home, "investigate", *map(str, paths), "--json", *options)
    answer = _json(out)
    if code not in (0, 1) or not isinstance(answer, dict):
        said.error = f"exit {code}: {(err or out).strip()[-800:]}"
        return
    said.cases = [slim(case) for case in answer.get("cases", [])]
    counts = query(home, "SELECT count(*) AS n FROM events")
    said.n_events = int(counts[0]["n"]) if counts else 0
    loud = f"SELECT body->>'rule_id' FROM findings WHERE severity IN {NAIVE_SEVERITIES}"
    actors = query(home, f"SELECT DISTINCT actor FROM hits WHERE actor IS NOT NULL AND rule_id IN ({loud})")
    said.naive = sorted(r["actor"] for r in actors)
    said.rules = {
        r["rule_id"]: int(r["n"]) for r in query(home, "SELECT rule_id, count(*) AS n FROM hits GROUP BY rule_id")
    }
    said.n_findings = int((query(home, "SELECT count(*) AS n FROM findings") or [{"n": 0}])[0]["n"])


def slim(case: dict[str, Any]) -> dict[str, Any]:
    """Return the parts of a case that are scored or help to explain a miss."""
    return {
        "case_id": case.get("case_id"),
        "title": case.get("title"),
        "severity": case.get("severity"),
        "confidence": case.get("confidence"),
        "accounts": [
            {
                "name": a["name"],
                "role": a["role"],
                "confidence": a["confidence"],
                "kind": a.get("account_kind") or a.get("kind"),
                "reasons": [r.get("text", r) if isinstance(r, dict) else r for r in (a.get("reasons") or [])][:4],
            }
            for a in case.get("accounts", [])
        ],
        "hosts": [
            {"name": h["name"], "role": h.get("role")} if isinstance(h, dict) else {"name": h, "role": None}
            for h in case.get("hosts", [])
        ],
        "findings": sorted({f.get("title") or f.get("rule_id") or "" for f in case.get("findings", [])})[:30],
    }


def to_json(said: Said) -> dict[str, Any]:
    """Return it as a JSON value."""
    return asdict(said)
