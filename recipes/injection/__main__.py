"""Write the rows: ``python -m recipes.injection FILE.jsonl``, or count them by family without a file."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections import Counter
from pathlib import Path

from recipes.injection.corpus import rows


def main(target: str | None) -> None:
    """Write to a file, or print the counts."""
    made = rows()
    if target is None:
        for (family, label), count in sorted(Counter((row.family, row.label) for row in made).items()):
            print(f"{count:5} {'attack' if label else 'plain '} {family}")
        print(
            f"{len(made):5} rows, {len({row.family for row in made})} families, {sum(row.label for row in made)} attacks"
        )
        return
    with Path(target).open("w", encoding="utf-8") as handle:
        for row in made:
            handle.write(json.dumps(dataclasses.asdict(row), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
