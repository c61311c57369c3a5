"""Names that a field or a form gave away, found again where nothing gives them away.

An event that says ``"Computer": "WS7.corp.local"`` says ``/S WS7`` in its command line; what is taken from one place
and left in the other is not hidden.
"""

from __future__ import annotations

from vedette.guard.personal.accounts import is_person
from vedette.guard.personal.sheet import Hit, Sheet
from vedette.guard.personal.suffixes import suffixes

_TOLD = frozenset(
    (
        "field",
        "machine-account",
        "domain-user",
        "home",
        "upn",
        "internal",
        "machine",
        "share",
        "command",
        "syslog",
        "said",
        "prompt",
    )
)
_MOST = 400
"""Names of one text that are looked for."""
_COMMON = frozenset(
    b"file path main type time date port node core base work help demo sync task team view open read list exec "
    b"shell java temp logs oper sales call note code form text page book case disk drop edit find first last "
    b"next menu more move local domain server client system service services security account computer machine "
    b"windows microsoft network public default desktop documents downloads program files data host hosts "
    b"internal corp home office users user name test tests example admin root linux ubuntu debian centos docker "
    b"jenkins github gitlab value string object event events channel message process source target provider "
    b"action status result error info debug group groups policy http https true false null none this that from "
    b"with your login logon session database master guest operator manager support mail email backup".split()
)


def _names(hit: Hit, low: bytes) -> list[tuple[bytes, str]]:
    """Return what to look for, and as what: a host's first label, an account's user and domain."""
    value = low[hit.start : hit.end].replace(b"\\\\", b"\\").strip(b"\\")
    found: list[tuple[bytes, str]] = []
    if hit.entity == "HOSTNAME":
        found.append((value.partition(b".")[0], "HOSTNAME"))
    elif hit.entity == "DOMAIN_NAME":
        found.append((value, "DOMAIN_NAME"))
    elif hit.rule == "machine-account":
        found.append((value.rpartition(b"\\")[2].rstrip(b"$"), "HOSTNAME"))
    else:
        domain, _, user = value.rpartition(b"\\")
        found.append((user.partition(b"@")[0], "USERNAME"))
        if domain and b"." not in domain:
            found.append((domain, "DOMAIN_NAME"))
    return found


def _telling(name: bytes) -> bool:
    """Return whether a name is hardly a word that also stands for itself."""
    if not 3 <= len(name) <= 63 or name in _COMMON or name.isdigit() or name in suffixes():
        return False
    odd = any(not chr(byte).isalpha() for byte in name)
    return (odd or len(name) > 3) and name[0] != 0x2D and is_person(name.decode("latin-1"))


def find(sheet: Sheet) -> None:
    """Put down the other places of names that were found."""
    if not sheet.hits:
        return
    wanted: dict[bytes, str] = {}
    low = sheet.low
    for hit in sheet.hits:
        if hit.entity in ("USERNAME", "HOSTNAME", "DOMAIN_NAME") and hit.rule in _TOLD and len(wanted) < _MOST:
            for name, entity in _names(hit, low):
                if name not in wanted and _telling(name):
                    wanted[name] = entity
    if not wanted:
        return
    from ahocorasick_rs import BytesAhoCorasick, MatchKind

    names = list(wanted)
    covered = bytearray(len(low))
    for hit in sheet.hits:
        covered[hit.start : hit.end] = b"\1" * (hit.end - hit.start)
    machine = BytesAhoCorasick(names, matchkind=MatchKind.LeftmostLongest)
    for which, start, end in machine.find_matches_as_indexes(low):
        if covered[start] or sheet.word_before(start) or sheet.word_after(end):
            continue
        if low[end : end + 2] == b'":' or low[end : end + 1] == b"=":
            continue  # a key
        sheet.hit(wanted[names[which]], start, end, 0.75, "again")
