"""Training throughput beside the plain Transformers trainer, with the same settings, interleaved in one run.

    python benchmarks/training/run.py --base SmolLM2-135M-Instruct.Q4_1.gguf --out benchmarks/training/results.jsonl

Two baselines, both `transformers.Trainer` with the same weights, adapter, precision, optimiser, batch and length:
*same rows* is given the very rows that ours trains on; *padded* has one document a row, padded to the longest of its
batch, as the trainer does it without packing (its padding does not count as tokens). Times are of the process' CPU,
for the machine may be shared; wall times are kept in the lines as well. The ratio's interval is a bootstrap over
the interleaved repeats.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.training.tiny import MemoryCorpus, recipe_at, record

from vedette.forge.base import Silent
from vedette.forge.train import memory
from vedette.forge.train.quiet import quiet

ROOT = Path(__file__).resolve().parents[2]
RECIPES = ("pretraining:lora", "pretraining:full", "instruction:lora")
VARIANTS = ("ours", "same rows", "padded")


def documents() -> list[str]:
    """Return this repository's documentation, a section a document: 20 to 400 words each."""
    found = []
    for path in sorted((ROOT / "docs").rglob("*.md")):
        for part in path.read_text(encoding="utf-8").split("\n## "):
            words = part.split(" ")
            found += [" ".join(words[at : at + 400]) for at in range(0, len(words), 400)]
    random.Random(0).shuffle(found)
    return [text for text in found if len(text.split()) >= 20]


def corpus_of(kind: str, folder: Path) -> MemoryCorpus:
    texts = documents()
    if kind == "pretraining":
        return MemoryCorpus(folder, {"train": [record(text) for text in texts], "validation": []})
    asked = [" ".join(text.split()[:12]) for text in texts]
    return MemoryCorpus(
        folder,
        {
            "train": [
                record(q, messages=({"role": "user", "content": q}, {"role": "assistant", "content": text}))
                for q, text in zip(asked, texts, strict=True)
            ]
        },
    )


def _pad(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Pad to the longest of the batch, with an attention mask, as Transformers' collators do."""
    import torch

    used = [int((row["labels"] != -100).nonzero()[0][-1]) + 1 for row in rows]
    width = max(used)
    mask = torch.zeros(len(rows), width, dtype=torch.long)
    for n, length in enumerate(used):
        mask[n, :length] = 1
    part = {
        name: torch.stack([torch.from_numpy(row[name][:width]) for row in rows]) for name in ("input_ids", "labels")
    }
    return part | {"attention_mask": mask}


def _stack(rows: list[dict[str, Any]]) -> dict[str, Any]:
    import torch

    return {name: torch.stack([torch.from_numpy(row[name]) for row in rows]) for name in rows[0]}


class Bench:
    """A recipe's three trainers, each ready for short runs."""

    def __init__(self, kind: str, method: str, base: Path, folder: Path, args: argparse.Namespace) -> None:
        from transformers import Trainer

        from vedette.forge.train import language, settings
        from vedette.forge.train.base_weights import load_model, load_tokenizer

        self.folder, self.trainers, self.seen, self.steps = folder, {}, {}, args.steps
        corpus = corpus_of(kind, folder)
        for variant in VARIANTS:
            loaded = recipe_at(
                folder / variant.replace(" ", "-"),
                base,
                kind,
                method=method,
                lora={"rank": 16, "alpha": 32},
                max_length=args.length,
                batch_size=args.batch,
                max_steps=args.steps,
                packing=variant != "padded",
                schedule="constant",
                warmup=0.0,
                learning_rate=1e-5,
            )
            share = settings.share_of(loaded.recipe.train)
            made = settings.arguments(loaded.recipe, folder / "checkpoints", share, folder)
            made.save_strategy, made.logging_steps = "no", 1
            job = language.Job(
                recipe=loaded.recipe,
                base=base,
                corpus=corpus,
                work=folder / variant.replace(" ", "-"),
                share=share,
                tokenizer=load_tokenizer(base),
                progress=Silent(),
            )
            rows = language.rows_of(job, "train")
            assert rows is not None
            if variant == "ours":
                self.trainers[variant] = language._built(job, made, {"train": rows, "validation": None})
                self.trainers[variant].folder = folder
            else:
                model = language.adapted(job, load_model(base))
                model.config.use_cache = False
                collate = _pad if variant == "padded" else _stack
                self.trainers[variant] = Trainer(model=model, args=made, train_dataset=rows, data_collator=collate)
            self._count(variant)

    def _count(self, variant: str) -> None:
        """Count the real tokens of what the trainer sees: all that a loss could depend on."""
        from transformers import PrinterCallback

        trainer = self.trainers[variant]
        inner = trainer.data_collator
        self.seen[variant] = []
        trainer.remove_callback(PrinterCallback)

        def counting(rows: list[dict[str, Any]]) -> dict[str, Any]:
            batch = inner(rows)
            ends = [(row["labels"] != -100).nonzero()[0] for row in rows]
            self.seen[variant].append(sum(int(end[-1]) + 1 if len(end) else 0 for end in ends))
            return dict(batch)

        trainer.data_collator = counting

    def once(self, variant: str) -> dict[str, float]:
        """Train a few steps and return what they took."""
        trainer = self.trainers[variant]
        gc.collect()
        self.seen[variant].clear()
        memory.reset_peak()
        held = memory.peak_bytes()
        wall, cpu = time.perf_counter(), time.process_time()
        with quiet():
            out = trainer.train()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        return {
            "cpu_s": cpu,
            "wall_s": wall,
            "tokens": sum(self.seen[variant][: self.steps]),  # one more is fetched ahead
            "loss": out.training_loss,
            "memory_bytes": memory.peak_bytes() - held,
        }


def ratio(ours: list[float], theirs: list[float], n: int = 2000) -> tuple[float, float, float]:
    """Return the ratio of the medians and its 95% bootstrap interval over the repeats."""
    draw, found = random.Random(0), []
    for _ in range(n):
        at = [draw.randrange(len(ours)) for _ in ours]
        found.append(statistics.median(ours[i] for i in at) / statistics.median(theirs[i] for i in at))
    found.sort()
    return statistics.median(ours) / statistics.median(theirs), found[int(0.025 * n)], found[int(0.975 * n)]


def shortened(base: Path, layers: int | None, folder: Path) -> Path:
    """Return the base, or a copy with its first layers only."""
    if layers is None:
        return base
    from vedette.forge.train.base_weights import load_model, load_tokenizer

    with quiet():
        model = load_model(base)
        model.model.layers = model.model.layers[:layers]
        model.config.num_hidden_layers = layers
        model.save_pretrained(folder)
        load_tokenizer(base).save_pretrained(folder)
    return folder


def measure(name: str, base: Path, args: argparse.Namespace) -> dict[str, Any]:
    kind, method = name.split(":")
    with tempfile.TemporaryDirectory() as scratch, quiet():
        bench = Bench(kind, method, base, Path(scratch), args)
        for variant in VARIANTS:
            bench.once(variant)
        runs: dict[str, list[dict[str, float]]] = {variant: [] for variant in VARIANTS}
        for n in range(args.repeats):
            order = VARIANTS if n % 2 == 0 else VARIANTS[::-1]
            for variant in order:
                runs[variant].append(bench.once(variant))
                print(f"  {name} {n} {variant}: {runs[variant][-1]}", file=sys.stderr, flush=True)
    speed = {v: [r["tokens"] / r["cpu_s"] for r in rs] for v, rs in runs.items()}
    line: dict[str, Any] = {"recipe": name, "length": args.length, "batch": args.batch, "repeats": args.repeats}
    line["layers"] = args.layers or "all"
    for variant in VARIANTS:
        line[variant] = {
            "tokens_per_cpu_s": statistics.median(speed[variant]),
            "tokens_per_s": statistics.median(r["tokens"] / r["wall_s"] for r in runs[variant]),
            "memory_bytes": max(r["memory_bytes"] for r in runs[variant]),
            "loss": statistics.fmean(r["loss"] for r in runs[variant]),
        }
        if variant != "ours":
            line[f"ratio to {variant}"] = ratio(speed["ours"], speed[variant])
    return line


def table(lines: list[dict[str, Any]]) -> str:
    head = (
        "| recipe | ours, tokens per CPU second | plain, same rows | ratio (95%) | plain, padded | ratio (95%) | "
        "memory of a step, ours | plain, same rows |\n|---|---|---|---|---|---|---|---|\n"
    )
    body = ""
    for line in lines:
        told = [
            f"{r:.2f} ({low:.2f} to {high:.2f})"
            for r, low, high in (line["ratio to same rows"], line["ratio to padded"])
        ]
        body += (
            f"| {line['recipe'].replace(':', ', ')} | {line['ours']['tokens_per_cpu_s']:.0f} "
            f"| {line['same rows']['tokens_per_cpu_s']:.0f} | {told[0]} "
            f"| {line['padded']['tokens_per_cpu_s']:.0f} | {told[1]} "
            f"| {line['ours']['memory_bytes'] / 1e9:.2f} GB | {line['same rows']['memory_bytes'] / 1e9:.2f} GB |\n"
        )
    return head + body


def into_readme(text: str, about: str) -> None:
    """Put the table between the README's markers."""
    path = Path(__file__).with_name("README.md")
    body = path.read_text(encoding="utf-8")
    start, end = "<!-- throughput -->\n", "<!-- /throughput -->"
    before, after = body.split(start)[0], body.split(end)[1]
    path.write_text(f"{before}{start}{about}\n\n{text}{end}{after}", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", required=True, help="GGUF file, Transformers folder, or catalogue name")
    parser.add_argument("--home", type=Path, default=Path(tempfile.gettempdir()) / "vedette-benchmark")
    parser.add_argument("--recipes", default=",".join(RECIPES))
    parser.add_argument("--length", type=int, default=512)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--steps", type=int, default=1, help="optimiser steps of one repeat")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--layers", type=int, help="only the first layers of the base")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--readme", action="store_true", help="write the table into README.md")
    args = parser.parse_args()

    import torch

    from vedette.forge.train.base_weights import base_folder

    torch.set_num_threads(args.threads)

    lines = []
    with tempfile.TemporaryDirectory() as scratch:
        base = shortened(base_folder(args.base, args.home), args.layers, Path(scratch) / "base")
        for name in args.recipes.split(","):
            lines.append(measure(name, base, args))
            gc.collect()
    text = table(lines)
    about = (
        f"{Path(args.base).name}, {args.layers or 'all'} layers, {args.batch} rows of {args.length} tokens a step, "
        f"bfloat16, {torch.get_num_threads()} thread, {args.repeats} interleaved repeats of {args.steps} step, torch "
        f"{torch.__version__}, {platform.machine()}, {time.strftime('%-d %B %Y', time.gmtime())}."
    )
    print(f"{about}\n\n{text}")
    if args.out:
        args.out.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    if args.readme:
        into_readme(text, about)
    return 0 if all(line["ratio to same rows"][0] >= 1.0 for line in lines) else 1


if __name__ == "__main__":
    raise SystemExit(main())
