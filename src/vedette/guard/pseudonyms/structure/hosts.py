"""Domains, machines, accounts, mail and web addresses and paths, in the place of others of the same build.

A label of a domain becomes the same label wherever it stands, so ``ws01.corp.example`` and ``alice@corp.example`` still
share their domain afterwards.
"""

from __future__ import annotations

import re

from vedette.guard.pseudonyms.structure.addresses import ip_address
from vedette.guard.pseudonyms.structure.keyed import Keyed, cased

_SECOND_LEVEL = frozenset(
    f"{second}.{top}"
    for top, seconds in {
        "uk": "co org ac gov ltd plc me net sch nhs police",
        "au": "com net org edu gov id asn",
        "nz": "co net org ac govt",
        "za": "co org net ac gov",
        "br": "com net org gov edu",
        "jp": "co or ne ac go ed",
        "kr": "co or ne ac go",
        "in": "co net org ac gov res",
        "il": "co org ac gov",
        "tr": "com net org edu gov",
        "mx": "com org gob edu",
        "ar": "com org gob edu",
        "cn": "com net org edu gov",
        "hk": "com org edu gov",
        "sg": "com org edu gov",
        "tw": "com org edu gov",
        "my": "com org edu gov",
        "id": "co or ac go",
        "th": "co or ac go",
        "pl": "com net org edu gov",
        "ua": "com net org edu gov",
        "at": "co or ac gv",
        "hu": "co org",
        "pt": "com org gov edu",
        "es": "com org gob edu",
        "it": "gov edu",
        "fr": "gouv asso",
    }.items()
    for second in seconds.split()
)
_SERVICES = frozenset("www mail smtp imap pop mx ns ns1 ns2 ftp vpn api dev test staging intranet autodiscover".split())
_FOLDERS = frozenset(
    "users user home root documents and settings desktop downloads documents pictures videos music appdata local "
    "locallow roaming temp tmp windows system32 syswow64 program files (x86) programdata var log etc opt usr bin sbin "
    "lib lib64 share proc dev mnt media srv www html microsoft start menu programs startup .ssh .aws .config .cache "
    "library application support private volumes public profiles".split()
)
_PREFIXES = frozenset("svc sa adm admin srv app sql web db test da ext usr user".split())
_DOMAIN = re.compile(r"[^\W_](?:[\w-]{0,62})(?:\.[\w-]{1,63}){0,20}\.?")
_URL = re.compile(
    r"([A-Za-z][A-Za-z0-9+.-]*://)([^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(:\d+)?([^?#]*)(\?[^#]*)?(#.*)?", re.DOTALL
)
_SID = re.compile(r"(S-1-5-21)-(\d+)-(\d+)-(\d+)(?:-(\d+))?", re.IGNORECASE)
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}\Z")


def label(text: str, keyed: Keyed, turn: str = "0") -> str:
    """Return what stands for a label of a domain."""
    if text.isascii() and not text.isdigit():
        return cased(keyed.word(max(6, min(len(text), 20)), "label", text.lower(), turn), text)
    return keyed.word(8, "label", text.lower(), turn)


def domain_name(value: str, keyed: Keyed) -> str | None:
    """Return a domain of the same depth with the same suffix."""
    if not _DOMAIN.fullmatch(value) or "." not in value.rstrip(".") or ".." in value:
        return None
    labels = value.rstrip(".").split(".")
    n_suffix = 2 if len(labels) > 2 and ".".join(labels[-2:]).lower() in _SECOND_LEVEL else 1
    if labels[-1].isdigit():
        return None
    out: list[str] = []
    for place, one in enumerate(labels[: len(labels) - n_suffix]):
        own = len(labels) - n_suffix > 1 and place < len(labels) - n_suffix - 1
        turn = str(keyed.turn) if place == 0 else "0"
        if own and one.lower() in _SERVICES and turn == "0":
            out.append(one)
        elif own and any(char.isdigit() for char in one) and one.isascii():
            out.append(host_name(one, keyed) or label(one, keyed, turn))
        else:
            out.append(label(one, keyed, turn))
    return ".".join((*out, *labels[len(labels) - n_suffix :])) + ("." if value.endswith(".") else "")


def host_name(value: str, keyed: Keyed) -> str | None:
    """Return a machine's name of the same build; its runs of letters and digits become the same everywhere."""
    if "." in value:
        return domain_name(value, keyed)
    if not value.isascii() or sum(char.isalnum() for char in value) < 4:
        return None  # too short to be known again for sure
    return keyed.shaped(value, "host")


def email_address(value: str, keyed: Keyed) -> str | None:
    """Return a mail address whose domain is that of the domain's own pseudonym."""
    name, at, domain = value.rpartition("@")
    other = domain_name(domain, keyed.first) if at and name else None
    return f"{_account(name, keyed)}@{other}" if other else None


def _account(name: str, keyed: Keyed) -> str:
    kept = re.match(r"[A-Za-z]+(?=[-_.])", name)
    if kept and kept[0].lower() in _PREFIXES:
        return kept[0] + keyed.spoken(name[kept.end() :], "account")
    return keyed.spoken(name, "account")


def username(value: str, keyed: Keyed) -> str | None:
    """Return an account's name; the domain before or after it is the domain's own pseudonym."""
    if "@" in value:
        return email_address(value, keyed)
    domain, slash, name = value.rpartition("\\")
    if not value.isascii() or sum(char.isalnum() for char in name) < 4:
        return None
    if not slash:
        return _account(name, keyed)
    if not domain or not domain.replace("-", "").replace(".", "").replace("_", "").isalnum():
        return None
    other = domain_name(domain, keyed.first) if "." in domain else label(domain, keyed)
    return f"{other}\\{_account(name, keyed)}" if other else None


def sid(value: str, keyed: Keyed) -> str | None:
    """Return a security identifier of the same authority; accounts that every house has keep their number."""
    found = _SID.fullmatch(value)
    if found is None:
        return None
    numbers = [found[2], found[3], found[4]]
    house = "-".join(numbers)
    drawn = [str(1_000_000_000 + keyed.below(3_000_000_000, "sid", house, str(place))) for place in range(3)]
    out = "-".join((found[1], *drawn))
    if found[5] is None:
        return out
    account = int(found[5])
    return f"{out}-{account if account < 1000 else 1000 + keyed.below(99_000, 'rid', house, found[5], str(keyed.turn))}"


def url(value: str, keyed: Keyed) -> str | None:
    """Return an address of the same scheme, depth and fields."""
    found = _URL.fullmatch(value)
    if found is None or not found[3]:
        return None
    host = found[3]
    first = keyed.first
    if host.startswith("["):
        inner = ip_address(host[1:-1], first)
        other = f"[{inner}]" if inner else None
    else:
        other = ip_address(host, first) or domain_name(host, first) or host_name(host, first)
    if other is None:
        return None
    path = "/".join(_segment(one, keyed) for one in (found[5] or "").split("/"))
    query = re.sub(r"(?<==)[^&#]+", lambda part: keyed.shaped(part[0], "query"), found[6] or "")
    user = f"{keyed.shaped(found[2][:-1], 'user')}@" if found[2] else ""
    rest = f"#{keyed.shaped(found[7][1:], 'part')}" if found[7] else ""
    made = f"{found[1]}{user}{other}{found[4] or ''}{path}{query}{rest}"
    return made if made.isascii() and "%" not in made else None


def _segment(text: str, keyed: Keyed) -> str:
    found = _EXTENSION.search(text)
    end = found.start() if found else len(text)
    return keyed.spoken(text[:end], "segment") + text[end:]


def file_path(value: str, keyed: Keyed) -> str | None:
    """Return a path of the same depth: folders that every machine has stay, and endings of files."""
    slash = "\\" if "\\" in value else "/"
    if slash not in value or not value.isascii():
        return None
    parts = value.split(slash)
    out: list[str] = []
    for place, one in enumerate(parts):
        above = parts[place - 1].lower() if place else ""
        if not one or one.endswith(":") or (one.startswith("%") and one.endswith("%")):
            out.append(one)
        elif above in ("users", "home", "profiles"):
            out.append(_account(one, keyed.first))
        elif all(word in _FOLDERS for word in one.lower().split()):
            out.append(one)
        else:
            out.append(_segment(one, keyed if place == len(parts) - 1 else keyed.first))
    made = slash.join(out)
    return made if made != value else None
