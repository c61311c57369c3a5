"""Ways of hiding Python, Perl, Ruby and PHP of the half kept apart, and of handing them to their interpreters."""

from __future__ import annotations

import base64
import bz2
import codecs
import lzma
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
