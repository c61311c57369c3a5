"""Numbers as people write them: digits, words, and the words that loosen or tighten them."""

from __future__ import annotations

_SMALL = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {w: 10 * i for i, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
NUMBER_WORDS = frozenset([*_SMALL, *_TENS, *_SCALES, "dozen", "dozens"])
ORDINALS = {
    w: i
    for i, w in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), 1
    )
}
FREQUENCIES = {"once": 1, "twice": 2, "thrice": 3}
AT_LEAST: dict[tuple[str, ...], str] = {
    ("at", "least"): ">=", ("no", "fewer", "than"): ">=", ("no", "less", "than"): ">=", ("at", "most"): "<=",
    ("up", "to"): "<=", ("no", "more", "than"): "<=", ("not", "more", "than"): "<=", ("more", "than"): ">",
    ("over",): ">", ("above",): ">", ("fewer", "than"): "<", ("less", "than"): "<", ("under",): "<", ("below",): "<",
    ("greater", "than"): ">", ("longer", "than"): ">", ("shorter", "than"): "<",
    ("about",): "~", ("around",): "~", ("approximately",): "~", ("roughly",): "~", ("circa",): "~", ("some",): "~",
    ("nearly",): "~<", ("almost",): "~<", ("just", "under"): "~<", ("just", "over"): "~>", ("close", "to"): "~",
    ("exactly",): "=", ("precisely",): "=", ("just",): "=", ("only",): "=",
    ("a", "total", "of"): "=", ("a", "little", "over"): "~>", ("a", "little", "under"): "~<",
    ("a", "mere"): "=",
    ("slightly", "over"): "~>", ("slightly", "under"): "~<", ("well", "over"): ">", ("a", "bit", "over"): "~>",
}  # fmt: skip
"""Words before a number, and how the number then relates to what was counted."""


def spelled(words: list[str]) -> tuple[int, int] | None:
    """Return (number, how many of the words say it) for number words at the start, else None."""
    total = current = 0
    used = 0
    seen = False
    for index, written in enumerate(words[:10]):
        parts = written.split("-")
        values = [_SMALL.get(p, _TENS.get(p)) for p in parts]
        if all(v is not None for v in values) and len(parts) <= 2:
            value = sum(v for v in values if v is not None)
            if seen and index == used and (current % 100 == 0 or (current % 10 == 0 and value < 10 and current > 0)):
                current += value
            elif not seen:
                current = value
            else:
                break
            seen, used = True, index + 1
        elif written in _SCALES and seen:
            scale = _SCALES[written]
            if scale == 100:
                current *= 100
            else:
                total, current = total + current * scale, 0
            used = index + 1
        elif written in ("dozen",) and seen:
            current *= 12
            used = index + 1
        elif written == "and" and seen and used == index and current and current % 100 == 0:
            nxt = words[index + 1] if index + 1 < len(words) else ""
            if not all(p in _SMALL or p in _TENS for p in nxt.split("-")):
                break
            used = index + 1
            continue
        else:
            break
    if not seen:
        if words and words[0] in ("dozen",):
            return 12, 1
        return None
    if used and words[used - 1] == "and":
        used -= 1
    return total + current, used


def holds(said: float, relation: str, counted: float) -> bool:
    """Return whether "RELATION said" is true of what was counted."""
    near = max(abs(counted) * 0.05, 0.0)
    match relation:
        case ">=":
            return counted >= said
        case "<=":
            return counted <= said
        case ">":
            return counted > said
        case "<":
            return counted < said
        case "~":
            return abs(counted - said) <= near
        case "~<":
            return said - near * 2 <= counted <= said
        case "~>":
            return said <= counted <= said + near * 2
        case _:
            return counted == said
