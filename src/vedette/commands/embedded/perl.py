"""Perl: a script or one-liner enters, what it does leaves."""

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
from vedette.commands.embedded.dialect import Dialect, Host, HostCall, Pure
from vedette.commands.embedded.evaluator import Expressions as Evaluator
from vedette.commands.embedded.evaluator import Halt, ScriptError
from vedette.commands.embedded.formats import pack, sprintf, unpack
from vedette.commands.embedded.perl_syntax import Perl
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

SWITCHES = "=S"


def parse(text: str) -> t.Block:
    """Return the tree of a script."""
    return Perl(text).program()


def flat(values: list[Value]) -> list[Value]:
    """Return a list with the lists in it spread out."""
    out: list[Value] = []
    for value in values:
        out.extend(flat(value)) if isinstance(value, list) else out.append(value)
    return out


def one(args: list[Value]) -> Value:
    """Return the first of the arguments, spread out."""
    spread = flat(args)
    if not spread:
        raise Unresolved
    return spread[0]


def _text(name: str, run: Any) -> Pure:
    def call(ev: Evaluator, args: list[Value]) -> Value:
        return ev.made(run(ev.text(one(args))))

    return call


def _chr(ev: Evaluator, args: list[Value]) -> Value:
    ev.note("char-codes")
    return chr(ev.whole(one(args)))


def _join(ev: Evaluator, args: list[Value]) -> Value:
    spread = flat(args)
    mark, parts = ev.text(spread[0]), [ev.text(v) for v in spread[1:]]
    ev.budget.make(sum(map(len, parts)) + len(mark) * len(parts))
    ev.note("join")
    return mark.join(parts)


def _substr(ev: Evaluator, args: list[Value]) -> Value:
    text, start = ev.text(args[0]), ev.whole(args[1])
    if len(args) > 3:
        raise Unresolved
    start = max(0, start + len(text)) if start < 0 else start
    end = len(text)
    if len(args) > 2:
        size = ev.whole(args[2])
        end = start + size if size >= 0 else len(text) + size
    ev.note("substring")
    return text[start:end]


def _split(ev: Evaluator, args: list[Value]) -> Value:
    text = ev.text(args[1]) if len(args) > 1 else ev.text(ev.lookup("$_"))
    mark = args[0]
    if isinstance(mark, str):
        mark = Pattern(mark if mark != " " else r"\s+", "")
        text = text.lstrip() if args[0] == " " else text
    if not isinstance(mark, Pattern):
        raise Unresolved
    ev.budget.make(len(text))
    if mark.source in ("", "(?:)"):
        parts: list[Value] = list(text)
    else:
        parts = []
        at = 0
        for found in patterns.compiled(mark.source, mark.flags).finditer(text):
            if found.end() == 0 or found.end() == found.start():
                continue
            parts.append(text[at : found.start()])
            parts.extend(g for g in found.groups() if g is not None)
            at = found.end()
        parts.append(text[at:])
        while parts and parts[-1] == "":
            parts.pop()
    ev.note("split")
    return parts


def _hex(ev: Evaluator, args: list[Value]) -> Value:
    return int(ev.text(one(args)).removeprefix("0x")[:32] or "0", 16)


def _oct(ev: Evaluator, args: list[Value]) -> Value:
    text = ev.text(one(args))[:64]
    return int(text, 0) if text[:2].lower() in ("0x", "0b") else int(text or "0", 8)


def _reverse(ev: Evaluator, args: list[Value]) -> Value:
    ev.note("reverse")
    return flat(args)[::-1]


def _scalar(ev: Evaluator, args: list[Value]) -> Value:
    value = args[0]
    return len(value) if isinstance(value, list) else value


def _base64(ev: Evaluator, args: list[Value]) -> Value:
    data = unbase64(ev.text(one(args)), ev.budget, strict=False)
    if data is None:
        raise Unresolved
    ev.note("base64")
    return raw(data)


def _unzip(form: str) -> Pure:
    def call(ev: Evaluator, args: list[Value]) -> Value:
        data = inflate(to_bytes(ev.text(one(args))), ev.budget, form=form)
        if data is None:
            raise Unresolved
        ev.note("gzip" if form == "gzip" else "deflate")
        return raw(data)

    return call


def _index(ev: Evaluator, args: list[Value]) -> Value:
    return ev.text(args[0]).find(ev.text(args[1]), ev.whole(args[2]) if len(args) > 2 else 0)


def _pop(first: bool) -> Pure:
    def call(ev: Evaluator, args: list[Value]) -> Value:
        if not args or not isinstance(args[0], list):
            raise Unresolved
        return args[0].pop(0 if first else -1) if args[0] else UNDEFINED

    return call


def _push(ev: Evaluator, args: list[Value]) -> Value:
    if not isinstance(args[0], list):
        raise Unresolved
    ev.budget.make(len(args))
    args[0].extend(flat(args[1:]))
    return len(args[0])


def _unescape(ev: Evaluator, args: list[Value]) -> Value:
    ev.note("url-encoding")
    return ev.made(raw(urllib.parse.unquote_to_bytes(ev.text(one(args)))))


FUNCTIONS: dict[str, Pure] = {
    "chr": _chr,
    "ord": lambda ev, args: ord(ev.text(one(args))[0]),
    "lc": _text("lc", str.lower),
    "uc": _text("uc", str.upper),
    "lcfirst": _text("lcfirst", lambda s: s[:1].lower() + s[1:]),
    "ucfirst": _text("ucfirst", lambda s: s[:1].upper() + s[1:]),
    "quotemeta": _text("quotemeta", re.escape),
    "length": lambda ev, args: len(ev.text(one(args))),
    "hex": _hex,
    "oct": _oct,
    "int": lambda ev, args: int(ev.number(one(args))),
    "abs": lambda ev, args: abs(ev.number(one(args))),
    "join": _join,
    "substr": _substr,
    "split": _split,
    "reverse": _reverse,
    "scalar": _scalar,
    "sprintf": lambda ev, args: sprintf(ev, ev.text(flat(args)[0]), flat(args)[1:]),
    "pack": lambda ev, args: pack(ev, ev.text(args[0]), flat(args[1:])),
    "unpack": lambda ev, args: unpack(ev, ev.text(args[0]), ev.text(one(args[1:]) if args[1:] else ev.lookup("$_"))),
    "index": _index,
    "rindex": lambda ev, args: ev.text(args[0]).rfind(ev.text(args[1])),
    "shift": _pop(True),
    "pop": _pop(False),
    "push": _push,
    "keys": lambda ev, args: list(args[0]) if isinstance(args[0], dict) else 1 / 0,
    "values": lambda ev, args: list(args[0].values()) if isinstance(args[0], dict) else 1 / 0,
    "defined": lambda ev, args: args[0] is not UNDEFINED,
    "exists": lambda ev, args: args[0] is not UNDEFINED,
    "decode_base64": _base64,
    "MIME::Base64::decode_base64": _base64,
    "MIME::Base64::decode": _base64,
    "decode_base64url": _base64,
    "uncompress": _unzip("zlib"),
    "Compress::Zlib::uncompress": _unzip("zlib"),
    "Compress::Zlib::memGunzip": _unzip("gzip"),
    "memGunzip": _unzip("gzip"),
    "uri_unescape": _unescape,
    "URI::Escape::uri_unescape": _unescape,
    "inet_aton": lambda ev, args: ev.text(one(args)),
    "inet_pton": lambda ev, args: ev.text(args[-1]),
    "sockaddr_in": lambda ev, args: [args[1], args[0]],
    "pack_sockaddr_in": lambda ev, args: [args[1], args[0]],
}


def _system(ev: Evaluator, call: HostCall) -> Value:
    words = flat(call.args)
    if len(words) == 1:
        ev.run_shell(words[0], call.place())
    elif words:
        ev.run_words(words, call.node)
    if call.name == "exec" and ev.sure and words and words[0] is not UNKNOWN:
        ev.sure = False
    return UNKNOWN


def _readpipe(ev: Evaluator, call: HostCall) -> Value:
    return ev.run_shell(call.arg(0), call.place())


def _eval(ev: Evaluator, call: HostCall) -> Value:
    code = call.arg(0)
    if isinstance(code, list) and len(code) == 1:
        code = code[0]
    if not isinstance(code, str):
        if code is UNKNOWN or isinstance(code, Thing):
            ev.stop("the code that it runs is known only when it runs")
        return UNKNOWN
    return run_code(ev, code, call.place(), parse)


def _open(ev: Evaluator, call: HostCall) -> Value:
    words = flat(call.args[1:])
    if not words or not isinstance(words[0], str):
        return UNKNOWN
    mode = words[0].strip()
    path: Value = None
    if len(words) > 1:
        if mode in ("-|", "|-"):
            if len(words) == 2:
                ev.run_shell(words[1], call.place(2))
            else:
                ev.run_words(words[1:], call.node)
            return UNKNOWN
        path = words[1] if mode.startswith((">", "+>")) else None
    elif mode.startswith("|"):
        ev.run_shell(mode[1:].strip(), call.place(1))
    elif mode.endswith("|"):
        ev.run_shell(mode[:-1].strip(), call.place(1))
    elif mode.startswith(">"):
        path = mode.lstrip("> ")
    if isinstance(path, str) and call.nodes:
        made = Thing("open", (path,), {" path": path})
        if ">>" not in mode and ev.sure:
            ev.scope.files.pop(path, None)
        node = call.nodes[0]
        node = node.value if isinstance(node, t.Keyword) else node
        if isinstance(node, t.Name):
            ev.bind_name(node.id, made)
    return UNKNOWN


def _exit(ev: Evaluator, call: HostCall) -> Value:
    if ev.sure:
        raise Halt
    return UNKNOWN


def _die(ev: Evaluator, call: HostCall) -> Value:
    if ev.sure:
        raise ScriptError
    return UNKNOWN


_HOSTS: dict[str, Host] = {
    "system": _system,
    "exec": _system,
    "readpipe": _readpipe,
    "eval": _eval,
    "open": _open,
    "exit": _exit,
    "die": _die,
}
_HOST_NAMES = frozenset(
    "system exec readpipe eval open exit die warn socket connect bind listen accept close unlink chmod chown kill "
    "mkdir rmdir rename getstore get getprint mirror sleep fork syswrite send recv require chdir do select binmode "
    "dup2 waitpid setsid POSIX::dup2 POSIX::setsid utime symlink link -X sysread read fileno".split()
)


class PerlDialect(Dialect):
    """Perl's meaning."""

    language = Language.PERL
    functions: ClassVar[Mapping[str, Pure]] = FUNCTIONS
    hosts = _HOSTS
    assigned: frozenset[str] = frozenset()
    """Names that the script binds somewhere: before that they are empty."""

    def text(self, value: Value) -> str:
        """Return a value as text."""
        if value is UNDEFINED:
            return ""
        if isinstance(value, list):
            if len(value) == 1:
                return self.text(value[0])
            raise Unresolved
        if isinstance(value, Pattern):
            return value.source
        return super().text(value)

    def number(self, value: Value) -> int | float:
        """Return a value as a number: text gives what it begins with."""
        if value is UNDEFINED:
            return 0
        if isinstance(value, list):
            return len(value)
        if isinstance(value, str):
            found = re.match(r"\s*([-+]?\d{1,30})(?![\d.eE])", value)
            if found:
                return int(found.group(1))
            found = re.match(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)", value[:400])
            return float(found.group(1)) if found else 0
        return super().number(value)

    def truth(self, value: Value) -> bool | None:
        """Return whether a value counts as true."""
        if value == "0":
            return False
        return super().truth(value)

    def builtin(self, ev: Evaluator, name: str) -> Value:
        """Return what an unbound name stands for."""
        sigil = name[:1]
        if sigil == "$":
            if name in ("$,", "$\\", "$|", "$;"):
                return ""
            if name == "$/":
                return "\n"
            if name == "$0":
                return "-e"
            return UNDEFINED if name in self.assigned else MISSING
        if sigil == "@":
            if name == "@ARGV":
                return list(ev.scope.arguments) if ev.scope.arguments else UNKNOWN
            return MISSING
        if sigil == "%":
            return Thing("%ENV") if name == "%ENV" else MISSING
        run = self.functions.get(name)
        if run is not None:
            return Native(name, run)
        for prefix in ("CORE::", "CORE::GLOBAL::", "main::"):
            if name.startswith(prefix):
                return self.builtin(ev, name[len(prefix) :])
        if name in _HOST_NAMES or name[:1].isupper():
            return Thing(name)
        return MISSING

    def member(self, ev: Evaluator, holder: Value, name: str) -> Value:
        """Return a method of a class or object."""
        if isinstance(holder, Thing):
            dotted = f"{holder.name}::{name}"
            run = self.functions.get(dotted)
            if run is not None:
                return Native(dotted, lambda inner, args: run(inner, args))
            return Thing(f"{holder.name}.{name}", holder.args, dict(holder.data))
        return Bound(holder, name)

    def index(self, ev: Evaluator, holder: Value, key: Value) -> Value:
        """Return an item of an array, or of a hash."""
        if isinstance(holder, Thing) and holder.name == "%ENV":
            return inherited(self.text(key), ev)
        if isinstance(holder, dict):
            return holder.get(self.text(key), UNDEFINED)
        if isinstance(holder, list):
            if isinstance(key, list):
                return [self.index(ev, holder, k) for k in key]
            place = int(self.number(key))
            return holder[place] if -len(holder) <= place < len(holder) else UNDEFINED
        raise Unresolved

    def set_index(self, ev: Evaluator, holder: Value, key: Value, value: Value, node: t.Node) -> bool:
        """Bind an item."""
        if isinstance(holder, dict):
            holder[self.text(key)] = value
            return True
        return super().set_index(ev, holder, self.number(key) if isinstance(key, str) else key, value, node)

    def iterate(self, ev: Evaluator, value: Value, *, keys: bool) -> list[Value]:
        """Return the items of a list; one value is a list of itself."""
        if isinstance(value, list):
            return flat(value)
        if isinstance(value, (str, int, float)):
            return [value]
        return super().iterate(ev, value, keys=keys)

    def binary(self, ev: Evaluator, op: str, left: Value, right: Value) -> Value:
        """Return what an operator makes of two values."""
        if op == ".":
            one_, two = self.text(left), self.text(right)
            ev.grow(len(one_), len(two))
            ev.note("concatenation")
            return one_ + two
        if op == "x":
            count = max(0, int(self.number(right)))
            if isinstance(left, list):
                ev.budget.make(len(left) * count)
                return left * count
            text = self.text(left)
            ev.budget.make(len(text) * count)
            return text * count
        if op in (".."):
            low, high = left, right
            if isinstance(low, str) and len(low) == 1 and isinstance(high, str) and len(high) == 1 and low.isalpha():
                return [chr(c) for c in range(ord(low), ord(high) + 1)]
            made = range(int(self.number(low)), int(self.number(high)) + 1)
            ev.budget.make(len(made))
            return list(made)
        if op in ("eq", "ne", "lt", "gt", "le", "ge", "cmp"):
            one_, two = self.text(left), self.text(right)
            return {
                "eq": one_ == two, "ne": one_ != two, "lt": one_ < two, "gt": one_ > two, "le": one_ <= two,
                "ge": one_ >= two, "cmp": (one_ > two) - (one_ < two),
            }[op]  # fmt: skip
        if op in ("&", "|", "^") and isinstance(left, str) and isinstance(right, str):
            return self._bytes(ev, op, left, right)
        return arithmetic(ev, op, self.number(left), self.number(right))

    def _bytes(self, ev: Evaluator, op: str, left: str, right: str) -> str:
        size = max(len(left), len(right)) if op != "&" else min(len(left), len(right))
        ev.budget.make(size)
        a, b = left.ljust(size, "\0"), right.ljust(size, "\0")
        if op == "^":
            ev.note("xor")
            return "".join(chr(ord(x) ^ ord(y)) for x, y in zip(a, b, strict=False))
        if op == "&":
            return "".join(chr(ord(x) & ord(y)) for x, y in zip(a, b, strict=False))
        return "".join(chr(ord(x) | ord(y)) for x, y in zip(a, b, strict=False))

    def special(self, ev: Evaluator, node: t.Special) -> Value:
        """Return the value of Perl's own syntax."""
        run = getattr(self, f"_{node.kind}", None)
        return run(ev, node, node.parts) if run is not None else UNKNOWN

    def _declare(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        targets = parts[0].items if isinstance(parts[0], t.Array) else [parts[0]]
        for target in targets:
            if isinstance(target, t.Name):
                empty: Value = {"@": [], "%": {}}.get(target.id[:1], UNDEFINED)
                ev.bind_name(target.id, list(empty) if isinstance(empty, list) else empty, local=True)
        return UNDEFINED

    def _list(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        return flat([ev.eval(p) for p in parts])

    def _hash(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        values = flat([ev.eval(p) for p in parts])
        return {self.text(k): v for k, v in zip(values[::2], values[1::2], strict=False)}

    def _cast(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        return ev.eval(parts[1])

    def _last(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        value = ev.eval(parts[0])
        return len(value) - 1 if isinstance(value, list) else UNKNOWN

    def _spaced(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        value = ev.eval(parts[0])
        if isinstance(value, list):
            return " ".join(self.text(v) for v in flat(value))
        return value

    def _slice(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        holder, keys = ev.eval(parts[0]), ev.eval(parts[1])
        ev.note("index-pick")
        return [self.index(ev, holder, k) for k in (flat(keys) if isinstance(keys, list) else [keys])]

    def _pattern(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        return Pattern(ev.text(ev.eval(parts[1])), "".join(f for f in parts[2] if f in "imsx"))

    def _do(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        return _block_value(ev, parts[0])

    def _try(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        try:
            return _block_value(ev, parts[0])
        except ScriptError:
            return UNDEFINED

    def _input(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        if parts[0] not in ("STDIN", "") or ev.scope.stdin is None:
            return UNKNOWN
        text = raw(ev.scope.stdin)
        separator = ev.lookup("$/")
        position = ev.globals.values.get(" stdin", 0)
        if separator is UNDEFINED:
            ev.globals.values[" stdin"] = len(text)
            return text[position:]
        end = text.find("\n", position)
        end = len(text) if end < 0 else end + 1
        ev.globals.values[" stdin"] = end
        return text[position:end] if position < len(text) else UNDEFINED

    def _nextline(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        value = ev.eval(parts[0])
        ev.bind_name("$_", value)
        return UNKNOWN if value is UNKNOWN else value is not UNDEFINED

    def _match(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        pattern = ev.eval(parts[1])
        source = pattern.source if isinstance(pattern, Pattern) else ev.text(pattern)
        flags = "".join(f for f in parts[2] if f in "imsx") + (pattern.flags if isinstance(pattern, Pattern) else "")
        target = parts[0]
        if isinstance(target, t.Name) and target.start == node.start and target.end == node.start:
            found = ev.lookup("$_")
            if found is UNDEFINED or found is MISSING:
                return Pattern(source, flags)
            value = found
        else:
            value = ev.eval(target)
        text = ev.text(value)
        compiled = patterns.compiled(source, flags)
        if "g" in parts[2]:
            out: list[Value] = []
            for match in compiled.finditer(text):
                ev.budget.step()
                out.extend(match.groups() or [match.group()])
            return out
        match = compiled.search(text)
        if match is None:
            return False
        self._groups(ev, match)
        return list(match.groups()) or True

    def _groups(self, ev: Evaluator, match: Any) -> None:
        ev.globals.values["$&"] = match.group()
        for number, group in enumerate(match.groups(), 1):
            ev.globals.values[f"${number}"] = UNDEFINED if group is None else group

    def _subst(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        target, pattern, by, flags = parts
        value = ev.text(ev.eval(target))
        found = ev.eval(pattern)
        source = found.source if isinstance(found, Pattern) else ev.text(found)

        def made(match: Any) -> str:
            self._groups(ev, match)
            out = ev.eval(by)
            if "ee" in flags and isinstance(out, str):
                out = run_code(ev, out, node, parse)
            return ev.text(out)

        out, count = patterns.replace(
            source, "".join(f for f in flags if f in "imsx"), value, made, ev.budget, every="g" in flags
        )
        ev.note("replace")
        if "r" in flags:
            return out
        target = target.value if isinstance(target, t.Keyword) else target
        if isinstance(target, t.Assign):
            target = target.target
        ev.bind(target, out, join=True)
        return count

    def _chomp(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        target = parts[0].value if isinstance(parts[0], t.Keyword) else parts[0]
        if isinstance(target, t.Assign):
            ev.eval(target)
            target = target.target
        value = ev.eval(target)
        if isinstance(value, str):
            ev.bind(target, value.removesuffix("\n") if parts[1] == "chomp" else value[:-1], join=True)
        return UNDEFINED

    def _trans(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        target, old, new, flags = parts
        value = ev.text(ev.eval(target))
        out = transliterate(value, old, new, flags)
        ev.note("translate")
        if "r" in flags:
            return out
        target = target.value if isinstance(target, t.Keyword) else target
        if isinstance(target, t.Assign):
            target = target.target
        if out != value:
            ev.bind(target, out, join=True)
        return len(value)

    def _map(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        source = ev.eval(parts[1])
        if source is UNKNOWN:
            ev.perhaps(parts[0])
            return UNKNOWN
        values = flat(source) if isinstance(source, list) else [source]
        out: list[Value] = []
        outer = ev.globals.values.get("$_", MISSING)
        for value in values:
            ev.budget.step()
            ev.globals.values["$_"] = value
            made = _block_value(ev, parts[0]) if isinstance(parts[0], t.Block) else ev.eval(parts[0])
            if made is UNKNOWN:
                raise Unresolved
            if node.kind == "map":
                out.extend(made) if isinstance(made, list) else out.append(made)
            elif self.truth(made):
                out.append(value)
        if outer is MISSING:
            ev.globals.values.pop("$_", None)
        else:
            ev.globals.values["$_"] = outer
        return out

    _grep = _map

    def _sort(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        source = ev.eval(parts[1])
        values = flat(source) if isinstance(source, list) else [source]
        ev.budget.step(len(values))
        if parts[0] is None:
            return sorted(values, key=self.text)
        import functools

        def compare(a: Value, b: Value) -> int:
            ev.budget.step()
            ev.globals.values["$a"], ev.globals.values["$b"] = a, b
            return int(ev.number(_block_value(ev, parts[0])))

        return sorted(values, key=functools.cmp_to_key(compare))

    def _print(self, ev: Evaluator, node: t.Special, parts: list[Any]) -> Value:
        kind, handle, nodes = parts
        values = flat([ev.eval(n) for n in nodes])
        if kind == "printf":
            values = [sprintf(ev, ev.text(values[0]), values[1:])]
        holder = ev.lookup(handle.id) if isinstance(handle, t.Name) else None
        if isinstance(holder, Thing) and " path" in holder.data:
            path = holder.data[" path"]
            try:
                text = "".join(self.text(v) for v in values) + ("\n" if kind == "say" else "")
            except Unresolved:
                ev.scope.files.pop(path, None)
                return True
            if ev.sure:
                ev.scope.files[path] = ev.scope.files.get(path, b"") + to_bytes(text)
            return True
        if handle is not None and not (isinstance(handle, t.Name) and handle.id == "STDOUT"):
            return True
        ev.site = node if ev.foreign == 0 else ev.site
        try:
            text = "".join(self.text(v) for v in values)
            end = ev.lookup("$\\")
            ev.write(text, ("\n" if kind == "say" else "") + (end if isinstance(end, str) else ""))
        except Unresolved:
            ev.write(UNKNOWN)
        return True

    def quote(self, value: Value) -> str | None:
        """Return a value as a literal."""
        if isinstance(value, str):
            if len(value) > 40_000 or "\0" in value:
                return None
            return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
        if type(value) is int:
            return str(value)
        return None


def arithmetic(ev: Evaluator, op: str, a: int | float, b: int | float) -> Value:
    """Return what an operator of numbers makes of two numbers, as Perl, PHP and Ruby share it.

    Raises:
        Unresolved: there is no such operator, or the result is beyond reason.
    """
    if op == "+":
        return a + b
    if op == "-":
        return a - b
    if op == "*":
        return a * b if abs(a) < 1e200 and abs(b) < 1e200 else 1 / 0
    if op == "/":
        made = a / b
        return int(made) if made == int(made) else made
    if op == "%":
        return int(a) % int(b)
    if op == "**":
        if abs(b) > 1024 or abs(a) > 1e9:
            raise Unresolved
        return a**b
    if op == "==":
        return a == b
    if op == "!=":
        return a != b
    if op == "<":
        return a < b
    if op == ">":
        return a > b
    if op == "<=":
        return a <= b
    if op == ">=":
        return a >= b
    if op == "<=>":
        return (a > b) - (a < b)
    x, y = int(a), int(b)
    if op == "^":
        ev.note("xor")
        return x ^ y
    if op == "&":
        return x & y
    if op == "|":
        return x | y
    if op == "<<" and 0 <= y < 256:
        return x << y
    if op == ">>" and y >= 0:
        return x >> min(y, 1024)
    raise Unresolved


def _ranges(spec: str) -> str:
    """Return the characters that a list of ``tr`` names."""
    from vedette.commands.embedded.lexing import unescape

    out: list[str] = []
    text = unescape(spec.replace("\\-", "\ue000"))[0]
    at = 0
    while at < len(text):
        if at + 2 < len(text) and text[at + 1] == "-":
            low, high = ord(text[at]), ord(text[at + 2])
            out.extend(chr(c) for c in range(low, min(high, low + 65_535) + 1))
            at += 3
        else:
            out.append(text[at])
            at += 1
    return "".join(out).replace("\ue000", "-")


def transliterate(text: str, old: str, new: str, flags: str = "") -> str:
    """Return what ``tr/old/new/`` makes of a text."""
    source, target = _ranges(old), _ranges(new)
    if "c" in flags:
        keep = set(source)
        fill = target[-1:] if target else ""
        return "".join(c if c in keep else ("" if "d" in flags else fill or c) for c in text)
    if not target:
        target = "" if "d" in flags else source
    table: dict[int, str | None] = {}
    for number, char in enumerate(source):
        if ord(char) in table:
            continue
        if number < len(target):
            table[ord(char)] = target[number]
        else:
            table[ord(char)] = None if "d" in flags else target[-1:]
    out = text.translate(table)
    return re.sub(r"(.)\1+", lambda m: m.group(1) if m.group(1) in target else m.group(), out) if "s" in flags else out


def _block_value(ev: Evaluator, block: t.Node) -> Value:
    """Return the value of the last statement of a block."""
    if not isinstance(block, t.Block):
        return ev.eval(block)
    value: Value = UNDEFINED
    for number, item in enumerate(block.body):
        if number == len(block.body) - 1 and not isinstance(item, (t.Each, t.Loop, t.If, t.Block, t.Return, t.Jump)):
            return ev.eval(item)
        signal = ev.run(item)
        if signal is not None:
            return signal[1] if signal[0] == "return" else value
    return value


class PerlEvaluator(Whole):
    """Perl's functions take ``@_`` and give the value of their last statement."""

    def frame(self, env: Any, args: list[Value]) -> None:
        """Bind the arguments."""
        env.values["@_"] = flat(args)

    def fallen(self, env: Any, node: t.Function) -> Value:
        """Return the value of the last statement."""
        return self.last_value

    last_value: Value = UNDEFINED

    def _block(self, node: t.Block) -> Any:
        if not node.body or self.calls == 0:
            return super()._block(node)
        for item in node.body:
            if type(item) is t.Define:
                self._define(item)
        for item in node.body:
            if type(item) is t.Define:
                continue
            if type(item) in self._statements:
                signal = self.run(item)
                if signal is not None:
                    return signal
            else:
                self.last_value = self.eval(item)
        return None

    def bind_name(self, name: str, value: Value, *, local: bool = False, join: bool = False) -> None:
        """Bind a name: an array takes a list, a hash pairs, a scalar one value."""
        if name[:1] == "@":
            if value is not UNKNOWN:
                value = list(value) if isinstance(value, list) else [] if value is UNDEFINED else [value]
                value = flat(value)
        elif name[:1] == "%":
            if isinstance(value, list):
                spread = flat(value)
                value = {self.dialect.text(k): v for k, v in zip(spread[::2], spread[1::2], strict=False)}
            elif value is UNDEFINED:
                value = {}
        super().bind_name(name, value, local=local, join=join)

    def _assign(self, node: t.Assign) -> Value:
        target = node.target
        if isinstance(node.value, t.Call) and isinstance(target, t.Name) and target.id[:1] == "$":
            # a scalar wants one value: reverse joins, and an array counts
            func = node.value.func
            if isinstance(func, t.Name) and func.id == "reverse":
                node = t.Assign(node.start, node.end, target, node.op, _scalar_reverse(node.value), node.local)
        elif isinstance(node.value, t.Name) and node.value.id[:1] == "@" and isinstance(target, t.Name):
            if target.id[:1] == "$":
                count = t.Call(node.value.start, node.value.end, t.Name(0, 0, "scalar"), [node.value])
                node = t.Assign(node.start, node.end, target, node.op, count, node.local)
        return super()._assign(node)

    def _spine(self, node: t.Node) -> Value:
        if (
            isinstance(node, t.Call)
            and isinstance(node.func, t.Name)
            and node.func.id in ("scalar", "ucfirst", "lc", "uc")
        ):
            inner = node.args[0] if len(node.args) == 1 else None
            if isinstance(inner, t.Call) and isinstance(inner.func, t.Name) and inner.func.id == "reverse":
                changed = t.Call(node.start, node.end, node.func, [_scalar_reverse(inner)])
                return super()._spine(changed)
        return super()._spine(node)

    def _index_element(self, node: t.Node) -> None:
        return None

    def _bind_index(self, target: t.Index, value: Value) -> None:
        holder = target.holder
        if isinstance(holder, t.Name) and self.env.find(holder.id) is None:
            self.bind_name(holder.id, [] if holder.id[:1] == "@" else {})
        super()._bind_index(target, value)


def _scalar_reverse(call: t.Call) -> t.Call:
    joined = t.Call(
        call.start, call.end, t.Name(0, 0, "join"), [t.Const(0, 0, ""), *(call.args or [t.Name(0, 0, "$_")])]
    )
    return t.Call(call.start, call.end, t.Name(0, 0, "strrev"), [joined])


def _strrev(ev: Evaluator, args: list[Value]) -> Value:
    ev.note("reverse")
    return ev.text(one(args))[::-1]


FUNCTIONS["strrev"] = _strrev


def read(text: str, scope: Scope) -> Reading:
    """Return what a Perl script says."""
    text, cut = shorten(text)
    perl = Perl(text)
    tree = perl.program()
    dialect = PerlDialect()
    pairs = zip(perl.tokens, perl.tokens[1:], strict=False)
    dialect.assigned = frozenset(a.text for a, b in pairs if a.kind == "var" and b.text in Perl.assigns)
    ev = PerlEvaluator(dialect, text, scope)
    bind_inherited(ev)
    switches = scope.environment.get(SWITCHES, "")
    if "n" in switches or "p" in switches:
        reading = _lines(ev, tree, switches)
    else:
        reading = ev.read(tree)
    reading.broken = perl.broken
    if cut:
        reading.stops.append(cut)
    return reading


def _lines(ev: PerlEvaluator, tree: t.Block, switches: str) -> Reading:
    """Return what a script says that runs for each line of its input (``-n``, ``-p``)."""
    data = ev.scope.stdin
    if data is None or len(data) > 100_000:
        ev.globals.values["$_"] = UNKNOWN
        ev.output = None
        return ev.read(tree)
    lines = raw(data).splitlines(keepends=True)[:2000]
    body: list[t.Node] = []
    for line in lines:
        value = line.rstrip("\n") if "l" in switches else line
        body.append(t.Assign(0, 0, t.Name(0, 0, "$_"), "", t.Const(0, 0, value)))
        if "a" in switches:
            body.append(t.Assign(0, 0, t.Name(0, 0, "@F"), "", t.Const(0, 0, line.split())))
        body += tree.body
        if "p" in switches:
            end = t.Const(0, 0, "\n") if "l" in switches else t.Const(0, 0, "")
            body.append(t.Special(0, 0, "print", ["print", None, [t.Name(0, 0, "$_"), end]]))
    if "l" in switches and "n" in switches:
        ev.globals.values["$\\"] = "\n"
    reading = ev.read(t.Block(tree.start, tree.end, body))
    reading.strings = []
    return reading


__all__ = ["FUNCTIONS", "Closure", "arithmetic", "flat", "one", "parse", "read", "transliterate"]
