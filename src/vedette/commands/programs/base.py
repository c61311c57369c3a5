"""What the unwrappers of programs share: names of tools, command lines rebuilt from words, files written before."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass

from vedette.commands.base import Call, Nested, Scope, Word, program_name
from vedette.commands.decoding import decode_text
from vedette.schema.command import Language

Unwrapper = Callable[[Call, Scope], list[Nested]]
"""What a program runs, given how it is called."""

DELAYED = "=V"
"""Variable by which a nested layer of cmd learns that ``cmd /v:on`` reads it. Names of real variables hold no ``=``."""
BATCH = "=B"
"""Variable by which a nested layer of cmd learns whether it is a batch file (``1``) or a line at the prompt (``0``)."""

_VERSION = re.compile(r"^([a-z][a-z_+-]*?)-?[0-9][0-9.]*w?$")
_QUOTED = re.compile(r'[\s"]|^$')


@dataclass(slots=True)
class LineCall(Call):
    """A call whose program gets one command line, unsplit, as on Windows."""

    line: str = ""
    """The whole command line, name included, as the program receives it."""
    environment: dict[str, str] | None = None
    """The variables that the layer had set when it made the call."""
    files: dict[str, bytes] | None = None
    """The files that the command had written when it made the call; None: as they are in the scope."""


class Decoded(bytes):
    """The bytes of a file that were decoded out of another one."""

    method: str = ""
    """How they were encoded."""

    @classmethod
    def of(cls, data: bytes, method: str) -> Decoded:
        """Return bytes that remember how they were encoded."""
        decoded = cls(data)
        decoded.method = method
        return decoded


def tool_name(text: str) -> str:
    """Return a program's name for look-ups: no folder, no extension of programs, folded case."""
    return program_name(text.strip().strip("\"'").rstrip(" .")).casefold()


def unversioned(name: str) -> str:
    """Return a tool's name without its version: ``python3.11`` is ``python``."""
    match = _VERSION.match(name)
    return match.group(1) if match else name


def quote_windows(word: str) -> str:
    """Return a word quoted so that a program on Windows splits it off whole."""
    if not _QUOTED.search(word):
        return word
    return '"' + re.sub(r'(\\*)("|$)', lambda m: m.group(1) * 2 + ('\\"' if m.group(2) else ""), word) + '"'


def quote_sh(word: Word) -> str:
    """Return a word quoted for a POSIX shell; what is not known stays open to expansion, as it is written."""
    if word.known:
        return shlex.quote(word.text)
    return word.text if not re.search(r"[\s;&|<>()]", word.text) else '"' + word.text.replace('"', '\\"') + '"'


def line_of(call: Call) -> str:
    """Return the command line that a program on Windows gets."""
    if isinstance(call, LineCall) and call.line:
        return call.line
    quote = _enclosed if tool_name(call.name.text) == "cmd" else quote_windows
    return " ".join([quote_windows(call.name.text), *(quote(word.text) for word in call.args)])


def _enclosed(word: str) -> str:
    """Return a word for cmd, which knows no way to escape a quote."""
    return f'"{word}"' if re.search(r"\s", word) and not word.startswith('"') else word


def tail(call: Call, index: int) -> str:
    """Return the command line from a word on as the program receives it, quotes and all."""
    if isinstance(call, LineCall) and call.line:
        from vedette.commands.programs.line import split
        from vedette.commands.programs.shells import raw_words

        at = name_end(call.line)
        words = raw_words(tool_name(call.name.text), call.line, at)
        if words is None:
            words = split(call.line, at)
        if len(words) == len(call.args):
            return call.line[words[index][1] :] if index < len(words) else ""
    return " ".join(quote_windows(word.text) for word in call.args[index:])


_NAME = re.compile(r'(?:"[^"]*"?|[^\s,;="])+')
_SPACED = re.compile(r"(?i)[a-z]:\\[^\"<>|*?\r\n]{0,200}?\.(?:exe|com|bat|cmd|scr)(?=\s|$)")
_SLASHED = re.compile(r"(?i)([\w:\\.-]*\w)/[a-z]")


def name_end(line: str) -> int:
    """Return where the name of the program ends in a command line: ``cmd/c`` is ``cmd`` with ``/c``."""
    spaced = _SPACED.match(line)
    if spaced:
        return spaced.end()
    match = _NAME.match(line)
    if match is None:
        return 0
    slashed = _SLASHED.match(line, 0, match.end())
    if slashed and "/" not in line[slashed.end() : match.end()] and not line[: slashed.end(1)].endswith((".", ":")):
        return slashed.end(1)
    return match.end()


def span_of(call: Call, index: int) -> tuple[int | None, int | None]:
    """Return where the words from one on stand in the layer, as far as they stand there."""
    words = [word for word in call.args[index:] if word.end > word.start]
    return (words[0].start, words[-1].end) if words else (None, None)


def methods_of(words: list[Word]) -> tuple[str, ...]:
    """Return how the words were hidden, each way once."""
    return tuple(dict.fromkeys(method for word in words for method in word.methods))


def rest_as_command(
    call: Call, index: int, language: Language | None = None, methods: tuple[str, ...] = ()
) -> list[Nested]:
    """Return the command that the words of a call from one on make up, as one nested layer; none where none is left.

    Words are quoted again as the language needs it: ``sudo sh -c 'a b'`` gives ``sh -c 'a b'``. The default is the
    shell for calls that a shell makes, else a program's command line.
    """
    words = call.args[index:]
    if not words or not any(word.text.strip() for word in words):
        return []
    if language is None:
        language = Language.SH if call.language is Language.SH else Language.PROGRAM
    if language is Language.SH:
        text = " ".join(map(quote_sh, words))
    else:
        text = tail(call, index)
    start, end = span_of(call, index)
    return [Nested(language=language, text=text, methods=methods, start=start, end=end, stdin=call.stdin)]


def joined(call: Call, index: int, language: Language, methods: tuple[str, ...] = ()) -> list[Nested]:
    """Return the code that the words from one on make up when they are joined by spaces, as ``eval`` and ``-c`` do."""
    text = " ".join(word.text for word in call.args[index:])
    if not text.strip():
        return []
    start, end = span_of(call, index)
    return [Nested(language=language, text=text, methods=methods, start=start, end=end, stdin=call.stdin)]


def written(path: str, call: Call, scope: Scope) -> bytes | None:
    """Return the bytes of a file that the command itself has written, by the path as written or by its plain name."""
    files = call.files if isinstance(call, LineCall) and call.files is not None else scope.files
    if not files:
        return None
    path = path.strip().strip("\"'")
    for key in (path, path.casefold(), _plain(path), _plain(path).casefold()):
        if key in files:
            return files[key]
    folded = _plain(path).casefold()
    for key, data in files.items():
        if _plain(key).casefold() == folded:
            return data
    # A bare name and a path with a folder may be the same file where the folder was changed to.
    name = folded.rpartition("/")[2]
    same = [key for key in files if _plain(key).casefold().rpartition("/")[2] == name]
    if len(same) == 1 and ("/" in _plain(same[0])) != ("/" in folded):
        return files[same[0]]
    return None


def _plain(path: str) -> str:
    path = path.strip().strip("\"'").replace("\\", "/")
    while path.startswith("./"):
        path = path[2:]
    return path


LANGUAGES = {
    "bat": Language.CMD,
    "cmd": Language.CMD,
    "ps1": Language.POWERSHELL,
    "psm1": Language.POWERSHELL,
    "vbs": Language.VBSCRIPT,
    "vbe": Language.VBSCRIPT,
    "js": Language.JSCRIPT,
    "jse": Language.JSCRIPT,
    "sh": Language.SH,
    "bash": Language.SH,
    "py": Language.PYTHON,
    "pyw": Language.PYTHON,
    "pl": Language.PERL,
    "rb": Language.RUBY,
    "php": Language.PHP,
    "sql": Language.SQL,
}
"""What a script is written in, by its extension."""

_SHEBANG = re.compile(r"#!\s*\S*?([a-z]+)[0-9.]*(?:[ \t]+(?:-S[ \t]+)?([a-z]+)[0-9.]*)?[^\n]*")
_INTERPRETERS = {
    "sh": Language.SH,
    "bash": Language.SH,
    "dash": Language.SH,
    "zsh": Language.SH,
    "ksh": Language.SH,
    "ash": Language.SH,
    "python": Language.PYTHON,
    "perl": Language.PERL,
    "ruby": Language.RUBY,
    "php": Language.PHP,
    "node": Language.JAVASCRIPT,
    "pwsh": Language.POWERSHELL,
    "awk": Language.AWK,
}


def script(path: str, call: Call, scope: Scope, language: Language | None = None, first: int = 0) -> list[Nested]:
    """Return the layer of a script that the command itself has written and now runs; none where it is not known.

    Args:
        path: the script, as written in the call.
        call: what runs it.
        scope: holds the files that the command has written.
        language: what the interpreter reads; by the first line or the extension where it is None.
        first: where in the call's words the script's own arguments begin.
    """
    data = written(path, call, scope)
    if data is None:
        return []
    text = decode_text(data)
    if not text or not text.strip():
        return []
    if language is None:
        match = _SHEBANG.match(text)
        if match:
            name = match.group(2) if match.group(1) == "env" and match.group(2) else match.group(1)
            language = _INTERPRETERS.get(name)
        if language is None:
            plain = _plain(path).casefold()
            language = LANGUAGES.get(plain.rpartition(".")[2]) if "." in plain else None
        if language is None and call.language is Language.SH:
            language = Language.SH
        if language is None:
            return []
    environment = {BATCH: "1", DELAYED: "0"} if language is Language.CMD else None
    arguments = tuple(word.text for word in call.args[first:])
    return [
        Nested(
            language=language,
            text=text,
            methods=("written-file", data.method) if isinstance(data, Decoded) else ("written-file",),
            environment=environment,
            arguments=arguments,
            stdin=call.stdin,
        )
    ]
