"""Ruby: a script or one-liner enters, what it does leaves."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Mapping
from typing import Any, ClassVar

from vedette.commands.base import Reading, Scope
from vedette.commands.decoding import inflate, unbase64
from vedette.commands.embedded import patterns
from vedette.commands.embedded import tree as t
from vedette.commands.embedded.code import run_code
from vedette.commands.embedded.dialect import Dialect, Host, HostCall, Method, Pure
from vedette.commands.embedded.evaluator import Expressions as Evaluator
from vedette.commands.embedded.evaluator import Halt
from vedette.commands.embedded.formats import pack, sprintf, unpack
from vedette.commands.embedded.perl import arithmetic, flat, transliterate
from vedette.commands.embedded.ruby_syntax import Ruby
from vedette.commands.embedded.start import bind_inherited, inherited, shorten
from vedette.commands.embedded.statements import Evaluator as Whole
from vedette.commands.embedded.values import (
    MISSING,
    UNDEFINED,
    UNKNOWN,
    Bound,
    Closure,
    Native,
    Pattern,
    Thing,
    Unresolved,
    Value,
    raw,
    to_bytes,
)
from vedette.schema.command import Language


def parse(text: str) -> t.Block:
    """Return the tree of a script."""
    return Ruby(text).program()


def _base64(ev: Evaluator, args: list[Value]) -> Value:
    data = unbase64(ev.text(args[0]), ev.budget, strict=False)
    if data is None:
        raise Unresolved
    ev.note("base64")
    return raw(data)


def _unzip(form: str) -> Pure:
    def call(ev: Evaluator, args: list[Value]) -> Value:
        data = inflate(to_bytes(ev.text(args[0])), ev.budget, form=form)
        if data is None:
            raise Unresolved
        ev.note("gzip" if form == "gzip" else "deflate")
        return raw(data)

    return call


def _unquote(ev: Evaluator, args: list[Value]) -> Value:
    ev.note("url-encoding")
    return ev.made(raw(urllib.parse.unquote_to_bytes(ev.text(args[0]))))


FUNCTIONS: dict[str, Pure] = {
    "Base64.decode64": _base64,
    "Base64.strict_decode64": _base64,
    "Base64.urlsafe_decode64": _base64,
    "Zlib::Inflate.inflate": _unzip("zlib"),
    "Zlib.inflate": _unzip("zlib"),
    "Zlib.gunzip": _unzip("gzip"),
    "URI.decode_www_form_component": _unquote,
    "URI.unescape": _unquote,
    "CGI.unescape": _unquote,
    "Integer": lambda ev, args: int(ev.text(args[0])[:40], ev.whole(args[1]) if len(args) > 1 else 0),
    "String": lambda ev, args: ev.text(args[0]),
    "Array": lambda ev, args: list(args[0]) if isinstance(args[0], list) else [args[0]],
    "format": lambda ev, args: sprintf(ev, ev.text(args[0]), args[1:]),
    "sprintf": lambda ev, args: sprintf(ev, ev.text(args[0]), args[1:]),
    "lambda": lambda ev, args: args[-1],
    "proc": lambda ev, args: args[-1],
    "File.join": lambda ev, args: re.sub(r"/+", "/", "/".join(ev.text(a) for a in flat(args))),
    "File.expand_path": lambda ev, args: ev.text(args[0]),
    "File.basename": lambda ev, args: ev.text(args[0]).rpartition("/")[2],
    "URI": lambda ev, args: ev.text(args[0]),
    "URI.parse": lambda ev, args: ev.text(args[0]),
    "Regexp.new": lambda ev, args: Pattern(ev.text(args[0]), ""),
}


def _system(ev: Evaluator, call: HostCall) -> Value:
    words = [a for a in call.args if not isinstance(a, dict)]
    if len(words) == 1:
        out = ev.run_shell(words[0], call.place())
    else:
        out = ev.run_words(words, call.node)
    return out if call.name.endswith(("capture2", "capture3", "capture2e")) else UNKNOWN


def _popen(ev: Evaluator, call: HostCall) -> Value:
    command = call.arg(0)
    if isinstance(command, list):
        ev.run_words(command, call.place())
    else:
        ev.run_shell(command, call.place())
    return Thing(call.name)


def _open(ev: Evaluator, call: HostCall) -> Value:
    path, mode = call.arg(0), call.arg(1)
    if isinstance(path, str) and path.startswith("|"):
        ev.run_shell(path[1:], call.place())
        return UNKNOWN
    if isinstance(path, str) and isinstance(mode, str) and "w" in mode and ev.sure:
        ev.scope.files.pop(path, None)
    made = Thing(call.name, (path,), {" path": path} if isinstance(mode, str) and mode[:1] in "wa" else {})
    for value in call.args:
        if isinstance(value, Closure) and not value.called:
            ev.invoke(value, [made])
    return made


def _write(ev: Evaluator, call: HostCall) -> Value:
    holder = call.holder
    if call.name in ("File.write", "IO.write", "File.binwrite"):
        path, data = call.arg(0), call.arg(1)
        append = False
    else:
        path = holder.data.get(" path") if isinstance(holder, Thing) else None
        data = call.arg(0)
        append = True
    if isinstance(path, str):
        if isinstance(data, str) and ev.sure:
            end = "\n" if call.name.endswith("puts") else ""
            old = ev.scope.files.get(path, b"") if append else b""
            ev.scope.files[path] = old + to_bytes(data + end)
        else:
            ev.scope.files.pop(path, None)
    return UNKNOWN


def _eval(ev: Evaluator, call: HostCall) -> Value:
    code = call.arg(0)
    if not isinstance(code, str):
        if code is UNKNOWN or isinstance(code, Thing):
            ev.stop("the code that it runs is known only when it runs")
        return UNKNOWN
    return run_code(ev, code, call.place(), parse)


def _send(ev: Evaluator, call: HostCall) -> Value:
    name = call.arg(0)
    if not isinstance(name, str):
        return UNKNOWN
    holder = call.holder
    prefix = (
        holder.name if isinstance(holder, Thing) and holder.name not in ("Kernel", "Object", "self", "main") else ""
    )
    inner = HostCall(
        f"{prefix}.{name}" if prefix else name, call.args[1:], call.keywords, call.nodes[1:], call.node, holder
    )
    ev.say(inner.name, inner.args, inner.keywords, inner.nodes, [tuple(ev.used)] * len(inner.args), call.node)
    return ev.dialect.host(ev, inner)


def _puts(ev: Evaluator, call: HostCall) -> Value:
    for value in flat(call.args) or [""]:
        if isinstance(value, (str, int, float)):
            text = ev.text(value)
            ev.write(text, "\n" if call.name.endswith("puts") and not text.endswith("\n") else "")
        else:
            ev.write(UNKNOWN)
    return None


def _exit(ev: Evaluator, call: HostCall) -> Value:
    if ev.sure:
        raise Halt
    return UNKNOWN


def _loop(ev: Evaluator, call: HostCall) -> Value:
    for value in call.args:
        if isinstance(value, Closure):
            ev.invoke(value, [])
    return UNKNOWN


def _stdin(ev: Evaluator, call: HostCall) -> Value:
    data = ev.scope.stdin
    return raw(data) if data is not None else UNKNOWN


_SHELLS = (
    "system exec spawn Kernel.system Kernel.exec Kernel.spawn Process.spawn Open3.capture2 Open3.capture3 "
    "Open3.capture2e Open3.popen3 Open3.popen2 Open3.popen2e Open3.pipeline PTY.spawn"
).split()
_HOSTS: dict[str, Host] = {
    **{name: _system for name in _SHELLS},
    "IO.popen": _popen,
    "Kernel.`": _popen,
    "open": _open,
    "Kernel.open": _open,
    "File.open": _open,
    "File.new": _open,
    "File.open.write": _write,
    "File.open.puts": _write,
    "File.open.print": _write,
    "File.new.write": _write,
    "File.new.puts": _write,
    "open.write": _write,
    "open.puts": _write,
    "File.write": _write,
    "File.binwrite": _write,
    "IO.write": _write,
    "eval": _eval,
    "Kernel.eval": _eval,
    "instance_eval": _eval,
    "class_eval": _eval,
    "Object.instance_eval": _eval,
    "send": _send,
    "Kernel.send": _send,
    "Object.send": _send,
    "self.send": _send,
    "Kernel.public_send": _send,
    "__send__": _send,
    "Kernel.__send__": _send,
    "puts": _puts,
    "print": _puts,
    "$stdout.print": _puts,
    "$stdout.puts": _puts,
    "$stdout.write": _puts,
    "STDOUT.print": _puts,
    "STDOUT.write": _puts,
    "exit": _exit,
    "exit!": _exit,
    "loop": _loop,
    "STDIN.read": _stdin,
    "$stdin.read": _stdin,
    "gets": _stdin,
}
_MORE = frozenset(
    "require load sleep fork trap raise abort rand srand at_exit p pp Process require_relative binding".split()
)


def _text(run: Any, method: str | None = None) -> Method:
    def call(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
        if not isinstance(holder, str):
            raise Unresolved
        out = run(ev, holder, args)
        if method:
            ev.note(method)
        return ev.made(out) if isinstance(out, str) else out

    return call


def _yield(ev: Evaluator, block: Value, args: list[Value]) -> Value:
    ev.budget.step()
    if isinstance(block, Closure):
        if len(block.node.params) > 1 and len(args) == 1 and isinstance(args[0], list):
            args = list(args[0])
        return ev.invoke(block, args)
    if isinstance(block, str):
        return ev.dialect.call_bound(ev, args[0], block, [])
    if isinstance(block, Native):
        return block.run(ev, args)
    raise Unresolved


def _items(value: Value) -> list[Value]:
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return [[k, v] for k, v in value.items()]
    raise Unresolved


def _map(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    out = [_yield(ev, args[-1], [v]) for v in _items(holder)]
    if any(v is UNKNOWN for v in out):
        raise Unresolved
    return out


def _each(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    if not args:
        return holder
    for value in list(_items(holder)):
        _yield(ev, args[-1], [value])
    return holder


def _each_char(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    if not isinstance(holder, str):
        raise Unresolved
    if args:
        for char in holder:
            _yield(ev, args[-1], [char])
        return holder
    return list(holder)


def _with_index(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    block = args[-1] if args and isinstance(args[-1], Closure) else None
    if block is None:
        return [[v, n] for n, v in enumerate(_items(holder))]
    return [_yield(ev, block, [v, n]) for n, v in enumerate(_items(holder))]


def _select(keep: bool) -> Method:
    def call(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
        out = []
        for value in _items(holder):
            truth = ev.dialect.truth(_yield(ev, args[-1], [value]))
            if truth is None:
                raise Unresolved
            if truth == keep:
                out.append(value)
        return out

    return call


def _inject(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    items = list(_items(holder))
    how = args[-1]
    value = args[0] if len(args) > 1 else items.pop(0)
    for item in items:
        value = ev.operate(how, value, item) if isinstance(how, str) else _yield(ev, how, [value, item])
    return value


def _times(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    count = ev.whole(holder)
    if count > 8192:
        raise Unresolved
    if not args:
        return list(range(count))
    for number in range(count):
        _yield(ev, args[-1], [number])
    return holder


def _upto(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    made = range(ev.whole(holder), ev.whole(args[0]) + 1)
    ev.budget.make(len(made))
    for number in made:
        if len(args) > 1:
            _yield(ev, args[-1], [number])
    return list(made)


def _join(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    mark = ev.text(args[0]) if args else ""
    parts = [ev.text(v) for v in flat(_items(holder))]
    ev.budget.make(sum(map(len, parts)) + len(mark) * len(parts))
    ev.note("join")
    return mark.join(parts)


def _reverse(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    ev.note("reverse")
    return holder[::-1] if isinstance(holder, (str, list)) else 1 / 0


def _split(ev: Evaluator, text: str, args: list[Value]) -> Value:
    ev.note("split")
    if not args or args[0] == " ":
        return text.split()
    if isinstance(args[0], Pattern):
        if not args[0].source:
            return list(text)
        out, at = [], 0
        for found in patterns.compiled(args[0].source, args[0].flags).finditer(text):
            if found.end() > found.start():
                out.append(text[at : found.start()])
                at = found.end()
        return [*out, text[at:]]
    mark = ev.text(args[0])
    return text.split(mark) if mark else list(text)


def _gsub(every: bool) -> Any:
    def call(ev: Evaluator, text: str, args: list[Value]) -> Value:
        what = args[0] if isinstance(args[0], Pattern) else Pattern(re.escape(ev.text(args[0])), "")
        by = args[1] if len(args) > 1 else UNKNOWN

        def made(found: Any) -> str:
            if isinstance(by, Closure):
                ev.globals.values["$&"] = found.group()
                for number, group in enumerate(found.groups(), 1):
                    ev.globals.values[f"${number}"] = group
                return ev.text(_yield(ev, by, [found.group()]))
            if isinstance(by, dict):
                return ev.text(by.get(found.group(), ""))
            return patterns.expand(found, ev.text(by).replace("\\\\", "\\"), "\\")

        return patterns.replace(what.source, what.flags, text, made, ev.budget, every=every)[0]

    return call


def _to_i(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    if isinstance(holder, (int, float)):
        return int(holder)
    base = ev.whole(args[0]) if args else 10
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"[:base]
    found = re.match(rf"\s*(?:0[xXbB](?=\w))?([-+]?[{digits}]{{1,60}})", ev.text(holder).lower())
    return int(found.group(1), base) if found else 0


def _to_s(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    if args and isinstance(holder, int):
        base, number, out = ev.whole(args[0]), holder, ""
        while number:
            number, digit = divmod(number, base)
            out = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + out
        return out or "0"
    return ev.text(holder)


def _slice(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    if len(args) == 1:
        return ev.dialect.index(ev, holder, args[0])
    start, size = ev.whole(args[0]), ev.whole(args[1])
    start = len(holder) + start if start < 0 else start
    ev.note("substring")
    return holder[start : start + max(size, 0)]


def _scan(ev: Evaluator, text: str, args: list[Value]) -> Value:
    what = args[0] if isinstance(args[0], Pattern) else Pattern(re.escape(ev.text(args[0])), "")
    out: list[Value] = []
    for found in patterns.compiled(what.source, what.flags).finditer(text):
        ev.budget.step()
        groups = list(found.groups())
        value: Value = groups if groups else found.group()
        if len(args) > 1:
            _yield(ev, args[-1], [value])
        out.append(value)
    return out


def _push(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    _items(holder).extend(args)
    ev.budget.make(len(args))
    return holder


def _slices(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    size = max(1, ev.whole(args[0]))
    items = list(holder)
    out: list[Value] = [items[n : n + size] for n in range(0, len(items), size)]
    if len(args) > 1:
        for value in out:
            _yield(ev, args[-1], [value])
    return out


def _chr(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    ev.note("char-codes")
    return holder[:1] if isinstance(holder, str) else chr(ev.whole(holder))


_METHODS: dict[str, Method] = {
    "unpack": lambda ev, h, a: unpack(ev, ev.text(a[0]), ev.text(h)),
    "unpack1": lambda ev, h, a: unpack(ev, ev.text(a[0]), ev.text(h))[0],
    "pack": lambda ev, h, a: pack(ev, ev.text(a[0]), list(_items(h))),
    "map": _map,
    "collect": _map,
    "flat_map": lambda ev, h, a: flat(_map(ev, h, a)),
    "each": _each,
    "each_with_index": _with_index,
    "with_index": _with_index,
    "each_char": _each_char,
    "each_byte": lambda ev, h, a: _each(ev, list(to_bytes(h)), a),
    "each_slice": _slices,
    "each_line": lambda ev, h, a: _each(ev, h.splitlines(keepends=True), a),
    "select": _select(True),
    "filter": _select(True),
    "reject": _select(False),
    "inject": _inject,
    "reduce": _inject,
    "times": _times,
    "upto": _upto,
    "join": _join,
    "reverse": _reverse,
    "reverse!": _reverse,
    "chars": lambda ev, h, a: list(h) if isinstance(h, str) else 1 / 0,
    "bytes": lambda ev, h, a: list(to_bytes(h)) if isinstance(h, str) else 1 / 0,
    "lines": _text(lambda ev, s, a: s.splitlines(keepends=True)),
    "split": _text(_split),
    "gsub": _text(_gsub(True), "replace"),
    "sub": _text(_gsub(False), "replace"),
    "tr": _text(lambda ev, s, a: transliterate(s, ev.text(a[0]).replace("^", "\\^", 0), ev.text(a[1])), "translate"),
    "delete": _text(lambda ev, s, a: transliterate(s, ev.text(a[0]), "", "d"), "replace"),
    "scan": _text(_scan),
    "strip": _text(lambda ev, s, a: s.strip()),
    "chomp": _text(lambda ev, s, a: s.removesuffix("\n")),
    "chop": _text(lambda ev, s, a: s[:-1]),
    "upcase": _text(lambda ev, s, a: s.upper()),
    "downcase": _text(lambda ev, s, a: s.lower()),
    "swapcase": _text(lambda ev, s, a: s.swapcase()),
    "capitalize": _text(lambda ev, s, a: s.capitalize()),
    "hex": _text(lambda ev, s, a: int(s[:32] or "0", 16), "hex"),
    "oct": _text(lambda ev, s, a: int(s[:32] or "0", 8)),
    "ord": _text(lambda ev, s, a: ord(s[0])),
    "chr": _chr,
    "to_i": _to_i,
    "to_s": _to_s,
    "to_str": _to_s,
    "to_sym": _to_s,
    "to_a": lambda ev, h, a: list(_items(h)),
    "to_f": lambda ev, h, a: float(ev.number(h)),
    "length": lambda ev, h, a: len(h),
    "size": lambda ev, h, a: len(h),
    "slice": _slice,
    "concat": lambda ev, h, a: ev.operate("+", h, a[0]),
    "prepend": lambda ev, h, a: ev.operate("+", a[0], h),
    "push": _push,
    "append": _push,
    "pop": lambda ev, h, a: _items(h).pop(),
    "shift": lambda ev, h, a: _items(h).pop(0),
    "first": lambda ev, h, a: h[: ev.whole(a[0])] if a else h[0],
    "last": lambda ev, h, a: h[-ev.whole(a[0]) :] if a else h[-1],
    "flatten": lambda ev, h, a: flat(_items(h)),
    "compact": lambda ev, h, a: [v for v in _items(h) if v is not None],
    "zip": lambda ev, h, a: [[x, *[b[n] if n < len(b) else None for b in a]] for n, x in enumerate(_items(h))],
    "rotate": lambda ev, h, a: h[ev.whole(a[0]) % len(h) :] + h[: ev.whole(a[0]) % len(h)] if a else h[1:] + h[:1],
    "sum": lambda ev, h, a: sum(ev.number(v) for v in _items(h)),
    "values_at": lambda ev, h, a: [h[ev.whole(v)] for v in flat(a)],
    "include?": lambda ev, h, a: a[0] in h,
    "start_with?": _text(lambda ev, s, a: s.startswith(ev.text(a[0]))),
    "empty?": lambda ev, h, a: len(h) == 0,
    "nil?": lambda ev, h, a: h is None,
    "force_encoding": lambda ev, h, a: h,
    "encode": lambda ev, h, a: h,
    "freeze": lambda ev, h, a: h,
    "dup": lambda ev, h, a: h,
    "to_proc": lambda ev, h, a: h,
    "cycle": lambda ev, h, a: 1 / 0,
    "fetch": lambda ev, h, a: ev.dialect.index(ev, h, a[0]),
    "tap": lambda ev, h, a: h,
    "then": lambda ev, h, a: _yield(ev, a[-1], [h]),
    "call": lambda ev, h, a: _yield(ev, h, a),
    "xor": lambda ev, h, a: ev.operate("^", h, a[0]),
    "^": lambda ev, h, a: ev.operate("^", h, a[0]),
}


class RubyDialect(Dialect):
    """Ruby's meaning."""

    language = Language.RUBY
    functions: ClassVar[Mapping[str, Pure]] = FUNCTIONS
    methods = _METHODS
    hosts = _HOSTS

    def text(self, value: Value) -> str:
        """Return a value as text."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if value is UNDEFINED:
            return ""
        return super().text(value)

    def number(self, value: Value) -> int | float:
        """Return a number; text is none."""
        if isinstance(value, str):
            raise Unresolved
        return super().number(value)

    def truth(self, value: Value) -> bool | None:
        """Return whether a value counts as true: only nil and false do not."""
        if value is None or value is False or value is UNDEFINED:
            return False
        if isinstance(value, (str, int, float, list, dict)):
            return super().truth(value) if type(value).__name__ == "Inherited" else True
        return super().truth(value)

    def builtin(self, ev: Evaluator, name: str) -> Value:
        """Return what an unbound name stands for."""
        run = self.functions.get(name)
        if run is not None and not name[:1].isupper():
            return Native(name, run)
        if name == "ENV":
            return Thing("ENV")
        if name == "ARGV":
            return list(ev.scope.arguments) if ev.scope.arguments else UNKNOWN
        if name == "$_":
            return MISSING
        if name in _HOSTS or name in _MORE or name[:1].isupper() or name in ("$stdout", "$stdin", "$stderr", "self"):
            return Thing(name)
        return MISSING

    def member(self, ev: Evaluator, holder: Value, name: str) -> Value:
        """Return a method or constant."""
        if isinstance(holder, Thing):
            for mark in (".", "::"):
                dotted = f"{holder.name}{mark}{name}"
                run = self.functions.get(dotted)
                if run is not None:
                    return Native(dotted, run)
            if holder.name in ("self", "Kernel", "main") and f"Kernel.{name}" not in _HOSTS:
                return Thing(name, (), holder.data)
            mark = "::" if name[:1].isupper() else "."
            return Thing(f"{holder.name}{mark}{name}", holder.args, holder.data)
        return Bound(holder, name)

    def host(self, ev: Evaluator, call: HostCall) -> Value:
        """Follow a call into the library."""
        run = self.hosts.get(call.name)
        if run is None and call.name.endswith(("instance_eval", "class_eval", "module_eval")):
            run = _eval
        if call.name == "method":
            name = call.arg(0)
            return self.builtin(ev, name) if isinstance(name, str) else UNKNOWN
        if call.name.endswith(".call") and isinstance(call.holder, Thing):
            inner = HostCall(call.holder.name, call.args, call.keywords, call.nodes, call.node)
            return self.host(ev, inner)
        if run is not None:
            return run(ev, call)
        return Thing(call.name, tuple(call.args), dict(call.holder.data) if isinstance(call.holder, Thing) else {})

    def index(self, ev: Evaluator, holder: Value, key: Value) -> Value:
        """Return an item."""
        if isinstance(holder, Thing) and holder.name == "ENV":
            return inherited(self.text(key), ev)
        if isinstance(holder, (str, list)) and isinstance(key, list):
            # a range was made into its numbers
            ev.note("substring")
            if not key:
                return holder[:0]
            return holder[key[0] : key[-1] + 1 or None] if isinstance(holder, (str, list)) else UNKNOWN
        if isinstance(holder, str) and isinstance(key, Pattern):
            found = patterns.compiled(key.source, key.flags).search(holder)
            return found.group() if found else None
        if isinstance(holder, dict):
            return holder.get(key, None)
        return super().index(ev, holder, key)

    def binary(self, ev: Evaluator, op: str, left: Value, right: Value) -> Value:
        """Return what an operator makes of two values."""
        if isinstance(left, Thing) or isinstance(right, Thing):
            return UNKNOWN
        if op in ("+", "<<") and isinstance(left, str):
            more = chr(right) if op == "<<" and isinstance(right, int) else self.text(right)
            ev.grow(len(left), len(more))
            ev.note("concatenation")
            return left + more
        if op in ("+", "-", "<<") and isinstance(left, list):
            if op == "<<":
                left.append(right)
                return left
            return left + list(right) if op == "+" else [v for v in left if v not in right]
        if op == "*" and isinstance(left, (str, list)):
            if isinstance(right, str):
                return right.join(self.text(v) for v in left)
            ev.budget.make(len(left) * max(0, int(right)))
            return left * max(0, int(right))
        if op == "%" and isinstance(left, str):
            return sprintf(ev, left, right if isinstance(right, list) else [right])
        if op in ("==", "===", "!="):
            return (left == right) == (op != "!=")
        if op in ("..", "..."):
            if isinstance(left, str) and isinstance(right, str) and len(left) == len(right) == 1:
                return [chr(c) for c in range(ord(left), ord(right) + (op == ".."))]
            if isinstance(right, int) and right < 0:
                return [left, right if op == ".." else right - 1]
            made = range(int(self.number(left)), int(self.number(right)) + (op == ".."))
            ev.budget.make(len(made))
            return list(made)
        if op in ("=~", "!~"):
            pattern, text = (right, left) if isinstance(right, Pattern) else (left, right)
            found = patterns.compiled(pattern.source, pattern.flags).search(self.text(text))
            return (found.start() if found else None) if op == "=~" else found is None
        return arithmetic(ev, op, self.number(left), self.number(right))

    def unary(self, ev: Evaluator, op: str, value: Value) -> Value:
        """Return what an operator makes of a value."""
        return UNKNOWN if op == "defined" else super().unary(ev, op, value)

    def quote(self, value: Value) -> str | None:
        """Return a value as a literal."""
        if isinstance(value, str):
            if len(value) > 40_000 or "\0" in value:
                return None
            return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
        return str(value) if type(value) is int else None


class RubyEvaluator(Whole):
    """Ruby's functions and blocks give the value of their last statement."""

    last_value: Value = UNDEFINED

    def frame(self, env: Any, args: list[Value]) -> None:
        """Bind nothing beyond the parameters."""

    def fallen(self, env: Any, node: t.Function) -> Value:
        """Return the value of the last statement."""
        return self.last_value

    def _block(self, node: t.Block) -> Any:
        if self.calls == 0:
            return super()._block(node)
        for item in node.body:
            if type(item) is t.Define:
                self._define(item)
                continue
            if type(item) in self._statements and type(item) is not t.Assign:
                signal = self.run(item)
                if signal is not None:
                    return signal
            else:
                self.last_value = self.eval(item)
        return None

    def _binary(self, node: t.Binary) -> Value:
        value = super()._binary(node)
        if node.ops[0] == "<<" and isinstance(node.items[0], t.Name) and (isinstance(value, str) or value is UNKNOWN):
            self.bind(node.items[0], value, join=True)
        return value

    def _spine(self, node: t.Node) -> Value:
        value = super()._spine(node)
        if isinstance(node, t.Call) and isinstance(node.func, t.Member) and isinstance(node.func.holder, t.Name):
            if node.func.name in ("concat", "prepend", "reverse!", "gsub!", "tr!") and isinstance(value, str):
                self.bind(node.func.holder, value, join=True)
        return value


def read(text: str, scope: Scope) -> Reading:
    """Return what a Ruby script says."""
    text, cut = shorten(text)
    ruby = Ruby(text)
    tree = ruby.program()
    ev = RubyEvaluator(RubyDialect(), text, scope)
    bind_inherited(ev)
    switches = scope.environment.get("=S", "")
    data = scope.stdin
    if ("n" in switches or "p" in switches) and data is not None and len(data) < 100_000:
        body: list[t.Node] = []
        for line in raw(data).splitlines(keepends=True)[:2000]:
            value = line.rstrip("\n") if "l" in switches else line
            body += [t.Assign(0, 0, t.Name(0, 0, "$_"), "", t.Const(0, 0, value)), *tree.body]
            if "p" in switches:
                body.append(t.Call(0, 0, t.Name(0, 0, "print"), [t.Name(0, 0, "$_")]))
        tree = t.Block(0, len(text), body)
    reading = ev.read(tree)
    reading.broken = ruby.broken
    if cut:
        reading.stops.append(cut)
    return reading
