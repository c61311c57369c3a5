"""What operators give on known values: pure functions, each raising :class:`Unclear` where only running would tell."""

from __future__ import annotations

import math
from collections.abc import Callable

from vedette.commands.budget import Budget
from vedette.commands.powershell import bigint, regexes
from vedette.commands.powershell.casts import cast, is_type
from vedette.commands.powershell.formatting import format_values
from vedette.commands.powershell.values import (
    Char,
    Items,
    Partial,
    Piece,
    Table,
    TypeRef,
    Unclear,
    Unknown,
    Value,
    as_list,
    join,
    plain,
    sure_text,
    to_int,
    to_number,
    to_text,
    truth,
)


def charge(budget: Budget, before: int, after: int) -> None:
    """Spend what rewriting a text costs: its growth in full, and a part of what is only copied."""
    budget.make(max(after - before, 0) + after // 16)
    if after > budget.value_chars:
        budget.make(after)


def glue(left: str | Partial, right: str | Partial) -> str | Partial:
    """Return two texts as one."""
    if isinstance(left, str) and isinstance(right, str):
        return str(left) + str(right)
    parts: list[str | Piece] = []
    for side in (left, right):
        if isinstance(side, Partial):
            parts += side.parts
        elif side:
            if parts and isinstance(parts[-1], str):
                parts[-1] += side
            else:
                parts.append(str(side))
    if len(parts) > 2000:
        raise Unclear
    return Partial(parts)


def add(left: Value, right: Value, budget: Budget) -> Value:
    """Return ``left + right``."""
    if isinstance(left, Char) and isinstance(right, (int, float)) and not isinstance(right, bool):
        return ord(left) + right
    if isinstance(left, (str, Partial)):
        text = to_text(right)
        if isinstance(text, str):
            budget.make(len(text))
            if isinstance(left, str) and len(left) + len(text) > budget.value_chars:
                budget.make(len(left) + len(text))
        return glue(left, text)
    if left is None:
        return right
    if isinstance(left, (Items, bytearray)):
        if isinstance(right, Unknown):
            raise Unclear
        more = as_list(right) if isinstance(right, (Items, bytearray)) else [right]
        budget.make(len(left) + len(more))
        return Items([*left, *more])
    if isinstance(left, Table) and isinstance(right, Table):
        both = Table(dict(left.entries))
        both.entries.update(right.entries)
        return both
    return _bounded(to_number(left) + to_number(right))


def _bounded(value: int | float) -> int | float:
    if isinstance(value, int) and value.bit_length() > 256:
        raise Unclear
    return value


def times(left: Value, right: Value, budget: Budget) -> Value:
    """Return ``left * right``."""
    if isinstance(left, str) and not isinstance(left, Char):
        count = to_int(right)
        if count < 0:
            raise Unclear
        budget.make(len(left) * count)
        return str(left) * count
    if isinstance(left, (Items, bytearray)):
        count = to_int(right)
        if count < 0:
            raise Unclear
        budget.make(len(left) * count)
        return Items(list(left) * count)
    if left is None:
        return None
    return _bounded(to_number(left) * to_number(right))


def minus(left: Value, right: Value, budget: Budget) -> Value:
    """Return ``left - right``."""
    a, b = to_number(left), to_number(right)
    return bigint.Big(a - b) if type(b) is bigint.Big else _bounded(a - b)


def divide(left: Value, right: Value, budget: Budget) -> Value:
    """Return ``left / right``."""
    a, b = to_number(left), to_number(right)
    if not b:
        raise Unclear
    if isinstance(a, int) and isinstance(b, int) and a % b == 0:
        return a // b
    try:
        return a / b
    except OverflowError:
        raise Unclear from None


def remainder(left: Value, right: Value, budget: Budget) -> Value:
    """Return ``left % right``: its sign is that of the left."""
    a, b = to_number(left), to_number(right)
    if not b:
        raise Unclear
    if isinstance(a, int) and isinstance(b, int):
        return int(math.copysign(abs(a) % abs(b), a)) if abs(a) < 1 << 52 else (abs(a) % abs(b)) * (1 if a > 0 else -1)
    return math.fmod(a, b)


def _signed(value: int, wide: bool) -> int:
    bits = 64 if wide else 32
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def _bits(work: Callable[[int, int], int]) -> Callable[[Value, Value, Budget], Value]:
    def run(left: Value, right: Value, budget: Budget) -> Value:
        a, b = to_int(left), to_int(right)
        if abs(a) >= 1 << 64 or abs(b) >= 1 << 64:
            raise Unclear
        return work(a, b)

    return run


def _shift(way: int) -> Callable[[Value, Value, Budget], Value]:
    def run(left: Value, right: Value, budget: Budget) -> Value:
        a, b = to_int(left), to_int(right)
        if abs(a) >= 1 << 63:
            raise Unclear
        wide = not -(1 << 31) <= a < 1 << 31
        b &= 63 if wide else 31
        return _signed(a << b, wide) if way > 0 else a >> b

    return run


def span(left: Value, right: Value, budget: Budget) -> Value:
    """Return ``left .. right``."""
    if isinstance(left, str) and isinstance(right, str) and len(left) == len(right) == 1 and not left.isdigit():
        a, b = ord(left), ord(right)
        budget.make(abs(a - b) + 1)
        return Items([Char(chr(i)) for i in (range(a, b + 1) if a <= b else range(a, b - 1, -1))], "char")
    a, b = to_int(left), to_int(right)
    budget.make(4 * (abs(a - b) + 1))
    return Items(range(a, b + 1) if a <= b else range(a, b - 1, -1))


def form(left: Value, right: Value, budget: Budget) -> Value:
    """Return ``left -f right``."""
    values = list(right) if isinstance(right, (Items, bytearray)) else [right]
    template = to_text(left)
    made = format_values(template, values)
    if isinstance(made, str):
        budget.make(len(made))
    return made


def compare(left: Value, right: Value, cased: bool) -> int:
    """Return -1, 0 or 1 as the left is less than, equal to or greater than the right."""
    if isinstance(left, (str, Partial)) and not (isinstance(left, Char) and isinstance(right, (int, float))):
        a, b = plain(left), plain(right)
        if not cased:
            a, b = a.casefold(), b.casefold()
        return (a > b) - (a < b)
    if left is None or right is None:
        if left is None and right is None:
            return 0
        if left is None and isinstance(right, str):
            return -1
        if right is None and isinstance(left, (Items, Table, bytearray)):
            return 1
        other = right if left is None else left
        if isinstance(other, (int, float)):
            return 1 if right is None else -1
        raise Unclear
    if isinstance(left, TypeRef) and isinstance(right, TypeRef):
        return 0 if left.name == right.name else 1
    if isinstance(left, bool):
        t = truth(right)
        if t is None:
            raise Unclear
        return int(left) - int(t)
    x, y = to_number(left), to_number(right)
    return (x > y) - (x < y)


def _filtered(test: Callable[[Value, Value], bool]) -> Callable[[Value, Value, Budget], Value]:
    """Return the operator: on an array it gives the elements that pass."""

    def run(left: Value, right: Value, budget: Budget) -> Value:
        if isinstance(left, (Items, bytearray)):
            budget.step(1 + len(left) // 8)
            return Items([v for v in left if not _refuse(v) and test(v, right)])
        return test(left, right)

    return run


def _refuse(value: Value) -> bool:
    if isinstance(value, Unknown):
        raise Unclear
    return False


def _ordered(wanted: Callable[[int], bool], cased: bool) -> Callable[[Value, Value, Budget], Value]:
    return _filtered(lambda a, b: wanted(compare(a, b, cased)))


def _equal(value: Value, other: Value, cased: bool) -> bool:
    if isinstance(other, (Items, Table)) and not isinstance(value, str):
        return value is other
    try:
        return compare(value, other, cased) == 0
    except Unclear:
        if isinstance(value, (int, float)) and isinstance(other, str):
            return False
        raise


def _like(cased: bool, wanted: bool) -> Callable[[Value, Value, Budget], Value]:
    def test(value: Value, pattern: Value) -> bool:
        text, glob = plain(value), plain(pattern)
        if len(text) > 20_000:
            raise Unclear
        return (regexes.wildcard(glob).fullmatch(text) is not None) == wanted

    return _filtered(test)


def _match(cased: bool, wanted: bool) -> Callable[[Value, Value, Budget], Value]:
    def test(value: Value, pattern: Value) -> bool:
        return (regexes.Regex(plain(pattern), ignore_case=not cased).search(plain(value)) is not None) == wanted

    return _filtered(test)


def _contains(value: Value, items: Value, cased: bool) -> bool:
    if isinstance(items, Unknown):
        raise Unclear
    return any(
        not _refuse(v) and _equal(v, value, cased) for v in (items if isinstance(items, Items) else as_list(items))
    )


def replace(left: Value, right: Value, budget: Budget, cased: bool = False) -> Value:
    """Return ``left -replace right``."""
    pair = list(right) if isinstance(right, Items) else [right]
    pattern = plain(pair[0])
    by = sure_text(pair[1]) if len(pair) > 1 else ""
    if isinstance(left, (Items, bytearray)):
        return Items([_replace_one(v, pattern, by, cased, budget) for v in left])
    return _replace_one(left, pattern, by, cased, budget)


def _replace_one(value: Value, pattern: str, by: str, cased: bool, budget: Budget) -> Value:
    regex = regexes.Regex(pattern, ignore_case=not cased)
    text = to_text(value)
    if isinstance(text, Partial):
        return in_parts(text, lambda t: regex.replace(t, by), regex.fixed)
    budget.step(1 + len(text) // 512)
    made = regex.replace(text, by)
    charge(budget, len(text), len(made))
    return made


def in_parts(text: Partial, work: Callable[[str], str], fixed: str | None) -> Value:
    """Return a text with its known parts rewritten, where what is looked for is plain text and no match may straddle.

    Raises:
        Unclear: a match may reach into a part as written.
    """
    if not fixed or any(isinstance(p, Piece) and fixed.casefold() in (p.usual or "").casefold() for p in text.parts):
        raise Unclear
    usual = text.usual()
    if usual is not None and work(usual) == usual and all(isinstance(p, Piece) or work(p) == p for p in text.parts):
        return text
    return Partial([p if isinstance(p, Piece) else work(p) for p in text.parts])


def split(left: Value, right: Value, budget: Budget, cased: bool = False) -> Value:
    """Return ``left -split right``."""
    args = list(right) if isinstance(right, Items) else [right]
    pattern = plain(args[0])
    most = to_int(args[1]) if len(args) > 1 else 0
    options = plain(args[2]) if len(args) > 2 else ""
    out: list[str] = []
    for v in list(left) if isinstance(left, (Items, bytearray)) else [left]:
        text = plain(v)
        budget.make(len(text))
        budget.step(1 + len(text) // 512)
        if "simplematch" in options.lower():
            pattern = regexes.escape(pattern)
        special = regexes.split_special(pattern, text)
        if special is not None and 0 < most < len(special):
            special = [*special[: most - 1], "".join(special[most - 1 :])]
        out += special if special is not None else regexes.Regex(pattern, ignore_case=not cased).split(text, most)
    return Items(out, "string")


def join_op(left: Value, right: Value, budget: Budget) -> Value:
    """Return ``left -join right``."""
    items = list(left) if isinstance(left, (Items, bytearray)) else [left]
    made = join(items, plain(right))
    if isinstance(made, str):
        budget.make(len(made))
    return made


def _is(left: Value, right: Value) -> bool:
    name = right.name if isinstance(right, TypeRef) else plain(right)
    found = is_type(left, name)
    if found is None:
        raise Unclear
    return found


def _as(left: Value, right: Value, budget: Budget) -> Value:
    name = right.name if isinstance(right, TypeRef) else plain(right)
    return cast(left, name, budget)


Operator = Callable[[Value, Value, Budget], Value]


def _sized(op: str, work: Operator) -> Operator:
    """Return an operator that computes with numbers of any size where one of its sides is such."""

    def run(left: Value, right: Value, budget: Budget) -> Value:
        if type(left) is not bigint.Big and (type(right) is not bigint.Big or isinstance(left, (str, Partial, Items))):
            return work(left, right, budget)
        a, b = to_number(left), to_number(right)
        if isinstance(a, float) or isinstance(b, float):
            raise Unclear
        budget.step(1 + (a.bit_length() + b.bit_length()) // 2048)
        try:
            return bigint.compute(op, a, b)
        except (ValueError, ZeroDivisionError):
            raise Unclear from None

    return run


OPERATORS: dict[str, Operator] = {
    "+": add,
    "-": minus,
    "*": times,
    "/": divide,
    "%": remainder,
    "..": span,
    "f": form,
    "band": _bits(lambda a, b: a & b),
    "bor": _bits(lambda a, b: a | b),
    "bxor": _bits(lambda a, b: a ^ b),
    "shl": _shift(1),
    "shr": _shift(-1),
    "join": join_op,
    "is": lambda a, b, _: _is(a, b),
    "isnot": lambda a, b, _: not _is(a, b),
    "as": _as,
}
for _prefix, _cased in (("", False), ("i", False), ("c", True)):
    OPERATORS[_prefix + "eq"] = _filtered(lambda a, b, c=_cased: _equal(a, b, c))  # type: ignore[misc]
    OPERATORS[_prefix + "ne"] = _filtered(lambda a, b, c=_cased: not _equal(a, b, c))  # type: ignore[misc]
    OPERATORS[_prefix + "gt"] = _ordered(lambda r: r > 0, _cased)
    OPERATORS[_prefix + "ge"] = _ordered(lambda r: r >= 0, _cased)
    OPERATORS[_prefix + "lt"] = _ordered(lambda r: r < 0, _cased)
    OPERATORS[_prefix + "le"] = _ordered(lambda r: r <= 0, _cased)
    OPERATORS[_prefix + "like"] = _like(_cased, True)
    OPERATORS[_prefix + "notlike"] = _like(_cased, False)
    OPERATORS[_prefix + "match"] = _match(_cased, True)
    OPERATORS[_prefix + "notmatch"] = _match(_cased, False)
    OPERATORS[_prefix + "replace"] = lambda a, b, g, c=_cased: replace(a, b, g, c)  # type: ignore[misc]
    OPERATORS[_prefix + "split"] = lambda a, b, g, c=_cased: split(a, b, g, c)  # type: ignore[misc]
    OPERATORS[_prefix + "contains"] = lambda a, b, g, c=_cased: _contains(b, a, c)  # type: ignore[misc]
    OPERATORS[_prefix + "notcontains"] = lambda a, b, g, c=_cased: not _contains(b, a, c)  # type: ignore[misc]
    OPERATORS[_prefix + "in"] = lambda a, b, g, c=_cased: _contains(a, b, c)  # type: ignore[misc]
    OPERATORS[_prefix + "notin"] = lambda a, b, g, c=_cased: not _contains(a, b, c)  # type: ignore[misc]
for _op in ("+", "-", "*", "/", "%", "band", "bor", "bxor", "shl", "shr"):
    OPERATORS[_op] = _sized(_op, OPERATORS[_op])
METHOD_OF: dict[str, str] = {
    "+": "concatenation",
    "*": "repetition",
    "f": "format-operator",
    "replace": "replace",
    "creplace": "replace",
    "ireplace": "replace",
    "split": "split",
    "csplit": "split",
    "isplit": "split",
    "join": "join",
    "bxor": "xor",
    "bnot": "bit-arithmetic",
    "shl": "bit-arithmetic",
    "shr": "bit-arithmetic",
    "band": "bit-arithmetic",
    "bor": "bit-arithmetic",
}
"""The way of hiding that an operator undoes."""


def unary_split(value: Value) -> Value:
    """Return ``-split value``: words between blanks."""
    out: list[str] = []
    for v in list(value) if isinstance(value, Items) else [value]:
        out += plain(v).split()
    return Items(out, "string")


def index(target: Value, key: Value, budget: Budget) -> Value:
    """Return ``target[key]``."""
    if isinstance(target, Table):
        if isinstance(key, Items):
            return Items([target.get(k) for k in key])
        return target.get(key)
    if isinstance(target, Partial):
        target = plain(target)
    if isinstance(target, (Unknown, type(None))) or not isinstance(target, (str, Items, bytearray)):
        raise Unclear
    size = len(target)
    if isinstance(key, (Items, bytearray)):
        budget.make(len(key))
        out = []
        for k in _flat(key):
            i = to_int(k)
            if -size <= i < size:
                out.append(Char(target[i]) if isinstance(target, str) else target[i])
        return Items(out, "char" if isinstance(target, str) else getattr(target, "kind", "byte"))
    i = to_int(key)
    if not -size <= i < size:
        return None
    return Char(target[i]) if isinstance(target, str) else target[i]


def _flat(items: Items | bytearray) -> list[Value]:
    out: list[Value] = []
    for v in items:
        out += list(v) if isinstance(v, (Items, bytearray)) else [v]
    return out
