"""Sentences of a case: computed from events, each with the events it rests on.

A sentence holds nothing that its evidence does not: names, places and times are those of the cited
events, and a count is the number of them or is marked as the number in the logs. Text from logs is
cleaned of control characters and shortened; each output format escapes it once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from vedette.investigate.acts import Act, Aim, How
from vedette.investigate.directory import Directory
from vedette.investigate.facts import CaseFacts, Sheet
from vedette.investigate.links import Link, Move
from vedette.investigate.names import is_address
from vedette.schema import AccountKind, AccountRole, Claim, Event, Evidence, Severity
from vedette.toolbox.saying import shown, stamp

_LOGON_TYPES = {
    "2": "at the console", "3": "over the network", "4": "as a batch job", "5": "as a service", "7": "by unlocking",
    "8": "over the network in clear text", "9": "with other credentials", "10": "by remote desktop",
    "11": "with cached credentials",
}  # fmt: skip
_AIMS = {
    Aim.CREATED: "created",
    Aim.CHANGED: "changed",
    Aim.GUESSED: "tried to log on as",
    Aim.SECRETS: "asked for the secrets of",
    Aim.USED: "used the credentials of",
}


def evidence_of(event: Event) -> Evidence:
    """Return the pointer to an event, quoting the part that matters."""
    parts = (
        event.process_cmd,
        event.api_operation and f"{event.api_operation} {event.resource or ''}".strip(),
        event.alert,
        event.service_name,
        event.file_path,
        event.registry_path,
        event.url,
        event.dns_query,
        event.message,
        event.target_path,
        event.process_path,
        event.resource,
    )
    quote = next((p for p in parts if p), "")
    return Evidence(ref=event.event_id, at=event.time, quote=shown(quote, 200))


def pointer(event_id: str, at: datetime) -> Evidence:
    """Return the pointer to an event whose fields were not read."""
    return Evidence(ref=event_id, at=at)


def unique(evidence: Iterable[Evidence], limit: int = 8) -> tuple[Evidence, ...]:
    """Return the evidence without repeats, in order, the first few."""
    kept: dict[str, Evidence] = {}
    for item in evidence:
        if item.ref not in kept or (item.quote and not kept[item.ref].quote):
            kept[item.ref] = item
    return tuple(list(kept.values())[:limit])


class Wording:
    """Words facts, with names as the directory knows them."""

    def __init__(self, directory: Directory) -> None:
        """Take the directory that names accounts and hosts."""
        self._directory = directory

    def account(self, key: str) -> str:
        """Return how people write an account."""
        return shown(self._directory.accounts[key].name)

    def host(self, key: str | None) -> str:
        """Return how people write a host."""
        return shown(self._directory.host_name(key)) if key else "an unnamed place"

    def reasons(self, sheet: Sheet, facts: CaseFacts, role: AccountRole) -> tuple[Claim, ...]:
        """Return why an account has its role: what it did, what was done to it, and what speaks for its owner."""
        claims: list[Claim] = []
        name = self.account(sheet.account.key)
        claims.extend(self._acted(name, sheet))
        for link in _distinct_links(sheet.links_in):
            claims.append(self._linked(name, link))
        for link in sheet.links_out[:1]:
            made = self.account(link.target)
            verb = "created" if link.aim is Aim.CREATED else "took on"
            text = f"{name} {verb} {made}, which acted in the case, at {stamp(link.at)}."
            claims.append(_claim(text, [pointer(link.event_id, link.at)]))
        claims.extend(self._aimed_at(name, sheet))
        claims.extend(self._logons(name, sheet))
        if sheet.owner and role is not AccountRole.CREATED:
            first = sheet.owner[0]
            where = (
                self.host(self._directory.host(first.device_name))
                if first.device_name
                else (f"from {shown(first.src_ip)}" if first.src_ip else "in the cloud")
            )
            prefix = "on " if first.device_name else ""
            claims.append(
                _claim(
                    f"{name} was also used apart from the attack, first at {stamp(first.first_at)} {prefix}{where}.",
                    [pointer(r.first_id, r.first_at) for r in sheet.owner[:3]],
                )
            )
        if sheet.stood_in:
            claims.append(self._stood_in(name, sheet))
        if not sheet.active and not sheet.stood_in and sheet.acts:
            first_act = sheet.acts[0]
            claims.append(
                _claim(
                    f"{name} is an account that {_not_a_person(sheet)}; what ran under it on "
                    f"{self.host(first_act.host)} at {stamp(first_act.event.time)} "
                    "was started by someone or something else.",
                    [evidence_of(first_act.event)],
                )
            )
        return tuple(claims[:8])

    def _acted(self, name: str, sheet: Sheet) -> list[Claim]:
        claims = []
        by_rule: dict[str, list[Act]] = {}
        for act in sorted(sheet.acts, key=lambda a: (-a.finding.severity.rank, a.event.time, a.event.event_id)):
            by_rule.setdefault(act.finding.rule_id, []).append(act)
        for acts in list(by_rule.values())[:4]:
            first, finding = acts[0], acts[0].finding
            place = (
                f" on {self.host(first.host)}"
                if first.host
                else (f" in cloud account {shown(first.event.cloud_account)}" if first.event.cloud_account else "")
            )
            source = f" from {self.host(first.source)}" if first.source else ""
            how = self._how(name, first)
            technique = f" ({', '.join(finding.techniques[:3])})" if finding.techniques else ""
            text = (
                f"{name} caused an event that the {finding.severity} finding “{shown(finding.title, 80)}”{technique} "
                f"rests on, at {stamp(first.event.time)}{place}{source}{how}."
            )
            claims.append(
                Claim(
                    text=text,
                    evidence=unique(
                        [*(evidence_of(a.event) for a in acts), *(pointer(v, first.event.time) for v in first.via)]
                    ),
                    facts=(finding.finding_id,),
                    checked=True,
                )
            )
        return claims

    def _how(self, name: str, act: Act) -> str:
        stand_in = self.account(act.stand_in) if act.stand_in else "nobody"
        return {
            How.DIRECT: "",
            How.FINDING: "",
            How.PROCESS: "; it runs the process that the record names",
            How.SESSION: f"; the record names {stand_in}, in a session that {name} opened",
            How.LINEAGE: f"; the record names {stand_in}, but {name} started an ancestor of the process",
            How.INSTALLED: f"; the record names {stand_in}, but {name} created the service or task that ran it",
            How.LOGON: f"; the record names {stand_in}, and {name} alone had logged on over the network just before",
        }[act.how]

    def _linked(self, name: str, link: Link) -> Claim:
        who, at = self.account(link.source), stamp(link.at)
        place = f" on {self.host(link.host)}" if link.host and not link.host.isdigit() else ""
        text = {
            Aim.CREATED: f"{who} created {name} at {at}{place}.",
            Aim.CHANGED: f"{who} changed {name} ({shown(link.what, 40)}) at {at}{place}.",
            Aim.SECRETS: f"{who} asked for the secrets of {name} at {at}{place}.",
            Aim.USED: f"{who} took on {name} or used its credentials ({shown(link.what, 40)}) at {at}{place}.",
            Aim.GUESSED: f"{who} tried to log on as {name} at {at}{place}.",
        }[link.aim]
        return _claim(text, [pointer(link.event_id, link.at)])

    def _aimed_at(self, name: str, sheet: Sheet) -> list[Claim]:
        claims = []
        linked = {(k.event_id, k.aim) for k in sheet.links_in}
        aims: dict[Aim, list[Act]] = {}
        for act, aim in sheet.hit_targets:
            if (act.event.event_id, aim) not in linked:
                aims.setdefault(aim, []).append(act)
        for aim, acts in sorted(aims.items()):
            first = acts[0]
            who = self.account(first.actor) if first.actor else (self.host(first.source) if first.source else "Someone")
            text = f"{who} {_AIMS[aim]} {name} at {stamp(first.event.time)}."
            claims.append(_claim(text, [evidence_of(a.event) for a in acts]))
        return claims

    def _logons(self, name: str, sheet: Sheet) -> list[Claim]:
        claims = []
        if sheet.failures:
            total = sum(m.count for m in sheet.failures)
            first, last = sheet.failures[0], max(sheet.failures, key=lambda m: (m.last_at, m.last_id))
            source = f" from {self.host(first.source or first.address)}" if first.source or first.address else ""
            text = f"The logs hold {total} failed logons as {name}{source}, "
            text += f"between {stamp(first.first_at)} and {stamp(last.last_at)}."
            claims.append(_claim(text, [pointer(first.first_id, first.first_at), pointer(last.last_id, last.last_at)]))
        for move in sheet.successes[:2]:
            claims.append(
                _claim(
                    self._move(name, move) + ", which the attack came from.", [pointer(move.first_id, move.first_at)]
                )
            )
        if not sheet.acts and not sheet.successes:
            for move in sheet.local[:1]:
                claims.append(
                    _claim(
                        self._move(name, move) + " while the case ran; nothing it did is part of a finding.",
                        [pointer(move.first_id, move.first_at)],
                    )
                )
        return claims

    def _move(self, name: str, move: Move) -> str:
        way = _LOGON_TYPES.get(move.logon_type or "", "")
        source = f" from {self.host(move.source or move.address)}" if move.source or move.address else ""
        place = f" to {self.host(move.host)}" if move.host else ""
        return f"{name} logged on{place}{' ' + way if way else ''} at {stamp(move.first_at)}{source}"

    def _stood_in(self, name: str, sheet: Sheet) -> Claim:
        act = sheet.stood_in[0]
        return _claim(
            f"Records name {name} at {stamp(act.event.time)} on {self.host(act.host)}, "
            f"but {self.account(str(act.actor))} stands behind it.",
            [evidence_of(act.event), *(pointer(v, act.event.time) for v in act.via)],
        )

    def step(self, act: Act) -> str:
        """Return the sentence of a timeline step for the first of its events."""
        event, who = act.event, self.account(act.actor) if act.actor else None
        if who is None and act.stand_in:
            who = self.account(act.stand_in)
        subject = who or "An unnamed account"
        where = f" on {self.host(act.host)}" if act.host else ""
        source = f" from {self.host(act.source)}" if act.source else ""
        if event.class_name == "authentication" and event.outcome == "failure":
            names = sorted({self.account(t.account) for t in act.targets if t.aim is Aim.GUESSED})
            as_who = f" as {', '.join(names[:3])}" if names else ""
            return f"A logon{as_who} failed{where}{source}."
        verb = self._verb(act)
        return f"{subject} {verb}{where}{source}."

    def _verb(self, act: Act) -> str:
        targets = [t for t in act.targets if t.aim in (Aim.CREATED, Aim.CHANGED, Aim.SECRETS)]
        if targets:
            return f"{_AIMS[targets[0].aim]} {self.account(targets[0].account)}"
        return deed(act.event) or f"caused “{shown(act.finding.title, 100)}”"


def deed(e: Event) -> str | None:
    """Return what was done in an event, as a verb and what it was done to; None where no field tells."""
    if e.class_name == "authentication":
        return "logged on"
    if e.api_operation:
        on = f" on {shown(e.resource, 100)}" if e.resource else ""
        return f"called {shown(e.api_operation, 60)}{on}"
    program = shown((e.process_path or "").replace("\\", "/").rsplit("/", 1)[-1], 60)
    if e.class_name == "process_activity" and (e.activity or "launch") != "launch":
        return f"{shown(str(e.activity).replace('_', ' '), 40)}: {program or 'a process'}"
    if e.class_name == "process_activity":
        return f"ran {shown(e.process_cmd, 140) if e.process_cmd else program}"
    if e.class_name == "script_activity":
        return f"ran the script {shown(e.process_cmd or '', 140)}"
    if e.class_name in ("windows_service_activity", "scheduled_job_activity"):
        what = "service" if e.class_name.startswith("windows") else "scheduled job"
        return f"touched the {what} {shown(e.service_name or 'without a name', 100)}"
    if e.target_path:
        return f"opened {shown(e.target_path, 100)} with {program or 'a process'}"
    if e.class_name == "registry_activity":
        return f"changed the registry at {shown(e.registry_path or '', 120)}"
    if e.class_name == "file_activity":
        return f"touched the file {shown(e.file_path or '', 120)}"
    if e.class_name in ("network_activity", "http_activity", "dns_activity", "smb_activity", "rpc_activity"):
        to = e.url or e.dns_query or e.dst_name or e.dst_ip or ""
        return f"reached {shown(to, 120)}" + (f" with {program}" if program else "")
    return None


def _distinct_links(links: Sequence[Link], limit: int = 3) -> list[Link]:
    kept: dict[tuple[str, Aim], Link] = {}
    for link in sorted(links, key=lambda k: (not k.hit, k.at, k.event_id)):
        kept.setdefault((link.source, link.aim), link)
    return list(kept.values())[:limit]


def _not_a_person(sheet: Sheet) -> str:
    if sheet.account.kind is AccountKind.MACHINE:
        return "belongs to a machine"
    if sheet.account.kind is AccountKind.ANONYMOUS:
        return "anyone may use without a name"
    if sheet.account.kind is AccountKind.SYSTEM:
        return "the operating system uses for itself"
    return "a program runs under without a login"


def _claim(text: str, evidence: Sequence[Evidence]) -> Claim:
    return Claim(text=text, evidence=unique(evidence), checked=True)


def gravest(severities: Iterable[Severity]) -> Severity:
    """Return the gravest of some severities."""
    return max(severities, key=lambda s: s.rank, default=Severity.INFORMATIONAL)


__all__ = ["Wording", "deed", "evidence_of", "gravest", "is_address", "pointer", "unique"]
