"""Where one sentence of a worded answer ends and the next begins.

Line structure first (bullets, tables, headings, fenced blocks, wrapped paragraphs), then full stops that end a
sentence: not those of abbreviations, versions, addresses, paths, decimals, initials or quoted text. A single pass
over the characters.
"""

from __future__ import annotations

import re2

_ABBREVIATIONS = frozenset(
    "e.g i.e etc vs approx ca cf incl excl no nos mr mrs ms dr prof st jr sr inc corp ltd co dept est fig figs vol "
    "ver v min mins sec secs hr hrs max avg jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu "
    "thur thurs fri sat sun a.m p.m am pm u.s u.k resp acct addr al ed eds op pp p ex ext tel ref refs id".split()
)
_ENDS_TOO = frozenset("etc inc corp ltd co a.m p.m am pm al min mins sec secs hr hrs u.s u.k ext id ids dom".split())
"""Abbreviations that may also be the last word of a sentence."""
_STARTERS = frozenset(
    "the this that these those it its they there then a an in on at by from no none all both each two three one he "
    "she we i you his her their after before during while when since however also first next finally later what".split()
)
_BULLET = re2.compile(r"^\s*(?:>\s*)*(?:[-*+•◦▪‣·–]|\d{1,3}[.)]|\(?[a-z][.)]|\[[ x]\])\s+")
_HEADING = re2.compile(r"^\s*(?:>\s*)*#{1,6}\s+")
_RULE = re2.compile(r"^[\s|:=_*\-+]*$")
_FENCE = re2.compile(r"^\s*(?:```|~~~)")
_CLOSERS = "\"'”’)]}»*_`"


def sentences(text: str) -> list[str]:
    """Return the sentences in order, each a piece of the text without the white space and list marks around it.

    A row of a table, a bullet, a heading and a fenced block each count as one or more sentences of their own; lines of
    nothing but marks are none.
    """
    return [sentence for block in blocks(text) for sentence in block[1]]


def blocks(text: str) -> list[tuple[str, list[str]]]:
    """Return the parts of a text in order as (``text``, ``item``, ``row``, ``heading`` or ``code``, its sentences)."""
    found: list[tuple[str, list[str]]] = []
    for kind, start, end in _pieces(text):
        part = text[start:end]
        if kind in ("row", "code"):
            inner = [part.strip()]
        else:
            inner = [part[a:b] for a, b in _split(part)]
        inner = [s for s in inner if any(c.isalnum() for c in s)]
        if inner:
            found.append((kind, inner))
    return found


def _pieces(text: str) -> list[tuple[str, int, int]]:
    """Return (kind, start, end) of each block: wrapped lines of a paragraph or bullet are one."""
    pieces: list[tuple[str, int, int]] = []
    fence = -1
    position = 0
    for line in text.splitlines(keepends=True):
        start, position = position, position + len(line)
        body = line.rstrip()
        end = start + len(body)
        if _FENCE.match(line):
            if fence < 0:
                fence = position
            else:
                if start > fence:
                    pieces.append(("code", fence, start))
                fence = -1
            continue
        if fence >= 0:
            continue
        if not body.strip() or _RULE.match(body):
            pieces.append(("gap", start, start))
            continue
        if body.lstrip().startswith("|"):
            pieces.append(("row", start, end))
            continue
        heading = _HEADING.match(body)
        if heading:
            pieces.append(("heading", start + heading.end(), end))
            continue
        bullet = _BULLET.match(body)
        if bullet:
            pieces.append(("item", start + bullet.end(), end))
            continue
        if pieces and pieces[-1][0] in ("text", "item") and _goes_on(text[pieces[-1][1] : pieces[-1][2]], body):
            pieces[-1] = (pieces[-1][0], pieces[-1][1], end)
            continue
        pieces.append(("text", start, end))
    if 0 <= fence < len(text):
        pieces.append(("code", fence, len(text)))
    return [p for p in pieces if p[0] != "gap"]


def _goes_on(before: str, line: str) -> bool:
    """Return whether a line carries on the sentence that the line before left open."""
    last = before.rstrip().rstrip(_CLOSERS)
    if not last or last[-1] in ".!?:;":
        return False
    first = line.lstrip()[:1]
    tail = before.rsplit("\n", 1)[-1]
    return last[-1] == "," or first.islower() or first.isdigit() or len(tail) >= 50


def _split(part: str) -> list[tuple[int, int]]:
    """Return (start, end) of the sentences of one block."""
    quoted = _quoted(part)
    spans: list[tuple[int, int]] = []
    begin = 0
    n = len(part)
    i = 0
    depth = 0
    closes = part.count(")")
    while i < n:
        char = part[i]
        if quoted[i]:
            i += 1
            continue
        if char == "(" and closes > 0:
            depth += 1
        elif char == ")":
            closes -= 1
            depth = max(0, depth - 1)
        if char in ".!?" and (depth == 0 or closes == 0):
            j = i + 1
            while j < n and part[j] in ".!?":
                j += 1
            while j < n and part[j] in _CLOSERS:
                j += 1
            # a citation mark belongs to the sentence before it: "done. [1]" and "done.[1]"
            if (j >= n or part[j].isspace()) and _ends(part, begin, i, j):
                spans.append((begin, j))
                begin = j
            i = j
            continue
        i += 1
    spans.append((begin, n))
    trimmed = []
    for start, end in spans:
        while start < end and part[start].isspace():
            start += 1
        while end > start and part[end - 1].isspace():
            end -= 1
        if end > start:
            trimmed.append((start, end))
    return trimmed


def _ends(part: str, begin: int, dot: int, after: int) -> bool:
    """Return whether the full stop at ``dot`` ends a sentence; ``after`` is where the white space begins."""
    if after >= len(part):
        return True
    if dot > 0 and (part[dot - 1].isspace() or part[dot - 1] == "…"):
        return False
    rest = part[after : after + 200].lstrip()
    if not rest:
        return True
    if part[dot] != ".":
        return True
    if after - dot >= 3 and part[dot : dot + 3] == "...":
        return rest[0].isupper()
    start = dot
    while start > begin and not part[start - 1].isspace() and part[start - 1] not in "(\"'[":
        start -= 1
    word = part[start:dot].lower()
    if not word:
        return False
    following = rest.split(None, 1)[0].strip("\"'(*_`,.:;").lower()
    if word in _ABBREVIATIONS:
        return word in _ENDS_TOO and rest[0].isupper() and following in _STARTERS
    if len(word) == 1 and word.isalpha():
        return False
    if word.isdigit() and part[begin:start].strip() == "" and len(word) <= 3:
        return False
    return True


def _quoted(part: str) -> bytearray:
    """Return for each character whether it lies inside quotation marks or backticks that are closed."""
    marks = bytearray(len(part))
    i = 0
    n = len(part)
    pairs = {'"': '"', "“": "”", "„": "“", "«": "»", "`": "`"}
    missing: set[str] = set()
    while i < n:
        char = part[i]
        close = pairs.get(char)
        if close and close not in missing and (i == 0 or not part[i - 1].isalnum()):
            end = part.find(close, i + 1)
            if end < 0:
                missing.add(close)
            elif part[i + 1 : end].strip():
                for k in range(i, end):
                    marks[k] = 1
                # a full stop just inside the closing mark may end the sentence
                if part[end - 1] in ".!?":
                    marks[end - 1] = 0
                i = end + 1
                continue
        i += 1
    return marks
