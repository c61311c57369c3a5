"""Addresses of the network: internet and hardware addresses, URLs, domain names and hosts."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from vedette.guard.personal.cues import Cues
from vedette.guard.personal.sheet import Pattern, Sheet
from vedette.guard.personal.suffixes import doubtful, is_house, is_internal, is_suffix

_V4 = Pattern(rb"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}")
_V6 = Pattern(
    rb"(?i)(?:[0-9a-f]{1,4}:){1,7}(?::[0-9a-f]{1,4}){0,7}(?:[0-9a-f]{1,4}|:)?|"
    rb"::(?:ffff:)?(?:[0-9a-f]{1,4}:){0,6}[0-9a-f]{1,4}"
)
_MAC = Pattern(rb"(?i)(?:[0-9a-f]{2}:){5}[0-9a-f]{2}|(?:[0-9a-f]{2}-){5}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}")
_VERSION_BEFORE = Pattern(
    rb"(?i)(?:\bv|\bversions?|\bver\.?|\bbefore|\bthrough|\bprior to|\bup to|\buntil|"
    rb"\breleases?|\bbuild|\bfirmware|[<>]=|[<>]\s|<|"
    rb"\bversion[\"']?\s?[:=]|\bfixed in|\bupgrade to|\bupdate to|\bsince|"
    rb"[a-z]version[\"']?\s?[:=>]|\bearlier than|\bnewer than)"
    rb"[\s\"'(]{0,4}$"
)
_VERSION_LINE = Pattern(
    rb"(?i)\b(?:versions?|before|through|prior|releases?|firmware|affected|builds?|fixed|upgrade[sd]?|schema|"
    rb"patch(?:ed)?|"
    rb"[a-z]+version)\b[^\n]{0,60}$"
)
_VERSION_AFTER = Pattern(
    rb"(?i)\s*(?:and (?:earlier|prior|below|later|above|older)|or (?:earlier|prior|later)|"
    rb"\(?build|\(winbuild|\(rs\d|_\d)"
)
_ADDRESS_BEFORE = Pattern(
    rb"(?i)(?:://|@|\bips?\b[^\w]{0,3}|addr[a-z]*[^\w]{0,6}|src[a-z_]*[^\w]{0,4}|dst[a-z_]*[^\w]{0,4}|"
    rb"host[a-z]*[^\w]{0,6}|"
    rb"client[^\w]{0,3}|\bping |\bserver ?[:=][^\w]{0,3}|\bdns[^\w]{0,3}|\bip[a-z]*[^\w]{1,4}|\\\\)$"
)
_SOFTWARE_BEFORE = Pattern(
    rb"(?i)\b(?:open(?:ssl|ssh|vpn|ldap)|libre ?ssl|wolfssl|boringssl|gnutls|zlib|libpng|libcurl|glibc|nginx|"
    rb"tomcat|php|"
    rb"python|perl|ruby|jre|jdk|firefox|chrome|chromium|safari|opera|(?:apple)?webkit|gecko|samba|postfix|exim|"
    rb"sendmail|"
    rb"dovecot|mysql|mariadb|postgres(?:ql)?|redis|mongodb|elasticsearch|kibana|log4j|struts|wordpress|drupal|joomla|"
    rb"7-?zip|winrar|putty|filezilla|wireshark|busybox|dropbear|acrobat|flash(?: player)?)[ /][vr]?$"
)
_COMES_BEFORE = Pattern(rb"(?i)\b(?:from|to|via|at|on|with) $")
_PORT_AFTER = Pattern(rb":\d{1,5}\b|/\d{1,2}\b| port \d")


@lru_cache(maxsize=4096)
def address_rule(value: str) -> str | None:
    """Return the rule of an address: private or public; None where it is none or nobody's."""
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address_rule(str(address.ipv4_mapped))
    if address.is_loopback or address.is_unspecified or address.is_multicast or value.startswith("255."):
        return None
    if address.version == 4 and value.startswith("0."):
        return None
    if any(address in network for network in _DOCUMENTATION if network.version == address.version):
        return "public"
    return "private" if address.is_private else "public"


_DOCUMENTATION = tuple(
    ipaddress.ip_network(n) for n in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")
)


def _version(sheet: Sheet, start: int, end: int, rule: str) -> bool:
    """Return whether four numbers are rather a version."""
    raw = sheet.raw
    near = raw[max(0, start - 24) : start]
    if _VERSION_BEFORE.search(near) or _VERSION_AFTER.match(raw, end, min(len(raw), end + 24)):
        return True
    if _ADDRESS_BEFORE.search(near) or _PORT_AFTER.match(raw, end):
        return False
    octets = [int(part) for part in raw[start:end].split(b".")]
    if octets[3] == 0:
        return True
    line = raw[max(0, start - 72) : start].rpartition(b". ")[2]  # what another sentence says is of other numbers
    if rule == "private":
        return octets[0] == 10 and bool(_VERSION_LINE.search(line))
    if octets[0] < 32 and octets[1] < 32 and octets[2] < 48:  # one public address in three hundred
        return len(set(octets)) > 1 or bool(_SOFTWARE_BEFORE.search(near))
    return octets.count(0) >= 2 or bool(_VERSION_LINE.search(line) and not _COMES_BEFORE.search(near))


def addresses(sheet: Sheet, cues: Cues) -> None:
    """Put down internet and hardware addresses; versions, object identifiers and defanged indicators are none."""
    raw = sheet.raw
    for found in _V4.finditer(raw) if raw.count(b".") > 2 else ():
        start, end = found.span()
        if sheet.word_before(start) and not _after_escape(raw, start):
            continue
        if sheet.word_after(end) or (start and raw[start - 1] in b".["):
            continue
        if end < len(raw) and (raw[end] == 0x5B or (raw[end] in b".-" and sheet.word_after(end + 1))):
            continue
        if start > 1 and raw[start - 1] == 0x2D and sheet.word_before(start - 1):
            continue
        if start and raw[start - 1] == 0x5C and _component(raw, start):
            continue
        rule = address_rule(raw[start:end].decode("latin-1"))
        if rule and (_field_says(sheet, start, end) or not _version(sheet, start, end, rule)):
            sheet.hit("IP_ADDRESS", start, end, 0.95, rule)
    if raw.count(b":") > 1:
        for found in _V6.finditer(raw):
            start, end = found.span()
            value = raw[start:end]
            if value.count(b":") < 2 or sheet.word_before(start) or sheet.word_after(end):
                continue
            if (start and raw[start - 1] in b":.") or (end < len(raw) and raw[end] == 0x3A):
                continue
            if end + 1 < len(raw) and raw[end] == 0x2E and sheet.word_after(end + 1):
                continue
            head = value.partition(b":")[0]
            if not (
                (len(head) == 4 and head[:1] in b"23fF")
                or value.count(b":") == 7
                or value.lower().startswith(b"::ffff:")
            ):
                continue
            rule = address_rule(
                value.decode("latin-1").removesuffix(":") if value.count(b":") == 7 else value.decode("latin-1")
            )
            if rule and len(value) > 4:
                sheet.hit("IP_ADDRESS", start, end, 0.95, rule)
    for found in _MAC.finditer(raw) if b":" in raw or b"-" in raw or b"." in raw else ():
        start, end = found.span()
        if (
            sheet.word_before(start)
            or sheet.word_after(end)
            or (start and raw[start - 1] in b":-.")
            or (end + 1 < len(raw) and raw[end] in b":-." and sheet.word_after(end + 1))
        ):
            continue
        digits = raw[start:end].translate(None, b":-.").lower()
        if digits.isdigit() and raw[start + 4] == 0x2E:
            continue
        if len(set(digits)) > 1:
            sheet.hit("MAC_ADDRESS", start, end, 0.95, "multicast" if digits[1:2] in b"13579bdf" else "")


def _component(raw: bytes, start: int) -> bool:
    """Return whether what stands behind a backslash is one folder of a path, a version mostly."""
    at = start - 1
    while at > max(0, start - 5) and raw[at] == 0x5C:
        at -= 1
    return chr(raw[at]).isalnum()


def _after_escape(raw: bytes, start: int) -> bool:
    r"""Return whether what stands before is an escape that was not undone (``\t127.0.0.1`` in a cut-off JSON)."""
    return start > 1 and raw[start - 2] == 0x5C and raw[start - 1] in b"nrt"


def _field_says(sheet: Sheet, start: int, end: int) -> bool:
    if not sheet.fields:
        return False
    from vedette.guard.personal.field_names import kind_of

    return any(one.start <= start and end <= one.end and kind_of(one.name) == "ip" for one in sheet.fields_at(start))


_URL = Pattern(rb"(?i)\b([a-z][a-z0-9+.\-]{1,15}):(?:\\?/){2}([^\s<>\"'`\\^{}|\x00-\x1f]{2,})")
_TOKEN_KEY = Pattern(
    rb"(?i)[?&#;](?:access_?token|id_?token|refresh_?token|token|auth|auth_?token|api_?key|apikey|key|sig|signature|"
    rb"x-amz-signature|x-amz-credential|x-amz-security-token|password|passwd|pwd|secret|client_?secret|code|session|"
    rb"session_?id|sid|jwt|sas|sv|state|otp|nonce|ticket|samlresponse|assertion|hash|reset|invite|confirm)=[^&\s#]{6}"
)
_USER_KEY = Pattern(rb"(?i)[?&#;](?:e?mail|user(?:name|_?id)?|login|uid|upn|phone|customer)=[^&\s#]{2}")


_HOST = Pattern(rb"[A-Za-z0-9_\xc0-\xff.\-]+|\[[0-9A-Fa-f:.%a-z]+\]")
_HOST_SCHEMES = frozenset(b"http https ftp ftps ldap ldaps smb ssh sftp ws wss rdp telnet ldap cifs nfs".split())
_HOST = Pattern(rb"[A-Za-z0-9_\xc0-\xff.\-]+|\[[0-9A-Fa-f:.%a-z]+\]")
_HOST_SCHEMES = frozenset(b"http https ftp ftps ldap ldaps smb ssh sftp ws wss rdp telnet cifs nfs".split())
_NAMESPACES = frozenset(
    b"schemas.microsoft.com manifests.microsoft.com www.w3.org schemas.xmlsoap.org schemas.openxmlformats.org purl.org "
    b"xmlns.com json-schema.org docs.oasis-open.org schema.org xml.apache.org java.sun.com xmlns.oracle.com".split()
)
"""Hosts of names that only look like addresses: nobody goes there."""


def urls(sheet: Sheet, cues: Cues) -> None:
    """Put down URLs and the host in each; defanged ones are what an analyst wrote of an attacker."""
    raw = sheet.raw
    for found in _URL.finditer(raw) if b":/" in raw or b":\\/" in raw else ():
        start, end = found.span()
        scheme = found.group(1).lower()
        if b"xx" in scheme or scheme in (b"urn", b"arn", b"file"):
            continue
        while end > found.start(2) and raw[end - 1] in b".,;:!?)]}*_":
            if raw[end - 1] == 0x29 and raw.count(b"(", start, end) >= raw.count(b")", start, end):
                break
            end -= 1
        rest = raw[found.start(2) : end]
        host = rest
        for sign in (b"/", b"?", b"#", b";", b"&", b","):
            host = host.partition(sign)[0]
        if b"[.]" in rest or b"[:]" in rest or b"(.)" in rest or (raw[end : end + 3] == b"[.]"):
            continue
        begin = found.start(2)
        rule = ""
        if b"@" in host:
            rule = "user-in-url"
            begin += host.rindex(b"@") + 1
            host = host[host.rindex(b"@") + 1 :]
        if not host.startswith(b"["):
            host = host.partition(b":")[0]
        if host.lower() in _NAMESPACES:
            continue
        if not host or not any(chr(byte).isalnum() or byte >= 0xC0 for byte in host):
            continue
        lowered = host.lower().rstrip(b".")
        name = b"." in lowered and not lowered.replace(b".", b"").isdigit()
        if not _HOST.fullmatch(host):
            continue
        alone = b"." not in lowered and lowered != b"localhost" and not lowered.startswith(b"[")
        internal = is_internal(lowered) or (alone and scheme in _HOST_SCHEMES)
        if not rule and _TOKEN_KEY.search(rest):
            rule = "token-in-query"
        elif not rule and _USER_KEY.search(rest):
            rule = "user-in-url"
        sheet.hit("URL", start, end, 0.97, rule or ("internal" if internal else "plain"))
        if name and (is_suffix(lowered.rpartition(b".")[2]) or internal):
            _domain(sheet, begin, begin + len(host), lowered)


def _domain(sheet: Sheet, start: int, end: int, lowered: bytes) -> None:
    if is_internal(lowered):
        if lowered.count(b".") > 1:
            sheet.hit("HOSTNAME", start, end, 0.9, "internal")
        else:
            sheet.hit("DOMAIN_NAME", start, end, 0.9, "internal")
    else:
        sheet.hit("DOMAIN_NAME", start, end, 0.95, "public")


_NAME = Pattern(
    rb"(?i)[a-z0-9_\xc0-\xff][a-z0-9_\xc0-\xff\-]{0,62}(?:\.[a-z0-9_\xc0-\xff\-]{1,63}){0,8}\.(?:[a-z\xc0-\xff]{2,24}|xn--[a-z0-9\-]{2,40})"
)
_REVERSED = frozenset(
    b"com org net io edu gov java javax sun jdk android androidx kotlin scala system microsoft windows".split()
)
_NO_DOMAINS = frozenset(
    b"asp.net vb.net ado.net node.js next.js vue.js d3.js socket.io rc.local system.net settings.local system.io "
    b"system.data java.net java.io e.g i.e etc.in command.com microsoft.net config.in makefile.in configure.in".split()
)
_SAYS_DOMAIN = Pattern(
    rb"(?i)(?:^|[^\w.])(?:domains?|hosts?(?:name)?|site|website|www|fqdn|dns|server|visit|c2|nslookup|dig|ping|"
    rb"whois|sni|url)"
    rb"[\"']?[\s:=\"']{1,4}(?:is |name )?[\"']?$"
)


def domains(sheet: Sheet, cues: Cues) -> None:
    """Put down domain names that stand by themselves; files, methods, versions and defanged names are none."""
    raw = sheet.raw
    for found in _NAME.finditer(raw) if b"." in raw else ():
        start, end = found.span()
        if end < len(raw):
            after = raw[end]
            if sheet.word_after(end) or after in b"(@[\\" or (after in b"-." and sheet.word_after(end + 1)):
                continue
        if start and (raw[start - 1] in b"@\\%$]" or sheet.word_before(start)):
            continue
        if start and raw[start - 1] in b"/.->&":
            if raw[start - 1] != 0x2F and raw[start - 1] != 0x3E:
                continue
            if raw[start - 1] == 0x2F or raw[start - 2 : start] == b"->":
                continue  # a path, or the host of a URL, which was seen
        name = raw[start:end]
        lowered = name.lower()
        head, _, suffix = lowered.rpartition(b".")
        if is_internal(lowered):
            last = name.rpartition(b".")[2]
            if lowered in _NO_DOMAINS or raw[end : end + 1] == b"=" or not (last.islower() or last.isupper()):
                continue
            if lowered.partition(b".")[0] in _REVERSED:
                continue
            _domain(sheet, start, end, lowered)
            continue
        if (
            not is_suffix(suffix)
            or lowered in _NO_DOMAINS
            or lowered in _NAMESPACES
            or b"_" in head.rpartition(b".")[2]
        ):
            continue
        labels = lowered.split(b".")
        if (labels[0] in _REVERSED and len(labels) > 2) or labels[0] in (
            b"self",
            b"this",
            b"java",
            b"javax",
            b"system",
        ):
            continue
        written = name.rpartition(b".")[2]
        if not (
            written.islower()
            or (written.isupper() and (name == name.upper() or len(written) == 3))
            or written[0] >= 0xC0
        ):
            continue
        if any(len(label) == 0 or label[0] == 0x2D or label[-1] == 0x2D for label in labels):
            continue
        if all(label.isdigit() for label in labels[:-1]):
            continue
        if doubtful(suffix):
            before = raw[max(0, start - 24) : start]
            if (
                not labels[0] == b"www"
                and not (len(labels) > 2 and suffix in _CODED)
                and not _SAYS_DOMAIN.search(before)
            ):
                continue
        if len(head) == 1 and suffix not in (b"com", b"co", b"org", b"net", b"de"):
            continue
        sheet.hit("DOMAIN_NAME", start, end, 0.85, "public")


_CODED = frozenset(b"cc ai app dev ms tt pm ml cf tf sc st as by pl rs md so".split())
_MACHINE = Pattern(
    rb"(?:DESKTOP|LAPTOP)-[A-Z0-9]{7}|WIN-[A-Z0-9]{11}|EC2AMAZ-[A-Z0-9]{7}|ip-\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3}|"
    rb"MSEDGEWIN\d+"
)
_LOGGED = Pattern(
    rb"(?m)^(?:<\d{1,3}>)?(?:1 )?(?:[A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2}|"
    rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.:+\-Z]{0,14}) "
    rb"([A-Za-z0-9][A-Za-z0-9_.\-]{0,62}) [A-Za-z][\w\-/.()]{1,40}(?:\[\d{1,10}\])?(?:: | \d)"
)
"""Who wrote a line of syslog (RFC 3164, RFC 5424)."""
_LEASED = Pattern(rb"DHCP(?:ACK|REQUEST|OFFER|DISCOVER)[^(\r\n]{1,80}\(([A-Za-z0-9][A-Za-z0-9_.\-]{0,62})\)")
_MACHINE_MARKS = (b"DESKTOP-", b"LAPTOP-", b"WIN-", b"EC2AMAZ-", b"ip-", b"MSEDGEWIN")
_NAMED_HOST = Pattern(
    rb"(?:-(?i:computername|vmhost|targetserver)[ :=]|/(?i:node|server):)[\"'\\]{0,3}([A-Za-z][A-Za-z0-9_.\-]{1,62})|"
    rb"\b(?:HTTP|HOST|cifs|CIFS|ldap|LDAP|TERMSRV|MSSQLSvc|WSMAN|RPCSS|"
    rb"RestrictedKrbHost)/([A-Za-z][A-Za-z0-9_.\-]{2,62})"
)
_SYSTEM = Pattern(rb" /[sS] [\\\"]{0,4}([A-Za-z][A-Za-z0-9\-]{1,62})\b")
_TAKES_SYSTEM = Pattern(
    rb"\b(?:schtasks|systeminfo|tasklist|taskkill|driverquery|gpresult|eventcreate|openfiles|getmac)"
    rb"(?:\.exe)?[\"\\]{0,2} "
)
_BARE_SHARE = Pattern(rb"(?:^|[\s\"'=(,>])(\\{2}|\\{4})([A-Za-z0-9][A-Za-z0-9_.\-]{2,62})(?:[\s\"',;)]|$)")
"""A machine behind two backslashes and no share: ``psexec \\\\WS-042 cmd``."""
_REMOTELY = Pattern(
    rb"(?i)\b(?:psexec(?:64)?(?:\.exe)?|net(?:\.exe)? view|net use|sc(?:\.exe)?|dir|shutdown|pskill|pslist|reg|"
    rb"wmic|winrs|tasklist|quser|qwinsta|at)\b[^\n]{0,40}$"
)
_ESCAPED = Pattern(rb"[nrtbfvdswux][0-9A-Fa-f]*|[nrtbfv][A-Z][\w.\-]*|[sSdDwWbB]\W.*")
"""What stands behind two backslashes as an escape, and as a pattern's class."""
_SHARE = Pattern(rb"(?:^|[\s\"'=(,>])(\\{2,4})([A-Za-z0-9][A-Za-z0-9_.\-]{0,62})(\\{1,2})[A-Za-z$%<]")


def hosts(sheet: Sheet, cues: Cues) -> None:
    """Put down names of machines: those that installers make up, and those of shares."""
    raw = sheet.raw
    for found in _LOGGED.finditer(raw) if b":" in raw else ():
        start, end = found.span(1)
        name = raw[start:end]
        if (
            not name.replace(b".", b"").isdigit()
            and name.lower() != b"localhost"
            and any(chr(b).isalpha() for b in name)
        ):
            sheet.hit("HOSTNAME", start, end, 0.85, "syslog")
    for found in _LEASED.finditer(raw) if b"DHCP" in raw else ():
        start, end = found.span(1)
        sheet.hit("HOSTNAME", start, end, 0.85, "lease")
    for found in _MACHINE.finditer(raw) if any(mark in raw for mark in _MACHINE_MARKS) else ():
        start, end = found.span()
        if not sheet.word_before(start) and not sheet.word_after(end):
            sheet.hit("HOSTNAME", start, end, 0.9, "machine")
    for found in _NAMED_HOST.finditer(raw) if b"/" in raw or b"-" in raw else ():
        which = 1 if found.span(1) != (-1, -1) else 2
        start, end = found.span(which)
        while end > start and raw[end - 1] in b".-":
            end -= 1
        name = raw[start:end].lower()
        if name in (b"localhost", b"server", b"computer", b"hostname", b"env") or sheet.word_before(start):
            continue
        if which == 2 and not any(byte in b"0123456789.-" for byte in name):
            continue  # HTTP/HTTPS is no principal's name
        if b"." not in name or is_house(name):
            sheet.hit("HOSTNAME", start, end, 0.85, "command" if which == 1 else "principal")
    for found in _SYSTEM.finditer(raw) if b"/s " in sheet.low else ():
        start, end = found.span(1)
        if _TAKES_SYSTEM.search(sheet.low[max(0, start - 300) : start]):
            sheet.hit("HOSTNAME", start, end, 0.85, "command")
    if b"\\\\" in raw:
        _behind_backslashes(sheet)
        for found in _SHARE.finditer(raw):
            start, end = found.span(2)
            if len(found.group(1)) != 2 * len(found.group(3)):
                continue  # a path from the root, its backslashes doubled
            name = raw[start:end]
            if name.replace(b".", b"").isdigit() or name.lower() in (
                b"localhost",
                b"device",
                b"registry",
                b"tsclient",
                b"server",
            ):
                continue
            if b"." in name and not is_internal(name.lower()):
                continue  # a domain name, seen as one
            sheet.hit("HOSTNAME", start, end, 0.85, "share")


def _behind_backslashes(sheet: Sheet) -> None:
    """Take machines behind two backslashes with nothing after them."""
    raw = sheet.raw
    for found in _BARE_SHARE.finditer(raw):
        start, end = found.span(2)
        name = raw[start:end].rstrip(b".")
        end = start + len(name)
        telling = any(48 <= byte <= 57 for byte in name) or b"-" in name or name.isupper()
        called = bool(_REMOTELY.search(raw[max(0, start - 60) : start]))
        if (
            not any(chr(byte).isalpha() for byte in name)
            or name.lower() in (b"localhost", b"tsclient", b"server")
            or not (called or (telling and not _ESCAPED.fullmatch(name)))
            or (b"." in name and not is_internal(name.lower()))
        ):
            continue
        sheet.hit("HOSTNAME", start, end, 0.85 if called else 0.75, "share")
