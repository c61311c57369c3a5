"""Ways of hiding cmd.exe of the half kept apart: signs of the parser, variables, loops, files, and who starts it."""

from __future__ import annotations

import re
from collections.abc import Callable

from benchmarks.commands.corpus.held_tools import (
    Made,
    absent,
    b64,
    cut,
    either,
    marked,
    mixed,
    name,
    names,
    ps_quoted,
    registrar,
    shuffled,
)
from benchmarks.commands.corpus.truth import Hide, Rng

from vedette.schema.command import Language

WAYS: dict[str, Hide] = {}
way = registrar(WAYS)
CMD, PROGRAM = Language.CMD, Language.PROGRAM
SPECIAL = re.compile(r"[&|<>^]")
PLAIN = "&|<>^%!\"'()\n"
"""What a text must not hold that is to be cut, called and looped over without care."""
_SEEN = re.compile(r"\"[^\"]*\"|[^\"]+")


def _careted(text: str) -> str:
    return SPECIAL.sub(lambda m: "^" + m[0], text)


def _host(rng: Rng, *flags: str) -> str:
    start = either(rng, "cmd", "cmd.exe", "%COMSPEC%", "CMD", "%comspec%")
    return " ".join((start, *flags, either(rng, "/c", "/C", "/r")))


def _delayed(rng: Rng) -> str:
    return either(rng, "cmd /v:on /c", "cmd.exe /V:ON/C", "cmd /V /C", "%COMSPEC% /v:ON /q /c", "cmd /E:ON /V:ON /C")


# ---- signs of the parser ----------------------------------------------------------------------
@way("cmd-carets", CMD, ban="^%!\n")
def carets(text: str, rng: Rng) -> Made:
    """Carets before letters outside quotes, and mixed case in words."""

    def one(m: re.Match[str]) -> str:
        if m[0][0] == '"':
            return m[0]
        return re.sub(r"[A-Za-z]", lambda c: ("^" if rng.random() < 0.4 else "") + c[0], m[0])

    if re.search(r"(?i)\b(?:if|for|rem)\b", text):
        return None
    head, space, rest = text.partition(" ")
    return CMD, "".join(one(m) for m in _SEEN.finditer(mixed(head, rng) + space + rest))


_QUOTABLE = frozenset(
    "certutil bitsadmin reg net curl schtasks regsvr32 mshta ping nslookup vssadmin powershell".split()
)


@way("cmd-quotes", CMD, ban='"^%!\n()')
def quotes(text: str, rng: Rng) -> Made:
    """Pairs of quotes inside the name of a program and of its words."""
    if text.split(" ")[0] not in _QUOTABLE:
        return None
    out = []
    for i, token in enumerate(text.split(" ")):
        fits = token[:1].isalpha() and "://" not in token and "\\" not in token and len(token) > 3
        if fits and token not in ("start", "call") and (i == 0 or rng.random() < 0.4) and token.isalnum():
            at = rng.randint(1, len(token) - 1)
            token = either(rng, f'{token[:at]}""{token[at:]}', f'{token[:at]}"{token[at:]}"')
        out.append(token)
    made = " ".join(out)
    return (CMD, made) if made != text else None


@way("cmd-loose-signs", CMD, ban='"^%!\n()')
def loose_signs(text: str, rng: Rng) -> Made:
    """Commas, semicolons, brackets and at signs around the command, and conditions that hold."""
    inner = either(rng, f"({text})", f"(({text}))", f"( ,;, {text} )", f"(@{text})")
    return CMD, either(
        rng,
        f",;,{inner}",
        f"@(;{inner})",
        f"if 1==1 {inner}",
        f"if not defined {name(rng)} {inner}",
        f"if /i aB==Ab {inner}",
        f"(echo.>nul)&&{inner}",
        f'{_host(rng)} ",;({text})"',
    )


_KNOWN = {
    "COMSPEC": "C:\\Windows\\system32\\cmd.exe",
    "ProgramData": "C:\\ProgramData",
    "PUBLIC": "C:\\Users\\Public",
    "PATHEXT": ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC",
    "CommonProgramFiles": "C:\\Program Files\\Common Files",
    "OS": "Windows_NT",
}


@way("cmd-environment-letters", CMD, ban='"^%!\n')
def environment_letters(text: str, rng: Rng) -> Made:
    """Letters cut out of variables that every Windows has."""

    def letter(m: re.Match[str]) -> str:
        if rng.random() > 0.45:
            return m[0]
        found = [
            (v, i)
            for v, value in _KNOWN.items()
            for i, c in enumerate(value)
            if c == m[0] and (v != "COMSPEC" or i > 9)
        ]
        if not found:
            return m[0]
        v, i = rng.choice(found)
        shown = either(rng, v, v.upper(), v.lower())
        after = len(_KNOWN[v]) - i - 1
        if not after:
            return f"%{shown}:~-1%"
        return either(rng, f"%{shown}:~{i},1%", f"%{shown}:~-{after + 1},1%", f"%{shown}:~{i},-{after}%")

    made = re.sub(r"[A-Za-z]", letter, text)
    return (CMD, made) if made != text else None


# ---- variables --------------------------------------------------------------------------------
@way("cmd-joined-variables", CMD, ban='"^%!\n', longest=1500)
def joined_variables(text: str, rng: Rng) -> Made:
    """Pieces in variables, set out of order, joined by delayed expansion or a call."""
    parts = [p for p in cut(text, rng, 6, 16)]
    if any(p != p.strip() for p in parts):
        parts = re.findall(r" ?\S+", text)
        parts = [parts[0], *parts[1:]]
    held = names(rng, len(parts))
    if SPECIAL.search(text) or rng.random() < 0.5:
        sets = "&&".join(f"set {held[i]}={_careted(parts[i])}" for i in shuffled(len(parts), rng))
        whole = "".join(f"!{h}!" for h in held)
        return CMD, f'{_delayed(rng)} "{sets}&&cmd /c {whole}"'
    sets = "&&".join(f"set {held[i]}={parts[i]}" for i in shuffled(len(parts), rng))
    whole = "".join(f"%{h}%" for h in held)
    return CMD, f'cmd /c "{sets}&&call {whole}"'


@way("cmd-replaced", CMD, ban='"^%!\n=*~', longest=1500)
def replaced(text: str, rng: Rng) -> Made:
    """A marker taken out of a variable, or changed into what it stands for."""
    v = name(rng)
    if rng.random() < 0.5:
        mark = absent(text, rng, 1, 2)[0]
        body, change = marked(text, mark, rng), f"{mark}="
    else:
        char = rng.choice([c for c in "etaoirs" if c in text])
        mark = absent(text, rng, 1, 2)[0]
        body, change = text.replace(char, mark), f"{mark}={char}"
        if char.upper() in text and mark.lower() in text.lower():
            return None
    if SPECIAL.search(text) or rng.random() < 0.5:
        return CMD, f'{_delayed(rng)} "set {v}={_careted(body)}&&cmd /c !{v}:{change}!"'
    return CMD, f'cmd /c "set {v}={body}&&call set {v}=%{v}:{change}%&&call %{v}%"'


@way("cmd-loop-over-numbers", CMD, ban='"^%!\n=', longest=300)
def loop_over_numbers(text: str, rng: Rng) -> Made:
    """A loop picks characters out of a variable by number, until a last number runs them."""
    alphabet = sorted(set(text) - set("&|<> ")) + rng.sample("0123456789", 2)
    rng.shuffle(alphabet)
    alphabet = list(dict.fromkeys(alphabet)) + [c for c in "&|<> " if c in text]
    if alphabet[-1] == " ":
        alphabet = alphabet[:-1]
        alphabet.insert(1, " ")
    k, f = names(rng, 2)
    numbers = [str(alphabet.index(c)) for c in text]
    last = str(rng.randint(100, 2000))
    var = rng.choice("aeiouAEU")
    gap = either(rng, " ", ",", ";", "  ")
    body = _careted("".join(alphabet))
    run = f"cmd /c !{f}:~-{len(text)}!"
    if not SPECIAL.search(text) and rng.random() < 0.5:
        run = f"call %{f}:~-{len(text)}%"
    loop = f"for %{var} in ({gap.join((*numbers, last))}) do set {f}=!{f}!!{k}:~%{var},1!&& if %{var}=={last} {run}"
    return CMD, f'{_delayed(rng)} "set {k}={body}&& {loop}"'


@way("cmd-backwards", CMD, ban='"^%!\n=', longest=900)
def backwards(text: str, rng: Rng) -> Made:
    """Written from the end, read by a loop that counts down."""
    k, f = names(rng, 2)
    n = len(text)
    run = f"cmd /c !{f}:~-{n}!" if SPECIAL.search(text) else f"call %{f}:~-{n}%"
    loop = f"for /L %i in ({n - 1},-1,0) do set {f}=!{f}!!{k}:~%i,1!&&if %i==0 {run}"
    return CMD, f'{_delayed(rng)} "set {k}={_careted(text[::-1])}&&{loop}"'


@way("cmd-first-word", CMD, ban='"^%!\n()=')
def first_word(text: str, rng: Rng) -> Made:
    """The program's name out of a loop or a variable."""
    head, space, rest = text.partition(" ")
    if len(head) < 4 or not space or head == "start" or SPECIAL.search(head) or "_" in head:
        return None
    at = rng.randint(1, len(head) - 1)
    v = name(rng)
    forms = [
        f"for %a in ({head}) do %a {rest}",
        f'for /f %q in ("{head}") do %q {rest}',
        f'for /f "tokens=2 delims=_" %w in ("zk_{head}_vv") do @%w {rest}',
        f"for %a in ({head[:at]}) do for %b in ({head[at:]}) do %a%b {rest}",
    ]
    if not SPECIAL.search(text):
        forms += [f"set {v}={head}& call %{v}% {rest}", f'cmd /v /c "set {v}={head[at:]}&&{head[:at]}!{v}! {rest}"']
    return CMD, rng.choice(forms)


@way("cmd-captured", CMD, ban="\"^%!\n()'")
def captured(text: str, rng: Rng) -> Made:
    """The output of a command, run."""
    inner = _careted(text)
    v = rng.choice("abcijkxyz")
    return CMD, either(
        rng,
        f"for /f \"delims=\" %{v} in ('echo {_careted(inner)}') do cmd /c %{v}",
        f'for /f "tokens=*" %{v} in (\'cmd /c echo {_careted(_careted(inner))}\') do @cmd /c "%{v}"',
        f'for /f "usebackq delims=" %{v} in (`echo {_careted(inner)}`) do cmd /c %{v}',
        f"echo {_careted(inner)}|cmd",
        f"echo {_careted(inner)} | cmd.exe /q",
    )


# ---- files and batches ------------------------------------------------------------------------
@way("cmd-written-batch", CMD, ban='"^%!\n()')
def written_batch(text: str, rng: Rng) -> Made:
    """Written into a batch file, then run."""
    f = f"{either(rng, '%TEMP%', '%PUBLIC%', 'C:' + chr(92) + 'ProgramData')}\\{name(rng)}.{either(rng, 'bat', 'cmd')}"
    adds = (f, f.replace("%PUBLIC%", "C:\\Users\\Public"), f.rsplit("\\", 1)[1])
    line = _careted(text)
    pieces = text.split(" && ")
    if len(pieces) == 2 and rng.random() < 0.4:
        whole = f"(echo @echo off&echo {_careted(pieces[0])}^&^& {_careted(pieces[1])})>{f}&{f}"
        return CMD, whole, adds
    return (
        CMD,
        either(
            rng,
            f">{f} echo {line}&call {f}",
            f"echo @echo off>{f}&&echo {line} >>{f}&&{f}",
            f"(echo {line})>{f}& start /b cmd /c {f}",
        ),
        adds,
    )


@way("cmd-decoded-file", CMD, longest=1200)
def decoded_file(text: str, rng: Rng) -> Made:
    """Base64 written to a file, decoded by certutil, run."""
    if "%" in text and "\n" not in text:
        return None
    a, b = names(rng, 2)
    folder = either(rng, "%TEMP%\\", "C:\\Users\\Public\\", "C:\\ProgramData\\", "")
    source, batch = f"{folder}{a}.{either(rng, 'txt', 'b64', 'tmp')}", f"{folder}{b}.bat"
    data = b64((text + "\r\n").encode())
    half = len(data) // 8 * 4
    if rng.random() < 0.5:
        write = f">{source} echo {data}"
    else:
        write = f">{source} echo {data[:half]}&>>{source} echo {data[half:]}"
    flag = either(rng, "-decode", "/decode", "-f -decode")
    adds = (source, batch, source.rsplit("\\", 1)[-1], batch.rsplit("\\", 1)[-1])
    return CMD, f"{write}&certutil {flag} {source} {batch}&{either(rng, '', 'call ')}{batch}", adds


@way("cmd-batch-alphabet", CMD, ban='"^%!\n', longest=700)
def batch_alphabet(text: str, rng: Rng) -> Made:
    """Lines of a batch file that pick every letter out of a shuffled alphabet."""
    letters = list("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    rng.shuffle(letters)
    k = name(rng)
    out = "".join(f"%{k}:~{letters.index(c)},1%" if c in letters and rng.random() < 0.9 else c for c in text)
    return CMD, f'@echo off\r\nset "{k}={"".join(letters)}"\r\n{out}\r\n'


@way("cmd-batch-pieces", CMD, ban='"^%!\n', longest=1200)
def batch_pieces(text: str, rng: Rng) -> Made:
    """Lines of a batch file that set pieces out of order and run them joined."""
    parts = cut(text, rng, 5, 14)
    held = names(rng, len(parts))
    sets = [f'{mixed("set", rng)} "{held[i]}={parts[i]}"' for i in shuffled(len(parts), rng)]
    end = either(rng, "\r\n", "\n")
    return CMD, end.join(("@echo off", *sets, "".join(f"%{h}%" for h in held), ""))


@way("cmd-batch-jumps", CMD, ban='"^%!\n', longest=1200)
def batch_jumps(text: str, rng: Rng) -> Made:
    """A batch file whose labels lie out of order; every one adds a piece."""
    parts = cut(text, rng, 12, 24)
    labels, v = names(rng, len(parts)), "s" + name(rng)
    blocks = []
    for i, part in enumerate(parts):
        after = labels[i + 1] if i + 1 < len(parts) else "end"
        blocks.append(f':{labels[i]}\nset "{v}=%{v}%{part}"\ngoto {after}')
    rng.shuffle(blocks)
    return CMD, "\n".join((f"@echo off\ngoto {labels[0]}", *blocks, f":end\n%{v}%", ""))


# ---- who starts it ----------------------------------------------------------------------------
@way("cmd-started-by", CMD, ban='"^%!\n')
def started_by(text: str, rng: Rng) -> Made:
    """As the command of another program of Windows."""
    a = name(rng)
    system, doubled, minute = "C:\\Windows\\System32", text.replace("\\", "\\\\"), rng.randint(10, 59)
    twice, shell = f'{_host(rng, "/d", "/s")} "{_host(rng, "/q")} "{text}""', "new ActiveXObject('WScript.Shell')"
    jscript = "'cmd /c " + doubled.replace("'", "\\'") + "'"
    forms: tuple[Callable[[], Made], ...] = (
        lambda: (CMD, f'{_host(rng)} "{text}"'),
        lambda: (CMD, twice if not SPECIAL.search(text) else f'cmd /c "{text}"'),
        lambda: (PROGRAM, f'wmic process call create "cmd /c {text}"'),
        lambda: (PROGRAM, f'schtasks.exe /Create /F /SC DAILY /ST 09:{minute} /TN "{a}" /TR "cmd /c {text}"'),
        lambda: (
            PROGRAM,
            f'forfiles /p {system} /m {either(rng, "notepad.exe", "calc.exe")} /c "cmd /c {text}"',
            (system, "notepad.exe", "calc.exe", f"{system}\\notepad.exe", f"{system}\\calc.exe"),
        ),
        lambda: (
            PROGRAM,
            f'reg add HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\RunOnce /v {a} /d "cmd /c {text}" /f',
            ("HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\RunOnce",
             f"HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\RunOnce\\{a}"),
        ),
        lambda: (PROGRAM, f'sc create {a} binPath= "{system}\\cmd.exe /c {text}" type= own', (f"{system}\\cmd.exe",)),
        lambda: (PROGRAM, f'conhost.exe --headless cmd.exe /c "{text}"'),
        lambda: (PROGRAM, f'psexec.exe -accepteula -s -d cmd.exe /c "{text}"'),
        lambda: (PROGRAM, f'mshta.exe vbscript:Close(CreateObject("WScript.Shell").Run("cmd /c {text}",0,True))'),
        lambda: (PROGRAM, f'mshta "javascript:{shell}.Run({jscript},0);close()"'),
        lambda: (CMD, f'start "" /min /b cmd /c "{text}"'),
    )  # fmt: skip
    return rng.choice(forms)()


@way("cmd-from-powershell", CMD, ban='"^%!\n`$')
def from_powershell(text: str, rng: Rng) -> Made:
    """Started from PowerShell: a process, a management object, a shell object."""
    q = ps_quoted("/c " + text)
    whole = ps_quoted("cmd.exe /c " + text)
    return Language.POWERSHELL, either(
        rng,
        f"Start-Process -FilePath cmd.exe -ArgumentList {q} -WindowStyle Hidden",
        f"saps cmd {q} -NoNewWindow",
        f"[Diagnostics.Process]::Start('cmd.exe',{q})",
        f"([wmiclass]'Win32_Process').Create({whole})",
        f"Invoke-CimMethod -ClassName Win32_Process -MethodName Create -Arguments @{{CommandLine={whole}}}",
        f"Invoke-WmiMethod -Class Win32_Process -Name Create -ArgumentList {whole}",
        f"(New-Object -ComObject WScript.Shell).Run({whole},0,$false)",
        f"(New-Object -ComObject Shell.Application).ShellExecute('cmd.exe',{q},'','open',0)",
        f"& cmd.exe /c {ps_quoted(text)}",
        f"cmd /c {ps_quoted(text)} | Out-Null",
        f"$p=New-Object Diagnostics.ProcessStartInfo;$p.FileName='cmd.exe';$p.Arguments={q};"
        "[Diagnostics.Process]::Start($p)",
    )


@way("cmd-from-jscript", CMD, ban="\"\n'")
def from_jscript(text: str, rng: Rng) -> Made:
    """Run by a shell object of JScript."""
    escaped, v = text.replace("\\", "\\\\"), name(rng)
    return Language.JSCRIPT, either(
        rng,
        f'var {v} = new ActiveXObject("WScript.Shell"); {v}.Run("cmd.exe /c {escaped}", 0, true);',
        f"WScript.CreateObject('WScript.Shell').Exec('cmd /c {escaped}')",
        f'(new ActiveXObject("Shell.Application")).ShellExecute("cmd.exe", "/c {escaped}", "", "open", 0);',
        f"with(new ActiveXObject('WScript.Shell')){{Run('cmd /c {escaped}',0)}}",
    )


@way("cmd-from-vbscript", CMD, ban='"\n')
def from_vbscript(text: str, rng: Rng) -> Made:
    """Run by a shell object of VBScript."""
    v = name(rng)
    return (
        Language.VBSCRIPT,
        either(
            rng,
            f'Set {v} = CreateObject("WScript.Shell")\n{v}.Run "cmd.exe /c {text}", 0, True',
            f'Dim {v}:Set {v}=WScript.CreateObject("WScript.Shell"):{v}.Exec("cmd /c {text}")',
            f'GetObject("winmgmts:\\\\.\\root\\cimv2:Win32_Process").Create "cmd /c {text}", Null, Null, {v}',
            f'CreateObject("Shell.Application").ShellExecute "cmd.exe", "/c {text}", "", "open", 0',
        ),
        ("\\\\.\\root\\cimv2", "winmgmts:\\\\.\\root\\cimv2:Win32_Process"),
    )
