"""What cmd.exe and powershell.exe run, by their own rules for switches and quotes.

Source: Microsoft Learn, "cmd" and "about_PowerShell_exe", "about_Pwsh".
"""

from __future__ import annotations

import re

from vedette.commands.base import Call, Nested, Scope
from vedette.commands.decoding import decode_text, looks_text, unbase64
from vedette.commands.programs.base import BATCH, DELAYED, line_of, name_end, script, span_of
from vedette.schema.command import Language

_PROTOCOL = re.compile(r"(?i)\s*([\"']?)\s*(javascript|vbscript|about)\s*:")


def script_url(text: str) -> tuple[str, str, int] | None:
    """Return the protocol of a URL that holds code, the code, and where it begins; None for any other text."""
    match = _PROTOCOL.match(text)
    if match is None:
        return None
    code = text[match.end() :].rstrip()
    if match.group(1) and code.endswith(match.group(1)):
        code = code[:-1].replace('\\"', '"')
    return match.group(2).casefold(), code, match.end()


def raw_words(tool: str, line: str, at: int) -> list[tuple[str, int, int]] | None:
    """Return the arguments of a program that reads its command line itself; None for any other.

    Args:
        tool: the program.
        line: the command line.
        at: where its name ends.
    """
    if tool == "cmd":
        return cmd_words(line, at)
    if tool in ("mshta", "rundll32"):
        found = script_url(line[at:])
        if found is not None:
            protocol, code, offset = found
            start = at + len(line[at:]) - len(line[at:].lstrip())
            end = len(line.rstrip())
            words = [(f"{protocol}:", start, at + offset)]
            return [*words, (code, at + offset, end)] if code else words
    return None


def cmd_words(line: str, at: int) -> list[tuple[str, int, int]]:
    """Return the switches of ``cmd`` and the command that it is given, whole: ``(text, start, end)``."""
    found: list[tuple[str, int, int]] = []
    while at < len(line):
        blank = _BLANK.match(line, at)
        if blank:
            at = blank.end()
        switch = _SWITCH.match(line, at)
        if switch is None:
            other = _OTHER.match(line, at)
            if other is None or line.startswith('"/', at):
                at += 1
                continue
            found.append((other.group().replace('"', ""), at, other.end()))
            at = other.end()
            continue
        if switch.group(1).lower() in "ckr":
            found.append((line[at : at + 2], at, at + 2))
            body = line[at + 2 :]
            start = at + 2 + len(body) - len(body.lstrip())
            end = len(line.rstrip())
            if end > start:
                whole = any(text.casefold() == "/s" for text, _, _ in found)
                found.append((unquoted(line[start:end], whole), start, end))
            return found
        found.append((switch.group(), switch.start(), switch.end()))
        at = switch.end()
    return found


_BLANK = re.compile(r"[\s,;=]+")
_SWITCH = re.compile(r"/([A-Za-z?])(:[^\s/,;=\"]*)?")
_OTHER = re.compile(r'(?:"[^"]*"?|[^\s,;="/])+')
_EXECUTABLE = re.compile(r'(?i)(?:[a-z]:\\|%[a-z_()]{1,40}%\\|\\\\|\.{1,2}\\)[^/:*?"<>|]*\.(?:exe|com|bat|cmd)$')
_PATH = re.compile(r'(?i)"((?:[a-z]:|%[a-z_()]{1,40}%|\\)\\[^"]*)"[ \t]')
_SPECIAL = re.compile(r"[&<>()@^|]")


def cmd(call: Call, scope: Scope) -> list[Nested]:
    """Return what ``cmd /c`` (``/k``, ``/r``) runs, or what it reads on standard input."""
    line = line_of(call)
    at = name_end(line)
    delayed: bool | None = None
    whole = False
    while at < len(line):
        blank = _BLANK.match(line, at)
        if blank:
            at = blank.end()
        switch = _SWITCH.match(line, at)
        if switch is None:
            other = _OTHER.match(line, at)
            if other is None or line.startswith('"/', at):
                at += 1
                continue
            at = other.end()
            continue
        letter, value = switch.group(1).lower(), (switch.group(2) or "")[1:].casefold()
        if letter in "ckr":
            at = switch.start() + 2
            return _run(call, line[at:], whole, delayed)
        if letter == "v":
            delayed = value != "off"
        elif letter == "s":
            whole = True
        at = switch.end()
    if call.stdin is not None:
        text = decode_text(call.stdin)
        if text and text.strip():
            return [Nested(Language.CMD, text, ("stdin",), environment=_modes(delayed))]
    return []


def _path_first(body: str) -> bool:
    """Return whether a command begins with a quoted path that holds blanks, and quotes stand in pairs after it.

    cmd would take away the outermost quotes and fail; what was meant is shown.
    """
    match = _PATH.match(body)
    return match is not None and " " in match.group(1) and body.count('"', match.end()) % 2 == 0


def _modes(delayed: bool | None) -> dict[str, str]:
    return {BATCH: "0", DELAYED: "1" if delayed else "0"}


def unquoted(body: str, whole: bool) -> str:
    """Return a command as cmd reads it: without the outermost quotes, but for a lone quoted program."""
    body = body.strip(" \t\r\n,;=") if not body.lstrip().startswith('"') else body.strip()
    if body.startswith('"') and len(body) > 1:
        inner = body[1:-1]
        keeps = (
            not whole
            and body.count('"') == 2
            and body.endswith('"')
            and not _SPECIAL.search(inner)
            and " " in inner
            and _EXECUTABLE.match(inner)
        )
        if not keeps and not _path_first(body):
            last = body.rfind('"')
            body = body[1:last] + body[last + 1 :] if last > 0 else body[1:]
    elif body.endswith('"') and body.count('"') == 1:
        body = body[:-1]
    return body


def _run(call: Call, body: str, whole: bool, delayed: bool | None) -> list[Nested]:
    body = unquoted(body, whole)
    if not body.strip():
        return []
    index = next((i for i, word in enumerate(call.args) if re.search(r"(?i)/[ckr]", word.text)), len(call.args))
    attached = index < len(call.args) and not re.search(r"(?i)/[ckr]\"?$", call.args[index].text)
    start, end = span_of(call, index if attached else index + 1)
    return [
        Nested(Language.CMD, body, start=start, end=end, environment=_modes(delayed), stdin=call.stdin),
    ]


_POWERSHELL = (
    # The whole name, the shortest beginning that is taken, whether it takes a value.
    ("command", "c", "command"),
    ("commandwithargs", "commandw", "command"),
    ("cwa", "cwa", "command"),
    ("encodedcommand", "e", "encoded"),
    ("ec", "ec", "encoded"),
    ("enc", "enc", "encoded"),
    ("encodedarguments", "encodeda", "value"),
    ("ea", "ea", "value"),
    ("executionpolicy", "ex", "value"),
    ("ep", "ep", "value"),
    ("exp", "exp", "value"),
    ("file", "f", "file"),
    ("windowstyle", "w", "value"),
    ("version", "v", "version"),
    ("inputformat", "i", "value"),
    ("if", "if", "value"),
    ("outputformat", "o", "value"),
    ("of", "of", "value"),
    ("psconsolefile", "pscon", "value"),
    ("configurationname", "config", "value"),
    ("configurationfile", "configurationf", "value"),
    ("custompipename", "cus", "value"),
    ("settingsfile", "settings", "value"),
    ("workingdirectory", "wo", "value"),
    ("wd", "wd", "value"),
    ("noprofile", "nop", "switch"),
    ("noninteractive", "noni", "switch"),
    ("nologo", "nol", "switch"),
    ("noexit", "noe", "switch"),
    ("noprofileloadtime", "noprofilel", "switch"),
    ("interactive", "interactive", "switch"),
    ("login", "l", "switch"),
    ("mta", "mta", "switch"),
    ("sta", "s", "switch"),
    ("help", "h", "switch"),
)
_DASHES = "-/\u2013\u2014\u2015"


def _parameter(text: str) -> str | None:
    """Return what kind of parameter a word is, or None where it is none."""
    if len(text) < 2 or text[0] not in _DASHES:
        return None
    name = text[1:].lstrip("-\u2013\u2014\u2015").casefold().rstrip(":")
    for full, least, kind in _POWERSHELL:
        if full.startswith(name) and name.startswith(least):
            return kind
    return None


def powershell(call: Call, scope: Scope) -> list[Nested]:
    """Return what ``powershell`` or ``pwsh`` runs: ``-Command``, ``-EncodedCommand``, ``-File`` or standard input."""
    args = call.args
    core = "pwsh" in call.name.text.casefold()
    index = 0
    while index < len(args):
        text = args[index].text
        kind = _parameter(text)
        value = None
        if kind is None and text[:1] in _DASHES and ":" in text:
            head, _, value = text.partition(":")
            kind = _parameter(head)
        if kind is None:
            if text == "-":
                return _from_input(call)
            if text[:1] in _DASHES and len(text) > 1 and text[1].isalpha() and index + 1 < len(args):
                index += 1
                continue
            if core or re.search(r"(?i)\.ps1[\"']?$", text):
                found = script(text, call, scope, Language.POWERSHELL, index + 1)
                if found or core:
                    return found
            return _command(call, index)
        if kind == "encoded":
            if value is None and index + 1 < len(args):
                index += 1
                value = args[index].text
            return _encoded(call, index, value or "", scope)
        if kind == "command":
            if value:
                return [Nested(Language.POWERSHELL, value, start=args[index].start, end=args[index].end)]
            if index + 1 < len(args) and args[index + 1].text == "-" and index + 2 == len(args):
                return _from_input(call)
            return _command(call, index + 1)
        if kind == "file":
            if index + 1 < len(args):
                if args[index + 1].text == "-":
                    return _from_input(call)
                return script(args[index + 1].text, call, scope, Language.POWERSHELL, index + 2)
            return []
        if kind == "version":
            following = args[index + 1].text if index + 1 < len(args) else ""
            index += 2 if re.match(r"\d", following) else 1
            continue
        index += 1 if kind == "switch" or value is not None else 2
    return _from_input(call)


def _from_input(call: Call) -> list[Nested]:
    if call.stdin is None:
        return []
    text = decode_text(call.stdin)
    return [Nested(Language.POWERSHELL, text, ("stdin",))] if text and text.strip() else []


def _command(call: Call, index: int) -> list[Nested]:
    text = " ".join(word.text for word in call.args[index:])
    if not text.strip():
        return []
    start, end = span_of(call, index)
    return [Nested(Language.POWERSHELL, text, start=start, end=end, stdin=call.stdin)]


def _encoded(call: Call, index: int, value: str, scope: Scope) -> list[Nested]:
    data = unbase64(value.strip("\"'"), scope.budget)
    if not data:
        return []
    text, method = data[: len(data) // 2 * 2].decode("utf-16-le", "replace"), "utf-16-base64"
    foreign = sum(1 for c in text[:400] if ord(c) > 0x2FFF)
    if foreign * 2 > len(text[:400]):
        # Not two bytes a character: PowerShell would run nothing sensible, but this is what was meant.
        plain = decode_text(data)
        if plain is not None and plain.isascii():
            text, method = plain, "base64"
    text = text.lstrip("\ufeff")
    if not looks_text(text.replace("\x00", "")):
        return []
    start, end = (call.args[index].start, call.args[index].end) if index < len(call.args) else (None, None)
    return [Nested(Language.POWERSHELL, text, (method,), start=start, end=end, stdin=call.stdin)]
