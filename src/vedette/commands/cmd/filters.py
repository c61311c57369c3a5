"""What ``find``, ``findstr``, ``sort`` and ``more`` write, and what ``assoc`` and ``ftype`` print by default."""

from __future__ import annotations

import re

import re2

from vedette.commands.budget import Budget

ASSOCIATIONS = {
    ".bat": "batfile",
    ".cmd": "cmdfile",
    ".com": "comfile",
    ".cpl": "cplfile",
    ".dll": "dllfile",
    ".exe": "exefile",
    ".hta": "htafile",
    ".inf": "inffile",
    ".ini": "inifile",
    ".js": "JSFile",
    ".JSE": "JSEFile",
    ".lnk": "lnkfile",
    ".msc": "MSCFile",
    ".msi": "Msi.Package",
    ".ps1": "Microsoft.PowerShellScript.1",
    ".ps1xml": "Microsoft.PowerShellXMLData.1",
    ".psc1": "Microsoft.PowerShellConsole.1",
    ".psd1": "Microsoft.PowerShellData.1",
    ".psm1": "Microsoft.PowerShellModule.1",
    ".reg": "regfile",
    ".scr": "scrfile",
    ".txt": "txtfile",
    ".url": "InternetShortcut",
    ".vbe": "VBEFile",
    ".vbs": "VBSFile",
    ".wsf": "WSFFile",
    ".wsh": "WSHFile",
    ".xml": "xmlfile",
}
FILE_TYPES = {
    "batfile": '"%1" %*',
    "cmdfile": '"%1" %*',
    "comfile": '"%1" %*',
    "exefile": '"%1" %*',
    "htafile": (
        r'C:\Windows\SysWOW64\mshta.exe "%1" {1E460BD7-F1C3-4B2E-88BF-4E770A288AF5}%U'
        "{1E460BD7-F1C3-4B2E-88BF-4E770A288AF5} %*"
    ),
    "inffile": r"%SystemRoot%\system32\NOTEPAD.EXE %1",
    "inifile": r"%SystemRoot%\system32\NOTEPAD.EXE %1",
    "JSEFile": r'"%SystemRoot%\System32\WScript.exe" "%1" %*',
    "JSFile": r'"%SystemRoot%\System32\WScript.exe" "%1" %*',
    "Microsoft.PowerShellConsole.1": r'"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe" -p "%1"',
    "Microsoft.PowerShellData.1": r'"C:\Windows\System32\notepad.exe" "%1"',
    "Microsoft.PowerShellModule.1": r'"C:\Windows\System32\notepad.exe" "%1"',
    "Microsoft.PowerShellScript.1": r'"C:\Windows\System32\notepad.exe" "%1"',
    "Microsoft.PowerShellXMLData.1": r'"C:\Windows\System32\notepad.exe" "%1"',
    "MSCFile": r'%SystemRoot%\system32\mmc.exe "%1" %*',
    "Msi.Package": r'"%SystemRoot%\System32\msiexec.exe" /i "%1" %*',
    "regfile": r'regedit.exe "%1"',
    "scrfile": '"%1" /S',
    "txtfile": r"%SystemRoot%\system32\NOTEPAD.EXE %1",
    "VBEFile": r'"%SystemRoot%\System32\WScript.exe" "%1" %*',
    "VBSFile": r'"%SystemRoot%\System32\WScript.exe" "%1" %*',
    "WSFFile": r'"%SystemRoot%\System32\WScript.exe" "%1" %*',
    "WSHFile": r'"%SystemRoot%\System32\WScript.exe" "%1" %*',
}


def looked_up(table: dict[str, str], argument: str) -> str | None:
    """Return what ``assoc`` or ``ftype`` prints: one entry, or all of them; None where it is not known."""
    argument = argument.strip()
    if "=" in argument:
        return None
    if not argument:
        return "".join(f"{key}={value}\r\n" for key, value in sorted(table.items(), key=lambda kv: kv[0].lower()))
    for key, value in table.items():
        if key.lower() == argument.lower():
            return f"{key}={value}\r\n"
    return None


def filtered(name: str, args: list[str], stdin: str, budget: Budget) -> str | None:
    """Return what a filter writes, or None where it is not one or an option is not known.

    Args:
        name: ``find``, ``findstr``, ``sort`` or ``more``.
        args: its arguments.
        stdin: what it reads.
        budget: what the result is charged to.
    """
    budget.make(len(stdin))
    lines = stdin.replace("\r\n", "\n").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    budget.step(len(lines) // 8 + 1)
    if name == "more":
        return None if [a for a in args if not a.startswith(("/", "+"))] else _text(lines)
    if name == "sort":
        flags = {a.lower() for a in args}
        if flags - {"/r", "/unique"}:
            return None
        return _text(sorted(lines, key=str.lower, reverse="/r" in flags))
    if name == "find":
        return _find(args, lines)
    if name == "findstr":
        return _findstr(args, lines)
    return None


def _text(lines: list[str]) -> str:
    return "".join(line + "\r\n" for line in lines)


def _find(args: list[str], lines: list[str]) -> str | None:
    flags = {a.lower() for a in args if a.startswith("/")}
    words = [a for a in args if not a.startswith("/")]
    if len(words) != 1 or flags - {"/i", "/v", "/c", "/n"}:
        return None
    wanted = words[0].lower() if "/i" in flags else words[0]
    found = [
        (number, line)
        for number, line in enumerate(lines, 1)
        if (bool(wanted) and wanted in (line.lower() if "/i" in flags else line)) != ("/v" in flags)
    ]
    if "/c" in flags:
        return f"{len(found)}\r\n"
    return _text([f"[{number}]{line}" if "/n" in flags else line for number, line in found])


def _findstr(args: list[str], lines: list[str]) -> str | None:
    flags, strings, literal = set[str](), list[str](), False
    for arg in args:
        low = arg.lower()
        if low.startswith("/c:"):
            strings.append(arg[3:])
        elif low.startswith("/") and len(low) > 1:
            if not re.fullmatch(r"/[bexilrvnps]+", low):
                return None
            flags |= set(low[1:])
        elif strings:
            return None
        else:
            strings.extend(arg.split(" "))
    strings = [s for s in strings if s]
    if not strings:
        return None
    literal = "l" in flags or not any(re.search(r"[.*^$\[\\]", s) for s in strings)
    patterns = []
    for string in strings:
        body = re.escape(string) if literal else _pattern(string)
        patterns.append(("^" if flags & {"b", "x"} else "") + "(?:" + body + ")" + ("$" if flags & {"e", "x"} else ""))
    try:
        options = re2.Options()
        options.case_sensitive = "i" not in flags
        options.log_errors = False
        found = re2.compile("|".join(patterns), options)
    except re2.error:
        return None
    kept = [(n, line) for n, line in enumerate(lines, 1) if bool(found.search(line)) != ("v" in flags)]
    return _text([f"{n}:{line}" if "n" in flags else line for n, line in kept])


def _pattern(text: str) -> str:
    r"""Return findstr's own regular expressions (``. * ^ $ [] \\x \\< \\>``) in the usual syntax."""
    out: list[str] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char == "\\" and at + 1 < len(text):
            out.append(r"\b" if text[at + 1] in "<>" else re.escape(text[at + 1]))
            at += 2
            continue
        if char == "[":
            end = text.find("]", at + 2)
            if end > 0:
                inside = text[at + 1 : end].replace("\\", "\\\\").replace("[", "\\[")
                out.append("[" + inside + "]")
                at = end + 1
                continue
        out.append(char if char in ".*^$" else re.escape(char))
        at += 1
    return "".join(out)
