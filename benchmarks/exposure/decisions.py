"""Decisions: what CISA's analysts published is reproduced where it can be derived, and never made up where not.

Usage: ``python -m benchmarks.exposure.decisions [--data FOLDER] [--write]``

Two questions, with the doors that decisions take (``import_set``, ``lookup``, ``inputs_of``):

- *given*: with CISA's Vulnrichment imported, is each decision point what the analysts wrote?
- *derived*: with Vulnrichment withheld and KEV alone held, what is said of each point, does it agree with the analysts,
  and is everything else left unknown?

Below that, what is *not* derived, and why: how often rules of thumb from CVSS would have been right.
"""

from __future__ import annotations

import argparse
import gzip
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
from benchmarks.exposure.writing import put_table

from vedette.errors import UserError
from vedette.exposure.inputs import inputs_of
from vedette.exposure.policies import policy
from vedette.exposure.policies.base import Policy
from vedette.knowledge import cvss, ssvc
from vedette.knowledge.importing import import_set
from vedette.knowledge.vulnerabilities import VulnerabilityFacts, lookup
from vedette.schema import Asset

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SNAPSHOT = date(2024, 10, 24)
"""The day of the published decisions, as their SOURCE.md says."""
LISTED = datetime(2025, 8, 25, 12, tzinfo=UTC)
"""The day of the KEV list: on it the list can say no."""
POINTS = ("exploitation", "automatable", "technical_impact")
FILES = ("cves-full.jsonl.gz", "cves.jsonl.gz")


@dataclass(slots=True)
class Counted:
    """What came of one decision point."""

    n: int = 0
    """Published by the analysts."""
    said: int = 0
    agree: int = 0
    differ: list[str] = field(default_factory=list)
    invented: int = 0
    """Said although the analysts did not and no list has it."""

    def take(self, cve: str, published: str | None, said: str | None) -> None:
        """Compare one."""
        self.n += published is not None
        if said is None:
            return
        self.said += 1
        if published is None:
            self.invented += 1
        elif said == published:
            self.agree += 1
        else:
            self.differ.append(cve)


def published(path: Path) -> dict[str, dict[str, Any]]:
    """Return what the analysts published, by CVE."""
    out: dict[str, dict[str, Any]] = {}
    with gzip.open(path) as stream:
        for line in stream:
            row = orjson.loads(line)
            said = {k.lower().replace(" ", "_"): v for k, v in (row.get("ssvc") or {}).items()}
            values = {p: ssvc.points()[p].value(said[p]) for p in POINTS if isinstance(said.get(p), str)}
            vectors = [v for key in ("cisa_cvss", "cna_cvss") for v in _vectors(row.get(key))]
            out[row["cve"]] = {**values, "kev": row.get("kev_date_added") or row.get("kev"), "cvss": vectors}
    return out


def _vectors(value: Any) -> list[str]:
    listed = list(value.values()) if isinstance(value, dict) else value or []
    return [v["vector"] if isinstance(v, dict) else v for v in listed]


def compared(
    truth: Mapping[str, Mapping[str, Any]], facts: Mapping[str, VulnerabilityFacts], chosen: Policy
) -> dict[str, Counted]:
    """Return what the inputs of a policy say of each point, beside what the analysts published."""
    counts = {point: Counted() for point in POINTS}
    for cve, known in truth.items():
        values, _ = inputs_of(facts[cve], None, chosen, now=LISTED)
        for point in POINTS:
            counts[point].take(cve, known.get(point), values[point])
    return counts


RULES: dict[str, tuple[str, Callable[[Mapping[str, str]], str | None]]] = {
    "automatable = yes where AV:N AC:L PR:N UI:N": (
        "automatable",
        lambda m: "yes" if [m.get(k) for k in ("AV", "AC", "PR", "UI")] == ["N", "L", "N", "N"] else "no",
    ),
    "technical impact = total where C:H I:H A:H": (
        "technical_impact",
        lambda m: "total" if [m.get(k, m.get(f"V{k}")) for k in "CIA"] == ["H", "H", "H"] else "partial",
    ),
    "technical impact by CERT/CC's CVSS 4.0 table": (
        "technical_impact",
        lambda m: _table(m) if "VC" in m else None,
    ),
}
"""Rules of thumb that are not used, to the point that they would say."""


def _table(m: Mapping[str, str]) -> str:
    pair, need = {m["VC"], m["VI"]}, m["PR"]
    if pair == {"H"}:
        return "total"
    return "total" if need == "N" and pair == {"H", "L"} else "partial"


def thumb(truth: Mapping[str, Mapping[str, Any]]) -> dict[str, Counter[str]]:
    """Return how often each rule of thumb agrees with the analysts."""
    out = {name: Counter[str]() for name in RULES}
    for known in truth.values():
        for text in known["cvss"]:
            try:
                metrics = cvss.read(text).metrics
            except UserError:
                continue
            for name, (point, rule) in RULES.items():
                said = rule(metrics)
                if said is not None and known.get(point) is not None:
                    out[name]["agree" if said == known[point] else "differ"] += 1
    return out


def settled(facts: Mapping[str, VulnerabilityFacts], asset: Asset | None) -> tuple[int, float]:
    """Return how many BOD 26-04 decisions have one outcome, and how many outcomes are left on average."""
    chosen = policy("bod-26-04")
    sizes = [len(chosen.decide(inputs_of(f, asset, chosen, now=LISTED)[0]).possible) for f in facts.values()]
    return sum(size == 1 for size in sizes), sum(sizes) / len(sizes)


def table(data: Path) -> tuple[str, bool]:
    """Return the results as Markdown, and whether they are as they must be."""
    lines, right = [], True
    coordinator = policy("ssvc-coordinator")
    lines += [
        "| file | point | published | given: same | derived from KEV alone | agree | differ | left unknown | invented |"
    ]
    lines += ["|---|---|---|---|---|---|---|---|---|"]
    differing: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for file in FILES:
            path = data / "vulnrichment" / file
            truth = published(path)
            home, bare = Path(folder) / file, Path(folder) / f"{file}-bare"
            import_set(home, "vulnrichment", path, now=LISTED, on=SNAPSHOT)
            given_facts, bare_facts = lookup(home, truth), lookup(bare, truth)
            given = compared(truth, {c: _without_kev(f) for c, f in given_facts.items()}, coordinator)
            derived = compared(truth, bare_facts, coordinator)
            for point in POINTS:
                g, d = given[point], derived[point]
                right &= g.agree == g.n == g.said and d.invented == 0 and g.invented == 0
                lines.append(
                    f"| `{file}` | {point} | {g.n:,} | {g.agree:,} | {d.said:,} | {d.agree:,} | {len(d.differ):,} "
                    f"| {d.n - d.said:,} | {d.invented + g.invented} |"
                )
            later = [c for c in derived["exploitation"].differ if _later(bare_facts[c])]
            differing.append(
                f"`{file}`: of the {len(derived['exploitation'].differ)} that differ, {len(later)} were listed in KEV "
                f"after the snapshot of {SNAPSHOT}, so both are right on their day; the others, "
                "which it listed before: " + ", ".join(sorted(set(derived["exploitation"].differ) - set(later))) + "."
            )
            days = [(known["kev"], bare_facts[c].kev_at) for c, known in truth.items() if known["kev"]]
            same = sum(at is not None and f"{at:%Y-%m-%d}" == said for said, at in days)
            differing.append(f"`{file}`: {same} of {len(days)} days of listing that CISA wrote are KEV's own.")
            if file == FILES[0]:
                thumbs, size = thumb(truth), len(truth)
                n, mean = settled(given_facts, None)
                known_n, known_mean = settled(given_facts, Asset(name="any", internet_facing=True))
                bare_n, bare_mean = settled(bare_facts, None)
    lines += ["", *differing, ""]
    lines += ["| rule of thumb (not used) | agree | differ | right |", "|---|---|---|---|"]
    for name, counts in thumbs.items():
        total = counts["agree"] + counts["differ"]
        lines.append(f"| {name} | {counts['agree']:,} | {counts['differ']:,} | {counts['agree'] / total:.1%} |")
    lines += ["", "| BOD 26-04, `cves-full.jsonl.gz` | settled | outcomes left on average |", "|---|---|---|"]
    for what, (n_settled, average) in {
        "KEV and Vulnrichment held, exposure of the asset known": (known_n, known_mean),
        "exposure not known": (n, mean),
        "KEV alone, exposure not known": (bare_n, bare_mean),
    }.items():
        lines.append(f"| {what} | {n_settled:,} of {size:,} | {average:.2f} |")
    return "\n".join(lines), right


def _without_kev(facts: VulnerabilityFacts) -> VulnerabilityFacts:
    """Return facts as CISA's analysts gave them, so that KEV of a later day does not answer for them."""
    return replace(facts, kev_at=None)


def _later(facts: VulnerabilityFacts) -> bool:
    return facts.kev_at is not None and facts.kev_at.date() > SNAPSHOT


def main() -> int:
    """Compare and print; return 1 where something differs or is made up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder that holds vulnrichment")
    parser.add_argument("--write", action="store_true", help="write the table into the README")
    given = parser.parse_args()
    if not (given.data / "vulnrichment").is_dir():
        print(f"no shared data at {given.data}", file=sys.stderr)
        return 3
    shown, right = table(given.data)
    print(shown)
    if given.write:
        put_table("decisions", shown)
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
