"""Conditions on events: SQL with question marks, their values, and which account, host or address they mean.

Every value that a user or a log wrote is a parameter. For the analyst, :func:`written_out` puts the values into the
statement as literals, so that it can be run again with ``vedette query``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from vedette.errors import InternalError
from vedette.investigate.names import address_key, host_key, is_address, parse_account
from vedette.investigate.tools.base import account_in, host_in
from vedette.schema import Case, CaseAccount, Window
from vedette.toolbox import ToolContext

ESCAPE = "!"
"""Escapes %, _ and itself in LIKE patterns."""
_MOST_FORMS = 20


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on ``events``."""

    sql: str
    values: tuple[Any, ...] = ()


def all_of(conditions: Sequence[Condition]) -> Condition:
    """Return the condition that all hold; true where there are none."""
    if not conditions:
        return Condition("true")
    return Condition(" AND ".join(c.sql for c in conditions), tuple(v for c in conditions for v in c.values))


def any_of(conditions: Sequence[Condition]) -> Condition:
    """Return the condition that one of them holds."""
    if len(conditions) == 1:
        return conditions[0]
    return Condition("(" + " OR ".join(c.sql for c in conditions) + ")", tuple(v for c in conditions for v in c.values))


def one_of(expression: str, values: Iterable[Any]) -> Condition:
    """Return the condition that an expression of ours is one of some values."""
    listed = tuple(dict.fromkeys(values))
    if len(listed) == 1:
        return Condition(f"{expression} = ?", listed)
    return Condition(f"{expression} IN ({', '.join('?' * len(listed))})", listed)


def like(expression: str, text: str) -> Condition:
    """Return the condition that a text holds another, in any case; ``*`` stands for anything."""
    return Condition(f"{expression} ILIKE ? ESCAPE '{ESCAPE}'", (f"%{pattern(text)}%",))


def pattern(text: str) -> str:
    """Return a text as a LIKE pattern that means it and nothing else, but for ``*``, which means anything."""
    for mark in (ESCAPE, "%", "_"):
        text = text.replace(mark, ESCAPE + mark)
    return text.replace("*", "%")


def in_time(window: Window | None) -> list[Condition]:
    """Return the conditions that the time lies in a window."""
    found = []
    if window is not None and window.start_at is not None:
        found.append(Condition("time >= ?", (_plain(window.start_at),)))
    if window is not None and window.end_at is not None:
        found.append(Condition("time < ?", (_plain(window.end_at),)))
    return found


def of_case(case: Case, said: str = "during the case") -> Window:
    """Return the whole seconds that a case takes, half-open: what its last second holds is in it."""
    end = case.last_at.replace(microsecond=0) + timedelta(seconds=1)
    return Window(start_at=case.first_at.replace(microsecond=0), end_at=end, said=said)


def _plain(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at


@dataclass(frozen=True, slots=True)
class AccountForms:
    """The written forms that mean one account."""

    name: str
    """As the case writes it, else as given."""
    bases: tuple[str, ...]
    """Names without domain, lower case."""
    realm: str | None
    """Lower case; a record's domain must hold it as one of its labels, where it gives one."""
    uids: tuple[str, ...]
    aliases: tuple[str, ...]
    known: CaseAccount | None
    """The account of the gravest case that knows it."""

    def condition(self, side: str) -> Condition:
        """Return the condition that the account stands on a side: ``actor`` or ``user``."""
        parts = []
        for base in self.bases:
            whole = base if "/" in base or base.startswith("arn:") else None
            name = f"lower({side}_name)" if whole else f"split_part(lower({side}_name), '@', 1)"
            same = Condition(f"{name} = ?", (base,))
            if self.realm and not whole:
                fits = f"({side}_domain IS NULL OR list_contains(string_split(lower({side}_domain), '.'), ?))"
                same = Condition(f"({same.sql} AND {fits})", (base, self.realm))
            parts.append(same)
        if self.uids:
            parts.append(one_of(f"{side}_uid", self.uids))
        return any_of(parts)


def account_forms(context: ToolContext, wanted: str) -> AccountForms:
    """Return the forms of an account: those of the first case that knows it, and those in the name itself."""
    known = next((a for c in context.cases if (a := account_in(c, wanted)) is not None), None)
    written = known.name if known else wanted
    parsed = parse_account(written)
    base = ((parsed.name if parsed else None) or written).casefold()
    realm = parsed.domain.casefold().split(".", 1)[0] if parsed and parsed.domain else None
    if base.startswith("assumed-role/") or (parsed and parsed.uid and parsed.uid.startswith("arn:")):
        realm = None
    bases = [base]
    uids: list[str] = [parsed.uid] if parsed and parsed.uid else []
    for alias in known.aliases if known else ():
        if alias.startswith(("S-1-", "arn:")) or ("-" in alias and "\\" not in alias and " " not in alias):
            uids.append(alias)
    aliases = tuple(dict.fromkeys([*(known.aliases if known else ()), base]))
    return AccountForms(written, tuple(bases[:_MOST_FORMS]), realm, tuple(uids[:_MOST_FORMS]), aliases, known)


@dataclass(frozen=True, slots=True)
class HostForms:
    """The written forms that mean one host."""

    name: str
    key: str
    """Short lower-case name, or an address."""
    addresses: tuple[str, ...]

    def on(self) -> Condition:
        """Return the condition that the event was recorded on it."""
        parts = [self._named("device_name")]
        if is_address(self.key):
            parts = [one_of("device_ip", _address_forms(self.key)), one_of("device_name", [self.key])]
        return any_of(parts)

    def _named(self, column: str) -> Condition:
        """Return the condition that a host column names it: in full, or by its short name alone."""
        if "." in self.name and not is_address(self.name):
            return one_of(f"lower({column})", [self.name.casefold(), self.key])
        return short(column, self.key)

    def end(self, side: str) -> Condition:
        """Return the condition that it is an end of a connection: ``src`` or ``dst``."""
        parts = [] if is_address(self.key) else [self._named(f"{side}_name")]
        forms = [f for a in dict.fromkeys([*self.addresses, *([self.key] if is_address(self.key) else [])])
                 for f in _address_forms(a)]  # fmt: skip
        if forms:
            parts.append(one_of(f"{side}_ip", forms[:_MOST_FORMS]))
        return any_of(parts)


def short(column: str, key: str) -> Condition:
    """Return the condition that a host column names a host by its short name or one that begins with it."""
    return Condition(f"split_part(lower({column}), '.', 1) = ?", (key,))


def short_host(expression: str) -> str:
    """Return an expression for the short lower-case name of a host, or its address where it has no name."""
    return f"CASE WHEN regexp_matches({expression}, '^[0-9.:]+$') THEN {expression} ELSE " + (
        f"split_part(lower({expression}), '.', 1) END"
    )


def account_key(expression: str) -> str:
    """Return an expression for an account's name without its domain, lower case; a cloud role's name stays whole."""
    return f"CASE WHEN contains({expression}, '/') THEN lower({expression}) ELSE " + (
        f"split_part(lower({expression}), '@', 1) END"
    )


def host_forms(context: ToolContext, wanted: str) -> HostForms:
    """Return the forms of a host: its short name, and the addresses that a case knows of it."""
    known = next((h for c in context.cases if (h := host_in(c, wanted)) is not None), None)
    key = host_key(known.name if known else wanted) or wanted.casefold()
    return HostForms(known.name if known else wanted, key, known.addresses if known else ())


def address_condition(address: str, sides: Sequence[str] = ("src", "dst", "device")) -> Condition:
    """Return the condition that an address is one of the ends of an event, or its host's."""
    key = address_key(address) or address
    return any_of([one_of(f"{side}_ip", _address_forms(key)) for side in sides])


def _address_forms(address: str) -> list[str]:
    return [address] if ":" in address else [address, f"::ffff:{address}"]


def written_out(sql: str, values: Sequence[Any]) -> str:
    """Return a statement with its values as literals, as the analyst can run it again."""
    parts = sql.split("?")
    if len(parts) != len(values) + 1:
        raise InternalError("a statement of ours has more or fewer question marks than values")
    out = [parts[0]]
    for value, part in zip(values, parts[1:], strict=True):
        out += [literal(value), part]
    return "".join(out)


def literal(value: Any) -> str:
    """Return a value as an SQL literal."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, datetime):
        return f"TIMESTAMP '{_plain(value).isoformat(' ')}'"
    return "'" + str(value).replace("'", "''") + "'"


__all__ = [
    "AccountForms", "Condition", "HostForms", "account_forms", "account_key", "address_condition", "all_of", "any_of",
    "host_forms", "in_time", "like", "literal", "of_case", "one_of", "pattern", "short", "short_host", "written_out",
]  # fmt: skip
