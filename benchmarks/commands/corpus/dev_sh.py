"""Ways of hiding in the shells of Unix, as the development half writes them: bash, where POSIX sh has not got it.

A *source* is a function of a text that returns a command whose standard output is the text; a *run* takes the source
and makes a line that runs what it writes.
"""

# ruff: noqa: E501 - a line of another language is one line here too

from __future__ import annotations

import base64
import bz2
import codecs
import gzip
import lzma
import re
import shlex
from collections.abc import Callable

from benchmarks.commands.corpus.dev_powershell import pieces
from benchmarks.commands.corpus.truth import Code, Hide, Rng, unix_path, word

from vedette.schema.command import Language

SH = Language.SH
Source = Callable[[str, Rng], "str | None"]
INTERPRETERS = {
    Language.SH: ("bash", "sh", "/bin/bash", "/bin/sh"),
    Language.PYTHON: ("python3", "python", "/usr/bin/python3"),
    Language.PERL: ("perl", "/usr/bin/perl"),
    Language.RUBY: ("ruby",),
    Language.PHP: ("php",),
}
FLAG = {Language.SH: "-c", Language.PYTHON: "-c", Language.PERL: "-e", Language.RUBY: "-e", Language.PHP: "-r"}


def b64(data: bytes) -> str:
    """Return base64."""
    return base64.b64encode(data).decode()


_BASH_ONLY = re.compile(
    r"<\(|<<<|\$'|\$\{|=\(|\(\(|function |printf -v|echo -|source |shopt|\\|>&|\{[^ }]*,|\[\[|/dev/tcp|eval|^\\."
)


def interpreter(text: str, language: Language, rng: Rng) -> str:
    """Return a program that runs a text: not ``sh``, where only bash can."""
    names = INTERPRETERS[language]
    return rng.choice([n for n in names if "bash" in n] if language is SH and _BASH_ONLY.search(text) else names)


def posix(text: str) -> str:
    """Return a line that ``/bin/sh`` runs: the text, or bash with it."""
    return f"bash -c {shlex.quote(text)}" if _BASH_ONLY.search(text) else text


def fed(text: str, rng: Rng, *, plain: bool = False) -> str:
    """Return the start of a pipe that writes a text without characters that a shell reads."""
    style = rng.randrange(3 if not plain else 2)
    if style == 0:
        return f"echo {rng.choice((text, shlex.quote(text), chr(34) + text + chr(34)))} |"
    if style == 1:
        return f"printf '%s' {shlex.quote(text)}|"
    return f"echo -n '{text}'|"


# ---- sources -----------------------------------------------------------------------------------
def _base64(text: str, rng: Rng) -> str:
    decode = rng.choice(
        ("base64 -d", "base64 --decode", "base64 -di", "openssl base64 -d -A", "openssl enc -base64 -d -A")
    )
    data = b64(text.encode())
    return f"{decode} <<< {data}" if rng.random() < 0.2 else f"{fed(data, rng)} {decode}"


def _base32(text: str, rng: Rng) -> str:
    return f"{fed(base64.b32encode(text.encode()).decode(), rng)} base32 -d"


def _gzip(text: str, rng: Rng) -> str:
    unpack = rng.choice(("gunzip", "gzip -d", "gzip -dc", "zcat", "gunzip -c"))
    return f"{fed(b64(gzip.compress(text.encode(), mtime=0)), rng)} base64 -d | {unpack}"


def _bzip2(text: str, rng: Rng) -> str:
    return f"{fed(b64(bz2.compress(text.encode())), rng)} base64 -d|{rng.choice(('bunzip2', 'bzip2 -d', 'bunzip2 -c'))}"


def _xz(text: str, rng: Rng) -> str:
    return f"{fed(b64(lzma.compress(text.encode())), rng)} base64 -d|{rng.choice(('xz -d', 'unxz', 'xzcat'))}"


def _hex(text: str, rng: Rng) -> str:
    data = text.encode().hex()
    return rng.choice((f"{fed(data, rng)} xxd -r -p", f"xxd -r -p <<< {data}", f"{fed(data, rng)} xxd -p -r"))


def _printf(text: str, rng: Rng) -> str:
    data = text.encode()
    style = rng.randrange(5)
    if style == 0:
        return "printf '" + "".join(f"\\x{b:02x}" for b in data) + "'"
    if style == 1:
        return 'printf "' + "".join(f"\\{b:03o}" for b in data) + '"'
    if style == 2:
        return "echo -e '" + "".join(f"\\x{b:02X}" for b in data) + "'"
    if style == 3:
        return "printf '%b' '" + "".join(f"\\0{b:03o}" for b in data) + "'"
    return 'echo -ne "' + "".join(f"\\x{b:02x}" for b in data) + '"'


def _rev(text: str, rng: Rng) -> str | None:
    if "\n" in text:
        return None
    turned = shlex.quote(text[::-1])
    return rng.choice((f"echo {turned}|rev", f"rev <<< {turned}", f"printf %s {turned} | rev"))


def _tr(text: str, rng: Rng) -> str:
    if rng.random() < 0.5:
        sets = rng.choice(("'A-Za-z' 'N-ZA-Mn-za-m'", "'[A-Za-z]' '[N-ZA-Mn-za-m]'", "a-zA-Z n-za-mN-ZA-M"))
        return f"echo {shlex.quote(codecs.encode(text, 'rot13'))} | tr {sets}"
    letters = sorted({c for c in text if c.isalnum()})
    to = letters[:]
    rng.shuffle(to)
    hidden = text.translate(str.maketrans(dict(zip(letters, to, strict=True))))
    return f"echo {shlex.quote(hidden)}|tr '{''.join(to)}' '{''.join(letters)}'"


def _sed(text: str, rng: Rng) -> str | None:
    mark = next((m for m in ("@", "#", "_Z_", "%%", "QQ") if m not in text), None)
    if mark is None:
        return None
    body = shlex.quote(mark.join(pieces(text, rng, 1, 4)))
    if rng.random() < 0.5:
        return f"echo {body} | sed 's/{mark}//g'"
    common = rng.choice([c for c in text if c.isalnum()])
    body = shlex.quote(text.replace(common, mark))
    return rng.choice((f"echo {body}|sed -e 's,{mark},{common},g'", f"sed 's|{mark}|{common}|g' <<< {body}"))


def _tr_delete(text: str, rng: Rng) -> str | None:
    mark = next((m for m in "@#~^_," if m not in text), None)
    if mark is None or "-" in mark:
        return None
    return f"echo {shlex.quote(mark.join(pieces(text, rng, 1, 3)))}|tr -d '{mark}'"


def _array(text: str, rng: Rng) -> str:
    letters = sorted(set(text))
    rng.shuffle(letters)
    name, i = word(rng), rng.choice("ijkx")
    stored = " ".join(shlex.quote(c) if c not in "\n'" else ("$'\\n'" if c == "\n" else '"\'"') for c in letters)
    at = " ".join(str(letters.index(c)) for c in text)
    return f'{name}=({stored});for {i} in {at};do printf %s "${{{name}[${i}]}}";done'


def _codes(text: str, rng: Rng) -> str | None:
    if not text.isascii():
        return None
    numbers = " ".join(str(ord(c)) for c in text)
    v = rng.choice("icnx")
    return f"for {v} in {numbers}; do printf \"\\\\$(printf '%03o' ${v})\"; done"


def _xor(text: str, rng: Rng) -> str | None:
    if not text.isascii():
        return None
    key, v = rng.randint(1, 127), rng.choice("bcx")
    numbers = " ".join(str(ord(c) ^ key) for c in text)
    return f"for {v} in {numbers};do printf \\\\$(printf %o $(({v}^{key})));done"


def _cut(text: str, rng: Rng) -> str | None:
    mark = next((m for m in ":;@#" if m not in text), None)
    if mark is None or "\n" in text:
        return None
    before, after = word(rng), word(rng)
    return f"echo {shlex.quote(f'{before}{mark}{text}{mark}{after}')}|cut -d'{mark}' -f2"


def _awk(text: str, rng: Rng) -> str | None:
    if "\n" in text or not text.isascii():
        return None
    style = rng.randrange(3)
    if style == 0:
        return "awk 'BEGIN{printf \"" + "%c" * len(text) + '",' + ",".join(str(ord(c)) for c in text) + "}'"
    if style == 1:
        turned = shlex.quote(text[::-1])
        return f"echo {turned}|awk '{{for(i=length($0);i>0;i--)printf \"%s\",substr($0,i,1)}}'"
    before = word(rng)
    mark = next((m for m in ":;@#" if m not in text), None)
    return f"echo {shlex.quote(before + str(mark) + text)} | awk -F'{mark}' '{{print $2}}'" if mark else None


def _perl(text: str, rng: Rng) -> str | None:
    style = rng.randrange(4)
    if style == 0:
        return f'perl -e \'print pack("H*","{text.encode().hex()}")\''
    if style == 1:
        return f"perl -MMIME::Base64 -e 'print decode_base64(\"{b64(text.encode())}\")'"
    if style == 2 and "\n" not in text:
        return f"echo {shlex.quote(text[::-1])} | perl -ne 'chomp;print scalar reverse'"
    return 'perl -e \'print join("",map{chr}(' + ",".join(str(b) for b in text.encode()) + "))'"


def _python(text: str, rng: Rng) -> str:
    style = rng.randrange(4)
    name = rng.choice(("python3", "python"))
    if style == 0:
        return f"{name} -c \"import base64;print(base64.b64decode('{b64(text.encode())}').decode())\""
    if style == 1:
        return f"{name} -c 'print(bytes.fromhex(\"{text.encode().hex()}\").decode())'"
    if style == 2:
        return f"{name} -c 'print(\"\".join(chr(c) for c in [{','.join(str(ord(c)) for c in text)}]))'"
    return f"{name} -c 'import sys;sys.stdout.write(\"\".join(map(chr,[{', '.join(str(ord(c)) for c in text)}])))'"


def _variables(text: str, rng: Rng) -> str:
    parts = pieces(text, rng, 2, 12)
    names = [f"{word(rng)}{i}" for i in range(len(parts))]
    put = [f"{n}={shlex.quote(p)}" for n, p in zip(names, parts, strict=True)]
    rng.shuffle(put)
    return ";".join(put) + ';echo "' + "".join(f"${{{n}}}" for n in names) + '"'


def _slices(text: str, rng: Rng) -> str:
    letters = sorted(set(text))
    rng.shuffle(letters)
    name = word(rng)
    return f"{name}={shlex.quote(''.join(letters))};printf %s " + "".join(
        f'"${{{name}:{letters.index(c)}:1}}"' for c in text
    )


def _substituted(text: str, rng: Rng) -> str | None:
    mark = next((m for m in ("@", "XQ", "_Z", "JJ") if m not in text), None)
    if mark is None:
        return None
    name, body = word(rng), mark.join(pieces(text, rng, 1, 4))
    return f'{name}={shlex.quote(body)};echo "${{{name}//{mark}/}}"'


def _trimmed(text: str, rng: Rng) -> str | None:
    name, before, after = word(rng), "".join(rng.choice("abcxyz") for _ in range(5)) + "%", "@" + word(rng)
    if "%" in text or "@" in text:
        return None
    return f'{name}={shlex.quote(before + text + after)};{name}=${{{name}#*%}};echo "${{{name}%@*}}"'


def _cased(text: str, rng: Rng) -> str | None:
    name = word(rng)
    turned = text.swapcase()
    return f'{name}={shlex.quote(turned)};printf %s "${{{name}~~}}"' if text.isascii() else None


def _turned(text: str, rng: Rng) -> str | None:
    if "\n" in text:
        return None
    name, out, i = word(rng), word(rng) + "r", rng.choice("ijk")
    return (
        f'{name}={shlex.quote(text[::-1])};{out}=;for(({i}=${{#{name}}}-1;{i}>=0;{i}--));do {out}="${out}${{{name}:${i}:1}}";done;'
        f'echo "${out}"'
    )


def _dollar(text: str, rng: Rng) -> str:
    return "printf %s $'" + "".join(rng.choice((f"\\x{b:02x}", f"\\{b:03o}")) for b in text.encode()) + "'"


def _here_document(text: str, rng: Rng) -> str:
    data = b64(text.encode())
    lines = "\n".join(data[i : i + 76] for i in range(0, len(data), 76))
    return f"base64 -d <<'EOF'\n{lines}\nEOF\n"


def _function(text: str, rng: Rng) -> str:
    name = word(rng)
    style = rng.randrange(2)
    if style == 0:
        return f'{name}(){{ echo "$1"|base64 -d; }};{name} {b64(text.encode())}'
    return f"function {name} {{ printf '%s' \"$1\" | xxd -r -p; }}; {name} {text.encode().hex()}"


def _twice(text: str, rng: Rng) -> str:
    inner = b64(text.encode())
    return f"{fed(b64(inner.encode()), rng)} base64 -d | base64 -d"


def _rev_base64(text: str, rng: Rng) -> str:
    return f"echo '{b64(text.encode())[::-1]}' | rev | base64 -d"


def _head(text: str, rng: Rng) -> str | None:
    if "\n" in text:
        return None
    junk = [word(rng) for _ in range(4)]
    at = rng.randrange(4)
    junk.insert(at, text)
    return "printf '%s\\n' " + " ".join(shlex.quote(j) for j in junk) + f"|sed -n {at + 1}p"


SOURCES: dict[str, Source] = {
    "base64": _base64,
    "base32": _base32,
    "gzip": _gzip,
    "bzip2": _bzip2,
    "xz": _xz,
    "xxd": _hex,
    "printf": _printf,
    "rev": _rev,
    "tr": _tr,
    "tr-delete": _tr_delete,
    "sed": _sed,
    "array-for": _array,
    "char-codes": _codes,
    "xor": _xor,
    "cut": _cut,
    "awk": _awk,
    "perl-decoder": _perl,
    "python-decoder": _python,
    "variable": _variables,
    "substring": _slices,
    "substitution": _substituted,
    "trimming": _trimmed,
    "case": _cased,
    "loop-reverse": _turned,
    "ansi-c": _dollar,
    "here-document": _here_document,
    "function": _function,
    "base64-twice": _twice,
    "rev-base64": _rev_base64,
    "sed-line": _head,
}


def runs(source: str, text: str, language: Language, rng: Rng) -> str | None:
    """Return a line that runs, as a language, the text which a source writes."""
    name = interpreter(text, language, rng)
    several = source.endswith("\n")
    alone = not several and not re.search(r";|\bfor\b", source)
    style = rng.randrange(9)
    if language is SH and style < 3 and not several:
        old = not re.search(r"[`\\$\"]", source)
        return f'eval "`{source}`"' if old and rng.random() < 0.4 else f'eval "$({source})"'
    if style < 5 and alone:
        return f"{source} | {name}" if language is not Language.PHP else None
    if style == 5 and not several:
        return f'{name} <<< "$({source})"' if language is not Language.PHP else None
    if style == 6 and not several:
        return f"{name} <({source})" if language is not Language.PHP else None
    if style == 7 and language is SH and not several:
        return rng.choice((f"source <({source})", f". <({source})"))
    return f'{name} {FLAG[language]} "$({source})"'


def _source_way(name: str, make: Source) -> Hide:
    def hide(code: Code, rng: Rng) -> Code | None:
        if code.language not in INTERPRETERS or "\r" in code.text or not code.text or code.text.endswith("\n"):
            return None
        source = make(code.text, rng)
        line = runs(source, code.text, code.language, rng) if source else None
        return code.hidden(SH, line, "sh/" + name) if line else None

    return hide


WAYS: dict[str, Hide] = {f"sh/{name}": _source_way(name, make) for name, make in SOURCES.items()}


def way(name: str) -> Callable[[Callable[[str, Rng], str | tuple[str, tuple[str, ...]] | None]], None]:
    """Register a way from shell to shell."""

    def put(make: Callable[[str, Rng], str | tuple[str, tuple[str, ...]] | None]) -> None:
        def hide(code: Code, rng: Rng) -> Code | None:
            made = make(code.text, rng) if code.language is SH else None
            if made is None:
                return None
            text, adds = made if isinstance(made, tuple) else (made, ())
            return None if text == code.text else code.hidden(SH, text, "sh/" + name, *adds)

        WAYS["sh/" + name] = hide

    return put


# ---- tokens: words of a plain line, outside quotes ---------------------------------------------
_WORD = re.compile(r"(?<![\w./:%+=$-])[\w./:%+-]{3,}(?![\w./:%+=-])")
_KEPT = frozenset("for while do done then else case esac function select until time".split())


def plain(text: str) -> bool:
    """Return whether a line has words and simple operators only."""
    return len(text) < 600 and not re.search(r"[\"'`$\\(){}\[\]*?!#\n~]", text)


def _words(name: str, make: Callable[[str, Rng], str | None], *, first: bool = True) -> None:
    def hide(text: str, rng: Rng) -> str | None:
        if not plain(text):
            return None
        spans = [
            m for m in _WORD.finditer(text) if m[0] not in _KEPT and not text[: m.start()].endswith((">", "&", "> "))
        ]
        out, last, done = "", 0, False
        for i, m in enumerate(spans):
            made = make(m[0], rng) if (i == 0 and first) or rng.random() < 0.8 else None
            out += text[last : m.start()] + (made or m[0])
            done |= bool(made)
            last = m.end()
        return out + text[last:] if done else None

    way("token-" + name)(hide)


def _quoted(w: str, rng: Rng) -> str:
    out = []
    for part in pieces(w, rng, 1, 4):
        out.append(rng.choice((f"'{part}'", f'"{part}"', part, part)))
        if rng.random() < 0.2:
            out.append(rng.choice(("''", '""')))
    return "".join(out)


def _slashed(w: str, rng: Rng) -> str:
    return "".join("\\" + c if rng.random() < 0.5 else c for c in w)


def _emptied(w: str, rng: Rng) -> str:
    def empty() -> str:
        return rng.choice(("$@", "${zz}", "$*", "``", "$()", "${nope}", "${1}"))

    return w[0] + "".join((empty() if rng.random() < 0.4 else "") + c for c in w[1:])


def _ansi(w: str, rng: Rng) -> str:
    out = []
    for part in pieces(w, rng, 2, 6):
        if rng.random() < 0.6:
            out.append(
                "$'"
                + "".join(rng.choice((f"\\x{ord(c):02x}", f"\\{ord(c):03o}", f"\\u{ord(c):04x}")) for c in part)
                + "'"
            )
        else:
            out.append(part)
    return "".join(out)


def _printed(w: str, rng: Rng) -> str:
    return rng.choice(
        (
            "$(printf '" + "".join(f"\\x{ord(c):02x}" for c in w) + "')",
            "$(printf %b '" + "".join(f"\\{ord(c):03o}" for c in w) + "')",
            f"$(echo {b64(w.encode())}|base64 -d)",
            f"$(rev<<<{w[::-1]})",
            f"`echo {w[::-1]}|rev`",
            f"$(tr 'a-zA-Z' 'n-za-mN-ZA-M'<<<{codecs.encode(w, 'rot13')})",
        )
    )


_words("quote", _quoted)
_words("backslash", _slashed)
_words("empty", _emptied)
_words("ansi-c", _ansi)
_words("output", _printed)


@way("token-brace")
def _brace(text: str, rng: Rng) -> str | None:
    if not plain(text) or any(c in text for c in "&|;<>,"):
        return None
    return "{" + text.replace(" ", ",") + "}"


@way("token-ifs")
def _ifs(text: str, rng: Rng) -> str | None:
    if not plain(text):
        return None
    parts = re.split(r"( *(?:&&|\|\||[;|&]) *)", text)
    if any(c in text for c in "<>") or "&1" in text:
        return None
    gap = rng.choice(("${IFS}", "$IFS$9", "${IFS%??}", "${IFS}$*"))
    return "".join(p if i % 2 else p.replace(" ", gap) for i, p in enumerate(parts))


@way("token-glob")
def _glob(text: str, rng: Rng) -> tuple[str, tuple[str, ...]] | None:
    known = {
        "curl": ("/usr/bin/cur?", "/?sr/?in/c?rl", "/usr/bin/[c]url"),
        "wget": ("/usr/bin/wge?", "/usr/bin/w[g]et"),
        "cat": ("/bin/c?t", "/bin/[c]at"),
    }
    if not plain(text):
        return None
    first, _, rest = text.partition(" ")
    if first not in known:
        return None
    return f"{rng.choice(known[first])} {rest}", ("/bin/cat", f"/usr/bin/{first}")


@way("token-variable")
def _in_variables(text: str, rng: Rng) -> str | None:
    if not plain(text):
        return None
    put: dict[str, str] = {}

    def one(m: re.Match[str]) -> str:
        if m[0] in _KEPT or rng.random() < 0.3 or text[: m.start()].endswith((">", "&", "> ")):
            return m[0]
        name = put.setdefault(m[0], f"{word(rng)}{len(put)}")
        return rng.choice((f"${name}", f"${{{name}}}"))

    out = _WORD.sub(one, text)
    if not put:
        return None
    return "; ".join(f"{n}={_quoted(w, rng)}" for w, n in put.items()) + "; " + out


@way("token-part-variable")
def _parts(text: str, rng: Rng) -> str | None:
    if not plain(text):
        return None
    put: dict[str, str] = {}

    def one(m: re.Match[str]) -> str:
        w = m[0]
        if w in _KEPT or len(w) < 4 or text[: m.start()].endswith((">", "&", "> ")):
            return w
        a = rng.randint(1, len(w) - 2)
        name = f"{rng.choice('abcxyz')}{len(put)}"
        put[name] = w[a : a + 2]
        return f"{w[:a]}${{{name}}}{w[a + 2 :]}"

    out = _WORD.sub(one, text)
    return "".join(f"{n}={v};" for n, v in put.items()) + out if put else None


@way("alias")
def _alias(text: str, rng: Rng) -> str | None:
    if not plain(text):
        return None
    name = word(rng)
    first, _, rest = text.partition(" ")
    return f"shopt -s expand_aliases\nalias {name}='{first}'\n{name} {rest}" if rest else None


@way("function-call")
def _called(text: str, rng: Rng) -> str | None:
    name = word(rng)
    if "\n" in text or text.endswith("&"):
        return None
    return rng.choice((f"{name}() {{ {text}; }}; {name}", f"function {name} {{\n  {text}\n}}\n{name}"))


@way("eval-quoted")
def _eval(text: str, rng: Rng) -> str:
    return f"eval {shlex.quote(text)}"


@way("nested")
def _nested(text: str, rng: Rng) -> str:
    before = rng.choice(("", "", "exec ", "nohup ", "sudo ", "env ", "timeout 60 ", "setsid ", "env -i "))
    return f"{before}{interpreter(text, SH, rng)} {rng.choice(('-c', '-c', '-c', '-lc'))} {shlex.quote(text)}"


@way("here-document")
def _here(text: str, rng: Rng) -> str | None:
    if "\nEOF" in text or text.startswith("EOF"):
        return None
    return f"{interpreter(text, SH, rng)}{rng.choice(('', ' -s'))} <<'EOF'\n{text}\nEOF"


@way("here-string")
def _here_string(text: str, rng: Rng) -> str:
    return f"bash<<<{shlex.quote(text)}"


@way("file")
def _file(text: str, rng: Rng) -> tuple[str, tuple[str, ...]]:
    path = unix_path(rng, ".sh", "")
    data = b64(text.encode())
    run = rng.choice((f"bash {path}", f"{interpreter(text, SH, rng)} {path}", f"chmod +x {path};{path}", f". {path}"))
    puts = [f"echo {data}|base64 -d>{path}", f"printf '%s\\n' {shlex.quote(text)} > {path}"]
    if "\\" not in text:
        puts.append(f"echo {shlex.quote(text)} > {path}")
    put = rng.choice(puts)
    return f"{put};{run}", (path,)


@way("here-file")
def _here_file(text: str, rng: Rng) -> tuple[str, tuple[str, ...]] | None:
    path = unix_path(rng, ".sh")
    if "\nEND" in text:
        return None
    return f"cat > {path} << 'END'\n{text}\nEND\nchmod +x {path} && {path}", (path,)


@way("indirect")
def _indirect(text: str, rng: Rng) -> str | None:
    a, b = word(rng) + "1", word(rng) + "2"
    return f'{a}={shlex.quote(text)};{b}={a};eval "${{!{b}}}"'


@way("trap")
def _trap(text: str, rng: Rng) -> str:
    return f"trap {shlex.quote(text)} EXIT; exit"


@way("positional")
def _positional(text: str, rng: Rng) -> str | None:
    parts = pieces(text, rng, 3, 20)
    if len(parts) > 9:
        return None
    order = list(range(len(parts)))
    rng.shuffle(order)
    given = " ".join(shlex.quote(parts[i]) for i in order)
    back = "".join(f"${order.index(i) + 1}" for i in range(len(parts)))
    return f'set -- {given}; eval "{back}"'


@way("printf-v")
def _printf_v(text: str, rng: Rng) -> str:
    name = word(rng)
    return f"printf -v {name} '" + "".join(f"\\x{b:02x}" for b in text.encode()) + f'\';eval "${name}"'


@way("xargs")
def _xargs(text: str, rng: Rng) -> str | None:
    if not plain(text) or any(c in text for c in "&|;<>"):
        return None
    first, _, rest = text.partition(" ")
    return f"echo {rest}|xargs {first}" if rest else None


@way("if-true")
def _if(text: str, rng: Rng) -> str | None:
    if "\n" in text:
        return None
    return rng.choice(
        (
            f"if true; then {text}; fi",
            f"[ 1 -eq 1 ] && {{ {text}; }}",
            f"( {text} )",
            f"{{ {text}; }}",
            f"while :; do {text}; break; done",
        )
    )
