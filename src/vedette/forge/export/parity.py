"""Holding an exported form against the trained model: same prompts, same outputs.

Both sides get the turns of each prompt and apply their own chat template and tokeniser, the reference's from the
training folder, the other's from the file: that is how a wrong template is seen. A prompt counts as different when the
tokens of the prompt differ in number, when the reply holds a token that is not the reference's choice, or when it ends
elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vedette.forge.base import ParityReport

if TYPE_CHECKING:
    from vedette.forge.export.prompts import Prompt
    from vedette.forge.export.reference import Reference, Scored

NEW_TOKENS = 24
"""Tokens of each reply."""
SERVED: Mapping[str, float] = {
    "f32": 0.01,
    "f16": 0.01,
    "q8_0": 0.05,
    "q5_1": 0.10,
    "q5_0": 0.10,
    "q4_1": 0.15,
    "q4_0": 0.15,
}
"""Share of tokens that may differ from the trained model's own choice where the form runs as it is served.

Served, llama.cpp rounds the inputs of each matrix to 16 or 8 bits, and keeps its attention cache at 16. Where two
tokens are nearly as likely as each other that decides between them, so the replies cannot all be the same, word for
word.
"""


@dataclass(frozen=True, slots=True)
class Reply:
    """What an exported form wrote."""

    tokens: tuple[int, ...]
    """Without the end token, where it is one of the reference's."""
    text: str
    ended: bool
    """Whether it came to an end of its own, rather than to the limit."""
    n_prompt: int
    """Tokens of the prompt, as the form's own tokeniser and template make them."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a form and the reference part on one prompt."""

    prompt: int
    """Number of the prompt, from 0."""
    step: int
    """Token of the reply, from 0; -1: the prompts themselves differ."""
    why: str
    regret: float | None
    """By how many nats the reference prefers its own choice there."""


def compare(
    reference: Reference, prompts: Sequence[Prompt], replies: Sequence[Reply]
) -> tuple[list[Difference], list[Scored]]:
    """Return where the replies part from the reference, at most once a prompt, and every reply scored by it."""
    asked = [reference.prompt_tokens(prompt) for prompt in prompts]
    scored = reference.score(asked, [reply.tokens for reply in replies])
    found = [
        _difference(i, len(asked[i]), reply, score, reference)
        for i, (reply, score) in enumerate(zip(replies, scored, strict=True))
    ]
    return [difference for difference in found if difference is not None], scored


def _difference(i: int, n_prompt: int, reply: Reply, score: Scored, reference: Reference) -> Difference | None:
    if reply.n_prompt != n_prompt:
        return Difference(i, -1, f"the prompt has {reply.n_prompt} tokens, not {n_prompt}", None)
    for step, (token, choice) in enumerate(zip(reply.tokens, score.choices, strict=False)):
        if token != choice:
            told = f"token {step}: it wrote {reference.decode([token])!r}, the reference {reference.decode([choice])!r}"
            return Difference(i, step, told, score.regrets[step])
    last = len(reply.tokens)
    goes_on = score.choices[last] not in reference.ends
    if reply.ended and goes_on:
        return Difference(
            i, last, f"it ended, the reference goes on with {reference.decode([score.choices[last]])!r}", None
        )
    return None


def report(
    form: str,
    against: str,
    prompts: Sequence[Prompt],
    replies: Sequence[Reply],
    reference: Reference,
    differences: Sequence[Difference],
    scored: Sequence[Scored],
    *,
    tolerance: float,
    bound: float | None = None,
    more: Mapping[str, float] | None = None,
) -> ParityReport:
    """Return the verdict on one form.

    Args:
        form: its name.
        against: what it was held against, in words.
        prompts: what was asked.
        replies: what it wrote.
        reference: the trained model.
        differences: where they part.
        scored: the replies as the reference scores them.
        tolerance: share of prompts that may differ.
        bound: for a form as it is served, the share of tokens that may differ instead; the prompts may not.
        more: further figures.
    """
    from vedette.forge.export.reference import measures

    figures = {**measures(scored), **(more or {})}
    if bound is None:
        passed = len(differences) <= tolerance * len(prompts)
    else:
        garbled = any(d.step < 0 for d in differences)
        share = figures["tokens_different"] / figures["tokens"] if figures["tokens"] else 1.0
        passed = not garbled and share <= bound
        tolerance = bound
    return ParityReport(
        format=form,
        n_prompts=len(prompts),
        n_different=len(differences),
        tolerance=tolerance,
        passed=passed,
        first_difference=_told(prompts, replies, reference, differences),
        against=against,
        measures=figures,
    )


def _told(
    prompts: Sequence[Prompt], replies: Sequence[Reply], reference: Reference, differences: Sequence[Difference]
) -> str:
    if not differences:
        return ""
    first = min(differences, key=lambda d: (d.step >= 0, d.prompt))
    asked, mine = reference.prompt_tokens(prompts[first.prompt]), ""
    mine = reference.decode(reference.write(asked, NEW_TOKENS))
    by = f" (the reference prefers its own by {first.regret:.4f} nats)" if first.regret is not None else ""
    return (
        f"prompt {first.prompt + 1} {prompts[first.prompt].text[:120]!r}: {first.why}{by}; "
        f"exported: {replies[first.prompt].text[:160]!r}; trained: {mine[:160]!r}"
    )
