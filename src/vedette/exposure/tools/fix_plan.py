"""What must be mended by when, and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from vedette.exposure.filters import ExposureFilter
from vedette.exposure.tools.base import (
    ASSET,
    HOW_MANY,
    OWNER,
    add_exposure,
    coverage,
    coverage_proof,
    day,
    looked_at,
    nothing_read,
    opened,
    proof,
    questions_of,
    table,
    value_of,
)
from vedette.schema import ExposureStatus, Parameter, Tool, ToolResult, ValueKind
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import count_of, text_of, window_of
from vedette.toolbox.saying import FactList, Saying, iso, joined

NOBODY = "nobody named"
_DAYS = 7


class FixPlan:
    """Says what is due, and who owns it."""

    tool = Tool(
        name="fix_plan",
        description="What must be fixed by when and by whom: open exposures due by a date, by owner.",
        parameters=(
            Parameter(
                name="window",
                kind=ValueKind.TIME,
                description="Due by its end; left out: within seven days. What is overdue is always included.",
                example="this week",
            ),
            OWNER,
            ASSET,
            HOW_MANY,
        ),
        examples=(
            "what must be fixed this week and by whom?",
            "what do we have to patch today",
            "who has to patch what by Friday",
            "patch plan for the next 14 days",
            "What should we remediate first?",
            "which fixes are due",
            "what is due by the end of the month",
            "most urgent vulnerabilities to fix",
            "remediation deadlines",
            "who owns the overdue patches",
        ),
        words=(
            "fix", "fixed", "fixes", "patch", "patching", "remediate", "remediation", "due", "deadline", "deadlines",
            "overdue", "by whom", "urgent", "mend",
        ),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return what is due by the end of the window, what is overdue first."""
        window, owner, asset = window_of(arguments), text_of(arguments, "owner"), text_of(arguments, "asset")
        most = count_of(arguments, default=6, most=50)
        today = datetime.combine(context.now.astimezone(UTC).date(), datetime.min.time(), UTC)
        end = (window.end_at if window and window.end_at else None) or today + timedelta(days=_DAYS + 1)
        empty: dict[str, Any] = {"exposures": [], "count": 0, "owners": {}, "overdue": 0, "undecided": 0}
        with opened(context) as exposures:
            seen = coverage(exposures)
            if seen.none:
                return nothing_read(empty)
            opens = (ExposureStatus.OPEN,)
            due = ExposureFilter(status=opens, owner=owner, asset=asset, due_before=end, decided=True)
            late = ExposureFilter(status=opens, owner=owner, asset=asset, due_before=today, decided=True)
            open_ones = ExposureFilter(status=opens, owner=owner, asset=asset, decided=False)
            perhaps = ExposureFilter(status=opens, owner=owner, asset=asset, decided=False, due_before=end)
            n, n_late, n_undecided, n_perhaps = (exposures.count(f) for f in (due, late, open_ones, perhaps))
            found = exposures.select(due, limit=max(most, context.max_rows))
            undecided = exposures.select(open_ones, limit=200)
            owners = {str(o) if o else NOBODY: int(c) for o, c in exposures.by("owner", due)}
            facts, say = FactList(), Saying()
            last = end - timedelta(microseconds=1)
            told = f" owned by {say.value(ValueKind.TEXT, owner)}" if owner else ""
            told += f" on {say.host(asset)}" if asset else ""
            evidence = [e for x in found[:most] for e in proof(x)[:1]] or coverage_proof(seen)
            if n:
                whom = joined(
                    [f"{say.value(ValueKind.TEXT, o, 80)} ({say.n(c)})" for o, c in list(owners.items())[:8]], 8
                )
                text = (
                    f"{say.n(n, 'open exposure')}{told} must be fixed by {day(say, last)}, {say.n(n_late)} of them "
                    f"overdue; by owner: {whom}."
                )
            else:
                text = f"No open exposure{told} is due by {day(say, last)}: {looked_at(say, seen)}."
            facts.add("n_due", n, text, say, kind=ValueKind.COUNT, evidence=evidence)
            if n_undecided:
                say = Saying()
                text = (
                    f"{say.n(n_undecided, 'open exposure')}{' has' if n_undecided == 1 else ' have'} no date yet, "
                    f"because facts that decide it are not known; {say.n(n_perhaps)} of them "
                    f"{'is' if n_perhaps == 1 else 'are'} due by {day(say, last)} if the gravest outcome holds."
                )
                facts.add(
                    "n_undecided", n_undecided, text, say, kind=ValueKind.COUNT,
                    evidence=[e for x in undecided[:6] for e in proof(x)[:1]],
                )  # fmt: skip
            for exposure in found[:most]:
                add_exposure(facts, exposure, context.now)
            for exposure in undecided[: max(0, min(3, most - len(found)))]:
                add_exposure(facts, exposure, context.now)
            return ToolResult(
                facts=facts.done(),
                values={
                    "exposures": [value_of(e) for e in found[: context.max_rows]],
                    "count": n,
                    "owners": owners,
                    "overdue": n_late,
                    "undecided": n_undecided,
                    "perhaps": n_perhaps,
                    "due_before": iso(end),
                },
                tables=(table(context, found, n, "Due"),) if found else (),
                query=exposures.sql(due),
                unknown=questions_of(undecided),
                next_questions=("Which exposures are not decided?", "What changed since Monday?"),
            )


FIX_PLAN = FixPlan()
