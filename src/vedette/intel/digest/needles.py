"""What is looked for in own events for a value that a report names: its written forms and their borders.

A log writes a value in ways that a report does not: a path with doubled backslashes inside JSON, a hive by its long
name, an address beside its port, a domain below which a host stands. A needle is one such form with its borders;
without borders ``1.2.3.4`` would be seen in ``11.2.3.45`` and ``evil.com`` in ``notevil.com``.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from vedette.schema import ObservableKind

SHORTEST = 4
"""Characters of a form; what is shorter stands everywhere."""
_SHORTEST_AGENT = 12
"""Of a user agent: ``curl`` says nothing."""
_WORD = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
_HOST = _WORD | {"-"}
_HEX = frozenset("0123456789abcdef")
_HIVES = (
    "hkey_local_machine", "hkey_current_user", "hkey_users", "hkey_classes_root", "hkey_current_config", "hklm", "hkcu",
    "hku", "hkcr", "hkcc", r"\registry\machine", r"\registry\user", "registry::hkey_local_machine",
)  # fmt: skip


class Border(StrEnum):
    """How a form may begin and end in a text."""

    ADDRESS = "address"
    ADDRESS6 = "address6"
    DOMAIN = "domain"
    URL = "url"
    EMAIL = "email"
    WORD = "word"
    FILE = "file"
    PATH = "path"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Needle:
    """One written form of a value."""

    form: str
    """In small letters."""
    border: Border
    key: str
    """Of the value that it means."""
    how: str = ""
    """How the form stands for the value, where it is not the value itself: ``address of the URL``."""


def needles_of(kind: ObservableKind, value: str, key: str) -> tuple[Needle, ...]:
    """Return every form by which a value is looked for; none where it cannot be looked for.

    Args:
        kind: what sort of value it is.
        value: as the field writes it, refanged.
        key: what stands for it in hits.
    """
    low = value.strip().lower()
    made = _FORMS.get(kind)
    if made is None:
        return ()
    out: dict[str, Needle] = {}
    for form, border, how in made(low):
        if len(form) >= SHORTEST:
            out.setdefault(form, Needle(form, border, key, how))
    return tuple(out.values())


def holds(needle: Needle, text: str, start: int, end: int) -> bool:
    """Return whether a form that stands at ``text[start:end]`` is the value itself and no part of a longer one.

    Args:
        needle: what was found.
        text: the event's text, in small letters.
        start: where it begins.
        end: where it ends.
    """
    return _begins(needle.border, text, start) and _ends(needle.border, text, end)


def whole(needle: Needle, text: str, start: int, end: int) -> str:
    """Return the whole name that a domain ends where it stands at ``text[start:end]``, else the text itself."""
    if needle.border is not Border.DOMAIN or start == 0 or text[start - 1] != ".":
        return text[start:end]
    first = start - 1
    while first > 0 and start - first < 256 and (text[first - 1] in _HOST or text[first - 1] == "."):
        first -= 1
    return text[first:end].lstrip(".-")


def _begins(border: Border, text: str, start: int) -> bool:
    if start == 0 or border is Border.FREE:
        return True
    before = text[start - 1]
    if border is Border.PATH:
        return before not in _WORD or text[start] in "\\/"
    if border is Border.FILE:
        return before not in _HOST and before != "."
    if before in "nrt" and start > 1 and text[start - 2] == "\\":
        return True  # a line end or tab that is written as JSON writes it
    if border is Border.ADDRESS:
        return before not in _WORD and before != "."
    if border is Border.ADDRESS6:
        return before not in _WORD and before not in ":."
    if border is Border.EMAIL:
        return before not in _WORD and before not in ".%+-"
    return before not in _HOST  # a dot before a domain: a name below it


def _ends(border: Border, text: str, end: int) -> bool:
    if end >= len(text) or border is Border.FREE:
        return True
    after = text[end]
    next_after = text[end + 1] if end + 1 < len(text) else ""
    if border is Border.ADDRESS:
        return after not in _WORD and not (after == "." and next_after.isdigit())
    if border is Border.ADDRESS6:
        return after not in _WORD and not (after in ":." and next_after in _HEX and next_after != "")
    if border in (Border.DOMAIN, Border.EMAIL):
        return after not in _HOST and not (after == "." and next_after in _HOST and next_after != "")
    if border is Border.URL:
        return after not in _HOST and after not in "%~" and not (after == "." and next_after in _HOST)
    if border in (Border.FILE, Border.PATH):
        return after not in _HOST and not (after == "." and next_after in _WORD and next_after != "")
    return after not in _HOST


Form = tuple[str, Border, str]


def _address(low: str) -> Iterator[Form]:
    try:
        address = ipaddress.ip_address(low.partition("%")[0].strip("[]"))
    except ValueError:
        return
    if isinstance(address, ipaddress.IPv4Address):
        yield str(address), Border.ADDRESS, ""
        return
    yield address.compressed, Border.ADDRESS6, ""
    yield address.exploded, Border.ADDRESS6, ""
    if address.ipv4_mapped is not None:
        yield str(address.ipv4_mapped), Border.ADDRESS, ""


def _domain(low: str) -> Iterator[Form]:
    name = low.strip(".").removeprefix("*.")
    if "." not in name:
        return
    yield name, Border.DOMAIN, ""
    if not name.isascii():
        try:
            yield name.encode("idna").decode("ascii"), Border.DOMAIN, ""
        except UnicodeError:
            return


def _url(low: str) -> Iterator[Form]:
    scheme, mark, rest = low.partition("://")
    if not mark:
        scheme, rest = "", low
    rest = rest.partition("#")[0]
    host, _, path = rest.partition("/")
    host = host.rpartition("@")[2]
    bare = host.partition(":")[0] if not host.startswith("[") else host
    if path:
        for form in dict.fromkeys((f"{host}/{path}", f"{bare}/{path}")):
            trimmed = form.rstrip("/")
            yield trimmed, Border.URL, ""
            yield trimmed.replace("/", "\\/"), Border.URL, ""
    elif scheme:
        yield f"{scheme}://{host}", Border.URL, ""
        yield f"{scheme}:\\/\\/{host}", Border.URL, ""
    is_address = False
    for form, border, _ in _address(bare):
        is_address = True
        yield form, border, "address of the URL"
    if not path and not is_address:
        yield from ((form, border, "host of the URL") for form, border, _ in _domain(bare))


def _email(low: str) -> Iterator[Form]:
    yield low, Border.EMAIL, ""


def _word(low: str) -> Iterator[Form]:
    yield low, Border.WORD, ""


def _hash(low: str) -> Iterator[Form]:
    if low.strip("0"):  # a digest of zeros is none
        yield low, Border.WORD, ""


def _file(low: str) -> Iterator[Form]:
    if "\\" not in low and "/" not in low:
        yield low, Border.FILE, ""
        return
    path = low
    if path.startswith("%") and "%" in path[1:]:  # %TEMP%\a.exe: what stands after the variable
        path = path[1:].partition("%")[2]
    if len(path) > 2 and path[1] == ":" and path[0].isalpha():  # the drive is \Device\HarddiskVolume3 elsewhere
        path = path[2:]
    if path.startswith("~/"):
        path = path[1:]
    if path.count("\\") + path.count("/") < 1 or not path.strip("\\/"):
        return
    yield path, Border.PATH, ""
    if "\\" in path:
        yield path.replace("\\", "\\\\"), Border.PATH, ""
        yield path.replace("\\", "/"), Border.PATH, ""
    else:
        yield path.replace("/", "\\/"), Border.PATH, ""


def _registry(low: str) -> Iterator[Form]:
    path = low.replace("/", "\\").replace("\\\\", "\\")
    for hive in _HIVES:
        if path.startswith(hive):
            path = path[len(hive) :].lstrip(":")
            break
    path = "\\" + path.strip("\\")
    if path.count("\\") < 2:
        return
    yield path, Border.PATH, ""
    yield path.replace("\\", "\\\\"), Border.PATH, ""


def _agent(low: str) -> Iterator[Form]:
    if len(low) >= _SHORTEST_AGENT:
        yield low, Border.FREE, ""


_FORMS = {
    ObservableKind.IP: _address,
    ObservableKind.DOMAIN: _domain,
    ObservableKind.URL: _url,
    ObservableKind.EMAIL: _email,
    ObservableKind.HASH: _hash,
    ObservableKind.FILE: _file,
    ObservableKind.REGISTRY: _registry,
    ObservableKind.USER_AGENT: _agent,
    ObservableKind.ACCESS_KEY: _word,
    ObservableKind.CVE: _word,
    ObservableKind.MUTEX: _word,
    ObservableKind.CRYPTO_ADDRESS: _word,
    ObservableKind.TELEGRAM: _word,
}


class Haystack:
    """Looks for many needles in one text at once: time grows with the text, not with their number."""

    def __init__(self, needles: Iterable[Needle]) -> None:
        """Take the needles; several may share a form."""
        from ahocorasick_rs import AhoCorasick

        held: dict[str, list[Needle]] = {}
        for needle in needles:
            held.setdefault(needle.form, []).append(needle)
        self._needles = list(held.values())
        self._automaton = AhoCorasick(list(held)) if held else None

    def find(self, text: str) -> dict[str, tuple[Needle, int, int]]:
        """Return what stands in a text of small letters: key to needle and place, the first place of each."""
        found: dict[str, tuple[Needle, int, int]] = {}
        if self._automaton is None:
            return found
        for number, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            for needle in self._needles[number]:
                if needle.key not in found and holds(needle, text, start, end):
                    found[needle.key] = (needle, start, end)
        return found
