"""Long runs of letters and digits: hashes and the addresses of crypto currencies, found in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vedette.intel.observables.candidates import Candidate
from vedette.intel.observables.mirror import Plain
from vedette.intel.observables.wallets import Wallets
from vedette.schema.entity import ObservableKind

_SHAPE = bytes(0x61 if chr(byte).isalnum() and byte < 0x80 else 0x20 for byte in range(256))
_LEAST = 26
"""Letters and digits of the shortest value looked for, an address of Bitcoin."""
_HEX_DIGITS = b"0123456789abcdefABCDEF"
_SORTS = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
_HEX = re.compile(rb"[0-9A-Fa-f]{32,129}")
_LARGE, _SMALL = re.compile(rb"[0-9A-F]*"), re.compile(rb"[0-9a-f]*")
_LABEL = re.compile(rb"(?i:md5|sha1|sha256|sha512)(?=[0-9A-Fa-f]{32})")
_SIZES = {b"md5": 32, b"sha1": 40, b"sha256": 64, b"sha512": 128}
_DASHED = ((b"1", 40), (b"256", 64), (b"512", 128))
_NO_HASH = re.compile(
    rb"(?:\bkey|\bserial(?: number)?|\bsalt|\biv|\buuid|\bguid|\bnonce|\btoken|password|session_?id|cookie|sessid)\b[^0-9a-z\n]{1,6}\Z"
)
_SECRETS = tuple(b"key serial number salt iv uuid guid nonce token password session_id sessionid cookie sessid".split())
"""The words that end what :data:`_NO_HASH` looks for."""
_SIGNS = bytes(byte for byte in range(256) if byte not in b"0123456789abcdefghijklmnopqrstuvwxyz")
_SSDEEP = re.compile(rb":[A-Za-z0-9/+]{3,64}:[A-Za-z0-9/+]{3,64}")


def find(plain: Plain) -> Iterator[Candidate]:
    """Yield hashes by kind, and wallets whose check sums are right."""
    raw = plain.raw
    shape = raw.translate(_SHAPE)
    wallets = Wallets()
    needle = b"a" * _LEAST
    start = shape.find(needle)
    while start >= 0:
        end = shape.find(b" ", start + _LEAST)
        if end < 0:
            end = len(raw)
        run = raw[start:end]
        if end - start in _SORTS and not run.translate(None, _HEX_DIGITS):
            if (not start or raw[start - 1] not in b"_\xff") and (read := _hash(raw, start, end)) is not None:
                yield read
        elif (one := wallets.read(run)) is not None:
            yield Candidate(6, start, end, ObservableKind.CRYPTO_ADDRESS, *one)
        elif end - start == 72 and run[:2] == b"T1" and not run[2:].translate(None, _HEX_DIGITS):
            yield Candidate(6, start, end, ObservableKind.HASH, run.decode().upper(), "tlsh")
        elif end - start > 32 and run[:2] != b"0x":
            yield from _glued(raw, start, end)
        start = shape.find(needle, end)
    if b"ssdeep" in plain.low:
        yield from _fuzzy(plain)


def _hash(raw: bytes, start: int, end: int) -> Candidate | None:
    value = raw[start:end].lower()
    if len(set(value)) < 6 or value.isdigit() or value.isalpha():
        return None
    near = raw[max(0, start - 40) : start].lower()
    if near.rstrip(_SIGNS).endswith(_SECRETS) and _NO_HASH.search(near):
        return None
    sort = _SORTS[end - start]
    if sort == "md5" and b"imphash" in near:
        sort = "imphash"
    return Candidate(6, start, end, ObservableKind.HASH, value.decode(), sort)


def _glued(raw: bytes, start: int, end: int) -> Iterator[Candidate]:
    """Yield hashes that a lost blank or line end has glued to words: a hash is as long as it is, and in one case."""
    if raw[start - 4 : start].upper() == b"SHA-":
        for sign, size in _DASHED:
            at = start + len(sign)
            if raw.startswith(sign, start) and _reaches(raw, at, size):
                if (one := _hash(raw, at, at + size)) is not None:
                    yield one
                return
    labelled = False
    for label in _LABEL.finditer(raw, start, end):
        size = _SIZES[label.group().lower()]
        if _reaches(raw, label.end(), size):
            labelled = True
            if (one := _hash(raw, label.end(), label.end() + size)) is not None:
                yield one
    if labelled:
        return
    for found in _HEX.finditer(raw, start, end):
        first, last = found.span()
        whole = last - first in _SORTS
        if first > start and (not whole or raw[first - 1 : first].isdigit()):
            continue
        if last < end or not whole:
            last = first + max(_size(_LARGE, raw, first, last), _size(_SMALL, raw, first, last))
        if last - first in _SORTS and (one := _hash(raw, first, last)) is not None:
            yield one


def _reaches(raw: bytes, at: int, size: int) -> bool:
    piece = raw[at : at + size]
    return (
        len(piece) == size and not piece.translate(None, _HEX_DIGITS) and not raw[at + size : at + size + 1].isdigit()
    )


def _size(pattern: re.Pattern[bytes], raw: bytes, start: int, end: int) -> int:
    found = pattern.match(raw, start, end)
    return found.end() - start if found else 0


def _fuzzy(plain: Plain) -> Iterator[Candidate]:
    """Yield hashes of ssdeep, in a text that speaks of them."""
    raw = plain.raw
    for found in _SSDEEP.finditer(raw):
        start, end = found.start(), found.end()
        while start > max(0, found.start() - 8) and raw[start - 1 : start].isdigit():
            start -= 1
        if start == found.start() or (start and raw[start - 1 : start].isalnum()):
            continue
        if end - start < 30 and b"ssdeep" not in plain.low[max(0, start - 40) : start]:
            continue
        yield Candidate(6, start, end, ObservableKind.HASH, plain.text[start:end], "ssdeep")
