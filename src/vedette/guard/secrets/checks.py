"""Check sums and inner structure of tokens that have one: what a typing error or an invented value breaks.

Each takes a token and returns True where it proves itself, False where it cannot be one, None where it cannot be told.
Sources: the GitHub engineering blog on its token format (a CRC-32 in base 62 at the end; npm took it over), RFC 7519
(JWT), the macaroon format of PyPI's tokens, BIP 173 (age keys), AWS's account number in its key ids.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from typing import Any

import orjson

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_MAX_ACCOUNT = 999_999_999_999


def base62(number: int, n_chars: int) -> str:
    """Return a number in base 62, filled with zeros to a length."""
    out = ""
    while number:
        number, digit = divmod(number, 62)
        out = _BASE62[digit] + out
    return out.rjust(n_chars, "0")


def crc_at_end(token: str) -> bool:
    """Return whether the last six characters are the CRC-32, in base 62, of what stands between them and the first ``_``."""
    body = token.partition("_")[2]
    return len(body) >= 36 and base62(zlib.crc32(body[:-6].encode()), 6) == body[-6:]


def decoded(part: str) -> bytes | None:
    """Return what URL-safe or plain base64 holds, filling missing ``=``; None where it is none."""
    bare = part.rstrip("=").replace("-", "+").replace("_", "/")
    if len(bare) % 4 == 1:
        return None
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def json_in(part: str) -> dict[str, Any] | None:
    """Return the JSON object that base64 holds; None where it holds none."""
    data = decoded(part)
    if not data:
        return None
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def jwt(token: str) -> bool:
    """Return whether the header of a JSON web token is one."""
    header = json_in(token.split(".", 1)[0])
    return header is not None and ("alg" in header or "enc" in header)


def pypi(token: str) -> bool | None:
    """Return whether a token begins as a macaroon of PyPI does: version 2, a location, an identifier."""
    data = decoded(token.removeprefix("pypi-")[:64])
    if data is None:
        return False
    return True if data[:2] == b"\x02\x01" and b"pypi" in data[3:24] else False


def aws_key_id(token: str) -> bool | None:
    """Return False where the sixteen characters are no base 32 or hold an account number of more than 12 digits."""
    number = 0
    for char in token[4:14]:
        at = _BASE32.find(char)
        if at < 0:
            return False
        number = number << 5 | at
    account = number >> 2 & 0x7FFFFFFFFF80
    return None if (account >> 7) <= _MAX_ACCOUNT and all(c in _BASE32 for c in token[14:]) else False


def google_api_key(token: str) -> bool | None:
    """Return False where a key does not begin as all of Google's do."""
    return None if token.startswith("AIzaSy") else False


def bech32(token: str) -> bool:
    """Return whether the check sum of a bech32 string is right."""
    text = token.lower()
    at = text.rfind("1")
    values = [_BECH32.find(c) for c in text[at + 1 :]]
    if at < 1 or min(values, default=-1) < 0 or len(values) < 7:
        return False
    chk = 1
    for value in [*(ord(c) >> 5 for c in text[:at]), 0, *(ord(c) & 31 for c in text[:at]), *values]:
        top = chk >> 25
        chk = (chk & 0x1FFFFFF) << 5 ^ value
        for i, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            chk ^= generator if top >> i & 1 else 0
    return chk == 1


def snowflake(token: str) -> bool:
    """Return whether a Discord token's first part is the number of an account."""
    data = decoded(token.split(".", 1)[0])
    return data is not None and 17 <= len(data) <= 20 and data.isdigit()


def grafana_key(token: str) -> bool:
    """Return whether an old Grafana key is what it should hold: a key, a name and a number."""
    return {"k", "n", "id"} <= (json_in(token) or {}).keys()


def json_after_prefix(token: str) -> bool | None:
    """Return None where JSON begins behind the token's prefix (``ops_``, ``sntrys_``), else False."""
    start = token.find("eyJ")
    head = decoded(re.split(r"[^A-Za-z0-9+/-]", token[start : start + 41])[0][: 4 * 9])
    return None if start >= 0 and head is not None and head[:2] == b'{"' and head[2:9].isascii() else False


def basic(value: str) -> bool:
    """Return whether what follows ``Basic`` is ``name:password`` in base64."""
    data = decoded(value)
    if not data or b":" not in data:
        return False
    return all(32 <= b < 127 or b >= 0xC2 for b in data)


_HEX_RUN = re.compile(r"[0-9a-fA-F]{12,}$")


def hex_drawn(value: str) -> bool | None:
    """Return whether the hex that a value ends with looks drawn at random; its names before that say nothing."""
    run = _HEX_RUN.search(value[-64:])
    return True if run is not None and len(set(run[0].lower())) >= _DRAWN_DIGITS else None


_DRAWN_DIGITS = 6
"""Different digits that hex has at least."""
