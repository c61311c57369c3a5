"""Train the tiny model in a process of its own, telling each step on standard output; made to be killed.

python benchmarks/training/worker.py FOLDER '{"kind": "pretraining", "method": "full", …}'
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.training.tiny import CORPORA, recipe_at

from vedette.errors import VedetteError
from vedette.forge.train import trainer_for


class Telling:
    def update(self, stage: str, done: float, total: float | None, **numbers: float) -> None:
        print(json.dumps({"stage": stage, "step": done, **numbers}), flush=True)

    def note(self, text: str) -> None:
        print(json.dumps({"note": text}), flush=True)


def main() -> int:
    folder, settings = Path(sys.argv[1]), json.loads(sys.argv[2])
    kind = settings.pop("kind", "pretraining")
    n = settings.pop("n", None)
    loaded = recipe_at(folder, folder.parent / "base", kind, **settings)
    make = CORPORA[kind]
    corpus = make(folder, n) if n else make(folder)
    try:
        trained = trainer_for(loaded.recipe).train(loaded, corpus, folder / "work", folder, Telling(), resume=True)
    except VedetteError as error:
        print(json.dumps({"error": error.message, "next_step": error.next_step}), flush=True)
        return error.exit_code
    if int(os.environ.get("RANK", "0")) == 0:
        print(json.dumps({"metrics": dict(trained.metrics), "path": str(trained.path)}), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
