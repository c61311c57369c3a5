"""Which last labels end a domain name: the root zone's, and those that houses use within."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

_INTERNAL = frozenset(b"local localdomain lan corp internal intra intranet".split())
_HOUSE = frozenset(b"home priv private ad domain dom office campus site".split())
_RESERVED = frozenset(b"example test invalid onion alt".split())
"""Of RFC 2606, 7686 and 9476: no root zone has them, and texts hold them all the same."""
_INTERNAL_NAMES = (
    b".home.arpa",
    b".ec2.internal",
    b".compute.internal",
    b".internal.cloudapp.net",
    b".svc.cluster.local",
)
_DOUBTFUL = frozenset(
    b"py sh pl rs md so ps cc zip mov app name id is do my call run host link click date map open new search "
    b"select read bar best win int support security services systems management network computer exchange tools "
    b"download email events directory domains media video audio pictures world page stream science software dev "
    b"cfd ai as by on or if mm pm am ms cs ml mk la ac bat cab st tf tt gdn nu vi re pub sc hm er properties parts "
    b"report reports review reviews express global group box bot fm dot meet zone today now next here how one fun "
    b"cat db kim moe ink day foo ing nexus phd prof rsvp soy mn ax ag aw pa pf na ne fo gl ki ls mr mt mw np sb sd "
    b"sl sm sn sr ss sv sx sz td tg tl sy vc vg vu wf ye yt gt lt va tn th tr ht im bb bs bj bi bf bd bh bm bn bt "
    b"bw cd ci cf cm cv cw data sap target windows office microsoft apple amazon google azure aws chrome android "
    b"cisco oracle dell intel visa amex play drive prime active plus live case blog java lib delivery test invalid "
    b"alt".split()
)
"""Suffixes that as often end a file, a method or a sentence; a bare name with one is taken with a reason only."""


@cache
def suffixes() -> frozenset[bytes]:
    """Return the top-level domains of the root zone, in small letters, foreign ones in punycode."""
    return frozenset(files(__package__).joinpath("tlds.txt").read_bytes().split())


def is_suffix(label: bytes) -> bool:
    """Return whether a last label is one of the root zone's, or reserved; foreign letters are believed."""
    return label in suffixes() or label in _RESERVED or (len(label) > 1 and all(byte >= 0xC0 for byte in label))


def is_internal(domain: bytes) -> bool:
    """Return whether a domain, in small letters, is one that only a house's own servers resolve."""
    return domain.rpartition(b".")[2] in _INTERNAL or domain.endswith(_INTERNAL_NAMES)


def is_house(domain: bytes) -> bool:
    """Return whether a domain, in small letters, ends as houses call their own, though code has such names too."""
    return is_internal(domain) or domain.rpartition(b".")[2] in _HOUSE


def doubtful(label: bytes) -> bool:
    """Return whether a suffix is as often no suffix."""
    return label in _DOUBTFUL
