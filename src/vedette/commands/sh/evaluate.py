"""Goes through a parsed script as a shell would and notes what it calls; runs nothing.

What cannot be known splits the way: both branches are read, and what they leave different is unknown behind them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from typing import Any

from vedette.commands.base import Call, Nested, Part, Redirect, Scope, Word
from vedette.commands.sh import patterns, shells, tools
from vedette.commands.sh.builtins import BUILTINS, CONDITIONS, SILENT
from vedette.commands.sh.clear import Edits
from vedette.commands.sh.conditions import decide
from vedette.commands.sh.escapes import to_bytes, to_text
from vedette.commands.sh.expand import Expander, Field, Result, quoted
from vedette.commands.sh.parser import Parser
from vedette.commands.sh.state import Defined, Sink, State, Stream, Var, unknown
from vedette.commands.sh.syntax import (
    AndOr,
    ArithCommand,
    Assign,
    Case,
    Coproc,
    For,
    ForArith,
    Function,
    Group,
    If,
    Listing,
    Node,
    Param,
    Pipeline,
    Proc,
    Redir,
    Simple,
    Sub,
    Test,
    While,
    WordNode,
)
from vedette.commands.sh.walk import assigned
from vedette.schema.command import Language, TokenKind

_DEEPEST = 34
_MOST_CALLS = 3000
_MOST_OF_ONE = 48
"""Most calls that are noted of one place in a loop."""
_MOST_ROUNDS = 20_000
_TAKES_ARGUMENTS = re.compile(r"\bshift\b|\bgetopts\b|\$[1-9@*]|\$\{[1-9@*]|[Uu]sage")
_OUTPUT_FD = re.compile(r"(1|&|)>")
_CHOOSING = frozenset({"filter", "sort", "index-pick"})
_SPELLING = frozenset({"sed", "gsed", "awk", "gawk", "mawk", "nawk", "tr"})
_EMPTIES = re.compile(
    r"[\w:/.](?:\$\(\)|``|\$[@*]|\$\{[@*]\})[\w:/.]|\$\{![@*]\}|\$\{[@*](?:[#%/^,~][^{}]*|:[^-+?={}]+)\}"
)
_SELVES = frozenset({"$0", "${0}", "$SHELL", "${SHELL}", "$BASH", "${BASH}", "${!#}"})


class JumpError(Exception):
    """``break``, ``continue``, ``return`` or ``exit``."""

    def __init__(self, kind: str, levels: int = 1):
        super().__init__(kind)
        self.kind = kind
        self.levels = levels


class Target:
    """Where standard output goes."""

    __slots__ = ("append", "kind", "name", "proc")

    def __init__(self, kind: str, name: str = "", append: bool = False, proc: Proc | None = None):
        self.kind = kind
        self.name = name
        self.append = append
        self.proc = proc


class Evaluator(Expander):
    """Reads one layer."""

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

    # -- nodes

    def run(self, node: Node) -> None:
        """Go through a node."""
        _RUN[type(node)](self, node)

    def listing(self, node: Listing) -> None:
        """Go through commands in order."""
        for item, background in node.items:
            self.run(item)
            if background:
                self.status = 0

    def script(self, node: Listing) -> None:
        """Go through the layer's own commands, telling those that only compute."""
        for item, background in node.items:
            before = len(self.calls), len(self.nested), len(self.edits), len(self.scope.files)
            if not isinstance(item, Simple):
                made = len(self.pure_spans)
                self.run(item)
                if isinstance(item, (For, ForArith, While, If, Case, ArithCommand)):
                    del self.pure_spans[made:]
                    if before == (len(self.calls), len(self.nested), len(self.edits), len(self.scope.files)):
                        self.pure_spans.append((item.start, item.end, frozenset(assigned(item))))
            else:
                self.run(item)
            if background:
                self.status = 0

    def and_or(self, node: AndOr) -> None:
        """Go through ``a && b || c``."""
        self.run(node.first)
        before: Node = node.first
        unsure = False
        for operator, item in node.rest:
            status = self.status
            if status is not None and not unsure:
                if (status == 0) == (operator == "&&"):
                    self.run(item)
                    before = item
                continue
            if operator == "&&" and not unsure and not _is_condition(before):
                self.run(item)
            else:
                # a && b && c: c is as unsure as b; a || b && c: c runs whichever of them succeeds
                unsure = operator == "&&"
                self.maybe(item)
                self.status = None
            before = item

    def maybe(self, node: Node) -> None:
        """Go through what may not be reached."""
        base = self.state
        self.state = base.copy()
        sure, out = self.sure, self.out
        self.sure = False
        self.uncertain += 1
        self.out = Sink(out.wanted)
        try:
            self.run(node)
        except JumpError:
            pass
        finally:
            self.uncertain -= 1
            self.sure = sure
            written, self.out = self.out, out
        self.state.merge(base)
        if written.size or not written.known:
            out.take(written)
            out.known = False

    def pipeline(self, node: Pipeline) -> None:
        """Go through commands joined by pipes."""
        commands = node.commands
        last = len(commands) - 1
        if last:
            stdin, out, state, piping = self.stdin, self.out, self.state, self.piping
            started, self.pipe_start = self.pipe_start, node.start
            try:
                for i, command in enumerate(commands):
                    self.state = state.copy()
                    self.piping = (i > 0, i < last)
                    sink = out if i == last else Sink()
                    self.out = sink
                    try:
                        self.run(command)
                    except JumpError:
                        pass
                    self.stdin = sink.stream()
            finally:
                self.stdin, self.out, self.state, self.piping = stdin, out, state, piping
                self.pipe_start = started
        else:
            self.run(commands[0])
        if node.negated and self.status is not None:
            self.status = int(not self.status)

    def group(self, node: Group) -> None:
        """Go through ``{ … }`` or ``( … )``."""
        if not node.subshell:
            self.listing(node.body)
            return
        state = self.state
        self.state = state.copy()
        try:
            self.listing(node.body)
        except JumpError:
            pass
        finally:
            self.state = state

    def compound(self, node: Any) -> None:
        """Go through a compound command with its redirections."""
        self.budget.step()
        piping, self.piping = self.piping, (False, False)
        self.blocks += 1
        noted = len(self.calls)
        try:
            if node.redirects:
                self.redirected(node.redirects, lambda: _COMPOUND[type(node)](self, node))
            else:
                _COMPOUND[type(node)](self, node)
        finally:
            self.blocks -= 1
            self.piping = piping
            if node.redirects and self.around and not self.quiet:
                made, self.around = self.around, []
                if len(self.calls) > noted:
                    self.calls[noted].redirects.extend(made)
                else:
                    self._redirects_alone(node, made)

    def _redirects_alone(self, node: Any, made: list[Redirect]) -> None:
        """Note redirections that no command stands before: they open and empty files."""
        start, end = self.pin or (node.start, node.end)
        name = Word(":", start, start)
        self.calls.append(Call(name, [], Language.SH, redirects=made, sure=self.sure, start=start, end=end))

    def condition(self, node: Listing) -> int | None:
        """Go through a condition; return its status if known."""
        save = self.testing
        self.testing = True
        try:
            self.status = None if not node.items else 0
            self.listing(node)
        finally:
            self.testing = save
        return self.status

    def if_(self, node: If) -> None:
        """Go through ``if``."""
        pending: list[State] = []
        for condition, body in node.clauses:
            status = self.condition(condition)
            if status is None:
                base = self.state
                self.state = base.copy()
                self._branch(body)
                pending.append(self.state)
                self.state = base
                continue
            if status == 0:
                if pending:
                    self._branch(body)
                else:
                    self.listing(body)
                break
        else:
            if node.otherwise is not None:
                if pending:
                    self._branch(node.otherwise)
                else:
                    self.listing(node.otherwise)
            elif not pending:
                self.status = 0
        if pending:
            for other in pending:
                self.state.merge(other)
            self.status = None

    def _branch(self, body: Listing) -> None:
        """Go through one of several branches; the caller merges the states."""
        sure, out = self.sure, self.out
        self.sure = False
        self.uncertain += 1
        self.out = Sink(out.wanted)
        try:
            self.listing(body)
        except JumpError:
            pass
        finally:
            self.uncertain -= 1
            self.sure = sure
            written, self.out = self.out, out
        if written.size or not written.known:
            out.take(written)
            out.known = False

    def _forget(self, node: Node | Listing) -> None:
        """Make everything unknown that a body assigns."""
        for name in assigned(node):
            self.state.variables[name] = unknown(name)

    def _once(self, body: Listing, sure: bool) -> None:
        """Read the body of a loop that runs nobody knows how often."""
        self._forget(body)
        base = self.state
        self.state = base.copy()
        was, out = self.sure, self.out
        self.sure = was and sure
        self.uncertain += 1
        self.out = Sink(out.wanted)
        try:
            self.listing(body)
        except JumpError:
            pass
        finally:
            self.uncertain -= 1
            self.sure = was
            written, self.out = self.out, out
        self.state.merge(base)
        if written.size or not written.known:
            out.take(written)
            out.known = False
        self.status = None

    def while_(self, node: While) -> None:
        """Go through ``while`` and ``until``."""
        endless = _always(node.condition)
        rounds = 0
        while True:
            before = self._fingerprint()
            status = self.condition(node.condition)
            if status is None:
                # what the condition reads may end at any time
                self._once(node.body, sure=bool(rounds))
                return
            if (status == 0) == node.until:
                self.status = 0
                return
            self.budget.step()
            rounds += 1
            written = self.out.size
            try:
                self.listing(node.body)
            except JumpError as jump:
                if jump.kind == "break":
                    if jump.levels > 1:
                        raise JumpError("break", jump.levels - 1) from None
                    return
                if jump.kind == "continue":
                    if jump.levels > 1:
                        raise JumpError("continue", jump.levels - 1) from None
                else:
                    raise
            if self._fingerprint() == before and (endless or self.out.size == written):
                # nothing changes: it goes on for ever
                self._forget(node.body)
                self.status = None
                if self.out.size or not self.out.known:
                    self.out.known = False
                return
            if rounds > _MOST_ROUNDS:
                self.out.known = False
                self._forget(node.body)
                self.status = None
                return

    def _fingerprint(self) -> tuple[Any, ...]:
        stream = self.stdin
        return (
            stream.at if stream is not None else 0,
            self.state.arguments,
            tuple([(k, v.text, v.known, id(v.items), len(v.items or ())) for k, v in self.state.variables.items()]),
        )

    def for_(self, node: For) -> None:
        """Go through ``for`` and ``select``."""
        fields: list[Field] = []
        known = True
        if node.words is None:
            if self.state.arguments is None:
                known = False
            else:
                fields = [Field(text, ok) for text, ok in self.state.arguments]
        else:
            for word in node.words:
                made = self.fields(word)
                self.edit(word, made)
                for one in made:
                    # a pattern stands for files that nobody knows
                    known = known and one.known and not one.pattern
                fields.extend(made)
        if node.select:
            known = False
        if not known:
            self._forget(node.body)
            single = len(fields) == 1 and not node.select
            self.state.variables[node.name] = Var(fields[0].text, False) if single else unknown(node.name)
            self._once_for(node)
            return
        for one in fields:
            self.budget.step()
            self.set(node.name, one.text, True, one.methods)
            try:
                self.listing(node.body)
            except JumpError as jump:
                if jump.kind in ("break", "continue"):
                    if jump.levels > 1:
                        raise JumpError(jump.kind, jump.levels - 1) from None
                    if jump.kind == "break":
                        break
                else:
                    raise

    def _once_for(self, node: For) -> None:
        value = self.state.variables[node.name]
        base = self.state
        self.state = base.copy()
        self.state.variables[node.name] = value
        was, out = self.sure, self.out
        self.sure = False
        self.uncertain += 1
        self.out = Sink(out.wanted)
        try:
            self.listing(node.body)
        except JumpError:
            pass
        finally:
            self.uncertain -= 1
            self.sure = was
            written, self.out = self.out, out
        self.state.merge(base)
        if written.size or not written.known:
            out.take(written)
            out.known = False
        self.status = None

    def for_arith(self, node: ForArith) -> None:
        """Go through ``for ((…))``."""
        if self.arithmetic(node.first) is None:
            self._forget(node.body)
            self._once(node.body, sure=False)
            return
        rounds = 0
        while True:
            text = node.condition.lit
            value = 1 if text is not None and not text.strip() else self.arithmetic(node.condition)
            if value is None or rounds > _MOST_ROUNDS or (text is not None and not text.strip() and rounds > 2):
                self._once(node.body, sure=bool(rounds))
                return
            if not value:
                self.status = 0
                return
            self.budget.step()
            rounds += 1
            try:
                self.listing(node.body)
            except JumpError as jump:
                if jump.kind not in ("break", "continue"):
                    raise
                if jump.levels > 1:
                    raise JumpError(jump.kind, jump.levels - 1) from None
                if jump.kind == "break":
                    return
            if self.arithmetic(node.step) is None:
                self._once(node.body, sure=True)
                return

    def case(self, node: Case) -> None:
        """Go through ``case``."""
        subject = self.field(node.subject)
        self.edit(node.subject, [subject])
        if subject.known:
            falls = False
            decided = True
            for words, body, ending in node.items:
                if not falls:
                    hit: bool | None = False
                    for word in words:
                        pattern = self.pattern(word)
                        one = None if pattern is None else patterns.matches(pattern, subject.text)
                        if one is None:
                            hit = None
                        elif one:
                            hit = True
                            break
                    if hit is None:
                        decided = False
                        break
                    if not hit:
                        continue
                self.listing(body)
                falls = ending == ";&"
                if ending == ";;":
                    return
            if decided:
                return
        base = self.state
        ends = [base.copy()]
        for _, body, _ in node.items:
            self.state = base.copy()
            self._branch(body)
            ends.append(self.state)
        self.state = ends[0]
        for other in ends[1:]:
            self.state.merge(other)
        self.status = None

    def function(self, node: Function) -> None:
        """Note a function's definition."""
        self.state.functions[node.name] = Defined(
            node.body, node.text, self.source, self.pin is None and self.source is self.text and not self.quiet
        )
        self.status = 0

    def test(self, node: Test) -> None:
        """Go through ``[[ … ]]``."""
        items: list[str | tuple[str | None] | None] = []
        save, self.testing = self.testing, True
        try:
            pattern_next = ""
            for item in node.items:
                if isinstance(item, str):
                    items.append((item,))
                    pattern_next = item if item == "=~" else ""
                    continue
                if pattern_next in ("==", "=", "!="):
                    items.append(self.pattern(item))
                    pattern_next = ""
                    continue
                pattern_next = item.lit if item.lit in ("==", "=", "!=") and not item.quoted else ""
                made = self.field(item)
                self.edit(item, [made])
                items.append(made.text if made.known else None)
        finally:
            self.testing = save
        verdict = decide(items, self, extended=True)
        self.status = None if verdict is None else int(not verdict)

    def arith_command(self, node: ArithCommand) -> None:
        """Go through ``((…))``."""
        save, self.testing = self.testing, True
        try:
            made = self.field(node.expression)
            value = self.computed(made.text) if made.known else None
        finally:
            self.testing = save
        if value is None:
            self._forget(node)
        self.status = None if value is None else int(value == 0)

    def coproc(self, node: Coproc) -> None:
        """Go through ``coproc``."""
        out, self.out = self.out, Sink(False)
        try:
            self.run(node.body)
        except JumpError:
            pass
        finally:
            self.out = out
        self.status = 0

    # -- substitutions

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

    # -- data

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
        feeders.clear()

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

    # -- files

    def file(self, name: str) -> bytes | None:
        """Return what a file holds that the command has written itself."""
        data = self.own_files.get(name)
        if data is None:
            data = shells.written(name, self.scope, self.own_files)
        return data

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

    # -- redirections

    def redirections(self, redirects: list[Redir]) -> tuple[list[Redirect], Stream | bool | None, Target | None]:
        """Return redirections for a call, the stream that stdin becomes (False: as it is), where stdout goes."""
        made: list[Redirect] = []
        stdin: Stream | bool | None = False
        target: Target | None = None
        for redirect in redirects:
            operator = redirect.operator
            start, end = self.pin or (redirect.start, redirect.end)
            if redirect.body is not None or (operator.endswith(("<<", "<<-")) and not operator.endswith("<<<")):
                body = self.field(redirect.body) if redirect.body is not None else Field("", False)
                word = Word(body.text, start, end, body.known, body.methods)
                made.append(Redirect(operator, word, start, end))
                if operator[0] == "<" or operator[0] == "0":
                    stdin = Stream(to_bytes(body.text), (), body.known)
                    stdin.feeders.append(made[-1])
                continue
            if redirect.target is None:
                made.append(Redirect(operator, None, start, end))
                if operator in (">&2", "1>&2", ">&-", "1>&-"):
                    target = Target("discard")
                elif operator in ("<&-", "0<&-"):
                    stdin = Stream(b"")
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
                stdin = Stream(to_bytes(first.text + "\n"), first.methods, first.known)
                stdin.feeders.append(made[-1])
                if not first.known and first.text == self.source[node.start : node.end].strip('"'):
                    stdin.exact = False
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

    # -- simple commands

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

    def unknown_output(self) -> None:
        """Note that something unknown was written, and that nobody knows whether it succeeded."""
        self.out.known = False
        self.status = None

    # -- functions, aliases, nested text

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

    # -- assignments

    def _declared_text(self, assign: Assign) -> tuple[str, bool]:
        """Return ``name=value`` of a declaration as the builtin gets it."""
        if assign.items is not None or assign.value is None:
            return self.source[assign.start : assign.end], True
        made = self.field(assign.value)
        self.declared[id(assign)] = made
        self.edit(assign.value, [made])
        head = self.source[assign.start : assign.value.start] if self.source else assign.name + "="
        return head + made.text, made.known

    def assign(self, assign: Assign, exported: bool = False, local: bool = False) -> None:
        """Carry out an assignment."""
        name = assign.name
        if assign.items is not None:
            self._assign_array(assign)
            self._sync(name)
            return
        value = assign.value
        ready = self.declared.pop(id(assign), None)
        made = ready or (self.field(value) if value is not None else Field(""))
        if value is not None and ready is None:
            self.edit(value, [made])
        if assign.index is not None:
            var = self.state.variables.get(name)
            index = self._index(var, assign.index)
            if index is None or index in ("@", "*"):
                self.state.variables[name] = unknown(name)
                return
            text, known = made.text, made.known
            if assign.append:
                old = self.lookup(name, index)
                if old is not None:
                    text, known = old[0] + text, known and old[1]
            self.set_item(name, index, text, known)
            return
        if assign.append:
            old_var = self.state.variables.get(name)
            if old_var is not None and old_var.items is not None:
                self.set_item(name, "0", (self.lookup(name, "0") or ("", True))[0] + made.text, made.known)
                return
            if old_var is not None:
                if "i" in old_var.attributes and old_var.known and made.known:
                    total = self.computed(f"({old_var.text or 0})+({made.text or 0})")
                    self.set(name, str(total or 0), total is not None)
                    return
                if old_var.origin >= 0:
                    self.consumed.add(old_var.origin)
                methods = tuple(dict.fromkeys((*old_var.methods, *made.methods, "concatenation")))
                self.budget.make(len(made.text))
                if len(old_var.text) > self.budget.value_chars:
                    self.budget.make(len(old_var.text))
                self.set(name, old_var.text + made.text, old_var.known and made.known, methods)
                self._string(name, value, made)
                return
        self.set(name, made.text, made.known, made.methods)
        self._string(name, value, made)

    def _string(self, name: str, value: WordNode | None, made: Field) -> None:
        """Keep an assigned text, unless it turns out to be a piece of another."""
        if self.quiet or value is None or not made.known or len(made.text) < 4:
            return
        var = self.state.variables.get(name)
        if var is None:
            return
        start, end = self.pin or (value.start, value.end)
        var.origin = len(self.assigned_strings)
        self.assigned_strings.append(Word(var.text, start, end, True, var.methods))

    def _assign_array(self, assign: Assign) -> None:
        old = self.state.variables.get(assign.name)
        items: dict[int | str, tuple[str, bool]] = {}
        associative = old is not None and old.associative
        if assign.append and old is not None:
            items = dict(old.items) if old.items is not None else {0: (old.text, old.known)}
        at = max([k for k in items if isinstance(k, int)], default=-1) + 1
        methods: dict[str, None] = {}
        for index, word in assign.items or []:
            if index is not None:
                key = self._index(old, index)
                if key is None:
                    self.state.variables[assign.name] = unknown(assign.name)
                    return
                made = self.field(word)
                if associative:
                    items[key] = (made.text, made.known)
                else:
                    if not key.lstrip("-").isdigit():
                        number = self.computed(key)
                        if number is None:
                            self.state.variables[assign.name] = unknown(assign.name)
                            return
                        key = str(number)
                    at = int(key)
                    if abs(at) > 10_000_000:
                        self.state.variables[assign.name] = unknown(assign.name)
                        return
                    items[at] = (made.text, made.known)
                    at += 1
            else:
                fields = self.fields(word)
                self.edit(word, fields)
                if not all([one.known for one in fields]) and not _is_single(word):
                    # nobody knows how many elements that makes
                    self.state.variables[assign.name] = unknown(assign.name)
                    return
                for made in fields:
                    items[at] = (made.text, made.known and not made.pattern)
                    at += 1
                    for method in made.methods:
                        methods[method] = None
        self.state.variables[assign.name] = Var(
            "", True, items, associative, False, old.attributes if old is not None else "", tuple(methods)
        )

    def set(self, name: str, text: str, known: bool = True, methods: tuple[str, ...] = ()) -> None:
        """Assign a scalar."""
        old = self.state.variables.get(name)
        attributes = old.attributes if old is not None else ""
        if attributes:
            if "n" in attributes and old is not None and old.text and old.text != name:
                m = re.match(r"([A-Za-z_]\w*)(?:\[(.+)\])?\Z", old.text)
                if m is not None:
                    target = self.state.variables.get(m.group(1))
                    if m.group(2) is not None:
                        self.set_item(m.group(1), m.group(2), text, known)
                    elif target is None or "n" not in target.attributes:
                        self.set(m.group(1), text, known, methods)
                    return
            if known and "i" in attributes:
                value = self.computed(text)
                text, known = (str(value), True) if value is not None else ("$" + name, False)
            if "l" in attributes:
                text = text.lower()
            elif "u" in attributes:
                text = text.upper()
        if old is not None and old.items is not None:
            self.set_item(name, "0", text, known)
            return
        if not known and not text:
            text = "$" + name
        self.state.variables[name] = Var(text, known, None, False, False, attributes, methods)
        self._sync(name)

    def _sync(self, name: str) -> None:
        if name == "BASH_ALIASES":
            var = self.state.variables[name]
            for key, (text, known) in (var.items or {}).items():
                if known:
                    self.state.aliases[str(key)] = text

    def set_item(self, name: str, index: str, text: str, known: bool = True) -> None:
        """Assign an element."""
        var = self.state.variables.get(name)
        if var is None:
            var = Var("", True, {})
            self.state.variables[name] = var
        elif var.items is None and not var.known:
            return
        elif var.items is None:
            items: dict[int | str, tuple[str, bool]] = {0: (var.text, var.known)} if var.text else {}
            var = Var("", var.known, items, False, False, var.attributes, var.methods)
            self.state.variables[name] = var
        elif var.shared:
            self.budget.step(len(var.items) // 16)
            var = Var("", True, dict(var.items), var.associative, False, var.attributes, var.methods)
            self.state.variables[name] = var
        if var.items is None:
            return
        if var.associative:
            var.items[index] = (text, known)
        else:
            try:
                at = int(index)
            except ValueError:
                return
            if at < 0:
                at += max((k for k in var.items if isinstance(k, int)), default=-1) + 1
            if 0 <= at <= 10_000_000_000:
                var.items[at] = (text, known)
        self._sync(name)

    # -- notes

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

    def stop(self, reason: str) -> None:
        """Note where reading ended, once."""
        if reason not in self.stops:
            self.stops.append(reason)


def _is_single(word: WordNode) -> bool:
    """Return whether a word is one quoted piece that cannot become several words."""
    if len(word.parts) != 1 or not word.parts[0].quoted:
        return False
    part = word.parts[0]
    return not isinstance(part, Param) or (part.index is None and part.name not in ("@", "*"))


def _is_condition(node: Node) -> bool:
    """Return whether a command is there to be asked, so that what follows may well not run."""
    if isinstance(node, (Test, ArithCommand)):
        return True
    if isinstance(node, Pipeline):
        node = node.commands[-1]
    if isinstance(node, Simple) and node.words:
        return node.words[0].lit in CONDITIONS
    return False


def _always(node: Listing) -> bool:
    """Return whether a condition never changes."""
    if len(node.items) != 1:
        return False
    only = node.items[0][0]
    if isinstance(only, Simple) and len(only.words) == 1:
        return only.words[0].lit in ("true", ":", "false")
    return False


_COMPOUND: dict[type, Callable[[Evaluator, Any], None]] = {
    Group: Evaluator.group,
    If: Evaluator.if_,
    While: Evaluator.while_,
    For: Evaluator.for_,
    ForArith: Evaluator.for_arith,
    Case: Evaluator.case,
    Function: Evaluator.function,
    Test: Evaluator.test,
    ArithCommand: Evaluator.arith_command,
    Coproc: Evaluator.coproc,
}
_RUN: dict[type, Callable[[Evaluator, Any], None]] = {
    Simple: Evaluator.simple,
    Pipeline: Evaluator.pipeline,
    AndOr: Evaluator.and_or,
    Listing: Evaluator.listing,
    **dict.fromkeys(_COMPOUND, Evaluator.compound),
}
__all__ = ["Evaluator", "JumpError", "to_text"]
