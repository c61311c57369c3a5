"""What will run later: commands in lines of cron, units, profiles, keys and launch files that a command writes."""

from __future__ import annotations

import re

from vedette.commands.base import Call, Nested, Scope
from vedette.commands.decoding import decode_text
from vedette.commands.programs.base import written
from vedette.commands.programs.options import code
from vedette.schema.command import Language

_CRON = re.compile(
    r"^[ \t]*(?:@(?:reboot|hourly|daily|weekly|monthly|yearly|annually|midnight)|"
    r"(?:[\d*/,?LW#-]+|[A-Za-z]{3}(?:[-,][A-Za-z]{3})*)(?:[ \t]+(?:[\d*/,?LW#A-Za-z-]+)){4})[ \t]+(\S.*)$",
    re.MULTILINE,
)
_USER = re.compile(r"^(?:root|[a-z_][a-z0-9_-]{0,30}|\*)[ \t]+(?=\S)")
_UNIT = re.compile(
    r"^[ \t]*Exec(?:Start|StartPre|StartPost|Stop|StopPost|Reload|Condition)[ \t]*=[ \t]*[-@:+!|]*(\S.*)$", re.M
)
_DESKTOP = re.compile(r"^[ \t]*Exec[ \t]*=[ \t]*(\S.*)$", re.MULTILINE)
_KEY = re.compile(r'(?:^|[ ,])command="((?:[^"\\]|\\.)*)"', re.MULTILINE)
_UDEV = re.compile(r'(?:RUN|PROGRAM)\s*\+?=\s*"((?:[^"\\]|\\.)*)"')
_APT = re.compile(r'(?:Pre-Invoke|Post-Invoke|Pre-Install-Pkgs)[^"{]*\{?\s*"((?:[^"\\]|\\.)*)"')
_PLIST = re.compile(r"<key>\s*ProgramArguments\s*</key>\s*<array>(.*?)</array>", re.DOTALL)
_STRING = re.compile(r"<string>(.*?)</string>", re.DOTALL)
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}

_CRON_FILE = re.compile(r"(?:^|/)(?:crontab|cron\.d/[^/]+|anacrontab)$|/spool/cron(?:/crontabs)?/[^/]+$")
_SHELL_FILE = re.compile(
    r"(?:^|/)(?:\.bashrc|\.bash_profile|\.profile|\.zshrc|\.zprofile|\.zshenv|\.bash_login|\.bash_logout|\.bash_aliases|"
    r"\.kshrc|\.xinitrc|\.xsession|\.xprofile|rc\.local|bash\.bashrc)$|^/etc/(?:profile|zsh/zshrc|environment)$|"
    r"/(?:profile\.d|init\.d|rc[0-6S]\.d|cron\.(?:hourly|daily|weekly|monthly)|update-motd\.d|hooks|if-up\.d|"
    r"dispatcher\.d)/[^/]+$"
)


def lines_of(kind: str, text: str) -> list[str]:
    """Return the command lines that stand in a file of a kind: ``cron``, ``unit``, ``desktop``, ``keys`` …."""
    text = text[:200_000]
    if kind == "cron":
        out = []
        for found in _CRON.finditer(text):
            line = found.group(1).strip()
            out.append(line)
        return out
    if kind == "plist":
        return [" ".join(_quoted(part) for part in _STRING.findall(found.group(1))) for found in _PLIST.finditer(text)]
    pattern = {"unit": _UNIT, "desktop": _DESKTOP, "keys": _KEY, "udev": _UDEV, "apt": _APT}[kind]
    out = [found.group(1).strip() for found in pattern.finditer(text)]
    return [re.sub(r'\\(["\\])', r"\1", line) for line in out] if kind in ("keys", "udev", "apt") else out


def _quoted(part: str) -> str:
    import shlex

    for entity, char in _ENTITIES.items():
        part = part.replace(entity, char)
    return shlex.quote(part)


def kind_of(path: str) -> str | None:
    """Return what kind of file of later commands a path is; None for every other file."""
    low = path.replace("\\", "/")
    if _CRON_FILE.search(low):
        return "cron"
    if _SHELL_FILE.search(low):
        return "shell"
    if low.endswith((".service", ".timer", ".socket", ".path")) and "system" in low:
        return "unit"
    if low.endswith("authorized_keys") or low.endswith("authorized_keys2"):
        return "keys"
    if low.endswith(".desktop"):
        return "desktop"
    if low.endswith(".plist") and ("LaunchAgents" in low or "LaunchDaemons" in low):
        return "plist"
    if low.endswith(".rules") and "udev" in low:
        return "udev"
    if "/apt.conf" in low:
        return "apt"
    return None


def of_file(path: str, data: bytes | None) -> list[Nested]:
    """Return the commands that a file will have run later, given what is written into it."""
    kind = kind_of(path)
    if kind is None or data is None:
        return []
    text = decode_text(data)
    if not text:
        return []
    if kind == "shell":
        return code(Language.SH, text)
    out: list[Nested] = []
    system = path.endswith("crontab") or "/cron.d/" in path
    for line in lines_of(kind, text)[:40]:
        if kind == "cron" and system:
            line = _USER.sub("", line, count=1)
        out += code(Language.SH, line.replace("\\%", "%") if kind == "cron" else line)
    return out


def cron(text: str) -> list[Nested]:
    """Return the commands of a user's cron table."""
    return [nested for line in lines_of("cron", text)[:40] for nested in code(Language.SH, line.replace("\\%", "%"))]


def writes(call: Call, scope: Scope) -> list[Nested]:
    """Return what will run later because this call writes it: ``echo … >> /etc/crontab``, ``… | tee unit``."""
    out: list[Nested] = []
    paths = [
        r.target.text
        for r in call.redirects
        if r.target is not None and ">" in r.operator and "&" not in r.operator[1:]
    ]
    if call.name.text.rpartition("/")[2] == "tee":
        paths += [word.text for word in call.args if not word.text.startswith("-")]
    for path in paths:
        if kind_of(path) is None:
            continue
        data = written(path, call, scope)
        if data is None:
            data = call.stdin
        out += of_file(path, data)
    return out
