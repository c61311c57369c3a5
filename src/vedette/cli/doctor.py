"""``vedette doctor``: is the installation whole?"""

from __future__ import annotations

import importlib
import platform
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import typer

from vedette.cli.frame import Frame, JsonOption, frame_of

app = typer.Typer(rich_markup_mode=None)

_NEEDED = (
    "duckdb",
    "pyarrow",
    "orjson",
    "evtx",
    "ahocorasick_rs",
    "re2",
    "sigma",
    "pptx",
    "jinja2",
    "sqlalchemy",
    "zstandard",
    "lxml",
    "publicsuffixlist",
    "pypdf",
    "stix2",
)


@app.command()
def doctor(context: typer.Context, json: JsonOption = False) -> None:
    """Check the installation: parts, readers, renderers, rules, knowledge, disk, and one small run."""
    frame = frame_of(context)
    checks: list[tuple[str, Callable[[Frame], str]]] = [
        ("python", _python),
        ("parts", _parts),
        ("home", _home),
        ("readers", _readers),
        ("renderers", _renderers),
        ("rules", _rules),
        ("knowledge", _knowledge),
        ("models", _models),
        ("language", _language),
        ("extras", _extras),
        ("run", _run),
    ]
    results = []
    steps: list[str | None] = []
    for name, check in checks:
        try:
            results.append((name, True, check(frame)))
        except Exception as error:
            step = getattr(error, "next_step", None)
            results.append((name, False, f"{type(error).__name__}: {error}" + (f"; {step}" if step else "")))
            steps.append(step)
    if json:
        frame.print_json(
            {
                "ok": all(ok for _, ok, _ in results),
                "checks": [{"name": n, "ok": ok, "detail": d} for n, ok, d in results],
            }
        )
    else:
        for name, ok, detail in results:
            frame.say(f"{'ok ' if ok else 'BAD'}  {name:<10} {detail}", None if ok else "bold red")
        if all(ok for _, ok, _ in results):
            frame.next_step("vedette demo", "see it work", here=False)
        elif None in steps:
            frame.next_step("pip install --force-reinstall vedette", "then vedette doctor again")
    if not all(ok for _, ok, _ in results):
        raise typer.Exit(3)


_EXTRAS = {
    "llm": ("xllamacpp", "httpx", "jsonschema", "onnxruntime", "pydantic_ai", "tokenizers"),
    "server": ("fastapi", "mcp", "psycopg", "uvicorn"),
    "forge": ("torch", "transformers", "peft", "trl", "accelerate", "sklearn", "gguf"),
    "scale": ("daft", "ray"),
}


def _models(frame: Frame) -> str:
    from vedette.models import find
    from vedette.models.registry import Registry
    from vedette.models.shipped import names

    shipped = names()
    for name in shipped:
        find(name)
    own = {entry.name for entry in Registry(frame.home_path()).list()}
    return f"shipped and whole: {', '.join(shipped) or 'none'}; own in this home: {', '.join(sorted(own)) or 'none'}"


def _language(frame: Frame) -> str:
    """Say what would word answers; no endpoint is asked, and nothing is fetched or loaded."""
    import contextlib

    from vedette.cli.language import model_options
    from vedette.llm import open_model
    from vedette.llm.embedding import open_embedder

    settings = frame.settings
    hosts = settings.llm_allowed_hosts or "none"
    # hosts are compared as when a question is asked; nothing is sent, so nothing is audited
    options = model_options(settings, audit=lambda _: None)
    model = open_model(settings.model, home=frame.home_path(), options=options)
    embedder = open_embedder(None, home=frame.home_path())
    vectors = f"; embeddings by {embedder.name}" if embedder is not None else ""
    if model is None:
        why = "VEDETTE_MODEL" if settings.model else "vedette models pull smollm2-135m-instruct would bring one"
        return f"answers are composed without a model ({why}){vectors}; may be sent to: {hosts}"
    with contextlib.closing(model):
        where = "on this machine" if model.local else "elsewhere"
        key = ", with a key" if settings.llm_api_key and not model.name.startswith("embedded") else ""
        return f"{model.name} words answers, {where}{key}{vectors}; may be sent to: {hosts}"


def _extras(_: Frame) -> str:
    from importlib.util import find_spec

    told = []
    for extra, parts in _EXTRAS.items():
        missing = [part for part in parts if find_spec(part) is None]
        told.append(f"{extra} installed" if not missing else f"{extra} not installed (optional)")
    return ", ".join(told)


def _python(_: Frame) -> str:
    return f"{platform.python_version()} on {platform.platform()}"


def _parts(_: Frame) -> str:
    for name in _NEEDED:
        importlib.import_module(name)
    return f"{len(_NEEDED)} parts import"


def _home(frame: Frame) -> str:
    home = frame.home_path()
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=home):
        pass
    return f"{home} is writable, {shutil.disk_usage(home).free / 1e9:.1f} GB free"


def _readers(frame: Frame) -> str:
    from vedette.ingest import load_readers

    readers, broken = load_readers(third_party=frame.settings.third_party_plugins)
    if broken or not readers:
        raise RuntimeError("; ".join(f"{b.name}: {b.reason}" for b in broken) or "none found")
    return f"{len(readers)}: {', '.join(readers)}"


def _renderers(_: Frame) -> str:
    from vedette.report import load_renderer, renderer_entry_points

    names = sorted(renderer_entry_points())
    for name in names:
        load_renderer(name)
    return ", ".join(names)


def _rules(frame: Frame) -> str:
    from vedette.cli.steps import load_ruleset

    ruleset = load_ruleset(frame, None, True)
    if ruleset.problems:
        raise RuntimeError(f"{len(ruleset.problems)} rules cannot be used, the first: {ruleset.problems[0]}")
    return f"{len(ruleset.rules)} rules and {len(ruleset.correlations)} correlations compile"


def _knowledge(frame: Frame) -> str:
    from vedette import knowledge
    from vedette.errors import InternalError
    from vedette.knowledge import pinned

    torn = [s.name for s in pinned.status() if not s.intact]
    if torn:
        raise InternalError(f"packaged knowledge was changed: {', '.join(torn)}", next_step="reinstall vedette")
    held = [s for s in knowledge.status(frame.home_path()) if s.held or s.problem]
    return ", ".join(f"{s.name} {s.problem or s.version}{' (stale)' if s.stale else ''}" for s in held)


def _run(frame: Frame) -> str:
    """Take one event from text to a finding."""
    from dataclasses import replace

    from vedette.cli.steps import Given, load_ruleset, run_detect, run_ingest
    from vedette.store import Lake

    record = (
        '{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Hostname":"PC-1","RecordNumber":1,'
        '"UtcTime":"2026-01-02 03:04:05.678","User":"EXAMPLE\\\\jo",'
        '"Image":"C:\\\\Windows\\\\System32\\\\rundll32.exe",'
        '"CommandLine":"rundll32.exe C:\\\\Windows\\\\System32\\\\comsvcs.dll, MiniDump 612 C:\\\\t.dmp full"}\n'
    )
    with tempfile.TemporaryDirectory(prefix="vedette-") as folder:
        path = Path(folder) / "sysmon.json"
        path.write_text(record)
        quiet = replace(frame, quiet=True)
        lake = Lake.open(Path(folder) / "home")
        try:
            summary = run_ingest(quiet, lake, [path], Given())
            _, found = run_detect(quiet, lake, load_ruleset(frame, None, True), 1)
        finally:
            lake.close()
    if summary.total("n_new") != 1 or not found:
        raise RuntimeError("a test event did not become a finding")
    return f"a test event became a finding: {found[0].title}"
