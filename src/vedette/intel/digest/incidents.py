"""What a report says of an attack that it calls by its victim: who is behind it, and when it was.

``the attack on Alder Energy``, ``the Alder Energy breach``: two reports speak of the same attack where they call it by
the same name. Patterns run in linear time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import re2

from vedette.schema import MentionKind, Reading, SeenObservable

_ATTACK = (
    r"(?:attack|intrusion|breach|incident|compromise|hack|outage|campaign|operation|break-in|heist|leak|theft|"
    r"cyber-?attack)s?"
)
_NAME = r"(?-i:[A-Z][\w&'’-]*(?: (?:of |for |and |& )?[A-Z][\w&'’-]*){0,4})"
_INCIDENT = tuple(
    re2.compile(pattern)
    for pattern in (
        rf"(?i)\b{_ATTACK} (?:on|at|against|of|targeting|that hit) (?:the |its )?({_NAME})",
        rf"(?i)({_NAME}) {_ATTACK}\b",
        rf"(?i)\b(?:attacked|breached|compromised|hit|hacked|intruded into|broke into) (?:the )?({_NAME})",
    )
)
_AUTHOR = re2.compile(
    r"(?i)\b(?:attribut\w*|behind|responsible|carried out by|conducted by|perpetrated by|blam\w+|points? to|work of|"
    r"linked to|launched by|claimed by|ascrib\w+|done by|executed by)\b"
)
_LEADS = re2.compile(
    r"^(?:(?:The|A|An|This|That|These|In|On|After|Since|During|For|Our|Its|Their|By|With|One|First|Another|New|Such|No|"
    r"Each|Any|Cyber|Phishing|Ransomware|Supply|Recent|Earlier|Later)(?: |$))+"
)
_HARMLESS = re2.compile(
    r"(?i)^[\W_]{0,4}(?:(?:is|are|was|were|isn't|belongs?|remains?|turned out|proved|has been|have been|which is|"
    r"which was|a)\b[\w ,'’-]{0,40})?\b(?:benign|legitimate|harmless|innocuous|not (?:a )?malicious|"
    r"(?:a )?false positive|unrelated to|sinkhole[ds]?|owned by the vendor|domain of the vendor)\b"
)
_SEEMS = re2.compile(
    r"(?i)\b(?:not|n['’]t|no longer|never)\b[\w ]{0,12}(?:benign|legitimate|harmless|innocuous)|"
    r"\b(?:seem\w*|appear\w*|look\w*|pretend\w*|mimic\w*|imperson\w*|masquerad\w*|disguis\w*|legitimate-looking)\b"
)


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence about an attack."""

    name: str
    """What it is called by, in small letters."""
    called: str
    start: int
    end: int
    authors: tuple[tuple[str, str], ...]
    """(key, name) of the groups that the sentence holds behind it."""
    dates: tuple[str, ...]
    """ISO dates of what it says happened."""


def told_of(reading: Reading) -> Iterator[Told]:
    """Yield the sentences of a report that speak of an attack by its victim's name, with who and when."""
    text = reading.document.text
    groups = [m for m in reading.entities if m.kind is MentionKind.GROUP and not m.denied]
    names = {m.text.casefold() for m in groups}
    for start, end in reading.sentences:
        sentence = text[start:end]
        said = [_LEADS.sub("", str(m[1])) for pattern in _INCIDENT for m in pattern.finditer(sentence)]
        called = next((one for one in said if len(one) > 2 and one.casefold() not in names), "")
        if not called:
            continue
        low = called.casefold()
        behind = [m for m in groups if start <= m.start < end] if _AUTHOR.search(sentence) else []
        yield Told(
            name=low,
            called=called,
            start=start,
            end=end,
            authors=tuple(dict.fromkeys((f"group:{m.ref or m.name.casefold()}", m.name or m.text) for m in behind)),
            dates=tuple(dict.fromkeys(e.at for e in reading.events if start <= e.start < end)),
        )


def is_called_harmless(reading: Reading, seen: SeenObservable) -> bool:
    """Return whether the sentence of a value says that it belongs to no attacker."""
    for start, end in reading.sentences:
        if start <= seen.start and seen.end <= end:
            after = reading.document.text[seen.end : min(end, seen.end + 120)]
            return _HARMLESS.search(after) is not None and _SEEMS.search(after) is None
    return False
