"""Static methods and properties of .NET that are computed: ``[Convert]::…``, ``[Text.Encoding]::…``."""

from __future__ import annotations

import base64
import binascii
import html
import math
import ntpath
import struct
from collections.abc import Callable
from typing import Any
from urllib.parse import quote as url_quote
from urllib.parse import unquote, unquote_plus

from vedette.commands.budget import Budget
from vedette.commands.powershell import bigint, objects, regexes
from vedette.commands.powershell.casts import big, cast, number_bytes
from vedette.commands.powershell.formatting import format_values
from vedette.commands.powershell.operators import glue
from vedette.commands.powershell.values import (
    Char,
    Items,
    Partial,
    Piece,
    Table,
    Thing,
    Unclear,
    Unknown,
    Value,
    as_list,
    join,
    plain,
    sure_text,
    to_int,
    to_number,
    to_text,
)

Static = Callable[[list[Value], Budget], Value]


def _join(args: list[Value], budget: Budget) -> Value:
    items = as_list(args[1]) if len(args) == 2 and isinstance(args[1], (Items, bytearray)) else args[1:]
    if len(args) == 4 and isinstance(args[1], Items) and isinstance(args[2], int):
        items = list(args[1])[args[2] : args[2] + to_int(args[3])]
    made = join(items, plain(args[0]))
    budget.make(len(made) if isinstance(made, str) else 1)
    return made


def _concat(args: list[Value], budget: Budget) -> Value:
    items = as_list(args[0]) if len(args) == 1 else args
    made = join(items, "")
    budget.make(len(made) if isinstance(made, str) else 1)
    return made


def _format(args: list[Value], budget: Budget) -> Value:
    if isinstance(args[0], Thing) or (args[0] is None and len(args) > 2):
        args = args[1:]  # a culture stands before the format
    values = list(args[1]) if len(args) == 2 and isinstance(args[1], Items) else args[1:]
    made = format_values(to_text(args[0]), values)
    budget.make(len(made) if isinstance(made, str) else 1)
    return made


def _new_string(args: list[Value], budget: Budget) -> Value:
    if len(args) == 2 and isinstance(args[1], int):
        budget.make(max(args[1], 0))
        return plain(args[0]) * args[1]
    if len(args) == 3:
        at = to_int(args[1])
        return "".join(plain(v) for v in as_list(args[0])[at : at + to_int(args[2])])
    return "".join(plain(v) for v in (args if len(args) != 1 else as_list(args[0])))


def _to_int(kind: str) -> Static:
    def run(args: list[Value], budget: Budget) -> Value:
        if len(args) > 1 and isinstance(args[1], int):
            base, text = args[1], plain(args[0]).strip()
            if base not in (2, 8, 10, 16) or len(text) > 70:
                raise Unclear
            try:
                number = int(text, base)
            except ValueError:
                raise Unclear from None
            return _wrap(number, kind) if base != 10 else number
        if isinstance(args[0], Char):
            return ord(args[0])
        return cast(args[0], kind, budget)

    return run


def _parse(kind: str) -> Static:
    def run(args: list[Value], budget: Budget) -> Value:
        if len(args) > 1 and "hex" in plain(args[1]).lower():
            return _to_int(kind)([args[0], 16], budget)
        return _to_int(kind)(args[:1], budget)

    return run


def _wrap(number: int, kind: str) -> int:
    bits = {"int32": 32, "int64": 64, "int16": 16, "sbyte": 8}.get(kind)
    if bits is not None and number >> (bits - 1):
        number -= 1 << bits
    return number


def _to_char(args: list[Value], budget: Budget) -> Value:
    return cast(args[0], "char", budget)


def _to_string(args: list[Value], budget: Budget) -> Value:
    if len(args) > 1 and isinstance(args[1], int):
        number, base = to_int(args[0]), args[1]
        if base == 16:
            return f"{number & 0xFFFFFFFF if number < 0 else number:x}"
        if base == 8:
            return f"{number & 0xFFFFFFFF if number < 0 else number:o}"
        if base == 2:
            return f"{number & 0xFFFFFFFF if number < 0 else number:b}"
        return str(number)
    return to_text(args[0])


def _from64(args: list[Value], budget: Budget) -> Value:
    text = sure_text(args[0]) if not isinstance(args[0], Items) else "".join(plain(v) for v in args[0])
    text = "".join(text.split())
    budget.make(len(text))
    if not text:
        return bytearray()
    try:
        return bytearray(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        raise Unclear("its base64 is damaged") from None


def _to64(args: list[Value], budget: Budget) -> Value:
    data = objects.data_of(args[0])
    budget.make(len(data) * 2)
    return base64.b64encode(data).decode()


def _reverse(args: list[Value], budget: Budget) -> Value:
    if not isinstance(args[0], (Items, bytearray)):
        raise Unclear
    budget.step(1 + len(args[0]) // 64)
    if len(args) == 3:
        at, count = to_int(args[1]), to_int(args[2])
        args[0][at : at + count] = args[0][at : at + count][::-1]
    else:
        args[0].reverse()
    return None


def _sort(args: list[Value], budget: Budget) -> Value:
    if not isinstance(args[0], Items) or len(args) > 1:
        raise Unclear
    budget.step(1 + len(args[0]))
    args[0].sort(key=lambda v: plain(v).casefold() if isinstance(v, str) else to_number(v))
    return None


def _index_of(args: list[Value], budget: Budget) -> Value:
    items = as_list(args[0])
    return next((i for i, v in enumerate(items) if v == args[1]), -1)


def _copy(args: list[Value], budget: Budget) -> Value:
    if len(args) == 3:
        source, at, target, to, count = args[0], 0, args[1], 0, to_int(args[2])
    else:
        source, at, target, to, count = args[0], to_int(args[1]), args[2], to_int(args[3]), to_int(args[4])
    if not isinstance(target, (Items, bytearray)) or to + count > len(target) or min(at, to, count) < 0:
        raise Unclear
    part = as_list(source)[at : at + count]
    budget.make(count)
    target[to : to + count] = bytearray(to_int(v) for v in part) if isinstance(target, bytearray) else part
    return None


def _math(work: Callable[..., Any]) -> Static:
    def run(args: list[Value], budget: Budget) -> Value:
        try:
            return work(*[to_number(a) for a in args])
        except (ValueError, OverflowError, TypeError, ZeroDivisionError):
            raise Unclear from None

    return run


def _pow(a: float, b: float) -> int | float:
    return _whole(math.pow(a, b))


def _whole(value: float) -> int | float:
    return int(value) if value == int(value) and abs(value) < 1 << 53 else value


def _regex(name: str) -> Static:
    def run(args: list[Value], budget: Budget) -> Value:
        has_by = name == "replace"
        options = plain(args[2 + has_by]) if len(args) > 2 + has_by else ""
        return objects.regex_call(plain(args[1]), options, name, [args[0], *args[2:]], budget)

    return run


def _unescape(args: list[Value], budget: Budget) -> Value:
    return unquote(plain(args[0]))


def _hex_text(args: list[Value], budget: Budget) -> Value:
    data = objects.data_of(args[0])
    budget.make(len(data) * 3)
    return "-".join(f"{b:02X}" for b in data)


def _unpack(form: str) -> Static:
    def run(args: list[Value], budget: Budget) -> Value:
        data = objects.data_of(args[0])
        at = to_int(args[1]) if len(args) > 1 else 0
        try:
            value = struct.unpack_from(form, data, at)[0]
        except struct.error:
            raise Unclear from None
        return Char(chr(value)) if form == "<H" and len(args) > 2 else value

    return run


def _secret(args: list[Value], budget: Budget) -> Value:
    value = args[0]
    if isinstance(value, Thing) and "secret" in value.data:
        return Thing("bstr", {"secret": value.data["secret"]})
    raise Unclear


def _reveal(args: list[Value], budget: Budget) -> Value:
    value = args[0]
    if isinstance(value, Thing) and value.type == "bstr":
        return value.data["secret"]
    raise Unclear


def _combine(args: list[Value], budget: Budget) -> Value:
    parts = as_list(args[0]) if len(args) == 1 else args
    made: str | Partial = ""
    for p in parts:
        t = to_text(p)
        shown = t if isinstance(t, str) else t.text()
        if ntpath.isabs(shown) or (isinstance(t, str) and t[1:2] == ":"):
            made = t
            continue
        so_far = made if isinstance(made, str) else made.text()
        if so_far and not so_far.endswith(("\\", "/", ":")):
            made = glue(made, "\\")
        made = glue(made, t)
    return made


def _path(work: Callable[[str], str]) -> Static:
    return lambda args, budget: work(plain(args[0]))


def _blank(args: list[Value], budget: Budget) -> Value:
    return args[0] is None or to_text(args[0]) == ""


def _utf32(args: list[Value], budget: Budget) -> Value:
    code = to_int(args[0])
    if not 0 <= code < 0x110000 or 0xD800 <= code < 0xE000:
        raise Unclear
    return chr(code)


def _big(op: str) -> Static:
    def run(args: list[Value], budget: Budget) -> Value:
        a, b = big(args[0]), big(args[1])
        budget.step(1 + (a.bit_length() + b.bit_length()) // 2048)
        return bigint.compute(op, a, b)

    return run


def _decimal(op: str) -> Static:
    from vedette.commands.powershell.operators import OPERATORS

    return lambda args, budget: OPERATORS[op](args[0], args[1], budget)


def _encoding(args: list[Value], budget: Budget) -> Value:
    return objects.encoding(plain(args[0]))


_INTS = ("int32", "int64", "int16", "uint32", "uint64", "uint16", "byte", "sbyte")
_REGEX = "text.regularexpressions.regex"
_MARSHAL = "runtime.interopservices.marshal"

STATICS: dict[tuple[str, str], Static] = {
    ("string", "join"): _join,
    ("string", "concat"): _concat,
    ("string", "format"): _format,
    ("string", "copy"): lambda a, b: plain(a[0]),
    ("string", "new"): _new_string,
    ("string", "isnullorempty"): _blank,
    ("string", "isnullorwhitespace"): lambda a, b: a[0] is None or not plain(a[0]).strip(),
    ("string", "equals"): lambda a, b: plain(a[0]) == plain(a[1]),
    ("convert", "tochar"): _to_char,
    ("convert", "tostring"): _to_string,
    ("convert", "frombase64string"): _from64,
    ("convert", "frombase64chararray"): lambda a, b: _from64([Items(as_list(a[0])[to_int(a[1]) :][: to_int(a[2])])], b),
    ("convert", "tobase64string"): _to64,
    ("convert", "fromhexstring"): lambda a, b: bytearray(bytes.fromhex(plain(a[0]))),
    ("convert", "tohexstring"): lambda a, b: objects.data_of(a[0]).hex().upper(),
    ("convert", "todouble"): lambda a, b: float(to_number(a[0])),
    ("convert", "toboolean"): lambda a, b: cast(a[0], "bool", b),
    ("convert", "changetype"): lambda a, b: cast(a[0], a[1].name if hasattr(a[1], "name") else plain(a[1]), b),
    ("char", "convertfromutf32"): _utf32,
    ("char", "toupper"): lambda a, b: Char(plain(a[0])[0].upper()),
    ("char", "tolower"): lambda a, b: Char(plain(a[0])[0].lower()),
    ("char", "tostring"): lambda a, b: plain(a[0]),
    ("char", "parse"): _to_char,
    ("char", "isdigit"): lambda a, b: plain(a[0])[0].isdigit(),
    ("char", "isletter"): lambda a, b: plain(a[0])[0].isalpha(),
    ("char", "isletterordigit"): lambda a, b: plain(a[0])[0].isalnum(),
    ("char", "isupper"): lambda a, b: plain(a[0])[0].isupper(),
    ("char", "islower"): lambda a, b: plain(a[0])[0].islower(),
    ("char", "iswhitespace"): lambda a, b: plain(a[0])[0].isspace(),
    ("array", "reverse"): _reverse,
    ("array", "sort"): _sort,
    ("array", "indexof"): _index_of,
    ("array", "copy"): _copy,
    ("buffer", "blockcopy"): _copy,
    ("linq.enumerable", "reverse"): lambda a, b: Items(as_list(a[0])[::-1]),
    ("linq.enumerable", "toarray"): lambda a, b: Items(as_list(a[0])),
    ("linq.enumerable", "range"): lambda a, b: _range(a, b),
    ("math", "abs"): _math(abs),
    ("math", "floor"): _math(lambda v: math.floor(v)),
    ("math", "ceiling"): _math(lambda v: math.ceil(v)),
    ("math", "truncate"): _math(lambda v: math.trunc(v)),
    ("math", "round"): _math(lambda v, d=0: _whole(round(v, int(d)))),
    ("math", "sqrt"): _math(lambda v: _whole(math.sqrt(v))),
    ("math", "pow"): _math(_pow),
    ("math", "max"): _math(max),
    ("math", "min"): _math(min),
    ("math", "sign"): _math(lambda v: (v > 0) - (v < 0)),
    ("text.encoding", "getencoding"): _encoding,
    **{(_REGEX, m): _regex(m) for m in ("replace", "split", "match", "matches", "ismatch")},
    (_REGEX, "escape"): lambda a, b: regexes.escape(plain(a[0])),
    (_REGEX, "unescape"): lambda a, b: regexes.unescape(plain(a[0])),
    ("uri", "unescapedatastring"): _unescape,
    ("uri", "escapedatastring"): lambda a, b: url_quote(plain(a[0]), safe="-_.~"),
    ("uri", "hexunescape"): _unescape,
    **{(t, "urldecode"): lambda a, b: unquote_plus(plain(a[0])) for t in ("net.webutility", "web.httputility")},
    **{(t, "htmldecode"): lambda a, b: html.unescape(plain(a[0])) for t in ("net.webutility", "web.httputility")},
    **{(t, "urlencode"): lambda a, b: url_quote(plain(a[0]), safe="-_.!*()")
       for t in ("net.webutility", "web.httputility")},
    ("bitconverter", "tostring"): _hex_text,
    ("bitconverter", "getbytes"): lambda a, b: bytearray(number_bytes(a[0])),
    ("bitconverter", "toint32"): _unpack("<i"),
    ("bitconverter", "touint32"): _unpack("<I"),
    ("bitconverter", "toint16"): _unpack("<h"),
    ("bitconverter", "touint16"): _unpack("<H"),
    ("bitconverter", "toint64"): _unpack("<q"),
    **{(_MARSHAL, m): _secret for m in ("securestringtobstr", "securestringtoglobalallocunicode",
       "securestringtoglobalallocansi", "securestringtocotaskmemunicode", "securestringtocotaskmemansi")},
    **{(_MARSHAL, "ptrtostring" + m): _reveal for m in ("auto", "uni", "bstr", "ansi")},
    ("io.path", "combine"): _combine,
    ("io.path", "join"): _combine,
    ("io.path", "getfilename"): _path(ntpath.basename),
    ("io.path", "getextension"): _path(lambda p: ntpath.splitext(p)[1]),
    ("io.path", "getfilenamewithoutextension"): _path(lambda p: ntpath.splitext(ntpath.basename(p))[0]),
    ("io.path", "getdirectoryname"): _path(ntpath.dirname),
    ("io.path", "gettemppath"): lambda a, b: Partial([Piece("$env:TEMP"), "\\"]),
    ("microsoft.visualbasic.strings", "strreverse"): lambda a, b: plain(a[0])[::-1],
    ("microsoft.visualbasic.strings", "chr"): _to_char,
    ("microsoft.visualbasic.strings", "chrw"): _to_char,
    ("microsoft.visualbasic.strings", "asc"): lambda a, b: ord(plain(a[0])[0]),
    ("microsoft.visualbasic.strings", "replace"): lambda a, b: plain(a[0]).replace(plain(a[1]), plain(a[2])),
    ("microsoft.visualbasic.strings", "join"): lambda a, b: join(as_list(a[0]), plain(a[1]) if len(a) > 1 else " "),
    ("numerics.biginteger", "parse"): lambda a, b: _parse_big(a, b),
    ("numerics.biginteger", "new"): lambda a, b: big(a[0]),
    **{("numerics.biginteger", name): _big(op) for name, op in (("add", "+"), ("subtract", "-"), ("multiply", "*"),
       ("divide", "/"), ("remainder", "%"), ("pow", "pow"))},
    ("numerics.biginteger", "modpow"): lambda a, b: _mod_pow(a, b),
    ("numerics.biginteger", "abs"): lambda a, b: bigint.Big(abs(big(a[0]))),
    ("numerics.biginteger", "negate"): lambda a, b: bigint.Big(-big(a[0])),
    ("numerics.biginteger", "compare"): lambda a, b: (big(a[0]) > big(a[1])) - (big(a[0]) < big(a[1])),
    **{("decimal", name): _decimal(op) for name, op in (("add", "+"), ("subtract", "-"), ("multiply", "*"),
       ("divide", "/"), ("remainder", "%"))},
    ("decimal", "floor"): lambda a, b: math.floor(to_number(a[0])),
    ("decimal", "truncate"): lambda a, b: math.trunc(to_number(a[0])),
    ("decimal", "toint32"): lambda a, b: int(to_number(a[0])),
    ("decimal", "tobyte"): lambda a, b: int(to_number(a[0])),
    ("decimal", "parse"): lambda a, b: cast(a[0], "decimal", b),
    ("runtime.remoting.metadata.w3cxsd2001.soaphexbinary", "parse"):
        lambda a, b: Thing("soaphexbinary", {"value": bytearray(bytes.fromhex(plain(a[0])))}),
    ("double", "parse"): lambda a, b: float(to_number(a[0])),
    ("management.automation.wildcardpattern", "unescape"): lambda a, b: plain(a[0]).replace("`", ""),
    ("environment", "expandenvironmentvariables"): lambda a, b: _expand(a, b),
    ("environment", "getenvironmentvariable"): lambda a, b: _no(),
}  # fmt: skip
for _kind in _INTS:
    _name = {"int32": "ToInt32", "sbyte": "ToSByte"}.get(_kind, "to" + _kind).lower()
    STATICS["convert", _name] = _to_int(_kind)
    STATICS[_kind, "parse"] = _parse(_kind)


def _no() -> Value:
    raise Unclear


def _parse_big(args: list[Value], budget: Budget) -> Value:
    text = plain(args[0])
    budget.step(1 + len(text) // 64)
    style = args[1] if len(args) > 1 else ""
    hexadecimal = "hex" in style.lower() if isinstance(style, str) else isinstance(style, int) and bool(style & 512)
    return bigint.parse_hex(text) if hexadecimal else bigint.parse(text)


def _mod_pow(args: list[Value], budget: Budget) -> Value:
    base, power, by = big(args[0]), big(args[1]), big(args[2])
    if power < 0 or max(base.bit_length(), power.bit_length(), by.bit_length()) > 4_096:
        raise Unclear
    budget.step(1 + power.bit_length() * by.bit_length() // 4_096)
    return bigint.Big(pow(int(base), int(power), int(by)))


def _range(args: list[Value], budget: Budget) -> Value:
    at, count = to_int(args[0]), to_int(args[1])
    budget.make(max(count, 0))
    return Items(range(at, at + max(count, 0)))


def _expand(args: list[Value], budget: Budget) -> Value:
    import re

    from vedette.commands.powershell.tables import ENVIRONMENT

    text = sure_text(args[0])
    parts: list[str | Piece] = []
    last = 0
    for m in re.finditer(r"%([^%]{1,60})%", text):
        name = m.group(1).lower()
        if name not in ENVIRONMENT:
            continue
        if m.start() > last:
            parts.append(text[last : m.start()])
        parts.append(Piece("$env:" + m.group(1), ENVIRONMENT[name]))
        last = m.end()
    if not parts:
        return text
    if last < len(text):
        parts.append(text[last:])
    return Partial(parts)


METHOD_OF: dict[tuple[str, str], str] = {
    ("convert", "frombase64string"): "base64",
    ("convert", "frombase64chararray"): "base64",
    ("convert", "fromhexstring"): "hex",
    ("convert", "tochar"): "char-codes",
    ("char", "convertfromutf32"): "char-codes",
    ("microsoft.visualbasic.strings", "chr"): "char-codes",
    ("microsoft.visualbasic.strings", "chrw"): "char-codes",
    ("microsoft.visualbasic.strings", "strreverse"): "reverse",
    ("linq.enumerable", "reverse"): "reverse",
    ("array", "reverse"): "reverse",
    ("string", "join"): "join",
    ("string", "concat"): "concatenation",
    ("string", "format"): "format-operator",
    ("string", "new"): "char-array",
    (_REGEX, "replace"): "replace",
    (_REGEX, "split"): "split",
    (_REGEX, "matches"): "regex-match",
    (_REGEX, "match"): "regex-match",
    (_REGEX, "unescape"): "regex-escapes",
    ("uri", "unescapedatastring"): "url-encoding",
    ("uri", "hexunescape"): "url-encoding",
    ("net.webutility", "urldecode"): "url-encoding",
    ("web.httputility", "urldecode"): "url-encoding",
    ("net.webutility", "htmldecode"): "html-entities",
    ("web.httputility", "htmldecode"): "html-entities",
    **{(_MARSHAL, "ptrtostring" + m): "securestring" for m in ("auto", "uni", "bstr", "ansi")},
}
"""The way of hiding that a static method undoes."""


def call(type_: str, name: str, args: list[Value], budget: Budget) -> Value:
    """Return what a static method gives.

    Raises:
        Unclear: it is not known, or only running would tell.
    """
    work = STATICS.get((type_, name))
    if work is None:
        if type_ == _MARSHAL and args and isinstance(args[0], Thing) and args[0].type == "bstr":
            if name.startswith("zerofree"):
                return None
            return args[0].data["secret"]
        if type_.startswith("security.cryptography.") and name == "create":
            if type_.endswith((".aes", ".rijndael")):
                return Thing("security.cryptography.aesmanaged", {"mode": "cbc", "padding": "pkcs7"})
            made = objects.new(type_, args, budget)
            if made is not None:
                return made
        raise Unclear
    if any(isinstance(a, Unknown) for a in args):
        raise Unclear
    try:
        return work(args, budget)
    except (IndexError, TypeError, ValueError, OverflowError, AttributeError, KeyError, ZeroDivisionError):
        raise Unclear from None


def get(type_: str, name: str) -> Value:
    """Return a static property.

    Raises:
        Unclear: it is not known.
    """
    if type_ == "text.encoding" or type_ in objects.ENCODING_TYPES:
        return objects.encoding(name)
    if type_ in ("cultureinfo", "globalization.cultureinfo") and name in _CULTURES:
        return Thing("globalization.cultureinfo")
    if type_ == "string" and name == "empty":
        return ""
    if type_ == "environment":
        if name == "newline":
            return "\r\n"
        written = {"username": "USERNAME", "machinename": "COMPUTERNAME", "userdomainname": "USERDOMAIN"}.get(name)
        if written:
            return Partial([Piece(f"$env:{written}")])
        if name == "systemdirectory":
            return Partial([Piece("$env:windir", "C:\\WINDOWS"), "\\system32"])
    if type_ == "io.path" and name in ("directoryseparatorchar", "altdirectoryseparatorchar"):
        return Char("\\" if name[0] == "d" else "/")
    if type_ in ("int32", "byte", "int64", "char", "uint32", "int16") and name in ("maxvalue", "minvalue"):
        low, high = {"int32": (-(1 << 31), (1 << 31) - 1), "byte": (0, 255), "int64": (-(1 << 63), (1 << 63) - 1),
                     "char": (0, 65535), "uint32": (0, (1 << 32) - 1),
                     "int16": (-(1 << 15), (1 << 15) - 1)}[type_]  # fmt: skip
        value = high if name == "maxvalue" else low
        return Char(chr(value)) if type_ == "char" else value
    if type_ == "numerics.biginteger" and name in ("zero", "one", "minusone"):
        return bigint.Big({"zero": 0, "one": 1, "minusone": -1}[name])
    if type_ in _ENUMS:
        return name
    if type_ == "math" and name in ("pi", "e"):
        return math.pi if name == "pi" else math.e
    raise Unclear


def is_enum(type_: str) -> bool:
    """Return whether a type is an enumeration, whose values have no better spelling."""
    return type_ in _ENUMS


_CULTURES = {"invariantculture", "currentculture", "currentuiculture", "installeduiculture"}
_ENUMS = {
    "io.compression.compressionmode",
    "text.regularexpressions.regexoptions",
    "stringsplitoptions",
    "globalization.numberstyles",
    "stringcomparison",
    "security.cryptography.ciphermode",
    "security.cryptography.paddingmode",
    "environment+specialfolder",
    "environmentvariabletarget",
}


def table_of(pairs: dict[str, Value]) -> Table:
    """Return a table of the pairs."""
    made = Table()
    for k, v in pairs.items():
        made.put(k, v)
    return made
