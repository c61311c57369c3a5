"""Personal data known by its form: mail addresses, telephone and account numbers, cards, national ids, IP addresses.

IP addresses: a security corpus lives from indicators, and an address in plain writing may be a customer's. Kept are
defanged ones (``203.0.113[.]7``: an analyst wrote it as an indicator), documentation, loopback, unspecified and
multicast
ranges, and what reads as a version (``before 4.0.1.2``). Private ones become ``<PRIVATE-IP>``, all others ``<IP>``.
"""

from __future__ import annotations

import ipaddress
import re

from vedette.forge.corpus.rules.base import Rule
from vedette.guard.personal.checks import luhn, mod97


def _card(value: str, text: str, start: int, end: int) -> bool:
    digits = re.sub(r"[ -]", "", value)
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and luhn(digits)


def _iban(value: str, text: str, start: int, end: int) -> bool:
    bare = value.replace(" ", "")
    if not 15 <= len(bare) <= 34:
        return False
    return mod97(bare)


_VERSION_BEFORE = re.compile(
    r"(?i)\b(?:versions?|before|through|prior|releases?|firmware|affected|builds?|fixed in|upgrade)\b[^\n]{0,60}$"
)
_SURE_VERSION_BEFORE = re.compile(
    r"(?i)(?:\bv|version|versions|ver\.?|before|through|prior to|up to|until|release|releases|build|firmware|"
    r"<=?|>=?)\s*$"
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
    if value.endswith(".0") and not text.startswith("/", end):  # a network or a version, nobody's address
        return None
    if address.is_loopback or address.is_unspecified or address.is_multicast or value in ("255.255.255.255",):
        return None
    if any(address in net for net in _DOCUMENTATION if net.version == address.version) or value.startswith("255."):
        return None
    if address.version == 4:
        before, after = text[max(0, start - 72) : start], text[end : end + 20]
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


_V4 = r"(?:\d{1,3}\.){3}\d{1,3}"
_V6 = r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}"
_WORD_BEFORE, _WORD_AFTER = r"\w.+-", r"\w|-\d"
# as upper-case letters are no class of their own here: no small letter, digit or sign of punctuation
_NAME = r"[^\sa-z0-9<>\"'@,;:()\[\]{}=/\\|*_#.!?+-][^\s<>\"@,;:()=/]{0,30}"


_HEX_BEFORE = re.compile(r"(?i)(?:^|[^\w])[0-9a-f]{2} $")
_HEX_AFTER = re.compile(r"(?i) ?[<]?[0-9a-f]{2}\b")


def _dump(text: str, start: int, end: int) -> bool:
    """Return whether a value stands between pairs of hex digits."""
    return bool(_HEX_BEFORE.search(text, max(0, start - 4), start) or _HEX_AFTER.match(text, end))


def _phone(value: str, text: str, start: int, end: int) -> bool:
    digits = "".join(c for c in value if c.isdigit())
    return not _dump(text, start, end) and 8 <= len(digits) <= 15 and len(set(digits)) > 2


def _national_phone(value: str, text: str, start: int, end: int) -> bool:
    digits = [c for c in value if c.isdigit()]
    return 9 <= len(digits) <= 12 and len(set(digits)) > 3 and not _dump(text, start, end)


def _called(value: str, text: str, start: int, end: int) -> bool:
    n_digits = sum(map(str.isdigit, value))
    return 7 <= n_digits <= 13 and n_digits < len(value)


def _nanp(value: str, text: str, start: int, end: int) -> bool:
    digits = "".join(c for c in re.split(r"[xe]", value)[0] if c.isdigit())[-10:]
    return digits[0] in "23456789" and digits[3] in "23456789" and len(set(digits)) > 2


MAIL: tuple[Rule, ...] = (
    Rule(
        "person",
        rf"(?P<v>{_NAME}(?:,?[ \t]{{1,3}}{_NAME}){{0,3}})[\"']?[ \t]{{0,2}}<[^<>@\s]{{1,64}}@[^<>@\s]{{1,255}}>",
        "<PERSON>",
        before=r"\w",
    ),
    Rule(
        "email",
        r"[A-Za-z0-9._%+'-]{1,64}(?:@|%40|\[at\]|\(at\)| \[at\] | \(at\) )"
        r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.[A-Za-z]{2,24}",
        "<EMAIL>",
    ),
)
"""Mail addresses, and the name that stands before one."""

ADDRESSES: tuple[Rule, ...] = (
    Rule(
        "mac",
        r"(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}",
        "<MAC>",
        lambda v, *_: len(set(v.upper()) - set(":-")) > 1,
        before=r"\w:-",
        after=r"[\w:-]",
    ),
    Rule("ip", _V4, "<IP>", _public, before=r"\w.\[", after=r"[\w\[-]|\.\w"),
    Rule("private-ip", _V4, "<PRIVATE-IP>", _private, before=r"\w.\[", after=r"[\w\[-]|\.\w"),
    Rule("ip", _V6, "<IP>", _public, before=r"\w:.", after=r"[\w:]"),
    Rule("private-ip", _V6, "<PRIVATE-IP>", _private, before=r"\w:.", after=r"[\w:]"),
)
"""Network addresses."""

NUMBERS: tuple[Rule, ...] = (
    Rule(
        "iban",
        r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?",
        "<IBAN>",
        _iban,
        before=r"\w",
        after=r"\w",
    ),
    Rule("card", r"[2-6]\d{3}(?:[ -]?\d{2,6}){2,4}", "<CARD>", _card, before=r"\w.-", after=r"[\w-]"),
    Rule(
        "phone", r"(?:\+|00)[1-9]\d{0,2}(?:[ .()/-]{0,3}\d){6,13}", "<PHONE>", _phone, before=r"\w+.", after=_WORD_AFTER
    ),
    Rule(
        "phone",
        r"(?:(?:\+|00)?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?: ?(?:x|ext\.?) ?\d{1,5})?",
        "<PHONE>",
        _nanp,
        before=_WORD_BEFORE,
        after=_WORD_AFTER,
    ),
    Rule(
        "phone",
        r"\(?0\d{1,4}\)?[ /-]\d{2,4}(?:[ /-]?\d{2,4}){1,4}",
        "<PHONE>",
        _national_phone,
        before=_WORD_BEFORE,
        after=r"[\w-]|\.\d",
    ),
    Rule(
        "phone",
        r"(?i)\b(?:tel(?:ephone|efon)?|t[ée]l|phone|fax|mobile|cell|whatsapp|hotline|handy)\b"
        r"(?:\s(?:number|no\.?|nr\.?|is))*[\s.:#=]{0,4}(?P<v>\(?\d(?:[ .()/-]{0,2}\d){5,13})",
        "<PHONE>",
    ),
    Rule(
        "phone",
        r"(?i)\b(?:call(?: (?:me|us))?(?: (?:at|on))?|dial|reach(?:ed)? (?:(?:me|us) )?(?:at|on)|"
        r"answering at|ring)[ :]{1,2}"
        r"(?P<v>\(?\d(?:[ .()/-]{1,2}\d{1,4}|\d){2,11})",
        "<PHONE>",
        _called,
        after=r"\w|[.-]\d",
    ),
)
"""Account, card and telephone numbers."""
