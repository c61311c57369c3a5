"""What the cmdlets of PowerShell and the objects of Windows start: processes, services, tasks, methods of WMI."""

from __future__ import annotations

import re

from vedette.commands.base import Call, Nested, Scope
from vedette.commands.programs.base import Unwrapper, quote_windows
from vedette.schema.command import Language


def parameters(call: Call) -> tuple[dict[str, list[int]], list[int]]:
    """Return the numbers of the words that each parameter of a cmdlet takes, by its name in lower case, and the rest.

    A parameter takes all words up to the next one, as lists of values are written in several.
    """
    named: dict[str, list[int]] = {}
    rest: list[int] = []
    current: list[int] | None = None
    for index, word in enumerate(call.args):
        text = word.text
        match = re.match(r"[-\u2013\u2014\u2015]([A-Za-z]+):?$", text)
        if match:
            current = named.setdefault(match.group(1).casefold(), [])
        elif current is not None:
            current.append(index)
        else:
            rest.append(index)
    return named, rest


def of(named: dict[str, list[int]], *names: str) -> list[int]:
    """Return the words of the parameter that is called one of the names, or begins one of them."""
    for name in names:
        for given, words in named.items():
            if name.startswith(given) and (given == name or len(given) > 1 or len(name) == 1):
                return words
    return []


def _layer(call: Call, text: str, words: list[int], language: Language = Language.PROGRAM) -> list[Nested]:
    text = text.strip()
    if not text:
        return []
    spans = [call.args[i] for i in words if call.args[i].end > call.args[i].start]
    start = min((w.start for w in spans), default=None)
    end = max((w.end for w in spans), default=None)
    return [Nested(language, text, start=start, end=end)]


def _values(call: Call, words: list[int]) -> str:
    """Return a list of arguments as one command line."""
    return " ".join(call.args[i].text.strip().rstrip(",") for i in words)


_SWITCHES = frozenset("nonewwindow wait passthru usenewenvironment loaduserprofile lup verbose whatif confirm".split())


def start_process(call: Call, scope: Scope) -> list[Nested]:
    """Return what ``Start-Process`` starts, as one command line."""
    named, rest = parameters(call)
    for name in list(named):
        if name in _SWITCHES or any(s.startswith(name) for s in ("nonewwindow", "passthru", "wait") if len(name) > 2):
            rest += named.pop(name)
    path = of(named, "filepath", "path", "pspath")[:1]
    arguments = of(named, "argumentlist", "args")
    spare: list[int] = []
    for name in ("windowstyle", "verb", "workingdirectory", "credential", "redirectstandardoutput", "erroraction"):
        spare += of(named, name)[1:]
    rest = sorted(rest + spare)
    if not path:
        path, rest = rest[:1], rest[1:]
    arguments = arguments or rest
    if not path or not call.args[path[0]].text.strip():
        return []
    program = call.args[path[0]].text.strip()
    quoted = f'"{program}"' if " " in program and not program.startswith('"') else program
    return _layer(call, f"{quoted} {_values(call, arguments)}", path + arguments)


def _new_service(call: Call, scope: Scope) -> list[Nested]:
    named, rest = parameters(call)
    words = of(named, "binarypathname", "path", "imagepath") or rest[1:2]
    return _layer(call, _values(call, words[:1]), words[:1])


def _task_action(call: Call, scope: Scope) -> list[Nested]:
    named, rest = parameters(call)
    program = of(named, "execute") or rest[:1]
    arguments = of(named, "argument") or rest[1:2]
    if not program:
        return []
    return _layer(call, f"{quote_windows(call.args[program[0]].text)} {_values(call, arguments)}", program + arguments)


_COMMAND_LINE = re.compile(
    r"""(?i)['"]?CommandLine(?:Template)?['"]?\s*=\s*(?:"((?:[^"`]|`.|"")*)"|'((?:[^']|'')*)'|([^;}\r\n]+))"""
)


def _wmi_method(call: Call, scope: Scope) -> list[Nested]:
    named, rest = parameters(call)
    text = " ".join(word.text for word in call.args)
    if not re.search(r"(?i)win32_process\b|commandlineeventconsumer|win32_scheduledjob", text):
        return []
    words = of(named, "argumentlist", "arguments", "argument", "property")
    words = words or [i for i in rest if " " in call.args[i].text or "=" in call.args[i].text][:1]
    if not words:
        words = rest[2:3]
    given = _values(call, words)
    match = _COMMAND_LINE.search(given)
    if match:
        given = next(group for group in match.groups() if group is not None).replace("''", "'")
    elif given.lstrip().startswith("@"):
        return []
    return _layer(call, given.strip("\"'"), words)


def _item_property(call: Call, scope: Scope) -> list[Nested]:
    from vedette.commands.programs.windows import runs_later

    named, rest = parameters(call)
    path = of(named, "path", "literalpath") or rest[:1]
    name = of(named, "name") or rest[1:2]
    value = of(named, "value") or rest[2:3]
    if not path or not value:
        return []
    key = call.args[path[0]].text.replace(":", "", 1)
    if not runs_later(key, call.args[name[0]].text if name else "", call.args[value[0]].text):
        return []
    return _layer(call, call.args[value[0]].text, value[:1])


def _first_argument(call: Call, scope: Scope) -> list[Nested]:
    """A method that runs its first argument as a command line."""
    if not call.args or not call.args[0].known:
        return []
    return _layer(call, call.args[0].text.strip(), [0])


def _program_and_arguments(call: Call, scope: Scope) -> list[Nested]:
    """A method whose first argument is the program and whose second the arguments."""
    if not call.args or not call.args[0].known:
        return []
    rest = call.args[1].text if len(call.args) > 1 and call.args[1].known else ""
    return _layer(call, f"{quote_windows(call.args[0].text)} {rest}", [0, 1][: len(call.args)])


UNWRAPPERS: dict[str, Unwrapper] = {
    "start-process": start_process,
    "saps": start_process,
    "new-service": _new_service,
    "set-service": _new_service,
    "new-scheduledtaskaction": _task_action,
    "invoke-wmimethod": _wmi_method,
    "invoke-cimmethod": _wmi_method,
    "set-wmiinstance": _wmi_method,
    "new-ciminstance": _wmi_method,
    "set-itemproperty": _item_property,
    "new-itemproperty": _item_property,
    "wscript.shell.run": _first_argument,
    "wscript.shell.exec": _first_argument,
    "shell.application.shellexecute": _program_and_arguments,
    "win32_process.create": _first_argument,
    "diagnostics.process.start": _program_and_arguments,
    "system.diagnostics.process.start": _program_and_arguments,
    "process.start": _program_and_arguments,
}
"""Cmdlets and methods, by their name in lower case."""
