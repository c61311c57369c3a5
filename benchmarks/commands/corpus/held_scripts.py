"""Ways of hiding JScript and VBScript of the half kept apart, and of handing them to the hosts of Windows."""

from __future__ import annotations

import re

from benchmarks.commands.corpus.held_tools import (
    Made,
    absent,
    cut,
    either,
    marked,
    name,
    names,
    registrar,
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
