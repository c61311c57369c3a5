"""Kill -9 a training at ten points, resume it each time, and compare with a run that nobody killed.

One run is killed ten times, one kill after the other: five times at a step, five times while a checkpoint is being
written (its staging folder is there). Then the newest checkpoint is torn before the last resume. The weights, the
loss of every step and the validation loss must equal the undisturbed run's.

    python benchmarks/training/kills.py --out benchmarks/training/kills.jsonl
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.training.tiny import make_base

from vedette.forge.train import checkpoints

WORKER = Path(__file__).with_name("worker.py")


def start(folder: Path, settings: dict[str, Any]) -> subprocess.Popen[str]:
    folder.mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(
        [sys.executable, str(WORKER), str(folder), json.dumps(settings)],
        stdout=subprocess.PIPE,
        stderr=(folder / "errors.txt").open("w"),
        text=True,
        start_new_session=True,
        env=os.environ | {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"},
    )


def finish(process: subprocess.Popen[str]) -> tuple[dict[int, float], dict[str, Any], list[str]]:
    """Return the loss of each step, the last line, and the notes."""
    losses, notes, last = {}, [], {}
    assert process.stdout is not None
    for line in process.stdout:
        said = json.loads(line)
        if "loss" in said:
            losses[int(said["step"])] = said["loss"]
        if "note" in said:
            notes.append(said["note"])
        last = said
    process.wait()
    return losses, last, notes


def _kill(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def kill_at(folder: Path, settings: dict[str, Any], step: int, *, writing: bool) -> dict[str, Any] | None:
    """Run until ``step`` (or, from there on, until a checkpoint is being written), kill, and say where it was."""
    process = start(folder, settings)
    assert process.stdout is not None
    reached, losses = 0, {}
    for line in process.stdout:
        said = json.loads(line)
        if "loss" in said:
            reached = int(said["step"])
            losses[reached] = said["loss"]
            if reached >= step:
                break
    else:
        process.wait()
        return None
    place = folder / "work" / "checkpoints"
    if writing:
        until = time.monotonic() + 120
        while not any(place.glob(".staging-checkpoint-*")) and process.poll() is None and time.monotonic() < until:
            time.sleep(0.0005)
    _kill(process)
    left = [path for path in place.glob(".staging-checkpoint-*")]
    return {
        "killed_at_step": reached,
        "while": "writing a checkpoint" if left else "training",
        "half_written_bytes": sum(checkpoints.size_of(path) for path in left),
        "whole_checkpoints": [n for n, _ in checkpoints.numbered(place)],
        "losses": losses,
    }


def run(folder: Path, settings: dict[str, Any], points: list[tuple[int, bool]], *, tear: bool = True) -> dict[str, Any]:
    """Return the kills and whether the run that they disturbed ended as the undisturbed one."""
    make_base(folder / "base")
    calm_losses, calm, _ = finish(start(folder / "calm", settings))
    if "metrics" not in calm:
        raise RuntimeError(f"the undisturbed run failed: {calm} {(folder / 'calm' / 'errors.txt').read_text()[-2000:]}")
    rows, losses = [], {}
    for step, writing in points:
        row = kill_at(folder / "killed", settings, step, writing=writing)
        if row is None:
            raise RuntimeError(f"the run ended before step {step}")
        seen = row.pop("losses")
        row["same_losses"] = all(calm_losses[n] == loss for n, loss in seen.items())
        losses |= seen
        rows.append(row)
    torn = None
    if tear:
        step, newest = checkpoints.numbered(folder / "killed" / "work" / "checkpoints")[0]
        weights = max(newest.glob("*.safetensors"), key=lambda path: path.stat().st_size)
        body = bytearray(weights.read_bytes())
        body[len(body) // 2] ^= 0xFF
        weights.write_bytes(body)
        torn = step
    last_losses, killed, notes = finish(start(folder / "killed", settings))
    losses |= last_losses
    names = ("final_loss", "validation_loss", "train_loss")
    calm_path, killed_path = Path(calm["path"]), Path(killed["path"])
    weights_of = [
        sorted((p / n.name, checkpoints.digest_of(n)) for n in p.glob("*.safetensors"))
        for p in (calm_path, killed_path)
    ]
    return {
        "kills": rows,
        "torn_checkpoint": torn,
        "notes": notes,
        "calm": {name: calm["metrics"][name] for name in names},
        "killed": {name: killed["metrics"][name] for name in names},
        "same_losses": losses == calm_losses,
        "same_weights": [d for _, d in weights_of[0]] == [d for _, d in weights_of[1]],
        "largest_difference": max(abs(calm["metrics"][n] - killed["metrics"][n]) for n in names),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--kinds", default="pretraining:full,instruction:lora")
    args = parser.parse_args()
    lines, same = [], True
    for name in args.kinds.split(","):
        kind, method = name.split(":")
        settings = {"kind": kind, "method": method, "max_steps": 120, "save_every": 5, "n": 200}
        settings["extra"] = {"max_grad_norm": 1.0}
        if method == "lora":
            settings["lora"] = {"rank": 4, "alpha": 8, "dropout": 0.1}
        points = [
            (4, False),
            (9, True),
            (22, False),
            (29, True),
            (43, False),
            (54, True),
            (68, False),
            (79, True),
            (91, False),
            (104, True),
        ]
        with tempfile.TemporaryDirectory() as scratch:
            found = run(Path(scratch), settings, points)
        print(f"{kind}, {method}")
        for n, row in enumerate(found["kills"], 1):
            lines.append({"recipe": name, "kill": n, **row})
            print(
                f"  {n:2} step {row['killed_at_step']:3} {row['while']:21} {row['half_written_bytes']:8} bytes left, "
                f"whole: {row['whole_checkpoints']}, losses {'equal' if row['same_losses'] else 'DIFFER'}"
            )
        end = {key: value for key, value in found.items() if key != "kills"}
        lines.append({"recipe": name, **end})
        print("  " + json.dumps(end))
        same &= found["same_weights"] and found["same_losses"]
    if args.out:
        args.out.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return 0 if same else 1


if __name__ == "__main__":
    raise SystemExit(main())
