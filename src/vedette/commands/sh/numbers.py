"""Tools that count and compute: seq, expr, bc, yes, basename, dirname."""

from __future__ import annotations

import posixpath
import re

from vedette.commands.sh.arithmetic import UnknownError, evaluate
from vedette.commands.sh.bench import Bench, Tool, options
from vedette.commands.sh.escapes import to_bytes, to_text
from vedette.commands.sh.patterns import compiled, safe
from vedette.commands.sh.regexes import translated

_MOST = 20_000
_PLAIN = re.compile(r"[-+*/%()\d\s^<>=!&|]+")


def seq(args: list[str], bench: Bench) -> bytes | None:
    """``seq`` of whole numbers."""
    separator, width, layout = "\n", False, None
    rest: list[str] = []
    at = 0
    while at < len(args):
        arg = args[at]
        at += 1
        if arg in ("-w", "--equal-width"):
            width = True
        elif arg[:2] in ("-s", "-f"):
            value = arg[2:]
            if not value:
                value = args[at] if at < len(args) else ""
                at += 1
            if arg[1] == "s":
                separator = value
            else:
                layout = value
        elif re.fullmatch(r"-?\d{1,9}", arg):
            rest.append(arg)
        else:
            return None
    if not 1 <= len(rest) <= 3 or layout is not None:
        return None
    values = [int(r) for r in rest]
    first = values[0] if len(values) > 1 else 1
    step = values[1] if len(values) == 3 else 1
    last = values[-1]
    if step == 0 or abs(last - first) // abs(step) > _MOST:
        return None
    numbers = list(range(first, last + (1 if step > 0 else -1), step))
    bench.budget.step(1 + len(numbers) // 20)
    texts = [str(i) for i in numbers]
    if width:
        size = max(len(str(first)), len(str(last)))
        texts = [t.zfill(size) for t in texts]
    return (separator.join(texts) + "\n").encode() if texts else b""


def yes(args: list[str], bench: Bench) -> bytes | None:
    """``yes``: never ends."""
    return None


def _none(name: str, index: str | None) -> str:
    raise UnknownError


def _refuse(name: str, index: str | None, text: str) -> None:
    raise UnknownError


def expr(args: list[str], bench: Bench) -> bytes | None:
    """``expr``: arithmetic, ``length``, ``substr``, ``index`` and ``:``."""
    if len(args) == 2 and args[0] == "length":
        return b"%d\n" % len(args[1])
    if len(args) == 4 and args[0] == "substr" and args[2].isdigit() and args[3].isdigit():
        if len(args[2]) > 9 or len(args[3]) > 9 or int(args[2]) < 1:
            return b"\n"
        at = int(args[2]) - 1
        bench.methods = ("index-pick",)
        return to_bytes(args[1][at : at + int(args[3])] + "\n")
    if len(args) == 3 and args[0] == "index":
        places = [args[1].find(c) for c in args[2] if c in args[1]]
        return b"%d\n" % (min(places) + 1 if places else 0)
    if (len(args) == 3 and args[1] == ":") or (len(args) == 3 and args[0] == "match"):
        text, pattern = (args[0], args[2]) if args[1] == ":" else (args[1], args[2])
        expression = translated(pattern, "G")
        program = compiled(expression, True) if expression is not None else None
        if program is None:
            return None
        m = program.match(safe(text))
        if program.groups:
            return to_bytes((text[m.start(1) : m.end(1)] if m is not None and m.group(1) is not None else "") + "\n")
        return b"%d\n" % (m.end() if m is not None else 0)
    if len(args) >= 3 and all(re.fullmatch(r"-?\d{1,18}|[-+*/%()]", a) for a in args):
        try:
            return b"%d\n" % evaluate(" ".join([a.lstrip("0") or "0" for a in args]), _none, _refuse)
        except UnknownError:
            return None
    return None


def bc(args: list[str], bench: Bench) -> bytes | None:
    """``bc`` of whole numbers, with ``ibase`` and ``obase``."""
    if any(a not in ("-q", "-l", "--quiet") for a in args) or "-l" in args:
        return None
    data = bench.stdin()
    if data is None or len(data) > 20_000:
        return None
    bases = {"ibase": 10, "obase": 10}
    out = []
    for statement in re.split(r"[;\n]", to_text(data)):
        text = statement.strip()
        if not text:
            continue
        m = re.fullmatch(r"(ibase|obase)\s*=\s*([0-9A-F]{1,3})", text)
        if m is not None:
            value = int(m.group(2), 36) if len(m.group(2)) == 1 else _in_base(m.group(2), bases["ibase"])
            if value is None or not 2 <= value <= 16:
                return None
            bases[m.group(1)] = value
            continue
        if bases["ibase"] != 10:
            done = _in_base(text, bases["ibase"])
            if done is None:
                return None
            text = str(done)
        if _PLAIN.fullmatch(text) is None or len(text) > 400 or re.search(r"[<>=!&|]", text):
            return None
        text = re.sub(r"\b0+(?=\d)", "", text).replace("^", "**")
        try:
            result = evaluate(text, _none, _refuse)
        except UnknownError:
            return None
        out.append(_written(result, bases["obase"]) + "\n")
    return "".join(out).encode()


def _in_base(text: str, base: int) -> int | None:
    try:
        return int(text, base) if len(text) < 40 else None
    except ValueError:
        return None


def _written(value: int, base: int) -> str:
    if base == 10:
        return str(value)
    digits, rest = "", abs(value)
    while rest:
        digits = "0123456789ABCDEF"[rest % base] + digits
        rest //= base
    return ("-" if value < 0 else "") + (digits or "0")


def basename(args: list[str], bench: Bench) -> bytes | None:
    """``basename``."""
    if not 1 <= len(args) <= 2 or args[0].startswith("-"):
        return None
    name = posixpath.basename(args[0].rstrip("/")) or "/"
    if len(args) == 2 and name.endswith(args[1]) and name != args[1]:
        name = name[: len(name) - len(args[1])]
    return to_bytes(name + "\n")


def dirname(args: list[str], bench: Bench) -> bytes | None:
    """``dirname``."""
    if len(args) != 1 or args[0].startswith("-"):
        return None
    return to_bytes((posixpath.dirname(args[0].rstrip("/")) or ("/" if args[0].startswith("/") else ".")) + "\n")


def options_free(args: list[str]) -> bool:
    """Return whether no argument is an option."""
    return options(args, "") is not None


TOOLS: dict[str, Tool] = {
    "seq": seq,
    "yes": yes,
    "expr": expr,
    "bc": bc,
    "basename": basename,
    "dirname": dirname,
}
