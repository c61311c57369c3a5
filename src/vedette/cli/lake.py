"""``vedette lake``: looking after the lake."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from vedette.cli.frame import JsonOption, clean, frame_of
from vedette.errors import UserError

_REPORT_COLUMNS = ("reader", "file", "made", "about", "records", "problem")

app = typer.Typer(
    rich_markup_mode=None, no_args_is_help=True, help="Look after the lake: status, reports, retention, cleaning up."
)


@app.command()
def status(context: typer.Context, json: JsonOption = False) -> None:
    """Show how much is in the lake, from when, and from which sources."""
    frame = frame_of(context)
    from vedette.schema.intel_tables import INTEL_TABLES
    from vedette.schema.scan_tables import SCAN_TABLES

    with frame.lake() as lake:
        segments = lake.segments("events")
        hits = lake.segments("hits")
        scans = {table: lake.segments(table) for table in SCAN_TABLES}
        readings = {table: lake.segments(table) for table in INTEL_TABLES}
    sources: dict[str, int] = {}
    for s in segments:
        sources[s.source or ""] = sources.get(s.source or "", 0) + s.n_rows
    everything = [*segments, *hits, *(s for of in (*scans.values(), *readings.values()) for s in of)]
    times = [t for s in segments for t in (s.t_min, s.t_max) if t]
    value = {
        "home": str(frame.home_path()),
        "events": sum(s.n_rows for s in segments),
        "hits": sum(s.n_rows for s in hits),
        "reports": sum(s.n_rows for s in scans["scan_reports"]),
        "records": sum(s.n_rows for table, of in scans.items() if table != "scan_reports" for s in of),
        "documents": sum(s.n_rows for s in readings["intel_documents"]),
        "files": len(everything),
        "bytes": sum(s.size_bytes for s in everything),
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
def reports(context: typer.Context, json: JsonOption = False) -> None:
    """List the scans, SBOMs, VEX documents and inventories in the lake, the latest last."""
    frame = frame_of(context)
    with frame.lake() as lake, lake.connection() as connection:
        cursor = connection.execute(
            "SELECT report_id, reader, scanner, made_at, received_at, source, places, n_findings, n_components, "
            "n_statements, n_assets, n_refused, problem FROM scan_reports ORDER BY received_at, report_id"
        )
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    if json:
        frame.print_json({"reports": rows})
        return
    from rich.table import Column, Table
    from rich.text import Text

    table = Table(Column("report", no_wrap=True, min_width=12), *_REPORT_COLUMNS, box=None)
    for row in rows[-200:]:
        n_records = sum(row[name] for name in ("n_findings", "n_components", "n_statements", "n_assets"))
        places = row["places"] or []
        about = ", ".join(places[:2]) + (f" and {len(places) - 2} more" if len(places) > 2 else "")
        made = str(row["made_at"] or "")[:16]
        cells = (
            row["report_id"][:12],
            row["reader"],
            row["source"],
            made,
            about,
            f"{n_records:,}",
            row["problem"] or "",
        )
        table.add_row(*(Text(clean(cell[:80])) for cell in cells))
    frame.print(table)
    if len(rows) > 200:
        frame.note(f"and {len(rows) - 200} earlier ones (see --json)")


@app.command()
def documents(context: typer.Context, json: JsonOption = False) -> None:
    """List the threat reports and messages whose reading is in the lake, the latest last."""
    frame = frame_of(context)
    with frame.lake() as lake, lake.connection() as connection:
        cursor = connection.execute(
            "SELECT document_id, title, source, language, published_at, read_at, "
            "(SELECT count(*) FROM intel_observables t WHERE t.document_id = d.document_id) AS n_observables, "
            "(SELECT count(*) FROM intel_entities t WHERE t.document_id = d.document_id) AS n_entities "
            "FROM intel_documents d ORDER BY read_at, document_id"
        )
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    if json:
        frame.print_json({"documents": rows})
        return
    from rich.table import Column, Table
    from rich.text import Text

    table = Table(
        Column("document", no_wrap=True, min_width=20), "title", "published", "read", "values", "names", box=None
    )
    for row in rows[-200:]:
        cells = (
            row["document_id"],
            row["title"] or row["source"],
            str(row["published_at"] or "")[:10],
            str(row["read_at"] or "")[:16],
            f"{row['n_observables']:,}",
            f"{row['n_entities']:,}",
        )
        table.add_row(*(Text(clean(cell[:80])) for cell in cells))
    frame.print(table)
    if len(rows) > 200:
        frame.note(f"and {len(rows) - 200} earlier ones (see --json)")


@app.command()
def forget(
    context: typer.Context,
    given: Annotated[
        list[str], typer.Argument(metavar="REPORT…", help="Ids of reports or documents, or their first digits.")
    ],
    json: JsonOption = False,
) -> None:
    """Take reports of scans, or readings of documents, out of the lake with everything that rests on them."""
    frame = frame_of(context)
    from vedette.store.kept import READINGS, SCANS

    with frame.lake() as lake:
        there = [*SCANS.shards(lake), *READINGS.shards(lake)]
        wanted = []
        for text in given:
            found = [report for report in there if report.startswith(text)]
            if len(found) != 1 or len(text) < 6:
                said = "is too short" if len(text) < 6 else "names several reports" if found else "is not in the lake"
                raise UserError(
                    f"the report {text!r} {said}", next_step="vedette lake reports and vedette lake documents list them"
                )
            wanted.append(found[0])
        n_gone = SCANS.forget(lake, wanted) + READINGS.forget(lake, wanted)
    if json:
        frame.print_json({"forgotten": n_gone})
    else:
        frame.say(f"{n_gone} report(s) taken out of the lake")


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


@app.command("clean")
def clean_up(context: typer.Context, json: JsonOption = False) -> None:
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
