"""``vedette detect``: events judged by Sigma rules."""

from __future__ import annotations

from typing import Annotated

import typer

from vedette.cli.bulk_options import EngineOption, engine_from
from vedette.cli.frame import Frame, JsonOption, WorkersOption, clean, frame_of
from vedette.cli.jsonl import JsonlOption, run_jsonl
from vedette.cli.steps import (
    SEVERITY_STYLE,
    BuiltinOption,
    Given,
    RulesOption,
    TimezoneOption,
    YearOption,
    load_ruleset,
    run_detect,
)
from vedette.schema import Severity

app = typer.Typer(rich_markup_mode=None)


@app.command()
def detect(
    context: typer.Context,
    rules: RulesOption = None,
    builtin: BuiltinOption = True,
    workers: WorkersOption = None,
    engine: EngineOption = None,
    fail_on: Annotated[
        Severity | None, typer.Option("--fail-on", help="Exit 1 if a finding is this grave or graver.")
    ] = None,
    list_rules: Annotated[
        bool, typer.Option("--list-rules", help="List the rules and those that cannot be used, and stop.")
    ] = False,
    timezone: TimezoneOption = None,
    year: YearOption = None,
    jsonl: JsonlOption = False,
    json: JsonOption = False,
) -> None:
    """Judge the events in the lake by Sigma rules; equal firings fold into one finding.

    Example: vedette detect --rules ~/sigma/rules --fail-on high
    """
    frame = frame_of(context)
    if not jsonl and not list_rules:
        frame.require_home()
    ruleset = load_ruleset(frame, rules, builtin)
    if list_rules:
        _list(frame, ruleset, json)
        return
    if jsonl:
        raise typer.Exit(run_jsonl(frame, ruleset, Given(timezone=timezone, year=year), "findings"))
    chosen = engine_from(frame, engine, workers, what="vedette detect") if engine else None
    with frame.lake() as lake:
        summary, found = run_detect(frame, lake, ruleset, workers, chosen)
    if json:
        frame.print_json(
            {
                "ruleset": summary.ruleset,
                "rules": len(ruleset.rules) + len(ruleset.correlations),
                "events": summary.events,
                "hits": summary.hits,
                "problems": [{"path": p.path, "name": p.name, "reason": p.reason} for p in summary.problems],
                "findings": [_plain(f) for f in found],
            }
        )
    else:
        _show(frame, ruleset, summary.events, found)
    if fail_on is not None and any(f.severity.rank >= fail_on.rank for f in found):
        raise typer.Exit(1)


def _plain(noun: object) -> object:
    import orjson

    from vedette.store.book import to_json

    return orjson.loads(to_json(noun))


def _show(frame: Frame, ruleset: object, n_events: int, found: list) -> None:  # type: ignore[type-arg]
    from rich.table import Table
    from rich.text import Text

    from vedette.detect import RuleSet

    assert isinstance(ruleset, RuleSet)  # noqa: S101
    n_rules = len(ruleset.rules) + len(ruleset.correlations)
    frame.say(f"{n_events:,} new events judged by {n_rules:,} rules: {len(found):,} findings")
    if ruleset.problems:
        frame.say(f"{len(ruleset.problems)} rule(s) cannot be used: vedette detect --list-rules", "yellow")
    table = Table("severity", "finding", "where", "accounts", "times", "first (UTC)", "techniques", box=None)
    for f in found[:40]:
        table.add_row(
            Text(f.severity.value, style=SEVERITY_STYLE[f.severity.value]),
            Text(clean(f.title)),
            Text(clean(f.device_name or f.cloud_account or "")),
            Text(clean(", ".join(f.accounts[:2]) + (" …" if len(f.accounts) > 2 else ""))),
            f"{f.count:,}",
            f.first_at.strftime("%Y-%m-%d %H:%M:%S"),
            ", ".join(f.techniques[:3]),
        )
    if found:
        frame.print(table)
    if len(found) > 40:
        frame.say(f"and {len(found) - 40} more (see --json)")
    frame.next_step("vedette investigate", "make cases of them")


def _list(frame: Frame, ruleset: object, json: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    from vedette.detect import RuleSet

    assert isinstance(ruleset, RuleSet)  # noqa: S101
    infos = sorted(ruleset.infos.values(), key=lambda i: (i.logsource[0] or "", i.title))
    problems = [{"path": p.path, "name": p.name, "reason": p.reason} for p in ruleset.problems]
    if json:
        frame.print_json({"rules": [_plain(i) for i in infos], "problems": problems})
        return
    table = Table("level", "rule", "log source", "techniques", box=None)
    for i in infos:
        table.add_row(
            Text(i.level, style=SEVERITY_STYLE.get(i.level, "")),
            Text(clean(i.title)),
            Text(clean("/".join(p or "-" for p in i.logsource))),
            Text(clean(", ".join(i.techniques[:4]))),
        )
    frame.print(table)
    frame.say(f"{len(infos):,} rules")
    for p in ruleset.problems:
        frame.say(f"cannot be used: {p.name} ({p.path}): {p.reason}", "yellow")
