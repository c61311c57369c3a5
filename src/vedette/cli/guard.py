"""``vedette guard``: what texts hold before they reach a model, pseudonyms and their restoring, the gateway."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vedette.cli.bulk_options import (
    EngineOption,
    FreshOption,
    IdColumnOption,
    NearDuplicatesOption,
    OutOption,
    ShardRowsOption,
    TextColumnOption,
    engine_from,
    refuse_bulk,
    run_texts,
)
from vedette.cli.frame import Frame, JsonOption, WorkersOption, frame_of
from vedette.cli.guard_opening import opened_asking, opened_policy, opened_vault
from vedette.cli.guard_policy import policy_app
from vedette.cli.guard_records import approvals_app, audit_app
from vedette.cli.guard_serve import serve
from vedette.cli.guard_vault import chosen_sessions, vault_app
from vedette.cli.texts import Given, given_texts
from vedette.errors import OutsideError, UserError
from vedette.schema.guarding import Action, Direction, Form

if TYPE_CHECKING:
    from vedette.guard.engine import Guard

app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Protect what prompts carry: find, replace and restore what must not leave; serve a gateway to models.",
    epilog="Start with: vedette guard scan mail.txt; then a gateway before your model: vedette guard serve --help",
)

PathsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="PATH…", help="Files or folders; - or none reads standard input; in bulk s3:// URLs too."),
]
PolicyOption = Annotated[
    str | None,
    typer.Option("--policy", "-p", help="A policy file (YAML), or a preset: default, strict, watch."),
]
DirectionOption = Annotated[
    Direction | None,
    typer.Option(
        "--direction",
        "-d",
        help="prompt: the user says it; context: a tool, document or mail; reply. Default: as prompt and as context.",
    ),
]
FormOption = Annotated[Form, typer.Option("--form", help="How to read the text; auto tells by its look.")]
SessionOption = Annotated[
    str | None, typer.Option("--session", "-s", help="Whose pseudonyms; keep the name to restore. Default: a new one.")
]


@app.command()
def scan(
    context: typer.Context,
    paths: PathsArgument = None,
    policy: PolicyOption = None,
    direction: DirectionOption = None,
    form: FormOption = Form.AUTO,
    scanner: Annotated[list[str] | None, typer.Option("--scanner", help="Only this scanner; may be repeated.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Print the values too; they are left out by default.")] = False,
    fail_on: Annotated[
        Action | None, typer.Option("--fail-on", help="Exit 1 where the policy would do this or something graver.")
    ] = None,
    jsonl: Annotated[
        bool,
        typer.Option("--jsonl", help='Judge each line of stdin: {"id": …, "text": …} or {"id": …, "path": …}.'),
    ] = False,
    engine: EngineOption = None,
    workers: WorkersOption = None,
    out: OutOption = None,
    text_column: TextColumnOption = "text",
    id_column: IdColumnOption = None,
    shard_rows: ShardRowsOption = 500,
    near_duplicates: NearDuplicatesOption = None,
    fresh: FreshOption = False,
    json: JsonOption = False,
) -> None:
    """Say what texts hold that must not reach a model: personal data, secrets, injections; nothing is changed.

    Each finding has its place, what it is, how sure that is, and what the policy would do about it. Values are not
    printed. A scanner that fails or runs out of time is an error (exit 3): not having looked is not having found
    nothing.

    Example: vedette guard scan tickets/ --fail-on block
    """
    from vedette.cli import guard_shown

    frame = frame_of(context)
    if out is not None:
        from vedette.guard import volume

        if jsonl or show or fail_on is not None:
            raise UserError("--out keeps verdicts as tables", next_step="leave out --jsonl, --show and --fail-on")
        chosen, rules = engine_from(frame, engine, workers, what="vedette guard scan"), opened_policy(frame, policy)
        run_texts(
            frame,
            volume.scan_rows,
            paths,
            out,
            verb="vedette guard scan",
            engine=chosen,
            version=volume.version_of(rules, scanner, direction, form),
            initializer=volume.prepare,
            initargs=(rules, scanner, direction, form, frame.settings.third_party_plugins),
            text_column=text_column,
            id_column=id_column,
            shard_rows=shard_rows,
            near_duplicates=near_duplicates,
            fresh=fresh,
            as_json=json,
        )
        return
    refuse_bulk(engine, workers, near_duplicates, fresh)
    with _guard(frame, policy, scanner) as guard:
        if jsonl:
            raise typer.Exit(guard_shown.answer_lines(guard, direction, form, fail_on))
        told = [
            guard_shown.judged(guard, item, direction, form)
            for item in given_texts(frame, [Path(p) for p in paths or ()], "vedette guard scan")
        ]
    if json:
        frame.print_json(guard_shown.as_json(told, show=show))
    else:
        guard_shown.show(frame, told, values=show)
    if any(one.failed for one in told):
        raise typer.Exit(OutsideError.exit_code)
    if fail_on is not None and any(one.verdict.action.gravity >= fail_on.gravity for one in told):
        raise typer.Exit(1)


@app.command()
def mask(
    context: typer.Context,
    path: Annotated[Path | None, typer.Argument(help="A file; - or none reads standard input.")] = None,
    session: SessionOption = None,
    policy: PolicyOption = None,
    direction: DirectionOption = None,
    form: FormOption = Form.AUTO,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the text here; default: stdout.")] = None,
    json: JsonOption = False,
) -> None:
    """Put pseudonyms in the place of what must not leave; ``guard restore`` with the same session gives it back.

    Values and pseudonyms are kept encrypted in the home's vault until the session expires or is erased. What the policy
    blocks is not printed at all: the reason is, and the exit code is 1. So with what somebody has to approve first: the
    question is kept, and named.

    Example: vedette guard mask incident.log --session case-7 > safe.log
    """
    from vedette.cli import guard_shown
    from vedette.store.book import whoami

    frame = frame_of(context)
    item = _one(frame, path, "mask")
    name = session or f"s-{secrets.token_hex(5)}"
    with _guard(frame, policy, None) as guard, opened_asking(frame) as (vault, approvals):
        book = vault.open(name, ttl_s=guard.policy.session_ttl_s)
        protected = guard.protect(
            guard_shown.passage(item, direction, form),
            book,
            approve=lambda verdict, text: approvals.answered(verdict, text, asked_by=whoami()),
        )
    if not protected.passes:
        frame.err.print(f"{item.name} is held back: {protected.verdict.reason or protected.verdict.action.value}")
        if protected.verdict.action is Action.ASK:
            frame.next_step("vedette guard approvals allow ID", "lets it pass; then mask it again")
        raise typer.Exit(1)
    if session is None:
        frame.note(f"session {name}: vedette guard restore --session {name} gives the values back")
    if json:
        frame.print_json(guard_shown.masked_json(name, protected))
    else:
        _write(out, protected.text, item.encoding)
        frame.note(guard_shown.summary(protected.verdict.decided))


@app.command()
def restore(
    context: typer.Context,
    session: Annotated[
        str,
        typer.Option("--session", "-s", help="The session of the text: its name, or its digest."),
    ],
    path: Annotated[Path | None, typer.Argument(help="A file; - or none reads standard input.")] = None,
    owner: Annotated[
        str, typer.Option("--owner", help="Of a gateway's session: the id of the client's token, or address:127.0.0.1.")
    ] = "",
    form: FormOption = Form.AUTO,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the text here; default: stdout.")] = None,
    json: JsonOption = False,
) -> None:
    """Put the values back in the place of a session's pseudonyms; anything doubtful is left alone.

    A session of the gateway belongs to the client that named it: say whose with --owner, or give its digest.

    Example: vedette guard restore reply.md --session case-7
    """
    from vedette.guard.pseudonyms import Restorer

    frame = frame_of(context)
    item = _one(frame, path, "restore")
    with opened_vault(frame) as vault:
        [digest] = chosen_sessions(vault, [session], owner)
        text = Restorer(vault.reopen(digest)).restore(item.text, form=form)
    if json:
        frame.print_json({"session": session, "text": text, "changed": text != item.text})
    else:
        _write(out, text, item.encoding)


@contextmanager
def _guard(frame: Frame, policy: str | None, scanners: list[str] | None) -> Iterator[Guard]:
    from vedette.guard.engine import Guard, scanners_named

    third_party = frame.settings.third_party_plugins
    guard = Guard(scanners_named(scanners, third_party=third_party), opened_policy(frame, policy), timeout_s=60.0)
    try:
        yield guard
    finally:
        guard.close()


def _one(frame: Frame, path: Path | None, verb: str) -> Given:
    items = list(given_texts(frame, [path] if path else None, f"vedette guard {verb}"))
    if len(items) != 1:
        raise UserError("give one file", next_step=f"vedette guard {verb} FILE, or pipe the text in")
    if items[0].problem is not None:
        raise UserError(f"{items[0].name}: {items[0].problem}", next_step="give text")
    return items[0]


def _write(out: Path | None, text: str, encoding: str) -> None:
    """Write a text in the encoding that its bytes came in."""
    data = text.encode(encoding, "surrogateescape" if encoding == "utf-8" else "surrogatepass")
    if out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    from vedette.files import write_whole

    write_whole(out, data)


app.command()(serve)
for _name, _app in (
    ("policy", policy_app),
    ("vault", vault_app),
    ("approvals", approvals_app),
    ("audit", audit_app),
):
    app.add_typer(_app, name=_name)
