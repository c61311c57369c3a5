"""Techniques that a text names itself: by id (``T1059.001``) or by ATT&CK's own name.

Names of one word are read only where they say one thing ("Timestomping"); names that are everyday words ("Server",
"Tool", "Phishing" in a title) would find what nobody meant, so they count only in ATT&CK's spelling with its parent
("Phishing: Spearphishing Link") or not at all. Linear in the text: one pass over its words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import re2

from vedette.knowledge import attack

_ID = re2.compile(r"\b[Tt]1\d{3}(?:[./]\d{3})?\b")
_WORD = re2.compile(r"[A-Za-z0-9]+(?:[/.&'’-][A-Za-z0-9]+)*")

EVERYDAY = frozenset(
    "artificial intelligence|automated collection|automated exfiltration|botnet|broadcast receivers|brute force|client "
    "configurations|cloud accounts|code repositories|compression|credentials|credentials in files|database|databases|"
    "dead drop resolver|default accounts|defacement|digital certificates|dns|dns server|domain account|domain accounts|"
    "domain controller|domain properties|domains|email account|email accounts|email addresses|employee names|exploits|"
    "firmware|hardware|identify roles|install root certificate|internal proxy|ip addresses|launch agent|launchd|"
    "local account|local accounts|malicious file|malicious image|malicious link|malware|network devices|phishing|"
    "purchase technical data|python|search engines|security software|server|serverless|social media|social media "
    "accounts|software|spoofing|system firmware|tool|upload malware|upload tool|valid accounts|virtual private server|"
    "visual basic|vulnerabilities|vulnerability scanning|web services|web service|web shell|powershell|javascript|"
    "cloud api|lua|exploit public-facing application|email collection|proxy|scheduled transfer|code signing|"
    "remote services|remote desktop protocol|ssh|vnc|services|network topology|scripting|cloud administration command|"
    "shared modules|supply chain compromise|trusted relationship|sharepoint|confluence|messaging applications|"
    "external remote services|internet connection sharing|masquerading|scheduled task|cron|at|gui input capture|"
    "standard encoding|non-standard encoding|symmetric cryptography|asymmetric cryptography|encrypted channel|"
    "web protocols|mail protocols|file transfer protocols|publish/subscribe protocols|python startup hooks|reversible "
    "encryption|private keys|bash history|group policy preferences|cloud services|security account manager|ntds|"
    "lsa secrets|cached domain credentials|proc filesystem|keychain|password managers|chat messages|"
    "container registry|customer relationship management software|databases|wordlist scanning|marketplaces|"
    "threat intel vendors|scan databases|cdns|digital certificates|whois|dns/passive dns|firmware corruption|"
    "endpoint denial of service|network denial of service|emond|applescript|regsvr32|rundll32|mshta|msiexec|odbcconf|"
    "installutil|cmstp|control panel|compiled html file|mavinject|mmc|verclsid|electron applications|"
    "windows service|services file permissions weakness|component object model|email bombing|"
    "network address translation traversal|traffic duplication|selective exclusion|"
    "software|business relationships|wi-fi networks|hide artifacts|hybrid identity|login items|"
    "content injection|internal spearphishing|impersonation|polymorphic code|fallback channels|protocol tunneling|"
    "remote access tools|remote access software|system owner/user discovery|dll|add-ins|clickonce|jamplus|launchctl|"
    "msbuild|rootkit|bootkit|screensaver|systemctl|trap|appdomainmanager|hypervisor cli|multi-factor authentication|"
    "lsass memory|system services|browser extensions|cloud groups|domain groups|local groups|container api|"
    "container service|container cli/api|unix shell|native api|web cookies|installer packages|systemd service|"
    "startup items|launch daemon|login hook|ide extensions|saml tokens|authentication package|print processors|"
    "power settings|shell history|service execution|service stop|link target|office test|iis components|"
    "transport agent|port monitors|time providers|powershell profile|outlook rules|outlook forms|"
    "accessibility features|clipboard data|active setup|hidden window|hidden users|component firmware|"
    "device registration|junk data|windows command shell|windows management instrumentation|"
    "software deployment tools".split("|")
)
"""Names that a text also says without meaning the technique; measured on TRAM's reports or plain by sight."""


@dataclass(frozen=True, slots=True)
class Named:
    """A technique that a text names."""

    technique: str
    start: int
    end: int
    by_id: bool


@cache
def _trie() -> dict[str, object]:
    """Names as a trie of words, small letters; a leaf holds the id under ``""``."""
    root: dict[str, object] = {}
    by_name: dict[str, list[str]] = {}
    for item in attack.techniques():
        by_name.setdefault(item.name.casefold(), []).append(item.id)
    for name, ids in by_name.items():
        if len(ids) > 1 or name in EVERYDAY:
            continue
        _put(root, name, ids[0])
    for item in attack.techniques():
        if item.parent:
            _put(root, item.title.casefold(), item.id)
    return root


def _put(root: dict[str, object], name: str, technique: str) -> None:
    node = root
    for word in _words(name):
        below = node.setdefault(word[0], {})
        node = below if isinstance(below, dict) else node
    node[""] = technique


def _words(text: str) -> list[tuple[str, int, int]]:
    return [(m.group().casefold().replace("’", "'"), m.start(), m.end()) for m in _WORD.finditer(text)]


def _ids(text: str) -> Iterator[Named]:
    for m in _ID.finditer(text):
        technique = m.group().upper().replace("/", ".")
        if attack.name_of(technique) is not None:
            yield Named(technique, m.start(), m.end(), by_id=True)


def named(text: str) -> list[Named]:
    """Return the techniques that a text names, by place; of overlapping names the longest."""
    found = list(_ids(text))
    words, root = _words(text), _trie()
    at = 0
    while at < len(words):
        node: object = root
        best: tuple[int, str] | None = None
        for ahead in range(at, len(words)):
            node = node.get(words[ahead][0]) if isinstance(node, dict) else None
            if not isinstance(node, dict):
                break
            if isinstance(node.get(""), str):
                best = (ahead, str(node[""]))
        if best is None:
            at += 1
            continue
        last, technique = best
        found.append(Named(technique, words[at][1], words[last][2], by_id=False))
        at = last + 1
    return sorted(found, key=lambda n: (n.start, n.end))
