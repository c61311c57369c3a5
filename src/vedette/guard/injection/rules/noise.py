"""Noise after a request: the ends that search methods append to talk a model out of refusing.

They begin as prose and end in brackets that close nothing, glued to pieces of words and code. Links, paths, quoted code
and lists are taken out first; longer texts, and those of many lines, are left alone.
"""

from __future__ import annotations

import re

from vedette.guard.injection.rules.base import JAILBREAK, RuleHit

NAME = "noise-after-request"
LONGEST = 700
MOST_BREAKS = 2
SURE = (3, 2)
"""Glued marks and brackets without their other half that are believed."""
LIKELY = (2, 2)
SCORES = (0.85, 0.62)

_PROSE = re.compile(r"[\"']?[A-Za-z][a-z'\",-]*(?: [A-Za-z'\",-]+){4,}")
_ORDINARY = re.compile(
    r"\]\((?=https?:|mailto:|[/.#])|https?://\S+|\)\(|[A-Za-z]:\\\S*|`[^`\n]*`|</?[A-Za-z][^<>\n]*>|\$\w+|[:;=]-?[)(DP]|\(s\)"
    r"|[\w%]+\\[\w\\.$*-]+|\.{3,}|(?<=\s)\w{1,2}\)(?=\s)|>{2,}"
)
_GLUED = re.compile(
    r"[A-Za-z][\[\](){}<>\\|`=$^~]+[A-Za-z]|[\[\](){}<>\\|`=$^~*;:,]{2,}|\\[A-Za-z+;(]|[\[{(][^\w\s'\"\[]|(?<=\s)[\])}](?=\s)"
)


def noise(text: str) -> RuleHit | None:
    """Return where the noise of a short text begins and ends, and how sure it is."""
    trimmed = text.rstrip()
    if len(trimmed) > LONGEST or trimmed.count("\n") > MOST_BREAKS:
        return None
    prose = _PROSE.match(trimmed)
    if prose is None:
        return None
    tail = _ORDINARY.sub(" ", trimmed[prose.end() :])
    glued = len(_GLUED.findall(tail))
    alone = sum(abs(tail.count(left) - tail.count(right)) for left, right in ("()", "[]", "{}"))
    for (marks, brackets), score in zip((SURE, LIKELY), SCORES, strict=True):
        if glued >= marks and alone >= brackets:
            return RuleHit(rule=NAME, entity=JAILBREAK, start=prose.end(), end=len(trimmed), score=score)
    return None
