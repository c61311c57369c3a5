"""What a report means by a value: an indicator, a reference, a victim's, an example, or no more than seen.

Strongest first: reserved values are examples; what somebody defanged, or put under a heading of indicators, is one;
what stands among the references, or belongs to a house that everybody cites, is a reference; then the words of the
sentence decide; then what the report says of the same value elsewhere.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import re2

from vedette.guard.personal.sheet import Pattern
from vedette.intel.observables import benign
from vedette.intel.observables.mirror import mirror
from vedette.intel.observables.rows import Row
from vedette.intel.observables.wording import Cues, lines_that_head, of_heading
from vedette.knowledge.tools.base import encodable
from vedette.schema.document import Document, DocumentPart, PartKind
from vedette.schema.entity import ObservableKind
from vedette.schema.intel import SeenObservable, Standing

_NETWORK = frozenset(
    {
        ObservableKind.IP,
        ObservableKind.DOMAIN,
        ObservableKind.URL,
        ObservableKind.EMAIL,
        ObservableKind.IP_RANGE,
        ObservableKind.TELEGRAM,
    }
)
_CATALOGUE = frozenset({ObservableKind.CVE, ObservableKind.CWE, ObservableKind.TECHNIQUE, ObservableKind.ASN})
_RULES = frozenset({ObservableKind.YARA, ObservableKind.SIGMA})
_LINK = re.compile(r"\]\(\s?<?$")
_SENTENCE_END = re.compile(r"[.!?][\"')\]*]*\s+(?=[A-Z\d\"“(\[])|[。！？]|\n\s*\n")
_CLAUSE_END = re.compile(r";\s")
_ATTACK = Pattern(
    rb"(?i)\b(?:brute[- ]?forc|attack|scan|exploit|spray|flood|log-?ins?\b|log-?in attempts|attempt|probe|intrusion|"
    rb"password guess|credential stuff|DDoS|requests?\b|traffic)"
)
_FROM = re.compile(r"(?i)\b(?:from|by|source:?)\s{1,3}(?:the )?(?:ip |ip address |address |host |server )?$")
_AGAINST = re.compile(
    r"(?i)\b(?:against|targeting|aimed at|directed at|attacks? on)\s{1,3}(?:the )?(?:host |server |domain |portal |"
    r"gateway |"
    r"site |network )?$"
)
_PORT = re.compile(r"(?:\[:\]|:)([0-9]{1,5})(?![\w:-]|\.\w)")
_SAID_AFTER = re2.compile(
    r"(?i)^[\"'”’)\]`*_]*(?:,? (?:which|that))? ?(?:(?:is|was|are|were|remains?|belongs? to|turned out to be|"
    r"proved(?: to be)?)|[,(–—-]) ?"
    r"(?:(?:itself|also|in fact|actually|entirely|completely|perfectly|only|just|still|known(?: to be)?|considered|"
    r"owned by|operated by) )*"
    r"(?:(?:an?|the|our|its|their|one of the) )?(?P<said>benign|legitimate|legit\b|harmless|innocent|genuine|"
    r"non-malicious|not malicious|"
    r"not an? (?:indicator|ioc)|a false positive|(?:compromised )?victim(?:'s|’s|s'|s’|s)?\b|"
    r"(?:[\w-]+ )?(?:attacked|targeted) (?:organi[sz]ation|company|customer)(?:'s|’s))"
    r"(?P<rest>[^.;]{0,40})"
)
_SAID_BEFORE = re2.compile(
    r"(?i)\b(?P<said>benign|legitimate|harmless|innocent|genuine|non-malicious|victim(?:'s|’s|s'|s’))"
    r"(?P<rest>(?: (?:and|own|vendor|public|corporate|internal|external|mail|e-?mail|web|cloud|update|download|news|"
    r"company|software|file|vpn|dns|"
    r"remote|exposed|internet-facing|domain|domains|host|hosts|server|servers|site|sites|website|websites|service|"
    r"services|portal|gateway|address|"
    r"addresses|ip|ips|url|urls|page|pages|network|named|called|controller|at|on|is|was|itself|such as|like|"
    r":)){0,6}):? ?[\"'“‘(\[`*_]{0,3}$"
)
_TWISTED = re2.compile(
    r"(?i)\b(?:not (?:a |an |the )?(?:benign|legitimate|legit|harmless)|but|compromised|hacked|hijacked|abus\w+|"
    r"looking|seeming\w*|appear\w*|infected|"
    r"weaponi[sz]ed|trojani[sz]ed|instead of|pretend\w*|(?:sends?|sent|upload\w*|exfiltrat\w*) )"
)
_JUDGED_WORDS = re2.compile(
    r"(?i)benign|legit|harmless|innocent|genuine|malicious|false positive|victim|targeted|attacked|indicator|ioc"
)
_IN_MAIL = re.compile(r"(?i)\.(?:eml|msg|mbox|mbx)(?:#\d+)?!")
"""A message that is attached to another one."""
_CHECKED = re.compile(r"(?i)\b(?:connectivity|internet connection|is online)\b|\b(?:ping|pings|pinging)\s*$")
_WINDOW = 240


class _Judged(NamedTuple):
    standing: Standing
    reason: str
    confidence: float


def judge(document: Document, found: Sequence[SeenObservable]) -> list[SeenObservable]:
    """Return what was found in a document, each with its standing, the reason and how sure that is."""
    if not found:
        return []
    place = _Place(document, found)
    judged = [place.judge(one) for one in found]
    listed = {
        (one.kind, one.value): one_judged
        for one, one_judged in zip(found, judged, strict=True)
        if one_judged.standing is Standing.INDICATOR and one_judged.confidence >= 0.9
    }
    hosts = {benign.host_of(value) for kind, value in listed if kind in (ObservableKind.DOMAIN, ObservableKind.IP)}
    kept = []
    for one, verdict in zip(found, judged, strict=True):
        if verdict.standing is Standing.OBSERVABLE and verdict.confidence < 0.9:
            if (one.kind, one.value) in listed:
                verdict = _Judged(Standing.INDICATOR, "the report lists it as an indicator elsewhere", 0.9)
            elif one.kind in (ObservableKind.URL, ObservableKind.EMAIL) and benign.host_of(one.value) in hosts:
                verdict = _Judged(Standing.INDICATOR, "its host is an indicator elsewhere in the report", 0.85)
        kept.append(
            replace(
                one,
                standing=verdict.standing,
                reason=verdict.reason + _port(document.text, one),
                confidence=round(verdict.confidence, 3),
                sort=place.sort(one),
            )
        )
    return kept


class _Place:
    """A document, laid out so that the surroundings of a place are quick to find."""

    def __init__(self, document: Document, found: Sequence[SeenObservable]) -> None:
        self._document = document
        self._text = document.text
        self._cues = Cues(document.text, sorted((one.start, one.end) for one in found if one.kind not in _RULES))
        self._starts = [part.start for part in document.parts]
        self._headings = lines_that_head(mirror(document.text)) if len(document.text) else []
        self._heading_at = [at for at, _, _ in self._headings]
        self._links = {(link.start, link.end) for link in document.links}
        self._link_starts = sorted(link.start for link in document.links)
        self._link_ends = {link.start: link.end for link in document.links}
        self._publishers = _publishers(document)
        self._judges = _JUDGED_WORDS.search(encodable(document.text)) is not None
        self._forwarded = _IN_MAIL.search(document.source) is not None

    def judge(self, one: SeenObservable) -> _Judged:
        if one.kind in _RULES:
            return _Judged(Standing.INDICATOR, "a rule that detects", 0.95)
        if one.kind in _CATALOGUE:
            return _Judged(Standing.OBSERVABLE, "a number of a catalogue", 0.95)
        part = self._part(one.start)
        section, heading = self._section(one.start, part)
        if (nobody := _nobody(one)) is not None:
            under = f"; under “{heading}” all the same" if section == "indicator" else ""
            return _Judged(Standing.EXAMPLE, nobody + under, 0.97)
        if part is not None and part.kind is PartKind.HEADER and one.kind in _NETWORK and not self._forwarded:
            return _Judged(Standing.REFERENCE, "a header of the message that carries the report", 0.8)
        if one.kind in _NETWORK and (everyday := benign.everyday(one.value)) is not None:
            return _Judged(Standing.REFERENCE, everyday, 0.9)
        if part is not None and part.kind is PartKind.FIELD and (marked := _marked(part)) is not None:
            return marked
        row = self._row(one, part)
        if row is not None and (told := row.says()) is not None and one.kind is not ObservableKind.HASH:
            return _Judged(told[0], f"its row says: “{told[1]}”", 0.88)
        group = benign.group_of(benign.host_of(one.value)) if one.kind in _NETWORK else None
        if (spoken := self._spoken(one, part)) is not None:
            return spoken
        if one.defanged:
            if group is not None and one.kind is ObservableKind.DOMAIN:
                return _Judged(Standing.OBSERVABLE, f"defanged, but a well-known host ({group})", 0.7)
            return _Judged(Standing.INDICATOR, "defanged", 0.96)
        if section == "reference" and one.kind in _NETWORK:
            return _Judged(Standing.REFERENCE, f"under “{heading}”", 0.95)
        if one.kind in _NETWORK and self._own(one):
            return _Judged(Standing.REFERENCE, "the report's own publisher", 0.95)
        if group is not None and (section != "indicator" or group != "knowledge" or one.kind is ObservableKind.DOMAIN):
            return _Judged(Standing.REFERENCE, f"a host that reports point to ({group})", 0.93)
        if one.kind is ObservableKind.FILE and benign.is_system_file(one.value) and _in_system(one.value):
            return _Judged(Standing.OBSERVABLE, "comes with the system or a wide-spread program", 0.9)
        if section == "indicator":
            return _Judged(Standing.INDICATOR, f"under “{heading}”", 0.94)
        if one.kind is ObservableKind.URL and self._linked(one):
            return _Judged(Standing.REFERENCE, "the target of a link", 0.9)
        if part is not None and part.kind is PartKind.TABLE and one.kind in (ObservableKind.HASH, ObservableKind.IP):
            return _Judged(Standing.INDICATOR, "in a table of such values", 0.88)
        return self._by_words(one, part)

    def _spoken(self, one: SeenObservable, part: DocumentPart | None) -> _Judged | None:
        """Return what the sentence says of a value outright: that it is benign, or a victim's."""
        if one.kind not in _NETWORK or not self._judges:
            return None
        low, high = self._sentence(one, part)
        behind = encodable(self._text[one.end : min(high, one.end + 120)])
        ahead = encodable(self._text[max(low, one.start - 120) : one.start])
        for found in (_SAID_AFTER.search(behind), _SAID_BEFORE.search(ahead)):
            if found is None or _TWISTED.search(found["rest"]) or (found.string is ahead and _TWISTED.search(ahead)):
                continue
            said = found["said"].lower()
            standing = Standing.VICTIM if "victim" in said or "ed " in said else Standing.REFERENCE
            return _Judged(standing, f"the sentence says so: “{found['said']}”", 0.85)
        return None

    def _by_words(self, one: SeenObservable, part: DocumentPart | None) -> _Judged:
        low, high = self._sentence(one, part)
        near = {
            kind: self._cues.nearest(kind, one.start, one.end, low, high)
            for kind in ("indicator", "reference", "victim")
        }
        against, victim, cue = near["reference"], near["victim"], near["indicator"]
        network = one.kind in _NETWORK
        if network and (told := self._by_direction(one, low, high)) is not None:
            return told
        if network and victim is not None and victim[0] < 60 and (cue is None or victim[0] < cue[0]):
            return _Judged(Standing.VICTIM, f"said to be a victim's: “{victim[1]}”", 0.6)
        if against is not None and network and (cue is None or against[0] <= cue[0]):
            return _Judged(Standing.REFERENCE, f"the sentence cites it: “{against[1].strip()}”", 0.7)
        if cue is not None and not (against is not None and against[0] < cue[0]):
            sure = {ObservableKind.HASH: 0.92, ObservableKind.CRYPTO_ADDRESS: 0.9, ObservableKind.MUTEX: 0.9}
            return _Judged(Standing.INDICATOR, f"the sentence says so: “{cue[1].strip()}”", sure.get(one.kind, 0.75))
        if one.kind is ObservableKind.HASH and against is None:
            return _Judged(Standing.INDICATOR, "a hash that a report gives", 0.85)
        return _Judged(Standing.OBSERVABLE, "nothing says more", 0.6)

    def _by_direction(self, one: SeenObservable, low: int, high: int) -> _Judged | None:
        """Return what "from X against Y" and "checks connectivity by pinging X" say of a value."""
        before, text = self._text[max(low, one.start - 60) : one.start], self._text
        if _CHECKED.search(before) is not None:
            return _Judged(Standing.REFERENCE, "the sentence says that connectivity is checked with it", 0.75)
        away, at = _FROM.search(before), _AGAINST.search(before)
        if (away is None and at is None) or _ATTACK.search(text[low:high].encode("ascii", "replace")) is None:
            return None
        if at is not None:
            return _Judged(Standing.VICTIM, f"said to be attacked: “{at.group().strip()}”", 0.75)
        if away is not None and away.group().lower().startswith(("from", "source")):
            return _Judged(Standing.INDICATOR, "the sentence says that an attack came from it", 0.75)
        return None

    def _row(self, one: SeenObservable, part: DocumentPart | None) -> Row | None:
        if part is not None and part.kind is PartKind.TABLE:
            return Row(self._text, one.start, one.end, part.start)
        line = self._text[max(0, one.start - 300) : one.end + 300]
        return Row(self._text, one.start, one.end) if " | " in line or "\t" in line else None

    def sort(self, one: SeenObservable) -> str:
        """Return the sort of a value, as the row of its table says it: a JA3 is no hash of a file."""
        if one.sort != "md5":
            return one.sort
        part = self._part(one.start)
        if part is not None and part.kind is PartKind.FIELD and "ja3" in part.name:
            return "ja3"
        row = self._row(one, part)
        return (row.mark() if row is not None else "") or one.sort

    def _part(self, at: int) -> DocumentPart | None:
        index = bisect_right(self._starts, at) - 1
        if index < 0:
            return None
        part = self._document.parts[index]
        return part if at < part.end else None

    def _section(self, at: int, part: DocumentPart | None) -> tuple[str | None, str]:
        """Return what the headings above a place say of it, and the one that says so: the innermost that says anything."""
        for heading in reversed(part.section if part is not None else ()):
            if (said := of_heading(heading)) is not None:
                return said, heading
        index = bisect_right(self._heading_at, at) - 1
        if index < 0:
            return None, ""
        _, said, words = self._headings[index]
        return said, words.strip()

    def _sentence(self, one: SeenObservable, part: DocumentPart | None) -> tuple[int, int]:
        """Return the stretch of text whose words may speak of a value: its sentence, or the line of a table."""
        text = self._text
        low = max(0, one.start - _WINDOW, part.start if part is not None else 0)
        high = min(len(text), one.end + _WINDOW, part.end if part is not None else len(text))
        if part is not None and part.kind is PartKind.TABLE:
            low = max(low, text.rfind("\n", low, one.start) + 1)
            end = text.find("\n", one.end, high)
            return low, high if end < 0 else end
        if one.kind in _NETWORK:
            ends = [_SENTENCE_END]
        else:
            ends = [_SENTENCE_END, _CLAUSE_END]
        for pattern in ends:
            for found in pattern.finditer(text, low, one.start):
                low = found.end()
            if (after := pattern.search(text, one.end, high)) is not None:
                high = after.start()
        return _line(text, low, one.start, one.end, high)

    def _linked(self, one: SeenObservable) -> bool:
        """Return whether a URL is what a link points to, or lies in the text of one."""
        if _LINK.search(self._text, max(0, one.start - 4), one.start):
            return True
        index = bisect_right(self._link_starts, one.start) - 1
        return index >= 0 and self._link_ends[self._link_starts[index]] >= one.end

    def _own(self, one: SeenObservable) -> bool:
        return bool(self._publishers) and benign.publishes(benign.host_of(one.value)) in self._publishers


def _port(text: str, one: SeenObservable) -> str:
    """Return which port a text writes behind a host or an address, in words."""
    if one.kind not in (ObservableKind.IP, ObservableKind.DOMAIN):
        return ""
    found = _PORT.match(text, one.end)
    return f"; with port {int(found[1])}" if found and 0 < int(found[1]) < 65_536 else ""


def _marked(part: DocumentPart) -> _Judged | None:
    """Return what the record that a field is of says by its own marks: MISP's ``to_ids``, STIX's ``revoked``."""
    of = f" (of the pair {part.name})" if "|" in part.name else ""
    if part.origin.endswith(", revoked"):
        return _Judged(Standing.OBSERVABLE, "the source has revoked it", 0.95)
    if part.origin.endswith(", not to_ids"):
        return _Judged(Standing.OBSERVABLE, f"the event says: not to_ids{of}", 0.9)
    if part.origin.endswith(", to_ids"):
        return _Judged(Standing.INDICATOR, f"the event says: to_ids{of}", 0.97)
    return None


def _line(text: str, low: int, start: int, end: int, high: int) -> tuple[int, int]:
    """Return a stretch without the lines around the one of a value, but for those of prose that was wrapped."""
    at = start
    while (cut := text.rfind("\n", low, at)) >= 0:
        begin = text.rfind("\n", 0, cut) + 1
        if not _wrapped(text[begin:cut], text[cut + 1 : cut + 2]):
            low = cut + 1
            break
        at = cut
    at = end
    while 0 <= (cut := text.find("\n", at, high)):
        begin = text.rfind("\n", 0, cut) + 1
        if not _wrapped(text[begin:cut], text[cut + 1 : cut + 2]):
            return low, cut
        at = cut + 1
    return low, high


def _wrapped(line: str, following: str) -> bool:
    return len(line) >= 50 and " " in line.strip() and (following.islower() or line.rstrip()[-1:] not in ".:;!?")


def _publishers(document: Document) -> frozenset[str]:
    """Return the registered domains of those who published a document, as far as it says."""
    said = [document.fields.get(name, "") for name in ("url", "link", "source_url", "feed_url", "publisher")]
    said.append(document.source if "://" in document.source else "")
    head = re.search(r"(?im)^(?:url|source|link): *(https?://\S+)", document.text[:2_000])
    if head:
        said.append(head[1])
    return frozenset(name for one in said if "://" in one and (name := benign.publishes(benign.host_of(one))))


def _nobody(one: SeenObservable) -> str | None:
    if one.kind in _NETWORK and one.kind is not ObservableKind.TELEGRAM:
        return benign.reserved(one.value)
    if one.kind is ObservableKind.HASH and one.value in benign.EMPTY_HASHES:
        return "the hash of an empty file"
    return None


def _in_system(value: str) -> bool:
    """Return whether a file's place, where it is told, is the system's own."""
    low = value.lower().replace("/", "\\")
    return "\\" not in low or low.startswith(("c:\\windows\\", "%windir%\\", "%systemroot%\\", "c:\\program files"))
