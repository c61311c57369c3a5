"""The worlds that questions are asked in: a lake with its cases, built once and kept between runs.

The six recorded incidents are read in place from the folder of labelled data; the seventh world is what ``vedette
demo`` writes with its default seed. Each has a home of its own. A kept world is used again only while the sources that
make it (reading, detecting, investigating, the demo) are the same.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vedette.store import Lake

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"
INCIDENTS = SHARED / "incidents-otrf"
RECORDED = (
    "win-dcsync",
    "win-psremoting",
    "win-remote-schtask",
    "win-lsass-comsvcs",
    "linux-log4shell-auditd",
    "aws-ec2-proxy-s3-exfil",
)
DEMO = "demo"
WORLDS = (DEMO, *RECORDED)
_MAKERS = ("ingest", "detect", "investigate", "demo", "schema", "store", "knowledge")


@cache
def makers_digest() -> str:
    """Return a digest of the sources that make a world; tools and migrations are not among them."""
    package = ROOT / "src" / "vedette"
    digest = hashlib.sha256()
    for room in _MAKERS:
        for path in sorted((package / room).rglob("*")):
            if path.suffix in {".py", ".yml", ".json"} and not {"tools", "migrations"} & set(path.parts):
                digest.update(str(path.relative_to(package)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def default_folder() -> Path:
    """Return where worlds are kept unless something else is said."""
    return Path(tempfile.gettempdir()) / "vedette-answers"


def home_of(world: str, folder: Path) -> Path:
    """Return the home of a world, made where it is not there yet."""
    place = folder / makers_digest() / world
    home = place / "home"
    if (place / "done").is_file():
        return home
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    if world == DEMO:
        from vedette.demo import write_world

        made = write_world(place / "vedette-demo", seed=7, n_events=50_000)
        build(home, [made.logs], timezone=made.timezone, year=made.year)
    else:
        build(home, [INCIDENTS / f"{world}.events.jsonl.gz"])
    (place / "done").write_text(json.dumps({"world": world}), encoding="utf-8")
    return home


def build(home: Path, paths: Sequence[Path], *, timezone: str | None = None, year: int | None = None) -> None:
    """Make a home's lake and cases of some logs: ingest, detect, investigate."""
    from vedette.detect import detect, findings
    from vedette.ingest import IngestOptions, ReadContext, ingest
    from vedette.investigate import investigate
    from vedette.store import Lake
    from vedette.store.book import save_cases, save_findings

    zone = datetime.strptime(timezone, "%z").tzinfo if timezone else None
    context = ReadContext("", zone, year, None, {})
    lake = Lake.open(home)
    try:
        ingest(lake, list(paths), IngestOptions(context=context))
        rules = _rules()
        detect(lake, rules)
        found = findings(lake, rules)
        save_findings(lake, rules.digest, found)
        with lake.connection(memory_limit="512MB") as connection:
            cases = investigate(connection, found)
        save_cases(lake, cases)
    finally:
        lake.close()


@cache
def _rules() -> Any:
    from vedette.detect import load_rules

    return load_rules([])


def lend_models(home: Path, model_home: Path) -> None:
    """Make the weights and adapters of another home those of a world: the copilot looks in its lake's home.

    Weights are linked; the registry and the keys that it trusts are copied, so that nothing written in a world's home
    ends up in the other one.
    """
    theirs, ours = model_home.resolve(), home / "models"
    if ours.is_symlink():
        ours.unlink()
    ours.mkdir(parents=True, exist_ok=True)
    if (theirs / "models" / "base").is_dir() and not (ours / "base").exists():
        (ours / "base").unlink(missing_ok=True)
        (ours / "base").symlink_to(theirs / "models" / "base", target_is_directory=True)
    if (theirs / "models" / "registry").is_dir():
        shutil.rmtree(ours / "registry", ignore_errors=True)
        shutil.copytree(theirs / "models" / "registry", ours / "registry")
        trusted = theirs / "keys" / "registry.trusted"
        if trusted.is_file():
            (home / "keys").mkdir(exist_ok=True)
            shutil.copyfile(trusted, home / "keys" / "registry.trusted")


@contextmanager
def opened(home: Path) -> Iterator[Lake]:
    """Yield the lake of a home."""
    from vedette.store import Lake

    lake = Lake.open(home)
    try:
        yield lake
    finally:
        lake.close()


def after_the_last_event(lake: Lake) -> datetime:
    """Return the moment at which questions are asked: an hour after the last event, UTC."""
    from datetime import UTC

    from vedette.store.query import run_query

    last = run_query(lake, "SELECT max(time) FROM events").rows[0][0]
    if not isinstance(last, datetime):
        return datetime.now(UTC)
    return (last if last.tzinfo else last.replace(tzinfo=UTC)) + timedelta(hours=1)
