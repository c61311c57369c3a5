"""Encryption: AES-256-GCM with random nonces, keys derived by HKDF-SHA256, lookups by HMAC-SHA256."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256

from vedette.errors import OutsideError

KEY_BYTES = 32
NONCE_BYTES = 12
"""Random: of one key no more than 2^32 texts may be sealed, and a session's key seals a few thousand."""


def new_key() -> bytes:
    """Return a random 256-bit key."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, plain: bytes, aad: bytes) -> bytes:
    """Return nonce and ciphertext; only with the same ``aad`` it opens again."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, aad)


def unseal(key: bytes, sealed: bytes, aad: bytes, what: str) -> bytes:
    """Return what was sealed.

    Raises:
        OutsideError: it was changed, moved elsewhere, or sealed with another key; ``what`` names it.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], aad)
    except (InvalidTag, ValueError):
        raise OutsideError(
            f"{what} does not open: it was changed, or sealed with another key",
            next_step="restore the state database and the keys from one backup",
        ) from None


def derive(key: bytes, purpose: str, length: int = KEY_BYTES) -> bytes:
    """Return a key for one purpose (HKDF-SHA256, RFC 5869, without salt, since the key is random)."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

    return HKDFExpand(algorithm=SHA256(), length=length, info=f"vedette guard {purpose}".encode()).derive(key)


def mac(key: bytes, *parts: str) -> bytes:
    """Return the keyed digest (32 bytes) of texts in their order; no two lists of texts are written alike."""
    digest = hmac.new(key, digestmod=sha256)
    for part in parts:
        said = part.encode("utf-8", "surrogatepass")
        digest.update(len(said).to_bytes(8, "big"))
        digest.update(said)
    return digest.digest()
