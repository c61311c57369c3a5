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
    r"pass(?:word|wd|phrase|code)?|pwd|passw|secret|token|credentials?|creds?|api[_. -]?key|apikey|access[_. -]?key(?:[_. -]?id)?|"
    r"secret[_. -]?(?:access[_. -]?)?key|auth(?:[_. -]?(?:key|token))|private[_. -]?key|client[_. -]?secret|"
    r"account[_. -]?key|shared[_. -]?access[_. -]?key|encryption[_. -]?key|signing[_. -]?key|session[_. -]?(?:id|key|token)|"
    r"bearer|pin|mdp|passwort|kennwort|contrase(?:ñ|n)a|mot[_. -]de[_. -]passe|senha|salt|nonce|webhook|license[_. -]?key|"
    r"master[_. -]?key|storage[_. -]?key|sas|dsn|otp|mfa[_. -]?code"
)
_HEAD = rf"(?i)(?:^|[^A-Za-z0-9])[\w.$\[\]'\"-]{{0,60}}?(?:{_NAMES})[\w.-]{{0,30}}?"

_PLACEHOLDER = re.compile(
    r"(?i)^(?:<.*|\$\{.*|\$\(.*|\{\{.*|%[\w-]+%?|\[.*\]?|\*+|x{3,}|\.{3,}|-+|_+|\?+|null|none|nil|true|false|yes|no|"
    r"undefined|empty|required|optional|string|str|int|bool|bytes|text|varchar.*|your.*|my[_-]?password|changeme|"
    r"example.*|placeholder|redacted|hidden|masked|n/a|todo|tbd|self\..*|this\..*|os\.environ.*|process\.env.*|"
    r"getenv.*|env\(.*|config\..*|args\..*|request\..*|params\..*|settings\..*|function.*|new|type|value)$"
)
_CODE = re.compile(r"[({]|^[A-Za-z_][\w.]*\.(?:[a-z]\w*)$|->|=>|^\$[A-Za-z_]\w*$")


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
    return len(value) >= 3 and not _PLACEHOLDER.match(value) and not _CODE.search(value)


def _after_colon(value: str, text: str, start: int, end: int) -> bool:
    if not _assigned(value, text, start, end):
        return False
    bare = value.strip("\"'`").rstrip(".,;")
    quoted = text[start - 1 : start] in ("'", '"', "`")
    mixed = not bare.isalpha() or not (bare.islower() or bare.istitle() or bare.isupper())
    if quoted or mixed:
        return not bare.isdigit() or len(bare) >= 4
    # a lone word: a secret where it ends its line, as in a configuration file
    line_end = text.find("\n", end)
    rest = text[end : line_end if line_end >= 0 else len(text)]
    line = text[text.rfind("\n", 0, start) + 1 : start]
    return not rest.strip("\"', ") and len(line.split()) <= 2 and len(bare) >= 4


def _random(value: str, text: str, start: int, end: int) -> bool:
    return looks_random(value) and not _PLACEHOLDER.match(value)


GATE = rf"(?i)(?:{_NAMES})|://[^/\s]{{0,200}}@|authorization|\s-u\s|--?pw|--user|sshpass"
"""Matches wherever one of the rules can."""

RULES: tuple[Rule, ...] = (
    Rule(
        "password-in-url", r"[A-Za-z][A-Za-z0-9+.-]{1,30}://[^\s/:@\"'<>]{0,100}:(?P<v>[^\s@\"'<>]+)@", accept=_assigned
    ),
    Rule(
        "password",
        rf"{_HEAD}[\"'`\])]*\s{{0,4}}(?:=|:=|=>)\s{{0,4}}[\"'`](?P<v>[^\"'`\n]{{3,}})[\"'`]",
        accept=_assigned,
    ),
    Rule("password", rf"{_HEAD}[\"'`\])]*\s{{0,4}}(?:=|:=|=>)\s{{0,4}}(?P<v>[^\s\"'`,;&|<>]{{3,}})", accept=_assigned),
    Rule("password", rf"{_HEAD}[\"'`\])]*\s{{0,4}}:\s{{0,4}}[\"'`](?P<v>[^\"'`\n]{{3,}})[\"'`]", accept=_after_colon),
    Rule("password", rf"{_HEAD}[\"'`\])]*\s{{0,4}}:\s{{0,4}}(?P<v>[^\s\"'`,;<>]{{3,}})", accept=_after_colon),
    Rule("bearer", r"(?i)\b(?:bearer|basic|token|apikey)\s+(?P<v>[A-Za-z0-9._~+/-]{16,}={0,3})", accept=_random),
    Rule(
        "authorization",
        r"(?i)authorization[\"']?\s{0,4}[:=]\s{0,4}[\"']?(?:[a-z]{3,20}\s+)?(?P<v>[A-Za-z0-9._~+/=:-]{8,})",
        accept=_assigned,
    ),
    Rule(
        "password",
        r"(?i)(?:^|\s)(?:--?(?:password|passwd|pass|token|secret|api-?key|pw|pwd))(?:\s+|=)(?P<v>[^\s\"'`<>-][^\s\"'`<>]{2,})",
        accept=_after_colon,
    ),
    Rule("password", r"(?:^|\s)(?:-u|--user|-U)\s+[\"']?[\w.@\\-]{1,64}[:%](?P<v>[^\s\"'<>]{3,})", accept=_assigned),
    Rule("password", r"\b(?:sshpass|mysql\w*)\b[^\n]{0,80}?\s-p\s?(?P<v>[^\s\"'<>-][^\s\"'<>]{2,})", accept=_assigned),
    Rule(
        "aws-secret-key",
        r"(?i)(?:aws|secret|key)[^\n]{0,40}?[\"'\s=:](?P<v>[A-Za-z0-9/+]{40})(?:$|[^A-Za-z0-9/+=])",
        accept=_random,
    ),
)
"""Every context as a rule."""
