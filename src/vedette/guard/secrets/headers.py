"""Finds what stands in HTTP headers: ``Authorization: Basic …``, ``Bearer …``, cookies, ``Set-Cookie``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vedette.guard.secrets import checks, values
from vedette.guard.secrets.base import Hit

_AUTHORIZATION = re.compile(
    r"(?i)authorization(?:[\"'\]\\]{0,4}\s{0,4}(?:[:=]|=>|,)\s{0,4}(?:[bru]{0,2}\\{0,2}[\"'`])?)(?P<scheme>[A-Za-z][\w-]{1,20})(?:[ \t]{1,4}|%20|\+)(?P<v>[^\s\"'`<>,;\\]{6,4000})"
)
_BEARER = re.compile(
    r"(?P<scheme>[Bb]earer|BEARER|[Bb]asic)(?:[ \t]{1,3}|%20)(?P<v>[A-Za-z0-9._~+/-]{8,4000}={0,3})(?=[\s\"'`<>,;)\\]|$)"
)
_CURL_COOKIE = re.compile(r"(?i)(?<![\w-])(?:set-)?cookie[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?P<pairs>[^\r\n\"']{8,4000})")
_PAIR = re.compile(r"(?P<n>[\w.-]{1,60})=(?P<v>[A-Za-z0-9._~%+/=:|!*-]{16,2000})")
_SESSION = re.compile(r"(?i)sess|sid$|auth|token|jwt|remember|login|ticket|credential|identity|\.asp|secure")


def find(text: str, low: str) -> Iterator[Hit]:
    """Yield credentials in headers."""
    if "authorization" in low:
        for match in _AUTHORIZATION.finditer(text):
            hit = _credential(match["scheme"].lower(), match["v"], match.start("v"))
            if hit is not None:
                yield hit
    if "bearer" in low or "basic" in low:
        for match in _BEARER.finditer(text):
            scheme = match["scheme"].lower()
            if scheme == "basic" and not checks.basic(match["v"]):
                continue
            hit = _credential(scheme, match["v"], match.start("v"))
            if hit is not None:
                yield hit
    if "cookie" in low:
        for header in _CURL_COOKIE.finditer(text):
            for pair in _PAIR.finditer(header["pairs"]):
                if _SESSION.search(pair["n"]) and values.is_random(pair["v"]) and not values.is_filler(pair["v"]):
                    start = header.start("pairs") + pair.start("v")
                    yield Hit(start, start + len(pair["v"]), "SECRET", "session-cookie", 0.75)


def _credential(scheme: str, value: str, start: int) -> Hit | None:
    value = value.rstrip(".)]}")
    if (
        value[:1] in "{[(<$%"
        or "(" in value
        or values.is_reference(value)
        or values.is_filler(value)
        or values.is_nothing(value)
    ):
        return None
    if scheme == "basic" and checks.basic(value):
        name, _, password = (checks.decoded(value) or b"").decode("utf-8", "replace").partition(":")
        if (
            values.is_reference(name)
            or values.is_reference(password)
            or (password.lower() in ("pass", "password") and name.lower() in ("user", "username"))
        ):
            return None
        return Hit(start, start + len(value), "PASSWORD", "basic-authorization", 0.95)
    if scheme == "basic" and value.startswith("eyJ"):
        return None
    if values.is_random(value, 16) or (
        len(value) >= 24 and values.n_classes(value) >= 3 and values.entropy(value) >= 3.5
    ):
        return Hit(start, start + len(value), "SECRET", f"{scheme}-authorization"[:40], 0.85)
    return None
