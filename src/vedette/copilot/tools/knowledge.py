"""What an ATT&CK technique or tactic is, from the pinned matrix, and whether the cases show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vedette.errors import UserError
from vedette.knowledge import attack
from vedette.schema import Choice, Evidence, Parameter, Tool, ToolResult, ValueKind
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import text_of
from vedette.toolbox.cases import stored
from vedette.toolbox.saying import FactList, Saying, joined

_MOST_OPTIONS = 8


class TechniqueInfo:
    """Explains a technique or tactic."""

    tool = Tool(
        name="technique_info",
        description="What an ATT&CK technique or tactic is: name, tactics, platforms, kin, and where it was seen here.",
        parameters=(
            Parameter(
                name="technique",
                kind=ValueKind.TECHNIQUE,
                description="The technique's or tactic's id or name.",
                required=True,
                example="T1003.006",
            ),
        ),
        examples=(
            "what is T1003.006?",
            "explain DCSync",
            "Which tactic does T1059.001 belong to?",
            "T1021",
            "what does kerberoasting mean",
            "tell me about the technique Pass the Hash",
            "describe TA0008",
            "sub-techniques of T1110",
            "I'm new here, what do you mean by T1547.001?",
            "what platforms does T1053.005 apply to",
            "meaning of scheduled task technique",
            "what is lateral movement",
        ),
        words=(
            "what is", "explain", "describe", "meaning", "mean", "means", "technique", "sub-techniques", "tactic",
            "platforms", "definition", "stand for",
        ),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return what the pinned matrix says of it, and what the cases show of it."""
        wanted = text_of(arguments, "technique")
        if wanted is None:
            raise UserError("no technique is named", next_step="name one, as in: what is T1003.006?")
        found = _find(wanted)
        if len(found) == 1:
            return _technique(context, found[0])
        tactic = attack.tactic(wanted)
        if tactic is not None and not found:
            return _tactic(context, tactic)
        if len(found) > 1:
            options = tuple(f"{t.id} {t.title}" for t in found[:_MOST_OPTIONS])
            return ToolResult(
                choice=Choice(parameter="technique", question="Which technique do you mean?", options=options),
                values={"technique": None, "name": None, "tactics": []},
            )
        say = Saying()
        facts = FactList()
        n = len(attack.techniques())
        text = f"The pinned ATT&CK matrix, version {say.value(ValueKind.TEXT, attack.version)}, has no technique or "
        text += f"tactic {say.quote(wanted)}: {say.n(n, 'technique')} were looked at."
        facts.add("technique", None, text, say, kind=ValueKind.TECHNIQUE, evidence=_matrix(), subject=wanted)
        return ToolResult(
            facts=facts.done(),
            values={"technique": None, "name": None, "tactics": []},
            unknown=("An id that the pinned version does not have may be newer, or withdrawn long ago.",),
        )


def _find(wanted: str) -> list[attack.Technique]:
    """Return the technique of an id or name; several where a name is no technique's whole name."""
    known = attack.technique(wanted)
    if known is not None:
        return [known]
    low = " ".join(wanted.casefold().split())
    whole = [t for t in attack.techniques() if low in (t.name.casefold(), t.title.casefold())]
    if len(whole) > 1:  # a sub-technique and a technique of one name: the ids tell them apart
        return whole
    if whole or attack.tactic(wanted) is not None or len(low) < 4:
        return whole
    words = low.split()
    return [t for t in attack.techniques() if all(w in t.title.casefold() for w in words)]


def _matrix() -> list[Evidence]:
    return [stored(f"attack-enterprise@{attack.version}", "MITRE ATT&CK Enterprise, pinned in the package")]


def _technique(context: ToolContext, t: attack.Technique) -> ToolResult:
    facts, say = FactList(), Saying()
    name = say.technique(t.id, t.name)
    parent = attack.technique(t.parent) if t.parent else None
    kin = f"a sub-technique of {say.technique(parent.id, parent.name)}" if parent else "an ATT&CK technique"
    tactics = joined([say.tactic(x) for x in t.tactics], 6)
    platforms = joined([say.value(ValueKind.TEXT, p) for p in t.platforms], 12)
    serves = f", serving {tactics}" if tactics else ""
    text = f"{name} is {kin}{serves}; it concerns {platforms or 'no named platform'} (ATT&CK "
    text += f"{say.value(ValueKind.TEXT, attack.version)})."
    facts.add(
        "technique", t.id, text, say, kind=ValueKind.TECHNIQUE, subject=t.id, subject_kind=ValueKind.TECHNIQUE,
        evidence=_matrix(), aliases=(t.name, t.title),
    )  # fmt: skip
    children = [x for x in attack.techniques() if x.parent == t.id]
    if children:
        say = Saying()
        words = joined([say.technique(c.id, c.name) for c in children[:15]], 15)
        more = f" and {say.n(len(children) - 15)} more" if len(children) > 15 else ""
        text = f"{say.technique(t.id)} has {say.n(len(children), 'sub-technique')}: {words}{more}."
        facts.add(
            "n_sub_techniques", len(children), text, say, kind=ValueKind.COUNT, subject=t.id,
            subject_kind=ValueKind.TECHNIQUE, evidence=_matrix(), aliases=(t.name,),
        )  # fmt: skip
    cases = _seen(facts, context, t)
    return ToolResult(
        facts=facts.done(),
        values={
            "technique": t.id,
            "name": t.name,
            "tactics": list(t.tactics),
            "platforms": list(t.platforms),
            "parent": t.parent,
            "sub_techniques": [c.id for c in children],
            "cases": cases,
        },
        unknown=("The pinned matrix holds names, tactics and platforms; how to detect or mitigate it is not in it.",),
        next_questions=(f"Which events show {t.id}?", f"Was {t.id} used in this case?"),
    )


def _seen(facts: FactList, context: ToolContext, t: attack.Technique) -> list[str]:
    """Say in which cases findings are tagged with the technique or one below it."""
    seen = []
    for case in context.cases:
        showing = [f for f in case.findings if any((x + ".").startswith(t.id + ".") for x in f.techniques)]
        if showing:
            seen.append((case, showing))
    say = Saying()
    name = say.technique(t.id)
    if not seen:
        n = say.n(len(context.cases), "current case shows", "current cases show")
        text = f"None of the {n} {name}." if len(context.cases) != 1 else f"The {n} no {name}."
        text = f"There is no case, so none shows {name}." if not context.cases else text
        evidence = [stored(c.case_id, c.title) for c in context.cases] or [stored("cases", "0 cases")]
        facts.add("n_cases", 0, text, say, kind=ValueKind.COUNT, subject=t.id, evidence=evidence, aliases=(t.name,))
        return []
    for case, showing in seen[:3]:
        say = Saying()
        titles = joined([say.quoted_title(f.title) for f in showing[:3]], 3)
        more = f" and {say.n(len(showing) - 3)} more" if len(showing) > 3 else ""
        verb = plural_is(len(showing))
        text = f"In {say.case(case)}, {say.n(len(showing), 'finding')} {verb} tagged with {say.technique(t.id)}"
        text += f" or below it: {titles}{more}, first at {say.at(min(f.first_at for f in showing))}."
        facts.add(
            "n_findings", len(showing), text, say, kind=ValueKind.COUNT, subject=t.id,
            subject_kind=ValueKind.TECHNIQUE, evidence=[e for f in showing for e in f.evidence[:1]], aliases=(t.name,),
        )  # fmt: skip
    return [c.case_id for c, _ in seen]


def plural_is(n: int) -> str:
    """Return ``is`` or ``are``."""
    return "is" if n == 1 else "are"


def _tactic(context: ToolContext, tactic: attack.Tactic) -> ToolResult:
    facts, say = FactList(), Saying()
    members = [t for t in attack.techniques() if tactic.shortname in t.tactics and not t.parent]
    text = f"{say.value(ValueKind.TACTIC, tactic.name)} ({say.value(ValueKind.TEXT, tactic.id)}) is an ATT&CK tactic, "
    text += f"number {say.n(tactic.order + 1)} of {say.n(len(attack.tactics()))} in the matrix, with "
    text += f"{say.n(len(members), 'technique')} (ATT&CK {say.value(ValueKind.TEXT, attack.version)})."
    facts.add(
        "tactic", tactic.shortname, text, say, kind=ValueKind.TACTIC, subject=tactic.name,
        subject_kind=ValueKind.TACTIC, evidence=_matrix(), aliases=(tactic.id, tactic.shortname),
    )  # fmt: skip
    for case in context.cases[:3]:
        uses = [u for u in case.techniques if tactic.shortname in u.tactics]
        say = Saying()
        if uses:
            words = joined([say.technique(u.technique_id, u.name) for u in uses[:6]], 6)
            more = f" and {say.n(len(uses) - 6)} more" if len(uses) > 6 else ""
            text = f"{say.case(case)} shows {say.n(len(uses), 'technique')} of it: {words}{more}."
            evidence = [e for u in uses for e in u.evidence[:1]]
        else:
            text = f"{say.case(case)} shows no technique of it."
            evidence = [stored(case.case_id, case.title)]
        facts.add(
            "n_techniques", len(uses), text, say, kind=ValueKind.COUNT, subject=case.case_id,
            subject_kind=ValueKind.CASE, evidence=evidence,
        )  # fmt: skip
    return ToolResult(
        facts=facts.done(),
        values={"technique": tactic.id, "name": tactic.name, "tactics": [tactic.shortname]},
        next_questions=(f"Which techniques of {tactic.name.lower()} were used?",),
    )


TECHNIQUE_INFO = TechniqueInfo()
