"""What is left of a text when all that can be computed is: the line written out."""

from __future__ import annotations

import re
from typing import Any

Residue = list[Any]
"""``[separator, content, variable]``: what is left of a statement when all that can be computed is; the content is a
string, or a list of strings and lists of residues; the variable is set where the statement only sets it."""


def quoted(text: str) -> str:
    """Return the target of a redirection in the quotes that it needs."""
    return f'"{text}"' if re.search(r"[\s&()]", text) and not text.startswith('"') else text


def mentions(text: str, name: str) -> bool:
    """Return whether a text asks for a variable of its environment; both in folded case."""
    return bool(re.search(rf"(?:env:|\b{{|\(|\"|'|%|!){re.escape(name)}(?!\w)", text)) if name in text else False


def render(residues: list[Residue], spent: set[str]) -> str:
    """Return residues as one text, without those that only set what is spent."""
    out: list[str] = []
    for separator, content, variable in residues:
        if variable is not None and variable in spent:
            continue
        text = content if isinstance(content, str) else _parts(content, spent)
        if not text.strip():
            continue
        if out:
            if (
                separator.strip()
                and not out[-1].endswith((" ", "\t"))
                and not separator.startswith(" ")
                and " " in separator
            ):
                out.append(" ")
            out.append(separator)
        out.append(text)
    return "".join(out)


def _parts(content: list[Any], spent: set[str]) -> str:
    parts = [(piece if isinstance(piece, str) else render(piece, spent)) for piece in content]
    if not any(p.strip() for p, piece in zip(parts, content, strict=True) if not isinstance(piece, str)):
        return ""
    return "".join(parts)
