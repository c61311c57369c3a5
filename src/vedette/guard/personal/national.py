"""Numbers that states give to people: their shapes, their check sums, and the words that announce them.

A number is taken where its form and its check sum are telling (an Italian codice fiscale), or where a word before it
says what it is (``PESEL: …``). The check sums are python-stdnum's.
"""

from __future__ import annotations

from dataclasses import dataclass

from vedette.guard.personal.cues import Cue, Cues
from vedette.guard.personal.national_checks import OWN, by_stdnum, digits_of, module
from vedette.guard.personal.sheet import Pattern, Sheet


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of number."""

    rule: str
    """Country and number; also the family of its cue words."""
    shape: bytes
    """Pattern, in RE2's syntax."""
    check: str
    """Module of stdnum, or a function of this module (with a leading dot)."""
    alone: bytes = b""
    """Pattern of the form that needs no word before it; empty where every form does."""
    score: float = 1.0


_YY = rb"\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_DD = rb"(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d{2}"

KINDS: tuple[Kind, ...] = (
    Kind("us-ssn", rb"\d{3}[- ]?\d{2}[- ]?\d{4}", ".american", rb"\d{3}-\d{2}-\d{4}", 0.9),
    Kind("us-itin", rb"9\d{2}[- ]?\d{2}[- ]?\d{4}", "us.itin", b"", 0.9),
    Kind("us-ein", rb"\d{2}-\d{7}", "us.ein", b"", 0.8),
    Kind(
        "us-mbi",
        rb"[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d-?[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d-?"
        rb"[AC-HJKMNP-RT-Y]{2}\d{2}",
        ".always",
        b"",
        0.9,
    ),
    Kind("gb-nhs", rb"\d{3}[ -]?\d{3}[ -]?\d{4}", "gb.nhs"),
    Kind(
        "gb-nino",
        rb"(?i)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]",
        ".nino",
        rb"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?: \d{2} \d{2} \d{2} [A-D]|\d{6}[A-D])",
        0.9,
    ),
    Kind("gb-utr", rb"\d{5} ?\d{5}", "gb.utr"),
    Kind(
        "fr-nir",
        rb"[1-478] ?\d{2} ?\d{2} ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}",
        "fr.nir",
        rb"[12] \d{2} (?:0[1-9]|1[0-2]|[2-9]\d) \d[\dAB] \d{3} \d{3} \d{2}",
    ),
    Kind("fr-nif", rb"[0-3]\d ?\d{2} ?\d{3} ?\d{3} ?\d{3}", "fr.nif"),
    Kind("de-idnr", rb"[1-9]\d(?: ?\d{3}){3}", "de.idnr"),
    Kind("de-svnr", rb"\d{2} ?" + _DD + rb" ?[A-Z] ?\d{3}", ".german_pension", b"", 1.0),
    Kind("de-ausweis", rb"[CFGHJKLMNPRTVWXYZ][0-9CFGHJKLMNPRTVWXYZ]{8}\d?", ".german_card", b"", 0.9),
    Kind("es-nif", rb"(?i)(?:\d{8}|[XYZKLM]\d{7})[- ]?[A-Z]", ".spanish", rb"(?:\d{8}-|[XYZ]-?\d{7}-?)[A-Z]"),
    Kind(
        "it-cf",
        rb"(?i)[A-Z]{6}[0-9LMNP-V]{2}[ABCDEHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]",
        "it.codicefiscale",
        rb"[A-Z]{6}\d{2}[ABCDEHLMPRST]\d{2}[A-Z]\d{3}[A-Z]",
    ),
    Kind("pl-pesel", rb"\d{11}", "pl.pesel"),
    Kind("pl-nip", rb"\d{3}-?\d{3}-?\d{2}-?\d{2}", "pl.nip"),
    Kind("se-pnr", rb"(?:19|20)?" + _YY + rb"[-+ ]?\d{4}", "se.personnummer", rb"(?:19|20)?" + _YY + rb"[-+]\d{4}"),
    Kind("no-fnr", rb"[0-7]\d[0-1]\d{3} ?\d{5}", "no.fodselsnummer"),
    Kind("dk-cpr", _DD + rb"[- ]?\d{4}", ".danish"),
    Kind("fi-hetu", _DD + rb"[-+A-FU-Y]\d{3}[0-9A-Y]", "fi.hetu", _DD + rb"[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]"),
    Kind("is-kt", rb"[0-7]\d[01]\d{3}-?\d{4}", "is_.kennitala"),
    Kind("nl-bsn", rb"\d{9}|\d{4}[ .]\d{2}[ .]\d{3}|\d{3}[ .]\d{3}[ .]\d{3}", "nl.bsn"),
    Kind("be-nn", rb"\d{2}[. ]?\d{2}[. ]?\d{2}[- ]?\d{3}[. ]?\d{2}", "be.nn", rb"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}"),
    Kind("pt-nif", rb"\d{3} ?\d{3} ?\d{3}", "pt.nif"),
    Kind("pt-cc", rb"\d{8} ?\d ?[A-Z0-9]{2}\d", "pt.cc"),
    Kind("ch-ahv", rb"756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}", "ch.ssn", rb"756\.\d{4}\.\d{4}\.\d{2}"),
    Kind("at-svnr", rb"\d{4} ?" + _DD, "at.vnr"),
    Kind("br-cpf", rb"\d{3}\.?\d{3}\.?\d{3}-?\d{2}", "br.cpf", rb"\d{3}\.\d{3}\.\d{3}-\d{2}"),
    Kind("br-cnpj", rb"\d{2}\.?\d{3}\.?\d{3}/?\d{4}-?\d{2}", "br.cnpj", rb"\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}"),
    Kind("ar-dni", rb"\d{2}-?\d{8}-?\d|\d{2}\.\d{3}\.\d{3}|\d{7,8}", ".argentine"),
    Kind("cl-rut", rb"(?i)\d{1,2}\.?\d{3}\.?\d{3}-[\dK]", "cl.rut", rb"\d{1,2}\.\d{3}\.\d{3}-[\dKk]"),
    Kind("co-nit", rb"\d{1,3}(?:\.\d{3}){2,3}(?:-\d)?|\d{8,10}(?:-\d)?", ".colombian"),
    Kind("pe-dni", rb"\d{11}|\d{8}(?:-?[\dA-Z])?", ".peruvian"),
    Kind("uy-ci", rb"\d\.?\d{3}\.?\d{3}-?\d", ".uruguayan"),
    Kind("ve-ci", rb"[VEJPG]-?\d{8}-?\d", "ve.rif"),
    Kind("ec-ci", rb"\d{9}-?\d", "ec.ci"),
    Kind(
        "mx-curp",
        rb"[A-Z][AEIOUX][A-Z]{2}" + _YY + rb"[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[0-9A-Z]\d",
        "mx.curp",
        rb"[A-Z][AEIOUX][A-Z]{2}" + _YY + rb"[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[0-9A-Z]\d",
    ),
    Kind("mx-rfc", rb"[A-Z\xd1&]{3,4}-?" + _YY + rb"-?[A-Z0-9]{3}", "mx.rfc"),
    Kind("in-aadhaar", rb"[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}", "in_.aadhaar", rb"[2-9]\d{3} \d{4} \d{4}"),
    Kind("in-pan", rb"(?i)[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]", "in_.pan", rb"[A-Z]{3}[PCHFAT][A-Z]\d{4}[A-Z]", 0.9),
    Kind(
        "cn-ric",
        rb"[1-6]\d{5}(?:18|19|20)" + _YY + rb"\d{3}[\dXx]",
        "cn.ric",
        rb"[1-6]\d{5}(?:19|20)" + _YY + rb"\d{3}[\dXx]",
    ),
    Kind("tw-id", rb"[A-Z][1289]\d{8}", ".taiwanese"),
    Kind("hk-id", rb"[A-Z]{1,2}\d{6} ?\(?[\dA]\)?", ".hongkong", rb"[A-Z]{1,2}\d{6}\([\dA]\)"),
    Kind("kr-rrn", _YY + rb"-?\d{7}", ".korean", _YY + rb"-[1-8]\d{6}"),
    Kind("jp-mynumber", rb"\d{4}[ -]?\d{4}[ -]?\d{4}", "jp.in_"),
    Kind("sg-nric", rb"(?i)[STFGM]\d{7}[A-Z]", ".singaporean", rb"[STFGM]\d{7}[A-Z]"),
    Kind("my-nric", _YY + rb"-?\d{2}-?\d{4}", "my.nric", _YY + rb"-(?:0[1-9]|1[0-6])-\d{4}", 0.85),
    Kind("pk-cnic", rb"\d{5}-?\d{7}-?\d", "pk.cnic"),
    Kind("th-pin", rb"\d-?\d{4}-?\d{5}-?\d{2}-?\d", "th.pin", rb"\d-\d{4}-\d{5}-\d{2}-\d"),
    Kind("id-nik", rb"\d{16}|\d{2}\.?\d{3}\.?\d{3}\.?\d-?\d{3}\.?\d{3}", ".indonesian", b"", 0.9),
    Kind("au-tfn", rb"\d{3} ?\d{3} ?\d{2,3}", "au.tfn"),
    Kind("au-medicare", rb"[2-6]\d{3} ?\d{5} ?\d(?:[ /-]?\d)?", ".medicare"),
    Kind("nz-ird", rb"\d{2,3}-?\d{3}-?\d{3}", "nz.ird"),
    Kind("ca-sin", rb"\d{3}[- ]?\d{3}[- ]?\d{3}", "ca.sin"),
    Kind("za-id", _YY + rb" ?\d{4} ?[012][0-9]\d", "za.idnr"),
    Kind("tr-tckn", rb"[1-9]\d{10}", "tr.tckimlik"),
    Kind("il-id", rb"\d{8}-?\d", "il.idnr"),
    Kind("eg-id", rb"[23]" + _YY + rb"\d{7}", ".egyptian", b"", 0.9),
    Kind("ro-cnp", rb"[1-9]" + _YY + rb"\d{6}", "ro.cnp"),
    Kind("bg-egn", rb"\d{2}[0-5]\d[0-3]\d{5}", "bg.egn"),
    Kind("cz-rc", rb"\d{2}[0-8]\d[0-3]\d/?\d{3,4}", "cz.rc", rb"\d{2}[0-8]\d[0-3]\d/\d{4}"),
    Kind("hr-oib", rb"\d{11}", "hr.oib"),
    Kind("si-emso", _DD[:-5] + rb"[09]\d{2}\d{6}", "si.emso"),
    Kind("rs-jmbg", _DD[:-5] + rb"[09]\d{2}\d{6}", "si.emso"),
    Kind("gr-amka", _DD + rb"\d{5}", "gr.amka"),
    Kind("gr-afm", rb"\d{9}", "gr.vat"),
    Kind("ee-ik", rb"[1-8]" + _YY + rb"\d{4}", "ee.ik"),
    Kind("lt-ak", rb"[1-9]" + _YY + rb"\d{4}", "lt.asmens"),
    Kind("lv-pk", rb"(?:" + _DD + rb"|32\d{4})-?\d{5}", ".latvian"),
    Kind("ie-pps", rb"(?i)\d{7}[A-W][A-IW]?", "ie.pps"),
    Kind("hu-taj", rb"8\d{9}|\d{3}[ -]?\d{3}[ -]?\d{3}", ".hungarian"),
    Kind("ua-rnokpp", rb"\d{10}", "ua.rntrc"),
    Kind("ru-inn", rb"\d{12}|\d{10}|\d{3}-\d{3}-\d{3} \d{2}", ".russian"),
)

_ANY_ALONE = Pattern(rb"(?i)\b(?:" + b"|".join(b"(?:" + kind.alone + b")" for kind in KINDS if kind.alone) + rb")")
"""All of those in one pass: where it finds none, none of them does."""
_BY_RULE = {kind.rule: kind for kind in KINDS}
_SHAPES = {kind.rule: Pattern(kind.shape) for kind in KINDS}
_ALONE = tuple((kind, Pattern(kind.alone)) for kind in KINDS if kind.alone)
_MOST_NAMED = 500
"""Numbers behind general words of one text whose kind is looked for; those after it are of none."""
_REACH = 72
"""How far behind its word a number may stand."""


def valid(rule: str, value: str) -> bool:
    """Return whether a value is a number of a kind, its check sum right."""
    kind = _BY_RULE[rule]
    if kind.check.startswith("."):
        return bool(OWN[kind.check[1:]](value))
    return by_stdnum(kind.check, value)


def warm() -> None:
    """Load the check sums."""
    for kind in KINDS:
        if not kind.check.startswith("."):
            module(kind.check)


def _count(value: str) -> bool:
    """Return whether a number is rather years in a row."""
    return all(len(part) == 4 and "1900" <= part <= "2099" for part in value.split(" "))


def _varied(value: str) -> bool:
    """Return whether digits vary: ``000000000`` passes many check sums."""
    return len(set(digits_of(value))) > 2


def find(sheet: Sheet, cues: Cues) -> None:
    """Put down the numbers whose form is telling, and those behind a word that announces them."""
    raw = sheet.raw
    for kind, pattern in _ALONE if _ANY_ALONE.search(raw) else ():
        for found in pattern.finditer(raw):
            start, end = found.span()
            if not sheet.number_alone(start, end):
                continue
            value = raw[start:end].decode("latin-1")
            if _varied(value) and not _count(value) and _trusted(kind, sheet, cues, start, end, value):
                sheet.hit("NATIONAL_ID", start, end, kind.score, kind.rule)
    families = cues.families()
    if not families:
        return
    for kind in KINDS:
        if kind.rule in families:
            _behind(sheet, cues.of(kind.rule), kind)
    if "any-id" in families:
        for n, cue in enumerate(cues.of("any-id")):
            _any(sheet, cue.end, named=n < _MOST_NAMED)


def _trusted(kind: Kind, sheet: Sheet, cues: Cues, start: int, end: int, value: str) -> bool:
    """Return whether a number that stands alone is taken."""
    if not valid(kind.rule, value):
        return False
    if kind.rule in ("sg-nric", "in-pan", "cz-rc", "in-aadhaar", "my-nric", "cn-ric", "gb-nino"):
        # nine or ten letters and digits are also a serial number; four fours are also counters
        if cues.near(kind.rule, start, end) or cues.near("any-id", start, end):
            return True
        return kind.rule in ("in-aadhaar", "cn-ric", "gb-nino") and not sheet.fields
    return True


def _behind(sheet: Sheet, cues: list[Cue], kind: Kind) -> None:
    raw = sheet.raw
    pattern = _SHAPES[kind.rule]
    for cue in cues:
        stop = _window(raw, cue.end)
        for found in pattern.finditer(raw, cue.end, stop):
            start, end = found.span()
            if not _free(sheet, start, end):
                continue
            if valid(kind.rule, raw[start:end].decode("latin-1")):
                sheet.hit("NATIONAL_ID", start, end, kind.score, kind.rule)
                break


def _window(raw: bytes, at: int) -> int:
    """Return where a number must end that a word announces: some way on, not beyond an empty line."""
    stop = min(len(raw), at + _REACH)
    for gap in (b"\n\n", b"\r\n\r\n"):
        if (cut := raw.find(gap, at, stop)) >= 0:
            # "SSN:" and the number below it is one thing
            stop = cut if raw[at:cut].strip(b" \t:=\"'") else stop
    return stop


def _free(sheet: Sheet, start: int, end: int) -> bool:
    return (
        not sheet.word_before(start)
        and not sheet.word_after(end)
        and not (end + 1 < len(sheet.raw) and sheet.raw[end] in b"-." and sheet.raw[end + 1] in b"0123456789")
    )


_SHAPELESS = Pattern(rb"[A-Za-z]{0,4}-?\d[\dA-Za-z]*(?:[ .\-/][\dA-Za-z]*\d[\dA-Za-z]*){0,5}")
_TIGHT = Pattern(
    rb"(?i)(?:[\s\"'`:=#>(),|*_.\-]|\b(?:number|numbers|no|nr|num|id|is|was|card|code|value|my|the|and|of|for|are)\b){0,12}"
)


def _any(sheet: Sheet, at: int, named: bool) -> None:
    """Take a number behind a word for some identity number: of whatever kind its check sum fits, else of none."""
    raw = sheet.raw
    filler = _TIGHT.match(raw, at, min(len(raw), at + 40))
    begin = filler.end() if filler else at
    found = _SHAPELESS.match(raw, begin, min(len(raw), begin + 32))
    if not found:
        return
    start, end = found.span()
    value = raw[start:end].decode("latin-1")
    if not _free(sheet, start, end) or len(digits_of(value)) < 6 or not _varied(value):
        return
    for kind in KINDS if named else ():
        if kind.check in (".always", ".colombian", ".peruvian", ".argentine", ".indonesian"):
            continue
        whole = _SHAPES[kind.rule].fullmatch(raw[start:end])
        if whole and valid(kind.rule, value):
            sheet.hit("NATIONAL_ID", start, end, 0.9, kind.rule)
            return
    if len(digits_of(value)) <= 18:
        sheet.hit("NATIONAL_ID", start, end, 0.6, "unknown")
