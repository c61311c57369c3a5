"""Does any input raise, hang, fill the memory, point outside its text or smuggle control characters out?

Usage: ``python -m benchmarks.commands.fuzz [--n 100000] [--workers 2] [--from SEED] [--state FILE] [--seed SEED]``

Input number *n* is made from the number alone, so a failing one is told by its seed and made again by ``--seed``.
Bars: no exception, at most one second of processor time, a bounded memory, every span inside its text, every token the
text that its span holds, neither JSON nor what a terminal is given with raw control characters in it.
"""

# ruff: noqa: E501 - a line of another language is one line here too

from __future__ import annotations

import argparse
import base64
import bz2
import gzip
import json
import logging
import lzma
import random
import re
import resource
import signal
import sys
import time
import tracemalloc
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

Rng = random.Random
MOST_S = 1.0
"""Processor time that one input may take."""
HANG_S = 10.0
"""Processor time after which an input is given up and counted as hanging."""
MOST_MB = 1500
"""Address space over what the process had before; more is a MemoryError, which counts as an exception."""
CHUNK = 500

_SHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

TOKENS: dict[str, str] = {
    "powershell": (
        "$a $b $_ $env:ComSpec $pshome ${x} @( ) ( { } [ ] [char] [int] [byte[]] [Convert]:: [Text.Encoding]::UTF8 .GetString( "
        "FromBase64String( -join -split -f -replace -creplace -bxor -band -shl | % ? iex IEX & . ; , + - * / = += ++ -- ' \" "
        "@' '@ @\" \"@ ` `n <# #> # for( foreach( while( do if( else switch( function param( try catch finally return "
        "in 0x1f 1..9 1..1000000000 1e9 'abc' \"a$b$(1)\" 'aGVsbG8=' \n -eq -like -match .Replace( .Split( .Substring( "
        ".ToCharArray() ::Join( ::new( New-Object IO.MemoryStream ConvertTo-SecureString -Key Invoke-WebRequest -Uri "
        "http://a.example/x C:\\a.exe powershell -enc $$ $? $( @{ a=1 } [ref] [math]::Pow( -1 .. ::Reverse( 'x'*1000 !"
    ),
    "cmd": (
        'set x=abc %x% %x:~0,1% %x:a=b% !x! !x:~1! ^ ^^ & && | || > >> < 2>&1 ( ) for %i in do %%i /f /L "tokens=1*" delims= '
        "call goto :l if exist errorlevel not == equ else cmd /c /v:on /k start echo. echo @echo off setlocal "
        'enabledelayedexpansion ; , = " %ComSpec% %1 %* %~dp0 shift set /a set /p 1+1 certutil -decode rem :: \n \r\n '
        "powershell -c (1,1,1000000000) %a%%b% %% ! %x:*a=% findstr mshta javascript:alert(1) type x.bat"
    ),
    "sh": (
        "$x ${x} ${x:0:1} ${x//a/b} ${x#*a} ${x%%b} ${!x} ${x^^} ${x:-y} ${#x} $(( 1+1 )) $((2**62)) $( ) ` ' \" \\ $' $\" "
        "{a,b} {1..9} {1..1000000000} {a..z} * ? [a-z] ~ ; & && | || |& > >> < << <<< <<EOF EOF <( >( 2>&1 { } ( ) [[ ]] [ ] "
        "if then fi for in do done while case esac function f() eval echo printf base64 -d rev tr a-z sed s/a/b/ xxd -r "
        '\n xargs bash -c $@ $* $# $? $$ $0 $1 x=1 x=(a b) "${x[@]}" ${x[$i]} IFS= read export alias set -- trap . source '
        "awk 'BEGIN{print}' perl -e python3 -c openssl enc eval \"$(\" seq 1 1000000000 yes head -c 9999999999 /dev/zero"
    ),
    "python": (
        "import base64 exec( eval( compile( __import__('os') .system( lambda x: chr( ord( ''.join( [ ] { } ( ) for i in "
        "range(1000000000) 'a' b'x' f'{x}' r'\\' * 10**9 ** 10**8 % ^ [::-1] .decode() .replace( if else: while True: \n    "
        "def f(): return f() class A: try: except: pass = == ; : , . zlib.decompress( bytes.fromhex( 0x1f 1e999 \\\n # '''"
    ),
    "perl": (
        "$x @a %h $_ my eval pack( unpack( 'H*' join map { } ( ) chr( ord( reverse split(//, tr/a-z/n-za-m/ s/a/b/ge y/// "
        "q( qq{ ' \" ; . x 1000000000 = =~ .. 1..1000000000 for while system( exec( `ls` use MIME::Base64; \n __END__ <<E"
    ),
    "jscript": (
        "var x = eval( unescape( '%61' String.fromCharCode( [ ] { } ( ) .split('') .join('') .reverse() .replace(/(a+)+$/g, "
        "function f(a){ return f(a) } for(;;) while(1) + ++ ^ ~ ! ? : ; , . new ActiveXObject('WScript.Shell') .Run( "
        "parseInt( 0x1f 1e9 ' \" \\x41 \\u0041 this[ /a/ // /* */ \n Array(1000000000).join('a') try catch(e) with("
    ),
    "vbscript": (
        'Dim x x = Chr( ChrW( &H41 & + StrReverse( Replace( Split( Execute ExecuteGlobal Eval( CreateObject( "a" " ( ) , : '
        "_ \n For i = 1 To 1000000000 Next Do Loop While Wend If Then Else End If Function f( End Function Xor Mod ^ ' rem "
        'Array( UBound( Mid( String(1000000000,"a") Space(999999999) On Error Resume Next Set Nothing .Run'
    ),
    "php": (
        "<?php eval( base64_decode( gzinflate( str_rot13( strrev( chr( $x = . 'a' \"b$x\" str_repeat('a',1000000000) "
        "( ) { } [ ] ; for($i=0;;$i++) while(1) function f(){f();} system( ?> preg_replace('/(a+)+$/e', array( => , \\ # /* */"
    ),
    "ruby": (
        "eval( 'a'.unpack('m')[0] ['41'].pack('H*') .reverse .map(&:chr) .join ( ) [ ] { |x| } do end def f;f;end ; puts "
        "system( `ls` %w(a b) \"#{x}\" 'a'*1000000000 (1..1000000000).map 1<<99999999 gsub(/(a+)+$/,'') <<~E \n while true"
    ),
    "awk": (
        'BEGIN{ END{ } print printf "%c",65 substr($0,1) while(1) for(;;) system( split( gsub(/a/,"b") $1 NR -F: ; { } '
        '( ) function f(x){return f(x)} getline close( a[1]= ~ !~ \n sprintf("%1000000000d",1) x=x x'
    ),
    "sql": "EXEC xp_cmdshell ' ; -- /* */ DECLARE @x varchar(8000) SET @x=0x6563686f CAST( CHAR(65)+ SELECT FROM ( ) , CONVERT(",
}
"""Words of each language, to be thrown together."""

ODD = (
    "\x00 \x07 \x08 \x1b[31m \x1b]0;t\x07 \x9b2J \x7f \x85 \u202e \u2066 \u2069 \u200b \u200d \ufeff \u2028 \u2029 \ud800 \udfff "
    "\U0001f4a3 \uff04 ﾠ İ ß ŉ ǰ \u0345 “ ” ‘ ’ – — ― ﷽ 𝒾𝑒𝓍 e\u0301 \U000e0041 \uffff \r \x0b \x0c \x1c"
).split(" ")
"""Characters that deceive eyes, terminals and parsers."""

SEEDS = (
    "powershell -nop -w hidden -enc {b}",
    "iex ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{a}')))",
    "-join('{x}'[-1..-{n}])",
    "('{x}'*{n})",
    "$a=1..{n};$a|%{{[char]$_}}",
    "'{x}' -replace '(a+)+$','b'",
    "[regex]::Replace('{x}','(x+x+)+y','')",
    "function f{{f}};f",
    "function f($x){{f ($x+$x)}};f 'a'",
    "while($true){{$a+='aaaaaaaa'}}",
    "for($i=0;$i -lt {n};$i++){{$s+=[char]65}};iex $s",
    "'{{0,{n}}}' -f 1",
    "'a'.PadLeft({n})",
    "New-Object byte[] {n}",
    'cmd /v:on /c "set a=aa&&for /l %i in (1,1,{n}) do set a=!a!!a!&&call %a%"',
    ":l\r\nset x=%x%%x%a\r\ngoto l",
    "set a=%%b%% & set b=%%a%% & call %a%",
    "for %i in (a b c) do for %j in (a b c) do for %k in (a b c) do echo %i%j%k {x}",
    "echo {a}|base64 -d|bash",
    "x=$(printf 'a%.0s' {{1..{n}}});echo $x",
    "x=aa;for i in {{1..{n}}};do x=$x$x;done;eval $x",
    ":(){{ :|:& }};:",
    "f(){{ f; }};f",
    "while :;do x=$x$x;done",
    "printf '%{n}d' 1 | bash",
    "head -c {n} /dev/zero | tr '\\0' a | sh",
    'eval eval eval eval eval "$(echo {x})"',
    "seq {n} | xargs -n1 echo | bash",
    "echo {x} | sed 's/\\(a*\\)*b/c/g' | sh",
    "awk 'BEGIN{{while(1)x=x \"a\"}}'",
    "python3 -c \"exec('a'*{n})\"",
    "python3 -c 'f=lambda:f();f()'",
    "python3 -c 'print(9**9**9)'",
    "python3 -c \"exec(__import__('zlib').decompress(__import__('base64').b64decode('{z}')))\"",
    "perl -e 'print \"a\" x {n}'",
    "perl -e '$_=\"{x}\";s/(a+)+$//;eval'",
    "eval(Array({n}).join('a'))",
    "var s='a';while(true)s+=s;eval(s)",
    "eval(unescape('{u}'))",
    's=String({n},"a"):Execute s',
    "Do:s=s&s:Loop",
    'mshta vbscript:Execute("{x}")(window.close)',
    "php -r \"eval(str_repeat('a',{n}));\"",
    "ruby -e \"eval('a'*{n})\"",
    "echo {g} | base64 -d | gunzip | sh",
    "(New-Object IO.StreamReader((New-Object IO.Compression.GzipStream([IO.MemoryStream][Convert]::FromBase64String('{g}'),"
    "[IO.Compression.CompressionMode]::Decompress)))).ReadToEnd()|iex",
    'wmic process call create "{x}"',
    'C:\\Windows\\System32\\cmd.exe /c "{x}',
)
"""Commands with holes: text, sizes, encodings and bombs go in."""


# ---- making ------------------------------------------------------------------------------------
@cache
def corpus() -> tuple[str, ...]:
    """Return the texts of the development half."""
    from benchmarks.commands.corpus import development

    return tuple(row.code.text for row in development.rows())


@cache
def bomb(form: str) -> str:
    """Return base64 of a stream that unpacks to a gigabyte of zeros, made by packing the packed (no gigabyte is held)."""
    block = bytes(1 << 20)
    if form == "gzip":
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        data = b"".join(packer.compress(block) for _ in range(256)) + packer.flush()
    elif form == "bz2":
        data = bz2.compress(block * 32)
    elif form == "xz":
        data = lzma.compress(block * 32)
    else:
        packer = zlib.compressobj(9)
        data = b"".join(packer.compress(block) for _ in range(256)) + packer.flush()
        data = zlib.compress(data)
    return base64.b64encode(data).decode()


def _noise(rng: Rng) -> str:
    n = rng.choice((1, 3, 10, 40, 200, 2000))
    if rng.random() < 0.5:
        data = rng.randbytes(n)
        return data.decode(rng.choice(("utf-8", "latin-1", "utf-16-le", "cp437")), rng.choice(("replace", "ignore")))
    return "".join(chr(rng.choice((rng.randrange(32, 127), rng.randrange(0x110000)))) for _ in range(n))


def _soup(rng: Rng) -> str:
    words = TOKENS[rng.choice(list(TOKENS))].split(" ")
    more = TOKENS[rng.choice(list(TOKENS))].split(" ") if rng.random() < 0.2 else []
    out = rng.choices(words + more, k=rng.choice((2, 5, 12, 30, 80, 300)))
    return rng.choice(("", " ", " ")).join(out)


def _filled(rng: Rng) -> str:
    plain = rng.choice((_soup, _noise, lambda r: r.choice(corpus()), lambda r: "a" * r.choice((10, 1000, 20000))))(rng)
    plain = plain[:20_000]
    data = plain.encode("utf-8", "replace")
    n = rng.choice((0, 1, 7, 255, 65536, 10**6, 10**9, 10**12, 2**31, 2**63, 10**30))
    return rng.choice(SEEDS).format(
        a=base64.b64encode(data).decode(),
        b=base64.b64encode(plain.encode("utf-16-le", "replace")).decode(),
        z=rng.choice((bomb("zlib"), base64.b64encode(zlib.compress(data)).decode())),
        g=rng.choice((bomb("gzip"), base64.b64encode(gzip.compress(data, mtime=0)).decode())),
        u="".join(f"%{b:02x}" for b in data[:3000]),
        x=plain,
        n=n,
    )


def _mutated(rng: Rng) -> str:
    text = rng.choice(corpus()) if rng.random() < 0.75 else _filled(rng)
    for _ in range(rng.randint(1, 4)):
        i, j = sorted((rng.randint(0, len(text)), rng.randint(0, len(text))))
        match rng.randrange(11):
            case 0:
                text = text[:i] + text[j:]
            case 1:
                text = text[:j] + text[i:j][:5000] + text[j:]
            case 2:
                text = text[:i]
            case 3:
                other = rng.choice(corpus())
                text = text[:i] + other[rng.randint(0, len(other)) :]
            case 4:
                text = text[:i] + rng.choice(ODD) + text[i:]
            case 5:
                text = text[:i] + "".join(rng.choices(ODD, k=5)) + text[i:]
            case 6:
                text = text[:i] + chr(rng.randrange(32, 127)) + text[i + 1 :]
            case 7:
                text = text.replace(
                    rng.choice("'\"()`^%$|&;={}"), rng.choice(("", "'", '"', "((", "$(")), rng.randint(1, 9)
                )
            case 8:
                text = rng.choice(
                    ('powershell -c "{}"', "cmd /c {}", "bash -c '{}'", "$({})", "iex '{}'", "echo {}|sh")
                ).replace("{}", text)
            case 9:
                text = text[:i] + _soup(rng) + text[i:]
            case _:
                text = text[i:j] or text
        text = text[:200_000]
    return text


def _deep(rng: Rng) -> str:
    n = rng.choice((50, 300, 2000, 20_000))
    opening, closing = rng.choice(
        (
            ("(", ")"), ("$(", ")"), ("{", "}"), ("[", "]"), ("`", "`"), ("'", "'"), ('"$(', ')"'), ("((", "))"), ("@(", ")"),
            ("${x:-", "}"), ("$((", "))"), ("eval(", ")"), ("iex(", ")"), ("if(1){", "}"), ("if true;then ", ";fi"),
            ("cmd /c ", ""), ("bash -c ", ""), ("sudo ", ""), ("!", ""), ("-", ""), ("[char]", "1"), ("&{", "}"), ("<(", ")"),
            ("Chr(", ")"), ("a[", "]"), ("{a,", "}"), ("for %i in (a) do ", ""), ("call ", ""), ("^", ""), ("\\", ""), ("<<<", ""),
            ("not ", ""), ("lambda:", ""), ("function(){", "}"), ("'+'", ""), ("a.", ""), ("$x|%{", "}"), ("a=", ""), ("%", ""),
        )
    )  # fmt: skip
    middle = rng.choice(("", "a", "whoami", "1"))
    close = closing * n if rng.random() < 0.7 else closing * rng.randint(0, n)
    before = rng.choice(("", "", "echo ", "iex ", "eval ", "python3 -c '", "x="))
    return before + opening * n + middle + close


def _quine(rng: Rng) -> str:
    text = rng.choice(("whoami", "echo http://a.example/x", _soup(rng)))
    for _ in range(rng.randint(2, 40)):
        data = text.encode("utf-8", "replace")
        text = rng.choice(
            (
                f"echo {base64.b64encode(data).decode()}|base64 -d|bash",
                f"powershell -enc {base64.b64encode(text.encode('utf-16-le', 'replace')).decode()}",
                f'eval "$(echo {data.hex()}|xxd -r -p)"',
                f"iex ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{base64.b64encode(data).decode()}')))",
                f"echo {base64.b64encode(gzip.compress(data, mtime=0)).decode()}|base64 -d|gunzip|sh",
            )
        )
        if len(text) > 400_000:
            break
    return text


def _bombed(rng: Rng) -> str:
    data = bomb(rng.choice(("gzip", "zlib", "bz2", "xz")))
    return rng.choice(
        (
            f"echo {data}|base64 -d|gunzip|bash",
            f"echo {data} | base64 -d | bzip2 -d | bunzip2 | sh",
            f"echo {data} | base64 -d | xz -d | sh",
            f"python3 -c \"import zlib,base64;exec(zlib.decompress(zlib.decompress(base64.b64decode('{data}'))))\"",
            f"iex (New-Object IO.StreamReader(New-Object IO.Compression.GzipStream((New-Object IO.MemoryStream(,"
            f"[Convert]::FromBase64String('{data}'))),[IO.Compression.CompressionMode]::Decompress))).ReadToEnd()",
            f"php -r \"eval(gzuncompress(gzuncompress(base64_decode('{data}'))));\"",
        )
    )


def _gigantic(rng: Rng) -> str:
    n = rng.randint(1_000_000, 5_000_000)
    unit = rng.choice(
        (
            "a", "a ", "'a'+", "^", "%a%", "\\x41", "${a}", "$a", "(", ")", "65,", "; ", "|", "&", "\n", "\"", "'", "a=b ", "`", "!a!",
            "-join", "http://a.example/", "C:\\a\\", "powershell -enc ", "$(", "\x1b[0m", "\u202e", "[char]65+", "Chr(65)&", "{", "*",
            "--a=b ", "a|", "echo a\n", "set a=b&", "0x41,", "QUFB", "AAAAAAAA", "..", "@", "# ", "<#", "::", "rem ", "/*",
        )
    )  # fmt: skip
    text = (unit * (n // len(unit) + 1))[:n]
    if rng.random() < 0.3:
        text = base64.b64encode(text.encode("utf-8", "replace")).decode()
        return rng.choice(
            ("echo {}|base64 -d|bash", "powershell -enc {}", "iex ([Convert]::FromBase64String('{}'))", "{}")
        ).replace("{}", text)
    return rng.choice(("", "", "iex ", "echo ", "powershell -c ", "cmd /c ", "bash -c '", "eval(")) + text


KINDS: dict[str, tuple[float, Callable[[Rng], str]]] = {
    "noise": (10, _noise),
    "soup": (30, _soup),
    "filled": (12, _filled),
    "mutated": (40, _mutated),
    "deep": (4, _deep),
    "quine": (3, _quine),
    "bomb": (0.7, _bombed),
    "gigantic": (0.3, _gigantic),
}
"""What inputs are made of, with their shares."""


def made(seed: int) -> tuple[str, str]:
    """Return the kind and the text of an input."""
    rng = random.Random(f"fuzz/{seed}")
    kind = rng.choices(list(KINDS), [w for w, _ in KINDS.values()])[0]
    return kind, KINDS[kind][1](rng)


# ---- checking ----------------------------------------------------------------------------------
class Hang(BaseException):
    """An input took too long; no ``except Exception`` hides it."""


def faults(explanation: Any) -> Iterator[str]:
    """Yield what is wrong with an explanation of any text."""
    from vedette.cli.frame import clean
    from vedette.commands.telling.as_json import as_json

    layers = explanation.layers
    for layer in layers:
        if layer.start is not None and layer.parent is not None:
            parent = layers[layer.parent].text
            if layer.end is None or not 0 <= layer.start <= layer.end <= len(parent):
                yield f"layer {layer.number} stands outside its parent: {layer.start}-{layer.end} of {len(parent)}"
    for name, spans in (
        ("token", explanation.tokens),
        ("step", explanation.steps),
        ("technique", explanation.techniques),
    ):
        for span in spans:
            if not 0 <= span.layer < len(layers):
                yield f"{name} of no layer: {span.layer}"
            elif not 0 <= span.start <= span.end <= len(layers[span.layer].text):
                yield f"{name} outside its layer: {span.start}-{span.end} of {len(layers[span.layer].text)}"
            elif name == "token" and layers[span.layer].text[span.start : span.end] != span.text:
                yield f"token is not the text of its span: {span.text[:60]!r}"
    written = json.dumps(as_json(explanation))
    if _FORBIDDEN.search(written):
        yield "JSON holds a raw control character"
    if not 0 <= explanation.risk <= 1:
        yield f"risk {explanation.risk}"
    shown = "\n".join((explanation.sentence, *(s.text for s in explanation.steps), *(layer.text for layer in layers)))
    odd = _SHOWN.search(clean(shown[:20_000]))
    if odd:
        yield f"the terminal is given the control character {odd[0]!r}"


@dataclass(slots=True)
class Outcome:
    """What became of some inputs."""

    n: int = 0
    failures: list[tuple[int, str, str]] = field(default_factory=list)
    """Seed, kind, what was wrong."""
    seconds: list[tuple[float, int]] = field(default_factory=list)
    kinds: dict[str, int] = field(default_factory=dict)
    base_mb: float = 0.0
    peak_mb: float = 0.0

    def add(self, other: Outcome) -> None:
        """Take in what became of others."""
        self.n += other.n
        self.failures += other.failures
        self.seconds += other.seconds
        self.kinds = dict(Counter(self.kinds) + Counter(other.kinds))
        self.base_mb = max(self.base_mb, other.base_mb)
        self.peak_mb = max(self.peak_mb, other.peak_mb)


def _rung(signum: int, frame: FrameType | None) -> None:
    raise Hang


def check(seed: int) -> tuple[str, float, list[str]]:
    """Return the kind of an input, the processor time that it took, and what was wrong."""
    from vedette.commands import explain

    kind, text = made(seed)
    wrong: list[str] = []
    began = time.thread_time()
    try:
        signal.setitimer(signal.ITIMER_PROF, HANG_S)
        explanation = explain(text)
        spent = time.thread_time() - began
        signal.setitimer(signal.ITIMER_PROF, 0)
        wrong += faults(explanation)
    except Hang:
        spent = time.thread_time() - began
        wrong.append(f"hangs for more than {HANG_S:.0f} s")
    except (Exception, RecursionError, MemoryError) as error:
        spent = time.thread_time() - began
        trace, where = error.__traceback__, ""
        while trace is not None:
            name = trace.tb_frame.f_code.co_filename
            if "vedette" in name:
                where = f"{name.rpartition('/vedette/')[2]}:{trace.tb_lineno}"
            trace = trace.tb_next
        wrong.append(f"{type(error).__name__}: {str(error)[:100]} at {where}")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    if spent > MOST_S:
        wrong.append(f"takes {spent:.2f} s")
    return kind, spent, wrong


def prepare() -> float:
    """Bound this process and load everything; return the memory that it has then, in MB."""
    logging.disable(logging.CRITICAL)
    from vedette.commands import explain

    for text in corpus()[::9]:
        explain(text)
    for form in ("gzip", "zlib", "bz2", "xz"):
        bomb(form)
    signal.signal(signal.SIGPROF, _rung)
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + (MOST_MB << 20),) * 2)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(first: int, n: int, *, base_mb: float | None = None) -> Outcome:
    """Check inputs in a row in this process."""
    out = Outcome(n=n, base_mb=prepare() if base_mb is None else base_mb)
    kinds: Counter[str] = Counter()
    for seed in range(first, first + n):
        kind, spent, wrong = check(seed)
        kinds[kind] += 1
        out.seconds.append((round(spent, 5), seed))
        out.failures += [(seed, kind, w) for w in dict.fromkeys(wrong)]
    out.kinds = dict(kinds)
    out.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return out


_BASE: float | None = None


def _chunk(first: int, n: int) -> Outcome:
    global _BASE
    if _BASE is None:
        _BASE = prepare()
    return run(first, n, base_mb=_BASE)


def traced_peak(seeds: Iterable[int]) -> float:
    """Return the most memory, in MB, that Python held for one of these inputs beyond what it held before."""
    from vedette.commands import explain

    most = 0.0
    for seed in seeds:
        _, text = made(seed)
        tracemalloc.start()
        try:
            explain(text)
        except Exception as error:  # counted by the run itself
            logging.getLogger(__name__).debug("seed %d raises %r", seed, error)
        most = max(most, tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
    return most


def _cause(wrong: str) -> str:
    """Return what is the same in all failures of a cause."""
    what, _, where = wrong.partition(" at ")
    return re.sub(r"characters? '[^']*'|character '.*?'|\d+([.-]\d+)*", "…", what)[:70] + where.rpartition(" at ")[2]


def summary(out: Outcome) -> str:
    """Return the result as lines of Markdown."""
    times = sorted(out.seconds)
    at = lambda q: times[min(len(times) - 1, int(len(times) * q))]  # noqa: E731
    raised = sum(1 for _, _, w in out.failures if re.match(r"[A-Z]\w+(Error|Exception|Exhausted|Iteration)?:", w))
    lines = [
        f"{out.n:,} inputs ({', '.join(f'{k} {v:,}' for k, v in sorted(out.kinds.items()))}): "
        f"{len({s for s, _, _ in out.failures})} failed, {raised} raised; processor time per input: median "
        f"{at(0.5)[0] * 1e3:.1f} ms, p99 {at(0.99)[0] * 1e3:.0f} ms, p99.9 {at(0.999)[0] * 1e3:.0f} ms, most "
        f"{times[-1][0] * 1e3:.0f} ms (seed {times[-1][1]}); memory of a process: {out.base_mb:.0f} MB loaded, at most "
        f"{out.peak_mb:.0f} MB.",
    ]
    causes = Counter(_cause(w) for _, _, w in out.failures)
    firsts: dict[str, tuple[int, str, str]] = {}
    for seed, kind, w in sorted(out.failures):
        firsts.setdefault(_cause(w), (seed, kind, w))
    lines += [
        f"- {n} times, first seed {firsts[key][0]} ({firsts[key][1]}): {firsts[key][2]}"
        for key, n in causes.most_common(60)
    ]
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Run the fuzzer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--from", type=int, default=0, dest="first", metavar="SEED")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--state", type=Path, help="keep finished chunks in this file and go on from them")
    parser.add_argument("--seed", type=int, help="make this input again and check it alone")
    parser.add_argument("--show", action="store_true", help="with --seed: print the input")
    parser.add_argument("--write", action="store_true", help="put the result into the README")
    args = parser.parse_args(argv)
    if args.seed is not None:
        prepare()
        kind, text = made(args.seed)
        print(kind, len(text), repr(text if args.show else text[:500]))
        print(check(args.seed))
        return 0
    total, finished = Outcome(), set[int]()
    if args.state and args.state.exists():
        for line in args.state.read_text().splitlines():
            kept = json.loads(line)
            first, outcome = kept["first"], kept["outcome"]
            if args.first <= first < args.first + args.n and first not in finished:
                finished.add(first)
                outcome["seconds"] = [tuple(s) for s in outcome["seconds"]]
                outcome["failures"] = [tuple(f) for f in outcome["failures"]]
                total.add(Outcome(**outcome))
    starts = [s for s in range(args.first, args.first + args.n, CHUNK) if s not in finished]
    with ProcessPoolExecutor(args.workers) as pool:
        jobs = {pool.submit(_chunk, s, min(CHUNK, args.first + args.n - s)): s for s in starts}
        for job in as_completed(jobs):
            outcome = job.result()
            total.add(outcome)
            for seed, kind, wrong in outcome.failures[:5]:
                print(f"seed {seed} ({kind}): {wrong}", flush=True)
            print(f"\r{total.n:,}", end="", file=sys.stderr, flush=True)
            if args.state:
                with args.state.open("a") as out:
                    out.write(json.dumps({"first": jobs[job], "outcome": asdict(outcome)}) + "\n")
    if not total.n:
        print("nothing to do")
        return 0
    logging.disable(logging.CRITICAL)
    heavy = [
        seed for seed in range(args.first, args.first + min(args.n, 20_000)) if made(seed)[0] in ("bomb", "gigantic")
    ]
    text = (
        f"{summary(total)}\n\nMost memory that Python held for one of {len(heavy[:20])} bombs and gigantic inputs "
        f"(traced): {traced_peak(heavy[:20]):.0f} MB."
    )
    print(text)
    if args.write:
        from benchmarks.commands.decoding import commit, publish

        publish(f"Measured at commit `{commit()}`.\n\n{text}", "fuzz")
    return 1 if total.failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
