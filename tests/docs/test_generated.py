"""The documentation says what the program does: generated pages are current, commands exist, examples work."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer
import yaml
from pydantic import TypeAdapter

from vedette.cli.main import app
from vedette.detect import load_rules
from vedette.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_EVENTS = 3000


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def blocks(page: Path, language: str) -> Iterator[str]:
    for kind, text in _BLOCK.findall(page.read_text(encoding="utf-8")):
        if kind == language:
            yield text


def commands(page: Path) -> Iterator[str]:
    """Yield the commands of a page's console blocks: with a prompt where outputs follow, without where not."""
    for text in blocks(page, "console"):
        lines = text.splitlines()
        prompted = any(line.startswith("$ ") for line in lines)
        for line in lines:
            if line.startswith("$ "):
                yield line[2:]
            elif not prompted and line.strip():
                yield line


def _parts(command: str) -> Iterator[list[str]]:
    """Yield the words of each command of a line; what stands in quotes is no operator."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars="|;&<>")
    lexer.whitespace_split = True
    words: list[str] = []
    taken = True
    for token in lexer:
        if token and set(token) <= set("|;&"):
            yield words
            words, taken = [], True
        elif token in ("<", ">", ">>"):
            taken = False
        elif taken:
            words.append(token)
    yield words


def vedette_calls() -> list[tuple[str, list[str]]]:
    """Return (page, arguments) of every call of the program that the documentation shows."""
    calls = []
    for page in PAGES:
        for command in commands(page):
            for words in _parts(command):
                if words and Path(words[0]).name == "vedette":
                    calls.append((str(page.relative_to(ROOT)), words[1:]))
    return calls


def test_generated_pages_are_current(generate: ModuleType) -> None:
    # figures in the README follow a benchmark that may just have been run; `generate.py --check` looks at them too
    assert [path for path in generate.stale() if path != "README.md"] == [], "run: python docs/generate.py"


def test_generating_twice_gives_the_same(generate: ModuleType) -> None:
    assert generate.pages() == generate.pages()


def test_the_documentation_shows_calls() -> None:
    assert len(vedette_calls()) > 40


@pytest.mark.parametrize(
    ("page", "words"), vedette_calls(), ids=lambda v: " ".join(v)[:60] if isinstance(v, list) else v
)
def test_every_call_that_is_shown_parses(page: str, words: list[str], tmp_path: Path, monkeypatch: Any) -> None:
    """Options and arguments are parsed by the program itself; files that a call names are made first."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    words = [word.replace("~", str(tmp_path)) for word in words]
    for word in words:
        if re.search(r"\.(ya?ml|zip|csv|pptx|potx)$", word) and not Path(word).is_absolute():
            Path(word).parent.mkdir(parents=True, exist_ok=True)
            Path(word).touch()
    (tmp_path / "sigma" / "rules").mkdir(parents=True)
    root: Any = typer.main.get_command(app)
    context = root.make_context("vedette", list(words), resilient_parsing="--help" in words)
    command, left = root, [*context._protected_args, *context.args]
    while hasattr(command, "get_command") and left:
        name = left.pop(0)
        found = command.get_command(context, name)
        assert found is not None, f"{page}: no verb {name!r}"
        command = found
    if left or not hasattr(command, "commands"):
        command.make_context(command.name, left, parent=context)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the demo has run, small."""
    folder = tmp_path_factory.mktemp("demo")
    run(folder, "demo", "--events", str(_EVENTS), "--no-model")
    return folder


def run(folder: Path, *words: str, stdin: str = "", home: str = "vedette-demo/home") -> str:
    """Return what a call of the program prints on standard output, in a folder of its own."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    given = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
    place = [] if words[0] == "demo" else ["--home", str(folder / home)]
    with contextlib.chdir(folder), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", given)
        patch.setattr(sys, "stdout", out)
        code = app([*place, *words], standalone_mode=False)
    out.flush()
    text = out.buffer.getvalue().decode()  # type: ignore[attr-defined]
    assert not code, f"{words}: exit {code}\n{text[-2000:]}"
    return text


CHEAP = {"cases", "report", "query", "knowledge", "lake"}
CHANGING = [
    *(["lake", verb] for verb in ("expire", "copy-state", "forget")),
    *(["knowledge", verb] for verb in ("sync", "import", "rollback", "learn")),
]
"""Calls that take data away, need a file of the reader's, or ask the network."""


def test_cheap_calls_of_tutorial_and_how_tos_work(world: Path) -> None:
    """On a small demo; ids of its cases are put in place of those that the page shows."""
    listed = json.loads(run(world, "cases", "list", "--json"))["cases"]
    assert listed
    shown = json.loads(run(world, "cases", "show", listed[0]["case_id"], "--json"))
    done = 0
    for page, words in vedette_calls():
        words = [shown["findings"][0]["finding_id"] if w == "FINDING" else w for w in words]
        if not page.startswith(("docs/tutorials", "docs/how-to")):
            continue
        words = [re.sub(r"\bcase-[0-9a-f]{8}\b|\bCASE\b", listed[0]["case_id"], w) for w in words]
        if words[:1] == ["--quiet"]:
            words = words[1:]
        if words[0] not in CHEAP or "-" in words or words[:2] in CHANGING:
            continue
        if any(w.endswith((".pptx", ".potx", ".yaml")) for w in words):
            continue
        run(world, *words)
        done += 1
    assert done > 15


def test_the_tutorials_own_log_is_read_as_it_says(tmp_path: Path) -> None:
    page = DOCS / "tutorials" / "first-case.md"
    printf = next(c for c in commands(page) if c.startswith("printf"))
    subprocess.run(["/bin/sh", "-c", printf], cwd=tmp_path, check=True)
    first = json.loads(run(tmp_path, "ingest", "--json", "auth.log", home="own"))
    assert (first["new"], first["quarantined"]) == (0, 2)
    replay = next(w for _, w in vedette_calls() if "--replay" in w and "own" in w)
    again = json.loads(run(tmp_path, *replay[2:], "--json", home="own"))
    assert (again["new"], again["quarantined"]) == (2, 0)


def test_the_mapping_file_that_the_how_to_shows_reads_the_file_that_it_shows(tmp_path: Path) -> None:
    page = DOCS / "how-to" / "own-logs.md"
    (tmp_path / "vpn.csv").write_text(next(blocks(page, "text")))
    (tmp_path / "vpn.yaml").write_text(next(blocks(page, "yaml")))
    call = next(c for c in commands(page) if "--mapping" in c)
    printed = json.loads(run(tmp_path, *shlex.split(call)[1:], "--json", home="own"))
    assert (printed["new"], printed["quarantined"]) == (2, 0)


def test_json_fields_are_documented(world: Path) -> None:
    """The table of JSON shapes names exactly the fields that are printed."""
    text = (DOCS / "reference" / "json.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `vedette ([a-z -]+?)` \| (`.+?) \|$", text, re.MULTILINE))
    calls = {
        "ingest --formats": (),
        "ingest --quarantine": (),
        "detect": (),
        "detect --list-rules": (),
        "investigate": (),
        "cases list": (),
        "query": ("SELECT 1 AS one",),
        "query --columns": (),
        "lake status": (),
        "lake reports": (),
        "lake documents": (),
        "lake clean": (),
        "knowledge status": (),
        "knowledge technique": ("T1003",),
        "knowledge weakness": ("CWE-79",),
        "knowledge vulnerability": ("CVE-2021-44228",),
        "doctor": (),
        "report": ("--to", "json"),
    }
    for call, more in calls.items():
        printed = json.loads(run(world, *call.split(), *more, "--json"))
        assert set(printed) == set(re.findall(r"`(\w+)`", rows[call])), call


@pytest.mark.parametrize(("verb", "field"), [("detect", "findings"), ("investigate", "cases")])
def test_jsonl_lines_fit_their_schema(verb: str, field: str, generate: ModuleType, tmp_path: Path) -> None:
    log = "Mar  9 03:14:11 web01 sshd[811]: Accepted password for deploy from 198.51.100.7 port 50024 ssh2"
    asked = [{"id": "a", "text": log}, {"id": 2, "text": "nothing that is known"}, {"id": None}]
    printed = run(
        tmp_path,
        *(verb, "--jsonl", "--timezone", "UTC", "--year", "2026"),
        stdin="\n".join(map(json.dumps, asked)) + "\n",
    )
    lines = [json.loads(line) for line in printed.splitlines()]
    assert [line["id"] for line in lines] == ["a", 2, None]
    assert field in lines[0]
    assert "error" in lines[1]
    assert "error" in lines[2]
    adapter: TypeAdapter[Any] = TypeAdapter(generate.json_schemas.LINES[f"{verb}-jsonl.schema.json"])
    known = set(adapter.json_schema(mode="serialization")["properties"])
    for line in lines:
        adapter.validate_python(line)
        assert set(line) <= known


def test_every_setting_is_documented() -> None:
    text = (DOCS / "reference" / "settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `VEDETTE_(\w+)` \|.*\| (.*) \|$", text, re.MULTILINE)
    assert {name.lower() for name, _ in rows} == set(Settings.model_fields)
    assert all(doc.strip() for _, doc in rows)


def test_rules_that_the_how_to_shows_compile(tmp_path: Path) -> None:
    shown = [t for t in blocks(DOCS / "how-to" / "own-rules.md", "yaml") if "title:" in t]
    assert len(shown) == 2
    for number, text in enumerate(shown):
        assert list(yaml.safe_load_all(text))
        (tmp_path / f"{number}.yml").write_text(text)
    ruleset = load_rules([tmp_path], builtin=False)
    assert ruleset.problems == ()
    assert (len(ruleset.rules), len(ruleset.correlations)) == (2, 1)


def test_the_rule_that_the_how_to_shows_fires_on_the_event_that_it_shows(tmp_path: Path) -> None:
    page = DOCS / "how-to" / "own-rules.md"
    (tmp_path / "rule.yml").write_text(next(t for t in blocks(page, "yaml") if "Remote support" in t))
    printf = next(c for c in commands(page) if c.startswith("printf"))
    subprocess.run(["/bin/sh", "-c", printf], cwd=tmp_path, check=True)
    lines = (tmp_path / "lines.jsonl").read_text()
    answer = json.loads(run(tmp_path, "detect", "--rules", "rule.yml", "--no-builtin", "--jsonl", stdin=lines))
    assert [f["title"] for f in answer["findings"]] == ["Remote support tool started from a user folder"]


def test_dependencies_are_listed_with_their_terms() -> None:
    text = (DOCS / "decisions" / "0010-dependencies.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| ([a-z0-9_-]+) \| \d", text, re.MULTILINE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.split(r"[<>=\[;]", d)[0].strip() for d in project["dependencies"]}
    assert listed == needed


def test_every_page_begins_with_its_heading(generate: ModuleType) -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert re.match(r"(?:<!--[^\n]*-->\n)?# \S", text), page  # at most the remark that a page is generated
    with pytest.raises(ValueError, match="begins with its heading"):
        generate.figures.filled(ROOT, "<!-- figures cve/cwe -->\n<!-- /figures -->\n\n# Vedette\n")


def test_links_of_pages_outside_the_site_lead_somewhere() -> None:
    """Those inside it are checked where the site is built."""
    broken = []
    for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"):
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", (ROOT / name).read_text(encoding="utf-8")):
            if "://" not in target and not (ROOT / target).exists():
                broken.append(f"{name}: {target}")
    assert broken == []


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    """Every internal link, anchor and page of the navigation is there, and no page asks for a font elsewhere."""
    call = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    page = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "fonts.g" not in page
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=\"https?://", page)
