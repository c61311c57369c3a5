"""Accounts that a command line names: made, changed, or used with their password.

Only forms whose meaning is certain are read. Patterns run on RE2, in time linear in the text, and
only on the first 8,192 characters.
"""

from __future__ import annotations

import re2

_LIMIT = 8_192
_NAME = r'"?([A-Za-z0-9_.@\\$-]{2,80})"?'
_LOGIN = r"([a-z_][a-z0-9_.-]{1,31})\s*(?:$|[;&|\"'])"
_GROUP = r"(?:\"[^\"]{1,80}\"|\S{1,80})"

_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"(?i)\bnet1?(?:\.exe)?\"?\s+user\s+" + _NAME + r"\s+\S.*?/add\b", "created"),
    (r"(?i)\bnet1?(?:\.exe)?\"?\s+user\s+/add\s+" + _NAME, "created"),
    (r"(?i)\bNew-(?:LocalUser|ADUser)\b.{0,80}?-(?:Name|SamAccountName)\s+'?" + _NAME, "created"),
    (r"(?i)\bNew-LocalUser\s+'?\"?([A-Za-z][A-Za-z0-9_.$-]{1,40})", "created"),
    (r"(?:^|[\s/;&|])(?:useradd|adduser)(?:\s+[^\s;&|]+)*?\s+" + _LOGIN, "created"),
    (r"(?i)\bnet1?(?:\.exe)?\"?\s+(?:localgroup|group)\s+" + _GROUP + r"\s+" + _NAME + r"\s+/add\b", "changed"),
    (r"(?i)\bAdd-(?:LocalGroupMember|ADGroupMember)\b.{0,120}?-Members?\s+'?" + _NAME, "changed"),
    (r"(?:^|[\s/;&|])(?:usermod|passwd|chpasswd)\s+(?:-[A-Za-z]+\s+\S+\s+)*" + _LOGIN, "changed"),
    (r"(?i)\blsadump::dcsync\b.{0,200}?/user:" + _NAME, "secrets"),
    (r"(?i)\b(?:kerberoast|asreproast)\b.{0,200}?/user:" + _NAME, "secrets"),
    (r"(?i)\bsekurlsa::pth\b.{0,200}?/user:" + _NAME, "used"),
    (r"(?i)\brunas(?:\.exe)?\b.{0,120}?/user:" + _NAME, "used"),
    (r"(?i)\bwmic(?:\.exe)?\b.{0,160}?/user:" + _NAME, "used"),
    (r"(?i)\bnet1?(?:\.exe)?\"?\s+use\b.{0,160}?/user:" + _NAME, "used"),
    (r"(?i)\bschtasks(?:\.exe)?\b.{0,400}?\s/u\s+" + _NAME, "used"),
    (r"(?i)\bpsexec(?:64)?(?:\.exe)?\b.{0,160}?\s-u\s+" + _NAME, "used"),
)  # fmt: skip
_COMPILED = tuple((re2.compile(p), aim) for p, aim in _PATTERNS)
_NOT_NAMES = frozenset({"add", "delete", "del", "active", "domain", "system", "ru", "user"})


def named_accounts(command: str) -> list[tuple[str, str]]:
    """Return (written account, aim) for each account that the command names, in order of pattern."""
    text = command[:_LIMIT]
    found: dict[str, str] = {}
    for pattern, aim in _COMPILED:
        for match in pattern.finditer(text):
            name = match.group(1)
            if name and name.casefold() not in _NOT_NAMES and not name.startswith(("/", "-")):
                found.setdefault(name, aim)
    return list(found.items())
