"""What reports name without accusing: hosts of vendors, news and standards, files of every system, reserved values."""

from __future__ import annotations

import ipaddress
from functools import cache
from importlib.resources import files

from vedette.intel.observables import hosts


@cache
def _hosts() -> dict[str, str]:
    kept: dict[str, str] = {}
    for line in files(__package__).joinpath("benign_hosts.txt").read_text(encoding="utf-8").splitlines():
        group, sign, names = line.partition(": ")
        if sign and not line.startswith("#"):
            kept.update((name, group) for name in names.split())
    return kept


@cache
def _files() -> frozenset[str]:
    text = files(__package__).joinpath("benign_files.txt").read_text(encoding="utf-8")
    return frozenset(name for line in text.splitlines() if not line.startswith("#") for name in line.split())


def group_of(host: str) -> str | None:
    """Return what sort of well-known house a host is of: ``vendors``, ``security``, ``standards`` …; else None."""
    known = _hosts()
    labels = host.lower().split(".")
    for at in range(len(labels) - 1):
        if (found := known.get(".".join(labels[at:]))) is not None:
            return found
    last = labels[-1]
    if last in ("gov", "mil") or ".".join(labels[-2:]).startswith(("gov.", "gouv.", "gob.")):
        return "standards"
    return None


def is_system_file(name: str) -> bool:
    """Return whether a file's name comes with systems and wide-spread programs."""
    return name.replace("/", "\\").rpartition("\\")[2].lower() in _files()


def host_of(value: str) -> str:
    """Return the host of a URL, an e-mail address or a host, in small letters."""
    rest = value.partition("://")[2] or value
    for sign in "/?#":
        rest = rest.partition(sign)[0]
    rest = rest.rpartition("@")[2]
    if rest.startswith("["):
        return rest[1:].partition("]")[0].lower()
    return rest.partition(":")[0].lower() if rest.count(":") < 2 else rest.lower()


_RESERVED_NAMES = ("example.com", "example.org", "example.net", "example.edu", "localhost", "localdomain", "domain.com")
_RESERVED_ENDS = (".example", ".test", ".invalid", ".localhost", ".local", ".lan", ".home.arpa", ".internal", ".corp")
_DOCUMENTATION = tuple(
    ipaddress.ip_network(n) for n in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")
)


def reserved(value: str) -> str | None:
    """Return why an address or host is nobody's, or None."""
    host = host_of(value.partition("/")[0] if value.count("/") == 1 and "://" not in value else value).partition("-")[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        name = host_of(value)
        if name in _RESERVED_NAMES or name.endswith((*_RESERVED_ENDS, *(f".{n}" for n in _RESERVED_NAMES))):
            return "a name reserved for examples and house networks (RFC 2606, 6761)"
        return None
    if any(address in network for network in _DOCUMENTATION if network.version == address.version):
        return "an address reserved for documentation (RFC 5737, 3849)"
    if address.is_loopback:
        return "the loopback address"
    if address.is_unspecified or address.is_multicast or address.is_reserved or host.startswith("255."):
        return "an address that is nobody's"
    if address.is_private or address.is_link_local:
        return "a private address (RFC 1918, 4193)"
    return None


_RESOLVERS = frozenset(
    "8.8.8.8 8.8.4.4 1.1.1.1 1.0.0.1 9.9.9.9 149.112.112.112 208.67.222.222 208.67.220.220 4.2.2.1 4.2.2.2 4.2.2.3 "
    "4.2.2.4 64.6.64.6 64.6.65.6 114.114.114.114 223.5.5.5 223.6.6.6 119.29.29.29 77.88.8.8 77.88.8.1 94.140.14.14 "
    "94.140.15.15 185.228.168.9 2001:4860:4860::8888 2001:4860:4860::8844 2606:4700:4700::1111 2620:fe::fe "
    "dns.google one.one.one.one dns.quad9.net".split()
)
_CHECKS = frozenset(
    "www.msftconnecttest.com msftconnecttest.com www.msftncsi.com msftncsi.com connectivitycheck.gstatic.com "
    "connectivitycheck.android.com clients3.google.com captive.apple.com detectportal.firefox.com ipinfo.io "
    "api.ipify.org ipify.org icanhazip.com checkip.amazonaws.com ifconfig.me ip-api.com checkip.dyndns.org "
    "myexternalip.com wtfismyip.com ipecho.net api.myip.com".split()
)


def everyday(value: str) -> str | None:
    """Return which service of everybody's a host or an address is: a public resolver, a check of connectivity."""
    host = host_of(value.partition("/")[0] if "://" not in value else value)
    host = value.lower() if value.count(":") > 1 and "://" not in value else host
    if host in _RESOLVERS:
        return "a public resolver"
    return "a service that tells whether or whence one is connected" if host in _CHECKS else None


EMPTY_HASHES = frozenset(
    {
        "d41d8cd98f00b204e9800998ecf8427e",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    }
)
"""Of nothing at all: an empty file's."""


def publishes(host: str) -> str | None:
    """Return the registered domain of a host, by which a publisher is known."""
    return hosts.registered(host) if "." in host else None
