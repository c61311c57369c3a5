"""What the programs of Windows run: services, tasks, remote starts, script hosts and the ways around them.

Source: Microsoft Learn for each program's options; the LOLBAS project for what else they start.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from vedette.commands.base import Call, Nested, Scope, Word
from vedette.commands.decoding import decode_text, unbase64, unhex
from vedette.commands.programs import cmdlets, shells
from vedette.commands.programs.base import (
    BATCH,
    DELAYED,
    Decoded,
    LineCall,
    Unwrapper,
    line_of,
    rest_as_command,
    script,
    span_of,
    tail,
    tool_name,
    written,
)
from vedette.schema.command import Language

_TIME = re.compile(r"\d{1,2}:\d{2}(?:[ap]m?)?$", re.IGNORECASE)
_PROGRAM_FILE = re.compile(r"(?i)\.(?:exe|com|bat|cmd|scr|cpl|lnk|vbs|js|hta|ps1)$")


def program(text: str, call: Call, index: int | None = None, language: Language = Language.PROGRAM) -> list[Nested]:
    """Return a command line that is run as one layer, with where its word stands; none where it is empty."""
    text = text.strip()
    if not text:
        return []
    start, end = span_of(call, index) if index is not None else (None, None)
    environment = {BATCH: "0", DELAYED: "0"} if language is Language.CMD else None
    return [Nested(language, text, start=start, end=end, environment=environment)]


def one_word(text: str, call: Call, index: int, language: Language = Language.PROGRAM) -> list[Nested]:
    """Return a command line that stands in one word."""
    found = program(text, call, None, language)
    for layer in found:
        word = call.args[index]
        if word.end > word.start:
            layer.start, layer.end = word.start, word.end
    return found


def after_flag(call: Call, flags: tuple[str, ...], joint: str = "") -> tuple[str, int] | None:
    """Return what follows a flag (``/tr X``, ``/tr:X``, ``binpath= X``) and the number of its word.

    Args:
        call: the call.
        flags: in lower case, with their first character.
        joint: characters that may join the flag and its value in one word.
    """
    for index, word in enumerate(call.args):
        text = word.text
        low = text.casefold()
        for flag in flags:
            if low == flag or (joint and low in (flag + mark for mark in joint)):
                if index + 1 < len(call.args):
                    return call.args[index + 1].text, index + 1
                return None
            if (
                joint
                and low.startswith(flag)
                and text[len(flag) : len(flag) + 1] in joint
                and len(text) > len(flag) + 1
            ):
                return text[len(flag) + 1 :], index
    return None


def first_operand(call: Call, with_value: tuple[str, ...] = (), marks: str = "-/", start: int = 0) -> int:
    """Return the number of the first word that is no flag; flags in ``with_value`` (lower case) take the next word."""
    index = start
    while index < len(call.args):
        text = call.args[index].text
        if text[:1] not in marks or not text:
            return index
        index += 2 if text.casefold() in with_value else 1
    return index


def _rest(call: Call, scope: Scope) -> list[Nested]:
    """The first word that is no flag, and what follows, is run."""
    return rest_as_command(call, first_operand(call), Language.PROGRAM)


def _conhost(call: Call, scope: Scope) -> list[Nested]:
    """Windows starts it with a handle; with a program's name it runs that."""
    first = first_operand(call)
    if first is not None and first < len(call.args) and call.args[first].text.lower().startswith("0x"):
        return []
    return _rest(call, scope)


def _wmic(call: Call, scope: Scope) -> list[Nested]:
    line = line_of(call)
    match = re.search(r"(?i)\bcall\s+[\"']?create[\"']?\s*\(?\s*", line)
    if match is None:
        return []
    rest = line[match.end() :]
    named = re.search(r"(?i)\bcommandline\s*=\s*", rest)
    if named:
        rest = rest[named.end() :]
    quoted = re.match(r"\"((?:[^\"\\]|\\.|\\(?=\"))*)\"|'((?:[^'\\]|\\.)*)'", rest)
    if quoted:
        text = quoted.group(1) if quoted.group(1) is not None else quoted.group(2)
        text = text.replace('\\"', '"').replace("\\'", "'")
        if text.startswith("'") and text.endswith("'") and len(text) > 1:
            text = text[1:-1]
    else:
        text = re.split(r",\s*(?:null|\"|')", rest, maxsplit=1)[0].strip("\"' ")
    index = next((i + 1 for i, word in enumerate(call.args) if word.text.casefold() == "create"), None)
    return program(text, call, index if index is not None and index < len(call.args) else None)


def _schtasks(call: Call, scope: Scope) -> list[Nested]:
    found = after_flag(call, ("/tr", "-tr"), ":")
    return one_word(found[0].replace('\\"', '"').strip("'"), call, found[1]) if found else []


def _at(call: Call, scope: Scope) -> list[Nested]:
    if call.language is Language.SH:
        return []
    timed = False
    for index, word in enumerate(call.args):
        text = word.text
        if _TIME.match(text):
            timed = True
        elif timed and not text.startswith("/"):
            if index + 1 == len(call.args):
                return one_word(text, call, index)
            return program(tail(call, index), call, index)
    return []


def _sc(call: Call, scope: Scope) -> list[Nested]:
    found: list[Nested] = []
    for flag in ("binpath=", "command="):
        value = after_flag(call, (flag,))
        if value is None:
            for index, word in enumerate(call.args):
                if word.text.casefold().startswith(flag) and len(word.text) > len(flag):
                    value = word.text[len(flag) :].lstrip(), index
        if value:
            found += one_word(value[0], call, value[1])
    return found


_RUN_LATER = re.compile(
    r"(?i)\\(?:Run|RunOnce|RunOnceEx(?:\\.*)?|RunServices|RunServicesOnce|Policies\\Explorer\\Run)\\?$"
    r"|\\Winlogon\\?$|\\Image File Execution Options\\|\\SilentProcessExit\\|\\shell\\[^\\]+\\command\\?$"
    r"|\\Active Setup\\Installed Components\\|\\Command Processor\\?$|\\Environment\\?$|\\Desktop\\?$"
    r"|\\Windows NT\\CurrentVersion\\Windows\\?$|\\Services\\[^\\]+\\?$|\\AeDebug\\?$|\\Session Manager\\?$"
)
_RUN_VALUES = frozenset(
    """userinit shell taskman system notify vmapplet debugger monitorprocess stubpath autorun userinitmprlogonscript
    load run imagepath failurecommand bootexecute scrnsave.exe delegateexecute""".split()
)
_ANY_VALUE = re.compile(r"(?i)\\(?:Run|RunOnce|RunOnceEx.*|RunServices|RunServicesOnce)\\?$|\\command\\?$")


def runs_later(key: str, name: str, data: str) -> bool:
    """Return whether a value of the registry is a command that Windows runs later."""
    key = key.strip().rstrip("\\").replace("/", "\\")
    if not _RUN_LATER.search(key) or len(data.strip()) < 3 or data.strip().isdigit():
        return False
    return bool(_ANY_VALUE.search(key)) or name.strip().casefold() in _RUN_VALUES


def _reg(call: Call, scope: Scope) -> list[Nested]:
    if len(call.args) < 2 or call.args[0].text.casefold() != "add":
        return []
    name = after_flag(call, ("/v", "-v"))
    data = after_flag(call, ("/d", "-d"))
    if data is None or not runs_later(call.args[1].text, name[0] if name else "", data[0]):
        return []
    return one_word(data[0], call, data[1])


def _forfiles(call: Call, scope: Scope) -> list[Nested]:
    found = after_flag(call, ("/c", "-c"))
    if not found:
        return []
    text = re.sub(r"(?i)0x([0-9a-f]{2})", lambda m: chr(int(m.group(1), 16)), found[0])
    layers = one_word(text, call, found[1])
    if text != found[0]:
        for layer in layers:
            layer.methods = ("hex",)
    return layers


def _pcalua(call: Call, scope: Scope) -> list[Nested]:
    target = after_flag(call, ("-a",))
    arguments = after_flag(call, ("-c",))
    if not target:
        return []
    rest = tail(call, arguments[1]) if arguments else ""
    return program(f"{_quoted(target[0])} {rest}", call, target[1])


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text and not text.startswith('"') and _PROGRAM_FILE.search(text) else text


def _runas(call: Call, scope: Scope) -> list[Nested]:
    index = first_operand(call)
    if index >= len(call.args):
        return []
    if index + 1 == len(call.args):
        return one_word(call.args[index].text, call, index)
    return program(tail(call, index), call, index)


_PSEXEC_VALUES = frozenset(mark + name for mark in "-/" for name in "u p w n r a g to csrc clist rlo lo".split())


def _psexec(call: Call, scope: Scope) -> list[Nested]:
    index = 0
    while index < len(call.args):
        text = call.args[index].text
        low = text.casefold()
        if text.startswith(("\\\\", "@")):
            index += 1
        elif text[:1] in "-/" and len(text) > 1:
            index += 2 if low in _PSEXEC_VALUES else 1
            if low in ("-i", "/i") and index < len(call.args) and call.args[index].text.isdigit():
                index += 1
        else:
            return rest_as_command(call, index, Language.PROGRAM)
    return []


def _winrs(call: Call, scope: Scope) -> list[Nested]:
    index = first_operand(call)
    if index >= len(call.args):
        return []
    text = call.args[index].text if index + 1 == len(call.args) else tail(call, index)
    return program(text, call, index, Language.CMD)


_SCRIPT = re.compile(r"(?is)<script\b([^<>]{0,500})>(.*?)(?:</script\s{0,20}>|$)")


def scripts_of(html: str) -> list[tuple[Language, str]]:
    """Return the scripts in a page or HTML application."""
    found: list[tuple[Language, str]] = []
    for match in _SCRIPT.finditer(html):
        basic = re.search(r"(?i)vb", match.group(1)) is not None
        code = re.sub(r"^\s*(?:<!--|<!\[CDATA\[)|(?:-->|\]\]>)\s*$", "", match.group(2))
        if code.strip():
            found.append((Language.VBSCRIPT if basic else Language.JSCRIPT, code))
        if len(found) >= 20:
            break
    return found


def _protocol(text: str, call: Call) -> list[Nested]:
    found = shells.script_url(text)
    if found is None:
        return []
    protocol, code, _ = found
    methods: tuple[str, ...] = ()
    if re.search(r"%[0-9A-Fa-f]{2}", code):
        code, methods = unquote(code), ("percent-encoding",)
    start, end = span_of(call, min(1, len(call.args) - 1)) if call.args else (None, None)
    if protocol == "about":
        return [Nested(language, script_, methods, start, end) for language, script_ in scripts_of(code)]
    language = Language.VBSCRIPT if protocol == "vbscript" else Language.JSCRIPT
    return [Nested(language, code, methods, start, end)] if code.strip() else []


def _mshta(call: Call, scope: Scope) -> list[Nested]:
    if not call.args:
        return []
    text = tail(call, 0)
    found = _protocol(text, call)
    if found:
        return found
    data = written(call.args[0].text, call, scope)
    html = decode_text(data) if data is not None else None
    if html:
        return [Nested(language, code, ("written-file",)) for language, code in scripts_of(html)]
    return []


_RUN_DLL = re.compile(
    r"(?i)(?:^|\\)(?:shell32(?:\.dll)?[\s,]+#?(?:ShellExec_RunDLL[AW]?|RunDLL|OpenAs_RunDLL|Control_RunDLL)"
    r"|url(?:\.dll)?[\s,]+(?:OpenURL[AW]?|FileProtocolHandler)|zipfldr(?:\.dll)?[\s,]+RouteTheCall"
    r"|pcwutl(?:\.dll)?[\s,]+LaunchApplication|(?:ie)?advpack(?:\.dll)?[\s,]+(?:#12|RegisterOCX)"
    r"|(?:shdocvw|ieframe)(?:\.dll)?[\s,]+OpenURL)[\"']?\s*"
)


def _rundll32(call: Call, scope: Scope) -> list[Nested]:
    text = tail(call, 0)
    found = _protocol(text, call)
    if found:
        return found
    match = _RUN_DLL.search(text)
    if match is None or match.start() > 260:
        return []
    rest = text[match.end() :].lstrip(", ")
    if re.match(r"(?i)[\"']?(?:https?|ftp):", rest) or "control_rundll" in match.group().casefold():
        return []
    rest = re.sub(r"(?i)^[\"']?file:/{2,3}", "", rest)
    if (
        rest.startswith('"')
        and rest.count('"') == 2
        and rest.endswith('"')
        and not _PROGRAM_FILE.search(rest.strip('"'))
    ):
        rest = rest[1:-1]
    return program(rest, call, 1 if len(call.args) > 1 else 0)


_ENGINES = {
    "vbscript": Language.VBSCRIPT,
    "vbs": Language.VBSCRIPT,
    "jscript": Language.JSCRIPT,
    "javascript": Language.JSCRIPT,
    "js": Language.JSCRIPT,
    "jscript.encode": Language.JSCRIPT,
    "vbscript.encode": Language.VBSCRIPT,
}


def _script_host(call: Call, scope: Scope) -> list[Nested]:
    language: Language | None = None
    for index, word in enumerate(call.args):
        text = word.text
        if text.startswith("/"):
            match = re.match(r"(?i)//?e:(.+)", text)
            if match:
                language = _ENGINES.get(match.group(1).casefold())
            continue
        if tool_name(text).startswith("syncappvpublishingserver") and index + 1 < len(call.args):
            return _sync(Call(call.name, call.args[index + 1 :], call.language), scope)
        return script(text, call, scope, language, index + 1)
    return []


def _sync(call: Call, scope: Scope) -> list[Nested]:
    """``SyncAppvPublishingServer "n; code"`` runs what follows the semicolon in PowerShell."""
    text = " ".join(word.text for word in call.args)
    _, mark, code = text.partition(";")
    return program(code, call, 0, Language.POWERSHELL) if mark else []


def effect(call: Call, scope: Scope) -> None:
    """Write to ``scope.files`` what a program decodes out of files that the command has written."""
    args = [word.text for word in call.args]
    lows = [text.casefold().lstrip("-/") for text in args]
    verb = next((v for v in ("decode", "decodehex", "encode") if v in lows and args[lows.index(v)][:1] in "-/"), None)
    if verb is None:
        return
    operands = [text for text in args[lows.index(verb) + 1 :] if text[:1] not in "-/"]
    if len(operands) < 2:
        return
    data = written(operands[0], call, scope)
    if data is None:
        return
    result: bytes | None
    if verb == "encode":
        import base64

        scope.budget.make(len(data) * 2)
        body = base64.b64encode(data).decode("ascii")
        lines = [body[i : i + 64] for i in range(0, len(body), 64)]
        text = "\r\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])
        result = text.encode("ascii")
    else:
        text = decode_text(data) or ""
        if verb == "decode":
            text = re.sub(r"-{4,5}(?:BEGIN|END)[^\r\n-]*-{4,5}", "", text)
            result = unbase64(text.replace('"', ""), scope.budget, strict=False)
        else:
            result = unhex(text, scope.budget)
    if result is not None:
        scope.files[operands[1].strip('"').casefold()] = Decoded.of(result, "hex" if verb == "decodehex" else "base64")


def _certutil(call: Call, scope: Scope) -> list[Nested]:
    effect(call, scope)
    return []


def _bitsadmin(call: Call, scope: Scope) -> list[Nested]:
    for index, word in enumerate(call.args):
        if word.text.casefold() == "/setnotifycmdline" and index + 2 < len(call.args):
            target = call.args[index + 2].text
            rest = call.args[index + 3].text if index + 3 < len(call.args) else ""
            rest = "" if rest.casefold() == "null" else rest.replace('\\"', '"')
            if rest and tool_name(rest.split()[0] if rest.split() else "") == tool_name(target):
                return program(rest, call, index + 2)
            return program(f"{_quoted(target)} {rest}", call, index + 2)
    return []


def _sqlcmd(call: Call, scope: Scope) -> list[Nested]:
    for index, word in enumerate(call.args):
        if word.text in ("-Q", "-q", "/Q", "/q") and index + 1 < len(call.args):
            return one_word(call.args[index + 1].text, call, index + 1, Language.SQL)
        if word.text[:2] in ("-Q", "-q") and len(word.text) > 3:
            return one_word(word.text[2:], call, index, Language.SQL)
        if word.text == "-i" and index + 1 < len(call.args):
            return script(call.args[index + 1].text, call, scope, Language.SQL)
    return []


_WSL_VALUES = ("-d", "--distribution", "-u", "--user", "--cd", "--shell-type", "--distribution-id")


def _wsl(call: Call, scope: Scope) -> list[Nested]:
    index = 0
    while index < len(call.args):
        low = call.args[index].text.casefold()
        if low in ("-e", "--exec", "--"):
            index += 1
            break
        if not low.startswith(("-", "~")):
            break
        index += 2 if low in _WSL_VALUES else 1
    return rest_as_command(call, index, Language.SH)


def _scriptrunner(call: Call, scope: Scope) -> list[Nested]:
    found = after_flag(call, ("-appvscript", "/appvscript"))
    if not found:
        return []
    text = found[0]
    arguments = after_flag(call, ("-appvscriptrunnerparameters",))
    del arguments
    return program(text if " " in text else tail(call, found[1]), call, found[1])


def _explorer(call: Call, scope: Scope) -> list[Nested]:
    for index, word in enumerate(call.args):
        text = re.sub(r"(?i)^/(?:root|e|select|n),?", "", word.text).lstrip(",").strip("\"'")
        if _PROGRAM_FILE.search(text) and "://" not in text and not word.text.casefold().startswith("/select"):
            return one_word(_quoted(text), call, index)
    return []


def _ftp(call: Call, scope: Scope) -> list[Nested]:
    for word in call.args:
        match = re.match(r"(?i)[-/]s:(.+)", word.text)
        if match:
            data = written(match.group(1), call, scope)
            text = decode_text(data) if data is not None else None
            lines = [line.strip()[1:] for line in (text or "").splitlines() if line.strip().startswith("!")]
            return program("\n".join(lines), call, None, Language.CMD)
    return []


def _diskshadow(call: Call, scope: Scope) -> list[Nested]:
    for index, word in enumerate(call.args):
        match = re.match(r"(?i)[-/]s(?::?(.*))$", word.text)
        if match:
            name = match.group(1) or (call.args[index + 1].text if index + 1 < len(call.args) else "")
            data = written(name, call, scope)
            text = decode_text(data) if data is not None else None
            lines = [
                line.strip()[5:] for line in (text or "").splitlines() if line.strip().casefold().startswith("exec ")
            ]
            return program("\n".join(lines), call, None, Language.CMD)
    return []


def _msdt(call: Call, scope: Scope) -> list[Nested]:
    found: list[Nested] = []
    line = line_of(call)
    at = line.find("$(")
    while at >= 0 and len(found) < 5:
        depth, end = 0, at + 1
        while end < len(line):
            if line[end] == "(":
                depth += 1
            elif line[end] == ")":
                depth -= 1
                if depth == 0:
                    break
            end += 1
        found += program(line[at + 2 : end], call, None, Language.POWERSHELL)
        at = line.find("$(", end)
    return found


def _flagged(*flags: str) -> Unwrapper:
    """Return the unwrapper of a program that runs what follows a flag."""

    def unwrap(call: Call, scope: Scope) -> list[Nested]:
        found = after_flag(call, flags, ":=")
        if not found:
            return []
        return one_word(found[0], call, found[1]) if " " in found[0] else program(tail(call, found[1]), call, found[1])

    return unwrap


def _skipping(*with_value: str) -> Unwrapper:
    """Return the unwrapper of a program that runs its operands, past flags that may take a value."""

    def unwrap(call: Call, scope: Scope) -> list[Nested]:
        index = first_operand(call, with_value)
        if (
            index + 1 == len(call.args)
            and " " in call.args[index].text
            and not _PROGRAM_FILE.search(call.args[index].text)
        ):
            return one_word(call.args[index].text, call, index)
        return rest_as_command(call, index, Language.PROGRAM)

    return unwrap


def _nssm(call: Call, scope: Scope) -> list[Nested]:
    words = [word.text.casefold() for word in call.args[:3]]
    return rest_as_command(call, 2, Language.PROGRAM) if words[:1] == ["install"] else []


def _nircmd(call: Call, scope: Scope) -> list[Nested]:
    for index, word in enumerate(call.args):
        low = word.text.casefold()
        if low in ("exec", "exec2", "execmd", "elevate", "elevatecmd", "runas", "cmdwait", "initshutdown"):
            first = index + (2 if low in ("exec", "exec2") else 1)
            language = Language.CMD if low in ("execmd", "elevatecmd") else Language.PROGRAM
            return program(tail(call, first), call, first, language) if first < len(call.args) else []
    return []


def _squirrel(call: Call, scope: Scope) -> list[Nested]:
    target = after_flag(call, ("--processstart", "--processstartandwait"), "=")
    arguments = after_flag(call, ("--process-start-args", "-a"), "=")
    return program(f"{_quoted(target[0])} {arguments[0] if arguments else ''}", call, target[1]) if target else []


def _start(call: Call, scope: Scope) -> list[Nested]:
    """``start`` where no cmd reads it: PowerShell's alias, or a log that kept only the words."""
    if call.language is Language.CMD:
        return []
    return cmdlets.start_process(call, scope)


UNWRAPPERS: dict[str, Unwrapper] = {
    "appvlp": _rest,
    "at": _at,
    "bitsadmin": _bitsadmin,
    "certutil": _certutil,
    "cmd": shells.cmd,
    "conhost": _conhost,
    "cscript": _script_host,
    "diskshadow": _diskshadow,
    "dxcap": _flagged("-c"),
    "explorer": _explorer,
    "forfiles": _forfiles,
    "ftp": _ftp,
    "isql": _sqlcmd,
    "mftrace": _rest,
    "msdt": _msdt,
    "mshta": _mshta,
    "nircmd": _nircmd,
    "nircmdc": _nircmd,
    "nssm": _nssm,
    "openconsole": _rest,
    "osql": _sqlcmd,
    "paexec": _psexec,
    "pcalua": _pcalua,
    "powershell": shells.powershell,
    "powershell_ise": shells.powershell,
    "psexec": _psexec,
    "psexec64": _psexec,
    "psexesvc": _psexec,
    "pwsh": shells.powershell,
    "pwsh-preview": shells.powershell,
    "csexec": _psexec,
    "remcom": _psexec,
    "xcmd": _psexec,
    "reg": _reg,
    "runas": _runas,
    "rundll32": _rundll32,
    "sc": _sc,
    "schtasks": _schtasks,
    "scriptrunner": _scriptrunner,
    "sqlcmd": _sqlcmd,
    "sqlps": shells.powershell,
    "sqltoolsps": shells.powershell,
    "start": _start,
    "syncappvpublishingserver": _sync,
    "ttdinject": _flagged("/launch"),
    "tttracer": _rest,
    "update": _squirrel,
    "vsjitdebugger": _rest,
    "winrs": _winrs,
    "wlrmdr": _flagged("-u"),
    "wmic": _wmic,
    "wscript": _script_host,
    "wsl": _wsl,
    "wt": _skipping("-d", "-p", "-w", "--title"),
    **cmdlets.UNWRAPPERS,
}
"""What runs something, and how it is told apart."""

__all__ = ["UNWRAPPERS", "LineCall", "Word", "effect", "runs_later", "scripts_of"]
