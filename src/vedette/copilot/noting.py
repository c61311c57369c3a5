"""Sentences about how a question was read: what was corrected, what times count from, what is nowhere."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.copilot.mentions import Mention, Missing, World
from vedette.copilot.planning import Planned
from vedette.knowledge import attack
from vedette.schema import ValueKind, Window
from vedette.toolbox.saying import shown, stamp


def notes_of(planned: Planned, world: World) -> list[str]:
    """Return what the user should know of how the question was read."""
    notes = []
    used = [m for s in planned.steps for m in s.used]
    for mention in used:
        if mention.corrected:
            notes.append(f"“{shown(mention.text, 60)}” was taken for {shown(mention.value, 80)}.")
    calendar = world.calendar
    for mention in used:
        if mention.relative and calendar.old and calendar.last_at and isinstance(mention.value, Window):
            said = f"so “{shown(mention.value.said, 60)}” was read from there: {_span(mention.value)}."
            notes.append(f"The data ends at {stamp(calendar.last_at)}, {said}")
            break
    return list(dict.fromkeys(notes))


def unused_note(left: Sequence[Mention]) -> list[str]:
    """Return what of the question was not looked at, where something was not."""
    named = [m for m in left if m.kind not in (ValueKind.CASE, ValueKind.COUNT, ValueKind.TACTIC) and not m.by_name]
    wanted = [m for m in named if not m.excluded]
    unwanted = [m for m in named if m.excluded]
    notes = [f"This does not look at {_quoted(wanted)} alone."] if wanted else []
    if unwanted:
        notes.append(f"This does not leave out {_quoted(unwanted)}.")
    return notes


def _quoted(mentions: Sequence[Mention]) -> str:
    return ", ".join(f"“{shown(m.text, 60)}”" for m in mentions[:3])


def missing_text(missing: Missing, world: World) -> str:
    """Return the sentence that says that a name is nowhere, and what is like it."""
    text = shown(missing.text, 80)
    if missing.kind is ValueKind.CASE:
        cases = world.cases
        if not cases:
            return f"There is no case “{text}”: no case was made of this data."
        listed = ", ".join(c.case_id for c in cases[:5])
        n = len(cases)
        return f"There is no such case (“{text}”); there {'is' if n == 1 else 'are'} {n}: {listed}."
    if missing.kind is ValueKind.TECHNIQUE:
        return f"ATT&CK {attack.version} has no technique {text}."
    what = {ValueKind.ACCOUNT: "account", ValueKind.HOST: "host", ValueKind.ADDRESS: "address"}.get(
        missing.kind or ValueKind.TEXT, "account or host"
    )
    near = f"; did you mean {_either(missing.near)}?" if missing.near else "."
    return f"There is no {what} {text} in the data{near}"


def _either(names: Sequence[str]) -> str:
    shown_names = [shown(n, 80) for n in names]
    return shown_names[0] if len(shown_names) == 1 else ", ".join(shown_names[:-1]) + " or " + shown_names[-1]


def _span(window: Window) -> str:
    if window.start_at and window.end_at:
        return f"{stamp(window.start_at)} to {stamp(window.end_at)}"
    if window.start_at:
        return f"since {stamp(window.start_at)}"
    return f"before {stamp(window.end_at)}" if window.end_at else "any time"
