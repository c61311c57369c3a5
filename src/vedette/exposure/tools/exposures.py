"""What is exposed, and to what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from vedette.exposure.engine import Exposures
from vedette.exposure.filters import ExposureFilter
from vedette.exposure.tools.base import (
    ASSET,
    HOW_MANY,
    MOST_SAID,
    OWNER,
    VULNERABILITY,
    add_exposure,
    coverage,
    coverage_proof,
    looked_at,
    nothing_read,
    opened,
    proof,
    questions_of,
    table,
    value_of,
)
from vedette.schema import Exposure, ExposureStatus, Parameter, Severity, Tool, ToolResult, ValueKind
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import SEVERITY, choice_of, count_of, text_of
from vedette.toolbox.saying import FactList, Saying

_STATES = ("open", "overdue", "exploited", "undecided", "not_affected", "fixed", "all")


class ExposuresTool:
    """Says what is exposed."""

    tool = Tool(
        name="exposures",
        description="Which vulnerabilities are exposed on which assets, with the decision and the date due.",
        parameters=(
            VULNERABILITY,
            ASSET,
            OWNER,
            Parameter(
                name="state",
                kind=ValueKind.CHOICE,
                choices=_STATES,
                description="open, overdue, exploited (by own logs), undecided, not_affected, fixed or all.",
                example="overdue",
            ),
            SEVERITY,
            HOW_MANY,
        ),
        examples=(
            "are we exposed to CVE-2021-44228?",
            "how exposed are we?",
            "which vulnerabilities are open on WEB01",
            "Are we vulnerable to log4shell, and where?",
            "list our critical exposures",
            "what is overdue?",
            "do we have CVE-2024-3094 anywhere",
            "how many open vulnerabilities are there",
            "CVE-2023-44487?",
            "which vulnerability did the attacker use?",
            "what is the extent of our exposure to active vulnerabilities",
            "unpatched systems",
            "which of our systems lack patches",
        ),
        words=(
            "exposed", "exposure", "exposures", "vulnerable", "vulnerability", "vulnerabilities", "cve", "cves",
            "patch", "patched", "unpatched", "kev", "scanner", "scan", "sbom", "overdue",
        ),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return the exposures that fit, those due first at the top."""
        state = choice_of(arguments, "state", _STATES, "open") or "open"
        wanted, asset = text_of(arguments, "vulnerability"), text_of(arguments, "asset")
        owner, least = text_of(arguments, "owner"), choice_of(arguments, "severity", tuple(Severity), None)
        most = count_of(arguments, default=MOST_SAID, most=50)
        empty: dict[str, Any] = {"exposures": [], "count": 0, "assets": [], "vulnerabilities": []}
        with opened(context) as exposures:
            seen = coverage(exposures)
            if seen.none:
                return nothing_read(empty)
            asked = _filter(state, wanted, asset, owner, least, context.now)
            n = exposures.count(asked)
            found = exposures.select(asked, limit=max(most, context.max_rows))
            facts, say = FactList(), Saying()
            what = _what(say, state, wanted, asset, owner, least)
            if not n:
                text = f"There is no {what[0]}{what[1]}: {looked_at(say, seen)}."
                facts.add("n_exposures", 0, text, say, kind=ValueKind.COUNT, evidence=coverage_proof(seen))
                _elsewhere(facts, exposures, state, wanted, asset, owner, least, context.now)
                return ToolResult(
                    facts=facts.done(),
                    values=empty,
                    query=exposures.sql(asked),
                    unknown=("What was not scanned is not in this answer.",),
                    next_questions=("Which data do you have?",),
                )
            assets = [str(v) for v, _ in exposures.by("asset", asked)]
            ids = [str(v) for v, _ in exposures.by("vulnerability", asked)]
            verb = "is" if n == 1 else "are"
            text = (
                f"There {verb} {say.n(n, *what[0:1], what[0] + 's')}{what[1]}: "
                f"{say.n(len(ids), 'vulnerability', 'vulnerabilities')} on {say.n(len(assets), 'asset')}."
            )
            facts.add(
                "n_exposures", n, text, say, kind=ValueKind.COUNT,
                evidence=[e for x in found[:MOST_SAID] for e in proof(x)[:1]],
            )  # fmt: skip
            for exposure in found[:most]:
                add_exposure(facts, exposure, context.now)
            listed = table(context, found, n)
            return ToolResult(
                facts=facts.done(),
                values={
                    "exposures": [value_of(e) for e in found[: context.max_rows]],
                    "count": n,
                    "assets": assets[:200],
                    "vulnerabilities": ids[:200],
                },
                tables=(listed,),
                query=exposures.sql(asked),
                unknown=questions_of(found),
                entities=tuple(assets[:3]),
                next_questions=("What must be fixed this week, and by whom?", "Which exposures touch this case?"),
            )


def _filter(
    state: str, wanted: str | None, asset: str | None, owner: str | None, least: str | None, now: datetime
) -> ExposureFilter:
    severity = tuple(s for s in Severity if least and s.rank >= Severity(least).rank)
    status: tuple[ExposureStatus, ...] = ()
    if state in ("not_affected", "fixed"):
        status = (ExposureStatus(state),)
    elif state not in ("all", "exploited"):
        status = (ExposureStatus.OPEN,)
    midnight = datetime.combine(now.astimezone(UTC).date(), datetime.min.time(), UTC)
    return ExposureFilter(
        vulnerability=wanted,
        asset=asset,
        owner=owner,
        severity=severity,
        status=status,
        due_before=midnight if state == "overdue" else None,
        exploited_only=state == "exploited",
        decided={"undecided": False, "overdue": True}.get(state),
    )


def _what(
    say: Saying, state: str, wanted: str | None, asset: str | None, owner: str | None, least: str | None
) -> tuple[str, str]:
    """Return the noun, in one number, and what narrows it."""
    kind = {"all": "", "exploited": "exploited ", "not_affected": "", "undecided": "undecided "}
    noun = f"{kind.get(state, state + ' ')}exposure"
    told = " judged not to matter" if state == "not_affected" else ""
    if wanted:
        told += f" to {say.value(ValueKind.VULNERABILITY, wanted)}"
    if least:
        say.add(ValueKind.SEVERITY, least)
        told += f" of severity {least}" if least == Severity.CRITICAL else f" of severity {least} or graver"
    if asset:
        told += f" on {say.host(asset)}"
    if owner:
        told += f" owned by {say.value(ValueKind.TEXT, owner)}"
    return noun, told


def _elsewhere(
    facts: FactList,
    exposures: Exposures,
    state: str,
    wanted: str | None,
    asset: str | None,
    owner: str | None,
    least: str | None,
    now: datetime,
) -> None:
    """Say what there is where the asked state gave nothing: mended, judged not to matter."""
    if state == "all" or not (wanted or asset):
        return
    others: list[Exposure] = exposures.select(_filter("all", wanted, asset, owner, least, now), limit=3)
    for exposure in others:
        add_exposure(facts, exposure, now)


EXPOSURES = ExposuresTool()
