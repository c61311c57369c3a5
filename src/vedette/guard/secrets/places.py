"""Finds secrets by the form of the file or the statement that they stand in, where no name stands before them.

Kubernetes secrets, ``.pgpass``, SQL that makes users, configurations of routers, enrolment links of one-time passwords,
seeds of NATS and Nostr, calls of ``login(name, password)``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import re2

from vedette.guard.secrets import values
from vedette.guard.secrets.base import Hit

_KIND = re.compile(r"[\"']?kind[\"']?\s{0,3}:\s{0,3}[\"']?Secret[\"']?\s{0,3}(?:[,}\n\r]|$)")
_DATA = re.compile(r"(?<![A-Za-z])[\"']?(?:data|stringData)[\"']?[ \t]{0,3}:[ \t]{0,3}(?:\{|\r?\n|$)")
_ENTRY = re.compile(
    r"[ \t]{0,40}[\"']?(?P<n>[\w.-]{1,80})[\"']?[ \t]{0,3}:[ \t]{0,3}(?:[|>][+-]?\s{1,60})?[\"']?(?P<v>[^\s\"',{}]{6,4000})[\"']?[,;]?[ \t}]{0,8}(?:\r?\n|$|,)"
)
_PGPASS = re.compile(
    r"(?m)^(?:[\w.*-]{1,100}):(?:[0-9]{2,5}|\*):(?:[\w*-]{1,60}):(?:[\w*.@-]{1,60}):(?P<v>[^\s:#]{4,100})[ \t]*\r?$"
)
_SQL = re.compile(
    r"(?i)\b(?:identified[ ](?:with[ ][\w\"'`]{1,40}[ ])?by(?:[ ]password)?|with[ ](?:encrypted[ ]|unencrypted[ ])?password|(?:user|role|login)[ ][^\s;]{1,80}[ ][^;\n]{0,80}?password[ =]{1,3}|password[ ]?\()[ ]{0,3}N?['\"](?P<v>[^'\"\n]{3,200})['\"]"
)
_CISCO = re.compile(
    r"(?i)\b(?:password|secret|key-string|key|md5|community)[ ](?:(?P<t>[0-9])[ ])(?P<v>\$[0-9]\$[\w./$]{10,120}|(?:[0-9A-F]{2}){4,60}|[^\s]{5,60})(?=\s|$)"
)
_COMMUNITY = re.compile(r"(?i)\bsnmp-server[ ]community[ ](?!public|private|<)(?P<v>[^\s<>$]{4,40})")
_BUNDLER = re.compile(
    r"\bBUNDLE_[A-Z0-9_]{3,80}[\"']?[ ]{0,2}[=:][ ]{0,2}[\"']?[\w.-]{2,80}:(?P<v>[^\s\"'$<>@]{4,100})"
)
"""How Ruby's package manager is given the name and the password of a host."""
_OTPAUTH = re.compile(r"otpauth://[^\s\"'<>]{1,300}?[?&]secret=(?P<v>[A-Za-z2-7=]{16,128})")
_NATS = re.compile(r"(?<![A-Z0-9])(?P<v>S[ACNOUX][A-Z2-7]{56})(?![A-Z0-9])")
_NOSTR = re.compile(r"(?<![a-z0-9])(?P<v>nsec1[qpzry9x8gf2tvdw0s3jn54khce6mua7l]{58})(?![a-z0-9])")
_LOGIN = re.compile(
    r"(?i)\b(?:login|authenticate|connect|signin|sign_in|log_in|credentials?)\(\s{0,20}[bur]?[\"'][^\"'\n]{2,100}[\"']\s{0,20},\s{0,20}[bur]?[\"'](?P<v>[^\"'\n]{4,100})[\"']"
)
_DUMPED = re.compile(
    r"(?:(?P<rid>:[0-9]{3,7}):)?(?<![0-9A-Fa-f])(?P<v>(?P<lm>[0-9A-Fa-f]{32}|NO PASSWORD\*{21}|\*{32}):(?P<nt>[0-9A-Fa-f]{32}))(?![0-9A-Fa-f])(?P<end>:::)?"
)
"""A line of a dump of Windows' accounts: name, number, LM hash, NT hash."""
_NO_LM, _NO_NT = "aad3b435b51404eeaad3b435b51404ee", "31d6cfe0d16ae931b73c59d7e0c089c0"
"""What the hashes of no password are."""
_ANSWERED = re.compile(
    r"::[\w.-]{0,64}:(?P<v>[0-9A-Fa-f]{16}:[0-9A-Fa-f]{32}:[0-9A-Fa-f]{16,4000}|[0-9A-Fa-f]{48}:[0-9A-Fa-f]{48}:[0-9A-Fa-f]{16})(?![0-9A-Fa-f])"
)
"""An answer to a challenge of NTLM, as it is caught on the network."""
_SHADOW = re.compile(
    r"(?<![\w.-])[A-Za-z_][\w.-]{0,40}:(?P<v>!?\$[0-9a-z-]{1,12}\$[^\s:\"'<>,]{8,240}):[0-9]{0,6}:[0-9]{0,6}:"
)
"""A line of ``/etc/shadow``."""
_SEEDS = re.compile(r"otpauth://|nsec1|S[ACNOUX][A-Z2-7]{56}")


_SQL_GATE = re2.compile(
    r"(?i)identified (?:with|by)|with (?:un)?(?:encrypted )?password|(?:user|role|login) [^\n;]{1,160}password|password ?\("
)
_DUMP_GATE = re2.compile(r"[0-9A-Fa-f*]{16}:[0-9A-Fa-f]{32}")
_SHADOW_GATE = re2.compile(r":!?\$[0-9a-z-]{1,12}\$[^\s:]{8,240}:[0-9]{0,6}:")
_ROUTER_GATE = re2.compile(r"(?i)(?:password|secret|key-string|key|md5|community) [0-9] [^\s]")
_PGPASS_GATE = re2.compile(r":(?:[0-9]{2,5}|\*):[\w*-]{1,60}:[\w*.@-]{1,60}:[^\s]")


def find(text: str, low: str) -> Iterator[Hit]:
    """Yield secrets known by their surroundings.

    Args:
        text: what is looked through.
        low: the same in lower case, of the same length.
    """
    if "secret" in low and "kind" in low and "data" in low:
        yield from _kubernetes(text)
    if ("identified " in low or "password" in low) and _SQL_GATE.search(text):
        for match in _SQL.finditer(text):
            if not _empty(match["v"]):
                yield Hit(*match.span("v"), "PASSWORD", "sql-password", 0.85)
    if _ROUTER_GATE.search(text):
        yield from _router(text)
    for mark, pattern, rule in (("snmp-server", _COMMUNITY, "snmp-community"), ("BUNDLE_", _BUNDLER, "bundler-host")):
        if mark in text:
            yield from (Hit(*m.span("v"), "PASSWORD", rule, 0.85) for m in pattern.finditer(text) if not _empty(m["v"]))
    if _PGPASS_GATE.search(text):
        for match in _PGPASS.finditer(text):
            if not _empty(match["v"]) and not match["v"].startswith("/"):
                yield Hit(*match.span("v"), "PASSWORD", "pgpass", 0.85)
    if _DUMP_GATE.search(text):
        yield from _dumped(text)
    if "$" in text and _SHADOW_GATE.search(text):
        yield from (Hit(*m.span("v"), "PASSWORD", "shadow-line", 0.9) for m in _SHADOW.finditer(text))
    if "otpauth://" in text:
        yield from (Hit(*m.span("v"), "SECRET", "one-time-password-seed", 0.95) for m in _OTPAUTH.finditer(text))
    for mark, pattern, rule in (("nsec1", _NOSTR, "nostr-key"), ("SU", _NATS, "nats-seed"), ("SA", _NATS, "nats-seed")):
        if mark in text:
            yield from (
                Hit(*m.span("v"), "PRIVATE_KEY", rule, 0.9)
                for m in pattern.finditer(text)
                if values.is_lively(m["v"][5:])
            )
    if "(" in text and (
        "login(" in low or "authenticate(" in low or "connect(" in low or "signin(" in low or "credential" in low
    ):
        for match in _LOGIN.finditer(text):
            value = match["v"]
            if (
                not _empty(value)
                and any(map(str.isdigit, value))
                and not values.is_identifier(value)
                and not values.is_path(value)
            ):
                yield Hit(*match.span("v"), "PASSWORD", "login-call", 0.75)


def _dumped(text: str) -> Iterator[Hit]:
    for match in _DUMPED.finditer(text):
        lm, nt = match["lm"].lower(), match["nt"].lower()
        told = match["rid"] or match["end"] or lm == _NO_LM or "*" in lm
        if told and (nt != _NO_NT or (lm != _NO_LM and "*" not in lm)):
            yield Hit(*match.span("v"), "PASSWORD", "windows-hashes", 0.95)
    if "::" in text:
        yield from (Hit(*m.span("v"), "PASSWORD", "ntlm-answer", 0.95) for m in _ANSWERED.finditer(text))


def _empty(value: str) -> bool:
    return (
        values.is_reference(value)
        or values.is_nothing(value)
        or values.is_filler_password(value)
        or value[:1] in "%:?$@{<"
    )


def _kubernetes(text: str) -> Iterator[Hit]:
    kinds = [m.span() for m in _KIND.finditer(text)]
    done = 0
    for number, (first, last) in enumerate(kinds):
        following = kinds[number + 1][0] if number + 1 < len(kinds) else len(text)
        before = max(text.rfind("\n---", done, first), first - 20_000, done)
        after = text.find("\n---", last, following)
        end = min(after if after >= 0 else following, last + 20_000)
        data = _DATA.search(text, before, end)
        done = last
        if data is None:
            continue
        at = data.end()
        indent = None
        while (entry := _ENTRY.match(text, at, end)) is not None:
            depth = len(entry[0]) - len(entry[0].lstrip(" \t"))
            indent = depth if indent is None else indent
            if depth < indent or entry["n"] in ("kind", "metadata", "apiVersion", "type", "name", "namespace"):
                break
            value = entry["v"]
            if not _empty(value) and not values.is_filler(value):
                yield Hit(*entry.span("v"), "SECRET", "kubernetes-secret", 0.85)
            at = entry.end()


def _router(text: str) -> Iterator[Hit]:
    for match in _CISCO.finditer(text):
        kind, value = match["t"], match["v"]
        if (
            (kind == "7" and re.fullmatch(r"[01]\d(?:[0-9A-Fa-f]{2}){3,}", value))
            or (kind in "589" and value.startswith("$"))
            or (kind == "0" and any(map(str.isdigit, value)) and not value.isdigit() and not _empty(value))
        ):
            yield Hit(*match.span("v"), "PASSWORD", f"router-type-{kind}", 0.85)
