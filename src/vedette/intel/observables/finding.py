"""Every value that stands in a text, each range read once.

The text is refanged first, with the way back kept; every finder then works on one mirror of it in bytes. Where readings
overlap, the one that reaches further stays: a URL is given and its host is not, for the host is in it; a host is given
where it stands alone. A rule of YARA or Sigma is one value: what it looks for is not what was seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from vedette.guard.personal.suffixes import is_suffix, suffixes
from vedette.intel.observables import codes, embedded, long_runs, names, network, paths, phrases
from vedette.intel.observables.candidates import Candidate, chosen
from vedette.intel.observables.endings import ENDINGS
from vedette.intel.observables.hints import VALUES
from vedette.intel.observables.mirror import Plain
from vedette.intel.observables.network import OTHER_SUFFIXES
from vedette.intel.observables.refanging import plain as refanged
from vedette.schema.entity import ObservableKind
from vedette.schema.intel import SeenObservable

_Finder = Callable[[Plain], Iterator[Candidate]]
_WHOLE: tuple[tuple[str, _Finder], ...] = (
    ("rule", embedded.yara),
    ("logsource", embedded.sigma),
    ("agent", phrases.agents),
    ("mutex", phrases.mutexes),
    ("url", network.urls),
    ("email", network.emails),
    ("handle", network.handles),
    ("windows", paths.windows),
    ("unix", paths.unix),
    ("quoted", names.quoted),
    ("numbered", names.numbered),
)
"""What takes the dotted names in it along, and the hint that there may be one."""
_RUN = re.compile(rb"\.[A-Za-z0-9_\xff\-]+(?:\.[A-Za-z0-9_\xff\-]+)*")
"""Labels from their first dot on."""
_LABEL = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-\xff"


def find(text: str) -> list[SeenObservable]:
    """Return the values in a text by place, not yet judged; ``text[start:end]`` is what stands there."""
    plain = refanged(text)
    place = plain.place
    found = []
    for _, low, high, kind, value, sort in chosen(_candidates(plain)):
        if kind is ObservableKind.EMAIL and _is_message_id(plain.low, low):
            continue
        start, end, defanged = place(low, high)
        found.append(
            SeenObservable(
                kind=kind, value=value, text=text[start:end], start=start, end=end, sort=sort, defanged=defanged
            )
        )
    return found


def _is_message_id(low: bytes, start: int) -> bool:
    """Return whether what looks like an e-mail address is the number of a message: in its header line, in brackets."""
    if low[start - 1 : start] != b"<":
        return False
    line = low[max(low.rfind(b"\n", max(0, start - 2_000), start) + 1, start - 2_000) : start].lstrip(b" \t*_>|")
    return line.startswith(_NUMBERS)


_NUMBERS = (b"message-id", b"in-reply-to", b"references", b"x-message-id", b"message id", b"resent-message-id")


def _candidates(plain: Plain) -> list[Candidate]:
    hints = VALUES.of(plain.raw)
    found: list[Candidate] = []
    for hint, finder in _WHOLE:
        if hint in hints:
            found += finder(plain)
    taken = bytearray(len(plain.raw))
    for one in found:
        taken[one.start : one.end] = b"\1" * (one.end - one.start)
    if "v6" in hints:
        found += network.v6(plain)
    found += long_runs.find(plain)
    if "catalogued" in hints:
        found += codes.find(plain)
    found += _dotted(plain, taken)
    return found


def _dotted(plain: Plain, taken: bytearray) -> Iterator[Candidate]:
    """Yield the hosts, addresses and names of files among the labels joined by dots outside what is taken."""
    raw = plain.raw
    for run in _RUN.finditer(raw):
        dot, end = run.span()
        while dot >= 0 and (taken[dot] or not dot or raw[dot - 1] not in _LABEL):
            dot = raw.find(b".", dot + 1, end)
        if dot < 0:
            continue
        last_dot, n_dots = raw.rfind(b".", dot, end), raw.count(b".", dot, end)
        host, file = _reads(raw[last_dot + 1 : end])
        if n_dots > 1:
            host = host or n_dots > 2
            file = file or raw[raw.rfind(b".", dot, last_dot) + 1 : last_dot].lower() in names.INNER
        if not (host or file):
            continue
        start = _begin(raw, dot)
        if host and (one := network.dotted(plain, start, end)) is not None:
            yield one
        if file and (one := names.name(plain, start, end)) is not None:
            yield one


def _begin(raw: bytes, dot: int) -> int:
    """Return where the label before a dot begins."""
    at = dot
    while at:
        first = max(0, at - 64)
        rest = len(raw[first:at].rstrip(_LABEL))
        at = first + rest
        if rest:
            break
    return at


@lru_cache(maxsize=4_096)
def _reads(last: bytes) -> tuple[bool, bool]:
    """Return whether a name of two or three labels, the last being this, can be a host's, and a file's."""
    if last.isdigit():
        return False, False
    if not last.isalpha():
        return True, True
    low = last.lower()
    if last == low:
        return low in suffixes() or low in OTHER_SUFFIXES, low in ENDINGS
    if last[:1].islower():
        return True, True  # words may be glued to it: txtRapid
    return is_suffix(low) or low in OTHER_SUFFIXES, low in ENDINGS
