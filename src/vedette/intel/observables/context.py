"""What the words around a dotted token make of it: a version, a piece of code, the name of a file."""

from __future__ import annotations

import re

from vedette.guard.personal.suffixes import doubtful

_VERSION_BEFORE = re.compile(
    rb"(?i)(?:\bv|\bversions?|\bver\.?|\bbefore|\bprior to|\bup to|\bbuild|\bfirmware|[<>]=?|\breleases?|"
    rb"\bfixed in|\bupgrade to|\bupdate to|[a-z]version\b|\bearlier than|\bnewer than|\bsince)[\s\"'(:=*|]{0,4}\Z|[a-z)]/ ?\Z|"
    rb"(?:\b[a-z]+\.js|\.net|\b(?:python|php|java|jre|jdk|electron|openssl|chrome|chromium|firefox|teamviewer|anydesk|winrar|7-zip|"
    rb"fortios|pan-os|framework|runtime|sdk)) \Z"
)
_VERSION_LINE = re.compile(
    rb"(?i)\b(?:versions?|prior|releases?|firmware|affected|builds?|patch(?:ed)?|[a-z]+version|fileversion|client)\b[^\n]{0,60}\Z"
)
_VERSION_AFTER = re.compile(
    rb"(?i)\s*(?:and (?:earlier|prior|below|later|above|older)|or (?:earlier|prior|later)|\(?build\b|release\b)"
)
_ADDRESS_BEFORE = re.compile(
    rb"(?i)(?:://|@|\bips?\b[^\w]{0,3}|addr[a-z]*[^\w]{0,6}|src[a-z_]*[^\w]{0,4}|dst[a-z_]*[^\w]{0,4}|host[a-z]*[^\w]{0,6}|"
    rb"\bping |\bserver ?[:=]?[^\w]{0,3}|\bdns[^\w]{0,3}|\bip[a-z]*[^\w]{1,4}|\bc2[^\w]{0,4}|\bc&c[^\w]{0,4})\Z"
)


def is_version(raw: bytes, start: int, end: int) -> bool:
    """Return whether four numbers are rather a version than an address."""
    near = raw[max(0, start - 24) : start]
    if _VERSION_BEFORE.search(near) or _VERSION_AFTER.match(raw, end, min(len(raw), end + 24)):
        return True
    if _ADDRESS_BEFORE.search(near) or raw[end : end + 1] == b":":
        return False
    octets = [int(part) for part in raw[start:end].split(b".")]
    if octets[3] == 0 and octets[0] not in (10, 172, 192):
        return octets != [0, 0, 0, 0]
    if octets[0] == 127 or octets == [255, 255, 255, 255]:
        return False
    line = raw[max(0, start - 72) : start].rpartition(b". ")[2].rpartition(b"\n")[2]
    if octets[0] < 10 and octets[1] < 32 and octets[2] < 48 and sum(o < 10 for o in octets) > 1:
        return octets != [1, 1, 1, 1] and octets != [8, 8, 8, 8] and octets != [8, 8, 4, 4]
    return bool(_VERSION_LINE.search(line) and octets[0] < 32)


_FILES = frozenset(
    b"py sh pl rs md so ps cc zip mov app com cab bat name do dot vi st tt cat cpl mm java lib sc gdn mp ai ms ml mk la "
    b"pm link map data report pub cfd sql jar ax re".split()
)
"""Suffixes that are endings of files as well."""
_ALWAYS_FILES = frozenset(b"py pl rs md cab zip java sc mov ps cpl mm so mk dot sh bat jar sql ax".split())
_CODE_HEADS = frozenset(
    b"system os this self app string array object window document console math json event events e process module "
    b"request response req res file path socket http net java javax org microsoft windows wscript shell strings "
    b"math pe cuckoo hash uint16 uint32 args argv sys re io kernel32 ntdll user32 advapi32 node asp vb ado wmi "
    b"win32 obj dict str http2 android activity context intent method class".split()
)


def is_code(raw: bytes, start: int, end: int) -> bool:
    """Return whether a dotted name is rather a method, a class or two sentences without a blank."""
    token = raw[start:end]
    head, _, last = token.rpartition(b".")
    after = raw[end : end + 1]
    if after == b"(" and not raw[end + 1 : end + 2].isspace() and raw[end : end + 2] != b"(h":
        return True
    if (
        token.lower() in _FRAMEWORKS
        or _DETECTION.search(token) is not None
        or (last[:1].isupper() and not last.isupper())
    ):
        return True
    if last.isupper() and not head.isupper():
        return True
    if last.islower() and b"www." not in token.lower() and head.count(b".") == 0:
        if head.lower() in _CODE_HEADS and doubtful(last):
            return True
    if b"_" in token and doubtful(last):
        return True
    labels = token.split(b".")
    if doubtful(last) and any(label[1:] != label[1:].lower() and label[:1] != label[:1].upper() for label in labels):
        return True
    if doubtful(last) and len(labels) == 2 and labels[0][:1].isupper() and not labels[0].isupper():
        return True
    return last in _CODE_TAILS and len(labels) == 2


_DETECTION = re.compile(
    rb"(?i)(?:^|\.)(?:win32|win64|w32|w64|msil|trojan(?:-[a-z]+)?|backdoor|ransom|generic|heur|exploit|hacktool|adware|riskware|"
    rb"virtool|worm|win\.[a-z]+|downloader)\.|^fe_"
)
_FRAMEWORKS = frozenset((b"asp.net", b"vb.net", b"ado.net", b"ml.net", b"socket.io", b"battle.net", b"paint.net"))
_CODE_TAILS = frozenset(
    b"read run open select new call name map date data save bar parts properties here now next box do search win version app report reports".split()
)
"""Suffixes that in small letters, after one label, are rather a method or a permission: ``mail.read``."""


_SAVED = re.compile(rb"(?i)\b(?:saved (?:with|as|under)|file ?name|named?|file called|executable)\b[^.\n]{0,30}\Z")


def reads_as_file(raw: bytes, start: int, end: int) -> bool:
    """Return whether a name whose ending is a suffix as well is rather a file's."""
    token = raw[start:end].lower()
    last = token.rpartition(b".")[2]
    if last not in _FILES:
        return False
    if token.startswith(b"www."):
        return False
    if last in _ALWAYS_FILES:
        return True
    if last == b"com":
        return (
            b"_" in token
            or bool(_SAVED.search(raw[max(0, start - 60) : start]))
            or token
            in (
                b"cmd.com",
                b"update.com",
                b"setup.com",
                b"install.com",
                b"command.com",
                b"more.com",
                b"format.com",
                b"mode.com",
                b"tree.com",
                b"edit.com",
            )
        )
    return token.count(b".") == 1 and doubtful(last) and b"_" in token
