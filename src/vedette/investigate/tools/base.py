"""What the tools over a case share: who in it a name is."""

from __future__ import annotations

from collections.abc import Iterable

from vedette.investigate.names import host_key, parse_account
from vedette.schema import Case, CaseAccount, CaseHost, Evidence, Fact, ValueKind


def account_in(case: Case, wanted: str) -> CaseAccount | None:
    """Return the account of a case that a written name means: its name, an alias, or its name without domain."""
    low = wanted.casefold()
    for account in case.accounts:
        if low == account.name.casefold() or low in {a.casefold() for a in account.aliases}:
            return account
    parsed = parse_account(wanted)
    if parsed is None or parsed.domain:
        return None
    fitting = [a for a in case.accounts if short_account(a.name) == (parsed.name or "").casefold()]
    return fitting[0] if fitting else None


def short_account(name: str) -> str:
    """Return an account's name without its domain, lower case."""
    parsed = parse_account(name)
    return (parsed.name or name).casefold() if parsed else name.casefold()


def host_in(case: Case, wanted: str) -> CaseHost | None:
    """Return the host of a case that a written name or address means."""
    key = host_key(wanted)
    for host in case.hosts:
        if key and (host_key(host.name) == key or key in host.addresses):
            return host
    return None


def same_host(written: str | None, wanted: str) -> bool:
    """Return whether a written host name is the wanted host."""
    return bool(written) and host_key(written) == host_key(wanted)


def account_aliases(account: CaseAccount) -> tuple[str, ...]:
    """Return the other forms of an account's name, with its short one."""
    return tuple(dict.fromkeys((*account.aliases, short_account(account.name))))


def host_aliases(host: CaseHost) -> tuple[str, ...]:
    """Return the other forms of a host's name: short, and its addresses."""
    short = host.name.split(".", 1)[0]
    return tuple(dict.fromkeys((*([short] if short != host.name else []), *host.addresses)))


def entity_name(case: Case, entity_id: str) -> tuple[ValueKind, str]:
    """Return what an end of an attack path is: its kind and how people write it."""
    for account in case.accounts:
        if account.entity_id == entity_id:
            return ValueKind.ACCOUNT, account.name
    for host in case.hosts:
        if host.entity_id == entity_id:
            return ValueKind.HOST, host.name
    prefix, _, rest = entity_id.partition(":")
    kinds = {"ip": ValueKind.ADDRESS, "host": ValueKind.HOST, "account": ValueKind.ACCOUNT}
    return kinds.get(prefix, ValueKind.RESOURCE), rest or entity_id


def proof_of(facts: Iterable[Fact]) -> tuple[Evidence, ...]:
    """Return the first evidence of each fact."""
    return tuple(f.evidence[0] for f in facts if f.evidence)
