"""Questions that ask the same of two things: two acts in time, two accounts or hosts side by side, every case.

Each is taken apart into questions that one tool answers; the answers stand one under the other.
"""

# ruff: noqa: E501 (patterns, one a line)
from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import re2

from vedette.copilot.mentions import ENTITY_KINDS, Mention, Mentions
from vedette.schema import ValueKind

MOST = 3
"""Things that are told side by side."""

_ORDERED = re2.compile(
    r"(?i)^(?P<lead>.{0,40}?)\b(?:did|was|were|had|has|is|does)\s+(?P<one>.+?)\s+(?:before or after|after or before|earlier or later than"
    r"|sooner or later than)\s+(?P<two>.+)$"
)
_FIRST = re2.compile(
    r"(?i)\b(?:what|which)(?:\s+(?:one|thing|of (?:them|these|the two)))?\s+(?:came|happened|was|is|took place|started|occurred)\s+"
    r"(?:first|earlier|sooner|last|later)\W+(?P<one>.+?),?\s+or\s+(?P<two>.+)$"
)
_BETWEEN = re2.compile(
    r"(?i)\b(?:how long|how much (?:time|later)|how many (?:seconds|minutes|hours|days)|what time|the time|time|delay|gap)\b.{0,40}?\bbetween\s+"
    r"(?P<one>.+?)\s+and\s+(?P<two>.+)$"
)
_UNTIL = re2.compile(
    r"(?i)\b(?:how (?:long|quickly|soon|fast)|how much (?:time|later)|how many (?:seconds|minutes|hours))\b.{0,24}?\bafter\s+(?P<one>.+?)\s+(?:did|was|were)\s+(?P<two>.+)$"
)
_DIGITS = re2.compile(r"^\W*(?:the )?\d")
_SUBJECT = re2.compile(r"(?i)^(?:they|he|she|it|the \w+|[\w\\.$-]+)\s")

_VERSUS = re2.compile(
    r"(?i)\b(?:compar\w*|vs\.?|versus|busier|quieter|more|fewer|less|most|least|than|differen\w*|as (?:many|much)|contrast|side by side)\b"
)
_LINK = re2.compile(
    r"(?i)^\W*(?:and|or|vs\.?|versus|than|with|to|against|,)?\W*(?:(?:on|at|from|by|of|for|in)\W*)?(?:the\W*)?(?:(?:account|user|host|server|machine)\W*)?(?:did\W*)?$"
)
_ALL_CASES = re2.compile(
    r"(?i)\b(?:both|the two|two|each(?: of the)?|all(?: of)?(?: the)?|every) (?:\w+ )?(?:cases?|incidents?|attacks?)\b|\bone case (?:with|and|to) the other\b"
)
_TOLD = re2.compile(
    r"(?i)\b(?:compar\w*|summar\w+|differ\w*|vs\.?|versus|contrast|describe|explain|overview|tell me about|what happened|side by side)\b"
)


def acts(question: str) -> tuple[str, str] | None:
    """Return two questions when each of two acts was, where a text asks for their order or the time between them."""
    text = question.strip().rstrip("?!. ")
    for pattern in (_ORDERED, _FIRST, _BETWEEN, _UNTIL):
        match = pattern.search(text)
        if match is None:
            continue
        one, two = match["one"].strip(" ,:"), match["two"].strip(" ,:")
        if len(one) < 3 or len(two) < 3 or _DIGITS.match(one) or _DIGITS.match(two):
            return None  # between 9 and 10
        verb = "did " if pattern is _ORDERED and _SUBJECT.match(one) else "was "
        return f"when {verb}{one}", f"when was {two}"
    return None


def sides(question: str, mentions: Mentions) -> tuple[Mentions, ...]:
    """Return the mentions once for each of the names that a text sets side by side; empty where it sets none."""
    names = [m for m in mentions.of(*ENTITY_KINDS) if not m.excluded and not m.options]
    if not _VERSUS.search(question) or len(mentions.of(ValueKind.TIME)) > 1:
        return ()
    found: list[Mention] = []
    for one, two in pairwise(names):
        if one.kind is two.kind and one.value != two.value and _LINK.match(question[one.end : two.start]):
            found += [m for m in (one, two) if m not in found]
    if not 2 <= len(found) <= MOST:
        return ()
    rest = [m for m in mentions.found if m not in found]
    return tuple(
        replace(mentions, found=tuple(sorted([*rest, one], key=lambda m: m.start)), missing=()) for one in found
    )


def tells_cases(question: str, n_cases: int) -> bool:
    """Return whether a text asks for all the cases, told one beside the other."""
    return 2 <= n_cases <= MOST and bool(_ALL_CASES.search(question)) and bool(_TOLD.search(question))
