"""Values that only their words tell: user agents and mutexes."""

from __future__ import annotations

from collections.abc import Iterator

from vedette.guard.personal.sheet import Pattern
from vedette.intel.observables.candidates import Candidate
from vedette.intel.observables.mirror import Plain
from vedette.schema.entity import ObservableKind

_AGENT = Pattern(
    rb"(?:Mozilla|Opera)/\d[\d.]*(?:[ +]?\([^()\n]{0,200}(?:\([^()\n]{0,80}\)[^()\n]{0,120})?\))?(?:[ +]like Gecko|[ +][A-Za-z][\w.\-]{0,24}(?: [A-Z][a-z]{2,12})?/\d+[\d.]*(?:[A-Z]\d+[a-z]?|[a-z]\d*)?\+?(?: \([^()\n]{0,120}\))?)*"
    rb"|\b(?:curl|Wget|python-requests|Python-urllib|Go-http-client|okhttp|Java|libwww-perl|WinHttpClient|Microsoft BITS|axios|PycURL|Ruby|"
    rb"Dalvik|WindowsPowerShell|Microsoft-CryptoAPI|Microsoft-WNS|AutoIt|NSIS_Inetc|Python|aiohttp|Apache-HttpClient)/\d[\w.]*(?: \([^()\n]{0,120}\))?"
)
_AGENTS = Pattern(
    rb"(?:Mozilla|Opera|curl|Wget|requests|urllib|client|okhttp|Java|perl|HttpClient|BITS|axios|PycURL|Ruby|Dalvik|PowerShell|CryptoAPI|WNS|AutoIt|"
    rb"Inetc|Python|aiohttp)/\d"
)
_FIELD = Pattern(rb"(?i)\buser[- ]?agent(?: string| header)?\**(?:: ?| = ?|=)\**[\"'\x01]?([^\n\"'\x01|]{2,300})")
_MUTEX_WORD = Pattern(rb"(?i)\bmutex(?:es|_name|name)?\b")
_SPACED = Pattern(rb"\b(?:Global|Local)\\+[^\s\"'\x01<>|,;)`*]{2,120}")
_NAMED = Pattern(
    rb"(?i)^(?: (?:object|name|names|called|named|is|with|the|created|value|string|of|in|hard-?coded|a|following|was|being|uses|using|:))*\**['\"]?[ \t]?(?:: ?|= ?|\| ?)?\**[ \t]?b?"
    rb"(?:[\"'`\x01*\(]+([^\"'`\x01*\n|:,;=][^\"'`\x01*\n|]{2,120})[\"'`\x01*]|([^\s\"'`\x01|<>,;*]{4,120}))"
)
_PLAIN_AFTER = Pattern(rb"(?i)^\**(?:: ?|= ?|[ \t]?\|[ \t]?)")


def agents(plain: Plain) -> Iterator[Candidate]:
    """Yield user agents."""
    raw = plain.raw
    if _AGENTS.search(raw) is not None:
        for found in _AGENT.finditer(raw):
            start, end = found.span()
            while raw[end - 1] in b" .":
                end -= 1
            yield Candidate(1, start, end, ObservableKind.USER_AGENT, plain.text[start:end])
    for found in (
        _FIELD.finditer(raw)
        if b"user-agent" in plain.low or b"user agent" in plain.low or b"useragent" in plain.low
        else ()
    ):
        start, end = found.span(1)
        while end > start and raw[end - 1] in b" .*\\":
            end -= 1
        if end - start < 3 or raw[start:end].count(b" ") > 30:
            continue
        yield Candidate(2, start, end, ObservableKind.USER_AGENT, plain.text[start:end])


def mutexes(plain: Plain) -> Iterator[Candidate]:
    """Yield names of mutexes: after the word, or in a name space of their own near it."""
    raw = plain.raw
    low = plain.low
    for found in _SPACED.finditer(raw):
        start, end = found.span()
        if b"mut" not in low[max(0, start - 200) : end + 100]:
            continue
        while raw[end - 1] in b".:]":
            end -= 1
        yield Candidate(3, start, end, ObservableKind.MUTEX, plain.text[start:end].replace("\\\\", "\\"))
    for word in _MUTEX_WORD.finditer(raw):
        at = word.end()
        window = raw[at : at + 200]
        found = _NAMED.match(window)
        if found is None:
            continue
        group = 1 if found.group(1) is not None else 2
        start, end = at + found.start(group), at + found.end(group)
        bare = not (_PLAIN_AFTER.match(window) and not window.startswith((b" ", b"|")))
        if group == 2 and bare and not (_INTRODUCED.search(window[: found.start(2)]) and _odd(found.group(2))):
            continue
        while end > start and raw[end - 1] in b". :)":
            end -= 1
        value = plain.text[start:end]
        if len(value) < 4 or value.lower() in _NOTHING or value.isdigit():
            continue
        yield Candidate(3, start, end, ObservableKind.MUTEX, value.replace("\\\\", "\\"))


_INTRODUCED = Pattern(rb"(?i)(?:named|name|called|value|string)[ :]*$")


def _odd(token: bytes) -> bool:
    """Return whether a token is no word of a sentence: digits, signs or capitals in it."""
    bare = token.rstrip(b".,;:)")
    return len(bare) > 3 and (not bare.isalpha() or bare[1:] != bare[1:].lower())


_NOTHING = frozenset({"none", "null", "true", "false", "nan", "n/a", "mutex"})
