"""``vedette extract``: threat reports read; values, names, techniques and relations with the sentences that say so."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli.bulk_options import (
    EngineOption,
    FreshOption,
    IdColumnOption,
    NearDuplicatesOption,
    ShardRowsOption,
    TextColumnOption,
    engine_from,
    run_texts,
)
from vedette.cli.frame import Frame, JsonOption, WorkersOption, frame_of
from vedette.cli.jsonl import answered, exit_code, text_or_path
from vedette.errors import OutsideError, UserError

if TYPE_CHECKING:
    from vedette.bulk import Engine
    from vedette.documents.base import Quarantined
    from vedette.intel.digest.seen import Looked
    from vedette.intel.engine import Extractor
    from vedette.schema import Document, Reading

app = typer.Typer(rich_markup_mode=None)

MOST_STDIN = 64 << 20
_FEW_WARNINGS = 20


class Form(StrEnum):
    """What ``--to`` may say."""

    JSON = "json"
    STIX = "stix"
    MISP = "misp"
    NAVIGATOR = "navigator"
    CSV = "csv"
    MD = "md"
    SIGMA = "sigma"


class Marking(StrEnum):
    """What ``--tlp`` may say."""

    CLEAR = "clear"
    GREEN = "green"
    AMBER = "amber"
    STRICT = "amber+strict"
    RED = "red"


@app.command()
def extract(
    context: typer.Context,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH…",
            help="Reports: text, Markdown, HTML, PDF, DOCX, mail, feeds, tickets, archives, folders; - reads stdin. "
            "In bulk also Parquet, JSON lines and s3:// URLs.",
        ),
    ] = None,
    to: Annotated[
        list[Form] | None,
        typer.Option("--to", "-t", help="Write this form; may be repeated with --out. Default: a summary to read."),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            "--out",
            "-o",
            help="With --to: this file, or folder where several are written. Without: in bulk, Parquet tables into "
            "this new folder or s3://BUCKET/PREFIX.",
        ),
    ] = None,
    names: Annotated[
        list[Path] | None, typer.Option("--names", help="Your own list of names (YAML or CSV); may be repeated.")
    ] = None,
    tlp: Annotated[
        Marking | None, typer.Option("--tlp", help="Mark what is written. Default: as the report itself is marked.")
    ] = None,
    text: Annotated[
        bool, typer.Option("--text/--no-text", help="Whether the report's own text goes into a STIX bundle.")
    ] = True,
    full: Annotated[bool, typer.Option("--full", help="All values, relations and events, not the first ones.")] = False,
    unjudged: Annotated[
        bool, typer.Option("--unjudged", help="List the sentences out of which no technique was read.")
    ] = False,
    seen: Annotated[
        bool,
        typer.Option("--seen", help="Say which of it the own lake holds: values in events, techniques in findings."),
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep what was read in the lake, to ask and compare later.")
    ] = False,
    engine: EngineOption = None,
    workers: WorkersOption = None,
    text_column: TextColumnOption = "text",
    id_column: IdColumnOption = None,
    shard_rows: ShardRowsOption = 200,
    near_duplicates: NearDuplicatesOption = None,
    fresh: FreshOption = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Read each line of stdin: {"id": …, "text": …} or {"id": …, "path": …}.')
    ] = False,
    json: JsonOption = False,
) -> None:
    """Read threat reports: observables, names, ATT&CK techniques, relations, dates and vulnerabilities, each placed.

    Everything runs here: no link is followed, nothing in a report is executed or obeyed. What could not be read or
    judged is said. Defanged values are told by their plain form, and how the report wrote them is kept.

    Many reports are worked on in bulk: --out names the folder for Parquet tables, --engine where the work is done; what
    was finished before a crash is not done again.

    Example: vedette extract report.pdf --to stix --out report.stix.json
    """
    from vedette.cli.extracted import looked_dict, show, show_looked
    from vedette.documents.base import Quarantined

    frame = frame_of(context)
    _no_links(paths or ())
    if out is not None and not to:
        if seen or keep or jsonl:
            raise UserError("--out without --to works in bulk", next_step="leave out --seen, --keep and --jsonl")
        _bulk(frame, paths, out, names, engine_from(frame, engine, workers, what="vedette extract"), json,
              text_column=text_column, id_column=id_column, shard_rows=shard_rows, near_duplicates=near_duplicates,
              fresh=fresh)  # fmt: skip
        return
    if engine or near_duplicates or fresh:
        raise UserError("--engine works in bulk", next_step="add --out FOLDER, and leave out --to")
    extractor = _extractor(frame, names)
    if jsonl:
        raise typer.Exit(_jsonl(extractor))
    readings: list[Reading] = []
    refused: list[Quarantined] = []
    n_read = 0
    forms = list(dict.fromkeys([*(to or ()), *([Form.JSON] if json else ())]))
    if len(forms) > 1 and out is None:
        raise UserError("several forms cannot share standard output", next_step="add --out FOLDER")
    if seen and [form for form in forms if form is not Form.JSON] and out is None:
        raise UserError("--seen and --to cannot share standard output", next_step="add --out FILE")
    if seen and not keep:
        frame.require_home()
    for found in _found(paths):
        if isinstance(found, Quarantined):
            refused.append(found)
            frame.note(f"not read: {found.source}: {found.reason}")
            continue
        reading = extractor.read(found)
        n_read += 1
        if forms or seen or keep:
            readings.append(reading)
        if not forms:
            show(frame, reading, full=full, unjudged=unjudged)
    if not n_read:
        reasons = "; ".join(f"{one.source}: {one.reason}" for one in refused[:3]) or "no document in it"
        raise UserError(f"nothing was read: {reasons}", next_step=_next_step(refused))
    if keep:
        _keep(frame, readings)
    looked = _look(frame, readings) if seen else None
    if looked is not None and Form.JSON in forms and out is None:
        from vedette.intel.output import as_dict

        bodies = [as_dict(one) for one in readings]
        frame.print_json((bodies[0] if len(bodies) == 1 else {"reports": bodies}) | {"seen": looked_dict(looked)})
        forms = []
    elif looked is not None:
        show_looked(frame, looked)
    if forms:
        _warn_of_lowering(frame, readings, tlp.value if tlp else None)
    for form in forms:
        _write(
            frame,
            form,
            readings,
            Path(out) if out is not None else None,
            several=len(forms) > 1,
            tlp=tlp.value if tlp else None,
            text=text,
        )
    if not to and not json and not seen:
        frame.next_step("vedette extract … --seen", "to see which of it is in your own logs")
        frame.next_step("vedette extract … --to stix --out report.stix.json", "for other tools", here=False)
    if refused and paths and any(path == one.source for path in paths for one in refused):
        raise typer.Exit(OutsideError.exit_code)


def _next_step(refused: Sequence[Quarantined]) -> str:
    """Return what to do where nothing was read, by why."""
    reasons = {one.reason for one in refused}
    if reasons and all("there is no such file" in reason for reason in reasons):
        return "check the path; relative ones begin at the current folder"
    if reasons and all("empty" in reason for reason in reasons):
        return "the file holds nothing: save the report again, and look at its size"
    return "vedette extract --help lists what can be read"


def _no_links(paths: Sequence[str]) -> None:
    """Refuse addresses: nothing is fetched.

    Raises:
        UserError: one of the paths is an address.
    """
    for path in paths:
        scheme = path.partition("://")[0].lower() if "://" in path else ""
        if scheme in ("http", "https", "ftp", "hxxp", "hxxps"):
            raise UserError(
                f"{path} is an address, and nothing is fetched",
                next_step="save the page or file first, then vedette extract FILE",
            )


def _extractor(frame: Frame, names: Sequence[Path] | None) -> Extractor:
    from vedette.intel.engine import Extractor

    for path in names or ():
        if not path.exists():
            raise UserError(f"{path} is not there", next_step="give a YAML or CSV file of names")
    home = frame.home_path()
    extractor = Extractor(home if home.exists() else None, tuple(names or ()))
    _ = extractor.known  # a mistake in a list is told before anything is read
    return extractor


def _bulk(
    frame: Frame,
    paths: Sequence[str] | None,
    out: str,
    names: Sequence[Path] | None,
    engine: Engine,
    as_json: bool,
    *,
    text_column: str,
    id_column: str | None,
    shard_rows: int,
    near_duplicates: float | None,
    fresh: bool,
) -> None:
    from vedette.intel.volume import fingerprint, prepare, read_rows

    home = frame.home_path()
    own = home if home.exists() else None
    lists = tuple(path.absolute() for path in names or ())
    _extractor(frame, names)
    version = fingerprint(own, lists)
    run_texts(
        frame, read_rows, paths, out, verb="vedette extract", engine=engine, version=version, initializer=prepare,
        initargs=(own, lists, version), text_column=text_column, id_column=id_column, shard_rows=shard_rows,
        near_duplicates=near_duplicates, fresh=fresh, as_json=as_json,
    )  # fmt: skip


def _found(paths: Sequence[str] | None) -> Iterator[Document | Quarantined]:
    from vedette.documents.reading import read_bytes, read_folder

    for path in paths or ["-"]:
        if path != "-":
            yield from read_folder([Path(path)])
            continue
        if sys.stdin.isatty():
            raise UserError("nothing to read", next_step="vedette extract FILE, or pipe a report in")
        data = sys.stdin.buffer.read(MOST_STDIN + 1)
        if len(data) > MOST_STDIN:
            raise UserError(f"stdin holds more than {MOST_STDIN >> 20} MiB", next_step="give it as a file")
        yield from read_bytes(data, "stdin")


def _write(
    frame: Frame,
    form: Form,
    readings: Sequence[Reading],
    out: Path | None,
    *,
    several: bool,
    tlp: str | None,
    text: bool,
) -> None:
    from vedette.intel.output import OUTPUTS, SUFFIXES, Told

    body = OUTPUTS[form.value](readings, Told(at=datetime.now(UTC).replace(microsecond=0), tlp=tlp, text=text))
    if out is None:
        sys.stdout.buffer.write(body)
        return
    path = out
    if several or out.is_dir():
        out.mkdir(parents=True, exist_ok=True)
        path = out / f"report{SUFFIXES[form.value]}"
    try:
        path.write_bytes(body)
    except OSError as error:
        raise OutsideError(f"{path} cannot be written: {error.strerror or error}") from None
    frame.note(f"{path}: {len(body):,} bytes, {len(readings):,} report(s)")


def _warn_of_lowering(frame: Frame, readings: Sequence[Reading], tlp: str | None) -> None:
    from vedette.intel.output.base import lowered

    for reading, own in lowered(readings, tlp)[:_FEW_WARNINGS]:
        frame.note(
            f"warning: {reading.document.source} marks itself TLP:{own.upper()}; "
            f"it is written as TLP:{(tlp or '').upper()}"
        )


def _keep(frame: Frame, readings: Sequence[Reading]) -> None:
    from vedette.intel.keeping import keep

    with frame.lake(make=True) as lake:
        done = keep(lake, readings)
    frame.note(f"kept: {done.n_new:,} new, {done.n_replaced:,} read anew, {done.n_known:,} known")


def _look(frame: Frame, readings: Sequence[Reading]) -> Looked:
    from vedette.intel.digest.seen import look

    with frame.lake() as lake:
        return look(lake, readings)


def _jsonl(extractor: Extractor) -> int:
    from vedette.documents.base import Quarantined
    from vedette.documents.reading import read_path
    from vedette.documents.verbatim import as_given
    from vedette.intel.output import as_dict

    def answer_of(asked: Any) -> dict[str, Any]:
        given = text_or_path(asked)
        if "text" in given:
            return as_dict(extractor.read(as_given(given["text"], str(given["id"]) if "id" in given else "")))
        found = list(read_path(Path(given["path"])))
        read = [as_dict(extractor.read(one)) for one in found if not isinstance(one, Quarantined)]
        if not read:
            reasons = "; ".join(one.reason for one in found if isinstance(one, Quarantined))
            raise UserError(reasons or "no document in it")
        return read[0] if len(read) == 1 else {"reports": read}

    return exit_code(*answered(answer_of))
