"""What of a report is no sentence, yet names techniques: rows of tables by id, lines of code by command too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import re2

from vedette.knowledge.tools.base import encodable
from vedette.schema import Document
from vedette.schema.document import PartKind

_MOST = 5000
"""Lines of a document that are read."""
_DEFENCE = re2.compile(
    r"(?i)\b(?:mitigat\w+|detect\w*|coverage|countermeasures?|recommend\w*|hunting|validat\w+|sigma|yara|rules?)\b"
)
_DOING = re2.compile(r"(?i)\b(?:uses?|used|descriptions?|procedures?|details?|observ\w+|comments?|evidence|activity)\b")


@dataclass(frozen=True, slots=True)
class Line:
    """A row or a line, by place and text."""

    place: tuple[int, int]
    text: str
    code: bool


def unspoken(document: Document, sentences: Sequence[tuple[int, int]]) -> list[Line]:
    """Return the rows of tables and the lines of code, in order, those left out that sentences hold already.

    Tables that tell what defends against techniques (by their headings or their section's) are nobody's doing.
    """
    found: list[Line] = []
    known = set(sentences)
    for part in document.parts:
        if part.kind not in (PartKind.TABLE, PartKind.CODE):
            continue
        code = part.kind is PartKind.CODE
        text = document.text[part.start : part.end]
        head = encodable(text.partition("\n")[0])
        section = encodable(part.section[-1]) if part.section else ""
        if not code and _DOING.search(head) is None and _DEFENCE.search(f"{head} {section}") is not None:
            continue
        at = part.start
        for line in text.split("\n"):
            place = (at + len(line) - len(line.lstrip()), at + len(line.rstrip()))
            at += len(line) + 1
            if place[0] < place[1] and place not in known:
                found.append(Line(place, line.strip(), code))
                if len(found) == _MOST:
                    return found
    return found
