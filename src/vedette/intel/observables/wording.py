"""What sections and sentences say of the values in them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cache
from typing import Any

from vedette.guard.personal.sheet import Pattern

_INDICATOR_HEADING = Pattern(
    rb"(?i)\b(?:indicators?(?: of compromise| of attack)?|iocs?|ioas?|observables|atomic indicators|network indicators|"
    rb"(?:file|sample|malware|payload)s? hash(?:es)?|hashes|samples?|c2 (?:servers?|domains?|addresses|infrastructure)|"
    rb"c&c(?: servers?)?|command[- ]and[- ]control servers?|malicious (?:domains?|urls?|ips?|files?|documents?)|"
    rb"(?:mutex(?:es)?|registry keys?|file ?names?|domains|urls|ip addresses|md5|sha-?1|sha-?256)|network infrastructure|"
    rb"yara(?: rules?)?|file artifacts?|artifacts)\b"
)
_REFERENCE_HEADING = Pattern(
    rb"(?i)^\W*(?:\d+\.?\s*)?(?:references?|sources?|bibliography|further reading|additional (?:reading|resources|information)|resources|"
    rb"related (?:posts?|articles?|reading|content|reports?)|see also|external links|citations|about (?:us|the authors?|\w+)|footnotes|"
    rb"acknowledge?ments?|credits|contact(?: us)?|read more|learn more|share(?: this)?|recommended (?:reading|articles?)|end ?notes)\W*$"
)
_LINE_HEADING = Pattern(
    rb"(?im)^[ \t#*_|>\d.]{0,12}((?:appendix[ \w]{0,12}[:.\-] ?)?(?:indicators of compromise|indicators|iocs?|references?|sources|further reading|"
    rb"related (?:posts|articles|reading)|acknowledge?ments|see also|about the authors?|conclusions?|mitre att&ck[\w &]{0,30}|"
    rb"recommendations?|detections?|mitigations?)(?: \(iocs?\))?(?: for [^\n]{1,40})?)[ \t:*_]*\r?$"
)

_CUES = {
    "indicator": (
        "command and control|command-and-control|c2|c&c|cnc|beacon|contacts|contacted|connects to|connected to|connect to|communicates with|"
        "communicate with|communicating with|downloads|downloaded from|download from|retrieves|fetches|drops|dropped|malicious|payload|"
        "phishing|exfiltrat|attacker|actor-controlled|threat actor|hosted on|hosted at|resolves to|resolved to|callback|"
        "hash of|with the hash|sha256:|sha-256|sha1:|sha1 hash|md5:|md5 hash|sample|malware|trojan|ransom|implant|backdoor|loader|botnet|"
        "registered by the|spoof|typosquat|impersonat|infect|persisten|watering hole|credential harvest|dropper|stager|webshell|web shell|"
        "exploit kit|lure|decoy|creates|created|writes|written to|saves|saved as|copies itself|executes|scheduled task|injected"
    ),
    "reference": (
        "according to|published by|published in|published a|reported by|as reported|report by|blog post|blogpost|blog by|we thank|would like to thank|"
        "thanks to|documentation|documented|advisory|advisories|security bulletin|research by|researchers at|researchers from|see also|"
        "more information|for more|read more|read the|available at|available from|learn more|described in|described by|whitepaper|white paper|"
        "announced|press release|article|wrote|tweet|presentation|contact us|subscribe|follow us|source:|via |patch|vendor|"
        "open source|open-source|project|repository|legitimate|clean|benign"
    ),
    "victim": (
        "victim|belonging to|belongs to the|was targeted|were targeted|targeted organi|compromised organi|the target's|"
        "compromised website of|compromised site of|employees of|attacked organi"
    ),
}


@cache
def _automaton() -> tuple[Any, list[str]]:
    from ahocorasick_rs import AhoCorasick, MatchKind

    words, kinds = [], []
    for kind, text in _CUES.items():
        for word in text.split("|"):
            words.append(word)
            kinds.append(kind)
    return AhoCorasick(words, matchkind=MatchKind.LeftmostLongest), kinds


class Cues:
    """Words of a text that speak for or against the values near them, by place."""

    def __init__(self, text: str, values: Sequence[tuple[int, int]] = ()) -> None:
        """Find them all in one pass; a word within one of the ranges of values says nothing."""
        low = text.lower()
        if len(low) != len(text):  # a letter that grows when made small: İ
            low = "".join(c if len(c.lower()) > 1 else c.lower() for c in text)
        bounds = [start for start, _ in values]
        automaton, kinds = _automaton()
        self._text = low
        self._starts: dict[str, list[int]] = {kind: [] for kind in _CUES}
        self._ends: dict[str, list[int]] = {kind: [] for kind in _CUES}
        for pattern, start, end in automaton.find_matches_as_indexes(low):
            if start and low[start - 1].isalnum() and low[start].isalnum():
                continue
            if end - start < 4 and end < len(low) and low[end].isalnum():
                continue
            if bounds and (at := bisect_right(bounds, start)) and start < values[at - 1][1]:
                continue
            self._starts[kinds[pattern]].append(start)
            self._ends[kinds[pattern]].append(end)

    def nearest(self, kind: str, start: int, end: int, low: int, high: int) -> tuple[int, str] | None:
        """Return how far the nearest word of a kind is from a range, and the word; only within bounds."""
        starts, ends = self._starts[kind], self._ends[kind]
        best: tuple[int, str] | None = None
        before = bisect_right(ends, start) - 1
        if before >= 0 and starts[before] >= low:
            best = (start - ends[before], self._text[starts[before] : ends[before]])
        after = bisect_left(starts, end)
        if after < len(starts) and ends[after] <= high and (best is None or starts[after] - end < best[0]):
            best = (starts[after] - end, self._text[starts[after] : ends[after]])
        return best


def of_heading(heading: str) -> str | None:
    """Return what a heading says of what stands beneath it: ``indicator``, ``reference``, or nothing."""
    raw = heading.encode("ascii", "replace")
    if len(raw) > 160:
        return None
    if _REFERENCE_HEADING.match(raw):
        return "reference"
    if len(raw) < 90 and _INDICATOR_HEADING.search(raw):
        return "indicator"
    return None


def lines_that_head(raw: bytes) -> list[tuple[int, str | None, str]]:
    """Return where short lines of a text read as headings, what each says, and its words; ``None`` ends a section."""
    return [
        (found.end(), of_heading(found.group(1).decode("ascii", "replace")), found.group(1).decode("ascii", "replace"))
        for found in _LINE_HEADING.finditer(raw)
    ]
