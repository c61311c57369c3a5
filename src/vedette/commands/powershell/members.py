"""Methods and properties of strings, characters, numbers, arrays and tables, computed on known values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vedette.commands.budget import Budget
from vedette.commands.powershell import bigint
from vedette.commands.powershell.casts import cast, type_of
from vedette.commands.powershell.formatting import format_number
from vedette.commands.powershell.operators import charge, in_parts
from vedette.commands.powershell.values import (
    Char,
    Items,
    Partial,
    Table,
    TypeRef,
    Unclear,
    Unknown,
    Value,
    as_list,
    nice_type,
    plain,
    sure_text,
    to_int,
    to_text,
)

Method = Callable[[Any, list[Value], Budget], Value]


def _substring(s: str, args: list[Value], budget: Budget) -> Value:
    start = to_int(args[0])
    end = start + to_int(args[1]) if len(args) > 1 else len(s)
    if not 0 <= start <= end <= len(s):
        raise Unclear
    return s[start:end]


def _replace(s: str, args: list[Value], budget: Budget) -> Value:
    old, new = plain(args[0]), sure_text(args[1])
    if not old:
        raise Unclear
    budget.step(1 + len(s) // 1024)
    if len(args) > 2 and "ignorecase" in str(to_text(args[2])).lower():
        from vedette.commands.powershell.regexes import Regex, escape

        made = Regex(escape(old)).replace(s, new.replace("$", "$$"))
    else:
        made = s.replace(old, new)
    charge(budget, len(s), len(made))
    return made


def _insert(s: str, args: list[Value], budget: Budget) -> Value:
    at, more = to_int(args[0]), sure_text(args[1])
    if not 0 <= at <= len(s):
        raise Unclear
    budget.make(len(s) + len(more))
    return s[:at] + more + s[at:]


def _remove(s: str, args: list[Value], budget: Budget) -> Value:
    at = to_int(args[0])
    end = at + to_int(args[1]) if len(args) > 1 else len(s)
    if not 0 <= at <= end <= len(s):
        raise Unclear
    return s[:at] + s[end:]


def _pad(left: bool) -> Method:
    def run(s: str, args: list[Value], budget: Budget) -> Value:
        width = to_int(args[0])
        fill = plain(args[1])[:1] if len(args) > 1 else " "
        budget.make(max(width, 0))
        return s.rjust(width, fill) if left else s.ljust(width, fill)

    return run


def _trim(which: str) -> Method:
    def run(s: str, args: list[Value], budget: Budget) -> Value:
        chars = "".join(plain(v) for a in args for v in as_list(a)) or None
        return s.strip(chars) if which == "both" else s.lstrip(chars) if which == "start" else s.rstrip(chars)

    return run


def _split(s: str, args: list[Value], budget: Budget) -> Value:
    budget.make(len(s))
    budget.step(1 + len(s) // 512)
    if not args:
        return Items(_on_chars(s, ""), "string")
    drop = False
    most = 0
    for extra in args[1:]:
        if isinstance(extra, str) and not isinstance(extra, Char):
            drop = drop or "remove" in extra.lower()
        elif isinstance(extra, int) and len(args) == 2:
            most = extra if extra > 1 else 0
            drop = False
        elif isinstance(extra, int):
            if extra == 1 and extra is args[-1]:
                drop = True
            else:
                most = extra
        elif isinstance(extra, Char):
            args = [Items([args[0], extra]), *args[2:]]
    first = args[0]
    if isinstance(first, Items) and any(isinstance(v, str) and len(v) > 1 for v in first):
        out = _on_texts(s, [plain(v) for v in first])
    else:
        out = _on_chars(s, "".join(plain(v) for v in as_list(first)))
    if drop:
        out = [v for v in out if v]
    if most > 0 and len(out) > most:
        raise Unclear
    return Items(out, "string")


def _on_chars(s: str, chars: str) -> list[str]:
    if not chars:
        chars = " \t\r\n\v\f\u00a0"
    if len(chars) == 1:
        return s.split(chars)
    first = chars[0]
    table = {ord(c): first for c in chars[1:]}
    return s.translate(table).split(first)


def _on_texts(s: str, texts: list[str]) -> list[str]:
    from vedette.commands.powershell.regexes import Regex, escape

    longest = [t for t in texts if t]
    return Regex("|".join(escape(t) for t in longest), ignore_case=False).split(s) if longest else [s]


def _find(last: bool) -> Method:
    def run(s: str, args: list[Value], budget: Budget) -> Value:
        what = plain(args[0])
        begin = to_int(args[1]) if len(args) > 1 and isinstance(args[1], int) else None
        if last:
            return s.rfind(what) if begin is None else s.rfind(what, 0, begin + len(what))
        return s.find(what, begin or 0)

    return run


def _chars(s: str, args: list[Value], budget: Budget) -> Value:
    if not args:
        budget.make(len(s))
        return Items([Char(c) for c in s], "char")
    if len(args) == 1:
        i = to_int(args[0])
        if not 0 <= i < len(s):
            raise Unclear
        return Char(s[i])
    at, count = to_int(args[0]), to_int(args[1])
    return Items([Char(c) for c in s[at : at + count]], "char")


def _folded(args: list[Value]) -> bool:
    return any("ignorecase" in str(a).lower() for a in args[1:])


def _starts(s: str, args: list[Value], budget: Budget) -> Value:
    a = plain(args[0])
    return s.lower().startswith(a.lower()) if _folded(args) else s.startswith(a)


def _ends(s: str, args: list[Value], budget: Budget) -> Value:
    a = plain(args[0])
    return s.lower().endswith(a.lower()) if _folded(args) else s.endswith(a)


STRING: dict[str, Method] = {
    "substring": _substring,
    "replace": _replace,
    "insert": _insert,
    "remove": _remove,
    "padleft": _pad(True),
    "padright": _pad(False),
    "trim": _trim("both"),
    "trimstart": _trim("start"),
    "trimend": _trim("end"),
    "split": _split,
    "tochararray": _chars,
    "getenumerator": lambda s, a, b: _chars(s, [], b),
    "tolower": lambda s, a, b: s.lower(),
    "toupper": lambda s, a, b: s.upper(),
    "tolowerinvariant": lambda s, a, b: s.lower(),
    "toupperinvariant": lambda s, a, b: s.upper(),
    "tostring": lambda s, a, b: str(s),
    "clone": lambda s, a, b: s,
    "normalize": lambda s, a, b: __import__("unicodedata").normalize("NFC", s),
    "indexof": _find(False),
    "lastindexof": _find(True),
    "startswith": _starts,
    "endswith": _ends,
    "contains": lambda s, a, b: plain(a[0]) in s,
    "equals": lambda s, a, b: plain(a[0]).lower() == s.lower() if _folded(a) else plain(a[0]) == s,
    "compareto": lambda s, a, b: (s > plain(a[0])) - (s < plain(a[0])),
    "chars": _chars,
    "get_chars": _chars,
    "get_length": lambda s, a, b: len(s),
    "toint32": lambda s, a, b: cast(s, "int", b),
    "tobyte": lambda s, a, b: cast(s, "byte", b),
    "getaddressbytes": lambda s, a, b: bytearray(int(x) & 255 for x in s.split(".")),
    "gethashcode": lambda s, a, b: _none(),
}

METHOD_OF: dict[str, str] = {
    "substring": "substring",
    "replace": "replace",
    "insert": "insert-remove",
    "remove": "insert-remove",
    "split": "split",
    "padleft": "padding",
    "padright": "padding",
    "trim": "trim",
    "trimstart": "trim",
    "trimend": "trim",
    "tochararray": "char-array",
    "tolower": "letter-case",
    "toupper": "letter-case",
    "chars": "index-pick",
    "get_chars": "index-pick",
}
"""The way of hiding that a string method undoes."""


def _none() -> Value:
    raise Unclear


def _number_text(value: int | float, args: list[Value], budget: Budget) -> Value:
    if type(value) is bigint.Big:
        budget.make(value.bit_length() // 3)
        return bigint.show(value, str(args[0]) if args and isinstance(args[0], str) else "")
    if args and isinstance(args[0], str):
        return format_number(value, str(args[0]))
    return to_text(value)


def _number_bytes(value: int, args: list[Value], budget: Budget) -> Value:
    if type(value) is not bigint.Big:
        raise Unclear
    budget.make(value.bit_length() // 8 + 1)
    return bytearray(
        bigint.to_bytes(value, unsigned=bool(args and args[0] is True), big_endian=len(args) > 1 and args[1] is True)
    )


NUMBER: dict[str, Method] = {
    "tobytearray": _number_bytes,
    "tostring": _number_text,
    "tochar": lambda v, a, b: cast(v, "char", b),
    "toint32": lambda v, a, b: to_int(v),
    "equals": lambda v, a, b: v == a[0],
    "compareto": lambda v, a, b: (v > to_int(a[0])) - (v < to_int(a[0])),
}


def _set(items: Items, args: list[Value], budget: Budget) -> Value:
    i = to_int(args[1])
    if not -len(items) <= i < len(items):
        raise Unclear
    items[i] = args[0]
    return None


def _add(items: Items, args: list[Value], budget: Budget) -> Value:
    budget.make(1)
    items.append(args[0])
    return len(items) - 1


def _push(items: Items, args: list[Value], budget: Budget) -> Value:
    budget.make(1)
    budget.step(1 + len(items) // 4096)
    items.insert(0, args[0])
    return None


def _extend(items: Items, args: list[Value], budget: Budget) -> Value:
    more = as_list(args[0])
    budget.make(len(more))
    items.extend(more)
    return None


def _insert_item(items: Items, args: list[Value], budget: Budget) -> Value:
    budget.make(1)
    budget.step(1 + len(items) // 256)
    items.insert(to_int(args[0]), args[1])
    return None


def _remove_at(items: Items, args: list[Value], budget: Budget) -> Value:
    i = to_int(args[0])
    if not 0 <= i < len(items):
        raise Unclear
    del items[i]
    return None


def _reverse(items: Items | bytearray, args: list[Value], budget: Budget) -> Value:
    if args:
        at, count = to_int(args[0]), to_int(args[1])
        items[at : at + count] = items[at : at + count][::-1]
    else:
        items.reverse()
    return None


def _range(items: Items | bytearray, args: list[Value], budget: Budget) -> Value:
    at, count = to_int(args[0]), to_int(args[1])
    return Items(items[at : at + count])


ARRAY: dict[str, Method] = {
    "getvalue": lambda v, a, b: v[to_int(a[0])],
    "get": lambda v, a, b: v[to_int(a[0])],
    "get_item": lambda v, a, b: v[to_int(a[0])],
    "setvalue": _set,
    "add": _add,
    "addrange": _extend,
    "push": _push,
    "pop": lambda v, a, b: v.pop(0),
    "dequeue": lambda v, a, b: v.pop(0),
    "peek": lambda v, a, b: v[0],
    "enqueue": _add,
    "insert": _insert_item,
    "removeat": _remove_at,
    "reverse": _reverse,
    "getrange": _range,
    "getlength": lambda v, a, b: len(v),
    "get_length": lambda v, a, b: len(v),
    "get_count": lambda v, a, b: len(v),
    "toarray": lambda v, a, b: v if isinstance(v, bytearray) else Items(v, v.kind),
    "clone": lambda v, a, b: bytearray(v) if isinstance(v, bytearray) else Items(v, v.kind),
    "getenumerator": lambda v, a, b: v,
    "contains": lambda v, a, b: any(x == a[0] for x in v),
    "indexof": lambda v, a, b: next((i for i, x in enumerate(v) if x == a[0]), -1),
    "clear": lambda v, a, b: v.clear(),
    "tostring": lambda v, a, b: "System.Object[]" if isinstance(v, Items) else "System.Byte[]",
}
ARRAY_ITEM_METHODS = {"tostring", "tochararray", "replace", "tolower", "toupper", "trim", "split", "substring",
                      "trimend",
                      "trimstart", "padleft", "padright", "toint32", "tochar"}  # fmt: skip
"""Methods that an array hands on to its elements."""


def _table_add(table: Table, args: list[Value], budget: Budget) -> Value:
    budget.make(1)
    table.put(args[0], args[1])
    return None


def _table_remove(table: Table, args: list[Value], budget: Budget) -> Value:
    table.entries.pop(str(args[0]).casefold() if isinstance(args[0], str) else args[0], None)
    return None


def _entries(table: Table) -> Items:
    return Items(
        [Table({"key": ("Key", k), "name": ("Name", k), "value": ("Value", v)}) for k, v in table.entries.values()]
    )


TABLE: dict[str, Method] = {
    "add": _table_add,
    "set_item": _table_add,
    "remove": _table_remove,
    "containskey": lambda t, a, b: t.get(a[0]) is not None,
    "contains": lambda t, a, b: t.get(a[0]) is not None,
    "item": lambda t, a, b: t.get(a[0]),
    "get_item": lambda t, a, b: t.get(a[0]),
    "getenumerator": lambda t, a, b: _entries(t),
}


def call(target: Value, name: str, args: list[Value], budget: Budget) -> Value:
    """Return what a method of a plain value gives.

    Raises:
        Unclear: it is not known, or only running would tell.
    """
    if name == "gettype" and not args:
        found = type_of(target)
        if found is None:
            raise Unclear
        return TypeRef(found)
    if isinstance(target, Partial):
        return _partial(target, name, args, budget)
    if isinstance(target, str):
        work = STRING.get(name)
        if isinstance(target, Char) and name in ("toint32", "tobyte"):
            return ord(target)
    elif isinstance(target, (Items, bytearray)):
        work = ARRAY.get(name)
        if (work is None and name in ARRAY_ITEM_METHODS) or (name == "tostring" and args):
            return Items([call(v, name, args, budget) for v in target])
        if isinstance(target, bytearray) and name in ("add", "addrange", "setvalue", "insert"):
            raise Unclear
    elif isinstance(target, Table):
        work = TABLE.get(name)
    elif isinstance(target, (int, float)):
        work = NUMBER.get(name)
    else:
        work = None
    if work is None:
        raise Unclear
    if any(isinstance(a, Unknown) for a in args) and not isinstance(target, (Items, Table)):
        raise Unclear
    try:
        return work(target, args, budget)
    except (IndexError, TypeError, ValueError, OverflowError, AttributeError):
        raise Unclear from None


def _partial(target: Partial, name: str, args: list[Value], budget: Budget) -> Value:
    if name in ("tostring", "trim", "clone") and not args:
        return target
    if name == "replace" and len(args) == 2:
        old, new = plain(args[0]), sure_text(args[1])
        return in_parts(target, lambda t: t.replace(old, new), old)
    usual = target.usual()
    if usual is None:
        raise Unclear
    return call(usual, name, args, budget)


def get(target: Value, name: str) -> Value:
    """Return a property of a plain value.

    Raises:
        Unclear: it is not known.
    """
    if isinstance(target, Table):
        found = target.get(name)
        if found is not None:
            return found
        if name == "keys":
            return Items([k for k, _ in target.entries.values()])
        if name == "values":
            return Items([v for _, v in target.entries.values()])
        if name == "count":
            return len(target.entries)
        return None
    if name in ("length", "count", "longlength"):
        if isinstance(target, Partial):
            return len(plain(target)) if name == "length" else 1
        if isinstance(target, (Items, bytearray)):
            return len(target)
        if isinstance(target, str) and not isinstance(target, Char):
            return len(target) if name == "length" else 1
        if target is None:
            return 0
        if isinstance(target, (int, float, Char)):
            return 1
    if isinstance(target, TypeRef):
        base = target.name
        if name in ("name", "fullname", "tostring"):
            nice = nice_type(base)
            if base.endswith("[]"):
                nice = nice_type(base[:-2]) + "[]"
            return nice.rpartition(".")[2] if name == "name" else "System." + nice
    if isinstance(target, Items):
        return Items([get(v, name) for v in target])
    raise Unclear
