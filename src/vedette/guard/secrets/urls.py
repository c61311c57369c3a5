"""Finds passwords in URLs and connection strings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vedette.guard.secrets import values
from vedette.guard.secrets.base import Hit

_RUN = re.compile(r"[^\s\"'`<>|\\^{}]{1,600}|(?:[^\s\"'`<>|\\^{}]|\$?\{\{?[^{}\n]{0,80}\}?\}){1,600}")
_AUTHORITY = re.compile(r"[^/?#]{0,400}")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,30}$")
_ORACLE = re.compile(r"(?i)(?:thin|oci):(?P<u>[\w$#]{1,40})/(?P<v>[^\s@\"'/]{3,80})@")
_HOST = re.compile(r"^[\w\[.%:$-]")
_SAMPLE_HOST = re.compile(
    r"(?i)^(?:[\w-]+\.)*(?:example|host|hostname|domain|server|yourhost|your-?server)(?:\.(?:com|org|net))?(?=[:/?#\s\"'`),.]|$)"
)
_SAMPLE_NAMES = frozenset("user username usr name login id foo myuser admin u client_id account".split())
_SAMPLE_WORDS = frozenset(
    "pass password passwd pwd pw p secret bar mypass mypassword token passphrase key pass123 password123".split()
)


def find(text: str) -> Iterator[Hit]:
    """Yield passwords that stand before the host of a URL."""
    at = text.find("://")
    while at >= 0:
        scheme = _SCHEME.search(text[max(0, at - 32) : at])
        if scheme is not None:
            authority = _AUTHORITY.match(text, at + 3)
            hit = _userinfo(text, at + 3, authority[0] if authority else "", scheme[0].lower())
            if hit is not None:
                yield hit
        at = text.find("://", at + 3)
    if "thin:" in text or "oci:" in text:
        for match in _ORACLE.finditer(text):
            if match["u"] not in _SAMPLE_NAMES and not _invented(match["v"]):
                yield Hit(*match.span("v"), "CONNECTION_STRING", "oracle-url", 0.85)


_BLANK = re.compile(r"[\s\"'`<>]")


def _userinfo(text: str, start: int, authority: str, scheme: str) -> Hit | None:
    blank = _BLANK.search(authority)
    authority = authority[: blank.start()] if blank else authority
    end = authority.rfind("@")
    if end < 0 or not _HOST.match(text[start + end + 1 : start + end + 2] or " "):
        return None
    user, colon, password = authority[:end].partition(":")
    first = start + len(user) + 1
    if not colon:
        # a token alone before the host
        if (
            len(user) >= 20
            and values.is_random(user)
            and scheme.startswith(("http", "git", "ssh+"))
            and "@" not in user
        ):
            return Hit(start, start + end, "CONNECTION_STRING", "token-in-url", 0.85)
        return None
    if len(password) < 3 or (password.isdigit() and len(password) < 6) or _invented(password):
        return None
    low = password.lower()
    if user.lower() in _SAMPLE_NAMES and low in _SAMPLE_WORDS:
        return None
    host = text[start + end + 1 : start + end + 60]
    if _SAMPLE_HOST.match(host) and (low in _SAMPLE_WORDS or values.is_wordlike(password)):
        return None
    return Hit(first, start + end, "CONNECTION_STRING", "password-in-url", 0.9)


def _invented(password: str) -> bool:
    return (
        values.is_reference(password)
        or password.lower().strip("<>[](){}*") in _SAMPLE_WORDS
        or bool(
            re.search(
                r"^[$%{<\[(]|[}>\])]$|\*{2,}|\.{3}|x{4,}|(?i:redacted|placeholder|your[-_]?pass|changeme|example)",
                password,
            )
        )
    )
