"""Addresses of crypto currencies, by their check sums."""

from __future__ import annotations

from vedette.guard.personal.checks import base58check, bech32, eip55, keccak256

_VERSIONS = {0: "bitcoin", 5: "bitcoin", 48: "litecoin", 50: "litecoin", 30: "dogecoin", 76: "dash", 65: "tron"}
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_MOST_CHECKED = 2_000
"""Addresses of Ethereum whose check sum is worked out in one text; the rest are believed."""


class Wallets:
    """Tells addresses by their check sums; those of Ethereum in one case have none and are believed."""

    def __init__(self) -> None:
        """Begin with a text of which nothing is checked yet."""
        self._n_checked = 0

    def read(self, run: bytes) -> tuple[str, str] | None:
        """Return the address that a run of letters and digits is, and its currency; None where it is none."""
        size, first = len(run), run[:1]
        if size < 36 and first in _FIRST:
            value = run.decode()
            version = base58check(value)
            return (value, _VERSIONS[version]) if version in _VERSIONS else None
        if size <= 90 and run[:4].lower().startswith((b"bc1", b"ltc1")):
            value = run.decode()
            return (value.lower(), "litecoin" if value[0] in "lL" else "bitcoin") if bech32(value) else None
        if size == 42 and run[:2] == b"0x":
            return self._ethereum(run.decode())
        if size == 95 and first in (b"4", b"8"):
            value = run.decode()
            return (value, "monero") if _monero(value) else None
        return None

    def _ethereum(self, value: str) -> tuple[str, str] | None:
        digits = value[2:]
        if not all(char in "0123456789abcdefABCDEF" for char in digits):
            return None
        if digits not in (digits.lower(), digits.upper()):
            self._n_checked += 1
            if self._n_checked <= _MOST_CHECKED and not eip55(value):
                return None
        return value.lower(), "ethereum"


_FIRST = frozenset((b"1", b"3", b"L", b"M", b"D", b"X", b"T"))


def _monero(value: str) -> bool:
    """Return whether the last four bytes are the beginning of Keccak over the rest (base58 in blocks of eleven)."""
    whole = bytearray()
    for at in range(0, len(value), 11):
        block = value[at : at + 11]
        number = 0
        for char in block:
            digit = _ALPHABET.find(char)
            if digit < 0:
                return False
            number = number * 58 + digit
        size = {11: 8, 7: 5}.get(len(block))
        if size is None or number >= 1 << (8 * size):
            return False
        whole += number.to_bytes(size, "big")
    return keccak256(bytes(whole[:-4]))[:4] == bytes(whole[-4:])
