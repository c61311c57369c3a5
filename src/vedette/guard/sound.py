"""Texts as matchers written in other languages take them."""

from __future__ import annotations

import re

_HALVES = re.compile("[\ud800-\udfff]")


def sound(text: str) -> str:
    """Return a text of the same length in which half characters, such as bytes that are no UTF-8 leave, are marks."""
    return text if text.isascii() else _HALVES.sub("\ufffd", text)
