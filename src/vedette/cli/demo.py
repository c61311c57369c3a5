"""``vedette demo``: an incident from raw logs to slides, on this machine, in a minute."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from vedette.cli.bars import bar
from vedette.cli.frame import JsonOption, WorkersOption, frame_of
from vedette.cli.show import show_case
from vedette.cli.steps import Given, load_ruleset, run_detect, run_ingest, run_investigate, show_ingest
from vedette.errors import UserError

app = typer.Typer(rich_markup_mode=None)


@app.command()
def demo(
    context: typer.Context,
    events: Annotated[
        int, typer.Option("--events", "-n", min=1_000, help="Benign events around the incident.")
    ] = 50_000,
    seed: Annotated[int, typer.Option("--seed", help="Another seed, another company and incident.")] = 7,
    folder: Annotated[Path, typer.Option("--folder", help="Where the logs go.")] = Path("vedette-demo"),
    out: Annotated[Path, typer.Option("--out", "-o", help="Where the slides and page go.")] = Path(),
    workers: WorkersOption = None,
    json: JsonOption = False,
) -> None:
    """Write a realistic incident in native log formats, then find it, explain it and draw it.

    The logs, their ground truth and a lake of their own go to ./vedette-demo; the deck and page to this folder.
    """
    frame = frame_of(context)
    from vedette.cli.report import write_reports
    from vedette.demo import remove_world, write_world

    started = time.monotonic()
    if folder.exists() and any(folder.iterdir()):
        if not (folder / "README.txt").is_file():
            raise UserError(f"{folder} is not empty and no demo of ours", next_step="choose another --folder")
        remove_world(folder)
        import shutil

        shutil.rmtree(folder / "home", ignore_errors=True)
    with bar(frame, "write") as shown:
        world = write_world(folder, seed=seed, n_events=events, progress=shown.events)
    if not json:
        formats = ", ".join(f"{name} {count:,}" for name, count in sorted(world.format_counts().items()))
        frame.say(f"1. Written: {world.n_events:,} events in {len(world.files)} log files below {world.logs}", "bold")
        frame.say("   (an audit event is several records, so there are more records than events)")
        frame.say(f"   {formats}")
    frame.home = folder / "home"
    with frame.lake() as lake:
        summary = run_ingest(
            frame, lake, [world.logs], Given(timezone=world.timezone, year=world.year, workers=workers)
        )
        if not json:
            frame.say("\n2. Ingested", "bold")
            show_ingest(frame, summary)
        ruleset = load_ruleset(frame, None, True)
        detected, found = run_detect(frame, lake, ruleset, workers)
        if not json:
            frame.say("\n3. Detected", "bold")
            n_rules = len(ruleset.rules) + len(ruleset.correlations)
            frame.say(f"{detected.events:,} events judged by {n_rules} rules")
            frame.say(f"{detected.hits:,} hits fold into {len(found)} findings")
        cases = run_investigate(lake, found)
        if not json:
            frame.say(f"\n4. Investigated: {len(cases)} case(s)\n", "bold")
        written: list[Path] = []
        for case in cases:
            written += write_reports(frame, lake, case, out, ("pptx", "html"))
    if json:
        import orjson

        from vedette.store.book import to_json

        frame.print_json(
            {
                "events": world.n_events,
                "new": summary.total("n_new"),
                "quarantined": summary.total("n_quarantined"),
                "findings": len(found),
                "cases": [orjson.loads(to_json(c)) for c in cases],
                "written": [str(p) for p in written],
                "truth": str(world.truth),
                "seconds": round(time.monotonic() - started, 1),
            }
        )
        return
    for case in cases:
        show_case(frame, case, most=12)
    frame.say("\n5. Reports", "bold")
    for path in written:
        frame.say(f"   {path}")
    frame.say(f"   What really happened: {world.truth}")
    frame.note(f"{time.monotonic() - started:.0f} s in all")
    if cases:
        frame.next_step(f"vedette cases show {cases[0].case_id}", "every account, host and step")
        example = '"SELECT class_name, count(*) FROM events GROUP BY 1"'
        frame.next_step(f"vedette query {example}", "your own questions")
    frame.next_step("vedette investigate PATH-TO-YOUR-LOGS --out reports", "your own logs", here=False)
