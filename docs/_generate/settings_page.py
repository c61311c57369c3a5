"""The settings' reference, from the settings class."""

from __future__ import annotations

from _generate.words import NOTICE, field_docs, table

HEAD = """# Settings

Settings are environment variables, read once when the program starts. An option on the command line wins over its
setting. A value that cannot be understood ends the program with exit code 2 and names the variable.

"""

TAIL = """
`VEDETTE_HOME` is what `--home` gives for one call. Two homes never touch each other. The platform's data folder is
`~/.local/share/vedette` on Linux, `~/Library/Application Support/vedette` on macOS and
`%LOCALAPPDATA%\\\\vedette` on Windows.

A home holds everything: see [the lake](lake.md). To move it, move the folder; to forget everything, delete it.
"""


def page() -> str:
    """Return the page."""
    from vedette.settings import Settings

    docs = field_docs(Settings)
    rows = []
    for name, field in Settings.model_fields.items():
        default = "the platform's data folder" if field.default_factory else _shown(field.default)
        kind = str(getattr(field.annotation, "__name__", field.annotation)).replace(" | None", "").rsplit(".", 1)[-1]
        limits = ", ".join(_limit(str(part)) for part in field.metadata)
        rows.append(
            (f"`VEDETTE_{name.upper()}`", kind + (f", {limits}" if limits else ""), default, docs.get(name, ""))
        )
    return NOTICE + HEAD + table(["variable", "type", "default", "what it sets"], rows) + TAIL


def _limit(bound: str) -> str:
    for name, words in (("Ge(ge=", "at least "), ("Gt(gt=", "above "), ("Le(le=", "at most ")):
        bound = bound.replace(name, words)
    return bound.rstrip(")")


def _shown(value: object) -> str:
    return "none" if value is None else f"`{str(value).lower() if isinstance(value, bool) else value}`"
