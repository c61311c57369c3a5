"""PHP: a script or ``-r`` text enters, what it does leaves."""

from __future__ import annotations

import codecs
import html
import math
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
from vedette.commands.embedded.evaluator import Halt
from vedette.commands.embedded.formats import pack, sprintf, unpack
from vedette.commands.embedded.perl import arithmetic
from vedette.commands.embedded.php_syntax import Php, tokenize
from vedette.commands.embedded.start import bind_inherited, inherited, shorten
from vedette.commands.embedded.statements import Evaluator as Whole
from vedette.commands.embedded.values import (
    MISSING,
    UNDEFINED,
    UNKNOWN,
    Bound,
    Closure,
    Native,
    Thing,
    Unresolved,
    Value,
    raw,
    to_bytes,
)
from vedette.schema.command import Language


def parse(text: str) -> t.Block:
    """Return the tree of code without tags, or with them."""
    return Php(text, tokenize(text)).program()


def _base64(ev: Evaluator, args: list[Value]) -> Value:
    data = unbase64(ev.text(args[0]), ev.budget, strict=False)
    if data is None:
        raise Unresolved
    ev.note("base64")
    return raw(data)


def _unzip(form: str, method: str) -> Pure:
    def call(ev: Evaluator, args: list[Value]) -> Value:
        data = inflate(to_bytes(ev.text(args[0])), ev.budget, form=form)
        if data is None:
            raise Unresolved
        ev.note(method)
        return raw(data)

    return call


def _text(run: Any, method: str | None = None) -> Pure:
    def call(ev: Evaluator, args: list[Value]) -> Value:
        out = run(ev.text(args[0]))
        if method:
            ev.note(method)
        return ev.made(out)

    return call


def _call(ev: Evaluator, func: Value, args: list[Value]) -> Value:
    ev.budget.step()
    if isinstance(func, str):
        func = ev.lookup(func.lower())
    if isinstance(func, Closure):
        return ev.invoke(func, args)
    if isinstance(func, Native):
        return func.run(ev, args)
    raise Unresolved


def _substr(ev: Evaluator, args: list[Value]) -> Value:
    text, start = ev.text(args[0]), ev.whole(args[1])
    start = max(0, len(text) + start) if start < 0 else start
    size = len(text) if len(args) < 3 or args[2] is None else ev.whole(args[2])
    end = start + size if size >= 0 else len(text) + size
    ev.note("substring")
    return text[start : max(end, start)]


def _replace(ev: Evaluator, args: list[Value]) -> Value:
    old, new, text = args[0], args[1], ev.text(args[2])
    olds = ev.items(_listed(old)) if isinstance(old, (list, dict)) else [old]
    news = ev.items(_listed(new)) if isinstance(new, (list, dict)) else None
    ev.note("replace")
    for number, what in enumerate(olds):
        by = ev.text(new) if news is None else ev.text(news[number]) if number < len(news) else ""
        find = ev.text(what)
        if find:
            ev.budget.make(len(text) + text.count(find) * len(by))
            text = text.replace(find, by)
    return text


def _listed(value: Value) -> list[Value]:
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list):
        return value
    raise Unresolved


def _implode(ev: Evaluator, args: list[Value]) -> Value:
    mark, parts = (args[0], args[1]) if len(args) > 1 else ("", args[0])
    if isinstance(mark, (list, dict)):
        mark, parts = parts, mark
    texts = [ev.text(p) for p in _listed(parts)]
    glue = ev.text(mark)
    ev.budget.make(sum(map(len, texts)) + len(glue) * len(texts))
    ev.note("join")
    return glue.join(texts)


def _explode(ev: Evaluator, args: list[Value]) -> Value:
    text = ev.text(args[1])
    ev.budget.make(len(text))
    ev.note("split")
    return text.split(ev.text(args[0]))


def _str_split(ev: Evaluator, args: list[Value]) -> Value:
    text, size = ev.text(args[0]), ev.whole(args[1]) if len(args) > 1 else 1
    ev.budget.make(len(text))
    ev.note("split")
    return [text[n : n + size] for n in range(0, len(text), max(size, 1))]


def _map(ev: Evaluator, args: list[Value]) -> Value:
    return [_call(ev, args[0], [v]) for v in _listed(args[1])]


def _strtr(ev: Evaluator, args: list[Value]) -> Value:
    text = ev.text(args[0])
    ev.note("translate")
    if len(args) > 2:
        old, new = ev.text(args[1]), ev.text(args[2])
        return text.translate({ord(a): b for a, b in zip(old, new, strict=False)})
    table = {ev.text(k): ev.text(v) for k, v in args[1].items() if ev.text(k)}
    found = re.compile("|".join(re.escape(k) for k in sorted(table, key=len, reverse=True)))
    return ev.made(found.sub(lambda m: table[m.group()], text))


_DELIMITED = re.compile(r"^\s*([/#~!@%|`])(.*)\1([a-zA-Z]*)\s*$", re.DOTALL)


def _pattern(ev: Evaluator, value: Value) -> tuple[str, str]:
    text = ev.text(value)
    found = _DELIMITED.match(text)
    if found:
        return found.group(2), found.group(3)
    found = re.match(r"^\s*([({\[<])(.*)[)}\]>]([a-zA-Z]*)\s*$", text, re.DOTALL)
    if not found:
        raise Unresolved
    return found.group(2), found.group(3)


def _preg_replace(ev: Evaluator, args: list[Value]) -> Value:
    source, flags = _pattern(ev, args[0])
    by = ev.text(args[1])
    text = ev.text(args[2])
    if "e" in flags:
        code = patterns.expand(patterns.compiled(source).search(text), by.replace("\\\\", "\\").replace("\\", "$"))
        return run_code(ev, code, ev.site, parse)
    ev.note("replace")
    kept = "".join(f for f in flags if f in "imsx")
    return patterns.replace(
        source, kept, text, lambda m: patterns.expand(m, re.sub(r"\\(\d)", r"$\1", by)), ev.budget, every=True
    )[0]


def _preg_callback(ev: Evaluator, args: list[Value]) -> Value:
    source, flags = _pattern(ev, args[0])
    kept = "".join(f for f in flags if f in "imsx")

    def made(found: Any) -> str:
        return ev.text(_call(ev, args[1], [[found.group(), *[g or "" for g in found.groups()]]]))

    return patterns.replace(source, kept, ev.text(args[2]), made, ev.budget, every=True)[0]


def _repeat(ev: Evaluator, args: list[Value]) -> Value:
    text, count = ev.text(args[0]), max(0, ev.whole(args[1]))
    ev.budget.make(len(text) * count)
    return text * count


def _base_convert(ev: Evaluator, args: list[Value]) -> Value:
    number = int(ev.text(args[0])[:200].lower(), ev.whole(args[1]))
    base = ev.whole(args[2])
    out = ""
    while number:
        number, digit = divmod(number, base)
        out = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + out
    return out or "0"


def _range(ev: Evaluator, args: list[Value]) -> Value:
    if isinstance(args[0], str) and len(args[0]) == 1 and not args[0].isdigit():
        return [chr(c) for c in range(ord(args[0]), ord(ev.text(args[1])) + 1)]
    step = abs(ev.whole(args[2])) if len(args) > 2 else 1
    low, high = ev.whole(args[0]), ev.whole(args[1])
    made = range(low, high + 1, step) if low <= high else range(low, high - 1, -step)
    ev.budget.make(len(made))
    return list(made)


def _json(ev: Evaluator, args: list[Value]) -> Value:
    import json

    text = ev.text(args[0])
    if text.count("[") + text.count("{") > 2000:
        raise Unresolved
    return json.loads(text)


def _chr(ev: Evaluator, args: list[Value]) -> Value:
    ev.note("char-codes")
    return chr(ev.whole(args[0]) % 256)


def _hex2bin(ev: Evaluator, args: list[Value]) -> Value:
    ev.note("hex")
    return raw(bytes.fromhex(ev.text(args[0])))


def _uudecode(ev: Evaluator, args: list[Value]) -> Value:
    return unpack(ev, "u", ev.text(args[0]))[0]


def _constant(ev: Evaluator, args: list[Value]) -> Value:
    return ev.lookup(ev.text(args[0]))


FUNCTIONS: dict[str, Pure] = {
    "base64_decode": _base64,
    "gzinflate": _unzip("deflate", "deflate"),
    "gzuncompress": _unzip("zlib", "deflate"),
    "gzdecode": _unzip("gzip", "gzip"),
    "zlib_decode": _unzip("auto", "deflate"),
    "bzdecompress": _unzip("bz2", "bzip2"),
    "str_rot13": _text(lambda s: codecs.encode(s, "rot13"), "rot13"),
    "strrev": _text(lambda s: s[::-1], "reverse"),
    "chr": _chr,
    "ord": lambda ev, args: ord(ev.text(args[0])[0]),
    "hex2bin": _hex2bin,
    "bin2hex": _text(lambda s: to_bytes(s).hex()),
    "convert_uudecode": _uudecode,
    "urldecode": _text(lambda s: raw(urllib.parse.unquote_to_bytes(s.replace("+", " "))), "url-encoding"),
    "rawurldecode": _text(lambda s: raw(urllib.parse.unquote_to_bytes(s)), "url-encoding"),
    "html_entity_decode": _text(html.unescape, "entities"),
    "htmlspecialchars_decode": _text(html.unescape, "entities"),
    "stripslashes": _text(lambda s: re.sub(r"\\(.)", r"\1", s)),
    "strtolower": _text(str.lower),
    "strtoupper": _text(str.upper),
    "ucfirst": _text(lambda s: s[:1].upper() + s[1:]),
    "lcfirst": _text(lambda s: s[:1].lower() + s[1:]),
    "trim": lambda ev, args: ev.text(args[0]).strip(ev.text(args[1]) if len(args) > 1 else " \t\n\r\0\v"),
    "rtrim": lambda ev, args: ev.text(args[0]).rstrip(ev.text(args[1]) if len(args) > 1 else " \t\n\r\0\v"),
    "ltrim": lambda ev, args: ev.text(args[0]).lstrip(ev.text(args[1]) if len(args) > 1 else " \t\n\r\0\v"),
    "strlen": lambda ev, args: len(ev.text(args[0])),
    "substr": _substr,
    "str_replace": _replace,
    "str_ireplace": _replace,
    "strtr": _strtr,
    "implode": _implode,
    "join": _implode,
    "explode": _explode,
    "str_split": _str_split,
    "array_map": _map,
    "array_reverse": lambda ev, args: _listed(args[0])[::-1],
    "array_merge": lambda ev, args: [v for a in args for v in _listed(a)],
    "array_values": lambda ev, args: list(_listed(args[0])),
    "array_keys": lambda ev, args: list(args[0]) if isinstance(args[0], dict) else list(range(len(args[0]))),
    "array_flip": lambda ev, args: {ev.text(v): n for n, v in enumerate(_listed(args[0]))},
    "array_sum": lambda ev, args: sum(ev.number(v) for v in _listed(args[0])),
    "count": lambda ev, args: len(_listed(args[0])),
    "sizeof": lambda ev, args: len(_listed(args[0])),
    "range": _range,
    "str_repeat": _repeat,
    "sprintf": lambda ev, args: sprintf(ev, ev.text(args[0]), args[1:]),
    "vsprintf": lambda ev, args: sprintf(ev, ev.text(args[0]), _listed(args[1])),
    "pack": lambda ev, args: pack(ev, ev.text(args[0]), args[1:]),
    "preg_replace": _preg_replace,
    "preg_replace_callback": _preg_callback,
    "strpos": lambda ev, args: _found(ev.text(args[0]).find(ev.text(args[1]))),
    "strstr": lambda ev, args: ev.text(args[0])[ev.text(args[0]).index(ev.text(args[1])) :],
    "ctype_digit": lambda ev, args: ev.text(args[0]).isdigit(),
    "intval": lambda ev, args: int(ev.text(args[0]), ev.whole(args[1])) if len(args) > 1 else int(ev.number(args[0])),
    "floatval": lambda ev, args: ev.number(args[0]),
    "strval": lambda ev, args: ev.text(args[0]),
    "boolval": lambda ev, args: ev.dialect.truth(args[0]),
    "hexdec": lambda ev, args: int(ev.text(args[0])[:16], 16),
    "bindec": lambda ev, args: int(ev.text(args[0])[:64], 2),
    "octdec": lambda ev, args: int(ev.text(args[0])[:22], 8),
    "dechex": lambda ev, args: f"{ev.whole(args[0]):x}",
    "decbin": lambda ev, args: f"{ev.whole(args[0]):b}",
    "base_convert": _base_convert,
    "floor": lambda ev, args: math.floor(ev.number(args[0])),
    "abs": lambda ev, args: abs(ev.number(args[0])),
    "max": lambda ev, args: max(_listed(args[0]) if len(args) == 1 else args),
    "min": lambda ev, args: min(_listed(args[0]) if len(args) == 1 else args),
    "json_decode": _json,
    "constant": _constant,
    "is_string": lambda ev, args: isinstance(args[0], str),
    "is_array": lambda ev, args: isinstance(args[0], (list, dict)),
    "dirname": lambda ev, args: ev.text(args[0]).rpartition("/")[0] or "/",
    "basename": lambda ev, args: ev.text(args[0]).rpartition("/")[2],
}


def _found(place: int) -> Value:
    return False if place < 0 else place


# What runs or writes something.


def _shell(ev: Evaluator, call: HostCall) -> Value:
    return ev.run_shell(call.arg(0), call.place())


def _list_or_shell(ev: Evaluator, call: HostCall) -> Value:
    command = call.arg(0)
    if isinstance(command, list):
        return ev.run_words(command, call.place())
    return ev.run_shell(command, call.place())


def _pcntl(ev: Evaluator, call: HostCall) -> Value:
    rest = call.arg(1)
    return ev.run_words([call.arg(0), *(rest if isinstance(rest, list) else [])], call.node)


def _eval(ev: Evaluator, call: HostCall) -> Value:
    code = call.arg(0)
    if not isinstance(code, str):
        if call.name == "eval" and (code is UNKNOWN or isinstance(code, Thing)):
            ev.stop("the code that it runs is known only when it runs")
        return UNKNOWN
    if call.name == "assert" and len(code) < 3:
        return UNKNOWN
    return run_code(ev, code, call.place(), parse)


def _create_function(ev: Evaluator, call: HostCall) -> Value:
    code = call.arg(1)
    if not isinstance(code, str):
        return UNKNOWN
    place = call.place(1)
    names = re.findall(r"\$\w+", str(call.arg(0)))

    def run(inner: Evaluator, args: list[Value]) -> Value:
        for name, value in zip(names, args, strict=False):
            inner.bind_name(name, value)
        return run_code(inner, code, place, parse)

    return Native("create_function", run)


def _call_user(ev: Evaluator, call: HostCall) -> Value:
    func = call.arg(0)
    rest = call.args[1:]
    if call.name.endswith("_array"):
        rest = _listed(rest[0]) if rest else []
    nodes = call.nodes[1:] if not call.name.endswith("_array") else [call.place(1)] * len(rest)
    if isinstance(func, str):
        func = ev.dialect.builtin(ev, func)
    node = call.node if isinstance(call.node, t.Call) else t.Call(call.node.start, call.node.end, call.node, [])
    return ev.apply(func, list(rest), {}, list(nodes), [tuple(ev.used)] * len(rest), node)


def _filter(ev: Evaluator, call: HostCall) -> Value:
    """``array_map('system', …)`` and kin: a function by name over values."""
    func, source = (call.arg(0), call.arg(1)) if call.name == "array_map" else (call.arg(1), call.arg(0))
    if not isinstance(func, str):
        return UNKNOWN
    target = ev.dialect.builtin(ev, func)
    node = call.node if isinstance(call.node, t.Call) else t.Call(call.node.start, call.node.end, call.node, [])
    for value in _listed(source)[:40]:
        ev.apply(target, [value], {}, [call.place(1)], [tuple(ev.used)], node)
    return UNKNOWN


def _echo(ev: Evaluator, call: HostCall) -> Value:
    for value in call.args:
        ev.write(value)
    return 1


def _printf(ev: Evaluator, call: HostCall) -> Value:
    ev.write(sprintf(ev, ev.text(call.args[0]), call.args[1:]))
    return UNKNOWN


def _put(ev: Evaluator, call: HostCall) -> Value:
    path, data = call.arg(0), call.arg(1)
    if isinstance(path, str):
        if isinstance(data, str) and ev.sure:
            ev.scope.files[path] = to_bytes(data)
        else:
            ev.scope.files.pop(path, None)
    return UNKNOWN


def _open(ev: Evaluator, call: HostCall) -> Value:
    path, mode = call.arg(0), call.arg(1)
    if isinstance(path, str) and isinstance(mode, str) and "w" in mode and ev.sure:
        ev.scope.files.pop(path, None)
    return Thing("fopen", (path,), {" path": path})


def _write(ev: Evaluator, call: HostCall) -> Value:
    holder, data = call.arg(0), call.arg(1)
    path = holder.data.get(" path") if isinstance(holder, Thing) else None
    if isinstance(path, str):
        if isinstance(data, str) and ev.sure:
            ev.scope.files[path] = ev.scope.files.get(path, b"") + to_bytes(data)
        else:
            ev.scope.files.pop(path, None)
    return UNKNOWN


def _exit(ev: Evaluator, call: HostCall) -> Value:
    if call.args and isinstance(call.args[0], str):
        ev.write(call.args[0])
    if ev.sure:
        raise Halt
    return UNKNOWN


def _define(ev: Evaluator, call: HostCall) -> Value:
    if isinstance(call.arg(0), str):
        ev.globals.values[call.args[0]] = call.arg(1)
    return True


def _getenv(ev: Evaluator, call: HostCall) -> Value:
    return inherited(call.args[0], ev) if call.args and isinstance(call.args[0], str) else UNKNOWN


_HOSTS: dict[str, Host] = {
    "eval": _eval,
    "assert": _eval,
    "create_function": _create_function,
    "call_user_func": _call_user,
    "call_user_func_array": _call_user,
    "array_map": _filter,
    "array_filter": _filter,
    "array_walk": _filter,
    "usort": _filter,
    "register_shutdown_function": _call_user,
    "system": _shell,
    "exec": _shell,
    "passthru": _shell,
    "shell_exec": _shell,
    "popen": _shell,
    "proc_open": _list_or_shell,
    "pcntl_exec": _pcntl,
    "echo": _echo,
    "print": _echo,
    "printf": _printf,
    "file_put_contents": _put,
    "fopen": _open,
    "fwrite": _write,
    "fputs": _write,
    "exit": _exit,
    "define": _define,
    "getenv": _getenv,
}
_MORE = frozenset(
    "file_get_contents curl_init curl_setopt curl_exec curl_close fsockopen pfsockopen stream_socket_client include "
    "include_once require require_once copy unlink rename mkdir chmod chown readfile file fread fclose mail sleep "
    "usleep set_time_limit error_reporting ini_set move_uploaded_file socket_create socket_connect symlink glob "
    "scandir phpinfo php_uname get_current_user posix_getuid header session_start throw isset empty unset touch dl "
    "ignore_user_abort sys_get_temp_dir proc_close stream_set_blocking stream_select feof fgets ob_start parse_str "
    "extract is_callable function_exists extension_loaded disk_free_space fgetcsv rand mt_rand time date md5 sha1 "
    "crc32 file_exists is_file is_dir gethostbyname dns_get_record mb_convert_encoding iconv openssl_decrypt".split()
)
_CONSTANTS: dict[str, Value] = {"PHP_EOL": "\n", "DIRECTORY_SEPARATOR": "/", "__DIR__": UNKNOWN, "STDIN": UNKNOWN}
_INPUTS = frozenset("$_GET $_POST $_REQUEST $_COOKIE $_SERVER $_FILES $_SESSION".split())


class PhpDialect(Dialect):
    """PHP's meaning."""

    language = Language.PHP
    functions: ClassVar[Mapping[str, Pure]] = FUNCTIONS
    hosts = _HOSTS

    def text(self, value: Value) -> str:
        """Return a value as text."""
        return "" if value is UNDEFINED else super().text(value)

    def number(self, value: Value) -> int | float:
        """Return a value as a number: text gives what it begins with."""
        if value is None or value is UNDEFINED:
            return 0
        if isinstance(value, str):
            found = re.match(r"\s*([-+]?\d{1,30})(?![\d.eE])", value)
            if found:
                return int(found.group(1))
            found = re.match(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)", value[:400])
            return float(found.group(1)) if found else 0
        return super().number(value)

    def truth(self, value: Value) -> bool | None:
        """Return whether a value counts as true."""
        return False if value == "0" and isinstance(value, str) else super().truth(value)

    def builtin(self, ev: Evaluator, name: str) -> Value:
        """Return what an unbound name stands for."""
        if name[:1] == "$":
            if name in _INPUTS or name == "$GLOBALS" or name == "$_ENV":
                return Thing(name)
            if name == "$argv":
                return ["-", *ev.scope.arguments] if ev.scope.arguments else UNKNOWN
            return UNDEFINED if name in self.assigned else MISSING
        low = name.lower()
        if low in ev.globals.values:
            return ev.globals.values[low]
        run = self.functions.get(low)
        if run is not None:
            return Native(low, run)
        if low in _HOSTS or low in _MORE:
            return Thing(low)
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        return Thing(name) if name[:1].isupper() and not name.isupper() else MISSING

    assigned: frozenset[str] = frozenset()
    """Names that the script binds somewhere: before that they are empty."""

    def member(self, ev: Evaluator, holder: Value, name: str) -> Value:
        """Return a member."""
        if isinstance(holder, Thing) and not holder.name.startswith("$"):
            if name in holder.data:
                return holder.data[name]
            if name.lower() in holder.data:
                return holder.data[name.lower()]
            return Thing(f"{holder.name}::{name}", holder.args)
        if isinstance(holder, dict):
            return holder.get(name, UNKNOWN)
        return UNKNOWN if not isinstance(holder, (Closure, Native)) else Bound(holder, name)

    def index(self, ev: Evaluator, holder: Value, key: Value) -> Value:
        """Return an item."""
        if isinstance(holder, Thing):
            if holder.name == "$GLOBALS":
                found = ev.globals.values.get(f"${self.text(key)}", MISSING)
                if found is not MISSING:
                    return found
                return Thing(f"${self.text(key)}") if f"${self.text(key)}" in _INPUTS else UNKNOWN
            return inherited(self.text(key), ev) if holder.name == "$_ENV" else UNKNOWN
        if isinstance(holder, dict):
            return holder.get(key, holder.get(str(key), UNKNOWN))
        return super().index(ev, holder, self.number(key) if isinstance(key, str) else key)

    def set_index(self, ev: Evaluator, holder: Value, key: Value, value: Value, node: t.Node) -> bool:
        """Bind an item."""
        if isinstance(holder, list) and isinstance(key, str):
            return False
        if isinstance(holder, Thing) and holder.name == "$GLOBALS" and isinstance(key, str):
            ev.globals.values[f"${key}"] = value
            return True
        return super().set_index(ev, holder, key, value, node)

    def iterate(self, ev: Evaluator, value: Value, *, keys: bool) -> list[Value]:
        """Return what a loop goes over."""
        if isinstance(value, str):
            raise Unresolved
        return super().iterate(ev, value, keys=keys)

    def binary(self, ev: Evaluator, op: str, left: Value, right: Value) -> Value:
        """Return what an operator makes of two values."""
        if isinstance(left, Thing) or isinstance(right, Thing):
            return UNKNOWN
        if op == ".":
            one, two = self.text(left), self.text(right)
            ev.grow(len(one), len(two))
            ev.note("concatenation")
            return one + two
        if op in ("===", "!=="):
            return (type(left) is type(right) and left == right) == (op == "===")
        if op in ("==", "!=", "<>"):
            if isinstance(left, str) and isinstance(right, str):
                return (left == right) == (op == "==")
            if isinstance(left, bool) or isinstance(right, bool):
                return (self.truth(left) == self.truth(right)) == (op == "==")
            return (self.number(left) == self.number(right)) == (op == "==")
        if op == "xor":
            return bool(self.truth(left)) != bool(self.truth(right))
        if op in ("^", "&", "|") and isinstance(left, str) and isinstance(right, str):
            size = min(len(left), len(right)) if op != "|" else max(len(left), len(right))
            ev.note("xor")
            table = {"^": lambda a, b: a ^ b, "&": lambda a, b: a & b, "|": lambda a, b: a | b}
            a, b = left.ljust(size, "\0"), right.ljust(size, "\0")
            return ev.made("".join(chr(table[op](ord(x), ord(y))) for x, y in zip(a[:size], b[:size], strict=True)))
        if op == "+" and isinstance(left, (list, dict)):
            raise Unresolved
        if op == "%":
            return int(math.fmod(int(self.number(left)), int(self.number(right))))
        return arithmetic(ev, op, self.number(left), self.number(right))

    def unary(self, ev: Evaluator, op: str, value: Value) -> Value:
        """Return what an operator makes of a value."""
        if op == "~" and isinstance(value, str):
            ev.note("complement")
            return (
                "".join(chr(~ord(c) & 0xFF) for c in raw(value.encode("utf-8")) if True)
                if any(ord(c) > 255 for c in value)
                else "".join(chr(~ord(c) & 0xFF) for c in value)
            )
        return super().unary(ev, op, value)

    def special(self, ev: Evaluator, node: t.Special) -> Value:
        """Return a variable by its name, or bind what a statement names."""
        if node.kind == "named":
            return ev.lookup(f"${ev.text(ev.eval(node.parts[0]))}")
        if node.kind == "append":
            value = ev.eval(node.parts[0])
            return len(value) if isinstance(value, list) else UNKNOWN
        if node.kind == "global":
            ev.env.shared = (ev.env.shared or set()) | set(node.parts)
            for name in node.parts:
                ev.env.values[name] = ev.globals.values.get(name, UNKNOWN)
        return UNKNOWN

    def quote(self, value: Value) -> str | None:
        """Return a value as a literal."""
        if isinstance(value, str):
            if len(value) > 40_000 or "\0" in value:
                return None
            return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
        return str(value) if type(value) is int else None


class PhpEvaluator(Whole):
    """PHP calls functions by a text that holds their name, in any capitals."""

    def apply(
        self,
        func: Value,
        values: list[Value],
        keywords: dict[str, Value],
        places: list[t.Node],
        methods: list[Any],
        node: t.Call,
        holder: Value = None,
    ) -> Value:
        """Return what a call gives."""
        if isinstance(func, str) and func:
            self.note("variable-function")
            if self.foreign == 0:
                self.callees.add((node.func.start, node.func.end))
            found = self.dialect.builtin(self, func)
            func = Thing(func) if found is MISSING and func.isidentifier() else found
        elif func is UNKNOWN and isinstance(node.func, t.Name) and not node.func.id.startswith("$"):
            found = self.env.find(node.func.id.lower())
            if found is not None:
                func = found.values[node.func.id.lower()]
        if isinstance(func, Native) and func.name == "array_map" and values and isinstance(values[0], str):
            target = self.dialect.builtin(self, values[0])
            if isinstance(target, Thing):
                func = Thing("array_map")
        return super().apply(func, values, keywords, places, methods, node, holder)

    def frame(self, env: Any, args: list[Value]) -> None:
        """Bind nothing beyond the parameters."""

    def _bind_index(self, target: t.Index, value: Value) -> None:
        holder = target.holder
        if isinstance(holder, t.Name):
            found = self.env.find(holder.id)
            if found is None or found.values[holder.id] in (UNDEFINED, None, ""):
                appends = isinstance(target.key, t.Special)
                self.bind_name(holder.id, [] if appends else {})
        super()._bind_index(target, value)

    def bind(self, target: t.Node, value: Value, *, local: bool = False, join: bool = False) -> None:
        """Bind a name, an item, or a variable by its name."""
        if isinstance(target, t.Special) and target.kind == "named":
            name = self.eval(target.parts[0])
            if isinstance(name, str):
                self.bind_name(f"${name}", value)
            return
        super().bind(target, list(value) if isinstance(value, list) else value, local=local, join=join)


def read(text: str, scope: Scope) -> Reading:
    """Return what a PHP script says."""
    text, cut = shorten(text)
    php = Php(text)
    tree = php.program()
    dialect = PhpDialect()
    pairs = zip(php.tokens, php.tokens[1:], strict=False)
    dialect.assigned = frozenset(a.text for a, b in pairs if a.kind == "var" and b.text in Php.assigns)
    ev = PhpEvaluator(dialect, text, scope)
    bind_inherited(ev)
    reading = ev.read(tree)
    reading.broken = php.broken
    if cut:
        reading.stops.append(cut)
    return reading
