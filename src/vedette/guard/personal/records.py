"""Licences, passports, records, numbers of staff and customers, dates of birth: known by the words before them."""

from __future__ import annotations

from vedette.guard.personal.cues import Cues
from vedette.guard.personal.sheet import Pattern, Sheet

_FILLER = (
    rb"(?i)(?:[\s\"'`:=#>(),|*_.\-]|\b(?:number|numbers|no|nr|num|id|is|was|are|code|value|my|the|his|her|its|s|"
    rb"nummer|num\xe9ro|n\xfamero|numero|n\xb0|n\xba|est|ist|es|card|identifier|of|it)\b){0,12}"
)
_LICENCE = Pattern(
    _FILLER + rb"([A-Z]{0,5}\d[\dA-Z]{3,19}|[A-Z]?\d{2,4}(?:[ -][\dA-Z]{2,6}){1,4}|[A-Z]{1,5}[ -]\d{5,12}[A-Z]{0,4}|"
    rb"[A-Z]{5}\d{6}[A-Z\d]{2}\d[A-Z]{2}|[A-Z]{2}\d{2}[ -]?\d{11})"
)
_PASSPORT = Pattern(
    _FILLER + rb"([A-Z]{0,3} ?\d{6,9}[A-Z]{0,1}|[A-Z]\d[A-Z0-9]{7}|[CFGHJKLMNPRTVWXYZ][0-9CFGHJKLMNPRTVWXYZ]{8})"
)
_MEDICAL = Pattern(_FILLER + rb"([A-Z]{0,4}[ -]?\d[\dA-Z]{3,15}|[A-Z]{0,3}\d{2,5}(?:-[\dA-Z]{2,6}){1,4})")
_MONTH = (
    rb"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mai|okt|dez|m\xe4r|juni|juli|janv|f\xe9v|avr|juin|juil|"
    rb"ao\xfbt|d\xe9c|ene|"
    rb"abr|ago|set|dic|gen|mag|giu|lug|ott|out)[a-z\xe0-\xff]{0,8}"
)
_DATE = (
    rb"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}(?:st|nd|rd|th|\.|er|\xba)?[ -](?:de |of )?"
    + _MONTH
    + rb"\.?[ ,-]{1,2}(?:de )?\d{2,4}|"
    + _MONTH
    + rb"\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}|(?:19|20)\d{6}"
)
_BIRTH = Pattern(
    rb"(?i)(?:[\s\"'`:=#>(),|*_\-]|\b(?:is|was|on|the|am|el|le|il|em|date|of|a|at|in [A-Z][a-z]{2,20})\b){0,8}("
    + _DATE
    + rb")"
)
_REACH = 80
_EMPLOYEE = Pattern(
    rb"(?:^|[^\w\-/.])(?:((?i:EMP|STAFF|PERS)-\d{3,9})|"
    rb"(?i:(?:employee|staff|personnel|worker|payroll|emp)[ _\-]?(?:id|no|nr|num|number|#)|personal-?(?:nummer|"
    rb"nr)|pers\.?-?nr|"
    rb"mitarbeiter-?(?:nummer|nr|id)|matricule|num\xe9ro d'employ\xe9|n\xfamero de empleado|employee|"
    rb"mitarbeiter(?:in)?)"
    rb"[.\"']{0,2}[ \t]?[:#=]?[ \t]?[\"']?([A-Z]{0,4}-?\d{4,9}))(?:[^\w\-%]|$)"
)
_CUSTOMER = Pattern(
    rb"(?i)(?:^|[^\w\-/.])(?:kunden-?(?:nummer|nr)|kd\.?-?nr|vertrags-?(?:nummer|nr)|mitglieds-?(?:nummer|nr)|"
    rb"policen-?(?:nummer|nr)|"
    rb"(?:customer|client|member(?:ship)?|subscriber|policy) ?(?:number|no|nr|id|#)|num\xe9ro (?:de )?client|"
    rb"n\xb0 (?:de )?client|"
    rb"n\xfamero de cliente|numero cliente|klant-?nummer|numer klienta)"
    rb"[.\"']{0,2}[ \t]?(?:is |ist |lautet |est )?[:#=]?[ \t]?[\"']?([A-Z]{0,4}-?\d{4,12})(?:[^\w\-%]|$)"
)
_YEAR = Pattern(rb"(?:19|20)\d\d")


def find(sheet: Sheet, cues: Cues) -> None:
    """Put down what these words announce."""
    raw = sheet.raw
    if not cues:
        return
    for entity, family, pattern, least in (
        ("DRIVER_LICENSE", "licence", _LICENCE, 4),
        ("PASSPORT", "passport", _PASSPORT, 5),
        ("MEDICAL_RECORD", "medical", _MEDICAL, 4),
        ("DATE_OF_BIRTH", "birth", _BIRTH, 3),
    ):
        for cue in cues.of(family):
            found = pattern.match(raw, cue.end, min(len(raw), cue.end + _REACH))
            if found is None:
                continue
            start, end = found.span(1)
            if sheet.word_before(start) or sheet.word_after(end):
                continue
            value = raw[start:end]
            if sum(48 <= byte <= 57 for byte in value) < least:
                continue
            sheet.hit(entity, start, end, 0.85, family)


def numbers(sheet: Sheet, cues: Cues) -> None:
    """Put down numbers that a firm gives its staff and its customers: each stands for one of them."""
    raw = sheet.raw
    for pattern, rule in ((_EMPLOYEE, "employee-number"), (_CUSTOMER, "customer-number")):
        for found in pattern.finditer(raw):
            which = 2 if found.re.groups == 2 and found.span(1) == (-1, -1) else 1
            start, end = found.span(which)
            if not _YEAR.fullmatch(raw[start:end]):
                sheet.hit("USERNAME", start, end, 0.85, rule)
