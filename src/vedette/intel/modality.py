"""What a sentence says happened, and what it denies or advises: only the first is anybody's doing.

A denial reaches from its cue to the end of its clause; "not only" is none. Advice is what defenders ought to do: it
names techniques that nobody is said to have used. Patterns run in linear time.
"""

from __future__ import annotations

from collections.abc import Sequence

import re2

_NEGATED = (
    r"\bno (?:\w+ ){0,2}(?:evidence|indications?|signs?|proof|traces?|reports?|links?|overlaps?) "
    r"(?:of|that|to|with|for|suggest\w*|between)\b"
    r"|\b(?:did|do|does|has|have|had|was|were|is|are|could|can|would)(?: not|n[’']t)"
    r"(?: been| be| appear to| seem to| yet)? (?:us(?:e|ed|ing)|deploy\w*|exploit\w*|inject\w*|attribut\w*|link\w*|"
    r"associat\w*|see|seen|observ\w*|find|found|contain\w*|includ\w*|target\w*|drop\w*|perform\w*|execut\w*|steal\w*|"
    r"encrypt\w*|persist\w*|confirm\w*|rely|support\w*|employ\w*|leverag\w*|involv\w*|abus\w*|modif\w*|creat\w*|"
    r"download\w*|communicat\w*|connect\w*|show\w*|believ\w*|think|suspect\w*)\b"
    r"|\bnever (?:us(?:es|ed)|deploy\w*|exploit\w*|inject\w*|seen|observ\w*|target\w*)\b"
    r"|\b(?:unlike|in contrast to)\b"
    r"|\b(?:rul(?:e|ed|ing) out|unrelated to|not related to)\b"
    r"|\bwithout (?:us(?:e|ing)|deploy\w*|exploit\w*|inject\w*)\b"
)
_DENIAL = re2.compile(rf"(?i)(?:{_NEGATED})")
_CLAUSE = re2.compile(
    r"(?i)[;:.!?]|,? (?:but|however|although|though|whereas|while|yet|nevertheless|instead|until|before|after|because|"
    r"since|so)\b|, (?:and|which|who|it|they|the|we|this|then)\b| and (?:instead|then|it|they|was|were|is|has|had)\b"
)
_CONTRAST = re2.compile(r"(?i)^(?:unlike|in contrast to)$")
_CONTRAST_ENDS = re2.compile(r",|;| (?:but|it|they)\b")
_NOT_ONLY = re2.compile(r"(?i)^ (?:only|just|merely)\b")
_WHO = (
    r"(?:(?:we|cisa|fbi|nsa|microsoft|experts?|researchers?) (?:strongly |also |further |highly )?"
    r"(?:recommend|advise|suggest|urge|encourage)\w*|it is (?:strongly |highly )?(?:recommended|advised|suggested)|"
    r"(?:defenders?|organi[sz]ations?|administrators?|admins?|users?|customers?|enterprises?|companies|employees|"
    r"security teams?|network defenders|analysts?|blue teams?|hunters?|you|readers?) "
    r"(?:should|must|ought to|can (?:detect|hunt|monitor|mitigate|block|prevent|look)|are (?:advised|encouraged|urged|"
    r"recommended)|need to|will want to))"
)
_ORDER = (
    r"^[\s\-–•*\d.)(]*(?:monitor|disable|enable|ensure|restrict|audit|hunt for|enforce|consider|require|train|educate|"
    r"segment|investigate|look for|watch for|check for|alert on|use (?:multi|strong))\b"
)
_ADVICE = re2.compile(rf"(?i)\b{_WHO}|{_ORDER}")
_TOLD = re2.compile(
    r"(?i)\b(?:attackers?|actors?|group|malware|adversar\w+|they|it|operators?|threat actors?) (?:then |also )?"
    r"(?:used|ran|exploited|deployed|dropped|executed|created|dumped|stole)\b"
)


def denied(text: str) -> list[tuple[int, int]]:
    """Return the ranges of a sentence that it denies, half open, in order and apart."""
    found: list[tuple[int, int]] = []
    for match in _DENIAL.finditer(text):
        start, cue_end = match.span()
        if _NOT_ONLY.match(text[cue_end : cue_end + 12]):
            continue
        ends = (_CONTRAST_ENDS if _CONTRAST.match(match.group().strip()) else _CLAUSE).search(text, cue_end)
        end = ends.start() if ends is not None else len(text)
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def is_advice(text: str) -> bool:
    """Return whether a sentence tells defenders what to do, and of nobody what he did."""
    return _ADVICE.search(text) is not None and _TOLD.search(text) is None


def asserted(text: str) -> str:
    """Return a sentence with what it denies blanked out, places kept; all of it where it is advice."""
    if is_advice(text):
        return " " * len(text)
    return blanked(text, denied(text))


def blanked(text: str, ranges: Sequence[tuple[int, int]]) -> str:
    """Return a text with ranges as blanks."""
    for start, end in ranges:
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text
