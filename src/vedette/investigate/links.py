"""How accounts lead to accounts and hosts to hosts: credentials used, roles assumed, accounts made, logons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vedette.investigate.acts import Act, ActBuilder, Aim, Target, changed_accounts
from vedette.investigate.directory import Account, Directory
from vedette.investigate.names import address_key
from vedette.investigate.scope import Logons, Row, native_of, session_key
from vedette.schema import AccountKind


@dataclass(frozen=True, slots=True)
class Link:
    """One account did something to, or with, another."""

    source: str
    target: str
    aim: Aim
    at: datetime
    event_id: str
    host: str | None
    session: str | None
    hit: bool
    """Whether a rule fired on the event."""
    what: str
    """The operation or event code."""
    address: str | None = None
    """Where it was done from, as far as the record says."""


@dataclass(frozen=True, slots=True)
class Move:
    """Equal logons of one account to one host from one source."""

    account: str
    host: str | None
    source: str | None
    address: str | None
    logon_type: str | None
    success: bool
    count: int
    first_at: datetime
    last_at: datetime
    first_id: str
    last_id: str
    ticket: bool
    """A Kerberos ticket, which is asked of the domain controller and is no logon there."""


def build_links(
    builder: ActBuilder, acts: Iterable[Act], explicit: Iterable[Row], changes: Iterable[Row]
) -> list[Link]:
    """Return the links between accounts around the findings, in order of time."""
    found: dict[tuple[str, str, Aim, str], Link] = {}

    def add(link: Link) -> None:
        if link.source != link.target:
            key = (link.source, link.target, link.aim, link.event_id)
            known = found.get(key)
            if known is None or (link.hit and not known.hit):
                found[key] = link

    for act in acts:
        for target in act.targets:
            if act.actor and target.aim is not Aim.GUESSED:
                what = act.event.api_operation or act.event.event_code or act.event.class_name
                add(
                    Link(act.actor, target.account, target.aim, act.event.time, act.event.event_id, act.host,
                         act.session, True, what, address_key(act.event.src_ip))
                )  # fmt: skip
    for row in explicit:
        actor, used = _credential_use(builder, row)
        if actor and used and used.implicable and actor.implicable:
            add(_link(actor, Target(used.key, Aim.USED), row, builder.directory))
    for row in changes:
        actor = builder.effective(row)
        for target in changed_accounts(builder, row):
            if target.aim is Aim.CREATED:
                maker = actor.key if actor and actor.implicable else None
                builder.births.setdefault(target.account, (maker, row.time, row.event_id))
            if actor and actor.kind is not AccountKind.SYSTEM:
                add(_link(actor, target, row, builder.directory))
    return sorted(found.values(), key=lambda k: (k.at, k.event_id, k.source, k.target, k.aim))


def _link(actor: Account, target: Target, row: Row, directory: Directory) -> Link:
    what = row.api_operation or row.event_code or row.class_name
    return Link(
        actor.key, target.account, target.aim, row.time, row.event_id,
        directory.host(row.device_name) or row.cloud_account, session_key(row.actor_session), False, what,
        address_key(row.src_ip),
    )  # fmt: skip


def _credential_use(builder: ActBuilder, row: Row) -> tuple[Account | None, Account | None]:
    actor = builder.effective(row)
    if row.event_code == "4648":
        return actor, builder.account(row, "user")
    # Logon type 9 clones the caller's token: the other account is only in the outbound fields.
    native: dict[str, Any] = native_of(row)
    name = native.get("TargetOutboundUserName")
    if not name or name == "-":
        return None, None
    host = builder.directory.host(row.device_name)
    used = builder.directory.resolve(str(name), native.get("TargetOutboundDomainName"), None, host, "windows")
    return builder.account(row, "user"), used


def build_moves(builder: ActBuilder, logons: Sequence[Logons], explicit: Iterable[Row] = ()) -> list[Move]:
    """Return logons and attempts by resolved account, host and source, in order of time.

    A use of credentials (4648) names the other host from the side of the source: often the only
    trace of where a logon came from.
    """
    folded: dict[tuple[Any, ...], Move] = {}
    directory = builder.directory
    for use in explicit:
        source, host = directory.host(use.device_name), directory.host(use.dst_name)
        account = builder.account(use, "user") if use.event_code == "4648" else None
        if account and source and host and host != source and host in directory.hosts:
            key: tuple[Any, ...] = (account.key, host, source, None, True, False)
            if key not in folded:
                folded[key] = Move(
                    account.key, host, source, None, None, True, 1, use.time, use.time, use.event_id, use.event_id,
                    False,
                )  # fmt: skip
    for row in logons:
        if row.event_code == "4648":
            continue
        host = directory.host(row.device_name)
        account = directory.resolve(
            row.user_name, row.user_domain, row.user_uid, host, row.log_product,
            row.cloud_account,
        )  # fmt: skip
        if account is None:
            continue
        source, address = builder.source(row.src_ip, row.src_name, host), address_key(row.src_ip)
        ticket = row.event_code in {"4768", "4769", "4770", "4771", "4776"}
        success = row.outcome != "failure"
        key = (account.key, host, source, row.logon_type, success, ticket)
        known = folded.get(key)
        if known is None:
            folded[key] = Move(
                account.key, host, source, address, row.logon_type, success, row.count, row.first_at, row.last_at,
                row.first_id, row.last_id, ticket,
            )  # fmt: skip
        else:
            first = min((known.first_at, known.first_id), (row.first_at, row.first_id))
            last = max((known.last_at, known.last_id), (row.last_at, row.last_id))
            folded[key] = Move(
                known.account, host, source, known.address or address, row.logon_type, success,
                known.count + row.count, first[0], last[0], first[1], last[1], ticket,
            )  # fmt: skip
    return sorted(folded.values(), key=lambda m: (m.first_at, m.first_id, m.account))
