"""Ways of hiding lines of a Unix shell of the half kept apart: words, parameters, pipes of tools, files, starters."""

from __future__ import annotations

import bz2
import lzma
import re

from benchmarks.commands.corpus.held_tools import (
    Made,
    absent,
    b64,
    cut,
    either,
    gzipped,
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
SH = Language.SH
WORD = re.compile(r"(?<![^\s;|&])(?:[A-Za-z0-9_./:+-]+)(?![^\s;|&])")
"""A word that means itself."""


_BASH = re.compile(
    r"<\(|<<<|>&\s*/|\$'|\$\{\w+[:/,~^\[]|\w\+?=\(|\+=|~~"
    r"|\b(?:function |source |read -|echo -|exec )|printf[^|;]*\\x"
)
"""What bash understands and a plain sh does not."""


def plain(text: str) -> bool:
    """Return whether any sh runs a text."""
    return not _BASH.search(text)


def shell(rng: Rng, text: str) -> str:
    """Return the name of a shell that understands a text."""
    return either(rng, "sh", "bash", "/bin/sh", "/bin/bash") if plain(text) else either(rng, "bash", "/bin/bash")


def fed(pipe: str, rng: Rng, text: str) -> str:
    """Return a line that runs what a pipe of tools prints, which is the text."""
    ticks = f'eval "`{pipe}`"' if not re.search(r"[`\\$\"]", pipe) else f'eval "$({pipe})"'
    return either(
        rng,
        f"{pipe}|{shell(rng, text)}",
        f"{pipe} | {shell(rng, text)} -s",
        f'eval "$({pipe})"',
        ticks,
        f'{shell(rng, text)} -c "$({pipe})"',
        f"bash <({pipe})",
        f". <({pipe})",
        f'source /dev/stdin <<<"$({pipe})"',
        f'bash <<<"$({pipe})"',
        f'exec bash -c "$({pipe})"',
        f"x{name(rng)}=1;{pipe}|env bash",
    )


def said(text: str, rng: Rng) -> str:
    """Return a command that prints a text that needs no care but quotes, with or without a line end."""
    q = sh_quoted(text)
    safe = not text.startswith("-") and "\\" not in text
    return either(
        rng,
        f"printf %s {q}",
        f"printf '%s' {q}",
        f"printf '%s\\n' {q}",
        *([f"echo {q}", f"echo -n {q}"] if safe else []),
    )


# ---- words ------------------------------------------------------------------------------------
@way("sh-broken-words", SH, ban="'\"\\$`(){}\n*?[]<>")
def broken_words(text: str, rng: Rng) -> Made:
    """Quotes, backslashes and empty expansions inside words."""
    gone = name(rng)

    def one(m: re.Match[str]) -> str:
        out, at = "", 0
        while at < len(m[0]):
            n = rng.randint(1, 4)
            piece, at = m[0][at : at + n], at + n
            out += either(
                rng, piece, piece, f"'{piece}'", f'"{piece}"', piece + "''", piece + '""', "\\" + piece, piece + "$@",
                f"{piece}${{{gone}}}", f"{piece}$()", f"{piece}``", f"$'{piece}'",
            )  # fmt: skip
        return out

    return SH, WORD.sub(one, text)


@way("sh-field-separator", SH, ban="'\"\\$`(){}\n*?[]<>")
def field_separator(text: str, rng: Rng) -> Made:
    """Blanks as a variable, as braces or as a separator of its own."""
    how = rng.randint(0, 2)
    if how == 0:
        gap = either(rng, "${IFS}", "$IFS$9", "${IFS%??}", "$IFS$()")
        return SH, re.sub(r"(?<=[^\s;|&]) (?=[^\s;|&])", lambda _: gap, text)
    if re.search(r"[;|&,]", text):
        return None
    if how == 1:
        return SH, "{" + text.replace(" ", ",") + "}"
    v, mark = name(rng), rng.choice("_,]~#")
    if mark in text:
        return None
    return SH, f"IFS='{mark}';{v}='{text.replace(' ', mark)}';${v}"


@way("sh-escaped-words", SH, ban="'\"\\$`(){}\n*?[]<>")
def escaped_words(text: str, rng: Rng) -> Made:
    """Words in hex, octal or Unicode escapes."""

    def one(m: re.Match[str]) -> str:
        how = rng.randint(0, 3)
        if how == 0:
            return "$'" + "".join(f"\\x{ord(c):02x}" for c in m[0]) + "'"
        if how == 1:
            return "$'" + "".join(f"\\{ord(c):03o}" for c in m[0]) + "'"
        if how == 2:
            return "$'" + "".join(f"\\u{ord(c):04x}" if rng.random() < 0.5 else c for c in m[0]) + "'"
        return "$(printf '" + "".join(f"\\{ord(c):o}" if not c.isdigit() else f"\\{ord(c):03o}" for c in m[0]) + "')"

    return SH, WORD.sub(lambda m: one(m) if len(m[0]) > 2 else m[0], text)


@way("sh-bracket-glob", SH, ban="'\"\\$`(){}\n*?[]")
def bracket_glob(text: str, rng: Rng) -> Made:
    """Paths of programs and files that every Linux has, with one letter in brackets."""

    def bent(path: str) -> str:
        at = rng.randint(path.rindex("/") + 1, len(path) - 1)
        return f"{path[:at]}[{path[at]}]{path[at + 1 :]}"

    made = re.sub(r"/etc/(?:passwd|shadow)\b", lambda m: bent(m[0]), text)
    if made != text:
        return SH, made
    start = either(
        rng, bent("/bin/bash"), bent("/bin/sh" if plain(text) else "/bin/bash"), f"/usr/bin/[e]nv {bent('/bin/bash')}"
    )
    return SH, f"{start} -c {sh_quoted(text)}"


# ---- variables and parameters -----------------------------------------------------------------
@way("sh-joined-variables", SH)
def joined_variables(text: str, rng: Rng) -> Made:
    """Pieces in variables set out of order, joined and run."""
    parts = cut(text, rng, 4, 12)
    held = names(rng, len(parts))
    sets = either(rng, ";", "\n", "; ").join(f"{held[i]}={sh_quoted(parts[i])}" for i in shuffled(len(parts), rng))
    whole = "".join(
        either(rng, f"${{{h}}}", f"${h}") if i + 1 == len(held) else f"${{{h}}}" for i, h in enumerate(held)
    )
    return SH, f"{sets};" + either(
        rng,
        f'eval "{whole}"',
        f'{shell(rng, text)} -c "{whole}"',
        f'echo "{whole}"|bash' if "\\" not in text else f'eval "{whole}"',
    )


@way("sh-sliced-alphabet", SH, longest=500)
def sliced_alphabet(text: str, rng: Rng) -> Made:
    """Every character a slice of one variable."""
    letters = sorted(set(text) | set("aeiklz/ "))
    rng.shuffle(letters)
    k, o, i = names(rng, 3)
    head = f"{k}={sh_quoted(''.join(letters))};"
    if rng.random() < 0.5:
        return SH, head + 'eval "' + "".join(f"${{{k}:{letters.index(c)}:1}}" for c in text) + '"'
    numbers = " ".join(str(letters.index(c)) for c in text)
    return SH, head + f"for {i} in {numbers};do {o}+=${{{k}:${i}:1}};done;" + either(
        rng, f'eval "${o}"', f'bash -c "${{{o}}}"'
    )


@way("sh-parameter-changes", SH, longest=1500)
def parameter_changes(text: str, rng: Rng) -> Made:
    """A variable whose expansion replaces, trims or changes case."""
    v = name(rng)
    how = rng.randint(0, 3)
    if how == 0:
        mark = absent(text, rng, 1, 3)[0]
        return SH, f'{v}={sh_quoted(marked(text, mark, rng))};eval "${{{v}//{mark}/}}"'
    if how == 1:
        left, right = absent(text, rng, 2, 6)
        return (
            SH,
            f'{v}={sh_quoted(left + text + right)}\n{v}="${{{v}#{left}}}"\n{shell(rng, text)} -c "${{{v}%{right}}}"',
        )
    if how == 2:
        if text != text.lower() or not text.isascii():
            return None
        shown = "".join(c.upper() if rng.random() < 0.6 else c for c in text)
        return SH, f'{v}={sh_quoted(shown)};eval "${{{v},,}}"'
    if not text.isascii():
        return None
    return SH, f'{v}={sh_quoted(text.swapcase())} && eval "${{{v}~~}}"'


@way("sh-arguments", SH)
def arguments(text: str, rng: Rng) -> Made:
    """Pieces as arguments of a function, of set or of a shell."""
    parts = cut(text, rng, 6, 20)
    if len(parts) > 9:
        size = -(-len(text) // 8)
        parts = [text[i : i + size] for i in range(0, len(text), size)]
    order, f = shuffled(len(parts), rng), name(rng)
    given = " ".join(sh_quoted(parts[i]) for i in order)
    whole = "".join(
        f"${order.index(i) + 1}" if rng.random() < 0.7 else f"${{{order.index(i) + 1}}}" for i in range(len(parts))
    )
    return SH, either(
        rng,
        f'{f}(){{ eval "{whole}";}};{f} {given}',
        f'set -- {given};eval "{whole}"',
        f"bash -c 'eval \"{whole}\"' {f} {given}",
        f'function {f} {{\n  eval "{whole}"\n}}\n{f} {given}',
    )


@way("sh-array", SH)
def array(text: str, rng: Rng) -> Made:
    """Pieces in an array that numbers put into order."""
    parts = cut(text, rng, 3, 10)
    order = shuffled(len(parts), rng)
    a, i = names(rng, 2)
    held = " ".join(sh_quoted(parts[j]) for j in order)
    if rng.random() < 0.5:
        numbers = " ".join(str(order.index(j)) for j in range(len(parts)))
        loop = f'for {i} in {numbers};do printf %s "${{{a}[${i}]}}";done'
        return SH, f"{a}=({held});" + either(rng, f'eval "$({loop})"', f"{loop}|bash", f'bash -c "$({loop})"')
    whole = "".join(f"${{{a}[{order.index(j)}]}}" for j in range(len(parts)))
    return SH, f'{a}=({held})\neval "{whole}"'


@way("sh-split-fields", SH, ban="\n\\'")
def split_fields(text: str, rng: Rng) -> Made:
    """Words of one string, read into an array by a separator."""
    mark = next((m for m in rng.sample("_%^~@#", 6) if m not in text), None)
    if mark is None or "  " in text:
        return None
    a = name(rng)
    body = text.replace(" ", mark)
    return SH, f"IFS='{mark}' read -r -a {a} <<< '{body}';" + either(rng, f'eval "${{{a}[@]}}"', f'eval "${{{a}[*]}}"')


# ---- pipes of small tools ---------------------------------------------------------------------
@way("sh-base64", SH)
def base64_pipe(text: str, rng: Rng) -> Made:
    """Base64, decoded by one tool or another."""
    data = b64((text + either(rng, "", "\n")).encode())
    tool = either(
        rng, "base64 -d", "base64 --decode", "base64 -di", "openssl base64 -d -A", "openssl enc -base64 -d -A",
        "base64 -D", "python3 -m base64 -d -",
    )  # fmt: skip
    if tool == "python3 -m base64 -d -" or rng.random() < 0.6:
        return SH, fed(f"echo {either(rng, '', '-n ')}{data}|{tool}", rng, text)
    return SH, fed(f"{tool}<<<{data}", rng, text)


@way("sh-layered-base64", SH, longest=900)
def layered_base64(text: str, rng: Rng) -> Made:
    """Base64 turned round, in chunks or twice."""
    data = b64(text.encode())
    how = rng.randint(0, 2)
    if how == 0:
        return SH, fed(f"echo '{data[::-1]}'|rev|base64 -d", rng, text)
    if how == 1:
        chunks = [data[i : i + 12] for i in range(0, len(data), 12)]
        v = name(rng)
        return SH, f"{v}=''\n" + "\n".join(f'{v}="${{{v}}}{c}"' for c in chunks) + "\n" + fed(
            f'echo "${v}"|base64 -d', rng, text
        )
    return SH, fed(f"echo {b64(data.encode())}|base64 -d|base64 -d", rng, text)


@way("sh-hex", SH, longest=1500)
def hex_pipe(text: str, rng: Rng) -> Made:
    """Hex, turned into text by a tool."""
    data = text.encode().hex()
    if rng.random() < 0.3:
        data = data.upper()
    return SH, fed(
        either(
            rng,
            f"echo {data}|xxd -r -p",
            f"xxd -p -r<<<{data}",
            f"printf {data} | xxd -ps -r",
            f"perl -e 'print pack(\"H*\",\"{data}\")'",
            f"python3 -c 'print(bytes.fromhex(\"{data}\").decode())'",
            f"ruby -e 'print [\"{data}\"].pack(\"H*\")'",
            f"php -r 'echo hex2bin(\"{data}\");'",
            f"echo {data}|perl -pe 's/([0-9a-f]{{2}})/chr hex $1/gie'",
            f"printf \"$(echo {data}|sed 's/../\\\\x&/g')\"",
            f"echo {data}|tr a-f A-F|xxd -r -p",
            f"node -e 'process.stdout.write(Buffer.from(\"{data}\",\"hex\").toString())'",
        ),
        rng, text,)  # fmt: skip


@way("sh-escapes", SH, longest=1500)
def escapes(text: str, rng: Rng) -> Made:
    """Escapes that printf, echo or quotes undo."""
    hexes = "".join(f"\\x{b:02x}" for b in text.encode())
    octals = "".join(f"\\{b:03o}" for b in text.encode())
    if rng.random() < 0.25:
        return SH, either(
            rng, f"eval $'{hexes}'", f"eval $'{octals}'", f"bash<<<$'{hexes}'", f"{shell(rng, text)} -c $'{octals}'"
        )
    zeros = "".join(f"\\0{b:03o}" for b in text.encode())
    return SH, fed(
        either(
            rng,
            f"printf '{hexes}'",
            f"printf '{octals}'",
            f"echo -e '{hexes}'",
            f"echo -ne '{zeros}'",
            f"printf %b '{zeros}'",
            f"printf '%b' \"{hexes}\"",
        ),
        rng,
        text,
    )


@way("sh-number-loop", SH, longest=500)
def number_loop(text: str, rng: Rng) -> Made:
    """A loop turns numbers into characters."""
    if not text.isascii():
        return None
    i, o = names(rng, 2)
    how = rng.randint(0, 3)
    if how == 0:
        numbers = " ".join(str(ord(c)) for c in text)
        return SH, fed(f'for {i} in {numbers}; do printf "\\\\$(printf %03o ${i})"; done', rng, text)
    if how == 1 and "\n" not in text:
        numbers = " ".join(f"{ord(c):02x}" for c in text)
        return SH, f'for {i} in {numbers};do {o}=${o}$(printf "\\x${i}");done;eval "${o}"'
    if how < 3:
        numbers = ",".join(str(ord(c)) for c in text)
        return SH, fed(f"awk 'BEGIN{{printf \"{'%c' * len(text)}\",{numbers}}}'", rng, text)
    key = rng.randint(1, 60)
    numbers = " ".join(str(ord(c) + key) for c in text)
    return SH, fed(f'for {i} in {numbers};do printf "\\\\x$(printf %x $(({i}-{key})))";done', rng, text)


@way("sh-turned", SH, ban="\n", longest=1500)
def turned(text: str, rng: Rng) -> Made:
    """Written from the end."""
    back = text[::-1]
    q = sh_quoted(back)
    perl = (
        f"perl -e 'print scalar reverse q{{{back}}}'"
        if "'" not in back and back.count("{") == back.count("}") == 0
        else None
    )
    safe = "\\" not in back and not back.startswith("-")
    options = [f"rev<<<{q}", f"printf '%s\\n' {q}|rev", f"printf %s {q} | perl -ne 'print scalar reverse'"]
    options += [f"echo {q}|rev", f"echo {q} | grep -o . | tac | tr -d '\\n'"] if safe else []
    options += [perl] if perl and "\\" not in back else []
    return SH, fed(rng.choice(options), rng, text)


@way("sh-translated", SH, ban="\n")
def translated(text: str, rng: Rng) -> Made:
    """Letters changed for others by tr or sed."""
    lower = "abcdefghijklmnopqrstuvwxyz"
    how = rng.randint(0, 2)
    if how == 0:
        n = rng.randint(1, 25)
        table = {c: lower[(lower.index(c) + n) % 26] for c in lower}
        table |= {c.upper(): d.upper() for c, d in table.items()}
        body = "".join(table.get(c, c) for c in text)
        a, b = lower[n], lower[n - 1]
        up = f"{a.upper()}-ZA-{b.upper()}"
        return SH, fed(f"{said(body, rng)}|tr '{up}{a}-za-{b}' 'A-Za-z'", rng, text)
    if how == 1:
        mixed_up = list(lower)
        rng.shuffle(mixed_up)
        body = text.translate(str.maketrans(lower, "".join(mixed_up)))
        return SH, fed(f"{said(body, rng)} | sed 'y/{''.join(mixed_up)}/{lower}/'", rng, text)
    marks = absent(text, rng, 2, 3)
    chars = [c for c in rng.sample("aeinorst", 8) if c in text][:2]
    if len(chars) < 2:
        return None
    body = text.replace(chars[0], marks[0]).replace(chars[1], marks[1])
    return SH, fed(f"{said(body, rng)}|sed -e 's/{marks[0]}/{chars[0]}/g' -e 's/{marks[1]}/{chars[1]}/g'", rng, text)


@way("sh-cut-out", SH, ban="\n")
def cut_out(text: str, rng: Rng) -> Made:
    """In the middle of other text, cut out by a tool."""
    left, right = ("".join(rng.choice("wqzkj") for _ in range(rng.randint(3, 12))) for _ in "ab")
    mark = next((m for m in rng.sample("_%^~@", 5) if m not in text), None)
    n = len(left)
    lines = [
        f"printf '%s\\n' {sh_quoted(left + text)}|cut -c{n + 1}-",
        f"printf '%s\\n' {sh_quoted(left + text)} | tail -c +{n + 1}",
    ]
    lines += [
        f"printf %s {sh_quoted(text + right)}|head -c {len(text)}",
        f"printf '%s\\n' {sh_quoted(left + text)}|sed 's/^.\\{{{n}\\}}//'",
    ]
    lines += [f"printf %s {sh_quoted(left + text + right)}|dd bs=1 skip={n} count={len(text)} 2>/dev/null"]
    if mark:
        lines += [f"printf '%s\\n' {sh_quoted(left + mark + text + mark + right)}|cut -d'{mark}' -f2"] * 2
        lines += [
            f"printf '%s\\n' {sh_quoted(left + mark + text)} | awk -F'{mark}' '{{print $2}}'"
            if mark not in "^"
            else lines[0]
        ]
    return SH, fed(rng.choice(lines), rng, text)


@way("sh-packed", SH)
def packed(text: str, rng: Rng) -> Made:
    """Compressed, then base64 or hex."""
    data = text.encode()
    body, tools = rng.choice(
        (
            (gzipped(data), ("gunzip", "gzip -d", "zcat", "gzip -dc", "gunzip -c")),
            (bz2.compress(data), ("bunzip2", "bzcat", "bzip2 -d")),
            (lzma.compress(data), ("xz -d", "unxz", "xzcat", "xz -dc")),
        )
    )
    if rng.random() < 0.25:
        return SH, fed(f"echo {body.hex()}|xxd -r -p|{rng.choice(tools)}", rng, text)
    return SH, fed(
        either(
            rng, f"echo {b64(body)}|base64 -d|{rng.choice(tools)}", f"base64 -d <<< {b64(body)} | {rng.choice(tools)}"
        ),
        rng,
        text,
    )


# ---- documents, files, starters ---------------------------------------------------------------
@way("sh-here-document", SH)
def here_document(text: str, rng: Rng) -> Made:
    """In a here-document, plain or encoded."""
    end = absent(text, rng, 1, 4)[0]
    if rng.random() < 0.4:
        return SH, f"base64 -d <<{end} | {shell(rng, text)}\n{b64(text.encode())}\n{end}"
    return SH, either(
        rng,
        f"{shell(rng, text)} <<'{end}'\n{text}\n{end}",
        f"cat <<'{end}' | {shell(rng, text)}\n{text}\n{end}",
        f'{shell(rng, text)} -s <<"{end}"\n{text}\n{end}',
        f"eval \"$(cat <<'{end}'\n{text}\n{end}\n)\"",
        f"bash <<\\{end}\n{text}\n{end}",
    )


@way("sh-dropped-file", SH, longest=2500)
def dropped_file(text: str, rng: Rng) -> Made:
    """Written to a file that is then run."""
    f = f"{either(rng, '/tmp/.', '/var/tmp/', '/dev/shm/', '/tmp/')}{name(rng)}{either(rng, '', '.sh')}"
    end = absent(text, rng, 1, 4)[0]
    write = either(
        rng,
        f"echo {b64(text.encode())}|base64 -d>{f}",
        f"base64 -d<<<{b64(text.encode())} | tee {f} >/dev/null",
        f"printf '%s\\n' {sh_quoted(text)} > {f}",
        f"cat >{f} <<'{end}'\n#!/bin/bash\n{text}\n{end}\n",
        f"echo {b64(gzipped(text.encode()))}|base64 -d|gunzip -c>{f}",
    )
    glue = "" if write.endswith("\n") else either(rng, ";", " && ", "\n")
    starts = [f"{shell(rng, text)} {f}", f"bash {f} &", f". {f}", f"source {f}; rm -f {f}"]
    if plain(text) or "#!" in write:
        starts += [f"chmod +x {f};{f}", f"chmod 755 {f} && {f} &"]
    start = rng.choice(starts)
    return SH, write + glue + start, (f, "/bin/bash")


@way("sh-started-by", SH)
def started_by(text: str, rng: Rng) -> Made:
    """As the command of another program."""
    q, s, a = sh_quoted(text), shell(rng, text), name(rng)
    forms = [
        f"nohup {s} -c {q} >/dev/null 2>&1 &",
        f"setsid {s} -c {q}",
        f"sudo -n {s} -c {q}",
        f"timeout 60 {s} -c {q}",
        f"env -i {s} -c {q}",
        f"find /tmp -maxdepth 0 -exec {s} -c {q} \\;",
        f"printf '%s\\0' {q} | xargs -0 {s} -c",
        f"nice -n 19 {s} -c {q}",
        f"docker run --rm -v /:/{a} alpine chroot /{a} {s} -c {q}",
        f"kubectl exec {a} -- {s} -c {q}",
        f"su root -c {q}",
        f"script -qc {q} /dev/null",
        f"trap {q} EXIT",
        f"bash --norc --noprofile -c {q}",
        f"flock -n /tmp/{a}.lock -c {q}",
        f"chroot /mnt {s} -c {q}",
        f"unshare -m {s} -c {q}",
        f"strace -o /dev/null {s} -c {q}",
    ]
    if plain(text):
        forms += [f"busybox sh -c {q}", f"watch -n 60 {q}"]
    return SH, rng.choice(forms), ("/tmp", "/mnt", f"/{a}", f"/tmp/{a}.lock", "/bin/bash", "/bin/sh", "/")


@way("sh-scheduled", SH, ban="\n%'\"\\!")
def scheduled(text: str, rng: Rng) -> Made:
    """Into a table of cron."""
    if not plain(text):
        return None
    f = f"/etc/cron.d/{name(rng)}"
    return (
        SH,
        either(
            rng,
            f"(crontab -l 2>/dev/null; echo '*/{rng.randint(2, 30)} * * * * {text}') | crontab -",
            f"echo '@reboot {text}'|crontab -",
            f"echo '* * * * * root {text}' >> {f}",
        ),
        (f, "/dev/null"),
    )


@way("sh-from-python", SH, ban="\n")
def from_python(text: str, rng: Rng) -> Made:
    """Started from Python."""
    if not plain(text):
        return None
    t = repr(text)
    return (
        Language.PYTHON,
        either(
            rng,
            f"import os;os.system({t})",
            f"__import__('os').system({t})",
            f"import subprocess as s\ns.Popen({t},shell=True)",
            f"import subprocess\nsubprocess.run(['/bin/sh','-c',{t}])",
            f"import pty;pty.spawn(['bash','-c',{t}])",
            f"import os;os.execl('/bin/bash','bash','-c',{t})",
            f"from os import popen\nprint(popen({t}).read())",
        ),
        ("/bin/sh", "/bin/bash"),
    )


@way("sh-from-perl-or-ruby", SH, ban="\n'\\#@")
def from_perl(text: str, rng: Rng) -> Made:
    """Started from Perl or Ruby."""
    if not plain(text):
        return None
    if rng.random() < 0.6:
        return (
            Language.PERL,
            either(
                rng,
                f"exec('{text}');",
                f"system '{text}';",
                f"my $r=qx'{text}';print $r;",
                f"exec {{'/bin/sh'}} 'sh','-c','{text}';",
            ),
            ("/bin/sh",),
        )
    return Language.RUBY, either(
        rng, f"exec('{text}')", f"system '{text}'", f"IO.popen('{text}'){{|f| puts f.read}}", f"Kernel.spawn('{text}')"
    )


@way("sh-from-php", SH, ban="\n'\\$`\"")
def from_php(text: str, rng: Rng) -> Made:
    """Started from PHP."""
    if not plain(text):
        return None
    return Language.PHP, either(
        rng,
        f"passthru('{text}');",
        f"echo shell_exec('{text}');",
        f"exec('{text}',$o);",
        f"$p=popen('{text}','r');pclose($p);",
        f"echo `{text}`;",
    )
