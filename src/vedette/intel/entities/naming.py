"""Names that a report gives: "a group that we call Paper Heron", "a dropper dubbed TRAILBLAZE", "a backdoor BRUSHFIRE".

The words before say what bears the name; where the same name stands again in the text, it is the same thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vedette.guard.personal.sheet import Pattern
from vedette.intel.entities.known import Known
from vedette.intel.entities.linking import link
from vedette.intel.observables.mirror import mirror
from vedette.schema.intel import EntityMention, MentionKind

_HEADS = {
    MentionKind.GROUP: (
        "group actor adversary cluster gang crew team operator collective affiliate intrusion-set intrusion__set "
        "activity apt attacker broker hacker hacktivist syndicate threat"
    ),
    MentionKind.MALWARE: (
        "malware ransomware trojan backdoor rat loader downloader dropper botnet worm stealer infostealer spyware "
        "keylogger rootkit bootkit wiper implant virus webshell stager miner family strain variant payload "
        "locker encryptor clipper"
    ),
    MentionKind.TOOL: "tool toolkit utility framework exploit-kit scanner",
    MentionKind.CAMPAIGN: "campaign operation",
    MentionKind.VULNERABILITY: "vulnerability flaw bug",
}
_KIND = {word.replace("__", " "): kind for kind, words in _HEADS.items() for word in words.split()}
_HEAD = "|".join(sorted(_KIND, key=len, reverse=True))
_WHO = r"(?:we|researchers|analysts|it|they|[A-Z][\w&.-]{1,20}(?: [A-Z][\w&.-]{1,20}){0,3})"
_HOW = r"(?:internally|also|now|currently|publicly|commonly|widely|later|tentatively|collectively|sometimes)"
_CALLS = (
    r"(?:call(?:s|ed|ing)?|dub(?:s|bed|bing)?|nam(?:e|es|ed|ing)|track(?:s|ed|ing)? as|refer(?:s|red|ring)? to as|"
    r"designat(?:e|es|ed)|label(?:s|ed|led)?(?: as)?|identif(?:y|ies|ied) as)"
)
_CALL = (
    rf"(?:(?:(?:that|which|whom) )?{_WHO} (?:(?:have|has|are|is|been) ){{0,2}}(?:{_HOW} )?{_CALLS}"
    rf"|(?:that |which |who )?(?:is |are |was |has been |have been |was since |we )?(?:{_HOW} ){{0,2}}"
    r"(?:called|dubbed|named|designated|codenamed|code-named"
    rf"|(?:tracked|known|referred to)(?: by {_WHO})? as"
    r"|(?:calling|naming) (?:itself|themselves|himself)|(?:calls|call|called|names) (?:itself|themselves|himself)"
    r"|go(?:es|ing)? by(?: the)? (?:names?|handle|moniker|alias)(?: of)?"
    r"|(?:operating |acting |active )?under the (?:names?|handle|moniker|alias)(?: of)?))"
)
_NAME = r"[A-Z][A-Za-z0-9_\-]{2,24}(?: [A-Z][A-Za-z0-9_\-]{2,24}){0,2}(?: \d(?:\.\d)?)?"
_QUOTE = r"[\x01\"'`\*_ ]{0,3}"
_ASIDE = r"(?: (?:behind|in|from) [a-z]{2,12}(?: [a-z]{2,16})?)?"
_CALLED = Pattern(
    (rf"(?i:\b({_HEAD}))s?{_ASIDE}(?:,| \([^()\n]{{1,40}}\))? {_CALL} (?:as )?(?:the )?{_QUOTE}({_NAME})").encode()
)
_CALLING = Pattern(
    (
        rf"\b(?i:{_WHO}|and) (?:(?:have|has|are|is) )?(?:{_HOW} )?(?:call(?:s|ed|ing)?|dub(?:s|bed)?|nam(?:e|es|ed)|"
        r"track(?:s|ed|ing)?|refer(?:s|red)? to|designat(?:e|es|ed)) (?:the|this|that|these|its) (?:[a-z-]{2,20} ){0,3}"
        rf"({_HEAD})s?(?: as| under the name(?: of)?)? {_QUOTE}({_NAME})"
    ).encode()
)
"""We call the backdoor MistCloak."""
_FRONTED = Pattern(
    (
        rf"\b(?:Tracked|Known|Dubbed|Named|Codenamed|Called|Nicknamed)(?: {_HOW})?(?: by {_WHO})?(?: as)? "
        rf"{_QUOTE}({_NAME}){_QUOTE}, (?:the|this) (?:[a-z-]{{2,20}} ){{0,3}}({_HEAD})s?\b"
    ).encode()
)
"""Tracked as Sable Wolverine, the actor …"""
_BESIDE = Pattern((rf"\b({_HEAD}) ([A-Z][A-Z0-9]{{5,24}})(?:[ .,;:)\n]|$)").encode())
"""What is told by its capitals alone."""
_NO_NAME = frozenset(
    "the this that these those malware ransomware group microsoft windows linux android google apple windows server "
    "powershell github telegram discord monday tuesday wednesday thursday friday saturday sunday after since when "
    "while because although however".split()
)
_NUMBERED = re.compile(r"(?i)^(?:cve|cwe|zdi)-")
_MOST_NAMES = 50


def find(text: str, known: Known) -> Iterator[EntityMention]:
    """Yield the names that a text gives to things, wherever they stand in it."""
    raw = mirror(text)
    kinds: dict[str, MentionKind] = {}
    for pattern, head, name in ((_CALLED, 1, 2), (_CALLING, 1, 2), (_FRONTED, 2, 1), (_BESIDE, 1, 2)):
        for found in pattern.finditer(raw):
            written = text[found.start(name) : found.end(name)].rstrip("-_")
            first = written.split(" ", 1)[0].casefold()
            if first in _NO_NAME or _NUMBERED.match(written) or len(kinds) >= _MOST_NAMES:
                continue
            told = text[found.end(name) : found.end(name) + 10].lstrip().partition(" ")[0].strip(".,;:)")
            kinds.setdefault(written, _KIND[told if told in _KIND else found.group(head).decode().casefold()])
    for written, kind in kinds.items():
        linked = link(written, known, kind, close=False)
        for again in re.finditer(rf"(?<![\w./\\-]){re.escape(written)}(?![\w/\\]|\.\w)", text):
            yield EntityMention(
                kind=linked.thing.kind if linked else kind,
                text=written,
                start=again.start(),
                end=again.end(),
                confidence=0.85,
                ref=linked.thing.ref if linked else None,
                name=linked.thing.name if linked else written,
                link_confidence=linked.confidence if linked and linked.thing.ref else None,
                how="pattern",
                others=linked.others if linked else (),
            )
