"""Ways of hiding in script languages and in what starts them, as the development half writes them."""

# ruff: noqa: E501 - a line of another language is one line here too

from __future__ import annotations

import base64
import bz2
import codecs
import re
import shlex
import zlib
from collections.abc import Callable

from benchmarks.commands.corpus.dev_powershell import deflated, pieces
from benchmarks.commands.corpus.dev_sh import interpreter, posix
from benchmarks.commands.corpus.truth import Code, Hide, Rng, unix_path, windows_path, word

from vedette.schema.command import Language

CMD, SH, PS = Language.CMD, Language.SH, Language.POWERSHELL
PYTHON, PERL, RUBY, PHP = Language.PYTHON, Language.PERL, Language.RUBY, Language.PHP
JS, VBS = Language.JSCRIPT, Language.VBSCRIPT

WAYS: dict[str, Hide] = {}
Make = Callable[[str, Rng], "str | tuple[str, tuple[str, ...]] | None"]


def way(name: str, takes: Language, gives: Language) -> Callable[[Make], Make]:
    """Register a way from one language to another."""

    def put(make: Make) -> Make:
        def hide(code: Code, rng: Rng) -> Code | None:
            made = make(code.text, rng) if code.language is takes else None
            if made is None:
                return None
            text, adds = made if isinstance(made, tuple) else (made, ())
            if gives is CMD and ("\n" in text or len(text) > 8000):
                return None
            return code.hidden(gives, text, name, *adds)

        WAYS[name] = hide
        return make

    return put


def b64(data: bytes) -> str:
    """Return base64."""
    return base64.b64encode(data).decode()


# ---- Python ------------------------------------------------------------------------------------
def _python(name: str, make: Callable[[str, Rng], str | None]) -> None:
    way(f"python/{name}", PYTHON, PYTHON)(make)


_python(
    "base64",
    lambda t, r: r.choice(
        (
            f"exec(__import__('base64').b64decode('{b64(t.encode())}'))",
            f"import base64;exec(base64.b64decode(b'{b64(t.encode())}').decode())",
            f'import base64 as b\nexec(b.b64decode("{b64(t.encode())}"))',
        )
    ),
)
_python(
    "zlib",
    lambda t, r: r.choice(
        (
            f"import zlib,base64;exec(zlib.decompress(base64.b64decode('{b64(zlib.compress(t.encode()))}')))",
            f"exec(__import__('zlib').decompress(__import__('base64').b64decode('{b64(zlib.compress(t.encode()))}')).decode())",
            f"import bz2,base64;exec(bz2.decompress(base64.b64decode('{b64(bz2.compress(t.encode()))}')))",
        )
    ),
)
_python(
    "hex",
    lambda t, r: r.choice(
        (
            f"exec(bytes.fromhex('{t.encode().hex()}').decode())",
            f"import binascii;exec(binascii.unhexlify('{t.encode().hex()}'))",
            f"import codecs;exec(codecs.decode('{t.encode().hex()}','hex'))",
            "exec('" + "".join(f"\\x{b:02x}" for b in t.encode()) + "')",
        )
    ),
)
_python(
    "char-codes",
    lambda t, r: r.choice(
        (
            "exec(''.join(chr(i) for i in [" + ",".join(str(ord(c)) for c in t) + "]))",
            "exec(''.join(map(chr,(" + ",".join(hex(ord(c)) for c in t) + "))))",
            "exec(bytes([" + ",".join(str(b) for b in t.encode()) + "]).decode())",
        )
    ),
)
_python(
    "reverse",
    lambda t, r: r.choice(
        (
            f"exec({t[::-1]!r}[::-1])",
            f"exec(''.join(reversed({t[::-1]!r})))",
            f"import base64;exec(base64.b64decode('{b64(t.encode())[::-1]}'[::-1]))",
        )
    ),
)
_python("rot13", lambda t, r: f"import codecs;exec(codecs.decode({codecs.encode(t, 'rot13')!r},'rot13'))")


@way("python/xor", PYTHON, PYTHON)
def _python_xor(text: str, rng: Rng) -> str:
    key = rng.randint(1, 120)
    if rng.random() < 0.5:
        return f"exec(''.join(chr(ord(c)^{key}) for c in {''.join(chr(ord(c) ^ key) for c in text)!r}))"
    word_key = word(rng)
    data = bytes(b ^ ord(word_key[i % len(word_key)]) for i, b in enumerate(text.encode()))
    return (
        f"import base64\nk='{word_key}'\nd=base64.b64decode('{b64(data)}')\n"
        "exec(''.join(chr(b^ord(k[i%len(k)])) for i,b in enumerate(d)))"
    )


@way("python/lambda", PYTHON, PYTHON)
def _python_lambda(text: str, rng: Rng) -> str:
    packed = b64(zlib.compress(text.encode()))[::-1]
    return f"_ = lambda __ : __import__('zlib').decompress(__import__('base64').b64decode(__[::-1]));exec((_)(b'{packed}'))"


@way("python/concatenation", PYTHON, PYTHON)
def _python_parts(text: str, rng: Rng) -> str:
    parts = pieces(text, rng, 2, 12)
    if rng.random() < 0.5:
        return "exec(" + "+".join(repr(p) for p in parts) + ")"
    names = [f"{word(rng)}{i}" for i in range(len(parts))]
    return ";".join(f"{n}={p!r}" for n, p in zip(names, parts, strict=True)) + ";exec(" + "+".join(names) + ")"


@way("python/join", PYTHON, PYTHON)
def _python_join(text: str, rng: Rng) -> str:
    mark = next((m for m in ("@", "~", "#!") if m not in text), "|^|")
    body = mark.join(pieces(text, rng, 1, 5))
    return rng.choice((f"exec(''.join({body!r}.split({mark!r})))", f"exec({body!r}.replace({mark!r},''))"))


@way("python/system", SH, PYTHON)
def _python_system(text: str, rng: Rng) -> str:
    text = posix(text)
    return rng.choice(
        (
            f"import os;os.system({text!r})",
            f"__import__('os').system({text!r})",
            f"import subprocess;subprocess.Popen({text!r},shell=True)",
            f"import subprocess\nsubprocess.call(['/bin/sh','-c',{text!r}])",
            f"from os import popen as p;p({text!r}).read()",
            f"import os;getattr(os,'sys'+'tem')({text!r})",
            f"import os,base64;os.system(base64.b64decode('{b64(text.encode())}').decode())",
        )
    )


@way("python/windows-system", CMD, PYTHON)
def _python_windows(text: str, rng: Rng) -> str | None:
    if "\n" in text:
        return None
    return rng.choice((f"import os;os.system({text!r})", f"import subprocess;subprocess.run({text!r},shell=True)"))


@way("python/command", PYTHON, SH)
def _python_command(text: str, rng: Rng) -> str:
    return f"{rng.choice(('python3', 'python', '/usr/bin/python3'))} {rng.choice(('-c', '-c', '-u -c'))} {shlex.quote(text)}"


@way("python/windows-command", PYTHON, CMD)
def _python_windows_command(text: str, rng: Rng) -> str | None:
    return f'python.exe -c "{text}"' if not any(c in text for c in '"\n%') else None


# ---- Perl, Ruby, PHP ---------------------------------------------------------------------------
def pl(text: str) -> str:
    """Return a literal of Perl, PHP or Ruby."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


@way("perl/pack", PERL, PERL)
def _perl_pack(text: str, rng: Rng) -> str:
    data = text.encode()
    return rng.choice(
        (
            f"eval pack('H*','{data.hex()}');",
            f'eval(pack("H{len(data) * 2}","{data.hex()}"))',
            f"eval(join '',map {{chr hex}} '{data.hex()}' =~ /../g)",
            "eval join('',map{chr($_)}(" + ",".join(map(str, data)) + "));",
            'eval("' + "".join(f"\\x{b:02x}" for b in data) + '")',
        )
    )


@way("perl/base64", PERL, PERL)
def _perl_base64(text: str, rng: Rng) -> str:
    return f"use MIME::Base64;eval(decode_base64('{b64(text.encode())}'));"


@way("perl/reverse", PERL, PERL)
def _perl_reverse(text: str, rng: Rng) -> str:
    return rng.choice((f"eval scalar reverse {pl(text[::-1])};", f"$_={pl(text[::-1])};eval(scalar reverse($_));"))


@way("perl/translate", PERL, PERL)
def _perl_translate(text: str, rng: Rng) -> str:
    return rng.choice(
        (
            f"$x={pl(codecs.encode(text, 'rot13'))};$x=~tr/A-Za-z/N-ZA-Mn-za-m/;eval $x;",
            f"($p={pl(codecs.encode(text, 'rot13'))})=~y/a-zA-Z/n-za-mN-ZA-M/;eval($p);",
        )
    )


@way("perl/xor", PERL, PERL)
def _perl_xor(text: str, rng: Rng) -> str:
    key = rng.randint(1, 127)
    data = bytes(b ^ key for b in text.encode()).hex()
    return f"eval join '',map{{chr(ord($_)^{key})}}split(//,pack('H*','{data}'));"


@way("perl/system", SH, PERL)
def _perl_system(text: str, rng: Rng) -> str:
    text = posix(text)
    return rng.choice(
        (
            f"system({pl(text)});",
            f"exec {pl(text)};",
            f"system('/bin/sh','-c',{pl(text)});",
            f"system(pack('H*','{text.encode().hex()}'));",
        )
    )


@way("perl/command", PERL, SH)
def _perl_command(text: str, rng: Rng) -> str:
    return f"perl {rng.choice(('-e', '-we'))} {shlex.quote(text)}"


@way("ruby/eval", RUBY, RUBY)
def _ruby_eval(text: str, rng: Rng) -> str:
    return rng.choice(
        (
            f"eval('{b64(text.encode())}'.unpack('m')[0])",
            f"eval(['{text.encode().hex()}'].pack('H*'))",
            f"require 'base64';eval(Base64.decode64('{b64(text.encode())}'))",
            f"eval({pl(text[::-1])}.reverse)",
            "eval([" + ",".join(str(b) for b in text.encode()) + "].pack('c*'))",
            "eval([" + ",".join(str(b) for b in text.encode()) + "].map(&:chr).join)",
        )
    )


@way("ruby/system", SH, RUBY)
def _ruby_system(text: str, rng: Rng) -> str:
    text = posix(text)
    return rng.choice((f"system({pl(text)})", f"exec({pl(text)})", f"system('{b64(text.encode())}'.unpack1('m'))"))


@way("ruby/command", RUBY, SH)
def _ruby_command(text: str, rng: Rng) -> str:
    return f"ruby -e {shlex.quote(text)}"


@way("php/eval", PHP, PHP)
def _php_eval(text: str, rng: Rng) -> str:
    packed = deflated(text.encode())
    return rng.choice(
        (
            f"eval(base64_decode('{b64(text.encode())}'));",
            f"eval(gzinflate(base64_decode('{b64(packed)}')));",
            f"eval(gzinflate(base64_decode(str_rot13('{codecs.encode(b64(packed), 'rot13')}'))));",
            f"eval(gzuncompress(base64_decode('{b64(zlib.compress(text.encode()))}')));",
            f"eval(hex2bin('{text.encode().hex()}'));",
            f"eval(strrev({pl(text[::-1])}));",
            f"eval(str_rot13({pl(codecs.encode(text, 'rot13'))}));",
            "eval(" + ".".join(f"chr({b})" for b in text.encode()) + ");",
            f"$f='base'.'64_'.'decode';eval($f('{b64(text.encode())}'));",
            'eval("' + "".join(f"\\x{b:02x}" for b in text.encode()) + '");',
        )
    )


@way("php/system", SH, PHP)
def _php_system(text: str, rng: Rng) -> str:
    text = posix(text)
    name = rng.choice(("system", "passthru", "shell_exec", "exec"))
    return rng.choice(
        (
            f"{name}({pl(text)});",
            f"$s=strrev('{name[::-1]}');$s({pl(text)});",
            f"{name}(base64_decode('{b64(text.encode())}'));",
        )
    )


@way("php/command", PHP, SH)
def _php_command(text: str, rng: Rng) -> str:
    return f"php -r {shlex.quote(text)}"


# ---- JScript -----------------------------------------------------------------------------------
def js(text: str, quote: str = "'") -> str:
    """Return a literal of JScript."""
    return (
        quote
        + text.replace("\\", "\\\\").replace(quote, "\\" + quote).replace("\n", "\\n").replace("\r", "\\r")
        + quote
    )


@way("jscript/escape", JS, JS)
def _js_escape(text: str, rng: Rng) -> str:
    style = rng.randrange(4)
    if style == 0:
        return f"eval(unescape('{''.join(f'%{ord(c):02X}' for c in text)}'))"
    if style == 1:
        return f"eval(unescape('{''.join(f'%u{ord(c):04x}' for c in text)}'));"
    if style == 2:
        return "eval('" + "".join(f"\\x{ord(c):02x}" for c in text) + "')"
    return 'eval("' + "".join(f"\\u{ord(c):04x}" for c in text) + '");'


@way("jscript/char-codes", JS, JS)
def _js_codes(text: str, rng: Rng) -> str:
    numbers = ",".join(str(ord(c)) for c in text)
    name, i = word(rng), rng.choice("ijk")
    return rng.choice(
        (
            f"eval(String.fromCharCode({numbers}));",
            f"var {name}=[{numbers}],s='';for(var {i}=0;{i}<{name}.length;{i}++)s+=String.fromCharCode({name}[{i}]);eval(s);",
            f"eval(String.fromCharCode.apply(null,[{numbers}]))",
            f"eval(String.fromCharCode.apply(null,'{numbers}'.split(',')))",
        )
    )


@way("jscript/reverse", JS, JS)
def _js_reverse(text: str, rng: Rng) -> str:
    return f"eval({js(text[::-1])}.split('').reverse().join(''));"


@way("jscript/split-join", JS, JS)
def _js_split(text: str, rng: Rng) -> str:
    mark = next((m for m in ("@", "~", "#!") if m not in text), "|^|")
    body = js(mark.join(pieces(text, rng, 1, 5)))
    pattern = {"@": "/@/g", "~": "/~/g", "#!": "/#!/g"}.get(mark, "/\\|\\^\\|/g")
    return rng.choice((f"eval({body}.split('{mark}').join(''))", f"eval({body}.replace({pattern},''));"))


@way("jscript/array", JS, JS)
def _js_array(text: str, rng: Rng) -> str:
    parts = pieces(text, rng, 3, 15)
    order = list(range(len(parts)))
    rng.shuffle(order)
    name = "_0x" + "".join(rng.choice("0123456789abcdef") for _ in range(4))
    return (
        f"var {name}=[{','.join(js(parts[i]) for i in order)}];eval("
        + "+".join(f"{name}[{order.index(i)}]" for i in range(len(parts)))
        + ");"
    )


@way("jscript/xor", JS, JS)
def _js_xor(text: str, rng: Rng) -> str:
    key, f = rng.randint(1, 200), word(rng)
    data = ",".join(str(ord(c) ^ key) for c in text)
    return f"function {f}(a,k){{var r='';for(var i=0;i<a.length;i++){{r+=String.fromCharCode(a[i]^k);}}return r;}}eval({f}([{data}],{key}));"


@way("jscript/hex-function", JS, JS)
def _js_hex(text: str, rng: Rng) -> str:
    f = word(rng)
    return f"function {f}(h){{var s='';for(var i=0;i<h.length;i+=2)s+=String.fromCharCode(parseInt(h.substr(i,2),16));return s}}\neval({f}('{text.encode().hex()}'))"


@way("jscript/concatenation", JS, JS)
def _js_parts(text: str, rng: Rng) -> str:
    parts = pieces(text, rng, 2, 12)
    if rng.random() < 0.5:
        return "this['ev'+'al'](" + "+".join(js(p, rng.choice("'\"")) for p in parts) + ");"
    names = [f"{word(rng)}{i}" for i in range(len(parts))]
    return "".join(f"var {n}={js(p)};" for n, p in zip(names, parts, strict=True)) + "eval(" + "+".join(names) + ");"


@way("jscript/run", CMD, JS)
def _js_run(text: str, rng: Rng) -> str | None:
    if "\n" in text:
        return None
    line = "cmd /c " + text if not text.lower().startswith(("cmd", "powershell")) else text
    shown = js(line)
    return rng.choice(
        (
            f"new ActiveXObject('WScript.Shell').Run({shown},0,false);",
            f"var w=new ActiveXObject('WScr'+'ipt.Sh'+'ell');w['R'+'un']({shown},0);",
            f'var sh=WScript.CreateObject("WScript.Shell");sh.Exec({shown});',
            f"(new ActiveXObject('Shell.Application')).ShellExecute('cmd.exe',{js('/c ' + text)},'','open',0);",
        )
    )


@way("jscript/mshta", JS, CMD)
def _js_mshta(text: str, rng: Rng) -> str | None:
    return f'mshta.exe "javascript:{text.rstrip(";")};close();"' if not any(c in text for c in '"\n%&<>|') else None


@way("jscript/rundll32", JS, CMD)
def _js_rundll32(text: str, rng: Rng) -> str | None:
    if any(c in text for c in '"\n%&<>|'):
        return None
    return f'rundll32.exe javascript:"\\..\\mshtml,RunHTMLApplication ";document.write();{text.rstrip(";")}'.replace(
        "; ", ";"
    )


@way("jscript/file", JS, CMD)
def _js_file(text: str, rng: Rng) -> tuple[str, tuple[str, ...]] | None:
    path = windows_path(rng, ".js")
    if any(c in text for c in '"\n%!^') or re.search(r"(^| )\d$", text):
        return None
    escaped = re.sub(r"([&|<>])", r"^\1", text)
    return (
        f"echo {escaped}>{path}&{rng.choice(('cscript //nologo //e:jscript', 'wscript /b', 'wscript.exe', 'cscript'))} {path}",
        (path,),
    )


# ---- VBScript ----------------------------------------------------------------------------------
def vb(text: str) -> str:
    """Return a literal of VBScript."""
    return '"' + text.replace('"', '""') + '"'


@way("vbscript/char-codes", VBS, VBS)
def _vb_codes(text: str, rng: Rng) -> str | None:
    if not text.isascii():
        return None
    run = rng.choice(("ExecuteGlobal", "Execute", "execute"))
    style = rng.randrange(3)
    if style == 0:
        return f"{run} " + "&".join(
            rng.choice((f"Chr({ord(c)})", f"ChrW({ord(c)})", f"Chr(&H{ord(c):X})")) for c in text
        )
    if style == 1:
        a = [rng.randint(1, 500) for _ in text]
        return f"{run}(" + " & ".join(f"Chr({ord(c) + n}-{n})" for c, n in zip(text, a, strict=True)) + ")"
    v = word(rng)
    return f"Dim {v}, x, o\n{v} = Array({','.join(str(ord(c)) for c in text)})\nFor Each x In {v}\n  o = o & Chr(x)\nNext\n{run} o"


@way("vbscript/reverse", VBS, VBS)
def _vb_reverse(text: str, rng: Rng) -> str | None:
    return f"{rng.choice(('ExecuteGlobal', 'Execute'))} StrReverse({vb(text[::-1])})" if "\n" not in text else None


@way("vbscript/replace", VBS, VBS)
def _vb_replace(text: str, rng: Rng) -> str | None:
    mark = next((m for m in ("@#", "~~", "%$") if m not in text), None)
    if "\n" in text or mark is None:
        return None
    return f'Execute Replace({vb(mark.join(pieces(text, rng, 1, 5)))},{vb(mark)},"")'


@way("vbscript/split", VBS, VBS)
def _vb_split(text: str, rng: Rng) -> str | None:
    if "\n" in text or not text.isascii():
        return None
    mark = rng.choice("*!_~")
    key = rng.randint(1, 99)
    body = mark.join(str(ord(c) + key) for c in text)
    return f'a=Split("{body}","{mark}")\nFor i=0 To UBound(a)\ns=s & Chr(CInt(a(i))-{key})\nNext\nExecuteGlobal(s)'


@way("vbscript/hex-function", VBS, VBS)
def _vb_hex(text: str, rng: Rng) -> str | None:
    f = word(rng).title()
    if not text.isascii():
        return None
    return (
        f'Function {f}(h)\nDim i, r\nFor i = 1 To Len(h) Step 2\nr = r & Chr(CLng("&H" & Mid(h, i, 2)))\nNext\n{f} = r\nEnd Function\n'
        f'Execute {f}("{text.encode().hex()}")'
    )


@way("vbscript/xor", VBS, VBS)
def _vb_xor(text: str, rng: Rng) -> str | None:
    if not text.isascii():
        return None
    key = rng.randint(1, 120)
    return f"k={key}\nd=Array({','.join(str(ord(c) ^ key) for c in text)})\nFor i=LBound(d) To UBound(d)\nt=t & Chr(d(i) Xor k)\nNext\nExecute t"


@way("vbscript/concatenation", VBS, VBS)
def _vb_parts(text: str, rng: Rng) -> str | None:
    if "\n" in text:
        return None
    parts = pieces(text, rng, 2, 14)
    if rng.random() < 0.5:
        return "ExecuteGlobal " + rng.choice((" & ", "&", " + ")).join(vb(p) for p in parts)
    v = word(rng)
    return "\n".join([f"{v} = {vb(parts[0])}", *[f"{v} = {v} & {vb(p)}" for p in parts[1:]], f"Execute {v}"])


@way("vbscript/xml-base64", VBS, VBS)
def _vb_xml(text: str, rng: Rng) -> str | None:
    if not text.isascii():
        return None
    return (
        'Set x = CreateObject("MSXML2.DOMDocument").createElement("b")\nx.dataType = "bin.base64"\n'
        f'x.text = "{b64(text.encode())}"\nSet s = CreateObject("ADODB.Stream")\ns.Type = 1\ns.Open\ns.Write x.nodeTypedValue\n'
        's.Position = 0\ns.Type = 2\ns.Charset = "us-ascii"\nExecute s.ReadText'
    )


@way("vbscript/run", CMD, VBS)
def _vb_run(text: str, rng: Rng) -> str | None:
    line = "cmd /c " + text if not text.lower().startswith(("cmd", "powershell")) else text
    if "\n" in text:
        return None
    return rng.choice(
        (
            f'CreateObject("WScript.Shell").Run {vb(line)},0,False',
            f'Set w = CreateObject("WScript" & ".Shell")\nw.Run {vb(line)}, 0, True',
            f'Set o = GetObject("winmgmts:\\\\.\\root\\cimv2:Win32_Process")\no.Create {vb(line)}, Null, Null, p',
            f'CreateObject("Shell.Application").ShellExecute "cmd.exe", {vb("/c " + text)}, "", "open", 0',
            f'w = StrReverse("llehS.tpircSW"):CreateObject(w).Run {vb(line)}',
        )
    )


@way("vbscript/mshta", VBS, CMD)
def _vb_mshta(text: str, rng: Rng) -> str | None:
    if any(c in text for c in "\n%"):
        return None
    return (
        f'mshta vbscript:Execute("{text.replace(chr(34), chr(34) * 2)}:close")'
        if not any(c in text for c in "&|<>^")
        else None
    )


@way("vbscript/file", VBS, CMD)
def _vb_file(text: str, rng: Rng) -> tuple[str, tuple[str, ...]] | None:
    path = windows_path(rng, ".vbs")
    if any(c in text for c in "\n%!^&|<>") or re.search(r"(^| )\d$", text):
        return None
    return (
        f"echo {text}>{path}&{rng.choice(('cscript //nologo', 'wscript', 'wscript //b', 'cscript //e:vbscript'))} {path}",
        (path,),
    )


# ---- between shells ----------------------------------------------------------------------------
@way("program/line", CMD, Language.PROGRAM)
def _program(text: str, rng: Rng) -> tuple[str, tuple[str, ...]] | None:
    if "\n" in text:
        return None
    path = rng.choice(("C:\\Windows\\System32\\cmd.exe", '"C:\\Windows\\system32\\cmd.exe"', "cmd.exe"))
    return f"{path} /c {text}" if '"' in text else f'{path} /c "{text}"', ("C:\\Windows\\System32\\cmd.exe",)


@way("program/powershell", PS, Language.PROGRAM)
def _program_powershell(text: str, rng: Rng) -> tuple[str, tuple[str, ...]] | None:
    if len(text) > 9000:
        return None
    path = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"
    shown = rng.choice((path, f'"{path}"', "powershell.exe"))
    if rng.random() < 0.5 or "\n" in text:
        return f"{shown} -NoP -NonI -W Hidden -Enc {b64(text.encode('utf-16-le'))}", (path,)
    escaped = re.sub(r'(\\*)"', r'\1\1\\"', text)
    return f'{shown} -nop -w hidden -c "{escaped}"', (path,)


@way("program/sh", SH, Language.PROGRAM)
def _program_sh(text: str, rng: Rng) -> str | None:
    return f"{interpreter(text, SH, rng)} -c {shlex.quote(text)}" if "'" not in text else None


@way("sh/script-file", SH, SH)
def _script_file(text: str, rng: Rng) -> tuple[str, tuple[str, ...]]:
    path = unix_path(rng, ".py")
    data = b64(f"import os\nos.system({posix(text)!r})\n".encode())
    return f"echo {data} | base64 -d > {path} && python3 {path}", (path,)


@way("sh/remote", SH, SH)
def _remote(text: str, rng: Rng) -> tuple[str, tuple[str, ...]]:
    shown = shlex.quote(posix(text))
    forms = [
        f"docker run --rm -v /:/host alpine chroot /host sh -c {shown}",
        f"docker exec web sh -c {shown}",
        f"su - root -c {shown}",
        f"find . -maxdepth 0 -exec sh -c {shown} \\;",
        f"busybox sh -c {shown}",
        f"script -qc {shown} /dev/null",
    ]
    if not any(c in posix(text) for c in "'\"\\"):
        forms.append(f"awk 'BEGIN{{system(\"{posix(text)}\")}}'")
    return rng.choice(forms), ("/dev/null", "/host", "/")
