"""Names that a sentence only denies, doubts or compares: they are in the report, and had no part in what it tells.

"We do not believe FIN7 is responsible", "the tooling overlaps with that of Turla", "unlike Conti", "formerly attributed
to APT41". A cue reaches forward or backward to the end of its clause; names in a row share it. Linear in the sentence.
"""

from __future__ import annotations

from collections.abc import Sequence

import re2

from vedette.intel import modality

_LATE = (
    r"(?:formerly|previously|initially|originally|at first|earlier|sometimes|wrongly|mistakenly|incorrectly|"
    r"erroneously|falsely)"
)
_NOT = r"(?: not|n[’']t|not)"
_HOLD = r"(?:believ|think|suspect|assess|consider|assum|conclud|see|find|know|judg|have (?:any )?(?:evidence|reason))"
_SHOWN = r"(?:confirmed|verified|established|ruled out|excluded|substantiated|proven|corroborated)"
_SHOW = r"(?:confirm|verify|attribute|link|tie|rule out|exclude|establish|corroborate)"
_FORWARD = re2.compile(
    r"(?i)\b(?:"
    # we do not believe that X is responsible; there is no firm evidence
    rf"(?:do|does|did|can|could|would){_NOT}(?: currently| yet| presently| at this time)? {_HOLD}\w*"
    r"|no(?:t enough| conclusive| sufficient| clear| direct| firm| reliable)? "
    r"(?:evidence|proof|indications?|signs?|reason|grounds?|basis|links?|ties|connections?|relations?(?:hip)?)"
    r"|(?:insufficient|little|scant|weak) (?:evidence|proof)|nothing (?:suggests|indicates|points|links|ties)"
    r"|doubt(?:s|ed|ful)?|unlikely|implausible|improbable|unclear|unknown whether|uncertain|unproven|unconfirmed"
    r"|not (?:yet )?(?:clear|certain|known|sure|confirmed|proven|established) (?:whether|if|that)"
    rf"|(?:can ?not|can[’']t|could not|unable to|failed to) {_SHOW}"
    rf"|{_LATE} (?:\w+ )?(?:attribut|link|ascrib|associat|thought|believed|suspect|assum|connect|tied|credit)\w*"
    r"|misattribut\w+|neither|(?:ruled|rules|ruling) out"
    r"|den(?:y|ies|ied) (?:\w+ ){0,4}(?:links?|ties|connections?|attribution)"
    # X is only what something is compared with
    r"|overlap(?:s|ped|ping)?|(?:similar(?:ity|ities|ly)?|resemblances?|likeness|parallels?|akin|comparable|identical) "
    r"(?:\w+ ){0,4}?(?:to|with|between)|resembl(?:es?|ed|ing)|reminiscent of|reminds? (?:us )?of|evok(?:es|ing)"
    r"|shar(?:es?|ed|ing) (?:[\w-]+ ){1,5}with|in common with|inspired by|model+ed (?:on|after)|copied from"
    r"|borrow(?:s|ed|ing)? (?:[\w-]+ ){0,4}from|false flags?|not to be confused with|not the same as"
    r"|differ(?:s|ed|ent|ences?)? (?:from|to|between)|distinct from|separate from|independent(?:ly)? of|unrelated to"
    r"|as opposed to|contrary to|compared (?:to|with)|in comparison (?:to|with)"
    # the same in German, French and Spanish
    r"|kein(?:e|en|erlei)? (?:hinweise?|belege?|beweise?|anzeichen)|im gegensatz zu|anders als|ähnel\w+"
    r"|unwahrscheinlich|(?:glauben|denken|vermuten) (?:wir )?nicht|überschneid\w+"
    r"|aucune? (?:preuve|indice|lien)|contrairement à|rien n[’']indique|ressembl\w+"
    r"|no hay (?:pruebas|indicios|evidencias?)|a diferencia de|no creemos"
    r")\b"
)
"""Names after it, in its clause, are only denied, doubted or compared."""
_ASKED = re2.compile(r"(?i)^ (?:of |about )?(?:how|why|when|where|what|which|at this)\b")
"""After a doubt that is of something else: "it is unclear how APT29 got in"."""
_WHO_NOT = (
    r"(?:involved|responsible|behind|to blame|part of|connected|linked|related|associated|tied|affiliated|the "
    r"(?:\w+ )?(?:culprits?|actors?|authors?|perpetrators?|operators?|attackers?|group|threat actor|source))"
)
_BACKWARD = re2.compile(
    r"(?i)\b(?:(?:is|are|was|were|be|been|has|have|had|does|do|did)(?: not|n[’']t| never| no longer)(?: \w+ly| yet)?"
    rf"(?: been| be)?(?: (?:believed|thought|considered|assessed|suspected|seem|appear)\b|(?: \w+)? {_WHO_NOT}\b)"
    r"|(?:is|are|was|were|be|been|seems?|appears?|remains?)(?: \w+)? (?:unlikely|doubtful|questionable|disputed|"
    r"unclear|unproven|unconfirmed|uncertain|ruled out|excluded|dismissed|refuted|disproved|questioned|debunked|"
    r"contested|exonerated|uninvolved)"
    rf"|(?:can ?not|could not|can[’']t|couldn[’']t) (?:yet )?be (?:\w+ )?{_SHOWN}"
    r"|(?:has|have|had)(?: since| publicly)? (?:denied|disavowed|rejected|disputed)"
    r"|den(?:y|ies|ied) (?:any |all |its |their )?"
    r"(?:involvement|responsibility|part|role|being|having|attacking|connection)"
    rf"|(?:is|was|were|been) {_LATE} (?:suspected|blamed|thought|believed|accused|assumed|credited|named)"
    r"|had no (?:part|role|hand|involvement)|played no (?:part|role)|nichts? (?:mit|dahinter)|steckt nicht)\b"
)
"""Names before it, in its clause, are only denied or doubted."""
_AGAINST = re2.compile(
    r"(?i)\b(?:unlike|in contrast (?:to|with)|rather than|instead of|not by|and not|but not)\b|, not\b"
)
"""The names right behind it, and those listed with them, are not meant."""
_PLAYED = re2.compile(
    r"(?i)\b(?:imitat(?:es?|ed|ing)|mimic(?:s|ked|king)?|impersonat(?:es?|ed|ing)|pos(?:es|ed|ing) as)"
    r"( (?:the )?_+(?:(?:,? and|,? or|,) _+)*)"
)
"""Whom somebody pretends to be."""
_BREAK = re2.compile(
    r"(?i)[;:!?]|\. |,? (?:but|however|although|though|whereas|while|nevertheless|instead|because|therefore|so that|"
    r"yet) | and (?:then |also )?[a-z]+(?:s|ed) _"
)
_COMMA = re2.compile(r",(?: and| or)? ")
_LISTED = re2.compile(r"^[\s\"'“”‘’(]*(?:the )?_+[\s\"'“”‘’)]*(?:,|/|\)|&|\band\b|\bor\b|\bnor\b|$)")
_REASSERTED = re2.compile(
    r"(?i)\bnot (?:only|just|merely)\b|\bno (?:doubt|other)\b|\b(?:little|without|beyond) (?:any )?doubt\b"
)
_TURNS = re2.compile(r"(?i) (?:but|it|they) ")


def disclaimed(text: str, names: Sequence[tuple[int, int]]) -> list[bool]:
    """Return of each name whether the sentence only denies, doubts or compares it.

    Args:
        text: the sentence.
        names: half-open ranges of names in it.
    """
    plain = text
    for start, end in names:  # a name's own words are no cue
        plain = f"{plain[:start]}{'_' * (end - start)}{plain[end:]}"
    ranges = modality.denied(plain)
    if not _REASSERTED.search(plain):
        for cue in _FORWARD.finditer(plain):
            if _ASKED.match(plain[cue.end() :]):
                continue
            ranges.append((cue.end(), _end(plain, cue.end())))
        for cue in _BACKWARD.finditer(plain):
            ranges.append((_start(plain, cue.start()), cue.start()))
    for cue in _AGAINST.finditer(plain):
        ranges.append((cue.end(), _row_end(plain, cue.end())))
    ranges += [played.span(1) for played in _PLAYED.finditer(plain)]
    return [any(low <= start < high for low, high in ranges) for start, _ in names]


def _end(plain: str, at: int) -> int:
    """Return where the clause that begins at a place ends: a comma before no listed name ends it."""
    stop = _BREAK.search(plain, at)
    end = stop.start() if stop else len(plain)
    for comma in _COMMA.finditer(plain, at, end):
        if "_" in plain[at : comma.start()] and not _LISTED.match(plain[comma.end() : end]):
            return int(comma.start())
    return end


def _start(plain: str, at: int) -> int:
    """Return where the clause that ends at a place begins."""
    start = 0
    for stop in _BREAK.finditer(plain, 0, at):
        start = stop.end()
    for comma in _COMMA.finditer(plain, start, at):
        if "_" in plain[comma.end() : at] and not _LISTED.match(plain[comma.end() : at]):
            start = comma.end()
    return start


def _row_end(plain: str, at: int) -> int:
    """Return where the row of names behind a place ends; a name behind its comma alone is another clause's subject."""
    end = _end(plain, at)
    turn = _TURNS.search(plain, at)
    if turn is not None:
        end = min(end, turn.start())
    for comma in _COMMA.finditer(plain, at, end):
        if "_" in plain[at : comma.start()] and not _goes_on(plain[comma.start() : end]):
            return int(comma.start())
    return end


_ROW = re2.compile(r"^,(?:(?: and| or)? (?:the )?_+[\s\"'”’)]*(?:,? (?:and|or) |,(?: |$)|$))")


def _goes_on(rest: str) -> bool:
    return _ROW.match(rest) is not None
