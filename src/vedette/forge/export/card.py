"""The model card: ``README.md`` with the header that hubs read, filled from what was measured and nothing else.

What the recipe, the corpus card or the evaluation does not say is not in the card. Text that comes from data (names of
sources, labels, examples) is quoted, so that it can neither close the header nor add a heading.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from vedette.forge.base import Evaluation, GateCheck, Measure, ParityReport, Trained
from vedette.forge.recipe import ClassifierRecipe, LoadedRecipe, PreferenceRecipe, PretrainingRecipe, Recipe

_SPDX = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,40}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_LISTED = 30
"""Rows of the longer tables."""


def model_card(
    loaded: LoadedRecipe,
    corpus_card: Mapping[str, Any],
    trained: Trained,
    evaluation: Evaluation,
    checks: Sequence[GateCheck],
    parity: Sequence[ParityReport],
) -> str:
    """Return the card of a trained model as Markdown with a YAML header.

    Args:
        loaded: the recipe.
        corpus_card: facts of the corpus, as its ``card.json`` has them.
        trained: the model.
        evaluation: what was measured.
        checks: the gate's rules and whether they held.
        parity: how the exported forms compare with the trained model.
    """
    recipe = loaded.recipe
    parts = [
        f"# {recipe.name}",
        _plain(recipe.about),
        _what(recipe, trained),
        _data(corpus_card),
        _training(trained),
        _measured(evaluation),
        _gate(checks),
        _parity(parity),
        _limits(recipe, evaluation),
        "## How it was made\n\n" + _fenced(loaded.text, "yaml"),
    ]
    header = yaml.safe_dump(_header(recipe, corpus_card, evaluation), sort_keys=False, allow_unicode=True, width=1000)
    return f"---\n{header}---\n\n" + "\n\n".join(part for part in parts if part) + "\n"


def _header(recipe: Recipe, corpus_card: Mapping[str, Any], evaluation: Evaluation) -> dict[str, Any]:
    known = bool(_SPDX.fullmatch(recipe.licence))
    header: dict[str, Any] = {"license": recipe.licence.lower() if known else "other"}
    if not known:
        header["license_name"] = recipe.licence
    header["library_name"] = "vedette"
    header["pipeline_tag"] = "text-classification" if isinstance(recipe, ClassifierRecipe) else "text-generation"
    header["tags"] = ["security", "vedette", recipe.kind]
    if recipe.base:
        header["base_model"] = recipe.base
    languages = _counted(corpus_card, "languages")
    if shown := [code for code in languages if _LANGUAGE.fullmatch(code)]:
        header["language"] = shown
    if sources := _sources(corpus_card):
        header["datasets"] = [str(source.get("name", "?")) for source in sources]
    results = [
        {"type": name, "value": round(measure.value, 6), **({"name": f"{name}, n = {measure.n}"} if measure.n else {})}
        for name, measure in evaluation.metrics.items()
    ]
    if results:
        header["model-index"] = [
            {
                "name": recipe.name,
                "results": [
                    {
                        "task": {"type": header["pipeline_tag"]},
                        "dataset": {"name": "the corpus' test part", "type": "private", "split": "test"},
                        "metrics": results,
                    }
                ],
            }
        ]
    return header


def _what(recipe: Recipe, trained: Trained) -> str:
    if isinstance(recipe, ClassifierRecipe):
        how = f"A classifier with the head `{recipe.train.head}` over {', '.join(recipe.train.features) or 'its own'}"
        how += " features."
    else:
        kind = (
            "continued pre-training"
            if isinstance(recipe, PretrainingRecipe)
            else "preference tuning"
            if isinstance(recipe, PreferenceRecipe)
            else "instruction tuning"
        )
        how = f"A language model made by {kind} ({recipe.train.method}) from `{recipe.base}`."
    rows = [("Licence", recipe.licence), ("Kind", recipe.kind), ("Form as trained", trained.form)]
    if recipe.base:
        rows.append(("Base weights", recipe.base))
    rows.append(("Seed", str(recipe.seed)))
    return f"{how}\n\n" + _table(("", ""), rows)


def _sources(corpus_card: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = corpus_card.get("sources") or []
    return [source for source in found if isinstance(source, Mapping)] if isinstance(found, list) else []


def _counted(corpus_card: Mapping[str, Any], what: str) -> list[str]:
    """Return what the training part has most of, first."""
    splits = corpus_card.get("splits") or {}
    train = splits.get("train") if isinstance(splits, Mapping) else None
    found = train.get(what) if isinstance(train, Mapping) else None
    return [str(name) for name in found] if isinstance(found, Mapping) else []


def _data(corpus_card: Mapping[str, Any]) -> str:
    lines = ["## Data"]
    splits = corpus_card.get("splits") or {}
    parts = {k: v for k, v in splits.items() if isinstance(v, Mapping)} if isinstance(splits, Mapping) else {}
    if parts:
        rows = [
            (str(name), f"{part.get('records', 0):,}", f"{part.get('groups', 0):,}", f"{part.get('chars', 0):,}")
            for name, part in parts.items()
        ]
        lines.append(_table(("part", "records", "groups", "characters"), rows))
    if sources := _sources(corpus_card):
        head = ("source", "licence", *(f"in {name}" for name in parts))
        listed = [
            (
                str(source.get("name", "?")),
                str(source.get("licence", "unknown")),
                *(f"{(part.get('sources') or {}).get(source.get('name'), 0):,}" for part in parts.values()),
            )
            for source in sources[:_LISTED]
        ]
        lines.append(_table(head, listed))
    for key, told in (
        ("removed", "Taken out"),
        ("redactions", "Personal data and secrets replaced"),
        ("leakage", "Overlap of test and train"),
    ):
        found = corpus_card.get(key)
        if isinstance(found, Mapping):
            facts = [f"{k} {v}" for k, v in found.items() if isinstance(v, int | float | str)]
            if facts:
                lines.append(f"{told}: {_plain(', '.join(facts))}.")
    return "\n\n".join(lines) if len(lines) > 1 else ""


def _training(trained: Trained) -> str:
    if not trained.metrics:
        return ""
    rows = [(name, _number(value)) for name, value in sorted(trained.metrics.items())]
    return "## Training\n\n" + _table(("figure", "value"), rows)


def _measured(evaluation: Evaluation) -> str:
    if not evaluation.metrics:
        return ""
    others = [name for name, figures in evaluation.others.items() if figures]
    rows = [
        (
            name,
            _measure(measure),
            f"{measure.n:,}" if measure.n else "",
            *(_measure(evaluation.others[other].get(name)) for other in others),
        )
        for name, measure in evaluation.metrics.items()
    ]
    lines = [
        "## Measured",
        "With 95% intervals by bootstrap, on data that was not trained on.",
        _table(("metric", "this model", "n", *others), rows),
    ]
    if evaluation.comparisons:
        pairs = [
            (c.metric, c.other, f"{c.difference:+.4f}", f"{c.low:+.4f} to {c.high:+.4f}", f"{c.p_value:.3f}")
            for c in evaluation.comparisons
        ]
        lines.append("Differences in pairs, on the same items:")
        lines.append(_table(("metric", "against", "difference", "95% interval", "p"), pairs))
    return "\n\n".join(lines)


def _measure(measure: Measure | None) -> str:
    if measure is None:
        return ""
    told = _number(measure.value)
    if measure.low is not None and measure.high is not None:
        told += f" ({_number(measure.low)} to {_number(measure.high)})"
    return told


def _gate(checks: Sequence[GateCheck]) -> str:
    if not checks:
        return ""
    rows = [("held" if check.passed else "**failed**", check.rule, check.why) for check in checks]
    return "## Gate\n\n" + _table(("", "rule", "why"), rows)


def _parity(parity: Sequence[ParityReport]) -> str:
    if not parity:
        return ""
    rows = [
        (
            report.format,
            "passed" if report.passed else "**failed**",
            f"{report.n_prompts - report.n_different} of {report.n_prompts}",
            _number(report.measures["tokens_different"]) + " of " + _number(report.measures["tokens"])
            if report.measures.get("tokens")
            else "",
            _number(report.measures["largest_regret_nats"]) if "largest_regret_nats" in report.measures else "",
            report.against,
        )
        for report in parity
    ]
    head = ("form", "", "same outputs", "tokens that differ", "largest regret (nats)", "held against")
    return (
        "## Exported forms\n\nThe same prompts, each side with its own tokeniser and chat template, greedy.\n\n"
        + _table(head, rows)
    )


def _limits(recipe: Recipe, evaluation: Evaluation) -> str:
    lines = [_plain(note) for note in evaluation.notes]
    if not isinstance(recipe, ClassifierRecipe):
        lines.append("It is no source of facts: what it says of names, numbers and events must be checked.")
    return "## Limits\n\n" + "\n".join(f"- {line}" for line in lines) if lines else ""


def _number(value: float) -> str:
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.1f}"


def _plain(text: str) -> str:
    """Return text that stays inside its line: no line ends, no markup of its own."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))


def _cell(text: str) -> str:
    """Return text as a table's cell; what this module marks as bold stays so."""
    return text if text in ("**failed**", "") else _plain(text)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(_cell(str(cell)) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _fenced(text: str, kind: str) -> str:
    """Return text as a code block whose fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{kind}\n{text.rstrip()}\n{fence}"
