"""How likely a command is meant badly: what its acts alone say, and a model of words and acts, as one probability.

The model was trained on attacks and on administration; its threshold is where few of the benign commands that it was
not trained on are called risky. Acts of the tables that hardly ever are benign stand by themselves, whatever the model
says, unless the command is an example whose holes (``<user>``, ``path/to``) nobody filled in.
"""

from __future__ import annotations

import math
import re

from vedette.commands.judging.features import noisy_or
from vedette.commands.judging.model import RISK, Known, judge, known_of
from vedette.commands.traces import Traces
from vedette.schema.command import Language, RiskReason

RISKY = 0.5
"""Risk from which a command is called risky: the curve is laid so that the model's threshold falls here."""
MOST = 12
UNSPOKEN = 0.4
"""Most that the model alone says of a plain start of a program."""
GRAVE = 0.95
"""Risk from which an act stands by itself."""
_HOLE = re.compile(r"(?i)path[/\\]to\b|<[a-z][^<>\n]{0,60}>|\{\{")


def risk(traces: Traces) -> tuple[float, bool, tuple[RiskReason, ...]]:
    """Return the risk in [0, 1], whether it is over the threshold, and the reasons, heaviest first."""
    value = chance_of_risk(traces)
    risky = value >= RISKY
    reasons = [
        RiskReason(text=fired.note or fired.says or "", weight=round(fired.risk, 4), layer=fired.layer)
        for fired in traces.fired
        if fired.risk > 0 and (fired.note or fired.says)
    ]
    reasons.sort(key=lambda reason: -reason.weight)
    if risky and (not reasons or reasons[0].weight < RISKY):
        words, layer = _words(traces)
        if words:
            said = ", ".join(f"‘{word}’" for word in words)
            told = RiskReason(text=f"it reads like commands of attacks: {said}", weight=round(value, 4), layer=layer)
            reasons.insert(0, told)
    return round(value, 4), risky, tuple(dict.fromkeys(reasons))[:MOST]


def chance_of_risk(traces: Traces) -> float:
    """Return the probability that a command is meant badly."""
    known = known_of(traces)
    if known.risk is None:
        known.risk = _rated(known, traces)
    return known.risk


def _rated(known: Known, traces: Traces) -> float:
    if not known.facts.text.strip():
        return 0.0
    model = judge(RISK)
    score = model.score(model.row(known)) + float(model.facts["share"]) * noisy_or(traces)
    value = chance_at(score, float(model.facts["threshold"]), float(model.facts["temperature"]))
    if value >= UNSPOKEN and is_plain(traces):
        value = UNSPOKEN
    return max(value, standing(traces, known.facts.text))


def is_plain(traces: Traces) -> bool:
    """Return whether a single program is started that no table says anything of against.

    Logs are full of them, and a model of words that has hardly seen them takes their names for those of attacks: its
    word alone calls none of them risky. A process event may have arguments; a line that somebody typed has none, and
    names a tool that the tables know.
    """
    if len(traces.uses) != 1 or any(layer.methods for layer in traces.layers):
        return False
    n_args = len(traces.uses[0].call.args)
    if traces.language is Language.PROGRAM:
        return noisy_or(traces) < (0.16 if n_args <= 1 else 0.05)
    return not n_args and traces.uses[0].usage.tool is not None and noisy_or(traces) < 0.02


def standing(traces: Traces, text: str) -> float:
    """Return the risk of the gravest act where it stands by itself, else nothing."""
    gravest = max((fired.risk for fired in traces.fired), default=0.0)
    return gravest if gravest >= GRAVE and not _HOLE.search(text) else 0.0


def chance_at(score: float, threshold: float, temperature: float) -> float:
    """Return the probability of a score: a half at the threshold."""
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, (score - threshold) * temperature))))


def _words(traces: Traces) -> tuple[list[str], int]:
    from vedette.commands.judging.ranking import telling_words, where

    model = judge(RISK)
    words = telling_words(model, model.row(known_of(traces)), 0, traces)
    return words, where(words[0], traces)[0] if words else 0
