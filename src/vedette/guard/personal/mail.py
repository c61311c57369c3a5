"""Mail addresses, plain and in the disguises that people give them."""

from __future__ import annotations

from vedette.guard.personal.cues import Cues
from vedette.guard.personal.sheet import Pattern, Sheet
from vedette.guard.personal.suffixes import is_internal, is_suffix

_PLAIN = Pattern(
    rb"([A-Za-z0-9\xc0-\xff!#$&'*+/=?^_`{|}~.\-]{1,64}|\"[^\"\s@<>\\]{1,60}\")(?:@|%40)"
    rb"([A-Za-z0-9\xc0-\xff](?:[A-Za-z0-9\xc0-\xff\-]{0,62})(?:\.[A-Za-z0-9\xc0-\xff\-]{1,63}){0,8})"
)
_SAID = Pattern(
    rb"(?i)((?:[a-z0-9_+\-]{1,30}(?: dot | ?[\[({<] ?(?:dot|punkt|"
    rb"point) ?[\])}>] ?)){0,3}[a-z0-9_.+\-]{1,64})(?: ?[\[({<] ?at ?[\])}>] ?| at )([a-z0-9\-]{1,63}"
    rb"(?:(?:\.| ?[\[({<] ?(?:dot|punkt|point) ?[\])}>] ?| dot )[a-z0-9\-]{1,63}){1,5})"
)
_AT_SIGNS = tuple(b"at" + blank + sign for blank in (b"", b" ") for sign in (b")", b"]", b"}", b">"))
_SHELL = Pattern(rb"(?i)(?:ssh|scp|sftp|rsync|mosh|telnet|git clone|ftp)\b[^\n@]{0,80}$")
_MESSAGE = Pattern(
    rb"(?i)(?:message-id|in-reply-to|references|content-id|resent-message-id|cid|"
    rb"x-ms-exchange-[a-z\-]{1,40}):[ \t\"]{0,3}<?$"
)
_SERVICE = frozenset(b"noreply no-reply donotreply do-not-reply mailer-daemon postmaster".split())


def find(sheet: Sheet, cues: Cues) -> None:
    """Put down mail addresses; what only looks like one (a remote of git, a login by ssh, a message's id) is none."""
    raw = sheet.raw
    if b"@" in raw or b"%40" in raw:
        for found in _PLAIN.finditer(raw):
            _plain(sheet, *found.span(1), *found.span(2))
    low = sheet.low
    if any(sign in low for sign in _AT_SIGNS) or (b" dot " in low and b" at " in low):
        for found in _SAID.finditer(raw):
            start, end = found.span()
            domain = raw[found.start(2) : found.end(2)]
            spoken = raw[found.end(1) : found.start(2)].strip().lower() == b"at"
            if spoken and (b" dot " not in domain.lower() or raw[found.end(1) : found.start(2)] != b" at "):
                continue
            labels = domain.lower()
            for mark in (b"dot", b"punkt", b"point"):
                labels = labels.replace(b" " + mark + b" ", b".")
            for sign in (b"[", b"(", b"{", b"<", b"]", b")", b"}", b">", b" "):
                labels = labels.replace(sign, b"")
            for mark in (b"dot", b"punkt", b"point"):
                labels = labels.replace(mark, b".") if b"." not in labels else labels
            if is_suffix(labels.rpartition(b".")[2]) and not sheet.word_before(start):
                sheet.hit("EMAIL_ADDRESS", start, end, 0.9, "disguised")


def _plain(sheet: Sheet, start: int, at: int, host: int, end: int) -> None:
    raw = sheet.raw
    while start < at and raw[start] in b"'`*/=?{|}!&#$.-~^":
        start += 1
    # what stands before a sign of assignment or a path is no part of the address
    for sign in (b"=", b"/", b"|", b"{", b"?", b"&", b"'", b"`"):
        if (cut := raw.rfind(sign, start, at)) >= 0 and raw[start] != 0x22:
            if sign == b"'" and sheet.word_before(cut) and sheet.word_after(cut + 1) and raw[cut - 1] not in b"bfru":
                continue  # O'Neil, but no b'…'
            start = cut + 1
    while end > host and raw[end - 1] in b"-.":
        end -= 1
    if start >= at or raw[at - 1] in b".-+":
        return
    domain = raw[host:end].lower()
    suffix = domain.rpartition(b".")[2]
    local = raw[start:at].lower()
    following = raw[end : end + 2]
    before = raw[max(0, start - 96) : start]
    if b"." not in domain:
        if local != b"git" and _SHELL.search(before) and not domain.isdigit():
            _login(sheet, start, at)
            sheet.hit("HOSTNAME", host, end, 0.8, "login")
        return
    if before[-1:] in (b":", b"/") and b"://" in before:
        return  # user and password of a URL
    if following[:1] == b":" and (local == b"git" or following[1:] in (b"/", b"~") or sheet.word_after(end + 1)):
        return _login(sheet, start, at)
    if local == b"git" or before[-1:] == b"@":
        return
    if (is_suffix(suffix) or is_internal(domain)) and _SHELL.search(before):
        if is_internal(domain):
            sheet.hit("HOSTNAME", host, end, 0.9, "internal")
        else:
            sheet.hit("DOMAIN_NAME", host, end, 0.95, "public")
        return _login(sheet, start, at)
    if _MESSAGE.search(before):
        return
    if is_internal(domain):
        if local[-1:] == b"$" or local in (b"krbtgt", b"root"):
            return
        if sheet.fields_at(start):
            sheet.hit("USERNAME", start, end, 0.9, "upn")
        else:
            sheet.hit("EMAIL_ADDRESS", start, end, 0.8, "internal")
        return
    if not is_suffix(suffix):
        return
    if following[:1] == b"(" or raw[end : end + 1] == b"@":
        return
    sheet.hit("EMAIL_ADDRESS", start, end, 0.7 if local in _SERVICE else 0.98, "plain")


def _login(sheet: Sheet, start: int, end: int) -> None:
    """Take the user of ``user@host:path``."""
    from vedette.guard.personal.accounts import is_person

    if is_person(sheet.raw[start:end].decode("latin-1")):
        sheet.hit("USERNAME", start, end, 0.85, "login")
