"""Train the same recipe in one process and under `accelerate launch` with two, and compare every step.

    python benchmarks/training/two_processes.py --out benchmarks/training/two_processes.jsonl

Both make the same optimiser steps: the recipe's batch is shared, the loss is per token over both processes. The sums
are taken in another order, so that weights and losses agree within rounding and not to the bit.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.training.tiny import make_base

WORKER = Path(__file__).with_name("worker.py")
KINDS = ("pretraining", "instruction", "preference")


def _free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


def train(folder: Path, settings: dict[str, Any], processes: int) -> dict[str, Any]:
    """Return the loss of each step and the metrics."""
    start = [sys.executable]
    if processes > 1:
        # --multi_gpu starts several processes on a CPU too; --cpu alone starts one, unless mpirun starts the others
        start += ["-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", str(processes)]
        start += ["--num_machines", "1"]
        start += ["--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", str(_free_port())]
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [*start, str(WORKER), str(folder), json.dumps(settings)],
        capture_output=True,
        text=True,
        timeout=1800,
        env=os.environ | {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"},
    )
    losses, last = {}, {}
    for line in done.stdout.splitlines():
        if not line.startswith("{"):
            continue
        last = json.loads(line)
        if "loss" in last:
            losses[int(last["step"])] = last["loss"]
    if "metrics" not in last:
        raise RuntimeError(f"{processes} processes failed: {done.stdout[-2000:]} {done.stderr[-4000:]}")
    return {
        "losses": losses,
        "metrics": last["metrics"],
        "path": last["path"],
        "n_lines": len(done.stdout.splitlines()),
    }


def largest_weight_difference(one: Path, two: Path) -> float:
    from safetensors.numpy import load_file

    worst = 0.0
    for path in sorted(one.glob("*.safetensors")):
        ours, theirs = load_file(path), load_file(two / path.name)
        if ours.keys() != theirs.keys():
            raise RuntimeError("the two runs saved different weights")
        worst = max(worst, *(float(abs(ours[name] - theirs[name]).max()) for name in ours))
    return worst


def compare(folder: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """Return how far two processes are from one."""
    if not (folder / "base").exists():
        make_base(folder / "base")
    name = f"{settings['kind']}-{settings['precision']}"
    one = train(folder / f"{name}-one", settings, 1)
    two = train(folder / f"{name}-two", settings, 2)
    if one["losses"].keys() != two["losses"].keys():
        raise RuntimeError(f"other steps: {sorted(one['losses'])} and {sorted(two['losses'])}")
    return {
        **{key: settings[key] for key in ("kind", "method", "precision")},
        "processes": [one["metrics"]["processes"], two["metrics"]["processes"]],
        "steps": len(one["losses"]),
        "told_twice": two["n_lines"] != one["n_lines"],
        "largest_loss_difference": max(abs(one["losses"][n] - two["losses"][n]) for n in one["losses"]),
        "final_loss": [one["metrics"]["final_loss"], two["metrics"]["final_loss"]],
        "validation_loss": [one["metrics"]["validation_loss"], two["metrics"]["validation_loss"]],
        "largest_weight_difference": largest_weight_difference(Path(one["path"]), Path(two["path"])),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--steps", type=int, default=12)
    args = parser.parse_args()
    lines = []
    with tempfile.TemporaryDirectory() as scratch:
        for kind in args.kinds.split(","):
            settings = {"kind": kind, "method": "lora", "precision": "float32", "max_steps": args.steps}
            settings |= {"batch_size": 4, "accumulate": 2, "max_length": 128, "learning_rate": 2e-3, "n": 150}
            lines.append(compare(Path(scratch), settings))
            print(json.dumps(lines[-1]), flush=True)
    if args.out:
        args.out.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    held = (line["largest_loss_difference"] < 1e-4 and line["processes"] == [1.0, 2.0] for line in lines)
    return 0 if all(held) else 1


if __name__ == "__main__":
    raise SystemExit(main())
