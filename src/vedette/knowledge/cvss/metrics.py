"""Splitting a vector into its metrics, the same way for every version."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from vedette.errors import UserError

MAX_CHARS = 400


def split(
    text: str, rest: str, what: str, allowed: Mapping[str, Collection[str]], base: Collection[str]
) -> dict[str, str]:
    """Return the metrics of a vector.

    Args:
        text: the whole vector, for errors.
        rest: what follows its prefix.
        what: the version, for errors: ``CVSS 4.0``.
        allowed: every metric with its values.
        base: metrics that must be there.

    Raises:
        UserError: it is no such vector; the first thing that is wrong is named.
    """
    shown = text[:120]
    found: dict[str, str] = {}
    for part in rest.split("/"):
        name, colon, value = part.partition(":")
        if name not in allowed or not colon:
            raise UserError(f"{shown!r}: {part[:40]!r} is no metric of {what}")
        if value not in allowed[name]:
            raise UserError(
                f"{shown!r}: {name} cannot be {value[:40]!r}", next_step=f"use one of {', '.join(allowed[name])}"
            )
        if name in found:
            raise UserError(f"{shown!r} says {name} twice")
        found[name] = value
    missing = [name for name in base if name not in found]
    if missing:
        raise UserError(f"{shown!r} lacks {', '.join(missing)}")
    return found
