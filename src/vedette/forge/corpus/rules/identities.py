"""National identity numbers: those whose check digits can be computed, and those that need a word before them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from vedette.forge.corpus.rules.base import Rule
from vedette.guard.personal.checks import luhn


def digits_of(value: str) -> str:
    """Return a value's digits."""
    return "".join(c for c in value if c.isdigit())


def _weighted(digits: str, weights: Sequence[int]) -> int:
    return sum(int(d) * w for d, w in zip(digits, weights, strict=False))


def _date(month: str, day: str) -> bool:
    return 1 <= int(month) <= 12 and 1 <= int(day) <= 31


def french(value: str, *_: object) -> bool:
    """Return whether a value is a French NIR: 97 less the number modulo 97 ends it."""
    bare = re.sub(r"[ .]", "", value).upper().replace("2A", "19").replace("2B", "18")
    return len(bare) == 15 and bare.isdigit() and 97 - int(bare[:13]) % 97 == int(bare[13:])


def spanish(value: str, *_: object) -> bool:
    """Return whether a value is a Spanish DNI or NIE: its letter is the number modulo 23."""
    bare = value.upper().replace("-", "").replace(" ", "")
    number = bare[:-1].translate(str.maketrans("XYZ", "012"))
    return number.isdigit() and "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == bare[-1]


_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            *(1, 0, 5, 7, 9, 13, 15, 17, 19, 21),
            *(1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16),
            *(10, 22, 25, 24, 23),
        ),
        strict=True,
    )
)


def italian(value: str, *_: object) -> bool:
    """Return whether a value is an Italian codice fiscale: its last letter is a sum over odd and even places."""
    bare = value.upper()
    total = sum(
        _ODD[c] if at % 2 == 0 else (int(c) if c.isdigit() else ord(c) - ord("A")) for at, c in enumerate(bare[:15])
    )
    return chr(ord("A") + total % 26) == bare[15]


def polish(value: str, *_: object) -> bool:
    """Return whether a value is a Polish PESEL: a date and a weighted check digit."""
    month = int(value[2:4]) % 20
    sure = _date(f"{month:02d}", value[4:6]) and len(set(value)) > 3
    return sure and (10 - _weighted(value[:10], (1, 3, 7, 9) * 3) % 10) % 10 == int(value[10])


def brazilian(value: str, *_: object) -> bool:
    """Return whether a value is a Brazilian CPF: two check digits modulo 11."""
    digits = digits_of(value)
    if len(digits) != 11 or len(set(digits)) == 1:
        return False
    for n in (9, 10):
        rest = _weighted(digits[:n], range(n + 1, 1, -1)) * 10 % 11 % 10
        if rest != int(digits[n]):
            return False
    return True


def belgian(value: str, *_: object) -> bool:
    """Return whether a value is a Belgian national number: a date, and 97 less the number modulo 97."""
    digits = digits_of(value)
    if len(digits) != 11 or not _date(digits[2:4], digits[4:6]):
        return False
    return int(digits[9:]) in (97 - int(digits[:9]) % 97, 97 - int("2" + digits[:9]) % 97)


def nordic(value: str, *_: object) -> bool:
    """Return whether a value is a Swedish personal number: a date and a Luhn digit."""
    digits = digits_of(value)[-10:]
    return len(digits) == 10 and _date(digits[2:4], digits[4:6]) and luhn(digits)


def finnish(value: str, *_: object) -> bool:
    """Return whether a value is a Finnish identity code: its last sign is the number modulo 31."""
    return (
        _date(value[2:4], value[:2])
        and "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(value[:6] + value[7:10]) % 31] == value[10]
    )


def american(value: str, *_: object) -> bool:
    """Return whether a value is in a range that US social security numbers are given from."""
    area, group, serial = value[:3], value[4:6], value[7:]
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def _id(pattern: str, accept: Callable[..., bool]) -> Rule:
    return Rule("national-id", pattern, "<ID>", accept, before=r"\w.+-", after=r"[\w-]|\.\d")


_CUE = (
    r"(?i)(?:\bssn\b|social security|\bnhs\b|\bbsn\b|\bsin\b|\btfn\b|steuer-?id\w*|tax id\w*|\baadhaar\b|passport\w*|"
    r"driver'?s? licen[cs]e|national id\w*|identity card|personalausweis\w*|\bid card\b)"
    r"(?:\s(?:number|no\.?|nr\.?|is|was))*[\s:#=]{0,4}"
)

RULES: tuple[Rule, ...] = (
    _id(r"[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}", french),
    _id(r"(?:\d{8}|[XYZ]\d{7})-?[A-HJ-NP-TV-Z]", spanish),
    _id(r"[A-Z]{6}\d{2}[ABCDEHLMPRST]\d{2}[A-Z]\d{3}[A-Z]", italian),
    _id(r"\d{11}", polish),
    _id(r"\d{3}\.\d{3}\.\d{3}-\d{2}", brazilian),
    _id(r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}", belgian),
    _id(r"(?:19|20)?\d{6}[-+]\d{4}", nordic),
    _id(r"\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]", finnish),
    _id(r"\d{3}-\d{2}-\d{4}", american),
    Rule(
        "national-id",
        _CUE + r"(?P<v>[A-Z]{0,2}\d(?:[ -]?[A-Z0-9]){5,13})\b",
        "<ID>",
        lambda v, *_: sum(map(str.isdigit, v)) >= 6,
    ),
)
"""Every number as a rule."""
