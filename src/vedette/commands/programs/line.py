"""A program's command line on Windows, split as ``CommandLineToArgvW`` and the C runtime split it; no shell reads it.

Source: Microsoft Learn, "Parsing C command-line arguments" and "CommandLineToArgvW function".
"""

from __future__ import annotations

import re
from itertools import islice

from vedette.commands.base import Reading, Scope, Word
from vedette.commands.programs.base import LineCall, name_end, tool_name
from vedette.commands.programs.shells import raw_words
from vedette.schema.command import Language

_SPACE = re.compile(r"[ \t\r\n\v\f\xa0]+")
_PLAIN = re.compile(r'[^ \t\r\n"\\]+')
_INSIDE = re.compile(r'[^"\\]+')
_SLASHES = re.compile(r"\\+")
_PROGRAM = re.compile(r'"([^"]*)"?|[^\s"]+')
_SPACED_PROGRAM = re.compile(r"(?i)[a-z]:\\[^\"<>|*?\r\n]{0,200}?\.(?:exe|com|bat|cmd|scr)(?=\s|$)")
_SIMPLE = re.compile(r'[^"\s]+')


def split(text: str, start: int = 0, end: int | None = None, most: int = 20_000) -> list[tuple[str, int, int]]:
    """Return the arguments of a command line with where each stands: ``(text, start, end)``.

    A backslash is itself but before a quote: there two make one, and an odd one makes the quote plain. Two quotes
    inside quotes are one quote, and the quotes go on. Only the first ``most`` are returned.
    """
    if end is None:
        end = len(text)
    if text.find('"', start, end) < 0:
        return [(m.group(), m.start(), m.end()) for m in islice(_SIMPLE.finditer(text, start, end), most)]
    found: list[tuple[str, int, int]] = []
    at = start
    while True:
        space = _SPACE.match(text, at, end)
        if space:
            at = space.end()
        if at >= end or len(found) >= most:
            return found
        first, parts, quoted = at, [], False
        while at < end:
            if quoted:
                inside = _INSIDE.match(text, at, end)
                if inside:
                    parts.append(inside.group())
                    at = inside.end()
            else:
                plain = _PLAIN.match(text, at, end)
                if plain:
                    parts.append(plain.group())
                    at = plain.end()
            if at >= end:
                break
            char = text[at]
            if char == "\\":
                run = _SLASHES.match(text, at, end)
                assert run is not None  # noqa: S101
                count = run.end() - at
                at = run.end()
                if at < end and text[at] == '"':
                    parts.append("\\" * (count // 2))
                    if count % 2:
                        parts.append('"')
                        at += 1
                else:
                    parts.append("\\" * count)
            elif char == '"':
                if quoted and text[at + 1 : at + 2] == '"' and at + 1 < end:
                    parts.append('"')
                    at += 2
                else:
                    quoted = not quoted
                    at += 1
            elif quoted:
                parts.append(char)
                at += 1
            else:
                break
        found.append(("".join(parts), first, at))


def program_end(text: str, start: int = 0) -> tuple[str, int]:
    r"""Return the program that a command line names, and where its name ends.

    A path with spaces and no quotes is taken up to its ``.exe`` (``C:\Program Files\a b.exe -x``), as Windows
    tries it.
    """
    if text[start : start + 1] == '"':
        match = _PROGRAM.match(text, start)
        assert match is not None  # noqa: S101
        return match.group(1), match.end()
    spaced = _SPACED_PROGRAM.match(text, start)
    if spaced:
        return spaced.group(), spaced.end()
    match = _PROGRAM.match(text, start)
    if match is None:
        return "", start
    return match.group(), match.end()


def read(text: str, scope: Scope) -> Reading:
    """Read a command line as the one call that it is."""
    scope.budget.step()
    start = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    if start >= end:
        return Reading()
    name, at = program_end(text, start)
    if "/" in name:
        slash = start + name_end(text[start:end])
        if start < slash < at:
            name, at = text[start:slash], slash
    words = raw_words(tool_name(name), text[:end], at)
    if words is None:
        words = split(text, at, end)
    args = [Word(word, first, last) for word, first, last in words]
    scope.budget.step(len(args))
    call = LineCall(
        name=Word(name, start, at),
        args=args,
        language=Language.PROGRAM,
        start=start,
        end=end,
        stdin=scope.stdin,
        line=text[start:end],
    )
    return Reading(calls=[call])
