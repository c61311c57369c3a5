"""Texts enter; their fields leave, each with its name, its decoded value and where it stands in the text.

Parsed, not guessed: JSON (whole, one a line, at a log line's tail, cut off, as Python prints a dict), XML (Windows
events), tables with a header, ``key=value`` (auditd, logfmt, CEF, LEEF) and ``Key: value``; with :attr:`Form.AUTO`
also where such a thing stands between other text, and a string's own form inside a field. Malformed text gives the
fields before the fault, or None. Time is linear in the text, depth and number are bounded, nothing is fetched.
"""

from __future__ import annotations

from vedette.guard.structured.base import MAX_DEPTH, MAX_FIELDS, Field, Path
from vedette.guard.structured.islands import read
from vedette.schema.guarding import Form

__all__ = ["MAX_DEPTH", "MAX_FIELDS", "Field", "Path", "fields"]


def fields(text: str, form: Form = Form.AUTO) -> tuple[Field, ...] | None:
    """Return the fields of a text in order of place; None where it has none of that form.

    Args:
        text: As it was given; offsets point into it.
        form: What to read it as. ``AUTO`` looks for all forms, in any part of the text; ``PLAIN`` has no fields.
    """
    if form is Form.PLAIN or not text:
        return None
    return read(text, form)
