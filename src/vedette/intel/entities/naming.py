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
    MentionKind.GROUP: "group actor adversary cluster gang crew team operator collective",
    MentionKind.MALWARE: (
        "malware ransomware trojan backdoor rat loader downloader dropper botnet worm stealer infostealer spyware "
        "keylogger rootkit bootkit wiper implant virus webshell stager miner family strain variant payload"
    ),
    MentionKind.TOOL: "tool toolkit utility framework exploit-kit scanner",
    MentionKind.CAMPAIGN: "campaign operation",
}
_KIND = {word: kind for kind, words in _HEADS.items() for word in words.split()}
_HEAD = "|".join(sorted(_KIND, key=len, reverse=True))
_CALL = (
    r"(?:(?:(?:that|which|whom) )?(?:we|researchers|it|they|[A-Z]\w+) (?:(?:have|has) )?"
    r"(?:call(?:s|ed)?|track(?:s|ed)? as|dub(?:s|bed)?|nam(?:e|es|ed)|refer(?:s|red)? to as)"
    r"|(?:that |which )?(?:is |was |has been |have been |we )?(?:also )?"
    r"(?:called|dubbed|named|tracked as|known as|codenamed|code-named|referred to as))"
)
_NAME = r"[A-Z][A-Za-z0-9_\-]{2,24}(?: [A-Z][A-Za-z0-9_\-]{2,24}){0,2}"
_CALLED = Pattern((rf"\b({_HEAD})s?(?:,| \([^()\n]{{1,40}}\))? {_CALL} (?:as )?[\x01\"'` ]{{0,2}}({_NAME})").encode())
_BESIDE = Pattern((rf"\b({_HEAD}) ([A-Z][A-Z0-9]{{5,24}})(?:[ .,;:)\n]|$)").encode())
"""What is told by its capitals alone."""
_NO_NAME = frozenset(
    "the this that these those malware ransomware group microsoft windows linux android google apple windows server "
    "powershell github telegram discord monday tuesday wednesday thursday friday saturday sunday".split()
)
_MOST_NAMES = 50


def find(text: str, known: Known) -> Iterator[EntityMention]:
    """Yield the names that a text gives to things, wherever they stand in it."""
    raw = mirror(text)
    kinds: dict[str, MentionKind] = {}
    for pattern in (_CALLED, _BESIDE):
        for found in pattern.finditer(raw):
            written = text[found.start(2) : found.end(2)].rstrip("-_")
            if written.casefold() not in _NO_NAME and len(kinds) < _MOST_NAMES:
                kinds.setdefault(written, _KIND[found.group(1).decode()])
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
