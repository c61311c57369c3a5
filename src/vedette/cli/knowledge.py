"""``vedette knowledge``: the reference knowledge that is held here, from when, and how it gets here."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli.frame import Frame, JsonOption, frame_of

if TYPE_CHECKING:
    from datetime import date

    from vedette.knowledge.holding import HeldSet

app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Show, import and fetch the reference knowledge that is held here.",
)

SetArgument = Annotated[
    str, typer.Argument(metavar="SET", help="kev, epss, vulnrichment, cvelist, nvd, osv, cwe, attack.")
]
DateOption = Annotated[
    str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="The day that it is of, where the file does not say.")
]
DigestOption = Annotated[str | None, typer.Option("--sha256", help="What the file's SHA-256 must be.")]
FewerOption = Annotated[bool, typer.Option("--fewer", help="Take it even with under half the records held now.")]


@app.command()
def status(context: typer.Context, json: JsonOption = False) -> None:
    """List the sets with version, day, age and digest; what is older than its limit is stale."""
    frame = frame_of(context)
    import dataclasses

    from vedette import knowledge
    from vedette.knowledge import pinned

    sets = knowledge.status(frame.home_path())
    if json:
        packaged = [dataclasses.asdict(s) for s in pinned.status()]
        frame.print_json({"sets": [dataclasses.asdict(s) | {"says": s.sentence} for s in sets], "packaged": packaged})
        return
    for s in sets:
        if not s.held:
            frame.say(f"{s.name:<13} {s.problem or 'not held'}", "red" if s.problem else "dim")
            continue
        age = f"{s.age_days} days old, limit {s.limit_days}"
        shown = f"{s.name:<13} {s.version:<12} of {s.on}  {age:<28} {s.n_records:>9,} records  from {s.source}"
        frame.say(shown + ("  STALE" if s.stale else ""), "yellow" if s.stale else None)
        extra = "".join(f"  {key}={value}" for key, value in s.extra.items())
        frame.say(f"{'':<13} SHA-256 {s.sha256}{extra}" + (f"  before: {s.previous}" if s.previous else ""), "dim")
    if any(s.stale or s.problem for s in sets):
        frame.next_step(
            "vedette knowledge sync", "fetches KEV, EPSS and Vulnrichment; or import FILE without a network"
        )


@app.command()
def sync(
    context: typer.Context,
    sets: Annotated[
        list[str] | None, typer.Argument(metavar="[SET]…", help="Which (default: kev epss vulnrichment); or all.")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="URL|PATH", help="A mirror's https URL, or a file or folder of this machine."),
    ] = None,
    sha256: DigestOption = None,
    on: DateOption = None,
    fewer: FewerOption = False,
    json: JsonOption = False,
) -> None:
    """Fetch sets from their publishers or a mirror. This is the only verb for knowledge that asks the network.

    A mirror's URL that ends with / holds the publishers' files under their names; so does a folder. Each fetch is told
    before it happens and is in the audit. What cannot be read or has another digest is refused; what was held stays.

    Example: vedette knowledge sync kev epss --from https://mirror.example/feeds/
    """
    frame = frame_of(context)
    from vedette.errors import UserError
    from vedette.knowledge import syncing

    now = datetime.now(UTC)
    names = syncing.names_of(sets or [])
    if len(names) > 1 and (sha256 is not None or on is not None):
        raise UserError("a digest or day is that of one set", next_step="name one set")
    day = _day(on)
    made = []
    local = Path(source) if source is not None and "://" not in source else None
    for name in names:
        if local is not None:
            made.append(_import(frame, name, _of_folder(local, name, now), now, sha256, day, fewer))
            continue
        fetch = syncing.planned(name, now, source)
        for url in fetch.urls[:1]:
            frame.note(f"{name}: asks {', '.join(fetch.hosts)}, for {url}" + _others(fetch.urls))
        _record(frame, "knowledge.fetch", name, {"hosts": list(fetch.hosts), "n_files": len(fetch.urls)})
        got = syncing.sync(frame.home_path(), fetch, now=now, sha256=sha256, on=day, fewer=fewer, tell=frame.note)
        _record(frame, "knowledge.sync", name, _detail(got))
        made.append(got)
    _show(frame, made, json)


@app.command("import")
def import_(
    context: typer.Context,
    name: SetArgument,
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="The publisher's file, an archive of files, or a folder.")
    ],
    sha256: DigestOption = None,
    on: DateOption = None,
    fewer: FewerOption = False,
    json: JsonOption = False,
) -> None:
    """Take a set over from a file that is here already: for machines without a network.

    Example: vedette knowledge import epss epss_scores-2026-11-20.csv.gz
    """
    frame = frame_of(context)
    made = _import(frame, name, path, datetime.now(UTC), sha256, _day(on), fewer)
    _show(frame, [made], json)


@app.command()
def rollback(context: typer.Context, name: SetArgument, json: JsonOption = False) -> None:
    """Let the version before the present one count again."""
    frame = frame_of(context)
    from vedette.knowledge import holding

    made = holding.rollback(frame.home_path(), name)
    _record(frame, "knowledge.rollback", name, _detail(made))
    _show(frame, [made], json)


@app.command()
def learn(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="TOOL", help="The tool's name, as commands call it.")],
    manual: Annotated[
        Path | None, typer.Option("--manual", help="Its manual page (tar.1.gz). None: what --help prints, on stdin.")
    ] = None,
    family: Annotated[str, typer.Option("--family", help="unix, macos, windows, cloud or powershell.")] = "unix",
    json: JsonOption = False,
) -> None:
    """Take up a tool's flags from its manual page or its help, for vedette explain. Nothing is run.

    Example: mytool --help | vedette knowledge learn mytool
    """
    import platform
    import sys

    import yaml

    from vedette.errors import UserError
    from vedette.files import write_whole
    from vedette.knowledge.tools.base import Family
    from vedette.knowledge.tools.learning import MAX_BYTES, plain, read_manual
    from vedette.knowledge.tools.learning import learn as learnt

    frame = frame_of(context)
    if family not in set(Family) or not name.strip() or any(c in name for c in "/\\\0:") or name.startswith("."):
        raise UserError(f"no page can be named {name!r} in {family!r}", next_step="give a tool's plain name")
    if manual is not None:
        text, source = read_manual(manual), f"{manual.name} on {platform.node() or 'this machine'}"
    elif sys.stdin.isatty():
        raise UserError("no text", next_step=f"{name} --help | vedette knowledge learn {name}, or --manual FILE")
    else:
        data = sys.stdin.buffer.read(MAX_BYTES)
        text = plain(data.decode("utf-8", "replace"))
        source = f"{name} --help on {platform.node() or 'this machine'}"
    table = learnt(name, text, family=family, source=source)
    path = frame.home_path() / "tools" / f"{family}-{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, yaml.safe_dump(table, sort_keys=False, allow_unicode=True, width=110).encode())
    entry = table["tools"][name]
    if json:
        frame.print_json({"tool": name, "path": str(path), "flags": len(entry.get("flags", {})), "what": entry["what"]})
        return
    frame.say(f"{name} {entry['what']}; {len(entry.get('flags', {}))} flags taken up: {path}")
    frame.next_step(f"vedette explain '{name} …'", "reads it with them")


@app.command()
def technique(
    context: typer.Context,
    technique_id: Annotated[str, typer.Argument(help="ATT&CK id: T1003.006.")],
    json: JsonOption = False,
) -> None:
    """Look up an ATT&CK technique."""
    frame = frame_of(context)
    from vedette.knowledge import latest

    found, version = latest.technique(frame.home_path(), technique_id.upper())
    _show_entry(frame, found, f"ATT&CK {version} has no {technique_id}", json)


@app.command()
def weakness(
    context: typer.Context,
    cwe_id: Annotated[str, typer.Argument(help="CWE id: CWE-79.")],
    json: JsonOption = False,
) -> None:
    """Look up a CWE weakness."""
    frame = frame_of(context)
    from vedette.knowledge import latest

    found, version = latest.weakness(frame.home_path(), cwe_id)
    _show_entry(frame, found, f"CWE {version} has no {cwe_id}", json)


@app.command()
def vulnerability(
    context: typer.Context,
    vulnerability_id: Annotated[str, typer.Argument(metavar="ID", help="CVE id, or an advisory's: CVE-2021-44228.")],
    json: JsonOption = False,
) -> None:
    """Look up what the held sets say of a vulnerability, and of which day each is."""
    frame = frame_of(context)
    import dataclasses

    from vedette import knowledge
    from vedette.knowledge.vulnerabilities import lookup

    home = frame.home_path()
    (found,) = lookup(home, [vulnerability_id]).values()
    value = dataclasses.asdict(found)
    if json:
        frame.print_json(value)
        return
    for key, shown in value.items():
        if key not in ("affected", "dates") and shown not in (None, (), False):
            frame.say(f"{key:>16}  {', '.join(shown) if isinstance(shown, tuple) else shown}")
    frame.say(f"{'looked in':>16}  {', '.join(f'{name} of {day}' for name, day in found.dates.items()) or 'nothing'}")
    for sentence in knowledge.stale_sentences(home):
        frame.note(f"{sentence}: what it does not list may be so all the same")


def _import(
    frame: Frame, name: str, path: Path, now: datetime, sha256: str | None, on: date | None, fewer: bool
) -> HeldSet:
    from vedette.knowledge.importing import import_set

    made = import_set(frame.home_path(), name, path, now=now, sha256=sha256, on=on, fewer=fewer)
    _record(frame, "knowledge.import", name, _detail(made))
    return made


def _of_folder(path: Path, name: str, now: datetime) -> Path:
    """Return a set's file in a folder that mirrors the publishers' files, else the path itself."""
    from vedette.knowledge import syncing

    if not path.is_dir():
        return path
    names = [url.rpartition("/")[2] for url in syncing.planned(name, now).urls]
    for place in (path / name, path / names[0]):
        if len(names) == 1 or place.is_dir():
            if place.exists():
                return place
    return path


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    from datetime import date

    from vedette.errors import UserError

    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(f"{text[:40]!r} is no day", next_step="write it as 2026-11-20") from None


def _record(frame: Frame, action: str, target: str, detail: dict[str, Any]) -> None:
    from vedette.store import audit
    from vedette.store.book import whoami

    frame.home_path().mkdir(parents=True, exist_ok=True)
    with frame.lake() as lake:
        audit.record(lake, whoami(), action, target, detail)


def _detail(made: HeldSet) -> dict[str, Any]:
    return {
        "version": made.version,
        "on": made.on.isoformat(),
        "n_records": made.n_records,
        "source": made.source[:200],
        "source_sha256": made.source_sha256,
        "sha256": made.sha256,
    }


def _others(urls: tuple[str, ...]) -> str:
    return f" and {len(urls) - 1} more" if len(urls) > 1 else ""


def _show(frame: Frame, made: list[HeldSet], json: bool) -> None:
    import dataclasses

    if json:
        frame.print_json({"sets": [dataclasses.asdict(item) for item in made]})
        return
    for item in made:
        skipped = f", {item.n_skipped:,} left out" if item.n_skipped else ""
        frame.say(f"{item.name}: {item.n_records:,} records of {item.on} from {item.source}{skipped}")


def _show_entry(frame: Frame, value: dict[str, Any] | None, missing: str, json: bool) -> None:
    from vedette.errors import UserError

    if value is None:
        raise UserError(missing)
    if json:
        frame.print_json(value)
        return
    for key, shown in value.items():
        frame.say(f"{key:>12}  {', '.join(shown) if isinstance(shown, list | tuple) else shown}")
