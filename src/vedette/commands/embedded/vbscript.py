"""VBScript: a script enters, what it does leaves. Macros in VBA are read as far as they share its grammar."""

from __future__ import annotations

import math
import re
import urllib.parse
from collections.abc import Mapping
from typing import ClassVar

from vedette.commands.base import Reading, Scope
from vedette.commands.embedded import com
from vedette.commands.embedded import tree as t
from vedette.commands.embedded.code import run_code
from vedette.commands.embedded.dialect import Dialect, Host, HostCall, Pure
from vedette.commands.embedded.evaluator import Expressions as Evaluator
from vedette.commands.embedded.start import bind_inherited, inherited, shorten
from vedette.commands.embedded.statements import Evaluator as Whole
from vedette.commands.embedded.values import (
    MISSING,
    UNDEFINED,
    UNKNOWN,
    Bound,
    Closure,
    Inherited,
    Native,
    Thing,
    Unresolved,
    Value,
)
from vedette.commands.embedded.vbscript_syntax import RESULT, Basic
from vedette.schema.command import Language


def parse(text: str) -> t.Block:
    """Return the tree of a script."""
    return Basic(text).program()


def _parse_expression(text: str) -> t.Block:
    basic = Basic(text)
    value = basic.expression()
    return t.Block(0, len(text), [value])


def _execute(ev: Evaluator, call: HostCall) -> Value:
    code = call.arg(0)
    if not isinstance(code, str):
        ev.stop("the code that it runs is known only when it runs")
        return UNKNOWN
    return run_code(ev, code, call.place(), parse)


def _eval(ev: Evaluator, call: HostCall) -> Value:
    code = call.arg(0)
    return run_code(ev, code, call.place(), _parse_expression) if isinstance(code, str) else UNKNOWN


def _shell(ev: Evaluator, call: HostCall) -> Value:
    command = call.arg(0)
    if isinstance(command, str):
        ev.nest(Language.PROGRAM, command, call.place())
    return UNKNOWN


_HOSTS: dict[str, Host] = {
    "execute": _execute,
    "executeglobal": _execute,
    "eval": _eval,
    "shell": _shell,
    "vba.shell": _shell,
    "setlocale": lambda ev, call: UNKNOWN,
}


def _text(ev: Evaluator, args: list[Value], number: int, default: str | None = None) -> str:
    if number < len(args) and args[number] is not UNDEFINED:
        return ev.text(args[number])
    if default is None and number >= len(args):
        raise Unresolved
    return default or ""


def _chr(ev: Evaluator, args: list[Value]) -> Value:
    code = ev.whole(args[0])
    ev.note("char-codes")
    return chr(code & 0xFFFF if code < 0 else code)


def _chr_byte(ev: Evaluator, args: list[Value]) -> Value:
    code = ev.whole(args[0])
    ev.note("char-codes")
    return bytes([code]).decode("cp1252", "replace") if 0 <= code < 256 else chr(code)


def _number(ev: Evaluator, args: list[Value]) -> int | float:
    return ev.number(args[0])


def _int(ev: Evaluator, args: list[Value]) -> Value:
    return round(_number(ev, args))


def _hex(ev: Evaluator, args: list[Value]) -> Value:
    return f"{round(ev.number(args[0])) & 0xFFFFFFFF:X}"


def _left(ev: Evaluator, args: list[Value]) -> Value:
    ev.note("substring")
    return ev.made(ev.text(args[0])[: max(0, ev.whole(args[1]))])


def _right(ev: Evaluator, args: list[Value]) -> Value:
    text, size = ev.text(args[0]), ev.whole(args[1])
    ev.note("substring")
    return ev.made(text[max(0, len(text) - size) :] if size > 0 else "")


def _mid(ev: Evaluator, args: list[Value]) -> Value:
    text, start = ev.text(args[0]), ev.whole(args[1]) - 1
    if start < 0:
        raise Unresolved
    size = len(text) if len(args) < 3 or args[2] is UNDEFINED else ev.whole(args[2])
    ev.note("substring")
    return text[start : start + max(0, size)]


def _replace(ev: Evaluator, args: list[Value]) -> Value:
    text, old, new = ev.text(args[0]), ev.text(args[1]), ev.text(args[2])
    caseless = len(args) > 5 and args[5] is not UNDEFINED and ev.whole(args[5]) == 1
    count = ev.whole(args[4]) if len(args) > 4 and args[4] is not UNDEFINED else -1
    start = ev.whole(args[3]) - 1 if len(args) > 3 and args[3] is not UNDEFINED else 0
    if not old:
        return text[start:]
    ev.note("replace")
    if caseless:
        out = re.sub(re.escape(old), lambda m: new, text[start:], count=max(count, 0), flags=re.IGNORECASE)
    else:
        ev.budget.make(len(text) + text.count(old) * len(new))
        out = text[start:].replace(old, new, count)
    return ev.made(out)


def _split(ev: Evaluator, args: list[Value]) -> Value:
    text, mark = ev.text(args[0]), _text(ev, args, 1, " ") if len(args) > 1 else " "
    ev.budget.make(len(text))
    parts = text.split(mark) if mark else [text]
    if len(parts) > 1:
        ev.note("split")
    return parts


def _join(ev: Evaluator, args: list[Value]) -> Value:
    mark = _text(ev, args, 1, " ") if len(args) > 1 else " "
    parts = [ev.text(v) for v in ev.items(args[0])]
    ev.budget.make(sum(map(len, parts)) + len(mark) * len(parts))
    ev.note("join")
    return mark.join(parts)


def _reverse(ev: Evaluator, args: list[Value]) -> Value:
    text = ev.text(args[0])
    ev.note("reverse")
    return ev.made(text[::-1])


def _in_text(ev: Evaluator, args: list[Value]) -> Value:
    numbered = len(args) > 2 or isinstance(args[0], int)
    start = ev.whole(args[0]) if numbered else 1
    text, what = (ev.text(args[1]), ev.text(args[2])) if numbered else (ev.text(args[0]), ev.text(args[1]))
    if len(args) > 3 and ev.whole(args[3]) == 1:
        text, what = text.casefold(), what.casefold()
    return text.find(what, start - 1) + 1


def _bound(lower: bool) -> Pure:
    def run(ev: Evaluator, args: list[Value]) -> Value:
        return 0 if lower else len(ev.items(args[0])) - 1

    return run


def _repeat(ev: Evaluator, args: list[Value]) -> Value:
    count, text = ev.whole(args[0]), args[1]
    ev.budget.make(max(0, count))
    return (chr(text) if isinstance(text, int) else ev.text(text)[:1]) * max(0, count)


def _unescape(ev: Evaluator, args: list[Value]) -> Value:
    from vedette.commands.embedded.script_values import unescape_percent

    ev.note("url-encoding")
    return ev.made(unescape_percent(ev.text(args[0])))


def _unicode(ev: Evaluator, args: list[Value]) -> Value:
    """``StrConv(bytes, vbUnicode)``."""
    if isinstance(args[0], list):
        ev.note("char-codes")
        return "".join(chr(ev.whole(v) & 0xFF) for v in args[0])
    text, form = ev.text(args[0]), ev.whole(args[1])
    return {1: text.upper(), 2: text.lower(), 64: text}.get(form, text)


def _environ(ev: Evaluator, args: list[Value]) -> Value:
    return inherited(ev.text(args[0]).upper(), ev)


def _math(run: object) -> Pure:
    return lambda ev, args: run(ev.number(args[0]))  # type: ignore[operator]


FUNCTIONS: dict[str, Pure] = {
    "chr": _chr_byte,
    "chr$": _chr_byte,
    "chrw": _chr,
    "chrb": _chr,
    "asc": lambda ev, args: ord(ev.text(args[0])[0]),
    "ascw": lambda ev, args: ord(ev.text(args[0])[0]),
    "ascb": lambda ev, args: ord(ev.text(args[0])[0]) & 0xFF,
    "hex": _hex,
    "oct": lambda ev, args: f"{round(ev.number(args[0])):o}",
    "cint": _int,
    "clng": _int,
    "cbyte": _int,
    "cdbl": lambda ev, args: _number(ev, args),
    "csng": lambda ev, args: _number(ev, args),
    "val": lambda ev, args: _number(ev, args),
    "cstr": lambda ev, args: ev.text(args[0]),
    "cvar": lambda ev, args: args[0],
    "cbool": lambda ev, args: ev.dialect.truth(args[0]),
    "int": _math(math.floor),
    "fix": _math(math.trunc),
    "abs": _math(abs),
    "sgn": lambda ev, args: (ev.number(args[0]) > 0) - (ev.number(args[0]) < 0),
    "sqr": _math(math.sqrt),
    "round": _math(round),
    "len": lambda ev, args: len(ev.text(args[0])),
    "lenb": lambda ev, args: 2 * len(ev.text(args[0])),
    "left": _left,
    "right": _right,
    "mid": _mid,
    "midb": _mid,
    "replace": _replace,
    "split": _split,
    "join": _join,
    "array": lambda ev, args: list(args),
    "strreverse": _reverse,
    "instr": _in_text,
    "instrrev": lambda ev, args: ev.text(args[0]).rfind(ev.text(args[1])) + 1,
    "ubound": _bound(False),
    "lbound": _bound(True),
    "ucase": lambda ev, args: ev.made(ev.text(args[0]).upper()),
    "lcase": lambda ev, args: ev.made(ev.text(args[0]).lower()),
    "trim": lambda ev, args: ev.made(ev.text(args[0]).strip(" ")),
    "ltrim": lambda ev, args: ev.made(ev.text(args[0]).lstrip(" ")),
    "rtrim": lambda ev, args: ev.made(ev.text(args[0]).rstrip(" ")),
    "space": lambda ev, args: _repeat(ev, [args[0], " "]),
    "string": _repeat,
    "isnumeric": lambda ev, args: re.fullmatch(r"\s*[-+]?[\d.]+\s*", ev.text(args[0])) is not None,
    "isempty": lambda ev, args: args[0] is UNDEFINED,
    "isnull": lambda ev, args: args[0] is None,
    "isarray": lambda ev, args: isinstance(args[0], list),
    "unescape": _unescape,
    "escape": lambda ev, args: ev.made(urllib.parse.quote(ev.text(args[0]))),
    "strconv": _unicode,
    "environ": _environ,
    "iif": lambda ev, args: args[1] if ev.dialect.truth(args[0]) else args[2],
}
CONSTANTS: dict[str, Value] = {
    "vbcrlf": "\r\n", "vbcr": "\r", "vblf": "\n", "vbnewline": "\r\n", "vbtab": "\t", "vbnullstring": "",
    "vbnullchar": "\0", "vbtrue": -1, "vbfalse": 0, "vbunicode": 64, "vbhide": 0, "vbnormalfocus": 1,
    "vbtextcompare": 1, "vbbinarycompare": 0,
}  # fmt: skip
_OBJECTS = {
    name.casefold(): name
    for name in "WScript CreateObject GetObject document window self Err Execute ExecuteGlobal Eval Shell MsgBox close "
    "Application ActiveDocument ThisWorkbook Server InputBox VBA".split()
}


class BasicDialect(Dialect):
    """VBScript's meaning."""

    language = Language.VBSCRIPT
    fold_case = True
    separators = ":\n"
    functions: ClassVar[Mapping[str, Pure]] = FUNCTIONS
    assigned: frozenset[str] = frozenset()
    """Names that the script binds somewhere: before that they are empty."""

    def text(self, value: Value) -> str:
        """Return a value as text."""
        if value is UNDEFINED:
            return ""
        if isinstance(value, bool):
            return "True" if value else "False"
        if isinstance(value, (bytes, bytearray)):
            return bytes(value).decode("latin-1")
        if value is None:
            raise Unresolved
        return super().text(value)

    def number(self, value: Value) -> int | float:
        """Return a value as a number; text may be hexadecimal."""
        if value is UNDEFINED:
            return 0
        if isinstance(value, bool):
            return -1 if value else 0
        if isinstance(value, str):
            stripped = value.strip().rstrip("&")
            if stripped[:2].lower() == "&h":
                number = int(stripped[2:18], 16)
                return number - 0x10000 if 0x7FFF < number <= 0xFFFF and len(stripped) == 6 else number
            if stripped[:2].lower() == "&o":
                return int(stripped[2:20], 8)
            return super().number(stripped)
        return super().number(value)

    def builtin(self, ev: Evaluator, name: str) -> Value:
        """Return what an unbound name stands for."""
        low = name.casefold().removeprefix("vba.")
        if low in CONSTANTS:
            return CONSTANTS[low]
        run = self.functions.get(low)
        if run is not None:
            return Native(low, run)
        if low in _OBJECTS:
            return Thing(_OBJECTS[low])
        return UNDEFINED if low in self.assigned else MISSING

    def member(self, ev: Evaluator, holder: Value, name: str) -> Value:
        """Return a member, in its usual capitals."""
        if isinstance(holder, Thing):
            low = name.casefold()
            if low in ("nodetypedvalue", "text") and "createElement" in holder.name and holder.data:
                return com.typed_value(ev, holder, name)
            if holder.name in ("window", "self", "document.parentWindow") and low in _OBJECTS:
                return Thing(_OBJECTS[low])
            if low in holder.data:
                return holder.data[low]
            if holder.name == "WScript.Shell.Exec.StdOut" and low == "readall":
                return holder.data.get("out", UNKNOWN)
            if low == "readtext" and holder.name == "ADODB.Stream":
                text = com.stream_text(holder)
                return text if text is not UNKNOWN else Thing("ADODB.Stream.ReadText", (), holder.data)
            made = Thing(f"{holder.name}.{com.canonical(name)}", holder.args, {})
            if "out" in holder.data:
                made.data["out"] = holder.data["out"]
            return made
        if isinstance(holder, (str, int, float, list)) or holder in (None, UNDEFINED):
            return UNKNOWN
        return Bound(holder, name)

    def set_member(self, ev: Evaluator, holder: Value, name: str, value: Value, node: t.Node) -> None:
        """Bind a member."""
        if isinstance(holder, Thing):
            holder.data[name.casefold()] = value

    def index(self, ev: Evaluator, holder: Value, key: Value) -> Value:
        """Return an item."""
        if isinstance(holder, Thing):
            if holder.name == "Scripting.Dictionary":
                return holder.data.get(f"item {key}", UNKNOWN)
            return UNKNOWN
        if isinstance(holder, str):
            raise Unresolved
        return super().index(ev, holder, key)

    def set_index(self, ev: Evaluator, holder: Value, key: Value, value: Value, node: t.Node) -> bool:
        """Bind an item."""
        if isinstance(holder, Thing):
            holder.data[f"item {key}"] = value
            return True
        return super().set_index(ev, holder, key, value, node)

    def host(self, ev: Evaluator, call: HostCall) -> Value:
        """Follow a call into the library."""
        low = call.name.casefold()
        if low.startswith("scripting.dictionary"):
            return self._dictionary(call, low)
        if low == "wscript.shell.environment" or low == "wscript.shell.environment.item":
            first = call.arg(0)
            if isinstance(first, str) and first.casefold() not in ("process", "user", "system", "volatile"):
                return Inherited(f"%{first}%")
            return Thing("WScript.Shell.Environment.Item")
        run = _HOSTS.get(low) or com.find_host(low)
        return run(ev, call) if run else Thing(call.name, tuple(call.args))

    def _dictionary(self, call: HostCall, name: str) -> Value:
        holder = call.holder
        if not isinstance(holder, Thing):
            return UNKNOWN
        if name.endswith(".add"):
            holder.data[f"item {call.arg(0)}"] = call.arg(1)
            return UNKNOWN
        return holder.data.get(f"item {call.arg(0)}", UNKNOWN)

    def binary(self, ev: Evaluator, op: str, left: Value, right: Value) -> Value:
        """Return what an operator makes of two values."""
        if isinstance(left, Thing) or isinstance(right, Thing):
            return UNKNOWN
        if op == "&" or (op == "+" and isinstance(left, str) and isinstance(right, str)):
            one, two = self.text(left), self.text(right)
            ev.grow(len(one), len(two))
            ev.note("concatenation")
            return one + two
        if op in ("=", "<>", "<", ">", "<=", ">=", "=<", "=>", "is"):
            return self._compare(op, left, right)
        if op in ("and", "or", "xor", "eqv", "imp"):
            return self._bits(ev, op, left, right)
        a, b = self.number(left), self.number(right)
        if op == "+":
            return a + b
        if op == "-":
            return a - b
        if op == "*":
            return a * b
        if op == "/":
            made = a / b
            return int(made) if made == int(made) else made
        if op == "\\":
            return int(round(a) / round(b))
        if op == "mod":
            return int(math.fmod(round(a), round(b)))
        if op == "^" and abs(b) < 64:
            return a**b
        raise Unresolved

    def _compare(self, op: str, left: Value, right: Value) -> Value:
        one, two = left, right
        if isinstance(one, str) != isinstance(two, str):
            if isinstance(one, str) and two is UNDEFINED:
                two = ""
            elif isinstance(two, str) and one is UNDEFINED:
                one = ""
            else:
                try:
                    one, two = self.number(one), self.number(two)
                except Unresolved:
                    return op == "<>" if op in ("=", "<>") else UNKNOWN
        elif not isinstance(one, str):
            one, two = self.number(one), self.number(two)
        if op in ("=", "is"):
            return one == two
        if op == "<>":
            return one != two
        if op == "<":
            return one < two
        if op == ">":
            return one > two
        return one <= two if op in ("<=", "=<") else one >= two

    def _bits(self, ev: Evaluator, op: str, left: Value, right: Value) -> Value:
        both = isinstance(left, bool) and isinstance(right, bool)
        a, b = round(self.number(left)), round(self.number(right))
        if op == "and":
            out = a & b
        elif op == "or":
            out = a | b
        elif op == "xor":
            out = a ^ b
            ev.note("xor")
        elif op == "eqv":
            out = ~(a ^ b)
        else:
            out = ~a | b
        return bool(out) if both else out

    def unary(self, ev: Evaluator, op: str, value: Value) -> Value:
        """Return what an operator makes of a value."""
        if op == "not":
            return (not value) if isinstance(value, bool) else ~round(self.number(value))
        return super().unary(ev, op, value)

    def special(self, ev: Evaluator, node: t.Special) -> Value:
        """Return an array that is declared, or the numbers of a loop."""
        if node.kind == "dim":
            name = self.name(node.parts[0])
            if name not in ev.env.values:
                ev.env.values[name] = UNDEFINED
            return UNDEFINED
        if node.kind == "range":
            first, last, step = (None if p is None else ev.number(ev.eval(p)) for p in node.parts)
            low, high, stride = int(first or 0), int(last or 0), int(step) if step is not None else 1
            made = range(low, high + (1 if stride > 0 else -1), stride)
            if len(made) > 8192:
                ev.stop("a loop runs longer than is followed")
                raise Unresolved
            ev.budget.make(len(made))
            return list(made)
        sizes = [ev.whole(ev.eval(p)) for p in (node.parts[:-1] if node.kind == "redim" else node.parts)]
        if len(sizes) > 1:
            raise Unresolved
        size = sizes[0] + 1 if sizes else 0
        ev.budget.make(max(size, 0))
        kept = ev.eval(node.parts[-1]) if node.kind == "redim" else []
        kept = list(kept)[:size] if isinstance(kept, list) else []
        return kept + [UNDEFINED] * (size - len(kept))

    def quote(self, value: Value) -> str | None:
        """Return a value as a literal."""
        if isinstance(value, str):
            if len(value) > 40_000 or any(c in value for c in "\r\n\0"):
                return None
            return '"' + value.replace('"', '""') + '"'
        if type(value) is int:
            return str(value)
        return None


class BasicEvaluator(Whole):
    """VBScript's functions give what is bound to their own name."""

    def frame(self, env: object, args: list[Value]) -> None:
        """Bind what the function will give."""
        env.values[RESULT] = UNDEFINED  # type: ignore[attr-defined]

    def fallen(self, env: object, node: t.Function) -> Value:
        """Return what a function gives that ends without saying so."""
        return env.values.get(RESULT, UNDEFINED)  # type: ignore[attr-defined]

    def apply(
        self,
        func: Value,
        values: list[Value],
        keywords: dict[str, Value],
        places: list[t.Node],
        methods: list[tuple[str, ...]],
        node: t.Call,
        holder: Value = None,
    ) -> Value:
        """Return what a call gives; parentheses behind an array are an index."""
        if isinstance(func, list) and values:
            value: Value = func
            for key in values:
                value = self._item(value, key, t.Index(node.start, node.end, node.func, node.args[0]))
            return value
        if not values and not isinstance(func, (Closure, Native, Thing, Bound)):
            return func
        if isinstance(func, Thing) and func.name == "Scripting.Dictionary" and len(values) == 1:
            return func.data.get(f"item {values[0]}", UNKNOWN)
        return super().apply(func, values, keywords, places, methods, node, holder)


_PREFIX = re.compile(r"^\s*(?:vbscript|javascript):\s*", re.IGNORECASE)
_TAGS = re.compile(r"<\s*script[^>]*>|<\s*/\s*script\s*>", re.IGNORECASE)


def read(text: str, scope: Scope) -> Reading:
    """Return what a VBScript script says."""
    from vedette.commands.embedded.jscript import blank_all

    text, cut = shorten(text)
    body = text
    found = _PREFIX.match(body)
    if found:
        body = " " * found.end() + body[found.end() :]
    if _TAGS.search(body):
        pieces: list[str] = []
        at = 0
        for tag in _TAGS.finditer(body):
            inside = body[at : tag.start()]
            closes = "/" in tag.group()[:4]
            pieces += [inside if closes else blank_all(inside), "\n" + " " * (len(tag.group()) - 1)]
            at = tag.end()
        body = "".join([*pieces, blank_all(body[at:])])
    basic = Basic(body)
    tree = basic.program()
    dialect = BasicDialect()
    pairs = zip(basic.tokens, basic.tokens[1:], strict=False)
    dialect.assigned = frozenset(a.text.casefold() for a, b in pairs if a.kind == "name" and b.text == "=")
    ev = BasicEvaluator(dialect, text, scope)
    bind_inherited(ev)
    reading = ev.read(tree)
    reading.broken = basic.broken
    if cut:
        reading.stops.append(cut)
    return reading
