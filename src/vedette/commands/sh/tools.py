"""Pure tools, computed, not run: bytes in, bytes out; an option that is not understood gives None, never a guess."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from vedette.commands.base import Scope
from vedette.commands.budget import Budget
from vedette.commands.sh.bench import Bench, Tool
from vedette.commands.sh.escapes import echoed, formatted, to_bytes
from vedette.commands.sh.state import Stream

if TYPE_CHECKING:
    from vedette.commands.sh.calls import Calling

_FORMAT = re.compile(r"%(?:%|([-+ #0']*)(\*|\d+)?(?:\.(\*|-?\d+)?)?([hlLjzt]*)([diouxXcsbqeEfFgGaA]|\(([^)]*)\)T))")
_NUMBER = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]+|\d+)\Z")
_NUMBERED = re.compile(r"\\(?:x[0-9a-fA-F]|[0-7]{2}|u)")
_WIDEST = 100_000


def echo(args: list[str]) -> tuple[bytes, tuple[str, ...]]:
    """Return what ``echo`` writes, and how that was hidden."""
    newline, escapes = True, False
    at = 0
    while at < len(args) and len(args[at]) > 1 and args[at][0] == "-" and set(args[at][1:]) <= set("neE"):
        for letter in args[at][1:]:
            if letter == "n":
                newline = False
            else:
                escapes = letter == "e"
        at += 1
    text = " ".join(args[at:])
    methods: tuple[str, ...] = ()
    if escapes and "\\" in text:
        made, stopped = echoed(text)
        if re.search(r"\\(?:x[0-9a-fA-F]|0?[0-7]{2}|u)", text):
            methods = ("char-codes",)
        text = made
        newline = newline and not stopped
    return to_bytes(text + ("\n" if newline else "")), methods


def _number(text: str) -> int | None:
    if not text:
        return 0
    if text[0] in "'\"":
        return ord(text[1]) if len(text) > 1 else 0
    text = text.strip()
    if not _NUMBER.match(text) or len(text) > 30:
        return None
    bare = text.lstrip("+-")
    try:
        value = int(bare, 16 if bare[:2] in ("0x", "0X") else 8 if bare[0] == "0" and len(bare) > 1 else 10)
    except ValueError:
        return None
    return -value if text[0] == "-" else value


@lru_cache(maxsize=512)
def _layout(layout: str) -> tuple[list[tuple[str, re.Match[str] | None]], bool] | None:
    """Return the pieces of a format, and whether it spells characters out as numbers; None where it is no format."""
    pieces: list[tuple[str, re.Match[str] | None]] = []
    at = 0
    for found in _FORMAT.finditer(layout):
        text = layout[at : found.start()]
        if "%" in text:
            return None
        if text:
            pieces.append((formatted(text), None))
        pieces.append(("%", None) if found.group() == "%%" else ("", found))
        at = found.end()
    rest = layout[at:]
    if "%" in rest or "\\c" in layout:
        return None
    if rest:
        pieces.append((formatted(rest), None))
    return pieces, _NUMBERED.search(layout) is not None


def printf(args: list[str], budget: Budget) -> tuple[bytes, tuple[str, ...]] | None:
    """Return what ``printf`` writes, and how that was hidden; None where the format is not understood."""
    values = args[1:]
    parsed = _layout(args[0])
    if parsed is None:
        return None
    pieces, hidden = parsed
    takes = any(m is not None for _, m in pieces)
    out: list[str] = []
    size = 0
    first = True
    i = 0
    while first or (takes and i < len(values)):
        first = False
        budget.step()
        for text, m in pieces:
            if m is None:
                out.append(text)
                size += len(text)
                continue
            flags, width_text, precision_text, _, letter, moment = m.groups()
            if moment is not None:
                return None
            width = precision = None
            if width_text == "*":
                width = _number(values[i]) if i < len(values) else 0
                i += 1
            elif width_text:
                width = int(width_text[:7])
            if precision_text == "*":
                precision = _number(values[i]) if i < len(values) else 0
                i += 1
            elif precision_text:
                precision = int(precision_text[:7])
            elif "." in m.group():
                precision = 0
            value = values[i] if i < len(values) else None
            i += 1
            if (width is not None and abs(width) > _WIDEST) or (precision is not None and abs(precision) > _WIDEST):
                return None
            made = _converted(letter, flags or "", width, precision, value)
            if made is None:
                return None
            if letter == "b" and made[1]:
                out.append(made[0])
                return to_bytes("".join(out)), ("printf",)
            if letter in "b" and value is not None and "\\" in value:
                hidden = True
            out.append(made[0])
            size += len(made[0])
        if size > 65536:
            budget.make(size)
            size = 0
    joined = "".join(out)
    if not joined.isascii():
        # bytes that single escapes made may belong together
        data = to_bytes(joined)
    else:
        data = joined.encode()
    return data, ("printf",) if hidden or (takes and len(values) > 1 and len(pieces) == 1) else ()


def _converted(
    letter: str, flags: str, width: int | None, precision: int | None, value: str | None
) -> tuple[str, bool] | None:
    stopped = False
    if letter in "sbqc":
        text = value or ""
        if letter == "b":
            text, stopped = echoed(re.sub(r"\\(?=[1-7][0-7]{0,2})", r"\\0", text))
        elif letter == "q":
            from vedette.commands.sh.expand import quoted

            text = quoted(text)
        elif letter == "c":
            text = text[:1]
        if precision is not None and letter != "c":
            text = text[:precision]
    elif letter in "diouxX":
        number = _number(value or "")
        if number is None:
            return None
        if letter in "di":
            text = str(abs(number))
            sign = "-" if number < 0 else "+" if "+" in flags else " " if " " in flags else ""
        else:
            number &= (1 << 64) - 1
            text = {"o": f"{number:o}", "u": str(number), "x": f"{number:x}", "X": f"{number:X}"}[letter]
            sign = ""
            if "#" in flags and number:
                sign = {"o": "0", "x": "0x", "X": "0X"}.get(letter, "")
        if precision is not None:
            text = text.zfill(precision)
        elif "0" in flags and "-" not in flags and width:
            text = text.zfill(width - len(sign))
        text = sign + text
    else:
        try:
            number_float = float(value or 0)
        except ValueError:
            return None
        if letter in "aA":
            return None
        text = f"{number_float:{'+' if '+' in flags else ''}.{6 if precision is None else precision}{letter}}"
        if "0" in flags and width and "-" not in flags:
            text = text.zfill(width)
    if width:
        text = text.ljust(abs(width)) if "-" in flags or width < 0 else text.rjust(width)
    return text, stopped


def _echo(args: list[str], bench: Bench) -> bytes | None:
    data, methods = echo(args)
    bench.methods = methods
    return data


def _printf(args: list[str], bench: Bench) -> bytes | None:
    if args and args[0] == "--":
        args = args[1:]
    made = printf(args, bench.budget) if args else None
    if made is None:
        return None
    bench.methods = made[1]
    return made[0]


_TABLE: dict[str, Tool] | None = None


def _table() -> dict[str, Tool]:
    global _TABLE
    if _TABLE is None:
        from vedette.commands.sh import codecs, filters, lines, numbers, sed

        _TABLE = {
            "echo": _echo,
            "printf": _printf,
            **codecs.TOOLS,
            **filters.TOOLS,
            **lines.TOOLS,
            **numbers.TOOLS,
            "sed": sed.sed,
            "gsed": sed.sed,
        }
    return _TABLE


NAMES = frozenset(
    """
    echo printf cat tee base64 base32 basenc gbase64 openssl xxd od hexdump rev tac tr sed gsed cut head tail sort uniq
    grep egrep fgrep gzip gunzip zcat gzcat bzip2 bunzip2 bzcat xz unxz xzcat uudecode fold paste wc seq yes dd expr bc
    strings iconv basename dirname zlib-flate mimencode mmencode b64decode pigz unpigz lzma unlzma dos2unix
    """.split()
)
"""What is looked for among the tools at all."""


def pure(name: str, args: list[str], stdin: bytes | None, scope: Scope) -> bytes | None:
    """Return what a tool writes on standard output; None where that is not known.

    Args:
        name: the tool, without a path.
        args: its arguments, decoded.
        stdin: what it reads, or None where that is not known or nothing.
        scope: its budget is charged, and its files are read and written.
    """
    tool = _table().get(name)
    if tool is None:
        return None
    from vedette.commands.sh.shells import written

    def write(path: str, data: bytes, append: bool) -> None:
        scope.files[path] = (scope.files.get(path, b"") if append else b"") + data

    bench = Bench(stdin, lambda path: written(path, scope), write, scope.budget, scope)
    return tool(args, bench)


def run(
    name: str, args: list[str], stream: Stream | None, ev: Calling
) -> tuple[bytes, tuple[str, ...], int | None] | None:
    """Return what a tool writes in an evaluation, how that was hidden, and its status; None where that is unknown."""
    tool = _table().get(name)
    if tool is None:
        return None
    from vedette.commands.sh.state import Sink

    def write(path: str, data: bytes, append: bool) -> None:
        sink = Sink()
        sink.write(data)
        ev.write_file(path, sink, append)

    data = stream.data[stream.at :] if stream is not None else None
    bench = Bench(data, ev.file, write, ev.budget, ev.scope)
    made = tool(args, bench)
    if made is None:
        return None
    if stream is not None and bench.taken:
        if bench.taken_bytes is not None:
            stream.at = min(len(stream.data), stream.at + bench.taken_bytes)
        else:
            stream.at = len(stream.data)
    return made, bench.methods, bench.status
