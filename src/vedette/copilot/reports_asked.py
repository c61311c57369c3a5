"""A question about threat reports: the question's own words ask, what they ask about is data.

``what does this report mean for us?``, ``which reports mention APT28``, ``what is new in threat intel since Monday``.
With reports attached, ``this`` and ``it`` may be one of them, and what is asked of them needs no noun.
"""

# ruff: noqa: E501 (patterns, one a line)
from __future__ import annotations

from functools import cache
from typing import Any

import re2

from vedette.schema import ToolCall

SUMMARY, HITS, NEW, ENTITY = "report_summary", "report_hits", "intel_new", "intel_entity"
TOOLS = (SUMMARY, HITS, NEW, ENTITY)

_BEFORE = r"(?:threat |intel(?:ligence)? |cti |security |vendor'?s? |latest |new |kept |attached |same |whole )*"
_SURE = r"(?:reports?|articles?|advisor(?:y|ies)|bulletins?|blog ?posts?|newsletters?|feeds?)"
_PERHAPS = r"(?:posts?|papers?|write-?ups?|attachments?|pdfs?|documents?|files?|mails?|e-?mails?)"
"""What own logs speak of too: it means a report only where one is attached."""
_INTEL = r"(?:(?:cyber )?threat (?:intel(?:ligence)?|reports?|feeds?|news)|(?:the |our )?intel(?:ligence)?(?: reports?| feeds?)?|cti(?: reports?| feeds?)?)"
_THE = r"(?:this|that|the|these|those|our|my|any|all|any of the|all the|all of the|all our|each|an?)"
_HERE = r"(?:this|that|it|these|those|them|here)"
_WRITES = re2.compile(
    r"(?i)\b(?:draft|write|prepare|produce|create|make|generate|compose|export|need|build)\b.{0,40}\b(?:reports?|write-?ups?|documents?|papers?|bulletins?)\b"
    r"|\b(?:incident|case|executive|management|exposure|audit|scan|vulnerability|compliance|status|shift) (?:reports?|write-?ups?|documents?)\b"
    r"|\breports? (?:of|on|about|for) (?:the |this |that )?(?:incident|case|attack|exposures?|management|board|ciso)\b|\bcase-[0-9a-f]"
)
"""What asks for a document to be made, or for one that scanners made."""
_OWN = r"(?:(?:our|my|the|own) (?:own )?(?:logs?|data|events?|lake|network|environment|estate|systems?|hosts?|telemetry|cases?|findings|rules)|here|us)"
_VALUES = r"(?:indicators?|iocs?|ips?|address(?:es)?|domains?|hash(?:es)?|urls?|files?|values?|observables?|techniques?|ttps?|vulnerabilit(?:y|ies)|cves?|things?)"

_ABOUT_NEW = (
    r"\bnew\b.{0,60}\b(?:in|from|by|of|within|through|to) @INTEL@(?:\W|$)",
    r"\b(?:new|newest|latest|recent) (?:cyber )?(?:threat )?(?:intel(?:ligence)?|threat reports?|cti)\b",
    r"\bnew\b.{0,60}\b(?:in|from) (?:@THE@ )?@NOUN@(?:\W|$)",
    r"\b(?:threat )?intel(?:ligence)? (?:news|updates?)\b|\bthreat (?:intel(?:ligence)? )?news\b",
    r"\b(?:which|what|how many|any) (?:new )?(?:threat |intel(?:ligence)? )?(?:reports?|articles?|advisories|bulletins?) (?:came|come|arrived|were (?:kept|read|added)|have (?:come|arrived)|are new)\b",
    r"\b@REPORT@\b.{0,40}\b(?:for the first time|bring(?:s)? that is new|bring(?:s)? new)\b|\bfirst time\b.{0,40}\b(?:@REPORT@|@INTEL@)",
)
_ABOUT_HITS = (
    r"\b(?:what|anything|something)\b.{0,30}\b@REPORT@\b.{0,30}\b(?:mean|means|imply|implies)\b.{0,20}\b(?:us|we|our|you|me)\b",
    r"\bmean(?:s|ing)?\b.{0,20}\b(?:of )?@REPORT@\b.{0,20}\bfor (?:us|our|you|me)\b",
    r"\b(?:are|were|am|is) (?:we|i|our \w+) (?:\w+ ){0,2}(?:affected|hit|exposed|touched|concerned|vulnerable|targeted|impacted|at risk)\b.{0,40}\b@REPORT@",
    r"\b(?:does|do|would|will|should|how|why)\b.{0,20}\b@REPORT@\b.{0,20}\b(?:concern|affect|matter|touch|apply|impact|relevant)\w*\b",
    r"\b@REPORT@\b.{0,30}\b(?:concern|affect|matter|apply|impact|relevant|relate)\w*\b.{0,12}\b(?:us|we|our|you)\b",
    r"\b(?:have|has|had|did|do) (?:we|anyone|anybody|our \w+|you) (?:ever |already |also )?(?:seen?|see|find|found|notice\w*|observe\w*|encounter\w*|match\w*)\b.{0,60}\b(?:@REPORT@|@INTEL@)",
    r"\b(?:which|what|how much|how many|any|anything)\b.{0,40}\b(?:@REPORT@|@NOUN@'?s)\b.{0,50}\b(?:seen|see|found|find|match\w*|in @OWN@|here)\b",
    r"\b(?:check|match|compare|search|look for|hunt(?: for)?|sweep|test|run)\b.{0,50}\b(?:@REPORT@|@NOUN@'?s)\b.{0,50}\b(?:against|in|with|through|across|on)\b.{0,12}\b@OWN@\b",
    r"\b(?:is|are|was|were|does|do)\b.{0,30}\b@REPORT@\b.{0,30}\b(?:in|on|match\w*|seen in|found in|appear\w* in|show\w* in) @OWN@\b",
    r"\b(?:seen|found|present|visible)\b.{0,40}\b(?:from|of|in|out of) @REPORT@\b",
    r"\bhits?\b.{0,30}\b(?:of|from|for|in|on) @REPORT@\b|\b@REPORT@ hits?\b",
)
_ABOUT_HITS_HERE = (
    r"\bwhat does @HERE@\b.{0,12}\bmean for (?:us|our\b)",
    r"\b(?:have|did|do) we (?:ever |already |also )?(?:seen?|see|find|found|notice\w*)\b.{0,40}\b(?:@HERE@|@VALUES@)\b",
    r"\b(?:which|what|how much|how many|any|anything)\b.{0,20}\b(?:@HERE@|@VALUES@)\b.{0,40}\b(?:have we|did we|do we|we have|we saw|seen|in @OWN@|match\w*)\b",
    r"\bare we (?:\w+ ){0,2}(?:affected|hit|exposed|touched|concerned|vulnerable|targeted|impacted|at risk)\b",
    r"\b(?:does|do|is|are) @HERE@\b.{0,16}\b(?:concern|affect|matter|apply|impact|relevant|touch)\w*\b|\bis (?:any|some|anything) of @HERE@ in @OWN@\b",
    r"\b(?:check|match|compare|search|look for|hunt(?: for)?|sweep) (?:for )?(?:@HERE@|(?:the |these |its |all )*@VALUES@)\b.{0,40}\b(?:against|in|with|through|across)? ?@OWN@",
    r"^\W*(?:so |and |well )*what(?: does (?:this|it|that) mean| now| about us| is the impact)\W*$",
)
_ABOUT_SUMMARY = (
    r"\bwhat (?:does|do|did|is|are)\b.{0,12}\b@REPORT@\b.{0,16}\b(?:say|says|tell|tells|describe\w*|about|claim\w*|report\w*|contain\w*|cover\w*|state\w*|conclude\w*|recommend\w*)\b",
    r"\b(?:summari[sz]e|summary of|sum up|gist of|tl;? ?dr\b.{0,6}|digest of|digest|key points? (?:of|in|from)|main points? (?:of|in|from)|overview of|explain|describe|outline|recap|brief me on|walk me through|go through)\b.{0,16}\b@REPORT@",
    r"\b(?:who|what|which|where|when|whom|how|list|show|give|name|extract|tell)\b.{0,60}\b(?:according to|in|from|of|by|says|out of|does|do) @REPORT@\b",
    r"\b@REPORT@\b.{0,20}\b(?:summary|summari[sz]ed|in short|in brief|tl;? ?dr|gist|key points)\b",
    r"^\W*(?:the )?(?:attached )?@NOUN@\W*$",
)
_ABOUT_SUMMARY_HERE = (
    r"^\W*(?:please |can you |could you )*(?:summari[sz]e|sum up|digest|explain|read|describe|outline|recap|brief me on|tl;? ?dr)\b(?:\W*@HERE@)?(?: (?:for (?:me|us)|please|briefly|in short|shortly))*\W*$",
    r"\bwhat (?:does|do|is|are) @HERE@\b.{0,8}\b(?:say|tell|describe|about)\b",
    r"\b(?:who|which|what|whom)\b.{0,40}\b(?:behind (?:this|it)|does it|do they|in it|in there|it (?:name|give|describe|mention|target)s?)\b",
    r"^\W*(?:what|which|list|show|give me)(?: are| is)?(?: the| all(?: the)?)? ?@VALUES@(?: are| is)?(?: (?:in (?:there|it|here)|given|described|named))?\W*$",
)
_ABOUT_ENTITY = (
    r"\bwhat (?:do|does|did|have|has) (?:@THE@ )?(?:@NOUN@|@INTEL@) (?:say|tell|know|said|report|have|write|wrote|told)(?: us)?(?: about| of| on) (.+)$",
    r"\b(?:which|what|how many|any|do any|does any|has any|have any|is there any|list|show|find)(?: of)?(?: @THE@)? ?@NOUN@ (?:that |which )?(?:\w+ )?(?:mention(?:s|ed|ing)?|name(?:s|d)?|speak(?:s|ing)? of|talk(?:s|ing)? (?:about|of)|tell(?:s)? of|cover(?:s|ed|ing)?|describe(?:s|d)?|discuss(?:es|ed)?|contain(?:s|ed|ing)?|attribute(?:s|d)?|are about|is about|about|on) (.+)$",
    r"\b(?:is|are|was|were|has|have) (.+?) (?:ever |been |also )?(?:named|mentioned|known|listed|reported|described|contained|in|seen|found)(?: in| by| to| from)?(?: (?:any|one)(?: of)?)? ?(?:@REPORT@|@NOUN@|@INTEL@)\W*$",
    r"\bwhat (?:do|did) we know (?:about|of|on) (.+?) (?:from|by|out of|in) (?:@THE@ )?(?:@NOUN@|@INTEL@)\W*$",
    r"^\W*(?:(?:show|give|get|find)(?: me)?(?: the| any| all)? )?@INTEL@ (?:about|on|for|regarding) (.+)$",
    r"\b(?:which|what|whose) (?:group|actor|campaign|malware)s? (?:do|does) @REPORT@ (?:attribute|link|tie|connect) (?:to )?(.+?)(?: to)?\W*$",
    r"\bdo @REPORT@ (?:agree|disagree|contradict|differ)(?: each other)? (?:who is behind|about|on|over|of|regarding|as to who is behind) (.+)$",
)
_ABOUT_DIFFERENCES = (
    r"\b(?:contradict\w*|disagree\w*|conflict\w*|inconsisten\w*|differ(?:s|ences?)?|agree)\b.{0,40}\b(?:@REPORT@|@INTEL@|reports?)\b|\b(?:@REPORT@|@INTEL@|reports?)\b.{0,30}\b(?:contradict\w*|disagree\w*|conflict\w*|inconsisten\w*|differ|agree)\b",
)
_EVERY = re2.compile(
    r"(?i)\b(?:reports|articles|advisories|bulletins|posts|papers|documents|feeds|intel(?:ligence)?|all|any|every|each)\b"
)
_ONE = re2.compile(
    rf"(?i)\b(?:this|that|the|latest|newest|last|an?) {_BEFORE}(?:report|article|advisory|bulletin|blog ?post|newsletter)\b"
)
_SIDES = tuple(
    (side, re2.compile(f"(?i){pattern}"))
    for side, pattern in (
        ("do", r"\b(?:should|must|ought|need to) (?:i|we|one|you)\b|\b(?:what|anything) (?:can|to|could) (?:i|we|you|be done|do)\b|\bwhat (?:can|could|should) be done\b|\bdo(?:ne)? (?:about|against|now|next)\b|\bwhat now\b|\bnext steps?\b|\brecommend\w*|\bmitigat\w*|\bremediat\w*|\bcountermeasures?\b|\b(?:protect|defend|guard|harden)\w*\b|\b(?:prevent|block|patch|stop|contain)\b|\badvi[cs]e\b|\bhow (?:do|can|should) (?:i|we) (?:respond|react|detect|fix|stop)\b"),
        ("when", r"^\W*(?:and |so )?when\b|\btime ?lines?\b|\bwhat (?:date|day|time)s?\b|\bchronolog\w*|\bhow long\b|\bin (?:what|which) (?:order|month|year)\b"),
        ("flaws", r"\bvulnerab\w+|\bcves?\b|\b(?:flaws?|exploits?|zero.?days?|bugs?)\b|\bproducts?\b|\b(?:which|what) (?:software|versions?|systems?)\b"),
        ("indicators", r"\bindicators?\b|\biocs?\b|\b(?:ips?|addresses|domains?|hash(?:es)?|urls?|c2s?|c&c|servers?|infrastructure)\b|\bcommand and control\b"),
        ("whom", r"\bwhom\b|\bvictims?\b|\btarget(?:s|ed|ing)?\b|\bsectors?\b|\bindustr\w+|\bcountr\w+|\bregions?\b|\bverticals?\b|\bwho (?:is|are|was|were|got|has been|have been) (?:\w+ ){0,2}(?:attacked|hit|affected|breached|compromised|aimed|concerned|at risk)\b|\b(?:which|what) (?:organi[sz]ations?|companies|firms?|states?|places?|branch\w*)\b|\bwho (?:do|does|did) (?:they|it|he|she|the \w+)\b|\baim\w* (?:at|for)\b|\bgo(?:es|ing)? after\b"),
        ("how", r"\b(?:what|which) (?:\w+ )?(?:malware|tools?|techniques?|ttps|methods?|tactics?|ransomware)\b|\bhow (?:did|do|does|was|were|has|have)\b"),
        ("who", r"\bwho\b|\bwhose\b|\bbehind\b|\battribut\w+|\bresponsible\b|\b(?:which|what|name of the|the) (?:threat )?(?:group|actor|gang|apt|crew|campaign|affiliate|adversary)s?\b"),
        ("how", r"\bhow\b|\btechniques?\b|\bttps?\b|\btactics?\b|\bmethods?\b|\bmalware\b|\btools?\b|\b(?:what|which) (?:\w+ ){0,2}(?:use[sd]?|using|deploy\w*|drop\w*|abuse[sd]?|run|ran)\b|\bmodus operandi\b|\bkill ?chain\b|\b(?:initial access|persist\w*|lateral\w*|exfiltrat\w*|vectors?)\b"),
    )
)  # fmt: skip
"""Sides of an attack that a question may ask of, the first that fits."""
_SORTS = tuple(
    (sort, re2.compile(rf"(?i)\b(?:which|what|any|new|newest|latest|how many|are the) (?:new |of the )?(?:{words})\b"))
    for sort, words in (
        ("flaws", r"cves?|vulnerabilit(?:y|ies)|flaws?|zero.?days?"),
        ("techniques", r"(?:att&ck )?techniques?|ttps?"),
        ("malware", r"malware(?: famil\w+)?|tools?|ransomware"),
        ("actors", r"(?:threat )?(?:actors?|groups?|campaigns?|apts?)"),
        ("indicators", r"indicators?|iocs?|domains?|addresses|ips|hashes|urls"),
        ("products", r"products?|vendors?|organi[sz]ations?"),
    )
)
"""Sorts of news that a question asks for alone."""
_OWN_WORDS = re2.compile(
    r"(?i)\b(?:our|ours|my|mine|us|own|case-[0-9a-f]+|(?:this|that|the|last|latest|which|what|a|any|each|every|open) (?:cases?|incidents?)|cases|"
    r"accounts?|users?|log[ -]?(?:ons?|ins?|offs?|outs?|s)|logged|sign-?ins?|events?|records?|findings?|alerts?|"
    r"detections?|sessions?|scanners?|exposures?|exposed|assets?|hosts?|machines?|workstations?|lake|telemetry|sensors?)\b"
    r"|\bwe (?:have|had|saw|see|log|record|own|run|use)\b|\bslides?\b|\bdecks?\b|\bpresentation\b"
)
"""What own records are asked with; a report is not."""
_THING = re2.compile(
    r"(?i)^(?:(?:the|an?|this|that|any|group|actor|malware|domain|address|ip|hash|file|url|cve|campaign|named):? )*"
)
_NO_THING = re2.compile(r"(?i)^(?:us|it|this|that|them|him|her|we|our \w+|these|those|here|there)?$")
_EDGES = " \t\n.,:;!?\"'“”‘’`()"


class _Patterns:
    """The patterns of questions, with what counts as a report."""

    def __init__(self, *, attached: bool) -> None:
        noun = rf"(?:{_BEFORE}(?:{_SURE}|{_PERHAPS}))" if attached else rf"(?:{_BEFORE}{_SURE})"
        self._meant = {
            "@REPORT@": rf"(?:{_THE} {noun})", "@NOUN@": noun, "@INTEL@": _INTEL, "@THE@": _THE, "@OWN@": _OWN,
            "@VALUES@": _VALUES, "@HERE@": _HERE,
        }  # fmt: skip
        self.new = self._any(_ABOUT_NEW)
        self.hits = self._any(_ABOUT_HITS + (_ABOUT_HITS_HERE if attached else ()))
        self.summary = self._any(_ABOUT_SUMMARY + (_ABOUT_SUMMARY_HERE if attached else ()))
        self.differences = self._any(_ABOUT_DIFFERENCES)
        self.entity = tuple(re2.compile(self._filled(pattern)) for pattern in _ABOUT_ENTITY)

    def _any(self, patterns: tuple[str, ...]) -> Any:
        return re2.compile("|".join(f"(?:{self._filled(pattern)})" for pattern in patterns))

    def _filled(self, pattern: str) -> str:
        for mark, meant in self._meant.items():
            pattern = pattern.replace(mark, meant)
        return f"(?i){pattern}"


@cache
def _patterns(*, attached: bool) -> _Patterns:
    return _Patterns(attached=attached)


def reports_asked(question: str, *, attached: bool = False) -> ToolCall | None:
    """Return the call that a question about reports means, None where it asks about something else.

    Args:
        question: as the user wrote it.
        attached: whether reports came with it.
    """
    text = " ".join(question.split())[:1_000]
    if _WRITES.search(text) and not attached:
        return None
    patterns = _patterns(attached=attached)
    if patterns.new.search(text):
        sort = next((sort for sort, pattern in _SORTS if pattern.search(text)), None)
        # grounding finds the stretch in it
        return ToolCall(tool=NEW, arguments={"window": text} | ({"only": sort} if sort else {}))
    if patterns.hits.search(text):
        return ToolCall(tool=HITS, arguments=_which(text, attached=attached))
    thing = _thing(text, patterns)
    if thing is not None:
        return ToolCall(tool=ENTITY, arguments={"thing": thing})
    if patterns.differences.search(text):
        return ToolCall(tool=ENTITY)
    if patterns.summary.search(text):
        return summary_call(text, attached=attached)
    return None


def summary_call(text: str, *, attached: bool) -> ToolCall:
    """Return the call that tells what reports say of what a question asks."""
    side = side_of(text)
    return ToolCall(tool=SUMMARY, arguments=_which(text, attached=attached) | ({"about": side} if side else {}))


def is_own(question: str) -> bool:
    """Return whether a question speaks of the own data in words that no report is asked with."""
    return _OWN_WORDS.search(question) is not None


def _which(text: str, *, attached: bool) -> dict[str, Any]:
    """Return which kept reports are meant: one where the question speaks of one, else all."""
    return {"newest": True} if not attached and _ONE.search(text) and not _EVERY.search(text) else {}


def side_of(question: str) -> str:
    """Return which side of an attack a question asks of: ``who``, ``how``, ``whom`` …; empty where of the whole."""
    for side, pattern in _SIDES:
        if pattern.search(question):
            return side
    return ""


def _thing(text: str, patterns: _Patterns) -> str | None:
    for pattern in patterns.entity:
        match = pattern.search(text)
        if match is None:
            continue
        said: str = _THING.sub("", str(match[1]).strip(_EDGES)).strip(_EDGES)
        if said and len(said) <= 200 and not _NO_THING.match(said):
            return said
    return None
