"""What may leave this machine: every request of a model passes here first, redirections and retries included.

The default denies everything. A configured one allows exactly the hosts it was given, and tells an audit of each
request, allowed or not, before it is made; where the audit cannot be written, the request is not made.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable
from urllib.parse import urlsplit

from vedette.errors import OutsideError, UserError, VedetteError

_PORTS = {"https": 443, "http": 80}
_NEXT = "allow it by VEDETTE_LLM_ALLOWED_HOSTS={}, or VEDETTE_MODEL=embedded keeps everything on this machine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """One request that is about to leave."""

    scheme: str
    host: str
    """Small letters; an IPv6 address without brackets."""
    port: int
    path: str
    """Without the query."""
    purpose: str
    """What for: ``model openai:gpt-4.1``."""
    n_bytes: int = 0
    """Of the body."""

    @property
    def target(self) -> str:
        """Return ``host:port``."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EgressRecord:
    """What an audit is told of a request. It holds no prompt and no key."""

    outbound: Outbound
    allowed: bool


Audit = Callable[[EgressRecord], None]
"""Writes a row. What it raises ends the request."""


@runtime_checkable
class Egress(Protocol):
    """Decides what may leave."""

    def allows(self, outbound: Outbound) -> bool:
        """Return whether a request may be made; nothing is audited."""
        ...

    def check(self, outbound: Outbound) -> None:
        """Return if the request may be made now, and audit it.

        Raises:
            UserError: it may not; says how to allow it.
            OutsideError: it may, but cannot be audited.
        """
        ...


class DenyAll:
    """Lets nothing leave: the default."""

    def __repr__(self) -> str:
        return "DenyAll()"

    def allows(self, outbound: Outbound) -> bool:
        """Return False."""
        return False

    def check(self, outbound: Outbound) -> None:
        """Refuse; see :meth:`Egress.check`."""
        raise refused(outbound)


class AllowHosts:
    """Lets requests leave to exactly the hosts that were configured.

    Args:
        hosts: ``host`` (https on 443, and on this machine any port), ``host:port``, or ``[ipv6]:port``. No patterns:
            a host's subdomains are other hosts.
        audit: told of each request before it is made.

    Raises:
        UserError: one of them is no host.
    """

    def __init__(self, hosts: Iterable[str], *, audit: Audit | None = None) -> None:
        self.hosts = tuple(dict.fromkeys(_parsed(host) for host in hosts if host.strip()))
        self._audit = audit

    def __repr__(self) -> str:
        return f"AllowHosts({[host if port is None else f'{host}:{port}' for host, port in self.hosts]})"

    def allows(self, outbound: Outbound) -> bool:
        """Return whether the host was configured; nothing is audited."""
        return any(self._matches(host, port, outbound) for host, port in self.hosts)

    def check(self, outbound: Outbound) -> None:
        """Return if the host was configured; see :meth:`Egress.check`."""
        allowed = self.allows(outbound)
        if self._audit is not None:
            try:
                self._audit(EgressRecord(outbound=outbound, allowed=allowed))
            except VedetteError:
                raise
            except Exception as error:
                raise OutsideError(
                    f"the request to {outbound.target} cannot be audited, so it is not made: {error}"[:300],
                    next_step="check the state database: vedette doctor",
                ) from error
        if not allowed:
            raise refused(outbound)

    @staticmethod
    def _matches(host: str, port: int | None, outbound: Outbound) -> bool:
        if host != outbound.host:
            return False
        if port is not None:
            return port == outbound.port
        return is_loopback(host) or (outbound.scheme == "https" and outbound.port == _PORTS["https"])


def refused(outbound: Outbound) -> UserError:
    """Return the error that says what may not leave, and how it would be allowed."""
    return UserError(
        f"nothing may leave this machine to {outbound.target}, which {outbound.purpose} asks for",
        next_step=_NEXT.format(_named(outbound)),
    )


def outbound_of(url: str, *, purpose: str, n_bytes: int = 0) -> Outbound:
    """Return what a request to a URL asks leave for.

    Raises:
        UserError: it is no http or https URL, or holds a user name, a password or a fragment.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip(".").lower(), parts.port
    except ValueError:
        raise UserError(f"{purpose}: the address cannot be read") from None
    if parts.scheme not in _PORTS or not host or any(c.isspace() or ord(c) < 33 for c in url):
        raise UserError(f"{purpose}: an address must begin with https:// or http:// and name a host")
    if parts.username is not None or parts.password is not None:
        raise UserError(
            f"{purpose}: the address holds a user name or password",
            next_step="take it out of the address; a key belongs into VEDETTE_LLM_API_KEY",
        )
    return Outbound(
        scheme=parts.scheme,
        host=host,
        port=_PORTS[parts.scheme] if port is None else port,
        path=parts.path,
        purpose=purpose,
        n_bytes=n_bytes,
    )


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _named(outbound: Outbound) -> str:
    usual = outbound.scheme == "https" and outbound.port == _PORTS["https"]
    return outbound.host if usual and ":" not in outbound.host else outbound.target


def _parsed(text: str) -> tuple[str, int | None]:
    said = text.strip().lower()
    try:
        parts = urlsplit(f"//{said}")
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    plain = not (parts.path or parts.query or parts.fragment or parts.username or parts.password)
    if not host or not plain or any(c in host for c in "*/\\ %"):
        raise UserError(
            f"{text[:80]!r} is no host that data may be sent to",
            next_step="write it as api.example.com or gpu-box.internal:8000, without scheme and path",
        )
    return host, port
