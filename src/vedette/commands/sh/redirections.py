"""Redirections, substitutions and the streams between commands."""

from __future__ import annotations

import re
from collections.abc import Callable

from vedette.commands.base import Redirect, Word
from vedette.commands.sh.assignments import Assigning
from vedette.commands.sh.core import JumpError
from vedette.commands.sh.escapes import to_bytes
from vedette.commands.sh.expand import Field, Result
from vedette.commands.sh.state import Sink, Stream
from vedette.commands.sh.syntax import (
    Listing,
    Proc,
    Redir,
    Simple,
    Sub,
)

_DEEPEST = 34
_OUTPUT_FD = re.compile(r"(1|&|)>")
_FURTHER = re.compile(r"([1-9]\d*|\{\w+\})(<.*)", re.S)
_INPUTS = frozenset({"<", "<<", "<<-", "<<<", "<&"})
_FIRST_OF_NAMED = 10


class Target:
    """Where standard output goes."""

    __slots__ = ("append", "kind", "name", "proc")

    def __init__(self, kind: str, name: str = "", append: bool = False, proc: Proc | None = None):
        self.kind = kind
        self.name = name
        self.append = append
        self.proc = proc


class Redirecting(Assigning):
    """Redirects input and output."""

    def _inner(self, body: Listing, source: str | None, span: tuple[int, int], fresh_stdin: bool = False) -> Sink:
        """Go through commands in a subshell; return what they write."""
        self.depth += 1
        sink = Sink()
        if self.depth > _DEEPEST:
            self.depth -= 1
            self.stop("it is nested deeper than is read")
            sink.known = False
            return sink
        state, out, text, pin, piping = self.state, self.out, self.source, self.pin, self.piping
        testing, outputs, started = self.testing, self.outputs, self.pipe_start
        self.outputs = []
        self.pipe_start = None
        self.state = state.copy()
        self.out = sink
        self.piping = (False, False)
        self.testing = False
        if source is not None and source is not self.text:
            if self.pin is None:
                self.pin = span
            self.source = source
        try:
            self.listing(body)
        except JumpError:
            pass
        finally:
            self.state, self.out, self.source, self.pin, self.piping = state, out, text, pin, piping
            self.testing, self.outputs, self.pipe_start = testing, outputs, started
            self.depth -= 1
        if sink.known:
            self.spend(sink.feeders)
        return sink

    def substitute(self, part: Sub) -> Sink:
        """Return what the commands of a substitution write."""
        items = part.body.items
        if len(items) == 1:
            only = items[0][0]
            if isinstance(only, Simple) and not only.words and not only.assigns and len(only.redirects) == 1:
                redirect = only.redirects[0]
                if redirect.operator == "<" and redirect.target is not None:
                    sink = Sink()
                    target = self.field(redirect.target)
                    data = self.file(target.text) if target.known else None
                    if data is None:
                        sink.known = False
                    else:
                        sink.write(data)
                        sink.exact = target.text not in self.inexact
                    return sink
        return self._inner(part.body, part.source, (part.start, part.end))

    def process(self, part: Proc) -> Result:
        """Return the name that a process substitution is passed as, keeping what it holds as a file of that name."""
        raw = self.raw(part)
        if part.direction == ">":
            self.outputs.append(part)
            return Result(raw, False)
        source = None if self.source is self.text else self.source
        sink = self._inner(part.body, source, (part.start, part.end))
        if sink.known:
            self.spend(sink.feeders)
            count = sum(1 for name in self.own_files if name.startswith("<("))
            name = f"<(…{count + 1})" if count else "<(…)"
            self.own_files[name] = sink.value()
            self.scope.files[name] = sink.value()
            if not sink.exact:
                self.inexact.add(name)
            return Result(name, False, (*sink.methods, "process-substitution"))
        return Result(raw, False)

    def _feed(self, part: Proc, stream: Stream | None) -> None:
        """Go through ``>(…)`` reading a stream."""
        stdin, self.stdin = self.stdin, stream
        try:
            source = None if self.source is self.text else self.source
            self._inner(part.body, source, (part.start, part.end))
        finally:
            self.stdin = stdin

    def redirections(self, redirects: list[Redir]) -> tuple[list[Redirect], Stream | bool | None, Target | None]:
        """Return redirections for a call, the stream that stdin becomes (False: as it is), where stdout goes."""
        made: list[Redirect] = []
        stdin: Stream | bool | None = False
        target: Target | None = None
        for redirect in redirects:
            operator = redirect.operator
            start, end = self.pin or (redirect.start, redirect.end)
            further = _FURTHER.match(operator)
            number: str | None = None
            if further is not None and (further.group(2) in _INPUTS or further.group(2).startswith("<&")):
                number, operator = further.groups()
                if number.startswith("{"):
                    name = number[1:-1]
                    number = str(_FIRST_OF_NAMED + len(self.descriptors))
                    self.set(name, number)
            if redirect.body is not None or (operator.endswith(("<<", "<<-")) and not operator.endswith("<<<")):
                body = self.field(redirect.body) if redirect.body is not None else Field("", False)
                word = Word(body.text, start, end, body.known, body.methods)
                made.append(Redirect(operator, word, start, end))
                if operator[0] == "<" or operator[0] == "0":
                    held = Stream(to_bytes(body.text), (), body.known)
                    held.feeders.append(made[-1])
                    if number is None:
                        stdin = held
                    else:
                        self.describe(number, held)
                continue
            if redirect.target is None:
                made.append(Redirect(operator, None, start, end))
                if operator in (">&2", "1>&2", ">&-", "1>&-"):
                    target = Target("discard")
                elif number is not None:
                    copied = self._descriptor(operator[2:])
                    if copied is not None:
                        self.describe(number, copied)
                    else:
                        self.descriptors.pop(number, None)
                elif operator in ("<&-", "0<&-"):
                    stdin = Stream(b"")
                elif operator.lstrip("0").startswith("<&"):
                    stdin = self._descriptor(operator.lstrip("0")[2:])
                elif operator[0] == "<":
                    stdin = None
                continue
            node = redirect.target
            here = operator.endswith("<<<")
            outputs, self.outputs = self.outputs, []
            fields = [self.field(node)] if here else (self.fields(node) or [Field("", False)])
            procs, self.outputs = self.outputs, outputs
            first = fields[0]
            self.edit(node, fields)
            span = self.pin or (node.start, node.end)
            word = Word(first.text, span[0], span[1], first.known, first.methods)
            made.append(Redirect(operator, word, start, end))
            if here:
                held = Stream(to_bytes(first.text + "\n"), first.methods, first.known)
                held.feeders.append(made[-1])
                if not first.known and first.text == self.source[node.start : node.end].strip('"'):
                    held.exact = False
                if number is None:
                    stdin = held
                else:
                    self.describe(number, held)
            elif operator in ("<&", "0<&"):
                copied = self._descriptor(first.text) if first.known else None
                if number is None:
                    stdin = copied
                elif copied is not None:
                    self.describe(number, copied)
            elif number is not None:
                data = self.file(first.text)
                if data is not None:
                    self.describe(number, Stream(data, first.methods, first.text not in self.inexact))
                else:
                    self.descriptors.pop(number, None)
            elif operator in ("<", "0<"):
                data = self.file(first.text)
                if first.text == "/dev/null":
                    data = b""
                if data is None:
                    stdin = self.stdin if first.text in ("/dev/stdin", "/proc/self/fd/0") else None
                else:
                    stdin = Stream(data, first.methods, first.text not in self.inexact)
            elif _OUTPUT_FD.match(operator) and not operator.endswith("<>"):
                if procs:
                    target = Target("proc", proc=procs[0])
                elif first.text in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"):
                    continue
                elif (first.text.startswith("/dev/") and not first.text.startswith("/dev/shm/")) or not first.known:  # noqa: S108
                    target = Target("discard")
                else:
                    target = Target("file", first.text, operator.endswith(">>"))
            elif operator == "<>" or operator == "0<>":
                stdin = None
        return made, stdin, target

    def _descriptor(self, number: str) -> Stream | None:
        """Return what a descriptor reads, or None where that is not known."""
        return self.stdin if number == "0" else self.descriptors.get(number)

    def redirected(self, redirects: list[Redir], body: Callable[[], None]) -> None:
        """Go through a body with its input and output redirected."""
        made, stdin, target = self.redirections(redirects)
        self.around = made
        self._with(stdin, target, body)

    def _with(self, stdin: Stream | bool | None, target: Target | None, body: Callable[[], None]) -> None:
        old_in, old_out = self.stdin, self.out
        if not isinstance(stdin, bool):
            self.stdin = stdin
        if target is not None:
            self.out = Sink(target.kind != "discard")
        try:
            body()
        finally:
            sink = self.out
            self.stdin, self.out = old_in, old_out
            if target is not None:
                if target.kind == "file":
                    self.write_file(target.name, sink, target.append)
                elif target.kind == "proc" and target.proc is not None:
                    self._feed(target.proc, sink.stream())
