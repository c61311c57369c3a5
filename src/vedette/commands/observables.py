"""The values that decoded layers hold: addresses, domains, URLs, hashes, files and registry keys, with their layer.

Only what is whole is stated: a piece of a URL that the rest would be joined to when run is no URL.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from vedette.commands.base import Reading, Word, program_name
from vedette.schema.command import CommandObservable, Language
from vedette.schema.entity import ObservableKind

if TYPE_CHECKING:
    from vedette.commands.traces import Traces

_URL = re.compile(r"(?i)\b(?:https?|ftps?|sftp|tftp|wss?|ldaps?|hxxps?)://[^\s\"'<>|`^\\]{1,2000}")
_EMAIL = re.compile(r"\b[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}\b")
_IP4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
_IP6 = re.compile(
    r"(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){2,7}[0-9A-Fa-f]{1,4}(?![\w:])|(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){1,6}:(?:[0-9A-Fa-f]{1,4})?(?![\w:])"
)
_HASH = re.compile(r"(?<![0-9A-Za-z+/=])(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32})(?![0-9A-Za-z+/=])")
_CVE = re.compile(r"(?i)\bCVE-\d{4}-\d{4,7}\b")
_KEY = re.compile(r"(?i)\b(?:HKLM|HKCU|HKCR|HKU|HKCC|HKEY_[A-Z_]{4,24}):?\\[^\r\n\t\"'|<>;,)]{1,400}")
_WINDOWS = re.compile(
    r"(?<![\w/])(?:[A-Za-z]:\\(?!\\)|\\\\[\w$-][\w.$-]*\\|%[A-Za-z_()0-9]+%\\|\$(?i:env):[A-Za-z_()0-9]+\\)[^\r\n\t\"'|<>;,*?&()]{0,400}"
)
_UNIX = re.compile(r"(?<![\w:/.\\$)}*\]-])(?:/(?![/:])|~/)[\w.@%+~-][\w.@%+/~-]*")
_WHOLE_WINDOWS = re.compile(
    r"(?i)^(?:[a-z]:[\\/]|\\\\[\w$-][^\\/]*\\|%[a-z_()0-9]+%\\|\$env:[a-z_()0-9]+\\)[^\r\n\"'|<>*?;{}]*$"
)
_WHOLE_UNIX = re.compile(r"^(?:/(?!/)|~/|\./|\.\./)[^\r\n\"'|<>;`]*$")
_ENDINGS = (
    "exe|dll|ps1|psm1|bat|cmd|vbs|vbe|js|jse|wsf|hta|sct|xsl|msi|inf|cpl|scr|lnk|txt|log|dmp|dat|bin|zip|7z|rar|cab|gz|"
    "tgz|tar|py|sh|pl|rb|php|jar|so|elf|docx?|xlsx?|xlsm|pdf|iso|img|vhdx?|reg|xml|json|csv|ini|conf|cfg|b64|tmp|key|"
    "pem|pfx|evtx|hiv|save|db|sqlite|html?|aspx?|jsp|out|service|plist|dylib|ko|bak"
)
_NAMED = re.compile(rf"(?i)^[\w@%+~-][\w .@%+~()-]{{0,120}}\.(?:{_ENDINGS})$")
_ROOT = re.compile(r"^(?:%[A-Za-z_()0-9]+%|\$(?i:env):[A-Za-z_()0-9]+|\$\{?HOME\}?)(?=[\\/])")
"""A folder whose place differs by user; what follows it may be known all the same."""
_UNKNOWN = re.compile(
    r"%%?[A-Za-z](?![0-9A-Za-z])|%[A-Za-z_]\w*:|\$\{?[A-Za-z_(]|%[A-Za-z_]\w*%|\{\d+\}|![A-Za-z_]\w*!|<[a-z_]+>|`"
)
_FLAG = re.compile(r"/[A-Za-z?]{1,2}|/\W+/?\w{0,2}")
_TRAIL = ".,;:!?)]}'\""
_JOINED = re.compile(r"^[\"']\s*(?:[+.&]|-f\b|-join\b)|^[\"']?\)\s*[+]|^[\^`]|^[\"'][\w\"'$%]")
DEV_TCP = re.compile(r"/(?:dev|inet[46]?)/(?:tcp|udp)/(?:0/)?([^/\s]+)/(\d+)$")
"""A file name that bash and gawk take for a connection."""
_DOMAIN = re.compile(r"(?:[A-Za-z0-9_-]{1,63}\.){1,10}([A-Za-z]{2,24})\.?(?::\d{1,5})?(?:/[^\s\\]*)?")
_TOP_LEVEL = frozenset(
    "com net org edu gov mil int info biz test example invalid io ru cn de uk fr nl eu us ca au jp kr br it es se ch "
    "be cz tr ua ir tw hk sg za mx ar il gr pt fi dk no ie hu ro bg ly tv ws top xyz site online club shop onion tk gq "
    "pw su".split()
)
"""Ends of names that are no file's ending too: ``run.sh`` and ``a.zip`` are files before they are hosts."""
_NO_DOMAIN = re.compile(r"^\d+(?:\.\d+)*$")
_READ_BY_NONE = frozenset({Language.TEXT, Language.BINARY})
MOST_LISTED = 400
"""Observables that are listed of one command."""


def observables_of(traces: Traces) -> list[CommandObservable]:
    """Return the observables of all layers, each once, with the first layer that shows it whole."""
    found: dict[tuple[ObservableKind, str], CommandObservable] = {}
    clear = {layer.parent: layer.number for layer in traces.layers if layer.simplified}

    def add(kind: ObservableKind, value: str, layer: int) -> None:
        if len(found) < MOST_LISTED:
            found.setdefault((kind, value), CommandObservable(kind=kind, value=value, layer=clear.get(layer, layer)))

    parents = {layer.parent for layer in traces.layers}
    handed = {layer.text.strip() for layer in traces.layers[1:] if len(layer.text) > 12}
    inner: dict[int, list[tuple[int, int]]] = {}
    for layer in traces.layers:
        if layer.parent is not None and layer.start is not None and layer.end is not None and not layer.simplified:
            inner.setdefault(layer.parent, []).append((layer.start, layer.end))
    for layer, reading in zip(traces.layers, traces.readings, strict=True):
        read = layer.language not in _READ_BY_NONE and not reading.broken
        if read and (layer.number in clear or layer.simplified or layer.number in parents or reading.methods):
            continue  # it hides something: what its words and texts come to is told, not what they are made of
        text = _without(layer.text[:200_000], inner.get(layer.number, []))
        for kind, value in in_text(text, paths=layer.language in _READ_BY_NONE or reading.broken):
            add(kind, value, layer.number)
            if len(found) >= MOST_LISTED:
                return list(found.values())
    for layer, reading in zip(traces.layers, traces.readings, strict=True):
        if layer.simplified:
            continue
        sure, data = _words_of(reading)
        made = _Made(reading, data, [other.text for other in traces.layers if other.parent == layer.number])
        for word in (*sure, *(w for w in data if made.stands(w.text))):
            text = word.text
            if not _may_hold(text) or not (word.known or not _UNKNOWN.search(_ROOT.sub("", text))):
                continue
            if text.strip() in handed and not _whole_path(text.strip("\"' ")):
                continue  # code: its own layer tells what it holds
            for kind, value in in_word(text, windows=layer.language in _ON_WINDOWS):
                add(kind, value, layer.number)
            if len(found) >= MOST_LISTED:
                return list(found.values())
    for touch in traces.touches:
        if touch.kind.value == "file" and _NAMED.match(touch.value) and not _UNKNOWN.search(touch.value):
            add(ObservableKind.FILE, touch.value, touch.layer)
    return list(found.values())


def _words_of(reading: Reading) -> tuple[list[Word], list[Word]]:
    """Return the words that name what a call works on, and the texts that are perhaps only material for others."""
    sure: list[Word] = []
    data: list[Word] = list(reading.strings)
    for call in reading.calls:
        name = program_name(call.name.text).lower()
        if name in _MATERIAL and (call.pipes or call.piped or call.stdin is not None or name in _ASSIGNS):
            data.extend(call.args)
        else:
            sure.append(call.name)
            sure.extend(call.args)
        sure.extend(r.target for r in call.redirects if r.target is not None)
    return sure, data


class _Made:
    """Tells a text that stands for itself from one that only went into another."""

    def __init__(self, reading: Reading, data: list[Word], below: list[str]) -> None:
        self._clear = reading.clear
        texts = dict.fromkeys([*(w.text for w in data if len(w.text) < 20_000), *below])
        whole = "\0".join(list(texts)[:2_000])
        self._all = f"\0{whole}\0" if len(whole) < 400_000 else ""

    def stands(self, text: str) -> bool:
        """Return whether a text is no piece of a longer one, and is still there once everything is written out."""
        if len(text) > 20_000 or not _may_hold(text):
            return False
        if self._clear is not None and not any(form in self._clear for form in _forms(text)):
            return False
        return not self._all or self._all.count(text) <= self._all.count(f"\0{text}\0")


def _forms(text: str) -> tuple[str, ...]:
    """Return how a text may be written in quotes."""
    return (text, text.replace("\\", "\\\\"), text.replace("'", "''"), text.replace('"', '""'))


def _may_hold(text: str) -> bool:
    """Return whether an argument is worth a look: most are flags and plain words."""
    return len(text) >= 32 or "/" in text or "\\" in text or "." in text or "@" in text or ":" in text


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """Return text with ranges blanked out: code in them is another layer's."""
    for start, end in spans:
        text = f"{text[:start]}{' ' * (min(end, len(text)) - start)}{text[end:]}" if end > start else text
    return text


_MATERIAL = frozenset(
    {
        "echo", "printf", "print", "base64", "base32", "basenc", "rev", "tr", "sed", "awk", "gawk", "mawk", "xxd", "od",
        "gunzip", "gzip", "zcat", "openssl", "cut", "tac", "paste", "fold", "bzip2", "xz", "perl", "python", "python3",
        "iconv", "set", "findstr", "for", "write-output", "foreach-object", "seq", "head", "tail", "sort", "uniq",
    }
)  # fmt: skip
"""Names whose arguments, in a pipe, are what a text is made from."""
_ASSIGNS = frozenset({"set"})
_ON_WINDOWS = frozenset(
    {Language.CMD, Language.PROGRAM, Language.POWERSHELL, Language.VBSCRIPT, Language.JSCRIPT, Language.SQL}
)


def in_word(text: str, *, windows: bool = False) -> Iterator[tuple[ObservableKind, str]]:
    """Yield what one argument or string holds: it is whole, so a path in it may hold blanks.

    On Windows ``/quiet`` is a flag and no path.
    """
    text = text.strip()
    if len(text) > 20_000:
        text = text[:20_000]
    if len(text) <= 1_024 and "\n" not in text and "://" not in text:
        bare = text.strip("\"'")
        if found := DEV_TCP.match(bare):
            yield from _address(found[1])
            return
        if _KEY.fullmatch(bare):
            yield ObservableKind.REGISTRY, bare.rstrip("\\ ")
            return
        if _whole_path(bare, windows=windows):
            yield ObservableKind.FILE, bare
            return
        named = _DOMAIN.fullmatch(bare)
        if named is not None and named[1] in _TOP_LEVEL and bare.islower():
            yield ObservableKind.DOMAIN, bare.partition(":")[0].partition("/")[0].lower().rstrip(".")
            return
    yield from in_text(text, paths=True)


def _whole_path(text: str, *, windows: bool = False) -> bool:
    if _WHOLE_WINDOWS.match(text):
        return not _has_switch(text)
    return (
        _WHOLE_UNIX.match(text) is not None
        and _real_path(text)
        and not re.search(r"\s|:/", text)
        and not (windows and text.count("/") < 2)
    )


def in_text(text: str, *, paths: bool = True) -> Iterator[tuple[ObservableKind, str]]:
    """Yield what running text holds."""
    spans: list[tuple[int, int]] = []
    if "://" in text:
        for match in _URL.finditer(text):
            url = _trimmed(match[0].partition("&&")[0])
            after = text[match.start() + len(url) : match.start() + len(url) + 24]
            spans.append((match.start(), match.end()))
            host = _host(url)
            if host is None or _UNKNOWN.search(match[0]) or _JOINED.match(after):
                continue
            yield ObservableKind.URL, url
            yield from _address(host)
    if "@" in text:
        for match in _EMAIL.finditer(text[:50_000]):
            if match[0].rpartition(".")[2] in _TOP_LEVEL and not _inside(match.start(), spans):
                yield ObservableKind.EMAIL, match[0]
    for match in _IP4.finditer(text) if text.count(".") > 2 else ():
        if not _inside(match.start(), spans) and all(int(p) < 256 for p in match[0].split(".")):
            if match[0].split(".")[0] != "0" or match[0] == "0.0.0.0":  # noqa: S104  (seen, not listened on)
                yield ObservableKind.IP, match[0]
    if text.count(":") > 1:
        for match in _IP6.finditer(text):
            if not _inside(match.start(), spans) and len(match[0]) > 3 and _is_ip6(match[0]):
                yield ObservableKind.IP, match[0]
    for match in _HASH.finditer(text) if len(text) >= 32 else ():
        if not _inside(match.start(), spans) and len(set(match[0].lower())) > 5:
            yield ObservableKind.HASH, match[0]
    if "-" in text and len(text) > 12:
        for match in _CVE.finditer(text):
            yield ObservableKind.CVE, match[0].upper()
    if paths:
        yield from _paths(text, spans)


def _paths(text: str, spans: list[tuple[int, int]]) -> Iterator[tuple[ObservableKind, str]]:
    if "\\" in text:
        for match in _KEY.finditer(text):
            spans.append(match.span())
            value = re.split(r"\s+[/-]\w|\s{2,}|\s+&", match[0])[0].rstrip("\\ ")
            if not _UNKNOWN.search(value):
                yield ObservableKind.REGISTRY, value
        place = 0
        while (path := _WINDOWS.search(text, place)) is not None:
            value = _one_path(path[0])
            place = path.start() + max(len(value), 3)
            if _inside(path.start(), spans) or _JOINED.match(text[place : place + 24]):
                continue
            if len(value) > 3:
                yield ObservableKind.FILE, value
    if "/" in text:
        for match in _UNIX.finditer(text):
            if _inside(match.start(), spans):
                continue
            value = match[0].rstrip(".,:;/")
            if (connected := DEV_TCP.match(value)) is not None:
                yield from _address(connected[1])
                continue
            if _real_path(value) and "/" in value[1:] and not _JOINED.match(text[match.end() : match.end() + 24]):
                yield ObservableKind.FILE, value


def _one_path(text: str) -> str:
    """Return the path at the beginning of text that may run on: up to a blank after the extension, if it has one."""
    found = re.match(r"[^\r\n]*?\.[A-Za-z0-9]{1,5}(?=\s|$|:)", text)
    if found and " -" not in found[0] and " /" not in found[0]:
        return found[0].rstrip(". ")
    return text.split()[0].rstrip(".,: ") if text.split() else ""


def _has_switch(text: str) -> bool:
    return bool(re.search(r"\s[-/]\w", text)) or bool(re.search(r"(?i)\.(?:exe|com|bat|cmd)\s", text))


def _real_path(text: str) -> bool:
    if len(text) < 3 or not any(c.isalpha() for c in text) or _FLAG.fullmatch(text):
        return False
    parts = [part for part in text.split("/") if part]
    # base64 has slashes too
    return all(len(part) <= 64 for part in parts) and not text.endswith("=") and text.count("+") < 2


def _trimmed(url: str) -> str:
    while url and url[-1] in _TRAIL:
        if url[-1] == ")" and url.count("(") >= url.count(")"):
            break
        if url[-1] in "]" and "[" in url:
            break
        url = url[:-1]
    return url


def _host(url: str) -> str | None:
    rest = url.partition("://")[2]
    host = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    if host.startswith("["):
        return host[1:].partition("]")[0] or None
    host = host.partition(":")[0]
    return host if host and re.fullmatch(r"[\w.-]+", host) and ("." in host or host.isalnum()) else None


def _address(host: str) -> Iterator[tuple[ObservableKind, str]]:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if "." in host and not _NO_DOMAIN.match(host):
            yield ObservableKind.DOMAIN, host.lower().rstrip(".")
    else:
        yield ObservableKind.IP, host


def _is_ip6(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).version == 6
    except ValueError:
        return False


def _inside(place: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)
