"""Regular expressions of .NET, run on RE2 so that all take linear time; those that it cannot say are refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from vedette.commands.powershell.values import Unclear

_META = re.compile(r"[\\^$.|?*+()\[\]{}]")
_ESCAPED = re.compile(r"\\([\\^$.|?*+()\[\]{}#\-/,:;!@%&~=<>'\" ])")
_REFUSED = re.compile(r"\(\?(?:[=!>(]|<[=!])|\\[1-9kG]|-\[")
_NAMED = re.compile(r"\(\?(?:<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')")
_UNICODE = re.compile(r"\\u([0-9A-Fa-f]{4})")
_CLASSES = re.compile(r"\\[wWdDbBsS]")
_SPACE = re.compile(r"\\s")
_CHUNK = re.compile(r"\(\?<=\\G(\.+|\.\{(\d{1,4})\})\)")
_WIDTH = re.compile(r"\(?(\.+|\.\{(\d{1,4})\}|\[\\s\\S\]|\(\.\|\\n\)|\(\.\))\)?")
_REFERENCE = re.compile(r"\$(?:(\d{1,3})|\{(\w+)\}|([$&]))")

REFUSED = "a regular expression is beyond what is read"


def literal(pattern: str) -> str | None:
    """Return the text that a pattern stands for, or None where it says more than one text."""
    if "\\" not in pattern:
        return None if _META.search(pattern) else pattern
    if _META.search(_ESCAPED.sub("", pattern)):
        return None
    return _ESCAPED.sub(r"\1", pattern)


def translate(pattern: str, *, ignore_case: bool, options: str = "") -> str:
    """Return the pattern in RE2's syntax.

    Raises:
        Unclear: RE2 cannot say it.
    """
    if len(pattern) > 20_000:
        raise Unclear(REFUSED)
    bare = pattern.replace("\\\\", "")
    if _REFUSED.search(bare):
        raise Unclear(REFUSED)
    pattern = _NAMED.sub(lambda m: f"(?P<{m.group(1) or m.group(2)}>", pattern)
    pattern = _UNICODE.sub(r"\\x{\1}", pattern)
    pattern = pattern.replace("\\Z", "\\z").replace("\\e", "\\x1b")
    low = options.lower()
    flags = ("i" if ignore_case or "ignorecase" in low else "") + ("m" if "multiline" in low else "")
    flags += "s" if "singleline" in low else ""
    if "ignorepatternwhitespace" in low:
        raise Unclear(REFUSED)
    return f"(?{flags}){pattern}" if flags else pattern


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 4 << 20
    try:
        return re2.compile(pattern, options)
    except re2.error:
        return None


class Regex:
    """A compiled pattern of .NET.

    Raises:
        Unclear: RE2 cannot say it.
    """

    __slots__ = ("fixed", "folded", "pattern", "regex", "sample")

    def __init__(self, pattern: str, *, ignore_case: bool = True, options: str = "") -> None:
        self.pattern = pattern
        self.fixed = literal(pattern) if not options or options.lower() in ("none", "ignorecase") else None
        self.folded = ignore_case or "ignorecase" in options.lower()
        self.regex: Any = None
        self.sample = bool(_CLASSES.search(pattern))
        if self.fixed is not None and (not self.folded or self.fixed.isascii()):
            self.regex = re.compile(re.escape(self.fixed), re.IGNORECASE if self.folded else 0)
        else:
            self.regex = _compiled(translate(pattern, ignore_case=ignore_case, options=options))
            if self.regex is None:
                raise Unclear(REFUSED)

    def _check(self, text: str) -> None:
        if self.sample and not text.isascii():
            raise Unclear(REFUSED)
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError:
                raise Unclear from None

    def search(self, text: str) -> Any:
        """Return the first match, or None."""
        self._check(text)
        return self.regex.search(text)

    def finditer(self, text: str) -> Iterator[Any]:
        """Return the matches from left to right."""
        self._check(text)
        found: Iterator[Any] = self.regex.finditer(text)
        return found

    def replace(self, text: str, by: str, most: int = -1) -> str:
        """Return the text with every match replaced."""
        if self.fixed is not None and self.fixed and "$" not in by and most < 0 and not self.folded:
            return text.replace(self.fixed, by)
        self._check(text)
        out: list[str] = []
        last = 0
        for i, m in enumerate(self.regex.finditer(text)):
            if 0 <= most <= i:
                break
            out.append(text[last : m.start()])
            out.append(expand(by, m) if "$" in by else by)
            last = m.end()
        out.append(text[last:])
        return "".join(out)

    def split(self, text: str, most: int = 0) -> list[str]:
        """Return the stretches between matches, with what groups caught, as .NET does."""
        if self.pattern == "":
            return ["", *text, ""]
        self._check(text)
        out: list[str] = []
        last = 0
        for m in self.regex.finditer(text):
            if most > 0 and len(out) >= most - 1:
                break
            out.append(text[last : m.start()])
            out += [g for g in m.groups() if g is not None]
            last = m.end()
        out.append(text[last:])
        return out


def expand(template: str, match: Any) -> str:
    """Return a replacement with ``$1``, ``${name}``, ``$&`` and ``$$`` filled in."""

    def one(m: re.Match[str]) -> str:
        number, name, sign = m.groups()
        if sign == "$":
            return "$"
        if sign == "&":
            return str(match.group(0))
        key: int | str = int(number) if number else (int(name) if name.isdigit() else name)
        try:
            return match.group(key) or ""
        except (IndexError, KeyError):
            return m.group(0)

    return _REFERENCE.sub(one, template)


def split_special(pattern: str, text: str) -> list[str] | None:
    """Return what splits that look around give, for the forms in use: at every place, every n characters."""
    if pattern in ("(?!^)", "(?<=.)(?=.)", "(?<!^)(?!$)", "(?!^)(?!$)"):
        out = list(text)
        return [*out, ""] if pattern == "(?!^)" and text else out
    if pattern == "(?<=.)":
        return [*text, ""]
    m = _CHUNK.fullmatch(pattern)
    if m is None:
        return None
    width = int(m.group(2)) if m.group(2) else len(m.group(1))
    if not width:
        return None
    out = [text[i : i + width] for i in range(0, len(text), width)]
    return [*out, ""] if len(text) % width == 0 and text else out


def backwards(pattern: str, text: str) -> list[str]:
    """Return the matches from right to left of a pattern of fixed width.

    Raises:
        Unclear: it has none.
    """
    if pattern == "":
        return [""] * (len(text) + 1)
    m = _WIDTH.fullmatch(pattern)
    if m is None:
        raise Unclear(REFUSED)
    body = m.group(1)
    width = int(m.group(2)) if m.group(2) else (len(body) if body.strip(".") == "" else 1)
    if body.strip(".") == "" or m.group(2):
        if "\n" in text:
            if width == 1:
                return [c for c in reversed(text) if c != "\n"]
            raise Unclear(REFUSED)
    if not width:
        raise Unclear(REFUSED)
    return [text[max(i - width, 0) : i] for i in range(len(text), width - 1, -width)]


def unescape(text: str) -> str:
    """Return what ``[regex]::Unescape`` gives."""

    def one(m: re.Match[str]) -> str:
        body = m.group(1)
        if body[0] in "xu" and len(body) > 1:
            return chr(int(body[1:], 16))
        if body[0] in "01234567":
            return chr(int(body, 8))
        return {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v"}.get(
            body, body
        )

    return re.sub(r"\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|[0-7]{2,3}|(?s:.))", one, text)


def escape(text: str) -> str:
    """Return what ``[regex]::Escape`` gives."""
    text = re.sub(r"([\\*+?|{\[()^$.# ])", r"\\\1", text)
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r").replace("\f", "\\f")


@lru_cache(maxsize=256)
def wildcard(pattern: str) -> re.Pattern[str]:
    """Return a wildcard as a regex: ``*`` ``?`` ``[a-z]``; stars in a row count as one, so it stays bounded."""
    out: list[str] = []
    i = 0
    while i < len(pattern):
        c = pattern[i]
        if c == "*":
            while i + 1 < len(pattern) and pattern[i + 1] == "*":
                i += 1
            out.append(".*")
        elif c == "?":
            out.append(".")
        elif c == "[" and (end := pattern.find("]", i + 1)) > i + 1:
            body = pattern[i + 1 : end].replace("\\", "\\\\").replace("^", "\\^").replace("[", "\\[")
            out.append(f"[{body}]")
            i = end
        elif c == "`" and i + 1 < len(pattern):
            i += 1
            out.append(re.escape(pattern[i]))
        else:
            out.append(re.escape(c))
        i += 1
    if out.count(".*") > 6 or len(pattern) > 400:
        raise Unclear
    try:
        return re.compile("".join(out), re.IGNORECASE | re.DOTALL)
    except re.error:
        raise Unclear from None
