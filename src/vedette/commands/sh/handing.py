"""Functions, aliases and text that the shell runs itself."""

from __future__ import annotations

import re

from vedette.commands.base import Nested, Word
from vedette.commands.sh import shells
from vedette.commands.sh.core import JumpError
from vedette.commands.sh.parser import Parser
from vedette.commands.sh.redirections import Redirecting
from vedette.commands.sh.state import Defined, Var
from vedette.commands.sh.syntax import (
    Simple,
)
from vedette.schema.command import Language

_DEEPEST = 34


class Handing(Redirecting):
    """Hands code on: to functions, aliases and ``eval``."""

    def call_function(self, name: str, function: Defined, args: list[Word]) -> None:
        """Go through a function's body with its arguments."""
        function.called = True
        key = (name, tuple([w.text for w in args]))
        self.budget.step(3)
        self.depth += 1
        try:
            if key in self.active or self.depth > _DEEPEST:
                self.unknown_output()
                return
            self.active.append(key)
            saved = self.state.arguments
            source, pin = self.source, self.pin
            self.state.arguments = tuple([(w.text, w.known) for w in args])
            if function.source is not self.source:
                if function.source is self.text:
                    self.pin = None if not self.quiet else pin
                elif self.pin is None:
                    self.pin = (args[0].start, args[-1].end) if args else (0, 0)
                self.source = function.source
            frame: dict[str, Var | None] = {}
            frames = self.frames
            frames.append(frame)
            piping, self.piping = self.piping, (False, False)
            try:
                self.run(function.body)
            except JumpError as jump:
                if jump.kind != "return":
                    raise
            finally:
                frames.pop()
                for key_name, old in frame.items():
                    if old is None:
                        self.state.variables.pop(key_name, None)
                    else:
                        self.state.variables[key_name] = old
                self.state.arguments = saved
                self.source, self.pin, self.piping = source, pin, piping
                self.active.pop()
        finally:
            self.depth -= 1

    def _aliased(self, node: Simple, name: str) -> Simple | None:
        """Return the command with its alias undone; None where it was gone through as text."""
        value = self.state.aliases[name]
        parser = Parser(value, True, 1)
        listing = parser.script()
        head = node.words[0]
        if len(listing.items) == 1 and isinstance(listing.items[0][0], Simple):
            inner = listing.items[0][0]
            if inner.words and inner.words[0].lit != name:
                for i, word in enumerate(inner.words):
                    word.start, word.end = head.start, head.end
                    if i == 0:
                        word.how = word.how or "alias"
                if not self.quiet and self.pin is None and self.source is self.text:
                    text = " ".join([w.lit if w.lit is not None else value for w in inner.words])
                    self.edits.add(head.start, head.end, text if inner.words[0].lit else value, True, ("alias",))
                for word in inner.words:
                    word.how = "" if word.how == "alias" else word.how
                return Simple(
                    node.start,
                    node.end,
                    [*inner.assigns, *node.assigns],
                    [*inner.words, *node.words[1:]],
                    {k + len(inner.words) - 1: v for k, v in node.arrays.items()},
                    [*inner.redirects, *node.redirects],
                )
            if inner.words:
                return node
        rest = self.source[head.end : node.end]
        aliases = self.state.aliases
        self.state.aliases = {k: v for k, v in aliases.items() if k != name}
        try:
            self.hand(value + rest, ("alias",), head.start, node.end)
        finally:
            self.state.aliases = aliases
        return None

    def hand(self, text: str, methods: tuple[str, ...], start: int, end: int, arguments: tuple[str, ...] = ()) -> None:
        """Hand text to this shell itself (``eval``, ``source``): a layer of its own, whose effects stay."""
        if not text.strip():
            self.status = 0
            return
        if not self.quiet:
            span = self.pin or (self._reach(start), end)
            if self.frames:
                methods = ("function", *methods)
            self.nested.append(Nested(Language.SH, text, methods, span[0], span[1], self.environment(), arguments))
        self.depth += 1
        self.quiet += 1
        source = self.source
        active, self.active = self.active, [*self.active, ("eval " + text, ())]
        try:
            if self.depth > _DEEPEST or ("eval " + text, ()) in active:
                self.unknown_output()
                return
            if (
                self.quiet == 1
                and not self.blocks
                and self.out is self.top
                and not self.text[end:].strip(" \t\r\n;\"'")
            ):
                # nothing follows that it could change, and its own layer shows what it does
                self.unknown_output()
                return
            self.budget.step(5 + len(text) // 50)
            parser = Parser(text, True, 1)
            listing = parser.script()
            self.source = text
            self.listing(listing)
        finally:
            self.active = active
            self.source = source
            self.quiet -= 1
            self.depth -= 1

    def _reach(self, start: int) -> int:
        """Return where what a code is built from begins: the assignments right before the command that runs it."""
        for first, last, names in reversed(self.pure_spans):
            if last > start:
                continue
            between = self.text[last:start]
            if not names <= self.used or re.fullmatch(r"[\s;&]*(?:eval|source|\.)?[\s]*", between) is None:
                break
            start = first
        return start

    def environment(self) -> dict[str, str]:
        """Return what code that this shell hands on sees of its variables and functions."""
        made = {}
        for name, var in self.state.variables.items():
            value = var.scalar()
            if value is not None and value[1]:
                made[name] = value[0]
            if var.items is not None and len(var.items) < 2000:
                elements = [f"[{k}]={shells.literal(v)}" for k, (v, ok) in var.items.items() if ok]
                if len(elements) == len(var.items):
                    made[f"BASH_ARRAY_{name}%%"] = ("A" if var.associative else "a") + "(" + " ".join(elements) + ")"
        for name, function in self.state.functions.items():
            made[f"BASH_FUNC_{name}%%"] = "() " + function.text
        return made
