"""``vedette demo``: an incident from raw logs and scans to slides, on this machine, in a minute."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vedette.cli.answering import answer_dict, show_answer
from vedette.cli.bars import bar
from vedette.cli.frame import Frame, JsonOption, WorkersOption, frame_of
from vedette.cli.show import show_case
from vedette.cli.steps import Given, load_ruleset, run_detect, run_ingest, run_investigate, show_ingest
from vedette.errors import UserError, VedetteError

if TYPE_CHECKING:
    from vedette.report.exposures import Extent
    from vedette.schema import Answer, Case
    from vedette.store import Lake

app = typer.Typer(rich_markup_mode=None)

QUESTIONS = (
    "What happened?",
    "Which account was compromised first, and when?",
    "How did the attacker move from host to host?",
)
"""What the demo asks at its end; they would do for any incident."""


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
    model: Annotated[
        bool, typer.Option("--model/--no-model", help="Fetch the embedded language model (98 MB, once) and ask it.")
    ] = True,
    json: JsonOption = False,
) -> None:
    """Write a realistic incident in native log formats, then find it, explain it, draw it and ask about it.

    The company's scanners have reported too, so that the slides show which exposure the attacker used. Logs, scans,
    the ground truth and a lake of their own go to ./vedette-demo; the decks and pages to this folder.
    """
    frame = frame_of(context)
    from vedette.cli.report import write_reports
    from vedette.demo import remove_world, write_world

    started = time.monotonic()
    if folder.exists() and any(folder.iterdir()):
        if not (folder / "README.txt").is_file():
            raise UserError(f"{folder} is not empty and no demo of ours", next_step="choose another --folder")
        remove_world(folder)
        _clear(folder / "home")
    with bar(frame, "write") as shown:
        world = write_world(folder, seed=seed, n_events=events, progress=shown.events)
    if not json:
        formats = ", ".join(f"{name} {count:,}" for name, count in sorted(world.format_counts().items()))
        frame.say(f"1. Written: {world.n_events:,} events in {len(world.files)} log files below {world.logs}", "bold")
        frame.say("   (an audit event is several records, so there are more records than events)")
        frame.say(f"   {formats}")
        frame.say(
            f"   and {len(world.scans)} files of scanners, VEX, SBOM and inventory below {world.folder / 'scans'}"
        )
    usual = frame.home_path()
    frame.home = folder / "home"
    with frame.lake(make=True) as lake:
        summary = run_ingest(
            frame,
            lake,
            [world.logs, world.folder / "scans"],
            Given(timezone=world.timezone, year=world.year, workers=workers),
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
        # due and overdue as of the world's end, not of today: its scans are of then
        extent = _extent(frame, lake, world.ended_at)
        written: list[Path] = []
        for case in cases:
            written += write_reports(frame, lake, case, out, ("pptx", "html"), now=world.ended_at)
        written += _write_extent(extent, out)
    fetched = _fetch(frame, usual, json) if model else False
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
                "exposure": dict(extent.counts),
                "written": [str(p) for p in written],
                "truth": str(world.truth),
                "answers": [answer_dict(a) for a in _answers(frame, cases, fetched)],
                "seconds": round(time.monotonic() - started, 1),
            }
        )
        return
    for case in cases:
        show_case(frame, case, most=12)
    _show_extent(frame, extent)
    frame.say("\n6. Reports", "bold")
    for path in written:
        frame.say(f"   {path}")
    frame.say(f"   What really happened: {world.truth}")
    if cases:
        answers = list(_answers(frame, cases, fetched))
        n = "" if any(a.usage.n_calls for a in answers) else ", without a language model"
        frame.say(f"\n7. Asked{n}: every sentence is checked, and cites its evidence", "bold")
        if fetched and n:
            frame.say("   (the embedded model had no part: it routes with a trained adapter, and none is registered)")
        for answer in answers:
            frame.say(f"\n> {answer.question}", "bold")
            show_answer(frame, answer)
    frame.note(f"{time.monotonic() - started:.0f} s in all")
    if cases:
        frame.next_step('vedette ask "make slides for the last incident for my CISO"', "or vedette chat")
        frame.next_step(f"vedette cases show {cases[0].case_id}", "every account, host and step")
        frame.next_step("vedette exposure --state attempted", "which exposures were tried, by when each must be mended")
        example = '"SELECT class_name, count(*) FROM events GROUP BY 1"'
        frame.next_step(f"vedette query {example}", "your own questions")
    frame.next_step("vedette investigate PATH-TO-YOUR-LOGS --out reports", "your own logs", here=False)


def _extent(frame: Frame, lake: Lake, now: datetime) -> Extent:
    """Return what the scans came to, on the world's last day."""
    from vedette.exposure.engine import Exposures
    from vedette.exposure.filters import EVERYTHING
    from vedette.knowledge.standing import stale_sentences
    from vedette.report.exposures.gather import gather

    with bar(frame, "exposure") as shown, Exposures.open(lake, now=now, progress=shown.events) as exposures:
        return gather(exposures, EVERYTHING, now=now, knowledge=stale_sentences(lake.home, now=now))


def _write_extent(extent: Extent, out: Path) -> list[Path]:
    """Write slides and page of the extent beside those of the cases, and return them."""
    from vedette.report.exposures import format_named

    out.mkdir(parents=True, exist_ok=True)
    written = []
    for name in ("pptx", "html"):
        form = format_named(name)
        path = out / f"vedette-exposure{form.suffix}"
        path.write_bytes(form.render(extent))
        written.append(path)
    return written


def _show_extent(frame: Frame, extent: Extent) -> None:
    """Print what is exposed, what was tried, and what somebody judged not to matter."""
    from vedette.report.exposures.words import package_words
    from vedette.report.words import count

    c = extent.counts
    flaws = count(c["vulnerabilities"], "vulnerability", "vulnerabilities")
    frame.say("\n5. Exposed", "bold")
    frame.say(f"{count(c['open'], 'open exposure')} to {flaws} on {count(c['assets'], 'asset')}")
    day = extent.made_at.date().isoformat()
    frame.say(f"on {day} {c['overdue']:,} overdue, {c['undecided']:,} not decided, by {extent.policy}")
    for e in [e for e in extent.exposures if e.status == "open" and (e.attempts or e.exploited)][:3]:
        word = "exploited" if e.exploited else "tried"
        frame.say(f"{word}: {e.vulnerability} on {e.asset} ({count(len(e.attempts), 'event')} cited)")
    for e in [e for e in extent.exposures if e.status == "not_affected"][:1]:
        frame.say(f"not affected: {e.vulnerability} in {package_words(e)} on {e.asset}, says {e.status_by}")


def _clear(home: Path) -> None:
    """Delete a demo's home but for weights that were fetched into it."""
    import shutil

    for part in home.iterdir() if home.is_dir() else ():
        if part.name == "models":
            continue
        if part.is_dir() and not part.is_symlink():
            shutil.rmtree(part, ignore_errors=True)
        else:
            part.unlink(missing_ok=True)


def _fetch(frame: Frame, usual: Path, quiet: bool) -> bool:
    """Return whether the embedded model is in the demo's home; say what is fetched, and why there is none."""
    from importlib.util import find_spec

    from vedette.cli.forge.train import ForgeProgress
    from vedette.llm.embedded import DEFAULT, is_here
    from vedette.models import catalogue
    from vedette.models.fetching import pull

    home = frame.home_path()
    if find_spec("xllamacpp") is None:
        frame.note("no language model: its runtime is not installed (pip install 'vedette[llm]')")
        return False
    if is_here(DEFAULT, home):
        return True
    entry = catalogue.entry(DEFAULT, home)
    held = catalogue.held(catalogue.entry(DEFAULT, usual), usual, check=False)
    if not quiet:
        size = f"{(entry.size_bytes or 0) / 1e6:,.0f} MB"
        where = "from this machine" if held.path else "once; --no-model leaves it out"
        frame.say(f"\nFetching the embedded language model {entry.name} ({entry.licence}, {size}), {where}")
    try:
        with ForgeProgress(frame) as progress:
            pull(DEFAULT, home, progress, source=held.path if held.path and not held.problem else None)
    except VedetteError as error:
        frame.note(f"no language model: {error.message}; the answers are composed without one")
        return False
    return True


def _answers(frame: Frame, cases: Sequence[Case], fetched: bool) -> Iterator[Answer]:
    """Yield the answers to the demo's questions, one conversation about its gravest case."""
    from vedette.cli.answering import open_copilot
    from vedette.schema import Focus

    if not cases:
        return
    focus = Focus()
    with frame.lake() as lake, open_copilot(frame, lake, "embedded" if fetched else "none") as copilot:
        for question in QUESTIONS:
            answer = copilot.ask(question, focus=focus, case_id=cases[0].case_id)
            focus = answer.focus
            yield answer
