"""Numbers of catalogues: CVE, CWE, ATT&CK, autonomous systems."""

from __future__ import annotations

from collections.abc import Iterator

from vedette.guard.personal.sheet import Pattern
from vedette.intel.observables.candidates import Candidate
from vedette.intel.observables.mirror import Plain
from vedette.schema.entity import ObservableKind

_CATALOGUED = Pattern(
    rb"(?:CVE|cve|Cve)[\-\x03_ ]\d{4}[\-\x03]\d{4,7}|(?:CWE|cwe)[\-\x03 ]\d{1,4}|ASN? ?\d{3,10}|TA00\d\d|[TGSMt][01]\d{3}(?:[./]\d{3})?|C00\d\d"
)
_WORDS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_\xff")
_SMALL = frozenset(b"abcdefghijklmnopqrstuvwxyz\xff")


def find(plain: Plain) -> Iterator[Candidate]:
    """Yield ids of catalogues."""
    raw = plain.raw
    for found in _CATALOGUED.finditer(raw):
        start, end = found.span()
        before = raw[start - 1] if start else 0x20
        after = raw[end] if end < len(raw) else 0x20
        written = raw[start:end]
        kind = written[:2]
        if before in _WORDS and not (before in _SMALL and kind in (b"TA", b"T1", b"CV", b"CW")):
            continue
        if kind in (b"CV", b"cv", b"Cv"):
            if after not in _DIGITS:
                value = "CVE-" + written[4:].replace(b"\x03", b"-").decode()
                yield Candidate(6, start, end, ObservableKind.CVE, value)
        elif kind in (b"CW", b"cw"):
            if after not in _WORDS:
                yield Candidate(6, start, end, ObservableKind.CWE, f"CWE-{int(written[4:])}")
        elif kind == b"AS":
            digits = written.lstrip(b"ASN ")
            if after in _WORDS or digits[:1] == b"0" or int(digits) >= 1 << 32 or digits == b"400":
                continue
            yield Candidate(6, start, end, ObservableKind.ASN, f"AS{int(digits)}")
        elif _stands(raw, start, end, before, after) and _attack(written):
            value = written.decode().upper().replace("/", ".")
            yield Candidate(6, start, end, ObservableKind.TECHNIQUE, value)


_DIGITS = frozenset(b"0123456789")


def _stands(raw: bytes, start: int, end: int, before: int, after: int) -> bool:
    """Return whether an id of ATT&CK stands for itself; lost blanks may have glued techniques and tactics to words."""
    if raw[start] == 0x74:  # a tag of Sigma: attack.t1059
        return raw[max(0, start - 7) : start].lower() == b"attack." and after not in _WORDS
    if before in _SMALL or after in _WORDS:
        if not raw.startswith((b"T1", b"TA"), start):
            return False
        if after in _WORDS:
            following = raw[end : end + 2]
            return (following[:1].isupper() and following[1:].islower()) or raw.startswith(b"http", end)
    return True


def _attack(value: bytes) -> bool:
    if value[:2] == b"TA":
        return value != b"TA0000"
    number = int(value[1:5])
    if value[0] in b"Tt":
        return 1001 <= number < 1700 or 800 <= number < 900
    return number > 0 and (b"." not in value)
