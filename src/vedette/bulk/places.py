"""Where tables lie: a folder of this machine, or a prefix of an S3-compatible store.

A file appears whole or not at all: by a rename in a folder, by the store's own rule for an object. Only a place whose
URL the user named is ever reached, with the keys that were handed in; no machine is asked for keys, and proxies and
profiles of the environment are looked at by the caller, not here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from vedette.errors import OutsideError, UserError
from vedette.files import write_whole

SCHEME = "s3://"
_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Access:
    """How an S3-compatible store is reached."""

    endpoint: str | None = None
    """``https://minio.example:9000``; None is the store of AWS in the region."""
    region: str | None = None
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    session_token: str | None = field(default=None, repr=False)

    def host(self) -> str:
        """Return where requests go, for telling."""
        return urlsplit(self.endpoint).netloc if self.endpoint else f"s3.{self.region or 'us-east-1'}.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in a place."""

    name: str
    """Relative to the place, parted by ``/``."""
    size_bytes: int
    modified: str
    """ISO 8601 with all its digits; of a local file too."""


class Place:
    """A folder or prefix, or one file of it.

    Args:
        url: a path, or ``s3://BUCKET/PREFIX``.
        access: for a store.

    Raises:
        UserError: the URL is none, or a store is named without keys.
    """

    def __init__(self, url: str | Path, access: S3Access | None = None) -> None:
        self.url = str(url)
        self.remote = self.url.lower().startswith(SCHEME)
        if not self.remote:
            if "://" in self.url:
                raise UserError(
                    f"cannot read or write {self.url[:120]!r}", next_step="give a path or s3://BUCKET/PREFIX"
                )
            self.path = Path(self.url)
            self.root = self.path.absolute().as_posix()
        else:
            self.root = self.url[len(SCHEME) :].strip("/")
            if not self.root or any(part in ("", ".", "..") for part in self.root.split("/")):
                raise UserError(f"no bucket in {self.url[:120]!r}", next_step="write s3://BUCKET/PREFIX")
            if access is None or not (access.access_key and access.secret_key):
                raise UserError(
                    f"there are no keys for {self.url}",
                    next_step="set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_ENDPOINT_URL for a store of "
                    "your own",
                )
        self.access = access
        self._opened: Any = None

    def __repr__(self) -> str:
        return f"Place({self.url!r})"

    @property
    def fs(self) -> Any:
        """Return the pyarrow file system, opened when first asked for."""
        if self._opened is None:
            from pyarrow import fs

            self._opened = fs.LocalFileSystem() if not self.remote else self._store(fs)
        return self._opened

    def _store(self, fs: Any) -> Any:
        access = self.access
        assert access is not None  # noqa: S101 (checked when it was made)
        options: dict[str, Any] = {}
        if access.endpoint:
            parts = urlsplit(access.endpoint)
            if parts.scheme not in ("http", "https") or not parts.netloc:
                raise UserError(
                    f"not an endpoint: {access.endpoint[:120]!r}", next_step="write it as https://minio.example:9000"
                )
            options = {"endpoint_override": parts.netloc, "scheme": parts.scheme}
        return fs.S3FileSystem(
            access_key=access.access_key,
            secret_key=access.secret_key,
            session_token=access.session_token,
            region=access.region or "us-east-1",
            connect_timeout=_TIMEOUT_S,
            request_timeout=_TIMEOUT_S,
            allow_bucket_creation=False,
            **options,
        )

    def kind(self) -> str:
        """Return ``file``, ``folder`` or ``missing``."""
        from pyarrow import fs

        info = self._guarded(lambda: self.fs.get_file_info(self.root))
        return {fs.FileType.File: "file", fs.FileType.Directory: "folder"}.get(info.type, "missing")

    def entries(self, under: str = "") -> list[Entry]:
        """Return the files, all the way down, by name; none where there is no such folder."""
        from pyarrow import fs

        root = f"{self.root}/{under}".rstrip("/")
        selector = fs.FileSelector(root, recursive=True, allow_not_found=True)
        found = self._guarded(lambda: self.fs.get_file_info(selector))
        return sorted(
            (
                Entry(info.path[len(self.root) :].lstrip("/"), int(info.size), _modified(info))
                for info in found
                if info.type == fs.FileType.File
            ),
            key=lambda entry: entry.name,
        )

    def itself(self) -> Entry:
        """Return the one file that this place is."""
        info = self._guarded(lambda: self.fs.get_file_info(self.root))
        return Entry("", int(info.size or 0), _modified(info))

    def open(self, name: str = "") -> Any:
        """Return a file opened for reading at any place of it."""
        return self._guarded(lambda: self.fs.open_input_file(self._of(name)))

    def read(self, name: str) -> bytes | None:
        """Return a small file's bytes; None where there is none."""
        from pyarrow import fs

        def load() -> bytes | None:
            if self.fs.get_file_info(self._of(name)).type != fs.FileType.File:
                return None
            with self.fs.open_input_stream(self._of(name), compression=None) as read:
                return bytes(read.read())

        return self._guarded(load)  # type: ignore[no-any-return]

    def write(self, name: str, data: bytes) -> None:
        """Put a file there whole."""
        if not self.remote:
            write_whole(Path(self._of(name)), data)
            return

        def store() -> None:
            with self.fs.open_output_stream(self._of(name), compression=None) as out:
                out.write(data)

        self._guarded(store)

    def remove(self, name: str) -> None:
        """Take a file away."""
        self._guarded(lambda: self.fs.delete_file(self._of(name)))

    def _of(self, name: str) -> str:
        return f"{self.root}/{name}" if name else self.root

    def _guarded(self, act: Any) -> Any:
        try:
            return act()
        except (OSError, ValueError) as error:  # pyarrow's errors are these
            text = " ".join(str(error).split())[:300]
            advice = (
                "check the bucket, the keys and AWS_ENDPOINT_URL" if self.remote else "check the path and permissions"
            )
            raise OutsideError(f"{self.url} cannot be used: {text}", location=self.url, next_step=advice) from error


def _modified(info: Any) -> str:
    return str(info.mtime_ns) if info.mtime_ns is not None else ""


def parquet_names(entries: list[Entry]) -> Iterator[Entry]:
    """Yield the Parquet files among files; what begins with ``_`` or ``.`` is somebody's own record."""
    for entry in entries:
        if entry.name.endswith(".parquet") and not any(part[:1] in "_." for part in entry.name.split("/")):
            yield entry
