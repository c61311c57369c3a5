"""What bulk verbs share: where the work is done, where rows come from, where tables go, and what is told of it.

A store or a cluster is reached only because its URL was given: that is said on standard error before the first
request, and written into the home's audit.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli.frame import Frame
from vedette.errors import UserError

if TYPE_CHECKING:
    from vedette.bulk.engine import Engine
    from vedette.bulk.job import Function, JobReport
    from vedette.bulk.places import S3Access

S3 = "s3://"

EngineOption = Annotated[
    str | None,
    typer.Option(
        "--engine",
        metavar="ENGINE",
        help="Where the work is done: local, pool, pool:N, ray://HOST:PORT or ray://local. Default: --workers.",
    ),
]
OutOption = Annotated[
    str | None,
    typer.Option(
        "--out", "-o", metavar="DIR", help="Work in bulk: Parquet tables into this new folder or s3://BUCKET/PREFIX."
    ),
]
TextColumnOption = Annotated[
    str, typer.Option("--text-column", help="In bulk: the column of Parquet, or field of JSON lines, with the text.")
]
IdColumnOption = Annotated[
    str | None,
    typer.Option("--id-column", help="In bulk: the one that names a row. Default: id, else file and number."),
]
ShardRowsOption = Annotated[
    int, typer.Option("--shard-rows", min=1, max=100_000, help="In bulk: rows worked on, kept and resumed together.")
]
NearDuplicatesOption = Annotated[
    float | None,
    typer.Option(
        "--near-duplicates", min=0.1, max=1.0, help="In bulk: mark texts at least so like an earlier one, as 0.8."
    ),
]
FreshOption = Annotated[bool, typer.Option("--fresh", help="In bulk: begin anew in --out instead of going on.")]


def engine_from(frame: Frame, name: str | None, workers: int | None, *, what: str) -> Engine:
    """Return the engine of ``--engine`` and ``--workers``; a cluster is announced and audited first.

    Args:
        frame: this call.
        name: ``--engine``.
        workers: ``--workers``; None leaves it to the settings, or to the engine that is named.
        what: the verb, for the audit.

    Raises:
        UserError: there is no such engine, or the two contradict each other.
    """
    from vedette.bulk import engine_named

    engine = engine_named(name, workers if name else frame.workers(workers))
    if engine.remote and engine.name != "ray://local":
        _reached(frame, "bulk.cluster", engine.name, what, f"what is worked on goes to the Ray cluster {engine.name}")
    return engine


def s3_access(environment: Mapping[str, str] | None = None) -> S3Access:
    """Return how S3-compatible stores are reached, by the variables that every S3 tool reads."""
    from vedette.bulk.places import S3Access

    env = os.environ if environment is None else environment

    def first(*names: str) -> str | None:
        return next((env[name] for name in names if env.get(name)), None)

    return S3Access(
        endpoint=first("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"),
        region=first("AWS_REGION", "AWS_DEFAULT_REGION"),
        access_key=first("AWS_ACCESS_KEY_ID"),
        secret_key=first("AWS_SECRET_ACCESS_KEY"),
        session_token=first("AWS_SESSION_TOKEN"),
    )


def access_for(frame: Frame, urls: Sequence[str | Path], *, what: str) -> S3Access | None:
    """Return how the stores among the URLs are reached, announced and audited; None where all are local."""
    remote = [str(url) for url in urls if str(url).lower().startswith(S3)]
    if not remote:
        return None
    access = s3_access()
    for url in dict.fromkeys(remote):
        _reached(frame, "bulk.store", url, what, f"{url} is reached at {access.host()}")
    return access


def _reached(frame: Frame, action: str, target: str, what: str, told: str) -> None:
    from vedette.store.audit import record
    from vedette.store.book import whoami

    frame.note(told)
    with frame.lake(make=True) as lake:
        record(lake, whoami(), action, target[:200], {"verb": what})


def refuse_bulk(engine: str | None, workers: int | None, near_duplicates: float | None, fresh: bool) -> None:
    """Refuse the options of bulk work where there is no ``--out``: they would say nothing.

    Raises:
        UserError: one of them was given.
    """
    given = {"--engine": engine, "--workers": workers, "--near-duplicates": near_duplicates, "--fresh": fresh or None}
    named = [name for name, value in given.items() if value is not None]
    if named:
        raise UserError(f"{', '.join(named)} is for work in bulk", next_step="add --out FOLDER")


def run_texts(
    frame: Frame,
    function: Function,
    paths: Sequence[str | Path] | None,
    out: str,
    *,
    verb: str,
    engine: Engine,
    version: str,
    initializer: Callable[..., None] | None = None,
    initargs: tuple[Any, ...] = (),
    text_column: str = "text",
    id_column: str | None = None,
    shard_rows: int = 500,
    near_duplicates: float | None = None,
    fresh: bool = False,
    as_json: bool = False,
) -> JobReport:
    """Run a job over the texts of paths and URLs, tell what came of it, and return that.

    Args:
        frame: this call.
        function: rows (``id``, ``text`` or ``content``) to tables.
        paths: Parquet, JSON lines, other files, folders, ``s3://`` URLs.
        out: folder or URL for the tables.
        verb: for messages and the audit.
        engine: where the work is done.
        version: of all that the answers depend on.
        initializer: prepares each process.
        initargs: its arguments.
        text_column: see :func:`vedette.bulk.sources.open_texts`.
        id_column: likewise.
        shard_rows: rows of a shard.
        near_duplicates: mark texts so like an earlier one.
        fresh: begin anew.
        as_json: print the report as JSON.

    Raises:
        UserError: nothing is named to read, or the output holds something else.
    """
    from vedette.bulk.job import run_job
    from vedette.bulk.sources import open_texts
    from vedette.cli.bars import bar

    if not paths or any(str(path) == "-" for path in paths):
        raise UserError("--out works on files", next_step=f"{verb} FILE.parquet --out {out}")
    access = access_for(frame, [*paths, out], what=verb)
    source = open_texts([str(path) for path in paths], text_column=text_column, id_column=id_column, access=access)
    with bar(frame, "texts") as shown:
        report = run_job(
            function,
            source,
            out,
            engine=engine,
            version=version,
            shard_rows=shard_rows,
            initializer=initializer,
            initargs=initargs,
            access=access,
            near_duplicates=near_duplicates,
            fresh=fresh,
            progress=shown.rows,
        )
    if as_json:
        frame.print_json(report_dict(report))
    else:
        show_report(frame, report)
    return report


def report_dict(report: JobReport) -> dict[str, Any]:
    """Return a report for JSON."""
    return {
        "out": report.url,
        "n_rows": report.n_rows,
        "n_errors": report.n_errors,
        "n_shards": report.n_shards,
        "n_shards_kept": report.n_kept,
        "n_near_duplicates": report.n_near_duplicates,
        "tables": dict(report.tables),
    }


def show_report(frame: Frame, report: JobReport) -> None:
    """Print what came of a job."""
    kept = f", {report.n_kept:,} of them finished before" if report.n_kept else ""
    frame.say(f"{report.n_rows:,} texts in {report.n_shards:,} shards{kept}: {report.url}", "bold")
    for name, rows in report.tables.items():
        if name != "errors":
            frame.say(f"  {rows:>10,}  {name}")
    if report.n_near_duplicates is not None:
        frame.say(f"  {report.n_near_duplicates:>10,}  near_duplicates")
    if report.n_errors:
        frame.say(f"  {report.n_errors:>10,}  errors: these rows failed, with their reasons in the table", "yellow")
