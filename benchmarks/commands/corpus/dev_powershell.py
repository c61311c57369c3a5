"""Ways of hiding in PowerShell, as the development half writes them: strings first, then what runs them, then tokens.

A *string* is a function of a text and a source of chance that returns an expression which evaluates to the text in
Windows PowerShell 5; statements that must stand before it come with it.
"""

# ruff: noqa: E501 - a line of another language is one line here too

from __future__ import annotations

import base64
import gzip
import re
import zlib
from collections.abc import Callable

from benchmarks.commands.corpus.truth import Code, Hide, Rng, windows_path, word
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from vedette.schema.command import Language

Text = Callable[[str, Rng], "str | tuple[str, str] | None"]
"""An expression; or statements and an expression; or None where the text has what cannot be written so."""

PS = Language.POWERSHELL


def q(text: str) -> str:
    """Return a literal."""
    return "'" + text.replace("'", "''") + "'"


def b64(data: bytes) -> str:
    """Return base64."""
    return base64.b64encode(data).decode()


def deflated(data: bytes) -> bytes:
    """Return a raw deflate stream."""
    z = zlib.compressobj(9, zlib.DEFLATED, -15)
    return z.compress(data) + z.flush()


def mixed(text: str, rng: Rng) -> str:
    """Return text with case at random."""
    return "".join(c.upper() if rng.random() < 0.5 else c.lower() for c in text)


def pieces(text: str, rng: Rng, least: int = 2, most: int = 9) -> list[str]:
    """Return a text in pieces."""
    out, i = [], 0
    while i < len(text):
        n = rng.randint(least, most)
        out.append(text[i : i + n])
        i += n
    return out or [""]


# ---- strings -----------------------------------------------------------------------------------
def utf8(text: str, rng: Rng) -> str:
    name = rng.choice(("[Text.Encoding]", "[System.Text.Encoding]", "[system.text.encoding]"))
    convert = rng.choice(("[Convert]", "[System.Convert]"))
    return f"{name}::{rng.choice(('UTF8', 'ASCII', 'utf8'))}.GetString({convert}::FromBase64String({q(b64(text.encode()))}))"


def utf16(text: str, rng: Rng) -> str:
    return f"[Text.Encoding]::Unicode.GetString([Convert]::FromBase64String({q(b64(text.encode('utf-16-le')))}))"


def gzipped(text: str, rng: Rng) -> str:
    data = q(b64(gzip.compress(text.encode(), mtime=0)))
    if rng.random() < 0.5:
        return (
            "(New-Object IO.StreamReader(New-Object IO.Compression.GzipStream((New-Object IO.MemoryStream(,"
            f"[Convert]::FromBase64String({data}))),[IO.Compression.CompressionMode]::Decompress))).ReadToEnd()"
        )
    return (
        "(New-Object System.IO.StreamReader((New-Object System.IO.Compression.GzipStream([System.IO.MemoryStream]"
        f"[System.Convert]::FromBase64String({data}),[System.IO.Compression.CompressionMode]::Decompress)),"
        "[System.Text.Encoding]::ASCII)).ReadToEnd()"
    )


def gzip_stream(text: str, rng: Rng) -> tuple[str, str]:
    data = b64(gzip.compress(text.encode(), mtime=0))
    return (
        f'$s=New-Object IO.MemoryStream(,[Convert]::FromBase64String("{data}"));',
        "(New-Object IO.StreamReader(New-Object IO.Compression.GzipStream($s,[IO.Compression.CompressionMode]::"
        "Decompress))).ReadToEnd()",
    )


def deflate(text: str, rng: Rng) -> str:
    data = q(b64(deflated(text.encode())))
    stream = rng.choice(("IO.Compression.DeflateStream", "System.IO.Compression.DeflateStream"))
    if rng.random() < 0.5:
        return (
            f"(New-Object {stream}([IO.MemoryStream][Convert]::FromBase64String({data}),"
            "[IO.Compression.CompressionMode]::Decompress)|%{New-Object IO.StreamReader($_,[Text.Encoding]::ASCII)}"
            "|%{$_.ReadToEnd()})"
        )
    return (
        f"(New-Object IO.StreamReader((New-Object {stream}([IO.MemoryStream][Convert]::FromBase64String({data}),"
        "[IO.Compression.CompressionMode]::Decompress)),[Text.Encoding]::UTF8)).ReadToEnd()"
    )


def hexes(text: str, rng: Rng) -> str | None:
    if not text.isascii():
        return None
    style = rng.randrange(4)
    if style == 0:
        marks = "".join(rng.sample("ghjkmqrtuvwyz", 3))
        body = "".join(f"{ord(c):x}{rng.choice(marks)}" for c in text)[:-1]
        return f"-join('{body}'.Split('{marks}')|%{{[char]([Convert]::ToInt16(([string]$_),16))}})"
    if style == 1:
        body = " ".join(f"{ord(c):02X}" for c in text)
        return f"(('{body}' -split ' '|ForEach-Object {{[char][byte]\"0x$_\"}}) -join '')"
    if style == 2:
        body = text.encode().hex()
        return f"-join([regex]::Matches('{body}','..')|%{{[char][Convert]::ToInt32($_.Value,16)}})"
    body = ",".join(f"0x{ord(c):02x}" for c in text)
    return f"[Text.Encoding]::ASCII.GetString([byte[]]({body}))"


def codes(text: str, rng: Rng) -> str:
    style = rng.randrange(6)
    numbers = [str(ord(c)) for c in text]
    if style == 0:
        return f"-join([char[]]({','.join(numbers)}))"
    if style == 1 and len(text) < 200:
        return "(" + "+".join(f"[char]{n}" for n in numbers) + ")"
    if style == 2:
        return f"[string]::Join('',(({','.join(numbers)})|%{{([char][int]$_)}}))"
    if style == 3:
        mark = rng.choice("~:_!")
        return f"-join('{mark.join(numbers)}'.Split('{mark}')|ForEach-Object{{[char][int]$_}})"
    if style == 4:
        return f"(({','.join(numbers)}|%{{[char]$_}}) -join '')"
    return f"(-join(('{','.join(numbers)}' -split ',')|%{{[char]([int]$_)}}))"


def octal(text: str, rng: Rng) -> str:
    mark = rng.choice((",", "x", "_"))
    body = mark.join(f"{ord(c):o}" for c in text)
    return f"-join(('{body}'-split'{mark}')|%{{([char]([Convert]::ToInt16($_,8)))}})"


def binary(text: str, rng: Rng) -> str:
    mark = rng.choice((" ", "-", "s"))
    body = mark.join(f"{ord(c):b}" for c in text)
    return f"('{body}'.Split('{mark}')|%{{([Convert]::ToInt16(([string]$_),2) -as [char])}}) -join ''"


def xor_byte(text: str, rng: Rng) -> str | None:
    key = rng.randint(1, 250)
    if not text.isascii():
        return None
    shown = rng.choice((f"0x{key:X}", str(key), f'"0x{key:02x}"'))
    numbers = ",".join(str(ord(c) ^ key) for c in text)
    if rng.random() < 0.5:
        return f"(({numbers}|%{{[char]($_ -bxor {shown})}})-join'')"
    return f"-join('{numbers}'.Split(',')|ForEach-Object{{[char]($_-bxor {shown})}})"


def xor_bytes_loop(text: str, rng: Rng) -> tuple[str, str] | None:
    if not text.isascii():
        return None
    key, v = rng.randint(1, 250), rng.choice(("$b", "$var_code", "$data"))
    data = b64(bytes(c ^ key for c in text.encode()))
    return (
        f"{v}=[System.Convert]::FromBase64String('{data}');for($x=0;$x -lt {v}.Count;$x++){{{v}[$x]={v}[$x] -bxor {key}}};",
        f"[System.Text.Encoding]::ASCII.GetString({v})",
    )


def xor_many(text: str, rng: Rng) -> tuple[str, str] | None:
    if not text.isascii():
        return None
    key = [rng.randint(1, 250) for _ in range(rng.randint(2, 7))]
    data = [c ^ key[i % len(key)] for i, c in enumerate(text.encode())]
    if rng.random() < 0.5:
        return (
            f"$k=@({','.join(map(str, key))});$d=@({','.join(map(str, data))});$i=0;",
            "-join($d|%{[char]($_ -bxor $k[$i++ % $k.Length])})",
        )
    name = "".join(chr(rng.randint(97, 122)) for _ in key)
    data = [c ^ ord(name[i % len(name)]) for i, c in enumerate(text.encode())]
    return (
        f"$e=[Convert]::FromBase64String('{b64(bytes(data))}');$k=[Text.Encoding]::UTF8.GetBytes('{name}');"
        "$o=New-Object byte[] $e.Length;for($i=0;$i -lt $e.Length;$i++){$o[$i]=$e[$i] -bxor $k[$i % $k.Length]}\n",
        "[Text.Encoding]::UTF8.GetString($o)",
    )


def concatenated(text: str, rng: Rng) -> str:
    parts = pieces(text, rng, 1, 12)
    if rng.random() < 0.3:
        return "([string]::Concat(" + ",".join(q(p) for p in [parts[0], "".join(parts[1:])]) + "))"
    return "(" + rng.choice(("+", " + ")).join(q(p) for p in parts) + ")"


def formatted(text: str, rng: Rng) -> str:
    parts = pieces(text, rng, 1, 14)
    order = list(range(len(parts)))
    rng.shuffle(order)
    place = {part: at for at, part in enumerate(order)}
    shape = "".join(f"{{{place[i]}}}" for i in range(len(parts)))
    given = ",".join(q(parts[i]) for i in order)
    if rng.random() < 0.2:
        return f"([string]::Format('{shape}',@({given})))"
    return f'("{shape}"{rng.choice((" -f ", "-f", " -F"))}{given})'


def replaced(text: str, rng: Rng) -> str | None:
    out, tail = text, ""
    for c in rng.sample(sorted({c for c in text if c not in "\n\r"}), k=min(3, len(set(text)))):
        mark = "".join(rng.choice("QXZWKJVY") for _ in range(3)) + str(rng.randint(0, 9))
        if mark in out or any(d in out for d in (mark,)) or c in mark:
            continue
        out = out.replace(c, mark)
        shown = q(c) if rng.random() < 0.6 else f"[string][char]{ord(c)}"
        tail = (
            f".Replace('{mark}',{shown})" + tail
            if rng.random() < 0.7 or c == "$"
            else rng.choice((" -creplace ", " -CReplace ")) + f"'{mark}',{shown}" + tail
        )
    if not tail:
        return None
    parts = re.split(r"(?= -c)|(?=\.Replace\('(?:[A-Z]{3}\d)')", tail, flags=re.IGNORECASE)
    expr = q(out)
    for part in parts:
        if part:
            expr = f"({expr}{part})"
    return expr


def junk_removed(text: str, rng: Rng) -> str | None:
    mark = next((m for m in ("#", "@@", "~~", "%%", "!_") if m not in text), None)
    if mark is None:
        return None
    body = mark.join(pieces(text, rng, 1, 3))
    return rng.choice(
        (f"({q(body)}.Replace('{mark}',''))", f"({q(body)} -replace '{mark}')", f"({q(body)} -replace '{mark}','')")
    )


def backwards(text: str, rng: Rng) -> str | tuple[str, str] | None:
    turned, style = text[::-1], rng.randrange(4)
    if style == 0:
        return f"-join({q(turned)}[-1..-{len(text)}])" if text else None
    if style == 1:
        return f"$r={q(turned)};", "($r[-1..-($r.Length)] -join '')"
    if style == 2:
        return f"$a={q(turned)}.ToCharArray();[array]::Reverse($a);", rng.choice(
            ("-join($a)", "(-join $a)", "[string]::new($a)")
        )
    if "\n" in text:
        return None
    return f"-join([regex]::Matches({q(turned)},'.','RightToLeft')|%{{$_.Value}})"


def split_join(text: str, rng: Rng) -> str | None:
    mark = next((m for m in ("~", "_:_", "<>", "@", "zq") if m not in text.lower()), None)
    if mark is None:
        return None
    body = q(mark.join(pieces(text, rng, 1, 5)))
    return rng.choice(
        (
            f"(({body} -split '{mark}') -join '')",
            f"[string]::Join('',({body} -split '{mark}'))",
            f"(-join({body}-split'{mark}'))",
        )
    )


def picked(text: str, rng: Rng) -> str | tuple[str, str]:
    alphabet = sorted(set(text))
    rng.shuffle(alphabet)
    at = ",".join(str(alphabet.index(c)) for c in text)
    if rng.random() < 0.5:
        return f"-join({q(''.join(alphabet))}[{at}])"
    return f"$t={q(''.join(alphabet))};", f"($t[{at}]-join'')"


def listed(text: str, rng: Rng) -> tuple[str, str]:
    parts = pieces(text, rng, 3, 20)
    order = list(range(len(parts)))
    rng.shuffle(order)
    stored = ",".join(q(parts[i]) for i in order)
    wanted = [order.index(i) for i in range(len(parts))]
    if rng.random() < 0.5:
        return f"$p=@({stored});", "(" + "+".join(f"$p[{i}]" for i in wanted) + ")"
    return f"$p={stored};", f"(-join $p[{','.join(map(str, wanted))}])"


def named(text: str, rng: Rng) -> tuple[str, str]:
    names = [word(rng) + str(i) for i in range(rng.randint(2, 4))]
    size = max(1, -(-len(text) // len(names)))
    parts = [text[i * size : (i + 1) * size] for i in range(len(names))]
    style = rng.randrange(3)
    if style == 0:
        put = "".join(f"${n}={q(p)};" for n, p in zip(names, parts, strict=True))
        return put, "(" + "+".join(f"${n}" for n in names) + ")"
    if style == 1:
        put = "".join(f"Set-Variable -Name {n} -Value {q(p)};" for n, p in zip(names, parts, strict=True))
        return put, '"' + "".join(f"${{{n}}}" for n in names) + '"'
    put = "".join(f"${{{n}}}={q(p)};" for n, p in zip(names, parts, strict=True))
    return put, "(" + "+".join(f"(Get-Variable {n}).Value" for n in names) + ")"


def environment(text: str, rng: Rng) -> tuple[str, str]:
    name = word(rng).upper()
    return f"$env:{name}={q(text)};", rng.choice((f"$env:{name}", f"(Get-Item env:{name}).Value", f"${{env:{name}}}"))


def shifted(text: str, rng: Rng) -> str | None:
    n = rng.randint(1, 9)
    moved = "".join(chr(ord(c) + n) for c in text)
    if not moved.isascii() or "\n" in text or "\x7f" in moved:
        return None
    return f"-join([char[]]{q(moved)}|%{{[char]([int]$_-{n})}})"


def secured(text: str, rng: Rng) -> str:
    key = [rng.randint(0, 255) for _ in range(rng.choice((16, 24, 32)))]
    shown = ",".join(map(str, key))
    if rng.random() < 0.4:
        first = rng.randint(0, 100)
        key, shown = list(range(first, first + 16)), f"{first}..{first + 15}"
    iv = bytes(rng.randrange(256) for _ in range(16))
    pad = padding.PKCS7(128).padder()
    plain = pad.update(text.encode("utf-16-le")) + pad.finalize()
    enc = Cipher(algorithms.AES(bytes(key)), modes.CBC(iv)).encryptor()
    body = f"2|{b64(iv)}|{(enc.update(plain) + enc.finalize()).hex()}"
    blob = "76492d1116743f0423413b16050a5345" + b64(body.encode("utf-16-le"))
    made = f"({q(blob)}|ConvertTo-SecureString -Key ({shown}))"
    return rng.choice(
        (
            f"([Runtime.InteropServices.Marshal]::PtrToStringAuto([Runtime.InteropServices.Marshal]::SecureStringToBSTR({made})))",
            f"[Runtime.InteropServices.Marshal]::PtrToStringUni([Runtime.InteropServices.Marshal]::SecureStringToGlobalAllocUnicode({made}))",
            f"(New-Object System.Net.NetworkCredential('',{made})).Password",
            f"(New-Object Management.Automation.PSCredential ' ',{made}).GetNetworkCredential().Password",
        )
    )


def here(text: str, rng: Rng) -> tuple[str, str] | None:
    if "\n'@" in text or text.startswith("'@"):
        return None
    return f"$h=@'\n{text}\n'@\n", "$h"


def every_nth(text: str, rng: Rng) -> tuple[str, str] | None:
    if "\n" in text:
        return None
    name, step = word(rng).title(), rng.randint(2, 6)
    letters = "abcdefghijklmnopqrstuvwxyz "
    body = "".join("".join(rng.choice(letters) for _ in range(step - 1)) + c for c in text) + "x"
    return (
        f"function {name}($v){{$o='';for($i={step - 1};$i -lt $v.Length-1;$i+={step}){{$o+=$v.Substring($i,1)}};$o}};",
        f"({name} {q(body)})",
    )


def hex_function(text: str, rng: Rng) -> tuple[str, str] | None:
    if not text.isascii():
        return None
    name = "ConvertFrom" + word(rng).title()
    return (
        f"function {name}([string]$h){{$r='';for($i=0;$i -lt $h.Length;$i+=2){{$r+=[char][Convert]::ToByte($h.Substring($i,2),16)}}\nreturn $r}}\n",
        f"({name} '{text.encode().hex()}')",
    )


def xor_function(text: str, rng: Rng) -> tuple[str, str] | None:
    if not text.isascii():
        return None
    key, name = word(rng), "d" + word(rng)
    data = bytes(c ^ ord(key[i % len(key)]) for i, c in enumerate(text.encode()))
    return (
        f"function {name} {{param($t,$k);$b=[Convert]::FromBase64String($t);$r='';$j=0;foreach($c in $b){{"
        "$r+=[char]($c -bxor [int][char]$k[$j]);$j++;if($j -eq $k.Length){$j=0}}return $r};",
        f"({name} '{b64(data)}' '{key}')",
    )


def counted(text: str, rng: Rng) -> str:
    def number(n: int) -> str:
        a = rng.randint(1, 400)
        return rng.choice((f"({a + n}-{a})", f"(0x{n:x})", f"({n - 9}+9)", f"({n * a}/{a})"))

    return "(" + "+".join(f"[char]{number(ord(c))}" for c in text) + ")" if len(text) < 220 else codes(text, rng)


def hashed(text: str, rng: Rng) -> tuple[str, str]:
    parts = pieces(text, rng, 4, 30)
    names = [f"k{i}" for i in range(len(parts))]
    shown = list(zip(names, parts, strict=True))
    rng.shuffle(shown)
    return "$m=@{" + ";".join(f"{n}={q(p)}" for n, p in shown) + "};", "(" + "+".join(f"$m.{n}" for n in names) + ")"


def padded(text: str, rng: Rng) -> str | None:
    junk = "".join(rng.choice("abcdefghkmnp") for _ in range(rng.randint(3, 20)))
    after = "".join(rng.choice("rstuvwxyz") for _ in range(rng.randint(3, 20)))
    if rng.random() < 0.5:
        return f"({q(junk + text + after)}.Substring({len(junk)},{len(text)}))"
    return f"({q(junk + text + after)}.Remove({len(junk) + len(text)}).Remove(0,{len(junk)}))"


STRINGS: dict[str, Text] = {
    "base64": utf8,
    "utf-16-base64": utf16,
    "gzip": gzipped,
    "gzip-stream": gzip_stream,
    "deflate": deflate,
    "hex": hexes,
    "char-codes": codes,
    "octal": octal,
    "binary": binary,
    "xor": xor_byte,
    "xor-loop": xor_bytes_loop,
    "xor-many": xor_many,
    "concatenation": concatenated,
    "format-operator": formatted,
    "replace": replaced,
    "replace-junk": junk_removed,
    "reverse": backwards,
    "split-join": split_join,
    "index-pick": picked,
    "array-index": listed,
    "variable": named,
    "environment-variable": environment,
    "shift": shifted,
    "securestring": secured,
    "here-string": here,
    "every-nth": every_nth,
    "function-hex": hex_function,
    "function-xor": xor_function,
    "arithmetic": counted,
    "hashtable": hashed,
    "substring": padded,
}


# ---- what runs a string ------------------------------------------------------------------------
def runs(expr: str, rng: Rng) -> str:
    """Return a statement of PowerShell that runs the script which an expression holds."""
    iex = rng.choice(
        (
            "iex",
            "IEX",
            "Invoke-Expression",
            "InVOkE-exPREsSioN",
            "&('i'+'ex')",
            "& ('ie'+'x')",
            ".('I'+'EX')",
            "&(\"{1}{0}\"-f'x','ie')",
            ".( $PSHome[4]+$PSHome[30]+'x')",
            "&( $env:ComSpec[4,24,25]-join'')",
            "&((Get-Variable '*mdr*').Name[3,11,2]-join'')",
            ".( $ShellId[1]+$ShellId[13]+'x')",
            "&(gcm I*e-Ex*)",
            "& (gal ie?)",
            "IE`X",
        )
    )
    style = rng.randrange(8)
    if style < 3:
        return f"{iex} ({expr})" if iex[-1] != ")" or rng.random() < 0.8 else f"{iex}({expr})"
    if style < 5:
        return f"({expr})|{iex}" if rng.random() < 0.6 else f"({expr}) | {iex}"
    if style == 5:
        return rng.choice((f"& ([scriptblock]::Create({expr}))", f"[ScriptBlock]::Create(({expr})).Invoke()"))
    if style == 6:
        return f"$ExecutionContext.InvokeCommand.InvokeScript(({expr}))"
    alias = word(rng)
    return f"Set-Alias -Name {alias} -Value {q('Invoke-Expression')};{alias} ({expr})"


def starts(code: Code, expr: str, rng: Rng) -> str | None:
    """Return a statement of PowerShell that has the text of an expression run by its own interpreter."""
    match code.language:
        case Language.POWERSHELL:
            return runs(expr, rng)
        case Language.CMD:
            if "\n" in code.text:
                return None
            return rng.choice(
                (f"cmd /c ({expr})", f"({expr})|cmd", f"& $env:ComSpec '/c' ({expr})", f"cmd.exe /c $({expr})")
            )
        case _:
            return None


def _string_way(name: str, make: Text) -> Hide:
    def hide(code: Code, rng: Rng) -> Code | None:
        if code.language not in (PS, Language.CMD) or not code.text:
            return None
        made = make(code.text, rng)
        if made is None:
            return None
        before, expr = made if isinstance(made, tuple) else ("", made)
        statement = starts(code, expr, rng)
        return None if statement is None else code.hidden(PS, before + statement, "powershell/" + name)

    return hide


WAYS: dict[str, Hide] = {f"powershell/{name}": _string_way(name, make) for name, make in STRINGS.items()}
"""From PowerShell or cmd to PowerShell."""


def way(name: str) -> Callable[[Hide], Hide]:
    """Register one more way."""

    def put(hide: Hide) -> Hide:
        WAYS[name] = hide
        return hide

    return put


# ---- tokens ------------------------------------------------------------------------------------
_LITERAL = re.compile(r"'[^'\n]*'")
_COMMAND = re.compile(r"(?<![\w\-'.$/:\\])([A-Z][a-z]+-[A-Z][A-Za-z]+)(?![\w'\-])")
_ESCAPES = frozenset("abefnrtuvx0")


def plain(code: Code) -> bool:
    """Return whether a text is of the simple form whose literals can be rewritten one by one."""
    text = code.text
    return code.language is PS and len(text) < 700 and not any(m in text for m in ('"', "@'", "''", "`", "\n", "#"))


def _tokens(name: str, make: Text, *, commands: bool = False) -> None:
    @way(f"powershell/token-{name}")
    def hide(code: Code, rng: Rng) -> Code | None:
        if not plain(code) or "'" not in code.text:
            return None

        def one(m: re.Match[str]) -> str:
            inner = m[0][1:-1]
            made = make(inner, rng) if len(inner) > 3 else None
            return m[0] if made is None or isinstance(made, tuple) else f"({made})"

        text = _LITERAL.sub(one, code.text)
        return None if text == code.text else code.hidden(PS, text, f"powershell/token-{name}")


for _name in (
    "concatenation",
    "format-operator",
    "replace",
    "reverse",
    "char-codes",
    "base64",
    "split-join",
    "index-pick",
    "xor",
):
    _tokens(_name, STRINGS[_name])


@way("powershell/token-command")
def _command(code: Code, rng: Rng) -> Code | None:
    if not plain(code) or not _COMMAND.search(code.text):
        return None
    wild = {
        "Invoke-WebRequest": "I*-WebReq*t",
        "Invoke-RestMethod": "In*e-RestM*",
        "Invoke-Expression": "I*ke-Exp*n",
        "Start-Process": "St*t-Proc*s",
        "New-Object": "Ne?-Ob*ct",
        "Start-BitsTransfer": "St*-BitsT*",
        "Compress-Archive": "Com*s-Arch*",
    }

    def one(m: re.Match[str]) -> str:
        name = m[1]
        parts = pieces(name, rng, 2, 6)
        made = [
            "&(" + "+".join(q(p) for p in parts) + ")",
            ".(" + "+".join(q(p) for p in parts) + ")",
            f'&("{{1}}{{0}}"-f{q(name[6:])},{q(name[:6])})',
        ]
        if name in wild:
            made.append(f"&({rng.choice(('gcm', 'Get-Command'))} {wild[name]})")
        return rng.choice(made)

    return code.hidden(PS, _COMMAND.sub(one, code.text), "powershell/token-command")


@way("powershell/token-backtick")
def _backtick(code: Code, rng: Rng) -> Code | None:
    if not plain(code) or not _COMMAND.search(code.text):
        return None

    def one(m: re.Match[str]) -> str:
        return "".join(
            "`" + c if c not in _ESCAPES and c != "-" and i and rng.random() < 0.4 else c for i, c in enumerate(m[1])
        )

    text = re.sub(_COMMAND, one, mixed_commands(code.text, rng))
    return code.hidden(PS, text, "powershell/token-backtick")


def mixed_commands(text: str, rng: Rng) -> str:
    """Return a script whose command names are in mixed case."""
    return _COMMAND.sub(lambda m: "".join(c.upper() if rng.random() < 0.3 else c for c in m[1]), text)


@way("powershell/token-member")
def _member(code: Code, rng: Rng) -> Code | None:
    if not plain(code) or "Net.WebClient)" not in code.text:
        return None
    text = re.sub(
        r"\.(DownloadFile|DownloadString)\(",
        lambda m: rng.choice(
            (
                f".('{m[1][:4]}'+'{m[1][4:]}').Invoke(",
                f'."{m[1][:4]}`{m[1][4:]}"(',
                f".(\"{{1}}{{0}}\"-f'{m[1][5:]}','{m[1][:5]}').Invoke(",
                f'."{mixed(m[1], rng)}"(',
            )
        ),
        code.text,
    )
    text = text.replace(
        "(New-Object Net.WebClient)",
        rng.choice(
            ("(New-Object ('Net.We'+'bClient'))", "(&('New-Ob'+'ject') Net.WebClient)", "(new-OBJECT nEt.wEbcLient)")
        ),
    )
    return code.hidden(PS, text, "powershell/token-member")


@way("powershell/token-variable")
def _variable(code: Code, rng: Rng) -> Code | None:
    if not plain(code) or "'" not in code.text:
        return None
    put: dict[str, str] = {}

    def one(m: re.Match[str]) -> str:
        name = put.setdefault(m[0], f"${word(rng)}{len(put)}")
        return name

    text = _LITERAL.sub(one, code.text)
    before = "".join(
        f"{name}={concatenated(value[1:-1], rng) if rng.random() < 0.5 else value};" for value, name in put.items()
    )
    return code.hidden(PS, before + text, "powershell/token-variable")


@way("powershell/case-space")
def _case_space(code: Code, rng: Rng) -> Code | None:
    if not plain(code):
        return None
    out = []
    for part in re.split(r"('[^']*')", code.text):
        if part.startswith("'"):
            out.append(part)
        else:
            part = mixed(part, rng)
            part = re.sub(r" ", lambda m: " " * rng.randint(1, 4), part)
            out.append(re.sub(r";", lambda m: rng.choice((" ; ", ";;", "; <#" + word(rng) + "#> ")), part))
    return code.hidden(PS, "".join(out), "powershell/case-space")


# ---- launchers ---------------------------------------------------------------------------------
_FLAGS = (
    "-NoP",
    "-nop",
    "-NonI",
    "-w hidden",
    "-W 1",
    "-sta",
    "-ep bypass",
    "-ExecutionPolicy Bypass",
    "-NoLogo",
    "-wiNdoWsTYle hiDDen",
)


@way("powershell/encoded-command")
def _encoded(code: Code, rng: Rng) -> Code | None:
    if code.language is not PS or len(code.text) > 2800:
        return None
    flag = rng.choice(("-enc", "-e", "-EncodedCommand", "-eNco", "/enc", "-ec", "-encodedc", "-En"))
    name = rng.choice(("powershell", "powershell.exe", "PowerShell.exe", "POWeRshELl"))
    flags = " ".join(rng.sample(_FLAGS, rng.randint(0, 3)))
    text = re.sub(" +", " ", f"{name} {flags} {flag} {b64(code.text.encode('utf-16-le'))}")
    return code.hidden(Language.CMD, text, "powershell/encoded-command")


@way("powershell/command")
def _launched(code: Code, rng: Rng) -> Code | None:
    if code.language is not PS or any(c in code.text for c in '"%\n') or len(code.text) > 7000:
        return None
    flags = " ".join(rng.sample(_FLAGS, rng.randint(0, 2)))
    text = f'powershell.exe {flags} {rng.choice(("-c", "-Command", "-comm", ""))} "{code.text}"'
    return code.hidden(Language.CMD, text, "powershell/command")


@way("powershell/stdin")
def _stdin(code: Code, rng: Rng) -> Code | None:
    text = code.text
    if code.language is not PS or len(text) > 6000 or any(c in text for c in '"%!^\n'):
        return None
    escaped = re.sub(r"([&|<>])", r"^^^\1", text)
    return code.hidden(Language.CMD, f"echo {escaped}|powershell {rng.choice(('-nop ', ''))}-", "powershell/stdin")


@way("powershell/from-environment")
def _from_environment(code: Code, rng: Rng) -> Code | None:
    text, name = code.text, word(rng)
    if code.language is not PS or len(text) > 6000 or any(c in text for c in '"%!^\n'):
        return None
    escaped = re.sub(r"([&|<>])", r"^\1", text)
    run = rng.choice((f"iex $env:{name}", f"$env:{name}|iex", f"Invoke-Expression (gi env:{name}).Value"))
    return code.hidden(Language.CMD, f'set {name}={escaped}&&powershell -nop -c "{run}"', "powershell/from-environment")


@way("powershell/file")
def _file(code: Code, rng: Rng) -> Code | None:
    if code.language is not PS or "\n'@" in code.text:
        return None
    path = windows_path(rng, ".ps1")
    put = rng.choice(
        (
            f"Set-Content -Path '{path}' -Value {q(code.text)}",
            f"{q(code.text)}|Out-File '{path}'",
            f"[IO.File]::WriteAllText('{path}',{q(code.text)})",
            f"{q(code.text)} > '{path}'",
        )
    )
    run = rng.choice((f"powershell -ep bypass -File {path}", f"& '{path}'", f"powershell -f '{path}'", f". '{path}'"))
    return code.hidden(PS, f"{put};{run}", "powershell/file", path)


@way("powershell/decoded-file")
def _decoded_file(code: Code, rng: Rng) -> Code | None:
    if (
        code.language not in (PS, Language.CMD)
        or "\n" in code.text
        or (code.language is Language.CMD and "%" in code.text)
    ):
        return None
    path = windows_path(rng, ".ps1" if code.language is PS else ".bat")
    data = b64(code.text.encode())
    run = f"powershell -ep bypass -File {path}" if code.language is PS else f"cmd /c {path}"
    text = f"[IO.File]::WriteAllBytes('{path}',[Convert]::FromBase64String('{data}'));{run}"
    return code.hidden(PS, text, "powershell/decoded-file", path)


@way("powershell/start-process")
def _started(code: Code, rng: Rng) -> Code | None:
    if code.language is PS and len(code.text) < 2800:
        body = f"-nop -enc {b64(code.text.encode('utf-16-le'))}"
        text = rng.choice(
            (
                f"Start-Process powershell -ArgumentList '{body}' -WindowStyle Hidden",
                f"saps powershell.exe '{body}'",
                f"[Diagnostics.Process]::Start('powershell.exe','{body}')",
            )
        )
    elif code.language is Language.CMD and not any(c in code.text for c in '"\n'):
        text = rng.choice(
            (
                f"Start-Process -FilePath cmd.exe -ArgumentList {q('/c ' + code.text)} -WindowStyle Hidden",
                f"[System.Diagnostics.Process]::Start('cmd.exe',{q('/c ' + code.text)})",
                f"cmd /c {q(code.text)}",
                f"(New-Object -ComObject WScript.Shell).Run({q('cmd /c ' + code.text)},0)",
            )
        )
    else:
        return None
    return code.hidden(PS, text, "powershell/start-process")


@way("powershell/job")
def _job(code: Code, rng: Rng) -> Code | None:
    if not plain(code):
        return None
    text = rng.choice(
        (
            f"Start-Job -ScriptBlock {{{code.text}}}",
            f"&{{{code.text}}}",
            f"Invoke-Command -ScriptBlock {{{code.text}}}",
            f"if(1 -eq 1){{{code.text}}}",
            f"try{{{code.text}}}catch{{}}",
            f"1|ForEach-Object{{{code.text}}}",
        )
    )
    return code.hidden(PS, text, "powershell/job")
