"""The registry: a model's folder comes in; a signed version leaves, current, rolled back, never half there.

::

    <home>/models/registry/<name>/current.json      which version is current, and which ones were before
    <home>/models/registry/<name>/<version>/        files, manifest.json, manifest.sig

Versions are numbers that count up. A version is written beside, flushed, and renamed into place, so it is there
whole or not at all; ``current.json`` is replaced in the same way. Writers of one name take turns by a file lock that
the system frees when its holder dies; readers need no lock. What a killed writer left is swept by the next one.
"""

from __future__ import annotations

import base64
import binascii
import re
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from vedette.errors import OutsideError, UserError
from vedette.files import locked, sync_folder, write_whole
from vedette.models.files import differences
from vedette.models.manifest import (
    MANIFEST,
    OWN,
    SIGNATURE,
    Manifest,
    copy_model,
    make_manifest,
    read_manifest,
    write_manifest,
)
from vedette.models.signing import Keys, Signature

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_VERSION = re.compile(r"[1-9][0-9]{0,8}")
_POINTER = "current.json"
_STAGING = ".staging-"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEntry:
    """One version of a model, found and checked."""

    name: str
    version: str
    path: Path
    """The folder with its files."""
    manifest: Manifest
    current: bool = False
    shipped: bool = False
    """Whether it comes with the package and not from the registry."""
    key_id: str | None = None
    """Of the key that signed it; none for a shipped model."""


@dataclass(frozen=True, slots=True)
class BrokenVersion:
    """A version that cannot be used, and why."""

    name: str
    version: str
    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """One move of the current pointer."""

    at: datetime
    action: str
    """``promote`` or ``rollback``."""
    version: str


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which version is current."""

    current: str | None = None
    before: tuple[str, ...] = ()
    """What a rollback goes back to, the last one first to be taken."""
    steps: tuple[Step, ...] = ()
    """Every move, oldest first."""


class Registry:
    """The registered models of a home. Any number of processes and threads may use it at once.

    Args:
        home: the home folder; nothing is written before something is registered.
    """

    def __init__(self, home: Path) -> None:
        self.folder = home / "models" / "registry"
        self.keys = Keys(home)

    def register(self, name: str, folder: Path, *, facts: Mapping[str, Any], promote: bool) -> str:
        """Copy a model's folder into the registry as a new, signed version, and return the version.

        Args:
            name: small letters, digits, dots, dashes and underscores.
            folder: the model's files; it stays as it is.
            facts: the manifest's fields, and more.
            promote: whether the version becomes the current one at once.

        Raises:
            UserError: the name or the folder cannot be taken.
            OutsideError: the disk is full, …; nothing of it is visible then.
        """
        place = self._place(name)
        with locked(place / ".lock"):
            for left in place.glob(f"{_STAGING}*"):
                shutil.rmtree(left, ignore_errors=True)
            version = str(1 + max((int(v) for v in self._numbered(name)), default=0))
            staging = place / f"{_STAGING}{uuid.uuid4().hex}"
            try:
                staging.mkdir()
                files = copy_model(folder, staging)
                content = write_manifest(make_manifest(name, version, staging, files, facts))
                signature = self.keys.sign(content)
                write_whole(staging / MANIFEST, content)
                write_whole(staging / SIGNATURE, _signature_bytes(signature))
                for path in sorted(staging.rglob("*"), reverse=True):
                    if path.is_dir():
                        sync_folder(path)
                    else:
                        path.chmod(0o444)
                sync_folder(staging)
                staging.rename(place / version)
                sync_folder(place)
            except OSError as error:
                raise OutsideError(
                    f"cannot register {name}: {error.strerror or error}",
                    location=str(place),
                    next_step="check the disk's space and permissions",
                ) from error
            finally:
                shutil.rmtree(staging, ignore_errors=True)
            if promote:
                self._promote(name, version)
        return version

    def promote(self, name: str, version: str) -> None:
        """Make a version the current one; it is checked first.

        Raises:
            UserError: there is no such version.
            OutsideError: it is damaged or not signed by a trusted key.
        """
        self._known(name)
        with locked(self._place(name) / ".lock"):
            self.entry(name, version)
            self._promote(name, version)

    def rollback(self, name: str) -> str:
        """Make the version that was current before the current one again, and return it.

        Raises:
            UserError: there was none before.
            OutsideError: that version is damaged or not signed by a trusted key.
        """
        self._known(name)
        with locked(self._place(name) / ".lock"):
            pointer = self.pointer(name)
            before = [v for v in pointer.before if (self._place(name) / v).is_dir()]
            if not before:
                raise UserError(
                    f"no version of {name} was current before", next_step=f"vedette forge promote {name} VERSION"
                )
            version = before.pop()
            self.entry(name, version)
            self._point(name, Pointer(version, tuple(before), (*pointer.steps, _step("rollback", version))))
        return version

    def names(self) -> list[str]:
        """Return the names that have versions, in order."""
        if not self.folder.is_dir():
            return []
        return sorted(p.name for p in self.folder.iterdir() if _NAME.fullmatch(p.name) and self.versions(p.name))

    def versions(self, name: str) -> list[str]:
        """Return a name's versions, oldest first; none where there is no such name."""
        place = self._place(name)
        if not place.is_dir():
            return []
        return sorted((p.name for p in place.iterdir() if _VERSION.fullmatch(p.name) and p.is_dir()), key=int)

    def scan(self) -> tuple[list[ModelEntry], list[BrokenVersion]]:
        """Return the versions whose manifest is signed and sound, and the others; files are not read.

        :meth:`entry` checks a version's files too.
        """
        sound: list[ModelEntry] = []
        broken: list[BrokenVersion] = []
        for name in self.names():
            for version in self.versions(name):
                try:
                    sound.append(self._entry(name, version))
                except (OutsideError, UserError) as error:
                    broken.append(BrokenVersion(name, version, error.message))
        return sound, broken

    def entry(self, name: str, version: str) -> ModelEntry:
        """Return a version, its signature and every file checked.

        A file is read again only when its size, times or inode differ from when this process last read it.

        Raises:
            UserError: there is no such version.
            OutsideError: it is damaged, holds what it should not, or is not signed by a trusted key.
        """
        found = self._entry(name, version)
        try:
            told = differences(found.path, found.manifest.files, beside=OWN)
        except OSError as error:
            told = [f"{error.filename or 'a file'} cannot be read: {error.strerror or error}"]
        if told:
            raise OutsideError(
                f"{name}@{version} is not what was registered: {'; '.join(told[:5])}",
                location=str(found.path),
                next_step=f"restore the file, or vedette forge rollback {name}",
            )
        return found

    def current(self, name: str) -> str | None:
        """Return the current version of a name, or None where none was promoted or nothing has that name."""
        return self.pointer(name).current

    def pointer(self, name: str) -> Pointer:
        """Return which version is current, and which ones were.

        Raises:
            OutsideError: the file that says so is damaged.
        """
        path = self._place(name) / _POINTER
        try:
            body = orjson.loads(path.read_bytes())
            steps = tuple(Step(datetime.fromisoformat(s["at"]), s["action"], s["version"]) for s in body["steps"])
            pointer = Pointer(body["current"], tuple(body["before"]), steps)
            if not all(_VERSION.fullmatch(v) for v in (pointer.current or "", *pointer.before)):
                raise ValueError("it names what is no version")
        except FileNotFoundError:
            return Pointer()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise OutsideError(
                f"cannot read which version of {name} is current: {error}",
                location=str(path),
                next_step=f"delete the file, then: vedette forge promote {name} VERSION",
            ) from None
        return pointer

    def list(self) -> list[ModelEntry]:
        """Return every usable version of every model, by name and version; see :meth:`scan`."""
        return self.scan()[0]

    def _promote(self, name: str, version: str) -> None:
        pointer = self.pointer(name)
        if pointer.current == version:
            return
        before = (*pointer.before, pointer.current) if pointer.current else pointer.before
        self._point(name, Pointer(version, before, (*pointer.steps, _step("promote", version))))

    def _point(self, name: str, pointer: Pointer) -> None:
        write_whole(self._place(name) / _POINTER, orjson.dumps(pointer, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z))

    def _numbered(self, name: str) -> set[str]:
        """Return every number that was ever given, as far as is known: a removed version's is not given again."""
        pointer = self.pointer(name)
        return {*self.versions(name), *pointer.before, *(s.version for s in pointer.steps)}

    def _place(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise UserError(
                f"{name[:80]!r} cannot be the name of a model",
                next_step="use small letters, digits, dots, dashes and underscores",
            )
        return self.folder / name

    def _known(self, name: str) -> None:
        if not self.versions(name):
            raise UserError(
                f"no model is registered as {name!r}", next_step="vedette forge list shows the models that there are"
            )

    def _entry(self, name: str, version: str) -> ModelEntry:
        self._known(name)
        path = self._place(name) / version
        if not _VERSION.fullmatch(version) or not path.is_dir() or path.is_symlink():
            raise UserError(
                f"{name} has no version {version[:40]!r}", next_step=f"choose one of: {', '.join(self.versions(name))}"
            )
        content, signature = (_read(path / file) for file in (MANIFEST, SIGNATURE))
        signed = _parse_signature(signature, path)
        why = self.keys.check(content, signed)
        if why is not None:
            raise OutsideError(
                f"{name}@{version} is not trusted: {why}",
                location=str(path),
                next_step=f"if you trust its maker, add their key's line to {self.keys.trusted_path}",
            )
        manifest = read_manifest(content, str(path / MANIFEST))
        if (manifest.name, manifest.version) != (name, version):
            raise OutsideError(
                f"{name}@{version} holds the manifest of {manifest.name}@{manifest.version}", location=str(path)
            )
        return ModelEntry(
            name=name,
            version=version,
            path=path,
            manifest=manifest,
            current=self.current(name) == version,
            key_id=signed.key_id,
        )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise OutsideError(
            f"{path.name} of {path.parent.parent.name}@{path.parent.name} cannot be read: {error.strerror or error}",
            location=str(path),
            next_step="restore the folder from a backup, or roll back",
        ) from error


def _step(action: str, version: str) -> Step:
    return Step(datetime.now(UTC).replace(microsecond=0), action, version)


def _signature_bytes(signature: Signature) -> bytes:
    value = base64.b64encode(signature.value).decode()
    return orjson.dumps({"algorithm": "ed25519", "key_id": signature.key_id, "signature": value})


def _parse_signature(content: bytes, path: Path) -> Signature:
    try:
        body = orjson.loads(content)
        if body["algorithm"] != "ed25519":
            raise ValueError(f"algorithm {body['algorithm']!r} is not known")
        return Signature(str(body["key_id"]), base64.b64decode(body["signature"], validate=True))
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise OutsideError(
            f"the signature of the model cannot be read: {error}", location=str(path / SIGNATURE)
        ) from None
