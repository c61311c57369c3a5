"""``[Collections.BitArray]``: bits made of bytes or of truths, turned around and read back as bytes."""

from __future__ import annotations

from vedette.commands.budget import Budget
from vedette.commands.powershell.values import Items, Thing, Unclear, Value, to_int, truth

TYPE = "collections.bitarray"


def new(args: list[Value], budget: Budget) -> Thing:
    """Return a new array of bits.

    Raises:
        Unclear: what it is made of is not known.
    """
    first = args[0] if args else None
    if isinstance(first, Items) and len(first) == 1 and isinstance(first[0], bytearray):
        first = first[0]
    if isinstance(first, Thing) and first.type == TYPE:
        return _made(list(first.data["items"]))
    if isinstance(first, bytearray):
        budget.make(len(first) * 8)
        return _made([bool(b >> i & 1) for b in first for i in range(8)])
    if isinstance(first, Items):
        budget.make(len(first))
        if all(isinstance(v, bool) for v in first):
            return _made(list(first))
        if first.kind == "int32":
            budget.make(len(first) * 32)
            return _made([bool(to_int(v) >> i & 1) for v in first for i in range(32)])
        raise Unclear
    count = to_int(first)
    if count < 0:
        raise Unclear
    budget.make(count)
    return _made([truth(args[1]) is True if len(args) > 1 else False] * count)


def _made(bits: list[bool]) -> Thing:
    return Thing(TYPE, {"items": bits, "length": len(bits), "count": len(bits)})


def _write(bits: list[bool], target: Value, at: int) -> None:
    if isinstance(target, bytearray):
        need = (len(bits) + 7) // 8
        if at < 0 or at + need > len(target):
            raise Unclear
        for i in range(need):
            target[at + i] = sum(bit << k for k, bit in enumerate(bits[i * 8 : i * 8 + 8]))
        return
    if not isinstance(target, Items) or at < 0:
        raise Unclear
    if target.kind == "int32":
        words: list[Value] = [sum(bit << k for k, bit in enumerate(bits[i : i + 32])) for i in range(0, len(bits), 32)]
        words = [w - (1 << 32) if w >> 31 else w for w in words]
    else:
        words = list(bits)
    if at + len(words) > len(target):
        raise Unclear
    target[at : at + len(words)] = words


def call(thing: Thing, name: str, args: list[Value], budget: Budget) -> Value:
    """Return what a method gives; those that change the bits give the array itself.

    Raises:
        Unclear: it cannot be computed.
    """
    bits: list[bool] = thing.data["items"]
    budget.step(1 + len(bits) // 16)
    if name == "not":
        bits[:] = [not b for b in bits]
        return thing
    if name in ("xor", "and", "or") and args and isinstance(args[0], Thing) and args[0].type == TYPE:
        other: list[bool] = args[0].data["items"]
        if len(other) != len(bits):
            raise Unclear
        pairs = list(zip(bits, other, strict=True))
        bits[:] = (
            [a != b for a, b in pairs]
            if name == "xor"
            else [a and b for a, b in pairs]
            if name == "and"
            else [a or b for a, b in pairs]
        )
        return thing
    if name == "copyto" and len(args) == 2:
        _write(bits, args[0], to_int(args[1]))
        return None
    if name in ("get", "item", "get_item"):
        return bits[to_int(args[0])]
    if name in ("set", "set_item") and (t := truth(args[1])) is not None and 0 <= to_int(args[0]) < len(bits):
        bits[to_int(args[0])] = t
        return None
    if name == "setall" and (t := truth(args[0])) is not None:
        bits[:] = [t] * len(bits)
        return None
    raise Unclear
