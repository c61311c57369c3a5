"""Numbers of cards, accounts, persons and telephones: the form stays, check sums hold, the range is nobody's.

Where a range is kept free for tests and films, it is used: 555-01xx in North America, Ofcom's and Arcep's numbers,
social security numbers that begin with 9, card numbers of the networks' test ranges.
"""

from __future__ import annotations

import re

from vedette.guard.personal.checks import luhn
from vedette.guard.pseudonyms.structure.keyed import Keyed

_DIGIT = re.compile(r"[0-9]")
_NOT_DIGIT = re.compile(r"[^0-9]")
_IBAN = re.compile(r"[A-Za-z]{2}[0-9]{2}(?:[ -]?[0-9A-Za-z]){8,30}")
_SSN = re.compile(r"[0-9]{3}-[0-9]{2}-[0-9]{4}")
_NIE = re.compile(r"([XYZxyz]?)([0-9]{7,8})(-?)([A-Za-z])")
_NIE_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_CARD_STARTS = ("400000", "555555", "222300", "378282", "371449", "601111", "352800", "305693", "6759")
_PHONES = (
    # country code as written, how many digits follow it, and what stands before the drawn ones; a is an area's digit
    (re.compile(r"\+?1"), 10, "aaa55501"),
    (re.compile(r"\+44"), 10, "7700900"),
    (re.compile(r"\+33"), 9, "19900"),
    (re.compile(r"\+61"), 9, "491570"),
)
_COUNTRY = re.compile(
    r"\+(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|21\d|2[2-689]\d|3[578]\d|42\d|5[09]\d|6[7-9]\d|"
    r"8[057]\d|9[679]\d)"
)


def filled(form: str, digits: str) -> str:
    """Return a text with other digits."""
    drawn = iter(digits)
    return _DIGIT.sub(lambda _: next(drawn), form)


def luhn_digit(digits: str) -> int:
    """Return what a number's check digit must be, given the digits before it."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return -total % 10


def credit_card(value: str, keyed: Keyed) -> str | None:
    """Return a card of the same network's test range."""
    digits = _NOT_DIGIT.sub("", value)
    if not 12 <= len(digits) <= 19:
        return None
    start = next((one for one in _CARD_STARTS if one[:2] == digits[:2]), None)
    start = start or next((one for one in _CARD_STARTS if one[0] == digits[0]), digits[0])
    body = start + keyed.digits(len(digits) - len(start) - 1, "card", digits, str(keyed.turn))
    return filled(value, body + str(luhn_digit(body)))


def iban_code(value: str, keyed: Keyed) -> str | None:
    """Return an account of the same country that no bank has, its check digits right."""
    if not _IBAN.fullmatch(value):
        return None
    plain = re.sub(r"[ -]", "", value)
    country, account = plain[:2].upper(), keyed.shaped(plain[4:], "iban", plain[:2].upper())
    moved = "".join(str(int(char, 36)) for char in f"{account}{country}00")
    check = 98 - int(moved) % 97
    drawn = iter(f"{plain[:2]}{check:02d}{account}")
    return "".join(char if char in " -" else next(drawn) for char in value)


def national_id(value: str, keyed: Keyed) -> str | None:
    """Return a number of the same form; check sums that hold for the original hold for it."""
    digits = _NOT_DIGIT.sub("", value)
    if _SSN.fullmatch(value):
        drawn = keyed.digits(8, "ssn", value, str(keyed.turn))
        return f"9{drawn[:2]}-{drawn[2:4]}-{drawn[4:]}"
    found = _NIE.fullmatch(value)
    if found and _nie(found[1], found[2]) == found[4].upper():
        other = keyed.digits(len(found[2]), "nie", value, str(keyed.turn))
        letter = _nie(found[1], other)
        return f"{found[1]}{other}{found[3]}{letter if found[4].isupper() else letter.lower()}"
    if len(digits) < 6 or sum(char.isalpha() for char in value) > 6:
        return identifier(value, keyed)
    if value.replace(" ", "").isdigit() and len(digits) == 15 and int(digits[-2:]) == 97 - int(digits[:-2]) % 97:
        body = digits[0] + keyed.digits(12, "nir", digits, str(keyed.turn))
        return filled(value, f"{body}{97 - int(body) % 97:02d}")
    if any(char.isalpha() for char in value):
        return keyed.shaped(value, "id")
    body = digits[0] + keyed.digits(len(digits) - 2, "id", digits, str(keyed.turn))
    last = str(luhn_digit(body)) if luhn(digits) else keyed.digits(1, "last", digits, str(keyed.turn))
    return filled(value, body + last)


def _nie(start: str, digits: str) -> str:
    return _NIE_LETTERS[int(f"{'XYZ'.index(start.upper()) if start else ''}{digits}") % 23]


def identifier(value: str, keyed: Keyed) -> str | None:
    """Return letters for letters and digits for digits; None for what is too short to be known again."""
    if not value.isascii() or sum(char.isalnum() for char in value) < 6:
        return None
    return keyed.shaped(value, "identifier")


def phone_number(value: str, keyed: Keyed) -> str | None:
    """Return a telephone of the same country and form."""
    digits = _NOT_DIGIT.sub("", value)
    if len(digits) < 7 or any(char.isalpha() for char in value):
        return None
    compact = re.sub(r"[^0-9+]", "", value)
    turn = str(keyed.turn)
    for code, n_digits, start in _PHONES:
        found = code.match(compact)
        n_code = len(_NOT_DIGIT.sub("", found[0])) if found else 0
        if found and len(digits) - n_code == n_digits:
            return filled(value, digits[:n_code] + _numbered(start, n_digits, digits, keyed))
    if len(digits) == 10 and re.match(r"\(?[2-9]", value) and re.fullmatch(r"\(?\d{3}\)?[-. ]?\d{3}[-. ]\d{4}", value):
        return filled(value, _numbered("aaa55501", 10, digits, keyed))
    country = _COUNTRY.match(compact)
    n_kept = (len(country[0]) - 1 if country else 0) + 2
    if len(digits) - n_kept < 4:
        return None
    return filled(value, digits[:n_kept] + keyed.digits(len(digits) - n_kept, "phone", digits, turn))


def _numbered(start: str, n_digits: int, told: str, keyed: Keyed) -> str:
    if start.startswith("a"):
        area = str(200 + keyed.below(800, "area", told[-10:], str(keyed.turn)))
        start = area + start[3:]
    return start + keyed.digits(n_digits - len(start), "phone", told[-n_digits:], str(keyed.turn))


def arn(value: str, keyed: Keyed) -> str | None:
    """Return a resource's name of the same service and region; the account becomes what the account becomes alone."""
    parts = value.split(":", 5)
    if len(parts) != 6 or parts[0].lower() != "arn":
        return None
    account = identifier(parts[4], keyed.first) if parts[4].isdigit() else parts[4]
    kind, slash, rest = parts[5].partition("/")
    resource = f"{kind}{slash}{keyed.spoken(rest, 'resource')}" if slash else keyed.spoken(parts[5], "resource")
    made = ":".join((*parts[:4], account or parts[4], resource))
    return made if made != value and made.isascii() else None
