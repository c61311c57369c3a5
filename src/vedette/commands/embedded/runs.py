"""Which interpreter a command line is for that a script hands to the system."""

from __future__ import annotations

import re
import shlex

from vedette.schema.command import Language

_WINDOWS = re.compile(
    r"""^[\s"'@(]*(?:[a-z]:\\|%\w+%|\\\\[\w.]|(?:[^\s"'|&;/]*\\)?(?:cmd|powershell|pwsh|wscript|cscript|mshta|rundll32|"""
    r"""regsvr32|certutil|bitsadmin|schtasks|wmic|net1?|netsh|reg|sc|vssadmin|wevtutil|tasklist|taskkill|msiexec|"""
    r"""ipconfig|systeminfo|nltest|attrib|icacls|bcdedit|installutil|msbuild|regasm|forfiles|start|explorer)(?:\.exe)?"""
    r"""(?=["'\s/]|$)|[^\s"']+\.(?:exe|bat|cmd|com|ps1|vbs|hta|msi)(?=["'\s]|$))""",
    re.IGNORECASE,
)


def is_windows(text: str) -> bool:
    """Return whether a command line begins as one of Windows does."""
    return _WINDOWS.match(text[:512]) is not None


def shell_language(text: str) -> Language:
    """Return the language of a command line that the system's shell is handed."""
    return Language.CMD if is_windows(text) else Language.SH


def program_language(text: str) -> Language:
    """Return the language of a command line that is run without a shell."""
    return Language.PROGRAM if is_windows(text) else Language.SH


def join_words(words: list[str]) -> tuple[Language, str]:
    """Return a program and its arguments as a command line, and the language that quotes it."""
    if is_windows(words[0]):
        return Language.PROGRAM, windows_line(words)
    return Language.SH, shlex.join(words)


def windows_line(words: list[str]) -> str:
    """Return arguments quoted the way that Windows programs undo."""
    out = []
    for word in words:
        if word and not re.search(r'[\s"]', word):
            out.append(word)
            continue
        body = re.sub(r'(\\*)"', r'\1\1\\"', word)
        body = re.sub(r"(\\+)$", r"\1\1", body)
        out.append(f'"{body}"')
    return " ".join(out)
