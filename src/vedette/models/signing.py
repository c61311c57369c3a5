"""Ed25519 signatures of the registry: one key of our own, and the list of keys that are trusted.

``<home>/keys/registry.ed25519`` is the private key (PEM, mode 0600), made when a model is first registered.
``<home>/keys/registry.trusted`` lists the public keys whose models are served, one a line:
``ed25519 <base64> <who>``. Our own key is listed there too, so that models stay readable where the private key is
kept elsewhere, and another machine's models are trusted by adding its line.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import stat
import sys
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vedette.errors import OutsideError, UserError
from vedette.files import locked, write_whole

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_CONTEXT = b"vedette model manifest 1\n"
"""Signed before the manifest's bytes, so that a signature over it means nothing elsewhere."""

_KIND = "ed25519"


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature and the id of the key that made it."""

    key_id: str
    value: bytes


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A public key whose models are served."""

    key_id: str
    """First 16 hex digits of the key's SHA-256."""
    public: bytes
    """32 bytes."""
    who: str

    @property
    def line(self) -> str:
        """Return the key as the list holds it."""
        return f"{_KIND} {base64.b64encode(self.public).decode()} {self.who}".rstrip()


class Keys:
    """The keys of a home.

    Args:
        home: the home folder.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / "keys"
        self.private_path = self._folder / "registry.ed25519"
        self.trusted_path = self._folder / "registry.trusted"

    def sign(self, content: bytes) -> Signature:
        """Return our signature of ``content``; the key is made on first use.

        Raises:
            UserError: others may read the private key.
            OutsideError: the key cannot be read or written.
        """
        private = self._private()
        public = private.public_key().public_bytes_raw()
        return Signature(_key_id(public), private.sign(_CONTEXT + content))

    def check(self, content: bytes, signature: Signature) -> str | None:
        """Return why the signature does not hold, or None where it does and its key is trusted."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        for key in self.trusted():
            if key.key_id != signature.key_id:
                continue
            try:
                Ed25519PublicKey.from_public_bytes(key.public).verify(signature.value, _CONTEXT + content)
            except InvalidSignature:
                return f"the signature does not hold for key {key.key_id}"
            return None
        return f"it is signed by key {signature.key_id}, which is not listed in {self.trusted_path}"

    def trusted(self) -> tuple[TrustedKey, ...]:
        """Return the listed keys.

        Raises:
            UserError: a line of the list is no key.
        """
        try:
            text = self.trusted_path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ()
        except (OSError, UnicodeDecodeError) as error:
            raise OutsideError(f"cannot read the trusted keys: {error}", location=str(self.trusted_path)) from error
        lines = [line.strip() for line in text.splitlines()]
        return tuple(self._parse(line) for line in lines if line and not line.startswith("#"))

    def trust(self, line: str) -> TrustedKey:
        """Add a key to the list and return it; a key that is listed already stays as it is.

        Args:
            line: as in another home's list: ``ed25519 <base64> <who>``.

        Raises:
            UserError: it is no such line.
        """
        key = self._parse(line.strip())
        with self._lock():
            listed = self.trusted()
            if key.key_id not in {k.key_id for k in listed}:
                write_whole(self.trusted_path, "".join(f"{k.line}\n" for k in (*listed, key)).encode())
        return key

    def _lock(self) -> AbstractContextManager[None]:
        return locked(self._folder / "registry.lock", timeout_s=60)

    def _parse(self, line: str) -> TrustedKey:
        kind, _, rest = line.partition(" ")
        text, _, who = rest.strip().partition(" ")
        try:
            public = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            public = b""
        if kind != _KIND or len(public) != 32:
            raise UserError(
                f"{line[:80]!r} is no public key", next_step=f"write it as: {_KIND} BASE64 WHO", location="keys"
            )
        return TrustedKey(_key_id(public), public, " ".join(who.split()))

    def _private(self) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import (
            Encoding,
            NoEncryption,
            PrivateFormat,
            load_pem_private_key,
        )

        with self._lock():
            if not self.private_path.exists():
                made = Ed25519PrivateKey.generate()
                pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
                write_whole(self.private_path, pem, mode=0o600)
            if sys.platform != "win32" and stat.S_IMODE(self.private_path.stat().st_mode) & 0o077:
                raise UserError(
                    "the registry's private key can be read by others",
                    next_step=f"chmod 600 {self.private_path}; make a new one if somebody may have copied it",
                    location=str(self.private_path),
                )
            try:
                key = load_pem_private_key(self.private_path.read_bytes(), password=None)
            except (OSError, ValueError, TypeError) as error:
                raise OutsideError(
                    f"cannot read the registry's private key: {error}", location=str(self.private_path)
                ) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise UserError("the registry's private key is no Ed25519 key", location=str(self.private_path))
        public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
        self.trust(f"{_KIND} {public} {_here()}")
        return key


def _key_id(public: bytes) -> str:
    return hashlib.sha256(public).hexdigest()[:16]


def _here() -> str:
    name = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
    return f"this home on {name or 'this machine'}"
