"""``vedette lake``: looking after the lake."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from vedette.cli.frame import JsonOption, frame_of
from vedette.errors import UserError

app = typer.Typer(
    rich_markup_mode=None, no_args_is_help=True, help="Look after the lake: status, retention, cleaning up."
)


@app.command()
def status(context: typer.Context, json: JsonOption = False) -> None:
    """Show how much is in the lake, from when, and from which sources."""
    frame = frame_of(context)
    from vedette.store import Lake  # noqa: F401

    with frame.lake() as lake:
        segments = lake.segments("events")
        hits = lake.segments("hits")
    sources: dict[str, int] = {}
    for s in segments:
        sources[s.source or ""] = sources.get(s.source or "", 0) + s.n_rows
    times = [t for s in segments for t in (s.t_min, s.t_max) if t]
    value = {
        "home": str(frame.home_path()),
        "events": sum(s.n_rows for s in segments),
        "hits": sum(s.n_rows for s in hits),
        "files": len(segments) + len(hits),
        "bytes": sum(s.size_bytes for s in (*segments, *hits)),
        "first_at": min(times, default=None),
        "last_at": max(times, default=None),
        "sources": sources,
    }
    if json:
        frame.print_json(value)
        return
    for key, shown in value.items():
        if key != "sources":
            frame.say(f"{key:>9}  {shown:,}" if isinstance(shown, int) else f"{key:>9}  {shown}")
    for source, count in sorted(sources.items(), key=lambda item: -item[1])[:20]:
        frame.say(f"{count:>14,}  {source}")


@app.command()
def expire(
    context: typer.Context,
    before: Annotated[str | None, typer.Option("--before", help="Drop days before this one (YYYY-MM-DD).")] = None,
    keep_days: Annotated[
        int | None, typer.Option("--keep-days", min=0, help="Or: keep this many days back from today.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: JsonOption = False,
) -> None:
    """Retention: drop whole days of events, and the hits on them, for good."""
    frame = frame_of(context)
    if (before is None) == (keep_days is None):
        raise UserError("say either --before or --keep-days")
    today = datetime.now(UTC).date()
    try:
        day = (
            datetime.strptime(before, "%Y-%m-%d").replace(tzinfo=UTC).date()
            if before
            else today - timedelta(days=keep_days or 0)
        )
    except ValueError:
        raise UserError(f"{before!r} is no day", next_step="write it as 2026-03-01") from None
    try:
        agreed = yes or typer.confirm(f"Drop every event before {day} from {frame.home_path()}?", err=True)
    except typer.Abort:  # nobody there to ask
        agreed = False
    if not agreed:
        raise UserError("nothing was dropped: not confirmed", next_step="say --yes")
    with frame.lake() as lake:
        gone = lake.expire(day)
    n_rows = sum(s.n_rows for s in gone if s.table == "events")
    if json:
        frame.print_json({"before": day, "events": n_rows, "files": len(gone)})
    else:
        frame.say(f"{n_rows:,} events before {day} dropped, {len(gone)} files")


@app.command()
def clean(context: typer.Context, json: JsonOption = False) -> None:
    """Delete files that an interrupted run left behind."""
    frame = frame_of(context)
    with frame.lake() as lake:
        n_files = lake.clean()
    if json:
        frame.print_json({"deleted": n_files})
    else:
        frame.say(f"{n_files} file(s) deleted")


@app.command("copy-state")
def copy_state_command(
    context: typer.Context,
    source: Annotated[
        str, typer.Option("--from", metavar="URL", help="Database to read: a URL, or sqlite for the home's own.")
    ] = "sqlite",
    target: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="URL", help="Empty database to fill: a URL, or sqlite (default: VEDETTE_STATE_URL)."
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Take the state (catalogue, cases, sessions, audit) to another database, such as PostgreSQL, or back."""
    frame = frame_of(context)
    from vedette.store.copying import copy_state

    wanted = target or frame.settings.state_url
    if wanted is None:
        raise UserError("where to? VEDETTE_STATE_URL is not set", next_step="set it, or say --to URL")
    copied = copy_state(frame.home_path(), source, wanted)
    if json:
        frame.print_json({"home": str(frame.home_path()), "rows": copied})
        return
    frame.say(f"Copied {sum(copied.values())} rows of {sum(1 for n in copied.values() if n)} tables.")
    if wanted == "sqlite":
        frame.say("The home opens its own SQLite from now on; unset VEDETTE_STATE_URL.")
    else:
        frame.say("The home opens that database from now on; what was copied is left as it was.")
