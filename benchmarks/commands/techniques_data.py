"""The labelled commands that ranking and risk are trained on and measured with: read, masked and parted.

Nothing of the shared sets is kept here. A test suite gives itself away by its own folder and names, so these are
replaced before anything reads a command; what is measured without that is said to be.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import zlib
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from vedette.knowledge import attack

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path("/work/shared/data")
OWN = ROOT / "recipes" / "commands"
BENIGN = Path(__file__).resolve().parent / "benign"

_WINDOWS = ("C:\\Users\\Public", "C:\\Windows\\Temp", "D:\\Kit", "%TEMP%", "C:\\ProgramData\\x", "C:\\Temp", "C:\\work")
_UNIX = ("/tmp", "/opt/kit", "$HOME/kit", "/var/tmp", "/usr/local/src")
_FOLDER = re.compile(
    r"(?i)[\"']?\$?(env:)?\(?PathToAtomicsFolder\)?[\"']?([\\/]+\.\.)?([\\/]+ExternalPayloads)?"
    r"([\\/]+T1\d{3}([._]\d{3})?)?([\\/]+(src|bin))?|C:\\AtomicRedTeam(\\atomics)?"
)
_MARKERS = [
    (re.compile(pattern), value)
    for pattern, value in (
        (r"(?i)ExternalPayloads", "Tools"),
        (r"#\{[^}]*\}", "value"),
        (r"(?i)https?://(raw\.githubusercontent|github)\.com/redcanaryco/[^\s\"')]*/([^\s\"'/)]+)",
         r"https://files.example.com/\2"),
        (r"(?i)red[ _-]?canary(co)?", "sample"),
        (r"(?i)invoke-atomic\w*", "Invoke-Sample"),
        (r"(?i)atomic[ _-]*red[ _-]*team\w*", "sample"),
        (r"(?i)[_-]?T1\d{3}([._-]?\d{3})?", "sample"),
        (r"(?i)artifact", "sample"),
        (r"(?i)\w*atomic\w*", "sample"),
        (r"(?i)(?<![a-z0-9])art(?=[-_.0-9\s\"'/\\]|$)", "sample"),
        (r"(?<![A-Za-z])ART(?=[A-Z_-])", "sample"),
    )
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Command:
    """A command with what is said of it."""

    text: str
    technique: str | None
    """Its current number; None for a benign one."""
    source: str
    group: str
    """Commands of one group never part."""
    category: str = ""


def masked(text: str) -> str:
    """Return a command without what gives the test suite away."""
    chosen = zlib.crc32(text.encode())

    def place(found: re.Match[str]) -> str:
        unix = "/" in found[0] or text[found.end() : found.end() + 1] == "/"
        return _UNIX[chosen % len(_UNIX)] if unix else _WINDOWS[chosen % len(_WINDOWS)]

    text = _FOLDER.sub(place, text)
    for pattern, value in _MARKERS:
        text = pattern.sub(value, text)
    return text


_HOLE = re.compile(r"\{([A-Z][A-Z0-9_]*)(?::([^{}]*))?\}")


def plain(text: str) -> str:
    """Return a command with plain values in place of holes such as ``{PATH_ABSOLUTE:.dll}``."""

    def value(found: re.Match[str]) -> str:
        name, more = found[1], (found[2] or "")
        ending = more if re.fullmatch(r"\.\w{1,8}", more) else ""
        if "URL" in name:
            return f"https://www.example.org/file{ending or '.exe'}"
        if "SMB" in name or "UNC" in name:
            return f"\\\\192.0.2.10\\share\\file{ending or '.exe'}"
        if "CMD" in name or "COMMAND" in name:
            return more or "calc.exe"
        if "ABSOLUTE" in name:
            return f"C:\\Windows\\Temp\\file{ending or '.exe'}"
        if "FOLDER" in name or "DIR" in name:
            return "C:\\Windows\\Temp"
        if "PATH" in name or "FILE" in name:
            return f"file{ending or '.exe'}"
        return more or "value"

    return _HOLE.sub(value, text)


def _lines(path: Path) -> list[dict[str, Any]]:
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
    with opened as file:
        return [json.loads(line) for line in file]


def own_attacks() -> list[Command]:
    """Return our own attack commands."""
    return [Command(r["text"], r["technique"], "own", f"own {r['group']}") for r in _lines(OWN / "attack.jsonl")]


def own_benign() -> list[Command]:
    """Return our own commands of administration, to train on."""
    rows = _lines(OWN / "benign.jsonl")
    return [Command(r["text"], None, "administration", f"benign {r['group']}", r["family"]) for r in rows]


def measured_benign(part: str) -> list[Command]:
    """Return our own commands of administration that are never trained on: ``development`` or ``held-out``."""
    return [Command(r["text"], None, part, r["text"], r["family"]) for r in _lines(BENIGN / f"{part}.jsonl")]


def atomic(shared: Path = SHARED, *, mask: bool = True) -> list[Command]:
    """Return Atomic Red Team's tests, near-duplicates and tests of one name in one group."""
    rows = _lines(shared / "cmd-atomic-red-team" / "atomic_tests.jsonl.gz")
    texts = [masked(row["command"]) for row in rows]
    groups = _grouped([row["name"] for row in rows], texts)
    return [
        Command(
            text=text if mask else row["command"],
            technique=attack.current(row["technique"]),
            source="atomic",
            group=f"atomic {group}",
            category=row["executor"],
        )
        for row, text, group in zip(rows, texts, groups, strict=True)
    ]


def lolbas(shared: Path = SHARED) -> list[Command]:
    """Return the commands that nothing is trained on or tuned to."""
    rows = _lines(shared / "cmd-lolbas" / "lolbas.jsonl")
    return [
        Command(plain(r["command"]), attack.current(r["technique"]), "lolbas", str(i), str(r["category"]))
        for i, r in enumerate(rows)
    ]


def nl2bash(shared: Path = SHARED) -> list[Command]:
    """Return benign commands of Linux; those of one shape are one group."""
    rows = _lines(shared / "cmd-nl2bash" / "nl2bash.jsonl.gz")
    return [Command(r["command"], None, "nl2bash", "nl2bash " + _shape(r["command"])) for r in rows]


def tldr(shared: Path = SHARED) -> list[Command]:
    """Return the examples of tldr; those of one page are one group."""
    rows = _lines(shared / "cmd-tldr" / "tldr_sample.jsonl")
    return [Command(r["command"], None, "tldr", f"tldr {r['page']}") for r in rows]


def folds(commands: list[Command], n: int = 5, seed: int = 0) -> list[int]:
    """Return the fold of each command; groups stay whole."""
    names = sorted({command.group for command in commands})
    random.Random(seed).shuffle(names)
    fold = {name: i % n for i, name in enumerate(names)}
    return [fold[command.group] for command in commands]


def _shape(text: str) -> str:
    return re.sub(r"[\"'].*?[\"']|[\d/.~$\w-]*/[\w./$-]*|\d+", "#", text)[:60]


def _grouped(names: list[str], texts: list[str], near: float = 0.7) -> list[int]:
    parent = list(range(len(names)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    by_name: dict[str, list[int]] = defaultdict(list)
    grams: list[set[Any]] = []
    for i, (name, text) in enumerate(zip(names, texts, strict=True)):
        bare = re.sub(r"(?i)\b(linux|macos|freebsd|windows|powershell|cmd|via|using|with|and|the)\b", "", name)
        by_name[re.sub(r"[^a-z]+", " ", bare.lower()).strip()].append(i)
        words = re.findall(r"[a-z]+|\d", re.sub(r"\d+", "0", text.lower()))
        grams.append(set(words) | set(pairwise(words)))
    for same in by_name.values():
        for other in same[1:]:
            parent[root(other)] = root(same[0])
    for i, one in enumerate(grams):
        for j in range(i):
            both = len(one & grams[j])
            if both and both / (len(one) + len(grams[j]) - both) >= near:
                parent[root(i)] = root(j)
    return [root(i) for i in range(len(names))]
