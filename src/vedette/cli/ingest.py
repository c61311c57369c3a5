"""``vedette ingest``: logs, scans, SBOMs, VEX documents and inventories in, rows in the lake."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from vedette.cli.bulk_options import EngineOption, engine_from
from vedette.cli.frame import JsonOption, WorkersOption, frame_of
from vedette.cli.steps import (
    AssetOption,
    Given,
    HostOption,
    MappingOption,
    ReaderOption,
    SourceOption,
    TimezoneOption,
    YearOption,
    ingest_dict,
    ingest_options,
    run_ingest,
    show_ingest,
)
from vedette.errors import UserError

app = typer.Typer(rich_markup_mode=None)


@app.command()
def ingest(
    context: typer.Context,
    paths: Annotated[
        list[str] | None, typer.Argument(help="Files, folders, archives (gz, zip, tar, zst); - is stdin.")
    ] = None,
    reader: ReaderOption = None,
    source: SourceOption = None,
    timezone: TimezoneOption = None,
    year: YearOption = None,
    host: HostOption = None,
    mapping: MappingOption = None,
    asset: AssetOption = None,
    workers: WorkersOption = None,
    engine: EngineOption = None,
    replay: Annotated[
        bool, typer.Option("--replay", help="Try the records in quarantine again, with these options.")
    ] = False,
    quarantine: Annotated[bool, typer.Option("--quarantine", help="Show the records in quarantine, and why.")] = False,
    formats: Annotated[bool, typer.Option("--formats", help="List the formats that can be read.")] = False,
    json: JsonOption = False,
) -> None:
    """Read logs, scanner results, SBOMs, VEX documents and inventories into the lake.

    The format is told by content; what is there already is not added twice.

    Example: vedette ingest /var/log/audit auth.log.1.gz --timezone Europe/Berlin --year 2026
    """
    frame = frame_of(context)
    if formats:
        _formats(context, json)
        return
    chosen = engine_from(frame, engine, workers, what="vedette ingest") if engine else None
    given = Given(reader, source, timezone, year, host, mapping, workers, asset, chosen)
    with frame.lake(make=not quarantine) as lake:
        if quarantine:
            _quarantine(context, lake, json)
            return
        if replay:
            from vedette.ingest import replay as replay_all

            summary = replay_all(lake, ingest_options(frame, given))
        elif paths:
            summary = run_ingest(frame, lake, paths, given)
        else:
            raise UserError("nothing to read", next_step="vedette ingest PATH…, or - for standard input")
    if json:
        frame.print_json(ingest_dict(summary))
    else:
        show_ingest(frame, summary)
        if summary.total("n_new") or summary.total("n_known"):
            frame.next_step("vedette investigate", "detect and make cases of what is in the lake")
        elif summary.scans.total("n_records") or summary.scans.total("known"):
            frame.next_step("vedette exposure", "what is exposed, and what must be mended by when")
        elif not replay and not summary.scans.files:
            frame.next_step("vedette ingest --formats", "what can be read, and by which name", here=False)
    was_read = any(f.reader for f in summary.files) or any(
        f.known or f.n_records or not f.problem for f in summary.scans.files
    )
    if not was_read and not replay:
        if not summary.files and not summary.scans.files:
            frame.note("there are no files in what you named (hidden ones are left out)")
        raise typer.Exit(2)


def _formats(context: typer.Context, json: bool) -> None:
    from rich.table import Table

    from vedette.ingest import load_readers
    from vedette.ingest.scans.registry import load_scan_readers

    frame = frame_of(context)
    readers, broken = load_readers(third_party=frame.settings.third_party_plugins)
    scans, broken_scans = load_scan_readers(third_party=frame.settings.third_party_plugins)
    broken = (*broken, *broken_scans)
    kinds = {
        "readers": [(r.name, r.title, r.examples) for r in readers.values()],
        "scan_readers": [(r.name, r.title, r.examples) for r in scans.values()],
    }
    if json:
        shown: dict[str, list[dict[str, object]]] = {
            kind: [{"name": name, "title": title, "examples": list(examples)} for name, title, examples in found]
            for kind, found in kinds.items()
        }
        frame.print_json({**shown, "broken": [{"name": b.name, "reason": b.reason} for b in broken]})
        return
    for heading, found in zip(("logs", "scans, SBOMs, VEX, inventories"), kinds.values(), strict=True):
        table = Table(heading, "what", "reads", box=None)
        for name, title, examples in found:
            table.add_row(name, title, ", ".join(examples))
        frame.print(table)
    for b in broken:
        frame.say(f"broken: {b.name}: {b.reason}", "red")


def _short(row: dict[str, Any]) -> str:
    """Return a quarantined record's file without folders; a record of a scan with its place in the file."""
    if not row["source"].startswith("scan:"):
        return Path(str(row["name"])).name
    name, mark, pointer = str(row["name"]).partition("#")
    return Path(name).name + mark + pointer[:120]


def _quarantine(context: typer.Context, lake: object, json: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    from vedette.cli.frame import clean
    from vedette.ingest import quarantined
    from vedette.store import Lake

    frame = frame_of(context)
    assert isinstance(lake, Lake)  # noqa: S101
    rows = quarantined(lake)
    if json:
        frame.print_json({"quarantine": rows})
        return
    if not rows:
        frame.say("The quarantine is empty.")
        return
    table = Table("file", "offset", "reader", "reason", "record", box=None)
    for row in rows[:200]:
        table.add_row(
            Text(clean(_short(row))),
            str(row["offset"]),
            row["reader"],
            Text(clean(row["reason"])),
            Text(clean(row["raw"][:80])),
        )
    frame.print(table)
    if len(rows) > 200:
        frame.say(f"and {len(rows) - 200} more (see --json)")
    frame.next_step("vedette ingest --replay", "with --timezone, --year or --mapping as the reasons ask")
