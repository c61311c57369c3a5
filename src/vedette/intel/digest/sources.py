"""The words of digests: places in reports as evidence, things as the sentences of a digest name them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vedette.schema import (
    EntityMention,
    Evidence,
    EvidenceKind,
    MentionKind,
    ObservableKind,
    Reading,
    ValueKind,
)
from vedette.toolbox.saying import Saying

QUOTE = 400
VALUE_KINDS: dict[str, ValueKind] = {
    ObservableKind.IP: ValueKind.ADDRESS,
    ObservableKind.IP_RANGE: ValueKind.TEXT,
    ObservableKind.DOMAIN: ValueKind.DOMAIN,
    ObservableKind.URL: ValueKind.URL,
    ObservableKind.EMAIL: ValueKind.EMAIL,
    ObservableKind.HASH: ValueKind.HASH,
    ObservableKind.FILE: ValueKind.FILE,
    ObservableKind.REGISTRY: ValueKind.RESOURCE,
    ObservableKind.CVE: ValueKind.VULNERABILITY,
    ObservableKind.TECHNIQUE: ValueKind.TECHNIQUE,
}
"""Kind of observable to the kind of value that a sentence names; others are text."""
NOUNS: dict[str, tuple[str, str]] = {
    "ip": ("address", "addresses"), "ip_range": ("address range", "address ranges"), "domain": ("domain", "domains"),
    "url": ("URL", "URLs"), "email": ("mail address", "mail addresses"), "hash": ("file hash", "file hashes"),
    "file": ("file", "files"), "registry": ("registry key", "registry keys"),
    "user_agent": ("user agent", "user agents"),
    "access_key": ("access key", "access keys"), "cve": ("vulnerability", "vulnerabilities"),
    "mutex": ("mutex", "mutexes"), "cwe": ("weakness", "weaknesses"), "technique": ("technique", "techniques"),
    "asn": ("autonomous system", "autonomous systems"), "crypto_address": ("wallet", "wallets"),
    "telegram": ("Telegram name", "Telegram names"), "yara": ("YARA rule", "YARA rules"),
    "sigma": ("Sigma rule", "Sigma rules"), "group": ("group", "groups"), "malware": ("malware", "malware"),
    "tool": ("tool", "tools"), "campaign": ("campaign", "campaigns"),
    "vulnerability": ("vulnerability", "vulnerabilities"),
    "product": ("product", "products"), "organization": ("organisation", "organisations"),
    "sector": ("sector", "sectors"), "place": ("place", "places"), "date": ("date", "dates"),
}  # fmt: skip
"""Kind of thing to its noun."""


def span(reading: Reading, start: int, end: int) -> Evidence:
    """Return a place in a report as evidence, with its words."""
    document = reading.document
    quote = document.text[start : min(end, start + QUOTE)]
    return Evidence(kind=EvidenceKind.SPAN, ref=document.document_id, start=start, end=end, quote=quote)


def sentence_at(reading: Reading, start: int, end: int) -> Evidence:
    """Return the sentence or line that a place stands in, as evidence."""
    for first, last in reading.sentences:
        if first <= start and end <= last:
            return span(reading, first, last)
    text = reading.document.text
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    last = len(text) if last < 0 else last
    if last - first > 2 * QUOTE:
        first, last = max(first, start - QUOTE // 2), min(last, end + QUOTE // 2)
    return span(reading, first, last)


def named(say: Saying, things: Sequence[tuple[str, ValueKind]], most: int = 6) -> str:
    """Return things in prose, those left out counted."""
    words = [say.value(kind, text, 100) for text, kind in things[:most]]
    more = len(things) - len(words)
    if more:
        return ", ".join(words) + f" and {say.n(more)} more"
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1] if words else ""


def by_name(reading: Reading, *kinds: MentionKind, denied: bool = False) -> dict[str, list[EntityMention]]:
    """Return the mentions of some kinds by what they name, those named most first.

    Args:
        reading: the report's.
        kinds: kinds of names.
        denied: those that their sentence only denies, doubts or compares; else those that it does not.
    """
    found: dict[str, list[EntityMention]] = {}
    for mention in reading.entities:
        if mention.kind in kinds and mention.denied is denied:
            found.setdefault(mention.ref or mention.name.casefold(), []).append(mention)
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[1][0].start))
    return dict(ordered)


def unique(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Return each place once."""
    return list({(e.ref, e.start, e.end): e for e in evidence}.values())
