"""The promotion gate: rules over measured figures decide, not a person's eye."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vedette.errors import UserError
from vedette.forge.base import Comparison, Evaluation, GateCheck, Measure
from vedette.forge.recipe import GateRule, GateSpec

LOWER_IS_BETTER = ("perplexity", "loss", "error", "difference", "bits_per_byte", "brier", "ece", "exposure", "memory")
"""Parts of metric names whose values had better be small."""


def lower_is_better(metric: str) -> bool:
    """Return whether a smaller value of the metric is the better one."""
    words = metric.replace("-", "_").replace("/", "_").replace(":", "_").lower()
    return any(part in words for part in LOWER_IS_BETTER)


def judge(spec: GateSpec, evaluation: Evaluation) -> list[GateCheck]:
    """Return one check a rule, in the recipe's order.

    A rule whose metric was not measured, or that compares with a model that is not there, does not hold: unknown is
    not good enough. The one exception is ``beats: current`` where no version is current yet: it holds, and says so.

    Raises:
        UserError: a rule says nothing that can be checked.
    """
    return [_check(rule, evaluation) for rule in spec.rules]


def passed(checks: Sequence[GateCheck]) -> bool:
    """Return whether every check held. No rules at all hold trivially."""
    return all(check.passed for check in checks)


def _check(rule: GateRule, evaluation: Evaluation) -> GateCheck:
    if rule.at_least is None and rule.at_most is None and rule.beats is None:
        raise UserError(
            f"the gate's rule about {rule.metric!r} says nothing", next_step="give at_least, at_most or beats"
        )
    reasons, held = [], True
    measured = evaluation.metrics.get(rule.metric)
    if measured is None:
        known = ", ".join(sorted(evaluation.metrics)) or "nothing"
        return GateCheck(rule=_words(rule), passed=False, why=f"was not measured (measured: {known})")
    value = measured.value
    if rule.at_least is not None:
        held &= value >= rule.at_least
        reasons.append(f"is {value:.4g}")
    if rule.at_most is not None:
        held &= value <= rule.at_most
        reasons.append(f"is {value:.4g}")
    if rule.beats is not None:
        won, why = _beats(rule, rule.beats, value, evaluation.others.get(rule.beats, {}), evaluation.comparisons)
        held &= won
        reasons.append(why)
    return GateCheck(rule=_words(rule), passed=held, why="; ".join(dict.fromkeys(reasons)))


def _beats(
    rule: GateRule, other: str, value: float, measures: Mapping[str, Measure], comparisons: Sequence[Comparison]
) -> tuple[bool, str]:
    theirs = measures.get(rule.metric)
    if theirs is None:
        if other == "current":
            return True, "no version is current yet"
        return False, f"{value:.4g}; {other} was not measured"
    sign = -1.0 if lower_is_better(rule.metric) else 1.0
    better_by = sign * (value - theirs.value)
    wanted = rule.by * abs(theirs.value) if rule.relative else rule.by
    held = better_by >= wanted
    shown = f"{better_by / abs(theirs.value):+.1%}" if rule.relative and theirs.value else f"{better_by:+.4g}"
    side = "better" if better_by >= 0 else "worse"
    why = f"is {value:.4g}, {other} {theirs.value:.4g} ({side} by {shown.lstrip('+-')})"
    for pair in comparisons:
        if pair.metric == rule.metric and pair.other == other:
            low, high = sorted((sign * pair.low, sign * pair.high))
            why += f", 95% interval of the gain {low:+.4g} to {high:+.4g}"
            # a gain that may be chance does not count; a loss that is allowed need not be certain
            if wanted >= 0 and low <= 0 < better_by:
                held = False
                why += ": may be chance"
    return held, why


def _words(rule: GateRule) -> str:
    parts = []
    if rule.at_least is not None:
        parts.append(f"at least {rule.at_least:g}")
    if rule.at_most is not None:
        parts.append(f"at most {rule.at_most:g}")
    if rule.beats is not None:
        amount = f"{abs(rule.by):.0%}" if rule.relative else f"{abs(rule.by):g}"
        if rule.by > 0:
            parts.append(f"better than {rule.beats} by {amount}")
        elif rule.by < 0:
            parts.append(f"no worse than {rule.beats} by more than {amount}")
        else:
            parts.append(f"no worse than {rule.beats}")
    return f"{rule.metric} {' and '.join(parts)}"
