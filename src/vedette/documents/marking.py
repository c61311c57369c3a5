"""Which marking of the Traffic Light Protocol a document gives to itself, in version 1 or 2.

Looked at are the places where authors mark: the title, a message's subject, the first and last lines, and what stands
at the edges of pages. A marking counts where it stands as a label (``TLP:AMBER``, ``[TLP:RED] Subject``,
``Classification: TLP GREEN``) or where the sentence says so of the document ("this report is TLP:GREEN"). What explains
the protocol, lists its levels or speaks of another document's marking does not count. Of several, the strictest holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import re2

from vedette.schema.document import DocumentPart, PartKind

LEVELS = ("clear", "white", "green", "amber", "amber+strict", "red")
"""Markings, the widest first; ``white`` is the old name of ``clear``."""
_MARK = re.compile(
    r"(?i)(?<![\w.])(?:TLP|traffic[- ]light[- ]protocol(?: ?\(TLP\))?) ?[:：=\-–_]{0,2} ?[\[(\"'“*]{0,2}"
    r"(?P<level>CLEAR|WHITE|GREEN|AMBER(?: ?\+ ?STRICT|[ \-_]STRICT)?|RED)\b"
)
_LABEL_BEFORE = re2.compile(
    r"(?i)^[\W_]*(?:(?:(?:document|report|information|data|overall|security|handling|"
    r"sharing)[ \-]+)?(?:classification|marking|"
    r"classified(?: as)?|marked(?: as)?|handling(?: caveats?| instructions?)?|distribution|dissemination|"
    r"sharing(?: level)?|confidentiality|"
    r"sensitivity|restriction|status|subject|re|fwd?|aw|wg|page \d+(?: of \d+)?|\d{1,4}(?: ?/ ?\d{1,4})?|"
    r"einstufung|klassifizierung|clasificaci[oó]n|classificazione|classifica[cç][aã]o|diffusion|niveau de partage|"
    r"tlp)[\W_]*)*$"
)
_SAYS_SO = re2.compile(
    r"(?i)\b(?:this|the|our|following|present|entire|whole|attached|enclosed) (?:[\w\-]+ ){0,3}?(?:document|report|"
    r"advisory|message|e-?mail|alert|"
    r"bulletin|notice|product|publication|paper|post|note|update|information|content|summary|briefing|analysis|file|"
    r"page|material)s? "
    r"(?:(?:is|are|was|were|has been|have been|must be|should be|remains?|carries|bears)[ ,]){1,2}(?:[\w\-]+ ){0,4}?$"
)
_PASSED_ON = re2.compile(
    r"(?i)^[\W_]*(?:it is |(?:shared|released|distributed|published|issued|disseminated|provided|sent|marked|"
    r"classified|labell?ed|designated)\b)"
    r"(?:[\w\-]+ ){0,4}?(?:with |under |as |at |is )*(?:the marking )?$"
)
_OTHERS = re2.compile(
    r"(?i)\b(?:not|never|no longer|if|unless|previous(?:ly)?|earlier|another|other|was once|formerly|except)\b"
)
_SAYS_OF_LEVEL = re2.compile(
    r"(?i)^[\W_]*(?:information|materials?|reports?|sources?|content|data|documents?|intelligence|sharing|means?|"
    r"may|can|is|are|should|must|when|"
    r"recipients?|indicates?|allows?|version|channels?|meetings?|notes?|marked|labels?|levels?|feeds?|products?|"
    r"items?|portions?|communit\w+|"
    r"(?:and|or) )\b"
)
_NEAR_EDGE = 6
"""Lines with something in them at the head, and as many at the foot, that may mark a document."""
_LONGEST = 400
_LISTED = 3
"""Levels that stand as labels close to each other: the list of the protocol's own, and no marking."""
_APART = 6


def marking_of(text: str, parts: Sequence[DocumentPart], edges: Iterable[str] = ()) -> str:
    """Return the strictest of :data:`LEVELS` that a document gives to itself; empty where it gives none.

    Args:
        text: the document's.
        parts: its parts.
        edges: lines at the edges of pages that are no part of the text.
    """
    if "tlp" not in (low := text.lower()) and "traffic" not in low and not (edges := [*edges]):
        return ""
    said: list[str] = []
    for line in edges:
        said += _levels(line[:_LONGEST].encode("utf-8", "replace").decode())
    at_edge: list[list[str]] = []
    for line in _lines(text, parts):
        at_edge.append(_levels(line))
    for number, levels in enumerate(at_edge):
        near = {level for some in at_edge[max(0, number - _APART) : number + _APART + 1] for level in some}
        if len(near) < _LISTED:
            said += levels
    return max(said, key=LEVELS.index, default="")


def strictest(*levels: str) -> str:
    """Return the strictest of some markings; empty where none is one."""
    known = [level for one in levels if (level := one.strip().lower().removeprefix("tlp:")) in LEVELS]
    return max(known, key=LEVELS.index, default="")


def _lines(text: str, parts: Sequence[DocumentPart]) -> Iterator[str]:
    """Yield the lines that may mark a document: its titles, its head, its foot, the heads and feet of its pages."""
    last = len(parts) - 1
    taken: set[int] = set()
    for number, part in enumerate(parts):
        page = part.origin.startswith("page ")
        first_here = page and (number == 0 or parts[number - 1].origin != part.origin)
        last_here = page and (number == last or parts[number + 1].origin != part.origin)
        margin = any(word in part.origin.lower() for word in ("header", "footer"))
        if part.kind is PartKind.TITLE or margin or first_here or last_here or number < 1:
            lines = _filled(text[part.start : part.end], 50 if margin else _NEAR_EDGE)
            if part.kind is PartKind.HEADER:
                lines = [line for line in lines if line.lower().startswith("subject:")]
            taken.add(number)
            yield from lines
    for order in (range(len(parts)), range(last, -1, -1)):
        n = 0
        for number in order:
            part = parts[number]
            if n >= _NEAR_EDGE:
                break
            if part.kind in (PartKind.HEADER, PartKind.FIELD):
                continue
            body = text[part.start : part.end]
            lines = _filled(body if order.step > 0 else body[-4_000:], 1_000)
            lines = lines[: _NEAR_EDGE - n] if order.step > 0 else lines[-(_NEAR_EDGE - n) :]
            n += len(lines)
            if number not in taken or order.step < 0:
                taken.add(number)
                yield from lines


def _filled(text: str, most: int) -> list[str]:
    out: list[str] = []
    for line in text[:20_000].split("\n"):
        if line.strip():
            out.append(line.strip()[:_LONGEST].encode("utf-8", "replace").decode())
            if len(out) >= most:
                break
    return out


def _levels(line: str) -> list[str]:
    """Return the levels that a line gives to what it stands on."""
    found = list(_MARK.finditer(line[:_LONGEST]))
    levels = [_level(one["level"]) for one in found]
    if len(set(levels)) >= _LISTED or (len(set(levels)) > 1 and not all(_alone(line, one) for one in found)):
        return []
    return [level for one, level in zip(found, levels, strict=True) if _counts(line, one)]


def _level(word: str) -> str:
    upper = word.upper()
    return "amber+strict" if upper.endswith("STRICT") else upper.lower()


def _counts(line: str, found: re.Match[str]) -> bool:
    """Return whether a marking is a label of its line, or the line says it of the document."""
    before, after = _sentence(line, found.start(), found.end())
    if _OTHERS.search(before):
        return False
    if _SAYS_SO.search(before) or _PASSED_ON.search(before):
        return True
    if _alone(line, found):
        return True
    if _LABEL_BEFORE.match(before):
        return _SAYS_OF_LEVEL.match(after) is None
    # at the end of a heading, parted from it: "Black Basta, an overview | TLP:GREEN"
    ends = not after.strip(" .*_)]}|\"'”") or after.lstrip(" *_)]}").startswith(("|", "–", "—"))
    return ends and before.rstrip(" *_\"'“")[-1:] in "|/–—-:;,·•(["


def _alone(line: str, found: re.Match[str]) -> bool:
    """Return whether a marking stands in brackets or cells of its own."""
    before, after = line[: found.start()].rstrip(" *_"), line[found.end() :].lstrip(" *_\"'”")
    opened, shut = before[-1:], after[:1]
    return (opened in ("[", "(", "{", "<", "|", "") and (shut in ("]", ")", "}", ">", "|", ""))) or (
        "[" in found.group() or "(" in found.group()
    )


def _sentence(line: str, start: int, end: int) -> tuple[str, str]:
    """Return what stands before and behind a range in its sentence."""
    low = max((at for sign in (". ", "! ", "? ") if (at := line.rfind(sign, 0, start)) >= 0), default=-2) + 2
    high = min((at for sign in (". ", "! ", "? ") if (at := line.find(sign, end)) >= 0), default=len(line))
    return line[low:start], line[end:high]
