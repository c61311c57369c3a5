"""What a text says of each vulnerability: sentences about it are gathered, and read.

Sentences that name a CVE id are about it, and so are those that follow in the same paragraph until another id comes.
Where a text is one vulnerability's description (short, of one id or none), all of it is about that one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import re2

from vedette.errors import UserError
from vedette.intel.vulnerabilities.affected import RANGE, extract, unnamed_fixes
from vedette.intel.vulnerabilities.exploiting import status_of
from vedette.knowledge import cvss
from vedette.knowledge.tools.base import encodable
from vedette.models import load
from vedette.models.base import Predictor
from vedette.schema import Document, ObservableKind, PartKind, Standing
from vedette.schema.intel import (
    AffectedProduct,
    EntityMention,
    MentionKind,
    Reasoned,
    SeenObservable,
    VulnerabilityMention,
)

CWE_MODEL, CVSS_MODEL = "cve-cwe", "cve-cvss"
DESCRIPTION_CHARS = 4000
"""A longer text is a report, not one vulnerability's description."""
_FOLLOWING = 3
"""Sentences after one that names an id which may still be about it."""
_PARAGRAPH = 12
"""Of a paragraph that begins with the id, which all of it is about."""
_HEADED = re2.compile(r"(?i)^[\s\-–•*\d.)(#\[|]{0,8}CVE[-–‑ ]\d{4}[-–‑]\d{4,7}\b")

_CVE = re2.compile(r"(?i)\bCVE[-–‑ ](\d{4})[-–‑](\d{4,7})\b")
_CWE = re2.compile(r"(?i)\bCWE[-–‑ :]{1,2}(\d{1,4})\b")
_VECTOR = re2.compile(
    r"(?:CVSS:\d\.\d/)?\(?AV:[NALP](?:/[A-Za-z]{1,3}:[A-Za-z]{1,6}){5,40}\)?|"
    r"CVSS:4\.0(?:/[A-Za-z]{1,3}:[A-Za-z]{1,6}){5,40}"
)
_SCORE = re2.compile(
    r"(?i)\bCVSS\S{0,8}(?: v?[234](?:\.\d)?)?(?: base| severity| overall| v?3(?:\.\d)?)*(?: scores?|"
    r" ratings?)?(?: of| is|:| was|=)*"
    r" \(?((?:10(?:\.0)?|\d\.\d))\b|\b((?:10(?:\.0)?|\d\.\d)) ?(?:/ ?10)? (?:CVSS|on the CVSS)"
)
_FLAW = re2.compile(
    r"(?i)\b(?:vulnerab\w+|flaw|overflow\w*|injection|cross[- ]site|xss|csrf|ssrf|use[- ]after[- ]free|"
    r"out[- ]of[- ]bounds|"
    r"traversal|deserializ\w+|bypass\w*|escalat\w+ (?:of )?privilege\w*|privilege escalation|remote code execution|"
    r"arbitrary (?:code|files?|commands?|sql)|denial[- ]of[- ]service|memory corruption|null pointer|race condition|"
    r"improper \w+|missing (?:authentication|authorization)|hard-?coded|information disclosure|disclos\w+|"
    r"allow(?:s|ed|ing)? (?:an? |the |remote |local |unauthenticated |authenticated |physically |low|high)\w*)\b"
)
_KIND = re2.compile(
    r"(?i)\b(?:overflow\w*|injection|cross[- ]site|xss|csrf|ssrf|use[- ]after[- ]free|out[- ]of[- ]bounds|"
    r"traversal|deserializ\w+|"
    r"bypass\w*|privilege|code execution|arbitrary|denial[- ]of[- ]service|memory corruption|null pointer|"
    r"race condition|"
    r"improper|missing|hard-?coded|disclos\w+|leak\w*|type confusion|uninitiali[sz]ed|validat\w+|sanitiz\w+|"
    r"upload\w*)\b"
)
_HARM = re2.compile(
    r"(?i)\b(?:attackers?|crash\w*|deadlock|sensitive|expos\w+|unencrypted|plain ?text|does not|do not|did not|"
    r"fails? to|"
    r"could|can|may|malicious|terminat\w+|without|incorrect\w*|insufficient\w*|pollution|redirect\w*|reference|forge|"
    r"unauthori[sz]ed|insecure|permissions?|exhaust\w+|loop|wraparound|lack\w*|vulnerable to)\b"
)
_NO_VERSION = re2.compile(r"\b(?:\d{1,2}(?:st|nd|rd|th)? May|May (?:of )?\d{1,4})\b|\b\d{1,3}(?:\[?\.\]?\d{1,3}){3}\b")
"""The month, which is no "may", and addresses."""
_VERSIONS = re2.compile(r"(?i)\b(?:versions?|v?\d+\.\d+)\b")


@cache
def _model(name: str) -> Predictor:
    return load(name)


def find(
    document: Document,
    sentences: Sequence[tuple[int, int]],
    observables: Sequence[SeenObservable],
    entities: Sequence[EntityMention],
) -> list[VulnerabilityMention]:
    """Return what a text says of each vulnerability that it is about, by place.

    Args:
        document: the report, advisory or description.
        sentences: offsets of its sentences.
        observables: values in it; those of kind ``cve`` are ids.
        entities: names in it; its products are taken where the words around an id tell none.
    """
    text = _prose(document, encodable(document.text), observables)
    ids = _ids(text, observables)
    distinct = list(dict.fromkeys(cve for cve, _, _ in ids))
    # a text that gives indicators tells of an attack, and is no flaw's description
    told = not any(o.standing is Standing.INDICATOR and o.kind is not ObservableKind.CVE for o in observables)
    if told and len(distinct) <= 1 and len(text) <= DESCRIPTION_CHARS and _describes(text, bool(distinct)):
        start, end = _bounds(text)
        return [_read(text, distinct[0] if distinct else "", [(start, end)], entities, whole=True)]
    out = []
    spans = _about(text, sorted(sentences), ids)
    for cve in distinct:
        out.append(_read(text, cve, spans[cve], entities, whole=False))
    return sorted(out, key=lambda v: (v.start, v.cve))


def _prose(document: Document, text: str, observables: Sequence[SeenObservable]) -> str:
    """Return a text with what tells of no product blanked out, places kept: headers of messages, values of attacks."""
    ranges = [(part.start, part.end) for part in document.parts if part.kind is PartKind.HEADER]
    ranges += [
        (o.start, o.end)
        for o in observables
        if o.kind in _VALUES and (o.defanged or o.standing is Standing.INDICATOR or o.kind in _NEVER_VERSIONS)
    ]
    out, at = [], 0
    for start, end in sorted(ranges):
        if start < at:
            start = min(at, end)
        out += [text[at:start], " " * (end - start)]
        at = max(at, end)
    return "".join((*out, text[at:]))


_NEVER_VERSIONS = frozenset({ObservableKind.URL, ObservableKind.EMAIL, ObservableKind.HASH})
_VALUES = _NEVER_VERSIONS | {ObservableKind.IP, ObservableKind.IP_RANGE, ObservableKind.DOMAIN}


def _ids(text: str, observables: Sequence[SeenObservable]) -> list[tuple[str, int, int]]:
    found = {(o.start, o.end): o.value.upper() for o in observables if o.kind is ObservableKind.CVE}
    for m in _CVE.finditer(text):
        if not any(a < m.end() and m.start() < b for a, b in ((m.start(), m.end()),) if (a, b) in found):
            found.setdefault((m.start(), m.end()), f"CVE-{m[1]}-{m[2]}")
    return sorted((cve, start, end) for (start, end), cve in found.items())


def _describes(text: str, has_id: bool) -> bool:
    """Say whether a short text describes one vulnerability."""
    whole, text = text, _NO_VERSION.sub(" ", text)
    harm = bool(_KIND.search(text) or _HARM.search(text))
    if has_id:
        return harm or bool(_FLAW.search(text))
    if text.rstrip(". \n").endswith("Vulnerability"):
        return True
    return harm and bool(_FLAW.search(text) or RANGE.search(whole) or _VERSIONS.search(text))


def _bounds(text: str) -> tuple[int, int]:
    start = len(text) - len(text.lstrip())
    return start, max(start, len(text.rstrip()))


def _about(
    text: str, sentences: Sequence[tuple[int, int]], ids: Sequence[tuple[str, int, int]]
) -> dict[str, list[tuple[int, int]]]:
    """Return the sentences about each id; outside of sentences (a table's row), its line."""
    by_place = sorted((start, end, cve) for cve, start, end in ids)
    spans: dict[str, list[tuple[int, int]]] = {cve: [] for cve, _, _ in ids}
    at = 0
    holding: list[set[str]] = []
    covered: set[int] = set()
    for start, end in sentences:
        while at < len(by_place) and by_place[at][0] < start:
            at += 1
        own, ahead = set(), at
        while ahead < len(by_place) and by_place[ahead][0] < end:
            own.add(by_place[ahead][2])
            covered.add(by_place[ahead][0])
            ahead += 1
        holding.append(own)
    for i, own in enumerate(holding):
        for cve in own:
            spans[cve].append(sentences[i])
            if len(own) > 1:
                continue
            headed = _HEADED.match(text[slice(*sentences[i])]) is not None
            for j in range(i + 1, min(i + 1 + (_PARAGRAPH if headed else _FOLLOWING), len(sentences))):
                apart = text[sentences[j - 1][1] : sentences[j][0]]
                if holding[j] or "\n\n" in apart:
                    break
                spans[cve].append(sentences[j])
    for start, end, cve in by_place:
        if start not in covered:
            low = text.rfind("\n", max(0, start - 2000), start) + 1
            high = text.find("\n", end, end + 2000)
            spans[cve].append((low or max(0, start - 2000), high if high >= 0 else min(len(text), end + 2000)))
    return {cve: sorted(set(own)) for cve, own in spans.items()}


def _read(
    text: str, cve: str, spans: Sequence[tuple[int, int]], entities: Sequence[EntityMention], *, whole: bool
) -> VulnerabilityMention:
    said = " ".join(text[a:b] for a, b in spans)
    start, end = spans[0][0], max(b for _, b in spans)
    affected: list[AffectedProduct] = []
    bare: dict[str, AffectedProduct] = {}
    fixes: list[str] = []
    for low, high in spans:
        told = extract(text[low:high])
        affected += [
            AffectedProduct(
                product=p.product,
                vendor=p.vendor,
                versions=p.versions,
                fixed_in=p.fixed_in,
                start=low + p.start,
                end=low + p.end,
            )
            for p in told
            if whole or p.versions or p.fixed_in
        ]
        for p in told:
            bare.setdefault(p.product, replace(p, start=low + p.start, end=low + p.end))
        fixes += [] if told else unnamed_fixes(text[low:high])
    if not affected:
        affected = _named(entities, spans)
    if fixes and len(one := affected or list(bare.values())) == 1:  # "Fixed in 7.4.3.": of the one product there is
        affected = [replace(one[0], fixed_in=tuple(dict.fromkeys((*one[0].fixed_in, *fixes))))]
    described = whole or bool(_KIND.search(said))
    status, words = status_of(said)
    plain = said if whole else _CVE.sub(" ", said)
    if not whole:  # of a sentence that names several, each has what stands at its id
        own = _at_id(text, cve, spans)
        described = described and bool(own[1])
        said, plain = own[0], _CVE.sub(" ", own[1])
    weakness, vector, score = _weakness(said, plain, described), *_cvss(said, plain, described, whole)
    return VulnerabilityMention(
        cve=cve,
        start=start,
        end=end,
        affected=tuple(affected),
        weakness=weakness,
        cvss=vector,
        score=score,
        exploit=status,
        exploit_text=words,
    )


def _at_id(text: str, cve: str, spans: Sequence[tuple[int, int]]) -> tuple[str, str]:
    """Return (what is said at an id, the sentences that are about it alone).

    Of a sentence that names several, an id has the words up to the next one, and those after the last where they are
    said of all: ``CVE-1 and CVE-2 are both CWE-22``.
    """
    at_id, alone = [], []
    for low, high in spans:
        sentence = text[low:high]
        ids = [(f"CVE-{m[1]}-{m[2]}", m.start(), m.end()) for m in _CVE.finditer(sentence)]
        if len({name for name, _, _ in ids}) < 2:
            at_id.append(sentence)
            alone.append(sentence)
            continue
        for number, (name, start, _) in enumerate(ids):
            if name == cve:
                at_id.append(sentence[start : ids[number + 1][1] if number + 1 < len(ids) else len(sentence)])
        if ids[-1][0] != cve and _OF_ALL.match(sentence[ids[-1][2] :]):
            at_id.append(sentence[ids[-1][2] :])
    return " ".join(at_id), " ".join(alone)


_OF_ALL = re2.compile(r"(?i)^[\s),;:]*(?:are|were|have|both|all|each|respectively)\b")


def _named(entities: Sequence[EntityMention], spans: Sequence[tuple[int, int]]) -> list[AffectedProduct]:
    out: dict[str, AffectedProduct] = {}
    for e in entities:
        if e.kind is MentionKind.PRODUCT and any(a <= e.start and e.end <= b for a, b in spans):
            out.setdefault(e.name or e.text, AffectedProduct(product=e.name or e.text, start=e.start, end=e.end))
    return list(out.values())


def _weakness(said: str, plain: str, described: bool) -> Reasoned | None:
    m = _CWE.search(said)
    if m is not None:
        return Reasoned(value=f"CWE-{int(m[1])}", confidence=1.0, reasons=(m.group(),), said=True)
    if not described:
        return None
    told = _model(CWE_MODEL).predict([plain])[0]
    if not told.labels:
        return None
    first = told.labels[0]
    return Reasoned(
        value=first.label, confidence=first.confidence, reasons=told.reasons, abstained=told.abstained, said=False
    )


def score_in(text: str) -> float | None:
    """Return the CVSS score that a text states itself, by a number or a vector; None where it states none."""
    for vector in _VECTOR.finditer(text):
        try:
            return cvss.read(vector.group().strip("()").replace("(", "")).base_score
        except UserError:
            continue
    m = _SCORE.search(text)
    return float(m[1] or m[2]) if m is not None else None


def _cvss(said: str, plain: str, described: bool, whole: bool) -> tuple[Reasoned | None, float | None]:
    for m in _VECTOR.finditer(said):
        try:
            vector = cvss.read(m.group().strip("()").replace("(", ""))
        except UserError:
            continue
        return Reasoned(value=str(vector), confidence=1.0, reasons=(m.group(),), said=True), vector.base_score
    score = score_in(said)
    if not described:
        return None, score
    told = _model(CVSS_MODEL).predict([plain])[0]
    if not told.labels:
        return None, score
    first = told.labels[0]
    proposed = Reasoned(
        value=first.label, confidence=first.confidence, reasons=told.reasons, abstained=told.abstained, said=False
    )
    if score is None and not told.abstained and isinstance(told.values.get("score"), float):
        score = float(told.values["score"])
    return proposed, score
