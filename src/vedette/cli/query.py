"""``vedette query``: the analyst's own SQL."""

from __future__ import annotations

import csv as csv_module
import sys
from typing import Annotated

import typer

from vedette.cli.frame import JsonOption, clean, frame_of
from vedette.errors import UserError

app = typer.Typer(rich_markup_mode=None)


@app.command()
def query(
    context: typer.Context,
    sql: Annotated[
        str | None, typer.Argument(help="One SELECT over the lake's views (see --columns); - reads stdin.")
    ] = None,
    max_rows: Annotated[int, typer.Option("--max-rows", min=1, help="Rows at most.")] = 1000,
    timeout: Annotated[float, typer.Option("--timeout", min=0.1, help="Seconds at most.")] = 60.0,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    columns: Annotated[bool, typer.Option("--columns", help="List the columns and what they mean.")] = False,
    json: JsonOption = False,
) -> None:
    """Run one SELECT over the lake. Read-only and locked in: no files, no settings, no other tables.

    Example: vedette query "SELECT actor_name, count(*) FROM events WHERE outcome = 'failure' GROUP BY 1"

    Native fields: native->>'CommandLine'. Times are UTC.
    """
    frame = frame_of(context)
    if columns:
        _columns(context, json)
        return
    if sql is None:
        raise UserError("no query", next_step='vedette query "SELECT count(*) FROM events"')
    if sql == "-":
        sql = sys.stdin.read()
    from vedette.store.query import run_query

    with frame.lake() as lake:
        result = run_query(lake, sql, max_rows=max_rows, timeout_s=timeout)
    if json:
        frame.print_json(
            {"columns": list(result.columns), "rows": [list(row) for row in result.rows], "cut": result.cut}
        )
        return
    if csv:
        writer = csv_module.writer(sys.stdout, lineterminator="\n")
        writer.writerow([_cell(name) for name in result.columns])
        writer.writerows([_cell(value) for value in row] for row in result.rows)
    else:
        from rich.table import Table
        from rich.text import Text

        if len(result.columns) * 8 > frame.out.width:  # too wide for a table: one field a line
            for number, row in enumerate(result.rows, 1):
                frame.say(f"row {number}", "bold")
                for name, value in zip(result.columns, row, strict=True):
                    if value is not None:
                        frame.say(f"  {name}: {str(value)[:2000]}")
            return
        table = Table(*(clean(name) for name in result.columns), box=None)
        for row in result.rows:
            table.add_row(*(Text(clean("" if v is None else str(v)[:500])) for v in row))
        frame.print(table)
    if result.cut:
        frame.note(f"only the first {max_rows:,} rows: ask for more with --max-rows")


def _cell(value: object) -> str:
    """Return a CSV cell that no spreadsheet takes for a formula."""
    text = "" if value is None else clean(str(value))
    return "'" + text if text.lstrip()[:1] in ("=", "+", "-", "@") and not isinstance(value, (int, float)) else text


def _columns(context: typer.Context, json: bool) -> None:
    from dataclasses import fields

    from vedette.schema import Event
    from vedette.schema.intel_tables import INTEL_TABLES
    from vedette.schema.scan_tables import SCAN_TABLES
    from vedette.store.lake import flat_columns_of

    frame = frame_of(context)
    rows = [(f.name, str(f.metadata.get("ocsf", "")), str(f.metadata.get("doc", ""))) for f in fields(Event)]
    flat = {table: flat_columns_of(table) for table in (*SCAN_TABLES, *INTEL_TABLES)}
    if json:
        others = {table: [{"name": c.name, "type": c.kind} for c in columns] for table, columns in flat.items()}
        frame.print_json({"events": [{"name": n, "ocsf": o, "doc": d} for n, o, d in rows], **others})
        return
    from rich.table import Table

    table = Table("column of events", "OCSF", "what it is", box=None)
    for row in rows:
        table.add_row(*row)
    frame.print(table)
    for name, columns in flat.items():
        frame.say(f"\n{name}: {', '.join(c.name + ('[]' if c.kind == 'strings' else '') for c in columns)}")
