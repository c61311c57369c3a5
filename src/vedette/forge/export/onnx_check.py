"""Holding an ONNX graph against the model that it was made of."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vedette.forge.base import ParityReport
from vedette.forge.export.onnx_graph import kind_of, load, session
from vedette.forge.export.parity import NEW_TOKENS, Reply

if TYPE_CHECKING:
    from vedette.forge.base import Progress
    from vedette.forge.export.prompts import Prompt
    from vedette.forge.export.reference import Reference

FAR = 1e-4
"""How far a probability (or an embedding's cosine from 1) may be off in a float32 graph."""
FAR_INT8 = 0.05
"""The same for an embedding's cosine in a graph of 8 bits."""
LEAD_INT8 = 0.02
"""By how much the trained classifier must prefer its own label before another one from a graph of 8 bits counts."""
INT8_SHARE = 0.05
"""Share of texts that a classifier of 8 bits may label otherwise."""


def greedy_replies(
    graph: Path, prompts: Sequence[Prompt], reference: Reference, progress: Progress
) -> tuple[list[Reply], float]:
    """Return what a language model's graph would write greedily, and its tokens per second.

    The graph reads prompt and the reference's own reply in one pass. As long as its choice at each step is the next
    token of that reply, decoding step by step would go the same way; the first other choice ends the reply here.
    """
    import numpy as np

    running = session(graph)
    asked = [reference.prompt_tokens(prompt) for prompt in prompts]
    written = reference.write_all(asked, NEW_TOKENS)
    out: list[Reply] = []
    seconds, n_tokens = 0.0, 0
    for i, (prompt, reply) in enumerate(zip(asked, written, strict=True)):
        ids = np.asarray([[*prompt, *reply]], dtype=np.int64)
        started = time.monotonic()
        logits = running.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0]
        seconds, n_tokens = seconds + time.monotonic() - started, n_tokens + ids.shape[1]
        choices = logits[len(prompt) - 1 :].argmax(-1).tolist()
        step = next((k for k, token in enumerate(reply) if choices[k] != token), len(reply))
        tokens = list(reply[:step])
        ended = step == len(reply) and step < NEW_TOKENS and choices[step] in reference.ends
        if not ended and step < NEW_TOKENS:
            tokens.append(int(choices[step]))
        out.append(Reply(tuple(tokens), reference.decode(tokens), ended, len(prompt)))
        progress.update("parity onnx", i + 1, len(asked))
    return out, n_tokens / max(seconds, 1e-9)


def encoder(
    name: str, folder: Path, graph: Path, texts: Sequence[str], tolerance: float, progress: Progress
) -> ParityReport:
    """Hold an encoder's graph against the encoder.

    Args:
        name: of the form.
        folder: the Transformers folder.
        graph: ``model.onnx``.
        texts: what both are asked; an empty and a very long one are added.
        tolerance: share of the texts that may differ, for a float32 graph.
        progress: who is told.
    """
    import numpy as np
    import torch
    from transformers import AutoTokenizer

    int8 = name.endswith("int8")
    classifies = kind_of(folder) == "classifier"
    tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    if tokenizer.pad_token is None:  # any token will do: the mask takes it out
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
    model, running = load(folder), session(graph)
    longest = min(int(getattr(model.config, "max_position_embeddings", 512)), 256)
    asked = [*texts, "", "long " * 2000]
    different: list[tuple[int, float]] = []
    largest, seconds = 0.0, 0.0
    for start in range(0, len(asked), 8):
        batch = tokenizer(asked[start : start + 8], padding=True, truncation=True, max_length=longest)
        ids, mask = (np.asarray(batch[key], dtype=np.int64) for key in ("input_ids", "attention_mask"))
        began = time.monotonic()
        theirs = running.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        seconds += time.monotonic() - began
        with torch.inference_mode():
            ours = model(torch.from_numpy(ids), torch.from_numpy(mask)).numpy()
        for i, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            off, differs = _apart(a, b, classifies=classifies, int8=int8)
            largest = max(largest, off)
            if differs:
                different.append((start + i, off))
        progress.update(f"parity {name}", min(start + 8, len(asked)), len(asked))
    allowed = max(tolerance, INT8_SHARE) if int8 and classifies else tolerance
    told = ""
    if different:
        row, off = different[0]
        what = "probability" if classifies else "cosine"
        told = f"text {row + 1} {asked[row][:120]!r}: its {what} is off by {off:.6f}"
    return ParityReport(
        format=name,
        n_prompts=len(asked),
        n_different=len(different),
        tolerance=allowed,
        passed=len(different) <= allowed * len(asked),
        first_difference=told,
        against="the trained encoder in float32",
        measures={
            "largest_difference": largest,
            "size_bytes": float(graph.stat().st_size),
            "texts_per_s": len(asked) / max(seconds, 1e-9),
        },
    )


def _apart(ours: Any, theirs: Any, *, classifies: bool, int8: bool) -> tuple[float, bool]:
    """Return how far two answers are apart, and whether that is too far."""
    import numpy as np

    if not np.isfinite(theirs).all():
        return 1.0, True
    if not classifies:
        # a text without a token has no direction: both must be zeros
        off = 1.0 - float(np.dot(ours, theirs)) if np.abs(ours).any() else float(np.abs(theirs).max())
        return off, off > (FAR_INT8 if int8 else FAR)
    a, b = (np.exp(x - x.max()) / np.exp(x - x.max()).sum() for x in (ours, theirs))
    off = float(np.abs(a - b).max())
    if int8:
        return off, bool(a.max() - a[b.argmax()] > LEAD_INT8)
    return off, bool(a.argmax() != b.argmax()) or off > FAR
