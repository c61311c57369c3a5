"""What stands beside a name: the words that say whether it is a group, malware, a tool, a campaign."""

from __future__ import annotations

import re
from functools import lru_cache

from vedette.schema.intel import MentionKind

CUES: dict[MentionKind, frozenset[str]] = {
    MentionKind.GROUP: frozenset(
        "group groups gang gangs actor actors adversary adversaries apt apts hackers hacker crew cluster clusters team "
        "attackers attacker operators operator affiliates affiliate threat espionage collective syndicate cartel "
        "intrusion-set nation-state state-sponsored state-backed gruppe hackergruppe groupe grupo "
        "группа группы группировка группировки группировкой хакеры".split()
    ),
    MentionKind.MALWARE: frozenset(
        "malware ransomware trojan trojans backdoor backdoors rat rats loader downloader dropper botnet bot bots worm "
        "stealer infostealer spyware keylogger rootkit bootkit wiper implant implants virus adware miner cryptominer "
        "webshell payload payloads variant variants sample samples family families infection infections infected "
        "beacon beacons stager shellcode injector crypter module modules strain locker cryptor cryptolocker "
        "schadsoftware троян бэкдор шифровальщик стилер загрузчик вредонос malveillant".split()
    ),
    MentionKind.TOOL: frozenset(
        "tool tools toolkit utility utilities framework command commands binary executable lolbin lolbins program "
        "software script scripts pentesting open-source publicly post-exploitation scanner".split()
    ),
    MentionKind.CAMPAIGN: frozenset(
        "campaign campaigns operation operations attack attacks compromise intrusion".split()
    ),
    MentionKind.PRODUCT: frozenset(
        "app apps application applications software server servers users user client platform service vulnerability "
        "version versions browser document documents file files macro macros plugin vpn account accounts".split()
    ),
    MentionKind.ORGANIZATION: frozenset(
        "researchers researcher company firm vendor security report blog analysts labs inc corp".split()
    ),
}
"""Words that stand beside a name of the kind, in small letters."""

_COMMANDED = frozenset("command commands utility binary executable lolbin".split())
_EXE = re.compile(r"\.exe\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_CALLED = re.compile(
    r"(?:\b(?:aka|a\.k\.a\.|also known as|known as|called|dubbed|named|tracked as|tracks? (?:it|this|them) as"
    r"|referred to as|attributed to|identified as|codenamed)[\s:,\"'\u201c\u2018(]{1,4}(?:the )?)\Z",
    re.IGNORECASE,
)
_NEAR = 2
_REACH = 80
"""Characters to each side that are looked at."""


def _words(text: str) -> list[str]:
    return [found.group().lower() for found in _WORD.finditer(text)]


@lru_cache(maxsize=4096)
def _beside(left: str, right: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(_words(left)[-_NEAR:]), tuple(_words(right)[:_NEAR])


def beside(text: str, start: int, end: int, low: int, high: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the two words before a range and the two after it, small, within its sentence ``text[low:high]``."""
    return _beside(text[max(low, start - _REACH) : start], text[end : min(high, end + _REACH)])


def cued(text: str, start: int, end: int, low: int, high: int) -> set[MentionKind]:
    """Return the kinds that the words beside a range speak for."""
    left, right = beside(text, start, end, low, high)
    words = {*left, *right}
    return {kind for kind, cues in CUES.items() if words & cues}


def is_command(text: str, start: int, end: int) -> bool:
    """Return whether a range is spoken of as a command: quoted as code, ending in ``.exe``, beside such a word."""
    if text[max(0, start - 1) : start] == "`" or text[start:end].casefold().endswith(".exe") or _EXE.match(text, end):
        return True
    after = _words(text[end : end + 24])[:1]
    return bool(set(after) & _COMMANDED) or _words(text[max(0, start - 24) : start])[-1:] in (["command"], ["utility"])


def is_called(text: str, start: int, low: int) -> bool:
    """Return whether the words before a range say that a name follows (``also known as``, ``dubbed``)."""
    return _CALLED.search(text[max(low, start - 40) : start]) is not None


SORTS = {
    word: sort
    for sort, words in {
        "ransomware": "ransomware locker encryptor cryptolocker extortion",
        "stealer": "stealer infostealer",
        "keylogger": "keylogger",
        "loader": "loader downloader dropper",
        "rat": "rat",
        "botnet": "botnet bot",
        "c2": "framework c2 beacon",
        "wiper": "wiper",
        "miner": "miner cryptominer",
        "banker": "banker",
    }.items()
    for word in words.split()
}
"""What malware a word beside a name says that it is."""
_COPULA = frozenset("is are was were be the a an new of as by and or known called like such including".split())
_ITEM = r"[A-Z0-9][\w.+$-]*(?: [A-Z0-9][\w.+$-]*){0,2}(?: \([^()\n]{1,40}\))?"
_ROW_AFTER = re.compile(rf"(?:(?:, (?:and |or )?| and | or ){_ITEM}){{1,15}}")
_ROW_BEFORE = re.compile(rf"(?:{_ITEM}(?:, (?:and |or )?| and | or )){{1,15}}\Z")
_MAKES_ANOTHER = re.compile(
    r" (Stealer|Infostealer|Keylogger|Logger|Loader|Downloader|Dropper|Bot|RAT|Locker|Clipper|Miner|Wiper|Worm|Crypter|"
    r"Grabber|Banker)\b"
)


def row(text: str, start: int, end: int, low: int, high: int) -> tuple[int, int]:
    """Return the range of the row of names that a name stands in: itself where it stands alone."""
    after = _ROW_AFTER.match(text, end, min(high, end + 4 * _REACH))
    floor = max(low, start - 4 * _REACH)
    before = _ROW_BEFORE.search(text[floor:start])
    return (floor + before.start() if before else start), (after.end() if after else end)


def told_around(text: str, start: int, end: int, low: int, high: int) -> set[str]:
    """Return the words that speak of a name, small, singular: beside it or its row, articles and "is" passed over."""
    left = [word for word in _words(text[max(low, start - _REACH) : start])[-5:] if word not in _COPULA][-_NEAR:]
    right = [word for word in _words(text[end : min(high, end + _REACH)])[:6] if word not in _COPULA][:_NEAR]
    words = {*left, *right}
    return words | {word[:-1] for word in words if word.endswith("s")}


def kinds_of(words: set[str]) -> set[MentionKind]:
    """Return the kinds that words speak for."""
    return {kind for kind, cues in CUES.items() if words & cues}


_ANY_SORT = frozenset({"rat", "loader", "botnet", "wiper", "ransomware"})


def another_sort(sort: str, own: str) -> bool:
    """Return whether a sort of malware is another than a thing's own; of what no list says it, plain ones fit."""
    return sort != own and not (not own and sort in _ANY_SORT)


def made_another(text: str, end: int) -> str | None:
    """Return what the capitalised word behind a name makes of it: "Snake Keylogger" is not Snake; None: nothing."""
    found = _MAKES_ANOTHER.match(text, end)
    return None if found is None else SORTS.get(found[1].casefold(), found[1].casefold())


_USED = re.compile(
    r"(?:\b(?:us(?:e|es|ed|ing)|deploy(?:s|ed|ing)?|deliver(?:s|ed|ing)?|drop(?:s|ped|ping)?|install(?:s|ed|ing)?|"
    r"distribut(?:e|es|ed|ing)|execut(?:e|es|ed|ing)|load(?:s|ed|ing)?|launch(?:es|ed|ing)?) (?:the )?)\Z",
    re.IGNORECASE,
)
_SCHEME = re.compile(
    r"(?i)\b(?:bear|panda|kitten|spider|tiger|buffalo|chollima|jackal|leopard|crane|ocelot|lynx|wolf|hawk|typhoon|blizzard|"
    r"sandstorm|sleet|tempest|tsunami|flood|storm|ursa|taurus|libra|pisces|serpens)\Z"
)


def is_used(text: str, start: int, low: int) -> bool:
    """Return whether the words before a range say that somebody uses what it names."""
    return _USED.search(text[max(low, start - 24) : start]) is not None


def is_scheme(name: str) -> bool:
    """Return whether a name is of two words as the makers of lists name groups: Cozy Bear, Salt Typhoon."""
    return " " in name and _SCHEME.search(name) is not None
