"""Python's values and library, computed: operators, formatting, methods of text and lists, decoders."""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import string
import urllib.parse
from collections.abc import Callable
from typing import Any

from vedette.commands.decoding import inflate, unbase64
from vedette.commands.embedded import patterns
from vedette.commands.embedded.dialect import Method, Pure
from vedette.commands.embedded.evaluator import Expressions as Evaluator
from vedette.commands.embedded.values import UNKNOWN, Closure, Native, Pattern, Unresolved, Value, is_known

_WIDE = re.compile(r"\d{4,}|\*")


class Cycle(list[Any]):
    """``itertools.cycle``: its items over and over."""


def data_of(value: Value) -> bytes:
    """Return bytes; text stands for its ASCII.

    Raises:
        Unresolved: it is neither.
    """
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    if isinstance(value, str):
        return value.encode("latin-1")
    raise Unresolved


def items_of(ev: Evaluator, value: Value) -> list[Value]:
    """Return what iteration gives.

    Raises:
        Unresolved: it is not known.
    """
    if isinstance(value, Cycle):
        raise Unresolved
    if isinstance(value, (list, tuple, str, bytes, bytearray, dict)):
        ev.budget.make(len(value) // 8 + 1)
        return list(value)
    raise Unresolved


def apply(ev: Evaluator, func: Value, args: list[Value]) -> Value:
    """Return what a function value gives.

    Raises:
        Unresolved: it is not computed here.
    """
    ev.budget.step()
    if isinstance(func, Closure):
        return ev.invoke(func, args)
    if isinstance(func, Native):
        if any(a is UNKNOWN for a in args):
            raise Unresolved
        ev.keywords = {}
        return func.run(ev, args)
    if func is None:
        return args[0]
    raise Unresolved


def _kw(ev: Evaluator, args: list[Value], number: int, name: str, default: Value) -> Value:
    return args[number] if number < len(args) else ev.keywords.get(name, default)


# Decoders.


def _b64(ev: Evaluator, args: list[Value]) -> Value:
    out = unbase64(data_of(args[0]).decode("ascii"), ev.budget, strict=False)
    if out is None:
        raise Unresolved
    ev.note("base64")
    return out


def _decoder(run: Callable[[bytes], bytes], method: str) -> Pure:
    def call(ev: Evaluator, args: list[Value]) -> Value:
        data = data_of(args[0])
        ev.budget.make(2 * len(data))
        out = run(data)
        ev.note(method)
        return out

    return call


def _unpacker(form: str, method: str) -> Pure:
    def call(ev: Evaluator, args: list[Value]) -> Value:
        window = _kw(ev, args, 1, "wbits", 15)
        kind = form
        if form == "zlib" and isinstance(window, int):
            kind = "deflate" if window < 0 else "auto" if window > 15 else "zlib"
        out = inflate(data_of(args[0]), ev.budget, form=kind)
        if out is None:
            raise Unresolved
        ev.note(method)
        return out

    return call


def codec(ev: Evaluator, value: Value, name: str, *, decode: bool) -> Value:
    """Return a value through one of Python's codecs."""
    form = name.lower().replace("-", "_")
    if form in ("rot13", "rot_13"):
        ev.note("rot13")
        return codecs.encode(value if isinstance(value, str) else data_of(value).decode("latin-1"), "rot13")
    if form in ("hex", "hex_codec"):
        ev.note("hex")
        return bytes.fromhex(data_of(value).decode("ascii")) if decode else binascii.hexlify(data_of(value))
    if form in ("base64", "base64_codec", "base_64"):
        return _b64(ev, [value]) if decode else base64.encodebytes(data_of(value))
    if form in ("zip", "zlib", "zlib_codec", "bz2", "bz2_codec", "gzip"):
        out = inflate(data_of(value), ev.budget, form="bz2" if form.startswith("bz2") else "auto")
        if out is None or not decode:
            raise Unresolved
        ev.note("deflate")
        return out
    if form in ("unicode_escape", "string_escape", "raw_unicode_escape"):
        ev.note("hex-escape")
        return data_of(value).decode("unicode_escape") if decode else str(value).encode("unicode_escape")
    if form not in _CODECS:
        raise Unresolved
    if decode:
        if isinstance(value, str):
            return value
        return data_of(value).decode(form, "replace")
    return value.encode(form, "replace") if isinstance(value, str) else data_of(value)


_CODECS = frozenset(
    "utf_8 utf8 utf_8_sig ascii latin_1 latin1 iso_8859_1 utf_16 utf_16_le utf_16_be utf_16le utf_16be utf16 cp437 "
    "cp1252 cp850 utf_7 u8 utf_32 idna punycode us_ascii".split()
)


def _rot(ev: Evaluator, args: list[Value]) -> Value:
    return codec(ev, args[0], ev.text(_kw(ev, args, 1, "encoding", "utf-8")), decode=True)


def _encode(ev: Evaluator, args: list[Value]) -> Value:
    return codec(ev, args[0], ev.text(_kw(ev, args, 1, "encoding", "utf-8")), decode=False)


def _fromhex(ev: Evaluator, args: list[Value]) -> Value:
    ev.note("hex")
    return bytes.fromhex(ev.text(args[0]))


# Built-in functions.


def _chr(ev: Evaluator, args: list[Value]) -> Value:
    ev.note("char-codes")
    return chr(ev.whole(args[0]))


def _int(ev: Evaluator, args: list[Value]) -> Value:
    value = args[0] if args else 0
    if len(args) > 1 or ev.keywords.get("base"):
        return int(data_of(value).decode("ascii")[:2000], ev.whole(_kw(ev, args, 1, "base", 10)))
    if isinstance(value, (str, bytes)):
        return int(data_of(value)[:2000])
    return int(value)


def _str(ev: Evaluator, args: list[Value]) -> Value:
    if not args:
        return ""
    if isinstance(args[0], (bytes, bytearray)) and (len(args) > 1 or ev.keywords):
        return codec(ev, args[0], ev.text(_kw(ev, args, 1, "encoding", "utf-8")), decode=True)
    return ev.text(args[0])


def _bytes(ev: Evaluator, args: list[Value]) -> Value:
    if not args:
        return b""
    value = args[0]
    if isinstance(value, str):
        return codec(ev, value, ev.text(_kw(ev, args, 1, "encoding", "utf-8")), decode=False)
    if isinstance(value, int):
        ev.budget.make(value)
        return bytes(value)
    if isinstance(value, (list, tuple)):
        ev.note("char-codes")
    return bytes(items_of(ev, value))


def _bytearray(ev: Evaluator, args: list[Value]) -> Value:
    return bytearray(_bytes(ev, args))


def _range(ev: Evaluator, args: list[Value]) -> Value:
    made = range(*[ev.whole(a) for a in args])
    ev.budget.make(len(made))
    return list(made)


def _map(ev: Evaluator, args: list[Value]) -> Value:
    if len(args) > 2:
        return [apply(ev, args[0], list(each)) for each in zip(*[items_of(ev, a) for a in args[1:]], strict=False)]
    return [apply(ev, args[0], [v]) for v in items_of(ev, args[1])]


def _filter(ev: Evaluator, args: list[Value]) -> Value:
    out = []
    for value in items_of(ev, args[1]):
        truth = ev.dialect.truth(apply(ev, args[0], [value]))
        if truth is None:
            raise Unresolved
        if truth:
            out.append(value)
    return out if not isinstance(args[1], str) else "".join(out)


def _zip(ev: Evaluator, args: list[Value]) -> Value:
    plain = [items_of(ev, a) for a in args if not isinstance(a, Cycle)]
    if not plain:
        raise Unresolved
    size = min(map(len, plain))
    ev.budget.make(size)
    columns = [[a[n % len(a)] for n in range(size)] if isinstance(a, Cycle) else items_of(ev, a) for a in args]
    return [tuple(c[n] for c in columns) for n in range(size)]


def _enumerate(ev: Evaluator, args: list[Value]) -> Value:
    first = ev.whole(_kw(ev, args, 1, "start", 0))
    return [(n + first, v) for n, v in enumerate(items_of(ev, args[0]))]


def _reversed(ev: Evaluator, args: list[Value]) -> Value:
    ev.note("reverse")
    return items_of(ev, args[0])[::-1]


def _sorted(ev: Evaluator, args: list[Value]) -> Value:
    items = items_of(ev, args[0])
    key = ev.keywords.get("key")
    back = bool(ev.keywords.get("reverse"))
    ev.budget.step(len(items))
    if key is not None:
        return [v for _, v in sorted(((apply(ev, key, [v]), v) for v in items), key=lambda p: p[0], reverse=back)]
    if not is_known(items):
        raise Unresolved
    return sorted(items, reverse=back)


def _reduce(ev: Evaluator, args: list[Value]) -> Value:
    items = items_of(ev, args[1])
    value = args[2] if len(args) > 2 else items.pop(0)
    for item in items:
        value = apply(ev, args[0], [value, item])
    return value


def _sum(ev: Evaluator, args: list[Value]) -> Value:
    value = args[1] if len(args) > 1 else 0
    for item in items_of(ev, args[0]):
        value = ev.operate("+", value, item)
    return value


def _getattr(ev: Evaluator, args: list[Value]) -> Value:
    return ev.dialect.member(ev, args[0], ev.text(args[1]))


def _pow(ev: Evaluator, args: list[Value]) -> Value:
    if len(args) == 3:
        numbers = [ev.whole(a) for a in args]
        if any(n.bit_length() > 4096 for n in numbers):
            raise Unresolved
        return pow(numbers[0], numbers[1], numbers[2])
    return ev.operate("**", args[0], args[1])


def _compile(ev: Evaluator, args: list[Value]) -> Value:
    return args[0] if isinstance(args[0], (str, bytes)) else UNKNOWN


def _dict(ev: Evaluator, args: list[Value]) -> Value:
    out: dict[Value, Value] = {}
    if args:
        out.update(args[0] if isinstance(args[0], dict) else {k: v for k, v in items_of(ev, args[0])})
    out.update(ev.keywords)
    return out


def _operator(op: str) -> Pure:
    return lambda ev, args: ev.operate(op, args[0], args[1])


def _re_sub(ev: Evaluator, args: list[Value]) -> Value:
    pattern, by, text = args[0], args[1], ev.text(args[2])
    source = pattern.source if isinstance(pattern, Pattern) else ev.text(pattern)
    if isinstance(by, (Closure, Native)):
        raise Unresolved
    plain = ev.text(by)
    ev.note("replace")
    return patterns.replace(source, "", text, lambda m: patterns.expand(m, plain, "\\"), ev.budget, every=True)[0]


def _findall(ev: Evaluator, args: list[Value]) -> Value:
    found = patterns.compiled(ev.text(args[0]), "").finditer(ev.text(args[1]))
    out = [m.group() if not m.groups() else (m.group(1) if len(m.groups()) == 1 else m.groups()) for m in found]
    ev.budget.make(len(out))
    return out


def _struct_pack(ev: Evaluator, args: list[Value]) -> Value:
    import struct

    form = ev.text(args[0])
    if struct.calcsize(form) > 65_536:
        raise Unresolved
    return struct.pack(form, *args[1:])


def _to_bytes(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    size = ev.whole(_kw(ev, args, 0, "length", 1))
    ev.budget.make(size)
    return int(holder).to_bytes(size, ev.text(_kw(ev, args, 1, "byteorder", "big")))  # type: ignore[arg-type]


def _unhexed(data: bytes) -> bytes:
    return binascii.unhexlify(data)


def _join_path(ev: Evaluator, args: list[Value]) -> Value:
    texts = [ev.text(a) for a in args]
    mark = "\\" if any("\\" in x or x.startswith("%") for x in texts) else "/"
    out = texts[0]
    for part in texts[1:]:
        out = (
            part if part.startswith("/") else out + part if out.endswith(("/", "\\")) or not out else out + mark + part
        )
    return out


FUNCTIONS: dict[str, Pure] = {
    "abs": lambda ev, args: abs(ev.number(args[0])),
    "all": lambda ev, args: all(ev.dialect.truth(v) for v in items_of(ev, args[0])),
    "any": lambda ev, args: any(ev.dialect.truth(v) for v in items_of(ev, args[0])),
    "bin": lambda ev, args: bin(ev.whole(args[0])),
    "bool": lambda ev, args: ev.dialect.truth(args[0]) if args else False,
    "bytearray": _bytearray,
    "bytes": _bytes,
    "bytes.fromhex": _fromhex,
    "bytearray.fromhex": _fromhex,
    "chr": _chr,
    "unichr": _chr,
    "compile": _compile,
    "dict": _dict,
    "divmod": lambda ev, args: divmod(ev.number(args[0]), ev.number(args[1])),
    "enumerate": _enumerate,
    "filter": _filter,
    "float": lambda ev, args: float(ev.number(args[0])),
    "format": lambda ev, args: format_spec(ev, args[0], ev.text(args[1]) if len(args) > 1 else ""),
    "getattr": _getattr,
    "hex": lambda ev, args: hex(ev.whole(args[0])),
    "int": _int,
    "int.from_bytes": lambda ev, args: int.from_bytes(
        data_of(args[0])[:4096], "little" if _kw(ev, args, 1, "byteorder", "big") == "little" else "big"
    ),
    "iter": lambda ev, args: items_of(ev, args[0]),
    "len": lambda ev, args: len(args[0]),
    "list": lambda ev, args: items_of(ev, args[0]) if args else [],
    "set": lambda ev, args: list(dict.fromkeys(items_of(ev, args[0]))) if args else [],
    "map": _map,
    "max": lambda ev, args: max(items_of(ev, args[0]) if len(args) == 1 else args),
    "min": lambda ev, args: min(items_of(ev, args[0]) if len(args) == 1 else args),
    "oct": lambda ev, args: oct(ev.whole(args[0])),
    "ord": lambda ev, args: ord(args[0]),
    "pow": _pow,
    "range": _range,
    "xrange": _range,
    "repr": lambda ev, args: repr(args[0]) if isinstance(args[0], (str, int, bytes)) else 1 / 0,
    "reversed": _reversed,
    "round": lambda ev, args: round(ev.number(args[0])),
    "slice": lambda ev, args: tuple([*([None] if len(args) == 1 else []), *args, None, None][:3]),
    "sorted": _sorted,
    "str": _str,
    "unicode": _str,
    "str.join": lambda ev, args: METHODS["join"](ev, args[0], args[1:]),
    "str.maketrans": lambda ev, args: (
        str.maketrans(args[0]) if isinstance(args[0], dict) else str.maketrans(ev.text(args[0]), ev.text(args[1]))
    ),
    "string.maketrans": lambda ev, args: str.maketrans(ev.text(args[0]), ev.text(args[1])),
    "bytes.maketrans": lambda ev, args: bytes.maketrans(data_of(args[0]), data_of(args[1])),
    "sum": _sum,
    "tuple": lambda ev, args: tuple(items_of(ev, args[0])) if args else (),
    "zip": _zip,
    "base64.b64decode": _b64,
    "base64.standard_b64decode": _b64,
    "base64.urlsafe_b64decode": _b64,
    "base64.decodebytes": _b64,
    "base64.decodestring": _b64,
    "base64.b64encode": _decoder(base64.b64encode, "base64"),
    "base64.b32decode": _decoder(base64.b32decode, "base32"),
    "base64.b16decode": _decoder(lambda d: base64.b16decode(d, casefold=True), "hex"),
    "base64.a85decode": _decoder(base64.a85decode, "base85"),
    "base64.b85decode": _decoder(base64.b85decode, "base85"),
    "binascii.unhexlify": _decoder(_unhexed, "hex"),
    "binascii.a2b_hex": _decoder(_unhexed, "hex"),
    "binascii.hexlify": _decoder(binascii.hexlify, "hex"),
    "binascii.a2b_base64": _b64,
    "binascii.a2b_uu": _decoder(binascii.a2b_uu, "uuencode"),
    "zlib.decompress": _unpacker("zlib", "deflate"),
    "gzip.decompress": _unpacker("gzip", "gzip"),
    "bz2.decompress": _unpacker("bz2", "bzip2"),
    "lzma.decompress": _unpacker("xz", "xz"),
    "codecs.decode": _rot,
    "codecs.encode": _encode,
    "codecs.getdecoder": lambda ev, args: Native(
        "codec", lambda e, a: (codec(e, a[0], ev.text(args[0]), decode=True), 0)
    ),
    "functools.reduce": _reduce,
    "reduce": _reduce,
    "itertools.cycle": lambda ev, args: Cycle(items_of(ev, args[0])),
    "itertools.chain": lambda ev, args: [v for a in args for v in items_of(ev, a)],
    "operator.xor": _operator("^"),
    "operator.add": _operator("+"),
    "operator.sub": _operator("-"),
    "operator.mul": _operator("*"),
    "operator.concat": _operator("+"),
    "os.path.join": _join_path,
    "os.path.expanduser": lambda ev, args: ev.text(args[0]),
    "os.path.expandvars": lambda ev, args: ev.text(args[0]),
    "os.path.abspath": lambda ev, args: ev.text(args[0]),
    "os.path.basename": lambda ev, args: ev.text(args[0]).rpartition("/")[2],
    "pathlib.Path": lambda ev, args: _join_path(ev, args) if args else ".",
    "re.sub": _re_sub,
    "re.findall": _findall,
    "struct.pack": _struct_pack,
    "urllib.parse.unquote": lambda ev, args: _unquoted(ev, urllib.parse.unquote(ev.text(args[0]))),
    "urllib.parse.unquote_plus": lambda ev, args: _unquoted(ev, urllib.parse.unquote_plus(ev.text(args[0]))),
    "urllib.unquote": lambda ev, args: _unquoted(ev, urllib.parse.unquote(ev.text(args[0]))),
    "html.unescape": lambda ev, args: html.unescape(ev.text(args[0])),
    "io.BytesIO": lambda ev, args: data_of(args[0]) if args else b"",
    "io.StringIO": lambda ev, args: ev.text(args[0]) if args else "",
    "StringIO.StringIO": lambda ev, args: args[0] if isinstance(args[0], (bytes, str)) else 1 / 0,
    "gzip.GzipFile": lambda ev, args: FUNCTIONS["gzip.decompress"](ev, [ev.keywords["fileobj"]]),
}

CONSTANTS: dict[str, Value] = {
    f"string.{name}": getattr(string, name)
    for name in (
        "ascii_letters",
        "ascii_lowercase",
        "ascii_uppercase",
        "digits",
        "printable",
        "punctuation",
        "hexdigits",
    )
} | {
    "os.sep": "/",
    "os.linesep": "\n",
    "__name__": "__main__",
    "string.letters": string.ascii_lowercase + string.ascii_uppercase,
}


def _unquoted(ev: Evaluator, text: str) -> str:
    ev.note("url-encoding")
    return text


# Formatting.


def format_spec(ev: Evaluator, value: Value, spec: str) -> str:
    """Return a value formatted.

    Raises:
        Unresolved: it is not known, or the width is beyond reason.
    """
    if _WIDE.search(spec):
        raise Unresolved
    if isinstance(value, (str, int, float, bool)) and spec:
        return format(value, spec)
    return ev.text(value)


_FIELD = re.compile(r"\{\{|\}\}|\{([^{}!:]*)(?:!([rsa]))?(?::([^{}]*))?\}")


def format_text(ev: Evaluator, text: str, args: list[Value], keywords: dict[str, Value]) -> str:
    """Return ``text.format(…)``."""
    counter = 0

    def one(found: re.Match[str]) -> str:
        nonlocal counter
        if found.group() in ("{{", "}}"):
            return found.group()[0]
        name, _, spec = found.groups()
        if not name:
            value = args[counter]
            counter += 1
        elif name.isdigit():
            value = args[int(name)]
        else:
            base = re.match(r"(\w+)((?:\[[^\]]*\])*)$", name)
            if base is None:
                raise Unresolved
            value = args[int(base.group(1))] if base.group(1).isdigit() else keywords[base.group(1)]
            for key in re.findall(r"\[([^\]]*)\]", base.group(2)):
                value = value[int(key) if key.isdigit() else key]
        return format_spec(ev, value, spec or "")

    ev.note("format-operator")
    return _FIELD.sub(one, text)


def percent(ev: Evaluator, text: Value, value: Value) -> Value:
    """Return ``text % value``."""
    form = text if isinstance(text, str) else bytes(text).decode("latin-1")
    if _WIDE.search(form) or not is_known(value):
        raise Unresolved
    parts = value if isinstance(value, tuple) else (value,)
    for part in parts:
        if not isinstance(part, (str, int, float, bytes, dict)):
            raise Unresolved
    ev.note("format-operator")
    return text % value


# Methods.


def _plain(name: str, kinds: tuple[type, ...], method: str | None = None) -> Method:
    def call(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
        if not isinstance(holder, kinds) or not is_known(args) or ev.keywords:
            raise Unresolved
        out = getattr(holder, name)(*args)
        if isinstance(out, (str, bytes, list)):
            ev.budget.make(len(out))
        if method:
            ev.note(method)
        return out

    return call


def _replace(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    if not isinstance(holder, (str, bytes, bytearray)):
        raise Unresolved
    old, new = args[0], args[1]
    ev.budget.make(len(holder) + (holder.count(old) if old else len(holder) + 1) * len(new))
    ev.note("replace")
    return holder.replace(old, new, *[ev.whole(a) for a in args[2:]])


def _join(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    parts = items_of(ev, args[0])
    if isinstance(holder, (bytes, bytearray)):
        joined = [bytes(p) if isinstance(p, (bytes, bytearray)) else data_of(p) for p in parts]
        ev.budget.make(sum(map(len, joined)) + len(holder) * len(joined))
        ev.note("join")
        return bytes(holder).join(joined)
    texts = [p if isinstance(p, str) else _text(ev, p) for p in parts]
    ev.budget.make(sum(map(len, texts)) + len(holder) * len(texts))
    ev.note("join")
    return holder.join(texts)


def _text(ev: Evaluator, value: Value) -> str:
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("latin-1")
    raise Unresolved


def _width(name: str) -> Method:
    def call(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
        ev.budget.make(max(0, ev.whole(args[0])))
        return getattr(holder, name)(*args)

    return call


def _decode(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    return codec(ev, holder, ev.text(_kw(ev, args, 0, "encoding", "utf-8")), decode=True)


def _encode_method(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    return codec(ev, holder, ev.text(_kw(ev, args, 0, "encoding", "utf-8")), decode=False)


def _mutate(name: str) -> Method:
    def call(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
        if not isinstance(holder, (list, bytearray, dict)):
            raise Unresolved
        ev.budget.make(1 + (len(args[0]) if name == "extend" and hasattr(args[0], "__len__") else 0))
        if name == "reverse":
            ev.note("reverse")
        return getattr(holder, name)(*args)

    return call


def _get(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    if isinstance(holder, dict):
        return holder.get(args[0], args[1] if len(args) > 1 else None)
    raise Unresolved


def _translate(ev: Evaluator, holder: Value, args: list[Value]) -> Value:
    ev.budget.make(len(holder))
    ev.note("translate")
    return holder.translate(args[0])


_TEXTS = (str, bytes, bytearray)
METHODS: dict[str, Method] = {
    "join": _join,
    "replace": _replace,
    "decode": _decode,
    "encode": _encode_method,
    "format": lambda ev, h, a: format_text(ev, h, a, ev.keywords),
    "hex": lambda ev, h, a: bytes(h).hex(),
    "read": lambda ev, h, a: h if isinstance(h, (bytes, str)) else 1 / 0,
    "getvalue": lambda ev, h, a: h,
    "tobytes": lambda ev, h, a: bytes(h),
    "translate": _translate,
    "to_bytes": _to_bytes,
    "get": _get,
    "keys": lambda ev, h, a: list(h) if isinstance(h, dict) else 1 / 0,
    "values": lambda ev, h, a: list(h.values()),
    "items": lambda ev, h, a: list(h.items()),
    "split": _plain("split", _TEXTS, "split"),
    **{name: _width(name) for name in ("zfill", "ljust", "rjust", "center")},
    **{
        name: _mutate(name)
        for name in ("append", "extend", "insert", "pop", "reverse", "update", "remove", "sort", "clear")
    },
    **{
        name: _plain(name, (str, bytes, bytearray, list, tuple))
        for name in (
            "strip lstrip rstrip rsplit splitlines lower upper title swapcase capitalize casefold startswith endswith "
            "find rfind index rindex count isdigit isalpha isalnum isupper islower partition rpartition removeprefix "
            "removesuffix copy"
        ).split()
    },
    "__getitem__": lambda ev, h, a: ev.dialect.index(ev, h, a[0]),
    "__add__": lambda ev, h, a: ev.operate("+", h, a[0]),
    "__xor__": lambda ev, h, a: ev.operate("^", h, a[0]),
}
