"""What speaks for and against each account of a case: the named features that the role model weighs.

Every feature is in [0, 1] and has a plain reading, so that a role can be explained by the features
that made it. ``FEATURES`` lists them with that reading.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from vedette.investigate.acts import Act, ActBuilder, Aim, How
from vedette.investigate.directory import Account, Directory
from vedette.investigate.group import SEVERITY_WEIGHT, Group, Strand
from vedette.investigate.links import Link, Move
from vedette.investigate.names import Platform, address_key, is_external
from vedette.investigate.options import InvestigateOptions
from vedette.investigate.scope import Activity
from vedette.schema import AccountKind

FEATURES: dict[str, str] = {
    "acted": "weight of the findings whose events it caused",
    "acted_grave": "it caused an event of a high or critical finding",
    "acted_variety": "how many different techniques and ends its findings show",
    "acted_share": "its findings' weight against that of the weightiest in the case",
    "acted_share_low": "it acted, but others acted far more",
    "acted_indirect": "its part in an event follows from a session, process or service, not from the record",
    "acted_first": "the case begins with it",
    "handed": "an implicated account used its credentials or took its role",
    "handed_hit": "and a rule fired on that",
    "created": "an implicated account made it, or a rule fired on its making",
    "changed": "an implicated account changed its password, groups, policies or keys",
    "changed_hit": "and a rule of at least medium severity fired on that",
    "maker": "it made an account, or took on a role, that acted in the case soon after",
    "secrets": "its password hash or ticket was asked for",
    "guessed": "failed logons from where the attack came from",
    "guessed_then_in": "and then a logon from there that succeeded",
    "from_attack": "it logged on from a place of the attack that it never came from before",
    "from_home": "it logged on from a place of the attack that it uses anyway",
    "on_attacked": "it logged on to a host of the case while the case ran",
    "used_after": "it was used after it was made, changed or handed on",
    "owner": "it was used before, or elsewhere meanwhile, as its owner would",
    "owner_acts": "it acted in the case and its owner is seen too",
    "orphan_acts": "it acted in the case and no owner is seen, though logs reach back far enough to show one",
    "new_place": "it acted from an address or host that its owner never used",
    "external": "it acted from an address on the Internet",
    "service": "it is named like an account that programs use",
    "cloud": "it is a cloud principal",
    "role": "it is a cloud role session",
    "no_lookback": "logs begin with the case, so an owner could not be seen",
    "unattended": "no login stands behind what it did",
}


_GUESSES = 4
"""Refused logons on one host that count as guessing where no rule fired on them."""


@dataclass(slots=True)
class Sheet:
    """One account in one case: features and the events behind them."""

    account: Account
    features: dict[str, float] = field(default_factory=dict)
    acts: list[Act] = field(default_factory=list)
    stood_in: list[Act] = field(default_factory=list)
    """Acts that a record puts on this account and that another account stands behind."""
    links_in: list[Link] = field(default_factory=list)
    """Made, changed or used by an implicated account."""
    links_out: list[Link] = field(default_factory=list)
    """Accounts that it made and roles that it took on, which acted in the case soon after."""
    hit_targets: list[tuple[Act, Aim]] = field(default_factory=list)
    failures: list[Move] = field(default_factory=list)
    successes: list[Move] = field(default_factory=list)
    """Logons from where the attack came from."""
    local: list[Move] = field(default_factory=list)
    """Logons on hosts of the case."""
    owner: list[Activity] = field(default_factory=list)
    """Its own use, before or elsewhere."""
    later: list[Activity] = field(default_factory=list)
    first_at: datetime | None = None
    last_at: datetime | None = None
    hosts: set[str] = field(default_factory=set)
    homes: set[str] = field(default_factory=set)
    """Hosts that it worked on before the case."""

    @property
    def active(self) -> bool:
        """Return whether a person or program could have used it, and a login stands behind its acts."""
        return self.account.implicable and self.features.get("unattended", 0.0) < 1.0


@dataclass(slots=True)
class CaseFacts:
    """A group of strands with the sheets of its accounts."""

    group: Group
    sheets: dict[str, Sheet]
    hosts: set[str]
    sources: set[str]
    addresses: set[str]
    tainted: set[str]
    links: list[Link]
    moves: list[Move]

    @property
    def corroborated(self) -> bool:
        """Return whether an account acted from an Internet address new to it, or after its password was guessed."""
        return any(
            f["acted"] >= 0.2 and (f["guessed_then_in"] or (f["external"] and (f["new_place"] or f["orphan_acts"])))
            for f in (s.features for s in self.sheets.values())
        )


class FactFinder:
    """Builds the sheets of a case."""

    def __init__(
        self,
        builder: ActBuilder,
        links: Sequence[Link],
        moves: Sequence[Move],
        activity: Mapping[str, Sequence[Activity]],
        shared: Mapping[str, int],
        log_starts: Mapping[str, datetime],
        options: InvestigateOptions,
    ) -> None:
        """Take what is known around all findings; ``log_starts`` says since when each place is logged."""
        self._builder = builder
        self._directory: Directory = builder.directory
        self._links = links
        self._moves = moves
        self._activity = activity
        self._shared = shared
        self._log_starts = log_starts
        self._options = options

    def examine(self, group: Group) -> CaseFacts:
        """Return the facts of one group."""
        heavy = [s for s in group.strands if s.weight >= 0.1] or group.strands
        hosts = {h for s in heavy for h in s.hosts}
        addresses = {a for s in heavy for a in s.addresses}
        sources = {src for s in heavy for src in s.sources}
        tainted = self._tainted(group)
        facts = CaseFacts(group, {}, hosts, sources, addresses, tainted, [], [])
        pad = self._options.context
        t0, t1 = group.first_at - pad, group.last_at + pad
        for strand in group.strands:
            for act in strand.acts:
                self._place(facts, act)
        self._follow_links(facts, t0, t1)
        self._follow_makers(facts, t0)
        self._follow_moves(facts, group, t0, t1)
        for sheet in facts.sheets.values():
            self._own_use(sheet, facts)
            self._features(sheet, facts)
        return facts

    # ------------------------------------------------------------------ collecting

    def _tainted(self, group: Group) -> set[str]:
        """Return the accounts whose acts carry the case: what they touch is suspect."""
        weights = _weights(group.strands)
        if not weights:
            return set()
        top = max(weights.values())
        return {a for a, w in weights.items() if w >= max(0.2, 0.4 * top)}

    def _sheet(self, facts: CaseFacts, key: str) -> Sheet:
        if key not in facts.sheets:
            facts.sheets[key] = Sheet(self._directory.accounts[key])
        return facts.sheets[key]

    def _place(self, facts: CaseFacts, act: Act) -> None:
        if act.actor:
            sheet = self._sheet(facts, act.actor)
            sheet.acts.append(act)
            _touch(sheet, act.event.time, act.host)
        if act.stand_in:
            sheet = self._sheet(facts, act.stand_in)
            sheet.stood_in.append(act)
            _touch(sheet, act.event.time, act.host)
        for target in act.targets:
            sheet = self._sheet(facts, target.account)
            sheet.hit_targets.append((act, target.aim))
            _touch(sheet, act.event.time, None)

    def _follow_links(self, facts: CaseFacts, t0: datetime, t1: datetime) -> None:
        """Collect what tainted accounts did to others; those whose credentials they used are tainted in turn."""
        sessions = {k for s in facts.group.strands if s.weight >= 0.2 for k in s.sessions}
        weighty = {a.event.event_id for s in facts.group.strands if s.weight >= 0.2 for a in s.acts}
        starts: dict[str, datetime] = {}
        for s in facts.group.strands:
            if s.actor in facts.tainted and s.weight >= 0.1:
                starts[s.actor] = min(starts.get(s.actor, s.first_at), s.first_at)
        skew = self._options.clock_skew
        for link in self._links:
            if link.source not in facts.tainted or not t0 <= link.at <= t1:
                continue
            if link.aim is Aim.CREATED and self._is_of_case(facts, link.target):
                # made shortly before it was first used or raised: the making is part of it
                sheet = self._sheet(facts, link.target)
                sheet.links_in.append(link)
                _touch(sheet, link.at, link.host)
                facts.links.append(link)
                facts.tainted.add(link.target)
                continue
            from_start = starts.get(link.source, facts.group.first_at) - skew
            in_session = bool(link.host and link.session and (link.host, link.session) in sessions)
            if not (in_session or link.at >= from_start or (link.hit and link.event_id in weighty)):
                continue
            if link.aim is Aim.CHANGED and self._routine(link, from_start):
                continue
            sheet = self._sheet(facts, link.target)
            sheet.links_in.append(link)
            _touch(sheet, link.at, link.host)
            facts.links.append(link)
            if link.aim in (Aim.USED, Aim.CREATED) and sheet.account.implicable:
                strong = link.hit or in_session or link.what.casefold().startswith(("assumerole", "create"))
                if strong and link.target not in facts.tainted:
                    facts.tainted.add(link.target)
                    starts.setdefault(link.target, link.at)

    @staticmethod
    def _is_of_case(facts: CaseFacts, key: str) -> bool:
        """Return whether a finding of some weight speaks of the account already."""
        sheet = facts.sheets.get(key)
        if sheet is None:
            return False
        acts = [*sheet.acts, *(act for act, _ in sheet.hit_targets)]
        return any(a.finding.severity.rank >= 2 and (a.actor is None or a.actor in facts.tainted) for a in acts)

    def _follow_moves(self, facts: CaseFacts, group: Group, t0: datetime, t1: datetime) -> None:
        attack = (facts.sources | facts.addresses) - self._gateways(facts)
        began = group.first_at - self._options.clock_skew
        # Only a host that the attack acted on can be where it went on from.
        origins = {
            h
            for s in group.strands
            if s.weight >= 0.2 and (s.actor is None or s.actor in facts.tainted)
            for h in s.hosts
        }
        for move in self._moves:
            if move.last_at < t0 or move.first_at > t1 or not self._directory.accounts[move.account].implicable:
                continue
            known = move.account in facts.sheets
            places = {p for p in (move.source, move.address) if p}
            from_attack = bool(places & attack)
            from_host = bool(move.source and move.source in origins and move.source != move.host)
            if not move.success:
                if (
                    from_attack
                    or (known and move.source in facts.hosts)
                    or (known and facts.sheets[move.account].hit_targets)
                ):
                    sheet = self._sheet(facts, move.account)
                    sheet.failures.append(move)
                    _touch(sheet, move.first_at, None)
                continue
            if move.ticket:
                continue
            if (from_attack or from_host) and move.last_at >= began - timedelta(minutes=10):
                sheet = self._sheet(facts, move.account)
                sheet.successes.append(move)
                facts.moves.append(move)
                _touch(sheet, move.first_at, move.host)
            elif move.host in facts.hosts and move.first_at <= group.last_at + timedelta(minutes=30):
                if not known and move.first_at < began - timedelta(minutes=30):
                    continue  # it uses that host anyway: nothing ties it to the case
                sheet = self._sheet(facts, move.account)
                sheet.local.append(move)
                _touch(sheet, move.first_at, move.host)

    def _follow_makers(self, facts: CaseFacts, t0: datetime) -> None:
        """Collect who made an account, or took on a role, that acts in the case: the acts tell where no rule did."""
        acting = {s.actor: s.first_at for s in reversed(facts.group.strands) if s.actor and s.weight >= 0.2}
        # A chain of roles is followed back to the key that began it; each step finds new links or ends.
        for _ in range(5):
            grown = False
            for link in self._links:
                first = acting.get(link.target)
                role_taken = link.aim is Aim.USED and link.what.casefold().startswith("assumerole")
                if first is None or not t0 <= link.at <= first + self._options.clock_skew:
                    continue
                if not (role_taken or link.aim is Aim.CREATED):
                    continue
                made, maker = self._sheet(facts, link.target), self._sheet(facts, link.source)
                if link not in made.links_in:
                    made.links_in.append(link)
                    facts.links.append(link)
                    _touch(made, link.at, link.host)
                if link not in maker.links_out:
                    maker.links_out.append(link)
                    _touch(maker, link.at, link.host)
                if role_taken and link.source not in acting:
                    acting[link.source] = link.at
                    facts.tainted.add(link.source)
                    grown = True
            if not grown:
                return

    def _routine(self, link: Link, start: datetime) -> bool:
        """Return whether the source did the same to others well before the attack, as a help desk does."""
        return any(
            k.source == link.source and k.what == link.what and k.at < start - timedelta(minutes=30)
            for k in self._links
        )

    def _gateways(self, facts: CaseFacts) -> set[str]:
        return {a for a, n in self._shared.items() if n > 12}

    def _own_use(self, sheet: Sheet, facts: CaseFacts) -> None:
        """Tell its owner's use from the attack's: other times, or other places meanwhile."""
        begins = [a.event.time for a in sheet.acts if _act_weight(a) >= 0.2] + [k.at for k in sheet.links_in]
        begins += [m.first_at for m in sheet.successes if m.success]
        begin = min(begins, default=facts.group.first_at)
        margin = timedelta(minutes=10)
        places = {a.source for a in sheet.acts if a.source} | facts.addresses | facts.sources | facts.hosts
        # what it does where it came in from the attack is the attack's, whether a rule saw it or not
        places |= {m.host for m in sheet.successes if m.host and m.first_at >= facts.group.first_at - margin}
        agents = {a.event.user_agent for a in sheet.acts if a.event.user_agent}
        for row in self._activity.get(sheet.account.key, ()):
            if row.in_hit_session:
                continue
            host = self._directory.host(row.device_name)
            if host and not row.src_ip and row.first_at < facts.group.first_at - margin:
                sheet.homes.add(host)
            address = address_key(row.src_ip)
            source = self._builder.source(row.src_ip, None, host)
            attack_place = bool({address, source} & places) if (address or source) else False
            if row.first_at < begin - margin and not (attack_place and is_external(address)):
                sheet.owner.append(row)
            elif row.first_at >= begin - margin and (
                (host and host not in places and not attack_place)
                or (not host and not attack_place and (address or row.user_agent) and row.user_agent not in agents)
            ):
                sheet.owner.append(row)
            elif row.last_at >= begin:
                sheet.later.append(row)

    # ------------------------------------------------------------------ features

    def _features(self, sheet: Sheet, facts: CaseFacts) -> None:
        account, f = sheet.account, dict.fromkeys(FEATURES, 0.0)
        weights = _weights(facts.group.strands)
        mine = weights.get(account.key, 0.0)
        # it took on a role, or made an account, from where the attack came: that was the attack
        from_there = any(k.address and k.address in facts.addresses | facts.sources for k in sheet.links_out)
        if from_there:
            mine = max(mine, 0.75)
        top = max([*weights.values(), *(s.weight for s in facts.group.strands)], default=0.0)
        rules = {s.finding.rule_id: s for s in facts.group.strands if s.actor == account.key}
        f["acted"] = mine
        f["acted_grave"] = float(
            from_there or any(s.finding.severity.rank >= 3 and s.weight >= 0.3 for s in rules.values())
        )
        ends = {t for s in rules.values() if s.weight >= 0.05 for t in (s.finding.tactics or s.finding.techniques)}
        f["acted_variety"] = min(1.0, max(0, len(ends) - 1) / 3 + max(0, len(rules) - 1) / 8) if rules else 0.0
        f["acted_share"] = mine / top if top else 0.0
        f["acted_share_low"] = float(0 < mine < 0.35 * top)
        if sheet.acts:
            f["acted_indirect"] = sum(a.how is not How.DIRECT for a in sheet.acts) / len(sheet.acts)
            first = min(facts.group.strands, key=lambda s: (s.first_at, s.finding.finding_id))
            f["acted_first"] = float(first.actor == account.key)
            f["external"] = float(any(is_external(a.event.src_ip) or is_external(a.source) for a in sheet.acts))
            linux = [a for a in sheet.acts if a.event.log_product == "linux"]
            if linux and all(not a.attended for a in sheet.acts) and not sheet.successes and not sheet.local:
                f["unattended"] = 1.0
        used = [k for k in sheet.links_in if k.aim is Aim.USED]
        f["handed"] = float(bool(used))
        f["handed_hit"] = float(any(k.hit for k in used))
        aims = {k.aim for k in sheet.links_in} | {
            aim
            for act, aim in sheet.hit_targets
            if act.finding.severity.rank >= 2 and (act.actor is None or act.actor in facts.tainted)
        }
        f["created"] = float(Aim.CREATED in aims or self._born_nameless(sheet, facts))
        f["changed"] = float(Aim.CHANGED in aims)
        f["changed_hit"] = float(
            f["changed"] > 0
            and any(aim is Aim.CHANGED and act.finding.severity.rank >= 2 for act, aim in sheet.hit_targets)
        )
        f["maker"] = float(bool(sheet.links_out) and not from_there)
        f["secrets"] = float(any(aim is Aim.SECRETS for _, aim in sheet.hit_targets))
        n_failed = sum(m.count for m in sheet.failures)
        n_failed = max(n_failed, sum(aim is Aim.GUESSED for _, aim in sheet.hit_targets))
        f["guessed"] = min(1.0, 0.4 + 0.6 * math.log1p(n_failed) / math.log(30)) if n_failed else 0.0
        if n_failed:
            failed_from = {p for m in sheet.failures for p in (m.source, m.address) if p}
            failed_from |= {a.source for a, aim in sheet.hit_targets if aim is Aim.GUESSED and a.source}
            began = min(
                [m.first_at for m in sheet.failures]
                + [a.event.time for a, aim in sheet.hit_targets if aim is Aim.GUESSED]
            )
            came = [m for m in sheet.successes if {m.source, m.address} & failed_from and m.last_at >= began]
            entered = any(
                {address_key(r.src_ip), self._builder.source(r.src_ip, None, None)} & failed_from and r.last_at >= began
                for r in (*sheet.later, *sheet.owner)
                if r.src_ip
            )
            # refusals that no rule speaks of are typing or a stale password, unless many at one door that then opened
            by_host: Counter[str | None] = Counter()
            for m in sheet.failures:
                by_host[m.host] += m.count
            forced = any(by_host[m.host] >= _GUESSES for m in came)
            ruled = any(aim is Aim.GUESSED for _, aim in sheet.hit_targets)
            f["guessed_then_in"] = float(forced or (ruled and (bool(came) or entered)))
        known = self._known_places(sheet)
        away = [m for m in sheet.successes if not {m.source, m.address} & known]
        f["from_attack"] = float(bool(away))
        f["from_home"] = float(bool(sheet.successes) and not away)
        f["on_attacked"] = float(bool(sheet.local))
        f["used_after"] = float(bool(sheet.later) and (f["created"] + f["changed"] + f["handed"] > 0))
        n_owner = sum(r.count for r in sheet.owner)
        f["owner"] = min(1.0, math.log1p(n_owner) / math.log(20)) if n_owner else 0.0
        lookback = self._reaches_back(sheet, facts)
        f["no_lookback"] = float(not lookback)
        acting = max(mine, 0.6 * f["guessed_then_in"], 0.5 * f["handed"])
        f["owner_acts"] = acting * f["owner"]
        f["orphan_acts"] = acting * float(n_owner == 0 and lookback)
        f["new_place"] = float(bool(sheet.owner) and self._new_place(sheet))
        f["service"] = float(account.kind is AccountKind.SERVICE)
        f["cloud"] = float(account.platform in (Platform.AWS, Platform.IDP))
        f["role"] = float(account.kind is AccountKind.CLOUD_ROLE)
        sheet.features = f

    def _born_nameless(self, sheet: Sheet, facts: CaseFacts) -> bool:
        """Return whether the account was made around the case by somebody whom the record does not name."""
        maker, at, _ = self._builder.births.get(sheet.account.key, (sheet.account.key, facts.group.last_at, ""))
        near = facts.group.first_at - self._options.context <= at <= facts.group.last_at
        return maker is None and near and self._is_of_case(facts, sheet.account.key)

    def _reaches_back(self, sheet: Sheet, facts: CaseFacts) -> bool:
        """Return whether a place that the account acted on was logged three quarters of an hour before the case."""
        places = {a.host for a in sheet.acts} | {a.event.cloud_account for a in sheet.acts} | sheet.hosts
        starts = [self._log_starts[p] for p in places or facts.hosts if p is not None and p in self._log_starts]
        return bool(starts) and facts.group.first_at - min(starts) >= timedelta(minutes=45)

    def _new_place(self, sheet: Sheet) -> bool:
        known = self._known_places(sheet)
        acted_from = {a.source for a in sheet.acts if a.source}
        acted_from |= {m.source for m in sheet.successes if m.source}
        return bool(known and acted_from and not acted_from & known)

    def _known_places(self, sheet: Sheet) -> set[str]:
        """Return the hosts and addresses that the owner came from or worked on."""
        places = set(sheet.homes)
        for row in sheet.owner:
            if row.src_ip:
                places |= {p for p in (self._builder.source(row.src_ip, None, None), address_key(row.src_ip)) if p}
        return places


def _weights(strands: Iterable[Strand]) -> dict[str, float]:
    miss: dict[str, dict[str, float]] = defaultdict(dict)
    for s in strands:
        if s.actor:
            rules = miss[s.actor]
            rules[s.finding.rule_id] = max(rules.get(s.finding.rule_id, 0.0), s.weight)
    return {a: 1.0 - math.prod(1.0 - w for w in rules.values()) for a, rules in miss.items()}


def _act_weight(act: Act) -> float:
    return SEVERITY_WEIGHT[act.finding.severity]


def _touch(sheet: Sheet, at: datetime, host: str | None) -> None:
    sheet.first_at = at if sheet.first_at is None or at < sheet.first_at else sheet.first_at
    sheet.last_at = at if sheet.last_at is None or at > sheet.last_at else sheet.last_at
    if host:
        sheet.hosts.add(host)
