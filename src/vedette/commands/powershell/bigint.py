"""``[bigint]``: whole numbers of any size, whose bytes may be a text."""

from __future__ import annotations

from collections.abc import Callable

MOST_BITS = 400_000
"""Bits of a number that is computed."""
_MOST_SHOWN = 14_000
_CHUNK = 4_000


class Big(int):
    """A ``BigInteger``: division cuts off, and no operation overflows."""

    __slots__ = ()


def parse(text: str) -> Big:
    """Return the number that digits stand for.

    Raises:
        ValueError: they are none, or too many.
    """
    text = text.strip()
    sign = -1 if text[:1] == "-" else 1
    digits = text.lstrip("+-")
    if not digits.isascii() or not digits.isdecimal() or len(digits) * 10 // 3 > MOST_BITS:
        raise ValueError
    value = 0
    for i in range(0, len(digits), _CHUNK):
        part = digits[i : i + _CHUNK]
        value = value * 10 ** len(part) + int(part)
    return Big(sign * value)


def parse_hex(text: str) -> Big:
    """Return the number that hexadecimal digits stand for: negative where the first of them is 8 or more.

    Raises:
        ValueError: they are none, or too many.
    """
    text = text.strip()
    if not text or len(text) * 4 > MOST_BITS or "_" in text or text[0] in "+-":
        raise ValueError
    value = int(text, 16)
    return Big(value - (1 << 4 * len(text)) if text[0] in "89abcdefABCDEF" else value)


def to_bytes(value: int, *, unsigned: bool = False, big_endian: bool = False) -> bytes:
    """Return a number's bytes as ``ToByteArray`` gives them: the least that hold it and its sign."""
    length = (value.bit_length() + 7) // 8 if unsigned else (value + (value < 0)).bit_length() // 8 + 1
    return value.to_bytes(max(length, 1), "big" if big_endian else "little", signed=not unsigned)


def of_bytes(data: bytes) -> Big:
    """Return the number whose bytes they are.

    Raises:
        ValueError: they are too many.
    """
    if len(data) * 8 > MOST_BITS:
        raise ValueError
    return Big(int.from_bytes(data, "little", signed=True))


def show(value: int, spec: str = "") -> str:
    """Return a number as text: in decimal digits, or in hexadecimal ones for ``x``.

    Raises:
        ValueError: it is too long, or the form is another.
    """
    letter, least = spec[:1].lower(), spec[1:]
    if letter == "x" and (not least or least.isdecimal()):
        data = to_bytes(value, big_endian=True)
        digits = data.hex()
        if value >= 0 and digits[0] == "0" and (len(digits) == 1 or digits[1] in "01234567"):
            digits = digits[1:] or "0"
        digits = digits.rjust(min(int(least or 0), 10_000), "f" if value < 0 else "0")
        return digits.upper() if spec[0] == "X" else digits
    if letter not in ("", "d", "g", "r") or value.bit_length() > _MOST_SHOWN:
        raise ValueError
    shown = (
        str(abs(int(value))).rjust(min(int(least), 10_000), "0") if letter == "d" and least else str(abs(int(value)))
    )
    return "-" + shown if value < 0 else shown


def quotient(a: int, b: int) -> int:
    """Return ``a / b`` cut off towards zero."""
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def _left(a: int, b: int) -> int:
    if not 0 <= b <= MOST_BITS:
        raise ValueError
    return a << b


def _power(a: int, b: int) -> int:
    if not 0 <= b or a.bit_length() * b > MOST_BITS:
        raise ValueError
    return int(a**b)


WORK: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": quotient,
    "%": lambda a, b: a - quotient(a, b) * b,
    "band": lambda a, b: a & b,
    "bor": lambda a, b: a | b,
    "bxor": lambda a, b: a ^ b,
    "shl": _left,
    "shr": lambda a, b: a >> max(b, 0),
    "pow": _power,
}
"""Operators, by their names."""


def compute(op: str, left: int, right: int) -> Big:
    """Return what an operator gives.

    Raises:
        ValueError: it has no result, or one that is too large.
        ZeroDivisionError: it divides by nothing.
    """
    made = WORK[op](int(left), int(right))
    if made.bit_length() > MOST_BITS:
        raise ValueError
    return Big(made)
