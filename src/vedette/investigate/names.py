"""Account and host names: taking a written form apart and saying what sort of account it names.

Pure functions of text. What only the events of a lake can tell (which NetBIOS domain a DNS domain
is, whose SID this is) is learned in :mod:`vedette.investigate.directory`.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import StrEnum

from vedette.schema import AccountKind


class Platform(StrEnum):
    """What keeps the account."""

    WINDOWS = "windows"
    LINUX = "linux"
    AWS = "aws"
    IDP = "idp"
    """A directory in the cloud: Entra ID, Okta, Google Workspace."""


@dataclass(frozen=True, slots=True)
class WrittenAccount:
    """An account as a record or a person writes it, taken apart."""

    name: str
    domain: str | None = None
    uid: str | None = None


_EMPTY = frozenset({"", "-", "none", "null", "n/a", "(null)", "unknown", "unset", "?", "4294967295", "-1"})
_NULL_SIDS = frozenset({"S-1-0-0"})

# Account domains that hold no people: "NT AUTHORITY" in the languages Windows ships, and the
# domains of virtual accounts.
_SYSTEM_DOMAINS = frozenset(
    {
        "nt authority", "nt-autorität", "nt-autoritat", "autorite nt", "autorité nt", "autoridade nt",
        "nt instans", "nt-instans", "nt-myndighet", "autorita' nt", "autorità nt",
        "nt service", "iis apppool", "window manager", "font driver host", "nt virtual machine",
        "builtin", "restricted services", "application package authority", "azuread service",
    }
)  # fmt: skip
_SYSTEM_NAMES = frozenset(
    {
        "system", "local system", "localsystem", "local service", "network service", "lokaler dienst",
        "netzwerkdienst", "système", "sistema", "iusr", "trustedinstaller", "defaultaccount", "wdagutilityaccount",
    }
)  # fmt: skip
_SYSTEM_SIDS = ("S-1-5-18", "S-1-5-19", "S-1-5-20")
_VIRTUAL_SID_PREFIXES = ("S-1-5-80-", "S-1-5-82-", "S-1-5-83-", "S-1-5-90-", "S-1-5-96-", "S-1-15-2-")
_ANONYMOUS_NAMES = frozenset({"anonymous logon", "anonymous-anmeldung", "anonymous", "anonymous user"})

# Accounts that packages and distributions create to run a daemon; nobody logs on as them.
_DAEMONS = frozenset(
    {
        "daemon", "bin", "sys", "sync", "games", "man", "lp", "mail", "news", "uucp", "proxy", "www-data", "backup",
        "list", "irc", "gnats", "nobody", "nfsnobody", "_apt", "messagebus", "syslog", "sshd", "ntp", "chrony",
        "_chrony", "tss", "uuidd", "tcpdump", "landscape", "pollinate", "dbus", "polkitd", "rpc", "rpcuser", "rtkit",
        "avahi", "colord", "geoclue", "dnsmasq", "named", "bind", "postfix", "dovecot", "exim", "debian-exim",
        "apache", "apache2", "httpd", "nginx", "tomcat", "tomcat8", "tomcat9", "jetty", "jboss", "wildfly", "www",
        "mysql", "mariadb", "postgres", "redis", "mongodb", "memcached", "rabbitmq", "elasticsearch", "kibana",
        "logstash", "solr", "zookeeper", "kafka", "cassandra", "influxdb", "grafana", "prometheus", "haproxy",
        "squid", "varnish", "ftp", "vsftpd", "proftpd", "saned", "cups", "lxd", "docker", "etcd", "consul", "vault",
        "nagios", "zabbix", "telegraf", "node_exporter", "omsagent", "omi", "auoms", "gdm", "lightdm", "sddm",
        "jenkins", "gitlab-runner", "gitea", "confluence", "jira", "php-fpm", "halt", "shutdown", "operator",
    }
)  # fmt: skip

# Names that installers make on every host: the same name on two hosts is two accounts.
_STOCK_LOCAL = frozenset(
    {"root", "ubuntu", "ec2-user", "centos", "debian", "fedora", "admin", "administrator", "vagrant", "pi",
     "azureuser", "opc", "user", "test", "guest", "oracle", "support"}
)  # fmt: skip

_SERVICE_MARKS = ("svc", "service", "sa_", "sa-", "gmsa", "app_", "app-", "bot", "automation", "krbtgt")


def clean(text: str | None) -> str | None:
    """Return the text stripped, or None where a source writes a placeholder for nothing."""
    if text is None:
        return None
    stripped = text.strip()
    return None if stripped.casefold() in _EMPTY else stripped


def is_address(text: str | None) -> bool:
    """Return whether the text is an IP address."""
    if not text:
        return False
    try:
        ipaddress.ip_address(text.split("%")[0])
    except ValueError:
        return False
    return True


def address_key(text: str | None) -> str | None:
    """Return the address in one form (no IPv4-in-IPv6, no zone), None for loopback, none and junk."""
    text = clean(text)
    if not text:
        return None
    try:
        address = ipaddress.ip_address(text.split("%")[0].strip("[]"))
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_loopback or address.is_unspecified or address.is_multicast:
        return None
    if isinstance(address, ipaddress.IPv4Address) and address.is_link_local:
        return None  # a cloud's metadata service, or a host without an address
    return str(address)


_DOCUMENTATION = tuple(
    ipaddress.ip_network(n) for n in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
)


def is_external(address: str | None) -> bool:
    """Return whether the address lies outside: on the Internet, or in a range kept for documentation.

    Inside are RFC 1918, RFC 6598 (carrier NAT), loopback, link-local, unique local and unspecified.
    """
    key = address_key(address)
    if not key:
        return False
    parsed = ipaddress.ip_address(key)
    if any(parsed in network for network in _DOCUMENTATION if network.version == parsed.version):
        return True
    return parsed.is_global and not parsed.is_multicast


def host_key(text: str | None) -> str | None:
    """Return the short lower-case name of a host, or its address where that is all there is."""
    text = clean(text)
    if not text:
        return None
    text = text.strip("\\[]").rstrip(".")
    if is_address(text):
        return address_key(text)
    short = text.split(".", 1)[0].casefold()
    return None if short in _EMPTY or short in {"localhost", "127"} else short


def parse_account(text: str | None) -> WrittenAccount | None:
    r"""Return the parts of a written account: ``DOM\user``, ``user@domain``, an ARN, a bare name or a SID."""
    text = clean(text)
    if not text:
        return None
    if text.startswith("arn:"):
        parts = text.split(":", 5)
        if len(parts) == 6:
            resource = parts[5]
            name = resource.removeprefix("user/").rsplit("/", 1)[-1] if resource.startswith("user/") else resource
            return WrittenAccount(name, parts[4] or None, text)
        return WrittenAccount(text, None, text)
    if text.startswith("assumed-role/"):
        return WrittenAccount(text)
    if text.upper().startswith("S-1-"):
        return WrittenAccount(text, None, text.upper())
    if "\\" in text:
        domain, _, name = text.partition("\\")
        cleaned = clean(name)
        return WrittenAccount(cleaned, clean(domain)) if cleaned else None
    if "@" in text and not text.startswith("@"):
        name, _, domain = text.rpartition("@")
        if clean(name) and "." in domain:
            return WrittenAccount(name, clean(domain))
    return WrittenAccount(text)


def classify(
    name: str, domain: str | None, uid: str | None, platform: Platform, hosts: frozenset[str] | set[str] = frozenset()
) -> tuple[AccountKind, bool]:
    """Return the kind of an account, and whether a person or program could have used it to log on.

    The second value is False for SYSTEM, virtual, daemon and anonymous accounts: activity under
    them is explained by whoever started it, and they are never implicated themselves. ``hosts``
    tells a group managed service account (``svc$``) from a machine (``PC7$``).
    """
    low, dom, sid = name.casefold(), (domain or "").casefold(), (uid or "").upper()
    if platform is Platform.AWS:
        if (uid or "").endswith(":root") or low == "root":
            return AccountKind.CLOUD_USER, True
        if low.endswith(".amazonaws.com") or low == "awsservice":
            return AccountKind.SYSTEM, False
        is_role = low.startswith(("assumed-role/", "role/")) or ":assumed-role/" in sid.casefold()
        return (AccountKind.CLOUD_ROLE if is_role else AccountKind.CLOUD_USER), True
    if low in _ANONYMOUS_NAMES or sid == "S-1-5-7":
        return AccountKind.ANONYMOUS, False
    if platform is Platform.IDP:
        return AccountKind.CLOUD_USER, True
    if platform is Platform.LINUX:
        if low in _DAEMONS or low.startswith(("systemd-", "_")):
            return AccountKind.SERVICE, False
        if (uid or "").isdigit() and 0 < int(uid or 0) < 500:
            return AccountKind.SERVICE, False
        return AccountKind.USER, True
    if sid in _SYSTEM_SIDS or dom in _SYSTEM_DOMAINS or low in _SYSTEM_NAMES:
        return AccountKind.SYSTEM, False
    if sid.startswith(_VIRTUAL_SID_PREFIXES) or _is_session_account(low):
        return AccountKind.SYSTEM, False
    if low.endswith("$"):
        stem = low[:-1]
        if stem not in hosts and is_service_name(stem):
            return AccountKind.SERVICE, True
        return AccountKind.MACHINE, False
    return (AccountKind.SERVICE if is_service_name(low) else AccountKind.USER), True


def is_service_name(name: str) -> bool:
    """Return whether the name follows the customs for accounts that programs use."""
    low = name.casefold()
    return low.startswith(_SERVICE_MARKS) or low.endswith(("_svc", "-svc", ".svc", "svc", "service"))


def is_stock_local(name: str) -> bool:
    """Return whether installers make this name on every host, so that it names one account per host."""
    return name.casefold() in _STOCK_LOCAL or name.casefold() in _DAEMONS


def _is_session_account(low: str) -> bool:
    for prefix in ("dwm-", "umfd-"):
        if low.startswith(prefix) and low[len(prefix) :].isdigit():
            return True
    return False
