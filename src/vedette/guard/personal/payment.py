"""Cards, accounts and wallets: numbers that money moves by."""

from __future__ import annotations

from vedette.guard.personal.checks import aba, base58check, bech32, eip55, luhn, mod97
from vedette.guard.personal.cues import Cues
from vedette.guard.personal.sheet import Pattern, Sheet

_CARD = Pattern(rb"\d{4,6}(?:[ -]?\d{1,7}){1,6}")
_GROUPED = Pattern(
    rb"\d{4}([ -])\d{4}[ -]\d{4}[ -]\d{1,7}|\d{4}[ -]\d{6}[ -]\d{4,5}|"
    rb"\d{12,19}|\d{4}[ -]\d{4}[ -]\d{5}|\d{4}[ -]\d{7}[ -]\d{4}"
)


def brand(digits: str) -> str | None:
    """Return whose card a number would be by its first digits and its length; None where nobody's.

    Source: ISO/IEC 7812 ranges as the networks publish them (Visa, Mastercard, American Express, Diners Club, Discover,
    JCB with its old 15 digits, UnionPay, Maestro, RuPay, Mir, Troy).
    """
    n = len(digits)
    two, three, four, six = int(digits[:2]), int(digits[:3]), int(digits[:4]), int(digits[:6])
    if digits[0] == "4" and n in (13, 16, 19):
        return "visa"
    if n == 16 and (51 <= two <= 55 or 222100 <= six <= 272099):
        return "mastercard"
    if n == 15 and two in (34, 37):
        return "amex"
    if (n == 14 and (300 <= three <= 305 or two in (36, 38, 39) or three == 309)) or (
        n == 16 and two in (30, 36, 38, 39)
    ):
        return "diners"
    if 16 <= n <= 19 and (four == 6011 or two == 65 or 644 <= three <= 649):
        return "discover"
    if 16 <= n <= 19 and 3528 <= four <= 3589:
        return "jcb"
    if n == 15 and four in (2131, 1800):
        return "jcb"
    if 16 <= n <= 19 and (two == 62 or two == 81):
        return "unionpay"
    if n == 16 and (2200 <= four <= 2204 or four == 9792 or two in (60, 82)):
        return "other"
    if 12 <= n <= 19 and (two in (50, 56, 57, 58, 63, 67) or four == 604):
        return "maestro"
    return None


_SURE_LENGTHS = (15, 16)


def cards(sheet: Sheet, cues: Cues) -> None:
    """Put down payment cards: brand and length fit, and the check sum, or a word that says card."""
    raw = sheet.raw
    for found in _CARD.finditer(raw):
        start, end = found.span()
        if end - start < 12:
            continue
        piece = _GROUPED.match(raw, start, end)
        if piece is None:
            continue
        end = piece.end()
        if not sheet.number_alone(start, end):
            continue
        value = raw[start:end].decode("latin-1")
        digits = value.replace(" ", "").replace("-", "")
        if len(set(digits)) < 2:
            continue
        whose = brand(digits)
        said = cues.near("card", start, end, before=64)
        if not luhn(digits):
            if said and whose:
                sheet.hit("CREDIT_CARD", start, end, 0.7, f"{whose}-unchecked")
            continue
        if whose is None:
            if said:
                sheet.hit("CREDIT_CARD", start, end, 0.8, "checksum")
        elif said or (len(digits) in _SURE_LENGTHS and (whose != "maestro" or len(value) > len(digits))):
            if said or not sheet.own_value(start, end):
                sheet.hit("CREDIT_CARD", start, end, 1.0, whose)


_IBAN = Pattern(rb"(?i)[A-Z]{2}\d{2}[ -]?[A-Z0-9](?:[ -]?[A-Z0-9]){10,32}")
_IBAN_LENGTH = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29,
    "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29,
    "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28,
    "HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20,
    "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19,
    "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29,
    "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24,
    "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
    "YE": 30,
}  # fmt: skip
"""Lengths by country. Source: SWIFT IBAN registry, release 99."""


def ibans(sheet: Sheet, cues: Cues) -> None:
    """Put down IBANs: the country's length and the check digits right; others behind the word as accounts."""
    raw = sheet.raw
    for found in _IBAN.finditer(raw):
        start, end = found.span()
        if sheet.word_before(start):
            continue
        length = _IBAN_LENGTH.get(raw[start : start + 2].decode("latin-1").upper())
        if length is None:
            continue
        at, n = start, 0
        while at < end and n < length:
            n += raw[at] not in b" -"
            at += 1
        if n < length or sheet.word_after(at) or (at + 1 < len(raw) and raw[at] in b"-." and sheet.word_after(at + 1)):
            continue
        value = raw[start:at].decode("latin-1")
        bare = value.replace(" ", "").replace("-", "").upper()
        if mod97(bare):
            sheet.hit("IBAN_CODE", start, at, 1.0, bare[:2].lower())
        elif cues.near("iban", start, at, before=32):
            sheet.hit("BANK_ACCOUNT", start, at, 0.7, "iban-unchecked")


_FILLER = (
    rb"(?i)(?:[\s\"'`:=#>(),|*_.\-]|\b(?:number|numbers|no|nr|num|is|was|id|are|code|value|my|the|please|for|of|at|us|"
    rb"account|acct)\b){0,10}"
)
_ROUTING = Pattern(_FILLER + rb"(\d{9}|\d{4}[ -]\d{4}[ -]\d)")
_ACCOUNT = Pattern(_FILLER + rb"(\d[\d -]{4,20}\d)")
_SORT_CODE = Pattern(_FILLER + rb"(\d{2}[ -]?\d{2}[ -]?\d{2})")
_BSB = Pattern(_FILLER + rb"(\d{3}[ -]?\d{3})")
_REACH = 64


def accounts(sheet: Sheet, cues: Cues) -> None:
    """Put down account numbers, routing numbers and sort codes behind the words that announce them."""
    raw = sheet.raw
    if not cues:
        return
    for family, pattern, rule, score in (
        ("routing", _ROUTING, "us-routing", 1.0),
        ("sortcode", _SORT_CODE, "gb-sort-code", 0.9),
        ("bsb", _BSB, "au-bsb", 0.9),
        ("account", _ACCOUNT, "account", 0.7),
    ):
        for cue in cues.of(family):
            found = pattern.match(raw, cue.end, min(len(raw), cue.end + _REACH))
            if found is None:
                continue
            start, end = found.span(1)
            if (
                sheet.word_before(start)
                or sheet.word_after(end)
                or (end < len(raw) and raw[end] in b"./:" and sheet.word_after(end + 1))
            ):
                continue
            digits = bytes(b for b in raw[start:end] if 48 <= b <= 57).decode()
            if rule == "us-routing" and not aba(digits):
                continue
            if rule == "account" and not 6 <= len(digits) <= 18:
                continue
            sheet.hit("BANK_ACCOUNT", start, end, score, rule)


_LONG = Pattern(rb"[0-9A-Za-z]{26}")
_BASE58 = Pattern(rb"[13LMDTA9][1-9A-HJ-NP-Za-km-z]{25,34}")
_BECH32 = Pattern(rb"(?i)(?:bc|tb|ltc)1[02-9ac-hj-np-z]{11,87}")
_HEX = Pattern(rb"0x[0-9a-fA-F]{40}")
_MONERO = Pattern(rb"[48][0-9AB][1-9A-HJ-NP-Za-km-z]{93}")
_VERSIONS = {
    0: "btc",
    5: "btc",
    0x30: "ltc",
    0x32: "ltc",
    0x1E: "doge",
    0x16: "doge",
    0x41: "trx",
    0x4C: "dash",
    0x10: "dash",
}
_MOST_CHECKED = 500
"""Addresses of Ethereum whose letters are checked in one text: half a millisecond each; those after are taken."""


def wallets(sheet: Sheet, cues: Cues) -> None:
    """Put down addresses of wallets, check sums right; all in one case, Ethereum's have none and need a word."""
    raw = sheet.raw
    if not _LONG.search(raw):
        return
    for found in _BASE58.finditer(raw):
        start, end = found.span()
        if sheet.word_before(start) or sheet.word_after(end):
            continue
        version = base58check(raw[start:end].decode("latin-1"))
        if version in _VERSIONS:
            sheet.hit("CRYPTO_WALLET", start, end, 1.0, _VERSIONS[version])
    for found in _BECH32.finditer(raw):
        start, end = found.span()
        if not sheet.word_before(start) and not sheet.word_after(end) and bech32(raw[start:end].decode("latin-1")):
            sheet.hit("CRYPTO_WALLET", start, end, 1.0, "ltc" if raw[start] in b"lL" else "btc")
    n_checked = 0
    if b"0x" in raw:
        for found in _HEX.finditer(raw):
            start, end = found.span()
            if sheet.word_before(start) or sheet.word_after(end):
                continue
            value = raw[start:end].decode("latin-1")
            mixed = value[2:] not in (value[2:].lower(), value[2:].upper())
            n_checked += mixed
            if (mixed and (n_checked > _MOST_CHECKED or eip55(value))) or (
                not mixed and cues.near("wallet", start, end, before=64)
            ):
                sheet.hit("CRYPTO_WALLET", start, end, 1.0 if mixed else 0.8, "eth")
    for found in _MONERO.finditer(raw):
        start, end = found.span()
        if not sheet.word_before(start) and not sheet.word_after(end):
            sheet.hit("CRYPTO_WALLET", start, end, 0.9, "xmr")
