"""Evaluates commands: resolves names through aliases, notes every call with its words, follows pipelines."""

from __future__ import annotations

from typing import Any

from vedette.commands.base import Call, Redirect, Word
from vedette.commands.powershell import nodes as n
from vedette.commands.powershell.code_evaluator import Leave, Named
from vedette.commands.powershell.evaluator import DOWNLOADED, VARIES, Fold, unknown_from
from vedette.commands.powershell.object_evaluator import Step
from vedette.commands.powershell.statements import StatementEvaluator
from vedette.commands.powershell.tables import CANONICAL
from vedette.commands.powershell.values import (
    UNKNOWN,
    Char,
    Code,
    Items,
    MethodRef,
    Partial,
    Piece,
    Table,
    Thing,
    TypeRef,
    Unclear,
    Unknown,
    Value,
    collapse,
    literal,
    nice_type,
    to_text,
)
from vedette.schema.command import Language

MAX_NOTED = 2_000
"""Calls noted of one layer."""

SWITCHES = {
    "force", "recurse", "descending", "unique", "asplaintext", "raw", "noenumerate", "passthru", "verbose", "nonewline",
    "wait", "usebasicparsing", "useb", "nonewwindow", "append", "confirm", "whatif", "asjob", "hidden", "leaf",
    "parent",
    "casesensitive", "noprofile", "noninteractive", "noexit", "sta", "mta", "nologo", "directory", "file", "all",
    "strict", "valueonly", "stream", "debug", "wrap", "autosize", "notypeinformation", "quiet", "allmatches",
    "simplematch", "ascommand", "nooverwrite", "noclobber", "usetransaction", "notypeinfo", "asstring", "compress",
}  # fmt: skip
"""Parameters that take no value."""


class Arg:
    """An evaluated argument."""

    __slots__ = ("how", "node", "value")

    def __init__(self, node: n.Node, value: Value, how: tuple[str, ...]) -> None:
        self.node = node
        self.value = value
        self.how = how


class Bound:
    """Arguments by name and by place."""

    def __init__(self, args: list[Arg]) -> None:
        self.named: dict[str, Arg | None] = {}
        self.placed: list[Arg] = []
        i = 0
        while i < len(args):
            a = args[i]
            i += 1
            if not isinstance(a.node, n.Param):
                self.placed.append(a)
                continue
            name = a.node.name.lstrip("-\u2013\u2014\u2015").lower()
            if a.node.value is not None:
                self.named[name] = a
            elif name in SWITCHES or i >= len(args) or isinstance(args[i].node, n.Param):
                self.named[name] = None
            else:
                self.named[name] = args[i]
                i += 1

    def get(self, name: str, place: int | None = None, shortest: int = 1) -> Arg | None:
        """Return an argument by its name (shortened to no less than given) or its place."""
        for key, a in self.named.items():
            if a is not None and len(key) >= shortest and name.startswith(key):
                return a
        if place is not None and place < len(self.placed):
            return self.placed[place]
        return None

    def has(self, name: str, shortest: int = 1) -> bool:
        """Return whether a switch is given."""
        return any(len(k) >= shortest and name.startswith(k) for k in self.named)


class CommandEvaluator(StatementEvaluator):
    """Evaluates whole scripts."""

    _noted = 0
    _seen: set[Any]
    _by_place: dict[Any, int]

    def calls_made(self) -> int:
        """Return how many calls are noted so far, repeated ones too."""
        return self._noted

    # words --------------------------------------------------------------------------------------------------------

    def word(self, node: n.Node, value: Value, how: tuple[str, ...]) -> Word:
        """Return an argument as a word."""
        start, end = (0, 0) if self.silent else (node.start, node.end)
        if isinstance(node, (n.Num, n.Block)) or (isinstance(node, n.Var) and node.name in ("true", "false", "null")):
            return Word(self.source(node), start, end)
        if isinstance(value, (str, Partial, int, float, bool, Items)) and not isinstance(value, bytearray):
            try:
                text = to_text(value)
            except Unclear:
                text = None
            if isinstance(text, str):
                return Word(text, start, end, True, _shown(how))
            if isinstance(text, Partial):
                return Word(text.text(), start, end, False, _shown(how))
        if isinstance(value, Table) and (text := literal(value, 20_000)) is not None:
            return Word(text, start, end, True, _shown(how))
        if isinstance(value, TypeRef):
            return Word(nice_type(value.name), start, end)
        if isinstance(value, Thing) and value.type == "commandinfo":
            return Word(value.data["name"], start, end, True, _shown(how))
        return Word(self.source(node), start, end, False)

    def words(self, args: list[Arg]) -> list[Word]:
        """Return arguments as words; arrays and splatted tables are taken apart."""
        out: list[Word] = []
        for a in args:
            node, value = a.node, a.value
            if isinstance(node, n.Param):
                out.append(Word(node.name, node.start, node.start + len(node.name) if node.value else node.end,
                                methods=("backtick",) if "`" in self.source(node) else ()))  # fmt: skip
                if node.value is not None:
                    out.append(self.word(node.value, value, a.how))
            elif isinstance(node, n.ArrayLit) and isinstance(value, Items) and len(value) == len(node.items):
                out += [self.word(i, v, a.how) for i, v in zip(node.items, value, strict=True)]
            elif isinstance(node, n.Var) and node.splat:
                out += self._splatted(node, value)
            elif _several(value):
                out += [self.word(node, v, a.how) for v in value]
            else:
                out.append(self.word(node, value, a.how))
        return out

    def _splatted(self, node: n.Var, value: Value) -> list[Word]:
        out: list[Word] = []
        if isinstance(value, Table):
            for k, v in value.entries.values():
                out.append(Word("-" + str(k), node.start, node.end))
                if v is not True:
                    out.append(self.word(node, v, ("splatting",)))
        elif isinstance(value, Items):
            out += [self.word(node, v, ("splatting",)) for v in value]
        else:
            out.append(Word(self.source(node), node.start, node.end, False))
        return out

    # noting calls ---------------------------------------------------------------------------------------------------

    def note(self, call: Call) -> Call | None:
        """Note a call once; a repeated one counts but is not listed again."""
        self._noted += 1
        if self.silent or len(self.reading.calls) >= MAX_NOTED:
            return None
        key = (call.start, call.end, call.name.text, tuple(w.text for w in call.args), call.stdin)
        if key in self._seen:
            return None
        places = self._by_place.get((call.start, call.end), 0)
        if places >= 64:
            return None
        self._seen.add(key)
        self._by_place[call.start, call.end] = places + 1
        call.sure = not self.unsure
        self.reading.calls.append(call)
        return call

    def record_method(self, name: str, node: n.Invoke, args: list[Value], how: list[tuple[str, ...]]) -> None:
        """Note that a method is called."""
        self._noted += 1
        if self.silent:
            return
        self._noted -= 1
        named = node.name
        for values in _ways(args):
            words: list[Word] = []
            for a, v, h in zip(node.args, values, how, strict=True):
                if isinstance(v, Thing) and v.type == "diagnostics.processstartinfo":
                    words += [self.word(a, v.data[k], h) for k in ("filename", "arguments") if k in v.data]
                elif _several(v) or (isinstance(v, Items) and len(v) == 1):
                    words += [self.word(a, x, h) for x in v]
                else:
                    words.append(self.word(a, v, h))
            call = Call(
                Word(name, named.start, named.end),
                words,
                Language.POWERSHELL,
                method=True,
                start=node.start,
                end=node.end,
            )
            if self.note(call) is not None and values is not args:
                call.sure = False

    def set_property(self, thing: Thing, low: str, name: str, value: Value, node: n.Member) -> None:
        """Set a property of an object; those that name what will run or where are noted as calls."""
        super().set_property(thing, low, name, value, node)
        if not thing.type or low in ("position", "mode", "padding", "key", "iv", "keysize", "blocksize"):
            return
        if isinstance(value, (str, Partial)) and not self.silent:
            word = self.word(node.name, value, ())
            word.start, word.end = node.start, node.end
            self.note(
                Call(Word(f"{nice_type(thing.type)}.{name}", node.name.start, node.name.end), [word],
                     Language.POWERSHELL, method=True, start=node.start, end=node.end)
            )  # fmt: skip

    # commands -------------------------------------------------------------------------------------------------------

    def run_pipeline(self, items: list[n.Node], redirects: list[n.Redirection]) -> list[Value]:
        """Return what a pipeline writes."""
        stream: list[Value] | None = None
        last = len(items) - 1
        before: Call | None = None
        need = self.need
        mark = len(self.log)
        for i, item in enumerate(items):
            if i < last:
                self.need = True
            else:
                self.need = need
            if isinstance(item, n.Command):
                stream, call = self.command(item, stream, mark, piped=i > 0, pipes=i < last)
                before = call
            elif i == 0:
                stream = self.outputs(item)
            else:
                value = self.eval(item)
                stream = self.call_code(value, [], stream) if isinstance(value, Code) else [UNKNOWN]
        self.need = need
        for r in redirects:
            target = self.eval(r.target) if r.target is not None else None
            self.write_file(r.operator, target, stream)
            if before is None and r.target is not None and not self.silent:
                word = self.word(r.target, target, ())
                self.note(Call(Word("Out-File", r.start, r.end), [word], Language.POWERSHELL, start=r.start, end=r.end))
            stream = []
        return stream or []

    def write_file(self, operator: str, target: Value, stream: list[Value] | None) -> None:
        """Note what is written to a file, so that a later use of it is followed."""
        try:
            shown = to_text(target)
        except Unclear:
            return
        path = (shown if isinstance(shown, str) else shown.text()).casefold()
        if not path or operator[0] in "23456<":
            return
        try:
            texts = [to_text(v) for v in stream or []]
        except Unclear:
            self.scope.files.pop(path, None)
            return
        if self.unsure or any(isinstance(t, Partial) for t in texts):
            self.scope.files.pop(path, None)
            return
        data = "".join(f"{t}\r\n" for t in texts).encode("utf-8", "replace")
        self.budget.make(len(data))
        self.scope.files[path] = (self.scope.files.get(path, b"") if ">>" in operator else b"") + data

    def args(self, nodes: list[n.Node]) -> list[Arg]:
        """Return the arguments of a command, evaluated."""
        out: list[Arg] = []
        for node in nodes:
            mark = len(self.log)
            if isinstance(node, n.Param):
                value = self.eval(node.value) if node.value is not None else None
            elif isinstance(node, n.Str):
                value = node.value
                if node.bare and node.ticked:
                    self.log.append("backtick" if "`" in self.source(node) else "quote-splitting")
            elif isinstance(node, n.ArrayLit):
                value = Items([self.eval(i) for i in node.items])
            else:
                value = self.eval(node)
            out.append(Arg(node, value, self.how(mark)))
        return out

    def named(self, node: n.Command, value: str, how: tuple[str, ...]) -> None:
        """Note what a computed name comes to."""
        key = -1 - node.start
        old = self.folds.get(key)
        if old is None:
            self.folds[key] = Fold(value, how)
        elif old.value is not VARIES and old.value != value:
            old.value = VARIES

    def resolve(self, node: n.Command) -> tuple[Value, tuple[str, ...]]:
        """Return what a command's name stands for: text, code or an unknown, and how it was hidden."""
        name = node.name
        if isinstance(name, n.Str):
            if name.ticked:
                return name.value, ("backtick" if "`" in self.source(name) else "quote-splitting",)
            return name.value, ()
        mark = len(self.log)
        value = self.eval(name)
        if isinstance(value, Items) and len(value) == 1:
            value = value[0]
        if isinstance(value, Items) and value and isinstance(value[0], Thing) and value[0].type == "commandinfo":
            value = value[0]
        if isinstance(value, Thing) and value.type == "commandinfo":
            value = value.data["name"]
        elif isinstance(value, (Items, Partial)):
            try:
                value = to_text(value)
                if (
                    isinstance(value, Partial)
                    and value.usual() is not None
                    and not any(isinstance(p, str) for p in value.parts)
                ):
                    value = value.usual()
            except Unclear:
                value = UNKNOWN
        return value, self.how(mark)

    def command(
        self, node: n.Command, stream: list[Value] | None, mark: int, *, piped: bool = False, pipes: bool = False
    ) -> tuple[list[Value], Call | None]:
        """Return what a command writes, and the call as noted."""
        from vedette.commands.powershell import cmdlets

        self.budget.step(5)
        value, how = self.resolve(node)
        if not isinstance(node.name, n.Str) and isinstance(value, str) and not self.silent:
            self.named(node, str(value), how)
        if isinstance(value, Code):
            args = self.args(node.args)
            self.hand(value, node.args)
            if value.made:
                return self.invoke_text(value.text, value.how or how, node, _at(value), self._passed(args)), None
            return self.call_code(value, self._passed(args), stream, new=node.operator == "&"), None
        if isinstance(value, MethodRef):
            value = UNKNOWN
        written = self.source(node.name)
        if not isinstance(value, (str, Partial)):
            args = self.args(node.args)
            self._inner_code(args)
            result = unknown_from(*[a.value for a in args], *(stream or []))
            call = self._call(node, Word(written, node.name.start, node.name.end, False), args, piped, pipes, stream)
            if isinstance(value, Unknown) and value.type == DOWNLOADED:
                self.stop("what it downloads is not known")
            return [result], call
        if isinstance(value, Partial):
            args = self.args(node.args)
            word = Word(value.text(), node.name.start, node.name.end, False, _shown(how))
            self._inner_code(args)
            self._file_run(value.text().lower(), args)
            return [UNKNOWN], self._call(node, word, args, piped, pipes, stream)
        name = str(value).strip()
        low = name.lower()
        function = self.state.functions.get(low)
        target = None if function else self.state.alias(low)
        seen = 0
        while target is not None and (more := self.state.alias(target)) is not None and more != target and seen < 8:
            target, seen = more, seen + 1
        if target is not None and (function := self.state.functions.get(target.lower())) is None:
            name, low = target, target.lower()
        if function is not None:
            args = self.args(node.args)
            passed = self._passed(args)
            code = Code(function[0].block, function[1])
            self.hand(code, node.args)
            if function[0].filter:
                self.state.frames.append({})
                try:
                    self._bind(code.block, passed)
                    return self.each(code, stream or [UNKNOWN]), None
                finally:
                    self.state.frames.pop()
            if piped and stream is not None:
                return self.call_code(code, passed, stream), None
            return self.call_code(code, passed), None
        if low.startswith("microsoft.powershell.") and "\\" in low:
            name = name.rpartition("\\")[2]
            low = name.lower()
        name = CANONICAL.get(low, name)
        if "-" not in low and (got := CANONICAL.get("get-" + low)) is not None and not how and "." not in low:
            name, low = got, got.lower()
        word = Word(name, node.name.start, node.name.end, True, _shown(how))
        work = cmdlets.CMDLETS.get(low)
        if work is None:
            args = self.args(node.args)
            self._inner_code(args)
            out = self._file_run(low, args)
            if out and isinstance(out[0], Unknown):
                out = [unknown_from(*[a.value for a in args], *(stream or []))]
            call = self._call(node, word, args, piped, pipes, stream)
            if self.need and low.removesuffix(".exe").rpartition("\\")[2] in _INTERPRETERS:
                out = self._captured(node, word, args, out)
            return out, call
        noted = len(self.reading.calls)
        args = self.args(node.args)
        if low not in cmdlets.QUIET:
            call = self._call(node, word, args, piped, pipes, stream if low in cmdlets.READS_TEXT else None)
        else:
            self._noted -= 1
            call = self._call(node, word, args, piped, pipes, None)
        del noted
        try:
            out = work(self, node, Bound(args), stream, how, mark)
        except Unclear as stop:
            self._note(stop)
            out = [UNKNOWN]
        except (IndexError, TypeError, ValueError, AttributeError, KeyError, OverflowError):
            out = [UNKNOWN]
        for r in node.redirects:
            if r.target is not None and ">" in r.operator and r.operator[0] in "1>*":
                self.write_file(r.operator, self.eval(r.target), out)
                out = []
        return out, call

    def run_step(self, step: Step, stream: list[Value] | None) -> list[Value]:
        """Return what a command or script that was added to a session writes."""
        if not step.command:
            if isinstance(step.what, Code) and not step.what.made:
                return self.call_code(step.what, step.args, stream)
            return self.invoke_text(step.what, step.how, step.node, step.node, step.args)
        try:
            shown = to_text(step.what)
        except Unclear:
            return [UNKNOWN]
        if not isinstance(shown, str):
            return [UNKNOWN]
        name = self.state.alias(shown.lower()) or shown
        name = CANONICAL.get(name.lower(), name)
        words: list[Word] = []
        for value, node in zip(step.args, step.nodes, strict=True):
            if isinstance(value, Named):
                words.append(Word("-" + value.name, node.start, node.end))
                value = value.value
            words.append(self.word(node, value, ()))
        at = step.node
        self.note(
            Call(Word(name, at.start, at.end, True, step.how), words, Language.POWERSHELL, start=at.start, end=at.end)
        )
        values = [v.value if isinstance(v, Named) else v for v in step.args]
        if name.lower() == "invoke-expression" and (values or stream):
            code = values[0] if values else collapse(stream or [])
            return self.invoke_text(code, step.how, at, step.nodes[0] if step.nodes else at)
        for value in values:
            if isinstance(value, Code):
                return self.call_code(value, [], stream)
        return [UNKNOWN]

    def _captured(self, node: n.Command, name: Word, args: list[Arg], out: list[Value]) -> list[Value]:
        """Return the lines that another interpreter's code is known to write."""
        from vedette.commands import programs

        call = Call(name, self.words(args), Language.POWERSHELL, start=node.start, end=node.end)
        for nested in programs.nested(call, self.scope):
            written = self.scope.capture(nested)
            if written is not None:
                text = written.decode("utf-8", "replace")
                self.log.append("nested-interpreter")
                return list(text.splitlines())
        return out

    def _inner_code(self, args: list[Arg]) -> None:
        """Read the script blocks handed to a command that is not followed itself: it may run them."""
        for a in args:
            if isinstance(a.value, Code) and not a.value.made and id(a.value.block) not in self.ran:
                self.ran.add(id(a.value.block))
                self.unsure += 1
                try:
                    self.call_code(a.value, [])
                except Leave:
                    continue
                finally:
                    self.unsure -= 1
            elif isinstance(a.value, Code) and a.value.made:
                self.invoke_text(a.value, a.value.how, a.node, a.node)

    def _passed(self, args: list[Arg]) -> list[Value]:
        """Return arguments as a function takes them."""
        out: list[Value] = []
        i = 0
        while i < len(args):
            a = args[i]
            i += 1
            if isinstance(a.node, n.Param):
                name = a.node.name.lstrip("-\u2013\u2014\u2015").lower()
                if a.node.value is not None:
                    out.append(Named(name, a.value, a.how, tied=True))
                elif i < len(args) and not isinstance(args[i].node, n.Param):
                    out.append(Named(name, args[i].value, args[i].how))
                    i += 1
                else:
                    out.append(Named(name, None))
            elif isinstance(a.node, n.Var) and a.node.splat and isinstance(a.value, Table):
                out += [Named(str(k).lower(), v, tied=True) for k, v in a.value.entries.values()]
            elif isinstance(a.node, n.Var) and a.node.splat and isinstance(a.value, Items):
                out += list(a.value)
            else:
                out.append(a.value)
        return out

    def _call(
        self, node: n.Command, name: Word, args: list[Arg], piped: bool, pipes: bool, stream: list[Value] | None
    ) -> Call | None:
        self._noted += 1
        if self.silent:
            return None
        redirects: list[Redirect] = []
        for r in node.redirects:
            if r.target is None:
                redirects.append(Redirect(r.operator, None, r.start, r.end))
                continue
            mark = len(self.log)
            value = self.eval(r.target)
            redirects.append(Redirect(r.operator, self.word(r.target, value, self.how(mark)), r.start, r.end))
            if r.operator not in ("<",) and r.operator[0] in "1>*":
                self.write_file(r.operator, value, [UNKNOWN])
        stdin: bytes | None = None
        if piped and stream is not None:
            try:
                texts = [to_text(v) for v in stream]
                if all(isinstance(t, str) for t in texts):
                    stdin = "".join(f"{t}\r\n" for t in texts).encode("utf-8", "replace")
            except Unclear:
                stdin = None
        self._noted -= 1
        if name.text.lower() == "start-process":
            args = [Arg(a.node, _line(a.value), a.how) for a in args]
        last: Call | None = None
        given = [a.value for a in args]
        for values in _ways(given):
            if not any(_options(v) for v in given):
                break
            changed = [Arg(a.node, v, a.how) for a, v in zip(args, values, strict=True)]
            words = self.words(changed)
            last = self.note(
                Call(name, words, Language.POWERSHELL, redirects=redirects, stdin=stdin, piped=piped, pipes=pipes,
                     start=node.start, end=node.end)
            )  # fmt: skip
            if last is not None:
                last.sure = False
        if last is not None:
            return last
        words = self.words(args)
        return self.note(
            Call(name, words, Language.POWERSHELL, redirects=redirects, stdin=stdin, piped=piped, pipes=pipes,
                 start=node.start, end=node.end)
        )  # fmt: skip

    def _file_run(self, low: str, args: list[Arg]) -> list[Value]:
        """Follow a script that the command itself wrote and now runs by its path."""
        if not low.endswith((".ps1", ".psm1")):
            return [UNKNOWN]
        data = self.scope.files.get(low) or self.scope.files.get(low.removeprefix(".\\"))
        if data is None:
            return [UNKNOWN]
        from vedette.commands.base import Nested
        from vedette.commands.decoding import decode_text

        text = decode_text(data)
        if text and not self.silent:
            self.reading.nested.append(Nested(Language.POWERSHELL, text, environment=self.state.inherited(text)))
        return [UNKNOWN]


_INTERPRETERS = {"cmd", "powershell", "pwsh", "bash", "sh", "python", "perl", "php", "ruby", "node"}


def _ways(args: list[Value]) -> list[list[Value]]:
    """Return the arguments as they are, or as they may be where the ways to them give known texts."""
    found: list[list[Value]] = []
    for i in range(4):
        if not any(len(_options(a)) > i for a in args):
            break
        found.append([_chosen(a, i) for a in args])
    return found if found else [args]


def _line(value: Value) -> Value:
    """Return a list of arguments as the one line that ``Start-Process`` makes of it."""
    if not isinstance(value, Items) or len(value) < 2:
        return value
    try:
        return to_text(value)
    except Unclear:
        return value


def _options(value: Value) -> tuple[Value, ...]:
    if isinstance(value, Unknown):
        return value.options
    if isinstance(value, Thing) and value.type == "diagnostics.processstartinfo":
        name = value.data.get("filename")
        return name.options if isinstance(name, Unknown) else ()
    return ()


def _chosen(value: Value, i: int) -> Value:
    options = _options(value)
    if not options:
        return value
    one = options[min(i, len(options) - 1)]
    return Thing(value.type, {**value.data, "filename": one}) if isinstance(value, Thing) else one


def _several(value: Value) -> bool:
    """Return whether an argument stands for several words."""
    return (
        isinstance(value, Items)
        and 1 < len(value) <= 40
        and any(isinstance(v, (str, Partial)) and not isinstance(v, Char) for v in value)
        and all(isinstance(v, (str, Partial, int, float)) for v in value)
    )


def _shown(how: tuple[str, ...]) -> tuple[str, ...]:
    return how


def _at(code: Code) -> n.Node | None:
    return n.Node(*code.at) if code.at is not None else None


__all__ = ["Arg", "Bound", "CommandEvaluator", "Piece", "collapse"]
