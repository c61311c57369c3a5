"""What Windows Script's objects do, for JScript and VBScript: files written, commands run, code handed on."""

from __future__ import annotations

from vedette.commands.decoding import unbase64, unhex
from vedette.commands.embedded.dialect import Host, HostCall
from vedette.commands.embedded.evaluator import Expressions as Evaluator
from vedette.commands.embedded.evaluator import Halt, readable
from vedette.commands.embedded.values import UNKNOWN, Inherited, Thing, Unresolved, Value, raw, to_bytes
from vedette.schema.command import Language

_NAMES = (
    "WScript.Shell WScript.Network Shell.Application Scripting.FileSystemObject Scripting.Dictionary ADODB.Stream "
    "ADODB.Connection ADODB.Recordset MSXML2.XMLHTTP MSXML2.ServerXMLHTTP Microsoft.XMLHTTP WinHttp.WinHttpRequest "
    "MSXML2.DOMDocument Microsoft.XMLDOM Schedule.Service MMC20.Application InternetExplorer.Application "
    "Excel.Application Word.Application Outlook.Application WbemScripting.SWbemLocator MSScriptControl.ScriptControl "
    "ScriptControl Win32_Process Run Exec RegWrite RegRead RegDelete ShellExecute Open Send SaveToFile WriteText Write "
    "CreateTextFile OpenTextFile DeleteFile CopyFile MoveFile CreateFolder DeleteFolder GetSpecialFolder FileExists "
    "SetRequestHeader ResponseText ResponseBody Create Echo Quit Sleep CreateShortcut Save ExpandEnvironmentStrings "
    "SpecialFolders Popup SendKeys GetObject CreateObject ExecQuery Get StdOut ReadAll StdIn WriteLine ReadText "
    "LoadFromFile Close NameSpace CopyHere GetFile Navigate ExecuteStatement AddCode Eval ConnectServer AppActivate "
    "Environment Document Application MapNetworkDrive RemoveNetworkDrive ExecuteShellCommand ActiveView Status"
)
_CANONICAL = {part.casefold(): part for name in _NAMES.split() for part in (name, *name.split("."))}
_CLASSES = {
    "72c24dd5-d70a-438b-8a42-98424b88afb8": "WScript.Shell",
    "f935dc22-1cf0-11d0-adb9-00c04fd58a0b": "WScript.Shell",
    "13709620-c279-11ce-a49e-444553540000": "Shell.Application",
    "9ba05972-f6a8-11cf-a442-00a0c90a8f39": "ShellWindows",
    "c08afd90-f2a1-11d1-8455-00a0c91f3880": "ShellBrowserWindow",
    "0d43fe01-f093-11cf-8940-00a0c9054228": "Scripting.FileSystemObject",
    "49b2791a-b1ae-4c90-9b8e-e860ba07f889": "MMC20.Application",
    "88d96a05-f192-11d4-a65f-0040963251e5": "MSXML2.XMLHTTP",
    "2087c2f4-2cef-4953-a8ab-66779b670495": "WinHttp.WinHttpRequest",
}
_FOLDERS = {0: "%windir%", 1: "%windir%\\System32", 2: "%TEMP%"}


def canonical(name: str) -> str:
    """Return the name of an object or member in its usual capitals."""
    found = _CANONICAL.get(name.casefold())
    if found:
        return found
    return ".".join(_CANONICAL.get(part.casefold(), part) for part in name.split("."))


_ROOTS = frozenset(
    "wscript shell scripting adodb msxml2 microsoft winhttp schedule mmc20 internetexplorer excel word outlook "
    "wbemscripting msscriptcontrol scriptcontrol win32_process winmgmts getobject shellwindows".split()
)


def is_object(name: str) -> bool:
    """Return whether a dotted name begins with an object of Windows Script."""
    return name.partition(".")[0].casefold() in _ROOTS


def make_object(progid: Value) -> Value:
    """Return the object that a program id names."""
    if not isinstance(progid, str):
        return UNKNOWN
    return Thing(canonical(progid.strip()))


def _create(ev: Evaluator, call: HostCall) -> Value:
    return make_object(call.arg(0))


def _get_object(ev: Evaluator, call: HostCall) -> Value:
    name = call.arg(0)
    if not isinstance(name, str):
        return UNKNOWN
    low = name.casefold().strip()
    if low.startswith("winmgmts:"):
        tail = low.rpartition(":")[2].rpartition("\\")[2]
        return Thing("Win32_Process") if tail == "win32_process" else Thing("winmgmts")
    if low.startswith(("new:", "clsid:")):
        found = _CLASSES.get(low.partition(":")[2].strip("{}"))
        return Thing(found or canonical(name[4:]))
    return Thing("GetObject", (name,))


def _run(ev: Evaluator, call: HostCall) -> Value:
    command = call.arg(0)
    if isinstance(command, str):
        ev.nest(Language.PROGRAM, command, call.place())
    return UNKNOWN


def _exec(ev: Evaluator, call: HostCall) -> Value:
    command = call.arg(0)
    thing = Thing("WScript.Shell.Exec")
    if isinstance(command, str):
        out = ev.nest(Language.PROGRAM, command, call.place())
        if isinstance(out, str):
            thing.data["out"] = out
    return thing


def _read_all(ev: Evaluator, call: HostCall) -> Value:
    holder = call.holder
    return holder.data.get("out", UNKNOWN) if isinstance(holder, Thing) else UNKNOWN


def _shell_execute(ev: Evaluator, call: HostCall) -> Value:
    file, rest = call.arg(0), call.arg(1)
    if not isinstance(file, str):
        return UNKNOWN
    if rest is UNKNOWN and len(call.args) > 1:
        return UNKNOWN
    quoted = f'"{file}"' if " " in file and not file.startswith('"') else file
    more = f" {rest}" if isinstance(rest, str) and rest else ""
    ev.nest(Language.PROGRAM, quoted + more, call.place())
    return UNKNOWN


def _mmc(ev: Evaluator, call: HostCall) -> Value:
    file, rest = call.arg(0), call.arg(2)
    if isinstance(file, str) and isinstance(rest, str):
        ev.nest(Language.PROGRAM, f"{file} {rest}".rstrip(), call.place())
    return UNKNOWN


def _wmi_create(ev: Evaluator, call: HostCall) -> Value:
    return _run(ev, call)


def _wmi_get(ev: Evaluator, call: HostCall) -> Value:
    name = call.arg(0)
    return Thing(canonical(name)) if isinstance(name, str) else UNKNOWN


def _wmi_server(ev: Evaluator, call: HostCall) -> Value:
    return Thing("winmgmts")


def _expand(ev: Evaluator, call: HostCall) -> Value:
    text = call.arg(0)
    return text if isinstance(text, str) else UNKNOWN


def _environment(ev: Evaluator, call: HostCall) -> Value:
    return Thing("WScript.Shell.Environment")


def _environment_item(ev: Evaluator, call: HostCall) -> Value:
    name = call.arg(0)
    return Inherited(f"%{name}%") if isinstance(name, str) else UNKNOWN


def _special_folder(ev: Evaluator, call: HostCall) -> Value:
    number = call.arg(0)
    return _FOLDERS.get(int(number), UNKNOWN) if isinstance(number, (int, float)) else UNKNOWN


def _open_file(ev: Evaluator, call: HostCall) -> Value:
    path = call.arg(0)
    return Thing(call.name, (path,), {"path": path})


def _write(end: str) -> Host:
    def run(ev: Evaluator, call: HostCall) -> Value:
        holder, value = call.holder, call.arg(0) if call.args else ""
        path = holder.data.get("path", UNKNOWN) if isinstance(holder, Thing) else UNKNOWN
        if isinstance(path, str):
            key = path.casefold()
            if isinstance(value, str) and ev.sure:
                ev.budget.make(len(value))
                ev.scope.files[key] = ev.scope.files.get(key, b"") + readable(value + end).encode()
            else:
                ev.scope.files.pop(key, None)
                holder.data["path"] = UNKNOWN
        return UNKNOWN

    return run


def _stream_write(ev: Evaluator, call: HostCall) -> Value:
    holder, value = call.holder, call.arg(0)
    if isinstance(holder, Thing):
        old = holder.data.get(" data", b"")
        if isinstance(value, str):
            value = to_bytes(value)
        if isinstance(value, bytes) and isinstance(old, bytes):
            ev.budget.make(len(value))
            holder.data[" data"] = old + value
        else:
            holder.data[" data"] = UNKNOWN
    return UNKNOWN


def _stream_save(ev: Evaluator, call: HostCall) -> Value:
    holder, path = call.holder, call.arg(0)
    if isinstance(holder, Thing) and isinstance(path, str):
        data = holder.data.get(" data", UNKNOWN)
        if isinstance(data, bytes) and ev.sure:
            ev.scope.files[path.casefold()] = data
    return UNKNOWN


def _stream_text(ev: Evaluator, call: HostCall) -> Value:
    return stream_text(call.holder) if isinstance(call.holder, Thing) else UNKNOWN


def stream_text(holder: Thing) -> Value:
    """Return the text of a stream that the script itself has filled."""
    data = holder.data.get(" data", UNKNOWN)
    if not isinstance(data, bytes):
        return UNKNOWN
    charset = str(holder.data.get("charset", holder.data.get("Charset", "unicode"))).casefold()
    if charset in ("unicode", "utf-16"):
        return data.decode("utf-16-le", "replace")
    return data.decode("utf-8", "replace") if "utf-8" in charset else raw(data)


def _element(ev: Evaluator, call: HostCall) -> Value:
    return Thing("MSXML2.DOMDocument.createElement")


def typed_value(ev: Evaluator, thing: Thing, name: str) -> Value:
    """Return what a DOM element gives for its typed value: base64 or hex undone."""
    data = {key.casefold(): value for key, value in thing.data.items()}
    kind, text = data.get("datatype"), data.get("text", data.get("nodetypedvalue"))
    if name.casefold() == "text" and isinstance(data.get("nodetypedvalue"), bytes):
        import base64

        blob = data["nodetypedvalue"]
        ev.budget.make(2 * len(blob))
        return blob.hex() if kind == "bin.hex" else base64.b64encode(blob).decode()
    if not isinstance(text, str):
        raise Unresolved
    if kind == "bin.base64":
        out = unbase64(text, ev.budget, strict=False)
        ev.note("base64")
    elif kind == "bin.hex":
        out = unhex(text, ev.budget)
        ev.note("hex")
    else:
        return text
    if out is None:
        raise Unresolved
    return out


def _echo(ev: Evaluator, call: HostCall) -> Value:
    for value in call.args:
        ev.write(value, "\r\n")
    return UNKNOWN


def _quit(ev: Evaluator, call: HostCall) -> Value:
    if ev.sure:
        raise Halt
    return UNKNOWN


def _script_control(ev: Evaluator, call: HostCall) -> Value:
    holder, code = call.holder, call.arg(0)
    if isinstance(holder, Thing) and isinstance(code, str):
        data = {key.casefold(): value for key, value in holder.data.items()}
        language = str(data.get("language", "")).casefold()
        ev.nest(Language.JSCRIPT if "j" in language else Language.VBSCRIPT, code, call.place())
    return UNKNOWN


_XML_HTTP = ("msxml2.xmlhttp", "microsoft.xmlhttp", "msxml2.serverxmlhttp", "winhttp.winhttprequest")

HOSTS: dict[str, Host] = {
    "activexobject": _create,
    "createobject": _create,
    "wscript.createobject": _create,
    "server.createobject": _create,
    "getobject": _get_object,
    "wscript.getobject": _get_object,
    "wscript.shell.run": _run,
    "wscript.shell.exec": _exec,
    "wscript.shell.exec.stdout.readall": _read_all,
    "wscript.shell.expandenvironmentstrings": _expand,
    "wscript.shell.environment": _environment,
    "wscript.shell.environment.item": _environment_item,
    "winmgmts.get": _wmi_get,
    "wbemscripting.swbemlocator.connectserver": _wmi_server,
    "win32_process.create": _wmi_create,
    "scripting.filesystemobject.getspecialfolder": _special_folder,
    "scripting.filesystemobject.createtextfile": _open_file,
    "scripting.filesystemobject.opentextfile": _open_file,
    "scripting.filesystemobject.createtextfile.write": _write(""),
    "scripting.filesystemobject.createtextfile.writeline": _write("\r\n"),
    "scripting.filesystemobject.opentextfile.write": _write(""),
    "scripting.filesystemobject.opentextfile.writeline": _write("\r\n"),
    "adodb.stream.write": _stream_write,
    "adodb.stream.writetext": _stream_write,
    "adodb.stream.savetofile": _stream_save,
    "adodb.stream.readtext": _stream_text,
    "wscript.echo": _echo,
    "wscript.stdout.write": lambda ev, call: ev.write(call.arg(0)),
    "wscript.stdout.writeline": lambda ev, call: ev.write(call.arg(0), "\r\n"),
    "document.write": lambda ev, call: ev.write(call.arg(0)),
    "wscript.quit": _quit,
}
_BY_END: dict[str, Host] = {
    "shellexecute": _shell_execute,
    "executeshellcommand": _mmc,
    "createelement": _element,
    "executestatement": _script_control,
    "addcode": _script_control,
}


def find_host(name: str) -> Host | None:
    """Return what a call of a dotted name does, in any capitals."""
    low = name.casefold()
    return HOSTS.get(low) or _BY_END.get(low.rpartition(".")[2])
