"""Does our sentence say what the command does, as people describe it?

    python -m benchmarks.commands.descriptions --home HOME [--n 60] [--write]

``HOME`` has the weights ``minilm-l6-v2-int8`` and ``smollm2-135m-instruct`` (``vedette models pull``). Of each set the
same commands, drawn by a fixed seed, are described by ``vedette explain`` and by the embedded model prompted plainly.

Agreement with the given description: cosine of MiniLM embeddings (mean), chrF (F2 over character n-grams, 1 to 6), and
the share of the command's own names (URLs, paths, file names, words of four letters and more that both the command
and the given description hold) that the sentence holds too. Invented: sentences with a URL or address that
no layer holds (paths are left out: the registry key joined with its value is one, and a right one).

Back-translation (Sophos 2023): the embedded model writes a command from each description; the score is half the
likeness of that command to the true one (chrF), 0.3 of the description's to the command and 0.2 of its to the tags
(cosine), and beside it n-gram BLEU and the cosine with the reference.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[1] / "src")]

from benchmarks.commands.decoding import publish  # noqa: E402

from vedette.commands import explain  # noqa: E402
from vedette.llm.base import Ask  # noqa: E402
from vedette.llm.embedded import EmbeddedModel  # noqa: E402
from vedette.llm.embedding import EmbeddedEmbedder  # noqa: E402
from vedette.llm.options import ModelOptions  # noqa: E402
from vedette.schema import Message, Role  # noqa: E402

DATA = HERE.parents[2] / "shared" / "data"
_NAMES = re.compile(r"[A-Za-z]:\\[^\s\"']+|https?://[^\s\"']+|/[\w./-]{3,}|[\w.-]{4,}")
_STATED = re.compile(r"https?://[^\s\"',\u203a]+|\b\d{1,3}(?:\.\d{1,3}){3}\b")


def rows(name: str) -> list[dict[str, Any]]:
    """Return a set's rows as command, description and tags."""
    path = {
        "atomic-red-team": DATA / "cmd-atomic-red-team/atomic_tests.jsonl.gz",
        "nl2bash": DATA / "cmd-nl2bash/nl2bash.jsonl.gz",
        "tldr": DATA / "cmd-tldr/tldr_sample.jsonl",
        "sophos": DATA / "cmd-sophos/sophos_cmd_gold.jsonl",
    }[name]
    if not path.exists():
        raise SystemExit(f"{path} is not there: the measure needs the labelled sets")
    opened = gzip.open(path, "rt") if path.suffix == ".gz" else path.open()
    with opened as lines:
        found = [json.loads(line) for line in lines]
    if name == "sophos":
        return [
            {"command": r["cmd"], "says": r["gold_reference_description"], "tags": r["tags"].replace("_", " ")}
            for r in found
        ]
    if name == "atomic-red-team":
        return [{"command": r["command"], "says": f"{r['name']}. {r['description']}"[:400]} for r in found]
    return [{"command": r["command"], "says": r["description"]} for r in found]


def chrf(said: str, true: str, n: int = 6, beta: float = 2.0) -> float:
    """Return the character n-gram F-score in [0, 1] (Popović 2015, without word n-grams)."""
    precision = recall = 0.0
    orders = 0
    said, true = "".join(said.split()), "".join(true.split())
    for k in range(1, n + 1):
        a = Counter(said[i : i + k] for i in range(len(said) - k + 1))
        b = Counter(true[i : i + k] for i in range(len(true) - k + 1))
        if not a or not b:
            continue
        both = sum((a & b).values())
        precision += both / sum(a.values())
        recall += both / sum(b.values())
        orders += 1
    if not orders or precision + recall == 0:
        return 0.0
    p, r = precision / orders, recall / orders
    return (1 + beta**2) * p * r / (beta**2 * p + r) if p + r else 0.0


def bleu(said: str, true: str) -> float:
    """Return sentence BLEU up to 4-grams in [0, 1], smoothed by adding one to the orders above the first."""
    a, b = re.findall(r"\w+|\S", said.lower()), re.findall(r"\w+|\S", true.lower())
    if not a:
        return 0.0
    logs = 0.0
    for k in range(1, 5):
        mine = Counter(tuple(a[i : i + k]) for i in range(len(a) - k + 1))
        theirs = Counter(tuple(b[i : i + k]) for i in range(len(b) - k + 1))
        both, total = sum((mine & theirs).values()), sum(mine.values())
        if k > 1:
            both, total = both + 1, total + 1
        if not both or not total:
            return 0.0
        logs += math.log(both / total) / 4
    return math.exp(logs) * min(1.0, math.exp(1 - len(b) / len(a)))


def names_kept(said: str, command: str, true: str) -> float | None:
    """Return the share of the names that command and description both hold which the sentence holds; None for none."""
    shared = {n.lower() for n in _NAMES.findall(command)} & {n.lower().rstrip(".,") for n in _NAMES.findall(true)}
    if not shared:
        return None
    return sum(n in said.lower() for n in shared) / len(shared)


def invents(said: str, layers: Sequence[str]) -> bool:
    """Return whether a sentence states a URL or address that no layer holds."""
    held = " ".join(layers).lower().replace('"', "").replace("^", "")
    return any(s.lower().rstrip(".;)") not in held for s in _STATED.findall(said) if "…" not in s)


def plainly(model: EmbeddedModel, prompt: str) -> str:
    """Return what the embedded model answers to one plain prompt."""
    told = model.complete([Message(role=Role.USER, content=prompt)], Ask(max_tokens=70, seed=7))
    return " ".join(told.text.split())


def measured(name: str, n: int, model: EmbeddedModel, embed: Callable[[Sequence[str]], Any]) -> list[str]:
    """Return the lines of a set's table: ours, then the model's."""
    found = rows(name)
    if len(found) > n:
        found = random.Random(20261123).sample(found, n)
    ours, layers = [], []
    for row in found:
        told = explain(row["command"])
        ours.append(told.sentence)
        layers.append([layer.text for layer in told.layers])
    theirs = [
        plainly(model, f"Describe in one sentence what this command does:\n{row['command'][:1500]}") for row in found
    ]
    true = embed([r["says"] for r in found])
    lines = []
    for who, said in (("vedette explain", ours), ("SmolLM2-135M, prompted plainly", theirs)):
        vectors = embed(said)
        cosine = (vectors * true).sum(1)
        kept = [
            k for s, r in zip(said, found, strict=True) if (k := names_kept(s, r["command"], r["says"])) is not None
        ]
        made_up = sum(invents(s, own) for s, own in zip(said, layers, strict=True))
        likeness = [chrf(s, r["says"]) for s, r in zip(said, found, strict=True)]
        half = 1.96 * float(cosine.std(ddof=1)) / math.sqrt(len(cosine))
        lines.append(
            f"| {name} | {len(found)} | {who} | {cosine.mean():.3f} ± {half:.3f} | {np.mean(likeness):.3f} "
            f"| {np.mean(kept) if kept else float('nan'):.2f} | {made_up} |"
        )
    return lines


def back_translated(model: EmbeddedModel, embed: Callable[[Sequence[str]], Any]) -> list[str]:
    """Return the lines of the back-translation on the published items that are at hand."""
    found = rows("sophos")
    said = {
        "vedette explain": [explain(r["command"]).sentence for r in found],
        "SmolLM2-135M, prompted plainly": [
            plainly(model, f"Describe in one sentence what this command does:\n{r['command']}") for r in found
        ],
    }
    commands, golds, tags = (embed([r[k] for r in found]) for k in ("command", "says", "tags"))
    lines = []
    for who, texts in said.items():
        back = [plainly(model, f"Write the command line for this description, nothing else:\n{t}") for t in texts]
        code = np.array([chrf(b, r["command"]) for b, r in zip(back, found, strict=True)])
        own = embed(texts)
        to_command, to_tags, to_gold = ((own * other).sum(1) for other in (commands, tags, golds))
        score = 0.5 * code + 0.3 * to_command + 0.2 * to_tags
        likeness = np.mean([bleu(t, r["says"]) for t, r in zip(texts, found, strict=True)])
        lines.append(
            f"| {who} | {len(found)} | {score.mean():.3f} | {code.mean():.3f} | {likeness:.3f} | {to_gold.mean():.3f} |"
        )
    return lines


def main() -> None:
    """Measure and print; write into the README with ``--write``."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--n", type=int, default=60, help="commands of each set")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    model = EmbeddedModel("smollm2-135m-instruct", given.home, ModelOptions())
    embedder = EmbeddedEmbedder("minilm-l6-v2-int8", given.home)
    try:
        head = "| set | commands | described by | cosine with the description | chrF | names kept | inventing |"
        lines = [head,
                 "|---|---|---|---|---|---|---|"]  # fmt: skip
        for name in ("atomic-red-team", "nl2bash", "tldr"):
            lines += measured(name, given.n, model, embedder.embed)
            print("\n".join(lines[-2:]), flush=True)
        lines += [
            "",
            "Back-translation on 13 of the 25 published items, so not comparable with the published figures:",
            "",
        ]
        lines += [
            "| described by | commands | score | written back (chrF) | BLEU | cosine with the reference |",
            "|---|---|---|---|---|---|",
        ]
        lines += back_translated(model, embedder.embed)
    finally:
        model.close()
    print("\n".join(lines))
    if given.write:
        publish("\n".join(lines), "descriptions")


if __name__ == "__main__":
    main()
