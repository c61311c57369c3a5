"""A user's own lists of names: YAML or CSV in, known names out; every fault with its line.

YAML: a list (or a mapping with ``names``) of ``name``, ``kind``, ``aliases`` and ``id``. CSV: a heading with the same
columns, aliases parted by ``;``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from vedette import strict_yaml
from vedette.errors import UserError
from vedette.intel.entities.base import KnownName, KnownThing, Sureness
from vedette.schema.intel import MentionKind

MOST_BYTES = 20_000_000
MOST_CHARS = 200
"""Of a name."""
_COLUMNS = ("name", "kind", "aliases", "id")
_KINDS = {kind.value for kind in MentionKind} - {"date", "vulnerability"}


def read(path: Path) -> list[KnownName]:
    """Return the names of an own list.

    Raises:
        UserError: the file cannot be read, is neither YAML nor CSV, or holds a row that is wrong; with its line.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UserError(
            f"{path}: {error.strerror or error}", next_step="name a file of names that can be read"
        ) from error
    if len(data) > MOST_BYTES:
        raise UserError(f"{path}: more than {MOST_BYTES} bytes", next_step="split the list into several files")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 at byte {error.start}", next_step="save the list as UTF-8 text") from error
    rows = _of_csv(path, text) if path.suffix.lower() == ".csv" else _of_yaml(path, text)
    found: list[KnownName] = []
    lines: dict[tuple[str, str], int] = {}
    for line, row in rows:
        for known in _known(path, line, row):
            key = (known.text.casefold(), known.thing.ref or known.thing.name)
            if key in lines:
                if lines[key] != line:
                    raise _wrong(path, line, f"{known.text!r} stands on line {lines[key]} already")
                continue
            lines[key] = line
            found.append(known)
    return found


def _wrong(path: Path, line: int, why: str) -> UserError:
    return UserError(
        f"{path}, line {line}: {why}",
        next_step="each entry has name and kind, and may have aliases and id; see the how-to on own lists of names",
        location=f"{path}:{line}",
    )


def _of_csv(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        heading = [name.strip().lower() for name in reader.fieldnames or []]
        if unknown := [name for name in heading if name not in _COLUMNS]:
            raise _wrong(path, 1, f"no column is called {unknown[0]!r}; there are {', '.join(_COLUMNS)}")
        if not {"name", "kind"} <= set(heading):
            raise _wrong(path, 1, "the heading has no name and kind")
        reader.fieldnames = heading
        for row in reader:
            line = reader.line_num
            if None in row or None in row.values():
                raise _wrong(path, line, f"it has not {len(heading)} cells like the heading")
            aliases = [part.strip() for part in (row.get("aliases") or "").split(";")]
            yield line, {**row, "aliases": [part for part in aliases if part]}
    except csv.Error as error:
        raise _wrong(path, reader.line_num + 1, str(error)) from error


def _of_yaml(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        said, lines = strict_yaml.load_located(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _wrong(path, mark.line + 1 if mark else 1, str(error.problem or error.context)) from error
    except yaml.YAMLError as error:
        raise _wrong(path, 1, str(error)) from error
    place: tuple[str | int, ...] = ()
    if isinstance(said, dict) and set(said) == {"names"}:
        said, place = said["names"], ("names",)
    if not isinstance(said, list):
        raise _wrong(path, 1, "it is no list of names")
    for number, row in enumerate(said):
        line = lines.get((*place, number), 1)
        if not isinstance(row, dict):
            raise _wrong(path, line, "it is no entry with name and kind")
        if unknown := [key for key in row if key not in _COLUMNS]:
            raise _wrong(
                path,
                lines.get((*place, number, unknown[0]), line),
                f"{unknown[0]!r} is no field; there are {', '.join(_COLUMNS)}",
            )
        yield line, row


def _known(path: Path, line: int, row: Mapping[str, Any]) -> Iterator[KnownName]:
    name, kind, aliases, ref = (row.get(key) for key in _COLUMNS)
    if not isinstance(kind, str) or kind.strip().lower() not in _KINDS:
        raise _wrong(path, line, f"kind is {kind!r}; it is one of {', '.join(sorted(_KINDS))}")
    if aliases is None:
        aliases = []
    if not isinstance(aliases, list):
        raise _wrong(path, line, "aliases is no list")
    if ref is not None and not isinstance(ref, str):
        raise _wrong(path, line, f"id is {ref!r}, which is no text: put it into quotes")
    texts = []
    for text in (name, *aliases):
        if not isinstance(text, str):
            raise _wrong(path, line, f"a name is {text!r}, which is no text: put it into quotes")
        plain = " ".join(text.split())
        if not any(c.isalnum() for c in plain):
            raise _wrong(path, line, "a name is empty")
        if len(plain) > MOST_CHARS:
            raise _wrong(path, line, f"a name has {len(plain)} characters; at most {MOST_CHARS}")
        texts.append(plain)
    thing = KnownThing(MentionKind(kind.strip().lower()), texts[0], (ref or "").strip() or None, own=True)
    for place, text in enumerate(dict.fromkeys(texts)):
        # who puts a common word on his list means it; small letters still say nothing
        sureness = Sureness.SURE if len(text) > 3 and text != text.lower() else Sureness.CASED
        yield KnownName(text, thing, sureness, alias=place > 0)
