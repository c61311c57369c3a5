"""From what a command is seen to do to its techniques and its risk."""

from __future__ import annotations

from vedette.commands.traces import Fired, Traces
from vedette.knowledge import attack
from vedette.schema.command import CommandTechnique, RiskReason

MOST = 5
RISKY = 0.5


def rank(traces: Traces) -> tuple[CommandTechnique, ...]:
    """Return the techniques that the acts, places and patterns show, most likely first."""
    scores: dict[str, float] = {}
    shown: dict[str, Fired] = {}
    for fired in traces.fired:
        for technique, weight in fired.techniques:
            scores[technique] = 1 - (1 - scores.get(technique, 0.0)) * (1 - weight * (0.3 + 0.6 * fired.risk))
            if technique not in shown or fired.risk > shown[technique].risk:
                shown[technique] = fired
    found = []
    for technique in sorted(scores, key=lambda t: (-scores[t], t))[:MOST]:
        fired, page = shown[technique], attack.technique(technique)
        found.append(
            CommandTechnique(
                id=technique,
                name=page.name if page else None,
                tactics=page.tactics if page else (),
                confidence=round(scores[technique], 4),
                layer=fired.layer,
                start=fired.start,
                end=fired.end,
                text=fired.text,
                reason=fired.says or fired.note or "",
            )
        )
    return tuple(found)


def risk(traces: Traces) -> tuple[float, bool, tuple[RiskReason, ...]]:
    """Return the risk in [0, 1], whether it is over the threshold, and the reasons, heaviest first."""
    left = 1.0
    reasons = []
    for fired in traces.fired:
        left *= 1 - fired.risk
        if fired.risk > 0 and (fired.note or fired.says):
            reasons.append(RiskReason(text=fired.note or fired.says or "", weight=fired.risk, layer=fired.layer))
    reasons.sort(key=lambda r: -r.weight)
    return round(1 - left, 4), 1 - left >= RISKY, tuple(dict.fromkeys(reasons))
