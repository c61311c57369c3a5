"""What changed in the extent of exposure since a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from vedette.exposure.filters import ExposureFilter
from vedette.exposure.tools.base import (
    ASSET,
    OWNER,
    component,
    coverage,
    coverage_proof,
    day,
    looked_at,
    nothing_read,
    opened,
    proof,
    table,
    value_of,
)
from vedette.schema import Exposure, Parameter, Tool, ToolResult, ValueKind
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import text_of, window_of
from vedette.toolbox.saying import FactList, Saying, iso

_DAYS = 7


class ExposureChanges:
    """Says what is new, gone and otherwise changed."""

    tool = Tool(
        name="exposure_changes",
        description="What changed in our exposure since a time: new, gone, newly exploited or judged.",
        parameters=(
            Parameter(
                name="window",
                kind=ValueKind.TIME,
                description="Since its beginning; left out: the last seven days.",
                example="since Monday",
            ),
            OWNER,
            ASSET,
        ),
        examples=(
            "what changed in our exposure since Monday?",
            "new vulnerabilities since yesterday",
            "which vulnerabilities went away this week",
            "did exposure get better or worse last month",
            "what did the last scan find that is new to us",
            "newly exposed since 1 March",
            "which vulnerabilities were fixed since Friday",
            "exposure trend",
        ),
        words=("new vulnerabilities", "newly", "gone", "better", "worse", "trend", "since", "changed", "exposure"),
    )

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return what is new, gone and changed since the window's beginning."""
        window, owner, asset = window_of(arguments), text_of(arguments, "owner"), text_of(arguments, "asset")
        today = datetime.combine(context.now.astimezone(UTC).date(), datetime.min.time(), UTC)
        since = (window.start_at if window and window.start_at else None) or today - timedelta(days=_DAYS)
        empty: dict[str, Any] = {"new": [], "gone": [], "changed": [], "n_new": 0, "n_gone": 0, "n_changed": 0}
        with opened(context) as exposures:
            seen = coverage(exposures)
            if seen.none:
                return nothing_read(empty)
            wanted = ExposureFilter(owner=owner, asset=asset)
            new, gone, changed = exposures.changes(since, wanted, limit=context.max_rows)
            n_new, n_gone, n_changed = exposures.count_changes(since, wanted)
            facts, say = FactList(), Saying()
            told = f" owned by {say.value(ValueKind.TEXT, owner)}" if owner else ""
            told += f" on {say.host(asset)}" if asset else ""
            text = (
                f"Since {day(say, since)}, {say.n(n_new, 'exposure')}{told} {_was(n_new)} seen for the first time, "
                f"{say.n(n_gone)} {_was(n_gone)} no longer found, and {say.n(n_changed)} changed otherwise; "
                f"{looked_at(say, seen)}."
            )
            evidence = [e for x in (*new[:3], *gone[:3], *changed[:2]) for e in proof(x)[:1]] or coverage_proof(seen)
            facts.add("n_new", n_new, text, say, kind=ValueKind.COUNT, evidence=evidence)
            for word, listed in (("new", new), ("no longer found", gone), ("changed", changed)):
                for exposure in listed[:3]:
                    _one(facts, exposure, word)
            return ToolResult(
                facts=facts.done(),
                values={
                    "new": [value_of(e) for e in new],
                    "gone": [value_of(e) for e in gone],
                    "changed": [value_of(e) for e in changed],
                    "n_new": n_new,
                    "n_gone": n_gone,
                    "n_changed": n_changed,
                    "since": iso(since),
                },
                tables=tuple(
                    table(context, listed, n, title)
                    for title, listed, n in _tables(new, n_new, gone, n_gone, changed, n_changed)
                ),
                query=exposures.sql(ExposureFilter(owner=owner, asset=asset, since=since)),
                next_questions=("What must be fixed this week, and by whom?",),
            )


def _was(n: int) -> str:
    return "was" if n == 1 else "were"


def _tables(
    new: Sequence[Exposure], n_new: int, gone: Sequence[Exposure], n_gone: int, changed: Sequence[Exposure], n: int
) -> list[tuple[str, Sequence[Exposure], int]]:
    every = [("New", new, n_new), ("No longer found", gone, n_gone), ("Changed", changed, n)]
    return [item for item in every if item[1]]


def _one(facts: FactList, exposure: Exposure, word: str) -> None:
    say = Saying()
    say.add(ValueKind.VULNERABILITY, exposure.vulnerability)
    text = f"{exposure.vulnerability} in {component(say, exposure)} on {say.host(exposure.asset)} is {word}"
    if word == "changed" and exposure.status_by:
        text += f": {say.quote(exposure.status_by)}"
    if word == "new" and exposure.first_seen_at:
        text += f", first seen on {day(say, exposure.first_seen_at)}"
    facts.add(
        "exposure", exposure.vulnerability, text + ".", say, kind=ValueKind.VULNERABILITY, subject=exposure.asset,
        subject_kind=ValueKind.HOST, aliases=exposure.aliases, evidence=proof(exposure),
    )  # fmt: skip


EXPOSURE_CHANGES = ExposureChanges()
