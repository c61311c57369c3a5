"""Check sums of numbers of states: python-stdnum's, and those of the numbers that it does not know.

A check takes the number as it stands in the text, in the shape of its kind, and says whether it may be one.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module


@cache
def module(name: str) -> object:
    """Return a module of python-stdnum, loaded where it was not."""
    return import_module(f"stdnum.{name}")


def by_stdnum(name: str, value: str) -> bool:
    """Return whether python-stdnum takes a value; what it trips over is no number."""
    try:
        return bool(getattr(module(name), "is_valid")(value))  # noqa: B009 (no types)
    except (ValueError, IndexError, KeyError):
        return False


def digits_of(value: str) -> str:
    """Return a value's digits."""
    return "".join(char for char in value if char.isdigit())


def _always(value: str) -> bool:
    return True


def _american(value: str) -> bool:
    """Return whether a value lies in the ranges that are given out; famous numbers of advertisements do."""
    digits = digits_of(value)
    area = digits[:3]
    return (
        len(digits) == 9
        and area not in ("000", "666")
        and area < "900"
        and digits[3:5] != "00"
        and digits[5:] != "0000"
    )


def _nino(value: str) -> bool:
    bare = value.replace(" ", "").upper()
    return bare[:2] not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ") and bare[1] != "O"


def _spanish(value: str) -> bool:
    bare = value.upper().replace("-", "").replace(" ", "")
    return any(by_stdnum(name, bare) for name in ("es.dni", "es.nie", "es.nif"))


def _danish(value: str) -> bool:
    """Return whether a value is a CPR number: a date; since 2007 its check digit is not kept any more."""
    digits = digits_of(value)
    return (len(digits) == 10 and by_stdnum("dk.cpr", digits)) or _day_first(digits)


def _day_first(digits: str) -> bool:
    return len(digits) >= 6 and 1 <= int(digits[:2]) <= 31 and 1 <= int(digits[2:4]) <= 12


def _argentine(value: str) -> bool:
    digits = digits_of(value)
    if len(digits) == 11:
        return by_stdnum("ar.cuit", digits)
    return 7 <= len(digits) <= 8


def _colombian(value: str) -> bool:
    return 7 <= len(digits_of(value)) <= 11


def _peruvian(value: str) -> bool:
    digits = digits_of(value)
    return len(digits) != 11 or by_stdnum("pe.ruc", digits)


def _korean(value: str) -> bool:
    """Return whether a value is an RRN; those given since October 2020 have no check digit, so a date is enough."""
    digits = digits_of(value)
    return len(digits) == 13 and 1 <= int(digits[2:4]) <= 12 and 1 <= int(digits[4:6]) <= 31


_UY = (2, 9, 8, 7, 6, 3, 4)


def _uruguayan(value: str) -> bool:
    digits = digits_of(value)
    total = sum(int(d) * w for d, w in zip(digits, _UY, strict=False))
    return len(digits) == 8 and -total % 10 == int(digits[7])


def _egyptian(value: str) -> bool:
    """Return whether a value is a number of an Egyptian card: its governorate is one of those that there are."""
    return value[7:9] in _GOVERNORATES


_GOVERNORATES = frozenset("01 02 03 04 11 12 13 14 15 16 17 18 19 21 22 23 24 25 26 27 28 29 31 32 33 34 35 88".split())


def _medicare(value: str) -> bool:
    digits = digits_of(value)
    return sum(int(d) * w for d, w in zip(digits, (1, 3, 7, 9, 1, 3, 7, 9), strict=False)) % 10 == int(digits[8])


_PENSION = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)


def _german_pension(value: str) -> bool:
    bare = value.replace(" ", "")
    numbers = bare[:8] + f"{ord(bare[8]) - 64:02d}" + bare[9:11]
    total = sum(sum(map(int, str(int(d) * w))) for d, w in zip(numbers, _PENSION, strict=True))
    return total % 10 == int(bare[11])


def _german_card(value: str) -> bool:
    if not any(char.isdigit() for char in value[1:]):
        return False
    if len(value) == 9:
        return True
    total = sum(int(char, 36) * (7, 3, 1)[at % 3] for at, char in enumerate(value[:9]))
    return total % 10 == int(value[9])


_TW = dict(zip("ABCDEFGHJKLMNPQRSTUVXYWZIO", range(10, 36), strict=True))


def _taiwanese(value: str) -> bool:
    first = _TW[value[0]]
    numbers = [first // 10, first % 10, *map(int, value[1:])]
    return sum(d * w for d, w in zip(numbers, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True)) % 10 == 0


def _hongkong(value: str) -> bool:
    bare = re.sub(r"[ ()]", "", value)
    letters = bare[:-7].rjust(2)
    numbers = [36 if c == " " else ord(c) - 55 for c in letters] + [int(c) for c in bare[-7:-1]]
    total = sum(d * w for d, w in zip(numbers, range(9, 1, -1), strict=True))
    return (total + (10 if bare[-1] == "A" else int(bare[-1]))) % 11 == 0


def _singaporean(value: str) -> bool:
    bare = value.upper()
    total = sum(int(d) * w for d, w in zip(bare[1:8], (2, 7, 6, 5, 4, 3, 2), strict=True))
    total += {"T": 4, "G": 4, "M": 3}.get(bare[0], 0)
    letters = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "F": "XWUTRQPNMLK", "G": "XWUTRQPNMLK", "M": "XWUTRQPNJLK"}
    if bare[0] == "M":
        return letters["M"][10 - total % 11] == bare[8]
    return letters[bare[0]][total % 11] == bare[8]


def _indonesian(value: str) -> bool:
    digits = digits_of(value)
    return len(digits) in (15, 16) and 11 <= int(digits[:2]) <= 97


_LV = (10, 5, 8, 4, 2, 1, 6, 3, 7, 9)


def _latvian(value: str) -> bool:
    digits = digits_of(value)
    if digits.startswith("32"):
        return True
    check = (1 + sum(int(d) * w for d, w in zip(digits, _LV, strict=False))) % 11 % 10
    return check == int(digits[10])


def _hungarian(value: str) -> bool:
    digits = digits_of(value)
    if len(digits) == 10:
        return sum(int(d) * w for d, w in zip(digits, range(1, 10), strict=False)) % 11 == int(digits[9])
    return sum(int(d) * (3, 7)[at % 2] for at, d in enumerate(digits[:8])) % 10 == int(digits[8])


def _russian(value: str) -> bool:
    digits = digits_of(value)
    if len(digits) == 11:
        total = sum(int(d) * w for d, w in zip(digits, range(9, 0, -1), strict=False)) % 101 % 100
        return total == int(digits[9:])
    return by_stdnum("ru.inn", digits)


OWN = {
    "always": _always,
    "american": _american,
    "nino": _nino,
    "spanish": _spanish,
    "danish": _danish,
    "argentine": _argentine,
    "colombian": _colombian,
    "peruvian": _peruvian,
    "egyptian": _egyptian,
    "korean": _korean,
    "medicare": _medicare,
    "german_pension": _german_pension,
    "german_card": _german_card,
    "taiwanese": _taiwanese,
    "hongkong": _hongkong,
    "singaporean": _singaporean,
    "indonesian": _indonesian,
    "latvian": _latvian,
    "hungarian": _hungarian,
    "russian": _russian,
    "uruguayan": _uruguayan,
}
"""Checks of our own by name."""
