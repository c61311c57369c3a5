"""``vedette exposure``: what is exposed, what must be done about it by when, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli.bars import bar
from vedette.cli.exposing import answer_of, row_of
from vedette.cli.frame import Frame, JsonOption, frame_of
from vedette.cli.jsonl import JsonlOption
from vedette.cli.steps import SEVERITY_STYLE, Given, ReaderOption, TimezoneOption, run_ingest, show_ingest
from vedette.errors import UserError
from vedette.schema import AssetKind, ExposureStatus, Severity

if TYPE_CHECKING:
    from vedette.exposure.engine import Exposures
    from vedette.exposure.filters import ExposureFilter
    from vedette.report.exposures import Extent
    from vedette.schema import Asset
    from vedette.store import Lake

app = typer.Typer(rich_markup_mode=None)

_STATES = ("open", "overdue", "undecided", "attempted", "exploited", "not_affected", "accepted", "fixed", "all")


@app.command()
def exposure(
    context: typer.Context,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            help="Scanner results, SBOMs, VEX, inventories to read first; - is stdin. None: what is in the lake."
        ),
    ] = None,
    know: Annotated[
        list[str] | None,
        typer.Option(
            "--know", help="Say a fact of an asset: 'name=WEB01, owner=web team, internet facing=yes'. It is kept."
        ),
    ] = None,
    asset: Annotated[str | None, typer.Option("--asset", help="Only on this host, image or repository.")] = None,
    cve: Annotated[str | None, typer.Option("--cve", help="Only this vulnerability: CVE, GHSA or vendor id.")] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Only what this person or team must mend.")] = None,
    package: Annotated[str | None, typer.Option("--package", help="Only in this component: name or purl.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="What is new, gone or changed since: 2026-03-01, Monday, yesterday.")
    ] = None,
    due: Annotated[str | None, typer.Option("--due", help="Due before: 2026-03-14, 'next Friday', 14d.")] = None,
    state: Annotated[str, typer.Option("--state", help=f"One of {', '.join(_STATES)}.")] = "open",
    severity: Annotated[Severity | None, typer.Option("--severity", help="This grave or graver.")] = None,
    policy: Annotated[
        str, typer.Option("--policy", help="What decides: a name (--policies lists them) or your own YAML file.")
    ] = "bod-26-04",
    take_stale: Annotated[
        bool,
        typer.Option(
            "--take-stale", help="Take held lists at their word however old: what KEV does not list is not in it."
        ),
    ] = False,
    order: Annotated[str, typer.Option("--order", help="due, severity, epss, first_seen, newest or asset.")] = "due",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Exposures listed.")] = 20,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            "--out", "-o", help="Write it: .pptx, .html, .csv, .sarif, .cdx.json (VEX), .ssvc.json, .md (tickets)."
        ),
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option("--fail-on", help="Exit 1 if an open exposure is overdue, due within 14d, this severe, or any."),
    ] = None,
    policies: Annotated[bool, typer.Option("--policies", help="List the policies and what they ask.")] = False,
    reader: ReaderOption = None,
    timezone: TimezoneOption = None,
    jsonl: JsonlOption = False,
    json: JsonOption = False,
) -> None:
    """Say what is exposed, by when it must be mended by whom, and why; and what is not known.

    Joins scanner results over scanners and aliases, applies VEX, weighs each asset, looks for attempts in your own
    logs, and decides by CISA BOD 26-04, SSVC, CVSS or a policy of your own. What nobody said stays a question.

    Example: vedette exposure trivy.json assets.csv --owner "web team" --out extent.pptx --fail-on overdue
    """
    frame = frame_of(context)
    if policies:
        _policies(frame, json)
        return
    if state not in _STATES:
        raise UserError(f"--state cannot be {state!r}", next_step=f"choose one of: {', '.join(_STATES)}")
    now = datetime.now(UTC)
    gate = _gate(fail_on, now)
    given = Given(reader=reader, timezone=timezone)
    if jsonl:
        raise typer.Exit(_jsonl(frame, given, policy, now, take_stale, gate))
    from vedette.knowledge.standing import stale_sentences
    from vedette.report.exposures.base import format_of
    from vedette.report.exposures.gather import gather

    forms = [(path, format_of(path)) for path in out or ()]
    wanted = _filter(asset, cve, owner, package, since, due, state, severity, now)
    said = _by_hand(know or ())
    unread: list[str] = []
    with frame.lake(make=bool(paths)) as lake:
        if paths:
            summary = run_ingest(frame, lake, paths, given)
            if not json:
                show_ingest(frame, summary)
            every: list[Any] = [*summary.scans.files, *summary.files]
            unread = _unread(every, paths)
            if not any(f.report_id for f in summary.scans.files) and not any(f.reader for f in summary.files):
                problem = next((f.problem for f in every if f.problem), "no files")
                raise UserError(f"nothing could be read: {problem}", next_step="vedette ingest --formats")
        if said:
            _keep(lake, said)
            if not json:
                frame.say(f"kept: {', '.join(know or ())}")
        if not lake.segments("scan_reports"):
            raise UserError(
                "no scanner result, SBOM or inventory has been read, so exposure is not known",
                next_step="vedette exposure PATH…, with what your scanners write",
            )
        with bar(frame, "exposure") as shown:
            from vedette.exposure.engine import Exposures

            exposures = Exposures.open(lake, policy=policy, now=now, take_stale=take_stale, progress=shown.events)
        with exposures:
            others = _others(exposures)
            _must_have_scanned(exposures)
            _must_be_known(exposures, asset, owner)
            told = _said(asset, cve, owner, package, since, due, state, severity)
            stale = stale_sentences(lake.home, now=now)
            wide = gather(exposures, wanted, now=now, limit=None if forms else limit, filtered=told, knowledge=stale)
            if order != "due":
                from dataclasses import replace

                listed = exposures.select(wanted, order=order, limit=None if forms else limit)
                wide = replace(wide, exposures=listed)
            failing = exposures.count(gate) if gate is not None else 0
            changed = exposures.count_changes(_when(since, now), wanted) if since else None
            written = []
            for path, form in forms:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(form.render(wide))
                written.append(path)
            if json:
                query = exposures.sql(wanted, order)
                answer = answer_of(wide, query, limit=limit, changed=changed, failing=failing, written=written)
                frame.print_json({**answer, "others": others, "unread": unread})
            else:
                _show(frame, wide, limit, changed, exposures, wanted, take_stale=take_stale)
                if others:
                    kinds = ", ".join(f"{kind} {n:,}" for kind, n in others.items())
                    frame.say(f"not counted, because they name no vulnerability: {kinds}", "dim")
                for question in exposures.questions[:3]:
                    frame.say(f"? {question}", "yellow")
                for path in written:
                    frame.say(f"written: {path}")
                if not written and wide.counts["exposures"]:
                    frame.next_step("vedette exposure --out extent.pptx --out tickets.md", "slides and tickets")
    if failing:
        if not json:
            meets = "exposure meets" if failing == 1 else "exposures meet"
            frame.say(f"{failing:,} open {meets} --fail-on {fail_on}", "red")
        raise typer.Exit(1)
    if unread:
        if not json:
            frame.say(f"not all was read, so this is no all-clear: {', '.join(unread[:5])}", "red")
        raise typer.Exit(2)


def _unread(files: Sequence[Any], paths: Sequence[str]) -> list[str]:
    """Return what could not be read, or not whole: files that the user named, and those that a reader took up."""
    named = {Path(p).name for p in paths if not Path(p).is_dir()}
    return [
        f"{f.name}: {f.problem or 'records refused'}"
        for f in files
        if (f.problem and (f.reader or Path(f.name).name in named or "-" in paths)) or getattr(f, "n_refused", 0)
    ]


def _others(exposures: Exposures) -> dict[str, int]:
    """Return how many things scanners found that are no vulnerability, by kind; information left out."""
    rows = exposures.connection.execute(
        "SELECT kind, count(*) FROM scan_findings WHERE kind NOT IN ('vulnerability', 'information') "
        "GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return {str(kind): int(n) for kind, n in rows}


def _must_have_scanned(exposures: Exposures) -> None:
    """Refuse to say that nothing is exposed where nothing was scanned.

    Raises:
        UserError: there are inventories, VEX or SBOMs only, and nothing matched them.
    """
    if exposures.scanned():
        return
    n_boms = exposures.connection.execute("SELECT count(*) FROM components").fetchone() or (0,)
    if n_boms[0]:
        raise UserError(
            "nothing was matched against the SBOM's components, so exposure is not known",
            next_step="vedette knowledge sync osv, or add what a scanner found",
        )
    raise UserError(
        "no scanner result has been read, only inventories or VEX, so exposure is not known",
        next_step="vedette exposure PATH…, with what your scanners write",
    )


def _must_be_known(exposures: Exposures, asset: str | None, owner: str | None) -> None:
    """Refuse a filter by a name that nothing has: an empty answer would look like a clean one.

    Raises:
        UserError: no scan or inventory names the asset or owner.
    """
    from difflib import get_close_matches

    from vedette.exposure.filters import ExposureFilter

    read = exposures.connection.execute
    for what, wanted, known in (
        ("asset", asset, "SELECT name FROM assets UNION SELECT unnest(places) FROM scan_reports UNION "
                         "SELECT asset FROM exposures"),
        ("owner", owner, "SELECT DISTINCT owner FROM assets WHERE owner IS NOT NULL"),
    ):  # fmt: skip
        found = ExposureFilter(asset=wanted) if what == "asset" else ExposureFilter(owner=wanted)
        if wanted is None or exposures.count(found):
            continue
        names = {str(name).lower(): str(name) for (name,) in read(known).fetchall() if name}
        if wanted.lower() in names:
            continue
        near = get_close_matches(wanted.lower(), list(names), 3, 0.4)
        near += [n for n in names if wanted.lower() in n and n not in near][:3]
        listed = ", ".join(names[n] for n in near) or ", ".join(list(names.values())[:5]) or "none is known"
        raise UserError(f"no {what} is called {wanted!r}", next_step=f"known are: {listed}")


def _by_hand(know: Sequence[str]) -> bytes:
    """Return facts of assets as the inventory that would say them; nothing where none is said.

    Raises:
        UserError: a fact is not understood.
    """
    from vedette.ingest.scans.assets import asset_by_hand

    assets = [asset_by_hand(text) for text in know]
    for text, asset in zip(know, assets, strict=True):
        facts = (asset.owner, asset.business_weight, asset.internet_facing, asset.data_class, asset.environment,
                 asset.mission_impact, asset.safety_impact)  # fmt: skip
        if all(fact is None for fact in facts) and not asset.mitigations and asset.kind is AssetKind.UNKNOWN:
            raise UserError(
                f"{text!r} says no fact of an asset", next_step="name=web-1, owner=Ops, internet facing=yes"
            )
    return b"" if not assets else inventory_bytes(assets)


def _keep(lake: Lake, said: bytes) -> None:
    """Put facts that were said on the command line into the lake, as a small inventory."""
    import tempfile

    from vedette.ingest.scans.pipeline import read_scans

    with tempfile.TemporaryDirectory(prefix="vedette-") as folder:
        path = Path(folder) / "said-by-hand.csv"
        path.write_bytes(said)
        summary = read_scans(lake, [path], reader="assets")
    problem = next((f.problem for f in summary.files if f.problem), None)
    if problem:
        raise UserError(f"the facts could not be kept: {problem}")


def inventory_bytes(assets: Sequence[Asset]) -> bytes:
    """Return assets as a CSV inventory that reads back to the same."""
    import csv
    import io

    out = io.StringIO(newline="")
    writer = csv.writer(out)
    words = {None: "", True: "yes", False: "no"}
    writer.writerow(("name", "kind", "aliases", "owner", "weight", "internet facing", "data class", "environment",
                     "mission impact", "safety impact", "mitigations"))  # fmt: skip
    for a in assets:
        weight = "" if a.business_weight is None else f"{a.business_weight:g}" if a.business_weight % 1 else "100%"
        weight = "0%" if a.business_weight == 0 else weight
        writer.writerow((a.name, "" if a.kind is AssetKind.UNKNOWN else a.kind.value, ";".join(a.aliases),
                         a.owner or "", weight, words[a.internet_facing], a.data_class or "", a.environment or "",
                         a.mission_impact or "", a.safety_impact or "", ";".join(a.mitigations)))  # fmt: skip
    return out.getvalue().encode()


def _when(text: str, now: datetime) -> datetime:
    """Return the moment that a user wrote.

    Raises:
        UserError: it is none.
    """
    from vedette.copilot.times import Calendar, windows

    words = text.strip()
    found = windows(words if words.lower().startswith("since ") else f"since {words}", Calendar(now=now))
    start = next((m.window.start_at for m in found if m.window.start_at is not None), None)
    if start is None:
        raise UserError(f"{text!r} is no time", next_step="write it as 2026-03-01, Monday or yesterday")
    return start


def _due(text: str, now: datetime) -> datetime:
    """Return the moment before which something is due; ``14d`` is fourteen days from today, its whole day included."""
    from datetime import timedelta

    days = text.strip().lower().removesuffix("d")
    midnight = datetime.combine(now.date(), datetime.min.time(), UTC)
    if text.strip().lower().endswith("d") and days.isdigit() and len(days) <= 5:
        return midnight + timedelta(days=int(days) + 1)
    from vedette.copilot.times import Calendar, windows

    found = windows(f"before {text.strip()}", Calendar(now=now))
    end = next((m.window.end_at for m in found if m.window.end_at is not None), None)
    if end is None:
        raise UserError(f"{text!r} is no time", next_step="write it as 2026-03-14 or 14d")
    return end


def _filter(
    asset: str | None,
    cve: str | None,
    owner: str | None,
    package: str | None,
    since: str | None,
    due: str | None,
    state: str,
    severity: Severity | None,
    now: datetime,
) -> ExposureFilter:
    from vedette.exposure.filters import ExposureFilter

    status: tuple[ExposureStatus, ...] = ()
    if state in ("not_affected", "accepted", "fixed"):
        status = (ExposureStatus(state),)
    elif state != "all" and not (since and state == "open"):
        status = (ExposureStatus.OPEN,)
    limit = _due(due, now) if due else None
    if state == "overdue":
        midnight = datetime.combine(now.date(), datetime.min.time(), UTC)
        limit = min(limit, midnight) if limit else midnight
    return ExposureFilter(
        asset=asset,
        vulnerability=cve,
        owner=owner,
        package=package,
        status=status,
        severity=tuple(s for s in Severity if severity and s.rank >= severity.rank),
        due_before=limit,
        since=_when(since, now) if since else None,
        decided={"undecided": False, "overdue": True}.get(state),
        attempted_only=state == "attempted",
        exploited_only=state == "exploited",
    )


def _said(
    asset: str | None,
    cve: str | None,
    owner: str | None,
    package: str | None,
    since: str | None,
    due: str | None,
    state: str,
    severity: Severity | None,
) -> str:
    parts = [
        ("asset", asset), ("vulnerability", cve), ("owner", owner), ("component", package), ("since", since),
        ("due before", due), ("state", None if state in ("open", "all") else state),
        ("severity from", severity.value if severity else None),
    ]  # fmt: skip
    return ", ".join(f"{name} {value}" for name, value in parts if value)


def _gate(text: str | None, now: datetime) -> ExposureFilter | None:
    """Return what makes the exit code 1; an exposure that is not decided counts by its gravest possible outcome.

    Raises:
        UserError: the words mean nothing.
    """
    if text is None:
        return None
    from vedette.exposure.filters import ExposureFilter

    opens = (ExposureStatus.OPEN,)
    word = text.strip().lower()
    if word == "any":
        return ExposureFilter(status=opens)
    if word == "overdue":
        return ExposureFilter(status=opens, due_before=datetime.combine(now.date(), datetime.min.time(), UTC))
    if word in {s.value for s in Severity}:
        return ExposureFilter(status=opens, severity=tuple(s for s in Severity if s.rank >= Severity(word).rank))
    if word.endswith("d") and word[:-1].isdigit() and len(word) <= 6:
        return ExposureFilter(status=opens, due_before=_due(word, now))
    severities = ", ".join(s.value for s in Severity)
    raise UserError(
        f"--fail-on cannot be {text!r}", next_step=f"give overdue, a number of days such as 14d, any, or {severities}"
    )


def _show(
    frame: Frame,
    extent: Extent,
    limit: int,
    changed: tuple[int, int, int] | None,
    exposures: Exposures,
    wanted: ExposureFilter,
    *,
    take_stale: bool,
) -> None:
    from rich.text import Text

    from vedette.cli.frame import clean
    from vedette.report.exposures.words import NOBODY, decision_words, due_words, fix_words, package_words, why_words
    from vedette.report.words import count

    c = extent.counts
    asked = f" ({extent.filtered})" if extent.filtered else ""
    frame.say(
        f"{count(c['open'], 'open exposure')}{asked}: "
        f"{count(c['vulnerabilities'], 'vulnerability', 'vulnerabilities')} on {count(c['assets'], 'asset')}; "
        f"{c['overdue']:,} overdue, {c['undecided']:,} not decided"
        + (f" ({c['perhaps_overdue']:,} of them overdue if the gravest outcome holds)" if c["perhaps_overdue"] else "")
        + f"; by {extent.policy} {extent.policy_version}",
        "bold",
    )
    if c["exposures"] > c["open"]:
        frame.say(f"{count(c['exposures'] - c['open'], 'other')} not open: mended, accepted or judged not to matter")
    if changed:
        frame.say(f"since then: {changed[0]:,} new, {changed[1]:,} gone, {changed[2]:,} changed otherwise")
    if extent.by.get("due"):
        frame.say("due: " + ", ".join(f"{name} {n:,}" for name, n in extent.by["due"]))
    shown = extent.exposures[:limit]
    for e in shown:
        style = SEVERITY_STYLE.get(e.severity.value, "") if e.severity else ""
        head = Text(f"{due_words(e, extent.made_at):<24}", style="bold")
        head.append(f"  {clean(e.vulnerability)}", style=style)
        head.append(clean(f"  {package_words(e)} → {fix_words(e)}"))
        frame.out.print(head, soft_wrap=True)
        frame.say(f"    {e.asset} ({e.owner or NOBODY}): {'; '.join((decision_words(e), *why_words(e)))}")
        if e.unknown and e.status is ExposureStatus.OPEN:
            frame.say(f"    ? {e.unknown[0]}", "dim")
    n_left = c["exposures"] - len(shown)
    if n_left > 0:
        frame.say(f"and {n_left:,} more (--limit, --out)", "dim")
    folds = exposures.folds(wanted, limit=3)
    for layer, n_images, n_flaws, names in folds:
        what = f"{n_images:,} images share {count(n_flaws, 'exposure')} through layer {layer[:19]}"
        frame.say(f"one mending: {what} ({', '.join(names[:4])}{' …' if len(names) > 4 else ''})")
    if extent.questions:
        frame.say("\nWhat would decide most:", "bold")
        for question, n in extent.questions[:5]:
            frame.say(f"  ? {question} ({n:,})")
    for sentence in extent.knowledge:
        taken = "taken at its word (--take-stale)" if take_stale else "what it does not list may be so all the same"
        frame.say(f"{sentence}: {taken} (vedette knowledge sync)", "yellow")


def _policies(frame: Frame, json: bool) -> None:
    from vedette.exposure.policies import policies

    found = policies(third_party=frame.settings.third_party_plugins)
    if json:
        frame.print_json(
            [
                {
                    "name": p.name, "title": p.title, "version": p.version,
                    "points": [{"name": d.name, "values": list(d.values), "question": d.question} for d in p.points],
                }
                for p in found.values()
            ]
        )  # fmt: skip
        return
    for p in found.values():
        frame.say(f"{p.name} {p.version}: {p.title}", "bold")
        for d in p.points:
            frame.say(f"  {d.name}: {' | '.join(d.values)}")


def _jsonl(
    frame: Frame, given: Given, policy: str, now: datetime, take_stale: bool, gate: ExposureFilter | None
) -> int:
    """Answer each line of standard input on its own: its exposures. Return 1 where one meets the gate."""
    from vedette.cli.jsonl import answer_lines

    failing = 0

    def judged(quiet: Frame, lake: Lake) -> dict[str, Any]:
        from vedette.exposure.engine import Exposures

        nonlocal failing
        with Exposures.open(lake, policy=policy, now=now, take_stale=take_stale) as exposures:
            _must_have_scanned(exposures)
            failing += exposures.count(gate) if gate is not None else 0
            return {"exposures": [row_of(e) for e in exposures.select(limit=None)]}

    code = answer_lines(frame, given, judged, scans=True)
    return 1 if failing else code
