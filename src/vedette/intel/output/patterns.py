"""Values as STIX: the cyber-observable of each, and the pattern that finds it."""

from __future__ import annotations

import ipaddress
import ntpath
import posixpath
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from vedette.schema import ObservableKind, SeenObservable

_HASHES = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256", "sha512": "SHA-512", "ssdeep": "SSDEEP", "tlsh": "TLSH"}
_HIVES = {
    "HKLM": "HKEY_LOCAL_MACHINE", "HKCU": "HKEY_CURRENT_USER", "HKCR": "HKEY_CLASSES_ROOT", "HKU": "HKEY_USERS",
    "HKCC": "HKEY_CURRENT_CONFIG",
}  # fmt: skip
_IN_HOST = "!$&'()*+,;=:@._~-%"
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_IN_PATH = _IN_HOST + "/?#"
_AGENT = "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'"


def hash_name(one: SeenObservable) -> str | None:
    """Return what STIX calls the algorithm of a hash; None where it has no name for it."""
    return _HASHES.get(one.sort)


def key_path(value: str) -> str:
    """Return a registry key with its hive written out, also behind a machine's name."""
    parts = value.split("\\")
    return "\\".join(_HIVES.get(part.upper().rstrip(":"), part) for part in parts)


def file_parts(value: str) -> tuple[str, str]:
    """Return the folder and the name of a path; the folder is empty for a bare name."""
    path = ntpath if "\\" in value or value[1:2] == ":" else posixpath
    folder, name = path.split(value.rstrip("\\/"))
    return folder, name


def uri_of(value: str) -> str:
    """Return a URL as RFC 3986 wants it: reports leave out the scheme, and write characters that none may hold."""
    whole = value if _has_scheme(value) else f"http://{value}"
    scheme, cut, rest = whole.partition("://")
    host, slash, path = rest.partition("/")
    inner = host if host.startswith("[") else quote(host, safe=_IN_HOST)
    return _BARE_PERCENT.sub("%25", scheme + cut + inner + slash + quote(path, safe=_IN_PATH))


def _has_scheme(value: str) -> bool:
    scheme, cut, _ = value.partition("://")
    return bool(cut) and scheme.isascii() and scheme[:1].isalpha() and all(c.isalnum() or c in "+-." for c in scheme)


def pattern_of(one: SeenObservable) -> tuple[str, str] | None:
    """Return the pattern that finds a value, and its language; None where no language can say it."""
    if one.kind in (ObservableKind.YARA, ObservableKind.SIGMA):
        return one.value, one.kind.value
    said = _comparison(one)
    return (f"[{said}]", "stix") if said else None


def file_pattern(hashes: Iterable[SeenObservable], name: SeenObservable | None) -> str | None:
    """Return the pattern of a file by its hashes, any of which is enough, and its name."""
    said = [found for one in hashes if (found := _comparison(one)) is not None]
    if not said:
        return None
    told = f"({' OR '.join(said)})" if len(said) > 1 and name is not None else " OR ".join(said)
    named = file_parts(name.value)[1] if name is not None else ""
    return f"[{told} AND file:name = {_quoted(named)}]" if named else f"[{' OR '.join(said)}]"


def file_observables(hashes: Iterable[SeenObservable], name: SeenObservable | None) -> list[Mapping[str, Any]]:
    """Return the cyber-observables of a file with its hashes and its name, its own last; none without a hash."""
    told = {said: one.value for one in hashes if (said := hash_name(one)) is not None}
    if not told:
        return []
    found = list(cyber_observables(name)) if name is not None else []
    if not found or found[-1]["type"] != "file":
        return [{"type": "file", "hashes": told}]
    return [*found[:-1], {**found[-1], "hashes": told}]


def _comparison(one: SeenObservable) -> str | None:
    value = one.value
    match one.kind:
        case ObservableKind.IP:
            return f"{_address_type(value)}:value = {_quoted(value)}"
        case ObservableKind.IP_RANGE:
            return f"{_address_type(value)}:value ISSUBSET {_quoted(value)}" if "/" in value else None
        case ObservableKind.DOMAIN:
            return f"domain-name:value = {_quoted(value)}"
        case ObservableKind.URL:
            return f"url:value = {_quoted(value)}" if _has_scheme(value) else f"url:value LIKE {_quoted(f'%{value}')}"
        case ObservableKind.EMAIL:
            return f"email-addr:value = {_quoted(value)}"
        case ObservableKind.HASH:
            name = hash_name(one)
            return f"file:hashes.'{name}' = {_quoted(value)}" if name else None
        case ObservableKind.FILE:
            folder, name = file_parts(value)
            if not name:
                return None
            where = f" AND file:parent_directory_ref.path = {_quoted(folder)}" if folder else ""
            return f"file:name = {_quoted(name)}{where}"
        case ObservableKind.REGISTRY:
            return f"windows-registry-key:key = {_quoted(key_path(value))}"
        case ObservableKind.MUTEX:
            return f"mutex:name = {_quoted(value)}"
        case ObservableKind.USER_AGENT:
            return f"{_AGENT} = {_quoted(value)}"
        case ObservableKind.ASN:
            return f"autonomous-system:number = {_number(value)}" if _number(value) else None
        case ObservableKind.TELEGRAM:
            return (
                f"user-account:account_login = {_quoted(value.lstrip('@'))} AND user-account:account_type = 'telegram'"
            )
        case ObservableKind.CRYPTO_ADDRESS:
            return f"user-account:user_id = {_quoted(value)}"  # the vocabulary of account types knows no coins
        case _:
            return None


def cyber_observables(one: SeenObservable) -> list[Mapping[str, Any]]:
    """Return the cyber-observables of a value as properties, the value's own last; none where STIX has no type."""
    value = one.value
    match one.kind:
        case ObservableKind.IP | ObservableKind.IP_RANGE:
            kind = _address_type(value)
            return [{"type": kind, "value": value}] if one.kind is ObservableKind.IP or "/" in value else []
        case ObservableKind.DOMAIN:
            return [{"type": "domain-name", "value": value}]
        case ObservableKind.URL:
            return [{"type": "url", "value": uri_of(value)}]
        case ObservableKind.EMAIL:
            return [{"type": "email-addr", "value": value}] if value.isascii() else []  # STIX has RFC 5322 alone
        case ObservableKind.HASH:
            name = hash_name(one)
            return [{"type": "file", "hashes": {name: value}}] if name else []
        case ObservableKind.FILE:
            folder, name = file_parts(value)
            if not name:
                return [{"type": "directory", "path": value}]
            return [*([{"type": "directory", "path": folder}] if folder else []), {"type": "file", "name": name}]
        case ObservableKind.REGISTRY:
            return [{"type": "windows-registry-key", "key": key_path(value)}]
        case ObservableKind.MUTEX:
            return [{"type": "mutex", "name": value}]
        case ObservableKind.ASN:
            number = _number(value)
            return [{"type": "autonomous-system", "number": int(number)}] if number else []
        case ObservableKind.TELEGRAM:
            return [{"type": "user-account", "account_login": value.lstrip("@"), "account_type": "telegram"}]
        case ObservableKind.CRYPTO_ADDRESS:
            return [
                {"type": "user-account", "user_id": value, "display_name": f"{one.sort or 'cryptocurrency'} wallet"}
            ]
        case _:
            return []


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _address_type(value: str) -> str:
    try:
        return f"ipv{ipaddress.ip_network(value, strict=False).version}-addr"
    except ValueError:
        return "ipv6-addr" if ":" in value else "ipv4-addr"


def _number(value: str) -> str:
    return "".join(char for char in value if char in "0123456789").lstrip("0")[:10]
