"""Do answers stay right when the model sees pseudonyms only? The copilot's benchmark, asked with and without the guard.

Usage: ``python -m benchmarks.guard.utility [--part development] [--world demo] [--worlds DIR] [--write]``

The model is a double that words an answer by saying the facts that it was given, in order: it makes no mistakes of its
own, so that what differs is the guard's doing. Through the guard it gets pseudonyms in the place of every name, address
and host that the scanners find, and says those; the guard restores its words, and the checker judges them as always.
Every prompt that reached the double is searched for the values that were replaced in it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.answers import questions, worlds
from benchmarks.answers.run import Row, ask_all
from benchmarks.answers.support import survey
from benchmarks.guard.tables import write_section

_FACTS = re.compile(r"<facts>\n(.*?)\n</facts>", re.S)
_NUMBER = re.compile(r"^\d+\. ", re.M)
SECTION = "utility"


@dataclass
class Side:
    """One way of asking."""

    rows: list[Row]
    texts: list[str]
    n_prompts: int = 0
    n_pseudonyms: int = 0


def says_the_facts(asked: Any) -> str:
    """Return the facts of a prompt as sentences."""
    found = _FACTS.search(asked.messages[-1].content)
    if found is None:
        return "none"
    return " ".join(line for line in _NUMBER.sub("", found.group(1)).splitlines())


def ask_world(world: str, asked: Sequence[questions.Conversation], folder: Path, *, guarded: bool) -> Side:
    """Ask a world's questions, with or without the guard."""
    from vedette.guard.engine import Guard, scanners_named
    from vedette.guard.model import DATA_SCANNERS, GuardedModel
    from vedette.guard.policy import load_policy
    from vedette.llm.scripted import ScriptedModel

    double = ScriptedModel(says_the_facts, local=False)
    model: Any = double
    if guarded:
        model = GuardedModel(double, Guard(scanners_named(DATA_SCANNERS), load_policy("default"), timeout_s=None))
    details: list[dict[str, Any]] = []
    with worlds.opened(worlds.home_of(world, folder)) as lake:
        name = "guarded" if guarded else "plain"
        rows = list(ask_all(asked, lake, survey(lake), model, name, router="rules", details=details))
    texts = [str(one.get("text", one.get("error", ""))) for one in details]
    from vedette.guard.pseudonyms import token_shapes

    said = [message.content for asked in double.requests for message in asked.messages]
    return Side(rows, texts, len(double.requests), sum(1 for text in said for _ in token_shapes(text)))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", action="append", choices=list(questions.FILES))
    parser.add_argument("--world", action="append", choices=list(worlds.WORLDS))
    parser.add_argument("--worlds", type=Path, default=worlds.default_folder(), help="where worlds are kept")
    parser.add_argument("--details", type=Path, help="write the answers that differ there")
    parser.add_argument("--write", action="store_true", help="write the table into the README")
    args = parser.parse_args(argv)
    asked = [c for c in questions.load(args.part or ("development",)) if not args.world or c.world in args.world]
    lines = [
        "| world | questions | right, values | right, pseudonyms | answers that differ"
        " | prompts, values | prompts, pseudonyms | pseudonyms in them |",
        "|---|---|---|---|---|---|---|---|",
    ]
    total = [0] * 7
    differing: list[dict[str, str]] = []
    for world in worlds.WORLDS:
        some = [c for c in asked if c.world == world]
        if not some or (world != worlds.DEMO and not worlds.INCIDENTS.is_dir()):
            continue
        plain = ask_world(world, some, args.worlds, guarded=False)
        kept = ask_world(world, some, args.worlds, guarded=True)
        apart = [i for i, (a, b) in enumerate(zip(plain.texts, kept.texts, strict=True)) if a != b]
        differing += [{"id": plain.rows[i].id, "values": plain.texts[i], "pseudonyms": kept.texts[i]} for i in apart]
        counts = [
            len(plain.rows),
            sum(r.right for r in plain.rows),
            sum(r.right for r in kept.rows),
            len(apart),
            plain.n_prompts,
            kept.n_prompts,
            kept.n_pseudonyms,
        ]
        total = [a + b for a, b in zip(total, counts, strict=True)]
        lines.append(f"| {world} | " + " | ".join(str(one) for one in counts) + " |")
        print(lines[-1], file=sys.stderr, flush=True)
    lines.append("| all | " + " | ".join(str(one) for one in total) + " |")
    points = 100 * (total[1] - total[2]) / max(total[0], 1)
    lines += ["", f"Difference: {points:.2f} points of {total[0]} questions."]
    print("\n".join(lines))
    if args.details:
        args.details.write_text("\n".join(json.dumps(one) for one in differing) + "\n", encoding="utf-8")
    if args.write:
        write_section(SECTION, "\n".join(lines), {"questions": total[0], "values": total[1], "pseudonyms": total[2]})
    return 0 if points < 1 else 1


if __name__ == "__main__":
    sys.exit(main())
