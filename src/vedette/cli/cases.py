"""``vedette cases``: what analysts do with cases."""

from __future__ import annotations

from typing import Annotated

import orjson
import typer

from vedette.cli.frame import JsonOption, frame_of
from vedette.cli.show import show_case, show_cases
from vedette.schema import CaseStatus, Verdict

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="List, show, triage, annotate and close cases.")

CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="Case id or its beginning.")]
AuthorOption = Annotated[str | None, typer.Option("--author", help="Who says so (default: you).")]
FindingOption = Annotated[
    str | None, typer.Option("--finding", help="Speak of one finding (id or its beginning), not the case.")
]


@app.command("list")
def list_cases(
    context: typer.Context,
    status: Annotated[CaseStatus | None, typer.Option("--status", help="Only open or closed ones.")] = None,
    past: Annotated[
        bool, typer.Option("--past", help="Also cases that the last investigation no longer made.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """List the cases, gravest and surest first."""
    frame = frame_of(context)
    from vedette.store.book import load_cases

    with frame.lake() as lake:
        cases = load_cases(lake, status=status, past=past)
    if json:
        frame.print_json(
            {
                "cases": [
                    {
                        "case_id": c.case_id,
                        "title": c.title,
                        "severity": c.severity.value,
                        "confidence": c.confidence,
                        "status": c.status.value,
                        "verdict": c.verdict.value,
                        "first_at": c.first_at,
                        "last_at": c.last_at,
                        "accounts": [a.name for a in c.accounts if a.implicated],
                        "hosts": [h.name for h in c.hosts],
                    }
                    for c in cases
                ]
            }
        )
    elif cases:
        show_cases(frame, cases)
        frame.next_step(f"vedette cases show {cases[0].case_id}", "the gravest one")
    else:
        frame.say("There are no cases.")
        frame.next_step("vedette investigate PATH…", "or try vedette demo")


@app.command()
def show(
    context: typer.Context,
    case_id: Annotated[
        str | None, typer.Argument(metavar="CASE", help="Case id or its beginning; the gravest if left out.")
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="Rows of each part.")] = 30,
    json: JsonOption = False,
) -> None:
    """Show a case with its evidence ids, findings' verdicts and notes."""
    frame = frame_of(context)
    from vedette.store.book import find_case, gravest_case, to_json

    with frame.lake() as lake:
        case = find_case(lake, case_id) if case_id else gravest_case(lake)
    if json:
        frame.print_json(orjson.loads(to_json(case)))
        return
    show_case(frame, case, most=most)
    frame.say("\nFindings", "bold")
    for f in case.findings[:most]:
        place = f.device_name or f.cloud_account or "-"
        frame.say(f"  {f.finding_id[:8]}  {f.severity.value:<8}  {f.title}  ×{f.count}  on {place}")
    frame.next_step(f"vedette report {case.case_id}", "slides and page")


@app.command()
def triage(
    context: typer.Context,
    case_id: CaseArgument,
    verdict: Annotated[Verdict, typer.Argument(help="What it is.")],
    why: Annotated[str, typer.Option("--why", "-m", help="Why: kept with the verdict.")] = "",
    finding: FindingOption = None,
    author: AuthorOption = None,
    json: JsonOption = False,
) -> None:
    """Give a verdict on a case, or on one finding in it; it is stored with who, when and why."""
    _write(context, case_id, why, verdict, finding, author, None, json)


@app.command()
def note(
    context: typer.Context,
    case_id: CaseArgument,
    text: Annotated[str, typer.Argument(help="The note; - reads it from stdin.")],
    finding: FindingOption = None,
    author: AuthorOption = None,
    json: JsonOption = False,
) -> None:
    """Write a note on a case."""
    if text == "-":
        import sys

        text = sys.stdin.read().strip()
    _write(context, case_id, text, None, finding, author, None, json)


@app.command()
def close(
    context: typer.Context,
    case_id: CaseArgument,
    verdict: Annotated[Verdict | None, typer.Option("--verdict", help="Verdict to close it with.")] = None,
    why: Annotated[str, typer.Option("--why", "-m", help="Why.")] = "",
    author: AuthorOption = None,
    json: JsonOption = False,
) -> None:
    """Close a case; a later investigation keeps it closed."""
    _write(context, case_id, why or "closed", verdict, None, author, CaseStatus.CLOSED, json)


@app.command()
def reopen(
    context: typer.Context, case_id: CaseArgument, author: AuthorOption = None, json: JsonOption = False
) -> None:
    """Open a closed case again."""
    _write(context, case_id, "reopened", None, None, author, CaseStatus.OPEN, json)


def _write(
    context: typer.Context,
    case_id: str,
    text: str,
    verdict: Verdict | None,
    finding: str | None,
    author: str | None,
    status: CaseStatus | None,
    json: bool,
) -> None:
    frame = frame_of(context)
    from vedette.store.book import add_note, find_case, to_json

    with frame.lake() as lake:
        case = find_case(lake, case_id)
        written = add_note(lake, case, text, author=author, verdict=verdict, finding_id=finding, status=status)
    if json:
        frame.print_json({"case_id": case.case_id, "note": orjson.loads(to_json(written))})
    else:
        what = f" {verdict.value}" if verdict else ""
        frame.say(f"{case.case_id}: noted{what} by {written.author} at {written.at:%Y-%m-%d %H:%M} UTC")
