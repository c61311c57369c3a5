"""The scanner: rules and model weighed together at one threshold, and the ranges that carry what was found."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

from vedette.guard.base import Cost
from vedette.guard.injection import hidden as unseen
from vedette.guard.injection.model import NAME, Judged, Model, shipped_model
from vedette.guard.injection.rules import ALARM, INJECTION, JAILBREAK, RuleHit, Signals, signals
from vedette.schema.guarding import Around, Direction, GuardFinding, Passage, Scanned

HIDDEN_TEXT = "HIDDEN_TEXT"
BLOCK = 64_000
"""Characters that are judged at once."""
OVERLAP = 2_000
"""Characters that a block shares with the next: no order is cut in two."""
MOST_LAYERS = 8
"""Decoded texts that the model reads; rules read all."""
SHORTEST_LAYER = 12
BELIEVED = 0.5
"""Score from which on a rule's hit is told where the whole is believed to be an attack."""


class InjectionScanner:
    """Finds orders that are not the user's, talk that frees the model of its rules, and text that nobody sees."""

    name = "injection"
    directions = frozenset({Direction.PROMPT, Direction.CONTEXT, Direction.REPLY})
    cost = Cost.MODEL
    entities = frozenset({INJECTION, JAILBREAK, HIDDEN_TEXT})

    def __init__(self, model: Model | None = None) -> None:
        """Use a model; none: the one that ships, loaded with the first scan."""
        self._model = model
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Load the model and compile the rules."""
        with self._lock:
            if self._model is None:
                self._model = shipped_model()
        self._model.judge("warm", signals("warm"))

    def scan(self, passage: Passage, around: Around) -> Scanned:
        """Return what it finds.

        Whatever its direction, a text is judged at one threshold, since a prompt may quote what others wrote; in what
        others may have written, forms that nobody else uses (:attr:`Rule.sure`) decide without the model. Only a
        reply is not weighed: it repeats and explains, so known forms alone count, and text that nobody sees.
        """
        del around
        if self._model is None:
            self.warm()
        model = self._model
        assert model is not None  # noqa: S101  (warm has made it)
        findings: list[GuardFinding] = []
        for start, text in blocks(passage.text):
            known = signals(text)
            if passage.direction is Direction.REPLY:
                findings += _of_rules([hit for hit in known.alarms if not hit.told], start)
            else:
                judged = judge(model, text, known)
                if judged.logit >= model.threshold:
                    findings += _of_model(judged, known, model, start)
                elif passage.direction is not Direction.PROMPT:
                    findings += _of_rules([hit for hit in known.hits if hit.sure], start)
            findings += _of_hidden(known.hidden, start)
        return Scanned(findings=tuple(_once(findings)))


def blocks(text: str) -> Iterable[tuple[int, str]]:
    """Yield the parts of a text that are judged at once, each with its place."""
    if len(text) <= BLOCK:
        yield 0, text
        return
    start = 0
    while True:
        end = min(start + BLOCK, len(text))
        cut = text.rfind("\n", start + BLOCK // 2, end) if end < len(text) else -1
        end = cut + 1 if cut > 0 else end
        yield start, text[start:end]
        if end == len(text):
            return
        start = max(end - OVERLAP, start + 1)


def judge(model: Model, text: str, known: Signals) -> Judged:
    """Return the worst that the model says of a text, of its plain spelling if disguised, and of what it encodes."""
    worst = model.judge(text, known)
    if known.normalised.undone:
        plain = model.judge(known.normalised.text, known)
        if plain.logit > worst.logit:
            spans = tuple((*known.normalised.span(start, end), score) for start, end, score in plain.spans)
            worst = Judged(logit=plain.logit, spans=spans)
    for layer in known.layers[:MOST_LAYERS]:
        if len(layer.text) < SHORTEST_LAYER:
            continue
        inner = model.judge(layer.text, known)
        if inner.logit > worst.logit:
            worst = Judged(logit=inner.logit, spans=((layer.start, layer.end, inner.logit),), within=layer.within)
    return worst


def _of_model(judged: Judged, known: Signals, model: Model, start: int) -> list[GuardFinding]:
    score = round(model.chance(judged.logit), 3)
    hits = [hit for hit in known.hits if hit.score >= BELIEVED]
    entity = max(hits, key=lambda hit: hit.score).entity if hits else judged.entity
    found = _of_rules(hits, start, score)
    covered = [(hit.start, hit.end) for hit in hits]
    for low, high, _ in judged.spans:
        if not any(low < end and begin < high for begin, end in covered):
            found.append(
                GuardFinding(
                    entity=entity,
                    start=start + low,
                    end=start + high,
                    score=score,
                    scanner=NAME,
                    rule="model",
                    within=judged.within,
                    note="reads like an order to the model that is not its user's",
                )
            )
    return found


def _of_rules(hits: Sequence[RuleHit], start: int, least: float = 0.0) -> list[GuardFinding]:
    return [
        GuardFinding(
            entity=hit.entity, start=start + hit.start, end=start + hit.end, score=round(max(hit.score, least), 3),
            scanner=NAME, rule=hit.rule, within=hit.within, note="a known form of attack",
        )
        for hit in hits
    ]  # fmt: skip


def _of_hidden(found: Sequence[unseen.Hidden], start: int) -> list[GuardFinding]:
    return [
        GuardFinding(
            entity=HIDDEN_TEXT, start=start + one.start, end=start + one.end, score=round(one.score, 3),
            scanner=NAME, rule=one.kind.value, note="a person does not see this",
        )
        for one in found
        if one.score >= ALARM
    ]  # fmt: skip


def _once(found: Sequence[GuardFinding]) -> list[GuardFinding]:
    """Return findings in order, each range once for each rule: blocks overlap."""
    kept: dict[tuple[int, int, str], GuardFinding] = {}
    for one in found:
        kept.setdefault((one.start, one.end, one.rule), one)
    return sorted(kept.values(), key=lambda one: (one.start, one.end))
