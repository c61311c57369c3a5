"""Encodings undone, bounded: base64, hex, compression, text out of bytes. Shared by every reader."""

from __future__ import annotations

import base64
import binascii
import bz2
import lzma
import zlib

from vedette.commands.budget import Budget, Exhausted

_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=")
_SPACE = str.maketrans("", "", " \t\r\n\v\f")
_PRINTABLE = frozenset(range(0x20, 0x7F)) | {9, 10, 13}


def unbase64(text: str, budget: Budget, *, strict: bool = True) -> bytes | None:
    """Return the bytes that base64 text stands for, or None where it is none.

    White space is left out, both alphabets are taken, and missing padding is added.

    Args:
        text: the encoded text.
        budget: what the result is charged to.
        strict: whether a foreign character means that it is no base64; else it is skipped, as ``base64 -di`` does.
    """
    packed = text.translate(_SPACE)
    if not strict:
        packed = "".join(c for c in packed if c in _BASE64)
    body = packed.rstrip("=")
    if not body or not _BASE64.issuperset(body) or len(body) % 4 == 1:
        return None
    budget.make(len(body))
    body = body.replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def unhex(text: str, budget: Budget) -> bytes | None:
    r"""Return the bytes that plain hex digits (white space, ``\\x``, ``0x`` and commas between them) stand for."""
    packed = text.translate(_SPACE).replace("\\x", "").replace("0x", "").replace(",", "").replace("-", "")
    if not packed or len(packed) % 2:
        return None
    budget.make(len(packed))
    try:
        return bytes.fromhex(packed)
    except ValueError:
        return None


def inflate(data: bytes, budget: Budget, *, form: str = "auto") -> bytes | None:
    """Return decompressed bytes, or None where they are not of that form.

    A stream cut short gives what came out before the cut.

    Args:
        data: the compressed bytes.
        budget: bounds the result: a bomb raises and is never unfolded.
        form: ``gzip``, ``zlib``, ``deflate``, ``bz2``, ``xz`` or ``auto``.

    Raises:
        Exhausted: what comes out is longer than a value may be.
    """
    forms = (form,) if form != "auto" else ("gzip", "zlib", "bz2", "xz", "deflate")
    for name in forms:
        try:
            out = _inflate(data, min(budget.value_chars, max(budget.chars, 0)), name)
        except (zlib.error, OSError, lzma.LZMAError, EOFError, ValueError):
            continue
        if out:
            budget.make(len(out))
            return out
    return None


def _inflate(data: bytes, most: int, form: str) -> bytes:
    if form == "bz2":
        bz = bz2.BZ2Decompressor()
        out, more = bz.decompress(data, most + 1), not bz.eof
    elif form == "xz":
        xz = lzma.LZMADecompressor(memlimit=64 << 20)
        out, more = xz.decompress(data, most + 1), not xz.eof
    else:
        z = zlib.decompressobj({"gzip": 31, "zlib": 15, "deflate": -15}[form])
        out, more = z.decompress(data, most + 1), bool(z.unconsumed_tail)
    if len(out) > most or (more and len(out) >= most):
        raise Exhausted("it unpacks to more than is allowed")
    return out


def looks_text(text: str) -> bool:
    """Return whether decoded characters read as text: hardly any control, private or unassigned ones."""
    if not text:
        return False
    sample = text[:4000]
    odd = sum(1 for c in sample if not (c.isprintable() or c in "\t\r\n"))
    return odd * 20 <= len(sample)


def decode_text(data: bytes) -> str | None:
    """Return bytes as text (UTF-16 with or without its mark, UTF-8, Windows-1252), or None where they are binary.

    UTF-16 is told by zero bytes in every other place, so that ASCII in two bytes is never taken for UTF-8.
    """
    if not data:
        return ""
    if data[:3] == b"\xef\xbb\xbf":
        data = data[3:]
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _kept(data[2:], "utf-16-le" if data[:1] == b"\xff" else "utf-16-be")
    head = data[:512]
    odd, even = head[1::2], head[0::2]
    if len(head) >= 2 and odd.count(0) * 10 >= 7 * max(len(odd), 1) and even.count(0) * 10 <= len(even):
        return _kept(data if len(data) % 2 == 0 else data[:-1], "utf-16-le")
    if len(head) >= 2 and even.count(0) * 10 >= 7 * max(len(even), 1) and odd.count(0) * 10 <= len(odd):
        return _kept(data if len(data) % 2 == 0 else data[:-1], "utf-16-be")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        if sum(b in _PRINTABLE for b in data[:4000]) * 10 < 9 * len(data[:4000]):
            return None
        text = data.decode("cp1252", "replace")
    return text if looks_text(text) else None


def _kept(data: bytes, encoding: str) -> str | None:
    text = data.decode(encoding, "replace")
    return text if looks_text(text) else None
