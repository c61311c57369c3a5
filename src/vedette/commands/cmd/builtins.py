"""What cmd does itself (``set``, ``echo``, ``call``, ``start``, ``copy`` …), and the calls that it makes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from vedette.commands.base import Redirect, Word
from vedette.commands.cmd import arithmetic, environment, filters
from vedette.commands.cmd.environment import UNSET, Value
from vedette.commands.cmd.quotes import cuts, split_quotes
from vedette.commands.cmd.syntax import Simple
from vedette.commands.cmd.traced import Edit, Traced
from vedette.commands.decoding import decode_text
from vedette.commands.programs.base import tool_name

if TYPE_CHECKING:
    from vedette.commands.cmd.shell import Shell

_LEAD = re.compile(r"[ \t,;=\v\f\xa0@\ufeff]+")
_NAME = re.compile(r'(?:"[^"]*"?|[^\s,;="\xa0])+')
_ATTACHED = re.compile(r"([A-Za-z]{2,8})[.:/\\\[\]+(]")
_SLASHED = re.compile(r"([A-Za-z][\w-]*)/")
_NAMED = re.compile(r"%[^%]{2,}%|%|![^!]+!")
_EXIT = re.compile(r"(?i)\s*exit(?:\s+/b)?\s+(-?\d{1,9})\s*")
_WRITES = re.compile(r"(?i)>|\b(?:out-file|set-content|add-content|tee-object|writeall)")
_OPERATOR = re.compile(r'"[^"]*"?|[&|]')

BUILTINS = frozenset(
    """assoc break call cd chdir cls color copy date del dir dpath echo endlocal erase exit ftype goto keys md mkdir
    mklink move path pause popd prompt pushd rd rem ren rename rmdir set setlocal shift start time title type ver verify
    vol""".split()
)

_INTERPRETERS = frozenset(("cmd", "powershell", "pwsh", "wscript", "cscript", "mshta", "rundll32", "regsvr32", "start"))
_RAW = frozenset(("cmd", "forfiles", "mshta", "rundll32", "wmic"))
"""Programs that read their command line themselves: quotes in it are not what they are to others."""

Builtin = Callable[["Shell", Traced, int, Word, Simple, list[Redirect], str], None]


def command(shell: Shell, text: Traced, node: Simple, redirects: list[Redirect], separator: str) -> None:
    """Run a simple command whose text is expanded."""
    raw = text.text
    lead = _LEAD.match(raw)
    at = lead.end() if lead else 0
    match = _NAME.match(raw, at)
    if match is None:
        if redirects:
            _plain(shell, text, at, Word("", node.start, node.start), node, redirects, separator)
        return
    token = match.group()
    end = match.end()
    name = token.replace('"', "") if '"' in token else token
    folded = name.casefold()
    if folded not in BUILTINS:
        attached = _ATTACHED.match(token)
        if attached and attached.group(1).casefold() in BUILTINS:
            end = at + len(attached.group(1))
            name = attached.group(1)
            folded = name.casefold()
        else:
            slashed = _SLASHED.match(token)
            if slashed:
                end = at + len(slashed.group(1))
                name = slashed.group(1)
                folded = name.casefold()
    if not name.strip():
        return
    if token.startswith('"') and " " in name and token.count('"') == 2 and _is_line(name, raw[end:]):
        command(shell, text[at + 1, at + 1 + len(name)], node, redirects, separator)
        return
    first = text.start_of(at)
    methods = text.methods(at, end) if text.marks else ()
    if '"' in token and cuts(token):
        methods = (*methods, "quote-splitting")
    known = not text.unknown or text.known(at, end)
    word = Word(name, first, max(first, text.end_of(end)), known, methods)
    run = _BUILTINS.get(folded) if folded in BUILTINS else None
    (run or _program)(shell, text, end, word, node, redirects, separator)


def _is_line(name: str, rest: str) -> bool:
    """Return whether what stands in quotes is no path but a whole command that starts an interpreter."""
    first, _, more = name.strip().partition(" ")
    return not rest.strip() and bool(more) and tool_name(first) in _INTERPRETERS and "\\" not in first


def _rest(text: Traced, at: int) -> Traced:
    return text[at, len(text.text)]


def _leave(shell: Shell, text: Traced, redirects: list[Redirect], separator: str, variable: str | None = None) -> None:
    shell.note_methods(text)
    shell.leave(text.escaped().lstrip(" \t,;=@"), redirects, separator, variable)


def _plain(
    shell: Shell, text: Traced, at: int, name: Word, node: Simple, redirects: list[Redirect], separator: str
) -> None:
    """A builtin that only acts on the machine."""
    shell.emit(name, shell.words(text, at), text, node, redirects)
    _leave(shell, text, redirects, separator)


def _unknown_output(
    shell: Shell, text: Traced, at: int, name: Word, node: Simple, redirects: list[Redirect], separator: str
) -> None:
    shell.sink.known = False
    _plain(shell, text, at, name, node, redirects, separator)


def _program(
    shell: Shell, text: Traced, at: int, name: Word, node: Simple, redirects: list[Redirect], separator: str
) -> None:
    """A program, script or unknown name."""
    tool = tool_name(name.text)
    args = shell.words(text, at, tidy=tool not in _RAW, tool=tool)
    call = shell.emit(name, args, text, node, redirects)
    shown = text
    if "quote-splitting" in name.methods or any("quote-splitting" in w.methods for w in args):
        shell.methods["quote-splitting"] = None
        shell.changed = True
        shown = _without_quotes(text, at, name)
    _leave(shell, shown, redirects, separator)
    if tool == "cmd":
        _exit_code(shell, args)
    if tool in ("find", "findstr", "sort", "more"):
        _filter(shell, tool, args)
        return
    if shell.scope.files or tool == "certutil":
        from vedette.commands.programs.windows import effect

        effect(call, shell.scope)
    wanted = shell.sink.wanted and shell.sink.known
    if not wanted and not (tool in _INTERPRETERS and _WRITES.search(call.line)):
        shell.sink.known = False
        return
    from vedette.commands.programs import nested

    # What an interpreter writes to a file is there for the commands after it.
    found = nested(call, shell.scope)
    output = shell.scope.capture(found[0]) if len(found) == 1 else None
    if output is None or not wanted:
        shell.sink.known = False
    else:
        shell.budget.make(len(output))
        shell.sink.parts.append(decode_text(output) or "")


def _exit_code(shell: Shell, args: list[Word]) -> None:
    """Keep the code that ``cmd /c exit 65`` ends with, and the letter of that number."""
    match = _EXIT.fullmatch(args[-1].text) if len(args) > 1 and args[-1].known else None
    if match is None:
        for name in ("=EXITCODE", "=EXITCODEASCII", "ERRORLEVEL"):
            shell.variables.pop(name, None)
        return
    code = int(match.group(1))
    shell.assign("=EXITCODE", Value(f"{code % (1 << 32):08X}"))
    shell.assign("=EXITCODEASCII", Value(chr(code) if 0x20 <= code < 0x7F else ""))
    shell.assign("ERRORLEVEL", Value(str(code)))


def _without_quotes(text: Traced, at: int, name: Word) -> Traced:
    """Return a command whose name and words keep only the quotes that they need."""
    from vedette.commands.programs.line import split

    edits: list[Edit] = []
    raw = text.text
    lead = _LEAD.match(raw)
    begin = lead.end() if lead else 0
    if "quote-splitting" in name.methods:
        edits.append(Edit(begin, at, f'"{name.text}"' if " " in name.text else name.text))
    for value, first, last in split(raw, at):
        part = raw[first:last]
        if tool_name(name.text) not in _RAW and '"' in part and '"' not in value and split_quotes(part):
            edits.append(Edit(first, last, f'"{value}"' if re.search(r"[\s&|<>^]", value) else value))
    return text.edited(edits)


def _filter(shell: Shell, tool: str, args: list[Word]) -> None:
    values = [word.text for word in args]
    stdin = shell.stdin
    if stdin is None and values and tool != "sort":
        data = shell.file(values[-1]) if len(values) > 1 or tool == "more" else None
        if data is not None:
            stdin = decode_text(data)
            values = values[:-1]
    result = filters.filtered(tool, values, stdin, shell.budget) if stdin is not None else None
    if result is None or not all(word.known for word in args):
        shell.sink.known = False
    else:
        shell.sink.parts.append(result)


def _echo(
    shell: Shell, text: Traced, at: int, name: Word, node: Simple, redirects: list[Redirect], separator: str
) -> None:
    raw = text.text
    begin = at + 1 if raw[at : at + 1] else at
    message = raw[begin:]
    switch = message.strip().casefold() if raw[at : at + 1] in ("", " ", "\t", ",", ";", "=") else message
    if switch in ("on", "off"):
        shell.emit(name, shell.words(text, at), text, node, redirects)
        _leave(shell, text, redirects, separator)
        return
    first = len(message) - len(message.lstrip())
    words: list[Word] = []
    if message.strip():
        low = text.start_of(begin + first)
        known = not text.unknown or text.known(begin, len(raw))
        methods = text.methods(begin, len(raw)) if text.marks else ()
        words = [Word(message.strip(), low, max(low, text.end_of(len(raw.rstrip()))), known, methods)]
    shell.emit(name, words, text, node, redirects)
    _leave(shell, text, redirects, separator)
    shell.budget.make(len(message))
    if text.unknown and not text.known(begin, len(raw)) and not _tolerable(text, begin, redirects):
        shell.sink.known = False
    elif raw[at:].strip() or raw[at : at + 1] in (".", ":", "/", "\\", "(", "+", "[", "]"):
        shell.sink.parts.append(message + "\r\n")


def _tolerable(text: Traced, begin: int, redirects: list[Redirect]) -> bool:
    """Return whether what is written is good enough: a script for a file that names ``%TEMP%`` and the like."""
    if not any(redirect.target is not None and ">" in redirect.operator for redirect in redirects):
        return False
    return all(b <= begin or _NAMED.fullmatch(text.text, a, b) for a, b in text.unknown)


def _set(
    shell: Shell, text: Traced, at: int, name: Word, node: Simple, redirects: list[Redirect], separator: str
) -> None:
    raw = text.text
    lead = _LEAD.match(raw, at)
    at = lead.end() if lead else at
    rest = raw[at:]
    switch = rest[:2].casefold()
    if switch == "/a":
        _set_number(shell, text, at + 2, name, node, redirects, separator)
        return
    if switch == "/p":
        _set_asked(shell, text, at + 2, name, node, redirects, separator)
        return
    begin, end = _unquoted(raw, at)
    body = raw[begin:end]
    variable, equals, value = body.partition("=")
    if not equals or not variable:
        shell.emit(name, shell.words(text, at), text, node, redirects)
        _leave(shell, text, redirects, separator)
        prefix = body.strip().upper()
        if shell.sink.wanted:
            shell.used.update(key for key in shell.variables if key.startswith(prefix))
        shell.sink.parts.append(environment.listing(prefix, shell.variables))
        return
    known = not text.unknown or text.known(begin + len(variable) + 1, end)
    low = text.start_of(begin)
    word = Word(body, low, max(low, text.end_of(end)), known, text.methods(begin, end) if text.marks else ())
    call = shell.emit(name, [word], text, node, redirects)
    key = variable.upper()
    shell.setters[id(call)] = key
    shell.assign(key, Value(value, known) if value else UNSET)
    shell.budget.make(len(value))
    _leave(shell, text, redirects, separator, key)


def _unquoted(raw: str, at: int) -> tuple[int, int]:
    """Return the range of ``x=y`` in ``x=y`` and ``"x=y" …``."""
    if raw[at : at + 1] != '"':
        return at, len(raw)
    last = raw.rfind('"')
    return (at + 1, last) if last > at else (at + 1, len(raw))


def _set_number(
    shell: Shell, text: Traced, at: int, name: Word, node: Simple, redirects: list[Redirect], separator: str
) -> None:
    low = text.start_of(at)
    raw = text.text[at:].strip()
    words = [Word(f"/a {raw}", low, max(low, text.end_of(len(text.text))), not text.unknown)]
    call = shell.emit(name, words, text, node, redirects)

    def look_up(variable: str) -> int:
        value = shell.look_up(variable.upper())
        if value is UNSET or value is None:
            return 0
        if value.text is None or not value.known:
            raise arithmetic.NotComputable
        number = re.match(r"\s*([+-]?)(0[xX][0-9a-fA-F]+|\d+)", value.text[:20])
        if not number:
            return 0
        digits = number.group(2)
        base = 16 if digits[:2].lower() == "0x" else 8 if len(digits) > 1 and digits[0] == "0" else 10
        try:
            return int(digits, base) * (-1 if number.group(1) == "-" else 1)
        except ValueError:
            return 0

    stored: list[str] = []

    def store(variable: str, value: int) -> None:
        stored.append(variable.upper())
        shell.assign(variable, Value(str(value)))

    try:
        if text.unknown:
            raise arithmetic.NotComputable
        result = arithmetic.evaluate(raw, look_up, store, shell.budget)
    except arithmetic.NotComputable:
        for target in re.findall(r"([A-Za-z_]\w*)\s*(?:[-+*/%&|^]|<<|>>)?=", raw):
            shell.assign(target, Value(None, False))
        shell.sink.known = False
    else:
        if stored:
            shell.setters[id(call)] = stored[-1]
            shell.methods.setdefault("arithmetic", None)
        if not shell.batch:
            shell.sink.parts.append(str(result))
    _leave(shell, text, redirects, separator, stored[-1] if stored else None)


def _set_asked(
    shell: Shell, text: Traced, at: int, name: Word, node: Simple, redirects: list[Redirect], separator: str
) -> None:
    raw = text.text
    begin, end = _unquoted(raw, len(raw) - len(raw[at:].lstrip()))
    variable, _, prompt = raw[begin:end].partition("=")
    shell.emit(name, shell.words(text, at), text, node, redirects)
    _leave(shell, text, redirects, separator)
    shown = prompt.lstrip()
    shown = shown[1:].partition('"')[0] if shown.startswith('"') else prompt
    if text.unknown and not text.known(begin, end):
        shell.sink.known = False
    elif shown:
        shell.sink.parts.append(shown)
    if variable.strip():
        if shell.stdin is not None:
            line, _, shell_rest = shell.stdin.partition("\n")
            shell.stdin = shell_rest
            if line.strip():
                shell.assign(variable.upper(), Value(line.rstrip("\r")))
        else:
            shell.assign(variable.upper(), Value(None, False))


def _call(
    shell: Shell, text: Traced, at: int, name: Word, node: Simple, redirects: list[Redirect], separator: str
) -> None:
    rest = _rest(text, at)
    if "%" in rest.text:
        rest = shell.percent(rest.sure())
    raw = rest.text.lstrip(" \t,;=@")
    if raw.startswith(":"):
        parts = [m.group() for m in re.finditer(r'(?:"[^"]*"?|[^\s,;="])+', raw[1:])]
        if parts:
            _leave_label(shell, parts, separator)
        return
    if not raw:
        return
    shell.level += 1
    try:
        if shell.level > 12:
            shell.stop("its calls nest too deep to be read")
            return
        if any(m.group() in "&|" for m in _OPERATOR.finditer(raw)) and rest.hidden():
            for residue in shell.child(rest, None, own_process=False):
                shell.residues.append([separator, *residue[1:]])
            return
        shell.changed = shell.changed or rest.hidden()
        command(shell, rest, node, redirects, separator)
    finally:
        shell.level -= 1


def _leave_label(shell: Shell, parts: list[str], separator: str) -> None:
    label = parts[0].lstrip(":").partition(":")[0]
    if label.casefold() == "eof":
        return
    mark = len(shell.residues)
    shell.call_label(label, tuple(parts[1:]))
    if len(shell.residues) > mark:
        shell.residues[mark][0] = separator


_START_VALUE = frozenset(("/d", "/node", "/affinity", "/machine"))


def _start(
    shell: Shell, text: Traced, at: int, name: Word, node: Simple, redirects: list[Redirect], separator: str
) -> None:
    """``start "title" /flags program …``: a call of its own, and one of the program."""
    raw = text.text
    place = at
    title = True
    while True:
        lead = re.compile(r"[ \t,;=]+").match(raw, place)
        place = lead.end() if lead else place
        if title and raw.startswith('"', place):
            end = raw.find('"', place + 1)
            end = len(raw) if end < 0 else end + 1
            if end >= len(raw.rstrip()) and raw[place:end].strip('"'):
                break
            if end < len(raw) and raw[end] not in " \t,;=":
                break
            place, title = end, False
            continue
        flag = re.compile(r"/[A-Za-z]+").match(raw, place)
        if flag is None:
            break
        place = flag.end()
        low = flag.group().casefold()
        if low in _START_VALUE or low == "/d":
            value = re.compile(r'[ \t]*("[^"]*"?|[^\s]+)').match(raw, place)
            place = value.end() if value else place
        elif low.startswith("/d") and len(low) > 2 and low[2:3] in "\\:":
            value = re.compile(r"\S+").match(raw, place)
            place = value.end() if value else place
    head = text[0, place]
    rest = _rest(text, place)
    shell.emit(name, shell.words(head, at), head, node, redirects if not rest.text.strip() else [])
    if not rest.text.strip():
        _leave(shell, text, redirects, separator)
        return
    if shell.level >= 12:
        shell.stop("its calls nest too deep to be read")
        return
    kept = shell.sink
    shell.sink = shell.new_sink(wanted=False)
    shell.level += 1
    mark = len(shell.residues)
    try:
        command(shell, rest, node, redirects, separator)
    finally:
        shell.sink = kept
        shell.level -= 1
        shell.note_methods(head)
        if len(shell.residues) > mark:
            residue = shell.residues[mark]
            if isinstance(residue[1], str):
                residue[1] = head.escaped().lstrip(" \t,;=@") + ("" if head.text[-1:] in " \t" else " ") + residue[1]


def _type(
    shell: Shell, text: Traced, at: int, name: Word, node: Simple, redirects: list[Redirect], separator: str
) -> None:
    args = shell.words(text, at)
    shell.emit(name, args, text, node, redirects)
    _leave(shell, text, redirects, separator)
    for word in args:
        data = shell.file(word.text)
        shown = decode_text(data) if data is not None else None
        if shown is None:
            shell.sink.known = False
        else:
            shell.budget.make(len(shown))
            shell.sink.parts.append(shown)


def _copy(
    shell: Shell, text: Traced, at: int, name: Word, node: Simple, redirects: list[Redirect], separator: str
) -> None:
    args = shell.words(text, at)
    shell.emit(name, args, text, node, redirects)
    _leave(shell, text, redirects, separator)
    shell.sink.known = False
    if not shell.scope.files:
        return
    words = [w.text for w in args if not re.fullmatch(r"/[A-Za-z-]{1,2}", w.text)]
    plain = " ".join(words).replace(" + ", "+").replace("+ ", "+").replace(" +", "+")
    parts = plain.split(" ")
    if len(parts) != 2:
        return
    data = b""
    for source in parts[0].split("+"):
        held = shell.file(source)
        if held is None:
            return
        data += held
    shell.budget.make(len(data))
    shell.scope.files[parts[1].strip('"').casefold()] = data


def _move(
    shell: Shell, text: Traced, at: int, name: Word, node: Simple, redirects: list[Redirect], separator: str
) -> None:
    args = shell.words(text, at)
    shell.emit(name, args, text, node, redirects)
    _leave(shell, text, redirects, separator)
    words = [w.text for w in args if not re.fullmatch(r"/-?[A-Za-z]", w.text)]
    if len(words) == 2:
        data = shell.file(words[0])
        if data is not None:
            target = words[1]
            if name.text.casefold() in ("ren", "rename") and "\\" in words[0] and "\\" not in target:
                target = words[0].rpartition("\\")[0] + "\\" + target
            shell.scope.files[target.casefold()] = data


def _table(table: dict[str, str]) -> Builtin:
    def run(
        shell: Shell, text: Traced, at: int, name: Word, node: Simple, redirects: list[Redirect], separator: str
    ) -> None:
        shell.emit(name, shell.words(text, at), text, node, redirects)
        _leave(shell, text, redirects, separator)
        shown = filters.looked_up(table, text.text[at:])
        if shown is None:
            shell.sink.known = False
        else:
            shell.sink.parts.append(shown)

    return run


def _setlocal(
    shell: Shell, text: Traced, at: int, name: Word, node: Simple, redirects: list[Redirect], separator: str
) -> None:
    _plain(shell, text, at, name, node, redirects, separator)
    options = text.text[at:].casefold()
    if len(shell.saved) < 32:
        shell.saved.append((dict(shell.variables), shell.delayed))
    if "enabledelayedexpansion" in options:
        shell.delayed = True
    elif "disabledelayedexpansion" in options:
        shell.delayed = False


def _endlocal(
    shell: Shell, text: Traced, at: int, name: Word, node: Simple, redirects: list[Redirect], separator: str
) -> None:
    _plain(shell, text, at, name, node, redirects, separator)
    shell.end_local()


def _goto(
    shell: Shell, text: Traced, at: int, name: Word, node: Simple, redirects: list[Redirect], separator: str
) -> None:
    from vedette.commands.cmd.shell import Jump, Leave

    label = text.text[at:].strip(' \t,;="').lstrip(":").strip()
    label = re.split(r"[\s:+,;=&|<>]", label, maxsplit=1)[0] if label else ""
    mark = len(shell.residues)
    _plain(shell, text, at, name, node, redirects, separator)
    if not shell.batch or not label:
        return
    if shell.sure:
        # What it goes to is shown in its place.
        del shell.residues[mark:]
    if label.casefold() == "eof":
        raise Leave
    raise Jump(label)


def _exit(
    shell: Shell, text: Traced, at: int, name: Word, node: Simple, redirects: list[Redirect], separator: str
) -> None:
    from vedette.commands.cmd.shell import Leave, Quit

    _plain(shell, text, at, name, node, redirects, separator)
    raise Leave if "/b" in text.text[at:].casefold() and shell.batch else Quit


def _shift(
    shell: Shell, text: Traced, at: int, name: Word, node: Simple, redirects: list[Redirect], separator: str
) -> None:
    _plain(shell, text, at, name, node, redirects, separator)
    if shell.arguments and len(shell.arguments) > 1:
        shell.arguments = (shell.arguments[0], *shell.arguments[2:])


def _path(
    shell: Shell, text: Traced, at: int, name: Word, node: Simple, redirects: list[Redirect], separator: str
) -> None:
    _unknown_output(shell, text, at, name, node, redirects, separator)
    if text.text[at:].strip(" =;"):
        shell.assign("PATH", Value(None, False))


_BUILTINS: dict[str, Builtin] = {
    "assoc": _table(filters.ASSOCIATIONS),
    "call": _call,
    "copy": _copy,
    "echo": _echo,
    "endlocal": _endlocal,
    "exit": _exit,
    "ftype": _table(filters.FILE_TYPES),
    "goto": _goto,
    "move": _move,
    "path": _path,
    "ren": _move,
    "rename": _move,
    "set": _set,
    "setlocal": _setlocal,
    "shift": _shift,
    "start": _start,
    "type": _type,
}
for _name in ("dir", "vol", "ver", "date", "time", "cd", "chdir", "mklink", "verify", "prompt", "pause"):
    _BUILTINS[_name] = _unknown_output
for _name in BUILTINS - _BUILTINS.keys():
    _BUILTINS[_name] = _plain
