"""Personal data known by its form: mail addresses, telephone and account numbers, cards, national ids, IP addresses."""

from __future__ import annotations

import ipaddress
import re

from vedette.forge.corpus.rules.base import Rule


def luhn(digits: str) -> bool:
    """Return whether digits pass the Luhn check."""
    total = 0
    for at, char in enumerate(reversed(digits)):
        number = int(char) * (1 + at % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def _card(value: str, text: str, start: int, end: int) -> bool:
    digits = re.sub(r"[ -]", "", value)
    return 13 <= len(digits) <= 19 and len(set(digits)) > 2 and luhn(digits)


def _iban(value: str, text: str, start: int, end: int) -> bool:
    bare = value.replace(" ", "")
    if not 15 <= len(bare) <= 34:
        return False
    moved = bare[4:] + bare[:4]
    return int("".join(str(int(c, 36)) for c in moved)) % 97 == 1


_VERSION_BEFORE = re.compile(
    r"(?i)(?:\bv|version|versions|ver\.?|before|through|prior to|up to|upto|until|release|releases|build|firmware|"
    r"from|to|and|or|<=?|>=?|≤|≥|\bin|-|,|/)\s*\(?[\"']?$"
)
_SURE_VERSION_BEFORE = re.compile(
    r"(?i)(?:\bv|version|versions|ver\.?|before|through|prior to|up to|until|release|releases|build|firmware|<=?|>=?)\s*$"
)
_VERSION_AFTER = re.compile(
    r"(?i)^\s*(?:and (?:earlier|prior|below|later|above|older)|or (?:earlier|prior|later)|\(?build)"
)
_ADDRESS_BEFORE = re.compile(
    r"(?i)(?:://|@|\bips?\b[^\w]{0,3}|addr\w*[^\w]{0,3}|src\w*[^\w]{0,3}|dst\w*[^\w]{0,3}|host\w*[^\w]{0,3}|client[^\w]{0,3})$"
)


def _ip_kind(value: str, text: str, start: int, end: int) -> str | None:
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return None
    if address.is_loopback or address.is_unspecified or address.is_multicast or value in ("255.255.255.255",):
        return None
    if any(address in net for net in _DOCUMENTATION if net.version == address.version) or value.startswith("255."):
        return None
    if address.version == 4:
        before, after = text[max(0, start - 24) : start], text[end : end + 20]
        if _SURE_VERSION_BEFORE.search(before) or _VERSION_AFTER.match(after):
            return None
        cue = _ADDRESS_BEFORE.search(before) or re.match(r"(?::\d{1,5}\b|/\d{1,2}\b)", after)
        octets = [int(o) for o in value.split(".")]
        if not cue and max(octets) < 64 and not (address.is_private and not _VERSION_BEFORE.search(before)):
            return None
    return "private-ip" if address.is_private else "ip"


_DOCUMENTATION = tuple(
    ipaddress.ip_network(n) for n in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")
)


def _public(value: str, text: str, start: int, end: int) -> bool:
    return _ip_kind(value, text, start, end) == "ip"


def _private(value: str, text: str, start: int, end: int) -> bool:
    return _ip_kind(value, text, start, end) == "private-ip"


_V4 = r"(?:^|[^\w.\[])(?P<v>(?:\d{1,3}\.){3}\d{1,3})(?:$|[^\w.\[]|\.(?:$|[^\w]))"
_V6 = r"(?:^|[^\w:.\[])\[?(?P<v>[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})(?:$|[^\w:.])"

MAIL: tuple[Rule, ...] = (
    Rule(
        "email",
        r"[A-Za-z0-9._%+'-]{1,64}(?:@|%40|\[at\]|\(at\))[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.[A-Za-z]{2,24}",
        "<EMAIL>",
    ),
)

ADDRESSES: tuple[Rule, ...] = (
    Rule("ip", _V4, "<IP>", _public),
    Rule("private-ip", _V4, "<PRIVATE-IP>", _private),
    Rule("ip", _V6, "<IP>", _public),
    Rule("private-ip", _V6, "<PRIVATE-IP>", _private),
)

NUMBERS: tuple[Rule, ...] = (
    Rule(
        "iban",
        r"(?:^|[^A-Za-z0-9])(?P<v>[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?)(?:$|[^A-Za-z0-9])",
        "<IBAN>",
        _iban,
    ),
    Rule("card", r"(?:^|[^\w.-])(?P<v>[3-6]\d{3}(?:[ -]?\d{2,6}){2,4})(?:$|[^\w-])", "<CARD>", _card),
)
