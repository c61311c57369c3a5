"""JavaScript's values and library, computed: how it joins, compares and converts, and its text and list methods."""

from __future__ import annotations

import math
import re
import urllib.parse
from collections.abc import Callable
from typing import Any

from vedette.commands.decoding import unbase64
from vedette.commands.embedded import patterns
from vedette.commands.embedded.dialect import Dialect, Method, Pure
from vedette.commands.embedded.evaluator import Expressions as Evaluator
from vedette.commands.embedded.values import (
    MISSING,
    UNDEFINED,
    UNKNOWN,
    Bound,
    Closure,
    Inherited,
    Native,
    Pattern,
    Thing,
    Unresolved,
    Value,
    is_known,
    raw,
    to_bytes,
)

_NAN = float("nan")
_SPACES = " \t\n\r\v\f\xa0\ufeff\u2028\u2029"


def js_text(value: Value, depth: int = 0) -> str:
    """Return what a value becomes where text is wanted."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value) if abs(value) < 10**21 else repr(float(value))
    if kind is float:
        if value != value:
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        return str(int(value)) if value == int(value) and abs(value) < 1e21 else repr(value)
    if value is None:
        return "null"
    if value is UNDEFINED:
        return "undefined"
    if kind in (list, tuple):
        if depth > 8:
            raise Unresolved
        return ",".join("" if v is None or v is UNDEFINED else js_text(v, depth + 1) for v in value)
    if kind is dict:
        return "[object Object]"
    if kind is bytes:
        return bytes(value).decode("utf-8", "replace")
    if kind is Pattern:
        return f"/{value.source}/{value.flags}"
    if kind in (Native, Bound):
        return f"function {value.name.rpartition('.')[2]}() {{ [native code] }}"
    if kind is Inherited:
        return str(value)
    if kind is Thing and value.name in ("Function",):
        return f"function {value.name}() {{ [native code] }}"
    raise Unresolved


def js_number(value: Value) -> int | float:
    """Return what a value becomes where a number is wanted."""
    kind = type(value)
    if kind is int or kind is float:
        return value  # type: ignore[no-any-return]
    if kind is bool:
        return int(value)
    if value is None:
        return 0
    if value is UNDEFINED or kind in (dict, Native, Bound, Closure):
        return _NAN
    if kind in (list, tuple, str):
        text = (value if kind is str else js_text(value)).strip(_SPACES)
        if not text:
            return 0
        try:
            if text[:2].lower() in ("0x", "0b", "0o"):
                return int(text, 0)
            if re.fullmatch(r"[+-]?\d{1,15}", text):
                return int(text)
            if re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", text):
                return narrow(float(text))
        except (ValueError, OverflowError):
            return _NAN
        return {"Infinity": math.inf, "-Infinity": -math.inf}.get(text, _NAN)
    raise Unresolved


def narrow(value: int | float) -> int | float:
    """Return a number as an int where it is whole and exact."""
    if type(value) is float:
        return int(value) if value == value and abs(value) < 2**53 and value == int(value) else value
    return value if -(2**53) <= value <= 2**53 else float(value)


def int32(value: Value) -> int:
    """Return a number cut to 32 bits with a sign."""
    number = js_number(value)
    if type(number) is float:
        if number != number or math.isinf(number):
            return 0
        number = int(number)
    number = int(number) & 0xFFFFFFFF
    return number - (1 << 32) if number & 0x80000000 else number


def _primitive(value: Value) -> Value:
    if isinstance(value, (list, tuple, dict, Native, Bound, Pattern, bytes)) or (
        isinstance(value, Thing) and value.name == "Function"
    ):
        return js_text(value)
    return value


def _loose(left: Value, right: Value) -> bool:
    nothing = (None, UNDEFINED)
    if left is None or left is UNDEFINED or right is None or right is UNDEFINED:
        return any(left is n for n in nothing) and any(right is n for n in nothing)
    if isinstance(left, (list, dict)) and isinstance(right, (list, dict)):
        return left is right
    if type(left) is str and type(right) is str:
        return left == right
    one, two = _primitive(left), _primitive(right)
    if type(one) is str and type(two) is str:
        return one == two
    return js_number(one) == js_number(two)


def _strict(left: Value, right: Value) -> bool:
    if isinstance(left, (list, dict, Closure, Native, Thing)):
        return left is right
    numbers = (int, float)
    if type(left) in numbers and type(right) in numbers:
        return bool(left == right)
    return type(left) is type(right) and bool(left == right)


class ScriptDialect(Dialect):
    """JavaScript's meaning; the hosts (Windows Script, Node) add theirs."""

    strict = True

    def text(self, value: Value) -> str:
        """Return a value as text."""
        return js_text(value)

    def number(self, value: Value) -> int | float:
        """Return a value as a number."""
        return js_number(value)

    def truth(self, value: Value) -> bool | None:
        """Return whether a value counts as true."""
        if isinstance(value, (list, dict, Pattern)):
            return True
        if isinstance(value, float) and value != value:
            return False
        return super().truth(value)

    def binary(self, ev: Evaluator, op: str, left: Value, right: Value) -> Value:
        """Return what an operator makes of two values."""
        if op == "+":
            if type(left) is not str or type(right) is not str:
                left, right = _primitive(left), _primitive(right)
            if type(left) is str or type(right) is str:
                one, two = js_text(left), js_text(right)
                ev.grow(len(one), len(two))
                ev.note("concatenation")
                return one + two
            return narrow(js_number(left) + js_number(right))
        if op in ("===", "!=="):
            if isinstance(left, Thing) or isinstance(right, Thing):
                return UNKNOWN
            return _strict(left, right) == (op == "===")
        if op in ("==", "!="):
            if isinstance(left, Thing) or isinstance(right, Thing):
                return UNKNOWN
            return _loose(left, right) == (op == "==")
        if op in ("<", ">", "<=", ">="):
            one, two = _primitive(left), _primitive(right)
            if not (type(one) is str and type(two) is str):
                a, b = js_number(one), js_number(two)
                return bool({"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[op])
            return bool({"<": one < two, ">": one > two, "<=": one <= two, ">=": one >= two}[op])
        if op == "instanceof":
            return UNKNOWN
        if op == "in":
            if isinstance(right, dict):
                return js_text(left) in right
            if isinstance(right, list):
                return 0 <= js_number(left) < len(right)
            return UNKNOWN
        return self._arithmetic(ev, op, left, right)

    def _arithmetic(self, ev: Evaluator, op: str, left: Value, right: Value) -> Value:
        if op in ("&", "|", "^", "<<", ">>", ">>>"):
            one, two = int32(left), int32(right)
            if op == "^":
                ev.note("xor")
                return one ^ two
            if op == "&":
                return one & two
            if op == "|":
                return one | two
            shift = two & 31
            if op == "<<":
                return int32(one << shift)
            return one >> shift if op == ">>" else (one & 0xFFFFFFFF) >> shift
        a, b = js_number(left), js_number(right)
        if op == "-":
            return narrow(a - b)
        if op == "*":
            return narrow(a * b)
        if op == "/":
            if b == 0:
                return _NAN if a == 0 or a != a else math.copysign(math.inf, a)
            return narrow(a / b)
        if op == "%":
            return narrow(math.fmod(a, b)) if b else _NAN
        if op == "**":
            if abs(b) > 64:
                raise Unresolved
            return narrow(a**b)
        raise Unresolved

    def unary(self, ev: Evaluator, op: str, value: Value) -> Value:
        """Return what an operator makes of a value."""
        if op == "typeof":
            return _type_name(value)
        if op == "void":
            return UNDEFINED
        if op == "delete":
            return True
        if op == "~":
            return ~int32(value)
        if op == "+":
            return js_number(value)
        if op == "-":
            return narrow(-js_number(value))
        return super().unary(ev, op, value)

    def builtin(self, ev: Evaluator, name: str) -> Value:
        """Return what an unbound name stands for."""
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        run = self.functions.get(name)
        if run is not None:
            return Native(name, run)
        if name in _ROOTS:
            return Thing("globalThis")
        if name in _OBJECTS or name in self.objects:
            return Thing(name)
        return MISSING

    objects: frozenset[str] = frozenset()

    def member(self, ev: Evaluator, holder: Value, name: str) -> Value:
        """Return a member of a value."""
        if isinstance(holder, Thing):
            if holder.name == "globalThis" and name not in holder.data:
                found = ev.globals.values.get(name, MISSING)
                if found is MISSING:
                    found = self.builtin(ev, name)
                return Thing(name) if found is MISSING else found
            if (
                name in ("call", "apply", "bind", "toString")
                and name not in holder.data
                and holder.name not in _OBJECTS
            ):
                return Bound(holder, name)
            return super().member(ev, holder, name)
        if isinstance(holder, dict):
            return holder[name] if name in holder else (Bound(holder, name) if name in self.methods else UNDEFINED)
        if name == "length":
            if isinstance(holder, Closure):
                return len(holder.node.params)
            if isinstance(holder, str):
                return len(holder.encode("utf-16-le")) // 2 if not holder.isascii() else len(holder)
            return len(holder)
        if name == "constructor":
            return _constructor(holder)
        if isinstance(holder, Pattern):
            return {"source": holder.source, "flags": holder.flags}.get(name, Bound(holder, name))
        if isinstance(holder, Closure) and name in holder.data:
            return holder.data[name]
        if isinstance(holder, (Native, Bound)) and name == "name":
            return holder.name
        if isinstance(holder, Native):
            run = self.functions.get(f"{holder.name}.{name}")
            return Native(f"{holder.name}.{name}", run) if run else Bound(holder, name)
        if isinstance(holder, str) and re.fullmatch(r"\d+", name):
            return self.index(ev, holder, int(name))
        return Bound(holder, name)

    def index(self, ev: Evaluator, holder: Value, key: Value) -> Value:
        """Return an item of a value."""
        if isinstance(holder, (str, list, tuple, bytes)):
            if type(key) is str and not re.fullmatch(r"\d{1,9}", key):
                return self.member(ev, holder, key)
            place = js_number(key)
            if place != place or place != int(place) or not 0 <= place < len(holder):
                return UNDEFINED
            return holder[int(place)]
        if isinstance(holder, dict):
            return holder.get(key, holder.get(js_text(key), UNDEFINED))
        return self.member(ev, holder, js_text(key))

    def set_index(self, ev: Evaluator, holder: Value, key: Value, value: Value, node: Any) -> bool:
        """Bind an item."""
        if isinstance(holder, dict):
            holder[key if isinstance(key, str) else js_text(key)] = value
            return True
        if isinstance(holder, Closure):
            holder.data[js_text(key)] = value
            return True
        return super().set_index(ev, holder, key, value, node)

    def set_member(self, ev: Evaluator, holder: Value, name: str, value: Value, node: Any) -> None:
        """Bind a member."""
        if isinstance(holder, Thing) and holder.name == "globalThis":
            ev.globals.values[name] = value
        elif isinstance(holder, list) and name == "length":
            del holder[max(0, ev.whole(value)) :]
        else:
            super().set_member(ev, holder, name, value, node)

    def call_bound(self, ev: Evaluator, holder: Value, name: str, args: list[Value]) -> Value:
        """Return what a method of a known value gives."""
        if isinstance(holder, (Closure, Native, Bound, Thing)) and name in ("call", "apply", "bind"):
            if name == "bind":
                return holder
            rest = args[1:] if name == "call" else self.iterate(ev, args[1], keys=False) if len(args) > 1 else []
            if isinstance(holder, Native):
                return holder.run(ev, rest)
            if isinstance(holder, Bound):
                return self.call_bound(ev, args[0] if args else holder.holder, holder.name, rest)
            if isinstance(holder, Closure):
                return ev.invoke(holder, rest)
            raise Unresolved
        if isinstance(holder, Closure) and name == "toString":
            if holder.foreign:
                raise Unresolved
            return ev.source[holder.node.start : holder.node.end]
        return super().call_bound(ev, holder, name, args)

    def quote(self, value: Value) -> str | None:
        """Return a value as a literal."""
        if type(value) is str:
            if len(value) > 40_000:
                return None
            out = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
            out = re.sub(r"[\x00-\x1f\x7f\u2028\u2029]", lambda m: f"\\x{ord(m.group()):02x}", out)
            if '"' in out and "'" not in out:
                return f"'{out}'"
            return '"' + out.replace('"', '\\"') + '"'
        if type(value) is int or (type(value) is float and value == value and not math.isinf(value)):
            return js_text(value)
        return None


def _type_name(value: Value) -> str:
    if value is UNDEFINED:
        return "undefined"
    if isinstance(value, str):
        return "string"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, (Native, Bound, Closure)):
        return "function"
    if isinstance(value, Thing):
        raise Unresolved
    return "object"


def _constructor(holder: Value) -> Value:
    if isinstance(holder, (Native, Bound, Closure)):
        return Thing("Function")
    names: list[tuple[type, str]] = [(str, "String"), (bool, "Boolean"), (int, "Number"), (float, "Number")]
    names += [(list, "Array"), (Pattern, "RegExp"), (dict, "Object")]
    for kind, name in names:
        if isinstance(holder, kind):
            run = FUNCTIONS.get(name)
            return Native(name, run) if run else Thing(name)
    raise Unresolved


_ROOTS = frozenset({"window", "globalThis", "self", "global", "top", "this"})
_OBJECTS = frozenset(
    "Math JSON Date Error Promise Symbol Reflect Proxy Map Set console document navigator location".split()
)
_CONSTANTS: dict[str, Value] = {"undefined": UNDEFINED, "NaN": _NAN, "Infinity": math.inf}


# Functions.


def _char_codes(ev: Evaluator, args: list[Value]) -> Value:
    out = "".join(chr(int32(a) & 0xFFFF) for a in args)
    ev.note("char-codes")
    return _paired(out)


def _paired(text: str) -> str:
    if any("\ud800" <= c <= "\udfff" for c in text):
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def parse_int(text: str, base: int = 10) -> int | None:
    """Return the number that text begins with, or None."""
    body = text.strip(_SPACES)
    sign = -1 if body[:1] == "-" else 1
    body = body.lstrip("+-") if body[:1] in ("+", "-") else body
    if base in (0, 16) and body[:2].lower() == "0x":
        body, base = body[2:], 16
    base = base or 10
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"[:base]
    end = 0
    low = body[:400].lower()
    while end < len(low) and low[end] in digits:
        end += 1
    return sign * int(low[:end], base) if end else None


def _parse_int(ev: Evaluator, args: list[Value]) -> Value:
    base = int32(args[1]) if len(args) > 1 else 0
    number = parse_int(ev.text(args[0]), base if 2 <= base <= 36 else 0)
    return _NAN if number is None else narrow(number)


def _parse_float(ev: Evaluator, args: list[Value]) -> Value:
    found = re.match(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)", ev.text(args[0])[:400])
    return narrow(float(found.group(1))) if found else _NAN


def unescape_percent(text: str) -> str:
    """Return ``%XX`` and ``%uXXXX`` undone, one character each."""
    return _paired(
        re.sub(r"%u([0-9A-Fa-f]{4})|%([0-9A-Fa-f]{2})", lambda m: chr(int(m.group(1) or m.group(2), 16)), text)
    )


def _unescape(ev: Evaluator, args: list[Value]) -> Value:
    text = ev.text(args[0])
    out = unescape_percent(text)
    if out != text:
        ev.note("url-encoding")
    return ev.made(out)


def _decode_uri(ev: Evaluator, args: list[Value]) -> Value:
    text = ev.text(args[0])
    out = urllib.parse.unquote(text, errors="strict")
    if out != text:
        ev.note("url-encoding")
    return ev.made(out)


def _atob(ev: Evaluator, args: list[Value]) -> Value:
    data = unbase64(ev.text(args[0]), ev.budget)
    if data is None:
        raise Unresolved
    ev.note("base64")
    return raw(data)


def _btoa(ev: Evaluator, args: list[Value]) -> Value:
    import base64

    return ev.made(base64.b64encode(to_bytes(ev.text(args[0]))).decode())


def _array(ev: Evaluator, args: list[Value]) -> Value:
    if len(args) == 1 and type(args[0]) is int:
        ev.budget.make(args[0])
        return [UNDEFINED] * args[0]
    return list(args)


def _known_list(ev: Evaluator, value: Value) -> list[Value]:
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, str):
        return list(value)
    if isinstance(value, dict):
        if "length" in value:
            size = ev.whole(value["length"])
            ev.budget.make(size)
            return [value.get(str(n), UNDEFINED) for n in range(size)]
        return []
    if isinstance(value, bytes):
        return list(value)
    raise Unresolved


def _array_from(ev: Evaluator, args: list[Value]) -> Value:
    items = _known_list(ev, args[0])
    return [_callback(ev, args[1], [v, n]) for n, v in enumerate(items)] if len(args) > 1 else items


def _regexp(ev: Evaluator, args: list[Value]) -> Value:
    if isinstance(args[0], Pattern):
        return args[0]
    return Pattern(ev.text(args[0]), ev.text(args[1]) if len(args) > 1 else "")


def _json_parse(ev: Evaluator, args: list[Value]) -> Value:
    import json

    text = ev.text(args[0])
    if text.count("[") + text.count("{") > 2000:
        raise Unresolved
    return json.loads(text)


def _keys(ev: Evaluator, args: list[Value]) -> Value:
    if isinstance(args[0], dict):
        return list(args[0])
    raise Unresolved


def _values(ev: Evaluator, args: list[Value]) -> Value:
    if isinstance(args[0], dict):
        return list(args[0].values())
    raise Unresolved


def _math(run: Callable[..., float]) -> Pure:
    def call(ev: Evaluator, args: list[Value]) -> Value:
        return narrow(run(*[js_number(a) for a in args]))

    return call


def _object(ev: Evaluator, args: list[Value]) -> Value:
    return args[0] if args and args[0] not in (None, UNDEFINED) else {}


FUNCTIONS: dict[str, Pure] = {
    "String.fromCharCode": _char_codes,
    "String.fromCodePoint": _char_codes,
    "String": lambda ev, args: js_text(args[0]) if args else "",
    "Number": lambda ev, args: js_number(args[0]) if args else 0,
    "Boolean": lambda ev, args: ev.dialect.truth(args[0]) if args else False,
    "Array": _array,
    "Array.from": _array_from,
    "Array.of": lambda ev, args: list(args),
    "Array.isArray": lambda ev, args: isinstance(args[0], list),
    "Object": _object,
    "Object.keys": _keys,
    "Object.values": _values,
    "RegExp": _regexp,
    "parseInt": _parse_int,
    "parseFloat": _parse_float,
    "Number.parseInt": _parse_int,
    "isNaN": lambda ev, args: js_number(args[0]) != js_number(args[0]),
    "unescape": _unescape,
    "escape": lambda ev, args: ev.made(urllib.parse.quote(to_bytes(ev.text(args[0])), safe="@*_+-./")),
    "decodeURIComponent": _decode_uri,
    "decodeURI": _decode_uri,
    "encodeURIComponent": lambda ev, args: ev.made(urllib.parse.quote(ev.text(args[0]), safe="!'()*-._~")),
    "encodeURI": lambda ev, args: ev.made(urllib.parse.quote(ev.text(args[0]), safe="!#$&'()*+,-./:;=?@_~")),
    "atob": _atob,
    "window.atob": _atob,
    "btoa": _btoa,
    "JSON.parse": _json_parse,
    "Math.floor": _math(math.floor),
    "Math.ceil": _math(math.ceil),
    "Math.round": _math(lambda x: math.floor(x + 0.5)),
    "Math.abs": _math(abs),
    "Math.max": _math(max),
    "Math.min": _math(min),
    "Math.pow": _math(lambda a, b: a**b if abs(b) <= 64 else 1 / 0),
    "Math.sqrt": _math(math.sqrt),
    "Math.trunc": _math(math.trunc),
}


# Methods.


def _callback(ev: Evaluator, func: Value, args: list[Value]) -> Value:
    if isinstance(func, Closure):
        ev.budget.step()
        return ev.invoke(func, args)
    if isinstance(func, Native):
        ev.budget.step()
        return func.run(ev, args[:1] if func.name != "parseInt" else args[:2])
    raise Unresolved


def _text_method(run: Callable[[Evaluator, str, list[Value]], Value], method: str | None = None) -> Method:
    def call(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
        if not isinstance(holder, str):
            if isinstance(holder, (list, dict, bytes)) or holder in (None, UNDEFINED):
                raise Unresolved
            holder = js_text(holder)
        out = run(ev, holder, args)
        if method and out != holder:
            ev.note(method)
        if isinstance(out, str):
            ev.budget.make(len(out))
        return out

    return call


def _place(ev: Evaluator, args: list[Value], number: int, size: int, default: int) -> int:
    """Return an argument as a place counted from the end where it is negative."""
    if number >= len(args) or args[number] is UNDEFINED:
        return default
    value = js_number(args[number])
    place = 0 if value != value else int(max(min(value, 1e9), -1e9))
    return max(0, size + place) if place < 0 else min(place, size)


def _slice(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    if not isinstance(holder, (str, list, tuple, bytes)):
        raise Unresolved
    size = len(holder)
    start, end = _place(ev, args, 0, size, 0), _place(ev, args, 1, size, size)
    ev.note("substring") if isinstance(holder, str) else None
    ev.budget.make(max(0, end - start))
    return holder[start:end]


def _substring(ev: Evaluator, text: str, args: list[Value]) -> Value:
    def place(number: int, default: int) -> int:
        if number >= len(args) or args[number] is UNDEFINED:
            return default
        value = js_number(args[number])
        return 0 if value != value else int(max(0, min(value, len(text))))

    start, end = place(0, 0), place(1, len(text))
    return text[min(start, end) : max(start, end)]


def _substr(ev: Evaluator, text: str, args: list[Value]) -> Value:
    start = _place(ev, args, 0, len(text), 0)
    size = len(text) if len(args) < 2 or args[1] is UNDEFINED else max(0, int(js_number(args[1])))
    return text[start : start + size]


def _char_at(ev: Evaluator, text: str, args: list[Value]) -> Value:
    place = int(js_number(args[0])) if args else 0
    return text[place] if 0 <= place < len(text) else ""


def _char_code_at(ev: Evaluator, text: str, args: list[Value]) -> Value:
    place = int(js_number(args[0])) if args else 0
    return ord(text[place]) if 0 <= place < len(text) else _NAN


def _split(ev: Evaluator, text: str, args: list[Value]) -> Value:
    if not args or args[0] is UNDEFINED:
        return [text]
    if isinstance(args[0], Pattern):
        out: list[Value] = []
        at = 0
        for found in patterns.compiled(args[0].source, args[0].flags).finditer(text):
            if found.end() == found.start() and found.start() in (0, len(text)):
                continue
            out.append(text[at : found.start()])
            out.extend(found.groups())
            at = found.end()
        return [*out, text[at:]]
    mark = js_text(args[0])
    ev.budget.make(len(text))
    parts = list(text) if not mark else text.split(mark)
    if len(args) > 1 and args[1] is not UNDEFINED:
        parts = parts[: ev.whole(args[1])]
    if len(parts) > 1:
        ev.note("split")
    return parts


def _replace(every: bool) -> Callable[[Evaluator, str, list[Value]], Value]:
    def call(ev: Evaluator, text: str, args: list[Value]) -> Value:
        what, by = args[0], args[1] if len(args) > 1 else UNDEFINED
        if isinstance(by, (Closure, Native)):

            def made(found: Any) -> str:
                return js_text(_callback(ev, by, [found.group(), *found.groups()]))
        else:
            plain = js_text(by)

            def made(found: Any) -> str:
                return patterns.expand(found, plain)

        if isinstance(what, Pattern):
            return patterns.replace(
                what.source, what.flags.replace("g", ""), text, made, ev.budget, every="g" in what.flags
            )[0]
        return patterns.replace(re.escape(js_text(what)) or "^", "", text, made, ev.budget, every=every)[0]

    return call


def _match(ev: Evaluator, text: str, args: list[Value]) -> Value:
    what = args[0] if isinstance(args[0], Pattern) else Pattern(js_text(args[0]), "")
    pattern = patterns.compiled(what.source, what.flags.replace("g", ""))
    if "g" in what.flags:
        found = [m.group() for m in pattern.finditer(text)]
        ev.budget.make(len(found))
        return found or None
    one = pattern.search(text)
    return None if one is None else [one.group(), *[UNDEFINED if g is None else g for g in one.groups()]]


def _test(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    if not isinstance(holder, Pattern):
        raise Unresolved
    return patterns.compiled(holder.source, holder.flags.replace("g", "")).search(ev.text(args[0])) is not None


def _exec(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    if not isinstance(holder, Pattern) or "g" in holder.flags:
        raise Unresolved
    return _match(ev, ev.text(args[0]), [holder])


def _index_of(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    if isinstance(holder, str):
        return holder.find(js_text(args[0]), ev.whole(args[1]) if len(args) > 1 else 0)
    if isinstance(holder, list):
        if not is_known(holder):
            raise Unresolved
        return next((n for n, v in enumerate(holder) if _strict(v, args[0])), -1)
    raise Unresolved


def _to_string(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    if isinstance(holder, bytes):
        return _bytes_text(ev, holder, args)
    if args and args[0] is not UNDEFINED and isinstance(holder, (int, float)) and not isinstance(holder, bool):
        base = ev.whole(args[0])
        if base == 10:
            return js_text(holder)
        number = int(holder)
        if number != holder or not 2 <= base <= 36:
            raise Unresolved
        out, rest = "", abs(number)
        while rest:
            rest, digit = divmod(rest, base)
            out = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + out
        return ("-" if number < 0 else "") + (out or "0")
    return js_text(holder)


def _bytes_text(ev: Evaluator, data: bytes, args: list[Value]) -> Value:
    import base64

    form = ev.text(args[0]).lower() if args and args[0] is not UNDEFINED else "utf8"
    ev.budget.make(len(data) * 2)
    if form in ("hex",):
        return data.hex()
    if form in ("base64", "base64url"):
        return base64.b64encode(data).decode()
    if form in ("latin1", "binary", "ascii"):
        return raw(data)
    if form in ("utf16le", "ucs2", "utf-16le", "ucs-2"):
        return data.decode("utf-16-le", "replace")
    return data.decode("utf-8", "replace")


def _list(value: Value) -> list[Value]:
    if isinstance(value, list):
        return value
    raise Unresolved


def _join(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    mark = js_text(args[0]) if args and args[0] is not UNDEFINED else ","
    parts = ["" if v is None or v is UNDEFINED else js_text(v) for v in _list(holder)]
    ev.budget.make(sum(map(len, parts)) + len(mark) * len(parts))
    ev.note("join")
    return _paired(mark.join(parts))


def _reverse(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    items = _list(holder)
    ev.budget.step(len(items) // 32)
    items.reverse()
    ev.note("reverse")
    return items


def _mapped(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    items = _known_list(ev, holder)
    out = [_callback(ev, args[0], [v, n, holder]) for n, v in enumerate(items)]
    return bytes(int(v) & 255 for v in out) if isinstance(holder, bytes) else out


def _filtered(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    out = []
    for number, value in enumerate(_known_list(ev, holder)):
        truth = ev.dialect.truth(_callback(ev, args[0], [value, number, holder]))
        if truth is None:
            raise Unresolved
        if truth:
            out.append(value)
    return out


def _for_each(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    items = list(holder.items()) if isinstance(holder, dict) else list(enumerate(_known_list(ev, holder)))
    for number, value in items:
        _callback(ev, args[0], [value, number, holder])
    return UNDEFINED


def _reduced(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    items = _known_list(ev, holder)
    value = args[1] if len(args) > 1 else items[0]
    first = 0 if len(args) > 1 else 1
    for number in range(first, len(items)):
        value = _callback(ev, args[0], [value, items[number], number])
    return value


def _sort(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    import functools

    items = _list(holder)
    ev.budget.step(len(items))
    if args and isinstance(args[0], Closure):
        items.sort(key=functools.cmp_to_key(lambda a, b: int(js_number(_callback(ev, args[0], [a, b])))))
    else:
        items.sort(key=js_text)
    return items


def _push(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    items = _list(holder)
    ev.budget.make(len(args))
    items.extend(args)
    return len(items)


def _pop(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    items = _list(holder)
    return items.pop() if items else UNDEFINED


def _shift(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    items = _list(holder)
    return items.pop(0) if items else UNDEFINED


def _unshift(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    _list(holder)[0:0] = args
    return len(holder)


def _splice(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    items = _list(holder)
    start = _place(ev, args, 0, len(items), 0)
    count = len(items) - start if len(args) < 2 else max(0, ev.whole(args[1]))
    out = items[start : start + count]
    items[start : start + count] = args[2:]
    return out


def _concat(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    if isinstance(holder, str):
        ev.note("concatenation")
        return ev.made(holder + "".join(js_text(a) for a in args))
    out = list(_list(holder))
    for arg in args:
        out.extend(arg if isinstance(arg, list) else [arg])
    ev.budget.make(len(out))
    return out


def _repeat(ev: Evaluator, text: str, args: list[Value]) -> Value:
    count = ev.whole(args[0])
    ev.budget.make(max(0, count) * len(text))
    return text * max(0, count)


def _pad(front: bool) -> Callable[[Evaluator, str, list[Value]], Value]:
    def call(ev: Evaluator, text: str, args: list[Value]) -> Value:
        fill = js_text(args[1]) if len(args) > 1 else " "
        size = ev.whole(args[0]) - len(text)
        ev.budget.make(max(size, 0))
        more = (fill * (size // max(len(fill), 1) + 1))[:size] if size > 0 and fill else ""
        return more + text if front else text + more

    return call


METHODS: dict[str, Method] = {
    "charAt": _text_method(_char_at, "index-pick"),
    "charCodeAt": _text_method(_char_code_at),
    "codePointAt": _text_method(_char_code_at),
    "concat": _concat,
    "endsWith": _text_method(lambda ev, s, a: s.endswith(js_text(a[0]))),
    "startsWith": _text_method(lambda ev, s, a: s.startswith(js_text(a[0]))),
    "exec": _exec,
    "every": lambda ev, h, a: all(ev.dialect.truth(_callback(ev, a[0], [v])) for v in _list(h)),
    "fill": lambda ev, h, a: [a[0]] * len(_list(h)),
    "filter": _filtered,
    "forEach": _for_each,
    "includes": lambda ev, h, a: _index_of(ev, h, a) >= 0,
    "indexOf": _index_of,
    "join": _join,
    "lastIndexOf": _text_method(lambda ev, s, a: s.rfind(js_text(a[0]))),
    "map": _mapped,
    "match": _text_method(_match),
    "padEnd": _text_method(_pad(False)),
    "padStart": _text_method(_pad(True)),
    "pop": _pop,
    "push": _push,
    "reduce": _reduced,
    "repeat": _text_method(_repeat),
    "replace": _text_method(_replace(False), "replace"),
    "replaceAll": _text_method(_replace(True), "replace"),
    "reverse": _reverse,
    "search": _text_method(lambda ev, s, a: s.find(js_text(a[0])) if isinstance(a[0], str) else 1 / 0),
    "shift": _shift,
    "slice": _slice,
    "sort": _sort,
    "splice": _splice,
    "split": _text_method(_split),
    "substr": _text_method(_substr, "substring"),
    "substring": _text_method(_substring, "substring"),
    "test": _test,
    "toLowerCase": _text_method(lambda ev, s, a: s.lower()),
    "toUpperCase": _text_method(lambda ev, s, a: s.upper()),
    "toString": _to_string,
    "trim": _text_method(lambda ev, s, a: s.strip(_SPACES)),
    "unshift": _unshift,
    "valueOf": lambda ev, h, a: h,
    "flat": lambda ev, h, a: [x for v in _list(h) for x in (v if isinstance(v, list) else [v])],
    "entries": lambda ev, h, a: [[n, v] for n, v in enumerate(_list(h))],
    "keys": lambda ev, h, a: list(range(len(_list(h)))),
    "link": _text_method(lambda ev, s, a: f'<a href="{js_text(a[0])}">{s}</a>' if a else 1 / 0),
    "fontcolor": _text_method(lambda ev, s, a: f'<font color="{js_text(a[0] if a else UNDEFINED)}">{s}</font>'),
    "italics": _text_method(lambda ev, s, a: f"<i>{s}</i>"),
    "bold": _text_method(lambda ev, s, a: f"<b>{s}</b>"),
}
