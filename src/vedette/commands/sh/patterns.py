"""Shell patterns (``*``, ``?``, ``[…]``, ``@(a|b)``) as linear regular expressions."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Any

import re2

_ACTIVE = re.compile(r"[*?\[\\]|[@+!]\(")
_CLASS = re.compile(r"\[[!^]?\]?(?:\[:\w+:\]|\\.|[^\]])*\]", re.S)
_SURROGATE = re.compile("[\ud800-\udfff]")
_WIDE = {"alpha": r"\pL", "upper": r"\p{Lu}", "lower": r"\p{Ll}", "alnum": r"\pL\pN"}
_LONGEST_PATTERN = 2000


def escape(text: str) -> str:
    """Return a pattern that matches just this text."""
    return re.sub(r"([*?\[\]\\()|@+!])", r"\\\1", text)


def is_plain(pattern: str) -> bool:
    """Return whether a pattern has nothing in it that matches more than itself."""
    return _ACTIVE.search(pattern) is None


def literal(pattern: str) -> str | None:
    """Return the one text that a pattern matches, or None where it matches more."""
    bare = re.sub(r"\\(.)", "", pattern, flags=re.S)
    if re.search(r"[*?\[\\]|[@+!]\(", bare):
        return None
    return re.sub(r"\\(.)", r"\1", pattern, flags=re.S)


def _class(body: str) -> str:
    """Return a bracket expression as a regular expression writes it."""
    inner = body[1:-1]
    negated = inner[:1] in ("!", "^")
    if negated:
        inner = inner[1:]
    out = []
    i = 0
    while i < len(inner):
        c = inner[i]
        if inner.startswith("[:", i):
            end = inner.find(":]", i)
            if end > 0:
                out.append(_WIDE.get(inner[i + 2 : end], inner[i : end + 2]))
                i = end + 2
                continue
        if c == "\\" and i + 1 < len(inner):
            i += 1
            c = inner[i]
            out.append("\\" + c if not c.isalnum() and c.isascii() else c)
        elif c == "-" and 0 < i < len(inner) - 1:
            out.append("-")
        elif c.isalnum() or not c.isascii() or c in " _":
            out.append(c)
        else:
            out.append(f"\\x{ord(c):02x}")
        i += 1
    return f"[{'^' if negated else ''}{''.join(out)}]"


def regex(pattern: str, *, lazy: bool = False, path: bool = False, depth: int = 0) -> str | None:
    """Return the regular expression of a pattern, or None where it cannot be written as one.

    Args:
        pattern: the pattern; a backslash makes the next character stand for itself.
        lazy: whether ``*`` takes as little as it can.
        path: whether ``*`` and ``?`` stop at slashes, and a leading dot must be written out.
        depth: how deep it is nested.
    """
    if len(pattern) > _LONGEST_PATTERN or depth > 8:
        return None
    out: list[str] = []
    i, n = 0, len(pattern)
    any_one = "[^/]" if path else "."
    while i < n:
        c = pattern[i]
        if c in "?*+@!" and i + 1 < n and pattern[i + 1] == "(":
            close, level = i + 2, 1
            cuts = [i + 2]
            while close < n and level:
                if pattern[close] == "\\":
                    close += 1
                elif pattern[close] == "(":
                    level += 1
                elif pattern[close] == ")":
                    level -= 1
                elif pattern[close] == "|" and level == 1:
                    cuts.append(close + 1)
                close += 1
            if level == 0:
                if c == "!":
                    return None
                cuts.append(close)
                alternatives = []
                for a, b in pairwise(cuts):
                    inner = regex(pattern[a : b - 1], lazy=lazy, path=path, depth=depth + 1)
                    if inner is None:
                        return None
                    alternatives.append(inner)
                mark = {"?": "?", "*": "*", "+": "+", "@": ""}[c]
                out.append(f"(?:{'|'.join(alternatives)}){mark}")
                i = close
                continue
        if c == "*":
            while i + 1 < n and pattern[i + 1] == "*":
                i += 1
            out.append(any_one + ("*?" if lazy else "*"))
        elif c == "?":
            out.append(any_one)
        elif c == "[":
            m = _CLASS.match(pattern, i)
            if m is not None:
                out.append(_class(m.group()))
                i = m.end()
                continue
            if pattern[i + 1 : i + 3] in ("[=", "[:", "[."):
                return None
            out.append("\\[")
        elif c == "\\" and i + 1 >= n:
            return None
        elif c == "\\":
            i += 1
            out.append(re2.escape(pattern[i]))
        else:
            out.append(re2.escape(c))
        i += 1
    return "".join(out)


@lru_cache(maxsize=512)
def compiled(expression: str, longest: bool = False, nocase: bool = False) -> Any:
    """Return a compiled linear expression (dot matches line ends), or None where it is none."""
    options = re2.Options()
    options.log_errors = False
    options.longest_match = longest
    options.case_sensitive = not nocase
    options.dot_nl = True
    options.max_mem = 4 << 20
    try:
        return re2.compile(expression, options=options)
    except (re2.error, UnicodeEncodeError):
        return None


def safe(text: str) -> str:
    """Return the text with lone surrogates, which the matcher takes none of, as private characters."""
    if text.isascii():
        return text
    return _SURROGATE.sub(lambda m: chr(0xE000 + ord(m.group()) - 0xD800), text)


def matches(pattern: str, text: str, *, nocase: bool = False) -> bool | None:
    """Return whether a pattern matches the whole text; None where that cannot be told."""
    if pattern == "*":
        return True
    expression = regex(pattern)
    if expression is None:
        return None
    program = compiled(expression, False, nocase)
    return None if program is None else program.fullmatch(safe(text)) is not None


def trimmed(text: str, pattern: str, op: str) -> str | None:
    """Return what ``${text#pattern}``, ``##``, ``%`` or ``%%`` leaves; None where that cannot be told."""
    plain = literal(pattern)
    if plain is not None:
        if op[0] == "#":
            return text[len(plain) :] if text.startswith(plain) else text
        return text[: len(text) - len(plain)] if plain and text.endswith(plain) else text
    expression = regex(pattern, lazy=op == "#")
    if expression is None:
        return None
    subject = safe(text)
    if op[0] == "#":
        program = compiled(expression, op == "##")
        m = program.match(subject) if program is not None else None
        if program is None:
            return None
        return text if m is None else text[m.end() :]
    if op == "%%":
        program = compiled(f"(?:{expression})\\z")
        if program is None:
            return None
        m = program.search(subject)
        return text if m is None else text[: m.start()]
    program = compiled(f"(.*)(?:{expression})")
    if program is None:
        return None
    m = program.fullmatch(subject)
    return text if m is None else text[: m.end(1)]


def replaced(text: str, pattern: str, by: str, op: str) -> str | None:
    """Return ``${text/pattern/by}`` for ``/``, ``//``, ``/#`` or ``/%``; None where that cannot be told."""
    if not pattern:
        if op == "/#":
            return by + text
        return text + by if op == "/%" else text
    plain = literal(pattern)
    if plain is not None and op in ("/", "//"):
        return text.replace(plain, by) if op == "//" else text.replace(plain, by, 1)
    expression = regex(pattern)
    if expression is None:
        return None
    if op == "/#":
        expression = f"\\A(?:{expression})"
    elif op == "/%":
        expression = f"(?:{expression})\\z"
    program = compiled(expression, True)
    if program is None:
        return None
    subject = safe(text)
    out, at = [], 0
    for m in program.finditer(subject):
        if m.end() == m.start() and text:
            continue
        out.append(text[at : m.start()])
        out.append(by)
        at = m.end()
        if op != "//":
            break
    out.append(text[at:])
    return "".join(out)
