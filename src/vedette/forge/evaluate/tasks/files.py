"""Question sets where the user has them, in their authors' formats or as JSON lines. Nothing is shipped or fetched."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from vedette.errors import OutsideError, UserError

_SUFFIXES = (".tsv", ".csv", ".json", ".jsonl", ".jsonl.gz", ".json.gz", ".tsv.gz", ".csv.gz")
_MAX_BYTES = 512 << 20
_MAX_FIELD = 32 << 20


def find_file(place: Path, stem: str) -> Path:
    """Return the file of a set in a folder (one deep), or the file itself.

    A file whose name is exactly the stem comes before one whose name holds it; of several, the largest.

    Raises:
        UserError: there is none.
    """
    if place.is_file():
        return place
    if not place.is_dir():
        raise UserError(
            f"there is no {place}", next_step="say where the question set is: --data DIR, or evaluate.options.data"
        )
    files = [p for p in sorted(place.rglob("*")) if p.is_file() and p.name.lower().endswith(_SUFFIXES)]
    exact = [p for p in files if _stem(p) == stem]
    holding = [p for p in files if stem in _stem(p)]
    for found in (exact, holding):
        if found:
            return max(found, key=lambda path: (path.stat().st_size, path.name))
    have = ", ".join(p.name for p in files[:8]) or "nothing that holds questions"
    raise UserError(f"no file of {place} is called {stem}.tsv, .json or .jsonl (there is: {have})")


def _stem(path: Path) -> str:
    name = path.name.lower()
    for suffix in sorted(_SUFFIXES, key=len, reverse=True):
        if name.endswith(suffix):
            return name.removesuffix(suffix)
    return name


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a TSV, CSV, JSON or JSON-lines file, gzipped or not; field names in lower case.

    Raises:
        UserError: the file is none of these, or a line of it is damaged.
        OutsideError: it cannot be read.
    """
    name = path.name.lower().removesuffix(".gz")
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise UserError(f"{path} is larger than a question set is ({path.stat().st_size >> 20} MB)")
        opened: Any = gzip.open if path.name.lower().endswith(".gz") else open
        with opened(path, "rt", encoding="utf-8-sig", newline="") as handle:
            if name.endswith((".tsv", ".csv")):
                before = csv.field_size_limit(_MAX_FIELD)
                try:
                    for row in csv.DictReader(handle, delimiter="\t" if name.endswith(".tsv") else ","):
                        yield {str(k).strip().lower(): v for k, v in row.items() if k is not None}
                finally:
                    csv.field_size_limit(before)
            elif name.endswith(".jsonl"):
                for number, line in enumerate(handle, 1):
                    if line.strip():
                        yield _row(json.loads(line), path, number)
            else:
                for number, value in enumerate(_items(json.load(handle)), 1):
                    yield _row(value, path, number)
    except (ValueError, csv.Error, RecursionError) as error:
        raise UserError(f"{path} is damaged: {error}", next_step="get the set again from its authors") from None
    except (OSError, EOFError) as error:
        raise OutsideError(f"cannot read {path}: {error}") from None


def _items(body: Any) -> list[Any]:
    if isinstance(body, Mapping):
        body = next((v for v in body.values() if isinstance(v, list)), [])
    return body if isinstance(body, list) else []


def _row(value: Any, path: Path, number: int) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UserError(f"{path}: item {number} is no object")
    return {str(k).strip().lower(): v for k, v in value.items()}


def first(row: Mapping[str, Any], *names: str) -> Any:
    """Return the first field of these that has a value."""
    for name in names:
        if row.get(name) not in (None, "", []):
            return row[name]
    return None


def options_of(row: Mapping[str, Any]) -> dict[str, str]:
    """Return the options of a row, letter to text, from any of the ways in which sets write them."""
    given = first(row, "options", "choices", "answers")
    if isinstance(given, Mapping):
        return {str(k).strip().upper()[:1]: str(v).strip() for k, v in given.items()}
    if isinstance(given, list):
        found = {}
        for k, text in enumerate(given):
            letter, plain = chr(65 + k), str(text).strip()
            if len(plain) > 2 and plain[0].upper() == letter and plain[1] in ":.)":
                plain = plain[2:].strip()
            found[letter] = plain
        return found
    found = {}
    for letter in "ABCDEFGH":
        text = first(row, f"option {letter.lower()}", f"option_{letter.lower()}", letter.lower())
        if text is not None:
            found[letter] = str(text).strip()
    return found
