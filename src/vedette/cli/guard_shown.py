"""What ``vedette guard`` shows: findings with their places, as text, JSON and JSON lines."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vedette.cli.jsonl import answered, exit_code, text_or_path
from vedette.cli.texts import Given, read_text
from vedette.errors import OutsideError, UserError
from vedette.schema.guarding import Action, Decided, Direction, Form, GuardVerdict, Passage, Unjudged

if TYPE_CHECKING:
    from vedette.cli.frame import Frame
    from vedette.guard.engine import Guard, Protected

_STYLES = {Action.BLOCK: "bold red", Action.ASK: "bold yellow", Action.ALLOW: "dim"}


@dataclass(frozen=True, slots=True)
class Judged:
    """A text and the verdict on it."""

    given: Given
    verdict: GuardVerdict

    @property
    def failed(self) -> bool:
        """Whether a scanner could not do its work."""
        from vedette.guard.engine import failed

        return any(failed(one) for one in self.verdict.unjudged)


def passage(given: Given, direction: Direction | None, form: Form) -> Passage:
    """Return a text as the guard takes it."""
    return Passage(text=given.text, direction=direction, form=form, place=given.name)


def judged(guard: Guard, given: Given, direction: Direction | None, form: Form) -> Judged:
    """Return what the guard says of a text; one that could not be read is unjudged, and blocks."""
    if given.problem is not None:
        from vedette.guard.engine import unread

        if given.met:  # a folder holds pictures too: they are told of, and are no failure
            unjudged = Unjudged(scanner="reader", reason=given.problem)
            return Judged(given, GuardVerdict(action=Action.ALLOW, unjudged=(unjudged,)))

        return Judged(given, unread(given.problem))
    return Judged(given, guard.check(passage(given, direction, form)))


def show(frame: Frame, told: Sequence[Judged], *, values: bool) -> None:
    """Print the findings of texts for people."""
    many = len(told) > 1
    for one in told:
        if many and not one.verdict.decided and not one.verdict.unjudged:
            continue
        if many:
            frame.say(one.given.name, "bold")
        starts = line_starts(one.given.text)
        for decided in one.verdict.decided:
            finding = decided.finding
            line, column = line_column(starts, finding.start)
            what = f"{finding.entity}" + (f" ({finding.rule})" if finding.rule else "")
            shown = f"  {_cut(one.given.text[finding.start : finding.end])}" if values else ""
            frame.say(
                f"  {line}:{column:<4} {what:42} {decided.action.value:12} {finding.score:.2f}{shown}",
                _STYLES.get(decided.action),
            )
            if finding.note and frame.out.is_terminal:
                frame.say(f"         {finding.note}", "dim")
        for unjudged in one.verdict.unjudged:
            frame.say(f"  not judged by {unjudged.scanner}: {unjudged.reason}", "bold red")
    gravest = max((one.verdict.action for one in told), key=lambda a: a.gravity, default=Action.ALLOW)
    n_texts = f" in {len(told):,} texts" if many else ""
    dry = " (the policy only watches)" if any(one.verdict.dry_run for one in told) else ""
    frame.say(
        f"{gravest.value}{dry}: {summary([d for one in told for d in one.verdict.decided])}{n_texts}",
        _STYLES.get(gravest, "bold"),
    )
    for reason in dict.fromkeys(one.verdict.reason for one in told if one.verdict.reason):
        frame.say(reason)


def summary(decided: Sequence[Decided]) -> str:
    """Return how many findings of what, in words."""
    if not decided:
        return "nothing was found"
    counts = Counter(one.finding.entity for one in decided)
    listed = ", ".join(f"{n} {entity}" for entity, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    return f"{len(decided):,} finding{'s' if len(decided) > 1 else ''}: {listed}"


def as_json(told: Sequence[Judged], *, show: bool) -> dict[str, Any]:
    """Return what was said of texts, for programs: of one text itself, of several a list."""
    bodies = [{"source": one.given.name, **verdict_json(one.verdict, one.given.text if show else None)} for one in told]
    return bodies[0] if len(bodies) == 1 else {"texts": bodies}


def verdict_json(verdict: GuardVerdict, text: str | None = None) -> dict[str, Any]:
    """Return a verdict for programs; with the text, values too."""
    return {
        "verdict": verdict.action.value,
        "dry_run": verdict.dry_run,
        "reason": verdict.reason,
        "findings": [_finding_json(one, text) for one in verdict.decided],
        "unjudged": [
            {"scanner": one.scanner, "reason": one.reason, "start": one.start, "end": one.end}
            for one in verdict.unjudged
        ],
    }


def _finding_json(decided: Decided, text: str | None) -> dict[str, Any]:
    one = decided.finding
    body: dict[str, Any] = {
        "entity": one.entity,
        "start": one.start,
        "end": one.end,
        "score": round(one.score, 4),
        "scanner": one.scanner,
        "rule": one.rule,
        "within": list(one.within),
        "note": one.note,
        "action": decided.action.value,
        "policy_rule": decided.rule,
    }
    return body if text is None else body | {"value": text[one.start : one.end]}


def masked_json(session: str, protected: Protected) -> dict[str, Any]:
    """Return a masked text for programs."""
    return {"session": session, "text": protected.text, **verdict_json(protected.verdict)}


def answer_lines(guard: Guard, direction: Direction | None, form: Form, fail_on: Action | None) -> int:
    """Judge each line of standard input, in order; return the exit code."""
    from vedette.guard.engine import failed

    over = broke = False

    def answer_of(asked: Any) -> dict[str, Any]:
        nonlocal over, broke
        verdict = guard.check(_asked(asked, direction, form))
        over = over or (fail_on is not None and verdict.action.gravity >= fail_on.gravity)
        told = verdict_json(verdict)
        broken = next((one for one in verdict.unjudged if failed(one)), None)
        if broken is None:
            return told
        broke = True
        return told | {"error": f"{broken.scanner} {broken.reason}"}

    done, wrong = answered(answer_of)
    if over:
        return 1
    if broke:
        return OutsideError.exit_code
    if wrong and fail_on is not None:
        return UserError.exit_code  # a gate that could not look does not open
    return exit_code(done, wrong)


def _asked(asked: Any, direction: Direction | None, form: Form) -> Passage:
    asked = text_or_path(asked)
    try:
        direction = Direction(asked["direction"]) if asked.get("direction") else direction
        form = Form(asked["form"]) if asked.get("form") else form
    except ValueError as error:
        raise UserError(str(error)) from None
    given = Given("line", asked["text"]) if "text" in asked else read_text(Path(asked["path"]))
    if given.problem is not None:
        raise UserError(f"{given.name}: {given.problem}")
    return passage(given, direction, form)


def line_starts(text: str) -> list[int]:
    """Return where each line begins."""
    starts = [0]
    at = text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts


def line_column(starts: Sequence[int], offset: int) -> tuple[int, int]:
    """Return line and column of an offset, from 1."""
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1


def _cut(value: str) -> str:
    value = " ".join(value.split())
    return value if len(value) <= 60 else f"{value[:57]}…"
