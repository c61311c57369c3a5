"""Check sums that more than one kind of number uses."""

from __future__ import annotations

import hashlib

_LUHN = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def luhn(digits: str) -> bool:
    """Return whether digits pass the Luhn check."""
    total = 0
    for at, char in enumerate(reversed(digits)):
        total += _LUHN[int(char)] if at % 2 else int(char)
    return total % 10 == 0


def mod97(value: str) -> bool:
    """Return whether an IBAN's check digits are right (ISO 7064, modulo 97-10)."""
    moved = value[4:] + value[:4]
    return int("".join(str(int(char, 36)) for char in moved)) % 97 == 1


def aba(digits: str) -> bool:
    """Return whether nine digits are a routing number of a US bank: weights 3, 7, 1, and a prefix that is given out."""
    if len(digits) != 9 or not digits.isdigit():
        return False
    prefix = int(digits[:2])
    if not (0 <= prefix <= 12 or 21 <= prefix <= 32 or 61 <= prefix <= 72 or prefix == 80):
        return False
    return digits != "000000000" and sum(int(d) * w for d, w in zip(digits, (3, 7, 1) * 3, strict=True)) % 10 == 0


_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58check(value: str) -> int | None:
    """Return the version byte of a base58 value whose four check bytes are right; else None."""
    number = 0
    for char in value:
        at = _BASE58.find(char)
        if at < 0:
            return None
        number = number * 58 + at
    n_zeros = len(value) - len(value.lstrip("1"))
    body = number.to_bytes((number.bit_length() + 7) // 8, "big")
    whole = b"\0" * n_zeros + body
    if len(whole) != 25:
        return None
    check = hashlib.sha256(hashlib.sha256(whole[:-4]).digest()).digest()[:4]
    return whole[0] if check == whole[-4:] else None


_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def bech32(value: str) -> bool:
    """Return whether a bech32 or bech32m value's check sum is right (BIP 173, BIP 350)."""
    lowered = value.lower()
    if value not in (lowered, value.upper()):
        return False
    human, _, data = lowered.rpartition("1")
    if not human or len(data) < 6 or any(char not in _BECH32 for char in data):
        return False
    values = [ord(c) >> 5 for c in human] + [0] + [ord(c) & 31 for c in human] + [_BECH32.index(c) for c in data]
    check = 1
    for one in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ one
        for bit in range(5):
            check ^= _GENERATOR[bit] if top >> bit & 1 else 0
    return check in (1, 0x2BC830A3)


_ROUNDS = (
    *(0x1, 0x8082, 0x800000000000808A, 0x8000000080008000, 0x808B, 0x80000001, 0x8000000080008081),
    *(0x8000000000008009, 0x8A, 0x88, 0x80008009, 0x8000000A, 0x8000808B, 0x800000000000008B),
    *(0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x800A),
    *(0x800000008000000A, 0x8000000080008081, 0x8000000000008080, 0x80000001, 0x8000000080008008),
)
_MASK = (1 << 64) - 1


def _turn(value: int, by: int) -> int:
    by %= 64
    return (value << by | value >> (64 - by)) & _MASK if by else value


def _permuted(lanes: list[list[int]]) -> list[list[int]]:
    for constant in _ROUNDS:
        columns = [lanes[x][0] ^ lanes[x][1] ^ lanes[x][2] ^ lanes[x][3] ^ lanes[x][4] for x in range(5)]
        mixed = [columns[(x + 4) % 5] ^ _turn(columns[(x + 1) % 5], 1) for x in range(5)]
        lanes = [[lanes[x][y] ^ mixed[x] for y in range(5)] for x in range(5)]
        x, y, current = 1, 0, lanes[1][0]
        for step in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            current, lanes[x][y] = lanes[x][y], _turn(current, (step + 1) * (step + 2) // 2)
        for row in range(5):
            line = [lanes[column][row] for column in range(5)]
            for column in range(5):
                lanes[column][row] = line[column] ^ (~line[(column + 1) % 5] & _MASK & line[(column + 2) % 5])
        lanes[0][0] ^= constant
    return lanes


def keccak256(data: bytes) -> bytes:
    """Return Keccak-256 of at most 135 bytes, as Ethereum uses it (the padding is older than SHA-3's)."""
    block = bytearray(data + b"\x01" + b"\0" * (135 - len(data)))
    block[135] |= 0x80
    lanes = [[0] * 5 for _ in range(5)]
    for at in range(17):
        lanes[at % 5][at // 5] = int.from_bytes(block[at * 8 : at * 8 + 8], "little")
    lanes = _permuted(lanes)
    return b"".join(lanes[at % 5][at // 5].to_bytes(8, "little") for at in range(4))


def eip55(address: str) -> bool:
    """Return whether the case of an Ethereum address's letters is its check sum (EIP-55)."""
    bare = address[2:]
    digest = keccak256(bare.lower().encode()).hex()
    return all(char.isdigit() or char.isupper() == (digest[at] >= "8") for at, char in enumerate(bare))
