"""JScript and JavaScript in Windows Script, HTML applications and Node: a script enters, what it does leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from vedette.commands.base import Reading, Scope
from vedette.commands.decoding import inflate
from vedette.commands.embedded import com
from vedette.commands.embedded import tree as t
from vedette.commands.embedded.code import run_code
from vedette.commands.embedded.dialect import Host, HostCall, Pure
from vedette.commands.embedded.evaluator import Expressions as Evaluator
from vedette.commands.embedded.evaluator import Halt
from vedette.commands.embedded.script_syntax import Script
from vedette.commands.embedded.script_values import FUNCTIONS, METHODS, ScriptDialect
from vedette.commands.embedded.start import bind_inherited, inherited, shorten
from vedette.commands.embedded.values import (
    MISSING,
    UNDEFINED,
    UNKNOWN,
    Inherited,
    Native,
    Thing,
    Unresolved,
    Value,
    to_bytes,
)
from vedette.schema.command import Language

_MODULES = frozenset(
    "child_process fs http https net os path zlib vm crypto dns tls url util axios dgram cluster module".split()
)


def parse(text: str) -> t.Block:
    """Return the tree of a script."""
    return Script(text).program()


def _eval(ev: Evaluator, call: HostCall) -> Value:
    code = call.arg(0)
    if not isinstance(code, (str, bytes)):
        return code
    return run_code(ev, code, call.place(), parse)


def _function(ev: Evaluator, call: HostCall) -> Value:
    code = call.args[-1] if call.args else ""
    if not isinstance(code, str):
        return UNKNOWN
    text, place = code, call.nodes[-1] if call.nodes else call.node

    def run(inner: Evaluator, args: list[Value]) -> Value:
        return run_code(inner, text, place, _parse_body)

    return Native("anonymous", run)


def _parse_body(text: str) -> t.Block:
    return Script(text).program()


def _timer(ev: Evaluator, call: HostCall) -> Value:
    code = call.arg(0)
    if isinstance(code, str):
        return run_code(ev, code, call.place(), parse)
    return UNKNOWN


def _require(ev: Evaluator, call: HostCall) -> Value:
    name = call.arg(0)
    return Thing(name.removeprefix("node:")) if isinstance(name, str) else UNKNOWN


def _shell(ev: Evaluator, call: HostCall) -> Value:
    return ev.run_shell(call.arg(0), call.place())


def _spawn(ev: Evaluator, call: HostCall) -> Value:
    program, rest = call.arg(0), call.arg(1)
    options = call.args[-1] if call.args and isinstance(call.args[-1], dict) else {}
    words = [program, *(rest if isinstance(rest, (list, tuple)) else [])]
    if options.get("shell"):
        try:
            ev.run_shell(" ".join(ev.text(w) for w in words), call.place())
        except Unresolved:
            return UNKNOWN
    elif rest is not UNKNOWN or len(call.args) < 2:
        ev.run_words(words, call.place())
    return Thing(call.name)


def _write_file(ev: Evaluator, call: HostCall) -> Value:
    path, data = call.arg(0), call.arg(1)
    if isinstance(path, str) and isinstance(data, (str, bytes)) and ev.sure:
        content = data.encode() if isinstance(data, str) else data
        ev.scope.files[path] = ev.scope.files.get(path, b"") + content if "append" in call.name else content
    elif isinstance(path, str):
        ev.scope.files.pop(path, None)
    return UNDEFINED


def _log(ev: Evaluator, call: HostCall) -> Value:
    for number, value in enumerate(call.args):
        ev.write(value, "\n" if number == len(call.args) - 1 else " ")
    return UNDEFINED


def _exit(ev: Evaluator, call: HostCall) -> Value:
    if ev.sure:
        raise Halt
    return UNKNOWN


def _buffer(ev: Evaluator, args: list[Value]) -> Value:
    if isinstance(args[0], bytes):
        return args[0]
    if isinstance(args[0], (list, tuple)):
        ev.note("char-codes")
        return bytes(int(ev.number(v)) & 255 for v in args[0])
    text = ev.text(args[0])
    form = ev.text(args[1]).lower() if len(args) > 1 else "utf8"
    if form in ("base64", "base64url"):
        from vedette.commands.decoding import unbase64

        ev.note("base64")
        data = unbase64(text, ev.budget, strict=False)
    elif form == "hex":
        from vedette.commands.decoding import unhex

        ev.note("hex")
        data = unhex(text, ev.budget)
    elif form in ("utf16le", "ucs2", "utf-16le"):
        data = text.encode("utf-16-le")
    elif form in ("latin1", "binary", "ascii"):
        data = to_bytes(text)
    else:
        data = text.encode("utf-8", "replace")
    if data is None:
        raise Unresolved
    return data


def _unzip(form: str) -> Pure:
    def run(ev: Evaluator, args: list[Value]) -> Value:
        data = args[0] if isinstance(args[0], bytes) else to_bytes(ev.text(args[0]))
        out = inflate(data, ev.budget, form=form)
        if out is None:
            raise Unresolved
        ev.note("gzip" if form in ("gzip", "auto") else "deflate")
        return out

    return run


def _concat_buffers(ev: Evaluator, args: list[Value]) -> Value:
    parts = [v if isinstance(v, bytes) else 1 / 0 for v in ev.items(args[0])]
    return b"".join(p for p in parts if isinstance(p, bytes))


def _join_path(ev: Evaluator, args: list[Value]) -> Value:
    return "/".join(ev.text(a).rstrip("/") if n < len(args) - 1 else ev.text(a) for n, a in enumerate(args))


_NODE: dict[str, Host] = {
    "eval": _eval,
    "execScript": _eval,
    "Function": _function,
    "setTimeout": _timer,
    "setInterval": _timer,
    "require": _require,
    "process.mainModule.require": _require,
    "module.require": _require,
    "import": _require,
    "process.binding": _require,
    "child_process.exec": _shell,
    "child_process.execSync": _shell,
    "child_process.spawn": _spawn,
    "child_process.spawnSync": _spawn,
    "child_process.execFile": _spawn,
    "child_process.execFileSync": _spawn,
    "child_process.fork": _spawn,
    "vm.runInThisContext": _eval,
    "vm.runInNewContext": _eval,
    "vm.runInContext": _eval,
    "fs.writeFileSync": _write_file,
    "fs.writeFile": _write_file,
    "fs.appendFileSync": _write_file,
    "console.log": _log,
    "console.info": _log,
    "process.stdout.write": lambda ev, call: ev.write(call.arg(0)),
    "process.exit": _exit,
}


class WindowsScript(ScriptDialect):
    """JScript, with what Windows Script and Node add."""

    language = Language.JSCRIPT
    functions: ClassVar[Mapping[str, Pure]] = {
        **FUNCTIONS,
        "Buffer.from": _buffer,
        "Buffer": _buffer,
        "Buffer.concat": _concat_buffers,
        "zlib.inflateSync": _unzip("zlib"),
        "zlib.gunzipSync": _unzip("gzip"),
        "zlib.unzipSync": _unzip("auto"),
        "zlib.inflateRawSync": _unzip("deflate"),
        "path.join": _join_path,
        "Enumerator": lambda ev, args: 1 / 0,
    }
    methods = METHODS
    objects = frozenset(
        """ActiveXObject GetObject WScript Function eval execScript setTimeout setInterval require process module
        fetch XMLHttpRequest WebSocket Buffer import alert Deno Bun CreateObject close""".split()
    )

    def builtin(self, ev: Evaluator, name: str) -> Value:
        """Return what an unbound name stands for."""
        found = super().builtin(ev, name)
        if found is MISSING and name in _MODULES and self.language is Language.JAVASCRIPT:
            return Thing(name)
        return found

    def member(self, ev: Evaluator, holder: Value, name: str) -> Value:
        """Return a member, with the names of Windows Script in their usual capitals."""
        if isinstance(holder, Thing):
            low = name.casefold()
            if low in ("nodetypedvalue", "text") and "createElement" in holder.name and holder.data:
                return com.typed_value(ev, holder, name)
            if holder.name == "process.env" and name not in holder.data:
                return inherited(name, ev)
            if holder.name == "process.argv":
                return UNKNOWN
            if holder.name == "WScript.Shell.Environment" and low not in ("item", "remove"):
                return Inherited(f"%{name}%")
            if com.is_object(holder.name):
                name = com.canonical(name)
        return super().member(ev, holder, name)

    def host(self, ev: Evaluator, call: HostCall) -> Value:
        """Follow a call into the library."""
        run = _NODE.get(call.name) or com.find_host(call.name)
        if run is None and call.name.startswith("globalThis."):
            run = _NODE.get(call.name.partition(".")[2])
        return run(ev, call) if run else Thing(call.name, tuple(call.args))

    def construct(self, ev: Evaluator, func: Value, call: HostCall) -> Value:
        """Return a new object."""
        if call.name in ("ActiveXObject", "Function"):
            return self.host(ev, call)
        return Thing(call.name, tuple(call.args))


def read_with(dialect: ScriptDialect, text: str, scope: Scope) -> Reading:
    """Return what a script says in a dialect."""
    from vedette.commands.embedded.statements import Evaluator as Whole

    text, cut = shorten(text)
    script = Script(_body(text))
    tree = script.program()
    ev = Whole(dialect, text, scope)
    bind_inherited(ev)
    reading = ev.read(tree)
    reading.broken = script.broken
    if cut:
        reading.stops.append(cut)
    return reading


def _body(text: str) -> str:
    """Return a script with what is no code blanked out: a ``javascript:`` before it, the tags around it."""
    import re

    def blank(found: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", found.group())

    out = re.sub(
        r"^\s*(?:javascript|jscript|vbscript):(?:\\?\.\.[^\"]*?mshtml(?:\.dll)?,RunHTMLApplication\s*)?",
        blank,
        text,
        flags=re.I,
    )
    if re.search(r"<\s*script", out, re.I):
        pieces: list[str] = []
        at = 0
        for found in re.finditer(r"<\s*script[^>]*>|<\s*/\s*script\s*>", out, re.I):
            inside = out[at : found.start()]
            opened = found.group().lstrip("< ").startswith("/")
            pieces.append(inside if opened else blank_all(inside))
            pieces.append(blank_all(found.group()))
            at = found.end()
        pieces.append(blank_all(out[at:]) if pieces else out[at:])
        out = "".join(pieces)
    return out


def blank_all(text: str) -> str:
    """Return white space of the same length, with the line ends kept."""
    return "".join(c if c in "\r\n" else " " for c in text)


def read(text: str, scope: Scope) -> Reading:
    """Return what a JScript script says."""
    return read_with(WindowsScript(), text, scope)
