"""Tools that pass bytes on changed: cat, rev, tac, tr, fold, paste, strings, dd."""

from __future__ import annotations

import re

from vedette.commands.sh.bench import Bench, Tool, number, options
from vedette.commands.sh.escapes import to_bytes, to_text

_ALL = range(256)
_CLASSES = {
    "alnum": [c for c in _ALL if chr(c).isalnum() and c < 128],
    "alpha": [c for c in _ALL if chr(c).isalpha() and c < 128],
    "blank": [9, 32],
    "cntrl": [*range(32), 127],
    "digit": list(range(48, 58)),
    "graph": list(range(33, 127)),
    "lower": list(range(97, 123)),
    "print": list(range(32, 127)),
    "punct": [c for c in range(33, 127) if not chr(c).isalnum()],
    "space": [9, 10, 11, 12, 13, 32],
    "upper": list(range(65, 91)),
    "xdigit": [*range(48, 58), *range(65, 71), *range(97, 103)],
}
_TO_CHARACTER = re.compile(rb"\n*[^\n]")
_TR_ESCAPES = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92}


def cat(args: list[str], bench: Bench) -> bytes | None:
    """``cat``."""
    if any(a.startswith("-") and a not in ("-", "-u", "--") for a in args):
        made = options(args, "nu")
        if made is None:
            return None
        data = bench.read(made[1])
        if data is None or "n" not in [k for k, _ in made[0]]:
            return data
        rows = data.split(b"\n")
        end = rows.pop()
        out = b"".join([b"%6d\t%s\n" % (i, row) for i, row in enumerate(rows, 1)])
        return out + (b"%6d\t%s" % (len(rows) + 1, end) if end else b"")
    return bench.read([a for a in args if a not in ("-u", "--")])


def tee(args: list[str], bench: Bench) -> bytes | None:
    """``tee``."""
    made = options(args, "aip", "", {"append": "a", "ignore-interrupts": "i"})
    data = bench.stdin()
    if made is None or data is None:
        return None
    for name in made[1]:
        bench.write(name, data, any(k == "a" for k, _ in made[0]))
    return data


def rev(args: list[str], bench: Bench) -> bytes | None:
    """``rev``."""
    if any(a.startswith("-") and a != "-" for a in args):
        return None
    data = bench.read(args)
    if data is None:
        return None
    bench.methods = ("rev",)
    return to_bytes("\n".join([line[::-1] for line in to_text(data).split("\n")]))


def tac(args: list[str], bench: Bench) -> bytes | None:
    """``tac``."""
    made = options(args, "rb", "s", {"separator": "s", "regex": "r", "before": "b"})
    if made is None:
        return None
    data = bench.read(made[1])
    letters = [k for k, _ in made[0]]
    if data is None or "b" in letters:
        return None
    if "r" in letters:
        mark = next((v for k, v in made[0] if k == "s"), "")
        bench.methods = ("tac",)
        bench.budget.make(len(data))
        if re.fullmatch(r"(.)\\\|\[\^\1\]", mark):
            return data[::-1]
        if mark != ".":
            return None
        # every character but the line's end ends a piece
        found = _TO_CHARACTER.findall(data)
        return data[sum(map(len, found)) :] + b"".join(reversed(found))
    separator = to_bytes(next((v for k, v in made[0] if k == "s"), "\n"))
    if not separator:
        return None
    bench.methods = ("tac",)
    pieces = data.split(separator)
    last = pieces.pop()
    return (last or b"") + b"".join([p + separator for p in reversed(pieces)])


def tr_set(text: str) -> list[int] | None:
    """Return the bytes of a set of ``tr``; None where it is not understood."""
    data = text.encode("utf-8", "surrogateescape")
    out: list[int] = []
    literal: list[bool] = []
    i, n = 0, len(data)
    while i < n:
        c = data[i]
        if c == 0x5B and data[i + 1 : i + 2] == b":":
            end = data.find(b":]", i + 2)
            name = data[i + 2 : end].decode("ascii", "replace") if end > 0 else ""
            if name in _CLASSES:
                out.extend(_CLASSES[name])
                literal.extend([True] * len(_CLASSES[name]))
                i = end + 2
                continue
        if c == 0x5B and data[i + 1 : i + 2] == b"=" and data[i + 3 : i + 5] == b"=]":
            c = data[i + 2]
            i += 5
        elif c == 0x5B and i + 2 < n and data[i + 2 : i + 3] == b"*":
            m = re.match(rb"\[(.)\*(\d*)\]", data[i:], re.S)
            if m is not None:
                if not m.group(2):
                    return None
                count = int(m.group(2), 8 if m.group(2).startswith(b"0") else 10)
                out.extend([m.group(1)[0]] * min(count, 256))
                literal.extend([True] * min(count, 256))
                i += m.end()
                continue
            i += 1
        elif c == 0x5C and i + 1 < n:
            m = re.match(rb"\\([0-7]{1,3})", data[i:])
            if m is not None:
                c = int(m.group(1), 8) & 255
                i += m.end()
            else:
                c = _TR_ESCAPES.get(chr(data[i + 1]), data[i + 1])
                i += 2
            out.append(c)
            literal.append(True)
            # an escaped end of a range
            if out[-2:-1] == [0x2D] and len(out) > 2 and not literal[-2]:
                first = out[-3]
                if c < first:
                    return None
                out[-3:] = list(range(first, c + 1))
                literal[-3:] = [True] * (c - first + 1)
            continue
        else:
            i += 1
        if len(out) > 1 and out[-1] == 0x2D and not literal[-1]:
            first = out[-2]
            if c < first:
                return None
            out[-2:] = list(range(first, c + 1))
            literal[-2:] = [True] * (c - first + 1)
            continue
        out.append(c)
        # a hyphen between two characters makes a range; at either end it is one
        literal.append(not (c == 0x2D and len(out) > 1))
    return out


def tr(args: list[str], bench: Bench) -> bytes | None:
    """``tr``."""
    letters = ""
    at = 0
    while at < len(args) and args[at].startswith("-") and len(args[at]) > 1:
        arg = args[at]
        at += 1
        if arg == "--":
            break
        if arg.startswith("--"):
            long = {"delete": "d", "squeeze-repeats": "s", "complement": "c", "truncate-set1": "t"}.get(arg[2:])
            if long is None:
                return None
            letters += long
        elif set(arg[1:]) <= set("dscCt"):
            letters += arg[1:].lower()
        else:
            return None
    sets = args[at:]
    data = bench.stdin()
    if data is None or not 1 <= len(sets) <= 2:
        return None
    first = tr_set(sets[0])
    second = tr_set(sets[1]) if len(sets) > 1 else None
    if first is None or (len(sets) > 1 and second is None):
        return None
    if "c" in letters:
        inside = set(first)
        first = [c for c in _ALL if c not in inside]
    bench.budget.step(1 + len(data) // 500)
    if "d" in letters:
        if second is not None and "s" not in letters:
            return None
        bench.methods = ("delete",)
        out = data.translate(None, bytes(sorted(set(first))))
        return _squeezed(out, second) if second is not None and "s" in letters else out
    if second is None:
        return _squeezed(data, first) if "s" in letters else None
    if not second:
        return None
    bench.methods = ("substitution",)
    if "t" in letters:
        first = first[: len(second)]
    elif len(second) < len(first):
        second = second + [second[-1]] * (len(first) - len(second))
    table = list(_ALL)
    for a, b in zip(first, second, strict=False):
        table[a] = b
    # the last mapping of a byte named twice holds
    out = data.translate(bytes(table))
    return _squeezed(out, second) if "s" in letters else out


def _squeezed(data: bytes, which: list[int]) -> bytes:
    inside = b"".join([re.escape(bytes([c])) for c in sorted(set(which))])
    return re.sub(b"([" + inside + b"])\\1+", b"\\1", data) if inside else data


def fold(args: list[str], bench: Bench) -> bytes | None:
    """``fold``."""
    args = [f"-w{a[1:]}" if re.fullmatch(r"-\d+", a) else a for a in args]
    made = options(args, "b", "w", {"width": "w", "bytes": "b"})
    if made is None:
        return None
    data = bench.read(made[1])
    width = number(next((v for k, v in made[0] if k == "w"), "80"))
    if data is None or width is None or width < 1 or b"\t" in data or b"\b" in data:
        return None
    bench.budget.make(len(data) + len(data) // width)
    # GNU fold counts bytes
    out = [b"\n".join([row[i : i + width] for i in range(0, len(row), width)]) for row in data.split(b"\n")]
    return b"\n".join(out)


def paste(args: list[str], bench: Bench) -> bytes | None:
    """``paste``."""
    made = options(args, "s", "d", {"serial": "s", "delimiters": "d"})
    if made is None:
        return None
    delimiter = next((v for k, v in made[0] if k == "d"), "\t")
    delimiter = delimiter.replace("\\n", "\n").replace("\\t", "\t").replace("\\0", "\0").replace("\\\\", "\\")
    if not any(k == "s" for k, _ in made[0]):
        if made[1] in ([], ["-"]):
            return bench.read([])
        if len(set(made[1])) == 1 and made[1][0] == "-" and len(delimiter) == 1:
            data = bench.stdin()
            if data is None:
                return None
            rows = to_text(data).split("\n")
            if rows and not rows[-1]:
                rows.pop()
            count = len(made[1])
            grouped = [rows[i : i + count] for i in range(0, len(rows), count)]
            return to_bytes("".join([delimiter.join(g + [""] * (count - len(g))) + "\n" for g in grouped]))
        return None
    parts = bench.each([a for a in made[1] if a != "-"] if made[1] != ["-"] else [])
    if parts is None:
        return None
    out = []
    for data in parts:
        rows = to_text(data).split("\n")
        if rows and not rows[-1]:
            rows.pop()
        if not delimiter or delimiter == "\0":
            out.append("".join(rows) + "\n")
            continue
        pieces = [rows[0]] if rows else []
        for i, row in enumerate(rows[1:]):
            pieces.append(delimiter[i % len(delimiter)] + row)
        out.append("".join(pieces) + "\n")
    bench.methods = ("join",)
    return to_bytes("".join(out))


def strings(args: list[str], bench: Bench) -> bytes | None:
    """``strings``."""
    made = options(args, "a", "n", {"bytes": "n", "all": "a"})
    if made is None:
        return None
    least = number(next((v for k, v in made[0] if k == "n"), "4"))
    data = bench.read(made[1])
    if data is None or least is None or not 1 <= least <= 1000:
        return None
    return b"".join([m + b"\n" for m in re.findall(rb"[\t\x20-\x7e]{%d,}" % least, data)])


def dd(args: list[str], bench: Bench) -> bytes | None:
    """``dd`` of what is known."""
    values = dict(a.partition("=")[::2] for a in args if "=" in a)
    if any("=" not in a for a in args) or not set(values) <= {"if", "of", "bs", "count", "skip", "status", "ibs"}:
        return None
    name = values.get("if")
    data = bench.read([name] if name else [])
    size = number(values.get("bs", values.get("ibs", "512")))
    count = number(values["count"]) if "count" in values else None
    skip = number(values.get("skip", "0"))
    if data is None or size is None or skip is None or size < 1 or ("count" in values and count is None):
        return None
    data = data[skip * size :]
    if count is not None:
        data = data[: count * size]
    if "of" in values:
        bench.write(values["of"], data, False)
        return b""
    if not name:
        bench.taken_bytes = (count * size if count is not None else len(data)) + skip * size
    return data


def dos2unix(args: list[str], bench: Bench) -> bytes | None:
    """``dos2unix`` as a filter."""
    data = bench.stdin() if not args else None
    return None if data is None else data.replace(b"\r\n", b"\n")


TOOLS: dict[str, Tool] = {
    "cat": cat,
    "tee": tee,
    "rev": rev,
    "tac": tac,
    "tr": tr,
    "fold": fold,
    "paste": paste,
    "strings": strings,
    "dd": dd,
    "dos2unix": dos2unix,
}
