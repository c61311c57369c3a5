"""How much room text takes on a slide, without the fonts at hand.

Widths are those of Arial, which Liberation Sans and Helvetica share; the built-in theme uses it, so an estimate holds
in PowerPoint, Keynote and LibreOffice alike. Characters outside ASCII are taken wide (a full em for East Asian ones),
and every width gets 4 % on top: a line too few would overflow, a line too many only leaves air. A template may bring
another font: :func:`measured_for` widens every width by what is known of it, or by 12 % where nothing is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LINE_HEIGHT = 1.2
"""Height of a line as a multiple of the font size."""
MONO_WIDTH = 0.61
_SAFETY = 1.04
_UNKNOWN_FONT = 1.12
_FONTS = {
    "arial": 1.0, "helvetica": 1.0, "liberation sans": 1.0, "calibri": 1.0, "carlito": 1.0, "aptos": 1.04,
    "segoe ui": 1.04, "tahoma": 1.03, "trebuchet ms": 1.03, "verdana": 1.2, "dejavu sans": 1.2, "georgia": 1.08,
    "times new roman": 1.0, "cambria": 1.03, "century gothic": 1.14, "open sans": 1.1, "roboto": 1.02, "inter": 1.08,
}  # fmt: skip
"""Average width relative to Arial; narrower fonts are taken as Arial."""
_stretch: ContextVar[float] = ContextVar("stretch", default=1.0)


@contextmanager
def measured_for(font: str) -> Iterator[None]:
    """Measure for text in that font, in this context."""
    token = _stretch.set(_FONTS.get(font.casefold(), _UNKNOWN_FONT))
    try:
        yield
    finally:
        _stretch.reset(token)


def widened(length: float) -> float:
    """Return a length that holds some fixed text, for the font that is measured for."""
    return length * _stretch.get()


# Advance widths in thousandths of an em, U+0020 to U+007E, of Arial and Arial Bold.
_REGULAR = (
    277, 277, 354, 556, 556, 889, 667, 190, 333, 333, 389, 583, 277, 333, 277, 277, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 277, 277, 583, 583, 583, 556, 1015, 667, 667, 722, 722, 667, 610, 777, 722, 277, 500, 667,
    556, 833, 722, 777, 667, 777, 722, 667, 610, 722, 667, 943, 667, 667, 610, 277, 277, 277, 469, 556, 333, 556,
    556, 500, 556, 556, 277, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 277, 556, 500, 722,
    500, 500, 500, 333, 259, 333, 583,
)  # fmt: skip
_BOLD = (
    277, 333, 474, 556, 556, 889, 722, 237, 333, 333, 389, 583, 277, 333, 277, 277, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 333, 333, 583, 583, 583, 610, 975, 722, 722, 722, 722, 667, 610, 777, 722, 277, 556, 722,
    610, 833, 722, 777, 667, 777, 722, 667, 610, 722, 667, 943, 667, 667, 610, 333, 277, 333, 583, 556, 333, 556,
    610, 556, 610, 556, 333, 610, 610, 277, 277, 556, 277, 889, 610, 610, 610, 610, 389, 556, 333, 610, 556, 777,
    556, 556, 500, 389, 279, 389, 583,
)  # fmt: skip


def text_width(text: str, size_pt: float, *, bold: bool = False, mono: bool = False) -> float:
    """Return the width of the text on one line, in points."""
    table = _BOLD if bold else _REGULAR
    total = 0.0
    for char in text:
        code = ord(char)
        if code > 0x7E:
            if unicodedata.combining(char):
                continue
            wide = unicodedata.east_asian_width(char)
            total += 1050 if wide in "WF" or code > 0xFFFF or char in "—…→" else 800 if code > 0x17F else 720
        elif mono:
            total += MONO_WIDTH * 1000
        elif code >= 0x20:
            total += table[code - 0x20]
    return total / 1000 * size_pt * _SAFETY * (1.0 if mono else _stretch.get())


def wrap(text: str, width_pt: float, size_pt: float, *, bold: bool = False, mono: bool = False) -> list[str]:
    """Return the lines that the text takes, in the way of breaking that takes more of them.

    Programs differ: all break at spaces, some also after hyphens and slashes, and breaking early can cost a line more
    than filling up. A word is broken inside only where it is wider than a line.
    """
    plain = _broken(text, width_pt, size_pt, bold, mono, False)
    if len(plain) == 1:
        return plain
    early = _broken(text, width_pt, size_pt, bold, mono, True)
    return early if len(early) > len(plain) else plain


_EARLY = re.compile(r"[^-/\\:]*[-/\\:]+|[^-/\\:]+")


def _broken(text: str, width_pt: float, size_pt: float, bold: bool, mono: bool, early: bool) -> list[str]:
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        room = width_pt
        for number, word in enumerate(paragraph.split(" ")):
            for at, part in enumerate(_EARLY.findall(word) or [""] if early else [word]):
                piece = " " + part if number and not at and line else part
                width = text_width(piece, size_pt, bold=bold, mono=mono)
                if width <= room:
                    line += piece
                    room -= width
                    continue
                if line:
                    lines.append(line)
                    line, room = "", width_pt
                for char in part:
                    step = text_width(char, size_pt, bold=bold, mono=mono)
                    if step > room and line:
                        lines.append(line)
                        line, room = "", width_pt
                    line += char
                    room -= step
        lines.append(line)
    return lines


def fit(text: str, width_pt: float, n_lines: int, size_pt: float, *, bold: bool = False, mono: bool = False) -> str:
    """Return the text, cut with ``…`` where it takes more lines than there are."""
    # What cannot fit is not even measured: a line holds no more characters than its width in the narrowest letter.
    most = int(n_lines * width_pt / (size_pt * 0.18)) + 1
    if len(text) <= most and len(wrap(text, width_pt, size_pt, bold=bold, mono=mono)) <= n_lines:
        return text
    low, high = 0, min(len(text), most)
    while low < high:
        half = (low + high + 1) // 2
        candidate = text[:half].rstrip() + "…"
        if len(wrap(candidate, width_pt, size_pt, bold=bold, mono=mono)) <= n_lines:
            low = half
        else:
            high = half - 1
    return text[:low].rstrip() + "…"
