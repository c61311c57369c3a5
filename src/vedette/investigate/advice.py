"""What the data leaves open, and what to do next: questions and steps tied to the case's own entities."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from vedette.investigate.acts import Aim
from vedette.investigate.directory import Directory
from vedette.investigate.facts import CaseFacts
from vedette.investigate.names import Platform, is_address, is_external
from vedette.investigate.words import Wording
from vedette.schema import AccountKind, AccountRole, CaseAccount, CaseHost, HostRole
from vedette.toolbox.saying import shown, stamp


def unknowns(
    facts: CaseFacts, accounts: Sequence[CaseAccount], hosts: Sequence[CaseHost], logged: Collection[str],
    directory: Directory, wording: Wording,
) -> tuple[str, ...]:  # fmt: skip
    """Return the questions that the data cannot answer, the most telling first."""
    asked: list[str] = []
    implicated = [a for a in accounts if a.implicated]
    for host in hosts:
        key = host.entity_id.removeprefix("host:")
        if host.role in (HostRole.SOURCE, HostRole.ENTRY) and key not in logged:
            asked.append(f"What happened on {host.name}? It is a source of the activity and no logs from it are here.")
    strange = sorted({s for s in facts.sources | facts.addresses if is_address(s)})
    for address in strange[:3]:
        where = "on the Internet" if is_external(address) else "inside the network"
        asked.append(f"Who uses {address}? It is an address {where} and no log here names its host.")
    for account in implicated:
        sheet = facts.sheets[account.entity_id]
        if sheet.features.get("no_lookback"):
            asked.append(f"How is {account.name} normally used? The logs begin with the case and do not show it.")
        if account.role is AccountRole.COMPROMISED and not sheet.links_in and not sheet.features["guessed_then_in"]:
            asked.append(f"How did the attacker come to control {account.name}? No event here shows it.")
        if (
            account.role is AccountRole.COMPROMISED
            and not sheet.features["new_place"]
            and not sheet.features["external"]
        ):
            asked.append(
                f"Did the owner of {account.name} do this, or somebody in their session? Logs alone cannot tell."
            )
        if account.account_kind is AccountKind.CLOUD_ROLE and not sheet.links_in:
            asked.append(f"Who took on {account.name}? No assumption of the role by a known principal is in the logs.")
    for strand in facts.group.strands:
        for act in strand.acts:
            if strand.actor is None and act.event.outcome != "failure" and strand.weight >= 0.2:
                asked.append(
                    f"Which account is behind “{shown(strand.finding.title, 80)}” on {wording.host(act.host)} at "
                    f"{stamp(act.event.time)}? The record does not lead to one."
                )
                break
    unsure = [a for a in accounts if a.confidence < 0.6 and (a.implicated or a.role is AccountRole.TARGETED)]
    for account in unsure[:3]:
        asked.append(f"Is {account.name} {account.role.value}? The evidence leaves it at {account.confidence:.0%}.")
    return tuple(dict.fromkeys(asked))[:12]


def next_steps(
    facts: CaseFacts, accounts: Sequence[CaseAccount], hosts: Sequence[CaseHost], logged: Collection[str],
    directory: Directory, wording: Wording,
) -> tuple[str, ...]:  # fmt: skip
    """Return what to do, containment first, each step naming what it is about."""
    steps: list[str] = []
    for account in accounts:
        if not account.implicated:
            continue
        known = directory.accounts[account.entity_id]
        if account.role is AccountRole.CREATED:
            steps.append(f"Disable {account.name}, then find what it was given and remove it.")
        elif account.account_kind is AccountKind.CLOUD_ROLE:
            steps.append(f"Revoke the active sessions of {account.name} and review the policy of its role.")
        elif known.platform is Platform.AWS:
            steps.append(f"Deactivate the access keys of {account.name} and revoke its sessions.")
        elif known.platform is Platform.IDP:
            steps.append(
                f"Revoke the sessions and refresh tokens of {account.name}, reset its password "
                "and check its sign-in methods."
            )
        else:
            steps.append(f"Disable or reset {account.name} and end its sessions on every host.")
    for host in hosts:
        if host.role is not HostRole.TARGET or host.entity_id.removeprefix("host:") in facts.hosts:
            steps.append(f"Isolate {host.name} and take its memory and disk before anything is cleaned.")
    if any(s.features["secrets"] for s in facts.sheets.values()):
        krbtgt = [s for s in facts.sheets.values() if s.account.base == "krbtgt" and s.features["secrets"]]
        if krbtgt:
            steps.append(f"Reset {wording.account(krbtgt[0].account.key)} twice: its secrets were asked for.")
    for account in accounts:
        if account.role is AccountRole.TARGETED:
            sheet = facts.sheets[account.entity_id]
            if sheet.features["secrets"] and sheet.account.base != "krbtgt":
                steps.append(f"Change the password of {account.name}: its secrets were asked for.")
            elif any(k.aim is Aim.CHANGED for k in sheet.links_in):
                steps.append(f"Undo what was changed on {account.name}.")
    for address in sorted(a for a in facts.addresses if is_external(a))[:4]:
        steps.append(f"Search all logs for {address} and block it if nothing of yours needs it.")
    for host in hosts:
        if host.entity_id.removeprefix("host:") not in logged:
            steps.append(f"Collect the logs of {host.name}: none are here.")
    for question in accounts:
        if question.implicated and question.account_kind in (AccountKind.USER, AccountKind.CLOUD_USER):
            acts = [a.event.time for a in facts.sheets[question.entity_id].acts]
            at = min(acts, default=question.first_at)
            steps.append(f"Ask the owner of {question.name}" + (f" about {stamp(at)}." if at else "."))
    return tuple(dict.fromkeys(steps))[:16]
