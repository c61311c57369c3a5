"""Ways of hiding PowerShell of the half kept apart: numbers, streams, variables, and what launches it."""

from __future__ import annotations

import re
import uuid
from urllib.parse import quote

from benchmarks.commands.corpus.held_powershell import run
from benchmarks.commands.corpus.held_tools import (
    Made,
    b64,
    deflated,
    either,
    gzipped,
    mixed,
    name,
    names,
    ps_quoted,
    registrar,
)
from benchmarks.commands.corpus.truth import Hide, Rng

from vedette.schema.command import Language

WAYS: dict[str, Hide] = {}
way = registrar(WAYS)
PS = Language.POWERSHELL


# ---- numbers ----------------------------------------------------------------------------------
def _ascii(text: str) -> bool:
    return all(0 < ord(c) < 128 for c in text)


@way("ps-character-codes", PS, longest=900)
def character_codes(text: str, rng: Rng) -> Made:
    """Decimal codes, as a list or between delimiters."""
    codes = [str(ord(c)) for c in text]
    if rng.random() < 0.5:
        listed = ",".join(codes)
        made = either(
            rng,
            f"-join [char[]]({listed})",
            f"[string]::Join('',({listed}|%{{[char]$_}}))",
            f"({listed}|ForEach-Object{{[char][int]$_}})-join''",
            f"[string]::new([char[]]@({listed}))",
        )
        return PS, run(made, rng)
    marks = rng.sample("qwz~_:k%", 4)
    body = codes[0] + "".join(rng.choice(marks) + c for c in codes[1:])
    splits = "".join(marks)
    made = either(
        rng,
        f"('{body}'.Split('{splits}')|%{{[char][int]$_}})-join''",
        f"-join('{body}'-split'[{splits}]'|%{{[char][int]$_}})",
        f"[string]::Join('',('{body}'-csplit'" + "'-csplit'".join(marks) + "'|%{([int]$_-as[char])}))",
    )
    return PS, run(made, rng)


@way("ps-radix", PS, longest=900)
def radix(text: str, rng: Rng) -> Made:
    """Codes of base sixteen, eight or two."""
    base, form = rng.choice(((16, "x"), (8, "o"), (2, "b")))
    mark = rng.choice("!,-;gz")
    body = mark.join(format(ord(c), form) for c in text)
    convert = either(rng, f"[convert]::ToInt16($_,{base})", f"[Convert]::ToInt32(([string]$_),{base})")
    made = either(
        rng,
        f"-join('{body}'.Split('{mark}')|%{{[char]({convert})}})",
        f"('{body}'-split'{mark}'|ForEach-Object {{[char]{convert}}})-join''",
        f"[string]::Join('',('{body}'.Split('{mark}')|foreach{{([char]{convert})}}))",
    )
    return PS, run(made, rng)


@way("ps-hex-pairs", PS, longest=1500)
def hex_pairs(text: str, rng: Rng) -> Made:
    """Pairs of hex digits, by pattern, loop or callback."""
    if not _ascii(text):
        return None
    body, s, i, o = "'" + text.encode().hex() + "'", *names(rng, 3)
    how = rng.randint(0, 2)
    if how == 0:
        return PS, run(f"[regex]::Replace({body},'..',{{[char][convert]::ToInt32($args[0].Value,16)}})", rng)
    if how == 1:
        return PS, run(f"-join({body}-split'(..)'|?{{$_}}|%{{[char][convert]::ToByte($_,16)}})", rng)
    loop = f"for(${i}=0;${i} -lt ${s}.Length;${i}+=2){{${o}+=[char][Convert]::ToInt16(${s}.Substring(${i},2),16)}}"
    return PS, f"${s}={body};${o}='';{loop};" + run(f"${o}", rng)


@way("ps-xor", PS, longest=900)
def xor(text: str, rng: Rng) -> Made:
    """Codes after an exclusive or with a number or a key."""
    if not _ascii(text):
        return None
    if rng.random() < 0.6:
        key = rng.randint(3, 120)
        told = either(rng, str(key), hex(key), f"'{hex(key)}'")
        listed = ",".join(str(ord(c) ^ key) for c in text)
        return PS, run(f"-join(({listed})|%{{[char]($_ -bxor {told})}})", rng)
    key_text = name(rng) + name(rng)
    k, d, i = names(rng, 3)
    data = b64(bytes(ord(c) ^ ord(key_text[j % len(key_text)]) for j, c in enumerate(text)))
    head = f"${k}='{key_text}';${d}=[Convert]::FromBase64String('{data}');"
    loop = (
        f"for(${i}=0;${i} -lt ${d}.Count;${i}++){{${d}[${i}]=${d}[${i}] -bxor [byte][char]${k}[${i} % ${k}.Length]}};"
    )
    return PS, head + loop + run(f"[Text.Encoding]::ASCII.GetString(${d})", rng)


@way("ps-shifted", PS, longest=900)
def shifted(text: str, rng: Rng) -> Made:
    """Every character moved by a number."""
    n = rng.randint(1, 5)
    moved = "".join(chr(ord(c) + n) for c in text)
    if not _ascii(text) or "\n" in text or not moved.isprintable():
        return None
    body = ps_quoted(moved)
    made = either(
        rng,
        f"-join({body}.ToCharArray()|%{{[char]([int]$_-{n})}})",
        f"-join([char[]]{body}|%{{[char]([byte][char]$_-{n})}})",
        f"-join([int[]][char[]]{body}|%{{[char]($_-{n})}})",
    )
    return PS, run(made, rng)


@way("ps-byte-array", PS, longest=900)
def byte_array(text: str, rng: Rng) -> Made:
    """Bytes in hex, read as text."""
    listed = ",".join(f"0x{b:02x}" for b in text.encode())
    made = either(
        rng,
        f"[Text.Encoding]::UTF8.GetString([byte[]]({listed}))",
        f"[System.Text.Encoding]::ASCII.GetString(@({listed}))",
        f"(New-Object Text.UTF8Encoding).GetString([byte[]]@({listed}))",
    )
    return PS, run(made, rng)


@way("ps-big-number", PS, longest=600)
def big_number(text: str, rng: Rng) -> Made:
    """One whole number whose bytes are the text."""
    if not _ascii(text):
        return None
    number = int.from_bytes(text.encode(), "little")
    made = either(rng, f"([bigint]::Parse('{number}')).ToByteArray()", f"([bigint]'{number}').ToByteArray()")
    return PS, run(f"[Text.Encoding]::ASCII.GetString({made})", rng)


@way("ps-guids", PS, longest=700)
def guids(text: str, rng: Rng) -> Made:
    """Sixteen bytes at a time as identifiers."""
    if not _ascii(text):
        return None
    data = text.encode()
    data += b" " * (-len(data) % 16)
    listed = ",".join(f"'{uuid.UUID(bytes_le=data[i : i + 16])}'" for i in range(0, len(data), 16))
    return PS, run(f"-join(@({listed})|%{{([guid]$_).ToByteArray()}}|%{{[char]$_}})", rng)


@way("ps-white-space", PS, longest=400)
def white_space(text: str, rng: Rng) -> Made:
    """Digits of codes as runs of tabs."""
    body = "  ".join(" ".join("\t" * (int(d) + 1) for d in str(ord(c))) for c in text)
    w = name(rng)
    made = f"-join((${w} -csplit '  ')|%{{[char][int](-join($_.Split(' ')|%{{$_.Length-1}}))}})"
    return PS, f"${w}='{body}';" + run(made, rng)


@way("ps-symbols", PS, longest=400)
def symbols(text: str, rng: Rng) -> Made:
    """Only signs: digits are variables, letters come from texts of values."""
    if not _ascii(text):
        return None
    signs = rng.sample(list(";=+@.[]()&|!"), 12)
    count, digit, cast = signs[0], signs[1:11], signs[11]
    out = f"${{{count}}}=+$();${{{digit[0]}}}=${{{count}}};"
    out += "".join(f"${{{s}}}=++${{{count}}};" for s in digit[1:])

    def number(n: int) -> str:
        return "".join(f"${{{digit[int(d)]}}}" for d in str(n))

    def pick(source: str, n: int) -> str:
        return f'"{source}"["{number(n)}"]'

    table = "$(@{})"
    out += f'${{{cast}}}="["+{pick(table, 7)}+{pick(table, 19)}+{pick(table, 20)}+{pick("$?", 1)}+"]";'
    insert = "+".join((pick(table, 14), pick(table, 16), pick(table, 0), pick(table, 4), pick("$?", 1), pick(table, 3)))
    out += f'${{{count}}}="".({insert});'
    out += f"${{{count}}}={pick(table, 14)}+{pick(table, 4)}+{pick(f'${{{count}}}', 27)};"
    codes = "+".join(f"${{{cast}}}{number(ord(c))}" for c in text)
    return PS, out + f'"{codes}|${{{count}}}"|&${{{count}}}'


# ---- encodings and streams --------------------------------------------------------------------
@way("ps-base64", PS)
def base64_text(text: str, rng: Rng) -> Made:
    """Base64 of a text in some encoding."""
    encoding, codec = rng.choice(
        (("Unicode", "utf-16-le"), ("UTF8", "utf-8"), ("ASCII", "utf-8"), ("UTF32", "utf-32-le"))
    )
    data = b64(text.encode(codec))
    v = name(rng)
    if rng.random() < 0.4:
        back = data[::-1]
        head = f"${v}='{back}'.ToCharArray();[Array]::Reverse(${v});"
        return PS, head + run(f"[Text.Encoding]::{encoding}.GetString([Convert]::FromBase64String((-join ${v})))", rng)
    if rng.random() < 0.5:
        mark = rng.choice("#@!*")
        data = "".join(c + (mark if rng.random() < 0.1 else "") for c in data)
        held = f"'{data}'.Replace('{mark}','')"
    else:
        held = f"'{data}'"
    decode = f"[{mixed('system.convert', rng)}]::{mixed('frombase64string', rng)}({held})"
    return PS, run(f"[{mixed('text.encoding', rng)}]::{encoding}.{mixed('getstring', rng)}({decode})", rng)


@way("ps-stream", PS)
def stream(text: str, rng: Rng) -> Made:
    """Deflate or gzip, read through streams."""
    kind = either(rng, "Deflate", "Gzip")
    data = b64(deflated(text.encode()) if kind == "Deflate" else gzipped(text.encode()))
    s, r, o = names(rng, 3)
    how = rng.randint(0, 2)
    if how == 0:
        made = (
            f"New-Object IO.StreamReader((New-Object IO.Compression.{kind}Stream([IO.MemoryStream]"
            f"[Convert]::FromBase64String('{data}'),[IO.Compression.CompressionMode]::Decompress)),[Text.Encoding]::ASCII)"
        )
        return PS, run(f"({made}).ReadToEnd()", rng)
    if how == 1:
        head = f'${s}=New-Object IO.MemoryStream(,[Convert]::FromBase64String("{data}"));'
        body = (
            f"IEX (New-Object IO.StreamReader(New-Object IO.Compression.{kind}Stream(${s},"
            "[IO.Compression.CompressionMode]::Decompress))).ReadToEnd();"
        )
        return PS, head + body
    head = (
        f"${s}=[IO.MemoryStream]::new([Convert]::FromBase64String('{data}'))\n"
        f"${r}=New-Object System.IO.Compression.{kind}Stream(${s},'Decompress')\n"
        f"${o}=New-Object System.IO.MemoryStream\n${r}.CopyTo(${o})\n"
    )
    return PS, head + run(f"[Text.Encoding]::UTF8.GetString(${o}.ToArray())", rng)


@way("ps-web-escapes", PS, longest=1500)
def web_escapes(text: str, rng: Rng) -> Made:
    """Escapes of URLs or of HTML."""
    if rng.random() < 0.5:
        how = either(rng, "[uri]::UnescapeDataString", "[Net.WebUtility]::UrlDecode")
        body = "".join(f"%{ord(c):02X}" if rng.random() < 0.6 else quote(c, safe="") for c in text)
        return (PS, run(f"{how}('{body}')", rng)) if _ascii(text) else None
    body = "".join(f"&#{ord(c)};" if rng.random() < 0.8 or not c.isalnum() else c for c in text)
    return PS, run(f"[Net.WebUtility]::HtmlDecode('{body}')", rng)


# ---- variables, environment, registry ---------------------------------------------------------
@way("ps-variable-drive", PS)
def variable_drive(text: str, rng: Rng) -> Made:
    """Set and fetched by cmdlets or by the drive of variables."""
    v = name(rng)
    put = either(
        rng,
        f"Set-Variable -Name {v} -Value {ps_quoted(text)}",
        f"sv {v} ({ps_quoted(text)})",
        f"Set-Item Variable:{v} {ps_quoted(text)}",
        f"New-Variable '{v}' {ps_quoted(text)}",
        f"si variable:/{v} {ps_quoted(text)}",
    )
    get = either(
        rng,
        f"Get-Variable {v} -ValueOnly",
        f"(gv {v}).Value",
        f"(Get-Item Variable:{v}).Value",
        f"(ls variable:{v}).Value",
    )
    return PS, put + either(rng, ";", "\n") + run(get, rng)


@way("ps-environment", PS)
def environment(text: str, rng: Rng) -> Made:
    """Kept in the environment."""
    v = name(rng)
    put = either(
        rng,
        f"$env:{v}={ps_quoted(text)}",
        f"[Environment]::SetEnvironmentVariable('{v}',{ps_quoted(text)},'Process')",
        f"Set-Item Env:{v} {ps_quoted(text)}",
    )
    get = either(rng, f"$env:{v}", f"(gci env:{v}).Value", f"[Environment]::GetEnvironmentVariable('{v}','Process')")
    return PS, put + ";" + run(get, rng)


@way("ps-registry", PS)
def registry(text: str, rng: Rng) -> Made:
    """Kept in a value of the registry, fetched and run."""
    k, v = name(rng).title(), name(rng)
    key = f"HKCU:\\Software\\{k}"
    data = b64(text.encode("utf-16-le"))
    put = f"New-Item -Path '{key}' -Force;Set-ItemProperty -Path '{key}' -Name '{v}' -Value '{data}';"
    get = either(
        rng, f"(Get-ItemProperty '{key}').{v}", f"(gp '{key}' -Name {v}).{v}", f"Get-ItemPropertyValue '{key}' {v}"
    )
    return (
        PS,
        put + run(f"[Text.Encoding]::Unicode.GetString([Convert]::FromBase64String(({get})))", rng),
        (key, f"{key}\\{v}"),
    )


@way("ps-block-arguments", PS)
def block_arguments(text: str, rng: Rng) -> Made:
    """Handed to a block as arguments in another order."""
    at = rng.randint(2, max(3, len(text) - 2))
    head, tail = ps_quoted(text[:at]), ps_quoted(text[at:])
    a, b = names(rng, 2)
    return PS, either(
        rng,
        f"&{{param(${a},${b})iex(${b}+${a})}} {tail} {head}",
        f"&{{iex($args[1]+$args[0])}} {tail} {head}",
        f'.{{Param([string]${a},[string]${b});IEX ("${{{a}}}${{{b}}}")}} {head} {tail}',
        f"icm {{iex($args[0]+$args[1])}} -ArgumentList {head},{tail}",
        f'function {a}-{b}{{iex("{{1}}{{0}}" -f $args[0],$args[1])}}\n{a}-{b} {tail} {head}',
    )


@way("ps-background", PS)
def background(text: str, rng: Rng) -> Made:
    """In a job, a thread of its own or a branch."""
    if text.count("{") != text.count("}") or text.rstrip().splitlines()[-1].lstrip().startswith("#"):
        return None
    nl = "\n" if "#" in text else ""
    v = name(rng)
    return PS, either(
        rng,
        f"Start-Job -ScriptBlock {{{text}{nl}}}|Wait-Job|Receive-Job",
        f"try{{&{{{text}{nl}}}}}catch{{}}",
        f"if($PSVersionTable.PSVersion.Major -ge 2){{{text}{nl}}}",
        f"${v}={{{text}{nl}}};${v}.Invoke()",
        f"do{{{text}{nl}}}while($false)",
    )


# ---- launchers --------------------------------------------------------------------------------
def _encoded(text: str, rng: Rng) -> str:
    flags = [
        either(rng, "-nop", "-NoP", "/nop", "-NoProfile"),
        either(rng, "-w hidden", "-W 1", "-WindowStyle Hidden", "-wi hidden"),
        either(rng, "-ep bypass", "-ExecutionPolicy Bypass", "-exec bypass", "-noni", "-sta"),
    ]
    rng.shuffle(flags)
    flag = either(rng, "-e", "-enc", "-ec", "-EncodedCommand", "/enc", "-eNCo")
    host = either(rng, "powershell", "powershell.exe", "PoWeRsHeLl", "pwsh.exe")
    return f"{host} {' '.join(flags[: rng.randint(1, 3)])} {flag} {b64(text.encode('utf-16-le'))}"


@way("ps-launch-encoded", PS, longest=1600)
def launch_encoded(text: str, rng: Rng) -> Made:
    """The encoded command of powershell.exe, started one way or another."""
    call, a = _encoded(text, rng), name(rng)
    p = Language.PROGRAM
    return rng.choice(
        (
            (p, call),
            (p, f"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\{call.replace(call.split()[0], 'powershell.exe', 1)}",
             (r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",)),
            (Language.CMD, f"start /min {call}"),
            (p, f'wmic process call create "{call}"'),
            (p, f'schtasks /create /tn {a} /sc minute /mo 30 /tr "{call}" /f'),
            (p, f'mshta vbscript:Execute("CreateObject(""WScript.Shell"").Run ""{call}"", 0 : window.close")'),
            (p, f"conhost.exe --headless {call}"),
            (p, f'forfiles.exe /p C:\\Windows\\System32 /m notepad.exe /c "{call}"',
             (r"C:\Windows\System32", "notepad.exe", r"C:\Windows\System32\notepad.exe")),
            (p, f'sc create {a} binPath= "cmd /c {call}" start= auto'),
            (p, f'pcalua.exe -a powershell.exe -c "{call.split(" ", 1)[1]}"'),
        )
    )  # fmt: skip


@way("ps-launch-command", PS, ban="\n%!^&|<>", longest=2500)
def launch_command(text: str, rng: Rng) -> Made:
    """As the command of powershell.exe, in double quotes."""
    escaped = text.replace('"', '\\"')
    if '\\\\"' in escaped:
        return None
    flags = either(rng, "-nop -c", "-NoLogo -NonInteractive -Command", "-ep bypass -w hidden -command", "/c", "-")
    if flags == "-":
        return (Language.CMD, f"echo {text}|powershell -nop -w 1 -") if '"' not in text else None
    return Language.CMD, f'{either(rng, "powershell", "powershell.exe", "pwsh")} {flags} "{escaped}"'


@way("ps-launch-variable", PS, ban='\n"%!', longest=2500)
def launch_variable(text: str, rng: Rng) -> Made:
    """In a variable of cmd.exe that powershell.exe reads."""
    v = name(rng)
    held = re.sub(r"([&|<>^])", r"^\1", text)
    get = either(
        rng,
        f"iex $env:{v}",
        f"$env:{v}^|iex",
        f"(gci env:{v}).value^|.('{{1}}{{0}}'-f'ex','i')",
        f"iex ([Environment]::GetEnvironmentVariable('{v}'))",
        f"-c iex (ls env:{v}).Value",
    )
    return Language.CMD, f"set {v}={held}&& powershell -nop {get}"
