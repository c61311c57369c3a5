"""Hashes, and numbers of catalogues: CVE, CWE, ATT&CK, autonomous systems."""

from __future__ import annotations

from collections.abc import Iterator

from vedette.guard.personal.sheet import Pattern
from vedette.intel.observables.candidates import Candidate
from vedette.intel.observables.mirror import Plain
from vedette.schema.entity import ObservableKind

_HEX = Pattern(rb"[0-9A-Fa-f]{32,129}")
_LARGE, _SMALL = Pattern(rb"^[0-9A-F]*"), Pattern(rb"^[0-9a-f]*")
_LABELLED = Pattern(rb"(?i:MD-?(5)|SHA-?(1|256|512))([0-9A-F]{32,128}|[0-9a-f]{32,128})")
_SIZES = {b"5": 32, b"1": 40, b"256": 64, b"512": 128}
_SORTS = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
_SSDEEP = Pattern(rb"\d{1,8}:[A-Za-z0-9/+]{3,64}:[A-Za-z0-9/+]{3,64}")
_TLSH = Pattern(rb"T1[0-9A-Fa-f]{70}")
_NO_HASH = Pattern(
    rb"(?i)(?:\bkey|\bserial(?: number)?|\bsalt|\biv|\buuid|\bguid|\bnonce|\btoken|password|session_?id|cookie|sessid)\b[^0-9a-z\n]{1,6}$"
)
_CATALOGUED = Pattern(
    rb"(?i)\bCVE[\-\x03_ ]\d{4}[\-\x03]\d{4,7}\b|\bCWE[\-\x03 ]\d{1,4}\b|\b(?:ASN? ?\d{3,10})\b|\b(?:TA00\d\d|T[01]\d{3}(?:\.\d{3})?|[GSM][01]\d{3}|C00\d\d)\b"
)
_GLUED = Pattern(
    rb"[a-z)\xff](TA00\d\d|T1\d{3}(?:\.\d{3})?)(?:[A-Z][A-Za-z]|https?:|[^\w.]|\.\s|\n|$)|\b(TA00\d\d|T1\d{3}(?:\.\d{3})?)(?:[A-Z][a-z]|https?:)"
)
"""Ids that a lost blank or line end has glued to words."""
_WORDS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_\xff")


def hashes(plain: Plain) -> Iterator[Candidate]:
    """Yield hashes by kind."""
    raw = plain.raw
    for found in _HEX.finditer(raw):
        start, end = found.span()
        if start and raw[start - 1] in _WORDS:
            if end - start not in _SORTS or raw[start - 1 : start].isdigit() or raw[start - 1] in b"_\xff":
                continue
        if (end < len(raw) and raw[end] in _WORDS) or end - start not in _SORTS:
            run = found.group()  # a lost blank has glued words to it: a hash is written in one case
            end = start + max(len(_LARGE.match(run).group()), len(_SMALL.match(run).group()))
        sort = _SORTS.get(end - start)
        value = raw[start:end].lower()
        if sort is None or len(set(value)) < 6 or value.isdigit() or value.isalpha():
            continue
        near = raw[max(0, start - 40) : start]
        if _NO_HASH.search(near):
            continue
        if sort == "md5" and b"imphash" in near.lower():
            sort = "imphash"
        yield Candidate(6, start, end, ObservableKind.HASH, value.decode(), sort)
    for found in _LABELLED.finditer(raw):
        size = _SIZES[found.group(1) or found.group(2)]
        start = found.start(3)
        if len(found.group(3)) >= size and not raw[start + size : start + size + 1].isdigit():
            value = raw[start : start + size].lower()
            yield Candidate(6, start, start + size, ObservableKind.HASH, value.decode(), _SORTS[size])
    if b":" in raw:
        for found in _SSDEEP.finditer(raw):
            start, end = found.span()
            one, two = found.group().split(b":")[1:]
            if (start and raw[start - 1] in _WORDS) or (
                len(one) + len(two) < 24 and b"ssdeep" not in raw[max(0, start - 40) : start].lower()
            ):
                continue
            yield Candidate(6, start, end, ObservableKind.HASH, plain.text[start:end], "ssdeep")
    if b"T1" in raw:
        for found in _TLSH.finditer(raw):
            start, end = found.span()
            if (start and raw[start - 1] in _WORDS) or (end < len(raw) and raw[end] in _WORDS):
                continue
            yield Candidate(6, start, end, ObservableKind.HASH, found.group().decode().upper(), "tlsh")


def catalogued(plain: Plain) -> Iterator[Candidate]:
    """Yield ids of catalogues."""
    raw = plain.raw
    for found in _CATALOGUED.finditer(raw):
        start, end = found.span()
        written = found.group()
        low = written.upper().replace(b"\x03", b"-")
        if low.startswith(b"CVE"):
            value = "CVE-" + low[4:].decode().replace(" ", "-")
            yield Candidate(6, start, end, ObservableKind.CVE, value)
        elif low.startswith(b"CWE"):
            yield Candidate(6, start, end, ObservableKind.CWE, f"CWE-{int(low[4:])}")
        elif low.startswith(b"AS"):
            digits = low.lstrip(b"ASN ")
            if written[:2] != b"AS" or digits[:1] == b"0" or int(digits) >= 1 << 32 or digits == b"400":
                continue
            yield Candidate(6, start, end, ObservableKind.ASN, f"AS{int(digits)}")
        elif written[:1].isupper() or raw[max(0, start - 7) : start].lower() == b"attack.":
            if _attack(low):
                yield Candidate(6, start, end, ObservableKind.TECHNIQUE, low.decode())

    for found in _GLUED.finditer(raw):
        start, end = found.span(1 if found.group(1) is not None else 2)
        if _attack(raw[start:end]):
            yield Candidate(6, start, end, ObservableKind.TECHNIQUE, raw[start:end].decode())


def _attack(value: bytes) -> bool:
    number = int(value.strip(b"TAGSMC").partition(b".")[0])
    kind = value[:2] if value[:2] == b"TA" else value[:1]
    if kind == b"T":
        return 1001 <= number < 1700 or 800 <= number < 900
    return number > 0
