"""Paths of Windows and Unix systems, keys and values of the registry."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vedette.guard.personal.sheet import Pattern
from vedette.intel.observables.candidates import Candidate
from vedette.intel.observables.endings import ENDINGS, STOP
from vedette.intel.observables.mirror import Plain
from vedette.schema.entity import ObservableKind

_WINDOWS = Pattern(
    rb"(?i)[a-z]:\\|\\\\[?.]\\|\\\\[a-z0-9_$<\[][a-z0-9_.$<>\[\]\-]*\\+[a-z0-9_$%{.\-]|%[a-z_0-9]+(?:\(x86\))?%\*{0,2}\\|\$env:[a-z_0-9()]+\\|"
    rb"(?:hklm|hkcu|hkcr|hku|hkcc|hkey_[a-z_]+):?\\|\\{1,2}registry\\{1,2}(?:machine|user)\\{1,2}|"
    rb"\b(?:software\\+(?:microsoft|classes|policies|wow6432node)|(?-i:SOFTWARE)|system\\+(?:currentcontrolset|controlset00\d))\\"
)
_SHARE = re.compile(rb"[^\\\s]{1,80}(\\+)([^\\\s]{0,20})")
_ROOTS = (b"hkey_", b"hklm", b"hkcu", b"hku", b"hkcr")
_HIVES = {
    "HKLM": "HKEY_LOCAL_MACHINE",
    "HKCU": "HKEY_CURRENT_USER",
    "HKCR": "HKEY_CLASSES_ROOT",
    "HKU": "HKEY_USERS",
    "HKCC": "HKEY_CURRENT_CONFIG",
}
_COMPONENT = re.compile(rb"[^\\/:*?\"<>|\r\n\t,;=`\x00-\x20\x01\x03]+")
_ENDING = re.compile(rb"\.[A-Za-z0-9_]{1,12}\Z")
_OPENS = frozenset(b"<[{%(")
_USUAL = re.compile(rb"[A-Za-z0-9._\-$~]+")
_HOLDER = re.compile(rb"[<\[{(%][A-Za-z0-9_ .\-]{1,40}[>\]})%]")
_UNIX = Pattern(
    rb"(?:~|/(?:etc|usr|bin|sbin|var|tmp|opt|home|root|dev|proc|sys|lib|lib64|mnt|Library|Users|Applications|System|private|"
    rb"data|sdcard|Volumes|boot|run|srv|media|storage|www))(?:/[A-Za-z0-9_\xff.@%+~$\-]+)+/?"
)


_BLANK = frozenset((b" ", b"\t", b"\n"))


def windows(plain: Plain) -> Iterator[Candidate]:
    """Yield paths of Windows and keys of its registry."""
    raw = plain.raw
    done = 0
    for found in _WINDOWS.finditer(raw):
        start, head = found.span()
        sign = plain.low[start:head]
        if start < done or (start and _runs_on(raw, start, sign)):
            continue
        registry = sign.startswith((b"hk", b"software", b"system", b"\\registry", b"registry"))
        if sign.startswith(b"\\\\") and sign[2:3] not in b"?.":
            head = start + 2
            share = _SHARE.match(raw, head)
            rooted = raw[head : head + 8].lower() == b"registry"
            if share is not None and len(share.group(1)) == 2 and raw[head] not in b"<[" and not rooted:
                continue  # escaped: what is written \\Windows\\Temp has no root and is nobody's path
            registry = rooted or (share is not None and share.group(2).lower().startswith(_ROOTS))
        if sign[1:3] == b":\\" and raw[head : head + 1] in _BLANK:
            done = head  # the root of a drive, and no part of what stands behind it
            continue
        end = _walk(raw, head, quoted=_quote(raw, start), registry=registry)
        if end <= head and not sign.startswith(b"%") and sign[1:2] != b":":
            continue
        done = max(end, head)
        value = " ".join(plain.text[start:end].split())
        if len(value) < 3 or (registry and "%s" in value):
            continue
        yield from (_key(start, end, value) if registry else _path(start, end, value))


def _runs_on(raw: bytes, start: int, sign: bytes) -> bool:
    """Return whether what begins at a place is the tail of something else."""
    before = raw[start - 1 : start]
    if sign[1:2] == b":":
        return (before.isalnum() and not (before.islower() and raw[start : start + 1].isupper())) or before == b"_"
    if sign.startswith(b"\\\\"):
        return before in (b"\\", b":")
    if sign.startswith(b"hk"):
        return before.isupper() or before.isdigit() or before == b"_"
    return sign.startswith((b"software", b"system")) and before == b"\\"


def _key(start: int, end: int, value: str) -> Iterator[Candidate]:
    value = value.replace("\\\\", "\\").rstrip("\\")
    if value.startswith("\\") and not value.lower().startswith("\\registry"):
        yield Candidate(4, start, end, ObservableKind.REGISTRY, f"\\{value}")
        return
    hive, sign, rest = value.partition("\\")
    hive = hive.rstrip(":").upper() if hive[:2].upper() == "HK" else hive
    if not sign or not rest:
        return
    yield Candidate(4, start, end, ObservableKind.REGISTRY, f"{_HIVES.get(hive, hive)}\\{rest}")


def _path(start: int, end: int, value: str) -> Iterator[Candidate]:
    value = ("\\\\" if value.startswith("\\\\") else "") + value.lstrip("\\").replace("\\\\", "\\").replace(
        "%*\\", "%\\"
    ).replace("%**\\", "%\\")
    yield Candidate(5, start, end, ObservableKind.FILE, value.rstrip("\\") if len(value) > 3 else value, "path")


_KNOWN = re.compile(
    rb"(?i)(?:program\s{1,3}files(?:\s{1,3}\(x86\))?|common\s{1,3}files|documents\s{1,3}and\s{1,3}settings|application\s{1,3}data|local\s{1,3}settings|start\s{1,3}menu|user\s{1,3}data|login\s{1,3}data|"
    rb"web\s{1,3}data|local\s{1,3}state|windows\s{1,3}defender|windows\s{1,3}nt|windows\s{1,3}mail|windows\s{1,3}live\s{1,3}mail|windows\s{1,3}photo\s{1,3}viewer|mozilla\s{1,3}firefox|mozilla\s{1,3}thunderbird|windows\s{1,3}media\s{1,3}player|windows\s{1,3}script\s{1,3}host|windows\s{1,3}search|internet\s{1,3}explorer|"
    rb"internet\s{1,3}settings|image\s{1,3}file\s{1,3}execution\s{1,3}options|real-time\s{1,3}protection|user\s{1,3}shell\s{1,3}folders|shell\s{1,3}folders|session\s{1,3}manager|terminal\s{1,3}server|"
    rb"terminal\s{1,3}services|control\s{1,3}panel|active\s{1,3}setup|installed\s{1,3}components|command\s{1,3}processor|security\s{1,3}center|browser\s{1,3}helper\s{1,3}objects|"
    rb"network\s{1,3}provider|print\s{1,3}processors|svc\s{1,3}host|microsoft\s{1,3}office|google\s{1,3}chrome|default\s{1,3}user|all\s{1,3}users|temporary\s{1,3}internet\s{1,3}files|"
    rb"windows\s{1,3}error\s{1,3}reporting|advanced\s{1,3}threat\s{1,3}protection|exchange\s{1,3}server|windows\s{1,3}firewall|windows\s{1,3}update|remote\s{1,3}desktop|task\s{1,3}manager)"
)
"""Folders and keys of every system whose names have blanks."""


def _quote(raw: bytes, start: int) -> int | None:
    """Return the byte that would close what is opened right before a place."""
    if start > 1 and raw[start - 1] == 0x5C:
        start -= 1
    if not start:
        return None
    return {0x22: 0x22, 0x27: 0x27, 0x60: 0x60, 0x01: 0x01}.get(raw[start - 1])


def _walk(raw: bytes, at: int, *, quoted: int | None, registry: bool) -> int:
    """Return where a path ends whose first component begins at a place."""
    end = at
    while at < len(raw) and at - end < 512:
        while at < len(raw) and raw[at] == 0x5C:
            at += 1
        stop = _component(raw, at, quoted=quoted, registry=registry)
        if stop == at:
            return at
        end = stop
        if stop < len(raw) and raw[stop] == 0x5C:
            at = stop
            continue
        break
    return _tidied(raw, at, end)


_OFFSET = re.compile(rb"\.[A-Za-z]{2,4}(\+(?:0x)?[0-9A-Fa-f]{1,8})\Z")


def _tidied(raw: bytes, start: int, end: int) -> int:
    if (offset := _OFFSET.search(raw[max(start, end - 24) : end])) is not None:
        return end - len(offset.group(1))  # a place in a stack: ntdll.dll+9d1e4
    while end > start and raw[end - 1] in b".,;:!?'*_ )]}":
        if raw[end - 1] == 0x29 and raw.count(b"(", start, end) >= raw.count(b")", start, end):
            break
        if raw[end - 1] == 0x5D and raw.count(b"[", start, end) >= raw.count(b"]", start, end):
            break
        if raw[end - 1] == 0x7D and raw.count(b"{", start, end) >= raw.count(b"}", start, end):
            break
        if raw[end - 1] == 0x5F:
            break
        end -= 1
    return end


def _component(raw: bytes, at: int, *, quoted: int | None, registry: bool) -> int:
    """Return where a component of a path ends, blanks in it included where it is sure to go on."""
    end = at
    words = 0
    limit = min(len(raw), at + 200)
    best = at
    while end < limit:
        byte = raw[end]
        if byte in _OPENS and (holder := _HOLDER.match(raw, end, limit)) is not None:
            end = holder.end()
            best = end if not words or best == at else best
            if not words:
                best = end
            continue
        if (run := _USUAL.match(raw, end, limit)) is not None:
            known = _KNOWN.match(raw, at, limit) if end == at and raw[run.end() : run.end() + 1].isspace() else None
            if known is None or raw[known.end() : known.end() + 1].isalnum():
                end = run.end()
                continue
            end = best = known.end()
            if end == limit or raw[end] != 0x5C:
                return end
            continue
        if byte == 0x5C:
            return end if _folder(raw, at, end) else best
        if byte == 0x29 and b"(" not in raw[at:end]:
            break
        if byte in b"*" and raw[end + 1 : end + 2] in (b"\\", b".") and raw[end - 1 : end] == b"\\":
            end += 1
            continue
        if byte == 0x20:
            if not words:
                best = end
                if not registry and _ENDING.search(raw[at:end]) and raw[at:end].rpartition(b".")[2].lower() in ENDINGS:
                    return end
            elif not registry and raw[at:end].rpartition(b".")[2].lower() in ENDINGS and b"." in raw[at:end]:
                return end
            words += 1
            nxt = raw[end + 1 : end + 2]
            if words > 6 or nxt in b'-/"<>|&;:=* \x01\x03' or not nxt:
                return best
            word = _COMPONENT.match(raw, end + 1, limit)
            if word is None or (word.group().lower().rstrip(b".,") in STOP and not quoted):
                return best
            end += 1
            continue
        if byte in b'"<>|\r\n\t,;`?*=\x01\x03' or byte < 0x20 or (byte == 0x3A) or (byte == quoted):
            break
        end += 1
    if not words:
        return end
    if end < len(raw) and quoted is not None and raw[end] == quoted:
        return end
    ending = raw[at:end].rpartition(b".")[2].lower()
    if not registry and ending in ENDINGS and b"." in raw[at:end]:
        return end
    return best


def _folder(raw: bytes, start: int, end: int) -> bool:
    piece = raw[start:end]
    if b" " not in piece:
        return True
    return piece[-1:] != b" " and len(piece) <= 64 and b". " not in piece


def unix(plain: Plain) -> Iterator[Candidate]:
    """Yield paths of Unix systems."""
    raw = plain.raw
    for found in _UNIX.finditer(raw):
        start, end = found.span()
        if start and (raw[start - 1 : start].isalnum() or raw[start - 1] in b"_./\\:$)}%>\xff~-"):
            continue
        while end > start and raw[end - 1] in b".-":
            end -= 1
        value = plain.text[start:end].rstrip("/")
        if len(value) < 4:
            continue
        yield Candidate(5, start, end, ObservableKind.FILE, value, "path")
