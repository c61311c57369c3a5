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
from vedette.forge.export import parity
from vedette.forge.export.gguf_model import About, write_model
from vedette.forge.export.reference import Reference
from vedette.forge.export.runtime import ask_llama
from vedette.forge.export.widen import stored_kind, widen

if TYPE_CHECKING:
    from vedette.forge.export.build import Job

TRAINED = "the trained model in float32"


def gguf_model(job: Job, merged: Path, gguf: Path, kind: str) -> list[ParityReport]:
    """Hold a whole GGUF file against the merged model."""
    said = job.scratch / "said.gguf"
    widen(gguf, said)
    rounded = f"the trained model, its weights rounded to {kind}" if kind != "f32" else TRAINED
    size = gguf.stat().st_size
    reports = [_llama(job, f"gguf-{kind}", said, None, Reference(merged, stored=kind), rounded, None, size)]
    said.unlink()
    reports.append(
        _llama(job, f"gguf-{kind} as served", gguf, None, Reference(merged), TRAINED, parity.SERVED[kind], size)
    )
    return reports


def gguf_adapter(job: Job, base: Path, served: Path | None, adapter: Path) -> list[ParityReport]:
    """Hold a GGUF adapter against the trained one.

    Args:
        job: the export.
        base: folder of the base weights.
        served: the GGUF file that it is served over; none where the base weights are no GGUF.
        adapter: the GGUF adapter.
    """
    reference = Reference(base, job.trained.path)
    said = job.scratch / "said.gguf"
    if served is None:
        write_model(base, said, "f32", About(name="base"))
    else:
        widen(served, said)
    size = adapter.stat().st_size
    reports = [_llama(job, "gguf-adapter", said, adapter, reference, TRAINED, None, size)]
    said.unlink()
    if served is not None:
        bound = parity.SERVED.get(stored_kind(served), max(parity.SERVED.values()))
        reports.append(_llama(job, "gguf-adapter as served", served, adapter, reference, TRAINED, bound, size))
    return reports


def _llama(
    job: Job,
    name: str,
    gguf: Path,
    adapter: Path | None,
    reference: Reference,
    against: str,
    bound: float | None,
    size_bytes: int,
) -> ParityReport:
    replies, speed = ask_llama(
        gguf,
        job.prompts,
        adapter=adapter,
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
    replies: list[parity.Reply] = []
    for i, prompt in enumerate(job.prompts):
        asked = form.prompt_tokens(prompt)
        tokens = form.write(asked, parity.NEW_TOKENS)
        ended = len(tokens) < parity.NEW_TOKENS
        replies.append(parity.Reply(tuple(tokens), form.decode(tokens), ended, len(asked)))
        job.progress.update(f"parity {name}", i + 1, len(job.prompts))
    size = sum(f.stat().st_size for f in (adapter or folder).rglob("*") if f.is_file())
    return _judge(job, name, replies, reference, TRAINED, None, {"size_bytes": float(size)})
