"""From what a command is seen to do to its techniques: the tables' acts and a model of words, weighed together.

A technique's score is the model's, plus a share of how strongly the acts, places and patterns that fired speak for it.
A softmax over the scores is a chance, and a curve learnt on commands left out of training makes it a confidence: the
probability that the technique is the one meant, given that the command is meant badly. Where the command does not look
so, the confidence is less in proportion.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from vedette.commands.judging.features import tool_key
from vedette.commands.judging.model import TECHNIQUES, Judge, Row, judge, known_of
from vedette.commands.judging.rating import chance_of_risk
from vedette.commands.traces import Fired, Traces
from vedette.knowledge import attack
from vedette.schema.command import CommandTechnique

MOST = 5
LEAST = 0.001
"""Chance under which a technique is not looked at."""
FLOOR = 0.03
"""Confidence under which a technique is not named, unless an act shows it."""
WORDS_ALONE = 0.2
"""Where no act speaks for any technique: risk and confidence from which the words may."""
SURE = 0.8
"""Weight from which the tables are sure of an act's technique."""


def rank(traces: Traces) -> tuple[CommandTechnique, ...]:
    """Return the techniques that a command shows, most likely first; none where nothing shows one."""
    if not traces.uses and not traces.fired:
        return ()
    shown = _shown(traces)
    risk = chance_of_risk(traces)
    if not shown and risk < WORDS_ALONE:
        return ()
    model = judge(TECHNIQUES)
    row = model.row(known_of(traces))
    acts = act_scores(traces)
    chances = chances_of(model, model.scores(row), acts, unseen_scores(model, traces))
    labels = [*model.labels, *(t for t in acts if t not in model.places)]
    doubt = min(1.0, max(0.1, risk / 0.5))
    likely = np.flatnonzero(chances >= LEAST)
    found: list[CommandTechnique] = []
    for place in likely[np.argsort(-chances[likely], kind="stable")[:MOST]].tolist():
        technique, chance = labels[place], float(chances[place])
        confidence = min(model.confidence(chance), chance + 0.5) * doubt
        fired = shown.get(technique)
        if not shown and not found and confidence < WORDS_ALONE:
            return ()
        if confidence < FLOOR and (fired is None or found):
            continue
        found.append(_told(technique, confidence, fired, model, row, place, traces))
    return tuple(found)


def act_scores(traces: Traces) -> dict[str, float]:
    """Return how strongly the acts, places and patterns speak for each technique, by its current number, in [0, 1]."""
    scores: dict[str, float] = {}
    for fired in traces.fired:
        for technique, weight in fired.techniques:
            now = attack.current(technique)
            scores[now] = 1 - (1 - scores.get(now, 0.0)) * (1 - 0.9 * min(weight, 1.0) * (0.4 + 0.6 * fired.risk))
    return scores


def strong_acts(traces: Traces) -> list[tuple[int, str, float]]:
    """Return the tool's hash, the technique and the weight of what the tables are sure of."""
    return [
        (tool_key(fired.tool), attack.current(technique), min(weight, 1.0))
        for fired in traces.fired
        if fired.tool
        for technique, weight in fired.techniques
        if weight >= SURE
    ]


def unseen_scores(model: Judge, traces: Traces) -> dict[str, float]:
    """Return what the tables are sure of where they speak of tools that the model never saw: there they lead."""
    scores: dict[str, float] = {}
    for tool, technique, weight in strong_acts(traces):
        if not model.vocabulary.knows(tool):
            scores[technique] = max(scores.get(technique, 0.0), weight)
    return scores


def chances_of(
    model: Judge, scores: NDArray[np.float32], acts: Mapping[str, float], unseen: Mapping[str, float]
) -> NDArray[np.float64]:
    """Return the chance of each of the model's techniques, then of those that only the acts know."""
    share, lead, places = float(model.facts["share"]), float(model.facts["lead"]), model.places
    worth = {technique: share * value + lead * unseen.get(technique, 0.0) for technique, value in acts.items()}
    more = [value for technique, value in worth.items() if technique not in places]
    every = np.concatenate((scores, more)) if more else scores.copy()
    for technique, value in worth.items():
        if technique in places:
            every[places[technique]] += value
    every = np.exp((every - every.max()) * float(model.facts["temperature"]))
    return np.asarray(every / every.sum())


def _shown(traces: Traces) -> dict[str, Fired]:
    """Return the gravest act for each technique."""
    shown: dict[str, Fired] = {}
    for fired in traces.fired:
        for technique, _ in fired.techniques:
            now = attack.current(technique)
            if now not in shown or fired.risk > shown[now].risk:
                shown[now] = fired
    return shown


def _told(
    technique: str,
    confidence: float,
    fired: Fired | None,
    model: Judge,
    row: Row,
    place: int,
    traces: Traces,
) -> CommandTechnique:
    if fired is not None:
        layer, start, end, text = fired.layer, fired.start, fired.end, fired.text
        reason = fired.note or fired.says or "the tables of tools name it"
    else:
        words = telling_words(model, row, place, traces)
        layer, start, end, text = where(words[0] if words else "", traces)
        said = ", ".join(f"‘{word}’" for word in words[:3])
        reason = f"commands with {said} were mostly this" if said else "it reads like commands that were mostly this"
    return CommandTechnique(
        id=technique,
        name=attack.name_of(technique),
        tactics=attack.tactics_served(technique),
        confidence=round(confidence, 4),
        layer=layer,
        start=start,
        end=end,
        text=text,
        reason=reason,
        former_id=attack.former(technique),
    )


def telling_words(model: Judge, row: Row, place: int, traces: Traces) -> list[str]:
    """Return the words of a command that speak most for a label, the heaviest first."""
    if place >= len(model.labels):
        return []
    keys, worth = model.worth(row, place, 40)
    facts = known_of(traces).facts
    told: list[str] = []
    for key, value in zip(keys, worth, strict=True):
        if value <= 0 or len(told) == 3:
            break
        word = facts.spelled(key)
        if len(word) > 2 and not any(word in other or other in word for other in told):
            told.append(word)
    return told


def _found(words: list[str], text: str) -> tuple[int, int]:
    """Return where words stand in a text one after the other, whatever the blanks between them; (0, 0): nowhere."""
    low = text.lower()
    if len(low) != len(text):
        return 0, 0
    start = low.find(words[0])
    while start >= 0:
        end = start + len(words[0])
        for word in words[1:]:
            at = end + len(low[end : end + 40]) - len(low[end : end + 40].lstrip())
            if not low.startswith(word, at):
                break
            end = at + len(word)
        else:
            return start, end
        start = low.find(words[0], start + 1)
    return 0, 0


def where(word: str, traces: Traces) -> tuple[int, int, int, str]:
    """Return the layer, start, end and text of a word's first place in the layers, the deepest asked first."""
    if word:
        apart = word.split()
        for layer in reversed(traces.layers):
            start, end = _found(apart, layer.text)
            if end:
                return layer.number, start, end, layer.text[start:end]
    first = traces.layers[0]
    name = next((used.call.name for used in traces.uses if used.layer == 0 and used.call.name.end), None)
    if name is not None and name.end <= len(first.text):
        return 0, name.start, name.end, name.text
    end = min(len(first.text), 40)
    return 0, 0, end, first.text[:end]
