"""Regexes that find PowerShell's tokens: every one anchored, possessive and linear.

PowerShell takes four dashes for ``-`` and several typographic quotes for ``'`` and ``"``; so do these.
"""

from __future__ import annotations

import re

from vedette.commands.powershell import bigint

DASH = "-\u2013\u2014\u2015"
SINGLE = "'\u2018\u2019\u201a\u201b"
DOUBLE = '"\u201c\u201d\u201e'

SPACE = re.compile(r"(?:[^\S\r\n]++|`(?:\r\n|\n|\r)|#[^\r\n]*+|<#(?s:.*?)(?:#>|\Z))*+")
"""Blanks, continued lines and comments within a line."""
LINES = re.compile(r"(?:\s++|`(?:\r\n|\n|\r)|#[^\r\n]*+|<#(?s:.*?)(?:#>|\Z))*+")
"""The same over several lines."""
BREAKS = re.compile(r"(?:[\s;]++|`(?:\r\n|\n|\r)|#[^\r\n]*+|<#(?s:.*?)(?:#>|\Z))*+")
"""The same, and what ends statements."""
COMMENT = re.compile(r"#[^\r\n]*+|<#(?s:.*?)(?:#>|\Z)")

VARIABLE = re.compile(r"[$@](?:((?:\w++:(?=[\w?]))?[\w?]++)|\{((?:[^}`]|`(?s:.))*+)\}?|([$^?]))")
"""``$name``, ``$scope:name``, ``${any name}``, ``$$``; ``@name`` where it is splatted."""
NUMBER = re.compile(
    r"(?:0[xX][0-9a-fA-F]++|\d++(?:\.\d++)?+(?:[eE][+-]?\d++)?+|\.\d++(?:[eE][+-]?\d++)?+)"
    r"(?:u?[lLyYsS]|[uUdDnN])?+([kKmMgGtTpP][bB])?+"
)
NUMBER_END = re.compile(r"(?![\w:\\$])(?!\.[A-Za-z_\\])")
"""What may follow a number that begins a statement, so that ``7z.exe`` is a command."""
KEYWORD = re.compile(rf"([A-Za-z]++)(?![{DASH}\w.:\\/$`])")
OPERATOR = re.compile(rf"[{DASH}]([A-Za-z]++)(?!\w)|(\.\.)|([+*/%](?!=)|[{DASH}](?!=))")
ASSIGN = re.compile(rf"(?:[{DASH}+*/%]|\?\?)?=(?!=)")
TYPE = re.compile(r"\[\s*+([A-Za-z_][\w.+`]*+(?:\s*+\[(?:[^\[\]]|\[[^\[\]]*+\])*+\])?+)(?:\s*+,[^\[\]]*+)?\s*+\]")
ATTRIBUTE = re.compile(r"\[\s*+[A-Za-z_][\w.+]*+\s*+\(")
WORD = re.compile(r"\w++")
MEMBER = re.compile(r"[A-Za-z_](?:\w|`[\w])*+")
BARE = re.compile(rf"[^\s{SINGLE}{DOUBLE}`$(){{}};|&,<>]++")
"""Plain characters of a bare word."""
PARAMETER = re.compile(rf"[{DASH}]{{1,2}}[A-Za-z_?](?:[{DASH}\w?]|`[^\s])*+")
REDIRECT = re.compile(r"(?:[1-6*]?>>?(?:&[12])?|<)")
SINGLE_QUOTED = re.compile(rf"[{SINGLE}]((?:[^{SINGLE}]|[{SINGLE}]{{2}})*+)([{SINGLE}]?)")
DOUBLE_PLAIN = re.compile(rf"[{DOUBLE}]([^{DOUBLE}`$]*+)[{DOUBLE}](?![{DOUBLE}])")
DOUBLE_CHUNK = re.compile(rf"[^{DOUBLE}`$]++")
HERE = re.compile(rf"@([{SINGLE}{DOUBLE}])[^\S\r\n]*+(?:\r\n|\n|\r)")
HERE_SINGLE_END = re.compile(rf"(?:\r\n|\n|\r)[{SINGLE}]@")
HERE_DOUBLE_END = re.compile(rf"(?:\r\n|\n|\r)[{DOUBLE}]@")
HERE_CHUNK = re.compile(r"[^`$]++")
LABEL = re.compile(r":[A-Za-z_]\w*+(?=\s)")
DOUBLED = re.compile(rf"([{SINGLE}])[{SINGLE}]")

ESCAPES = {"0": "\0", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
UNICODE = re.compile(r"u\{([0-9A-Fa-f]{1,6})\}")
TICKED = re.compile(r"`((?s:.))")

SCOPES = ("global:", "local:", "script:", "private:", "using:", "variable:")

BINARY = {
    "and": 1, "or": 1, "xor": 1,
    "band": 2, "bor": 2, "bxor": 2,
    "f": 12,
    **dict.fromkeys(
        [p + o for o in ("eq", "ne", "gt", "ge", "lt", "le", "like", "notlike", "match", "notmatch", "replace",
                         "contains", "notcontains", "in", "notin", "split") for p in ("", "c", "i")]
        + ["join", "is", "isnot", "as", "shl", "shr"], 5),
}  # fmt: skip
"""Binding power of the operators that are words."""
UNARY = {"not", "bnot", "join", "split", "csplit", "isplit"}
ADDITIVE, MULTIPLICATIVE, RANGE = 9, 10, 13


def variable_name(name: str) -> str:
    """Return a variable's name in lower case, without its scope and back ticks."""
    if "`" in name:
        name = untick(name)
    name = name.lower()
    for scope in SCOPES:
        if name.startswith(scope):
            return name[len(scope) :]
    return name


def untick(text: str) -> str:
    """Return a bare word with its back ticks undone: a tick keeps the next character as it is."""
    return TICKED.sub(lambda m: ESCAPES.get(m.group(1), m.group(1)) if m.group(1) in "0" else m.group(1), text)


def number(text: str) -> int | float:
    """Return the value of a number as written: ``0x41``, ``1kb``, ``2.5``, ``65L``."""
    low = text.lower()
    scale = 1
    if low[-1:] == "n" and low[:-1].isdecimal() and low.isascii():
        try:
            return bigint.parse(low[:-1])
        except ValueError:
            return 0
    if low[-2:] in ("kb", "mb", "gb", "tb", "pb") and not (low.startswith("0x") and low[-2:-1] not in "kmgtp"):
        scale = 1024 ** ("kmgtp".index(low[-2]) + 1)
        low = low[:-2]
    if low.startswith("0x"):
        digits = low[2:].rstrip("ulysn")[:40]
        value: int | float = int(digits, 16) if digits else 0
        if isinstance(value, int) and len(digits) == 8 and value > 0x7FFFFFFF and low[-1] in "0123456789abcdef":
            value -= 1 << 32
    else:
        low = low.rstrip("ulysdn")[:320]
        try:
            value = float(low) if "." in low or "e" in low else int(low)
        except ValueError:
            value = 0
    return value * scale
