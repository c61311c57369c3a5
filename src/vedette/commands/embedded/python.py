"""Python: a script or ``-c`` text enters, what it does leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from vedette.commands.base import Reading, Scope
from vedette.commands.embedded import tree as t
from vedette.commands.embedded.code import run_code
from vedette.commands.embedded.dialect import Dialect, Host, HostCall, Pure
from vedette.commands.embedded.evaluator import Expressions as Evaluator
from vedette.commands.embedded.evaluator import Halt
from vedette.commands.embedded.python_syntax import parse, parse_reporting
from vedette.commands.embedded.python_values import (
    CONSTANTS,
    FUNCTIONS,
    METHODS,
    format_spec,
    items_of,
    percent,
)
from vedette.commands.embedded.start import bind_inherited, inherited, shorten
from vedette.commands.embedded.values import MISSING, UNKNOWN, Bound, Native, Thing, Unresolved, Value
from vedette.schema.command import Language

_MODULES = frozenset(
    """os sys subprocess socket base64 zlib gzip bz2 lzma binascii codecs urllib urllib2 requests pty time struct ctypes
    threading platform shutil tempfile json re string random marshal pickle builtins __builtins__ __builtin__ commands
    http ssl select signal getpass itertools functools operator io pathlib importlib multiprocessing asyncio hashlib
    html paramiko winreg _winreg win32api pwd glob uuid datetime logging collections math httplib telnetlib ftplib
    smtplib cryptography Crypto fcntl resource""".split()
)
_HOST_NAMES = frozenset("exec eval __import__ open print input exit quit globals locals vars type isinstance".split())


def _exec(ev: Evaluator, call: HostCall) -> Value:
    code = call.arg(0, "source")
    if isinstance(code, Thing) or code is UNKNOWN:
        ev.stop("the code that it runs is known only when it runs")
        return UNKNOWN
    return run_code(ev, code, call.place(), parse)


def _import(ev: Evaluator, call: HostCall) -> Value:
    name = call.arg(0, "name")
    if not isinstance(name, str):
        return UNKNOWN
    return Thing(name if call.name.endswith("import_module") else name.partition(".")[0])


def _system(ev: Evaluator, call: HostCall) -> Value:
    command = call.arg(0, "command")
    if command is UNKNOWN:
        command = call.keywords.get("cmd", UNKNOWN)
    ev.run_shell(command, call.place())
    return UNKNOWN


def _popen(ev: Evaluator, call: HostCall) -> Value:
    out = ev.run_shell(call.arg(0, "cmd"), call.place())
    return Thing("os.popen", (), {} if out is UNKNOWN else {"out": out})


def _getoutput(ev: Evaluator, call: HostCall) -> Value:
    out = ev.run_shell(call.arg(0, "cmd"), call.place())
    return out.rstrip("\n") if isinstance(out, str) else UNKNOWN


def _subprocess(ev: Evaluator, call: HostCall) -> Value:
    command = call.arg(0, "args")
    out: Value = UNKNOWN
    if isinstance(command, (list, tuple)):
        program = call.keywords.get("executable")
        words = list(command)
        if call.keywords.get("shell") is True and words:
            out = ev.run_shell(words[0], call.place())
        else:
            out = ev.run_words([program, *words[1:]] if isinstance(program, str) else words, call.place())
    elif isinstance(command, (str, bytes)):
        out = ev.run_shell(command, call.place())
    if call.name.endswith(("check_output", "getoutput")):
        return out.encode() if isinstance(out, str) and not call.name.endswith("getoutput") else out
    return Thing(call.name, (), {"stdout": out.encode()} if isinstance(out, str) else {})


def _exec_list(ev: Evaluator, call: HostCall) -> Value:
    args = call.args[1:] if call.name.startswith("os.spawn") else call.args
    if not args:
        return UNKNOWN
    if isinstance(args[1] if len(args) > 1 else None, (list, tuple)):
        words = [args[0], *args[1][1:]]
    else:
        words = [args[0], *[a for a in args[2:] if not isinstance(a, dict)]]
    ev.run_words(words, call.place())
    return UNKNOWN


def _spawn(ev: Evaluator, call: HostCall) -> Value:
    command = call.arg(0, "argv")
    if isinstance(command, (list, tuple)):
        ev.run_words(list(command), call.place())
    else:
        ev.run_shell(command, call.place())
    return UNKNOWN


def _start_file(ev: Evaluator, call: HostCall) -> Value:
    path = call.arg(0)
    if isinstance(path, str):
        ev.nest(Language.PROGRAM, f'"{path}"' if " " in path else path, call.place())
    return UNKNOWN


def _open(ev: Evaluator, call: HostCall) -> Value:
    path, mode = call.arg(0, "file"), call.arg(1, "mode")
    if isinstance(path, str) and isinstance(mode, str) and "w" in mode and ev.sure:
        ev.scope.files.pop(path, None)
    return Thing("open", (path,), {" path": path, " mode": mode})


def _write(ev: Evaluator, call: HostCall) -> Value:
    holder, value = call.holder, call.arg(0)
    path = holder.data.get(" path") if isinstance(holder, Thing) else None
    if isinstance(path, str):
        if isinstance(value, (str, bytes)) and ev.sure:
            data = value.encode() if isinstance(value, str) else value
            ev.budget.make(len(data))
            ev.scope.files[path] = ev.scope.files.get(path, b"") + data
        else:
            ev.scope.files.pop(path, None)
    return UNKNOWN


def _print(ev: Evaluator, call: HostCall) -> Value:
    if "file" in call.keywords:
        return None
    mark, end = call.keywords.get("sep", " "), call.keywords.get("end", "\n")
    for number, value in enumerate(call.args):
        last = number == len(call.args) - 1
        ev.write(value if not isinstance(value, bytes) else repr(value), str(end if last else mark))
    if not call.args:
        ev.write("", str(end))
    return None


def _exit(ev: Evaluator, call: HostCall) -> Value:
    if ev.sure:
        raise Halt
    return UNKNOWN


def _globals(ev: Evaluator, call: HostCall) -> Value:
    return Thing("globals")


def _marshal(ev: Evaluator, call: HostCall) -> Value:
    ev.stop("compiled Python is not taken apart")
    return UNKNOWN


def _getenv(ev: Evaluator, call: HostCall) -> Value:
    name = call.arg(0)
    return inherited(name, ev) if isinstance(name, str) else UNKNOWN


def _stdin(ev: Evaluator, call: HostCall) -> Value:
    data = ev.scope.stdin
    return data.decode("utf-8", "replace") if data is not None else UNKNOWN


HOSTS: dict[str, Host] = {
    "exec": _exec,
    "eval": _exec,
    "execfile": lambda ev, call: UNKNOWN,
    "__import__": _import,
    "importlib.import_module": _import,
    "importlib.__import__": _import,
    "os.system": _system,
    "os.popen": _popen,
    "os.popen.read": lambda ev, call: (
        call.holder.data.get("out", UNKNOWN) if isinstance(call.holder, Thing) else UNKNOWN
    ),
    "os.popen2": _popen,
    "os.popen3": _popen,
    "os.startfile": _start_file,
    "commands.getoutput": _getoutput,
    "commands.getstatusoutput": _getoutput,
    "subprocess.getoutput": _getoutput,
    "subprocess.getstatusoutput": _system,
    "asyncio.create_subprocess_shell": _system,
    "asyncio.create_subprocess_exec": lambda ev, call: ev.run_words(call.args, call.place()),
    "platform.popen": _popen,
    "pty.spawn": _spawn,
    "open": _open,
    "io.open": _open,
    "open.write": _write,
    "open.writelines": lambda ev, call: UNKNOWN,
    "print": _print,
    "sys.stdout.write": lambda ev, call: ev.write(call.arg(0)),
    "sys.stdout.buffer.write": lambda ev, call: ev.write(call.arg(0)),
    "sys.stdin.read": _stdin,
    "sys.exit": _exit,
    "os._exit": _exit,
    "exit": _exit,
    "quit": _exit,
    "globals": _globals,
    "locals": _globals,
    "vars": lambda ev, call: call.args[0] if call.args and isinstance(call.args[0], Thing) else Thing("globals"),
    "marshal.loads": _marshal,
    "os.getenv": _getenv,
    "os.environ.get": _getenv,
}
HOSTS.update({f"subprocess.{name}": _subprocess for name in ("Popen", "call", "run", "check_call", "check_output")})
HOSTS.update({f"os.{name}": _exec_list for name in "execl execle execlp execlpe execv execve execvp execvpe".split()})
HOSTS.update({f"os.{name}": _exec_list for name in "spawnl spawnle spawnlp spawnv spawnve spawnvp posix_spawn".split()})


class PythonDialect(Dialect):
    """Python's meaning, 2 and 3."""

    language = Language.PYTHON
    local = True
    strict = True
    functions: ClassVar[Mapping[str, Pure]] = FUNCTIONS
    methods = METHODS
    hosts = HOSTS

    def text(self, value: Value) -> str:
        """Return a value as text."""
        if value is None:
            return "None"
        if isinstance(value, bool):
            return "True" if value else "False"
        if isinstance(value, float):
            return repr(value)
        if isinstance(value, (bytes, bytearray)):
            return repr(bytes(value))
        if isinstance(value, (list, tuple, dict)) and len(value) < 200:
            if all(isinstance(v, (str, int, bytes)) for v in (value.values() if isinstance(value, dict) else value)):
                return repr(value)
        return super().text(value)

    def number(self, value: Value) -> int | float:
        """Return a number; text is none."""
        if isinstance(value, (str, bytes)):
            raise Unresolved
        return super().number(value)

    def builtin(self, ev: Evaluator, name: str) -> Value:
        """Return what an unbound name stands for."""
        if name in CONSTANTS:
            return CONSTANTS[name]
        for prefix in ("builtins.", "__builtin__.", "__builtins__."):
            name = name.removeprefix(prefix)
        run = self.functions.get(name)
        if run is not None:
            return Native(name, run)
        if name in _MODULES or name in _HOST_NAMES or name in HOSTS:
            return Thing(name)
        return MISSING

    def member(self, ev: Evaluator, holder: Value, name: str) -> Value:
        """Return a member of a value."""
        if isinstance(holder, Native):
            run = self.functions.get(f"{holder.name}.{name}")
            return Native(f"{holder.name}.{name}", run) if run else Bound(holder, name)
        if isinstance(holder, Thing):
            if name in ("__dict__", "__getattribute__", "modules") and name not in holder.data:
                if name == "__dict__":
                    return holder
                if name == "__getattribute__":
                    return Native(name, lambda inner, args: self.member(inner, holder, inner.text(args[0])))
                return Thing("sys.modules")
            if holder.name in ("builtins", "__builtins__", "__builtin__", "globals"):
                found = ev.globals.values.get(name, MISSING)
                found = self.builtin(ev, name) if found is MISSING else found
                return Thing(name) if found is MISSING else found
            if holder.name in ("globals.get", "sys.modules"):
                return Thing(name)
            dotted = f"{holder.name}.{name}"
            if dotted in CONSTANTS:
                return CONSTANTS[dotted]
            if holder.name == "os.environ" and name == "copy":
                return Thing("os.environ.copy")
            if name == "argv" and holder.name == "sys":
                return ["-c", *ev.scope.arguments] if ev.scope.arguments else UNKNOWN
        return super().member(ev, holder, name)

    def index(self, ev: Evaluator, holder: Value, key: Value) -> Value:
        """Return an item or a slice."""
        if isinstance(holder, (str, bytes, bytearray, list, tuple)) and isinstance(key, tuple):
            low, high, step = (None if k is None else int(self.number(k)) for k in key)
            if step is not None and step < 0:
                ev.note("reverse")
            ev.budget.make(len(holder))
            return holder[low:high:step]
        if isinstance(holder, Thing) and isinstance(key, str):
            if holder.name in ("globals", "locals"):
                found = ev.lookup(key)
                return Thing(key) if found is MISSING else found
            if holder.name == "sys.modules":
                return Thing(key)
            if holder.name.endswith("os.environ"):
                return inherited(key, ev)
        if isinstance(holder, bytearray):
            return holder[int(self.number(key))]
        return super().index(ev, holder, key)

    def set_index(self, ev: Evaluator, holder: Value, key: Value, value: Value, node: t.Node) -> bool:
        """Bind an item."""
        if isinstance(holder, bytearray) and isinstance(key, int) and isinstance(value, int):
            holder[key] = value
            return True
        if isinstance(holder, dict) and isinstance(key, (bytes, tuple)):
            holder[key] = value
            return True
        if isinstance(holder, Thing) and holder.name in ("globals", "locals") and isinstance(key, str):
            ev.globals.values[key] = value
            return True
        return super().set_index(ev, holder, key, value, node)

    def iterate(self, ev: Evaluator, value: Value, *, keys: bool) -> list[Value]:
        """Return what a loop goes over."""
        return items_of(ev, value)

    def binary(self, ev: Evaluator, op: str, left: Value, right: Value) -> Value:
        """Return what an operator makes of two values."""
        if isinstance(left, Thing) or isinstance(right, Thing):
            return UNKNOWN
        if op == "+":
            return self._add(ev, left, right)
        if op == "%" and isinstance(left, (str, bytes)):
            return percent(ev, left, right)
        if op == "*":
            for one, count in ((left, right), (right, left)):
                if isinstance(one, (str, bytes, list, tuple)) and isinstance(count, int):
                    ev.budget.make(len(one) * max(count, 0))
                    return one * count
        if op in ("==", "!=", "is", "isnot"):
            return (left == right) == (op in ("==", "is"))
        if op in ("in", "notin"):
            return (left in right) == (op == "in")
        if op in ("<", ">", "<=", ">="):
            return (
                {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[op]
                if type(left) is type(right) or isinstance(left, (int, float))
                else UNKNOWN
            )
        return self._arithmetic(ev, op, left, right)

    def _add(self, ev: Evaluator, left: Value, right: Value) -> Value:
        if isinstance(left, (bytes, bytearray)) and isinstance(right, str):
            right = right.encode("latin-1")
        elif isinstance(left, str) and isinstance(right, (bytes, bytearray)):
            right = bytes(right).decode("latin-1")
        if isinstance(left, (str, bytes, bytearray, list, tuple)):
            ev.grow(len(left), len(right))
            if isinstance(left, (str, bytes)):
                ev.note("concatenation")
                return str(left) + str(right) if isinstance(left, str) else bytes(left) + right
        return left + right

    def _arithmetic(self, ev: Evaluator, op: str, left: Value, right: Value) -> Value:
        if op == "^" and isinstance(left, (bytes, str)):
            raise Unresolved
        a, b = self.number(left), self.number(right)
        if max(int(a).bit_length(), int(b).bit_length()) > 200_000:
            raise Unresolved
        if op == "-":
            return a - b
        if op == "*":
            ev.budget.step((int(a).bit_length() + int(b).bit_length()) // 2000)
            return a * b
        if op == "/":
            whole = isinstance(a, int) and isinstance(b, int) and a % b == 0
            return a // b if whole else a / b
        if op in ("//", "floordiv"):
            return a // b
        if op == "%":
            return a % b
        if op == "**":
            if abs(b) * max(int(a).bit_length(), 1) > 100_000:
                raise Unresolved
            return a**b
        x, y = int(a), int(b)
        if op == "^":
            ev.note("xor")
            return x ^ y
        if op == "&":
            return x & y
        if op == "|":
            return x | y
        if op == "<<" and y < 100_000:
            return x << y
        if op == ">>":
            return x >> min(y, 400_000)
        raise Unresolved

    def special(self, ev: Evaluator, node: t.Special) -> Value:
        """Return a formatted part, or bind what a statement names."""
        if node.kind == "format":
            inner, form, conversion = node.parts
            value = ev.eval(inner)
            spec = ev.text(ev.eval(form)) if form is not None else ""
            if value is UNKNOWN:
                return UNKNOWN
            if conversion == ord("r"):
                return repr(value) if isinstance(value, (str, bytes, int)) else UNKNOWN
            return format_spec(ev, value, spec)
        if node.kind == "global":
            ev.env.shared = (ev.env.shared or set()) | set(node.parts)
        elif node.kind == "star":
            prefix = f"{node.parts[0]}."
            for name in (*HOSTS, *FUNCTIONS):
                if name.startswith(prefix) and "." not in name[len(prefix) :]:
                    ev.env.values[name[len(prefix) :]] = self.builtin(ev, name)
        elif node.kind == "yield":
            for part in node.parts:
                ev.eval(part)
        return UNKNOWN

    def quote(self, value: Value) -> str | None:
        """Return a value as a literal."""
        if isinstance(value, str) and len(value) <= 60_000:
            return repr(value)
        if isinstance(value, bytes) and len(value) <= 20_000:
            odd = sum(b < 9 or b > 126 for b in value[:400])
            return repr(value) if odd * 10 <= len(value[:400]) else None
        if type(value) is int and abs(value) < 10**15:
            return str(value)
        return None


def read(text: str, scope: Scope) -> Reading:
    """Return what a Python script says."""
    from vedette.commands.embedded.statements import Evaluator as Whole

    text, cut = shorten(text)
    tree, broken = parse_reporting(text)
    ev = Whole(PythonDialect(), text, scope)
    bind_inherited(ev)
    reading = ev.read(tree)
    reading.broken = broken
    if cut:
        reading.stops.append(cut)
    return reading
