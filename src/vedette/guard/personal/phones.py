"""Telephone numbers: by their international form, by the writing of a country, or by the words around them."""

from __future__ import annotations

import re
from functools import lru_cache

from vedette.guard.personal.cues import Cues
from vedette.guard.personal.sheet import Pattern, Sheet

_EXTENSION = rb"(?:[ ,]{0,2}(?:x|ext\.?|extension|durchwahl|poste)[ .:]{0,2}\d{1,6})?"
_PLUS = Pattern(rb"\+\(?[1-9]\d{0,3}\)?(?:[ .\-/]{0,2}\(?\d{1,12}\)?){1,7}" + _EXTENSION)
_NANP = Pattern(rb"(?:(?:001|1)[ .\-])?(?:\(\d{3}\)[ .\-]?|\d{3}[ .\-])\d{3}[ .\-]\d{4}" + _EXTENSION)
_ZEROS = Pattern(rb"00[1-9]\d{0,2}(?:[ .\-/]\(?\d{1,9}\)?){1,6}|00[1-9]\d{9,12}|001-\d{3}-\d{3}-\d{4}" + _EXTENSION)
_NATIONAL = Pattern(rb"\(?0[1-9]\d{0,4}\)?(?:[ /\-]\d{2,8}){1,5}|0[1-9](?:\.\d{2}){4}")
_AREA = Pattern(rb"\(\d{2,5}\)[ \-]?\d{3,5}[ \-]\d{3,5}")
_GROUPS = Pattern(rb"\(?\+?\d{1,5}\)?(?:[ .\-/]{1,2}\(?\d{2,6}\)?){1,5}" + _EXTENSION)
_PLAIN = Pattern(rb"\+?\d{6,14}" + _EXTENSION)
_AFTER = Pattern(rb"(?i)[ \t\-(,]{0,3}(?:office|fax|mobile|cell|home|work|desk|direct|tel|voice|toll.free)\b")
_TIGHT = Pattern(
    rb"(?i)(?:[\s\"'`:=#>(),|*_.\-]|\b(?:number|numbers|no|nr|num|is|was|me|us|at|on|to|please|via|my|the|or|office|work|"
    rb"home|mobile|phone|ext|him|her|them|back|just|direct|line|contact)\b){0,10}$"
)
_DIGITS = Pattern(rb"\d[\d ().\-/+]{4,}\d")
"""Where this finds nothing there is no number of six digits."""
_MOST_PARSED = 3000
"""Candidates of one text that are parsed; those after it are taken by their shape."""


def _groups(value: bytes) -> list[bytes]:
    return [
        part
        for part in value.translate(None, b"()+")
        .replace(b"-", b" ")
        .replace(b".", b" ")
        .replace(b"/", b" ")
        .split(b" ")
        if part
    ]


def _digits(value: bytes) -> bytes:
    head = value
    for mark in (b"x", b"ext", b"X"):
        at = head.find(mark)
        if at > 0:
            head = head[:at]
    return bytes(byte for byte in head if 48 <= byte <= 57)


@lru_cache(maxsize=2048)
def _possible(value: str) -> bool:
    """Return whether an international number's country exists and its length is one of that country."""
    import phonenumbers

    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.is_possible_number(number))


@lru_cache(maxsize=2048)
def _valid(value: str) -> bool:
    """Return whether an international number lies in a range that its country gives out."""
    import phonenumbers

    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.is_valid_number(number))


def _dump(sheet: Sheet, start: int, end: int) -> bool:
    """Return whether a number stands between pairs of hexadecimal digits or in a column of numbers."""
    raw = sheet.raw
    before, after = raw[max(0, start - 3) : start], raw[end : end + 3]
    hexadecimal = b"0123456789abcdefABCDEF"
    if (
        len(before) == 3
        and before[2] in b" -:"
        and before[0] in hexadecimal
        and before[1] in hexadecimal
        and (start < 4 or raw[start - 4] in b" -:\n\t")
    ):
        return True
    if before[-1:] in (b" ", b",") and before[-2:-1].isdigit():
        return True
    return (
        after[:1] in (b" ", b"-", b":")
        and len(after) == 3
        and after[1] in hexadecimal
        and after[2] in hexadecimal
        and not sheet.word_after(end + 3)
    ) or (after[:1] in (b" ", b",") and after[1:2].isdigit())


def _apart(sheet: Sheet, start: int, end: int) -> bool:
    """Return whether a number is no part of a word, a version, an address or a path."""
    raw = sheet.raw
    if sheet.word_before(start) or sheet.word_after(end):
        return False
    if start and raw[start - 1] in b"+.\\%$/=&?#-@":
        return raw[start - 1] in b"=-#" and (start < 2 or not sheet.word_before(start - 1))
    if end + 1 < len(raw) and raw[end] in b".:/-" and raw[end + 1] in b"0123456789":
        return False
    return not (end < len(raw) and raw[end] in b"%\\=")


_DATES = frozenset(((2, 2, 4), (1, 2, 4), (2, 1, 4), (1, 1, 4)))


def _years(groups: list[bytes]) -> bool:
    """Return whether all groups are years: ``2005-2016``."""
    return all(len(group) == 4 and b"1900" <= group <= b"2099" for group in groups)


def _like_date(groups: list[bytes]) -> bool:
    """Return whether groups read as a date, or hold one."""
    if _years(groups):
        return True
    for at in range(len(groups) - 2):
        sizes = tuple(map(len, groups[at : at + 3]))
        if sizes == (4, 2, 2) and 1900 <= int(groups[at]) <= 2100 and int(groups[at + 1]) <= 12:
            return True
        if sizes in _DATES and 1900 <= int(groups[at + 2]) <= 2100 and min(int(groups[at]), int(groups[at + 1])) <= 12:
            return True
    return False


def _bounds(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """Return a number's range without brackets of the sentence around it: ``(see +1 212 555 0187)``."""
    while raw[end - 1] == 0x29 and raw.count(b")", start, end) > raw.count(b"(", start, end):
        end -= 1
        while end > start and raw[end - 1] in b" .-/":
            end -= 1
    if raw[start] == 0x28 and raw.count(b"(", start, end) > raw.count(b")", start, end):
        start += 1
    return start, end


def _own(sheet: Sheet, start: int, end: int) -> tuple[int, int]:
    """Return a number's range without the groups that belong to what follows: ``+49 30 9691408 192.168.0.7``."""
    last, fitting = end, None
    while last > start:
        if _apart(sheet, start, last) and len(_digits(sheet.raw[start:last])) <= 16:
            if last == end or _valid(sheet.raw[start:last].decode("latin-1")):
                return start, last
            fitting = fitting or (start, last)
        last = max(start, sheet.raw.rfind(b" ", start, last))
        while last > start and sheet.raw[last - 1] in b" .-/(":
            last -= 1
    return fitting or (start, end)


def find(sheet: Sheet, cues: Cues) -> None:
    """Put down telephone numbers."""
    raw = sheet.raw
    n_parsed = 0
    if not _DIGITS.search(raw):
        return
    if b"+" in raw:
        for found in _PLUS.finditer(raw):
            start, end = _own(sheet, *_bounds(raw, *found.span()))
            value = raw[start:end]
            digits = _digits(value)
            if not 7 <= len(digits) <= 16 or not _apart(sheet, start, end):
                continue
            if value.count(b".") == 1 and value.translate(None, b"0123456789") == b"+.":
                continue  # a number with a fraction
            written = value.decode("latin-1")
            n_parsed += 1
            said = cues.near("phone", start, end) or cues.near("call", start, end)
            apart = len(_groups(value)) >= 3
            if n_parsed > _MOST_PARSED or _valid(written):
                score = 0.97
            elif said or (apart and (_possible(written) or len(digits) >= 10)):
                score = 0.85
            else:
                continue
            sheet.hit("PHONE_NUMBER", start, end, score, "international")
    for pattern, rule in ((_NANP, "nanp"), (_ZEROS, "international"), (_NATIONAL, "national"), (_AREA, "area")):
        for found in pattern.finditer(raw):
            start, end = _bounds(raw, *found.span())
            if not _apart(sheet, start, end):
                continue
            value = raw[start:end]
            digits = _digits(value)
            groups = _groups(value)
            said = cues.near("phone", start, end) or cues.near("call", start, end) or bool(_AFTER.match(raw, end))
            if len(set(digits)) < 3 or _like_date(groups):
                continue
            if not said and (_dump(sheet, start, end) or sheet.own_value(start, end)):
                continue
            if rule == "nanp":
                bare = digits[-10:]
                if not said and (bare[:1] in b"01" or bare[3:4] in b"01"):
                    continue
            elif rule == "national" and (not 9 <= len(digits) <= 12 or max(map(len, groups[1:])) < 2):
                continue
            elif rule == "national" and not said and not _national(groups, value):
                continue
            elif rule == "international" and not said and not _dialled(digits, len(groups)):
                continue
            elif rule == "area" and not 8 <= len(digits) <= 12:
                continue
            sheet.hit("PHONE_NUMBER", start, end, 0.9 if said else 0.8, rule)
    _announced(sheet, cues)
    _unannounced(sheet, cues)


def _dialled(digits: bytes, n_groups: int) -> bool:
    """Return whether digits behind two zeros are a country's and a number there."""
    number = "+" + digits[2:].decode()
    return 10 <= len(digits) <= 16 and (_valid(number) or (n_groups > 2 and _possible(number)))


def _national(groups: list[bytes], value: bytes) -> bool:
    """Return whether groups are those that telephone numbers are written in, where nothing else says so."""
    if b"/" in value and len(groups) > 2:
        return False
    if len(groups) == 2:
        return 3 <= len(groups[0]) <= 5 and 5 <= len(groups[1]) <= 8
    return all(2 <= len(group) <= 4 for group in groups[1:]) and len(groups) <= 5


_BEHIND = tuple((family, pattern) for family in ("phone", "call", "line") for pattern in (_GROUPS, _PLAIN))


def _announced(sheet: Sheet, cues: Cues) -> None:
    """Take what stands right behind a word for telephones, or right before one."""
    raw = sheet.raw
    for family, pattern in _BEHIND:
        for cue in cues.of(family):
            if family == "line" and raw[cue.end : cue.end + 1] != b":":
                continue  # "Desk: 540 392 6876", but no "office is at 58 2347 Lauzon Parkway"
            stop = min(len(raw), cue.end + 56)
            for found in pattern.finditer(raw, cue.end, stop):
                start, end = _bounds(raw, *found.span())
                if end == stop and end < len(raw):
                    whole = pattern.match(raw, start, min(len(raw), start + 48))
                    end = whole.end() if whole else end
                if not _TIGHT.match(raw[cue.end : start]):
                    break
                if _number(sheet, start, end, least=6 if pattern is _GROUPS else 7):
                    sheet.hit("PHONE_NUMBER", start, end, 0.8, "announced")
                break
    for family in ("call", "line", "phone"):
        for cue in cues.of(family):
            _before(sheet, cue.start)


_THREES = Pattern(rb"[67]\d{2} \d{3} \d{3}|[67]\d{8}")
_PAIRED = Pattern(rb"[1-9]\d \d{3} \d{2} \d{2}")
_ELEVEN = Pattern(rb"1[3-9]\d{9}")
_NATION = (
    rb"czech|[\xff]esk[a-z\xe1\xfd]{1,3}|prague|praha|brno|slovak[a-z]*|poland|polish|polska|polsk[ai]|spain|spanish|"
    rb"espa\xf1a|france|swiss"
)
_COUNTRY = Pattern(
    rb"(?i)\b(?:" + _NATION + rb"|number|n\xfamero|numer|\xff[\xedi]slo|nummer|kontakt|contact)\b[^\n]{0,24}$"
)
_ABROAD = Pattern(rb"(?i)\b(?:" + _NATION + rb")\b (?:(?:mobile|phone|tel|number|no|is|was|nr|cell)[.:]? ?){0,3}$")
_SIGNATURE = Pattern(
    rb"(?m)(?:^|[|,;/\x95\xb7]|\?)[ \t>*]{0,8}(?i:[mtpfcwhd]|mob|ph|tf|tlf|gsm)[.:]{1,2}[ \t]{0,3}"
    rb"(\+?\(?\d{1,4}\)?(?:[ .\-/]\(?\d{2,4}\)?){2,5})"
)
_OWN_DIGITS = re.compile(
    r"\+?([\u0660-\u0669\u06f0-\u06f9\u0966-\u096f]{2,14}(?:[ .\-][\u0660-\u0669\u06f0-\u06f9\u0966-\u096f]{2,8}){0,4})"
)
_HAN = re.compile(r"[\u3400-\u9fff]")


def _unannounced(sheet: Sheet, cues: Cues) -> None:
    """Take numbers whose writing says it, or the line of a signature, or a country's name before them."""
    raw = sheet.raw
    for pattern in (_PAIRED, _THREES) if b" " in raw else ():
        for found in pattern.finditer(raw):
            start, end = found.span()
            if not _apart(sheet, start, end) or _dump(sheet, start, end) or sheet.own_value(start, end):
                continue
            said = end - start > 9 and (cues.near("phone", start, end) or cues.near("call", start, end))
            if (
                said
                or pattern is _PAIRED
                or (_COUNTRY if end - start > 9 else _ABROAD).search(raw[max(0, start - 40) : start])
            ):
                sheet.hit("PHONE_NUMBER", start, end, 0.75, "grouped")
    for found in _SIGNATURE.finditer(raw) if b"." in raw or b":" in raw else ():
        start, end = _bounds(raw, *found.span(1))
        digits = _digits(raw[start:end])
        if len(digits) >= 8 and _apart(sheet, start, end) and _number(sheet, start, end, least=8):
            sheet.hit("PHONE_NUMBER", start, end, 0.75, "signature")
    if sheet.text.isascii():
        return
    for found in _ELEVEN.finditer(raw):
        start, end = found.span()
        near = sheet.text[max(0, start - 12) : start] + sheet.text[end : end + 12]
        digit = (start and raw[start - 1] in b"0123456789.-_=") or (end < len(raw) and raw[end] in b"0123456789-_")
        if not digit and _HAN.search(near) and _valid("+86" + raw[start:end].decode("latin-1")):
            sheet.hit("PHONE_NUMBER", start, end, 0.85, "chinese")
    for own in _OWN_DIGITS.finditer(sheet.text):
        start, end = own.span()
        digits = _digits(raw[start:end])
        if 9 <= len(digits) <= 15 and (digits.startswith(b"0") or raw[start] == 0x2B) and len(set(digits)) > 2:
            sheet.hit("PHONE_NUMBER", start, end, 0.8, "foreign-digits")


_BEFORE = Pattern(rb"(?:^|[\s,;:(])(\(?\+?\d{1,5}\)?(?:[ .\-/]{1,2}\(?\d{2,6}\)?){1,5}|\d{7,12})[ \t]{0,2}[\-(]{0,1}$")


def _before(sheet: Sheet, at: int) -> None:
    """Take a number that stands right before a word as signatures have it: ``780 6326 office``."""
    raw = sheet.raw
    if not _AFTER.match(raw, at):
        return
    begin = max(0, at - 36, raw.rfind(b"\n", max(0, at - 36), at) + 1, raw.rfind(b",", max(0, at - 36), at) + 1)
    found = _BEFORE.search(raw[begin:at])
    if found:
        start, end = _bounds(raw, begin + found.start(1), begin + found.end(1))
        if _number(sheet, start, end, least=6):
            sheet.hit("PHONE_NUMBER", start, end, 0.75, "announced")


def _number(sheet: Sheet, start: int, end: int, least: int) -> bool:
    raw = sheet.raw
    digits = _digits(raw[start:end])
    groups = _groups(raw[start:end])
    if not least <= len(digits) <= 15 or len(set(digits)) < 2 or _like_date(groups):
        return False
    if sheet.word_before(start) or sheet.word_after(end):
        return False
    return not (end + 1 < len(raw) and raw[end] in b".:/" and raw[end + 1] in b"0123456789")
