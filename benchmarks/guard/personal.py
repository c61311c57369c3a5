"""How much of personal data is found? ``python -m benchmarks.guard.personal [--peers VENV] [--write] [--misses TYPE]``.

Data: pii-presidio, both files (MIT; its identities are CC BY-SA, so it is only measured on). A labelled value counts as
found when a finding of a compatible type overlaps it; a finding that overlaps none of its type is false. Places and
addresses are one type here, as the two files label them differently (one says ADDRESS of a whole block, the other
STREET_ADDRESS of a part); the figure with places and addresses apart stands below. Intervals are by template.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.guard.presidio import Presidio
from benchmarks.guard.tables import write_section

from vedette.guard.base import Scanner
from vedette.guard.merging import merged
from vedette.schema.guarding import Around, Passage

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
FILES = ("generated_large.jsonl", "synth_dataset_v2.jsonl")
FAMILIES = {
    "person": ("PERSON",),
    "place or address": ("LOCATION", "GPE", "ADDRESS", "STREET_ADDRESS", "ZIP_CODE"),
    "organisation": ("ORGANIZATION",),
    "date or time": ("DATE_TIME", "DATE_OF_BIRTH"),
    "title": ("TITLE", "PREFIX"),
    "nationality": ("NRP",),
    "age": ("AGE",),
    "phone": ("PHONE_NUMBER",),
    "card": ("CREDIT_CARD",),
    "mail": ("EMAIL_ADDRESS",),
    "IBAN": ("IBAN_CODE",),
    "IP address": ("IP_ADDRESS",),
    "domain": ("DOMAIN_NAME", "URL", "HOSTNAME"),
    "driving licence": ("US_DRIVER_LICENSE", "DRIVER_LICENSE"),
}
"""Types that are compatible, by what they are called here."""
STRUCTURED = ("card", "IBAN", "mail", "IP address", "phone", "domain")
OF = {name: family for family, names in FAMILIES.items() for name in names}
DRAWS = 1000

Found = list[tuple[str, int, int]]
Count = Counter[tuple[str, str]]
"""(family, "hit" or "missed" or "false") by number."""


def rows() -> Iterator[dict[str, Any]]:
    """Yield the labelled texts of both files."""
    for name in FILES:
        with (SHARED / "pii-presidio" / name).open(encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                yield row | {"group": f"{name}/{row['template_id']}"}


def judged(row: dict[str, Any], found: Found, family: Callable[[str], str]) -> Count:
    """Return what was hit, missed and false in a text."""
    count: Count = Counter()
    right: set[int] = set()
    for span in row["spans"]:
        kind = family(span["type"])
        over = [
            at
            for at, (name, start, end) in enumerate(found)
            if family(name) == kind and start < span["end"] and span["start"] < end
        ]
        right.update(over)
        count[kind, "hit" if over else "missed"] += 1
    for at, (name, _, _) in enumerate(found):
        if at not in right:
            count[family(name), "false"] += 1
    return count


def wide(name: str) -> str:
    """Return the family of a type; one that the data do not label is its own."""
    return OF.get(name, name)


def apart(name: str) -> str:
    """Return the family where places and addresses are two."""
    return "place" if name in ("LOCATION", "GPE") else OF.get(name, name)


def ratio(count: Count, kinds: Sequence[str] | None = None) -> float:
    """Return F1 over some families, or over all."""
    kept = Counter[str]()
    for (kind, what), number in count.items():
        if kinds is None or kind in kinds:
            kept[what] += number
    return 2 * kept["hit"] / max(1, 2 * kept["hit"] + kept["missed"] + kept["false"])


def interval(counts: dict[str, Count], kinds: Sequence[str] | None = None) -> tuple[float, float]:
    """Return the bounds between which 95 of 100 drawings of templates lie."""
    draw = random.Random(7)
    groups = sorted(counts)
    values = []
    for _ in range(DRAWS):
        total: Count = Counter()
        for group in draw.choices(groups, k=len(groups)):
            total.update(counts[group])
        values.append(ratio(total, kinds))
    values.sort()
    return values[int(0.025 * DRAWS)], values[int(0.975 * DRAWS)]


def ours() -> list[Scanner]:
    """Return the scanners that find personal data."""
    from vedette.guard.names import NamesScanner
    from vedette.guard.personal import PersonalScanner

    scanners: list[Scanner] = [PersonalScanner(), NamesScanner()]
    for one in scanners:
        one.warm()
    return scanners


def scan(scanners: Sequence[Scanner], text: str) -> tuple[Found, float]:
    """Return what scanners find in a text, as the engine reports it, and the seconds of the processor."""
    start = time.process_time()
    passage, around = Passage(text=text), Around()
    found = merged(one for scanner in scanners for one in scanner.scan(passage, around).findings)
    return [(one.entity, one.start, one.end) for one in found], time.process_time() - start


def table(sides: dict[str, dict[str, Count]]) -> list[str]:
    """Return the table of all sides."""
    totals = {name: sum(counts.values(), Counter()) for name, counts in sides.items()}
    seen = {kind for total in totals.values() for (kind, what) in total if what in ("hit", "missed")}
    lines = ["| type | labelled | " + " | ".join(f"{name}: F1 (P / R)" for name in sides) + " |"]
    lines.append("|---|---|" + "---|" * len(sides))
    for kind in [k for k in FAMILIES if k in seen]:
        cells = []
        for total in totals.values():
            hit, missed, false = (total[kind, what] for what in ("hit", "missed", "false"))
            cells.append(
                f"{ratio(total, [kind]):.3f} ({hit / max(1, hit + false):.3f} / {hit / max(1, hit + missed):.3f})"
            )
        first = next(iter(totals.values()))
        lines.append(f"| {kind} | {first[kind, 'hit'] + first[kind, 'missed']} | " + " | ".join(cells) + " |")
    others = [str(sum(n for (k, w), n in t.items() if k not in seen and w == "false")) for t in totals.values()]
    lines.append("| types that are not labelled: false | | " + " | ".join(others) + " |")
    for title, kinds in (("structured types", STRUCTURED), ("**all**", None)):
        cells = []
        for name, counts in sides.items():
            low, high = interval(counts, kinds)
            cells.append(f"**{ratio(totals[name], kinds):.3f}** ({low:.3f} to {high:.3f})")
        lines.append(f"| {title}, interval by template | | " + " | ".join(cells) + " |")
    return lines


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, help="a virtual environment with presidio-analyzer and a spaCy model")
    parser.add_argument("--misses", metavar="TYPE", help="print what is missed and false of a type, and end")
    parser.add_argument("--write", action="store_true", help="put the table into the README")
    given = parser.parse_args(argv)
    scanners = ours()
    peer = Presidio(given.peers) if given.peers else None
    sides: dict[str, dict[str, Count]] = {"Vedette": defaultdict(Counter)}
    strict: dict[str, Count] = {"Vedette": Counter()}
    seconds: dict[str, float] = {"Vedette": 0.0}
    if peer:
        sides[peer.name], strict[peer.name], seconds[peer.name] = defaultdict(Counter), Counter(), 0.0
    size = 0
    for row in rows():
        size += len(row["text"])
        answers = {"Vedette": scan(scanners, row["text"])}
        if peer:
            answers[peer.name] = peer.scan(row["text"])
        for name, (found, took) in answers.items():
            seconds[name] += took
            sides[name][row["group"]].update(judged(row, found, wide))
            strict[name].update(judged(row, found, apart))
        if given.misses:
            tell(row, answers["Vedette"][0], given.misses)
    if peer:
        peer.close()
    if given.misses:
        return 0
    lines = table(sides)
    lines += ["", "Places and addresses apart: " + ", ".join(f"{k} {ratio(v):.3f}" for k, v in strict.items()) + "."]
    lines.append(
        "Milliseconds of the processor for a thousand characters (texts of 300 characters, in turn in one run): "
        + ", ".join(f"{name} {took / size * 1e6:.1f}" for name, took in seconds.items())
        + "."
    )
    print("\n".join(lines))
    if given.write:
        figures: dict[str, Any] = {}
        for name, counts in sides.items():
            total = sum(counts.values(), Counter())
            figures[name] = {
                "f1": round(ratio(total), 4),
                "f1_person": round(ratio(total, ["person"]), 4),
                "f1_structured": round(ratio(total, STRUCTURED), 4),
                "f1_places_apart": round(ratio(strict[name]), 4),
                "ms_per_1000_chars": round(seconds[name] / size * 1e6, 2),
            }
        write_section("personal", "\n".join(lines), figures)
    return 0


def tell(row: dict[str, Any], found: Found, wanted: str) -> None:
    """Print what was missed and false in a text, of one family."""
    text = row["text"]
    for span in row["spans"]:
        if wide(span["type"]) == wanted and not any(
            wide(name) == wanted and start < span["end"] and span["start"] < end for name, start, end in found
        ):
            print(f"missed {span['value']!r} in {text!r}")
    for name, start, end in found:
        if wide(name) == wanted and not any(
            wide(s["type"]) == wanted and start < s["end"] and s["start"] < end for s in row["spans"]
        ):
            print(f"false {text[start:end]!r} in {text!r}")


if __name__ == "__main__":
    sys.exit(main())
