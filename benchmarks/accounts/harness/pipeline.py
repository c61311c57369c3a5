"""Run the product on a folder of logs, through its command line, and read what it says.

The command line is used and not the library: it is the door that users take, it survives changes
inside, and each incident gets its own process and home, so that nothing leaks between two.
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
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
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
    """Actors of events that a rule hit."""
    rules: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    error: str = ""


def product_digest() -> str:
    """Return a digest of the product's sources, so that old verdicts are not taken for new ones."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "src" / "vedette").rglob("*")):
        if path.is_file() and path.suffix in {".py", ".yml", ".yaml", ".json"}:
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
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
    command = [sys.executable, "-m", "vedette", "--home", str(home), *args]
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


def run(paths: Sequence[Path], *, options: Sequence[str] = (), home: Path | None = None, details: bool = True) -> Said:
    """Ingest, detect and investigate some logs in a home of their own."""
    own = home is None
    home = home or Path(tempfile.mkdtemp(prefix="vedette-home-"))
    said = Said()
    start = time.monotonic()
    try:
        code, out, err = _vedette(home, "investigate", *map(str, paths), "--json", *options)
        answer = _json(out)
        if code not in (0, 1) or not isinstance(answer, dict):
            said.error = f"exit {code}: {(err or out).strip()[-800:]}"
            return said
        said.cases = [slim(case) for case in answer.get("cases", [])]
        if details:
            counts = query(home, "SELECT count(*) AS n FROM events")
            said.n_events = int(counts[0]["n"]) if counts else 0
            said.naive = [r["actor"] for r in query(home, "SELECT DISTINCT actor FROM hits WHERE actor IS NOT NULL")]
            said.rules = {
                r["rule_id"]: int(r["n"])
                for r in query(
                    home, "SELECT rule_id, count(*) AS n FROM hits GROUP BY rule_id ORDER BY n DESC LIMIT 40"
                )
            }
            said.n_findings = sum(said.rules.values())
    except subprocess.TimeoutExpired:
        said.error = "timeout"
    finally:
        said.seconds = round(time.monotonic() - start, 2)
        if own:
            shutil.rmtree(home, ignore_errors=True)
    return said


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
        "findings": sorted({f.get("rule_id") or f.get("title") or "" for f in case.get("findings", [])})[:30],
    }


def to_json(said: Said) -> dict[str, Any]:
    """Return it as a JSON value."""
    return asdict(said)
