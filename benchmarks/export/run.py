"""Do exported forms say what the trained model says? Fills the table in this folder's README.

Base weights come from a GGUF file; the adapter is a folder of PEFT (``--adapter``), or is made here: a few steps on
sentences of this file, from random weights on both sides, so that it changes what the model says.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vedette.forge.base import ParityReport, Silent, Trained
from vedette.forge.export import export
from vedette.forge.recipe import CorpusSpec, ExportSpec, InstructionRecipe, LoadedRecipe
from vedette.forge.train.base_weights import base_folder, load_model, load_tokenizer

HERE = Path(__file__).parent
README = HERE / "README.md"
FORMATS = ("adapter", "gguf-adapter", "merged", "gguf-f16", "gguf-q8_0", "gguf-q4_1", "onnx")
SENTENCES = (
    "A burst of failed logons from one address, then one that works: ask first whose address it is.",
    "A service account that makes a scheduled task at night is worth a look at who may use it.",
    "Word processors start no shells. One that does has opened somebody else's document.",
    "An access key used from two countries within ten minutes belongs to two people.",
)


class Lines(Silent):
    """Progress as lines on standard error, one a quarter of a minute."""

    def __init__(self) -> None:
        """Nothing said yet."""
        self._last = 0.0

    def update(self, stage: str, done: float, total: float | None, **numbers: float) -> None:
        """Tell a stage."""
        if time.monotonic() - self._last > 15:
            self._last = time.monotonic()
            print(stage, done, total, {k: round(v, 2) for k, v in numbers.items()}, file=sys.stderr, flush=True)

    def note(self, text: str) -> None:
        """Tell a line."""
        print(text, file=sys.stderr, flush=True)


def make_adapter(base: Path, out: Path, steps: int) -> Path:
    """Train a rank-16 adapter for a few steps and return its folder."""
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(0)
    tokenizer = load_tokenizer(base)
    model: Any = get_peft_model(
        load_model(base),
        LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM"),
    )
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.copy_(torch.randn_like(parameter) * 0.002)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=2e-4)
    for step in range(steps):
        ids = torch.tensor([tokenizer(SENTENCES[step % len(SENTENCES)])["input_ids"]])
        loss = model(input_ids=ids, labels=ids).loss
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        print(f"step {step + 1} loss {loss.item():.3f}", file=sys.stderr, flush=True)
    model.save_pretrained(out)
    return out


def measure(base: Path, adapter: Path | None, formats: tuple[str, ...], prompts: int, work: Path) -> list[ParityReport]:
    """Return a report for each form."""
    folder = base_folder(str(base), work / "home")
    path = adapter or make_adapter(folder, work / "adapter", steps=8)
    recipe = InstructionRecipe(
        kind="instruction",
        name="export-benchmark",
        base=str(base),
        corpus=CorpusSpec(sources=()),
        export=ExportSpec(formats=formats, parity_prompts=prompts),
    )
    loaded = LoadedRecipe(recipe=recipe, folder=work, text="")
    trained = Trained(path=path, form="adapter", base=str(folder), metrics={})
    return list(export(loaded, trained, work / "out", work / "home", Lines()))


def table(reports: list[ParityReport]) -> str:
    """Return the reports as a Markdown table."""
    lines = [
        "| form | verdict | identical replies | tokens that differ | mean regret | largest regret | MB | tokens/s |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for r in reports:
        m = r.measures
        lines.append(
            f"| {r.format} | {'passed' if r.passed else '**failed**'} | {r.n_prompts - r.n_different} of {r.n_prompts} "
            f"| {m['tokens_different']:.0f} of {m['tokens']:.0f} | {m['mean_regret_nats']:.5f} "
            f"| {m['largest_regret_nats']:.4f} | {m['size_bytes'] / 1e6:.1f} "
            f"| {format(m['tokens_per_s'], '.0f') if 'tokens_per_s' in m else ''} |"
        )
    return "\n".join(lines)


def fill(text: str) -> None:
    """Put the table between its markers in the README."""
    begin, end = "<!-- results -->", "<!-- /results -->"
    old = README.read_text(encoding="utf-8")
    head, _, rest = old.partition(begin)
    _, _, tail = rest.partition(end)
    README.write_text(f"{head}{begin}\n{text}\n{end}{tail}", encoding="utf-8")


def main() -> int:
    """Measure, print, and fill the README; return 1 where a form failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", type=Path, help="base weights as GGUF")
    parser.add_argument("--adapter", type=Path, help="PEFT folder trained on them (default: one made here)")
    parser.add_argument("--formats", nargs="+", default=list(FORMATS))
    parser.add_argument("--prompts", type=int, default=200)
    parser.add_argument("--dry", action="store_true", help="leave README and results as they are")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vedette-export-") as work:
        reports = measure(given.base, given.adapter, tuple(given.formats), given.prompts, Path(work))
    made = table(reports)
    print(made)
    if not given.dry:
        stamp = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        fill(f"{stamp}, {given.base.name}, {given.prompts} prompts, 24 tokens each:\n\n{made}")
        with (HERE / "results.jsonl").open("w", encoding="utf-8") as out:
            for report in reports:
                out.write(json.dumps({"at": stamp, "base": given.base.name, **asdict(report)}) + "\n")
    return 0 if all(report.passed for report in reports) else 1


if __name__ == "__main__":
    raise SystemExit(main())
