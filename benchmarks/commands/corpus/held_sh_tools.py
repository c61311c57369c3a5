"""Ways of hiding lines of a Unix shell of the half kept apart: pipes of small tools, files, and who starts them."""

from __future__ import annotations

import bz2
import lzma

from benchmarks.commands.corpus.held_sh import fed, plain, said, shell
from benchmarks.commands.corpus.held_tools import (
    Made,
    absent,
    b64,
    either,
    gzipped,
    name,
    names,
    registrar,
    sh_quoted,
)
from benchmarks.commands.corpus.truth import Hide, Rng

from vedette.schema.command import Language

WAYS: dict[str, Hide] = {}
way = registrar(WAYS)
SH = Language.SH


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
