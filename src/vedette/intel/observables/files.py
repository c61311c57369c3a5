"""Paths and names of files, keys and values of the registry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vedette.guard.personal.sheet import Pattern
from vedette.intel.observables.candidates import Candidate
from vedette.intel.observables.mirror import Plain
from vedette.schema.entity import ObservableKind

_WINDOWS = Pattern(
    rb"(?i)[a-z]:\\|\\\\[?.]\\|\\\\[a-z0-9_$<\[][a-z0-9_.$<>\[\]\-]*\\+[a-z0-9_$%{.\-]|%[a-z_0-9]+(?:\(x86\))?%\\|\$env:[a-z_0-9()]+\\|"
    rb"\b(?:hklm|hkcu|hkcr|hku|hkcc|hkey_[a-z_]+):?\\|\\?\\registry\\(?:machine|user)\\|"
    rb"\b(?:software\\+(?:microsoft|classes|policies|wow6432node)|system\\+(?:currentcontrolset|controlset00\d))\\"
)
_COMPONENT = Pattern(rb"[^\\/:*?\"<>|\r\n\t,;=`\x00-\x20\x01\x03]+")
_ENDING = Pattern(rb"\.[A-Za-z0-9_]{1,12}$")
_HOLDER = Pattern(rb"[<\[{(%][A-Za-z0-9_ .\-]{1,40}[>\]})%]")
_UNIX = Pattern(
    rb"(?:~|/(?:etc|usr|bin|sbin|var|tmp|opt|home|root|dev|proc|sys|lib|lib64|mnt|Library|Users|Applications|System|private|"
    rb"data|sdcard|Volumes|boot|run|srv|media|storage|www))(?:/[A-Za-z0-9_\xff.@%+~$\-]+)+/?"
)
ENDINGS = frozenset(
    b"exe dll sys ps1 psm1 psd1 bat cmd vbs vbe js jse wsf wsh hta sct xsl msi msp mst inf cpl scr lnk txt log dmp dat bin zip 7z "
    b"rar cab gz tgz tar bz2 xz arj ace lzh py pyc pyw sh pl rb php php3 php5 phtml jar war class so elf o ko doc docx docm dot dotm dotx "
    b"xls xlsx xlsm xlsb xlt xltm xla xlam xll ppt pptx pptm pps ppsx ppam rtf pdf iso img vhd vhdx reg xml json csv ini conf cfg config b64 "
    b"tmp temp key pem pfx crt cer evtx evt hiv save db sqlite sqlite3 mdb html htm xhtml aspx asp ashx asmx jsp jspx cgi out service plist dylib "
    b"bak old ocx drv tlb manifest mui nls ico png jpg jpeg gif bmp svg tif webp mp3 mp4 avi mov wav flv swf apk dex ipa dmg pkg app deb rpm "
    b"eml msg pst ost url website chm hlp one onepkg xps odt ods odp pub vsd theme themepack library-ms search-ms settingcontent-ms "
    b"c cpp h hpp cs go rs java vb bas cls frm asm s lua swift kt ts tsx md rst yml yaml toml yar yara sigma sql pcap pcapng cap "
    b"udl dqy iqy slk wll gadget diagcab appx msix msixbundle vmdk vmx mof ps psc1 application jnlp job etl 1cd wim rdp ovpn lck lock pid "
    b"pdb idb i64 idx bkp bk crypt crypted locked encrypted enc sct xaml resx com".split()
)
_PRODUCTS = frozenset(
    b"node.js vue.js next.js react.js angular.js d3.js three.js express.js nuxt.js backbone.js ember.js asp.net vb.net ado.net "
    b"socket.io crypto-js.js".split()
)
_DOUBTFUL = frozenset(
    b"c h s o key class one app com pub name out save old service job map rs go ts db so out lock theme temp log data md cs config "
    b"application settings website sigma library url idx enc pid ps class bk run dot war png".split()
)
_STOP = frozenset(
    b"and or to the in with from is was then which as for into using by on a an of it this that via will were are has have after where but "
    b"folder directory file files registry key path to: when while if".split()
)


def paths(plain: Plain) -> Iterator[Candidate]:
    """Yield paths of Windows and keys of its registry."""
    raw = plain.raw
    if b"\\" not in raw:
        return
    done = 0
    for found in _WINDOWS.finditer(raw):
        start, head = found.span()
        if start < done:
            continue
        sign = found.group().lower()
        if start and sign[1:2] == b":" and (raw[start - 1 : start].isalnum() or raw[start - 1] in b"_"):
            continue
        if sign.startswith(b"\\\\") and start and raw[start - 1] in b"\\:":
            continue
        registry = sign.startswith((b"hk", b"software", b"system", b"\\registry", b"registry"))
        if sign.startswith((b"software", b"system")) and start and raw[start - 1] in b"\\":
            continue
        if sign.startswith(b"\\\\") and sign[2:3] not in b"?.":
            head = start + 2
        end = _walk(raw, head, quoted=_quote(raw, start), registry=registry)
        if end <= head and not sign.startswith(b"%"):
            if sign[1:2] != b":":
                continue
        done = max(end, head)
        value = plain.text[start:end]
        if len(value) < 3:
            continue
        value = ("\\\\" if value.startswith("\\\\") else "") + value.lstrip("\\").replace("\\\\", "\\")
        value = value.rstrip("\\") if len(value) > 3 else value
        if registry:
            yield Candidate(4, start, end, ObservableKind.REGISTRY, value)
        else:
            yield Candidate(5, start, end, ObservableKind.FILE, value, "path")


def _quote(raw: bytes, start: int) -> int | None:
    """Return the byte that would close what is opened right before a place."""
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


def _tidied(raw: bytes, start: int, end: int) -> int:
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
        holder = _HOLDER.match(raw, end, limit)
        if holder is not None and raw[end] in b"<[{%(":
            end = holder.end()
            best = end if not words or best == at else best
            if not words:
                best = end
            continue
        byte = raw[end]
        if byte == 0x5C:
            return end if _folder(raw, at, end) else best
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
            if word is None or (word.group().lower().rstrip(b".,") in _STOP and not quoted):
                return best
            end += 1
            continue
        if byte in b'"<>|\r\n\t,;`?*\x01\x03' or byte < 0x20 or (byte == 0x3A) or (byte == quoted):
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
    if b"/" not in raw:
        return
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


def name(plain: Plain, found: Any) -> Iterator[Candidate]:
    """Yield a dotted run as the name of a file, where its ending is one of files."""
    raw = plain.raw
    start, end = found.span()
    while end > start and raw[end - 1] in b"-_":
        end -= 1
    token = raw[start:end]
    head, _, last = token.rpartition(b".")
    low = last.lower()
    if low not in ENDINGS or not head.strip(b"-_.") or len(token) > 160:
        return
    if token.lower() in _PRODUCTS:
        return
    if low in _DOUBTFUL and not _sure(raw, start, end, head, low):
        return
    if start and raw[start - 1] in b"*<>{}%]$\\/@=?":
        if raw[start - 1] not in b"*<>=/" or (
            raw[start - 1] == 0x2A and raw[start - 2 : start - 1] not in (b"*", b" ", b"\n", b"(", b"<")
        ):
            return
        if raw[start - 1] == 0x2F and start > 1 and raw[start - 2] not in b" \n":
            pass
    if raw[end : end + 1] == b"(" and not raw[end + 1 : end + 2].isspace():
        return
    yield Candidate(11, start, end, ObservableKind.FILE, plain.text[start:end], "name")


def _sure(raw: bytes, start: int, end: int, head: bytes, last: bytes) -> bool:
    if last in (b"com", b"name", b"run", b"one", b"app", b"pub", b"map"):
        return False
    if last == b"png" or last in (b"md", b"log", b"db", b"config", b"temp", b"lock", b"pid", b"idx"):
        return True
    return b"_" in head or any(c in b"0123456789" for c in head) or (len(last) > 2 and head.islower())
