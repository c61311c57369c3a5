"""``vedette promptbook``: named sequences of questions: listed, run, imported, exported."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from vedette.cli.answering import CaseOption, ModelOption, OutOption
from vedette.cli.frame import JsonOption, frame_of
from vedette.errors import OutsideError, UserError

if TYPE_CHECKING:
    from vedette.copilot.promptbooks import Promptbook
    from vedette.copilot.promptbooks.library import Shelved

app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Named sequences of questions: list, show, run, import, export.",
    epilog="Start with: vedette promptbook run incident-investigation",
)

BookArgument = Annotated[str, typer.Argument(metavar="NAME", help="The promptbook: vedette promptbook list.")]


@app.command("list")
def list_books(context: typer.Context, json: JsonOption = False) -> None:
    """List the promptbooks: those that come with Vedette, and the home's own."""
    frame = frame_of(context)
    from vedette.copilot.promptbooks import Library

    found, broken = Library(frame.home_path()).all()
    if json:
        frame.print_json({"promptbooks": [_dict(s) for s in found.values()], "broken": broken})
        return
    for shelved in found.values():
        book = shelved.book
        inputs = " ".join(f"{i.name}=…" if i.default is None else f"[{i.name}=…]" for i in book.inputs)
        frame.say(f"{book.name:<24} {len(book.steps):>2} prompts  {inputs}", "bold" if shelved.path else None)
        if book.description:
            frame.say(f"  {' '.join(book.description.split())[:160]}", "dim")
    for name, reason in broken.items():
        frame.note(f"{name} is no promptbook: {reason}")
    frame.next_step("vedette promptbook run incident-investigation", "asks the whole sequence")


@app.command()
def show(context: typer.Context, name: BookArgument, json: JsonOption = False) -> None:
    """Show a promptbook's inputs and prompts."""
    frame = frame_of(context)
    from vedette.copilot.promptbooks import Library

    shelved = Library(frame.home_path()).find(name)
    if json:
        frame.print_json(_dict(shelved))
        return
    book = shelved.book
    frame.say(book.title, "bold")
    if book.description:
        frame.say(" ".join(book.description.split()))
    for one in book.inputs:
        default = f", default {one.default}" if one.default is not None else "" if one.required else ", may be left out"
        choices = f" ({', '.join(one.choices)})" if one.choices else ""
        frame.say(f"  {one.name}: {one.kind.value}{choices}{default}. {one.description}")
    for number, step in enumerate(book.steps, start=1):
        frame.say(f"\n{number}. {step.title}".rstrip(". "), "bold")
        frame.say(f"   {' '.join(step.prompt.split()) or 'a skill of another product: not asked'}")
    needed = " ".join(f"--set {i.name}=…" for i in book.inputs if i.required and i.default is None)
    frame.next_step(f"vedette promptbook run {book.name} {needed}".rstrip(), "asks them")


@app.command()
def run(
    context: typer.Context,
    name: BookArgument,
    given: Annotated[
        list[str] | None, typer.Option("--set", "-s", metavar="INPUT=VALUE", help="Value of an input; repeatable.")
    ] = None,
    case: CaseOption = None,
    model: ModelOption = None,
    out: OutOption = Path(),
    json: JsonOption = False,
) -> None:
    """Ask every prompt of a promptbook in one session, which is kept; files go to --out.

    Example: vedette promptbook run account-review --set account=alice
    """
    frame = frame_of(context)
    from vedette.cli.answering import answer_dict, open_copilot, show_answer, write_files
    from vedette.copilot.promptbooks import Library, run_promptbook
    from vedette.store import audit
    from vedette.store.book import whoami
    from vedette.store.sessions import SessionBook

    book = Library(frame.home_path()).find(name).book
    values = _values(given or [])
    told: list[dict[str, Any]] = []
    with frame.lake() as lake, open_copilot(frame, lake, model) as copilot:
        case_id = None
        if case is not None:
            from vedette.store.book import find_case

            case_id = find_case(lake, case).case_id
        session, asked = run_promptbook(book, values, copilot, SessionBook(lake), whoami(), case_id=case_id)
        for one in asked:
            files = write_files(one.turn.answer, out) if one.turn else []
            if json:
                about = {"number": one.number, "title": one.step.title, "prompt": one.prompt}
                told.append(about | (dict(answer_dict(one.turn.answer, files)) if one.turn else {"error": one.reason}))
                continue
            frame.say(f"\n{one.number}. {one.step.title or one.prompt}", "bold")
            if one.turn is not None:
                show_answer(frame, one.turn.answer, files)
            else:
                frame.say(f"  not answered: {one.reason}", "yellow")
        n_kept = SessionBook(lake).get(session.session_id).n_turns
        detail = {"promptbook": book.name, "n_prompts": len(book.steps), "n_answers": n_kept}
        audit.record(lake, whoami(), "promptbook.run", session.session_id, detail)
    if json:
        frame.print_json({"promptbook": book.name, "session_id": session.session_id, "steps": told})
        return
    frame.next_step(f"vedette sessions export {session.session_id} --format markdown", "the whole of it as a page")


@app.command("import")
def import_books(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Markdown, or JSON of Microsoft Security Copilot.")],
    name: Annotated[str | None, typer.Option("--name", help="Keep it under this name.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace one of the home that has the name.")] = False,
    json: JsonOption = False,
) -> None:
    """Keep promptbooks from a file in the home."""
    frame = frame_of(context)
    import dataclasses

    from vedette.copilot.promptbooks import Library
    from vedette.copilot.promptbooks.library import read_any

    books = read_any(path)
    if name is not None:
        if len(books) != 1:
            raise UserError(f"{path} holds {len(books)} promptbooks; --name is for one")
        books = (dataclasses.replace(books[0], name=name),)
    names = [book.name for book in books]
    doubled = sorted({n for n in names if names.count(n) > 1})
    if doubled:
        raise UserError(f"{path} holds several promptbooks that would be called {doubled[0]}")
    library = Library(frame.home_path())
    written = [library.add(book, replace=replace) for book in books]
    if json:
        frame.print_json({"promptbooks": names, "paths": [str(p) for p in written]})
        return
    for book in books:
        n_skills = sum(1 for step in book.steps if not step.prompt.strip())
        left = f", {n_skills} of them skills that are not asked here" if n_skills else ""
        frame.say(f"kept: {book.name} ({len(book.steps)} prompts{left})")
    frame.next_step(f"vedette promptbook show {names[0]}", "what it asks, and what it needs")


@app.command()
def export(
    context: typer.Context,
    name: BookArgument,
    form: Annotated[
        str, typer.Option("--format", "-f", help="markdown, or microsoft (JSON of Security Copilot).")
    ] = "markdown",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to write; default: standard output.")] = None,
    json: JsonOption = False,
) -> None:
    """Write a promptbook as Markdown, or for Microsoft Security Copilot."""
    frame = frame_of(context)
    from vedette.copilot.promptbooks import Library
    from vedette.copilot.promptbooks.markdown import write_markdown
    from vedette.copilot.promptbooks.microsoft import dumped

    book = Library(frame.home_path()).find(name).book
    if form not in ("markdown", "microsoft"):
        raise UserError(f"no format is called {form!r}", next_step="choose markdown or microsoft")
    made = write_markdown(book).encode() if form == "markdown" else dumped([book])
    if out is None:
        if form == "microsoft":
            frame.print_json(orjson.loads(made))
        else:
            sys.stdout.write(_inert(made.decode()))
        return
    try:
        out.write_bytes(made)
    except OSError as error:
        raise OutsideError(f"cannot write: {error.strerror}", location=str(out)) from None
    if json:
        frame.print_json({"promptbook": book.name, "format": form, "path": str(out)})
    else:
        frame.say(f"written: {out}")


def _inert(text: str) -> str:
    from vedette.cli.frame import clean

    return "".join(clean(line) + "\n" for line in text.splitlines())


def _values(given: list[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals or not name or name in values:
            raise UserError(f"{pair[:80]!r} sets nothing, or something twice", next_step="write --set account=alice")
        values[name] = value
    return values


def _dict(shelved: Shelved) -> dict[str, Any]:
    book: Promptbook = shelved.book
    return {
        "name": book.name,
        "title": book.title,
        "description": book.description,
        "tags": list(book.tags),
        "origin": str(shelved.path) if shelved.path else "built in",
        "inputs": [
            {
                "name": i.name,
                "kind": i.kind.value,
                "description": i.description,
                "required": i.required and i.default is None,
                "default": i.default,
                "choices": list(i.choices),
            }
            for i in book.inputs
        ],
        "steps": [{"title": s.title, "prompt": s.prompt} for s in book.steps],
    }
