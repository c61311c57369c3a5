"""Interpreters on Unix: the code of ``-c`` and ``-e``, of standard input, and of scripts that the command wrote."""

from __future__ import annotations

import re

from vedette.commands.base import Call, Nested, Scope, Word
from vedette.commands.decoding import decode_text
from vedette.commands.programs.base import Unwrapper, script, written
from vedette.commands.programs.options import code, options
from vedette.schema.command import Language

SWITCHES = "=S"
"""Variable by which a nested layer of Perl or Ruby learns of ``-n``, ``-p``, ``-l`` and ``-a``, each a letter."""

_STDIN = frozenset({"-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"})


def stdin_code(call: Call, language: Language, arguments: tuple[str, ...] = ()) -> list[Nested]:
    """Return what a call reads on standard input, as code."""
    if call.stdin is None:
        return []
    text = decode_text(call.stdin)
    if not text:
        return []
    return code(language, text, methods=call.name.methods, arguments=arguments)


def _texts(call: Call, first: int) -> tuple[str, ...]:
    return tuple(word.text for word in call.args[first:])


def shell(call: Call, scope: Scope) -> list[Nested]:
    """``bash -c CODE``, ``sh FILE``, ``… | sh -s -- ARGS``."""
    args = call.args
    at = 0
    from_stdin = False
    while at < len(args):
        text = args[at].text
        if text == "--":
            at += 1
            break
        if text in _STDIN or len(text) < 2 or text[0] not in "-+":
            break
        if text.startswith("--"):
            if text in ("--command", "--init-command") and at + 1 < len(args):
                return code(Language.SH, args[at + 1], arguments=_texts(call, at + 2), stdin=call.stdin)
            at += 2 if text in ("--rcfile", "--init-file") else 1
            continue
        if "c" in text[1:] and text[0] == "-":
            at += 1
            while at < len(args) and len(args[at].text) > 1 and args[at].text[0] in "-+" and " " not in args[at].text:
                at += 1
            if at >= len(args):
                return []
            named = {"=0": args[at + 1].text} if at + 1 < len(args) else None
            return code(Language.SH, args[at], arguments=_texts(call, at + 2), environment=named, stdin=call.stdin)
        if "s" in text[1:] and text[0] == "-":
            from_stdin = True
        at += 2 if text in ("-o", "+o", "-O", "+O") else 1
    if from_stdin or at >= len(args) or args[at].text in _STDIN:
        first = at + 1 if at < len(args) and args[at].text in _STDIN else at
        return stdin_code(call, Language.SH, _texts(call, first))
    return script(args[at].text, call, scope, Language.SH, at + 1)


def _flagged(
    language: Language, letters: str, takes: str, longs: tuple[str, ...] = (), switches: str = ""
) -> Unwrapper:
    """Return the unwrapper of an interpreter whose letters (or long options) take code.

    Args:
        language: what it reads.
        letters: options whose value is code.
        takes: options that take another value.
        longs: long options whose value is code.
        switches: letters that change how the code runs.
    """

    def unwrap(call: Call, scope: Scope) -> list[Nested]:
        args = call.args
        at = 0
        pieces: list[Word] = []
        given = ""
        while at < len(args):
            text = args[at].text
            if text == "--":
                at += 1
                break
            if text in _STDIN or len(text) < 2 or text[0] != "-":
                break
            if text.startswith("--"):
                name, equals, _ = text.partition("=")
                if name in longs:
                    if equals:
                        word = args[at]
                        pieces.append(Word(text[len(name) + 1 :], word.start, word.end, word.known, word.methods))
                    elif at + 1 < len(args):
                        at += 1
                        pieces.append(args[at])
                at += 1
                continue
            at += 1
            for number, letter in enumerate(text[1:], 1):
                rest = text[number + 1 :]
                if letter in letters:
                    if rest and language in (Language.PYTHON, Language.PERL, Language.RUBY, Language.PHP):
                        if language is Language.PERL or language is Language.RUBY or number > 1 or len(rest) > 2:
                            word = args[at - 1]
                            pieces.append(Word(rest, word.start, word.end, word.known, word.methods))
                            break
                    if at < len(args):
                        pieces.append(args[at])
                        at += 1
                    break
                if letter == "m" and language is Language.PYTHON:
                    return []  # a module, which reads what it likes
                if letter in takes:
                    at += not rest and letter not in "iIM0F"
                    break
                if letter in switches:
                    given += letter
            if pieces and language is Language.PYTHON:
                break
        if pieces:
            environment = {SWITCHES: given} if given else None
            if len(pieces) == 1:
                return code(language, pieces[0], arguments=_texts(call, at), environment=environment, stdin=call.stdin)
            text = "\n".join(piece.text for piece in pieces)
            return code(language, text, arguments=_texts(call, at), environment=environment, stdin=call.stdin)
        if at >= len(args) or args[at].text in _STDIN:
            return stdin_code(call, language, _texts(call, at + 1))
        return script(args[at].text, call, scope, language, at + 1)

    return unwrap


def php(call: Call, scope: Scope) -> list[Nested]:
    """``php -r CODE`` and scripts."""
    given = options(call, "rBREFfdczS", ("--run", "--file"))
    run = given.value("-r", "--run", "-B", "-R", "-E")
    if run is not None:
        return code(Language.PHP, run, arguments=_texts(call, (given.first or len(call.args))), stdin=call.stdin)
    file = given.value("-f", "-F", "--file")
    if file is not None:
        return script(file.text, call, scope, Language.PHP, given.first or len(call.args))
    if given.first is None or call.args[given.first].text in _STDIN:
        return stdin_code(call, Language.PHP)
    return script(call.args[given.first].text, call, scope, Language.PHP, given.first + 1)


def awk(call: Call, scope: Scope) -> list[Nested]:
    """``awk -v x=y 'PROGRAM' FILE``."""
    given = options(call, "vfFWieoE", ("--assign", "--file", "--field-separator", "--source", "--include"))
    bound: dict[str, str] = {}
    for word in given.values("-v", "--assign"):
        name, _, value = word.text.partition("=")
        bound[f"var:{name}"] = value
    mark = given.value("-F", "--field-separator")
    if mark is not None:
        bound["var:FS"] = mark.text
    environment = bound or None
    file = given.value("-f", "--file", "-E")
    source = given.value("-e", "--source")
    if source is not None:
        return code(Language.AWK, source, environment=environment, stdin=call.stdin)
    if file is not None:
        if file.text in _STDIN:
            return stdin_code(call, Language.AWK)
        return script(file.text, call, scope, Language.AWK)
    if given.first is None:
        return []
    stdin = call.stdin
    rest = _texts(call, given.first + 1)
    if rest and stdin is None:
        stdin = written(rest[0], call, scope)
    return code(Language.AWK, call.args[given.first], arguments=rest, environment=environment, stdin=stdin)


_DO_SHELL = re.compile(r'(?i)do\s+shell\s+script\s+(?:\(?\s*)("(?:[^"\\]|\\.)*"(?:\s*&\s*"(?:[^"\\]|\\.)*")*)')
_APPLE_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')


def osascript(call: Call, scope: Scope) -> list[Nested]:
    """``osascript -e 'do shell script "…"'``."""
    given = options(call, "els")
    pieces = given.values("-e")
    language = given.value("-l")
    if language is not None and language.text.casefold() == "javascript":
        return [nested for piece in pieces for nested in code(Language.JAVASCRIPT, piece)]
    text = "\n".join(piece.text for piece in pieces)
    if not pieces and call.stdin is not None:
        text = decode_text(call.stdin) or ""
    elif not pieces and given.first is not None:
        text = decode_text(written(call.args[given.first].text, call, scope) or b"") or ""
    out: list[Nested] = []
    for found in _DO_SHELL.finditer(text[:200_000]):
        parts = _APPLE_TEXT.findall(found.group(1))
        command = "".join(re.sub(r'\\(["\\])', r"\1", part) for part in parts)
        out += code(Language.SH, command, methods=("concatenation",) if len(parts) > 1 else ())
    return out


_LUA = re.compile(
    r"""(?:os\.execute|io\.popen)\s*\(?\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|\[\[(.*?)\]\])""", re.S
)


def lua(call: Call, scope: Scope) -> list[Nested]:
    """``lua -e 'os.execute("…")'``: the command lines, where they are plain texts."""
    given = options(call, "el")
    out: list[Nested] = []
    for word in given.values("-e"):
        for found in _LUA.finditer(word.text[:200_000]):
            command = next(group for group in found.groups() if group is not None)
            out += code(Language.SH, re.sub(r"\\([\"'\\])", r"\1", command))
    return out


UNWRAPPERS: dict[str, Unwrapper] = {
    **{
        name: shell
        for name in "sh bash dash ash ksh mksh zsh rbash fish csh tcsh -sh -bash -zsh lksh yash rzsh".split()
    },
    **{
        name: _flagged(Language.PYTHON, "c", "mWXQ")
        for name in "python python2 python3 pypy pypy3 ipython ipython3 jython".split()
    },
    **{name: _flagged(Language.PERL, "eE", "IMmFi0xCD", (), "npla") for name in ("perl", "perl5", "cperl")},
    **{name: _flagged(Language.RUBY, "e", "IrCFKEWTi0", (), "npla") for name in ("ruby", "jruby", "rbx")},
    **{
        name: _flagged(Language.JAVASCRIPT, "ep", "rC", ("--eval", "--print"))
        for name in ("node", "nodejs", "iojs", "bun")
    },
    "php": php,
    "php-cgi": php,
    **{name: awk for name in ("awk", "gawk", "mawk", "nawk", "original-awk")},
    "osascript": osascript,
    "lua": lua,
    "luajit": lua,
    "texlua": lua,
}
"""Interpreters by name."""
