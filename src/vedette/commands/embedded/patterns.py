"""Regular expressions of scripts, run in linear time: their own spelling is put into RE2's, or they are not known."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

import re2

from vedette.commands.budget import Budget
from vedette.commands.embedded.values import Unresolved

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.max_mem = 1 << 22


@functools.lru_cache(maxsize=256)
def _compiled(source: str, flags: str) -> Any:
    inline = "".join(f for f in "ims" if f in flags)
    body = source.replace("\\/", "/").replace("(?<", "(?P<") if "(?<=" not in source else source
    body = re.sub(r"\\u([0-9A-Fa-f]{4})", r"\\x{\1}", body)
    if "x" in flags:
        body = re.sub(r"(?<!\\)\s+", "", body)
    try:
        return re2.compile(f"(?{inline}){body}" if inline else body, _OPTIONS)
    except re2.error:
        return None


def compiled(source: str, flags: str = "") -> Any:
    """Return a compiled pattern.

    Raises:
        Unresolved: RE2 has no such pattern.
    """
    if len(source) > 4096:
        raise Unresolved
    found = _compiled(source, "".join(sorted(flags)))
    if found is None:
        raise Unresolved
    return found


def replace(
    source: str, flags: str, text: str, by: Callable[[Any], str], budget: Budget, *, every: bool
) -> tuple[str, int]:
    """Return text with what matches replaced, and how often it was."""
    out: list[str] = []
    at = count = 0
    for found in compiled(source, flags).finditer(text):
        budget.step()
        out.append(text[at : found.start()])
        out.append(by(found))
        at = found.end()
        count += 1
        if not every:
            break
    out.append(text[at:])
    made = "".join(out)
    budget.make(len(made))
    return made, count


def expand(found: Any, by: str, mark: str = "$") -> str:
    """Return a replacement with its groups put in: ``$1``, ``$&``, ``$$`` (or a backslash before the number)."""
    if mark not in by:
        return by
    groups = found.groups()

    def one(part: re.Match[str]) -> str:
        name = part.group(1)
        if name == "&" or name == "0":
            return str(found.group())
        if name == mark:
            return mark
        if name.isdigit() and int(name) <= len(groups):
            return groups[int(name) - 1] or ""
        return str(part.group())

    return re.sub(re.escape(mark) + rf"(\d\d?|&|{re.escape(mark)})", one, by)
