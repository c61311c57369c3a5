"""What reading one layer keeps: calls, edits, files that were written, data that a step has undone."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from vedette.commands.base import Call, Nested, Part, Redirect, Scope, Word
from vedette.commands.sh import shells
from vedette.commands.sh.clear import Edits
from vedette.commands.sh.expand import Expander, Field, quoted
from vedette.commands.sh.state import Sink, State, Stream, Var
from vedette.commands.sh.syntax import (
    Listing,
    Node,
    Proc,
    WordNode,
)
from vedette.schema.command import Language, TokenKind

_TAKES_ARGUMENTS = re.compile(r"\bshift\b|\bgetopts\b|\$[1-9@*]|\$\{[1-9@*]|[Uu]sage")
_EMPTIES = re.compile(
    r"[\w:/.](?:\$\(\)|``|\$[@*]|\$\{[@*]\})[\w:/.]|\$\{![@*]\}|\$\{[@*](?:[#%/^,~][^{}]*|:[^-+?={}]+)\}"
)


class JumpError(Exception):
    """``break``, ``continue``, ``return`` or ``exit``."""

    def __init__(self, kind: str, levels: int = 1):
        super().__init__(kind)
        self.kind = kind
        self.levels = levels


NAMELESS = "=0"
"""Variable by which a nested layer of a shell learns what ``$0`` is where it is no file: ``bash -c CODE NAME``."""
_WRITERS = frozenset({"echo", "printf"})
SELVES = ("$0", "${0}", "$BASH_SOURCE", "${BASH_SOURCE}", "${BASH_SOURCE[0]}")
"""How a script names the file that it stands in."""


class Core(Expander):
    """Holds what is found in one layer."""

    def __init__(self, text: str, scope: Scope):
        self.text = self.source = text
        self.scope = scope
        self.budget = scope.budget
        self.state = State()
        self.calls: list[Call] = []
        self.nested: list[Nested] = []
        self.parts: list[Part] = []
        self.stops: list[str] = []
        self.strings: list[Word] = []
        self.assigned_strings: list[Word] = []
        self.consumed: set[int] = set()
        self.used: set[str] = set()
        """Variables that were expanded."""
        self.alone = _TAKES_ARGUMENTS.search(text) is None
        self.edits = Edits()
        self.out = Sink()
        self.top = self.out
        self.stdin: Stream | None = Stream(scope.stdin) if scope.stdin is not None else None
        self.status: int | None = 0
        self.sure = True
        self.uncertain = 0
        self.quiet = 0
        self.pin: tuple[int, int] | None = None
        self.depth = 0
        self.testing = False
        self.empty: set[str] = set()
        self.own_files: dict[str, bytes] = {}
        """What is written while nothing is noted: the layer that the code is in writes it itself."""
        self.descriptors: dict[str, Stream] = {}
        """What further descriptors read, by number: ``exec 3<<<…``."""
        self.inexact: set[str] = set()
        self.noted: dict[int, set[tuple[str, ...]]] = {}
        self.active: list[tuple[str, tuple[str, ...]]] = []
        self.trapped: dict[str, tuple[str, tuple[str, ...], int, int]] = {}
        self.outputs: list[Proc] = []
        """``>(…)`` among the words of the command at hand."""
        self.piping: tuple[bool, bool] = (False, False)
        self.call: Call | None = None
        """The call at hand, as it was noted."""
        self.file_feeders: dict[str, list[Call | Redirect]] = {}
        self.pipe_start: int | None = None
        self.pure_spans: list[tuple[int, int, frozenset[str]]] = []
        """Statements of the layer that only assign: span and names."""
        self.around: list[Redirect] = []
        """Redirections of the compound command that was last gone through."""
        self.set_call: Call | None = None
        self.declared: dict[int, Field] = {}
        """Values among the words of a declaration, expanded before it is carried out."""
        self.blocks = 0
        """How many compound commands stand around."""
        self.empties = _EMPTIES.search(text) is not None
        self.frames: list[dict[str, Var | None]] = []
        """Of the functions being gone through: what their locals hide."""

    def run(self, node: Node) -> None:
        """Go through a node."""
        raise NotImplementedError

    def listing(self, node: Listing) -> None:
        """Go through commands in order."""
        raise NotImplementedError

    def spend(self, feeders: list[Call | Redirect]) -> None:
        """Take the text that a step has undone out of the calls that hold it: it is data, and means nothing itself."""
        if self.quiet:
            return
        for one in feeders:
            if isinstance(one, Redirect):
                if one.target is not None:
                    self._data(one.target)
                    one.target = None
                continue
            kept = []
            for word in one.args:
                if word.text.startswith(("-", "+")) and len(word.text) < 24:
                    kept.append(word)
                else:
                    self._data(word)
            one.args = kept
            self._wrote(one)
        feeders.clear()

    def _wrote(self, call: Call) -> None:
        """Leave out a call that only writes what the next step undoes: that it prints an empty line would be untrue."""
        if call.name.text not in _WRITERS or any(w.text.startswith("+") for w in call.args):
            return
        for at in range(len(self.calls) - 1, -1, -1):
            if self.calls[at] is call:
                if any(r.target is not None for r in call.redirects):
                    # the file that it writes is told, what it holds is not
                    call.args = [*call.args, Word("…", 0, 0, False)]
                    return
                del self.calls[at]
                word = call.name
                if word.start < word.end:
                    self.parts.append(
                        Part(TokenKind.PROGRAM, word.start, word.end, "writes data that the next step undoes")
                    )
                return

    def handed_arguments(self) -> bool:
        """Return whether positional parameters are what the whole layer was handed."""
        return bool(self.scope.arguments) and not self.frames and self.set_call is None and not self.quiet

    def spend_arguments(self) -> None:
        """Take the pieces that ``set --`` was given out of it."""
        if self.set_call is not None and not self.active:
            self.spend([self.set_call])

    def _data(self, word: Word) -> None:
        if word.start < word.end:
            self.parts.append(Part(TokenKind.STRING, word.start, word.end, "data that the next step undoes"))

    def spend_file(self, name: str) -> None:
        """Take the text of a written file out of what wrote it: it is read as what it holds."""
        feeders = self.file_feeders.get(name)
        if feeders:
            self.spend(feeders)

    def stop(self, reason: str) -> None:
        """Note where reading ended, once."""
        if reason not in self.stops:
            self.stops.append(reason)

    def edit(self, word: WordNode, fields: list[Field]) -> None:
        """Note what a word turned out to be, for the clear text."""
        if self.quiet or self.pin is not None or word.source is not None or self.source is not self.text:
            if not (word.source is not None and word.alternatives is not None):
                return
        if word.start == word.end or self.edits.blocked(word.start, word.end):
            return
        methods: dict[str, None] = {}
        strong = False
        for field in fields:
            if not field.known:
                self.edits.block(word.start, word.end)
                return
            for method in field.methods:
                methods[method] = None
            strong = strong or field.strong
        if not fields:
            strong = word.lit is None
            methods = {"empty-variable": None}
        if not methods:
            return
        if not strong and "variable" in methods and self.scope.depth:
            # a layer that was hidden: how ordinary a variable looks there says nothing
            strong = True
        self.edits.add(
            word.start,
            word.end,
            " ".join([f.text if f.pattern else quoted(f.text) for f in fields]),
            strong,
            tuple(methods),
        )

    def _redirects_alone(self, node: Any, made: list[Redirect]) -> None:
        """Note redirections that no command stands before: they open and empty files."""
        start, end = self.pin or (node.start, node.end)
        name = Word(":", start, start)
        self.calls.append(Call(name, [], Language.SH, redirects=made, sure=self.sure, start=start, end=end))

    def unknown_output(self) -> None:
        """Note that something unknown was written, and that nobody knows whether it succeeded."""
        self.out.known = False
        self.status = None

    def file(self, name: str) -> bytes | None:
        """Return what a file holds that the command has written itself."""
        data = self.own_files.get(name)
        if data is None:
            data = shells.written(name, self.scope, self.own_files)
        return data

    def describe(self, number: str, stream: Stream) -> None:
        """Let a descriptor read a stream, which is also a file under the descriptor's name."""
        self.descriptors[number] = stream
        for name in (f"/dev/fd/{number}", f"/proc/self/fd/{number}"):
            self.own_files[name] = stream.data[stream.at :]
            if not self.quiet:
                self.scope.files[name] = self.own_files[name]
            self.file_feeders[name] = stream.feeders
            if stream.exact:
                self.inexact.discard(name)
            else:
                self.inexact.add(name)

    def write_file(self, name: str, sink: Sink, append: bool) -> None:
        """Keep what is written into a file."""
        if not name or (name.startswith("/dev/") and not name.startswith("/dev/shm/")):  # noqa: S108  (read, not used)
            return
        bare = posixpath.normpath(name)
        if (
            name not in self.own_files
            and name not in self.scope.files
            and (bare in self.own_files or bare in self.scope.files)
        ):
            name = bare
        old = self.file(name) if append else None
        if not sink.known or self.uncertain > 4:
            self.own_files.pop(name, None)
            if not self.quiet:
                self.scope.files.pop(name, None)
            return
        data = (old or b"") + sink.value()
        if not append:
            self.file_feeders.pop(name, None)
        if sink.feeders:
            self.file_feeders.setdefault(name, []).extend(sink.feeders)
        if not sink.exact:
            self.inexact.add(name)
        elif old is None:
            self.inexact.discard(name)
        if self.quiet:
            self.own_files[name] = data
        else:
            self.own_files.pop(name, None)
            self.scope.files[name] = data
