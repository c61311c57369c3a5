"""``vedette forge rank``: which findings to look at first, by what this team's verdicts taught."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli.frame import Frame, JsonOption, clean, frame_of

if TYPE_CHECKING:
    from vedette.models.activity import ActivityModel
    from vedette.models.activity.rank import Ranking

app = typer.Typer(rich_markup_mode=None)


@app.command()
def rank(
    context: typer.Context,
    model: Annotated[str, typer.Option("--model", help="Activity model, NAME or NAME@VERSION.")] = "own-activity",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many findings.")] = 20,
    json: JsonOption = False,
) -> None:
    """Rank the findings without a verdict by the chance that they matter, with a suggested verdict and its reasons.

    Exit 1 says that the model refused: the world has changed too much since it was trained. The measure is told.
    """
    frame = frame_of(context)
    from datetime import UTC, datetime

    from vedette.errors import UserError
    from vedette.forge.activity.history import from_home, outcomes_of
    from vedette.models import load
    from vedette.models.activity import ActivityModel
    from vedette.models.activity.rank import rank as ranked

    try:
        opened = load(model, frame.home_path(), third_party=frame.settings.third_party_plugins)
    except UserError as error:
        if "there is no model" not in error.message:
            raise
        raise UserError(
            f"there is no model {model!r} yet", next_step="vedette forge train recipes/own-activity.yaml"
        ) from None
    if not isinstance(opened, ActivityModel):
        raise UserError(f"{model} is no activity model", next_step="vedette forge list shows each model's form")
    with frame.lake() as lake:
        findings = from_home(lake)
    found = ranked(opened, list(outcomes_of(findings, opened.salt)), datetime.now(UTC).timestamp())
    by_id = {str(f["finding_id"]): f for f in findings}
    if json:
        frame.print_json(_plain(opened, found, by_id, limit))
    else:
        _show(frame, opened, found, by_id, limit)
    if found.refused:
        raise typer.Exit(1)


def _plain(model: ActivityModel, found: Ranking, by_id: dict[str, dict[str, Any]], limit: int) -> dict[str, Any]:
    rows = []
    for scored in () if found.refused else found.waiting[:limit]:
        finding = by_id[scored.outcome.fired.finding_id]
        told = model.prediction(scored)
        rows.append(
            {
                **{
                    k: finding.get(k)
                    for k in ("finding_id", "title", "severity", "first_at", "device_name", "accounts")
                },
                "matters": scored.matters,
                "verdict": None if told.abstained else told.labels[0].label,
                "labels": [{"label": one.label, "confidence": one.confidence} for one in told.labels],
                "abstained": told.abstained,
                "reasons": list(told.reasons),
            }
        )
    return {
        "model": model.name,
        "version": model.version,
        "refused": found.refused,
        "drift": {
            "level": found.drift.level.value,
            "why": found.drift.why,
            "n_recent": found.drift.n_recent,
            "measures": [
                {"group": m.group, "measure": m.measure, "value": m.value, "threshold": m.threshold}
                for m in found.drift.measures[:10]
            ],
            "numbers": dict(found.drift.numbers),
        },
        "waiting": len(found.waiting),
        "findings": rows,
    }


def _show(frame: Frame, model: ActivityModel, found: Ranking, by_id: dict[str, dict[str, Any]], limit: int) -> None:
    from vedette.models.activity import Level

    frame.note(f"{model.name}@{model.version}; {found.n_since:,} findings since it was trained; {found.drift.why}")
    if found.refused:
        frame.say(f"Not ranked: the world has changed since the model was trained. {found.drift.why}.", "yellow")
        frame.next_step("vedette forge train recipes/own-activity.yaml --fresh", "learn from the verdicts since")
        return
    if found.drift.level is Level.WARN:
        frame.say(f"With care: {found.drift.why}.", "yellow")
    if not found.waiting:
        frame.say("No finding waits for a verdict.")
        return
    for scored in found.waiting[:limit]:
        finding = by_id[scored.outcome.fired.finding_id]
        told = model.prediction(scored)
        place = finding.get("device_name") or finding.get("cloud_account") or "-"
        verdict = "look yourself" if told.abstained else f"{told.labels[0].label} {told.labels[0].confidence:.0%}"
        frame.say(
            f"{scored.matters:>6.1%}  {finding.get('severity') or '-':<13}  {finding.get('title')}  on {place}  "
            f"{str(finding['finding_id'])[:8]}  ({verdict})"
        )
        for reason in told.reasons[:3]:
            frame.say(f"         · {clean(reason)}")
    if len(found.waiting) > limit:
        frame.say(f"and {len(found.waiting) - limit:,} more (see --limit)")
