"""How a call uses its tool: which page of the tables it is, which arguments are flags, values and operands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from vedette.commands.base import EXTENSION, Call, Word, program_name
from vedette.knowledge.tools import Flag, Role, Style, Tool, ToolTables
from vedette.schema.command import Language

_HOMES: dict[Language, tuple[str, ...]] = {
    Language.POWERSHELL: ("powershell", "windows", "cloud", "unix", "macos"),
    Language.CMD: ("windows", "cloud", "unix", "powershell", "macos"),
    Language.PROGRAM: ("windows", "cloud", "unix", "macos", "powershell"),
    Language.SH: ("unix", "macos", "cloud", "windows"),
}
_METHODS: dict[Language, tuple[str, ...]] = {
    Language.POWERSHELL: ("dotnet", "com"),
    Language.CMD: ("com", "dotnet"),
    Language.PYTHON: ("python",),
    Language.PERL: ("perl",),
    Language.RUBY: ("ruby",),
    Language.PHP: ("php",),
    Language.JAVASCRIPT: ("javascript", "com"),
    Language.JSCRIPT: ("com", "javascript", "dotnet"),
    Language.VBSCRIPT: ("vbscript", "com", "dotnet"),
    Language.SQL: ("sql",),
    Language.AWK: ("unix",),
}
_CASELESS = frozenset({"windows", "powershell", "dotnet", "com", "vbscript", "sql"})
_OLD_BUNDLES = frozenset({"tar", "ps", "ar", "bsdtar"})
_COMMON = {
    "erroraction": "what to do on errors",
    "ea": "what to do on errors",
    "warningaction": "what to do on warnings",
    "verbose": "tells in detail what it does",
    "debug": "tells what helps to find faults",
    "confirm": "whether it asks first",
    "whatif": "only says what it would do",
    "outvariable": "keeps the result in this variable too",
    "errorvariable": "keeps errors in this variable",
    "informationaction": "what to do with information",
}
_COMMON_VALUES = frozenset({"erroraction", "ea", "warningaction", "outvariable", "errorvariable", "informationaction"})
URL = re.compile(
    r"(?i)\b(?:https?|ftps?|sftp|tftp|wss?|ldaps?|smb|file|hxxps?)://[^\s\"'<>|`]+|\\\\[\w.-]+@(?:ssl|\d+)[^\s\"']*"
)


@dataclass(slots=True)
class Given:
    """A flag as it was given."""

    name: str
    flag: Flag | None
    """Its page's entry; None where the tables do not know it."""
    value: str | None = None


@dataclass(slots=True)
class Label:
    """What one argument is."""

    kind: str
    """``flag``, ``value``, ``operand``, ``sub``."""
    meaning: str | None
    role: Role | None = None


@dataclass(slots=True)
class Usage:
    """A call read by its tool's page."""

    call: Call
    name: str
    """Without folder and ``.exe``."""
    tool: Tool | None
    page: Tool | None
    """The subcommand's page where one is used, else the tool's."""
    flags: dict[str, Given] = field(default_factory=dict)
    """By first spelling, and by the spelling given where no page knows it."""
    operands: list[Word] = field(default_factory=list)
    operand_at: list[int] = field(default_factory=list)
    """Number of the argument that each operand is."""
    labels: list[Label | None] = field(default_factory=list)
    """One for each argument."""
    sub: str | None = None

    @property
    def family(self) -> str:
        """Return where the tool is at home; empty where no table knows it."""
        return self.tool.family.value if self.tool else ""


def page_of(call: Call, tables: ToolTables) -> tuple[str, Tool | None]:
    """Return the called name and its page, looked for first where the caller's language is at home."""
    text = call.name.text
    if call.method:
        name = text.removeprefix("System.").removeprefix("system.")
        for family in _METHODS.get(call.language, ("dotnet", "com")):
            if found := tables.tool(family, name.lower() if family in _CASELESS else name):
                return name, found
        return name, None
    if call.language is Language.SH and any(c.isspace() for c in text):
        return text, None  # a whole line in quotes is no program's name
    name = program_name(text)
    lower = name.lower()
    if len(name) < 3 and (EXTENSION.search(text) or text.startswith((".\\", "./"))):
        return name, None  # z.exe and ./j are no aliases
    for family in _HOMES.get(call.language) or (*_METHODS.get(call.language, ()), "windows", "unix", "cloud", "macos"):
        if found := tables.tool(family, lower if family in _CASELESS else name):
            return name, found
    if lower != name and call.language is not Language.SH:
        for family in ("cloud", "unix", "macos"):
            if found := tables.tool(family, lower):
                return name, found
    return name, None


_ANYBODY = re.compile(r"^(?:/tmp/|/var/tmp/|/dev/shm/|/run/user/|/private/tmp/)")
_OWN_FOLDER = re.compile(r"^(?:\.{1,2}/|~/|/home/[^/]+/|/Users/[^/]+/|/root/)")
_WINDOWS_ANYBODY = re.compile(
    r"(?i)^(?:[a-z]:)?\\(?:users|programdata|perflogs|windows\\(?:temp|tasks|debug|tracing)|temp|\$recycle\.bin|recycler)\\"
)
_MOVED = ("Sysinternals", "Office", "Teams", "Visual Studio", "OneDrive", "Edge", "Squirrel")


def misplaced(call: Call, tool: Tool) -> bool | None:
    """Return whether a program bears a system tool's name in a folder where that tool never lies.

    True: in one where anybody may write; None: in a folder of the user's own, which proves nothing; False: it may be
    the tool.
    """
    path = call.name.text
    if call.method or tool.misused is None:
        return False
    if tool.family.value in ("unix", "macos") and "/" in path:
        return True if _ANYBODY.match(path) else None if _OWN_FOLDER.match(path) else False
    if tool.family.value == "windows" and "\\" in path and _WINDOWS_ANYBODY.match(path.strip('"')):
        system = tool.source.startswith("Microsoft") and not any(name in tool.source for name in _MOVED)
        return system
    return False


def is_dry_run(usage: Usage) -> bool:
    """Return whether a call only says what it would do, or shows its help."""
    for name in ("whatif", "dry-run", "dryrun", "simulate"):
        given = usage.flags.get(name)
        if given is not None and (given.value or "").lower().lstrip("$") not in ("false", "none", "0"):
            return True
    name = usage.name.lower()
    if name == "robocopy" and "l" in usage.flags:
        return True
    if name.startswith("ansible") and "check" in usage.flags:
        return True
    return is_help(usage)


def is_help(usage: Usage) -> bool:
    """Return whether a call asks for help only."""
    given, args = usage.flags.get("help"), usage.call.args
    return (given is not None and given.value is None) or (len(args) == 1 and args[0].text == "/?")


def usage_of(call: Call, tables: ToolTables) -> Usage:
    """Return how a call uses its tool."""
    name, tool = page_of(call, tables)
    usage = Usage(call, name, tool, tool, labels=[None] * len(call.args))
    style = tool.style if tool else _style(call)
    _READ[style](usage, call.args)
    page = usage.page
    if page is not None:
        for number, index in enumerate(usage.operand_at):
            role = _role_at(page.operands, number)
            usage.labels[index] = Label("operand", None, role)
    else:
        for index in usage.operand_at:
            usage.labels[index] = Label("operand", None)
    return usage


def assign(usage: Usage, roles: tuple[str, ...]) -> None:
    """Give the operands the roles that an act says they have."""
    for number, index in enumerate(usage.operand_at):
        usage.labels[index] = Label("operand", None, _role_at(roles, number))


def _role_at(roles: tuple[str, ...], number: int) -> Role | None:
    if not roles:
        return None
    if number < len(roles):
        return Role(roles[number].removesuffix("..."))
    return Role(roles[-1][:-3]) if roles[-1].endswith("...") else None


def _style(call: Call) -> Style:
    if call.method:
        return Style.ARGS
    if call.language is Language.POWERSHELL:
        return Style.POWERSHELL if "-" in call.name.text[1:] else Style.WINDOWS
    return Style.GNU if call.language is Language.SH else Style.WINDOWS


def _give(usage: Usage, index: int, name: str, flag: Flag | None, value: str | None = None) -> Given:
    given = Given(name, flag, value)
    usage.flags[flag.name if flag else name] = given
    usage.labels[index] = Label("flag", flag.meaning if flag else None, flag.role if flag and value else None)
    return given


def _take(usage: Usage, args: Sequence[Word], index: int, given: Given) -> int:
    """Take the next argument as a flag's value; return how many were taken."""
    if index + 1 >= len(args):
        return 0
    given.value = args[index + 1].text
    flag = given.flag
    usage.labels[index + 1] = Label("value", None, flag.role if flag else None)
    return 1


def _operand(usage: Usage, args: Sequence[Word], index: int) -> int:
    """Take an argument as a subcommand, or as an operand; return how many arguments more were taken."""
    page = usage.page
    if page is not None and page.subs and usage.sub is None and not usage.operands:
        caseless = page.family.value in _CASELESS
        for n in range(min(page.sub_words, len(args) - index), 0, -1):
            words = " ".join(a.text for a in args[index : index + n])
            sub = page.subs.get(words.lower() if caseless else words)
            if sub is not None:
                usage.page, usage.sub = sub, words
                for k in range(n):
                    usage.labels[index + k] = Label("sub", sub.what if k == n - 1 else None)
                return n - 1
    usage.operands.append(args[index])
    usage.operand_at.append(index)
    return 0


def _gnu(usage: Usage, args: Sequence[Word]) -> None:
    index, plain, n = 0, False, len(args)
    while index < n:
        text = args[index].text
        flags = usage.page.flags if usage.page else {}
        if plain or len(text) < 2 or text[0] != "-":
            if not plain and _runs(usage):
                plain = True  # what follows a command is the command's
            old = index == 0 and usage.name in _OLD_BUNDLES and text.isalpha() and all(c in flags for c in text)
            index += _bundle(usage, args, index, text, flags) if old else _operand(usage, args, index)
        elif text == "--":
            plain = True
            usage.labels[index] = Label("flag", "ends the flags")
            usage.flags["--"] = Given("--", None)
        elif text[1] == "-":
            name, equals, value = text[2:].partition("=")
            given = _give(usage, index, name, flags.get(name), value if equals else None)
            if not equals and given.flag and given.flag.role:
                index += _take(usage, args, index, given)
        elif text[1:] in flags and len(text) > 2:
            given = _give(usage, index, text[1:], flags[text[1:]])
            if given.flag and given.flag.role:
                index += _take(usage, args, index, given)
        else:
            index += _bundle(usage, args, index, text[1:], flags)
        index += 1


def _runs(usage: Usage) -> bool:
    """Return whether the next operand is a command that the tool runs, with flags of its own."""
    page = usage.page
    return page is not None and _role_at(page.operands, len(usage.operands)) is Role.COMMAND


def _bundle(usage: Usage, args: Sequence[Word], index: int, text: str, flags: dict[str, Flag]) -> int:
    """Read single-letter flags written together; return how many further arguments they take."""
    meanings: list[str] = []
    taken = 0
    for place, letter in enumerate(text[:40]):
        flag = flags.get(letter)
        usage.flags[flag.name if flag else letter] = given = Given(letter, flag)
        if flag is None:
            continue
        meanings.append(flag.meaning)
        if flag.role:
            if place + 1 < len(text):
                given.value = text[place + 1 :].removeprefix("=")
                if usage.name not in _OLD_BUNDLES:
                    break
                given.value = None
            if not taken:
                taken = _take(usage, args, index, given)
    if len(text) > 1:
        usage.flags.setdefault(text, Given(text, None))
    usage.labels[index] = Label("flag", "; ".join(dict.fromkeys(meanings)) or None)
    return taken


def _single(usage: Usage, args: Sequence[Word]) -> None:
    index, n = 0, len(args)
    while index < n:
        text = args[index].text
        flags = usage.page.flags if usage.page else {}
        if len(text) > 1 and (text[0] == "-" or (text[0] == "+" and text[1:] in flags)):
            name, equals, value = text.lstrip("-+").partition("=")
            flag = flags.get(text.lstrip("-+")) or flags.get(name)
            given = _give(usage, index, name or text, flag, value if equals else None)
            if flag and flag.role and not equals:
                index += _take(usage, args, index, given)
        elif text in flags and text in ("(", ")", "!", ","):
            _give(usage, index, text, flags[text])
        else:
            index += _operand(usage, args, index)
        index += 1


def _windows(usage: Usage, args: Sequence[Word]) -> None:
    index, n = 0, len(args)
    while index < n:
        text = args[index].text
        if len(text) > 1 and text[0] in "/-\u2013\u2014" and (not text.startswith("//") or _slashed(usage, text)):
            flags = usage.page.flags if usage.page else {}
            body = text.lstrip("/-\u2013\u2014").lower()
            flag = flags.get(body)
            value: str | None = None
            name = body
            if flag is None:
                for mark in ":=":
                    head, found, _ = body.partition(mark)
                    if found and (head in flags or mark == ":" or head.isalpha()):
                        name, flag = head, flags.get(head)
                        value = text[text.lower().find(body) + len(head) + 1 :]
                        break
            if flag is None and value is None and text[0] == "/" and "/" in text[1:] and text.count("/") > 1:
                chained = [part for part in body.split("/") if part]
                if all(part.partition(":")[0] in flags for part in chained):
                    for part in chained:
                        _give(usage, index, part, flags[part.partition(":")[0]], part.partition(":")[2] or None)
                    index += 1
                    continue
                index += _operand(usage, args, index) + 1
                continue
            if not name:
                index += _operand(usage, args, index) + 1
                continue
            given = _give(usage, index, name, flag, value)
            if flag and flag.role and value is None and index + 1 < n:
                following = args[index + 1].text
                if not (following[:1] == "/" and following[1:].lower().partition(":")[0] in flags):
                    index += _take(usage, args, index, given)
        else:
            index += _operand(usage, args, index)
        index += 1


def _slashed(usage: Usage, text: str) -> bool:
    """Return whether ``//name`` is a flag, as the script hosts write theirs, and no share."""
    flags = usage.page.flags if usage.page else {}
    return text[2:].lower().partition(":")[0] in flags


def _powershell(usage: Usage, args: Sequence[Word]) -> None:
    index, n = 0, len(args)
    while index < n:
        text = args[index].text
        if len(text) > 1 and text[0] in "-\u2013\u2014\u2015" and (text[1].isalpha() or text[1] == "?"):
            flags = usage.page.flags if usage.page else {}
            name, colon, value = text[1:].partition(":")
            name = name.lower()
            flag = flags.get(name)
            if flag is None and flags and name not in _COMMON:
                starting = {f.name: f for spelled, f in flags.items() if spelled.startswith(name)}
                flag = next(iter(starting.values())) if len(starting) == 1 else None
            given = _give(usage, index, name, flag, value if colon else None)
            if flag is None and name in _COMMON:
                usage.labels[index] = Label("flag", _COMMON[name])
            takes = flag.role is not None if flag else (name in _COMMON_VALUES if name in _COMMON else not flags)
            if takes and not value and index + 1 < n:
                following = args[index + 1].text
                if not (len(following) > 1 and following[0] == "-" and following[1].isalpha()) or (
                    flag is not None and args[index + 1].end - args[index + 1].start > len(following)
                ):
                    index += _take(usage, args, index, given)
        else:
            index += _operand(usage, args, index)
        index += 1


def _words(usage: Usage, args: Sequence[Word]) -> None:
    index, n = 0, len(args)
    while index < n:
        text = args[index].text
        page = usage.page
        flags = page.flags if page else {}
        caseless = page is not None and page.family.value in _CASELESS
        name, equals, value = text.partition("=")
        dashed = len(text) > 1 and text[0] in "-/" and not text.startswith("//")
        bare = name.lstrip("-/") if dashed else name
        key = bare.lower() if caseless else bare
        if equals and (key in flags or (bare.replace("-", "").replace("_", "").isalnum() and "://" not in name)):
            given = _give(usage, index, key, flags.get(key), value or None)
            if not value:
                index += _take(usage, args, index, given)
        elif dashed and (key in flags or "/" not in bare):
            head, colon, inline = key.partition(":")
            flag = flags.get(key) or flags.get(head)
            given = _give(usage, index, key if key in flags else head, flag, text[-len(inline) :] if inline else None)
            if flag and flag.role and not colon:
                index += _take(usage, args, index, given)
        elif key in flags and usage.operands and flags[key].role is not None:
            index += _take(usage, args, index, _give(usage, index, key, flags[key]))
        elif key in flags and flags[key].role is None and not (page and key in page.subs):
            _give(usage, index, key, flags[key])
        else:
            index += _operand(usage, args, index)
        index += 1


def _args(usage: Usage, args: Sequence[Word]) -> None:
    usage.operands.extend(args)
    usage.operand_at.extend(range(len(args)))


_READ = {
    Style.GNU: _gnu,
    Style.SINGLE: _single,
    Style.WINDOWS: _windows,
    Style.POWERSHELL: _powershell,
    Style.WORDS: _words,
    Style.ARGS: _args,
}
