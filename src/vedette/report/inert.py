r"""Hostile text made inert: what is shown of a string that an attacker may have written.

:func:`visible` is applied once, where a case becomes a view (``view.py``), so that every
renderer starts from text that holds no control, bidirectional, zero-width or unassigned
character: each is replaced by something a reader can see. The other functions add what one
format needs on top. Nothing is dropped in silence: a terminal sequence leaves a ``␛`` where
it stood, and every other odd character its ``\uXXXX`` escape.
"""

from __future__ import annotations

import json
import re
import unicodedata

MAX_MARKS = 3
"""Combining marks kept on one character; more would draw over neighbouring lines."""

# CSI sequences (colours, cursor moves) carry no text, so one mark stands for the whole of it. OSC and other
# string sequences can hide text, so only their introducer is replaced and the text stays readable.
_CSI = re.compile(r"(?:\x1b\[|\x9b)[0-?]{0,32}[ -/]{0,4}[@-~]")
_PLAIN = re.compile(r"[ -~]*\Z")
# Letters and symbols by category, drawn as nothing by every font: a name made of them would look empty.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_WORD_SPACES = frozenset(" \u00a0\u202f\u3000")
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MARKS = frozenset({"Mn", "Me"})
_FORMULA_START = frozenset("=+-@\t\r\n＝＋－＠")
_LINK_START = re.compile(r"(?i)\s*(?:[a-z][a-z0-9+.-]{0,20}:|www\.|\\\\)")


def _shown(char: str) -> str:
    """Return what stands for one character that must not be drawn as it is."""
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _hidden(char: str) -> bool:
    if char in _WORD_SPACES:
        return False
    if char in _BLANK or "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef":
        return True
    category = unicodedata.category(char)
    return category in _HIDDEN_CATEGORIES or category == "Zs"


def visible(text: str) -> str:
    """Return the text on one line, with every character that would hide or act replaced by a visible one.

    Idempotent. Line breaks and tabs become ``␊`` and ``␉``.
    """
    if _PLAIN.match(text):
        return text
    out: list[str] = []
    marks = 0
    for char in _CSI.sub("␛", text):
        if unicodedata.category(char) in _MARKS:
            marks += 1
            out.append(_shown(char) if marks > MAX_MARKS or _hidden(char) else char)
            continue
        marks = 0
        out.append(_shown(char) if _hidden(char) else char)
    return "".join(out)


def clip(text: str, n_chars: int) -> str:
    """Return at most so many characters, the last of them ``…`` where something was cut."""
    return text if len(text) <= n_chars else text[: max(n_chars - 1, 0)].rstrip() + "…"


def middle(text: str, n_chars: int) -> str:
    """Return at most so many characters with the middle cut out: both ends of paths and names tell most."""
    if len(text) <= n_chars:
        return text
    keep = max(n_chars - 1, 0)
    return text[: keep - keep // 2] + "…" + (text[-(keep // 2) :] if keep // 2 else "")


def cell(text: str) -> str:
    """Return text for a table cell: an apostrophe is put before what a spreadsheet would run or link.

    Source: the OWASP note on formula injection; the full-width forms are taken as formulas by some spreadsheets.
    """
    start = text.lstrip(" \u00a0\u3000")[:1]
    return "'" + text if start in _FORMULA_START and start else text


def workbook(text: str) -> str:
    """Return text for the workbook inside a chart: also no scheme that a spreadsheet writer makes a link of."""
    return "'" + text if _LINK_START.match(text) else cell(text)


_MD_SPECIAL = re.compile(r"[\\`*_\[\]|~$]")
_MD_SCHEME = re.compile(r"://")
_MD_WWW = re.compile(r"(?i)\bwww\.")
_MD_SCHEME_WORD = re.compile(r"(?i)\b(mailto|xmpp|javascript|data):")
_MD_MENTION = re.compile(r"@(?=\w)")
_MD_START = re.compile(r"\s*(?:[-+=#]|\d{1,9}[.)](?:\s|\Z))")
_MD_RUN = re.compile(r"`+")


def markdown(text: str) -> str:
    """Return text for Markdown prose or a table cell, with markup escaped and links defanged (``[:]//``, ``[@]``)."""
    text = cell(text)
    text = _MD_SCHEME.sub("[:]//", text)
    text = _MD_WWW.sub(lambda m: m.group()[:-1] + "[.]", text)
    text = _MD_SCHEME_WORD.sub(r"\1[:]", text)
    text = _MD_MENTION.sub("[@]", text)
    text = _MD_SPECIAL.sub(r"\\\g<0>", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if _MD_START.match(text):
        text = re.sub(r"[-+=#.)]", r"\\\g<0>", text, count=1)
    return text.strip() or "–"


def markdown_code(text: str, *, table: bool = False) -> str:
    """Return text as a Markdown code span, fenced by more backticks than it holds."""
    text = text.strip(" ") or " "
    fence = "`" * (max((len(run) for run in _MD_RUN.findall(text)), default=0) + 1)
    if table:
        # In a table the row is cut at pipes before code spans are seen, so a pipe must not stand there at all;
        # with a backslash before it, a second backslash would set it free again.
        text = text.replace("|", "¦")
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


_JSON_UNSAFE = re.compile(r"[^ -~\n]")
_SCRIPT_UNSAFE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def json_text(text: str) -> str:
    """Return JSON text with every hidden character written as its JSON escape, so that it prints safely.

    The value is unchanged: outside strings JSON is ASCII, and inside them the escape means the same.
    """

    def escape(match: re.Match[str]) -> str:
        char = match.group()
        if not _hidden(char) and unicodedata.category(char) not in _MARKS:
            return char
        return json.dumps(char)[1:-1] if char != "\x7f" else "\\u007f"

    return _JSON_UNSAFE.sub(escape, text)


def script_json(value: object) -> str:
    """Return a JSON text that can stand inside a ``script`` element and cannot end it."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).translate(_SCRIPT_UNSAFE)
