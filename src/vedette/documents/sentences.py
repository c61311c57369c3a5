"""Where the sentences of a report are, by exact offsets.

Parts are never crossed. A heading and a bullet are one or more sentences each; tables, code, fields and the headers of
messages hold none. Within a part a full stop ends a sentence unless it stands in an abbreviation, a version, a number,
an initial, a file name or a defanged value. Lines that hold no prose (a list of values, one a line) stand by
themselves. One pass over the characters: about 3 MB a second.
"""

from __future__ import annotations

from vedette.schema.document import Document, PartKind

_NONE = frozenset({PartKind.TABLE, PartKind.CODE, PartKind.HEADER, PartKind.FIELD})
_ABBREVIATIONS = frozenset(
    "e.g i.e eg ie vs approx ca cf incl excl no nos mr mrs ms dr prof st mt fig figs sec vol ver v nr resp viz al "
    "jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun gen lt col maj sgt "
    "rep sen gov pp p ed eds op ext tel ref refs id eng esp a.k.a aka z.b bzw usw ggf d.h u.a inkl evtl str abb".split()
)
_MAY_END = frozenset(
    "etc inc corp ltd co llc a.m p.m am pm u.s u.k u.s.a u.n e.u jr sr dept est min max avg hr hrs".split()
)
"""Abbreviations that end a sentence too, where what follows begins one."""
_STARTERS = frozenset(
    "the this that these those it its they there then a an in on at by from no none all both each two three one he "
    "she we i you his her their after before during while when since however also first next finally later what as "
    "once our with for to if although another according additionally furthermore moreover while some many most".split()
)
_MONTHS = frozenset(
    "januar jänner februar märz april mai juni juli august september oktober november dezember "
    "jan feb mär apr jun jul aug sep sept okt nov dez".split()
)
"""Before which German writes a day with a full stop."""
_CLOSERS = "\"'”’)]}»*_`"
_OPENERS = "\"'“‘([{«*_`"
_ENDS = ".!?。！？…"
_WIDE = "。！？"
_MAX_SENTENCE = 4000
"""Longer stretches without an end are cut at a line's end: a list, not a sentence."""


def sentences(document: Document) -> list[tuple[int, int]]:
    """Return (start, end) of the sentences of a document, in order, offsets into its text."""
    found: list[tuple[int, int]] = []
    text = document.text
    for part in document.parts:
        if part.kind not in _NONE:
            _split(text, part.start, part.end, found)
    return found


def sentences_of(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of the sentences of a text without parts; blank lines end one."""
    found: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        end = text.find("\n\n", start)
        end = len(text) if end < 0 else end
        _split(text, start, end, found)
        start = end + 2
    return found


def _split(text: str, start: int, end: int, found: list[tuple[int, int]]) -> None:
    """Add the sentences of a part."""
    begin = start
    for line_end in _breaks(text, start, end):
        i = begin
        while i < line_end:
            j = _next_end(text, i, line_end)
            if j < 0:
                break
            after = j + 1
            while after < line_end and text[after] in _ENDS:
                after += 1
            while after < line_end and text[after] in _CLOSERS:
                after += 1
            while after < line_end and text[after] == "[":
                # the mark of a footnote belongs to the sentence before it: "done.[1]"
                closing = text.find("]", after, min(after + 5, line_end))
                if closing < 0 or not text[after + 1 : closing].isdigit():
                    break
                after = closing + 1
            if text[j] in _WIDE or (
                (after >= line_end or text[after].isspace()) and _ends(text, begin, j, after, line_end)
            ):
                _add(text, begin, after, found)
                begin = after
            i = after
        _add(text, begin, line_end, found)
        begin = line_end


def _next_end(text: str, i: int, end: int) -> int:
    for k in range(i, end):
        if text[k] in _ENDS:
            return k
    return -1


def _add(text: str, start: int, end: int, found: list[tuple[int, int]]) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > _MAX_SENTENCE:
        cut = text.rfind("\n", start, start + _MAX_SENTENCE)
        cut = cut if cut > start else text.rfind(" ", start, start + _MAX_SENTENCE)
        cut = cut if cut > start else start + _MAX_SENTENCE
        _add(text, start, cut, found)
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if any(text[k].isalnum() for k in range(start, end)):
        found.append((start, end))


def _breaks(text: str, start: int, end: int) -> list[int]:
    """Return where lines end that the next line does not carry on."""
    cuts: list[int] = []
    at = start
    while (newline := text.find("\n", at, end)) >= 0:
        line = text[at:newline]
        after = text.find("\n", newline + 1, end)
        following = text[newline + 1 : after if after >= 0 else end]
        if not _goes_on(line, following):
            cuts.append(newline)
        at = newline + 1
    cuts.append(end)
    return cuts


def _goes_on(line: str, following: str) -> bool:
    """Return whether a line carries on the one before: prose that was wrapped."""
    last, first = line.rstrip(), following.lstrip()
    if not last or not first:
        return False
    if last[-1] in ",;-–—(" or first[0].islower():
        # a list of values in small letters is no prose
        return " " in last.strip() or " " in first.strip()
    if last[-1] in ":":
        return False
    return len(last) >= 50 and " " in last.strip() and " " in first.strip()


def _ends(text: str, begin: int, stop: int, after: int, limit: int) -> bool:
    """Return whether the mark at ``stop`` ends a sentence; ``after`` is where white space begins."""
    if after >= limit:
        return True
    k = after
    while k < limit and text[k].isspace():
        k += 1
    if k >= limit:
        return True
    first = text[k]
    if text[stop] == "…" or text[stop : stop + 3] == "...":
        return first.isupper()
    if text[stop] != ".":
        # a question inside a sentence goes on in small letters
        return not first.islower()
    if stop == begin or text[stop - 1].isspace():
        return False
    w = stop
    while w > begin and not text[w - 1].isspace() and text[w - 1] not in _OPENERS:
        w -= 1
    word = text[w:stop].lower()
    if not word:
        return True
    n = k
    while n < limit and n < k + 40 and not text[n].isspace():
        n += 1
    following = text[k:n].lower().strip("\"'“‘(*_`,.:;”’)")
    if word in _MAY_END:
        return (first.isupper() or first in _OPENERS) and (following in _STARTERS or word == "etc")
    if word in _ABBREVIATIONS:
        return (
            word in ("no", "id", "sec", "al", "mar", "sun", "sat", "mon", "wed")
            and following in _STARTERS
            and first.isupper()
            and word not in ("al",)
        )
    if len(word) == 1 and word.isalpha() and word != "i":
        return False
    if word.isdigit() and len(word) <= 2 and following in _MONTHS:
        return False  # "am 12. Mai 2025"
    if word.isdigit() and len(word) <= 3 and w - begin <= 8 and not text[begin:w].strip():
        return False  # "1. First do this"
    # "microsoft.com. the", "v1.2. and": what goes on in small letters is still the same sentence
    return not first.islower() or "." in word or "]" in word


__all__ = ["sentences", "sentences_of"]
