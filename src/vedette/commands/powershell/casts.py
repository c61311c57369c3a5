"""``[type]value``: conversions between the types of .NET."""

from __future__ import annotations

import re
import struct

from vedette.commands.budget import Budget
from vedette.commands.powershell import bigint
from vedette.commands.powershell.values import (
    Char,
    Code,
    Items,
    Partial,
    Table,
    Thing,
    TypeRef,
    Unclear,
    Unknown,
    Value,
    as_list,
    plain,
    to_char,
    to_int,
    to_number,
    to_text,
    truth,
    type_name,
)

_RANGES = {
    "int32": (-(1 << 31), (1 << 31) - 1),
    "uint32": (0, (1 << 32) - 1),
    "int64": (-(1 << 63), (1 << 63) - 1),
    "uint64": (0, (1 << 64) - 1),
    "int16": (-(1 << 15), (1 << 15) - 1),
    "uint16": (0, (1 << 16) - 1),
    "byte": (0, 255),
    "sbyte": (-128, 127),
}
_MADE_OF_ONE = {"io.memorystream", "io.streamreader", "io.stringreader", "text.stringbuilder", "io.binaryreader"}
"""Types whose cast calls the constructor."""
_DELEGATES = (
    "func",
    "action",
    "predicate",
    "threading.threadstart",
    "threading.parameterizedthreadstart",
    "text.regularexpressions.matchevaluator",
    "converter",
    "eventhandler",
    "threading.timercallback",
    "threading.waitcallback",
)
_FLOATS = {"double", "single", "decimal"}


def cast(value: Value, written: str, budget: Budget) -> Value:
    """Return the value as the type.

    Raises:
        Unclear: only running would tell, or the type is not read.
    """
    name = type_name(written)
    if name.endswith("[]"):
        return _array(value, name[:-2], budget)
    if name.startswith("collections.arraylist"):
        return Items(as_list(value))
    if isinstance(value, Unknown):
        if name in ("object", "string", "boolean") or name in _RANGES:
            raise Unclear
        return Unknown(value.written, name)
    if name == "string":
        return to_text(value)
    if name == "char":
        return to_char(value[0] if isinstance(value, Items) and len(value) == 1 else value)
    if name in _RANGES:
        number = to_int(value)
        low, high = _RANGES[name]
        if not low <= number <= high:
            raise Unclear
        return int(number)
    if name in _FLOATS:
        number_ = to_number(value)
        if name == "decimal" and isinstance(number_, int):
            if abs(number_) >= 1 << 96:
                raise Unclear
            return int(number_)
        return float(number_)
    if name == "boolean":
        t = truth(value)
        if t is None:
            raise Unclear
        return t
    if name == "array":
        return value if isinstance(value, Items) else Items(as_list(value))
    if name == "void":
        return None
    if name == "numerics.biginteger":
        return big(value)
    if name == "text.regularexpressions.regex":
        return Thing(name, {"pattern": plain(value), "options": ""})
    if name in ("management.automation.psobject", "collections.specialized.ordereddictionary", "ordered"):
        return value
    if name in ("collections.hashtable", "object"):
        return value
    if name == "type" and isinstance(value, str):
        return TypeRef(type_name(value))
    if name == "type" and isinstance(value, TypeRef):
        return value
    if name == "uri" and not isinstance(value, (Thing, Table)):
        return to_text(value)
    if name == "guid" and isinstance(value, str):
        text = value.strip("{} ").lower()
        if not re.fullmatch(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", text):
            raise Unclear
        return Thing("guid", {"text": text})
    if name == "net.ipaddress" and isinstance(value, str):
        return str(value)
    if name == "management.automation.scriptblock" and isinstance(value, (Code, Thing)):
        return value
    if name in ("management.managementclass", "directoryservices.directoryentry") and isinstance(value, str):
        return Thing(name, {"argument": str(value)})
    if name == "management.automation.psreference":
        return Thing(name, {"value": value})
    if isinstance(value, Code) and name.startswith(_DELEGATES):
        return value
    if name in _MADE_OF_ONE:
        from vedette.commands.powershell import objects

        made = objects.new(name, [value], budget)
        if made is not None:
            return made
    if isinstance(value, Thing):
        return value
    if name.startswith("text.regularexpressions.regexoptions") or name.startswith("io.compression"):
        return value
    raise Unclear


def big(value: Value) -> bigint.Big:
    """Return a value as a whole number of any size.

    Raises:
        Unclear: it is none.
    """
    try:
        if isinstance(value, bytearray):
            return bigint.of_bytes(bytes(value))
        if isinstance(value, str) and not isinstance(value, Char) and not value.strip()[:3].lower().startswith("0x"):
            return bigint.parse(value)
    except ValueError:
        raise Unclear from None
    return bigint.Big(to_int(value))


def _array(value: Value, element: str, budget: Budget) -> Value:
    if isinstance(value, Partial):
        value = plain(value)
    if element == "char" and isinstance(value, str):
        budget.make(len(value))
        return Items([Char(c) for c in value], "char")
    if element == "byte":
        if isinstance(value, bytearray):
            return value
        if isinstance(value, Thing) and "bytes" in value.data:
            return bytearray(value.data["bytes"])
        items = as_list(value)
        budget.make(len(items))
        out = bytearray()
        for v in items:
            number = ord(v) if isinstance(v, Char) else to_int(v)
            if not 0 <= number <= 255:
                raise Unclear
            out.append(number)
        return out
    items = as_list(value)
    budget.make(len(items))
    budget.step(len(items) // 16)
    if element == "object":
        return Items(items)
    return Items([cast(v, element, budget) for v in items], element)


def is_type(value: Value, written: str) -> bool | None:
    """Return whether a value is of a type, or None where it is not known."""
    name = type_name(written)
    if isinstance(value, (Unknown, Thing)):
        return None
    kinds: set[str] = {"object"}
    if isinstance(value, Char):
        kinds = {"char", "object", "valuetype"}
    elif isinstance(value, (str, Partial)):
        kinds = {"string", "object"}
    elif isinstance(value, bool):
        kinds = {"boolean", "object", "valuetype"}
    elif type(value) is bigint.Big:
        kinds = {"numerics.biginteger", "object", "valuetype"}
    elif isinstance(value, int):
        kinds = {"int32", "object", "valuetype"}
    elif isinstance(value, float):
        kinds = {"double", "object", "valuetype"}
    elif isinstance(value, bytearray):
        kinds = {"byte[]", "array", "object"}
    elif isinstance(value, Items):
        kinds = {"array", "object", value.kind + "[]", "object[]"}
    elif isinstance(value, Table):
        kinds = {"collections.hashtable", "object"}
    elif isinstance(value, Code):
        kinds = {"management.automation.scriptblock", "object"}
    elif value is None:
        return False
    return name in kinds


def type_of(value: Value) -> str | None:
    """Return the name of a value's type in lower case, or None where it is not known."""
    if isinstance(value, Char):
        return "char"
    if isinstance(value, (str, Partial)):
        return "string"
    if isinstance(value, bool):
        return "boolean"
    if type(value) is bigint.Big:
        return "numerics.biginteger"
    if isinstance(value, int):
        return "int32" if -(1 << 31) <= value < 1 << 31 else "int64"
    if isinstance(value, float):
        return "double"
    if isinstance(value, bytearray):
        return "byte[]"
    if isinstance(value, Items):
        return value.kind + "[]"
    if isinstance(value, Table):
        return "collections.hashtable"
    if isinstance(value, Code):
        return "management.automation.scriptblock"
    if isinstance(value, (Thing, Unknown)) and value.type:
        return value.type
    return None


def number_bytes(value: Value) -> bytes:
    """Return a number's bytes as ``[BitConverter]::GetBytes`` gives them."""
    if isinstance(value, Char):
        return struct.pack("<H", ord(value))
    if isinstance(value, bool):
        return struct.pack("<?", value)
    if isinstance(value, float):
        return struct.pack("<d", value)
    number = to_int(value)
    if -(1 << 31) <= number < 1 << 31:
        return struct.pack("<i", number)
    if -(1 << 63) <= number < 1 << 63:
        return struct.pack("<q", number)
    raise Unclear
