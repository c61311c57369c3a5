"""What users mean: each intent with the one plan that answers it.

Rules that the plans follow, so that like questions have like plans:

- An argument only where the question says it, copied as written. Names and ids stand alone; a time takes the words
  that say how it is meant (``since Monday``, ``on 9 March``, ``between 9:00 and 10:00``), but for the two stretches
  that ``compare_windows`` compares, which stand bare.
- ``case`` only for an id, a number or which one of several (``the last incident``). "This case", "the incident" is the
  one spoken of, which is meant when ``case`` is left out.
- "that host", "this user", "him", "then" are copied: code looks up what they refer to. "They" and "the attacker" are
  nobody's name.
- A choice only where the question says or implies it. ``what`` of events: ``count`` for how many, ``list`` for show or
  find, ``top`` with ``by`` for which values or the most, ``distinct`` for how many different; none for yes or no.
  ``role`` only for one kind; "who did it" has none. ``of`` of first_last only where something else than a step of the
  case is asked for, and not beside an activity. ``severity`` as said. ``what`` of next_steps for one of the two alone.
- What someone did is ``timeline``; who someone is, and whether that is normal, is ``entity_profile``; events are asked
  for as such or by their kind.
- Several questions are several steps in the order asked; what stands once for all is in each step that takes it.
- An argument of a parameter that no model is asked for stands in the question, and not in the plan: grounding finds it.
- No steps for greetings, thanks, and what no tool can do.

A line is ``name: steps``, steps parted by ``;``, arguments as ``parameter=value`` with gaps in braces. ``+window`` and
so on are tails that a phrasing may be given and that add that argument. ``@account`` and so on make it a follow-up: the
conversation's last step took such an argument, and ``$`` is its tool; ``@any`` is after any step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

INTENTS = """
cases.all: cases +window +account +host
cases.status: cases status={status} +window +host
cases.severity: cases severity={severity} +window
cases.status_severity: cases status={status} severity={severity}
cases.account: cases account={account} +window
cases.host: cases host={host} +window
cases.window: cases window={window}
cases.count: cases count={n} +window
case_summary.bare: case_summary
case_summary.case: case_summary case={case}
implicated_accounts.bare: implicated_accounts +case +host
implicated_accounts.case: implicated_accounts case={case}
implicated_accounts.compromised: implicated_accounts role=compromised +case +host
implicated_accounts.created: implicated_accounts role=created +case +host
implicated_accounts.targeted: implicated_accounts role=targeted +case
implicated_accounts.bystander: implicated_accounts role=bystander +case
implicated_accounts.attacker: implicated_accounts role=attacker +case
implicated_accounts.all: implicated_accounts role=all +case
implicated_accounts.host: implicated_accounts host={host} +case
hosts.bare: hosts +case
hosts.entry: hosts role=entry +case
hosts.target: hosts role=target +case
hosts.source: hosts role=source +case
hosts.account: hosts account={account} +case
timeline.bare: timeline +case +window
timeline.case: timeline case={case}
timeline.account: timeline account={account} +window +case
timeline.host: timeline host={host} +window +case
timeline.account_host: timeline account={account} host={host} +window
timeline.window: timeline window={window} +case
timeline.technique: timeline technique={technique} +case
timeline.tactic: timeline tactic={tactic} +case
timeline.first: timeline order=first count={n} +case
timeline.last: timeline order=last count={n} +case
timeline.gravest: timeline order=gravest +case +host
attack_path.bare: attack_path +case +window
attack_path.account: attack_path account={account} +case +window
attack_path.host: attack_path host={host} +case +window
techniques.bare: techniques +case
techniques.tactic: techniques tactic={tactic} +case +host
techniques.technique: techniques technique={technique} +case +host
techniques.account: techniques account={account} +case
techniques.host: techniques host={host} +case
technique_info.technique: technique_info technique={technique}
technique_info.tactic: technique_info technique={tactic}
indicators.bare: indicators +case
indicators.kind: indicators kind={kind} +case
findings.bare: findings +case +window
findings.all: findings scope=all +window
findings.severity: findings severity={severity} +case +window +host
findings.account: findings account={account} +window +case
findings.host: findings host={host} +window +case
findings.technique: findings technique={technique} +case +host
findings.tactic: findings tactic={tactic} +case
findings.window: findings window={window}
findings.text: findings text={text} +case +window
findings.count: findings count={n} +case +window
events.count: events what=count activity={activity} +window +host +case
events.count_all: events what=count +window +host
events.count_account: events what=count activity={activity} account={account} +window +host
events.count_host: events what=count activity={activity} host={host} +window
events.count_address: events what=count activity={activity} address={ip} +window
events.list: events what=list activity={activity} +window +case
events.list_account: events what=list activity={activity} account={account} +window +host
events.list_host: events what=list activity={activity} host={host} +window
events.list_number: events what=list activity={activity} count={n} +host +account +window
events.raw_account: events what=list account={account} +window +host
events.raw_host: events what=list host={host} +window
events.address: events what=list address={ip} +window +host
events.top: events what=top by={by} activity={activity} +window +host +account
events.top_number: events what=top by={by} count={n} +host +window +account
events.per: events what=top by={each} activity={activity} +window +host
events.distinct: events what=distinct by={by} +window +host +account
events.ran: events activity=process process={process} +host +window +account
events.commands: events what=top by=command activity=process account={account} +window +host
events.process: events what=list process={process} +host +window +account
events.command: events what=list command={command} +host +window
events.text: events what=list text={text} +window +host
events.port: events port={port} +window +host
events.from_to: events what=list activity=network source={place} destination={place2} +window
events.source: events what=list activity={activity} source={place} +window
events.destination: events what=count activity=network destination={place} +window
events.outcome: events what=list activity={activity} outcome={outcome} +account +window +host
events.technique: events what=list technique={technique} +host +window
events.finding: events what=list finding={finding} +host
events.operation: events what=count operation={operation} +window +account
events.operation_who: events what=top by=account operation={operation} +window
events.code: events what=list code={code} +host +window
events.code_count: events what=count code={code} +host +window
events.logon_type: events what=list activity=logon logon_type={logon_type} +host +account +window
events.logon_who: events what=top by=account activity=logon host={host} +window
events.logon_where: events what=top by=host activity=logon account={account} +window
events.logon_from: events what=top by=address activity=logon account={account} +window
events.dns_of: events what=top by=domain activity=dns host={host} +window
events.case: events what=list case={case}
first_last.first_step: first_last what=first +case
first_last.last_step: first_last what=last +case
first_last.account: first_last what={side} of=account +case
first_last.host: first_last what={side} of=host +case
first_last.technique: first_last what={side} of=technique +case
first_last.finding: first_last what={side} of=finding +case
first_last.event: first_last what={side} of=event +host +account
first_last.one_account: first_last what={side} account={account} activity={one} +host +window
first_last.one_host: first_last what={side} host={host} activity={one} +window
first_last.seen_account: first_last what=last account={account} +host
first_last.seen_host: first_last what=last host={host}
first_last.seen_address: first_last what=last address={ip}
first_last.start_account: first_last what=first account={account} +host
first_last.start_address: first_last what=first address={ip} +host
first_last.both: first_last what=both account={account}
first_last.process: first_last what={side} process={process} +host +account
first_last.use: first_last what=first technique={technique} +case
first_last.tactic: first_last what={side} tactic={tactic} +case
first_last.text: first_last what=first text={text} +host
first_last.command: first_last what={side} command={command} +host
first_last.code: first_last what={side} code={code} +host
first_last.operation: first_last what={side} operation={operation} +account
first_last.finding_named: first_last what={side} finding={finding} +host
first_last.logon_type: first_last what={side} activity=logon logon_type={logon_type} account={account}
first_last.outcome: first_last what={side} account={account} activity=logon outcome=success
first_last.source: first_last what={side} activity={one} source={place}
first_last.destination: first_last what={side} activity=network destination={place}
entity_profile.who: entity_profile entity={entity}
entity_profile.normal: entity_profile entity={entity} +window
entity_profile.role: entity_profile entity={entity}
compare_windows.bare: compare_windows before={stretch} after={stretch2}
compare_windows.account: compare_windows before={stretch} after={stretch2} account={account}
compare_windows.host: compare_windows before={stretch} after={stretch2} host={host}
compare_windows.address: compare_windows before={stretch} after={stretch2} address={ip}
compare_windows.case: compare_windows case={case}
changed_since.bare: changed_since
changed_since.window: changed_since window={since}
data_status.bare: data_status
data_status.host: data_status host={host} +window
data_status.window: data_status window={window}
next_steps.bare: next_steps what=steps +case
next_steps.questions: next_steps what=questions +case
next_steps.account: next_steps what=steps account={account}
next_steps.host: next_steps what=steps host={host}
draft_report.bare: draft_report
draft_report.case: draft_report case={case}
draft_report.format: draft_report format={format} +case
slides.bare: slides
slides.case: slides case={case}
command_explanation.given: command_explanation command={command_line}
suspicious_commands.bare: suspicious_commands +window
suspicious_commands.host: suspicious_commands host={host} +window
suspicious_commands.account: suspicious_commands account={account} +window
suspicious_commands.window: suspicious_commands window={window}
report_summary.bare: report_summary
report_hits.bare: report_hits
intel_new.bare: intel_new
intel_new.window: intel_new window={since}
intel_entity.bare: intel_entity
intel_entity.thing: intel_entity thing={actor}
exposures.bare: exposures
exposures.vulnerability: exposures vulnerability={cve}
exposures.host: exposures asset={host}
exposures.state: exposures state={exposure_state}
exposures.severity: exposures severity={severity}
fix_plan.bare: fix_plan
fix_plan.window: fix_plan window={due}
fix_plan.host: fix_plan asset={host}
exposure_changes.bare: exposure_changes
exposure_changes.window: exposure_changes window={since}
exposed_accounts.bare: exposed_accounts +case
exposed_accounts.account: exposed_accounts account={account} +case
exposure_report.bare: exposure_report
exposure_report.form: exposure_report form={exposure_form}
follow.account: $ account={account} @account
follow.host: $ host={host} @host
follow.window: $ window={window} @window
follow.case: $ case={case} @case
follow.when: first_last @any
follow.who: implicated_accounts @any
follow.where: hosts @any
follow.how: attack_path @any
follow.more: timeline @any
follow.events: events what=list @any
follow.did: timeline account={person} @any
follow.on: timeline host={box} @any
follow.is: entity_profile entity={thing} @any
follow.logons: events what=list activity={activity} account={person} @any +window
follow.count_on: events what=count activity={activity} host={box} @any +window
follow.then: events what=count activity={activity} window={then} @any
two.who_how: implicated_accounts ; attack_path +case
two.what_next: case_summary ; next_steps what=steps +case
two.summary_techniques: case_summary ; techniques +case
two.accounts_hosts: implicated_accounts ; hosts +case
two.timeline_slides: timeline ; slides +case
two.report_slides: draft_report ; slides +case
two.profile_events: entity_profile entity={account} ; events what=list account={account}
two.first_path: first_last what=first ; attack_path +case
two.indicators_next: indicators ; next_steps what=steps +case
two.three: case_summary ; implicated_accounts ; next_steps what=steps +case
two.cases_changed: cases status=open ; changed_since
none.greeting:
none.outside:
"""

TAILS = ("window", "host", "account", "case")


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing that users mean."""

    name: str
    steps: tuple[tuple[str, Mapping[str, str]], ...]
    """Tool and arguments; ``{gap}`` is filled with what stands in the phrasing's gap."""
    tails: tuple[str, ...] = ()
    after: str = ""
    """For a follow-up: the parameter that the step before took, or ``any``."""

    @property
    def weight(self) -> float:
        """How often it is drawn: more for what has more to copy or to choose from."""
        gaps = sum(v.startswith("{") for _, arguments in self.steps for v in arguments.values())
        return 1.0 + 0.6 * gaps + 0.25 * len(self.tails) + (2.0 if not self.steps else 0.0)


@cache
def intents() -> Mapping[str, Intent]:
    """Return every intent by its name."""
    return {intent.name: intent for line in INTENTS.strip().splitlines() if (intent := _read(line))}


def _read(line: str) -> Intent:
    name, _, rest = line.partition(":")
    words = rest.split()
    tails = tuple(w[1:] for w in words if w[0] == "+")
    after = next((w[1:] for w in words if w[0] == "@"), "")
    steps = []
    for step in " ".join(w for w in words if w[0] not in "+@").split(" ; "):
        parts = step.split()
        if parts:
            steps.append((parts[0], dict(p.split("=", 1) for p in parts[1:])))
    return Intent(name, tuple(steps), tails, after)
