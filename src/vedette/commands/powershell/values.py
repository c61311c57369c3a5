r"""The values that the evaluator computes with, and their conversions.

Python's own str, int, float, bool, bytearray and None stand for PowerShell's; the classes here are the rest. A text of
which a part is known only when it runs (``$env:TEMP\a.exe``) is a :class:`Partial`: it keeps that part as written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from vedette.commands.powershell import bigint
from vedette.commands.powershell import lexer as lx
from vedette.commands.powershell import nodes as n

Value = Any
"""A PowerShell value: one of Python's own or of the classes below."""


class Unclear(Exception):  # noqa: N818  (a signal)
    """The value cannot be computed; the message, where there is one, is a stop for the reader."""


class Char(str):
    """One UTF-16 unit."""

    __slots__ = ()


class Items(list[Any]):
    """An array; ``kind`` is the lower-case type of its elements, ``object`` where that is any."""

    __slots__ = ("kind",)

    def __init__(self, items: Any = (), kind: str = "object") -> None:
        super().__init__(items)
        self.kind = kind


@dataclass(slots=True, eq=False)
class Unknown:
    """A value that only running would tell."""

    written: str = ""
    type: str = ""
    options: tuple[Any, ...] = ()
    """The texts it may be, where every way that leads here gives a computed one."""


UNKNOWN = Unknown()


@dataclass(slots=True, frozen=True)
class Piece:
    """A part of a text as it is written, with the value that it has on an ordinary Windows, if it has one."""

    written: str
    usual: str | None = None


@dataclass(slots=True, eq=False)
class Partial:
    """A text of known parts and of parts as written."""

    parts: list[str | Piece]

    def text(self) -> str:
        """Return it as it would be written in double quotes, with the unknown parts as they are."""
        return "".join(p if isinstance(p, str) else p.written for p in self.parts)

    def usual(self) -> str | None:
        """Return the text it has on an ordinary Windows, or None where a part has no such value."""
        found = []
        for p in self.parts:
            if isinstance(p, str):
                found.append(p)
            elif p.usual is None:
                return None
            else:
                found.append(p.usual)
        return "".join(found)


@dataclass(slots=True, eq=False)
class TypeRef:
    """``[name]``; lower case, without ``System.``."""

    name: str


@dataclass(slots=True, eq=False)
class Table:
    """A hashtable: entries by key in lower case."""

    entries: dict[Any, tuple[Value, Value]] = field(default_factory=dict)
    ordered: bool = False
    """Whether its entries stand in the order of their keys."""

    def get(self, key: Value) -> Value:
        """Return the entry of a key, None where there is none."""
        found = self.entries.get(_key(key))
        return None if found is None else found[1]

    def put(self, key: Value, value: Value) -> None:
        """Set an entry."""
        fresh = self.ordered and _key(key) not in self.entries
        self.entries[_key(key)] = (key, value)
        if fresh and len(self.entries) < 4_000 and len({type(k) for k in self.entries}) == 1:
            self.entries = dict(sorted(self.entries.items()))


def _key(key: Value) -> Any:
    if isinstance(key, str):
        return str(key).casefold()
    return key if isinstance(key, (int, float, bool)) else id(key)


@dataclass(slots=True, eq=False)
class Code:
    """A script block, with the text that it stands in."""

    block: n.Block
    text: str
    made: bool = False
    """Whether it was made of text (``[scriptblock]::Create``): then that text is a layer of its own."""
    how: tuple[str, ...] = ()
    at: tuple[int, int] | None = None
    closure: dict[str, Any] | None = None
    """Variables as they were when ``GetNewClosure`` was called."""

    def source(self) -> str:
        """Return the code between the braces."""
        if self.made:
            return self.text
        return self.text[self.block.start + 1 : self.block.end - 1]


@dataclass(slots=True, eq=False)
class Thing:
    """An object of a known type: ``Net.WebClient``, ``WScript.Shell``; ``data`` holds what is known of its state."""

    type: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class MethodRef:
    """A method that is not called yet: ``'a'.Replace``."""

    target: Value
    name: str
    static: bool


def known(value: Value) -> bool:
    """Return whether a value is computed as a whole."""
    if isinstance(value, (Unknown, Partial)):
        return False
    if isinstance(value, Items):
        return not any(isinstance(v, (Unknown, Partial)) for v in value)
    return not isinstance(value, (Thing, MethodRef)) or isinstance(value, Thing)


_DEFINITIONS = {
    "insert": "string Insert(int startIndex, string value)",
    "substring": "string Substring(int startIndex), string Substring(int startIndex, int length)",
    "normalize": "string Normalize(), string Normalize(System.Text.NormalizationForm normalizationForm)",
    "replace": "string Replace(char oldChar, char newChar), string Replace(string oldValue, string newValue)",
    "contains": "bool Contains(string value)",
    "tostring": "string ToString(), string ToString(System.IFormatProvider provider), "
    "string IConvertible.ToString(System.IFormatProvider provider)",
}
"""What a method of a string gives as text: its forms."""


def show_float(value: float) -> str:
    """Return a number as .NET shows it."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "∞" if value > 0 else "-∞"
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(value).replace("e+", "E+").replace("e-", "E-")


def to_text(value: Value, separator: str = " ") -> str | Partial:
    """Return a value as a string.

    Raises:
        Unclear: only running would tell.
    """
    if isinstance(value, str):
        return str(value)
    if value is None:
        return ""
    if value is True:
        return "True"
    if value is False:
        return "False"
    if type(value) is bigint.Big:
        try:
            return bigint.show(value)
        except ValueError:
            raise Unclear from None
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return show_float(value)
    if isinstance(value, Partial):
        return value
    if isinstance(value, bytearray):
        return separator.join(map(str, value))
    if isinstance(value, Items):
        return join(value, separator)
    if isinstance(value, Code):
        return value.source()
    if isinstance(value, TypeRef):
        return full_type(value.name)
    if isinstance(value, Table):
        return "System.Collections.Hashtable"
    if isinstance(value, MethodRef) and isinstance(value.target, str) and value.name.lower() in _DEFINITIONS:
        return _DEFINITIONS[value.name.lower()]
    if isinstance(value, Thing) and "text" in value.data:
        return to_text(value.data["text"])
    raise Unclear


def join(items: Any, separator: str) -> str | Partial:
    """Return the texts of several values with a separator between them."""
    texts = []
    partial = False
    for v in items:
        t = str(v) if isinstance(v, str) else to_text(v)
        partial = partial or isinstance(t, Partial)
        texts.append(t)
    if not partial:
        return separator.join(texts)  # type: ignore[arg-type]
    parts: list[str | Piece] = []
    for i, t in enumerate(texts):
        if i and separator:
            parts.append(separator)
        if isinstance(t, Partial):
            parts += t.parts
        elif t:
            parts.append(t)
    return Partial(parts)


def plain(value: Value) -> str:
    """Return a value as a string whose every character is computed; parts with a usual value take that.

    Raises:
        Unclear: a part is known only when it runs.
    """
    t = to_text(value)
    if isinstance(t, Partial):
        usual = t.usual()
        if usual is None:
            raise Unclear
        return usual
    return t


def sure_text(value: Value) -> str:
    """Return a value as a string whose every character is computed, usual values of the environment left out.

    Raises:
        Unclear: a part is known only when it runs.
    """
    t = to_text(value)
    if isinstance(t, Partial):
        raise Unclear
    return t


_HEX = re.compile(r"\s*([+-]?)0[xX]([0-9a-fA-F]{1,32})\s*\Z")


def to_number(value: Value) -> int | float:
    """Return a value as a number, as arithmetic would.

    Raises:
        Unclear: it is none.
    """
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, float)):
        return value
    if value is None:
        return 0
    if isinstance(value, Char):
        return ord(value)
    if isinstance(value, Partial):
        value = plain(value)
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return 0
        m = _HEX.match(text)
        if m is not None:
            number = int(m.group(2), 16)
            return -number if m.group(1) == "-" else number
        if len(text) > 60:
            raise Unclear
        sized = lx.NUMBER.fullmatch(text.lstrip("+-"))
        try:
            return int(text)
        except ValueError:
            pass
        if sized is None:
            raise Unclear
        number2 = lx.number(text.lstrip("+-"))
        return -number2 if text[0] == "-" else number2
    if isinstance(value, (Items, bytearray)) and len(value) == 1:
        return to_number(value[0])
    raise Unclear


def to_int(value: Value) -> int:
    """Return a value as a whole number; halves go to the even neighbour.

    Raises:
        Unclear: it is none.
    """
    number = to_number(value)
    if isinstance(number, float):
        if number != number or abs(number) > 1e30:
            raise Unclear
        return round(number)
    return number


def to_char(value: Value) -> Char:
    """Return a value as a character.

    Raises:
        Unclear: it is none.
    """
    if isinstance(value, str):
        if len(value) == 1:
            return Char(value)
        raise Unclear
    code = to_int(value)
    if not 0 <= code <= 0xFFFF:
        raise Unclear
    return Char(chr(code))


def truth(value: Value) -> bool | None:
    """Return whether a value counts as true, or None where it is unknown."""
    if isinstance(value, Unknown):
        return None
    if isinstance(value, Partial):
        return True
    if isinstance(value, (Items, bytearray)):
        if not value:
            return False
        return truth(value[0]) if len(value) == 1 else True
    if isinstance(value, (Table, Thing, Code, TypeRef, MethodRef)):
        return True
    return bool(value)


def as_list(value: Value) -> list[Any]:
    """Return what a value gives when it is enumerated.

    Raises:
        Unclear: it is unknown.
    """
    if isinstance(value, (Items, bytearray)):
        return list(value)
    if isinstance(value, Unknown):
        raise Unclear
    if value is None:
        return []
    if isinstance(value, Thing) and "items" in value.data:
        return list(value.data["items"])
    return [value]


def collapse(items: list[Any]) -> Value:
    """Return what a pipeline gives: nothing, its one object, or an array."""
    if not items:
        return None
    return items[0] if len(items) == 1 else Items(items)


_TYPES = {
    t.lower(): t
    for t in """Char String Int32 Int64 Byte Boolean Object Convert Text.Encoding Text.UTF8Encoding Text.ASCIIEncoding
    Text.UnicodeEncoding Text.StringBuilder Text.RegularExpressions.Regex Text.RegularExpressions.RegexOptions
    Net.WebClient Net.WebRequest Net.HttpWebRequest Net.WebResponse Net.Dns Net.Sockets.TcpClient Net.Sockets.UdpClient
    Net.Sockets.TCPListener Net.Sockets.NetworkStream Net.Sockets.Socket Net.Security.SslStream Net.ServicePointManager
    Net.SecurityProtocolType Net.CredentialCache Net.NetworkCredential Net.WebProxy Net.WebUtility Net.IPAddress
    Net.Http.HttpClient Net.Mail.SmtpClient Net.Mail.MailMessage Net.NetworkInformation.Ping Web.HttpUtility
    IO.File IO.Path IO.Directory IO.FileInfo IO.DirectoryInfo IO.MemoryStream IO.StreamReader IO.StreamWriter
    IO.FileStream IO.BinaryReader IO.Compression.DeflateStream IO.Compression.GZipStream IO.Compression.ZipFile
    IO.Compression.CompressionMode IO.Stream Reflection.Assembly Reflection.MethodInfo Reflection.FieldInfo
    Reflection.BindingFlags Reflection.Emit.AssemblyBuilderAccess Diagnostics.Process Diagnostics.ProcessStartInfo
    Runtime.InteropServices.Marshal Runtime.InteropServices.RuntimeEnvironment Security.Cryptography.Aes
    Security.Cryptography.AesManaged Security.Cryptography.RijndaelManaged Security.Cryptography.SHA256
    Security.Cryptography.MD5 Security.Principal.WindowsIdentity Security.Principal.WindowsPrincipal
    Security.Principal.WindowsBuiltInRole Security.SecureString Environment Array Math BitConverter Activator AppDomain
    Type Guid DateTime TimeSpan Uri Random Threading.Thread Threading.Mutex Threading.Tasks.Task
    Management.Automation.ScriptBlock Management.Automation.PSCredential Management.Automation.AmsiUtils
    Management.Automation.Runspaces.RunspaceFactory Management.Automation.PowerShell
    Management.ManagementObjectSearcher Management.ManagementClass Management.ManagementObject
    Microsoft.Win32.Registry Microsoft.Win32.RegistryKey Windows.Forms.Clipboard Windows.Forms.SendKeys
    Windows.Forms.MessageBox Windows.Forms.Screen Drawing.Bitmap Drawing.Graphics Console StringComparison Enum
    DirectoryServices.DirectorySearcher DirectoryServices.DirectoryEntry DirectoryServices.ActiveDirectory.Domain
    DirectoryServices.ActiveDirectory.Forest Collections.ArrayList Collections.Queue Collections.Hashtable Version
    Numerics.BigInteger Media.SoundPlayer Xml.XmlDocument ServiceProcess.ServiceController
    WshShortcut TaskFolder TaskDefinition WScript.Shell Shell.Application MSXML2.XMLHTTP MSXML2.ServerXMLHTTP
    Microsoft.XMLHTTP WinHttp.WinHttpRequest.5.1
    ADODB.Stream Scripting.FileSystemObject Schedule.Service Excel.Application Word.Application Outlook.Application
    InternetExplorer.Application MMC20.Application SAPI.SpVoice HNetCfg.FwPolicy2 Microsoft.Update.Session""".split()
}
_ACCELERATORS = {
    "int": "int32",
    "long": "int64",
    "bool": "boolean",
    "short": "int16",
    "ushort": "uint16",
    "uint": "uint32",
    "ulong": "uint64",
    "float": "single",
    "regex": "text.regularexpressions.regex",
    "scriptblock": "management.automation.scriptblock",
    "wmiclass": "management.managementclass",
    "wmisearcher": "management.managementobjectsearcher",
    "wmi": "management.managementobject",
    "adsi": "directoryservices.directoryentry",
    "adsisearcher": "directoryservices.directorysearcher",
    "powershell": "management.automation.powershell",
    "runspacefactory": "management.automation.runspaces.runspacefactory",
    "pscredential": "management.automation.pscredential",
    "securestring": "security.securestring",
    "ipaddress": "net.ipaddress",
    "xml": "xml.xmldocument",
    "bigint": "numerics.biginteger",
    "ref": "management.automation.psreference",
    "psobject": "management.automation.psobject",
    "pscustomobject": "management.automation.psobject",
    "hashtable": "collections.hashtable",
    "initialsessionstate": "management.automation.runspaces.initialsessionstate",
    "collections.generic.list": "collections.arraylist",
}


@lru_cache(maxsize=2048)
def type_name(written: str) -> str:
    """Return a type's name in lower case, without ``System.``, accelerators undone."""
    name = "".join(written.split()).replace("`", "").lower()
    if name.startswith("system."):
        name = name[7:]
    base, bracket, rest = name.partition("[")
    return _ACCELERATORS.get(base, base) + bracket + rest


def nice_type(name: str, written: str = "") -> str:
    """Return a type's name as its documentation writes it, without ``System.``."""
    low = type_name(name)
    nice = _TYPES.get(low)
    if nice is not None:
        return nice
    base = "".join((written or name).split())
    return base[7:] if base.lower().startswith("system.") else base


def full_type(name: str) -> str:
    """Return a type's name with ``System.`` as ``[type].FullName`` gives it."""
    nice = nice_type(name)
    return nice if nice.startswith("Microsoft.") else "System." + nice


def quote(text: str) -> str:
    """Return a text in single quotes."""
    for q in lx.SINGLE:
        if q in text:
            text = re.sub(f"([{lx.SINGLE}])", r"\1\1", text)
            break
    return f"'{text}'"


def quote_partial(value: Partial) -> str:
    """Return a text with unknown parts in double quotes."""
    out = []
    for p in value.parts:
        if isinstance(p, Piece):
            out.append(p.written)
        else:
            out.append(re.sub(rf"([`${lx.DOUBLE}])", r"`\1", p).replace("\0", "`0"))
    return '"' + "".join(out) + '"'


def literal(value: Value, most: int = 200_000) -> str | None:
    """Return the value as a literal of the language, or None where it has none."""
    if isinstance(value, str):
        return quote(value) if len(value) <= most else None
    if isinstance(value, bool):
        return "$true" if value else "$false"
    if value is None:
        return "$null"
    if type(value) is bigint.Big:
        return None
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, Partial):
        return quote_partial(value)
    if isinstance(value, bytearray):
        return "[byte[]](" + ",".join(map(str, value)) + ")" if len(value) * 4 <= most else None
    if isinstance(value, Table) and len(value.entries) * 5 <= most:
        pairs = [(quote(str(k)), literal(v, most // 4)) for k, v in value.entries.values()]
        if any(v is None for _, v in pairs):
            return None
        shown = ";".join(f"{k[1:-1] if k[1:-1].isidentifier() else k}={v}" for k, v in pairs)
        return f"@{{{shown}}}" if len(shown) <= most else None
    if isinstance(value, Items) and len(value) * 3 <= most:
        parts = [literal(v, most // 4) for v in value]
        if any(p is None for p in parts):
            return None
        text = ",".join(p for p in parts if p is not None)
        return f"@({text})" if len(text) <= most else None
    return None
