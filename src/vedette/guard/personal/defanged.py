"""Addresses and hosts of the house that somebody wrote as indicators are written: ``10[.]20[.]31[.]7``.

Public ones written so are an attacker's and stay as they are; a private address or an internal name is the house's own
however it is written.
"""

from __future__ import annotations

from vedette.guard.personal.cues import Cues
from vedette.guard.personal.network import address_rule
from vedette.guard.personal.sheet import Pattern, Sheet
from vedette.guard.personal.suffixes import is_internal

_DOT = rb"(?: ?(?:\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)|\[\.|\.\]|\\\.) ?|\.)"
_V4 = Pattern(rb"(?i)\d{1,3}(?:" + _DOT + rb"\d{1,3}){3}")
_NAME = Pattern(rb"(?i)[a-z0-9][a-z0-9\-]{0,62}(?:" + _DOT + rb"[a-z0-9\-]{1,63}){1,6}")
_BRACKETS = Pattern(rb"(?i) ?(?:\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)|\[\.|\.\]|\\\.) ?")
_MARKS = (b"[.", b".]", b"(.)", b"{.}", b"[dot]", b"(dot)", b"\\.")


def _plain(value: bytes) -> bytes:
    parts: list[bytes] = []
    at = 0
    for found in _BRACKETS.finditer(value):
        parts.append(value[at : found.start()])
        at = found.end()
    return b".".join([*parts, value[at:]])


def find(sheet: Sheet, cues: Cues) -> None:
    """Put down private addresses and internal names in such writing."""
    raw = sheet.raw
    if not any(mark in sheet.low for mark in _MARKS):
        return
    for found in _V4.finditer(raw):
        start, end = found.span()
        value = raw[start:end]
        if value.count(b".") == 3 and len(value.translate(None, b"0123456789.")) == 0:
            continue  # as addresses are written: seen as one
        if sheet.word_before(start) or sheet.word_after(end) or (start and raw[start - 1] in b".]"):
            continue
        if raw[end : end + 1] in (b".", b"[") and sheet.word_after(end + (3 if raw[end : end + 3] == b"[.]" else 1)):
            continue
        if address_rule(_plain(value).decode("latin-1")) == "private":
            sheet.hit("IP_ADDRESS", start, end, 0.9, "private")
    for found in _NAME.finditer(raw):
        start, end = found.span()
        value = raw[start:end].rstrip(b"-")
        plain = _plain(value).lower()
        if plain == value.lower() or not is_internal(plain) or sheet.word_before(start) or sheet.word_after(end):
            continue
        if raw[end : end + 1] == b"[" or (start and raw[start - 1] in b"].\\"):
            continue
        many = plain.count(b".") > 1
        sheet.hit("HOSTNAME" if many else "DOMAIN_NAME", start, start + len(value), 0.85, "internal")
