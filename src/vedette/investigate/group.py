"""Which findings belong together, and which groups are worth a case.

The unit is a *strand*: the acts of one account in one finding. Strands join on things that only the
same attacker would share: an account, a session, a process, credentials handed on, a source address
that few use, a movement from host to host. Sharing a busy thing (a domain controller, a gateway
address, SYSTEM) joins nothing. A group becomes a case by its weight: one grave finding, or several
lesser ones that show different techniques for different ends in a short time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vedette.investigate.acts import Act, Aim
from vedette.investigate.directory import Directory
from vedette.investigate.links import Link, Move
from vedette.investigate.names import address_key, is_external, is_stock_local
from vedette.investigate.options import InvestigateOptions
from vedette.schema import Finding, Severity

SEVERITY_WEIGHT = {
    Severity.INFORMATIONAL: 0.0,
    Severity.LOW: 0.06,
    Severity.MEDIUM: 0.25,
    Severity.HIGH: 0.75,
    Severity.CRITICAL: 0.92,
}
_ALERT = 0.6
"""A product's own alert says what it saw on the wire, not what came of it."""
_HUB_ACCOUNTS = 12
"""A host or address that more accounts than this use joins nothing by itself."""


@dataclass(slots=True)
class Strand:
    """The acts of one account in one finding."""

    finding: Finding
    actor: str | None
    acts: list[Act]
    weight: float
    """Severity times how little the rule is noise here, in [0, 1]."""
    first_at: datetime
    last_at: datetime
    hosts: frozenset[str]
    sources: frozenset[str]
    addresses: frozenset[str]
    sessions: frozenset[tuple[str, str]]
    processes: frozenset[str]
    guessed: frozenset[str]


@dataclass(slots=True)
class Group:
    """Strands that belong together."""

    strands: list[Strand]
    confidence: float = 0.0

    @property
    def first_at(self) -> datetime:
        """Return when the first act happened."""
        return min(s.first_at for s in self.strands)

    @property
    def last_at(self) -> datetime:
        """Return when the last act happened."""
        return max(s.last_at for s in self.strands)


def rule_noise(findings: Iterable[Finding], actors: Mapping[str, set[str]]) -> dict[str, float]:
    """Return rule id to a factor in (0, 1]: 1 for a rule that fires in few places, less the more evenly it is spread.

    An attacker who moves takes one account along; a rule that fires for many accounts on many
    hosts, or day after day, describes how people work here.
    """
    hosts: dict[str, set[str]] = defaultdict(set)
    days: dict[str, set[tuple[str, str]]] = defaultdict(set)
    who: dict[str, set[str]] = defaultdict(set)
    for f in findings:
        place = f.device_name or f.cloud_account or ""
        hosts[f.rule_id].add(place.casefold())
        for at in (f.first_at, f.last_at):
            days[f.rule_id].add((place.casefold(), at.date().isoformat()))
        who[f.rule_id] |= actors.get(f.finding_id, set()) or {a.casefold() for a in f.accounts}
    noise = {}
    for rule in hosts:
        n_days = len({d for _, d in days[rule]})
        spread = max(min(len(hosts[rule]), len(who[rule])), n_days if len(who[rule]) > 1 else n_days / 2)
        # Different accounts on different hosts on different days: hardly one attacker.
        apart = min(len(hosts[rule]), len(who[rule]), len({d for _, d in days[rule]}))
        noise[rule] = min(1.0 / (1.0 + 0.3 * max(0.0, spread - 3.0)), 1.0 / (1.0 + 0.5 * max(0, apart - 1)))
    return noise


def build_strands(acts: Sequence[Act], noise: Mapping[str, float], directory: Directory) -> list[Strand]:
    """Return the strands of some acts, in order of time."""
    grouped: dict[tuple[str, str | None], list[Act]] = defaultdict(list)
    for act in acts:
        account = directory.accounts.get(act.actor) if act.actor else None
        actor = act.actor if account and account.implicable else None
        grouped[(act.finding.finding_id, actor)].append(act)
    strands = []
    for (_, actor), mine in grouped.items():
        finding = mine[0].finding
        factor = noise.get(finding.rule_id, 1.0)
        addresses = {
            k for a in mine for text in (a.event.src_ip, a.event.dst_ip) if (k := address_key(text)) and is_external(k)
        }
        strands.append(
            Strand(
                finding=finding,
                actor=actor,
                acts=mine,
                weight=SEVERITY_WEIGHT[finding.severity] * factor * (_ALERT if finding.kind == "alert" else 1.0),
                first_at=min(a.event.time for a in mine),
                last_at=max(a.event.time for a in mine),
                hosts=frozenset(a.host for a in mine if a.host),
                sources=frozenset(a.source for a in mine if a.source),
                addresses=frozenset(addresses),
                sessions=frozenset((a.host, a.session) for a in mine if a.host and a.session),
                processes=frozenset(p for a in mine for p in (a.event.process_uid, a.event.parent_uid) if p),
                guessed=frozenset(t.account for a in mine for t in a.targets if t.aim is Aim.GUESSED),
            )
        )
    return sorted(strands, key=lambda s: (s.first_at, s.finding.finding_id, s.actor or ""))


class Grouper:
    """Joins strands into groups."""

    def __init__(
        self,
        directory: Directory,
        links: Sequence[Link],
        moves: Sequence[Move],
        shared: Mapping[str, int],
        options: InvestigateOptions,
    ) -> None:
        """Take what is known around the findings; ``shared`` counts the accounts behind each address."""
        self._directory = directory
        self._links = links
        self._options = options
        on_host: dict[str, set[str]] = defaultdict(set)
        from_source: dict[str, set[str]] = defaultdict(set)
        for m in moves:
            account = directory.accounts[m.account]
            if m.success and account.implicable and not m.ticket:
                if m.host:
                    on_host[m.host].add(m.account)
                if m.source:
                    from_source[m.source].add(m.account)
        self._hub_hosts = {h for h, who in on_host.items() if len(who) > _HUB_ACCOUNTS}
        self._hub_sources = {s for s, who in from_source.items() if len(who) > _HUB_ACCOUNTS}
        self._hub_sources |= {a for a, n in shared.items() if n > _HUB_ACCOUNTS}

    def groups(self, strands: Sequence[Strand]) -> list[Group]:
        """Return every group, heaviest first, each with its confidence of being an attack."""
        parent = list(range(len(strands)))

        def root(i: int) -> int:
            while parent[i] != i:
                parent[i] = parent[parent[i]]
                i = parent[i]
            return i

        def join(i: int, j: int) -> None:
            a, b = root(i), root(j)
            if a != b:
                parent[max(a, b)] = min(a, b)

        for i, j in self._pairs(strands):
            if root(i) != root(j) and self._belong(strands[i], strands[j]):
                join(i, j)
        self._attach(strands, root, join)
        members: dict[int, list[Strand]] = defaultdict(list)
        for i, strand in enumerate(strands):
            members[root(i)].append(strand)
        groups = [Group(m) for m in members.values()]
        for group in groups:
            group.confidence = attack_confidence(group.strands)
        return sorted(groups, key=lambda g: (-g.confidence, g.first_at, g.strands[0].finding.finding_id))

    def _pairs(self, strands: Sequence[Strand]) -> Iterable[tuple[int, int]]:
        """Yield pairs that share something worth looking at, so that unrelated findings are never compared."""
        buckets: dict[tuple[str, object], list[int]] = defaultdict(list)
        linked: dict[str, set[str]] = defaultdict(set)
        for link in self._links:
            linked[link.target].add(link.source)
        for i, s in enumerate(strands):
            if s.actor:
                buckets[("account", s.actor)].append(i)
                buckets[("person", self._person(s.actor))].append(i)
                for source in sorted(linked.get(s.actor, ())):
                    buckets[("account", source)].append(i)
            for account in s.guessed:
                buckets[("account", account)].append(i)
            for act in s.acts:
                for target in act.targets:
                    buckets[("account", target.account)].append(i)
            for host in s.hosts | s.sources:
                buckets[("host", host)].append(i)
            for address in s.addresses:
                buckets[("address", address)].append(i)
        for key in sorted(buckets, key=repr):
            mine = sorted(set(buckets[key]))
            # Neighbours in time suffice: joining is transitive.
            for at, i in enumerate(mine):
                for j in mine[at + 1 : at + 40]:
                    yield i, j

    def _person(self, key: str) -> str:
        account = self._directory.accounts[key]
        base = account.base.rsplit("/", 1)[-1].split("@", 1)[0]
        return key if is_stock_local(base) or len(base) < 3 or base.startswith("i-") else base

    def _belong(self, a: Strand, b: Strand) -> bool:
        options = self._options
        gap = max(b.first_at - a.last_at, a.first_at - b.last_at, timedelta(0))
        if a.sessions & b.sessions or a.processes & b.processes:
            return gap <= options.same_account_gap
        if a.actor and a.actor == b.actor:
            grave = min(a.weight, b.weight) >= 0.5
            return gap <= (options.same_account_gap if grave else options.same_account_gap / 3)
        if gap > options.same_account_gap:
            return False
        if a.actor and b.actor:
            if self._person(a.actor) == self._person(b.actor):
                return True
            if self._handed_on(a, b) or self._handed_on(b, a):
                return True
        shared = (a.addresses & b.addresses) - self._hub_sources
        if shared and min(a.weight, b.weight) >= 0.1:
            return True
        if (a.guessed and b.actor in a.guessed) or (b.guessed and a.actor in b.guessed):
            if (a.sources & b.sources) - self._hub_sources:
                return True
        if (a.guessed and b.guessed) and (a.sources & b.sources) - self._hub_sources:
            return True
        if gap <= options.movement_gap and ((a.sources & b.hosts) or (b.sources & a.hosts)):
            through = ((a.sources & b.hosts) | (b.sources & a.hosts)) - self._hub_sources - self._hub_hosts
            if through and min(a.weight, b.weight) >= 0.2:
                return True
        if a.actor and b.actor and gap <= options.same_host_gap and min(a.weight, b.weight) >= 0.5:
            return bool((a.hosts & b.hosts) - self._hub_hosts)
        return False

    def _handed_on(self, a: Strand, b: Strand) -> bool:
        for link in self._links:
            if link.source == a.actor and link.target == b.actor and hands_over(link):
                near = a.first_at - self._options.context <= link.at <= a.last_at + self._options.context
                if near and b.last_at >= link.at - self._options.clock_skew and (link.hit or a.weight >= 0.2):
                    return True
        return False

    def _attach(self, strands: Sequence[Strand], root: Callable[[int], int], join: Callable[[int, int], None]) -> None:
        """Join each strand without an account to the nearest one on its host, but never two others through it."""
        on_host: dict[str, list[int]] = defaultdict(list)
        for i, s in enumerate(strands):
            for host in s.hosts | s.sources:
                on_host[host].append(i)
        for i, s in enumerate(strands):
            if s.actor is not None:
                continue
            best: tuple[int, float, int] | None = None
            for host in sorted(s.hosts):
                for j in on_host[host]:
                    other = strands[j]
                    gap = max(other.first_at - s.last_at, s.first_at - other.last_at, timedelta(0))
                    if j == i or gap > self._options.same_host_gap or root(i) == root(j):
                        continue
                    if other.actor is None and j > i:
                        continue
                    rank = (0 if other.actor else 1, gap.total_seconds() / (0.1 + other.weight), j)
                    best = rank if best is None or rank < best else best
            if best is not None:
                join(i, best[2])


def hands_over(link: Link) -> bool:
    """Return whether a link gives the power to act as the target: not so a group or a policy."""
    what = link.what.casefold()
    return link.aim in (Aim.USED, Aim.CREATED) or any(
        w in what for w in ("4724", "password", "accesskey", "loginprofile")
    )


def attack_confidence(strands: Sequence[Strand]) -> float:
    """Return how likely the strands are an attack, in [0, 1].

    Each rule counts once, however often it fired: the chance that all are wrong is the product of
    the chances that each is. Lesser findings count in full only where they lie close together in
    time and serve different ends.
    """
    best: dict[str, Strand] = {}
    for s in strands:
        known = best.get(s.finding.rule_id)
        if known is None or s.weight > known.weight:
            best[s.finding.rule_id] = s
    grave = [s for s in best.values() if s.finding.severity.rank >= 3]
    lesser = [s for s in best.values() if s.finding.severity.rank < 3]
    wrong = 1.0
    for s in grave:
        wrong *= 1.0 - s.weight * _certainty(s.finding)
    window = timedelta(hours=4)
    strongest = 0.0
    for s in lesser:
        near = [o for o in lesser if s.first_at <= o.first_at <= s.first_at + window]
        tactics = {t for o in near for t in (o.finding.tactics or o.finding.techniques)}
        techniques = {t for o in near for t in o.finding.techniques}
        moved = any(
            a.actor
            and a.actor == b.actor
            and a.sources & b.hosts
            and abs(a.first_at - b.first_at) < timedelta(minutes=5)
            for a in near
            for b in near
            if a.finding.rule_id != b.finding.rule_id
        )
        variety = min(1.4, 0.4 + 0.3 * min(len(tactics), 3) + 0.05 * min(len(techniques), 4) + 0.2 * moved)
        miss = 1.0
        for o in near:
            miss *= 1.0 - min(0.9, o.weight * _certainty(o.finding) * variety)
        strongest = max(strongest, 1.0 - miss)
    together = 1.0 - wrong * (1.0 - strongest)
    return round(min(together, 0.999), 4)


def _certainty(finding: Finding) -> float:
    return min(1.0, 0.5 + 0.5 * max(0.0, min(1.0, finding.confidence)) + 0.15)
