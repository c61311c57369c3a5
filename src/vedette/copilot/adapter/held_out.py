"""Phrasings that nothing is trained on: the adapter is measured with them, by intent and family.

Families, none of them in training: ``l`` lawyerly, ``d`` on behalf of another, ``w`` wondering, ``f`` fetching, ``s``
spoken with its clauses turned round, ``k`` key words. Other words and other sentence shapes than in training; nothing
here may be copied there.
"""

from __future__ import annotations

PHRASINGS = r"""
# cases.all
l Kindly enumerate the incidents on record.
d The CISO wants to hear what incidents exist.
w I wonder what cases we are looking at these days.
f fetch every investigation on file
s The incidents, what are they?
k incidents overview table
# cases.status
l Kindly enumerate those incidents which are {status}.
d My manager asks for the number of cases that remain {status}.
w I wonder what we have in the way of {status} incidents.
f fetch cases whose state is {status}
s The {status} investigations, which would those be?
k cases, state {status}
# cases.severity
l Kindly enumerate incidents rated {severity}.
d The CISO wants to hear about our {severity} cases.
w I wonder if some of our incidents are {severity}.
f fetch the {severity} investigations
s The {severity} cases, which would those be?
k incidents rated {severity}
# cases.status_severity
l Kindly enumerate {severity} incidents whose state is {status}.
d The CISO asks after {severity} cases, {status} ones only.
w I wonder what {status} incidents are rated {severity}.
f fetch {status} investigations rated {severity}
s The {severity} cases, which of them would be {status}?
k incidents, {severity}, {status}
# cases.account
l Kindly state the incidents in which {account} features.
d The service desk asks what cases {account} turns up in.
w I wonder whether {account} turns up in some incident.
f fetch cases naming {account}
s {account}, what incidents is that one tied to?
k incident, {account}
# cases.host
l Kindly state the incidents in which the machine {host} features.
d The server team asks what cases {host} turns up in.
w I wonder whether {host} turns up in some incident.
f fetch cases naming the machine {host}
s {host}, what incidents is that box tied to?
k incident, machine {host}
# cases.window
l Kindly enumerate the incidents recorded {window}.
d The CISO asks what incidents occurred {window}.
w I wonder if some incident came about {window}.
f fetch cases that arose {window}
s The incidents {window}, what were they?
k case log {window}
# cases.count
l Kindly enumerate no more than {n} of the gravest incidents.
d The CISO wants our {n} nastiest cases.
w I wonder what our {n} nastiest incidents would be.
f fetch the {n} heaviest cases
s The {n} most severe incidents, which would those be?
k {n} nastiest cases
# case_summary.bare
l Kindly provide a synopsis of the matter.
d The CISO asks for the gist of the incident.
w I wonder what this whole affair was.
f fetch the gist of the case
s This incident, what's the story?
k incident gist
# case_summary.case
l Kindly provide a synopsis of {case}.
d The CISO asks for the gist of {case}.
w I wonder what {case} was all about.
f fetch the gist of {case}
s {case}, what's the story?
k gist {case}
# implicated_accounts.bare
l Kindly identify the accounts that participated in the attack.
d Legal asks to know the people involved.
w I wonder who was in on it.
f fetch the names of the users implicated
s The culprits, who are they?
k culprit accounts
# implicated_accounts.case
l Kindly identify the accounts that participated in {case}.
d Legal asks to know the people involved in {case}.
w I wonder who was in on {case}.
f fetch the names of users implicated by {case}
s {case}, who are the culprits?
k culprit accounts {case}
# implicated_accounts.compromised
l Kindly identify the accounts the intruder seized.
d Legal asks whose login was hijacked.
w I wonder whose account fell into the attacker's hands.
f fetch the users who got compromised
s The compromised ones among our users, who are they?
k breached user list
# implicated_accounts.created
l Kindly identify accounts established by the intruder.
d Legal asks if the hackers set up users of their own making.
w I wonder if the attacker left freshly made accounts behind.
f fetch accounts that the hackers added
s New users the attacker made, which would those be?
k attacker-made new users
# implicated_accounts.targeted
l Kindly identify the accounts the intruder had in his sights.
d Legal asks which people were being targeted.
w I wonder whose accounts they had as targets.
f fetch the users under attack as targets
s The targeted ones, who are they?
k target account names
# implicated_accounts.bystander
l Kindly identify the accounts that are mere bystanders.
d Legal asks who of them is a bystander and no more.
w I wonder who among these people only stood by.
f fetch the innocent bystander names
s The bystanders, who are they?
k innocent bystander users
# implicated_accounts.attacker
l Kindly identify accounts the attacker owns himself.
d Legal asks for the accounts owned by the attacker.
w I wonder under what accounts of his own the attacker acted.
f fetch the attacker's accounts, his own
s The attacker, what accounts does he own?
k attacker-owned users
# implicated_accounts.all
l Kindly enumerate all accounts irrespective of role.
d Legal asks for all the accounts, each with its role.
w I wonder what the complete set of accounts is, all roles included.
f fetch all accounts, any role at all
s All of the accounts with all of the roles, which are they?
k accounts, all roles
# implicated_accounts.host
l Kindly identify the accounts that participated on {host}.
d The server team asks who of those implicated was on {host}.
w I wonder who was in on it at {host}.
f fetch the users implicated on the machine {host}
s On {host}, who were the culprits?
k culprit accounts {host}
# hosts.bare
l Kindly identify the computers touched by the attack.
d The server team asks what machines got hit.
w I wonder what computers they messed with.
f fetch the names of impacted machines
s The affected boxes, which are they?
k impacted computers
# hosts.entry
l Kindly identify the computer by which they gained entry.
d The server team asks for the machine through which the attacker got in.
w I wonder by what computer they came in first.
f fetch the host serving as point of entry
s The way in, which box was that?
k entry machine
# hosts.target
l Kindly identify the computers the intruder attained.
d The server team asks what machines the attacker got to.
w I wonder what computers they managed to reach.
f fetch the machines they were targeting
s The machines they reached, which are those?
k reached computers
# hosts.source
l Kindly identify the computers from which others were attacked.
d The server team asks what machines served as a source.
w I wonder from what computers they attacked the rest.
f fetch machines acting as a source
s The machines they attacked from, which are those?
k source computers
# hosts.account
l Kindly identify the affected computers connected with {account}.
d The server team asks what hit machines {account} was on.
w I wonder what affected computers {account} was on.
f fetch the impacted machines used by {account}
s {account}, what machines of the attack was that one on?
k impacted computers, {account}
# timeline.bare
l Kindly recount the course of events.
d The CISO asks for a blow-by-blow account.
w I wonder in what sequence all of it took place.
f fetch the chronological list of what they did
s The attack, one step after another, how did it go?
k chronological sequence
# timeline.case
l Kindly recount the course of events in {case}.
d The CISO asks for a blow-by-blow account of {case}.
w I wonder in what sequence {case} took place.
f fetch the chronological list for {case}
s {case}, one step after another, how did it go?
k chronological sequence {case}
# timeline.account
l Kindly recount the actions of {account}.
d HR asks what {account} got up to.
w I wonder what {account} was busy doing.
f fetch the chronology of {account}
s {account}, what was that one doing?
k actions, {account}
# timeline.host
l Kindly recount what took place on {host}.
d The server team asks what happened at {host}.
w I wonder what all took place on {host}.
f fetch the chronology of the machine {host}
s {host}, what happened there step by step?
k happenings on {host}
# timeline.account_host
l Kindly recount the actions of {account} on {host}.
d HR asks what {account} got up to on {host}.
w I wonder what {account} was busy doing on {host}.
f fetch the chronology of {account} on the machine {host}
s {account}, what was that one doing on {host}?
k actions, {account}, machine {host}
# timeline.window
l Kindly recount what took place {window}.
d The CISO asks what they did {window}.
w I wonder what all happened {window}.
f fetch the chronology {window}
s The attack {window}, how did it go?
k attack steps {window}
# timeline.technique
l Kindly recount the steps that exhibit {technique}.
d The red team asks at what steps {technique} was used.
w I wonder during which steps {technique} was used.
f fetch the chronology of {technique}
s The steps with {technique}, which are those?
k chronology, {technique}
# timeline.tactic
l Kindly recount the steps that constitute {tactic}.
d The red team asks what steps were {tactic}.
w I wonder what steps made up {tactic}.
f fetch the chronology of {tactic}
s The {tactic} part, what steps was it?
k chronology, {tactic}
# timeline.first
l Kindly recount the first {n} acts of the intruder.
d The CISO wants the first {n} steps.
w I wonder what the attacker's first {n} moves were.
f fetch the {n} earliest steps
s The first {n} things they did, which were those?
k opening {n} steps
# timeline.last
l Kindly recount the last {n} acts of the intruder.
d The CISO wants the last {n} steps.
w I wonder what the attacker's last {n} moves were.
f fetch the {n} latest steps
s The last {n} things they did, which were those?
k closing {n} steps
# timeline.gravest
l Kindly recount the gravest acts of the intruder.
d The CISO wants the worst steps only.
w I wonder what the most severe of their steps were.
f fetch the most damaging steps
s The worst steps, which were those?
k gravest acts, steps
# attack_path.bare
l Kindly trace the intruder's progress from one machine to the next.
d The network team asks what route the attacker followed.
w I wonder how they got from one box to the other.
f fetch the trail of the intruder through the network
s From machine to machine, how did they travel?
k intruder route
# attack_path.account
l Kindly trace the progress of {account} from one machine to the next.
d The network team asks what route {account} followed.
w I wonder how {account} got from one box to the other.
f fetch the trail of {account} across the machines
s {account}, how did that one travel from host to host?
k route, {account}
# attack_path.host
l Kindly trace by which route {host} was attained.
d The network team asks how the attacker got onto {host}.
w I wonder how they made it onto {host}.
f fetch the trail leading to {host}
s Onto {host}, how did they get there?
k route to {host}
# techniques.bare
l Kindly enumerate the ATT&CK techniques employed.
d The red team asks what techniques they employed.
w I wonder what tradecraft in ATT&CK terms they employed.
f fetch the techniques seen in the attack
s The techniques, which ones did they use?
k employed ATT&CK techniques
# techniques.tactic
l Kindly state whether {tactic} is in evidence.
d The red team asks how the attacker went about {tactic}.
w I wonder if there had been {tactic}.
f fetch the techniques that fall under {tactic}
s {tactic}, was there some of it?
k employed techniques, {tactic}
# techniques.technique
l Kindly state whether {technique} was employed.
d The red team asks if the attacker employed {technique}.
w I wonder if they made use of {technique}.
f find out if {technique} was in use in the attack
s {technique}, did they do that?
k {technique} employed in incident
# techniques.account
l Kindly enumerate the techniques {account} employed.
d The red team asks what techniques {account} employed.
w I wonder what tradecraft {account} employed in ATT&CK terms.
f fetch the techniques seen with {account}
s {account}, which techniques did that one use?
k employed techniques, {account}
# techniques.host
l Kindly enumerate the techniques employed on {host}.
d The red team asks what techniques they employed on {host}.
w I wonder what tradecraft they employed on {host} in ATT&CK terms.
f fetch the techniques seen with the machine {host}
s On {host}, which techniques did they use?
k employed techniques, {host}
# technique_info.technique
l Kindly elucidate {technique}.
d An intern asks what {technique} stands for.
w I wonder what one understands by {technique}.
f fetch the description of {technique}
s {technique}, what would that be?
k {technique} explanation
# technique_info.tactic
l Kindly elucidate the term {tactic}.
d An intern asks what {tactic} stands for.
w I wonder what one understands by {tactic}.
f fetch the description of the tactic {tactic}
s {tactic}, what would that term be?
k {tactic} tactic explanation
# indicators.bare
l Kindly furnish the indicators of compromise.
d The firewall team asks for IOCs.
w I wonder what observables there are to block.
f fetch the IOCs
s The indicators, which would those be?
k indicator list
# indicators.kind
l Kindly furnish the {kind} that serve as indicators.
d The firewall team asks for {kind} to block.
w I wonder what {kind} belong to the attack.
f fetch the bad {kind}
s The malicious {kind}, which would those be?
k indicator list, {kind}
# findings.bare
l Kindly enumerate the detections made.
d The detection engineer asks what rules fired.
w I wonder what the rules caught.
f fetch the detections
s The findings, which would those be?
k detection list
# findings.all
l Kindly enumerate all detections in the entire lake.
d The detection engineer asks for all the findings in the lake.
w I wonder what all the rules caught across the whole lake, beyond this case.
f fetch all detections of the entire lake
s All of the findings in the lake, which would those be?
k all lake detections
# findings.severity
l Kindly enumerate detections rated {severity}.
d The detection engineer asks for {severity} findings.
w I wonder if some alerts are {severity}.
f fetch detections rated {severity}
s The {severity} findings, which would those be?
k detection list, {severity}
# findings.account
l Kindly enumerate the detections that concern {account}.
d The detection engineer asks what alerts {account} caused.
w I wonder what the rules caught {account} at.
f fetch detections naming {account}
s {account}, what alerts were there about that one?
k detection list, {account}
# findings.host
l Kindly enumerate the detections that concern {host}.
d The detection engineer asks what alerts {host} caused.
w I wonder what the rules caught on {host}.
f fetch detections naming the machine {host}
s {host}, what alerts were there on that box?
k detection list, {host}
# findings.technique
l Kindly enumerate the detections that concern {technique}.
d The detection engineer asks what alerts relate to {technique}.
w I wonder what rules caught {technique}.
f fetch detections tagged as {technique}
s {technique}, what alerts were there of it?
k detection list, {technique}
# findings.tactic
l Kindly enumerate the detections that belong to {tactic}.
d The detection engineer asks what alerts relate to {tactic}.
w I wonder what rules caught as {tactic}.
f fetch detections tagged as {tactic}
s {tactic}, what alerts were there of it?
k detection list, {tactic}
# findings.window
l Kindly enumerate the detections made {window}.
d The detection engineer asks what rules fired {window}.
w I wonder what the rules caught {window}.
f fetch detections that came {window}
s The findings {window}, which would those be?
k detection list {window}
# findings.text
l Kindly enumerate detections whose title names {text}.
d The detection engineer asks for alerts that say {text}.
w I wonder if some alert says {text}.
f fetch detections naming {text} in the title
s Findings with {text} in them, which would those be?
k detection list, title {text}
# findings.count
l Kindly enumerate no more than {n} detections.
d The detection engineer asks for {n} alerts.
w I wonder what the {n} foremost findings are.
f fetch {n} detections
s The first {n} findings, which would those be?
k {n} detections, no more
# events.count
l Kindly ascertain how many {activity} there have been.
d The auditor asks for the number of {activity}.
w I wonder how many {activity} we got.
f work out how many {activity} we got
s {activity}, how many would that be?
k {activity} total
# events.count_all
l Kindly ascertain how many events there have been.
d The auditor asks for the number of events.
w I wonder how many events we got.
f work out how many events we got
s Events, how many would that be?
k events total
# events.count_account
l Kindly ascertain how many {activity} {account} accumulated.
d The auditor asks for the number of {activity} of {account}.
w I wonder how many {activity} {account} got.
f work out how many {activity} belong to {account}
s {account}, how many {activity} would that be?
k {activity} total, {account}
# events.count_host
l Kindly ascertain how many {activity} occurred on {host}.
d The auditor asks for the number of {activity} on {host}.
w I wonder how many {activity} {host} got.
f work out how many {activity} belong to the machine {host}
s On {host}, how many {activity} would that be?
k {activity} total, {host}
# events.count_address
l Kindly ascertain how many {activity} relate to {ip}.
d The auditor asks for the number of {activity} of {ip}.
w I wonder how many {activity} {ip} got.
f work out how many {activity} belong to {ip}
s {ip}, how many {activity} would that be?
k {activity} total, {ip}
# events.list
l Kindly display the {activity}.
d The auditor wants to see the {activity}.
f fetch the {activity}
s The {activity}, let me see them.
k {activity} listing
f bring up the {activity}
# events.list_account
l Kindly display the {activity} attributable to {account}.
d The auditor wants to see the {activity} of {account}.
f fetch the {activity} that belong to {account}
s The {activity} of {account}, let me see them.
k {activity} listing, {account}
f bring up {activity} for {account}
# events.list_host
l Kindly display the {activity} recorded on {host}.
d The auditor wants to see the {activity} on {host}.
f fetch the {activity} that belong to the machine {host}
s The {activity} on {host}, let me see them.
k {activity} listing, {host}
f bring up {activity} on {host}
# events.list_number
l Kindly display no more than {n} {activity}.
d The auditor wants to see {n} {activity}.
f fetch {n} {activity}
s {n} of the {activity}, let me see them.
k {activity} listing, {n}
f bring up {n} {activity}
# events.raw_account
l Kindly display the events attributable to {account}.
d The auditor wants to see the log entries of {account}.
f fetch log entries that belong to {account}
s The events of {account}, let me see them.
k event listing, {account}
f bring up the logs for {account}
# events.raw_host
l Kindly display the events recorded on {host}.
d The auditor wants to see the log entries of the machine {host}.
f fetch log entries that belong to {host}
s The events on {host}, let me see them.
k event listing, machine {host}
f bring up the logs on {host}
# events.address
l Kindly display the events relating to {ip}.
d The auditor wants to see the log entries of {ip}.
f fetch log entries that have {ip}
s The events with {ip}, let me see them.
k event listing, {ip}
f bring up the logs for {ip}
# events.top
l Kindly identify the {by} accountable for most {activity}.
d The auditor asks which {by} lead in {activity}.
w I wonder which {by} cause the most {activity}.
f fetch the {by} with the highest number of {activity}
s By {activity}, which {by} come out on top?
k leading {by}, {activity}
# events.top_number
l Kindly identify the {n} {by} encountered most often.
d The auditor asks for the {n} {by} seen most.
w I wonder which {n} {by} we see most.
f fetch the {n} leading {by}
s The {n} most seen {by}, which would those be?
k leading {n} {by}
# events.per
l Kindly tabulate the {activity} by {each}.
d The auditor wants {activity} split by {each}.
w I wonder how {activity} spread over each {each}.
f fetch {activity} totals per {each}
s Per {each}, how many {activity} would that be?
k {activity} table, per {each}
# events.distinct
l Kindly ascertain how many distinct {by} were encountered.
d The auditor asks for the number of unique {by}.
w I wonder how many different {by} we got.
f work out how many distinct {by} we got
s Different {by}, how many would that be?
k unique {by} total
# events.ran
l Kindly state whether {process} was run by any person.
d The auditor asks if somebody launched {process}.
w I wonder if {process} ever got started.
f find out if {process} was being run
s {process}, did somebody start it?
k {process} launched at all
# events.commands
l Kindly enumerate the commands {account} issued.
d The auditor asks what commands {account} entered.
w I wonder what {account} had been running in the way of commands.
f fetch the command lines issued by {account}
s {account}, what commands did that one run?
k issued commands, {account}
# events.process
l Kindly display the events the program {process} produced.
d The auditor wants to see the log entries of the program {process}.
f fetch log entries from the program {process}
s The events of the process {process}, let me see them.
k event listing, program {process}
f bring up what the process {process} did
# events.command
l Kindly display the command lines in which {command} figures.
d The auditor wants to see command lines that have {command}.
f fetch command lines that hold {command}
s The command lines with {command} in them, let me see them.
k command line listing, {command}
f bring up command lines with {command}
# events.text
l Kindly ascertain where {text} figures in the logs.
d The auditor wants to see log entries that say {text}.
f fetch log entries that say {text}
s {text}, let me see where the logs have it.
k log search, {text}
f scan the logs for {text}
# events.port
l Kindly state whether port {port} saw traffic.
d The auditor asks if something used port {port}.
w I wonder if something talked over port {port}.
f find out if port {port} was in use
s Port {port}, was there something on it?
k port {port} usage
# events.from_to
l Kindly display the connections made by {place} to {place2}.
d The auditor wants to see connections from {place} to {place2}.
f fetch the connections from {place} to {place2}
s From {place} to {place2}, let me see the connections.
k connection listing, from {place} to {place2}
f bring up the traffic from {place} to {place2}
# events.source
l Kindly display the {activity} originating at {place}.
d The auditor wants to see the {activity} that came from {place}.
f fetch the {activity} from {place}
s From {place}, let me see the {activity}.
k {activity} listing, from {place}
f bring up {activity} that originate from {place}
# events.destination
l Kindly ascertain how many connections were made to {place}.
d The auditor asks for the number of connections to {place}.
w I wonder how many connections to {place} we got.
f work out how many connections went to {place}
s To {place}, how many connections would that be?
k connections total, to {place}
# events.outcome
l Kindly display those {activity} {outcome}.
d The auditor wants to see the {activity} {outcome}.
f fetch the {activity} {outcome}
s The {activity} {outcome}, let me see them.
k {activity} listing, those {outcome}
f bring up {activity} {outcome}
# events.technique
l Kindly display the events that exhibit {technique}.
d The auditor wants to see the log entries of {technique}.
f fetch log entries tagged {technique}
s The events for {technique}, let me see them.
k event listing, {technique}
f bring up the events of {technique}
# events.finding
l Kindly display the events on which the rule {finding} fired.
d The auditor wants to see the events behind the rule {finding}.
f fetch log entries that made the rule {finding} fire
s The rule {finding}, let me see the events it fired on.
k event listing, rule {finding}
f bring up the events of the finding {finding}
# events.operation
l Kindly ascertain how many times {operation} was invoked.
d The auditor asks for the number of {operation} calls.
w I wonder how many {operation} calls we got.
f work out how many times {operation} got called
s {operation}, how many calls would that be?
k {operation} calls total
# events.operation_who
l Kindly identify those who invoked {operation}.
d The auditor asks who it was that called {operation}.
w I wonder who has been calling {operation}.
f fetch the accounts that invoked {operation}
s {operation}, who called that?
k {operation} invoked by whom
# events.code
l Kindly display the events bearing the id {code}.
d The auditor wants to see events with id {code}.
f fetch log entries with event id {code}
s Event id {code}, let me see those.
k event listing, id {code}
f bring up events with the code {code}
# events.code_count
l Kindly ascertain how many events bear the id {code}.
d The auditor asks for the number of events with id {code}.
w I wonder how many events with id {code} we got.
f work out how many events have id {code}
s Event id {code}, how many would that be?
k event id {code} total
# events.logon_type
l Kindly display the {logon_type} logons.
d The auditor wants to see the {logon_type} logins.
f fetch the {logon_type} logons
s The {logon_type} logons, let me see them.
k {logon_type} logon listing
f bring up logons of the {logon_type} type
# events.logon_who
l Kindly identify those who logged on to {host}.
d The auditor asks who it was that logged in to {host}.
w I wonder who has been logging on to {host}.
f fetch the users who signed in to {host}
s {host}, who logged in there?
k logged on to {host}, by whom
# events.logon_where
l Kindly identify the machines to which {account} logged on.
d The auditor asks on what machines {account} logged in.
w I wonder where {account} has been logging on.
f fetch the machines {account} signed in to
s {account}, onto which machines did that one log in?
k machines logged on to, {account}
# events.logon_from
l Kindly identify the addresses from which {account} logged on.
d The auditor asks from what addresses {account} logged in.
w I wonder from what IP {account} has been logging on.
f fetch the source addresses {account} signed in from
s {account}, from which addresses did that one log in?
k source addresses of logons, {account}
# events.dns_of
l Kindly enumerate the domains that {host} resolved.
d The auditor asks what domains {host} looked up.
w I wonder what domains {host} has been resolving.
f fetch the DNS names that {host} resolved
s {host}, which domains did that box look up?
k resolved domains, {host}
# events.case
l Kindly display the events that make up {case}.
d The auditor wants to see the log entries of {case}.
f fetch log entries that belong to {case}
s The events of {case}, let me see them.
k event listing, {case}
f bring up the logs behind {case}
# first_last.first_step
l Kindly state when the attack commenced.
d The CISO asks how all of it got going.
w I wonder what the attacker did first.
f find out when they began
s The attack, when did that begin?
k attack begin time
# first_last.last_step
l Kindly state when the attack ceased.
d The CISO asks how all of it came to an end.
w I wonder what the attacker did last.
f find out when they stopped
s The attack, when did that stop?
k attack end time
# first_last.account
l Kindly identify the account that was affected {side}.
d HR asks which user was the {side}.
w I wonder which account was the {side} they got.
f find out which user was {side}
s The {side} account, which one would that be?
k account, {side}
# first_last.host
l Kindly identify the computer that was affected {side}.
d The server team asks which machine was the {side}.
w I wonder which host was the {side} they got.
f find out which machine was {side}
s The {side} computer, which one would that be?
k machine, {side}
# first_last.technique
l Kindly identify the technique that was employed {side}.
d The red team asks which technique was the {side}.
w I wonder which technique was the {side} they employed.
f find out which technique was {side}
s The {side} technique, which one would that be?
k technique, {side}
# first_last.finding
l Kindly identify the detection that was raised {side}.
d The detection engineer asks which alert was the {side}.
w I wonder which finding was the {side} they caused.
f find out which detection was {side}
s The {side} alert, which one would that be?
k detection, {side}
# first_last.event
l Kindly identify the {side} event on record.
d The auditor asks what the {side} event was.
w I wonder what the {side} event we hold is.
f fetch the {side} event
s The {side} record, which one would that be?
k {side} event on record
# first_last.one_account
l Kindly state when the {side} {one} by {account} occurred.
d The auditor asks for the {side} {one} of {account}.
w I wonder when the {side} {one} of {account} was.
f fetch the {side} {one} of {account}
s {account}, when was the {side} {one} of that one?
k {side} {one}, {account}
# first_last.one_host
l Kindly state when the {side} {one} on {host} occurred.
d The auditor asks for the {side} {one} on {host}.
w I wonder when the {side} {one} on {host} was.
f fetch the {side} {one} on {host}
s On {host}, when was the {side} {one}?
k {side} {one}, {host}
# first_last.seen_account
l Kindly state when {account} was last encountered.
d HR asks when {account} was last around.
w I wonder when {account} last did anything.
f find out when {account} was last seen
s {account}, when was that one last active?
k last sighting, {account}
# first_last.seen_host
l Kindly state when the machine {host} was last encountered.
d The server team asks when {host} was last around.
w I wonder when {host} last did anything.
f find out when {host} was last seen
s {host}, when was that box last active?
k last sighting, machine {host}
# first_last.seen_address
l Kindly state when {ip} was last encountered.
d The network team asks when {ip} was last around.
w I wonder when {ip} last did anything.
f find out when {ip} was last seen
s {ip}, when was that address last active?
k last sighting, {ip}
# first_last.start_account
l Kindly state when {account} was first encountered.
d HR asks when {account} was first around.
w I wonder when {account} first did anything.
f find out when {account} was first seen
s {account}, when was that one first active?
k first sighting, {account}
# first_last.start_address
l Kindly state when {ip} was first encountered.
d The network team asks when {ip} was first around.
w I wonder when {ip} first did anything.
f find out when {ip} was first seen
s {ip}, when was that address first active?
k first sighting, {ip}
# first_last.both
l Kindly state when {account} was first and when last encountered.
d HR asks when {account} was first and last around.
w I wonder when {account} was first as well as last active.
f find out when {account} was first and last there
s {account}, when was that one first and last seen?
k first and last sighting, {account}
# first_last.process
l Kindly state when {process} was {side} launched.
d The auditor asks for the {side} launch of {process}.
w I wonder when {process} was {side} in use.
f fetch the {side} launch of {process}
s {process}, when was its {side} run?
k {side} launch, {process}
# first_last.use
l Kindly state when {technique} was first employed.
d The red team asks when {technique} was first employed.
w I wonder when they first made use of {technique}.
f find out when {technique} was first in use
s {technique}, when was that first used?
k first employed, {technique}
# first_last.tactic
l Kindly state when the {side} step of {tactic} occurred.
d The red team asks for the {side} indication of {tactic}.
w I wonder when the {side} {tactic} was.
f fetch the {side} {tactic} step
s {tactic}, when was the {side} sign of it?
k {side} sign, {tactic}
# first_last.text
l Kindly state when {text} first figures in the logs.
d The auditor asks when the logs first say {text}.
w I wonder when {text} first turned up.
f fetch the first log entry that says {text}
s {text}, when do the logs first have it?
k first log entry, {text}
# first_last.command
l Kindly state when a command line with {command} was {side} issued.
d The auditor asks for the {side} command line holding {command}.
w I wonder when the {side} command line with {command} was.
f fetch the {side} command line that has {command}
s Command lines with {command}, when was the {side}?
k {side} command line, {command}
# first_last.code
l Kindly state when the {side} event bearing the id {code} occurred.
d The auditor asks for the {side} event with id {code}.
w I wonder when the {side} event with id {code} was.
f fetch the {side} event with the code {code}
s Event id {code}, when was the {side}?
k id {code}, {side} occurrence
# first_last.operation
l Kindly state when {operation} was {side} invoked.
d The auditor asks for the {side} call of {operation}.
w I wonder when the {side} {operation} call was.
f fetch the {side} call to {operation}
s {operation}, when was the {side} call?
k {side} call, {operation}
# first_last.finding_named
l Kindly state when the rule {finding} fired {side}.
d The detection engineer asks when the rule {finding} fired {side}.
w I wonder when the {side} firing of the rule {finding} was.
f find out when the rule {finding} fired {side}
s The rule {finding}, when did it {side} fire?
k {side} firing, rule {finding}
# first_last.logon_type
l Kindly state when the {side} {logon_type} logon by {account} occurred.
d The auditor asks for the {side} {logon_type} login of {account}.
w I wonder when the {side} {logon_type} logon of {account} was.
f fetch the {side} {logon_type} login of {account}
s {account}, when was the {side} {logon_type} logon?
k {side} {logon_type} logon, {account}
# first_last.outcome
l Kindly state when the {side} successful logon by {account} occurred.
d The auditor asks for the {side} successful login of {account}.
w I wonder when the {side} successful logon of {account} was.
f fetch the {side} successful login by {account}
s {account}, when was the {side} successful logon?
k {side} successful logon, {account}
# first_last.source
l Kindly state when the {side} {one} originating at {place} occurred.
d The auditor asks for the {side} {one} that came from {place}.
w I wonder when the {side} {one} from {place} was.
f fetch the {side} {one} from {place}
s From {place}, when was the {side} {one}?
k from {place}, {side} {one}
# first_last.destination
l Kindly state when the {side} connection made to {place} occurred.
d The auditor asks for the {side} connection to {place}.
w I wonder when the {side} connection to {place} was.
f fetch the {side} connection to {place}
s To {place}, when was the {side} connection?
k to {place}, {side} connection
# entity_profile.who
l Kindly provide particulars on {entity}.
d A colleague asks who or what {entity} might be.
w I wonder what there is to know about {entity}.
f fetch whatever is known of {entity}
s {entity}, who or what would that be?
k particulars, {entity}
# entity_profile.normal
l Kindly state whether such conduct is usual for {entity}.
d A colleague asks if that is normal for {entity}.
w I wonder if {entity} always behaves like that.
f find out if that is usual for {entity}
s {entity}, is that normal there?
k normal or not, {entity}
# entity_profile.role
l Kindly state whether {entity} is implicated.
d A colleague asks if {entity} got compromised.
w I wonder whether {entity} had a part in this.
f find out if {entity} was compromised
s {entity}, a party to this or not?
k {entity}, compromised or not
# compare_windows.bare
l Kindly set {stretch} against {stretch2}.
d The CISO wants {stretch} compared with {stretch2}.
w I wonder how {stretch} differs from {stretch2}.
f work out the differences of {stretch} and {stretch2}
s {stretch} and {stretch2}, how do they compare?
k comparison {stretch}, {stretch2}
# compare_windows.account
l Kindly set the conduct of {account} during {stretch} against {stretch2}.
d HR wants {account} compared, {stretch} with {stretch2}.
w I wonder how {account} differs between {stretch} and {stretch2}.
f work out the differences of {account}, {stretch} and {stretch2}
s {account}, how do {stretch} and {stretch2} compare?
k comparison of {account}, {stretch}, {stretch2}
# compare_windows.host
l Kindly set the activity on {host} during {stretch} against {stretch2}.
d The server team wants {host} compared, {stretch} with {stretch2}.
w I wonder how {host} differs between {stretch} and {stretch2}.
f work out the differences on {host}, {stretch} and {stretch2}
s {host}, how do {stretch} and {stretch2} compare?
k comparison of {host}, {stretch}, {stretch2}
# compare_windows.address
l Kindly set the activity of {ip} during {stretch} against {stretch2}.
d The network team wants {ip} compared, {stretch} with {stretch2}.
w I wonder how {ip} differs between {stretch} and {stretch2}.
f work out the differences of {ip}, {stretch} and {stretch2}
s {ip}, how do {stretch} and {stretch2} compare?
k comparison of {ip}, {stretch}, {stretch2}
# compare_windows.case
l Kindly set {case} against the time preceding it.
d The CISO wants {case} compared with ordinary days.
w I wonder how {case} differs from ordinary activity.
f work out the differences of {case} and the time before
s {case} and the time before, how do they compare?
k comparison {case}, before
# changed_since.bare
l Kindly apprise me of new developments.
d The night shift asks what's new.
w I wonder if something new has come in.
f fetch whatever is new
s New things, what are they?
k news, changes
# changed_since.window
l Kindly apprise me of new developments {since}.
d The night shift asks what's new {since}.
w I wonder if something new has come in {since}.
f fetch whatever is new {since}
s New things {since}, what are they?
k news, changes {since}
# data_status.bare
l Kindly state what log data is at hand.
d The auditor asks which log sources feed the lake.
w I wonder what data we are collecting.
f find out what logs are missing
s The logs, which sources do they come from?
k log source overview
# data_status.host
l Kindly state whether log data of {host} is at hand.
d The auditor asks if {host} delivers logs.
w I wonder if we are collecting logs from {host}.
f find out if the logs of {host} are there
s {host}, do its logs come in?
k log collection, {host}
# data_status.window
l Kindly state whether log data is complete {window}.
d The auditor asks if log data is missing {window}.
w I wonder if there are holes in the logs {window}.
f find out if data is missing {window}
s The logs {window}, are there gaps in them?
k log completeness {window}
# next_steps.bare
l Kindly advise on the measures to take.
d The night shift asks what to do now.
w I wonder what we had better do next.
f work out what to do next
s From here, what should we do?
k advised measures
# next_steps.questions
l Kindly state what remains unknown.
d The CISO asks which questions are unanswered.
w I wonder what it is we do not know.
f work out what is unknown still
s Unanswered questions, which would those be?
k unanswered questions
# next_steps.account
l Kindly advise on the measures to take concerning {account}.
d The night shift asks what to do about {account} now.
w I wonder what we had better do about {account}.
f work out what to do with {account}
s With {account}, what should we do?
k advised measures, {account}
# next_steps.host
l Kindly advise on the measures to take concerning {host}.
d The night shift asks what to do about the machine {host} now.
w I wonder what we had better do about {host}.
f work out what to do with the machine {host}
s With {host}, what should we do?
k advised measures, {host}
# draft_report.bare
l Kindly compose a written account of the incident.
d The auditor demands a report.
w I wonder if you could put together a report.
f put together the written report
s A report, could you put one together?
k written incident report
# draft_report.case
l Kindly compose a written report concerning {case}.
d The auditor demands a report of {case}.
w I wonder if you could put together a report on {case}.
f put together the written report for {case}
s {case}, could you put together a report of it?
k written incident report, {case}
# draft_report.format
l Kindly compose the report as {format}.
d The auditor demands a {format} report.
w I wonder if you could put together a report in {format}.
f put together the {format} report
s A report in {format}, could you put one together?
k written report, {format}
# slides.bare
l Kindly compose a presentation.
d The CISO demands slides.
w I wonder if you could put together a deck.
f put together the slides
s Slides, could you put some together?
k presentation for the CISO
# slides.case
l Kindly compose a presentation concerning {case}.
d The CISO demands slides of {case}.
w I wonder if you could put together a deck on {case}.
f put together the slides for {case}
s {case}, could you put together slides of it?
k presentation, {case}
# command_explanation.given
l Kindly state the effect of {command_line}.
d The help desk asks what {command_line} brings about.
w I wonder what {command_line} does.
f fetch an explanation of {command_line}
s {command_line}, what might that do?
k effect of {command_line}
# suspicious_commands.bare
l Kindly state which dubious commands were entered.
d The lawyer asks what the disguised commands did.
w I wonder which risky command lines were executed.
f fetch the suspicious command lines
s The obfuscated commands, what did they do?
k dubious commands, decoded
# suspicious_commands.host
l Kindly state which dubious commands were entered on {host}.
d The server team asks what the encoded commands on {host} did.
w I wonder which risky command lines ran on {host}.
f fetch the suspicious command lines of {host}
s {host}, what suspicious commands ran on it?
k dubious commands, machine {host}
# suspicious_commands.account
l Kindly state which dubious commands {account} entered.
d The auditor asks what the encoded commands of {account} did.
w I wonder which risky command lines {account} executed.
f fetch the suspicious command lines of {account}
s {account}, what suspicious commands came from there?
k dubious commands, account {account}
# suspicious_commands.window
l Kindly state which dubious commands were entered {window}.
d The shift lead asks what encoded commands ran {window}.
w I wonder which risky command lines ran {window}.
f fetch the suspicious command lines {window}
s {window}, what suspicious commands ran then?
k dubious commands {window}
# report_summary.bare
l Kindly state the contents of the enclosed publication on the threat.
d The auditor wants to hear what that vendor paper claims.
w I wonder what the authors of the advisory want to tell.
f fetch the main findings out of that bulletin
s The vendor article, what claims does it make?
k advisory contents overview
# report_hits.bare
l Kindly state whether matters set out in the advisory occurred within our estate.
d The CISO asks if our estate saw things out of that vendor paper.
w I wonder if the advisory has any bearing on our own systems.
f fetch whatever our logs hold of that bulletin's values
s The vendor article, did any of it turn up with us?
k advisory matches, own telemetry
# intel_new.bare
l Kindly state which threat publications are recent additions.
d The CISO wants to hear the newest things from threat research.
w I wonder what threat analysts published lately.
f fetch recent additions to our threat library
s The threat feeds, what did they add lately?
k threat intelligence, recent additions
# intel_new.window
l Kindly state which threat publications were added {since}.
d The CISO wants to hear what threat research brought {since}.
w I wonder what threat analysts published {since}.
f fetch additions to our threat library {since}
s The threat feeds, what did they add {since}?
k threat intelligence additions {since}
# intel_entity.bare
l Kindly state wherein the publications are at variance.
d The auditor asks which vendor papers are in conflict.
w I wonder whether our threat publications tell the same story.
f fetch points on which threat publications diverge
s The vendor papers, on what points are they at odds?
k threat publications, discrepancies
# intel_entity.thing
l Kindly state which publications concern {actor}.
d The CISO asks what vendor papers tell of {actor}.
w I wonder what threat analysts wrote of {actor}.
f fetch publications that deal with {actor}
s {actor}, which vendor papers treat of it?
k threat publications, {actor}
# exposures.bare
l Kindly enumerate whatever security holes remain in our estate.
d The CISO wants to hear how vulnerable our estate is.
w I wonder what exposures we have lying around.
f fetch every known CVE on our machines
s The holes in our software, what would those be?
k exposure overview table
# exposures.vulnerability
l Kindly state whether {cve} pertains to our estate.
d The CISO asks after {cve}, he fears we run it.
w I wonder if {cve} lurks on some machine of ours.
f fetch the assets that suffer from {cve}
s {cve}, is that one on our network?
k affected assets {cve}
# exposures.host
l Kindly enumerate the weaknesses known of the machine {host}.
d The server team asks what CVEs remain on {host}.
w I wonder what vulnerabilities {host} still carries.
f fetch scanner findings of CVEs for {host}
s {host}, what is that box vulnerable to?
k CVE list, machine {host}
# exposures.state
l Kindly enumerate those vulnerabilities which count as {exposure_state}.
d My manager asks for the number of exposures that are {exposure_state}.
w I wonder what we have in the way of {exposure_state} vulnerabilities.
f fetch exposures whose state is {exposure_state}
s The {exposure_state} vulnerabilities, which would those be?
k exposures, state {exposure_state}
# exposures.severity
l Kindly enumerate vulnerabilities rated {severity}.
d The CISO wants to hear about our {severity} CVEs.
w I wonder if some of our vulnerabilities are {severity}.
f fetch the {severity} exposures
s The {severity} vulnerabilities, which would those be?
k vulnerabilities rated {severity}
# fix_plan.bare
l Kindly state the remedial work outstanding, with whoever answers for it.
d The operations manager asks what patches come first.
w I wonder what we ought to patch before all else.
f fetch the schedule of patches
s The patching, what comes first and who does it?
k patch schedule, owners
# fix_plan.window
l Kindly state what is to be remediated {due} and by what team.
d The operations manager asks what patches fall due {due}.
w I wonder what we ought to have patched {due}.
f fetch the patch schedule {due}
s {due}, what is there for us to patch?
k patch schedule {due}
# fix_plan.host
l Kindly state the remedial work outstanding on {host}.
d The server team asks what patches come first on {host}.
w I wonder what we ought to patch on {host} before all else.
f fetch the schedule of patches for {host}
s {host}, what comes first in patching that box?
k patch schedule, machine {host}
# exposure_changes.bare
l Kindly state in what manner our exposure has altered.
d The CISO asks whether vulnerabilities came or went.
w I wonder if our exposure has grown or shrunk.
f fetch newly discovered vulnerabilities
s Our exposure, did it go up or down?
k exposure growth, new against mended
# exposure_changes.window
l Kindly state in what manner our exposure has altered {since}.
d The CISO asks what vulnerabilities came or went {since}.
w I wonder if our exposure has grown or shrunk {since}.
f fetch newly discovered vulnerabilities {since}
s Our exposure {since}, did it go up or down?
k exposure growth {since}
# exposed_accounts.bare
l Kindly state whether the intruder availed himself of an unpatched weakness.
d Legal asks if unpatched machines played a part for the attacker.
w I wonder what vulnerability the hackers came in through.
f fetch exposures that concern the incident's hosts
s The implicated accounts, did they sit on vulnerable boxes?
k incident, exploited CVE
# exposed_accounts.account
l Kindly enumerate the vulnerable machines on which {account} was present.
d The service desk asks what exposures concern {account}.
w I wonder whether {account} sat on vulnerable boxes.
f fetch exposures concerning the account {account}
s {account}, what vulnerable boxes was that one on?
k exposed machines, account {account}
# exposure_report.bare
l Kindly compose a written account of our vulnerabilities.
d The auditor demands a report on vulnerabilities.
w I wonder if you could put together an exposure report.
f put together the written report on exposure
s A report on unpatched machines, could you put one together?
k written vulnerability report
# exposure_report.form
l Kindly compose {exposure_form} concerning our vulnerabilities.
d The auditor demands our exposures as {exposure_form}.
w I wonder if you could put together {exposure_form} on our exposure.
f put together {exposure_form} from the vulnerabilities
s The vulnerabilities as {exposure_form}, could you do that?
k vulnerability export, {exposure_form}
# follow.account
l Kindly repeat this for {account}.
w And {account}, I wonder?
f redo it for {account}
s With {account}, how is it?
k {account} next
f once more, for {account}
# follow.host
l Kindly repeat this for {host}.
w And {host}, I wonder?
f redo it for {host}
s With {host}, how is it?
k {host} next
f once more, for {host}
# follow.window
l Kindly repeat this {window}.
w And {window}, I wonder?
f redo it {window}
s {window}, how is it?
k {window} instead
f once more, {window}
# follow.case
l Kindly repeat this for {case}.
w And {case}, I wonder?
f redo it for {case}
s With {case}, how is it?
k {case} next
f once more, for {case}
# follow.when
l Kindly state at what time that was.
d The CISO asks when that was.
w I wonder when that was.
f find out when that happened
s That, when was it?
k time of that
# follow.who
l Kindly state who that was.
d The CISO asks who did that.
w I wonder who that was.
f find out who did that
s That, who was it?
k who exactly
# follow.where
l Kindly state where that was.
d The CISO asks where that was.
w I wonder where that was.
f find out on what machines that was
s That, where was it?
k where exactly
# follow.how
l Kindly state how that came about.
d The CISO asks how they did it.
w I wonder how that happened.
f find out how they did that
s That, how did it happen?
k how precisely
# follow.more
l Kindly continue.
d The CISO asks what came after that.
w I wonder what happened next.
f keep going
s After that, what happened?
k next, more
# follow.events
l Kindly display the events behind this.
d The auditor wants to see the raw events.
w I wonder if I could see those events.
f fetch the events behind it
s The events, let me see them.
k underlying events
# follow.did
l Kindly recount what {person} did.
d HR asks what {person} did.
w I wonder what {person} was doing.
f fetch the chronology of {person}
k actions of {person}
# follow.on
l Kindly recount what took place on {box}.
d The server team asks what happened on {box}.
w I wonder what happened on {box}.
f fetch the chronology of {box}
k happenings on {box}
# follow.is
l Kindly provide particulars on {thing}.
d A colleague asks about {thing}.
w I wonder what there is to know about {thing}.
f fetch whatever is known of {thing}
k particulars of {thing}
# follow.logons
l Kindly display the {activity} of {person}.
d The auditor wants to see the {activity} of {person}.
f fetch the {activity} of {person}
f bring up the {activity} of {person}
k {activity} listing for {person}
# follow.count_on
l Kindly ascertain how many {activity} occurred on {box}.
d The auditor asks for the number of {activity} on {box}.
w I wonder how many {activity} there were on {box}.
f work out how many {activity} there were on {box}
k {activity} total on {box}
# follow.then
l Kindly ascertain how many {activity} there were {then}.
d The auditor asks for the number of {activity} {then}.
w I wonder how many {activity} there were {then}.
f work out how many {activity} there were {then}
k {activity} total {then}
# two.who_how
l Kindly identify the accounts involved and trace how the intruder moved.
d The CISO asks who it was and what route they followed.
w I wonder who was in on it and how they got around.
f fetch the culprit accounts and the route of the attacker
s Who was it, and from machine to machine, how did they move?
k culprits plus route
# two.what_next
l Kindly provide a synopsis and advise on measures.
d The CISO asks what happened and what to do now.
w I wonder what happened and what we had better do next.
f fetch the gist, plus what to do next
s This incident, what's the story and what should we do?
k gist plus measures
# two.summary_techniques
l Kindly provide a synopsis and enumerate the techniques.
d The CISO asks for the gist plus the ATT&CK techniques.
w I wonder what happened, and by which techniques.
f fetch the gist and the techniques
s What's the story, and which techniques did they use?
k gist plus techniques
# two.accounts_hosts
l Kindly identify the accounts and the computers affected.
d The CISO asks which users and which computers got hit.
w I wonder which accounts are involved and which hosts.
f fetch the affected users plus machines
s The users and the computers involved, which are they?
k affected users, affected machines
# two.timeline_slides
l Kindly recount the course of events and compose a presentation.
d The CISO wants the chronology, and slides.
w I wonder if you could lay out the timeline and put together a deck.
f fetch the timeline and put together slides
k chronology plus presentation
# two.report_slides
l Kindly compose a report and a presentation.
d The CISO demands a report and slides.
w I wonder if you could put together a report and a deck.
f put together the report plus slides
k written report plus presentation
# two.profile_events
l Kindly provide particulars on {account} and display the events.
d HR asks who {account} is and wants to see the events.
w I wonder who {account} is and what events there are.
f fetch the background of {account} and the events
k particulars and events, {account}
# two.first_path
l Kindly state when the attack commenced and trace how the intruder moved.
d The CISO asks when it began and what route they followed.
w I wonder how it started and how they got around after.
f fetch the beginning and the route of the attacker
k beginning plus route
# two.indicators_next
l Kindly furnish the indicators and advise on measures.
d The CISO asks for the IOCs and what to do now.
w I wonder what the IOCs are and what we had better do next.
f fetch the indicators plus what to do next
k indicators plus measures
# two.three
l Kindly provide a synopsis, identify the accounts and advise on measures.
d The CISO asks what happened, who it was and what to do now.
w I wonder what happened, who was in on it and what we had better do.
f fetch the gist, the culprit accounts and what to do next
k gist, culprits, measures
# two.cases_changed
l Kindly enumerate the open incidents and new developments.
d The night shift asks which cases are open and what's new.
w I wonder which incidents are open and if something is new.
f fetch the open cases plus whatever is new
k open incidents plus news
# none.greeting
l Salutations.
d My colleague says hi.
w I wonder how you feel.
s Well, that was lovely.
k greetings
f have a nice weekend
# none.outside
l Kindly compose a sonnet on autumn.
d My wife asks for a restaurant tip.
w I wonder how tall Mount Everest is.
f turn off {host}
f lock {account} out
f fetch me a coffee
s The football, who won?
k cheap flights to Rome
w I wonder what the lottery numbers will be.
d The CFO asks for the quarterly revenue.
"""
