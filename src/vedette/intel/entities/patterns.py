"""Names that tell by their form what they are: numbered groups, CVE ids, operations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vedette.schema.intel import EntityMention, MentionKind

_CVE = re.compile(r"(?i:\bCVE[-\u2010\u2011\u2013 ](\d{4})[-\u2010\u2011\u2013](\d{4,7}))\b(?![.-]\d)")
_GROUP = re.compile(
    r"(?<![\w./-])(?:APT-C[- ]?\d{1,3}|APT[- ]?\d{1,3}|UNC[- ]?\d{4}|TA[- ]?\d{3,4}|FIN[- ]?\d{1,2}|Storm-\d{4}"
    r"|DEV-\d{4}|TEMP\.[A-Z][A-Za-z]{2,20}|TAG-\d{2,3}|UAC-\d{4}|CL-(?:STA|CRI|UNK)-\d{4}|ITG\d{2}|TG-\d{4}"
    r"|UAT-\d{4,5}|SLIME\d{1,3})(?![\w-]|\.\w)"
)
_OPERATION = re.compile(r"\b(?:Operation|OPERATION)((?:\s(?:[A-Z][\w'\u2019-]{2,24}|[A-Z]{2,16})){1,3})")
_SORTED = re.compile(
    r"(?<![\w.&-])([A-Z][a-z]{2,16}[A-Za-z0-9]{0,10}) (?:Stealer|Infostealer|Keylogger|RAT|Ransomware|Wiper|Clipper)"
    r"(?![\w-])"
)
_PLAIN = frozenset(
    """The This That New Info Information Password Credential Cookie Browser Android Windows Linux Banking Crypto
    Discord Token Data Custom Mobile Remote Open Modern Latest About Another Any Combat Fighting Prevent Stop
    Detect Against With And For From Top Most Python Rust Golang Java Telegram Wallet Known Common Commodity
    What How Why Has Was Destructive Fake Free Double Single Human Anti Post Pre Global Healthcare Major Joint
    Active""".split()
)
_NOT_NAMED = frozenset("Security Center Centre Systems System Officer Manager Team Technology Technologies".split())


def find(text: str) -> Iterator[EntityMention]:
    """Yield the names of a text whose form says what they are."""
    for found in _CVE.finditer(text):
        ref = f"CVE-{found[1]}-{found[2]}"
        yield EntityMention(
            kind=MentionKind.VULNERABILITY, text=found.group(), start=found.start(), end=found.end(), confidence=0.99,
            ref=ref, name=ref, link_confidence=1.0, how="pattern",
        )  # fmt: skip
    for found in _GROUP.finditer(text):
        yield EntityMention(
            kind=MentionKind.GROUP, text=found.group(), start=found.start(), end=found.end(), confidence=0.93,
            name=found.group(), how="pattern",
        )  # fmt: skip
    for found in _SORTED.finditer(text):
        if found[1] not in _PLAIN:
            yield EntityMention(
                kind=MentionKind.MALWARE, text=found.group(), start=found.start(), end=found.end(), confidence=0.8,
                name=found.group(), how="pattern",
            )  # fmt: skip
    for found in _OPERATION.finditer(text):
        if found[1].split()[0] in _NOT_NAMED:
            continue
        yield EntityMention(
            kind=MentionKind.CAMPAIGN, text=found.group(), start=found.start(), end=found.end(), confidence=0.85,
            name=found.group(), how="pattern",
        )  # fmt: skip
