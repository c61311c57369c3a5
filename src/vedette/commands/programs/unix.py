"""What programs of Unix run: wrappers, runners of commands, editors and tools with a way out to the shell."""

from __future__ import annotations

import re
import shlex

from vedette.commands.base import Call, Nested, Scope, Word
from vedette.commands.decoding import decode_text
from vedette.commands.programs import later
from vedette.commands.programs.base import Unwrapper, joined, rest_as_command, tool_name, written
from vedette.commands.programs.interpreters import UNWRAPPERS as INTERPRETERS
from vedette.commands.programs.interpreters import shell, stdin_code
from vedette.commands.programs.options import code, options
from vedette.schema.command import Language

_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")

_WRAPPERS: dict[str, tuple[str, tuple[str, ...], int]] = {
    "sudo": ("ugphCTRDrtU", ("--user", "--group", "--prompt", "--host", "--chdir", "--role", "--type"), 0),
    "doas": ("uCa", (), 0),
    "nohup": ("", (), 0),
    "nice": ("n", ("--adjustment",), 0),
    "ionice": ("cnp", ("--class", "--classdata"), 0),
    "timeout": ("ks", ("--kill-after", "--signal"), 1),
    "time": ("fo", ("--format", "--output"), 0),
    "setsid": ("", (), 0),
    "stdbuf": ("ioe", ("--input", "--output", "--error"), 0),
    "chroot": ("", ("--userspec", "--groups"), 1),
    "unshare": ("SGRw", ("--setuid", "--setgid", "--root", "--wd", "--propagation"), 0),
    "nsenter": ("tSG", ("--target", "--setuid", "--setgid"), 0),
    "strace": ("aeEIoOpPsSuXbU", ("--trace", "--output", "--attach"), 0),
    "ltrace": ("aDeFlnopsuwxX", (), 0),
    "busybox": ("", (), 0),
    "toybox": ("", (), 0),
    "command": ("", (), 0),
    "sshpass": ("pfdP", (), 0),
    "torsocks": ("uPap", (), 0),
    "torify": ("", (), 0),
    "proxychains": ("f", (), 0),
    "proxychains4": ("f", (), 0),
    "fakeroot": ("lsib", (), 0),
    "proot": ("rbwq", ("--rootfs", "--bind", "--pwd"), 0),
    "firejail": ("", (), 0),
    "pkexec": ("", ("--user",), 0),
    "taskset": ("", (), 1),
    "chrt": ("TPD", (), 1),
    "prlimit": ("p", (), 0),
    "choom": ("np", (), 0),
    "setarch": ("", (), 1),
    "linux64": ("", (), 0),
    "linux32": ("", (), 0),
    "cpulimit": ("lpe", ("--limit", "--pid", "--exe"), 0),
    "rlwrap": ("abcCDfgHlmMoOPqrsSTwz", (), 0),
    "valgrind": ("", (), 0),
    "logsave": ("", (), 1),
    "aa-exec": ("pn", ("--profile", "--namespace"), 0),
    "dbus-run-session": ("", (), 0),
    "xvfb-run": ("nefsp", (), 0),
    "catchsegv": ("", (), 0),
    "caffeinate": ("tw", (), 0),
    "arch": ("", ("-arch",), 0),
    "dbclient": ("", (), 0),
    "unbuffer": ("", (), 0),
    "gosu": ("", (), 1),
    "su-exec": ("", (), 1),
    "tini": ("", (), 0),
    "dumb-init": ("", (), 0),
    "softlimit": ("ad", (), 0),
    "stdsudo": ("", (), 0),
}
"""Wrappers: letters and long options that take a value, and operands before the command."""


def _wrapper(call: Call, scope: Scope) -> list[Nested]:
    short, long, skip = _WRAPPERS[tool_name(call.name.text)]
    given = options(call, short, long)
    at = given.first
    if at is None:
        if tool_name(call.name.text) in ("sudo", "doas") and given.has("-s", "-i", "--shell", "--login"):
            return stdin_code(call, Language.SH)
        return []
    at += skip
    name = tool_name(call.name.text)
    while at < len(call.args) and name in ("sudo", "doas") and _ASSIGNMENT.match(call.args[at].text):
        at += 1
    if name in ("nsenter", "unshare") and given.has("--mount", "-m") and at < len(call.args):
        if call.args[at].text == "--":
            at += 1
    return rest_as_command(call, at)


def _env(call: Call, scope: Scope) -> list[Nested]:
    given = options(call, "uCS", ("--unset", "--chdir", "--split-string"))
    split = given.value("-S", "--split-string")
    at = given.first if given.first is not None else len(call.args)
    bound: dict[str, str] = {}
    while at < len(call.args) and _ASSIGNMENT.match(call.args[at].text):
        name, _, value = call.args[at].text.partition("=")
        bound[name] = value
        at += 1
    rest = rest_as_command(call, at)
    if split is not None:
        tail = f" {rest[0].text}" if rest else ""
        return code(Language.SH, split.text + tail, environment=bound or None)
    for nested in rest:
        nested.environment = bound or None
    return rest


def _su(call: Call, scope: Scope) -> list[Nested]:
    given = options(call, "csgGwT", ("--command", "--shell", "--session-command", "--group"), mixed=True)
    command = given.value("-c", "--command", "--session-command")
    if command is not None:
        return code(Language.SH, command, stdin=call.stdin)
    if tool_name(call.name.text) == "runuser" and given.has("-u"):
        return rest_as_command(call, given.operands[1]) if len(given.operands) > 1 else []
    return stdin_code(call, Language.SH)


def _flock(call: Call, scope: Scope) -> list[Nested]:
    given = options(call, "wE", ("--timeout", "--wait", "--conflict-exit-code"))
    if given.first is None:
        return []
    at = given.first + 1
    if at < len(call.args) and call.args[at].text in ("-c", "--command") and at + 1 < len(call.args):
        return code(Language.SH, call.args[at + 1])
    return rest_as_command(call, at)


def _words_as_shell(short: str, long: tuple[str, ...] = (), skip: int = 0) -> Unwrapper:
    """Return the unwrapper of a program that joins its operands and has a shell read them."""

    def unwrap(call: Call, scope: Scope) -> list[Nested]:
        given = options(call, short, long)
        if given.first is None or given.first + skip >= len(call.args):
            return []
        return joined(call, given.first + skip, Language.SH)

    return unwrap


def _ssh(call: Call, scope: Scope) -> list[Nested]:
    given = options(call, "BbcDEeFIiJLlmOopQRSWw")
    out: list[Nested] = []
    for word in given.values("-o"):
        name, _, value = word.text.partition("=")
        if name.strip().casefold() in ("proxycommand", "localcommand", "knownhostscommand"):
            out += code(Language.SH, value.strip())
    if given.first is not None and given.first + 1 < len(call.args):
        at = given.first + 1
        while at < len(call.args) and call.args[at].text[:1] == "-":  # ssh reads options after the host too
            taken = call.args[at].text
            at += 2 if len(taken) == 2 and taken[1] in "BbcDEeFIiJLlmOopQRSWw" else 1
        out += joined(call, at, Language.SH)
    elif given.first is not None:
        out += stdin_code(call, Language.SH)
    return out


def _xargs(call: Call, scope: Scope) -> list[Nested]:
    given = options(
        call,
        "IdELnPsa",
        ("--replace", "--delimiter", "--max-args", "--max-procs", "--max-lines", "--arg-file", "--max-chars"),
    )
    if given.first is None:
        return []
    mark = given.value("-I", "--replace")
    holder = mark.text if mark is not None else "{}" if given.has("-i", "--replace") else None
    words = call.args[given.first :]
    text = decode_text(call.stdin) if call.stdin is not None else None
    if text is None or len(text) > 8192:
        nested = rest_as_command(call, given.first)
        for each in nested:
            each.stdin = None
        return nested
    mark_of_end = given.value("-d", "--delimiter")
    if given.has("-0", "--null"):
        items = text.split("\0")
    elif mark_of_end is not None:
        ends = {"\\n": "\n", "\\0": "\0", "\\t": "\t"}.get(mark_of_end.text, mark_of_end.text[:1])
        items = text.split(ends or "\n")
    elif holder is not None:
        items = [line.strip() for line in text.splitlines()]
    else:
        try:
            items = shlex.split(text)
        except ValueError:
            items = text.split()
    items = [item for item in items if item.strip()][:40]
    count = given.value("-n", "-L", "--max-args", "--max-lines")
    out: list[Nested] = []
    if holder is not None and holder:
        for item in items:
            line = " ".join(shlex.quote(word.text.replace(holder, item)) for word in words)
            out += code(Language.SH, line)
        return out
    size = int(count.text) if count is not None and count.text.isdigit() and count.text != "0" else max(len(items), 1)
    line = " ".join(shlex.quote(word.text) for word in words)
    for at in range(0, len(items), size):
        out += code(Language.SH, f"{line} {shlex.join(items[at : at + size])}".rstrip())
    return out


def _parallel(call: Call, scope: Scope) -> list[Nested]:
    given = options(call, "jISNLnPaCd", ("--jobs", "--sshlogin", "--joblog", "--delay", "--timeout"))
    if given.first is None:
        return stdin_code(call, Language.SH)
    words = [word.text for word in call.args[given.first :]]
    mark = next((n for n, word in enumerate(words) if word in (":::", "::::", ":::+")), None)
    command = " ".join(words if mark is None else words[:mark])
    if mark is None or words[mark] != ":::":
        return code(Language.SH, command)
    out: list[Nested] = []
    for item in words[mark + 1 :][:40]:
        if item.startswith(":::"):
            break
        line = command.replace("{}", item) if "{}" in command else f"{command} {item}".strip()
        out += code(Language.SH, line)
    return out


def _find(call: Call, scope: Scope) -> list[Nested]:
    out: list[Nested] = []
    at = 0
    while at < len(call.args):
        if call.args[at].text in ("-exec", "-execdir", "-ok", "-okdir"):
            end = at + 1
            while end < len(call.args) and call.args[end].text not in (";", "+", "\\;"):
                end += 1
            part = Call(name=call.name, args=call.args[at + 1 : end], language=call.language)
            out += rest_as_command(part, 0)
            at = end
        at += 1
    return out


def _script(call: Call, scope: Scope) -> list[Nested]:
    given = options(call, "cIOBTmoE", ("--command", "--log-in", "--log-out", "--log-io", "--echo"), mixed=True)
    command = given.value("-c", "--command")
    if command is not None:
        return code(Language.SH, command)
    return rest_as_command(call, given.operands[1]) if len(given.operands) > 1 else []


_SPAWN = re.compile(r"(?:^|[;\n{])\s*(?:spawn|exec)\s+(?:-\w+\s+)*([^;\n]+)")


def _expect(call: Call, scope: Scope) -> list[Nested]:
    given = options(call, "cf")
    out: list[Nested] = []
    for word in given.values("-c"):
        for found in _SPAWN.finditer(word.text):
            out += code(Language.SH, found.group(1).strip().rstrip("}"))
    return out


def _tmux(call: Call, scope: Scope) -> list[Nested]:
    given = options(call, "fLSc")
    if given.first is None:
        return []
    verb = call.args[given.first].text
    if verb in (
        "new",
        "new-session",
        "neww",
        "new-window",
        "splitw",
        "split-window",
        "respawn-pane",
        "run",
        "run-shell",
    ):
        inner = options(call, "cefnstxyFl", first=given.first + 1)
        return joined(call, inner.first, Language.SH) if inner.first is not None else []
    if verb in ("send", "send-keys"):
        inner = options(call, "tN", first=given.first + 1)
        if inner.first is None:
            return []
        words = [w.text for w in call.args[inner.first :] if w.text not in ("Enter", "C-m", "ENTER", "KPEnter")]
        return code(Language.SH, " ".join(words))
    return []


def _screen(call: Call, scope: Scope) -> list[Nested]:
    given = options(call, "cehSsTtpx")
    for option in given.given:
        if option.name == "-X" and given.first is not None:
            words = call.args[given.first :]
            if words and words[0].text in ("stuff", "exec") and len(words) > 1:
                return code(Language.SH, words[-1].text.replace("^M", "\n").rstrip("\r\n"))
            return []
    return rest_as_command(call, given.first) if given.first is not None else []


def _systemd_run(call: Call, scope: Scope) -> list[Nested]:
    takes = (
        "--unit --property --description --slice --uid --gid --nice --working-directory --setenv --on-active --on-boot "
        "--on-startup --on-unit-active --on-calendar --timer-property --service-type --machine --host"
    ).split()
    given = options(call, "HMuptEC", tuple(takes))
    return rest_as_command(call, given.first) if given.first is not None else []


def _at(call: Call, scope: Scope) -> list[Nested]:
    given = options(call, "qft", mixed=True)
    file = given.value("-f")
    if file is not None:
        data = written(file.text, call, scope)
        return code(Language.SH, decode_text(data) or "") if data is not None else []
    return stdin_code(call, Language.SH)


def _crontab(call: Call, scope: Scope) -> list[Nested]:
    given = options(call, "u", mixed=True)
    if given.has("-l", "-r", "-e"):
        return []
    data = call.stdin
    if given.first is not None and call.args[given.first].text not in ("-", "/dev/stdin"):
        data = written(call.args[given.first].text, call, scope)
    text = decode_text(data) if data is not None else None
    return later.cron(text) if text else []


_EX = re.compile(r"^\s*:*\s*(?:silent!?\s+|sil!?\s+)?(?:%|\.|\d+(?:,\d+)?|'<,'>)?(?:r|w)?\s*!\s*(\S.*)$", re.DOTALL)
_EX_PYTHON = re.compile(r"^\s*:*\s*(?:py|py3|python|python3|pyx|pythonx)\s+(\S.*)$", re.DOTALL)
_EX_LUA = re.compile(r"^\s*:*\s*lua\s+(\S.*)$", re.DOTALL)
_EX_SYSTEM = re.compile(
    r"""(?:call|echo|let\s+\w+\s*=)\s+(?:system|systemlist|termopen|libcall)\(\s*(['"])(.*)\1\s*\)"""
)


def _ex_command(word: Word) -> list[Nested]:
    found = _EX.match(word.text)
    if found:
        return code(Language.SH, found.group(1))
    found = _EX_PYTHON.match(word.text)
    if found:
        return code(Language.PYTHON, found.group(1))
    found = _EX_SYSTEM.search(word.text)
    return code(Language.SH, found.group(2)) if found else []


def _vim(call: Call, scope: Scope) -> list[Nested]:
    given = options(call, "cTuUiswWt", ("--cmd", "--remote-send", "--remote-expr"), mixed=True)
    out: list[Nested] = []
    for word in given.values("-c", "--cmd"):
        out += _ex_command(word)
    for at in given.operands:
        if call.args[at].text.startswith("+"):
            word = call.args[at]
            out += _ex_command(Word(word.text[1:], word.start, word.end, word.known, word.methods))
    return out + _bang_lines(call, r"^\s*:?\s*(?:%|\.)?(?:r|w)?\s*!\s*(\S.*)$")


def _bang_lines(call: Call, pattern: str) -> list[Nested]:
    text = decode_text(call.stdin) if call.stdin is not None else None
    if not text:
        return []
    return [
        n for found in re.finditer(pattern, text[:100_000], re.MULTILINE) for n in code(Language.SH, found.group(1))
    ]


def _bangs(call: Call, scope: Scope) -> list[Nested]:
    return _bang_lines(call, r"^\s*!\s*(\S.*)$")


_GDB = re.compile(r"^\s*(?:!|shell\s+|make\s+)\s*(\S.*)$", re.DOTALL)
_GDB_PYTHON = re.compile(r"^\s*(?:python|py|pi|python-interactive)\s+(\S.*)$", re.DOTALL)


def _gdb(call: Call, scope: Scope) -> list[Nested]:
    takes = ("-ex", "--ex", "-eval-command", "--eval-command", "-x", "-iex", "-cd", "-p")
    given = options(call, "", takes, mixed=True, single=True)
    out: list[Nested] = []
    for word in given.values("-ex", "--ex", "-eval-command", "--eval-command", "-iex"):
        found = _GDB.match(word.text)
        if found:
            out += code(Language.SH, found.group(1))
        found = _GDB_PYTHON.match(word.text)
        if found:
            out += code(Language.PYTHON, found.group(1))
    return out


def _tar(call: Call, scope: Scope) -> list[Nested]:
    takes = ("--checkpoint-action", "--to-command", "--use-compress-program", "--rsh-command", "--info-script")
    given = options(call, "ICfTX", (*takes, "--new-volume-script"), mixed=True)
    out: list[Nested] = []
    for word in given.values("--checkpoint-action"):
        if word.text.startswith("exec="):
            out += code(Language.SH, Word(word.text[5:], min(word.start + 5, word.end), word.end, word.known))
    for name in (
        "-I",
        "--use-compress-program",
        "--to-command",
        "--rsh-command",
        "--info-script",
        "--new-volume-script",
    ):
        for word in given.values(name):
            if " " in word.text or "/" in word.text:
                out += code(Language.SH, word)
    return out


def _after(names: tuple[str, ...], short: str = "", *, single: bool = False) -> Unwrapper:
    """Return the unwrapper of a program whose options of these names take a command line for a shell."""

    def unwrap(call: Call, scope: Scope) -> list[Nested]:
        long = tuple(name for name in names if name.startswith("--") or single)
        given = options(call, short, long, mixed=True, single=single)
        return [nested for word in given.values(*names) for nested in code(Language.SH, word)]

    return unwrap


def _zip(call: Call, scope: Scope) -> list[Nested]:
    for number, word in enumerate(call.args):
        if word.text in ("-TT", "--unzip-command") and number + 1 < len(call.args):
            text = call.args[number + 1].text
            return code(Language.SH, text.rstrip("#").rstrip())
        if word.text.startswith("-TT") and len(word.text) > 3:
            return code(Language.SH, word.text[3:].rstrip("#").rstrip())
    return []


_GIT_KEYS = re.compile(
    r"(?i)^(?:core\.(?:pager|sshcommand|editor|fsmonitor|askpass)|sequence\.editor|diff\.external|credential\.helper|"
    r"pager\.\w+|gpg\.program|protocol\.\w+|filter\.[\w-]+\.(?:clean|smudge))=(.*)$",
    re.DOTALL,
)
_GIT_ALIAS = re.compile(r"(?i)^alias\.[\w-]+=!(.*)$", re.DOTALL)


def _git(call: Call, scope: Scope) -> list[Nested]:
    given = options(call, "Cc", ("--exec-path", "--git-dir", "--work-tree", "--namespace", "--config-env"))
    out: list[Nested] = []
    for word in given.values("-c"):
        found = _GIT_KEYS.match(word.text) or _GIT_ALIAS.match(word.text)
        if found:
            command = found.group(1).removeprefix("!")
            if len(command.split()) > 1 or "/" in command:
                out += code(Language.SH, command)
    rest = [call.args[n].text for n in given.operands]
    for number, text in enumerate(rest):
        for name in ("--upload-pack=", "--receive-pack=", "--exec=", "--extcmd="):
            if text.startswith(name):
                out += code(Language.SH, text[len(name) :])
        if text in ("--upload-pack", "-x", "--exec", "-u") and number + 1 < len(rest) and " " in rest[number + 1]:
            out += code(Language.SH, rest[number + 1])
        if text.startswith("ext::"):
            out += code(Language.SH, text[5:].replace("% ", "\\ "))
    return out


_SOCAT = re.compile(r"^(EXEC|SYSTEM|SHELL):(.*)$", re.IGNORECASE | re.DOTALL)
_SOCAT_OPTION = re.compile(
    r",(?:pty|stderr|setsid|sigint|sane|ctty|nofork|pipes|login|fdin=\d+|fdout=\d+|raw|echo=\d|su=\w+|end-close)\b"
)


def _socat(call: Call, scope: Scope) -> list[Nested]:
    out: list[Nested] = []
    for word in call.args:
        found = _SOCAT.match(word.text)
        if not found:
            continue
        command = found.group(2)
        cut = _SOCAT_OPTION.search(command)
        if cut:
            command = command[: cut.start()]
        command = command.strip()
        if command[:1] in "'\"" and command[-1:] == command[:1] and len(command) > 1:
            command = command[1:-1]
        out += code(Language.SH, command.replace("\\,", ",").replace("\\:", ":"))
    return out


def _nc(call: Call, scope: Scope) -> list[Nested]:
    given = options(
        call, "ecgGiIMmOopPqsTVwWxX", ("--exec", "--sh-exec", "--lua-exec", "--source-port", "--wait"), mixed=True
    )
    command = given.value("-c", "--sh-exec")
    if command is not None:
        return code(Language.SH, command)
    program = given.value("-e", "--exec")
    return code(Language.PROGRAM if "\\" in program.text else Language.SH, program) if program is not None else []


_RECIPE = re.compile(r"^\t[@+-]*\s*(\S.*)$", re.MULTILINE)


def _make(call: Call, scope: Scope) -> list[Nested]:
    given = options(call, "CfIjlOoW", ("--file", "--makefile", "--eval", "--directory"), mixed=True)
    texts = [word.text for word in given.values("--eval")]
    file = given.value("-f", "--file", "--makefile")
    data = call.stdin if file is not None and file.text in ("-", "/dev/stdin") else None
    if file is not None and data is None:
        data = written(file.text, call, scope)
    if data is not None:
        texts.append(decode_text(data) or "")
    out: list[Nested] = []
    for text in texts:
        for found in _RECIPE.finditer(text[:100_000]):
            out += code(Language.SH, found.group(1).replace("$$", "$"))
    return out


def _sql(names: tuple[str, ...], short: str, long: tuple[str, ...]) -> Unwrapper:
    def unwrap(call: Call, scope: Scope) -> list[Nested]:
        given = options(call, short, long, mixed=True, glued="" if "p" in short else "p")
        out = [nested for word in given.values(*names) for nested in code(Language.SQL, word)]
        return out or stdin_code(call, Language.SQL)

    return unwrap


def _sqlite(call: Call, scope: Scope) -> list[Nested]:
    takes = ("-cmd", "-init", "-separator", "-nullvalue", "-newline")
    given = options(call, "", takes, mixed=True, single=True)
    words = [*given.values("-cmd"), *[call.args[n] for n in given.operands[1:]]]
    out = [nested for word in words for nested in code(Language.SQL, word)]
    return out or stdin_code(call, Language.SQL)


def _launchctl(call: Call, scope: Scope) -> list[Nested]:
    texts = [word.text for word in call.args]
    if texts[:1] == ["submit"] and "--" in texts:
        return rest_as_command(call, texts.index("--") + 1)
    if texts[:1] == ["asuser"] and len(texts) > 2:
        return rest_as_command(call, 2)
    if texts[:1] and texts[0] in ("load", "bootstrap"):
        return [n for path in texts[1:] for n in later.of_file(path, written(path, call, scope))]
    return []


def _start_stop(call: Call, scope: Scope) -> list[Nested]:
    takes = ("--exec", "--startas", "--pidfile", "--user", "--chuid", "--name", "--chdir", "--nicelevel")
    given = options(call, "xapucnNdgrkRI", takes)
    program = given.value("--exec", "-x", "--startas", "-a")
    if program is None:
        return []
    rest = rest_as_command(call, given.first, Language.SH) if given.first is not None else []
    tail = f" {rest[0].text}" if rest else ""
    return code(Language.SH, shlex.quote(program.text) + tail)


def _capsh(call: Call, scope: Scope) -> list[Nested]:
    texts = [word.text for word in call.args]
    if "--" not in texts:
        return []
    inner = Call(name=call.name, args=call.args[texts.index("--") + 1 :], language=call.language, stdin=call.stdin)
    return shell(inner, scope)


def _ip(call: Call, scope: Scope) -> list[Nested]:
    texts = [word.text for word in call.args]
    for verb in ("exec",):
        if verb in texts and ("netns" in texts or "vrf" in texts):
            return rest_as_command(call, texts.index(verb) + 2)
    return []


_SED = re.compile(r"(?:^|[;\n{])\s*(?:\d+|\$|/[^/]*/)?\s*e\s+(\S[^\n;}]*)")


def _sed(call: Call, scope: Scope) -> list[Nested]:
    given = options(call, "efl", ("--expression", "--file"), mixed=True)
    words = given.values("-e", "--expression")
    if not words and given.first is not None:
        words = [call.args[given.first]]
    out = [n for word in words for found in _SED.finditer(word.text) for n in code(Language.SH, found.group(1))]
    return out + later.writes(call, scope)


def _loader(call: Call, scope: Scope) -> list[Nested]:
    given = options(call, "", ("--library-path", "--preload", "--argv0", "--inhibit-rpath", "--audit"))
    return rest_as_command(call, given.first) if given.first is not None else []


def _emacs(call: Call, scope: Scope) -> list[Nested]:
    given = options(call, "f", ("--eval", "-eval", "--execute"), mixed=True)
    out: list[Nested] = []
    for word in given.values("--eval", "-eval", "--execute"):
        for found in re.finditer(r'\((?:shell-command|shell-command-to-string|term)\s+"((?:[^"\\]|\\.)*)"', word.text):
            out += code(Language.SH, found.group(1).replace('\\"', '"'))
    return out


def _gcc(call: Call, scope: Scope) -> list[Nested]:
    texts = [word.text for word in call.args]
    if "-wrapper" in texts and texts.index("-wrapper") + 1 < len(texts):
        return code(Language.SH, shlex.join(texts[texts.index("-wrapper") + 1].split(",")))
    return []


def _tcpdump(call: Call, scope: Scope) -> list[Nested]:
    given = options(call, "BcCDeEFGijmMrsTVwWyzZ", mixed=True)
    program = given.value("-z")
    return code(Language.SH, program) if program is not None and "/" in program.text else []


def _rsync(call: Call, scope: Scope) -> list[Nested]:
    given = options(call, "e", ("--rsh", "--rsync-path"), mixed=True)
    words = [w for w in given.values("-e", "--rsh", "--rsync-path") if len(w.text.split()) > 1]
    return [nested for word in words for nested in code(Language.SH, word)]


UNWRAPPERS: dict[str, Unwrapper] = {
    **INTERPRETERS,
    **{name: _wrapper for name in _WRAPPERS},
    "env": _env,
    "su": _su,
    "runuser": _su,
    "sg": _words_as_shell("c", (), 1),
    "flock": _flock,
    "watch": _words_as_shell("nq", ("--interval",)),
    "ssh": _ssh,
    "rsh": _ssh,
    "remsh": _ssh,
    "slogin": _ssh,
    "xargs": _xargs,
    "parallel": _parallel,
    "find": _find,
    "script": _script,
    "expect": _expect,
    "tmux": _tmux,
    "screen": _screen,
    "systemd-run": _systemd_run,
    "at": _at,
    "batch": _at,
    "crontab": _crontab,
    **{name: _vim for name in "vim vi ex view nvim rvim vimdiff gvim".split()},
    **{name: _bangs for name in "ed less more man ftp telnet gdbtui red".split()},
    "gdb": _gdb,
    "tar": _tar,
    "bsdtar": _tar,
    "gtar": _tar,
    "zip": _zip,
    "rsync": _rsync,
    "git": _git,
    "socat": _socat,
    "nc": _nc,
    "netcat": _nc,
    "ncat": _nc,
    "nc.traditional": _nc,
    "nc.openbsd": _nc,
    "make": _make,
    "gmake": _make,
    "mysql": _sql(("-e", "--execute"), "eDhPuS", ("--execute", "--user", "--host", "--database", "--port")),
    "mariadb": _sql(("-e", "--execute"), "eDhPuS", ("--execute", "--user", "--host", "--database", "--port")),
    "psql": _sql(("-c", "--command"), "cdfhLoptTUvFR", ("--command", "--dbname", "--host", "--username", "--port")),
    "sqlcmd": _sql(("-Q", "-q"), "QqSUPdioEhHlmstuvwxyY", ()),
    "osql": _sql(("-Q", "-q"), "QqSUPdioEhHlmst", ()),
    "sqlite3": _sqlite,
    "sqlite": _sqlite,
    "launchctl": _launchctl,
    "start-stop-daemon": _start_stop,
    "capsh": _capsh,
    "ip": _ip,
    "sed": _sed,
    **{
        name: _loader
        for name in ("ld.so", "ld-linux-x86-64.so.2", "ld-linux.so.2", "ld-musl-x86_64.so.1", "ld-linux-aarch64.so.1")
    },
    "emacs": _emacs,
    "gcc": _gcc,
    "g++": _gcc,
    "cc": _gcc,
    "tcpdump": _tcpdump,
    "wget": _after(("--use-askpass",)),
    "nmap": lambda call, scope: [],
    **{name: later.writes for name in ("echo", "printf", "cat", "tee", "dd", "install")},
    "cp": lambda call, scope: (
        later.of_file(call.args[-1].text, written(call.args[-1].text, call, scope)) if call.args else []
    ),
    "mv": lambda call, scope: (
        later.of_file(call.args[-1].text, written(call.args[-1].text, call, scope)) if call.args else []
    ),
}
"""Programs by name."""
