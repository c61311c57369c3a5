"""Every value that stands in a text, each range read once.

The text is refanged first, with the way back kept; every finder then works on one mirror of it in bytes. Where readings
overlap, the one that reaches further stays: a URL is given and its host is not, for the host is in it; a host is given
where it stands alone. A rule of YARA or Sigma is one value: what it looks for is not what was seen.
"""

from __future__ import annotations

from collections.abc import Iterator

from vedette.guard.personal.sheet import Pattern
from vedette.intel.observables import codes, embedded, names, network, paths, phrases, wallets
from vedette.intel.observables.candidates import Candidate, chosen
from vedette.intel.observables.mirror import Plain
from vedette.intel.observables.refanging import plain as refanged
from vedette.schema.intel import SeenObservable

_DOTTED = Pattern(rb"[A-Za-z0-9_\xff\-]+(?:\.[A-Za-z0-9_\xff\-]+)+")


def find(text: str) -> list[SeenObservable]:
    """Return the values in a text by place, not yet judged; ``text[start:end]`` is what stands there."""
    plain = refanged(text)
    found = []
    for one in chosen(_candidates(plain)):
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


def _candidates(plain: Plain) -> Iterator[Candidate]:
    yield from embedded.yara(plain)
    yield from embedded.sigma(plain)
    yield from phrases.agents(plain)
    yield from phrases.mutexes(plain)
    yield from network.urls(plain)
    yield from network.emails(plain)
    yield from network.v6(plain)
    yield from paths.windows(plain)
    yield from paths.unix(plain)
    yield from names.quoted(plain)
    yield from codes.hashes(plain)
    yield from codes.catalogued(plain)
    yield from wallets.wallets(plain)
    if b"." in plain.raw:
        for found in _DOTTED.finditer(plain.raw):
            yield from network.dotted(plain, found)
            yield from names.name(plain, found)
