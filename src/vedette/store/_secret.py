"""Secrets that open doors: made from 256 random bits, told once, kept as a digest only.

A digest without salt or stretching is enough where the secret itself cannot be guessed.
"""

from __future__ import annotations

import secrets
from hashlib import sha256


def new_secret(prefix: str) -> str:
    """Return a new secret; the prefix lets a scanner recognise one that was leaked."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def digest_of(secret: str) -> str:
    """Return what is kept of a secret: 64 hex digits."""
    return sha256(secret.encode("utf-8", "backslashreplace")).hexdigest()
