"""Addresses of crypto currencies, by their check sums."""

from __future__ import annotations

from collections.abc import Iterator

from vedette.guard.personal.checks import base58check, bech32, eip55, keccak256
from vedette.guard.personal.sheet import Pattern
from vedette.intel.observables.candidates import Candidate
from vedette.intel.observables.mirror import Plain
from vedette.schema.entity import ObservableKind

_BASE58 = Pattern(rb"\b[13LMDXT2mn][1-9A-HJ-NP-Za-km-z]{25,34}\b")
_BECH32 = Pattern(rb"\b(?:bc1|ltc1|BC1)[02-9ac-hj-np-zAC-HJ-NP-Z]{11,87}\b")
_ETHEREUM = Pattern(rb"\b0x[0-9A-Fa-f]{40}\b")
_MONERO = Pattern(rb"\b[48][0-9AB][1-9A-HJ-NP-Za-km-z]{93}\b")
_VERSIONS = {0: "bitcoin", 5: "bitcoin", 48: "litecoin", 50: "litecoin", 30: "dogecoin", 76: "dash", 65: "tron"}
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_MOST_CHECKED = 2_000
"""Addresses of Ethereum whose check sum is worked out in one text; the rest are believed."""


def wallets(plain: Plain) -> Iterator[Candidate]:
    """Yield addresses whose check sums are right; those of Ethereum in one case have none."""
    raw = plain.raw
    for found in _BASE58.finditer(raw):
        value = found.group().decode()
        version = base58check(value)
        if version in _VERSIONS:
            yield Candidate(6, found.start(), found.end(), ObservableKind.CRYPTO_ADDRESS, value, _VERSIONS[version])
    if b"c1" in raw or b"C1" in raw:
        for found in _BECH32.finditer(raw):
            value = found.group().decode()
            if bech32(value):
                sort = "litecoin" if value[0] in "lL" else "bitcoin"
                yield Candidate(6, found.start(), found.end(), ObservableKind.CRYPTO_ADDRESS, value.lower(), sort)
    if b"0x" in raw:
        n_checked = 0
        for found in _ETHEREUM.finditer(raw):
            value = found.group().decode()
            mixed = value[2:] not in (value[2:].lower(), value[2:].upper())
            n_checked += mixed
            if not mixed or n_checked > _MOST_CHECKED or eip55(value):
                yield Candidate(6, found.start(), found.end(), ObservableKind.CRYPTO_ADDRESS, value.lower(), "ethereum")
    for found in _MONERO.finditer(raw):
        value = found.group().decode()
        if _monero(value):
            yield Candidate(6, found.start(), found.end(), ObservableKind.CRYPTO_ADDRESS, value, "monero")


def _monero(value: str) -> bool:
    """Return whether the last four bytes are the beginning of Keccak over the rest (base58 in blocks of eleven)."""
    whole = bytearray()
    for at in range(0, len(value), 11):
        block = value[at : at + 11]
        number = 0
        for char in block:
            number = number * 58 + _ALPHABET.index(char)
        size = {11: 8, 7: 5}.get(len(block))
        if size is None or number >= 1 << (8 * size):
            return False
        whole += number.to_bytes(size, "big")
    return keccak256(bytes(whole[:-4]))[:4] == bytes(whole[-4:])
