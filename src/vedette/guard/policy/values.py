"""Values that are no secret: the house's public names and networks, documentation, test data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

from vedette.guard.entities import Group, group_of
from vedette.schema.guarding import GuardFinding

_NAMED_ONLY = frozenset({Group.SECRET, Group.ATTACK, Group.REPLY})
"""Entities of these are let through only where the list names them."""
_OF_DOMAIN = frozenset({"DOMAIN_NAME", "HOSTNAME", "URL"})
_OF_NETWORK = frozenset({"IP_ADDRESS", "URL"})


@dataclass(frozen=True, kw_only=True)
class AllowedValue:
    """One entry of ``allow_values``: exactly one of its four forms is given."""

    value: str = ""
    """The whole value, whatever its case."""
    domain: str = ""
    """A domain and all below it; holds for domains, hosts and plain links, and for mail where that is named."""
    network: IPv4Network | IPv6Network | None = None
    pattern: str = ""
    """RE2 expression that the whole value must match."""
    entities: frozenset[str] = frozenset()
    """Only these; empty: every entity but secrets, attacks and what replies must not hold."""

    @property
    def shown(self) -> str:
        """Return the entry as a person wrote it."""
        return self.value or self.domain or self.pattern or str(self.network)

    @cached_property
    def _compiled(self) -> Any:
        import re2

        return re2.compile(self.pattern)

    def takes(self, finding: GuardFinding, value: str) -> bool:
        """Return whether a finding's value is let through."""
        if self.entities:
            if finding.entity not in self.entities:
                return False
        elif group_of(finding.entity) in _NAMED_ONLY:
            return False
        if self.value:
            return value.strip().casefold() == self.value.casefold()
        if self.pattern:
            return self._compiled.fullmatch(value) is not None
        host = self._host(finding.entity, value)
        if host is None:
            return False
        if self.network is not None:
            try:
                return ip_address(host) in self.network
            except ValueError:
                return False
        return host == self.domain or host.endswith("." + self.domain)

    def _host(self, entity: str, value: str) -> str | None:
        """Return the host that a value is of; None where it holds more than that."""
        if not self.entities and entity not in (_OF_DOMAIN if self.domain else _OF_NETWORK):
            return None
        value = value.strip()
        if entity == "URL":
            try:
                parts = urlsplit(value if "//" in value else "//" + value)
                host = parts.hostname
            except ValueError:
                return None
            # a link that carries something is more than its host
            if parts.query or parts.fragment or "@" in parts.netloc or not host:
                return None
        elif entity == "EMAIL_ADDRESS":
            host = value.rpartition("@")[2]
        else:
            host = value.strip("[]")
        return host.rstrip(".").casefold()
