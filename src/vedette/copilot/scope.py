"""What is asked that no tool answers: greetings, help, orders to act, and everything that is not about the data.

Decided by patterns over the question alone, before any tool or model sees it. Vedette reads and reports: an order to
disable, delete or block is declined, while ``should I disable his account?`` asks for advice and is answered.
"""

# ruff: noqa: E501 (patterns, one a line)
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import re2

from vedette.schema import Tool


class Kind(StrEnum):
    """What a message is, where it is no question about the data."""

    GREETING = "greeting"
    THANKS = "thanks"
    HELP = "help"
    ACTION = "action"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Ruling:
    """A message that is no question about the data, and what is said to it."""

    kind: Kind
    text: str


_GREETING = re2.compile(
    r"(?i)^\W*(?:hi|hello|hey|hiya|howdy|yo|good (?:morning|afternoon|evening|day)|greetings|moin|hallo|salut|hola)"
    r"(?:\s+(?:there|vedette|all|team|again|everyone))?\W*$"
)
_THANKS = re2.compile(
    r"(?i)^\W*(?:thanks?(?: you)?(?: (?:so|very) much| a lot)?|thx|ty|cheers|great|perfect|nice|ok(?:ay)?|cool|got it|good (?:job|work)|bye|goodbye|see you)(?:[\s,]+(?:thanks?|vedette|that helps?|all))?\W*$"
)
_HELP = re2.compile(
    r"(?i)^\W*(?:help(?: me)?|\?+|what (?:can|do) (?:you|i|vedette) (?:do|ask|answer|know)(?: (?:you|here|for me))?|how (?:do|can) (?:i|you) (?:use|work|ask)(?: (?:you|this|it|vedette))?|who are you|what are you|what is vedette|what (?:kind|sort)s? of questions.{0,40}|which (?:questions|tools).{0,40}|commands?|usage|examples?)\W*$"
)
_POLITE = r"(?:(?:please|pls|kindly|now|then|just|go ahead and|vedette|hey|ok|okay|and)[\s,]+)*(?:(?:can|could|would|will) you (?:please |just )?|i (?:want|need|would like) you to |i'd like you to |you (?:must|should|have to|need to) |let'?s )?(?:(?:please|now|just|also|go ahead and)\s+)*"
_ACTS = (
    r"(?:disable|deactivate|suspend|lock(?: out)?|unlock|enable|reset|rotate|revoke|block|unblock|blacklist|blocklist|isolate|quarantine"
    r"|contain|kill|terminate|shut ?down|restart|reboot|patch|uninstall|install|wipe|erase|delete|remove|drop|purge|clear|destroy|clean up"
    r"|overwrite|modify|edit|change|update|create|add|rename|move|execute|run|launch|deploy|exploit|attack|hack|ddos|ping|scan|send"
    r"|e-?mail|mail|forward|post|publish|upload|notify|call|page|text|message|buy|pay|order|book|close|reopen|assign|escalate|ban|fire|arrest"
    r"|log ?out|sign out|kick|encrypt|decrypt|restore|roll ?back|turn off|turn on|stop|start|whitelist|allowlist)"
)
_ACTION = re2.compile(rf"(?i)^\W*{_POLITE}{_ACTS}\b\s+\S")
_READS = re2.compile(
    r"(?i)\b(?:run|start|create|make|add|update|change|move|call|order|text|message|page|post)\b.{0,40}\b(?:report|summary|slides?|deck|presentation|timeline|overview"
    r"|chart|table|list|query|search|comparison|write-?up|briefing|steps)\b"
)
_NOUNED = re2.compile(
    r"(?i)^\W*(?:please )?(?:attack (?:path|timeline|summary|chain|steps?|graph)|run ?down|start(?:ing)? (?:time|point)|call (?:logs?|graph)|message|scan(?:s|ner)? (?:results?|findings?|data)"
    r"|move(?:ment)?s?\b|patch status|change(?:s|d)?\b|page views|mail (?:logs?|events?)|e-?mails? (?:logs?|events?|from|to|sent)|create[sd]\b|update me|order of|add(?:ed|s)\b|deleted?\b.{0,40}\b(?:files?|by|on)\b.{0,60}\?"
    r"|start with|text search|log ?(?:ins?|outs?)\b|block(?:ed|s)\b|stop(?:ped|s)\b|failed)"
)
_OUTSIDE = re2.compile(
    r"(?i)\b(?:poems?|haiku|limerick|jokes?|riddles?|lyrics?|sing|song|novel|fairy ?tale|recipes?|cook(?:ing)?|bake|weather|forecast|temperature outside|raining"
    r"|stocks?|share price|bitcoin|crypto price|lottery|horoscope|sports?|football|soccer|world cup|super bowl|movies?|netflix|restaurant|pizza|hotel"
    r"|flights?|vacation|holiday plans|president of|prime minister|capital (?:city )?of|population of|translate|homework|essay"
    r"|girlfriend|boyfriend|marry|love you|meaning of life|are you (?:human|alive|sentient|conscious|real)|who (?:made|built|created|trained) you|your (?:favou?rite|feelings|name|age|opinion)"
    r"|python (?:function|script|program|code)|javascript|write (?:me )?(?:some |a )?(?:code|function|program|regex|malware|ransomware|exploit|keylogger|virus|worm|trojan|phishing (?:mail|e-?mail|page))"
    r"|chess|tic.?tac|bedtime story|dinner|breakfast|what time is it|what day is it|how are you|birthday)\b"
)
_INJECTION = re2.compile(
    r"(?i)\b(?:ignore|disregard|forget|override)\b.{0,30}\b(?:previous|prior|above|all|your|earlier|these)\b.{0,20}\b(?:instructions?|rules?|prompts?|guidelines|context)\b"
    r"|\b(?:system prompt|developer mode|jailbreak|dan mode|your (?:instructions|prompt|system message|rules))\b"
    r"|\byou are (?:now|no longer)\b|\bpretend (?:to be|you)\b|\bact as (?:an?|if)\b|\brole-?play\b"
)
_SUM = re2.compile(
    r"^\W*(?:what(?:'s| is)\s+|how much is\s+|calculate\s+|compute\s+)?\d[\d\s.,]*[-+*/x×÷^%][\s\d.,()*/x×÷^%+-]*\W*$"
)

READS_ONLY = (
    "Vedette reads and reports; it changes nothing, runs nothing and sends nothing, so it cannot do that. "
    "It can tell you what is known, and what to do next."
)
OUTSIDE = (
    "That is outside what Vedette answers. It answers questions about the events, cases, accounts and hosts in your own "
    "data, and about ATT&CK techniques."
)
UNTOLD = "None of the things that Vedette can look up tells that; the data may not hold it."
_TRADE = re2.compile(
    r"(?i)\b(?:attack\w*|hack\w*|intru\w+|adversar\w+|malware|ransom\w*|breach\w*|compromis\w*|incident\w*|cases?|accounts?|users?"
    r"|hosts?|servers?|machines?|computers?|workstations?|log(?:s|on|ons|in|ins)?|events?|alerts?|findings?|credentials?|passwords?|hash(?:es)?|ips?"
    r"|address(?:es)?|domains?|files?|process(?:es)?|commands?|scripts?|tasks?|services?|registry|network|traffic|connections?|technique\w*|tactic\w*"
    r"|exfiltrat\w*|stolen|stole|payload\w*|phish\w*|exploit\w*|vulnerab\w*|cves?|firewall|lateral\w*|persist\w*|data|evidence|bucket\w*|keys?|tokens?|sessions?|backdoor\w*|beacon\w*|victims?|lsass|powershell|mimikatz|kerberos|registry|programs?|protocols?|tools?)\b"
)
_SHOWN = ("case_summary", "implicated_accounts", "timeline", "hosts", "first_last", "events", "next_steps", "slides")


def ruling(question: str) -> Ruling | None:
    """Return what a message is and what to say to it, None where it may be a question about the data."""
    text = " ".join(question.split())
    if _GREETING.match(text):
        return Ruling(Kind.GREETING, "Hello. Ask about the cases, accounts, hosts and events in your data.")
    if _THANKS.match(text):
        return Ruling(Kind.THANKS, "You are welcome. Ask on whenever you like.")
    if _HELP.match(text):
        return Ruling(
            Kind.HELP, "Ask in plain words about the cases, accounts, hosts, events and techniques in your data."
        )
    if _INJECTION.search(text):
        return Ruling(Kind.OUTSIDE, OUTSIDE)
    if _ACTION.match(text) and not _NOUNED.match(text) and not _READS.search(text):
        return Ruling(Kind.ACTION, READS_ONLY)
    if _OUTSIDE.search(text) or _SUM.match(text):
        return Ruling(Kind.OUTSIDE, OUTSIDE)
    return None


def is_about_security(question: str) -> bool:
    """Return whether a question speaks of the trade, so that not knowing is the answer and not declining."""
    return _TRADE.search(question) is not None


def suggestions(tools: Iterable[Tool], most: int = 5) -> tuple[str, ...]:
    """Return questions that can be asked here: an example of each of the usual tools, then of others."""
    by_name = {t.name: t for t in tools}
    ordered = [by_name[n] for n in _SHOWN if n in by_name] + [t for n, t in by_name.items() if n not in _SHOWN]
    return tuple(_sentence(t.examples[0]) for t in ordered if t.examples)[:most]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
