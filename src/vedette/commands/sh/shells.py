"""Programs that run shell code or other programs, where what they write is wanted; files that were written."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from vedette.commands.base import Call, Nested, Redirect, Scope, Word
from vedette.commands.decoding import decode_text
from vedette.commands.sh.escapes import to_bytes, to_text
from vedette.commands.sh.state import Stream
from vedette.schema.command import Language

if TYPE_CHECKING:
    from vedette.commands.sh.calls import Calling

SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "ksh93", "mksh", "zsh", "rbash", "-sh", "-bash", "-zsh"})
_WRAPPERS = {
    "sudo": ("u", "g", "h", "p", "C", "T", "R", "D"),
    "doas": ("u", "C"),
    "nohup": (),
    "env": ("u", "C", "S"),
    "nice": ("n",),
    "ionice": ("c", "n"),
    "setsid": (),
    "stdbuf": ("i", "o", "e"),
    "time": (),
    "busybox": (),
    "toybox": (),
}
INTERPRETERS = re.compile(
    r"(?:python|perl|ruby|php|lua|node)[\d.]*|nodejs|pypy\d?|[gmn]?awk|busybox|osascript|jjs|tclsh|lua\w*|jrunscript"
)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")


def literal(text: str) -> str:
    """Return text in single quotes."""
    return "'" + text.replace("'", "'\\''") + "'"


def written(path: str, scope: Scope, more: dict[str, bytes] | None = None) -> bytes | None:
    """Return what a file holds that the command itself has written, tolerant of ``./`` and of the folder.

    Args:
        path: as the call names it.
        scope: whose files are looked through.
        more: further files, looked through first.
    """
    for files in (more, scope.files):
        if not files:
            continue
        if path in files:
            return files[path]
        bare = posixpath.normpath(path) if path else path
        if bare in files:
            return files[bare]
        name = posixpath.basename(bare)
        if not name:
            continue
        # one and the same name in another folder counts if one of the two is relative
        hits = [
            key
            for key in files
            if posixpath.basename(key) == name
            and (posixpath.normpath(key) == bare or not (key.startswith("/") and path.startswith("/")))
            and ("/" not in posixpath.normpath(key) or "/" not in bare or posixpath.normpath(key) == bare)
        ]
        if len(hits) == 1:
            return files[hits[0]]
    return None


def unwrapped(name: str, words: list[Word]) -> list[Word] | None:
    """Return the words of the call that ``sudo``, ``env``, ``nohup`` … make; None where the name is none of them."""
    if name == "timeout":
        rest = [w for w in words[1:] if not w.text.startswith("-")]
        return rest[1:] if len(rest) > 1 else None
    takes = _WRAPPERS.get(name)
    if takes is None:
        return None
    at = 1
    while at < len(words):
        text = words[at].text
        if text.startswith("-") and text != "-":
            at += 2 if len(text) == 2 and text[1] in takes else 1
            if text == "--":
                break
        elif name in ("env", "sudo") and _ASSIGNMENT.match(text):
            at += 1
        else:
            break
    return words[at:] or None


def captured(ev: Calling, words: list[Word], stream: Stream | None) -> bytes | None:
    """Return what another interpreter's one-liner writes, where it is known."""
    from vedette.commands import programs

    data = None
    if stream is not None:
        if not stream.exact:
            return None
        data = stream.data[stream.at :]
    call = Call(words[0], words[1:], Language.SH, stdin=data)
    own = {w.text: ev.own_files[w.text] for w in words[1:] if not w.known and w.text in ev.own_files}
    before = ev.scope.files.copy() if own else None
    ev.scope.files.update(own)
    made = programs.nested(call, ev.scope)
    if before is not None:
        for name in own.keys() - before.keys():
            ev.scope.files.pop(name, None)
    if len(made) != 1 or made[0].language in (Language.SH, Language.TEXT, Language.BINARY, Language.PROGRAM):
        return None
    out = ev.scope.capture(made[0])
    if out is not None and stream is not None:
        ev.spend(stream.feeders)
        stream.rest()
    return out


def move(ev: Calling, name: str, args: list[str]) -> None:
    """Carry over what ``cp``, ``mv``, ``ln`` and ``install`` do to written files."""
    if name not in ("cp", "mv", "ln", "install"):
        return
    plain = [a for a in args if not a.startswith("-")]
    if len(plain) != 2:
        return
    data = ev.file(plain[0])
    if data is None and name in ("cp", "install") and plain[0] in ("/dev/stdin", "/dev/fd/0"):
        stream = ev.stdin
        if stream is not None and stream.exact:
            ev.spend(stream.feeders)
            data = stream.rest()
    if data is None:
        return
    target = plain[1]
    if target.endswith("/") or target in (".", ".."):
        target = posixpath.join(target, posixpath.basename(plain[0]))
    files = ev.own_files if ev.quiet else ev.scope.files
    files[target] = data
    if plain[0] in ev.inexact:
        ev.inexact.add(target)


def run(ev: Calling, words: list[Word], known: bool) -> None:
    """Go through a call of a shell: code in a pipe of approximate text is handed on; its output, if wanted, kept."""
    args = words[1:]
    at = 0
    code: Word | None = None
    from_stdin = False
    while at < len(args):
        arg = args[at]
        if not arg.known or not arg.text.startswith(("-", "+")) or arg.text == "-":
            break
        if arg.text == "--":
            at += 1
            break
        if arg.text.startswith("--"):
            at += 2 if arg.text in ("--rcfile", "--init-file") else 1
            continue
        if "c" in arg.text[1:]:
            at += 1
            while at < len(args) and args[at].text.startswith("-") and len(args[at].text) > 1:
                at += 1
            code = args[at] if at < len(args) else None
            if code is None:
                ev.unknown_output()
                return
            break
        if "s" in arg.text[1:]:
            from_stdin = True
        at += 2 if arg.text in ("-o", "-O", "+o", "+O") else 1
    operands = args[at:]
    stream = ev.stdin
    text: str | None = None
    stdin: Stream | None = None
    exact = known
    name: str | None = None
    arguments: list[Word] = []
    if code is not None:
        text = code.text if code.known else None
        arguments = operands[2:]
        name = operands[1].text if len(operands) > 1 else None
        stdin = stream
    elif operands and not from_stdin and operands[0].text not in ("-", "/dev/stdin"):
        first = operands[0]
        data = ev.file(first.text)
        ev.spend_file(first.text)
        arguments = operands[1:]
        name = first.text
        stdin = stream
        if data is not None:
            text = decode_text(data)
            exact = exact and first.text not in ev.inexact
            if not first.known and text is not None and not ev.quiet:
                # <(…): nobody else can tell what that file holds
                span = (first.start, first.end)
                passed = tuple([w.text for w in arguments])
                ev.scope.files.pop(first.text, None)
                ev.own_files[first.text] = data
                ev.nested.append(
                    Nested(Language.SH, text, first.methods or ("process-substitution",), *span, arguments=passed)
                )
    elif stream is not None:
        data = stream.data[stream.at :]
        text = decode_text(data)
        arguments = operands[1:] if operands and operands[0].text in ("-", "/dev/stdin") else operands
        if text is not None:
            handed(ev, Language.SH, text, stream, words, tuple([w.text for w in arguments]))
        exact = exact and stream.exact
    if text is None or not ev.out.wanted or ev.out is ev.top:
        ev.unknown_output()
        return
    _output(ev, text, exact, name, arguments, stdin)


def handed(
    ev: Calling, language: Language, text: str, stream: Stream, words: list[Word], arguments: tuple[str, ...]
) -> None:
    """Hand on what an interpreter reads as code, with all of the pipe that wrote it."""
    redirects = [r for r in stream.feeders if isinstance(r, Redirect)]
    ev.spend(stream.feeders)
    if ev.quiet or not text.strip():
        return
    if stream.exact and not ev.piping[0]:
        if not redirects or ev.call is None or ev.pin is not None:
            return
        # the span tells that the here-document or here-string holds it
        ev.call.stdin = None
        start, end = redirects[0].start, redirects[0].end
        kind = "here-string" if redirects[0].operator.endswith("<<<") else "here-document"
        ev.nested.append(Nested(language, text, (kind, *stream.methods), start, end, arguments=arguments))
        return
    if ev.pin is not None:
        start, end = ev.pin
    else:
        start = words[0].start if ev.pipe_start is None else ev.pipe_start
        end = max(words[-1].end, words[0].end)
    ev.nested.append(Nested(language, text, stream.methods or ("stdin",), start, end, arguments=arguments))


def _output(ev: Calling, text: str, exact: bool, name: str | None, arguments: list[Word], stdin: Stream | None) -> None:
    """Go through a shell's code for what it writes."""
    from vedette.commands.sh.core import JumpError
    from vedette.commands.sh.parser import Parser
    from vedette.commands.sh.state import State

    ev.depth += 1
    ev.quiet += 1
    state, source, old_stdin, pin = ev.state, ev.source, ev.stdin, ev.pin
    active = ev.active
    try:
        key = ("sh " + text, tuple([w.text for w in arguments]))
        if ev.depth > 30 or key in active:
            ev.unknown_output()
            return
        ev.budget.step(5 + len(text) // 50)
        ev.active = [*active, key]
        inherited = {k: v for k, v in state.variables.items() if "x" in v.attributes}
        ev.state = State(inherited, {}, {}, tuple([(w.text, w.known) for w in arguments]), name or "bash")
        ev.source = text
        ev.stdin = stdin
        listing = Parser(text, True, 1).script()
        try:
            ev.listing(listing)
        except JumpError:
            pass
        if not exact:
            ev.out.exact = False
    finally:
        ev.state, ev.source, ev.stdin, ev.pin = state, source, old_stdin, pin
        ev.active = active
        ev.quiet -= 1
        ev.depth -= 1


__all__ = ["SHELLS", "captured", "literal", "move", "run", "to_bytes", "to_text", "unwrapped", "written"]
