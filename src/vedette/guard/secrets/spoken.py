"""Finds passwords as people write them to each other: ``login joe / …``, ``pw …``, ``the PIN is …``, ``auth=("joe", "…")``.

Each form asks of the value what its place does not say: beside few words it must look like a password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import re2

from vedette.guard.secrets import judging, values
from vedette.guard.secrets.base import Hit
from vedette.guard.secrets.names import Sort

_LOGIN = re.compile(
    r"(?i)\b(?:log[ -]?[io]n|logon|credentials?|creds|user(?:name)?|account)(?:[ ](?:is|are|was|were|with|as|for[ ][\w.-]{1,40}))?:?[ ]{1,3}"
    r"(?:\w{1,30}[ ])?[\"'`]?(?P<u>[\w.@\\-]{2,60})[\"'`]?(?:[ ]{1,2}/[ ]{1,2}|/)[\"'`]?(?P<v>[^\s\"'`<>]{6,60})"
)
_LABELLED = re.compile(
    r"(?<![\w:])[A-Za-z][\w.-]{1,30}:[ ]{1,3}[\"'`]?(?P<u>[\w.@\\-]{2,60})[\"'`]?[ ]{1,2}/[ ]{1,2}[\"'`]?(?P<v>[^\s\"'`<>/]{6,60})"
)
"""A name and a password under the name of a service: ``vpn: joe / …``."""
_BESIDE = re.compile(
    r"(?i)(?:^|[\s(,;/])(?:pw|passcode|passphrase|passwor[dt]|passwd|kennwort)[ ]{1,2}(?P<v>[^\s\"'`<>=:]{6,60})"
)
_PIN = re.compile(
    r"(?i)\b(?:pin(?:[ -]?code|[ -]?nummer)?|passcode|pass[ ]code|geheimzahl|(?:door|unlock|alarm|security|access)[ ]code)"
    r"(?:[ ](?:for|of|to|für|de|pour)[ ][^\n:.,;=]{1,40}?)?"
    r"(?:[ ](?:is|was|ist|lautet|est|es|remains|(?:is|was|has[ ]been)[ ](?:now|still|changed[ ]to|(?:re)?set[ ]to)|changed[ ]to|(?:re)?set[ ]to)[ :]{1,2}"
    r"[\"'`]?(?P<v>[0-9]{4,8})|[ ]?:[ ]?[\"'`]?(?P<c>[0-9]{4,5}))(?![\w%°]|[.,:/-]\d|[ ](?:mm|ms|mA|mV|V|Hz|kHz|MHz|ohms?|bytes?|bits?|times|digits|years?|days?|of)\b)"
)
_TUPLE = re.compile(
    r"(?i)\b(?:auth|basic_?auth|http_?auth|proxy_?auth|creds?|credentials?|login|(?:HTTP)?(?:Basic|Digest|Ntlm|Proxy)Auth)"
    r"(?:\s{0,3}=\s{0,3}\w{0,30})?\s{0,3}[(\[]\s{0,20}[bur]?[\"'][^\"'\n]{1,100}[\"']\s{0,20},\s{0,20}[bur]?(?P<q>[\"'])(?P<v>[^\n]{4,100}?)(?P=q)\s{0,20}[)\],]"
)
_GATES = (
    (r"(?:login|log in|logon|credential|creds|user|username|account)[a-z.: -]{1,50}[^\s/]{2,60} ?/ ?[^\s]", _LOGIN, "login-pair"),
    (r"\w: {1,3}[^\s/]{2,62} {1,2}/ {1,2}[^\s/]{6}", _LABELLED, "labelled-pair"),
    (r"\b(?:pw|passcode|passphrase|password|passwort|passwd|kennwort) {1,2}[^\s]*[0-9]", _BESIDE, "password-beside"),
    (r"\b(?:pin|pass ?code|geheimzahl|code)\b[^\n]{1,70}[0-9]{4}", _PIN, "pin-told"),
    (r"(?:auth|creds?|credentials?|login)[= a-z]{0,30}[(\[]\s*[bur]?[\"']", _TUPLE, "password-in-tuple"),
)  # fmt: skip


_BEFORE = 16
_REACH = 160
"""Characters behind what the gate found that still may belong to it."""


@lru_cache(maxsize=1)
def _gates() -> tuple[tuple[Any, re.Pattern[str], str], ...]:
    return tuple((re2.compile(gate), pattern, rule) for gate, pattern, rule in _GATES)


def load() -> None:
    """Compile the patterns."""
    _gates()


def find(text: str, low: str) -> Iterator[Hit]:
    """Yield passwords that a few words announce.

    Args:
        text: what is looked through.
        low: the same in lower case, of the same length.
    """
    for gate, pattern, rule in _gates():
        for near in gate.finditer(low):
            match = pattern.search(text, max(0, near.start() - _BEFORE), near.end() + _REACH)
            if match is None:
                continue
            group = "v" if match["v"] is not None else "c"
            start, value = match.start(group), match[group]
            if rule != "password-in-tuple":
                value = _bare(value)
            if _JUDGES[rule](match, value):
                yield Hit(start, start + len(value), "PASSWORD", rule, 0.7)


def _bare(value: str) -> str:
    """Return a word without the marks of the sentence around it; an exclamation mark is more often the password's."""
    bare = value.rstrip(",;.:)]}?")
    return bare.rstrip("!") + "!" if bare.endswith("!") else bare


def _is_drawn_by_hand(value: str) -> bool:
    """Return whether a word can hardly be anything but a password: letters, digits and a sign that joins no words."""
    return (
        len(value) >= 6
        and any(map(str.isalpha, value))
        and any(map(str.isdigit, value))
        and any(not c.isalnum() and c not in "-_./,:\\+=&%()[]{}" for c in value)
        and _is_said(value)
    )


def _is_said(value: str) -> bool:
    return not (
        values.is_reference(value)
        or values.is_nothing(value)
        or values.is_filler_password(value)
        or values.is_path(value)
        or value[:1] in "%&;$-@"
        or "://" in value
    )


def _is_login(match: re.Match[str], value: str) -> bool:
    return _is_drawn_by_hand(value)


def _is_labelled(match: re.Match[str], value: str) -> bool:
    """Return whether a word behind a name and a stroke can hardly be anything but a password: its sign is none of a measure."""
    return _is_drawn_by_hand(value) and values.n_classes(value) > 2 and any(c in "!#$^*?~" for c in value[1:])


def _is_beside(match: re.Match[str], value: str) -> bool:
    if _is_drawn_by_hand(value):
        return "/" not in value
    short = match[0].lstrip(" \t\r\n(,;/")[:2].lower() == "pw"
    spot = judging.Spot(text="", name="pw", start=0, sort=Sort.PASSWORD, random=False, sign="prose")
    return short and judging.judge_told(spot, value, "", False) > 0 and not values.is_code(value)


def _is_pin(match: re.Match[str], value: str) -> bool:
    return len(set(value)) > 1


def _is_in_tuple(match: re.Match[str], value: str) -> bool:
    strong = any(map(str.isdigit, value)) or values.n_classes(value) >= 3
    return strong and _is_said(value) and not values.is_identifier(value) and " " not in value


_JUDGES = {
    "login-pair": _is_login,
    "labelled-pair": _is_labelled,
    "password-beside": _is_beside,
    "pin-told": _is_pin,
    "password-in-tuple": _is_in_tuple,
}
