"""URLs, domains, addresses and ranges of the internet, e-mail addresses, names on Telegram."""

from __future__ import annotations

import hashlib
import re
from base64 import b32decode
from collections.abc import Iterator
from typing import Any

from vedette.guard.personal.sheet import Pattern
from vedette.guard.personal.suffixes import is_suffix
from vedette.intel.observables import hosts
from vedette.intel.observables.candidates import Candidate
from vedette.intel.observables.context import is_code, is_version, reads_as_file
from vedette.intel.observables.mirror import Plain
from vedette.schema.entity import ObservableKind

_SCHEMES = re.compile(
    rb"(?:https?|s?ftps?|tftp|wss?|ldaps?|rmi|tcp|udp|ssh|smb|rtsp|irc|dns|gopher|telnet|rdp|socks[45]?|stratum\+(?:tcp|ssl))\Z"
)
_MARK = re.compile(rb"://[^\s<>\"`|\\^{}\x00-\x1f]")
_GLUED_URL = re.compile(rb"(?i)https?://[^\s<>\"`|\\^{}\x00-\x1f]")
_BODY = re.compile(rb"[^\s<>\"`|\\^{}\x00-\x1f]+")
_LONGEST = 4_096
"""Of a URL: what goes on longer is cut off there."""
_HOST = re.compile(
    rb"(?:[A-Za-z0-9._~%!$&'*+,;=:\-]{1,128}@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_\xff.\-]+)(?::(\d{1,5}))?(?:[/?#;]|\Z)"
)
_EMAIL = Pattern(rb"[A-Za-z0-9_\xff.+%\-]{1,64}@(?:[A-Za-z0-9\xff\-]{1,63}\.)+[A-Za-z0-9\xff\-]{2,63}")
_COLONS = re.compile(rb":[0-9A-Fa-f]{0,4}:")
_HEXES = re.compile(rb"[0-9A-Fa-f:]+")
_HEX_OR_COLON = frozenset(b"0123456789abcdefABCDEF:")
_V6_TAIL = re.compile(rb"/(\d{1,3})")
_V4 = Pattern(rb"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}")
_V4_TAIL = re.compile(rb"/(\d{1,2})(?:[^\w.]|\Z)")
_V4_TO = re.compile(rb"[ \t]?(?:-|\x03|to|through)[ \t]?(\d{1,3}(?:\.\d{1,3}\.\d{1,3}\.\d{1,3})?)")
_PATH = re.compile(
    rb"(?::\d{1,5})?[/?][A-Za-z0-9_\xff%~#.\-+@!$&=*(][^\s<>\"`|\\^{}\x00-\x1f]*|:\d{1,5}/[^\s<>\"`|\\^{}\x00-\x1f]*"
)
_HANDLE = Pattern(rb"(?:^|[\s(\"'*:/,\x01\[])@([A-Za-z][A-Za-z0-9_]{4,31})")
_TELEGRAM = re.compile(
    rb"(?i)^(?:https?://)?(?:www\.)?(?:t\.me|telegram\.me|telegram\.dog)/(?:s/)?([A-Za-z0-9_+\-/]{3,64})/?\Z"
)
_WORDS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_\xff")
_TRAIL = b".,;:!?'*_~)]\x01\x03-&"


def urls(plain: Plain) -> Iterator[Candidate]:
    """Yield URLs with a scheme, without what the sentence or its markup put behind them."""
    raw, low = plain.raw, plain.low
    done = 0
    for found in _MARK.finditer(raw):
        mark, begin = found.span()
        start = _scheme(plain.low, mark)
        if start < done or (start and raw[start - 1] in _WORDS and not low.startswith(b"http", start)):
            continue
        stop = begin
        while start >= 0:
            body = _BODY.match(raw, begin - 1, begin + _LONGEST)
            stop = body.end() if body else begin
            end = trimmed(raw, start, stop)
            if (one := _url(plain, start, mark + 3, end)) is not None:
                yield one
                done = end
            inner = _GLUED_URL.search(raw, max(end, begin), stop) if end < stop else None
            if inner is None:
                break
            start, begin = inner.span()
            mark = begin - 4
        done = max(done, stop)


def _scheme(low: bytes, end: int) -> int:
    """Return where the scheme that ends at a place begins, or -1."""
    if low.startswith(b"https", end - 5):
        return end - 5
    if low.startswith(b"http", end - 4):
        return end - 4
    head = max(0, end - 11)
    found = _SCHEMES.search(low[head:end])
    return head + found.start() if found is not None else -1


def _url(plain: Plain, start: int, begin: int, end: int) -> Candidate | None:
    """Return the URL in a range, what follows its ``://`` beginning at a place within."""
    text = plain.text
    found = _HOST.match(plain.raw, begin, end)
    if found is None:
        return None
    first, last = found.span(1)
    name = text[first:last]
    host = found.group(1)
    if host[:1] == b"[":
        if hosts.v6(name[1:-1]) is None:
            return None
    elif host.replace(b".", b"").isdigit():
        if hosts.v4(name) is None:
            return None
    elif not _names_host(name, end - begin):
        return None
    value = text[start:begin].lower() + text[begin:first] + name.lower() + text[last:end]
    if "&amp;" in value:
        value = value.replace("&amp;", "&")
    return _telegram(start, end, value) or Candidate(2, start, end, ObservableKind.URL, value)


def _names_host(name: str, size: int) -> bool:
    """Return whether a name can be the host of what follows a scheme, which is that long."""
    if "." in name:
        return hosts.whole(name) or name.rpartition(".")[2].lower() in _INNER
    return len(name) > 1 and size > len(name) and name.replace("-", "").isalnum()


_INNER = frozenset("local lan corp internal intranet localdomain home bit lib emc coin bazar fur neo chan geek".split())


def _telegram(start: int, end: int, value: str) -> Candidate | None:
    if "t.me/" not in value and "telegram." not in value:
        return None
    found = _TELEGRAM.match(value.encode("ascii", "replace"))
    if found is None:
        return None
    name = found.group(1).decode()
    if name[0] == "+" or name.startswith("joinchat/"):
        value = "t.me/+" + name.removeprefix("joinchat/").removeprefix("+")
    else:
        value = "@" + name.partition("/")[0].lower()
    return Candidate(2, start, end, ObservableKind.TELEGRAM, value)


_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:.-_?=%#+~@$!\xff")
_SIMPLE = bytes(sorted(_PLAIN))
_CUTS = re.compile(rb"\]\(|&lt;|&gt;|&quot;|&nbsp;|\*\*|','|',|\)\(")
_NEXT = re.compile(rb"(?i)[A-Za-z0-9,;)(*\x01](?:https?|ftp)://|/(?:https?)://")


_ARCHIVES = (b"archive", b"webcache", b"translate", b"safelinks", b"proxy", b"urldefense")
"""Hosts whose paths hold URLs of others."""


def trimmed(raw: bytes, start: int, end: int) -> int:
    """Return where a URL ends once what belongs to the text around it is taken off."""
    piece = raw[start:end]
    if piece.find(b"://", 8) >= 0 and (again := _NEXT.search(piece, 8)) is not None:
        sign = piece[again.start() : again.start() + 1]
        if sign != b"/" or not any(name in piece[:40] for name in _ARCHIVES):
            piece = piece[: again.start() + (sign.isalnum() or sign == b"/")]
    if piece.translate(None, _SIMPLE):
        if (cut := _CUTS.search(piece, 8)) is not None:
            piece = piece[: cut.start()]
        if b")" in piece:
            piece = _balanced(piece)
        bracket = piece.find(b"]", 8)
        if bracket > 0 and piece.find(b"[", 0, bracket) < 0:
            piece = piece[:bracket]
    end = len(piece)
    while end and piece[end - 1] in _TRAIL:
        last = piece[end - 1]
        if last == 0x29 and piece.count(b"(", 0, end) >= piece.count(b")", 0, end):
            break
        if last == 0x5D and piece.count(b"[", 0, end) >= piece.count(b"]", 0, end):
            break
        if last in b"-_&" and piece.find(b"/", 8, end) > 0:
            break
        end -= 1
    return start + end


def _balanced(piece: bytes) -> bytes:
    """Return a piece up to the parenthesis that closes what was opened before it."""
    depth = at = 0
    while (at := piece.find(b")", at)) >= 0:
        depth += 1
        if depth > piece.count(b"(", 0, at):
            return piece[:at]
        at += 1
    return piece


def emails(plain: Plain) -> Iterator[Candidate]:
    """Yield e-mail addresses."""
    raw = plain.raw
    for found in _EMAIL.finditer(raw):
        start, end = found.span()
        if b"\xff" in raw[start:end]:
            at = raw.index(b"@", start, end)
            words = [i for i in range(start, at) if _unspaced(plain.text[i])]
            if words and words[-1] + 1 < at:
                start = words[-1] + 1
            end = _parted(plain, at + 1, end)[1]
        while raw[start] in b".-+%_" and start < end:
            start += 1
        name, _, host = plain.text[start:end].rpartition("@")
        host = host.rstrip("-")
        end = start + len(name) + 1 + len(host)
        if not name or not (hosts.whole(host) or host.rpartition(".")[2].lower() in _INNER):
            continue
        yield Candidate(3, start, end, ObservableKind.EMAIL, f"{name}@{host.lower()}")


def handles(plain: Plain) -> Iterator[Candidate]:
    """Yield names on Telegram, in a text that speaks of it."""
    raw = plain.raw
    for found in _HANDLE.finditer(raw):
        start, end = found.start(1) - 1, found.end(1)
        if b"elegram" in raw[max(0, start - 80) : start + 100] and raw[end : end + 1] not in (b".", b"@"):
            value = plain.text[start:end].lower()
            yield Candidate(9, start, end, ObservableKind.TELEGRAM, value)


def v6(plain: Plain) -> Iterator[Candidate]:
    """Yield IPv6 addresses and ranges."""
    raw = plain.raw
    done = 0
    for found in _COLONS.finditer(raw):
        start, end = found.span()
        if start < done:
            continue
        while start > done and raw[start - 1] in _HEX_OR_COLON and found.start() - start < 40:
            start -= 1
        tail = _HEXES.match(raw, end, end + 40)
        done = end = tail.end() if tail else end
        if end - start < 5 or (start and (raw[start - 1] in _WORDS or raw[start - 1] in b":.")):
            continue
        if end < len(raw) and (raw[end] in _WORDS or raw[end] == 0x3A):
            continue
        value = plain.text[start:end]
        if value.endswith(":") and not value.endswith("::"):
            end, value = end - 1, value[:-1]
        if raw[end : end + 1] == b"." and raw[end + 1 : end + 2].isdigit():
            continue
        head = value.partition(":")[0]
        if not ((len(head) == 4 and head[0] in "23fF") or value.count(":") == 7 or value.lower().startswith("::ffff:")):
            continue
        if value.count(":") == 7 and all(len(part) == 2 for part in value.split(":")):
            continue
        short = hosts.v6(value)
        if short is None:
            continue
        tail = _V6_TAIL.match(raw, end)
        if tail and int(tail.group(1)) <= 128:
            yield Candidate(7, start, tail.end(), ObservableKind.IP_RANGE, f"{short}/{tail.group(1).decode()}", "v6")
        else:
            yield Candidate(7, start, end, ObservableKind.IP, short, "v6")


def dotted(plain: Plain, start: int, end: int) -> Candidate | None:
    """Return what a run of dotted labels is, if it is an address, a domain or a URL without its scheme."""
    raw = plain.raw
    if raw.find(b"\xff", start, end) >= 0:
        start, end = _parted(plain, start, end)
    while raw[end - 1] in b"-_" and end > start:
        end -= 1
    while raw[start] in b"-" and start < end:
        start += 1
    token = raw[start:end]
    dot = token.rfind(b".")
    if dot < 0:
        return None
    ending = token[dot + 1 :].lower()
    if (
        not is_suffix(ending)
        and ending.isalpha()
        and ending not in OTHER_SUFFIXES
        and token[dot + 1 :] in (ending, ending.upper())
    ):
        if token.count(b".") > 3 and (glued := _QUAD.search(token)) is not None:
            return _glued(plain, start + glued.start(1), start + glued.end(1))
        return None
    before = raw[start - 1] if start else 0x20
    if token[:1].isdigit() and (dated := _DATED.match(token.partition(b"-")[0])) is not None:
        if plain.defanged(start, end):
            return _glued(plain, start, start + dated.end(1))
    if token[:1].isdigit() and token.replace(b".", b"").isdigit():
        return _address(plain, start, end)
    if token[:1].isdigit() and (joined := _JOINED.match(token)) is not None:
        return _address(plain, start, start + joined.end(1))
    if before in b"@\\%$#" or (before == 0x2F and start > 1 and raw[start - 2] in _WORDS) or before == 0x2E:
        if before != 0x2E or start < 2 or raw[start - 2] in _WORDS:
            return None
    if raw[end : end + 1] == b"@":
        return None
    if token.count(b".") > 2 and (glued := _QUAD.search(token)) is not None:
        address = _glued(plain, start + glued.start(1), start + glued.end(1))
        if address is not None:
            return address
    name = plain.text[start:end]
    last = name.rpartition(".")[2]
    defanged = plain.defanged(start, end)
    if defanged and (run := _RUN_ON.search(token)) is not None and is_suffix(run.group(1)):
        end = start + run.end(1)  # comQuasarRAT
        name, last = plain.text[start:end], run.group(1).decode()
    if (last.lower() not in _INNER_DEFANGED or not defanged) and not hosts.whole(name):
        return None
    if not defanged and (is_code(raw, start, end) or reads_as_file(raw, start, end)):
        return None
    path = _PATH.match(raw, end, end + _LONGEST) if raw[end : end + 1] in _AFTER_HOST else None
    if path is not None:
        stop = trimmed(raw, start, path.end())
        if stop > end + 1 and b"/" in raw[end:stop] and (defanged or not _either(raw, end, stop)):
            value = name.lower() + plain.text[end:stop].replace("&amp;", "&")
            telegram = _telegram(start, stop, value)
            return telegram or Candidate(4, start, stop, ObservableKind.URL, value)
    if last.lower() == "onion":
        label = name.split(".")[-2].lower()
        if not onion(label):
            return None
    return Candidate(10, start, end, ObservableKind.DOMAIN, name.lower())


def _parted(plain: Plain, start: int, end: int) -> tuple[int, int]:
    """Return a dotted run without words of a script that writes no blanks: they stand before it and behind it."""
    text = plain.text
    first = text.find(".", start, end)
    for at in range((first if first >= 0 else end) - 1, start - 1, -1):
        if _unspaced(text[at]):
            if at + 1 < end and text[at + 1] != "." and text[at + 1].isascii():
                start = at + 1
            break
    last = text.rfind(".", start, end) + 1
    if last < end and text[last].isascii():
        for at in range(last, end):
            if _unspaced(text[at]):
                return start, at
    return start, end


def _unspaced(char: str) -> bool:
    """Return whether a letter is of Chinese, Japanese or Korean."""
    return "\u3040" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7af" or "\uf900" <= char <= "\ufaff"


_JOINED = re.compile(rb"((?:\d{1,3}\.){3}\d{1,3})-(?:\d{1,3}\.){3}\d{1,3}\Z")
"""A range without blanks is one run of labels."""
_AFTER_HOST = (b"/", b":", b"?")
OTHER_SUFFIXES = frozenset(
    b"bit lib emc coin bazar fur neo chan geek onion example test invalid local lan corp internal".split()
)
_INNER_DEFANGED = frozenset("bit lib emc coin bazar fur neo chan geek".split())
"""Suffixes of other roots: said to be domains only where somebody defanged them."""


def _either(raw: bytes, start: int, end: int) -> bool:
    """Return whether a slash parts alternatives: ``a.com/b.com``, ``Booking.com/Agoda``."""
    rest = raw[start + 1 : end]
    return (hosts.whole(rest.decode("ascii", "replace")) and b"/" not in rest) or (
        rest[:1].isupper() and rest.isalpha()
    )


def onion(label: str) -> bool:
    """Return whether a label is an onion service's: version 3 with its check sum, or one of the short old ones."""
    if len(label) == 16:
        return all(c in "abcdefghijklmnopqrstuvwxyz234567" for c in label)
    if len(label) != 56:
        return False
    try:
        raw = b32decode(label.upper())
    except ValueError:
        return False
    check = hashlib.sha3_256(b".onion checksum" + raw[:32] + raw[34:]).digest()[:2]
    return raw[34] == 3 and raw[32:34] == check


def _address(plain: Plain, start: int, end: int) -> Candidate | None:
    raw = plain.raw
    value = hosts.v4(plain.text[start:end])
    if value is None:
        return None
    if start and (raw[start - 1] in _WORDS or raw[start - 1] in b".-") and not _unspaced(plain.text[start - 1]):
        if not (raw[start - 1] == 0x2D and start > 1 and raw[start - 2] in b" \t\n"):
            return None
    if end < len(raw) and (raw[end] in _WORDS or (raw[end] == 0x2E and raw[end + 1 : end + 2].isdigit())):
        if not _unspaced(plain.text[end]):
            return None
    defanged = plain.defanged(start, end)
    tail = _V4_TAIL.match(raw, end)
    if tail is not None and int(tail.group(1)) <= 32:
        stop = tail.end(1)
        return Candidate(7, start, stop, ObservableKind.IP_RANGE, f"{value}/{tail.group(1).decode()}", "v4")
    to = _V4_TO.match(raw, end)
    if to is not None and _to(raw, to, value):
        other = to.group(1).decode()
        if "." not in other:
            other = f"{value.rpartition('.')[0]}.{other}"
        return Candidate(7, start, to.end(1), ObservableKind.IP_RANGE, f"{value}-{other}", "v4")
    path = _PATH.match(raw, end, end + _LONGEST)
    if path is not None:
        stop = trimmed(raw, start, path.end())
        if b"/" in raw[end:stop] and stop > end + 1 and _V4.fullmatch(raw[end + 1 : stop]) is None:
            return Candidate(4, start, stop, ObservableKind.URL, plain.text[start:stop].replace("&amp;", "&"))
    if not defanged and is_version(raw, start, end):
        return None
    return Candidate(8, start, end, ObservableKind.IP, value, "v4")


_RUN_ON = re.compile(rb"\.([a-z]{2,10})[A-Z0-9][A-Za-z0-9]*\Z")
_DATED = re.compile(rb"^((?:\d{1,3}\.){3}\d{1,3}?)20[12]\d\Z")
_QUAD = re.compile(rb"(?:^|[^0-9.])((?:\d{1,3}\.){3}\d{1,3})(?:\Z|[^0-9.]|\.[^0-9])")
_RELEASE = re.compile(rb"(?i)(?:v|ver|version|build|rev|release|r|b|rc)[_.\-]?\Z")


def _glued(plain: Plain, start: int, end: int) -> Candidate | None:
    """Return an address that a lost blank or line end has glued to words: ``address47.75.0[.]147Q2``."""
    raw = plain.raw
    value = hosts.v4(plain.text[start:end])
    if value is None or _RELEASE.search(raw[max(0, start - 8) : start]):
        return None
    before, after = raw[start - 1 : start], raw[end : end + 1]
    defanged = plain.defanged(start, end)
    if before in (b"_", b"-") or after in (b"_", b"-"):
        return None
    if not defanged:
        if not ((not before.isalnum() and after.isupper()) or (before.islower() and not after.isalnum())):
            return None
        if is_version(raw, start, end) or before in (b"\\", b"/"):
            return None
    return Candidate(8, start, end, ObservableKind.IP, value, "v4")


def _to(raw: bytes, found: Any, first: str) -> bool:
    other = found.group(1).decode()
    end = found.end(1)
    if end < len(raw) and (raw[end] in _WORDS or (raw[end] in b".:-/" and raw[end + 1 : end + 2].isalnum())):
        return False
    if "." in other:
        return hosts.v4(other) is not None and tuple(map(int, first.split("."))) < tuple(map(int, other.split(".")))
    joined = found.group()[:1] in b"-\x03"
    return joined and int(first.rpartition(".")[2]) < int(other) <= 255 and found.group()[1:2].isdigit()
