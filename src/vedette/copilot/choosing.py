"""Words of closed lists, and what stands in a place of its own: ``failed``, ``by host``, ``port 3389``, ``event id 4625``.

For each parameter by its name, patterns that mean one of its choices; the first that fits is taken. A choice that is
not among a parameter's own is passed over, so that tools may share names. What no pattern says is read from the choice's
own words.
"""

# ruff: noqa: E501 (patterns, one a line)
from __future__ import annotations

from functools import cache
from typing import Any

import re2

from vedette.schema import Parameter

EXCLUDING = "excluding"
"""Name of parameters that take what a question leaves out, and nothing else."""

_LOGON = r"(?:log(?:s|ged|ging)?[ -]?(?:on|in|ins|ons)|logins?|logons?|sign(?:s|ed|ing)?[ -]?(?:in|on|ins|ons)|authenticat\w*)"
_FAIL = r"(?:fail\w*|unsuccessful\w*|bad|wrong|denied|rejected|refused|invalid|incorrect)"

_ONES = r"(?:ones?|attempts?|tries|logons?|logins?|calls?|events?|records?)?"
_LESS = r"(?:without|excluding|except(?: for)?|other than|not counting|leaving out|ignoring|minus|but not|not|n't|never)(?: \w+)?"
_TURNED = (
    (
        re2.compile(rf"\b{_LESS} (?:the |any |all )?(?:fail\w*|unsuccessful\w*|denied|rejected|refused) ?{_ONES}"),
        " successful ",
    ),
    (re2.compile(rf"\b{_LESS} (?:the |any |all )?(?:successful\w*|succe\w+|accepted|granted) ?{_ONES}"), " failed "),
)
"""What leaves out the one outcome means the other: ``logons without the failed ones``."""
_TURNS = frozenset({"activity", "outcome"})

_SAID: dict[str, tuple[tuple[str, str], ...]] = {
    "activity": (
        (rf"\b{_FAIL}\b.{{0,24}}\b(?:{_LOGON}|passwords?|attempts?)\b|\b{_LOGON}\b.{{0,20}}\b{_FAIL}\b|\bfail\w* to {_LOGON}|\bpassword (?:guess\w*|spray\w*|attempts?)|\bbrute.?forc\w*|\bmistyped\b", "failed_logon"),
        (r"\bexplicit(?:ly)?\b.{0,20}\bcredentials?\b|\brun ?as\b|\b4648\b", "explicit_logon"),
        (r"\blog(?:s|ged|ging)?[ -]?(?:off|out|offs|outs)\b|\blog(?:off|out)s?\b|\bsign(?:ed)?[ -]?out\b|\bdisconnect\w*", "logoff"),
        (r"\b(?:kerberos|service|tgs|tgt)[ -]tickets?\b|\btickets? (?:request|grant)\w*|\bkerberos\b", "ticket"),
        (rf"\b{_LOGON}\b|\brdp session|\bremote desktop\b", "logon"),
        (r"\b(?:lock(?:ed|s)?[ -]?outs?|account lock\w*|locked)\b", "lockout"),
        (r"\b(?:clear|wipe|erase|delet|purg)\w*\b.{0,24}\b(?:event )?logs?\b|\blogs?\b.{0,16}\b(?:clear|wip|eras|delet|purg)\w*|\blog clear\w*", "log_cleared"),
        (r"\b(?:creat|install|register|add|schedul)\w*\b.{0,24}\b(?:scheduled )?(?:task|job|cron ?job)s?\b|\b(?:tasks?|jobs?)\b.{0,20}\b(?:creat|register|add|schedul)\w*|\bnew (?:scheduled )?(?:task|job)s?", "task_created"),
        (r"\b(?:account|user)s?\b.{0,24}\b(?:created|added|made)\b|\b(?:creat|add|mak)\w*\b.{0,16}\b(?:new )?(?:accounts?|users?)\b|\bnew (?:accounts?|users?)\b", "account_created"),
        (r"\b(?:its|his|her|their) creation\b|\bcreation of (?:the (?:new )?account )?ENTITY\b|\b(?:who|which (?:account|user)) (?:has |had )?(?:created|made|added) ENTITY\b|\b(?:was|is) ENTITY (?:created|made|added)\b", "account_created"),
        (r"\bgroups?\b.{0,24}\b(?:chang|add|remov|join|member)\w*|\b(?:add|remov)\w*\b.{0,40}\b(?:to|from)\b.{0,24}\bgroup|\bmember(?:ship)?s? (?:change|added)|\bgroup (?:changes?|members?\w*)", "group_change"),
        (r"\b(?:what|which) groups?\b|\b(?:becom\w*|became|made|promot\w*)\b.{0,30}\badmin\w*|\b(?:put|join|add|remov)\w*\b.{0,40}\b(?:to|into|from|out of)\b.{0,40}\b(?:admins?|administrators|operators|group)\b", "group_change"),
        (r"\bpasswords?\b.{0,12}\bresets?\b|\breset\w*\b.{0,30}\bpasswords?\b", "password_reset"),
        (r"\b(?:account|user|password)s? (?:were |was |been )?(?:chang\w*|modif\w*|reset\w*)\b|\b(?:reset|chang)\w*\b.{0,16}\b(?:password|account)s?\b", "account_change"),
        (r"\bscheduled (?:tasks?|jobs?)\b|\bcron\b|\bschtasks\b|\btask events?\b", "task"),
        (r"\b(?:creat|install|register|add)\w*\b.{0,24}\bservices?\b|\bservices?\b.{0,20}\b(?:creat|install|register|add)\w*|\bnew services?\b", "service_created"),
        (r"\bservice (?:events?|changes?)\b|\bwindows services?\b", "service"),
        (r"\b(?:open|access|read|dump)\w*\b.{0,20}\b(?:memory|lsass|process(?:es)?)\b|\blsass\b.{0,24}\b(?:open|access|read|dump)\w*|\bprocess access\w*", "process_access"),
        (r"\bdirectory (?:service )?access\w*|\bdirectory replication\b|\bdirectory (?:events?|objects?)\b", "directory"),
        (r"\b(?:dns|domain names?|names? (?:asked|resolved|looked)|name lookups?|resolv\w+|looked? up)\b", "dns"),
        (r"\b(?:web|http|https) (?:requests?|traffic|events?|logs?|access\w*|server requests?)\b|\brequests?\b.{0,24}\b(?:web|site|url)|\buser[ -]agents?\b|\burls?\b|\bhttp\b", "http"),
        (r"\b(?:smb|file shares?|network shares?|shared folders?|admin shares?)\b", "smb"),
        (r"\brpc\b", "rpc"),
        (r"\b(?:e-?mails?|mails?)\b", "email"),
        (r"\b(?:s3|gcs|cloud storage|storage|bucket|stored)\b.{0,24}\bobjects?\b|\bbuckets?\b.{0,40}\b(?:read|access|download|open|copi|copy|empt|stole|steal|taken|touch|exfiltrat|downloaded)\w*|\b(?:read|access|download|open|copi|copy|stole|steal|took|take|touch|exfiltrat)\w*\b.{0,24}\bbuckets?\b|\b(?:which|what) (?:\w+ )?objects?\b", "object"),
        (r"\b(?:api|cloud|aws|cloudtrail)\b.{0,12}\b(?:calls?|operations?|actions?|activity|requests?|events?)\b|\b(?:calls?|operations?)\b.{0,20}\b(?:api|cloud|aws)\b|\bapi operations?\b|\bcalled? (?:the )?(?:cloud |aws )*apis?\b|\b(?:cloud|aws) apis?\b|\boperations? (?:did|was|were|called)", "api"),
        (r"\b(?:security )?alerts?\b.{0,30}\b(?:suricata|edr|ids|product|sensor)s?\b|\b(?:suricata|ids|edr) alerts?\b", "alert"),
        (r"\bregistry\b|\bautorun|\brun keys?\b", "registry"),
        (r"\b(?:dlls?|modules?|drivers?|librar(?:y|ies)|images?)\b.{0,16}\bload\w*|\bload\w*\b.{0,16}\b(?:dlls?|modules?|drivers?|librar\w+)|\bmodule loads?\b", "module"),
        (r"\bscripts? (?:blocks?|events?|logs?)\b|\bpowershell (?:scripts?|blocks?|script blocks?|pipelines?)\b|\bscripts?\b.{0,12}\b(?:ran|run|executed)\b", "script"),
        (r"\btasks?\b", "task"), (r"\bservices?\b", "service"),
        (r"\bfiles?\b|\bdownload\w*|\bwrote\b|\bwritten\b|\bdropped\b", "file"),
        (r"\b(?:network )?connect(?:ion|ions|ed|s)?\b|\btraffic\b|\bnetwork (?:events?|activity|flows?)\b|\btalk(?:ed|s)? to\b|\breach(?:ed)? out\b|\bcontacted\b", "network"),
        (r"\bdid \S+ (?:start|launch|run)\b|\b(?:process(?:es)?|programs?|commands?(?: lines?)?|executables?|binar(?:y|ies)|tools?)\b|\b(?:ran|run|runs|running|execut\w*|launch\w*|start\w* program)\b", "process"),
    ),
    "outcome": (
        (rf"\b{_FAIL}\b|\bdid ?n[o']t (?:work|succeed)|\berrors?\b", "failure"),
        (r"\bsucce\w+|\bthat worked\b|\bgranted\b|\baccepted\b", "success"),
        # who logged on did not fail to: the verb means success, the noun ("how many logons") both
        (r"\b(?:did|does|do|has|have|had|who|who's|account|accounts|user|users|anyone|anybody|somebody|someone|nobody|ENTITY|he|she|they|it)\b.{0,40}\b(?:log(?:s|ged)?[ -]?(?:on|in)(?:to)?|sign(?:s|ed)?[ -]?(?:in|on)(?:to)?)\b", "success"),
    ),
    "logon_type": (
        (r"\b(?:rdp|remote desktop|terminal services?|remote interactive)\b", "remote_desktop"),
        (r"\b(?:over the network|network logons?|type 3|remotely)\b", "network"),
        (r"\b(?:interactive(?:ly)?|console|at the keyboard|type 2|locally)\b", "interactive"),
        (r"\bbatch\b", "batch"), (r"\bservice logons?\b|\bas a service\b", "service"), (r"\bunlock\w*", "unlock"),
        (r"\bnew credentials\b|\btype 9\b|\bnetonly\b", "new_credentials"), (r"\bclear ?text\b", "cleartext"), (r"\bcached\b", "cached"),
    ),
    "what": (
        (r"\b(?:open|unknown|unclear|unanswered|missing|loose ends|not know|n't (?:we|you|i) know|(?:we|you|i) (?:don't|do not) know|questions?)\b", "questions"),
        (r"\b(?:should|do next|next steps?|recommend\w*|contain\w*|remediat\w*|respond|advice|advise)\b", "steps"),
        (r"\bwhat (?:did|has|have) .{1,60} (?:run|execute|launch|start)\b", "top"),
        (r"\bhow many (?:different|distinct|unique|separate|individual)\b|\bnumber of (?:different|distinct|unique)\b", "distinct"),
        (r"\b(?:distinct|unique)\b", "distinct"),
        (r"\bhow (?:many|often|much times)\b|\bcount\b|\btotal\b|\bnumber of\b|\bhow much\b", "count"),
        (r"\btop\b|\bmost (?:often|frequent\w*|common\w*|active|used)\b|\bbusiest\b|\bthe most\b|\b(?:by|per|for each|grouped by|each) (?:account|user|host|machine|address|ip|port|process|program|command|domain|url|file|operation|day|hour|outcome|source|activity|destination)\b", "top"),
        (r"^\W*(?:please )?(?:which|what) (?:\w+ ){0,2}(?:accounts?|users?|hosts?|machines?|computers?|servers?|addresses|ips?|ports?|process(?:es)?|programs?|domains?|dns|urls?|user.?agents?|operations?|names|files?|commands?|buckets?|objects?|resources?|shares?|secrets?)\b", "top"),
        (r"^\W*who\b|\bby whom\b|\bsrc(?: ?(?:ips?|addr\w*))?\W*$|\bfrom (?:where|which (?:ip|address)\w*)\W*$", "top"),
        (r"\b(?:show|list|see|print|display|give|which|what|find|search|grep|pull|get)\b", "list"),
        (r"\bfirst and (?:the )?last\b|\bboth\b", "both"),
        (r"\bfirst\b|\bearliest\b|\binitial\w*|\bstart\w*|\bbeg[aiu]n\w*|\boriginally\b", "first"),
        (r"\blast\b|\blatest\b|\bmost recent\w*|\bend(?:ed)?\b|\bstopp?\w*|\bfinal\w*", "last"),
    ),
    "whose": ((r"\b(?:they|them|their|attackers?|intruders?|adversar(?:y|ies)|hackers?|threat actors?)\b", "implicated"),),
    "by": (
        (r"\b(?:which|what|how many|different|distinct|top|list|by|per|each) (?:\w+ ){0,3}buckets?\b", "bucket"),
        (r"\b(?:which|what|how many|different|distinct|top|list|by|per|each) (?:\w+ ){0,3}(?:objects?|resources?|shares?|secrets?)\b", "resource"),
        (r"\bwhat (?:did|has|have) .{1,60} (?:run|execute|launch|start)\b", "command"),
        (r"\b(?:per|by|each|every) day\b|\bdaily\b|\bwhich days?\b", "day"), (r"\b(?:per|by|each|every) hour\b|\bhourly\b|\bwhich hours?\b", "hour"),
        (r"\b(?:by|per|each) (?:source )?(?:address|ip)|\bsrc(?: ?(?:ips?|addr\w*))?\b|\bsource\W*$|\bsource (?:addresses|ips?|address)\b|\b(?:which|what|how many|different|distinct|top|list|the) (?:\w+ ){0,3}(?:addresses|ips|ip addresses|address)\b|\bfrom (?:where|which (?:address|ip)\w*)", "address"),
        (r"\buser[ -]agents?\b", "user_agent"),
        (r"\b(?:which|what|by|per|each) domain controllers?\b", "host"),
        (r"\bdestinations?\b|\bwhere (?:to|did .{1,40} (?:connect|go|talk))\b|\bto (?:which|what) (?:address|ip|host|server|machine)", "destination"),
        (r"\bports?\b", "port"),
        (r"\b(?:which|what|how many|different|distinct|top \d+|top|list|by|per|each|busiest|most active) (?:\w+ ){0,2}(?:hosts?|machines?|computers?|servers?|workstations?|boxes|systems)\b|\bon (?:which|what) (?:hosts?|machines?|computers?|servers?)", "host"),
        (r"\b(?:which|what|how many|different|distinct|top \d+|top|list|by|per|each|busiest|most active) (?:\w+ ){0,2}(?:accounts?|users?|people|persons?|identit\w+)\b|^\W*who\b|\b(?:by )?whom\b|\bwho (?:else )?(?:has |have |had )?(?:logged|log|ran|run|signed|used|failed|called|connected|made|did)\b", "account"),
        (r"\b(?:which|what|how many|different|distinct|top \d+|top|list|by|per|each) (?:\w+ ){0,2}(?:dns names?|domains?|domain names?|names)\b", "domain"),
        (r"\b(?:which|what|how many|different|distinct|top \d+|top|list|by|per|each) (?:\w+ ){0,2}(?:process(?:es)?|programs?|executables?|binar\w+|tools?)\b", "process"),
        (r"\b(?:which|what|different|distinct|top \d+|top|by|per|each) (?:\w+ ){0,2}commands?\b|\bcommand lines?\b", "command"),
        (r"\b(?:which|what|how many|different|distinct|top \d+|top|list|by|per|each) (?:\w+ ){0,2}(?:urls?|pages?)\b", "url"),
        (r"\b(?:which|what|different|distinct|top \d+|top|by|per|each) (?:\w+ ){0,2}files?\b", "file"),
        (r"\b(?:which|what|how many|different|distinct|top \d+|top|list|by|per|each) (?:\w+ ){0,3}(?:operations?|calls?|api calls?|actions)\b", "operation"),
        (r"\b(?:by|per|each) outcome\b", "outcome"), (r"\b(?:by|per|each) (?:kind of log|log type|reader|log source)\b", "source"),
        (r"\b(?:by|per|each) (?:activity|kind|type|class)\b|\bwhat (?:kinds?|types?|sorts?) of (?:events?|activity)\b", "activity"),
    ),
    "of": (
        (r"\b(?:which|what|the) (?:\w+ )?(?:accounts?|users?|identit\w+)\b|^\W*who\b|\baccounts?\b.{0,30}\b(?:first|last)\b", "account"),
        (r"\b(?:which|what|the|first|last) (?:\w+ )?(?:hosts?|machines?|computers?|servers?|workstations?|box|systems?)\b|\bwhere did\b|\bpatient zero\b", "host"),
        (r"\btechniques?\b|\bttps?\b", "technique"), (r"\bfindings?\b|\balerts?\b|\bdetections?\b", "finding"),
        (r"\b(?:first|last|latest|final) (?:thing|action|act|activity|command) (?:that |which )?(?:ENTITY|he|she)\b", "event"),
        (r"\b(?:event|events|record|log entry|entry|logs?) (?:in|of|we|from|there)\b|\b(?:first|last|latest|earliest|oldest|newest) (?:event|record|log|entry)\b|\bseen\b|\bappear\w*|\bactive\b", "event"),
        (r"\bsteps?\b|\bthing\b|\battack\w*\b|\bintru\w+\b|\bincident\b", "step"),
    ),
    "role": (
        (r"\ball (?:the )?(?:accounts?|users?|hosts?)\b|\bevery(?:one|body)\b|\b(?:accounts?|hosts?) (?:in|of) (?:the|this) case\b", "all"),
        (r"\bbystanders?\b|\bnearby\b|\binnocent\b|\bunrelated\b|\bcollateral\b|\bnot (?:implicated|involved)\b", "bystander"),
        (r"\btarget(?:ed|s)?\b.{0,16}\b(?:accounts?|users?)\b|\b(?:accounts?|users?|who)\b.{0,24}\b(?:targeted|aimed at|attacked)\b|\baimed at\b|\bgo(?:ing|ne)? after\b|\bafter whom\b", "targeted"),
        (r"\b(?:creat|ma)(?:ed?|ed|de)\b.{0,24}\b(?:by|accounts?|users?)\b|\baccounts?\b.{0,24}\b(?:created|made|added)\b|\b(?:backdoor|new) accounts?\b", "created"),
        (r"\b(?:compromised|hacked|breached|taken over|stolen|hijacked|pwned)\b", "compromised"),
        (r"\battacker'?s? (?:own )?(?:accounts?|identit\w+)\b|\b(?:accounts?|identit\w+) (?:of|used by) the attacker\b", "attacker"),
        (r"\bimplicated\b|\binvolved\b|\bresponsible\b|\bbehind\b|\bguilty\b", "implicated"),
        (r"\b(?:patient zero|entry|entry points?|initial|start(?:ed)?|foothold|beachhead|beg[au]n|got in|first (?:host|machine|computer))\b", "entry"),
        (r"\btarget(?:s|ed)?\b|\bmoved to\b|\breached\b|\bdestination\b", "target"),
        (r"\bsources?\b|\bmoved from\b|\bpivot\w*|\bjump(?:ed)? (?:host|off)", "source"),
    ),
    "kind": (
        (r"\b(?:ips?|ip address(?:es)?|address(?:es)?)\b", "ip"), (r"\bdomains?\b", "domain"), (r"\burls?\b|\blinks?\b", "url"),
        (r"\be-?mails?\b", "email"), (r"\bhash(?:es)?\b|\bmd5s?\b|\bsha-?\d*s?\b", "hash"), (r"\bfiles?\b|\bfile ?names?\b", "file"),
        (r"\bregistry\b", "registry"), (r"\b(?:access )?keys?\b", "access_key"), (r"\buser[ -]agents?\b", "user_agent"), (r"\bcves?\b", "cve"),
    ),
    "scope": ((r"\b(?:of |show |list |give me )all\b|^\W*all\b|\ball (?:the )?(?:data|logs|findings|alerts|rules|detections|cases)\b|\bwhole\b|\boverall\b|\bin (?:the )?(?:lake|data|logs)\b|\bin total\b|\bevery\b", "all"),),
    "audience": (
        (r"\b(?:for|to|with) (?:an? |the |our |my |your |other )*(?:analysts?|soc|responders?|engineers?)\b", "analyst"),
        (r"\b(?:ciso|cso|cio|cto|ceo|cfo|coo|boards?|management|managers?|executives?|exec|execs|c-?suite|directors?|leadership|non-?technical)\b", "executive"),
    ),
    "format": ((r"\bhtml\b|\bweb ?page\b", "html"), (r"\bjson\b", "json"), (r"\bmarkdown\b|\bmd\b", "markdown")),
    "status": ((r"\bopen\b|\bunresolved\b|\bpending\b|\bactive\b", "open"), (r"\bclosed\b|\bresolved\b|\bfinished\b|\bdone\b", "closed")),
    "severity": (
        (r"\bcritical\b", "critical"), (r"\bhigh(?:est)?[ -]?(?:severity|risk|priority)?\b", "high"), (r"\bmedium\b|\bmoderate\b", "medium"),
        (r"\blow(?:est)?[ -](?:severity|risk|priority)\b|\blow\b", "low"), (r"\binformational\b", "informational"),
    ),
    "order": (
        (r"\bfirst\b|\bearliest\b|\bbeg[aiu]n\w*|\bstart\w*\b|\binitial\w*", "first"),
        (r"\blast\b|\blatest\b|\bend\b|\bfinal\w*|\bmost recent\b", "last"), (r"\bgravest\b|\bworst\b|\bmost (?:severe|serious|important)\b|\bkey\b|\bmain\b", "gravest"),
    ),
}  # fmt: skip

_NUMBERED = {
    "port": re2.compile(r"(?i)\bports? (\d{1,5})\b|\b(\d{1,5})/(?:tcp|udp)\b"),
    "code": re2.compile(
        r"(?i)\b(?:event ?(?:id|code)s?|eventid|eid|code|events? with (?:the )?(?:id|code))[ :=#]*(\d{1,5}|[A-Za-z]{3,40}Event)\b|\((\d{4})\)|\b(\d{4}) (?:events?|records?)\b|\bevents? (\d{4})\b|\b(1102|4[16-9]\d{2}|5[01]\d{2}|70(?:36|40|45))(?:'?s)?\b"
    ),
    "operation": re2.compile(
        r"\b((?:Get|List|Put|Create|Delete|Describe|Update|Assume|Attach|Detach|Add|Remove|Run|Start|Stop|Terminate|Modify|Revoke|Authorize|Console|Head|Copy|Invoke|Set|Enable|Disable)[A-Z][A-Za-z]{2,40})\b"
    ),
}
"""Parameters whose value stands after a word of its own, or has a form of its own."""


@cache
def _patterns(name: str) -> tuple[tuple[Any, str], ...]:
    return tuple((re2.compile(pattern), choice) for pattern, choice in _SAID.get(name, ()))


_TRIED = re2.compile(r"\b(?:explicit\w*|attempt\w*|tr(?:y|ies|ied|ying)|unsuccessful\w*)\b")
"""What leaves open whether it worked."""


def choice_said(parameter: Parameter, question: str) -> str | None:
    """Return the word of a closed list that a question means, None where it means none.

    Args:
        parameter: of kind ``CHOICE``.
        question: in lower case, with names masked, so that no name is taken for a word.
    """
    if parameter.name in _TURNS:
        for denied, meant in _TURNED:
            question = denied.sub(meant, question)
    patterns = _patterns(parameter.name)
    for pattern, choice in patterns:
        if choice in parameter.choices and pattern.search(question):
            if choice == "success" and _TRIED.search(question):
                continue
            return choice
    return None if patterns else _spelt(parameter, question)


def placed(parameter: Parameter, question: str) -> str | None:
    """Return what stands in a parameter's own place: the number after ``port``; None where there is none."""
    pattern = _NUMBERED.get(parameter.name)
    match = pattern.search(question) if pattern is not None else None
    return next((g for g in match.groups() if g), None) if match is not None else None


def has_place(parameter: Parameter) -> bool:
    """Return whether a parameter is filled from its own place alone."""
    return parameter.name in _NUMBERED


def _spelt(parameter: Parameter, question: str) -> str | None:
    """Return the choice whose own words the question has, None where it has none or several."""
    words = [_stem(w.strip(".,;:?!\"'()")) for w in question.casefold().split()]
    said: list[tuple[int, str]] = []
    for choice in parameter.choices:
        parts = [_stem(p) for p in choice.casefold().replace("_", " ").replace("-", " ").split()]
        if any(words[i : i + len(parts)] == parts for i in range(len(words) - len(parts) + 1)):
            said.append((len(parts), choice))
    said.sort(key=lambda s: -s[0])
    if not said or (len(said) > 1 and said[0][0] == said[1][0]):
        return None
    return said[0][1]


def _stem(word: str) -> str:
    for ending in ("ings", "ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 4 and word.endswith("e") else word
