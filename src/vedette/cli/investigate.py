"""``vedette investigate``: from raw logs, or the lake, to cases and slides."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import orjson
import typer

from vedette.cli.bulk_options import EngineOption, engine_from
from vedette.cli.frame import JsonOption, WorkersOption, frame_of
from vedette.cli.jsonl import JsonlOption, run_jsonl
from vedette.cli.show import show_case, show_cases
from vedette.cli.steps import (
    BuiltinOption,
    Given,
    HostOption,
    MappingOption,
    ReaderOption,
    RulesOption,
    SourceOption,
    TimezoneOption,
    YearOption,
    ingest_dict,
    load_ruleset,
    run_detect,
    run_ingest,
    run_investigate,
    show_ingest,
)
from vedette.errors import UserError
from vedette.schema import Severity

app = typer.Typer(rich_markup_mode=None)


@app.command()
def investigate(
    context: typer.Context,
    paths: Annotated[
        list[str] | None, typer.Argument(help="Logs to read first; - is stdin. None: what is in the lake.")
    ] = None,
    rules: RulesOption = None,
    builtin: BuiltinOption = True,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for the slides and page of each case.")
    ] = None,
    fail_on: Annotated[
        Severity | None, typer.Option("--fail-on", help="Exit 1 if a case is this grave or graver.")
    ] = None,
    reader: ReaderOption = None,
    source: SourceOption = None,
    timezone: TimezoneOption = None,
    year: YearOption = None,
    host: HostOption = None,
    mapping: MappingOption = None,
    workers: WorkersOption = None,
    engine: EngineOption = None,
    jsonl: JsonlOption = False,
    json: JsonOption = False,
) -> None:
    """Make cases: what happened, which accounts are implicated and why, every line with its evidence.

    Reads the logs you name, judges them by Sigma rules, and investigates everything in the lake.

    Example: vedette investigate ./logs --timezone UTC --out reports
    """
    frame = frame_of(context)
    if not paths and not jsonl:
        frame.require_home()
    ruleset = load_ruleset(frame, rules, builtin)
    chosen = engine_from(frame, engine, workers, what="vedette investigate") if engine else None
    given = Given(reader, source, timezone, year, host, mapping, workers, engine=chosen)
    if jsonl:
        raise typer.Exit(run_jsonl(frame, ruleset, given, "cases"))
    summary = None
    with frame.lake(make=bool(paths)) as lake:
        if paths:
            summary = run_ingest(frame, lake, paths, given)
            if not json:
                show_ingest(frame, summary)
            scanned = any(f.report_id for f in summary.scans.files)
            if scanned and not lake.segments("events"):
                raise UserError("these are scans, and there are no logs to investigate", next_step="vedette exposure")
            if not any(f.reader for f in summary.files) and not scanned:
                problem = next((f.problem for f in summary.files if f.problem), "no files")
                raise UserError(f"nothing could be read: {problem}", next_step="vedette ingest --formats")
        elif not lake.segments("events"):
            raise UserError("the lake is empty", next_step="vedette investigate PATH…, or try vedette demo")
        _, found = run_detect(frame, lake, ruleset, workers, chosen)
        cases = run_investigate(lake, found)
        written: list[Path] = []
        if out is not None:
            from vedette.cli.report import write_reports

            for case in cases:
                written += write_reports(frame, lake, case, out, ("pptx", "html"))
    if json:
        from vedette.store.book import to_json

        frame.print_json(
            {
                "ingest": ingest_dict(summary) if summary else None,
                "findings": len(found),
                "cases": [_with_names(orjson.loads(to_json(case))) for case in cases],
                "reports": [str(p) for p in written],
            }
        )
    else:
        if not cases:
            frame.say(f"No case: {len(found):,} findings, none of them or their combinations looks like an attack.")
        elif len(cases) == 1:
            show_case(frame, cases[0])
        else:
            show_cases(frame, cases)
        for path in written:
            frame.say(f"written: {path}")
        if cases:
            if out is None:
                frame.next_step(f"vedette report {cases[0].case_id}", "slides and page of the gravest case")
            else:
                frame.next_step(f"vedette cases show {cases[0].case_id}", "everything about the gravest case")
    if fail_on is not None and any(c.severity.rank >= fail_on.rank for c in cases):
        raise typer.Exit(1)


def _with_names(case: dict[str, object]) -> dict[str, object]:
    """Add to each account the evidence of all its reasons, so that a program need not collect it."""
    accounts = case["accounts"]
    assert isinstance(accounts, list)  # noqa: S101
    for account in accounts:
        seen: dict[str, None] = {}
        for reason in account["reasons"]:
            seen.update(dict.fromkeys(e["ref"] for e in reason["evidence"]))
        account["evidence"] = list(seen)
        account["implicated"] = account["role"] in ("compromised", "attacker", "created")
    return case
