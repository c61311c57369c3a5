"""Simple commands: what is called, with which words, and what it would write."""

from __future__ import annotations

import re

from vedette.commands.base import Call, Part, Redirect, Word
from vedette.commands.sh import shells, tools
from vedette.commands.sh.builtins import BUILTINS, SILENT
from vedette.commands.sh.environment import PREFIXES
from vedette.commands.sh.escapes import to_bytes
from vedette.commands.sh.expand import Field
from vedette.commands.sh.handing import Handing
from vedette.commands.sh.redirections import Target
from vedette.commands.sh.state import Defined, Sink, Stream, Var
from vedette.commands.sh.syntax import (
    Lit,
    Proc,
    Simple,
    WordNode,
)
from vedette.schema.command import Language, TokenKind

_MOST_CALLS = 3000
_MOST_OF_ONE = 48
"""Most calls that are noted of one place in a loop."""
_CHOOSING = frozenset({"filter", "sort", "index-pick"})
_SPELLING = frozenset({"sed", "gsed", "awk", "gawk", "mawk", "nawk", "tr"})
_VARIABLE = re.compile(r"\$\{?(\w+)\}?\n?")
_MODULES = frozenset({"base64"})
"""Modules of Python that are tools of the same name."""
_SELVES = frozenset({"$0", "${0}", "$SHELL", "${SHELL}", "$BASH", "${BASH}", "${!#}"})


class Calling(Handing):
    """Goes through simple commands."""

    def simple(self, node: Simple) -> None:
        """Go through a simple command."""
        self.budget.step(1 + len(node.words) // 4)
        if not node.words:
            if node.redirects:
                self._bare_redirects(node)
            self.status = 0
            for assign in node.assigns:
                self.assign(assign)
            if not self.quiet and self.pin is None and not self.blocks:
                names = frozenset([a.name for a in node.assigns])
                self.pure_spans.append((node.start, node.end, names))
            return
        head = node.words[0]
        if self.state.aliases and head.lit is not None and head.lit in self.state.aliases and not head.quoted:
            made = self._aliased(node, head.lit)
            if made is None:
                return
            node = made
        pin = self.pin
        words: list[Word] = []
        known = True
        outer, self.outputs = self.outputs, []
        for i, item in enumerate(node.words):
            if item.lit is not None and item.alternatives is None and not item.glob:
                if i in node.arrays:
                    text, ok = self._declared_text(node.arrays[i])
                    words.append(Word(text, *(pin or (item.start, item.end)), ok))
                    continue
                how = item.how
                if item.quoted and not words and not how and "\\" in self._raw_word(item)[1:]:
                    how = "backslash"
                if not how and item.end - item.start > len(item.lit) + 1 and "\\\n" not in item.lit:
                    # a line that goes on in the middle of a word
                    how = "backslash" if "\\\n" in self._raw_word(item) else ""
                if how:
                    field = Field(item.lit, True, (how,), True)
                    self.edit(item, [field])
                    words.append(Word(item.lit, *(pin or (item.start, item.end)), True, (how,)))
                elif pin is None:
                    words.append(Word(item.lit, item.start, item.end))
                else:
                    words.append(Word(item.lit, pin[0], pin[1]))
                continue
            naming = not words
            fields = self.fields(item, naming)
            if naming and fields:
                first = fields[0]
                if not first.known and self._raw_word(item) in _SELVES:
                    fields[0] = first = Field("bash", True, ("variable",), True)
                if first.known and first.methods:
                    first.strong = True
                elif first.known and any(not isinstance(part, Lit) for part in item.parts):
                    first.methods, first.strong = ("command-substitution",), True
                elif first.known and item.quoted and "\\" in self._raw_word(item)[1:]:
                    first.methods, first.strong = ("backslash",), True
            self.edit(item, fields)
            start, end = pin or (item.start, item.end)
            for one in fields:
                words.append(Word(one.text, start, end, one.known, one.methods))
                known = known and one.known and not one.pattern
        outputs, self.outputs = self.outputs, outer
        if words and self._hands_on(words[0]):
            # the layer of its own shows it
            for item in node.words[1:]:
                self.edits.soften(item.start, item.end)
        if not words:
            for assign in node.assigns:
                self.assign(assign)
            if node.redirects:
                self.redirections(node.redirects)
            return
        redirects: list[Redirect] = []
        stdin: Stream | bool | None = False
        target: Target | None = None
        if node.redirects:
            redirects, stdin, target = self.redirections(node.redirects)
        name = words[0]
        function = self.state.functions.get(name.text) if name.known else None
        saved: dict[str, Var | None] = {}
        if node.assigns:
            for assign in node.assigns:
                saved[assign.name] = self.state.variables.get(assign.name)
                self.assign(assign, exported=True)
        stream = self.stdin if isinstance(stdin, bool) else stdin
        call: Call | None = None
        outer_call = self.call
        if not self.quiet:
            if function is None:
                call = self._note(node, words, redirects, stream)
            elif pin is None:
                self.parts.append(Part(TokenKind.METHOD, name.start, name.end, "calls the function of that name"))
        self.call = call
        try:
            if isinstance(stdin, bool) and target is None:
                self._invoke(node, words, known, function, call, outputs)
            else:
                self._with(stdin, target, lambda: self._invoke(node, words, known, function, call, outputs))
        finally:
            self.call = outer_call
            for key, old in saved.items():
                if old is None:
                    self.state.variables.pop(key, None)
                else:
                    self.state.variables[key] = old

    @staticmethod
    def _hands_on(name: Word) -> bool:
        """Return whether a program reads its arguments as code."""
        base = name.text.rsplit("/", 1)[-1]
        return name.known and (
            base in ("eval", "source", ".", "trap")
            or base in shells.SHELLS
            or shells.INTERPRETERS.fullmatch(base) is not None
        )

    def _raw_word(self, word: WordNode) -> str:
        raw = (word.source or self.source)[word.start : word.end] if word.alternatives is None else ""
        return raw.strip('"')

    def _bare_redirects(self, node: Simple) -> None:
        """Go through redirections without a command: ``> file``, ``exec`` apart."""
        made, _, target = self.redirections(node.redirects)
        if not self.quiet:
            self._redirects_alone(node, made)
        if target is not None and target.kind == "file":
            self.write_file(target.name, Sink(), target.append)

    def _note(self, node: Simple, words: list[Word], redirects: list[Redirect], stream: Stream | None) -> Call | None:
        key = tuple([w.text for w in words])
        seen = self.noted.get(id(node))
        if seen is None:
            seen = self.noted[id(node)] = set()
        if key in seen or len(seen) >= _MOST_OF_ONE or len(self.calls) >= _MOST_CALLS:
            if len(self.calls) >= _MOST_CALLS:
                self.stop("it makes more calls than are listed")
            return None
        seen.add(key)
        start, end = self.pin or (node.start, node.end)
        data = None
        if stream is not None and stream.exact:
            data = stream.data[stream.at :]
            if stream.methods:
                # how what it reads was hidden: the code of a shell or interpreter is told so
                words[0].methods = tuple(dict.fromkeys((*words[0].methods, *stream.methods)))
        call = Call(
            words[0],
            words[1:],
            Language.SH,
            False,
            redirects,
            data,
            self.piping[0],
            self.piping[1],
            self.sure,
            start,
            end,
        )
        self.calls.append(call)
        return call

    def _invoke(
        self,
        node: Simple,
        words: list[Word],
        known: bool,
        function: Defined | None,
        call: Call | None,
        outputs: list[Proc],
    ) -> None:
        name = words[0]
        if function is not None:
            self.call_function(name.text, function, words[1:])
            return
        if outputs:
            data = self.stdin
            tee = name.known and name.text.rsplit("/", 1)[-1] == "tee"
            for part in outputs:
                stream = Stream(data.data[data.at :], data.methods, data.exact) if tee and data is not None else None
                self._feed(part, stream)
        if not name.known:
            self.unknown_output()
            return
        self.invoke(words, known, node)

    def invoke(self, words: list[Word], known: bool, node: Simple | None = None) -> None:
        """Go through a call whose name is known: builtins change the state, pure tools write, others are unknown."""
        name = words[0].text
        builtin = BUILTINS.get(name)
        if builtin is not None:
            builtin(self, words, known, node)
            return
        if self.file_feeders and self.file(name) is not None:
            self.spend_file(name)
        self.external(name.rsplit("/", 1)[-1], words, known)

    def external(self, name: str, words: list[Word], known: bool) -> None:
        """Go through a call of a program."""
        if name in shells.SHELLS:
            shells.run(self, words, known)
            return
        if name in SILENT:
            self.status = None
            if known:
                shells.move(self, name, [w.text for w in words[1:]])
            return
        if not known and self.own_files and all([w.known or w.text in self.own_files for w in words]):
            # <(…) and "$0" are files whose text is at hand
            known = True
        if known and len(words) > 2 and words[1].text == "-m" and words[2].text in _MODULES and name[:2] == "py":
            self.external(words[2].text, [words[2], *words[3:]], known)
            return
        out = self.out
        stream = self.stdin
        if name in tools.NAMES:
            self.budget.step(2)
            args = [w.text for w in words[1:]]
            if known and (stream is None or stream.exact) and not any(a in self.inexact for a in args):
                data = tools.run(name, args, stream, self)
                if data is not None:
                    if data[0]:
                        self.budget.make(len(data[0]))
                    methods = (*(stream.methods if stream is not None else ()), *data[1])
                    out.write(data[0], methods)
                    self.status = data[2]
                    self._fed(name, args, stream, data[1])
                    return
            elif name in ("cut", "head") and known and stream is not None and self._begun(name, args, stream):
                return
            elif name in ("cat", "tee") and known and self._copied(name, args, stream):
                return
        if out.wanted and out is not self.top:
            inner = shells.unwrapped(name, words)
            if inner is not None:
                self.quiet += 1
                try:
                    self.invoke(inner, known)
                finally:
                    self.quiet -= 1
                return
            if known and shells.INTERPRETERS.fullmatch(name):
                captured = shells.captured(self, words, stream)
                if captured is not None:
                    out.write(captured, ("nested-interpreter",))
                    self.status = None
                    return
        self.unknown_output()

    def _begun(self, name: str, args: list[str], stream: Stream) -> bool:
        """Write the first character of a variable that begins the same everywhere: ``echo $HOME | cut -c1``."""
        if "".join(args) not in ("-c1", "-b1", "-c1-1"):
            return False
        found = _VARIABLE.fullmatch(stream.data[stream.at :].decode("latin-1"))
        begins = PREFIXES.get(found.group(1)) if found is not None else None
        if not begins:
            return False
        self.spend(stream.feeders)
        stream.rest()
        self.out.write(to_bytes(begins[:1] + ("\n" if name == "cut" else "")), ("index-pick",))
        self.status = 0
        return True

    def _fed(self, name: str, args: list[str], stream: Stream | None, methods: tuple[str, ...]) -> None:
        """Note whose arguments are what was written, and whose were undone."""
        if not set(methods) <= _CHOOSING:
            if stream is not None:
                self.spend(stream.feeders)
            for one in args:
                self.spend_file(one)
            if self.call is not None and name in _SPELLING:
                self.out.feeders.append(self.call)
        elif stream is not None:
            self.out.feeders.extend(stream.feeders)
        if name == "expr" and self.call is not None:
            self.out.feeders.append(self.call)

    def _copied(self, name: str, args: list[str], stream: Stream | None) -> bool:
        """Pass on text that holds variables as they are written."""
        plain = [a for a in args if not a.startswith("-")]
        if name == "tee":
            if stream is None:
                return False
            sink = Sink()
            sink.write(stream.rest(), stream.methods)
            sink.exact = stream.exact
            for target in plain:
                self.write_file(target, sink, "-a" in args)
            self.out.take(sink)
            return True
        if len(plain) != len(args):
            return False
        for one in plain:
            data = self.file(one)
            if data is None:
                return False
            self.out.write(data)
            self.out.exact = self.out.exact and one not in self.inexact
        if not plain:
            if stream is None:
                return False
            self.out.write(stream.rest(), stream.methods)
            self.out.exact = self.out.exact and stream.exact
        self.status = 0
        return True
