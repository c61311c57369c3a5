"""``vedette forge show``: one model with everything that is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli.frame import Frame, JsonOption, frame_of

if TYPE_CHECKING:
    from vedette.models import ModelEntry
    from vedette.models.registry import Pointer

app = typer.Typer(rich_markup_mode=None)


@app.command()
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Model, or NAME@VERSION, or NAME@shipped.")],
    card: Annotated[bool, typer.Option("--card", help="Print the model card.")] = False,
    json: JsonOption = False,
) -> None:
    """Show a model: figures, gate, parity, digests, signature and history. Every file is checked first."""
    frame = frame_of(context)
    from vedette.models import Registry, find

    entry = find(name, frame.home_path())
    registry = Registry(frame.home_path())
    pointer = registry.pointer(entry.name)
    if json:
        frame.print_json(_dict(entry, pointer, registry.versions(entry.name)))
    elif card:
        _show_card(frame, entry)
    else:
        _show(frame, entry, pointer, registry.versions(entry.name))


def _dict(entry: ModelEntry, pointer: Pointer, versions: list[str]) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        **asdict(entry.manifest),
        "current": entry.current,
        "shipped": entry.shipped,
        "path": str(entry.path),
        "key_id": entry.key_id,
        "versions": versions,
        "history": [asdict(step) for step in pointer.steps],
    }


def _show_card(frame: Frame, entry: ModelEntry) -> None:
    from vedette.errors import UserError

    path = entry.path / "README.md"
    if not path.is_file():
        raise UserError(f"{entry.name}@{entry.version} has no card", next_step=f"vedette forge show {entry.name}")
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        frame.say(line) if line else frame.print("")


def _show(frame: Frame, entry: ModelEntry, pointer: Pointer, versions: list[str]) -> None:
    manifest = entry.manifest
    state = "current" if entry.current else "shipped with Vedette" if entry.shipped else "not the current version"
    frame.say(f"{entry.name}@{entry.version}  {state}", "bold")
    facts = {
        "form": manifest.form,
        "licence": manifest.licence,
        "made": f"{manifest.created_at:%Y-%m-%d %H:%M} UTC",
        "about": manifest.more.get("about", ""),
        "base": " ".join(str(v) for v in (manifest.base or {}).values()),
        "recipe": manifest.recipe_sha256 or "",
        "corpus": manifest.corpus_sha256 or "",
        "run": manifest.run_id or "",
        "signed by": entry.key_id or "nobody: it is checked by digest, as part of the package",
        "folder": str(entry.path),
    }
    for key, value in facts.items():
        if value:
            frame.say(f"{key:>10}  {value}")
    if manifest.metrics:
        frame.say("\nFigures", "bold")
        for name, said in manifest.metrics.items():
            frame.say(f"  {name}  {_figure(said)}")
    for title, checks in (("Gate", manifest.gate), ("Parity after export", manifest.parity)):
        if isinstance(checks, list) and checks:
            frame.say(f"\n{title}", "bold")
            for check in checks:
                frame.say(f"  {_check(check)}" if isinstance(check, dict) else f"  {check}")
    frame.say("\nFiles", "bold")
    for file in manifest.files:
        frame.say(f"  {file.path}  {file.size_bytes:,} bytes  SHA-256 {file.sha256}")
    if pointer.steps:
        frame.say("\nHistory", "bold")
        for step in pointer.steps:
            frame.say(f"  {step.at:%Y-%m-%d %H:%M} UTC  {step.action} {step.version}")
    if len(versions) > 1:
        frame.say(f"\nVersions: {', '.join(versions)}")
    if (entry.path / "README.md").is_file():
        frame.next_step(f"vedette forge show {entry.name}@{entry.version} --card", "the model card")


def _figure(said: Any) -> str:
    if not isinstance(said, dict):
        return f"{said:.4g}" if isinstance(said, float) else str(said)
    value, low, high, n = (said.get(key) for key in ("value", "low", "high", "n"))
    told = f"{value:.4g}" if isinstance(value, (int, float)) else str(value)
    if isinstance(low, (int, float)) and isinstance(high, (int, float)):
        told += f"  [{low:.4g}, {high:.4g}]"
    return told + (f"  of {n:,}" if isinstance(n, int) and n else "")


def _check(check: dict[str, Any]) -> str:
    mark = "holds" if check.get("passed") else "fails"
    if "rule" in check:
        return f"{mark}  {check['rule']}: {check.get('why', '')}"
    return f"{mark}  {check.get('format', '')}: {check.get('n_different')} of {check.get('n_prompts')} outputs differ"
