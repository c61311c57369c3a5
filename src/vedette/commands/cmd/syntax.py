"""cmd's grammar: a line (and the lines that a bracket or a caret takes in) becomes a tree of commands."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from vedette.commands.budget import Budget
from vedette.commands.cmd.traced import ESCAPE, Edit, Traced, joined

MAX_DEPTH = 40
"""Brackets and conditions within one another; deeper ones are not read."""

MAX_ITEMS = 3_000
"""Commands in a row that are read."""
_BLANK = re.compile(r"[ \t,;=\v\f\xa0]+")
_COMMAND_BLANK = re.compile(r"[ \t,;=\v\f\xa0@\ufeff]+")
_DELIMITERS = re.compile(r"[,;=]")
_SPACE = re.compile(r"[ \t\v\f\xa0]+")
_RUN = re.compile(r'[^"^&|<>()\n]+')
_QUOTED = re.compile(r'"[^"\n]*"?')
_REDIRECT = re.compile(r"([0-9]?)(>>|>|<)(?:[ \t,;=]*&[ \t]*([0-9-]))?")
_OPERATOR = re.compile(r"&&|\|\||&|\|")
_WORD_STOP = re.compile(r'[ \t,;=\v\f\xa0"^&|<>()\n]')
_KEYWORD = re.compile(r'(?i)\^?(?:(f)\^?o\^?r|(i)\^?f|(r)\^?e\^?m)(?=[\s,;=/("^.:]|\?|$)')
SPECIAL = frozenset('&|<>^()"%!,;= \t')
"""What a caret has to stand before to be plain."""
_OPERATORS = {"EQU", "NEQ", "LSS", "LEQ", "GTR", "GEQ"}


def escape_mark(char: str) -> str:
    """Return what to note where a caret was undone: before a special character it is needed, elsewhere it hides."""
    return ESCAPE if char in SPECIAL else "caret"


class TooDeep(Exception):  # noqa: N818
    """Brackets nest deeper than is read."""


@dataclass(slots=True)
class Redirection:
    """``>file``, ``2>&1``, ``<file``."""

    operator: str
    handle: str
    target: Traced | None
    start: int
    end: int


@dataclass(slots=True)
class Node:
    """A command of some kind."""

    start: int
    """Where it begins in the layer's text."""
    end: int
    redirects: list[Redirection] = field(default_factory=list, kw_only=True)


@dataclass(slots=True)
class Simple(Node):
    """A command and its text, carets undone, redirections taken out."""

    text: Traced


@dataclass(slots=True)
class Remark(Node):
    """``rem`` or a label."""


@dataclass(slots=True)
class Chain(Node):
    """Commands in a row: each with the operator before it, as written with its blanks."""

    items: list[tuple[str, Node]]


@dataclass(slots=True)
class Pipe(Node):
    """Commands, each of which reads what the one before it writes."""

    items: list[Node]


@dataclass(slots=True)
class Block(Node):
    """What stands in brackets."""

    items: list[Node]


@dataclass(slots=True)
class If(Node):
    """A condition and what depends on it."""

    folded: bool
    """``/i``: case is no matter."""
    negated: bool
    operator: str
    left: Traced | None
    right: Traced | None
    then: Node
    otherwise: Node | None


@dataclass(slots=True)
class For(Node):
    """A loop."""

    form: str
    """``""``, ``d``, ``l``, ``r`` or ``f``."""
    options: Traced | None
    variable: str
    items: Traced
    body: Node


class Lines:
    """The physical lines of a text, taken one at a time, each expanded when it is taken."""

    def __init__(self, source: Traced, expand: Callable[[Traced], Traced]):
        self.source = source
        self.expand = expand
        self.at = 0
        """Where the next line begins."""

    def take(self) -> Traced | None:
        """Return the next line, expanded, without its end; None when there is none."""
        text = self.source.text
        if self.at > len(text) or (self.at == len(text) and self.at > 0):
            return None
        end = text.find("\n", self.at)
        stop = len(text) if end < 0 else end
        line = self.source[self.at, stop]
        self.at = len(text) + 1 if end < 0 else end + 1
        if "\r" in line.text:
            line = line.edited([Edit(m.start(), m.end(), "") for m in re.finditer("\r", line.text)])
        return self.expand(line) if "%" in line.text else line


class Parser:
    """Reads one command with all that belongs to it; make a new one for the next."""

    def __init__(self, lines: Lines, budget: Budget):
        self.lines = lines
        self.budget = budget
        self.line = Traced("", [(0, 0, 0, True)])
        self.text = ""
        self.at = 0
        self.depth = 0
        self.brackets = 0
        self.broken = False
        self.cut = False
        """Whether the rest of a line was left out, as it holds too many commands."""
        self.delimiters = False
        """Whether commas or the like stood before a command."""
        self.operators: list[tuple[str, int, int]] = []
        """Operators and keywords met, with where they stand in the layer."""

    def next_line(self) -> bool:
        """Go on to the next physical line; False at the end."""
        line = self.lines.take()
        if line is None:
            return False
        self.budget.step()
        self.line, self.text, self.at = line, line.text, 0
        return True

    def skip(self, blank: re.Pattern[str]) -> None:
        """Pass blanks."""
        match = blank.match(self.text, self.at)
        if match:
            self.at = match.end()

    def statement(self) -> Node | None:
        """Return what the current line (and those that it takes in) says; None where it says nothing."""
        node = self.chain()
        if self.at < len(self.text):
            # A closing bracket that nothing opened: cmd ignores the rest of the line.
            self.broken = self.broken or self.text[self.at] != ")"
        return node

    def chain(self) -> Node | None:
        """Return commands up to the end of the line or the bracket."""
        items: list[tuple[str, Node]] = []
        operator = ""
        while True:
            node = self.pipe()
            if node is not None:
                items.append((operator, node))
                if len(items) >= MAX_ITEMS:
                    self.cut = True
                    self.at = len(self.text)
            match = _OPERATOR.match(self.text, self.at)
            if match is None:
                break
            blank = _SPACE.match(self.text, match.end())
            end = blank.end() if blank else match.end()
            operator = self.text[match.start() : end]
            self.note(match.group(), match.start(), match.end())
            self.at = end
            if node is None:
                self.broken = True
        if not items:
            return None
        if len(items) == 1:
            return items[0][1]
        return Chain(items[0][1].start, items[-1][1].end, items)

    def note(self, operator: str, start: int, end: int) -> None:
        """Keep an operator for the list of tokens."""
        self.operators.append((operator, self.line.start_of(start), self.line.end_of(end)))

    def pipe(self) -> Node | None:
        """Return one command, or several that are piped."""
        items: list[Node] = []
        while True:
            node = self.command()
            if node is not None:
                items.append(node)
                if len(items) >= MAX_ITEMS:
                    self.cut = True
                    self.at = len(self.text)
            if self.text.startswith("|", self.at) and not self.text.startswith("||", self.at):
                self.note("|", self.at, self.at + 1)
                self.at += 1
                if node is None:
                    self.broken = True
                continue
            break
        if not items:
            return None
        return items[0] if len(items) == 1 else Pipe(items[0].start, items[-1].end, items)

    def command(self) -> Node | None:
        """Return one command: a block, a condition, a loop, or a simple one."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise TooDeep
        try:
            self.budget.step()
            before = self.at
            self.skip(_COMMAND_BLANK)
            if self.at > before and _DELIMITERS.search(self.text, before, self.at):
                self.delimiters = True
            redirects: list[Redirection] = []
            while True:
                match = _REDIRECT.match(self.text, self.at)
                if match is None:
                    break
                redirects.append(self.redirect(match))
                self.skip(_COMMAND_BLANK)
            if self.text.startswith("(", self.at):
                node = self.block()
                node.redirects[:0] = redirects
                return node
            keyword = _KEYWORD.match(self.text, self.at)
            node_: Node | None = None
            if keyword:
                start = self.at
                if keyword.group(1):
                    node_ = self.loop(keyword)
                elif keyword.group(2):
                    node_ = self.condition(keyword)
                else:
                    return self.remark(keyword)
                if node_ is None:
                    self.at = start
                    self.broken = True
                else:
                    node_.redirects.extend(redirects)
                    return node_
            elif self.text.startswith(":", self.at) or (not self.brackets and self.text.startswith(")", self.at)):
                start_, self.at = self.line.start_of(self.at), len(self.text)
                return Remark(start_, self.line.end_of(len(self.text)))
            return self.simple(redirects)
        finally:
            self.depth -= 1

    def remark(self, keyword: re.Match[str]) -> Node:
        """Return a remark: the rest of the line, unless an operator follows the word at once."""
        start = self.line.start_of(keyword.start())
        self.at = keyword.end()
        self.skip(_SPACE)
        if not _OPERATOR.match(self.text, self.at) and not (self.brackets and self.text.startswith(")", self.at)):
            self.at = len(self.text)
        return Remark(start, self.line.end_of(self.at))

    def block(self) -> Block:
        """Return what stands in brackets, over as many lines as it takes."""
        start = self.line.start_of(self.at)
        self.at += 1
        self.brackets += 1
        items: list[Node] = []
        while True:
            node = self.chain()
            if node is not None:
                items.append(node)
            if self.text.startswith(")", self.at):
                self.at += 1
                break
            if not self.next_line():
                self.broken = True
                break
        self.brackets -= 1
        block = Block(start, max(start, self.line.end_of(self.at)), items)
        block.redirects.extend(self.redirects_after())
        return block

    def redirects_after(self) -> list[Redirection]:
        """Return the redirections that follow a bracket."""
        found: list[Redirection] = []
        while True:
            self.skip(_SPACE)
            match = _REDIRECT.match(self.text, self.at)
            if match is None:
                return found
            found.append(self.redirect(match))

    def redirect(self, match: re.Match[str]) -> Redirection:
        """Return one redirection; the place is after it then."""
        self.budget.step(3)
        handle, operator, duplicate = match.groups()
        start = self.line.start_of(match.start())
        self.at = match.end()
        if duplicate:
            return Redirection(f"{handle}{operator}&{duplicate}", handle, None, start, self.line.end_of(self.at))
        self.skip(_BLANK)
        target = self.token()
        return Redirection(handle + operator, handle, target, start, max(start, self.line.end_of(self.at)))

    def token(self, stop_at_equals: bool = True) -> Traced:
        """Return the next word, carets undone and quotes kept; empty where none is left."""
        parts: list[Traced] = []
        while self.at < len(self.text):
            match = _WORD_STOP.search(self.text, self.at)
            end = match.start() if match else len(self.text)
            if end > self.at:
                parts.append(self.line[self.at, end])
                self.at = end
            if match is None:
                break
            char = match.group()
            if char == '"':
                quoted = _QUOTED.match(self.text, self.at)
                assert quoted is not None  # noqa: S101
                parts.append(self.line[self.at, quoted.end()])
                self.at = quoted.end()
            elif char == "^":
                if not self.escaped(parts):
                    break
            elif char == "(" and parts:
                parts.append(self.line[self.at, self.at + 1])
                self.at += 1
            elif char == "=" and not stop_at_equals:
                parts.append(self.line[self.at, self.at + 1])
                self.at += 1
            else:
                break
        return joined(parts) if parts else self.line[self.at, self.at]

    def escaped(self, parts: list[Traced]) -> bool:
        """Take in what a caret escapes: the next character, or the first of the next line."""
        self.budget.step()
        if self.at + 1 < len(self.text):
            kept = self.line[self.at + 1, self.at + 2]
            parts.append(Traced(kept.text, kept.segments, ((0, escape_mark(kept.text)), *kept.marks), kept.unknown))
            self.at += 2
            return True
        if not self.next_line():
            self.at = len(self.text)
            return False
        if self.text:
            parts.append(self.continued())
            self.at = 1
        return True

    def continued(self) -> Traced:
        """Return the first character of a line that a caret joins to the one before: it is never special."""
        self.budget.step(4)
        first = self.line[0, 1]
        mark = ESCAPE if first.text in "&|<>^()" else "line-continuation"
        return Traced(first.text, first.segments, ((0, mark), *first.marks), first.unknown)

    def simple(self, redirects: list[Redirection]) -> Node | None:
        """Return a simple command up to an operator, a bracket that ends a block, or the end of the line."""
        if self.at >= len(self.text):
            return None
        parts: list[Traced] = []
        first = self.line.start_of(self.at)
        begin = self.at
        """Where the part of the line begins that is not yet kept."""
        fresh = True
        while True:
            run = _RUN.match(self.text, self.at)
            if run:
                self.at = run.end()
                fresh = False
            if self.at >= len(self.text):
                break
            char = self.text[self.at]
            if char == '"':
                quoted = _QUOTED.match(self.text, self.at)
                assert quoted is not None  # noqa: S101
                self.budget.step()
                self.at = quoted.end()
            elif char == "^":
                edits: list[Edit] = []
                stop = self.carets_from(edits)
                kept = self.line[begin, stop].edited(
                    [Edit(e.start - begin, e.end - begin, "", e.method) for e in edits]
                )
                parts.append(kept)
                self.at = begin = stop
                if self.text.startswith("^", self.at) and self.at + 1 >= len(self.text):
                    if not self.next_line():
                        self.at = begin = len(self.text)
                        break
                    if self.text:
                        parts.append(self.continued())
                    self.at = begin = min(1, len(self.text))
            elif char == "(":
                self.at += 1
            elif char == ")":
                if self.brackets:
                    break
                self.at += 1
            elif char in "<>":
                at = self.at
                if at > begin and self.text[at - 1].isdigit() and (at - 1 == begin or self.text[at - 2] in " \t,;="):
                    at -= 1
                match = _REDIRECT.match(self.text, at)
                assert match is not None  # noqa: S101
                if at > begin:
                    parts.append(self.line[begin, at])
                redirects.append(self.redirect(match))
                begin = self.at
            else:
                break
            fresh = False
        if self.at > begin:
            parts.append(self.line[begin, self.at])
        if fresh and not parts and not redirects:
            return None
        last = self.line.end_of(self.at)
        text = joined(parts) if parts else self.line[self.at, self.at]
        node = Simple(first, max(first, last), text)
        node.redirects.extend(redirects)
        return node

    def carets_from(self, edits: list[Edit]) -> int:
        """Return where the run of text with carets from here ends; the carets in it go to ``edits``.

        Carets come by the dozen in hidden commands, so a run of them is undone at once.
        """
        at, text = self.at, self.text
        size = len(text)
        while at < size:
            char = text[at]
            if char == "^":
                if at + 1 >= size:
                    return at
                edits.append(Edit(at, at + 1, "", escape_mark(text[at + 1])))
                if len(edits) % 64 == 0:
                    self.budget.step(24)
                at += 2
            elif char in '"&|<>()\n':
                return at
            else:
                run = _RUN.match(text, at)
                assert run is not None  # noqa: S101
                at = run.end()
        return at

    def condition(self, keyword: re.Match[str]) -> Node | None:
        """Return an ``if`` with its branches, or None where it is none."""
        start = self.line.start_of(keyword.start())
        self.note("if", keyword.start(), keyword.end())
        self.at = keyword.end()
        folded = negated = False
        while True:
            self.skip(_BLANK)
            begin = self.at
            first = self.token()
            word = first.text.casefold()
            if word == "/i":
                folded = True
            elif word == "not":
                negated = not negated
            else:
                break
        if not first.text:
            return None
        left: Traced | None = None
        right: Traced | None = None
        if word in ("exist", "defined", "errorlevel", "cmdextversion") and not re.match(
            r"[ \t]*==", self.text[self.at : self.at + 20]
        ):
            operator = word
            self.skip(_BLANK)
            right = self.token()
        else:
            del begin
            left = first
            equals = re.compile(r"[ \t,;]*==[ \t,;=]*").match(self.text, self.at)
            if equals:
                operator = "=="
                self.at = equals.end()
            else:
                self.skip(_BLANK)
                operator = self.token().text.upper()
                if operator not in _OPERATORS:
                    return None
                self.skip(_BLANK)
            right = self.operand()
        # What follows ``&`` on the line depends on the condition too.
        then = self.chain()
        if then is None:
            return None
        otherwise: Node | None = None
        if isinstance(then, Block):
            match = re.compile(r"(?i)[ \t,;=]*(e\^?l\^?s\^?e)(?=[\s,;=(\"^]|$)").match(self.text, self.at)
            if match:
                self.note("else", match.start(1), match.end(1))
                self.at = match.end()
                otherwise = self.chain()
        end = (otherwise or then).end
        return If(start, max(start, end), folded, negated, operator, left, right, then, otherwise)

    def operand(self) -> Traced:
        """Return the right side of a comparison; a quoted one ends with its quote where a bracket follows."""
        quoted = _QUOTED.match(self.text, self.at)
        if quoted and self.text.startswith("(", quoted.end()):
            begin, self.at = self.at, quoted.end()
            return self.line[begin, self.at]
        return self.token()

    def loop(self, keyword: re.Match[str]) -> Node | None:
        """Return a ``for`` with its body, or None where it is none."""
        start = self.line.start_of(keyword.start())
        self.note("for", keyword.start(), keyword.end())
        self.at = keyword.end()
        form, options = "", None
        while True:
            self.skip(_BLANK)
            begin = self.at
            token = self.token()
            text = token.text
            if not text:
                return None
            if len(text) >= 2 and text[0] == "/" and text[1].lower() in "dlrf" and not form.replace("d", ""):
                form += text[1].lower()
                if len(text) > 2:
                    options = token[2, len(text)]
            elif text[0] == "%" and len(text) >= 2:
                variable = text[1]
                if len(text) > 2:
                    # ``%%a`` in a line that is no batch file, or a name that is too long.
                    if text[1] == "%":
                        variable = text[2]
                    elif not re.fullmatch(r"%.\s*", text):
                        return None
                break
            elif form and form[-1] in "fr" and options is None:
                options = token
            elif form and form[-1] == "f" and options is not None:
                options = joined([options, Traced.standing_for(" ", token.start_of(0), token.start_of(0)), token])
            else:
                return None
            if self.at == begin:
                return None
        self.skip(_BLANK)
        if self.token().text.casefold() != "in":
            return None
        while True:
            self.skip(_BLANK)
            if self.at < len(self.text):
                break
            if not self.next_line():
                return None
        if not self.text.startswith("(", self.at):
            return None
        self.at += 1
        items = self.set_of_loop()
        if items is None:
            return None
        # What follows ``&`` on the line belongs to the body too.
        body = self.chain()
        if body is None:
            return None
        return For(start, max(start, body.end), form, options, variable, items, body)

    def set_of_loop(self) -> Traced | None:
        """Return the text between the brackets of a loop; the place is after ``do`` then."""
        do = re.compile(r"(?i)[ \t,;=@]*\^?d\^?o(?=[\s,;=(\"^@]|$)")
        parts: list[Traced] = []
        while True:
            run = re.compile(r'[^"^)\n]+').match(self.text, self.at)
            if run:
                parts.append(self.line[self.at, run.end()])
                self.at = run.end()
            if self.at >= len(self.text):
                if not self.next_line():
                    return None
                if parts:
                    parts.append(Traced.standing_for(" ", self.line.start_of(0), self.line.start_of(0)))
                continue
            char = self.text[self.at]
            if char == '"':
                quoted = _QUOTED.match(self.text, self.at)
                assert quoted is not None  # noqa: S101
                parts.append(self.line[self.at, quoted.end()])
                self.at = quoted.end()
            elif char == "^":
                if not self.escaped(parts):
                    return None
            else:
                match = do.match(self.text, self.at + 1)
                if match:
                    self.note("do", match.end() - 2, match.end())
                    self.at = match.end()
                    return joined(parts) if parts else self.line[self.at, self.at]
                parts.append(self.line[self.at, self.at + 1])
                self.at += 1
