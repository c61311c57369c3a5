"""Rows that the tool chooser is trained on: questions with their values masked, and the tool that they mean.

The chooser is a small linear model (``question-router``), so it is read in a millisecond and ships with the package. It
sees what the rules see, a question with its names, times and ids masked, and learns only which tool is meant; what the
tool is given is found by grounding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from vedette.copilot.adapter.requests import Request, requests
from vedette.copilot.mentions import MASKS
from vedette.schema import Tool, ValueKind

NONE = "none"
"""The label of what no tool answers."""
_CVE = re.compile(r"(?i)CVE-\d{4}-\d{4,7}")
"""An id of a vulnerability is read as one where words to search for are asked for too."""


def choosing_rows(
    rows: int, seed: int, tools: Mapping[str, Tool], *, held_out: bool = False
) -> Iterator[dict[str, str]]:
    """Yield ``{"text", "label", "group"}``; questions of several steps and follow-ups are left out.

    Args:
        rows: how many requests are drawn; somewhat fewer rows come of them.
        seed: the same seed gives the same rows.
        tools: every tool by name.
        held_out: whether of the held-out phrasings.
    """
    for made in requests(rows, seed, tools, held_out=held_out):
        if len(made.steps) > 1 or made.intent.startswith("follow"):
            continue
        label = made.steps[0].tool if made.steps else NONE
        yield {"text": masked(made, tools), "label": label, "group": made.phrasing}


def masked(made: Request, tools: Mapping[str, Tool]) -> str:
    """Return a request's question as :func:`vedette.copilot.mentions.mask` writes one, by the values of its plan."""
    values: list[tuple[str, str]] = []
    for step in made.steps:
        for parameter in tools[step.tool].parameters:
            value = step.arguments.get(parameter.name)
            if value is None or parameter.kind is ValueKind.CHOICE or parameter.kind not in MASKS:
                continue
            said = [str(v) for v in (value if isinstance(value, list) else [value])]
            values += [(v, MASKS[ValueKind.VULNERABILITY if _CVE.fullmatch(v) else parameter.kind]) for v in said]
    values += [(value, MASKS[kind]) for value, kind in made.named if kind in MASKS]
    text = made.question
    for value, mark in sorted(values, key=lambda pair: -len(pair[0])):
        text = re.sub(re.escape(value), f" {mark} ", text, flags=re.IGNORECASE)
    marks = set(MASKS.values())
    return " ".join(word if word in marks else word.lower() for word in text.split())
