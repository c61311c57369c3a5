"""Check every table and pack them: ``python -m vedette.knowledge.tools.check [--only]``."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

import orjson

from vedette.knowledge._pinning import pin
from vedette.knowledge.tools.packed import SET
from vedette.knowledge.tools.sources import TABLES, read

DATA = Path(__file__).parent.parent / "data"
FILE = "command-tools.json"


def packed() -> tuple[bytes, list[str]]:
    """Return the packed tables, and what is wrong with their sources."""
    sheet = read(TABLES.glob("*.yaml"))
    return orjson.dumps(sheet.raw(), option=orjson.OPT_SORT_KEYS), sheet.problems


def main() -> int:
    """Check, pack and count; return 1 where something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="store_true", help="check and do not pack")
    only = parser.parse_args().only
    data, problems = packed()
    for problem in problems:
        print(problem)
    said = orjson.loads(data)
    counts = {f: sum(isinstance(e, dict) for e in t.values()) for f, t in sorted(said["tools"].items())}
    acts = sum(
        len(p.get("acts") or ()) + sum(len(s.get("acts") or ()) for s in (p.get("subs") or {}).values())
        for t in said["tools"].values()
        for p in t.values()
        if isinstance(p, dict)
    )
    total = sum(counts.values())
    print(
        f"{total} tools ({', '.join(f'{f} {n}' for f, n in counts.items())}), {acts} acts,"
        f" {len(said['places'])} places, {len(said['patterns'])} patterns; {len(problems)} problems"
    )
    if not only and not problems:
        today = datetime.now(UTC).date().isoformat()
        pin(
            DATA,
            data,
            name=SET,
            title="Tools, their flags and what they do",
            file=FILE,
            n_records=total,
            notice="COMMAND-TOOLS-NOTICE.txt",
            version=today,
            source="vedette",
            revision=today,
            source_date=today,
        )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
