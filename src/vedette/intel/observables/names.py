"""Names of files: told by their ending, the quotes around them, and what stands before."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vedette.guard.personal.sheet import Pattern
from vedette.intel.observables.candidates import Candidate
from vedette.intel.observables.context import reads_as_file
from vedette.intel.observables.endings import ENDINGS, STOP
from vedette.intel.observables.mirror import SIGN, Plain
from vedette.schema.entity import ObservableKind

_PRODUCTS = frozenset(
    b"node.js vue.js next.js react.js angular.js d3.js three.js express.js nuxt.js backbone.js ember.js asp.net vb.net ado.net "
    b"socket.io crypto-js.js".split()
)
_DOUBTFUL = frozenset(
    b"c h s o key class one app com pub name out save old service job map rs go ts db so out lock theme temp log data md cs config "
    b"application settings website sigma library url idx enc pid ps class bk run dot war png re".split()
)
_RUN_ON = re.compile(rb"^([a-z][a-z0-9]{2,4})[A-Z]")
_DETECTION = re.compile(rb"(?i)win32|win64|msil|trojan|backdoor|ransom|hacktool|downloader")
INNER = frozenset(b"exe dll sys bat ps1 vbs doc docx pdf zip".split())
_HASHED = re.compile(rb"[0-9A-F]{32,64}|[0-9a-f]{32,64}")
_CLOSED = re.compile(rb"\.[A-Za-z0-9]{2,5}[,.]?[\x01\"`]")
_INSIDE = re.compile(rb"[A-Za-z0-9_\xff][^\x01\"`\r\n\t/\\:*?<>|]{1,100}\Z")
_NUMBERED = Pattern(rb"[\])]\.[A-Za-z0-9]{2,5}\b")
_NUMBER = re.compile(rb"[A-Za-z0-9_\xff\-.]+(?:\[\d{1,2}|\(\d{1,2})\Z")
_OPENING = (b"\x01", b'"', b"`")
_STARTS = frozenset(b"exe com bat cmd ps1 vbs dll".split())


def quoted(plain: Plain) -> Iterator[Candidate]:
    """Yield names that quotes hold together though they have blanks, and those that a browser numbered."""
    raw = plain.raw
    for found in _CLOSED.finditer(raw):
        end = found.end() - 1
        if raw[end - 1] in b",.":
            end -= 1
        start = max(raw.rfind(sign, max(0, end - 110), found.start()) for sign in _OPENING) + 1
        value = raw[start:end]
        if (
            not start
            or b" " not in value
            or _INSIDE.match(value) is None
            or value.rpartition(b".")[2].lower() not in ENDINGS
        ):
            continue
        words = value.lower().split()
        if any(word in STOP or word[:1] in b"-(" or word.rpartition(b".")[2] in _STARTS for word in words[:-1]):
            continue
        if len(words) > 9 or b". " in value:
            continue
        yield Candidate(5, start, end, ObservableKind.FILE, plain.text[start:end], "name")


def numbered(plain: Plain) -> Iterator[Candidate]:
    """Yield names that a browser numbered: ``report[1].htm``."""
    raw = plain.raw
    for found in _NUMBERED.finditer(raw):
        at, end = found.span()
        if raw[at - 1 : at].isdigit() and raw[at + 2 : end].lower() in ENDINGS:
            head = max(0, at - 84)
            piece = raw[head:at]
            opening = max(piece.rfind(b"["), piece.rfind(b"("))
            start = opening
            while start > 0 and (piece[start - 1 : start].isalnum() or piece[start - 1] in b"_-.\xff"):
                start -= 1
            if start < 0 or _NUMBER.match(piece[start:]) is None:
                continue
            start += head
            if not start or _begins(raw, start):
                yield Candidate(5, start, end, ObservableKind.FILE, plain.text[start:end], "name")


def name(plain: Plain, start: int, end: int) -> Candidate | None:
    """Return a dotted run as the name of a file, where its ending is one of files."""
    raw, first = plain.raw, start
    dot = raw.rfind(b".", start, end)
    last = raw[dot + 1 : end]
    if (
        last not in ENDINGS
        and last.isalpha()
        and last.islower()
        and raw[raw.rfind(b".", start, dot) + 1 : dot].lower() not in INNER
    ):
        return None
    while end > start and raw[end - 1] in b"-_":
        end -= 1
    if start > 2 and raw[start - 1] == 0x25:  # 2022%20tax_documents.zip
        while start > first - 80 and start and (raw[start - 1 : start].isalnum() or raw[start - 1] in b"%_-"):
            start -= 1
    glued = False
    if (
        end - start > 36
        and (hashed := _HASHED.match(raw, start, end)) is not None
        and len(hashed.group()) in (32, 40, 64)
    ):
        glued, start = True, hashed.end()  # a lost blank has glued the name to a hash
    token = raw[start:end]
    head, _, last = token.rpartition(b".")
    if b"-" in last and last.partition(b"-")[0].lower() in ENDINGS:  # cmd.exe-based
        last = last.partition(b"-")[0]
        token = token[: len(head) + 1 + len(last)]
        end = start + len(token)
    low = last.lower()
    if low not in ENDINGS and (cut := _RUN_ON.match(last)) is not None and cut.group(1) in ENDINGS:
        low = last = cut.group(1)  # txtRapid7
        token = token[: len(head) + 1 + len(last)]
        end = start + len(token)
    inner = head.rpartition(b".")[2].lower()
    usual = low in ENDINGS or (inner in INNER and last.islower() and len(last) < 5 and b"." in head)
    if not usual or not head.strip(b"-_.") or len(token) > 160:
        return None
    if token.lower() in _PRODUCTS or head.lower() == b"tar" or (len(low) < 2 and _DETECTION.search(token)):
        return None
    if last.isupper() and head.islower() and len(head) > 4 and raw[end : end + 1] == b" " and head.isalpha():
        return None  # a sentence ended: recommended.ISO images
    if low in _DOUBTFUL and not (_sure(head, last) or (low == b"com" and reads_as_file(raw, start, end))):
        return None
    if start and not glued and not _begins(raw, start):
        return None
    if raw[end : end + 1] == b"(" and not raw[end + 1 : end + 2].isspace():
        return None
    return Candidate(11, start, end, ObservableKind.FILE, plain.text[start:end], "name")


def _begins(raw: bytes, start: int) -> bool:
    """Return whether what stands before the name of a file leaves it whole: no wildcard, no folder, no variable."""
    before = raw[start - 1]
    if before == 0x5C:
        return raw[start - 2 : start - 1] in (b" ", b"\n", b"", b"\x01", b'"')
    if before in b"{}%]$@?.&":
        return False
    if before == 0x2F:  # a/b.exe is a path in the web; one.exe/two.exe are two names
        at = start - 1
        while at > max(0, start - 64) and (raw[at - 1 : at].isalnum() or raw[at - 1] in b"_-."):
            at -= 1
        return raw[at : start - 1].rpartition(b".")[2].lower() in ENDINGS and b"." in raw[at : start - 1]
    if before == SIGN and raw[start - 2 : start - 1].isalnum() and start > 1:
        return False
    if before == 0x2A:
        return raw[start - 2 : start - 1] in (b"*", b" ", b"\n", b"(", b"<", b"\x01", b"")
    return True


def _sure(head: bytes, ending: bytes) -> bool:
    """Return whether an ending that words and methods have too is a file's here."""
    last = ending.lower()
    if ending[:1].isupper() and not ending.isupper():
        return False
    if last in (b"com", b"name", b"run", b"one", b"app", b"pub", b"map"):
        return False
    if last == b"png" or last in (b"md", b"log", b"db", b"config", b"temp", b"lock", b"pid", b"idx"):
        return True
    return b"_" in head or any(c in b"0123456789" for c in head) or (len(last) > 2 and head.islower())
