"""How an explanation is said in an answer: the decoded facts, each value named with its kind."""

from __future__ import annotations

from vedette.schema import Evidence, Explanation, ObservableKind, ValueKind
from vedette.toolbox.saying import FactList, Saying, joined

VALUE_KINDS = {
    ObservableKind.IP: ValueKind.ADDRESS,
    ObservableKind.DOMAIN: ValueKind.DOMAIN,
    ObservableKind.URL: ValueKind.URL,
    ObservableKind.EMAIL: ValueKind.EMAIL,
    ObservableKind.HASH: ValueKind.HASH,
    ObservableKind.FILE: ValueKind.FILE,
    ObservableKind.REGISTRY: ValueKind.RESOURCE,
    ObservableKind.CVE: ValueKind.VULNERABILITY,
}
MOST = 6
_LONG = 400


def add_explanation(facts: FactList, told: Explanation, evidence: list[Evidence]) -> None:
    """Add what a command does, how it was hidden, how suspicious it is and why, and what it holds."""
    say = Saying()
    text = f"What the command does: {say.quote(told.sentence, ValueKind.TEXT, _LONG)}."
    facts.add("does", told.sentence, text, say, kind=ValueKind.TEXT, evidence=evidence)
    if told.methods or told.final.number:
        say = Saying()
        how = joined([say.value(ValueKind.TEXT, m, 40) for m in told.methods], 8)
        text = f"It holds {say.n(len(told.layers), 'layer')}"
        text += f", hidden by {how}" if how else ""
        text += f"; the innermost reads {say.quote(told.final.text, ValueKind.COMMAND, _LONG)}."
        facts.add("decoded", told.final.text, text, say, kind=ValueKind.COMMAND, evidence=evidence)
    say = Saying()
    word = "It is called risky" if told.risky else "It is not called risky"
    text = f"{word}: its risk is {say.share(told.risk)}"
    why = [say.quote(r.text, ValueKind.TEXT, 160) for r in told.reasons[:3]]
    text += f", because {joined(why)}." if why else "."
    facts.add("risk", told.risk, text, say, kind=ValueKind.SHARE, evidence=evidence)
    if told.techniques:
        say = Saying()
        named = [
            f"{say.technique(t.id, t.name or '')} at {say.share(t.confidence)}, "
            f"shown by {say.quote(t.text, ValueKind.TEXT, 60)}"
            for t in told.techniques[:3]
        ]
        facts.add(
            "techniques", [t.id for t in told.techniques], f"It shows {joined(named)}.", say,
            kind=ValueKind.TECHNIQUE, evidence=evidence,
        )  # fmt: skip
    seen = [o for o in told.observables if o.kind in VALUE_KINDS]
    if seen:
        say = Saying()
        named = [say.value(VALUE_KINDS[o.kind], o.value) for o in seen[:MOST]]
        more = f" and {say.n(len(seen) - MOST)} more" if len(seen) > MOST else ""
        values = [o.value for o in seen]
        text = f"It holds {joined(named)}{more}."
        facts.add("observables", values, text, say, kind=ValueKind.TEXT, evidence=evidence)
