"""Write requests with their plans: ``python -m vedette.copilot.adapter --rows 30000 --seed 7 --out FILE.jsonl``.

``--choose`` writes what the tool chooser is trained on instead: masked questions and the tool's name.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from vedette.copilot.adapter.choosing_rows import choosing_rows
from vedette.copilot.adapter.requests import requests
from vedette.toolbox import tools


def main() -> None:
    """Write the training or the held-out set as messages, one conversation a line."""
    parser = argparse.ArgumentParser(prog="python -m vedette.copilot.adapter", description=__doc__)
    parser.add_argument("--rows", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--held-out", action="store_true", help="the evaluation set: other phrasings, other values")
    parser.add_argument("--choose", action="store_true", help="masked questions and their tool, for the linear chooser")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    plugins, broken = tools()
    if broken:
        parser.error(f"tools that do not load: {', '.join(str(b) for b in broken)}")
    known = {name: plugin.tool for name, plugin in plugins.items()}
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    n = 0
    with asked.out.open("w", encoding="utf-8") as file:
        if asked.choose:
            for chosen in choosing_rows(asked.rows, asked.seed, known, held_out=asked.held_out):
                file.write(json.dumps(chosen, ensure_ascii=False) + "\n")
                n += 1
            print(f"{n} rows in {asked.out}")
            return
        for made in requests(asked.rows, asked.seed, known, held_out=asked.held_out):
            messages = [{"role": m.role.value, "content": m.content} for m in made.messages(known)]
            row = {"messages": messages, "intent": made.intent, "family": made.family, "phrasing": made.phrasing}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            n += 1
    print(f"{n} requests in {asked.out}")


if __name__ == "__main__":
    main()
