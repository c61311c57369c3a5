"""JSON text of strings, and the identifiers that several formats share."""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache
from json.encoder import encode_basestring
from random import Random


@lru_cache(maxsize=16384)
def quoted(text: str) -> str:
    """Return the JSON string of a text, quotation marks included."""
    return str(encode_basestring(text))


def uuid4(rng: Random) -> str:
    """Return a version 4 UUID."""
    h = f"{rng.getrandbits(128):032x}"
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"


_NO_SIGNS = bytes.maketrans(b"+/", b"xQ")


def short_id(rng: Random, prefix: str) -> str:
    """Return a Zeek-like unique id: a letter and 16 alphanumeric characters."""
    return prefix + b64encode(rng.randbytes(12)).translate(_NO_SIGNS).decode()
