"""Which reference each form is held against, and how.

A GGUF form is looked at twice, because two things can be wrong with it and they look alike.

*What the file says.* The file is widened to float32 (``widen``), so that llama.cpp computes in float32, with its
attention cache in float32 too. The reference is the trained model with its weights rounded as the file stores them.
Nothing but the order of summation is left, and the replies must be the same: a wrong permutation, template, end token,
merge or splitting rule shows here.

*What is served.* The file itself with the settings that it is served with, held against the trained model in float32.
llama.cpp then rounds the inputs of its matrices, which Transformers does not; a share of the tokens may differ
(``parity.SERVED``), and no prompt.

An adapter as GGUF is looked at over the very base file that it is served with, widened and as it is. The other forms
(PEFT folder, merged folder, ONNX) compute in float32 anyway and are looked at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vedette.forge.base import ParityReport
from vedette.forge.export import onnx_check, parity
from vedette.forge.export.gguf_model import About, write_model
from vedette.forge.export.reference import Reference
from vedette.forge.export.runtime import ask_llama
from vedette.forge.export.widen import stored_kind, widen

if TYPE_CHECKING:
    from vedette.forge.export.build import Job
    from vedette.models.language import Weights

TRAINED = "the trained model in float32"


def gguf_said(job: Job, merged: Path, gguf: Path, kind: str) -> ParityReport:
    """Hold what a whole GGUF file says against the merged model, its weights rounded in the same way."""
    said = job.scratch / "said.gguf"
    widen(gguf, said)
    rounded = f"the trained model, its weights rounded to {kind}" if kind != "f32" else TRAINED
    size = gguf.stat().st_size
    report = _llama(job, f"gguf-{kind}", said, (), Reference(merged, stored=kind), rounded, None, size)
    said.unlink()
    return report


def gguf_served(job: Job, merged: Path, gguf: Path, kind: str) -> ParityReport:
    """Hold a whole GGUF file, as it is served, against the merged model."""
    size = gguf.stat().st_size
    return _llama(job, f"gguf-{kind} as served", gguf, (), Reference(merged), TRAINED, parity.SERVED[kind], size)


def gguf_adapter(job: Job, base: Path, served: Weights | None, adapter: Path) -> list[ParityReport]:
    """Hold a GGUF adapter against the trained one.

    Args:
        job: the export.
        base: folder of the base weights.
        served: what it is served over; none where the base weights are no GGUF.
        adapter: the GGUF adapter.
    """
    reference = Reference(base, job.trained.path)
    said = job.scratch / "said.gguf"
    if served is None:
        write_model(base, said, "f32", About(name="base"))
    else:
        widen(served.gguf, said)
    under = tuple(served.adapters) if served is not None else ()
    laid = (*under, (adapter, 1.0))
    size = adapter.stat().st_size
    reports = [_llama(job, "gguf-adapter", said, laid, reference, TRAINED, None, size)]
    said.unlink()
    if served is not None:
        bound = parity.SERVED.get(stored_kind(served.gguf), max(parity.SERVED.values()))
        reports.append(_llama(job, "gguf-adapter as served", served.gguf, laid, reference, TRAINED, bound, size))
    return reports


def _llama(
    job: Job,
    name: str,
    gguf: Path,
    adapters: Sequence[tuple[Path, float]],
    reference: Reference,
    against: str,
    bound: float | None,
    size_bytes: int,
) -> ParityReport:
    replies, speed = ask_llama(
        gguf,
        job.prompts,
        adapters=adapters,
        chats=reference.chats,
        ends=reference.ends,
        progress=job.progress,
        stage=f"parity {name}",
        exact=bound is None,
    )
    return _judge(
        job, name, replies, reference, against, bound, {"size_bytes": float(size_bytes), "tokens_per_s": speed}
    )


def _judge(
    job: Job,
    name: str,
    replies: Sequence[parity.Reply],
    reference: Reference,
    against: str,
    bound: float | None,
    more: dict[str, float],
) -> ParityReport:
    differences, scored = parity.compare(reference, job.prompts, replies)
    return parity.report(
        name,
        against,
        job.prompts,
        replies,
        reference,
        differences,
        scored,
        tolerance=job.tolerance,
        bound=bound,
        more=more,
    )


def folder_form(job: Job, name: str, folder: Path, adapter: Path | None, reference: Reference) -> ParityReport:
    """Hold a Transformers folder, or an adapter over one, against the trained model."""
    form = Reference(folder, adapter)
    asked = [form.prompt_tokens(prompt) for prompt in job.prompts]
    job.progress.update(f"parity {name}", 0, len(asked))
    replies = [
        parity.Reply(tuple(tokens), form.decode(tokens), len(tokens) < parity.NEW_TOKENS, len(prompt))
        for prompt, tokens in zip(asked, form.write_all(asked, parity.NEW_TOKENS), strict=True)
    ]
    size = sum(f.stat().st_size for f in (adapter or folder).rglob("*") if f.is_file())
    return _judge(job, name, replies, reference, TRAINED, None, {"size_bytes": float(size)})


def onnx_language(job: Job, merged: Path, folder: Path) -> ParityReport:
    """Hold a language model's graph against the merged model."""
    reference = Reference(merged)
    graph = folder / "model.onnx"
    replies, speed = onnx_check.greedy_replies(graph, job.prompts, reference, job.progress)
    more = {"size_bytes": float(graph.stat().st_size), "tokens_per_s": speed}
    return _judge(job, "onnx", replies, reference, TRAINED, None, more)


def onnx_encoder(job: Job, name: str, folder: Path) -> ParityReport:
    """Hold an encoder's graph against the trained encoder."""
    texts = [prompt.text for prompt in job.prompts]
    return onnx_check.encoder(name, job.trained.path, folder / "model.onnx", texts, job.tolerance, job.progress)
