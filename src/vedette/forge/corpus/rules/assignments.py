"""Secrets that only their place gives away: ``password=``, ``token:``, connection strings, headers, options.

The name before the sign says that a secret follows; the value must look like one. In ``name=value`` nearly any value
does; after a colon in running text ("Password: the adversary may …") only one with a digit, a symbol or mixed case.
"""

from __future__ import annotations

import math
import re
from collections import Counter

from vedette.forge.corpus.rules.base import Rule

_NAMES = (
    r"pass(?:word|wd|phrase|code)?s?|pwd|passw|pswd|secret|token|credentials?|creds?|api[_. -]?key|apikey|"
    r"access[_. -]?key(?:[_. -]?id)?|secret[_. -]?(?:access[_. -]?)?key|auth(?:[_. -]?(?:key|token))|private[_. -]?key|"
    r"client[_. -]?secret|account[_. -]?key|shared[_. -]?access[_. -]?key|encryption[_. -]?key|signing[_. -]?key|"
    r"session[_. -]?(?:id|key|token)|bearer|mdp|passwort|kennwort|contrase(?:ñ|n)a|mot[_. -]de[_. -]passe|senha|"
    r"(?:_|\b)(?:salt|nonce|sas|dsn|otp|pin|pw)|webhook|license[_. -]?key|"
    r"master[_. -]?key|storage[_. -]?key|mfa[_. -]?code"
)
_HEAD = rf"(?i)(?:^|[^A-Za-z0-9])[\w.$\[\]'\"-]{{0,60}}?(?:{_NAMES})[\w.-]{{0,30}}?"
_TAIL = r"[\"'`\])]*[ \t]{0,4}"
_EQUALS = r"(?:=|:=|=>|==)[ \t]{0,4}"

_ABOUT = re.compile(
    r"(?i)(?:url|uri|name|path|file|dir|type|length|len|count|size|policy|expir\w{0,8}|age|limit|field|prompt|hint|manager|"
    r"reset|per_\w{1,9}|id_rsa|s_used|prices?|cost)[\"'`\])]*\s{0,4}(?::=|=>|==|=|:)\s{0,4}[\"'`]?$"
)
"""``token_count=`` and ``password_file:`` say something about a secret, and are none."""
_PLACEHOLDER = re.compile(
    r"(?i)^(?:<.*|\$\{.*|\$\(.*|\{\{.*|%[\w-]+%?|\[.*\]?|\*+|x{3,}|\.{3,}|-+|_+|\?+|null|none|nil|true|false|yes|no|"
    r"undefined|empty|required|optional|string|str|int|bool|bytes|text|varchar.*|your.*|my[_-]?password|changeme|"
    r"example.*|placeholder|redacted|hidden|masked|n/a|todo|tbd|self\..*|this\..*|os\.environ.*|process\.env.*|"
    r"getenv.*|env\(.*|config\..*|args\..*|request\..*|params\..*|settings\..*|function.*|new|type|value)$"
)
_CODE = re.compile(r"[({]|^[A-Za-z_][\w.]*\.(?:[a-z]\w*)$|->|=>|^\$[A-Za-z_]\w*$")
_TOKENS = re.compile(r"(?i)tokens?[\w\"'\])]{0,10}\s{0,4}(?:=|:|=>|:=)\s{0,4}[\"']?$")
"""A number of tokens is a setting."""


def entropy(value: str) -> float:
    """Return a value's Shannon entropy in bits a character."""
    n = len(value)
    return -sum(c / n * math.log2(c / n) for c in Counter(value).values()) if n else 0.0


def looks_random(value: str) -> bool:
    """Return whether a value has too many different characters, mixed too well, to be words."""
    if len(value) < 16:
        return False
    classes = sum((any(map(str.islower, value)), any(map(str.isupper, value)), any(map(str.isdigit, value))))
    return classes >= 2 and any(map(str.isdigit, value)) and entropy(value) >= (3.0 if _HEX.match(value) else 3.5)


_HEX = re.compile(r"^[0-9a-fA-F]+$")


def _assigned(value: str, text: str, start: int, end: int) -> bool:
    value = value.strip("\"'`")
    if len(value) < 3 or _PLACEHOLDER.match(value) or _ABOUT.search(text, max(0, start - 40), start):
        return False
    if value.isdigit() and _TOKENS.search(text, max(0, start - 30), start):
        return False
    quoted = text[start - 1 : start] in ("'", '"', "`")
    return quoted or not _CODE.search(value)


def _mixed(value: str) -> bool:
    bare = value.strip("\"'`").rstrip(".,;")
    return not bare.isalpha() or not (bare.islower() or bare.istitle() or bare.isupper())


def _after_colon(value: str, text: str, start: int, end: int) -> bool:
    if not _assigned(value, text, start, end):
        return False
    bare = value.strip("\"'`").rstrip(".,;")
    if text[start - 1 : start] in ("'", '"', "`") or _mixed(bare):
        return not bare.isdigit() or len(bare) >= 4
    # a lone word: a secret where it ends its line, as in a configuration file
    line_end = text.find("\n", end)
    rest = text[end : line_end if line_end >= 0 else len(text)]
    line = text[text.rfind("\n", 0, start) + 1 : start]
    return not rest.strip("\"', ") and len(line.split()) <= 2 and len(bare) >= 4


def _told(value: str, text: str, start: int, end: int) -> bool:
    bare = value.rstrip(".,;:!?")
    return (
        len(bare) >= 6
        and any(map(str.isdigit, bare))
        and any(map(str.isalpha, bare))
        and _assigned(bare, text, start, end)
    )


def _keyed(value: str, text: str, start: int, end: int) -> bool:
    classes = sum((any(map(str.islower, value)), any(map(str.isupper, value)), any(map(str.isdigit, value))))
    return len(value) >= 12 and (classes == 3 or looks_random(value)) and not _PLACEHOLDER.match(value)


def _random(value: str, text: str, start: int, end: int) -> bool:
    return looks_random(value) and not _PLACEHOLDER.match(value)


GATE = rf"(?i)(?:{_NAMES})|://[^/\s]{{0,200}}@|authorization|key|\s-[uU]\s|--?pw|--user|/p(?:ass)?:|\$[0-9a-z]{{1,14}}\$|mysql|psexec"
"""Matches wherever one of the rules can."""

_BARE = r"[^\s\"'`<>]"

RULES: tuple[Rule, ...] = (
    Rule(
        "password-in-url",
        r"[A-Za-z][A-Za-z0-9+.-]{1,30}://[^\s/:@\"'<>]{0,100}:(?P<v>[^\s@\"'<>]+)@",
        accept=_assigned,
    ),
    Rule("password", rf"{_HEAD}{_TAIL}{_EQUALS}[\"'`](?P<v>[^\"'`\n]{{3,}})[\"'`]", accept=_assigned),
    Rule("password", rf"{_HEAD}{_TAIL}{_EQUALS}(?P<v>[^\s\"'`,;&|<>]{{3,}})", accept=_assigned),
    Rule("password", rf"{_HEAD}{_TAIL}[:,][ \t]{{0,4}}[\"'`](?P<v>[^\"'`\n]{{3,}})[\"'`]", accept=_after_colon),
    Rule("password", rf"{_HEAD}{_TAIL}:[ \t]{{0,4}}(?P<v>[^\s\"'`,;<>]{{3,}})", accept=_after_colon),
    Rule("password", rf"{_HEAD}\s{{1,3}}(?:is|was|are|to|=)\s{{1,3}}[\"'`]?(?P<v>{_BARE}{{6,}})", accept=_told),
    Rule(
        "password",
        r"(?i)<[\w:]{0,40}(?:pass|password|passwd|pwd|secret|token|apikey)(?:\s[^<>]{0,100})?>(?P<v>[^<>\n]{3,})</",
        accept=_assigned,
    ),
    Rule(
        "password",
        r"\$(?:1|2[abxy]?|5|6|7|y|gy|apr1|argon2(?:id?|d)|pbkdf2[\w-]{0,12}|scrypt)\$[A-Za-z0-9./$,=+-]{12,}",
    ),
    Rule("bearer", r"(?i)\b(?:bearer|basic|token|apikey)\s+(?P<v>[A-Za-z0-9._~+/-]{16,}={0,3})", accept=_random),
    Rule(
        "authorization",
        r"(?i)authorization[\"']?[ \t]{0,4}[:=][ \t]{0,4}[\"']?(?:[a-z]{3,20}[ \t]+)?(?P<v>[A-Za-z0-9._~+/=:-]{8,})",
        accept=_assigned,
    ),
    Rule(
        "password",
        rf"(?i)(?:^|\s)--?[\w-]{{0,30}}(?:password|passwd|passphrase|pass|token|secret|bearer|api-?key|pw|pwd)[\w-]{{0,20}}"
        rf"(?:[ \t]+|=)[\"']?(?P<v>[^\s\"'`<>-]{_BARE}{{2,}})",
        accept=_after_colon,
    ),
    Rule("password", rf"(?:^|\s)(?:-u|--user|-U)\s+[\"']?[\w.@\\-]{{1,64}}[:%](?P<v>{_BARE}{{3,}})", accept=_assigned),
    Rule(
        "password",
        rf"\b(?:sshpass|mysql\w*|psexec\w*|net use|cmdkey)\b[^\n]{{0,80}}?\s(?:-p|/pass:|/p:)"
        rf"\s?(?P<v>[^\s\"'<>-]{_BARE}{{2,}})",
        accept=_assigned,
    ),
    Rule("key", rf"(?i)\bkey{_TAIL}[:=][ \t]{{0,4}}[\"'`]?(?P<v>[A-Za-z0-9+/_=.-]{{12,}})", accept=_keyed),
    Rule("key", rf"(?i)[_-]key{_TAIL}[:=][ \t]{{0,4}}[\"'`]?(?P<v>[A-Za-z0-9+/_=.-]{{12,}})", accept=_keyed),
    Rule(
        "aws-secret-key",
        r"(?i)(?:aws|secret|key)[^\n]{0,40}?[\"'\s=:](?P<v>[A-Za-z0-9/+]{40})(?:$|[^A-Za-z0-9/+=])",
        accept=_random,
    ),
)
"""Every context as a rule."""
