"""From a text to tokens with offsets: words, numbers, marks, line ends, and what machines wrote as one token each.

A chunk between white space is looked at once and its tokens are kept, since text repeats itself; a path, URL, hash or
assignment is one token whatever its length, so that a log line has few. Linear: chunks longer than 80 characters are
never looked into.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MOST_CHARS = 80
"""Of a chunk that is looked into."""


class Token(NamedTuple):
    """A token within its chunk."""

    start: int
    end: int
    text: str
    machine: str = ""
    """What it is where a machine wrote it: ``url``, ``path``, ``hex``, …"""


_CHUNK = re.compile(r"\n|[^\s]+")

# what people write within a chunk: initials (J.R.R.), words with an inner apostrophe, words mixed with digits,
# numbers with their separators, escaped characters, single marks
_INNER = re.compile(
    r"(?:[^\W\d_]\.){2,}(?:[^\W\d_](?![^\W\d_]))?"
    r"|[^\W\d_]+(?:['\u2019][^\W\d_]+)*(?!\w)"
    r"|\d+(?:[.,:/-]\d+)*(?![^\W_])"
    r"|[^\W_]+"
    r"|\\.?|.",
    re.DOTALL,
)
_OPENING = "\"'([<>{*`\u201c\u2018\u00ab,;:"
_CLOSING = ".,;:!?\"')]>}*`\u201d\u2019\u00bb"

_MACHINE = (
    ("url", re.compile(r"://|^www\.|^hxxp")),
    ("mail", re.compile(r"[\w.+-]@[\w-]+(?:\.|$)")),
    ("path", re.compile(r"^[A-Za-z]:[\\/]|^\\\\\w|\w\\\w|^~?\.{0,2}/[\w.]+(?:/|$)"
                        r"|[A-Za-z_]\w*/[\w.]+/\w|%\w+%|^HK(?:LM|CU|EY)\b")),
    ("assign", re.compile(r"\w[=]|==|::|->|=>|\$[\w{(]|\w\(|\)\{|&&|\|\||\w\|\w|\[\w*\]|^@\w+\(")),
    ("option", re.compile(r"^--?[A-Za-z][\w-]*$|^/[A-Za-z?]{1,2}$")),
    ("name", re.compile(r"\w_\w|^_|\w#\w|^#[A-Za-z]\w+$")),
    ("file", re.compile(r"^[\w-]+(?:\.[\w-]+)*\.[a-z][a-z0-9]{1,4}$")),
    ("dotted", re.compile(r"^[\w-]*[a-z0-9]\.[a-z_][\w-]*(?:\.[\w-]+)*$|^\w+(?:\.\w+){3,}$|^v?\d+(?:\.\d+){2,}$")),
    ("hex", re.compile(r"^(?:0x)?(?=\w*\d)[0-9a-fA-F]{8,}$|^[0-9a-fA-F]{8}-[0-9a-fA-F-]{9,}$"
                       r"|^(?=\w*\d\w*\d)(?=\w*[A-Za-z])\w{14,}$")),
    ("id", re.compile(r"^(?:CVE|CWE|MS|KB|T|TA|G|S|M|APT|UNC|FIN|TEMP|DEV|S-1)-?\d[\d.-]{2,}$|^[A-Z]+-\d+$|^S-1-\d")),
)  # fmt: skip


def _machine(core: str) -> str:
    for kind, pattern in _MACHINE:
        if pattern.search(core):
            return kind
    return ""


def inner(chunk: str) -> tuple[Token, ...]:
    """Return the tokens of what stands between white space."""
    n = len(chunk)
    if n > MOST_CHARS:
        return (Token(0, n, chunk[:8], "long"),)
    if chunk.isalpha():
        return (Token(0, n, chunk),)
    low, high = 0, n
    while low < high and chunk[low] in _OPENING:
        low += 1
    while high > low and chunk[high - 1] in _CLOSING:
        high -= 1
    core = chunk[low:high]
    found: list[Token] = [Token(i, i + 1, chunk[i]) for i in range(low)]
    if core:
        kind = "" if core.isalpha() else _machine(core)
        if kind:
            found.append(Token(low, high, core[:40], kind))
            found += [Token(i, i + 1, chunk[i]) for i in range(high, n)]
            return tuple(found)
    # initials keep their full stop: what follows the opening marks is read as a whole
    for match in _INNER.finditer(chunk, low):
        start, end, text = match.start(), match.end(), match.group()
        if len(text) > 2 and text[-1] in "sS" and text[-2] in "'\u2019":
            found += [Token(start, end - 2, text[:-2]), Token(end - 2, end, "'s")]
        else:
            found.append(Token(start, end, text))
    return tuple(found)


def chunks(text: str) -> list[tuple[int, str]]:
    """Return the text's chunks with their starts; a line's end is one."""
    return [(match.start(), match.group()) for match in _CHUNK.finditer(text)]
