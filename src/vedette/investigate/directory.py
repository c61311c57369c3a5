"""Which written forms are the same account or host, learned from the events themselves.

A directory is built once per investigation from the distinct account forms around the findings. It
knows the DNS name behind each NetBIOS domain (from SIDs seen under both, and from matching first
labels), whose SID is whose, which address is which host, and which principal an access key is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from vedette.investigate.names import (
    Platform,
    address_key,
    classify,
    clean,
    host_key,
    is_address,
    is_stock_local,
    parse_account,
)
from vedette.schema import AccountKind

_CLOUD = frozenset({Platform.AWS, Platform.IDP})
_DIRECTORY_KINDS = frozenset({AccountKind.USER, AccountKind.SERVICE, AccountKind.MACHINE})


@dataclass(slots=True)
class Account:
    """A resolved account."""

    key: str
    """Entity id."""
    kind: AccountKind
    implicable: bool
    """Whether a person or program could have logged on as it."""
    platform: Platform
    base: str
    """Name without its domain, lower case."""
    realm: str
    forms: Counter[str] = field(default_factory=Counter)
    """How often each written form was seen."""
    uids: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        r"""Return the name as people write it: ``DOMAIN\user`` before a UPN, then the commonest form."""
        return min(self.forms, key=lambda f: ("\\" not in f, -self.forms[f], f)) if self.forms else self.base

    @property
    def aliases(self) -> tuple[str, ...]:
        """Return every other form seen, sorted."""
        return tuple(sorted((set(self.forms) | self.uids) - {self.name}))


@dataclass(frozen=True, slots=True)
class Seen:
    """One distinct written form of an account with how often it was seen."""

    name: str | None
    domain: str | None
    uid: str | None
    host: str | None
    product: str | None
    cloud_account: str | None
    count: int = 1


def platform_of(product: str | None, uid: str | None, domain: str | None) -> Platform:
    """Return what keeps the account that a record of this product names."""
    text = (product or "").casefold()
    if text == "aws" or (uid or "").startswith("arn:aws"):
        return Platform.AWS
    if text in {"azure", "okta", "m365", "gcp", "google_workspace", "onelogin", "github"}:
        return Platform.IDP
    if text in {"linux", "macos", "unix"}:
        return Platform.LINUX
    if text == "windows" or (uid or "").upper().startswith("S-1-") or domain:
        return Platform.WINDOWS
    return Platform.LINUX if text == "" and (uid or "").isdigit() else Platform.WINDOWS


class Directory:
    """Resolves written forms to accounts and hosts."""

    def __init__(self) -> None:
        """Make an empty directory; :meth:`learn` fills it."""
        self.accounts: dict[str, Account] = {}
        self._netbios: dict[str, str] = {}
        self._sids: dict[str, tuple[str, str]] = {}
        self._uids: dict[tuple[str, str], str] = {}
        self._realms: dict[str, Counter[str]] = defaultdict(Counter)
        self._host_of: dict[str, str] = {}
        self._addresses: dict[str, set[str]] = defaultdict(set)
        self._keys: dict[str, str] = {}
        self.hosts: set[str] = set()
        self.host_names: dict[str, Counter[str]] = defaultdict(Counter)

    # ------------------------------------------------------------------ learning

    def learn_hosts(self, names: Iterable[tuple[str, int]]) -> None:
        """Take in device names as written, with counts."""
        for name, count in names:
            key = host_key(name)
            if key and not is_address(key):
                self.hosts.add(key)
                self.host_names[key][name] += count

    def learn(self, forms: Iterable[Seen]) -> None:
        """Take in distinct account forms: domains and SIDs first, then which realms hold a name."""
        rows = sorted(
            forms, key=lambda s: (*((v or "") for v in (s.name, s.domain, s.uid, s.host, s.product)), s.count)
        )
        flat = {(s.domain or "").casefold() for s in rows if s.domain and "." not in s.domain}
        by_sid: dict[str, Counter[str]] = defaultdict(Counter)
        sid_name: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        for s in rows:
            sid = (s.uid or "").upper()
            if sid.startswith("S-1-5-21-") and clean(s.domain):
                by_sid[sid][str(s.domain).casefold()] += s.count
                if clean(s.name) and not str(s.name).upper().startswith("S-1-"):
                    sid_name[sid][(str(s.name), str(s.domain))] += s.count
        for domains in by_sid.values():
            flats = [d for d, _ in sorted(domains.items(), key=lambda i: (-i[1], i[0])) if "." not in d]
            for dotted in (d for d in domains if "." in d):
                if flats:
                    self._netbios.setdefault(dotted, flats[0])
        self._learn_domains(rows)
        first_labels: dict[str, set[str]] = defaultdict(set)
        for s in rows:
            dotted = (s.domain or "").casefold()
            if "." in dotted and not is_address(dotted):
                first_labels[dotted.split(".", 1)[0]].add(dotted)
        for label, dotted_names in sorted(first_labels.items()):
            # contoso.com is CONTOSO only where no other contoso.* could be meant.
            if label in flat and len(dotted_names) == 1:
                self._netbios.setdefault(next(iter(dotted_names)), label)
        for sid, counted in sid_name.items():
            best = min(counted, key=lambda n: ("." in n[1], -counted[n], n))
            self._sids[sid] = best
        for s in rows:
            if s.host and clean(s.name) and (s.uid or "").isdigit() and not str(s.name).isdigit():
                self._uids.setdefault((s.host, str(s.uid)), str(s.name))
            if clean(s.name) and clean(s.domain) and not (s.uid or "").startswith("arn:"):
                self._realms[str(s.name).casefold()][self.realm(str(s.domain), s.host)] += s.count
        for s in rows:
            self.resolve(s.name, s.domain, s.uid, s.host, s.product, s.cloud_account, count=s.count)

    def _learn_domains(self, rows: Iterable[Seen]) -> None:
        """Tie DNS names of Windows domains to NetBIOS names: by shared accounts, else by the first label."""
        members: dict[str, set[str]] = defaultdict(set)
        on_windows: set[str] = set()
        for s in rows:
            domain = (s.domain or "").casefold()
            name = (s.name or "").casefold()
            if not domain or not name or is_address(domain) or platform_of(s.product, s.uid, s.domain) in _CLOUD:
                continue
            if "." in domain:
                on_windows.add(domain)
            if classify(name, domain, s.uid, Platform.WINDOWS)[0] in _DIRECTORY_KINDS and not is_stock_local(name):
                members[domain].add(name)
        for dotted in sorted(on_windows):
            flat = {
                d: len(names & members[dotted])
                for d, names in members.items()
                if "." not in d and d not in self.hosts and names & members[dotted]
            }
            best = min(flat, key=lambda d: (-flat[d], d), default=dotted.split(".", 1)[0])
            self._netbios.setdefault(dotted, best)

    def learn_addresses(self, votes: Iterable[tuple[str, str, float]]) -> None:
        """Take in (host, address, weight) votes; an address goes to the host with most weight for it."""
        weights: dict[str, Counter[str]] = defaultdict(Counter)
        for host, address, weight in votes:
            key, addr = host_key(host), address_key(address)
            if key and addr and not is_address(key):
                weights[addr][key] += weight  # type: ignore[assignment]
        for addr in sorted(weights):
            ranked = sorted(weights[addr].items(), key=lambda i: (-i[1], i[0]))
            if len(ranked) == 1 or ranked[0][1] > 1.5 * ranked[1][1]:
                self._host_of[addr] = ranked[0][0]
                self._addresses[ranked[0][0]].add(addr)

    def learn_key(self, access_key: str | None, account_key: str) -> None:
        """Remember whose an access key is; the first owner stays."""
        if access_key:
            self._keys.setdefault(access_key, account_key)

    # ------------------------------------------------------------------ resolving

    def name_of_uid(self, host: str | None, uid: str | None) -> str | None:
        """Return the Linux account of a numeric uid on a host, if an event gave both."""
        if uid == "0":
            return "root"
        return self._uids.get((host, uid)) if host and uid else None

    def realm(self, domain: str, host: str | None) -> str:
        """Return the canonical domain: NetBIOS where known, the host for a local account."""
        low = domain.casefold().strip()
        if low in {".", "", "workgroup"} and host:
            return host
        if low in self._netbios:
            return self._netbios[low]
        if "." in low and low.split(".", 1)[0] in self.hosts and host == low.split(".", 1)[0]:
            return host
        return low

    def resolve(
        self,
        name: str | None,
        domain: str | None = None,
        uid: str | None = None,
        host: str | None = None,
        product: str | None = None,
        cloud_account: str | None = None,
        *,
        count: int = 0,
    ) -> Account | None:
        """Return the account that a written form names, or None where it names nobody."""
        name, domain, uid = clean(name), clean(domain), clean(uid)
        sid = (uid or "").upper()
        if (name or "").upper() == "S-1-0-0":
            return None
        if sid == "S-1-0-0":  # "nobody": a refused logon gives the name that was tried, and no SID
            if name is None:
                return None
            uid, sid = None, ""
        if name and domain is None:
            parsed = parse_account(name)
            if parsed is None:
                return None
            name, domain, uid = parsed.name, parsed.domain, uid or parsed.uid
        elif name and domain and ("@" in name or "\\" in name):
            parsed = parse_account(name)
            if parsed and parsed.domain:
                name = parsed.name
        if sid.startswith("S-1-5-21-") and sid in self._sids and name != sid:
            # A group's member comes with its display name, a renamed account with its old one.
            name, domain = self._sids[sid]
        elif name is None or name.upper().startswith("S-1-"):
            known = self._sids.get((name or sid).upper())
            if known is None and name is None:
                return None
            if known:
                name, domain = known
            else:
                uid = uid or name
        if name is None:
            return None
        platform = platform_of(product, uid, domain)
        if platform is Platform.AWS:
            return self._aws(name, domain, uid, cloud_account, count)
        low = name.casefold()
        kind, implicable = classify(name, domain, uid, platform, self.hosts)
        if platform is Platform.LINUX and not (domain and "." not in domain and domain.casefold() != host):
            # A login that bears the name of exactly one directory account is taken for that account.
            owners: Counter[str] = self._realms.get(low) or Counter()
            if is_stock_local(low) or kind is AccountKind.SERVICE:
                realm = host or "linux"
            else:
                realm = next(iter(owners)) if len(owners) == 1 else "linux"
            written = name
        elif kind in (AccountKind.SYSTEM, AccountKind.ANONYMOUS) and host:
            realm, written = host, f"{domain}\\{name}" if domain else name
        elif domain:
            realm = self.realm(domain, host)
            flat = "." not in realm
            written = f"{realm.upper()}\\{name}" if flat and platform is Platform.WINDOWS else f"{name}@{domain}"
        else:
            realms = self._realms.get(low)
            local = host in realms if realms and host else False
            if realms and len(realms) == 1:
                realm = next(iter(realms))
            elif realms and local and host:
                realm = host
            elif realms:
                realm = min(realms, key=lambda r: (-realms[r], r))
            else:
                realm = host or platform.value
            written = f"{realm.upper()}\\{name}" if realms and "." not in realm else name
        if kind is AccountKind.SYSTEM and sid in {"S-1-5-18", "S-1-5-19", "S-1-5-20"} and not name:
            name = sid
        key = f"account:{realm}\\{low}"
        account = self.accounts.get(key)
        if account is None:
            account = self.accounts[key] = Account(key, kind, implicable, platform, low, realm)
        elif platform is Platform.WINDOWS and account.platform is Platform.IDP:
            account.platform, account.kind, account.implicable = platform, kind, implicable
        if count or written not in account.forms:
            account.forms[written] += count
        if uid and uid != name:
            account.uids.add(uid)
        if domain and "." in domain:
            account.uids.add(f"{name}@{domain}")
        return account

    def _aws(self, name: str, domain: str | None, uid: str | None, cloud: str | None, count: int) -> Account:
        tenant = cloud or (domain if domain and domain.isdigit() else None) or "?"
        text = name
        if uid and uid.startswith("arn:"):
            parsed = parse_account(uid)
            if parsed:
                text, tenant = parsed.name, parsed.domain or tenant
        kind, implicable = classify(text, None, uid, Platform.AWS)
        key = f"account:aws:{tenant}:{text.casefold()}"
        account = self.accounts.get(key)
        if account is None:
            base = text.casefold()
            account = self.accounts[key] = Account(key, kind, implicable, Platform.AWS, base, f"aws:{tenant}")
        account.forms[text] += max(count, 0)
        if uid:
            account.uids.add(uid)
        return account

    def host(self, name: str | None) -> str | None:
        """Return the host key of a name or address; an address whose host is unknown stays an address."""
        key = host_key(name)
        if key and is_address(key):
            return self._host_of.get(key, key)
        return key

    def host_of_address(self, address: str | None) -> str | None:
        """Return the host that an address belongs to, if learned."""
        key = address_key(address)
        return self._host_of.get(key) if key else None

    def addresses(self, host: str) -> tuple[str, ...]:
        """Return the addresses learned for a host, sorted."""
        return tuple(sorted(self._addresses.get(host, ())))

    def host_name(self, key: str) -> str:
        """Return how a host is written most often."""
        names = self.host_names.get(key)
        return min(names, key=lambda n: (-names[n], n)) if names else key
