"""Addresses of the network that keep their subnets: two that share a prefix share one afterwards.

The bits that say what an address is for (private, loopback, multicast, documentation) stay.

Source: Xu, Fan, Ammar, Moon, "Prefix-preserving IP address anonymization" (ICNP 2002); HMAC-SHA256 is its function.
"""

from __future__ import annotations

import ipaddress
import re

from vedette.guard.pseudonyms.structure.keyed import Keyed

_V4 = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3})(?:/(\d{1,2}))?")
_V6 = re.compile(r"([0-9A-Fa-f:.]{2,45})(?:/(\d{1,3}))?")
_MAC = re.compile(r"[0-9A-Fa-f]{2}([:-]?)(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}")
_KEPT_V4 = tuple(
    ipaddress.ip_network(one)
    for one in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10"),
        *("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15", "0.0.0.0/8"),
        *("224.0.0.0/4", "240.0.0.0/4"),
    )
)
_KEPT_V6 = tuple(
    ipaddress.ip_network(one)
    for one in ("fe80::/64", "fe80::/10", "fc00::/8", "fd00::/8", "ff00::/16", "ff00::/8", "2001:db8::/32", "::/96")
)
_CLASSES = ((1, 127), (128, 192), (192, 224))
_HALF_SPECIAL = frozenset((0, 10, 100, 127, 169, 172, 192, 198, 203))
"""First numbers of public addresses beside which others are none; they stay as they are."""


def ip_address(value: str, keyed: Keyed) -> str | None:
    """Return an address, or a network, in the place of another; None for what is none."""
    found = _V4.fullmatch(value)
    if found:
        return _made(found[1], found[2], keyed)
    found = _V6.fullmatch(value)
    if found and ":" in found[1]:
        return _made(found[1], found[2], keyed)
    return None


def _made(told: str, length: str | None, keyed: Keyed) -> str | None:
    try:
        address = ipaddress.ip_address(told)
    except ValueError:
        return None
    n_bits = int(length) if length else address.max_prefixlen
    if n_bits > address.max_prefixlen:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        number = _mapped(int(address), 32, n_bits, *_start_v4(address, keyed), keyed)
        made = str(ipaddress.IPv4Address(number))
    else:
        if str(address) != told.lower():
            return None  # spelled as nobody does; a surrogate could not tell
        number = _mapped(int(address), 128, n_bits, *_start_v6(address), keyed)
        made = str(ipaddress.IPv6Address(number))
        made = made.upper() if told.upper() == told and told.lower() != told else made
    return f"{made}/{length}" if length else made


def _start_v4(address: ipaddress.IPv4Address, keyed: Keyed) -> tuple[int, int]:
    """Return the first bits of what an address becomes, and how many they are."""
    for network in _KEPT_V4:
        if address in network:
            return int(address) >> (32 - network.prefixlen), network.prefixlen
    first = int(address) >> 24
    if first in _HALF_SPECIAL:
        second = (int(address) >> 16) & 255
        special = {
            ((int(net.network_address) >> 16) & 255) for net in _KEPT_V4 if int(net.network_address) >> 24 == first
        }
        low = {172: (32, 256), 100: (128, 256), 198: (20, 256)}.get(first, (1, 256))
        free = [one for one in range(*low) if one not in special]
        if second in free:
            return (first << 8) | _permuted(free, second, keyed, f"second {first}"), 16
        return (first << 8) | second, 16
    low_first, high_first = next(one for one in _CLASSES if one[0] <= first < one[1])
    free = [one for one in range(low_first, high_first) if one not in _HALF_SPECIAL]
    return _permuted(free, first, keyed, "first"), 8


def _permuted(among: list[int], one: int, keyed: Keyed, told: str) -> int:
    ordered = sorted(among, key=lambda each: keyed.number(told, str(each)))
    return ordered[among.index(one)]


def _start_v6(address: ipaddress.IPv6Address) -> tuple[int, int]:
    for network in _KEPT_V6:
        if address in network:
            return int(address) >> (128 - network.prefixlen), network.prefixlen
    return int(address) >> 112, 16


def _mapped(number: int, width: int, n_bits: int, start: int, n_start: int, keyed: Keyed) -> int:
    """Return an address whose bits after the first are each turned over by what stands before them in the original."""
    out = start
    for place in range(n_start, width):
        bit = (number >> (width - 1 - place)) & 1
        if place < n_bits:
            turned = keyed.number("bit", str(width), str(place), str(number >> (width - place))) & 1
            bit ^= turned
        out = (out << 1) | bit
    if keyed.turn and n_bits == width:  # the subnet stays, the host is another one
        out = (out & ~255) | keyed.below(256, "host", str(number), str(keyed.turn))
    return out


def mac_address(value: str, keyed: Keyed) -> str | None:
    """Return a hardware address whose maker is another one, the same for all of one maker."""
    if not _MAC.fullmatch(value):
        return None
    plain = re.sub(r"[^0-9A-Fa-f]", "", value).lower()
    maker = list(f"{keyed.number('maker', plain[:6]):064x}"[:6])
    maker[1] = f"{(int(plain[1], 16) & 3) | (int(maker[1], 16) & 12):x}"  # for one or many, given by maker or by hand
    device = f"{keyed.number('device', plain, str(keyed.turn)):064x}"[:6]
    drawn = iter("".join(maker) + device)
    out = "".join(next(drawn) if char.isalnum() else char for char in value)
    return out.upper() if value.upper() == value else out
