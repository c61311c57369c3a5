"""Finds passwords that are handed to programs by an option that only that program's users know for one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ahocorasick_rs import AhoCorasick

from vedette.guard.secrets import values
from vedette.guard.secrets.base import Hit

_AND = r"(?:&amp;(?!&)|&(?!(?:quot|apos|lt|gt|amp|#[0-9]{1,5});|[&\s>]{MORE})|[^\s\"'`<>|;&]){1,200}"
"""A word of a command line. ``&`` within it ends the command for a shell, yet most who write it down mean their password."""
_V_WORD = _AND.replace("{MORE}", r"|[A-Za-z]{2,12}(?:\.exe)?\s")
_U_WORD = _AND.replace("{MORE}", "")
_V = rf"""(?:\\?"(?P<a>[^"\\\n]{{1,200}})|'(?P<b>[^'\n]{{1,200}})'|(?P<c>{_V_WORD}))"""
_U = rf"""[ =]{{0,2}}(?:\\?"(?:[^"\\\n:%]{{1,100}})[:%](?P<a>[^"\\\n]{{1,200}})|'(?:[^'\n:%]{{1,100}})[:%](?P<b>[^'\n]{{1,200}})'|[^\s"'`:%-][^\s"'`:%]{{0,100}}[:%](?P<c>{_U_WORD}))"""

_ROWS: tuple[tuple[str, str], ...] = (
    ("curl wget http.exe", rf"(?<=[\s\"'])(?:-u|-U|--user|--proxy-user){_U}"),
    ("gpg gpg2 borg restic duplicity cryptsetup", rf"(?<=\s)--passphrase[ =]{{1,2}}{_V}"),
    (
        "runas",
        r"(?i)runas(?:\.exe)?[\"']?[ ][^\n]{0,120}?/user:[^\s]{1,80}[ ]{1,3}[\"']?(?=[^\s]{0,60}[0-9])(?=[^\s]{0,60}[^\w\s.\\/:\"'-])(?P<c>[^\s\"'/][^\s\"']{4,59})(?=[\"'\s]|$)",
    ),
    ("sshpass", rf"(?<=\s)-p ?{_V}"),
    ("mysql mysqldump mysqladmin mysqlimport mariadb", rf"(?<=\s)-p{_V}"),
    (
        "mongo mongosh mongodump mongoexport mongorestore psexec paexec evil-winrm crackmapexec netexec nxc rdesktop hydra smbmap bloodhound-python rubeus winexe",
        rf"(?<=\s)-p[ ]{{1,3}}{_V}",
    ),
    ("docker podman buildah skopeo helm az oc", rf"login\b[^\n|;]{{0,200}}?\s(?:-p|--password)[ =]{_V}"),
    ("sqlcmd osql bcp isql tsql", rf"(?<=\s)-P ?{_V}"),
    ("7z 7za 7zr rar unrar winrar", rf"(?<=\s)-h?p{_V}"),
    ("zip unzip ipmitool", rf"(?<=\s)-P ?{_V}"),
    ("plink pscp putty psftp kitty", rf"(?<=\s)-pw[ ]{{1,3}}{_V}"),
    ("xfreerdp wfreerdp signtool mstsc cmdkey winscp rdp", rf"(?<=\s)/p(?:ass(?:word)?)?[: ]{_V}"),
    ("schtasks", rf"(?<=\s)/r?p[ ]{{1,3}}{_V}"),
    ("wmic", rf"(?<=\s)/password[:=]{_V}"),
    ("smbclient rpcclient smbget pth- net.exe smbmap", rf"(?<=\s)(?:-U|--user){_U}"),
    ("ldapsearch ldapmodify ldapadd ldapwhoami ldappasswd", rf"(?<=\s)-w ?{_V}"),
    ("redis-cli", rf"(?<=\s)-a[ ]{{1,3}}{_V}"),
    ("keytool jarsigner", rf"(?<=\s)-(?:store|key)pass[ ]{{1,3}}(?:pass:)?{_V}"),
    ("openssl", rf"(?<=\s)-?(?:pass|passin|passout)[ ]{{1,3}}[\"']?pass:{_V}"),
    ("certutil", rf"(?<=\s)-p[ ]{{1,3}}{_V}"),
    ("htpasswd", rf"(?<=\s)-\w*b\w*[ ][^\s]{{1,200}}[ ][^\s]{{1,100}}[ ]{_V}"),
    ("chpasswd", r"echo[ ](?:-e[ ]|-n[ ])?[\"']?[\w.$-]{1,40}:(?P<c>[^\s\"'|]{3,100})[\"']?[ ]*\|"),
    (
        "net",
        rf"(?i)\bnet1?(?:\.exe)?\"?[ ]{{1,4}}user[ ]{{1,4}}(?:\"[^\"\n]{{1,60}}\"|[^\s/]{{1,60}})[ ]{{1,4}}(?!/){_V}",
    ),
    ("net", rf"(?i)\bnet1?(?:\.exe)?\"?[ ]{{1,4}}use[ ][^\n]{{1,200}}?/u(?:ser)?:[^\s]{{1,80}}[ ]{{1,4}}(?!/|\\){_V}"),
    (
        "net",
        rf"(?i)\bnet1?(?:\.exe)?\"?[ ]{{1,4}}use[ ](?:[A-Z*]:[ ])?[^\s]{{3,200}}[ ]{{1,4}}(?!/|\\){_V}[\"']?[ ]{{1,4}}/u",
    ),
    (
        "converttosecurestring convertto-securestring",
        r"(?i)convertto-securestring[ ](?:-string[ ])?[\"'](?P<c>[^\"'\n$]{3,200})[\"']",
    ),
    (
        "pscredential networkcredential",
        r"(?i)credential\(\s?[\"'][^\"'\n]{1,80}[\"']\s?,\s?[\"'](?P<c>[^\"'\n$]{3,100})[\"']",
    ),
    (
        "secretsdump psexec.py wmiexec smbexec atexec dcomexec getuserspns getnpusers getadusers impacket- ticketer",
        r"[\s\"'/][\w.$-]{1,40}:(?P<c>[^\s@\"':]{3,100})@[\w.-]{2,80}",
    ),
    ("sqlplus", r"(?i)sqlplus(?:\s-\w{1,4}){0,4}\s[\w$#]{1,40}/(?P<c>[^\s@\"'/]{3,60})(?:@|\s|$)"),
    ("snmpwalk snmpget snmpset snmpbulkwalk onesixtyone", rf"(?<=\s)-c[ ]{{1,3}}{_V}"),
    ("nuget", rf"push\b[^\n]{{0,200}}?\s-k[ ]{{1,3}}{_V}"),
    ("vault", r"(?i)vault[ ]login[ ](?:-method=\w+[ ])?(?P<c>[A-Za-z0-9._-]{20,200})"),
    ("useradd usermod adduser", rf"(?<=\s)-p[ ]{{1,3}}{_V}"),
    (
        "echo printf",
        r"(?i)(?:echo|printf)[ ]{1,3}[\"']?(?P<c>[^\s\"'|$]{4,60})[\"']?[ ]{1,3}\|[ ]{1,3}(?:sudo[ ]-S|passwd[ ]--stdin|su\b|base64[ ]-d[ ]*\|[ ]*sudo)",
    ),
)
_REACH = 500
_BOUND = re.compile(r"[\w-]")


@lru_cache(maxsize=1)
def _programs() -> tuple[AhoCorasick, tuple[tuple[re.Pattern[str], ...], ...], tuple[str, ...]]:
    by_word: dict[str, list[re.Pattern[str]]] = {}
    for words, pattern in _ROWS:
        for word in words.split():
            by_word.setdefault(word, []).append(re.compile(pattern))
    return AhoCorasick(list(by_word)), tuple(tuple(p) for p in by_word.values()), tuple(by_word)


def load() -> None:
    """Build the automaton and compile the patterns."""
    _programs()


def find(text: str, low: str, *, eager: bool = False) -> Iterator[Hit]:
    """Yield passwords among the arguments of programs.

    Args:
        text: what is looked through.
        low: the same in lower case, of the same length.
        eager: take a value though it look invented.
    """
    automaton, patterns, words = _programs()
    done: dict[int, int] = {}
    for which, start, end in automaton.find_matches_as_indexes(low, overlapping=True):
        word = words[which]
        if (
            start < done.get(which, 0)
            or (start and low[start - 1].isalnum())
            or (word[-1].isalpha() and low[end : end + 1].isalpha())
        ):
            continue
        base = max(0, start - 80) if word == "chpasswd" else start
        stop = text.find("\n", end, end + _REACH)
        stop = stop if stop >= 0 else end + _REACH
        if text[stop - 1 : stop] == "\\" or text[stop - 2 : stop - 1] == "\\":
            stop = (
                text.find("\n", stop + 1, end + 2 * _REACH)
                if text.find("\n", stop + 1, end + 2 * _REACH) >= 0
                else end + 2 * _REACH
            )
        line = text[base:stop]
        for pattern in patterns[which]:
            match = pattern.search(line)
            if match is not None and match.lastgroup and _is_password(match[match.lastgroup], eager, word == "net"):
                first, last = match.span(match.lastgroup)
                kept = match[match.lastgroup].rstrip("\"'),;`") if match.lastgroup == "c" else match[match.lastgroup]
                yield Hit(base + first, base + first + len(kept), "PASSWORD", f"argument-of-{word.rstrip('-')}", 0.85)
                done[which] = base + last
        done[which] = max(done.get(which, 0), stop if stop - start < _REACH else end)


def _is_password(value: str, eager: bool, strong: bool) -> bool:
    value = value.strip("\"'")
    if strong and values.is_wordlike(value):
        return False
    if len(value) < 4 or value[:1] in "-/%$<[{(*\\" or values.is_reference(value):
        return False
    if not eager and values.is_filler(value):
        return False
    if values.is_nothing(value) or values.is_path(value) or "$" in value[:3]:
        return False
    return not (value.isdigit() and len(value) < 6) and not re.fullmatch(r"(\w)\1+", value)
