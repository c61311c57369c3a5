"""Master keys in a file that only its owner can read, and in the environment."""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
import stat
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from vedette.errors import OutsideError, UserError
from vedette.files import locked, write_whole
from vedette.guard.vault import sealing
from vedette.guard.vault.base import KeyPlace

FORMAT = "vedette-keyring"
VERSION = 1
_PURPOSE = b"vedette guard wrap\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterKey:
    """One master key."""

    key_id: str
    key: bytes = field(repr=False)
    created_at: datetime | None = None


class _Held:
    """Keys by id that are held in this process's memory."""

    where: str

    def keys(self) -> Mapping[str, MasterKey]:
        """Return the keys by id, the current one first."""
        raise NotImplementedError

    def current(self) -> str:
        """Return the id of the key that new keys are wrapped with."""
        return next(iter(self.keys()))

    def wrap(self, key_id: str, key: bytes, aad: bytes) -> bytes:
        """Return a key, encrypted. See :class:`~vedette.guard.vault.base.KeyProvider`."""
        return sealing.seal(self._key(key_id), key, _PURPOSE + aad)

    def unwrap(self, key_id: str, wrapped: bytes, aad: bytes) -> bytes:
        """Return what was wrapped. See :class:`~vedette.guard.vault.base.KeyProvider`."""
        return sealing.unseal(self._key(key_id), wrapped, _PURPOSE + aad, f"a key under the master key {key_id}")

    def _key(self, key_id: str) -> bytes:
        keys = self.keys()
        if key_id not in keys:
            raise OutsideError(
                f"the master key {key_id} is not there; what it protects cannot be read",
                location=self.where,
                next_step=f"give it back from a backup of {self.where}",
            )
        return keys[key_id].key


class FileKeys(_Held):
    """A keyring file; the newest key is the current one. A file that is changed is read anew.

    Args:
        path: the file; it is made, with one key, when a key is first asked for and ``make`` is set.
        make: whether a file that is missing is made.
    """

    def __init__(self, path: Path, *, make: bool = True) -> None:
        self.path = path
        self.where = str(path)
        self._make = make
        self._mark: tuple[int, ...] | None = None
        self._keys: dict[str, MasterKey] = {}
        self._lock = threading.Lock()

    def keys(self) -> Mapping[str, MasterKey]:
        """Return the keys by id, the newest first.

        Raises:
            OutsideError: the file is missing, damaged, or others can read it.
        """
        with self._lock:
            try:
                found = self.path.stat()
            except FileNotFoundError:
                if not self._make or self._mark is not None:
                    raise OutsideError(
                        "there is no keyring",
                        location=self.where,
                        next_step="restore it from a backup; if there never was one: vedette guard vault key new",
                    ) from None
                self._begin()
                found = self.path.stat()
            except OSError as error:
                raise OutsideError(f"cannot read the keyring: {error.strerror}", location=self.where) from error
            mark = (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)
            if mark != self._mark:
                _refuse_open(found, self.path)
                self._keys = _read(self.path)
                self._mark = mark
            return self._keys

    def renew(self) -> MasterKey:
        """Make a new key beside those that are there; it is then the current one."""
        with locked(self.path.with_name(self.path.name + ".lock"), timeout_s=60):
            return self._put(list(self._on_disk().values()))

    def retire(self, key_id: str) -> None:
        """Take a key out for good: what it protects cannot be read again, in backups neither.

        Raises:
            UserError: there is no such key, or it is the current one.
        """
        with locked(self.path.with_name(self.path.name + ".lock"), timeout_s=60):
            keys = self._on_disk()
            if key_id not in keys:
                raise UserError(f"there is no master key {key_id!r}", next_step="vedette guard vault key list")
            if next(iter(keys)) == key_id:
                raise UserError("the current key is not retired", next_step="vedette guard vault rotate")
            _write(self.path, [one for one in keys.values() if one.key_id != key_id])

    def _begin(self) -> None:
        with locked(self.path.with_name(self.path.name + ".lock"), timeout_s=60):
            if not self._on_disk():  # another process may have been first
                self._put([])

    def _put(self, keys: list[MasterKey]) -> MasterKey:
        now = datetime.now(UTC).replace(microsecond=0)
        one = MasterKey(key_id=f"k-{now:%Y%m%d}-{secrets.token_hex(4)}", key=sealing.new_key(), created_at=now)
        _write(self.path, [one, *keys])
        return one

    def _on_disk(self) -> dict[str, MasterKey]:
        try:
            _refuse_open(self.path.stat(), self.path)
        except FileNotFoundError:
            return {}
        return _read(self.path)


class EnvironmentKeys(_Held):
    """Master keys that the environment gave, the current one first; their ids are drawn from what they are.

    Args:
        text: 32 bytes each, in Base64 or 64 hex digits, with commas or spaces between.

    Raises:
        UserError: it holds no key, or something that is none.
    """

    where = "VEDETTE_GUARD_KEY"

    def __init__(self, text: str) -> None:
        self._keys: dict[str, MasterKey] = {}
        for number, word in enumerate(text.replace(",", " ").split(), 1):
            key = _decoded(word)
            if key is None:
                raise UserError(
                    f"key {number} of VEDETTE_GUARD_KEY is no key: 32 random bytes in Base64 are",
                    next_step="vedette guard vault key new --print",
                )
            key_id = f"e-{sealing.mac(key, 'id').hex()[:12]}"
            self._keys[key_id] = MasterKey(key_id=key_id, key=key)
        if not self._keys:
            raise UserError("VEDETTE_GUARD_KEY holds no key", next_step="make one: vedette guard vault key new --print")

    def keys(self) -> Mapping[str, MasterKey]:
        """Return the keys by id, the current one first."""
        return self._keys


def file_keys(place: KeyPlace) -> FileKeys:
    """Return the keyring of a place (entry point ``file``)."""
    return FileKeys(place.file)


def environment_keys(place: KeyPlace) -> EnvironmentKeys:
    """Return the keys that the environment gave (entry point ``environment``)."""
    return EnvironmentKeys(place.keys)


def shown_key(key: bytes) -> str:
    """Return a key as the environment takes it."""
    return base64.b64encode(key).decode()


def _decoded(word: str) -> bytes | None:
    try:
        key = (
            bytes.fromhex(word)
            if len(word) == 64
            else base64.b64decode(word.replace("-", "+").replace("_", "/"), validate=True)
        )
    except (ValueError, binascii.Error):
        return None
    return key if len(key) == sealing.KEY_BYTES and len(set(key)) > 8 else None


def _refuse_open(found: os.stat_result, path: Path) -> None:
    """Refuse a keyring that others can read or change."""
    if os.name == "nt":
        return
    if not stat.S_ISREG(found.st_mode):
        raise OutsideError("the keyring is no plain file", location=str(path))
    if found.st_mode & 0o077:
        raise OutsideError(
            f"others can read the keyring (mode {stat.S_IMODE(found.st_mode):04o})",
            location=str(path),
            next_step=f"chmod 600 {path}, and vedette guard vault rotate if somebody may have",
        )
    if found.st_uid not in (os.geteuid(), 0):
        raise OutsideError("the keyring belongs to somebody else", location=str(path), next_step=f"chown it: {path}")


def _read(path: Path) -> dict[str, MasterKey]:
    try:
        said = json.loads(path.read_bytes())
        if said["format"] != FORMAT:
            raise ValueError("it is no keyring")
        if said["version"] != VERSION:
            raise UserError(
                f"the keyring was written by a newer Vedette (version {said['version']!r})",
                location=str(path),
                next_step="upgrade Vedette",
            )
        keys = {}
        for one in said["keys"]:
            key = base64.b64decode(one["key"], validate=True)
            if len(key) != sealing.KEY_BYTES:
                raise ValueError("a key is not 32 bytes long")
            key_id = str(one["id"])
            keys[key_id] = MasterKey(key_id=key_id, key=key, created_at=datetime.fromisoformat(one["created_at"]))
        if not keys:
            raise ValueError("it holds no key")
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = error.strerror if isinstance(error, OSError) else type(error).__name__
        raise OutsideError(
            f"cannot read the keyring: {reason}", location=str(path), next_step="restore it from a backup"
        ) from None
    return keys


def _write(path: Path, keys: list[MasterKey]) -> None:
    said = {
        "format": FORMAT,
        "version": VERSION,
        "keys": [
            {
                "id": one.key_id,
                "created_at": (one.created_at or datetime.now(UTC)).isoformat(),
                "key": shown_key(one.key),
            }
            for one in keys
        ],
    }
    write_whole(path, (json.dumps(said, indent=2) + "\n").encode(), mode=0o600)
