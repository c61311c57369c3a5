"""``vedette guard approvals`` and ``audit``: what was held back, and what passed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli.frame import Frame, JsonOption, frame_of
from vedette.cli.guard_opening import keeping, note_down, opened_trail

if TYPE_CHECKING:
    pass

approvals_app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="What was held back: list, allow, deny.",
    epilog="Start with: vedette guard approvals list",
)
audit_app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="What passed the guard: list, verify, export.",
    epilog="Start with: vedette guard audit verify",
)


# -- approvals ----------------------------------------------------------------------------------------


@approvals_app.command("list")
def list_approvals(context: typer.Context, json: JsonOption = False) -> None:
    """List what was held back, and the answers that hold; the values are not kept."""
    frame = frame_of(context)
    with keeping(frame) as (_, _, approvals):
        found = approvals.all()
    if json:
        frame.print_json({"approvals": [_approval(one) for one in found]})
        return
    if not found:
        frame.say("nothing waits for an approval")
    for one in found:
        by = f"by {one.decided_by}, until {one.expires_at:%Y-%m-%d %H:%M} UTC" if one.decided_by else ""
        route = f" on {one.route}" if one.route else ""
        frame.say(f"{one.approval_id}  {one.state.value:8} {one.entity} of {one.asked_by}{route}  {by}".rstrip())


@approvals_app.command("allow")
def allow_approval(
    context: typer.Context,
    approval_id: Annotated[str, typer.Argument(metavar="ID", help="Its id (ask-…), or the beginning of it.")],
    hours: Annotated[float, typer.Option("--hours", min=0.01, max=8760, help="It holds for so long.")] = 1.0,
    json: JsonOption = False,
) -> None:
    """Let a value pass for its asker, for a time."""
    _decide(frame_of(context), approval_id, True, hours, json)


@approvals_app.command("deny")
def deny_approval(
    context: typer.Context,
    approval_id: Annotated[str, typer.Argument(metavar="ID", help="Its id (ask-…), or the beginning of it.")],
    hours: Annotated[float, typer.Option("--hours", min=0.01, max=8760, help="It holds for so long.")] = 24.0,
    json: JsonOption = False,
) -> None:
    """Refuse a value of its asker, for a time."""
    _decide(frame_of(context), approval_id, False, hours, json)


def _decide(frame: Frame, approval_id: str, allow: bool, hours: float, json: bool) -> None:
    from vedette.store.book import whoami

    with keeping(frame) as (_, trail, approvals):
        one = approvals.decide(approval_id, allow, decided_by=whoami(), for_s=hours * 3600)
        note_down(trail, "approval.allow" if allow else "approval.deny", f"{one.approval_id}: {one.entity}")
    if json:
        frame.print_json(_approval(one))
    else:
        frame.say(f"{one.state.value}: {one.entity} of {one.asked_by}, until {one.expires_at:%Y-%m-%d %H:%M} UTC")


def _approval(one: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(one), "state": one.state.value}


# -- audit --------------------------------------------------------------------------------------------


@audit_app.command("list")
def list_audit(
    context: typer.Context,
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, max=100_000, help="At most so many, newest first.")
    ] = 20,
    action: Annotated[str | None, typer.Option("--action", help="Only this: request.refuse, vault.erase, …")] = None,
    actor: Annotated[str | None, typer.Option("--actor", help="Only of this one.")] = None,
    session: Annotated[str | None, typer.Option("--session", help="Only of the session of this digest.")] = None,
    since: Annotated[datetime | None, typer.Option("--since", help="Only from then on (UTC).")] = None,
    json: JsonOption = False,
) -> None:
    """List what passed the guard, and what was done: names, counts and times, no value."""
    from datetime import UTC

    from vedette.guard.trail import as_dict

    frame = frame_of(context)
    with opened_trail(frame) as trail:
        found = trail.entries(
            limit=limit,
            newest_first=True,
            action=action,
            actor=actor,
            session=session,
            since=since.replace(tzinfo=UTC) if since else None,
        )
    if json:
        frame.print_json({"entries": [as_dict(one) for one in found]})
        return
    if not found:
        frame.say("the guard's audit is empty")
    for one in found:
        counts = ", ".join(f"{n} {name}" for name, n in one.entities.items())
        where = " ".join(word for word in (one.route, one.model, one.direction) if word)
        parts = (where, counts, one.reason)
        said = "; ".join(part for part in parts if part)
        dry = " (dry run)" if one.dry_run else ""
        frame.say(f"{one.seq:>6}  {one.at:%Y-%m-%d %H:%M:%S}  {one.actor or '-'}  {one.action}{dry}  {said}".rstrip())


@audit_app.command("verify")
def verify_audit(
    context: typer.Context,
    head: Annotated[
        str | None, typer.Option("--head", help="SEQ:DIGEST as an earlier call printed it: a witness of your own.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Read the whole audit and say whether it is as it was written; exit 1 at the first row that is not.

    The head that it prints may be kept elsewhere: with it, even who can write to this machine takes no row away unseen.
    """
    frame = frame_of(context)
    with opened_trail(frame) as trail:
        told = trail.verify(head)
    if json:
        frame.print_json(
            {
                "whole": told.whole,
                "n_rows": told.n_rows,
                "head": told.head,
                "broken_at": told.broken_at,
                "reason": told.reason,
                "anchored": told.anchored,
            }
        )
    elif told.whole:
        known = "" if told.anchored is None else f"; the anchor knows row {told.anchored}"
        frame.say(f"whole: {told.n_rows} rows{known}")
        frame.say(f"head {told.head}")
    else:
        frame.say(f"broken at row {told.broken_at}: {told.reason}")
        frame.say(f"{told.n_rows} rows before it are as they were written")
    if not told.whole:
        raise typer.Exit(1)


@audit_app.command("export")
def export_audit(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write here; default: standard output.")] = None,
    after: Annotated[int, typer.Option("--after", min=0, help="Only rows with a higher number.")] = 0,
) -> None:
    """Write the audit as JSON lines, each with its digest and the one before, for a log store that is only added to.

    Example: vedette guard audit export --after 1200 --out audit.jsonl
    """
    import sys

    frame = frame_of(context)
    with opened_trail(frame) as trail:
        if out is None:
            for line in trail.export(after=after):
                sys.stdout.write(line + "\n")
            return
        n = 0
        with out.open("w", encoding="utf-8") as stream:
            for line in trail.export(after=after):
                stream.write(line + "\n")
                n += 1
    frame.note(f"{n} rows in {out}")
