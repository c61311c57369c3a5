"""The whole command in one plain sentence, made of its steps."""

from __future__ import annotations

from vedette.commands.telling.steps import Told
from vedette.commands.traces import Traces

MOST = 5
"""Steps that one sentence holds; the rest are counted."""
_HIDDEN = {
    "base64": "base64",
    "utf-16-base64": "base64",
    "gzip": "gzip",
    "deflate": "compression",
    "xor": "XOR",
    "hex": "hexadecimal digits",
    "char-codes": "character codes",
    "reverse": "reversed text",
    "concatenation": "joined pieces",
    "format-operator": "shuffled pieces",
    "securestring": "encryption with a given key",
}


def sentence_of(told: list[Told], traces: Traces) -> str:
    """Return one sentence: how it hides, what it does, and what remains unknown."""
    methods = list(dict.fromkeys(m for layer in traces.layers for m in layer.methods))
    clauses = _chosen(told)
    n_left = sum(not t.wraps for t in told) - len(clauses)
    if not clauses:
        if not traces.command.strip("\x00 \t\r\n"):
            return "It is empty."
        known = any(reading.strings or reading.parts or reading.calls for reading in traces.readings)
        body = (
            "It only works with values of its own"
            if known and not traces.readings[0].broken
            else "It could not be read"
        )
        return f"{body}{_stopped(traces)}."
    body = clauses[0]
    if len(clauses) > 1:
        body = (
            ", then ".join(clauses[:-1]) + ", and finally " + clauses[-1]
            if len(clauses) > 2
            else " and then ".join(clauses)
        )
    if n_left > 0:
        body += f" ({n_left} more step{'s' if n_left > 1 else ''})"
    hidden = [_HIDDEN[m] for m in methods if m in _HIDDEN]
    if hidden:
        kinds = list(dict.fromkeys(hidden))
        shown = kinds[0] if len(kinds) == 1 else ", ".join(kinds[:-1]) + " and " + kinds[-1]
        body = f"hidden by {shown}, {body}"
    return f"{body[:1].upper()}{body[1:]}{_stopped(traces)}".rstrip(".") + "."


def _chosen(told: list[Told]) -> list[str]:
    """Return the clauses that the sentence holds: those that do something, the riskiest if there are too many."""
    inner = [t for t in told if not t.wraps] or told
    clauses = list(dict.fromkeys(t.clause for t in inner))
    if len(clauses) <= MOST:
        return clauses
    best = {t.clause: (t.risk, t.known) for t in inner}
    ranked = sorted(
        range(len(clauses)), key=lambda n: (best[clauses[n]][0] > 0.3, best[clauses[n]][1], -n), reverse=True
    )
    return [clauses[n] for n in sorted(ranked[:MOST])]


def _stopped(traces: Traces) -> str:
    told = [s.reason for s in traces.stops if "not known" in s.reason]
    return f"; {told[0]}" if told else ""
