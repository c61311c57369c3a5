r"""The names that a lake and its cases hold: what a name in a question can mean.

An index is built once for each state of the lake (its last segment and its cases) from the distinct written forms of
accounts, hosts and addresses, folded by the same directory that investigations use, so that ``bob``, ``CORP\bob`` and
``bob@corp.example`` are one account. Names that installers make on every host (root, Administrator) stay several.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import OSA

from vedette.investigate.directory import Directory, Seen
from vedette.investigate.names import address_key, clean, host_key, is_address
from vedette.schema import Case, ValueKind

if TYPE_CHECKING:
    from vedette.store import Lake

_ACCOUNTS = """
SELECT name, domain, uid, host, product, cloud, sum(n)::BIGINT FROM (
    SELECT actor_name AS name, actor_domain AS domain, actor_uid AS uid, device_name AS host, log_product AS product,
        cloud_account AS cloud, count(*) AS n FROM events WHERE actor_name IS NOT NULL GROUP BY ALL
    UNION ALL
    SELECT user_name, user_domain, user_uid, device_name, log_product, cloud_account, count(*)
    FROM events WHERE user_name IS NOT NULL GROUP BY ALL)
GROUP BY ALL ORDER BY 7 DESC, 1, 2, 3, 4, 5, 6 LIMIT 200000
"""
_HOSTS = """
SELECT name, sum(n)::BIGINT FROM (
    SELECT device_name AS name, count(*) * 1000 AS n FROM events WHERE device_name IS NOT NULL GROUP BY 1
    UNION ALL SELECT src_name, count(*) FROM events WHERE src_name IS NOT NULL GROUP BY 1
    UNION ALL SELECT dst_name, count(*) FROM events WHERE dst_name IS NOT NULL GROUP BY 1)
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 100000
"""
_ADDRESSES = """
SELECT name, sum(n)::BIGINT FROM (
    SELECT src_ip AS name, count(*) AS n FROM events WHERE src_ip IS NOT NULL GROUP BY 1
    UNION ALL SELECT dst_ip, count(*) FROM events WHERE dst_ip IS NOT NULL GROUP BY 1
    UNION ALL SELECT device_ip, count(*) FROM events WHERE device_ip IS NOT NULL GROUP BY 1)
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 200000
"""
_PLACES = """
SELECT name, sum(n)::BIGINT FROM (
    SELECT place AS name, count(*) AS n FROM scan_findings GROUP BY 1
    UNION ALL SELECT place, count(*) FROM components GROUP BY 1
    UNION ALL SELECT name, 1 FROM assets)
WHERE name <> '' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 100000
"""
"""What scanners and inventories name: hosts, images, repositories."""
_SPAN = "SELECT min(time), max(time), count(*) FROM events"

_SHORTEST_NEAR = 4
"""Characters of a name that may be taken for a misspelt one."""
_LONG = 8
"""Characters from which two slips are allowed."""
_KEPT = 4
"""Indexes that stay in memory."""


@dataclass(frozen=True, slots=True)
class Name:
    """Something that has a name."""

    kind: ValueKind
    """``ACCOUNT``, ``HOST`` or ``ADDRESS``."""
    value: str
    """As tools take it and people write it."""
    in_case: bool = False
    """Whether a case names it."""
    count: int = 0
    """Records that name it."""


@dataclass
class NameIndex:
    """Looks names up; read-only once built."""

    strong: dict[str, list[Name]] = field(default_factory=lambda: defaultdict(list))
    """Written form in lower case to what it can mean."""
    weak: dict[str, list[Name]] = field(default_factory=lambda: defaultdict(list))
    """Parts of a name (the session of a role): asked where nothing has the whole name."""
    first_at: datetime | None = None
    last_at: datetime | None = None
    n_events: int = 0

    def find(self, text: str, kinds: Sequence[ValueKind] = ()) -> tuple[Name, ...]:
        """Return what the text names exactly, in any case of letters: those of cases first, then the most frequent.

        Args:
            text: a written form.
            kinds: only these; empty: any.
        """
        key = text.strip().casefold()
        address = address_key(key)
        for table in (self.strong, self.weak):
            for form in dict.fromkeys((key, address or key)):
                found = [n for n in table.get(form, ()) if not kinds or n.kind in kinds]
                if found:
                    return tuple(sorted(found, key=lambda n: (not n.in_case, -n.count, n.value)))
        return ()

    def within(self, text: str) -> tuple[Name, ...]:
        """Return the names that hold the text as a part between hyphens, slashes or dots, at most eight.

        A role's name is long, and people say its telling part: ``BankingWAFRole``.
        """
        key = text.strip().casefold()
        if len(key) < _LONG or is_address(key):
            return ()
        found: dict[str, Name] = {}
        for form, names in self.strong.items():
            if len(form) > len(key) and key in _parts(form):
                found |= {n.value: n for n in names}
        return tuple(sorted(found.values(), key=lambda n: (not n.in_case, -n.count, n.value)))[:8]

    def near(self, text: str, kinds: Sequence[ValueKind] = ()) -> tuple[Name, ...]:
        """Return the names that the text is likeliest a misspelling of, at most five.

        One slip (a letter more, less, other, or two swapped) is allowed, two in a long name.

        Addresses are never near each other, and neither are names that differ in their digits alone: ``WS5`` is not a
        misspelt ``WS6``.
        """
        key = text.strip().casefold()
        if len(key) < _SHORTEST_NEAR or is_address(key):
            return ()
        most = 1 if len(key) < _LONG else 2
        numbers = _numbers(key)
        best: dict[tuple[ValueKind, str], tuple[Name, int]] = {}
        for form, distance, _ in process.extract(
            key, self.strong.keys(), scorer=OSA.distance, score_cutoff=most, limit=40
        ):
            surname = len(key) > _SHORTEST_NEAR and form[1:] == key  # "svensson" for msvensson
            if _numbers(form) != numbers or (form[0] != key[0] and not surname):
                continue
            for name in self.strong[form]:
                if name.kind is ValueKind.ADDRESS or (kinds and name.kind not in kinds):
                    continue
                held = best.get((name.kind, name.value))
                if held is None or held[1] > distance:
                    best[(name.kind, name.value)] = (name, int(distance))
        ranked = sorted(best.values(), key=lambda b: (b[1], b[0].value.endswith("$"), not b[0].in_case, b[0].value))
        return tuple(name for name, distance in ranked if distance == ranked[0][1])[:5]

    def kind_of(self, value: str) -> ValueKind | None:
        """Return what sort of thing a name is, None where it is unknown."""
        found = self.find(value)
        return found[0].kind if found else None


_held: OrderedDict[tuple[str, str], NameIndex] = OrderedDict()
_lock = threading.Lock()


def name_index(lake: Lake, cases: Sequence[Case]) -> NameIndex:
    """Return the index of this state of the lake, built now or kept from before: in memory, or in the home."""
    from vedette.copilot import names_cache

    state = names_cache.state_of(lake, cases)
    key = (str(lake.home), state)
    with _lock:
        if key in _held:
            _held.move_to_end(key)
            return _held[key]
    index = names_cache.kept(lake.home, state)
    if index is None:
        index = _built(lake, cases)
        names_cache.keep(lake.home, state, index)
    with _lock:
        _held[key] = index
        while len(_held) > _KEPT:
            _held.popitem(last=False)
    return index


def _built(lake: Lake, cases: Sequence[Case]) -> NameIndex:
    index = NameIndex()
    with lake.connection() as connection:
        accounts = [tuple(row) for row in connection.execute(_ACCOUNTS).fetchall()]
        hosts = [(str(n), int(c)) for n, c in connection.execute(_HOSTS).fetchall()]
        addresses = [(str(n), int(c)) for n, c in connection.execute(_ADDRESSES).fetchall()]
        places = [(str(n), int(c)) for n, c in connection.execute(_PLACES).fetchall()]
        row = connection.execute(_SPAN).fetchone()
    if row and row[2]:
        index.first_at, index.last_at = (t.replace(tzinfo=UTC) for t in row[:2])
        index.n_events = int(row[2])
    directory = Directory()
    directory.learn_hosts(hosts)
    directory.learn(Seen(n, d, u, host_key(h), p, c, int(k)) for n, d, u, h, p, c, k in accounts)
    in_case = _Cases(cases)
    for account in directory.accounts.values():
        value = in_case.accounts.get(account.key) or account.name
        count = sum(account.forms.values())
        _put_account(
            index, value, (*account.forms, *account.uids, account.base), account.key in in_case.accounts, count
        )
    for case in cases:
        for held in case.accounts:
            _put_account(index, held.name, (held.name, *held.aliases), True, 0)
        for place in case.hosts:
            _put(index.strong, Name(ValueKind.HOST, place.name, True, 0), (place.name, host_key(place.name)))
    totals = dict(hosts)
    for key, names in directory.host_names.items():
        value = in_case.hosts.get(key) or directory.host_name(key)
        count = sum(totals.get(n, 0) for n in names)
        if key.endswith(".amazonaws.com"):
            continue
        _put(index.strong, Name(ValueKind.HOST, value, key in in_case.hosts, count), (key, *names, value))
    for text, count in places:
        place_key = host_key(text)
        if not is_address(text) and place_key not in directory.host_names:
            _put(index.strong, Name(ValueKind.HOST, text, False, count), (text, place_key))
    for text, count in addresses:
        found = address_key(text)
        if found:
            _put(index.strong, Name(ValueKind.ADDRESS, found, found in in_case.addresses, count), (found, text))
    return index


class _Cases:
    """Names as cases write them, by the key that the directory gives them."""

    def __init__(self, cases: Iterable[Case]) -> None:
        self.accounts: dict[str, str] = {}
        self.hosts: dict[str, str] = {}
        self.addresses: set[str] = set()
        for case in cases:
            for account in case.accounts:
                self.accounts.setdefault(account.entity_id, account.name)
            for host in case.hosts:
                self.hosts.setdefault(host_key(host.name) or host.name, host.name)
                self.addresses.update(host.addresses)
            self.addresses.update(value for kind, value in case.observables if kind == "ip")


def _parts(form: str) -> list[str]:
    for mark in "/\\.":
        form = form.replace(mark, "-")
    return form.split("-")


def _put_account(index: NameIndex, value: str, forms: Iterable[str], in_case: bool, count: int) -> None:
    name = Name(ValueKind.ACCOUNT, value, in_case, count)
    strong: list[str | None] = []
    for form in (value, *forms):
        strong.append(form)
        bare = form.rsplit("\\", 1)[-1]
        strong.append(bare)
        if "@" in bare and not bare.startswith("arn:"):
            strong.append(bare.split("@", 1)[0])
    _put(index.strong, name, strong)
    parts = [p for p in value.split("/") if p] if "/" in value else []
    _put(index.weak, name, [*parts, *("/".join(parts[i:]) for i in range(1, len(parts) - 1))])


def _put(table: dict[str, list[Name]], name: Name, forms: Iterable[str | None]) -> None:
    for form in forms:
        key = (clean(form) or "").casefold()
        if not key or key.isdigit():  # a Linux uid is no name
            continue
        held = table[key]
        for i, other in enumerate(held):
            if (other.kind, other.value.casefold()) == (name.kind, name.value.casefold()):
                held[i] = Name(name.kind, other.value, other.in_case or name.in_case, other.count + name.count)
                break
        else:
            held.append(name)


def _numbers(text: str) -> list[int]:
    """Return the numbers in a name: ``ws06`` and ``ws006`` have the same, ``ws5`` and ``ws6`` have not."""
    parts = "".join(c if c in "0123456789" else " " for c in text).split()
    return [int(p[:18]) for p in parts]
