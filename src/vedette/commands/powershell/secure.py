"""Secure strings with a key, and AES: decrypted with the ``cryptography`` package.

``ConvertFrom-SecureString -Key`` writes a fixed head, then base64 of UTF-16 text ``2|<iv, base64>|<data, hex>``; the
data is AES in CBC mode with PKCS #7 padding of the UTF-16 text. Source: Microsoft Learn, ConvertFrom-SecureString.
"""

from __future__ import annotations

import base64
import binascii

from vedette.commands.budget import Budget
from vedette.commands.powershell.values import Unclear

HEAD = "76492d1116743f0423413b16050a5345"


def decrypt(text: str, key: bytes, budget: Budget) -> str:
    """Return the text of an encrypted secure string.

    Raises:
        Unclear: it has another form, or the key does not fit.
    """
    if not text.startswith(HEAD) or len(key) not in (16, 24, 32):
        raise Unclear
    budget.make(len(text))
    try:
        body = base64.b64decode(text[len(HEAD) :]).decode("utf-16-le")
        version, iv64, data = body.split("|")
        iv, cipher = base64.b64decode(iv64), bytes.fromhex(data)
    except (ValueError, binascii.Error, UnicodeDecodeError):
        raise Unclear from None
    if version != "2":
        raise Unclear
    return unpad(aes(cipher, key, iv, "cbc", budget)).decode("utf-16-le", "replace")


def aes(data: bytes, key: bytes, iv: bytes, mode: str, budget: Budget) -> bytes:
    """Return bytes decrypted with AES, padding left on.

    Raises:
        Unclear: key, vector, or length do not fit.
    """
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    if len(key) not in (16, 24, 32) or len(data) % 16 or not data:
        raise Unclear
    budget.make(len(data))
    how: modes.Mode
    if mode == "ecb":
        how = modes.ECB()  # noqa: S305  (decrypts what others made)
    elif mode == "cbc" and len(iv) == 16:
        how = modes.CBC(iv)
    else:
        raise Unclear
    machine = Cipher(algorithms.AES(key), how).decryptor()
    return machine.update(data) + machine.finalize()


def unpad(data: bytes, padding: str = "pkcs7") -> bytes:
    """Return bytes without their padding.

    Raises:
        Unclear: the padding is wrong, so the key was.
    """
    if padding == "none":
        return data
    if padding == "zeros":
        return data.rstrip(b"\0")
    count = data[-1] if data else 0
    if not 1 <= count <= 16 or (padding == "pkcs7" and data[-count:] != bytes([count]) * count):
        raise Unclear
    return data[:-count]
