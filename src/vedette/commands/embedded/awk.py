"""awk: a program enters, what it does and writes leaves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from vedette.commands.base import Reading, Scope
from vedette.commands.budget import Exhausted
from vedette.commands.embedded import patterns
from vedette.commands.embedded import tree as t
from vedette.commands.embedded.awk_syntax import Awk, Rule
from vedette.commands.embedded.dialect import Dialect, Host, HostCall, Pure
from vedette.commands.embedded.evaluator import Expressions as Evaluator
from vedette.commands.embedded.evaluator import Halt
from vedette.commands.embedded.formats import sprintf
from vedette.commands.embedded.start import bind_inherited, inherited, shorten
from vedette.commands.embedded.statements import Evaluator as Whole
from vedette.commands.embedded.values import (
    MISSING,
    UNDEFINED,
    UNKNOWN,
    Native,
    Pattern,
    Thing,
    Unresolved,
    Value,
    raw,
    to_bytes,
)
from vedette.schema.command import Language

_MOST_LINES = 5000


def _text(ev: Evaluator, args: list[Value], number: int = 0) -> str:
    if number >= len(args):
        raise Unresolved
    return ev.text(args[number])


def _substr(ev: Evaluator, args: list[Value]) -> Value:
    text = _text(ev, args)
    start = round(ev.number(args[1]))
    end = len(text) + 1 if len(args) < 3 else start + round(ev.number(args[2]))
    start = max(start, 1)
    ev.note("substring")
    return text[start - 1 : max(end - 1, start - 1)]


def _length(ev: Evaluator, args: list[Value]) -> Value:
    return len(args[0]) if isinstance(args[0], (dict, list)) else len(_text(ev, args))


def _bits(run: Any) -> Pure:
    def call(ev: Evaluator, args: list[Value]) -> Value:
        return run(ev.whole(args[0]), ev.whole(args[1]))

    return call


def _strtonum(ev: Evaluator, args: list[Value]) -> Value:
    text = _text(ev, args).strip()
    if text[:2].lower() == "0x":
        return int(text[2:18], 16)
    return int(text, 8) if re.fullmatch(r"0[0-7]{1,20}", text) else ev.number(text)


FUNCTIONS: dict[str, Pure] = {
    "substr": _substr,
    "length": _length,
    "index": lambda ev, args: _text(ev, args).find(_text(ev, args, 1)) + 1,
    "sprintf": lambda ev, args: sprintf(ev, _text(ev, args), args[1:], first_char=True),
    "tolower": lambda ev, args: _text(ev, args).lower(),
    "toupper": lambda ev, args: _text(ev, args).upper(),
    "int": lambda ev, args: int(ev.number(args[0])),
    "strtonum": _strtonum,
    "and": _bits(lambda a, b: a & b),
    "or": _bits(lambda a, b: a | b),
    "xor": _bits(lambda a, b: a ^ b),
    "lshift": _bits(lambda a, b: a << min(b, 64)),
    "rshift": _bits(lambda a, b: a >> b),
    "close": lambda ev, args: 0,
    "fflush": lambda ev, args: 0,
}


def _system(ev: Evaluator, call: HostCall) -> Value:
    ev.run_shell(call.arg(0), call.place())
    ev.output = None
    return UNKNOWN


_HOSTS: dict[str, Host] = {"system": _system}


class AwkDialect(Dialect):
    """The meaning of awk."""

    language = Language.AWK
    functions: ClassVar[Mapping[str, Pure]] = FUNCTIONS
    hosts = _HOSTS
    separators = ";\n"

    def text(self, value: Value) -> str:
        """Return a value as text."""
        if value is UNDEFINED:
            return ""
        if isinstance(value, bool):
            return "1" if value else "0"
        if isinstance(value, float) and value != int(value):
            return f"{value:.6g}"
        return super().text(value)

    def number(self, value: Value) -> int | float:
        """Return a value as a number: text gives what it begins with."""
        if value is UNDEFINED:
            return 0
        if isinstance(value, str):
            found = re.match(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)", value[:400])
            number = float(found.group(1)) if found else 0.0
            return int(number) if abs(number) < 2**53 and number == int(number) else number
        return super().number(value)

    def truth(self, value: Value) -> bool | None:
        """Return whether a value counts as true."""
        if isinstance(value, str) and value.strip() in ("0",):
            return False
        return super().truth(value)

    def builtin(self, ev: Evaluator, name: str) -> Value:
        """Return what an unbound name stands for: in awk, nothing is empty."""
        run = self.functions.get(name)
        if run is not None:
            return Native(name, run)
        if name in _HOSTS:
            return Thing(name)
        if name == "ENVIRON":
            return Thing("ENVIRON")
        constants: dict[str, Value] = {
            "OFS": " ",
            "ORS": "\n",
            "FS": " ",
            "RS": "\n",
            "SUBSEP": "\x1c",
            "NR": 0,
            "FNR": 0,
        }
        if name in constants:
            return constants[name]
        if name in ("FILENAME", "ARGC", "ARGV", "RSTART", "RLENGTH", "PROCINFO"):
            return UNKNOWN
        if name == "NF":
            record = ev.globals.values.get(" fields", MISSING)
            return len(record) if isinstance(record, list) else UNKNOWN
        return UNDEFINED

    def index(self, ev: Evaluator, holder: Value, key: Value) -> Value:
        """Return an item of an array."""
        if isinstance(holder, Thing) and holder.name == "ENVIRON":
            return inherited(self.text(key), ev)
        if isinstance(holder, dict):
            return holder.get(self.text(key), UNDEFINED)
        return UNDEFINED if holder is UNDEFINED else UNKNOWN

    def set_index(self, ev: Evaluator, holder: Value, key: Value, value: Value, node: t.Node) -> bool:
        """Bind an item."""
        if isinstance(holder, dict):
            holder[self.text(key)] = value
            return True
        return False

    def iterate(self, ev: Evaluator, value: Value, *, keys: bool) -> list[Value]:
        """Return the keys of an array."""
        if isinstance(value, dict):
            return list(value)
        if value is UNDEFINED:
            return []
        raise Unresolved

    def binary(self, ev: Evaluator, op: str, left: Value, right: Value) -> Value:
        """Return what an operator makes of two values."""
        from vedette.commands.embedded.perl import arithmetic

        if op == ".":
            one, two = self.text(left), self.text(right)
            ev.grow(len(one), len(two))
            ev.note("concatenation")
            return one + two
        if op in ("~", "!~"):
            source = right.source if isinstance(right, Pattern) else self.text(right)
            return (patterns.compiled(source).search(self.text(left)) is not None) == (op == "~")
        if op == "in":
            return self.text(left) in right if isinstance(right, dict) else False
        if op in ("==", "!=", "<", ">", "<=", ">=") and isinstance(left, str) and isinstance(right, str):
            one, two = left, right
            if not (re.fullmatch(r"\s*-?[\d.]+\s*", one) and re.fullmatch(r"\s*-?[\d.]+\s*", two)):
                return {
                    "==": one == two, "!=": one != two, "<": one < two, ">": one > two, "<=": one <= two,
                    ">=": one >= two,
                }[op]  # fmt: skip
        if op in ("==", "!=") and (isinstance(left, str) or isinstance(right, str)):
            return (self.text(left) == self.text(right)) == (op == "==")
        return arithmetic(ev, "**" if op == "^" else op, self.number(left), self.number(right))

    def special(self, ev: Evaluator, node: t.Special) -> Value:
        """Return the value of awk's own syntax."""
        run = getattr(self, f"_{node.kind}", None)
        return run(ev, node, node.parts) if run is not None else UNKNOWN

    def _regex(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        record = ev.globals.values.get(" record", MISSING)
        if record is UNKNOWN:
            return UNKNOWN
        return parts[0] if record is MISSING else patterns.compiled(parts[0].source).search(record) is not None

    def _pattern_of(self, ev: Evaluator, node: t.Node) -> str:
        if isinstance(node, t.Special) and node.kind == "regex":
            return str(node.parts[0].source)
        return ev.text(ev.eval(node))

    def _field(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        number = ev.whole(ev.eval(parts[0]))
        record = ev.globals.values.get(" record", UNKNOWN)
        if number == 0 or record is UNKNOWN:
            return record
        fields = ev.globals.values.get(" fields", UNKNOWN)
        if not isinstance(fields, list):
            return UNKNOWN
        return _numeric(fields[number - 1]) if 0 < number <= len(fields) else ""

    def _getline(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        if parts[0] is not None:
            command = ev.eval(parts[0])
            ev.say("getline", [command], {}, [parts[0]], [tuple(ev.used)], node)
            inet = isinstance(command, str) and command.startswith("/inet/")
            out = UNKNOWN if inet else ev.run_shell(command, parts[0])
            target = parts[1]
            value = out.split("\n")[0] if isinstance(out, str) else UNKNOWN
            if target is not None:
                ev.bind(target, value)
            else:
                set_record(ev, value)
        elif parts[1] is not None:
            ev.bind(parts[1], UNKNOWN)
        return UNKNOWN

    def _split(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        text = ev.text(ev.eval(parts[0]))
        if len(parts) > 2:
            mark: Value = (
                parts[2].parts[0] if isinstance(parts[2], t.Special) and parts[2].kind == "regex" else ev.eval(parts[2])
            )
        else:
            mark = ev.lookup("FS")
        pieces = split_fields(ev, text, mark)
        ev.bind(parts[1], {str(n): _numeric(piece) for n, piece in enumerate(pieces, 1)})
        ev.note("split")
        return len(pieces)

    def _replaced(self, ev: Evaluator, parts: list[Any], every: bool) -> Value:
        target = parts[2] if len(parts) > 2 else t.Special(0, 0, "field", [t.Const(0, 0, 0)])
        by = ev.text(ev.eval(parts[1]))

        def made(found: Any) -> str:
            return re.sub(r"\\\\|\\&|&", lambda m: {"&": found.group(), "\\&": "&"}.get(m.group(), "\\"), by)

        out, count = patterns.replace(
            self._pattern_of(ev, parts[0]), "", ev.text(ev.eval(target)), made, ev.budget, every=every
        )
        ev.note("replace")
        ev.bind(target, out, join=True)
        return count

    def _sub(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        return self._replaced(ev, parts, False)

    def _gsub(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        return self._replaced(ev, parts, True)

    def _match(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        found = patterns.compiled(self._pattern_of(ev, parts[1])).search(ev.text(ev.eval(parts[0])))
        ev.bind_name("RSTART", found.start() + 1 if found else 0)
        ev.bind_name("RLENGTH", found.end() - found.start() if found else -1)
        return found.start() + 1 if found else 0

    def _exit(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        if ev.sure:
            raise Halt
        return UNKNOWN

    def _print(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        kind, nodes, how, target = parts
        values = [ev.eval(n) for n in nodes]
        text: Value = UNKNOWN
        try:
            if kind == "printf":
                text = sprintf(ev, ev.text(values[0]), values[1:], first_char=True)
            elif not nodes:
                record = ev.globals.values.get(" record", UNKNOWN)
                text = UNKNOWN if record is UNKNOWN else record + ev.text(ev.lookup("ORS"))
            else:
                text = ev.text(ev.lookup("OFS")).join(ev.text(v) for v in values) + ev.text(ev.lookup("ORS"))
        except Unresolved:
            text = UNKNOWN
        if target is None:
            ev.site = node if ev.foreign == 0 else ev.site
            ev.write(text)
            return UNDEFINED
        where = ev.eval(target)
        if how in ("|", "|&"):
            ev.say("print |", [where], {}, [target], [tuple(ev.used)], node)
            if isinstance(where, str):
                pipes = ev.globals.values.setdefault(" pipes", {})
                old = pipes.get(where, ("", target))[0]
                pipes[where] = (old + text if isinstance(text, str) and isinstance(old, str) else UNKNOWN, target)
            ev.output = None
        elif isinstance(where, str):
            if where in ("/dev/stdout", "-"):
                ev.write(text)
            elif isinstance(text, str) and ev.sure:
                ev.scope.files[where] = ev.scope.files.get(where, b"") + to_bytes(text)
            else:
                ev.scope.files.pop(where, None)
        return UNDEFINED

    def quote(self, value: Value) -> str | None:
        """Return a value as a literal."""
        if isinstance(value, str):
            if len(value) > 40_000:
                return None
            out = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
            return f'"{out}"' if out.isprintable() else None
        return str(value) if type(value) is int else None


def split_fields(ev: Evaluator, text: str, mark: Value) -> list[str]:
    """Return the fields of a text.

    Raises:
        Unresolved: the separator is not known.
    """
    ev.budget.step(1 + len(text) // 64)
    if isinstance(mark, Pattern):
        source = mark.source
    else:
        form = ev.text(mark)
        if form == " ":
            return text.split()
        if form == "":
            return list(text)
        if len(form) == 1 and form != "|":
            return text.split(form) if text else []
        source = re.escape(form) if len(form) == 1 else form
    out: list[str] = []
    at = 0
    for found in patterns.compiled(source).finditer(text):
        if found.end() == found.start():
            continue
        out.append(text[at : found.start()])
        at = found.end()
    return [*out, text[at:]] if text else []


def _numeric(text: str) -> Value:
    """Return input that reads as a whole number as that number, as awk does."""
    return int(text) if re.fullmatch(r"0|-?[1-9]\d{0,14}", text) else text


def set_record(ev: Evaluator, record: Value) -> None:
    """Take a text as the record that is read."""
    ev.globals.values[" record"] = record
    try:
        ev.globals.values[" fields"] = split_fields(ev, ev.text(record), ev.lookup("FS"))
    except Unresolved:
        ev.globals.values[" fields"] = UNKNOWN


class AwkEvaluator(Whole):
    """Awk binds arrays when they are first indexed, and fields by number."""

    def bind(self, target: t.Node, value: Value, *, local: bool = False, join: bool = False) -> None:
        """Bind a name, an item or a field."""
        if isinstance(target, t.Special) and target.kind == "field":
            try:
                number = self.whole(self.eval(target.parts[0]))
            except Unresolved:
                number = -1
            if number == 0:
                set_record(self, value)
                return
            fields = self.globals.values.get(" fields")
            if number > 0 and isinstance(fields, list) and number < 10_000 and value is not UNKNOWN:
                fields += [""] * (number - len(fields))
                fields[number - 1] = self.text(value)
                self.globals.values[" record"] = self.text(self.lookup("OFS")).join(fields)
            else:
                self.globals.values[" record"] = UNKNOWN
            return
        super().bind(target, value, local=local, join=join)

    def _bind_index(self, target: t.Index, value: Value) -> None:
        holder = target.holder
        if isinstance(holder, t.Name):
            found = self.env.find(holder.id)
            if found is None or found.values[holder.id] is UNDEFINED:
                self.bind_name(holder.id, {})
        super()._bind_index(target, value)


def read(text: str, scope: Scope) -> Reading:
    """Return what an awk program says."""
    text, cut = shorten(text)
    awk = Awk(text)
    rules, functions = awk.rules()
    ev = AwkEvaluator(AwkDialect(), text, scope)
    bind_inherited(ev)
    body = [*functions, t.Special(0, 0, "program", [rules])]
    ev.dialect._program = _program  # type: ignore[attr-defined]
    reading = ev.read(t.Block(0, len(text), body))
    reading.broken = awk.broken
    if cut:
        reading.stops.append(cut)
    return reading


def _program(ev: Any, node: t.Special, parts: list[Any]) -> Value:
    """Run the rules: what begins, each record, what ends."""
    rules: list[Rule] = parts[0]
    try:
        for rule in rules:
            if rule.kind == "BEGIN" and rule.body is not None:
                ev.run(rule.body)
        _records(ev, [rule for rule in rules if rule.kind == "line"], any(rule.kind == "END" for rule in rules))
    except Halt:
        pass
    try:
        for rule in rules:
            if rule.kind == "END" and rule.body is not None:
                ev.run(rule.body)
    except Halt:
        pass
    for command, (data, target) in (ev.globals.values.get(" pipes") or {}).items():
        from vedette.commands.embedded.runs import shell_language

        if command.startswith("/inet/"):
            continue
        stdin = to_bytes(data) if isinstance(data, str) else None
        ev.nest(shell_language(command), command, target, stdin=stdin)
    return UNKNOWN


def _records(ev: Any, rules: list[Rule], ends: bool) -> None:
    if not rules and not ends:
        return
    data = ev.scope.stdin
    separator = ev.lookup("RS")
    lines: list[str] | None = None
    if data is not None and len(data) < 400_000 and isinstance(separator, str) and len(separator) <= 1:
        text = raw(data)
        if separator == "":
            lines = [block for block in re.split(r"\n\n+", text.strip("\n")) if block]
        else:
            lines = text.split(separator)
            if lines and lines[-1] == "":
                lines.pop()
    if lines is None or len(lines) > _MOST_LINES:
        ev.output = None
        ev.globals.values.update({" record": UNKNOWN, " fields": UNKNOWN, "NR": UNKNOWN, "FNR": UNKNOWN})
        for rule in rules:
            if rule.test is not None:
                ev.eval(rule.test)
            if rule.body is not None:
                sure, ev.sure = ev.sure, False
                ev.run(rule.body)
                ev.sure = sure
        return
    for number, line in enumerate(lines, 1):
        ev.budget.step()
        ev.globals.values["NR"] = ev.globals.values["FNR"] = number
        set_record(ev, line)
        for rule in rules:
            if rule.last is not None:
                ev.output = None
            truth = True if rule.test is None else ev.dialect.truth(ev.eval(rule.test))
            if truth is None:
                ev.output = None
                continue
            if not truth:
                continue
            if rule.body is None:
                ev.write(ev.globals.values[" record"] + "\n")
                continue
            signal = ev.run(rule.body)
            if signal is not None and signal[0] != "return":
                break


def run(args: list[str], stdin: bytes | None, scope: Scope) -> bytes | None:
    """Return what ``awk`` writes for its arguments and standard input; None where that is not known.

    Args:
        args: the arguments, without the program's name.
        stdin: what it reads; None where that is not known.
        scope: whose files and budget it uses.
    """
    bound: dict[str, str] = {}
    at = 0
    program: str | None = None
    while at < len(args):
        arg = args[at]
        if arg == "--":
            at += 1
            break
        if len(arg) < 2 or arg[0] != "-":
            break
        value = arg[2:]
        if arg[1] in "vFf" and not value:
            at += 1
            value = args[at] if at < len(args) else ""
        if arg[1] == "v":
            name, _, text = value.partition("=")
            bound[f"var:{name}"] = text
        elif arg[1] == "F":
            bound["var:FS"] = {"t": "\t", "\\t": "\t"}.get(value, value)
        elif arg[1] == "f":
            data = scope.files.get(value)
            if data is None:
                return None
            program = raw(data)
        else:
            return None
        at += 1
    if program is None:
        if at >= len(args):
            return None
        program = args[at]
        at += 1
    files = [a for a in args[at:] if "=" not in a]
    if files and files != ["-"]:
        parts = [scope.files.get(name) for name in files]
        if any(part is None for part in parts):
            return None
        stdin = b"".join(part for part in parts if part is not None)
    inner = Scope(
        budget=scope.budget,
        environment={**scope.environment, **bound},
        files=scope.files,
        stdin=stdin,
        depth=scope.depth + 1,
        capture=scope.capture,
    )
    try:
        return read(program, inner).output
    except Exhausted:
        return None
