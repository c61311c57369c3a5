"""The catalogue of base weights: what they are, their terms and digests, and where they are had.

The package's own entries are pinned; ``<home>/models/catalogue.yaml`` adds the user's. Weights lie under
``<home>/models/base/<name>-<digest>/``, or are used in place where a local path is their source. Looking never
fetches: only :func:`vedette.models.fetching.pull` does, and only when it is called.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files as resources
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from vedette.errors import OutsideError, UserError
from vedette.files import locked, seen_sha256, sha256_of, write_whole
from vedette.models.base import Progress
from vedette.models.files import FileDigest, list_files, safe_path

_STRICT = ConfigDict(extra="forbid")
_SHA256 = r"^[0-9a-f]{64}$"
_NAME = r"^[a-z0-9][a-z0-9._-]{0,63}$"

Kind = Literal["language", "embedding"]
Format = Literal["gguf", "safetensors", "onnx"]


@checked(frozen=True, kw_only=True, config=_STRICT)
class LocalSource:
    """A file on this machine."""

    local: str

    def __str__(self) -> str:
        return self.local


@checked(frozen=True, kw_only=True, config=_STRICT)
class UrlSource:
    """A file on a hub or any other web server."""

    url: str = Field(pattern=r"^https?://[^\s]+$")

    def __str__(self) -> str:
        return self.url


@checked(frozen=True, kw_only=True, config=_STRICT)
class PackageSource:
    """A file inside a Python package's wheel, had from wherever the user's pip looks."""

    package: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,80}$")
    version: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+!-]{0,40}$")
    member: str

    def __str__(self) -> str:
        return f"package {self.package} {self.version}"


Source = LocalSource | UrlSource | PackageSource


@checked(frozen=True, kw_only=True, config=_STRICT)
class WeightFile:
    """One file of an entry."""

    path: str
    sha256: str | None = Field(default=None, pattern=_SHA256)
    """None only in an entry of the user's that was never pulled: the first pull pins it."""
    size_bytes: int | None = Field(default=None, ge=0)
    sources: tuple[Source, ...]
    """Asked in order."""

    def __post_init__(self) -> None:
        safe_path(self.path)


@checked(frozen=True, kw_only=True, config=_STRICT)
class Template:
    """How a chat is put into one text; the weights' own file says it in full."""

    name: str
    system: str | None = None
    """What the template says where no system message is given."""
    stop: tuple[str, ...] = ()


@checked(frozen=True, kw_only=True, config=_STRICT)
class CatalogueEntry:
    """Base weights by name."""

    name: str = Field(pattern=_NAME)
    about: str = ""
    kind: Kind
    format: Format
    licence: str
    publisher: str = ""
    n_ctx: int | None = Field(default=None, ge=1)
    """Tokens that the model was trained to read at once."""
    dimensions: int | None = Field(default=None, ge=1)
    """Of an embedding."""
    template: Template | None = None
    files: tuple[WeightFile, ...] = Field(min_length=1)
    own: bool = field(default=True)
    """Whether it comes with the package; False for the user's."""

    @property
    def digest(self) -> str | None:
        """SHA-256 of the file, or over the digests of several; None before the first pull pinned them."""
        if any(f.sha256 is None for f in self.files):
            return None
        if len(self.files) == 1:
            return self.files[0].sha256
        lines = "".join(f"{f.sha256}  {f.path}\n" for f in sorted(self.files, key=lambda f: f.path))
        return hashlib.sha256(lines.encode()).hexdigest()

    @property
    def size_bytes(self) -> int | None:
        """Bytes of all files, where known."""
        sizes = [f.size_bytes for f in self.files if f.size_bytes is not None]
        return sum(sizes) if len(sizes) == len(self.files) else None

    def place(self, folder: Path) -> Path:
        """Return what stands for the entry in the folder of its files: a GGUF file itself, else the folder."""
        return folder / self.files[0].path if self.format == "gguf" and len(self.files) == 1 else folder


@dataclass(frozen=True, slots=True)
class Held:
    """Whether an entry's weights are here."""

    path: Path | None
    problem: str | None = None
    """What is wrong with what is there."""
    in_place: bool = False
    """Whether they are used where the user keeps them."""


_ENTRIES: TypeAdapter[dict[str, dict[str, Any]]] = TypeAdapter(dict[str, dict[str, Any]])
_ENTRY: TypeAdapter[CatalogueEntry] = TypeAdapter(CatalogueEntry)


def _parse(text: str, location: str, *, own: bool) -> dict[str, CatalogueEntry]:
    try:
        body = _ENTRIES.validate_python(yaml.safe_load(text) or {})
        return {name: _ENTRY.validate_python({**said, "name": name, "own": own}) for name, said in body.items()}
    except yaml.YAMLError as error:
        raise UserError(f"the catalogue is no valid YAML: {error}", location=location) from None
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors()[:5])
        raise UserError(f"the catalogue says what it cannot say: {told}", location=location) from None


@cache
def _shipped() -> Mapping[str, CatalogueEntry]:
    text = resources("vedette.models").joinpath("catalogue.yaml").read_text(encoding="utf-8")
    return _parse(text, "vedette/models/catalogue.yaml", own=True)


def user_file(home: Path) -> Path:
    """Return where the user's entries are written."""
    return home / "models" / "catalogue.yaml"


def base_folder(home: Path) -> Path:
    """Return where pulled weights lie."""
    return home / "models" / "base"


def entries(home: Path | None = None) -> tuple[CatalogueEntry, ...]:
    """Return the entries, the package's first; with a home, the user's too.

    Raises:
        UserError: the user's catalogue cannot be read or takes a name of the package's.
    """
    if home is None:
        return tuple(_shipped().values())
    return (*_shipped().values(), *_users(home).values())


def _users(home: Path) -> dict[str, CatalogueEntry]:
    path = user_file(home)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise OutsideError(f"cannot read the catalogue: {error}", location=str(path)) from error
    found = _parse(text, str(path), own=False)
    if taken := sorted(found.keys() & _shipped().keys()):
        raise UserError(f"{taken[0]} is an entry of Vedette's own", next_step="rename it", location=str(path))
    return found


def entry(name: str, home: Path | None = None) -> CatalogueEntry:
    """Return an entry by name.

    Raises:
        UserError: there is none.
    """
    for found in entries(home):
        if found.name == name:
            return found
    raise UserError(
        f"the catalogue has no {name[:80]!r}", next_step="vedette models list, or vedette models add NAME PATH"
    )


def pulled_folder(found: CatalogueEntry, home: Path) -> Path | None:
    """Return where the pulled weights of an entry belong; None before it is pinned."""
    digest = found.digest
    return base_folder(home) / f"{found.name}-{digest[:12]}" if digest else None


def held(found: CatalogueEntry, home: Path, *, check: bool = True) -> Held:
    """Return whether an entry's weights are here.

    Args:
        found: the entry.
        home: the home.
        check: whether each file's digest is compared too; a file is read once in this process while it stays the same.
    """
    folder = pulled_folder(found, home)
    if folder is None:
        return Held(None)
    if folder.is_dir():
        return _judged(found, folder, check, in_place=False)
    local = _local_folder(found)
    return _judged(found, local, check, in_place=True) if local is not None and local.is_dir() else Held(None)


def _local_folder(found: CatalogueEntry) -> Path | None:
    """Return the one folder that local sources name for all files, if there is one."""
    folders = set()
    for file in found.files:
        local = next((Path(s.local) for s in file.sources if isinstance(s, LocalSource)), None)
        if local is None or not local.as_posix().endswith("/" + file.path):
            return None
        folders.add(Path(local.as_posix().removesuffix("/" + file.path) or "/"))
    return folders.pop() if len(folders) == 1 else None


def _judged(found: CatalogueEntry, folder: Path, check: bool, *, in_place: bool) -> Held:
    place = found.place(folder)
    for file in found.files:
        path = folder / file.path
        if path.is_symlink() and not in_place:
            return Held(place, f"{file.path} is a link", in_place)
        if not path.is_file():
            return Held(place, f"{file.path} is missing", in_place)
        if file.size_bytes is not None and path.stat().st_size != file.size_bytes:
            return Held(
                place, f"{file.path} has {path.stat().st_size:,} bytes instead of {file.size_bytes:,}", in_place
            )
    if check:
        for file in found.files:
            if seen_sha256(folder / file.path) != file.sha256:
                return Held(place, f"{file.path} was changed: its SHA-256 is not the pinned one", in_place)
    return Held(place, None, in_place)


def locate(name: str, home: Path) -> Path:
    """Return where the weights of an entry are, their digests checked: a GGUF file, or a folder of files.

    Raises:
        UserError: there is no such entry, or its weights were never pulled.
        OutsideError: what is there is not what was pinned.
    """
    found = entry(name, home)
    state = held(found, home)
    if state.path is None:
        size = f" ({found.size_bytes / 1e6:,.0f} MB, {found.licence})" if found.size_bytes else ""
        raise UserError(f"the weights of {name} are not here", next_step=f"vedette models pull {name}{size}")
    if state.problem:
        raise OutsideError(
            f"the weights of {name} are not what was pinned: {state.problem}",
            location=str(state.path),
            next_step=f"vedette models remove {name}, then pull or add it again",
        )
    return state.path


def pull(name: str, home: Path, progress: Progress | None = None, *, source: Path | None = None) -> Path:
    """Fetch an entry's weights and return where they are; see :func:`vedette.models.fetching.pull`."""
    from vedette.models.fetching import pull as fetch

    return fetch(name, home, progress, source=source)


def base_fact(ref: str, home: Path) -> dict[str, str]:
    """Return the ``base`` of a manifest: the catalogue name, and the digest where it is known."""
    try:
        found = entry(ref, home)
    except UserError:
        return {"name": ref}
    return {"name": ref, "sha256": found.digest} if found.digest else {"name": ref}


def add(
    name: str,
    source: str,
    home: Path,
    *,
    licence: str,
    sha256: str | None = None,
    kind: Kind | None = None,
    about: str = "",
    n_ctx: int | None = None,
) -> CatalogueEntry:
    """Add an entry to the user's catalogue and return it; nothing is fetched.

    Args:
        name: small letters, digits, dots, dashes and underscores.
        source: a file or folder on this machine, used in place, or a URL.
        home: the home.
        licence: the terms, by SPDX id where they have one.
        sha256: what the file must have; a local file's is computed, a URL's is pinned by the first pull if not said.
        kind: ``language`` or ``embedding``; GGUF is language, others embedding, if not said.
        about: one line.
        n_ctx: tokens that the model reads at once.

    Raises:
        UserError: the name is taken, the file is missing or not what ``sha256`` says, …
    """
    if not licence.strip():
        raise UserError("say the licence of the weights", next_step="--licence Apache-2.0, or its name")
    if sha256 is not None:
        sha256 = sha256.strip().lower().removeprefix("sha256:")
    remote = source.startswith(("https://", "http://"))
    if "://" in source and not remote:
        raise UserError(f"{source[:80]!r} is neither a path nor an https URL")
    listed = _remote_files(source, sha256) if remote else _local_files(Path(source), sha256)
    format_ = _format_of(listed)
    said: dict[str, Any] = {
        "name": name,
        "about": about,
        "kind": kind or ("language" if format_ == "gguf" else "embedding"),
        "format": format_,
        "licence": licence.strip(),
        "n_ctx": n_ctx,
        "files": listed,
        "own": False,
    }
    try:
        made = _ENTRY.validate_python(said)
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors()[:5])
        raise UserError(f"this cannot be an entry: {told}") from None
    with locked(base_folder(home) / ".lock"):
        users = _users(home)
        if name in users or name in _shipped():
            raise UserError(f"the catalogue has {name} already", next_step=f"vedette models remove {name}")
        _write_users(home, {**users, name: made})
    return made


def _remote_files(url: str, sha256: str | None) -> list[dict[str, Any]]:
    from urllib.parse import unquote, urlsplit

    base = unquote(urlsplit(url).path.rsplit("/", 1)[-1])
    return [{"path": safe_path(base), "sha256": sha256, "sources": ({"url": url},)}]


def _local_files(path: Path, sha256: str | None) -> list[dict[str, Any]]:
    path = path.expanduser().absolute()
    if path.is_file():
        folder, names = path.parent, [safe_path(path.name)]
    elif path.is_dir():
        folder, names = path, list_files(path)
        if sha256 is not None:
            raise UserError("--sha256 is of one file; a folder's files are pinned as they are now")
    else:
        raise UserError(f"there is no file or folder {path}")
    if not names:
        raise UserError(f"{path} is empty")
    listed: list[dict[str, Any]] = []
    for name in names:
        file = folder / name
        digest = sha256_of(file)
        if sha256 is not None and digest != sha256:
            raise UserError(f"{file} has the SHA-256 {digest}, not {sha256}")
        listed.append(
            {"path": name, "sha256": digest, "size_bytes": file.stat().st_size, "sources": ({"local": str(file)},)}
        )
        if name.endswith(".gguf"):
            with file.open("rb") as read:
                if read.read(4) != b"GGUF":
                    raise UserError(f"{file} is no GGUF file")
    return listed


def _format_of(listed: list[dict[str, Any]]) -> str:
    for suffix, name in ((".gguf", "gguf"), (".onnx", "onnx"), (".safetensors", "safetensors")):
        if any(f["path"].endswith(suffix) for f in listed):
            return name
    raise UserError("there are no weights in it", next_step="give a .gguf, .onnx or .safetensors file, or its folder")


def _write_users(home: Path, users: Mapping[str, CatalogueEntry]) -> None:
    body = {}
    for name, item in users.items():
        said = _ENTRY.dump_python(item, mode="json", exclude_none=True)
        body[name] = {k: v for k, v in said.items() if k not in ("name", "own") and v not in ("", [])}
    text = "# Base weights of this home; written by vedette models add.\n" + yaml.safe_dump(body, sort_keys=False)
    write_whole(user_file(home), text.encode())


def pin(found: CatalogueEntry, home: Path, digests: Mapping[str, FileDigest]) -> CatalogueEntry:
    """Write the digests of a first pull into the user's catalogue and return the entry with them.

    The caller holds the lock of the base folder.
    """
    pinned = tuple(
        replace(f, sha256=digests[f.path].sha256, size_bytes=digests[f.path].size_bytes) for f in found.files
    )
    made = replace(found, files=pinned)
    _write_users(home, {**_users(home), found.name: made})
    return made


def remove(name: str, home: Path) -> tuple[bool, bool]:
    """Take an entry of the user's out of the catalogue, and delete pulled weights; files used in place stay.

    Returns:
        Whether an entry was taken out, and whether weights were deleted. The package's entries stay listed.

    Raises:
        UserError: there is no such entry.
    """
    found = entry(name, home)
    folder = pulled_folder(found, home)
    with locked(base_folder(home) / ".lock"):
        deleted = folder is not None and folder.is_dir()
        if folder is not None and deleted:
            away = folder.with_name(f".part-{folder.name}")
            folder.rename(away)
            shutil.rmtree(away)
        if not found.own:
            users = _users(home)
            users.pop(name, None)
            _write_users(home, users)
    return not found.own, deleted
