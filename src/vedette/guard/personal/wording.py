"""Accounts and hosts as analysts and programs word them: ``user mwebster logged on to WS017``.

A word behind ``user`` or ``account`` is an account where it is no word of the language; a short name with a number is a
machine where it begins as machines are called, or stands right behind a word for machines.
"""

from __future__ import annotations

from vedette.guard.personal.accounts import is_person
from vedette.guard.personal.cues import Cues
from vedette.guard.personal.people import word_bits
from vedette.guard.personal.sheet import Pattern, Sheet
from vedette.guard.personal.suffixes import suffixes

_ACCOUNT = Pattern(
    rb"(?:^|[^\w\-./\\@$%])(?i:(?:user ?name|user|usr|account(?: name)?|acct|login|logged in as|logged on as|logon|"
    rb"signed in as|running as|executed by|session of|session for|password (?:for|of)|mailbox of|benutzer|konto|"
    rb"utilisateur|compte|usuario|cuenta|u\xffytkownika?|konta)(?: (?:named|called|is|was))?)"
    rb"(?:[ \t]{0,2}[:=][ \t]{0,3}| )([\"'`\x91\x93\xab]?)([A-Za-z][A-Za-z0-9_.\-]{2,40})\b"
)
_FOREIGN = Pattern(
    rb"\b(?:benutzer|konto|utilisateur|compte|usuario|cuenta|konta|la|der|die|das|und|ist|den|dem|ein|eine|hat|wurde|sich|mit|le|les|une|est|du|et|que|el|los|las|una|por|con|se|"
    rb"il|che|di|della|non|na|si\xff|nie|jest|z|w|het|een|niet|van|och|att|som|og|det|p\xe5|os|um|uma|n\xe3o|da|ve|bir)\b"
)
"""Small words of other languages, whose verbs the lists do not know."""
_ENDS = Pattern(rb"[\"'`\x92\x94\xbb]?(?:[\s,.;:)\]?!]|$)")
_PROMPT = Pattern(
    rb"(?:^|[\s(\[\"'`>])([A-Za-z_][A-Za-z0-9_.\-]{0,31})@([A-Za-z0-9][A-Za-z0-9.\-]{0,62})[: ]"
    rb"[~/][^\s$#>]{0,80}\]?[$#]"
)
_ENTRY = Pattern(
    rb"(?i)(?:^|[^\w])(?:(?:uid)=([a-z0-9_.\-]{2,40}),(?:ou|cn|dc|o)=|"
    rb"(?:samaccountname|userprincipalname|samaccount|sam account name)[\"']?[ ]{0,2}[=:][ ]{0,2}[\"']?"
    rb"([a-z0-9_.\-]{2,40}\$?)|"
    rb"\bby ([a-z][a-z0-9_.\-]{1,31})\(uid=\d)"
)
_SUDO = Pattern(rb"\b(?:sudo|su)(?:\[\d{1,9}\])?: {1,8}([A-Za-z_][A-Za-z0-9_.\-]{1,31}) : (?:TTY|PWD|USER|command|\d)")
_LOWER_DOMAIN = Pattern(
    rb"(?:^|[\s\"'`(\[:=,>])([a-z][a-z0-9\-]{1,14})\\{1,2}([a-z][a-z0-9_.\-]{2,40})(?:[\s\"'`)\],;:.?!]|$)"
)
_WHO = Pattern(
    rb"(?i)\b(?:whoami|logged (?:in|on)|logon|log(?:in|on)s?|user|account|as|by|for|identity|credentials?)\b"
    rb"[^\n]{0,32}$"
)
_PATH_WORDS = frozenset(
    b"users windows system32 system software program programs microsoft appdata temp tmp bin src lib local roaming "
    b"home desktop documents downloads public public1 currentversion services control classes policies drivers etc "
    b"inetpub wwwroot share shared data config conf logs log scripts tools test tests build debug release x64 x86 "
    b"root file files folder path domain dir c d e".split()
)
_FILE = Pattern(rb"\.[a-z0-9]{1,4}$")

_HOST = rb"[A-Z]{2,8}(?:-[A-Z0-9]{2,8}){0,3}-?\d{1,5}[A-Z]?|[a-z]{2,8}(?:-[a-z0-9]{2,8}){0,3}-?\d{2,5}"
_CALLED = Pattern(
    rb"(?:^|[^\w\-./\\@$%])(?:(?i)hosts?|hostnames?|servers?|workstations?|machines?|laptops?|endpoints?|computers?|"
    rb"clients?|controllers?|pcs?|rechner|notebooks?|serwer|poste|onto|devices?|boxe?s?|assets?|vms?)"
    rb"(?:[ \t]{0,2}[:=][ \t]{0,3}| (?i:named |called |is |was |are |were )?)[\"'`(]?(" + _HOST + rb")\b"
)
_FOLLOWED = Pattern(rb"(?:, ?(?:and |und |et |or )?| and | und | et | or | / ?|/)(" + _HOST + rb")\b")
_USUAL = Pattern(
    rb"(?i:WS|WKS|WKST|PC|DC|ADDC|FS|SRV|SVR|SERVER|SQL|DB|WEB|APP|LT|LAP|LAPTOP|NB|DT|DESK|EXCH|EX|MAIL|MX|FILE|PRT|PRN|"
    rb"PRINT|HV|ESX|ESXI|VM|JMP|JUMP|BKP|BACKUP|BAK|RDS|TS|CTX|SCCM|WSUS|ADFS|PROXY|PRX|FW|SW|RTR|HOST|WORKSTATION|NODE|KIOSK|POS|"
    rb"DNS|DHCP|VPN|CA|PKI|NAS|CLIENT|WIN|LNX|UBU|UBUNTU)-?(\d{1,5})[A-Za-z]?"
)
_PLACE = Pattern(
    rb"(?i)(?:^|[^\w])(?:on|to|from|at|of|via|auf|von|sur|depuis|na|with|against|behind|and|into|is|was|only) [\"'`(]?$"
)
_BEGINS = Pattern(rb"[A-Z]{2,8}-?\d{1,5}[A-Z]?|[a-z]{2,8}-?\d{2,5}")
_NO_HOSTS = frozenset(
    b"db2 win32 win64 win7 win8 win10 win11 win2000 win2003 win2008 win2012 win2016 win2019 win2022 sql92 sql2000 "
    b"sql2005 sql2008 sql2012 sql2014 sql2016 sql2017 sql2019 sql2022 ex2010 ex2013 ex2016 ex2019 web2 web3 ws2 "
    b"ws32 ts3 ca1 apt fin unc temp dev storm server2003 server2008 server2012 server2016 server2019 server2022 "
    b"fw4 sw2".split()
)
_NO_PREFIX = frozenset(
    b"apt fin unc temp dev ta cve kb ms sha md aes rsa rc utf iso rfc id eid event port http https smb smbv ipv ip "
    b"tls ssl version ver v x t s q p sev prio inc tkt case ticket step part page day week rule line top no nr "
    b"task usb windows office android ios macos osx base level tier phase stage python php perl java dotnet net "
    b"com crc ec uac ntlm ntlmv smbv tcp udp cvss cwe capec ttp gpt int uint float char log m365 o365 dll kernel "
    b"user ole vbs stix taxii emotet group sid rid tid pid uid gid ref fig table figure section chapter year storm "
    b"hive".split()
)


def _is_account(sheet: Sheet, start: int, end: int, *, quoted: bool) -> bool:
    """Return whether a word behind ``user`` is an account: a made-up word, or one of several parts."""
    raw = sheet.raw
    name = raw[start:end]
    low = name.lower()
    if not is_person(name.decode("latin-1")) or low in _PATH_WORDS or low in suffixes() or low[:1] == b"-":
        return False
    if end < len(raw) and (
        raw[end] in b"\\/@=$%[{<*" or raw[end] >= 0xC0 or (raw[end] == 0x28 and not sheet.word_before(end))
    ):
        return False
    if b"." in name and (_FILE.search(low) and not low.rpartition(b".")[2].isalpha()):
        return False
    parts = [part for part in low.replace(b"_", b".").replace(b"-", b".").split(b".") if part]
    if len(parts) > 1:
        if name.count(b"-") and b"_" not in name and b"." not in name:
            return quoted and not all(_known(part) for part in parts)
        return not all(_known(part) for part in parts) and low.rpartition(b".")[2] not in (
            b"exe",
            b"dll",
            b"txt",
            b"ps1",
        )
    if any(48 <= byte <= 57 for byte in low):
        return (
            low.rstrip(b"0123456789").isalpha()
            and len(low.rstrip(b"0123456789")) > 2
            and not _known(low.rstrip(b"0123456789"))
        )
    return name.islower() and len(name) > 3 and not _known(low)


def _known(word: bytes) -> bool:
    """Return whether a word is in the lists: of the language, of places, or anything but a person's name alone."""
    from vedette.guard.names.gazetteer import BIT

    text = word.decode("latin-1")
    for one in (
        text,
        text.removesuffix("s"),
        text.removesuffix("ed"),
        text.removesuffix("ing"),
        text.removesuffix("ly"),
    ):
        if word_bits(one) & (BIT["english"] | BIT["job"] | BIT["title"] | BIT["calendar"]):
            return True
    return text in _ALSO or word in _PATH_WORDS


_ALSO = frozenset(
    "admin username userid usernames login logon config runtime namespace plugin malware ransomware phishing "
    "exfil auth oauth saml kerberos ldap netlogon takeover takeovers lockout lockouts enum enumeration logins "
    "logons logoff logout email mfa api url mailbox sudo kernel webmail hijacking info spoofing creds params "
    "metadata whoami powershell cmd setuid crontab shellcode keylogger profile profiles passwd ntlm rdp ssh vpn "
    "smb sql http https mit mode land space fields input agents agent und der die das von mit auf ist wurde hat "
    "ein eine des les est pour par dans del con para por que est\xe1 nie jest przez tenant subreddit upn sid guid "
    "uuid uid gid pid".split()
)


def accounts(sheet: Sheet, cues: Cues) -> None:
    """Put down accounts that words announce, of prompts, of directory entries and of ``sudo``."""
    raw = sheet.raw
    for found in _ACCOUNT.finditer(raw):
        start, end = found.span(2)
        while raw[end - 1] in b".-_":
            end -= 1
        if end - start < 3 or sheet.word_after(end):
            continue
        quoted = found.span(1)[0] != found.span(1)[1] or raw[start - 2 : start].strip()[-1:] in (b":", b"=")
        if not quoted and sheet.raw[start:end].isalpha() and _foreign(sheet, found.start(), end):
            continue
        if _is_account(sheet, start, end, quoted=quoted) and _ENDS.match(raw, end):
            sheet.hit("USERNAME", start, end, 0.75, "said")
    for found in _PROMPT.finditer(raw) if b"@" in raw else ():
        _user(sheet, *found.span(1), rule="prompt")
        start, end = found.span(2)
        if (
            not raw[start:end].replace(b".", b"").isdigit()
            and raw[start:end].lower() != b"localhost"
            and b"." not in raw[start:end]
        ):
            sheet.hit("HOSTNAME", start, end, 0.85, "prompt")
    for found in _ENTRY.finditer(raw) if b"=" in raw or b":" in raw else ():
        for which in (1, 2, 3):
            if found.span(which) != (-1, -1) and raw[found.end(which) : found.end(which) + 1] != b"@":
                _user(sheet, *found.span(which), rule="command")
    for found in _SUDO.finditer(raw) if b" : " in raw else ():
        _user(sheet, *found.span(1), rule="command")
    for found in _LOWER_DOMAIN.finditer(raw) if b"\\" in raw else ():
        domain, user = found.group(1), found.group(2).rstrip(b".")
        if domain in _PATH_WORDS or user in _PATH_WORDS or _FILE.search(user) or _known(domain) or _known(user):
            continue
        start = found.start(1)
        if is_person(user.decode("latin-1")) and _WHO.search(raw[max(0, start - 56) : start]):
            sheet.hit("USERNAME", start, found.start(2) + len(user), 0.8, "domain-user")


def _foreign(sheet: Sheet, start: int, end: int) -> bool:
    """Return whether the sentence is in another language than the lists'."""
    return bool(_FOREIGN.search(sheet.low[max(0, start - 80) : end + 80]))


def _user(sheet: Sheet, start: int, end: int, *, rule: str) -> None:
    while end > start and sheet.raw[end - 1] in b".-":
        end -= 1
    name = sheet.raw[start:end].decode("latin-1")
    if is_person(name) and name.lower() not in _ALSO:
        sheet.hit("USERNAME", start, end, 0.85, rule)


def hosts(sheet: Sheet, cues: Cues) -> None:
    """Put down machines that words announce, those in a row with one, and those called as machines usually are."""
    raw = sheet.raw
    for found in _CALLED.finditer(raw):
        start, end = found.span(1)
        if not _is_host(raw, start, end):
            continue
        sheet.hit("HOSTNAME", start, end, 0.8, "said")
        _row(sheet, end)
    for found in _USUAL.finditer(raw):
        start, end = found.span()
        if sheet.word_before(start) or sheet.word_after(end) or (start and raw[start - 1] in b"-./\\@$%&#:="):
            continue
        if not _is_host(raw, start, end) or not _BEGINS.fullmatch(raw[start:end]):
            continue
        number = found.group(1)
        sure = raw[start:end].isupper() and len(number) > 1 and number.startswith(b"0")
        if sure or _PLACE.search(raw[max(0, start - 16) : start]):
            sheet.hit("HOSTNAME", start, end, 0.75, "said")
            if raw[end : end + 1] == b"/":
                _row(sheet, end)


def _row(sheet: Sheet, end: int) -> None:
    """Take the machines that follow one in a row: ``FS01, DC01 and LT-4471``, ``FS01/DC01``."""
    while following := _FOLLOWED.match(sheet.raw, end):
        start, end = following.span(1)
        if not _is_host(sheet.raw, start, end):
            break
        sheet.hit("HOSTNAME", start, end, 0.8, "said")


def _is_host(raw: bytes, start: int, end: int) -> bool:
    """Return whether a word with a number names no system, no group and no standard."""
    low = raw[start:end].lower()
    if end < len(raw) and (
        raw[end] in b"_%($"
        or (
            raw[end] in b".-:\\/"
            and not _FOLLOWED.match(raw, end)
            and end + 1 < len(raw)
            and chr(raw[end + 1]).isalnum()
        )
    ):
        return False
    if low in _NO_HOSTS or low.rstrip(b"0123456789").rstrip(b"-") in _NO_PREFIX or low.partition(b"-")[0] in _NO_PREFIX:
        return False
    digits = low[len(low.rstrip(b"0123456789")) :]
    return not (len(digits) == 4 and b"1990" <= digits <= b"2035")
