"""Every value that stands in a text, each range read once.

The text is refanged first, with the way back kept; every finder then works on one mirror of it in bytes. Where readings
overlap, the one that reaches further stays: a URL is given and its host is not, for the host is in it; a host is given
where it stands alone. A rule of YARA or Sigma is one value: what it looks for is not what was seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from vedette.guard.personal.suffixes import suffixes
from vedette.intel.observables import codes, embedded, long_runs, names, network, paths, phrases
from vedette.intel.observables.candidates import Candidate, chosen
from vedette.intel.observables.endings import ENDINGS
from vedette.intel.observables.mirror import Plain
from vedette.intel.observables.network import OTHER_SUFFIXES
from vedette.intel.observables.refanging import plain as refanged
from vedette.schema.intel import SeenObservable

_LABELS = re.compile(rb"(?:\.[A-Za-z0-9_\xff\-]+)+")
_DOT = re.compile(rb"\.[A-Za-z0-9_\xff\-]")
_LABEL = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-\xff")


def find(text: str) -> list[SeenObservable]:
    """Return the values in a text by place, not yet judged; ``text[start:end]`` is what stands there."""
    plain = refanged(text)
    found = []
    for one in chosen(_candidates(plain), len(plain.raw)):
        start, end, defanged = plain.place(one.start, one.end)
        found.append(
            SeenObservable(
                kind=one.kind,
                value=one.value,
                text=text[start:end],
                start=start,
                end=end,
                sort=one.sort,
                defanged=defanged,
            )
        )
    return found


def _candidates(plain: Plain) -> list[Candidate]:
    raw = plain.raw
    found = [
        *embedded.yara(plain),
        *embedded.sigma(plain),
        *phrases.agents(plain),
        *phrases.mutexes(plain),
        *network.urls(plain),
        *network.emails(plain),
        *paths.windows(plain),
        *paths.unix(plain),
        *names.quoted(plain),
    ]
    taken = bytearray(len(raw))
    for one in found:
        taken[one.start : one.end] = b"\1" * (one.end - one.start)
    found += network.v6(plain)
    found += long_runs.find(plain)
    found += codes.find(plain)
    for start, end in _dotted(raw, taken):
        if (host := network.dotted(plain, start, end)) is not None:
            found.append(host)
        if (name := names.name(plain, start, end)) is not None:
            found.append(name)
    return found


@cache
def _last_labels() -> frozenset[bytes]:
    """Return the last labels in small letters that addresses of the web and names of files have."""
    return suffixes() | ENDINGS | OTHER_SUFFIXES


def _dotted(raw: bytes, taken: bytearray) -> Iterator[tuple[int, int]]:
    """Yield where labels joined by dots stand outside what is taken, of those that can be a host, an address, a file."""
    known, done = _last_labels(), 0
    for found in _DOT.finditer(raw):
        dot = found.start()
        if dot < done or taken[dot]:
            continue
        start = dot
        while start > done and raw[start - 1] in _LABEL:
            start -= 1
        if start == dot:
            continue
        labels = _LABELS.match(raw, dot)
        assert labels is not None  # noqa: S101  (a dot and a letter of a label are there)
        end = done = labels.end()
        last_dot = raw.rindex(b".", dot, end)
        last = raw[last_dot + 1 : end]
        if last in known or not (last.islower() and last.isalpha()):
            yield start, end
        elif last_dot != dot and (
            raw.count(b".", dot, end) > 2 or raw[raw.rfind(b".", dot, last_dot) + 1 : last_dot].lower() in names.INNER
        ):
            yield start, end
