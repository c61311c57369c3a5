"""Rule files as they lie in folders, archives and line files: read with limits, told apart, not yet parsed.

A rule archive is as untrusted as a log: entry count, entry size and total size are bounded, and what
is over a bound is a named problem.
"""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from vedette.detect.base import RuleProblem
from vedette.errors import UserError

MAX_FILE_BYTES = 4 << 20
"""A YAML rule file; the largest known has 60 kB."""
MAX_LINES_BYTES = 256 << 20
"""A JSON Lines file of rules, unpacked."""
MAX_ARCHIVE_BYTES = 256 << 20
"""All entries of an archive together, unpacked."""
MAX_ARCHIVE_ENTRIES = 50_000
_YAML = (".yml", ".yaml")
_LINES = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
BUILTIN = Path(__file__).parent / "rules"


@dataclass(frozen=True, slots=True)
class RuleFile:
    """The bytes of one rule file."""

    path: str
    data: bytes
    lines: bool
    """Whether it holds JSON objects, one a line, instead of YAML."""


class _TooLarge(Exception):  # noqa: N818 - internal signal
    pass


def read_rule_files(paths: Sequence[Path], *, builtin: bool) -> tuple[list[RuleFile], list[RuleProblem]]:
    """Return every rule file under the paths, in a stable order, and what could not be read.

    Args:
        paths: Files (``.yml``, ``.yaml``, ``.jsonl``, ``.jsonl.gz``, ``.zip``) and folders of them.
        builtin: Whether Vedette's own rules come after them.

    Raises:
        UserError: If a path does not exist.
    """
    files: list[RuleFile] = []
    problems: list[RuleProblem] = []
    roots = [(p, str(p)) for p in paths]
    if builtin and BUILTIN.is_dir():
        roots.append((BUILTIN, "builtin:"))
    for root, shown in roots:
        if not root.exists():
            raise UserError(f"no rules at {root}", next_step="give a Sigma rule file, a folder of them or a zip")
        inside = sorted(p for p in root.rglob("*") if p.is_file()) if root.is_dir() else [root]
        for path in inside:
            if root.is_dir() and not _wanted(path.name):
                continue
            name = f"{shown}{path.relative_to(root)}" if shown == "builtin:" else str(path)
            try:
                files.extend(_read(path, name, problems))
            except _TooLarge as error:
                problems.append(RuleProblem(path=name, name=path.name, reason=str(error)))
            except (OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
                problems.append(RuleProblem(path=name, name=path.name, reason=f"cannot be read: {error}"))
    return files, problems


def files_digest(files: Sequence[RuleFile], *parts: str) -> str:
    """Return 64 hex digits over the files' names and bytes and the further parts."""
    digest = sha256()
    for part in parts:
        digest.update(sha256(part.encode()).digest())
    for file in files:
        digest.update(sha256(file.path.encode("utf-8", "surrogateescape")).digest())
        digest.update(sha256(file.data).digest())
    return digest.hexdigest()


def _wanted(name: str) -> bool:
    return name.lower().endswith((*_YAML, *_LINES, ".zip"))


def _read(path: Path, name: str, problems: list[RuleProblem]) -> Iterator[RuleFile]:
    lower = path.name.lower()
    if lower.endswith(".zip"):
        yield from _read_zip(path, name, problems)
    elif lower.endswith(".gz"):
        with gzip.open(path) as stream:
            yield RuleFile(name, _bounded(stream, MAX_LINES_BYTES), lines=True)
    elif lower.endswith(_LINES):
        with path.open("rb") as stream:
            yield RuleFile(name, _bounded(stream, MAX_LINES_BYTES), lines=True)
    else:
        with path.open("rb") as stream:
            yield RuleFile(name, _bounded(stream, MAX_FILE_BYTES), lines=False)


def _read_zip(path: Path, name: str, problems: list[RuleProblem]) -> Iterator[RuleFile]:
    left = MAX_ARCHIVE_BYTES
    with zipfile.ZipFile(path) as archive:
        entries = [e for e in archive.infolist() if not e.is_dir()]
        if len(entries) > MAX_ARCHIVE_ENTRIES:
            raise _TooLarge(f"archive refused: {len(entries)} entries, more than {MAX_ARCHIVE_ENTRIES}")
        for entry in sorted(entries, key=lambda e: e.filename):
            lower = entry.filename.lower()
            if not lower.endswith((*_YAML, *_LINES)) or lower.endswith(".gz"):
                continue
            lines = lower.endswith(_LINES)
            entry_name = f"{name}!{entry.filename}"
            try:
                # The header's size is the sender's word: what counts is what comes out.
                with archive.open(entry) as stream:
                    data = _bounded(stream, min(left, MAX_LINES_BYTES if lines else MAX_FILE_BYTES))
            except _TooLarge as error:
                problems.append(RuleProblem(path=entry_name, name=entry.filename, reason=str(error)))
                if left <= MAX_FILE_BYTES:
                    raise _TooLarge("archive refused: unpacks to more than 256 MiB; the rest was not read") from error
                continue
            except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
                problems.append(RuleProblem(path=entry_name, name=entry.filename, reason=f"cannot be read: {error}"))
                continue
            left -= len(data)
            yield RuleFile(entry_name, data, lines)


def _bounded(stream: IO[bytes] | gzip.GzipFile, limit: int) -> bytes:
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise _TooLarge(f"refused: larger than {limit} bytes")
    return data
