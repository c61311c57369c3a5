"""Who may come in: roles, the addresses and names that the server answers to, and when no token is needed.

Without tokens the server speaks to this machine only, and only to programs that talk to it themselves: it is bound to
loopback, the ``Host`` is a loopback name (a page that was served from elsewhere cannot have its own name point here),
and nothing has passed on the request.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field

from vedette.errors import UserError
from vedette.schema import AccessRole
from vedette.server.refusals import RefusalError

LOOPBACK_NAMES = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})
PASSED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
"""Headers that a proxy adds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who makes a request."""

    name: str
    """What audit rows and sessions are kept under: the token's name, or the user of this machine."""
    role: AccessRole
    token_id: str | None = None
    address: str = ""

    @property
    def key(self) -> str:
        """What turns and rates are counted by."""
        return self.token_id or f"address:{self.address}"

    @property
    def admin(self) -> bool:
        """Whether everybody's sessions are open to the principal."""
        return self.role.may(AccessRole.ADMIN)

    def needs(self, role: AccessRole) -> None:
        """Raise RefusalError unless the principal has that role or a higher one."""
        if not self.role.may(role):
            raise RefusalError(
                403, f"this needs the role {role.value}; yours is {self.role.value}", next_step="ask an administrator"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where the server listens and whom it believes."""

    host: str = "127.0.0.1"
    """The address that it is bound to."""
    tokens_needed: bool = False
    """Whether every request needs a token, even while there are none and the server is bound to loopback."""
    names: frozenset[str] = field(default_factory=frozenset)
    """Host names that it answers to, besides addresses and, on loopback, ``localhost``; lower case."""
    origins: frozenset[str] = field(default_factory=frozenset)
    """Web origins (``https://soc.example``) whose pages may use it; none unless said."""
    proxies: frozenset[str] = field(default_factory=frozenset)
    """Addresses of proxies whose ``X-Forwarded-For`` is believed."""
    tls: bool = False

    @property
    def loopback(self) -> bool:
        """Whether only this machine can connect."""
        return is_loopback(self.host)

    def check_start(self, *, n_tokens: int) -> None:
        """Raise UserError where the server would be open to others without a token."""
        if not self.loopback and not n_tokens:
            raise UserError(
                f"{self.host} can be reached by other machines, and there are no tokens",
                next_step="vedette tokens create NAME --role admin, then start again; or leave --host out",
            )

    def check_host(self, hosts: list[str]) -> None:
        """Raise RefusalError unless the ``Host`` headers are one that the server answers to."""
        name = host_name(hosts[0]) if len(hosts) == 1 else None
        if name is None or not self._answers_to(name):
            raise RefusalError(
                421,
                "the server does not answer to this Host",
                next_step="use its address, or start it with --name and the name that you use",
            )

    def _answers_to(self, name: str) -> bool:
        if name in self.names:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return name in LOOPBACK_NAMES
        # an address cannot be pointed elsewhere as a name can
        return address.is_loopback or not self.loopback

    def check_origin(self, headers: Mapping[str, str]) -> None:
        """Raise RefusalError where a page of another origin makes the request."""
        origin = headers.get("origin")
        if origin is not None:
            authority = origin.lower().partition("://")[2]
            if origin.lower() not in self.origins and (not authority or authority != headers.get("host", "").lower()):
                raise RefusalError(403, "pages of other origins may not use this server", code="wrong_origin")
        elif headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            if headers.get("sec-fetch-mode") != "navigate":
                raise RefusalError(403, "pages of other origins may not use this server", code="wrong_origin")

    def address(self, peer: str, headers: Mapping[str, str]) -> str:
        """Return the address that a request comes from: the peer's, or what a believed proxy says."""
        if peer not in self.proxies:
            return peer
        for part in reversed(headers.get("x-forwarded-for", "").split(",")):
            try:
                found = str(ipaddress.ip_address(part.strip()))
            except ValueError:
                break
            if found not in self.proxies:
                return found
        return peer

    def anonymous(self, peer: str, headers: Mapping[str, str]) -> bool:
        """Return whether a request may do without a token, as long as there are none."""
        if self.tokens_needed or not self.loopback or not is_loopback(peer):
            return False
        return not any(name in headers for name in PASSED_ON)


def is_loopback(host: str) -> bool:
    """Return whether an address or name is this machine's own, by what it says (nothing is looked up)."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() in LOOPBACK_NAMES


def host_name(host: str) -> str | None:
    """Return the name or address in a ``Host`` header, lower case, without port; None where it is none."""
    text = host.strip().lower()
    if text.startswith("["):
        name, bracket, rest = text[1:].partition("]")
        port = rest.removeprefix(":") if rest.startswith(":") else rest
        if not bracket or (rest and not rest.startswith(":")):
            return None
    else:
        name, _, port = text.partition(":")
    if port and not (port.isascii() and port.isdigit()):
        return None
    name = name.removesuffix(".")
    return name if 0 < len(name) <= 253 and name.isascii() else None


def bearer(headers: Mapping[str, str]) -> str | None:
    """Return the token of a request; None where it carries none.

    Raises:
        RefusalError: the header is there and is no bearer token.
    """
    given = headers.get("authorization")
    if given is None:
        return None
    scheme, _, token = given.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > 512:
        raise RefusalError(
            401, "the Authorization header holds no bearer token", next_step="Authorization: Bearer TOKEN"
        )
    return token
