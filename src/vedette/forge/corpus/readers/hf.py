"""A dataset folder as hubs lay it out: ``README.md`` with a header, files named after their split.

The dataset's own split is kept (its test is never trained on) unless ``options: {keep_splits: false}`` or the source
is pinned; its licence is taken from the header where the recipe says none.
"""

from __future__ import annotations

import fnmatch
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from vedette.errors import UserError
from vedette.forge.corpus.base import Bad, Row, Sample, SourceFile
from vedette.forge.corpus.files import digest_of, list_files, sample_of
from vedette.forge.recipe import SourceSpec, Split

_SPLIT_NAMES: dict[str, Split] = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
    "eval": "test",
}
_NAME = re.compile(r"(?:^|[-_./])(" + "|".join(_SPLIT_NAMES) + r")(?=[-_./]|$)")
_DATA = (".parquet", ".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".txt")
_PACKED = (".gz", ".zst")


class HubReader:
    """Reads dataset folders."""

    name = "hf"
    whole = True

    def sniff(self, sample: Sample) -> float:
        """Return 0: it takes folders, not files."""
        return 0.0

    def claims(self, path: Path) -> bool:
        """Return whether a folder has a dataset's header, or a data folder with files named after splits."""
        if not path.is_dir():
            return False
        if _header(path) and _files(path):
            return True
        return (path / "data").is_dir() and any(split_of(f.name) for f in _files(path))

    def digest(self, file: SourceFile, spec: SourceSpec) -> str:
        """Return a digest of the dataset's files."""
        if not file.path.is_dir():
            raise UserError(f"there is no dataset folder {file.path}")
        files = [*_files(file.path), SourceFile(file.path / "README.md", "README.md")]
        told = [f"{digest_of(f.path)} {f.name}" for f in files if f.path.exists()]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()

    def read(self, file: SourceFile, spec: SourceSpec) -> Iterator[Row | Bad]:
        """Yield the rows of all files."""
        from vedette.forge.corpus.registry import recognise

        header = _header(file.path)
        licence = header.get("license")
        licence = ", ".join(map(str, licence)) if isinstance(licence, list) else licence
        wanted = _configured(header, spec.options.get("config"))
        keep = spec.options.get("keep_splits", True)
        for part in _files(file.path):
            named = next((s for pattern, s in wanted if fnmatch.fnmatch(part.name, pattern)), None)
            if wanted and named is None:
                continue
            split = split_of(named or part.name)
            reader = recognise(sample_of(part))
            if reader is None or reader.whole:
                yield Bad(place="", reason="no reader knows this file", file=part.name)
                continue
            for row in reader.read(part, spec):
                if isinstance(row, Bad):
                    yield replace(row, file=part.name)
                    continue
                place = f"{part.name} {row.place}".strip()
                yield replace(
                    row, place=place, split=split if keep else None, licence=str(licence) if licence else None
                )


def split_of(name: str) -> Split | None:
    """Return the part that a file's name says (``data/train-00000-of-00002.parquet``), or None."""
    found = _NAME.findall(name.lower())
    return _SPLIT_NAMES[found[-1]] if found else None


def _files(path: Path) -> list[SourceFile]:
    out = []
    for file in list_files(path)[0]:
        name = file.name.lower()
        for suffix in _PACKED:
            name = name.removesuffix(suffix)
        if name.endswith(_DATA) and not name.endswith(("dataset_infos.json", "requirements.txt", "license.txt")):
            out.append(file)
    return out


def _header(path: Path) -> dict[str, Any]:
    try:
        with (path / "README.md").open(encoding="utf-8", errors="replace") as handle:
            text = handle.read(256 << 10)
    except OSError:
        return {}
    if not text.startswith("---\n"):
        return {}
    head, found, _ = text[4:].partition("\n---")
    try:
        value = yaml.safe_load(head) if found else None
    except (yaml.YAMLError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _configured(header: dict[str, Any], wanted: str | None) -> list[tuple[str, str]]:
    """Return the patterns of files of a configuration, each with the split that it is."""
    configs = [c for c in header.get("configs") or [] if isinstance(c, dict)]
    if wanted is not None:
        configs = [c for c in configs if c.get("config_name") == wanted]
        if not configs:
            raise UserError(f"the dataset has no configuration {wanted!r}")
    if not configs:
        return []
    chosen = next((c for c in configs if c.get("default") or c.get("config_name") == "default"), configs[0])
    files = chosen.get("data_files")
    if isinstance(files, str):
        return [(files, "")]
    out: list[tuple[str, str]] = []
    for item in files if isinstance(files, list) else []:
        if isinstance(item, dict):
            paths = item.get("path")
            out += [(str(p), str(item.get("split", ""))) for p in (paths if isinstance(paths, list) else [paths])]
        else:
            out.append((str(item), ""))
    return out


READER = HubReader()
