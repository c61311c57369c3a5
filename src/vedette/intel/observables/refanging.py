r"""What analysts write so that nobody clicks it, taken back: ``hxxp``, ``[.]``, ``(dot)``, ``[@]``, ``[:]``, ``\\.``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from vedette.guard.personal.sheet import Pattern
from vedette.guard.personal.suffixes import doubtful, is_suffix
from vedette.intel.observables import wrapping
from vedette.intel.observables.hints import WRITTEN
from vedette.intel.observables.mirror import Edit, Plain, mirror, ordered

_USUAL = rb"(?:https?|\b(?:s?ftps?|tcp|udp|wss?))"
_ODD = rb"\[:\]//|\(:\)//|\[:/\]/|\[://\]|\(://\)|\[:\]\[/\]\[/\]|:\[/\]\[/\]|\[:\]\\\\|:\\/\\/|:\\\\"
_SCHEME = Pattern(
    rb"(?i)(?:h(?:[x*_+][tx*_+]|t[x*_+])p|hxp|httx|htxp|hxtp|h\[tt\]p|htt\[p\]|fxp|f\*p|meow)(?:s|\[s\]|\(s\))? ?(?:"
    + _ODD
    + rb"|:// ?|: //)|http(?:\[s\]|\(s\)) ?(?:"
    + _ODD
    + rb"|:// ?)|"
    + _USUAL
    + rb" ?(?:"
    + _ODD
    + rb")"
)
_NAME = re.compile(rb"(?i)(https?|s?ftps?|tcp|udp|wss?)(?= ?[:\[(])")
_BRACKETED = Pattern(
    rb"(?i)[ \t]?(?:\[ ?(?:\.|dot|punkt|,|\\\.) ?\]|\( ?(?:\.|dot|punkt|\\\.) ?\)|\{ ?(?:\.|dot|punkt|\\\.) ?\}|<(?:\.|dot)>|"
    rb"\\\[\.\\\]|\[\.|\.\]|\]\.|\(\.|\.\)|\{\.|\.\})[ \t]?"
)
_AT = Pattern(rb"(?i)([ \t]?)(?:\[ ?(?:@|at|et) ?\]|\( ?(?:@|at|et) ?\)|\{ ?(?:@|at|et) ?\}|<(?:@|at)>)([ \t]?)")
_COLON = Pattern(rb"\[:\]|\(:\)|\{:\}|\[/\]|\[://\]")
_TIGHT = re.compile(rb"\[\.\](?=[\w\xff])(?<=[\w\xff/*\-]\[\.\])")
_ESCAPED = re.compile(rb"\\(?:[._\-&=?#~+!*]|\\_)")
_SPOKEN = Pattern(rb"(?i)[a-z0-9\xff][a-z0-9\xff\-]{1,62}((?: dot [a-z0-9\xff\-]{2,63})+)\b")
_HALF = frozenset((b"[.", b".]", b"].", b"(.", b".)", b"{.", b".}"))
_WORDS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_\xff")
_PART = re.compile(rb"[A-Za-z0-9\xff\-_]{1,63}")


def plain(source: str) -> Plain:
    """Return a text with what was done to its values taken back."""
    raw = mirror(source)
    edits: list[Edit] = []
    if b"\x02" in raw:
        edits.extend(Edit(at, at + 1, "") for at in _places(raw, b"\x02"))
    if not source.isascii() and any(dot in source for dot in _WIDE_DOTS):
        edits.extend(_wide(source))
    if b" ." in raw:
        edits.extend(_apart(raw))
    if hints := WRITTEN.of(raw):
        for reasons, taken_back in _EDITS:
            if not hints.isdisjoint(reasons):
                edits.extend(taken_back(raw))
    return Plain(source, raw, ordered(edits))


_WIDE_DOTS = "\u3002\uff0e\uff61"
_WIDE = re.compile(rf"(?<![A-Za-z0-9-])[A-Za-z0-9-]{{1,63}}(?:[.{_WIDE_DOTS}][A-Za-z0-9-]{{1,63}})+(?![A-Za-z0-9-])")
"""Labels of ASCII that any of the dots part which IDNA takes for one (RFC 3490, 3.1)."""
_ALONE = re.compile(rb"(?m) \.(?:com|net|org|info|biz|xyz|top|ru|cn|site|online|io)[ \t|]*$")
_HOST_ALONE = re.compile(rb"[ \t*+\-|]{0,8}[a-z0-9][a-z0-9.\-]{1,80}")
"""A host that is all of its line, a blank before its last dot: ``evil-one .com``."""


def _wide(source: str) -> Iterator[Edit]:
    """Yield the dots of East Asian writing between the labels of a host or an address; not those that end sentences."""
    for found in _WIDE.finditer(source):
        labels = re.split(rf"[.{_WIDE_DOTS}]", found.group())
        if not (
            is_suffix(labels[-1].lower().encode()) or (len(labels) == 4 and all(label.isdigit() for label in labels))
        ):
            continue
        for at in range(found.start(), found.end()):
            if source[at] in _WIDE_DOTS:
                yield Edit(at, at + 1, ".", True)


def _apart(raw: bytes) -> Iterator[Edit]:
    for found in _ALONE.finditer(raw):
        at = found.start()
        line = raw[max(raw.rfind(b"\n", max(0, at - 100), at) + 1, at - 100) : at]
        if _HOST_ALONE.fullmatch(line) is not None:
            yield Edit(at, at + 1, "", True)


def _tight(raw: bytes) -> list[Edit]:
    """Return the commonest sign of all, between two labels: ``evil[.]com``."""
    return [Edit(*found.span(), ".", True) for found in _TIGHT.finditer(raw)]


def _places(raw: bytes, byte: bytes) -> Iterator[int]:
    at = raw.find(byte)
    while at >= 0:
        yield at
        at = raw.find(byte, at + 1)


def _schemes(raw: bytes) -> Iterator[Edit]:
    for found in _SCHEME.finditer(raw):
        start, end = found.span()
        written = raw[start:end].lower()
        usual = _NAME.match(written)
        if usual is None:
            head = written.partition(b":")[0]
            name = "ftp" if written[:1] == b"f" else "http"
            name += "s" if head.rstrip(b"])([ ")[-1:] == b"s" else ""
            yield Edit(start, end, f"{name}://", True)
            continue
        sign = written[usual.end() :].lstrip()
        name = usual.group(1).decode()
        if sign.startswith(b":\\\\") and not name.startswith(("http", "ftp")):
            continue
        yield Edit(start, end, f"{name}://", sign != b":\\/\\/")


def _dots(raw: bytes) -> Iterator[Edit]:
    loose = b" [.]" in raw or b"[.] " in raw or b"].[" in raw
    for found in _BRACKETED.finditer(raw if loose else raw.replace(b"[.]", b"\0\0\0")):
        start, end = found.span()
        written = raw[start:end]
        core = written.strip(b" \t")
        before, after = written[:1] in _BLANKS, written[-1:] in _BLANKS
        if core in _HALF:
            if after or not (_word(raw, start - 1) and _word(raw, end)):
                continue
            if before and not (core[:1] in b"[({" and _ends(raw, start, end)):
                continue
            if core[:1] in b"[({" and not _unclosed(raw, end, core[:1]):
                continue
            if core in (b".]", b"].", b".)", b".}") and not _unopened(raw, start, core.strip(b".")):
                continue
            yield Edit(start, end, ".", defanging=True)
            continue
        if before or after:
            label = _PART.match(raw, end)
            if not _word(raw, start - 1) or label is None:
                start, end = start + before, end - after
                if not (_word(raw, start - 1) or start == 0 or raw[start - 1] in b"/.])}") or not _word(raw, end):
                    continue
            elif not (label.group().isdigit() or _marked(raw, label.end()) or _ends_host(raw, start, label.group())):
                continue
        elif not ((start == 0 or raw[start - 1] in _BEFORE or _word(raw, start - 1)) and end < len(raw)):
            continue
        elif not _word(raw, end) and raw[end] not in b"[({-*\\":
            continue
        yield Edit(start, end, ".", defanging=True)


_BEFORE = b"/.])}-*\\"
_BLANKS = (b" ", b"\t")


def _ends(raw: bytes, start: int, end: int) -> bool:
    """Return whether what follows a half bracket ends a host: ``evil [.com``, ``103.253.41 [.45``."""
    label = _PART.match(raw, end)
    if label is None:
        return False
    if label.group().isdigit():
        return raw[start - 1 : start].isdigit()
    return _ends_host(raw, start, label.group())


def _ends_host(raw: bytes, start: int, label: bytes) -> bool:
    low = label.lower()
    return is_suffix(low) and (not doubtful(low) or b"." in raw[max(0, start - 40) : start].rpartition(b" ")[2])


def _marked(raw: bytes, at: int) -> bool:
    return raw[at : at + 2] in (b"[.", b"(.", b"{.") or raw[at : at + 3] in (b" [.", b" (.")


def _unclosed(raw: bytes, at: int, opening: bytes) -> bool:
    """Return whether no bracket that closes follows within the word: ``evil[.com``."""
    closing = {b"[": b"]", b"(": b")", b"{": b"}"}[opening]
    word = raw[at : at + 64].split(None, 1)[0:1]
    return not word or closing not in word[0].partition(opening)[0]


def _unopened(raw: bytes, at: int, closing: bytes) -> bool:
    opening = {b"]": b"[", b")": b"(", b"}": b"{"}[closing]
    word = raw[max(0, at - 64) : at].split()[-1:]
    return not word or opening not in word[0].rpartition(closing)[2]


def _word(raw: bytes, at: int) -> bool:
    return 0 <= at < len(raw) and raw[at] in _WORDS


_DOT_FOLLOWS = re.compile(rb"(?i)[a-z0-9\xff-]{1,60} ?[\[({<] ?(?:dot|punkt|\.) ?[\])}>]")


def _ats(raw: bytes) -> Iterator[Edit]:
    for found in _AT.finditer(raw):
        start, end = found.span()
        if not (_word(raw, start - 1) and _word(raw, end)):
            continue
        if found.group(1) or found.group(2):
            behind = raw[end : end + 64]
            if b"." not in behind.split(None, 1)[0] and _DOT_FOLLOWS.match(behind) is None:
                continue
        yield Edit(start, end, "@", defanging=True)


def _colons(raw: bytes) -> Iterator[Edit]:
    for found in _COLON.finditer(raw):
        start, end = found.span()
        if start and raw[start - 1] > 0x20 and end < len(raw) and raw[end] > 0x20:
            yield Edit(start, end, found.group()[1:-1].decode(), defanging=True)


def _spoken(raw: bytes) -> Iterator[Edit]:
    for found in _SPOKEN.finditer(raw):
        labels = found.group().lower().split(b" dot ")
        last = labels[-1]
        start = found.start(1)
        if not is_suffix(last) or (doubtful(last) and len(labels) < 3) or labels[0] in _ARTICLES:
            continue
        for label in labels[1:]:
            yield Edit(start, start + 5, ".", defanging=True)
            start += 5 + len(label)


_SPACED = Pattern(rb"[a-z0-9\xff\-]{2,63}( \. )(?:com|net|org|info|biz|xyz|top|ru|cn)\b")


def _spaced(raw: bytes) -> Iterator[Edit]:
    """Yield the dots that blanks part from both labels: ``evil . com``."""
    for found in _SPACED.finditer(raw):
        start, end = found.span(1)
        if raw[max(0, found.start() - 6) : found.start()].lower() == b"www . ":
            yield Edit(found.start() - 3, found.start(), ".", defanging=True)
        yield Edit(start, end, ".", defanging=True)


_ARTICLES = frozenset((b"the", b"an", b"a", b"leading", b"trailing", b"single", b"leader", b"red", b"each", b"no"))


def _escapes(raw: bytes) -> Iterator[Edit]:
    """Yield what Markdown escapes; in a path only where the text escapes elsewhere too, or the hive shows it."""
    paths: list[Edit] = []
    written = False
    for found in _ESCAPED.finditer(raw):
        start, end = found.span()
        if not (_word(raw, start - 1) or raw[start - 1 : start] in _BEFORE_ESCAPE) or not (
            _word(raw, end) or raw[end : end + 1] == b"\\"
        ):
            continue
        sign = raw[end - 1 : end]
        word = raw[max(0, start - 200) : start].rsplit(None, 1)[-1:]
        before = word[0] if word else b""
        edit = Edit(start, end, sign.decode(), defanging=sign == b".")
        if sign == b"_" and _HIVE.search(before):
            written = True
            yield edit
        elif _in_path(before):
            if sign == b"_" and end - start == 2:
                paths.append(edit)
        else:
            written = written or sign == b"_"
            yield edit
    if written:
        yield from paths


_BEFORE_ESCAPE = (b"/", b"=", b"?", b"&")
_HIVE = re.compile(rb"HKEY(?:\\_[A-Z]+)?\Z")


_KEY = re.compile(rb"(?:^|[^A-Za-z0-9])HK[A-Z_]+$")


def _in_path(before: bytes) -> bool:
    r"""Return whether a word so far is a path with backslashes of its own: ``C:\Users\.ssh``."""
    if b"\\" not in before:
        return before.startswith(b"%") or _KEY.search(before) is not None
    bare = before.replace(b"\\\\_", b"")
    for sign in (b"\\_", b"\\.", b"\\-", b"\\*", b"\\&", b"\\=", b"\\?", b"\\#"):
        bare = bare.replace(sign, b"")
    return (
        b"\\" in bare
        or b":\\" in before
        or before.startswith(b"%")
        or b"%\\" in before
        or _KEY.search(before) is not None
    )


_EDITS: tuple[tuple[tuple[str, ...], Callable[[bytes], Iterable[Edit]]], ...] = (
    (("groups",), wrapping.groups),
    (("broken hash",), wrapping.hashes),
    (("broken url",), wrapping.urls),
    (("dot",), _tight),
    (("other dot",), _dots),
    (("at",), _ats),
    (("colon",), _colons),
    (("at", "colon", "scheme"), _schemes),
    (("spoken",), _spoken),
    (("spaced",), _spaced),
    (("escaped",), _escapes),
)
"""What takes something back, and the hints that there may be any."""
