"""Ways of hiding in cmd.exe, as the development half writes them.

Texts are what stands at the prompt or after ``cmd /c`` unless a way makes a batch file of several lines.
"""

from __future__ import annotations

import base64
import re

from benchmarks.commands.corpus.dev_powershell import mixed, pieces
from benchmarks.commands.corpus.truth import Code, Hide, Rng, windows_path, word

from vedette.schema.command import Language

CMD = Language.CMD
LONGEST = 8000
"""Characters that a line of cmd.exe takes."""

WAYS: dict[str, Hide] = {}


def way(name: str):  # type: ignore[no-untyped-def]
    """Register a way that takes one line of cmd.exe and gives cmd.exe."""

    def put(make):  # type: ignore[no-untyped-def]
        def hide(code: Code, rng: Rng) -> Code | None:
            if code.language is not CMD or "\n" in code.text:
                return None
            made = make(code.text, rng)
            if made is None:
                return None
            text, adds = made if isinstance(made, tuple) else (made, ())
            if text == code.text or max(map(len, text.split("\n"))) > LONGEST:
                return None
            return code.hidden(CMD, text, "cmd/" + name, *adds)

        WAYS["cmd/" + name] = hide
        return make

    return put


def simple(text: str, more: str = "") -> bool:
    """Return whether a line has none of the characters that need thought."""
    return not any(c in text for c in '"%!^\n' + more)


def escaped(text: str, times: int = 1) -> str:
    """Return a line whose operators are literal after so many readings."""
    for _ in range(times):
        text = re.sub(r"([&|<>^])", r"^\1", text)
    return text


@way("caret")
def _caret(text: str, rng: Rng) -> str | None:
    if any(c in text for c in "^!%"):
        return None
    out, quoted = [], False
    for c in text:
        if c == '"':
            quoted = not quoted
        out.append("^" + c if not quoted and c not in "&|<>% " and rng.random() < 0.4 else c)
    return "".join(out)


@way("case")
def _case(text: str, rng: Rng) -> str | None:
    found = re.match(r"[a-z]+(?:\.exe)?(?= )", text)
    return mixed(found[0], rng) + text[found.end() :] if found else None


@way("quotes")
def _quotes(text: str, rng: Rng) -> str | None:
    found = re.match(r"(certutil|bitsadmin|regsvr32|mshta|schtasks|vssadmin|curl|powershell)(?=[ .])", text)
    if not found:
        return None
    name = found[0]
    at = sorted(rng.sample(range(1, len(name)), min(3, len(name) - 1)))
    split = [name[i:j] for i, j in zip([0, *at], [*at, len(name)], strict=True)]
    return '""'.join(split) + text[found.end() :]


@way("delimiters")
def _delimiters(text: str, rng: Rng) -> str | None:
    if not simple(text):
        return None
    return rng.choice((",;,cmd.exe,;,/c,;,", ";;cmd,,/c ", ",cmd;/C,", "@cmd,/c,")) + f'"{text}"'


@way("parentheses")
def _parentheses(text: str, rng: Rng) -> str | None:
    return (
        None
        if any(c in text for c in "()") or not simple(text)
        else rng.choice((f"(({text}))", f"( ( ( {text} ) ) )", f"@({text})"))
    )


@way("set-call")
def _set_call(text: str, rng: Rng) -> str | None:
    if not simple(text, "<>&|"):
        return None
    parts = pieces(text, rng, 6, 30)
    names = [f"{word(rng)}{i}" for i in range(len(parts))]
    put = [f"set {n}={p}" for n, p in zip(names, parts, strict=True)]
    rng.shuffle(put)
    return "&&".join(put) + "&&call " + "".join(f"%{n}%" for n in names)


@way("set-quoted")
def _set_quoted(text: str, rng: Rng) -> str | None:
    if not simple(text):
        return None
    parts = pieces(text, rng, 3, 15)
    names = [f"{word(rng)}{i}" for i in range(len(parts))]
    put = [f'set "{n}={p}"' for n, p in zip(names, parts, strict=True)]
    rng.shuffle(put)
    return "@echo off\n" + "\n".join(put) + "\n" + "".join(f"%{n}%" for n in names)


@way("substring")
def _substring(text: str, rng: Rng) -> str | None:
    if not simple(text) or len(text) > 600:
        return None
    letters = sorted(set(text) - set("&|<> "))
    rng.shuffle(letters)
    name = word(rng)
    body = "".join(f"%{name}:~{letters.index(c)},1%" if c in letters and rng.random() < 0.8 else c for c in text)
    return f"@echo off\r\nset {name}={''.join(letters)}\r\n{body}"


@way("system-substring")
def _system(text: str, rng: Rng) -> str | None:
    known = {
        "ComSpec": "C:\\WINDOWS\\system32\\cmd.exe",
        "PUBLIC": "C:\\Users\\Public",
        "ProgramFiles": "C:\\Program Files",
    }
    out, done = [], False
    for c in text:
        found = [(n, v.rfind(c)) for n, v in known.items() if v.rfind(c) > (11 if n == "ComSpec" else 3)]
        if c.isalpha() and c.islower() and found and rng.random() < 0.35:
            name, at = rng.choice(found)
            at = at if rng.random() < 0.5 else at - len(known[name])
            out.append(f"%{name}:~{at},1%" if at != -1 else f"%{name}:~-1%")
            done = True
        else:
            out.append(c)
    return "".join(out) if done and simple(text) else None


@way("replace")
def _replace(text: str, rng: Rng) -> str | None:
    mark = next((m for m in ("@", "#", "$$", "{}", "_-_") if m not in text), None)
    if not simple(text, "<>&|") or mark is None:
        return None
    name, body, style = word(rng), mark.join(pieces(text, rng, 1, 4)), rng.randrange(3)
    if style == 0:
        return f"set {name}={body}&&call %{name}:{mark}=%"
    if style == 1:
        return f'cmd /V:ON /C "set {name}={body}&&!{name}:{mark}=!"'
    letters = [c for c in sorted(set(text.lower())) if c.isalpha() and c.upper() not in text]
    if not letters:
        return None
    letter = rng.choice(letters)
    body = text.replace(letter, mark)
    return f"@echo off\nset {name}={body}\nset {name}=%{name}:{mark}={letter}%\n%{name}%"


@way("delayed-reverse")
def _reverse(text: str, rng: Rng) -> str | None:
    if not simple(text, "<>|&") or len(text) > 1500:
        return None
    a, b, i = word(rng), word(rng) + "x", rng.choice("abcijkxyz")
    return (
        f'cmd /V:ON /C "set {a}={text[::-1]}&&for /L %{i} in ({len(text) - 1},-1,0) do set {b}=!{b}!!{a}:~%{i},1!'
        f'&&if %{i}==0 call %{b}:*{b}!=%"'
    )


@way("for-code")
def _forcode(text: str, rng: Rng) -> str | None:
    if not simple(text, "<>|&") or len(text) > 700:
        return None
    letters = [*sorted(set(text) - {" "}), " "]
    if letters[0] == " ":
        return None
    head, rest = letters[:1], letters[1:-1]
    rng.shuffle(rest)
    pool = "".join(head + rest[: len(rest) // 2] + [" "] + rest[len(rest) // 2 :])
    a, b, i, last = word(rng), word(rng) + "z", rng.choice("abcijkxyz"), rng.randint(1000, 2000)
    at = rng.choice((" ", ",")).join(str(pool.index(c)) for c in text)
    return (
        f'cmd /V:ON /C "set {a}={pool}&&for %{i} in ({at} {last}) do set {b}=!{b}!!{a}:~%{i},1!'
        f'&&if %{i}=={last} call %{b}:~-{len(text)}%"'
    )


@way("for-code-batch")
def _forcode_batch(text: str, rng: Rng) -> str | None:
    if not simple(text, "<>|&") or len(text) > 700 or " " not in text:
        return None
    letters = sorted(set(text) - {" "})
    rng.shuffle(letters)
    pool = "".join(letters[:3]) + " " + "".join(letters[3:])
    a, b = word(rng), word(rng) + "q"
    at = " ".join(str(pool.index(c)) for c in text)
    return (
        f'@echo off\nsetlocal EnableDelayedExpansion\nset "{a}={pool}"\nset "{b}="\n'
        f'for %%i in ({at}) do (\n  set "{b}=!{b}!!{a}:~%%i,1!"\n)\n!{b}!\nendlocal'
    )


@way("for-f")
def _for_f(text: str, rng: Rng) -> str | None:
    if not simple(text, "'(),;=") or len(text) > 3000:
        return None
    v = rng.choice("abcdxyz")
    style = rng.randrange(3)
    if style == 0 and not any(c in text for c in "&|<>"):
        return f"for /f \"delims=\" %{v} in ('echo {text}') do %{v}"
    if style == 1:
        return f'for /F "tokens=*" %{v} in (\'echo {escaped(text, 2)}\') do cmd /c "%{v}"'
    if any(c in text for c in "&|<>"):
        return None
    first, _, rest = text.partition(" ")
    return f'for /f "tokens=1*" %{v} in ("{first} {rest}") do %{v} %{chr(ord(v) + 1)}' if rest and v != "z" else None


@way("for-set")
def _for_set(text: str, rng: Rng) -> str | None:
    if not simple(text, "<>&|,;=*?'"):
        return None
    name, v = word(rng), rng.choice("abcxy")
    return f"set {name}={text}&&for /f \"tokens=1* delims==\" %{v} in ('set {name}') do cmd /c %{chr(ord(v) + 1)}"


@way("call-set")
def _call_set(text: str, rng: Rng) -> str | None:
    if not simple(text, "<>&|"):
        return None
    name = word(rng)
    parts = pieces(text, rng, 8, 30)
    if any(p != p.strip() for p in parts):
        parts = [text]
    lines = [f"set {name}={parts[0]}"] + [f"call set {name}=%{name}%{p}" for p in parts[1:]]
    return "&&".join(lines) + f"&&call %{name}%" if len(lines) > 1 else f"set {name}={text}&call %{name}%"


@way("delayed")
def _delayed(text: str, rng: Rng) -> str | None:
    if not simple(text, "<>&|"):
        return None
    parts = pieces(text, rng, 4, 20)
    if any(p != p.rstrip() for p in parts):
        parts = re.split(r"(?<=\S)(?= )", text)
    names = [f"{word(rng)}{i}" for i in range(len(parts))]
    put = [f"set {n}={p}" for n, p in zip(names, parts, strict=True)]
    rng.shuffle(put)
    return f'cmd.exe /v:on /c "{"&".join(put)}&{"".join(f"!{n}!" for n in names)}"' if len(parts) > 1 else None


@way("decode-file")
def _decode_file(text: str, rng: Rng) -> tuple[str, tuple[str, ...]] | None:
    if "%" in text:  # a percent sign is another thing in a batch file
        return None
    a, b = windows_path(rng, ".txt", ".b64"), windows_path(rng, ".bat", ".cmd")
    body = ("@echo off\r\n" if rng.random() < 0.5 else "") + text + "\r\n"
    if rng.random() < 0.7:
        data = base64.b64encode(body.encode()).decode()
        return f"echo {data}>{a}&certutil -decode {a} {b}&{rng.choice((b, 'cmd /c ' + b, 'call ' + b))}", (a, b)
    return f"echo {body.encode().hex()}>{a} & certutil -f -decodehex {a} {b} & {b}", (a, b)


@way("file")
def _file(text: str, rng: Rng) -> tuple[str, tuple[str, ...]] | None:
    path = windows_path(rng, ".bat", ".cmd")
    if not simple(text, "()") or re.search(r"(^| )\d$", text):
        return None
    return f"echo {escaped(text)}>{path}&&{rng.choice((path, 'call ' + path, f'start /min {path}'))}", (path,)


@way("pipe")
def _pipe(text: str, rng: Rng) -> str | None:
    return f"echo {escaped(text, 2)}|{rng.choice(('cmd', 'cmd.exe', '%ComSpec%', 'cmd /q'))}" if simple(text) else None


@way("nested")
def _nested(text: str, rng: Rng) -> str | None:
    if '"' in text or "%" in text:
        return None
    name = rng.choice(("cmd", "cmd.exe", "%COMSPEC%", "C:\\Windows\\System32\\cmd.exe", "CmD.eXe"))
    return f'{name} {rng.choice(("/c", "/C", "/q /c", "/d /s /c"))} "{text}"'


@way("wmic")
def _wmic(text: str, rng: Rng) -> str | None:
    if '"' in text or "," in text or "'" in text or "%" in text:
        return None
    return f'wmic process call create "cmd /c {text}"'


@way("task")
def _task(text: str, rng: Rng) -> str | None:
    if '"' in text or "%" in text or len(text) > 240:
        return None
    return f'schtasks /create /f /sc once /st 23:59 /tn {word(rng)} /tr "cmd.exe /c {text}"'


@way("proxy")
def _proxy(text: str, rng: Rng) -> str | None:
    if not simple(text, "<>&|"):
        return None
    return rng.choice(
        (
            f'forfiles /p c:\\windows\\system32 /m notepad.exe /c "cmd /c {text}"',
            f'pcalua -a cmd.exe -c "/c {text}"',
            f'start /b "" cmd /c "{text}"',
            f'conhost cmd /c "{text}"',
            f'if exist C:\\Windows cmd /c "{text}"',
        )
    )


def _proxied(name: str) -> None:
    made = WAYS[name]

    def hide(code: Code, rng: Rng) -> Code | None:
        out = made(code, rng)
        if out is None:
            return None
        return Code(
            language=out.language,
            text=out.text,
            methods=out.methods,
            adds=(*out.adds, "c:\\windows\\system32", "C:\\Windows", "C:\\Windows\\System32\\cmd.exe"),
            depth=out.depth,
        )

    WAYS[name] = hide


_proxied("cmd/proxy")
_proxied("cmd/nested")


@way("set-digits")
def _digits(text: str, rng: Rng) -> str | None:
    if not simple(text, "<>&|"):
        return None
    lines, used = ["@echo off"], {}
    for c in dict.fromkeys(text):
        if c.isalnum() and rng.random() < 0.6:
            used[c] = f"{rng.choice('qzxk')}{len(used)}{rng.choice('vw')}"
    for c, name in used.items():
        lines.append(f"set {name}={c}")
    head, tail = lines[:1], lines[1:]
    rng.shuffle(tail)
    return "\n".join([*head, *tail, "".join(f"%{used[c]}%" if c in used else c for c in text)])


@way("junk-variables")
def _junk(text: str, rng: Rng) -> str | None:
    if not simple(text):
        return None
    out = [c + (f"%{word(rng)}{rng.randint(100, 999)}%" if rng.random() < 0.2 and c.isalnum() else "") for c in text]
    return "@echo off\n" + "".join(out)


@way("goto")
def _goto(text: str, rng: Rng) -> str | None:
    if not simple(text, "<>&|"):
        return None
    parts, name = pieces(text, rng, 6, 30), word(rng)
    labels = [f"l{rng.randint(100, 999)}{i}" for i in range(len(parts))]
    blocks = []
    for i, part in enumerate(parts):
        after = f"goto {labels[i + 1]}" if i + 1 < len(parts) else "goto run"
        blocks.append(f':{labels[i]}\nset "{name}=%{name}%{part}"\n{after}')
    rng.shuffle(blocks)
    return "\n".join(["@echo off", f'set "{name}="', f"goto {labels[0]}", *blocks, ":run", f"%{name}%"])


@way("comment-lines")
def _comments(text: str, rng: Rng) -> str | None:
    if "%" in text:
        return None
    junk = [rng.choice(("rem ", ":: ", "REM ")) + " ".join(word(rng) for _ in range(4)) for _ in range(4)]
    return "\n".join(["@echo off", *junk[:2], "title " + word(rng), text, *junk[2:], "exit /b 0"])
