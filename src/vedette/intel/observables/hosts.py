"""Hosts: which dotted names are domains, which four numbers are addresses."""

from __future__ import annotations

import ipaddress
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from vedette.guard.personal.suffixes import doubtful, is_suffix

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


@cache
def _public() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=False)


@lru_cache(maxsize=65_536)
def registered(name: str) -> str | None:
    """Return the part of a domain that somebody registered: ``a.co.uk`` of ``www.a.co.uk``; None where it has none."""
    low = name.lower().rstrip(".")
    last = low.rpartition(".")[2]
    if last == "onion":
        return ".".join(low.split(".")[-2:])
    found: str | None = _public().privatesuffix(low)
    if found is None and _public().publicsuffix(low) == low and low.count("."):
        return low  # a name that lets out names beneath it is a name all the same: github.io
    if found is None and is_suffix(last.encode("ascii", "replace")) and low.count("."):
        return ".".join(low.split(".")[-2:])
    return found


@lru_cache(maxsize=65_536)
def whole(name: str) -> bool:
    """Return whether a name can be a domain: labels as they may be, and a suffix that is public."""
    labels = name.rstrip(".").split(".")
    if len(name) > 253 or len(labels) < 2:
        return False
    if any(not 0 < len(label) < 64 or label[0] == "-" or label[-1] == "-" for label in labels):
        return False
    last = labels[-1].lower()
    if not is_suffix(last.encode("ascii", "replace").replace(b"?", b"\xff")) or "_" in last or "_" in labels[-2]:
        return False
    return registered(name) is not None


def often_no_suffix(label: str) -> bool:
    """Return whether a last label as often ends a file, a method or a sentence."""
    return doubtful(label.lower().encode("ascii", "replace"))


@lru_cache(maxsize=65_536)
def v4(value: str) -> str | None:
    """Return an IPv4 address as the field writes it, or None."""
    parts = value.split(".")
    if len(parts) != 4 or any(len(p) > 3 or (len(p) > 1 and p[0] == "0") or int(p) > 255 for p in parts):
        return None
    return value


def v6(value: str) -> str | None:
    """Return an IPv6 address shortened, or None."""
    try:
        return str(ipaddress.IPv6Address(value))
    except ValueError:
        return None
