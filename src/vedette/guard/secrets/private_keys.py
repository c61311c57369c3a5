"""Finds private keys: PEM in any wrapping (logs, diffs, code, one escaped line), PuTTY, DER in bare base64, JSON web keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vedette.guard.secrets.base import Hit

_BEGIN = re.compile(r"-{4,5} ?BEGIN (?P<sort>[A-Z0-9 ]{0,40}?)PRIVATE KEY(?: BLOCK)? ?-{4,5}")
_END = re.compile(r"-{4,5} ?END [A-Z0-9 ]{0,40}?PRIVATE KEY(?: BLOCK)? ?-{4,5}")
_RUN = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
_MAX_CHARS = 24_000
_MIN_CHARS = 40
_MAX_GAP = 90
"""Between two lines of a key: a time, a file's name, the mark of a diff."""

_DER = re.compile(
    r"(?P<first>M(?:II[A-Za-z0-9+/]{3}IBA(?:DAN|AKC|AKB|AJB|DCC|DAM|DAL)|HcCAQEE|IG[A-Za-z0-9+/]AgEAM|IHuAgEAM|C4CAQAwBQYDK2V|FECAQAwBQYDK2V|FMCAQEw|"
    r"II[A-Za-z0-9+/]{3}TB[A-Z]BgkqhkiG9w0BBQ0)|b3BlbnNzaC1rZXktdjEA)[A-Za-z0-9+/]{20,}={0,2}"
)
_JOINT = re.compile(r"(?:\s|[\"'`,;+\\.&]|\\[nrt]|<br>){1,40}(?P<run>[A-Za-z0-9+/]{4,}={0,2})")
_PUTTY = re.compile(r"Private-Lines: \d{1,3}\s{1,4}(?P<v>(?:[A-Za-z0-9+/=]{1,80}\s{1,3}){1,60})")
_JWK = re.compile(r"\"kty\"\s{0,4}:\s{0,4}\"(?:RSA|EC|OKP|oct)\"")
_JWK_SECRET = re.compile(r"\"[dk]\"\s{0,4}:\s{0,4}\"(?P<v>[A-Za-z0-9_-]{16,2000})\"")
_DOTNET = re.compile(r"<RSAKeyValue>[^\n]{0,4000}?<D>(?P<v>[A-Za-z0-9+/=]{20,2000})</D>")


def find(text: str) -> Iterator[Hit]:
    """Yield private keys."""
    if "PRIVATE KEY" in text:
        yield from _pem(text)
    if "Private-Lines" in text:
        yield from (Hit(*m.span("v"), "PRIVATE_KEY", "putty-key", 0.95) for m in _PUTTY.finditer(text))
    if '"kty"' in text:
        yield from _jwk(text)
    if "<RSAKeyValue>" in text:
        yield from (Hit(*m.span("v"), "PRIVATE_KEY", "dotnet-rsa-key", 0.95) for m in _DOTNET.finditer(text))
    yield from _der(text)


def _pem(text: str) -> Iterator[Hit]:
    at = 0
    while (begin := _BEGIN.search(text, at)) is not None:
        at = begin.end()
        following = text.find("-BEGIN ", at, at + _MAX_CHARS)
        stop = following if following >= 0 else at + _MAX_CHARS
        end = _END.search(text, at, stop)
        if end is not None:
            if sum(len(m[0]) for m in _RUN.finditer(text, at, end.start())) >= _MIN_CHARS:
                yield Hit(begin.start(), end.end(), "PRIVATE_KEY", "pem-key", 0.98)
            at = end.end()
            continue
        last, chars = at, 0
        for run in _RUN.finditer(text, at, stop):
            if run.start() - last > _MAX_GAP:
                break
            last, chars = run.end(), chars + len(run[0])
        if chars >= _MIN_CHARS:
            yield Hit(begin.start(), last, "PRIVATE_KEY", "pem-key", 0.95)
        at = last


def _der(text: str) -> Iterator[Hit]:
    at = 0
    while True:
        starts = [
            p
            for p in (
                text.find(mark, at) for mark in ("MI", "MHcCAQEE", "MC4CAQ", "MFECAQ", "MFMCAQ", "b3BlbnNzaC1rZXk")
            )
            if p >= 0
        ]
        if not starts:
            return
        at = min(starts)
        match = _DER.match(text, at)
        if match is None or (at and (text[at - 1].isalnum() or text[at - 1] in "+/")):
            at += 2
            continue
        end = match.end()
        while (more := _JOINT.match(text, end)) is not None and end - at < _MAX_CHARS and "END" not in more["run"]:
            if len(more["run"]) < 40 and not re.match(r"[\"'`;,)<\s\\]|$", text[more.end() : more.end() + 1]):
                break
            short = len(more["run"]) < 40
            end = more.end()
            if short:
                break
        yield Hit(at, end, "PRIVATE_KEY", "der-key", 0.95)
        at = end


def _jwk(text: str) -> Iterator[Hit]:
    done = 0
    places = [m.span() for m in _JWK.finditer(text)]
    for number, (start, end) in enumerate(places):
        following = places[number + 1][0] if number + 1 < len(places) else len(text)
        high = text.find("}", end, min(following, end + 6000))
        found = _JWK_SECRET.search(text, max(done, start - 3000), high if high >= 0 else min(following, end + 6000))
        done = end
        if found is not None:
            yield Hit(*found.span("v"), "PRIVATE_KEY", "json-web-key", 0.95)
