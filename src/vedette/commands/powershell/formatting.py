"""The format operator: ``'{1}{0:X2}' -f …``."""

from __future__ import annotations

import re

from vedette.commands.powershell import bigint
from vedette.commands.powershell.values import Char, Partial, Piece, Unclear, Value, to_int, to_number, to_text

_ITEM = re.compile(r"\{\{|\}\}|\{\s*(\d{1,6})\s*(?:,\s*(-?\d{1,5})\s*)?(?::((?:[^{}]|\{\{|\}\})*))?\}")
_STANDARD = re.compile(r"([A-Za-z])(\d{0,2})")
_ZEROS = re.compile(r"([0#,]*)(?:\.([0#]*))?")


def format_values(template: str | Partial, values: list[Value]) -> str | Partial:
    """Return a format with its values filled in.

    Raises:
        Unclear: a place has no value, or its format is not read.
    """
    if isinstance(template, Partial):
        raise Unclear
    parts: list[str | Piece] = []
    partial = False
    last = 0
    for m in _ITEM.finditer(template):
        parts.append(template[last : m.start()])
        last = m.end()
        if m.group(1) is None:
            parts.append(m.group()[0])
            continue
        index = int(m.group(1))
        if index >= len(values):
            raise Unclear
        text = _one(values[index], m.group(3))
        if isinstance(text, Partial):
            parts += text.parts
            partial = True
            continue
        if m.group(2):
            width = int(m.group(2))
            text = text.ljust(-width) if width < 0 else text.rjust(width)
        parts.append(text)
    rest = template[last:]
    if "{" in rest or "}" in rest or any("{" in p or "}" in p for p in _plain(template)):
        raise Unclear
    parts.append(rest)
    return Partial([p for p in parts if p]) if partial else "".join(str(p) for p in parts)


def _plain(template: str) -> list[str]:
    return _ITEM.sub("\0", template).split("\0")


def _one(value: Value, spec: str | None) -> str | Partial:
    if not spec or (isinstance(value, (str, Partial)) and not isinstance(value, Char)):
        return to_text(value)
    if type(value) is bigint.Big:
        try:
            return bigint.show(value, spec)
        except ValueError:
            raise Unclear from None
    if isinstance(value, (Char, bool)) or not isinstance(value, (int, float)):
        return to_text(value)
    return format_number(value, spec)


def format_number(value: int | float, spec: str) -> str:
    """Return a number in one of .NET's standard or zero-and-hash formats.

    Raises:
        Unclear: the format is another.
    """
    m = _STANDARD.fullmatch(spec)
    if m is not None:
        letter, digits = m.group(1).upper(), int(m.group(2) or 0)
        if letter == "X":
            number = to_int(value)
            text = f"{number & 0xFFFFFFFF if -(1 << 31) <= number < 0 else number & ((1 << 64) - 1):x}".zfill(digits)
            return text.upper() if m.group(1) == "X" else text
        if letter == "D":
            number = to_int(value)
            return ("-" if number < 0 else "") + str(abs(number)).zfill(digits)
        places = int(m.group(2)) if m.group(2) else 2
        if letter == "N":
            return f"{value:,.{places}f}"
        if letter == "F":
            return f"{value:.{places}f}"
        if letter == "P":
            return f"{value * 100:,.{places}f}%"
        if letter == "G":
            return str(to_text(value))
        raise Unclear
    z = _ZEROS.fullmatch(spec)
    if z is not None and (z.group(1) or z.group(2)):
        whole = z.group(1).replace(",", "")
        decimals = z.group(2) or ""
        text = f"{abs(to_number(value)):.{len(decimals)}f}"
        head, _, tail = text.partition(".")
        head = head.zfill(whole.count("0"))
        if whole.count("0") == 0 and head == "0":
            head = ""
        if "," in z.group(1) and head:
            head = f"{int(head):,}"
        optional = len(decimals) - len(decimals.rstrip("#"))
        for _ in range(optional):
            if tail.endswith("0"):
                tail = tail[:-1]
        return ("-" if value < 0 else "") + head + ("." + tail if tail else "")
    raise Unclear
