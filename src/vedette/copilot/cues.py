"""What the shape of a question says about the tool that is meant: patterns for the tools that come with Vedette.

A third party's tool needs none: its words and examples speak for it. Weights add up with those (see
:mod:`vedette.copilot.rules`), where one clear example counts about 3. All patterns are RE2's.
"""

# ruff: noqa: E501 (patterns, one a line)
from __future__ import annotations

from typing import Any

import re2

_NOUN = r"(?:cases?|incidents?|attacks?|investigations?|breach(?:es)?|intrusions?)"
_BAD = (
    r"(?:implicated|involved|compromis\w*|responsible|behind|breached|hacked|guilty|at fault|took part|take part|abused"
    r"|affected|caught up|owned|pwned|taken over|culprits?|suspects?|bad guys?|to blame|misused|victims?)"
)
_HOSTS = r"(?:hosts?|machines?|servers?|computers?|workstations?|boxes|laptops?|endpoints?|pcs?)"
_EVENTS = (
    r"(?:events?|logons?|log-?ons?|logins?|sign-?ins?|connections?|commands?|process(?:es)?|requests?|records?|quer(?:y|ies)|calls?"
    r"|downloads?|uploads?|files?|scripts?|lookups?|attempts?|failures?|api calls?|operations?|logs|entries|services?|tasks?)"
)

_DEEDS = (
    r"(?:created?|minted?|issued?|generated?|added?|installed?|deleted?|removed?|cleared?|wiped?|erased?|reset|resets|changed?|disabled?|enabled?|locked|unlocked"
    r"|put|started|stopped|ran|run|executed?|launched?|logged|log|signed|failed|fail|connected?|downloaded?|uploaded?|opened?|read"
    r"|accessed?|called?|queried|resolved|sent|received|copied|talked|talks|spoke|contacted|reached|used|dumped|assumed|visited"
    r"|requested|modified|registered|scheduled|granted|wrote|dropped)"
)
_EXPOSED = r"(?:exposed|exposures?|vulnerab\w+|unpatched|cves?|sboms?|known exploited|kev|VULNERABILITY|missing patches|lack(?:s|ing)? patches)"
_COMMANDS = r"(?:commands?|command ?lines?|cmdlines?|power ?shell(?: scripts?| commands?)?|one-?liners?|shell scripts?)"
_ODD = r"(?:suspicious|malicious|risky|dangerous|obfuscated|encoded|hidden|disguised|shady|evil|harmful|odd|nasty|base64\w*|decoded|deobfuscated)"
_MEND = r"(?:fix(?:ed|es)?|patch(?:ed|es|ing)?|remediat\w+|mend(?:ed)?)"

_CUES: tuple[tuple[str, str, float], ...] = (
    # cases
    ("cases", rf"^(?:list|show|give|display|get)?\s*(?:me )?(?:all |the |any |open |current |our )*{_NOUN}\??$", 4),
    ("cases", rf"\bhow many (?:\w+ ){{0,2}}{_NOUN}\b", 4),
    ("cases", r"\b(?:which|what|list|show|any|all|are there|is there|do we have)\b.{0,24}\b(?:cases|incidents|attacks|intrusions)\b", 3),
    ("cases", rf"\b(?:which|what) {_NOUN} (?:is|was|are|came|started|happened|do|have|involve)", 2),
    # case_summary
    ("case_summary", r"\bwhat (?:exactly )?(?:has )?happened\b(?: here)?[?.! ]*$", 3),
    ("case_summary", r"\b(?:summar\w+|overview|tl;?dr|in short|in a nutshell|brief(?: me)?|gist|what(?:'s| is) going on)\b", 2.5),
    ("case_summary", rf"\b(?:tell me about|describe|explain|what (?:is|was)|how (?:bad|severe|serious|grave) (?:is|was))\b.{{0,20}}\b{_NOUN}\b", 2.5),
    ("case_summary", r"\b(?:how (?:sure|confident|certain|bad|severe|serious|grave))\b", 2),
    ("case_summary", rf"\bwhat happened (?:in|during) (?:the |this |that )?(?:\w+ )?{_NOUN}", 3),
    ("case_summary", r"\b(?:show|open|describe|explain|tell|see)\b.{0,16}\bCASE\b", 4),
    ("case_summary", r"^\W*(?:the )?CASE\W*$", 4),
    # implicated_accounts
    ("implicated_accounts", rf"\b(?:who|which|what|whose|list|show|how many)\b.{{0,48}}\b{_BAD}\b", 3),
    ("implicated_accounts", r"^who(?: did (?:it|this|that)| was it| is it|dunn?it| done it)[?.! ]*$", 5),
    ("implicated_accounts", rf"\b(?:is|was|were|are|has|have)\b.{{0,40}}\b{_BAD}\b", 2),
    ("implicated_accounts", r"\b(?:accounts?|users?|identit\w+|principals?|people)\b.{0,40}\b(?:attacker|created|targeted|aimed|bystander|at risk|hijacked|stolen)", 3),
    ("implicated_accounts", r"\b(?:attacker|intruder|adversary)\b.{0,30}\b(?:create|use|abuse|control|take over)\w*\b.{0,20}\b(?:accounts?|users?|identit)", 3),
    ("implicated_accounts", r"\b(?:which|what|whose) (?:\w+ ){0,2}(?:accounts?|users?|credentials?|identit\w+)\b", 1.5),
    # hosts
    ("hosts", rf"\b(?:which|what|how many|list|show|all)\b.{{0,24}}\b{_HOSTS}\b", 3),
    ("hosts", r"\b(?:patient zero|entry point|point of entry|beachhead|foothold)\b", 3),
    ("hosts", r"\bwhere did (?:it|this|the attack\w*|they|everything) (?:all )?(?:start|begin|come from|get in|enter)", 3),
    ("hosts", r"\b(?:is|was) .{1,60} (?:affected|hit|touched|infected|compromised)\b", 0.5),
    # timeline
    ("timeline", r"\b(?:timeline|chronolog\w*|step[- ]by[- ]step|sequence of|in order|play[- ]by[- ]play|blow by blow)\b", 4),
    ("timeline", r"\bwhat (?:did|has|have|had) .{1,60} (?:do|done|did)\b", 2),
    ("timeline", r"\bhow long\b.{0,40}\b(?:last|take|took|run|go|be|stay|active|attack|incident|they|inside)", 3),
    ("timeline", r"\bhow many steps\b", 4),
    ("timeline", r"\bwhat happened\b.{1,80}$", 1.5),
    ("timeline", rf"\bwhen did (?:the |this |that )?{_NOUN} (?:start|begin|end|stop|finish|happen|take place|occur)", 4),
    ("timeline", rf"\bwhen (?:was|were) (?:the |this |that )?{_NOUN}\b", 4),
    ("timeline", r"\bwhen did (?:it|this|that|they|the attacker\w*) (?:all )?(?:start|begin|end|stop|happen|get in|finish)", 4),
    ("timeline", r"^\W*who\b.{0,60}\b(?:TECHNIQUE|TACTIC)\b", 4.6),
    ("timeline", r"\bwhen (?:was|were|did)\b.{0,60}\b(?:TECHNIQUE|TACTIC)\b", 4),
    # attack_path
    ("attack_path", r"\bhow did (?:they|the \w+|he|she|it|\w+) (?:\w+ ){0,2}(?:move|get (?:to|from|in|around|onto|access)|spread|reach|travel|jump|pivot|come|arrive)", 3.5),
    ("attack_path", r"\b(?:attack path|kill chain|path|pivot\w*|hops?|from where to where|lateral\w*|route)\b", 2.5),
    ("attack_path", r"\b(?:move|moved|spread|jump\w*|hop\w*|get|got)\b.{0,30}\b(?:from|between)\b.{0,40}\bto\b", 2),
    # techniques
    ("techniques", r"\b(?:which|what|list|show|how many|all|any)\b.{0,32}\b(?:techniques?|tactics?|ttps?|att&?ck|mitre|methods?|tricks?|tradecraft)\b", 4),
    ("techniques", r"\b(?:techniques?|ttps?|mitre|att&ck)\b", 1.5),
    ("techniques", r"\b(?:was|were|did|is|any)\b.{0,60}\b(?:used|seen|observed|involved|performed|happen)\b", 0.5),
    # indicators
    ("indicators", r"\b(?:iocs?|indicators?|observables?|artefacts?|artifacts?)\b", 4),
    ("indicators", r"\b(?:which|what|list|show|any|all|give)\b.{0,28}\b(?:hash(?:es)?|domains|ip addresses|ips|urls|addresses|malicious (?:ips?|files?|domains?)|file names?|filenames?)\b", 2),
    ("indicators", r"\b(?:what|which) (?:\w+ )?(?:ips?|ip address(?:es)?|address(?:es)?|domains?|hash(?:es)?)\b.{0,20}\b(?:is|are|was|were|did) (?:behind|used|involved|the attacker|they|seen)", 4),
    ("indicators", r"\b(?:source|external|remote|malicious|attacker'?s?) (?:ips?|ip address(?:es)?|address(?:es)?)\b", 4.5),
    ("indicators", r"\b(?:block|search for|hunt for|feed)\b.{0,20}\b(?:list|what)", 1),
    # findings
    ("findings", r"\b(?:findings?|alerts?|detections?|sigma|alarms?)\b", 3),
    ("findings", r"\b(?:which|what) rules?\b|\brules? (?:fired|hit|matched|triggered)\b|\b(?:fired|triggered)\b", 3),
    # entity_profile
    ("entity_profile", r"\b(?:who|what) (?:is|was|are|s) ENTITY\b", 4),
    ("entity_profile", r"\bwho(?:'s|'s) ENTITY\b", 4),
    ("entity_profile", r"\b(?:tell me (?:more |everything )?about|what do (?:we|you) know (?:about|of)|profile (?:of|for)?|everything (?:about|on)|look up|details? (?:on|about|of|for)|info(?:rmation)? (?:on|about)|background (?:on|of)|who or what is|summar\w+|describe|explain|dossier (?:on|of)?|more (?:on|about)) (?:the )?(?:\w+ )?(?:ENTITY|him|her|them|it|that account|that host|this account|this host)\b", 4),
    ("entity_profile", r"^(?:and |the )?ENTITY[?.! ]*$", 3),
    ("entity_profile", r"\b(?:is|was) ENTITY (?:\w+ ){0,3}(?:implicated|involved|compromised|part of|bad|malicious|suspicious|guilty|innocent|the attacker|an attacker|attacker|a bystander|targeted|clean|affected|hit|legit\w*|a victim|touched|safe)", 4.5),
    ("entity_profile", r"\bwas (?:he|she|it|that account|this account|that host) (?:\w+ ){0,2}(?:implicated|involved|compromised|targeted|created|affected)", 4),
    ("entity_profile", r"\bwhy (?:is|was|do you think|are)\b.{0,30}\b(?:implicated|involved|compromised|suspicious|flagged|suspect\w*|listed|a bystander|targeted|guilty|bad)", 4),
    ("entity_profile", r"\bwhat (?:role|part) (?:did|does|has|had|do|is|was)\b|\b(?:ENTITY|his|her|their|its)(?:'s)? (?:role|part)\b", 4),
    ("entity_profile", r"\bwhich (?:hosts?|machines?|computers?|servers?) (?:did|has|does|was|were|is) (?:ENTITY|he|she|it|they)\b", 2.5),
    ("entity_profile", r"\bwhere (?:did|has|was|is|does) (?:ENTITY|he|she|it)\b", 2),
    ("entity_profile", r"\bwhich accounts? (?:were |was |are |is )?(?:used|logged|active|seen|worked)\b.{0,16}\bon ENTITY\b", 2),
    ("entity_profile", r"\b(?:has|have|had) ENTITY been (?:hit|compromised|targeted|affected|attacked|touched|used|abused|hacked|breached)", 4.5),
    # events
    ("events", r"\b(?:what|which) (?:\w+ ){0,2}groups?\b|\bnew members?\b|\blocked out\b|\block-?outs?\b", 4),
    ("events", r"\b(?:what|which) (?:\w+ )?(?:buckets?|objects?)\b.{0,24}\b(?:did|were|was|has|have|got)\b", 4),
    ("events", r"\b(?:what|which) (?:\w+ )?(?:buckets?|objects?|shares?|folders?|keys?|user.?agents?|browsers?)\b", 2.2),
    ("events", r"\bwhat (?:did|has) (?:ENTITY|he|she|it|they) (?:run|execute|launch|start)\b", 3.2),
    ("events", r"\b(?:creat|add|ma[dk]|install|delet|remov)\w*\b.{0,20}\b(?:new )?(?:accounts?|users?|tasks?|services?|groups?)\b", 4.4),
    ("events", r"\bhow many (?:new )?(?:accounts|users|tasks|services|groups)\b.{0,24}\b(?:created|made|added|installed|changed)", 4.6),
    ("events", r"\b(?:which|what) (?:programs?|process(?:es)?|tools?|commands?|executables?|binar\w+)\b", 4),
    ("events", r"\bwhat (?:is|was) the name of the (?:\w+ )?(?:task|service|file|process|group|share|tool|program|script)\b", 4),
    ("events", r"\bdone (?:to|with)\b|\b(?:opened|accessed|dumped|read) by\b", 3.5),
    ("events", rf"\b(?:how many|number of|count(?: of| the)?|how often|how much)\b.{{0,40}}\b{_EVENTS}\b", 3.5),
    ("events", r"\bhow (?:often|many times|much times)\b", 3.5),
    ("events", rf"^\W*(?:and )?who(?:ever)? (?:(?:has|had|have|was|were|is|it) )?(?:the )?(?:\w+ )?{_DEEDS}\b", 4.6),
    ("events", rf"\bwhich (?:\w+ )?(?:accounts?|users?|persons?|people|identit\w+|hosts?|machines?) (?:(?:has|had|have|was|were|did) )?{_DEEDS}\b", 4),
    ("events", r"\b(?:creat|ma[dk]|regist|schedul|add|install|set up)\w* (?:a |an |any |the |new |some )*TECHNIQUE\b", 5),
    ("events", r"\bwhat (?:does|did|do) (?:the |this |that )?TECHNIQUE\b.{0,20}\b(?:execut|run|start|do|launch|call)\w*", 6),
    ("events", r"\b(?:cmd ?lines?|command ?lines?|commandline)\b", 4),
    ("events", r"\b(?:reset|chang)\w*\b.{0,20}\bpasswords?\b|\bpasswords?\b.{0,16}\b(?:reset|chang)\w*", 3.5),
    ("events", r"\b(?:put|added?|moved?|join\w*|remov\w*)\b.{0,30}\b(?:in|to|into|from|out of)\b.{0,40}\b(?:groups?|admins?|administrators|operators)\b", 4.4),
    ("events", r"\b(?:logons?|logins?|sign-?ins?|events?|calls?|queries|connections?|requests?|commands?|alerts?|records?|downloads?) (?:of|by|from|to|on|for|at) ENTITY\b", 3.5),
    ("events", r"\bENTITY (?:logons?|logins?|sign-?ins?|events?|calls?|connections?|commands?)\b", 3.2),
    ("events", r"\b(?:talk\w*|spoke|connect\w*|reach\w*|contact\w*)\b.{0,12}\b(?:to|with)? ?ENTITY\b", 3),
    ("timeline", r"^\W*(?:the )?TECHNIQUE\b.{0,20}\b(?:when|who|whom|where)\b", 6.5),
    ("events", r"\b(?:did|has|have|does|was|were|is) ENTITY (?:\w+ ){0,3}(?:touch\w*|visit\w*|enter\w*|used?|been (?:on|to|in)|work\w*|seen|active|log\w*|connect\w*|appear\w*)\b.{0,16}\bENTITY", 5.5),
    ("events", r"\b(?:did|has|have) (?:ENTITY|he|she) (?:ever |also |then )?(?:use|used|run|execute[d]?|launch(?:ed)?|call(?:ed)?|open(?:ed)?|download(?:ed)?|delete[d]?|quer(?:y|ied))\b", 4.6),
    ("events", r"\b(?:becom\w*|became|made|promot\w*)\b.{0,30}\badmin\w*", 4.4),
    ("events", r"^\W*(?:any |were |are |was )*(?:there )?(?:any )?new (?:accounts?|users?|tasks?|services?|groups?)\b", 4.6),
    ("data_status", r"\bhow long (?:is|are|was|were|does|do) (?:the |our |this |these )?(?:recordings?|data|logs?|capture|dataset|trace)\b", 6),
    ("events", r"\b(?:suricata|snort|ids|ips|edr|sensor|antivirus)\b.{0,12}\balerts?\b", 12),
    ("indicators", r"\bTACTIC (?:\w+ )?(?:address(?:es)?|ips?|servers?|domains?|hosts?|infra\w*)\b|\b(?:address|ip|server|domain)s? (?:of|for|used for) (?:the )?TACTIC\b", 6),
    ("techniques", r"\bhow did .{1,40}\bTACTIC\b", 4),
    ("technique_info", r"\b(?:which|what) technique (?:covers?|describes?|stands? for|means?|matches|is (?:the one )?(?:for|called|about))\b", 8),
    ("entity_profile", r"\b(?:does|did|do) ENTITY (?:\w+ ){0,2}(?:show up|appear|occur|figure|play a|turn up|matter|belong)\b", 4.6),
    ("entity_profile", r"\bENTITY\b.{0,8}\b(?:touched|hit|affected|attacked|targeted) by (?:whom|who)\b|\bwho (?:touched|hit|attacked|targeted) ENTITY\b", 4.6),
    ("entity_profile", r"\bis ENTITY (?:doing|up to|behaving|acting)\b", 4.6),
    ("events", rf"\b(?:show|list|find|search|get|give|display|see|print|pull|which|what|any)\b.{{0,24}}\b{_EVENTS}\b", 2.5),
    ("events", r"\b(?:did|has|have|was|were|is|are|does|do) .{1,60}\b(?:log(?:ged)? ?(?:on|in)|sign(?:ed)? ?in|connect\w*|run|ran|execut\w*|download\w*|delet\w*|creat\w*|fail\w*|call\w*|reach\w*|access\w*|open\w*|launch\w*)\b", 2),
    ("events", r"\b(?:raw (?:events?|logs?|records?)|sql|query)\b", 2),
    ("events", r"\bwhat (?:did|has) ENTITY (?:run|execute|call|download|access|open|query|connect|delete)", 2.5),
    ("events", r"\b(?:who|which (?:accounts?|users?))\b.{0,20}\b(?:logged|log|signed|ran|run|executed|connected|downloaded|failed|deleted|called|accessed)\b", 2),
    # first_last
    ("first_last", r"\b(?:first|last|earliest|latest|most recent(?:ly)?)\b.{0,40}\b(?:seen|time|logon|login|log-?on|logged|event|activity|appear\w*|record|sign|active|used|connection|command|failed|did|do|to)\b", 3),
    ("first_last", r"\bwhen (?:did|was|were|is|has|had)\b.{1,60}\b(?:first|last|earliest|latest)\b", 3.5),
    ("first_last", r"\b(?:who|which \w+|what)\b.{0,30}\b(?:first|last|earliest|latest)\b", 3),
    ("first_last", r"\bwhen (?:did|was|were|has|had) (?:ENTITY|he|she|it|they|that account)\b", 3),
    ("first_last", r"\bwhen (?:\S+ ){1,3}(?:logged|signed|connected|ran|started|appeared|became|was|first|last)\b", 3),
    ("first_last", r"^(?:first|last|earliest|latest)\b", 1.5),
    # compare_windows
    ("compare_windows", r"\b(?:compare[sd]?|comparison|versus|vs\.?|differences?|differ(?:s|ed)?|contrast)\b", 4),
    ("compare_windows", r"\bbefore and after\b|\b(?:more|fewer|less|busier|quieter)\b.{0,60}\bthan\b", 4),
    ("compare_windows", r"\bwhat changed between\b|\b(?:new|gone|different)\b.{0,40}\b(?:than|compared|between|relative)\b", 3.5),
    # changed_since
    ("changed_since", r"\bwhat(?:'s| is| has|s)? (?:new|changed)\b|\bany(?:thing|\s\w+)? (?:new|changed)\b|\bnews\b", 3.5),
    ("changed_since", r"\bwhat did i miss\b|\b(?:hand-?over|catch me up|bring me up|update me|since my last|while i was (?:away|out|gone|off))\b", 4),
    ("changed_since", r"\bnew (?:cases?|findings?|incidents?|alerts?|events?)\b", 2.5),
    # technique_info
    ("technique_info", r"\b(?:what(?:'s| is| does| are)|explain|define|describe|meaning of|tell me about|look up|what do you know about)\b.{0,24}\b(?:TECHNIQUE|ttp|TACTIC)\b", 4),
    ("technique_info", r"^TECHNIQUE[?.! ]*$", 4),
    ("technique_info", r"\b(?:detect|mitigate|prevent|stop)\b.{0,24}\bTECHNIQUE\b|\bTECHNIQUE mean\w*\b", 3),
    # data_status
    ("data_status", r"\b(?:what|which|how much|list|show|how many)\b.{0,28}\b(?:data|logs|log sources|sources|telemetry|feeds?|log files|formats|readers)\b", 3.5),
    ("data_status", r"\b(?:coverage|blind spots?|data gaps?|retention|time range|period covered|how far back|quarantine\w*)\b", 3.5),
    ("data_status", r"\b(?:do|does|can) (?:we|you|it)\b.{0,20}\b(?:have|see|cover|hold|collect|ingest)\b.{0,30}\b(?:logs?|data|events|telemetry|records|traffic)\b", 3.5),
    ("data_status", r"\b(?:from when|since when|until when|up to when|what period|what time ?span|how old|how fresh|how recent|which days)\b.{0,40}\b(?:data|logs?|events?|cover\w*|lake|is|are)\b", 3),
    ("data_status", r"\bhow many events (?:are there|do (?:we|you) have|are in|in total|altogether|overall|have you)", 3),
    # next_steps
    ("next_steps", r"\bwhat (?:should|do|can|must|shall|would|could|to) (?:i|we|you|one|do|be|the)\b.{0,30}\b(?:do|done|next|now|suggest|recommend|advise|first)\b", 4),
    ("next_steps", r"\b(?:next steps?|what next|what now|now what|recommend\w*|remediat\w*|contain(?:ment)?|mitigat\w*|eradicat\w*|to-?dos?|action items|playbook|advice|advise)\b", 3.5),
    ("next_steps", r"\bhow (?:do|should|can|could|to) (?:i|we)?\s*(?:respond|contain|fix|stop|clean|recover|remediate|react|get rid|kick)", 4),
    ("next_steps", r"\b(?:open questions?|still (?:unknown|open|unclear)|don'?t (?:we|you|i) know|do (?:we|you) not know|unknowns?|unclear|unanswered|loose ends|gaps in)\b", 3.5),
    ("next_steps", r"\bshould (?:i|we)\b", 3),
    # reports
    ("draft_report", r"\b(?:draft|write|prepare|give me|create|produce|make|generate|compose|need|export)\b.{0,40}\b(?:report|write-?up|memo|summary for|document|briefing|markdown|post-?mortem)\b", 4),
    ("draft_report", r"\b(?:incident|case|executive|management) (?:report|write-?up|memo|briefing)\b", 3),
    ("slides", r"\b(?:slides?|slide ?deck|deck|power ?points?|pptx?|presentation)\b", 6),
    # commands
    ("suspicious_commands", rf"\b{_ODD}\b.{{0,40}}\b{_COMMANDS}\b", 6.5),
    ("suspicious_commands", rf"\b{_COMMANDS}\b.{{0,40}}\b(?:{_ODD}|in clear|in plain)\b", 5.5),
    ("suspicious_commands", rf"\b(?:explain|decode|deobfuscate|describe|interpret)\b.{{0,40}}\b{_COMMANDS}\b", 6.5),
    ("suspicious_commands", rf"\bwhat (?:did|do|does) (?:the |these |those |their |its )?.{{0,30}}\b{_COMMANDS}\b.{{0,40}}\b(?:do|did|mean|decode to)\b", 6.5),
    ("command_explanation", r"\b(?:explain|decode|deobfuscate|what (?:does|would|will))\b.{0,40}\bquoted\b", 6.5),
    # exposures
    ("exposures", rf"\b{_EXPOSED}\b", 4.5),
    ("exposures", r"\bVULNERABILITY\b", 5),
    ("exposures", rf"\b(?:is|are) ENTITY (?:\w+ ){{0,2}}{_EXPOSED}", 6),
    ("fix_plan", rf"\b(?:must|have to|has to|should|need(?:s)? to|to be|gotta|do we|do i)\b.{{0,30}}\b{_MEND}\b", 5.2),
    ("fix_plan", rf"\b{_MEND}\b.{{0,40}}\b(?:this week|today|tomorrow|this month|first|by (?:whom|friday|\w+day)|due|plan|deadlines?|days)\b", 5.5),
    ("fix_plan", rf"\b(?:due|deadlines?|overdue|urgent\w*)\b.{{0,40}}\b(?:{_MEND}|{_EXPOSED})|\b{_MEND} (?:plan|list|schedule)\b", 5.5),
    ("exposure_changes", rf"\b{_EXPOSED}\b.{{0,60}}\b(?:since|new|changed?|gone|went away|appeared|last (?:week|month)|better|worse|trend|disappeared)\b", 6),
    ("exposure_changes", rf"\b(?:new|newly|changed?|gone|which .{{0,20}}fixed|last scan)\b.{{0,40}}\b{_EXPOSED}\b", 6),
    ("exposed_accounts", rf"\b{_EXPOSED}\b.{{0,60}}\b(?:accounts?|CASE|case|incident|attack\w*|intruders?|exploited|let (?:them|him|it) in|ha(?:ve|d) used)\b", 6),
    ("exposed_accounts", rf"\b(?:attackers?|intruders?|accounts?|they)\b.{{0,40}}\b{_EXPOSED}\b", 6),
    ("exposure_report", rf"\b(?:slides?|deck|report|tickets?|page|csv|sarif|vex|presentation|power ?points?|spreadsheet)\b.{{0,60}}\b{_EXPOSED}\b", 9),
    ("exposure_report", rf"\b{_EXPOSED}\b.{{0,40}}\b(?:slides?|deck|report|tickets?|page|csv|sarif|vex|presentation|spreadsheet)\b", 9),
)  # fmt: skip

CUES: tuple[tuple[str, Any, float], ...] = tuple(
    (tool, re2.compile(pattern), weight) for tool, pattern, weight in _CUES
)
"""(tool, pattern over the question in lower case with names as ENTITY, TECHNIQUE, TACTIC; weight)."""
