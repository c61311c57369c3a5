"""POSIX basic and extended regular expressions as linear ones."""

from __future__ import annotations

import re

import re2

_LONGEST = 4000
_CLASS = re.compile(r"\[\^?\]?(?:\[:\w+:\]|\[=.=\]|\[\..\.\]|[^\]])*\]", re.S)
_ESCAPED = re.compile(r"([\\\[\]^&~|])")


def translated(pattern: str, kind: str) -> str | None:
    """Return a pattern in the syntax of the matcher at hand, or None where it cannot be told.

    Args:
        pattern: the expression.
        kind: ``G`` basic, ``E`` extended, ``P`` Perl's, ``F`` a fixed text.
    """
    if len(pattern) > _LONGEST:
        return None
    if kind == "F":
        return str(re2.escape(pattern))
    if kind == "P":
        return None if re.search(r"\(\?[=!<]|\\K|\\\d|\(\?>|[*+?}]\+", pattern) else pattern
    out: list[str] = []
    i, n = 0, len(pattern)
    start = True
    while i < n:
        c = pattern[i]
        if c == "[":
            m = _CLASS.match(pattern, i)
            if m is None:
                return None
            inner = m.group()[1:-1]
            negated = inner.startswith("^")
            if negated:
                inner = inner[1:]
            if "[=" in inner or "[." in inner:
                return None
            pieces = re.split(r"(\[:\w+:\])", inner)
            made = "".join(
                [
                    p if p.startswith("[:") and p.endswith(":]") else re.sub(r"([\\\[\]^&~|])", r"\\\1", p)
                    for p in pieces
                ]
            )
            out.append(f"[{'^' if negated else ''}{made}]")
            i = m.end()
            start = False
            continue
        if c == "\\" and i + 1 < n:
            d = pattern[i + 1]
            i += 2
            if kind == "G" and d in "(){}|+?":
                out.append(d)
                start = d in "(|"
                continue
            if d in "wWsSbB":
                out.append("\\" + d)
            elif d in "<>":
                out.append("\\b")
            elif d in "ntfvr":
                out.append({"n": "\\n", "t": "\\t", "f": "\\f", "v": "\\v", "r": "\\r"}[d])
            elif d.isdigit() or d in "`'":
                return None
            else:
                out.append(re2.escape(d))
            start = False
            continue
        i += 1
        if kind == "G":
            if c in "(){}|+?":
                out.append("\\" + c)
            elif c == "*" and start:
                out.append("\\*")
            elif c == "^" and not start:
                out.append("\\^")
            elif c == "$" and i < n and not pattern.startswith(("\\)", "\\|"), i):
                out.append("\\$")
            elif c in ".*^$":
                out.append(c)
            else:
                out.append(re2.escape(c))
            start = c == "^" and start
        else:
            if c == "{" and not re.match(r"\{\d*,?\d*\}", pattern[i - 1 :]):
                out.append("\\{")
            elif c in ".*^$+?(){}|":
                out.append(c)
            else:
                out.append(re2.escape(c))
    return "".join(out)
