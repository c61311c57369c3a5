"""The small models that come with the package: one folder each, with its files and ``manifest.json``.

They are not signed: who can change the package can change what would check it. Their digests are checked, so that a
torn installation is told from a model.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vedette import __version__
from vedette.errors import InternalError, UserError
from vedette.files import write_whole
from vedette.models.files import differences
from vedette.models.manifest import MANIFEST, OWN, digests_of, make_manifest, read_manifest
from vedette.models.manifest import write_manifest as manifest_bytes
from vedette.models.registry import ModelEntry

FOLDER = Path(__file__).parent

_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,39}")


def names(folder: Path = FOLDER) -> list[str]:
    """Return the names of the shipped models, in order."""
    return sorted(p.parent.name for p in folder.glob(f"*/{MANIFEST}"))


def entry(name: str, folder: Path = FOLDER) -> ModelEntry:
    """Return a shipped model, its files checked.

    Raises:
        UserError: none has that name.
        InternalError: the package's files are not what was packaged.
    """
    if name not in names(folder):
        raise UserError(f"no model called {name!r} ships with Vedette")
    path = folder / name
    manifest = read_manifest((path / MANIFEST).read_bytes(), str(path / MANIFEST))
    told = differences(path, manifest.files, beside=OWN)
    if manifest.name != name:
        told.append(f"its manifest is of {manifest.name}")
    if told:
        raise InternalError(
            f"the shipped model {name} is not what was packaged: {'; '.join(told[:5])}",
            next_step="reinstall vedette",
            location=str(path),
        )
    return ModelEntry(name=name, version=manifest.version, path=path, manifest=manifest, shipped=True)


def write_manifest(folder: Path, facts: Mapping[str, Any], *, version: str | None = None) -> Path:
    """Write ``manifest.json`` into a model's folder, so that it can ship, and return its path.

    The folder's name is the model's name. The same files and facts (``created_at`` among them, or the manifest's own
    when there is one already) give the same bytes.

    Args:
        folder: ``src/vedette/models/shipped/<name>`` with ``model.json`` and the model's files.
        facts: the manifest's fields but for name, version and files: ``licence``, ``corpus_sha256``, ``metrics``, …
        version: of the model; default: the package's.

    Raises:
        UserError: the folder holds no model, or a fact cannot be written.
    """
    chosen = version or __version__
    if not _VERSION.fullmatch(chosen):
        raise UserError(f"{chosen!r} cannot be the version of a shipped model")
    path = folder / MANIFEST
    created_at = facts.get("created_at")
    if created_at is None and path.exists():
        created_at = read_manifest(path.read_bytes(), str(path)).created_at
    manifest = make_manifest(folder.name, chosen, folder, digests_of(folder), facts, created_at)
    write_whole(path, manifest_bytes(manifest))
    return path
