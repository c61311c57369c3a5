"""Accounts: user names, security identifiers, cloud accounts, and paths that name a person."""

from __future__ import annotations

import re
from functools import lru_cache

from vedette.guard.personal.cues import Cues
from vedette.guard.personal.sheet import Pattern, Sheet

_NOBODY = frozenset(
    """
    system local service network service localservice networkservice local system localsystem root administrator
    admin administrateur administrador guest gast invité nobody www-data daemon bin sys sync games man lp mail
    news uucp proxy backup list irc gnats systemd-network systemd-resolve systemd-timesync messagebus syslog
    _apt sshd nginx apache apache2 httpd mysql postgres postgresql redis mongodb tomcat tomcat8 tomcat9 jenkins
    gitlab-runner git docker rpc rpcuser ntp chrony polkitd dbus avahi colord lightdm gdm sddm elasticsearch
    logstash kibana splunk zabbix nagios www ftp anonymous anonymous logon unknown none null unset n/a - (none)
    (unknown) users user username default defaultaccount defaultuser0 admini~1 public all users default user
    wdagutilityaccount krbtgt ec2-user ubuntu centos debian vagrant azureuser creator owner everyone
    authenticated users batch interactive self iusr network local trustedinstaller nt authority builtin font
    driver host window manager healthmailbox me my you your someone somebody undefined true false test example
    username@ hadoop spark kafka zookeeper node app web operator shutdown halt adm tty uuidd landscape tcpdump
    pollinate lxd sa dba oracle bob_placeholder defaultapppool appdata runneradmin runner trusted installer
    umfd-0 umfd-1 umfd-2 umfd-3 umfd-4 dwm-1 dwm-2 dwm-3 dwm-4 vss cloudbase-init www-user
    """.split()
) | frozenset(
    (
        "local service",
        "network service",
        "local system",
        "anonymous logon",
        "all users",
        "default user",
        "domain admins",
        "domain users",
        "domain computers",
        "domain controllers",
        "enterprise admins",
        "schema admins",
        "backup operators",
        "server operators",
        "account operators",
        "print operators",
        "remote desktop users",
        "remote management users",
        "power users",
        "domain guests",
        "authenticated users",
        "creator owner",
        "window manager",
        "font driver host",
        "nt authority",
        "trusted installer",
    )
)
_NO_DOMAIN = frozenset(
    (
        "nt authority|builtin|nt service|font driver host|window manager|iis apppool|nt virtual machine|workgroup|"
        "autorite nt|autorité nt|nt-autorität|nt|authority|apppool|service|swd|printenum|hklm|hkcu|hkcr|hku|"
        "hkey_local_machine|hkey_current_user|software|system|system32|windows|winnt|temp|users|sys|dll|exe|error|"
        "warning|info|debug|fatal|http|https|registry|machine|device|sam|security|harddisk|global|globalroot|"
        "program files|microsoft|currentversion|services|control|classes|root|cimv2|c|d|e|bin|obj|src|api|rpc|lsa|"
        "iis|inetpub|sysvol|netlogon|admin$|ipc$|c$|syswow64|drivers|etc|app|apps|data|lib|test|tests|build|dev|"
        "appdata|programdata|csidl|rfc|utf|html|json|xml|sql|nul|null|and|or|not|the|clsid|inprocserver32|ntds|ts|"
        "s|w|b"
    ).split("|")
)
_FILE_ENDING = re.compile(
    r"\.(?:exe|dll|sys|ini|cfg|txt|log|bat|cmd|ps1|vbs|js|hta|dat|tmp|xml|json|msi|lnk|zip|"
    r"inf|mui|evtx|pol|py|c|h|cs|cpp|java|doc|docx|xls|xlsx|pdf|png|jpg)$"
)


@lru_cache(maxsize=8192)
def is_person(name: str) -> bool:
    """Return whether an account may be a person's: no built-in one, no machine's, no placeholder."""
    bare = name.strip().strip("\"'").lower()
    if not bare or bare in _NOBODY or bare.endswith("$") or bare[0] in "<%{*[?$" or not any(map(str.isalpha, bare)):
        return False
    if "\\" in bare:
        domain, _, user = bare.rpartition("\\")
        return domain.strip("\\") not in (
            "nt authority",
            "builtin",
            "nt service",
            "font driver host",
            "window manager",
            "iis apppool",
            "nt virtual machine",
            "autorite nt",
            "nt-autorität",
        ) and is_person(user)
    return not bare.startswith(("umfd-", "dwm-", "healthmailbox", "s-1-")) and len(bare) < 128


_DOMAIN_USER = Pattern(rb"([A-Za-z0-9][A-Za-z0-9.\-_]{0,62})(\\{1,2}|\\{4})([A-Za-z0-9_.][A-Za-z0-9_.\-]{1,63}\$?)")
_SAYS_USER = Pattern(
    rb"(?i)(?:users?|username|user name|account|logon|login|owner|caller|runas|as|by|identity|principal|-u|-user|"
    rb"/user:|/ru|/u|domain user|member|credential|admin|name)[\"']?[\s:=\"'(,>]{0,4}$"
)
_LINE_ESCAPES = b"nrtbfv0xud"


def users(sheet: Sheet, cues: Cues) -> None:
    r"""Put down ``DOMAIN\user``, and the user that a command or a daemon names."""
    raw = sheet.raw
    if b"\\" in raw:
        for found in _DOMAIN_USER.finditer(raw):
            start, end = found.span()
            if (
                start
                and raw[start - 1] in b"\\/:.%$@-"
                and not (raw[start - 1] == 0x3A and _SAYS_USER.search(raw[max(0, start - 24) : start]))
            ):
                continue
            if sheet.word_before(start) or (
                end < len(raw) and ((raw[end] in b"\\/(:*?[" and raw[end : end + 1] != b":") or sheet.word_after(end))
            ):
                continue
            while end > found.start(3) and raw[end - 1] in b".-":
                end -= 1
            domain = raw[start : found.end(1)].decode("latin-1")
            user = raw[found.start(3) : end].decode("latin-1")
            if (
                domain.lower() in _NO_DOMAIN
                or (not is_person(user) and not user.endswith("$"))
                or _FILE_ENDING.search(user.lower())
            ):
                continue
            if found.group(2) == b"\\" and user[0] in "nrt" and not domain.isupper() and "." not in domain:
                continue  # a line's end rather, written as an escape
            said = bool(_SAYS_USER.search(raw[max(0, start - 24) : start]))
            netbios = domain.isupper() and len(domain) <= 15 and "_" not in domain
            if not said and not netbios:
                continue
            if (
                not said
                and found.group(2) == b"\\"
                and user[0].encode("latin-1") in (b"n", b"r", b"t", b"b", b"f", b"v", b"d", b"s", b"w", b"x", b"u")
                and (len(user) < 3 or (len(user) == 3 and not user.islower()) or not sheet_blank(raw, start))
            ):
                continue
            if not said and user.isupper() and len(user) > 3:
                continue  # a registry path rather
            sheet.hit(
                "USERNAME", start, end, 0.9 if said else 0.8, "machine-account" if user.endswith("$") else "domain-user"
            )
    _commanded(sheet)
    if b":::" in raw or b":$" in raw or b"::" in raw:
        for found in _DUMPED.finditer(raw):
            start, end = found.span(1)
            if is_person(raw[start:end].decode("latin-1")):
                sheet.hit("USERNAME", start, end, 0.9, "dump")
    if b"Account " in raw or b"Workstation" in raw:
        _labelled(sheet)
    if b"CN=" in raw or b"cn=" in raw:
        for found in _DIRECTORY.finditer(raw):
            start, end = found.span(1)
            if not _GROUPS.search(raw[start:end]):
                sheet.hit("PERSON", start, end, 0.8, "distinguished-name")
    if b" - " in raw:
        for found in _ACCESS.finditer(raw):
            start, end = found.span(1)
            if is_person(raw[start:end].decode("latin-1")):
                sheet.hit("USERNAME", start, end, 0.9, "access-log")


_DUMPED = Pattern(
    rb"(?i)(?:^|[\s\"'>|(\\])([a-z_][a-z0-9_.\-]{0,40}\$?)(?::\d{3,7}:(?:[0-9a-f]{32}|NO PASSWORD\*{21}|"
    rb"\*{32}):[0-9a-f]{32}|"
    rb":!?\$[0-9a-z\-]{1,12}\$[^\s:\"'<>]{8}|::[\w.\-]{0,64}:[0-9a-f]{16}:[0-9a-f]{32}:[0-9a-f]{16})"
)
"""Whose a hash is, in a dump of accounts, a line of ``shadow`` and an answer caught on the network."""
_LABELLED = Pattern(
    rb"\b(?:(Account Name|Logon Account|Caller User Name|Target Account Name)|(Account Domain)|"
    rb"(Workstation Name|Source Workstation|Caller Computer Name)):"
    rb"[ \t]{1,4}([A-Za-z0-9_][A-Za-z0-9_.@$\-]{0,63})(?:[ \t\r\n]|$)"
)


def _labelled(sheet: Sheet) -> None:
    """Take accounts and machines of a Windows event whose lines were joined on the way."""
    for found in _LABELLED.finditer(sheet.raw):
        start, end = found.span(4)
        name = sheet.raw[start:end].decode("latin-1")
        if found.span(1) != (-1, -1):
            if name.endswith("$") and len(name) > 1:
                sheet.hit("USERNAME", start, end, 0.85, "machine-account")
            elif is_person(name):
                sheet.hit("USERNAME", start, end, 0.85, "field")
        elif is_person(name + "\\person") and name.lower() not in _NO_DOMAIN and name != "NT":
            sheet.hit("DOMAIN_NAME" if found.span(2) != (-1, -1) else "HOSTNAME", start, end, 0.85, "field")


_DIRECTORY = Pattern(
    rb"(?i:cn)=([A-Z\xc0-\xde][a-z\xdf-\xff'\-]+(?: [A-Z\xc0-\xde][A-Za-z\xc0-\xff'.\-]*){1,3}),(?i:OU=|CN=Users,)"
)
"""A person's entry: ``CN=Anna Roe,OU=Staff,DC=…``. Groups are called like that too, but within other containers."""
_GROUPS = Pattern(
    rb"(?i)\b(?:groups?|admins?|administrators?|services?|servers?|policy|policies|accounts?|users?|guests?|"
    rb"teams?|roles?|"
    rb"tests?|domains?|computers?|operators?|controllers?|readers?|creators?|owners?|publishers?|everyone)\b"
)
_ACCESS = Pattern(rb"(?m)^[0-9a-fA-F.:]{3,45} [^\s]{1,64} ([A-Za-z0-9._@\\\-]{2,64}) \[\d{2}/[A-Z][a-z]{2}/\d{4}:")


def sheet_blank(raw: bytes, start: int) -> bool:
    """Return whether a word begins the text or stands behind a blank, a quote or a sign."""
    return start == 0 or raw[start - 1] in b" \t\n\r\"'=:,;([<>"


_COMMANDED = Pattern(
    rb"(?:(?:^|[^\w.\-/\\])(?:"
    rb"Accepted [a-z\-/]{4,24} for|Failed [a-z\-/]{4,24} for(?: invalid user)?|[Ii]nvalid user|"
    rb"session (?:opened|closed) for user|authentication failure for|password changed for|new user: name|"
    rb"(?:Disconnected from|Connection closed by) (?:authenticating |invalid )?user|"
    rb"sudo -u|su -l?|useradd(?: -[a-zA-Z]{1,3})?|adduser|usermod(?: -[a-zA-Z]{1,3} \S{1,32})?|userdel|chpasswd|"
    rb"sudo: {1,4}|(?i:net1?(?:\.exe)? user)|runas /user|--user|-UserName|-Identity|/ru)[ =:]|/(?i:user|u):)[\"']?"
    rb"([A-Za-z_\xc0-\xff][A-Za-z0-9_.\-\xc0-\xff]{1,63})"
)
_WORDS = frozenset(
    b"from by to for the a an and or with is in on not this that was has user users name password add del all if of "
    b"domain group active delete root file information credentials input data agent account".split()
)


def _commanded(sheet: Sheet) -> None:
    raw = sheet.raw
    for found in _COMMANDED.finditer(raw):
        start, end = found.span(1)
        while end > start and raw[end - 1] in b".-":
            end -= 1
        name = raw[start:end]
        if (
            raw[end : end + 1] in (b"\\", b"=", b"(", b"/")
            or name.lower() in _WORDS
            or not is_person(name.decode("latin-1"))
        ):
            continue
        sheet.hit("USERNAME", start, end, 0.85, "command")


_SID = Pattern(rb"S-1-(?:5-21(?:-\d{1,10}){3,4}|12-1(?:-\d{1,10}){4})")


def sids(sheet: Sheet, cues: Cues) -> None:
    """Put down identifiers of users and groups of a domain; those that every Windows shares say nothing of anybody."""
    raw = sheet.raw
    for found in _SID.finditer(raw) if b"S-1-" in raw else ():
        start, end = found.span()
        if sheet.word_before(start) or sheet.word_after(end):
            continue
        relative = raw[start:end].rpartition(b"-")[2]
        known = raw.count(b"-", start, end) == 7 and len(relative) == 3
        sheet.hit("SID", start, end, 1.0, "well-known-rid" if known else "domain")


_ARN = Pattern(rb"arn:aws[a-z\-]{0,10}:[a-z0-9\-]{1,40}:[a-z0-9\-]{0,24}:(\d{12})?:[^\s\"'<>,;)\]}\\|]+")
_TWELVE = Pattern(rb"\d{12}")
_REGISTRY = Pattern(rb"(\d{12})\.dkr\.ecr\.")
_GUID = Pattern(rb"(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_PROJECT = Pattern(
    rb"projects/([a-z][a-z0-9\-]{4,28}[a-z0-9])/(?:zones|regions|locations|serviceAccounts|global|topics|"
    rb"subscriptions|instances|datasets|secrets|logs|traces|databases|keyRings|buckets)\b|"
    rb"@([a-z][a-z0-9\-]{4,28}[a-z0-9])\.iam\.gserviceaccount\.com"
)


_KEY_ID = Pattern(rb"(?:AKIA|ASIA)[A-Z2-7]{16}")
_PRINCIPAL = Pattern(rb"(?:AIDA|AROA|AGPA|ANPA)[A-Z2-7]{17}|(?:AIDA|AROA|AGPA|ANPA)[A-Z2-7]{16}")


def _identifiers(sheet: Sheet) -> None:
    """Put down the ids of access keys and principals: no secrets, but the house's own."""
    for pattern, rule in ((_KEY_ID, "access-key-id"), (_PRINCIPAL, "principal-id")):
        for found in pattern.finditer(sheet.raw):
            start, end = found.span()
            if sheet.word_before(start) or sheet.word_after(end) or sheet.raw[end - 7 : end] == b"EXAMPLE":
                continue
            if (start and sheet.raw[start - 1] in b"+/") or (end < len(sheet.raw) and sheet.raw[end] in b"+/="):
                continue  # of something encoded
            sheet.hit("CLOUD_ACCOUNT", start, end, 0.95, rule)


def clouds(sheet: Sheet, cues: Cues) -> None:
    """Put down resource names and accounts of clouds."""
    raw = sheet.raw
    if b"AKIA" in raw or b"ASIA" in raw or b"AIDA" in raw or b"AROA" in raw:
        _identifiers(sheet)
    if b"arn:aws" in raw:
        for found in _ARN.finditer(raw):
            if sheet.word_before(found.start()):
                continue
            start, end = found.span()
            while raw[end - 1] in b".:":
                end -= 1
            if found.span(1) != (-1, -1) or b":s3:::" in found.group():
                sheet.hit("ARN", start, end, 1.0, "")
            if found.span(1) != (-1, -1):
                _account(sheet, found.span(1), 1.0, "aws")
    if cues.of("aws"):
        for found in _TWELVE.finditer(raw):
            start, end = found.span()
            if sheet.number_alone(start, end) and cues.near("aws", start, end, before=32, after=12):
                sheet.hit("CLOUD_ACCOUNT", start, end, 0.9, "aws")
    if b".dkr.ecr." in raw:
        for found in _REGISTRY.finditer(raw):
            _account(sheet, found.span(1), 1.0, "aws")
    if cues.of("azure"):
        for cue in cues.of("azure"):
            for found in _GUID.finditer(raw, cue.end, min(len(raw), cue.end + 56)):
                start, end = found.span()
                if start - cue.end <= 16 and not sheet.word_before(start) and not sheet.word_after(end):
                    sheet.hit("CLOUD_ACCOUNT", start, end, 0.95, "azure")
                break
    if b"projects/" in raw or b".iam.gserviceaccount.com" in raw:
        for found in _PROJECT.finditer(raw):
            which = 1 if found.span(1) != (-1, -1) else 2
            _account(sheet, found.span(which), 0.85, "gcp")


def _account(sheet: Sheet, span: tuple[int, int], score: float, rule: str) -> None:
    sheet.hit("CLOUD_ACCOUNT", span[0], span[1], score, rule)


_WINDOWS_HOME = Pattern(
    rb"(?i)(?:[a-z]:|\\\\?\?\\[a-z]:|%systemdrive%|\\device\\{1,2}harddiskvolume\d{1,3})[\\/]{1,8}(?:users|"
    rb"documents and settings|benutzer|usuarios|utilisateurs)"
    rb"[\\/]{1,8}([^\\/:*?\"<>|\r\n\t%$;,&^()=]{1,64})((?:[\\/][^\\/:*?\"<>|\r\n\t ;,&^()=']*)*)"
)
_UNIX_HOME = Pattern(
    rb"/(?:home|Users|var/home|export/home|"
    rb"usr/home)/([A-Za-z_\xc0-\xff][A-Za-z0-9_.\-@\xc0-\xff]{0,63})((?:/[^\s/:*?\"'<>|;,&()\x00-\x1f]*)*)"
)


def paths(sheet: Sheet, cues: Cues) -> None:
    """Put down paths into somebody's home, and the name of whose it is."""
    raw = sheet.raw
    low = sheet.low
    if b"users" in low or b"settings" in low or b"benutzer" in low or b"usuarios" in low or b"utilisateurs" in low:
        for found in _WINDOWS_HOME.finditer(raw):
            name_start, name_end = found.span(1)
            if not found.group(2):  # the last part: up to a blank, what follows may be prose
                name_end = name_start + len(raw[name_start:name_end].partition(b" ")[0].rstrip(b".,'"))
            end = max(name_end, found.end(2) if found.group(2) else name_end)
            while end > name_end and raw[end - 1] in b".\\/":
                end -= 1
            _home(sheet, found.start(), name_start, name_end, end)
    if b"/home/" in raw or b"/Users/" in raw:
        for found in _UNIX_HOME.finditer(raw):
            if sheet.word_before(found.start()) or (found.start() and raw[found.start() - 1] in b".:-"):
                continue
            name_start, name_end = found.span(1)
            end = found.end()
            while end > name_end and raw[end - 1] in b"./":
                end -= 1
            if end == name_end:
                while name_end > name_start and raw[name_end - 1] in b".-":
                    name_end -= 1
                end = name_end
            _home(sheet, found.start(), name_start, name_end, end)


def _home(sheet: Sheet, start: int, name_start: int, name_end: int, end: int) -> None:
    name = sheet.raw[name_start:name_end].decode("latin-1")
    if name_end > name_start and is_person(name) and not name.lower().startswith(("user_name", "your", "usern")):
        sheet.hit("FILE_PATH", start, end, 0.95, "home")
        sheet.hit("USERNAME", name_start, name_end, 0.9, "home")
