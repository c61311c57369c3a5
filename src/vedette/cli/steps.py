"""The path from files to cases, step by step, as verbs share it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli.bars import bar
from vedette.cli.frame import Frame
from vedette.errors import UserError

if TYPE_CHECKING:
    from vedette.bulk import Engine
    from vedette.detect import DetectSummary, RuleSet
    from vedette.ingest import IngestOptions, IngestSummary
    from vedette.ingest.scans.pipeline import ScanSummary
    from vedette.schema import Case, Finding
    from vedette.store import Lake

ReaderOption = Annotated[str | None, typer.Option("--reader", help="Format, where the content does not tell it.")]
SourceOption = Annotated[
    str | None, typer.Option("--source", help="Logical source: tells apart like-looking logs of several hosts.")
]
TimezoneOption = Annotated[
    str | None, typer.Option("--timezone", help="Zone of times written without one: Europe/Berlin, +02:00, UTC.")
]
YearOption = Annotated[
    int | None, typer.Option("--year", min=1970, max=2200, help="Year of times written without one.")
]
HostOption = Annotated[str | None, typer.Option("--host", help="Host of logs that do not name it (web access logs).")]
MappingOption = Annotated[
    Path | None, typer.Option("--mapping", help="Mapping file (YAML) for CSV or JSON of your own.", exists=True)
]
AssetOption = Annotated[
    str | None, typer.Option("--asset", help="What a scan or SBOM is about, where it does not name its subject.")
]
RulesOption = Annotated[
    list[Path] | None,
    typer.Option("--rules", "-r", help="Sigma rules: file, folder or zip. May be repeated.", exists=True),
]
BuiltinOption = Annotated[bool, typer.Option("--builtin/--no-builtin", help="Use the built-in rules.")]


@dataclass(frozen=True)
class Given:
    """The options about input, as the user gave them."""

    reader: str | None = None
    source: str | None = None
    timezone: str | None = None
    year: int | None = None
    host: str | None = None
    mapping: Path | None = None
    workers: int | None = None
    asset: str | None = None
    engine: Engine | None = None


def ingest_options(frame: Frame, given: Given) -> IngestOptions:
    """Return the library's options."""
    from vedette.ingest import IngestOptions, ReadContext

    options = {"mapping": str(given.mapping)} if given.mapping else {}
    context = ReadContext("", frame.zone(given.timezone), given.year, given.host, options)
    reader = given.reader
    if given.mapping and reader is None:
        from vedette.ingest.readers.json_mapping_file import load_mapping_file

        reader = load_mapping_file(given.mapping).reader
    if given.mapping and given.engine is not None and given.engine.remote:
        raise UserError("a mapping is a file of this machine", next_step="leave out --engine, or choose --engine pool")
    workers = frame.workers(given.workers)
    return IngestOptions(reader, given.source, context, workers, given.asset, given.engine)


def run_ingest(frame: Frame, lake: Lake, paths: Sequence[Path | str], given: Given) -> IngestSummary:
    """Read the paths into the lake, showing progress."""
    import sys

    from vedette.ingest import ingest

    with bar(frame, "ingest") as shown:
        return ingest(lake, paths, ingest_options(frame, given), stdin=sys.stdin.buffer, progress=shown.bytes)


def load_ruleset(frame: Frame, rules: Sequence[Path] | None, builtin: bool) -> RuleSet:
    """Return the compiled rules, from the cache where nothing changed."""
    from vedette.detect import load_rules

    if not rules and not builtin:
        raise UserError("no rules: --no-builtin needs --rules", next_step="name a folder of Sigma rules with --rules")
    return load_rules(list(rules or ()), builtin=builtin, cache_dir=frame.home_path() / "cache" / "rules")


def run_detect(
    frame: Frame, lake: Lake, ruleset: RuleSet, workers: int | None, engine: Engine | None = None
) -> tuple[DetectSummary, list[Finding]]:
    """Judge what is new in the lake and return the findings of everything in it."""
    from vedette.detect import detect, findings
    from vedette.store.book import save_findings

    with bar(frame, "detect") as shown:
        summary = detect(lake, ruleset, workers=frame.workers(workers), engine=engine, progress=shown.events)
    found = findings(lake, ruleset)
    save_findings(lake, ruleset.digest, found)
    return summary, found


def run_investigate(lake: Lake, found: Sequence[Finding]) -> list[Case]:
    """Make the cases of the findings, store them, and return them as they stand with the analysts' notes."""
    from vedette.investigate import investigate
    from vedette.store.book import load_cases, save_cases

    with lake.connection(memory_limit="512MB") as connection:
        cases = investigate(connection, found)
    save_cases(lake, cases)
    return load_cases(lake)


def ingest_dict(summary: IngestSummary) -> dict[str, Any]:
    """Return an ingest's summary as JSON values."""
    return {
        "new": summary.total("n_new"),
        "known": summary.total("n_known"),
        "quarantined": summary.total("n_quarantined"),
        "quarantined_before": summary.total("n_quarantined_known"),
        "skipped": summary.total("n_skipped"),
        "reasons": dict(summary.reasons),
        "files": [
            {
                "name": f.name,
                "reader": f.reader,
                "source": f.source,
                "new": f.n_new,
                "known": f.n_known,
                "quarantined": f.n_quarantined,
                "quarantined_before": f.n_quarantined_known,
                "skipped": f.n_skipped,
                "problem": f.problem,
            }
            for f in summary.files
        ],
        "scans": scans_dict(summary.scans),
    }


def scans_dict(summary: ScanSummary) -> dict[str, Any]:
    """Return what came of scans, SBOMs, VEX documents and inventories as JSON values."""
    counts = ("findings", "components", "statements", "assets", "refused")
    return {
        **{name: summary.total(f"n_{name}") for name in counts},
        "known": summary.total("known"),
        "reasons": dict(summary.reasons),
        "files": [
            {
                "name": f.name,
                "reader": f.reader,
                "report_id": f.report_id,
                "scanner": f.scanner,
                "places": list(f.places),
                **{name: getattr(f, f"n_{name}") for name in counts},
                "known": f.known,
                "problem": f.problem,
            }
            for f in summary.files
        ],
    }


def show_ingest(frame: Frame, summary: IngestSummary) -> None:
    """Print an ingest's summary for people."""
    n_new, n_known = summary.total("n_new"), summary.total("n_known")
    n_bad = summary.total("n_quarantined") + summary.total("n_quarantined_known")
    read = [f for f in summary.files if f.reader]
    readers = sorted({f.reader for f in read if f.reader})
    if read or not summary.scans.files:
        frame.say(
            f"{n_new:,} new events from {len(read)} file(s) ({', '.join(readers) or 'none'})"
            + (f", {n_known:,} known already" if n_known else "")
        )
    if summary.scans.files:
        show_scans(frame, summary.scans)
    if n_bad:
        frame.say(f"{n_bad:,} record(s) in quarantine:", "yellow")
        for reason, count in summary.reasons.most_common(5):
            frame.say(f"  {count:>8,}  {reason}")
        frame.say("  look: vedette ingest --quarantine    again: vedette ingest --replay (with --timezone, --year …)")
    for f in [f for f in summary.files if f.problem][:20]:
        frame.say(f"not read{'' if f.n_records == 0 else ' to its end'}: {f.name}: {f.problem}", "yellow")


def show_scans(frame: Frame, summary: ScanSummary) -> None:
    """Print for people what came of scans, SBOMs, VEX documents and inventories."""
    read = [f for f in summary.files if f.problem is None or f.n_records]
    readers = sorted({f.reader for f in read if f.reader})
    words = (("findings", "finding"), ("components", "component"), ("statements", "VEX statement"), ("assets", "asset"))
    counts = [(summary.total(f"n_{name}"), word) for name, word in words]
    told = ", ".join(f"{n:,} {word}{'' if n == 1 else 's'}" for n, word in counts if n) or "no findings"
    n_known = summary.total("known")
    if len(read) > n_known or not n_known:
        frame.say(f"{told} from {len(read) - n_known} report(s) ({', '.join(readers) or 'none'})")
    if n_known:
        frame.say(f"{n_known:,} report(s) known already")
    n_bad = summary.total("n_refused")
    if n_bad:
        frame.say(f"{n_bad:,} record(s) of reports in quarantine:", "yellow")
        for reason, count in summary.reasons.most_common(5):
            frame.say(f"  {count:>8,}  {reason}")
    for f in [f for f in summary.files if f.problem][:20]:
        frame.say(f"not read{' to its end' if f.n_records else ''}: {f.name}: {f.problem}", "yellow")


SEVERITY_STYLE = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "informational": "dim"}
