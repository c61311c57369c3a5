"""What the checker keeps of true sentences and catches of planted errors: ``python -m benchmarks.claims.run``.

Fills the tables of this folder's README and prints every miss. The incidents are investigated first where that has not
been done on this machine (a minute).
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from pathlib import Path

from benchmarks.claims.items import Item, facts, read
from benchmarks.claims.planting import DEVELOPMENT, EXTRAS, Family
from benchmarks.claims.planting_fresh import FRESH
from benchmarks.claims.planting_said import SAID
from benchmarks.claims.planting_unseen import UNSEEN

from vedette.claims import Checker

README = Path(__file__).with_name("README.md")
TRUE = {
    "development": (
        "true-dev.txt",
        "true-dev-more.txt",
        "true-dev-second.txt",
        "true-dev-third.txt",
        "true-dev-fourth.txt",
        "true-dev-fifth.txt",
        "true-dev-sixth.txt",
        "true-dev-seventh.txt",
    ),
    "held out": ("true-held-out.txt",),
}
SEED = 7
MOST = 80
"""How many errors of a held-out family are judged at most, so that no family outweighs the others."""


class Judge:
    """Checks sentences against the facts of their case, with one checker for each case."""

    def __init__(self) -> None:
        """Start with none read."""
        self._checkers: dict[tuple[str, int], Checker] = {}
        self.seconds = 0.0
        self.judged = 0

    def keeps(self, item: Item, text: str) -> tuple[bool, str]:
        """Return whether the sentence is kept, and the reason where it is not."""
        key = (item.world, item.case)
        if key not in self._checkers:
            self._checkers[key] = Checker(facts(*key))
        start = time.perf_counter()
        checked = self._checkers[key].check(text)
        self.seconds += time.perf_counter() - start
        self.judged += 1
        return bool(checked.claims), "; ".join(c.reason for c in checked.dropped)


def planted(
    items: list[Item], families: dict[str, Family], seed: int, most: int | None = None
) -> list[tuple[str, Item, str]]:
    """Return (family, true item, false sentence), each false sentence once, ``most`` of each family drawn by chance."""
    rng = random.Random(seed)
    made: dict[tuple[str, str, str], tuple[str, Item, str]] = {}
    extras = 0
    for item in items:
        for family, plant in families.items():
            if family == "plausible extra sentence":
                extras += 1
                if extras > len(EXTRAS) * 3:
                    continue
            for text in plant(item.text, facts(item.world, item.case), rng):
                if text != item.text:
                    made.setdefault((family, item.world, text), (family, item, text))
    if most is None:
        return list(made.values())
    by_family = {family: [m for m in made.values() if m[0] == family] for family in families}
    return [m for found in by_family.values() for m in (found if len(found) <= most else rng.sample(found, most))]


def main() -> None:
    """Judge everything, print the misses, fill the README."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", type=int, default=40, help="how many misses of a kind to print")
    parser.add_argument("--development", action="store_true", help="judge nothing held out and leave the README")
    args = parser.parse_args()
    judge = Judge()
    items = {split: [i for name in names for i in read(name)] for split, names in TRUE.items()}
    lines = ["| true sentences | wordings | dropped | |", "|---|---:|---:|---:|"]
    for split, found in items.items():
        if args.development and split != "development":
            continue
        lost = [(i, why) for i in found for kept, why in [judge.keeps(i, i.text)] if not kept]
        lines.append(f"| {split} | {len(found)} | {len(lost)} | {len(lost) / len(found):.1%} |")
        for item, why in lost[: args.misses]:
            print(f"dropped ({split}) | {item.world} | {item.text} | {why}")
    lines += ["", "| planted errors | wordings | family | planted | caught | |", "|---|---|---|---:|---:|---:|"]
    for title, families, split in (
        ("development", DEVELOPMENT | SAID, "development"),
        ("aimed at the checker", FRESH, "development"),
        ("development", DEVELOPMENT | SAID, "held out"),
        ("held out", UNSEEN, "held out"),
    ):
        if args.development and split != "development":
            continue
        made = planted(items[split], families, SEED, None if families is not UNSEEN and families is not FRESH else MOST)
        total: Counter[str] = Counter()
        missed: Counter[str] = Counter()
        for family, item, text in made:
            total[family] += 1
            if judge.keeps(item, text)[0]:
                missed[family] += 1
                if missed[family] <= args.misses:
                    print(f"kept ({title}, {split}: {family}) | {item.world} | {text} | true: {item.text}")
        for family in total:
            n, caught = total[family], total[family] - missed[family]
            lines.append(f"| {title} | {split} | {family} | {n} | {caught} | {caught / n:.1%} |")
        n, caught = sum(total.values()), sum(total.values()) - sum(missed.values())
        lines.append(f"| **{title}** | **{split}** | **all** | **{n}** | **{caught}** | **{caught / n:.1%}** |")
    print("\n".join(lines))
    print(f"{judge.judged} sentences, {judge.seconds / judge.judged * 1000:.2f} ms each")
    if README.is_file() and not args.development:
        text = README.read_text(encoding="utf-8")
        start, end = "<!-- results -->", "<!-- /results -->"
        if start in text and end in text:
            before, _, rest = text.partition(start)
            after = rest.partition(end)[2]
            README.write_text(f"{before}{start}\n" + "\n".join(lines) + f"\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
