"""What words expand to, and how text is quoted and split."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vedette.commands.sh.state import Var
from vedette.commands.sh.syntax import WordNode

_SPECIAL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_SAFE = re.compile(r"[A-Za-z0-9_@%+=:,./~^-]+\Z")


@dataclass(slots=True)
class Result:
    """What an expansion gives."""

    text: str
    known: bool = True
    methods: tuple[str, ...] = ()
    many: list[str] | None = None
    """The fields of ``$@`` or an array."""
    unset: str = ""
    """The name of a variable that nothing has set: empty unless the environment holds it."""
    origin: int = -1
    solid: bool = False
    """Whether it is quoted inside, and so not split."""


@dataclass(slots=True)
class Field:
    """A word after expansion."""

    text: str
    known: bool = True
    methods: tuple[str, ...] = ()
    strong: bool = False
    """Whether it was written in a way that hides it."""
    pattern: bool = False
    """Whether it stands for files that nobody knows."""


def quoted(text: str) -> str:
    """Return the text as a shell word, plain where it can be."""
    if _SAFE.match(text) and not text.startswith("~"):
        return text
    if not text:
        return "''"
    if _CONTROL.search(text) is not None:
        return "$'" + "".join([_shown(c) for c in text]) + "'"
    return "'" + text.replace("'", "'\\''") + "'"


def reusable(text: str) -> str:
    """Return the text as ``${x@Q}`` quotes it."""
    if _SPECIAL.search(text) is None:
        return "'" + text.replace("'", "'\\''") + "'"
    named = {"\a": "\\a", "\b": "\\b", "\x1b": "\\E", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
    out = []
    for c in text:
        if c in named:
            out.append(named[c])
        elif c in "'\\":
            out.append("\\" + c)
        elif c < " " or c == "\x7f":
            out.append(f"\\{ord(c):03o}")
        elif "\udc80" <= c <= "\udcff":
            out.append(f"\\{ord(c) - 0xDC00:03o}")
        else:
            out.append(c)
    return "$'" + "".join(out) + "'"


def all_quoted(word: WordNode | None) -> bool:
    """Return whether every piece of a word is quoted."""
    return word is not None and all(part.quoted for part in word.parts)


def _shown(c: str) -> str:
    if c in "'\\":
        return "\\" + c
    if c == "\n":
        return "\\n"
    if "\udc80" <= c <= "\udcff":
        return f"\\x{ord(c) - 0xDC00:02x}"
    return f"\\x{ord(c):02x}" if c < " " or c == "\x7f" else c


def split(text: str, ifs: str) -> list[str]:
    """Return the fields that splitting by IFS makes of unquoted text; first or last is empty at an open edge."""
    white = [c for c in ifs if c in " \t\n"]
    solid = [c for c in ifs if c not in " \t\n"]
    if not solid:
        return re.split("[" + "".join(white) + "]+", text) if white else [text]
    w = "[" + "".join(white) + "]" if white else ""
    s = "[" + "".join([re.escape(c) for c in solid]) + "]"
    expression = f"{w}*{s}{w}*|{w}+" if w else s
    return re.split(expression, text)


def ordered(var: Var) -> list[int | str]:
    """Return an array's keys in the order in which the shell lists them."""
    items = var.items or {}
    return list(items) if var.associative else sorted(items, key=int)
