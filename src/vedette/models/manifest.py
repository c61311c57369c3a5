"""What is written beside a model's files: where it comes from, how good it is, and the digest of each file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson

from vedette.errors import OutsideError, UserError
from vedette.files import copy_file, seen_sha256
from vedette.models.files import FileDigest, list_files, safe_path

MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
OWN = frozenset({MANIFEST, SIGNATURE})
"""Files of the registry itself in a model's folder."""

_MAX_BYTES = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The facts of one version of a model."""

    name: str
    version: str
    created_at: datetime
    form: str
    """As trained: ``linear``, ``adapter``, ``causal-lm``, …; ``model.json`` in the folder says who can load it."""
    files: tuple[FileDigest, ...]
    """Every file of the model, in order of path."""
    licence: str = "unknown"
    recipe_sha256: str | None = None
    """Of the recipe's text."""
    corpus_sha256: str | None = None
    base: Mapping[str, Any] | None = None
    """Base weights: ``name``, and ``sha256`` where it is known."""
    metrics: Mapping[str, Any] = field(default_factory=dict)
    """As evaluated before it was registered."""
    gate: Any = None
    """The promotion gate's checks and its result."""
    parity: Any = None
    """Reports that exported forms say what the trained model says."""
    run_id: str | None = None
    """The RunRecord of the run that made it."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """Other facts, as they were given."""


_GIVEN = ("licence", "recipe_sha256", "corpus_sha256", "base", "metrics", "gate", "parity", "run_id")
_KNOWN = frozenset({"schema", "name", "version", "created_at", "form", "files", "more", *_GIVEN})


def digests_of(folder: Path) -> tuple[FileDigest, ...]:
    """Return the digests of a folder's files but for the registry's own, in order of path.

    Raises:
        UserError: it is no folder, it is empty, or it holds what a model cannot hold.
    """
    return tuple(
        FileDigest(name, (folder / name).stat().st_size, seen_sha256(folder / name)) for name in _names(folder)
    )


def copy_model(source: Path, target: Path) -> tuple[FileDigest, ...]:
    """Copy a model's files, flushed to the disk, and return the digests of what was written.

    Raises:
        UserError: the source is no folder, is empty, or holds what a model cannot hold.
    """
    return tuple(FileDigest(name, *copy_file(source / name, target / name)) for name in _names(source))


def _names(folder: Path) -> list[str]:
    if not folder.is_dir():
        raise UserError(f"{folder} is no folder")
    names = [name for name in list_files(folder) if name not in OWN]
    if not names:
        raise UserError(f"{folder} holds no file of a model")
    return names


def make_manifest(
    name: str,
    version: str,
    folder: Path,
    files: tuple[FileDigest, ...],
    facts: Mapping[str, Any],
    created_at: datetime | str | None = None,
) -> Manifest:
    """Return the manifest of a model's folder.

    Args:
        name: the model's name.
        version: its version.
        folder: holds ``model.json``, which says the form where the facts do not.
        files: digests of the folder's files.
        facts: any of the manifest's fields, and more.
        created_at: now by default.

    Raises:
        UserError: nobody says the form, or a fact cannot be written.
    """
    form = facts.get("form") or form_in(folder)
    given = {key: facts[key] for key in _GIVEN if facts.get(key) is not None}
    if isinstance(given.get("base"), str):
        given["base"] = {"name": given["base"]}
    more = {key: value for key, value in facts.items() if key not in _KNOWN}
    manifest = Manifest(
        name=name,
        version=version,
        created_at=_when(created_at),
        form=str(form),
        files=files,
        more={**more, **(facts.get("more") or {})},
        **given,
    )
    # what is written is what is read again: dataclasses, numpy numbers and paths in facts become plain
    return read_manifest(write_manifest(manifest), str(folder))


def _when(given: datetime | str | None) -> datetime:
    if given is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        moment = datetime.fromisoformat(given) if isinstance(given, str) else given
    except ValueError:
        raise UserError(f"{given!r} is no time", next_step="write it as 2026-01-31T12:00:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def form_in(folder: Path) -> str:
    """Return the form that ``model.json`` in a folder says.

    Raises:
        UserError: there is no such file, or it does not say it.
    """
    try:
        said = orjson.loads((folder / "model.json").read_bytes())["form"]
    except FileNotFoundError:
        raise UserError(
            f"nobody says what form the model in {folder} has", next_step="give the fact 'form', or write model.json"
        ) from None
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise UserError(f"{folder / 'model.json'} does not say the model's form: {error}") from None
    return str(said)


def write_manifest(manifest: Manifest) -> bytes:
    """Return a manifest as it is written: the same facts give the same bytes.

    Raises:
        UserError: a fact is of a type that JSON has no place for.
    """
    body = {"schema": 1, **{name: getattr(manifest, name) for name in Manifest.__slots__}}
    try:
        return orjson.dumps(
            body,
            default=_plain,
            option=orjson.OPT_INDENT_2
            | orjson.OPT_SORT_KEYS
            | orjson.OPT_NON_STR_KEYS
            | orjson.OPT_SERIALIZE_NUMPY
            | orjson.OPT_UTC_Z
            | orjson.OPT_APPEND_NEWLINE,
        )
    except TypeError as error:
        raise UserError(f"a fact of the model {manifest.name} cannot be written: {error}") from None


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def read_manifest(content: bytes, location: str) -> Manifest:
    """Return the manifest in a file's content.

    Args:
        content: the file's bytes.
        location: named in errors.

    Raises:
        OutsideError: it is torn, is no manifest, or names a file outside its folder.
    """
    try:
        if len(content) > _MAX_BYTES:
            raise ValueError("it is too long")
        body = orjson.loads(content)
        if body["schema"] != 1:
            raise ValueError(f"it has schema {body['schema']!r}, which this Vedette does not know")
        files = tuple(
            FileDigest(safe_path(f["path"]), _whole(f["size_bytes"]), _hex(f["sha256"])) for f in body["files"]
        )
        if len({f.path for f in files}) != len(files):
            raise ValueError("it names a file twice")
        return Manifest(
            name=_text(body["name"]),
            version=_text(body["version"]),
            created_at=_when(_text(body["created_at"])),
            form=_text(body["form"]),
            files=files,
            licence=_text(body["licence"]),
            more=_mapping(body["more"]),
            metrics=_mapping(body["metrics"]),
            **{key: body[key] for key in ("recipe_sha256", "corpus_sha256", "base", "gate", "parity", "run_id")},
        )
    except (ValueError, KeyError, TypeError, AttributeError, UserError, orjson.JSONDecodeError) as error:
        why = f"{error} is not said" if isinstance(error, KeyError) else str(error)
        raise OutsideError(
            f"the model's manifest cannot be read: {why}",
            location=location,
            next_step="register the model again, or restore the folder from a backup",
        ) from None


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{value!r} is no text")
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is no size")
    return value


def _hex(value: Any) -> str:
    if not isinstance(value, str) or len(value) != 64 or set(value) - set("0123456789abcdef"):
        raise ValueError(f"{value!r} is no SHA-256")
    return value


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{value!r} is no mapping")
    return value
