"""Ways of hiding code of script languages of the half kept apart, and of handing it to their interpreters."""

from __future__ import annotations

import base64
import bz2
import codecs
import lzma
import re
import zlib

from benchmarks.commands.corpus.held_tools import (
    Made,
    absent,
    b64,
    cut,
    deflated,
    either,
    marked,
    name,
    names,
    registrar,
    sh_quoted,
    shuffled,
)
from benchmarks.commands.corpus.truth import Hide, Rng

from vedette.schema.command import Language

WAYS: dict[str, Hide] = {}
way = registrar(WAYS)
JS, VBS, PY = Language.JSCRIPT, Language.VBSCRIPT, Language.PYTHON
PERL, RUBY, PHP = Language.PERL, Language.RUBY, Language.PHP
SH, CMD, PROGRAM = Language.SH, Language.CMD, Language.PROGRAM


# ---- JScript ----------------------------------------------------------------------------------
def _js(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r") + "'"


def _js_run(expression: str, rng: Rng) -> str:
    v = name(rng)
    return either(
        rng,
        f"eval({expression});",
        f"var {v}={expression};eval({v});",
        f"new Function({expression})();",
        f"this['ev'+'al']({expression});",
        f"(function({v}){{eval({v});}})({expression});",
        f"var {v}=this['e'+'v'+'al'];{v}({expression});",
        f"[].constructor.constructor({expression})();",
    )


@way("js-character-codes", JS, longest=1200)
def js_character_codes(text: str, rng: Rng) -> Made:
    """Codes, shifted or in another base, turned into characters."""
    n, a, o, i = rng.randint(0, 30), *names(rng, 3)
    codes = ",".join(str(ord(c) + n) for c in text)
    if n < 8:
        return JS, _js_run(f"String.fromCharCode({','.join(str(ord(c)) for c in text)})", rng)
    if n < 16:
        body = "x".join(f"{ord(c):x}" for c in text)
        head = f"var {a}='{body}'.split('x'),{o}='';for(var {i}=0;{i}<{a}.length;{i}++)"
        return JS, f"{head}{o}+=String.fromCharCode(parseInt({a}[{i}],16));" + _js_run(o, rng)
    head = (
        f"var {a}=[{codes}];var {o}='';for(var {i}=0;{i}<{a}.length;{i}++){{{o}+=String.fromCharCode({a}[{i}]-{n});}}"
    )
    return JS, head + _js_run(o, rng)


@way("js-xor", JS, longest=1200)
def js_xor(text: str, rng: Rng) -> Made:
    """Hex of an exclusive or with a repeated key, by a function."""
    if not text.isascii():
        return None
    key = name(rng) + name(rng)
    body = "".join(f"{ord(c) ^ ord(key[i % len(key)]):02x}" for i, c in enumerate(text))
    f, s, k, o, i = names(rng, 5)
    one = f"parseInt({s}.substr({i},2),16)^{k}.charCodeAt(({i}/2)%{k}.length)"
    loop = f"for(var {i}=0;{i}<{s}.length;{i}+=2){{{o}+=String.fromCharCode({one});}}"
    return JS, f"function {f}({s},{k}){{var {o}='';{loop}return {o};}}" + _js_run(f"{f}('{body}','{key}')", rng)


@way("js-junk", JS)
def js_junk(text: str, rng: Rng) -> Made:
    """Junk strewn in, taken out by a pattern or by split and join."""
    mark = absent(text, rng, 1, 3)[0]
    body = _js(marked(text, mark, rng))
    if mark not in body or body.replace(mark, "") != _js(text):
        return None
    return JS, _js_run(
        either(
            rng, f"{body}.replace(/{mark}/g,'')", f"{body}.split('{mark}').join('')", f'{body}.replace(/{mark}/gi,"")'
        ),
        rng,
    )


@way("js-string-table", JS)
def js_string_table(text: str, rng: Rng) -> Made:
    """Pieces in a table that is turned by a number, reached by a function."""
    parts = cut(text, rng, 5, 16)
    turn = rng.randint(1, len(parts))
    t, f, i, n = (f"_0x{rng.randint(4096, 65535):x}{c}" for c in "abcd")
    table = ",".join(_js(parts[(j - turn) % len(parts)]) for j in range(len(parts)))
    calls = "+".join(f"{f}({either(rng, str(j), repr(hex(j)), hex(j))})" for j in range(len(parts)))
    head = f"var {t}=[{table}];(function({n},{i}){{while({i}--){{{n}.push({n}.shift());}}}})({t},{hex(turn)});"
    return JS, head + f"var {f}=function({i}){{{i}={i}-0x0;return {t}[{i}];}};" + _js_run(calls, rng)


@way("js-escapes", JS, longest=1200)
def js_escapes(text: str, rng: Rng) -> Made:
    """Escapes of a string or of a URL."""
    if not text.isascii():
        return None
    how = rng.randint(0, 2)
    if how == 0:
        return JS, _js_run("'" + "".join(rng.choice((f"\\x{ord(c):02x}", f"\\u{ord(c):04x}")) for c in text) + "'", rng)
    if how == 1:
        return JS, _js_run(
            "unescape('" + "".join(rng.choice((f"%{ord(c):02X}", f"%u{ord(c):04x}")) for c in text) + "')", rng
        )
    return JS, _js_run("decodeURIComponent('" + "".join(f"%{ord(c):02x}" for c in text) + "')", rng)


@way("js-backwards", JS)
def js_backwards(text: str, rng: Rng) -> Made:
    """Written from the end."""
    s, o, i = names(rng, 3)
    back = _js(text[::-1])
    if rng.random() < 0.5:
        return JS, _js_run(f"{back}.split('').reverse().join('')", rng)
    loop = f"for(var {i}={s}.length-1;{i}>=0;{i}--){o}+={s}.charAt({i});"
    return JS, f"var {s}={back},{o}='';{loop}" + _js_run(o, rng)


@way("js-array-pieces", JS)
def js_array_pieces(text: str, rng: Rng) -> Made:
    """Pieces in order by number, joined or added."""
    parts = cut(text, rng, 6, 18)
    order = shuffled(len(parts), rng)
    a = name(rng)
    listed = ",".join(_js(parts[j]) for j in order)
    if rng.random() < 0.5:
        return JS, f"var {a}=[{listed}];" + _js_run("+".join(f"{a}[{order.index(j)}]" for j in range(len(parts))), rng)
    held = names(rng, len(parts))
    sets = ";".join(f"var {held[j]}={_js(parts[j])}" for j in order)
    return JS, f"{sets};" + _js_run("[" + ",".join(held) + "].join('')", rng)


@way("js-hosted", JS, ban='"\n%^!', longest=2000)
def js_hosted(text: str, rng: Rng) -> Made:
    """Handed to mshta, rundll32 or a written file."""
    f = f"%TEMP%\\{name(rng)}.js"
    adds = (f, f.rsplit("\\", 1)[1], "..\\mshtml", "\\..\\mshtml", "mshtml")
    line = re.sub(r"([&|<>^])", r"^\1", text)
    return rng.choice(
        (
            (PROGRAM, f'mshta.exe "javascript:{text.rstrip(";")};close();"', adds),
            (PROGRAM, f'rundll32.exe javascript:"\\..\\mshtml,RunHTMLApplication ";document.write();{text}', adds),
            (CMD, f">{f} echo {line}&wscript //nologo //e:jscript {f}", adds),
            (CMD, f"echo {line} > {f} && cscript //B {f}", adds),
        )
    )


# ---- VBScript ---------------------------------------------------------------------------------
def _vbs(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _vbs_lines(text: str) -> str:
    return " & vbLf & ".join(_vbs(part) for part in text.split("\n"))


def _vbs_run(expression: str, rng: Rng) -> str:
    v = name(rng)
    return either(
        rng,
        f"Execute({expression})",
        f"ExecuteGlobal {expression}",
        f"{v} = {expression}\nExecute {v}",
        f"{v}={expression}:EXECUTE({v})",
    )


@way("vbs-characters", VBS, longest=900)
def vbs_characters(text: str, rng: Rng) -> Made:
    """Characters by code, added; some written out."""
    out, plain = [], ""
    for c in text:
        if c.isalnum() and rng.random() < 0.25:
            plain += c
            continue
        if plain:
            out.append(_vbs(plain))
            plain = ""
        n = ord(c)
        less = rng.randint(2, 90)
        out.append(
            either(
                rng,
                f"Chr({n})",
                f"ChrW({n})",
                f"chr(&H{n:X})",
                f"Chr({n + less}-{less})",
                f"Chr({n * 2}/2)",
                f"Chr(CLng({n}))",
            )
        )
    if plain:
        out.append(_vbs(plain))
    return VBS, _vbs_run(either(rng, " & ", "&").join(out).replace("&chr(&H", "& chr(&H"), rng)


@way("vbs-number-list", VBS, longest=900)
def vbs_number_list(text: str, rng: Rng) -> Made:
    """Numbers between signs, moved, turned into characters by a loop."""
    n, (a, o, i) = rng.randint(1, 60), names(rng, 3)
    mark = rng.choice("*|,/")
    body = mark.join(str(ord(c) + n) for c in text)
    if rng.random() < 0.5:
        loop = f'{a} = Split("{body}","{mark}")\nFor {i} = 0 To UBound({a})\n{o} = {o} & Chr({a}({i})-{n})\nNext\n'
        return VBS, loop + _vbs_run(o, rng)
    head = f'Function {a}z({i}q)\nDim {o}q\nFor Each {o}q In Split({i}q,"{mark}")\n'
    head += f"{a}z = {a}z & Chr(CInt({o}q) - {n})\nNext\nEnd Function\n"
    return VBS, head + _vbs_run(f'{a}z("{body}")', rng)


@way("vbs-hex-loop", VBS, longest=1200)
def vbs_hex_loop(text: str, rng: Rng) -> Made:
    """Pairs of hex digits read by a loop."""
    if not text.isascii():
        return None
    s, o, i = names(rng, 3)
    loop = f'{s}="{text.encode().hex()}":{o}=""\nFor {i}=1 To Len({s}) Step 2\n'
    loop += f'  {o}={o} & Chr(CLng("&H" & Mid({s},{i},2)))\nNext\n'
    return VBS, loop + _vbs_run(o, rng)


@way("vbs-changed", VBS)
def vbs_changed(text: str, rng: Rng) -> Made:
    """Turned round, or with junk that Replace takes out."""
    if rng.random() < 0.4 and "\n" not in text:
        return VBS, _vbs_run(f"StrReverse({_vbs(text[::-1])})", rng)
    mark = absent(text, rng, 1, 3)[0]
    return VBS, _vbs_run(f'Replace({_vbs_lines(marked(text, mark, rng))},"{mark}","")', rng)


@way("vbs-pieces", VBS, ban="\n")
def vbs_pieces(text: str, rng: Rng) -> Made:
    """Pieces in variables or in an array, joined."""
    parts = cut(text, rng, 6, 18)
    order, a = shuffled(len(parts), rng), name(rng) + "q"
    held = names(rng, len(parts))
    if rng.random() < 0.5:
        sets = ":".join(f"{held[j]}={_vbs(parts[j])}" for j in order)
        return VBS, f"{sets}\n" + _vbs_run(" & ".join(held), rng)
    return VBS, f"{a}=Array({','.join(_vbs(parts[j]) for j in range(len(parts)))})\n" + _vbs_run(f'Join({a},"")', rng)


@way("vbs-hosted", VBS, ban="\n%^!'", longest=1500)
def vbs_hosted(text: str, rng: Rng) -> Made:
    """Handed to mshta or to a written file."""
    f = f"%TEMP%\\{name(rng)}.vbs"
    adds = (f, f.rsplit("\\", 1)[1])
    inner = text.replace('"', '""')
    if rng.random() < 0.5:
        return PROGRAM, f'mshta vbscript:Execute("{inner}:window.close")', adds
    if text.count('"') % 2:
        return None
    seen = re.sub(r'"[^"]*"|[&|<>^]', lambda m: m[0] if m[0][0] == '"' else "^" + m[0], text)
    return (
        CMD,
        either(rng, f">{f} echo {seen}&cscript //nologo {f}", f"echo {seen} >{f}&start /min wscript.exe {f}"),
        adds,
    )


# ---- Python -----------------------------------------------------------------------------------
def _py_run(expression: str, rng: Rng) -> str:
    v = name(rng)
    return either(
        rng,
        f"exec({expression})",
        f"exec(compile({expression},'<string>','exec'))",
        f"{v}={expression}\nexec({v})",
        f"getattr(__import__('builtins'),'ex'+'ec')({expression})",
        f"(lambda {v}:exec({v}))({expression})",
        f"__builtins__.__dict__['exec']({expression})",
        f"exec(({expression}),globals())",
    )


@way("py-packed", PY)
def py_packed(text: str, rng: Rng) -> Made:
    """Compressed and written in base64, 32, 85 or hex, perhaps turned round."""
    data = text.encode()
    packer, packed = rng.choice(
        (("zlib", zlib.compress(data)), ("bz2", bz2.compress(data)), ("lzma", lzma.compress(data)))
    )
    how = rng.randint(0, 4)
    if how == 0:
        body = b64(packed)[::-1]
        return (
            PY,
            f"_ = lambda __ : __import__('{packer}').decompress(__import__('base64').b64decode(__[::-1]));"
            f"exec((_)(b'{body}'))",
        )
    if how == 1:
        return PY, _py_run(
            f"__import__('{packer}').decompress(__import__('base64').b64decode(__import__('codecs').getencoder('utf-8')('{b64(packed)}')[0]))",
            rng,
        )
    if how == 2:
        return PY, f"import {packer},binascii\n" + _py_run(
            f"{packer}.decompress(binascii.unhexlify('{packed.hex()}'))", rng
        )
    if how == 3:
        code, call = rng.choice(((base64.b32encode(packed), "b32decode"), (base64.b85encode(packed), "b85decode")))
        return PY, f"import {packer} as z,base64 as b\n" + _py_run(f"z.decompress(b.{call}({code!r})).decode()", rng)
    return PY, f"from base64 import b64decode as d;from {packer} import decompress as u;" + _py_run(
        f"u(d('{b64(packed)}'))", rng
    )


@way("py-base64", PY)
def py_base64(text: str, rng: Rng) -> Made:
    """Base64 in pieces, under another name or twice."""
    data = b64(text.encode())
    how = rng.randint(0, 2)
    if how == 0:
        parts = cut(data, rng, 8, 20)
        held = names(rng, len(parts))
        sets = ";".join(f"{held[j]}='{parts[j]}'" for j in shuffled(len(parts), rng))
        return PY, f"import base64;{sets};" + _py_run(f"base64.b64decode({'+'.join(held)}).decode('utf-8')", rng)
    if how == 1:
        return PY, _py_run(f"getattr(__import__('base64'),'b64'+'decode')('{data}').decode()", rng)
    return PY, "import codecs;" + _py_run(f"codecs.decode(b'{data}','base64').decode()", rng)


@way("py-numbers", PY, longest=1500)
def py_numbers(text: str, rng: Rng) -> Made:
    """Numbers, moved or after an exclusive or, turned into characters."""
    if not text.isascii():
        return None
    key, v = rng.randint(1, 90), name(rng)
    xored = [ord(c) ^ key for c in text]
    return PY, _py_run(
        either(
            rng,
            f"''.join(map(chr,{[ord(c) for c in text]}))",
            f"''.join(chr({v}^{key}) for {v} in {xored})",
            f"bytes([{v}^{hex(key)} for {v} in {xored}])",
            f"''.join([chr({v}-{key}) for {v} in {tuple(ord(c) + key for c in text)}])",
            f"bytes.fromhex('{text.encode().hex(' ')}').decode()",
            f"bytearray({[ord(c) for c in text]}).decode()",
            f"'{'%c' * len(text)}'%({','.join(str(ord(c)) for c in text)},)",
            f"int({int.from_bytes(text.encode(), 'big')}).to_bytes({len(text)},'big').decode()",
        ),
        rng,
    )


@way("py-changed", PY)
def py_changed(text: str, rng: Rng) -> Made:
    """Turned round, by rot13, with junk, or put together from a table."""
    mark = absent(text, rng, 1, 3)[0]
    parts = cut(text, rng, 5, 15)
    order, t = shuffled(len(parts), rng), name(rng)
    table = [parts[j] for j in order]
    numbers = [order.index(j) for j in range(len(parts))]
    return PY, _py_run(
        either(
            rng,
            f"{text[::-1]!r}[::-1]",
            f"__import__('codecs').decode({codecs.encode(text, 'rot13')!r},'rot13')",
            f"{marked(text, mark, rng)!r}.replace('{mark}','')",
            f"''.join(reversed({text[::-1]!r}))",
            f"''.join({table!r}[{t}] for {t} in {numbers})",
            f"'{''.join('{' + str(n) + '}' for n in numbers)}'.format(*{table!r})",
            f"''.join({marked(text, mark, rng)!r}.split('{mark}'))",
        ),
        rng,
    )


@way("py-handed", PY)
def py_handed(text: str, rng: Rng) -> Made:
    """Handed to python by a shell."""
    python = either(rng, "python3", "python", "/usr/bin/python3", "python3 -u")
    end = absent(text, rng, 1, 4)[0]
    return (
        SH,
        either(
            rng,
            f"{python} -c {sh_quoted(text)}",
            f"echo {b64(text.encode())}|base64 -d|{python}",
            f"{python} - <<'{end}'\n{text}\n{end}",
            f"{python} <<< {sh_quoted(text)}",
            f"printf %s {text.encode().hex()}|xxd -r -p|{python} -",
            f"{python} -c \"import base64;exec(base64.b64decode('{b64(text.encode())}'))\"",
        ),
        ("/usr/bin/python3",),
    )


# ---- Perl -------------------------------------------------------------------------------------
@way("perl-packed", PERL, ban="\n")
def perl_packed(text: str, rng: Rng) -> Made:
    """Unpacked from hex, base64, uuencoding or numbers."""
    data = text.encode()
    numbers = ",".join(str(b) for b in data)
    key = rng.randint(1, 40)
    return PERL, either(
        rng,
        f"eval pack('H*','{data.hex()}');",
        f'eval(pack("C*",{numbers}));',
        f"use MIME::Base64;eval decode_base64('{b64(data)}');",
        f"eval join('',map{{chr}}({numbers}));",
        f"eval join '',map {{ chr($_-{key}) }} ({','.join(str(b + key) for b in data)});",
        f"$_='{data.hex()}';s/(..)/chr(hex($1))/ge;eval;",
        f"my $s='';$s.=chr(hex) for '{data.hex()}'=~/../g;eval $s;",
        f"require MIME::Base64;eval MIME::Base64::decode('{b64(data)}')",
        'eval "' + "".join(f"\\x{b:02x}" if rng.random() < 0.5 else f"\\x{{{b:x}}}" for b in data) + '";',
    )


@way("perl-changed", PERL, ban="\n{}~\\|")
def perl_changed(text: str, rng: Rng) -> Made:
    """Turned round, translated, or with junk."""
    mark = absent(text, rng, 1, 3)[0]
    v = name(rng)
    rot = codecs.encode(text, "rot13")
    return PERL, either(
        rng,
        f"eval scalar reverse q{{{text[::-1]}}};",
        f"($_=q{{{rot}}})=~tr/A-Za-z/N-ZA-Mn-za-m/;eval;",
        f"my ${v}=q~{marked(text, mark, rng)}~;${v}=~s/{mark}//g;eval ${v};",
        f"eval join('',split(/{mark}/,q{{{marked(text, mark, rng)}}}));",
        f"$_=q|{rot}|;y/a-zA-Z/n-za-mN-ZA-M/;eval $_;",
    )


@way("perl-handed", PERL)
def perl_handed(text: str, rng: Rng) -> Made:
    """Handed to perl by a shell."""
    end = absent(text, rng, 1, 4)[0]
    return SH, either(
        rng,
        f"perl -e {sh_quoted(text)}",
        f"echo {b64(text.encode())}|base64 -d|perl",
        f"perl <<'{end}'\n{text}\n{end}",
        f"perl -e \"eval pack('H*','{text.encode().hex()}')\"",
        f"perl -MMIME::Base64 -e 'eval decode_base64(\"{b64(text.encode())}\")'",
    )


# ---- Ruby -------------------------------------------------------------------------------------
@way("ruby-packed", RUBY)
def ruby_packed(text: str, rng: Rng) -> Made:
    """Unpacked from base64, hex, numbers or zlib."""
    data = text.encode()
    mark = absent(text, rng, 1, 3)[0]
    return RUBY, either(
        rng,
        f"eval '{b64(data)}'.unpack1('m')",
        f"eval(\"{b64(data)}\".unpack('m')[0])",
        f"eval(['{data.hex()}'].pack('H*'))",
        f"eval {list(data)}.pack('C*')",
        f"eval({list(data)}.map(&:chr).join)",
        f"eval(%w[{data.hex(' ')}].map{{|x|x.hex.chr}}.join)",
        f"require 'base64';eval(Base64.decode64('{b64(data)}'))",
        f"require 'zlib';eval Zlib::Inflate.inflate('{b64(zlib.compress(data))}'.unpack1('m'))",
        f"eval {_single(text[::-1])}.reverse",
        f"eval {_single(marked(text, mark, rng))}.gsub('{mark}','')",
        f"eval {_single(codecs.encode(text, 'rot13'))}.tr('A-Za-z','N-ZA-Mn-za-m')",
        f"eval('{data.hex()}'.gsub(/../){{|h|h.hex.chr}})",
    )


@way("ruby-handed", RUBY)
def ruby_handed(text: str, rng: Rng) -> Made:
    """Handed to ruby by a shell."""
    end = absent(text, rng, 1, 4)[0]
    return SH, either(
        rng,
        f"ruby -e {sh_quoted(text)}",
        f"echo {b64(text.encode())} | base64 -d | ruby",
        f"ruby <<'{end}'\n{text}\n{end}",
        f"ruby -rbase64 -e 'eval Base64.decode64(\"{b64(text.encode())}\")'",
    )


# ---- PHP --------------------------------------------------------------------------------------
def _single(text: str) -> str:
    """Return a literal of PHP or Ruby."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


@way("php-packed", PHP)
def php_packed(text: str, rng: Rng) -> Made:
    """Base64, deflate, rot13 and turning round over each other; names of functions in pieces."""
    data, f, v = text.encode(), *names(rng, 2)
    rot = codecs.encode(b64(deflated(data)), "rot13")
    return PHP, either(
        rng,
        f"eval(base64_decode('{b64(data)}'));",
        f"eval(gzinflate(base64_decode('{b64(deflated(data))}')));",
        f"eval(gzuncompress(base64_decode('{b64(zlib.compress(data))}')));",
        f"eval(gzinflate(base64_decode(str_rot13('{rot}'))));",
        f"eval(base64_decode(strrev('{b64(data)[::-1]}')));",
        f"${f}='bas'.'e64_d'.'ecode';eval(${f}('{b64(data)}'));",
        f"${f}=strrev('edoced_46esab');${v}='{b64(data)}';eval(${f}(${v}));",
        f"${f}=\"\\x62\\141\\x73\\x65\\66\\x34\\137\\144ecode\";eval(${f}('{b64(data)}'));",
    )


@way("php-characters", PHP, longest=1200)
def php_characters(text: str, rng: Rng) -> Made:
    """Numbers, hex, escapes or junk."""
    data, v, o, c = text.encode(), *names(rng, 3)
    mark, key = absent(text, rng, 1, 3)[0], rng.randint(1, 50)
    escapes = "".join(rng.choice((f"\\x{b:02x}", f"\\{b:03o}")) for b in data)
    return PHP, either(
        rng,
        f"eval({'.'.join(f'chr({b})' for b in data)});",
        f"eval(implode('',array_map('chr',[{','.join(str(b) for b in data)}])));",
        f"eval(hex2bin('{data.hex()}'));",
        f"eval(pack('H*','{data.hex()}'));",
        f'eval("{escapes}");',
        f"${o}='';foreach(array({','.join(str(b ^ key) for b in data)}) as ${c})${o}.=chr(${c}^{key});eval(${o});",
        f"${v}=str_replace('{mark}','',{_single(marked(text, mark, rng))});eval(${v});",
        f"eval(strrev({_single(text[::-1])}));",
        f"eval(str_rot13({_single(codecs.encode(text, 'rot13'))}));",
        f"eval(urldecode('{''.join(f'%{b:02x}' for b in data)}'));",
    )


@way("php-handed", PHP)
def php_handed(text: str, rng: Rng) -> Made:
    """Handed to php by a shell."""
    return SH, either(
        rng,
        f"php -r {sh_quoted(text)}",
        f"php -r \"eval(base64_decode('{b64(text.encode())}'));\"",
        f"echo {sh_quoted('<?php ' + text)}|php",
        f"echo {b64(('<?php ' + text + ' ?>').encode())}|base64 -d|php",
    )
