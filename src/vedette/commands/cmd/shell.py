"""The run of a batch text: statements in order, with variables, loops, labels and pipes, bounded and without effect.

Nothing is started: a command becomes a call, a file that is written goes to the scope, output is kept where known.
Where a condition is not known both branches are read, and what they set differently is not known afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from vedette.commands.base import Call, Part, Reading, Redirect, Scope, Word
from vedette.commands.budget import Exhausted
from vedette.commands.cmd import environment, expansion
from vedette.commands.cmd.environment import NOISE, UNSET, Value
from vedette.commands.cmd.quotes import split_quotes
from vedette.commands.cmd.residue import Residue, mentions, quoted, render
from vedette.commands.cmd.syntax import (
    Block,
    Chain,
    For,
    If,
    Lines,
    Node,
    Parser,
    Pipe,
    Redirection,
    Remark,
    Simple,
    TooDeep,
)
from vedette.commands.cmd.traced import Traced
from vedette.commands.programs.base import LineCall
from vedette.commands.programs.line import split
from vedette.commands.programs.shells import raw_words
from vedette.schema.command import Language, TokenKind

MAX_LEVEL = 12
"""Texts read within texts: commands of loops, pipes, called labels."""
MAX_JUMPS = 200
MAX_WORDS = 5_000
"""Arguments of one call that are told apart."""
MAX_CALLS = 3_000
"""Calls of one text that are read."""
_LABEL = re.compile(r"(?m)^[ \t,;=]*:[ \t]*([^\s:+,;=&|<>]+)")
_SETS = re.compile(r'(?i)[\s,;=@(]*(?:call[\s,;=]+)*set[\s,;]+"?(?:/a[\s,;]*)?"?([^=]{1,80})=')
_ASSIGNED = re.compile(r'(?i)\bset[\s,;]+(?:/[ap][\s,;]+)?"?([^\s=&|<>"%!]{1,60})=')
_NOISE = re.compile(r"(?<=[A-Za-z])%([^%\s:~*0-9][^%\s:]*)%(?=[A-Za-z%])")
_MEANINGS = {
    "&": "runs the next command after this one",
    "&&": "runs the next command if this one succeeds",
    "||": "runs the next command if this one fails",
    "|": "gives what this command writes to the next one",
    "if": "runs what follows only if a condition holds",
    "else": "runs what follows if the condition does not hold",
    "for": "repeats a command for each item",
    "do": "begins the command that is repeated",
}


class Jump(Exception):  # noqa: N818
    """``goto``."""

    def __init__(self, label: str):
        self.label = label


class Leave(Exception):  # noqa: N818
    """``exit /b`` or ``goto :eof``."""


class Quit(Exception):  # noqa: N818
    """``exit``."""


class Sink:
    """Takes what commands write."""

    __slots__ = ("known", "parts", "wanted")

    def __init__(self, wanted: bool = True):
        self.parts: list[str] = []
        self.known = True
        self.wanted = wanted
        """Whether it is worth asking other readers what a program would write."""

    def text(self) -> str | None:
        """Return all that was written, or None where some of it is not known."""
        return "".join(self.parts) if self.known else None


class Shell:
    """One cmd process and the processes of its own kind that it starts."""

    def __init__(self, text: str, scope: Scope, batch: bool, delayed: bool):
        self.scope = scope
        self.budget = scope.budget
        self.source = Traced.source(text)
        self.batch = batch
        self.delayed = delayed
        self.variables: dict[str, Value] = {}
        self.exported: dict[str, str] | None = None
        self.saved: list[tuple[dict[str, Value], bool]] = []
        """What ``setlocal`` has put aside."""
        self.loop_variables: dict[str, Value] = {}
        self.arguments: tuple[str, ...] | None = (scope.arguments and ("", *scope.arguments)) or None
        self.sink = Sink(wanted=False)
        self.stdin: str | None = scope.stdin.decode("utf-8", "replace") if scope.stdin is not None else None
        self.sure = True
        self.level = 0
        self.jumps = 0
        self.piped = False
        self.pipes = False
        self.reading = Reading()
        self.residues: list[Residue] = []
        self.methods: dict[str, None] = {}
        self.changed = False
        self.setters: dict[int, str] = {}
        """Which calls only set a variable, by the identity of the call."""
        self.used: set[str] = set()
        """Variables that the text itself has set and used."""
        self.current = ""
        """The text of the simple command at hand, before it is expanded."""
        self.setting: str | None = None
        """The variable that it sets, ``""`` for none; None: not looked for yet."""
        self.leftover: set[str] = set()
        """Variables that began as ``!x!`` itself, which stays at the prompt where ``x`` is not set, and is cut."""
        self.pending: dict[str, None] = {}
        """Labels that may be gone to."""
        self.reached: set[str] = set()
        self.noisy: bool | None = None
        self.assigned: set[str] | None = None

    # Variables

    def look_up(self, name: str) -> Value | None:
        """Return what a variable holds; the name is in upper case."""
        value = self.variables.get(name)
        if value is not None:
            self.used.add(name)
            if value is not UNSET or self.batch:
                return value
            # At the prompt a variable that is not set stays as it is written.
            return self.unset(name)
        text = self.scope.environment.get(name)
        if text is not None and not name.startswith("="):
            return Value(text, "%" not in text)
        value = environment.default(name)
        if value is not None:
            return value
        return self.unset(name)

    def unset(self, name: str) -> Value | None:
        """Return what a variable holds that is not set, or None where it may be set outside."""
        if self.is_set_now(name):
            if not self.batch:
                self.leftover.add(name)
            return UNSET
        if self.batch and (name[0] == "=" or self.is_noise()):
            # ``%= … =%`` is a remark: no variable that is set bears such a name.
            return NOISE
        return None

    def look_up_delayed(self, name: str) -> Value | None:
        """Return what ``!x!`` holds: nothing, where it is not set yet but the text sets it."""
        value = self.look_up(name)
        if value is None and name in self.names():
            return UNSET
        return value

    def names(self) -> set[str]:
        """Return the variables that the text sets somewhere, as far as that is plain to see."""
        if self.assigned is None:
            found = _ASSIGNED.findall(self.source.text[:200_000].replace("^", ""))
            self.assigned = {name.upper() for name in found}
        return self.assigned

    def is_set_now(self, name: str) -> bool:
        """Return whether the command at hand sets a variable, so that it may well be empty before."""
        if self.setting is None:
            match = _SETS.match(self.current) if "=" in self.current else None
            self.setting = match.group(1).strip().upper() if match else ""
        return self.setting == name

    def part(self, name: str, value: Value, modifier: str) -> Value | None:
        """Return what ``%NAME:modifier%`` gives."""
        if name in self.leftover and value.text is not None and modifier.startswith("~"):
            lead = "!" * (len(name) + 2)
            found = environment.modified(name, Value(lead + value.text, value.known), modifier, self.budget)
            if found is None or found.text is None:
                return found
            # What is cut off is the name itself, which real values do not hold.
            return Value(found.text.lstrip("!") if found.text.startswith("!") else found.text, found.known)
        return environment.modified(name, value, modifier, self.budget)

    def is_noise(self) -> bool:
        """Return whether the batch file is strewn with variables that do not exist, so that they vanish."""
        if self.noisy is None:
            names = {m.group(1).upper() for m in _NOISE.finditer(self.source.text[:200_000])}
            names = {n for n in names if environment.default(n) is None and n not in self.scope.environment}
            self.noisy = len(names) >= 3
        return self.noisy

    def is_own(self, name: str) -> bool:
        """Return whether a variable is none that every Windows has."""
        return name in self.variables or environment.default(name) is None

    def assign(self, name: str, value: Value) -> None:
        """Set a variable."""
        self.variables[name.upper()] = value
        self.exported = None

    def export(self) -> dict[str, str]:
        """Return the variables that a started program inherits beyond those of the scope."""
        if self.exported is None:
            self.exported = {n: v.text for n, v in self.variables.items() if v.text and v.known and n[0] != "="}
        return self.exported

    def percent(self, text: Traced) -> Traced:
        """Expand percent signs."""
        return expansion.percent(self, text)

    def late(self, text: Traced) -> Traced:
        """Expand what is expanded when a command runs: variables of loops, then ``!…!``."""
        if self.loop_variables and "%" in text.text:
            text = expansion.loop(text, self.loop_variables, self.budget)
        if self.delayed and "!" in text.text:
            text = expansion.delayed(self, text)
        return text

    # Texts

    def run(self) -> None:
        """Run the whole text."""
        try:
            self.run_from(0)
            for _ in range(MAX_JUMPS):
                left = [label for label in self.pending if label not in self.reached]
                if not left:
                    break
                self.sure = False
                offset = self.find_label(left[0], 0)
                self.reached.add(left[0])
                self.residues.append(["\n", f":{left[0]}", None])
                if offset is not None:
                    self.run_from(offset)
        except Quit:
            pass
        except TooDeep:
            self.stop("its brackets nest too deep to be read")
        except Exhausted as spent:
            self.stop(str(spent))

    def run_from(self, offset: int) -> None:
        """Run the text from an offset to its end or to where it is left."""
        lines = Lines(self.source, self.percent)
        lines.at = offset
        while True:
            try:
                self.run_lines(lines)
                return
            except Leave:
                return
            except Jump as jump:
                self.jumps += 1
                target = self.find_label(jump.label, lines.at)
                if target is None:
                    self.stop(f"the label {jump.label} that it goes to is not there")
                    return
                if self.jumps > MAX_JUMPS:
                    self.stop("it goes in a circle that is left by what only running would tell")
                    return
                self.reached.add(jump.label.casefold())
                lines.at = target

    def run_lines(self, lines: Lines) -> None:
        """Run statements until the lines are used up."""
        while True:
            parser = Parser(lines, self.budget)
            if not parser.next_line():
                return
            if not parser.text or parser.text.isspace():
                continue
            node = parser.statement()
            self.take_in(parser)
            if node is not None:
                self.execute(node, "\n")

    def take_in(self, parser: Parser) -> None:
        """Keep what a parser met beside the commands."""
        if parser.broken:
            self.reading.broken = True
        if parser.cut:
            self.stop("a line holds more commands than are read")
        if parser.delimiters:
            self.methods.setdefault("delimiters", None)
            self.changed = True
        for operator, start, end in parser.operators:
            if start < end and self.level == 0:
                kind = TokenKind.KEYWORD if operator[0].isalpha() else TokenKind.OPERATOR
                self.reading.parts.append(Part(kind, start, end, _MEANINGS[operator]))

    def find_label(self, label: str, after: int) -> int | None:
        """Return where the text goes on after a label: the next one of that name, else the first."""
        wanted = label.casefold()
        first: int | None = None
        for match in _LABEL.finditer(self.source.text):
            if match.group(1).casefold() == wanted:
                end = self.source.text.find("\n", match.end())
                place = len(self.source.text) if end < 0 else end + 1
                if match.start() >= after:
                    return place
                if first is None:
                    first = place
        return first

    def call_label(self, label: str, arguments: tuple[str, ...]) -> None:
        """Run a subroutine of the batch file."""
        self.jumps += 1
        if self.level >= MAX_LEVEL or self.jumps > MAX_JUMPS:
            self.stop("its subroutines call one another too deep")
            return
        offset = self.find_label(label, 0)
        if offset is None:
            self.stop(f"the label {label} that it calls is not there")
            return
        kept, kept_loops, depth = self.arguments, self.loop_variables, len(self.saved)
        self.arguments, self.loop_variables = (f":{label}", *arguments), {}
        self.reached.add(label.casefold())
        self.level += 1
        try:
            self.run_from(offset)
        finally:
            self.level -= 1
            self.arguments, self.loop_variables = kept, kept_loops
            while len(self.saved) > depth:
                self.end_local()

    def child(self, text: Traced, sink: Sink | None, *, own_process: bool = True) -> list[Residue]:
        """Run a text as another cmd would that gets it on its command line; return what is left of it.

        Args:
            text: the command line.
            sink: takes what it writes; None: the sink at hand.
            own_process: whether what it sets is gone when it ends.
        """
        if self.level >= MAX_LEVEL:
            self.stop("its commands nest too deep to be read")
            if sink is not None:
                sink.known = False
            return []
        state = (self.batch, self.delayed, self.loop_variables, self.sink, self.residues, self.source, self.variables)
        self.level += 1
        self.batch, self.residues, self.source = False, [], text
        if own_process:
            self.loop_variables, self.variables, self.exported = {}, dict(self.variables), None
        if sink is not None:
            self.sink = sink
        try:
            lines = Lines(text, self.percent if own_process else lambda line: line)
            self.run_lines(lines)
        except (Leave, Quit, Jump):
            if not own_process:
                raise
        finally:
            self.level -= 1
            found = self.residues
            self.batch, self.delayed, self.loop_variables, self.sink, self.residues, self.source, variables = state
            if own_process:
                self.variables, self.exported = variables, None
        return found

    def end_local(self) -> None:
        """Take back what was set since ``setlocal``."""
        if self.saved:
            self.variables, self.delayed = self.saved.pop()
            self.exported = None

    def stop(self, clause: str) -> None:
        """Note where reading had to stop."""
        if clause not in self.reading.stops and len(self.reading.stops) < 10:
            self.reading.stops.append(clause)

    # Statements

    def execute(self, node: Node, separator: str) -> None:
        """Run one statement; what is left of it goes to the residues after the separator."""
        self.budget.step()
        if isinstance(node, Simple):
            self.simple(node, separator)
        elif isinstance(node, Chain):
            self.chain(node, separator)
        elif isinstance(node, Block):
            self.redirected(node, separator, self.block)
        elif isinstance(node, Pipe):
            self.pipe(node, separator)
        elif isinstance(node, If):
            from vedette.commands.cmd.conditions import condition

            self.redirected(node, separator, lambda n, s: condition(self, n, s))
        elif isinstance(node, For):
            from vedette.commands.cmd.loops import loop

            self.redirected(node, separator, lambda n, s: loop(self, n, s))
        elif isinstance(node, Remark):
            self.reading.parts.append(Part(TokenKind.COMMENT, node.start, node.end, "a remark or label, not run"))

    def chain(self, node: Chain, separator: str) -> None:
        """Run commands in a row."""
        for operator, item in node.items:
            if operator.startswith("||"):
                mark = len(self.residues)
                self.unsure(lambda item=item, operator=operator: self.execute(item, operator))  # type: ignore[misc]
                if len(self.residues) == mark:
                    continue
            else:
                self.execute(item, operator or separator)

    def block(self, node: Node, separator: str) -> None:
        """Run what stands in brackets."""
        assert isinstance(node, Block)  # noqa: S101
        outer, self.residues = self.residues, []
        try:
            for item in node.items:
                self.execute(item, "\n" if "\n" in self.source.text else " & ")
        finally:
            inner, self.residues = self.residues, outer
            if len(inner) == 1:
                self.residues.append([separator, inner[0][1], inner[0][2]])
            elif inner:
                self.residues.append([separator, ["(", inner, ")"], None])

    def redirected(self, node: Node, separator: str, run: Callable[[Node, str], None]) -> None:
        """Run a compound statement with its redirections."""
        if not node.redirects:
            run(node, separator)
            return
        redirects, sink, stdin = self.redirections(node.redirects)
        kept, self.sink = self.sink, sink or self.sink
        kept_in, self.stdin = self.stdin, stdin if stdin is not None else self.stdin
        mark = len(self.residues)
        try:
            run(node, separator)
        finally:
            self.sink, self.stdin = kept, kept_in
            self.write_out(redirects, sink)
            if len(self.residues) > mark:
                tail = "".join(f" {r.operator}{r.target.text if r.target else ''}" for r in redirects)
                last = self.residues[-1]
                self.residues[-1] = [last[0], [[["", last[1], None]], tail], None]

    def unsure(self, run: Callable[[], None], *others: Callable[[], None]) -> None:
        """Run what may or may not run: one of several branches, or none; what they set differently is not known."""
        before, kept_sure = self.variables, self.sure
        outcomes: list[dict[str, Value]] = []
        self.sure = False
        known = self.sink.known
        size = len(self.sink.parts)
        try:
            for branch in (run, *others):
                self.variables, self.exported = dict(before), None
                try:
                    branch()
                    outcomes.append(self.variables)
                except Jump as jump:
                    if jump.label.casefold() != "eof":
                        self.pending[jump.label.casefold()] = None
                except (Leave, Quit):
                    pass
        finally:
            self.sure = kept_sure
            if len(self.sink.parts) > size:
                self.sink.known = False
            del known
            if not others:
                outcomes.append(before)
            self.variables = self.merged(before, outcomes)
            self.exported = None

    def merged(self, before: dict[str, Value], outcomes: list[dict[str, Value]]) -> dict[str, Value]:
        """Return the variables after a branching."""
        if not outcomes:
            return before
        first = outcomes[0]
        result = dict(first)
        for other in outcomes[1:]:
            for name in first.keys() | other.keys():
                if first.get(name) != other.get(name):
                    result[name] = Value(None, False)
        return result

    def pipe(self, node: Pipe, separator: str) -> None:
        """Run commands that read one another's output; each in a process of its own."""
        variables, kept_sink, kept_in = self.variables, self.sink, self.stdin
        kept_piped, kept_pipes = self.piped, self.pipes
        outer, self.residues = self.residues, []
        parts: list[list[Residue]] = []
        text: str | None = None
        try:
            for index, item in enumerate(node.items):
                last = index == len(node.items) - 1
                self.variables, self.exported = dict(variables), None
                self.residues = []
                parts.append(self.residues)
                self.piped, self.pipes = index > 0 or kept_piped, not last or kept_pipes
                self.stdin = text if index else kept_in
                sink = kept_sink if last else Sink()
                self.sink = sink
                try:
                    self.again(item)
                except (Jump, Leave, Quit):
                    sink.known = False
                text = None if last else sink.text()
        finally:
            self.variables, self.exported = variables, None
            self.sink, self.stdin, self.piped, self.pipes = kept_sink, kept_in, kept_piped, kept_pipes
            self.residues = outer
            content: list[Any] = []
            for part in parts:
                if part:
                    content += [" | ", part] if content else [part]
            if content:
                self.residues.append([separator, content, None])

    def again(self, node: Node) -> None:
        """Run a side of a pipe: the cmd that is started for it expands percent signs and undoes carets once more."""
        if isinstance(node, Simple):
            text = node.text
            if self.loop_variables and "%" in text.text:
                text = expansion.loop(text, self.loop_variables, self.budget)
            if "%" in text.text:
                batch, self.batch = self.batch, False
                text = self.percent(text.sure())
                self.batch = batch
            if "^" in text.text:
                text = expansion.uncaret(text)
            if text is not node.text:
                copy = Simple(node.start, node.end, text)
                copy.redirects = node.redirects
                node = copy
        self.execute(node, "")

    @staticmethod
    def new_sink(wanted: bool = True) -> Sink:
        """Return a sink of its own."""
        return Sink(wanted)

    # Simple commands

    def redirections(self, found: list[Redirection]) -> tuple[list[Redirect], Sink | None, str | None]:
        """Return redirections as a call holds them, the sink for what is written to a file, and what is read."""
        redirects: list[Redirect] = []
        sink: Sink | None = None
        stdin: str | None = None
        for one in found:
            target: Word | None = None
            if one.target is not None:
                text = self.late(one.target)
                self.note_methods(text)
                target = self.word(text, 0, len(text.text))
            redirects.append(Redirect(one.operator, target, one.start, one.end))
            if one.handle in ("", "1") and one.operator.endswith(">"):
                sink = Sink()
            elif one.handle in ("", "1") and "&" in one.operator and ">" in one.operator:
                sink = sink or (Sink() if one.operator[-1] != "1" else None)
            elif one.operator in ("<", "0<") and target is not None:
                name = target.text
                data = b"" if name.casefold() == "nul" else self.file(name)
                stdin = data.decode("utf-8", "replace") if data is not None else None
        return redirects, sink, stdin

    def write_out(self, redirects: list[Redirect], sink: Sink | None) -> None:
        """Put what a command wrote into the files that it was sent to."""
        if sink is None:
            return
        for redirect in redirects:
            operator = redirect.operator
            if redirect.target is None or "<" in operator or operator.lstrip("1")[:1] != ">":
                continue
            name = redirect.target.text.strip('"')
            if not name or name.casefold() in ("nul", "con"):
                continue
            text = sink.text()
            key = name.casefold()
            old = self.scope.files.get(key) if operator.endswith(">>") else b""
            if text is None or (operator.endswith(">>") and old is None and not self.may_be_new(key)):
                self.scope.files.pop(key, None)
                continue
            data = (old or b"") + text.encode("utf-8", "replace")
            self.budget.make(len(data) if operator.endswith(">>") else len(text))
            self.scope.files[key] = data

    def may_be_new(self, key: str) -> bool:
        """Return whether a file that is appended to holds only what the command writes, as far as it can be told."""
        return True

    def file(self, name: str) -> bytes | None:
        """Return what the command has written to a file."""
        files = self.scope.files
        if not files:
            return None
        name = name.strip().strip('"').casefold()
        data = files.get(name)
        if data is None:
            plain = name.removeprefix(".\\").rpartition("\\")[2] if name.startswith(".\\") else name
            data = files.get(plain)
        return data

    def word(self, text: Traced, start: int, end: int) -> Word:
        """Return a range of a text as a word, its quotes undone."""
        raw = text.text[start:end]
        low = text.start_of(start)
        return Word(
            raw.replace('"', "") if '"' in raw else raw,
            low,
            max(low, text.end_of(end)),
            not text.unknown or text.known(start, end),
            text.methods(start, end) if text.marks else (),
        )

    def words(self, text: Traced, start: int, tidy: bool = True, tool: str = "") -> list[Word]:
        """Return the arguments from a place on, as a program splits them.

        Args:
            text: the command.
            start: the place.
            tidy: whether to look for quotes to no end.
            tool: the program, where it reads its command line in a way of its own.
        """
        found: list[Word] = []
        marks, unknown = text.marks, text.unknown
        words = raw_words(tool, text.text, start)
        for value, first, last in split(text.text, start, most=MAX_WORDS) if words is None else words:
            low = text.start_of(first)
            methods = text.methods(first, last) if marks else ()
            if tidy and '"' in text.text[first:last] and split_quotes(text.text[first:last]):
                methods = (*methods, "quote-splitting")
            found.append(Word(value, low, max(low, text.end_of(last)), not unknown or text.known(first, last), methods))
        return found

    def simple(self, node: Simple, separator: str) -> None:
        """Run a simple command."""
        from vedette.commands.cmd.builtins import command

        self.current, self.setting = node.text.text, None
        text = self.late(node.text)
        if not node.redirects:
            command(self, text, node, [], separator)
            return
        redirects, sink, stdin = self.redirections(node.redirects)
        kept, self.sink = self.sink, sink or self.sink
        kept_in, self.stdin = self.stdin, stdin if stdin is not None else self.stdin
        try:
            command(self, text, node, redirects, separator)
        finally:
            self.sink, self.stdin = kept, kept_in
            self.write_out(redirects, sink)

    def note_methods(self, text: Traced) -> None:
        """Keep how a text was hidden."""
        for _, method in text.marks:
            if method != "=":
                self.methods[method] = None
                self.changed = True

    def emit(self, name: Word, args: list[Word], text: Traced, node: Simple, redirects: list[Redirect]) -> LineCall:
        """Add a call."""
        call = LineCall(
            name=name,
            args=args,
            language=Language.CMD,
            redirects=redirects,
            stdin=self.stdin.encode("utf-8", "replace") if self.stdin is not None else None,
            piped=self.piped,
            pipes=self.pipes,
            sure=self.sure,
            start=node.start,
            end=node.end,
            line=text.text.lstrip(" \t,;=@").rstrip(),
            environment=self.export() if self.variables else None,
            files=dict(self.scope.files) if self.scope.files else None,
        )
        self.reading.calls.append(call)
        if len(self.reading.calls) - len(self.setters) > MAX_CALLS:
            raise Exhausted(f"it makes more than {MAX_CALLS:,} calls")
        return call

    def leave(self, text: str, redirects: list[Redirect], separator: str, variable: str | None = None) -> None:
        """Add what is left of a simple command to the residues."""
        for redirect in redirects:
            target = redirect.target.text if redirect.target else ""
            text = text.rstrip() + f" {redirect.operator}{quoted(target)}"
        self.residues.append([separator, text, variable])

    def finish(self) -> Reading:
        """Return the reading: calls that only set what is used are left out, the clear text is put together."""
        reading = self.reading
        later = "\n".join(
            call.line for call in reading.calls if isinstance(call, LineCall) and id(call) not in self.setters
        )
        folded = later.casefold()
        spent: set[str] = set()
        for name in set(self.setters.values()):
            if name in self.used or mentions(folded, name.casefold()):
                spent.add(name)
        if spent:
            kept: list[Call] = []
            for call in reading.calls:
                if self.setters.get(id(call)) in spent:
                    reading.parts.append(Part(TokenKind.VARIABLE, call.start, call.end, "sets a variable"))
                else:
                    kept.append(call)
            reading.calls = kept
            self.changed = self.changed or bool(spent & self.used)
        if self.changed and self.methods:
            used = spent & self.used
            clear = render(self.residues, used).strip()
            if clear and clear != self.source.text.strip():
                reading.clear = clear
                reading.methods = tuple(self.methods)
        text = self.sink.text()
        reading.output = text.encode("utf-8", "replace") if text is not None and not reading.stops else None
        return reading
