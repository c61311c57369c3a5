"""Goes through a parsed script as a shell would and notes what it calls; runs nothing.

What cannot be known splits the way: both branches are read, and what they leave different is unknown behind them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vedette.commands.base import Word
from vedette.commands.sh import patterns
from vedette.commands.sh.builtins import CONDITIONS
from vedette.commands.sh.calls import Calling
from vedette.commands.sh.conditions import decide
from vedette.commands.sh.core import JumpError
from vedette.commands.sh.expand import Field
from vedette.commands.sh.shells import SHELLS
from vedette.commands.sh.state import Defined, Sink, State, Var, unknown
from vedette.commands.sh.syntax import (
    AndOr,
    ArithCommand,
    Case,
    Coproc,
    For,
    ForArith,
    Function,
    Group,
    If,
    Listing,
    Node,
    Pipeline,
    Simple,
    Test,
    While,
)
from vedette.commands.sh.walk import assigned

_MOST_ROUNDS = 20_000


class Evaluator(Calling):
    """Reads one layer."""

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
            if operator == "&&" and not unsure and not _is_condition(before) and not _leaves(item):
                self.run(item)
            else:
                # a && b && c: c is as unsure as b; a || b && c: c runs whichever of them succeeds
                unsure = operator == "&&"
                self.maybe(item)
                self.status = None
            before = item

    def maybe(self, node: Node) -> None:
        """Go through what may not be reached."""
        self._aside(lambda: self.run(node), sure=False)

    def _aside(self, go: Callable[[], None], *, sure: bool) -> None:
        """Go through something of which nobody knows whether, or how often, it runs: what it changes is unknown."""
        base = self.state
        self.state = base.copy()
        was, out = self.sure, self.out
        self.sure = was and sure
        self.uncertain += 1
        self.out = Sink(out.wanted)
        try:
            go()
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

    def pipeline(self, node: Pipeline) -> None:
        """Go through commands joined by pipes."""
        commands = node.commands
        last = len(commands) - 1
        if last and self._unquoted_code(node):
            return
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

    def _unquoted_code(self, node: Pipeline) -> bool:
        """Read ``bash -c {echo,…}|{base64,-d}|{bash,-i}``, written for callers that are no shell: all of it is code."""
        first = node.commands[0]
        if not isinstance(first, Simple) or len(first.words) != 3 or self.pin is not None or self.quiet:
            return False
        shell, option, code = first.words
        if (shell.lit or "").rsplit("/", 1)[-1] not in SHELLS or option.lit != "-c" or code.alternatives is None:
            return False
        for other in node.commands[1:]:
            if not isinstance(other, Simple) or not other.words or other.words[0].alternatives is None:
                return False
        words = [
            Word(shell.lit or "", shell.start, shell.end),
            Word(option.lit, option.start, option.end),
            Word(self.text[code.start : node.end], code.start, node.end),
        ]
        self._note(first, words, [], None)
        self.unknown_output()
        return True

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
        self._aside(lambda: self.listing(body), sure=sure)
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
                self.out.known = False
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


def _is_condition(node: Node) -> bool:
    """Return whether a command is there to be asked, so that what follows may well not run."""
    if isinstance(node, (Test, ArithCommand)):
        return True
    if isinstance(node, Pipeline):
        node = node.commands[-1]
    if isinstance(node, Simple) and node.words:
        return node.words[0].lit in CONDITIONS
    return False


_LEAVING = frozenset({"break", "continue", "return", "exit"})


def _leaves(node: Node) -> bool:
    """Return whether a command leaves a loop, a function or the script."""
    return (
        isinstance(node, Simple) and bool(node.words) and node.words[0].lit in ("break", "continue", "return", "exit")
    )


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
__all__ = ["Evaluator", "JumpError"]
