"""Are two scanner records told to be the same vulnerability in the same component where they are, and only there?

``python -m benchmarks.exposure.merging`` puts each labelled pair through the merging that every lake goes through, and
counts: a pair is predicted to be the same where both records come to one exposure. Beside it stands the plain rule that
trackers of findings use: equal CVE, component name and version on an equally named place.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import duckdb
import orjson
from benchmarks.exposure.pairs import PAIRS
from benchmarks.exposure.writing import arrow, put_table

from vedette.exposure.resolve import resolve
from vedette.schema.scan_tables import SCAN_TABLES

MADE_AT = datetime(2026, 5, 1, tzinfo=UTC)
BAR = 0.98


def merged(pair: dict[str, Any]) -> bool:
    """Return whether the two records of a pair come to one exposure."""
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in SCAN_TABLES}
    for side in ("left", "right"):
        record = dict(pair[side])
        head = {"report_id": side, "reader": record.pop("reader"), "source": side, "places": [record["place"]]}
        tables["scan_reports"].append({**head, "made_at": MADE_AT, "received_at": MADE_AT})
        record.setdefault("place_kind", "unknown")
        tables["scan_findings"].append({"report_id": side, "record_id": side, "kind": "vulnerability", **record})
    for number, asset in enumerate(pair.get("assets", ())):
        tables["assets"].append({"report_id": "cmdb", "record_id": f"asset-{number}", **asset})
    if tables["assets"]:
        tables["scan_reports"].append(
            {"report_id": "cmdb", "reader": "assets", "received_at": MADE_AT, "source": "cmdb"}
        )
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("ATTACH ':memory:' AS work")
        for name, rows in tables.items():
            connection.register(name, arrow(name, rows))
        resolve(connection, {name: (cve,) for name, cve in pair.get("known", ())})
        found = connection.execute(
            "SELECT s.record_id, m.vul, m.asset, m.head, m.slot"
            " FROM work.sighting s JOIN work.member m USING (vul, asset, words)"
        ).fetchall()
    sides = [{row[1:] for row in found if row[0] == side} for side in ("left", "right")]
    if not all(sides):
        raise SystemExit(f"{pair['pair_id']}: a record came to no exposure")
    return bool(sides[0] & sides[1])


def plain(pair: dict[str, Any]) -> bool:
    """Return what the plain rule says."""
    keys = [
        (
            sorted(i for i in record["ids"] if i.startswith("CVE-")),
            record.get("package_name"),
            record.get("package_version"),
            record["place"],
        )
        for record in (pair["left"], pair["right"])
    ]
    return keys[0] == keys[1]


def scores(results: list[tuple[bool, bool]]) -> dict[str, float]:
    """Return counts, precision, recall and F1 of (label, predicted)."""
    counts = Counter(results)
    hit, wrong, missed = counts[True, True], counts[False, True], counts[True, False]
    precision = hit / (hit + wrong) if hit + wrong else 0.0
    recall = hit / (hit + missed) if hit + missed else 0.0
    f1 = 2 * hit / (2 * hit + wrong + missed) if hit else 0.0
    return {"pairs": len(results), "wrong": wrong, "missed": missed, "precision": precision, "recall": recall, "f1": f1}


def measure(splits: tuple[str, ...], *, tell: bool = False) -> dict[str, dict[str, float]]:
    """Return the scores of each split, of both, and of the plain rule."""
    pairs = [orjson.loads(line) for line in PAIRS.read_bytes().splitlines()]
    found: dict[str, list[tuple[bool, bool]]] = {}
    for pair in pairs:
        if pair["split"] not in splits:
            continue
        said = merged(pair)
        for name, predicted in ((pair["split"], said), ("all", said), ("plain rule, all", plain(pair))):
            found.setdefault(name, []).append((pair["same"], predicted))
        if tell and said != pair["same"]:
            sys.stderr.write(f"{pair['pair_id']}: {'same' if said else 'apart'}, but {pair['why']}\n")
    return {name: scores(results) for name, results in found.items()}


def table(found: dict[str, dict[str, float]]) -> str:
    """Return the scores as Markdown."""
    lines = [
        "| pairs | n | wrongly merged | missed | precision | recall | F1 |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    names = {"dev": "developed on", "held_out": "held out", "all": "all", "plain rule, all": "all, by the plain rule"}
    for key, name in names.items():
        if key in found:
            s = found[key]
            lines.append(
                f"| {name} | {s['pairs']} | {s['wrong']} | {s['missed']} | {s['precision']:.3f} | {s['recall']:.3f} |"
                f" {s['f1']:.3f} |"
            )
    return "\n".join(lines)


def main() -> int:
    """Run the benchmark; 1 below the bar."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--dev", action="store_true", help="only the pairs that may be looked at; names what is wrong")
    parser.add_argument("--write", action="store_true", help="write the table into the README")
    given = parser.parse_args()
    found = measure(("dev",) if given.dev else ("dev", "held_out"), tell=given.dev)
    shown = table(found)
    sys.stdout.write(shown + "\n")
    if given.write and not given.dev:
        put_table("merging", shown)
    return 0 if found["all"]["f1"] >= BAR else 1


if __name__ == "__main__":
    raise SystemExit(main())
