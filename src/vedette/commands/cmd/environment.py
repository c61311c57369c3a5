"""Variables of cmd: those that every default Windows has, those that depend on user or machine, and those set."""

from __future__ import annotations

import re
from typing import NamedTuple

from vedette.commands.budget import Budget


class Value(NamedTuple):
    """What a variable holds."""

    text: str | None
    """None where nothing of it is known."""
    known: bool = True
    """Whether all of it is known; else some of it stays as it is written."""


UNSET = Value("")
"""What a variable that was taken away holds."""
NOISE = Value("")
"""What a variable holds that never was, and that only keeps letters apart; told by identity."""

_DEFAULTS = {
    "ALLUSERSPROFILE": r"C:\ProgramData",
    "COMMONPROGRAMFILES": r"C:\Program Files\Common Files",
    "COMMONPROGRAMFILES(X86)": r"C:\Program Files (x86)\Common Files",
    "COMMONPROGRAMW6432": r"C:\Program Files\Common Files",
    "COMSPEC": r"C:\Windows\system32\cmd.exe",
    "DRIVERDATA": r"C:\Windows\System32\Drivers\DriverData",
    "OS": "Windows_NT",
    "PATHEXT": ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC",
    "PROCESSOR_ARCHITECTURE": "AMD64",
    "PROGRAMDATA": r"C:\ProgramData",
    "PROGRAMFILES": r"C:\Program Files",
    "PROGRAMFILES(X86)": r"C:\Program Files (x86)",
    "PROGRAMW6432": r"C:\Program Files",
    "PROMPT": "$P$G",
    "PSMODULEPATH": r"C:\Program Files\WindowsPowerShell\Modules;C:\Windows\system32\WindowsPowerShell\v1.0\Modules",
    "PUBLIC": r"C:\Users\Public",
    "SYSTEMDRIVE": "C:",
    "SYSTEMROOT": r"C:\Windows",
    "WINDIR": r"C:\Windows",
    "CMDEXTVERSION": "2",
    "HOMEDRIVE": "C:",
}

_NAMES = {
    "ALLUSERSPROFILE": "ALLUSERSPROFILE",
    "COMMONPROGRAMFILES": "CommonProgramFiles",
    "COMMONPROGRAMFILES(X86)": "CommonProgramFiles(x86)",
    "COMMONPROGRAMW6432": "CommonProgramW6432",
    "COMSPEC": "ComSpec",
    "DRIVERDATA": "DriverData",
    "OS": "OS",
    "PATHEXT": "PATHEXT",
    "PROCESSOR_ARCHITECTURE": "PROCESSOR_ARCHITECTURE",
    "PROGRAMDATA": "ProgramData",
    "PROGRAMFILES": "ProgramFiles",
    "PROGRAMFILES(X86)": "ProgramFiles(x86)",
    "PROGRAMW6432": "ProgramW6432",
    "PROMPT": "PROMPT",
    "PSMODULEPATH": "PSModulePath",
    "PUBLIC": "PUBLIC",
    "SYSTEMDRIVE": "SystemDrive",
    "SYSTEMROOT": "SystemRoot",
    "WINDIR": "windir",
}
"""How ``set`` prints them."""

_USERS = "C:\\Users\\"
_FORMS = {
    "APPDATA": (_USERS, r"\AppData\Roaming"),
    "LOCALAPPDATA": (_USERS, r"\AppData\Local"),
    "TEMP": (_USERS, r"\AppData\Local\Temp"),
    "TMP": (_USERS, r"\AppData\Local\Temp"),
    "USERPROFILE": (_USERS, ""),
    "HOMEPATH": ("\\Users\\", ""),
    "ONEDRIVE": (_USERS, r"\OneDrive"),
    "PATH": (
        r"C:\Windows\system32;C:\Windows;C:\Windows\System32\Wbem;C:\Windows\System32\WindowsPowerShell\v1.0" + "\\",
        "",
    ),
}
"""How the values begin and end that depend on the user or the machine."""

_MACHINE = frozenset(
    """USERNAME USERDOMAIN USERDOMAIN_ROAMINGPROFILE USERDNSDOMAIN COMPUTERNAME LOGONSERVER SESSIONNAME CLIENTNAME
    NUMBER_OF_PROCESSORS PROCESSOR_IDENTIFIER PROCESSOR_LEVEL PROCESSOR_REVISION CD DATE TIME RANDOM ERRORLEVEL
    CMDCMDLINE HIGHESTNUMANODENUMBER USERINITLOGONSERVER ONEDRIVECONSUMER ONEDRIVECOMMERCIAL CHOCOLATEYINSTALL
    JAVA_HOME PYTHONPATH FPS_BROWSER_APP_PROFILE_STRING __APPDIR__ __CD__ =EXITCODE =EXITCODEASCII""".split()
)
"""Variables that exist, with values that only the machine knows."""


def windows_environment() -> dict[str, str]:
    """Return the variables whose values are the same on every default 64-bit Windows; names in upper case."""
    return dict(_DEFAULTS)


def default(name: str) -> Value | None:
    """Return what a variable holds on a default Windows, or None where it is not known to exist.

    Args:
        name: in upper case.
    """
    text = _DEFAULTS.get(name)
    if text is not None:
        return Value(text)
    if name in _FORMS or name in _MACHINE:
        return Value(None, False)
    return None


def listing(prefix: str, variables: dict[str, Value]) -> str:
    """Return what ``set`` prints of the variables whose names begin so: those known, sorted."""
    found = {name: f"{_NAMES[name]}={_DEFAULTS[name]}" for name in _NAMES}
    for name, value in variables.items():
        if name.startswith("="):
            continue
        if value is UNSET or not value.text:
            found.pop(name, None)
        else:
            found[name] = f"{name}={value.text}"
    return "".join(found[name] + "\r\n" for name in sorted(found) if name.startswith(prefix.upper()))


_SLICE = re.compile(r"~\s*([+-]?\w+)?\s*(?:,\s*([+-]?\w+)?\s*)?$")


def _number(text: str | None) -> int | None:
    if not text:
        return 0
    sign, digits = (-1, text[1:]) if text[0] == "-" else (1, text.lstrip("+"))
    if len(digits) > 12:
        return None
    try:
        if digits[:2].lower() == "0x":
            return sign * int(digits, 16)
        return sign * int(digits, 8 if len(digits) > 1 and digits[0] == "0" else 10)
    except ValueError:
        return None


def modified(name: str, value: Value, modifier: str, budget: Budget) -> Value | None:
    """Return what ``%NAME:modifier%`` gives, or None where the modifier is none.

    Args:
        name: in upper case.
        value: what the variable holds.
        modifier: what stands after the colon: ``~2,1``, ``a=b``, ``*a=b``.
        budget: what the result is charged to.
    """
    slice_ = _SLICE.match(modifier)
    if slice_:
        first = _number(slice_.group(1))
        has_count = "," in modifier
        count = _number(slice_.group(2)) if has_count else None
        if first is None or (has_count and count is None):
            return None
        if value.text is None or not value.known:
            return _of_form(name, first, count) if value.text is None else Value(None, False)
        return Value(_cut(value.text, first, count))
    search, equals, replacement = modifier.partition("=")
    if not equals or not search:
        return None
    if value.text is None or not value.known:
        return Value(None, False)
    text = value.text
    budget.make(len(text))
    if search[0] == "*" and len(search) > 1:
        at = text.lower().find(search[1:].lower())
        return Value(text if at < 0 else replacement + text[at + len(search) - 1 :])
    count_ = len(text) // max(len(search), 1)
    if len(replacement) > len(search):
        budget.make(min(count_, text.lower().count(search.lower())) * len(replacement))
    return Value(re.sub(re.escape(search), lambda _: replacement, text, flags=re.IGNORECASE))


def _cut(text: str, first: int, count: int | None) -> str:
    start = max(len(text) + first, 0) if first < 0 else min(first, len(text))
    if count is None:
        return text[start:]
    end = len(text) + count if count < 0 else start + count
    return text[start : max(end, start)]


def _of_form(name: str, first: int, count: int | None) -> Value:
    """Return a part of a value of which only the beginning and the end are known."""
    prefix, suffix = _FORMS.get(name, ("", ""))
    if first >= 0 and count is not None and count >= 0 and first + count <= len(prefix):
        return Value(prefix[first : first + count])
    if first < 0 and -first <= len(suffix):
        if count is None or count >= 0:
            return Value(_cut(suffix, first, count))
        if -count <= len(suffix):
            return Value(_cut(suffix, first, count))
    return Value(None, False)
